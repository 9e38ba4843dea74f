//! Members of staff: letting them in, giving and taking roles, keeping them out.

use std::fmt;

use anyhow::Result;
use meterbook_core::id::UserId;
use meterbook_core::password::{LONGEST, SHORTEST, Weak, weakness};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::audit::Change;
use meterbook_store::staff::Member;
use meterbook_store::{self as store, Counter, Db, Tx};

use crate::approval::{Asked, Outcome, do_or_ask};
use crate::authority::authorize;
use crate::{Actor, refuse, role, session};

/// Why a member of staff is not taken down or changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotStaff {
    /// The password would be guessed.
    Weak(Weak),
    /// There is a member of staff of this name already.
    NameTaken {
        /// The name.
        name: String,
    },
    /// There is no name.
    NoName,
    /// Nobody is called so.
    Unknown {
        /// What was said.
        name: String,
    },
    /// They have the role.
    HasRole {
        /// Who.
        name: String,
        /// Which.
        role: String,
    },
    /// They do not have the role.
    HasNotRole {
        /// Who.
        name: String,
        /// Which.
        role: String,
    },
    /// They are disabled.
    Disabled {
        /// Who.
        name: String,
    },
    /// They are not disabled.
    NotDisabled {
        /// Who.
        name: String,
    },
    /// Nobody shuts themselves out.
    Yourself,
    /// Nobody could grant roles any more.
    LastGrant {
        /// Who.
        name: String,
    },
    /// A password is set by its owner, or by the operator.
    NotYours,
}

/// Takes down a member of staff, and gives them a role; the role may have to wait for a second
/// person.
pub fn add(
    db: &Db,
    actor: Actor,
    name: &str,
    role: &str,
    password: &str,
) -> Result<(UserId, Outcome)> {
    let name = name.trim();
    if name.is_empty() {
        return Err(refuse(NotStaff::NoName));
    }
    let password_hash = strong(db, name, password)?;
    db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::ManageStaff, None)?;
        if store::staff::by_name(tx, name)?.is_some() {
            return Err(refuse(NotStaff::NameTaken { name: name.to_owned() }));
        }
        role::check(tx, role)?;
        let id = UserId(tx.next(Counter::User, 1)?);
        let member = Member { id, name: name.to_owned(), password_hash, disabled: None };
        store::staff::add(tx, &member)?;
        store::audit::add(tx, &allowed, "add staff", name, "")?;
        let asked = Asked::GiveRole { name: name.to_owned(), role: role.to_owned() };
        Ok((id, do_or_ask(tx, actor, &asked, "")?))
    })
}

/// Gives somebody another password and ends their sessions. Only they and the operator may: who
/// could set the password of another could act as them, and agree to what they asked for
/// themselves.
pub fn set_password(db: &Db, actor: Actor, name: &str, password: &str) -> Result<()> {
    let password_hash = strong(db, name, password)?;
    db.write(|tx| {
        let member = named(tx, name)?;
        let allowed = match actor.by {
            None => authorize(tx, actor, Permission::ManageStaff, None)?,
            Some(by) if by == member.id => Authorized::oneself(by, actor.at),
            Some(_) => return Err(refuse(NotStaff::NotYours)),
        };
        store::staff::set_password(tx, member.id, &password_hash)?;
        store::staff::end_all(tx, member.id)?;
        store::audit::add(tx, &allowed, "set password", name, "")
    })
}

/// Keeps somebody out from now on: their sessions end, and their roles grant nothing.
pub fn disable(tx: &mut Tx, actor: Actor, name: &str, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::ManageStaff, None)?;
    let member = named(tx, name)?;
    if actor.by == Some(member.id) {
        return Err(refuse(NotStaff::Yourself));
    }
    if member.disabled.is_some() {
        return Err(refuse(NotStaff::Disabled { name: name.to_owned() }));
    }
    store::staff::disable(tx, member.id, Some(actor.at))?;
    store::staff::end_all(tx, member.id)?;
    if actor.by.is_some() {
        keep_one_who_grants(tx, name)?;
    }
    let change = Change { was: Some("let in"), became: Some("disabled"), why: said(why) };
    store::audit::change(tx, &allowed, "disable staff", name, ("", change))
}

/// Lets somebody in again, with the roles they had.
pub(crate) fn let_in_again(tx: &mut Tx, allowed: &Authorized, name: &str, why: &str) -> Result<()> {
    let member = check_disabled(tx, name)?;
    store::staff::disable(tx, member.id, None)?;
    let change = Change { was: Some("disabled"), became: Some("let in"), why: said(why) };
    store::audit::change(tx, allowed, "let in again", name, ("", change))
}

/// Gives somebody a role.
pub(crate) fn give(
    tx: &mut Tx,
    allowed: &Authorized,
    name: &str,
    role: &str,
    why: &str,
) -> Result<()> {
    let member = check_give(tx, name, role)?;
    let was = store::role::of(tx, member.id)?.join(", ");
    store::role::give(tx, member.id, role, allowed.at())?;
    say_roles(tx, allowed, &member, ("give role", role), (&was, why))
}

/// Takes a role from somebody.
pub(crate) fn take(
    tx: &mut Tx,
    allowed: &Authorized,
    name: &str,
    role: &str,
    why: &str,
) -> Result<()> {
    let member = check_take(tx, name, role)?;
    let was = store::role::of(tx, member.id)?.join(", ");
    store::role::take(tx, member.id, role, allowed.at())?;
    if allowed.by().is_some() {
        keep_one_who_grants(tx, name)?;
    }
    say_roles(tx, allowed, &member, ("take role", role), (&was, why))
}

fn say_roles(
    tx: &mut Tx,
    allowed: &Authorized,
    member: &Member,
    (act, role): (&str, &str),
    (was, why): (&str, &str),
) -> Result<()> {
    let now = store::role::of(tx, member.id)?.join(", ");
    let change = Change { was: Some(was), became: Some(&now), why: said(why) };
    store::audit::change(tx, allowed, act, &member.name, (role, change))
}

/// The member of staff who may be given a role.
pub(crate) fn check_give(tx: &mut Tx, name: &str, role: &str) -> Result<Member> {
    role::check(tx, role)?;
    let member = named(tx, name)?;
    if store::role::of(tx, member.id)?.iter().any(|it| it == role) {
        return Err(refuse(NotStaff::HasRole { name: name.to_owned(), role: role.to_owned() }));
    }
    Ok(member)
}

/// The member of staff from whom a role may be taken.
pub(crate) fn check_take(tx: &mut Tx, name: &str, role: &str) -> Result<Member> {
    role::check(tx, role)?;
    let member = named(tx, name)?;
    if !store::role::of(tx, member.id)?.iter().any(|it| it == role) {
        return Err(refuse(NotStaff::HasNotRole { name: name.to_owned(), role: role.to_owned() }));
    }
    Ok(member)
}

/// The member of staff who is disabled.
pub(crate) fn check_disabled(tx: &mut Tx, name: &str) -> Result<Member> {
    let member = named(tx, name)?;
    match member.disabled {
        Some(_) => Ok(member),
        None => Err(refuse(NotStaff::NotDisabled { name: name.to_owned() })),
    }
}

/// Only the operator may leave a utility without anybody who could put it right in the console.
fn keep_one_who_grants(tx: &mut Tx, name: &str) -> Result<()> {
    match store::role::holders(tx, Permission::GrantRoles)? {
        0 => Err(refuse(NotStaff::LastGrant { name: name.to_owned() })),
        _ => Ok(()),
    }
}

/// The member of staff of this name.
pub fn named(tx: &mut Tx, name: &str) -> Result<Member> {
    let member = store::staff::by_name(tx, name)?;
    member.ok_or_else(|| refuse(NotStaff::Unknown { name: name.to_owned() }))
}

/// The hash of a password that is not easily guessed.
fn strong(db: &Db, name: &str, password: &str) -> Result<String> {
    let utility = db.read(store::utility::find)?.map_or_else(String::new, |it| it.name);
    match weakness(password, name, &utility) {
        Some(why) => Err(refuse(NotStaff::Weak(why))),
        None => session::hash(password),
    }
}

fn said(why: &str) -> Option<&str> {
    Some(why).filter(|it| !it.is_empty())
}

impl fmt::Display for NotStaff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotStaff::Weak(Weak::Short) => {
                write!(f, "a password has at least {SHORTEST} characters; some words are one too")
            }
            NotStaff::Weak(Weak::Long) => {
                write!(f, "a password has at most {LONGEST} characters")
            }
            NotStaff::Weak(Weak::Common) => f.write_str(
                "this password is among the first that are tried; take some words that nobody puts together",
            ),
            NotStaff::Weak(Weak::Pattern) => f.write_str(
                "this password is a row of keys or the same again; take some words that nobody puts together",
            ),
            NotStaff::Weak(Weak::Name) => f.write_str(
                "this password is little more than a name; take some words that nobody puts together",
            ),
            NotStaff::NameTaken { name } => {
                write!(f, "there is a member of staff called {name} already; take another name")
            }
            NotStaff::NoName => f.write_str("a member of staff has a name; write one"),
            NotStaff::Unknown { name } => {
                write!(f, "nobody of the staff is called {name}; see who is: meterbook staff list")
            }
            NotStaff::HasRole { name, role } => {
                write!(f, "{name} has the role {role} already; nothing was changed")
            }
            NotStaff::HasNotRole { name, role } => write!(
                f,
                "{name} does not have the role {role}; see who has which: meterbook staff list"
            ),
            NotStaff::Disabled { name } => {
                write!(f, "{name} is disabled already; nothing was changed")
            }
            NotStaff::NotDisabled { name } => {
                write!(f, "{name} is not disabled; nothing was changed")
            }
            NotStaff::Yourself => f.write_str(
                "you would shut yourself out; ask somebody else who may manage staff",
            ),
            NotStaff::LastGrant { name } => write!(
                f,
                "nobody could grant roles any more without {name}; give somebody else such a role first"
            ),
            NotStaff::NotYours => f.write_str(
                "a password is set by its owner, or by the operator at the command line without --as",
            ),
        }
    }
}

impl std::error::Error for NotStaff {}
