//! What waits for a second person, and how it ended.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::{ApprovalId, UserId};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into approval
        (id, act, permission, subject, amount_cents, content, why, asked_by, asked_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
// Two who decide at once: the second waits here and then sees the end of the first.
const LOCK_SQLITE: Sql = Sql("select id from approval where id = $1");
const LOCK_POSTGRES: Sql = Sql("select id from approval where id = $1 for update");
const GET: Sql = Sql("
    select a.id, a.act, a.permission, a.subject, a.amount_cents, a.content, a.why, a.asked_by,
        a.asked_at, s.name, e.ended, e.ended_by, t.name, e.ended_at, e.why
    from approval a join staff s on s.id = a.asked_by
    left join approval_end e on e.approval_id = a.id left join staff t on t.id = e.ended_by
    where a.id = $1");
const OPEN: Sql = Sql("
    select a.id, a.act, a.permission, a.subject, a.amount_cents, a.content, a.why, a.asked_by,
        a.asked_at, s.name, e.ended, e.ended_by, s.name, e.ended_at, e.why
    from approval a join staff s on s.id = a.asked_by
    left join approval_end e on e.approval_id = a.id
    where e.approval_id is null order by a.id");
const SAME: Sql = Sql("
    select a.id from approval a left join approval_end e on e.approval_id = a.id
    where e.approval_id is null and a.act = $1 and a.content = $2 order by a.id");
const END: Sql = Sql("
    insert into approval_end (approval_id, asked_by, ended, ended_by, ended_at, why)
    values ($1, $2, $3, $4, $5, $6)");

/// Something that takes two, as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Its number.
    pub id: ApprovalId,
    /// What is to be done.
    pub act: String,
    /// The permission it takes.
    pub permission: Permission,
    /// To what.
    pub subject: String,
    /// Its amount, if it has one.
    pub amount: Option<Money>,
    /// What the act needs to be done.
    pub content: String,
    /// Why it was asked for.
    pub why: String,
    /// Who asked.
    pub asked_by: UserId,
    /// When.
    pub asked_at: Timestamp,
    /// The name of who asked.
    pub asker: String,
    /// How it ended; `None` while it waits.
    pub end: Option<End>,
}

/// How something ended that took two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// How.
    pub how: Ended,
    /// By whom.
    pub by: UserId,
    /// Their name.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: String,
}

/// The ways to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A second person agreed, and it was done.
    Given,
    /// A second person did not agree.
    Refused,
    /// Who asked took it back.
    Withdrawn,
}

impl Ended {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Ended::Given => "given",
            Ended::Refused => "refused",
            Ended::Withdrawn => "withdrawn",
        }
    }

    fn from_word(word: &str) -> Option<Ended> {
        [Ended::Given, Ended::Refused, Ended::Withdrawn].into_iter().find(|it| it.word() == word)
    }
}

/// Keeps what somebody asked for; the name and the end are not looked at.
pub fn add(tx: &mut Tx, it: &Approval) -> Result<()> {
    let values = [
        it.id.into(),
        (&it.act).into(),
        it.permission.word().into(),
        (&it.subject).into(),
        it.amount.into(),
        (&it.content).into(),
        (&it.why).into(),
        it.asked_by.into(),
        it.asked_at.into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// What was asked for under a number, if there is such a thing.
pub fn find(tx: &mut Tx, id: ApprovalId) -> Result<Option<Approval>> {
    tx.maybe(GET, [id.into()], approval)
}

/// The same, to be decided in this transaction: whoever else decides it waits.
pub fn lock(tx: &mut Tx, id: ApprovalId) -> Result<Option<Approval>> {
    let lock = tx.either(LOCK_SQLITE, LOCK_POSTGRES);
    tx.maybe(lock, [id.into()], |row| row.int(0))?;
    find(tx, id)
}

/// All that waits, oldest first.
pub fn open(tx: &mut Tx) -> Result<Vec<Approval>> {
    tx.many(OPEN, [], approval)
}

/// The same thing, if it waits already.
pub fn waiting(tx: &mut Tx, act: &str, content: &str) -> Result<Option<ApprovalId>> {
    tx.maybe(SAME, [act.into(), content.into()], |row| row.id(0))
}

/// Ends it. The database refuses a second end, and that maker and checker are one.
pub fn end(
    tx: &mut Tx,
    it: &Approval,
    how: Ended,
    (by, at): (UserId, Timestamp),
    why: &str,
) -> Result<()> {
    let values =
        [it.id.into(), it.asked_by.into(), how.word().into(), by.into(), at.into(), why.into()];
    tx.exec(END, values).map(|_| ())
}

fn approval(row: &Row) -> Result<Approval> {
    let end = |row: &Row, _| {
        Ok(End {
            how: row.word(10, Ended::from_word)?,
            by: row.id(11)?,
            name: row.text(12)?,
            at: row.instant(13)?,
            why: row.text(14)?,
        })
    };
    Ok(Approval {
        id: row.id(0)?,
        act: row.text(1)?,
        permission: row.word(2, Permission::from_word)?,
        subject: row.text(3)?,
        amount: row.maybe(4, Row::money)?,
        content: row.text(5)?,
        why: row.text(6)?,
        asked_by: row.id(7)?,
        asked_at: row.instant(8)?,
        asker: row.text(9)?,
        end: row.maybe(10, end)?,
    })
}
