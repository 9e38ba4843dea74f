//! Files of debts for an agency, as CSV, and what such a file comes to when it is read back.

use meterbook_core::credit::agency::{Asked, Item};
use meterbook_core::money::Money;

use crate::table;

/// The columns.
const COLUMNS: [&str; 10] = [
    "what",
    "account",
    "name",
    "line_1",
    "line_2",
    "line_3",
    "phone",
    "amount",
    "due_since",
    "why",
];

/// The file: a line for each debt.
///
/// # Errors
/// That it cannot be written.
pub fn csv(items: &[Item]) -> Result<Vec<u8>, csv::Error> {
    let mut written = csv::Writer::from_writer(Vec::new());
    written.write_record(COLUMNS)?;
    for it in items {
        let mut lines = it.address.lines();
        let mut line = || table::text(lines.next().unwrap_or_default());
        let [first, second] = [line(), line()];
        let third = table::text(&lines.collect::<Vec<_>>().join(", "));
        written.write_record([
            it.asked.to_string(),
            it.number.to_string(),
            table::text(&it.name),
            first,
            second,
            third,
            table::text(&it.phone),
            it.amount.plain(),
            it.oldest.to_string(),
            table::text(&it.why),
        ])?;
    }
    written.into_inner().map_err(|why| why.into_error().into())
}

/// How many lines of one kind a file has, read back, and what they come to; `None` where it is no such
/// file.
pub fn sum(bytes: &[u8], asked: Asked) -> Option<(usize, Money)> {
    let mut read = csv::Reader::from_reader(bytes);
    let (mut count, mut total) = (0, Money::ZERO);
    for line in read.records() {
        let line = line.ok()?;
        let amount = Money::parse(line.get(7)?).ok()?;
        if Asked::from_word(line.get(0)?)? == asked {
            count += 1;
            total += amount;
        }
    }
    Some((count, total))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use meterbook_core::id::{AccountId, AccountNumber};

    use super::*;

    #[test]
    fn a_file_comes_to_what_was_meant_when_it_is_read_back() {
        let item = |asked, cents, name: &str| Item {
            account: AccountId(1),
            number: AccountNumber::new(10_000_001).unwrap(),
            asked,
            amount: Money::from_cents(cents),
            oldest: date(2026, 2, 23),
            name: name.to_owned(),
            address: "4 Maple St\nAlder Creek IL 60000".to_owned(),
            phone: String::new(),
            why: String::new(),
        };
        let items = [
            item(Asked::Place, 1_332, "Rosa \"R\" Quill, Esq."),
            item(Asked::Place, 100_000, "Dana"),
            item(Asked::Recall, 888, "Bo"),
        ];
        let text = csv(&items).unwrap();
        assert_eq!(sum(&text, Asked::Place), Some((2, Money::from_cents(101_332))));
        assert_eq!(sum(&text, Asked::Recall), Some((1, Money::from_cents(888))));
        assert_eq!(sum(b"a,b\n1,2\n", Asked::Place), None);
        let text = String::from_utf8(text).unwrap();
        assert!(
            text.contains("place,1000-0001-7,\"Rosa \"\"R\"\" Quill, Esq.\",4 Maple St,"),
            "{text}"
        );
    }
}
