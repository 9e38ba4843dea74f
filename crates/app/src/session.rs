//! Letting members of staff in, and knowing them again.
//!
//! A password is kept as its argon2id hash, a session as the SHA-256 of its token: whoever reads
//! the database can sign in as nobody.

use std::fmt;

use anyhow::{Context, Result, anyhow};
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use jiff::{SignedDuration, Timestamp};
use meterbook_core::id::UserId;
use meterbook_core::permission::Role;
use meterbook_store::staff::Member;
use meterbook_store::{self as store, Counter, Db};
use sha2::{Digest, Sha256};

use crate::{Actor, refuse};

/// A session ends when nobody used it for so long.
const IDLE: SignedDuration = SignedDuration::from_mins(30);
/// A session ends this long after it began, whoever uses it.
const LONGEST: SignedDuration = SignedDuration::from_hours(12);
/// Characters in the shortest password.
const SHORTEST: usize = 8;
/// Bytes of chance in a token.
const TOKEN: usize = 32;

/// Why somebody is not let in.
#[derive(Debug, PartialEq, Eq)]
pub enum NotLetIn {
    /// The password is too short to be one.
    Short,
    /// There is a member of staff of this name already.
    NameTaken {
        /// The name.
        name: String,
    },
    /// There is no name.
    NoName,
    /// The name or the password is wrong; which of them is not said.
    Wrong,
}

/// Takes down a member of staff.
pub fn add_staff(db: &Db, actor: Actor, name: &str, role: Role, password: &str) -> Result<UserId> {
    let name = name.trim();
    if name.is_empty() {
        return Err(refuse(NotLetIn::NoName));
    }
    if password.chars().count() < SHORTEST {
        return Err(refuse(NotLetIn::Short));
    }
    let password_hash = hash(password)?;
    db.write(|tx| {
        if store::staff::by_name(tx, name)?.is_some() {
            return Err(refuse(NotLetIn::NameTaken { name: name.to_owned() }));
        }
        let id = UserId(tx.next(Counter::User, 1)?);
        let member = Member { id, name: name.to_owned(), role, password_hash };
        store::staff::add(tx, &member)?;
        store::audit::add(tx, actor.by, actor.at, "add staff", name, role.word())?;
        Ok(id)
    })
}

/// Lets somebody in and gives them the token of their session.
pub fn sign_in(db: &Db, at: Timestamp, name: &str, password: &str) -> Result<String> {
    let member = db.read(|tx| store::staff::by_name(tx, name.trim()))?;
    // A name that is not there takes as long as a wrong password.
    let kept = match &member {
        Some(member) => member.password_hash.clone(),
        None => hash("nobody has this password")?,
    };
    let right = PasswordHash::new(&kept)
        .is_ok_and(|kept| Argon2::default().verify_password(password.as_bytes(), &kept).is_ok());
    let Some(member) = member.filter(|_| right) else { return Err(refuse(NotLetIn::Wrong)) };
    let token = token()?;
    db.write(|tx| {
        store::staff::end_old(tx, at.checked_sub(LONGEST)?)?;
        store::staff::begin(tx, &digest(&token), member.id, at)?;
        store::audit::add(tx, Some(member.id), at, "sign in", &member.name, "")
    })?;
    Ok(token)
}

/// Whose session this is; nobody's when it has ended or was never begun.
pub fn who(db: &Db, at: Timestamp, token: &str) -> Result<Option<Member>> {
    let key = digest(token);
    let Some(session) = db.read(|tx| store::staff::session(tx, &key))? else { return Ok(None) };
    let (begun, seen) = (at.duration_since(session.begun), at.duration_since(session.seen));
    if LONGEST < begun || IDLE < seen {
        db.write(|tx| store::staff::end(tx, &key))?;
        return Ok(None);
    }
    // Once a minute is often enough to know that it is used.
    if SignedDuration::from_mins(1) < seen {
        db.write(|tx| store::staff::seen(tx, &key, at))?;
    }
    Ok(Some(session.member))
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

fn hash(password: &str) -> Result<String> {
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
            NotLetIn::Short => write!(f, "a password has at least {SHORTEST} characters"),
            NotLetIn::NameTaken { name } => {
                write!(f, "there is a member of staff called {name} already; take another name")
            }
            NotLetIn::NoName => f.write_str("a member of staff has a name"),
            NotLetIn::Wrong => f.write_str("the name or the password is wrong"),
        }
    }
}

impl std::error::Error for NotLetIn {}
