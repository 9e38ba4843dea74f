//! A register: the difference of two reads, times the multiplier.

use jiff::civil::Date;

use crate::bill::check::Hold;
use crate::calendar::Reads;
use crate::meter::Form;
use crate::period::Period;
use crate::reads::usage::{Contribution, EvidenceRead, Measured, evidence, times};
use crate::reads::{Read, ReadKind};

/// What the register adds in `days`: its reads are of the first day and of the day after the last, or
/// about these; the first one is that of `begun`, where a bill ended with it.
pub(super) fn contribution(
    meter: &str,
    measured: &Measured,
    days: Period,
    (near, begun): ([Reads; 2], Option<Date>),
) -> Result<Contribution, Hold> {
    let read_on = |on, near, after| {
        read_about(&measured.reads, on, near, after).map_err(|nearest| match nearest {
            Some((read, days)) => Hold::OutsideWindow { meter: meter.to_owned(), on, read, days },
            None => Hold::NoRead { meter: meter.to_owned(), on },
        })
    };
    let first = match begun {
        Some(on) => read_on(on, Reads::default(), None)?,
        None => read_on(days.start(), near[0], None)?,
    };
    let last = read_on(days.end(), near[1], Some(first.on))?;
    let channel = &measured.channel;
    let used_micro = turned(first, last, channel.form)
        .and_then(|it| times(it, channel.multiplier_micro))
        .ok_or_else(|| Hold::WentBack { meter: meter.to_owned(), on: last.on })?;
    let guessed = |it: &&&Read| it.kind == ReadKind::Estimated;
    let estimated = [first, last].iter().filter(guessed).map(|_| 1).sum();
    let mut evidence = evidence(meter, channel, days, used_micro, estimated);
    evidence.reads = Some((shown(first), shown(last)));
    Ok(Contribution { evidence, stretch: None })
}

/// The read of a day, or the nearest within its window and after the day of the read before, `after`: one
/// read does not both begin and end some days. Of two that are as near the earlier counts, of two for
/// one day the later. Without one the day of the nearest, and by how many days that is outside, where
/// there is a window.
pub fn read_about(
    reads: &[Read],
    on: Date,
    near: Reads,
    after: Option<Date>,
) -> Result<&Read, Option<(Date, i64)>> {
    if let Some(read) = reads.iter().rev().find(|it| it.on == on) {
        return Ok(read);
    }
    if near.before == 0 && near.after == 0 {
        return Err(None);
    }
    let later = || reads.iter().rev().filter(|it| after.is_none_or(|after| after < it.on));
    let away = |it: &&Read| i64::from((it.on - on).get_days());
    let nearest = |it: &&Read| (away(it).abs(), away(it));
    let inside = |it: &&Read| (-near.before..=near.after).contains(&away(it));
    if let Some(read) = later().filter(inside).min_by_key(nearest) {
        return Ok(read);
    }
    Err(later().min_by_key(nearest).map(|it| match away(&it) {
        early if early < 0 => (it.on, -early - near.before),
        late => (it.on, late - near.after),
    }))
}

/// How far the dials turned, over the top where they rolled over. More than half way round is
/// taken for going back: `None`.
fn turned(first: &Read, last: &Read, form: Form) -> Option<i64> {
    let Form::Register { digits } = form else { return None };
    let dial = 10_i64.checked_pow(u32::from(digits) + 6)?;
    let turned = last.index_micro.checked_sub(first.index_micro)?.rem_euclid(dial);
    (turned <= dial - turned).then_some(turned)
}

fn shown(read: &Read) -> EvidenceRead {
    EvidenceRead { on: read.on, index_micro: read.index_micro, kind: read.kind }
}
