//! Writing letters: what was asked for and will be done, and bills that wait.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::delivery::mailing::{Mailing, Matter};
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::moves::{Move, MoveKind, Said};
use meterbook_core::paper::letter::{LetterCause, Written};
use meterbook_paper::{Press, day, letter, letter_html, read_back_letter};
use meterbook_store::{self as store, Db, Tx};

use crate::deliver::write;
use crate::paper::look_on;
use crate::printed::written;
use crate::refuse;

/// Why there is no letter.
#[derive(Debug, PartialEq, Eq)]
pub enum NoLetter {
    /// Nothing of the account is a cause for it.
    NoCause {
        /// The account.
        account: AccountNumber,
        /// The cause.
        cause: LetterCause,
    },
}

/// A letter of a day to an account's customer, about the newest thing that is a cause for it.
pub fn of_account(
    tx: &mut Tx,
    account: AccountId,
    cause: LetterCause,
    on: Date,
) -> Result<Written> {
    let account = store::account::get(tx, account)?;
    let person = store::person::get(tx, account.person)?;
    let none = || refuse(NoLetter::NoCause { account: account.number, cause });
    let (mut values, mut listed) = (Vec::new(), Vec::new());
    match cause.of_move() {
        Some(kind) => {
            let newest = newest(tx, account.id, kind)?.ok_or_else(none)?;
            let effects = store::moves::effects(tx, newest.id, newest.version)?;
            let told = effects.iter().filter(|it| it.is_for_customer());
            listed.extend(told.map(|it| it.sentence(person.language)));
        }
        // As it was when it was made.
        None if cause.goes_by_itself() => {
            let all = store::mailing::of_account(tx, account.id)?.into_iter();
            let of =
                |it: &Mailing| matches!(it.matter, Matter::Letter { cause: of, .. } if of == cause);
            return written(tx, &all.rev().find(of).ok_or_else(none)?);
        }
        None => {
            let mut period = None;
            for window in store::window::with_held(tx, account.cycle)? {
                let held = store::run::held(tx, window.id)?;
                if held.iter().any(|it| it.account == account.id) {
                    period = Some(window.period);
                }
            }
            let period = period.ok_or_else(none)?;
            values.push(("from", day(person.language, period.start())));
            values.push(("to", day(person.language, period.last())));
        }
    }
    let lines = account.mail_to.lines().map(str::to_owned);
    Ok(Written {
        utility: store::utility::get(tx)?,
        account: account.number,
        language: person.language,
        addressed_to: std::iter::once(person.name).chain(lines).collect(),
        on,
        cause,
        values,
        listed,
        look: look_on(tx, on)?,
    })
}

/// The newest move of a kind of an account that stands: what a letter is about.
pub(crate) fn newest(tx: &mut Tx, account: AccountId, kind: MoveKind) -> Result<Option<Move>> {
    let moves = store::moves::of_account(tx, account)?;
    Ok(moves.into_iter().rfind(|it| it.kind == kind && it.said != Said::Cancelled))
}

/// Draws such a letter into a folder, as PDF and as a page, and says where the PDF is.
pub fn draw(
    db: &Db,
    account: AccountId,
    cause: LetterCause,
    on: Date,
    folder: &Path,
) -> Result<PathBuf> {
    let it = db.read(|tx| of_account(tx, account, cause, on))?;
    let view = letter(&it);
    let pdf = Press::new().pdf(&view)?;
    read_back_letter(&pdf, &it)?;
    let page = letter_html(&view, &it)?;
    let file = folder.join(format!("{cause}-{}-{}.pdf", it.account, it.on));
    write(&file, &pdf)?;
    write(&file.with_extension("html"), page.as_bytes())?;
    Ok(file)
}

impl fmt::Display for NoLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoLetter::NoCause { account, cause } = self;
        write!(f, "nothing of account {account} is a cause for a letter of {cause}; ")?;
        match cause.of_move() {
            Some(_) => f.write_str("see what was asked for with: meterbook move show"),
            None if cause.goes_by_itself() => f.write_str("none was sent to it"),
            None => f.write_str("see what is held with: meterbook bill held"),
        }
    }
}

impl std::error::Error for NoLetter {}
