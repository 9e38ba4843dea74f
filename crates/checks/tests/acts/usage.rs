//! What was used and what it comes to, from the files of a meter to the lines of a bill, on both
//! engines; each refusal with its words.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::civil::{Date, date};
use meterbook_app::bill_run::{Until, Which, run};
use meterbook_app::figure::{self, degree_days};
use meterbook_app::intake::{Import, import};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::usage::export::{self, Written};
use meterbook_app::usage::to_date::{By, NotProjected, to_date};
use meterbook_app::usage::{Of, days, determined};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{place, relation, tariff};
use meterbook_checks::engines;
use meterbook_core::account::{Account, Cycle};
use meterbook_core::bill::check::Hold;
use meterbook_core::figure::{Figure, FigureKind, Looks};
use meterbook_core::id::{AgreementId, PremiseId, ServicePointId};
use meterbook_core::meter::Flow;
use meterbook_core::money::{Money, Share, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::place::Commodity;
use meterbook_core::reads::relation::{Relation, RelationKind};
use meterbook_store::{self as store, Db};

use crate::village::{self, DIALS};

const JANUARY: Date = date(2026, 1, 1);
const FEBRUARY: Date = date(2026, 2, 1);
const HOUSE: ServicePointId = ServicePointId(1);
const BARN: ServicePointId = ServicePointId(2);

const TOU: &str = "tariff TOU half-up\nname       By the hour\ncommodity  electric kWh\n\
                   from       2026-01-01\n\nclock hours\n  peak  weekdays 14-20\n  off   else\n\n\
                   volume  Energy by hours\n  peak  0.20\n  off   0.10\n\
                   demand  Demand  5.00\n";

fn taken(db: &Db, folder: &Path, text: &str) {
    let file = folder.join(format!("{}.csv", text.len()));
    std::fs::write(&file, text).unwrap();
    let reads = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    import(db, village::actor(), &reads, &mut |_| ()).unwrap();
}

/// Two customers with dials and one, the third, with quarter hours on a tariff by the hour.
fn found(db: &Db, folder: &Path) -> Vec<Account> {
    village::found(db);
    db.write(|tx| tariff::publish(tx, village::actor(), TOU)).unwrap();
    let accounts = ["E-1", "E-2", "E-3"].map(|serial| {
        let quarters = [village::quarters(Flow::Delivered)];
        let dials = [DIALS];
        let by_the_hour = serial == "E-3";
        let channels = if by_the_hour { &quarters } else { &dials };
        let mut customer = village::customer(serial, channels);
        if by_the_hour {
            customer.services[0].tariff = "TOU".to_owned();
        }
        village::take_on(db, &customer).unwrap()
    });
    let turn = |from, to| NewWindow {
        period: Period::new(from, to).unwrap(),
        billed_on: to,
        due_on: date(2026, 4, 1),
    };
    let turns = [turn(JANUARY, FEBRUARY), turn(FEBRUARY, date(2026, 3, 1))];
    db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &turns)).unwrap();
    taken(
        db,
        folder,
        "meter,date,index\nE-1,2026-01-01,100\nE-1,2026-01-11,200\nE-1,2026-02-01,700\n\
         E-2,2026-01-01,0\nE-2,2026-01-11,25\nE-2,2026-02-01,80\n",
    );
    // One kWh in each quarter of the first fourteen days, and four in one at 15:00 on the 5th.
    let mut text = "meter,start,value\n".to_owned();
    let zone = Zone::named("America/Chicago").unwrap();
    let first = zone.start_of(JANUARY).as_second();
    for nth in 0..14 * 96 {
        let at = jiff::Timestamp::from_second(first + nth * 900).unwrap();
        let value = if nth == 4 * 96 + 60 { 4 } else { 1 };
        text.push_str(&format!("E-3,{at},{value}\n"));
    }
    taken(db, folder, &text);
    accounts.to_vec()
}

fn deducts(share: &str, from: Date) -> Relation {
    let (share, kind) = (Share::parse(share).unwrap(), RelationKind::Deducts);
    Relation { point: HOUSE, part: BARN, kind, share, from, to: None }
}

fn relate(db: &Db, new: &Relation) -> anyhow::Result<()> {
    db.write(|tx| relation::set(tx, village::actor(), new))
}

fn refused(db: &Db, new: &Relation) -> String {
    village::says(&relate(db, new).unwrap_err())
}

#[test]
fn determinants_are_by_hours_demand_and_reads_with_their_files() {
    engines::each(|db, folder| {
        let accounts = found(db, folder);
        let period = days(JANUARY, date(2026, 1, 15)).unwrap();
        let of = Of::Account(accounts[2].number);
        let all = db.read(|tx| determined(tx, of, period, None)).unwrap();
        let it = &all[0];
        assert_eq!(it.usage.as_ref().unwrap().delivered.micro, 1_347_000_000);
        assert_eq!((it.estimated_micro, it.lineage[0].values), (Some(0), 1344));
        // Ten weekdays but the first, each with 24 quarters; 2026-01-01 is one of them.
        let hours: Vec<_> = it
            .hours
            .iter()
            .map(|it| (it.period.as_str(), it.delivered.micro, it.peak_micro.unwrap()))
            .collect();
        assert_eq!(hours, [("peak", 243_000_000, 16_000_000), ("off", 1_104_000_000, 4_000_000)]);
        let charges: Vec<String> = it
            .charges
            .as_ref()
            .unwrap()
            .iter()
            .map(|it| format!("{} {:?}", it.label, it.basis))
            .collect();
        assert_eq!(charges.len(), 3, "{charges:?}");

        let period = days(JANUARY, date(2026, 1, 11)).unwrap();
        let all = db.read(|tx| determined(tx, Of::Point(HOUSE), period, Some("R-1"))).unwrap();
        assert_eq!(all[0].usage.as_ref().unwrap().delivered.micro, 100_000_000);
        let reads = &all[0].lineage[0].reads;
        assert!(reads.len() == 2 && reads.iter().all(|it| it.batch.is_some()));

        let period = days(JANUARY, date(2026, 1, 20)).unwrap();
        let all = db.read(|tx| determined(tx, of, period, None)).unwrap();
        assert!(matches!(all[0].usage, Err(Hold::Gap { missing: 480, .. })));
        assert_eq!(all[0].lineage[0].missing, 480);
    });
}

#[test]
fn what_cannot_be_said_is_refused_with_the_way_out() {
    engines::each(|db, folder| {
        let accounts = found(db, folder);
        let say = |from, to, tariff: Option<&str>| {
            let of = Of::Account(accounts[0].number);
            let done = days(from, to).and_then(|it| db.read(|tx| determined(tx, of, it, tariff)));
            village::says(&done.unwrap_err())
        };
        assert!(say(FEBRUARY, JANUARY, None).contains("--to is the day after the last"));
        assert!(say(date(2020, 1, 1), date(2020, 2, 1), None).contains("took no service"));
        assert!(say(JANUARY, FEBRUARY, Some("NO")).contains("no tariff NO; publish it"));
        let early = db.read(|tx| to_date(tx, AgreementId(1), JANUARY)).unwrap_err();
        assert!(village::says(&early).contains("service begins on 2026-01-01"));
        db.write(|tx| {
            let actor = village::actor();
            let new = Figure {
                kind: FigureKind::Heating,
                name: "north".to_owned(),
                on: JANUARY,
                micro: 1_031_000,
            };
            let many = Figure { micro: 1_031_000_000, ..new.clone() };
            let why = figure::publish(tx, actor, &many).unwrap_err();
            assert!(village::says(&why).contains("a factor of 1031"), "{why}");
            let nobody = Figure { name: " ".to_owned(), ..new.clone() };
            let why = figure::publish(tx, actor, &nobody).unwrap_err();
            assert!(village::says(&why).contains("name the area"));
            let kind = FigureKind::HeatingDegrees;
            let hot = Figure { kind, micro: 201_000_000, ..new.clone() };
            let why = figure::publish(tx, actor, &hot).unwrap_err();
            assert!(village::says(&why).contains("0 to 200 degree days, not 201"));
            let looks = Looks {
                point: HOUSE,
                kind: FigureKind::Heating,
                name: "north".to_owned(),
                from: JANUARY,
                to: None,
            };
            let why = figure::look(tx, actor, &looks).unwrap_err();
            assert!(village::says(&why).contains("are of gas, and the point has electric"));
            let looks = Looks { kind, name: "airport".to_owned(), ..looks };
            figure::look(tx, actor, &looks)?;
            let why = figure::look(tx, actor, &looks).unwrap_err();
            assert!(village::says(&why).contains("from 2026-01-01 on already"));
            for (on, micro) in [(1, 30_000_000), (1, 31_000_000), (2, 20_500_000)] {
                let name = "airport".to_owned();
                figure::publish(tx, actor, &Figure { kind, name, on: date(2026, 1, on), micro })?;
            }
            let week = days(JANUARY, date(2026, 1, 8))?;
            let found = degree_days(tx, HOUSE, kind, week)?;
            assert_eq!(found, Some((51_500_000, 5)), "the later of two; five days have none");
            assert_eq!(degree_days(tx, BARN, kind, week)?, None);
            Ok(())
        })
        .unwrap();
    });
}

#[test]
fn a_deduct_meter_is_on_the_bill_which_comes_out_the_same_again() {
    engines::each(|db, folder| {
        let accounts = found(db, folder);
        relate(db, &deducts("100%", JANUARY)).unwrap();
        let back = Relation { point: BARN, part: HOUSE, ..deducts("100%", JANUARY) };
        assert!(refused(db, &back).contains("made of itself: 2, of 1, of 2"));
        let itself = Relation { part: HOUSE, ..back };
        assert!(refused(db, &Relation { point: HOUSE, ..itself }).contains("made of itself"));
        assert!(refused(db, &deducts("100%", FEBRUARY)).contains("from 2026-01-01 on already"));
        assert!(refused(db, &deducts("0%", FEBRUARY)).contains("above 0%"));
        let backwards = Relation { to: Some(JANUARY), ..deducts("50%", JANUARY) };
        assert!(refused(db, &backwards).contains("cannot end on 2026-01-01"));
        let (gas, elsewhere) = db
            .write(|tx| {
                let actor = village::actor();
                let zone = Zone::named("America/Chicago").unwrap();
                let gas = place::add_service_point(tx, actor, PremiseId(1), Commodity::Gas, &zone)?;
                let denver = Zone::named("America/Denver").unwrap();
                let there = place::add_service_point(
                    tx,
                    actor,
                    PremiseId(1),
                    Commodity::Electric,
                    &denver,
                )?;
                Ok((gas, there))
            })
            .unwrap();
        let of = |part| Relation { part, ..deducts("100%", JANUARY) };
        assert!(refused(db, &of(gas)).contains("gas is no part of electric"));
        assert!(refused(db, &of(elsewhere)).contains("end at different times"));

        let ended = run(db, village::actor(), Which::Cycle(Cycle(1)), Until::Posted, &mut |_| ());
        drop(ended);
        let number = accounts[0].id;
        let bill = db
            .read(|tx| {
                let through = store::bill::billed_through(tx, AgreementId(1))?;
                assert_eq!(through, Some(FEBRUARY));
                let (bill, _) = store::bill::ended_on(tx, AgreementId(1), FEBRUARY)?.unwrap();
                assert_eq!(replay(tx, bill)?, Replayed::Same);
                store::bill::get(tx, bill)
            })
            .unwrap();
        // 600 in the house less 80 in the barn, at 12 cents.
        assert_eq!(bill.account, number);
        assert_eq!(bill.total, Money::from_cents(6240));
        assert_eq!(bill.segments[0].evidence.len(), 2);
        let billed = relate(db, &of(BARN)).unwrap_err();
        assert!(village::says(&billed).contains("already"));
        let end = |on| db.write(|tx| relation::end(tx, village::actor(), HOUSE, BARN, on));
        let why = village::says(&end(date(2026, 1, 15)).unwrap_err());
        assert!(why.contains("service point 1 is billed up to 2026-02-01"), "{why}");
        end(FEBRUARY).unwrap();
        let why = village::says(&end(FEBRUARY).unwrap_err());
        assert!(why.contains("2 is no part of 1"), "{why}");
    });
}

#[test]
fn the_bill_so_far_ends_where_knowledge_does_and_a_projection_says_how() {
    engines::each(|db, folder| {
        found(db, folder);
        let at = |agreement, on| db.read(|tx| to_date(tx, AgreementId(agreement), on)).unwrap();
        // The dials were read on the 11th: 100 kWh in ten days, 310 in the month.
        let it = at(1, date(2026, 1, 20));
        assert_eq!(it.segments[0].period.end(), date(2026, 1, 11));
        assert_eq!(it.total(), Money::from_cents(1200));
        assert!(matches!(&it.waits, Some(Hold::NoRead { meter, .. }) if meter == "E-1"));
        let projected = it.projected.unwrap();
        assert_eq!((projected.known, projected.assumed, projected.by), (10, 21, By::Mean));
        assert_eq!(projected.segment.total, Money::from_cents(3720));
        // On the 5th nothing is known of the days before it.
        let it = at(1, date(2026, 1, 5));
        assert!(it.segments.is_empty() && it.waits.is_some());
        assert_eq!(it.projected.unwrap().by, By::Estimate);
        // By the quarter of an hour: five days are too few, fourteen are not.
        let it = at(3, date(2026, 1, 6));
        assert_eq!(it.segments[0].usage.micro, 483_000_000);
        assert_eq!(it.projected.err(), Some(NotProjected::TooFew { known: 5 }));
        let it = at(3, date(2026, 1, 20));
        assert_eq!(it.segments[0].period.end(), date(2026, 1, 15));
        let projected = it.projected.unwrap();
        assert_eq!((projected.known, projected.assumed, projected.by), (14, 17, By::Weekday));
        // 31 days of 96 and three more, of which the demand stays: 16 kW.
        assert_eq!(projected.segment.usage.micro, 2_979_000_000);
        assert_eq!(projected.segment.usage.unit, Unit::Kwh);
        // Of days that are billed by then it is what the bill says.
        drop(run(db, village::actor(), Which::Cycle(Cycle(1)), Until::Posted, &mut |_| ()));
        let it = at(1, FEBRUARY);
        assert_eq!((it.total(), it.waits), (Money::from_cents(7200), None));
        assert_eq!(it.projected.unwrap().by, By::Nothing);
        // A register that is read once a turn: the rules of estimates say what the turn may come to.
        let projected = at(1, date(2026, 2, 10)).projected.unwrap();
        assert_eq!((projected.known, projected.assumed, projected.by), (0, 28, By::Estimate));
        let used = projected.segment.usage.micro;
        assert!((541_000_000..=542_000_000).contains(&used), "600 of 31 days in 28: {used}");
        let beyond = db.read(|tx| to_date(tx, AgreementId(1), date(2026, 5, 1))).unwrap();
        assert!(
            beyond.segments.is_empty() && beyond.waits.is_some(),
            "nothing of February is known"
        );
    });
}

#[test]
fn what_is_exported_can_be_imported_again_and_is_a_feed() {
    engines::each(|db, folder| {
        let accounts = found(db, folder);
        let period = days(JANUARY, date(2026, 1, 2)).unwrap();
        let write = |of, written| {
            db.read(|tx| export::all(tx, of, period, written, village::actor().at)).unwrap()
        };
        let csv = write(Of::Account(accounts[2].number), Written::Csv);
        let first = "meter,start,value,unit,flow,kind,minutes\nE-3,2026-01-01T06:00:00Z,1,kWh,delivered,actual,15\n";
        assert!(csv.starts_with(first) && csv.lines().count() == 97, "{csv}");
        let reads = write(Of::Point(HOUSE), Written::Csv);
        assert_eq!(
            reads,
            "meter,date,index,unit,flow,kind\nE-1,2026-01-01,100,kWh,delivered,actual\n"
        );
        let feed = write(Of::Account(accounts[2].number), Written::GreenButton);
        assert!(feed.contains("<espi:tzOffset>-21600</espi:tzOffset>"), "{feed}");
        assert_eq!(feed.matches("<espi:IntervalReading>").count(), 96);
        let dials = write(Of::Point(HOUSE), Written::GreenButton);
        assert_eq!(dials.matches("<espi:IntervalReading>").count(), 1);
    });
}
