//! Records written by a profile: the same layout, the other way.

use std::fmt;

use meterbook_core::text::{decimal, scaled};

use super::form::Form;
use super::{Layout, Place, Profile, Record};

/// Why records cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotWritten {
    /// Which record, from 1.
    pub record: usize,
    /// The field.
    pub field: String,
    /// What is wrong.
    pub why: String,
}

/// Writes records as lines that end with a line feed.
pub fn write(profile: &Profile, records: &[Record]) -> Result<String, NotWritten> {
    let mut text = String::new();
    if profile.names {
        push(&mut text, &named(profile), profile.layout);
    }
    if let Some(header) = &profile.header {
        text.push_str(header);
        text.push('\n');
    }
    for (nth, record) in (1..).zip(records) {
        let cells = cells(profile, record);
        let cells = cells.map_err(|(field, why)| NotWritten { record: nth, field, why })?;
        line(&mut text, profile, profile.detail.as_deref(), &cells, nth)?;
    }
    if let Some(trailer) = &profile.trailer {
        let cells = totals(profile, records);
        let cells = cells.map_err(|(field, why)| NotWritten { record: 0, field, why })?;
        line(&mut text, profile, Some(trailer), &cells, 0)?;
    }
    Ok(text)
}

/// Where a piece of a line goes.
type Cell = (usize, usize, String);
/// A field and what is wrong with it.
type Wrong = (String, String);

fn named(profile: &Profile) -> Vec<(usize, usize, String)> {
    let mut cells = Vec::new();
    for (at, field) in profile.fields.iter().enumerate() {
        let name = match &field.place {
            Place::Named(name) => name.clone(),
            _ => field.name.clone(),
        };
        for (nth, place) in places(profile, at).into_iter().enumerate() {
            let name = if nth == 0 { name.clone() } else { format!("{name} {}", nth + 1) };
            cells.push((place, 0, name));
        }
    }
    cells
}

/// The columns of a field. Named ones stand in the order of the profile.
fn places(profile: &Profile, at: usize) -> Vec<usize> {
    let many = |at: usize| match profile.fields[at].form {
        Form::Numbers { many, .. } => many,
        _ => 1,
    };
    let first = match &profile.fields[at].place {
        Place::Column(column) => *column,
        Place::Named(_) => {
            let before = profile.fields.iter().enumerate().take(at);
            before.filter(|it| !matches!(it.1.place, Place::Is(_))).map(|it| many(it.0)).sum()
        }
        Place::At(..) | Place::Is(_) => return Vec::new(),
    };
    (first..first + many(at)).collect()
}

/// The pieces of a record.
fn cells(profile: &Profile, record: &Record) -> Result<Vec<Cell>, Wrong> {
    let mut cells = Vec::new();
    for (at, field) in profile.fields.iter().enumerate() {
        let said = record.iter().find(|it| it.0 == field.name).map_or("", |it| it.1.as_str());
        let wrong = |why| (field.name.clone(), why);
        let several = matches!(field.form, Form::Numbers { .. });
        let parts: Vec<&str> = if several { said.split(',').collect() } else { vec![said] };
        for (nth, part) in parts.iter().enumerate() {
            let part = if several && *part == "-" { "" } else { part };
            match &field.place {
                Place::Is(_) => {}
                Place::At(from, wide) => {
                    let written = field.form.written(part, Some(*wide)).map_err(wrong)?;
                    cells.push((from + nth * wide, *wide, written));
                }
                Place::Column(_) | Place::Named(_) => {
                    let written = field.form.written(part, None).map_err(wrong)?;
                    let Some(place) = places(profile, at).get(nth).copied() else {
                        return Err(wrong("there are more values than columns".to_owned()));
                    };
                    cells.push((place, 0, written));
                }
            }
        }
    }
    Ok(cells)
}

fn totals(profile: &Profile, records: &[Record]) -> Result<Vec<Cell>, Wrong> {
    let mut cells = Vec::new();
    for total in &profile.totals {
        let (name, sum) = match total.field {
            None => (
                "count".to_owned(),
                i64::try_from(records.len()).unwrap_or(i64::MAX).saturating_mul(1_000_000),
            ),
            Some(field) => {
                let name = profile.fields[field].name.clone();
                let of = |record: &Record| {
                    let said = record.iter().find(|it| it.0 == name)?;
                    scaled(&said.1, 6)
                };
                let sum = records.iter().filter_map(of).try_fold(0_i64, i64::checked_add);
                let sum = sum.ok_or_else(|| (name.clone(), "the total is too large".to_owned()))?;
                (name, sum)
            }
        };
        let wrong = |why| (name.clone(), why);
        let said = decimal(sum, 6);
        match total.place {
            Place::At(from, wide) => {
                cells.push((from, wide, total.form.written(&said, Some(wide)).map_err(wrong)?));
            }
            Place::Column(at) => {
                cells.push((at, 0, total.form.written(&said, None).map_err(wrong)?))
            }
            Place::Named(_) | Place::Is(_) => {}
        }
    }
    Ok(cells)
}

fn line(
    text: &mut String,
    profile: &Profile,
    begins: Option<&str>,
    cells: &[Cell],
    record: usize,
) -> Result<(), NotWritten> {
    for (_, wide, written) in cells.iter().filter(|it| 0 < it.1) {
        if *wide < written.len() {
            let why = format!("{written} is longer than the {wide} places of its field");
            return Err(NotWritten { record, field: written.clone(), why });
        }
    }
    let mut cells = cells.to_vec();
    if let Some(begins) = begins {
        cells.insert(0, (0, begins.len(), begins.to_owned()));
    }
    push(text, &cells, profile.layout);
    Ok(())
}

fn push(text: &mut String, cells: &[Cell], layout: Layout) {
    match layout {
        Layout::Fixed => {
            let wide = cells.iter().map(|it| it.0 + it.1).max().unwrap_or(0);
            let mut line = vec![b' '; wide];
            for (at, _, written) in cells {
                line[*at..at + written.len()].copy_from_slice(written.as_bytes());
            }
            text.push_str(&String::from_utf8_lossy(&line));
        }
        Layout::Delimited(by) => {
            let many = cells.iter().map(|it| it.0 + 1).max().unwrap_or(0);
            let mut columns = vec![""; many];
            for (at, _, written) in cells {
                // What a line begins with stands, although its field is empty.
                if !written.is_empty() {
                    columns[*at] = written;
                }
            }
            let by = char::from(by);
            let quoted = |it: &&str| {
                if it.contains(by) || it.contains('"') {
                    format!("\"{}\"", it.replace('"', "\"\""))
                } else {
                    (*it).to_owned()
                }
            };
            let columns: Vec<String> = columns.iter().map(quoted).collect();
            text.push_str(&columns.join(&by.to_string()));
        }
    }
    text.push('\n');
}

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotWritten { record, field, why } = self;
        match record {
            0 => write!(f, "the total of {field} cannot be written: {why}"),
            nth => write!(f, "{field} of record {nth} cannot be written: {why}"),
        }
    }
}

impl std::error::Error for NotWritten {}
