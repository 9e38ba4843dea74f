//! What of what an account was charged is its own due debt: the one place that says so. What another
//! account pays is none of it, whether a summary bill has moved it already or it waits for one.

use std::collections::HashMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{AccountId, EntryId};
use meterbook_core::ledger::open::open;
use meterbook_core::money::Money;

use crate::tx::{Sql, among_words, list_of, words_of};
use crate::{Tx, ledger};

/// Accounts whose debts are read at once.
const AT_ONCE: usize = 1_000;

const OWED: Sql = Sql("
    select cast(
        coalesce((select sum(amount_cents) from posting
                  where account_id = $1 and gl = '1200 receivable'), 0)
      - coalesce((select sum(charged_cents) from bill_waiting where account_id = $1), 0) as bigint)");
// Who owes more than is to come of them: of what is to come less may be open than it was, never more. Most
// accounts owe their last bill and no more, and what they were billed and paid for years is not read.
const NEARLY: Sql = Sql("
    with owed as (
        select o.account_id, o.cents - coalesce(w.cents, 0) as cents
        from (
            select account_id, cast(sum(cents) as bigint) as cents from owed_part
            group by account_id having 0 < sum(cents)) as o
        left join (
            select account_id, cast(sum(charged_cents) as bigint) as cents from bill_waiting
            group by account_id) as w on w.account_id = o.account_id
        where coalesce(w.cents, 0) < o.cents),
    to_come as (
        select b.account_id, coalesce(q.amount_cents, b.total_cents) as cents, 'bill' as kind,
            b.number as key
        from standing_bill b left join bill_due_part q on q.bill_id = b.id
        where $1 <= coalesce(q.due_on, b.due_on) and not exists (select 1 from bill_rolled r where r.bill_id = b.id)
          and b.account_id in (select account_id from owed)
        union all
        select c.account_id, c.amount_cents, 'charge', c.key
        from charge c
        left join bill w on w.id = c.bill_id
        left join charge_since s on s.key = c.key
        where (0 < c.amount_cents or c.kind = 'budget')
          and $1 <= coalesce(w.due_on, s.due_on, c.charged_on)
          and c.account_id in (select account_id from owed)
        union all
        select w.account_id, 0, 'bill', b.number from bill_waiting w join bill b on b.id = w.bill_id),
    later as (
        select o.account_id, o.cents as owed, sum(t.cents) as cents
        from owed o join to_come t on t.account_id = o.account_id group by o.account_id, o.cents),
    settled as (
        select t.account_id, sum(l.amount_cents) as cents
        from later n
        join to_come t on t.account_id = n.account_id
        join entry e on e.key = t.key and e.kind = t.kind
        join payment_allocation l on l.entry_id = e.id
        join standing_payment y on y.id = l.payment_id
        where n.owed <= n.cents group by t.account_id),
    apart as (
        select distinct c.account_id
        from charge c left join charge_since s on s.key = c.key
        where c.account_id in (select account_id from owed)
          and ((c.amount_cents < 0 and c.kind in ('fee', 'late-fee', 'deposit-applied', 'refund-back'))
            or (0 < c.amount_cents and s.key is not null))
        union
        select k.account_id from correction k join correction_settled t on t.correction_id = k.id
        where (t.waived_cents <> 0 or t.interest_cents <> 0)
          and k.account_id in (select account_id from owed))
    select o.account_id, a.class, o.cents, case when x.account_id is null then 0 else 1 end
    from owed o
    join account a on a.id = o.account_id
    left join later n on n.account_id = o.account_id
    left join settled s on s.account_id = o.account_id
    left join apart x on x.account_id = o.account_id
    where coalesce(n.cents, 0) - coalesce(s.cents, 0) < o.cents or x.account_id is not null
    order by o.account_id");
/// What accounts were charged, of each the newest first. The list at each table: behind a name PostgreSQL takes
/// it for half of all accounts, and reads every bill.
macro_rules! debts {
    ($among:literal) => {
        concat!(
            "select d.account_id, d.due_on, d.cents, d.kind, d.key
             from (
                 select b.account_id, coalesce(q.due_on, b.due_on) as due_on, b.id as at,
                     coalesce(q.amount_cents, b.total_cents) as cents, 'bill' as kind, b.number as key
                 from standing_bill b left join bill_due_part q on q.bill_id = b.id
                 where not exists (select 1 from bill_rolled r where r.bill_id = b.id)
                   and b.account_id",
            $among,
            "    union all
                 select c.account_id, coalesce(w.due_on, s.due_on, c.charged_on),
                     coalesce(w.id, 0), c.amount_cents, 'charge', c.key
                 from charge c
                 left join bill w on w.id = c.bill_id
                 left join charge_since s on s.key = c.key
                 where (0 < c.amount_cents or c.kind = 'budget') and c.account_id",
            $among,
            ") as d order by d.account_id, d.due_on desc, d.at desc, d.cents"
        )
    };
}
const DEBTS_SQLITE: Sql = Sql(debts!(" in (select value from json_each($1)) "));
const DEBTS_POSTGRES: Sql =
    Sql(debts!(" = any (string_to_array(btrim($1, '[]'), ',')::bigint[]) "));
const PAID: (Sql, Sql) = among_words!(
    "select e.kind, e.key, cast(sum(l.amount_cents) as bigint)
     from entry e
     join payment_allocation l on l.entry_id = e.id
     join standing_payment y on y.id = l.payment_id
     where e.kind in ('bill', 'charge') and e.key",
    "group by e.kind, e.key"
);

/// What is past due of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrears {
    /// Whose.
    pub account: AccountId,
    /// Its class.
    pub class: CustomerClass,
    /// How much.
    pub past_due: Money,
    /// The day on which the oldest of it was due.
    pub oldest: Date,
}

/// What an account owes itself: below zero it has a credit.
pub fn owed(tx: &mut Tx, account: AccountId) -> Result<Money> {
    tx.one(OWED, [account.into()], |row| row.money(0))
}

/// Shows what is past due of every account on a day to `take`, by account.
pub fn arrears(tx: &mut Tx, on: Date, mut take: impl FnMut(Arrears)) -> Result<()> {
    let nearly = tx.many(NEARLY, [on.into()], |row| {
        let (account, class) = (row.id(0)?, row.word(1, CustomerClass::from_word)?);
        Ok(Owes { account, class, amount: row.money(2)?, is_apart: row.int(3)? != 0 })
    })?;
    for some in nearly.chunks(AT_ONCE) {
        arrears_among(tx, some, on)?.into_iter().for_each(&mut take);
    }
    Ok(())
}

/// Who owes more than is to come, or may.
struct Owes {
    account: AccountId,
    class: CustomerClass,
    amount: Money,
    /// Something is given back of a charge, came when it was long due, or rules took something off a correction.
    is_apart: bool,
}

/// Something that an account was charged.
struct Debt {
    due: Date,
    amount: Money,
    /// The kind and the key of its entry.
    entry: (String, String),
    /// What was charged since.
    newer: Money,
}

/// What is past due of these accounts, which owe so much, by account.
///
/// What an account owes is the newest of what it was charged, as if all it paid had been for the oldest: the
/// oldest of what is open is the last debt, from the newest on, that is still needed to make it up. Where more
/// was paid of these than that leaves, it was not: something older is open; where some of it was for what is
/// not due yet, more of the rest is. What is open there is worked out, and so it is where something is given
/// back of a charge, or came when it was long due.
fn arrears_among(tx: &mut Tx, accounts: &[Owes], on: Date) -> Result<Vec<Arrears>> {
    let debts = debts(tx, accounts)?;
    let needed = |owes: Money, all: &[Debt]| -> Vec<usize> {
        (0..all.len()).filter(|at| all[*at].newer < owes).collect()
    };
    let none = Vec::new();
    let of = |account: &AccountId| debts.get(account).unwrap_or(&none);
    let theirs = accounts.iter().flat_map(|it| {
        let all = of(&it.account);
        needed(it.amount, all).into_iter().map(|at| all[at].entry.1.as_str())
    });
    let paid = paid(tx, theirs)?;
    let (mut found, mut apart) = (Vec::new(), Vec::new());
    for &Owes { account, class, amount: owes, is_apart } in accounts {
        let all = of(&account);
        let needed: Vec<&Debt> = needed(owes, all).into_iter().map(|at| &all[at]).collect();
        let paid_of = |it: &Debt| paid.get(&it.entry).copied().unwrap_or_default();
        let newest: Money = needed.iter().map(|it| it.amount).sum();
        let paid: Money = needed.iter().map(|it| paid_of(it)).sum();
        let is_ahead = |it: &&&Debt| on <= it.due && Money::ZERO < paid_of(it);
        if is_apart || newest - owes < paid || needed.iter().any(|it| is_ahead(&it)) {
            apart.push((account, class));
            continue;
        }
        let to_come: Money = all.iter().filter(|it| on <= it.due).map(|it| it.amount).sum();
        let oldest = needed.iter().map(|it| it.due).min().filter(|it| *it < on);
        if let Some(oldest) = oldest.filter(|_| to_come < owes) {
            found.push(Arrears { account, class, past_due: owes - to_come, oldest });
        }
    }
    if !apart.is_empty() {
        let accounts: Vec<AccountId> = apart.iter().map(|it| it.0).collect();
        let sides = ledger::open_sides(tx, &accounts, Date::MAX, EntryId(i64::MAX))?;
        for (account, class) in apart {
            let past =
                sides.get(&account).and_then(|(sides, applied)| open(sides, applied).past_due(on));
            let past = past.map(|(past_due, oldest)| Arrears { account, class, past_due, oldest });
            found.extend(past);
        }
        found.sort_by_key(|it| it.account);
    }
    Ok(found)
}

/// What accounts were charged, of each the newest first.
fn debts(tx: &mut Tx, accounts: &[Owes]) -> Result<HashMap<AccountId, Vec<Debt>>> {
    let mut found: HashMap<AccountId, Vec<Debt>> = HashMap::new();
    let list = list_of(accounts.iter().map(|it| it.account));
    tx.each(tx.either(DEBTS_SQLITE, DEBTS_POSTGRES), [list.into()], |row| {
        let all = found.entry(row.id(0)?).or_default();
        let newer = all.last().map_or(Money::ZERO, |it| it.newer + it.amount);
        let entry = (row.text(3)?, row.text(4)?);
        all.push(Debt { due: row.date(1)?, amount: row.money(2)?, entry, newer });
        Ok(())
    })?;
    Ok(found)
}

/// What was paid of debts, by the kind and the key of their entries.
fn paid<'a>(
    tx: &mut Tx,
    keys: impl Iterator<Item = &'a str>,
) -> Result<HashMap<(String, String), Money>> {
    let list = words_of(keys);
    let all = tx.many(tx.either(PAID.0, PAID.1), [list.into()], |row| {
        Ok(((row.text(0)?, row.text(1)?), row.money(2)?))
    })?;
    Ok(all.into_iter().collect())
}
