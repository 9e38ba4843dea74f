//! What is measured: meters, each on a contract, and a month of their values as a wide file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_checks::engines::Raw;
use meterbook_core::id::AccountNumber;
use meterbook_core::period::Period;
use meterbook_store::Db;

/// How many meters, and how they count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowd {
    pub(crate) meters: i64,
    pub(crate) minutes: u16,
}

/// Which lines come first in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Every day of a meter, then the next meter.
    Meters,
    /// Every meter of a day, then the next day.
    Days,
}

/// What a home uses in the hours of a day, in Wh.
const SHAPE: [i64; 24] = [
    310, 280, 260, 250, 260, 320, 480, 590, 520, 450, 430, 440, 460, 450, 440, 470, 580, 790, 930,
    960, 880, 720, 540, 400,
];

impl Crowd {
    /// Puts the meters and their accounts into a new database, behind the store's back: nobody signs
    /// up a hundred thousand customers to measure their meters.
    pub(crate) fn put(self, db: &Db) -> Result<()> {
        let Crowd { meters, minutes } = self;
        let all = format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {meters})"
        );
        let mut raw = Raw::beside(db)?;
        for (into, row) in [
            ("premise (id, street, town, region)", "i, 'Mill St ' || i, 'Alder Creek', 'IL'"),
            (
                "service_point (id, premise_id, commodity, zone)",
                "i, i, 'electric', 'America/Chicago'",
            ),
            ("meter (id, serial, commodity)", "i, 'M' || (10000000 + i), 'electric'"),
            (
                "channel (id, meter_id, minutes, unit, flow, multiplier_micro)",
                &format!("i, i, {minutes}, 'kWh', 'delivered', 1000000"),
            ),
            ("installation (id, meter_id, service_point_id, from_on)", "i, i, i, '2020-01-01'"),
            ("person (id, name, kind, language)", "i, 'Ada Miller', 'individual', 'en'"),
        ] {
            raw.run(&format!("insert into {into} {all} select {row} from n"))?;
        }
        // An account's number has a check digit, which is reckoned here.
        let all: Vec<i64> = (1..=meters).collect();
        for some in all.chunks(1_000) {
            let rows = some.iter().filter_map(|id| {
                let number = AccountNumber::new(*id)?.digits();
                Some(format!("({id}, {number}, {id}, 'residential', 1, '', '2020-01-01')"))
            });
            let rows = rows.collect::<Vec<_>>().join(",");
            raw.run(&format!("insert into account values {rows}"))?;
        }
        raw.run(&format!(
            "insert into agreement (id, account_id, service_point_id, tariff, from_on)
             with recursive n (i) as (select 1 union all select i + 1 from n where i < {meters})
             select i, i, i, 'R-1', '2020-01-01' from n"
        ))?;
        raw.run(
            "insert into bill_window (id, cycle, from_on, to_on, billed_on, due_on)
             values (1, 1, '2026-06-01', '2026-07-01', '2026-07-03', '2026-07-24')",
        )?;
        raw.run(match &raw {
            Raw::Sqlite(_) => "pragma wal_checkpoint(truncate)",
            Raw::Postgres(_) => "analyze",
        })
    }

    /// Writes the file, and says how many values are in it.
    pub(crate) fn write(self, file: &Path, days: Period, order: Order) -> Result<u64> {
        let mut to = BufWriter::with_capacity(1 << 20, File::create(file)?);
        let steps = usize::from((24 * 60_u16).div_euclid(self.minutes));
        write!(to, "meter,date")?;
        for step in 0..steps {
            let minute = step * usize::from(self.minutes);
            write!(to, ",{:02}:{:02}", minute.div_euclid(60), minute.rem_euclid(60))?;
        }
        writeln!(to)?;
        let mut line = Vec::new();
        let mut put = |meter: i64, day: Date| -> Result<()> {
            line.clear();
            write!(line, "M{},{day}", 10_000_000 + meter)?;
            for step in 0..steps {
                decimal(&mut line, self.wh(meter, day, i64::try_from(step)?));
            }
            line.push(b'\n');
            Ok(to.write_all(&line)?)
        };
        match order {
            Order::Meters => {
                for meter in 1..=self.meters {
                    days.each_day().try_for_each(|day| put(meter, day))?;
                }
            }
            Order::Days => {
                for day in days.each_day() {
                    (1..=self.meters).try_for_each(|meter| put(meter, day))?;
                }
            }
        }
        to.flush()?;
        let values = self.meters * days.days() * i64::try_from(steps)?;
        Ok(u64::try_from(values)?)
    }

    /// What a home uses in an interval: its own height, the hour, some chance, and now and then a
    /// machine that is on.
    fn wh(self, meter: i64, day: Date, step: i64) -> i64 {
        let minutes = i64::from(self.minutes);
        let hour = usize::try_from((step * minutes).div_euclid(60)).expect("a day has few hours");
        let day = i64::from(day.month()) * 31 + i64::from(day.day());
        let mut chance = (meter * 1_000_003 + day * 8_191 + step).cast_unsigned();
        chance = (chance ^ (chance >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        chance = (chance ^ (chance >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let chance = (chance >> 33).cast_signed();
        let height = 60 + (meter * 7_919).rem_euclid(90);
        let base = (SHAPE[hour] * height).div_euclid(100);
        let noise = (base * chance.rem_euclid(61)).div_euclid(100);
        let machine = if chance.div_euclid(61).rem_euclid(24) == 0 { 1_500 } else { 0 };
        ((base + noise + machine) * minutes).div_euclid(60)
    }
}

/// Appends a comma and so many Wh in kWh.
fn decimal(line: &mut Vec<u8>, wh: i64) {
    let digit = |value: i64| u8::try_from(value.rem_euclid(10)).unwrap_or(0) + b'0';
    line.push(b',');
    let whole = wh.div_euclid(1000);
    if 10 <= whole {
        line.push(digit(whole.div_euclid(10)));
    }
    let [a, b, c] = [100, 10, 1].map(|it| digit(wh.div_euclid(it)));
    line.extend([digit(whole), b'.', a, b, c]);
}
