//! Who did what, written in the transaction that did it, each row chained to the one before.
//!
//! The acts of a transaction are gathered and written as its last step. On PostgreSQL the row of
//! their counter is locked from then to the commit: whoever holds it sees the newest row and is
//! the only one to chain to it, nobody waits longer than a commit takes, and no transaction asks
//! for anything else afterwards, so that two cannot wait for each other.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::UserId;
use meterbook_core::permission::{Authorized, Permission};

use crate::migrate::sha256;
use crate::tx::{Rows, Sql};
use crate::value::Row;
use crate::{Counter, Tx};

const ADD: Rows = Rows(
    "audit (id, staff_id, second_id, permission, done_at, act, subject, detail, was, became, why, previous_hash, hash)",
);
const HEAD: Sql = Sql("select id, hash from audit order by id desc limit 1");
const COUNTED: Sql = Sql("select last from counter where name = 'audit'");
const WALK: Sql = Sql("
    select id, staff_id, second_id, permission, done_at, act, subject, detail, was, became, why,
        previous_hash, hash
    from audit order by id");
const HASH: Sql = Sql("select hash from audit where id = $1");

macro_rules! done {
    ($which:literal) => {
        Sql(concat!(
            "select a.id, a.done_at, s.name, t.name, a.permission, a.act, a.subject, a.detail, a.was,
                a.became, a.why
            from audit a left join staff s on s.id = a.staff_id left join staff t on t.id = a.second_id
            where ", $which, " a.done_at >= $1 and a.done_at < $2 order by a.id desc limit $3"
        ))
    };
}
const DONE: Sql = done!("");
const DONE_TO: Sql = done!("a.subject = $4 and");
const DONE_BY: Sql = done!("a.staff_id = $4 and");
const DONE_TO_BY: Sql = done!("a.subject = $4 and a.staff_id = $5 and");

/// One act, on its way into the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Act {
    allowed: Authorized,
    act: String,
    subject: String,
    detail: String,
    was: Option<String>,
    became: Option<String>,
    why: Option<String>,
}

/// What an act changed: how it was, how it became, and why, as far as there is something to say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Change<'a> {
    /// How it was before.
    pub was: Option<&'a str>,
    /// How it is now.
    pub became: Option<&'a str>,
    /// Why it was done.
    pub why: Option<&'a str>,
}

/// One act that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its number.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The name of the member of staff; `None` for the system and its operator.
    pub by: Option<String>,
    /// The name of who agreed, where that was needed.
    pub second: Option<String>,
    /// By which permission; `None` for what everybody may do for themselves.
    pub permission: Option<Permission>,
    /// What was done.
    pub act: String,
    /// To what.
    pub subject: String,
    /// What more there is to say.
    pub detail: String,
    /// How it was before.
    pub was: Option<String>,
    /// How it became.
    pub became: Option<String>,
    /// Why.
    pub why: Option<String>,
}

/// Which acts are looked for: those that meet all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Done to this.
    pub subject: Option<String>,
    /// Done by this member of staff.
    pub by: Option<UserId>,
    /// Not before this instant.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
}

/// Writes down an act. It asks for the proof that the act was allowed.
pub fn add(
    tx: &mut Tx,
    allowed: &Authorized,
    act: &str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    change(tx, allowed, act, subject, (detail, Change::default()))
}

/// Writes down an act that made one thing of another: what there is to say of it, how it was, and how
/// it is now.
pub fn turn(
    tx: &mut Tx,
    allowed: &Authorized,
    act: &str,
    subject: &str,
    detail: &str,
    (was, became): (&str, &str),
) -> Result<()> {
    let both = Change { was: Some(was), became: Some(became), why: None };
    change(tx, allowed, act, subject, (detail, both))
}

/// Writes down an act that changed something: what there is to say of it, and the change.
pub fn change(
    tx: &mut Tx,
    allowed: &Authorized,
    act: &str,
    subject: &str,
    (detail, Change { was, became, why }): (&str, Change),
) -> Result<()> {
    tx.acts.push(Act {
        allowed: *allowed,
        act: act.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_owned(),
        was: was.map(str::to_owned),
        became: became.map(str::to_owned),
        why: why.map(str::to_owned),
    });
    Ok(())
}

/// The last step of a transaction: its acts become rows.
pub(crate) fn write(tx: &mut Tx) -> Result<()> {
    let acts = std::mem::take(&mut tx.acts);
    if acts.is_empty() {
        return Ok(());
    }
    // Locks the counter on PostgreSQL. What is asked after it sees all that was committed before.
    let first = tx.next(Counter::Audit, acts.len())?;
    let mut previous = tx.maybe(HEAD, [], |row| row.text(1))?.unwrap_or_default();
    let mut hashes = Vec::with_capacity(acts.len());
    for (act, id) in acts.iter().zip(first..) {
        let hash = act.hash(id, &previous);
        hashes.push((std::mem::replace(&mut previous, hash.clone()), hash));
    }
    let rows = acts.iter().zip(&hashes).zip(first..).map(|((act, (previous, hash)), id)| {
        let permission = act.allowed.permission().map(Permission::word);
        [
            id.into(),
            act.allowed.by().into(),
            act.allowed.second().into(),
            permission.into(),
            act.allowed.at().into(),
            (&act.act).into(),
            (&act.subject).into(),
            (&act.detail).into(),
            act.was.as_ref().into(),
            act.became.as_ref().into(),
            act.why.as_ref().into(),
            previous.into(),
            hash.into(),
        ]
    });
    tx.bulk(ADD, rows)
}

impl Act {
    fn hash(&self, id: i64, previous: &str) -> String {
        let number = |it: Option<i64>| it.map(|it| it.to_string());
        Fields {
            id,
            by: number(self.allowed.by().map(i64::from)),
            second: number(self.allowed.second().map(i64::from)),
            permission: self.allowed.permission().map(|it| it.word().to_owned()),
            at: self.allowed.at().as_microsecond(),
            texts: [&self.act, &self.subject, &self.detail].map(Clone::clone),
            changes: [&self.was, &self.became, &self.why].map(Clone::clone),
        }
        .hash(previous)
    }
}

/// All that a row says.
struct Fields {
    id: i64,
    by: Option<String>,
    second: Option<String>,
    permission: Option<String>,
    at: i64,
    texts: [String; 3],
    changes: [Option<String>; 3],
}

impl Fields {
    /// The hash of all of it and of the row before. Each field stands behind its length, so that no
    /// two rows are written alike; what is not there is a dash.
    fn hash(&self, previous: &str) -> String {
        let (id, at) = (self.id.to_string(), self.at.to_string());
        let head = [Some(previous), Some(&id), self.by.as_deref(), self.second.as_deref()];
        let middle = [self.permission.as_deref(), Some(&at)];
        let texts = self.texts.iter().map(|it| Some(it.as_str()));
        let changes = self.changes.iter().map(Option::as_deref);
        let mut said = String::new();
        for field in head.into_iter().chain(middle).chain(texts).chain(changes) {
            match field {
                Some(text) => said.push_str(&format!("{}:{text}\n", text.len())),
                None => said.push_str("-\n"),
            }
        }
        sha256(said.as_bytes())
    }
}

/// What a walk along the chain came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk {
    /// How many rows are there.
    pub rows: i64,
    /// The newest row and its hash: kept elsewhere, it shows later that nothing was rewritten.
    pub head: Option<(i64, String)>,
    /// The first row where the chain is broken.
    pub broken: Option<Broken>,
}

/// Where a chain is broken first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// A row is not there, or its number is.
    Missing {
        /// Its number.
        id: i64,
    },
    /// A row says something else than when it was written.
    Altered {
        /// Its number.
        id: i64,
        /// What was done, as it says now.
        act: String,
        /// To what, as it says now.
        subject: String,
    },
    /// A row is whole in itself, but it was not written after the one before it.
    Unlinked {
        /// Its number.
        id: i64,
    },
}

/// Walks the chain from its first row to its last.
pub fn walk(tx: &mut Tx) -> Result<Walk> {
    let mut walk = Walk { rows: 0, head: None, broken: None };
    let mut previous = (0, String::new());
    tx.each(WALK, [], |row| {
        let id = row.int(0)?;
        let (said, hash) = (row.text(11)?, row.text(12)?);
        walk.rows += 1;
        if walk.broken.is_none() {
            walk.broken = if id != previous.0 + 1 {
                Some(Broken::Missing { id: previous.0 + 1 })
            } else if said != previous.1 {
                Some(Broken::Unlinked { id })
            } else if fields(row)?.hash(&said) != hash {
                Some(Broken::Altered { id, act: row.text(5)?, subject: row.text(6)? })
            } else {
                None
            };
        }
        previous = (id, hash);
        Ok(())
    })?;
    let counted = tx.maybe(COUNTED, [], |row| row.int(0))?.unwrap_or(0);
    if walk.broken.is_none() && previous.0 < counted {
        walk.broken = Some(Broken::Missing { id: previous.0 + 1 });
    }
    walk.head = (0 < walk.rows).then_some(previous);
    Ok(walk)
}

fn fields(row: &Row) -> Result<Fields> {
    let number = |column| row.maybe(column, |row, column| Ok(row.int(column)?.to_string()));
    Ok(Fields {
        id: row.int(0)?,
        by: number(1)?,
        second: number(2)?,
        permission: row.maybe(3, Row::text)?,
        at: row.int(4)?,
        texts: [row.text(5)?, row.text(6)?, row.text(7)?],
        changes: [row.maybe(8, Row::text)?, row.maybe(9, Row::text)?, row.maybe(10, Row::text)?],
    })
}

/// The hash of one row, if it is there.
pub fn hash_of(tx: &mut Tx, id: i64) -> Result<Option<String>> {
    tx.maybe(HASH, [id.into()], |row| row.text(0))
}

/// The last acts, newest first.
pub fn latest(tx: &mut Tx, limit: i64) -> Result<Vec<Done>> {
    seek(tx, &Sought::default(), limit)
}

/// The acts that are looked for, newest first.
pub fn seek(tx: &mut Tx, sought: &Sought, limit: i64) -> Result<Vec<Done>> {
    write(tx)?;
    let from = sought.from.unwrap_or(Timestamp::MIN).into();
    let to = sought.to.unwrap_or(Timestamp::MAX).into();
    let limit = limit.into();
    match (&sought.subject, sought.by) {
        (None, None) => tx.many(DONE, [from, to, limit], done),
        (Some(subject), None) => tx.many(DONE_TO, [from, to, limit, subject.into()], done),
        (None, Some(by)) => tx.many(DONE_BY, [from, to, limit, by.into()], done),
        (Some(subject), Some(by)) => {
            tx.many(DONE_TO_BY, [from, to, limit, subject.into(), by.into()], done)
        }
    }
}

fn done(row: &Row) -> Result<Done> {
    Ok(Done {
        id: row.int(0)?,
        at: row.instant(1)?,
        by: row.maybe(2, Row::text)?,
        second: row.maybe(3, Row::text)?,
        permission: row.maybe(4, |row, column| row.word(column, Permission::from_word))?,
        act: row.text(5)?,
        subject: row.text(6)?,
        detail: row.text(7)?,
        was: row.maybe(8, Row::text)?,
        became: row.maybe(9, Row::text)?,
        why: row.maybe(10, Row::text)?,
    })
}
