//! Roles: what comes with each of them. They are data; a utility makes them its own.

use std::fmt;

use anyhow::Result;
use meterbook_core::permission::{Authorized, Grant, Permission};
use meterbook_store::audit::Change;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why a role is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotARole {
    /// There is no such role.
    Unknown {
        /// What was said.
        role: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// A role has a name of small letters, digits and dashes.
    OddName {
        /// What was said.
        role: String,
    },
    /// There is one of this name.
    NameTaken {
        /// The name.
        role: String,
    },
    /// It does not come with that.
    NotInIt {
        /// The role.
        role: String,
        /// The permission.
        permission: Permission,
    },
    /// Nobody could grant roles any more.
    LastGrant {
        /// The role.
        role: String,
    },
}

/// Makes a role with nothing in it.
pub fn add(tx: &mut Tx, actor: Actor, role: &str, says: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::ManageStaff, None)?;
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    if role.is_empty() || !role.chars().all(plain) {
        return Err(refuse(NotARole::OddName { role: role.to_owned() }));
    }
    if store::role::says(tx, role)?.is_some() {
        return Err(refuse(NotARole::NameTaken { role: role.to_owned() }));
    }
    store::role::add(tx, role, says)?;
    store::audit::add(tx, &allowed, "add role", role, says)
}

/// Lets a permission come with a role.
pub(crate) fn grant(
    tx: &mut Tx,
    allowed: &Authorized,
    role: &str,
    grant: &Grant,
    why: &str,
) -> Result<()> {
    check(tx, role)?;
    let was = has(tx, role, grant.permission)?.map(|it| say(&it));
    store::role::grant(tx, role, grant, allowed.at())?;
    let became = say(grant);
    let change = Change { was: was.as_deref(), became: Some(&became), why: said(why) };
    store::audit::change(tx, allowed, "grant", role, ("", change))
}

/// Lets a permission come with a role no more.
pub(crate) fn revoke(
    tx: &mut Tx,
    allowed: &Authorized,
    role: &str,
    permission: Permission,
    why: &str,
) -> Result<()> {
    let was = say(&check_has(tx, role, permission)?);
    store::role::revoke(tx, role, permission, allowed.at())?;
    let mattered = allowed.by().is_some() && permission == Permission::GrantRoles;
    if mattered && store::role::holders(tx, permission)? == 0 {
        return Err(refuse(NotARole::LastGrant { role: role.to_owned() }));
    }
    let change = Change { was: Some(&was), became: None, why: said(why) };
    store::audit::change(tx, allowed, "revoke", role, ("", change))
}

/// Refuses a role that is not there.
pub(crate) fn check(tx: &mut Tx, role: &str) -> Result<()> {
    if store::role::says(tx, role)?.is_some() {
        return Ok(());
    }
    let known = store::role::all(tx)?.into_iter().map(|it| it.0).collect();
    Err(refuse(NotARole::Unknown { role: role.to_owned(), known }))
}

/// What a role comes with of a permission; refuses one that it does not come with.
pub(crate) fn check_has(tx: &mut Tx, role: &str, permission: Permission) -> Result<Grant> {
    check(tx, role)?;
    let there = has(tx, role, permission)?;
    there.ok_or_else(|| refuse(NotARole::NotInIt { role: role.to_owned(), permission }))
}

fn has(tx: &mut Tx, role: &str, permission: Permission) -> Result<Option<Grant>> {
    let grants = store::role::grants(tx, role)?;
    Ok(grants.into_iter().find(|it| it.permission == permission))
}

/// A grant as it is said: `take-payment up to $500.00, beyond it with a second person`.
pub fn say(grant: &Grant) -> String {
    let Grant { permission, limit, four_eyes } = grant;
    match (limit, four_eyes) {
        (None, false) => permission.to_string(),
        (None, true) => format!("{permission}, with a second person"),
        (Some(limit), false) => format!("{permission} up to {limit}"),
        (Some(limit), true) => {
            format!("{permission} up to {limit}, beyond it with a second person")
        }
    }
}

fn said(why: &str) -> Option<&str> {
    Some(why).filter(|it| !it.is_empty())
}

impl fmt::Display for NotARole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotARole::Unknown { role, known } => {
                write!(f, "there is no role {role}; there are {}", known.join(", "))
            }
            NotARole::OddName { role } => {
                write!(f, "{role} is no name for a role; write small letters, digits and dashes")
            }
            NotARole::NameTaken { role } => {
                write!(f, "there is a role {role} already; see: meterbook role show {role}")
            }
            NotARole::NotInIt { role, permission } => write!(
                f,
                "{permission} does not come with {role}; see what does: meterbook role show {role}"
            ),
            NotARole::LastGrant { role } => write!(
                f,
                "nobody could grant roles any more; give grant-roles to another role before you take it from {role}"
            ),
        }
    }
}

impl std::error::Error for NotARole {}
