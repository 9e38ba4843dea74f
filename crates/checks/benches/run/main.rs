//! How fast a turn of hourly time-of-use accounts is checked and posted from storage, on each engine:
//! `cargo xtask bench run`.
//!
//! Beside the posting stands what cannot be avoided, measured in the same run because the machine may be
//! busy: the very same rows put into the same tables, with their rules and without, by prepared
//! inserts on SQLite and by COPY on PostgreSQL.

#[path = "../intervals/made.rs"]
#[expect(dead_code, reason = "the other measurement takes lines in another order too")]
mod made;

mod corrected;
mod floor;
mod place;
mod posting;
mod spent;

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use jiff::Timestamp;
use meterbook_app::bill_run::release::{self, Released};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::intake::{self, Import};
use meterbook_app::{Actor, founding, tariff};
use meterbook_checks::engines::Raw;
use meterbook_core::account::Cycle;
use meterbook_core::bill::Utility;
use meterbook_core::currency::Currency;
use meterbook_core::limits::ACCOUNTS_PER_TRANSACTION as JOB;
use meterbook_core::period::Period;
use meterbook_store::{Db, Location};

use floor::{Rules, floor};
use made::{Crowd, Order};
use place::Place;
use spent::{Spent, Watch};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Accounts when nobody says how many.
const ACCOUNTS: &[i64] = &[1_000, 10_000, 100_000];
/// More are not corrected unless somebody asks for it: they are billed six times before.
const CORRECTED: i64 = 1_000;
/// Eight lines in June.
const TOU: &str = "\
tariff TOU half-up
name       Time of use
commodity  electric kWh
from       2018-01-01

clock hours
  summer-peak      jun-sep weekdays 14-20
  summer-shoulder  jun-sep weekdays 7-14, 20-22
  winter-peak      oct-may weekdays 6-10, 17-21
  off-peak         else

monthly  Service charge   12.00
monthly  Meter charge     2.00
volume   Energy by hours
  summer-peak      0.2861
  summer-shoulder  0.1342
  winter-peak      0.1187
  off-peak         0.0721
volume   Fuel             0.0312
volume   Public benefits  0.0041
tax      City tax         3.5%
";

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1).filter(|it| it != "--bench");
    let folder = PathBuf::from(words.next().context("say in which folder, and how many accounts")?);
    let (mut said, mut only) = (Vec::new(), Vec::new());
    for word in words {
        match word.parse::<i64>() {
            Ok(accounts) => said.push(accounts),
            Err(_) => only.push(word),
        }
    }
    let says = |word: &str| only.iter().any(|it| it == word);
    let wanted = |engine: &str| says(engine) || !(says("sqlite") || says("postgres"));
    let what = |part: &str| says(part) || !(says("turn") || says("correction"));
    let all = if said.is_empty() { ACCOUNTS } else { &said };
    for &accounts in all {
        let crowd = Crowd { meters: accounts, minutes: 60 };
        let file = folder.join("month.csv");
        if what("turn") {
            crowd.write(&file, june()?, Order::Meters)?;
        }
        let mut engines = Vec::new();
        if wanted("sqlite") {
            engines.push(None);
        }
        match std::env::var("METERBOOK_TEST_POSTGRES") {
            Ok(server) if wanted("postgres") => engines.push(Some(server)),
            Ok(_) => {}
            Err(_) => say("skipped on PostgreSQL: METERBOOK_TEST_POSTGRES is not set")?,
        }
        for engine in engines {
            let place = || match &engine {
                None => Ok(Place::sqlite(&folder, "meterbook")),
                Some(server) => Place::postgres(server),
            };
            if what("turn") {
                measure(&place()?, crowd, &file)?;
            }
            if what("correction") && (accounts <= CORRECTED || says("correction")) {
                corrected::measure(&place()?, accounts)?;
            }
        }
    }
    Ok(())
}

fn june() -> Result<Period> {
    Period::month(2026, 6).context("June has days")
}

fn actor() -> Result<Actor> {
    let at: Timestamp = "2026-07-04T12:00:00Z".parse()?;
    Ok(Actor::system(at))
}

fn measure(place: &Place, crowd: Crowd, file: &Path) -> Result<()> {
    let accounts = crowd.meters;
    say(format!("\n{accounts} hourly accounts, {}", place.engine()))?;
    founded(place, crowd, file)?;
    let empty = place.copy("empty")?;
    let checked = check(place, accounts, 1)?;
    let before = place.copy("before")?;
    let posted = post(place, accounts, 1)?;
    say(format!("  the whole run                    {}", (checked + posted).rate(accounts)))?;
    let of_run = floor(place, &before.copy("floor")?, accounts, Rules::Gone)?;
    say(format!("  posted by the run                {}", posted.times(of_run)))?;

    say("  bills that are worked out, with eight lines and four postings each")?;
    let jobs = posting::made(place, accounts, 4 * JOB)?;
    let kept = posting::post(&jobs, &before.copy("alone")?, 1)?;
    say(format!("  posted, by four jobs at once     {}", kept.rate(accounts)))?;
    let jobs = posting::made(place, accounts, JOB)?;
    let alone = before.copy("alone")?;
    let kept = posting::post(&jobs, &alone, 1)?;
    say(format!("  posted                           {}", kept.rate(accounts)))?;
    let bare = floor(&alone, &before.copy("floor")?, accounts, Rules::Gone)?;
    let asked = floor(&alone, &before.copy("floor")?, accounts, Rules::Asked)?;
    say(format!("  posted, beside the floor without {}", kept.times(bare)))?;
    say(format!("  posted, beside the floor with    {}", kept.times(asked)))?;
    if matches!(place, Place::Postgres(..)) {
        drop(alone);
        let two = posting::post(&jobs, &before.copy("alone")?, 2)?;
        say(format!("  posted by two                    {}", two.rate(accounts)))?;
        drop(jobs);
        say("  two workers")?;
        check(&empty, accounts, 2)?;
        post(&empty, accounts, 2)?;
    }
    Ok(())
}

/// A utility with its customers and what their meters counted in June.
fn founded(place: &Place, crowd: Crowd, file: &Path) -> Result<()> {
    let db = Db::create(&place.at())?;
    db.write(|tx| {
        founding::found(tx, actor()?, &utility())?;
        tariff::publish(tx, actor()?, TOU)
    })?;
    crowd.put(&db)?;
    let mut raw = Raw::beside(&db)?;
    raw.run("update agreement set tariff = 'TOU', from_on = '2026-06-01'")?;
    raw.run("update account set mail_to = id || ' Mill St\nAlder Creek IL 60000'")?;
    let rejects = file.with_extension("rejects");
    let wanted = Import { file, shape: None, zone: None, meter: None, rejects: &rejects };
    intake::import(&db, actor()?, &wanted, &mut |_| ())?;
    raw.run(match db.location() {
        Location::Sqlite(_) => "pragma wal_checkpoint(truncate)",
        Location::Postgres(_) => "vacuum analyze",
    })
}

/// Rates and checks all, by so many workers.
fn check(place: &Place, accounts: i64, workers: usize) -> Result<Spent> {
    let db = Db::open(&place.at())?;
    let run = || bill_run::run(&db, actor()?, Which::Next, Until::Preview, &mut |_| ());
    let (stands, spent) = Watch::on(&place.at())?.spend(|| beside(place, workers - 1, run))?;
    ensure!(stands.billed == accounts, "{} of {accounts} can be billed", stands.billed);
    say(format!("  rated and checked                {}", spent.rate(accounts)))?;
    Ok(spent)
}

/// Releases what was checked and posts it.
fn post(place: &Place, accounts: i64, workers: usize) -> Result<Spent> {
    let db = Db::open(&place.at())?;
    let run = db.read(|tx| release::waiting(tx, Cycle(1)))?;
    let post = || release::release(&db, actor()?, run.id, None, &mut |_| ());
    let (released, spent) = Watch::on(&place.at())?.spend(|| beside(place, workers - 1, post))?;
    let Released::Posted(stands) = released else { bail!("it waits for a second person") };
    ensure!(stands.billed == accounts && stands.held == 0, "{} are held", stands.held);
    say(format!("  released, rated again and posted {}", spent.rate(accounts)))?;
    Ok(spent)
}

/// Does something while so many others look for work of runs.
fn beside<T>(place: &Place, others: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let over = AtomicBool::new(false);
    let help = || -> Result<()> {
        let db = Db::open(&place.at())?;
        while !over.load(Ordering::Relaxed) {
            if bill_run::work(&db, actor()?, &mut |_| ())? == 0 {
                thread::sleep(Duration::from_millis(5));
            }
        }
        Ok(())
    };
    thread::scope(|all| {
        let others: Vec<_> = (0..others).map(|_| all.spawn(help)).collect();
        let done = work();
        over.store(true, Ordering::Relaxed);
        others.into_iter().try_for_each(|it| it.join().map_err(|_| anyhow!("one panicked"))?)?;
        done
    })
}

fn utility() -> Utility {
    Utility {
        name: "Alder Creek Light".to_owned(),
        remit_to: vec!["PO Box 7".to_owned()],
        phone: "555-0100".to_owned(),
        site: "aldercreek.example".to_owned(),
        zone: "America/Chicago".to_owned(),
        currency: Currency::DOLLARS,
        footer: String::new(),
    }
}

fn say(text: impl Display) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}
