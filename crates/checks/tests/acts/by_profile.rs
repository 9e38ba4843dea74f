//! Files that a profile tells: a route goes out, comes back with reads, and is taken; what is wrong in
//! it is a reject of its line.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::Timestamp;
use jiff::civil::date;
use meterbook_app::intake::{self, Import, Imported, NotImported};
use meterbook_app::route::{self, NotRouted};
use meterbook_app::vee::resolve;
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, Refused};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::id::{BatchId, ChannelId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::period::Period;
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::vee::Rule;
use meterbook_core::task::Resolution;
use meterbook_formats::reads::profile::{Profile, Record, records, shipped, write};
use meterbook_store::{self as store, Db};

use crate::village::{self, DIALS};

fn actor() -> Actor {
    Actor::system("2026-12-01T18:00:00Z".parse::<Timestamp>().unwrap())
}

fn import(
    db: &Db,
    folder: &Path,
    text: &str,
    profile: Option<&str>,
) -> Result<Imported, anyhow::Error> {
    let file = folder.join("route.txt");
    std::fs::write(&file, text).unwrap();
    let rejects = folder.join("rejects");
    let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: &rejects };
    match profile {
        Some(profile) => {
            let text = shipped(profile).unwrap();
            intake::import_by_profile(db, actor(), &wanted, text, &mut |_| ())
        }
        None => intake::import(db, actor(), &wanted, &mut |_| ()),
    }
}

fn named(profile: &str) -> Profile {
    Profile::parse(shipped(profile).unwrap()).unwrap()
}

/// So many customers with reads from January to March, and turns.
fn walk(db: &Db, folder: &Path, customers: i64) {
    village::found(db);
    for nth in 1..=customers {
        village::take_on(db, &village::customer(&format!("E-{nth}"), &[DIALS])).unwrap();
    }
    for month in 3..=4 {
        let period = Period::month(2026, month).unwrap();
        let billed_on = date(2026, period.end().month(), 3);
        let due_on = date(2026, period.end().month(), 24);
        let new = NewWindow { period, billed_on, due_on };
        db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &[new])).unwrap();
    }
    let mut text = "meter,date,index\n".to_owned();
    for nth in 1..=customers {
        for (month, used) in [(1, 0), (2, 310), (3, 590)] {
            text.push_str(&format!("E-{nth},2026-{month:02}-01,{}\n", nth * 100 + used));
        }
    }
    import(db, folder, &text, None).unwrap();
}

fn field<'a>(record: &'a Record, name: &str) -> &'a str {
    record.iter().find(|it| it.0 == name).map_or("", |it| it.1.as_str())
}

fn reads(db: &Db, channel: i64) -> Vec<(jiff::civil::Date, i64, ReadKind)> {
    let reads = db.read(|tx| store::read::of(tx, ChannelId(channel))).unwrap();
    reads.iter().map(|it| (it.on, it.index_micro.div_euclid(10_000), it.kind)).collect()
}

/// What a handheld brings back of a route that it was given.
fn brought_back(route: &str, index: impl Fn(&Record) -> String) -> String {
    let (out, notes) = records(&named("itron-download"), &mut route.as_bytes()).unwrap();
    assert_eq!(notes, []);
    let back: Vec<Record> = out
        .iter()
        .map(|it| {
            let said = [
                ("route", field(it, "route").to_owned()),
                ("meter", field(it, "meter").to_owned()),
                ("channel", "01".to_owned()),
                ("unit", field(it, "unit").to_owned()),
                ("start", "2026-04-01T20:15:00".to_owned()),
                ("index", index(it)),
                ("quality", "A".to_owned()),
                ("note", "00".to_owned()),
            ];
            said.map(|(name, said)| (name.to_owned(), said)).to_vec()
        })
        .collect();
    write(&named("itron-upload"), &back).unwrap()
}

#[test]
fn a_route_goes_out_comes_back_with_reads_and_is_taken() {
    engines::each(|db, folder| {
        walk(db, folder, 3);
        for profile in ["itron-download", "sensus-download", "neptune-download", "badger-download"]
        {
            let it = named(profile);
            let route = db.read(|tx| route::open_reads(tx, actor(), Cycle(1), &it)).unwrap();
            assert_eq!((route.reads, route.on), (3, date(2026, 4, 1)), "{profile}");
            let (out, notes) = records(&it, &mut route.text.as_bytes()).unwrap();
            assert_eq!((out.len(), notes), (3, Vec::new()), "{profile}: {}", route.text);
            assert_eq!(field(&out[0], "meter"), "E-1");
            assert_eq!(field(&out[0], "previous"), "690");
        }
        let it = named("itron-download");
        let route = db.read(|tx| route::open_reads(tx, actor(), Cycle(1), &it)).unwrap();
        // Ten a day are usual: 31 days at three times that, on 690.
        assert!(route.text.contains("000000690"), "{}", route.text);
        let (out, _) = records(&it, &mut route.text.as_bytes()).unwrap();
        assert_eq!((field(&out[0], "high"), field(&out[0], "sequence")), ("1620", "1"));

        let text = brought_back(&route.text, |it| {
            format!("{}.5", field(it, "previous").parse::<i64>().unwrap() + 310)
        });
        let came = import(db, folder, &text, Some("itron-upload")).unwrap();
        assert_eq!((came.batch.accepted, came.batch.rejected, came.doubts.waits), (3, 0, 0));
        assert_eq!(came.batch.kind, "itron-upload 1");
        // Read in the evening, which is the next day in London: it is of the day that it was there.
        assert_eq!(reads(db, 1).last(), Some(&(date(2026, 4, 1), 100_050, ReadKind::Actual)));
        assert!(import(db, folder, &text, Some("itron-upload")).unwrap().before);
        let why = db.read(|tx| route::open_reads(tx, actor(), Cycle(1), &it)).unwrap_err();
        let why = why.downcast::<Refused>().unwrap();
        let all = NotRouted::AllRead { cycle: Cycle(1), on: date(2026, 4, 1) };
        assert_eq!(why.as_a::<NotRouted>(), Some(&all));
    });
}

#[test]
fn a_file_whose_totals_disagree_is_refused_and_a_bad_line_is_a_reject() {
    engines::each(|db, folder| {
        walk(db, folder, 2);
        let line = |meter: &str, unit: &str, index: &str| {
            format!("RDG0101{meter:<12}01{unit:<4}20260401091100{index}A00\n")
        };
        let good = line("E-1", "KWH", "0000100000");
        let cut = format!("FHR\n{good}FTR00000200000000200000\n");
        let why = import(db, folder, &cut, Some("itron-upload")).unwrap_err();
        let why = why.downcast::<Refused>().unwrap();
        assert!(matches!(why.as_a::<NotImported>(), Some(NotImported::NoReads { .. })), "{why}");
        assert!(why.to_string().contains("lines are missing or damaged"), "{why}");
        assert_eq!(reads(db, 1).len(), 3, "nothing of it was taken");

        let (none, bad) = (line("E-9", "KWH", "0000100000"), line("E-2", "KWH", "00001O0000"));
        let gallons = line("E-2", "GAL", "0000110000");
        let mixed = format!("FHR\n{good}{none}{bad}{gallons}FTR00000400000000310000\n");
        let came = import(db, folder, &mixed, Some("itron-upload")).unwrap();
        assert_eq!((came.batch.accepted, came.batch.rejected), (1, 3));
        let text = std::fs::read_to_string(came.rejects.unwrap()).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "meter,date,index,unit,flow,kind,reject_reason");
        assert_eq!(lines[1], "E-9,2026-04-01,1000,kWh,,actual,line 3: there is no meter E-9");
        assert!(lines[2].starts_with("RDG0101E-2"), "it comes back as it is: {}", lines[2]);
        assert!(lines[2].ends_with("line 4: 00001O0000 is no number"), "{}", lines[2]);
        assert!(lines[3].contains("meter E-2 counts kWh, not gal"), "{}", lines[3]);
        // What came back is a file that an import knows, also when it is had back later.
        let again = intake::give_back(db, BatchId(came.batch.id.0), &folder.join("back")).unwrap();
        assert_eq!(std::fs::read_to_string(again).unwrap(), text);
    });
}

#[test]
fn interval_files_are_told_by_profiles() {
    engines::each(|db, folder| {
        village::found(db);
        let hours = (Form::Interval { minutes: 60 }, Flow::Delivered);
        village::take_on(db, &village::customer("E-1", &[hours])).unwrap();
        let values = ["0.5"; 24].join(",");
        let wide = format!("E-1,07/01/2026,kWh,{values}\nE-1,07/02/2026,kWh,{values}\n");
        let came = import(db, folder, &wide, Some("interval-wide")).unwrap();
        assert_eq!((came.batch.accepted, came.batch.rejected), (48, 0));
        let long = "meter,start,minutes,value,unit,flow,quality\n\
                    E-1,2026-07-03T05:00:00Z,60,0.25,kWh,delivered,A\n\
                    E-7,2026-07-03T05:00:00Z,60,0.25,kWh,delivered,A\n\
                    E-1,2026-07-03T06:00:00Z,60,0.75,kWh,delivered,E\n";
        let came = import(db, folder, long, Some("interval-long")).unwrap();
        assert_eq!((came.batch.accepted, came.batch.rejected), (2, 1));
        let text = std::fs::read_to_string(came.rejects.unwrap()).unwrap();
        assert!(
            text.contains("E-7,2026-07-03T05:00:00Z,0.25,kWh,delivered,actual,60,line 3"),
            "{text}"
        );
        let days = Period::new(date(2026, 7, 1), date(2026, 7, 4)).unwrap();
        let known = store::bill::Known::ALL;
        let point = meterbook_core::id::ServicePointId(1);
        let facts = db.read(|tx| store::gather::measured_at(tx, point, days, known)).unwrap();
        let series = facts.hung[0].channels[0].series.clone().unwrap();
        assert_eq!(series.micro.iter().sum::<i64>(), 25_000_000);
        assert_eq!(series.start, "2026-07-01T05:00:00Z".parse::<Timestamp>().unwrap());
        assert_eq!(series.estimated.iter().map(|it| it.len).sum::<u32>(), 1);
    });
}

#[test]
fn a_stale_file_of_a_profile_waits_whole_and_is_taken_by_what_was_kept() {
    engines::each(|db, folder| {
        walk(db, folder, 11);
        let it = named("itron-download");
        let route = db.read(|tx| route::open_reads(tx, actor(), Cycle(1), &it)).unwrap();
        let text = brought_back(&route.text, |it| field(it, "previous").to_owned());
        let came = import(db, folder, &text, Some("itron-upload")).unwrap();
        assert_eq!(came.doubts.whole.unwrap().exception.finding.rule, Rule::Stale);
        assert_eq!(reads(db, 1).len(), 3);
        let ended = resolve::by_cause(db, actor(), Rule::Stale, Resolution::TakeFile, "").unwrap();
        assert!(ended[0].1.is_ok(), "{ended:?}");
        assert_eq!(reads(db, 1).len(), 4);
    });
}
