//! Pledges of agencies: written down, waited for, kept by what comes from the agency in whole or in part, and
//! lapsed with a task where it does not come.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_core::about::About;
use meterbook_core::credit::pledge::{Ending, Pledge};
use meterbook_core::id::{AccountId, AccountNumber, PaymentId};
use meterbook_core::ledger::{Payment, Receipt};
use meterbook_core::money::Money;
use meterbook_core::order::CalledOff;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::task::{Cause, TaskKind};
use meterbook_store::{self as store, Conflict, Db, Tx};

use crate::authority::authorize;
use crate::pay::LARGEST;
use crate::{Actor, credit_rules, customer_view, order, protection, receipt, refuse, task};

/// What the audit calls writing one down.
pub(crate) const ADD: &str = "add pledge";

/// Characters in the name of an agency.
const LONGEST: usize = 200;

/// Days ahead until which an agency may promise.
const LONGEST_OPEN: i64 = 366;

/// What an agency promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPledge {
    /// For whom.
    pub account: AccountId,
    /// Who promises.
    pub agency: String,
    /// How much.
    pub amount: Money,
    /// The first day on which it should have come; as the rules say without it.
    pub until: Option<Date>,
    /// What says so, such as a voucher.
    pub why: String,
}

/// A pledge that ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// For whom it was.
    pub number: AccountNumber,
    /// What it was and how it ended.
    pub pledge: Pledge,
}

/// Why a pledge is not taken or ended.
#[derive(Debug, PartialEq, Eq)]
pub enum NotPledged {
    /// Nobody is named, or at too great length.
    NoAgency,
    /// The amount is not above zero.
    NotAboveZero,
    /// No rule says how long it lasts.
    NoEnd,
    /// It would be open for years: a slip of the year.
    TooLong {
        /// Until when it was said.
        until: Date,
    },
    /// It would be over.
    Over {
        /// Today.
        today: Date,
    },
    /// The agency promised something for the account today already, and the same says so.
    Already,
    /// More than anybody promises: a slip of the point.
    BeyondLimit {
        /// What was said.
        amount: Money,
    },
    /// No pledge of that agency is open.
    None {
        /// Which.
        agency: String,
    },
    /// No such payment of the account stands, came since the promise and is no pledge's yet.
    NoPayment {
        /// Which.
        id: PaymentId,
        /// The day of the promise.
        from: Date,
    },
}

/// Writes a pledge down. Cut orders that it makes needless are called off with it.
pub fn add(tx: &mut Tx, actor: Actor, new: &NewPledge) -> Result<Pledge> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(new.amount))?;
    be_added(tx, &allowed, new)
}

/// The pledge that would be written down; refuses what would not be.
pub(crate) fn check(tx: &mut Tx, at: Timestamp, new: &NewPledge) -> Result<Pledge> {
    receipt::said(&new.why)?;
    let (account, amount, agency) = (new.account, new.amount, new.agency.trim());
    if agency.is_empty() || LONGEST < agency.chars().count() {
        return Err(refuse(NotPledged::NoAgency));
    }
    if amount <= Money::ZERO {
        return Err(refuse(NotPledged::NotAboveZero));
    }
    if LARGEST < amount {
        return Err(refuse(NotPledged::BeyondLimit { amount }));
    }
    let today = crate::founding::zone(tx)?.day_of(at);
    let rules = credit_rules::pledges(tx, today)?;
    let lasts = || rules.lasts.map(|days| today.saturating_add(days.days()));
    let until = new.until.or_else(lasts).ok_or_else(|| refuse(NotPledged::NoEnd))?;
    if until <= today {
        return Err(refuse(NotPledged::Over { today }));
    }
    if today.saturating_add(LONGEST_OPEN.days()) < until {
        return Err(refuse(NotPledged::TooLong { until }));
    }
    Ok(Pledge {
        key: free_key(tx, (account, today), agency, &new.why)?,
        account,
        agency: agency.to_owned(),
        amount,
        from: today,
        until,
        lapses: rules.lapses(until),
        received: Vec::new(),
        ended: None,
    })
}

/// Writes down what was authorized.
pub(crate) fn be_added(tx: &mut Tx, allowed: &Authorized, new: &NewPledge) -> Result<Pledge> {
    store::account::lock(tx, &[new.account])?;
    let it = check(tx, allowed.at(), new)?;
    let (account, amount, agency, until) = (it.account, it.amount, &it.agency, it.until);
    store::pledge::add(tx, &it, new.why.trim()).map_err(|why| match why.is::<Conflict>() {
        true => refuse(NotPledged::Already),
        false => why,
    })?;
    let said = format!("{amount} by {agency} until {until}: {}", new.why.trim());
    store::audit::add(tx, allowed, ADD, &account.to_string(), &said)?;
    let note = format!("{agency} promised {amount}");
    order::no_longer_past_due(tx, allowed, account, (CalledOff::NotNeeded, &note))?;
    protection::after_fact(tx, allowed, &[account])?;
    Ok(it)
}

/// The key of a pledge: an agency promises once a day by the same voucher, and what was taken back is promised
/// anew under another key.
fn free_key(
    tx: &mut Tx,
    (account, on): (AccountId, Date),
    agency: &str,
    voucher: &str,
) -> Result<String> {
    let same = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let first = format!("pledge/{account}/{on}/{}/{}", agency.to_lowercase(), same(voucher));
    let there = store::pledge::of_account(tx, account)?;
    let stands = |key: &str| there.iter().find(|it| it.key == key);
    let mut key = first.clone();
    for nth in 2.. {
        match stands(&key).map(|it| it.ended) {
            None => break,
            Some(Some((Ending::Cancelled, _))) => key = format!("{first}/{nth}"),
            Some(_) => return Err(refuse(NotPledged::Already)),
        }
    }
    Ok(key)
}

/// Takes back the oldest pledge of an agency that is open.
pub fn cancel(
    tx: &mut Tx,
    actor: Actor,
    (account, agency): (AccountId, &str),
    why: &str,
) -> Result<Pledge> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(why)?;
    store::account::lock(tx, &[account])?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    let it = open_by(tx, account, agency)?;
    let it = it.ok_or_else(|| refuse(NotPledged::None { agency: agency.trim().to_owned() }))?;
    end(tx, &allowed, &it, (Ending::Cancelled, on), why.trim())?;
    Ok(it)
}

/// Takes what came as what an agency promised: each payment keeps its oldest pledge for that account, in whole
/// or in part. Says which; a payment for which it had promised nothing is a payment.
pub fn receive(tx: &mut Tx, actor: Actor, agency: &str, receipt: &Receipt) -> Result<Vec<Pledge>> {
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
    receive_as(tx, &allowed, agency, receipt)
}

/// The same for who was authorized.
pub(crate) fn receive_as(
    tx: &mut Tx,
    allowed: &Authorized,
    agency: &str,
    receipt: &Receipt,
) -> Result<Vec<Pledge>> {
    let mut kept = Vec::new();
    for tender in &receipt.tenders {
        for payment in store::receipt::standing(tx, tender.id)? {
            if let Some(it) = open_by(tx, payment.account, agency)? {
                kept.push(came(tx, allowed, it, &payment)?);
            }
        }
    }
    Ok(kept)
}

/// Takes a payment that came otherwise as what an agency promised: it keeps its oldest pledge for the account
/// that is open, in whole or in part.
pub fn match_payment(
    tx: &mut Tx,
    actor: Actor,
    (account, agency): (AccountId, &str),
    id: PaymentId,
) -> Result<Pledge> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    store::account::lock(tx, &[account])?;
    let it = open_by(tx, account, agency)?;
    let it = it.ok_or_else(|| refuse(NotPledged::None { agency: agency.trim().to_owned() }))?;
    let all = store::pledge::may_keep(tx, account, it.from)?;
    let payment = all.into_iter().find(|payment| payment.id == id);
    let payment = payment.ok_or_else(|| refuse(NotPledged::NoPayment { id, from: it.from }))?;
    came(tx, &allowed, it, &payment)
}

/// The oldest pledge of an agency for an account that is open.
fn open_by(tx: &mut Tx, account: AccountId, agency: &str) -> Result<Option<Pledge>> {
    let all = store::pledge::of_account(tx, account)?;
    Ok(all.into_iter().find(|it| it.ended.is_none() && is_by(it, agency)))
}

/// What is left of each pledge of an agency for an account that is open, the oldest first.
pub(crate) fn left_by(tx: &mut Tx, account: AccountId, agency: &str) -> Result<Vec<Money>> {
    let all = store::pledge::of_account(tx, account)?;
    let open = all.iter().filter(|it| it.ended.is_none() && is_by(it, agency));
    Ok(open.map(|it| it.amount - it.came(Date::MAX)).collect())
}

/// Keeps that a payment is what was promised, and that all of it came where it did.
fn came(tx: &mut Tx, allowed: &Authorized, mut it: Pledge, payment: &Payment) -> Result<Pledge> {
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    store::pledge::receive(tx, &it.key, payment.id)?;
    it.received.push((payment.on, payment.amount));
    let said = format!("{} of {} by {}", payment.amount, it.amount, it.agency);
    store::audit::add(tx, allowed, "receive pledge", &it.account.to_string(), &said)?;
    if it.amount <= it.came(Date::MAX) {
        end(tx, allowed, &it, (Ending::Kept, on), &payment.key)?;
        it.ended = Some((Ending::Kept, on));
    }
    Ok(it)
}

/// Looks over all pledges that are open, and ends those that did not come in time, each with a task. Each
/// account is a transaction of its own.
pub fn review_all(db: &Db, actor: Actor) -> Result<Vec<Reviewed>> {
    let all = db.write(|tx| {
        authorize(tx, actor, Permission::RunCollections, None)?;
        store::pledge::running(tx)
    })?;
    let mut done = Vec::new();
    for account in all {
        done.extend(db.write(|tx| review(tx, actor, account))?);
    }
    Ok(done)
}

/// The same for one account.
pub fn review(tx: &mut Tx, actor: Actor, account: AccountId) -> Result<Vec<Reviewed>> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let number = store::account::get(tx, account)?.number;
    let mut done = Vec::new();
    for mut it in store::pledge::of_account(tx, account)? {
        if it.ended.is_some() || on < it.lapses {
            continue;
        }
        let came = it.came(on);
        let why = format!("{came} of {} came by {on}", it.amount);
        end(tx, &allowed, &it, (Ending::Lapsed, on), &why)?;
        it.ended = Some((Ending::Lapsed, on));
        let evidence = format!(
            "{} promised {} until {} for account {number}, and {came} came: ask them, and tell the customer",
            it.agency, it.amount, it.until
        );
        let (kind, about) = (TaskKind::Reminder, vec![About::Account(account)]);
        let cause = Cause { kind, key: it.key.clone(), evidence, due: on, about };
        task::raise(tx, Actor::system(allowed.at()), &cause)?;
        done.push(Reviewed { number, pledge: it });
    }
    Ok(done)
}

/// What of pledges for an account is still to come on a day.
pub fn open(tx: &mut Tx, account: AccountId, on: Date) -> Result<Money> {
    Ok(store::pledge::of_account(tx, account)?.iter().map(|it| it.open(on)).sum())
}

/// What of an account is past due on a day for collections: where the rules say so, less what is pledged.
pub(crate) fn past_due(tx: &mut Tx, account: AccountId, on: Date) -> Result<Money> {
    let past_due = customer_view::past_due(tx, account, on)?;
    lowered(tx, (account, on), past_due)
}

/// The same of what a letter of a day could name as past due already.
pub(crate) fn past_due_since(
    tx: &mut Tx,
    account: AccountId,
    (on, day): (Date, Date),
) -> Result<Money> {
    let late = customer_view::late(tx, account, on)?;
    let named = late.iter().filter(|it| it.side.was_past_due(day));
    let left = named.map(|it| it.left).sum();
    lowered(tx, (account, on), left)
}

fn lowered(tx: &mut Tx, (account, on): (AccountId, Date), past_due: Money) -> Result<Money> {
    if past_due == Money::ZERO || !credit_rules::pledges(tx, on)?.lowers_collections {
        return Ok(past_due);
    }
    Ok((past_due - open(tx, account, on)?).max(Money::ZERO))
}

fn is_by(it: &Pledge, agency: &str) -> bool {
    it.agency.to_lowercase() == agency.trim().to_lowercase()
}

fn end(
    tx: &mut Tx,
    allowed: &Authorized,
    it: &Pledge,
    (how, on): (Ending, Date),
    why: &str,
) -> Result<()> {
    store::pledge::end(tx, &it.key, how, on, why)?;
    let (was, is) = (format!("since {}", it.from), format!("{how} on {on}"));
    let said = format!("{} by {}: {why}", it.amount, it.agency);
    store::audit::turn(tx, allowed, "end pledge", &it.account.to_string(), &said, (&was, &is))
}

impl fmt::Display for NotPledged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotPledged::NoAgency => {
                write!(f, "say which agency promises it, in no more than {LONGEST} letters")
            }
            NotPledged::NotAboveZero => f.write_str("what is promised is above zero; say how much"),
            NotPledged::BeyondLimit { amount } => write!(
                f,
                "{amount} is more than a pledge may be ({LARGEST}); check the decimal point"
            ),
            NotPledged::NoEnd => {
                f.write_str("no rule says how long a pledge lasts; say until when")
            }
            NotPledged::TooLong { until } => write!(
                f,
                "{until} is more than {LONGEST_OPEN} days ahead, and it would keep from a cut as long; check the year"
            ),
            NotPledged::Over { today } => {
                write!(f, "it would be over; say a day after {today}")
            }
            NotPledged::Already => {
                f.write_str(
                    "this agency promised something by the same voucher today already; for another one say its number",
                )
            }
            NotPledged::None { agency } => {
                write!(f, "no pledge of {agency} is open; see: meterbook pledge list")
            }
            NotPledged::NoPayment { id, from } => write!(
                f,
                "payment {id} is none of this account that came since {from} and keeps no pledge yet; look at its number"
            ),
        }
    }
}

impl std::error::Error for NotPledged {}
