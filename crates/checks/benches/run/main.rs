//! How fast a turn of hourly time-of-use accounts is checked and posted from storage, on each engine:
//! `cargo xtask bench run`.
//!
//! Beside the posting stands what cannot be avoided, measured in the same run because the machine may be
//! busy: the very same rows put into the same tables without a rule or a key of another table, by
//! prepared inserts on SQLite and by COPY on PostgreSQL.

#[path = "../intervals/made.rs"]
#[expect(dead_code, reason = "the other measurement takes lines in another order too")]
mod made;

use std::fmt::Display;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use jiff::civil::date;
use meterbook_app::bill_run::release::{self, Released};
use meterbook_app::bill_run::{self, Progress, Until, Which};
use meterbook_app::intake::{self, Import};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, founding, tariff};
use meterbook_checks::engines::{Lent, Raw};
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::Utility;
use meterbook_core::id::{AccountId, AccountNumber, AgreementId, PersonId, ServicePointId};
use meterbook_core::period::Period;
use meterbook_core::person::{Language, Person, PersonKind};
use meterbook_store::{self as store, Db, Location};
use postgres::{Client, NoTls};
use rusqlite::Connection;
use rusqlite::types::Value;

use made::{Crowd, Order};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Accounts when nobody says how many.
const ACCOUNTS: &[i64] = &[1_000, 10_000, 100_000];
/// What posting adds rows to.
const TABLES: &[&str] = &[
    "bill",
    "segment",
    "segment_evidence",
    "segment_carried",
    "segment_origin",
    "bill_line",
    "entry",
    "posting",
    "piece",
];
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
monthly  Assistance fund  0.50
volume   Energy by hours
  summer-peak      0.2861
  summer-shoulder  0.1342
  winter-peak      0.1187
  off-peak         0.0721
volume   Fuel             0.0312
volume   Public benefits  0.0041
";

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1).filter(|it| it != "--bench");
    let folder = PathBuf::from(words.next().context("say in which folder, and how many accounts")?);
    let said: Vec<i64> = words.map(|it| it.parse()).collect::<Result<_, _>>()?;
    let all = if said.is_empty() { ACCOUNTS } else { &said };
    for &accounts in all {
        let crowd = Crowd { meters: accounts, minutes: 60 };
        let file = folder.join("month.csv");
        crowd.write(&file, june()?, Order::Meters)?;
        let at = Location::Sqlite(folder.join("meterbook.db"));
        say(format!("\n{accounts} hourly accounts, SQLite"))?;
        measure(&Db::create(&at)?, crowd, &file)?;
        floor_of_sqlite(&folder, accounts)?;
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path != file {
                let _ = std::fs::remove_file(path);
            }
        }
        let Ok(server) = std::env::var("METERBOOK_TEST_POSTGRES") else {
            say("skipped on PostgreSQL: METERBOOK_TEST_POSTGRES is not set")?;
            continue;
        };
        let lent = Lent::new(&server)?;
        say(format!("{accounts} hourly accounts, PostgreSQL"))?;
        measure(&Db::create(&Location::Postgres(lent.url().to_owned()))?, crowd, &file)?;
        floor_of_postgres(&server, lent.url(), accounts)?;
    }
    Ok(())
}

fn june() -> Result<Period> {
    Period::month(2026, 6).context("June has days")
}

fn actor() -> Result<Actor> {
    let at: Timestamp = "2026-07-02T12:00:00Z".parse()?;
    Ok(Actor::system(at))
}

fn measure(db: &Db, crowd: Crowd, file: &Path) -> Result<()> {
    let accounts = crowd.meters;
    db.write(|tx| {
        founding::found(tx, actor()?, &utility())?;
        tariff::publish(tx, actor()?, TOU)?;
        let (period, billed_on, due_on) = (june()?, date(2026, 7, 2), date(2026, 7, 23));
        window::plan(tx, actor()?, Cycle(1), &[NewWindow { period, billed_on, due_on }])
    })?;
    crowd.put(db)?;
    db.write(|tx| (1..=accounts).try_for_each(|it| customer(tx, it)))?;
    let rejects = file.with_extension("rejects");
    let wanted = Import { file, shape: None, zone: None, meter: None, rejects: &rejects };
    intake::import(db, actor()?, &wanted, &mut |_| ())?;
    Raw::beside(db)?.run(match db.location() {
        Location::Sqlite(_) => "pragma wal_checkpoint(truncate)",
        Location::Postgres(_) => "analyze",
    })?;

    let began = Instant::now();
    let stands = bill_run::run(db, actor()?, Which::Next, Until::Preview, &mut |_| ())?;
    let checked = began.elapsed();
    ensure!(stands.billed == accounts, "{} of {accounts} can be billed", stands.billed);
    say(format!("  rated and checked                {}", rate(accounts, checked)))?;
    let run = db.read(|tx| release::waiting(tx, Cycle(1)))?;
    let (began, mut first) = (Instant::now(), None);
    let mut watch = |progress: Progress<'_>| {
        if let Progress::Posted(..) = progress {
            first.get_or_insert_with(Instant::now);
        }
    };
    let released = release::release(db, actor()?, run.id, None, &mut watch)?;
    let all = began.elapsed();
    let Released::Posted(stands) = released else { anyhow::bail!("it waits for a second person") };
    ensure!(stands.billed == accounts && stands.held == 0, "{} are held", stands.held);
    let posted = first.map_or(all, |it| it.elapsed());
    say(format!("  released and the work cut        {:.2?}", all.saturating_sub(posted)))?;
    say(format!("  rated again and posted           {}", rate(accounts, posted)))?;
    say(format!("  the whole run                    {}", rate(accounts, checked + all)))
}

/// A customer with an account, and an agreement for the meter of the same number.
fn customer(tx: &mut store::Tx, nth: i64) -> Result<()> {
    let (kind, language) = (PersonKind::Individual, Language::English);
    store::person::add(
        tx,
        &Person { id: PersonId(nth), name: format!("Customer {nth}"), kind, language },
    )?;
    let opened_on = date(2026, 6, 1);
    let account = Account {
        id: AccountId(nth),
        number: AccountNumber::new(10_000_000 + nth).context("there are enough numbers")?,
        person: PersonId(nth),
        class: CustomerClass::Residential,
        cycle: Cycle(1),
        mail_to: format!("{nth} Mill St\nAlder Creek IL 60000"),
        opened_on,
    };
    store::account::add(tx, &account)?;
    let agreement = Agreement {
        id: AgreementId(nth),
        account: AccountId(nth),
        service_point: ServicePointId(nth),
        tariff: "TOU".to_owned(),
        from: opened_on,
        to: None,
    };
    store::agreement::add(tx, &agreement)
}

/// The rows that were posted, put into a new file by prepared inserts, as many in a transaction as in
/// a job.
fn floor_of_sqlite(folder: &Path, accounts: i64) -> Result<()> {
    let from = Connection::open(folder.join("meterbook.db"))?;
    let at = folder.join("floor.db");
    drop(Db::create(&Location::Sqlite(at.clone()))?);
    let mut to = Connection::open(&at)?;
    to.execute_batch(
        "pragma synchronous = full; pragma foreign_keys = off; pragma cache_size = -65536",
    )?;
    let triggers = "select name from sqlite_master where type = 'trigger'";
    let triggers: Vec<String> =
        to.prepare(triggers)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for trigger in triggers {
        to.execute_batch(&format!("drop trigger {trigger}"))?;
    }
    let jobs = usize::try_from(accounts)?.div_ceil(250);
    let mut took = Duration::ZERO;
    let mut counted = 0;
    for table in TABLES {
        let mut read = from.prepare(&format!("select * from {table}"))?;
        let columns = read.column_count();
        let rows = read.query_map([], |row| (0..columns).map(|it| row.get(it)).collect())?;
        let rows: Vec<Vec<Value>> = rows.collect::<Result<_, _>>()?;
        counted += rows.len();
        let marks = vec!["?"; columns].join(", ");
        let text = format!("insert into {table} values ({marks})");
        let began = Instant::now();
        for chunk in rows.chunks(rows.len().div_ceil(jobs).max(1)) {
            let transaction = to.transaction()?;
            let mut insert = transaction.prepare_cached(&text)?;
            for row in chunk {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
            drop(insert);
            transaction.commit()?;
        }
        took += began.elapsed();
    }
    say(format!("  floor: {counted:>8} prepared inserts   {}", rate(accounts, took)))
}

/// The rows that were posted, put into a new database by one COPY for each table.
fn floor_of_postgres(server: &str, url: &str, accounts: i64) -> Result<()> {
    let lent = Lent::new(server)?;
    drop(Db::create(&Location::Postgres(lent.url().to_owned()))?);
    let (mut from, mut to) = (Client::connect(url, NoTls)?, Client::connect(lent.url(), NoTls)?);
    let mut took = Duration::ZERO;
    let mut counted = 0;
    for table in TABLES {
        let mut bytes = Vec::new();
        from.copy_out(&format!("copy {table} to stdout binary"))?.read_to_end(&mut bytes)?;
        to.batch_execute(&format!("alter table {table} disable trigger all"))?;
        let began = Instant::now();
        let mut transaction = to.transaction()?;
        let mut copy = transaction.copy_in(&format!("copy {table} from stdin binary"))?;
        copy.write_all(&bytes)?;
        counted += copy.finish()?;
        transaction.commit()?;
        took += began.elapsed();
    }
    say(format!("  floor: {counted:>8} rows by COPY       {}", rate(accounts, took)))
}

fn rate(bills: i64, took: Duration) -> String {
    let micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX).max(1);
    let rate = (bills * 1_000_000).div_euclid(micros);
    format!("{rate:>7} bills/s  ({took:.2?}, {} µs each)", micros.div_euclid(bills.max(1)))
}

fn utility() -> Utility {
    Utility {
        name: "Alder Creek Light".to_owned(),
        remit_to: vec!["PO Box 7".to_owned()],
        phone: "555-0100".to_owned(),
        site: "aldercreek.example".to_owned(),
        zone: "America/Chicago".to_owned(),
        footer: String::new(),
    }
}

fn say(text: impl Display) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}
