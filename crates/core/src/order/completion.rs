//! Whether what a crew read off a register can be: held against its digits and its last read
//! before anything is changed.

use std::fmt;

use jiff::civil::Date;

use crate::meter::Form;
use crate::reads::Read;
use crate::text::decimal;

/// Why a read off a register is not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The meter counts intervals and has no dials.
    NoDials {
        /// The meter.
        meter: String,
    },
    /// The dials cannot show it.
    NotOnDials {
        /// The meter.
        meter: String,
        /// What was said, in millionths.
        index_micro: i64,
        /// How many digits the register has.
        digits: u8,
    },
    /// It is below the last one, and the dials have not gone over the top.
    WentBack {
        /// The meter.
        meter: String,
        /// What was said, in millionths.
        index_micro: i64,
        /// The last one, in millionths.
        last_micro: i64,
        /// The day of the last one.
        last_on: Date,
    },
    /// A later read is known already.
    LaterKnown {
        /// The meter.
        meter: String,
        /// The day of this one.
        on: Date,
        /// The day of the later one.
        last_on: Date,
    },
}

/// The part of a dial's way round that it may turn over the top between two reads: a tenth. A read
/// that went back by a slip of the pen looks like nearly the whole way round.
const OVER_THE_TOP: i64 = 10;

/// Holds what a crew read against what the register can show and what it showed last.
pub fn believe(
    meter: &str,
    form: Form,
    last: Option<&Read>,
    on: Date,
    index_micro: i64,
) -> Result<(), Doubt> {
    let meter = meter.to_owned();
    let Form::Register { digits } = form else { return Err(Doubt::NoDials { meter }) };
    let round = 10_i64.checked_pow(u32::from(digits) + 6).unwrap_or(i64::MAX);
    if !(0..round).contains(&index_micro) {
        return Err(Doubt::NotOnDials { meter, index_micro, digits });
    }
    let Some(last) = last else { return Ok(()) };
    if on < last.on {
        return Err(Doubt::LaterKnown { meter, on, last_on: last.on });
    }
    let turned = index_micro - last.index_micro;
    if 0 <= turned || turned + round <= round.div_euclid(OVER_THE_TOP) {
        return Ok(());
    }
    Err(Doubt::WentBack { meter, index_micro, last_micro: last.index_micro, last_on: last.on })
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::NoDials { meter } => {
                write!(f, "meter {meter} counts intervals and has no register to read")
            }
            Doubt::NotOnDials { meter, index_micro, digits } => write!(
                f,
                "meter {meter} has {digits} digits and cannot show {}; read it again",
                decimal(*index_micro, 6)
            ),
            Doubt::WentBack { meter, index_micro, last_micro, last_on } => write!(
                f,
                "meter {meter} showed {} on {last_on} and cannot have come to {}; read it again, and check the number on its face",
                decimal(*last_micro, 6),
                decimal(*index_micro, 6)
            ),
            Doubt::LaterKnown { meter, on, last_on } => write!(
                f,
                "meter {meter} was read on {last_on}, after {on}; check the day, or import the old read as a file"
            ),
        }
    }
}

impl std::error::Error for Doubt {}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::id::ChannelId;
    use crate::reads::ReadKind;

    const DIALS: Form = Form::Register { digits: 5 };

    fn believed(last: Option<i64>, index: i64) -> Result<(), Doubt> {
        let last = last.map(|index| Read {
            channel: ChannelId(1),
            on: date(2026, 2, 10),
            index_micro: index * 1_000_000,
            kind: ReadKind::Actual,
            batch: None,
        });
        believe("E-1", DIALS, last.as_ref(), date(2026, 3, 10), index * 1_000_000)
    }

    #[test]
    fn dials_go_up_and_over_the_top() {
        for (last, index) in [(None, 0), (Some(41_230), 41_230), (Some(41_230), 99_999)] {
            assert_eq!(believed(last, index), Ok(()));
        }
        // 99,000 to 500 is 1,500 over the top.
        assert_eq!(believed(Some(99_000), 500), Ok(()));
        assert_eq!(believed(Some(95_000), 5_000), Ok(()), "just a tenth");
    }

    #[test]
    fn dials_do_not_go_back_and_show_no_more_than_their_digits() {
        for (last, index, said) in [
            (41_972, 41_230, "showed 41972 on 2026-02-10 and cannot have come to 41230"),
            (95_000, 5_001, "read it again"),
            (41_230, 100_000, "has 5 digits and cannot show 100000"),
            (41_230, -1, "cannot show -1"),
        ] {
            let why = believed(Some(last), index).unwrap_err().to_string();
            assert!(why.contains(said), "{why}");
        }
    }

    #[test]
    fn a_day_before_the_last_read_and_a_meter_without_dials_are_refused() {
        let last = Read {
            channel: ChannelId(1),
            on: date(2026, 3, 11),
            index_micro: 0,
            kind: ReadKind::Actual,
            batch: None,
        };
        let why = believe("E-1", DIALS, Some(&last), date(2026, 3, 10), 0).unwrap_err();
        assert!(why.to_string().contains("was read on 2026-03-11, after 2026-03-10"), "{why}");
        let why = believe("E-1", Form::Interval { minutes: 60 }, None, date(2026, 3, 10), 0);
        assert!(why.unwrap_err().to_string().contains("no register to read"));
    }
}
