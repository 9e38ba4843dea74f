//! Files of what is published: days of events, prices, hours of peaks, one a line.

use std::collections::HashSet;

use csv::StringRecord;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::currency::Currency;
use meterbook_core::limits::PRICE_NANO;
use meterbook_core::period::Zone;
use meterbook_core::rating::published::{About, Call, PeakHour};
use meterbook_core::text::scaled;

use crate::reads::NotRead;
use crate::reads::columns::{self, DATE, MINUTES, START};
use crate::reads::when::{self, When};

/// What columns of prices may be called, and the decimals that make a billionth for a kWh of one.
const PER_KWH: (&[&str], usize) = (&["price_per_kwh", "per_kwh"], 9);
const PER_MWH: (&[&str], usize) = (&["price_per_mwh", "per_mwh"], 6);
/// What columns of weather may be called: degrees or degree-days, in billionths of one.
const WEATHER: (&[&str], usize) = (&["temperature", "degree_days"], 9);
/// Billionths of a degree, either way: beyond that nobody lives.
const WEATHER_NANO: i64 = 200_000_000_000;
const STATUS: &[&str] = &["status", "said"];
/// What an interval lasts when no column says.
const HOUR: u16 = 60;

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The day of an event.
    Day(Date, Call),
    /// A price of one interval.
    Price {
        /// When the interval begins.
        start: Timestamp,
        /// How long it is.
        minutes: u16,
        /// Billionths for each kWh.
        nano: i64,
    },
    /// The hour of a peak.
    Peak(PeakHour, Call),
}

/// What is found in a file, line by line. Each line comes with its number, from 1, and its fields as
/// they were.
pub trait Lines {
    /// A line that says something.
    fn row(&mut self, line: u64, fields: &[&str], row: Row);
    /// A line that does not, and why.
    fn reject(&mut self, line: u64, fields: &[&str], reason: String);
}

/// The header, for the file of rejects.
pub fn header_of(bytes: &[u8]) -> Vec<String> {
    let header = columns::reader(bytes).headers().cloned().unwrap_or_default();
    header.iter().map(str::to_owned).collect()
}

/// Reads a whole file. A time without an offset is that of `zone`, and prices are in what bills are in: a file
/// that says another currency is none. Nothing is said twice.
pub fn read(
    bytes: &[u8],
    (about, bills): (About, Currency),
    zone: &Zone,
    lines: &mut dyn Lines,
) -> Result<(), NotRead> {
    let header = columns::header(bytes)?;
    if header.is_empty() {
        return Err(NotRead::Empty);
    }
    let shape = Shape::of(&header, about, bills)?;
    let (mut said, mut length, mut within) = (HashSet::new(), None, None);
    columns::records(bytes, |line, record, whole| {
        let row = whole.and_then(|()| shape.row(record, zone)).and_then(|row| {
            if let Row::Price { start, minutes, .. } = row {
                same_length(&mut length, minutes)?;
                if start.as_second().rem_euclid(i64::from(minutes) * 60) != 0 {
                    if shape.minutes.is_none() {
                        within.get_or_insert(line);
                    }
                    return Err(format!("it does not begin on full {minutes} minutes"));
                }
            }
            if said.insert(row.key()) { Ok(row) } else { Err(row.said_before()) }
        });
        let fields: Vec<&str> = record.iter().collect();
        match row {
            Ok(row) => lines.row(line, &fields, row),
            Err(reason) => lines.reject(line, &fields, reason),
        }
    })?;
    // Taken by the hour, three quarters of the lines would be rejects and the fourth a wrong price.
    within.map_or(Ok(()), |line| Err(NotRead::Within { line }))
}

/// Refuses a length that is not that of the lines before.
fn same_length(length: &mut Option<u16>, minutes: u16) -> Result<(), String> {
    match length.get_or_insert(minutes) {
        first if *first == minutes => Ok(()),
        first => Err(format!(
            "the file began with intervals of {first} minutes, and this has {minutes}; put it in a file of its own"
        )),
    }
}

/// Where the columns are.
struct Shape {
    about: About,
    /// Of the day or the time.
    when: usize,
    /// Of the price, its decimals, and whether it is weather instead.
    price: Option<(usize, usize, bool)>,
    minutes: Option<usize>,
    status: Option<usize>,
}

impl Shape {
    fn of(header: &StringRecord, about: About, bills: Currency) -> Result<Shape, NotRead> {
        let when = match about {
            About::Events => columns::need(header, DATE)?,
            About::Prices | About::Peaks => columns::need(header, START)?,
        };
        let all = [(PER_KWH, false), (PER_MWH, false), (WEATHER, true)];
        let named = all.into_iter().filter_map(|((names, decimals), weather)| {
            Some((columns::find(header, names)?, decimals, weather))
        });
        let mut told = Vec::new();
        for (column, name) in header.iter().enumerate().filter(|_| about == About::Prices) {
            let Some((currency, decimals)) = in_a_currency(&name.to_lowercase()) else { continue };
            if !bills.is_called(&currency) {
                return Err(NotRead::OtherCurrency { column: name.to_owned(), bills });
            }
            told.push((column, decimals, false));
        }
        let mut priced = named.chain(told);
        let price = match (about, priced.next(), priced.next()) {
            (About::Events | About::Peaks, ..) => None,
            (About::Prices, None, _) => return Err(NotRead::NoPrices),
            (About::Prices, _, Some(_)) => return Err(NotRead::SeveralPrices),
            (About::Prices, one, None) => one,
        };
        let [minutes, status] = [MINUTES, STATUS].map(|it| columns::find(header, it));
        Ok(Shape { about, when, price, minutes, status })
    }

    fn row(&self, record: &StringRecord, zone: &Zone) -> Result<Row, String> {
        let when = record.get(self.when).unwrap_or_default();
        let call = || match columns::field(record, self.status) {
            None => Ok(Call::Called),
            Some(word) => Call::from_word(&word.to_lowercase())
                .ok_or_else(|| format!("{word} is no status; write called or withdrawn")),
        };
        if self.about == About::Events {
            return Ok(Row::Day(when::day(when)?, call()?));
        }
        let start = instant(when, zone)?;
        let minutes = columns::minutes(record, self.minutes)?.unwrap_or(HOUR);
        match self.price {
            None => Ok(Row::Peak(PeakHour { start, minutes }, call()?)),
            Some((column, decimals, false)) => {
                let nano = price(record.get(column).unwrap_or_default(), decimals)?;
                Ok(Row::Price { start, minutes, nano })
            }
            Some((column, decimals, true)) => {
                let text = record.get(column).unwrap_or_default();
                let nano = scaled(text, decimals).filter(|it| it.abs() <= WEATHER_NANO);
                let nano = nano.ok_or_else(|| {
                    format!("{text} is no degrees of weather; write -200 to 200, such as 41.5")
                })?;
                Ok(Row::Price { start, minutes, nano })
            }
        }
    }
}

/// The currency of a column of prices that says it, `$/kwh` or `price (eur/mwh)`, and its decimals.
fn in_a_currency(name: &str) -> Option<(String, usize)> {
    let inner = name.strip_prefix("price (").and_then(|it| it.strip_suffix(')')).unwrap_or(name);
    let (currency, unit) = inner.split_once('/')?;
    let decimals = match unit.trim() {
        "kwh" => PER_KWH.1,
        "mwh" => PER_MWH.1,
        _ => return None,
    };
    let currency = currency.trim();
    Currency::is_any(currency).then(|| (currency.to_owned(), decimals))
}

/// Reads a time with its offset, or one that the clocks of `zone` showed once.
pub fn instant(text: &str, zone: &Zone) -> Result<Timestamp, String> {
    match when::parse(text)? {
        When::Instant(instant) => Ok(instant),
        When::Wall(wall) => when::once_on_the_wall(wall, zone),
    }
}

/// A price with so many decimals, in billionths for each kWh; it may be below zero.
fn price(text: &str, decimals: usize) -> Result<i64, String> {
    if text.is_empty() {
        return Err("the line has no price; leave the line out if there is none".to_owned());
    }
    let nano = scaled(text, decimals).ok_or_else(|| {
        format!("{text} is no price with at most {decimals} decimals, written like 0.0312")
    })?;
    if PRICE_NANO < nano.saturating_abs() {
        return Err(format!(
            "{text} is no price of energy; is it for a MWh? Then call the column price_per_mwh"
        ));
    }
    Ok(nano)
}

impl Row {
    /// What a file says once.
    fn key(&self) -> (Option<Date>, Option<Timestamp>) {
        match self {
            Row::Day(day, _) => (Some(*day), None),
            Row::Price { start, .. } => (None, Some(*start)),
            Row::Peak(hour, _) => (None, Some(hour.start)),
        }
    }

    fn said_before(&self) -> String {
        match self.key() {
            (Some(day), _) => format!("{day} was said before in this file"),
            (_, at) => {
                let at = at.map_or_else(String::new, |it| it.to_string());
                format!("{at} was said before in this file")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    /// What was found, and what was not, with its line.
    #[derive(Default)]
    struct Found {
        rows: Vec<Row>,
        rejects: Vec<(u64, String)>,
    }

    impl Lines for Found {
        fn row(&mut self, _: u64, _: &[&str], row: Row) {
            self.rows.push(row);
        }

        fn reject(&mut self, line: u64, _: &[&str], reason: String) {
            self.rejects.push((line, reason));
        }
    }

    fn found(text: &str, about: About) -> Result<Found, NotRead> {
        let mut found = Found::default();
        let zone = Zone::named("America/Chicago").unwrap();
        read(text.as_bytes(), (about, Currency::DOLLARS), &zone, &mut found).map(|()| found)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_is_called_unless_it_says_otherwise() {
        let text = "date,status\n2026-07-14,\n2026-07-15,Withdrawn\n2026-07-14,called\n7/16/2026,\n2026-07-17,maybe\n";
        let it = found(text, About::Events).unwrap();
        let days = [
            Row::Day(date(2026, 7, 14), Call::Called),
            Row::Day(date(2026, 7, 15), Call::Withdrawn),
        ];
        assert_eq!(it.rows, days);
        let why: Vec<&str> = it.rejects.iter().map(|it| it.1.as_str()).collect();
        assert_eq!(
            why,
            [
                "2026-07-14 was said before in this file",
                "7/16/2026 is no day; write it like 2026-03-08",
                "maybe is no status; write called or withdrawn",
            ]
        );
        assert_eq!(it.rejects[0].0, 4);
    }

    #[test]
    fn a_price_of_a_mwh_is_a_thousandth_of_one_for_each_kwh() {
        let per_mwh = found("start,price_per_mwh\n2026-07-01 17:00,31.25\n", About::Prices);
        let per_kwh = found("start,$/kWh\n2026-07-01T22:00:00Z,0.03125\n", About::Prices);
        let start = at("2026-07-01T22:00:00Z");
        let row = Row::Price { start, minutes: 60, nano: 31_250_000 };
        assert_eq!(per_mwh.unwrap().rows, [row]);
        assert_eq!(per_kwh.unwrap().rows, [row]);
        let usd = found("start,Price (USD/MWh)\n2026-07-01 17:00,31.25\n", About::Prices);
        assert_eq!(usd.unwrap().rows, [row]);
        let column = "EUR/MWh".to_owned();
        let other = NotRead::OtherCurrency { column, bills: Currency::DOLLARS };
        assert_eq!(found("start,EUR/MWh\n", About::Prices).err(), Some(other));
        let both = "start,price_per_mwh,price_per_kwh\n";
        assert_eq!(found(both, About::Prices).err(), Some(NotRead::SeveralPrices));
        assert_eq!(found("start,price\n", About::Prices).err(), Some(NotRead::NoPrices));
        assert_eq!(found("", About::Prices).err(), Some(NotRead::Empty));
        let no_start = Some(NotRead::NoColumn { column: "start" });
        assert_eq!(found("hour,price_per_kwh\n", About::Prices).err(), no_start);
    }

    #[test]
    fn a_price_may_be_below_zero_and_is_never_guessed() {
        let text = "start,price_per_kwh\n2026-07-01 00:00,-0.004\n2026-07-01 01:00,\n\
                    2026-07-01 02:00,\"0,03\"\n2026-07-01 03:00,312.5\n2026-07-01 04:00\n";
        let it = found(text, About::Prices).unwrap();
        let start = at("2026-07-01T05:00:00Z");
        assert_eq!(it.rows, [Row::Price { start, minutes: 60, nano: -4_000_000 }]);
        let why = it.rejects.iter().map(|it| it.1.as_str()).collect::<Vec<_>>().join("\n");
        for said in ["has no price", "0,03 is no price", "is it for a MWh?", "1 fields"] {
            assert!(why.contains(said), "{said}: {why}");
        }
    }

    #[test]
    fn weather_is_degrees_and_no_price() {
        let text = "start,temperature\n2026-07-01 00:00,-4.5\n2026-07-01 01:00,212\n\
                    2026-07-01 02:00,113\n";
        let it = found(text, About::Prices).unwrap();
        let nano = |row: &Row| if let Row::Price { nano, .. } = row { *nano } else { 0 };
        let said: Vec<i64> = it.rows.iter().map(nano).collect();
        assert_eq!(said, [-4_500_000_000, 113_000_000_000]);
        assert_eq!(
            it.rejects[0].1,
            "212 is no degrees of weather; write -200 to 200, such as 41.5"
        );
        let both = "start,temperature,price_per_kwh\n";
        assert_eq!(found(both, About::Prices).err(), Some(NotRead::SeveralPrices));
    }

    #[test]
    fn an_hour_that_comes_twice_needs_its_offset_and_one_that_never_came_is_none() {
        let text = "start,price_per_kwh\n2026-11-01T01:00,0.01\n2026-11-01T01:00:00-05:00,0.02\n\
                    2026-11-01T01:00:00-06:00,0.03\n2026-03-08T02:00,0.04\n";
        let it = found(text, About::Prices).unwrap();
        assert_eq!(it.rows.len(), 2);
        assert_eq!(
            it.rejects[0].1,
            "2026-11-01T01:00 came twice in America/Chicago; write which with its offset: \
             2026-11-01T01:00-05:00 or 2026-11-01T01:00-06:00"
        );
        assert!(it.rejects[1].1.contains("it was put forward"), "{}", it.rejects[1].1);
        // What the refusal tells to write is understood.
        assert!(instant("2026-11-01T01:00-05:00", &Zone::utc()).is_ok());
    }

    #[test]
    fn quarters_are_not_taken_for_hours() {
        let text = "start,price_per_kwh\n2026-07-01 00:00,0.01\n2026-07-01 00:15,0.02\n";
        assert_eq!(found(text, About::Prices).err(), Some(NotRead::Within { line: 3 }));
        let text = "start,price_per_kwh,minutes\n2026-07-01 00:00,0.01,15\n\
                    2026-07-01 00:15,0.02,15\n2026-07-01 00:20,0.02,15\n2026-07-01 01:00,1,60\n";
        let it = found(text, About::Prices).unwrap();
        assert_eq!(it.rows.len(), 2);
        let why: Vec<&str> = it.rejects.iter().map(|it| it.1.as_str()).collect();
        assert_eq!(why[0], "it does not begin on full 15 minutes");
        assert!(why[1].starts_with("the file began with intervals of 15 minutes"), "{}", why[1]);
    }

    #[test]
    fn a_peak_is_an_hour_unless_it_says_otherwise() {
        let text = "start,minutes,status\n2026-07-14T16:00,,\n2026-07-15T16:30,30,withdrawn\n";
        let it = found(text, About::Peaks).unwrap();
        let peak = |start, minutes| PeakHour { start: at(start), minutes };
        assert_eq!(
            it.rows,
            [
                Row::Peak(peak("2026-07-14T21:00:00Z", 60), Call::Called),
                Row::Peak(peak("2026-07-15T21:30:00Z", 30), Call::Withdrawn),
            ]
        );
    }
}
