//! A read of a register beside the reads before it.

use jiff::ToSpan;
use jiff::civil::Date;

use super::likely::is_about;
use super::{Action, Finding, Likely, Rule, Rules, days, narrow, turned};
use crate::meter::{Channel, Flow, Form};
use crate::money::Unit;
use crate::reads::{Read, ReadKind};

/// A read and what is known beside it.
#[derive(Clone, Copy, Debug)]
pub struct Looked<'a> {
    /// The register.
    pub channel: &'a Channel,
    /// The day the meter was hung where it hangs.
    pub hung: Date,
    /// Its earlier reads, one for each day, oldest first.
    pub before: &'a [Read],
    /// The read.
    pub read: &'a Read,
    /// What the meter that hung there before counted a day, in millionths, by its multiplier; with
    /// that multiplier.
    pub predecessor: Option<(i64, i64)>,
    /// What the neighbours of the same file used beside what is usual for them, in thousandths: a
    /// cold week is no mistake of anybody's meter.
    pub peers_milli: i64,
    /// Whether nobody is on the contract.
    pub vacant: bool,
}

/// Reads further back than this say nothing of what is usual.
const USUAL_DAYS: i64 = 400;
/// The neighbours explain at most this much, in thousandths: beyond it the file itself is doubted.
const MOST_PEERS: i128 = 3_000;

/// What is usual a day, in millionths by the multiplier: the mean since the oldest actual read of the
/// last 400 days. `None` while fewer than two reads, 20 days apart, say it.
pub fn usual_micro(channel: &Channel, before: &[Read]) -> Option<i64> {
    let (_, last) = (before.first()?, before.last()?);
    let since = last.on.checked_sub(USUAL_DAYS.days()).ok()?;
    let counts = |it: &&Read| since <= it.on && it.kind != ReadKind::Estimated;
    let first = before.iter().find(counts)?;
    if days(first.on, last.on) < 20 {
        return None;
    }
    let Form::Register { digits } = channel.form else { return None };
    let mut sum = 0;
    let within = before.iter().filter(|it| first.on <= it.on).collect::<Vec<_>>();
    for pair in within.windows(2) {
        sum += turned(pair[0].index_micro, pair[1].index_micro, digits)?;
    }
    Some(narrow(scaled(channel, sum).div_euclid(days(first.on, last.on))))
}

/// Days of history that have every season in them, or nearly.
const A_YEAR: i128 = 330;

/// All that is odd about a read. Of several, the first is the one that says most.
pub fn check(rules: &Rules, looked: &Looked<'_>) -> Vec<Finding> {
    let Looked { channel, before, read, .. } = *looked;
    let Form::Register { digits } = channel.form else { return Vec::new() };
    let Some(last) = before.iter().rfind(|it| it.on < read.on) else { return Vec::new() };
    let usual = usual_micro(channel, before).map(i128::from);
    let span = days(last.on, read.on);
    let sight = Sight { rules, looked, last, usual, span };
    let Some(used) = turned(last.index_micro, read.index_micro, digits) else {
        return sight.went_back(digits).into_iter().collect();
    };
    let used = scaled(channel, used);
    let rate = used.div_euclid(span);
    let went_round = read.index_micro < last.index_micro;
    let all = [
        went_round.then(|| sight.rollover(rate)).flatten(),
        sight.multiplier(rate),
        sight.step_change(rate),
        sight.high(rate, digits),
        sight.low(rate, digits),
        sight.standing(used),
        sight.vacant(used),
    ];
    let mut found: Vec<Finding> = Vec::new();
    for finding in all.into_iter().flatten() {
        // Each way of being too much says the same: the first is enough.
        if found.iter().all(|it| !same_story(it.rule, finding.rule)) {
            found.push(finding);
        }
    }
    found
}

fn same_story(one: Rule, other: Rule) -> bool {
    let too_much =
        |it| matches!(it, Rule::High | Rule::Rollover | Rule::Multiplier | Rule::StepChange);
    let too_little = |it| matches!(it, Rule::Low | Rule::Zero | Rule::Stuck | Rule::StepChange);
    (too_much(one) && too_much(other)) || (too_little(one) && too_little(other))
}

/// What a read is looked at with.
struct Sight<'a> {
    rules: &'a Rules,
    looked: &'a Looked<'a>,
    last: &'a Read,
    usual: Option<i128>,
    span: i128,
}

impl Sight<'_> {
    fn finding(&self, rule: Rule, saw: i128, usual: i128, count: i128) -> Option<Finding> {
        let (action, _) = self.rules.of(rule)?;
        Some(Finding {
            rule,
            action,
            from: self.last.on,
            to: self.looked.read.on,
            saw_micro: narrow(saw),
            usual_micro: narrow(usual),
            count: narrow(count),
            likely: None,
        })
    }

    fn limit(&self, rule: Rule) -> Option<i128> {
        self.rules.of(rule).map(|it| i128::from(it.1))
    }

    /// What makes a plausible read of this one: the mistake, undone on its index.
    fn likely(&self, digits: u8) -> Option<Likely> {
        let usual = self.usual.filter(|it| 0 < *it)?;
        Likely::FACTORS.into_iter().find(|it| {
            let index = narrow(it.undone(i128::from(self.looked.read.index_micro)));
            let Some(used) = turned(self.last.index_micro, index, digits) else { return false };
            let rate = scaled(self.looked.channel, used).div_euclid(self.span);
            is_about(rate, usual)
        })
    }

    fn went_back(&self, digits: u8) -> Option<Finding> {
        let back = i128::from(self.last.index_micro) - i128::from(self.looked.read.index_micro);
        if back <= self.limit(Rule::Negative)? * 1_000_000 && 0 <= back {
            return None;
        }
        let back = -scaled(self.looked.channel, back);
        let mut found = self.finding(Rule::Negative, back, self.usual.unwrap_or(0), self.span)?;
        found.likely = self.likely(digits);
        Some(found)
    }

    fn rollover(&self, rate: i128) -> Option<Finding> {
        let limit = self.limit(Rule::Rollover)?;
        // Of a register of which nothing is known a rollover is believed only to be looked at.
        let usual = self.usual.unwrap_or(0);
        // The first cold month goes past the last digit for some, and is no mistake for that.
        if rate * 1_000 <= limit * usual.max(self.floor()) * self.explained() {
            return None;
        }
        let mut found = self.finding(Rule::Rollover, rate, usual, self.span)?;
        // What used next to nothing so far may heat: before a winter was seen, nobody knows.
        let seen = self.looked.before.first().map_or(0, |it| days(it.on, self.last.on));
        if usual <= self.floor() && seen < A_YEAR {
            found.action = Action::Look;
        }
        found.likely = Some(Likely::WentRound);
        Some(found)
    }

    /// How much more than usual the neighbours used, in thousandths: that is the weather.
    fn explained(&self) -> i128 {
        i128::from(self.looked.peers_milli).clamp(1_000, MOST_PEERS)
    }

    fn floor(&self) -> i128 {
        i128::from(self.rules.floor_micro)
    }

    fn multiplier(&self, rate: i128) -> Option<Finding> {
        let limit = self.limit(Rule::Multiplier)?;
        if self.looked.channel.unit != Unit::Kwh || rate <= limit * 24_000_000 {
            return None;
        }
        let usual = self.usual.unwrap_or(0);
        self.finding(Rule::Multiplier, rate.div_euclid(24), usual.div_euclid(24), limit)
    }

    /// The first cycles after an exchange, beside the meter that hung there before.
    fn step_change(&self, rate: i128) -> Option<Finding> {
        let (was, multiplier) = self.looked.predecessor?;
        let was = i128::from(was);
        if 62 < days(self.looked.hung, self.looked.read.on) {
            return None;
        }
        let limit = self.limit(Rule::StepChange)?;
        let (most, least) = (rate.max(was), rate.min(was));
        if most <= limit * least.max(1) || most <= self.floor() {
            return None;
        }
        let mut found = self.finding(Rule::StepChange, rate, was, self.span)?;
        let (its, before) = (self.looked.channel.multiplier_micro, multiplier);
        let by_the_other = (rate * i128::from(before)).div_euclid(i128::from(its).max(1));
        found.likely = if its != before && is_about(by_the_other, was) {
            Some(Likely::OtherMultiplier)
        } else {
            Likely::of_rate(rate, was)
        };
        Some(found)
    }

    fn high(&self, rate: i128, digits: u8) -> Option<Finding> {
        let limit = self.limit(Rule::High)?;
        let usual = self.usual?;
        if rate * 1_000 <= limit * usual * self.explained() || rate <= self.floor() {
            return None;
        }
        // What never used anything has no usual to be beyond of: a floor's worth is forgiven.
        if usual == 0 && rate <= limit * self.floor() {
            return None;
        }
        let mut found = self.finding(Rule::High, rate, usual, self.span)?;
        found.likely = self.likely(digits);
        Some(found)
    }

    fn low(&self, rate: i128, digits: u8) -> Option<Finding> {
        let limit = self.limit(Rule::Low)?;
        let usual = self.usual.filter(|it| self.floor() < *it)?;
        let explained = i128::from(self.looked.peers_milli).clamp(1, 1_000);
        if rate == 0 || usual * explained <= limit * rate * 1_000 {
            return None;
        }
        let mut found = self.finding(Rule::Low, rate, usual, self.span)?;
        found.likely = self.likely(digits);
        Some(found)
    }

    /// The same index again: for so many days, or so many times.
    fn standing(&self, used: i128) -> Option<Finding> {
        if used != 0 || self.usual.is_some_and(|it| it == 0) {
            return None;
        }
        let index = self.looked.read.index_micro;
        let same = self.looked.before.iter().rev().take_while(|it| it.index_micro == index);
        let same: Vec<&Read> = same.collect();
        let (times, since) = (same.len() + 1, same.last()?.on);
        let times = i128::try_from(times).ok()?;
        let usual = self.usual?;
        if self.limit(Rule::Stuck).is_some_and(|it| it <= times) {
            return self.finding(Rule::Stuck, 0, usual, times);
        }
        let span = days(since, self.looked.read.on);
        (self.limit(Rule::Zero)? <= span).then(|| self.finding(Rule::Zero, 0, usual, span))?
    }

    fn vacant(&self, used: i128) -> Option<Finding> {
        let forgiven = self.limit(Rule::Vacant)? * 1_000_000;
        let counts =
            self.looked.vacant && self.looked.channel.flow == Flow::Delivered && forgiven < used;
        counts.then(|| self.finding(Rule::Vacant, used, 0, self.span))?
    }
}

/// What was counted, by the multiplier.
fn scaled(channel: &Channel, micro: i128) -> i128 {
    (micro * i128::from(channel.multiplier_micro)).div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::{ChannelId, MeterId};
    use crate::place::Commodity;

    fn channel(digits: u8) -> Channel {
        Channel {
            id: ChannelId(1),
            meter: MeterId(1),
            form: Form::Register { digits },
            unit: Unit::Kwh,
            flow: Flow::Delivered,
            multiplier_micro: 1_000_000,
        }
    }

    fn read(month: i8, index_milli: i64) -> Read {
        let (channel, kind) = (ChannelId(1), ReadKind::Actual);
        let on = date(2026, month, 1);
        Read { channel, on, index_micro: index_milli * 1_000, kind, batch: None }
    }

    /// What is found of the last of these monthly reads, in thousandths.
    fn found(digits: u8, milli: &[i64], change: impl Fn(&mut Looked<'_>)) -> Vec<Finding> {
        let channel = channel(digits);
        let reads: Vec<Read> = (1..).zip(milli).map(|(month, it)| read(month, *it)).collect();
        let (last, before) = reads.split_last().unwrap();
        let mut looked = Looked {
            channel: &channel,
            hung: date(2020, 1, 1),
            before,
            read: last,
            predecessor: None,
            peers_milli: 1_000,
            vacant: false,
        };
        change(&mut looked);
        check(&Rules::default_of(Commodity::Electric), &looked)
    }

    fn rules_of(found: &[Finding]) -> Vec<(Rule, Option<Likely>)> {
        found.iter().map(|it| (it.rule, it.likely)).collect()
    }

    fn plain(_: &mut Looked<'_>) {}

    #[test]
    fn what_goes_on_as_before_is_not_doubted() {
        assert_eq!(found(5, &[10_000_000, 10_600_000, 11_200_000, 11_800_000], plain), []);
        assert_eq!(found(5, &[10_000_000], plain), [], "nothing is known of the first");
    }

    #[test]
    fn a_moved_decimal_point_is_named() {
        // 1,000, 1,600 and 2,200 in three months, and then 28,000 for 2,800.
        let high = found(5, &[1_000_000, 1_600_000, 2_200_000, 28_000_000], plain);
        assert_eq!(rules_of(&high), [(Rule::High, Some(Likely::TenTimes))]);
        assert_eq!(high[0].action, Action::Hold);
        let back = found(5, &[1_000_000, 1_600_000, 2_200_000, 280_000], plain);
        assert_eq!(rules_of(&back), [(Rule::Negative, Some(Likely::Tenth))]);
    }

    #[test]
    fn gallons_in_a_register_of_ccf_are_named() {
        let swapped = found(7, &[400_000, 412_000, 424_000, 436_000 * 748], plain);
        assert_eq!(rules_of(&swapped), [(Rule::High, Some(Likely::GallonsForCcf))]);
    }

    #[test]
    fn going_past_the_last_digit_is_followed_and_going_back_is_held() {
        assert_eq!(found(5, &[98_800_000, 99_400_000, 99_990_000, 590_000], plain), []);
        let back = found(5, &[40_000_000, 40_600_000, 41_200_000, 41_190_000], plain);
        assert_eq!(rules_of(&back), [(Rule::Negative, None)]);
        assert_eq!(back[0].saw_micro, -10_000_000);
        // 70,000 after 99,000 could be 71,000 round, and is not; 30,000 could be 31,000 round.
        let round = found(5, &[97_800_000, 98_400_000, 99_000_000, 30_000_000], plain);
        assert_eq!(rules_of(&round), [(Rule::Rollover, Some(Likely::WentRound))]);
        assert_eq!(round[0].action, Action::Hold);
        // What the neighbours had as well is the weather; what stood all summer is only looked at.
        let cold = [98_400_000, 99_000_000, 1_200_000];
        assert_eq!(found(5, &cold, plain)[0].rule, Rule::Rollover);
        assert_eq!(found(5, &cold, |it| it.peers_milli = 2_500), []);
        let summer = found(5, &[99_000_000, 99_000_000, 99_000_000, 30_000_000], plain);
        assert_eq!(summer[0].rule, Rule::Rollover);
        assert_eq!(summer[0].action, Action::Look);
    }

    #[test]
    fn a_cold_month_that_all_have_is_no_mistake() {
        let cold = [10_000_000, 10_300_000, 10_600_000, 13_600_000];
        assert_eq!(rules_of(&found(5, &cold, plain)), [(Rule::High, None)]);
        assert_eq!(found(5, &cold, |it| it.peers_milli = 2_500), []);
    }

    #[test]
    fn a_register_that_stands_is_stuck_or_zero() {
        let stuck = found(5, &[10_000_000, 10_600_000, 11_200_000, 11_200_000, 11_200_000], plain);
        assert_eq!(rules_of(&stuck), [(Rule::Stuck, None)]);
        assert_eq!((stuck[0].action, stuck[0].count), (Action::Look, 3));
        assert_eq!(found(5, &[10_000_000, 10_600_000, 11_200_000, 11_200_000], plain), []);
    }

    #[test]
    fn a_new_meter_is_set_beside_the_old_one() {
        // The old one counted 20 a day by a multiplier of 40; the new one has 1.
        let step = |was, multiplier| {
            found(5, &[0, 15_500], move |it| {
                it.hung = date(2026, 1, 1);
                it.predecessor = Some((was, multiplier));
            })
        };
        let other = step(20_000_000, 40_000_000);
        assert_eq!(rules_of(&other), [(Rule::StepChange, Some(Likely::OtherMultiplier))]);
        assert_eq!(step(2_000_000, 1_000_000), []);
    }

    #[test]
    fn more_power_than_the_service_carries_is_a_multiplier() {
        let much = found(9, &[0, 1, 2, 4_000_000_000], plain);
        assert_eq!(much[0].rule, Rule::Multiplier);
    }

    #[test]
    fn use_without_an_agreement_is_seen() {
        let used = [10_000_000, 10_600_000, 11_200_000, 11_800_000];
        assert_eq!(rules_of(&found(5, &used, |it| it.vacant = true)), [(Rule::Vacant, None)]);
    }
}
