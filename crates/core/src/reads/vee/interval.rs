//! The values of an interval channel over some days, and beside its register.

use jiff::civil::Date;

use super::filling::gaps;
use super::likely::is_about;
use super::{Finding, Likely, Rule, Rules, narrow};
use crate::meter::{Channel, Flow};
use crate::money::Unit;
use crate::period::{Period, Zone};
use crate::reads::Series;

/// All that is odd about a channel in `days`. `register_micro` is what a register of the same meter
/// and flow counted in them, before the multiplier.
pub fn check(
    rules: &Rules,
    channel: &Channel,
    series: &Series,
    (days, zone): (Period, &Zone),
    register_micro: Option<i64>,
) -> Vec<Finding> {
    let sight = Sight::new(rules, channel, series, days, zone);
    let all = [
        sight.gap(),
        sight.long_day(),
        sight.multiplier(),
        sight.reverse(),
        sight.spike(),
        sight.sum_check(register_micro),
        sight.standing(),
        sight.zero(),
        sight.leak(),
    ];
    all.into_iter().flatten().collect()
}

struct Sight<'a> {
    rules: &'a Rules,
    channel: &'a Channel,
    series: &'a Series,
    days: Period,
    zone: &'a Zone,
    /// The values of the days that are there, each with its place in the series.
    values: Vec<(usize, i64)>,
}

impl<'a> Sight<'a> {
    fn new(
        rules: &'a Rules,
        channel: &'a Channel,
        series: &'a Series,
        days: Period,
        zone: &'a Zone,
    ) -> Sight<'a> {
        let (from, to) = (zone.start_of(days.start()), zone.start_of(days.end()));
        let mut absent = vec![false; series.micro.len()];
        for place in series.missing.iter().flat_map(|it| it.range()) {
            if let Some(it) = absent.get_mut(place) {
                *it = true;
            }
        }
        let step = i64::from(series.minutes) * 60;
        let first = series.start.as_second();
        let values = series.micro.iter().enumerate().filter(|(place, _)| {
            let second = first + i64::try_from(*place).unwrap_or(i64::MAX).saturating_mul(step);
            !absent[*place] && from.as_second() <= second && second < to.as_second()
        });
        let values = values.map(|(place, micro)| (place, *micro)).collect();
        Sight { rules, channel, series, days, zone, values }
    }

    fn limit(&self, rule: Rule) -> Option<i64> {
        self.rules.of(rule).map(|it| it.1)
    }

    /// What a rule saw from one day on to another.
    fn finding(
        &self,
        rule: Rule,
        (from, to): (Date, Date),
        (saw, usual): (i128, i128),
        count: i64,
    ) -> Option<Finding> {
        let (action, _) = self.rules.of(rule)?;
        let (saw_micro, usual_micro) = (narrow(saw), narrow(usual));
        Some(Finding { rule, action, from, to, saw_micro, usual_micro, count, likely: None })
    }

    fn day(&self, place: usize) -> Date {
        self.zone.day_of(self.series.at(place))
    }

    /// The days from one place to another, both counted.
    fn between(&self, first: usize, last: usize) -> (Date, Date) {
        (self.day(first), self.day(last).tomorrow().unwrap_or(Date::MAX))
    }

    fn scaled(&self, micro: i64) -> i128 {
        let by = i128::from(self.channel.multiplier_micro);
        (i128::from(micro) * by).div_euclid(1_000_000)
    }

    fn per_hour(&self) -> i64 {
        i64::from(60_u16.div_euclid(self.series.minutes.max(1)).max(1))
    }

    fn mean(&self) -> i128 {
        let sum: i128 = self.values.iter().map(|it| i128::from(it.1)).sum();
        sum.div_euclid(i128::try_from(self.values.len()).unwrap_or(1).max(1))
    }

    fn gap(&self) -> Option<Finding> {
        let forgiven = self.limit(Rule::Gap)?;
        let gaps = gaps(self.series, self.days, self.zone);
        let missing: i64 = gaps.iter().map(|it| it.1).sum();
        if missing <= forgiven {
            return None;
        }
        let step = i64::from(self.series.minutes) * 60;
        let at = |place: i64| {
            let second = self.series.start.as_second() + place * step;
            jiff::Timestamp::from_second(second)
                .map_or(self.days.start(), |it| self.zone.day_of(it))
        };
        let (first, last) = (gaps.first()?, gaps.last()?);
        let to = at(last.0 + last.1 - 1).tomorrow().ok()?;
        self.finding(Rule::Gap, (at(first.0), to), (0, 0), missing)
    }

    /// The peaks of the days, in order of the days.
    fn peaks(&self) -> Vec<i64> {
        let mut peaks: Vec<(Date, i64)> = Vec::new();
        for (place, micro) in &self.values {
            let day = self.day(*place);
            match peaks.last_mut().filter(|it| it.0 == day) {
                Some(peak) => peak.1 = peak.1.max(*micro),
                None => peaks.push((day, *micro)),
            }
        }
        peaks.into_iter().map(|it| it.1).collect()
    }

    fn spike(&self) -> Option<Finding> {
        let limit = self.limit(Rule::Spike)?;
        let mut peaks = self.peaks();
        peaks.sort_unstable();
        let usual = i128::from(*peaks.get(peaks.len().div_euclid(2))?);
        // Of less than a week nobody knows what is usual.
        if peaks.len() < 7 || usual <= 0 {
            return None;
        }
        let beyond = |it: &&(usize, i64)| usual * i128::from(limit) < i128::from(it.1);
        let spikes: Vec<&(usize, i64)> = self.values.iter().filter(beyond).collect();
        let worst = spikes.iter().map(|it| it.1).max()?;
        let a_day = self.scaled(worst) * i128::from(self.per_hour() * 24);
        if a_day <= i128::from(self.rules.floor_micro) {
            return None;
        }
        let span = self.between(spikes.first()?.0, spikes.last()?.0);
        let saw = (self.scaled(worst), self.scaled(narrow(usual)));
        let mut found = self.finding(Rule::Spike, span, saw, i64::try_from(spikes.len()).ok()?)?;
        found.likely = Likely::of_rate(saw.0, saw.1);
        Some(found)
    }

    fn multiplier(&self) -> Option<Finding> {
        let limit = self.limit(Rule::Multiplier)?;
        if self.channel.unit != Unit::Kwh {
            return None;
        }
        let (place, most) = *self.values.iter().max_by_key(|it| it.1)?;
        let kw = self.scaled(most) * i128::from(self.per_hour());
        if kw <= i128::from(limit) * 1_000_000 {
            return None;
        }
        let mean = self.scaled(narrow(self.mean())) * i128::from(self.per_hour());
        self.finding(Rule::Multiplier, self.between(place, place), (kw, mean), limit)
    }

    fn reverse(&self) -> Option<Finding> {
        let forgiven = self.limit(Rule::Reverse)?;
        // What swings may go either way.
        if self.channel.flow == Flow::Reactive {
            return None;
        }
        let back: Vec<&(usize, i64)> = self.values.iter().filter(|it| it.1 < 0).collect();
        let count = i64::try_from(back.len()).ok()?;
        if count <= forgiven {
            return None;
        }
        let sum: i128 = back.iter().map(|it| self.scaled(it.1)).sum();
        let span = self.between(back.first()?.0, back.last()?.0);
        self.finding(Rule::Reverse, span, (sum, 0), count)
    }

    /// The longest run of values that `counts` accepts, without one missing between: the first and
    /// the last place.
    fn longest(&self, counts: impl Fn(i64, i64) -> bool) -> Option<(usize, usize)> {
        let mut longest: Option<(usize, usize)> = None;
        let mut run: Option<(usize, usize, i64)> = None;
        for (place, micro) in &self.values {
            run = match run {
                Some((first, last, before)) if last + 1 == *place && counts(before, *micro) => {
                    Some((first, *place, *micro))
                }
                _ => counts(*micro, *micro).then_some((*place, *place, *micro)),
            };
            if let Some((first, last, _)) = run
                && longest.is_none_or(|it| it.1 - it.0 < last - first)
            {
                longest = Some((first, last));
            }
        }
        longest
    }

    fn hours(&self, (first, last): (usize, usize)) -> Option<i64> {
        Some(i64::try_from(last - first + 1).ok()?.div_euclid(self.per_hour()))
    }

    fn standing(&self) -> Option<Finding> {
        let limit = self.limit(Rule::Stuck)?;
        let run = self.longest(|before, now| before == now && now != 0)?;
        // So many reads of a register are so many days of intervals.
        let hours = self.hours(run)?;
        if hours < limit * 24 {
            return None;
        }
        let value = self.scaled(*self.series.micro.get(run.0)?);
        let mean = self.scaled(narrow(self.mean()));
        self.finding(Rule::Stuck, self.between(run.0, run.1), (value, mean), hours)
    }

    fn zero(&self) -> Option<Finding> {
        let limit = self.limit(Rule::Zero)?;
        let run = self.longest(|_, now| now == 0)?;
        let days = self.hours(run)?.div_euclid(24);
        if days < limit || self.mean() == 0 {
            return None;
        }
        let usual = self.scaled(narrow(self.mean())) * i128::from(self.per_hour() * 24);
        self.finding(Rule::Zero, self.between(run.0, run.1), (0, usual), days)
    }

    /// Water or gas that never rests.
    fn leak(&self) -> Option<Finding> {
        let limit = self.limit(Rule::Leak)?;
        let run = self.longest(|_, now| 0 < now)?;
        let hours = self.hours(run)?;
        if hours < limit {
            return None;
        }
        // What never rests is the least of it, hour by hour: so much is lost.
        let least = self.series.micro.get(run.0..=run.1)?.iter().min()?;
        let lost = self.scaled(*least) * i128::from(self.per_hour() * 24);
        let mean = self.scaled(narrow(self.mean())) * i128::from(self.per_hour() * 24);
        self.finding(Rule::Leak, self.between(run.0, run.1), (lost, mean), hours)
    }

    fn sum_check(&self, register_micro: Option<i64>) -> Option<Finding> {
        let limit = i128::from(self.limit(Rule::SumCheck)?);
        let register = i128::from(register_micro?);
        if !gaps(self.series, self.days, self.zone).is_empty() {
            return None;
        }
        let sum: i128 = self.values.iter().map(|it| i128::from(it.1)).sum();
        let apart = (sum - register).abs();
        // A register shows whole units: one at either end is no difference.
        if apart <= 2_000_000 || apart * 100 <= limit * register.abs() {
            return None;
        }
        let span = (self.days.start(), self.days.end());
        let seen = (self.scaled(narrow(sum)), self.scaled(narrow(register)));
        let hundredths = narrow((apart * 100).div_euclid(register.abs().max(1)));
        let mut found = self.finding(Rule::SumCheck, span, seen, hundredths)?;
        found.likely = Likely::of_rate(sum, register);
        Some(found)
    }

    /// On the day of 25 hours: the second of the two like hours says to the last digit what the
    /// first says, or all of the day is twice what the days around it are.
    fn long_day(&self) -> Option<Finding> {
        let forgiven = self.limit(Rule::LongDay)?;
        let long = self.days.each_day().find(|day| {
            let next = day.tomorrow().unwrap_or(Date::MAX);
            let seconds =
                self.zone.start_of(next).as_second() - self.zone.start_of(*day).as_second();
            24 * 3_600 < seconds
        })?;
        let (of_day, others): (Vec<(usize, i64)>, Vec<_>) =
            self.values.iter().partition(|it| self.day(it.0) == long);
        let clock = |place: usize| self.zone.tz().to_datetime(self.series.at(place)).time();
        let mut same = 0;
        let mut twice = Vec::new();
        for (nth, (place, micro)) in of_day.iter().enumerate() {
            if let Some(first) = of_day[..nth].iter().find(|it| clock(it.0) == clock(*place)) {
                twice.push(*place);
                same += i64::from(first.1 == *micro && *micro != 0);
            }
        }
        let sum = |of: &[(usize, i64)]| of.iter().map(|it| self.scaled(it.1)).sum::<i128>();
        let hours = i128::try_from(others.len()).ok()?.div_euclid(i128::from(self.per_hour()));
        let usual = if hours == 0 { 0 } else { (sum(&others) * 25).div_euclid(hours) };
        let saw = sum(&of_day);
        let repeated = !twice.is_empty()
            && i64::try_from(twice.len()).is_ok_and(|it| it == same)
            && forgiven < same;
        // Flat use is the same in every hour, also in these two.
        let varies = of_day.windows(2).filter(|it| it[0].1 != it[1].1).count() * 4 >= of_day.len();
        let doubled = 0 < usual && is_about(saw.div_euclid(2), usual) && usual * 7 < saw * 4;
        if !(repeated && varies || doubled) {
            return None;
        }
        let span = (long, long.tomorrow().ok()?);
        let mut found = self.finding(Rule::LongDay, span, (saw, usual), same)?;
        found.likely = Some(Likely::HourTwice);
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::{ChannelId, MeterId};
    use crate::meter::Form;
    use crate::place::Commodity;
    use crate::reads::Span;

    fn channel() -> Channel {
        Channel {
            id: ChannelId(1),
            meter: MeterId(1),
            form: Form::Interval { minutes: 60 },
            unit: Unit::Kwh,
            flow: Flow::Delivered,
            multiplier_micro: 1_000_000,
        }
    }

    /// Hours from the first of a month on, each of what its clock says, in tenths of a unit and one.
    fn month(zone: &Zone, year: i16, month: i8) -> (Series, Period) {
        let days = Period::month(year, month).unwrap();
        let (start, end) = (zone.start_of(days.start()), zone.start_of(days.end()));
        let hours = (end.as_second() - start.as_second()).div_euclid(3_600);
        let value = |nth: i64| (nth.rem_euclid(24) + 1) * 100_000 + nth * 7;
        let micro = (0..hours).map(value).collect();
        (Series { start, minutes: 60, micro, missing: Vec::new(), estimated: Vec::new() }, days)
    }

    fn found(commodity: Commodity, change: impl Fn(&mut Series)) -> Vec<Finding> {
        let zone = Zone::named("America/Chicago").unwrap();
        let (mut series, days) = month(&zone, 2026, 6);
        change(&mut series);
        let rules = Rules::default_of(commodity);
        check(&rules, &channel(), &series, (days, &zone), None)
    }

    fn the_one(found: &[Finding]) -> (Rule, i64) {
        assert_eq!(found.len(), 1, "{found:?}");
        (found[0].rule, found[0].count)
    }

    #[test]
    fn a_month_of_ordinary_hours_is_not_doubted() {
        assert_eq!(found(Commodity::Electric, |_| ()), []);
    }

    #[test]
    fn what_is_missing_is_a_gap_also_at_the_end() {
        let hole = found(Commodity::Electric, |it| it.missing.push(Span { start: 30, len: 3 }));
        assert_eq!(the_one(&hole), (Rule::Gap, 3));
        assert_eq!(hole[0].from, date(2026, 6, 2));
        let end = found(Commodity::Electric, |it| it.micro.truncate(30 * 24 - 5));
        assert_eq!(the_one(&end), (Rule::Gap, 5));
        assert_eq!((end[0].from, end[0].to), (date(2026, 6, 30), date(2026, 7, 1)));
    }

    #[test]
    fn a_spike_a_reverse_flow_and_a_stuck_value_are_seen() {
        let spike = found(Commodity::Electric, |it| it.micro[100] = 24_000_000);
        assert_eq!(the_one(&spike), (Rule::Spike, 1));
        assert_eq!(spike[0].likely, Some(Likely::TenTimes));
        let back = found(Commodity::Electric, |it| it.micro[100] = -1);
        assert_eq!(the_one(&back), (Rule::Reverse, 1));
        let stuck = found(Commodity::Electric, |it| it.micro[100..180].fill(300_000));
        assert_eq!(the_one(&stuck), (Rule::Stuck, 80));
    }

    #[test]
    fn more_power_than_the_service_carries_is_a_multiplier() {
        let much = found(Commodity::Electric, |it| it.micro[5] = 6_000_000_000);
        assert_eq!(much[0].rule, Rule::Multiplier);
    }

    #[test]
    fn water_that_never_rests_is_a_leak() {
        assert_eq!(the_one(&found(Commodity::Water, |_| ())), (Rule::Leak, 720));
        let rests =
            found(Commodity::Water, |it| it.micro.iter_mut().step_by(48).for_each(|it| *it = 0));
        assert_eq!(rests, []);
    }

    #[test]
    fn intervals_are_added_up_beside_the_register() {
        let zone = Zone::utc();
        let (series, days) = month(&zone, 2026, 6);
        let sum: i64 = series.micro.iter().sum();
        let rules = Rules::default_of(Commodity::Electric);
        let beside = |register| check(&rules, &channel(), &series, (days, &zone), Some(register));
        assert_eq!(beside(sum + 20_000_000), []);
        let half = beside(sum.div_euclid(2));
        assert_eq!(the_one(&half), (Rule::SumCheck, 100));
    }

    #[test]
    fn the_hour_that_comes_twice_is_counted_once() {
        let zone = Zone::named("America/Chicago").unwrap();
        let (mut series, days) = month(&zone, 2026, 11);
        let rules = Rules::default_of(Commodity::Electric);
        let look = |it: &Series| check(&rules, &channel(), it, (days, &zone), None);
        // The first of November 2026 has 25 hours; the third is the second one's twin.
        assert_eq!(look(&series), []);
        let right = series.micro[2];
        series.micro[2] = series.micro[1];
        let twice = look(&series);
        assert_eq!(the_one(&twice), (Rule::LongDay, 1));
        assert_eq!(twice[0].likely, Some(Likely::HourTwice));
        series.micro[2] = right;
        series.micro[..25].iter_mut().for_each(|it| *it *= 2);
        assert_eq!(look(&series)[0].rule, Rule::LongDay);
    }
}
