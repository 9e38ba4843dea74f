//! Asking the provider how attempts stand, and taking in what came of them: a payment is posted once,
//! whoever asked, and taken back once where its money went back.

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};
use meterbook_core::about::About;
use meterbook_core::id::{AccountId, AttemptId, TenderId};
use meterbook_core::ledger::Tender;
use meterbook_core::ledger::allocate::asked_with;
use meterbook_core::money::Money;
use meterbook_core::online::{Attempt, AttemptState, CardPayment};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::task::{Cause, TaskKind};
use meterbook_store::{self as store, Db, Tx};

use super::stripe::{Answer, Dispute, Payment, PaymentState, SessionState, Stripe};
use super::{NotOnline, card, settings};
use crate::authority::authorize;
use crate::receipt::{self, For, NewReceipt, NewTender, Share};
use crate::{Actor, Refused, refuse, task};

/// After so long what the provider does not know was never heard by it.
const NEVER_HEARD: SignedDuration = SignedDuration::from_mins(10);
/// After so long a page that it knew and does not know any more is nobody's: none waits for longer than a
/// day.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(48);

/// What came of asking.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Attempts of which nothing more is expected now, and how they stand.
    pub over: Vec<(AttemptId, AttemptState)>,
    /// Attempts that wait for the payer or for an answer.
    pub waiting: usize,
    /// Attempts that the provider did not answer for, and what it said.
    pub silent: Vec<(AttemptId, String)>,
}

/// How an attempt stands after it was asked about.
pub(super) enum Look {
    /// So, and where the payer may pay, while they may.
    Stands(Attempt, Option<String>),
    /// Nobody knows.
    Silent(String),
}

/// Asks about every attempt of which something is expected, or about one, whatever is known of it.
/// Nothing is asked for again.
pub fn ask(db: &Db, actor: Actor, one: Option<AttemptId>) -> Result<Asked> {
    let (settings, all, allowed) = db.read(|tx| {
        authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
        let all = match one {
            Some(id) => vec![known(tx, id)?.id],
            None => store::online::open(tx)?,
        };
        Ok((settings::at(tx, actor.at)?, all, as_told(tx, actor.at)?))
    })?;
    let stripe = Stripe::of(&settings)?;
    let mut asked = Asked::default();
    if one.is_none() {
        card::sweep(db, &stripe)?;
    }
    for id in all {
        match look(db, &stripe, &allowed, id)? {
            Look::Stands(it, _) if it.state.is_over() => asked.over.push((id, it.state)),
            Look::Stands(..) => asked.waiting += 1,
            Look::Silent(why) => asked.silent.push((id, why)),
        }
    }
    Ok(asked)
}

/// What comes in is posted as the provider says, whoever asked it: it is in nobody's drawer.
pub(super) fn as_told(tx: &mut Tx, at: Timestamp) -> Result<Authorized> {
    authorize(tx, Actor::system(at), Permission::TakePayment, None)
}

/// Asks about one attempt, and takes in what came of it.
pub(super) fn look(db: &Db, stripe: &Stripe, allowed: &Authorized, id: AttemptId) -> Result<Look> {
    let (it, charges) = db.read(|tx| Ok((known(tx, id)?, store::card::of_charge(tx, id)?)))?;
    if let Some(card) = charges {
        return card::look(db, stripe, allowed, (&it, &card));
    }
    let found = match &it.session {
        Some(session) => stripe.session(session),
        None => stripe.by_key(&it.key, it.begun),
    };
    let session = match found {
        Answer::Is(Some(session)) if session.key == it.key => session,
        Answer::Is(Some(_)) => return Ok(Look::Silent("it answered for another one".to_owned())),
        Answer::Is(None) => {
            give_up(db, allowed, &it, NEVER_HEARD)?;
            return stands(db, id, None);
        }
        Answer::Not(_, why) | Answer::Silent(why) => return Ok(Look::Silent(why)),
    };
    let name = Some(session.id.as_str());
    let reference = match &session.state {
        SessionState::Complete(reference) => reference,
        SessionState::Open => {
            become_of(db, allowed, &it, (AttemptState::Open, name, ""))?;
            return stands(db, id, session.url);
        }
        SessionState::Expired => {
            become_of(db, allowed, &it, (AttemptState::Expired, name, "nobody paid in time"))?;
            return stands(db, id, None);
        }
    };
    let payment = match stripe.payment(reference) {
        Answer::Is(payment) => payment,
        Answer::Not(_, why) | Answer::Silent(why) => return Ok(Look::Silent(why)),
    };
    match payment.state {
        PaymentState::Waits | PaymentState::Asks => {
            become_of(db, allowed, &it, (AttemptState::Open, name, ""))?
        }
        PaymentState::Not => {
            become_of(db, allowed, &it, (AttemptState::Failed, name, "the card was refused"))?;
        }
        PaymentState::Paid => return paid(db, stripe, allowed, (id, &session.id, &payment)),
    }
    stands(db, id, None)
}

/// Takes in what is paid, with what a bank made of it.
pub(super) fn paid(
    db: &Db,
    stripe: &Stripe,
    allowed: &Authorized,
    (id, name, payment): (AttemptId, &str, &Payment),
) -> Result<Look> {
    let dispute = match payment.disputed.then(|| stripe.dispute(&payment.reference)) {
        None => None,
        Some(Answer::Is(dispute)) => dispute,
        Some(Answer::Not(_, why) | Answer::Silent(why)) => return Ok(Look::Silent(why)),
    };
    db.write(|tx| take(tx, allowed, id, (name, payment, dispute)))?;
    stands(db, id, None)
}

/// Gives up what the provider never heard of, or does not know any more, after so long.
pub(super) fn give_up(
    db: &Db,
    allowed: &Authorized,
    it: &Attempt,
    never_heard: SignedDuration,
) -> Result<()> {
    let (patience, why) = match it.session {
        None => (never_heard, "the provider never heard of it"),
        Some(_) => (FORGOTTEN, "the provider does not know it any more"),
    };
    if patience <= allowed.at().duration_since(it.begun) {
        become_of(db, allowed, it, (AttemptState::Failed, None, why))?;
    }
    Ok(())
}

pub(super) fn stands(db: &Db, id: AttemptId, url: Option<String>) -> Result<Look> {
    Ok(Look::Stands(db.read(|tx| known(tx, id))?, url))
}

/// One attempt; a refusal where there is none.
pub(super) fn known(tx: &mut Tx, id: AttemptId) -> Result<Attempt> {
    store::online::get(tx, id)?.ok_or_else(|| refuse(NotOnline::NoAttempt { id }))
}

/// Writes down how an attempt stands now, where that may follow, and what the provider calls it.
pub(super) fn become_of(
    db: &Db,
    allowed: &Authorized,
    it: &Attempt,
    (next, session, said): (AttemptState, Option<&str>, &str),
) -> Result<()> {
    db.write(|tx| {
        let was = named(tx, it.id, session)?;
        turn(tx, allowed, &was, (next, said))
    })
}

/// An attempt as it stands, which nobody else changes until this transaction ends, with its name.
pub(super) fn named(tx: &mut Tx, id: AttemptId, session: Option<&str>) -> Result<Attempt> {
    let account = known(tx, id)?.account;
    store::account::lock(tx, &[account])?;
    let was = known(tx, id)?;
    if let (None, Some(session)) = (&was.session, session) {
        store::online::add_session(tx, id, session)?;
    }
    Ok(was)
}

pub(super) fn turn(
    tx: &mut Tx,
    allowed: &Authorized,
    was: &Attempt,
    (next, said): (AttemptState, &str),
) -> Result<()> {
    if !was.state.may_become(next) {
        return Ok(());
    }
    store::online::event(tx, was.id, next, allowed.at(), said)?;
    let change = (was.state.word(), next.word());
    store::audit::turn(tx, allowed, "set online payment", &was.id.to_string(), said, change)
}

/// Takes a payment in that the provider has, unless it was, and takes it back where its money went back.
fn take(
    tx: &mut Tx,
    allowed: &Authorized,
    id: AttemptId,
    (session, it, dispute): (&str, &Payment, Option<Dispute>),
) -> Result<()> {
    let was = named(tx, id, Some(session))?;
    if it.currency != was.currency {
        let said = format!("{} {} came and not {}", it.amount, it.currency, was.currency);
        wait(tx, allowed, &was, ("currency", &said))?;
        return turn(tx, allowed, &was, (AttemptState::Failed, &said));
    }
    let tender = match store::online::card(tx, id)? {
        Some(card) => card.tender,
        None => {
            let tender = post(tx, allowed, &was, it)?;
            card::keep(tx, allowed, &was, it)?;
            tender
        }
    };
    let standing = !store::receipt::standing(tx, tender)?.is_empty()
        || !store::suspense::open_of(tx, tender)?.is_empty();
    let refunded = it.amount <= it.refunded;
    match (standing, dispute) {
        (true, Some(Dispute::Took)) => {
            back(tx, allowed, tender, ("disputed", "the payer's bank took it back"))
        }
        (true, _) if refunded => {
            back(tx, allowed, tender, ("refunded", "the provider paid it back"))
        }
        (false, Some(Dispute::Gave)) if !refunded => {
            let said =
                format!("the bank gave {} of {} back again; take it in", it.amount, it.reference);
            wait(tx, allowed, &was, ("dispute", &said))
        }
        _ if it.refunded != Money::ZERO && !refunded => {
            let said = format!(
                "{} of {} was paid back by the provider; refund it here too",
                it.refunded, it.reference
            );
            wait(tx, allowed, &was, ("part", &said))
        }
        _ => Ok(()),
    }
}

fn back(
    tx: &mut Tx,
    allowed: &Authorized,
    tender: TenderId,
    (code, why): (&str, &str),
) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    receipt::come_back(tx, allowed, tender, (today, code), why).map(drop)
}

/// Posts what came: for the bill where something of it is owed, for the account otherwise, and in suspense
/// where it is another amount than was asked for or the account does not take it.
fn post(tx: &mut Tx, allowed: &Authorized, was: &Attempt, it: &Payment) -> Result<TenderId> {
    let zone = crate::founding::zone(tx)?;
    let on = zone.day_of(it.at).min(zone.day_of(allowed.at()));
    let account = store::account::get(tx, was.account)?;
    let (id, items) = (account.id, receipt::open_now(tx, account.id)?.items);
    let owed = was.bill.filter(|bill| !asked_with(&items, *bill).is_empty());
    let number = |tx: &mut Tx, of| store::bill::get(tx, of).map(|it| it.number);
    let bill = owed.map(|it| number(tx, it)).transpose()?;
    let said = match was.bill {
        Some(of) => format!("account {}, bill {}, ", account.number, number(tx, of)?),
        None => format!("account {}, ", account.number),
    };
    let (amount, reference) = (it.amount, it.reference.clone());
    let new = |shares| NewReceipt {
        on,
        tenders: vec![NewTender { kind: Tender::Card, amount, reference: reference.clone() }],
        shares,
    };
    let held = |why: &str| {
        let to = For::Suspense { said: format!("{said}{why}") };
        new(vec![Share { to, amount }])
    };
    let came = if amount == was.amount {
        let new = new(match store::online::plan_of(tx, was.id)? {
            Some(plan) => by_plan(id, plan, amount),
            None => vec![Share { to: For::Account { account: id, bill }, amount }],
        });
        match tx.attempt(|tx| receipt::post(tx, allowed, &new))? {
            Ok(came) => came,
            Err(why) if why.is::<Refused>() => receipt::post(tx, allowed, &held(&why.to_string()))?,
            Err(why) => return Err(why),
        }
    } else {
        let why = format!("{} was asked for online and {amount} came", was.amount);
        receipt::post(tx, allowed, &held(&why))?
    };
    let tender = came.tenders.first().context("one tender came in")?.id;
    let (brand, last_four) = (it.brand.clone(), it.last_four.clone());
    let card = CardPayment { reference, attempt: was.id, tender, brand, last_four };
    store::online::add_card(tx, &card)?;
    turn(tx, allowed, was, (AttemptState::Paid, &it.reference))?;
    Ok(tender)
}

/// What is due by a plan: its parts, and what is owed beside it.
fn by_plan(account: AccountId, (plan, parts): (String, Money), amount: Money) -> Vec<Share> {
    let beside = For::Beside { account, plan: plan.clone() };
    let all = [(For::Parts { account, plan }, parts), (beside, amount - parts)];
    let share = |(to, amount)| Share { to, amount };
    all.into_iter().map(share).filter(|it| it.amount != Money::ZERO).collect()
}

/// Makes a task of what the books do not take by themselves, once.
pub(super) fn wait(
    tx: &mut Tx,
    allowed: &Authorized,
    was: &Attempt,
    (what, said): (&str, &str),
) -> Result<()> {
    let actor = Actor::system(allowed.at());
    let due = task::today(tx, actor)?;
    let cause = Cause {
        kind: TaskKind::Reminder,
        key: format!("online {} {what}", was.id),
        evidence: format!("attempt {} to pay online: {said}", was.id),
        due,
        about: vec![About::Account(was.account)],
    };
    task::raise(tx, actor, &cause).map(drop)
}
