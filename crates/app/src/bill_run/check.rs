//! The first pass: rate and check every account, and write down how each agreement ends.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Result;
use meterbook_core::bill::assess::{AccountFacts, Ending, Tariffs, Unusual, assess};
use meterbook_core::bill::check::Hold;
use meterbook_core::bill::run::{Item, Outcome, Run, Stage};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AgreementId};
use meterbook_core::limits::ACCOUNTS_PER_TRANSACTION;
use meterbook_core::money::Money;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Db, Tx};

use super::Progress;

/// Checks the accounts that are not checked yet, a batch in each transaction.
pub(super) fn check(
    db: &Db,
    run: &mut Run,
    window: &Window,
    tariffs: &mut Tariffs,
    watch: &mut dyn FnMut(Progress),
) -> Result<()> {
    let all = db.read(|tx| store::run::count_to_check(tx, run, window))?;
    let mut done = 0;
    while checking(run) {
        let (next, count) = db.write(|tx| {
            // Read and locked afresh: whoever else works on this run takes the batch after ours.
            let run = store::run::lock(tx, run.id)?;
            let due = store::run::to_check(tx, &run, window, ACCOUNTS_PER_TRANSACTION)?;
            let facts = store::gather::accounts(tx, window, &due)?;
            learn(tx, &facts, tariffs)?;
            crate::published::learn(tx, tariffs, window.period, Known::ALL)?;
            let accepted = store::run::accepted(tx, window.id, &due)?;
            let items: Vec<Item> =
                facts.iter().flat_map(|it| items(&accepted, it, window, tariffs)).collect();
            store::run::put_items(tx, &run, &items)?;
            let next = match due.last() {
                Some(last) => Run { checked_through: *last, ..run },
                None if checking(&run) => Run { stage: Stage::Preview, ..run },
                None => run,
            };
            store::run::advance(tx, &next)?;
            Ok((next, due.len()))
        })?;
        *run = next;
        done += u64::try_from(count).expect("a batch is countable");
        watch(Progress::Checked(done, all));
    }
    Ok(())
}

fn checking(run: &Run) -> bool {
    matches!(run.stage, Stage::Checking | Stage::Again)
}

/// Reads the tariffs that these accounts are on and that are not read yet.
pub(super) fn learn(tx: &mut Tx, facts: &[AccountFacts], tariffs: &mut Tariffs) -> Result<()> {
    for service in facts.iter().flat_map(|it| &it.services) {
        crate::tariff::learn(tx, tariffs, &service.agreement.tariff)?;
    }
    Ok(())
}

/// How every agreement of an account ends; `accepted` are the accounts whose bills somebody lets go.
pub(super) fn endings(
    accepted: &BTreeSet<AccountId>,
    facts: &AccountFacts,
    window: &Window,
    tariffs: &mut Tariffs,
) -> Vec<(AgreementId, Ending)> {
    let go = accepted.contains(&facts.account.id);
    let unusual = if go { Unusual::Accept } else { Unusual::Hold };
    let agreements = facts.services.iter().map(|it| &it.agreement);
    let due = agreements.filter(|it| it.days_in(window.period).is_some()).map(|it| it.id);
    isolated(due.collect(), || assess(facts, window, tariffs, unusual))
}

/// The endings that rating an account came to. Where it panics its agreements are held, and the run goes
/// on with the other accounts. Rating writes nothing, so nothing of it is left half done.
fn isolated(
    agreements: Vec<AgreementId>,
    rate: impl FnOnce() -> Vec<(AgreementId, Ending)>,
) -> Vec<(AgreementId, Ending)> {
    catch_unwind(AssertUnwindSafe(rate)).unwrap_or_else(|panic| {
        let why = said(&*panic);
        let held = |id| (id, Ending::Held(Hold::Broken { why: why.clone() }));
        agreements.into_iter().map(held).collect()
    })
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a fault of this program").to_owned()
}

fn items(
    accepted: &BTreeSet<AccountId>,
    facts: &AccountFacts,
    window: &Window,
    tariffs: &mut Tariffs,
) -> Vec<Item> {
    let account = facts.account.id;
    let item = |(agreement, ending): (AgreementId, Ending)| item(account, agreement, &ending);
    endings(accepted, facts, window, tariffs).into_iter().map(item).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_whose_rating_panics_is_held_with_what_was_said() {
        let broken = isolated(vec![AgreementId(1), AgreementId(2)], || {
            panic!("the lines of agreement 1 are not its total")
        });
        let why = "the lines of agreement 1 are not its total".to_owned();
        let held = Ending::Held(Hold::Broken { why });
        assert_eq!(broken, [(AgreementId(1), held.clone()), (AgreementId(2), held.clone())]);
        let item = item(AccountId(1), AgreementId(1), &held);
        assert_eq!((item.outcome, item.reason.as_str()), (Outcome::Held, "broken"));
        assert_eq!(
            item.detail,
            "the bill could not be worked out: the lines of agreement 1 are not its total"
        );
    }

    #[test]
    fn what_does_not_panic_stays_as_it_is() {
        let fine = || vec![(AgreementId(1), Ending::BilledBefore)];
        assert_eq!(isolated(vec![AgreementId(1)], fine), fine());
    }
}
