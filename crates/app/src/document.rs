//! Keeping documents, and withdrawing them.

use std::fmt;

use anyhow::Result;
use meterbook_core::about::About;
use meterbook_core::document::{Document, Media, may_be_about, needed};
use meterbook_core::id::{DocumentId, OrderId};
use meterbook_core::limits::DOCUMENT_BYTES;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Characters of a document's name, and of why it is withdrawn.
const LONGEST: usize = 200;

/// Why a document is not kept, or not withdrawn.
#[derive(Debug, PartialEq, Eq)]
pub enum DocumentRefusal {
    /// It is nothing that is kept.
    NoMedia,
    /// It is larger than a scan.
    TooLarge {
        /// Its bytes.
        bytes: usize,
    },
    /// It has no name, or too long a one.
    NoName,
    /// There are no documents about such a thing.
    NotAbout {
        /// About what.
        about: &'static str,
    },
    /// The same bytes are about the same thing already.
    Already {
        /// Which document they are.
        document: DocumentId,
    },
    /// It was withdrawn before.
    Withdrawn {
        /// Why.
        why: String,
    },
    /// Nobody said why.
    SayWhy,
}

/// Keeps a document about something.
pub fn add(
    tx: &mut Tx,
    actor: Actor,
    about: About,
    name: &str,
    bytes: &[u8],
) -> Result<DocumentId> {
    let allowed = authorize(tx, actor, needed(about), None)?;
    let called = called(tx, about)?;
    let name = line(name).ok_or_else(|| refuse(DocumentRefusal::NoName))?;
    if DOCUMENT_BYTES < bytes.len() {
        return Err(refuse(DocumentRefusal::TooLarge { bytes: bytes.len() }));
    }
    let media = Media::of(bytes).ok_or_else(|| refuse(DocumentRefusal::NoMedia))?;
    let sha256 = crate::intake::hash(bytes);
    let there = store::document::of(tx, about)?;
    if let Some(it) = there.iter().find(|it| it.sha256 == sha256 && it.withdrawn.is_none()) {
        return Err(refuse(DocumentRefusal::Already { document: it.id }));
    }
    let id = DocumentId(tx.next(Counter::Document, 1)?);
    let document = Document {
        id,
        sha256,
        media,
        size_bytes: i64::try_from(bytes.len())?,
        name: name.clone(),
        about,
        at: actor.at,
        by: actor.by,
        withdrawn: None,
    };
    store::document::add(tx, &document, bytes)?;
    let said = format!("document {id}: {name}, {}", document.sha256);
    store::audit::add(tx, &allowed, "add document", &called, &said)?;
    Ok(id)
}

/// Withdraws a document: it is not shown any more, and stays in the books.
pub fn withdraw(tx: &mut Tx, actor: Actor, id: DocumentId, why: &str) -> Result<()> {
    let document = store::document::get(tx, id)?;
    let allowed = authorize(tx, actor, needed(document.about), None)?;
    if let Some(why) = document.withdrawn {
        return Err(refuse(DocumentRefusal::Withdrawn { why }));
    }
    let why = line(why).ok_or_else(|| refuse(DocumentRefusal::SayWhy))?;
    store::document::end(tx, id, &why, (actor.at, actor.by))?;
    let called = called(tx, document.about)?;
    let said = format!("document {id}: {}; {why}", document.name);
    store::audit::turn(tx, &allowed, "withdraw document", &called, &said, ("shown", "withdrawn"))
}

/// A document and its bytes, unless it was withdrawn.
pub fn get(tx: &mut Tx, id: DocumentId) -> Result<(Document, Vec<u8>)> {
    let document = store::document::get(tx, id)?;
    if let Some(why) = document.withdrawn {
        return Err(refuse(DocumentRefusal::Withdrawn { why }));
    }
    let bytes = store::document::bytes(tx, id)?;
    Ok((document, bytes))
}

/// The documents about something that are shown, newest first.
pub fn shown(tx: &mut Tx, about: About) -> Result<Vec<Document>> {
    let mut all = store::document::of(tx, about)?;
    all.retain(|it| it.withdrawn.is_none());
    Ok(all)
}

/// What the books call it; a failure when there is no such thing.
fn called(tx: &mut Tx, about: About) -> Result<String> {
    if !may_be_about(about) {
        return Err(refuse(DocumentRefusal::NotAbout { about: about.word() }));
    }
    Ok(match about {
        About::Account(id) => store::account::get(tx, id)?.number.to_string(),
        About::Meter(id) => store::meter::get(tx, id)?.serial,
        About::Person(id) => format!("person {}", store::person::get(tx, id)?.id),
        About::Premise(id) => format!("premise {}", store::place::premise(tx, id)?.id),
        About::ServicePoint(id) => {
            format!("service point {}", store::place::service_point(tx, id)?.id)
        }
        About::Order(id) => store::order::get(tx, OrderId(id))?.id.to_string(),
        other => format!("{} {}", other.word(), other.id()),
    })
}

/// A text of one line that says something.
fn line(text: &str) -> Option<String> {
    let text = text.trim();
    let fits =
        !text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

impl fmt::Display for DocumentRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DocumentRefusal::NoMedia => {
                f.write_str("a document is a PDF or a JPEG, PNG, WebP or TIFF picture; scan it")
            }
            DocumentRefusal::TooLarge { bytes } => write!(
                f,
                "the document has {bytes} bytes and {DOCUMENT_BYTES} fit; scan it more coarsely, \
                 or split it"
            ),
            DocumentRefusal::NoName => {
                write!(f, "a document has a name of one line, at most {LONGEST} characters")
            }
            DocumentRefusal::NotAbout { about } => write!(
                f,
                "no documents are kept about one {about}; keep it with a person, an account, a \
                 premise, a service point, a meter or an order"
            ),
            DocumentRefusal::Already { document } => {
                write!(f, "these bytes are document {document} already; nothing is to be added")
            }
            DocumentRefusal::Withdrawn { why } => {
                write!(f, "the document was withdrawn: {why}; add it again if it is needed")
            }
            DocumentRefusal::SayWhy => {
                write!(f, "say in one line of at most {LONGEST} characters why it is withdrawn")
            }
        }
    }
}

impl std::error::Error for DocumentRefusal {}
