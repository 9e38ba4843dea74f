//! Degree-days: how far each day was from the temperature at which nobody heats or cools, and what an
//! estimate made of them.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use crate::figure::FigureKind;
use crate::person::Language;
use crate::text::{decimal, grouped};

/// Degree-days in thousandths, by day.
pub type DegreeDays = BTreeMap<Date, i64>;

/// A scale of temperatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// Degrees Fahrenheit.
    Fahrenheit,
    /// Degrees Celsius.
    Celsius,
}

words! { Scale { Fahrenheit = "F", Celsius = "C" } }

/// Which degree-days use goes with: those of heating or of cooling, and from which temperature on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Base {
    /// Heating or cooling.
    pub kind: FigureKind,
    /// The temperature, in thousandths of a degree.
    pub milli: i64,
    /// Its scale.
    pub scale: Scale,
}

/// Where degree-days come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Published under the name of a station, under which the service point looks.
    Station(String),
    /// Published for everybody under this name.
    Published(String),
    /// Reckoned from the temperatures that are published under this name.
    Temperatures(String),
}

/// What an estimate by degree-days went by: two stretches beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The first day of the reads it was compared with.
    pub from: Date,
    /// The day of the last of them.
    pub to: Date,
    /// Their degree-days, in thousandths.
    pub their_milli: i64,
    /// The degree-days of the estimated days, in thousandths.
    pub milli: i64,
    /// What is used a day without any, in millionths of the unit before the multiplier.
    pub steady_micro: i64,
}

/// The same with which degree-days they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Where they come from.
    pub source: Source,
    /// What they are.
    pub base: Base,
    /// The two stretches.
    pub compared: Compared,
}

impl Base {
    /// Heating below 65 °F: what American weather services publish.
    pub const HEATING: Base =
        Base { kind: FigureKind::HeatingDegrees, milli: 65_000, scale: Scale::Fahrenheit };

    /// Reads `heating 65 F`.
    pub fn parse(words: &[&str]) -> Option<Base> {
        let [kind, degrees, scale] = words else { return None };
        let kind = match *kind {
            "heating" => FigureKind::HeatingDegrees,
            "cooling" => FigureKind::CoolingDegrees,
            _ => return None,
        };
        // Beyond that nobody lives.
        let milli = crate::text::scaled(degrees, 3).filter(|it| it.abs() <= 200_000)?;
        Some(Base { kind, milli, scale: Scale::from_word(scale)? })
    }

    /// The degree-days of a day of this mean temperature, in thousandths of its scale.
    pub fn of_mean(self, milli: i64) -> i64 {
        match self.kind {
            FigureKind::CoolingDegrees => (milli - self.milli).max(0),
            _ => (self.milli - milli).max(0),
        }
    }

    fn said(self, language: Language) -> String {
        let kind = match (self.kind, language) {
            (FigureKind::CoolingDegrees, Language::English) => "cooling",
            (FigureKind::CoolingDegrees, Language::Spanish) => "de refrigeración",
            (_, Language::English) => "heating",
            (_, Language::Spanish) => "de calefacción",
        };
        format!("{kind}, {} °{}", decimal(self.milli, 3), self.scale)
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind == FigureKind::CoolingDegrees { "cooling" } else { "heating" };
        write!(f, "{kind} {} {}", decimal(self.milli, 3), self.scale)
    }
}

impl Source {
    /// The name they are published under.
    pub fn name(&self) -> &str {
        match self {
            Source::Station(name) | Source::Published(name) | Source::Temperatures(name) => name,
        }
    }

    /// How it is stored, beside the name.
    pub fn word(&self) -> &'static str {
        match self {
            Source::Station(_) => "station",
            Source::Published(_) => "published",
            Source::Temperatures(_) => "temperatures",
        }
    }

    /// The one that was stored so.
    pub fn from_word(word: &str, name: String) -> Option<Source> {
        match word {
            "station" => Some(Source::Station(name)),
            "published" => Some(Source::Published(name)),
            "temperatures" => Some(Source::Temperatures(name)),
            _ => None,
        }
    }

    fn said(&self, language: Language) -> String {
        let name = self.name();
        match (self, language) {
            (Source::Station(_) | Source::Published(_), Language::English) => format!("of {name}"),
            (Source::Station(_) | Source::Published(_), Language::Spanish) => format!("de {name}"),
            (Source::Temperatures(_), Language::English) => format!("from {name}"),
            (Source::Temperatures(_), Language::Spanish) => format!("según {name}"),
        }
    }
}

impl Basis {
    /// Which degree-days and how many, in a clause behind that of the method.
    pub fn said(&self, language: Language) -> String {
        let Compared { from, to, their_milli, milli, steady_micro } = self.compared;
        let (base, source) = (self.base.said(language), self.source.said(language));
        let number = |micro, places| grouped(&decimal(micro, places));
        let (days, theirs) = (number(milli, 3), number(their_milli, 3));
        let steady = number(steady_micro.div_euclid(10_000), 2);
        match language {
            Language::English => format!(
                "{source} ({base}): {days} of them, beside {theirs} from {from} to {to}; \
                 {steady} a day goes without"
            ),
            Language::Spanish => format!(
                "{source} ({base}): {days}, frente a {theirs} del {from} al {to}; \
                 {steady} al día van sin ellos"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_has_the_degrees_that_it_is_away_from_the_base() {
        let of = |text: &str, mean| {
            Base::parse(&text.split(' ').collect::<Vec<_>>()).unwrap().of_mean(mean)
        };
        assert_eq!(of("heating 65 F", 41_500), 23_500);
        assert_eq!(of("heating 65 F", 70_000), 0);
        assert_eq!(of("heating 18.3 C", -4_000), 22_300);
        assert_eq!(of("cooling 65 F", 82_000), 17_000);
        assert_eq!(of("cooling 65 F", 60_000), 0);
        for wrong in ["heating 65", "freezing 65 F", "heating 65 K", "heating warm F"] {
            assert_eq!(Base::parse(&wrong.split(' ').collect::<Vec<_>>()), None, "{wrong}");
        }
        let base = Base { milli: 18_300, scale: Scale::Celsius, ..Base::HEATING };
        assert_eq!(base.to_string(), "heating 18.3 C");
    }

    #[test]
    fn the_evidence_says_which_and_how_many() {
        let compared = Compared {
            from: date(2026, 1, 1),
            to: date(2026, 4, 1),
            their_milli: 1_900_000,
            milli: 150_500,
            steady_micro: 10_000_000,
        };
        let source = Source::Station("airport".to_owned());
        let basis = Basis { source, base: Base::HEATING, compared };
        assert_eq!(
            basis.said(Language::English),
            "of airport (heating, 65 °F): 150.5 of them, beside 1,900 from 2026-01-01 to \
             2026-04-01; 10 a day goes without"
        );
        let said = basis.said(Language::Spanish);
        assert!(said.starts_with("de airport (de calefacción, 65 °F): 150.5, frente a 1,900"));
        for it in ["station", "published", "temperatures"] {
            assert_eq!(Source::from_word(it, "x".to_owned()).unwrap().word(), it);
        }
        assert_eq!(Source::from_word("guess", String::new()), None);
    }
}
