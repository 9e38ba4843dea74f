//! Rules as a text: what is asked of reads of one commodity, from where on it is doubted, and what
//! follows. Three come with the program; a utility says its own, by class and day.

use std::fmt;

use super::degrees::Base;
use super::{Method, Rule};
use crate::place::Commodity;

/// What follows when a rule finds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Nothing: the rule is not asked.
    Off,
    /// It is taken, and somebody has a look.
    Look,
    /// It waits: no bill is made of it until somebody decides.
    Hold,
}

words! { Action { Off = "off", Look = "look", Hold = "hold" } }

/// What is asked of one commodity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    settings: [(Action, i64); Rule::ALL.len()],
    /// Below so much a day, in millionths of the unit, nothing is high, low or a spike.
    pub floor_micro: i64,
    /// A file of fewer reads than this says nothing as a whole.
    pub file_least: usize,
    /// Hours of missing values that are filled on a straight line; more are filled from like days.
    pub short_gap_hours: i64,
    /// How a read is estimated, the first way that can.
    pub methods: Vec<Method>,
    /// How the use of a year is spread, in any weights: what a `profile` estimate follows.
    pub profile: Option<[i64; 12]>,
    /// Which degree-days a `degree-days` estimate goes by.
    pub degrees: Base,
}

/// Why a text is no rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesError {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, with the way out.
    pub what: String,
}

/// The texts that come with the program.
const ELECTRIC: &str = include_str!("rules/electric.rules");
const GAS: &str = include_str!("rules/gas.rules");
const WATER: &str = include_str!("rules/water.rules");

/// The text for a commodity that holds while the utility says no other.
pub fn default_text(commodity: Commodity) -> &'static str {
    match commodity {
        Commodity::Electric => ELECTRIC,
        Commodity::Gas => GAS,
        Commodity::Water | Commodity::Waste => WATER,
    }
}

impl Rules {
    /// The rules that come with the program.
    pub fn default_of(commodity: Commodity) -> Rules {
        Rules::parse(default_text(commodity)).expect("a test reads the texts that come with it")
    }

    /// Reads a text. What it does not say is off.
    pub fn parse(text: &str) -> Result<Rules, RulesError> {
        let mut rules = Rules {
            settings: [(Action::Off, 0); Rule::ALL.len()],
            floor_micro: 0,
            file_least: 10,
            short_gap_hours: 2,
            methods: vec![Method::OwnHistory],
            profile: None,
            degrees: Base::HEATING,
        };
        let mut said: Vec<&str> = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.split('#').next().unwrap_or_default();
            let words: Vec<&str> = text.split_whitespace().collect();
            let Some((first, rest)) = words.split_first() else { continue };
            let wrong = |what: String| RulesError { line, what };
            if said.contains(first) {
                return Err(wrong(format!("{first} is said twice; leave one")));
            }
            said.push(first);
            rules.take(first, rest).map_err(wrong)?;
        }
        Ok(rules)
    }

    fn take(&mut self, first: &str, rest: &[&str]) -> Result<(), String> {
        if let Some(rule) = Rule::from_word(first) {
            let (action, limit) = match rest {
                ["off"] => (Action::Off, 0),
                [action, limit] => (
                    Action::from_word(action).ok_or_else(|| {
                        format!("{action} is nothing that follows; write hold, look or off")
                    })?,
                    whole(limit).filter(|it| rule.allows(*it)).ok_or_else(|| {
                        format!("{limit} is no limit of {first}; write {}", rule.wants())
                    })?,
                ),
                _ => return Err(format!("write {first} as: {first} hold 5, or {first} off")),
            };
            self.settings[rule as usize] = (action, limit);
            return Ok(());
        }
        let number = |text: &&str| whole(text).ok_or_else(|| format!("{text} is no whole number"));
        match (first, rest) {
            ("floor", [text]) => {
                self.floor_micro = crate::text::scaled(text, 6)
                    .filter(|it| 0 <= *it)
                    .ok_or_else(|| format!("{text} is no amount a day; write 2 or 0.5"))?;
            }
            ("file-least", [text]) => {
                let least = number(text)?;
                self.file_least =
                    usize::try_from(least).map_err(|_| format!("{text} is no number of reads"))?;
            }
            ("short-gap", [text]) => self.short_gap_hours = number(text)?,
            ("estimate", methods) if !methods.is_empty() => {
                let method = |it: &&str| {
                    Method::from_word(it).ok_or_else(|| {
                        let known: Vec<_> = Method::ALL.iter().map(|it| it.word()).collect();
                        format!("{it} is no way to estimate; write one of {}", known.join(", "))
                    })
                };
                self.methods = methods.iter().map(method).collect::<Result<_, _>>()?;
            }
            ("degrees", words) => {
                self.degrees = Base::parse(words).ok_or_else(|| {
                    "write degrees as: degrees heating 65 F, or degrees cooling 18.3 C".to_owned()
                })?;
            }
            ("profile", weights) => {
                let weights = weights.iter().map(number).collect::<Result<Vec<_>, _>>()?;
                let twelve: [i64; 12] = weights
                    .try_into()
                    .map_err(|_| "a profile has twelve weights, from January on".to_owned())?;
                if twelve.iter().any(|it| *it <= 0) {
                    return Err("each weight of a profile is above zero".to_owned());
                }
                self.profile = Some(twelve);
            }
            _ => {
                return Err(format!(
                    "{first} is no rule; the reference of validation names them all"
                ));
            }
        }
        Ok(())
    }

    /// The limit of a rule and what follows beyond it; `None` where it is off.
    pub fn of(&self, rule: Rule) -> Option<(Action, i64)> {
        Some(self.settings[rule as usize]).filter(|it| it.0 != Action::Off)
    }
}

impl Rule {
    /// Whether a limit makes sense.
    fn allows(self, limit: i64) -> bool {
        match self {
            Rule::High | Rule::Low | Rule::Rollover | Rule::StepChange | Rule::Spike => {
                (2..=1_000).contains(&limit)
            }
            Rule::Scaled => (2..=1_000).contains(&limit),
            Rule::Stuck => (2..=100).contains(&limit),
            Rule::Stale | Rule::SumCheck => (1..=100).contains(&limit),
            Rule::EstimateRun | Rule::Zero | Rule::Leak | Rule::Multiplier => 1 <= limit,
            Rule::Negative
            | Rule::Vacant
            | Rule::Gap
            | Rule::Reverse
            | Rule::LongDay
            | Rule::Unproven => 0 <= limit,
        }
    }

    /// What its limit is, for who wrote another one.
    pub const fn wants(self) -> &'static str {
        match self {
            Rule::High
            | Rule::Low
            | Rule::Rollover
            | Rule::StepChange
            | Rule::Spike
            | Rule::Scaled => "how many times, from 2 to 1000",
            Rule::Stuck => "how many reads, from 2 to 100",
            Rule::Stale | Rule::SumCheck => "how many hundredths, from 1 to 100",
            Rule::EstimateRun => "how many in a row, from 1",
            Rule::Zero => "how many days, from 1",
            Rule::Leak => "how many hours, from 1",
            Rule::Multiplier => "how many kW the service carries, from 1",
            Rule::Negative => "how many units back are forgiven, from 0",
            Rule::Vacant => "how many units are forgiven, from 0",
            Rule::Gap | Rule::Reverse | Rule::LongDay => "how many values are forgiven, from 0",
            Rule::Unproven => "0",
        }
    }
}

fn whole(text: &str) -> Option<i64> {
    text.parse().ok().filter(|it| 0 <= *it)
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for RulesError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_that_come_with_it_are_rules() {
        for commodity in Commodity::ALL {
            let rules = Rules::parse(default_text(*commodity)).unwrap();
            assert_eq!(rules.of(Rule::High).unwrap().0, Action::Hold, "{commodity}");
            assert!(!rules.methods.is_empty());
            assert!(rules.of(Rule::EstimateRun).is_some(), "an estimate run has a limit");
        }
        assert!(Rules::default_of(Commodity::Electric).of(Rule::Leak).is_none());
        assert!(Rules::default_of(Commodity::Water).of(Rule::Leak).is_some());
    }

    #[test]
    fn a_wrong_line_says_what_to_write() {
        let why = |text: &str| Rules::parse(text).unwrap_err().to_string();
        assert_eq!(
            why("high hold 1"),
            "line 1: 1 is no limit of high; write how many times, from 2 to 1000"
        );
        assert_eq!(
            why("\nhigh stop 4"),
            "line 2: stop is nothing that follows; write hold, look or off"
        );
        assert_eq!(why("high hold 4\nhigh off"), "line 2: high is said twice; leave one");
        assert!(why("hihg hold 4").starts_with("line 1: hihg is no rule"));
        assert!(why("estimate guess").contains("own-history"));
        assert!(why("profile 1 2 3").contains("twelve"));
        assert!(why("degrees heating 65").contains("degrees heating 65 F"));
        let rules = Rules::parse("degrees cooling 72 F").unwrap();
        assert_eq!(rules.degrees.to_string(), "cooling 72 F");
        assert_eq!(why("high"), "line 1: write high as: high hold 5, or high off");
    }
}
