//! `term`: what an agreement says of itself.

use anyhow::Result;
use meterbook_app::term::{self, Said};
use meterbook_core::id::AgreementId;
use meterbook_core::money::{Price, Share, Unit};
use meterbook_core::rating::terms::{Exemption, SpecialPrice, Term};
use meterbook_store::{self as store, Db};

use crate::args::{OfAgreement, Place, TermDays};
use crate::say;

pub(crate) fn set(
    place: &Place,
    of: &OfAgreement,
    name: &str,
    value: &str,
    days: &TermDays,
) -> Result<()> {
    said(place, of, &term_of(name, value, days))
}

/// A term of these days.
pub(super) fn term_of(name: &str, value: &str, days: &TermDays) -> Said {
    let (name, value) = (name.to_owned(), value.to_owned());
    Said::Term(Term { name, value, from: days.from, to: days.to })
}

pub(crate) fn price(
    place: &Place,
    of: &OfAgreement,
    label: &str,
    price: &str,
    days: &TermDays,
) -> Result<()> {
    said(place, of, &price_of(label, price, days)?)
}

/// A price of these days.
pub(super) fn price_of(label: &str, price: &str, days: &TermDays) -> Result<Said> {
    let nano = Price::parse(price, Unit::Bill).map_err(super::said)?.nano;
    let label = label.to_owned();
    Ok(Said::Price(SpecialPrice { label, nano, from: days.from, to: days.to }))
}

pub(crate) fn exempt(
    place: &Place,
    of: &OfAgreement,
    label: &str,
    (share, certificate): (&str, &str),
    days: &TermDays,
) -> Result<()> {
    said(place, of, &exemption_of(label, (share, certificate), days)?)
}

/// An exemption of these days.
pub(super) fn exemption_of(
    label: &str,
    (share, certificate): (&str, &str),
    days: &TermDays,
) -> Result<Said> {
    let share = Share::parse(share).map_err(super::said)?;
    let (label, certificate) = (label.to_owned(), certificate.to_owned());
    let exemption = Exemption { label, share, certificate, from: days.from, to: days.to };
    Ok(Said::Exemption(exemption))
}

fn said(place: &Place, of: &OfAgreement, said: &Said) -> Result<()> {
    let db = super::open(place)?;
    let agreement = agreement(&db, of)?;
    db.write(|tx| term::set(tx, super::actor(), agreement, said))?;
    say::line(format_args!("agreement {agreement}: {said}"));
    Ok(())
}

pub(crate) fn show(place: &Place, of: &OfAgreement) -> Result<()> {
    let db = super::see(place)?;
    let agreement = agreement(&db, of)?;
    let all = Said::all(db.read(|tx| store::terms::get(tx, agreement))?);
    if all.is_empty() {
        say::line(format_args!("agreement {agreement} says nothing of itself"));
    }
    for said in all {
        say::line(said);
    }
    Ok(())
}

/// The agreement that is meant: by its number, or the only one of an account.
pub(super) fn agreement(db: &Db, of: &OfAgreement) -> Result<AgreementId> {
    if let Some(id) = of.agreement {
        return Ok(AgreementId(id));
    }
    let number = super::account_number(of.account.as_deref().unwrap_or_default())?;
    let agreements = db.read(|tx| match store::account::by_number(tx, number)? {
        Some(account) => store::agreement::of_account(tx, account.id),
        None => Ok(Vec::new()),
    })?;
    match &agreements[..] {
        [only] => Ok(only.id),
        [] => Err(super::said(format!("{number} has no agreement"))),
        several => {
            let one = |it: &meterbook_core::agreement::Agreement| {
                format!("{} ({} from {})", it.id, it.tariff, it.from)
            };
            let all = several.iter().map(one).collect::<Vec<_>>().join(", ");
            Err(super::said(format!(
                "{number} has several agreements; say --agreement and one of: {all}"
            )))
        }
    }
}
