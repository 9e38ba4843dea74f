//! `debit`: what customers agree to have taken from their accounts at banks.

use std::io::IsTerminal;

use anyhow::Result;
use meterbook_app::mandate::{self, NewMandate};
use meterbook_app::seal::BankKey;
use meterbook_core::debit::{AccountKind, BankNumber, Collects, Mandate, Scheme, Terms};
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db};

use crate::args::Place;
use crate::args::debit::{Bank, DebitCommand};
use crate::say;

/// Holds the key of the bank numbers, where it is not in its file.
const KEY: &str = "METERBOOK_BANK_KEY";
/// The file of the key, in the folder of the utility.
const KEY_FILE: &str = "bank.key";
/// Holds the number of an account at a bank where nobody sits at a terminal.
const NUMBER: &str = "METERBOOK_BANK_NUMBER";

pub(crate) fn debit(place: &Place, command: &DebitCommand) -> Result<()> {
    let by = super::actor();
    match command {
        DebitCommand::Agree { of, scheme, holder, bank, collects, most, signed, from } => {
            let db = super::open(place)?;
            let expected = "ppd, web, ccd, sepa-core or sepa-b2b";
            let new = (super::word(scheme, Scheme::from_word, expected)?, number(bank)?);
            let most = most.as_deref().map(Money::parse).transpose().map_err(super::said)?;
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
            let most = most.as_deref().map(Money::parse).transpose().map_err(super::said)?;
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
            let all = super::see(place)?.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                store::mandate::of_account(tx, account)
            })?;
            all.iter().for_each(|it| say::line(shown(it)));
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

/// The key of the bank numbers.
pub(crate) fn key(place: &Place) -> Result<BankKey> {
    match std::env::var(KEY) {
        Ok(text) => BankKey::parse(&text),
        Err(_) => BankKey::read(&place.dir.join(KEY_FILE)),
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

fn shown(it: &Mandate) -> String {
    let most = it.terms.most.map_or(String::new(), |it| format!(", at most {it}"));
    let ended = it.ended.map_or(String::new(), |on| format!(", ended {on}"));
    let Terms { from, holder, collects, .. } = &it.terms;
    let (reference, version, scheme, tail) = (it.reference(), it.version, it.scheme, &it.tail);
    format!(
        "{reference}/{version}  {scheme}  …{tail}  {holder}, collects {collects}{most}, from {from}{ended}"
    )
}
