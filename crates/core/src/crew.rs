//! Crews: what they know how to do, and when they work.

use std::fmt;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::id::CrewId;
use crate::order::Skills;
use crate::period::Zone;

/// People with a van.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crew {
    /// Which one.
    pub id: CrewId,
    /// What they are called.
    pub name: String,
    /// What they know how to do.
    pub skills: Skills,
    /// How long a window is that customers are offered.
    pub window_minutes: i64,
    /// How many appointments they can keep in one window.
    pub per_window: i64,
}

/// A time of the day, in minutes from midnight as clocks show it; 24:00 is its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Clock(i64);

/// Minutes in a day of clocks.
const DAY: i64 = 1_440;

impl Clock {
    /// So many minutes after midnight; `None` past the end of the day.
    pub fn from_minutes(minutes: i64) -> Option<Clock> {
        (0..=DAY).contains(&minutes).then_some(Clock(minutes))
    }

    /// Reads `08:30`.
    pub fn parse(text: &str) -> Option<Clock> {
        let (hours, minutes) = text.split_once(':')?;
        let plain = |it: &str| it.len() <= 2 && it.bytes().all(|it| it.is_ascii_digit());
        if !plain(hours) || !plain(minutes) || minutes.len() != 2 {
            return None;
        }
        let (hours, minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
        if 59 < minutes { None } else { Clock::from_minutes(hours * 60 + minutes) }
    }

    /// Minutes from midnight.
    pub fn minutes(self) -> i64 {
        self.0
    }

    /// The instant at which clocks of `zone` show it on `day`; one they skip is the next they show.
    pub fn on(self, day: Date, zone: &Zone) -> Timestamp {
        let wall = day.at(0, 0, 0, 0).saturating_add(self.0.minutes());
        let zoned = zone.tz().to_ambiguous_zoned_datetime(wall).compatible();
        zoned.map_or_else(|_| zone.start_of(day), |it| it.timestamp())
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:02}:{:02}", self.0.div_euclid(60), self.0.rem_euclid(60));
        f.pad(&text)
    }
}

/// When a crew works, weekday by weekday: `mon-fri 08:00-16:30, sat 08:00-12:00`, or `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Week {
    /// From Monday on.
    hours: [Option<(Clock, Clock)>; 7],
}

/// A text that is no week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoWeek {
    /// The text.
    pub text: String,
}

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Week {
    /// Reads a week.
    pub fn parse(text: &str) -> Result<Week, NoWeek> {
        let wrong = || NoWeek { text: text.to_owned() };
        let small = text.trim().to_lowercase();
        let mut week = Week { hours: [None; 7] };
        if small == "none" {
            return Ok(week);
        }
        for part in small.split(',') {
            let (days, hours) = part.trim().split_once(' ').ok_or_else(wrong)?;
            let (first, last) = days.split_once('-').unwrap_or((days, days));
            let nth = |day: &str| WEEKDAYS.iter().position(|it| *it == day).ok_or_else(wrong);
            let (first, last) = (nth(first)?, nth(last)?);
            let (from, to) = hours.trim().split_once('-').ok_or_else(wrong)?;
            let from = Clock::parse(from).ok_or_else(wrong)?;
            let to = Clock::parse(to).ok_or_else(wrong)?;
            if to <= from || last < first {
                return Err(wrong());
            }
            for hours in &mut week.hours[first..=last] {
                if hours.replace((from, to)).is_some() {
                    return Err(wrong());
                }
            }
        }
        Ok(week)
    }

    /// The hours of a day; `None` when they do not work on it.
    pub fn hours(&self, day: Date) -> Option<(Clock, Clock)> {
        let nth = usize::try_from(day.weekday().to_monday_zero_offset());
        self.hours[nth.expect("a weekday is 0 to 6")]
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let mut nth = 0;
        while nth < 7 {
            let alike = self.hours[nth..].iter().take_while(|it| **it == self.hours[nth]).count();
            if let Some((from, to)) = self.hours[nth] {
                let last = WEEKDAYS[nth + alike - 1];
                let to_last = if 1 < alike { format!("-{last}") } else { String::new() };
                parts.push(format!("{}{to_last} {from}-{to}", WEEKDAYS[nth]));
            }
            nth += alike;
        }
        f.write_str(if parts.is_empty() { "none" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

impl fmt::Display for NoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} are no working hours; write them like: mon-fri 08:00-16:30, sat 08:00-12:00, or none",
            self.text
        )
    }
}

impl std::error::Error for NoWeek {}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_week_is_written_as_it_is_read() {
        for text in
            ["none", "mon-fri 08:00-16:30, sat 08:00-12:00", "tue 00:00-24:00, thu 09:15-10:00"]
        {
            assert_eq!(Week::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "",
            "weekdays 08:00-16:30",
            "mon 16:30-08:00",
            "fri-mon 08:00-16:30",
            "mon 8-16",
            "mon 08:00-25:00",
            "mon 08:00-12:00, mon 13:00-17:00",
            "mon 08:60-09:00",
        ] {
            let why = Week::parse(text).unwrap_err().to_string();
            assert!(why.contains("mon-fri 08:00-16:30"), "{text}: {why}");
        }
    }

    #[test]
    fn each_day_has_its_hours() {
        let week = Week::parse("mon-fri 08:00-16:30").unwrap();
        let hours = Some((Clock(480), Clock(990)));
        assert_eq!(week.hours(date(2026, 3, 9)), hours, "a Monday");
        assert_eq!(week.hours(date(2026, 3, 13)), hours, "a Friday");
        assert_eq!(week.hours(date(2026, 3, 14)), None, "a Saturday");
    }

    #[test]
    fn a_time_is_an_instant_on_every_day() {
        let zone = Zone::named("America/Chicago").unwrap();
        let at = |text, day| Clock::parse(text).unwrap().on(day, &zone).to_string();
        assert_eq!(at("08:00", date(2026, 3, 10)), "2026-03-10T13:00:00Z");
        assert_eq!(at("24:00", date(2026, 3, 10)), "2026-03-11T05:00:00Z");
        assert_eq!(at("02:30", date(2026, 3, 8)), "2026-03-08T08:30:00Z", "it is skipped");
    }
}
