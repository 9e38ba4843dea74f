//! CSV with one register read a line: `meter,date,index`, and if need be `unit,flow,kind`.

use super::columns::{self, DATE, FLOW, INDEX, KIND, METER, UNIT};
use super::when;
use super::{Lines, NotRead, Row, Said};

pub(super) fn read(bytes: &[u8], lines: &mut dyn Lines) -> Result<(), NotRead> {
    let header = columns::header(bytes)?;
    let [meter, date, index] = [
        columns::need(&header, METER)?,
        columns::need(&header, DATE)?,
        columns::need(&header, INDEX)?,
    ];
    let [unit, flow, kind] = [UNIT, FLOW, KIND].map(|it| columns::find(&header, it));
    columns::each(bytes, lines, |lines, line, record| {
        let said = Said::Register {
            on: when::day(record.get(date).unwrap_or_default())?,
            index_micro: columns::value(record.get(index).unwrap_or_default())?,
            kind: columns::kind(record, kind)?,
        };
        let meter = columns::meter(record, meter)?;
        let (unit, flow) = (columns::unit(record, unit)?, columns::flow(record, flow)?);
        let fields: Vec<&str> = record.iter().collect();
        lines.row(line, &fields, Row { meter, unit, flow, said });
        Ok(())
    })
}
