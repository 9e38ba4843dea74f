//! Where use comes from: each register and channel that counts in some days, its reads, and how much of
//! it is known, estimated or missing.

use jiff::civil::Date;

use crate::meter::{Channel, Form};
use crate::period::{Period, Zone};
use crate::reads::usage::{Facts, Measured};
use crate::reads::{Read, ReadKind, Series};

/// What one register or channel gives to the use of some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// The number on the meter's face.
    pub meter: String,
    /// The register or channel.
    pub channel: Channel,
    /// The days on which its meter hung there.
    pub days: Period,
    /// The share of it that counts, with its sign, in billionths: of a meter of another point.
    pub share_nano: i64,
    /// Of a register: the reads within the days, of two for one day the later.
    pub reads: Vec<Read>,
    /// Of a channel: how many values there should be.
    pub values: u32,
    /// How many of them nobody knows.
    pub missing: u32,
    /// How many are estimates.
    pub estimated: u32,
    /// What the known values, or the first and the last read, come to, multiplier applied, in
    /// millionths of the unit of the meter.
    pub used_micro: i64,
    /// What of it is estimated: the values that are, or all that lies between two reads of which one
    /// is.
    pub estimated_micro: i64,
}

/// Every register and channel that counts in `period`, those of other points after their own.
pub fn lineage(period: Period, zone: &Zone, facts: &Facts) -> Vec<Lineage> {
    let mut all = Vec::new();
    add(period, zone, facts, 1_000_000_000, &mut all);
    all
}

/// How much of the use is estimated, in millionths of all of it; `None` where nothing was used.
pub fn estimated_micro(lineage: &[Lineage]) -> Option<i64> {
    let of = |it: &Lineage, micro: i64| i128::from(micro) * i128::from(it.share_nano.abs());
    let counted = || lineage.iter().filter(|it| counts(it, lineage));
    let all: i128 = counted().map(|it| of(it, it.used_micro.abs())).sum();
    let part: i128 = counted().map(|it| of(it, it.estimated_micro.abs())).sum();
    let millionths = (part * 1_000_000).checked_div(all)?;
    i64::try_from(millionths).ok()
}

/// A register beside an interval channel of its meter and flow says nothing.
fn counts(it: &Lineage, all: &[Lineage]) -> bool {
    let is_interval = |it: &Lineage| matches!(it.channel.form, Form::Interval { .. });
    let beside = |other: &Lineage| {
        (&other.meter, other.channel.flow, other.days) == (&it.meter, it.channel.flow, it.days)
    };
    is_interval(it) || !all.iter().any(|other| is_interval(other) && beside(other))
}

fn add(period: Period, zone: &Zone, facts: &Facts, nano: i64, all: &mut Vec<Lineage>) {
    for hung in &facts.hung {
        let Some(days) = period.overlap(hung.from, hung.to) else { continue };
        for measured in &hung.channels {
            all.push(match measured.channel.form {
                Form::Register { .. } => of_register(&hung.meter, measured, days, nano),
                Form::Interval { minutes } => {
                    of_series(&hung.meter, measured, (days, zone, minutes), nano)
                }
            });
        }
    }
    for part in &facts.parts {
        let Some(days) = period.overlap(part.relation.from, part.relation.to) else { continue };
        let share = i128::from(nano) * i128::from(part.relation.signed_nano());
        let nano = i64::try_from(share.div_euclid(1_000_000_000)).unwrap_or(nano);
        add(days, zone, &part.facts, nano, all);
    }
}

fn empty(meter: &str, measured: &Measured, days: Period, share_nano: i64) -> Lineage {
    Lineage {
        meter: meter.to_owned(),
        channel: measured.channel.clone(),
        days,
        share_nano,
        reads: Vec::new(),
        values: 0,
        missing: 0,
        estimated: 0,
        used_micro: 0,
        estimated_micro: 0,
    }
}

fn of_register(meter: &str, measured: &Measured, days: Period, nano: i64) -> Lineage {
    let mut reads: Vec<Read> = Vec::new();
    let within = |on: Date| days.start() <= on && on <= days.end();
    for read in measured.reads.iter().filter(|it| within(it.on)) {
        reads.retain(|it| it.on != read.on);
        reads.push(read.clone());
    }
    reads.sort_by_key(|it| it.on);
    let mut lineage = empty(meter, measured, days, nano);
    for pair in reads.windows(2) {
        let turned = turned(&pair[0], &pair[1], measured.channel.form);
        let used = times(turned, measured.channel.multiplier_micro);
        lineage.used_micro += used;
        if pair.iter().any(|it| it.kind == ReadKind::Estimated) {
            lineage.estimated_micro += used;
        }
    }
    let guessed = reads.iter().filter(|it| it.kind == ReadKind::Estimated).count();
    lineage.estimated = u32::try_from(guessed).unwrap_or(u32::MAX);
    lineage.reads = reads;
    lineage
}

/// How far the dials turned, over the top where they rolled over.
fn turned(first: &Read, last: &Read, form: Form) -> i64 {
    let Form::Register { digits } = form else { return 0 };
    let Some(dial) = 10_i64.checked_pow(u32::from(digits) + 6) else { return 0 };
    last.index_micro.saturating_sub(first.index_micro).rem_euclid(dial)
}

fn of_series(
    meter: &str,
    measured: &Measured,
    (days, zone, minutes): (Period, &Zone, u16),
    nano: i64,
) -> Lineage {
    let mut lineage = empty(meter, measured, days, nano);
    let (start, end) =
        (zone.start_of(days.start()).as_second(), zone.start_of(days.end()).as_second());
    let step = i64::from(minutes) * 60;
    lineage.values = u32::try_from((end - start).div_euclid(step.max(1))).unwrap_or(u32::MAX);
    let mut known = 0;
    if let Some(series) = &measured.series {
        for (at, micro, quality) in values(series) {
            if at < start || end <= at || quality == Known::Missing {
                continue;
            }
            known += 1;
            let used = times(micro, measured.channel.multiplier_micro);
            lineage.used_micro += used;
            if quality == Known::Estimated {
                lineage.estimated += 1;
                lineage.estimated_micro += used;
            }
        }
    }
    lineage.missing = lineage.values.saturating_sub(known);
    lineage
}

/// How an interval value is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It was measured.
    Measured,
    /// It was worked out.
    Estimated,
    /// It is not.
    Missing,
}

/// Every value of a series: the second at which it starts, its millionths before the multiplier, and
/// how it is known.
pub fn values(series: &Series) -> impl Iterator<Item = (i64, i64, Known)> {
    let mut known = vec![Known::Measured; series.micro.len()];
    let spans = series.estimated.iter().map(|it| (it, Known::Estimated));
    for (span, as_what) in spans.chain(series.missing.iter().map(|it| (it, Known::Missing))) {
        let (from, to) = (span.start as usize, (span.start + span.len) as usize);
        let to = to.min(known.len());
        known[from.min(to)..to].fill(as_what);
    }
    let step = i64::from(series.minutes) * 60;
    let starts = (0..).map(move |nth: i64| nth * step);
    let first = series.start.as_second();
    starts.zip(&series.micro).zip(known).map(move |((at, micro), it)| (first + at, *micro, it))
}

/// `micro` times a multiplier in millionths, to the nearest millionth.
fn times(micro: i64, multiplier_micro: i64) -> i64 {
    let exact = i128::from(micro) * i128::from(multiplier_micro);
    i64::try_from((exact + 500_000).div_euclid(1_000_000)).unwrap_or(i64::MAX)
}
