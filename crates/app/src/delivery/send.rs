//! Sending what somebody asks for: a letter, a summary bill, the note of a correction, a bill that its
//! customer had from elsewhere. Each is queued
//! once; a server or the mail house gets it with the bills of its day.

use std::collections::HashMap;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::delivery::Enclosed;
use meterbook_core::delivery::mailing::{Mailing, Matter, note_number};
use meterbook_core::id::{AccountId, AccountNumber, BillId, CorrectionId, MailingId};
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_store::mailing::Addressee;
use meterbook_store::{self as store, Counter, Tx};

use super::NotDelivered;
use super::queue::{queue, queue_mailings, queue_notes};
use crate::authority::authorize;
use crate::{Actor, letter, refuse, summary};

/// Sends the letter of a day to an account's customer, and says what it is called.
pub fn letter(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    cause: LetterCause,
    on: Date,
) -> Result<String> {
    let allowed = authorize(tx, actor, Permission::DeliverBills, None)?;
    if cause.goes_by_itself() {
        return Err(refuse(NotDelivered::GoesByItself { cause }));
    }
    let it = letter::of_account(tx, account, cause, on)?;
    let of = match cause.of_move() {
        Some(kind) => letter::newest(tx, account, kind)?.map(|it| (it.id, it.version)),
        None => None,
    };
    let matter = Matter::Letter { cause, of, values: it.values, listed: it.listed };
    let whom = (account, it.account, it.language, it.addressed_to);
    let number = mail(tx, whom, on, matter)?;
    store::audit::add(tx, &allowed, "send letter", &it.account.to_string(), &number)?;
    Ok(number)
}

/// What is known of a letter beside the utility, the account and the name, and what it lists.
pub(crate) type Known = (Vec<(&'static str, String)>, Vec<String>);

/// Sends the letters of a cause and day to accounts, in the transaction of what causes them; `says` tells
/// what is known of each, by its place and in its language. Ids are as the accounts are.
pub(crate) fn letters(
    tx: &mut Tx,
    (cause, on): (LetterCause, Date),
    accounts: &[AccountId],
    mut says: impl FnMut(usize, Language) -> Known,
) -> Result<Vec<MailingId>> {
    let to = store::mailing::addressees(tx, accounts, (cause, on))?;
    let to: HashMap<AccountId, Addressee> = to.into_iter().map(|it| (it.account, it)).collect();
    let first = tx.next(Counter::Mailing, accounts.len())?;
    let mut all = Vec::with_capacity(accounts.len());
    for (at, (account, id)) in accounts.iter().zip(first..).enumerate() {
        let to = to.get(account).with_context(|| format!("there is no account {account}"))?;
        let (values, listed) = says(at, to.language);
        let matter = Matter::Letter { cause, of: None, values, listed };
        let stem = matter.stem(to.number, on);
        all.push(Mailing {
            id: MailingId(id),
            number: if to.before == 0 { stem } else { format!("{stem}-{}", to.before + 1) },
            account: *account,
            language: to.language,
            addressed_to: to.addressed_to.clone(),
            on,
            matter,
        });
    }
    queue_mailings(tx, &all)?;
    Ok(all.iter().map(|it| it.id).collect())
}

/// Sends the newest bills by a day of the accounts that an account sums up, on one, and says what that
/// is called.
pub fn summary(tx: &mut Tx, actor: Actor, account: AccountId, on: Date) -> Result<String> {
    let allowed = authorize(tx, actor, Permission::DeliverBills, None)?;
    let (it, mut bills) = summary::with_bills(tx, account, on)?;
    bills.sort_unstable();
    let whom = (account, it.account, it.language, it.addressed_to);
    let number = mail(tx, whom, it.billed_on, Matter::Summary(bills))?;
    store::audit::add(tx, &allowed, "send summary", &it.account.to_string(), &number)?;
    Ok(number)
}

/// Sends the note of a correction of which nobody was told yet, and says what it is called.
pub fn note(tx: &mut Tx, actor: Actor, id: CorrectionId) -> Result<String> {
    let allowed = authorize(tx, actor, Permission::DeliverBills, None)?;
    let it = store::correction::get(tx, id)?;
    let account = store::account::get(tx, it.account)?.number;
    let number = note_number(id);
    if store::outbox::is_queued(tx, Enclosed::Note(id))? {
        return Err(refuse(NotDelivered::OnItsWay { number }));
    }
    let pieces = queue_notes(tx, &[it], |tx, count| tx.next(Counter::Piece, count))?;
    if pieces == 0 {
        return Err(refuse(NotDelivered::NobodyKnew { number }));
    }
    store::audit::add(tx, &allowed, "send note", &account.to_string(), &number)?;
    Ok(number)
}

/// Sends a bill that was not sent from here, since its customer had it from elsewhere.
pub fn bill(tx: &mut Tx, actor: Actor, id: BillId) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::DeliverBills, None)?;
    let it = store::bill::get(tx, id)?;
    let number = it.number.0.clone();
    let elsewhere = !store::outbox::elsewhere(tx, [id])?.is_empty();
    if !elsewhere || store::outbox::is_queued(tx, Enclosed::Bill(id))? {
        return Err(refuse(NotDelivered::OnItsWay { number }));
    }
    queue(tx, &[it], |tx, count| tx.next(Counter::Piece, count))?;
    store::audit::add(tx, &allowed, "send bill", &number, "it was had from elsewhere")
}

/// Keeps it and queues it, unless the same is on its way: another of that day has a number behind its
/// own.
fn mail(
    tx: &mut Tx,
    (account, number, language, addressed_to): (AccountId, AccountNumber, Language, Vec<String>),
    on: Date,
    matter: Matter,
) -> Result<String> {
    let stem = matter.stem(number, on);
    let before = store::mailing::of_account(tx, account)?;
    let of_day = before.iter().filter(|it| it.matter.stem(number, it.on) == stem);
    if let Some(same) = of_day.clone().find(|it| it.matter == matter) {
        return Err(refuse(NotDelivered::OnItsWay { number: same.number.clone() }));
    }
    let number = match of_day.count() {
        0 => stem,
        others => format!("{stem}-{}", others + 1),
    };
    let id = MailingId(tx.next(Counter::Mailing, 1)?);
    let it = Mailing { id, number: number.clone(), account, language, addressed_to, on, matter };
    queue_mailings(tx, &[it])?;
    Ok(number)
}
