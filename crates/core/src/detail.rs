//! What more is known of a person, a premise or a service point, for some days.
//!
//! One kind of detail is one line of a list here: its word, and what may be said. The last four
//! digits of a national number are kept and never the whole of it: a value that is longer is refused.

use jiff::civil::Date;

use crate::id::{DetailId, PersonId, PremiseId, ServicePointId};

/// Something that is said about a subject for the days `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Which one.
    pub id: DetailId,
    /// About whom or what.
    pub subject: Subject,
    /// What is said.
    pub kind: DetailKind,
    /// The value, as [`DetailKind::read`] gives it back.
    pub value: String,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
}

/// Whom or what a detail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person or an organisation.
    Person(PersonId),
    /// A premise.
    Premise(PremiseId),
    /// A service point.
    Point(ServicePointId),
}

/// What can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DetailKind {
    /// Of a person: how they would rather be reached.
    Channel,
    /// Of a person: the form in which they can read.
    Format,
    /// Of a person: what they proved who they are with. Only the fact is kept.
    Verified,
    /// Of a person: the last four digits of a national number.
    LastFour,
    /// Of a person: a name they had.
    FormerName,
    /// Of a person: they died; from that day.
    Deceased,
    /// Of a person: the number of the case; what was used before the first day is of the petition.
    Bankruptcy,
    /// Of a premise: the number of its piece of land.
    Parcel,
    /// Of a premise: whose taxes and rates apply.
    TaxArea,
    /// Of a premise: what stands there.
    Type,
    /// Of a premise: how to get in.
    Access,
    /// Of a premise: where its key is.
    Key,
    /// Of a premise: what to beware of. There may be several.
    Hazard,
    /// Of a service point: one or three.
    Phase,
    /// Of a service point: volts.
    Voltage,
    /// Of a service point: the pressure of gas or water.
    Pressure,
    /// Of a service point: the size of the pipe or the fuse.
    Size,
    /// Of a service point: the read route.
    Route,
    /// Of a service point: its place on the route.
    Sequence,
}

words! {
    DetailKind {
        Channel = "channel", Format = "format", Verified = "verified", LastFour = "last-four",
        FormerName = "former-name", Deceased = "deceased", Bankruptcy = "bankruptcy",
        Parcel = "parcel", TaxArea = "tax-area", Type = "type", Access = "access", Key = "key",
        Hazard = "hazard", Phase = "phase", Voltage = "voltage", Pressure = "pressure",
        Size = "size", Route = "route", Sequence = "sequence",
    }
}

/// Characters in one value; a longer text is a note, not a detail.
const LONGEST: usize = 400;

const CHANNELS: &[&str] = &["phone", "email", "post"];
const FORMATS: &[&str] = &["print", "large-print", "braille", "audio"];
const PROOFS: &[&str] = &["passport", "driving-licence", "national-card", "credit-bureau", "lease"];
const TYPES: &[&str] =
    &["house", "apartment", "business", "industry", "farm", "public", "land", "mobile-home"];
const PHASES: &[&str] = &["1", "3"];

/// What may be said.
enum Values {
    /// One of these words.
    Words(&'static [&'static str]),
    /// So many digits.
    Digits(usize),
    /// A whole number.
    Number,
    /// A line.
    Line,
    /// A line, or nothing.
    Anything,
}

impl DetailKind {
    /// Whether it is said of subjects of this sort.
    pub fn is_of(self, subject: Subject) -> bool {
        use DetailKind::{
            Access, Bankruptcy, Channel, Deceased, Format, FormerName, Hazard, Key, LastFour,
            Parcel, Phase, Pressure, Route, Sequence, Size, TaxArea, Type, Verified, Voltage,
        };
        match self {
            Channel | Format | Verified | LastFour | FormerName | Deceased | Bankruptcy => {
                matches!(subject, Subject::Person(_))
            }
            Parcel | TaxArea | Type | Access | Key | Hazard => {
                matches!(subject, Subject::Premise(_))
            }
            Phase | Voltage | Pressure | Size | Route | Sequence => {
                matches!(subject, Subject::Point(_))
            }
        }
    }

    /// Whether several may hold at once.
    pub fn may_be_several(self) -> bool {
        matches!(self, DetailKind::Hazard | DetailKind::Verified | DetailKind::FormerName)
    }

    /// The value that a text says; the error is what it should look like.
    pub fn read(self, text: &str) -> Result<String, String> {
        let text = text.trim();
        let one_line = !text.contains(['\n', '\r']) && text.chars().count() <= LONGEST;
        let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        let (right, expected) = match self.values() {
            Values::Words(words) => {
                let fits = words.iter().any(|it| it.eq_ignore_ascii_case(text));
                (fits, format!("one of {}", words.join(", ")))
            }
            Values::Digits(count) => {
                let fits = digits(text) && text.len() == count;
                (fits, format!("the last {count} digits and no more"))
            }
            Values::Number => (digits(text) && text.len() < 10, "a whole number".to_owned()),
            Values::Line => {
                let fits = one_line && !text.is_empty();
                (fits, format!("a line of at most {LONGEST} characters"))
            }
            Values::Anything => (one_line, format!("a line of at most {LONGEST} characters")),
        };
        let lower = matches!(self.values(), Values::Words(_));
        let value = || if lower { text.to_ascii_lowercase() } else { text.to_owned() };
        if right { Ok(value()) } else { Err(expected) }
    }

    fn values(self) -> Values {
        match self {
            DetailKind::Channel => Values::Words(CHANNELS),
            DetailKind::Format => Values::Words(FORMATS),
            DetailKind::Verified => Values::Words(PROOFS),
            DetailKind::Type => Values::Words(TYPES),
            DetailKind::Phase => Values::Words(PHASES),
            DetailKind::LastFour => Values::Digits(4),
            DetailKind::Voltage | DetailKind::Sequence => Values::Number,
            DetailKind::Deceased => Values::Anything,
            DetailKind::FormerName
            | DetailKind::Bankruptcy
            | DetailKind::Parcel
            | DetailKind::TaxArea
            | DetailKind::Access
            | DetailKind::Key
            | DetailKind::Hazard
            | DetailKind::Pressure
            | DetailKind::Size
            | DetailKind::Route => Values::Line,
        }
    }
}

impl Detail {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_national_number_is_never_a_value() {
        assert_eq!(DetailKind::LastFour.read(" 4417 "), Ok("4417".to_owned()));
        for whole in ["123-45-6789", "123456789", "44170", "44", "x417"] {
            let why = DetailKind::LastFour.read(whole).unwrap_err();
            assert!(why.contains("last 4 digits"), "{why}");
        }
    }

    #[test]
    fn words_are_read_however_they_are_cased_and_others_are_not() {
        assert_eq!(DetailKind::Format.read("Large-Print"), Ok("large-print".to_owned()));
        assert!(DetailKind::Type.read("castle").unwrap_err().contains("one of house"));
        assert!(DetailKind::Sequence.read("-3").is_err());
        assert!(DetailKind::Access.read("by the side\ngate").is_err());
        assert_eq!(DetailKind::Deceased.read(""), Ok(String::new()));
    }

    #[test]
    fn each_kind_is_of_one_sort_of_subject() {
        let subjects =
            [Subject::Person(1.into()), Subject::Premise(1.into()), Subject::Point(1.into())];
        for kind in DetailKind::ALL {
            assert_eq!(subjects.iter().filter(|it| kind.is_of(**it)).count(), 1, "{kind}");
        }
    }
}
