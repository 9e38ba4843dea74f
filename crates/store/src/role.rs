//! Roles, what comes with them, and who has them; each from an instant on.

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::id::UserId;
use meterbook_core::permission::{Grant, Permission};

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ALL: Sql = Sql("select name, says from role order by name");
const SAYS: Sql = Sql("select says from role where name = $1");
const ADD: Sql = Sql("insert into role (name, says) values ($1, $2)");
const GRANTS: Sql = Sql("
    select permission, limit_cents, four_eyes from role_permission
    where role = $1 and to_at is null order by permission");
const GRANTS_OF: Sql = Sql("
    select p.permission, p.limit_cents, p.four_eyes
    from staff_role s
    join staff m on m.id = s.staff_id
    join role_permission p on p.role = s.role
    where s.staff_id = $1 and s.to_at is null and p.to_at is null and m.disabled_at is null
    order by p.permission, p.role");
const GRANT: Sql = Sql("
    insert into role_permission (role, permission, limit_cents, four_eyes, from_at)
    values ($1, $2, $3, $4, $5)");
const REVOKE: Sql = Sql("
    update role_permission set to_at = $3
    where role = $1 and permission = $2 and to_at is null");
const ROLES_OF: Sql = Sql("
    select role from staff_role where staff_id = $1 and to_at is null order by role");
const GIVE: Sql = Sql("insert into staff_role (staff_id, role, from_at) values ($1, $2, $3)");
const TAKE: Sql = Sql("
    update staff_role set to_at = $3 where staff_id = $1 and role = $2 and to_at is null");
const HOLDERS: Sql = Sql("
    select count(*) from staff_role s
    join staff m on m.id = s.staff_id
    join role_permission p on p.role = s.role and p.to_at is null
    where s.to_at is null and m.disabled_at is null and p.permission = $1");

/// Every role with what it is for, by name.
pub fn all(tx: &mut Tx) -> Result<Vec<(String, String)>> {
    tx.many(ALL, [], |row| Ok((row.text(0)?, row.text(1)?)))
}

/// What a role is for; nothing when there is no such role.
pub fn says(tx: &mut Tx, role: &str) -> Result<Option<String>> {
    tx.maybe(SAYS, [role.into()], |row| row.text(0))
}

/// Keeps a role with nothing in it.
pub fn add(tx: &mut Tx, role: &str, says: &str) -> Result<()> {
    tx.exec(ADD, [role.into(), says.into()]).map(|_| ())
}

/// What comes with a role now.
pub fn grants(tx: &mut Tx, role: &str) -> Result<Vec<Grant>> {
    tx.many(GRANTS, [role.into()], grant_of)
}

/// What a member of staff was granted, now, by all of their roles; nothing when they are disabled.
pub fn grants_of(tx: &mut Tx, staff: UserId) -> Result<Vec<Grant>> {
    tx.many(GRANTS_OF, [staff.into()], grant_of)
}

/// Lets a permission come with a role from an instant on; what it was before ends then.
pub fn grant(tx: &mut Tx, role: &str, grant: &Grant, at: Timestamp) -> Result<()> {
    revoke(tx, role, grant.permission, at)?;
    let Grant { permission, limit, four_eyes } = *grant;
    let values = [role.into(), permission.word().into(), limit.into(), four_eyes.into(), at.into()];
    tx.exec(GRANT, values).map(|_| ())
}

/// Ends at an instant that a permission comes with a role; says whether it did.
pub fn revoke(tx: &mut Tx, role: &str, permission: Permission, at: Timestamp) -> Result<bool> {
    let changed = tx.exec(REVOKE, [role.into(), permission.word().into(), at.into()])?;
    Ok(changed != 0)
}

/// The roles somebody has now.
pub fn of(tx: &mut Tx, staff: UserId) -> Result<Vec<String>> {
    tx.many(ROLES_OF, [staff.into()], |row| row.text(0))
}

/// Gives somebody a role from an instant on.
pub fn give(tx: &mut Tx, staff: UserId, role: &str, at: Timestamp) -> Result<()> {
    tx.exec(GIVE, [staff.into(), role.into(), at.into()]).map(|_| ())
}

/// Ends at an instant that somebody has a role; says whether they had it.
pub fn take(tx: &mut Tx, staff: UserId, role: &str, at: Timestamp) -> Result<bool> {
    Ok(tx.exec(TAKE, [staff.into(), role.into(), at.into()])? != 0)
}

/// How many times somebody who may sign in has a permission by a role.
pub fn holders(tx: &mut Tx, permission: Permission) -> Result<i64> {
    tx.one(HOLDERS, [permission.word().into()], |row| row.int(0))
}

fn grant_of(row: &Row) -> Result<Grant> {
    Ok(Grant {
        permission: row.word(0, Permission::from_word)?,
        limit: row.maybe(1, Row::money)?,
        four_eyes: row.int(2)? != 0,
    })
}
