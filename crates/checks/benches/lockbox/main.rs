//! How fast a file of a lockbox is matched and posted, on each engine, as durable as a customer's database:
//! `cargo xtask bench lockbox`. Every account owes two charges, and its cheque pays the first. What an index
//! costs shows beside the same without it.

#[path = "../run/place.rs"]
#[expect(dead_code, reason = "the other measurement copies its databases")]
mod place;
#[path = "../run/spent.rs"]
#[expect(dead_code, reason = "the other measurement compares with floors")]
mod spent;

use std::fmt::{Display, Write as _};
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use meterbook_app::lockbox::{self, NewLockbox};
use meterbook_app::{Actor, check, founding};
use meterbook_checks::engines::Raw;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::bill::Utility;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::currency::Currency;
use meterbook_core::id::{AccountId, AccountNumber, EntryId, PersonId};
use meterbook_core::ledger::{Entry, EntryKind};
use meterbook_core::money::Money;
use meterbook_core::paper::scan_line::{ScanLine, Scanned};
use meterbook_core::person::{Language, PersonKind};
use meterbook_store::{self as store, Counter, Db, Location};

use place::Place;
use spent::Watch;

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Cheques when nobody says how many.
const CHEQUES: i64 = 100_000;
/// Accounts that are made at once.
const AT_ONCE: i64 = 5_000;
/// Cheques in a batch: a total counts them in three digits.
const IN_A_BATCH: usize = 900;
/// What each account owes first, in cents.
const CENTS: i64 = 87_45;
const DAY: Date = date(2026, 7, 3);

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1).filter(|it| it != "--bench");
    let folder = PathBuf::from(words.next().context("say in which folder, and how many cheques")?);
    let cheques = words.next().map_or(Ok(CHEQUES), |it| it.parse())?;
    let without = words.next();
    measure(&Place::sqlite(&folder, "lockbox"), cheques, without.as_deref())?;
    match std::env::var("METERBOOK_TEST_POSTGRES") {
        Ok(server) => measure(&Place::postgres(&server)?, cheques, without.as_deref()),
        Err(_) => say("skipped on PostgreSQL: METERBOOK_TEST_POSTGRES is not set"),
    }
}

fn measure(place: &Place, cheques: i64, without: Option<&str>) -> Result<()> {
    let db = Db::create(&place.at())?;
    let utility = Utility {
        name: "Alder Creek Light".to_owned(),
        remit_to: vec!["PO Box 7".to_owned()],
        phone: "555-0100".to_owned(),
        site: "aldercreek.example".to_owned(),
        zone: "America/Chicago".to_owned(),
        currency: Currency::DOLLARS,
        footer: String::new(),
    };
    db.write(|tx| {
        founding::found(tx, actor()?, &utility)?;
        let (kind, language) = (PersonKind::Individual, Language::English);
        meterbook_app::person::add(tx, actor()?, "Rosa Quill", kind, language).map(drop)
    })?;
    let mut from = 1;
    while from <= cheques {
        let to = (from + AT_ONCE).min(cheques + 1);
        owing(&db, from..to)?;
        from = to;
    }
    Raw::beside(&db)?.run(match db.location() {
        Location::Sqlite(_) => "pragma wal_checkpoint(truncate)",
        Location::Postgres(_) => "vacuum analyze",
    })?;
    if let Some(index) = without {
        Raw::beside(&db)?.run(&format!("drop index {index}"))?;
    }
    let text = file(cheques)?;
    let (count, total) = (usize::try_from(cheques)?, Money::from_cents(CENTS * cheques));
    let new = NewLockbox { name: "lockbox.txt", bytes: text.as_bytes(), count, total };
    let watch = Watch::on(&place.at())?;
    let (took, spent) = watch.spend(|| db.write(|tx| lockbox::take(tx, actor()?, &new)))?;
    ensure!(took.posted == (count, total) && took.held.0 == 0, "{took:?}");
    say(format!("{cheques} cheques, {}: posted in {spent}", place.engine()))?;
    let again = db.write(|tx| lockbox::take(tx, actor()?, &new));
    ensure!(again.is_err(), "the same file is taken once");
    let (report, spent) = watch.spend(|| check::check(&db))?;
    let faults: Vec<_> = report.rules.iter().flat_map(|it| &it.faults).take(3).collect();
    ensure!(report.clean(), "{faults:?}");
    say(format!("  checked in {spent}"))
}

/// Accounts that owe two charges each.
fn owing(db: &Db, ids: std::ops::Range<i64>) -> Result<()> {
    db.write(|tx| {
        let first = tx.next(Counter::Entry, 2 * ids.clone().count())?;
        tx.next(Counter::Account, ids.clone().count())?;
        let (mut charges, mut entries) = (Vec::new(), Vec::new());
        for id in ids.clone() {
            let account = AccountId(id);
            store::account::add(
                tx,
                &Account {
                    id: account,
                    number: number(id)?,
                    person: PersonId(1),
                    class: CustomerClass::Residential,
                    cycle: Cycle(1),
                    mail_to: String::new(),
                    opened_on: date(2026, 1, 1),
                },
            )?;
            for (nth, cents) in [(1, CENTS), (2, 12_00)] {
                let charge = Charge {
                    key: format!("visit/{id}/{nth}"),
                    kind: ChargeFor::Fee,
                    account,
                    amount: Money::from_cents(cents),
                    on: date(2026, 5, nth),
                    asked_by: None,
                    label: "Visit".to_owned(),
                    bill: None,
                };
                entries.push(Entry {
                    id: EntryId(first + i64::try_from(entries.len())?),
                    kind: EntryKind::Charge,
                    on: charge.on,
                    key: charge.key.clone(),
                    text: charge.label.clone(),
                    postings: charge.postings(),
                });
                charges.push(charge);
            }
        }
        store::charge::add(tx, &charges)?;
        store::ledger::add(tx, &entries)
    })
}

/// A file with a cheque of every account.
fn file(cheques: i64) -> Result<String> {
    let line = ScanLine::default();
    let both = format!("{:10}{:10}", "METERBOOK", "FIRSTBANK");
    let mut text = format!("100{both}2607030900\n2{both}{:10}400080000001\n", "");
    let (mut records, mut box_total) = (2, 0);
    let all: Vec<i64> = (1..=cheques).collect();
    for (batch, ids) in (1..).zip(all.chunks(IN_A_BATCH)) {
        writeln!(text, "5{batch:03}0000012345260703{both}")?;
        for (item, id) in (1..).zip(ids) {
            let amount = Money::from_cents(CENTS);
            let said = Scanned { account: number(*id)?, due: DAY, amount, late: amount };
            let stub = line.write(&said).context("it has room")?;
            let cheque = format!("231380104{id:010}{:010}", 1_000 + id);
            writeln!(text, "6{batch:03}{item:03}{CENTS:010}{cheque}{stub}")?;
        }
        let sum = CENTS * i64::try_from(ids.len())?;
        writeln!(text, "7{batch:03}0000012345260703{:03}{sum:010}", ids.len())?;
        records += ids.len() + 2;
        box_total += sum;
    }
    let many = cheques.rem_euclid(10_000);
    writeln!(text, "80000000012345260703{many:04}{box_total:010}")?;
    writeln!(text, "9{:06}", records + 2)?;
    Ok(text)
}

fn number(id: i64) -> Result<AccountNumber> {
    AccountNumber::new(10_000_000 + id).context("it has eight digits")
}

fn actor() -> Result<Actor> {
    let at: Timestamp = "2026-07-04T12:00:00Z".parse()?;
    Ok(Actor::system(at))
}

fn say(what: impl Display) -> Result<()> {
    writeln!(std::io::stdout(), "{what}").context("what was measured cannot be said")
}
