//! Field orders on their way to a handheld and back: CSV, one line for each register of an order.
//!
//! What is written can be filled in and read again: the first columns say what is to be done, the
//! last ones what came of it. A line whose status is empty says nothing yet.

use csv::StringRecord;
use jiff::civil::Date;
use meterbook_core::meter::Flow;
use meterbook_core::money::Unit;
use meterbook_core::order::Hindrance;
use meterbook_core::order::sheet::{DaySheet, Dial, Stop};
use meterbook_core::period::Zone;
use meterbook_core::text::decimal;

use crate::reads::{NotRead, columns, csv_lines, when};
use crate::table;

/// The columns that are written; `order` and `status` are needed to read.
const COLUMNS: [&str; 27] = [
    "order",
    "kind",
    "priority",
    "crew",
    "day",
    "from",
    "to",
    "due",
    "address",
    "customer",
    "about",
    "digits",
    "last_on",
    "last_reading",
    "status",
    "done_on",
    "meter",
    "unit",
    "flow",
    "reading",
    "removed",
    "new_meter",
    "new_digits",
    "new_unit",
    "new_reading",
    "reason",
    "note",
];

/// What a line says of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The order's number.
    pub order: i64,
    /// What came of it.
    pub said: Said,
    /// What the crew wrote.
    pub note: String,
}

/// What came of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The crew set out.
    EnRoute,
    /// The crew arrived.
    OnSite,
    /// The crew did it.
    Done(Work),
    /// The crew could not do it.
    CouldNotDo(Hindrance),
}

/// What a line says of what was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The day.
    pub on: Date,
    /// What a register showed.
    pub read: Option<DialRead>,
    /// The meter that came down.
    pub removed: Option<String>,
    /// The meter that was hung, and what one of its registers showed.
    pub set: Option<NewDial>,
}

/// What a register showed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialRead {
    /// The number on the meter's face.
    pub meter: String,
    /// Its unit, where the line says so.
    pub unit: Option<Unit>,
    /// Which way, where the line says so.
    pub flow: Option<Flow>,
    /// Millionths of the unit.
    pub index_micro: i64,
}

/// A register of a meter that was hung.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDial {
    /// The number on the meter's face.
    pub meter: String,
    /// Its digits and unit; nothing where the meter is known already.
    pub register: Option<(u8, Unit)>,
    /// Which way it counts, where the line says so.
    pub flow: Option<Flow>,
    /// What it showed, in millionths.
    pub index_micro: Option<i64>,
}

/// What is found in a file, line by line.
pub trait Lines {
    /// A line that says something.
    fn row(&mut self, line: u64, fields: &[&str], row: Row);
    /// A line that does not, and why.
    fn reject(&mut self, line: u64, fields: &[&str], order: Option<i64>, reason: String);
}

/// The days of crews as a file.
pub fn write(sheets: &[DaySheet], zone: &Zone) -> Vec<u8> {
    let mut rows = vec![COLUMNS.map(str::to_owned).to_vec()];
    for sheet in sheets {
        for stop in &sheet.stops {
            let none =
                Dial { meter: String::new(), unit: None, flow: None, digits: None, last: None };
            let dials =
                if stop.dials.is_empty() { std::slice::from_ref(&none) } else { &stop.dials };
            rows.extend(dials.iter().map(|dial| line(sheet, stop, dial, zone)));
        }
    }
    csv_lines(&rows)
}

fn line(sheet: &DaySheet, stop: &Stop, dial: &Dial, zone: &Zone) -> Vec<String> {
    let order = &stop.order;
    let local = |at| zone.tz().to_datetime(at).strftime("%F %H:%M").to_string();
    let text = |it: Option<String>| it.unwrap_or_default();
    COLUMNS
        .iter()
        .map(|column| match *column {
            "order" => order.id.to_string(),
            "kind" => order.kind.to_string(),
            "priority" => order.priority.to_string(),
            "crew" => table::text(&sheet.crew.name),
            "day" => sheet.on.to_string(),
            "from" => text(stop.arrival.map(|it| it.from.to_string())),
            "to" => text(stop.arrival.map(|it| it.to.to_string())),
            "due" => text(order.due.map(local)),
            "address" => table::text(&stop.premise.lines().join(", ")),
            "customer" => table::text(stop.customer.as_deref().unwrap_or_default()),
            "about" => table::text(&order.about),
            "digits" => text(dial.digits.map(|it| it.to_string())),
            "last_on" => text(dial.last.map(|it| it.0.to_string())),
            "last_reading" => text(dial.last.map(|it| decimal(it.1, 6))),
            "meter" => table::text(&dial.meter),
            "unit" => text(dial.unit.map(|it| it.to_string())),
            "flow" => text(dial.flow.map(|it| it.to_string())),
            _ => String::new(),
        })
        .collect()
}

/// The header, for the file of rejects.
pub fn header_of(bytes: &[u8]) -> Vec<String> {
    crate::published::header_of(bytes)
}

/// Reads a whole file.
pub fn read(bytes: &[u8], lines: &mut dyn Lines) -> Result<(), NotRead> {
    let header = columns::header(bytes)?;
    if header.is_empty() {
        return Err(NotRead::Empty);
    }
    columns::need(&header, &["order"])?;
    columns::need(&header, &["status"])?;
    columns::records(bytes, |line, record, whole| {
        let named = |column: &'static str| columns::find(&header, &[column]);
        let fields: Vec<&str> = record.iter().collect();
        let order = columns::field(record, named("order")).and_then(|it| it.parse().ok());
        match whole.and_then(|()| row(record, &named)) {
            Ok(Some(row)) => lines.row(line, &fields, row),
            Ok(None) => (),
            Err(reason) => lines.reject(line, &fields, order, reason),
        }
    })
}

/// What a line says; `None` where it says nothing yet.
fn row(
    record: &StringRecord,
    named: &dyn Fn(&'static str) -> Option<usize>,
) -> Result<Option<Row>, String> {
    let field = |column| columns::field(record, named(column));
    let Some(status) = field("status") else { return Ok(None) };
    let order = field("order").ok_or("the line names no order")?;
    let order = order.parse().map_err(|_| format!("{order} is no number of an order"))?;
    let said = match status.to_lowercase().as_str() {
        "en-route" => Said::EnRoute,
        "on-site" => Said::OnSite,
        "done" => Said::Done(work(record, named)?),
        "could-not-do" => {
            let reason = field("reason").unwrap_or_default().to_lowercase();
            Said::CouldNotDo(Hindrance::from_word(&reason).ok_or_else(|| {
                let words: Vec<&str> = Hindrance::ALL.iter().map(|it| it.word()).collect();
                format!("it says no reason that we know; write one of {}", words.join(", "))
            })?)
        }
        _ => {
            return Err(format!(
                "{status} is no status; write en-route, on-site, done or could-not-do"
            ));
        }
    };
    let note = field("note").unwrap_or_default().to_owned();
    Ok(Some(Row { order, said, note }))
}

fn work(
    record: &StringRecord,
    named: &dyn Fn(&'static str) -> Option<usize>,
) -> Result<Work, String> {
    let field = |column| columns::field(record, named(column));
    let on = field("done_on").ok_or("it is done, and no done_on says on which day")?;
    let on = when::day(on)?;
    let (meter, flow) = (field("meter"), columns::flow(record, named("flow"))?);
    let read = match (field("reading"), meter) {
        (None, _) => None,
        (Some(_), None) => return Err("it has a reading and names no meter".to_owned()),
        (Some(reading), Some(meter)) => Some(DialRead {
            meter: meter.to_owned(),
            unit: columns::unit(record, named("unit"))?,
            flow,
            index_micro: columns::value(reading)?,
        }),
    };
    let said_removed = match field("removed").map(str::to_lowercase).as_deref() {
        None | Some("no") => false,
        Some("yes") => true,
        Some(word) => return Err(format!("{word} is no word for removed; write yes or no")),
    };
    let set = match field("new_meter") {
        None => None,
        Some(new) => Some(NewDial {
            meter: new.to_owned(),
            register: new_register(field("new_digits"), columns::unit(record, named("new_unit"))?)?,
            flow,
            index_micro: field("new_reading").map(columns::value).transpose()?,
        }),
    };
    // Who hangs another meter where one hangs has taken that one down.
    let removed = match (meter, said_removed || set.is_some()) {
        (None, true) if said_removed => {
            return Err("a meter was removed, and the line does not name it".to_owned());
        }
        (Some(meter), true) => Some(meter.to_owned()),
        _ => None,
    };
    Ok(Work { on, read, removed, set })
}

fn new_register(digits: Option<&str>, unit: Option<Unit>) -> Result<Option<(u8, Unit)>, String> {
    match (digits, unit) {
        (None, None) => Ok(None),
        (Some(digits), Some(unit)) => {
            let digits = digits.parse().map_err(|_| format!("{digits} is no number of digits"))?;
            Ok(Some((digits, unit)))
        }
        _ => Err("a new register has new_digits and new_unit, both or neither".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[derive(Default)]
    struct Found {
        rows: Vec<Row>,
        rejects: Vec<(u64, Option<i64>, String)>,
    }

    impl Lines for Found {
        fn row(&mut self, _: u64, _: &[&str], row: Row) {
            self.rows.push(row);
        }

        fn reject(&mut self, line: u64, _: &[&str], order: Option<i64>, reason: String) {
            self.rejects.push((line, order, reason));
        }
    }

    fn found(text: &str) -> Result<Found, NotRead> {
        let mut found = Found::default();
        read(text.as_bytes(), &mut found).map(|()| found)
    }

    #[test]
    fn a_line_says_what_came_of_an_order() {
        let text = "order,status,done_on,meter,unit,reading,new_meter,new_digits,new_unit,new_reading,reason,note\n\
            7,En-route,,,,,,,,,,\n8,,,,,,,,,,,\n9,done,2026-03-10,E-1,kWh,41972,E-2,5,kWh,0.5,,\"hung, sealed\"\n\
            10,could-not-do,,,,,,,,,dog,big one\n";
        let it = found(text).unwrap();
        assert_eq!(it.rejects, []);
        let read = DialRead {
            meter: "E-1".to_owned(),
            unit: Some(Unit::Kwh),
            flow: None,
            index_micro: 41_972_000_000,
        };
        let set = NewDial {
            meter: "E-2".to_owned(),
            register: Some((5, Unit::Kwh)),
            flow: None,
            index_micro: Some(500_000),
        };
        let work = Work {
            on: date(2026, 3, 10),
            read: Some(read),
            removed: Some("E-1".to_owned()),
            set: Some(set),
        };
        let row = |order, said, note: &str| Row { order, said, note: note.to_owned() };
        assert_eq!(
            it.rows,
            [
                row(7, Said::EnRoute, ""),
                row(9, Said::Done(work), "hung, sealed"),
                row(10, Said::CouldNotDo(Hindrance::Dog), "big one"),
            ]
        );
    }

    #[test]
    fn a_line_that_says_half_is_rejected_with_what_is_missing() {
        for (line, said) in [
            ("x,done,2026-03-10,,,,,,", "x is no number of an order"),
            (",done,2026-03-10,,,,,,", "names no order"),
            ("7,finished,,,,,,,", "finished is no status; write en-route"),
            ("7,done,,,,,,,", "no done_on says on which day"),
            ("7,done,3/10/2026,,,,,,", "3/10/2026 is no day"),
            ("7,done,2026-03-10,,5,,,,", "names no meter"),
            ("7,done,2026-03-10,E-1,-5,,,,", "below zero"),
            ("7,done,2026-03-10,,,yes,,,", "does not name it"),
            ("7,done,2026-03-10,E-1,5,maybe,,,", "write yes or no"),
            ("7,done,2026-03-10,E-1,5,,E-2,5,", "both or neither"),
            ("7,could-not-do,,,,,,,", "write one of no-access, dog"),
        ] {
            let header = "order,status,done_on,meter,reading,removed,new_meter,new_digits,reason";
            let it = found(&format!("{header}\n{line}\n")).unwrap();
            assert_eq!((it.rows.len(), it.rejects.len()), (0, 1), "{line}");
            assert!(it.rejects[0].2.contains(said), "{line}: {}", it.rejects[0].2);
        }
        let no_status = Some(NotRead::NoColumn { column: "status" });
        assert_eq!(found("order,done_on\n").err(), no_status);
    }

    #[test]
    fn a_name_is_never_a_formula() {
        assert_eq!(table::text("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(table::text("Rosa\nQuill"), "Rosa Quill");
    }
}
