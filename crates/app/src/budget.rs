//! Levelled bills: what level follows from what was billed, beginning and ending, and what is asked for in
//! place of each bill.
//!
//! A bill stays what its reads and its tariff make of it. What is asked for beside it, or not asked for,
//! is a charge that comes with it, and the sum of these is what is still to be made up.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::bill::Bill;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::credit::budget::{Billed, How, OfTurn, Stands};
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::person::Language;
use meterbook_store::budget::{Budget, Levelled};
use meterbook_store::{self as store, Conflict, Tx};

use crate::authority::authorize;
use crate::pay::LARGEST;
use crate::{Actor, charge, credit_rules, receipt, refuse, summary};

/// What is recommended, and what it follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommended {
    /// The level.
    pub level: Money,
    /// The bills, the newest first.
    pub bills: Vec<Billed>,
}

/// A levelling that is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Off {
    /// Whose.
    pub number: AccountNumber,
    /// What is asked for.
    pub level: Money,
    /// What should be.
    pub should: Money,
    /// What is to be made up.
    pub variance: Money,
}

/// Why bills are not levelled, or not any more.
#[derive(Debug, PartialEq, Eq)]
pub enum NotLevelled {
    /// No rule levels bills of that class.
    NotOffered {
        /// The class.
        class: CustomerClass,
    },
    /// There are too few bills.
    TooFew {
        /// How many it takes.
        least: i64,
    },
    /// The level is not above zero.
    NotAboveZero,
    /// Nothing is supplied to the account any more.
    Closed {
        /// Since when.
        since: Date,
    },
    /// More than anybody's bills come to: a slip of the point.
    BeyondLimit {
        /// What was said.
        level: Money,
    },
    /// It is levelled already.
    Running {
        /// Since when.
        since: Date,
    },
    /// It began on that day already.
    BegunAlready {
        /// The day.
        on: Date,
    },
    /// Another account pays its bills.
    RolledUp {
        /// Which.
        by: AccountNumber,
    },
    /// It is not.
    NotRunning,
    /// Each bill works its level out anew.
    Rolling,
    /// That is the level already.
    SameLevel {
        /// Which.
        level: Money,
    },
}

/// The level that follows from the bills of an account, as the rules of a day say.
pub fn recommend(tx: &mut Tx, account: AccountId, on: Date) -> Result<Recommended> {
    let rules = credit_rules::budgets(tx, on)?;
    let class = store::account::get(tx, account)?.class;
    if !rules.is_for(class) {
        return Err(refuse(NotLevelled::NotOffered { class }));
    }
    let (most, least) = rules.history;
    let bills = store::budget::history(tx, account, most)?;
    let variance = store::budget::variance(tx, account)?;
    let level = rules.level(&bills, variance);
    let level = level.ok_or_else(|| refuse(NotLevelled::TooFew { least }))?;
    Ok(Recommended { level, bills })
}

/// Levels the bills of an account from the next one on, at the level that follows or another one.
pub fn begin(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    level: Option<Money>,
    why: &str,
) -> Result<Budget> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(why)?;
    let from = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    if let Some(it) = running(tx, account)? {
        return Err(refuse(NotLevelled::Running { since: it.from }));
    }
    if let Some(since) = crate::account::closed_on(tx, account, from)? {
        return Err(refuse(NotLevelled::Closed { since }));
    }
    if let Some(by) = summary::rolled_up_to(tx, account, from)? {
        return Err(refuse(NotLevelled::RolledUp { by }));
    }
    let level = match level {
        None => recommend(tx, account, from)?.level,
        Some(level) => {
            let class = store::account::get(tx, account)?.class;
            if !credit_rules::budgets(tx, from)?.is_for(class) {
                return Err(refuse(NotLevelled::NotOffered { class }));
            }
            level
        }
    };
    within(level)?;
    let it = Budget { key: format!("budget/{account}/{from}"), account, from, level, ended: None };
    store::budget::add(tx, &it, why.trim()).map_err(|why| match why.is::<Conflict>() {
        true => refuse(NotLevelled::BegunAlready { on: from }),
        false => why,
    })?;
    let said = format!("{level}: {}", why.trim());
    store::audit::add(tx, &allowed, "begin budget", &account.to_string(), &said)?;
    Ok(it)
}

/// Whether each bill works its level out anew on a day.
pub fn is_rolling(tx: &mut Tx, on: Date) -> Result<bool> {
    Ok(credit_rules::budgets(tx, on)?.is_rolling())
}

/// Refuses what is no level.
fn within(level: Money) -> Result<()> {
    if level <= Money::ZERO {
        return Err(refuse(NotLevelled::NotAboveZero));
    }
    match LARGEST < level {
        true => Err(refuse(NotLevelled::BeyondLimit { level })),
        false => Ok(()),
    }
}

/// Changes the level from the next bill on: to the one that follows from bills by now, or to another one.
/// What is still to be made up stays so.
pub fn set_level(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    level: Option<Money>,
    why: &str,
) -> Result<Money> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let it = running(tx, account)?.ok_or_else(|| refuse(NotLevelled::NotRunning))?;
    if credit_rules::budgets(tx, on)?.is_rolling() {
        return Err(refuse(NotLevelled::Rolling));
    }
    let level = match level {
        Some(level) => level,
        None => recommend(tx, account, on)?.level,
    };
    within(level)?;
    let before = self::level(tx, &it)?;
    if before == level {
        return Err(refuse(NotLevelled::SameLevel { level }));
    }
    let bills = store::budget::bills(tx, &it.key)?;
    let after = i64::try_from(bills.iter().filter(|it| !it.gone).count())?;
    store::budget::say_level(tx, &it.key, (after, on), level, why.trim())?;
    let (was, is) = (before.to_string(), level.to_string());
    let of = account.to_string();
    store::audit::turn(tx, &allowed, "set budget level", &of, why.trim(), (&was, &is))?;
    Ok(level)
}

/// Ends it: what is still to be made up is charged at once, or given back.
pub fn end(tx: &mut Tx, actor: Actor, account: AccountId, why: &str) -> Result<Money> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let it = running(tx, account)?.ok_or_else(|| refuse(NotLevelled::NotRunning))?;
    let settled = settled(tx, &it, on)?;
    if let Some(it) = &settled {
        charge::post(tx, &allowed, it)?;
    }
    stop(tx, &allowed, &it, on, why.trim())?;
    Ok(settled.map_or(Money::ZERO, |it| it.amount))
}

/// Ends what levels an account of which every day has a bill and service is over: with what is still to be
/// made up, where there is something.
pub(crate) fn at_last(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Charge>> {
    let Some(it) = running(tx, account)? else { return Ok(None) };
    store::budget::end(tx, &it.key, on, "the last bill")?;
    settled(tx, &it, on)
}

/// What is still to be made up, as a charge that is not posted yet.
fn settled(tx: &mut Tx, it: &Budget, on: Date) -> Result<Option<Charge>> {
    let (account, kind) = (it.account, ChargeFor::Budget);
    let amount = store::budget::variance(tx, account)?;
    if amount == Money::ZERO {
        return Ok(None);
    }
    let key = format!("{}/settled", it.key);
    let label = kind.label(language(tx, account)?).to_owned();
    let (asked_by, bill) = (None, None);
    Ok(Some(Charge { key, kind, account, amount, on, asked_by, label, bill }))
}

/// Levels that are off by more than the rules say, by what was billed since.
pub fn off(tx: &mut Tx, on: Date) -> Result<Vec<Off>> {
    let rules = credit_rules::budgets(tx, on)?;
    let mut found = Vec::new();
    for account in store::budget::all(tx)? {
        let Some(it) = running(tx, account)? else { continue };
        let level = level(tx, &it)?;
        let bills = store::budget::history(tx, account, rules.history.0)?;
        let variance = store::budget::variance(tx, account)?;
        let Some(should) = rules.level(&bills, variance) else { continue };
        if rules.is_off(level, should) {
            let number = store::account::get(tx, account)?.number;
            found.push(Off { number, level, should, variance });
        }
    }
    Ok(found)
}

/// The levelling of an account that did not end, if there is one.
pub fn running(tx: &mut Tx, account: AccountId) -> Result<Option<Budget>> {
    Ok(store::budget::running(tx, &[account])?.pop().map(|it| it.0))
}

/// What is asked for in place of the next bill.
pub fn level(tx: &mut Tx, it: &Budget) -> Result<Money> {
    let bills = store::budget::bills(tx, &it.key)?;
    let stood: Vec<&Levelled> = bills.iter().filter(|it| !it.gone).collect();
    level_after(tx, it, &stood)
}

/// The level after these bills: as it was said after them, or as the last of them says.
fn level_after(tx: &mut Tx, it: &Budget, stood: &[&Levelled]) -> Result<Money> {
    let said = store::budget::level_said(tx, &it.key, i64::try_from(stood.len())?)?;
    Ok(said.unwrap_or_else(|| stood.last().map_or(it.level, |it| it.next)))
}

/// What comes with bills, which are kept already, so that what is asked for is level; also what takes back
/// what came with bills that were taken back with their whole turn.
pub(crate) fn with(tx: &mut Tx, bills: &[Bill]) -> Result<Vec<Charge>> {
    let accounts: Vec<AccountId> = bills.iter().map(|it| it.account).collect();
    let mut charges = Vec::new();
    for (it, over) in store::budget::running(tx, &accounts)? {
        let ours = bills.iter().find(|bill| bill.account == it.account);
        let Some(bill) = ours.filter(|bill| it.from <= bill.billed_on) else { continue };
        // Another account pays it as it is.
        if store::summary::paid_by(tx, bill.id)?.is_some() {
            continue;
        }
        charges.extend(one(tx, &it, over, bill)?);
    }
    Ok(charges)
}

fn one(tx: &mut Tx, it: &Budget, over: bool, bill: &Bill) -> Result<Vec<Charge>> {
    let language = language(tx, it.account)?;
    let charge = |key: String, amount, label| Charge {
        key,
        kind: ChargeFor::Budget,
        account: it.account,
        amount,
        on: bill.billed_on,
        asked_by: None,
        label,
        bill: Some(bill.id),
    };
    let before = store::budget::bills(tx, &it.key)?;
    let mut charges = Vec::new();
    for it in before.iter().filter(|it| it.gone && it.asked != it.actual) {
        let key = format!("budget/{}/back", it.number);
        if !store::budget::posted(tx, &key)? {
            let label = ChargeFor::Budget.label(language).to_owned();
            charges.push(charge(key, it.actual - it.asked, label));
        }
    }
    let taken_back: Money = charges.iter().map(|it| it.amount).sum();
    let stood: Vec<&Levelled> = before.iter().filter(|it| !it.gone).collect();
    let since = stood.iter().rposition(|it| it.how != How::Levelled).map_or(0, |it| it + 1);
    let stands = Stands {
        level: level_after(tx, it, &stood)?,
        turn: of_turn(bill, &stood),
        bills: i64::try_from(stood[since..].iter().filter(|it| it.ends_turn()).count())?,
        variance: store::budget::variance(tx, it.account)? - taken_back,
        over,
    };
    let rules = credit_rules::budgets(tx, bill.billed_on)?;
    let history = store::budget::history(tx, it.account, rules.history.0)?;
    let becomes = rules.becomes(&stands, bill.total, &history);
    let levelled = Levelled {
        bill: bill.id,
        number: bill.number.0.clone(),
        how: becomes.how,
        actual: bill.total,
        asked: becomes.asked,
        next: becomes.next,
        gone: false,
        turn: bill.period,
        until: bill.days().end(),
    };
    store::budget::bill(tx, &it.key, &levelled)?;
    if becomes.how == How::Settled {
        store::budget::end(tx, &it.key, bill.billed_on, "the last bill")?;
    }
    let amount = becomes.asked - bill.total;
    if amount != Money::ZERO {
        let label = said(becomes.how, (becomes.asked, bill.total), language);
        charges.push(charge(format!("budget/{}", bill.number), amount, label));
    }
    Ok(charges)
}

/// Which part of its turn a bill and those before it bill.
fn of_turn(bill: &Bill, stood: &[&Levelled]) -> OfTurn {
    let (turn, days) = (bill.period, bill.days());
    let before: Vec<_> = stood.iter().filter(|it| it.turn == turn).collect();
    // What an interim bill has of it begins where the turn does, or service.
    let from = if before.is_empty() { days.start().max(turn.start()) } else { turn.start() };
    let billed = turn.overlap(from, Some(days.end()));
    OfTurn {
        days: billed.map_or_else(|| turn.days(), |it| it.days()),
        of: turn.days(),
        asked: before.iter().map(|it| it.asked).sum(),
        is_over: turn.end() <= days.end(),
    }
}

/// What the customer reads: both what is asked for and what the bill is.
fn said(how: How, (asked, actual): (Money, Money), language: Language) -> String {
    match (how, language) {
        (How::Levelled, Language::English) => format!("Budget billing: {asked} for {actual}"),
        (How::Levelled, Language::Spanish) => format!("Cuota fija: {asked} por {actual}"),
        (How::TrueUp | How::Settled, Language::English) => {
            format!("Budget billing settled: {asked} for {actual}")
        }
        (How::TrueUp | How::Settled, Language::Spanish) => {
            format!("Cuota fija, liquidación: {asked} por {actual}")
        }
    }
}

fn stop(tx: &mut Tx, allowed: &Authorized, it: &Budget, on: Date, why: &str) -> Result<()> {
    store::budget::end(tx, &it.key, on, why)?;
    let (was, is) = (format!("since {}", it.from), format!("until {on}"));
    store::audit::turn(tx, allowed, "end budget", &it.account.to_string(), why, (&was, &is))
}

fn language(tx: &mut Tx, account: AccountId) -> Result<Language> {
    let whose = store::account::get(tx, account)?;
    Ok(store::person::get(tx, whose.person)?.language)
}

impl fmt::Display for NotLevelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotLevelled::NotOffered { class } => write!(
                f,
                "no rule levels bills of {class} customers; see: meterbook credit rules budget"
            ),
            NotLevelled::TooFew { least } => {
                write!(f, "a level follows from {least} bills at least; say one")
            }
            NotLevelled::NotAboveZero => f.write_str("a level is above zero; say how much"),
            NotLevelled::Closed { since } => write!(
                f,
                "nothing is supplied to the account since {since}; look at its number again"
            ),
            NotLevelled::BeyondLimit { level } => write!(
                f,
                "{level} is more than a level may be ({LARGEST}); check the decimal point"
            ),
            NotLevelled::Running { since } => {
                write!(f, "bills are levelled since {since}; end that first: meterbook budget end")
            }
            NotLevelled::BegunAlready { on } => {
                write!(f, "it began on {on} already; begin again tomorrow")
            }
            NotLevelled::RolledUp { by } => write!(
                f,
                "account {by} pays its bills, as they are; let it owe its own first: meterbook customer account-detail {by} sums stay"
            ),
            NotLevelled::NotRunning => f.write_str(
                "bills of this account are not levelled; begin that first: meterbook budget begin",
            ),
            NotLevelled::Rolling => {
                f.write_str("each bill works its level out anew; there is none to be changed")
            }
            NotLevelled::SameLevel { level } => {
                write!(f, "{level} is the level already; nothing was changed")
            }
        }
    }
}

impl std::error::Error for NotLevelled {}
