//! What was used in each period of a tariff's clocks, whether a charge prices it or not: what a bill by
//! the hour is made of, before any price.

use jiff::civil::Date;

use crate::meter::Flow;
use crate::money::{Quantity, Unit};
use crate::period::Period;
use crate::rating::plan::Plan;
use crate::rating::section::{Section, sections};
use crate::rating::{Input, Unratable};

/// What came and what was sent back in one period of one clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    /// The first day of the version of the tariff.
    pub version: Date,
    /// The days on which that version and season hold.
    pub days: Period,
    /// The clock.
    pub clock: String,
    /// The period.
    pub period: String,
    /// What came, in the unit that is billed.
    pub delivered: Quantity,
    /// What was sent back.
    pub received: Quantity,
    /// The highest mean power of an interval in it, in millionths of a kW; `None` where it is not
    /// electricity.
    pub peak_micro: Option<i64>,
}

/// The use of every period, version by version, clock by clock, in the order of the tariff. Periods
/// without any hour on the days are left out.
pub fn by_hours(plan: &Plan, input: &Input) -> Result<Vec<Hours>, Unratable> {
    let called = plan.called(input.period, input.published);
    let mut all = Vec::new();
    for section in sections(plan, &called, input)? {
        for clock in 0..section.tariff().clocks.len() {
            section.check_coarse(Some(clock))?;
            of_clock(&section, clock, &mut all);
        }
    }
    Ok(all)
}

fn of_clock(section: &Section, clock: usize, all: &mut Vec<Hours>) {
    let tariff = section.tariff();
    for part in section.parts(Some(clock)) {
        let Some(strikes) = part.strikes else { continue };
        let tally = |flow| {
            section
                .values(flow, &part.places)
                .filter(|it| !it.is_empty())
                .map_or_else(Vec::new, |values| strikes.tally(&part.places, values, true))
        };
        let (came, sent) = (tally(Flow::Delivered), tally(Flow::Received));
        for period in part.periods {
            let quantity = |micro| Quantity { micro: section.converted(micro), unit: tariff.unit };
            let of = came.get(*period).copied().unwrap_or_default();
            all.push(Hours {
                version: tariff.from,
                days: part.days,
                clock: tariff.clocks[clock].name.clone(),
                period: tariff.clocks[clock].periods[*period].clone(),
                delivered: quantity(of.sum),
                received: quantity(sent.get(*period).map_or(0, |it| it.sum)),
                peak_micro: (tariff.unit == Unit::Kwh).then(|| section.power(of.peak)),
            });
        }
    }
}
