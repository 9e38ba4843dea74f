//! The bill of an account's days so far, off its cycle: service goes on, and its turn bills the rest.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::Bill;
use meterbook_core::bill::assess::Unusual;
use meterbook_core::id::{AccountId, AgreementId};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Tx};

use super::NotRun;
use super::last::{Until, one};
use crate::authority::authorize;
use crate::{Actor, refuse};

/// What is to be billed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewInterim {
    /// Whose days.
    pub account: AccountId,
    /// Of one service alone; of all without it.
    pub only: Option<AgreementId>,
    /// The day before which they end.
    pub to: Date,
    /// Whether a bill goes that is far from usual.
    pub unusual: Unusual,
    /// What it came to when somebody looked; what comes to something else is refused.
    pub total: Money,
}

/// The bill as it would be. Nothing is kept.
pub fn preview(tx: &mut Tx, actor: Actor, new: &NewInterim) -> Result<Bill> {
    let allowed = authorize(tx, actor, Permission::RunBills, None)?;
    tx.trial(|tx| new.made(tx, &allowed))
}

/// Makes it, if it comes to what was seen.
pub fn make(tx: &mut Tx, actor: Actor, new: &NewInterim) -> Result<Bill> {
    let allowed = authorize(tx, actor, Permission::RunBills, None)?;
    let bill = new.made(tx, &allowed)?;
    if bill.total != new.total {
        return Err(refuse(NotRun::NotAsSeen { was: new.total, now: bill.total }));
    }
    Ok(bill)
}

impl NewInterim {
    /// The same with what it came to when somebody looked.
    #[must_use]
    pub fn seen(self, bill: &Bill) -> NewInterim {
        NewInterim { total: bill.total, ..self }
    }

    fn made(&self, tx: &mut Tx, allowed: &Authorized) -> Result<Bill> {
        let (to, today) = (self.to, crate::founding::zone(tx)?.day_of(allowed.at()));
        let account = store::account::get(tx, self.account)?;
        if today < to {
            return Err(refuse(NotRun::NotOver { to }));
        }
        let day = to.yesterday()?;
        let Some(turn) = store::window::around(tx, account.cycle, day)? else {
            return Err(refuse(NotRun::NotPlannedFor { cycle: account.cycle, day }));
        };
        let until = self.only.map_or(Until::Day(to), |only| Until::Of(only, to));
        one(tx, allowed, (account.id, until), &turn, (today, self.unusual))
    }
}
