//! `bill unbilled-revenue`: what was used and not billed at the end of a day, in money.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::accrual::{Accrual, accrual};
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use serde_json::json;

use crate::args::Place;
use crate::say;

pub(crate) fn revenue(
    place: &Place,
    on: Option<Date>,
    (each, as_json): (bool, bool),
) -> Result<()> {
    let db = super::see(place)?;
    let on = match on {
        Some(on) => on,
        None => super::today(&db)?,
    };
    let mut bar = say::Bar::new();
    let it = accrual(&db, super::actor(), on, &mut |done| bar.show("rated", done, done))?;
    drop(bar);
    if as_json {
        say::line(json(&it, on));
        return Ok(());
    }
    say::line(format_args!(
        "used by the end of {on} and on no bill then: {} of {}",
        it.total(),
        counted(it.rows.len(), "agreement")
    ));
    for (gl, amount) in &it.by_gl {
        say::line(format_args!("  {:<28} {:>16}", gl.to_string(), amount.to_string()));
    }
    if let (amount, days @ 1..) = it.estimated() {
        say::line(format_args!(
            "  of it {amount} of {} is estimated, since only the read before is known",
            counted(days, "day")
        ));
    }
    let unknown = it.rows.iter().filter(|it| it.left_out < it.unknown).count();
    if 0 < unknown {
        say::line(format_args!(
            "  {} of {} are not known yet: of them only what is owed whatever was used is in it",
            counted(it.unknown() - it.left_out(), "day"),
            counted(unknown, "agreement")
        ));
    }
    let left_out = it.rows.iter().filter(|it| 0 < it.left_out).count();
    if 0 < left_out {
        say::line(format_args!(
            "  nothing is in it of {} of {}; why not is said by --each",
            counted(it.left_out(), "day"),
            counted(left_out, "agreement")
        ));
    }
    for (cycle, from) in &it.unplanned {
        say::line(format_args!(
            "  cycle {cycle} has no turn from {from} on, and is taken to go on month by month; plan it with: meterbook cycle plan"
        ));
    }
    if let (agreements @ 1.., here, there) = it.billed() {
        say::line(format_args!(
            "  {} of them billed since for just these days: {here} here, {there} on the bills, {} apart",
            counted(agreements, "agreement"),
            there - here
        ));
    }
    for row in it.rows.iter().filter(|_| each) {
        say::line(format_args!(
            "{}  agreement {}  from {} to {}  {:>12}  {}",
            row.account,
            row.agreement,
            row.from,
            row.known_to,
            row.total.to_string(),
            row.why
        ));
    }
    Ok(())
}

fn json(it: &Accrual, on: Date) -> serde_json::Value {
    let by_gl: serde_json::Map<_, _> =
        it.by_gl.iter().map(|(gl, amount)| (gl.to_string(), amount.cents().into())).collect();
    let unplanned: serde_json::Map<_, _> = it
        .unplanned
        .iter()
        .map(|(cycle, from)| (cycle.to_string(), from.to_string().into()))
        .collect();
    let rows = it.rows.iter().map(|row| {
        json!({
            "account": row.account.to_string(),
            "agreement": row.agreement.0,
            "from": row.from.to_string(),
            "to": row.known_to.to_string(),
            "cents": row.total.cents(),
            "estimated_cents": row.estimated.cents(),
            "estimated_days": row.estimated_days,
            "unknown_days": row.unknown,
            "left_out_days": row.left_out,
            "billed_cents": row.billed.map(Money::cents),
            "why": row.why,
        })
    });
    json!({
        "on": on.to_string(),
        "cents": it.total().cents(),
        "by_gl": by_gl,
        "estimated_cents": it.estimated().0.cents(),
        "estimated_days": it.estimated().1,
        "unknown_days": it.unknown(),
        "left_out_days": it.left_out(),
        "unplanned": unplanned,
        "agreements": rows.collect::<Vec<_>>(),
    })
}
