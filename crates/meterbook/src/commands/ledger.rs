//! `drawer` and `ledger`: drawers of cashiers, closing days and months, journals, ageing.

use std::path::Path;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::close::{self, JournalLine, Level, Month};
use meterbook_app::drawer;
use meterbook_core::ledger::count::{Compared, counted};
use meterbook_core::limits::PAYMENT_FILE_BYTES;
use meterbook_core::money::Money;
use meterbook_core::text;
use meterbook_store as store;
use serde_json::json;

use crate::args::Place;
use crate::args::ledger::{DrawerCommand, LedgerCommand};
use crate::say;

pub(crate) fn drawer(place: &Place, command: &DrawerCommand) -> Result<()> {
    let db = super::open(place)?;
    let by = super::actor();
    match command {
        DrawerCommand::Open { float } => {
            let float = counted(float).map_err(super::said)?;
            let it = db.write(|tx| drawer::open(tx, by, float))?;
            say::line(format_args!("drawer {} of {} is open with {float}", it.id, it.name));
        }
        DrawerCommand::Show => {
            let it = db.read(|tx| drawer::holds(tx, by))?;
            for (kind, count, sum) in &it.taken {
                say::line(format_args!("{count} {kind}, {sum}"));
            }
            say::line(format_args!("{} in cash, {} of it the float", it.cash(), it.drawer.float));
        }
        DrawerCommand::Close { counts, checks, why } => {
            let it = db.write(|tx| drawer::close(tx, by, (counts, checks), why))?;
            let (counted, expected, off) = (it.counted, it.expected, over(it.over()));
            say::line(format_args!("closed: {counted} of {expected} expected, {off}"));
            if let Some(it) = it.checks.filter(|it| *it != Compared::default()) {
                let (counted, expected, off) = (it.counted, it.expected, over(it.over()));
                say::line(format_args!("{counted}, {expected} expected, {off}"));
            }
        }
    }
    Ok(())
}

fn over(over: Money) -> String {
    match over {
        Money::ZERO => "nothing over or short".to_owned(),
        over if over < Money::ZERO => format!("{} short", -over),
        over => format!("{over} over"),
    }
}

pub(crate) fn ledger(place: &Place, command: &LedgerCommand) -> Result<()> {
    let db = super::open(place)?;
    let by = super::actor();
    match command {
        LedgerCommand::CloseDay { on, why } => {
            let it = close::close_day(&db, by, *on, why)?;
            let (number, entries, debits) = (it.number, it.entries, it.debits);
            say::line(format_args!(
                "{on} is closed: journal {number}, {entries} entries, {debits}"
            ));
        }
        LedgerCommand::CloseMonth { on, look: true, .. } => {
            checklist(&close::look_month(&db, by, *on)?);
        }
        LedgerCommand::CloseMonth { on, hard, why, look: false } => {
            let level = if *hard { Level::Hard } else { Level::Soft };
            checklist(&close::close_month(&db, by, *on, level, why)?);
            say::line(format_args!("the month of {on} is closed"));
        }
        LedgerCommand::Evidence { of } => {
            for (step, said) in super::see(place)?.read(|tx| close::evidence(tx, &of.join(" ")))? {
                say::line(format_args!("{step:<16} {said}"));
            }
        }
        LedgerCommand::Chart { file, from } => {
            let text = std::fs::read_to_string(file)
                .map_err(|why| super::said(format!("{} cannot be read: {why}", file.display())))?;
            db.write(|tx| close::say_chart(tx, by, *from, &text))?;
            say::line(format_args!("the accounts are called so from {from} on"));
        }
        LedgerCommand::Journal { number, json } => {
            let (_, lines) = super::see(place)?.read(|tx| close::extract(tx, *number))?;
            say::verbatim(if *json { as_json(*number, &lines) } else { as_csv(*number, &lines) });
        }
        LedgerCommand::Entry { id } => super::report::entry(place, *id)?,
        LedgerCommand::Bill { number } => super::report::of_bill(place, number)?,
        LedgerCommand::Ageing { on, known } => ageing(place, *on, *known)?,
    }
    Ok(())
}

/// Prints what was looked at of a month: each thing, how it stands, and what is found there.
fn checklist(month: &Month) {
    for it in &month.steps {
        let stands = match (it.wrong.is_empty(), it.open.is_empty()) {
            (false, _) => "wrong",
            (true, false) => "open",
            (true, true) => "holds",
        };
        say::line(format_args!("{:<16} {stands:<6} {}", it.name, it.found));
        for why in it.wrong.iter().chain(&it.open) {
            say::line(format_args!("{:<23} {why}", ""));
        }
    }
}

/// Takes a file of payments as one batch, all of it or nothing.
pub(crate) fn import(
    place: &Place,
    (file, (agent, agency)): (&Path, (Option<&str>, Option<&str>)),
    (count, total): (usize, &str),
    on: Option<Date>,
) -> Result<()> {
    let total = super::amount(place, total)?;
    let cannot = |why| super::said(format!("{} cannot be read: {why}", file.display()));
    if PAYMENT_FILE_BYTES < std::fs::metadata(file).map_err(cannot)?.len() {
        return Err(super::said(format!("{} is too large for payments", file.display())));
    }
    let bytes = std::fs::read(file).map_err(cannot)?;
    let db = super::open(place)?;
    let on = on.map_or_else(|| super::today(&db), Ok)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let (id, closed) = db.write(|tx| {
        let (of, says) = ((&*name, &*bytes), (count, total));
        let mut new = match agent {
            Some(agent) => drawer::agent::batch_of(tx, agent, of, says, on)?,
            None => drawer::batch_of(tx, of, says, on)?,
        };
        new.agency = agency.map(str::to_owned);
        let id = drawer::post_batch(tx, super::actor(), &new)?;
        Ok((id, close::closed_for_good(tx, on)?))
    })?;
    let many = text::counted(count, "payment");
    say::line(format_args!("batch {id}: {many}, {total}"));
    if let Some(month) = closed {
        super::counts_from_closed(&month, on);
    }
    Ok(())
}

fn as_csv(number: i64, lines: &[JournalLine]) -> String {
    let mut out =
        "journal,entry,kind,key,effective_on,gl,name,fund,account,tariff,line,amount".to_owned();
    for JournalLine { posted, named, of, amount } in lines {
        let account = posted.account.map_or(String::new(), |it| it.to_string());
        let (tariff, line) = of.clone().unwrap_or_default();
        let fields = [
            number.to_string(),
            posted.entry.to_string(),
            posted.kind.to_string(),
            posted.key.clone(),
            posted.on.to_string(),
            named.number.clone(),
            named.name.clone(),
            named.fund.clone(),
            account,
            tariff,
            line,
            amount.plain(),
        ];
        out.push('\n');
        out.push_str(&fields.map(|it| super::quoted(&it)).join(","));
    }
    out
}

fn as_json(number: i64, lines: &[JournalLine]) -> String {
    let line = |JournalLine { posted, named, of, amount }: &JournalLine| {
        json!({
            "entry": posted.entry.0,
            "kind": posted.kind.word(),
            "key": posted.key,
            "effective_on": posted.on.to_string(),
            "gl": named.number,
            "name": named.name,
            "fund": named.fund,
            "account": posted.account.map(|it| it.to_string()),
            "tariff": of.as_ref().map(|it| &it.0),
            "line": of.as_ref().map(|it| &it.1),
            "amount": amount.plain(),
        })
    };
    let lines: Vec<_> = lines.iter().map(line).collect();
    json!({ "journal": number, "lines": lines }).to_string()
}

fn ageing(place: &Place, on: Date, known: Option<Date>) -> Result<()> {
    let db = super::open(place)?;
    let (rows, closed) = db.read(|tx| {
        let closed = store::journal::last(tx)?.is_some_and(|it| on <= it.on);
        Ok((close::ageing(tx, super::actor(), on, known)?, closed))
    })?;
    let as_known = known.map_or("now".to_owned(), |it| it.to_string());
    say::line(format_args!("# ageing on {on}, as known {as_known}; days since due"));
    if closed && known.is_none() {
        say::line(format_args!(
            "# {on} is closed; what came since and counts from then is in it; as it was known then: --known {on}"
        ));
    }
    say::line("account,class,not_due,days_1_30,days_31_60,days_61_90,days_over_90,credit,total");
    for it in rows {
        let due: Vec<String> = it.aged.due.iter().map(|it| it.plain()).collect();
        let (credit, total) = (it.aged.credit.plain(), it.aged.total().plain());
        say::line(format_args!("{},{},{},{credit},{total}", it.number, it.class, due.join(",")));
    }
    Ok(())
}
