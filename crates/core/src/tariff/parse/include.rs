//! Riders: the line that includes one, and what cannot be in one.

use super::lines::{Entry, Keyword};
use super::refusal::TariffError;
use super::term;
use crate::tariff::{Charge, Component, Include, Tariff};

/// What an `include` line includes: the code of the rider, which is the charge's label.
pub(super) fn read<'e>(
    entry: &'e Entry<'_>,
    tariff: &Tariff,
    earlier: &[Component],
) -> Result<(&'e str, Charge), TariffError> {
    let code = entry.rest.trim();
    if code.is_empty() || code.contains(char::is_whitespace) {
        return Err(entry.head.refuse("say the code of one rider, as in: include FUEL"));
    }
    if tariff.is_rider {
        return Err(entry.head.refuse("a rider includes no other; let the tariffs include both"));
    }
    if earlier.iter().any(|it| it.label == code) {
        return Err(entry.head.refuse(format!("{code} is above already; delete one")));
    }
    term::only(entry)?;
    let terms = term::read(entry, tariff, &[])?;
    Ok((code, Charge::Include(Include { when: terms.when, lock: terms.lock })))
}

/// Refuses what a rider cannot say for itself.
pub(super) fn read_alone(entries: &[Entry<'_>], tariff: &Tariff) -> Result<(), TariffError> {
    let odd = |it: &&Entry<'_>| matches!(it.keyword, Keyword::Net | Keyword::Convert);
    match entries.iter().find(odd).filter(|_| tariff.is_rider) {
        Some(odd) => Err(odd.head.refuse(format!(
            "{} is for the tariffs that include the rider to say; delete the line",
            odd.keyword
        ))),
        None => Ok(()),
    }
}
