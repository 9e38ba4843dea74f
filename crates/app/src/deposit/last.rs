//! What goes back when nothing is left to secure: what was paid as security, what was asked for and is not
//! any more, and the credit that the last bill says is sent.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::Bill;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::credit::deposit::ReturnAs;
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_store::{self as store, Tx};

use super::{held_now, key, refund};
use crate::{Actor, credit_rules};

/// What takes back what was asked of an account as security: what was paid is set off, and the rest is not
/// asked for any more.
pub(crate) fn given_back(
    tx: &mut Tx,
    account: AccountId,
    asked: Money,
    language: Language,
    on: Date,
) -> Result<Vec<Charge>> {
    let paid = held_now(tx, account)?.min(asked);
    let applied = Charge::applied_key(account, on);
    let never = format!("{applied}/not-asked");
    let kind = ChargeFor::DepositApplied;
    let parts = [
        (applied, kind.label(language), paid),
        (never, Charge::not_asked_for(language), asked - paid),
    ];
    let charge = |(key, label, amount): (String, &str, Money)| Charge {
        key,
        kind,
        account,
        amount: -amount,
        on,
        asked_by: None,
        label: label.to_owned(),
        bill: None,
    };
    Ok(parts.into_iter().filter(|it| it.2 != Money::ZERO).map(charge).collect())
}

/// Whether the credit of a last bill is sent by itself, because its security goes back that way.
pub(crate) fn is_sent(tx: &mut Tx, bill: &Bill) -> Result<bool> {
    let of = store::charge::of_account(tx, bill.account)?;
    let with = of.iter().any(|it| it.kind == ChargeFor::DepositApplied && it.bill == Some(bill.id));
    Ok(with && credit_rules::deposits(tx, bill.billed_on)?.return_as == ReturnAs::Refund)
}

/// Lets the credit of an account whose service is over go into refunds payable, where its security goes
/// back that way on the day on which it was set off: once, from then on.
pub(crate) fn send(tx: &mut Tx, actor: Actor, account: AccountId, today: Date) -> Result<Money> {
    let of = store::charge::of_account(tx, account)?;
    let applied = of.iter().filter(|it| it.kind == ChargeFor::DepositApplied && it.on <= today);
    let Some(on) = applied.map(|it| it.on).max() else { return Ok(Money::ZERO) };
    // By the rule of that day: its bill says whether the credit is sent or stays, whatever is said later.
    if credit_rules::deposits(tx, on)?.return_as != ReturnAs::Refund {
        return Ok(Money::ZERO);
    }
    let theirs = store::agreement::of_account(tx, account)?;
    let over = theirs.iter().all(|it| it.to.is_some_and(|to| to <= today));
    let before = store::receipt::used(tx, &format!("{account}/{}", key(on)))?;
    if !over || before.is_some() {
        return Ok(Money::ZERO);
    }
    refund(tx, actor, account, (Money::from_cents(i64::MAX), on))
}
