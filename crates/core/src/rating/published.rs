//! What is made known to everybody on a tariff from time to time, apart from its text: event days,
//! hourly prices, the hour of the system's peak.

/// All that is published for one tariff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Published {}

impl Published {
    /// Nothing.
    pub const NONE: &'static Published = &Published {};
}
