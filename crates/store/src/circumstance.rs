//! What is so of accounts or was done for them, and what of it follows from what is kept otherwise.

use std::collections::HashMap;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::credit::circumstance::{Circumstance, Fact};
use meterbook_core::credit::collection::Step;
use meterbook_core::id::AccountId;

use crate::Tx;
use crate::tx::Sql;
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into circumstance (key, account_id, what, from_on, to_on, evidence)
    values ($1, $2, $3, $4, $5, $6)");
const END: Sql = Sql("insert into circumstance_end (key, ended_on, why) values ($1, $2, $3)");
const OF_ACCOUNT: Sql = Sql("
    select c.key, c.account_id, c.what, c.from_on, c.to_on, c.evidence, e.ended_on
    from circumstance c left join circumstance_end e on e.key = c.key
    where c.account_id = $1 order by c.from_on, c.key");
const ON: Sql = Sql("
    select c.key, c.account_id, c.what, c.from_on, c.to_on, c.evidence, e.ended_on
    from circumstance c left join circumstance_end e on e.key = c.key
    where c.from_on <= $1 and (c.to_on is null or $1 < c.to_on)
      and (e.ended_on is null or $1 < e.ended_on)
    order by c.account_id, c.from_on, c.key");
const TOLD_OF: Sql = Sql("
    select s.taken_on from collection_step s join collection_case c on c.key = s.key
    where c.account_id = $1 and s.taken_on <= $2 and s.step in ('call', 'field')
    order by s.taken_on");
const TOLD: Sql = Sql("
    select c.account_id, s.taken_on from collection_step s join collection_case c on c.key = s.key
    where s.taken_on <= $1 and s.step in ('call', 'field')
    order by c.account_id, s.taken_on");
/// Letters of collections that went out and did not come back, by account, with the moment at which each
/// first did.
macro_rules! letters {
    ($of:literal) => {
        Sql(concat!(
            "select c.account_id, l.step, min(e.at)
            from collection_case c
            join collection_letter l on l.key = c.key
            join piece p on p.mailing_id = l.mailing_id
            join piece_event e on e.piece_id = p.id and e.state in ('sent', 'delivered')
            where ",
            $of,
            " not exists (
                select 1 from piece_event b
                where b.piece_id = p.id and e.position < b.position
                  and b.state not in ('sent', 'delivered'))
            group by c.account_id, l.mailing_id, l.step order by c.account_id, min(e.at)"
        ))
    };
}
const LETTERS_OF: Sql = letters!("c.account_id = $1 and");
const LETTERS: Sql = letters!("");
const MAIL: Sql = Sql("
    select a.mail_to, q.street from account a
    join agreement g on g.account_id = a.id
    join service_point s on s.id = g.service_point_id
    join premise q on q.id = s.premise_id
    where a.id = $1 and g.from_on <= $2 and (g.to_on is null or $2 < g.to_on)");

/// What was said of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The natural key: the same is said once a day.
    pub key: String,
    /// Of which account.
    pub account: AccountId,
    /// What, and from when to when as it was said then.
    pub fact: Fact,
    /// What proves it.
    pub evidence: String,
    /// The first day without it, where somebody ended it.
    pub ended: Option<Date>,
}

impl Said {
    /// What of it stands.
    pub fn stands(&self) -> Fact {
        let to = [self.fact.to, self.ended].into_iter().flatten().min();
        Fact { to, ..self.fact.clone() }
    }
}

/// Keeps what is said of an account. The database refuses the same twice on a day.
pub fn add(tx: &mut Tx, it: &Said) -> Result<()> {
    let Fact { what, from, to } = &it.fact;
    let values = [
        V::from(&it.key),
        it.account.into(),
        what.word().into(),
        (*from).into(),
        (*to).into(),
        V::from(&it.evidence),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Ends it. The database refuses a second time.
pub fn end(tx: &mut Tx, key: &str, on: Date, why: &str) -> Result<()> {
    tx.exec(END, [key.into(), on.into(), why.into()]).map(|_| ())
}

/// What was said of an account, the oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Said>> {
    tx.many(OF_ACCOUNT, [account.into()], said)
}

/// All that is so on a day, by account.
pub fn on(tx: &mut Tx, day: Date) -> Result<HashMap<AccountId, Vec<Fact>>> {
    let mut found: HashMap<AccountId, Vec<Fact>> = HashMap::new();
    for it in tx.many(ON, [day.into()], said)? {
        found.entry(it.account).or_default().push(it.stands());
    }
    Ok(found)
}

/// A letter of collections that went out: which, and when.
pub type Sent = (Step, Timestamp);

/// The letters of collections to an account that went out and did not come back, the first one first.
pub fn letters_of(tx: &mut Tx, account: AccountId) -> Result<Vec<Sent>> {
    tx.many(LETTERS_OF, [account.into()], |row| {
        Ok((row.word(1, Step::from_word)?, row.instant(2)?))
    })
}

/// The same of every account.
pub fn letters(tx: &mut Tx) -> Result<HashMap<AccountId, Vec<Sent>>> {
    let mut found: HashMap<AccountId, Vec<Sent>> = HashMap::new();
    tx.each(LETTERS, [], |row| {
        let sent = (row.word(1, Step::from_word)?, row.instant(2)?);
        found.entry(row.id(0)?).or_default().push(sent);
        Ok(())
    })?;
    Ok(found)
}

/// The days by one on which collections called an account, or went there, to tell it that service is to be
/// cut off.
pub fn told_of(tx: &mut Tx, account: AccountId, by: Date) -> Result<Vec<Date>> {
    tx.many(TOLD_OF, [account.into(), by.into()], |row| row.date(0))
}

/// The same of every account.
pub fn told(tx: &mut Tx, by: Date) -> Result<HashMap<AccountId, Vec<Date>>> {
    let mut found: HashMap<AccountId, Vec<Date>> = HashMap::new();
    tx.each(TOLD, [by.into()], |row| {
        found.entry(row.id(0)?).or_default().push(row.date(1)?);
        Ok(())
    })?;
    Ok(found)
}

/// Whether letters of an account go to another address than a place where it is served on a day.
pub fn elsewhere(tx: &mut Tx, account: AccountId, on: Date) -> Result<bool> {
    let all = tx.many(MAIL, [account.into(), on.into()], |row| Ok((row.text(0)?, row.text(1)?)))?;
    let goes_there = |(mail_to, address): &(String, String)| {
        mail_to.to_lowercase().contains(&address.trim().to_lowercase())
    };
    Ok(!all.iter().all(goes_there))
}

fn said(row: &Row) -> Result<Said> {
    let what = row.word(2, Circumstance::from_word)?;
    Ok(Said {
        key: row.text(0)?,
        account: row.id(1)?,
        fact: Fact { what, from: row.date(3)?, to: row.maybe(4, Row::date)? },
        evidence: row.text(5)?,
        ended: row.maybe(6, Row::date)?,
    })
}
