//! `receipt import --lockbox`, `receipt lockbox`, `receipt statement` and `receipt unmatched`: what comes
//! from banks.

use std::path::Path;

use anyhow::{Error, Result};
use jiff::civil::Date;
use meterbook_app::Refused;
use meterbook_app::bank::{self, NoStatement, Perhaps, Took, Unmatched};
use meterbook_app::debit::returned::NotTaken;
use meterbook_app::lockbox::{self, NewLockbox};
use meterbook_core::limits::PAYMENT_FILE_BYTES;
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store::bank::{Credit, ReturnedItem};
use meterbook_store::{self as store, Db, Tx};

use crate::args::Place;
use crate::say;

/// Takes a file as one batch, all of it that was not posted before, or nothing.
pub(crate) fn import(place: &Place, file: &Path, (count, total): (usize, &str)) -> Result<()> {
    let total = super::amount(place, total)?;
    let bytes = bytes(file)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let new = NewLockbox { name: &name, bytes: &bytes, count, total };
    let took = super::open(place)?.write(|tx| lockbox::take(tx, super::actor(), &new))?;
    let many = counted(took.posted.0, "cheque");
    say::line(format_args!("batch {}: {many}, {}", took.batch, took.posted.1));
    if 0 < took.held.0 {
        let many = counted(took.held.0, "cheque");
        say::line(format_args!("{many}, {}, held: see: meterbook suspense list", took.held.1));
    }
    if !took.already.is_empty() {
        let many = counted(took.already.len(), "cheque");
        let lines: Vec<String> = took.already.iter().take(SHOWN).map(|it| it.to_string()).collect();
        let more = if SHOWN < took.already.len() { " ..." } else { "" };
        let lines = lines.join(" ");
        say::line(format_args!("{many} posted before and not again: lines {lines}{more}"));
    }
    for it in &took.otherwise {
        say::line(format_args!("NOT POSTED: {it}"));
    }
    if !took.letters.is_empty() {
        let many = counted(took.letters.len(), "envelope");
        say::line(format_args!("{many} without money"));
    }
    Ok(())
}

/// Lines that are printed of what came before.
const SHOWN: usize = 20;

/// Says from a day on where the bank writes what.
pub(crate) fn layout(place: &Place, file: &Path, from: Date) -> Result<()> {
    let text = std::fs::read_to_string(file)
        .map_err(|why| super::said(format!("{} cannot be read: {why}", file.display())))?;
    super::open(place)?.write(|tx| lockbox::say_layout(tx, super::actor(), from, &text))?;
    say::line(format_args!("files of the lockbox are read so from {from} on"));
    Ok(())
}

/// Takes a statement in, or each of those in a zip, and prints what each thing is that came in.
pub(crate) fn statement(place: &Place, file: &Path) -> Result<()> {
    let files = delivered(file)?;
    let db = super::open(place)?;
    each(&files, |name, bytes| {
        let took = db.write(|tx| bank::take(tx, super::actor(), (name, bytes)))?;
        told(&db, &took)
    })
}

/// Takes in each of the files that a bank delivered as one. One of several that is refused says so, and the
/// others are taken in; a day on which nothing new came is nothing that failed.
pub(crate) fn each(
    files: &[(String, Vec<u8>)],
    mut take: impl FnMut(&str, &[u8]) -> Result<()>,
) -> Result<()> {
    if let [(name, bytes)] = files {
        return take(name, bytes);
    }
    let mut refused = 0;
    for (name, bytes) in files {
        say::line(format_args!("{name}:"));
        match take(name, bytes) {
            Err(why) if says_nothing(&why) => say::line(why),
            Err(why) if why.is::<Refused>() => {
                say::line(format_args!("NOT TAKEN IN: {why}"));
                refused += 1;
            }
            done => done?,
        }
    }
    match refused {
        0 => Ok(()),
        _ => Err(super::said(format!(
            "{refused} of the {} files in it {} not taken in, each with its reason above",
            files.len(),
            if refused == 1 { "was" } else { "were" }
        ))),
    }
}

/// Whether a file was refused only because there is nothing in it that was not taken in before.
fn says_nothing(why: &Error) -> bool {
    let Some(why) = why.downcast_ref::<Refused>() else { return false };
    let nothing = matches!(why.as_a(), Some(NoStatement::Nothing | NoStatement::Already { .. }));
    nothing || matches!(why.as_a(), Some(NotTaken::Nothing))
}

fn told(db: &Db, took: &Took) -> Result<()> {
    for it in &took.credits {
        let is = match (&it.deposit, it.tender) {
            (Some(deposit), _) => deposit.clone(),
            (None, Some(tender)) => format!("tender {tender}"),
            (None, None) => match took.perhaps.get(&it.key) {
                Some(same) => format!("NOT POSTED, {}", perhaps_same(same)),
                None => "NOT EXPECTED".to_owned(),
            },
        };
        say::line(format_args!(
            "line {}  {}  {:>12}  {is}  {}",
            it.line, it.on, it.amount, it.said
        ));
    }
    db.read(|tx| took.returned.iter().try_for_each(|it| came_back(tx, it)))?;
    let many = counted(took.credits.len(), "credit");
    say::line(format_args!(
        "statement {}: {many}; {} came in before",
        took.statement, took.already
    ));
    if 0 < took.passed.0 {
        let many = counted(took.passed.0, "debit");
        let are = if took.passed.0 == 1 { "is" } else { "are" };
        say::line(format_args!("{many} of {} {are} not ours to post", took.passed.1));
    }
    Ok(())
}

/// What something that waits is perhaps the same as, in words.
fn perhaps_same(it: &Perhaps) -> String {
    match it.was {
        Some(was) => {
            format!("perhaps the same as {}, repeated with another amount: that was {was}", it.key)
        }
        None => format!("perhaps the same as {}", it.key),
    }
}

/// Prints what a bank took back, and which tenders it may be.
fn came_back(tx: &mut Tx, it: &ReturnedItem) -> Result<()> {
    let ReturnedItem { key, on, amount, said, .. } = it;
    say::line(format_args!("came back  {on}  {amount:>12}  {key}  {said}"));
    for tender in store::bank::may_be_back(tx, it, RETURNED_WITHIN)? {
        let (id, kind, reference) = (tender.id, tender.kind, tender.reference);
        say::line(format_args!("           perhaps tender {id}: {kind} {reference}"));
    }
    Ok(())
}

/// Days before it came back in which a tender is looked for that it may be.
const RETURNED_WITHIN: i64 = 120;

/// Prints what does not match.
pub(crate) fn unmatched(place: &Place, on: Option<Date>) -> Result<()> {
    let db = super::see(place)?;
    let on = on.map_or_else(|| super::today(&db), Ok)?;
    let found = db.read(|tx| bank::unmatched(tx, on))?;
    let Unmatched { came, perhaps, expected, returned } = found;
    for Credit { key, on, amount, said, .. } in &came {
        say::line(format_args!("came in    {on}  {amount:>12}  {key}  {said}"));
        if let Some(same) = perhaps.get(key) {
            say::line(format_args!("           {}", perhaps_same(same)));
        }
    }
    db.read(|tx| returned.iter().try_for_each(|it| came_back(tx, it)))?;
    for it in &expected {
        let voided = match it.voided {
            Money::ZERO => String::new(),
            voided => format!("  {voided} was voided"),
        };
        say::line(format_args!("expected   {}  {:>12}  {}{voided}", it.on, it.amount, it.key));
    }
    let (came, expected) = (counted(came.len(), "credit"), counted(expected.len(), "deposit"));
    let back = counted(returned.len(), "item");
    let back = if returned.is_empty() { String::new() } else { format!(", {back} came back") };
    say::line(format_args!("{came} not expected, {expected} not come{back}"));
    Ok(())
}

/// What is in a file of a bank, unless it is too large to be one.
pub(crate) fn bytes(file: &Path) -> Result<Vec<u8>> {
    let cannot = |why| super::said(format!("{} cannot be read: {why}", file.display()));
    if PAYMENT_FILE_BYTES < std::fs::metadata(file).map_err(cannot)?.len() {
        return Err(super::said(format!("{} is too large for payments", file.display())));
    }
    std::fs::read(file).map_err(cannot)
}

/// The files in what a bank delivered.
pub(crate) fn delivered(file: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    bank::delivered(&name, bytes(file)?)
}
