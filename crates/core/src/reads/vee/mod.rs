//! Validation, editing and estimation: what of the reads is doubted, why, and what stands in where
//! there is none.
//!
//! [`rules`] are a text for each commodity and class. [`register`], [`interval`] and [`file`] look
//! and give back [`Finding`]s: evidence as numbers, which [`said`] turns into sentences and beside
//! which [`around`] puts what was counted before. [`estimating`] and [`filling`] work out what is missing,
//! also by [`degrees`].

pub mod around;
pub mod degrees;
pub mod estimating;
pub mod file;
pub mod filling;
pub mod interval;
pub mod likely;
pub mod register;
pub mod rules;
pub mod said;

pub use estimating::Method;
pub use likely::Likely;
pub use rules::{Action, Rules};

use jiff::civil::Date;

/// A question that is asked of reads. Its word is how a text of rules calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// More a day than so many times what is usual.
    High,
    /// Less a day than one of so many parts of what is usual.
    Low,
    /// No use at all for so many days where there is some as a rule.
    Zero,
    /// The same index so many times.
    Stuck,
    /// The register went back by more than a rollover explains.
    Negative,
    /// The register went past its last digit and counts more than so many times what is usual since.
    Rollover,
    /// More power than the service carries, in kW.
    Multiplier,
    /// So many times more, or less, than the meter that hung there before.
    StepChange,
    /// Use where nobody is on the contract.
    Vacant,
    /// Interval values are missing.
    Gap,
    /// A value above so many times the usual peak of a day.
    Spike,
    /// Values below zero in a channel that counts one way.
    Reverse,
    /// Flow that was never zero for so many hours.
    Leak,
    /// Intervals and register differ by more than so many hundredths.
    SumCheck,
    /// The hour that comes twice in autumn was said twice.
    LongDay,
    /// So many hundredths of a file's registers stand where they stood.
    Stale,
    /// The whole of a file is so many times what is usual, or one of so many parts of it.
    Scaled,
    /// A read that came from the customer, or was typed.
    Unproven,
    /// So many estimates in a row.
    EstimateRun,
}

words! {
    Rule {
        High = "high", Low = "low", Zero = "zero", Stuck = "stuck", Negative = "negative",
        Rollover = "rollover", Multiplier = "multiplier", StepChange = "step-change",
        Vacant = "vacant", Gap = "gap", Spike = "spike", Reverse = "reverse", Leak = "leak",
        SumCheck = "sum-check", LongDay = "long-day", Stale = "stale", Scaled = "scaled",
        Unproven = "unproven", EstimateRun = "estimate-run",
    }
}

/// What a rule saw: numbers, so that it can be kept, counted and said in any language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// What follows of it.
    pub action: Action,
    /// From this day.
    pub from: Date,
    /// To this one.
    pub to: Date,
    /// What was seen, in millionths: mostly units a day, by the multiplier.
    pub saw_micro: i64,
    /// What would have been usual, in millionths of the same.
    pub usual_micro: i64,
    /// How many values, hours, reads or hundredths, as the rule counts.
    pub count: i64,
    /// What it looks like.
    pub likely: Option<Likely>,
}

/// How many days are from one to another; at least one, so that it can be divided by.
pub(crate) fn days(from: Date, to: Date) -> i128 {
    i128::from((to - from).get_days()).max(1)
}

/// A number that fits, or the greatest that does.
pub(crate) fn narrow(wide: i128) -> i64 {
    i64::try_from(wide).unwrap_or(if wide < 0 { i64::MIN } else { i64::MAX })
}

/// How far dials turned, in millionths, and what they count in a round; `None` for more than half
/// of one, which is taken for going back.
pub(crate) fn turned(first: i64, last: i64, digits: u8) -> Option<i128> {
    let dial = 10_i128.checked_pow(u32::from(digits) + 6)?;
    let turned = (i128::from(last) - i128::from(first)).rem_euclid(dial);
    (turned * 2 <= dial).then_some(turned)
}
