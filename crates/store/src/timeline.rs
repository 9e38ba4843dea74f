//! What histories are made of: the acts on one subject, and who was where on a day.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{
    AccountId, AccountNumber, AgreementId, MeterId, PremiseId, ServicePointId,
};
use meterbook_core::place::Commodity;

use crate::Tx;
use crate::tx::{Sql, among_words, words_of};
use crate::value::Row;

const ACTS: Sql = Sql("
    select a.done_at, s.name, a.act, a.detail
    from audit a left join staff s on s.id = a.staff_id where a.subject = $1 order by a.id");
const NEWEST_ACTS: Sql = Sql("
    select a.done_at, s.name, a.act, a.detail
    from audit a left join staff s on s.id = a.staff_id where a.subject = $1
    order by a.id desc limit $2");
const AMONG: (Sql, Sql) = among_words!(
    "select a.done_at, s.name, a.act, a.detail
     from audit a left join staff s on s.id = a.staff_id where a.subject = $2 and a.act",
    "order by a.id desc limit $3"
);
const FIRST_ACT: Sql = Sql("
    select a.done_at, s.name, a.act, a.detail
    from audit a left join staff s on s.id = a.staff_id where a.subject = $1
    order by a.id limit 1");
const SERVED: Sql = Sql("
    select s.id, s.commodity, g.id, g.account_id, a.number, p.name, g.tariff, g.from_on, g.to_on,
        m.id, m.serial, i.from_on
    from service_point s
    left join agreement g on g.service_point_id = s.id
      and g.from_on <= $2 and (g.to_on is null or $2 < g.to_on)
    left join account a on a.id = g.account_id
    left join person p on p.id = a.person_id
    left join installation i on i.service_point_id = s.id
      and i.from_on <= $2 and (i.to_on is null or $2 < i.to_on)
    left join meter m on m.id = i.meter_id
    where s.premise_id = $1 order by s.id");

/// An act that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// By whom; `None` for the system itself.
    pub by: Option<String>,
    /// Its name.
    pub act: String,
    /// What more there is to say.
    pub detail: String,
}

/// A service point on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Which one.
    pub point: ServicePointId,
    /// What is delivered.
    pub commodity: Commodity,
    /// Who was served; `None` when nobody was on the contract.
    pub customer: Option<Customer>,
    /// The meter that hung there, its number and since when; `None` when none did.
    pub meter: Option<(MeterId, String, Date)>,
}

/// Who was served, and on what terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The agreement.
    pub agreement: AgreementId,
    /// The account.
    pub account: AccountId,
    /// Its number.
    pub number: AccountNumber,
    /// Whose it is.
    pub name: String,
    /// The tariff's code.
    pub tariff: String,
    /// The first day.
    pub from: Date,
    /// The first day without; `None` while it is in force.
    pub to: Option<Date>,
}

/// The acts on something, oldest first, by what the audit calls it.
pub fn acts(tx: &mut Tx, subject: &str) -> Result<Vec<Act>> {
    tx.many(ACTS, [subject.into()], act)
}

/// At most so many acts on something, newest first.
pub fn newest_acts(tx: &mut Tx, subject: &str, most: i64) -> Result<Vec<Act>> {
    tx.many(NEWEST_ACTS, [subject.into(), most.into()], act)
}

/// At most so many acts of some names on something, newest first.
pub fn newest_among(tx: &mut Tx, (subject, names): (&str, &[&str]), most: i64) -> Result<Vec<Act>> {
    let sql = tx.either(AMONG.0, AMONG.1);
    let names = words_of(names.iter().copied());
    tx.many(sql, [names.into(), subject.into(), most.into()], act)
}

/// The first act on something.
pub fn first_act(tx: &mut Tx, subject: &str) -> Result<Option<Act>> {
    tx.maybe(FIRST_ACT, [subject.into()], act)
}

fn act(row: &Row) -> Result<Act> {
    Ok(Act {
        at: row.instant(0)?,
        by: row.maybe(1, Row::text)?,
        act: row.text(2)?,
        detail: row.text(3)?,
    })
}

/// Who was served at a premise on a day, by which meter.
pub fn served(tx: &mut Tx, premise: PremiseId, on: Date) -> Result<Vec<Served>> {
    tx.many(SERVED, [premise.into(), on.into()], |row| {
        let customer = match row.maybe(2, Row::id)? {
            Some(agreement) => Some(Customer {
                agreement,
                account: row.id(3)?,
                number: row.number(4)?,
                name: row.text(5)?,
                tariff: row.text(6)?,
                from: row.date(7)?,
                to: row.maybe(8, Row::date)?,
            }),
            None => None,
        };
        let meter = match row.maybe(9, Row::id)? {
            Some(meter) => Some((meter, row.text(10)?, row.date(11)?)),
            None => None,
        };
        Ok(Served {
            point: row.id(0)?,
            commodity: row.word(1, Commodity::from_word)?,
            customer,
            meter,
        })
    })
}
