//! Reading the amounts back from a finished bill: what is printed has to be what is owed.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Result, anyhow};
use meterbook_core::bill::Statement;
use meterbook_core::money::Money;

/// An amount that should be printed and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differs {
    /// The bill.
    pub bill: String,
    /// What the amount is.
    pub place: String,
    /// The amount in the books.
    pub amount: Money,
}

/// Whether a finished PDF says every amount of its statement, as often as it should.
pub fn read_back(pdf: &[u8], statement: &Statement) -> Result<()> {
    let text = pdf_extract::extract_text_from_mem(pdf)
        .map_err(|why| anyhow!("bill {} cannot be read back: {why}", statement.bill.number))?;
    said_in(&text, statement)
}

/// Whether a text says every amount of a statement.
pub(crate) fn said_in(text: &str, statement: &Statement) -> Result<()> {
    let mut printed: BTreeMap<Money, usize> = BTreeMap::new();
    for amount in amounts_of(text) {
        *printed.entry(amount).or_default() += 1;
    }
    for (place, amount, times) in due(statement) {
        match printed.get_mut(&amount).filter(|left| times <= **left) {
            Some(left) => *left -= times,
            None => {
                let bill = statement.bill.number.to_string();
                return Err(anyhow::Error::new(Differs { bill, place, amount }));
            }
        }
    }
    Ok(())
}

/// What has to be printed, and how often.
fn due(statement: &Statement) -> Vec<(String, Money, usize)> {
    let bill = &statement.bill;
    let mut due = vec![
        // In the box, at the end of the account, and on the stub.
        ("amount due".to_owned(), statement.amount_due, 3),
        ("balance before".to_owned(), statement.before, 1),
        ("new charges".to_owned(), bill.total, 1),
    ];
    for segment in &bill.segments {
        // On the first page and at the end of its charges.
        due.push((format!("{} total", segment.commodity), segment.total, 2));
        due.extend(segment.lines.iter().map(|it| (it.label.clone(), it.amount, 1)));
    }
    due
}

/// Every amount of money in a text: `$1,234.50`, `−$3.10`.
pub fn amounts_of(text: &str) -> Vec<Money> {
    let chars: Vec<char> = text.chars().collect();
    let mut amounts = Vec::new();
    for (at, _) in chars.iter().enumerate().filter(|(_, it)| **it == '$') {
        let digits: String = chars[at + 1..]
            .iter()
            .take_while(|it| it.is_ascii_digit() || matches!(it, ',' | '.'))
            .collect();
        let whole = digits.trim_end_matches([',', '.']);
        // A price has more decimals than money.
        let cents = whole.split_once('.').is_some_and(|(_, part)| part.len() == 2);
        let Ok(amount) = Money::parse(whole) else { continue };
        if cents {
            let below = at
                .checked_sub(1)
                .and_then(|before| chars.get(before))
                .is_some_and(|it| matches!(it, '−' | '-'));
            amounts.push(if below { Money::from_cents(-amount.cents()) } else { amount });
        }
    }
    amounts
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Differs { bill, place, amount } = self;
        write!(
            f,
            "bill {bill} as drawn does not say {amount} for {place}, which is in the books; it was not kept"
        )
    }
}

impl std::error::Error for Differs {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_found_and_prices_are_not() {
        let text = "Total $1,234.50 of −$3.10, 212 kWh × $0.31240, $7. and $0.05.";
        let cents: Vec<i64> = amounts_of(text).iter().map(|it| it.cents()).collect();
        assert_eq!(cents, [123_450, -310, 5]);
    }
}
