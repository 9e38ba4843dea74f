//! Carrying out what a plan says, and taking it back.

use anyhow::{Context, Result};
use meterbook_core::agreement::Agreement;
use meterbook_core::id::AgreementId;
use meterbook_core::moves::{Effect, EffectKind, Move};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Counter, Tx};

use super::{Made, MoveRefusal, Plan, orders};
use crate::agreement::AgreementRefusal;
use crate::authority::authorize;
use crate::{Actor, refuse, settlement};

/// Carries out a plan as a version of a move.
pub(super) fn out(tx: &mut Tx, actor: Actor, of: Move, plan: Plan) -> Result<Made> {
    let allowed = authorize(tx, actor, Permission::MoveService, None)?;
    let Plan { mut effects, reads } = plan;
    for it in &mut effects {
        match it.kind {
            EffectKind::Drops => {
                let forgotten = agreement(it, it.on, it.until)?;
                if !store::agreement::forget(tx, &forgotten)? {
                    return Err(overtaken(tx, &forgotten)?);
                }
            }
            EffectKind::Yields | EffectKind::Stops => {
                let there = agreement(it, it.on, None)?;
                if !store::agreement::set_end(tx, there.id, it.until, Some(it.on))? {
                    return Err(overtaken(tx, &there)?);
                }
            }
            EffectKind::Starts | EffectKind::Reverts => {
                it.agreement = Some(AgreementId(tx.next(Counter::Agreement, 1)?));
                begin(tx, &agreement(it, it.on, it.until)?)?;
            }
            EffectKind::Reads
            | EffectKind::CallsOff
            | EffectKind::Orders
            | EffectKind::Charges
            | EffectKind::Deposits
            | EffectKind::Banks
            | EffectKind::FinalBill => (),
        }
    }
    if !reads.is_empty() {
        store::read::add(tx, &reads)?;
    }
    store::moves::add_effects(tx, of.id, of.version, &effects)?;
    orders::settle(tx, &allowed, &of, &effects)?;
    refresh(tx, &effects)?;
    let said = effects.iter().map(|it| it.sentence(meterbook_core::person::Language::English));
    let said = said.collect::<Vec<_>>().join("; ");
    let act = format!("{} {}", of.said, of.kind);
    let versions = store::moves::versions(tx, of.id)?;
    match versions.iter().rfind(|it| it.version < of.version) {
        Some(was) => {
            let change = (&*super::days(was), &*super::days(&of));
            store::audit::turn(tx, &allowed, &act, &of.id.to_string(), &said, change)?;
        }
        None => store::audit::add(tx, &allowed, &act, &of.id.to_string(), &said)?,
    }
    // The history of a service begins and ends in the words of its own acts, whoever moves.
    for it in &effects {
        let (act, said, was) = match it.kind {
            EffectKind::Starts | EffectKind::Reverts => {
                let tariff = it.tariff.as_deref().unwrap_or_default();
                ("start service", format!("{tariff} from {}", it.on), None)
            }
            EffectKind::Stops | EffectKind::Yields => {
                let was = it.until.map_or_else(|| "no end".to_owned(), |it| it.to_string());
                ("stop service", it.on.to_string(), Some(was))
            }
            _ => continue,
        };
        let Some(agreement) = it.agreement else { continue };
        let subject = agreement.to_string();
        match was {
            Some(was) => {
                let change = (was.as_str(), said.as_str());
                store::audit::turn(tx, &allowed, act, &subject, &said, change)?;
                let ended = store::agreement::get(tx, agreement)?;
                settlement::at_stop(tx, &allowed, &ended, it.on)?;
            }
            None => store::audit::add(tx, &allowed, act, &subject, &said)?,
        }
    }
    Ok(Made { of, effects })
}

/// Takes back what a version of a move did, as far as nothing is billed and nothing stands on it.
/// Reads stay: the meter showed what it showed.
pub(super) fn back(tx: &mut Tx, allowed: &Authorized, of: &Move, effects: &[Effect]) -> Result<()> {
    unbilled(tx, of, effects)?;
    orders::give_back(tx, allowed, of)?;
    for it in effects.iter().rev() {
        let entangled = || refuse(MoveRefusal::Entangled { of: of.id, place: it.label_en.clone() });
        match it.kind {
            EffectKind::Starts | EffectKind::Reverts => {
                if !store::agreement::forget(tx, &agreement(it, it.on, it.until)?)? {
                    return Err(entangled());
                }
            }
            EffectKind::Stops | EffectKind::Yields => {
                let there = store::agreement::get(tx, agreement(it, it.on, None)?.id)?;
                let reopened = Agreement { to: it.until, ..there };
                if !is_free(tx, &reopened)?
                    || !store::agreement::set_end(tx, reopened.id, Some(it.on), it.until)?
                {
                    return Err(entangled());
                }
            }
            EffectKind::Drops => {
                let again = agreement(it, it.on, it.until)?;
                if !is_free(tx, &again)? {
                    return Err(entangled());
                }
                begin(tx, &again)?;
            }
            EffectKind::Reads
            | EffectKind::CallsOff
            | EffectKind::Orders
            | EffectKind::Charges
            | EffectKind::Deposits
            | EffectKind::Banks
            | EffectKind::FinalBill => (),
        }
    }
    refresh(tx, effects)
}

/// Refuses when a bill was made of what the move started, or the last one of what it ended, or what
/// it costs was charged.
fn unbilled(tx: &mut Tx, of: &Move, effects: &[Effect]) -> Result<()> {
    for it in effects {
        let Some(agreement) = it.agreement else { continue };
        let Some(through) = store::bill::billed_through(tx, agreement)? else { continue };
        let begun = matches!(it.kind, EffectKind::Starts | EffectKind::Reverts);
        let ended = matches!(it.kind, EffectKind::Stops | EffectKind::Yields) && it.on <= through;
        if begun || ended {
            return Err(refuse(MoveRefusal::Billed { of: of.id, through }));
        }
    }
    match store::charge::of_move(tx, of.id)?.pop() {
        Some(charge) => Err(refuse(MoveRefusal::Billed { of: of.id, through: charge.on })),
        None => Ok(()),
    }
}

fn begin(tx: &mut Tx, new: &Agreement) -> Result<()> {
    store::agreement::add(tx, new)?;
    store::run::hold_late(tx, new)
}

/// Whether no other agreement is in force at its place on its days.
fn is_free(tx: &mut Tx, it: &Agreement) -> Result<bool> {
    let there = store::agreement::at(tx, it.service_point)?;
    Ok(there.iter().all(|other| {
        other.id == it.id
            || other.to.is_some_and(|to| to <= it.from)
            || it.to.is_some_and(|to| to <= other.from)
    }))
}

/// The agreement that an effect is about.
fn agreement(
    it: &Effect,
    from: jiff::civil::Date,
    to: Option<jiff::civil::Date>,
) -> Result<Agreement> {
    Ok(Agreement {
        id: it.agreement.context("an effect on an agreement names it")?,
        account: it.account,
        service_point: it.service_point.context("an agreement is somewhere")?,
        tariff: it.tariff.clone().context("an agreement has a tariff")?,
        from,
        to,
    })
}

/// Somebody else ended it between our plan and our writing.
fn overtaken(tx: &mut Tx, it: &Agreement) -> Result<anyhow::Error> {
    let now = store::agreement::get(tx, it.id)?;
    Ok(match now.to {
        Some(on) => refuse(AgreementRefusal::Ended { on }),
        None => refuse(AgreementRefusal::Overlaps { from: now.from, to: None }),
    })
}

fn refresh(tx: &mut Tx, effects: &[Effect]) -> Result<()> {
    let mut accounts: Vec<_> = effects.iter().map(|it| it.account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts.into_iter().try_for_each(|it| store::search::refresh(tx, it))?;
    // A premise is found by itself only while nobody is served there.
    let mut points: Vec<_> = effects.iter().filter_map(|it| it.service_point).collect();
    points.sort_unstable();
    points.dedup();
    points.into_iter().try_for_each(|it| store::search::refresh_at(tx, it))
}
