//! The jobs of a run on both engines: several workers share it and write what one alone would have
//! written, a job that is cut off is done once, and an account that cannot be billed stops nobody.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::mpsc;
use std::thread::sleep;
use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::bill_run::release::{self, Released};
use meterbook_app::bill_run::{self, Progress, Until, Which};
use meterbook_app::intake::{self, Import};
use meterbook_app::sign_up::{SignUp, sign_up};
use meterbook_app::task::scan;
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{approval, check, close};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::account::Cycle;
use meterbook_core::bill::job::Pass;
use meterbook_core::bill::run::{Run, Stage, Standing};
use meterbook_core::id::{BillId, WindowId};
use meterbook_core::meter::Flow;
use meterbook_core::period::Period;
use meterbook_store::{self as store, Db};

use crate::deposit::at;
use crate::village::{self, DIALS, actor};

pub(crate) const CYCLE: Cycle = Cycle(1);
/// Customers of a village that is cut into three jobs.
const CUSTOMERS: i64 = 520;

fn customer(nth: i64) -> SignUp {
    let mut customer = village::customer(&format!("E-{nth}"), &[DIALS]);
    customer.name = format!("Customer {nth}");
    customer.street = format!("{nth} Mill St");
    customer
}

/// So many customers, and a turn in January.
fn village(db: &Db, customers: i64) {
    village::found(db);
    db.write(|tx| {
        for nth in 1..=customers {
            sign_up(tx, actor(), &customer(nth))?;
        }
        let period = Period::month(2026, 1).unwrap();
        let billed_on = period.end().saturating_add(1.days());
        let due_on = billed_on.saturating_add(21.days());
        window::plan(tx, actor(), CYCLE, &[NewWindow { period, billed_on, due_on }])
    })
    .unwrap();
}

/// What every meter shows on a day; each fortieth shows nothing in February.
pub(crate) fn read(db: &Db, folder: &Path, customers: i64, day: Date) {
    let mut text = "meter,date,read,kind\n".to_owned();
    for nth in 1..=customers {
        let used = i64::from(day.month() - 1) * (nth * 37 % 900);
        if day.month() == 1 || nth % 40 != 0 {
            writeln!(text, "E-{nth},{day},{used},actual").unwrap();
        }
    }
    import(db, folder, &text);
}

pub(crate) fn import(db: &Db, folder: &Path, text: &str) {
    let file = folder.join("reads.csv");
    std::fs::write(&file, text).unwrap();
    let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    intake::import(db, crate::village::later(), &wanted, &mut |_| ()).unwrap();
}

pub(crate) fn january(db: &Db, folder: &Path, customers: i64) {
    village(db, customers);
    read(db, folder, customers, date(2026, 1, 1));
    read(db, folder, customers, date(2026, 2, 1));
}

pub(crate) fn bill(db: &Db, which: Which, until: Until) -> Standing {
    bill_run::run(db, crate::village::biller(db), which, until, &mut |_| ()).unwrap()
}

/// Every bill with its lines and what they were made of, and every entry, as text.
pub(crate) fn written(db: &Db) -> String {
    let mut raw = Raw::beside(db).unwrap();
    let mut text = String::new();
    for id in raw.column("select cast(id as text) from bill order by bill.id").unwrap() {
        let bill = db.read(|tx| store::bill::get(tx, BillId(id.parse()?))).unwrap();
        writeln!(text, "{bill:?}").unwrap();
    }
    let entries = "
        select cast(e.id as text) || '|' || e.kind || '|' || e.effective_on || '|' || e.key || '|' ||
            e.text || '|' || cast(p.position as text) || '|' || p.gl || '|' ||
            coalesce(cast(p.account_id as text), '') || '|' || cast(p.amount_cents as text)
        from entry e join posting p on p.entry_id = e.id order by e.id, p.position";
    for entry in raw.column(entries).unwrap() {
        writeln!(text, "{entry}").unwrap();
    }
    text
}

pub(crate) fn clean(db: &Db) {
    let found = check::check(db).unwrap();
    let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

fn run_of(db: &Db) -> Run {
    db.read(|tx| store::run::latest(tx, WindowId(1))).unwrap().unwrap()
}

#[test]
fn two_workers_write_on_both_engines_what_one_alone_writes() {
    let seen: RefCell<Vec<String>> = RefCell::default();
    for workers in [1, 2] {
        engines::each(|db, folder| {
            january(db, folder, CUSTOMERS);
            // Begun, and left to whoever works.
            db.write(|tx| bill_run::prepare(tx, actor(), WindowId(1), false)).unwrap();
            let all = || {
                std::thread::scope(|scope| {
                    for _ in 0..workers {
                        scope.spawn(|| {
                            let db = Db::open(db.location()).unwrap();
                            bill_run::work(&db, actor(), &mut |_| ()).unwrap();
                        });
                    }
                });
            };
            all();
            let run = run_of(db);
            assert_eq!(run.stage, Stage::Preview);
            db.write(|tx| {
                let it = release::asked(tx, run.id, None)?;
                let wanted = approval::Asked::Release(it);
                approval::do_or_ask(tx, actor(), &wanted, "")
            })
            .unwrap();
            all();
            let pace = db.read(|tx| store::job::pace(tx, run.id, Pass::Post)).unwrap();
            assert_eq!((pace.jobs, pace.open, pace.done, pace.of), (3, 0, 507, 507));
            let stands = bill(db, Which::Last, Until::Posted);
            assert_eq!((stands.stage, stands.billed, stands.held), (Stage::Done, 507, 13));
            clean(db);
            seen.borrow_mut().push(written(db));
        });
    }
    let seen = seen.into_inner();
    let [first, others @ ..] = seen.as_slice() else { panic!("nothing was written") };
    assert_eq!(first.lines().count(), 507 + 2 * 507, "a bill and two postings each");
    for other in others {
        for (one, another) in first.lines().zip(other.lines()) {
            assert_eq!(one, another);
        }
        assert_eq!(first.len(), other.len());
    }
}

#[test]
fn a_job_that_is_cut_off_is_done_by_another_once() {
    engines::each(|db, folder| {
        january(db, folder, CUSTOMERS);
        let run = db.write(|tx| bill_run::prepare(tx, actor(), WindowId(1), false)).unwrap();
        // As soon as the work is cut, another worker takes the first job, and dies over it.
        let (begin, begins) = mpsc::channel::<()>();
        let (take, taken) = mpsc::channel::<()>();
        let mut most = 0;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let db = Db::open(db.location()).unwrap();
                begins.recv().unwrap();
                let died = db.write::<()>(|tx| {
                    let job = store::job::lease(tx, run.id, Pass::Check)?.unwrap();
                    assert_eq!((job.nth, job.accounts), (0, 250));
                    take.send(()).unwrap();
                    sleep(Duration::from_millis(500));
                    anyhow::bail!("killed")
                });
                assert!(died.is_err());
            });
            let mut watch = |progress: Progress<'_>| {
                if let Progress::Checked(done, of) = progress {
                    if of == 520 && begin.send(()).is_ok() && done == 0 {
                        taken.recv().unwrap();
                    }
                    most = done;
                }
            };
            bill_run::work(db, actor(), &mut watch).unwrap();
        });
        assert_eq!(most, 520);
        let stands = bill(db, Which::Last, Until::Preview);
        assert_eq!((stands.stage, stands.billed, stands.held), (Stage::Preview, 507, 13));
        let by = db.read(|tx| store::job::workers(tx, run.id, Pass::Check)).unwrap();
        assert_eq!(by.iter().map(|it| it.1).sum::<u64>(), 3, "{by:?}");
        assert!(by[0].0.ends_with(&format!("/{}", std::process::id())), "{by:?}");
    });
}

#[test]
fn a_run_that_is_called_off_leaves_no_jobs() {
    engines::each(|db, folder| {
        january(db, folder, 30);
        bill(db, Which::Cycle(CYCLE), Until::Preview);
        let run = run_of(db);
        db.write(|tx| release::call_off(tx, actor(), run.id, "the file was short")).unwrap();
        assert_eq!(db.read(|tx| store::job::pace(tx, run.id, Pass::Check)).unwrap().jobs, 0);
        let again = bill(db, Which::Cycle(CYCLE), Until::Posted);
        assert_eq!((again.stage, again.billed, again.held), (Stage::Done, 30, 0));
        clean(db);
    });
}

/// The ids of a run's entries are counted when its work is cut; a day that is closed after that has a
/// journal behind them.
#[test]
fn a_day_that_is_closed_while_a_run_posts_stops_no_bill() {
    engines::each(|db, folder| {
        january(db, folder, 30);
        bill(db, Which::Cycle(CYCLE), Until::Preview);
        let run = run_of(db);
        let mut closed = None;
        let mut watch = |progress: Progress<'_>| {
            if let Progress::Posted(0, 30) = progress {
                let day = date(2026, 3, 10);
                closed = Some(close::close_day(db, actor(), day, "").unwrap());
            }
        };
        let released = release::release(db, actor(), run.id, None, &mut watch).unwrap();
        let Released::Posted(stands) = released else { panic!("it waits") };
        assert_eq!((stands.stage, stands.billed, stands.held), (Stage::Done, 30, 0));
        let closed = closed.expect("it was closed before anything was posted");
        assert_eq!((closed.number, closed.entries), (1, 0));
        let day = date(2026, 3, 11);
        let next = close::close_day(db, at("2026-03-11"), day, "").unwrap();
        assert_eq!((next.number, next.entries), (2, 30));
        clean(db);
    });
}

/// Another customer whose meter counts quarter hours.
fn with_quarters(db: &Db, folder: &Path) {
    let mut customer = village::customer("Q-1", &[village::quarters(Flow::Delivered)]);
    customer.street = "1 Quarry Rd".to_owned();
    village::take_on(db, &customer).unwrap();
    let mut text = "meter,start,value\n".to_owned();
    let first = date(2026, 1, 1).at(0, 0, 0, 0);
    for nth in 0..31 * 96 {
        let at = first + (15 * nth).minutes();
        writeln!(text, "Q-1,{at},0.25").unwrap();
    }
    import(db, folder, &text);
}

/// Spoils what the meter of quarter hours said, behind the store's back.
fn spoil(db: &Db) {
    let mut raw = Raw::beside(db).unwrap();
    let channel = "select cast(c.id as text) from channel c join meter m on m.id = c.meter_id
                   where m.serial = 'Q-1'";
    let channel = raw.column(channel).unwrap().remove(0);
    let month =
        format!("select cast(max(month) as text) from interval_block where channel_id = {channel}");
    let month = raw.column(&month).unwrap().remove(0);
    raw.run(&format!(
        "insert into interval_block (channel_id, month, batch_id, bytes) values ({channel}, {month}, 1, 'x')"
    ))
    .unwrap();
}

#[test]
fn an_account_that_cannot_be_read_is_held_and_the_others_are_billed() {
    engines::each(|db, folder| {
        january(db, folder, 30);
        with_quarters(db, folder);
        spoil(db);
        let stands = bill(db, Which::Cycle(CYCLE), Until::Posted);
        assert_eq!((stands.stage, stands.billed, stands.held), (Stage::Done, 30, 1));
        let held = db.read(|tx| store::run::held(tx, WindowId(1))).unwrap();
        assert_eq!(held[0].reason, "broken");
        assert!(
            held[0]
                .detail
                .starts_with("the bill could not be worked out: the interval values of channel"),
            "{held:?}"
        );
        // It is somebody's task, with the reason.
        scan::scan(db, actor()).unwrap();
        let kinds = "select kind from task where closed_at is null";
        let kinds = Raw::beside(db).unwrap().column(kinds).unwrap();
        assert!(kinds.iter().any(|it| it == "held-broken"), "{kinds:?}");
        clean(db);
    });
}

#[test]
fn a_tariff_that_cannot_be_read_holds_those_who_are_on_it() {
    engines::each(|db, folder| {
        january(db, folder, 30);
        let mut raw = Raw::beside(db).unwrap();
        raw.run(
            "insert into tariff (id, code, from_on, sha256, text)
             values (99, 'X-1', '2026-01-01', 'x', 'volume of nothing')",
        )
        .unwrap();
        raw.run("update agreement set tariff = 'X-1' where id in (7, 9)").unwrap();
        let stands = bill(db, Which::Cycle(CYCLE), Until::Posted);
        assert_eq!((stands.stage, stands.billed, stands.held), (Stage::Done, 28, 2));
        assert_eq!(stands.reasons["broken"], 2);
        // Mended, they join.
        raw.run("update agreement set tariff = 'R-1' where id in (7, 9)").unwrap();
        let stands = bill(db, Which::Held(CYCLE, None), Until::Posted);
        assert_eq!((stands.billed, stands.held), (30, 0));
        clean(db);
    });
}

#[test]
fn what_breaks_between_check_and_posting_is_held_then() {
    engines::each(|db, folder| {
        january(db, folder, 30);
        with_quarters(db, folder);
        let stands = bill(db, Which::Cycle(CYCLE), Until::Preview);
        assert_eq!((stands.billed, stands.held), (31, 0));
        spoil(db);
        let released = release::release(db, actor(), run_of(db).id, None, &mut |_| ()).unwrap();
        let Released::Posted(stands) = released else { panic!("it waits") };
        assert_eq!((stands.stage, stands.billed, stands.held), (Stage::Done, 30, 1));
        assert_eq!(stands.reasons["broken"], 1);
        clean(db);
    });
}
