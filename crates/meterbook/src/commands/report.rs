//! `report`, and from an entry or a bill to the journal: reports of the books as files.

use anyhow::{Context, Result};
use meterbook_app::report::{self as act, Written};
use meterbook_core::account::CustomerClass;
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AccountNumber, EntryId};
use meterbook_core::period::Period;
use meterbook_core::report::{Asked, By, Days, ReportKind};
use meterbook_store::report::drill::Drilled;

use crate::args::Place;
use crate::args::report::Report;
use crate::say;

/// Writes the report that is asked for.
pub(crate) fn report(place: &Place, it: &Report) -> Result<()> {
    let db = super::open(place)?;
    let kind = ReportKind::from(it.kind);
    let days = match (it.on, it.from, it.to) {
        (Some(on), ..) => Days::On(on),
        (None, Some(from), Some(to)) => Days::In(Period::new(from, to).ok_or_else(|| {
            super::said(format!(
                "there are no days from {from} up to {to}; say the first day behind them"
            ))
        })?),
        _ => {
            let today = super::today(&db)?;
            let month = Period::month(today.year(), today.month()).context("a day has a month")?;
            if kind.is_of_a_day() { Days::On(today) } else { Days::In(month) }
        }
    };
    let by = match (it.known, it.posted) {
        (Some(on), _) => By::Known(on),
        (None, true) => By::Posted,
        (None, false) => By::Effective,
    };
    let account = it.account.as_deref().map(|said| {
        AccountNumber::parse(said).ok_or_else(|| {
            super::said(format!("{said} is no account number; its last digit is checked"))
        })
    });
    let class = it.class.as_deref().map(|said| {
        CustomerClass::from_word(said).ok_or_else(|| {
            let all: Vec<&str> = CustomerClass::ALL.iter().map(|it| it.word()).collect();
            super::said(format!("{said} is no class; write one of: {}", all.join(", ")))
        })
    });
    let asked = Asked {
        kind,
        days,
        by,
        account: account.transpose()?,
        class: class.transpose()?,
        tariff: it.tariff.clone(),
        line: it.line.clone(),
        gl: it.gl.clone(),
    };
    let mut bar = say::Bar::new();
    let found =
        act::report(&db, super::actor(), &asked, &mut |done| bar.show("rated", done, done))?;
    bar.end();
    let Some(file) = &it.out else {
        let bytes = act::written(&found, Written::Csv)?;
        say::verbatim(String::from_utf8_lossy(&bytes).trim_end());
        return Ok(());
    };
    let form = match file.extension().is_some_and(|it| it.eq_ignore_ascii_case("xlsx")) {
        true => Written::Xlsx,
        false => Written::Csv,
    };
    let bytes = act::written(&found, form)?;
    std::fs::write(file, bytes).with_context(|| format!("{} cannot be written", file.display()))?;
    say::line(format_args!("{}: {} rows", file.display(), found.rows.len()));
    Ok(())
}

/// Prints an entry with its postings and the journal that has it.
pub(crate) fn entry(place: &Place, id: i64) -> Result<()> {
    let it = super::open(place)?.read(|tx| act::entry(tx, super::actor(), EntryId(id)))?;
    show(&it);
    Ok(())
}

/// Prints the entries of a bill with their postings and the journals that have them.
pub(crate) fn of_bill(place: &Place, number: &str) -> Result<()> {
    let number = BillNumber(number.to_owned());
    for it in super::open(place)?.read(|tx| act::of_bill(tx, super::actor(), &number))? {
        show(&it);
    }
    Ok(())
}

fn show(it: &Drilled) {
    let journal = it.journal.map_or_else(
        || "in no journal yet".to_owned(),
        |(number, on)| format!("journal {number} of {on}"),
    );
    say::line(format_args!("entry {}  {}  {}  {}  {journal}", it.entry, it.on, it.kind, it.key));
    for (gl, account, amount) in &it.sides {
        let account = account.map_or_else(String::new, |it| it.to_string());
        say::line(format_args!("  {gl:<28} {account:<12} {amount:>12}"));
    }
}
