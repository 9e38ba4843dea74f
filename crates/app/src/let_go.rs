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

use crate::{collection, late_fee, receipt, refuse};

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

    fn from_word(word: &str) -> Option<What> {
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
            What::Step(step) => {
                let looked = collection::look(tx, today)?;
                // What is sent once more counts with what is sent first.
                let more = if step == Step::Notice { looked.again.len() } else { 0 };
                looked.steps.iter().filter(|it| it.taken.step == step).count() + more
            }
            What::LateFees => late_fee::foretell(tx, at)?.0,
        };
        let many = i64::try_from(many)?;
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
