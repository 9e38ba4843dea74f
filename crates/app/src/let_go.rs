//! More of a day than rules let be done: steps of collections and late fees that one person counts and a second
//! lets go.

use std::fmt;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::credit::collection::Step;
use meterbook_core::permission::Authorized;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Conflict, Tx};
use serde_json::{Value, json};

use crate::collection::{self, Looked};
use crate::{credit_rules, late_fee, receipt, refuse};

/// What an approval calls it.
pub(crate) const LET_STEPS_GO: &str = "let steps go";
/// What late fees are called where steps have their words.
const LATE_FEES: &str = "late-fee";

/// What there is too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A step of collections.
    Step(Step),
    /// Late fees.
    LateFees,
}

/// What somebody counted and a second person is to let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSteps {
    /// Of what.
    pub what: What,
    /// The day on which it is to be done.
    pub on: Date,
    /// How many.
    pub many: i64,
}

/// How much of something would be done today, beside what the rules let be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foretold {
    /// Of what.
    pub what: What,
    /// How many there are.
    pub many: i64,
    /// How many were done today already.
    pub before: i64,
    /// The most of a day, where rules say it.
    pub most: Option<i64>,
    /// Whether so many are let go already.
    pub let_go: bool,
}

impl Foretold {
    /// Whether it is more than the rules let be done, and nobody let it go.
    pub fn waits(&self) -> bool {
        !self.let_go && self.most.is_some_and(|most| most < self.many + self.before)
    }
}

/// How much of each step would be done on a day, in their order; nothing of one that comes next for nobody.
pub fn steps(tx: &mut Tx, on: Date) -> Result<Vec<Foretold>> {
    let rules = credit_rules::collections(tx, on)?;
    let looked = collection::look(tx, on)?;
    let done = store::collection::counted(tx, on)?;
    let mut all = Vec::new();
    for step in Step::ALL {
        let (many, before) = (of_step(&looked, *step)?, done.get(step).copied());
        let before = i64::try_from(before.unwrap_or_default())?;
        if 0 < many {
            all.push(foretold(tx, (What::Step(*step), on), (many, before), rules.most(*step))?);
        }
    }
    Ok(all)
}

/// How many late fees would be asked for now, which takes as long as asking for them. Nothing is kept of it.
pub fn fees(tx: &mut Tx, at: Timestamp) -> Result<Foretold> {
    let on = crate::founding::zone(tx)?.day_of(at);
    let many = i64::try_from(late_fee::foretell(tx, at)?.0)?;
    let most = credit_rules::late_fees(tx, on)?.most;
    foretold(tx, (What::LateFees, on), (many, 0), most)
}

fn foretold(
    tx: &mut Tx,
    (what, on): (What, Date),
    (many, before): (i64, i64),
    most: Option<usize>,
) -> Result<Foretold> {
    let let_go = store::let_go::of(tx, what.word(), on)?;
    let let_go = [many, many + before].iter().any(|it| let_go.contains(it));
    Ok(Foretold { what, many, before, most: most.map(i64::try_from).transpose()?, let_go })
}

/// How many of a step come next. What is sent once more counts with what is sent first.
fn of_step(looked: &Looked, step: Step) -> Result<i64> {
    let more = if step == Step::Notice { looked.again.len() } else { 0 };
    let many = looked.steps.iter().filter(|it| it.taken.step == step).count() + more;
    Ok(i64::try_from(many)?)
}

/// Why nothing is let go.
#[derive(Debug, PartialEq, Eq)]
pub enum NotLetGo {
    /// The day is not today.
    OtherDay {
        /// Today.
        today: Date,
    },
    /// There are more or fewer.
    Other {
        /// How many there are.
        many: i64,
    },
    /// They are let go already.
    Already,
}

impl What {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            What::Step(step) => step.word(),
            What::LateFees => LATE_FEES,
        }
    }

    /// The one with a word.
    pub fn from_word(word: &str) -> Option<What> {
        match word {
            LATE_FEES => Some(What::LateFees),
            _ => Step::from_word(word).map(What::Step),
        }
    }
}

impl NewSteps {
    /// Refuses what is not what somebody counted.
    pub(crate) fn check(&self, tx: &mut Tx, at: Timestamp) -> Result<()> {
        let today = crate::founding::zone(tx)?.day_of(at);
        if self.on != today {
            return Err(refuse(NotLetGo::OtherDay { today }));
        }
        let many = match self.what {
            What::Step(step) => of_step(&collection::look(tx, today)?, step)?,
            What::LateFees => i64::try_from(late_fee::foretell(tx, at)?.0)?,
        };
        if many != self.many {
            return Err(refuse(NotLetGo::Other { many }));
        }
        Ok(())
    }

    /// What a second person reads.
    pub(crate) fn subject(&self) -> String {
        format!("{} of {}", counted(self.many, self.what.word()), self.on)
    }

    /// As it is kept.
    pub(crate) fn content(&self) -> Value {
        json!({ "what": self.what.word(), "on": self.on.to_string(), "many": self.many })
    }

    /// As it was kept.
    pub(crate) fn read(content: &Value) -> Option<NewSteps> {
        Some(NewSteps {
            what: What::from_word(content["what"].as_str()?)?,
            on: content["on"].as_str()?.parse().ok()?,
            many: content["many"].as_i64()?,
        })
    }

    /// Lets go what was authorized: the next run takes exactly so many.
    pub(crate) fn be_done(&self, tx: &mut Tx, allowed: &Authorized, why: &str) -> Result<()> {
        receipt::said(why)?;
        self.check(tx, allowed.at())?;
        let kept = store::let_go::add(tx, self.what.word(), self.on, self.many, allowed.at());
        kept.map_err(|why| match why.is::<Conflict>() {
            true => refuse(NotLetGo::Already),
            false => why,
        })?;
        let said = format!("{}: {}", self.subject(), why.trim());
        store::audit::add(tx, allowed, LET_STEPS_GO, self.what.word(), &said)
    }
}

impl fmt::Display for NotLetGo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotLetGo::OtherDay { today } => {
                write!(f, "it is {today}; let go what is to be done today")
            }
            NotLetGo::Other { many } => write!(f, "there are {many}; count them again"),
            NotLetGo::Already => f.write_str("as many are let go already; nothing was changed"),
        }
    }
}

impl std::error::Error for NotLetGo {}
