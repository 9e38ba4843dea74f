//! What can go wrong with a database, told apart by who can do something about it.

use std::error::Error;
use std::fmt;

use postgres::error::SqlState;
use rusqlite::ErrorCode;

use crate::Location;

/// The database cannot be used as it is; somebody has to do something outside of this program.
/// Nothing was changed.
#[derive(Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// No such file or database.
    Absent(Location),
    /// It exists and holds no tables.
    Empty(Location),
    /// It is not a database at all.
    NotADatabase(Location),
    /// It is a database of another program.
    NotOurs(Location),
    /// A newer meterbook made it.
    Newer {
        /// Where.
        at: Location,
        /// The number of its last migration.
        last: i64,
    },
    /// A migration was applied to it that reads otherwise now.
    Altered {
        /// Where.
        at: Location,
        /// The migration's file.
        migration: String,
    },
    /// Somebody else has been writing to it for too long.
    Locked(Location),
    /// It cannot be written.
    ReadOnly(Location),
    /// It cannot be opened: a folder, or the rights are missing.
    Denied {
        /// Where.
        at: Location,
        /// What the system said.
        why: String,
    },
    /// The disk is full or does not answer.
    Disk {
        /// Where.
        at: Location,
        /// What the system said.
        why: String,
    },
    /// No server answers there, or it hung up.
    Unreachable {
        /// Where.
        at: Location,
        /// What the network said.
        why: String,
    },
    /// The server does not know the user or the password.
    WrongPassword(Location),
    /// The URL is not one.
    BadUrl {
        /// What was said, without its password.
        at: Location,
        /// What is wrong with it.
        why: String,
    },
}

/// Something with the same natural key, or on the same days, is there already. The transaction is
/// over: on PostgreSQL nothing more can be asked in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The table.
    pub table: String,
    /// The columns that have to differ, such as `code, from_on`, or the rule that was broken.
    pub rule: String,
}

/// What was named does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What sort of thing.
    pub what: &'static str,
    /// Its id or number.
    pub id: String,
}

/// The error for a thing that was named and does not exist.
pub(crate) fn missing(what: &'static str, id: impl fmt::Display) -> anyhow::Error {
    anyhow::Error::new(Missing { what, id: id.to_string() })
}

/// What SQLite's error means.
pub(crate) fn of_sqlite(at: &Location, text: &str, error: rusqlite::Error) -> anyhow::Error {
    let Some(code) = error.sqlite_error_code() else { return failed(text, error) };
    let (at, why) = (at.clone(), error.to_string());
    anyhow::Error::new(match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Unavailable::Locked(at),
        ErrorCode::ReadOnly => Unavailable::ReadOnly(at),
        ErrorCode::NotADatabase => Unavailable::NotADatabase(at),
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Unavailable::Denied { at, why },
        ErrorCode::DiskFull | ErrorCode::SystemIoFailure => Unavailable::Disk { at, why },
        ErrorCode::ConstraintViolation => {
            return match conflict_of_sqlite(&why) {
                Some(conflict) => anyhow::Error::new(conflict),
                None => failed(text, error),
            };
        }
        _ => return failed(text, error),
    })
}

/// What PostgreSQL's error means.
pub(crate) fn of_postgres(at: &Location, text: &str, error: postgres::Error) -> anyhow::Error {
    let at = at.clone();
    let Some(said) = error.as_db_error() else {
        return if is_network(&error) {
            anyhow::Error::new(Unavailable::Unreachable { at, why: chain(&error) })
        } else {
            failed(text, error)
        };
    };
    anyhow::Error::new(match said.code() {
        &SqlState::UNIQUE_VIOLATION | &SqlState::RAISE_EXCEPTION => {
            return match conflict_of_postgres(said) {
                Some(conflict) => anyhow::Error::new(conflict),
                None => failed(text, error),
            };
        }
        &SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            Unavailable::WrongPassword(at)
        }
        &SqlState::UNDEFINED_DATABASE => Unavailable::Absent(at),
        &SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED => Unavailable::Locked(at),
        &SqlState::READ_ONLY_SQL_TRANSACTION | &SqlState::INSUFFICIENT_PRIVILEGE => {
            Unavailable::ReadOnly(at)
        }
        &SqlState::DISK_FULL | &SqlState::IO_ERROR => {
            Unavailable::Disk { at, why: said.message().to_owned() }
        }
        &SqlState::TOO_MANY_CONNECTIONS
        | &SqlState::ADMIN_SHUTDOWN
        | &SqlState::CRASH_SHUTDOWN
        | &SqlState::CANNOT_CONNECT_NOW => {
            Unavailable::Unreachable { at, why: said.message().to_owned() }
        }
        _ => return failed(text, error),
    })
}

/// A failure of ours, with the text that was running.
fn failed(text: &str, error: impl Error + Send + Sync + 'static) -> anyhow::Error {
    anyhow::Error::new(error).context(format!("running: {text}"))
}

fn is_network(error: &postgres::Error) -> bool {
    error.is_closed()
        || causes(error).any(|it| it.is::<std::io::Error>())
        || error.to_string().contains("connect")
}

fn chain(error: &postgres::Error) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The error and what caused it, one after the other.
fn causes(error: &postgres::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let first: &(dyn Error + 'static) = error;
    std::iter::successors(Some(first), |it| (*it).source())
}

/// `UNIQUE constraint failed: tariff.code, tariff.from_on`, or a sentence of our own triggers.
fn conflict_of_sqlite(why: &str) -> Option<Conflict> {
    match why.strip_prefix("UNIQUE constraint failed: ") {
        Some(columns) => {
            let table = columns.split_once('.')?.0.to_owned();
            let rule = columns.replace(&format!("{table}."), "");
            Some(Conflict { table, rule })
        }
        None => conflict_of_trigger(why),
    }
}

fn conflict_of_postgres(said: &postgres::error::DbError) -> Option<Conflict> {
    match said.table() {
        Some(table) => {
            // The server writes: Key (code, from_on)=(R-1, 2026-01-01) already exists.
            // Around a column that is also a word of SQL it writes quotes.
            let key = said.detail()?.split_once('(')?.1.split_once(')')?.0.replace('"', "");
            Some(Conflict { table: table.to_owned(), rule: key })
        }
        None => conflict_of_trigger(said.message()),
    }
}

/// Our own triggers say `agreement: overlaps` and the like.
fn conflict_of_trigger(why: &str) -> Option<Conflict> {
    let (table, rule) = why.split_once(": ")?;
    let ours = matches!(
        rule,
        "overlaps"
            | "billed twice"
            | "one is open"
            | "its journal is closed"
            | "its month is closed"
            | "never changes"
            | "final"
            | "too much"
            | "gone"
            | "hangs"
            | "taken back"
    );
    ours.then(|| Conflict { table: table.to_owned(), rule: rule.to_owned() })
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unavailable::Absent(at) => match at.database() {
                // What `meterbook init` fills has to be there on a server.
                Some(name) => write!(
                    f,
                    "there is no database {at}; check the name, or make one on the server with: create database {name} encoding 'UTF8' locale 'C.UTF-8' template template0; and then begin with: meterbook init"
                ),
                None => write!(
                    f,
                    "there is no database {at}; check the name, or make one with: meterbook init"
                ),
            },
            Unavailable::Empty(at) => {
                write!(f, "{at} holds no utility yet; make one with: meterbook init")
            }
            Unavailable::NotADatabase(at) => {
                write!(f, "{at} is not a database; check the name, or restore it from a backup")
            }
            Unavailable::NotOurs(at) => {
                write!(
                    f,
                    "{at} is a database of another program, and was left as it is; give meterbook one of its own"
                )
            }
            Unavailable::Newer { at, last } => {
                write!(
                    f,
                    "{at} was made by a newer meterbook (its last migration is {last:04}); use that version or a later one"
                )
            }
            Unavailable::Altered { at, migration } => {
                write!(
                    f,
                    "{at} was made by a meterbook whose migration {migration} reads otherwise; use the release it was made with"
                )
            }
            Unavailable::Locked(at) => {
                write!(
                    f,
                    "{at} is locked: another program has been writing to it for several seconds; nothing was changed; wait until it is done, or end it, and try again"
                )
            }
            Unavailable::ReadOnly(at) => {
                write!(
                    f,
                    "{at} is read-only; nothing was changed; give this user the right to write to it (a database file's folder too) and try again"
                )
            }
            Unavailable::Denied { at, why } => {
                write!(
                    f,
                    "{at} cannot be opened ({why}); check that it is a file and that this user may read and write it and its folder"
                )
            }
            Unavailable::Disk { at, why } => {
                write!(
                    f,
                    "the disk under {at} fails ({why}); nothing was changed; make room or repair it and try again"
                )
            }
            Unavailable::Unreachable { at, why } => {
                write!(
                    f,
                    "the PostgreSQL server of {at} does not answer ({why}); check the host and the port and that it is running, and try again"
                )
            }
            Unavailable::WrongPassword(at) => {
                write!(
                    f,
                    "the PostgreSQL server of {at} refuses this user and password; correct them in the URL"
                )
            }
            Unavailable::BadUrl { at, why } => {
                write!(
                    f,
                    "{at} is no PostgreSQL URL ({why}); write postgres://user:password@host:port/name"
                )
            }
        }
    }
}

impl Error for Unavailable {}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conflict { table, rule } = self;
        match rule.as_str() {
            "one is open" => f.write_str("the cashier has an open drawer already"),
            "its journal is closed" => f.write_str("the journal of these entries is closed"),
            "its month is closed" => f.write_str("that month, or a later day, is closed already"),
            "billed twice" => f.write_str("some of these days are on a bill already"),
            "overlaps" => write!(f, "another {table} holds on some of these days; end it first"),
            "gone" => f.write_str(
                "the meter is retired, lost or scrapped on some of these days; hang another one, \
                 or say first where it is now",
            ),
            "hangs" => f.write_str(
                "the meter hangs on some of these days; say where it is from the day it comes down",
            ),
            "too much" => {
                f.write_str("the shares of a host come to at most 100%; lower another one first")
            }
            "final" => f.write_str(
                "a certificate is made once, and one that retired, expired or was taken back never moves again",
            ),
            "never changes" => write!(f, "a {table} never changes; write a new fact instead"),
            _ => write!(f, "there is a {table} with the same {rule} already; nothing was changed"),
        }
    }
}

impl Error for Conflict {}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no {} {}; check the number", self.what, self.id)
    }
}

impl Error for Missing {}
