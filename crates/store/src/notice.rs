//! What collections told customers: the letters of steps, and what became of each notice before a cut.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::credit::collection::Step;
use meterbook_core::id::{AccountId, MailingId};

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::{Row, V};

const LETTERS: Rows = Rows("collection_letter (key, nth, again, step, mailing_id, earliest_on)");
/// What [`told`] reads: the newest notice of each account of which one is asked for, and what became of its
/// pieces. One that was sent is out while nothing else was heard of it.
macro_rules! newest {
    ($of:literal) => {
        Sql(concat!(
            "select c.account_id, l.key, l.nth, l.again, l.earliest_on, m.dated_on, m.addressed_to,
                (select min(e.at) from piece p join piece_event e on e.piece_id = p.id
                 where p.mailing_id = m.id and e.state in ('sent', 'delivered')
                   and not exists (
                    select 1 from piece_event b
                    where b.piece_id = p.id and e.position < b.position
                      and b.state not in ('sent', 'delivered'))),
                (select count(*) from piece p
                 where p.mailing_id = m.id
                   and coalesce((select e.state from piece_event e where e.piece_id = p.id
                                 order by e.position desc limit 1), 'queued') <> 'bounced')
            from collection_case c
            join collection_letter l on l.key = c.key
            join mailing m on m.id = l.mailing_id
            where l.mailing_id = (
                select max(n.mailing_id) from collection_case o
                join collection_letter n on n.key = o.key
                where o.account_id = c.account_id and n.step = 'notice') and ",
            $of
        ))
    };
}
const OF_ACCOUNT: Sql = newest!("c.account_id = $1");
const OF_OPEN: Sql = newest!(
    "exists (
        select 1 from collection_case s where s.account_id = c.account_id
          and not exists (select 1 from collection_end e where e.key = s.key))"
);
const OF_CASE: Sql = Sql("
    select l.nth, l.again, l.step, l.mailing_id, l.earliest_on from collection_letter l
    where l.key = $1 order by l.nth, l.again");
const COUNT: Sql = Sql("select count(*) from collection_letter");
const ASTRAY: Sql = Sql("
    select m.number from collection_letter l
    join mailing m on m.id = l.mailing_id
    join collection_case c on c.key = l.key
    where m.account_id <> c.account_id or m.cause <> l.step
    order by m.id limit 100");
// Whoever is cut off was told: of each cut since letters are written, one went out before.
const UNTOLD: Sql = Sql("
    select a.number, s.taken_on from collection_step s
    join collection_case c on c.key = s.key
    join account a on a.id = c.account_id
    where s.step = 'cut' and exists (
        select 1 from collection_letter l join collection_case o on o.key = l.key
        join mailing m on m.id = l.mailing_id
        where o.account_id = c.account_id and l.step = 'notice' and m.dated_on <= s.taken_on)
      and not exists (
        select 1 from collection_letter l join collection_case o on o.key = l.key
        join piece p on p.mailing_id = l.mailing_id join piece_event e on e.piece_id = p.id
        where o.account_id = c.account_id and l.step = 'notice'
          and l.earliest_on <= s.taken_on and e.state in ('sent', 'delivered'))
    order by a.id limit 100");

/// A letter of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Of which case.
    pub key: String,
    /// The number of the step, from 1.
    pub nth: i64,
    /// How often it was sent before.
    pub again: i64,
    /// What it is.
    pub step: Step,
    /// The letter.
    pub mailing: MailingId,
    /// The first day of a cut that it names.
    pub earliest: Date,
}

/// What became of the newest notice of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Whose.
    pub account: AccountId,
    /// Of which case.
    pub key: String,
    /// The number of its step, from 1.
    pub nth: i64,
    /// How often it was sent before.
    pub again: i64,
    /// The first day of a cut that it names.
    pub earliest: Date,
    /// The day on its face.
    pub dated: Date,
    /// Name, then address lines, as it was written.
    pub addressed_to: Vec<String>,
    /// When it went out, where it did and did not come back.
    pub out: Option<Timestamp>,
    /// Whether it came back in every way in which it was sent.
    pub came_back: bool,
}

/// Keeps letters of steps. The database refuses the same of a case twice.
pub fn add(tx: &mut Tx, all: &[Letter]) -> Result<()> {
    tx.bulk(
        LETTERS,
        all.iter().map(|it| {
            [
                V::from(&it.key),
                it.nth.into(),
                it.again.into(),
                it.step.word().into(),
                it.mailing.into(),
                it.earliest.into(),
            ]
        }),
    )
}

/// The letters of a case, in order.
pub fn of_case(tx: &mut Tx, key: &str) -> Result<Vec<Letter>> {
    tx.many(OF_CASE, [key.into()], |row| {
        Ok(Letter {
            key: key.to_owned(),
            nth: row.int(0)?,
            again: row.int(1)?,
            step: row.word(2, Step::from_word)?,
            mailing: row.id(3)?,
            earliest: row.date(4)?,
        })
    })
}

/// The newest notice of an account, whatever case it was of.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Option<Told>> {
    tx.maybe(OF_ACCOUNT, [account.into()], told)
}

/// Shows the newest notice of every account with an open case to `take`.
pub fn of_open(tx: &mut Tx, mut take: impl FnMut(Told)) -> Result<()> {
    tx.each(OF_OPEN, [], |row| {
        take(told(row)?);
        Ok(())
    })
}

/// Every letter of a step is to the customer of its case, and nobody is cut off to whom none went out.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(ASTRAY, [], |row| {
        Ok(format!("the letter {} is not of the case that it is kept with", row.text(0)?))
    })?;
    found.extend(tx.many(UNTOLD, [], |row| {
        let (number, on) = (row.number(0)?, row.date(1)?);
        Ok(format!("account {number} was to be cut off on {on}, and no notice went out before"))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn told(row: &Row) -> Result<Told> {
    Ok(Told {
        account: row.id(0)?,
        key: row.text(1)?,
        nth: row.int(2)?,
        again: row.int(3)?,
        earliest: row.date(4)?,
        dated: row.date(5)?,
        addressed_to: row.text(6)?.lines().map(str::to_owned).collect(),
        out: row.maybe(7, Row::instant)?,
        came_back: row.int(8)? == 0,
    })
}
