//! The same turn billed, drawn and corrected four times: on SQLite and on PostgreSQL, by one process and by
//! three that share it. Bills with their lines and what they were made of, the journal, and every page
//! must be the same to the byte, and so must they be after each bill that was wrong is corrected.
//!
//! The gate takes a small turn and draws few of its bills; `cargo xtask parallel` takes 10,000.

mod crowd;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use jiff::civil::date;
use meterbook_app::bill_run::correct::many::prepare;
use meterbook_checks::engines::Raw;
use meterbook_checks::program::{Program, Sample, killed};
use meterbook_core::bill::correct::Cause;
use meterbook_core::id::BillId;
use meterbook_core::reads::{Read, ReadKind};
use meterbook_store::{self as store, Db};
use serde_json::Value;

use crowd::{UNREAD, actor, found};

/// Customers where nobody says how many bills there are to be, as `METERBOOK_PARALLEL` may. They are
/// more than one job of a run and fewer than three.
const CUSTOMERS: i64 = 520;
/// Bills that the gate draws.
const DRAWN: usize = 4;
/// Where they are, in the utility's folder.
const DRAWN_IN: &str = "bills/2026-02-02";
/// Why bills are corrected.
const WHY: &str = "the displays were read wrong";

/// Every bill, and every posting, as texts.
type Books = [Vec<String>; 2];

/// Bills the turn, in so many processes.
fn bill(utility: &Program, processes: usize) {
    let mut beside: Vec<_> = (1..processes).map(|_| utility.begun(&["worker"])).collect();
    // Its bills are of the planned day, whatever day it is for whoever runs this.
    let told =
        utility.told(&["bill", "run", "--next", "--as-planned", "to compare runs", "--json"]);
    beside.iter_mut().for_each(|it| assert!(killed(it), "a worker works until it is stopped"));
    assert!(told["billed"].as_u64() > Some(0), "{told}");
}

/// Every bill with its lines and what they were made of, and the journal, as texts.
fn written(utility: &Program) -> Books {
    let db = Db::open(&utility.location()).expect("the books can be opened");
    let mut raw = Raw::beside(&db).expect("the books can be opened");
    let ids = raw.column("select cast(id as text) from bill order by bill.id").expect("bills");
    let ids = ids.iter().map(|it| BillId(it.parse().expect("a number")));
    let bill =
        |it: BillId| format!("{:?}", db.read(|tx| store::bill::get(tx, it)).expect("a bill"));
    let journal = "
        select cast(e.id as text) || '|' || e.kind || '|' || e.effective_on || '|' || e.key || '|' ||
            e.text || '|' || cast(p.position as text) || '|' || p.gl || '|' ||
            coalesce(cast(p.account_id as text), '') || '|' || cast(p.amount_cents as text)
        from entry e join posting p on p.entry_id = e.id order by e.id, p.position";
    [ids.map(bill).collect(), raw.column(journal).expect("a journal")]
}

/// Reads the meters again, of which each seventh was read right, and begins to correct what was billed.
fn read_again(utility: &Program, customers: i64) {
    let db = Db::open(&utility.location()).expect("the books can be opened");
    let begun = db.write(|tx| {
        for nth in (1..=customers).filter(|it| it % UNREAD != 0 && it % 7 != 0) {
            let meter = store::meter::by_serial(tx, &format!("E-{nth}"))?.remove(0);
            let channel = store::meter::channels(tx, meter.id)?[0].id;
            let index_micro = (nth * 37 % 1900 + nth % 7) * 1_000_000;
            let (on, kind) = (date(2026, 2, 1), ReadKind::Actual);
            store::read::add(tx, &[Read { channel, on, index_micro, kind, batch: None }])?;
        }
        prepare(tx, actor(), ("R-1", date(2026, 1, 1), Cause::Read), Some(WHY))
    });
    begun.expect("a correction can be begun");
}

/// Brings that to its end, in so many processes.
fn correct(utility: &Program, processes: usize) {
    let mut beside: Vec<_> = (1..processes).map(|_| utility.begun(&["worker"])).collect();
    let words = ["--tariff", "R-1", "--from", "2026-01-01", "--cause", "read", "--why", WHY];
    utility.done(&[&["bill", "correct"], &words[..]].concat());
    beside.iter_mut().for_each(|it| assert!(killed(it), "a worker works until it is stopped"));
    let checked = utility.told(&["check", "--json"]);
    assert_eq!(checked["clean"], Value::Bool(true), "{checked:#}");
}

/// Draws the bills, all or the first few.
fn draw(utility: &Program, all: bool) -> BTreeSet<PathBuf> {
    if all {
        utility.done(&["bill", "render", "--cycle", "1"]);
    } else {
        let numbers = utility.column("select number from bill order by number");
        for number in numbers.iter().take(DRAWN) {
            utility.done(&["bill", "render", "--bill", number]);
        }
    }
    let folder = utility.folder.join(DRAWN_IN);
    let files = fs::read_dir(&folder).expect("bills were drawn");
    files.map(|it| PathBuf::from(it.expect("a bill").file_name())).collect()
}

#[test]
fn one_process_and_three_on_both_engines_write_draw_and_correct_the_same() {
    let said = std::env::var("METERBOOK_PARALLEL").ok();
    let asked = said.as_ref().map(|it| it.parse::<i64>().expect("a number"));
    // So many that as many bills as were asked for are made, though some wait for their reads.
    let customers = asked.map_or(CUSTOMERS, |it| it + 1 + it.div_euclid(UNREAD - 1));
    let mut samples = [Sample::in_a_file(), Sample::on_postgres("parallel")];
    // The first stays until all others were compared with it.
    let mut first: Option<(Program, [Books; 2], BTreeSet<PathBuf>)> = None;
    for sample in samples.iter_mut().flatten() {
        found(&sample.program, customers);
        for processes in [1, 3] {
            let engine = if sample.is_on_postgres() { "PostgreSQL" } else { "SQLite" };
            let name = format!("{engine}, {processes} processes");
            let utility = sample.copy(&format!("by{processes}"));
            let began = Instant::now();
            bill(&utility, processes);
            let billed = began.elapsed();
            let books = written(&utility);
            let began = Instant::now();
            let files = draw(&utility, said.is_some());
            let drawn_in = began.elapsed();
            read_again(&utility, customers);
            let began = Instant::now();
            correct(&utility, processes);
            let corrected_in = began.elapsed();
            let books = [books, written(&utility)];
            println!(
                "{name}: {} bills, {} postings in {billed:.1?}; {} files drawn in {drawn_in:.1?}; {} bills \
                 corrected in {corrected_in:.1?}",
                books[0][0].len(),
                books[0][1].len(),
                files.len(),
                books[1][0].len() - books[0][0].len(),
            );
            let Some((calm, wanted, drawn)) = &first else {
                let held = customers.div_euclid(UNREAD);
                let [billed, corrected] = &books;
                assert_eq!(i64::try_from(billed[0].len()), Ok(customers - held));
                assert!(2 * billed[0].len() <= billed[1].len(), "each has two postings and more");
                assert!(
                    billed[0].len() * 18 < corrected[0].len() * 10,
                    "six of seven are corrected"
                );
                first = Some((utility, books, files));
                continue;
            };
            let lines = |it: &'_ [Books; 2]| it.iter().flatten().flatten().cloned().collect();
            let [all, theirs]: [Vec<String>; 2] = [wanted, &books].map(lines);
            for (ours, theirs) in all.iter().zip(&theirs) {
                assert_eq!(ours, theirs, "{name}");
            }
            assert!(*wanted == books, "{name}");
            assert_eq!(*drawn, files, "{name}");
            for file in files {
                let read = |it: &Program| fs::read(it.folder.join(DRAWN_IN).join(&file));
                let [ours, theirs] = [calm, &utility].map(|it| read(it).expect("a file"));
                assert!(ours == theirs, "{}: {name}", file.display());
            }
            sample.clear(utility);
        }
    }
}
