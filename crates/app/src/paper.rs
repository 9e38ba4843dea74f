//! Publishing what the utility says on its paper and how it is set. A text is tried on samples first: what a
//! regulator wants on a bill has to be on the pages as they would be drawn.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::summary::{CorrectionNote, Summary};
use meterbook_core::bill::{self, Print, Statement};
use meterbook_core::currency::Currency;
use meterbook_core::paper::layout::Form;
use meterbook_core::paper::letter::Written;
use meterbook_core::paper::terms::Terms;
use meterbook_core::paper::{Look, NotRead, PaperText, TextKind, sample};
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_paper::contents::{Missing, missing};
use meterbook_paper::{
    Press, TooSlow, View, is_of, letter, note, pdf_within, read_back, read_back_letter,
    read_back_note, read_back_summary, summary, template, view,
};
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// How long a utility's own layout may take for a sample. The program's own take a tenth of a second; a
/// build that is not optimized takes thirty times as long.
const PATIENCE: Duration = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 3 });

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
    /// It says what being late costs, which the rules of late fees say.
    LateCharge {
        /// Which line.
        line: usize,
    },
    /// Bills or other paper of that day is out already, and would be drawn otherwise.
    Billed {
        /// The newest day on any.
        last: Date,
    },
    /// One holds from that very day.
    Before {
        /// The kind.
        kind: TextKind,
        /// The day.
        from: Date,
    },
    /// A sample cannot be drawn with it, or does not say what it has to.
    NotDrawn {
        /// Of which form.
        form: Form,
        /// In which language.
        language: Language,
        /// What was said.
        why: String,
    },
    /// A sample takes too long to be drawn.
    TooSlow {
        /// Of which form.
        form: Form,
        /// In which language.
        language: Language,
    },
    /// The sample bill would not say what a regulator wants.
    Lacks {
        /// Whose list it is on; empty for the one that comes with the program.
        list: String,
        /// Of which form.
        form: Form,
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
    if let Some(line) = Terms::late_charge(&it.text).filter(|_| kind == TextKind::Terms) {
        return Err(refuse(NotPublished::LateCharge { line }));
    }
    Look::of(std::slice::from_ref(it)).map_err(|why| refuse(NotPublished::NotRead(why)))?;
    if let Some(last) = store::paper::last_dated(tx)?.filter(|last| from <= *last) {
        return Err(refuse(NotPublished::Billed { last }));
    }
    let was = text_on(tx, kind, &it.name, from)?;
    store::paper::say(tx, from, it).map_err(|why| match why.is::<store::Conflict>() {
        true => refuse(NotPublished::Before { kind, from }),
        false => why,
    })?;
    let mut days = store::paper::later(tx, from)?;
    days.push(from);
    let press = Arc::new(Press::new());
    let currency = crate::founding::currency(tx)?;
    for day in days {
        let look = look_on(tx, day)?;
        for language in Language::ALL {
            tried(&press, (&look, currency), *language, day)?;
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
    Ok(said.unwrap_or_else(|| match kind {
        TextKind::Layout => template(name).unwrap_or_default().to_owned(),
        _ => kind.default_text(name).to_owned(),
    }))
}

/// A form of the sample bill as it looks on a day, or would with another layout.
pub fn sample_on(
    tx: &mut Tx,
    day: Date,
    (form, language): (Form, Language),
    layout: Option<&str>,
) -> Result<Vec<u8>> {
    let mut look = look_on(tx, day)?;
    if let Some(layout) = layout {
        look.layouts.retain(|it| it.0 != form);
        look.layouts.push((form, layout.to_owned()));
    }
    let currency = crate::founding::currency(tx)?;
    drawn(&Arc::new(Press::new()), (&look, currency), (form, language))
}

/// What a form is tried on.
enum Sample {
    Bill(Box<Statement>),
    Summary(Summary),
    Note(CorrectionNote),
    Letter(Written),
}

impl Sample {
    fn of(form: Form, language: Language, (look, currency): (&Look, Currency)) -> Sample {
        let look = look.clone();
        let mut sample = match form {
            Form::Bill | Form::LargePrint => {
                let print = if form == Form::Bill { Print::Normal } else { Print::Large };
                let it = Statement { look, print, ..bill::sample::statement(language) };
                Sample::Bill(Box::new(it))
            }
            Form::Summary => Sample::Summary(Summary { look, ..sample::summary(language) }),
            Form::Note => Sample::Note(CorrectionNote { look, ..sample::note(language, 1_000) }),
            Form::Corrected => {
                Sample::Note(CorrectionNote { look, ..sample::corrected(language, 1_000) })
            }
            Form::Letter => Sample::Letter(Written { look, ..sample::letter(language) }),
        };
        let utility = match &mut sample {
            Sample::Bill(it) => &mut it.utility,
            Sample::Summary(it) => &mut it.utility,
            Sample::Note(it) => &mut it.utility,
            Sample::Letter(it) => &mut it.utility,
        };
        utility.currency = currency;
        sample
    }

    fn view(&self) -> View {
        match self {
            Sample::Bill(it) => view(it),
            Sample::Summary(it) => summary(it),
            Sample::Note(it) => note(it),
            Sample::Letter(it) => letter(it),
        }
    }

    /// Refuses what does not say its amounts to who sees it and to who hears it, or of which a page
    /// does not say its account.
    fn read_back(&self, pdf: &[u8]) -> Result<()> {
        let account = match self {
            Sample::Bill(it) => {
                read_back(pdf, it)?;
                it.account.number
            }
            Sample::Summary(it) => {
                read_back_summary(pdf, it)?;
                it.account
            }
            Sample::Note(it) => {
                read_back_note(pdf, it)?;
                it.account.number
            }
            Sample::Letter(it) => {
                read_back_letter(pdf, it)?;
                it.account
            }
        };
        is_of(pdf, account)
    }
}

/// Draws the sample bill, and every form that the utility sets itself, and looks for everything that is
/// wanted.
fn tried(
    press: &Arc<Press>,
    (look, currency): (&Look, Currency),
    language: Language,
    from: Date,
) -> Result<()> {
    let own = look.layouts.iter().map(|it| it.0);
    let forms: BTreeSet<Form> = own.chain([Form::Bill]).collect();
    for form in forms {
        let it = Sample::of(form, language, (look, currency));
        let pdf = drawn(press, (look, currency), (form, language))?;
        let said = |why: anyhow::Error| {
            refuse(NotPublished::NotDrawn { form, language, why: format!("{why:#}") })
        };
        // What a regulator wants is named before an amount that stands with it.
        if let Sample::Bill(statement) = &it {
            for (list, contents) in &look.contents {
                if let Some(what) = missing(&pdf, statement, contents)?.into_iter().next() {
                    let list = list.clone();
                    return Err(refuse(NotPublished::Lacks { list, form, language, from, what }));
                }
            }
        }
        it.read_back(&pdf).map_err(said)?;
    }
    Ok(())
}

/// Draws a sample. One that the utility sets itself may take only so long: a layout may go round in
/// circles, and whoever bills by it would wait for each bill.
fn drawn(
    press: &Arc<Press>,
    said: (&Look, Currency),
    (form, language): (Form, Language),
) -> Result<Vec<u8>> {
    let not_drawn = |why: anyhow::Error| {
        refuse(NotPublished::NotDrawn { form, language, why: format!("{why:#}") })
    };
    let view = Sample::of(form, language, said).view();
    pdf_within(press, &view, PATIENCE).map_err(|why| match why.is::<TooSlow>() {
        true => refuse(NotPublished::TooSlow { form, language }),
        false => not_drawn(why),
    })
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
            NotPublished::LateCharge { line } => write!(
                f,
                "line {line}: what being late costs is said once, and bills say what that asks for: meterbook credit rules late-fee; leave the line out"
            ),
            NotPublished::Billed { last } => write!(
                f,
                "paper dated {last} is out and must be drawn again as it was; say a later day with --from"
            ),
            NotPublished::Before { kind, from } => {
                write!(f, "a text of {kind} holds from {from} on already; say another day")
            }
            NotPublished::NotDrawn { form, language, why } => {
                write!(f, "the sample {form} in {language} cannot be drawn with it: {why}")
            }
            NotPublished::TooSlow { form, language } => write!(
                f,
                "the sample {form} in {language} takes more than {} seconds to be drawn with it; make the layout simpler",
                PATIENCE.as_secs()
            ),
            NotPublished::Lacks { list, form, language, from, what } => {
                let list = if list.is_empty() { String::new() } else { format!(" {list}") };
                write!(
                    f,
                    "a {form} in {language} from {from} on would not say what the list{list} wants: {what}; add it, or publish another list first"
                )
            }
        }
    }
}

impl std::error::Error for NotPublished {}
