//! Reads that are doubted, estimated, told and asked for; and the incidents that must not come back,
//! by name.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use meterbook_app::exchange::{self, Exchange, Hang};
use meterbook_app::intake::{self, Import, Imported};
use meterbook_app::meter::NewChannel;
use meterbook_app::task::{self, scan};
use meterbook_app::vee::cycle::{self, Missing, Ran};
use meterbook_app::vee::enter::{self, Became, NewRead, Told};
use meterbook_app::vee::{self, VeeRefusal, around, effect, estimates, resolve};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, Refused, bill_run, order};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::account::Cycle;
use meterbook_core::bill::check::Hold;
use meterbook_core::id::{ExceptionId, ServicePointId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::order::{CalledOff, OrderKind};
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::vee::{Likely, Method, Rule};
use meterbook_core::task::{Resolution, TaskKind};
use meterbook_store::{self as store, Db};

use crate::village::{self, DIALS, quarters};

/// Noon of a day in 2026.
fn on(month: i8, day: i8) -> Actor {
    let at: Timestamp = format!("2026-{month:02}-{day:02}T18:00:00Z").parse().unwrap();
    Actor::system(at)
}

fn import_as(db: &Db, actor: Actor, folder: &Path, text: &str) -> Imported {
    let file = folder.join("reads.csv");
    std::fs::write(&file, text).unwrap();
    let rejects = folder.join("rejects");
    let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: &rejects };
    intake::import(db, actor, &wanted, &mut |_| ()).unwrap()
}

fn import(db: &Db, folder: &Path, text: &str) -> Imported {
    import_as(db, on(12, 1), folder, text)
}

fn refusal(why: anyhow::Error) -> VeeRefusal {
    let refused = why.downcast::<Refused>().unwrap();
    refused.as_a::<VeeRefusal>().unwrap_or_else(|| panic!("{refused}")).clone()
}

/// A customer on meter E-1 with a register, and a turn for each of the first months.
fn one(db: &Db) {
    village::found(db);
    village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
    turns(db);
}

fn turns(db: &Db) {
    for month in 1..=9 {
        let period = Period::month(2026, month).unwrap();
        let end = period.end();
        let new = NewWindow {
            period,
            billed_on: date(2026, end.month(), 3),
            due_on: date(2026, end.month(), 24),
        };
        db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &[new])).unwrap();
    }
}

/// Monthly reads of a meter from January on.
fn monthly(meter: &str, indexes: &[i64]) -> String {
    let mut text = "meter,date,index\n".to_owned();
    for (month, index) in (1..).zip(indexes) {
        text.push_str(&format!("{meter},2026-{month:02}-01,{index}\n"));
    }
    text
}

/// What waits or is to be looked at.
fn open(db: &Db) -> Vec<(ExceptionId, Rule, Option<Likely>)> {
    let open = db.read(vee::open).unwrap();
    open.iter()
        .map(|it| (it.exception.id, it.exception.finding.rule, it.exception.finding.likely))
        .collect()
}

fn the_one(db: &Db) -> (ExceptionId, Rule, Option<Likely>) {
    let open = open(db);
    assert_eq!(open.len(), 1, "{open:?}");
    open[0]
}

/// The reads of the first register: day, index, kind.
fn reads(db: &Db) -> Vec<(Date, i64, ReadKind)> {
    let reads = db.read(|tx| store::read::of(tx, meterbook_core::id::ChannelId(1))).unwrap();
    reads.iter().map(|it| (it.on, it.index_micro.div_euclid(1_000_000), it.kind)).collect()
}

fn by_cause(db: &Db, rule: Rule, how: Resolution) {
    let ended = resolve::by_cause(db, on(12, 1), rule, how, "").unwrap();
    assert!(!ended.is_empty(), "nothing of {rule} to resolve");
    for (id, went) in ended {
        went.unwrap_or_else(|why| panic!("exception {id}: {why}"));
    }
}

fn run(db: &Db, actor: Actor, missing: Missing) -> Ran {
    cycle::run(db, actor, Cycle(1), missing).unwrap()
}

/// Bills the next turn, and says how many were billed and how many held.
fn bill(db: &Db, actor: Actor) -> (i64, i64) {
    let which = bill_run::Which::Cycle(Cycle(1));
    let standing = bill_run::run(db, actor, which, bill_run::Until::Posted, &mut |_| ()).unwrap();
    (standing.billed, standing.held)
}

#[test]
fn incident_a_tenfold_decimal_shift_waits_and_says_what_each_way_out_bills() {
    engines::each(|db, folder| {
        one(db);
        import(db, folder, &monthly("E-1", &[1_000, 1_310, 1_590]));
        assert_eq!(open(db), []);
        // 1,900 was read, and the file says 19,000.
        let came = import(db, folder, "meter,date,index\nE-1,2026-04-01,19000\n");
        assert_eq!((came.batch.accepted, came.doubts.waits), (1, 1));
        let (id, rule, likely) = the_one(db);
        assert_eq!((rule, likely), (Rule::High, Some(Likely::TenTimes)));
        assert_eq!(reads(db).len(), 3, "no bill can be made of it");
        assert_eq!((bill(db, on(2, 3)), bill(db, on(3, 3))), ((1, 0), (1, 0)));
        let effect = db.read(|tx| effect::of(tx, on(4, 2), id)).unwrap().unwrap();
        assert!(matches!(effect.now, Err(Hold::NoRead { .. })), "{effect:?}");
        let after: Vec<_> =
            effect.after.iter().map(|(how, it)| (*how, it.clone().unwrap().cents())).collect();
        // 17,410 kWh and 310 kWh at 12 cents: ten a day, as it went from January on.
        assert_eq!(after, [(Resolution::TakeRead, 208_920), (Resolution::Estimate, 3_720)]);
        let said = db.read(|tx| vee::show(tx, id)).unwrap();
        assert!(said.said(Language::English).contains("the decimal point moved"));
        assert!(said.said(Language::Spanish).contains("la coma decimal"));

        scan::scan(db, on(4, 2)).unwrap();
        by_cause(db, Rule::High, Resolution::Estimate);
        assert_eq!(reads(db).last(), Some(&(date(2026, 4, 1), 1_900, ReadKind::Estimated)));
        assert_eq!(open(db), []);
        let method = |tx: &mut store::Tx| {
            store::vee::method_of(tx, meterbook_core::id::ChannelId(1), date(2026, 4, 1))
        };
        assert_eq!(db.read(method).unwrap(), Some(Method::OwnHistory));
    });
}

#[test]
fn a_read_that_is_right_is_taken_and_a_better_one_ends_the_wait() {
    engines::each(|db, folder| {
        one(db);
        import(db, folder, &monthly("E-1", &[1_000, 1_310, 1_590, 19_000]));
        by_cause(db, Rule::High, Resolution::TakeRead);
        assert_eq!(reads(db).last(), Some(&(date(2026, 4, 1), 19_000, ReadKind::Actual)));
        // The same file again says nothing new, and what was decided is not asked again.
        let again =
            import(db, folder, &format!("{} ", monthly("E-1", &[1_000, 1_310, 1_590, 19_000])));
        assert_eq!((again.doubts.waits, open(db).len()), (0, 0));
        import(db, folder, "meter,date,index\nE-1,2026-05-01,68900\n");
        let (id, _, _) = the_one(db);
        import(db, folder, "meter,date,index\nE-1,2026-05-01,24000\n");
        assert_eq!(open(db), []);
        let ended = db.read(|tx| store::vee::ended(tx, id)).unwrap();
        assert_eq!(ended.as_deref(), Some("superseded"));
    });
}

#[test]
fn incident_gallons_for_ccf_wait() {
    engines::each(|db, folder| {
        village::found(db);
        let tariff = "tariff W-1 half-up\nname       Water\ncommodity  water CCF\n\
                      from       2026-01-01\n\nvolume  Water            5.00\n";
        db.write(|tx| meterbook_app::tariff::publish(tx, village::actor(), tariff)).unwrap();
        let mut customer =
            village::customer("W-1", &[(Form::Register { digits: 7 }, Flow::Delivered)]);
        customer.services[0].commodity = Commodity::Water;
        customer.services[0].tariff = "W-1".to_owned();
        customer.services[0].channels[0].unit = Unit::Ccf;
        village::take_on(db, &customer).unwrap();
        import(db, folder, &monthly("W-1", &[400, 412, 424]));
        import(db, folder, &format!("meter,date,index\nW-1,2026-04-01,{}\n", 436 * 748));
        let (_, rule, likely) = the_one(db);
        assert_eq!((rule, likely), (Rule::High, Some(Likely::GallonsForCcf)));
    });
}

/// Eleven customers whose meters count ten a day from January to March.
fn eleven(db: &Db, folder: &Path) {
    village::found(db);
    for nth in 1..=11 {
        village::take_on(db, &village::customer(&format!("E-{nth}"), &[DIALS])).unwrap();
    }
    turns(db);
    let text = file_of(|nth| vec![nth * 100, nth * 100 + 310, nth * 100 + 590]);
    assert_eq!(import(db, folder, &text).batch.accepted, 33);
}

fn file_of(indexes: impl Fn(i64) -> Vec<i64>) -> String {
    let mut text = "meter,date,index\n".to_owned();
    for nth in 1..=11 {
        let lines = monthly(&format!("E-{nth}"), &indexes(nth));
        text.push_str(lines.split_once('\n').unwrap().1);
    }
    text
}

/// A file of reads for the first of April.
fn april(index: impl Fn(i64) -> i64) -> String {
    let mut text = "meter,date,index\n".to_owned();
    for nth in 1..=11 {
        text.push_str(&format!("E-{nth},2026-04-01,{}\n", index(nth)));
    }
    text
}

#[test]
fn incident_a_stale_file_is_held_whole() {
    engines::each(|db, folder| {
        eleven(db, folder);
        let came = import(db, folder, &april(|nth| nth * 100 + 590));
        assert_eq!(came.batch.accepted, 0);
        let whole = came.doubts.whole.unwrap();
        assert_eq!(whole.exception.finding.rule, Rule::Stale);
        assert!(whole.said(Language::English).starts_with("reads.csv: 100 % of the registers"));
        assert_eq!(reads(db).len(), 3);
        // The same file once more is the one that waits, and is no second one.
        let again = import(db, folder, &april(|nth| nth * 100 + 590));
        assert!(again.before && again.doubts.whole.is_some());
        assert_eq!(open(db).len(), 1);
        scan::scan(db, on(4, 2)).unwrap();
        by_cause(db, Rule::Stale, Resolution::RefuseFile);
        assert_eq!((open(db).len(), reads(db).len()), (0, 3));
        // The right one comes, and is taken.
        let right = import(db, folder, &april(|nth| nth * 100 + 900));
        assert_eq!((right.batch.accepted, right.doubts.waits), (11, 0));
    });
}

#[test]
fn a_scaled_file_that_is_right_is_taken_and_its_reads_are_still_looked_at() {
    engines::each(|db, folder| {
        eleven(db, folder);
        let came = import(db, folder, &april(|nth| nth * 100 + 590 + 3_100));
        let whole = came.doubts.whole.unwrap().exception;
        assert_eq!(
            (whole.finding.rule, whole.finding.likely),
            (Rule::Scaled, Some(Likely::TenTimes))
        );
        by_cause(db, Rule::Scaled, Resolution::TakeFile);
        // Ten times as much, of which the neighbours explain three: each of them waits.
        let waits = open(db);
        assert_eq!(waits.len(), 0, "eight times three is more than ten: the whole is explained");
        assert_eq!(reads(db).len(), 4);
        let batches = db.read(store::batch::all).unwrap();
        assert_eq!(batches.last().unwrap().accepted, 11);
    });
}

#[test]
fn incident_the_wrong_multiplier_after_an_exchange_is_seen() {
    engines::each(|db, folder| {
        village::found(db);
        let mut customer = village::customer("E-1", &[DIALS]);
        customer.services[0].channels[0].multiplier_micro = 40_000_000;
        village::take_on(db, &customer).unwrap();
        turns(db);
        import(db, folder, &monthly("E-1", &[100, 131, 159]));
        let channel = NewChannel {
            form: Form::Register { digits: 5 },
            unit: Unit::Kwh,
            flow: Flow::Delivered,
            multiplier_micro: 1_000_000,
        };
        let next = Hang {
            point: ServicePointId(1),
            on: date(2026, 3, 1),
            serial: "E-2".to_owned(),
            channels: vec![channel],
            first: vec![0],
        };
        let new = Exchange { last: vec![159_000_000], next };
        db.write(|tx| exchange::exchange(tx, on(3, 2), &new)).unwrap();
        import(db, folder, "meter,date,index\nE-2,2026-04-01,31\n");
        let (_, rule, likely) = the_one(db);
        assert_eq!((rule, likely), (Rule::StepChange, Some(Likely::OtherMultiplier)));
    });
}

#[test]
fn incident_a_rollover_past_zero_is_followed_and_a_register_that_went_back_waits() {
    engines::each(|db, folder| {
        one(db);
        import(db, folder, &monthly("E-1", &[99_100, 99_410, 99_690, 0]));
        assert_eq!((open(db).len(), reads(db).len()), (0, 4));
        import(db, folder, "meter,date,index\nE-1,2026-05-01,99990\n");
        let (id, rule, _) = the_one(db);
        assert_eq!(rule, Rule::Negative, "99,990 kWh were billed for 10 read wrong");
        let said = db.read(|tx| vee::show(tx, id)).unwrap().said(Language::English);
        assert!(said.contains("99,990 (actual) waits"), "{said}");
    });
}

#[test]
fn incident_a_day_of_25_hours_that_is_doubled_is_seen() {
    engines::each(|db, folder| {
        village::found(db);
        let hours = (Form::Interval { minutes: 60 }, Flow::Delivered);
        village::take_on(db, &village::customer("E-1", &[hours])).unwrap();
        let period = Period::month(2026, 11).unwrap();
        let new = NewWindow { period, billed_on: date(2026, 12, 3), due_on: date(2026, 12, 24) };
        db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &[new])).unwrap();
        // The first of November has 25 hours; both hours from one to two say 1.7.
        let mut text = "meter,start,value\n".to_owned();
        let mut start: Timestamp = "2026-11-01T05:00:00Z".parse().unwrap();
        for nth in 0..30 * 24 + 1 {
            let value = if nth == 1 || nth == 2 { 17 } else { 10 + nth % 13 };
            text.push_str(&format!(
                "E-1,{start},{}.{}\n",
                i64::div_euclid(value, 10),
                i64::rem_euclid(value, 10)
            ));
            start += jiff::SignedDuration::from_hours(1);
        }
        import_as(db, on(12, 2), folder, &text);
        let ran = run(db, on(12, 2), Missing::Estimate);
        assert_eq!((ran.doubted, ran.filled), (1, 0));
        let (_, rule, likely) = the_one(db);
        assert_eq!((rule, likely), (Rule::LongDay, Some(Likely::HourTwice)));
    });
}

#[test]
fn incident_a_run_of_estimates_sends_somebody_and_never_stops_the_bills() {
    engines::each(|db, folder| {
        one(db);
        import(db, folder, &monthly("E-1", &[1_000, 1_310]));
        assert_eq!(bill(db, on(2, 3)), (1, 0));
        // The sign-up sent somebody already; that is over.
        for it in
            db.read(|tx| store::order::open_at(tx, ServicePointId(1), OrderKind::Read)).unwrap()
        {
            let over = CalledOff::NotNeeded;
            db.write(|tx| order::cancel(tx, on(2, 3), it.id, over, "")).unwrap();
        }
        let mut orders = Vec::new();
        for month in 3..=9 {
            let said = run(db, on(month, 2), Missing::Say);
            assert_eq!((said.unread, said.estimated), (1, 0));
            let ran = run(db, on(month, 2), Missing::Estimate);
            assert_eq!((ran.estimated, ran.unread), (1, 0), "month {month}");
            orders.push(ran.ordered);
            assert_eq!(bill(db, on(month, 3)), (1, 0), "the bill of month {month} goes out");
        }
        // The third sends somebody to read it, the sixth to exchange it.
        assert_eq!(orders, [0, 0, 1, 0, 0, 1, 0]);
        let at = |kind| db.read(|tx| store::order::open_at(tx, ServicePointId(1), kind)).unwrap();
        assert!(at(OrderKind::Read).len() + at(OrderKind::Exchange).len() >= 2);
        // One run is one thing to look at, whose count moves on, and one task.
        assert_eq!(open(db).iter().map(|it| it.1).collect::<Vec<_>>(), [Rule::EstimateRun]);
        scan::scan(db, on(9, 4)).unwrap();
        let tasks = || db.read(|tx| store::task::open_of(tx, TaskKind::EstimateRun)).unwrap();
        assert_eq!(tasks().len(), 1);
        assert!(tasks()[0].evidence.contains("7 estimates in a row"), "{:?}", tasks());
        // The next actual read settles it: what was estimated is taken off what was used.
        let estimated = reads(db).last().unwrap().1;
        import(db, folder, &format!("meter,date,index\nE-1,2026-10-01,{}\n", estimated + 200));
        assert_eq!(reads(db).last().unwrap().2, ReadKind::Actual);
        assert_eq!(open(db), [], "the read ended it");
        scan::scan(db, on(10, 4)).unwrap();
        assert!(tasks().is_empty());
    });
}

#[test]
fn gaps_are_filled_and_marked_and_later_values_replace_them() {
    engines::each(|db, folder| {
        village::found(db);
        village::take_on(db, &village::customer("E-1", &[quarters(Flow::Delivered)])).unwrap();
        turns(db);
        let file = |skip: std::ops::Range<i64>| {
            let mut text = "meter,start,value\n".to_owned();
            let mut start: Timestamp = "2026-01-01T06:00:00Z".parse().unwrap();
            for nth in 0..31 * 96 {
                if !skip.contains(&nth) {
                    text.push_str(&format!("E-1,{start},0.{}\n", 10 + nth % 96));
                }
                start += jiff::SignedDuration::from_mins(15);
            }
            text
        };
        import(db, folder, &file(960..1_056));
        let said = run(db, on(2, 2), Missing::Say);
        assert_eq!((said.doubted, said.filled), (1, 0));
        let (id, rule, _) = the_one(db);
        assert_eq!(rule, Rule::Gap);
        // The days of the month stand around it, and the eleventh is none of zero.
        let gap = db.read(|tx| vee::show(tx, id)).unwrap();
        let around = db.read(|tx| around::of(tx, &gap)).unwrap().unwrap();
        assert_eq!((around.bars.len(), around.doubted.iter().filter(|it| **it).count()), (31, 1));
        assert!(around.doubted[10] && around.bars[10].cell.is_gap());
        assert_eq!((around.bars[10].cell.missing, around.bars[9].cell.missing), (96, 0));
        let effect = db.read(|tx| effect::of(tx, on(2, 2), id)).unwrap().unwrap();
        assert!(matches!(effect.now, Err(Hold::Gap { missing: 96, .. })), "{effect:?}");
        let (how, after) = &effect.after[0];
        assert!(*how == Resolution::Estimate && after.is_ok(), "{effect:?}");

        let ran = run(db, on(2, 2), Missing::Estimate);
        assert_eq!(ran.filled, 96);
        assert_eq!(open(db), [], "the gap is one no more");
        assert_eq!(bill(db, on(2, 3)), (1, 0));
        let estimated = |db: &Db| {
            let days = Period::month(2026, 1).unwrap();
            let known = store::bill::Known::ALL;
            let point = ServicePointId(1);
            let facts = db.read(|tx| store::gather::measured_at(tx, point, days, known)).unwrap();
            let series = facts.hung[0].channels[0].series.clone().unwrap();
            series.estimated.iter().map(|it| it.len).sum::<u32>()
        };
        assert_eq!(estimated(db), 96);
        import(db, folder, &file(0..0));
        assert_eq!(estimated(db), 0, "the true values stand");
    });
}

fn told(db: &Db, actor: Actor, index: i64, day: Date, by: Told) -> Result<Became, VeeRefusal> {
    let new = NewRead { meter: "E-1".to_owned(), on: day, indexes: vec![index * 1_000_000], by };
    db.write(|tx| enter::enter(tx, actor, &new)).map_err(refusal)
}

#[test]
fn what_a_customer_tells_waits_until_it_is_plausible() {
    engines::each(|db, folder| {
        one(db);
        let april = date(2026, 4, 1);
        assert!(matches!(told(db, on(4, 2), 900, april, Told::Customer), Ok(Became::Waits(_))));
        assert_eq!(the_one(db).1, Rule::Unproven, "nothing says what is usual");
        import(db, folder, &monthly("E-1", &[1_000, 1_310, 1_590]));
        assert_eq!(told(db, on(4, 2), 1_900, april, Told::Customer), Ok(Became::Kept));
        assert_eq!(open(db), [], "the better one ended the wait");
        assert_eq!(reads(db).last(), Some(&(april, 1_900, ReadKind::Customer)));
        let may = date(2026, 5, 1);
        assert!(matches!(told(db, on(5, 2), 21_000, may, Told::Customer), Ok(Became::Waits(_))));
        assert_eq!(told(db, on(5, 2), 2_200, may, Told::Office), Ok(Became::Kept));
        assert_eq!(reads(db).last(), Some(&(may, 2_200, ReadKind::Office)));
        let later = told(db, on(5, 2), 2_300, date(2026, 6, 1), Told::Office);
        assert!(matches!(later, Err(VeeRefusal::NotYet { .. })));
        let wide = told(db, on(5, 2), 100_000, may, Told::Office);
        assert!(matches!(wide, Err(VeeRefusal::Digits { .. })));
        let two =
            NewRead { meter: "E-1".to_owned(), on: may, indexes: vec![1, 2], by: Told::Office };
        let why = refusal(db.write(|tx| enter::enter(tx, on(5, 2), &two)).unwrap_err());
        assert!(matches!(why, VeeRefusal::Registers { has: 1, given: 2, .. }));
        let none = NewRead { meter: "E-9".to_owned(), on: may, indexes: vec![1], by: Told::Office };
        let why = refusal(db.write(|tx| enter::enter(tx, on(5, 2), &none)).unwrap_err());
        assert!(matches!(why, VeeRefusal::NoMeter { .. }));
    });
}

#[test]
fn how_a_read_is_known_cannot_be_made_another_kind() {
    engines::each(|db, folder| {
        one(db);
        import(db, folder, &monthly("E-1", &[1_000, 1_310]));
        bill(db, on(2, 3));
        run(db, on(3, 2), Missing::Estimate);
        let (march, estimated, kind) = *reads(db).last().unwrap();
        assert_eq!((march, kind), (date(2026, 3, 1), ReadKind::Estimated));
        let why = told(db, on(3, 2), estimated, march, Told::Office).unwrap_err();
        assert!(matches!(why, VeeRefusal::KindStays { kind: "estimated", .. }));
        let mut raw = Raw::beside(db).unwrap();
        let why = raw.run("update read set kind = 'actual' where kind = 'estimated'").unwrap_err();
        assert!(format!("{why:#}").contains("never changes"), "{why:#}");
    });
}

#[test]
fn a_meter_is_asked_from_afar_and_its_answer_is_looked_at() {
    engines::each(|db, folder| {
        one(db);
        import(db, folder, &monthly("E-1", &[1_000, 1_310, 1_590]));
        let ask =
            |day| db.write(|tx| enter::request(tx, on(5, 2), "E-1", day, "no access")).unwrap();
        let first = ask(date(2026, 4, 1));
        assert_eq!(ask(date(2026, 4, 1)), first, "it is asked once");
        ask(date(2026, 5, 1));
        let text = db.read(enter::requests).unwrap();
        assert_eq!(
            text,
            "request,meter,unit,read_on,index,failure\n1,E-1,kWh,2026-04-01,,\n2,E-1,kWh,2026-05-01,,\n"
        );
        let answer = |text: &str| db.write(|tx| enter::answers(tx, on(5, 2), text));
        let back = text.replace("04-01,,", "04-01,1900,").replace("05-01,,", "05-01,,no signal");
        let came = answer(&back).unwrap();
        assert_eq!((came.kept, came.waits, came.failed), (1, 0, 1));
        assert_eq!(reads(db).last(), Some(&(date(2026, 4, 1), 1_900, ReadKind::Actual)));
        let why = refusal(answer(&back).unwrap_err());
        assert!(matches!(why, VeeRefusal::NoRequest { .. }));
        let why = refusal(answer("request\n1,2\n").unwrap_err());
        assert!(matches!(why, VeeRefusal::BadAnswer { line: 2, .. }));
        ask(date(2026, 5, 2));
        let far = answer("request\n3,E-1,kWh,2026-05-02,90000,\n").unwrap();
        assert_eq!((far.kept, far.waits), (0, 1));
    });
}

#[test]
fn rules_are_said_by_class_and_day() {
    engines::each(|db, folder| {
        one(db);
        let say = |from, text: &str| {
            db.write(|tx| vee::say_rules(tx, on(1, 2), Commodity::Electric, None, from, text))
        };
        let april = date(2026, 4, 1);
        let why = say(april, "high hold 1\n").unwrap_err();
        assert!(village::says(&why).contains("from 2 to 1000"));
        assert_eq!(refusal(say(april, "high hold 50\n").unwrap_err()), VeeRefusal::NoEstimateLimit);
        say(april, "high hold 90\nestimate-run look 3\n").unwrap();
        let why = refusal(say(april, "estimate-run look 3\n").unwrap_err());
        assert!(matches!(why, VeeRefusal::SaidBefore { .. }));
        import(db, folder, &monthly("E-1", &[1_000, 1_310, 9_000]));
        assert_eq!(the_one(db).1, Rule::High, "of March the old rules hold");
        import(db, folder, "meter,date,index\nE-1,2026-03-01,1590\nE-1,2026-04-01,9000\n");
        assert_eq!(open(db), [], "of April the new ones");
    });
}

#[test]
fn each_exception_is_a_task_that_says_what_was_seen() {
    engines::each(|db, folder| {
        one(db);
        import(db, folder, &monthly("E-1", &[1_000, 1_310, 1_590, 19_000]));
        scan::scan(db, on(4, 2)).unwrap();
        let tasks = db.read(|tx| store::task::open_of(tx, TaskKind::DoubtfulRead)).unwrap();
        assert_eq!(tasks.len(), 1);
        assert!(tasks[0].evidence.starts_with("meter E-1 19,000 (actual) waits:"), "{tasks:?}");
        let id = tasks[0].id;
        task::resolve(db, on(4, 2), id, Resolution::TakeRead, "").unwrap();
        let why = db.write(|tx| task::undo(tx, on(4, 2), id)).unwrap_err();
        assert!(why.to_string().contains("stays") || why.to_string().contains("undo"), "{why}");
        assert_eq!(reads(db).len(), 4);
    });
}

#[test]
fn a_task_finds_the_exception_that_it_is_and_one_is_resolved_by_itself() {
    engines::each(|db, folder| {
        one(db);
        import(db, folder, &monthly("E-1", &[1_000, 1_310, 1_590, 19_000]));
        let (id, _, _) = the_one(db);
        let open = db.read(|tx| vee::show(tx, id)).unwrap();
        assert_eq!(db.read(|tx| vee::task_of(tx, &open.exception)).unwrap(), None);
        scan::scan(db, on(4, 2)).unwrap();
        let task = db.read(|tx| vee::task_of(tx, &open.exception)).unwrap().unwrap();
        assert_eq!(task.kind, TaskKind::DoubtfulRead);
        let mut other = task.clone();
        other.kind = TaskKind::NearRollover;
        let found = db.read(|tx| vee::of_tasks(tx, [&task, &other])).unwrap();
        assert_eq!(found.len(), 1, "only what validation raised is one");
        let spanish = found[&task.id].said(Language::Spanish);
        assert!(spanish.contains("(real) espera: 561.61 kWh al día"), "{spanish}");

        let around = db.read(|tx| around::of(tx, &open)).unwrap().unwrap();
        let shown: Vec<_> = around.reads.iter().map(|it| (it.0.to, it.0.a_day_micro)).collect();
        assert_eq!(
            shown,
            [
                (date(2026, 2, 1), 10_000_000),
                (date(2026, 3, 1), 10_000_000),
                (date(2026, 4, 1), 561_612_903),
            ]
        );
        assert_eq!(around.doubted, [false, false, true]);
        assert!(around.bars.iter().all(|it| it.before_micro == Some(10_000_000)));

        let ended = resolve::one(db, on(4, 2), id, Resolution::Estimate, "").unwrap();
        assert_eq!(ended, task::Resolved::Closed);
        let closed = db.read(|tx| store::task::get(tx, task.id)).unwrap().closed;
        assert!(closed.is_some());
        // What was doubted stays to be seen, although an estimate stands in.
        let around = db.read(|tx| around::of(tx, &open)).unwrap().unwrap();
        assert_eq!(around.reads.last().unwrap().0.index_micro, 19_000_000_000);
        let again = resolve::one(db, on(4, 2), id, Resolution::Estimate, "").unwrap_err();
        assert_eq!(refusal(again), VeeRefusal::Ended { id, how: "estimated".to_owned() });
    });
}

#[test]
fn an_exception_without_a_task_gets_one_when_it_is_resolved() {
    engines::each(|db, folder| {
        one(db);
        import(db, folder, &monthly("E-1", &[1_000, 1_310, 1_590, 19_000]));
        let (id, _, _) = the_one(db);
        resolve::one(db, on(4, 2), id, Resolution::TakeRead, "seen by the crew").unwrap();
        assert_eq!(reads(db).last(), Some(&(date(2026, 4, 1), 19_000, ReadKind::Actual)));
        let open = db.read(|tx| vee::show(tx, id)).unwrap();
        let task = db.read(|tx| vee::task_of(tx, &open.exception)).unwrap().unwrap();
        let steps = db.read(|tx| store::task::steps(tx, task.id)).unwrap();
        assert_eq!(steps.last().unwrap().said, "seen by the crew");
    });
}

#[test]
fn the_next_actual_read_says_how_far_an_estimate_was_off() {
    engines::each(|db, folder| {
        one(db);
        import(db, folder, &monthly("E-1", &[1_000, 1_310, 1_590]));
        assert_eq!((bill(db, on(2, 3)), bill(db, on(3, 3))), ((1, 0), (1, 0)));
        assert_eq!(run(db, on(4, 2), Missing::Estimate).estimated, 1);
        assert_eq!(bill(db, on(4, 3)), (1, 0));
        let of_march = |db: &Db| {
            let bill = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
            let bill = db.read(|tx| store::bill::get(tx, bill)).unwrap();
            db.read(|tx| estimates::of_bill(tx, &bill)).unwrap()
        };
        let guessed = of_march(db);
        assert_eq!((guessed.len(), guessed[0].method), (1, Some(Method::OwnHistory)));
        assert_eq!(guessed[0].trued_up, None, "nothing settles it yet");
        // 310 were estimated for March; March and April together come to 488 in 61 days, eight a day.
        import(db, folder, "meter,date,index\nE-1,2026-05-01,2078\n");
        let settled = of_march(db);
        assert_eq!(settled[0].trued_up.unwrap().off_by_micro, 62_000_000);
        assert_eq!(
            settled[0].said(Language::English),
            "meter E-1 was estimated at 1,900 for 2026-04-01 by its own history; \
             by the read of 2026-05-01 it was 62 kWh too much"
        );
        assert!(settled[0].said(Language::Spanish).ends_with("eran 62 kWh de más"));
        let days = Period::month(2026, 4).unwrap();
        let of = meterbook_app::usage::Of::Point(ServicePointId(1));
        let used = db.read(|tx| meterbook_app::usage::determined(tx, of, days, None)).unwrap();
        assert_eq!(used[0].estimates, settled, "the lineage of April says it too");
    });
}

#[test]
fn what_is_not_there_is_refused_by_name() {
    engines::each(|db, _| {
        village::found(db);
        let why = db.read(|tx| vee::show(tx, ExceptionId(9))).unwrap_err();
        assert_eq!(refusal(why), VeeRefusal::NoException { id: ExceptionId(9) });
        let why = cycle::run(db, on(2, 2), Cycle(1), Missing::Say).unwrap_err();
        assert_eq!(refusal(why), VeeRefusal::NoTurn { cycle: 1 });
    });
}
