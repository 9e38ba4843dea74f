//! The notice before a cut: a cut waits for one that really went out, so many days, and not for ever.

use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;

use super::NotRules;
use super::collection::{Rules, Step};
use crate::account::CustomerClass;
use crate::calendar::Calendar;
use crate::money::Money;

/// What became of the newest notice of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The day on its face.
    pub dated: Date,
    /// The day on which it went out, where it did and did not come back.
    pub out: Option<Date>,
    /// Whether it came back and is on its way in no other way.
    pub came_back: bool,
    /// The first day of a cut that it names.
    pub earliest: Date,
    /// What is left of what it named as past due, where other debts are past due now too; `None` where it
    /// named all that is.
    pub left: Option<Money>,
}

/// What a cut lacks of its notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacks {
    /// None was written.
    NotWritten,
    /// What it named is paid, but for too little: what came due since is in no notice.
    Settled {
        /// The day on its face.
        dated: Date,
        /// What is left of it.
        left: Money,
    },
    /// It waits to be sent.
    NotSent {
        /// The day on its face.
        dated: Date,
    },
    /// It came back.
    CameBack {
        /// The day on its face.
        dated: Date,
    },
    /// It went out a short while ago.
    TooSoon {
        /// The day on which it went out.
        out: Date,
        /// The first day on which it is long enough ago.
        first: Date,
    },
    /// It went out too long ago.
    TooOld {
        /// The day on which it went out.
        out: Date,
        /// Days for which it is good.
        lasts: i64,
    },
}

impl Rules {
    /// The number of the notice before the cut of a class, from 1; none where it is cut without one.
    pub fn notice(&self, of: CustomerClass) -> Option<usize> {
        let cut = self.cut(of)?;
        let before = self.steps(of).take_while(|it| it.0 < cut);
        before.filter(|it| it.1 == Step::Notice).last().map(|it| it.0)
    }

    /// The number of the cut of a class, from 1.
    pub fn cut(&self, of: CustomerClass) -> Option<usize> {
        self.steps(of).find(|it| it.1 == Step::Cut).map(|it| it.0)
    }

    /// The first day of a cut for a notice that goes out on a day.
    pub fn first_cut(&self, of: CustomerClass, out: Date, calendar: &Calendar) -> Date {
        let line = self.waits.iter().find(|it| it.0.is_none_or(|it| it == of));
        line.map_or(out, |it| calendar.after(out, it.1))
    }

    /// What a cut of a class that takes so much lacks of its notice on a day; nothing where it may go on.
    pub fn lacks(
        &self,
        of: CustomerClass,
        notice: Option<&Notice>,
        calendar: &Calendar,
        (on, least): (Date, Money),
    ) -> Option<Lacks> {
        self.notice(of)?;
        let Some(it) = notice else { return Some(Lacks::NotWritten) };
        let dated = it.dated;
        let least = least.max(Money::from_cents(1));
        if let Some(left) = it.left.filter(|left| *left < least) {
            return Some(Lacks::Settled { dated, left });
        }
        let Some(out) = it.out else {
            return Some(if it.came_back {
                Lacks::CameBack { dated }
            } else {
                Lacks::NotSent { dated }
            });
        };
        let first = self.first_cut(of, out, calendar).max(it.earliest);
        if on < first {
            return Some(Lacks::TooSoon { out, first });
        }
        let lasts = self.lasts.iter().find(|it| it.0.is_none_or(|it| it == of)).map(|it| it.1);
        lasts
            .filter(|lasts| out.saturating_add(lasts.days()) <= on)
            .map(|lasts| Lacks::TooOld { out, lasts })
    }

    /// Refuses cuts that wait for a notice which no step sends.
    pub(super) fn cut_has_notice(&self) -> Result<(), NotRules> {
        for of in CustomerClass::ALL {
            let waits = self.waits.iter().any(|it| it.0.is_none_or(|it| it == *of));
            let cuts = self.steps(*of).any(|it| it.1 == Step::Cut);
            if waits && cuts && self.notice(*of).is_none() {
                let what = format!(
                    "a cut of {of} customers waits for a notice, and no step before it is one; \
                     write step {of} notice N days before it"
                );
                return Err(NotRules { line: 0, what });
            }
        }
        Ok(())
    }
}

impl fmt::Display for Lacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Lacks::NotWritten => f.write_str("no notice of the cut was written"),
            Lacks::Settled { dated, left } => write!(
                f,
                "{left} is left of what the notice of {dated} named, too little for a cut; what came due since takes a notice of its own"
            ),
            Lacks::NotSent { dated } => write!(f, "the notice of {dated} did not go out yet"),
            Lacks::CameBack { dated } => write!(f, "the notice of {dated} came back"),
            Lacks::TooSoon { out, first } => {
                write!(f, "the notice went out on {out}; nobody is cut off before {first}")
            }
            Lacks::TooOld { out, lasts } => {
                write!(f, "the notice went out on {out}, and is good for {lasts} days")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TEXT: &str = "step residential notice 10 days\nstep residential cut 20 days\n\
        step commercial cut 30 days\ncut residential 5 business days after notice\n\
        notice any lasts 30 days\n";
    const OF: CustomerClass = CustomerClass::Residential;

    #[test]
    fn a_cut_waits_business_days_for_a_notice_that_went_out_and_not_for_ever() {
        let rules = Rules::parse(TEXT).unwrap();
        let calendar = Calendar::parse("holiday 2026-03-17\n").unwrap();
        let dated = date(2026, 3, 10);
        let earliest = date(2026, 3, 18);
        let it = Notice { dated, out: None, came_back: false, earliest, left: None };
        let least = Money::from_cents(75_00);
        let lacks = |it: &Notice, on| rules.lacks(OF, Some(it), &calendar, (on, least));
        let day = |day| date(2026, 3, day);
        let none = rules.lacks(OF, None, &calendar, (day(30), least));
        assert_eq!(none, Some(Lacks::NotWritten));
        assert_eq!(lacks(&it, day(30)), Some(Lacks::NotSent { dated }));
        let back = Notice { came_back: true, ..it };
        assert_eq!(lacks(&back, day(30)), Some(Lacks::CameBack { dated }));
        // Out on a Thursday: Friday, Monday, not the holiday, Wednesday, Thursday, Friday.
        let out = Notice { out: Some(day(12)), ..it };
        let soon = Lacks::TooSoon { out: day(12), first: day(20) };
        assert_eq!((lacks(&out, day(19)), lacks(&out, day(20))), (Some(soon), None));
        let old = Lacks::TooOld { out: day(12), lasts: 30 };
        assert_eq!(
            (lacks(&out, date(2026, 4, 10)), lacks(&out, date(2026, 4, 11))),
            (None, Some(old))
        );
        // It named a later day, and that holds.
        let named = Notice { earliest: day(25), ..out };
        assert_eq!(lacks(&named, day(24)), Some(Lacks::TooSoon { out: day(12), first: day(25) }));
        assert_eq!(lacks(&named, day(25)), None);
        // Something else is past due now too, and of what it named too little.
        let left = |cents| {
            let left = Money::from_cents(cents);
            lacks(&Notice { left: Some(left), ..out }, day(20))
        };
        let settled = |cents| Some(Lacks::Settled { dated, left: Money::from_cents(cents) });
        assert_eq!((left(0), left(74_99), left(75_00)), (settled(0), settled(74_99), None));
        let whole = Notice { left: Some(Money::ZERO), ..out };
        let any = rules.lacks(OF, Some(&whole), &calendar, (day(20), Money::ZERO));
        assert_eq!(any, settled(0), "a cut takes something, whatever the text says");
    }

    #[test]
    fn without_a_notice_among_its_steps_a_cut_waits_for_none() {
        let rules = Rules::parse(TEXT).unwrap();
        let commercial = CustomerClass::Commercial;
        assert_eq!((rules.notice(OF), rules.notice(commercial)), (Some(1), None));
        let on = (date(2026, 3, 1), Money::ZERO);
        let none = rules.lacks(commercial, None, &Calendar::default(), on);
        assert_eq!(none, None);
        let why = Rules::parse("step any cut 1 days\ncut any 5 days after notice").unwrap_err();
        assert!(why.to_string().ends_with("write step residential notice N days before it"));
    }
}
