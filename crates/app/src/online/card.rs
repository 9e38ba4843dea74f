//! Cards that customers keep: one is kept when its payer said so and paid with it, what is due is charged to it
//! or held, and it is forgotten here at once, and by the provider when it answers.

use anyhow::{Context, Result};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use meterbook_core::about::About;
use meterbook_core::account::Account;
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AccountId, BillId, CardId};
use meterbook_core::money::Money;
use meterbook_core::online::card::{KeptCard, Known, NotCharged, held};
use meterbook_core::online::settings::Settings;
use meterbook_core::online::{Attempt, AttemptState};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::task::{Cause, TaskKind};
use meterbook_store::{self as store, Counter, Db, Tx};

use super::ask::{self, Look};
use super::stripe::{Answer, Payment, PaymentState, Stripe};
use super::{NotOnline, settings};
use crate::authority::authorize;
use crate::debit::{asked, beside};
use crate::{Actor, mandate, plan, receipt, refuse, task};

/// After so long a charge that the provider does not know was never heard by it: to charge a day later is
/// better than twice.
const NEVER_HEARD: SignedDuration = SignedDuration::from_hours(24);
/// Tasks about an account among which a dispute is looked for.
const TASKS: i64 = 100;

/// A bill that is to be charged to a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Whose.
    pub account: Account,
    /// To which card.
    pub card: KeptCard,
    /// The bill.
    pub bill: BillId,
    /// What people say for it.
    pub number: BillNumber,
    /// What is open of it and of what came with it.
    pub amount: Money,
    /// The day on which it is due.
    pub on: Date,
    /// Why it is not charged; `None` where it is.
    pub held: Option<NotCharged>,
}

/// The open bills of accounts with a card that are due by a day, each with what holds it by settings that
/// hold at an instant.
pub fn due(tx: &mut Tx, at: Timestamp, on: Date) -> Result<Vec<Due>> {
    let settings = settings::at(tx, at)?;
    let mut found = Vec::new();
    for card in store::card::all_now(tx)? {
        found.extend(of_card(tx, &settings, &card, on)?);
    }
    Ok(found)
}

pub(super) fn of_card(
    tx: &mut Tx,
    settings: &Settings,
    card: &KeptCard,
    on: Date,
) -> Result<Vec<Due>> {
    let id = card.account;
    let tasks = store::task::of_subject(tx, About::Account(id), TASKS)?;
    let disputed = tasks.iter().any(|it| it.kind == TaskKind::Dispute && it.closed.is_none());
    let mandated = mandate::on(tx, id, on)?.is_some();
    let plan = plan::on_day(tx, id, on)?;
    let planned = plan.as_ref().and_then(|it| it.through);
    let mut begun = Vec::new();
    for it in store::online::open_of(tx, id)? {
        begun.push(ask::known(tx, it)?.bill);
    }
    let account = store::account::get(tx, id)?;
    let mut found = Vec::new();
    for it in asked(&beside(plan.as_ref(), &receipt::open_now(tx, id)?)) {
        let bill = store::bill::get(tx, it.bill)?;
        // What was due before the payer let the card be kept was not meant.
        if on < bill.due_on || bill.due_on < card.from {
            continue;
        }
        let before = store::card::charges(tx, card.id, it.bill)?;
        let known = Known {
            charged: before.iter().any(|it| !it.1.is_over() || it.1 == AttemptState::Paid),
            refused: before.iter().any(|it| it.2),
            begun: begun.iter().any(|of| of.is_none_or(|of| of == it.bill)),
            planned: planned.is_some_and(|through| it.bill <= through),
            disputed,
            mandated,
            most: card.most,
            limits: (settings.least, settings.most),
        };
        found.push(Due {
            account: account.clone(),
            card: card.clone(),
            bill: it.bill,
            number: bill.number,
            amount: it.left,
            on: bill.due_on,
            held: held(it.left, &known),
        });
    }
    Ok(found)
}

/// What of it is charged comes to.
pub fn sum(due: &[Due]) -> Money {
    due.iter().filter(|it| it.held.is_none()).map(|it| it.amount).sum()
}

/// Asks about a charge, and takes in what came of it.
pub(super) fn look(
    db: &Db,
    stripe: &Stripe,
    allowed: &Authorized,
    (it, card): (&Attempt, &KeptCard),
) -> Result<Look> {
    let found = match &it.session {
        Some(name) => match stripe.payment(name) {
            Answer::Is(payment) => Answer::Is(Some(payment)),
            Answer::Not(_, why) => Answer::Silent(why),
            Answer::Silent(why) => Answer::Silent(why),
        },
        None => stripe.charged(&card.customer, &it.key, it.begun),
    };
    match found {
        Answer::Is(Some(payment)) => finish(db, stripe, allowed, (it, &payment)),
        Answer::Is(None) => {
            ask::give_up(db, allowed, it, NEVER_HEARD)?;
            ask::stands(db, it.id, None)
        }
        Answer::Not(_, why) | Answer::Silent(why) => Ok(Look::Silent(why)),
    }
}

/// Takes in what came of a charge.
pub(super) fn finish(
    db: &Db,
    stripe: &Stripe,
    allowed: &Authorized,
    (it, payment): (&Attempt, &Payment),
) -> Result<Look> {
    let name = payment.reference.as_str();
    match payment.state {
        PaymentState::Paid => return ask::paid(db, stripe, allowed, (it.id, name, payment)),
        PaymentState::Waits => {
            ask::become_of(db, allowed, it, (AttemptState::Open, Some(name), ""))?;
        }
        // Nobody is there who could confirm it.
        PaymentState::Asks => {
            let why = "the card's bank wants its holder to confirm it";
            db.write(|tx| refused(tx, allowed, it, (Some(name), why)))?;
        }
        PaymentState::Not => {
            let why = payment.refused.as_deref().unwrap_or("the card was refused");
            db.write(|tx| refused(tx, allowed, it, (Some(name), why)))?;
        }
    }
    ask::stands(db, it.id, None)
}

/// Writes down that a card's bank refused a charge, once, with a task to tell the customer.
pub(super) fn refused(
    tx: &mut Tx,
    allowed: &Authorized,
    it: &Attempt,
    (name, why): (Option<&str>, &str),
) -> Result<()> {
    let was = ask::named(tx, it.id, name)?;
    if !was.state.may_become(AttemptState::Failed) {
        return Ok(());
    }
    store::card::refuse(tx, it.id, why)?;
    ask::turn(tx, allowed, &was, (AttemptState::Failed, why))?;
    let number = was.bill.map(|it| store::bill::get(tx, it)).transpose()?;
    let number = number.context("a charge is of a bill")?.number;
    let said =
        format!("{} of bill {number} was refused by the card: {why}; tell the customer", it.amount);
    ask::wait(tx, allowed, &was, ("refused", &said))
}

/// Writes down that the provider does not take what it was asked for: nothing is held against the card, and
/// a task says so, one for each bill however often it is tried.
pub(super) fn ours(tx: &mut Tx, allowed: &Authorized, it: &Attempt, why: &str) -> Result<()> {
    let was = ask::named(tx, it.id, None)?;
    if !was.state.may_become(AttemptState::Failed) {
        return Ok(());
    }
    ask::turn(tx, allowed, &was, (AttemptState::Failed, why))?;
    let bill = was.bill.context("a charge is of a bill")?;
    let number = store::bill::get(tx, bill)?.number;
    let actor = Actor::system(allowed.at());
    let cause = Cause {
        kind: TaskKind::Reminder,
        key: format!("online charge {number}"),
        evidence: format!(
            "{} of bill {number} was not charged: {why}; the card was not refused, look at what was asked of the provider",
            it.amount
        ),
        due: task::today(tx, actor)?,
        about: vec![About::Account(was.account)],
    };
    task::raise(tx, actor, &cause).map(drop)
}

/// Keeps the card that somebody paid with, where they said so. The one before it is ended.
pub(super) fn keep(tx: &mut Tx, allowed: &Authorized, was: &Attempt, it: &Payment) -> Result<()> {
    let Some(most) = store::card::keeping(tx, was.id)? else { return Ok(()) };
    let Some((customer, method)) = it.kept.clone() else {
        let said = "the payer let the card be kept, and the provider keeps none";
        return ask::wait(tx, allowed, was, ("card", said));
    };
    if let Some(before) = store::card::now(tx, was.account)? {
        end(tx, allowed, &before, "another card is kept")?;
    }
    let card = KeptCard {
        id: CardId(tx.next(Counter::Card, 1)?),
        account: was.account,
        attempt: was.id,
        customer,
        method,
        brand: it.brand.clone(),
        last_four: it.last_four.clone(),
        most,
        from: crate::founding::zone(tx)?.day_of(was.begun),
    };
    store::card::add(tx, &card)?;
    store::audit::add(tx, allowed, "keep card", &card.id.to_string(), &told(&card))
}

/// Ends the card of an account: nothing is charged to it any more, and the provider is to forget it.
pub fn forget(tx: &mut Tx, actor: Actor, account: AccountId, why: &str) -> Result<KeptCard> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    receipt::said(why)?;
    store::account::lock(tx, &[account])?;
    let card = store::card::now(tx, account)?.ok_or_else(|| refuse(NotOnline::NoCard))?;
    end(tx, &allowed, &card, why.trim())?;
    Ok(card)
}

fn end(tx: &mut Tx, allowed: &Authorized, card: &KeptCard, why: &str) -> Result<()> {
    store::card::end(tx, card.id, allowed.at(), why)?;
    let was = told(card);
    let change = (was.as_str(), "ended");
    store::audit::turn(tx, allowed, "end card", &card.id.to_string(), why, change)
}

/// Lets the provider forget the cards that ended; what it does not answer for is asked again the next time.
pub(super) fn sweep(db: &Db, stripe: &Stripe) -> Result<()> {
    for card in db.read(store::card::to_forget)? {
        if let Answer::Is(true) = stripe.forget(&card.method) {
            db.write(|tx| store::card::forgotten(tx, card.id))?;
        }
    }
    Ok(())
}

fn told(card: &KeptCard) -> String {
    let most = card.most.map_or(String::new(), |most| format!(", at most {most}"));
    format!("{}{most}, from {}", card.shown(), card.from)
}
