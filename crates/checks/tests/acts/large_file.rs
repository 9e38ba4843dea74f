//! Wide files that are taken in parts: the same as whole, also when the import is cut off.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::Actor;
use meterbook_app::intake::months::{self, Merged};
use meterbook_app::intake::{self, Import, Imported, Progress};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::id::{LargeFileId, ServicePointId};
use meterbook_core::limits::REJECTS;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::period::{Period, Zone};
use meterbook_core::reads::Series;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Db};

use crate::village;

const METERS: i64 = 3;
/// As many bytes as some six lines have.
const PART: usize = 900;

/// Founds a utility with meters E-1 to E-3 that count every hour.
fn found(db: &Db) {
    village::found(db);
    for nth in 1..=METERS {
        let hourly = [(Form::Interval { minutes: 60 }, Flow::Delivered)];
        village::take_on(db, &village::customer(&format!("E-{nth}"), &hourly)).unwrap();
    }
}

/// A line with a value for each of 25 hours, counted from midnight; those that a day has not are
/// empty.
fn line(meter: i64, day: Date, plus: i64) -> String {
    let zone = Zone::named("America/Chicago").unwrap();
    let next = day.tomorrow().unwrap();
    let hours = (zone.start_of(next).as_second() - zone.start_of(day).as_second()).div_euclid(3600);
    let mut line = format!("E-{meter},{day}");
    for hour in 0..25 {
        let wh = 100 * meter + 7 * hour + i64::from(day.day()) + plus;
        line.push(',');
        if hour < hours {
            write!(line, "{}.{:03}", wh.div_euclid(1000), wh.rem_euclid(1000)).unwrap();
        }
    }
    line
}

fn header() -> String {
    let hours: Vec<String> = (1..=25).map(|it| it.to_string()).collect();
    format!("meter,date,{}\n", hours.join(","))
}

/// Ten days around the clocks going forward, meter after meter.
fn days() -> impl Iterator<Item = Date> {
    (0..10).map(|it| date(2026, 3, 4).checked_add(it.days()).unwrap())
}

fn text() -> String {
    let lines = (1..=METERS).flat_map(|meter| days().map(move |day| line(meter, day, 0) + "\n"));
    header() + &lines.collect::<String>()
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, bytes).unwrap();
    file
}

fn wanted<'a>(file: &'a Path, rejects: &'a Path) -> Import<'a> {
    Import { file, shape: None, zone: None, meter: None, rejects }
}

fn take(db: &Db, file: &Path, watch: &mut dyn FnMut(Progress)) -> Result<Imported> {
    let rejects = file.with_extension("rejects");
    intake::import_in_parts(db, village::actor(), &wanted(file, &rejects), PART, watch)
}

fn counts(it: &Imported) -> (i64, i64, bool) {
    (it.batch.accepted, it.batch.rejected, it.before)
}

/// What is known of every meter's March.
fn known(db: &Db, known: Known) -> Vec<Option<Series>> {
    let march = Period::month(2026, 3).unwrap();
    let series = |point| {
        let point = ServicePointId(point);
        let facts = db.read(|tx| store::gather::measured_at(tx, point, march, known)).unwrap();
        facts.hung[0].channels[0].series.clone()
    };
    (1..=METERS).map(series).collect()
}

/// What is known when the same file is taken whole, on SQLite: nine days of 24 hours and one of 23.
fn undisturbed(text: &str) -> Vec<Option<Series>> {
    let folder = tempfile::tempdir().unwrap();
    let at = store::Location::Sqlite(folder.path().join("whole.db"));
    let db = Db::create(&at).unwrap();
    found(&db);
    let file = put(folder.path(), "whole.csv", text.as_bytes());
    let rejects = folder.path().join("rejects");
    let imported =
        intake::import(&db, village::actor(), &wanted(&file, &rejects), &mut |_| ()).unwrap();
    assert_eq!(imported.batch.accepted, METERS * (9 * 24 + 23));
    assert_eq!(db.read(store::batch::all).unwrap().len(), 1);
    known(&db, Known::ALL)
}

#[test]
fn a_file_in_parts_says_the_same_as_whole_and_once() {
    let undisturbed = undisturbed(&text());
    engines::each(|db, folder| {
        found(db);
        let file = put(folder, "march.csv", text().as_bytes());
        let mut seen = Vec::new();
        let imported = take(db, &file, &mut |it| seen.push(it)).unwrap();
        assert_eq!(counts(&imported), (717, 0, false));
        assert_eq!(known(db, Known::ALL), undisturbed);
        let batches = db.read(store::batch::all).unwrap();
        assert!(3 < batches.len() && batches.iter().all(|it| it.file_name == "march.csv"));
        assert_eq!(db.read(intake::verify).unwrap().1, Vec::<String>::new());
        // Progress goes up to the end.
        let all = u64::try_from(text().len()).unwrap();
        assert_eq!(seen.last().unwrap(), &Progress { lines: 30, bytes: all, all });
        assert!(seen.is_sorted_by_key(|it| it.bytes) && seen.len() == batches.len() + 1);
        // What was known before a part came can still be read.
        let first = known(db, Known { batch: batches[0].id.0, ..Known::ALL });
        assert!(first[0].is_some() && first[2].is_none());
        // The same file once more, by another name and packed.
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(text().as_bytes()).unwrap();
        let again = put(folder, "again.csv.gz", &packer.finish().unwrap());
        let again = take(db, &again, &mut |_| ()).unwrap();
        assert_eq!(counts(&again), (717, 0, true));
        assert_eq!(again.batch.id, batches[0].id);
        assert_eq!(db.read(store::batch::all).unwrap().len(), batches.len());
    });
}

#[test]
fn an_import_that_is_cut_off_goes_on_where_it_was() {
    let undisturbed = undisturbed(&text());
    engines::each(|db, folder| {
        found(db);
        let file = put(folder, "march.csv", text().as_bytes());
        // Each time it ends behind one part more: the first word is of what was done before.
        for _ in 0..3 {
            let mut words = 0;
            let cut_off = catch_unwind(AssertUnwindSafe(|| {
                take(db, &file, &mut |_| {
                    words += 1;
                    assert!(words < 2, "here it is cut off");
                })
            }));
            assert!(cut_off.is_err());
        }
        let done = db.read(|tx| store::large_file::done(tx, LargeFileId(1))).unwrap();
        assert_eq!((done.parts, done.rejected), (3, 0));
        // It was begun with the clocks of Chicago.
        let zone = Zone::named("America/Denver");
        let import = Import { zone, ..wanted(&file, folder) };
        let why = intake::import_in_parts(db, village::actor(), &import, PART, &mut |_| ());
        let why = village::says(&why.unwrap_err());
        assert!(why.contains("go on, import it with --zone America/Chicago"), "{why}");
        assert_eq!(counts(&take(db, &file, &mut |_| ()).unwrap()), (717, 0, false));
        assert_eq!(known(db, Known::ALL), undisturbed);
        assert!(take(db, &file, &mut |_| ()).unwrap().before);
        // What the second import of a part would have left: a batch more.
        let batches = db.read(store::batch::all).unwrap();
        let accepted: i64 = batches.iter().map(|it| it.accepted).sum();
        assert_eq!(accepted, 717);
    });
}

#[test]
fn two_at_once_do_not_take_a_part_twice() {
    engines::each(|db, folder| {
        found(db);
        let file = put(folder, "march.csv", text().as_bytes());
        let mut other = None;
        let one = take(db, &file, &mut |_| {
            if other.is_none() {
                other = Some(take(db, &file, &mut |_| ()).unwrap());
            }
        });
        let why = village::says(&one.unwrap_err());
        assert!(why.contains("by somebody else at the same time"), "{why}");
        assert_eq!(counts(&other.unwrap()), (717, 0, false));
        let done = db.read(|tx| store::large_file::done(tx, LargeFileId(1))).unwrap();
        assert_eq!(done.accepted, 717);
    });
}

/// Lays together what came of months that are over in May.
fn merge(db: &Db) -> Merged {
    let actor = Actor { at: "2026-05-20T12:00:00Z".parse().unwrap(), ..village::actor() };
    months::merge(db, actor, &mut |_, _| ()).unwrap()
}

#[test]
fn a_month_that_came_day_by_day_is_laid_together_and_every_earlier_time_knows_the_same() {
    let undisturbed = undisturbed(&text());
    engines::each(|db, folder| {
        found(db);
        let day = |name: &str, meter: i64, on: Date, plus| {
            let text = header() + &line(meter, on, plus) + "\n";
            let imported = take(db, &put(folder, name, text.as_bytes()), &mut |_| ()).unwrap();
            imported.batch.id.0
        };
        let mut last = 0;
        for on in days() {
            for meter in 1..=METERS {
                last = day(&format!("{on}-{meter}.csv"), meter, on, 0);
            }
        }
        assert_eq!(known(db, Known::ALL), undisturbed);
        let as_of = |until: i64| -> Vec<_> {
            (0..=until).map(|batch| known(db, Known { batch, ..Known::ALL })).collect()
        };
        let before = as_of(last);
        let blocks = METERS.cast_unsigned() * 10;
        let months = METERS.cast_unsigned();
        assert_eq!(merge(db), Merged { looked: months, months, blocks });
        assert_eq!(as_of(last), before);
        assert_eq!(known(db, Known::ALL), undisturbed);
        assert_eq!(merge(db), Merged::default(), "there is nothing more");
        let mut raw = Raw::beside(db).unwrap();
        let count = |raw: &mut Raw, table: &str| -> String {
            raw.column(&format!("select cast(count(*) as text) from {table}")).unwrap().remove(0)
        };
        assert_eq!(count(&mut raw, "interval_block"), "0");
        assert_eq!(count(&mut raw, "interval_month"), METERS.to_string());
        // A correction lies over what was laid together and stays by itself; a late day goes in.
        day("corrected.csv", 1, date(2026, 3, 8), 5);
        let late = day("late.csv", 1, date(2026, 3, 20), 0);
        let of_all = known(db, Known::ALL);
        let before = as_of(late);
        assert_eq!(merge(db), Merged { looked: 1, months: 1, blocks: 1 });
        assert_eq!(as_of(late), before);
        assert_eq!(known(db, Known::ALL), of_all);
        assert_eq!(count(&mut raw, "interval_block"), "1");
        assert_eq!(db.read(intake::verify).unwrap().1, Vec::<String>::new());
        // Nothing of it is changed behind the program's back.
        for text in [
            "update interval_block set batch_id = batch_id",
            "update interval_month set bytes = bytes",
            "delete from interval_month",
        ] {
            let why = format!("{:#}", raw.run(text).unwrap_err());
            assert!(why.contains("never changes"), "{text}: {why}");
        }
    });
}

#[test]
fn a_month_that_goes_on_or_of_which_a_file_is_still_coming_waits() {
    engines::each(|db, folder| {
        found(db);
        let file = put(folder, "march.csv", text().as_bytes());
        let mut words = 0;
        let cut_off = catch_unwind(AssertUnwindSafe(|| {
            take(db, &file, &mut |_| {
                words += 1;
                assert!(words < 5, "here it is cut off");
            })
        }));
        assert!(cut_off.is_err());
        assert_eq!(merge(db), Merged::default(), "the file is not taken whole");
        take(db, &file, &mut |_| ()).unwrap();
        let of_all = known(db, Known::ALL);
        let actor = Actor { at: "2026-04-01T12:00:00Z".parse().unwrap(), ..village::actor() };
        let now = months::merge(db, actor, &mut |_, _| ()).unwrap();
        assert_eq!(now, Merged::default(), "March ended half a day ago");
        let merged = merge(db);
        assert!(0 < merged.months && merged.looked == merged.months, "{merged:?}");
        assert_eq!(known(db, Known::ALL), of_all);
    });
}

#[test]
fn a_row_that_comes_again_in_another_part_is_rejected_and_the_first_counts() {
    let (first, last) = (date(2026, 3, 4), date(2026, 3, 13));
    let mut twice = text();
    // The first day once more with other values, and with it days that were never said; a line that
    // is none; a meter that is not there.
    for bad in [line(1, first, 50), line(1, date(2026, 3, 20), 0), "E-1,yesterday".to_owned()] {
        twice.push_str(&(bad + "\n"));
    }
    twice.push_str(&(line(9, last, 0) + "\n" + &line(2, last, 50)));
    engines::each(|db, folder| {
        found(db);
        let file = put(folder, "twice.csv", twice.as_bytes());
        for (nth, before) in [false, true].into_iter().enumerate() {
            let imported = if nth == 0 {
                // Also when it is cut off before they come: what was said is found again.
                let mut words = 0;
                catch_unwind(AssertUnwindSafe(|| {
                    take(db, &file, &mut |_| {
                        words += 1;
                        assert!(words < 4, "here it is cut off");
                    })
                }))
                .unwrap_err();
                take(db, &file, &mut |_| ()).unwrap()
            } else {
                take(db, &file, &mut |_| ()).unwrap()
            };
            assert_eq!(counts(&imported), (717 + 24, 4, before));
            let Some(rejects) = imported.rejects else { continue };
            let back = std::fs::read_to_string(rejects).unwrap();
            let says: Vec<&str> = back.lines().skip(1).collect();
            let expected = [
                ("E-1,2026-03-04,", "line 32: 24 values from 2026-03-04T06:00:00Z on were said"),
                ("E-1,yesterday,", "line 34: the line has 2 fields"),
                ("E-9,2026-03-13,", "line 35: there is no meter E-9"),
                ("E-2,2026-03-13,", "line 36: 24 values from 2026-03-13T05:00:00Z on were said"),
            ];
            assert_eq!(says.len(), expected.len(), "{back}");
            for (said, (begins, reason)) in says.iter().zip(expected) {
                assert!(said.starts_with(begins) && said.contains(reason), "{said}");
            }
        }
        let series = known(db, Known::ALL).remove(0).unwrap();
        assert_eq!(series.micro[0], 104_000, "the first counts");
    });
}

#[test]
fn a_later_file_supersedes_part_by_part_and_the_first_can_be_read_as_it_was() {
    engines::each(|db, folder| {
        found(db);
        take(db, &put(folder, "march.csv", text().as_bytes()), &mut |_| ()).unwrap();
        let (before, batches) = (known(db, Known::ALL), db.read(store::batch::all).unwrap());
        // Late and out of order: the same days in another order, one of them corrected.
        let mut days: Vec<Date> = days().collect();
        days.reverse();
        let of = |(meter, day): (i64, Date)| line(meter, day, i64::from(day.day() == 8)) + "\n";
        let all = days.iter().flat_map(|day| (1..=METERS).map(move |meter| (meter, *day)));
        let later = header() + &all.map(of).collect::<String>();
        let imported = take(db, &put(folder, "later.csv", later.as_bytes()), &mut |_| ()).unwrap();
        assert_eq!(counts(&imported), (717, 0, false));
        let after = known(db, Known::ALL);
        let changed = |of: &[Option<Series>]| -> i64 {
            of.iter().flatten().map(|it| it.micro.iter().sum::<i64>()).sum()
        };
        assert_eq!(changed(&after) - changed(&before), METERS * 23 * 1_000);
        let last = batches.last().unwrap().id.0;
        assert_eq!(known(db, Known { batch: last, ..Known::ALL }), before);
        // The first file is the same as before: it changes nothing, and does not come back.
        let again = put(folder, "again.csv", text().as_bytes());
        assert!(take(db, &again, &mut |_| ()).unwrap().before);
        assert_eq!(known(db, Known::ALL), after);
        // A third that shares its first parts with the first is another file: what it says counts.
        let third = text() + &line(1, date(2026, 3, 20), 0);
        let third = take(db, &put(folder, "third.csv", third.as_bytes()), &mut |_| ()).unwrap();
        assert_eq!(counts(&third), (717 + 24, 0, false));
        assert_eq!(known(db, Known::ALL)[1], before[1]);
    });
}

#[test]
fn a_file_that_ends_half_way_leaves_what_is_whole_and_its_packed_form_nothing() {
    let undisturbed = undisturbed(&text());
    engines::each(|db, folder| {
        found(db);
        let text = text();
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(text.as_bytes()).unwrap();
        let packed = packer.finish().unwrap();
        let half = put(folder, "half.csv.gz", &packed[..packed.len() - 20]);
        let why = village::says(&take(db, &half, &mut |_| ()).unwrap_err());
        assert!(why.contains("half.csv.gz cannot be read"), "{why}");
        assert_eq!(db.read(store::batch::all).unwrap(), []);
        // In the middle of a line: the line comes back, and the whole file completes it.
        let half = put(folder, "half.csv", &text.as_bytes()[..text.len() - 60]);
        let imported = take(db, &half, &mut |_| ()).unwrap();
        assert_eq!(counts(&imported), (717 - 24, 1, false));
        assert!(imported.first.unwrap().starts_with("line 31: the line has"));
        let whole = take(db, &put(folder, "whole.csv", text.as_bytes()), &mut |_| ()).unwrap();
        assert_eq!(counts(&whole), (717, 0, false));
        assert_eq!(known(db, Known::ALL), undisturbed);
    });
}

#[test]
fn what_was_said_at_the_end_of_a_month_is_not_said_again_by_a_later_part() {
    engines::each(|db, folder| {
        found(db);
        // A day of these is filed with the month in which most of it lies.
        let days = || (0..10).map(|it| date(2026, 3, 27).checked_add(it.days()).unwrap());
        let lines = |plus| {
            (1..=METERS).flat_map(move |meter| days().map(move |day| line(meter, day, plus)))
        };
        let mut text = header();
        for line in lines(0).chain(lines(50)) {
            writeln!(text, "{line}").unwrap();
        }
        let imported = take(db, &put(folder, "twice.csv", text.as_bytes()), &mut |_| ()).unwrap();
        assert_eq!(counts(&imported), (METERS * 10 * 24, METERS * 10, false));
        let spring = Period::new(date(2026, 3, 27), date(2026, 4, 6)).unwrap();
        let facts =
            db.read(|tx| store::gather::measured_at(tx, ServicePointId(1), spring, Known::ALL));
        let series = facts.unwrap().hung[0].channels[0].series.clone().unwrap();
        let wh = |day: Date| (0..24).map(|it| 100 + 7 * it + i64::from(day.day())).sum::<i64>();
        assert_eq!(series.micro.len(), 240);
        assert_eq!(series.micro.iter().sum::<i64>(), days().map(wh).sum::<i64>() * 1_000);
    });
}

#[test]
fn what_is_wrong_with_a_part_is_said_with_its_line_in_the_file() {
    engines::each(|db, folder| {
        found(db);
        for (name, bad, said) in [
            ("quote.csv", &b"E-1,\"2026-03-20\n"[..], "line 32 opens a quote"),
            ("bytes.csv", &b"E-\xff,2026-03-20\n"[..], "line 32 is not UTF-8"),
            ("long.csv", &[b'1'; 2 * PART][..], "line 32 has more than 900 bytes"),
        ] {
            let file = put(folder, name, &[text().as_bytes(), bad].concat());
            let why = village::says(&take(db, &file, &mut |_| ()).unwrap_err());
            assert!(why.contains(said) && why.contains(name), "{why}");
        }
        // Nothing of it can be taken, and more than are kept.
        let lines = "E-9,2026-03-20,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1\n";
        let text = "meter,date,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25\n";
        let text = text.to_owned() + &lines.repeat(REJECTS + 1);
        let file = put(folder, "wrong.csv", text.as_bytes());
        let import = wanted(&file, folder);
        let part = text.len().div_euclid(2);
        let why = intake::import_in_parts(db, village::actor(), &import, part, &mut |_| ());
        let why = village::says(&why.unwrap_err());
        assert!(why.contains("more than 100000 lines") && why.contains("line 50"), "{why}");
    });
}
