//! What stands around a doubt: the use from read to read, a day, as a clerk compares it.

use jiff::civil::Date;

use super::{days, narrow, turned};
use crate::meter::{Channel, Form};
use crate::reads::{Read, ReadKind};

/// What a register counted from one read to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Used {
    /// The day of the earlier read.
    pub from: Date,
    /// The day of the later read.
    pub to: Date,
    /// What the register showed then, in millionths, before the multiplier.
    pub index_micro: i64,
    /// How the later read is known.
    pub kind: ReadKind,
    /// What was counted, by the multiplier, in millionths: below zero where the register went back by
    /// more than a rollover explains.
    pub used_micro: i64,
    /// The same, a day.
    pub a_day_micro: i64,
}

/// The use between these reads of a register, which are one for each day, oldest first. Of an interval
/// channel there is none.
pub fn used(channel: &Channel, reads: &[Read]) -> Vec<Used> {
    let Form::Register { digits } = channel.form else { return Vec::new() };
    let between = |pair: &[Read]| {
        let (first, last) = (&pair[0], &pair[1]);
        let back = i128::from(last.index_micro) - i128::from(first.index_micro);
        let counted = turned(first.index_micro, last.index_micro, digits).unwrap_or(back);
        let used = (counted * i128::from(channel.multiplier_micro)).div_euclid(1_000_000);
        Used {
            from: first.on,
            to: last.on,
            index_micro: last.index_micro,
            kind: last.kind,
            used_micro: narrow(used),
            a_day_micro: narrow(used.div_euclid(days(first.on, last.on))),
        }
    };
    reads.windows(2).map(between).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::{ChannelId, MeterId};
    use crate::meter::Flow;
    use crate::money::Unit;

    #[test]
    fn use_is_by_the_day_past_the_last_digit_and_below_zero_where_it_went_back() {
        let form = Form::Register { digits: 5 };
        let (unit, flow, multiplier_micro) = (Unit::Kwh, Flow::Delivered, 40_000_000);
        let (id, meter) = (ChannelId(1), MeterId(1));
        let channel = Channel { id, meter, form, unit, flow, multiplier_micro };
        let read = |month, index: i64, kind| Read {
            channel: id,
            on: date(2026, month, 1),
            index_micro: index * 1_000_000,
            kind,
            batch: None,
        };
        let (actual, guessed) = (ReadKind::Actual, ReadKind::Estimated);
        let all = [read(6, 99_980, actual), read(7, 10, guessed), read(8, 3, actual)];
        let found = used(&channel, &all);
        let said: Vec<_> = found.iter().map(|it| (it.used_micro, it.a_day_micro)).collect();
        // 30 at forty times, in thirty days; then seven back, in 31.
        assert_eq!(said, [(1_200_000_000, 40_000_000), (-280_000_000, -9_032_259)]);
        assert_eq!((found[0].kind, found[0].index_micro), (guessed, 10_000_000));
        assert_eq!((found[1].from, found[1].to), (date(2026, 7, 1), date(2026, 8, 1)));
        let intervals = Channel { form: Form::Interval { minutes: 15 }, ..channel };
        assert_eq!(used(&intervals, &all), []);
    }
}
