//! What the paper of a levelled bill says: what is asked for in place of its charges, and what is still to be
//! made up.

use anyhow::Result;
use meterbook_core::bill::{Bill, Movement, OnLevel, Settles};
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::credit::budget::How;
use meterbook_core::ledger::EntryKind;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Tx};

use crate::credit_rules;

/// How a bill is levelled, if it is. What it asks for beside its charges stands behind these, so it is no
/// movement before them.
pub(super) fn of_bill(
    tx: &mut Tx,
    bill: &Bill,
    since: &mut Vec<Movement>,
) -> Result<Option<OnLevel>> {
    let Some(key) = store::budget::key_of(tx, bill.id)? else { return Ok(None) };
    let bills = store::budget::bills(tx, &key)?;
    let Some(nth) = bills.iter().position(|it| it.bill == bill.id) else { return Ok(None) };
    let it = bills[nth].clone();
    let all = store::charge::of_account(tx, bill.account)?;
    let by_then = |it: &&Charge| match it.bill {
        Some(of) => of <= bill.id,
        None => it.on < bill.billed_on,
    };
    let budget = all.iter().filter(|it| it.kind == ChargeFor::Budget);
    let later: Money = budget.filter(by_then).map(|it| -it.amount).sum();
    let beside = it.asked - it.actual;
    let its_own = all.iter().find(|of| of.key == format!("budget/{}", it.number));
    if let Some(own) = its_own {
        let is_it = |it: &Movement| {
            it.kind == EntryKind::Charge && it.text == own.label && it.amount == own.amount
        };
        if let Some(at) = since.iter().rposition(is_it) {
            since.remove(at);
        }
    }
    let stood: Vec<_> = bills[..=nth].iter().filter(|it| !it.gone).collect();
    let since_then = stood.iter().rev().take_while(|it| it.how == How::Levelled).count();
    let settles = match it.how {
        How::Levelled => credit_rules::budgets(tx, bill.billed_on)?
            .settles(i64::try_from(since_then)?, bill.billed_on),
        How::TrueUp | How::Settled => Settles::Now,
    };
    Ok(Some(OnLevel { asked: it.asked, beside, later, settles }))
}
