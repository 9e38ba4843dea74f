//! Green Button: every sample is read or refused with its reason, and what we write is read again.

use std::fmt::Write;

use jiff::Timestamp;
use meterbook_core::money::Unit;
use meterbook_formats::inspect::find;
use meterbook_formats::reads::green_button::{Gathered, NotWritten, Series, write};
use meterbook_formats::reads::unpacked;

use super::{channels, files, looked, notes, read, refused, samples, told};

/// The feeds beside the repository, by name.
pub(crate) fn feeds() -> Vec<(String, Vec<u8>)> {
    let Some(folder) = samples("green_button") else { return Vec::new() };
    let is_feed = |name: &str| name.ends_with(".xml") || name.ends_with(".xml.gz");
    files(&folder).into_iter().filter(|it| is_feed(&it.0)).collect()
}

pub(crate) fn gathered(bytes: &[u8]) -> Gathered {
    let mut gathered = Gathered::default();
    let read =
        unpacked(std::io::Cursor::new(bytes), |from| find(from, None, None, &mut gathered).1);
    read.expect("it was read before");
    gathered
}

fn at() -> Timestamp {
    "2026-07-01T00:00:00Z".parse().unwrap()
}

#[test]
fn every_sample_is_read_or_refused_with_its_reason() {
    let feeds = feeds();
    if feeds.is_empty() {
        return;
    }
    let mut all = String::new();
    for (name, bytes) in &feeds {
        let found = looked(bytes, None);
        match &found.refused {
            Some(why) => writeln!(all, "{name}: {why}").unwrap(),
            None => writeln!(
                all,
                "{name}: {}, {} notes",
                channels(&found).join("; "),
                found.rejects.len()
            )
            .unwrap(),
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/files/green_button.totals");
        std::fs::write(place, &all).unwrap();
        return;
    }
    assert_eq!(all, include_str!("green_button.totals"));
}

#[test]
fn what_we_write_of_each_sample_says_the_same_again() {
    for (name, bytes) in feeds() {
        let before = looked(&bytes, None);
        if before.refused.is_some() {
            continue;
        }
        let gathered = gathered(&bytes);
        if gathered.series.is_empty() {
            assert!(!gathered.left.is_empty(), "{name}");
            continue;
        }
        let feed = write(&gathered.series, gathered.east, at()).unwrap();
        let after = looked(feed.as_bytes(), None);
        let same = |it: &meterbook_formats::inspect::Summary| {
            let total = it.ours.as_ref().map_or(it.total.clone(), |it| it.1.clone());
            (it.id.clone(), it.values, total, it.from.clone(), it.to.clone(), it.quality.clone())
        };
        let [before, after] =
            [before, after].map(|it| it.channels.iter().map(same).collect::<Vec<_>>());
        assert_eq!(before, after, "{name}");
    }
}

/// A reading of `value` at an hour.
fn reading(hour: i64, value: i64, quality: &str) -> String {
    format!(
        "<IntervalReading>{quality}<timePeriod><duration>3600</duration><start>{}</start></timePeriod><value>{value}</value></IntervalReading>\n",
        1_700_000_000_i64.div_euclid(3600) * 3600 + hour * 3600
    )
}

/// A point with a reading type and blocks.
fn point(nth: u32, uom: u32, power: i32, flow: u32, blocks: &[String]) -> String {
    let mut text = format!(
        "<entry><link rel=\"self\" href=\"https://a.example/espi/UsagePoint/{nth}\"/><title>Meter</title><content><UsagePoint/></content></entry>\n\
         <entry><link rel=\"self\" href=\"https://a.example/espi/UsagePoint/{nth}/MeterReading/1/\"/><link rel=\"related\" href=\"/espi//ReadingType/{nth}\"/><content><MeterReading/></content></entry>\n\
         <entry><link rel=\"self\" href=\"/espi/ReadingType/{nth}\"/><content><ReadingType><flowDirection>{flow}</flowDirection><powerOfTenMultiplier>{power}</powerOfTenMultiplier><uom>{uom}</uom></ReadingType></content></entry>\n"
    );
    for (at, block) in blocks.iter().enumerate() {
        writeln!(text, "<entry><link rel=\"self\" href=\"/espi/UsagePoint/{nth}/MeterReading/1/IntervalBlock/{at}\"/><content><IntervalBlock>{block}</IntervalBlock></content></entry>").unwrap();
    }
    text
}

fn feed(entries: &str) -> String {
    format!("<feed xmlns=\"http://www.w3.org/2005/Atom\">\n{entries}</feed>")
}

#[test]
fn units_and_powers_of_ten_are_told_by_their_names() {
    for (uom, power, told_as) in [
        (72, 0, "Meter kWh 1 1.25 A1"),
        (72, 3, "Meter kWh 1 1250 A1"),
        (72, 6, "Meter kWh 1 1250000 A1"),
        (72, -3, "Meter kWh 1 0.00125 A1"),
        (73, 3, "Meter kvarh 1 1250 A1"),
        (71, 3, "Meter kVAh 1 1250 A1"),
        (169, -1, "Meter therm 1 125 A1"),
        (42, -3, "Meter m3 1 1.25 A1"),
        (119, 2, "Meter ft3 1 125000 A1"),
        (128, 1, "Meter gal 1 12500 A1"),
        (38, 0, "Meter kW 1 1.25 A1"),
    ] {
        let found = read(&feed(&point(1, uom, power, 1, &[reading(0, 1250, "")])));
        assert_eq!(channels(&found), [told_as]);
    }
}

#[test]
fn points_of_one_name_are_told_apart_and_blocks_that_come_twice_count_once() {
    let block =
        reading(0, 5, "") + &reading(1, 7, "<ReadingQuality><quality>8</quality></ReadingQuality>");
    let text =
        point(1, 72, 0, 1, &[block.clone(), block]) + &point(2, 72, 0, 19, &[reading(0, -3, "")]);
    let found = read(&feed(&text));
    assert_eq!(channels(&found), ["Meter 1 kWh 2 0.012 A1 E1", "Meter 2 kWh 1 -0.003 A1"]);
    assert_eq!(found.channels[1].flow.map(|it| it.word()), Some("received"));
}

#[test]
fn readings_without_times_follow_their_block() {
    let block = "<interval><duration>7200</duration><start>1700000000</start></interval>\
        <IntervalReading><value>5</value></IntervalReading>\n<IntervalReading><value>6</value></IntervalReading>\n<IntervalReading></IntervalReading>";
    let text = feed(&point(1, 72, 0, 1, &[block.to_owned()]))
        .replace("<uom>", "<accumulationBehaviour>4</accumulationBehaviour><intervalLength>3600</intervalLength><uom>");
    let found = read(&text);
    assert_eq!(channels(&found), ["Meter kWh 2 0.011 A2"]);
    assert_eq!(found.channels[0].to, "2023-11-15T00:13:20Z");
    assert_eq!(notes(&found).len(), 4);
}

#[test]
fn indexes_are_reads_and_not_added_up() {
    let block = reading(0, 1000, "") + &reading(24, 1500, "");
    let text = feed(&point(1, 72, 0, 1, &[block]))
        .replace("<uom>", "<accumulationBehaviour>1</accumulationBehaviour><uom>");
    let found = read(&text);
    assert_eq!(told(&found.channels[0]), "Meter kWh 2 0.5 A2");
    assert_eq!(found.channels[0].indexes, Some(("1".to_owned(), "1.5".to_owned())));
}

#[test]
fn numbers_without_a_type_are_read_without_a_unit() {
    let text = "<entry><content><IntervalBlock>".to_owned()
        + &reading(0, 5, "")
        + "</IntervalBlock></content></entry>";
    let found = read(&text);
    assert_eq!(channels(&found), ["  1 5 A1"]);
    assert!(found.rejects[0].what.contains("no reading type"));
}

#[test]
fn what_is_no_feed_is_refused() {
    for (text, why) in [
        (feed(""), "no interval reading in the feed"),
        ("<feed><entry>".to_owned(), "ends inside <entry>"),
        ("<feed></entry>".to_owned(), "no whole XML"),
        (format!("<feed>{}", "<a>".repeat(100)), "elements inside each other"),
        (format!("<feed><a {}", "x".repeat(2_000_000)), "does not end"),
    ] {
        let said = refused(&text);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn what_cannot_be_in_a_feed_is_refused() {
    let series = |unit, micro| Series {
        point: "E-1".to_owned(),
        unit,
        flow: None,
        seconds: Some(3600),
        values: vec![(0, micro, meterbook_formats::reads::found::Quality::ACTUAL)],
    };
    assert_eq!(write(&[], 0, at()), Err(NotWritten::Nothing));
    assert_eq!(write(&[series(Unit::Day, 1)], 0, at()), Err(NotWritten::NoUnit(Unit::Day)));
    let large = NotWritten::TooLarge { point: "E-1".to_owned() };
    assert_eq!(write(&[series(Unit::Kwh, i64::MAX)], 0, at()), Err(large.clone()));
    assert!(large.to_string().contains("check its unit"));
}
