//! A file of records with fixed columns: its lines, or its records where it has no lines, padded
//! and in plain letters, with what was mended.

use super::Faults;

/// A record as the layouts of banks number it: columns from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    /// The line, or which record it is where there are no lines.
    pub(super) line: u64,
    text: &'a str,
}

impl<'a> Record<'a> {
    /// A record of plain letters, as long as its layout says or longer.
    pub(super) fn new(line: u64, text: &'a str) -> Record<'a> {
        Record { line, text }
    }

    /// The columns `from` to `to`, both counted, as they are.
    pub(super) fn columns(self, from: usize, to: usize) -> &'a str {
        self.text.get(from - 1..to.min(self.text.len())).unwrap_or("")
    }

    /// The same without blanks around.
    pub(super) fn text(self, from: usize, to: usize) -> &'a str {
        self.columns(from, to).trim()
    }

    /// A number; nothing stands for zero. `None` when it is none.
    pub(super) fn number(self, from: usize, to: usize) -> Option<i64> {
        let text = self.text(from, to);
        match text {
            "" => Some(0),
            _ if text.bytes().all(|it| it.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        }
    }
}

/// The lines of a file, numbered from 1, without what ends them. A mark of the order of bytes and
/// the end-of-file sign of old systems are no text.
pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let end = if bytes.contains(&b'\n') { b'\n' } else { b'\r' };
    let ended = move |it: &u8| *it == end;
    (1..).zip(bytes.split(ended)).map(|(line, text)| {
        let mut text = text;
        while let [rest @ .., b'\r' | b'\n' | 0x1a | 0] = text {
            text = rest;
        }
        (line, text)
    })
}

/// Text as plain letters, one for each character, and the columns of those that were none.
pub(super) fn plain(bytes: &[u8]) -> (String, Vec<usize>) {
    let is_plain = |it: &char| (' '..='~').contains(it);
    let letters: Vec<char> = match std::str::from_utf8(bytes) {
        Ok(text) => text.chars().collect(),
        Err(_) => bytes.iter().map(|it| char::from(*it)).collect(),
    };
    let beyond = (1..).zip(&letters).filter(|it| !is_plain(it.1)).map(|it| it.0).collect();
    (letters.into_iter().map(|it| if is_plain(&it) { it } else { '?' }).collect(), beyond)
}

/// A file without line ends is cut into records of this length, and that is noted.
pub(super) fn cut<'a>(bytes: &'a [u8], length: usize, faults: &mut Faults) -> Vec<(u64, &'a [u8])> {
    let found: Vec<(u64, &[u8])> =
        lines(bytes).filter(|it| !it.1.trim_ascii().is_empty()).collect();
    match found.as_slice() {
        [(line, text)] if length < text.trim_ascii_end().len() => {
            faults.note(
                *line,
                format!("the file has no line ends; it is read as records of {length}"),
            );
            let whole = text.trim_ascii_end();
            (1..).zip(whole.chunks(length)).collect()
        }
        _ => found,
    }
}
