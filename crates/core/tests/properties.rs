//! What must hold for every bill, whatever was used and whenever.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, ToSpan};
use meterbook_core::money::{Exact, Money, Quantity, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::carried::Carried;
use meterbook_core::rating::{Basis, ChargeKind, Input, Note, Plan, Rated, rate};
use meterbook_core::reads::usage::{Profile, Usage};
use meterbook_core::tariff::Tariff;
use proptest::prelude::*;

const BLOCKS: &str = "\
tariff B half-up
name       Blocks
commodity  electric kWh
from       2020-01-01
clock season
  summer  jun-sep
  winter  else
daily   Customer charge   0.4250
blocks  Energy by season
  summer   0.1124 to 500, 0.1368 to 1000, 0.1592
  winter   0.1061 to 800, 0.0987
tax     City tax          3.5%
";

const HOURS: &str = "\
tariff H half-up
name       Hours
commodity  electric kWh
from       2020-01-01
holidays   07-04, 12-25
clock hours
  peak      jun-sep weekdays 15-20
  shoulder  oct-may weekdays 6-10, 17-21
  off-peak  else
volume  Energy by hours
  peak      0.2860
  shoulder  0.1340
  off-peak  0.0720
";

/// Charges that each cover all that is used, told apart by their first letter.
const COVERING: &str = "\
tariff C half-even
name       Covering
commodity  electric kWh
from       2020-01-01
clock season
  summer  jun 15 - sep 15
  winter  else
clock hours
  peak      weekdays 15-20
  off-peak  else
volume  A flat   0.0123
blocks  B season by season
  summer  0.1124 to 9.5 daily, 0.1592
  winter  0.1061 to 800, 0.0987
blocks  C time by hours chronological
  peak      0.20 to 150, 0.30 to 400, 0.25
  off-peak  0.10 to 200, 0.15
blocks  D share by hours pro-rata
  peak      0.20 to 150, 0.30
  off-peak  0.10 to 150, 0.15
blocks  E own by hours per-period
  peak      0.20 to 50 per kW, 0.30
  off-peak  0.10 to 150, 0.15
";

/// Nothing in it is for a turn: any two bills of adjoining days are as good as one of them all.
const UNTIERED: &str = "\
tariff U half-up
name       Untiered
commodity  electric kWh
from       2020-01-01
holidays   07-04, 12-25
clock hours
  peak      jun-sep weekdays 15-20
  shoulder  oct-may weekdays 6-10, 17-21
  off-peak  else
daily   Customer charge   0.4250
volume  Energy by hours
  peak      0.2860
  shoulder  0.1340
  off-peak  0.0720
credit  Surplus   0.0450
";

const NETTED: &str = "\
tariff N half-up
name       Netted
commodity  electric kWh
from       2020-01-01
net turn
  bank  true-up apr expires 5 turns pays 0.03
monthly  Service charge  9.50
blocks   Energy   0.1168 to 500, 0.1421
";

const DOLLARS: &str = "\
tariff D half-up
name       Dollars
commodity  electric kWh
from       2020-01-01
net turn
volume  Energy    0.1168
credit  Surplus   0.0450 to 300, 0.0310
  offsets  Energy
  bank     true-up apr paid
";

fn chicago() -> Zone {
    Zone::named("America/Chicago").unwrap()
}

/// Days that begin anywhere in two years, both changes of the clocks among them.
fn days() -> impl Strategy<Value = Period> {
    (0_i64..700, 1_i64..63).prop_map(|(from, count)| {
        let start = Date::constant(2025, 1, 1) + from.days();
        Period::new(start, start + count.days()).unwrap()
    })
}

fn by_register(period: Period, micro: i64, tariffs: &[Tariff]) -> Rated {
    let kwh = |micro| Quantity { micro, unit: Unit::Kwh };
    let usage = Usage {
        delivered: kwh(micro),
        received: kwh(0),
        reactive: None,
        profile: None,
        evidence: Vec::new(),
    };
    rated(period, &usage, tariffs, 60)
}

fn rated(period: Period, usage: &Usage, tariffs: &[Tariff], minutes: u16) -> Rated {
    let plan = Plan::new(&tariffs[0].code, tariffs, &chicago(), minutes, period);
    rate(&plan, &Input::of(period, usage)).unwrap()
}

fn by_the_hour(period: Period, seed: u64, minutes: u16) -> (Usage, i64) {
    let zone = chicago();
    let (start, end) = (zone.start_of(period.start()), zone.start_of(period.end()));
    let mut micro = Vec::new();
    let (mut at, mut draw) = (start, seed);
    while at < end {
        draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        micro.push(i64::try_from(draw >> 44).unwrap());
        at += SignedDuration::from_mins(i64::from(minutes));
    }
    let sum = micro.iter().sum();
    let kwh = |micro| Quantity { micro, unit: Unit::Kwh };
    let profile = Profile {
        start,
        minutes,
        delivered_micro: micro,
        received_micro: Vec::new(),
        reactive_micro: Vec::new(),
    };
    (
        Usage {
            delivered: kwh(sum),
            received: kwh(0),
            reactive: None,
            profile: Some(profile),
            evidence: Vec::new(),
        },
        sum,
    )
}

/// What the lines for use are for, together.
fn priced(rated: &Rated) -> i64 {
    let of_use = rated.lines.iter().filter(|it| it.kind == ChargeKind::Usage);
    of_use.map(|it| kwh_of(&it.basis)).sum()
}

fn kwh_of(basis: &Basis) -> i64 {
    match basis {
        Basis::Each(quantity, _) | Basis::Part { quantity, .. } => quantity.micro,
        Basis::Series(quantity, _) => quantity.micro,
        Basis::Share(..) | Basis::Shortfall { .. } | Basis::Amount(_) => 0,
    }
}

/// The part of an hourly usage that is in `days`.
fn cut(usage: &Usage, whole: Period, days: Period) -> Usage {
    let zone = chicago();
    let hours = |from: Date, to: Date| {
        usize::try_from(zone.start_of(from).duration_until(zone.start_of(to)).as_hours()).unwrap()
    };
    let profile = usage.profile.as_ref().unwrap();
    let range = hours(whole.start(), days.start())..hours(whole.start(), days.end());
    let micro = profile.delivered_micro[range].to_vec();
    let sum = Quantity { micro: micro.iter().sum(), unit: Unit::Kwh };
    let start = zone.start_of(days.start());
    let profile = Profile { start, delivered_micro: micro, ..profile.clone() };
    Usage { delivered: sum, profile: Some(profile), ..usage.clone() }
}

/// Bills of the months from January 2025 on, each with what the one before it left.
fn months(tariff: &str, used: &[(i64, i64)]) -> Vec<Rated> {
    let tariffs = [Tariff::parse(tariff).unwrap()];
    let mut carried = Carried::default();
    let mut all = Vec::new();
    for (nth, (came, sent)) in (0_i16..).zip(used) {
        let month = i8::try_from(nth.rem_euclid(12) + 1).unwrap();
        let period = Period::month(2025 + nth.div_euclid(12), month).unwrap();
        let kwh = |micro: &i64| Quantity { micro: *micro, unit: Unit::Kwh };
        let usage = Usage {
            delivered: kwh(came),
            received: kwh(sent),
            reactive: None,
            profile: None,
            evidence: Vec::new(),
        };
        let plan = Plan::new("N", &tariffs, &chicago(), 60, period);
        let input = Input { carried: &carried, ..Input::of(period, &usage) };
        let rated = rate(&plan, &input).unwrap();
        assert_eq!(rate(&plan, &input).unwrap(), rated, "the same input, another bill");
        carried = rated.carried.clone();
        all.push(rated);
    }
    all
}

/// What lines with this note come to.
fn noted(rated: &Rated, note: &Note) -> Money {
    rated.lines.iter().filter(|it| it.note == *note).map(|it| it.amount).sum()
}

/// Where the day changes its length by an hour, by half an hour, and never.
const ZONES: [&str; 12] = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/St_Johns",
    "Pacific/Honolulu",
    "Europe/London",
    "Europe/Stockholm",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Australia/Brisbane",
];

#[test]
fn every_quarter_of_a_year_is_priced_by_its_local_hour_in_every_zone() {
    let tariffs = [Tariff::parse(COVERING).unwrap()];
    for name in ZONES {
        let zone = Zone::named(name).unwrap();
        let mut lengths = std::collections::BTreeSet::new();
        for month in 1..=12 {
            let period = Period::month(2026, month).unwrap();
            let (mut micro, mut peak) = (Vec::new(), 0);
            let mut at = zone.start_of(period.start());
            while at < zone.start_of(period.end()) {
                let local = zone.tz().to_datetime(at);
                let value = 1_000 + i64::from(local.hour()) * 7 + i64::from(local.day());
                let weekend = matches!(local.weekday(), Weekday::Saturday | Weekday::Sunday);
                if !weekend && (15..20).contains(&local.hour()) {
                    peak += value;
                }
                micro.push(value);
                at += SignedDuration::from_mins(15);
            }
            for day in 0..period.days() {
                let day = period.start() + day.days();
                let next = zone.start_of(day + 1.day());
                lengths.insert(zone.start_of(day).duration_until(next).as_mins());
            }
            let kwh = |micro| Quantity { micro, unit: Unit::Kwh };
            let sum: i64 = micro.iter().sum();
            let usage = Usage {
                delivered: kwh(sum),
                received: kwh(0),
                reactive: None,
                profile: Some(Profile {
                    start: zone.start_of(period.start()),
                    minutes: 15,
                    delivered_micro: micro,
                    received_micro: Vec::new(),
                    reactive_micro: Vec::new(),
                }),
                evidence: Vec::new(),
            };
            let plan = Plan::new("C", &tariffs, &zone, 15, period);
            let rated = rate(&plan, &Input::of(period, &usage)).unwrap();
            for charge in ["C", "D", "E"] {
                let of_peak = |it: &&meterbook_core::rating::Line| {
                    it.label.starts_with(charge) && !it.label.contains("off-peak")
                };
                let priced: i64 =
                    rated.lines.iter().filter(of_peak).map(|it| kwh_of(&it.basis)).sum();
                assert_eq!(priced, peak, "{name}, {period}, {charge}");
            }
        }
        let want: &[i64] = match name {
            "America/Phoenix" | "Pacific/Honolulu" | "Australia/Brisbane" => &[1440],
            "Australia/Lord_Howe" => &[1410, 1440, 1470],
            _ => &[1380, 1440, 1500],
        };
        assert_eq!(lengths.into_iter().collect::<Vec<_>>(), want, "{name}");
    }
}

proptest! {
    #[test]
    fn each_charge_that_covers_all_prices_all(
        period in days(), seed in any::<u64>(), minutes in prop::sample::select(vec![15_u16, 60]),
    ) {
        let (usage, sum) = by_the_hour(period, seed, minutes);
        let rated = rated(period, &usage, &[Tariff::parse(COVERING).unwrap()], minutes);
        for charge in ["A", "B", "C", "D", "E"] {
            let mine = rated.lines.iter().filter(|it| it.label.starts_with(charge));
            prop_assert_eq!(mine.map(|it| kwh_of(&it.basis)).sum::<i64>(), sum, "{}", charge);
        }
    }

    #[test]
    fn two_bills_are_one_bill_where_nothing_is_for_a_turn(
        period in days(), seed in any::<u64>(), at in 0_i64..62,
    ) {
        let tariffs = [Tariff::parse(UNTIERED).unwrap()];
        let middle = period.start() + (at.rem_euclid(period.days())).days();
        let (usage, _) = by_the_hour(period, seed, 60);
        let whole: Exact = rated(period, &usage, &tariffs, 60).unrounded.into_iter().sum();
        let mut parts = Exact::ZERO;
        for (from, to) in [(period.start(), middle), (middle, period.end())] {
            if let Some(days) = Period::new(from, to) {
                let rated = rated(days, &cut(&usage, period, days), &tariffs, 60);
                parts = parts + rated.unrounded.into_iter().sum();
            }
        }
        prop_assert_eq!(parts, whole);
    }

    #[test]
    fn more_in_any_hour_costs_no_less(
        period in days(), seed in any::<u64>(), more in 0_i64..5_000_000, at in any::<prop::sample::Index>(),
    ) {
        let tariffs = [Tariff::parse(HOURS).unwrap()];
        let (less, _) = by_the_hour(period, seed, 60);
        let mut usage = less.clone();
        let profile = usage.profile.as_mut().unwrap();
        let nth = at.index(profile.delivered_micro.len());
        profile.delivered_micro[nth] += more;
        usage.delivered.micro += more;
        let [less, more] = [&less, &usage].map(|it| rated(period, it, &tariffs, 60).total);
        prop_assert!(less <= more, "{} {}", less, more);
    }

    #[test]
    fn the_days_that_versions_and_starts_share_are_those_of_the_turn(
        period in days(), from in 0_i64..62, change in 0_i64..62,
    ) {
        let tariff = Tariff::parse(NETTED).unwrap();
        let days = period.days();
        let next = Tariff { from: period.start() + change.rem_euclid(days).days(), ..tariff.clone() };
        let tariffs = if next.from == period.start() { vec![tariff] } else { vec![tariff, next] };
        let middle = period.start() + from.rem_euclid(days).days();
        let mut owed = 0;
        for (from, to) in [(period.start(), middle), (middle, period.end())] {
            let Some(part) = Period::new(from, to) else { continue };
            let zero = Quantity { micro: 0, unit: Unit::Kwh };
            let usage = Usage { delivered: zero, received: zero, reactive: None, profile: None, evidence: Vec::new() };
            let plan = Plan::new("N", &tariffs, &chicago(), 60, period);
            let input = Input { window: period, ..Input::of(part, &usage) };
            for line in rate(&plan, &input).unwrap().lines {
                match line.basis {
                    Basis::Part { days: some, of, .. } => {
                        prop_assert_eq!(of, days);
                        prop_assert_eq!(some, line.period.days());
                        owed += some;
                    }
                    _ => owed += days,
                }
            }
        }
        prop_assert_eq!(owed, days);
    }

    #[test]
    fn nothing_sent_back_is_lost(used in prop::collection::vec((0_i64..900_000_000, 0_i64..900_000_000), 1..30)) {
        let mut opening = 0;
        for (rated, (came, sent)) in months(NETTED, &used).iter().zip(&used) {
            let flow = rated.bank.unwrap();
            prop_assert_eq!(flow.opening, opening);
            prop_assert_eq!(flow.exported, *sent);
            let out = flow.set_off + flow.used + flow.paid + flow.expired + flow.credited;
            prop_assert_eq!(flow.exported, out + flow.closing - flow.opening);
            prop_assert_eq!(priced(rated), came - flow.set_off - flow.used);
            let paid = rated.lines.iter().filter(|it| it.note == Note::SurplusPaid);
            prop_assert_eq!(paid.map(|it| kwh_of(&it.basis)).sum::<i64>(), flow.paid);
            prop_assert_eq!(rated.carried.energy.iter().map(|it| it.micro).sum::<i64>(), flow.closing);
            opening = flow.closing;
        }
    }

    #[test]
    fn no_dollar_of_credit_is_lost(used in prop::collection::vec((0_i64..900_000_000, 0_i64..900_000_000), 1..30)) {
        let mut bank = Money::ZERO;
        for rated in months(DOLLARS, &used) {
            for note in [Note::Carried, Note::FromEarlier, Note::Paid] {
                bank += noted(&rated, &note);
            }
            let left: Money = rated.carried.money.iter().map(|it| it.amount).sum();
            prop_assert_eq!(left, bank);
            prop_assert!(Money::ZERO <= rated.total - noted(&rated, &Note::Paid));
        }
    }

    #[test]
    fn a_bill_is_the_sum_of_its_lines_and_every_line_follows_from_its_basis(
        period in days(), micro in 0_i64..5_000_000_000,
    ) {
        let rated = by_register(period, micro, &[Tariff::parse(BLOCKS).unwrap()]);
        let sum: Money = rated.lines.iter().map(|it| it.amount).sum();
        prop_assert_eq!(rated.total, sum);
        for line in &rated.lines {
            prop_assert_eq!(line.basis.exact(), line.exact);
            prop_assert_eq!(line.exact.round(line.rounding), line.amount);
        }
    }

    #[test]
    fn every_unit_used_is_priced_once_over_blocks_seasons_and_versions(
        period in days(), micro in 0_i64..5_000_000_000, after in 1_i64..62,
    ) {
        let tariff = Tariff::parse(BLOCKS).unwrap();
        prop_assert_eq!(priced(&by_register(period, micro, std::slice::from_ref(&tariff))), micro);
        let next = Tariff { from: period.start() + after.days(), ..tariff.clone() };
        prop_assert_eq!(priced(&by_register(period, micro, &[tariff, next])), micro);
    }

    #[test]
    fn every_hour_is_priced_once_on_days_of_23_24_and_25_hours(
        period in days(), seed in any::<u64>(), minutes in prop::sample::select(vec![5_u16, 15, 30, 60]),
    ) {
        let (usage, sum) = by_the_hour(period, seed, minutes);
        let tariffs = [Tariff::parse(HOURS).unwrap()];
        prop_assert_eq!(priced(&rated(period, &usage, &tariffs, minutes)), sum);
    }

    #[test]
    fn who_uses_more_pays_no_less(period in days(), micro in 0_i64..4_000_000_000, more in 0_i64..1_000_000_000) {
        let tariffs = [Tariff::parse(BLOCKS).unwrap()];
        let [less, more] = [micro, micro + more].map(|it| by_register(period, it, &tariffs).total);
        // Each of two seasons rounds its blocks, and the tax rounds the whole.
        prop_assert!(less <= more + Money::from_cents(3), "{} {}", less, more);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,200}", head in any::<bool>()) {
        let text = if head { format!("{HOURS}{text}") } else { text };
        let _ = Tariff::parse(&text);
    }

    #[test]
    fn no_shuffled_tariff_makes_the_parser_panic(order in prop::collection::vec(0_usize..17, 0..30)) {
        let lines: Vec<&str> = HOURS.lines().chain(BLOCKS.lines()).collect();
        let text: Vec<&str> = order.iter().map(|it| lines[*it]).collect();
        let _ = Tariff::parse(&text.join("\n"));
    }
}
