//! Keeps a broken account apart: what fails for it is said of it, and stops nobody else.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Result, anyhow};
use meterbook_core::bill::assess::Ending;
use meterbook_core::bill::check::Hold;
use meterbook_core::id::AgreementId;
use meterbook_store::Tx;

/// Does something; where it fails or panics, undoes it and says why. A database that cannot be used
/// fails the whole, because then nothing is wrong with the account.
pub(super) fn attempt<T>(
    tx: &mut Tx,
    work: impl FnOnce(&mut Tx) -> Result<T>,
) -> Result<Result<T, String>> {
    let came = tx.attempt(|tx| {
        let came = catch_unwind(AssertUnwindSafe(|| work(tx)));
        came.unwrap_or_else(|panic| Err(anyhow!("{}", said(&*panic))))
    })?;
    Ok(came.map_err(|why| format!("{why:#}")))
}

/// The endings that rating an account came to. Where it panics its agreements are held, and the run goes
/// on with the other accounts. Rating writes nothing, so nothing of it is left half done.
pub(super) fn isolated(
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

#[cfg(test)]
mod tests {
    use meterbook_core::bill::run::Outcome;
    use meterbook_core::id::AccountId;

    use super::super::check::item;
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
