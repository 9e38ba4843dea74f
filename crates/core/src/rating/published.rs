//! What is made known to everybody on a tariff from time to time, apart from its text: event days,
//! hourly prices, the hour of the system's peak.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::period::{Period, Zone};
use crate::rating::Unratable;
use crate::reads::{Block, Month};
use crate::tariff::clock::{EventLimit, Holidays, Hours};
use crate::tariff::{Charge, Tariff};

/// All that is published, each under the name by which tariffs call it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {
    /// The days of events: `clock` rules with `event`.
    pub events: BTreeMap<String, BTreeSet<Date>>,
    /// Prices by the hour: `series` charges.
    pub prices: BTreeMap<String, Prices>,
    /// The hours of a system's peaks: `coincident` charges.
    pub peaks: BTreeMap<String, Vec<PeakHour>>,
}

/// Published prices in a row, each for one interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prices {
    /// The instant at which the first interval starts.
    pub start: Timestamp,
    /// The length of each interval.
    pub minutes: u16,
    /// Billionths of the currency unit for each kWh, below zero too; `None` where none is published.
    pub nano: Vec<Option<i64>>,
}

/// The time of a peak: an hour, or another stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PeakHour {
    /// When it begins.
    pub start: Timestamp,
    /// How long it is.
    pub minutes: u16,
}

/// What something published is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// Days of an event.
    Events,
    /// Prices in a row.
    Prices,
    /// Hours of peaks.
    Peaks,
}

/// What is said of the day of an event or of the hour of a peak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// It is one.
    Called,
    /// It is none, whatever was said before.
    Withdrawn,
}

words! {
    About { Events = "events", Prices = "prices", Peaks = "peaks" }
    Call { Called = "called", Withdrawn = "withdrawn" }
}

/// The names under which tariffs look for what is published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Of event days.
    pub events: BTreeSet<String>,
    /// Of prices.
    pub prices: BTreeSet<String>,
    /// Of peaks.
    pub peaks: BTreeSet<String>,
}

impl Published {
    /// Nothing.
    pub const NONE: &'static Published =
        &Published { events: BTreeMap::new(), prices: BTreeMap::new(), peaks: BTreeMap::new() };

    /// Whether an event called `name` is published for `day`.
    pub fn is_called(&self, name: &str, day: Date) -> bool {
        self.events.get(name).is_some_and(|it| it.contains(&day))
    }

    /// The same for a meter with intervals of `minutes`. Shorter prices that are equal all through
    /// each interval from `from` up to `to` are one price: where a market goes from hours to
    /// quarters, the months before can be billed as they were.
    pub fn for_intervals(
        &self,
        minutes: u16,
        (from, to): (Timestamp, Timestamp),
    ) -> Cow<'_, Published> {
        let joined: Vec<(String, Prices)> = self
            .prices
            .iter()
            .filter(|(_, it)| it.minutes < minutes)
            .filter_map(|(name, it)| Some((name.clone(), it.joined(minutes, from, to)?)))
            .collect();
        if joined.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut published = self.clone();
        published.prices.extend(joined);
        Cow::Owned(published)
    }

    /// The same for a load whose days all have 24 hours, in UTC: every time is what the clocks of
    /// `zone` showed. The hour that they skip in spring has the price of the one after it.
    pub fn on_even_days(&self, zone: &Zone, days: Period) -> Published {
        let utc = Zone::utc();
        let shown = |it: &PeakHour| {
            let wall = zone.tz().to_datetime(it.start);
            Some(PeakHour { start: utc.tz().to_timestamp(wall).ok()?, ..*it })
        };
        let peaks = self.peaks.iter();
        let prices = self.prices.iter();
        Published {
            events: self.events.clone(),
            prices: prices.map(|(name, it)| (name.clone(), it.on_even_days(zone, days))).collect(),
            peaks: peaks
                .map(|(name, it)| (name.clone(), it.iter().filter_map(shown).collect()))
                .collect(),
        }
    }

    /// What a bill for `period` in the turn `window` finds under these names, as a text that is the
    /// same for the same findings: its hash says whether they changed. Empty without names.
    pub fn canonical(&self, names: &Names, zone: &Zone, period: Period, window: Period) -> String {
        let mut text = String::new();
        let mut line = |it: std::fmt::Arguments<'_>| writeln!(text, "{it}").expect("memory grows");
        for name in &names.events {
            let days = self.events.get(name).into_iter().flatten();
            for day in days.filter(|it| period.contains(**it)) {
                line(format_args!("event {name} {day}"));
            }
        }
        let (from, to) = (zone.start_of(period.start()), zone.start_of(period.end()));
        for name in &names.prices {
            let Some(prices) = self.prices.get(name) else { continue };
            let known = prices.known().filter(|(at, _)| from <= *at && *at < to);
            for (at, nano) in known {
                line(format_args!("price {name} {} {} {nano}", at.as_second(), prices.minutes));
            }
        }
        for name in &names.peaks {
            let hours = self.peaks.get(name).into_iter().flatten();
            for it in hours.filter(|it| window.contains(zone.day_of(it.start))) {
                line(format_args!("peak {name} {} {}", it.start.as_second(), it.minutes));
            }
        }
        text
    }
}

impl Prices {
    /// The prices kept in `blocks`, given in the order in which they were learned: a later one
    /// replaces an earlier one, a missing one replaces nothing. Where the market went from hours to
    /// quarters, an hour is four quarters at its price. `None` when there are no blocks.
    pub fn laid(blocks: &[(Month, Block)]) -> Option<Prices> {
        let minute = |(month, block): &(Month, Block)| {
            month.start().as_second().div_euclid(60) + i64::from(block.phase)
        };
        let first = blocks.iter().map(minute).min()?;
        let grid = |step: i64, it: &(Month, Block)| {
            greatest_common(greatest_common(step, i64::from(it.1.minutes)), minute(it) - first)
        };
        let step = blocks.iter().fold(0, grid);
        let place = |minute: i64| {
            usize::try_from((minute - first).div_euclid(step)).expect("blocks are some years apart")
        };
        let mut nano = Vec::new();
        for it in blocks {
            let block = &it.1;
            let each = i64::from(block.minutes);
            let is_missing = |nth: usize| block.missing.iter().any(|it| it.range().contains(&nth));
            for (nth, value) in block.values.iter().enumerate().filter(|(nth, _)| !is_missing(*nth))
            {
                let at = minute(it) + i64::try_from(nth).expect("a month has few values") * each;
                let range = place(at)..place(at + each);
                if nano.len() < range.end {
                    nano.resize(range.end, None);
                }
                nano[range].fill(Some(*value));
            }
        }
        Some(Prices {
            start: Timestamp::from_second(first * 60).expect("a month lies in this era"),
            minutes: u16::try_from(step).expect("it divides the length of an interval"),
            nano,
        })
    }

    /// Several at a time as one, if they are equal from `from` up to `to`; `None` when they are not.
    fn joined(&self, minutes: u16, from: Timestamp, to: Timestamp) -> Option<Prices> {
        let (step, each) = (i64::from(self.minutes) * 60, i64::from(minutes) * 60);
        let start = self.start.as_second();
        if each.rem_euclid(step) != 0 || (from.as_second() - start).rem_euclid(step) != 0 {
            return None;
        }
        let price = |second: i64| {
            let place = usize::try_from((second - start).div_euclid(step)).ok();
            place.and_then(|it| self.nano.get(it).copied().flatten())
        };
        let mut nano = Vec::new();
        let mut at = from.as_second();
        while at < to.as_second() {
            let first = price(at);
            let mut others = (at..at + each).step_by(usize::try_from(step).ok()?);
            if !others.all(|it| price(it) == first) {
                return None;
            }
            nano.push(first);
            at += each;
        }
        Some(Prices { start: from, minutes, nano })
    }

    fn on_even_days(&self, zone: &Zone, days: Period) -> Prices {
        let start = Zone::utc().start_of(days.start());
        let count = (days.days() * 24 * 60).div_euclid(i64::from(self.minutes));
        let empty = usize::try_from(count).expect("the days are countable");
        let even = Prices { start, minutes: self.minutes, nano: vec![None; empty] };
        let price = |(at, _): (Timestamp, Option<i64>)| {
            let at = zone.tz().to_timestamp(Zone::utc().tz().to_datetime(at)).ok()?;
            let passed = at.as_second() - self.start.as_second();
            let nth = passed.div_euclid(i64::from(self.minutes) * 60);
            usize::try_from(nth).ok().and_then(|nth| self.nano.get(nth).copied().flatten())
        };
        let nano = even.each().map(price).collect();
        Prices { nano, ..even }
    }

    /// Every interval: when it begins, and its price.
    pub fn each(&self) -> impl Iterator<Item = (Timestamp, Option<i64>)> {
        let step = i64::from(self.minutes) * 60;
        let at = move |nth: i64| {
            let second = self.start.as_second() + nth * step;
            Timestamp::from_second(second).expect("prices end in this era")
        };
        (0..).zip(&self.nano).map(move |(nth, nano)| (at(nth), *nano))
    }

    /// Every interval that has a price.
    pub fn known(&self) -> impl Iterator<Item = (Timestamp, i64)> {
        self.each().filter_map(|(at, nano)| Some((at, nano?)))
    }
}

fn greatest_common(one: i64, other: i64) -> i64 {
    if other == 0 { one } else { greatest_common(other, one.rem_euclid(other)) }
}

impl Names {
    /// Those of one kind.
    pub fn about(&self, about: About) -> &BTreeSet<String> {
        match about {
            About::Events => &self.events,
            About::Prices => &self.prices,
            About::Peaks => &self.peaks,
        }
    }

    /// Those that a tariff looks for.
    pub fn of(tariff: &Tariff) -> Names {
        let mut names = Names::default();
        let rules = tariff.clocks.iter().flat_map(|it| &it.rules);
        names.events.extend(rules.filter_map(|it| it.event.clone()));
        let year = tariff.net.as_ref().and_then(|it| it.year.as_ref());
        names.prices.extend(year.map(|it| it.series.clone()));
        for component in &tariff.components {
            match &component.charge {
                Charge::Series(it) => names.prices.insert(it.series.clone()),
                Charge::Coincident(it) => names.peaks.insert(it.peaks.clone()),
                _ => false,
            };
        }
        names
    }

    /// Those that some tariffs look for.
    pub fn of_all<'a>(tariffs: impl IntoIterator<Item = &'a Tariff>) -> Names {
        let mut all = Names::default();
        for names in tariffs.into_iter().map(Names::of) {
            all.events.extend(names.events);
            all.prices.extend(names.prices);
            all.peaks.extend(names.peaks);
        }
        all
    }
}

/// Why a tariff cannot price some days: one of its events is called on more days than it allows.
/// What is called after them does not matter to them.
pub fn too_many(tariff: &Tariff, published: &Published, period: Period) -> Option<Unratable> {
    let rules = tariff.clocks.iter().flat_map(|it| &it.rules);
    rules.filter_map(|it| Some((it, it.event.as_ref()?, it.limit?))).find_map(
        |(rule, event, limit)| {
            let days = published.events.get(event)?;
            let on = days.range(period.start()..period.end()).copied().find(|day| {
                let count = called(rule, &tariff.holidays, days, *day, |it| it <= day);
                rule.applies(*day, &tariff.holidays) && usize::from(limit.most) < count
            })?;
            Some(Unratable::TooManyEvents {
                tariff: tariff.code.clone(),
                event: event.clone(),
                on,
                limit,
            })
        },
    )
}

/// What a tariff allows, when an event called on `day` beside these `days` would be one too many.
pub fn one_too_many(
    tariff: &Tariff,
    event: &str,
    days: &BTreeSet<Date>,
    day: Date,
) -> Option<EventLimit> {
    let rules = tariff.clocks.iter().flat_map(|it| &it.rules);
    let of_event = rules.filter(|it| it.event.as_deref() == Some(event));
    of_event.filter(|it| it.applies(day, &tariff.holidays)).find_map(|rule| {
        let count = called(rule, &tariff.holidays, days, day, |it| *it != day) + 1;
        rule.limit.filter(|it| usize::from(it.most) < count)
    })
}

/// On how many of `days` that are counted together with `day` a rule applies.
fn called(
    rule: &Hours,
    holidays: &Holidays,
    days: &BTreeSet<Date>,
    day: Date,
    counts: impl Fn(&Date) -> bool,
) -> usize {
    let span = rule.limit.and_then(|it| rule.counted_with(day, it.span));
    let Some(span) = span else { return 0 };
    let there = days.range(span.start()..span.end());
    there.filter(|it| counts(it) && rule.applies(**it, holidays)).count()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::reads::Span;

    fn block(minutes: u16, phase: i32, values: &[i64]) -> Block {
        let (missing, estimated) = (Vec::new(), Vec::new());
        Block { minutes, phase, values: values.to_vec(), missing, estimated }
    }

    #[test]
    fn a_later_price_holds_and_hours_meet_quarters() {
        let month = Month::of("2026-07-01T00:00:00Z".parse().unwrap());
        let mut later = block(60, 60, &[0, -7]);
        later.missing = vec![Span { start: 0, len: 1 }];
        let laid = Prices::laid(&[(month, block(60, 60, &[5, 6, 8])), (month, later)]).unwrap();
        assert_eq!(laid.start.to_string(), "2026-07-01T01:00:00Z");
        assert_eq!((laid.minutes, &laid.nano[..]), (60, &[Some(5), Some(-7), Some(8)][..]));
        let mixed = [(month, block(60, 0, &[5])), (month, block(15, 90, &[1, 2]))];
        let laid = Prices::laid(&mixed).unwrap();
        let nano = [Some(5), Some(5), Some(5), Some(5), None, None, Some(1), Some(2)];
        assert_eq!((laid.minutes, &laid.nano[..]), (15, &nano[..]));
        assert_eq!(laid.known().count(), 6);
        assert_eq!(Prices::laid(&[]), None);
    }

    /// Two days a season, a season from November to February, and weekdays only.
    const WINTER: &str = "tariff W-1 half-up\nname Winter peaks\ncommodity electric kWh\n\
        from 2025-01-01\nclock hours\n  critical  nov-feb weekdays event cold at-most 2 a season 6-9\n  \
        rest  else\nvolume Energy by hours\n  critical 1.00\n  rest 0.10\n";

    #[test]
    fn an_event_is_counted_in_its_season_and_on_days_with_hours() {
        let tariff = Tariff::parse(WINTER).unwrap();
        let mut published = Published::default();
        // Two weekdays before the new year, a Saturday, a day of another season, and a third one.
        let days = [
            date(2025, 12, 1),
            date(2025, 12, 2),
            date(2025, 12, 6),
            date(2025, 2, 3),
            date(2026, 1, 5),
        ];
        published.events.insert("cold".to_owned(), days.into_iter().collect());
        let month = |year, month| Period::month(year, month).unwrap();
        assert_eq!(too_many(&tariff, &published, month(2025, 12)), None);
        assert_eq!(too_many(&tariff, &published, month(2025, 2)), None);
        let why = too_many(&tariff, &published, month(2026, 1)).unwrap().to_string();
        assert_eq!(
            why,
            "cold is called on 2026-01-05, and W-1 allows at most 2 days a season; withdraw one: \
             meterbook publish event cold 2026-01-05 --withdraw"
        );
        let called = &published.events["cold"];
        assert!(one_too_many(&tariff, "cold", called, date(2025, 11, 3)).is_some());
        assert_eq!(one_too_many(&tariff, "cold", called, date(2025, 11, 1)), None, "a Saturday");
        assert_eq!(one_too_many(&tariff, "cold", called, date(2026, 11, 2)), None);
        assert_eq!(one_too_many(&tariff, "heat", called, date(2025, 11, 3)), None);
    }

    #[test]
    fn quarters_that_are_equal_are_an_hour_and_others_are_not() {
        let start: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
        let mut published = Published::default();
        let nano = [[Some(3); 4], [Some(5); 4], [Some(5), Some(5), Some(6), Some(5)]].concat();
        published.prices.insert("market".to_owned(), Prices { start, minutes: 15, nano });
        let at = |hour: i64| Timestamp::from_second(start.as_second() + hour * 3600).unwrap();
        let joined = published.for_intervals(60, (at(0), at(2)));
        assert_eq!(
            joined.prices["market"],
            Prices { start, minutes: 60, nano: vec![Some(3), Some(5)] }
        );
        assert_eq!(*published.for_intervals(60, (at(0), at(3))), published);
        assert!(matches!(published.for_intervals(15, (at(0), at(2))), Cow::Borrowed(_)));
        let after = published.for_intervals(60, (at(3), at(4)));
        assert_eq!(after.prices["market"].nano, [None], "a price that is missing stays missing");
    }

    #[test]
    fn a_load_of_even_days_has_the_prices_that_the_clocks_showed() {
        let zone = Zone::named("America/Chicago").unwrap();
        let day = Period::new(date(2026, 3, 8), date(2026, 3, 9)).unwrap();
        let mut published = Published::default();
        // The day begins at 06:00 UTC and has 23 hours; 02:00 is skipped.
        let start: Timestamp = "2026-03-08T06:00:00Z".parse().unwrap();
        let prices = Prices { start, minutes: 60, nano: (0..23).map(Some).collect() };
        published.prices.insert("market".to_owned(), prices);
        let at = "2026-03-08T09:00:00Z".parse().unwrap();
        published.peaks.insert("system".to_owned(), vec![PeakHour { start: at, minutes: 60 }]);
        let even = published.on_even_days(&zone, day);
        let nano = &even.prices["market"].nano;
        assert_eq!(
            (nano.len(), &nano[..5]),
            (24, &[Some(0), Some(1), Some(2), Some(2), Some(3)][..])
        );
        assert_eq!(even.prices["market"].start.to_string(), "2026-03-08T00:00:00Z");
        assert_eq!(even.peaks["system"][0].start.to_string(), "2026-03-08T04:00:00Z");
    }

    #[test]
    fn what_a_bill_finds_is_a_text() {
        let zone = Zone::named("America/Chicago").unwrap();
        let start = "2026-07-01T04:00:00Z".parse().unwrap();
        let mut published = Published::default();
        published.prices.insert(
            "market".to_owned(),
            Prices { start, minutes: 60, nano: vec![Some(1), Some(-2), None, Some(4)] },
        );
        let hour = PeakHour { start, minutes: 60 };
        published.peaks.insert("system".to_owned(), vec![hour]);
        let named = |it: &str| [it.to_owned()].into_iter().collect();
        let names = Names { prices: named("market"), peaks: named("system"), ..Names::default() };
        let july = Period::month(2026, 7).unwrap();
        // The day begins at 05:00 UTC: the first price and the peak are of June.
        assert_eq!(
            published.canonical(&names, &zone, july, july),
            "price market 1782882000 60 -2\nprice market 1782889200 60 4\n"
        );
        assert_eq!(published.canonical(&Names::default(), &zone, july, july), "");
    }
}
