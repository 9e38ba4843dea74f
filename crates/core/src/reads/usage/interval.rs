//! An interval channel: its values over whole local days.

use jiff::Timestamp;

use crate::bill::check::Hold;
use crate::meter::Form;
use crate::period::{Period, Zone};
use crate::reads::Series;
use crate::reads::series::cut;
use crate::reads::usage::{Contribution, Measured, evidence, times};

/// Gapless values of equal length over the days of one meter.
#[derive(Clone)]
pub(super) struct Stretch {
    pub(super) minutes: u16,
    /// Multiplier applied.
    pub(super) micro: Vec<i64>,
}

/// What the channel adds in `days`; a gap where a value is missing.
pub(super) fn contribution(
    meter: &str,
    measured: &Measured,
    days: Period,
    zone: &Zone,
) -> Result<Contribution, Hold> {
    let (start, end) = (zone.start_of(days.start()), zone.start_of(days.end()));
    let gap = |missing: usize, first: Timestamp| Hold::Gap {
        meter: meter.to_owned(),
        missing: u32::try_from(missing).unwrap_or(u32::MAX),
        first: zone.day_of(first),
    };
    let channel = &measured.channel;
    let seconds = end.as_second() - start.as_second();
    let on_grid = |it: &&Series| {
        let step = i64::from(it.minutes) * 60;
        let apart = start.as_second() - it.start.as_second();
        0 < step && apart.rem_euclid(step) == 0 && seconds.rem_euclid(step) == 0
    };
    let Some(series) = measured.series.as_ref().filter(on_grid) else {
        let Form::Interval { minutes } = channel.form else { return Err(gap(0, start)) };
        return Err(gap(steps(seconds, minutes), start));
    };

    let count = steps(seconds, series.minutes);
    let skipped = steps(start.as_second() - series.start.as_second(), series.minutes);
    let late = steps(series.start.as_second() - start.as_second(), series.minutes).min(count);
    let from = skipped.min(series.micro.len());
    let to = (skipped + count - late).min(series.micro.len()).max(from);
    let missing = cut(&series.missing, from, to);
    let holes: usize = missing.iter().map(|it| it.len as usize).sum();
    let lacking = count - (to - from) + holes;
    if 0 < lacking {
        let hole = missing.first().map(|it| it.start as usize);
        let first = if 0 < late { start } else { series.at(from + hole.unwrap_or(to - from)) };
        let first = if from == to { start } else { first };
        return Err(gap(lacking, first));
    }

    let scaled = series.micro[from..to].iter().map(|it| times(*it, channel.multiplier_micro));
    let micro: Option<Vec<i64>> = scaled.collect();
    let beyond = || Hold::WentBack { meter: meter.to_owned(), on: days.end() };
    let micro = micro.ok_or_else(beyond)?;
    let used = micro.iter().try_fold(0_i64, |sum, it| sum.checked_add(*it)).ok_or_else(beyond)?;
    let estimated = cut(&series.estimated, from, to).iter().map(|it| it.len).sum();
    Ok(Contribution {
        evidence: evidence(meter, channel, days, used, estimated),
        stretch: Some(Stretch { minutes: series.minutes, micro }),
    })
}

/// The stretches one after the other, in steps of `minutes`; `None` where they do not come out
/// even, as in the days of a zone that shifts by half an hour.
pub(super) fn joined(stretches: &[Stretch], minutes: u16) -> Option<Vec<i64>> {
    let mut all = Vec::new();
    for stretch in stretches {
        let each = usize::from(minutes.div_euclid(stretch.minutes));
        let even = minutes.rem_euclid(stretch.minutes) == 0;
        if !even || stretch.micro.len().rem_euclid(each) != 0 {
            return None;
        }
        all.extend(stretch.micro.chunks(each).map(|it| it.iter().sum::<i64>()));
    }
    Some(all)
}

/// How many steps of `minutes` are in `seconds`; none in a time that runs backwards.
fn steps(seconds: i64, minutes: u16) -> usize {
    usize::try_from(seconds.div_euclid(i64::from(minutes) * 60)).unwrap_or(0)
}
