//! What a doubtful read looks like: the mistakes that are made again and again, each a factor.

/// A mistake that explains what was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likely {
    /// The decimal point moved: ten times too much.
    TenTimes,
    /// The decimal point moved: a tenth.
    Tenth,
    /// The decimal point moved by two: a hundred times too much.
    HundredTimes,
    /// The decimal point moved by two: a hundredth.
    Hundredth,
    /// Gallons where the register counts CCF.
    GallonsForCcf,
    /// CCF where the register counts gallons.
    CcfForGallons,
    /// Gallons where the register counts thousands of them, or watt-hours for kWh.
    Thousandfold,
    /// Thousands of gallons where the register counts single ones, or kWh for watt-hours.
    Thousandth,
    /// The multiplier of the meter before was not taken over, or is there twice.
    OtherMultiplier,
    /// The read of the cycle before.
    LastCycle,
    /// It went past its last digit.
    WentRound,
    /// The hour that comes twice was counted twice.
    HourTwice,
}

words! {
    Likely {
        TenTimes = "ten-times", Tenth = "tenth", HundredTimes = "hundred-times",
        Hundredth = "hundredth", GallonsForCcf = "gallons-for-ccf",
        CcfForGallons = "ccf-for-gallons", Thousandfold = "thousandfold",
        Thousandth = "thousandth", OtherMultiplier = "other-multiplier",
        LastCycle = "last-cycle", WentRound = "went-round", HourTwice = "hour-twice",
    }
}

/// Gallons in 100 cubic feet, in hundredths: 748.05.
const GALLONS_IN_CCF: i128 = 74_805;

impl Likely {
    /// The mistakes that multiply what was meant.
    pub const FACTORS: [Likely; 8] = [
        Likely::TenTimes,
        Likely::Tenth,
        Likely::HundredTimes,
        Likely::Hundredth,
        Likely::GallonsForCcf,
        Likely::CcfForGallons,
        Likely::Thousandfold,
        Likely::Thousandth,
    ];

    /// What was meant when `micro` was said by this mistake; as it is where it is no factor.
    pub fn undone(self, micro: i128) -> i128 {
        match self {
            Likely::TenTimes => micro.div_euclid(10),
            Likely::Tenth => micro * 10,
            Likely::HundredTimes => micro.div_euclid(100),
            Likely::Hundredth => micro * 100,
            Likely::GallonsForCcf => (micro * 100).div_euclid(GALLONS_IN_CCF),
            Likely::CcfForGallons => (micro * GALLONS_IN_CCF).div_euclid(100),
            Likely::Thousandfold => micro.div_euclid(1_000),
            Likely::Thousandth => micro * 1_000,
            Likely::OtherMultiplier | Likely::LastCycle | Likely::WentRound | Likely::HourTwice => {
                micro
            }
        }
    }

    /// The mistake that makes `saw` of what is about `usual`: undone, it is within a third of it.
    pub fn of_rate(saw: i128, usual: i128) -> Option<Likely> {
        Likely::FACTORS.into_iter().find(|it| is_about(it.undone(saw), usual))
    }
}

/// Whether two amounts are within a third of each other.
pub(crate) fn is_about(one: i128, other: i128) -> bool {
    0 < other && 2 * other <= 3 * one && 2 * one <= 3 * other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_is_known_by_what_it_makes_of_the_usual() {
        let usual = 20_000_000;
        assert_eq!(Likely::of_rate(200_000_000, usual), Some(Likely::TenTimes));
        assert_eq!(Likely::of_rate(2_000_000, usual), Some(Likely::Tenth));
        assert_eq!(Likely::of_rate(748 * usual, usual), Some(Likely::GallonsForCcf));
        assert_eq!(Likely::of_rate(usual.div_euclid(748), usual), Some(Likely::CcfForGallons));
        assert_eq!(Likely::of_rate(4 * usual, usual), None);
        assert_eq!(Likely::of_rate(usual, 0), None);
    }
}
