//! Credit: what a utility asks for as security, what it charges for being late, and what it lets a
//! customer pay in parts. Rules are texts of the utility, each from a day on.

pub mod agency;
pub mod budget;
pub mod circumstance;
pub mod collection;
pub mod deposit;
pub mod late_fee;
pub mod notice;
pub mod plan;
pub mod pledge;
pub mod presets;
pub mod protection;
pub mod returned;
pub mod small;
pub mod unclaimed;

use std::fmt;

use crate::account::CustomerClass;
use crate::money::{Money, Share};

/// What a text of rules is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noun {
    /// Security deposits.
    Deposit,
    /// What being late costs.
    LateFee,
    /// Paying in parts.
    Plan,
    /// Levelled bills.
    Budget,
    /// What is done where something is past due.
    Collection,
    /// What keeps from being cut off.
    Protection,
    /// What a payment costs that came back.
    Returned,
    /// When what is owed to a customer is unclaimed property.
    Unclaimed,
    /// What agencies promise to pay.
    Pledge,
    /// Small balances of closed accounts.
    Small,
}

/// What keeps an account from a fee or a step of collections, as a rule says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shield {
    /// It pays in parts as agreed.
    Plan,
    /// The customer disputes a bill.
    Dispute,
    /// Its bills are levelled, and paid.
    Budget,
    /// Somebody is ill.
    Medical,
    /// Somebody lives by a machine.
    LifeSupport,
    /// A court keeps creditors off.
    Bankruptcy,
    /// A regulator says so.
    Moratorium,
    /// It is too cold or too hot.
    Weather,
    /// The season, or the day of the week.
    Calendar,
    /// Somebody promised to pay.
    Pledge,
}

words! {
    Noun {
        Deposit = "deposit", LateFee = "late-fee", Plan = "plan", Budget = "budget",
        Collection = "collection", Protection = "protection",
        Returned = "returned", Unclaimed = "unclaimed", Pledge = "pledge",
        Small = "small-balance",
    }
    Shield {
        Plan = "plan", Dispute = "dispute", Budget = "budget", Medical = "medical",
        LifeSupport = "life-support", Bankruptcy = "bankruptcy", Moratorium = "moratorium",
        Weather = "weather", Calendar = "calendar", Pledge = "pledge",
    }
}

/// Why a text is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRules {
    /// Its line, from 1; 0 where it is the whole.
    pub line: usize,
    /// What is wrong, with the way out.
    pub what: String,
}

impl Noun {
    /// Refuses a text that says nothing sensible of it.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn check(self, text: &str) -> Result<(), NotRules> {
        match self {
            Noun::Deposit => deposit::Rules::parse(text).map(drop),
            Noun::LateFee => late_fee::Rules::parse(text).map(drop),
            Noun::Plan => plan::Rules::parse(text).map(drop),
            Noun::Budget => budget::Rules::parse(text).map(drop),
            Noun::Collection => collection::Rules::parse(text).map(drop),
            Noun::Protection => protection::Rules::parse(text).map(drop),
            Noun::Returned => returned::Rules::parse(text).map(drop),
            Noun::Unclaimed => unclaimed::Rules::parse(text).map(drop),
            Noun::Pledge => pledge::Rules::parse(text).map(drop),
            Noun::Small => small::Rules::parse(text).map(drop),
        }
    }
}

/// Shows the words of every line to `take`; `#` begins a remark.
fn lines(text: &str, mut take: impl FnMut(&[&str]) -> Result<(), String>) -> Result<(), NotRules> {
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.split('#').next().unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().collect();
        if !words.is_empty() {
            take(&words).map_err(|what| NotRules { line, what })?;
        }
    }
    Ok(())
}

/// A class of customers, or everybody.
fn class(word: &str) -> Result<Option<CustomerClass>, String> {
    match word {
        "any" => Ok(None),
        _ => CustomerClass::from_word(word)
            .map(Some)
            .ok_or_else(|| format!("{word} is no class; write residential, commercial or any")),
    }
}

/// What shields an account.
fn shield(word: &str) -> Result<Shield, String> {
    Shield::from_word(word).ok_or_else(|| {
        let known: Vec<&str> = Shield::ALL.iter().map(|it| it.word()).collect();
        format!("{word} is nothing that shields; write {}", known.join(", "))
    })
}

/// An amount that is not below zero.
fn amount(word: &str) -> Result<Money, String> {
    Money::parse(word)
        .ok()
        .filter(|it| Money::ZERO <= *it)
        .ok_or_else(|| format!("{word} is no amount; write one such as 150.00"))
}

/// A percentage from zero on.
fn percent(word: &str) -> Result<Share, String> {
    Share::parse(word)
        .ok()
        .filter(|it| 0 <= it.nano)
        .ok_or_else(|| format!("{word} is no percentage; write one such as 1.5%"))
}

/// A whole number from `least` to `most`.
fn whole(word: &str, least: i64, most: i64) -> Result<i64, String> {
    word.parse()
        .ok()
        .filter(|it| (least..=most).contains(it))
        .ok_or_else(|| format!("{word} is no whole number from {least} to {most}"))
}

impl fmt::Display for NotRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.what),
            line => write!(f, "line {line}: {}", self.what),
        }
    }
}

impl std::error::Error for NotRules {}
