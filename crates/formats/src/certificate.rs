//! Files of what generators made: totals that come in, and the upload that a registry takes.

use std::fmt;

use csv::{ReaderBuilder, StringRecord, Trim};
use jiff::civil::Date;
use meterbook_core::certificate::{Generator, Report, Vintage};
use meterbook_core::text::{decimal, scaled};

use crate::reads::csv_lines;

/// What columns may be called, in small letters; the first name is the one that errors say.
const GENERATOR: &[&str] = &["generator", "generator_id", "generator id"];
const VINTAGE: &[&str] = &["vintage", "month"];
const KWH: &[&str] = &["kwh", "total_kwh", "total kwh"];
const MWH: &[&str] = &["mwh", "total_mwh", "total mwh"];
const ADJUSTMENT: &[&str] = &["adjustment"];

/// What a registry writes where a line states a new total.
const ADJUSTED: &str = "Adjustment";

/// What a line says of a generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Total {
    /// Its number.
    pub generator: String,
    /// The month.
    pub vintage: Vintage,
    /// All of the month, in millionths of a kWh.
    pub total_micro: i64,
    /// Whether it replaces an earlier total.
    pub adjustment: bool,
}

/// A line of a file: its number from 1, its fields as they were, and what it says or why it says
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub line: u64,
    /// Its fields.
    pub fields: Vec<String>,
    /// What it says.
    pub said: Result<Total, String>,
}

/// Why a file of totals is not read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotTotals {
    /// A column is missing.
    NoColumn {
        /// What it should be called.
        column: &'static str,
    },
    /// It is not UTF-8.
    NotText,
}

/// Reads a file of totals: `generator,vintage,kwh` or `mwh`, and if need be `adjustment`.
pub fn read(bytes: &[u8]) -> Result<Vec<Line>, NotTotals> {
    let header = StringRecord::from(header_of(bytes));
    let find =
        |names: &[&str]| header.iter().position(|it| names.contains(&it.to_lowercase().as_str()));
    let need = |names: &'static [&'static str]| {
        find(names).ok_or(NotTotals::NoColumn { column: names[0] })
    };
    let (generator, vintage) = (need(GENERATOR)?, need(VINTAGE)?);
    // One MWh has three more digits before the point, and so three fewer places after it.
    let (total, unit, places) = match find(MWH) {
        Some(at) => (at, "MWh", 9),
        None => (need(KWH)?, "kWh", 6),
    };
    let adjustment = find(ADJUSTMENT);
    let mut lines = Vec::new();
    for record in reader(bytes).records() {
        let record = record.map_err(|_| NotTotals::NotText)?;
        let field = |at: usize| record.get(at).unwrap_or_default();
        let said = if record.len() == header.len() {
            let adjustment = adjustment.map_or("", field);
            said([field(generator), field(vintage), field(total), adjustment], unit, places)
        } else {
            let (fields, width) = (record.len(), header.len());
            Err(format!("the line has {fields} fields and the header {width}"))
        };
        let line = record.position().map_or(0, csv::Position::line);
        let fields = record.iter().map(str::to_owned).collect();
        lines.push(Line { line, fields, said });
    }
    Ok(lines)
}

/// The header of a file of totals, for the file of its rejects.
pub fn header_of(bytes: &[u8]) -> Vec<String> {
    let header = reader(bytes).headers().cloned().unwrap_or_default();
    header.iter().map(str::to_owned).collect()
}

fn reader(bytes: &[u8]) -> csv::Reader<&[u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    ReaderBuilder::new().flexible(true).trim(Trim::All).from_reader(bytes)
}

fn said(
    [generator, vintage, total, adjustment]: [&str; 4],
    unit: &str,
    places: usize,
) -> Result<Total, String> {
    if generator.is_empty() {
        return Err("the line names no generator".to_owned());
    }
    let month = Vintage::parse(vintage)
        .ok_or_else(|| format!("{vintage} is no month, written like 2026-07 or 07/2026"))?;
    let total_micro = scaled(total, places).ok_or_else(|| {
        format!("{total} is no number of {unit} with at most {places} decimals, like 1204.5")
    })?;
    let adjustment = match adjustment {
        "" => false,
        word if word.eq_ignore_ascii_case(ADJUSTED) => true,
        other => return Err(format!("{other} is not the word {ADJUSTED}; leave it out or say so")),
    };
    Ok(Total { generator: generator.to_owned(), vintage: month, total_micro, adjustment })
}

/// The upload that M-RETS takes, a line for each month of a generator: its number without the M,
/// the reporting unit, the vintage, the first and the last day, all MWh of the month, and the word
/// Adjustment where it is one. There is no header.
pub fn mrets(rows: &[(Generator, Report)]) -> Vec<u8> {
    let row = |(generator, report): &(Generator, Report)| {
        let days = report.vintage.days();
        let american = |day: Date| day.strftime("%m/%d/%Y").to_string();
        let mut fields = vec![
            generator.number.trim_start_matches('M').to_owned(),
            generator.unit.clone(),
            days.start().strftime("%m/%Y").to_string(),
            american(days.start()),
            american(days.last()),
            decimal(report.total_micro, 9),
        ];
        fields.extend(report.adjustment.then(|| ADJUSTED.to_owned()));
        fields
    };
    csv_lines(&rows.iter().map(row).collect::<Vec<_>>())
}

impl fmt::Display for NotTotals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotTotals::NoColumn { column } => {
                write!(f, "the file has no column {column}; a header is generator,vintage,kwh")
            }
            NotTotals::NotText => f.write_str("the file is not UTF-8 text; save it as UTF-8"),
        }
    }
}

impl std::error::Error for NotTotals {}

#[cfg(test)]
mod tests {
    use meterbook_core::certificate::{Fuel, Registry, Source};
    use meterbook_core::id::{GeneratorId, ServicePointId};
    use meterbook_core::meter::Flow;

    use super::*;

    fn july() -> Vintage {
        Vintage::parse("2026-07").unwrap()
    }

    #[test]
    fn an_upload_is_as_m_rets_takes_it() {
        let generator = Generator {
            id: GeneratorId(1),
            registry: Registry::MRets,
            number: "M805".to_owned(),
            unit: "8051".to_owned(),
            fuel: Fuel::Solar,
            service_point: ServicePointId(1),
            flow: Flow::Received,
            nameplate_watts: None,
        };
        let report = |total_micro, adjustment| Report {
            vintage: july(),
            total_micro,
            adjustment,
            source: Source::Said,
            remainder_micro: 0,
        };
        let rows = [
            (generator.clone(), report(18_000_000_000, false)),
            (generator, report(20_700_000_001, true)),
        ];
        let text = String::from_utf8(mrets(&rows)).unwrap();
        assert_eq!(
            text,
            "805,8051,07/2026,07/01/2026,07/31/2026,18\n\
             805,8051,07/2026,07/01/2026,07/31/2026,20.700000001,Adjustment\n"
        );
    }

    #[test]
    fn totals_are_read_and_a_line_that_says_none_says_why() {
        let file = "Generator,Vintage,MWh,Adjustment\nM805,07/2026,20.7,Adjustment\n\
                    M805,2026-13,1,\nM805,2026-07,\"1,5\",\n,2026-07,1,\nM805,2026-07,1,new\nM805\n";
        let lines = read(file.as_bytes()).unwrap();
        let total = Total {
            generator: "M805".to_owned(),
            vintage: july(),
            total_micro: 20_700_000_000,
            adjustment: true,
        };
        assert_eq!(lines[0].said, Ok(total));
        let numbers: Vec<u64> = lines.iter().map(|it| it.line).collect();
        assert_eq!(numbers, [2, 3, 4, 5, 6, 7]);
        let said = [
            "2026-13 is no month",
            "1,5 is no number of MWh",
            "names no generator",
            "new is not the word Adjustment",
            "1 fields and the header 4",
        ];
        for (line, said) in lines[1..].iter().zip(said) {
            let why = line.said.clone().unwrap_err();
            assert!(why.contains(said), "{why}");
        }
        let kwh = read(b"generator,month,kwh\nM1,2026-07,1500.25\n").unwrap();
        assert_eq!(kwh[0].said.as_ref().unwrap().total_micro, 1_500_250_000);
    }

    #[test]
    fn a_file_without_totals_is_refused() {
        for (file, column) in [
            ("vintage,kwh\n", "generator"),
            ("generator,kwh\n", "vintage"),
            ("generator,vintage\n", "kwh"),
        ] {
            assert_eq!(read(file.as_bytes()), Err(NotTotals::NoColumn { column }));
        }
        assert!(matches!(
            read(b"generator,vintage,kwh\nM\xff,2026-07,1\n"),
            Err(NotTotals::NotText)
        ));
    }
}
