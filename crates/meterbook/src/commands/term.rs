//! `term`: what an agreement says of itself.

use anyhow::Result;
use meterbook_app::term::{self, Said};
use meterbook_core::id::AgreementId;
use meterbook_core::money::{Price, Share, Unit};
use meterbook_core::rating::terms::{Exemption, SpecialPrice, Term};
use meterbook_store::{self as store, Db};

use crate::args::{OfAgreement, Place, SaidExemption, SaidPrice, SaidTerm, TermCommand};
use crate::say;

pub(crate) fn term(place: &Place, command: &TermCommand) -> Result<()> {
    match command {
        TermCommand::Set(it) => said(place, &it.of, &term_of(it)),
        TermCommand::Price(it) => said(place, &it.of, &price_of(it)?),
        TermCommand::Exempt(it) => said(place, &it.of, &exemption_of(it)?),
        TermCommand::Show { of } => show(place, of),
    }
}

/// A term of these days.
pub(super) fn term_of(it: &SaidTerm) -> Said {
    let (name, value) = (it.name.clone(), it.value.clone());
    Said::Term(Term { name, value, from: it.days.from, to: it.days.to })
}

/// A price of these days.
pub(super) fn price_of(it: &SaidPrice) -> Result<Said> {
    let nano = Price::parse(&it.price, Unit::Bill).map_err(super::said)?.nano;
    let label = it.label.clone();
    Ok(Said::Price(SpecialPrice { label, nano, from: it.days.from, to: it.days.to }))
}

/// An exemption of these days.
pub(super) fn exemption_of(it: &SaidExemption) -> Result<Said> {
    let share = Share::parse(&it.share).map_err(super::said)?;
    let (label, certificate) = (it.label.clone(), it.certificate.clone());
    let (from, to) = (it.days.from, it.days.to);
    Ok(Said::Exemption(Exemption { label, share, certificate, from, to }))
}

fn said(place: &Place, of: &OfAgreement, said: &Said) -> Result<()> {
    let db = super::open(place)?;
    let agreement = agreement(&db, of)?;
    db.write(|tx| term::set(tx, super::actor(), agreement, said))?;
    say::line(format_args!("agreement {agreement}: {said}"));
    Ok(())
}

fn show(place: &Place, of: &OfAgreement) -> Result<()> {
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
