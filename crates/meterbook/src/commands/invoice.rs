//! `bill invoice`, `bill seller`: bills as e-invoices, and what those say of the utility.

use std::path::Path;

use anyhow::{Context, Result};
use meterbook_app::refuse;
use meterbook_core::bill::BillNumber;
use meterbook_core::id::BillId;
use meterbook_core::seller::Seller;
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::bill::SellerArgs;
use crate::say;

/// Writes or prints what `written` makes of a bill.
pub(crate) fn write(
    place: &Place,
    number: &str,
    written: fn(&mut Tx, BillId) -> Result<String>,
    out: Option<&Path>,
) -> Result<()> {
    let db = super::see(place)?;
    let number = BillNumber(number.to_owned());
    let text = db.read(|tx| match store::bill::by_number(tx, &number)? {
        Some(id) => written(tx, id).map(Some),
        None => Ok(None),
    })?;
    let text = text.ok_or_else(|| super::said(format!("there is no bill {number}")))?;
    let Some(out) = out else {
        say::verbatim(text.trim_end());
        return Ok(());
    };
    let failed = || format!("{} cannot be written", out.display());
    std::fs::write(out, text).with_context(failed)?;
    say::line(format_args!("{number} is in {}", out.display()));
    Ok(())
}

pub(crate) fn seller(place: &Place, args: &SellerArgs) -> Result<()> {
    let said = args.country.as_deref().zip(args.currency.as_deref());
    let db = if said.is_some() { super::open(place)? } else { super::see(place)? };
    let day = match args.from {
        Some(day) => day,
        None => super::today(&db)?,
    };
    let Some((country, currency)) = said else {
        let known = db.read(|tx| store::seller::on(tx, day))?;
        let known = known.map_or("nothing is said".to_owned(), |it| it.to_string());
        say::line(format_args!("on {day}: {known}"));
        return Ok(());
    };
    let (registration, vat) = (args.registration.as_deref(), args.vat.as_deref());
    let seller = Seller::new(country, currency, registration, vat).map_err(refuse)?;
    db.write(|tx| meterbook_app::seller::say(tx, super::actor(), day, &seller))?;
    say::line(format_args!("from {day} on: {seller}"));
    Ok(())
}
