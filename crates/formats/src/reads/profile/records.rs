//! A file cut into records by a profile: which lines are what, and what their fields say.

use std::io::BufRead;

use super::super::NotRead;
use super::super::feed::{Cut, Feed, Fields};
use super::form::{Form, number};
use super::{Layout, Place, Profile};

/// What the fields of a line say, in our spelling, by name.
pub type Record = Vec<(String, String)>;

/// A detail line, cut.
pub(super) struct Line<'a> {
    profile: &'a Profile,
    text: &'a [u8],
    fields: Option<Fields<'a>>,
    /// Where the column of each field is, for fields that are in columns.
    columns: &'a [Option<usize>],
}

impl<'a> Line<'a> {
    /// The bytes of a field, without spaces around it.
    pub(super) fn get(&self, field: usize) -> &'a [u8] {
        self.part(field, 0)
    }

    /// The bytes of the `nth` of a field that comes several times.
    pub(super) fn part(&self, field: usize, nth: usize) -> &'a [u8] {
        match (&self.profile.fields[field].place, self.fields) {
            (Place::Is(text), _) => text.as_bytes(),
            (Place::At(from, length), _) => at(self.text, from + nth * length, *length),
            (_, Some(fields)) => self.columns[field].map_or(&[], |it| fields.get(it + nth)),
            (_, None) => &[],
        }
    }
}

fn at(text: &[u8], from: usize, length: usize) -> &[u8] {
    let ends = (from + length).min(text.len());
    text.get(from..ends).unwrap_or_default().trim_ascii()
}

/// Takes what is said against a line.
pub(super) type Note<'a> = dyn FnMut(u64, String) + 'a;
/// Takes a detail line; it may say something against it, or why it is none.
pub(super) type Take<'a> = dyn FnMut(&mut Note<'_>, u64, &Line<'_>) -> Result<(), String> + 'a;
/// What was said against lines.
pub type Notes = Vec<(u64, String)>;

/// Shows the detail lines of a file to `take`; what it says against a line is handed to `note`. A
/// trailer that disagrees, or that is missing, refuses the file.
pub(super) fn each(
    profile: &Profile,
    from: &mut dyn BufRead,
    note: &mut Note<'_>,
    take: &mut Take<'_>,
) -> Result<(), NotRead> {
    let mut feed = Feed::new(from);
    let mut cut = Cut::default();
    let mut columns = columns(profile, None)?;
    let (mut named, mut headed, mut ended) = (!profile.names, profile.header.is_none(), false);
    let mut details = 0_u64;
    let mut sums = vec![0_i128; profile.totals.len()];
    while let Some((number, text)) = feed.next()? {
        if number <= profile.skip || text.trim_ascii().is_empty() {
            continue;
        }
        let fields = match profile.layout {
            Layout::Fixed => None,
            Layout::Delimited(by) => Some(cut.cut(text, by)),
        };
        if !named {
            columns = self::columns(profile, fields)?;
            named = true;
            continue;
        }
        let begins = |with: &Option<String>| {
            with.as_deref().is_some_and(|it| text.starts_with(it.as_bytes()))
        };
        if begins(&profile.header) {
            headed = true;
            continue;
        }
        if !headed {
            let header = profile.header.clone().unwrap_or_default();
            return Err(NotRead::Line {
                line: number,
                why: format!("the file does not begin with {header}"),
            });
        }
        if begins(&profile.trailer) {
            agree(profile, number, text, fields, details, &sums)?;
            ended = true;
            continue;
        }
        if profile.detail.is_some() && !begins(&profile.detail) {
            note(number, "the line is neither header, detail nor trailer; passed over".to_owned());
            continue;
        }
        details += 1;
        let line = Line { profile, text, fields, columns: &columns };
        for (sum, total) in sums.iter_mut().zip(&profile.totals) {
            if let Some(field) = total.field {
                *sum += i128::from(value(profile, &line, field).unwrap_or(0));
            }
        }
        let wanted = profile.only.iter().all(|only| {
            let said = profile.fields[only.field].form.said(line.get(only.field));
            said.is_ok_and(|it| only.words.contains(&it))
        });
        if wanted && let Err(why) = take(note, number, &line) {
            note(number, why);
        }
    }
    if profile.trailer.is_some() && !ended {
        let why = "the file ends without its trailer; it is cut off".to_owned();
        return Err(NotRead::Line { line: feed.line().max(1), why });
    }
    if details == 0 { Err(NotRead::Empty) } else { Ok(()) }
}

/// The number that a field says.
pub(super) fn value(profile: &Profile, line: &Line<'_>, field: usize) -> Option<i64> {
    match profile.fields[field].form {
        Form::Number { implied, sign } => number(line.get(field), implied, sign),
        _ => number(line.get(field), 0, super::form::Sign::Before),
    }
}

/// Where the columns are; by the line that names them, where there is one.
fn columns(profile: &Profile, names: Option<Fields<'_>>) -> Result<Vec<Option<usize>>, NotRead> {
    let place = |place: &Place| match (place, names) {
        (Place::Column(at), _) => Ok(Some(*at)),
        (Place::Named(name), Some(names)) => {
            let at = (0..names.len()).find(|it| names.text(*it).eq_ignore_ascii_case(name));
            let why = || format!("the file has no column {name}");
            at.map(Some).ok_or_else(|| NotRead::Line { line: profile.skip + 1, why: why() })
        }
        _ => Ok(None),
    };
    profile.fields.iter().map(|it| place(&it.place)).collect()
}

/// Whether the trailer says what the lines add up to.
fn agree(
    profile: &Profile,
    line: u64,
    text: &[u8],
    fields: Option<Fields<'_>>,
    details: u64,
    sums: &[i128],
) -> Result<(), NotRead> {
    for (total, sum) in profile.totals.iter().zip(sums) {
        let said = match (&total.place, fields) {
            (Place::At(from, length), _) => at(text, *from, *length),
            (Place::Column(column), Some(fields)) => fields.get(*column),
            _ => &[],
        };
        let Form::Number { implied, sign } = total.form else { continue };
        let said = number(said, implied, sign).map(i128::from);
        let (what, found) = match total.field {
            Some(field) => (profile.fields[field].name.as_str(), *sum),
            None => ("count", i128::from(details) * 1_000_000),
        };
        if said != Some(found) {
            let shown = |it: i128| {
                i64::try_from(it)
                    .map_or_else(|_| it.to_string(), |it| meterbook_core::text::decimal(it, 6))
            };
            let why = format!(
                "the trailer says a {what} of {}, and the lines come to {}; lines are missing or damaged",
                said.map_or_else(|| "nothing".to_owned(), shown),
                shown(found)
            );
            return Err(NotRead::Line { line, why });
        }
    }
    Ok(())
}

/// The records of a file, with what was noted against lines.
pub fn records(profile: &Profile, from: &mut dyn BufRead) -> Result<(Vec<Record>, Notes), NotRead> {
    let (mut records, mut notes) = (Vec::new(), Vec::new());
    each(profile, from, &mut |line, what| notes.push((line, what)), &mut |_, _, line| {
        let mut record = Record::new();
        for (at, field) in profile.fields.iter().enumerate() {
            let wrong = |why| format!("{}: {why}", field.name);
            let said = match &field.form {
                Form::Numbers { many, .. } => {
                    let parts = (0..*many).map(|it| field.form.said(line.part(at, it)));
                    let parts: Result<Vec<String>, String> = parts.collect();
                    let parts = parts.map_err(wrong)?;
                    let shown = |it: String| if it.is_empty() { "-".to_owned() } else { it };
                    parts.into_iter().map(shown).collect::<Vec<_>>().join(",")
                }
                form => form.said(line.get(at)).map_err(wrong)?,
            };
            if !said.is_empty() {
                record.push((field.name.clone(), said));
            }
        }
        records.push(record);
        Ok(())
    })?;
    Ok((records, notes))
}
