//! What the engine says of a line behind what the tariff calls it: which tier it is of, where a
//! credit comes from or goes to, which certificate makes it less.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::person::Language;
use crate::rating::Line;

/// What the engine says of a line. It is kept as what it is, not as text: whoever shows the line
/// spells it in the reader's language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Note {
    /// Nothing.
    #[default]
    Plain,
    /// It is of one of several tiers, counted from 1.
    Tier(u16),
    /// Credit that this bill earned and a later one takes.
    Carried,
    /// Credit that found nothing to bring down and is lost.
    NotUsed,
    /// Credit that earlier bills left.
    FromEarlier,
    /// Credit that is paid when its bank is settled.
    Paid,
    /// Credit that is paid when it is too old to be kept.
    Refunded,
    /// Energy of the bank that is paid when the bank is settled. The tariff has no name for it.
    SurplusPaid,
    /// Less is owed because of a certificate, by its number.
    Certificate(Arc<str>),
}

/// Those that nothing stands behind: how they are kept, and in English and Spanish.
const WORDS: [(Note, &str, &str, &str); 6] = [
    (Note::Carried, "carried", "carried to the next bill", "se guarda para la próxima factura"),
    (Note::NotUsed, "not-used", "not used", "sin usar"),
    (Note::FromEarlier, "from-earlier", "from earlier bills", "de facturas anteriores"),
    (Note::Paid, "paid", "paid at the true-up", "pagado en la liquidación"),
    (Note::Refunded, "refunded", "paid on expiry", "pagado al vencer"),
    (
        Note::SurplusPaid,
        "surplus-paid",
        "Surplus paid at the true-up",
        "Excedente pagado en la liquidación",
    ),
];

impl Line {
    /// What the customer reads: what the tariff calls the line, and what the engine says of it.
    pub fn called(&self, language: Language) -> Cow<'_, str> {
        called(&self.label, &self.note, language)
    }
}

/// What the customer reads of a line with this label and note.
pub(super) fn called<'l>(label: &'l str, note: &Note, language: Language) -> Cow<'l, str> {
    match note {
        Note::Plain => Cow::Borrowed(label),
        _ if label.is_empty() => Cow::Owned(note.spelled(language).into_owned()),
        _ => Cow::Owned(format!("{label}, {}", note.spelled(language))),
    }
}

impl Note {
    /// It in a language; nothing for [`Note::Plain`].
    pub fn spelled(&self, language: Language) -> Cow<'static, str> {
        match (self, language) {
            (Note::Plain, _) => Cow::Borrowed(""),
            (Note::Tier(nth), Language::English) => Cow::Owned(format!("tier {nth}")),
            (Note::Tier(nth), Language::Spanish) => Cow::Owned(format!("tramo {nth}")),
            (Note::Certificate(it), Language::English) => Cow::Owned(format!("certificate {it}")),
            (Note::Certificate(it), Language::Spanish) => Cow::Owned(format!("certificado {it}")),
            (word, language) => {
                let it = WORDS.iter().find(|it| it.0 == *word).expect("every word is a row");
                Cow::Borrowed(match language {
                    Language::English => it.2,
                    Language::Spanish => it.3,
                })
            }
        }
    }

    /// What was kept as this text: the other way of [`Display`](fmt::Display).
    pub fn parse(text: &str) -> Option<Note> {
        if let Some((note, ..)) = WORDS.iter().find(|it| it.1 == text) {
            return Some(note.clone());
        }
        match text.split_once(' ') {
            None => text.is_empty().then_some(Note::Plain),
            Some(("tier", nth)) => nth.parse().ok().map(Note::Tier),
            Some(("certificate", number)) => Some(Note::Certificate(number.into())),
            Some(_) => None,
        }
    }

    /// Takes a label apart that has the English words behind it, as bills kept them once.
    pub fn behind(text: &str) -> (&str, Note) {
        let split = text.rsplit_once(", ").unwrap_or(("", text));
        let word = WORDS.iter().find(|it| it.2 == split.1).map(|it| it.0.clone());
        let counted = || Note::parse(split.1).filter(|it| matches!(it, Note::Tier(_)));
        let certified = text.split_once(", certificate ");
        match (word.or_else(counted), certified) {
            (Some(note), _) if split.0.is_empty() == (note == Note::SurplusPaid) => (split.0, note),
            (_, Some((label, number))) => (label, Note::Certificate(number.into())),
            _ => (text, Note::Plain),
        }
    }
}

/// How it is kept beside the label.
impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Plain => Ok(()),
            Note::Tier(nth) => write!(f, "tier {nth}"),
            Note::Certificate(number) => write!(f, "certificate {number}"),
            word => {
                let it = WORDS.iter().find(|it| it.0 == *word).expect("every word is a row");
                f.write_str(it.1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Note> {
        let others = [Note::Plain, Note::Tier(12), Note::Certificate("EX 17, b".into())];
        WORDS.iter().map(|it| it.0.clone()).chain(others).collect()
    }

    #[test]
    fn what_is_kept_is_read_again_and_every_language_has_its_own_words() {
        for note in all() {
            assert_eq!(Note::parse(&note.to_string()), Some(note.clone()));
            let [english, spanish] =
                [Language::English, Language::Spanish].map(|it| note.spelled(it));
            assert!(note == Note::Plain || english != spanish, "{english}");
        }
        assert_eq!(Note::parse("tier two"), None);
        assert_eq!(Note::parse("lost"), None);
    }

    #[test]
    fn labels_of_before_are_taken_apart() {
        for note in all() {
            let label = if note == Note::SurplusPaid { "" } else { "Energy, peak" };
            let text = called(label, &note, Language::English).into_owned();
            assert_eq!(Note::behind(&text), (label, note), "{text}");
        }
        assert_eq!(Note::behind("Energy, tier two"), ("Energy, tier two", Note::Plain));
        assert_eq!(Note::behind("tier 2"), ("tier 2", Note::Plain));
    }
}
