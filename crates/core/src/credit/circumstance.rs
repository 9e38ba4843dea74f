//! What is so of a household or was done for it, from a day on, that a line about protection asks for: who
//! lives there, what was said to whom.

use std::fmt;

use jiff::civil::Date;

use super::protection::Span;

/// What is so, or was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Circumstance {
    /// The service heats the home.
    Heating,
    /// A small child lives there.
    Infant,
    /// Elderly people live there, or nobody else does, as the rule says.
    Elderly,
    /// Somebody is disabled.
    Disabled,
    /// Somebody is seriously ill.
    Ill,
    /// A concession was applied for, and nobody decided yet.
    Concession,
    /// The customer came to the utility about what is owed.
    Asked,
    /// The customer was told that service is to be cut off.
    Told,
    /// An extra notice offered to pay in parts.
    Offered,
    /// Whoever lives there was told, as "Occupant".
    OccupantTold,
    /// Letters go to another address than the place that is served.
    Elsewhere,
    /// A plan to pay in parts runs and is kept.
    Plan,
}

words! {
    Circumstance {
        Heating = "heating", Infant = "infant", Elderly = "elderly", Disabled = "disabled", Ill = "ill",
        Concession = "concession", Asked = "asked", Told = "told", Offered = "offered",
        OccupantTold = "occupant-told", Elsewhere = "elsewhere", Plan = "plan",
    }
}

/// One of them, of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub what: Circumstance,
    /// The first day.
    pub from: Date,
    /// The first day without it; nobody knows yet without it.
    pub to: Option<Date>,
}

impl Circumstance {
    /// Whether nobody says it: it follows from what is there.
    pub fn follows(self) -> bool {
        matches!(self, Circumstance::Elsewhere | Circumstance::Plan)
    }

    /// Whether it is something that was done on a day, for one season or one debt.
    pub fn is_done(self) -> bool {
        use Circumstance::{Asked, OccupantTold, Offered, Told};
        matches!(self, Asked | Told | Offered | OccupantTold)
    }

    /// It in a sentence.
    pub fn says(self) -> &'static str {
        match self {
            Circumstance::Heating => "the service heats the home",
            Circumstance::Infant => "a small child lives there",
            Circumstance::Elderly => "elderly people live there",
            Circumstance::Disabled => "somebody is disabled",
            Circumstance::Ill => "somebody is seriously ill",
            Circumstance::Concession => "a concession is applied for",
            Circumstance::Asked => "the customer came about it",
            Circumstance::Told => "the customer was told",
            Circumstance::Offered => "a notice offered parts",
            Circumstance::OccupantTold => "the occupant was told",
            Circumstance::Elsewhere => "letters go elsewhere",
            Circumstance::Plan => "a plan is kept",
        }
    }

    /// The one that is written so, where somebody may say it.
    ///
    /// # Errors
    /// The words there are.
    pub fn said(word: &str) -> Result<Circumstance, String> {
        let known = Circumstance::ALL.iter().filter(|it| !it.follows());
        known.clone().find(|it| it.word() == word).copied().ok_or_else(|| {
            let known: Vec<&str> = known.map(|it| it.word()).collect();
            format!("{word} is nothing to be said of an account; write one of {}", known.join(", "))
        })
    }
}

impl Fact {
    /// Whether it holds on a day.
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && self.to.is_none_or(|to| on < to)
    }

    /// What is said from a day on, for as long as a rule says where nobody says how long.
    pub fn new(what: Circumstance, from: Date, to: Option<Date>, lasts: Option<Span>) -> Fact {
        Fact { what, from, to: to.or_else(|| lasts.map(|it| it.after(from))) }
    }
}

/// What a line asks for beside its days, as it was on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// It is so.
    With(Circumstance),
    /// It is not so since so many business days.
    Unless(Circumstance, i64),
    /// So much was paid, on a day.
    Paid(crate::money::Money, Date),
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Condition::With(it) => f.write_str(it.says()),
            Condition::Unless(it, 0) => write!(f, "unless {}", it.says()),
            Condition::Unless(it, days) => {
                write!(f, "unless {}, {days} business days before", it.says())
            }
            Condition::Paid(amount, on) => write!(f, "{amount} was paid on {on}"),
        }
    }
}
