//! Premises and service points: where the pipes and wires end.

use crate::id::{PremiseId, ServicePointId};
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
}

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
