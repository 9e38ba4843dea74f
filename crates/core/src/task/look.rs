//! What of the reads is worth a person's look.

use jiff::civil::Date;

/// What was counted from one day to another, in millionths, before the multiplier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// From this day.
    pub from: Date,
    /// To this one.
    pub to: Date,
    /// So much.
    pub micro: i64,
}

/// What a register that hangs showed: the day and the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Register {
    /// Its digits.
    pub digits: u8,
    /// The last read.
    pub last: (Date, i64),
    /// The one before it.
    pub before: Option<(Date, i64)>,
    /// One of up to a year before that.
    pub long_before: Option<(Date, i64)>,
}

/// One whole unit, in millionths.
const ONE: i64 = 1_000_000;
/// A register is near its end when this much of it is behind, in hundredths.
const NEAR_END: i128 = 97;
/// A read is far from usual when use a day is this many times that of the year before it.
const TIMES_USUAL: i128 = 8;

impl Counted {
    /// From one read of a register to a later one, past the last digit if need be.
    pub fn between(first: (Date, i64), last: (Date, i64), digits: u8) -> Counted {
        let micro = i64::try_from(used(first.1, last.1, digits)).unwrap_or(i64::MAX);
        Counted { from: first.0, to: last.0, micro }
    }

    /// Whether it is use: a dial that trembles is none.
    pub fn is_use(&self) -> bool {
        ONE <= self.micro
    }
}

/// Whole units, rounded down to 1, 2 or 5 and zeros: what grows a little each day reads the same
/// until it has about doubled, and a task is not asked again each night.
pub fn roughly(micro: i64) -> i64 {
    let whole = micro.div_euclid(ONE);
    let mut rough = 0;
    let mut step = 1;
    while step <= whole {
        rough = [5, 2, 1].map(|it| it * step).into_iter().find(|it| *it <= whole).unwrap_or(step);
        step = match step.checked_mul(10) {
            Some(next) => next,
            None => break,
        };
    }
    rough
}

impl Register {
    /// Whether it is about to pass its last digit.
    pub fn near_rollover(&self) -> bool {
        NEAR_END * full(self.digits) <= 100 * i128::from(self.last.1)
    }

    /// How much the last read says was used, when that is far from what the register usually does
    /// or the register seems to have run backwards.
    pub fn implausible(&self) -> Option<Counted> {
        let before = self.before?;
        let recent = used(before.1, self.last.1, self.digits);
        let counted = Counted::between(before, self.last, self.digits);
        if full(self.digits) < 2 * recent {
            return Some(counted);
        }
        let long_before = self.long_before?;
        let usual = used(long_before.1, before.1, self.digits);
        // A day's use against a day's use, without dividing.
        let far = 0 < usual
            && TIMES_USUAL * usual * days(before.0, self.last.0)
                < recent * days(long_before.0, before.0);
        far.then_some(counted)
    }
}

fn days(from: Date, to: Date) -> i128 {
    i128::from((to - from).get_days())
}

/// What a register of so many digits counts before it begins again, in millionths.
fn full(digits: u8) -> i128 {
    10_i128.pow(u32::from(digits)) * i128::from(ONE)
}

fn used(first: i64, last: i64, digits: u8) -> i128 {
    (i128::from(last) - i128::from(first)).rem_euclid(full(digits))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn register(last: i64, before: i64, long_before: i64) -> Register {
        Register {
            digits: 5,
            last: (date(2026, 8, 1), last * ONE),
            before: Some((date(2026, 7, 1), before * ONE)),
            long_before: Some((date(2026, 1, 1), long_before * ONE)),
        }
    }

    #[test]
    fn a_register_is_near_its_end_from_97_hundredths_on() {
        assert!(!register(96_999, 96_000, 90_000).near_rollover());
        assert!(register(97_000, 96_000, 90_000).near_rollover());
    }

    #[test]
    fn use_is_followed_past_the_last_digit() {
        let (first, last) = ((date(2026, 7, 1), 99_990 * ONE), (date(2026, 8, 1), 10 * ONE));
        assert_eq!(Counted::between(first, last, 5).micro, 20 * ONE);
    }

    #[test]
    fn what_grows_a_little_reads_the_same() {
        let rough = |whole: i64| roughly(whole * ONE);
        assert_eq!([0, 1, 3, 7, 19, 49, 742].map(rough), [0, 1, 2, 5, 10, 20, 500]);
        assert_eq!(roughly(i64::MAX), 5_000_000_000_000);
    }

    #[test]
    fn a_read_far_from_usual_or_backwards_is_implausible() {
        // 181 days of 10 a day; 31 days of 80 a day are eight times that, not more.
        assert_eq!(register(4_290, 1_810, 0).implausible(), None);
        let counted = register(4_291, 1_810, 0).implausible().unwrap();
        assert_eq!((counted.from, counted.micro), (date(2026, 7, 1), 2_481 * ONE));
        assert!(register(1_800, 1_810, 0).implausible().is_some(), "backwards");
        assert_eq!(register(5, 99_990, 98_000).implausible(), None, "a rollover is no mistake");
        let quiet = Register { long_before: None, ..register(900, 0, 0) };
        assert_eq!(quiet.implausible(), None, "nobody knows what is usual");
    }
}
