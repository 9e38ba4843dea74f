//! Walks the intervals of some days with a clock.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::meter::Flow;
use crate::period::{Period, Zone};
use crate::rating::section::Section;
use crate::tariff::clock::Clock;

/// Shows `take` each interval of `days` in the order of time: the period of `clock` in which it
/// starts, and its value as the meter counted it. `None` when the meter kept no intervals.
pub(super) fn walk(
    section: &Section,
    clock: &Clock,
    flow: Flow,
    days: Period,
    mut take: impl FnMut(usize, i64),
) -> Option<()> {
    let intervals = section.intervals(flow, days)?;
    let mut values = intervals.micro.iter();
    for day in days.each_day() {
        let quarters = clock.quarters(day, &section.tariff.holidays);
        for quarter in starts(day, section.input.zone, intervals.minutes) {
            let Some(value) = values.next() else { return Some(()) };
            take(quarters[quarter], *value);
        }
    }
    Some(())
}

/// The quarter of the local day in which each of its intervals starts. On a day of 25 hours one
/// hour comes twice; on one of 23 an hour never comes.
fn starts(day: Date, zone: &Zone, minutes: u16) -> impl Iterator<Item = usize> + '_ {
    let step = i64::from(minutes) * 60;
    let next = day.tomorrow().expect("a bill ends in this era");
    let (start, end) = (zone.start_of(day).as_second(), zone.start_of(next).as_second());
    let even = end - start == 24 * 3600;
    (0..(end - start).div_euclid(step)).map(move |index| {
        let seconds = index * step;
        let minute = if even {
            seconds.div_euclid(60)
        } else {
            let instant = Timestamp::from_second(start + seconds).expect("a day of this era");
            let time = zone.tz().to_datetime(instant).time();
            i64::from(time.hour()) * 60 + i64::from(time.minute())
        };
        usize::try_from(minute.div_euclid(15)).expect("a day has 96 quarters")
    })
}
