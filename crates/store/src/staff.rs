//! Members of staff and their sessions.

use std::collections::HashMap;

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::UserId;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into staff (id, name, password_hash, disabled_at) values ($1, $2, $3, $4)");
const BY_NAME: Sql = Sql("select id, name, password_hash, disabled_at from staff where name = $1");
const ALL: Sql = Sql("select id, name, password_hash, disabled_at from staff order by name");
const PASSWORD: Sql = Sql("update staff set password_hash = $2 where id = $1");
const DISABLE: Sql = Sql("update staff set disabled_at = $2 where id = $1");
const NAME: Sql = Sql("select name from staff where id = $1");
const BEGIN: Sql = Sql("
    insert into session (token_hash, staff_id, begun_at, seen_at) values ($1, $2, $3, $3)");
const FIND: Sql = Sql("
    select s.id, s.name, s.password_hash, s.disabled_at, t.begun_at, t.seen_at
    from session t join staff s on s.id = t.staff_id where t.token_hash = $1");
const SEEN: Sql = Sql("update session set seen_at = $2 where token_hash = $1");
const END: Sql = Sql("delete from session where token_hash = $1");
const END_ALL: Sql = Sql("delete from session where staff_id = $1");
const END_OLD: Sql = Sql("delete from session where seen_at < $1");

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: UserId,
    /// The name they sign in with.
    pub name: String,
    /// Their password, hashed with its salt and parameters (PHC string).
    pub password_hash: String,
    /// Since when they may do nothing any more.
    pub disabled: Option<Timestamp>,
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
    let Member { id, name, password_hash, disabled } = member;
    let values = [(*id).into(), name.into(), password_hash.into(), (*disabled).into()];
    tx.exec(ADD, values).map(|_| ())
}

/// The member of staff with this name, if there is one.
pub fn by_name(tx: &mut Tx, name: &str) -> Result<Option<Member>> {
    tx.maybe(BY_NAME, [name.into()], member)
}

/// Every member of staff, by name.
pub fn all(tx: &mut Tx) -> Result<Vec<Member>> {
    tx.many(ALL, [], member)
}

/// Gives somebody another password.
pub fn set_password(tx: &mut Tx, staff: UserId, password_hash: &str) -> Result<()> {
    tx.exec(PASSWORD, [staff.into(), password_hash.into()]).map(|_| ())
}

/// Lets somebody do nothing from an instant on; with `None`, lets them in again.
pub fn disable(tx: &mut Tx, staff: UserId, at: Option<Timestamp>) -> Result<()> {
    tx.exec(DISABLE, [staff.into(), at.into()]).map(|_| ())
}

/// The name of a member of staff.
pub fn name(tx: &mut Tx, staff: UserId) -> Result<String> {
    tx.one(NAME, [staff.into()], |row| row.text(0))
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

/// Ends every session of somebody.
pub fn end_all(tx: &mut Tx, staff: UserId) -> Result<()> {
    tx.exec(END_ALL, [staff.into()]).map(|_| ())
}

/// Ends the sessions that nobody used since `before`.
pub fn end_old(tx: &mut Tx, before: Timestamp) -> Result<()> {
    tx.exec(END_OLD, [before.into()]).map(|_| ())
}

fn member(row: &Row) -> Result<Member> {
    Ok(Member {
        id: row.id(0)?,
        name: row.text(1)?,
        password_hash: row.text(2)?,
        disabled: row.maybe(3, Row::instant)?,
    })
}
