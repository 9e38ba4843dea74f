//! Appointments: the windows a crew's calendar offers, and the one a customer was promised.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::crew::{Clock, Crew, Week};
use crate::id::{AppointmentId, CrewId, OrderId};
use crate::period::Zone;

/// A part of a day in which a crew comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arrival {
    /// The day.
    pub on: Date,
    /// Not before.
    pub from: Clock,
    /// Not after.
    pub to: Clock,
}

/// A promise that a crew comes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appointment {
    /// Which one.
    pub id: AppointmentId,
    /// What for.
    pub order: OrderId,
    /// Who comes.
    pub crew: CrewId,
    /// When.
    pub arrival: Arrival,
    /// Which of the places that the crew has in a window, from 1. No two appointments of a crew
    /// have the same at the same time; the database refuses it.
    pub place: i64,
}

/// How an appointment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was kept.
    Kept,
    /// Another one was made instead.
    Moved,
    /// It was called off.
    Cancelled,
    /// The crew came and could not do it.
    Missed,
}

words! {
    Ended { Kept = "kept", Moved = "moved", Cancelled = "cancelled", Missed = "missed" }
}

impl Arrival {
    /// Whether two windows have a minute in common.
    pub fn overlaps(&self, other: &Arrival) -> bool {
        self.on == other.on && self.from < other.to && other.from < self.to
    }

    /// The instant at which it begins.
    pub fn begins(&self, zone: &Zone) -> Timestamp {
        self.from.on(self.on, zone)
    }
}

impl fmt::Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}-{}", self.on, self.from, self.to)
    }
}

/// The windows of a crew's day, whole ones only.
pub fn windows(crew: &Crew, week: &Week, on: Date) -> Vec<Arrival> {
    let Some((begin, end)) = week.hours(on) else { return Vec::new() };
    let mut windows = Vec::new();
    let mut from = begin;
    while let Some(to) = Clock::from_minutes(from.minutes() + crew.window_minutes) {
        if end < to || crew.window_minutes <= 0 {
            break;
        }
        windows.push(Arrival { on, from, to });
        from = to;
    }
    windows
}

/// The lowest place of a crew that is free in a window; `None` when all are taken.
pub fn free_place(crew: &Crew, window: &Arrival, booked: &[Appointment]) -> Option<i64> {
    let taken = |place: i64| {
        booked
            .iter()
            .any(|it| it.crew == crew.id && it.place == place && it.arrival.overlaps(window))
    };
    (1..=crew.per_window).find(|place| !taken(*place))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::order::Skills;

    const MONDAY: Date = date(2026, 3, 9);

    fn crew() -> Crew {
        Crew {
            id: CrewId(1),
            name: "North".to_owned(),
            skills: Skills::default(),
            window_minutes: 120,
            per_window: 2,
        }
    }

    fn windows_of(hours: &str) -> Vec<String> {
        let week = Week::parse(hours).unwrap();
        windows(&crew(), &week, MONDAY).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_day_is_offered_in_whole_windows() {
        assert_eq!(
            windows_of("mon 08:00-13:00"),
            ["2026-03-09 08:00-10:00", "2026-03-09 10:00-12:00"]
        );
        assert!(windows_of("tue 08:00-16:00").is_empty() && windows_of("none").is_empty());
        assert_eq!(windows_of("mon 22:00-24:00").len(), 1);
    }

    #[test]
    fn places_are_filled_from_the_first_on_and_then_none_is_left() {
        let all = windows(&crew(), &Week::parse("mon 08:00-12:00").unwrap(), MONDAY);
        let booked = |place, arrival| Appointment {
            id: AppointmentId(place),
            order: OrderId(place),
            crew: CrewId(1),
            arrival,
            place,
        };
        let [first, second] = all[..] else { panic!("there are two windows") };
        assert_eq!(free_place(&crew(), &first, &[]), Some(1));
        assert_eq!(free_place(&crew(), &first, &[booked(1, first)]), Some(2));
        assert_eq!(free_place(&crew(), &first, &[booked(2, first)]), Some(1));
        let full = [booked(1, first), booked(2, first)];
        assert_eq!(free_place(&crew(), &first, &full), None);
        assert_eq!(free_place(&crew(), &second, &full), Some(1), "one ends as the other begins");
    }
}
