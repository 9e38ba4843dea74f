//! A price that was wrong for six months: what correcting the bills of every account on the tariff comes
//! to, looked at and then kept, by one worker and by two.

use std::fmt::Write as _;
use std::thread;

use anyhow::{Result, ensure};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::bill_run::correct::Many;
use meterbook_app::bill_run::correct::many::{finish, prepare};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::{founding, tariff};
use meterbook_checks::engines::Raw;
use meterbook_core::bill::correct::Cause;
use meterbook_core::id::TariffId;
use meterbook_store::{self as store, Db};

use crate::made::Crowd;
use crate::place::Place;
use crate::spent::{Spent, Watch};
use crate::{actor, say, utility};

const MONTHS: i64 = 6;
const WRONG: &str = "\
tariff R-1 half-up
name       Residential
commodity  electric kWh
from       2018-01-01

monthly  Service charge   12.00
monthly  Meter charge     2.00
volume   Energy           0.1287
volume   Wires            0.0411
volume   Fuel             0.0312
volume   Storm recovery   0.0023
volume   Public benefits  0.0041
tax      City tax         3.5%
";

/// Bills so many accounts for six months, and corrects them all.
pub(crate) fn measure(place: &Place, accounts: i64) -> Result<()> {
    say(format!("\n{accounts} accounts, a price wrong for six months, {}", place.engine()))?;
    let db = Db::create(&place.at())?;
    db.write(|tx| {
        founding::found(tx, actor()?, &utility())?;
        tariff::publish(tx, actor()?, WRONG)
    })?;
    Crowd { meters: accounts, minutes: 60 }.put(&db)?;
    let mut raw = Raw::beside(&db)?;
    raw.run("update channel set digits = 6, minutes = null")?;
    raw.run("update agreement set from_on = '2025-12-01'")?;
    raw.run("delete from bill_window")?;
    let (mut turns, mut reads) = (String::new(), String::new());
    for month in 0..=MONTHS {
        let on = if month == 0 { date(2025, 12, 1) } else { date(2026, month.try_into()?, 1) };
        let comma = if month == 0 { "" } else { ", " };
        write!(reads, "{comma}({month}, '{on}')")?;
        if month != MONTHS {
            let to = date(2026, (month + 1).try_into()?, 1);
            let [billed, due] = [2_i64, 23].map(|it| to.saturating_add(it.days()));
            write!(turns, "{comma}({}, 1, '{on}', '{to}', '{billed}', '{due}')", month + 1)?;
        }
    }
    raw.run(&format!(
        "insert into bill_window (id, cycle, from_on, to_on, billed_on, due_on) values {turns}"
    ))?;
    raw.run(&format!(
        "insert into read (id, channel_id, read_on, index_micro, kind)
         with said (month, read_on) as (values {reads})
         select c.id * 10 + month, c.id, read_on, month * (600 + c.id % 700) * 1000000, 'actual'
         from channel c cross join said"
    ))?;
    for _ in 0..MONTHS {
        bill_run::run(&db, actor()?, Which::Next, Until::Posted, &mut |_| ())?;
    }
    // Nobody may publish it any more: a version that was wrong is looked at here as if it had been
    // found in a book of tariffs that is not ours.
    let right = WRONG.replace("2018-01-01", "2025-01-01").replace("0.1287", "0.1278");
    db.write(|tx| store::tariff::add(tx, TariffId(99), "R-1", date(2025, 1, 1), &right))?;
    // A database is copied while nobody is connected to it.
    drop((raw, db));
    let shares: &[usize] = match place {
        // Which has one writer.
        Place::Sqlite(_) => &[1],
        Place::Postgres(..) => &[1, 2],
    };
    for &workers in shares {
        let copy = place.copy("corrected")?;
        let watch = Watch::on(&copy.at())?;
        for (what, why) in [("looked at", None), ("kept", Some("the price was wrong"))] {
            let (it, spent) = watch.spend(|| corrected(&copy, workers, why))?;
            let bills = accounts * MONTHS;
            ensure!(i64::try_from(it.bills)? == bills && it.failures == 0, "{it:?}");
            let rate = of_a_thousand(spent, accounts);
            say(format!("  {what:10} by {workers}  {bills} bills, {rate}"))?;
        }
    }
    Ok(())
}

/// Begins a correction of all of them, and lets so many workers bring it to its end.
fn corrected(place: &Place, workers: usize, why: Option<&str>) -> Result<Many> {
    let of: (&str, Date, Cause) = ("R-1", date(2025, 12, 1), Cause::Tariff);
    let db = Db::open(&place.at())?;
    let set = db.write(|tx| prepare(tx, actor()?, of, why))?;
    thread::scope(|threads| {
        let all: Vec<_> = (0..workers)
            .map(|_| {
                threads.spawn(|| bill_run::work(&Db::open(&place.at())?, actor()?, &mut |_| ()))
            })
            .collect();
        all.into_iter().try_for_each(|it| it.join().expect("a worker does not panic").map(drop))
    })?;
    finish(&db, set, &mut |_, _| ())
}

fn of_a_thousand(spent: Spent, accounts: i64) -> String {
    let millis = (spent.wall.as_millis() * 1_000).div_euclid(u128::try_from(accounts).unwrap_or(1));
    format!("{millis} ms for 1,000 accounts ({spent})")
}
