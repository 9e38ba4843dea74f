//! What the utility says on its paper beside the amounts: texts, each of which holds from a day on.

pub mod brand;
pub mod contents;
pub mod layout;
pub mod letter;
pub mod sample;
pub mod scan_line;
pub mod terms;

use std::fmt;

use brand::Brand;
use contents::Contents;
use layout::Form;
use letter::{Letter, LetterCause};
use scan_line::ScanLine;
use terms::Terms;

/// The longest text, in bytes: the mark of the utility, which is on every bill.
pub const LONGEST: usize = 60_000;

/// What a text is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextKind {
    /// The colour and the words that make paper the utility's own.
    Brand,
    /// What a regulator wants on a bill. There is one for each regulator, by its name.
    Contents,
    /// How a form is set. There is one for each form.
    Layout,
    /// A letter. There is one for each cause.
    Letter,
    /// The mark in the corner, a drawing in SVG.
    Mark,
    /// What a lockbox reads.
    ScanLine,
    /// Late charge, ways to pay, what to do about a bill that is wrong.
    Terms,
}

words! {
    TextKind {
        Brand = "brand", Contents = "contents", Layout = "layout", Letter = "letter",
        Mark = "mark", ScanLine = "scan-line", Terms = "terms",
    }
}

impl TextKind {
    /// Whether there are several at a time, each with a name.
    pub const fn is_named(self) -> bool {
        matches!(self, TextKind::Contents | TextKind::Layout | TextKind::Letter)
    }

    /// The text that holds while the utility says no other; empty where nothing does.
    pub fn default_text(self, name: &str) -> &'static str {
        match self {
            TextKind::Brand => brand::DEFAULT,
            TextKind::Contents => contents::DEFAULT,
            TextKind::Letter => LetterCause::from_word(name).map_or("", LetterCause::default_text),
            // That of a layout is where forms are set.
            TextKind::Layout | TextKind::Mark => "",
            TextKind::ScanLine => scan_line::DEFAULT,
            TextKind::Terms => terms::DEFAULT,
        }
    }
}

/// A text as it was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperText {
    /// What it is about.
    pub kind: TextKind,
    /// Which of several; empty where there is one.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// What paper says on a day beside the amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Colour and words.
    pub brand: Brand,
    /// The mark in the corner, in SVG; a drawn one without it.
    pub mark: Option<String>,
    /// What a bill says of late charges, of paying and of being wrong.
    pub terms: Terms,
    /// What a lockbox reads.
    pub scan_line: ScanLine,
    /// The utility's own letters; for a cause without one there is that of the program.
    pub letters: Vec<(LetterCause, Letter)>,
    /// How the utility sets forms; for one without it there is that of the program.
    pub layouts: Vec<(Form, String)>,
    /// What regulators want on a bill, by their names.
    pub contents: Vec<(String, Contents)>,
}

impl Default for Look {
    /// What holds while the utility says nothing.
    fn default() -> Look {
        Look {
            brand: Brand::default(),
            mark: None,
            letters: Vec::new(),
            layouts: Vec::new(),
            terms: Terms::default(),
            scan_line: ScanLine::default(),
            contents: vec![(String::new(), Contents::default())],
        }
    }
}

impl Look {
    /// The look of texts that hold at the same time.
    ///
    /// # Errors
    /// The line of a text that is not understood, with the way out.
    pub fn of(texts: &[PaperText]) -> Result<Look, NotRead> {
        let mut look = Look::default();
        let named = texts.iter().any(|it| it.kind == TextKind::Contents);
        if named {
            look.contents.clear();
        }
        for PaperText { kind, name, text } in texts {
            if LONGEST < text.len() {
                let what = format!("a text has at most {LONGEST} bytes; make it shorter");
                return Err(NotRead { line: 1, what });
            }
            match kind {
                TextKind::Brand => look.brand = Brand::parse(text)?,
                TextKind::Contents => look.contents.push((name.clone(), Contents::parse(text)?)),
                TextKind::Layout => {
                    let form = Form::from_word(name).ok_or_else(|| {
                        let all: Vec<&str> = Form::ALL.iter().map(|it| it.word()).collect();
                        let what = format!("no form is called {name}; it is {}", all.join(", "));
                        NotRead { line: 1, what }
                    })?;
                    look.layouts.push((form, text.clone()));
                }
                TextKind::Letter => {
                    let cause = LetterCause::from_word(name).ok_or_else(|| {
                        let all: Vec<&str> = LetterCause::ALL.iter().map(|it| it.word()).collect();
                        let what = format!("no letter is called {name}; it is {}", all.join(", "));
                        NotRead { line: 1, what }
                    })?;
                    look.letters.push((cause, Letter::parse(text, cause)?));
                }
                TextKind::Mark => look.mark = Some(brand::mark(text)?),
                TextKind::ScanLine => look.scan_line = ScanLine::parse(text)?,
                TextKind::Terms => look.terms = Terms::parse(text)?,
            }
        }
        Ok(look)
    }
}

impl Look {
    /// How the utility sets a form, if it does.
    pub fn layout(&self, form: Form) -> Option<&str> {
        self.layouts.iter().find(|it| it.0 == form).map(|it| it.1.as_str())
    }
}

/// Why a text is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRead {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, with the way out.
    pub what: String,
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for NotRead {}

/// The lines of a text that say something, each with its number: what stands behind ` #` is a note.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines()).filter_map(|(line, text)| {
        let text = text.split_once(" #").map_or(text, |it| it.0).trim();
        (!text.is_empty() && !text.starts_with('#')).then_some((line, text))
    })
}

/// A line's first word and the rest of it.
fn first_word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (word, rest.trim())
}

/// Puts values in the place of `{names}`. The error is a name that is none of theirs.
///
/// # Errors
/// The name that is not known.
pub fn filled(text: &str, values: &[(&str, &str)]) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, behind) = behind.split_once('}').ok_or_else(|| behind.to_owned())?;
        let value = values.iter().find(|it| it.0 == name).ok_or_else(|| name.to_owned())?;
        out.push_str(before);
        out.push_str(value.1);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_way_to_values_and_a_value_is_not_looked_at_again() {
        let values = [("name", "Dana {due}"), ("due", "Aug 25")];
        assert_eq!(filled("{name} by {due}.", &values).unwrap(), "Dana {due} by Aug 25.");
        assert_eq!(filled("by {when}", &values), Err("when".to_owned()));
        assert_eq!(filled("by {due", &values), Err("due".to_owned()));
    }

    #[test]
    fn notes_are_no_lines() {
        let text = "# a note\n\n  one # why\ncolour #0E5A4B\n";
        let found: Vec<_> = lines(text).collect();
        assert_eq!(found, [(3, "one"), (4, "colour")]);
    }

    #[test]
    fn texts_that_hold_together_are_one_look_and_others_keep_what_comes_with_the_program() {
        let text = |kind, name: &str, text: &str| PaperText {
            kind,
            name: name.to_owned(),
            text: text.to_owned(),
        };
        let look = Look::of(&[
            text(TextKind::Terms, "", "message en Hello.\nmessage es Hola."),
            text(TextKind::Contents, "puc", "reads"),
            text(TextKind::Contents, "city", "taxes"),
        ]);
        let look = look.unwrap();
        assert_eq!(look.terms.message.len(), 2);
        assert_eq!(look.scan_line, ScanLine::default());
        let names: Vec<&str> = look.contents.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(names, ["puc", "city"]);

        let stop = text(TextKind::Letter, "stop", LetterCause::Stop.default_text());
        let own = Look::of(&[stop]).unwrap().letters;
        assert_eq!(own, [(LetterCause::Stop, Letter::default_of(LetterCause::Stop))]);
        let why = Look::of(&[text(TextKind::Letter, "birthday", "")]).unwrap_err();
        assert_eq!(
            why.to_string(),
            "line 1: no letter is called birthday; it is sign-up, start, stop, transfer, bill-held, reminder, notice, plan-broken, deposit-asked, payment-returned"
        );

        let own = Look::of(&[text(TextKind::Layout, "note", "= Hello")]).unwrap();
        assert_eq!((own.layout(Form::Note), own.layout(Form::Bill)), (Some("= Hello"), None));
        let why = Look::of(&[text(TextKind::Layout, "poster", "")]).unwrap_err();
        assert_eq!(
            why.to_string(),
            "line 1: no form is called poster; it is bill, large-print, summary, note, corrected, letter"
        );

        let long = Look::of(&[text(TextKind::Mark, "", &" ".repeat(LONGEST + 1))]);
        assert_eq!(
            long.unwrap_err().to_string(),
            "line 1: a text has at most 60000 bytes; make it shorter"
        );
    }

    #[test]
    fn what_comes_with_the_program_is_what_is_read_from_its_texts() {
        for kind in TextKind::ALL.iter().filter(|it| !it.default_text("").is_empty()) {
            let name = String::new();
            let text = PaperText { kind: *kind, name, text: kind.default_text("").to_owned() };
            assert_eq!(Look::of(&[text]), Ok(Look::default()), "{kind}");
        }
    }
}
