//! Publishing what the utility says on its paper. A text is tried on the sample bill first: what a
//! regulator wants on a bill has to be on the pages as they would be drawn.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::sample;
use meterbook_core::paper::{Look, NotRead, PaperText, TextKind};
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_paper::contents::{Missing, missing};
use meterbook_paper::{Press, read_back, view};
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why a text for paper is not published.
#[derive(Debug, PartialEq, Eq)]
pub enum NotPublished {
    /// There are several of the kind, or there is one.
    Name {
        /// The kind.
        kind: TextKind,
    },
    /// A line is not understood.
    NotRead(NotRead),
    /// Bills of that day are out already, and would be drawn otherwise.
    Billed {
        /// The newest day of a bill.
        last: Date,
    },
    /// One holds from that very day.
    Before {
        /// The kind.
        kind: TextKind,
        /// The day.
        from: Date,
    },
    /// The sample bill cannot be drawn with it.
    NotDrawn {
        /// What was said.
        why: String,
    },
    /// The sample bill would not say what a regulator wants.
    Lacks {
        /// Whose list it is on; empty for the one that comes with the program.
        list: String,
        /// In which language.
        language: Language,
        /// From when on.
        from: Date,
        /// What is missing.
        what: Missing,
    },
}

/// Publishes a text that holds from a day on, if every bill from then on could say all it has to.
pub fn publish(tx: &mut Tx, actor: Actor, from: Date, it: &PaperText) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::PublishPaper, None)?;
    let kind = it.kind;
    if kind.is_named() == it.name.trim().is_empty() {
        return Err(refuse(NotPublished::Name { kind }));
    }
    Look::of(std::slice::from_ref(it)).map_err(|why| refuse(NotPublished::NotRead(why)))?;
    if let Some(last) = store::paper::last_billed(tx)?.filter(|last| from <= *last) {
        return Err(refuse(NotPublished::Billed { last }));
    }
    let was = text_on(tx, kind, &it.name, from)?;
    store::paper::say(tx, from, it).map_err(|why| match why.is::<store::Conflict>() {
        true => refuse(NotPublished::Before { kind, from }),
        false => why,
    })?;
    let mut days = store::paper::later(tx, from)?;
    days.push(from);
    let press = Press::new();
    for day in days {
        let look = look_on(tx, day)?;
        for language in Language::ALL {
            tried(&press, &look, *language, day)?;
        }
    }
    let subject = if it.name.is_empty() { kind.to_string() } else { format!("{kind} {}", it.name) };
    let said = format!("from {from}");
    let change = (was.as_str(), it.text.as_str());
    store::audit::turn(tx, &allowed, "publish paper text", &subject, &said, change)
}

/// What paper says on a day.
pub fn look_on(tx: &mut Tx, day: Date) -> Result<Look> {
    Ok(Look::of(&store::paper::on(tx, day)?)?)
}

/// The text of a kind that holds on a day: that of the program where none was published.
pub fn text_on(tx: &mut Tx, kind: TextKind, name: &str, day: Date) -> Result<String> {
    let said = store::paper::on(tx, day)?;
    let said = said.into_iter().find(|it| it.kind == kind && it.name == name).map(|it| it.text);
    Ok(said.unwrap_or_else(|| kind.default_text(name).to_owned()))
}

/// The sample bill as it looks on a day.
pub fn sample_on(tx: &mut Tx, day: Date, language: Language) -> Result<Vec<u8>> {
    let mut statement = sample::statement(language);
    statement.look = look_on(tx, day)?;
    Press::new().pdf(&view(&statement))
}

/// Draws the sample bill and looks for everything that is wanted.
fn tried(press: &Press, look: &Look, language: Language, from: Date) -> Result<()> {
    let mut statement = sample::statement(language);
    statement.look = look.clone();
    let not_drawn = |why: anyhow::Error| refuse(NotPublished::NotDrawn { why: why.to_string() });
    let pdf = press.pdf(&view(&statement)).map_err(not_drawn)?;
    read_back(&pdf, &statement).map_err(not_drawn)?;
    for (list, contents) in &look.contents {
        if let Some(what) = missing(&pdf, &statement, contents)?.into_iter().next() {
            let list = list.clone();
            return Err(refuse(NotPublished::Lacks { list, language, from, what }));
        }
    }
    Ok(())
}

impl fmt::Display for NotPublished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotPublished::Name { kind } if kind.is_named() => {
                write!(f, "there are several texts of {kind}; say which with --name")
            }
            NotPublished::Name { kind } => {
                write!(f, "there is one text of {kind}; leave --name out")
            }
            NotPublished::NotRead(why) => why.fmt(f),
            NotPublished::Billed { last } => write!(
                f,
                "bills of {last} are out and must be drawn again as they were; say a later day with --from"
            ),
            NotPublished::Before { kind, from } => {
                write!(f, "a text of {kind} holds from {from} on already; say another day")
            }
            NotPublished::NotDrawn { why } => {
                write!(f, "the sample bill cannot be drawn with it: {why}")
            }
            NotPublished::Lacks { list, language, from, what } => {
                let list = if list.is_empty() { String::new() } else { format!(" {list}") };
                write!(
                    f,
                    "a bill in {language} from {from} on would not say what the list{list} wants: {what}; add it, or publish another list first"
                )
            }
        }
    }
}

impl std::error::Error for NotPublished {}
