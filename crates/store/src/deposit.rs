//! Security: what is asked for, by class and credit as the utility sets it from a day on and of single
//! accounts; who stands in for it; and what it earned.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;

use crate::Tx;
use crate::tx::Sql;
use crate::value::{Row, V};

const END: Sql = Sql("
    update deposit_rule set to_on = $3
    where class = $1 and credit = $2 and from_on < $3 and to_on is null");
const ADD: Sql = Sql("
    insert into deposit_rule (class, credit, from_on, to_on, amount_cents)
    values ($1, $2, $3, null, $4)");
const ON: Sql = Sql("
    select amount_cents from deposit_rule
    where class = $1 and credit = $2 and from_on <= $3 and (to_on is null or $3 < to_on)");
const ASK: Sql = Sql("
    insert into deposit_asked (key, account_id, credit, amount_cents, parts, asked_on, why)
    values ($1, $2, $3, $4, $5, $6, $7)");
const ASKED: Sql = Sql("
    select key, account_id, credit, amount_cents, parts, asked_on
    from deposit_asked where account_id = $1 order by asked_on");
const GUARANTEE: Sql = Sql("
    insert into guarantee (key, account_id, by_account_id, most_cents, from_on, why)
    values ($1, $2, $3, $4, $5, $6)");
const RELEASE: Sql = Sql("insert into guarantee_end (key, ended_on, why) values ($1, $2, $3)");
const GUARANTEES: Sql = Sql("
    select g.key, g.account_id, g.by_account_id, g.most_cents, g.from_on, e.ended_on
    from guarantee g left join guarantee_end e on e.key = g.key
    where g.account_id = $1 order by g.from_on");
const LESSEN: Sql = Sql("
    insert into guarantee_less (key, nth, amount_cents, from_on)
    values ($1, (select coalesce(max(nth), 0) + 1 from guarantee_less where key = $1), $2, $3)");
const LESSENED: Sql = Sql("
    select from_on, amount_cents from guarantee_less where key = $1 order by nth");
const GUARANTEED: Sql = Sql("
    select distinct g.account_id from guarantee g
    where not exists (select 1 from guarantee_end e where e.key = g.key) order by g.account_id");
const SECURED: Sql = Sql("
    select account_id from charge where kind in ('deposit', 'deposit-applied')
    group by account_id having 0 < sum(amount_cents)
    union
    select account_id from (
        select account_id, amount_cents from deposit_interest
        union all
        select account_id, amount_cents from charge where kind = 'deposit-interest') as interest
    group by account_id having sum(amount_cents) <> 0
    order by 1");
const OVER: Sql = Sql("
    select c.account_id from charge c
    where c.kind = 'deposit-applied' and c.charged_on <= $1
      and not exists (select 1 from agreement g
                      where g.account_id = c.account_id and (g.to_on is null or $1 < g.to_on))
      and (select sum(p.amount_cents) from posting p
           where p.account_id = c.account_id and p.gl = '1200 receivable') < 0
    group by c.account_id order by c.account_id");
const EARNED: Sql = Sql("
    select count(*), max(through_on), cast(coalesce(sum(amount_cents), 0) as bigint)
    from deposit_interest where account_id = $1");
const EARN: Sql = Sql("
    insert into deposit_interest (account_id, nth, through_on, amount_cents)
    values ($1, $2, $3, $4)");
const SECURED_COUNT: Sql = Sql("
    select count(distinct account_id) from charge where kind in ('deposit', 'deposit-interest')");
const LIABILITY: Sql = Sql("
    select a.number, d.due, d.gl from (
        select account_id, cast(sum(due) as bigint) as due, cast(sum(gl) as bigint) as gl from (
            select account_id, amount_cents as due, 0 as gl from charge
            where kind in ('deposit', 'deposit-applied', 'deposit-interest')
            union all
            select account_id, amount_cents, 0 from deposit_interest
            union all
            select account_id, 0, -amount_cents from posting
            where gl in ('2400 customer deposits', '2410 deposit interest')) as parts
        group by account_id) as d
    join account a on a.id = d.account_id
    where d.due <> d.gl order by a.id limit 100");

/// Keeps what is asked for from a day on; what it was before ends there.
pub fn set(
    tx: &mut Tx,
    class: CustomerClass,
    credit: Credit,
    from: Date,
    amount: Money,
) -> Result<()> {
    let of = [class.word().into(), credit.word().into(), from.into()];
    tx.exec(END, of.clone())?;
    let [class, credit, from] = of;
    tx.exec(ADD, [class, credit, from, amount.into()]).map(|_| ())
}

/// What is asked for on a day; nothing where no rule says so.
pub fn of(tx: &mut Tx, class: CustomerClass, credit: Credit, on: Date) -> Result<Money> {
    let asked = [class.word().into(), credit.word().into(), on.into()];
    let found = tx.maybe(ON, asked, |row| row.money(0))?;
    Ok(found.unwrap_or(Money::ZERO))
}

/// What was asked of an account as security.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The natural key: an account is asked once a day.
    pub key: String,
    /// Whom.
    pub account: AccountId,
    /// How they pay, as it was known.
    pub credit: Credit,
    /// How much in all.
    pub amount: Money,
    /// In how many parts.
    pub parts: i64,
    /// The day.
    pub on: Date,
}

/// Who pays what an account owes where it does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarantee {
    /// The natural key: an account has one from a day on.
    pub key: String,
    /// For whom.
    pub account: AccountId,
    /// Who.
    pub by: AccountId,
    /// Up to how much.
    pub most: Money,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub ended: Option<Date>,
}

/// What is not asked for because somebody stands in for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Less {
    /// The day from which on it would have been.
    pub from: Date,
    /// How much.
    pub amount: Money,
}

/// Keeps what was asked for. The database refuses a second one of a day.
pub fn ask(tx: &mut Tx, it: &Asked, why: &str) -> Result<()> {
    let values = [
        V::from(&it.key),
        it.account.into(),
        it.credit.word().into(),
        it.amount.into(),
        it.parts.into(),
        it.on.into(),
        why.into(),
    ];
    tx.exec(ASK, values).map(|_| ())
}

/// What was asked of an account, the oldest first.
pub fn asked(tx: &mut Tx, account: AccountId) -> Result<Vec<Asked>> {
    tx.many(ASKED, [account.into()], |row| {
        Ok(Asked {
            key: row.text(0)?,
            account: row.id(1)?,
            credit: row.word(2, Credit::from_word)?,
            amount: row.money(3)?,
            parts: row.int(4)?,
            on: row.date(5)?,
        })
    })
}

/// Keeps who stands in. The database refuses a second one of a day.
pub fn guarantee(tx: &mut Tx, it: &Guarantee, why: &str) -> Result<()> {
    let values = [
        V::from(&it.key),
        it.account.into(),
        it.by.into(),
        it.most.into(),
        it.from.into(),
        why.into(),
    ];
    tx.exec(GUARANTEE, values).map(|_| ())
}

/// Ends a guarantee on its first day without it. The database refuses a second time.
pub fn release(tx: &mut Tx, key: &str, on: Date, why: &str) -> Result<()> {
    tx.exec(RELEASE, [key.into(), on.into(), why.into()]).map(|_| ())
}

/// Who stands in or stood in for an account, the oldest first.
pub fn guarantees(tx: &mut Tx, account: AccountId) -> Result<Vec<Guarantee>> {
    tx.many(GUARANTEES, [account.into()], |row| {
        Ok(Guarantee {
            key: row.text(0)?,
            account: row.id(1)?,
            by: row.id(2)?,
            most: row.money(3)?,
            from: row.date(4)?,
            ended: row.maybe(5, Row::date)?,
        })
    })
}

/// Keeps what is not asked for because of a guarantee.
pub fn lessen(tx: &mut Tx, key: &str, it: Less) -> Result<()> {
    tx.exec(LESSEN, [key.into(), it.amount.into(), it.from.into()]).map(|_| ())
}

/// What is not asked for because of a guarantee, in the order in which that was taken off.
pub fn lessened(tx: &mut Tx, key: &str) -> Result<Vec<Less>> {
    tx.many(LESSENED, [key.into()], |row| Ok(Less { from: row.date(0)?, amount: row.money(1)? }))
}

/// The accounts that left security, or earned interest that they did not get.
pub fn secured(tx: &mut Tx) -> Result<Vec<AccountId>> {
    tx.many(SECURED, [], |row| row.id(0))
}

/// The accounts whose service is over on a day, whose security was set off, and that have a credit.
pub fn over(tx: &mut Tx, on: Date) -> Result<Vec<AccountId>> {
    tx.many(OVER, [on.into()], |row| row.id(0))
}

/// The accounts for which somebody stands in.
pub fn guaranteed(tx: &mut Tx) -> Result<Vec<AccountId>> {
    tx.many(GUARANTEED, [], |row| row.id(0))
}

/// What the security of an account earned: how often that was counted, through which day the last
/// time, and what it came to in all.
pub fn earned(tx: &mut Tx, account: AccountId) -> Result<(i64, Option<Date>, Money)> {
    tx.one(EARNED, [account.into()], |row| {
        Ok((row.int(0)?, row.maybe(1, Row::date)?, row.money(2)?))
    })
}

/// Keeps what security earned through a day, the nth time.
pub fn earn(tx: &mut Tx, account: AccountId, nth: i64, through: Date, amount: Money) -> Result<()> {
    tx.exec(EARN, [account.into(), nth.into(), through.into(), amount.into()]).map(|_| ())
}

/// What the ledger owes of security is what was left and what it earned, account by account.
pub fn liability(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let found = tx.many(LIABILITY, [], |row| {
        let (number, due, gl) = (row.number(0)?, row.money(1)?, row.money(2)?);
        Ok(format!(
            "account {number} left {due} as security with interest, and the ledger owes {gl}"
        ))
    })?;
    Ok((tx.one(SECURED_COUNT, [], |row| row.int(0))?, found))
}
