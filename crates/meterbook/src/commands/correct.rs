//! `bill correct` and `bill correction`: bills taken back and made anew.

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::bill_run::correct::{NewCorrection, preview};
use meterbook_core::bill::correct::{Cause, Correction, beside};
use meterbook_core::id::CorrectionId;
use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_core::text::counted;
use meterbook_store as store;

use crate::args::Place;
use crate::say;

pub(crate) fn correct(
    place: &Place,
    number: &str,
    from: Date,
    cause: &str,
    why: Option<&str>,
) -> Result<()> {
    let cause = Cause::from_word(cause).with_context(|| {
        let known: Vec<_> = Cause::ALL.iter().map(|it| it.word()).collect();
        format!("{cause} is no cause; write one of {}", known.join(", "))
    })?;
    let db = super::open(place)?;
    let seen = db.write(|tx| {
        let account = super::account(tx, number)?.id;
        preview(tx, super::actor(), account, from, cause)
    })?;
    print(&seen);
    let Some(why) = why else {
        say::line("nothing is kept; say --why to correct them");
        return Ok(());
    };
    let wanted = NewCorrection { account: seen.account, from, cause, net: seen.net };
    let outcome = db.write(|tx| do_or_ask(tx, super::actor(), &Asked::Correct(wanted), why))?;
    super::outcome("corrected", outcome);
    Ok(())
}

pub(crate) fn show(place: &Place, number: i64) -> Result<()> {
    let db = super::see(place)?;
    let it = db.read(|tx| store::correction::get(tx, CorrectionId(number)))?;
    say::line(format_args!("correction {} of {}, {}: {}", it.id, it.on, it.cause, it.why));
    print(&it);
    Ok(())
}

/// Each bill beside the one in its place, line by line, and what it all comes to.
fn print(it: &Correction) {
    for (old, new) in &it.bills {
        let total = new.as_ref().map_or(Money::ZERO, |it| it.total);
        say::line(format_args!(
            "{} for {}: {total} instead of {}, {}",
            old.number.0,
            old.period,
            old.total,
            total - old.total
        ));
        for it in beside(old, new.as_ref(), Language::English) {
            let said = |it: Option<Money>| it.map_or_else(|| "-".to_owned(), |it| it.to_string());
            let label = format!("{}: {}", it.tariff, it.label);
            say::line(format_args!("  {label:<44} {:>12} {:>12}", said(it.was), said(it.now)));
        }
    }
    say::line(format_args!("{} corrected; together {}", counted(it.bills.len(), "bill"), it.net));
}
