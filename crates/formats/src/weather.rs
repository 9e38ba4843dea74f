//! Files of the weather of stations or counties, as it was or is foreseen, one day a line.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::reads::NotRead;
use crate::reads::columns::{self, DATE};
use crate::reads::when;

const STATION: &[&str] = &["station", "station_id", "stid"];
const COUNTY: &[&str] = &["county"];
const LOW: &[&str] = &["low", "low_f", "min", "min_temp_f", "tmin"];
const HIGH: &[&str] = &["high", "high_f", "max", "max_temp_f", "tmax"];
const ALERT: &[&str] = &["alert", "advisory", "heat_advisory"];
/// Degrees Fahrenheit that it is anywhere.
const DEGREES: std::ops::RangeInclusive<i64> = -80..=140;

/// Whose weather a line says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// That of all counties of a station.
    Station(String),
    /// That of a county.
    County(String),
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Whose weather.
    pub place: Place,
    /// The day.
    pub on: Date,
    /// The lowest, in degrees Fahrenheit.
    pub low: i64,
    /// The highest.
    pub high: i64,
    /// Whether there is an alert.
    pub alert: bool,
}

/// A line of a file: its number from 1, its fields as they were, and what it says or why it says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub line: u64,
    /// Its fields.
    pub fields: Vec<String>,
    /// What it says.
    pub said: Result<Day, String>,
}

/// Reads a whole file: `station` or `county`, `date`, `low`, `high`, and if need be `alert`. Nothing is
/// said twice.
///
/// # Errors
/// Where it has no such columns, or is no text.
pub fn read(bytes: &[u8]) -> Result<Vec<Line>, NotRead> {
    let header = columns::header(bytes)?;
    if header.is_empty() {
        return Err(NotRead::Empty);
    }
    let station = columns::find(&header, STATION);
    let place = match station {
        Some(at) => at,
        None => columns::find(&header, COUNTY).ok_or(NotRead::NoColumn { column: STATION[0] })?,
    };
    let [date, low, high] = [DATE, LOW, HIGH].map(|it| columns::need(&header, it));
    let (date, low, high) = (date?, low?, high?);
    let alert = columns::find(&header, ALERT);
    let (mut lines, mut seen) = (Vec::new(), HashSet::new());
    columns::records(bytes, |line, record, whole| {
        let field = |at: usize| record.get(at).unwrap_or_default().trim();
        let said = whole.and_then(|()| {
            let name = field(place).to_owned();
            if name.is_empty() {
                return Err("the line names no station and no county".to_owned());
            }
            let place = if station.is_some() { Place::Station(name) } else { Place::County(name) };
            let on = when::day(field(date))?;
            let (low, high) = (degrees(field(low))?, degrees(field(high))?);
            if high < low {
                return Err(format!("the lowest is {low} and the highest {high}; mend them"));
            }
            let alert = self::alert(columns::field(record, alert).unwrap_or_default())?;
            if !seen.insert((place.clone(), on)) {
                return Err(format!("{on} is said twice; leave one line"));
            }
            Ok(Day { place, on, low, high, alert })
        });
        lines.push(Line { line, fields: record.iter().map(str::to_owned).collect(), said });
    })?;
    Ok(lines)
}

/// The header, for the file of rejects.
pub fn header_of(bytes: &[u8]) -> Vec<String> {
    let header = columns::reader(bytes).headers().cloned().unwrap_or_default();
    header.iter().map(str::to_owned).collect()
}

fn degrees(text: &str) -> Result<i64, String> {
    text.parse()
        .ok()
        .filter(|it| DEGREES.contains(it))
        .ok_or_else(|| format!("{text} is no whole number of degrees Fahrenheit from -80 to 140"))
}

fn alert(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "" | "no" | "false" | "0" => Ok(false),
        "yes" | "true" | "1" => Ok(true),
        _ => Err(format!("{text} is no word for an alert; write yes or no")),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn each_line_is_a_day_of_a_station_or_a_reject_with_its_reason() {
        let text = "Station,Date,Low,High,Alert\nKDPA,2026-01-12,-4,20,\nKDPA,2026-01-13,30.5,40,no\n\
            KDPA,2026-01-12,5,20,yes\nKDPA,2026-01-14,30,20,no\n,2026-01-14,1,2,no\nKDPA,2026-01-15,1,2,maybe\n";
        let lines = read(text.as_bytes()).unwrap();
        let place = Place::Station("KDPA".to_owned());
        let day = Day { place, on: date(2026, 1, 12), low: -4, high: 20, alert: false };
        assert_eq!(lines[0].said, Ok(day));
        let why: Vec<&str> =
            lines[1..].iter().map(|it| it.said.as_ref().unwrap_err().as_str()).collect();
        assert_eq!(
            why,
            [
                "30.5 is no whole number of degrees Fahrenheit from -80 to 140",
                "2026-01-12 is said twice; leave one line",
                "the lowest is 30 and the highest 20; mend them",
                "the line names no station and no county",
                "maybe is no word for an alert; write yes or no",
            ]
        );
        assert_eq!(lines[1].line, 3);
        assert_eq!(header_of(text.as_bytes())[4], "Alert");
    }

    #[test]
    fn counties_will_do_and_a_file_without_a_column_is_refused() {
        let lines = read(b"county,date,tmin,tmax\nKane,2026-01-12,1,2\n").unwrap();
        assert!(
            lines[0].said.as_ref().is_ok_and(|it| it.place == Place::County("Kane".to_owned()))
        );
        assert_eq!(read(b"date,low,high\n"), Err(NotRead::NoColumn { column: "station" }));
        assert_eq!(read(b"station,date,low\n"), Err(NotRead::NoColumn { column: "high" }));
    }
}
