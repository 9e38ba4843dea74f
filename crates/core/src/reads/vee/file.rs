//! A file of register reads as a whole, beside what its registers did in the cycle before: one that
//! is stale or scaled is held before anything of it is taken.

use jiff::civil::Date;

use super::{Finding, Likely, Rule, Rules, narrow};

/// What one register of the file did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The day of its read.
    pub on: Date,
    /// Use a day that is usual for it, in millionths; above zero.
    pub usual_micro: i64,
    /// Use a day that the file says, in millionths; below zero where it went back.
    pub rate_micro: i64,
}

/// What one register says of its neighbours' weather: the median of what they used beside what is
/// usual for them, in thousandths; 1,000 where too few say it.
pub fn peers_milli(rules: &Rules, moved: &[Moved]) -> i64 {
    if moved.len() < rules.file_least { 1_000 } else { median(&ratios(moved)) }
}

/// Whether the file as a whole is doubted. Registers without a usual use are not to be among `moved`.
pub fn check(rules: &Rules, moved: &[Moved]) -> Option<Finding> {
    if moved.is_empty() || moved.len() < rules.file_least {
        return None;
    }
    let count = i64::try_from(moved.len()).ok()?;
    let from = moved.iter().map(|it| it.on).min()?;
    let to = moved.iter().map(|it| it.on).max()?;
    let total = |of: fn(&Moved) -> i64| {
        narrow(
            moved.iter().map(|it| i128::from(of(it))).sum::<i128>().div_euclid(i128::from(count)),
        )
    };
    let (saw_micro, usual_micro) = (total(|it| it.rate_micro), total(|it| it.usual_micro));
    let finding = |rule, count, likely| {
        let (action, _) = rules.of(rule)?;
        Some(Finding { rule, action, from, to, saw_micro, usual_micro, count, likely })
    };
    let standing = moved.iter().filter(|it| it.rate_micro == 0).count();
    let standing = (i64::try_from(standing).ok()? * 100).div_euclid(count);
    if rules.of(Rule::Stale).is_some_and(|it| it.1 <= standing) {
        return finding(Rule::Stale, standing, Some(Likely::LastCycle));
    }
    let (_, limit) = rules.of(Rule::Scaled)?;
    let went_back = moved.iter().filter(|it| it.rate_micro < 0).count();
    let ratio = median(&ratios(moved));
    let far = limit * 1_000 < ratio || (0 < ratio && ratio * limit < 1_000);
    // A tenth of every index goes back in every register.
    if far || moved.len() < went_back * 2 {
        let likely = Likely::of_rate(i128::from(ratio), 1_000);
        return finding(Rule::Scaled, ratio, likely);
    }
    None
}

/// What some of the registers of a file did beside their usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// They went back.
    Back,
    /// They stand where they stood.
    Still,
    /// They used from so many thousandths of their usual on.
    From(i64),
}

/// Where bands begin, in thousandths of the usual; the first from anything above nothing on.
const BANDS: [i64; 8] = [0, 100, 250, 500, 2_000, 4_000, 8_000, 16_000];

impl Band {
    /// Every band, from those that went back to those that ran ahead.
    pub fn all() -> impl Iterator<Item = Band> {
        [Band::Back, Band::Still].into_iter().chain(BANDS.into_iter().map(Band::From))
    }

    /// Whether what is in it is near what is usual: from half of it to twice.
    pub fn is_usual(self) -> bool {
        self == Band::From(500)
    }

    /// Where it ends, in thousandths; `None` for the last, and for those that used nothing.
    pub fn end(self) -> Option<i64> {
        let Band::From(from) = self else { return None };
        BANDS.into_iter().find(|it| from < *it)
    }

    fn of(it: &Moved) -> Band {
        match it.rate_micro.signum() {
            -1 => Band::Back,
            0 => Band::Still,
            _ => {
                let from = BANDS.into_iter().rfind(|from| *from <= ratio(it));
                Band::From(from.unwrap_or(0))
            }
        }
    }
}

/// How many registers are in each band.
pub fn bands(moved: &[Moved]) -> Vec<(Band, usize)> {
    Band::all().map(|it| (it, moved.iter().filter(|of| Band::of(of) == it).count())).collect()
}

/// The median of what they used beside their usual, in thousandths; `None` of none.
pub fn factor_milli(moved: &[Moved]) -> Option<i64> {
    (!moved.is_empty()).then(|| median(&ratios(moved)))
}

/// What one uses beside its usual, in thousandths.
fn ratio(it: &Moved) -> i64 {
    let usual = i128::from(it.usual_micro).max(1);
    narrow((i128::from(it.rate_micro) * 1_000).div_euclid(usual))
}

/// What each uses beside its usual, in thousandths, in order.
fn ratios(moved: &[Moved]) -> Vec<i64> {
    let mut ratios: Vec<i64> = moved.iter().map(ratio).collect();
    ratios.sort_unstable();
    ratios
}

fn median(sorted: &[i64]) -> i64 {
    sorted.get(sorted.len().div_euclid(2)).copied().unwrap_or(1_000)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::place::Commodity;

    fn file(rates: impl Iterator<Item = i64>) -> Vec<Moved> {
        let on = date(2026, 8, 1);
        rates.map(|rate_micro| Moved { on, usual_micro: 20_000_000, rate_micro }).collect()
    }

    fn found(moved: &[Moved]) -> Option<(Rule, Option<Likely>)> {
        check(&Rules::default_of(Commodity::Electric), moved).map(|it| (it.rule, it.likely))
    }

    #[test]
    fn a_file_like_the_last_cycle_passes() {
        assert_eq!(found(&file((0..20).map(|it| (15 + it) * 1_000_000))), None);
        assert_eq!(found(&file(std::iter::repeat_n(0, 5))), None, "five meters say nothing");
    }

    #[test]
    fn a_stale_file_and_a_scaled_one_are_held_whole() {
        let half = (0..20).map(|it| if it < 10 { 0 } else { 20_000_000 });
        assert_eq!(found(&file(half)), Some((Rule::Stale, Some(Likely::LastCycle))));
        let ten = file((0..20).map(|it| (150 + it * 10) * 1_000_000));
        assert_eq!(found(&ten), Some((Rule::Scaled, Some(Likely::TenTimes))));
        let back = file(std::iter::repeat_n(-90_000_000, 20));
        assert_eq!(found(&back).unwrap().0, Rule::Scaled);
    }

    #[test]
    fn each_register_is_in_one_band() {
        // Usual is 20 a day: back, still, a hundredth, a tenth, half, twice, fifteen times, fifty times.
        let rates = [-1, 0, 200_000, 2_000_000, 10_000_000, 40_000_000, 300_000_000, 1_000_000_000];
        let bands = bands(&file(rates.into_iter()));
        let of = |band| bands.iter().find(|it| it.0 == band).unwrap().1;
        let from = [0, 100, 250, 500, 2_000, 4_000, 8_000, 16_000].map(|it| of(Band::From(it)));
        assert_eq!((of(Band::Back), of(Band::Still), from), (1, 1, [1, 1, 0, 1, 1, 0, 1, 1]));
        assert_eq!(bands.iter().map(|it| it.1).sum::<usize>(), rates.len());
        assert_eq!((Band::From(8_000).end(), Band::From(16_000).end()), (Some(16_000), None));
        assert_eq!(factor_milli(&file([20_000_000; 3].into_iter())), Some(1_000));
        assert_eq!(factor_milli(&[]), None);
    }

    #[test]
    fn a_cold_month_is_what_the_median_says() {
        let rules = Rules::default_of(Commodity::Electric);
        assert_eq!(peers_milli(&rules, &file(std::iter::repeat_n(50_000_000, 11))), 2_500);
        assert_eq!(peers_milli(&rules, &file(std::iter::repeat_n(50_000_000, 3))), 1_000);
    }
}
