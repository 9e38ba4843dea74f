//! The lines of a tariff text: comments gone, keywords known, indented lines with the line they
//! belong to.

use std::fmt;

use super::refusal::TariffError;
use super::spelling;
use crate::tariff::Place;

/// A line that says something.
pub(super) struct Line<'a> {
    number: usize,
    raw: &'a str,
    indent: usize,
    /// What it says: no comment, no blanks around it, each tab as four spaces.
    pub text: String,
}

/// A line at the margin, and the indented lines that belong to it.
pub(super) struct Entry<'a> {
    /// What it begins with.
    pub keyword: Keyword,
    /// What follows the keyword.
    pub rest: String,
    /// The line itself.
    pub head: Line<'a>,
    /// The lines under it.
    pub below: Vec<Line<'a>>,
}

/// The word a line begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Tariff,
    Rider,
    Name,
    Spanish,
    Source,
    Commodity,
    Convert,
    Register,
    Needs,
    Elect,
    OpenTo,
    From,
    Holidays,
    Clock,
    Net,
    Daily,
    Monthly,
    PerBill,
    Unmetered,
    Volume,
    Blocks,
    Demand,
    Reactive,
    Coincident,
    Series,
    Minimum,
    Percent,
    Tax,
    Credit,
    Include,
}

const KEYWORDS: [(&str, Keyword); 30] = [
    ("tariff", Keyword::Tariff),
    ("rider", Keyword::Rider),
    ("name", Keyword::Name),
    ("es", Keyword::Spanish),
    ("source", Keyword::Source),
    ("commodity", Keyword::Commodity),
    ("convert", Keyword::Convert),
    ("register", Keyword::Register),
    ("needs", Keyword::Needs),
    ("elect", Keyword::Elect),
    ("open-to", Keyword::OpenTo),
    ("from", Keyword::From),
    ("holidays", Keyword::Holidays),
    ("clock", Keyword::Clock),
    ("net", Keyword::Net),
    ("daily", Keyword::Daily),
    ("monthly", Keyword::Monthly),
    ("per-bill", Keyword::PerBill),
    ("unmetered", Keyword::Unmetered),
    ("volume", Keyword::Volume),
    ("blocks", Keyword::Blocks),
    ("demand", Keyword::Demand),
    ("reactive", Keyword::Reactive),
    ("coincident", Keyword::Coincident),
    ("series", Keyword::Series),
    ("minimum", Keyword::Minimum),
    ("percent", Keyword::Percent),
    ("tax", Keyword::Tax),
    ("credit", Keyword::Credit),
    ("include", Keyword::Include),
];

/// The words a line at the margin begins with.
#[cfg(test)]
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().map(|(word, _)| *word)
}

/// The text as entries, in its order.
pub(super) fn entries(text: &str) -> Result<Vec<Entry<'_>>, TariffError> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    for (index, raw) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
        let Some(line) = Line::read(index + 1, raw)? else { continue };
        match entries.last_mut() {
            Some(open) if open.opens() && open.head.indent < line.indent => open.below.push(line),
            above => {
                let entry = Entry::read(line, above.as_deref())?;
                entries.push(entry);
            }
        }
    }
    Ok(entries)
}

impl<'a> Line<'a> {
    fn read(number: usize, raw: &'a str) -> Result<Option<Line<'a>>, TariffError> {
        let raw = raw.trim_end_matches('\r');
        let spaced = raw.replace('\t', "    ").replace('\u{a0}', " ");
        if let Some(odd) = spaced.chars().find(|it| it.is_control()) {
            let code = u32::from(odd);
            let what = format!("the line holds an unprintable character (U+{code:04X}); delete it");
            return Err(TariffError::new(number, &spaced.replace(char::is_control, "?"), what));
        }
        let said = without_comment(&spaced);
        let text = said.trim().to_owned();
        let indent = said.chars().take_while(|it| it.is_whitespace()).count();
        Ok((!text.is_empty()).then_some(Line { number, raw, indent, text }))
    }

    /// Its place in the text, from 1.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Where it is and what it says, for the lines of a bill.
    pub(super) fn place(&self) -> Place {
        let line = u32::try_from(self.number).expect("a text has fewer lines than that");
        Place { line, text: self.text.clone() }
    }

    /// The first word and what follows it.
    pub(super) fn word(&self) -> (&str, &str) {
        let (word, rest) =
            self.text.split_once(char::is_whitespace).unwrap_or((self.text.as_str(), ""));
        (word, rest.trim())
    }

    /// The refusal of this line.
    pub(super) fn refuse(&self, what: impl Into<String>) -> TariffError {
        TariffError::new(self.number, self.raw, what)
    }
}

/// A comment starts a line or comes after two spaces, so that `Sheet #12` is none.
fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.find("  #").map_or(line, |at| &line[..at])
}

impl Keyword {
    /// The keyword that is written `word`.
    pub(super) fn from_word(word: &str) -> Option<Keyword> {
        KEYWORDS.iter().find(|(it, _)| *it == word).map(|(_, keyword)| *keyword)
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = KEYWORDS.iter().find(|(_, it)| it == self).map(|(word, _)| *word);
        f.pad(word.expect("every keyword has its word"))
    }
}

impl<'a> Entry<'a> {
    fn read(head: Line<'a>, above: Option<&Entry<'a>>) -> Result<Entry<'a>, TariffError> {
        let (word, rest) = head.word();
        let Some(keyword) = Keyword::from_word(word) else {
            let what = match above.filter(|it| it.has_clock() && it.below.is_empty()) {
                Some(open) => format!(
                    "no line begins with {word}; if it belongs to `{}`, indent it by two spaces",
                    open.head.text
                ),
                None => unknown(word),
            };
            return Err(head.refuse(what));
        };
        let rest = rest.to_owned();
        Ok(Entry { keyword, rest, head, below: Vec::new() })
    }

    /// Whether indented lines belong to it: the periods of a clock, prices, or terms of a charge.
    fn opens(&self) -> bool {
        use Keyword::{
            Blocks, Clock, Coincident, Credit, Daily, Demand, Include, Monthly, Net, PerBill,
        };
        use Keyword::{Percent, Reactive, Tax, Unmetered, Volume};
        let plain = matches!(self.keyword, Daily | Monthly | PerBill | Unmetered | Percent | Tax);
        let demand = matches!(self.keyword, Demand | Reactive | Coincident);
        plain || demand || matches!(self.keyword, Clock | Net | Volume | Blocks | Credit | Include)
    }

    /// Whether it cannot do without indented lines.
    fn has_clock(&self) -> bool {
        match self.keyword {
            Keyword::Clock => true,
            Keyword::Net => false,
            _ => self.opens() && self.rest.contains(" by ") && !self.rest.contains("  "),
        }
    }
}

fn unknown(word: &str) -> String {
    let known = KEYWORDS.iter().map(|(word, _)| *word);
    match spelling::nearest(word, known.clone()) {
        Some(near) => format!("no line begins with {word}; did you mean {near}?"),
        None => {
            let known = known.collect::<Vec<_>>().join(", ");
            format!("no line begins with {word}; a line begins with one of: {known}")
        }
    }
}
