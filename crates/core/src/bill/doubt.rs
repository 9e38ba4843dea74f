//! Which bills wait for a clerk although they can be priced: rules that are a text, each with what was
//! seen.
//!
//! ```text
//! low        10% 50.00     # below that share of the mean of earlier bills, where that is at least so much
//! zero                     # it comes to nothing
//! negative                 # it comes to less than nothing
//! first      500.00        # the first bill of a service, above so much
//! last       500.00        # the last one, above so much
//! estimated  50%           # at least that share of the use is estimated
//! peers      5 200.00      # so many times the mean of the tariff in the turn before, and so much above
//! bound                    # above what the account says a bill may be
//! multiplier               # a meter was exchanged for one with another multiplier
//! ```

use std::collections::BTreeMap;
use std::fmt;

use super::Segment;
use super::assess::AccountFacts;
use crate::meter::Form;
use crate::money::Money;
use crate::text::{decimal, says_none};

/// The text that holds while the utility says no other.
pub const DEFAULT: &str = "bound\nmultiplier\n";

/// With fewer earlier bills than this there is no mean.
const BILLS_FOR_MEAN: usize = 3;
/// Minutes of a day.
const DAY: i64 = 1_440;

/// The rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    low: Option<(i64, Money)>,
    zero: bool,
    negative: bool,
    first: Option<Money>,
    last: Option<Money>,
    estimated: Option<i64>,
    peers: Option<(i64, Money)>,
    bound: bool,
    multiplier: bool,
}

/// What a rule saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// It is far below earlier ones.
    Low {
        /// What it comes to.
        total: Money,
        /// The mean of earlier bills.
        usual: Money,
    },
    /// It comes to nothing.
    Zero,
    /// It comes to less than nothing.
    Negative {
        /// What it comes to.
        total: Money,
    },
    /// It is the first one, and large.
    First {
        /// What it comes to.
        total: Money,
        /// Above this it waits.
        above: Money,
    },
    /// It is the last one, and large.
    Last {
        /// What it comes to.
        total: Money,
        /// Above this it waits.
        above: Money,
    },
    /// Much of its use is estimated.
    Estimated {
        /// How much, in parts of a hundred.
        percent: i64,
    },
    /// It is far above those of others.
    Peers {
        /// What it comes to.
        total: Money,
        /// The mean of others.
        usual: Money,
        /// On which tariff.
        tariff: String,
    },
    /// It is above what the account says.
    Bound {
        /// What it comes to.
        total: Money,
        /// What a bill may be.
        bound: Money,
    },
    /// A meter was exchanged for one with another multiplier.
    Multiplier(Exchanged),
}

/// An exchange that changed the multiplier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// The number of the new meter.
    pub meter: String,
    /// The multiplier of the one before it, in millionths.
    pub was_micro: i64,
    /// Its own, in millionths.
    pub now_micro: i64,
}

/// What a bill is compared with beside its own history.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The mean of a tariff in the turn before, by its code.
    pub peers: &'a BTreeMap<String, Money>,
    /// The most that a bill of the account may be; `None` where it says nothing.
    pub bound: Option<Money>,
    /// An exchange in the days of the bill that changed a multiplier.
    pub exchanged: Option<&'a Exchanged>,
}

/// Why a text is no rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoDoubts {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, with the way out.
    pub what: String,
}

impl Doubts {
    /// Reads a text. What it does not say is not doubted.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Doubts, NoDoubts> {
        let mut doubts = Doubts::default();
        if says_none(text) {
            return Ok(doubts);
        }
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.split('#').next().unwrap_or_default();
            let words: Vec<&str> = text.split_whitespace().collect();
            if !words.is_empty() {
                doubts.take(&words).map_err(|what| NoDoubts { line, what })?;
            }
        }
        Ok(doubts)
    }

    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        match *words {
            ["low", share, least] => self.low = Some((percent(share)?, amount(least)?)),
            ["zero"] => self.zero = true,
            ["negative"] => self.negative = true,
            ["first", above] => self.first = Some(amount(above)?),
            ["last", above] => self.last = Some(amount(above)?),
            ["estimated", share] => self.estimated = Some(percent(share)?),
            ["peers", times, above] => {
                let times = times.parse().ok().filter(|it| (1..=1_000).contains(it));
                let times = times.ok_or("times is a number from 1 to 1000")?;
                self.peers = Some((times, amount(above)?));
            }
            ["bound"] => self.bound = true,
            ["multiplier"] => self.multiplier = true,
            _ => {
                return Err(
                    "write low PERCENT AMOUNT, zero, negative, first AMOUNT, last AMOUNT, \
                            estimated PERCENT, peers TIMES AMOUNT, bound or multiplier"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }

    /// Whether the means of tariffs are looked at.
    pub fn look_at_peers(&self) -> bool {
        self.peers.is_some()
    }

    /// Whether exchanges are looked at.
    pub fn look_at_exchanges(&self) -> bool {
        self.multiplier
    }

    /// What is doubtful of the bill of an account that has these segments.
    pub fn doubt(
        &self,
        facts: &AccountFacts,
        segments: &[&Segment],
        around: &Around<'_>,
    ) -> Option<Doubt> {
        let total: Money = segments.iter().map(|it| it.total).sum();
        let of = |it: &&Segment| {
            let agreement = it.agreement;
            facts.services.iter().find(move |there| there.agreement.id == agreement)
        };
        let is_first = segments.iter().filter_map(of).any(|it| it.billed_through.is_none());
        let is_last = segments
            .iter()
            .any(|it| of(it).is_some_and(|there| there.agreement.to == Some(it.period.end())));
        let above = |most: &Money| *most < total;
        let hung = facts.services.iter().flat_map(|it| &it.measured.hung);
        // What is foretold of a way out has other facts than were kept.
        let counts = |it: &&Exchanged| {
            let of_it = hung.clone().filter(|hung| hung.meter == it.meter);
            of_it.flat_map(|it| &it.channels).any(|of| of.channel.multiplier_micro == it.now_micro)
        };
        if let Some(it) = around.exchanged.filter(|_| self.multiplier).filter(counts) {
            return Some(Doubt::Multiplier(it.clone()));
        }
        if let Some(bound) = around.bound.filter(|it| self.bound && above(it)) {
            return Some(Doubt::Bound { total, bound });
        }
        if self.negative && total < Money::ZERO {
            return Some(Doubt::Negative { total });
        }
        if self.zero && total == Money::ZERO {
            return Some(Doubt::Zero);
        }
        if let Some(above) = self.first.filter(above).filter(|_| is_first) {
            return Some(Doubt::First { total, above });
        }
        if let Some(above) = self.last.filter(above).filter(|_| is_last) {
            return Some(Doubt::Last { total, above });
        }
        if let Some(most) = self.estimated {
            let percent = segments.iter().map(|it| estimated(facts, it)).max().unwrap_or(0);
            if most <= percent {
                return Some(Doubt::Estimated { percent });
            }
        }
        if let Some((share, least)) = self.low
            && !is_first
            && let Some(usual) = mean(&facts.earlier).filter(|it| least <= *it)
            && i128::from(total.cents()) * 100 < i128::from(usual.cents()) * i128::from(share)
        {
            return Some(Doubt::Low { total, usual });
        }
        let (times, more) = self.peers?;
        let far = |it: &&Segment| {
            let usual = *around.peers.get(&it.tariff)?;
            let far = i128::from(usual.cents()) * i128::from(times) < i128::from(it.total.cents());
            let tariff = it.tariff.clone();
            (far && more < it.total - usual).then_some(Doubt::Peers {
                total: it.total,
                usual,
                tariff,
            })
        };
        segments.iter().find_map(far)
    }
}

fn mean(earlier: &[Money]) -> Option<Money> {
    let count = i64::try_from(earlier.len()).ok()?;
    let sum: Money = earlier.iter().copied().sum();
    (BILLS_FOR_MEAN <= earlier.len()).then(|| Money::from_cents(sum.cents().div_euclid(count)))
}

/// How much of the use of a segment is estimated, in parts of a hundred: of registers by what they
/// counted, of intervals by how many there are.
fn estimated(facts: &AccountFacts, segment: &Segment) -> i64 {
    let hung = facts.services.iter().flat_map(|it| &it.measured.hung);
    let minutes = |meter: &str| {
        let theirs = hung.clone().filter(|it| it.meter == meter).flat_map(|it| &it.channels);
        theirs.map(|it| it.channel.form).find_map(|it| match it {
            Form::Interval { minutes } => Some(i64::from(minutes)),
            Form::Register { .. } => None,
        })
    };
    let (mut part, mut whole) = (0_i128, 0_i128);
    for it in &segment.evidence {
        let used = i128::from(it.used.micro.abs());
        whole += used * 100;
        let of_a_hundred = match (it.reads, minutes(&it.meter)) {
            (Some(_), _) | (None, None) => {
                if 0 < it.estimated {
                    100
                } else {
                    0
                }
            }
            (None, Some(minutes)) => {
                let all = (it.period.days() * DAY).div_euclid(minutes.max(1)).max(1);
                (i64::from(it.estimated) * 100).div_euclid(all)
            }
        };
        part += used * i128::from(of_a_hundred);
    }
    let percent = (part * 100).checked_div(whole.max(1)).unwrap_or(0);
    i64::try_from(percent).unwrap_or(100)
}

fn amount(text: &str) -> Result<Money, String> {
    let amount = Money::parse(text).ok().filter(|it| Money::ZERO <= *it);
    amount.ok_or_else(|| format!("{text} is no amount in dollars, such as 150.00"))
}

fn percent(text: &str) -> Result<i64, String> {
    let number = text.strip_suffix('%').and_then(|it| it.parse().ok());
    number
        .filter(|it| (1..=100).contains(it))
        .ok_or_else(|| format!("{text} is no percentage from 1% to 100%"))
}

impl Doubt {
    /// The word of the rule.
    pub fn word(&self) -> &'static str {
        match self {
            Doubt::Low { .. } => "low",
            Doubt::Zero => "zero",
            Doubt::Negative { .. } => "negative",
            Doubt::First { .. } => "first",
            Doubt::Last { .. } => "last",
            Doubt::Estimated { .. } => "estimated",
            Doubt::Peers { .. } => "peers",
            Doubt::Bound { .. } => "bound",
            Doubt::Multiplier(_) => "multiplier",
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Doubt::Low { total, usual } => {
                write!(f, "the bill is only {total}, and earlier ones were about {usual}")
            }
            Doubt::Zero => f.write_str("the bill comes to nothing"),
            Doubt::Negative { total } => write!(f, "the bill comes to {total}"),
            Doubt::First { total, above } => {
                write!(f, "the first bill is {total}; above {above} somebody looks at it")
            }
            Doubt::Last { total, above } => {
                write!(f, "the last bill is {total}; above {above} somebody looks at it")
            }
            Doubt::Estimated { percent } => write!(f, "{percent}% of the use is estimated"),
            Doubt::Peers { total, usual, tariff } => {
                write!(f, "{tariff} comes to {total}, and others on it came to about {usual}")
            }
            Doubt::Bound { total, bound } => {
                write!(f, "the bill is {total}, and the account says at most {bound}")
            }
            Doubt::Multiplier(Exchanged { meter, was_micro, now_micro }) => write!(
                f,
                "meter {meter} counts {} times, and the one before it counted {} times",
                decimal(*now_micro, 6),
                decimal(*was_micro, 6)
            ),
        }
    }
}

impl fmt::Display for NoDoubts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for NoDoubts {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_says_nothing_is_refused_with_the_way_out() {
        for (text, says) in [
            ("low 10 50.00", "line 1: 10 is no percentage"),
            ("low 0% 50.00", "0% is no percentage"),
            ("\nfirst much", "line 2: much is no amount"),
            ("peers 0 5.00", "times is a number"),
            ("odd", "write low PERCENT AMOUNT"),
        ] {
            let why = Doubts::parse(text).unwrap_err().to_string();
            assert!(why.contains(says), "{text}: {why}");
        }
        assert!(Doubts::parse(DEFAULT).unwrap().bound);
    }

    #[test]
    fn three_bills_are_a_mean() {
        let dollars = |it: i64| Money::from_cents(it * 100);
        assert_eq!(mean(&[dollars(10), dollars(20)]), None);
        assert_eq!(mean(&[dollars(10), dollars(20), dollars(60)]), Some(dollars(30)));
    }
}
