//! Corrections of a set on both engines: several workers share its jobs and write what one alone would have
//! written, what was cut off goes on, and what is only looked at leaves nothing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::cell::RefCell;
use std::path::Path;
use std::sync::mpsc;
use std::thread::sleep;
use std::time::Duration;

use jiff::civil::date;
use jiff::{SignedDuration, ToSpan};
use meterbook_app::bill_run::correct::many::{finish, prepare};
use meterbook_app::bill_run::correct::under_way;
use meterbook_app::bill_run::correct::{Many, many};
use meterbook_app::bill_run::{self, Progress, Until, Which};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, check, detail, tariff};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::set::{Outcome, Standing};
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::{AccountId, SetId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::correct::meter_shows;
use crate::jobs::{CYCLE, bill, clean, january, read, written};
use crate::village::{actor, says};

/// Customers of three jobs.
const CUSTOMERS: i64 = 230;
const WHY: &str = "the displays were read wrong";

fn of() -> (&'static str, jiff::civil::Date, Cause) {
    ("R-1", date(2026, 1, 1), Cause::Read)
}

/// January and February are billed; of each third customer both were read wrong, of the next one February.
fn read_wrong(db: &Db, folder: &Path, customers: i64) {
    january(db, folder, customers);
    bill(db, Which::Cycle(CYCLE), Until::Posted);
    let period = Period::month(2026, 2).unwrap();
    let billed_on = period.end().saturating_add(1.days());
    let due_on = billed_on.saturating_add(21.days());
    db.write(|tx| window::plan(tx, actor(), CYCLE, &[NewWindow { period, billed_on, due_on }]))
        .unwrap();
    read(db, folder, customers, date(2026, 3, 1));
    bill(db, Which::Cycle(CYCLE), Until::Posted);
    for nth in (1..=customers).filter(|it| it % 40 != 0) {
        let (serial, used) = (format!("E-{nth}"), nth * 37 % 900);
        if nth % 3 == 0 {
            meter_shows(db, &serial, date(2026, 2, 1), &[used + 10]);
            meter_shows(db, &serial, date(2026, 3, 1), &[2 * used + 30]);
        } else if nth % 3 == 1 {
            meter_shows(db, &serial, date(2026, 3, 1), &[2 * used + 7]);
        }
    }
}

fn count(db: &Db, table: &str) -> i64 {
    let asked = format!("select cast(count(*) as text) from {table}");
    Raw::beside(db).unwrap().column(&asked).unwrap()[0].parse().unwrap()
}

#[test]
fn two_workers_correct_on_both_engines_what_one_alone_corrects() {
    let seen: RefCell<Vec<(Many, String)>> = RefCell::default();
    for workers in [1, 2] {
        engines::each(|db, folder| {
            read_wrong(db, folder, CUSTOMERS);
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
            // Looked at by whoever works, it comes to what it comes to then.
            let before = written(db);
            let looked = db.write(|tx| prepare(tx, actor(), of(), None)).unwrap();
            all();
            let would = finish(db, looked, &mut |_, _| ()).unwrap();
            assert_eq!(written(db), before, "looking keeps nothing");
            for table in ["set", "job", "item", "reached"] {
                assert_eq!(count(db, &format!("correction_{table}")), 0, "of {table}");
            }
            let set = db.write(|tx| prepare(tx, actor(), of(), Some(WHY))).unwrap();
            all();
            let pace = db.read(|tx| store::set::pace(tx, set)).unwrap();
            let customers = u64::try_from(CUSTOMERS).unwrap();
            assert_eq!((pace.jobs, pace.open, pace.of), (3, 0, customers - 5));
            let did = finish(db, set, &mut |_, _| ()).unwrap();
            assert_eq!((&did, did.failures), (&would, 0));
            clean(db);
            assert_eq!(many(db, actor(), of(), None, &mut |_, _| ()).unwrap(), Many::default());
            seen.borrow_mut().push((did, written(db)));
        });
    }
    let seen = seen.into_inner();
    let [(first, books), others @ ..] = seen.as_slice() else { panic!("nothing was written") };
    // 75 third ones that were read, with two bills, and as many next ones with one.
    assert_eq!((first.accounts, first.bills), (150, 150 + 75));
    for (other, theirs) in others {
        assert_eq!(other, first);
        for (one, another) in books.lines().zip(theirs.lines()) {
            assert_eq!(one, another);
        }
        assert_eq!(books.len(), theirs.len());
    }
}

#[test]
fn a_job_that_is_cut_off_is_done_by_another_once_and_the_same_begun_again_goes_on() {
    engines::each(|db, folder| {
        read_wrong(db, folder, CUSTOMERS);
        let begin = |why| db.write(|tx| prepare(tx, actor(), of(), why));
        let set = begin(Some(WHY)).unwrap();
        let (take, taken) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            // A worker takes the first job, and dies over it.
            scope.spawn(move || {
                let db = Db::open(db.location()).unwrap();
                let died = db.write::<()>(|tx| {
                    let job = store::set::lease(tx, set)?.unwrap();
                    assert_eq!((job.nth, job.accounts.len()), (0, 100));
                    take.send(()).unwrap();
                    sleep(Duration::from_millis(500));
                    anyhow::bail!("killed")
                });
                assert!(died.is_err());
            });
            taken.recv().unwrap();
            // The same again is the one that is there.
            assert_eq!(begin(Some(WHY)).unwrap(), set);
            let mut most = (0, 0);
            let done = many(db, actor(), of(), Some(WHY), &mut |done, of| most = (done, of));
            let done = done.unwrap();
            assert_eq!((done.went_on, done.accounts, most), (true, 150, (225, 225)));
        });
        clean(db);
        let by = db.read(|tx| store::set::workers(tx, set)).unwrap();
        assert_eq!(by.iter().map(|it| it.1).sum::<u64>(), 3, "{by:?}");
        assert_eq!(count(db, "correction"), 150);
        // At its end it is not gone on with: what is known now is looked at anew.
        let next = begin(Some(WHY)).unwrap();
        assert_ne!(next, set);
        let mut watched = Vec::new();
        let mut watch = |it: Progress<'_>| {
            if let Progress::Corrected(done, of) = it {
                watched.push((done, of));
            }
        };
        assert_eq!(bill_run::work(db, actor(), &mut watch).unwrap(), 1);
        assert_eq!(watched.last(), Some(&(225, 225)));
        let done = finish(db, next, &mut |_, _| ()).unwrap();
        assert_eq!((done.accounts, count(db, "correction")), (0, 150));
    });
}

#[test]
fn what_one_alone_may_not_correct_waits_and_what_was_looked_at_is_forgotten_in_a_day() {
    engines::each(|db, folder| {
        read_wrong(db, folder, 4);
        meter_shows(db, "E-4", date(2026, 3, 1), &[10_000]);
        let ann = with_role(db, "ann", "billing-analyst");
        let set = db.write(|tx| prepare(tx, ann, of(), Some(WHY))).unwrap();
        // Whoever does it, it is done on the authority of who began it.
        bill_run::work(db, actor(), &mut |_| ()).unwrap();
        let done = finish(db, set, &mut |_, _| ()).unwrap();
        assert_eq!((done.accounts, done.waits, done.failures), (3, 1, 0));
        let whose = "select coalesce(s.name, 'nobody') || ' ' || cast(count(*) as text)
                     from audit a left join staff s on s.id = a.staff_id
                     where a.act = 'correct bills' group by s.name";
        assert_eq!(Raw::beside(db).unwrap().column(whose).unwrap(), ["ann 2"]);
        // Nobody came back for it.
        let looked = db.write(|tx| prepare(tx, actor(), of(), None)).unwrap();
        let later = Actor { at: actor().at + SignedDuration::from_hours(25), ..actor() };
        let next = db.write(|tx| prepare(tx, later, of(), None)).unwrap();
        assert!(db.read(|tx| store::set::get(tx, looked)).is_err());
        finish(db, next, &mut |_, _| ()).unwrap();
        let why = db.write(|tx| prepare(tx, actor(), of(), Some(" "))).unwrap_err();
        assert!(says(&why).contains("say why"), "{why}");
        let kim = with_role(db, "kim", "clerk");
        let why = db.write(|tx| prepare(tx, kim, of(), Some(WHY))).unwrap_err();
        assert!(says(&why).contains("run-bills"), "{why}");
    });
}

#[test]
fn a_set_that_says_what_it_did_not_do_is_found() {
    engines::each(|db, folder| {
        read_wrong(db, folder, 4);
        let set = db.write(|tx| prepare(tx, actor(), of(), Some(WHY))).unwrap();
        bill_run::work(db, actor(), &mut |_| ()).unwrap();
        clean(db);
        let faults = || -> Vec<String> {
            let rules = check::check(db).unwrap().rules;
            rules
                .into_iter()
                .filter(|it| it.name == "correction-sets")
                .flat_map(|it| it.faults)
                .collect()
        };
        assert_eq!(faults(), Vec::<String>::new());
        let mut raw = Raw::beside(db).unwrap();
        raw.run("update correction_item set net_cents = net_cents + 1 where account_id = 1")
            .unwrap();
        raw.run("update correction_job set done_at = null").unwrap();
        let found = faults();
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[0], format!("1 jobs are left of set {set}, which is at its end"));
        assert!(
            found[1].ends_with(&format!("no correction such as set {set} says it made")),
            "{found:?}"
        );
    });
}

/// A version and the set that corrects its bills are one act: cut off behind it, whoever works goes on.
#[test]
fn what_is_told_and_not_corrected_yet_is_begun() {
    use meterbook_app::fact::version::{self, Because, Version};
    engines::each(|db, folder| {
        january(db, folder, 30);
        bill(db, Which::Cycle(CYCLE), Until::Posted);
        let dearer = crate::village::TARIFF.replace("0.12", "0.13");
        assert!(db.write(|tx| tariff::publish(tx, actor(), &dearer)).is_err());
        let version = Version { text: &dearer, cause: Cause::Tariff };
        let seen = version::preview(db, actor(), version, &mut |_, _| ()).unwrap().many.charged;
        let because = Because { why: "filed late", evidence: "docket 26-17", seen: &seen };
        // Its watch is asked after the first job; what panics there has told, and begun.
        let cut = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let mut watch = |_, _| panic!("killed");
            version::tell(db, actor(), version, because, &mut watch)
        }));
        assert!(cut.is_err());
        bill_run::work(db, actor(), &mut |_| ()).unwrap();
        let done = finish(db, SetId(2), &mut |_, _| ()).unwrap();
        assert_eq!((done.accounts, done.failures), (30, 0));
        assert!(Money::ZERO < done.more);
        clean(db);
    });
}

/// One account pays for two others, which are in two jobs of a set: what is summed up is made anew once.
#[test]
fn what_sums_up_accounts_of_two_jobs_is_made_anew_once_at_the_end() {
    engines::each(|db, folder| {
        const MANY: i64 = 115;
        january(db, folder, MANY);
        let first = date(2026, 1, 1);
        let (payer, others) = (AccountId(1), [AccountId(2), AccountId(113)]);
        db.write(|tx| {
            let by = store::account::get(tx, payer)?.number.to_string();
            for id in others {
                let of = Subject::Account(id);
                detail::set(tx, actor(), of, DetailKind::Summary, &by, None, first)?;
            }
            let of = Subject::Account(payer);
            detail::set(tx, actor(), of, DetailKind::Sums, "roll-up", None, first)
        })
        .unwrap();
        bill(db, Which::Cycle(CYCLE), Until::Posted);
        let sums = || {
            count(
                db,
                "standing_bill b where exists (select 1 from bill_summed s where s.bill_id = b.id)",
            )
        };
        let ever = || {
            count(db, "bill b where exists (select 1 from bill_summed s where s.bill_id = b.id)")
        };
        assert_eq!((sums(), ever()), (1, 1));
        for id in others {
            let used = id.0 * 37 % 900;
            meter_shows(db, &format!("E-{id}"), date(2026, 2, 1), &[used + 10]);
        }
        let owed = |id| db.read(|tx| store::ledger::balance(tx, id)).unwrap();
        let before = owed(payer);
        let set = db.write(|tx| prepare(tx, actor(), of(), Some(WHY))).unwrap();
        finish(db, set, &mut |done, of| {
            if done < of {
                clean(db);
            }
        })
        .unwrap();
        assert_eq!((sums(), ever()), (1, 2), "once for both jobs");
        assert_eq!(count(db, "correction_summing"), 0);
        assert!(before < owed(payer));
        assert_eq!(others.map(owed), [Money::ZERO; 2]);
        clean(db);
    });
}

#[test]
fn a_set_is_seen_and_cancelled_and_what_was_done_stays() {
    engines::each(|db, folder| {
        read_wrong(db, folder, CUSTOMERS);
        let list = || db.read(|tx| under_way::list(tx, 9, actor().at)).unwrap();
        assert!(list().is_empty());
        let set = db.write(|tx| prepare(tx, actor(), of(), Some(WHY))).unwrap();
        let it = list().remove(0);
        assert_eq!((it.stands, it.pace.done, it.pace.jobs), (Standing::Works, 0, 3));
        let later = actor().at + SignedDuration::from_mins(3);
        let rests = db.read(|tx| under_way::one(tx, set, later)).unwrap().unwrap();
        assert_eq!(rests.stands, Standing::Rests);
        let kim = with_role(db, "kim", "clerk");
        let cancel = |who, why: &str| db.write(|tx| under_way::cancel(tx, who, set, why));
        assert!(says(&cancel(kim, "no").unwrap_err()).contains("correct-bills"));
        assert!(says(&cancel(actor(), " ").unwrap_err()).starts_with("say why"));
        // It is cancelled after the first job. One works on it alone: of several, others may have done the
        // rest before this one says that it did the first.
        let mut cancelled = false;
        bill_run::work(db, actor(), &mut |_| {
            if !cancelled {
                let beside = Db::open(db.location()).unwrap();
                beside
                    .write(|tx| under_way::cancel(tx, actor(), set, "the price was right"))
                    .unwrap();
                cancelled = true;
            }
        })
        .unwrap();
        let it = list().remove(0);
        assert_eq!(it.stands, Standing::Cancelled);
        assert_eq!(it.cancelled.as_ref().unwrap().why, "the price was right");
        assert_eq!((it.pace.done, it.pace.open), (100, 0), "{:?}", it.pace);
        let corrected = u64::try_from(count(db, "correction")).unwrap();
        assert_eq!(corrected, it.accounts(Outcome::Corrected));
        assert!(0 < corrected);
        clean(db);
        let over = cancel(actor(), "again").unwrap_err();
        assert!(says(&over).starts_with(&format!("set {set} is at its end")), "{over}");
        let resumed = under_way::resume(db, actor(), set, &mut |_, _| ()).unwrap_err();
        assert!(says(&resumed).starts_with(&format!("set {set} is at its end")));
        let none = db.write(|tx| under_way::cancel(tx, actor(), SetId(99), "no")).unwrap_err();
        assert!(says(&none).starts_with("there is no set 99 of corrections"), "{none}");
        assert_eq!(bill_run::work(db, actor(), &mut |_| ()).unwrap(), 0, "nobody goes on with it");
        // The same begun again does what is left.
        let done = many(db, actor(), of(), Some(WHY), &mut |_, _| ()).unwrap();
        assert!(!done.went_on);
        assert_eq!(count(db, "correction"), 150);
        // What is only looked at is gone when it is cancelled, and one at rest is brought to its end.
        let looked = db.write(|tx| prepare(tx, actor(), of(), None)).unwrap();
        db.write(|tx| under_way::cancel(tx, actor(), looked, "")).unwrap();
        assert!(db.read(|tx| under_way::one(tx, looked, later)).unwrap().is_none());
        let next = db.write(|tx| prepare(tx, actor(), of(), Some("once more"))).unwrap();
        let (resumed, kept) = under_way::resume(db, actor(), next, &mut |_, _| ()).unwrap();
        assert_eq!((resumed.accounts, kept), (0, true));
        clean(db);
    });
}

/// The console begins to look, and tells from what was looked at; whoever works does the rest.
#[test]
fn a_version_is_looked_at_and_told_and_left_to_whoever_works() {
    use meterbook_app::fact::version::{self, Because, Version};
    engines::each(|db, folder| {
        january(db, folder, 5);
        bill(db, Which::Cycle(CYCLE), Until::Posted);
        let dearer = crate::village::TARIFF.replace("0.12", "0.13");
        let version = Version { text: &dearer, cause: Cause::Tariff };
        let look = db.write(|tx| version::prepare(tx, actor(), version)).unwrap();
        bill_run::work(db, actor(), &mut |_| ()).unwrap();
        let (set, seen) = db
            .read(|tx| {
                let set = store::set::get(tx, look)?;
                Ok((set.clone(), many::came(tx, &set)?))
            })
            .unwrap();
        assert_eq!((set.version.as_deref(), seen.reached.len()), (Some(dearer.as_str()), 5));
        let (said, was) = db.read(|tx| version::told(tx, &dearer)).unwrap();
        assert!(
            said.starts_with("tariff R-1 from ") && was.starts_with("the text"),
            "{said} {was}"
        );
        let because = |why| Because { why, evidence: "docket 26-17", seen: &seen.charged };
        let none =
            db.write(|tx| version::tell_and_leave(tx, actor(), version, because(" "))).unwrap_err();
        assert!(says(&none).contains("why"), "{none}");
        let told =
            db.write(|tx| version::tell_and_leave(tx, actor(), version, because("filed late")));
        let begun = told.unwrap().unwrap();
        bill_run::work(db, actor(), &mut |_| ()).unwrap();
        assert_eq!(finish(db, begun, &mut |_, _| ()).unwrap().accounts, 5);
        assert!(db.read(|tx| version::told(tx, &dearer)).is_err(), "it is believed now");
        clean(db);
    });
}
