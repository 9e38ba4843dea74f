//! Credits that nobody claims: which there are, what was taken of them, what went to the state and what was
//! claimed after all. Written once, never changed.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::credit::unclaimed::Property;
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

// An account is closed where nothing is supplied from the day on; nothing was heard of it since its last entry
// or its last day of service. That we took some of it is nothing that we heard. What was a deposit and its
// interest is one while it was not taken as such, or was claimed.
const CLOSED: Sql = Sql("
    select a.id, a.number, a.class, cast(sum(p.amount_cents) as bigint),
           max(case when u.key is null then e.effective_on end),
           (select max(g.to_on) from agreement g where g.account_id = a.id),
           cast(coalesce((select -sum(c.amount_cents) from charge c
                          where c.account_id = a.id and c.amount_cents < 0
                            and c.kind in ('deposit-applied', 'deposit-interest')), 0)
              - coalesce((select sum(t.amount_cents) from unclaimed t
                          where t.account_id = a.id and t.property = 'deposit' and not exists (
                              select 1 from unclaimed_end f where f.key = t.key and f.how = 'claimed')), 0)
              as bigint)
    from (select account_id from owed_part group by account_id having sum(cents) < 0) as o
    join posting p on p.account_id = o.account_id
    join entry e on e.id = p.entry_id
    join account a on a.id = p.account_id
    left join unclaimed u on u.key = e.key
    where p.gl = '1200 receivable' and not exists (
        select 1 from agreement g
        where g.account_id = a.id and (g.to_on is null or $1 < g.to_on))
    group by a.id, a.number, a.class
    having sum(p.amount_cents) < 0 order by a.id");
const ADD: Sql = Sql("
    insert into unclaimed (key, account_id, amount_cents, check_number, since_on, taken_on, property)
    values ($1, $2, $3, $4, $5, $6, $7)");
const OF_ACCOUNT: Sql = Sql("select count(*) from unclaimed where account_id = $1");
const OPEN: Sql = Sql("
    select u.key, u.account_id, a.number, p.name, a.mail_to, u.amount_cents, u.check_number, u.since_on,
           u.taken_on,
           coalesce(u.property, case when u.check_number is null then 'credit' else 'check' end)
    from unclaimed u
    join account a on a.id = u.account_id
    join person p on p.id = a.person_id
    where not exists (select 1 from unclaimed_end f where f.key = u.key)
    order by a.number, u.key");
const REMIT: Sql = Sql("
    insert into unclaimed_remittance (reference, remitted_on, items, total_cents)
    values ($1, $2, $3, $4)");
const SENT: Sql = Sql("
    select reference, remitted_on, items, total_cents from unclaimed_remittance
    order by remitted_on desc, reference limit $1");
const END: Sql = Sql("
    insert into unclaimed_end (key, how, ended_on, remittance, why) values ($1, $2, $3, $4, $5)");
const REMITTED: Sql = Sql("
    select count(*) from unclaimed u join unclaimed_end f on f.key = u.key
    where u.account_id = $1 and f.how = 'remitted'");
const COUNT: Sql = Sql("select count(*) from unclaimed");
const OTHER_CHARGE: Sql = Sql("
    select u.key, u.amount_cents, c.amount_cents
    from unclaimed u join charge c on c.key = u.key
    where c.kind <> 'unclaimed' or c.amount_cents <> u.amount_cents or c.account_id <> u.account_id
    order by u.key limit 100");
const LEDGER: Sql = Sql("
    select cast(coalesce((select -sum(amount_cents) from posting
                          where gl = '2120 unclaimed property'), 0) as bigint),
           cast(coalesce((select sum(u.amount_cents) from unclaimed u where not exists (
               select 1 from unclaimed_end f where f.key = u.key)), 0) as bigint)");
const REMITTANCES: Sql = Sql("
    select r.reference, r.total_cents, cast(coalesce(sum(u.amount_cents), 0) as bigint)
    from unclaimed_remittance r
    left join unclaimed_end f on f.remittance = r.reference
    left join unclaimed u on u.key = f.key
    group by r.reference, r.total_cents
    having r.total_cents <> coalesce(sum(u.amount_cents), 0) order by r.reference limit 100");

/// A closed account with a credit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// Which.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// Its class.
    pub class: CustomerClass,
    /// The credit, above zero.
    pub credit: Money,
    /// The last day of which anything was heard.
    pub since: Date,
    /// How much of it at most was a deposit.
    pub deposit: Money,
}

/// Something that nobody claimed, as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unclaimed {
    /// The key of its charge.
    pub key: String,
    /// Whose it is.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// The customer's name.
    pub name: String,
    /// The lines of the last address that is known.
    pub address: String,
    /// What it is.
    pub what: Property,
    /// How much, above zero.
    pub amount: Money,
    /// The number of the check that was never cashed, where it was one.
    pub check: Option<String>,
    /// The day since which nothing was heard of it.
    pub since: Date,
    /// The day on which it was taken.
    pub on: Date,
}

/// Closed accounts with a credit on a day.
pub fn closed(tx: &mut Tx, on: Date) -> Result<Vec<Closed>> {
    tx.many(CLOSED, [on.into()], |row| {
        let (heard, ended) = (row.date(4)?, row.maybe(5, Row::date)?);
        Ok(Closed {
            account: row.id(0)?,
            number: row.number(1)?,
            class: row.word(2, CustomerClass::from_word)?,
            credit: -row.money(3)?,
            since: ended.map_or(heard, |it| it.max(heard)),
            deposit: row.money(6)?,
        })
    })
}

/// How often something was taken of an account.
pub fn times(tx: &mut Tx, id: AccountId) -> Result<i64> {
    tx.one(OF_ACCOUNT, [id.into()], |row| row.int(0))
}

/// Keeps what was taken: whose it is, what and how much, its check, since when nothing was heard, and the day.
pub fn add(
    tx: &mut Tx,
    (key, account): (&str, AccountId),
    (what, amount, check): (Property, Money, Option<&str>),
    (since, on): (Date, Date),
) -> Result<()> {
    let values = [
        key.into(),
        account.into(),
        amount.into(),
        check.into(),
        since.into(),
        on.into(),
        what.word().into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// What was taken, neither claimed nor remitted; by account.
pub fn open(tx: &mut Tx) -> Result<Vec<Unclaimed>> {
    tx.many(OPEN, [], |row| {
        Ok(Unclaimed {
            key: row.text(0)?,
            account: row.id(1)?,
            number: row.number(2)?,
            name: row.text(3)?,
            address: row.text(4)?,
            amount: row.money(5)?,
            check: row.maybe(6, Row::text)?,
            since: row.date(7)?,
            on: row.date(8)?,
            what: row.word(9, Property::from_word)?,
        })
    })
}

/// What went to the state, each with its reference, its day, how many and what they came to; the newest first.
pub fn remittances(tx: &mut Tx, most: i64) -> Result<Vec<(String, Date, i64, Money)>> {
    tx.many(SENT, [most.into()], |row| Ok((row.text(0)?, row.date(1)?, row.int(2)?, row.money(3)?)))
}

/// Whether something of an account went to the state.
pub fn remitted(tx: &mut Tx, id: AccountId) -> Result<bool> {
    tx.one(REMITTED, [id.into()], |row| Ok(row.int(0)? != 0))
}

/// Keeps what goes to the state under a reference. The database refuses one that was used.
pub fn remit(tx: &mut Tx, reference: &str, on: Date, (items, total): (i64, Money)) -> Result<()> {
    tx.exec(REMIT, [reference.into(), on.into(), items.into(), total.into()]).map(|_| ())
}

/// Keeps what became of something: with a remittance it went to the state, else it was claimed. The
/// database refuses a second time.
pub fn end(tx: &mut Tx, key: &str, on: Date, remittance: Option<&str>, why: &str) -> Result<()> {
    let how = if remittance.is_some() { "remitted" } else { "claimed" };
    let values = [key.into(), how.into(), on.into(), remittance.into(), why.into()];
    tx.exec(END, values).map(|_| ())
}

/// What the ledger holds unclaimed is what was taken and neither claimed nor remitted, each is its charge, and
/// each remittance what went with it.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(OTHER_CHARGE, [], |row| {
        let (key, says, charged) = (row.text(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("{key} of {says} is a charge of {charged}"))
    })?;
    found.extend(tx.many(REMITTANCES, [], |row| {
        let (key, says, sum) = (row.text(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("{says} went to the state as {key}, and what went with it is {sum}"))
    })?);
    let (gl, open) = tx.one(LEDGER, [], |row| Ok((row.money(0)?, row.money(1)?)))?;
    if gl != open {
        found.push(format!("the ledger holds {gl} unclaimed, and {open} was taken and is there"));
    }
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}
