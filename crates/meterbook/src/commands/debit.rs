//! `debit`: what customers agree to have taken from their accounts at banks, and taking it.

use std::io::{IsTerminal, Write};
use std::path::Path;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::approval::{Asked, Outcome, do_or_ask};
use meterbook_app::debit::call_off::NewCallOff;
use meterbook_app::debit::returned::{self, Became};
use meterbook_app::debit::{self, NewDebits, prenote};
use meterbook_app::mandate::{self, NewMandate};
use meterbook_app::seal::{BankKey, KEY_FILE, private};
use meterbook_core::debit::{AccountKind, BankNumber, Collects, Format, Mandate, Scheme, Terms};
use meterbook_core::id::DebitFileId;
use meterbook_core::money::Money;
use meterbook_core::text::{counted, decimal};
use meterbook_store::debit::DebitFile;
use meterbook_store::{self as store, Db, Tx};

use crate::args::Place;
use crate::args::debit::{Bank, DebitCommand};
use crate::say;

/// Holds the key of the bank numbers, where it is not in its file.
const KEY: &str = "METERBOOK_BANK_KEY";
/// Holds the number of an account at a bank where nobody sits at a terminal.
const NUMBER: &str = "METERBOOK_BANK_NUMBER";

pub(crate) fn debit(place: &Place, command: &DebitCommand) -> Result<()> {
    let by = super::actor();
    match command {
        DebitCommand::Agree { of, scheme, holder, bank, collects, most, signed, from } => {
            let db = super::open(place)?;
            let expected = "ppd, web, ccd, sepa-core or sepa-b2b";
            let new = (super::word(scheme, Scheme::from_word, expected)?, number(bank)?);
            let most = most.as_deref().map(|it| super::amount(place, it)).transpose()?;
            let collects = Collects::parse(collects).map_err(meterbook_app::refuse)?;
            let (from, holder) = (from.unwrap_or(*signed), holder.clone());
            let terms = Terms { from, holder, collects, most };
            let key = key_or_new(place, &db)?;
            let it = db.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let (scheme, number) = new.clone();
                let new =
                    NewMandate { account, scheme, signed: *signed, terms: terms.clone(), number };
                mandate::agree(tx, by, &key, &new)
            })?;
            say::line(shown(&it));
        }
        DebitCommand::Change { of, from, holder, collects, most, number: other, bank, why } => {
            let db = super::open(place)?;
            let number = if *other { Some(number(bank)?) } else { None };
            let collects = collects.as_deref().map(Collects::parse).transpose();
            let collects = collects.map_err(meterbook_app::refuse)?;
            let most = most.as_deref().map(|it| super::amount(place, it)).transpose()?;
            let key = key(place)?;
            let it = db.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let was = store::mandate::of_account(tx, account)?.pop();
                let was =
                    was.ok_or_else(|| meterbook_app::refuse(mandate::MandateRefusal::None))?;
                let terms = Terms {
                    from: *from,
                    holder: holder.clone().unwrap_or(was.terms.holder),
                    collects: collects.unwrap_or(was.terms.collects),
                    most: most
                        .map_or(was.terms.most, |it| Some(it).filter(|it| *it != Money::ZERO)),
                };
                mandate::change(tx, by, &key, account, (&terms, number.as_ref()), why)
            })?;
            say::line(shown(&it));
        }
        DebitCommand::End { of, on, why } => {
            let it = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                mandate::end(tx, by, account, *on, why)
            })?;
            say::line(shown(&it));
        }
        DebitCommand::Show { of } => {
            // Without the key nobody knows more of an account at a bank than its end.
            let key = key(place).ok();
            let all = super::see(place)?.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let all = store::mandate::of_account(tx, account)?.into_iter();
                let with = all.map(|it| Ok((bank(tx, key.as_ref(), &it)?, it)));
                with.collect::<Result<Vec<_>>>()
            })?;
            all.iter().for_each(|(bank, it)| say::line(format_args!("{}{bank}", shown(it))));
        }
        DebitCommand::Due { on } => due(place, *on)?,
        DebitCommand::Make { settle_on, format, total, out } => {
            let format = super::word(format, Format::from_word, "nacha or pain.008")?;
            let total = super::amount(place, total)?;
            let new = NewDebits { format, settle: *settle_on, total };
            make(place, new, out)?;
        }
        DebitCommand::Write { file, out } => {
            let key = key(place)?;
            let write = |tx: &mut Tx| debit::write(tx, by, &key, DebitFileId(*file));
            keep(out, &super::open(place)?.write(write)?)?;
            say::line(format_args!("file {file} is in {}", out.display()));
        }
        DebitCommand::Prenotes { on } => {
            let all = super::see(place)?.read(|tx| prenote::due(tx, *on))?;
            all.iter().for_each(|it| say::line(shown(it)));
            say::line(format_args!("{} to be tried", counted(all.len(), "mandate")));
        }
        DebitCommand::Prenote { settle_on, count, out } => {
            let (db, key) = (super::open(place)?, key(place)?);
            absent(out)?;
            let (id, text) = db.write(|tx| {
                let id = prenote::make(tx, by, *settle_on, *count)?;
                Ok((id, debit::write(tx, by, &key, id)?))
            })?;
            keep(out, &text)?;
            let many = counted(*count, "prenote");
            say::line(format_args!("{many} of file {id}, and the file is {}", out.display()));
        }
        DebitCommand::Stop { why } => {
            super::open(place)?.write(|tx| debit::switch(tx, by, true, why))?;
            say::line("debits are stopped");
        }
        DebitCommand::Go { why } => {
            super::open(place)?.write(|tx| debit::switch(tx, by, false, why))?;
            say::line("debits go on");
        }
        DebitCommand::Returned { file } => take_in(place, file)?,
        DebitCommand::Rates { on } => {
            let db = super::see(place)?;
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            let rates = db.read(|tx| returned::rates(tx, on))?;
            for (name, rate, most) in rates.each() {
                let beyond = if most < rate { "  BEYOND" } else { "" };
                let [rate, most] = [rate, most].map(|it| decimal(it, 2));
                say::line(format_args!("{name:<15} {rate:>6} %, at most {most} %{beyond}"));
            }
            say::line(format_args!("of {}", counted(rates.sent, "debit")));
        }
        DebitCommand::CallOff { file, why } => {
            let id = DebitFileId(*file);
            let (of, went) = super::open(place)?.write(|tx| {
                let new = NewCallOff::of(tx, id, why)?;
                let many = counted(store::debit::items(tx, id)?.len(), "debit");
                let of = format!("{many} of {}", new.total);
                Ok((of, do_or_ask(tx, by, &Asked::CallOff(new), why)?))
            })?;
            super::outcome(
                format_args!("{of} called off; their bills go into the next file"),
                went,
            );
        }
        DebitCommand::Files => {
            let all = super::see(place)?.read(|tx| {
                let all = store::debit::all(tx)?.into_iter();
                let with = all.map(|it| Ok((store::debit::called_off(tx, it.id)?, it)));
                with.collect::<Result<Vec<_>>>()
            })?;
            for (off, it) in all {
                let DebitFile { id, format, settle, items, total, .. } = it;
                let off = off.map_or_else(String::new, |it| format!("  called off {}", it.0));
                say::line(format_args!(
                    "{id}  {format}  {settle}  {items} debits  {total:>12}{off}"
                ));
            }
            for it in super::see(place)?.read(store::prenote::all)? {
                let (id, settle, items) = (it.id, it.settle, it.items);
                say::line(format_args!("{id}  nacha  {settle}  {items} prenotes"));
            }
        }
        DebitCommand::Policy { file, from } => {
            let text = std::fs::read_to_string(file)
                .map_err(|why| super::said(format!("{} cannot be read: {why}", file.display())))?;
            super::open(place)?.write(|tx| debit::say_policy(tx, by, *from, &text))?;
            say::line(format_args!("debits are made so from {from} on"));
        }
        DebitCommand::Find { bank } => {
            let (db, number, key) = (super::see(place)?, number(bank)?, key(place)?);
            db.read(|tx| {
                for id in mandate::find(tx, &key, &number)? {
                    let account = store::account::get(tx, id)?;
                    let name = store::person::get(tx, account.person)?.name;
                    say::line(format_args!("{}  {name}", account.number));
                }
                Ok(())
            })?;
        }
    }
    Ok(())
}

fn due(place: &Place, on: Date) -> Result<()> {
    let all = super::see(place)?.read(|tx| debit::due(tx, on))?;
    for it in &all {
        let nth = if 1 < it.nth { format!("  time {}", it.nth) } else { String::new() };
        let why = it.held.map_or(nth, |why| format!("  held: {why}"));
        let (number, named, amount, scheme) =
            (it.account.number, &it.named, it.amount, it.mandate.scheme);
        say::line(format_args!("{number}  {named}  {}  {scheme}  {amount:>12}{why}", it.on));
    }
    for (format, many, sum) in debit::sums(&all) {
        say::line(format_args!("{format}: {}, {sum}", counted(many, "debit")));
    }
    Ok(())
}

/// The debits, their payments and what the file says are one transaction: what cannot be said of them
/// takes nothing. Where the disk then refuses the file, `debit write` writes it elsewhere.
fn make(place: &Place, new: NewDebits, out: &Path) -> Result<()> {
    let (db, key) = (super::open(place)?, key(place)?);
    absent(out)?;
    let by = super::actor();
    let (went, text) = db.write(|tx| {
        let went = do_or_ask(tx, by, &Asked::Debits(new), "")?;
        let made = store::debit::all(tx)?.pop().filter(|_| went == Outcome::Done);
        let text = made.map(|it| debit::write(tx, by, &key, it.id)).transpose()?;
        Ok((went, text))
    })?;
    if let Some(text) = text {
        keep(out, &text)?;
    }
    super::outcome(format_args!("{} is taken, and the file is {}", new.total, out.display()), went);
    Ok(())
}

/// Refuses to write over a file.
pub(crate) fn absent(out: &Path) -> Result<()> {
    if out.exists() {
        return Err(super::said(format!("{} is there already; name another", out.display())));
    }
    Ok(())
}

fn take_in(place: &Place, file: &Path) -> Result<()> {
    let files = super::lockbox::delivered(file)?;
    let (key, db) = (key(place)?, super::open(place)?);
    super::lockbox::each(&files, |_, bytes| taken_in(&db, &key, bytes))
}

fn taken_in(db: &Db, key: &BankKey, bytes: &[u8]) -> Result<()> {
    db.write(|tx| {
        for it in returned::take_in(tx, super::actor(), key, bytes)? {
            let became = match it.became {
                Became::TakenBack { account, amount, ended } => {
                    let number = store::account::get(tx, account)?.number;
                    let also = if ended { ", and the mandate ended" } else { "" };
                    format!("{amount} of {number} taken back{also}")
                }
                Became::NotThere { account, ended } => {
                    let number = store::account::get(tx, account)?.number;
                    let also = if ended { ", and the mandate ended" } else { "" };
                    format!("the prenote of {number} came back{also}")
                }
                Became::Changed { account } => {
                    let number = store::account::get(tx, account)?.number;
                    format!("the mandate of {number} is changed")
                }
                Became::CalledOff { file, amount } => {
                    format!("file {file} of {amount} is called off; its bills go into the next one")
                }
                Became::Already => "done before".to_owned(),
                Became::Task => "nothing was done by it; it is a task".to_owned(),
            };
            say::line(format_args!("line {}  {}  {became}", it.line, it.code));
        }
        Ok(())
    })
}

/// Keeps a file that says bank numbers where only its owner may read it.
fn keep(out: &Path, text: &str) -> Result<()> {
    let written = private(out).and_then(|mut it| it.write_all(text.as_bytes()));
    written.map_err(|why| {
        let what = format!("{} cannot be written: {why}", out.display());
        super::said(format!("{what}; write it elsewhere: meterbook debit write"))
    })
}

/// The key of the bank numbers.
pub(crate) fn key(place: &Place) -> Result<BankKey> {
    key_in(&place.dir)
}

/// The key of the utility in a folder.
pub(crate) fn key_in(folder: &Path) -> Result<BankKey> {
    match std::env::var(KEY) {
        Ok(text) => BankKey::parse(&text),
        Err(_) => BankKey::read(&folder.join(KEY_FILE)),
    }
}

/// The same; made where nothing is sealed yet.
fn key_or_new(place: &Place, db: &Db) -> Result<BankKey> {
    if std::env::var_os(KEY).is_some() || db.read(mandate::any)? {
        return key(place);
    }
    BankKey::make(&place.dir.join(KEY_FILE))
}

/// The account at a bank, which is asked for where somebody sits.
fn number(bank: &Bank) -> Result<BankNumber> {
    let text = match std::env::var(NUMBER) {
        Ok(text) => text,
        Err(_) if std::io::stdin().is_terminal() => say::ask("The number of the account")?,
        Err(_) => {
            let what = format!("put the number of the account into the variable {NUMBER}");
            return Err(super::said(what));
        }
    };
    let kind = super::word(&bank.kind, AccountKind::from_word, "checking or savings")?;
    let number = match &bank.routing {
        Some(routing) => BankNumber::routed(routing, &text, kind),
        None => BankNumber::iban(&text),
    };
    number.map_err(meterbook_app::refuse)
}

/// At which bank of the United States a mandate takes, and from what kind of account: no secret, and what a
/// notification of change mostly changes.
fn bank(tx: &mut Tx, key: Option<&BankKey>, it: &Mandate) -> Result<String> {
    let Some(key) = key else { return Ok(String::new()) };
    let of = (it.id, it.version);
    Ok(match key.open(&store::mandate::sealed(tx, it.id, it.version)?, of)? {
        BankNumber::Routed { routing, kind, .. } => format!(", {kind} at {}", routing.digits()),
        BankNumber::Iban(_) => String::new(),
    })
}

fn shown(it: &Mandate) -> String {
    let most = it.terms.most.map_or(String::new(), |it| format!(", at most {it}"));
    let ended = it.ended.map_or(String::new(), |on| format!(", ended {on}"));
    let Terms { from, holder, collects, .. } = &it.terms;
    let (reference, version, scheme, tail) = (it.reference(), it.version, it.scheme, &it.tail);
    format!(
        "{reference}/{version}  {scheme}  …{tail}  {holder}, collects {collects}{most}, from {from}{ended}"
    )
}
