//! Prenotes: entries without an amount that try a mandate before its first debit. Where the utility says
//! so, nothing is taken until the bank had its days to send one back.

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::calendar::banking_days_after;
use meterbook_core::debit::policy::{Held, Policy};
use meterbook_core::debit::{BankNumber, Format, Mandate};
use meterbook_core::id::{DebitFileId, DebitId};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::prenote::{Prenote, PrenoteFile};
use meterbook_store::{self as store, Conflict, Counter, Tx};

use super::file::{Entry, nacha_of};
use super::{NotMade, NotWhole, agrees, may_go};
use crate::authority::authorize;
use crate::seal::BankKey;
use crate::{Actor, intake, mandate, refuse};

/// The mandates that are to be tried, as they are on a day; none where the utility does not ask for it.
pub fn due(tx: &mut Tx, on: Date) -> Result<Vec<Mandate>> {
    let policy = super::policy(tx, on)?;
    let mut found = Vec::new();
    for id in store::debit::mandated(tx, on)? {
        let Some(mandate) = mandate::on(tx, id, on)? else { continue };
        if held(tx, &policy, &mandate, on)? == Some(Held::NotTried) {
            found.push(mandate);
        }
    }
    found.sort_by_key(|it| (it.scheme, it.id));
    Ok(found)
}

/// Makes a file of prenotes for all that are to be tried, of which there must be `count`.
pub fn make(tx: &mut Tx, actor: Actor, settle: Date, count: usize) -> Result<DebitFileId> {
    let allowed = authorize(tx, actor, Permission::MakeDebits, Some(Money::ZERO))?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    may_go(tx, today, (Format::Nacha, settle))?;
    let accounts = store::debit::mandated(tx, settle)?;
    store::account::lock(tx, &accounts)?;
    let all = due(tx, settle)?;
    if all.is_empty() {
        return Err(refuse(NotMade::NoPrenote));
    }
    if all.len() != count {
        return Err(refuse(NotMade::OtherCount { seen: count, now: all.len() }));
    }
    let id = DebitFileId(tx.next(Counter::DebitFile, 1)?);
    let first = tx.next(Counter::Debit, all.len())?;
    let items: Vec<Prenote> = (first..)
        .zip(&all)
        .map(|(nth, it)| Prenote { id: DebitId(nth), mandate: it.id, version: it.version })
        .collect();
    let file = PrenoteFile { id, settle, made: actor.at, items: i64::try_from(items.len())? };
    store::prenote::add(tx, &file, &items)
        .map_err(|why| if why.is::<Conflict>() { refuse(NotMade::Taken) } else { why })?;
    let said = format!("{count} prenotes, to settle on {settle}");
    store::audit::add(tx, &allowed, "make prenotes", &id.to_string(), &said)?;
    Ok(id)
}

/// What keeps a mandate from being used on a day: that it was not tried, or is being tried.
pub(super) fn held(
    tx: &mut Tx,
    policy: &Policy,
    mandate: &Mandate,
    on: Date,
) -> Result<Option<Held>> {
    let Some(days) = policy.prenote.filter(|_| Format::of(mandate.scheme) == Format::Nacha) else {
        return Ok(None);
    };
    let same = same_account(tx, mandate)?;
    let used = store::debit::went_through(tx, mandate.id)?;
    if used.iter().any(|it| same.contains(it)) {
        return Ok(None);
    }
    let tried = store::prenote::tried(tx, mandate.id)?;
    let settled = tried.iter().filter(|it| same.contains(&it.0)).map(|it| it.1).min();
    Ok(match settled.map(|it| banking_days_after(it, days)) {
        None => Some(Held::NotTried),
        Some(until) if on < until => Some(Held::BeingTried { until }),
        Some(_) => None,
    })
}

/// The versions of a mandate up to its present one with the same account at the bank. What a bank
/// corrected is the same account: it answered.
pub(super) fn same_account(tx: &mut Tx, mandate: &Mandate) -> Result<Vec<i64>> {
    let corrected = store::prenote::corrections(tx, mandate.id)?;
    let mut same = vec![mandate.version];
    let mut hash = store::mandate::sealed(tx, mandate.id, mandate.version)?.hash;
    for version in (1..mandate.version).rev() {
        let before = store::mandate::sealed(tx, mandate.id, version)?.hash;
        if before != hash && !corrected.contains(&(version + 1)) {
            break;
        }
        same.push(version);
        hash = before;
    }
    Ok(same)
}

/// Writes the file, reads it back, and compares how many there are; again it is the same or refused.
pub(super) fn write(
    tx: &mut Tx,
    allowed: &Authorized,
    key: &BankKey,
    file: &PrenoteFile,
) -> Result<String> {
    let mut lines: Vec<(Mandate, BankNumber, String)> = Vec::new();
    let items = store::prenote::items(tx, file.id)?;
    for it in &items {
        let mandate = store::mandate::get(tx, it.mandate, it.version)?;
        let mandate = mandate.context("the mandate of a prenote is there")?;
        let sealed = store::mandate::sealed(tx, it.mandate, it.version)?;
        let number = key.open(&sealed, (it.mandate, it.version))?;
        let account = store::account::get(tx, mandate.account)?.number.digits().to_string();
        lines.push((mandate, number, account));
    }
    let made = crate::founding::zone(tx)?.day_of(file.made);
    let policy = super::policy(tx, made)?;
    let entries = lines.iter().map(|(mandate, number, account)| Entry {
        scheme: mandate.scheme,
        again: false,
        amount: None,
        number,
        account,
        holder: &mandate.terms.holder,
    });
    let first = items.first().map_or(1, |it| it.id.0);
    let text = nacha_of(tx, &policy, (file.id, file.made, file.settle), first, entries)?;
    let kept = (usize::try_from(file.items)?, Money::ZERO);
    agrees(&text, Format::Nacha, kept).map_err(refuse)?;
    let sha256 = intake::hash(text.as_bytes());
    match store::prenote::written(tx, file.id)? {
        Some(was) if was != sha256 => return Err(refuse(NotWhole::OtherBytes)),
        Some(_) => {}
        None => store::prenote::write(tx, file.id, &sha256)?,
    }
    store::audit::add(tx, allowed, "write prenote file", &file.id.to_string(), &sha256)?;
    Ok(text)
}
