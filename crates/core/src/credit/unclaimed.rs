//! When what is owed to a customer is unclaimed property, as a text.
//!
//! ```text
//! credit  residential 12 months    # of a closed account of which nothing was heard for so long
//! credit  any         36 months
//! deposit any         12 months    # what of such a credit was a deposit, with its interest
//! check   any         12 months    # paid as a refund and never cashed
//! code deposit UT01                # what a report to a state calls it
//! code credit UT03
//! code check UT03
//! ```
//! The first line that fits a class counts; a class without one is left alone. Where no line fits deposits they
//! are credits like others.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{NotRules, class, lines, whole};
use crate::account::CustomerClass;

/// Months: more is a mistake.
const MOST_MONTHS: i64 = 360;
const WRITE: &str = "write credit, deposit or check, CLASS and N months, or code with one of them and a code \
    like UT03";

/// What nobody claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// A credit of a closed account.
    Credit,
    /// What of such a credit was a deposit.
    Deposit,
    /// A check that was never cashed.
    Check,
}

words! { Property { Credit = "credit", Deposit = "deposit", Check = "check" } }

/// What holds of unclaimed property from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    ages: Vec<(Property, Option<CustomerClass>, i64)>,
    codes: Vec<(Property, String)>,
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
            ["code", what, code] if Property::from_word(what).is_some() && is_code(code) => {
                let what = Property::from_word(what).unwrap_or(Property::Credit);
                rules.codes.push((what, code.to_owned()));
                Ok(())
            }
            _ => Err(WRITE.to_owned()),
        })?;
        Ok(rules)
    }

    /// The first day on which something of a class is unclaimed of which nothing was heard since a day; `None`
    /// where it never is.
    pub fn due(&self, what: Property, of: CustomerClass, since: Date) -> Option<Date> {
        let fits = |it: &&(Property, Option<CustomerClass>, i64)| {
            it.0 == what && it.1.is_none_or(|it| it == of)
        };
        let months = self.ages.iter().find(fits).map(|it| it.2);
        months.map(|it| since.saturating_add(it.months()))
    }

    /// What a report to a state calls it; empty where no line says so.
    pub fn code(&self, what: Property) -> &str {
        self.codes.iter().find(|it| it.0 == what).map_or("", |it| it.1.as_str())
    }
}

/// Whether it is two capital letters and two digits, as states write the kinds of property.
fn is_code(text: &str) -> bool {
    let [a, b, c, d] = text.as_bytes() else { return false };
    [a, b].iter().all(|it| it.is_ascii_uppercase()) && [c, d].iter().all(|it| it.is_ascii_digit())
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
        let due = |what, of| rules.due(what, of, since);
        let (home, firm) = (CustomerClass::Residential, CustomerClass::Commercial);
        assert_eq!(due(Property::Credit, home), Some(date(2025, 2, 28)));
        assert_eq!(due(Property::Credit, firm), Some(date(2027, 2, 28)));
        assert_eq!(due(Property::Check, home), None, "no line says it of checks");
        for text in ["credit any 12", "credit any 0 months", "coin any 12 months"] {
            assert!(Rules::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn each_kind_has_its_age_and_its_code() {
        let text =
            "credit any 36 months\ndeposit any 12 months\ncode deposit UT01\ncode credit UT03\n";
        let rules = Rules::parse(text).unwrap();
        let due = |what| rules.due(what, CustomerClass::Residential, date(2024, 3, 1));
        assert_eq!(due(Property::Deposit), Some(date(2025, 3, 1)));
        assert_eq!(due(Property::Credit), Some(date(2027, 3, 1)));
        let codes = [Property::Deposit, Property::Credit, Property::Check].map(|it| rules.code(it));
        assert_eq!(codes, ["UT01", "UT03", ""]);
        for text in ["code coin UT01", "code credit ut03", "code credit UT3", "code credit"] {
            assert!(Rules::parse(text).is_err(), "{text}");
        }
    }
}
