//! `bill correct`, `bill corrections` and `bill correction`: bills taken back and made anew.

use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::approval::{Asked, Outcome, do_or_ask};
use meterbook_app::bill_run::correct::under_way::{self, Seen};
use meterbook_app::bill_run::correct::{Many, NewCorrection, many, preview};
use meterbook_app::bill_run::settle;
use meterbook_core::bill::correct::{Cause, Correction, beside, only_reads};
use meterbook_core::bill::set::{Outcome as Became, Standing};
use meterbook_core::id::{CorrectionId, SetId};
use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Db, Tx};
use serde_json::{Value, json};

use crate::args::Place;
use crate::say;

/// Sets that are printed.
const SETS: i64 = 50;

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

/// The sets that are open, then the newest.
pub(crate) fn sets(place: &Place, as_json: bool) -> Result<()> {
    let db = super::see(place)?;
    let all = db.read(|tx| under_way::list(tx, SETS, Timestamp::now()))?;
    if as_json {
        let all: Vec<Value> = all.iter().map(set_as_json).collect();
        say::line(Value::from(all));
        return Ok(());
    }
    if all.is_empty() {
        say::line(
            "no corrections of many accounts were begun; see: meterbook bill correct --tariff",
        );
    }
    for it in &all {
        print_set(it);
    }
    Ok(())
}

fn print_set(it: &Seen) {
    let (set, pace) = (&it.set, &it.pace);
    let tariffs: Vec<&str> = set.tariffs.iter().map(String::as_str).collect();
    let who = if it.begun_by.is_empty() { "the system" } else { &it.begun_by };
    let what = set.why.as_deref().unwrap_or("only looked at");
    say::line(format_args!(
        "set {} of {} from {}, {}, begun by {who} at {}: {what}",
        set.id,
        tariffs.join(", "),
        set.from,
        it.stands,
        set.at
    ));
    let rate = pace.per_second().map_or_else(String::new, |it| format!(", {it} a second"));
    let left = pace.left().map_or_else(String::new, |it| format!(", {} s left", it.as_secs()));
    let open = matches!(it.stands, Standing::Works | Standing::Rests);
    let (rate, left) = if open { (rate, left) } else { (String::new(), String::new()) };
    say::line(format_args!(
        "  {} of {} accounts done{rate}{left}; {} of {}, {}",
        pace.done,
        pace.of,
        counted(it.bills(), "bill"),
        counted(it.accounts(Became::Corrected), "account"),
        it.net()
    ));
    for (worker, jobs) in &it.workers {
        say::line(format_args!("  {worker}: {}", counted(*jobs, "job")));
    }
    if let Some(of) = &it.cancelled {
        say::line(format_args!("  cancelled: {}", of.why));
    }
    if open {
        let id = set.id;
        say::line(format_args!(
            "  it goes on with serve, a worker, or: meterbook bill corrections --resume {id}; cancel it with: --cancel {id} --why WHY"
        ));
    }
}

fn set_as_json(it: &Seen) -> Value {
    let (set, pace) = (&it.set, &it.pace);
    json!({
        "set": set.id.0,
        "tariffs": set.tariffs,
        "from": set.from.to_string(),
        "cause": set.cause.word(),
        "why": set.why,
        "state": it.stands.word(),
        "begun_by": it.begun_by,
        "begun_at": set.at.to_string(),
        "accounts_done": pace.done,
        "accounts": pace.of,
        "accounts_per_second": pace.per_second(),
        "seconds_left": pace.left().map(|it| it.as_secs()),
        "bills": it.bills(),
        "corrected": it.accounts(Became::Corrected),
        "waiting": it.accounts(Became::Waits),
        "failed": it.accounts(Became::Failed),
        "net": it.net().plain(),
        "workers": it.workers.iter().map(|it| json!({ "worker": it.0, "jobs": it.1 })).collect::<Vec<_>>(),
        "cancelled": it.cancelled.as_ref().map(|it| it.why.clone()),
    })
}

/// Brings a set to its end.
pub(crate) fn resume(place: &Place, id: SetId) -> Result<()> {
    let db = super::open(place)?;
    let mut bar = say::Bar::new();
    let (it, kept) = under_way::resume(&db, super::actor(), id, &mut |done, all| {
        bar.show("looked at", done, all)
    })?;
    drop(bar);
    print_many(&db, &it, kept)
}

/// Cancels a set.
pub(crate) fn cancel(place: &Place, id: SetId, why: &str) -> Result<()> {
    let db = super::open(place)?;
    db.write(|tx| under_way::cancel(tx, super::actor(), id, why))?;
    say::line(format_args!("set {id} is cancelled; what it corrected stays"));
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
        if new.as_ref().is_some_and(|new| only_reads(old, new)) {
            say::line("  only the reads that it says change");
        }
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
        say::line(format_args!("may be paid in {count} parts, the first of {first}: plan propose"));
    }
    say::line(format_args!("{} corrected; together {}", counted(it.bills.len(), "bill"), it.net));
}

/// Prints the rules of corrections, or says them anew from a day on.
pub(crate) fn rules(place: &Place, file: Option<&Path>, from: Option<Date>) -> Result<()> {
    let say = |tx: &mut Tx, from, text: &str| settle::say_rules(tx, super::actor(), from, text);
    let nothing = "no rules are said; nothing is limited";
    super::dated_text(place, (file, from), ("rules", nothing), settle::rules_text, say)
}
