//! What the night of a town takes, on each engine: looking over what is past due, closing the day, and the
//! reports of the morning: `cargo xtask bench collections`, `cargo xtask bench close`.

#[path = "../run/place.rs"]
#[expect(dead_code, reason = "the other measurement copies its databases")]
mod place;
#[path = "../run/spent.rs"]
#[expect(dead_code, reason = "the other measurement compares with floors")]
mod spent;
mod town;

use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use meterbook_app::close::{self, Level};
use meterbook_app::{Actor, check, collection, report};
use meterbook_core::credit::collection::Step;
use meterbook_core::period::Period;
use meterbook_core::report::{Asked, Days, ReportKind};
use meterbook_store::Db;

use place::Place;
use spent::{Spent, Watch};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Accounts when nobody says how many.
const ACCOUNTS: i64 = 1_000_000;
/// Months of a smaller town; of a larger one two, so that it fits into some gigabytes.
const MONTHS: i8 = 3;
/// Up to so many accounts all books are checked, which takes longer than the night.
const CHECKED: i64 = 100_000;
/// Its bills were not made of reads, and nobody sent them.
const NOT_LIVED: &[&str] = &["outbox", "replay"];
const TODAY: Date = date(2026, 8, 28);

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1).filter(|it| it != "--bench");
    let folder = PathBuf::from(words.next().context("say in which folder, and how many accounts")?);
    let (mut accounts, mut months, mut only) = (ACCOUNTS, None, Vec::new());
    for word in words {
        match (word.parse(), word.strip_suffix("-months").map(str::parse)) {
            (Ok(said), _) => accounts = said,
            (_, Some(said)) => months = Some(said?),
            _ => only.push(word),
        }
    }
    let months = months.unwrap_or(if CHECKED < accounts { 2 } else { MONTHS });
    let says = |word: &str| only.iter().any(|it| it == word);
    let parts = ["collections", "close"];
    let what = parts.map(|it| says(it) || !parts.iter().any(|it| says(it)));
    let wanted = |engine: &str| says(engine) || !(says("sqlite") || says("postgres"));
    if wanted("sqlite") {
        measure(&Place::sqlite(&folder, "night"), (accounts, months), what)?;
    }
    match std::env::var("METERBOOK_TEST_POSTGRES") {
        Ok(server) if wanted("postgres") => {
            measure(&Place::postgres(&server)?, (accounts, months), what)
        }
        Ok(_) => Ok(()),
        Err(_) => say("skipped on PostgreSQL: METERBOOK_TEST_POSTGRES is not set"),
    }
}

fn measure(
    place: &Place,
    (accounts, months): (i64, i8),
    [collections, close]: [bool; 2],
) -> Result<()> {
    say(format!("\n{accounts} accounts with {months} months of bills, {}", place.engine()))?;
    let watch = Watch::on(&place.at())?;
    let (db, spent) = watch.spend(|| town::made(place, accounts, months))?;
    told("made", spent)?;
    if collections {
        review(&db, watch)?;
    }
    if close {
        books(&db, watch)?;
    }
    if accounts <= CHECKED {
        let (report, spent) = watch.spend(|| check::check(&db))?;
        told("all books checked", spent)?;
        let lived = report.rules.iter().filter(|it| !NOT_LIVED.contains(&it.name));
        let faults: Vec<_> = lived.flat_map(|it| &it.faults).take(3).collect();
        ensure!(faults.is_empty(), "{faults:?}");
    }
    Ok(())
}

/// The review of a night: what it would do, what it does, and that it does nothing twice.
fn review(db: &Db, watch: Watch) -> Result<()> {
    let (looked, spent) = watch.spend(|| db.read(|tx| collection::look(tx, TODAY)))?;
    told("review looked at", spent)?;
    let (done, spent) = watch.spend(|| collection::run(db, actor()?, &[]))?;
    told("review done", spent)?;
    let taken = |it| done.taken.get(&it).copied().unwrap_or_default();
    let [reminders, notices, cuts] = [Step::Reminder, Step::Notice, Step::Cut].map(taken);
    let kept: usize = done.kept.values().sum();
    ensure!(done.opened == looked.opens.len() && 0 < cuts, "{done:?}");
    let (cases, none) = (done.opened, done.stopped.is_empty());
    ensure!(none, "{:?}", done.stopped);
    say(format!(
        "    {cases} cases opened, {reminders} reminders, {notices} notices, {cuts} cuts, {kept} kept"
    ))?;
    let (again, spent) = watch.spend(|| collection::run(db, actor()?, &[]))?;
    told("the same night again", spent)?;
    ensure!(again.opened == 0 && again.taken.is_empty(), "{again:?}");
    Ok(())
}

/// The close of a day and of a month, and the reports of the morning.
fn books(db: &Db, watch: Watch) -> Result<()> {
    let (journal, spent) = watch.spend(|| close::close_day(db, actor()?, TODAY, ""))?;
    told("day closed", spent)?;
    let ((_, lines), spent) = watch.spend(|| db.read(|tx| close::extract(tx, journal.number)))?;
    told("journal written", spent)?;
    say(format!("    {} entries, {} lines", journal.entries, lines.len()))?;
    let month = date(2026, 7, 1);
    let soft = || close::close_month(db, actor()?, month, Level::Soft, "the month is over");
    told("month closed", watch.spend(soft)?.1)?;
    let days = Days::In(Period::month(2026, 8).context("August has days")?);
    for (kind, days) in [
        (ReportKind::Ageing, Days::On(TODAY)),
        (ReportKind::Balances, Days::On(TODAY)),
        (ReportKind::Ledger, days),
        (ReportKind::Revenue, days),
        (ReportKind::Taxes, days),
        (ReportKind::Payments, days),
    ] {
        let asked = Asked::all(kind, days);
        let (report, spent) = watch.spend(|| report::report(db, actor()?, &asked, &mut |_| ()))?;
        told(&format!("report: {}, {} rows", kind.word(), report.rows.len()), spent)?;
    }
    Ok(())
}

fn actor() -> Result<Actor> {
    let at: Timestamp = "2026-08-28T23:00:00Z".parse()?;
    Ok(Actor::system(at))
}

fn told(what: &str, spent: Spent) -> Result<()> {
    say(format!("  {what:32} {spent}"))
}

fn say(text: impl Display) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}
