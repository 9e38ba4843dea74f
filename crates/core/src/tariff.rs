//! A tariff and the text people write it in.

use jiff::civil::Date;

use crate::money::Rounding;

/// One version of one tariff: its components, in the order they appear on the bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Tariff {
    /// The code on the rate sheet, such as `R-1`.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The first day of this version.
    pub from: Date,
    /// What this tariff does with half a cent.
    pub rounding: Rounding,
}
