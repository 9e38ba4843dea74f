//! Interval values worked out where there are none: a straight line over a short gap, the same time
//! of like days over a long one. What is filled is marked as estimated.

use jiff::Timestamp;
use jiff::civil::Weekday;

use super::{Method, Rules};
use crate::period::{Period, Zone};
use crate::reads::{Series, Span};

/// Values for one gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// When the first of them starts.
    pub start: Timestamp,
    /// The values, in millionths before the multiplier.
    pub micro: Vec<i64>,
    /// In which way.
    pub method: Method,
}

/// Days before and after that may be like one.
const REACH: usize = 28;
/// Like days that are enough.
const ENOUGH: usize = 4;

/// Where values are missing in `days`, counted from the start of the series: also before its first
/// value and after its last.
pub fn gaps(series: &Series, days: Period, zone: &Zone) -> Vec<(i64, i64)> {
    let step = i64::from(series.minutes) * 60;
    let place = |it: Timestamp| (it.as_second() - series.start.as_second()).div_euclid(step);
    let (from, to) = (place(zone.start_of(days.start())), place(zone.start_of(days.end())));
    let known = i64::try_from(series.micro.len()).unwrap_or(i64::MAX);
    let inside =
        series.missing.iter().map(|it| (i64::from(it.start), i64::from(it.start + it.len)));
    let all = [(from, 0)].into_iter().chain(inside).chain([(known, to)]);
    let mut gaps: Vec<(i64, i64)> = Vec::new();
    for (start, stop) in all {
        let (start, stop) = (start.max(from), stop.min(to));
        if start < stop {
            gaps.push((start, stop - start));
        }
    }
    gaps
}

/// Fills what is missing in `days`, as far as the series itself says how.
pub fn fill(rules: &Rules, series: &Series, days: Period, zone: &Zone) -> Vec<Filled> {
    let per_hour = i64::from(60_u16.div_euclid(series.minutes.max(1)).max(1));
    let per_day = usize::from(1_440_u16.div_euclid(series.minutes.max(1)));
    let mut filled = Vec::new();
    for (start, len) in gaps(series, days, zone) {
        let short = len <= rules.short_gap_hours * per_hour;
        let line = if short { straight(series, start, len) } else { None };
        let (micro, method) = match line {
            Some(micro) => (Some(micro), Method::Line),
            None => (like_days(series, start, len, per_day, zone), Method::LikeDays),
        };
        if let Some(micro) = micro {
            let second = series.start.as_second() + start * i64::from(series.minutes) * 60;
            let start = Timestamp::from_second(second).expect("it is beside an instant");
            filled.push(Filled { start, micro, method });
        }
    }
    filled
}

/// The value in a place, if there is one.
fn value(series: &Series, place: i64) -> Option<i64> {
    let at = usize::try_from(place).ok()?;
    let value = *series.micro.get(at)?;
    let holds = |it: &Span| it.range().contains(&at);
    (!series.missing.iter().any(holds)).then_some(value)
}

fn straight(series: &Series, start: i64, len: i64) -> Option<Vec<i64>> {
    let (before, after) = (value(series, start - 1)?, value(series, start + len)?);
    Some((1..=len).map(|nth| before + ((after - before) * nth).div_euclid(len + 1)).collect())
}

/// The mean of the same time on like days around, the nearest first: workdays are like workdays,
/// days of the weekend like those. `None` unless each value has one.
fn like_days(
    series: &Series,
    start: i64,
    len: i64,
    per_day: usize,
    zone: &Zone,
) -> Option<Vec<i64>> {
    let day = i64::try_from(per_day).ok()?;
    (start..start + len).map(|place| mean_around(series, place, day, zone)).collect()
}

fn mean_around(series: &Series, place: i64, day: i64, zone: &Zone) -> Option<i64> {
    let step = i64::from(series.minutes) * 60;
    let local = |place: i64| {
        let second = series.start.as_second() + place * step;
        let at = Timestamp::from_second(second).ok()?;
        Some((zone.tz().to_datetime(at), zone.tz().to_offset(at)))
    };
    let here = local(place)?;
    let weekend = |it: Weekday| matches!(it, Weekday::Saturday | Weekday::Sunday);
    let mut found: Vec<i64> = Vec::new();
    for away in 1..=i64::try_from(REACH).ok()? {
        for other in [place - away * day, place + away * day] {
            let Some(there) = local(other) else { continue };
            if weekend(there.0.weekday()) != weekend(here.0.weekday()) {
                continue;
            }
            // Clocks may have changed between: the same time is on the clock, not by the count.
            let off = i64::from(here.1.seconds() - there.1.seconds());
            if let Some(micro) = value(series, other + off.div_euclid(step)) {
                found.push(micro);
            }
        }
        if ENOUGH <= found.len() {
            break;
        }
    }
    let count = i64::try_from(found.len()).ok().filter(|it| 0 < *it)?;
    let sum: i128 = found.iter().map(|it| i128::from(*it)).sum();
    i64::try_from(sum.div_euclid(i128::from(count))).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::place::Commodity;

    /// Four weeks of hours from a Monday on: the hour's number, and half of it on weekends.
    fn weeks() -> Series {
        let value = |nth: i64| {
            let (day, hour) = (nth.div_euclid(24), nth.rem_euclid(24));
            if day.rem_euclid(7) < 5 { hour * 100 } else { hour * 50 }
        };
        Series {
            start: "2026-06-01T00:00:00Z".parse().unwrap(),
            minutes: 60,
            micro: (0..24 * 28).map(value).collect(),
            missing: Vec::new(),
            estimated: Vec::new(),
        }
    }

    fn without(start: u32, len: u32) -> Series {
        let mut series = weeks();
        series.missing.push(Span { start, len });
        for it in &mut series.micro[start as usize..(start + len) as usize] {
            *it = 0;
        }
        series
    }

    fn filled(series: &Series) -> Vec<Filled> {
        let days = Period::new(date(2026, 6, 1), date(2026, 6, 29)).unwrap();
        fill(&Rules::default_of(Commodity::Electric), series, days, &Zone::utc())
    }

    #[test]
    fn a_short_gap_is_a_straight_line() {
        let filled = filled(&without(10, 2));
        assert_eq!(filled[0].micro, [1_000, 1_100]);
        assert_eq!(filled[0].method, Method::Line);
        assert_eq!(filled.len(), 1);
    }

    #[test]
    fn a_long_gap_is_like_its_days() {
        let saturday = 5 * 24 + 24 * 7;
        let filled = filled(&without(saturday, 24));
        let half: Vec<i64> = (0..24).map(|it| it * 50).collect();
        assert_eq!((&filled[0].micro, filled[0].method), (&half, Method::LikeDays));
    }

    #[test]
    fn what_is_missing_at_the_end_is_filled_too() {
        let mut series = weeks();
        series.micro.truncate(24 * 28 - 3);
        let filled = filled(&series);
        assert_eq!(filled[0].micro, [1_050, 1_100, 1_150]);
        assert_eq!(
            gaps(&weeks(), Period::new(date(2026, 6, 1), date(2026, 6, 29)).unwrap(), &Zone::utc()),
            []
        );
    }

    #[test]
    fn a_channel_that_says_nothing_stays_a_gap() {
        let empty =
            Series { micro: vec![0; 24], missing: vec![Span { start: 0, len: 24 }], ..weeks() };
        assert_eq!(filled(&empty), []);
    }
}
