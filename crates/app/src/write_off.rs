//! What is owed and not to be had: given up by one within a limit and by two beyond it, had after all when
//! money comes, or owed by another account.

use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::credit::collection::Step;
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::deposit::Guarantee;
use meterbook_store::{self as store, Db, Tx};

use crate::approval::{Asked, Outcome, do_or_ask};
use crate::authority::{NotAuthorized, authorize};
use crate::{Actor, Refused, charge, deposit, receipt, refuse};

/// What an approval calls it.
pub(crate) const GIVE_UP: &str = "write off";
/// What an approval calls that another account owes it.
pub(crate) const TRANSFER: &str = "transfer debt";

/// What is to be given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWriteOff {
    /// Of which account.
    pub account: AccountId,
    /// How much.
    pub amount: Money,
}

/// What another account is to owe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTransfer {
    /// Which account owes it.
    pub from: AccountId,
    /// Which is to.
    pub to: AccountId,
    /// How much.
    pub amount: Money,
}

/// Why nothing is given up, or owed by another account.
#[derive(Debug, PartialEq, Eq)]
pub enum NotWrittenOff {
    /// Collections did not put it forward.
    NotPutForward,
    /// Security is held, and pays first.
    Secured {
        /// How much.
        held: Money,
    },
    /// The amount is not above zero.
    NotAboveZero,
    /// Less is owed.
    Beyond {
        /// How much.
        owed: Money,
    },
    /// As much was given up, or went there, today already.
    Already {
        /// How much.
        amount: Money,
    },
    /// Whoever stands in for the account would be called on for more than they stand in for.
    BeyondGuarantee {
        /// The most they stand in for.
        most: Money,
        /// What they were called on for already.
        called: Money,
    },
    /// It would be owed where it is.
    SameAccount,
}

/// Gives up what an account owes, within the limit of whoever does it; beyond it, it takes two
/// ([`do_or_ask`](crate::approval::do_or_ask)).
pub fn give_up(tx: &mut Tx, actor: Actor, new: &NewWriteOff, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::WriteOff, Some(new.amount))?;
    let_go(tx, &allowed, new, why)
}

/// What collections put forward.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutForward {
    /// Each account, with whose it is and what it owes.
    pub accounts: Vec<(Account, String, Money)>,
    /// What all of them owe.
    pub total: Money,
}

/// What collections put forward and nobody gave up yet.
pub fn put_forward(tx: &mut Tx) -> Result<PutForward> {
    let mut all = PutForward::default();
    for (number, owes) in store::write_off::put_forward(tx)? {
        let account = store::account::by_number(tx, number)?;
        let account = account.with_context(|| format!("account {number} is there"))?;
        let name = store::person::get(tx, account.person)?.name;
        all.total += owes;
        all.accounts.push((account, name, owes));
    }
    Ok(all)
}

/// What became of one of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is given up, or waits for a second person.
    Went(Outcome),
    /// It is not, and why.
    Refused(String),
}

/// Gives up what several accounts owe: each alone, by one within the limit of whoever does it and by two
/// beyond it. What is refused of one keeps no other.
pub fn give_up_all(
    db: &Db,
    actor: Actor,
    all: &[NewWriteOff],
    why: &str,
) -> Result<Vec<(AccountId, Became)>> {
    receipt::said(why)?;
    let mut done = Vec::new();
    for it in all {
        let went = db.write(|tx| do_or_ask(tx, actor, &Asked::WriteOff(it.clone()), why));
        done.push(match went {
            Ok(outcome) => (it.account, Became::Went(outcome)),
            Err(no) if no.is::<Refused>() => (it.account, Became::Refused(no.to_string())),
            Err(no) => return Err(no),
        });
    }
    Ok(done)
}

/// Refuses what cannot be given up: what collections did not put forward, or more than is owed.
pub(crate) fn check(tx: &mut Tx, new: &NewWriteOff) -> Result<()> {
    if new.amount <= Money::ZERO {
        return Err(refuse(NotWrittenOff::NotAboveZero));
    }
    let case = store::collection::of_account(tx, new.account)?.pop();
    let steps = match case.filter(|it| it.ended.is_none()) {
        Some(case) => store::collection::steps(tx, &case.key)?,
        None => Vec::new(),
    };
    if !steps.iter().any(|it| it.step == Step::WriteOff) {
        return Err(refuse(NotWrittenOff::NotPutForward));
    }
    let held = deposit::held_now(tx, new.account)?;
    if Money::ZERO < held {
        return Err(refuse(NotWrittenOff::Secured { held }));
    }
    let owed = store::debt::owed(tx, new.account)?;
    if owed < new.amount {
        return Err(refuse(NotWrittenOff::Beyond { owed: owed.max(Money::ZERO) }));
    }
    Ok(())
}

/// Gives up what was authorized.
pub(crate) fn let_go(
    tx: &mut Tx,
    allowed: &Authorized,
    new: &NewWriteOff,
    why: &str,
) -> Result<()> {
    receipt::said(why)?;
    store::account::lock(tx, &[new.account])?;
    check(tx, new)?;
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    let key = format!("written-off/{}/{on}/{}", new.account, new.amount.cents());
    let it = of(tx, (new.account, -new.amount), ChargeFor::WrittenOff, (key, on))?;
    once(tx, &it.key, new.amount)?;
    let oldest = oldest(tx, new.account)?;
    charge::post(tx, allowed, &it)?;
    store::charge::since(tx, &it.key, oldest.unwrap_or(on))?;
    let said = format!("{}: {}", new.amount, why.trim());
    store::audit::add(tx, allowed, GIVE_UP, &new.account.to_string(), &said)
}

/// Takes a credit of an account whose debt was given up as that debt, whether it was paid or comes of a
/// correction: no more than was given up, and no more than there is.
pub(crate) fn after_credit(tx: &mut Tx, allowed: &Authorized, account: AccountId) -> Result<()> {
    let (given_up, nth) = store::write_off::given_up(tx, account)?;
    if given_up == Money::ZERO {
        return Ok(());
    }
    let credit = -store::debt::owed(tx, account)?;
    let amount = credit.min(given_up);
    if amount <= Money::ZERO {
        return Ok(());
    }
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    let key = format!("recovered/{account}/{nth}");
    let it = of(tx, (account, amount), ChargeFor::Recovered, (key, on))?;
    charge::post(tx, allowed, &it)?;
    // Where that money comes back, the debt is as old as it was.
    if let Some(due) = store::write_off::due(tx, account)? {
        store::charge::since(tx, &it.key, due)?;
    }
    store::audit::add(tx, allowed, "recover debt", &account.to_string(), &amount.to_string())
}

/// Lets another account of the same person, or one that stands in for it, owe what this one does; any
/// other one takes two ([`do_or_ask`](crate::approval::do_or_ask)).
pub fn transfer(tx: &mut Tx, actor: Actor, new: &NewTransfer, why: &str) -> Result<()> {
    let permission = Permission::WriteOff;
    let allowed = authorize(tx, actor, permission, Some(new.amount))?;
    if actor.by.is_some() && is_to_a_stranger(tx, new)? {
        return Err(refuse(NotAuthorized::NeedsSecond { permission, limit: None }));
    }
    shift(tx, &allowed, new, why)
}

/// Whether it would be owed by somebody who neither owes it nor stands in for it.
pub(crate) fn is_to_a_stranger(tx: &mut Tx, new: &NewTransfer) -> Result<bool> {
    Ok(!is_same_person(tx, new)? && stands_in(tx, new)?.is_none())
}

fn is_same_person(tx: &mut Tx, new: &NewTransfer) -> Result<bool> {
    let [from, to] = [new.from, new.to].map(|it| store::account::get(tx, it));
    Ok(from?.person == to?.person)
}

/// The promise of the account that is to owe it, where it stands in for the other.
fn stands_in(tx: &mut Tx, new: &NewTransfer) -> Result<Option<Guarantee>> {
    let all = store::deposit::guarantees(tx, new.from)?;
    Ok(all.into_iter().find(|it| it.by == new.to && it.ended.is_none()))
}

/// What whoever stands in for an account was called on for since they do: all of it together is within the
/// most they stand in for.
pub fn called_on(tx: &mut Tx, it: &Guarantee) -> Result<Money> {
    let of = store::charge::of_account(tx, it.by)?;
    let key = format!("transferred/{}/{}/", it.account, it.by);
    let theirs = of.iter().filter(|charge| charge.key.starts_with(&key) && it.from <= charge.on);
    Ok(theirs.map(|it| it.amount).sum())
}

/// Refuses what no other account can owe.
pub(crate) fn check_transfer(tx: &mut Tx, new: &NewTransfer) -> Result<()> {
    if new.from == new.to {
        return Err(refuse(NotWrittenOff::SameAccount));
    }
    if new.amount <= Money::ZERO {
        return Err(refuse(NotWrittenOff::NotAboveZero));
    }
    let owed = store::debt::owed(tx, new.from)?;
    if owed < new.amount {
        return Err(refuse(NotWrittenOff::Beyond { owed: owed.max(Money::ZERO) }));
    }
    // However many people agree, nobody stands in for more than they said.
    if let Some(it) = stands_in(tx, new)?
        && !is_same_person(tx, new)?
    {
        let called = called_on(tx, &it)?;
        if it.most < called + new.amount {
            return Err(refuse(NotWrittenOff::BeyondGuarantee { most: it.most, called }));
        }
    }
    Ok(())
}

/// Moves a debt, as was authorized.
pub(crate) fn shift(tx: &mut Tx, allowed: &Authorized, new: &NewTransfer, why: &str) -> Result<()> {
    receipt::said(why)?;
    let NewTransfer { from, to, amount } = *new;
    store::account::lock(tx, &[from, to])?;
    check_transfer(tx, new)?;
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    let due = oldest(tx, from)?.unwrap_or(on);
    let cents = amount.cents();
    for (account, amount, way) in [(from, -amount, "from"), (to, amount, "to")] {
        let key = format!("transferred/{from}/{to}/{on}/{cents}/{way}");
        once(tx, &key, new.amount)?;
        let it = of(tx, (account, amount), ChargeFor::Transferred, (key, on))?;
        charge::post(tx, allowed, &it)?;
        store::charge::since(tx, &it.key, due)?;
    }
    let number = store::account::get(tx, to)?.number;
    let said = format!("{amount} to {number}: {}", why.trim());
    store::audit::add(tx, allowed, TRANSFER, &from.to_string(), &said)
}

/// The day on which the oldest of what an account owes was due.
pub(crate) fn oldest(tx: &mut Tx, account: AccountId) -> Result<Option<Date>> {
    Ok(receipt::open_now(tx, account)?.items.first().map(|it| it.side.due))
}

/// Refuses as much a second time on a day: whoever sends it twice means it once.
fn once(tx: &mut Tx, key: &str, amount: Money) -> Result<()> {
    match store::budget::posted(tx, key)? {
        true => Err(refuse(NotWrittenOff::Already { amount })),
        false => Ok(()),
    }
}

/// A charge of a kind with the name that the customer reads.
pub(crate) fn of(
    tx: &mut Tx,
    (account, amount): (AccountId, Money),
    kind: ChargeFor,
    (key, on): (String, Date),
) -> Result<Charge> {
    let whose = store::account::get(tx, account)?;
    let language = store::person::get(tx, whose.person)?.language;
    let label = kind.label(language).to_owned();
    Ok(Charge { key, kind, account, amount, on, asked_by: None, label, bill: None })
}

impl NewTransfer {
    /// What a second person reads.
    pub(crate) fn subject(&self, tx: &mut Tx) -> Result<String> {
        check_transfer(tx, self)?;
        let [from, to] = [self.from, self.to].map(|it| store::account::get(tx, it));
        Ok(format!("account {}, to be owed by {}", from?.number, to?.number))
    }
}

impl NewWriteOff {
    /// What a second person reads.
    pub(crate) fn subject(&self, tx: &mut Tx) -> Result<String> {
        check(tx, self)?;
        let number = store::account::get(tx, self.account)?.number;
        Ok(format!("account {number}"))
    }
}

impl fmt::Display for NotWrittenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotWrittenOff::NotPutForward => f.write_str(
                "collections did not put it forward; see: meterbook collect show --account NUMBER",
            ),
            NotWrittenOff::Secured { held } => write!(
                f,
                "{held} is held as security and pays first; give it back: meterbook deposit return"
            ),
            NotWrittenOff::NotAboveZero => f.write_str("the amount is above zero"),
            NotWrittenOff::Beyond { owed } => write!(f, "{owed} is owed; no more than that"),
            NotWrittenOff::Already { amount } => write!(
                f,
                "it was done today already, with as much: {amount}; nothing was changed; for more, write another amount"
            ),
            NotWrittenOff::BeyondGuarantee { most, called } => write!(
                f,
                "that account stands in for {most} at most, and was called on for {called} of it; let it owe no more than the rest"
            ),
            NotWrittenOff::SameAccount => {
                f.write_str("it is owed by that account already; name another one")
            }
        }
    }
}

impl std::error::Error for NotWrittenOff {}
