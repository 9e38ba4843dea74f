//! `bill correct` and `bill correction`: bills taken back and made anew.

use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_app::approval::{Asked, Outcome, do_or_ask};
use meterbook_app::bill_run::correct::{Many, NewCorrection, many, preview};
use meterbook_app::bill_run::settle;
use meterbook_core::bill::correct::{Cause, Correction, beside};
use meterbook_core::id::CorrectionId;
use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Db, Tx};

use crate::args::Place;
use crate::say;

pub(crate) fn correct(
    place: &Place,
    (number, tariff): (Option<&str>, Option<&str>),
    from: Date,
    cause: &str,
    why: Option<&str>,
) -> Result<()> {
    let cause = self::cause(cause)?;
    let db = super::open(place)?;
    if let Some(tariff) = tariff {
        return all_on(&db, (tariff, from, cause), why);
    }
    let number = number.unwrap_or_default();
    let seen = db.write(|tx| {
        let account = super::account(tx, number)?.id;
        preview(tx, super::actor(), account, from, cause)
    })?;
    print(&seen);
    let Some(why) = why else {
        say::line("nothing is kept; say --why to correct them");
        return Ok(());
    };
    let wanted = NewCorrection { account: seen.account, from, cause, net: seen.charged() };
    let outcome = db.write(|tx| do_or_ask(tx, super::actor(), &Asked::Correct(wanted), why))?;
    let done = outcome == Outcome::Done;
    super::outcome("corrected", outcome);
    if let (true, Some((old, _))) = (done, seen.bills.first()) {
        for it in db.read(|tx| store::correction::of_bill(tx, old.id))? {
            if it.cancelled {
                let id = it.correction;
                say::line(format_args!("correction C-{id}; see: meterbook bill correction C-{id}"));
            }
        }
    }
    Ok(())
}

/// The cause that a word means.
pub(super) fn cause(word: &str) -> Result<Cause> {
    Cause::from_word(word).with_context(|| {
        let known: Vec<_> = Cause::SAID.iter().map(|it| it.word()).collect();
        format!("{word} is no cause; write one of {}", known.join(", "))
    })
}

/// Every account on a tariff.
fn all_on(db: &Db, of: (&str, Date, Cause), why: Option<&str>) -> Result<()> {
    let mut bar = say::Bar::new();
    let it = many(db, super::actor(), of, why, &mut |done, all| bar.show("looked at", done, all))?;
    drop(bar);
    print_many(db, &it, why.is_some())
}

/// What many accounts' bills come to, or would.
pub(super) fn print_many(db: &Db, it: &Many, done: bool) -> Result<()> {
    say::line(format_args!(
        "{} of {} {}: {} more, {} less",
        counted(it.bills, "bill"),
        counted(it.accounts, "account"),
        if done { "corrected" } else { "would read otherwise" },
        it.more,
        -it.less
    ));
    if 0 < it.waits {
        say::line(format_args!(
            "{} of them waits for a second person: meterbook approve list",
            it.waits
        ));
    }
    for (account, why) in &it.failed {
        let number = db.read(|tx| store::account::get(tx, *account))?.number;
        say::line(format_args!("{number}: {why}"));
    }
    if it.failures > u64::try_from(it.failed.len())? {
        say::line(format_args!("… {} in all", it.failures));
    }
    if it.went_on {
        say::line(
            "this was begun before and is at its end now; begin it again to look at what changed since",
        );
    }
    if !done {
        say::line("nothing is kept; say --why to correct them");
    }
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
pub(super) fn print(it: &Correction) {
    for (old, new) in &it.bills {
        let total = new.as_ref().map_or(Money::ZERO, |it| it.total);
        say::line(format_args!(
            "{} for {}: {} before, {total} now, {}",
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
    let (settled, parts) = (&it.settled, it.settled.parts(it.net));
    if settled.waived != Money::ZERO {
        let reach = settled.reach.map_or_else(String::new, |it| format!(" before {it}"));
        match settled.waived < Money::ZERO {
            true => say::line(format_args!(
                "of what is taken back, was never charged: {}",
                -settled.waived
            )),
            false => {
                say::line(format_args!("not charged, too long ago{reach}: {}", settled.waived));
            }
        }
    }
    if settled.interest != Money::ZERO {
        say::line(format_args!("interest on what was too much: {}", settled.interest));
    }
    if let Some(first) = parts.first() {
        let count = parts.len();
        say::line(format_args!("may be paid in {count} parts, the first of {first}"));
    }
    say::line(format_args!("{} corrected; together {}", counted(it.bills.len(), "bill"), it.net));
}

/// Prints the rules of corrections, or says them anew from a day on.
pub(crate) fn rules(place: &Place, file: Option<&Path>, from: Option<Date>) -> Result<()> {
    let say = |tx: &mut Tx, from, text: &str| settle::say_rules(tx, super::actor(), from, text);
    let nothing = "no rules are said; nothing is limited";
    super::dated_text(place, (file, from), ("rules", nothing), settle::rules_text, say)
}
