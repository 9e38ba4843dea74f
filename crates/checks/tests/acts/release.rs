//! Between the check of a run and its bills on both engines: nothing is posted before somebody lets
//! it go, what is far from earlier turns takes two, and what is called off was never there.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::Path;

use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked};
use meterbook_app::bill_run::release::{self, NewRelease, NotReleased, Released};
use meterbook_app::bill_run::{self, How, NotRun, Until, Which};
use meterbook_app::delivery::send;
use meterbook_app::fact::Fact;
use meterbook_app::intake::{self, Import};
use meterbook_app::said::NotSaid;
use meterbook_app::{Actor, Refused, check, tariff};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::bill::limits::{Beside, Measure};
use meterbook_core::bill::preview::{Dates, Preview, Switched};
use meterbook_core::bill::run::{Stage, Standing};
use meterbook_core::id::{AgreementId, BillId, RunId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::correct::turns;
use crate::facts;
use crate::village::{self, DIALS, actor, says};

const CYCLE: Cycle = Cycle(1);
/// Enough that their totals are compared.
const CUSTOMERS: i64 = 25;

/// A village of customers with a turn in each of January, February and March.
fn village(db: &Db) {
    village::found(db);
    for nth in 1..=CUSTOMERS {
        let mut customer = village::customer(&format!("E-{nth}"), &[DIALS]);
        customer.name = format!("Customer {nth}");
        customer.street = format!("{nth} Mill St");
        village::take_on(db, &customer).unwrap();
    }
    turns(db, 3);
}

/// Every meter shows `index` on a day.
fn read(db: &Db, folder: &Path, day: Date, index: i64) {
    read_some(db, folder, day, index, 1..=CUSTOMERS);
}

fn read_some(db: &Db, folder: &Path, day: Date, index: i64, meters: std::ops::RangeInclusive<i64>) {
    let mut text = "meter,date,read,kind\n".to_owned();
    for nth in meters {
        writeln!(text, "E-{nth},{day},{index},actual").unwrap();
    }
    let file = folder.join("reads.csv");
    std::fs::write(&file, text).unwrap();
    let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    intake::import(db, village::later(), &wanted, &mut |_| ()).unwrap();
}

fn bill(db: &Db, until: Until) -> Standing {
    bill_run::run(db, crate::village::biller(db), Which::Cycle(CYCLE), until, &mut |_| ()).unwrap()
}

/// What waits to be released.
fn preview(db: &Db) -> Preview {
    db.read(|tx| {
        let run = release::waiting(tx, CYCLE)?;
        release::preview(tx, &run, actor().at)
    })
    .unwrap()
}

fn refusal(why: &anyhow::Error) -> NotReleased {
    refused(why)
}

fn refused<T: std::error::Error + Clone + 'static>(why: &anyhow::Error) -> T {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<T>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

fn let_go(db: &Db, by: Actor, run: RunId, why: Option<&str>) -> anyhow::Result<Released> {
    release::release(db, by, run, why, &mut |_| ())
}

fn bills(db: &Db) -> i64 {
    let mut raw = engines::Raw::beside(db).unwrap();
    raw.column("select cast(count(*) as text) from bill").unwrap()[0].parse().unwrap()
}

fn clean(db: &Db) {
    let found = check::check(db).unwrap();
    let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

fn pieces(db: &Db) -> i64 {
    db.read(store::outbox::counts).unwrap().iter().map(|it| it.2).sum()
}

/// January is billed: 100 kWh each.
fn january(db: &Db, folder: &Path) {
    village(db);
    read(db, folder, date(2026, 1, 1), 0);
    read(db, folder, date(2026, 2, 1), 100);
    assert_eq!(bill(db, Until::Posted).stage, Stage::Done);
}

#[test]
fn nothing_is_posted_before_it_is_released() {
    engines::each(|db, folder| {
        village(db);
        read(db, folder, date(2026, 1, 1), 0);
        read(db, folder, date(2026, 2, 1), 100);
        let stands = bill(db, Until::Preview);
        assert_eq!((stands.stage, stands.billed, bills(db)), (Stage::Preview, CUSTOMERS, 0));
        clean(db);
        let seen = preview(db);
        assert_eq!(seen.now.all.agreements, CUSTOMERS);
        assert_eq!(seen.now.all.total, Money::from_cents(1_200 * CUSTOMERS));
        assert_eq!(seen.now.tariffs["R-1"], seen.now.all);
        let band = &seen.now.bands[2];
        assert_eq!((band.bills, band.total), (CUSTOMERS, seen.now.all.total), "0.01 to 24.99");
        assert_eq!(band.used, seen.now.all.used);
        assert_eq!((seen.last.is_none(), seen.year.is_none(), seen.moved.len()), (true, true, 0));
        // To say again how it stands posts nothing either.
        let last = bill_run::run(db, actor(), Which::Last, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!((last.stage, bills(db)), (Stage::Preview, 0));
        let released = let_go(db, actor(), seen.run, None).unwrap();
        let Released::Posted(stands) = released else { panic!("it waits: {released:?}") };
        assert_eq!((stands.stage, bills(db)), (Stage::Done, CUSTOMERS));
        let why = let_go(db, actor(), seen.run, None).unwrap_err();
        assert_eq!(refusal(&why), NotReleased::Stage { stage: Stage::Done });
        clean(db);
    });
}

#[test]
fn what_was_checked_before_its_turn_was_over_is_checked_once_more() {
    engines::each(|db, folder| {
        village(db);
        read(db, folder, date(2026, 1, 1), 0);
        read(db, folder, date(2026, 2, 1), 100);
        bill(db, Until::Preview);
        let seen = preview(db);
        let run = seen.run;
        let days = Period::month(2026, 1).unwrap();
        let mut raw = engines::Raw::beside(db).unwrap();
        // As an earlier version left it, which checked on the last day of January.
        let early = Actor::system("2026-01-31T18:00:00Z".parse().unwrap());
        let begun = early.at.as_microsecond();
        raw.run(&format!("update run set begun_at = {begun} where id = {}", run.0)).unwrap();
        for by in [early, actor()] {
            let why = let_go(db, by, run, None).unwrap_err();
            assert_eq!(refusal(&why), NotReleased::Early { cycle: CYCLE, days });
        }
        let no = "the run of cycle 01 for 2026-01-01 to 2026-01-31 was checked before its last day was over; check it once more from 2026-02-01 on: meterbook bill run --cycle 01 --preview";
        assert_eq!(says(&let_go(db, actor(), run, None).unwrap_err()), no);
        // Nor is it checked once more while it is early, nor what of it is held.
        let not_over = NotRun::TurnNotOver { cycle: CYCLE, days }.to_string();
        let check = |by, which| bill_run::run(db, by, which, Until::Preview, &mut |_| ());
        let why = check(early, Which::Cycle(CYCLE)).unwrap_err();
        assert_eq!(says(&why), not_over);
        let why = db.write(|tx| bill_run::prepare(tx, early, seen.window.id, true)).unwrap_err();
        assert_eq!(says(&why), not_over);
        // What was let go by then is not posted before it is over, and keeps nobody from the rest.
        raw.run(&format!("update run set stage = 'posting' where id = {}", run.0)).unwrap();
        let why = bill_run::run(db, early, Which::Last, Until::Posted, &mut |_| ()).unwrap_err();
        assert_eq!(says(&why), not_over);
        bill_run::finish_released(db, early, &mut |_| ()).unwrap();
        bill_run::work(db, early, &mut |_| ()).unwrap();
        assert_eq!(bills(db), 0);
        raw.run(&format!("update run set stage = 'preview' where id = {}", run.0)).unwrap();
        // Checked once more when it is over, it is released as ever.
        check(actor(), Which::Cycle(CYCLE)).unwrap();
        let released = let_go(db, actor(), run, None).unwrap();
        assert!(matches!(released, Released::Posted(_)), "{released:?}");
        assert_eq!(bills(db), CUSTOMERS);
        clean(db);
    });
}

#[test]
fn a_run_ten_times_too_high_is_not_released_by_one() {
    engines::each(|db, folder| {
        january(db, folder);
        // From February on a point of the price is in the wrong place.
        let wrong = village::TARIFF.replace("2026-01-01", "2026-02-01").replace("0.12", "1.20");
        db.write(|tx| tariff::publish(tx, actor(), &wrong)).unwrap();
        read(db, folder, date(2026, 3, 1), 200);
        let stands = bill(db, Until::Posted);
        assert_eq!((stands.stage, bills(db)), (Stage::Preview, CUSTOMERS));
        let seen = preview(db);
        let total = seen.moved.iter().find(|it| it.measure == Measure::Total).unwrap();
        assert_eq!((total.beside, total.was, total.now), (Beside::LastTurn, 30_000, 300_000));
        assert_eq!(seen.last.as_ref().unwrap().all.total, Money::from_cents(30_000));
        // The twenty that changed most, each from 12.00 to 120.00.
        assert_eq!(seen.changes.len(), 20);
        assert_eq!(
            (seen.changes[0].before, seen.changes[0].now),
            (Money::from_cents(1_200), Money::from_cents(12_000))
        );
        let ann = with_role(db, "ann", "billing-analyst");
        let why = let_go(db, ann, seen.run, None).unwrap_err();
        let moved = seen.moved.clone();
        assert_eq!(refusal(&why), NotReleased::Beyond { cycle: Cycle(1), moved });
        assert!(says(&why).contains("bill release --cycle 01 --beyond-limits WHY"), "{why}");
        assert!(
            says(&why).contains("total: $3,000.00 instead of $300.00 the turn before"),
            "{why}"
        );
        let why = let_go(db, ann, seen.run, Some("  ")).unwrap_err();
        assert_eq!(refusal(&why), NotReleased::NoReason);
        // Whoever may not, may not, reason or none.
        let kim = with_role(db, "kim", "clerk");
        let why = let_go(db, kim, seen.run, Some("it is cold")).unwrap_err();
        assert!(says(&why).contains("release-beyond-limits"), "{why}");
        // Who looks at an old page is told at once, and not the second person.
        let why = db.write(|tx| {
            let it = release::asked(tx, seen.run, Some("it was very cold"))?;
            let old = Asked::Release(NewRelease { total: Money::from_cents(1), ..it });
            approval::do_or_ask(tx, ann, &old, "it was very cold")
        });
        let (was, now) = (Money::from_cents(1), Money::from_cents(300_000));
        assert_eq!(refusal(&why.unwrap_err()), NotReleased::NotAsSeen { was, now });
        // Who may says why, and it waits for somebody else.
        let asked = let_go(db, ann, seen.run, Some("it was very cold")).unwrap();
        let Released::Waits(id) = asked else { panic!("one was enough: {asked:?}") };
        assert_eq!(bills(db), CUSTOMERS);
        let why = db.write(|tx| approval::give(tx, ann, id, "")).unwrap_err();
        assert!(says(&why).contains("takes a second person"), "{why}");
        let bea = with_role(db, "bea", "billing-analyst");
        db.write(|tx| approval::give(tx, bea, id, "looked at ten meters")).unwrap();
        assert_eq!(bills(db), CUSTOMERS, "what is released is posted by whoever comes next");
        bill_run::finish_released(db, actor(), &mut |_| ()).unwrap();
        assert_eq!(bills(db), 2 * CUSTOMERS);
        clean(db);
    });
}

#[test]
fn what_was_seen_is_what_is_released() {
    engines::each(|db, folder| {
        january(db, folder);
        let limits = "total last-turn 15%";
        db.write(|tx| release::say_limits(tx, actor(), date(2026, 3, 1), limits)).unwrap();
        read(db, folder, date(2026, 3, 1), 220);
        bill(db, Until::Preview);
        let ann = with_role(db, "ann", "billing-analyst");
        let seen = preview(db);
        let asked = let_go(db, ann, seen.run, Some("it was very cold")).unwrap();
        let Released::Waits(id) = asked else { panic!("one was enough: {asked:?}") };
        // Somebody sees the mistake, the reads are mended, and the run is checked once more.
        read(db, folder, date(2026, 3, 1), 210);
        assert_eq!(bill(db, Until::Preview).stage, Stage::Preview);
        assert_eq!(preview(db).moved, []);
        let bea = with_role(db, "bea", "billing-analyst");
        let why = db.write(|tx| approval::give(tx, bea, id, "")).unwrap_err();
        let (was, now) = (Money::from_cents(36_000), Money::from_cents(33_000));
        assert_eq!(refusal(&why), NotReleased::NotAsSeen { was, now });
        // Within the limits one is enough, and the run does not ask twice.
        assert_eq!(bill(db, Until::Posted).stage, Stage::Done);
        assert_eq!(bills(db), 2 * CUSTOMERS);
        clean(db);
    });
}

#[test]
fn what_is_called_off_was_never_there() {
    engines::each(|db, folder| {
        january(db, folder);
        read(db, folder, date(2026, 3, 1), 210);
        bill(db, Until::Preview);
        let run = preview(db).run;
        let why = db.write(|tx| release::call_off(tx, actor(), run, " ")).unwrap_err();
        assert_eq!(refusal(&why), NotReleased::NoReason);
        db.write(|tx| release::call_off(tx, actor(), run, "the wrong rates")).unwrap();
        clean(db);
        let why = db.read(|tx| release::waiting(tx, CYCLE)).unwrap_err();
        assert_eq!(refusal(&why), NotReleased::NothingWaits { cycle: 1 });
        let why = let_go(db, actor(), run, None).unwrap_err();
        assert_eq!(refusal(&why), NotReleased::Stage { stage: Stage::Cancelled });
        let said = db.read(|tx| store::audit::latest(tx, 1)).unwrap();
        assert_eq!(
            (&*said[0].act, said[0].why.as_deref()),
            ("call off bill run", Some("the wrong rates"))
        );
        // The turn is as open as before.
        assert_eq!(bill(db, Until::Posted).stage, Stage::Done);
        assert_eq!(bills(db), 2 * CUSTOMERS);
        let why = db.write(|tx| release::call_off(tx, actor(), run, "again")).unwrap_err();
        assert_eq!(refusal(&why), NotReleased::Stage { stage: Stage::Cancelled });
        clean(db);
    });
}

#[test]
fn what_is_mended_before_the_release_joins_the_rest() {
    engines::each(|db, folder| {
        village(db);
        read(db, folder, date(2026, 1, 1), 0);
        read_some(db, folder, date(2026, 2, 1), 100, 1..=CUSTOMERS - 1);
        let stands = bill(db, Until::Preview);
        assert_eq!((stands.billed, stands.held), (CUSTOMERS - 1, 1));
        let seen = preview(db);
        let held = seen.holds;
        assert_eq!((&*held[0].reason, held[0].count, &*held[0].owner), ("no-read", 1, ""));
        // It waits since the run, although nobody looked for tasks.
        let since = (date(2026, 3, 10) - seen.window.billed_on).get_days();
        assert_eq!((held[0].days, 0 < since), (i64::from(since), true));
        read_some(db, folder, date(2026, 2, 1), 100, CUSTOMERS..=CUSTOMERS);
        let which = Which::Held(CYCLE, None);
        let stands = bill_run::run(db, actor(), which, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!((stands.stage, stands.billed, stands.held), (Stage::Preview, CUSTOMERS, 0));
        assert_eq!(bills(db), 0);
        let_go(db, actor(), preview(db).run, None).unwrap();
        assert_eq!(bills(db), CUSTOMERS);
        clean(db);
    });
}

#[test]
fn a_later_run_that_is_called_off_leaves_its_agreements_held() {
    engines::each(|db, folder| {
        village(db);
        read(db, folder, date(2026, 1, 1), 0);
        read_some(db, folder, date(2026, 2, 1), 100, 1..=CUSTOMERS - 1);
        assert_eq!(bill(db, Until::Posted).held, 1);
        read_some(db, folder, date(2026, 2, 1), 100, CUSTOMERS..=CUSTOMERS);
        let which = Which::Held(CYCLE, None);
        let stands = bill_run::run(db, actor(), which, Until::Preview, &mut |_| ()).unwrap();
        assert_eq!((stands.stage, stands.billed), (Stage::Preview, CUSTOMERS));
        // Compared is the whole turn, not the one bill that is new.
        assert_eq!(preview(db).now.bills(), CUSTOMERS);
        db.write(|tx| release::call_off(tx, actor(), preview(db).run, "not yet")).unwrap();
        let stands = bill_run::run(db, actor(), which, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!((stands.stage, stands.billed, bills(db)), (Stage::Done, CUSTOMERS, CUSTOMERS));
        clean(db);
    });
}

#[test]
fn limits_are_said_by_the_day_and_stay() {
    engines::each(|db, folder| {
        january(db, folder);
        let from = date(2026, 3, 1);
        let say = |text| db.write(|tx| release::say_limits(tx, actor(), from, text));
        let why = say("total last-turn lots").unwrap_err();
        assert!(says(&why).contains("line 1: lots is no limit; write 30%"), "{why}");
        say("total last-turn 5%\n").unwrap();
        let why = say("total last-turn 6%\n").unwrap_err();
        let what = "limits of release";
        assert_eq!(refused::<NotSaid>(&why), NotSaid::SaidBefore { what, from });
        let too_long = "#".repeat(20_000);
        let long = say(&too_long).unwrap_err();
        assert_eq!(refused::<NotSaid>(&long), NotSaid::TooLong { what, most: 10_000 });
        // February is billed in March.
        read(db, folder, date(2026, 3, 1), 206);
        assert_eq!(bill(db, Until::Posted).stage, Stage::Preview);
        assert_eq!(preview(db).moved.len(), 1);
        let text = db.read(|tx| release::limits_text(tx, date(2026, 2, 28))).unwrap();
        assert!(text.contains("agreements last-turn 10%"), "the ones that come with the program");
    });
}

#[test]
fn what_nobody_bills_is_counted() {
    engines::each(|db, folder| {
        january(db, folder);
        let unbilled = |day| db.read(|tx| store::unbilled::count(tx, day)).unwrap();
        assert_eq!(unbilled(date(2026, 2, 1)), 0);
        assert_eq!(unbilled(date(2026, 2, 2)), u64::try_from(CUSTOMERS).unwrap());
        // February is run, and one has no read.
        read_some(db, folder, date(2026, 3, 1), 210, 2..=CUSTOMERS);
        bill(db, Until::Posted);
        let list = db.read(|tx| store::unbilled::all(tx, date(2026, 3, 1), 10)).unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!((list[0].since, list[0].owner.as_deref()), (date(2026, 2, 1), None));
        assert_eq!(list[0].held.as_ref().map(|it| &*it.0), Some("no-read"));
    });
}

/// Everybody's bill is of one day and due on one.
fn days(billed_on: Date, due_on: Date) -> Dates {
    Dates { billed_on: (billed_on, billed_on), due_on: (due_on, due_on) }
}

/// The days on the bills of a turn, its numbers, and the days on which they are in the books.
fn on_bills(db: &Db) -> Vec<String> {
    let mut raw = engines::Raw::beside(db).unwrap();
    raw.column(
        "select distinct substr(b.number, 1, 8) || ' ' || b.billed_on || ' ' || b.due_on || ' ' || e.effective_on
         from bill b join entry e on e.key = b.number and e.kind = 'bill' order by 1",
    )
    .unwrap()
}

#[test]
fn bills_that_are_let_go_late_are_of_that_day_and_leave_as_many_days_to_pay() {
    engines::each(|db, folder| {
        village(db);
        read(db, folder, date(2026, 1, 1), 0);
        read(db, folder, date(2026, 2, 1), 100);
        bill(db, Until::Preview);
        let planned = days(date(2026, 2, 2), date(2026, 2, 23));
        let seen = preview(db);
        assert_eq!(
            (seen.planned, seen.dates),
            (planned, days(date(2026, 3, 10), date(2026, 3, 31)))
        );
        assert_eq!(seen.proof, None);
        // Who lets it go two days later is told by then that it is of that day.
        let later = Actor::system("2026-03-12T12:00:00Z".parse().unwrap());
        let_go(db, later, seen.run, None).unwrap();
        assert_eq!(on_bills(db), ["B-260202 2026-03-12 2026-04-02 2026-03-12"]);
        let it = db.read(|tx| release::posted(tx, CYCLE, None, actor().at)).unwrap();
        assert_eq!((it.planned, it.dates), (planned, days(date(2026, 3, 12), date(2026, 4, 2))));
        clean(db);
    });
}

#[test]
fn bills_of_the_past_keep_their_days_where_that_is_said_or_they_are_let_go_then() {
    engines::each(|db, folder| {
        january(db, folder);
        read(db, folder, date(2026, 3, 1), 200);
        // Whoever lets a turn go on its own day, as the sample utility does all year.
        let then = Actor::system("2026-03-02T16:00:00Z".parse().unwrap());
        let which = Which::Cycle(CYCLE);
        bill_run::run(db, then, which, Until::Posted, &mut |_| ()).unwrap();
        let (first, second) = (
            "B-260202 2026-02-02 2026-02-23 2026-02-02",
            "B-260302 2026-03-02 2026-03-23 2026-03-02",
        );
        assert_eq!(on_bills(db), [first, second]);
        // Whoever does so later has to say it, and why.
        let later = Actor::system("2026-05-05T12:00:00Z".parse().unwrap());
        read(db, folder, date(2026, 4, 1), 300);
        let how = |why| How { until: Until::Preview, as_planned: Some(why) };
        let run = |why| bill_run::run_how(db, later, which, how(why), &mut |_| ());
        assert_eq!(refusal(&run("  ").unwrap_err()), NotReleased::NoReason);
        run("they were sent by the system before").unwrap();
        let seen = preview(db);
        assert_eq!((seen.as_planned, seen.planned == seen.dates), (true, true));
        let said = db.read(|tx| store::audit::latest(tx, 1)).unwrap();
        assert_eq!(
            (&*said[0].act, &*said[0].detail, said[0].why.as_deref()),
            (
                "bill run",
                "bills keep the days planned for them",
                Some("they were sent by the system before")
            )
        );
        let before = pieces(db);
        let_go(db, later, seen.run, None).unwrap();
        assert_eq!(on_bills(db)[2], "B-260402 2026-04-02 2026-04-23 2026-04-02");
        // Their customers have had them: nothing waits to be sent, and each can be sent by hand, once.
        assert_eq!(pieces(db), before);
        let bills = db.read(|tx| store::bill::newest_of_cycle(tx, CYCLE)).unwrap();
        let send = |bill| db.write(|tx| send::bill(tx, later, bill));
        send(bills[0]).unwrap();
        assert_eq!(pieces(db), before + 1);
        assert!(says(&send(bills[0]).unwrap_err()).contains("is on its way already"));
        let first = BillId(1);
        assert!(says(&send(first).unwrap_err()).contains("is on its way already"));
        clean(db);
    });
}

#[test]
fn a_run_that_waits_is_said_to_keep_its_days_and_nothing_is_checked_for_it() {
    engines::each(|db, folder| {
        village(db);
        read(db, folder, date(2026, 1, 1), 0);
        read(db, folder, date(2026, 2, 1), 100);
        bill(db, Until::Preview);
        let run = preview(db).run;
        let say =
            |as_planned, why| db.write(|tx| release::say_days(tx, actor(), run, as_planned, why));
        let why_kept = || {
            db.read(|tx| {
                let run = store::run::get(tx, run)?;
                release::why_kept(tx, &run)
            })
        };
        assert_eq!(refusal(&say(true, " ").unwrap_err()), NotReleased::NoReason);
        let no = refusal(&say(false, "late").unwrap_err());
        assert_eq!(no, NotReleased::OtherDays { as_planned: false });
        // Somebody asks for it as it is; meanwhile somebody says otherwise.
        let asked = db.write(|tx| release::asked(tx, run, None)).unwrap();
        say(true, "they had these bills already").unwrap();
        assert_eq!(why_kept().unwrap().as_deref(), Some("they had these bills already"));
        let go =
            |asked| db.write(|tx| approval::do_or_ask(tx, actor(), &Asked::Release(asked), ""));
        let no = refusal(&go(asked).unwrap_err());
        assert_eq!(no, NotReleased::OtherDays { as_planned: true });
        let done = db.read(|tx| store::audit::latest(tx, 1)).unwrap().remove(0);
        assert_eq!(
            (&*done.act, done.was.as_deref(), done.became.as_deref()),
            (
                "say days of bills",
                Some("bills are of the day of release"),
                Some("bills keep the days planned for them")
            )
        );
        // Who checks it once more from a page says nothing of its days.
        let window = preview(db).window.id;
        assert_eq!(preview(db).run, run);
        db.write(|tx| bill_run::prepare(tx, actor(), window, false)).unwrap();
        bill_run::run(db, actor(), Which::Last, Until::Preview, &mut |_| ()).unwrap();
        assert_eq!(preview(db).dates, days(date(2026, 2, 2), date(2026, 2, 23)));
        assert_eq!(why_kept().unwrap().as_deref(), Some("they had these bills already"));
        say(false, "they had none").unwrap();
        assert_eq!(why_kept().unwrap(), None);
        assert_eq!(preview(db).dates, days(date(2026, 3, 10), date(2026, 3, 31)));
        say(true, "they had them after all").unwrap();
        // Nor does who bills it on the command line, and says nothing of them.
        bill(db, Until::Preview);
        assert_eq!(why_kept().unwrap().as_deref(), Some("they had them after all"));
        bill(db, Until::Posted);
        assert_eq!(on_bills(db), ["B-260202 2026-02-02 2026-02-23 2026-02-02"]);
        let no = refusal(&say(false, "too late").unwrap_err());
        assert_eq!(no, NotReleased::Stage { stage: Stage::Done });
        clean(db);
    });
}

#[test]
fn a_run_that_was_cut_off_goes_on_by_what_was_said_of_it() {
    engines::each(|db, folder| {
        village(db);
        read(db, folder, date(2026, 1, 1), 0);
        read(db, folder, date(2026, 2, 1), 100);
        let window = db.read(|tx| store::window::oldest_open_of(tx, CYCLE)).unwrap().unwrap().id;
        // A page began it, to be looked at; nobody has checked anything yet.
        let begun = db.write(|tx| bill_run::prepare(tx, actor(), window, false)).unwrap();
        assert_eq!((begun.stage, begun.waits, begun.as_planned), (Stage::Checking, true, false));
        let kept = |why| How { until: Until::Posted, as_planned: Some(why) };
        let run = |why| bill_run::run_how(db, actor(), Which::Cycle(CYCLE), kept(why), &mut |_| ());
        assert_eq!(refusal(&run(" ").unwrap_err()), NotReleased::NoReason);
        let stands = run("they had these bills already").unwrap();
        assert_eq!((stands.stage, preview(db).as_planned), (Stage::Preview, true));
        db.write(|tx| release::say_days(tx, actor(), begun.id, false, "they had none")).unwrap();
        // Once its bills have their days, nobody says others.
        db.write(|tx| {
            let it = release::asked(tx, begun.id, None)?;
            approval::do_or_ask(tx, actor(), &Asked::Release(it), "")
        })
        .unwrap();
        let no = refusal(&run("they had them after all").unwrap_err());
        assert_eq!(no, NotReleased::Stage { stage: Stage::Posting });
        bill(db, Until::Posted);
        clean(db);
    });
}

#[test]
fn what_was_held_is_of_the_day_on_which_it_is_let_go() {
    engines::each(|db, folder| {
        village(db);
        read(db, folder, date(2026, 1, 1), 0);
        read_some(db, folder, date(2026, 2, 1), 100, 2..=CUSTOMERS);
        let then = Actor::system("2026-02-02T16:00:00Z".parse().unwrap());
        bill_run::run(db, then, Which::Cycle(CYCLE), Until::Posted, &mut |_| ()).unwrap();
        read_some(db, folder, date(2026, 2, 1), 100, 1..=1);
        let which = Which::Held(CYCLE, None);
        bill_run::run(db, actor(), which, Until::Posted, &mut |_| ()).unwrap();
        let (rest, late) = (
            "B-260202 2026-02-02 2026-02-23 2026-02-02",
            "B-260202 2026-03-10 2026-03-31 2026-03-10",
        );
        assert_eq!(on_bills(db), [rest, late]);
        let it = db.read(|tx| release::posted(tx, CYCLE, None, actor().at)).unwrap();
        let both = days(date(2026, 2, 2), date(2026, 2, 23));
        assert_eq!(it.dates, both.with(days(date(2026, 3, 10), date(2026, 3, 31))));
        clean(db);
    });
}

#[test]
fn a_turn_is_proved_after_it_is_posted() {
    engines::each(|db, folder| {
        village(db);
        let posted = |on| db.read(|tx| release::posted(tx, CYCLE, on, actor().at));
        let why = refusal(&posted(None).unwrap_err());
        assert_eq!(why, NotReleased::NothingPosted { cycle: 1, on: None });
        read(db, folder, date(2026, 1, 1), 0);
        read(db, folder, date(2026, 2, 1), 100);
        bill(db, Until::Posted);
        read_some(db, folder, date(2026, 3, 1), 210, 2..=CUSTOMERS);
        // What was seen before is what is there after: the same totals, changes and holds.
        bill(db, Until::Preview);
        let before = preview(db);
        let_go(db, actor(), before.run, None).unwrap();
        let after = posted(None).unwrap();
        assert_eq!((&after.now, &after.last), (&before.now, &before.last));
        assert_eq!((&after.changes, after.changes.len()), (&before.changes, 20));
        assert_eq!((&after.holds, &after.moved), (&before.holds, &before.moved));
        let proof = after.proof.unwrap();
        assert_eq!((proof.ledger, proof.ties()), (before.standing.total, true));
        // The turn before is found by one of its days, and a day of no turn is refused.
        let january = posted(Some(date(2026, 1, 31))).unwrap();
        assert_eq!(january.now, before.last.unwrap());
        let on = Some(date(2026, 3, 1));
        let why = refusal(&posted(on).unwrap_err());
        assert_eq!(why, NotReleased::NothingPosted { cycle: 1, on });
        // The ledger says so by itself.
        let mut raw = engines::Raw::beside(db).unwrap();
        let kept = raw.column("select cast(sum(amount_cents) as text) from posting p join entry e on e.id = p.entry_id where e.kind = 'bill' and e.key like 'B-260302-%' and p.gl = '1200 receivable'").unwrap();
        assert_eq!(kept, [proof.ledger.cents().to_string()]);
    });
}

/// What a turn says of first bills: whose, on which tariff after which, and of which version.
fn firsts(db: &Db) -> Vec<(i64, String, Option<Date>)> {
    let first = |it: Switched| (it.agreement.0, format!("{} after {}", it.to, it.from), it.version);
    preview(db).switched.into_iter().map(first).collect()
}

fn tell(db: &Db, fact: &Fact) {
    let seen = facts::looked_at(db, fact).unwrap();
    facts::told_by(db, actor(), fact, &seen).unwrap();
}

#[test]
fn first_bills_on_another_tariff_are_named_after_the_release_too() {
    engines::each(|db, folder| {
        january(db, folder);
        let other = village::TARIFF.replace("R-1", "R-2").replace("0.12", "0.24");
        db.write(|tx| tariff::publish(tx, actor(), &other)).unwrap();
        // The first from the first day of the turn, the second from the middle of it.
        tell(db, &facts::on_tariff("R-2", date(2026, 2, 1)));
        let (code, from) = ("R-2".to_owned(), date(2026, 2, 15));
        tell(db, &Fact::Tariff { agreement: AgreementId(2), code, from });
        read(db, folder, date(2026, 2, 15), 150);
        read(db, folder, date(2026, 3, 1), 200);
        bill(db, Until::Preview);
        let named = |nth: i64| (CUSTOMERS + nth, "R-2 after R-1".to_owned(), None);
        assert_eq!(firsts(db), [named(1), named(2)]);
        let before = preview(db);
        let now: Vec<_> = before.switched.iter().map(|it| it.now.cents()).collect();
        assert_eq!(now, [24_00, 12_00]);
        let_go(db, actor(), before.run, Some("two are on another tariff")).unwrap();
        let after = db.read(|tx| release::posted(tx, CYCLE, None, actor().at)).unwrap();
        assert_eq!(after.switched, before.switched);
        // The next one is not the first.
        read(db, folder, date(2026, 4, 1), 300);
        bill(db, Until::Preview);
        assert_eq!(firsts(db), []);
    });
}

#[test]
fn first_bills_on_a_new_version_of_a_tariff_are_named() {
    engines::each(|db, folder| {
        january(db, folder);
        let from = date(2026, 2, 1);
        let dearer = village::TARIFF.replace("2026-01-01", "2026-02-01").replace("0.12", "1.20");
        db.write(|tx| tariff::publish(tx, actor(), &dearer)).unwrap();
        read(db, folder, date(2026, 3, 1), 200);
        bill(db, Until::Preview);
        let all: Vec<_> =
            (1..=CUSTOMERS).map(|nth| (nth, "R-1 after R-1".to_owned(), Some(from))).collect();
        assert_eq!(firsts(db), all);
    });
}
