//! What of what an account was charged is its own due debt: the one place that says so. What another
//! account pays is none of it, whether a summary bill has moved it already or it waits for one.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{AccountId, EntryId};
use meterbook_core::ledger::open::open;
use meterbook_core::money::Money;

use crate::tx::Sql;
use crate::{Tx, ledger};

/// Accounts whose debts are read at once.
const AT_ONCE: usize = 500;

const OWED: Sql = Sql("
    select cast(
        coalesce((select sum(amount_cents) from posting
                  where account_id = $1 and gl = '1200 receivable'), 0)
      - coalesce((select sum(total_cents) from bill_waiting where account_id = $1), 0) as bigint)");
// What an account owes is the newest of what it was charged, as if all it paid had been for the oldest:
// the oldest of what is open is the last debt, from the newest on, that is still needed to make it up.
// Where more was paid of these than that leaves, it was not: something older is open; where some of it was
// for what is not due yet, more of the rest is. What is open there is worked out, and so it is where
// something is given back of a charge, or came when it was long due.
const ARREARS: Sql = Sql("
    with owed as (
        select o.account_id, o.cents - coalesce(w.cents, 0) as cents
        from (
            select account_id, cast(sum(amount_cents) as bigint) as cents from posting
            where gl = '1200 receivable' group by account_id having 0 < sum(amount_cents)) as o
        left join (
            select account_id, cast(sum(total_cents) as bigint) as cents from bill_waiting
            group by account_id) as w on w.account_id = o.account_id
        where coalesce(w.cents, 0) < o.cents),
    debt as (
        select b.account_id, b.due_on, b.id as at, b.total_cents as cents,
            'bill' as kind, b.number as key
        from standing_bill b
        where not exists (select 1 from bill_rolled r where r.bill_id = b.id)
          and b.account_id in (select account_id from owed)
        union all
        select c.account_id, coalesce(w.due_on, s.due_on, c.charged_on), coalesce(w.id, 0),
            c.amount_cents, 'charge', c.key
        from charge c
        left join bill w on w.id = c.bill_id
        left join charge_since s on s.key = c.key
        where (0 < c.amount_cents or c.kind = 'budget')
          and c.account_id in (select account_id from owed)),
    run as (
        select d.account_id, d.due_on, d.cents, d.kind, d.key, o.cents as owed,
            cast(coalesce(sum(d.cents) over (
                partition by d.account_id order by d.due_on desc, d.at desc, d.cents
                rows between unbounded preceding and 1 preceding), 0) as bigint) as newer
        from debt d join owed o on o.account_id = d.account_id),
    apart as (
        select distinct c.account_id
        from charge c left join charge_since s on s.key = c.key
        where c.account_id in (select account_id from owed)
          and ((c.amount_cents < 0 and c.kind in ('fee', 'late-fee', 'deposit-applied'))
            or (0 < c.amount_cents and s.key is not null))),
    paid as (
        select r.account_id, cast(sum(l.amount_cents) as bigint) as cents,
            cast(coalesce(sum(case when $1 <= r.due_on then l.amount_cents end), 0) as bigint) as ahead
        from run r
        join entry e on e.key = r.key and e.kind = r.kind
        join payment_allocation l on l.entry_id = e.id
        join standing_payment y on y.id = l.payment_id
        where r.newer < r.owed group by r.account_id),
    past as (
        select o.account_id, o.cents as owed,
            o.cents - cast(coalesce(sum(case when $1 <= r.due_on then r.cents end), 0) as bigint) as cents,
            min(case when r.newer < r.owed then r.due_on end) as oldest_on,
            cast(coalesce(sum(case when r.newer < r.owed then r.cents end), 0) as bigint) as newest
        from owed o left join run r on r.account_id = o.account_id group by o.account_id, o.cents)
    select p.account_id, a.class, p.cents, p.oldest_on,
        case when p.newest - p.owed < coalesce(d.cents, 0) or 0 < coalesce(d.ahead, 0)
                  or x.account_id is not null
             then 1 else 0 end
    from past p join account a on a.id = p.account_id
    left join paid d on d.account_id = p.account_id
    left join apart x on x.account_id = p.account_id
    where p.newest - p.owed < coalesce(d.cents, 0) or 0 < coalesce(d.ahead, 0)
       or x.account_id is not null
       or (0 < p.cents and p.oldest_on < $1)
    order by p.account_id");

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
    let (mut all, mut apart) = (Vec::new(), Vec::new());
    tx.each(ARREARS, [on.into()], |row| {
        let (account, class) = (row.id(0)?, row.word(1, CustomerClass::from_word)?);
        if row.int(4)? == 0 {
            all.push(Arrears { account, class, past_due: row.money(2)?, oldest: row.date(3)? });
        } else {
            apart.push((account, class));
        }
        Ok(())
    })?;
    for some in apart.chunks(AT_ONCE) {
        let accounts: Vec<AccountId> = some.iter().map(|it| it.0).collect();
        let sides = ledger::open_sides(tx, &accounts, Date::MAX, EntryId(i64::MAX))?;
        for &(account, class) in some {
            let past =
                sides.get(&account).and_then(|(sides, applied)| open(sides, applied).past_due(on));
            all.extend(past.map(|(past_due, oldest)| Arrears { account, class, past_due, oldest }));
        }
    }
    all.sort_by_key(|it| it.account);
    all.into_iter().for_each(&mut take);
    Ok(())
}
