//! The weather of the sample town: hot summers, cold winters, warm and cold spells.

use jiff::civil::Date;
use meterbook_core::period::{Period, Zone};

use super::chance::{About, Chance};

/// Mean temperature of each month, in tenths of a degree Fahrenheit.
const MEANS: [i64; 12] = [265, 305, 415, 530, 635, 735, 785, 765, 685, 560, 430, 315];
/// What the hour adds in clear weather, in tenths of a degree, from midnight on.
const HOURS: [i64; 24] = [
    -55, -65, -75, -82, -88, -92, -85, -65, -38, -10, 18, 42, 62, 78, 88, 92, 88, 74, 52, 28, 6,
    -14, -30, -44,
];
/// The share of the solar noon that each hour gets around the equinox, in thousandths.
const SUN: [i64; 24] = [
    0, 0, 0, 0, 0, 0, 40, 190, 400, 600, 780, 920, 1000, 990, 900, 750, 540, 310, 110, 10, 0, 0, 0,
    0,
];
/// How much sun a month has beside the best one, in thousandths.
const MONTHLY_SUN: [i64; 12] = [470, 590, 730, 850, 940, 1000, 1000, 940, 830, 680, 500, 420];

/// One hour of the span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hour {
    /// The local hour, 0 to 23; one comes twice on the longest day and one never on the shortest.
    pub(super) of_day: usize,
    /// Degrees Fahrenheit, tenths.
    pub(super) temperature: i64,
    /// What one kW of panels yields, in W.
    pub(super) sun: i64,
}

/// One day of the span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day {
    /// Which one.
    pub(super) date: Date,
    /// Whether people are at home: a weekend.
    pub(super) weekend: bool,
    /// Mean temperature, in tenths of a degree Fahrenheit.
    pub(super) mean: i64,
    /// Its first hour, counted from the first of the span.
    pub(super) first: usize,
    /// Its hours: 23, 24 or 25.
    pub(super) hours: usize,
}

/// The weather of the whole span: every hour that there was, in order.
pub(super) struct Weather {
    /// Day by day.
    pub(super) days: Vec<Day>,
    /// Hour by hour.
    pub(super) hours: Vec<Hour>,
}

impl Weather {
    /// Makes the weather of a span of days.
    pub(super) fn new(seed: u64, span: Period, zone: &Zone) -> Weather {
        let mut chance = Chance::new(seed, About::Weather);
        let mut weather = Weather { days: Vec::new(), hours: Vec::new() };
        let mut spell: i64 = 0;
        for date in span.each_day() {
            spell = (spell * 7).div_euclid(10) + chance.around_zero(48);
            // Warm days are clear more often than cold ones.
            let cloud = chance.between(0, 1000) - spell;
            let clear = (1000 - cloud.clamp(0, 800)).clamp(200, 1000);
            let mean = usual(date) + spell;
            weather.day(date, mean, clear, zone);
        }
        weather
    }

    fn day(&mut self, date: Date, mean: i64, clear: i64, zone: &Zone) {
        let first = self.hours.len();
        let tomorrow = zone.start_of(date.tomorrow().expect("the span is in this era"));
        let mut at = zone.start_of(date);
        while at < tomorrow {
            let of_day = zone.tz().to_datetime(at).hour();
            let of_day = usize::try_from(of_day).expect("an hour is not negative");
            let swing = (HOURS[of_day] * (600 + clear.div_euclid(2))).div_euclid(1000);
            let month = usize::try_from(date.month() - 1).expect("months begin at 1");
            let sun = (SUN[of_day] * MONTHLY_SUN[month]).div_euclid(1000);
            let sun = (sun * clear * 820).div_euclid(1_000_000);
            self.hours.push(Hour { of_day, temperature: mean + swing, sun });
            at += jiff::SignedDuration::from_hours(1);
        }
        let weekend =
            matches!(date.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday);
        self.days.push(Day { date, weekend, mean, first, hours: self.hours.len() - first });
    }

    /// The place of a day in the span; `None` outside it.
    pub(super) fn nth(&self, date: Date) -> Option<usize> {
        let first = self.days.first()?.date;
        let days = first.until(date).ok()?.get_days();
        usize::try_from(days).ok().filter(|it| *it <= self.days.len())
    }
}

/// What the day is like in an ordinary year: the line between the middles of two months.
fn usual(date: Date) -> i64 {
    let middle = 15;
    let (day, month) = (i64::from(date.day()), usize::try_from(date.month() - 1).expect("from 1"));
    let (from, to, days) = if middle <= day {
        (month, (month + 1).rem_euclid(12), day - middle)
    } else {
        ((month + 11).rem_euclid(12), month, day + middle)
    };
    MEANS[from] + ((MEANS[to] - MEANS[from]) * days.min(30)).div_euclid(30)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::calendar;

    #[test]
    fn days_have_the_hours_that_there_were_and_summer_is_warmer() {
        let zone = Zone::named("America/Chicago").unwrap();
        let weather = Weather::new(1, calendar::span(), &zone);
        let day = |month, day| {
            let date = jiff::civil::date(2026, month, day);
            weather.days[weather.nth(date).unwrap()]
        };
        assert_eq!(day(3, 8).hours, 23);
        assert_eq!(day(11, 1).hours, 25);
        assert_eq!(day(7, 4).hours, 24);
        let mean = |month: i8| {
            let days: Vec<i64> = weather
                .days
                .iter()
                .filter(|it| it.date.month() == month)
                .map(|it| it.mean)
                .collect();
            days.iter().sum::<i64>().div_euclid(i64::try_from(days.len()).unwrap())
        };
        assert!((700..860).contains(&mean(7)), "{}", mean(7));
        assert!((180..350).contains(&mean(1)), "{}", mean(1));
    }
}
