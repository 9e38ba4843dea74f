//! Payments as a CSV file: `account,amount,tender,reference` and, where there is one, `name`. Each line
//! is one tender for one account.

use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;

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

/// The lines of a file.
///
/// # Errors
/// Every line that is none, with what is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Vec<Line>, Vec<(i64, String)>> {
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
        match (Money::parse(&text(amount)), kind) {
            (Ok(amount), Ok(tender)) => lines.push(Line {
                line,
                account: text(account),
                amount,
                tender,
                reference: text(reference),
                name: place("name").map(text).unwrap_or_default(),
            }),
            (Err(why), _) | (_, Err(why)) => wrong.push((line, why)),
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
        let lines = read(text).unwrap();
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
            let why = read(text.as_bytes()).unwrap_err();
            assert_eq!(why.len(), 1);
            assert!(why[0].0 == line && why[0].1.starts_with(says), "{why:?}");
        }
    }
}
