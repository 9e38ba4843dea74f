//! The first pass: rate and check every account, and write down how each agreement ends.

use std::collections::BTreeSet;

use anyhow::Result;
use meterbook_core::bill::assess::{AccountFacts, Ending, Tariffs, Unusual, assess_seeing};
use meterbook_core::bill::check::Hold;
use meterbook_core::bill::job::Job;
use meterbook_core::bill::run::{Item, Outcome, Run};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AgreementId};
use meterbook_core::money::Money;
use meterbook_core::reads::usage::Usage;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Tx};

use super::apart::{attempt, isolated};

/// Checks the accounts of a job.
pub(super) fn check(
    tx: &mut Tx,
    run: &Run,
    window: &Window,
    job: &Job,
    tariffs: &mut Tariffs,
) -> Result<()> {
    let due = store::run::to_check(tx, run, window, (job.first, job.last))?;
    let items = match attempt(tx, |tx| rated(tx, window, &due, tariffs))? {
        Ok(items) => items,
        Err(_) => apart(tx, window, &due, tariffs)?,
    };
    store::run::put_items(tx, run, &items)
}

/// How the agreements of these accounts end.
fn rated(
    tx: &mut Tx,
    window: &Window,
    due: &[AccountId],
    tariffs: &mut Tariffs,
) -> Result<Vec<Item>> {
    let facts = store::gather::accounts(tx, window, due)?;
    learn(tx, &facts, tariffs)?;
    crate::published::learn(tx, tariffs, window.period, Known::ALL)?;
    let accepted = store::run::accepted(tx, window.id, due)?;
    Ok(facts.iter().flat_map(|it| items(&accepted, it, window, tariffs)).collect())
}

/// The same, account by account: those that cannot be billed are held.
fn apart(
    tx: &mut Tx,
    window: &Window,
    due: &[AccountId],
    tariffs: &mut Tariffs,
) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for account in due {
        items.extend(match attempt(tx, |tx| rated(tx, window, &[*account], tariffs))? {
            Ok(items) => items,
            Err(why) => broken(tx, window, *account, &why)?,
        });
    }
    Ok(items)
}

/// The agreements of an account, held because billing it failed.
pub(super) fn broken(
    tx: &mut Tx,
    window: &Window,
    account: AccountId,
    why: &str,
) -> Result<Vec<Item>> {
    let theirs = store::agreement::of_account(tx, account)?;
    let due = theirs.iter().filter(|it| it.days_in(window.period).is_some());
    let held = Ending::Held(Hold::Broken { why: why.to_owned() });
    Ok(due.map(|it| item(account, it.id, &held)).collect())
}

/// Reads the tariffs that these accounts are on and that are not read yet.
pub(super) fn learn(tx: &mut Tx, facts: &[AccountFacts], tariffs: &mut Tariffs) -> Result<()> {
    for service in facts.iter().flat_map(|it| &it.services) {
        crate::tariff::learn(tx, tariffs, &service.agreement.tariff)?;
    }
    Ok(())
}

/// How every agreement of an account ends; `accepted` are the accounts whose bills somebody lets go, and
/// `seen` is shown what each agreement used.
pub(super) fn endings(
    accepted: &BTreeSet<AccountId>,
    facts: &AccountFacts,
    window: &Window,
    tariffs: &mut Tariffs,
    seen: &mut dyn FnMut(AgreementId, &Usage),
) -> Vec<(AgreementId, Ending)> {
    let go = accepted.contains(&facts.account.id);
    let unusual = if go { Unusual::Accept } else { Unusual::Hold };
    let agreements = facts.services.iter().map(|it| &it.agreement);
    let due = agreements.filter(|it| it.days_in(window.period).is_some()).map(|it| it.id);
    isolated(due.collect(), || assess_seeing(facts, window, tariffs, unusual, seen))
}

fn items(
    accepted: &BTreeSet<AccountId>,
    facts: &AccountFacts,
    window: &Window,
    tariffs: &mut Tariffs,
) -> Vec<Item> {
    let account = facts.account.id;
    let item = |(agreement, ending): (AgreementId, Ending)| item(account, agreement, &ending);
    endings(accepted, facts, window, tariffs, &mut |_, _| ()).into_iter().map(item).collect()
}

pub(super) fn item(account: AccountId, agreement: AgreementId, ending: &Ending) -> Item {
    let (outcome, reason, detail) = match ending {
        Ending::Billed(_) => (Outcome::Billed, "", String::new()),
        Ending::Held(hold) => (Outcome::Held, hold.word(), hold.to_string()),
        Ending::BilledBefore => {
            let detail = "every day of it is on a bill already".to_owned();
            (Outcome::Exempt, "billed-before", detail)
        }
    };
    let segment = ending.segment();
    Item {
        agreement,
        account,
        outcome,
        reason: reason.to_owned(),
        detail,
        total: segment.map_or(Money::ZERO, |it| it.total),
        tariff: segment.map_or_else(String::new, |it| it.tariff.clone()),
        used: segment.map(|it| it.usage),
    }
}
