//! What each command does: find the utility, call one act, say how it ended.

pub(crate) mod bill;
pub(crate) mod check;
pub(crate) mod cycle;
pub(crate) mod demo;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod pay;
pub(crate) mod publish;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod sign_up;
pub(crate) mod staff;
pub(crate) mod tariff;
pub(crate) mod task;
pub(crate) mod term;
pub(crate) mod timeline;
pub(crate) mod urdb;

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::{Actor, refuse};
use meterbook_core::id::AccountNumber;
use meterbook_core::period::Zone;
use meterbook_core::person::Language;
use meterbook_store::{self as store, Db, Location};

use crate::args::{LanguageArg, Place};

/// The database file in a utility's folder.
const FILE: &str = "meterbook.db";

/// Where the database of `place` is.
fn location(place: &Place) -> Location {
    match &place.db {
        Some(url) => Location::Postgres(url.clone()),
        None => Location::Sqlite(place.dir.join(FILE)),
    }
}

/// Opens the utility of `place`.
fn open(place: &Place) -> Result<Db> {
    Db::open(&location(place))
}

/// Opens the utility of `place`, if there is one.
fn open_if_there(place: &Place) -> Result<Option<Db>> {
    match location(place) {
        Location::Sqlite(file) if !file.exists() => Ok(None),
        there => Db::open(&there).map(Some),
    }
}

/// Makes an empty database at `place`.
fn create(place: &Place) -> Result<Db> {
    let folder = &place.dir;
    let make_folder = || {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display()))
    };
    let at = location(place);
    // A file needs its folder first; a server that refuses should leave no folder behind.
    if matches!(at, Location::Sqlite(_)) {
        make_folder()?;
    }
    let db = Db::create(&at)?;
    make_folder()?;
    Ok(db)
}

/// Whoever sits at this terminal, now.
fn actor() -> Actor {
    Actor::system(Timestamp::now())
}

impl From<LanguageArg> for Language {
    fn from(arg: LanguageArg) -> Language {
        match arg {
            LanguageArg::En => Language::English,
            LanguageArg::Es => Language::Spanish,
        }
    }
}

/// Today, where the utility is.
fn today(db: &Db) -> Result<Date> {
    Ok(own_zone(db)?.day_of(Timestamp::now()))
}

/// The zone of the utility.
fn own_zone(db: &Db) -> Result<Zone> {
    let utility = db.read(store::utility::get)?;
    let zone = Zone::named(&utility.zone);
    zone.with_context(|| format!("the utility's zone {} is unknown", utility.zone))
}

/// The zone that a person named, if one did.
fn named_zone(name: Option<&str>) -> Result<Option<Zone>> {
    let Some(name) = name else { return Ok(None) };
    match Zone::named(name) {
        Some(zone) => Ok(Some(zone)),
        None => Err(said(format!(
            "there is no time zone {name}; write an IANA name such as America/Chicago"
        ))),
    }
}

/// Reads an account number as people write it.
fn account_number(text: &str) -> Result<AccountNumber> {
    AccountNumber::parse(text).ok_or_else(|| {
        said(format!(
            "{text} is no account number, or a digit of it is wrong; it looks like 1000-0012-4"
        ))
    })
}

/// A refusal of the command line itself.
fn said(text: String) -> anyhow::Error {
    refuse(Said(text))
}

#[derive(Debug)]
struct Said(String);

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Said {}

/// Reads a text file that a person named.
fn read_text(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).map_err(|why| anyhow!("{} cannot be read: {why}", file.display()))
}
