//! A read worked out from earlier ones: the register went on as it went before.

use jiff::civil::Date;

use crate::meter::Form;
use crate::reads::Read;

/// The index, in millionths, that a register would have shown at the start of `on`; `None` unless
/// two earlier reads say how fast it turns. Whole units, rounded down: nobody sees parts of one on the
/// dials, and an estimate should not run ahead of the meter.
pub fn index_on(reads: &[Read], form: Form, on: Date) -> Option<i64> {
    let Form::Register { digits } = form else { return None };
    let dial = 10_i128.checked_pow(u32::from(digits) + 6)?;
    // Of two reads of one day the later learned counts; the sort keeps their order.
    let mut before: Vec<&Read> = reads.iter().filter(|it| it.on < on).collect();
    before.sort_by_key(|it| it.on);
    let last = *before.last()?;
    let first = *before.iter().rev().find(|it| it.on < last.on)?;
    let turned = (i128::from(last.index_micro) - i128::from(first.index_micro)).rem_euclid(dial);
    if dial < turned * 2 {
        return None;
    }
    let days = |from: Date, to: Date| -> Option<i128> {
        from.until(to).ok().map(|it| i128::from(it.get_days()))
    };
    let since = turned.checked_mul(days(last.on, on)?)?.div_euclid(days(first.on, last.on)?);
    let index = (i128::from(last.index_micro) + since).rem_euclid(dial);
    i64::try_from(index - index.rem_euclid(1_000_000)).ok()
}

/// Whether a register may show `index_micro` after `last`: it has the digits, and it went on or went
/// past its last digit, which takes at most half a round.
pub fn is_plausible(form: Form, last: Option<&Read>, index_micro: i64) -> bool {
    let Form::Register { digits } = form else { return false };
    let Some(dial) = 10_i64.checked_pow(u32::from(digits) + 6) else { return false };
    let on_dials = (0..dial).contains(&index_micro);
    on_dials
        && last.is_none_or(|it| {
            let turned = (index_micro - it.index_micro).rem_euclid(dial);
            turned <= dial - turned
        })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::ChannelId;
    use crate::reads::ReadKind;

    fn read(on: Date, index: i64) -> Read {
        let (channel, kind) = (ChannelId(1), ReadKind::Actual);
        Read { channel, on, index_micro: index * 1_000_000, kind, batch: None }
    }

    #[test]
    fn a_register_goes_on_as_it_went() {
        let five = Form::Register { digits: 5 };
        let reads = [read(date(2026, 1, 1), 99_900), read(date(2026, 1, 11), 0)];
        // 100 in ten days are 10 a day.
        assert_eq!(index_on(&reads, five, date(2026, 1, 16)), Some(50_000_000));
        assert_eq!(index_on(&reads[..1], five, date(2026, 1, 16)), None);
        assert_eq!(index_on(&reads, five, date(2026, 1, 5)), None);
    }

    #[test]
    fn what_goes_back_or_off_the_dials_is_not_plausible() {
        let five = Form::Register { digits: 5 };
        let last = read(date(2026, 1, 1), 99_000);
        for (index, right) in [(99_500, true), (100, true), (98_000, false), (100_000, false)] {
            assert_eq!(is_plausible(five, Some(&last), index * 1_000_000), right, "{index}");
        }
    }
}
