//! Whether a debit that came back may be tried again, by the rules of NACHA: for want of money only, at
//! most twice, within 180 days of the first.

use jiff::ToSpan;
use jiff::civil::Date;

/// Days after the first debit settled in which it may be tried again.
const WITHIN_DAYS: i64 = 180;
/// How often it may be tried again.
pub const MOST_TIMES: i64 = 2;

/// What a utility says of trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// How often, at most [`MOST_TIMES`].
    pub times: i64,
    /// Days after it came back before which it is not tried.
    pub after_days: i64,
}

/// A debit that came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CameBack<'a> {
    /// The bank's code.
    pub code: &'a str,
    /// Which time it was, from 1.
    pub nth: i64,
    /// The day on which the first one was to settle.
    pub first: Date,
    /// The day on which it came back.
    pub on: Date,
}

/// Whether a code is one of those that may be tried again: insufficient or uncollected funds.
pub fn may_be_tried(code: &str) -> bool {
    matches!(code, "R01" | "R09")
}

impl Retry {
    /// The first day on which it may be tried again; `None` where it may not.
    pub fn from(self, it: CameBack) -> Option<Date> {
        let from = it.on.saturating_add(self.after_days.days());
        let left = it.nth <= self.times.min(MOST_TIMES);
        (may_be_tried(it.code) && left && from <= last(it.first)).then_some(from)
    }
}

/// The last day on which a debit may be tried again that first settled on a day.
pub fn last(first: Date) -> Date {
    first.saturating_add(WITHIN_DAYS.days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn only_for_want_of_money_at_most_twice_within_180_days() {
        let rule = Retry { times: 2, after_days: 5 };
        let (first, on) = (date(2026, 3, 12), date(2026, 3, 16));
        let it = CameBack { code: "R01", nth: 1, first, on };
        assert_eq!(rule.from(it), Some(date(2026, 3, 21)));
        assert_eq!(rule.from(CameBack { code: "R09", nth: 2, ..it }), Some(date(2026, 3, 21)));
        assert_eq!(rule.from(CameBack { nth: 3, ..it }), None);
        for code in ["R02", "R08", "R10", "R11", "AM04", ""] {
            assert_eq!(rule.from(CameBack { code, ..it }), None, "{code}");
        }
        assert_eq!(last(first), date(2026, 9, 8));
        let late = |on| rule.from(CameBack { on, ..it });
        assert_eq!(late(date(2026, 9, 3)), Some(date(2026, 9, 8)));
        assert_eq!(late(date(2026, 9, 4)), None);
        assert_eq!(Retry { times: 1, ..rule }.from(CameBack { nth: 2, ..it }), None);
        assert_eq!(Retry { times: 9, ..rule }.from(CameBack { nth: 3, ..it }), None);
    }
}
