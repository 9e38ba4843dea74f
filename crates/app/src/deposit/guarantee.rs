//! Who stands in for an account in place of money: what that takes off what is asked for, and what is asked for
//! again once they do so no more.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::credit::deposit::Rules;
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::deposit::{Guarantee, Less};
use meterbook_store::{self as store, Tx};

use super::{Facts, Given, NotSecured, asked_in, within};
use crate::authority::authorize;
use crate::{Actor, credit_rules, receipt, refuse};

/// Who stands in for an account, and for how much still.
pub type StandsIn = (AccountNumber, Money);

/// For how much somebody stands in for an account still, and who; nothing where nobody does.
pub fn stands_in(tx: &mut Tx, account: AccountId) -> Result<Option<StandsIn>> {
    let Some(it) = running(tx, account)? else { return Ok(None) };
    let left = it.most - crate::write_off::called_on(tx, &it)?;
    let by = store::account::get(tx, it.by)?.number;
    Ok((Money::ZERO < left).then_some((by, left)))
}

/// Lets another account stand in for this one, up to an amount. What was asked for and is on no bill yet is
/// asked for no more, as far as they stand in for it; says how much that is.
pub fn guarantee(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    by: AccountId,
    most: Money,
    why: &str,
) -> Result<(Guarantee, Money)> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(most))?;
    receipt::said(why)?;
    let from = crate::founding::zone(tx)?.day_of(actor.at);
    if account == by {
        return Err(refuse(NotSecured::SameAccount));
    }
    within(most)?;
    store::account::lock(tx, &[account, by])?;
    if let Some(since) = crate::account::closed_on(tx, by, from)? {
        return Err(refuse(NotSecured::Closed { since }));
    }
    let class = store::account::get(tx, account)?.class;
    if !credit_rules::deposits(tx, from)?.may_guarantee(class) {
        return Err(refuse(NotSecured::NoGuarantors { class }));
    }
    let there = store::deposit::guarantees(tx, account)?;
    if let Some(it) = there.iter().find(|it| it.ended.is_none() || it.from == from) {
        return Err(refuse(NotSecured::Guaranteed { from: it.from }));
    }
    let key = format!("guarantee/{account}/{from}");
    let it = Guarantee { key, account, by, most, from, ended: None };
    store::deposit::guarantee(tx, &it, why.trim())?;
    let less = lessen(tx, &it)?;
    let said = format!("account {by} up to {most}, {less} less is asked for: {}", why.trim());
    store::audit::add(tx, &allowed, "guarantee account", &account.to_string(), &said)?;
    Ok((it, less))
}

/// Takes what somebody stands in for off what is to come, the last part first, and says how much that is.
fn lessen(tx: &mut Tx, it: &Guarantee) -> Result<Money> {
    let why = "somebody stands in for it";
    let mut left = it.most;
    for part in store::credit::asked(tx, &[it.account])?.into_iter().rev() {
        if part.kind != ChargeFor::Deposit || left == Money::ZERO {
            continue;
        }
        store::credit::forget(tx, &part.key, it.from, why)?;
        let less = Less { from: part.on, amount: part.amount.min(left) };
        store::deposit::lessen(tx, &it.key, less)?;
        left = left - less.amount;
        let rest = part.amount - less.amount;
        if rest != Money::ZERO {
            let rest = Charge { key: format!("{}/less", part.key), amount: rest, ..part };
            store::credit::ask(tx, &[rest], why)?;
        }
    }
    Ok(it.most - left)
}

/// Lets whoever stands in for an account do so no more: what they took off what was asked for is asked for
/// again. Says what that is.
pub fn release(tx: &mut Tx, actor: Actor, account: AccountId, why: &str) -> Result<Vec<Charge>> {
    authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let it = running(tx, account)?.ok_or_else(|| refuse(NotSecured::NotGuaranteed))?;
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(it.most))?;
    store::deposit::release(tx, &it.key, on, why.trim())?;
    let again = again(tx, &it, on)?;
    let sum: Money = again.iter().map(|it| it.amount).sum();
    let said = format!("{sum} more is asked for: {}", why.trim());
    store::audit::add(tx, &allowed, "release guarantee", &account.to_string(), &said)?;
    Ok(again)
}

/// Asks again for what a guarantee took off, no more than it was for: each part from its day on. Nothing where
/// nothing is supplied any more, or security went back since.
fn again(tx: &mut Tx, it: &Guarantee, on: Date) -> Result<Vec<Charge>> {
    let account = it.account;
    let of = store::charge::of_account(tx, account)?;
    let went_back = |of: &Charge| of.kind == ChargeFor::DepositApplied && it.from <= of.on;
    if of.iter().any(went_back) || crate::account::closed_on(tx, account, on)?.is_some() {
        return Ok(Vec::new());
    }
    let (mut parts, mut left) = (Vec::new(), it.most);
    for less in store::deposit::lessened(tx, &it.key)? {
        let amount = less.amount.min(left);
        left = left - amount;
        parts.push((less.from.max(on), amount));
    }
    parts.retain(|it| it.1 != Money::ZERO);
    parts.sort_unstable();
    let key = format!("deposit-asked/{account}/{}/released", it.from);
    asked_in(tx, account, (&key, on), parts, "nobody stands in for it any more")
}

/// Who stands in for an account.
fn running(tx: &mut Tx, account: AccountId) -> Result<Option<Guarantee>> {
    let all = store::deposit::guarantees(tx, account)?;
    Ok(all.into_iter().find(|it| it.ended.is_none()))
}

/// Keeps what whoever stands in for an account took off what was asked for on a day.
pub(super) fn took_off(tx: &mut Tx, account: AccountId, from: Date, amount: Money) -> Result<()> {
    match running(tx, account)? {
        Some(it) => store::deposit::lessen(tx, &it.key, Less { from, amount }),
        None => Ok(()),
    }
}

/// Lets whoever stands in for an account do so no more where money would go back.
pub(super) fn release_kept(
    tx: &mut Tx,
    allowed: &Authorized,
    account: AccountId,
    (rules, facts): (&Rules, &Facts),
    on: Date,
) -> Result<Option<Given>> {
    let Some(it) = running(tx, account)? else { return Ok(None) };
    let Some(why) = rules.review(&facts.kept(tx, account)?, it.from, on) else { return Ok(None) };
    store::deposit::release(tx, &it.key, on, &why.to_string())?;
    store::audit::add(tx, allowed, "release guarantee", &account.to_string(), &why.to_string())?;
    let released = Some(store::account::get(tx, it.by)?.number);
    Ok(Some(Given { why: Some(why), released, ..Given::nothing(tx, account)? }))
}
