//! The year that speed is measured on: five tariffs, a made-up load, and its twelve bills. The same
//! tariffs and the same load are in crates/xtask/peers/pysam.py.

use std::fmt;

use jiff::civil::Date;
use meterbook_core::money::{Quantity, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::{Input, Plan, Rated, rate};
use meterbook_core::reads::usage::{Profile, Usage};
use meterbook_core::tariff::Tariff;

/// Time of use with tiers and two demands; the hours fill the tiers in the way that is named.
macro_rules! tou_demand {
    ($scope:literal) => {
        concat!(
            "\
tariff TOU-DEMAND half-up
name       Time of use with tiers and demand
commodity  electric kWh
from       2018-01-01

clock hours
  summer-peak      jun-sep weekdays 14-20
  summer-shoulder  jun-sep weekdays 7-14, 20-22
  winter-peak      oct-may weekdays 6-10, 17-21
  off-peak         else

monthly  Service charge   28.00
blocks   Energy by hours ",
            $scope,
            "
  summer-peak      0.1861 to 6000, 0.2061
  summer-shoulder  0.0942 to 6000, 0.1042
  winter-peak      0.0887 to 6000, 0.0987
  off-peak         0.0521 to 6000, 0.0611
demand   Demand           6.40
demand   Demand by hours
  summer-peak      4.10
  summer-shoulder  2.35
  winter-peak      3.05
  off-peak         1.25
"
        )
    };
}

/// A tariff by the name it has in the tables of measurements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sample {
    /// `tou-demand`.
    pub(crate) name: &'static str,
    /// Its text.
    pub(crate) text: &'static str,
}

/// Every tariff that is measured, from the plainest to the richest.
pub(crate) const SAMPLES: [Sample; 5] = [
    Sample { name: "flat", text: FLAT },
    Sample { name: "tiered", text: TIERED },
    Sample { name: "tou", text: TOU },
    Sample { name: "tou-demand", text: tou_demand!("chronological") },
    Sample { name: "tou-demand-pro-rata", text: tou_demand!("pro-rata") },
];

/// The lengths of intervals that are measured, in minutes.
pub(crate) const MINUTES: [u16; 2] = [60, 15];

/// 2018: it begins on a Monday, as the year of NREL's models does, and has no leap day.
const YEAR: i16 = 2018;

const FLAT: &str = "\
tariff FLAT half-up
name       Flat
commodity  electric kWh
from       2018-01-01

monthly  Service charge   12.00
volume   Energy           0.1168
";

const TIERED: &str = "\
tariff TIERED half-up
name       Tiered
commodity  electric kWh
from       2018-01-01

monthly  Service charge   12.00
blocks   Energy           0.0894 to 2500, 0.1061 to 6000, 0.1287
";

const TOU: &str = "\
tariff TOU half-up
name       Time of use
commodity  electric kWh
from       2018-01-01

clock hours
  summer-peak      jun-sep weekdays 14-20
  summer-shoulder  jun-sep weekdays 7-14, 20-22
  winter-peak      oct-may weekdays 6-10, 17-21
  off-peak         else

monthly  Service charge   12.00
volume   Energy by hours
  summer-peak      0.2861
  summer-shoulder  0.1342
  winter-peak      0.1187
  off-peak         0.0721
";

/// What a small shop uses in each hour of a weekday.
const SHAPE_WH: [i64; 24] = [
    4000, 3800, 3700, 3700, 3900, 4600, 6200, 9100, 13200, 15800, 17100, 17900, 18300, 18600,
    18900, 18700, 17800, 16100, 13000, 10200, 8100, 6500, 5300, 4500,
];

/// Reads the tariff and makes it ready for the year, for meters that keep intervals of `minutes`.
pub(crate) fn compile(sample: Sample, minutes: u16) -> Plan {
    let tariff = Tariff::parse(sample.text).expect("the samples are right");
    let (first, last) = (month(1), month(12));
    let days = Period::new(first.start(), last.end()).expect("a year has days");
    Plan::new(&tariff.code, std::slice::from_ref(&tariff), &Zone::utc(), minutes, days)
}

/// The twelve bills of the year, with all their lines.
pub(crate) fn bills(plan: &Plan, months: &[(Period, Usage)]) -> Vec<Rated> {
    let bill = |(period, usage): &(Period, Usage)| rate(plan, &Input::of(*period, usage));
    months.iter().map(bill).collect::<Result<_, _>>().expect("the samples can be rated")
}

/// What the shop used in each month, in intervals of `minutes`.
pub(crate) fn load(minutes: u16) -> Vec<(Period, Usage)> {
    let per_hour = 60_i64.div_euclid(i64::from(minutes));
    (1..=12).map(month).map(|period| (period, usage(period, minutes, per_hour))).collect()
}

fn month(nth: i8) -> Period {
    Period::month(YEAR, nth).expect("a year has twelve months")
}

fn usage(period: Period, minutes: u16, per_hour: i64) -> Usage {
    let before = |day: Date| Period::new(month(1).start(), day).map_or(0, Period::days);
    let index = |day: Date| before(day) * 24 * per_hour;
    let values: Vec<i64> =
        (index(period.start())..index(period.end())).map(|it| micro_kwh(it, per_hour)).collect();
    Usage {
        delivered: Quantity { micro: values.iter().sum(), unit: Unit::Kwh },
        received: Quantity { micro: 0, unit: Unit::Kwh },
        reactive: None,
        profile: Some(Profile {
            start: Zone::utc().start_of(period.start()),
            minutes,
            delivered_micro: values,
            received_micro: Vec::new(),
            reactive_micro: Vec::new(),
        }),
        evidence: Vec::new(),
    }
}

/// The use of one interval, counted from the first of the year: less at the weekend, more in July,
/// and a little that looks like chance. Whole watt-hours, so that every language gets the same.
fn micro_kwh(index: i64, per_hour: i64) -> i64 {
    let (hours, day) = (index.div_euclid(per_hour), index.div_euclid(24 * per_hour));
    let hour = usize::try_from(hours.rem_euclid(24)).expect("a day has 24 hours");
    let share = if 5 <= day.rem_euclid(7) { 55 } else { 100 };
    let season = (200 - (day - 196).abs()) * 30;
    let chance = (index * 2_654_435_761).rem_euclid(1 << 32).div_euclid(65_536).rem_euclid(1_500);
    let wh = ((SHAPE_WH[hour] * share).div_euclid(100) + season + chance).div_euclid(per_hour);
    wh * 1_000
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
