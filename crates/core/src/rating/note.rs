//! What the engine says of a line behind what the tariff calls it: which tier it is of, where a
//! credit comes from or goes to, which certificate makes it less.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::money::{Quantity, Share, Unit};
use crate::person::Language;
use crate::rating::{Line, month_index};
use crate::text::{decimal, scaled};

/// What the engine says of a line. It is kept as what it is, not as text: whoever shows the line
/// spells it in the reader's language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Note {
    /// Nothing.
    #[default]
    Plain,
    /// It is of one of several tiers, counted from 1.
    Tier(u16),
    /// It is of a tier that ends at so many hours of use of the demand.
    HoursOfUse(u16, Reach),
    /// A share of an earlier demand holds the billed one up; the tier, where there are several.
    Ratcheted(Option<u16>, Ratcheted),
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

/// How the end of a tier for each kW came about: `200 kWh × 246.2144 kW`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reach {
    /// How much for each kW.
    pub each: Quantity,
    /// The kW that are billed, in millionths.
    pub kw_micro: i64,
    /// The days it is for, and of how many; `None` where it is for a whole turn. So much a day is for
    /// days of one.
    pub days: Option<(i64, i64)>,
}

/// How a demand came about that is more than what was measured: `80% of 307.768 kW of Feb 2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratcheted {
    /// The share.
    pub share: Share,
    /// The demand it is of.
    pub of: Quantity,
    /// The first day of the turn that had it.
    pub turn: Date,
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
        let label = match language {
            Language::English => &self.label,
            Language::Spanish => self.spanish.as_ref().unwrap_or(&self.label),
        };
        called(label, &self.note, language)
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
            (Note::Tier(nth), _) => Cow::Owned(tier(*nth, language)),
            (Note::HoursOfUse(nth, reach), _) => {
                Cow::Owned(format!("{}, {}", tier(*nth, language), reach.spelled(language)))
            }
            (Note::Ratcheted(nth, ratchet), _) => Cow::Owned(match nth {
                Some(nth) => format!("{}, {}", tier(*nth, language), ratchet.spelled(language)),
                None => ratchet.spelled(language),
            }),
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

    /// It without the figures of this bill, so that lines of two bills can be set beside each other.
    pub fn bare(&self) -> Note {
        match self {
            Note::HoursOfUse(nth, _) | Note::Ratcheted(Some(nth), _) => Note::Tier(*nth),
            Note::Ratcheted(None, _) => Note::Plain,
            other => other.clone(),
        }
    }

    /// What was kept as this text: the other way of [`Display`](fmt::Display).
    pub fn parse(text: &str) -> Option<Note> {
        if let Some((note, ..)) = WORDS.iter().find(|it| it.1 == text) {
            return Some(note.clone());
        }
        match text.split_once(' ') {
            None => text.is_empty().then_some(Note::Plain),
            Some(("tier", rest)) => match rest.split_once(' ') {
                None => rest.parse().ok().map(Note::Tier),
                Some((nth, rest)) => {
                    let nth = nth.parse().ok()?;
                    match rest.split_once(' ')? {
                        ("to", reach) => Reach::parse(reach).map(|it| Note::HoursOfUse(nth, it)),
                        ("ratchet", of) => {
                            Ratcheted::parse(of).map(|it| Note::Ratcheted(Some(nth), it))
                        }
                        _ => None,
                    }
                }
            },
            Some(("ratchet", of)) => Ratcheted::parse(of).map(|it| Note::Ratcheted(None, it)),
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
            Note::HoursOfUse(nth, reach) => write!(f, "tier {nth} to {reach}"),
            Note::Ratcheted(Some(nth), ratchet) => write!(f, "tier {nth} ratchet {ratchet}"),
            Note::Ratcheted(None, ratchet) => write!(f, "ratchet {ratchet}"),
            Note::Certificate(number) => write!(f, "certificate {number}"),
            word => {
                let it = WORDS.iter().find(|it| it.0 == *word).expect("every word is a row");
                f.write_str(it.1)
            }
        }
    }
}

fn tier(nth: u16, language: Language) -> String {
    match language {
        Language::English => format!("tier {nth}"),
        Language::Spanish => format!("tramo {nth}"),
    }
}

impl Reach {
    fn spelled(&self, language: Language) -> String {
        let Reach { each, kw_micro, days } = self;
        let both =
            format!("{} {} × {} kW", decimal(each.micro, 6), each.unit, decimal(*kw_micro, 6));
        let noun = match language {
            Language::English => "days",
            Language::Spanish => "días",
        };
        match days {
            None => both,
            Some((days, 1)) => format!("{both} × {days} {noun}"),
            Some((days, of)) => format!("{both} × {days}/{of} {noun}"),
        }
    }

    fn parse(text: &str) -> Option<Reach> {
        let words: Vec<&str> = text.split(' ').collect();
        let (each, unit, kw, days) = match words[..] {
            [each, unit, "x", kw] => (each, unit, kw, None),
            [each, unit, "x", kw, "x", days] => (each, unit, kw, Some(days.split_once('/')?)),
            _ => return None,
        };
        let days = match days {
            Some((days, of)) => Some((days.parse().ok()?, of.parse().ok()?)),
            None => None,
        };
        let each = Quantity { micro: scaled(each, 6)?, unit: Unit::from_word(unit)? };
        Some(Reach { each, kw_micro: scaled(kw, 6)?, days })
    }
}

/// How it is kept.
impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reach { each, kw_micro, days } = self;
        write!(f, "{} {} x {}", decimal(each.micro, 6), each.unit, decimal(*kw_micro, 6))?;
        days.map_or(Ok(()), |(days, of)| write!(f, " x {days}/{of}"))
    }
}

impl Ratcheted {
    /// How the demand came about, in a language.
    pub fn spelled(&self, language: Language) -> String {
        let index = month_index(self.turn);
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12));
        let nth = usize::try_from(month).expect("a month of twelve");
        let (share, of) = (decimal(self.share.nano, 7), decimal(self.of.micro, 6));
        let unit = self.of.unit;
        match language {
            Language::English => format!("{share}% of {of} {unit} of {} {year}", MONTHS.0[nth]),
            Language::Spanish => format!("{share}% de {of} {unit} de {} {year}", MONTHS.1[nth]),
        }
    }

    fn parse(text: &str) -> Option<Ratcheted> {
        let words: Vec<&str> = text.split(' ').collect();
        let [share, "of", of, unit, "from", turn] = words[..] else { return None };
        let share = Share { nano: scaled(share.strip_suffix('%')?, 7)? };
        let of = Quantity { micro: scaled(of, 6)?, unit: Unit::from_word(unit)? };
        Some(Ratcheted { share, of, turn: turn.parse().ok()? })
    }
}

/// How it is kept.
impl fmt::Display for Ratcheted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (share, of) = (decimal(self.share.nano, 7), decimal(self.of.micro, 6));
        write!(f, "{share}% of {of} {} from {}", self.of.unit, self.turn)
    }
}

/// The months, short, in English and Spanish.
const MONTHS: ([&str; 12], [&str; 12]) = (
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
);

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Note> {
        let others = [Note::Plain, Note::Tier(12), Note::Certificate("EX 17, b".into())];
        WORDS.iter().map(|it| it.0.clone()).chain(others).collect()
    }

    fn with_demands() -> Vec<Note> {
        let kwh = Quantity { micro: 200_000_000, unit: Unit::Kwh };
        let reach = |days| Reach { each: kwh, kw_micro: 246_214_400, days };
        let of = Quantity { micro: 307_768_000, unit: Unit::Kw };
        let turn = jiff::civil::date(2026, 2, 20);
        let ratchet = Ratcheted { share: Share { nano: 800_000_000 }, of, turn };
        vec![
            Note::HoursOfUse(1, reach(None)),
            Note::HoursOfUse(2, reach(Some((12, 31)))),
            Note::HoursOfUse(2, reach(Some((30, 1)))),
            Note::Ratcheted(None, ratchet),
            Note::Ratcheted(Some(2), ratchet),
        ]
    }

    #[test]
    fn a_demand_behind_a_line_is_said_with_its_figures() {
        let spelled = |language| {
            with_demands().iter().map(|it| it.spelled(language).into_owned()).collect::<Vec<_>>()
        };
        let english = [
            "tier 1, 200 kWh × 246.2144 kW",
            "tier 2, 200 kWh × 246.2144 kW × 12/31 days",
            "tier 2, 200 kWh × 246.2144 kW × 30 days",
            // A turn is called by the month of its middle.
            "80% of 307.768 kW of Mar 2026",
            "tier 2, 80% of 307.768 kW of Mar 2026",
        ];
        assert_eq!(spelled(Language::English), english);
        assert_eq!(spelled(Language::Spanish)[3], "80% de 307.768 kW de mar 2026");
        let bare = [1, 2, 2, 0, 2].map(|it| if it == 0 { Note::Plain } else { Note::Tier(it) });
        assert_eq!(with_demands().iter().map(Note::bare).collect::<Vec<_>>(), bare);
        assert_eq!(Note::parse("tier 1 to 200 kWh x much"), None);
        assert_eq!(Note::parse("ratchet 80% of 307.768 kW"), None);
    }

    #[test]
    fn what_is_kept_is_read_again_and_every_language_has_its_own_words() {
        for note in all().into_iter().chain(with_demands()) {
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
