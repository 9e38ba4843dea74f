//! How far the totals of a turn may be from those of earlier ones before its bills are released by
//! more than one person: a text, as a utility says it.

use std::fmt;

use crate::text::says_none;

/// The text that holds while the utility says no other.
pub const DEFAULT: &str = include_str!("limits.txt");

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// How many agreements are billed, in parts of a hundred.
    Agreements,
    /// What all bills come to, in parts of a hundred.
    Total,
    /// What was used in each unit, in parts of a hundred.
    Use,
    /// What the bills of each tariff come to, in parts of a hundred.
    Tariff,
    /// What a service comes to on average in a small turn, in parts of a hundred; nothing else of one is
    /// compared.
    Mean,
    /// The share of bills whose amounts lie between two bounds, in points of a hundred.
    Band,
}

/// With what it is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// The turn of the cycle before.
    LastTurn,
    /// The turn of the cycle a year before.
    LastYear,
}

words! {
    Measure {
        Agreements = "agreements",
        Total = "total",
        Use = "use",
        Tariff = "tariff",
        Mean = "mean",
        Band = "band",
    }
    Beside { LastTurn = "last-turn", LastYear = "last-year" }
}

/// One line of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// What.
    pub measure: Measure,
    /// With what.
    pub beside: Beside,
    /// How far, in parts or points of a hundred.
    pub percent: i64,
}

/// All lines of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Each.
    pub all: Vec<Limit>,
    /// Turns with fewer agreements than this on both sides are compared by what a service comes to on
    /// average alone, and tariffs with fewer not at all.
    pub small: i64,
    /// What is not compared although the text says that something like it is.
    any: Vec<(Measure, Beside)>,
}

/// How far a small turn may be where its total is compared and nothing is said of the mean: as far as a
/// bill may be from earlier ones of its account.
const MEAN: i64 = 300;

/// Why a text is no limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoLimits {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, with the way out.
    pub what: String,
}

impl Limits {
    /// The limits that come with the program.
    ///
    /// # Panics
    /// Never: a test reads them.
    pub fn default_ones() -> Limits {
        Limits::parse(DEFAULT).expect("a test reads the text that comes with it")
    }

    /// Reads a text. What it does not say is not compared, except that where totals are, those of small
    /// turns are too, by the mean.
    pub fn parse(text: &str) -> Result<Limits, NoLimits> {
        let mut limits = Limits { all: Vec::new(), small: 1, any: Vec::new() };
        if says_none(text) {
            return Ok(limits);
        }
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.split('#').next().unwrap_or_default();
            let words: Vec<&str> = text.split_whitespace().collect();
            if !words.is_empty() {
                limits.take(&words).map_err(|what| NoLimits { line, what })?;
            }
        }
        for beside in [Beside::LastTurn, Beside::LastYear] {
            let is_said = |measure| limits.all.iter().any(|it| it.of(measure, beside));
            if is_said(Measure::Total) && !limits.says(Measure::Mean, beside) {
                limits.all.push(Limit { measure: Measure::Mean, beside, percent: MEAN });
            }
        }
        Ok(limits)
    }

    /// Whether a line says something of it.
    fn says(&self, measure: Measure, beside: Beside) -> bool {
        self.all.iter().any(|it| it.of(measure, beside)) || self.any.contains(&(measure, beside))
    }

    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        match words {
            ["small", count] => {
                let count = whole(count).ok_or_else(|| format!("{count} is no number of bills"))?;
                self.small = count;
                Ok(())
            }
            [measure, beside, percent] => {
                let measure = Measure::from_word(measure).ok_or_else(|| {
                    let known: Vec<_> = Measure::ALL.iter().map(|it| it.word()).collect();
                    format!("{measure} is not compared; write one of {}", known.join(", "))
                })?;
                let beside = Beside::from_word(beside)
                    .ok_or_else(|| format!("{beside} is no turn; write last-turn or last-year"))?;
                if self.says(measure, beside) {
                    return Err(format!("{measure} {beside} is said twice; leave one"));
                }
                if *percent == "any" {
                    self.any.push((measure, beside));
                    return Ok(());
                }
                let percent = percent.strip_suffix('%').and_then(whole).ok_or_else(|| {
                    format!("{percent} is no limit; write 30%, or any where it is not compared")
                })?;
                self.all.push(Limit { measure, beside, percent });
                Ok(())
            }
            _ => Err("write a line as: total last-turn 30%".to_owned()),
        }
    }
}

impl Limit {
    /// Whether it is of this.
    fn of(&self, measure: Measure, beside: Beside) -> bool {
        (self.measure, self.beside) == (measure, beside)
    }
}

fn whole(text: &str) -> Option<i64> {
    text.parse().ok().filter(|it| (0..=1_000_000).contains(it))
}

impl fmt::Display for NoLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for NoLimits {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_that_comes_with_the_program_is_read() {
        let limits = Limits::default_ones();
        for measure in Measure::ALL {
            assert!(limits.all.iter().any(|it| it.measure == *measure), "{measure} is limited");
        }
    }

    #[test]
    fn small_turns_are_compared_where_totals_are_unless_somebody_says_otherwise() {
        let means = |text| {
            let all = Limits::parse(text).unwrap().all.into_iter();
            all.filter(|it| it.measure == Measure::Mean).map(|it| it.percent).collect::<Vec<_>>()
        };
        assert_eq!(means("total last-turn 30%\nsmall 20"), [300]);
        assert_eq!(means("total last-turn 30%\nmean last-turn 50%"), [50]);
        assert_eq!(means("total last-turn 30%\nmean last-turn any"), []);
        assert_eq!(means("none # of all these"), []);
        assert_eq!(means("total last-turn any"), []);
    }

    #[test]
    fn a_text_that_says_nothing_sensible_is_refused_with_its_line() {
        for (text, line, what) in [
            ("total last-turn", 1, "write a line as: total last-turn 30%"),
            (
                "# nothing\nsum last-turn 3%",
                2,
                "sum is not compared; write one of agreements, total, use, tariff, mean, band",
            ),
            ("total yesterday 3%", 1, "yesterday is no turn; write last-turn or last-year"),
            ("total last-year 3", 1, "3 is no limit; write 30%, or any where it is not compared"),
            (
                "total last-year -3%",
                1,
                "-3% is no limit; write 30%, or any where it is not compared",
            ),
            ("use last-year any\nuse last-year 4%", 2, "use last-year is said twice; leave one"),
            ("total last-year 3%\nnone", 2, "write a line as: total last-turn 30%"),
            ("use last-year 3%\nuse last-year 4%", 2, "use last-year is said twice; leave one"),
            ("small few", 1, "few is no number of bills"),
        ] {
            let what = what.to_owned();
            assert_eq!(Limits::parse(text), Err(NoLimits { line, what }), "{text}");
        }
    }
}
