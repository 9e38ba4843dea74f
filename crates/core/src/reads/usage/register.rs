//! A register: the difference of two reads, times the multiplier.

use crate::bill::check::Hold;
use crate::meter::Form;
use crate::period::Period;
use crate::reads::usage::{Contribution, EvidenceRead, Measured, evidence, times};
use crate::reads::{Read, ReadKind};

/// What the register adds in `days`: its reads are of the first day and of the day after the last.
pub(super) fn contribution(
    meter: &str,
    measured: &Measured,
    days: Period,
) -> Result<Contribution, Hold> {
    let read_on = |on| {
        let read = measured.reads.iter().rev().find(|it| it.on == on);
        read.ok_or_else(|| Hold::NoRead { meter: meter.to_owned(), on })
    };
    let (first, last) = (read_on(days.start())?, read_on(days.end())?);
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
