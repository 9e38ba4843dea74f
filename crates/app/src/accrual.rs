//! What was used and not billed at the end of a day, in money: revenue that is earned and stands on no bill yet.
//!
//! It is rated by the engine of the bills, from what meters said: between two reads of a register each
//! day has the same use, as on the bill. Where only the read before is known the use is estimated if the
//! rules of estimates give it, and said apart; else the days are counted, and only what is owed for them
//! whatever was used is in it. Turns that are not planned are taken to follow month by month.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::id::{AccountNumber, AgreementId};
use meterbook_core::ledger::{Gl, credited};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::authorize;
use crate::usage::accrued::accrued;
use crate::{Actor, Refused};

/// What one agreement comes to that was not billed at the day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accrued {
    /// Whose.
    pub account: AccountNumber,
    /// The class of customers that is.
    pub class: CustomerClass,
    /// Which.
    pub agreement: AgreementId,
    /// The first day that was on no bill.
    pub from: Date,
    /// The day behind the last one of which everything is known.
    pub known_to: Date,
    /// What all days come to: those, what of the others is estimated, and what is owed for the rest
    /// whatever was used.
    pub total: Money,
    /// What of it is estimated.
    pub estimated: Money,
    /// Days behind them whose use is estimated.
    pub estimated_days: i64,
    /// Days whose use nobody knows.
    pub unknown: i64,
    /// Days of which nothing at all is in it.
    pub left_out: i64,
    /// What bills say of just these days by now.
    pub billed: Option<Money>,
    /// Why they are, or why nothing can be said.
    pub why: String,
}

/// What all agreements come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accrual {
    /// By the account of the general ledger in which a bill would put it.
    pub by_gl: BTreeMap<Gl, Money>,
    /// Each agreement.
    pub rows: Vec<Accrued>,
    /// Cycles whose turns are not planned to the end of the day, each with the first day that is not.
    pub unplanned: BTreeMap<Cycle, Date>,
}

impl Accrual {
    /// What it all comes to.
    pub fn total(&self) -> Money {
        self.by_gl.values().copied().sum()
    }

    /// What of it is estimated, and of how many days.
    pub fn estimated(&self) -> (Money, i64) {
        let of = |it: &Accrued| (it.estimated, it.estimated_days);
        self.rows
            .iter()
            .map(of)
            .fold((Money::ZERO, 0), |(sum, all), (amount, days)| (sum + amount, all + days))
    }

    /// Days whose use nobody knows.
    pub fn unknown(&self) -> i64 {
        self.rows.iter().map(|it| it.unknown).sum()
    }

    /// Days of which nothing at all is in it.
    pub fn left_out(&self) -> i64 {
        self.rows.iter().map(|it| it.left_out).sum()
    }

    /// Of the agreements that were billed since for just these days: how many there are, what is said of
    /// them here, and what their bills came to.
    pub fn billed(&self) -> (usize, Money, Money) {
        let billed = self.rows.iter().filter_map(|it| Some((it.total, it.billed?)));
        billed.fold((0, Money::ZERO, Money::ZERO), |(count, here, there), (total, billed)| {
            (count + 1, here + total, there + billed)
        })
    }
}

/// Agreements that are rated while somebody waits: some seconds.
pub(crate) const WAITED_FOR: u64 = 2_000;

/// Agreements that are asked for at once.
const AT_ONCE: i64 = 500;

/// What was used by the end of a day and stood on no bill that was dated by it.
pub fn accrual(db: &Db, actor: Actor, on: Date, watch: &mut dyn FnMut(u64)) -> Result<Accrual> {
    db.read(|tx| authorize(tx, actor, Permission::ViewCustomer, None))?;
    let mut all = Accrual::default();
    let mut after = AgreementId(0);
    loop {
        let next = db.read(|tx| store::unbilled::at(tx, on, after, AT_ONCE))?;
        let Some((last, _)) = next.last() else { return Ok(all) };
        after = *last;
        for (id, from) in next {
            db.read(|tx| one(tx, (id, from), on, &mut all))?;
            watch(u64::try_from(all.rows.len())?);
        }
    }
}

/// The same of one account's agreements.
pub(crate) fn of_account(tx: &mut Tx, account: &Account, on: Date) -> Result<Accrual> {
    let mut all = Accrual::default();
    for agreement in store::agreement::of_account(tx, account.id)? {
        // The next from there on is this one, where something of it was not billed.
        let next = store::unbilled::at(tx, on, AgreementId(agreement.id.0 - 1), 1)?;
        if let Some(it) = next.into_iter().find(|it| it.0 == agreement.id) {
            one(tx, it, on, &mut all)?;
        }
    }
    Ok(all)
}

fn one(tx: &mut Tx, (id, from): (AgreementId, Date), on: Date, all: &mut Accrual) -> Result<()> {
    let agreement = store::agreement::get(tx, id)?;
    let account = store::account::get(tx, agreement.account)?;
    let behind = on.saturating_add(1.day());
    let until = agreement.to.map_or(behind, |to| behind.min(to));
    if let Some(next) = crate::window::unplanned(tx, account.cycle, on)? {
        all.unplanned.insert(account.cycle, next);
    }
    let mut row = Accrued {
        account: account.number,
        class: account.class,
        agreement: id,
        from,
        known_to: from,
        total: Money::ZERO,
        estimated: Money::ZERO,
        estimated_days: 0,
        unknown: 0,
        left_out: 0,
        billed: match Period::new(from, until) {
            Some(days) => store::unbilled::billed(tx, id, days)?,
            None => None,
        },
        why: String::new(),
    };
    match accrued(tx, &agreement, &account, (from, behind)) {
        Ok((it, rest)) => {
            row.known_to = it.segments.last().map_or(from, |it| it.period.end());
            row.unknown = days_between(row.known_to, until);
            let said_to = rest.last().map_or(row.known_to, |it| it.days.end());
            row.left_out = days_between(said_to, until);
            row.why = it.waits.as_ref().map_or_else(String::new, ToString::to_string);
            for rest in rest.iter().filter(|it| it.is_estimated) {
                row.estimated += rest.segment.total;
                row.estimated_days += rest.days.days();
                row.unknown -= rest.days.days();
            }
            for segment in it.segments.iter().chain(rest.iter().map(|it| &it.segment)) {
                row.total += segment.total;
                for line in &segment.lines {
                    let gl = credited(segment.commodity, line.kind);
                    *all.by_gl.entry(gl).or_default() += line.amount;
                }
            }
        }
        Err(why) => {
            row.why = why.downcast::<Refused>()?.to_string();
            row.unknown = days_between(from, until);
            row.left_out = row.unknown;
        }
    }
    all.rows.push(row);
    Ok(())
}

fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}
