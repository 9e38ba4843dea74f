//! A tariff made ready for pricing: its versions with their clocks laid on the days to be billed.
//! It is made once and shared by every account on the tariff.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::strikes::Strikes;
use crate::period::{Period, Zone};
use crate::rating::published::Published;
use crate::rating::{Rule, Said};
use crate::tariff::clock::Clock;
use crate::tariff::{
    Charge, Component, FixedCharge, Place, Riders, ShareCharge, Tariff, UsageCharge,
};

/// Everything about one tariff that the bills of all accounts on it share.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) code: String,
    /// The days it can price.
    pub(super) days: Period,
    /// The length of the intervals it expects, in minutes.
    pub(super) minutes: u16,
    zone: Zone,
    /// For each day, its first second; one more for the end of the last.
    starts: Vec<i64>,
    /// For each day, how many intervals come before it; one more for the end of the last.
    intervals: Vec<usize>,
    pub(super) versions: Vec<Version>,
    /// The versions of the riders that these include, oldest first.
    pub(super) riders: BTreeMap<String, Vec<Version>>,
}

/// One version of the tariff or of a rider, laid on the days.
#[derive(Clone, Debug)]
pub(super) struct Version {
    /// Which one it is of all that the plan holds.
    pub(super) nth: usize,
    pub(super) tariff: Tariff,
    /// What the days of each of its clocks look like.
    pub(super) strikes: Vec<Strikes>,
    /// The words of the lines of each component.
    pub(super) words: Vec<Words>,
    /// The line that says how it nets.
    pub(super) net: Option<Arc<Said>>,
    /// Whether some of its clocks depend on published days.
    has_events: bool,
    /// Whether some charge of it looks for the highest value in a period.
    pub(super) seeks_peaks: bool,
}

/// What the lines of one component say.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub(super) plain: Arc<Said>,
    /// For each period of its clock, or the only one without: its words, and whether it has several
    /// tiers.
    pub(super) periods: Vec<(Arc<Said>, bool)>,
}

impl Plan {
    /// Lays the versions of the tariff called `code`, oldest first, on `days` for meters that keep
    /// intervals of `minutes`. Where only registers are read, `minutes` is of no consequence.
    pub fn new(code: &str, versions: &[Tariff], zone: &Zone, minutes: u16, days: Period) -> Plan {
        Plan::with_riders(code, versions, &Riders::new(), zone, minutes, days)
    }

    /// The same, for a tariff that includes riders: `riders` has their versions by code, oldest first.
    /// Versions before the days count too, since customers may keep them.
    pub fn with_riders(
        code: &str,
        versions: &[Tariff],
        riders: &Riders,
        zone: &Zone,
        minutes: u16,
        days: Period,
    ) -> Plan {
        let starts: Vec<i64> =
            days.each_day().chain([days.end()]).map(|day| zone.start_of(day).as_second()).collect();
        let step = i64::from(minutes.max(1)) * 60;
        let first = starts[0];
        let before = |start: &i64| {
            usize::try_from((start - first).div_euclid(step)).expect("days come in their order")
        };
        let intervals: Vec<usize> = starts.iter().map(before).collect();
        let ends = versions.iter().skip(1).map(|next| Some(next.from)).chain([None]);
        let matters =
            |(tariff, end): &(&Tariff, Option<Date>)| days.overlap(tariff.from, *end).is_some();
        let mut count = 0..;
        let mut laid = |tariff: &Tariff| {
            let strikes =
                |clock: &Clock| Strikes::new(clock, &tariff.holidays, zone, minutes, days, &starts);
            Version {
                nth: count.next().expect("numbers do not end"),
                strikes: tariff.clocks.iter().map(strikes).collect(),
                words: tariff.components.iter().map(|it| words(tariff, it)).collect(),
                net: tariff.net.as_ref().map(|it| said(tariff, "".into(), None, &it.place)),
                has_events: tariff.clocks.iter().any(Clock::has_events),
                seeks_peaks: tariff.components.iter().any(is_demand),
                tariff: tariff.clone(),
            }
        };
        let versions: Vec<Version> =
            versions.iter().zip(ends).filter(matters).map(|(tariff, _)| laid(tariff)).collect();
        let codes: BTreeSet<&str> = versions.iter().flat_map(|it| it.tariff.riders()).collect();
        let riders = codes.into_iter().map(|code| {
            let versions = riders.get(code).map_or(&[][..], Vec::as_slice);
            (code.to_owned(), versions.iter().map(&mut laid).collect())
        });
        let (code, riders, zone) = (code.to_owned(), riders.collect(), zone.clone());
        Plan { code, days, minutes, zone, starts, intervals, versions, riders }
    }

    /// The clocks of each version, those of riders too, as `period` has them after its event days:
    /// none where they are as in the plan, and nothing at all where no version knows events.
    pub(super) fn called(
        &self,
        period: Period,
        published: &Published,
    ) -> Vec<Option<Vec<Strikes>>> {
        let called = |version: &Version| {
            let tariff = &version.tariff;
            let strikes = version.strikes.iter().zip(&tariff.clocks).map(|(strikes, clock)| {
                let mut strikes = strikes.clone();
                let days = self.places(period).zip(period.each_day());
                let events: BTreeSet<&str> =
                    clock.rules.iter().filter_map(|it| it.event.as_deref()).collect();
                let is_one = |day: &Date| events.iter().any(|name| published.is_called(name, *day));
                for (place, day) in days.filter(|(_, day)| is_one(day)) {
                    let called = |name: &str| published.is_called(name, day);
                    let quarters = clock.quarters(day, &tariff.holidays, called);
                    let edges = (self.starts[place], self.starts[place + 1]);
                    strikes.replace(place, &quarters, &self.zone, self.minutes, edges);
                }
                strikes
            });
            version.has_events.then(|| strikes.collect())
        };
        let all = || self.versions.iter().chain(self.riders.values().flatten());
        match all().any(|it| it.has_events) {
            true => all().map(called).collect(),
            false => Vec::new(),
        }
    }

    /// The second at which a day begins, by its place.
    pub(super) fn start(&self, place: usize) -> i64 {
        self.starts[place]
    }

    /// The local time of a second.
    pub(super) fn local(&self, second: i64) -> DateTime {
        let instant = Timestamp::from_second(second).expect("a time within the bill");
        self.zone.tz().to_datetime(instant)
    }

    /// The days it can price.
    pub fn days(&self) -> Period {
        self.days
    }

    /// How many days of the plan come before `day`.
    pub(super) fn day(&self, day: Date) -> usize {
        usize::try_from(days_between(self.days.start(), day)).expect("a bill is within its plan")
    }

    /// The days of the plan that `period` covers, by their place.
    pub(super) fn places(&self, period: Period) -> Range<usize> {
        self.day(period.start())..self.day(period.end())
    }

    /// The intervals of some days, counted from the first day of a bill.
    pub(super) fn intervals(&self, bill_from: usize, days: &Range<usize>) -> Range<usize> {
        let first = self.intervals[bill_from];
        self.intervals[days.start] - first..self.intervals[days.end] - first
    }
}

/// The days from one date to another, without the detour over calendar spans.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours().div_euclid(24)
}

/// The words of a line that follows from a line of a tariff's text.
pub(super) fn said(
    tariff: &Tariff,
    label: Box<str>,
    spanish: Option<Box<str>>,
    place: &Place,
) -> Arc<Said> {
    let rule = Rule {
        tariff: tariff.code.clone(),
        version: tariff.from,
        line: place.line,
        text: place.text.clone(),
    };
    Arc::new(Said { label, spanish, rule })
}

fn is_demand(component: &Component) -> bool {
    matches!(component.charge, Charge::Demand(_))
}

fn words(tariff: &Tariff, component: &Component) -> Words {
    let (clock, blocks): (_, Vec<usize>) = match &component.charge {
        Charge::Fixed(it) if it.choice.is_some() => (None, vec![1; it.prices.len()]),
        Charge::Share(it) if it.choice.is_some() => (None, vec![1; it.shares.len()]),
        Charge::Usage(it) => (it.clock, it.ladders.iter().map(|it| it.0.len()).collect()),
        Charge::Credit(it) => {
            (it.usage.clock, it.usage.ladders.iter().map(|it| it.0.len()).collect())
        }
        Charge::Demand(it) => (it.clock, it.ladders.iter().map(|it| it.0.len()).collect()),
        Charge::Coincident(it) => (it.clock, it.ladders.iter().map(|it| it.0.len()).collect()),
        _ => (None, Vec::new()),
    };
    let choice = match &component.charge {
        Charge::Fixed(FixedCharge { choice, .. })
        | Charge::Usage(UsageCharge { choice, .. })
        | Charge::Share(ShareCharge { choice, .. }) => choice.as_ref(),
        _ => None,
    };
    let plain = |place: &Place| {
        let spanish = tariff.spanish(&component.label).map(Into::into);
        said(tariff, component.label.as_str().into(), spanish, place)
    };
    let names = clock.map(|it: usize| &tariff.clocks[it].periods).or(choice.map(|it| &it.words));
    let period = |(period, blocks): (usize, &usize)| {
        let place = component.places.get(period).unwrap_or(&component.place);
        let spanish = tariff.spanish(&component.label);
        let said = match names {
            None => plain(place),
            Some(names) => {
                let (label, name) = (&component.label, &names[period]);
                let named = tariff.spanish(name);
                let either = spanish.or(named).is_some();
                let (charge, of) = (spanish.unwrap_or(label), named.unwrap_or(name));
                let spanish = either.then(|| format!("{charge}, {of}").into());
                said(tariff, format!("{label}, {name}").into(), spanish, place)
            }
        };
        (said, *blocks != 1)
    };
    Words {
        plain: plain(&component.place),
        periods: blocks.iter().enumerate().map(period).collect(),
    }
}
