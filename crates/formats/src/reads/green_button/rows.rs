//! The readings of a Green Button feed as the rows that an import takes.

use jiff::Timestamp;
use meterbook_core::meter::Flow;
use meterbook_core::money::Unit;
use meterbook_core::reads::ReadKind;
use meterbook_core::text::decimal;

use super::super::{Lines, NotRead, Row, Said};
use super::links::Links;
use super::{Reading, ReadingType, entries};

/// The unit of a number of which we do not know what it says. It is no unit, so that nobody imports
/// the number as it is: 282 Wh without a unit were once taken for 282 kWh.
const NO_UNIT: &str = "?";

/// What a reading says in our units.
struct Value {
    start: Timestamp,
    minutes: u16,
    micro: i64,
    unit: Unit,
    flow: Option<Flow>,
    estimated: bool,
}

impl Value {
    /// As the fields of [`super::HEADER`]: a line that says the same.
    fn fields(&self, meter: &str) -> [String; 7] {
        let kind = if self.estimated { ReadKind::Estimated } else { ReadKind::Actual };
        [
            meter.to_owned(),
            self.start.to_string(),
            decimal(self.micro, 6),
            self.unit.word().to_owned(),
            self.flow.map_or_else(String::new, |it| it.word().to_owned()),
            kind.word().to_owned(),
            self.minutes.to_string(),
        ]
    }

    fn row(&self, meter: &str) -> Row {
        let Value { start, minutes, micro, unit, flow, estimated } = *self;
        let said =
            Said::Intervals { start, minutes: Some(minutes), micro: vec![Some(micro)], estimated };
        Row { meter: meter.to_owned(), unit: Some(unit), flow, said }
    }
}

impl Reading {
    /// As the fields of [`super::HEADER`], with the number as it stands.
    fn fields(&self, meter: &str) -> [String; 7] {
        let minutes = self.seconds.map(|it| it.div_euclid(60).to_string());
        [
            meter.to_owned(),
            self.begins().map_or_else(String::new, |it| it.to_string()),
            self.value.map_or_else(String::new, |it| it.to_string()),
            NO_UNIT.to_owned(),
            String::new(),
            String::new(),
            minutes.unwrap_or_default(),
        ]
    }
}

/// Reads a whole feed; `meter` is the meter of a feed that calls it something else.
pub(in super::super) fn read(
    mut bytes: &[u8],
    meter: Option<&str>,
    lines: &mut dyn Lines,
) -> Result<(), NotRead> {
    let entries = entries(&mut bytes)?;
    if entries.iter().all(|it| it.readings.is_empty()) {
        return Err(NotRead::NoValues);
    }
    let links = Links::of(&entries);
    for block in entries.iter().filter(|it| !it.readings.is_empty()) {
        let owner = links.owner(block);
        let kind = links.kind(block, owner);
        let name = meter.map_or_else(|| links.point(owner.unwrap_or(block)), str::to_owned);
        for reading in &block.readings {
            match value(reading, kind) {
                Ok(value) => {
                    let fields = value.fields(&name);
                    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                    lines.row(reading.line, &fields, value.row(&name));
                }
                Err(reason) => {
                    let fields = reading.fields(&name);
                    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
                    lines.reject(reading.line, &fields, reason);
                }
            }
        }
    }
    Ok(())
}

fn value(reading: &Reading, kind: Option<ReadingType>) -> Result<Value, String> {
    let kind =
        kind.ok_or("the reading has no reading type in this file, so its unit is unknown")?;
    let start = reading.begins().ok_or("the reading has no start")?;
    let value = reading.value.ok_or("the reading has no value")?;
    if kind.accumulation.is_some_and(|it| ![0, 4].contains(&it)) {
        return Err(
            "the numbers are not the use of each interval (accumulationBehaviour is not 4)"
                .to_owned(),
        );
    }
    let minutes = match reading.seconds {
        Some(300) => 5,
        Some(900) => 15,
        Some(1800) => 30,
        Some(3600) => 60,
        Some(seconds) => {
            return Err(format!(
                "the value is for {seconds} seconds; intervals of 5, 15, 30 and 60 minutes are taken"
            ));
        }
        None => return Err("the reading has no duration".to_owned()),
    };
    // FlowDirectionKind: 0 is not applicable, 1 forward, 19 reverse.
    let flow = match kind.flow {
        None | Some(0) => None,
        Some(1) => Some(Flow::Delivered),
        Some(19) => Some(Flow::Received),
        Some(other) => {
            return Err(format!("flow direction {other} is neither forward (1) nor reverse (19)"));
        }
    };
    let (unit, power) = unit(kind)?;
    let micro = micro(value, power).ok_or_else(|| {
        format!("{value} times 10^{power} {unit} is finer than a millionth or too large")
    })?;
    if micro < 0 {
        return Err(format!(
            "{value} is below zero; what flows back has a reading type of its own"
        ));
    }
    // QualityOfReading: estimated, derived, projected.
    let estimated = matches!(reading.quality, Some(8 | 9 | 11 | 12));
    Ok(Value { start, minutes, micro, unit, flow, estimated })
}

/// Our unit for an ESPI unit of measure, and the power of ten its values are of.
fn unit(kind: ReadingType) -> Result<(Unit, i64), String> {
    match kind.unit {
        Some(72) => Ok((Unit::Kwh, kind.power - 3)),
        Some(169) => Ok((Unit::Therm, kind.power)),
        Some(42 | 166 | 167) => Ok((Unit::M3, kind.power)),
        Some(119..=121) => Ok((Unit::Ccf, kind.power - 2)),
        Some(128) => Ok((Unit::Gal, kind.power)),
        Some(other) => {
            Err(format!("unit of measure {other} is no use of energy, gas or water that we bill"))
        }
        None => Err("the reading type has no unit of measure".to_owned()),
    }
}

/// `value` times ten to the `power`, in millionths; `None` when that is no whole number.
fn micro(value: i64, power: i64) -> Option<i64> {
    let power = power + 6;
    let scale = 10_i64.checked_pow(u32::try_from(power.abs()).ok()?)?;
    if 0 <= power {
        return value.checked_mul(scale);
    }
    (value.rem_euclid(scale) == 0).then(|| value.div_euclid(scale))
}
