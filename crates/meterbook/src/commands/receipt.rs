//! `receipt` and `suspense`: payments beyond one tender for one account.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::bank::settle::{self, Is};
use meterbook_app::close;
use meterbook_app::drawer::{self, agent};
use meterbook_app::pledge;
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::returned;
use meterbook_app::suspense::{self, Clue, NewHeldRefund};
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{EntryId, PaymentId, SuspenseId, TenderId};
use meterbook_core::ledger::Tender;
use meterbook_core::ledger::open::Item;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::receipt::{ReceiptCommand, SuspenseCommand};
use crate::say;

pub(crate) fn receipt(place: &Place, command: &ReceiptCommand) -> Result<()> {
    let db = super::open(place)?;
    let by = super::actor();
    match command {
        ReceiptCommand::Take { tender, shares, suspense, agency, on } => {
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            let tenders = tender.iter().map(|it| read_tender(it)).collect::<Result<_>>()?;
            let (taken, kept) = db.write(|tx| {
                let mut to = Vec::new();
                for it in shares {
                    to.push(read_share(tx, it)?);
                }
                for it in suspense {
                    to.push(read_suspense(it)?);
                }
                let taken = receipt::take(tx, by, &NewReceipt { on, tenders, shares: to })?;
                let kept = match agency {
                    Some(agency) => pledge::receive(tx, by, agency, &taken)?,
                    None => Vec::new(),
                };
                Ok((taken, kept))
            })?;
            let cash = taken.tenders.iter().any(|it| it.kind == Tender::Cash);
            if cash && db.read(|tx| drawer::has_none(tx, by))? {
                super::in_no_drawer();
            }
            if let Some(month) = db.read(|tx| close::closed_for_good(tx, on))? {
                super::counts_from_closed(&month, on);
            }
            for it in &taken.tenders {
                let (id, kind, reference, amount) = (it.id, it.kind, &it.reference, it.amount);
                say::line(format_args!("tender {id}: {kind} {reference}, {amount}"));
            }
            if let Some(agency) = agency {
                super::pledge::received(agency, &kept);
            }
            Ok(())
        }
        ReceiptCommand::Import { file, lockbox: true, count, total, on: None, .. } => {
            super::lockbox::import(place, file, (*count, total))
        }
        ReceiptCommand::Import { lockbox: true, on: Some(_), .. } => Err(super::said(
            "what a lockbox opened counts from the day of its deposit; leave --on out".to_owned(),
        )),
        ReceiptCommand::Import { file, agent, agency, count, total, on, .. } => {
            let from = (agent.as_deref(), agency.as_deref());
            super::ledger::import(place, (file, from), (*count, total), *on)
        }
        ReceiptCommand::Layout { agent, file, from } => {
            let text = std::fs::read_to_string(file)
                .map_err(|why| super::said(format!("{} cannot be read: {why}", file.display())))?;
            db.write(|tx| agent::say_layout(tx, by, agent, *from, &text))?;
            say::line(format_args!("files of {agent} are read so from {from} on"));
            Ok(())
        }
        ReceiptCommand::Statement { file } => super::lockbox::statement(place, file),
        ReceiptCommand::Unmatched { on } => super::lockbox::unmatched(place, *on),
        ReceiptCommand::Settle { key, is, why } => {
            db.write(|tx| {
                let is = match (is.tender, is.returned, &is.account) {
                    (Some(tender), _, _) => Is::Taken(TenderId(tender)),
                    (_, Some(tender), _) => Is::Returned(TenderId(tender)),
                    (_, _, Some(account)) => Is::Payment(super::account(tx, account)?.id),
                    _ if is.suspense => Is::Held,
                    _ if is.ours => Is::Ours,
                    _ => Is::Deposits(is.deposit.clone()),
                };
                settle::settle(tx, by, key, &is, why)
            })?;
            say::line(format_args!("{key} is settled"));
            Ok(())
        }
        ReceiptCommand::Lockbox { file, from } => super::lockbox::layout(place, file, *from),
        ReceiptCommand::Open { account, on } => open(place, account, *on),
        ReceiptCommand::Void { tender, why } => {
            let sum = db.write(|tx| receipt::void(tx, by, TenderId(*tender), why))?;
            say::line(format_args!("{sum} is voided"));
            Ok(())
        }
        ReceiptCommand::Return { tender, on, why } => {
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            let sum = db.write(|tx| receipt::give_back(tx, by, TenderId(*tender), on, why))?;
            say::line(format_args!("{sum} is taken back from {on} on"));
            let today = super::today(&db)?;
            db.read(|tx| follows(tx, TenderId(*tender), today))
        }
        ReceiptCommand::Mistake { tender, why } => {
            let fee = db.write(|tx| returned::mistake(tx, by, TenderId(*tender), why))?;
            say::line(format_args!("the bank was wrong; {fee} is not asked for"));
            say::line("it pays again when it comes in again, under its own number");
            Ok(())
        }
        ReceiptCommand::Lift { account, why } => {
            db.write(|tx| {
                let account = super::account(tx, account)?.id;
                returned::lift(tx, by, account, why)
            })?;
            say::line(format_args!("{account} may pay by check and debit again"));
            Ok(())
        }
        ReceiptCommand::Move { payment, to, why } => {
            let id = PaymentId(*payment);
            let new = db.write(|tx| {
                let to = super::account(tx, to)?.id;
                receipt::move_payment(tx, by, id, to, why)
            })?;
            say::line(format_args!(
                "payment {id} of {} is payment {} of {to} now",
                new.amount, new.id
            ));
            Ok(())
        }
        ReceiptCommand::Rule { file, from } => {
            let text = std::fs::read_to_string(file)
                .map_err(|why| super::said(format!("{} cannot be read: {why}", file.display())))?;
            db.write(|tx| receipt::say_rule(tx, by, *from, &text))?;
            say::line(format_args!("payments are allocated so from {from} on"));
            Ok(())
        }
    }
}

pub(crate) fn suspense(place: &Place, command: &SuspenseCommand) -> Result<()> {
    match command {
        SuspenseCommand::List => {
            let held = super::see(place)?.read(store::suspense::open)?;
            for it in &held {
                say::line(format_args!("{}  {}  {:>12}  {}", it.id, it.on, it.amount, it.said));
            }
            let sum: Money = held.iter().map(|it| it.amount).sum();
            say::line(format_args!("{sum} is held"));
            Ok(())
        }
        SuspenseCommand::Search { id } => {
            let found = super::see(place)?.read(|tx| {
                let id = SuspenseId(*id);
                let held = store::suspense::get(tx, id)?;
                let held =
                    held.ok_or_else(|| super::said(format!("nothing is held under {id}")))?;
                suspense::candidates(tx, &held)
            })?;
            if found.is_empty() {
                say::line(format_args!("nobody is found by what is said of it"));
            }
            for it in found {
                let why: Vec<&str> = it.why.iter().map(|it| clue(*it)).collect();
                let (number, name, balance) = (it.account.number, it.name, it.balance);
                say::line(format_args!("{number}  {name}, owes {balance}: {}", why.join(", ")));
            }
            Ok(())
        }
        SuspenseCommand::Match { id, to, why } => {
            let payment = super::open(place)?.write(|tx| {
                let account = super::account(tx, to)?.id;
                suspense::match_to(tx, super::actor(), SuspenseId(*id), account, why)
            })?;
            say::line(format_args!("{} is payment {} of {to} now", payment.amount, payment.id));
            Ok(())
        }
        SuspenseCommand::Split { id, to, why } => {
            let (paid, rest) = super::open(place)?.write(|tx| {
                let mut parts = Vec::new();
                for it in to {
                    let (account, amount) = it.split_once(':').unwrap_or((it, ""));
                    let amount = super::amount(place, amount)?;
                    parts.push((super::account(tx, account)?.id, amount));
                }
                let paid = suspense::split(tx, super::actor(), SuspenseId(*id), &parts, why)?;
                let of = store::suspense::get(tx, SuspenseId(*id))?;
                Ok((paid, of.map_or(Ok(None), |it| suspense::rest(tx, &it))?))
            })?;
            for (it, to) in paid.iter().zip(to) {
                let to = to.split_once(':').map_or(to.as_str(), |it| it.0);
                say::line(format_args!("{} is payment {} of {to} now", it.amount, it.id));
            }
            if let Some(it) = rest {
                say::line(format_args!("{} is held on under {}", it.amount, it.id));
            }
            Ok(())
        }
        SuspenseCommand::Refund { id, amount, why } => {
            let amount = super::amount(place, amount)?;
            let asked = Asked::RefundHeld(NewHeldRefund { id: SuspenseId(*id), amount });
            let db = super::open(place)?;
            let went = db.write(|tx| do_or_ask(tx, super::actor(), &asked, why))?;
            super::outcome(format_args!("{amount} held under {id} is to be paid back"), went);
            Ok(())
        }
    }
}

fn open(place: &Place, account: &str, on: Option<Date>) -> Result<()> {
    let db = super::see(place)?;
    let today = super::today(&db)?;
    db.read(|tx| {
        let account = super::account(tx, account)?.id;
        let on = on.unwrap_or(Date::MAX);
        let open = receipt::open(tx, account, on, EntryId(i64::MAX))?;
        let show = |it: &Item, what: &str| {
            let (side, left) = (&it.side, it.left);
            say::line(format_args!("{:<8} {:<22} {}  {left:>12}", what, side.key, side.due));
        };
        open.items.iter().for_each(|it| show(it, it.side.debt.word()));
        open.credits.iter().for_each(|it| show(it, "credit"));
        say::line(format_args!("balance {}", open.balance()));
        if let Some(until) = returned::cash_only(tx, account, today)? {
            say::line(format_args!("CASH ONLY until {until}: payments came back"));
        }
        for it in store::payment::of_account(tx, account)? {
            let tender = store::receipt::tender_of(tx, it.id)?.map_or(0, |it| it.0);
            let back = store::receipt::reversed(tx, it.id)?;
            let back = back.map_or(String::new(), |(how, on)| format!(", {how} {on}"));
            say::line(format_args!(
                "payment {} of tender {tender}: {} {}, {} on {}{back}",
                it.id, it.tender, it.reference, it.amount, it.on
            ));
        }
        Ok(())
    })
}

/// Prints what follows for who paid with a tender that came back: its fee, cash only, a letter.
fn follows(tx: &mut Tx, id: TenderId, today: Date) -> Result<()> {
    let Some(back) = store::returned::get(tx, id)? else { return Ok(()) };
    let Some(account) = back.account else { return Ok(()) };
    let number = store::account::get(tx, account)?.number;
    match back.fee == Money::ZERO {
        true => say::line(format_args!("{number} is charged no fee for it")),
        false => say::line(format_args!("{} comes with the next bill of {number}", back.fee)),
    }
    if let Some(until) = returned::cash_only(tx, account, today)? {
        say::line(format_args!("{number} pays in CASH ONLY until {until}"));
    }
    if returned::is_told(tx, &back)? {
        say::line("a letter tells them");
    }
    Ok(())
}

fn read_tender(text: &str) -> Result<NewTender> {
    let mut parts = text.splitn(3, ':');
    let mut part = || parts.next().unwrap_or_default();
    let kind = super::word(part(), Tender::from_word, "cash, check, card or bank")?;
    let amount = super::typed(part())?;
    Ok(NewTender { kind, amount, reference: part().to_owned() })
}

fn read_share(tx: &mut Tx, text: &str) -> Result<Share> {
    let mut parts = text.splitn(3, ':');
    let account = super::account(tx, parts.next().unwrap_or_default())?.id;
    let amount = super::typed(parts.next().unwrap_or_default())?;
    let bill = parts.next().map(|it| BillNumber(it.to_owned()));
    Ok(Share { to: For::Account { account, bill }, amount })
}

fn read_suspense(text: &str) -> Result<Share> {
    let (amount, said) = text.split_once(':').unwrap_or((text, ""));
    let amount = super::typed(amount)?;
    Ok(Share { to: For::Suspense { said: said.to_owned() }, amount })
}

fn clue(it: Clue) -> &'static str {
    match it {
        Clue::Number => "its number is said",
        Clue::Bill => "a bill of it is said",
        Clue::Found => "it is found by what is said",
        Clue::Amount => "it owes that amount",
    }
}
