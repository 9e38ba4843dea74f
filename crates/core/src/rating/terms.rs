//! What one agreement says of itself, apart from the tariff it is on: how many dwellings, the size of
//! the meter, the contract demand; prices of its own, and taxes it need not pay.

use jiff::civil::Date;

use crate::money::Share;
use crate::period::Period;
use crate::rating::drawn::Draft;
use crate::rating::section::{Section, product};
use crate::rating::{Basis, Rule, Unratable};
use crate::tariff::{Choice, Component, LeastDemand, MONTHS};
use crate::text::{decimal, scaled};

/// The terms of one agreement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Numbers and words by name, such as `meters 2` and `meter-size 5/8`.
    pub said: Vec<Term>,
    /// Prices that hold instead of the tariff's.
    pub prices: Vec<SpecialPrice>,
    /// Taxes and riders that are not owed, or not in full.
    pub exemptions: Vec<Exemption>,
}

/// One thing that an agreement says of itself for some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it is about, as a tariff names it in its `needs` line.
    pub name: String,
    /// A number or a word.
    pub value: String,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
}

/// A price agreed with one customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpecialPrice {
    /// The charge, or one line of it, as the bill calls it: `Energy`, or `Energy, peak`.
    pub label: String,
    /// Billionths of a currency unit, for whatever the tariff's price is for.
    pub nano: i64,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
}

/// A tax or rider that is not owed, or not in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// The charge, as the bill calls it.
    pub label: String,
    /// How much of what is charged is left out: all of it is 100%.
    pub share: Share,
    /// The number of the certificate.
    pub certificate: String,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
}

impl Terms {
    /// None.
    pub const NONE: &'static Terms =
        &Terms { said: Vec::new(), prices: Vec::new(), exemptions: Vec::new() };

    /// What is said about `name` on a day.
    fn value(&self, name: &str, on: Date) -> Option<&Term> {
        self.said.iter().find(|it| it.name == name && in_force(it.from, it.to, on))
    }

    /// The exemption of the charge called `label` on a day.
    pub(super) fn exemption(&self, label: &str, on: Date) -> Option<&Exemption> {
        self.exemptions.iter().find(|it| it.label == label && in_force(it.from, it.to, on))
    }
}

fn in_force(from: Date, to: Option<Date>, on: Date) -> bool {
    from <= on && to.is_none_or(|to| on < to)
}

impl Section<'_> {
    /// `days` cut wherever one of these terms, or the price or exemption of the charge called
    /// `label`, changes.
    pub(super) fn cut(&self, days: Period, needs: &[usize], label: &str) -> Vec<Period> {
        let Terms { said, prices, exemptions } = self.input.terms;
        let named = |name: &String| needs.iter().any(|it| self.tariff().needs[*it] == *name);
        let mut edges = Vec::new();
        let said = said.iter().filter(|it| named(&it.name));
        edges.extend(said.map(|it| (it.from, it.to)));
        let prices = prices.iter().filter(|it| is_of(&it.label, label));
        edges.extend(prices.map(|it| (it.from, it.to)));
        let exemptions = exemptions.iter().filter(|it| it.label == label);
        edges.extend(exemptions.map(|it| (it.from, it.to)));
        if edges.is_empty() {
            return vec![days];
        }
        let edges = edges.into_iter().flat_map(|(from, to)| [Some(from), to]).flatten();
        let inside = |day: &Date| days.start() < *day && *day < days.end();
        let mut starts: Vec<Date> = edges.filter(inside).chain([days.start()]).collect();
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().copied().skip(1).chain([days.end()]);
        starts.iter().zip(ends).filter_map(|(start, end)| Period::new(*start, end)).collect()
    }

    /// A term that is a month, 1 to 12.
    pub(super) fn month(&self, label: &str, need: usize, on: Date) -> Result<i64, Unratable> {
        let said = self.said(label, need, on)?;
        let found = (1..).zip(MONTHS).find(|(_, name)| *name == said);
        found.map(|(month, _)| month).ok_or_else(|| Unratable::TermNoMonth {
            label: label.to_owned(),
            term: self.tariff().needs[need].clone(),
            value: said.to_owned(),
        })
    }

    /// What the agreement says about a term on a day. The charge called `label` needs it.
    pub(super) fn said(&self, label: &str, need: usize, on: Date) -> Result<&str, Unratable> {
        let term = &self.tariff().needs[need];
        let said = self.input.terms.value(term, on).map(|it| it.value.as_str());
        said.ok_or_else(|| Unratable::NoTerm { label: label.to_owned(), term: term.clone(), on })
    }

    /// A term that is a number, in millionths.
    pub(super) fn number(&self, label: &str, need: usize, on: Date) -> Result<i64, Unratable> {
        let said = self.said(label, need, on)?;
        let number = scaled(said, 6).filter(|it| 0 <= *it);
        let number = number.ok_or_else(|| Unratable::TermNoNumber {
            label: label.to_owned(),
            term: self.tariff().needs[need].clone(),
            value: said.to_owned(),
        })?;
        product(label, number, 1, 1)
    }

    /// A term that is a day.
    pub(super) fn day(&self, label: &str, need: usize, on: Date) -> Result<Date, Unratable> {
        let said = self.said(label, need, on)?;
        said.parse().map_err(|_| Unratable::TermNoDay {
            label: label.to_owned(),
            term: self.tariff().needs[need].clone(),
            value: said.to_owned(),
        })
    }

    /// The product of terms that are numbers, in millionths: one without any.
    pub(super) fn count(&self, label: &str, needs: &[usize], on: Date) -> Result<i64, Unratable> {
        needs.iter().try_fold(1_000_000, |count, need| {
            product(label, count, self.number(label, *need, on)?, 1_000_000)
        })
    }

    /// The row of a table that counts on a day.
    pub(super) fn row(&self, label: &str, choice: &Choice, on: Date) -> Result<usize, Unratable> {
        let said = self.said(label, choice.term, on)?;
        let row = choice.words.iter().position(|it| it == said);
        row.ok_or_else(|| Unratable::NoRow {
            label: label.to_owned(),
            term: self.tariff().needs[choice.term].clone(),
            value: said.to_owned(),
        })
    }

    /// The price agreed for a line of the charge called `label`, instead of the tariff's. Of two,
    /// the one for the line itself counts.
    pub(super) fn special(&self, label: &str, line: &str, on: Date) -> Option<&SpecialPrice> {
        let prices = || self.input.terms.prices.iter().filter(|it| in_force(it.from, it.to, on));
        prices().find(|it| it.label == line).or_else(|| prices().find(|it| it.label == label))
    }
}

impl LeastDemand {
    /// How much it is, in millionths. What the agreement says `on` the first of the days counts for
    /// them all: a demand is one number, and no share of it belongs to a day.
    pub(super) fn micro(
        self,
        section: &Section,
        component: &Component,
        on: Date,
    ) -> Result<i64, Unratable> {
        match self {
            LeastDemand::Fixed(quantity) => Ok(quantity.micro),
            LeastDemand::Term(share, need) => {
                Ok(share.of_micro(section.number(&component.label, need, on)?))
            }
        }
    }
}

/// Whether a special price is for the charge called `label`, or for one line of it.
fn is_of(special: &str, label: &str) -> bool {
    let behind = special.strip_prefix(label);
    behind.is_some_and(|it| it.is_empty() || it.starts_with(", "))
}

impl SpecialPrice {
    /// Puts this price into a line.
    pub(super) fn applied(&self, draft: Draft) -> Draft {
        let basis = match draft.basis {
            Basis::Each(quantity, mut price) => {
                price.nano = self.nano;
                Basis::Each(quantity, price)
            }
            Basis::Part { quantity, mut price, days, of } => {
                price.nano = self.nano;
                Basis::Part { quantity, price, days, of }
            }
            other => other,
        };
        Draft { basis, ..draft }
    }

    /// The rule of a line with this price: the tariff's, and what the agreement says instead.
    pub(super) fn rule(&self, rule: &Rule) -> Rule {
        let price = decimal(self.nano, 9);
        let text =
            format!("{}; the agreement says {} {price} from {}", rule.text, self.label, self.from);
        Rule { text, ..rule.clone() }
    }
}
