//! How a field of a profile is written: text, number, time, or words that stand for others. Each form
//! reads bytes into one spelling of ours and writes that again.

use meterbook_core::text::{decimal, scaled};

use super::super::clock::wall;
use super::super::decimal::{self as bytes, shifted};

/// How a field is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Form {
    /// As it is.
    Text,
    /// A number with so many decimals that are not written as such, and its sign before it or after.
    Number { implied: u8, sign: Sign },
    /// So many numbers, one after the other, each as wide as the field, or in columns.
    Numbers { many: usize, implied: u8, sign: Sign },
    /// A day, or a day and a time.
    Time(Pattern),
    /// Words of the file, and ours for them.
    Words(Vec<(String, String)>),
}

/// Where the minus of a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Before,
    After,
}

/// A day or a time as a pattern: `MM/DD/YYYY hh:mm`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Year,
    ShortYear,
    /// Two digits, or one or two.
    Month(bool),
    Day(bool),
    Hour(bool),
    Minute,
    Second,
    Half,
    Letter(u8),
}

impl Pattern {
    /// Reads a pattern; `None` when it has no day.
    pub(super) fn parse(text: &str) -> Option<Pattern> {
        const KNOWN: [(&str, Part); 11] = [
            ("YYYY", Part::Year),
            ("YY", Part::ShortYear),
            ("MM", Part::Month(true)),
            ("M", Part::Month(false)),
            ("DD", Part::Day(true)),
            ("D", Part::Day(false)),
            ("hh", Part::Hour(true)),
            ("h", Part::Hour(false)),
            ("mm", Part::Minute),
            ("ss", Part::Second),
            ("am", Part::Half),
        ];
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let known = KNOWN.iter().find(|it| rest.starts_with(it.0));
            let (part, taken) = match known {
                Some((name, part)) => (*part, name.len()),
                None => (Part::Letter(rest.as_bytes()[0]), 1),
            };
            if !rest.is_char_boundary(taken) {
                return None;
            }
            parts.push(part);
            rest = &rest[taken..];
        }
        let has = |of: fn(&Part) -> bool| parts.iter().any(of);
        let day = has(|it| matches!(it, Part::Year | Part::ShortYear))
            && has(|it| matches!(it, Part::Month(_)))
            && has(|it| matches!(it, Part::Day(_)));
        day.then_some(Pattern { parts })
    }

    /// Whether it has a time beside the day.
    pub(super) fn has_time(&self) -> bool {
        self.parts.iter().any(|it| matches!(it, Part::Hour(_)))
    }

    /// What this says, in seconds since 1970 as a clock shows it.
    pub(super) fn read(&self, text: &[u8]) -> Option<i64> {
        let (mut year, mut month, mut day) = (0, 0, 0);
        let (mut hour, mut minute, mut second, mut half) = (0, 0, 0, None);
        let mut rest = text;
        for part in &self.parts {
            let mut digits = |many: usize, exact: bool| -> Option<u32> {
                let there = rest.iter().take(many).take_while(|it| it.is_ascii_digit()).count();
                if there == 0 || (exact && there < many) {
                    return None;
                }
                let (number, after) = rest.split_at(there);
                rest = after;
                bytes::count(number)
            };
            match part {
                Part::Year => year = digits(4, true)?,
                Part::ShortYear => year = 2000 + digits(2, true)?,
                Part::Month(exact) => month = digits(2, *exact)?,
                Part::Day(exact) => day = digits(2, *exact)?,
                Part::Hour(exact) => hour = digits(2, *exact)?,
                Part::Minute => minute = digits(2, true)?,
                Part::Second => second = digits(2, true)?,
                Part::Half => {
                    let letters = rest.get(..2)?.to_ascii_lowercase();
                    half = Some(match letters.as_slice() {
                        b"am" => false,
                        b"pm" => true,
                        _ => return None,
                    });
                    rest = &rest[2..];
                }
                Part::Letter(letter) => rest = rest.strip_prefix(&[*letter])?,
            }
        }
        if let Some(afternoon) = half {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour.rem_euclid(12) + if afternoon { 12 } else { 0 };
        }
        let text = format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}");
        rest.is_empty().then(|| bytes::instant(text.as_bytes())).flatten()
    }

    /// Writes what a clock shows.
    fn write(&self, at: i64) -> String {
        let at = wall(at);
        let mut text = String::new();
        let twelve = self.parts.contains(&Part::Half);
        for part in &self.parts {
            let (number, wide) = match part {
                Part::Year => (i32::from(at.year()), 4),
                Part::ShortYear => (i32::from(at.year()).rem_euclid(100), 2),
                Part::Month(exact) => (i32::from(at.month()), if *exact { 2 } else { 1 }),
                Part::Day(exact) => (i32::from(at.day()), if *exact { 2 } else { 1 }),
                Part::Hour(exact) => {
                    let hour = i32::from(at.hour());
                    let hour = if twelve { (hour + 11).rem_euclid(12) + 1 } else { hour };
                    (hour, if *exact { 2 } else { 1 })
                }
                Part::Minute => (i32::from(at.minute()), 2),
                Part::Second => (i32::from(at.second()), 2),
                Part::Half => {
                    text.push_str(if at.hour() < 12 { "AM" } else { "PM" });
                    continue;
                }
                Part::Letter(letter) => {
                    text.push(char::from(*letter));
                    continue;
                }
            };
            text.push_str(&format!("{number:0wide$}"));
        }
        text
    }
}

/// Reads a number that is written so; `None` when it is none.
pub(super) fn number(text: &[u8], implied: u8, sign: Sign) -> Option<i64> {
    let (negative, text) = match (sign, text) {
        (Sign::After, [rest @ .., b'-']) => (true, rest.trim_ascii()),
        (Sign::After, [rest @ .., b'+']) => (false, rest.trim_ascii()),
        _ => (false, text),
    };
    let read = bytes::micro(text)?;
    // A point that is written stands: the places are only implied where there is none.
    let micro = if 0 < implied && !text.contains(&b'.') {
        let (whole, _) = shifted(i128::from(read.micro.unsigned_abs()), -i32::from(implied))?;
        let whole = i64::try_from(whole).ok()?;
        if read.micro < 0 { -whole } else { whole }
    } else {
        read.micro
    };
    Some(if negative { -micro } else { micro })
}

impl Form {
    /// What a field says, in our spelling; blank where it is blank.
    pub(super) fn said(&self, text: &[u8]) -> Result<String, String> {
        if text.is_empty() {
            return Ok(String::new());
        }
        let shown = || String::from_utf8_lossy(text).into_owned();
        match self {
            Form::Text => Ok(shown()),
            Form::Number { implied, sign } | Form::Numbers { implied, sign, .. } => {
                let micro = number(text, *implied, *sign);
                micro.map(|it| decimal(it, 6)).ok_or_else(|| format!("{} is no number", shown()))
            }
            Form::Time(pattern) => {
                let at =
                    pattern.read(text).ok_or_else(|| format!("{} is no such time", shown()))?;
                let written = if pattern.has_time() { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%d" };
                Ok(wall(at).strftime(written).to_string())
            }
            Form::Words(words) => {
                let known = words.iter().find(|it| it.0.as_bytes() == text);
                let known = known.or_else(|| words.iter().find(|it| it.0 == "*"));
                known
                    .map(|it| it.1.clone())
                    .ok_or_else(|| format!("{} is none of its words", shown()))
            }
        }
    }

    /// Our spelling as the file has it, `wide` bytes where the field is that wide.
    pub(super) fn written(&self, said: &str, wide: Option<usize>) -> Result<String, String> {
        let wrong = || format!("{said} cannot be written so");
        if said.is_empty() {
            return Ok(String::new());
        }
        match self {
            Form::Text => Ok(said.to_owned()),
            Form::Number { implied, sign } | Form::Numbers { implied, sign, .. } => {
                let micro = scaled(said, 6).ok_or_else(wrong)?;
                let size = micro.checked_abs().ok_or_else(wrong)?;
                let digits = if *implied == 0 {
                    decimal(size, 6)
                } else {
                    let (whole, rounded) =
                        shifted(i128::from(size), i32::from(*implied) - 6).ok_or_else(wrong)?;
                    if rounded {
                        return Err(wrong());
                    }
                    whole.to_string()
                };
                let minus = if micro < 0 { "-" } else { "" };
                let room = wide.unwrap_or(0).saturating_sub(minus.len());
                Ok(match sign {
                    Sign::Before => format!("{minus}{digits:0>room$}"),
                    Sign::After => format!("{digits:0>room$}{minus}"),
                })
            }
            Form::Time(pattern) => {
                let digits: String = said.chars().filter(char::is_ascii_digit).collect();
                let at = bytes::instant(digits.as_bytes()).ok_or_else(wrong)?;
                Ok(pattern.write(at))
            }
            Form::Words(words) => {
                let known = words.iter().find(|it| it.1 == said && it.0 != "*");
                known.map(|it| it.0.clone()).ok_or_else(wrong)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_reads_what_it_writes() {
        for (pattern, text, said) in [
            ("MMDDYYYY", "07022026", "2026-07-02"),
            ("YYMMDD", "260702", "2026-07-02"),
            ("M/D/YYYY h:mm am", "7/2/2026 1:05 PM", "2026-07-02T13:05:00"),
            ("M/D/YYYY h:mm am", "7/2/2026 12:00 AM", "2026-07-02T00:00:00"),
            ("YYYY-MM-DD hh:mm:ss", "2026-07-02 23:59:58", "2026-07-02T23:59:58"),
        ] {
            let form = Form::Time(Pattern::parse(pattern).unwrap());
            assert_eq!(form.said(text.as_bytes()).as_deref(), Ok(said));
            assert_eq!(form.written(said, None).as_deref(), Ok(text));
        }
        let form = Form::Time(Pattern::parse("MM/DD/YYYY").unwrap());
        for wrong in ["13/01/2026", "02/30/2026", "1/1/2026", "01/01/2026x", "01-01-2026"] {
            assert!(form.said(wrong.as_bytes()).is_err(), "{wrong}");
        }
        assert_eq!(Pattern::parse("MM/DD"), None);
    }

    #[test]
    fn a_number_has_implied_places_and_a_sign_on_either_side() {
        let form = |implied, sign| Form::Number { implied, sign };
        for (form, text, said, wide) in [
            (form(2, Sign::Before), "000123456", "1234.56", Some(9)),
            (form(0, Sign::Before), "-0012.5", "-12.5", Some(7)),
            (form(3, Sign::After), "0001500-", "-1.5", Some(8)),
            (form(0, Sign::Before), "7", "7", None),
        ] {
            assert_eq!(form.said(text.as_bytes()).as_deref(), Ok(said));
            assert_eq!(form.written(said, wide).as_deref(), Ok(text));
        }
        assert_eq!(form(2, Sign::Before).said(b"12.5").as_deref(), Ok("12.5"));
        assert!(form(2, Sign::Before).written("0.001", None).is_err());
        assert!(form(0, Sign::Before).said(b"12a").is_err());
    }
}
