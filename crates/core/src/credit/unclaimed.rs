//! When what is owed to a customer is unclaimed property, as a text.
//!
//! ```text
//! credit residential 12 months    # of a closed account of which nothing was heard for so long
//! credit any         36 months
//! check  any         12 months    # paid as a refund and never cashed
//! ```
//! The first line that fits a class counts; a class without one is left alone.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{NotRules, class, lines, whole};
use crate::account::CustomerClass;

/// Months: more is a mistake.
const MOST_MONTHS: i64 = 360;

/// What nobody claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// A credit of a closed account.
    Credit,
    /// A check that was never cashed.
    Check,
}

words! { Property { Credit = "credit", Check = "check" } }

/// What holds of unclaimed property from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    ages: Vec<(Property, Option<CustomerClass>, i64)>,
}

impl Rules {
    /// Reads a text.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Rules, NotRules> {
        let mut rules = Rules::default();
        lines(text, |words| match *words {
            [what, of, months, "months"] if Property::from_word(what).is_some() => {
                let what = Property::from_word(what).unwrap_or(Property::Credit);
                rules.ages.push((what, class(of)?, whole(months, 1, MOST_MONTHS)?));
                Ok(())
            }
            _ => Err("write credit CLASS N months or check CLASS N months".to_owned()),
        })?;
        Ok(rules)
    }

    /// Whether something of a class of which nothing was heard since a day is unclaimed on another.
    pub fn unclaimed(&self, what: Property, of: CustomerClass, (since, on): (Date, Date)) -> bool {
        let fits = |it: &&(Property, Option<CustomerClass>, i64)| {
            it.0 == what && it.1.is_none_or(|it| it == of)
        };
        let months = self.ages.iter().find(fits).map(|it| it.2);
        months.is_some_and(|it| since.saturating_add(it.months()) <= on)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_first_line_that_fits_says_how_old() {
        let text = "credit residential 12 months\ncredit any 36 months # three years\n";
        let rules = Rules::parse(text).unwrap();
        let since = date(2024, 2, 29);
        let is = |what, of, on| rules.unclaimed(what, of, (since, on));
        let (home, firm) = (CustomerClass::Residential, CustomerClass::Commercial);
        assert!(!is(Property::Credit, home, date(2025, 2, 27)));
        assert!(is(Property::Credit, home, date(2025, 2, 28)));
        assert!(!is(Property::Credit, firm, date(2027, 2, 27)));
        assert!(is(Property::Credit, firm, date(2027, 2, 28)));
        assert!(!is(Property::Check, home, date(2054, 2, 28)), "no line says it of checks");
        for text in ["credit any 12", "credit any 0 months", "deposit any 12 months"] {
            assert!(Rules::parse(text).is_err(), "{text}");
        }
    }
}
