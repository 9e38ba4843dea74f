//! A report as a file: CSV, and XLSX. Both begin with the same head, and are the same bytes whenever the
//! report is the same.

use meterbook_core::report::{Cell, Known, Report};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError,
};

use crate::table;

/// Digits of a number that a float keeps whatever they are.
const SURE_DIGITS: usize = 15;
/// Characters that a cell of an XLSX takes.
const CELL_LETTERS: usize = 32_767;
/// Rows that a sheet takes.
const SHEET_ROWS: usize = 1_048_576;

/// Why there is no file.
#[derive(Debug)]
pub enum NotWritten {
    /// It has more rows than a sheet takes.
    TooLong {
        /// How many it has.
        rows: usize,
    },
    /// The writer of CSV failed.
    Csv(csv::Error),
    /// The writer of XLSX failed.
    Xlsx(XlsxError),
}

/// The report as CSV: its head in lines that begin with `#`, the names of its columns, its rows.
///
/// # Errors
/// Where the writer fails.
pub fn csv(report: &Report) -> Result<Vec<u8>, NotWritten> {
    let mut bytes = Vec::new();
    for (word, said) in report.head() {
        // A line of the head is one line, whatever somebody wrote into a reason.
        let said: String = said.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
        bytes.extend_from_slice(format!("# {word}: {said}\n").as_bytes());
    }
    let mut written = csv::Writer::from_writer(bytes);
    written.write_record(report.columns.iter().map(|it| it.word()))?;
    for row in &report.rows {
        written.write_record(row.iter().map(|it| table::text(&it.plain())))?;
    }
    written.into_inner().map_err(|why| NotWritten::Csv(why.into_error().into()))
}

/// The report as XLSX: its head above its table, amounts as numbers with two decimals, the names of the
/// columns in sight whatever is scrolled, and the totals below.
///
/// # Errors
/// Where it has more rows than a sheet takes, or the writer fails.
pub fn xlsx(report: &Report) -> Result<Vec<u8>, NotWritten> {
    let head = report.head();
    let rows = head.len() + report.rows.len() + 3;
    if SHEET_ROWS < rows {
        return Err(NotWritten::TooLong { rows: report.rows.len() });
    }
    let mut book = Workbook::new();
    book.set_properties(&properties(report)?);
    let sheet = book.add_worksheet();
    sheet.set_name(report.asked.kind.word())?;
    let looks = Looks::new();
    let mut at = 0;
    for (word, said) in &head {
        sheet.write_string_with_format(at, 0, *word, &looks.bold)?;
        sheet.write_string(at, 1, short(said))?;
        at += 1;
    }
    at += 1;
    for (column, it) in (0..).zip(&report.columns) {
        sheet.write_string_with_format(at, column, it.word(), &looks.bold)?;
        sheet.set_column_width_pixels(column, 110)?;
    }
    at += 1;
    sheet.set_freeze_panes(at, 0)?;
    for row in &report.rows {
        write(sheet, at, row, (&looks.plain, &looks.amount))?;
        at += 1;
    }
    write(sheet, at, &report.totals(), (&looks.bold, &looks.total))?;
    Ok(book.save_to_buffer()?)
}

/// How cells look.
struct Looks {
    plain: Format,
    bold: Format,
    amount: Format,
    total: Format,
}

impl Looks {
    fn new() -> Looks {
        let amount = Format::new().set_num_format("#,##0.00").set_align(FormatAlign::Right);
        Looks {
            plain: Format::new(),
            bold: Format::new().set_bold(),
            total: amount.clone().set_bold(),
            amount,
        }
    }
}

fn write(
    sheet: &mut Worksheet,
    at: u32,
    row: &[Cell],
    (plain, amount): (&Format, &Format),
) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(row) {
        let text = cell.plain();
        let digits = text.chars().filter(char::is_ascii_digit).count();
        let number = match cell {
            // No arithmetic: the nearest float of so few digits is written as the same digits again.
            Cell::Money(_) | Cell::Count(_) if digits <= SURE_DIGITS => text.parse::<f64>().ok(),
            _ => None,
        };
        let look = if matches!(cell, Cell::Money(_)) { amount } else { plain };
        match number {
            Some(number) => sheet.write_number_with_format(at, column, number, look)?,
            None if text.is_empty() => continue,
            None => sheet.write_string_with_format(at, column, short(&text), look)?,
        };
    }
    Ok(())
}

/// As much of a text as a cell takes.
fn short(text: &str) -> String {
    text.chars().take(CELL_LETTERS).collect()
}

/// What the file says of itself: nothing that changes where the report does not.
fn properties(report: &Report) -> Result<DocProperties, XlsxError> {
    let (at, by) = match &report.known {
        Known::Closed { at, .. } => (at.map_or(0, |it| it.as_second()), report.utility.as_str()),
        Known::Open { at, by, .. } => (at.as_second(), by.as_str()),
    };
    let made = ExcelDateTime::from_timestamp(at)?;
    let properties = DocProperties::new().set_title(report.asked.kind.word());
    Ok(properties.set_company(&report.utility).set_author(by).set_creation_datetime(&made))
}

impl From<csv::Error> for NotWritten {
    fn from(why: csv::Error) -> NotWritten {
        NotWritten::Csv(why)
    }
}

impl From<XlsxError> for NotWritten {
    fn from(why: XlsxError) -> NotWritten {
        NotWritten::Xlsx(why)
    }
}

impl std::fmt::Display for NotWritten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NotWritten::TooLong { rows } => write!(
                f,
                "the report has {rows} rows, more than a sheet takes; take it as CSV, or of fewer days"
            ),
            NotWritten::Csv(why) => why.fmt(f),
            NotWritten::Xlsx(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for NotWritten {}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use jiff::civil::date;
    use meterbook_core::currency::Currency;
    use meterbook_core::id::EntryId;
    use meterbook_core::money::Money;
    use meterbook_core::report::{Asked, Column, Days, ReportKind, Tie};

    use super::*;

    fn report(amounts: &[i64]) -> Report {
        let row =
            |cents: &i64| vec![Cell::from("R-1, \"homes\""), Money::from_cents(*cents).into()];
        let sum = amounts.iter().map(|it| Money::from_cents(*it)).sum();
        Report {
            asked: Asked::all(ReportKind::Revenue, Days::On(date(2026, 2, 28))),
            utility: "Alder Creek Light".to_owned(),
            currency: Currency::DOLLARS,
            known: Known::Closed { journal: None, through: EntryId(7), at: None },
            columns: vec![Column::Tariff, Column::Amount],
            rows: amounts.iter().map(row).collect(),
            ties: vec![Tie { of: "4010".to_owned(), report: sum, ledger: sum }],
            notes: vec!["a\nb".to_owned()],
        }
    }

    fn part(bytes: &[u8], name: &str) -> String {
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn csv_has_its_head_and_quotes_what_needs_it() {
        let text = String::from_utf8(csv(&report(&[12_34, -5])).unwrap()).unwrap();
        assert!(text.starts_with("# report: revenue\n# utility: Alder Creek Light\n"), "{text}");
        assert!(text.contains("# adds up: 4010: 12.29, the ledger says 12.29\n# note: a b\n"));
        let rows = "tariff,amount\n\"R-1, \"\"homes\"\"\",12.34\n\"R-1, \"\"homes\"\"\",-0.05\n";
        assert!(text.ends_with(rows), "{text}");
    }

    #[test]
    fn no_cent_is_lost_in_a_number_and_a_longer_one_is_a_text() {
        let most = 999_999_999_999_999;
        let amounts = [1, -1, 29, 5_700, 1_005, 11_499, 435, most, -most, most + 1];
        let bytes = xlsx(&report(&amounts)).unwrap();
        let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
        for cents in &amounts[..9] {
            let plain = Money::from_cents(*cents).plain();
            let shortest = plain.trim_end_matches('0').trim_end_matches('.');
            assert!(sheet.contains(&format!("<v>{shortest}</v>")), "{plain} in {sheet}");
        }
        let texts = part(&bytes, "xl/sharedStrings.xml");
        assert!(texts.contains("10000000000000.00"), "{texts}");
        // Every cent of many an amount.
        for start in [0, 123_456_700, most - 200] {
            let all: Vec<i64> = (start..start + 200).collect();
            let sheet = part(&xlsx(&report(&all)).unwrap(), "xl/worksheets/sheet1.xml");
            for cents in all {
                let plain = Money::from_cents(cents).plain();
                let shortest = plain.trim_end_matches('0').trim_end_matches('.');
                assert!(sheet.contains(&format!("<v>{shortest}</v>")), "{plain}");
            }
        }
    }

    #[test]
    fn the_same_report_is_the_same_bytes() {
        let it = report(&[12_34]);
        let before = xlsx(&it).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        assert!(before == xlsx(&it).unwrap() && csv(&it).unwrap() == csv(&it).unwrap());
    }
}
