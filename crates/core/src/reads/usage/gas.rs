//! Gas in the unit that is billed: what a meter counts times the factor of its pressure, times the
//! heating value of the gas of each day.

use jiff::civil::Date;

use crate::bill::check::Hold;
use crate::money::{Quantity, Unit};
use crate::period::{Period, Zone};
use crate::rating::Unratable;
use crate::reads::usage::{Profile, Usage};

/// What makes gas of one service point comparable, by date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gas {
    /// Therms in a CCF, where the point is in an area for which they are published. Then use is billed
    /// in therms.
    pub heating: Option<Factors>,
    /// What the pressure at the meter makes of a CCF; 1 where nothing is published.
    pub pressure: Factors,
}

/// A factor that is published by date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Factors {
    /// What it is published under, for whoever looks for a missing one.
    pub name: String,
    /// From which day on it is what, in millionths, in the order of the days; `None` where nothing is
    /// published.
    pub from: Vec<(Date, Option<i64>)>,
}

impl Factors {
    /// The factor of a day, in millionths.
    pub fn on(&self, day: Date) -> Option<i64> {
        self.from.iter().rfind(|it| it.0 <= day).and_then(|it| it.1)
    }
}

/// One times one, in millionths of millionths.
const WHOLE: i128 = 1_000_000_000_000;

/// The use with every day's factors on it. Intervals have those of their own day; what a register
/// counted is shared evenly over the days.
pub(super) fn converted(
    period: Period,
    zone: &Zone,
    gas: &Gas,
    used: Usage,
) -> Result<Usage, Hold> {
    let Usage { delivered, received, .. } = used;
    if delivered.unit == Unit::Therm {
        return Ok(used);
    }
    if delivered.unit != Unit::Ccf {
        let meter = used.evidence.first().map_or_else(String::new, |it| it.meter.clone());
        return Err(Hold::Units { meter, unit: delivered.unit, other: Unit::Ccf });
    }
    let of_day = |day: Date| -> Result<i128, Hold> {
        let heating = match &gas.heating {
            None => 1_000_000,
            Some(heating) => heating
                .on(day)
                .ok_or_else(|| Unratable::NoFactor { name: heating.name.clone(), on: day })
                .map_err(Hold::Unratable)?,
        };
        let pressure = gas.pressure.on(day).unwrap_or(1_000_000);
        Ok(i128::from(heating) * i128::from(pressure))
    };
    let factors: Vec<i128> = period.each_day().map(of_day).collect::<Result<_, _>>()?;
    let unit = if gas.heating.is_some() { Unit::Therm } else { Unit::Ccf };
    let evenly = |it: Quantity| {
        let of = WHOLE * i128::from(period.days());
        Quantity { micro: times(it.micro, factors.iter().sum(), of), unit }
    };
    let Some(profile) = &used.profile else {
        return Ok(Usage { delivered: evenly(delivered), received: evenly(received), ..used });
    };
    let starts: Vec<i64> = period.each_day().map(|it| zone.start_of(it).as_second()).collect();
    let step = i64::from(profile.minutes) * 60;
    let row = |values: &[i64]| -> Vec<i64> {
        let instants = (0..).map(|nth: i64| profile.start.as_second() + nth * step);
        let factor = |at: i64| factors[starts.partition_point(|it| *it <= at).max(1) - 1];
        values.iter().zip(instants).map(|(it, at)| times(*it, factor(at), WHOLE)).collect()
    };
    let profile = Profile {
        delivered_micro: row(&profile.delivered_micro),
        received_micro: row(&profile.received_micro),
        ..profile.clone()
    };
    let sum = |row: &[i64]| Quantity { micro: row.iter().sum(), unit };
    Ok(Usage {
        delivered: sum(&profile.delivered_micro),
        received: match &profile.received_micro[..] {
            [] => evenly(received),
            row => sum(row),
        },
        profile: Some(profile),
        ..used
    })
}

/// `micro` times a factor over `of`, to the nearest millionth.
fn times(micro: i64, factor: i128, of: i128) -> i64 {
    let exact = i128::from(micro) * factor;
    i64::try_from((exact + of.div_euclid(2)).div_euclid(of)).unwrap_or(i64::MAX)
}
