//! Paying online: an attempt is written down before the provider is asked for it, and the payer goes to the
//! provider's page. No card is ever seen here.

mod ask;
pub mod card;
pub mod charge;
pub mod link;
mod refusal;
pub mod settings;
mod stripe;
pub mod told;

use anyhow::{Result, anyhow};
use meterbook_core::id::{AccountId, AttemptId, BillId};
use meterbook_core::ledger::open::Open;
use meterbook_core::money::Money;
use meterbook_core::online::settings::Settings;
use meterbook_core::online::{Attempt, AttemptState};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Conflict, Counter, Db, Tx};

pub use self::ask::{Asked, ask};
pub use self::refusal::NotOnline;
use self::stripe::{Answer, SessionState, Stripe};
use crate::authority::authorize;
use crate::{Actor, plan, receipt, refuse};

/// What somebody wants to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAttempt {
    /// Whose debt.
    pub account: AccountId,
    /// What of it.
    pub what: What,
    /// Another amount than is asked for, where the settings let payers say one.
    pub amount: Option<Money>,
    /// Where they go when they are done, unless the settings say so.
    pub back: Option<String>,
    /// What is agreed to of the card, where the payer lets it be kept.
    pub keep: Option<Keep>,
}

/// What of a debt somebody wants to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A bill.
    Bill(BillId),
    /// What is due now where the account pays in parts, and all of it otherwise.
    Due,
    /// All that the account owes.
    All,
}

/// What is asked for.
struct Sum {
    amount: Money,
    bill: Option<BillId>,
    /// The plan by which it is due, and how much of it is its parts.
    plan: Option<(String, Money)>,
}

/// What a payer agrees to who lets a card be kept: their bills are charged to it on the days they are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// The most that is charged at once; `None` for anything.
    pub most: Option<Money>,
}

/// An attempt that waits for its payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Which.
    pub attempt: AttemptId,
    /// How much is asked for.
    pub amount: Money,
    /// Where they pay.
    pub url: String,
}

/// Asks the provider for a page where what is owed may be paid. Where there is one already for the same
/// amount, it is that; one for another amount is ended first.
pub fn begin(db: &Db, actor: Actor, new: &NewAttempt) -> Result<Begun> {
    let (settings, sum, before, allowed) = db.read(|tx| {
        authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
        let settings = settings::at(tx, actor.at)?;
        let sum = asked(tx, actor, new, &settings)?;
        let before = store::online::open_of(tx, new.account)?;
        Ok((settings, sum, before, ask::as_told(tx, actor.at)?))
    })?;
    let stripe = Stripe::of(&settings)?;
    for id in before {
        if let Some(begun) = again(db, &stripe, &allowed, (id, new, &sum))? {
            return Ok(begun);
        }
    }
    let key = key()?;
    let attempt = db.write(|tx| add(tx, actor, new, (&settings, &key)))?;
    let (named, back) = db.read(|tx| shown(tx, new, (attempt.bill, &settings)))?;
    match stripe.open(&attempt, &settings, (&named, &back, new.keep.is_some()))? {
        Answer::Is(session) => {
            let SessionState::Open = session.state else { return Err(unanswered(attempt.id)) };
            let name = Some(session.id.as_str());
            ask::become_of(db, &allowed, &attempt, (AttemptState::Open, name, ""))?;
            let url = session.url.ok_or_else(|| unanswered(attempt.id))?;
            Ok(Begun { attempt: attempt.id, amount: attempt.amount, url })
        }
        Answer::Not(_, why) => {
            ask::become_of(db, &allowed, &attempt, (AttemptState::Failed, None, &why))?;
            Err(refuse(NotOnline::Refused { why }))
        }
        // Whether it was heard is found out by asking, and not by asking for it again.
        Answer::Silent(_) => Err(unanswered(attempt.id)),
    }
}

/// An attempt that was begun before, where it is for the same; `None` where it is over now.
fn again(
    db: &Db,
    stripe: &Stripe,
    allowed: &Authorized,
    (id, new, sum): (AttemptId, &NewAttempt, &Sum),
) -> Result<Option<Begun>> {
    let was = db.read(|tx| ask::known(tx, id))?;
    // Two bills are paid side by side; all that is owed and one of them are not.
    if was.bill != sum.bill && was.bill.is_some() && sum.bill.is_some() {
        return Ok(None);
    }
    let (most, plan) =
        db.read(|tx| Ok((store::card::keeping(tx, id)?, store::online::plan_of(tx, id)?)))?;
    let same = most.map(|most| Keep { most }) == new.keep && plan == sum.plan;
    let ask::Look::Stands(now, url) = ask::look(db, stripe, allowed, id)? else {
        return Err(unanswered(id));
    };
    match (now.session, url) {
        _ if now.state.is_over() => Ok(None),
        (Some(_), Some(url)) if now.bill == sum.bill && now.amount == sum.amount && same => {
            Ok(Some(Begun { attempt: id, amount: sum.amount, url }))
        }
        (Some(session), Some(_)) => {
            stripe.expire(&session);
            match ask::look(db, stripe, allowed, id)? {
                ask::Look::Stands(now, _) if now.state.is_over() => Ok(None),
                _ => Err(unanswered(id)),
            }
        }
        _ => Err(unanswered(id)),
    }
}

fn unanswered(attempt: AttemptId) -> anyhow::Error {
    refuse(NotOnline::Unanswered { attempt })
}

/// What is owed of what somebody wants to pay, if it may be paid online.
fn asked(tx: &mut Tx, actor: Actor, new: &NewAttempt, settings: &Settings) -> Result<Sum> {
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let plan = match new.what {
        What::Due => plan::on_day(tx, new.account, today)?,
        What::Bill(_) | What::All => None,
    };
    if new.amount.is_some() && !settings.any_amount {
        return Err(refuse(NotOnline::OneAmount));
    }
    let mut sum = match (new.what, plan) {
        (What::Bill(id), _) => {
            let bill = store::bill::get(tx, id)?;
            if bill.account != new.account {
                return Err(refuse(NotOnline::OtherAccount { bill: bill.number.0 }));
            }
            let amount = left_of(&receipt::open_now(tx, new.account)?, id);
            Sum { amount, bill: Some(id), plan: None }
        }
        (What::Due, Some(plan)) => {
            let due = plan.due_now(&receipt::open_now(tx, new.account)?, today);
            let due = due.ok_or_else(|| refuse(NotOnline::Nothing))?;
            let amount = new.amount.unwrap_or(due.sum());
            Sum { amount, bill: None, plan: Some((plan.key, due.parts_of(amount))) }
        }
        (What::Due | What::All, _) => {
            Sum { amount: store::debt::owed(tx, new.account)?, bill: None, plan: None }
        }
    };
    if let Some(amount) = new.amount {
        let owed = store::debt::owed(tx, new.account)?;
        if owed < amount {
            return Err(refuse(NotOnline::MoreThanOwed { amount, owed }));
        }
        sum.amount = amount;
    }
    let amount = sum.amount;
    authorize(tx, actor, Permission::TakePayment, Some(amount))?;
    if amount <= Money::ZERO {
        return Err(refuse(NotOnline::Nothing));
    }
    if let Some(most) = new.keep.and_then(|it| it.most).filter(|it| *it <= Money::ZERO) {
        return Err(refuse(NotOnline::NoMost { most }));
    }
    let Settings { least, most, .. } = *settings;
    if amount < least || most < amount {
        return Err(refuse(NotOnline::Limits { amount, least, most }));
    }
    Ok(sum)
}

/// What is open of what the paper of a bill asks for: it and what came with it.
fn left_of(open: &Open, bill: BillId) -> Money {
    let ours = open.items.iter().filter(|it| it.side.bill == Some(bill) && !it.side.rolled);
    ours.map(|it| it.left).sum()
}

fn add(
    tx: &mut Tx,
    actor: Actor,
    new: &NewAttempt,
    (settings, key): (&Settings, &str),
) -> Result<Attempt> {
    // Whoever pays or begins at the same time waits.
    store::account::lock(tx, &[new.account])?;
    let Sum { amount, bill, plan } = asked(tx, actor, new, settings)?;
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(amount))?;
    for id in store::online::open_of(tx, new.account)? {
        let other = ask::known(tx, id)?;
        if other.bill == bill || other.bill.is_none() || bill.is_none() {
            return Err(unanswered(id));
        }
    }
    let it = Attempt {
        id: AttemptId(tx.next(Counter::Attempt, 1)?),
        account: new.account,
        bill,
        amount,
        currency: settings.currency.code().to_owned(),
        key: key.to_owned(),
        begun: actor.at,
        session: None,
        state: AttemptState::Unknown,
    };
    store::online::add(tx, &it)
        .map_err(|why| if why.is::<Conflict>() { unanswered(it.id) } else { why })?;
    if let Some((plan, parts)) = plan {
        store::online::of_plan(tx, it.id, &plan, parts)?;
    }
    if let Some(Keep { most }) = new.keep {
        store::card::let_keep(tx, it.id, most)?;
    }
    let of = store::account::get(tx, new.account)?.number.to_string();
    store::audit::add(
        tx,
        &allowed,
        "begin online payment",
        &it.id.to_string(),
        &format!("{of}, {amount}"),
    )?;
    Ok(it)
}

/// What the payer reads at the provider's, without a name or an address, and where they go after it.
fn shown(
    tx: &mut Tx,
    new: &NewAttempt,
    (bill, settings): (Option<BillId>, &Settings),
) -> Result<(String, String)> {
    let utility = store::utility::get(tx)?.name;
    let named = match bill {
        Some(id) => format!("{utility} {}", store::bill::get(tx, id)?.number),
        None => format!("{utility} …{}", link::tail(tx, new.account)?),
    };
    let back = settings.back.as_ref().or(new.back.as_ref()).unwrap_or(&settings.pay_page);
    Ok((named, back.clone()))
}

/// A key that nobody guesses and that never comes twice.
fn key() -> Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|why| anyhow!("this machine gives no chance: {why}"))?;
    Ok(bytes.iter().map(|it| format!("{it:02x}")).collect())
}
