//! Members of staff and their sessions.

use std::collections::HashMap;

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::UserId;
use meterbook_core::permission::Role;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("insert into staff (id, name, role, password_hash) values ($1, $2, $3, $4)");
const BY_NAME: Sql = Sql("select id, name, role, password_hash from staff where name = $1");
const ROLE: Sql = Sql("select role from staff where id = $1");
const NAME: Sql = Sql("select name from staff where id = $1");
const BEGIN: Sql = Sql("
    insert into session (token_hash, staff_id, begun_at, seen_at) values ($1, $2, $3, $3)");
const FIND: Sql = Sql("
    select s.id, s.name, s.role, s.password_hash, t.begun_at, t.seen_at
    from session t join staff s on s.id = t.staff_id where t.token_hash = $1");
const SEEN: Sql = Sql("update session set seen_at = $2 where token_hash = $1");
const END: Sql = Sql("delete from session where token_hash = $1");
const END_OLD: Sql = Sql("delete from session where seen_at < $1");

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: UserId,
    /// The name they sign in with.
    pub name: String,
    /// Their job.
    pub role: Role,
    /// Their password, hashed with its salt and parameters (PHC string).
    pub password_hash: String,
}

/// Somebody who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who.
    pub member: Member,
    /// When they signed in.
    pub begun: Timestamp,
    /// When they last did something.
    pub seen: Timestamp,
}

/// Keeps a member of staff; a name is used once.
pub fn add(tx: &mut Tx, member: &Member) -> Result<()> {
    let Member { id, name, role, password_hash } = member;
    let values = [(*id).into(), name.into(), role.word().into(), password_hash.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// The member of staff with this name, if there is one.
pub fn by_name(tx: &mut Tx, name: &str) -> Result<Option<Member>> {
    tx.maybe(BY_NAME, [name.into()], member)
}

/// The job of a member of staff.
pub fn role(tx: &mut Tx, id: UserId) -> Result<Role> {
    tx.one(ROLE, [id.into()], |row| row.word(0, Role::from_word))
}

/// The names of members of staff.
pub fn names(tx: &mut Tx, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    let mut names = HashMap::new();
    for id in ids {
        if !names.contains_key(id) {
            names.insert(*id, tx.one(NAME, [(*id).into()], |row| row.text(0))?);
        }
    }
    Ok(names)
}

/// Begins a session; only the hash of its token is kept.
pub fn begin(tx: &mut Tx, token_hash: &str, staff: UserId, at: Timestamp) -> Result<()> {
    tx.exec(BEGIN, [token_hash.into(), staff.into(), at.into()]).map(|_| ())
}

/// The session with this token, if it has not been ended.
pub fn session(tx: &mut Tx, token_hash: &str) -> Result<Option<Session>> {
    tx.maybe(FIND, [token_hash.into()], |row| {
        Ok(Session { member: member(row)?, begun: row.instant(4)?, seen: row.instant(5)? })
    })
}

/// Writes down that a session was used.
pub fn seen(tx: &mut Tx, token_hash: &str, at: Timestamp) -> Result<()> {
    tx.exec(SEEN, [token_hash.into(), at.into()]).map(|_| ())
}

/// Ends a session.
pub fn end(tx: &mut Tx, token_hash: &str) -> Result<()> {
    tx.exec(END, [token_hash.into()]).map(|_| ())
}

/// Ends the sessions that nobody used since `before`.
pub fn end_old(tx: &mut Tx, before: Timestamp) -> Result<()> {
    tx.exec(END_OLD, [before.into()]).map(|_| ())
}

fn member(row: &Row) -> Result<Member> {
    Ok(Member {
        id: row.id(0)?,
        name: row.text(1)?,
        role: row.word(2, Role::from_word)?,
        password_hash: row.text(3)?,
    })
}
