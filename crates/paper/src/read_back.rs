//! Reading the amounts back from a finished bill: what is printed has to be what is owed, each amount
//! where it belongs.

use std::fmt;

use anyhow::{Context, Result, bail};
use meterbook_core::bill::Statement;
use meterbook_core::currency::Currency;
use meterbook_core::money::Money;
use meterbook_core::paper::scan_line::{ScanLine, Scanned};

use crate::pages::{Written, pages};
use crate::view::{Place, Places, places, scanned};

/// A place where a bill does not say what is in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differs {
    /// The bill.
    pub bill: String,
    /// What the amount is, as the bill calls it.
    pub place: String,
    /// What is printed there; `None` when no amount follows the words.
    pub printed: Option<Money>,
    /// The amount in the books.
    pub amount: Money,
    /// The page that says what the amount is, from 1; `None` where none does or there are no pages.
    pub page: Option<usize>,
}

/// An amount is printed where only who sees it finds it: it is not in the tags that are read aloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAloud {
    /// The bill.
    pub bill: String,
    /// What the amount is, as the bill calls it.
    pub place: String,
}

/// The scan line does not say what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanDiffers {
    /// The bill.
    pub bill: String,
    /// What is printed; `None` when there is no such line.
    pub found: Option<String>,
    /// What should be; `None` when an amount has no room on the line.
    pub wanted: Option<String>,
}

/// Compares a finished PDF's own text with its statement, amount by amount.
///
/// The first [`Differs`] is the error: such a bill does not count as drawn.
pub fn read_back(pdf: &[u8], statement: &Statement) -> Result<()> {
    let called = statement.bill.number.to_string();
    let pages = pages_of(pdf, &called)?;
    said_on(&pages, &called, &places(statement))?;
    scanned_as(&pages, &called, &statement.look.scan_line, scanned(statement))
}

/// What is written on the pages of a finished PDF.
pub(crate) fn pages_of(pdf: &[u8], called: &str) -> Result<Vec<Written>> {
    pages(pdf.to_vec()).with_context(|| format!("bill {called} cannot be read back"))
}

/// The text of each page of a PDF.
pub(crate) fn texts_of(pdf: Vec<u8>) -> Result<Vec<String>> {
    Ok(pages(pdf)?.into_iter().map(|it| it.text).collect())
}

/// All that is printed, and all of it that is read aloud.
pub(crate) fn whole(pages: &[Written]) -> [String; 2] {
    [pages.iter().map(|it| &*it.text).collect(), pages.iter().map(|it| &*it.tagged).collect()]
}

/// Whether pages say every amount where it belongs, to who sees them and to who hears them.
pub(crate) fn said_on(pages: &[Written], called: &str, places: &Places) -> Result<()> {
    let [seen, heard] = whole(pages);
    let Err(why) = said_at(&heard, called, places) else { return Ok(()) };
    let mut differs = why.downcast::<Differs>()?;
    let (bill, place) = (differs.bill.clone(), differs.place.clone());
    if said_at(&seen, called, places).is_ok() {
        bail!(NotAloud { bill, place });
    }
    let words = closed_up(&differs.place);
    let nth = pages.iter().position(|it| closed_up(&it.text).contains(&words));
    differs.page = nth.map(|it| it + 1);
    bail!(differs)
}

/// Looks for the scan line of paper that asks for something, and that there is none on paper that does not.
pub(crate) fn scanned_as(
    pages: &[Written],
    called: &str,
    scan_line: &ScanLine,
    wanted: Scanned,
) -> Result<()> {
    match Money::ZERO < wanted.amount {
        true => scanned_in(pages, called, scan_line, wanted),
        false => nothing_scanned_in(pages, called, scan_line),
    }
}

/// Refuses a line that a lockbox would read on paper that asks for nothing by itself.
fn nothing_scanned_in(pages: &[Written], called: &str, scan_line: &ScanLine) -> Result<()> {
    match lines_in(pages, scan_line).into_iter().next() {
        None => Ok(()),
        found => bail!(ScanDiffers { bill: called.to_owned(), found, wanted: Some(String::new()) }),
    }
}

/// Lines that are as long as the scan line, and digits.
fn lines_in(pages: &[Written], scan_line: &ScanLine) -> Vec<String> {
    let digits = scan_line.digits();
    let is_one = |it: &String| it.len() == digits && it.bytes().all(|it| it.is_ascii_digit());
    let lines = pages.iter().flat_map(|it| it.text.lines());
    lines.map(closed_up).filter(is_one).collect()
}

/// Reads the scan line as a lockbox would: a payment that comes with the stub has to find its account.
fn scanned_in(
    pages: &[Written],
    called: &str,
    scan_line: &ScanLine,
    wanted: Scanned,
) -> Result<()> {
    let bill = called.to_owned();
    let Some(line) = scan_line.write(&wanted) else {
        bail!(ScanDiffers { bill, found: None, wanted: None });
    };
    let found = lines_in(pages, scan_line);
    let right = |it: &String| scan_line.read(it, wanted).is_ok_and(|it| it == wanted);
    if found.len() == 1 && found.iter().all(right) {
        return Ok(());
    }
    bail!(ScanDiffers { bill, found: found.into_iter().next(), wanted: Some(line) })
}

/// Whether a text says every amount where it belongs.
pub(crate) fn said_at(text: &str, called: &str, places: &Places) -> Result<()> {
    let text = closed_up(text);
    let mut from = 0;
    let differs = |place: &Place, printed| {
        let Place { words, amount } = place;
        let (bill, place) = (called.to_owned(), words.clone());
        Differs { bill, place, printed, amount: *amount, page: None }
    };
    for place in &places.in_order {
        let (printed, end) = next_amount(&text, from, &closed_up(&place.words), places.currency);
        if printed != Some(place.amount) {
            bail!(differs(place, printed));
        }
        from = end;
    }
    // The box at the top and the slip say the same words, and so do they wherever else they stand.
    let place = &places.everywhere;
    let label = closed_up(&place.words);
    let (mut from, mut times) = (0, 0);
    while let (Some(printed), end) = next_amount(&text, from, &label, places.currency) {
        if printed != place.amount {
            bail!(differs(place, Some(printed)));
        }
        (from, times) = (end, times + 1);
    }
    if times < places.times {
        bail!(differs(place, None));
    }
    Ok(())
}

/// The first amount that directly follows `label` after `from`, and where it ends.
fn next_amount(text: &str, from: usize, label: &str, currency: Currency) -> (Option<Money>, usize) {
    let marks = currency.marks().map(|it| closed_up(&it));
    for (at, _) in text[from..].match_indices(label) {
        let end = from + at + label.len();
        if let Some(amount) = amount_at(&text[end..], &marks) {
            return (Some(amount), end);
        }
    }
    (None, from)
}

/// A text without its white space: a line that was broken reads like one that was not.
pub(crate) fn closed_up(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}

/// The amount that a text without white space begins with: `$1,234.50`, `−$3.10`, `12.00zł`.
fn amount_at(text: &str, [before, behind]: &[String; 2]) -> Option<Money> {
    let (below, text) = match text.strip_prefix(['−', '-']) {
        Some(text) => (true, text),
        None => (false, text),
    };
    let text = text.strip_prefix(before.as_str())?;
    let (whole, _) = text.split_once('.')?;
    let (amount, rest) = text.split_at_checked(whole.len() + 3)?;
    let amount = Money::parse(amount).ok().filter(|_| rest.starts_with(behind.as_str()))?;
    Some(if below { -amount } else { amount })
}

impl fmt::Display for Differs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Differs { bill, place, printed, amount, page } = self;
        let said = printed.map_or_else(|| "no amount".to_owned(), |it| it.to_string());
        write!(f, "bill {bill} as drawn says {said} for \"{place}\"")?;
        if let Some(page) = page {
            write!(f, " on page {page}")?;
        }
        write!(f, " and the books say {amount}; it was not kept")
    }
}

impl std::error::Error for Differs {}

impl fmt::Display for NotAloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotAloud { bill, place } = self;
        write!(
            f,
            "bill {bill} as drawn does not say \"{place}\" aloud: it is not among the tags, as in an artifact; it was not kept"
        )
    }
}

impl std::error::Error for NotAloud {}

impl fmt::Display for ScanDiffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ScanDiffers { bill, found, wanted } = self;
        let Some(wanted) = wanted else {
            return write!(
                f,
                "the amount of bill {bill} has no room on the scan line; publish a wider one with: meterbook paper publish scan-line"
            );
        };
        let found = found.as_deref().unwrap_or("nothing");
        let wanted = if wanted.is_empty() { "nothing" } else { wanted };
        write!(f, "bill {bill} as drawn scans as {found} and not as {wanted}; it was not kept")
    }
}

impl std::error::Error for ScanDiffers {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_where_it_follows_its_words() {
        let text = closed_up("Gas 13 CCF Gas total\n $1,234.50 Credit −$3.10 Price $0.31240");
        let cents =
            |label: &str| next_amount(&text, 0, label, Currency::DOLLARS).0.map(Money::cents);
        assert_eq!(cents("Gastotal"), Some(123_450));
        assert_eq!(cents("Credit"), Some(-310));
        assert_eq!(cents("Gas"), None);
        assert_eq!(cents("Water"), None);
    }

    #[test]
    fn an_amount_is_read_in_the_currency_that_it_is_to_be_in_alone() {
        let amount = Money::from_cents(-123_450);
        for code in ["USD", "EUR", "GBP", "PLN", "CHF"] {
            let said = Currency::parse(code).unwrap().write(amount);
            let text = closed_up(&format!("Gas 13.00 × 0.50 {said}0.50 Gas"));
            for other in ["USD", "EUR", "GBP", "PLN", "CHF"] {
                let wanted = (code == other).then_some(amount);
                let other = Currency::parse(other).unwrap();
                assert_eq!(next_amount(&text, 0, "Gas13.00×0.50", other).0, wanted, "{said}");
            }
        }
    }
}
