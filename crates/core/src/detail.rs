//! What more is known of a person, an account, a premise, a service point or a meter, for some days.
//!
//! One kind of detail is one line of a list here: its word, and what may be said. The last four
//! digits of a national number are kept and never the whole of it: a value that is longer is refused.

mod form;

use jiff::civil::Date;

use crate::id::{AccountId, DetailId, MeterId, PersonId, PremiseId, ServicePointId};
use crate::meter::Installation;
use crate::money::Money;

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
    /// A meter.
    Meter(MeterId),
    /// An account.
    Account(AccountId),
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
    /// Of a person: how many live with them, themselves among them.
    Household,
    /// Of a person: whether they own or rent where they live.
    Tenure,
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
    /// Of a premise: where on the earth it is, in degrees.
    Geocode,
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
    /// Of a meter: how it is made to be connected, such as 2S.
    Form,
    /// Of a meter: how much it bears, such as CL200.
    Class,
    /// Of a meter: who made it.
    Maker,
    /// Of a meter: what its maker calls it.
    Model,
    /// Of a meter: the number of a seal on it. There may be several.
    Seal,
    /// Of a meter that hangs nowhere: where it is. One that hangs is set, which nobody says.
    State,
    /// Of a meter: what its current transformers take down, such as 200:5.
    CtRatio,
    /// Of a meter: what its voltage transformers take down, such as 2400:120.
    PtRatio,
    /// Of a meter: what the pressure at which it measures multiplies by.
    PressureFactor,
    /// Of a meter: a test, with what was found and left. There may be several.
    Test,
    /// Of an account: how its bills are sent.
    Delivery,
    /// Of an account: how it pays.
    Credit,
    /// Of an account: the number of the one whose bill sums this one up.
    Summary,
    /// Of an account that sums others up: whether what they are charged stays with them or is rolled up
    /// to it.
    Sums,
    /// Of an account: the most that a bill may be without anybody looking at it.
    Bound,
}

words! {
    DetailKind {
        Channel = "channel", Format = "format", Verified = "verified", LastFour = "last-four",
        FormerName = "former-name", Deceased = "deceased", Bankruptcy = "bankruptcy",
        Parcel = "parcel", TaxArea = "tax-area", Type = "type", Access = "access", Key = "key",
        Hazard = "hazard", Phase = "phase", Voltage = "voltage", Pressure = "pressure",
        Size = "size", Route = "route", Sequence = "sequence",
        Household = "household", Tenure = "tenure", Geocode = "geocode", Form = "form",
        Class = "class", Maker = "maker", Model = "model", Seal = "seal", State = "state",
        CtRatio = "ct-ratio", PtRatio = "pt-ratio", PressureFactor = "pressure-factor",
        Test = "test", Delivery = "delivery", Credit = "credit", Summary = "summary",
        Sums = "sums",
        Bound = "bound",
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
const TENURES: &[&str] = &["owner", "renter"];
const STATES: &[&str] = &["stock", "shop", "retired", "lost", "scrapped"];
/// Where a meter is that is never hung again, unless somebody says that it is back.
const GONE: &[&str] = &["retired", "lost", "scrapped"];
const DELIVERIES: &[&str] = &["post", "email", "both", "none"];
/// Of what an account sums up.
const SUMS: &[&str] = &["stay", ROLL_UP];
const CREDITS: &[&str] = &["good", "fair", "poor", "cash-only"];

/// What is charged to accounts that are summed up is owed by the one that sums up.
pub const ROLL_UP: &str = "roll-up";

/// What is said of a meter that hangs; it is never stored.
pub const SET: &str = "set";

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
    /// What a function reads, and what that looks like.
    Of(fn(&str) -> Option<String>, &'static str),
}

/// An amount above zero.
fn amount(text: &str) -> Option<String> {
    let amount = Money::parse(text).ok().filter(|it| Money::ZERO < *it)?;
    Some(amount.plain())
}

impl DetailKind {
    /// Whether it is said of subjects of this sort.
    pub fn is_of(self, subject: Subject) -> bool {
        use DetailKind::{
            Access, Bankruptcy, Bound, Channel, Class, Credit, CtRatio, Deceased, Delivery, Form,
            Format, FormerName, Geocode, Hazard, Household, Key, LastFour, Maker, Model, Parcel,
            Phase, Pressure, PressureFactor, PtRatio, Route, Seal, Sequence, Size, State, Summary,
            Sums, TaxArea, Tenure, Test, Type, Verified, Voltage,
        };
        match self {
            Channel | Format | Verified | LastFour | FormerName | Deceased | Bankruptcy
            | Household | Tenure => matches!(subject, Subject::Person(_)),
            Parcel | TaxArea | Type | Access | Key | Hazard | Geocode => {
                matches!(subject, Subject::Premise(_))
            }
            Phase | Voltage | Pressure | Size | Route | Sequence => {
                matches!(subject, Subject::Point(_))
            }
            Form | Class | Maker | Model | Seal | State | CtRatio | PtRatio | PressureFactor
            | Test => matches!(subject, Subject::Meter(_)),
            Delivery | Credit | Summary | Sums | Bound => matches!(subject, Subject::Account(_)),
        }
    }

    /// Whether several may hold at once.
    pub fn may_be_several(self) -> bool {
        matches!(
            self,
            DetailKind::Hazard
                | DetailKind::Verified
                | DetailKind::FormerName
                | DetailKind::Seal
                | DetailKind::Test
        )
    }

    /// The value that a text says; the error is what it should look like.
    pub fn read(self, text: &str) -> Result<String, String> {
        let text = text.trim();
        let one_line = !text.contains(['\n', '\r']) && text.chars().count() <= LONGEST;
        let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        let (right, expected) = match self.values() {
            Values::Of(read, looks) => return read(text).ok_or_else(|| looks.to_owned()),
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
            DetailKind::Tenure => Values::Words(TENURES),
            DetailKind::State => Values::Words(STATES),
            DetailKind::Delivery => Values::Words(DELIVERIES),
            DetailKind::Credit => Values::Words(CREDITS),
            DetailKind::Sums => Values::Words(SUMS),
            DetailKind::LastFour => Values::Digits(4),
            DetailKind::Voltage | DetailKind::Sequence | DetailKind::Household => Values::Number,
            DetailKind::CtRatio | DetailKind::PtRatio => {
                Values::Of(form::ratio, "two numbers, the larger first, such as 200:5")
            }
            DetailKind::PressureFactor => {
                Values::Of(form::factor, "a number above zero, such as 1.0832")
            }
            DetailKind::Geocode => Values::Of(
                form::geocode,
                "degrees north and degrees east, such as 47.606209, -122.332069",
            ),
            DetailKind::Test => Values::Of(
                form::test,
                "a day and two percentages, such as 2026-03-01 found 98.7 left 100.1",
            ),
            DetailKind::Bound => Values::Of(amount, "an amount in dollars, such as 250.00"),
            DetailKind::Summary => {
                Values::Of(form::account, "the number of an account, such as 1000-0012-4")
            }
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
            | DetailKind::Route
            | DetailKind::Form
            | DetailKind::Class
            | DetailKind::Maker
            | DetailKind::Model
            | DetailKind::Seal => Values::Line,
        }
    }
}

impl Detail {
    /// Whether it holds on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }
}

/// Where a meter is on a day: [`SET`] where it hangs, else what was said since it last came down;
/// `None` when nobody said.
pub fn state_of_meter(said: &[Detail], hung: &[Installation], on: Date) -> Option<String> {
    if hung.iter().any(|it| it.from <= on && it.to.is_none_or(|to| on < to)) {
        return Some(SET.to_owned());
    }
    // That it lay in stock before it was hung says nothing of where it went afterwards.
    let down = hung.iter().filter_map(|it| it.to).filter(|to| *to <= on).max();
    let state = said.iter().rfind(|it| it.kind == DetailKind::State && it.holds_on(on))?;
    down.is_none_or(|down| down <= state.from).then(|| state.value.clone())
}

/// What says that a meter is gone on `from` or later: retired, lost or scrapped. It cannot be hung
/// then.
pub fn gone(said: &[Detail], from: Date) -> Option<&Detail> {
    said.iter().find(|it| {
        it.kind == DetailKind::State
            && GONE.contains(&it.value.as_str())
            && it.to.is_none_or(|to| from < to)
    })
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
        let subjects = [
            Subject::Person(1.into()),
            Subject::Premise(1.into()),
            Subject::Point(1.into()),
            Subject::Meter(1.into()),
            Subject::Account(1.into()),
        ];
        for kind in DetailKind::ALL {
            assert_eq!(subjects.iter().filter(|it| kind.is_of(**it)).count(), 1, "{kind}");
        }
    }

    #[test]
    fn a_meter_that_hangs_is_set_and_one_that_came_down_is_where_somebody_said() {
        use jiff::civil::date;
        let said = |value: &str, from, to| Detail {
            id: DetailId(1),
            subject: Subject::Meter(1.into()),
            kind: DetailKind::State,
            value: value.to_owned(),
            from,
            to,
        };
        let (march, june) = (date(2026, 3, 1), date(2026, 6, 1));
        let hung = [Installation {
            id: 1.into(),
            meter: 1.into(),
            service_point: 1.into(),
            from: march,
            to: Some(june),
        }];
        let stock = [said("stock", date(2026, 1, 1), None)];
        let on = |said: &[Detail], day| state_of_meter(said, &hung, day);
        assert_eq!(on(&[], date(2026, 2, 1)), None);
        assert_eq!(on(&stock, date(2026, 2, 1)).as_deref(), Some("stock"));
        assert_eq!(on(&stock, march).as_deref(), Some(SET));
        assert_eq!(on(&stock, june), None, "that was before it hung");
        let both = [said("stock", date(2026, 1, 1), Some(june)), said("shop", june, None)];
        assert_eq!(on(&both, june).as_deref(), Some("shop"));
        assert!(DetailKind::State.read(SET).is_err(), "it is seen, not said");
    }

    #[test]
    fn a_meter_is_gone_until_somebody_says_that_it_is_back() {
        use jiff::civil::date;
        let said = |value: &str, from, to| Detail {
            id: DetailId(1),
            subject: Subject::Meter(1.into()),
            kind: DetailKind::State,
            value: value.to_owned(),
            from,
            to,
        };
        let (march, june) = (date(2026, 3, 1), date(2026, 6, 1));
        for value in ["retired", "lost", "scrapped"] {
            let found = [said(value, march, Some(june)), said("stock", june, None)];
            assert_eq!(gone(&found, date(2026, 2, 1)), Some(&found[0]), "it would hang into it");
            assert_eq!(gone(&found, date(2026, 5, 31)), Some(&found[0]));
            assert_eq!(gone(&found, june), None);
            assert_eq!(gone(&found[..1], june), None, "nobody says where it is, but it was found");
        }
        assert_eq!(gone(&[said("shop", march, None)], june), None);
    }
}
