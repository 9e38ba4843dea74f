//! Payments as a file of an agent or a kiosk, by a layout that a utility says as a text.
//!
//! ```text
//! separator semicolon              # comma without it; tab and bar too
//! column account   Cust No         # by the name in the heading
//! column bill      Invoice
//! column amount    Paid
//! column date      Paid on, mm/dd/yyyy
//! column reference Receipt
//! column name      Payer
//! tender cash                      # how all of it was paid
//! cents                            # amounts are written without a point
//! trailer TOTAL, count 2, sum 3    # a line that begins so says in which fields how many and how much
//! ```
//! An amount, a reference and an account or a bill are needed.

use std::fmt;

use jiff::civil::Date;
use meterbook_core::currency::Currency;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;

use super::above_zero;

/// How a file is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    separator: u8,
    account: Option<String>,
    bill: Option<String>,
    amount: String,
    date: Option<(String, Order)>,
    reference: String,
    name: Option<String>,
    tender: Tender,
    cents: bool,
    trailer: Option<(String, usize, usize)>,
}

/// What a date begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Year,
    Month,
    Day,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which, from one; the heading is the first.
    pub line: i64,
    /// The account as it is written; empty where there is none.
    pub account: String,
    /// The bill as it is written; empty where there is none.
    pub bill: String,
    /// How much.
    pub amount: Money,
    /// The day on which it was paid, where that is written.
    pub on: Option<Date>,
    /// How it was paid.
    pub tender: Tender,
    /// What the agent knows it by.
    pub reference: String,
    /// Whose it is said to be.
    pub name: String,
}

/// Where a text is no layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotALayout {
    /// Its line, from 1; 0 where something is missing.
    pub line: usize,
    /// What is wrong, with the way out.
    pub what: String,
}

impl Layout {
    /// Reads a text.
    ///
    /// # Errors
    /// The first line that is none, or what is missing.
    pub fn parse(text: &str) -> Result<Layout, NotALayout> {
        let mut it = Layout {
            separator: b',',
            account: None,
            bill: None,
            amount: String::new(),
            date: None,
            reference: String::new(),
            name: None,
            tender: Tender::Cash,
            cents: false,
            trailer: None,
        };
        for (line, said) in (1..).zip(text.lines()) {
            let said = said.split('#').next().unwrap_or_default().trim();
            if !said.is_empty() {
                it.say(said).map_err(|what| NotALayout { line, what })?;
            }
        }
        let missing = match (&it.amount[..], &it.reference[..], &it.account, &it.bill) {
            ("", ..) => "column amount",
            (_, "", ..) => "column reference",
            (_, _, None, None) => "column account or column bill",
            _ => return Ok(it),
        };
        Err(NotALayout { line: 0, what: format!("it has no line {missing}; write one") })
    }

    fn say(&mut self, said: &str) -> Result<(), String> {
        let (word, rest) = said.split_once(char::is_whitespace).unwrap_or((said, ""));
        let rest = rest.trim();
        match word {
            "separator" => {
                self.separator = match rest {
                    "comma" => b',',
                    "semicolon" => b';',
                    "tab" => b'\t',
                    "bar" => b'|',
                    _ => return Err("write separator comma, semicolon, tab or bar".to_owned()),
                }
            }
            "cents" if rest.is_empty() => self.cents = true,
            "tender" => {
                let kind = Tender::from_word(rest).filter(|it| *it != Tender::Debit);
                let none = || format!("{rest} is no tender; write cash, check, card or bank");
                self.tender = kind.ok_or_else(none)?;
            }
            "column" => {
                let (what, name) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                let name = name.trim();
                if name.is_empty() {
                    return Err(format!("write column {what} and its name in the heading"));
                }
                self.column(what, name)?;
            }
            "trailer" => {
                let fields: Vec<&str> = rest.split(',').map(str::trim).collect();
                let place = |text: &str, word: &str| {
                    text.strip_prefix(word)?.trim().parse().ok().filter(|it| (2..=99).contains(it))
                };
                let read = match fields[..] {
                    [begins, count, sum] if !begins.is_empty() => {
                        place(count, "count ").zip(place(sum, "sum ")).map(|it| (begins, it))
                    }
                    _ => None,
                };
                let wrong = || "write such as trailer TOTAL, count 2, sum 3".to_owned();
                let (begins, (count, sum)) = read.ok_or_else(wrong)?;
                self.trailer = Some((begins.to_owned(), count, sum));
            }
            _ => {
                return Err(format!(
                    "{word} is not known; write column, separator, tender, cents or trailer"
                ));
            }
        }
        Ok(())
    }

    fn column(&mut self, what: &str, name: &str) -> Result<(), String> {
        let own = name.to_owned();
        match what {
            "account" => self.account = Some(own),
            "bill" => self.bill = Some(own),
            "amount" => self.amount = own,
            "reference" => self.reference = own,
            "name" => self.name = Some(own),
            "date" => {
                let (name, order) = name.rsplit_once(',').unwrap_or((name, "yyyy-mm-dd"));
                let order = match order.trim() {
                    "yyyy-mm-dd" => Order::Year,
                    "mm/dd/yyyy" => Order::Month,
                    "dd.mm.yyyy" => Order::Day,
                    other => {
                        return Err(format!(
                            "{other} is no date; write yyyy-mm-dd, mm/dd/yyyy or dd.mm.yyyy"
                        ));
                    }
                };
                self.date = Some((name.trim().to_owned(), order));
            }
            _ => {
                return Err(format!(
                    "{what} is no column; write account, bill, amount, date, reference or name"
                ));
            }
        }
        Ok(())
    }
}

/// Where the columns of a file are.
struct Places {
    account: Option<usize>,
    bill: Option<usize>,
    amount: usize,
    date: Option<(usize, Order)>,
    reference: usize,
    name: Option<usize>,
}

impl Places {
    fn of(layout: &Layout, heading: &csv::StringRecord) -> Result<Places, String> {
        let place = |name: &str| {
            let at = heading.iter().position(|it| it.eq_ignore_ascii_case(name));
            at.ok_or_else(|| format!("the heading has no column {name}"))
        };
        let maybe = |name: &Option<String>| name.as_deref().map(place).transpose();
        Ok(Places {
            account: maybe(&layout.account)?,
            bill: maybe(&layout.bill)?,
            amount: place(&layout.amount)?,
            date: match &layout.date {
                Some((name, order)) => Some((place(name)?, *order)),
                None => None,
            },
            reference: place(&layout.reference)?,
            name: maybe(&layout.name)?,
        })
    }
}

/// The lines of a file whose amounts are in `currency`: bare, or with its letters or mark.
///
/// # Errors
/// Every line that is none, with what is wrong with it; and where the file says how many there are and what
/// they come to, and it is not so.
pub fn read(
    bytes: &[u8],
    layout: &Layout,
    currency: Currency,
) -> Result<Vec<Line>, Vec<(i64, String)>> {
    let amount = |said: &str| amount(said, layout.cents, currency);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut file = csv::ReaderBuilder::new()
        .delimiter(layout.separator)
        .trim(csv::Trim::All)
        .flexible(layout.trailer.is_some())
        .from_reader(bytes);
    let heading = file.headers().cloned().unwrap_or_default();
    let places = Places::of(layout, &heading).map_err(|why| vec![(1, why)])?;
    let (mut lines, mut wrong, mut said) = (Vec::new(), Vec::new(), None);
    for (line, record) in (2..).zip(file.records()) {
        let record = match record {
            Ok(record) => record,
            Err(why) => {
                wrong.push((line, why.to_string()));
                continue;
            }
        };
        if let Some((begins, count, sum)) = &layout.trailer
            && record.get(0) == Some(begins)
        {
            let field = |nth: usize| record.get(nth - 1).unwrap_or_default();
            said = Some((line, field(*count).to_owned(), field(*sum).to_owned()));
            continue;
        }
        match of_record(&record, line, (layout.tender, &places), amount) {
            Ok(it) => lines.push(it),
            Err(why) => wrong.push((line, why)),
        }
    }
    if wrong.is_empty() && layout.trailer.is_some() {
        wrong.extend(totals(&lines, said, amount));
    }
    if wrong.is_empty() { Ok(lines) } else { Err(wrong) }
}

fn of_record(
    record: &csv::StringRecord,
    line: i64,
    (tender, places): (Tender, &Places),
    amount: impl Fn(&str) -> Result<Money, String>,
) -> Result<Line, String> {
    let text = |at: usize| record.get(at).unwrap_or_default().to_owned();
    let maybe = |at: Option<usize>| at.map(text).unwrap_or_default();
    let reference = text(places.reference);
    if reference.is_empty() {
        return Err("it has no reference, which tells it from the next one".to_owned());
    }
    let on = match places.date {
        None => None,
        Some((at, order)) => {
            let said = text(at);
            Some(day(&said, order).ok_or_else(|| format!("{said} is no day of the layout"))?)
        }
    };
    Ok(Line {
        line,
        account: maybe(places.account),
        bill: maybe(places.bill),
        amount: above_zero(amount(&text(places.amount)))?,
        on,
        tender,
        reference,
        name: maybe(places.name),
    })
}

fn amount(said: &str, cents: bool, currency: Currency) -> Result<Money, String> {
    let wrong = || format!("{said} is no amount in cents; write digits only");
    match cents {
        true if said.bytes().all(|it| it.is_ascii_digit()) => {
            said.parse().map(Money::from_cents).map_err(|_| wrong())
        }
        true => Err(wrong()),
        false => currency.typed(said),
    }
}

fn day(said: &str, order: Order) -> Option<Date> {
    let (mark, places) = match order {
        Order::Year => ('-', [0, 1, 2]),
        Order::Month => ('/', [2, 0, 1]),
        Order::Day => ('.', [2, 1, 0]),
    };
    let parts: Vec<&str> = said.split(mark).collect();
    let [year, month, day] = places.map(|at| parts.get(at).copied().unwrap_or_default());
    if parts.len() != 3 || year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// What differs between the lines and what the file says of itself.
fn totals(
    lines: &[Line],
    said: Option<(i64, String, String)>,
    amount: impl Fn(&str) -> Result<Money, String>,
) -> Option<(i64, String)> {
    let Some((line, count, sum)) = said else {
        let last = lines.last().map_or(1, |it| it.line);
        return Some((last, "the line that says how many there are is missing".to_owned()));
    };
    let (many, total) = (lines.len(), lines.iter().map(|it| it.amount).sum::<Money>());
    let says = match amount(&sum) {
        Ok(says) => says,
        Err(why) => return Some((line, why)),
    };
    let agrees = count.parse() == Ok(many) && says == total;
    let what = format!("the file says {count} payments of {sum}; there are {many} of {total}");
    (!agrees).then_some((line, what))
}

impl fmt::Display for NotALayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.what),
            line => write!(f, "line {line}: {}", self.what),
        }
    }
}

impl std::error::Error for NotALayout {}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TEXT: &str = "separator semicolon\ncolumn account Cust No\ncolumn bill Invoice\n\
        column amount Paid\ncolumn date Paid on, mm/dd/yyyy\ncolumn reference Receipt\n\
        column name Payer # as they say\ntender cash\ncents\ntrailer TOTAL, count 2, sum 3\n";
    const FILE: &str = "Receipt;Cust No;Invoice;Paid;Paid on;Payer\n\
        K-1;1000-0001-6;;8745;03/09/2026;Quill\nK-2;;B-7;1000;03/10/2026;\nTOTAL;2;9745\n";

    #[test]
    fn columns_are_found_by_their_names_and_the_file_by_its_totals() {
        let layout = Layout::parse(TEXT).unwrap();
        let lines = read(FILE.as_bytes(), &layout, Currency::DOLLARS).unwrap();
        let first = Line {
            line: 2,
            account: "1000-0001-6".to_owned(),
            bill: String::new(),
            amount: Money::from_cents(87_45),
            on: Some(date(2026, 3, 9)),
            tender: Tender::Cash,
            reference: "K-1".to_owned(),
            name: "Quill".to_owned(),
        };
        assert_eq!((&lines[0], &lines[1].bill[..], lines.len()), (&first, "B-7", 2));
        for (from, to, line, says) in [
            ("Cust No", "Customer", 1, "the heading has no column Cust No"),
            ("8745", "87.45", 2, "87.45 is no amount in cents"),
            ("03/10/2026", "2026-03-10", 3, "2026-03-10 is no day of the layout"),
            ("K-2", "", 3, "it has no reference"),
            ("9745", "9746", 4, "the file says 2 payments of 9746; there are 2 of $97.45"),
            ("TOTAL;2", "TOTAL;3", 4, "the file says 3 payments"),
            ("TOTAL;2;9745\n", "", 3, "the line that says how many there are is missing"),
        ] {
            let text = FILE.replacen(from, to, 1);
            let why = read(text.as_bytes(), &layout, Currency::DOLLARS).unwrap_err();
            assert!(why[0].0 == line && why[0].1.starts_with(says), "{why:?}");
        }
    }

    #[test]
    fn amounts_and_the_sum_of_all_are_in_the_currency_of_the_books() {
        let euros = Currency::parse("EUR").unwrap();
        let layout = Layout::parse(&TEXT.replace("cents\n", "")).unwrap();
        let file = FILE.replace("8745", "€87.45").replace("1000;", "10.00;");
        let file = file.replace("9745", "97.45 EUR");
        assert_eq!(read(file.as_bytes(), &layout, euros).unwrap()[0].amount.cents(), 87_45);
        let dollars = file.replace('€', "$");
        let why = read(dollars.as_bytes(), &layout, euros).unwrap_err();
        assert_eq!(why, [(2, "amounts are in EUR and not in $; write it like 87.45".to_owned())]);
        let why = read(file.replace("97.45 EUR", "$97.45").as_bytes(), &layout, euros);
        assert!(why.unwrap_err()[0].1.starts_with("amounts are in EUR and not in $"));
    }

    #[test]
    fn what_is_no_layout_says_where() {
        for (text, says) in [
            ("column amount Paid\ncolumn reference R\n", "it has no line column account or"),
            ("column account A\ncolumn amount Paid\n", "it has no line column reference"),
            ("columns A", "line 1: columns is not known"),
            ("column amount", "line 1: write column amount and its name"),
            ("column color Red", "line 1: color is no column"),
            ("column date Day, mm-dd", "line 1: mm-dd is no date"),
            ("separator dot", "line 1: write separator"),
            ("tender debit", "line 1: debit is no tender"),
            ("trailer TOTAL", "line 1: write such as trailer"),
        ] {
            let why = Layout::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}
