//! Letting members of staff in, and knowing them again.
//!
//! A password is kept as its argon2id hash, a session as the SHA-256 of its token: whoever reads
//! the database can sign in as nobody.

use std::fmt;

use anyhow::{Context, Result, anyhow};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jiff::{SignedDuration, Timestamp};
use meterbook_core::permission::{Authorized, Decision, Grant, Permission, may};
use meterbook_store::staff::Member;
use meterbook_store::{self as store, Db};
use sha2::{Digest, Sha256};

use crate::refuse;

/// A session ends when nobody used it for so long.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// A session ends this long after it began, whoever uses it.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// Bytes of chance in a token.
const TOKEN: usize = 32;

/// Why somebody is not let in.
#[derive(Debug, PartialEq, Eq)]
pub enum NotLetIn {
    /// The name or the password is wrong, or they are disabled; which of them is not said.
    Wrong,
}

/// Somebody who signed in, with what their roles grant at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Who.
    pub member: Member,
    /// What they were granted.
    pub grants: Vec<Grant>,
}

impl Present {
    /// Whether they may do this at all, if need be with a second person. Acts ask
    /// [`authorize`](crate::authority::authorize) once more.
    pub fn may(&self, permission: Permission) -> bool {
        !matches!(may(&self.grants, permission, None), Decision::Denied(_))
    }
}

/// Lets somebody in and gives them the token of their session.
pub fn sign_in(db: &Db, at: Timestamp, name: &str, password: &str) -> Result<String> {
    let member = known(db, name, password)?;
    let token = token()?;
    db.write(|tx| {
        store::staff::end_old(tx, at.checked_sub(LONGEST)?)?;
        store::staff::begin(tx, &digest(&token), member.id, at)?;
        let allowed = Authorized::oneself(member.id, at);
        store::audit::add(tx, &allowed, "sign in", &member.name, "")
    })?;
    Ok(token)
}

/// Who has this name and this password, if they may do anything at all.
pub fn known(db: &Db, name: &str, password: &str) -> Result<Member> {
    let member = db.read(|tx| store::staff::by_name(tx, name.trim()))?;
    // A name that is not there takes as long as a wrong password.
    let kept = match &member {
        Some(member) => member.password_hash.clone(),
        None => hash("nobody has this password")?,
    };
    let right = PasswordHash::new(&kept)
        .is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok());
    member.filter(|it| right && it.disabled.is_none()).ok_or_else(|| refuse(NotLetIn::Wrong))
}

/// Whose session this is; nobody's when it has ended or was never begun.
pub fn who(db: &Db, at: Timestamp, token: &str) -> Result<Option<Present>> {
    let key = digest(token);
    let there = db.read(|tx| {
        let Some(session) = store::staff::session(tx, &key)? else { return Ok(None) };
        let grants = store::role::grants_of(tx, session.member.id)?;
        Ok(Some((session, grants)))
    })?;
    let Some((session, grants)) = there else { return Ok(None) };
    let (begun, seen) = (at.duration_since(session.begun), at.duration_since(session.seen));
    if LONGEST < begun || IDLE < seen || session.member.disabled.is_some() {
        db.write(|tx| store::staff::end(tx, &key))?;
        return Ok(None);
    }
    // Once a minute is often enough to know that it is used.
    if SignedDuration::from_mins(1) < seen {
        db.write(|tx| store::staff::seen(tx, &key, at))?;
    }
    Ok(Some(Present { member: session.member, grants }))
}

/// Ends a session.
pub fn sign_out(db: &Db, token: &str) -> Result<()> {
    db.write(|tx| store::staff::end(tx, &digest(token)))
}

/// A secret for the forms of a session, which nobody can make who does not have its token.
pub fn form_secret(token: &str) -> String {
    digest(&format!("form {token}"))
}

/// A new token or password that nobody can guess.
pub fn token() -> Result<String> {
    let mut bytes = [0; TOKEN];
    getrandom::fill(&mut bytes).map_err(|why| anyhow!("this machine gives no chance: {why}"))?;
    Ok(hex(&bytes))
}

/// The hash of a password, with its salt and parameters.
pub(crate) fn hash(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    Ok(hash.map_err(|why| anyhow!("{why}")).context("hashing a password")?.to_string())
}

fn digest(token: &str) -> String {
    hex(&Sha256::digest(token))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for NotLetIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotLetIn::Wrong => f.write_str("the name or the password is wrong"),
        }
    }
}

impl std::error::Error for NotLetIn {}
