//! An example customer: a year of use that is the same on every machine, and what a tariff charges
//! for it. It shows what a change of prices means before anybody is billed.

use jiff::ToSpan;
use jiff::civil::date;

use crate::money::{Money, Quantity, Unit};
use crate::period::{Period, Zone};
use crate::place::Commodity;
use crate::rating::carried::Carried;
use crate::rating::terms::Terms;
use crate::rating::{Input, Plan, Unratable, rate};
use crate::reads::usage::{Profile, Usage};
use crate::tariff::{Charge, Riders, Tariff};

/// What a house used in the twelve months of a calendar year.
#[derive(Clone, Debug, PartialEq)]
pub struct Year {
    /// The year.
    pub calendar: i16,
    /// Each month with its use.
    pub months: Vec<(Period, Usage)>,
}

/// Watt-hours of a house in each hour of a day.
const HOURS: [i64; 24] = [
    520, 470, 440, 430, 450, 560, 820, 980, 860, 720, 680, 700, 740, 720, 730, 820, 1040, 1380,
    1560, 1520, 1340, 1100, 820, 620,
];
/// Percent of it in each month.
const MONTHS: [i64; 12] = [118, 108, 92, 78, 82, 110, 142, 138, 104, 80, 88, 112];
/// Tenths of a therm in each month.
const THERMS: [i64; 12] = [1320, 1130, 820, 460, 240, 160, 140, 140, 170, 390, 780, 1200];
/// Tenths of a thousand gallons in each month.
const KGAL: [i64; 12] = [46, 44, 47, 51, 62, 78, 91, 88, 69, 54, 47, 46];

impl Year {
    /// The example customer in a year of the calendar, measured in `unit`: a house of one family.
    /// Electricity is known for every hour; of gas and water the months are known.
    pub fn example(calendar: i16, commodity: Commodity, unit: Unit) -> Year {
        let months = (1..=12).filter_map(|month| Period::month(calendar, month)).map(|period| {
            let usage = match unit {
                Unit::Kwh => hourly(period),
                other => monthly(period, commodity, other),
            };
            (period, usage)
        });
        Year { calendar, months: months.collect() }
    }

    /// All that was used.
    pub fn total(&self) -> Quantity {
        let unit = self.months.first().map_or(Unit::Kwh, |(_, it)| it.delivered.unit);
        Quantity { micro: self.months.iter().map(|(_, it)| it.delivered.micro).sum(), unit }
    }
}

fn place(month: i8) -> usize {
    usize::from(month.unsigned_abs()) - 1
}

/// A weekend has a tenth more, and no two days are quite alike.
fn hourly(period: Period) -> Usage {
    let mut micro = Vec::new();
    for day in period.each_day() {
        let monday_zero = i64::from(day.weekday().to_monday_zero_offset());
        let weekend = if monday_zero < 5 { 100 } else { 110 };
        let swing = 94 + i64::from(day.day()) * 7 % 13;
        let month = MONTHS[place(day.month())];
        // Four percentages of a watt-hour, in millionths of a kWh.
        micro.extend(HOURS.map(|it| (it * month * weekend * swing).div_euclid(1_000)));
    }
    Usage {
        delivered: Quantity { micro: micro.iter().sum(), unit: Unit::Kwh },
        received: Quantity { micro: 0, unit: Unit::Kwh },
        reactive: None,
        profile: Some(Profile {
            start: Zone::utc().start_of(period.start()),
            minutes: 60,
            delivered_micro: micro,
            received_micro: Vec::new(),
            reactive_micro: Vec::new(),
        }),
        evidence: Vec::new(),
    }
}

fn monthly(period: Period, commodity: Commodity, unit: Unit) -> Usage {
    let month = place(period.start().month());
    // A therm is nearly a CCF of gas.
    let micro = match (commodity, unit) {
        (Commodity::Water, Unit::Gal) => KGAL[month] * 100_000_000,
        (Commodity::Water, Unit::Ccf) => KGAL[month] * 133_681,
        (Commodity::Water, Unit::M3) => KGAL[month] * 378_541,
        (Commodity::Water, _) => KGAL[month] * 100_000,
        (_, Unit::M3) => THERMS[month] * 283_168,
        _ => THERMS[month] * 100_000,
    };
    Usage {
        delivered: Quantity { micro, unit },
        received: Quantity { micro: 0, unit },
        reactive: None,
        profile: None,
        evidence: Vec::new(),
    }
}

/// What a version of a tariff charges for each month of a year, as if it were in force all year, with
/// the riders of its first day, and had been the year before, which was a year just like it.
pub fn year_on(
    tariff: &Tariff,
    (riders, terms): (&Riders, &Terms),
    year: &Year,
) -> Result<Vec<Money>, Unratable> {
    let first = date(year.calendar, 1, 1);
    let all_year = |tariff: &Tariff| {
        let mut tariff = tariff.clone();
        tariff.from = first;
        for component in &mut tariff.components {
            if let Charge::Demand(charge) = &mut component.charge {
                charge.ratchets.iter_mut().for_each(|it| it.starts_at_none = true);
            }
        }
        tariff
    };
    let in_force = |versions: &Vec<Tariff>| {
        let there = versions.iter().rfind(|it| it.from <= tariff.from).or(versions.first());
        there.map(all_year).into_iter().collect()
    };
    let riders = riders.iter().map(|(code, it)| (code.clone(), in_force(it))).collect();
    let tariff = all_year(tariff);
    let days = Period::new(first, date(year.calendar, 12, 31).saturating_add(1.day()))
        .expect("a year has days");
    let minutes = |it: &Usage| it.profile.as_ref().map(|it| it.minutes);
    let minutes = year.months.iter().find_map(|(_, it)| minutes(it)).unwrap_or(60);
    let code = tariff.code.clone();
    let plan = Plan::with_riders(&code, &[tariff], &riders, &Zone::utc(), minutes, days);
    let mut carried = Carried::default();
    let mut totals = Vec::new();
    for before in [true, false] {
        for (period, usage) in &year.months {
            let input = Input { carried: &carried, terms, ..Input::of(*period, usage) };
            let rated = rate(&plan, &input)?;
            if !before {
                totals.push(rated.total);
            }
            carried = rated.carried;
        }
        for peak in &mut carried.peaks {
            peak.turn = peak.turn.saturating_sub(1.year());
        }
        (carried.energy, carried.money) = (Vec::new(), Vec::new());
    }
    Ok(totals)
}
