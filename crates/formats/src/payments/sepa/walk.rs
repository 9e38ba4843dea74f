//! An XML message, element by element.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::super::Faults;

/// Elements inside each other; a message has some fifteen.
const DEPTH: usize = 64;
/// Bytes of one text; the longest of a message has some two thousand.
const TEXT_BYTES: usize = 100_000;

/// An element that ends.
pub(super) struct Element<'a> {
    /// The line on which it ends.
    pub(super) line: u64,
    /// The names from the top down to it, without prefixes.
    pub(super) path: &'a [String],
    /// Its text, without blanks around.
    pub(super) text: &'a str,
    /// The currency of an amount.
    pub(super) currency: &'a str,
}

impl Element<'_> {
    /// Whether the path ends with these names.
    pub(super) fn ends(&self, names: &[&str]) -> bool {
        ends(self.path, names)
    }

    /// Whether it is somewhere in an element of this name.
    pub(super) fn within(&self, name: &str) -> bool {
        self.path.iter().any(|it| it == name)
    }
}

fn ends(path: &[String], names: &[&str]) -> bool {
    let from = path.len().checked_sub(names.len());
    from.is_some_and(|from| path[from..].iter().zip(names).all(|(it, name)| it == name))
}

/// What makes something of a message.
pub(super) trait Take {
    /// An element begins, with its path and line.
    fn open(&mut self, path: &[String], line: u64);
    /// An element ends.
    fn close(&mut self, element: &Element<'_>);
}

/// The lines up to a place, counted once.
struct Count<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl Count<'_> {
    fn to(&mut self, at: u64) -> u64 {
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(self.bytes.len());
        let passed = self.bytes.get(self.at..at).unwrap_or_default();
        self.line += passed.iter().filter(|it| **it == b'\n').map(|_| 1_u64).sum::<u64>();
        self.at = self.at.max(at);
        self.line
    }
}

/// Hands a message to `take`. A message that is no whole XML document is refused.
pub(super) fn walk(bytes: &[u8], take: &mut dyn Take, faults: &mut Faults) {
    let latin: String;
    let bytes = if std::str::from_utf8(bytes).is_ok() {
        bytes
    } else {
        faults.note(1, "the message is not UTF-8; it is read as Latin-1");
        latin = bytes.iter().map(|it| char::from(*it)).collect();
        latin.as_bytes()
    };
    let mut reader = Reader::from_reader(bytes);
    let mut count = Count { bytes, at: 0, line: 1 };
    let mut path: Vec<String> = Vec::new();
    let mut currencies: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut held = Vec::new();
    let mut any = false;
    loop {
        held.clear();
        let event = match reader.read_event_into(&mut held) {
            Ok(event) => event,
            Err(why) => {
                let line = count.to(reader.error_position());
                return faults.refuse(line, format!("this is no XML: {why}"));
            }
        };
        let line = count.to(reader.buffer_position());
        match event {
            Event::Start(tag) => {
                any = true;
                path.push(tag.local_name().as_ref().to_owned());
                currencies.push(currency(&tag));
                text.clear();
                if DEPTH < path.len() {
                    return faults
                        .refuse(line, format!("more than {DEPTH} elements inside each other"));
                }
                take.open(&path, line);
            }
            Event::Empty(tag) => {
                any = true;
                path.push(tag.local_name().as_ref().to_owned());
                take.open(&path, line);
                let currency = currency(&tag);
                take.close(&Element { line, path: &path, text: "", currency: &currency });
                path.pop();
            }
            Event::End(_) => {
                let currency = currencies.pop().unwrap_or_default();
                let element = Element { line, path: &path, text: text.trim(), currency: &currency };
                take.close(&element);
                text.clear();
                path.pop();
            }
            Event::Text(more) => text.push_str(&more),
            Event::CData(more) => text.push_str(&more),
            Event::GeneralRef(name) => match letter(&name) {
                Some(letter) => text.push(letter),
                None => return faults.refuse(line, "a name of text that is not in the message"),
            },
            Event::DocType(_) => {
                return faults.refuse(line, "a document type; messages of banks have none");
            }
            Event::Eof if path.is_empty() && any => return,
            Event::Eof => {
                let what = path.last().map_or_else(
                    || "there is no element in it".to_owned(),
                    |it| format!("it ends inside <{it}>; the file is cut off"),
                );
                return faults.refuse(line, what);
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        if TEXT_BYTES < text.len() {
            return faults.refuse(line, "a text that does not end");
        }
    }
}

fn currency(tag: &BytesStart<'_>) -> String {
    let found = tag.attributes().flatten().find(|it| it.key.local_name().as_ref() == "Ccy");
    found.map(|it| it.value.to_string()).unwrap_or_default()
}

/// The letter that a reference stands for.
fn letter(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}
