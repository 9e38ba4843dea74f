//! The objects of a finished PDF as they were written: where each is, and its bytes with other numbers
//! in them. Nothing is read that does not have to be, so that many bills are copied, not made again.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};

/// The number of an object.
pub(crate) type Number = u32;

/// A PDF as the engine writes it: one table of its objects, each by itself.
pub(crate) struct Objects {
    bytes: Vec<u8>,
    /// Where the body of each object is.
    bodies: BTreeMap<Number, Range<usize>>,
    root: Number,
}

/// What numbers and names are in another document.
pub(crate) struct Anew<'a> {
    /// The new number of each object that is copied.
    pub(crate) numbers: &'a BTreeMap<Number, Number>,
    /// What is added to the numbers by which tags are found.
    pub(crate) parents: i64,
    /// What names of tags begin with.
    pub(crate) names: &'a str,
}

/// A part of what is written in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `<<`, `[`
    Open,
    /// `>>`, `]`
    Close,
    /// `/Name`
    Name,
    /// `(text)`, `<74657874>`
    Text,
    /// A whole number.
    Whole,
    /// Any other word.
    Word,
}

type Token = (Kind, Range<usize>);

impl Objects {
    /// Finds the objects of a PDF.
    pub(crate) fn find(bytes: Vec<u8>) -> Result<Objects> {
        let end = last(&bytes, b"startxref").context("it has no table of objects")?;
        let mut words = Words { bytes: &bytes, at: end + b"startxref".len() };
        let table = usize::try_from(words.number()?)?;
        let mut words = Words { bytes: &bytes, at: table };
        ensure!(words.word()? == b"xref", "its table of objects is not where it should be");
        let mut found = Vec::new();
        loop {
            let first = words.word()?;
            if first == b"trailer" {
                break;
            }
            let (first, count) = (whole(first)?, words.number()?);
            for number in first..first + count {
                let (offset, _) = (words.number()?, words.number()?);
                if words.word()? == b"n" {
                    found.push((usize::try_from(offset)?, Number::try_from(number)?));
                }
            }
        }
        let trailer = bytes.get(words.at..end).context("its trailer is cut off")?;
        let root = entries(trailer)?;
        let root = root.get(b"Root".as_slice()).and_then(|it| reference(trailer, it));
        let root = root.context("it has no catalog")?;
        found.sort_unstable();
        let mut bodies = BTreeMap::new();
        for (nth, (offset, number)) in found.iter().enumerate() {
            let next = found.get(nth + 1).map_or(table, |it| it.0);
            let mut words = Words { bytes: &bytes, at: *offset };
            let named = (words.number()?, words.number()?, words.word()?);
            ensure!(named == (u64::from(*number), 0, b"obj"), "object {number} is another one");
            let all = bytes.get(words.at..next).context("an object is cut off")?;
            let end = last(all, b"endobj").with_context(|| format!("object {number} is open"))?;
            bodies.insert(*number, words.at..words.at + end);
        }
        Ok(Objects { bytes, bodies, root })
    }

    /// The number of the catalog.
    pub(crate) const fn root(&self) -> Number {
        self.root
    }

    /// What is written in an object.
    pub(crate) fn body(&self, number: Number) -> Result<&[u8]> {
        let body = self.bodies.get(&number).with_context(|| format!("there is no object {number}"));
        Ok(self.bytes[body?.clone()].trim_ascii())
    }

    /// A value, or what it refers to.
    pub(crate) fn resolved<'a>(&'a self, value: &'a [u8]) -> Result<&'a [u8]> {
        match reference(value, &(0..value.len())) {
            Some(number) => self.body(number),
            None => Ok(value),
        }
    }

    /// The objects that these refer to, and those that they refer to, and so on, with these.
    pub(crate) fn reached(&self, from: &[Number]) -> Result<BTreeSet<Number>> {
        let mut reached: BTreeSet<Number> = from.iter().copied().collect();
        let mut left: Vec<Number> = from.to_vec();
        while let Some(next) = left.pop() {
            let mut seen = Vec::new();
            each(self.body(next)?, &mut |it| {
                if let Change::Reference(number, _) = it {
                    seen.push(number);
                }
            })?;
            left.extend(seen.into_iter().filter(|it| reached.insert(*it)));
        }
        Ok(reached)
    }
}

/// The entries of a dictionary, each with where its value is.
pub(crate) fn entries(dictionary: &[u8]) -> Result<BTreeMap<&[u8], Range<usize>>> {
    let all = tokens(dictionary)?;
    let mut found = BTreeMap::new();
    ensure!(all.first().is_some_and(|it| it.0 == Kind::Open), "this is no dictionary");
    let mut at = 1;
    while let Some((Kind::Name, name)) = all.get(at) {
        let (value, next) = value(&all, at + 1, dictionary)?;
        found.insert(&dictionary[name.start + 1..name.end], value);
        at = next;
    }
    Ok(found)
}

/// The values in an array, each where it is.
pub(crate) fn values(array: &[u8]) -> Result<Vec<Range<usize>>> {
    let all = tokens(array)?;
    let mut found = Vec::new();
    ensure!(all.first().is_some_and(|it| it.0 == Kind::Open), "this is no array");
    let mut at = 1;
    while all.get(at).is_some_and(|it| it.0 != Kind::Close) {
        let (value, next) = value(&all, at, array)?;
        found.push(value);
        at = next;
    }
    Ok(found)
}

/// The object that a value refers to, if it does.
pub(crate) fn reference(bytes: &[u8], value: &Range<usize>) -> Option<Number> {
    let mut words = Words { bytes: bytes.get(..value.end)?, at: value.start };
    let (number, _) = (words.number().ok()?, words.number().ok()?);
    (words.word().ok()? == b"R").then(|| Number::try_from(number).ok()).flatten()
}

/// Writes what is written, with other numbers and names in it.
pub(crate) fn rewrite(body: &[u8], anew: &Anew<'_>, to: &mut Vec<u8>) -> Result<()> {
    let mut done = 0;
    let mut lost = None;
    each(body, &mut |it| {
        let range = match it {
            Change::Reference(number, range) => {
                to.extend_from_slice(&body[done..range.start]);
                match anew.numbers.get(&number) {
                    Some(number) => to.extend_from_slice(number.to_string().as_bytes()),
                    None => lost = Some(number),
                }
                range
            }
            Change::Parent(parent, range) => {
                to.extend_from_slice(&body[done..range.start]);
                to.extend_from_slice((parent + anew.parents).to_string().as_bytes());
                range
            }
            Change::Named(at) => {
                to.extend_from_slice(&body[done..at]);
                to.extend_from_slice(anew.names.as_bytes());
                at..at
            }
        };
        done = range.end;
    })?;
    if let Some(number) = lost {
        bail!("object {number} is referred to and not copied");
    }
    to.extend_from_slice(&body[done..]);
    Ok(())
}

/// Something that is written otherwise in another document.
enum Change {
    /// A reference to an object: its number, and where that is written.
    Reference(Number, Range<usize>),
    /// A number by which tags are found.
    Parent(i64, Range<usize>),
    /// A name of a tag: where it begins.
    Named(usize),
}

/// Goes through everything in an object that is written otherwise in another document.
fn each(body: &[u8], change: &mut dyn FnMut(Change)) -> Result<()> {
    let all = tokens(body)?;
    let mut key: &[u8] = b"";
    let mut headers = false;
    for (nth, (kind, range)) in all.iter().enumerate() {
        let text = &body[range.clone()];
        match kind {
            Kind::Name => key = text,
            Kind::Open => headers = key == b"/Headers" && text == b"[",
            Kind::Close => headers = false,
            Kind::Text if headers || key == b"/ID" => {
                ensure!(text.starts_with(b"("), "a tag has a name that is not understood");
                change(Change::Named(range.start + 1));
            }
            Kind::Whole => {
                let refers = all.get(nth + 1).is_some_and(|it| it.0 == Kind::Whole)
                    && all.get(nth + 2).is_some_and(|it| &body[it.1.clone()] == b"R");
                if refers {
                    let number = Number::try_from(whole(text)?)?;
                    change(Change::Reference(number, range.clone()));
                } else if key == b"/StructParents" || key == b"/StructParent" {
                    change(Change::Parent(i64::try_from(whole(text)?)?, range.clone()));
                }
            }
            Kind::Text | Kind::Word => {}
        }
    }
    Ok(())
}

/// The value that begins at a token, and the token behind it.
fn value(all: &[Token], at: usize, bytes: &[u8]) -> Result<(Range<usize>, usize)> {
    let first = all.get(at).context("a value is missing")?;
    let mut end = at;
    match first.0 {
        Kind::Open => {
            let mut depth = 1;
            while depth != 0 {
                end += 1;
                match all.get(end).context("a value does not end")?.0 {
                    Kind::Open => depth += 1,
                    Kind::Close => depth -= 1,
                    _ => {}
                }
            }
        }
        Kind::Whole if all.get(at + 2).is_some_and(|it| &bytes[it.1.clone()] == b"R") => end += 2,
        _ => {}
    }
    Ok((first.1.start..all[end].1.end, end + 1))
}

/// What an object is written of, up to where its stream begins.
fn tokens(body: &[u8]) -> Result<Vec<Token>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = body.get(at) {
        let from = at;
        at += 1;
        let kind = match byte {
            b'<' if body.get(at) == Some(&b'<') => {
                at += 1;
                Kind::Open
            }
            b'>' if body.get(at) == Some(&b'>') => {
                at += 1;
                Kind::Close
            }
            b'[' => Kind::Open,
            b']' => Kind::Close,
            b'<' => {
                while body.get(at).context("a text does not end")? != &b'>' {
                    at += 1;
                }
                at += 1;
                Kind::Text
            }
            b'(' => {
                let mut depth = 1;
                while depth != 0 {
                    match body.get(at).context("a text does not end")? {
                        b'\\' => at += 1,
                        b'(' => depth += 1,
                        b')' => depth -= 1,
                        _ => {}
                    }
                    at += 1;
                }
                Kind::Text
            }
            it if it.is_ascii_whitespace() => continue,
            _ => {
                while body.get(at).is_some_and(|it| is_of_word(*it)) {
                    at += 1;
                }
                match &body[from..at] {
                    b"stream" => return Ok(found),
                    [b'/', ..] => Kind::Name,
                    text if text.iter().all(u8::is_ascii_digit) => Kind::Whole,
                    _ => Kind::Word,
                }
            }
        };
        found.push((kind, from..at));
    }
    Ok(found)
}

const fn is_of_word(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'(' | b')' | b'<' | b'>' | b'[' | b']')
}

/// Words between white space.
struct Words<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Words<'a> {
    fn word(&mut self) -> Result<&'a [u8]> {
        let rest = self.bytes.get(self.at..).context("it is cut off")?;
        let from = rest.iter().position(|it| !it.is_ascii_whitespace());
        let from = self.at + from.context("it is cut off")?;
        let word = self.bytes[from..].iter().take_while(|it| is_of_word(**it)).count();
        self.at = from + word;
        Ok(&self.bytes[from..self.at])
    }

    fn number(&mut self) -> Result<u64> {
        whole(self.word()?)
    }
}

fn whole(text: &[u8]) -> Result<u64> {
    let text = std::str::from_utf8(text).context("a number is not one")?;
    text.parse().with_context(|| format!("`{text}` is no number"))
}

/// Where a word stands for the last time.
fn last(bytes: &[u8], word: &[u8]) -> Option<usize> {
    bytes.windows(word.len()).rposition(|it| it == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anew(body: &str) -> Result<String> {
        let numbers = BTreeMap::from([(7, 107), (8, 108)]);
        let mut to = Vec::new();
        rewrite(
            body.as_bytes(),
            &Anew { numbers: &numbers, parents: 40, names: "000002-" },
            &mut to,
        )?;
        Ok(String::from_utf8(to)?)
    }

    #[test]
    fn references_and_names_of_tags_are_written_anew_and_nothing_else() {
        for (was, is) in [
            ("[7 0 R 8 0 R 1 0 2]", "[107 0 R 108 0 R 1 0 2]"),
            ("<</StructParents 2/Tabs/S/P 7 0 R>>", "<</StructParents 42/Tabs/S/P 107 0 R>>"),
            (
                "<</S/TD/ID(a\\)b)/A[<</Headers[(c)(d)]/T(e)>>]>>",
                "<</S/TD/ID(000002-a\\)b)/A[<</Headers[(000002-c)(000002-d)]/T(e)>>]>>",
            ),
            ("<</T(7 0 R)/X<37>/N/A#20B 0.5>>", "<</T(7 0 R)/X<37>/N/A#20B 0.5>>"),
            ("<</L 7 0 R>>\nstream\n8 0 R\nendstream", "<</L 107 0 R>>\nstream\n8 0 R\nendstream"),
        ] {
            assert_eq!(anew(was).unwrap(), is);
        }
        let lost = anew("[9 0 R]").unwrap_err().to_string();
        assert_eq!(lost, "object 9 is referred to and not copied");
        assert!(anew("<</T(open").is_err());
        assert!(anew("<</ID<41>>>").is_err(), "a name that is not understood");
    }

    #[test]
    fn a_dictionary_is_its_entries() {
        let text = b"<</K[1 0 R]/M<</A true>>/N 3 0 R/C 2/S/x>>";
        let all = entries(text).unwrap();
        let of = |name: &str| {
            let value = all[name.as_bytes()].clone();
            String::from_utf8_lossy(&text[value]).into_owned()
        };
        let said = ["K", "M", "N", "C", "S"].map(of);
        assert_eq!(said, ["[1 0 R]", "<</A true>>", "3 0 R", "2", "/x"]);
        assert_eq!(reference(text, &all[b"N".as_slice()]), Some(3));
        assert_eq!(reference(text, &all[b"C".as_slice()]), None);
        let array = b"[(a)104 0 R(b)5 0 R]";
        let said: Vec<&[u8]> = values(array).unwrap().into_iter().map(|it| &array[it]).collect();
        assert_eq!(said, [&b"(a)"[..], b"104 0 R", b"(b)", b"5 0 R"]);
        assert!(entries(b"[1]").unwrap().is_empty());
        assert!(entries(b"7").is_err());
    }

    #[test]
    fn what_is_no_pdf_is_refused() {
        for text in ["", "startxref\n9", "xref\n0 1\ntrailer\n<<>>\nstartxref\n0\n%%EOF"] {
            assert!(Objects::find(text.as_bytes().to_vec()).is_err(), "{text}");
        }
    }
}
