//! What is written on the pages of a finished PDF, in the order in which it is drawn. Only what that
//! takes is unpacked: the content of each page, and what its fonts say their codes stand for.

use std::collections::HashMap;

use anyhow::{Context, Result, anyhow};
use hayro_cmap::{BfString, CMap};
use hayro_syntax::Pdf;
use hayro_syntax::content::{Instruction, UntypedIter};
use hayro_syntax::object::{Dict, Name, Object, ObjectIdentifier, Stream};
use hayro_syntax::page::Page;

use crate::sight::{Seen, Sight};

/// What is printed for a code that a font does not tell.
const UNTOLD: char = '\u{fffd}';

/// What is written on a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Written {
    /// All of it, a line for what stands at one height.
    pub(crate) text: String,
    /// What of it is tagged, so that it is read aloud too.
    pub(crate) tagged: String,
    /// Where in the text each piece begins, and how it is seen, where that was asked.
    seen: Vec<(usize, Seen)>,
}

impl Written {
    /// What can be read by whoever needs letters of some size, in points; of [`sights`].
    pub(crate) fn readable(&self, least: f64) -> String {
        let ends = self.seen.iter().map(|it| it.0).skip(1).chain([self.text.len()]);
        let pieces = self.seen.iter().zip(ends).filter(|it| it.0.1.is_readable(least));
        pieces.map(|((from, _), to)| &self.text[*from..to]).collect()
    }
}

/// What is written on each page of a PDF.
pub(crate) fn pages(pdf: Vec<u8>) -> Result<Vec<Written>> {
    each(pdf, |_| None)
}

/// The same, and how it is seen: that takes longer.
pub(crate) fn sights(pdf: Vec<u8>) -> Result<Vec<Written>> {
    each(pdf, |page| Some(Sight::new(page)))
}

fn each(pdf: Vec<u8>, sight: impl Fn(&Page<'_>) -> Option<Sight>) -> Result<Vec<Written>> {
    let pdf = Pdf::new(pdf).map_err(|why| anyhow!("this is no PDF: {why:?}"))?;
    let mut fonts = HashMap::new();
    pdf.pages().iter().map(|page| written(page, &mut fonts, sight(page))).collect()
}

/// How a font says what its codes stand for.
struct Font {
    /// Bytes of a code.
    bytes: usize,
    told: Option<CMap>,
}

type Fonts = HashMap<ObjectIdentifier, Font>;

fn written(page: &Page<'_>, fonts: &mut Fonts, sight: Option<Sight>) -> Result<Written> {
    let stream = page.page_stream().context("a page cannot be unpacked")?;
    let (to, at, starts) = (Written::default(), At::default(), Vec::new());
    let mut pen = Pen { page, fonts, font: None, to, at, sight, starts };
    let mut all = UntypedIter::new(stream);
    while let Some(it) = all.next() {
        pen.follow(&it);
    }
    let seen = pen.sight.map(|it| it.seen()).unwrap_or_default();
    Ok(Written { seen: pen.starts.into_iter().zip(seen).collect(), ..pen.to })
}

/// Whatever writes a page.
struct Pen<'a, 'b> {
    page: &'b Page<'a>,
    fonts: &'b mut Fonts,
    font: Option<ObjectIdentifier>,
    to: Written,
    at: At,
    sight: Option<Sight>,
    /// Where in the text each piece begins.
    starts: Vec<usize>,
}

/// Where it writes. Heights are compared and never reckoned with.
#[derive(Default)]
struct At {
    /// The height that each change of coordinates in force begins at.
    heights: Vec<u64>,
    /// How many of them there were when the state was last kept.
    kept: Vec<usize>,
    /// The height within a text, and how often that moved.
    line: (u64, usize),
    /// Where it wrote last.
    last: Option<(Vec<u64>, (u64, usize))>,
    /// Of each marked part that it is in, whether it is none of the document's.
    artifacts: Vec<bool>,
}

impl Pen<'_, '_> {
    fn follow(&mut self, it: &Instruction<'_, '_>) {
        if let Some(sight) = &mut self.sight {
            sight.follow(it, self.page);
        }
        match &**it.operator {
            b"q" => self.at.kept.push(self.at.heights.len()),
            b"Q" => {
                let kept = self.at.kept.pop().unwrap_or_default();
                self.at.heights.truncate(kept);
            }
            b"cm" => self.at.heights.push(height(it)),
            b"BT" => self.at.line = (0, 0),
            b"Tm" => self.at.line.0 = height(it),
            b"Td" | b"TD" | b"T*" => self.at.line.1 += 1,
            b"BDC" | b"BMC" => {
                let tag = it.operands().next();
                let artifact = matches!(tag, Some(Object::Name(it)) if **it == *b"Artifact");
                let within = self.at.artifacts.last().copied().unwrap_or(false);
                self.at.artifacts.push(artifact || within);
            }
            b"EMC" => drop(self.at.artifacts.pop()),
            b"Tf" => {
                if let Some(Object::Name(name)) = it.operands().next() {
                    self.take_font(name);
                }
            }
            b"Tj" | b"TJ" => self.write(it),
            b"'" | b"\"" => {
                self.at.line.1 += 1;
                self.write(it);
            }
            _ => {}
        }
    }

    fn take_font(&mut self, name: &Name<'_>) {
        let font = self.page.resources().get_font(name);
        self.font = font.as_ref().and_then(Dict::obj_id);
        if let (Some(id), Some(font)) = (self.font, font) {
            self.fonts.entry(id).or_insert_with(|| Font::of(&font));
        }
    }

    fn write(&mut self, it: &Instruction<'_, '_>) {
        self.starts.push(self.to.text.len());
        let same = |(heights, line): &(Vec<u64>, (u64, usize))| {
            *heights == self.at.heights && *line == self.at.line
        };
        let between = match &self.at.last {
            Some(last) if same(last) => ' ',
            _ => '\n',
        };
        let from = self.to.text.len();
        self.to.text.push(between);
        let font = self.font.and_then(|it| self.fonts.get(&it));
        let before = self.to.text.len();
        for operand in it.operands() {
            match operand {
                Object::String(codes) => letters(font, codes.as_bytes(), &mut self.to.text),
                Object::Array(parts) => {
                    for part in parts.iter::<Object<'_>>() {
                        if let Object::String(codes) = part {
                            letters(font, codes.as_bytes(), &mut self.to.text);
                        }
                    }
                }
                _ => {}
            }
        }
        if let Some(sight) = &mut self.sight {
            let count = self.to.text[before..].trim_end().chars().count();
            sight.write(u32::try_from(count).unwrap_or(u32::MAX));
        }
        // What is in no marked part is not in the tree of tags either.
        if self.at.artifacts.last() == Some(&false) {
            self.to.tagged.push_str(&self.to.text[from..]);
        }
        self.at.last = Some((self.at.heights.clone(), self.at.line));
    }
}

/// The last number of a matrix.
fn height(it: &Instruction<'_, '_>) -> u64 {
    match it.operands().nth(5) {
        Some(Object::Number(it)) => it.as_f64().to_bits(),
        _ => 0,
    }
}

impl Font {
    fn of(font: &Dict<'_>) -> Font {
        let composite =
            font.get::<Name<'_>>(b"Subtype".as_slice()).is_some_and(|it| *it == *b"Type0");
        let told = font.get::<Stream<'_>>(b"ToUnicode".as_slice());
        let told = told.and_then(|it| CMap::parse(&it.decoded().ok()?, |_| None));
        Font { bytes: if composite { 2 } else { 1 }, told }
    }
}

/// What codes stand for.
fn letters(font: Option<&Font>, codes: &[u8], to: &mut String) {
    let bytes = font.map_or(1, |it| it.bytes);
    for code in codes.chunks(bytes) {
        let code = code.iter().fold(0, |sum, it| sum << 8 | u32::from(*it));
        let told = font.and_then(|it| it.told.as_ref());
        match told.and_then(|it| it.lookup_bf_string(code)) {
            Some(BfString::Char(it)) => to.push(it),
            Some(BfString::String(it)) => to.push_str(&it),
            None => to.push(UNTOLD),
        }
    }
}

#[cfg(test)]
mod tests {
    use meterbook_core::bill::{Print, Statement, sample};
    use meterbook_core::person::Language;

    use super::*;
    use crate::read_back::closed_up;
    use crate::{Press, view};

    #[test]
    fn another_reader_reads_the_same() {
        let press = Press::new();
        for (language, print) in
            [(Language::English, Print::Normal), (Language::Spanish, Print::Large)]
        {
            let it = Statement { print, ..sample::statement(language) };
            let pdf = press.pdf(&view(&it)).unwrap();
            let ours = pages(pdf.clone()).unwrap();
            let theirs = pdf_extract::extract_text_from_mem_by_pages(&pdf).unwrap();
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(&theirs) {
                assert_eq!(closed_up(&ours.text), closed_up(theirs));
                assert!(!ours.text.contains(UNTOLD));
            }
            // What stands above and below is the page's and not the bill's.
            let [first, _] = [&ours[0], &ours[1]];
            let foot = "Fictional customer, address and utility.";
            assert!(first.text.contains(foot) && !first.tagged.contains(foot), "{first:?}");
            assert!(first.tagged.contains(&it.utility.name));
        }
    }

    #[test]
    fn what_is_no_pdf_is_refused() {
        assert!(pages(b"no PDF".to_vec()).is_err());
    }
}
