//! Premises and service points: where the pipes and wires end.

use jiff::civil::Date;

use crate::id::{AccountId, LandlordId, PremiseId, ServicePointId};
use crate::period::Zone;

/// A building or a piece of land that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Premise {
    /// Which one.
    pub id: PremiseId,
    /// The street line, as it was entered: `418 Juniper Hollow Rd`.
    pub street: String,
    /// The town.
    pub town: String,
    /// State or province and postal code: `XX 00417`.
    pub region: String,
}

impl Premise {
    /// The address as the lines of an envelope.
    pub fn lines(&self) -> [String; 2] {
        [self.street.clone(), format!("{} {}", self.town, self.region)]
    }

    /// The address as it is compared: small letters, no signs, the words of streets cut short. Two
    /// premises with one key are one place written twice.
    pub fn key(&self) -> String {
        let text = format!("{} {} {}", self.street, self.town, self.region).to_lowercase();
        let words = text.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
        let short = |it| SHORT.iter().find(|(full, _)| *full == it).map_or(it, |it| it.1);
        words.map(short).collect::<Vec<_>>().join(" ")
    }
}

/// Words of addresses, in full and as the post cuts them short.
pub(crate) const SHORT: &[(&str, &str)] = &[
    ("apartment", "apt"),
    ("avenue", "ave"),
    ("boulevard", "blvd"),
    ("circle", "cir"),
    ("court", "ct"),
    ("cove", "cv"),
    ("drive", "dr"),
    ("east", "e"),
    ("highway", "hwy"),
    ("lane", "ln"),
    ("north", "n"),
    ("parkway", "pkwy"),
    ("place", "pl"),
    ("road", "rd"),
    ("south", "s"),
    ("square", "sq"),
    ("street", "st"),
    ("suite", "ste"),
    ("terrace", "ter"),
    ("trail", "trl"),
    ("west", "w"),
];

/// Where one commodity enters a premise.
#[derive(Clone, Debug, PartialEq)]
pub struct ServicePoint {
    /// Which one.
    pub id: ServicePointId,
    /// The premise it serves.
    pub premise: PremiseId,
    /// What comes out of it.
    pub commodity: Commodity,
    /// Whose midnight ends its days.
    pub zone: Zone,
}

/// Who takes one commodity at a premise over when a tenant ends, for the days `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landlord {
    /// Which one.
    pub id: LandlordId,
    /// The premise.
    pub premise: PremiseId,
    /// The landlord's account.
    pub account: AccountId,
    /// What is taken over.
    pub commodity: Commodity,
    /// The tariff between tenants.
    pub tariff: String,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
}

/// What is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Commodity {
    /// Electricity.
    Electric,
    /// Natural gas.
    Gas,
    /// Water: drinking, waste and rain water.
    Water,
    /// Refuse, carried away.
    Waste,
}

words! {
    Commodity { Electric = "electric", Gas = "gas", Water = "water", Waste = "waste" }
}

impl Commodity {
    /// What a customer calls it in Spanish.
    pub const fn spanish(self) -> &'static str {
        match self {
            Commodity::Electric => "electricidad",
            Commodity::Gas => "gas",
            Commodity::Water => "agua",
            Commodity::Waste => "basura",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_has_one_key_however_it_is_written() {
        let at = |street: &str| Premise {
            id: PremiseId(1),
            street: street.to_owned(),
            town: "Alder Creek".to_owned(),
            region: "IL 60000".to_owned(),
        };
        let key = at("12 N. Mill St., Apt 3").key();
        assert_eq!(key, "12 n mill st apt 3 alder creek il 60000");
        assert_eq!(at("12 North Mill Street  apartment 3").key(), key);
        assert_ne!(at("12 N Mill St Apt 4").key(), key);
    }
}
