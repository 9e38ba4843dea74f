//! A read of a register worked out where there is none: five ways, the first that can.

use jiff::ToSpan;
use jiff::civil::Date;

use super::degrees::Compared;
pub use super::degrees::DegreeDays;
use super::{days, narrow, turned};
use crate::meter::{Channel, Form};
use crate::period::Period;
use crate::reads::{Read, ReadKind};

/// A way to estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The mean of a day over up to 400 days of its own actual reads.
    OwnHistory,
    /// What it used on the same days of the year before.
    LastYear,
    /// Its own history, spread over the year as the rules' profile says.
    Profile,
    /// On as it went between its last two reads.
    Linear,
    /// A base a day and so much for each degree-day, as its own history shows.
    DegreeDays,
    /// Interval values: a straight line over a short gap.
    Line,
    /// Interval values: the same time of like days.
    LikeDays,
}

words! {
    Method {
        OwnHistory = "own-history", LastYear = "last-year", Profile = "profile",
        Linear = "linear", DegreeDays = "degree-days", Line = "line", LikeDays = "like-days",
    }
}

/// What an estimate goes by.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// How the register counts.
    pub form: Form,
    /// Its reads, one for each day, oldest first.
    pub reads: &'a [Read],
    /// The weights of the twelve months.
    pub profile: Option<&'a [i64; 12]>,
    /// Degree-days, where they are published.
    pub degree_days: &'a DegreeDays,
}

/// A read that was worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// What the register would show, in millionths: whole units, rounded down, because nobody sees
    /// parts of one on the dials and an estimate should not run ahead of the meter.
    pub index_micro: i64,
    /// In which way.
    pub method: Method,
    /// Of an estimate by degree-days, what it went by.
    pub compared: Option<Compared>,
}

/// What the register would show at the start of `on`, by the first of these ways that can say it.
pub fn estimate(methods: &[Method], known: &Known<'_>, on: Date) -> Option<Estimate> {
    let Form::Register { digits } = known.form else { return None };
    let dial = 10_i128.checked_pow(u32::from(digits) + 6)?;
    let last = known.reads.iter().rfind(|it| it.on < on)?;
    let used_by = |method: Method| -> Option<i128> {
        match method {
            Method::OwnHistory => own_history(known, digits, last, on),
            Method::LastYear => last_year(known, digits, last, on),
            Method::Profile => by_profile(known, digits, last, on),
            Method::Linear => linear(known, digits, last, on),
            Method::DegreeDays => by_degrees(known, digits, last, on).map(|it| it.0),
            Method::Line | Method::LikeDays => None,
        }
    };
    methods.iter().find_map(|method| {
        let used = used_by(*method).filter(|it| 0 <= *it && it * 2 <= dial)?;
        let index = (i128::from(last.index_micro) + used).rem_euclid(dial);
        let index_micro = i64::try_from(index - index.rem_euclid(1_000_000)).ok()?;
        let by_degrees = || by_degrees(known, digits, last, on).map(|it| it.1);
        let compared = (*method == Method::DegreeDays).then(by_degrees).flatten();
        Some(Estimate { index_micro, method: *method, compared })
    })
}

/// How many estimates in a row end a row of reads, oldest first.
pub fn run_of_estimates(reads: &[Read]) -> usize {
    reads.iter().rev().take_while(|it| it.kind == ReadKind::Estimated).count()
}

/// What two reads of a register counted, following every one between: past the last digit more than
/// once, if need be.
fn between(known: &Known<'_>, digits: u8, from: Date, to: Date) -> Option<i128> {
    let within: Vec<&Read> = known.reads.iter().filter(|it| from <= it.on && it.on <= to).collect();
    within.windows(2).map(|it| turned(it[0].index_micro, it[1].index_micro, digits)).sum()
}

/// Actual reads of the last 400 days: the first of them, and what was counted since.
fn history(known: &Known<'_>, digits: u8, last: &Read) -> Option<(Date, Date, i128)> {
    let since = last.on.checked_sub(400.days()).ok()?;
    let actual = |it: &&Read| it.kind != ReadKind::Estimated && since <= it.on && it.on <= last.on;
    let first = known.reads.iter().find(actual)?;
    // Estimates must not feed on estimates: it ends with the last actual read.
    let end = known.reads.iter().rfind(actual)?;
    if days(first.on, end.on) < 20 {
        return None;
    }
    Some((first.on, end.on, between(known, digits, first.on, end.on)?))
}

fn own_history(known: &Known<'_>, digits: u8, last: &Read, on: Date) -> Option<i128> {
    let (from, to, used) = history(known, digits, last)?;
    Some((used * days(last.on, on)).div_euclid(days(from, to)))
}

fn linear(known: &Known<'_>, digits: u8, last: &Read, on: Date) -> Option<i128> {
    let before = known.reads.iter().rfind(|it| it.on < last.on)?;
    let used = turned(before.index_micro, last.index_micro, digits)?;
    Some((used * days(last.on, on)).div_euclid(days(before.on, last.on)))
}

/// What the same days of the year before used: what stood between two reads is taken as even.
fn last_year(known: &Known<'_>, digits: u8, last: &Read, on: Date) -> Option<i128> {
    let (from, to) = (last.on.checked_sub(1.year()).ok()?, on.checked_sub(1.year()).ok()?);
    let (first, end) = (known.reads.first()?, known.reads.last()?);
    if from < first.on || end.on < to {
        return None;
    }
    let mut used = 0;
    for pair in known.reads.windows(2) {
        let (start, stop) = (pair[0].on.max(from), pair[1].on.min(to));
        if start < stop {
            if pair.iter().any(|it| it.kind == ReadKind::Estimated) {
                return None;
            }
            let turned = turned(pair[0].index_micro, pair[1].index_micro, digits)?;
            used += (turned * days(start, stop)).div_euclid(days(pair[0].on, pair[1].on));
        }
    }
    Some(used)
}

fn by_profile(known: &Known<'_>, digits: u8, last: &Read, on: Date) -> Option<i128> {
    let weights = known.profile?;
    let (from, to, used) = history(known, digits, last)?;
    let weight = |from, to| -> Option<i128> {
        let month = |day: Date| usize::try_from(day.month() - 1).expect("a month is from 1 on");
        Some(Period::new(from, to)?.each_day().map(|it| i128::from(weights[month(it)])).sum())
    };
    Some((used * weight(last.on, on)?).div_euclid(weight(from, to)?.max(1)))
}

/// The quietest stretch of its history is what goes without; what the others used beyond it is scaled
/// by the degree-days of the days to come over theirs.
fn by_degrees(known: &Known<'_>, digits: u8, last: &Read, on: Date) -> Option<(i128, Compared)> {
    let degrees = |from, to| -> Option<i128> {
        let days = Period::new(from, to)?;
        days.each_day().map(|it| known.degree_days.get(&it).map(|it| i128::from(*it))).sum()
    };
    let to_come = degrees(last.on, on)?;
    let mut stretches = Vec::new();
    for pair in known.reads.windows(2) {
        if pair.iter().any(|it| it.kind == ReadKind::Estimated) {
            continue;
        }
        let used = turned(pair[0].index_micro, pair[1].index_micro, digits)?;
        if let Some(degrees) = degrees(pair[0].on, pair[1].on) {
            stretches.push((used, (pair[0].on, pair[1].on), degrees));
        }
    }
    if stretches.len() < 3 {
        return None;
    }
    let (from, to) = (stretches.first()?.1.0, stretches.last()?.1.1);
    let spans = stretches.iter().map(|(used, (from, to), _)| (*used, days(*from, *to)));
    // Use a day in millionths: the least, as the base.
    let base = spans.clone().map(|(used, days)| used.div_euclid(days)).min()?;
    let beyond: i128 = spans.map(|(used, days)| used - base * days).sum();
    let all: i128 = stretches.iter().map(|it| it.2).sum();
    let warmth = if all == 0 { 0 } else { (beyond * to_come).div_euclid(all) };
    let steady_micro = narrow(base);
    let (their_milli, milli) = (narrow(all), narrow(to_come));
    let compared = Compared { from, to, their_milli, milli, steady_micro };
    Some((base * days(last.on, on) + warmth, compared))
}

/// What the true-up comes to: how far an estimate was from what the next actual read says of its day,
/// in millionths before the multiplier; above zero where too much was estimated.
pub fn off_by(before: &Read, estimate: &Read, next: &Read, digits: u8) -> Option<i64> {
    let all = turned(before.index_micro, next.index_micro, digits)?;
    let said = turned(before.index_micro, estimate.index_micro, digits)?;
    let even = (all * days(before.on, estimate.on)).div_euclid(days(before.on, next.on));
    Some(narrow(said - even))
}

/// What the next read that is no estimate says of an estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrueUp {
    /// The day of the estimate.
    pub estimated: Date,
    /// The day of the read that settles it.
    pub read: Date,
    /// How far the estimate was off, by the multiplier, in millionths: above zero where too much was
    /// estimated, and so billed before and credited after.
    pub off_by_micro: i64,
}

/// What came of the estimates of a register, the last of each run of them: the true-up of all. Its reads
/// are one for each day, oldest first.
pub fn true_ups(channel: &Channel, reads: &[Read]) -> Vec<TrueUp> {
    let Form::Register { digits } = channel.form else { return Vec::new() };
    let mut found = Vec::new();
    let mut before: Option<&Read> = None;
    for (nth, read) in reads.iter().enumerate() {
        if read.kind == ReadKind::Estimated {
            continue;
        }
        let last = nth.checked_sub(1).map(|it| &reads[it]);
        let estimate = last.filter(|it| it.kind == ReadKind::Estimated);
        if let (Some(before), Some(estimate)) = (before, estimate)
            && let Some(micro) = off_by(before, estimate, read, digits)
        {
            let by = i128::from(micro) * i128::from(channel.multiplier_micro);
            let off_by_micro = narrow(by.div_euclid(1_000_000));
            found.push(TrueUp { estimated: estimate.on, read: read.on, off_by_micro });
        }
        before = Some(read);
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::ChannelId;
    use crate::meter::Flow;
    use crate::money::Unit;

    fn read(on: Date, index: i64, kind: ReadKind) -> Read {
        Read { channel: ChannelId(1), on, index_micro: index * 1_000_000, kind, batch: None }
    }

    fn actual(on: Date, index: i64) -> Read {
        read(on, index, ReadKind::Actual)
    }

    fn by(method: Method, reads: &[Read], degree_days: &DegreeDays, on: Date) -> Option<i64> {
        let mut profile = [1; 12];
        profile[1] = 3;
        let form = Form::Register { digits: 5 };
        let known = Known { form, reads, profile: Some(&profile), degree_days };
        estimate(&[method], &known, on).map(|it| it.index_micro.div_euclid(1_000_000))
    }

    fn none() -> DegreeDays {
        DegreeDays::new()
    }

    #[test]
    fn each_way_says_what_a_calculator_says() {
        // 310 in January of last year, then 280 more until August, 10 a day since.
        let reads = [
            actual(date(2025, 1, 1), 99_500),
            actual(date(2025, 2, 1), 99_810),
            actual(date(2025, 12, 2), 90),
            actual(date(2026, 1, 1), 390),
        ];
        let on = date(2026, 2, 1);
        assert_eq!(by(Method::Linear, &reads, &none(), on), Some(390 + 310));
        assert_eq!(by(Method::LastYear, &reads, &none(), on), Some(390 + 310));
        // 890 in 365 days, for 31.
        assert_eq!(by(Method::OwnHistory, &reads, &none(), on), Some(390 + 75));
        // A profile in which a day of February counts three times: 365 + 2 × 28 days of weight.
        let march = date(2026, 3, 1);
        assert_eq!(
            by(Method::Profile, &reads, &none(), march),
            Some(390 + i64::div_euclid(890 * 115, 421))
        );
        assert_eq!(by(Method::LastYear, &reads, &none(), date(2028, 1, 1)), None);
    }

    #[test]
    fn degree_days_are_shared_out_beyond_the_base() {
        let days = |year, month, degrees: i64| {
            Period::month(year, month).unwrap().each_day().map(move |it| (it, degrees * 1_000))
        };
        let mut degree_days: DegreeDays = days(2026, 1, 20).collect();
        degree_days.extend(days(2026, 2, 10).chain(days(2026, 3, 0)).chain(days(2026, 4, 5)));
        let reads = [
            actual(date(2026, 1, 1), 0),
            actual(date(2026, 2, 1), 310 + 620),
            actual(date(2026, 3, 1), 930 + 280 + 280),
            actual(date(2026, 4, 1), 1_490 + 310),
        ];
        // The base is 10 a day; 900 beyond it for 900 degree-days: one for each.
        let april = by(Method::DegreeDays, &reads, &degree_days, date(2026, 5, 1));
        assert_eq!(april, Some(1_800 + 300 + 150));
        let form = Form::Register { digits: 5 };
        let known = Known { form, reads: &reads, profile: None, degree_days: &degree_days };
        let methods = [Method::DegreeDays, Method::LastYear];
        let it = estimate(&methods, &known, date(2026, 5, 1)).unwrap();
        let compared = Compared {
            from: date(2026, 1, 1),
            to: date(2026, 4, 1),
            their_milli: 900_000,
            milli: 150_000,
            steady_micro: 10_000_000,
        };
        assert_eq!((it.method, it.compared), (Method::DegreeDays, Some(compared)));
        // An April twice as cold takes twice as much beyond the base, and without cold there is the base.
        let april_of = |degrees: i64| {
            let mut all = degree_days.clone();
            all.extend(days(2026, 4, degrees));
            by(Method::DegreeDays, &reads, &all, date(2026, 5, 1)).unwrap() - 1_800
        };
        assert_eq!((april_of(10), april_of(0)), (300 + 300, 300));
        // A day that nothing says is not guessed.
        degree_days.remove(&date(2026, 4, 17));
        assert_eq!(by(Method::DegreeDays, &reads, &degree_days, date(2026, 5, 1)), None);
        assert_eq!(by(Method::DegreeDays, &reads, &none(), date(2026, 5, 1)), None);
    }

    #[test]
    fn estimates_do_not_feed_on_estimates() {
        let reads = [
            actual(date(2026, 1, 1), 0),
            actual(date(2026, 2, 1), 310),
            read(date(2026, 3, 1), 9_000, ReadKind::Estimated),
        ];
        let april = by(Method::OwnHistory, &reads, &none(), date(2026, 4, 1));
        assert_eq!(april, Some(9_310));
        assert_eq!(run_of_estimates(&reads), 1);
        assert_eq!(run_of_estimates(&reads[..2]), 0);
    }

    #[test]
    fn the_true_up_is_what_the_estimate_was_off_by() {
        let first = actual(date(2026, 1, 1), 0);
        let guess = read(date(2026, 1, 11), 150, ReadKind::Estimated);
        let next = actual(date(2026, 1, 21), 200);
        assert_eq!(off_by(&first, &guess, &next, 5), Some(50_000_000));
        let (meter, flow, unit) = (crate::id::MeterId(1), Flow::Delivered, Unit::Kwh);
        let (id, form) = (ChannelId(1), Form::Register { digits: 5 });
        let channel = Channel { id, meter, form, unit, flow, multiplier_micro: 40_000_000 };
        let (estimated, read) = (guess.on, next.on);
        let expected = TrueUp { estimated, read, off_by_micro: 2_000_000_000 };
        assert_eq!(true_ups(&channel, &[first.clone(), guess.clone(), next]), [expected]);
        assert_eq!(true_ups(&channel, &[first, guess]), [], "nothing settles it yet");
    }
}
