//! How long a search takes among many customers, on each engine: `cargo xtask bench search`.
//!
//! It makes the customers (names as unevenly heard as in life, streets of a hundred houses), times
//! the building of the index, asks some hundreds of questions of each kind about customers drawn by
//! lot, and fails when the right one is not among the answers.

mod crowd;
mod load;

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use meterbook_core::id::AccountId;
use meterbook_core::search::{Scrap, ScrapKind, Subject};
use meterbook_store::search::{find, put, refresh_all};
use meterbook_store::{Db, Location};

use crowd::{Crowd, KINDS, Lot};

/// Customers when nobody says how many.
const CUSTOMERS: i64 = 1_000_000;
/// Questions of each kind.
const QUESTIONS: usize = 400;
/// Accounts that are indexed at once, and in one transaction.
const AT_ONCE: [usize; 2] = [500, 5_000];
/// What a search shows.
const ROWS: usize = 50;

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1).filter(|it| it != "--bench");
    let folder = PathBuf::from(
        words.next().context("say in which folder, how many, and if you like which engine")?,
    );
    let customers = words.next().map_or(Ok(CUSTOMERS), |it| it.parse())?;
    let crowd = Crowd::new(customers);
    let only = words.next();
    let wanted = |engine: &str| only.as_deref().is_none_or(|it| it == engine);
    if wanted("sqlite") {
        measure(&crowd, &Location::Sqlite(folder.join("meterbook.db")))?;
    }
    match std::env::var("METERBOOK_TEST_POSTGRES") {
        Ok(server) if wanted("postgres") => measure(&crowd, &load::database(&server)?),
        Ok(_) => Ok(()),
        Err(_) => say("skipped on PostgreSQL: METERBOOK_TEST_POSTGRES is not set"),
    }
}

fn measure(crowd: &Crowd, at: &Location) -> Result<()> {
    let engine = if matches!(at, Location::Sqlite(_)) { "SQLite" } else { "PostgreSQL" };
    let db = Db::create(at)?;
    let mut loaded = load::Loader::beside(&db)?;
    let customers = crowd.customers;
    let began = Instant::now();
    loaded.load(crowd)?;
    say(format!("\n{engine}, {customers} customers, loaded in {:.0?}", began.elapsed()))?;
    let began = Instant::now();
    index(&db, customers)?;
    let taken = began.elapsed();
    let rate = (u128::try_from(customers)? * 1000).div_euclid(taken.as_millis().max(1));
    say(format!("indexed in {taken:.0?}: {rate} accounts a second"))?;
    loaded.settle()?;
    for line in loaded.sizes()? {
        say(line)?;
    }
    say("question            p50 µs    p99 µs  worst µs   found")?;
    let mut lot = Lot(7);
    for (name, ask) in KINDS {
        let mut taken = Vec::new();
        let mut rows = 0;
        let mut missed = 0;
        for _ in 0..QUESTIONS {
            let customer = crowd.customer(lot.below(customers));
            let question = ask(&customer, &mut lot);
            let began = Instant::now();
            let hits = db.read(|tx| find(tx, &question, ROWS))?;
            taken.push(began.elapsed());
            rows += hits.len();
            let right = Subject::account(AccountId(customer.account));
            // Among many of one name, a page does not show everybody.
            missed += usize::from(hits.len() < ROWS && hits.iter().all(|it| it.subject != right));
        }
        taken.sort_unstable();
        let nth = |share: usize| taken[(QUESTIONS * share).div_euclid(100)].as_micros();
        let (worst, each) = (taken[QUESTIONS - 1].as_micros(), rows.div_euclid(QUESTIONS));
        say(format!("{name:<17} {:>8}  {:>8}  {worst:>8}   {each:>5}", nth(50), nth(99)))?;
        // What is misspelt may be spelt as another's name.
        ensure!(missed * 10 <= QUESTIONS, "{missed} of {QUESTIONS} were not found by {name}");
    }
    changes(&db, crowd, &mut lot)
}

/// How long it takes to index what a clerk changes: one account in one transaction.
fn changes(db: &Db, crowd: &Crowd, lot: &mut Lot) -> Result<()> {
    let mut taken = Vec::new();
    for nth in 0..QUESTIONS {
        let customer = crowd.customer(lot.below(crowd.customers));
        let scraps = vec![
            Scrap::new(ScrapKind::Account, customer.number.to_string()),
            Scrap::new(ScrapKind::Name, format!("{} {nth}", customer.name())),
            Scrap::new(ScrapKind::Address, customer.address()),
            Scrap::new(ScrapKind::Phone, &customer.phone),
            Scrap::new(ScrapKind::Email, &customer.email),
        ];
        let subject = Subject::account(AccountId(customer.account));
        let began = Instant::now();
        db.write(|tx| put(tx, subject, scraps))?;
        taken.push(began.elapsed());
    }
    taken.sort_unstable();
    let [half, most] = [50, 99].map(|it| taken[(QUESTIONS * it).div_euclid(100)]);
    say(format!("one change, with its commit: p50 {half:.2?}, p99 {most:.2?}"))
}

fn index(db: &Db, customers: i64) -> Result<()> {
    let all: Vec<AccountId> = (1..=customers).map(AccountId).collect();
    let [at_once, in_one] = AT_ONCE;
    for some in all.chunks(in_one) {
        db.write(|tx| some.chunks(at_once).try_for_each(|few| refresh_all(tx, few)))?;
    }
    Ok(())
}

fn say(line: impl std::fmt::Display) -> Result<()> {
    writeln!(io::stdout().lock(), "{line}").context("nobody listens")
}
