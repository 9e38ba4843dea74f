//! Community solar: shares of a host's surplus that go to subscribers, and what they come to.
//!
//! The shares that are in force on the last day of the host's bill, the day of its read, give out
//! all of its surplus. What one bill gives, another takes once.

use jiff::civil::Date;

use crate::id::{AgreementId, BillId};
use crate::money::Share;

/// A share of the surplus of a host that goes to a subscriber, for the days `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// Whose surplus.
    pub host: AgreementId,
    /// Who gets a share of it.
    pub subscriber: AgreementId,
    /// How much.
    pub share: Share,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
}

/// What a bill of a host gives to a subscriber.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// To whom.
    pub to: AgreementId,
    /// The period of the net's clock in which it was sent back; empty without a clock.
    pub period: String,
    /// In millionths of the billed unit.
    pub micro: i64,
}

/// What a bill of a subscriber takes of what a host's bill gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allotted {
    /// The host's bill.
    pub bill: BillId,
    /// The segment of that bill.
    pub segment: i64,
    /// Its place among what that segment gave.
    pub position: i64,
    /// The first day of the host's turn.
    pub turn: Date,
    /// The period in which it was sent back; empty without a clock.
    pub period: String,
    /// In millionths of the billed unit.
    pub micro: i64,
}

impl Allocation {
    /// Whether it is in force on a day.
    pub fn holds(&self, on: Date) -> bool {
        self.from <= on && self.to.is_none_or(|to| on < to)
    }
}

/// The most that shares of one host come to on one day, on any of the days on which `new` holds,
/// and the first day on which they do.
pub fn most(there: &[Allocation], new: &Allocation) -> (i64, Date) {
    let sum = |on: Date| {
        let held = there.iter().filter(|it| it.holds(on));
        new.share.nano + held.map(|it| it.share.nano).sum::<i64>()
    };
    let starts = there.iter().map(|it| it.from).filter(|it| new.holds(*it));
    let days = starts.chain([new.from]).map(|on| (sum(on), std::cmp::Reverse(on)));
    let (nano, on) = days.max().expect("there is the day of the new one");
    (nano, on.0)
}

/// What each share of a surplus comes to, in whole Wh and nothing lost: the Wh that no share fills
/// go to the largest remainders, the host's own among them. What is less than a Wh stays with the
/// host, and so does whatever no share is for.
pub fn split(surplus_micro: i64, shares: &[Share]) -> Vec<i64> {
    const WH_MICRO: i64 = 1_000;
    let whole = i128::from(surplus_micro.max(0).div_euclid(WH_MICRO));
    let all = i128::from(Share::WHOLE.nano);
    let given: i128 = shares.iter().map(|it| i128::from(it.nano)).sum();
    assert!(given <= all, "shares of a host come to more than all of it");
    let nano = shares.iter().map(|it| i128::from(it.nano)).chain([all - given]);
    let exact: Vec<i128> = nano.map(|it| whole * it).collect();
    let mut parts: Vec<i128> = exact.iter().map(|it| it.div_euclid(all)).collect();
    let left = whole - parts.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by_key(|it| std::cmp::Reverse(exact[*it].rem_euclid(all)));
    for nth in order.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[nth] += 1;
    }
    parts.pop();
    let micro = |it: i128| i64::try_from(it).expect("a part is no more than the whole") * WH_MICRO;
    parts.into_iter().map(micro).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn percent(text: &str) -> Share {
        Share::parse(text).unwrap()
    }

    #[test]
    fn the_last_wh_goes_to_the_largest_remainder() {
        let third = percent("33.3333333%");
        // 10 Wh: three thirds of 3.3 and the host's own nothing; the first gets the one left over.
        assert_eq!(split(10_000, &[third, third, third]), [4_000, 3_000, 3_000]);
        // 40% and 25% of 7 Wh are 2.8 and 1.75; the host's 35% are 2.45.
        assert_eq!(split(7_999, &[percent("40%"), percent("25%")]), [3_000, 2_000]);
        assert_eq!(split(0, &[percent("100%")]), [0]);
        assert_eq!(split(5_000, &[]), [0_i64; 0]);
    }

    #[test]
    #[should_panic(expected = "more than all of it")]
    fn more_than_all_is_given_to_nobody() {
        split(1_000, &[percent("60%"), percent("50%")]);
    }

    #[test]
    fn the_most_is_looked_for_on_every_day_on_which_something_begins() {
        let of = |share, from, to| Allocation {
            host: AgreementId(1),
            subscriber: AgreementId(2),
            share: percent(share),
            from,
            to,
        };
        let (january, may, july) = (date(2026, 1, 1), date(2026, 5, 1), date(2026, 7, 1));
        let there = [of("50%", january, Some(may)), of("70%", july, None)];
        assert_eq!(most(&there, &of("30%", january, None)), (1_000_000_000, july));
        assert_eq!(most(&there, &of("30%", may, Some(july))), (300_000_000, may));
        assert_eq!(most(&there, &of("60%", january, Some(july))), (1_100_000_000, january));
    }

    mod random {
        use proptest::prelude::*;

        use super::*;

        proptest! {
            #[test]
            fn nothing_is_lost_and_nobody_is_short_of_a_wh(
                micro in 0_i64..9_000_000_000_000, nano in prop::collection::vec(0_i64..90_000_000, 0..11),
            ) {
                let shares: Vec<Share> = nano.iter().map(|it| Share { nano: *it }).collect();
                let parts = split(micro, &shares);
                prop_assert!(parts.iter().sum::<i64>() <= micro);
                for (part, share) in parts.iter().zip(&shares) {
                    let exact = i128::from(micro) * i128::from(share.nano);
                    let apart = i128::from(*part) * 1_000_000_000 - exact;
                    prop_assert!(apart.abs() < 2_000 * 1_000_000_000, "{part} of {micro}");
                    prop_assert_eq!(part.rem_euclid(1_000), 0);
                }
            }
        }
    }
}
