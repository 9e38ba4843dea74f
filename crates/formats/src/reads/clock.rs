//! Between instants and what a clock on a wall shows, both as seconds since 1970.

use jiff::civil::DateTime;
use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Timestamp};
use meterbook_core::period::Zone;

use super::decimal;

/// The instant at which the clock in a zone showed this; the same where there is no zone. In the hour
/// that comes twice it is the first time unless that is not after `last`.
pub(super) fn instant(shown: i64, zone: Option<&Zone>, last: Option<i64>) -> Result<i64, String> {
    let Some(zone) = zone else { return Ok(shown) };
    let found = zone.tz().to_ambiguous_zoned_datetime(wall(shown));
    let (first, second) = match found.offset() {
        AmbiguousOffset::Unambiguous { .. } => (found.unambiguous(), None),
        AmbiguousOffset::Fold { .. } => (found.clone().earlier(), found.later().ok()),
        AmbiguousOffset::Gap { .. } => {
            let wall = wall(shown);
            return Err(format!(
                "no clock in {} ever showed {wall}: it was put forward",
                zone.name()
            ));
        }
    };
    let first = first.map_err(|_| "the time is none of ours".to_owned())?.timestamp().as_second();
    let second = second.map(|it| it.timestamp().as_second());
    Ok(match (second, last) {
        (Some(second), Some(last)) if first <= last => second,
        _ => first,
    })
}

/// What the clock in a zone shows at an instant.
pub(super) fn shown(instant: i64, zone: &Zone) -> i64 {
    let found = Timestamp::from_second(instant).map(|it| zone.tz().to_datetime(it));
    found.map_or(instant, decimal::wall)
}

/// Seconds since 1970 as a date and a time.
pub(super) fn wall(shown: i64) -> DateTime {
    let since = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    since.saturating_add(SignedDuration::from_secs(shown))
}
