//! CSV with one interval value a line: `meter,start,value`, and if need be
//! `unit,flow,kind,minutes`.

use std::collections::HashMap;

use jiff::Timestamp;
use meterbook_core::meter::Flow;
use meterbook_core::period::Zone;
use meterbook_core::reads::ReadKind;

use super::columns::{self, FLOW, KIND, METER, MINUTES, START, UNIT, VALUE};
use super::when::{self, When};
use super::{Lines, NotRead, Row, Said};

pub(super) fn read(bytes: &[u8], zone: &Zone, lines: &mut dyn Lines) -> Result<(), NotRead> {
    let header = columns::header(bytes)?;
    let [meter, start, value] = [
        columns::need(&header, METER)?,
        columns::need(&header, START)?,
        columns::need(&header, VALUE)?,
    ];
    let [unit, flow, kind, minutes] =
        [UNIT, FLOW, KIND, MINUTES].map(|it| columns::find(&header, it));
    let mut last: HashMap<(String, Option<Flow>), Timestamp> = HashMap::new();
    columns::each(bytes, lines, |lines, line, record| {
        let meter = columns::meter(record, meter)?;
        let flow = columns::flow(record, flow)?;
        let key = (meter.clone(), flow);
        let start = match when::parse(record.get(start).unwrap_or_default())? {
            When::Instant(instant) => instant,
            When::Wall(wall) => when::on_the_wall(wall, zone, last.get(&key).copied())?,
        };
        last.insert(key, start);
        let text = record.get(value).unwrap_or_default();
        let micro = if text.is_empty() {
            return Err("the line has no value".to_owned());
        } else {
            columns::value(text)?
        };
        let unit = columns::unit(record, unit)?;
        let estimated = columns::kind(record, kind)? == ReadKind::Estimated;
        let minutes = columns::minutes(record, minutes)?;
        let said = Said::Intervals { start, minutes, micro: vec![Some(micro)], estimated };
        let fields: Vec<&str> = record.iter().collect();
        lines.row(line, &fields, Row { meter, unit, flow, said });
        Ok(())
    })
}
