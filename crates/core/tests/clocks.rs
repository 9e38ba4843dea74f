//! Days on which clocks are put forward or back, leap days and ends of years: what was used by period
//! is what the intervals add up to, and what a register counted beside them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, date};
use jiff::{SignedDuration, Timestamp, ToSpan};
use meterbook_core::id::{ChannelId, MeterId};
use meterbook_core::meter::{Channel, Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::period::{Period, Zone};
use meterbook_core::reads::hours::Hours;
use meterbook_core::reads::usage::{Facts, Hung, Measured, usage};
use meterbook_core::reads::{Month, Read, ReadKind, Series};

/// Zones that differ in when and by how much they put their clocks: half an hour, two hours, at
/// midnight, a minute after it, in Ramadan, a day that there never was.
const ZONES: [&str; 12] = [
    "Africa/Casablanca",
    "America/Chicago",
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Chatham",
];

const FIRST_YEAR: i16 = 1970;
const LAST_YEAR: i16 = 2040;
/// The multiplier of the meter: a current transformer of 200 to 5.
const TIMES: i64 = 40;
/// So much stood on the register at first.
const BEFORE_MICRO: i64 = 41_230_000_000;

/// The local days around which something happens in a zone.
fn days(zone: &Zone) -> BTreeSet<Date> {
    let first: Timestamp = "1970-01-02T00:00:00Z".parse().unwrap();
    let changes = zone.tz().following(first).map(|it| zone.day_of(it.timestamp()));
    let mut days: BTreeSet<Date> = changes.take_while(|it| it.year() <= LAST_YEAR).collect();
    for year in FIRST_YEAR + 1..=LAST_YEAR {
        days.insert(date(year, 1, 1));
        days.insert(date(year, 3, 1).yesterday().unwrap());
    }
    days
}

/// Nights, mornings, afternoons and weekends.
fn period_of(wall: DateTime) -> usize {
    match wall.hour() {
        _ if 5 <= wall.date().weekday().to_monday_zero_offset() => 3,
        0..2 => 0,
        2..12 => 1,
        _ => 2,
    }
}

/// A value for each interval of the days, no two days alike.
fn series(zone: &Zone, days: Period, minutes: u16) -> Series {
    let (start, end) = (zone.start_of(days.start()), zone.start_of(days.end()));
    let count = (end.as_second() - start.as_second()).div_euclid(i64::from(minutes) * 60);
    let micro = (0..count).map(|it| 1_000 * (100 + (it * 7_919).rem_euclid(613))).collect();
    Series { start, minutes, micro, missing: Vec::new(), estimated: Vec::new() }
}

/// A meter with this channel alone.
fn facts(form: Form, days: Period, series: Option<Series>, reads: Vec<Read>) -> Facts {
    let channel = Channel {
        id: ChannelId(1),
        meter: MeterId(1),
        form,
        unit: Unit::Kwh,
        flow: Flow::Delivered,
        multiplier_micro: TIMES * 1_000_000,
    };
    let channels = vec![Measured { channel, reads, series }];
    Facts {
        hung: vec![Hung { meter: "E-1".to_owned(), from: days.start(), to: None, channels }],
        ..Facts::default()
    }
}

fn read(on: Date, index_micro: i64) -> Read {
    Read { channel: ChannelId(1), on, index_micro, kind: ReadKind::Actual, batch: None }
}

/// What is used in `days` by period, by interval and by register is the same.
fn is_the_same(zone: &Zone, days: Period, minutes: u16) {
    let said = || format!("{} {days} every {minutes} minutes", zone.name());
    let series = series(zone, days, minutes);
    let sum: i64 = series.micro.iter().sum();
    // As it comes back from the database.
    let blocks = series.into_blocks();
    let kept = Series::from_blocks(blocks.clone()).unwrap().unwrap();
    assert_eq!(kept, series, "{}", said());

    let hours = Hours::lay(days, minutes, zone, 4, period_of).unwrap();
    let mut sums = hours.sums();
    for (month, block) in &blocks {
        assert!(hours.add(*month, block, &mut sums), "{}", said());
    }
    assert_eq!(
        (hours.count(), sums.values),
        (series.micro.len(), series.micro.len()),
        "{}",
        said()
    );
    assert_eq!(sums.micro.iter().sum::<i128>(), i128::from(sum), "{}", said());
    // Asked of the clock for every value alone.
    let mut asked = [0_i128; 4];
    for (at, micro) in series.micro.iter().enumerate() {
        asked[period_of(zone.tz().to_datetime(series.at(at)))] += i128::from(*micro);
    }
    assert_eq!(sums.micro, asked, "{}", said());

    let by_interval = facts(Form::Interval { minutes }, days, Some(kept), Vec::new());
    let reads = vec![read(days.start(), BEFORE_MICRO), read(days.end(), BEFORE_MICRO + sum)];
    let by_register = facts(Form::Register { digits: 6 }, days, None, reads);
    let intervals = usage(days, zone, &by_interval).unwrap();
    let register = usage(days, zone, &by_register).unwrap();
    assert_eq!(intervals.delivered.micro, TIMES * sum, "{}", said());
    assert_eq!(register.delivered, intervals.delivered, "{}", said());
    assert_eq!(intervals.profile.unwrap().delivered_micro.len(), hours.count(), "{}", said());
}

#[test]
fn use_by_period_is_what_the_intervals_and_the_register_say_on_every_odd_day() {
    let mut seen = 0;
    for name in ZONES {
        let zone = Zone::named(name).unwrap();
        let days = days(&zone);
        assert!(2 * 70 <= days.len(), "{name} has few odd days: {}", days.len());
        for day in days {
            let around =
                Period::new(day.checked_sub(1.day()).unwrap(), day.checked_add(2.days()).unwrap());
            is_the_same(&zone, around.unwrap(), 15);
            seen += 1;
        }
    }
    assert!(2_500 < seen, "{seen}");
}

#[test]
fn a_year_with_its_changes_adds_up_in_every_zone() {
    for name in ZONES {
        let zone = Zone::named(name).unwrap();
        for year in [1972, 1999, 2011, 2024, 2026] {
            let days = Period::new(date(year, 1, 1), date(year + 1, 1, 1)).unwrap();
            is_the_same(&zone, days, 30);
        }
    }
}

#[test]
fn the_days_are_as_long_as_their_clocks_say() {
    let length = |name: &str, day: Date| {
        let zone = Zone::named(name).unwrap();
        zone.start_of(day.tomorrow().unwrap()).duration_since(zone.start_of(day))
    };
    for (name, day, minutes) in [
        ("America/Chicago", date(2026, 3, 8), 23 * 60),
        ("America/Chicago", date(2026, 11, 1), 25 * 60),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24 * 60 + 30),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23 * 60 + 30),
        ("America/Sao_Paulo", date(2018, 11, 4), 23 * 60),
        ("Antarctica/Troll", date(2026, 3, 29), 22 * 60),
        ("Asia/Kathmandu", date(1986, 1, 1), 23 * 60 + 45),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Europe/Dublin", date(2024, 2, 29), 24 * 60),
    ] {
        assert_eq!(length(name, day), SignedDuration::from_mins(minutes), "{name} {day}");
    }
    let leap = Zone::utc().start_of(date(2024, 2, 29));
    assert_eq!(Month::of(leap).next().start(), Zone::utc().start_of(date(2024, 3, 1)));
}
