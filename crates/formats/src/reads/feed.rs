//! A file as lines of bytes and lines as fields, held one at a time.

use std::io::BufRead;

use super::NotRead;

/// Bytes in one line. A day of five-minute values has some three thousand; a line beyond this is no
/// line of reads.
const LINE_BYTES: usize = 4_000_000;

/// A file, line by line. Lines end with a line feed, a carriage return or both.
pub(super) struct Feed<'a> {
    from: &'a mut dyn BufRead,
    line: u64,
    held: Vec<u8>,
    ends: Option<u8>,
}

impl<'a> Feed<'a> {
    pub(super) fn new(from: &'a mut dyn BufRead) -> Feed<'a> {
        Feed { from, line: 0, held: Vec::new(), ends: None }
    }

    /// The number of the line given last.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// The next line and its number from 1; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &[u8])>, NotRead> {
        self.held.clear();
        let mut any = false;
        loop {
            let line = self.line + 1;
            let piece = self.from.fill_buf().map_err(|why| unreadable(line, &why))?;
            if piece.is_empty() {
                break;
            }
            any = true;
            let ends = *self.ends.get_or_insert_with(|| line_end(piece));
            let found = piece.iter().position(|it| *it == ends);
            let taken = found.map_or(piece.len(), |it| it + 1);
            self.held.extend_from_slice(&piece[..taken]);
            self.from.consume(taken);
            if LINE_BYTES < self.held.len() {
                return Err(NotRead::LongLine { line });
            }
            if found.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        self.line += 1;
        let mut text = self.held.as_slice();
        while let [rest @ .., b'\r' | b'\n'] = text {
            text = rest;
        }
        if self.line == 1 {
            text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        }
        Ok(Some((self.line, text)))
    }
}

fn unreadable(line: u64, why: &std::io::Error) -> NotRead {
    NotRead::Broken { line, why: why.to_string() }
}

/// What ends the lines of a file: a carriage return only where there is no line feed.
fn line_end(piece: &[u8]) -> u8 {
    if !piece.contains(&b'\n') && piece.contains(&b'\r') { b'\r' } else { b'\n' }
}

/// Where the fields of a line are.
#[derive(Debug, Default)]
pub(super) struct Cut {
    at: Vec<(usize, usize)>,
}

impl Cut {
    /// Cuts a line at `by`. Between quotes it does not cut; a quote that does not close is a letter.
    pub(super) fn cut<'a>(&'a mut self, line: &'a [u8], by: u8) -> Fields<'a> {
        self.at.clear();
        let mut begins = 0;
        loop {
            let rest = &line[begins..];
            let quoted = closing(rest).unwrap_or(0);
            let length = rest[quoted..].iter().position(|it| *it == by);
            let ends = length.map_or(line.len(), |it| begins + quoted + it);
            self.at.push((begins, ends));
            if length.is_none() {
                return Fields { line, at: &self.at };
            }
            begins = ends + 1;
        }
    }
}

/// Where a quote that opens this text closes.
fn closing(text: &[u8]) -> Option<usize> {
    if text.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        let found = at + text.get(at..)?.iter().position(|it| *it == b'"')?;
        if text.get(found + 1) != Some(&b'"') {
            return Some(found + 1);
        }
        at = found + 2;
    }
}

/// The fields of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    line: &'a [u8],
    at: &'a [(usize, usize)],
}

impl<'a> Fields<'a> {
    /// How many there are.
    pub(super) fn len(self) -> usize {
        self.at.len()
    }

    /// One of them, from 0, without spaces and quotes around it; nothing where there is none.
    pub(super) fn get(self, nth: usize) -> &'a [u8] {
        let Some((begins, ends)) = self.at.get(nth) else { return &[] };
        let text = self.line[*begins..*ends].trim_ascii();
        match text {
            [b'"', inside @ .., b'"'] => inside.trim_ascii(),
            _ => text,
        }
    }

    /// One of them as text.
    pub(super) fn text(self, nth: usize) -> String {
        text(self.get(nth))
    }

    /// Whether any field from `nth` on says something.
    pub(super) fn any_from(self, nth: usize) -> bool {
        (nth..self.len()).any(|it| !self.get(it).is_empty())
    }
}

/// Bytes as text for people: whatever is no UTF-8 shows as such.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|it| !it.is_control()).take(60).collect()
}
