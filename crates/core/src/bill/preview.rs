//! What a turn comes to, about to be billed or billed, beside what earlier turns of its cycle came to.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;

use crate::account::Cycle;
use crate::bill::limits::{Beside, Limits, Measure};
use crate::bill::run::Standing;
use crate::cycle::Window;
use crate::id::{AccountNumber, AgreementId, RunId};
use crate::money::{Money, Unit};

/// The bounds of the bands in which bills are counted by their amounts, in cents: below zero, nothing,
/// then up to each.
const BOUNDS: [i64; 9] = [0, 1, 2_500, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000];

/// The cents by which all bills of a small turn may be further than those before, however few they are.
const NEAR: i128 = 15_000;

/// How many bands there are.
pub const BANDS: usize = BOUNDS.len() + 1;

/// What a turn comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// Of all its bills.
    pub all: Part,
    /// By the tariff's code.
    pub tariffs: BTreeMap<String, Part>,
    /// By the amount of the bill.
    pub bands: [Band; BANDS],
}

/// What the bills of one band of amounts come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Band {
    /// How many there are.
    pub bills: i64,
    /// What they come to.
    pub total: Money,
    /// What was used on them in each unit, in millionths of it.
    pub used: BTreeMap<Unit, i128>,
}

/// What some agreements come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// How many there are.
    pub agreements: i64,
    /// What they come to.
    pub total: Money,
    /// What they used in each unit, in millionths of it.
    pub used: BTreeMap<Unit, i128>,
}

/// A total that is further from an earlier one than a limit allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What is compared.
    pub measure: Measure,
    /// Of what: a unit, a tariff's code, a band; empty for all.
    pub of: String,
    /// With what.
    pub beside: Beside,
    /// The limit, in parts or points of a hundred.
    pub limit: i64,
    /// What it was: cents, millionths of the unit, agreements, or tenths of a point.
    pub was: i128,
    /// What it is now.
    pub now: i128,
}

/// A bill that differs much from the one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub account: AccountNumber,
    /// What the bill before came to.
    pub before: Money,
    /// What this one comes to.
    pub now: Money,
}

/// The first bill of a service on another tariff, or on a new version of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switched {
    /// Whose.
    pub account: AccountNumber,
    /// Which, now.
    pub agreement: AgreementId,
    /// The tariff that it was on.
    pub from: String,
    /// The tariff that it is on.
    pub to: String,
    /// The first day of the version, where only that is new.
    pub version: Option<Date>,
    /// What it comes to.
    pub now: Money,
}

/// What waits for one reason and one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    /// The word for the reason.
    pub reason: String,
    /// Whose task it is; empty while it is nobody's.
    pub owner: String,
    /// How many agreements.
    pub count: i64,
    /// How many days the oldest has waited.
    pub days: i64,
    /// One of them.
    pub example: AccountNumber,
}

/// The days on the bills of a turn, the first and the last of each: a calendar may say others for each
/// class of customers, and what was held is let go later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dates {
    /// The day on their faces.
    pub billed_on: (Date, Date),
    /// The day by which they are to be paid.
    pub due_on: (Date, Date),
}

/// What proves a turn that is posted: the same sum from its lines, its bills and the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What the services on its bills come to.
    pub lines: Money,
    /// What its bills that stand come to.
    pub bills: Money,
    /// What was posted of them to receivables.
    pub ledger: Money,
}

/// All that is to be seen of a turn before its run is released, and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The run.
    pub run: RunId,
    /// The turn.
    pub window: Window,
    /// Whether its bills keep the days planned for them, however late they are let go.
    pub as_planned: bool,
    /// The days planned for its bills.
    pub planned: Dates,
    /// The days on its bills, or as long as they are not let go those if that is done now.
    pub dates: Dates,
    /// What proves it; nothing before it is posted.
    pub proof: Option<Proof>,
    /// How its agreements end.
    pub standing: Standing,
    /// What its bills come to.
    pub now: Turnover,
    /// What those of the turn before came to.
    pub last: Option<Turnover>,
    /// What those of a year before came to.
    pub year: Option<Turnover>,
    /// What is further from these than the limits allow.
    pub moved: Vec<Moved>,
    /// The bills that changed most.
    pub changes: Vec<Change>,
    /// First bills on another tariff, or on a new version of theirs.
    pub switched: Vec<Switched>,
    /// What waits.
    pub holds: Vec<Holds>,
}

impl Turnover {
    /// Counts some agreements of a tariff, in one unit.
    pub fn add(
        &mut self,
        tariff: &str,
        agreements: i64,
        (unit, micro): (Unit, i128),
        total: Money,
    ) {
        let of_tariff = self.tariffs.entry(tariff.to_owned()).or_default();
        for part in [&mut self.all, of_tariff] {
            part.agreements += agreements;
            part.total += total;
            *part.used.entry(unit).or_default() += micro;
        }
    }

    /// Counts a bill with its use in each unit, in millionths of it.
    pub fn add_bill(&mut self, total: Money, used: &[(Unit, i128)]) {
        let band = &mut self.bands[BOUNDS.partition_point(|it| *it <= total.cents())];
        band.bills += 1;
        band.total += total;
        for (unit, micro) in used {
            *band.used.entry(*unit).or_default() += micro;
        }
    }

    /// How many bills there are.
    pub fn bills(&self) -> i64 {
        self.bands.iter().map(|it| it.bills).sum()
    }
}

/// The least and the greatest amount of a band, where it has them.
pub fn bounds(band: usize) -> (Option<Money>, Option<Money>) {
    let lower = band.checked_sub(1).and_then(|it| BOUNDS.get(it));
    let upper = BOUNDS.get(band).map(|it| it - 1);
    (lower.copied().map(Money::from_cents), upper.map(Money::from_cents))
}

/// What a band is called.
pub fn band(band: usize) -> String {
    match bounds(band) {
        (None, _) => "below 0".to_owned(),
        (Some(lower), None) => format!("{lower} and more"),
        (Some(lower), Some(upper)) if lower == upper => lower.to_string(),
        (Some(lower), Some(upper)) => format!("{lower} to {upper}"),
    }
}

/// What is further from an earlier turn than the limits allow.
pub fn moved(
    limits: &Limits,
    now: &Turnover,
    last: Option<&Turnover>,
    year: Option<&Turnover>,
) -> Vec<Moved> {
    let mut all = Vec::new();
    for limit in &limits.all {
        let earlier = match limit.beside {
            Beside::LastTurn => last,
            Beside::LastYear => year,
        };
        let Some(was) = earlier else { continue };
        let small = now.all.agreements.max(was.all.agreements) < limits.small;
        let of_small = limit.measure == Measure::Mean;
        if small != of_small || (small && near(was, now)) {
            continue;
        }
        for (of, was, now) in compared(limit.measure, was, now, limits.small) {
            let room = match limit.measure {
                // In tenths of a point.
                Measure::Band => i128::from(limit.percent) * 10 * 100,
                _ => i128::from(limit.percent) * was.abs(),
            };
            if room < (now - was).abs() * 100 {
                let (measure, beside, limit) = (limit.measure, limit.beside, limit.percent);
                all.push(Moved { measure, of, beside, limit, was, now });
            }
        }
    }
    all
}

/// Whether turns come to about the same for as many agreements as there are now: a few bills double for
/// small reasons, as that the first of them were for some days.
fn near(was: &Turnover, now: &Turnover) -> bool {
    let [was, is] = [was, now].map(|it| mean(&it.all));
    (is - was).abs() * i128::from(now.all.agreements) <= NEAR
}

/// What an agreement comes to on average, in cents.
fn mean(of: &Part) -> i128 {
    i128::from(of.total.cents()).div_euclid(i128::from(of.agreements.max(1)))
}

/// What of two turns is compared: of what, what it was, what it is.
fn compared(
    measure: Measure,
    was: &Turnover,
    now: &Turnover,
    small: i64,
) -> Vec<(String, i128, i128)> {
    let cents = |part: &Part| i128::from(part.total.cents());
    let all = |was, now| vec![(String::new(), was, now)];
    match measure {
        Measure::Agreements => all(was.all.agreements.into(), now.all.agreements.into()),
        Measure::Total => all(cents(&was.all), cents(&now.all)),
        Measure::Mean => all(mean(&was.all), mean(&now.all)),
        Measure::Use => {
            let units = was.all.used.keys().chain(now.all.used.keys());
            let mut units: Vec<Unit> = units.copied().collect();
            units.sort_unstable();
            units.dedup();
            let of = |turn: &Turnover, unit| turn.all.used.get(unit).copied().unwrap_or_default();
            units.iter().map(|it| (it.to_string(), of(was, it), of(now, it))).collect()
        }
        Measure::Tariff => {
            let codes = was.tariffs.keys().chain(now.tariffs.keys());
            let mut codes: Vec<&String> = codes.collect();
            codes.sort_unstable();
            codes.dedup();
            let none = Part::default();
            let of = |turn: &Turnover, code| turn.tariffs.get(code).unwrap_or(&none).clone();
            let both = codes.into_iter().map(|it| (it.clone(), of(was, it), of(now, it)));
            both.filter(|(_, was, now)| small <= was.agreements.max(now.agreements))
                .map(|(code, was, now)| (code, cents(&was), cents(&now)))
                .collect()
        }
        Measure::Band => {
            let share = |turn: &Turnover, band: usize| {
                let bills = i128::from(turn.bills().max(1));
                (i128::from(turn.bands[band].bills) * 1000).div_euclid(bills)
            };
            (0..BANDS).map(|it| (band(it), share(was, it), share(now, it))).collect()
        }
    }
}

impl Preview {
    /// Whose turn it is.
    pub fn cycle(&self) -> Cycle {
        self.window.cycle
    }
}

impl Dates {
    /// The days of both.
    #[must_use]
    pub fn with(self, other: Dates) -> Dates {
        let both = |a: (Date, Date), b: (Date, Date)| (a.0.min(b.0), a.1.max(b.1));
        Dates {
            billed_on: both(self.billed_on, other.billed_on),
            due_on: both(self.due_on, other.due_on),
        }
    }
}

impl Proof {
    /// Whether all three are the same.
    pub fn ties(&self) -> bool {
        self.lines == self.bills && self.bills == self.ledger
    }
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let beside = match self.beside {
            Beside::LastTurn => "the turn before",
            Beside::LastYear => "a year before",
        };
        let of = if self.of.is_empty() { String::new() } else { format!(" of {}", self.of) };
        let (was, now) = (self.said(self.was), self.said(self.now));
        let limit = self.limit;
        match self.measure {
            Measure::Band => write!(
                f,
                "bills{of}: {now} of all instead of {was} {beside}; more than {limit} points"
            ),
            measure => {
                write!(f, "{measure}{of}: {now} instead of {was} {beside}; more than {limit} %")
            }
        }
    }
}

impl Moved {
    /// One of the two figures as it is read.
    pub fn said(&self, figure: i128) -> String {
        match self.measure {
            Measure::Agreements => figure.to_string(),
            Measure::Total | Measure::Tariff | Measure::Mean => {
                Money::from_cents(i64::try_from(figure).unwrap_or(i64::MAX)).to_string()
            }
            Measure::Use => figure.div_euclid(1_000_000).to_string(),
            Measure::Band => {
                format!("{}.{} %", figure.div_euclid(10), figure.rem_euclid(10))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KWH: Unit = Unit::Kwh;

    fn turn(bills: i64, cents: i64, kwh: i128) -> Turnover {
        let mut turn = Turnover::default();
        for _ in 0..bills {
            turn.add("res", 1, (KWH, kwh * 1_000_000), Money::from_cents(cents));
            turn.add_bill(Money::from_cents(cents), &[(KWH, kwh * 1_000_000)]);
        }
        turn
    }

    fn of(moved: &[Moved]) -> Vec<(Measure, &str)> {
        moved.iter().map(|it| (it.measure, &*it.of)).collect()
    }

    #[test]
    fn a_run_that_is_ten_times_too_high_is_seen() {
        let limits = Limits::default_ones();
        let (was, now) = (turn(100, 8_000, 600), turn(100, 80_000, 6_000));
        let seen = moved(&limits, &now, Some(&was), None);
        assert_eq!(
            of(&seen),
            [
                (Measure::Total, ""),
                (Measure::Use, "kWh"),
                (Measure::Tariff, "res"),
                (Measure::Band, "$50.00 to $99.99"),
                (Measure::Band, "$500.00 to $999.99"),
            ]
        );
        assert_eq!(
            seen[0].to_string(),
            "total: $80,000.00 instead of $8,000.00 the turn before; more than 100 %"
        );
        assert_eq!(
            seen[4].to_string(),
            "bills of $500.00 to $999.99: 100.0 % of all instead of 0.0 % the turn before; more than 50 points"
        );
        assert_eq!(moved(&limits, &was, Some(&was), Some(&was)), []);
    }

    #[test]
    fn what_has_nothing_to_be_compared_with_has_not_moved() {
        let limits = Limits::default_ones();
        assert_eq!(moved(&limits, &turn(100, 80_000, 6_000), None, None), []);
    }

    #[test]
    fn a_small_turn_is_compared_by_what_a_service_comes_to() {
        let limits = Limits::default_ones();
        let was = turn(19, 7_119, 500);
        let seen = moved(&limits, &turn(19, 60_840, 500), Some(&was), None);
        assert_eq!(of(&seen), [(Measure::Mean, "")]);
        assert_eq!(
            seen[0].to_string(),
            "mean: $608.40 instead of $71.19 the turn before; more than 300 %"
        );
        // One that grows does not come to more for each of them.
        assert_eq!(moved(&limits, &turn(19, 8_000, 9), Some(&turn(1, 7_000, 9)), None), []);
        // And three bills for some days, then for a month, are far apart by little.
        assert_eq!(moved(&limits, &turn(3, 5_800, 9), Some(&turn(3, 800, 9)), None), []);
        assert_eq!(
            of(&moved(&limits, &turn(3, 5_801, 9), Some(&turn(3, 800, 9)), None)),
            [(Measure::Mean, "")]
        );
    }

    #[test]
    fn exactly_the_limit_is_allowed_and_a_cent_more_is_not() {
        let limits = Limits::parse("total last-year 50%").unwrap();
        let was = turn(1, 10_000, 1);
        assert_eq!(moved(&limits, &turn(1, 15_000, 1), None, Some(&was)), []);
        assert_eq!(
            of(&moved(&limits, &turn(1, 15_001, 1), None, Some(&was))),
            [(Measure::Total, "")]
        );
        assert_eq!(
            of(&moved(&limits, &turn(1, 4_999, 1), None, Some(&was))),
            [(Measure::Total, "")]
        );
        // Where there was nothing, anything is more.
        assert_eq!(of(&moved(&limits, &was, None, Some(&turn(1, 0, 0)))), [(Measure::Total, "")]);
    }

    #[test]
    fn a_tariff_that_nobody_is_billed_on_any_more_has_moved() {
        let limits = Limits::parse("tariff last-turn 100%\nsmall 2").unwrap();
        let (mut was, now) = (turn(10, 8_000, 600), turn(10, 8_000, 600));
        was.add("shop", 1, (KWH, 1), Money::from_cents(500));
        assert_eq!(moved(&limits, &now, Some(&was), None), []);
        was.add("shop", 1, (KWH, 1), Money::from_cents(500));
        // From something to nothing is all of it, which this limit allows.
        assert_eq!(moved(&limits, &now, Some(&was), None), []);
        let limits = Limits::parse("tariff last-turn 99%\nsmall 2").unwrap();
        assert_eq!(of(&moved(&limits, &now, Some(&was), None)), [(Measure::Tariff, "shop")]);
    }

    #[test]
    fn every_amount_is_in_one_band() {
        for (cents, name) in [
            (-1, "below 0"),
            (0, "$0.00"),
            (1, "$0.01 to $24.99"),
            (2_499, "$0.01 to $24.99"),
            (2_500, "$25.00 to $49.99"),
            (999_999, "$1,000.00 to $9,999.99"),
            (1_000_000, "$10,000.00 and more"),
        ] {
            let mut turn = Turnover::default();
            turn.add_bill(Money::from_cents(cents), &[(KWH, 5), (KWH, 2)]);
            let at = turn.bands.iter().position(|it| it.bills == 1).unwrap();
            assert_eq!(band(at), name, "{cents}");
            assert_eq!(turn.bands[at].used, BTreeMap::from([(KWH, 7)]), "{cents}");
        }
    }
    #[test]
    fn a_turn_ties_only_where_lines_bills_and_ledger_are_the_same() {
        let cents = Money::from_cents;
        let proof = |lines, bills, ledger| Proof {
            lines: cents(lines),
            bills: cents(bills),
            ledger: cents(ledger),
        };
        assert!(proof(500, 500, 500).ties());
        assert!(!proof(500, 500, 499).ties());
        assert!(!proof(499, 500, 500).ties());
    }
}
