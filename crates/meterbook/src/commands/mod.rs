//! What each command does: find the utility, call one act, say how it ended.

mod accrual;
pub(crate) mod allocation;
pub(crate) mod approve;
pub(crate) mod audit;
pub(crate) mod bank_file;
pub(crate) mod bill;
pub(crate) mod budget;
pub(crate) mod certificate;
pub(crate) mod check;
pub(crate) mod collect;
mod correct;
pub(crate) mod credit;
pub(crate) mod crew;
pub(crate) mod customer;
pub(crate) mod cycle;
pub(crate) mod debit;
pub(crate) mod deliver;
pub(crate) mod demo;
pub(crate) mod deposit;
pub(crate) mod document;
pub(crate) mod fact;
mod holds;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod inspect;
mod invoice;
pub(crate) mod late_fee;
pub(crate) mod ledger;
mod lockbox;
pub(crate) mod meter;
pub(crate) mod moves;
mod once;
pub(crate) mod online;
pub(crate) mod order;
pub(crate) mod paper;
pub(crate) mod pay;
pub(crate) mod plan;
pub(crate) mod pledge;
pub(crate) mod premise;
pub(crate) mod profile;
pub(crate) mod publish;
pub(crate) mod receipt;
pub(crate) mod release;
pub(crate) mod report;
pub(crate) mod role;
pub(crate) mod search;
pub(crate) mod serve;
pub(crate) mod sign_up;
pub(crate) mod staff;
pub(crate) mod tariff;
pub(crate) mod task;
pub(crate) mod term;
pub(crate) mod timeline;
pub(crate) mod urdb;
pub(crate) mod usage;
pub(crate) mod vee;
pub(crate) mod worker;
pub(crate) mod write_off;

use std::io::IsTerminal;
use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::approval::Outcome;
use meterbook_app::authority::authorize;
use meterbook_app::{Actor, refuse, session};
use meterbook_core::account::Account;
use meterbook_core::id::{AccountNumber, UserId};
use meterbook_core::money::Money;
use meterbook_core::period::Zone;
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::text::scaled;
use meterbook_store::{self as store, Db, Location, Tx};

use crate::args::{LanguageArg, Place};
use crate::say;

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
    known(Db::open(&location(place))?)
}

/// The database, once it is known what the amounts of its utility are in.
fn known(db: Db) -> Result<Db> {
    if let Some(utility) = db.read(store::utility::find)? {
        say::in_currency(utility.currency);
    }
    Ok(db)
}

/// Opens the utility of `place`, if there is one.
fn open_if_there(place: &Place) -> Result<Option<Db>> {
    match location(place) {
        Location::Sqlite(file) if !file.exists() => Ok(None),
        there => known(Db::open(&there)?).map(Some),
    }
}

/// Says amounts as the utility of `place` does, where there is one: what is in a file is told for it. Without one
/// that can be opened it is told in dollars.
fn told_for(place: &Place) {
    drop(open_if_there(place));
}

/// An amount as somebody types it, in the currency of the utility of `place`.
fn amount(place: &Place, text: &str) -> Result<Money> {
    // Only a mark asks what amounts are in.
    if text.contains(|it: char| !it.is_ascii_digit() && !matches!(it, '-' | '.' | ',')) {
        told_for(place);
    }
    typed(text)
}

/// The same, once the utility is open.
fn typed(text: &str) -> Result<Money> {
    say::currency().typed(text).map_err(said)
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

/// The member of staff that this command acts as; nobody for the operator.
static BY: OnceLock<UserId> = OnceLock::new();
/// Holds the password that goes with `--as` where nobody sits at a terminal.
const PASSWORD: &str = "METERBOOK_PASSWORD";

/// Looks who `--as` names, once for the whole program.
pub(crate) fn act_as(place: &Place) -> Result<()> {
    let Some(name) = &place.by else { return Ok(()) };
    let password = match std::env::var(PASSWORD) {
        Ok(password) => password,
        Err(_) if std::io::stdin().is_terminal() => {
            say::secret(&format!("The password of {name}"))?
        }
        Err(_) => {
            return Err(said(format!(
                "--as {name} needs their password; put it into the variable {PASSWORD}"
            )));
        }
    };
    let member = session::known(&open(place)?, name, &password)?;
    BY.set(member.id).map_err(|_| anyhow!("nobody acts as two"))
}

/// Whoever sits at this terminal, now.
fn actor() -> Actor {
    Actor { by: BY.get().copied(), at: Timestamp::now() }
}

/// The database, for who may see customers.
fn see(place: &Place) -> Result<Db> {
    let db = open(place)?;
    db.read(|tx| may_see(tx, Permission::ViewCustomer))?;
    Ok(db)
}

/// Refuses who may not see something.
fn may_see(tx: &mut Tx, permission: Permission) -> Result<()> {
    authorize(tx, actor(), permission, None).map(drop)
}

/// A field of a CSV file, in quotes where it needs them.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Warns of cash that no drawer has.
fn in_no_drawer() {
    say::warning(
        "no drawer is open: the cash is in none, and nobody counts it; open one: meterbook drawer open",
    );
}

/// Says that what was posted counts from a month that is closed for good.
fn counts_from_closed(month: &str, on: Date) {
    say::warning(format_args!(
        "{month} is closed for good: the payment counts from {on} and is in the journal of a day that is not closed yet"
    ));
}

/// Says how something went that may take two.
fn outcome(done: impl std::fmt::Display, outcome: Outcome) {
    match outcome {
        Outcome::Done => say::line(done),
        Outcome::Waits(id) => say::line(format_args!(
            "this takes a second person and waits as number {id}; they agree with: meterbook approve give {id} --as NAME"
        )),
    }
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

/// The account with this number.
fn account(tx: &mut Tx, text: &str) -> Result<Account> {
    let number = account_number(text)?;
    let found = store::account::by_number(tx, number)?;
    found.ok_or_else(|| said(format!("there is no account {number}; check the number")))
}

/// The variant that a word means; `expected` says which words there are.
fn word<T>(text: &str, from_word: fn(&str) -> Option<T>, expected: &str) -> Result<T> {
    from_word(text).ok_or_else(|| said(format!("{text} is not it; write {expected}")))
}

/// What a register shows, in millionths.
fn index(text: &str) -> Result<i64> {
    let wrong = || said(format!("{text} is no read; write what the dials show, such as 41230"));
    scaled(text, 6).filter(|it| 0 <= *it).ok_or_else(wrong)
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

/// Prints the text that `read` finds of a day, or has `say` say the one in a file from that day on;
/// today without one. `what` it is, and what is printed while `nothing` is said.
fn dated_text(
    place: &Place,
    (file, from): (Option<&Path>, Option<Date>),
    (what, nothing): (&str, &str),
    read: impl FnOnce(&mut Tx, Date) -> Result<String>,
    say: impl Fn(&mut Tx, Date, &str) -> Result<()>,
) -> Result<()> {
    let db = if file.is_some() { open(place)? } else { see(place)? };
    let from = from.map_or_else(|| today(&db), Ok)?;
    let Some(file) = file else {
        let text = db.read(|tx| read(tx, from))?;
        let text = text.trim_end();
        say::verbatim(if text.is_empty() { nothing } else { text });
        return Ok(());
    };
    let text = read_text(file)?;
    db.write(|tx| say(tx, from, &text))?;
    say::line(format_args!("{what} from {from} on"));
    Ok(())
}

/// Reads a text file that a person named.
fn read_text(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).map_err(|why| anyhow!("{} cannot be read: {why}", file.display()))
}
