//! What a utility says of its debits: who it is to its bank, and how far above a customer's norm nothing
//! is taken. A text from a day on, one thing on each line.

use std::fmt;

use jiff::civil::Date;

use super::retry::{MOST_TIMES, Retry};
use crate::bank::{CreditorId, Iban, Routing};
use crate::money::Money;

/// Bills that make a norm.
pub const NORM_BILLS: usize = 3;

/// What holds from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// The company's name, as its customers know it.
    pub company: String,
    /// The company's number at its bank (NACHA).
    pub company_id: String,
    /// The sender's number, which the bank gives (NACHA).
    pub origin: String,
    /// The bank that a file goes to, and its name (NACHA).
    pub bank: Option<(Routing, String)>,
    /// What the customer's statement says (NACHA): at most ten letters.
    pub statement: String,
    /// The creditor's number (SEPA).
    pub creditor: Option<CreditorId>,
    /// Where the money goes (SEPA).
    pub iban: Option<Iban>,
    /// Nothing is taken above so many times the customer's norm.
    pub norm: Option<i64>,
    /// A mandate is tried without money so many banking days before its first debit (NACHA).
    pub prenote: Option<i64>,
    /// How often what came back for want of money is tried again (NACHA).
    pub retry: Option<Retry>,
}

/// Why a text is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPolicy {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// Why a bill is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// It was taken already; the same is never taken twice.
    Taken,
    /// A debit came back and what it was for is still owed.
    Returned,
    /// It came back, and is tried again from a day on.
    Again {
        /// The day.
        from: Date,
    },
    /// The customer disputes a bill.
    Disputed,
    /// A plan that runs is for it.
    Plan,
    /// So much came back that they pay in cash only.
    CashOnly {
        /// The first day on which they may pay otherwise.
        until: Date,
    },
    /// The mandate was not tried yet.
    NotTried,
    /// The mandate is being tried.
    BeingTried {
        /// The first day on which something may be taken.
        until: Date,
    },
    /// It is more than the customer agreed to.
    BeyondMost {
        /// The most.
        most: Money,
    },
    /// With what else is taken on that day it is more than the customer agreed to; it is taken on another one.
    BeyondMostWith {
        /// The most.
        most: Money,
        /// What else is taken.
        others: Money,
    },
    /// It is more than so many times what their bills usually come to.
    BeyondNorm {
        /// What they usually come to.
        norm: Money,
    },
}

/// What speaks for and against taking a bill.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    /// Whether it was taken already.
    pub taken: bool,
    /// Whether a debit came back and what it was for is still owed.
    pub returned: bool,
    /// Whether the customer disputes a bill.
    pub disputed: bool,
    /// What else keeps anything from being taken of this account.
    pub account: Option<Held>,
    /// The most that the customer agreed to.
    pub most: Option<Money>,
    /// Days of use that it is for.
    pub days: i64,
    /// What bills before came to.
    pub earlier: &'a [Earlier],
}

/// What a bill before came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// How much.
    pub total: Money,
    /// The days that it is for.
    pub days: i64,
}

impl Policy {
    /// Reads a text of lines such as `norm 3`; `#` begins a remark.
    ///
    /// # Errors
    /// The first line that says nothing known, or says it wrongly.
    pub fn parse(text: &str) -> Result<Policy, NotAPolicy> {
        let mut policy = Policy::default();
        for (line, said) in (1..).zip(text.lines()) {
            let said = said.split_once('#').map_or(said, |it| it.0).trim();
            if said.is_empty() {
                continue;
            }
            let (word, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
            policy.say(word, rest.trim()).map_err(|what| NotAPolicy { line, what })?;
        }
        Ok(policy)
    }

    fn say(&mut self, word: &str, rest: &str) -> Result<(), String> {
        let wrong = |why: &dyn fmt::Display| format!("{word}: {why}");
        if rest.is_empty() {
            return Err(format!("{word} says nothing; write what it is after it"));
        }
        match word {
            "company" => rest.clone_into(&mut self.company),
            "company-id" => rest.clone_into(&mut self.company_id),
            "origin" => rest.clone_into(&mut self.origin),
            "statement" => rest.clone_into(&mut self.statement),
            "bank" => {
                let (number, name) = rest.split_once(' ').unwrap_or((rest, ""));
                let routing = Routing::parse(number).map_err(|why| wrong(&why))?;
                self.bank = Some((routing, name.trim().to_owned()));
            }
            "creditor" => self.creditor = Some(CreditorId::parse(rest).map_err(|why| wrong(&why))?),
            "iban" => self.iban = Some(Iban::parse(rest).map_err(|why| wrong(&why))?),
            "norm" => {
                let times = rest.parse().ok().filter(|it| (1..=100).contains(it));
                let times = times.ok_or_else(|| wrong(&"a whole number from 1 to 100"))?;
                self.norm = Some(times);
            }
            "prenote" => {
                let days = rest.parse().ok().filter(|it| (0..=MOST_DAYS).contains(it));
                let days = days.ok_or_else(|| wrong(&"so many banking days, from 0 to 30"))?;
                self.prenote = Some(days);
            }
            "retry" => self.retry = Some(again(rest).ok_or_else(|| wrong(&RETRY))?),
            _ => {
                return Err(format!(
                    "{word} is not known; write company, company-id, origin, bank, statement, creditor, iban, norm, prenote or retry"
                ));
            }
        }
        Ok(())
    }

    /// Why a bill is not taken; `None` where it is. A norm is the mean of earlier bills, where there are
    /// at least [`NORM_BILLS`]; what is for more days than these were for is compared with as much more.
    pub fn held(&self, amount: Money, known: &Known) -> Option<Held> {
        if known.taken {
            return Some(Held::Taken);
        }
        if known.returned {
            return Some(Held::Returned);
        }
        if known.disputed {
            return Some(Held::Disputed);
        }
        if known.account.is_some() {
            return known.account;
        }
        if let Some(most) = known.most.filter(|most| *most < amount) {
            return Some(Held::BeyondMost { most });
        }
        let norm = norm(known.earlier, known.days)?;
        let times = self.norm?;
        let beyond = norm.cents().saturating_mul(times) < amount.cents();
        beyond.then_some(Held::BeyondNorm { norm })
    }
}

/// Days that something waits: more is a mistake.
const MOST_DAYS: i64 = 30;
/// How trying again is said.
const RETRY: &str = "write once or twice, and after N days, such as twice after 5 days";

fn again(said: &str) -> Option<Retry> {
    let words: Vec<&str> = said.split_whitespace().collect();
    let [times, "after", days, "days"] = words[..] else { return None };
    let times = match times {
        "once" => 1,
        "twice" => MOST_TIMES,
        _ => return None,
    };
    let after_days = days.parse().ok().filter(|it| (0..=MOST_DAYS).contains(it))?;
    Some(Retry { times, after_days })
}

/// The mean of what bills came to, of so many as the days are worth, at least of one; rounded down to a cent.
fn norm(earlier: &[Earlier], days: i64) -> Option<Money> {
    let many = i128::try_from(earlier.len()).ok()?;
    let sum: Money = earlier.iter().map(|it| it.total).sum();
    if earlier.len() < NORM_BILLS || sum <= Money::ZERO {
        return None;
    }
    let theirs: i128 = earlier.iter().map(|it| i128::from(it.days)).sum::<i128>().max(1);
    let ours = (i128::from(days) * many).max(theirs);
    let norm = (i128::from(sum.cents()) * ours).div_euclid(theirs * many);
    i64::try_from(norm).ok().map(Money::from_cents)
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Held::Taken => f.write_str("it was taken already"),
            Held::Returned => f.write_str("a debit came back and is still owed"),
            Held::Again { from } => write!(f, "it came back and is tried again from {from} on"),
            Held::Disputed => f.write_str("the customer disputes a bill"),
            Held::Plan => f.write_str("it is paid in parts as agreed"),
            Held::CashOnly { until } => write!(f, "they pay in cash only, until {until}"),
            Held::NotTried => f.write_str("the mandate was not tried; see: debit prenote"),
            Held::BeingTried { until } => write!(f, "the mandate is being tried until {until}"),
            Held::BeyondMost { most } => write!(f, "the customer agreed to {most} at most"),
            Held::BeyondMostWith { most, others } => write!(
                f,
                "the customer agreed to {most} at most, and {others} of it is taken on that day; it waits for another day"
            ),
            Held::BeyondNorm { norm } => write!(f, "their bills usually come to {norm}"),
        }
    }
}

impl fmt::Display for NotAPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for NotAPolicy {}

#[cfg(test)]
mod tests {
    use super::*;

    fn dollars(dollars: i64) -> Money {
        Money::from_cents(dollars * 100)
    }

    #[test]
    fn a_text_says_what_holds_or_where_it_is_wrong() {
        let text = "# ours\ncompany Alder Creek\nbank 231380104 First Bank\n\nnorm 3 # times\n";
        let policy = Policy::parse(text).unwrap();
        assert_eq!((policy.company.as_str(), policy.norm), ("Alder Creek", Some(3)));
        assert_eq!(policy.bank.unwrap().1, "First Bank");
        for (text, said) in [
            ("norm 0", "line 1: norm: a whole number from 1 to 100"),
            ("prenote x", "line 1: prenote: so many banking days, from 0 to 30"),
            ("retry 3", "line 1: retry: write once or twice, and after N days"),
            ("retry twice after 31 days", "line 1: retry: write once or twice, and after N days"),
            ("\nnorm", "line 2: norm says nothing; write what it is after it"),
            (
                "bank 231380105 X",
                "line 1: bank: the routing number has a wrong digit: its last one does not follow from the others",
            ),
        ] {
            let why = Policy::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(said), "{why}");
        }
        let policy = Policy::parse("prenote 3\nretry twice after 5 days").unwrap();
        let retry = Some(Retry { times: 2, after_days: 5 });
        assert_eq!((policy.prenote, policy.retry), (Some(3), retry));
        assert!(
            Policy::parse("most 3")
                .unwrap_err()
                .to_string()
                .starts_with("line 1: most is not known")
        );
    }

    #[test]
    fn what_is_odd_is_held() {
        let policy = Policy { norm: Some(3), ..Policy::default() };
        let earlier = [50, 60, 70].map(|it| Earlier { total: dollars(it), days: 30 });
        let usual = Known { days: 30, earlier: &earlier, ..Known::default() };
        assert_eq!(policy.held(dollars(180), &usual), None);
        let norm = dollars(60);
        assert_eq!(policy.held(dollars(181), &usual), Some(Held::BeyondNorm { norm }));
        assert_eq!(Policy::default().held(dollars(181), &usual), None);
        // What is for three months is compared with three months, and what is for a day with a bill.
        let three = Known { days: 90, ..usual.clone() };
        assert_eq!(policy.held(dollars(540), &three), None);
        let norm = dollars(180);
        assert_eq!(policy.held(dollars(541), &three), Some(Held::BeyondNorm { norm }));
        let day = Known { days: 1, ..usual.clone() };
        assert_eq!(policy.held(dollars(180), &day), None);
        // Two bills are no norm.
        let new = Known { earlier: &earlier[..2], ..Known::default() };
        assert_eq!(policy.held(dollars(9_000), &new), None);
        let most = dollars(100);
        let bound = Known { most: Some(most), ..usual.clone() };
        assert_eq!(policy.held(most, &bound), None);
        assert_eq!(policy.held(dollars(101), &bound), Some(Held::BeyondMost { most }));
        let it = Known { account: Some(Held::NotTried), ..usual.clone() };
        assert_eq!(policy.held(dollars(1), &it), Some(Held::NotTried));
        let it = Known { disputed: true, ..it };
        assert_eq!(policy.held(dollars(1), &it), Some(Held::Disputed));
        let it = Known { returned: true, ..it };
        assert_eq!(policy.held(dollars(1), &it), Some(Held::Returned));
        let it = Known { taken: true, ..it };
        assert_eq!(policy.held(dollars(1), &it), Some(Held::Taken));
    }
}
