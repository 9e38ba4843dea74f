//! Payments as a CSV file: `account,amount,tender,reference` and, where there is one, `name`. Each line
//! is one tender for one account.

use meterbook_core::currency::Currency;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;

use super::above_zero;

/// What a line without a reference lacks.
const NO_REFERENCE: &str = "a payment needs a reference, such as the check's number";

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which, from one; the heading is the first.
    pub line: i64,
    /// The account as it is written; nobody looked whether there is one.
    pub account: String,
    /// How much.
    pub amount: Money,
    /// How it was paid.
    pub tender: Tender,
    /// The check's number or the bank's reference.
    pub reference: String,
    /// Whose it is said to be, if that is said.
    pub name: String,
}

/// The lines of a file whose amounts are in `currency`: bare, or with its letters or mark.
///
/// # Errors
/// Every line that is none, with what is wrong with it.
pub fn read(bytes: &[u8], currency: Currency) -> Result<Vec<Line>, Vec<(i64, String)>> {
    let mut lines = Vec::new();
    let mut wrong = Vec::new();
    let mut file = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let heading = file.headers().cloned().unwrap_or_default();
    let place = |name: &str| heading.iter().position(|it| it.eq_ignore_ascii_case(name));
    let [account, amount, tender, reference] =
        ["account", "amount", "tender", "reference"].map(|it| place(it).ok_or(it));
    let columns = (|| Ok((account?, amount?, tender?, reference?)))();
    let (account, amount, tender, reference) = match columns {
        Ok(columns) => columns,
        Err(missing) => {
            let missing: &str = missing;
            return Err(vec![(1, format!("the heading has no column {missing}"))]);
        }
    };
    for (line, record) in (2..).zip(file.records()) {
        let record = match record {
            Ok(record) => record,
            Err(why) => {
                wrong.push((line, why.to_string()));
                continue;
            }
        };
        let text = |column: usize| record.get(column).unwrap_or_default().to_owned();
        let kind = Tender::from_word(&text(tender)).filter(|it| *it != Tender::Debit);
        let kind = kind.ok_or_else(|| {
            format!("{} is no tender; write cash, check, card or bank", text(tender))
        });
        let told = match text(reference) {
            it if it.is_empty() => Err(NO_REFERENCE.to_owned()),
            it => Ok(it),
        };
        match (above_zero(currency.typed(&text(amount))), kind, told) {
            (Ok(amount), Ok(tender), Ok(reference)) => lines.push(Line {
                line,
                account: text(account),
                amount,
                tender,
                reference,
                name: place("name").map(text).unwrap_or_default(),
            }),
            // All that is wrong with a line, so that nobody mends a file twice.
            (amount, tender, reference) => {
                let faults = [amount.err(), tender.err(), reference.err()];
                wrong.extend(faults.into_iter().flatten().map(|why| (line, why)));
            }
        }
    }
    if wrong.is_empty() { Ok(lines) } else { Err(wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_what_is_none_is_named() {
        let text =
            b"Account, amount, tender, reference, name\n1000-0001-6, 87.45, check, 1471, Quill\n";
        let lines = read(text, Currency::DOLLARS).unwrap();
        assert_eq!((lines[0].line, lines[0].amount.cents(), &*lines[0].name), (2, 87_45, "Quill"));
        for (text, line, says) in [
            ("account,amount,tender\n", 1, "the heading has no column reference"),
            ("account,amount,tender,reference\n1,0.1234,check,7\n", 2, "0.1234 is no amount"),
            ("account,amount,tender,reference\n1,5,debit,7\n", 2, "debit is no tender"),
            (
                "account,amount,tender,reference\n1,5,check,7\n2,5,coins,8\n",
                3,
                "coins is no tender",
            ),
        ] {
            let why = read(text.as_bytes(), Currency::DOLLARS).unwrap_err();
            assert_eq!(why.len(), 1);
            assert!(why[0].0 == line && why[0].1.starts_with(says), "{why:?}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_named_at_once() {
        let text = b"account,amount,tender,reference\n1,-5,coins,\n2,5,cash,7\n3,0,check,\n";
        let why: Vec<_> = read(text, Currency::DOLLARS).unwrap_err();
        let of: Vec<i64> = why.iter().map(|it| it.0).collect();
        assert_eq!(of, [2, 2, 2, 4, 4]);
        assert_eq!(why[0].1, "a payment is above zero, not -$5.00");
        assert_eq!(why[4].1, "a payment needs a reference, such as the check's number");
    }

    #[test]
    fn another_currency_than_that_of_the_books_is_named() {
        let euros = Currency::parse("EUR").unwrap();
        let of = |amount: &str| format!("account,amount,tender,reference\n1,{amount},check,7\n");
        for amount in ["87.45", "€87.45", "87.45 EUR"] {
            let lines = read(of(amount).as_bytes(), euros).unwrap();
            assert_eq!(lines[0].amount.cents(), 87_45, "{amount}");
        }
        let why = read(of("$87.45").as_bytes(), euros).unwrap_err();
        assert_eq!(why, [(2, "amounts are in EUR and not in $; write it like 87.45".to_owned())]);
        let pesos = Currency::parse("MXN").unwrap();
        assert_eq!(read(of("$87.45").as_bytes(), pesos).unwrap()[0].amount.cents(), 87_45);
    }
}
