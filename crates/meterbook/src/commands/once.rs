//! `bill once` and `bill charge-kinds`: what is charged beside service.

use std::path::Path;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::approval::{Asked, Outcome, do_or_ask};
use meterbook_app::bill_run::once::{NewOnce, Of, Planned, kinds_text, preview, say_kinds};
use meterbook_core::bill::BillNumber;
use meterbook_core::bill::explain::arithmetic;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::bill::BillOnce;
use crate::say;

pub(crate) fn once(place: &Place, args: &BillOnce) -> Result<()> {
    let of = match &args.take_back {
        Some(number) => Of::Back(BillNumber(number.clone())),
        None => {
            let (kinds, said) = (args.charge.clone(), args.amount.clone());
            Of::Charges { kinds, said, open: args.open }
        }
    };
    let db = super::open(place)?;
    let (new, planned) = db.write(|tx| {
        let account = super::account(tx, &args.account)?.id;
        let (reference, total) = (args.reference.clone(), Money::ZERO);
        let new = NewOnce { account, of, reference, total };
        let planned = preview(tx, super::actor(), &new)?;
        Ok((new.seen(&planned), planned))
    })?;
    print(&planned, &new.of);
    let Some(why) = &args.why else {
        say::line("nothing is kept; say --why to do it");
        return Ok(());
    };
    let done = match new.of {
        Of::Back(_) => "taken back",
        Of::Charges { .. } => "billed, and on its way like every bill",
    };
    let (account, is_new) = (new.account, matches!(new.of, Of::Charges { .. }));
    let outcome = db.write(|tx| do_or_ask(tx, super::actor(), &Asked::BillOnce(new), why))?;
    let is_done = outcome == Outcome::Done;
    super::outcome(done, outcome);
    let made = db.read(|tx| store::bill::of_account(tx, account))?;
    if let (true, true, Some(it)) = (is_done, is_new, made.iter().max_by_key(|it| it.id)) {
        say::line(format_args!("it is {}; see: meterbook bill show {}", it.number, it.number));
    }
    Ok(())
}

/// What it would be, line by line.
fn print(it: &Planned, of: &Of) {
    if let Of::Back(number) = of {
        say::line(format_args!("{} of {} would be taken back", number.0, it.bill.billed_on));
    }
    for once in &it.bill.once {
        let (gl, line) = (once.gl, &once.line);
        let label = format!("{}, {} ({gl})", line.label, arithmetic(line));
        say::line(format_args!("{label:<70} {:>12}", line.amount));
    }
    for it in &it.with {
        say::line(format_args!("{:<70} {:>12}", it.label, it.amount));
    }
    match it.total < Money::ZERO {
        true => say::line(format_args!("{} together, a credit of the account", it.total)),
        false => say::line(format_args!("{} together, due {}", it.total, it.bill.due_on)),
    }
}

/// Prints the kinds of charges, or says them anew from a day on.
pub(crate) fn kinds(place: &Place, file: Option<&Path>, from: Option<Date>) -> Result<()> {
    let say = |tx: &mut Tx, from, text: &str| say_kinds(tx, super::actor(), from, text);
    let nothing = "no kinds of charges are said";
    super::dated_text(place, (file, from), ("kinds of charges", nothing), kinds_text, say)
}
