//! What must hold for every bill, whatever was used and whenever.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use meterbook_core::money::{Money, Quantity, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::{Basis, ChargeKind, Input, Plan, Rated, rate};
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
    of_use
        .map(|it| match it.basis {
            Basis::Each(quantity, _) | Basis::Part { quantity, .. } => quantity.micro,
            Basis::Series(quantity, _) => quantity.micro,
            Basis::Share(..) | Basis::Shortfall { .. } | Basis::Amount(_) => 0,
        })
        .sum()
}

proptest! {
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
