//! What one agreement says of itself, apart from the tariff it is on: how many dwellings, the size of
//! the meter, the contract demand.

/// The terms of one agreement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {}

impl Terms {
    /// None.
    pub const NONE: &'static Terms = &Terms {};
}
