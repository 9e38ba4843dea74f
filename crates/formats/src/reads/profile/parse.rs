//! From the text of a profile to a [`Profile`], statement by statement; the first thing that is wrong
//! is reported with its line.

use meterbook_core::period::Zone;

use super::form::{Form, Pattern, Sign};
use super::{Field, Gives, Layout, Only, Place, Profile, Total, WrongProfile};

/// Bytes in the text of a profile; the longest has some thousand.
const BYTES: usize = 100_000;
/// Bytes in a line of a file, and columns in it, that a profile may speak of.
const WIDEST: usize = 100_000;
/// Fields that are numbers without being told so.
const NUMBERS: [&str; 5] = ["index", "value", "minutes", "previous", "used"];

impl Profile {
    /// Reads a profile.
    pub fn parse(text: &str) -> Result<Profile, WrongProfile> {
        if BYTES < text.len() {
            return Err(wrong(1, "the profile is longer than any layout; is it a file of reads?"));
        }
        let mut profile = Profile {
            name: String::new(),
            version: 0,
            about: String::new(),
            layout: Layout::Fixed,
            skip: 0,
            names: false,
            header: None,
            detail: None,
            trailer: None,
            zone: None,
            gives: Gives::Registers,
            fields: Vec::new(),
            only: Vec::new(),
            totals: Vec::new(),
            both_ways: true,
            example: String::new(),
            says: String::new(),
        };
        let mut lines = (1..).zip(text.lines());
        while let Some((line, text)) = lines.next() {
            if text.trim() == "example" {
                profile.example = block(&mut lines, line, "says")?;
                profile.says = block(&mut lines, line, "end")?;
                continue;
            }
            let text = text.split_once(" #").map_or(text, |it| it.0);
            if !text.trim().is_empty() && !text.starts_with('#') {
                statement(&mut profile, line, text.trim())?;
            }
        }
        whole(&profile)?;
        Ok(profile)
    }
}

fn wrong(line: usize, why: impl Into<String>) -> WrongProfile {
    WrongProfile { line, why: why.into() }
}

/// The lines up to the one that is this word.
fn block<'a>(
    lines: &mut impl Iterator<Item = (usize, &'a str)>,
    from: usize,
    until: &str,
) -> Result<String, WrongProfile> {
    let mut text = String::new();
    for (_, line) in lines {
        if line.trim() == until {
            return Ok(text);
        }
        text.push_str(line);
        text.push('\n');
    }
    Err(wrong(from, format!("the example has no line `{until}`; it is example, says, end")))
}

/// What every profile needs, once it is read.
fn whole(profile: &Profile) -> Result<(), WrongProfile> {
    let needed: &[&[&str]] = match profile.gives {
        Gives::Registers => &[&["meter"], &["day", "start"], &["index"]],
        Gives::Values => &[&["meter"], &["start", "end"], &["minutes"], &["value"]],
        Gives::Days => &[&["meter"], &["day"], &["minutes"], &["values"]],
        Gives::Route => &[&["meter"]],
    };
    if profile.name.is_empty() {
        return Err(wrong(1, "a profile begins with its name and version: profile NAME 1"));
    }
    for any in needed {
        if !any.iter().any(|it| profile.field(it).is_some()) {
            return Err(wrong(1, format!("there is no field {}", any.join(" or "))));
        }
    }
    let timed = |name: &str| profile.field(name).map(|it| &profile.fields[it].form);
    for name in ["day", "start", "end"] {
        if timed(name).is_some_and(|it| !matches!(it, Form::Time(_))) {
            return Err(wrong(
                1,
                format!("the field {name} says no time; add as MM/DD/YYYY or such"),
            ));
        }
    }
    if profile.trailer.is_none() && !profile.totals.is_empty() {
        return Err(wrong(1, "totals stand in a trailer; say how it begins: trailer begins T"));
    }
    let named = profile.fields.iter().any(|it| matches!(it.place, Place::Named(_)));
    if named && !profile.names {
        return Err(wrong(1, "columns are named, but no line names them; add the statement names"));
    }
    Ok(())
}

/// The words of a statement; what is between quotes is one word.
fn words(line: usize, text: &str) -> Result<Vec<String>, WrongProfile> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(inside) => {
                inside.split_once('"').ok_or_else(|| wrong(line, "a quote that does not close"))?
            }
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Ok(words)
}

fn statement(profile: &mut Profile, line: usize, text: &str) -> Result<(), WrongProfile> {
    let words = words(line, text)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["profile", name, version] => {
            profile.name = (*name).to_owned();
            let number = version.parse().ok().filter(|it| 0 < *it);
            profile.version = number.ok_or_else(|| wrong(line, "a version is a number from 1"))?;
        }
        ["about", ..] => text.trim_start_matches("about").trim().clone_into(&mut profile.about),
        ["lines", "fixed"] => profile.layout = Layout::Fixed,
        ["lines", "delimited", "tab"] => profile.layout = Layout::Delimited(b'\t'),
        ["lines", "delimited", by] if by.len() == 1 => {
            profile.layout = Layout::Delimited(by.as_bytes()[0]);
        }
        ["skip", many] => profile.skip = u64::from(count(line, many)?),
        ["names"] => profile.names = true,
        ["header", "begins", text] => profile.header = Some((*text).to_owned()),
        ["detail", "begins", text] => profile.detail = Some((*text).to_owned()),
        ["trailer", "begins", text] => profile.trailer = Some((*text).to_owned()),
        ["zone", name] => {
            let zone = Zone::named(name);
            profile.zone =
                Some(zone.ok_or_else(|| wrong(line, format!("there is no zone {name}")))?);
        }
        ["gives", what] => {
            profile.gives = match *what {
                "registers" => Gives::Registers,
                "values" => Gives::Values,
                "days" => Gives::Days,
                "route" => Gives::Route,
                _ => return Err(wrong(line, "a line gives registers, values, days or a route")),
            }
        }
        ["ways", "in"] => profile.both_ways = false,
        ["ways", "both"] => profile.both_ways = true,
        ["field", name, rest @ ..] => field(profile, line, name, rest)?,
        ["only", name, "is", words @ ..] if !words.is_empty() => {
            let field = profile.field(name).ok_or_else(|| no_field(line, name))?;
            let words = words.iter().map(|it| (*it).to_owned()).collect();
            profile.only.push(Only { field, words });
        }
        ["total", name, rest @ ..] => total(profile, line, name, rest)?,
        _ => {
            return Err(wrong(
                line,
                format!(
                    "{} is no statement; they are profile, about, lines, skip, names, header, detail, trailer, zone, gives, ways, field, only, total and example",
                    words.first().copied().unwrap_or_default()
                ),
            ));
        }
    }
    Ok(())
}

fn no_field(line: usize, name: &str) -> WrongProfile {
    wrong(line, format!("there is no field {name} above"))
}

fn count(line: usize, text: &str) -> Result<u32, WrongProfile> {
    let number =
        text.parse().ok().filter(|it: &u32| usize::try_from(*it).is_ok_and(|it| it <= WIDEST));
    number.ok_or_else(|| wrong(line, format!("{text} is no number up to {WIDEST}")))
}

/// A place or a length, from 1.
fn from_one(line: usize, text: &str) -> Result<usize, WrongProfile> {
    let number = usize::try_from(count(line, text)?).unwrap_or(0);
    if number == 0 { Err(wrong(line, "places are counted from 1")) } else { Ok(number) }
}

/// `field NAME PLACE FORM`.
fn field(
    profile: &mut Profile,
    line: usize,
    name: &str,
    rest: &[&str],
) -> Result<(), WrongProfile> {
    if profile.field(name).is_some() {
        return Err(wrong(line, format!("the field {name} is said twice")));
    }
    let (place, rest) = place(profile, line, rest)?;
    let form = form(line, name, rest)?;
    if let (Form::Time(pattern), "start" | "end") = (&form, name)
        && !pattern.has_time()
    {
        return Err(wrong(line, format!("the field {name} has no time of day; use hh:mm or such")));
    }
    profile.fields.push(Field { name: name.to_owned(), place, form });
    Ok(())
}

fn place<'a>(
    profile: &Profile,
    line: usize,
    words: &'a [&'a str],
) -> Result<(Place, &'a [&'a str]), WrongProfile> {
    let fixed = profile.layout == Layout::Fixed;
    match words {
        ["at", start, length, rest @ ..] if fixed => {
            let place = Place::At(from_one(line, start)? - 1, from_one(line, length)?);
            Ok((place, rest))
        }
        ["column", name, rest @ ..] if !fixed => {
            let number = name.parse::<usize>().is_ok();
            let place = if number {
                Place::Column(from_one(line, name)? - 1)
            } else {
                Place::Named((*name).to_owned())
            };
            Ok((place, rest))
        }
        ["is", text, rest @ ..] => Ok((Place::Is((*text).to_owned()), rest)),
        _ if fixed => Err(wrong(line, "say where it is: at START LENGTH, or is TEXT")),
        _ => Err(wrong(line, "say where it is: column NUMBER, column NAME, or is TEXT")),
    }
}

fn form(line: usize, name: &str, rest: &[&str]) -> Result<Form, WrongProfile> {
    let number = |implied: &str, sign| {
        let implied = implied.parse().ok().filter(|it| *it <= 6_u8);
        let implied = implied.ok_or_else(|| wrong(line, "places are 0 to 6"))?;
        Ok(Form::Number { implied, sign })
    };
    match rest {
        [] if NUMBERS.contains(&name) => Ok(Form::Number { implied: 0, sign: Sign::Before }),
        [] => Ok(Form::Text),
        ["as", pattern] => {
            let pattern = Pattern::parse(pattern);
            let pattern = pattern.ok_or_else(|| {
                wrong(line, "a time has YYYY, MM and DD, and may have hh, mm, ss, am")
            })?;
            Ok(Form::Time(pattern))
        }
        ["number"] => Ok(Form::Number { implied: 0, sign: Sign::Before }),
        ["sign", "after"] => Ok(Form::Number { implied: 0, sign: Sign::After }),
        ["places", implied] => number(implied, Sign::Before),
        ["places", implied, "sign", "after"] => number(implied, Sign::After),
        ["times", many] => {
            Ok(Form::Numbers { many: from_one(line, many)?, implied: 0, sign: Sign::Before })
        }
        ["times", many, "places", implied] => match number(implied, Sign::Before)? {
            Form::Number { implied, sign } => {
                Ok(Form::Numbers { many: from_one(line, many)?, implied, sign })
            }
            other => Ok(other),
        },
        ["where", pairs @ ..] if !pairs.is_empty() => {
            let pair = |it: &&str| {
                let (theirs, ours) = it.split_once('=')?;
                Some((theirs.to_owned(), ours.to_owned()))
            };
            let words = pairs.iter().map(pair).collect::<Option<_>>();
            let words = words.ok_or_else(|| wrong(line, "words are written THEIRS=OURS"))?;
            Ok(Form::Words(words))
        }
        _ => Err(wrong(
            line,
            "say how it is written: as PATTERN, number, places N, sign after, times N, where A=B, or nothing",
        )),
    }
}

/// `total count|FIELD PLACE FORM`.
fn total(
    profile: &mut Profile,
    line: usize,
    name: &str,
    rest: &[&str],
) -> Result<(), WrongProfile> {
    let field = match name {
        "count" => None,
        name => Some(profile.field(name).ok_or_else(|| no_field(line, name))?),
    };
    if let Some(field) = field
        && !matches!(profile.fields[field].form, Form::Number { .. })
    {
        return Err(wrong(line, format!("the field {name} is no number, so it has no total")));
    }
    let (place, rest) = place(profile, line, rest)?;
    let form = form(line, "index", rest)?;
    if !matches!(form, Form::Number { .. }) {
        return Err(wrong(line, "a total is a number"));
    }
    profile.totals.push(Total { field, place, form });
    Ok(())
}
