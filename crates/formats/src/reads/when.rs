//! Times as files write them.

use jiff::civil::{Date, DateTime};
use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Timestamp};
use meterbook_core::period::Zone;

/// A time as it was written: an instant, or what a clock on the wall showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// With an offset.
    Instant(Timestamp),
    /// Without one.
    Wall(DateTime),
}

/// Reads `2026-03-08T01:00:00-06:00`, `2026-03-08 01:00` and what lies between.
pub(crate) fn parse(text: &str) -> Result<When, String> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(When::Instant(instant));
    }
    let wall = text.parse::<DateTime>().ok().filter(|_| text.contains(':'));
    wall.map(When::Wall)
        .ok_or_else(|| format!("{text} is no time; write it like 2026-03-08T01:00:00-06:00"))
}

/// The instant at which the wall clock in `zone` showed `wall`. In the hour that comes twice it is
/// the first time unless that is not after `last`, the time of the line before.
pub(super) fn on_the_wall(
    wall: DateTime,
    zone: &Zone,
    last: Option<Timestamp>,
) -> Result<Timestamp, String> {
    let ambiguous = zone.tz().to_ambiguous_zoned_datetime(wall);
    let instant = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => ambiguous.unambiguous(),
        AmbiguousOffset::Fold { .. } => {
            let first = ambiguous.clone().earlier();
            match first {
                Ok(first) if last.is_some_and(|last| first.timestamp() <= last) => {
                    ambiguous.later()
                }
                first => first,
            }
        }
        AmbiguousOffset::Gap { .. } => {
            return Err(format!(
                "no clock in {} ever showed {wall}: it was put forward",
                zone.name()
            ));
        }
    };
    instant.map(|it| it.timestamp()).map_err(|_| format!("{wall} is outside of our calendar"))
}

/// The only instant at which the wall clock in `zone` showed `wall`: without a line before it
/// nobody can say which time of an hour that comes twice is meant.
pub(crate) fn once_on_the_wall(wall: DateTime, zone: &Zone) -> Result<Timestamp, String> {
    let ambiguous = zone.tz().to_ambiguous_zoned_datetime(wall);
    let AmbiguousOffset::Fold { before, after } = ambiguous.offset() else {
        return on_the_wall(wall, zone, None);
    };
    let written = wall.strftime("%Y-%m-%dT%H:%M");
    Err(format!(
        "{written} came twice in {}; write which with its offset: {written}{} or {written}{}",
        zone.name(),
        hours(before),
        hours(after)
    ))
}

/// An offset as it stands behind a time: `-06:00`.
fn hours(offset: jiff::tz::Offset) -> String {
    let minutes = offset.seconds().div_euclid(60);
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    format!("{sign}{:02}:{:02}", minutes.div_euclid(60), minutes.rem_euclid(60))
}

/// Reads a day.
pub(crate) fn day(text: &str) -> Result<Date, String> {
    match text.trim() {
        "" => Err("no day is said; write it like 2026-03-08".to_owned()),
        _ => text.parse().map_err(|_| format!("{text} is no day; write it like 2026-03-08")),
    }
}

/// How many steps of so many minutes a day has, and its first instant.
pub(super) fn steps(day: Date, minutes: u16, zone: &Zone) -> (Timestamp, usize) {
    let start = zone.start_of(day);
    let end = zone.start_of(day.tomorrow().unwrap_or(day));
    let whole = end.duration_since(start).as_secs().div_euclid(i64::from(minutes) * 60);
    (start, usize::try_from(whole).unwrap_or(0))
}

/// What the wall clock showed after so many steps, in minutes since midnight.
pub(super) fn shown(start: Timestamp, step: usize, minutes: u16, zone: &Zone) -> u16 {
    let passed = i64::try_from(step).unwrap_or(0) * i64::from(minutes);
    let at = start.saturating_add(SignedDuration::from_mins(passed)).unwrap_or(start);
    let wall = zone.tz().to_datetime(at);
    u16::try_from(i32::from(wall.hour()) * 60 + i32::from(wall.minute())).unwrap_or(0)
}
