//! A bill or other paper as a message: its words in the reader's language, with the PDF or with where to find it.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MultiPart};
use meterbook_core::delivery::retry::AGAIN;
use meterbook_core::delivery::settings::{Carried, Settings};
use meterbook_core::delivery::{Event, PaperKind, Piece, State};
use meterbook_core::money::Money;
use meterbook_core::person::Language;

use super::NotDelivered;
use crate::printed::Printed;
use crate::refuse;

/// The message of a piece. Its Message-ID is the same whenever it is made for the same sending.
pub(super) fn message(
    settings: &Settings,
    piece: &Piece,
    language: Language,
    (printed, pdf): (&Printed, Option<&[u8]>),
    (events, at): (&[Event], Timestamp),
) -> Result<Message> {
    let from = settings.from.as_deref();
    let from = from.ok_or_else(|| refuse(NotDelivered::NotSet { word: "from" }))?;
    let from: Mailbox = from.parse().with_context(|| format!("{from} is no e-mail address"))?;
    let to = piece.address.parse().with_context(|| format!("{} is no address", piece.address))?;
    let Words { subject, text } = words(printed, (piece.enclosed.kind(), language), &settings.bill);
    let id = id(piece, events, from.email.domain());
    let mut built = Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(subject)
        .message_id(Some(id))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(at.as_second())?))
        .raw_header(raw("Auto-Submitted", "auto-generated"))
        .raw_header(raw("Content-Language", language.word()));
    if let Some(reply_to) = &settings.reply_to {
        built = built.reply_to(reply_to.parse().with_context(|| format!("{reply_to} is none"))?);
    }
    if let Some(unsubscribe) = &settings.unsubscribe {
        built = built.raw_header(raw("List-Unsubscribe", &format!("<{unsubscribe}>")));
    }
    let both = MultiPart::alternative_plain_html(text.clone(), page(&text, language));
    let built = match pdf {
        None => built.multipart(both),
        Some(pdf) => {
            let kind = ContentType::parse("application/pdf").context("a PDF is a kind of file")?;
            let file = Attachment::new(format!("{}.pdf", piece.number)).body(pdf.to_vec(), kind);
            built.multipart(MultiPart::mixed().multipart(both).singlepart(file))
        }
    };
    built.context("a message cannot be made")
}

/// `<number.person.nth@domain>`: a person who sends it again makes another one.
pub(super) fn id(piece: &Piece, events: &[Event], domain: &str) -> String {
    format!("<{}.{}.{}@{domain}>", piece.number, piece.person, nth(events))
}

/// Which sending it is, from 1.
pub(super) fn nth(events: &[Event]) -> usize {
    let again =
        events.iter().filter(|it| it.state == State::Queued && it.detail.starts_with(AGAIN));
    again.count() + 1
}

struct Words {
    subject: String,
    text: String,
}

fn words(it: &Printed, (kind, language): (PaperKind, Language), carried: &Carried) -> Words {
    let (name, phone, account) = (&it.utility().name, &it.utility().phone, it.account());
    let subject = it.subject().unwrap_or_default();
    // What it is, and what is said of it.
    let (title, said) = match (language, kind) {
        (Language::English, PaperKind::Bill) => {
            (format!("Your bill from {name}"), format!("Your bill for account {account} is ready."))
        }
        (Language::English, PaperKind::Summary) => (
            format!("Your summary bill from {name}"),
            format!("The summary bill of account {account} is ready."),
        ),
        (Language::English, PaperKind::Note) => (
            format!("A correction from {name}"),
            format!("Bills of account {account} were corrected. A note says what changed."),
        ),
        (Language::English, PaperKind::Letter) => (
            format!("{subject}, {name}"),
            format!("We have written you a letter about account {account}: {subject}."),
        ),
        (Language::Spanish, PaperKind::Bill) => (
            format!("Su factura de {name}"),
            format!("Su factura de la cuenta {account} está lista."),
        ),
        (Language::Spanish, PaperKind::Summary) => (
            format!("Su factura resumen de {name}"),
            format!("La factura resumen de la cuenta {account} está lista."),
        ),
        (Language::Spanish, PaperKind::Note) => (
            format!("Una corrección de {name}"),
            format!("Se corrigieron facturas de la cuenta {account}. Una nota dice qué cambió."),
        ),
        (Language::Spanish, PaperKind::Letter) => (
            format!("{subject}, {name}"),
            format!("Le escribimos una carta sobre la cuenta {account}: {subject}."),
        ),
    };
    let said = match (it.behind.is_empty(), language) {
        (true, _) => said,
        (false, Language::English) => format!(
            "Bills of account {account} were corrected. The new bills come together, with one amount for all of them."
        ),
        (false, Language::Spanish) => format!(
            "Se corrigieron facturas de la cuenta {account}. Las facturas nuevas vienen juntas, con un solo importe por todas."
        ),
    };
    let asks = it.asks().map_or_else(String::new, |it| asked(it, language));
    let carried = match (language, carried) {
        (Language::English, Carried::Attached) => "It is attached.".to_owned(),
        (Language::English, Carried::Link(url)) => format!("Sign in to see it: {url}"),
        (Language::Spanish, Carried::Attached) => "Está adjunta.".to_owned(),
        (Language::Spanish, Carried::Link(url)) => format!("Inicie sesión para verla: {url}"),
    };
    let ask = match language {
        Language::English => format!("Questions? Call {phone}."),
        Language::Spanish => format!("¿Preguntas? Llame al {phone}."),
    };
    let text = format!("{said}\n\n{asks}{carried}\n\n{ask}\n{name}\n");
    let currency = it.utility().currency;
    let [subject, text] = [title, text].map(|it| currency.said(&it).into_owned());
    Words { subject, text }
}

/// What is to be paid by when, written as on the paper; or that nothing is.
fn asked((amount, due): (Money, Date), language: Language) -> String {
    let said = meterbook_paper::amount(language, amount.abs());
    let due = meterbook_paper::day(language, due);
    match (amount.cents(), language) {
        (1.., Language::English) => format!("Amount due: {said}\nDue on: {due}\n\n"),
        (1.., Language::Spanish) => {
            format!("Importe a pagar: {said}\nFecha de vencimiento: {due}\n\n")
        }
        (0, Language::English) => "Nothing is to be paid.\n\n".to_owned(),
        (0, Language::Spanish) => "No hay nada que pagar.\n\n".to_owned(),
        (_, Language::English) => {
            format!("Credit balance: {said}\nNothing is to be paid.\n\n")
        }
        (_, Language::Spanish) => {
            format!("Saldo a favor: {said}\nNo hay nada que pagar.\n\n")
        }
    }
}

/// The same words as a page, each letter that HTML would read otherwise escaped.
fn page(text: &str, language: Language) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let lines: Vec<&str> = escaped.split('\n').collect();
    let lines = lines.join("<br>\n");
    format!(
        "<!doctype html>\n<html lang=\"{language}\"><body><p>{}</p></body></html>\n",
        lines.trim_end_matches("<br>\n")
    )
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn amounts_and_days_read_as_on_the_paper_and_a_credit_is_not_asked_for() {
        let said = |cents, language| {
            asked((Money::from_cents(cents), date(2026, 12, 20)), language).trim_end().to_owned()
        };
        assert_eq!(
            said(211_141, Language::Spanish),
            "Importe a pagar: $2,111.41\nFecha de vencimiento: 20 dic 2026"
        );
        assert_eq!(said(211_141, Language::English), "Amount due: $2,111.41\nDue on: Dec 20, 2026");
        assert_eq!(
            said(-11_373, Language::English),
            "Credit balance: $113.73\nNothing is to be paid."
        );
        assert_eq!(said(0, Language::Spanish), "No hay nada que pagar.");
    }
}
