//! A section of a bill: the days on which one version of the tariff is in force, and what was used
//! in them.

use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

use jiff::civil::Date;

use crate::meter::Flow;
use crate::money::{Quantity, Share, Unit};
use crate::period::Period;
use crate::rating::drawn::ChargeOf;
use crate::rating::ladder::Rising;
use crate::rating::plan::{Plan, Version, days_between};
use crate::rating::strikes::{Strikes, Tally, later, peak};
use crate::rating::{Input, Unratable};
use crate::reads::usage::Usage;
use crate::tariff::{Component, Of, Priced, Tariff, UsageCharge};

/// Some days of the bill and the one version of the tariff that prices them.
#[derive(Clone, Debug)]
pub(super) struct Section<'a> {
    pub(super) plan: &'a Plan,
    /// The whole bill.
    pub(super) input: &'a Input<'a>,
    /// The version.
    pub(super) version: &'a Version,
    /// The days, all within the bill's.
    pub(super) period: Period,
    /// The places of the days in the plan.
    places: Range<usize>,
    /// The place of the first day of the whole bill.
    bill_from: usize,
    /// Where the tariff includes the rider that this is a section of; `None` for the tariff itself.
    pub(super) included: Option<Included<'a>>,
    /// The clocks of all versions after the event days of the bill.
    called: &'a [Option<Vec<Strikes>>],
    /// Its clocks, laid on the days of the plan.
    strikes: &'a [Strikes],
    /// The length of the turn, in days.
    window_days: i64,
    /// What one unit of the meter makes in the unit that is billed, in millionths; `None` when they
    /// are the same.
    factor_micro: Option<i64>,
    /// What came in each period of the clocks asked for so far: energy and demand by one clock look
    /// at the values once.
    tallied: RefCell<Vec<Tallied>>,
}

/// What came in each period of one clock on some days of a section.
#[derive(Clone, Debug)]
struct Tallied {
    flow: Flow,
    clock: Option<usize>,
    places: Range<usize>,
    tallies: Rc<Vec<Tally>>,
}

impl Tallied {
    /// The highest value of all; zero where there is none above it.
    fn highest(&self) -> i64 {
        self.tallies.iter().map(|it| it.peak).max().unwrap_or(0)
    }
}

/// Where a rider is included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Included<'a> {
    /// The place of the charge that includes it.
    pub(super) place: usize,
    /// The version of the tariff that does.
    pub(super) by: &'a Tariff,
}

/// Days of a section in one season, with the periods of a clock that have hours in them.
#[derive(Clone, Debug)]
pub(super) struct Part<'a> {
    pub(super) days: Period,
    /// The places of the days in the plan.
    pub(super) places: Range<usize>,
    /// The periods, rising; a single zero without a clock.
    pub(super) periods: &'a [usize],
    /// The clock, laid on the days of the plan.
    pub(super) strikes: Option<&'a Strikes>,
}

/// The bill cut at each change of the tariff, in order; `called` are the clocks of [`Plan::called`].
pub(super) fn sections<'a>(
    plan: &'a Plan,
    called: &'a [Option<Vec<Strikes>>],
    input: &'a Input<'a>,
) -> Result<Vec<Section<'a>>, Unratable> {
    let period = input.period;
    assert!(
        plan.days.start() <= period.start() && period.end() <= plan.days.end(),
        "a plan for {} does not price {period}",
        plan.days
    );
    let ends = plan.versions.iter().skip(1).map(|next| Some(next.tariff.from)).chain([None]);
    let places = plan.places(period);
    let window_days = match input.window == period {
        true => count(&places),
        false => days_between(input.window.start(), input.window.end()),
    };
    let bill_from = places.start;
    let mut sections = Vec::with_capacity(1);
    for (version, end) in plan.versions.iter().zip(ends) {
        if let Some(mine) = period.overlap(version.tariff.from, end) {
            let mut section = Section {
                plan,
                input,
                version,
                period: mine,
                places: if mine == period { places.clone() } else { plan.places(mine) },
                bill_from,
                included: None,
                called,
                strikes: strikes(version, called),
                window_days,
                factor_micro: None,
                tallied: RefCell::default(),
            };
            section.check_unit()?;
            section.check_size()?;
            section.factor_micro = section.factor()?;
            sections.push(section);
        }
    }
    match sections.first() {
        Some(first) if first.period.start() == period.start() => {}
        _ => return Err(Unratable::NoTariff { tariff: plan.code.clone(), on: period.start() }),
    }
    Ok(sections)
}

/// The clocks of a version, after the event days of the bill.
fn strikes<'a>(version: &'a Version, called: &'a [Option<Vec<Strikes>>]) -> &'a [Strikes] {
    called.get(version.nth).and_then(Option::as_ref).unwrap_or(&version.strikes)
}

impl<'a> Section<'a> {
    /// A section of a rider within this one.
    pub(super) fn of_rider(&self, place: usize, version: &'a Version, period: Period) -> Self {
        Section {
            version,
            period,
            places: self.plan.places(period),
            included: Some(Included { place, by: &self.version.tariff }),
            strikes: strikes(version, self.called),
            tallied: RefCell::default(),
            ..*self
        }
    }

    /// The same from an earlier day on.
    pub(super) fn since(&self, day: Date) -> Self {
        let period = Period::new(day, self.period.end()).expect("the sections of a rider rise");
        let places = self.plan.places(period);
        Section { period, places, tallied: RefCell::default(), ..*self }
    }

    /// The charge of the tariff, or of this rider, that a line is of; `None` where it is another
    /// rider's, or none.
    pub(super) fn charge(&self, of: ChargeOf) -> Option<&'a Component> {
        match (self.included, of.within) {
            (None, None) => self.version.tariff.components.get(of.place),
            (Some(rider), None) => rider.by.components.get(of.place),
            (Some(rider), Some((version, within))) if rider.place == of.place => {
                let mut versions = self.plan.riders.values().flatten();
                versions.find(|it| it.nth == version)?.tariff.components.get(within)
            }
            (_, Some(_)) => None,
        }
    }

    /// Whether the charge that a line is of, or the rider that has it, is called `label`.
    pub(super) fn is_called(&self, of: ChargeOf, label: &str) -> bool {
        let whole = ChargeOf { within: None, ..of };
        [of, whole].into_iter().filter_map(|it| self.charge(it)).any(|it| it.label == label)
    }

    /// Whether two lists name one charge.
    pub(super) fn share_a_charge(&self, one: &Of, other: &Of) -> bool {
        match (self.named(one), self.named(other)) {
            (Some(one), Some(other)) => one.iter().any(|it| other.contains(it)),
            _ => true,
        }
    }

    /// The labels of the charges in a list; `None` when it is of all.
    fn named<'o>(&'o self, of: &'o Of) -> Option<Vec<&'o str>> {
        match of {
            Of::Everything => None,
            Of::Named(labels) => Some(labels.iter().map(String::as_str).collect()),
            Of::These(places) => {
                let tariff = self.included.map_or(&self.version.tariff, |it| it.by);
                let charges = places.iter().filter_map(|it| tariff.components.get(*it));
                Some(charges.map(|it| it.label.as_str()).collect())
            }
        }
    }

    /// What a charge prices: a rider's looks at what the tariff nets, if it does.
    pub(super) fn priced(
        &self,
        component: &Component,
        charge: &UsageCharge,
    ) -> Result<Priced, Unratable> {
        let Some(rider) = self.included else { return Ok(charge.priced) };
        Ok(match (charge.priced, &rider.by.net) {
            (Priced::Net, None) => Priced::Delivered,
            (Priced::Surplus, None) => Priced::Received,
            (Priced::Net | Priced::Surplus, Some(_))
                if charge.clock.is_some() || charge.choice.is_some() =>
            {
                let (label, tariff) = (component.label.clone(), rider.by.code.clone());
                return Err(Unratable::NetsOtherwise { label, tariff });
            }
            (priced, _) => priced,
        })
    }

    pub(super) fn tariff(&self) -> &'a Tariff {
        &self.version.tariff
    }

    /// The days in the whole turn of the cycle.
    pub(super) fn window_days(&self) -> i64 {
        self.window_days
    }

    /// Whether `days` are the whole turn of the cycle, so that a monthly price is owed in full.
    pub(super) fn is_whole(&self, days: Period) -> bool {
        days == self.input.window || days_between(days.start(), days.end()) == self.window_days
    }

    /// The section cut where a clock passes from one season to another. The whole of it without a
    /// clock.
    pub(super) fn parts(&self, clock: Option<usize>) -> impl Iterator<Item = Part<'a>> + use<'a> {
        let (period, places) = (self.period, self.places.clone());
        let strikes = clock.map(|it| &self.strikes[it]);
        let mut next = places.start;
        std::iter::from_fn(move || {
            if next == places.end {
                return None;
            }
            let (end, periods) = match strikes {
                Some(strikes) => strikes.season(next, places.end),
                None => (places.end, &[0][..]),
            };
            let days = if (next, end) == (places.start, places.end) {
                period
            } else {
                let day = |place: usize| later(period.start(), place - places.start);
                Period::new(day(next), day(end)).expect("a run has at least one day")
            };
            let part = Part { days, places: next..end, periods, strikes };
            next = end;
            Some(part)
        })
    }

    /// The parts in which a charge for use is priced: those of its clock, or one for each row of its
    /// table that counts, cut where a price that is agreed for it changes.
    pub(super) fn parts_of<'c>(
        &self,
        component: &'c Component,
        charge: &'c UsageCharge,
    ) -> Result<Vec<Part<'c>>, Unratable>
    where
        'a: 'c,
    {
        let parts: Vec<Part<'c>> = self.parts(charge.clock).collect();
        if charge.choice.is_none() && self.input.terms.prices.is_empty() {
            return Ok(parts);
        }
        let label = &component.label;
        let needs = charge.choice.as_ref().map(|it| it.term);
        let mut cut = Vec::new();
        for whole in parts {
            for days in self.cut(whole.days, needs.as_slice(), label) {
                let periods = match &charge.choice {
                    Some(choice) => {
                        std::slice::from_ref(&choice.rows[self.row(label, choice, days.start())?])
                    }
                    None => whole.periods,
                };
                let strikes = whole.strikes;
                cut.push(Part { days, places: self.plan.places(days), periods, strikes });
            }
        }
        Ok(cut)
    }

    /// What was used in `days`, in the unit that is billed. Intervals say it exactly; what a
    /// register counted is shared evenly over the days of the bill.
    pub(super) fn used(&self, flow: Flow, days: Period) -> Quantity {
        let micro = self.counted(flow, days);
        Quantity { micro: self.converted(micro), unit: self.tariff().unit }
    }

    /// The same as the meter counted it.
    pub(super) fn counted(&self, flow: Flow, days: Period) -> i64 {
        let bill = self.input.period;
        if days == bill {
            return self.whole(flow);
        }
        match self.values(flow, &self.plan.places(days)) {
            Some(values) => values.iter().sum(),
            None => {
                let of = days_between(bill.start(), bill.end());
                let through = |day| part(self.whole(flow), days_between(bill.start(), day), of);
                through(days.end()) - through(days.start())
            }
        }
    }

    fn whole(&self, flow: Flow) -> i64 {
        match flow {
            Flow::Delivered => self.input.usage.delivered.micro,
            Flow::Received => self.input.usage.received.micro,
            Flow::Reactive => self.input.usage.reactive.map_or(0, |it| it.micro),
        }
    }

    /// The interval values of some days as the meter counted them, if it kept any. What nothing
    /// measures was not sent back; whether it was reactive nobody knows.
    pub(super) fn values(&self, flow: Flow, places: &Range<usize>) -> Option<&'a [i64]> {
        let profile = self.input.usage.profile.as_ref()?;
        assert_eq!(profile.minutes, self.plan.minutes, "a plan is for intervals of one length");
        let micro = match flow {
            Flow::Delivered => &profile.delivered_micro,
            Flow::Received => &profile.received_micro,
            Flow::Reactive if profile.reactive_micro.is_empty() => return None,
            Flow::Reactive => &profile.reactive_micro,
        };
        let range = self.plan.intervals(self.bill_from, places);
        Some(&micro[range.start.min(micro.len())..range.end.min(micro.len())])
    }

    /// What the intervals of a part come to in each period of its clock; `None` when the meter kept
    /// none.
    pub(super) fn tally(
        &self,
        part: &Part,
        flow: Flow,
        clock: Option<usize>,
    ) -> Result<Option<Rc<Vec<Tally>>>, Unratable> {
        let same = |it: &&Tallied| (it.flow, it.clock, &it.places) == (flow, clock, &part.places);
        if let Some(there) = self.tallied.borrow().iter().find(same) {
            return Ok(Some(there.tallies.clone()));
        }
        let Some(values) = self.values(flow, &part.places) else { return Ok(None) };
        self.check_coarse(clock)?;
        let tallies = match part.strikes {
            Some(strikes) => strikes.tally(&part.places, values, self.version.seeks_peaks),
            None => vec![Tally::of(values)],
        };
        let (places, tallies) = (part.places.clone(), Rc::new(tallies));
        self.tallied.borrow_mut().push(Tallied { flow, clock, places, tallies: tallies.clone() });
        Ok(Some(tallies))
    }

    /// The same, and climbs with what comes in the order of time. Among days on which no ladder comes
    /// to its next block the order does not matter: they are taken together.
    pub(super) fn tally_in_time(
        &self,
        part: &Part,
        flow: Flow,
        clock: Option<usize>,
        rising: &mut Rising,
    ) -> Result<Option<Rc<Vec<Tally>>>, Unratable> {
        let Some(tallies) = self.tally(part, flow, clock)? else { return Ok(None) };
        let strikes = part.strikes.expect("what a clock divides has one");
        let mut rest = self.values(flow, &part.places).unwrap_or_default();
        let mut left: Vec<i64> = tallies.iter().map(|it| it.sum).collect();
        let mut days = part.places.clone();
        let mut counted = 0_i64;
        while !days.is_empty() {
            let (many, count) = match self.factor_micro {
                None => strikes.within(&days, rest, rising.room()),
                // What is converted is rounded at each run.
                Some(_) => (0, 0),
            };
            let (together, day) = (days.start..days.start + many, days.start + many);
            let (now, later) = rest.split_at(count);
            if together == days {
                left.iter().enumerate().for_each(|(period, sum)| rising.stay(period, *sum));
                break;
            }
            // Whichever are fewer are added up, and the others are what is left.
            let first = many <= days.end - day;
            let (fewer, values) = if first { (together, now) } else { (day..days.end, later) };
            let few = strikes.tally(&fewer, values, false);
            for (period, (few, left)) in few.iter().zip(&mut left).enumerate() {
                let sum = if first { few.sum } else { *left - few.sum };
                rising.stay(period, sum);
                (counted, *left) = (counted + sum, *left - sum);
            }
            let (now, later) = later.split_at(strikes.len(day).min(later.len()));
            strikes.each_run(&(day..day + 1), now, |period, run| {
                let sum: i64 = run.iter().sum();
                (counted, left[period]) = (counted + sum, left[period] - sum);
                rising.reach(period, self.converted(counted));
            });
            (days.start, rest) = (day + 1, later);
        }
        Ok(Some(tallies))
    }

    /// The highest interval of some days; zero where there is none above it.
    pub(super) fn highest(&self, places: &Range<usize>) -> Option<i64> {
        let values = self.values(Flow::Delivered, places)?;
        let seen = |it: &&Tallied| self.version.seeks_peaks && it.flow == Flow::Delivered;
        let same = |it: &&Tallied| seen(it) && it.places == *places;
        let tallied = self.tallied.borrow();
        let there = tallied.iter().find(same);
        Some(there.map_or_else(|| peak(values), |it| it.highest()))
    }

    /// Refuses intervals in whose middle the clock strikes.
    pub(super) fn check_coarse(&self, clock: Option<usize>) -> Result<(), Unratable> {
        match clock {
            Some(clock) if self.strikes[clock].coarse => Err(Unratable::CoarseIntervals {
                clock: self.tariff().clocks[clock].name.clone(),
                minutes: self.plan.minutes,
            }),
            _ => Ok(()),
        }
    }

    /// The highest mean power in any interval of some days, in millionths of a kW.
    pub(super) fn peak(&self, places: &Range<usize>) -> Option<i64> {
        Some(self.power(self.highest(places)?))
    }

    /// Energy in one interval as mean power: 60/minutes is 12, 4, 2 or 1.
    pub(super) fn power(&self, micro: i64) -> i64 {
        micro * 60_i64.div_euclid(i64::from(self.plan.minutes))
    }

    /// An amount counted by the meter, in millionths of the unit that is billed.
    pub(super) fn converted(&self, micro: i64) -> i64 {
        self.factor_micro.map_or(micro, |factor| part(micro, factor, 1_000_000))
    }

    /// The factor of this section. Where it is a term that changes, use being even over the days, it
    /// is the mean of the days.
    fn factor(&self) -> Result<Option<i64>, Unratable> {
        let measured = self.measured_unit();
        let Some(convert) = self.tariff().convert.filter(|it| it.from == measured) else {
            return Ok(None);
        };
        let label = &self.tariff().name;
        let Some(need) = convert.times else {
            return product(label, self.most_counted(), convert.factor_micro, 1_000_000)
                .map(|_| Some(convert.factor_micro));
        };
        let mut weighed = 0;
        for piece in self.cut(self.period, &[need], "") {
            let times = self.number(label, need, piece.start())?;
            weighed += times * days_between(piece.start(), piece.end());
        }
        let days = days_between(self.period.start(), self.period.end());
        let factor = product(label, convert.factor_micro, part(weighed, 1, days), 1_000_000)?;
        product(label, self.most_counted(), factor, 1_000_000).map(|_| Some(factor))
    }

    /// The larger of what came and what was sent back.
    fn most_counted(&self) -> i64 {
        let Usage { delivered, received, .. } = self.input.usage;
        delivered.micro.max(received.micro)
    }

    fn measured_unit(&self) -> Unit {
        self.input.usage.delivered.unit
    }

    fn check_size(&self) -> Result<(), Unratable> {
        let reactive = self.input.usage.reactive.map_or(0, |it| it.micro);
        match self.most_counted().max(reactive) <= MOST {
            true => Ok(()),
            false => Err(Unratable::TooLarge { label: self.tariff().name.clone() }),
        }
    }

    fn check_unit(&self) -> Result<(), Unratable> {
        let (priced, measured) = (self.tariff().unit, self.measured_unit());
        let converts = self.tariff().convert.is_some_and(|it| it.from == measured);
        if priced == measured || converts {
            return Ok(());
        }
        Err(Unratable::WrongUnit { label: self.tariff().name.clone(), priced, measured })
    }
}

/// How many days are in a range of places.
fn count(days: &Range<usize>) -> i64 {
    i64::try_from(days.len()).expect("a plan has fewer days than that")
}

/// The most of anything, in millionths: a thousand million. What is more is refused before it is
/// multiplied, so that no product leaves its type.
pub(super) const MOST: i64 = 1_000_000_000_000_000;

/// `whole * times / of`, rounded half up.
pub(super) fn part(whole: i64, times: i64, of: i64) -> i64 {
    i64::try_from(ratio(whole, times, of)).expect("a part of a quantity fits where a quantity does")
}

/// The same of what a text or an agreement says, which may be anything: no more than [`MOST`].
pub(super) fn product(label: &str, whole: i64, times: i64, of: i64) -> Result<i64, Unratable> {
    let product = i64::try_from(ratio(whole, times, of)).ok().filter(|it| *it <= MOST);
    product.ok_or_else(|| Unratable::TooLarge { label: label.to_owned() })
}

fn ratio(whole: i64, times: i64, of: i64) -> i128 {
    let (whole, times, of) = (i128::from(whole), i128::from(times), i128::from(of));
    (whole * times * 2 + of).div_euclid(of * 2)
}

impl Share {
    /// This share of a quantity, to the nearest millionth.
    pub(super) fn of_micro(self, micro: i64) -> i64 {
        part(micro, self.nano, 1_000_000_000)
    }
}
