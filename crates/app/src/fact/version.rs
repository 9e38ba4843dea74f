//! A version of a tariff or rider told otherwise for its day, or put in for days that are billed: of every
//! account on it, or on what includes it, the bills that it reaches.
//!
//! These may be tens of thousands, so that one transaction does not hold them: in one the version is told
//! and a set of corrections begun, and whoever has time brings that to its end, some accounts together.

use std::collections::BTreeSet;

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::bill::correct::Cause;
use meterbook_core::id::{SetId, TariffId, TellingId};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::tariff::Tariff;
use meterbook_store::audit::Change;
use meterbook_store::telling::Telling;
use meterbook_store::{self as store, Counter, Db, Tx};

use super::{NotTold, TELL, TRIAL};
use crate::authority::authorize;
use crate::bill_run::correct::set::{Begun, NewSet, begin};
use crate::bill_run::correct::{Many, many};
use crate::{Actor, refuse, tariff};

pub use crate::bill_run::correct::Seen;

/// A version to be told.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// Its text, which says from which day it holds.
    pub text: &'a str,
    /// Why the bills were wrong.
    pub cause: Cause,
}

/// Why a version is told, and what whoever tells it has seen.
#[derive(Clone, Copy, Debug)]
pub struct Because<'a> {
    /// Why.
    pub why: &'a str,
    /// What proves it.
    pub evidence: &'a str,
    /// What each account would be charged when somebody looked.
    pub seen: &'a Seen,
}

/// What telling a version comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retold {
    /// What is told.
    pub said: String,
    /// What is believed of that day without it.
    pub was: String,
    /// The bills that it reaches.
    pub many: Many,
    /// Whether they were left for somebody who may correct them.
    pub left: bool,
}

/// What is known of a version before it is told.
struct Look {
    tariff: Tariff,
    said: String,
    was: String,
    /// The tariffs whose bills it prices.
    priced: BTreeSet<String>,
}

/// What telling a version would come to, with the list of the bills that it reaches. Nothing is kept.
pub fn preview(
    db: &Db,
    actor: Actor,
    version: Version<'_>,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Retold> {
    let look = db.write(|tx| {
        authorize(tx, actor, Permission::RunBills, None)?;
        look(tx, version.text)
    })?;
    let set = NewSet { version: Some(version.text), ..look.set(version.cause) };
    let many = many::told(db, actor, set, watch)?;
    Ok(Retold { said: look.said, was: look.was, many, left: false })
}

/// Begins to look what telling a version would come to; whoever works next goes on with it.
pub fn prepare(tx: &mut Tx, actor: Actor, version: Version<'_>) -> Result<SetId> {
    authorize(tx, actor, Permission::RunBills, None)?;
    let look = look(tx, version.text)?;
    let set = NewSet { version: Some(version.text), ..look.set(version.cause) };
    Ok(begin(tx, actor, set)?.id())
}

/// What a version tells, and what is believed of its day without it; refuses what cannot be told.
pub fn told(tx: &mut Tx, text: &str) -> Result<(String, String)> {
    let Look { said, was, .. } = look(tx, text)?;
    Ok((said, was))
}

/// Puts a version in its place under a number that is no other transaction's, for a trial.
pub(crate) fn put(tx: &mut Tx, text: &str, under: i64, at: Timestamp) -> Result<()> {
    let id = TRIAL + under;
    let telling = Telling {
        id: TellingId(id),
        said: String::new(),
        was: String::new(),
        why: String::new(),
        evidence: String::new(),
        at,
    };
    keep(tx, &telling, TariffId(id), (&tariff::read(text)?, text))
}

/// Tells a version and begins to correct the bills that it reaches, in one act, and brings that to its end
/// with whoever helps, as far as those of an account come to what was seen: others are among the failures,
/// to be looked at anew. Those of who may not correct them are left for somebody who may.
pub fn tell(
    db: &Db,
    actor: Actor,
    version: Version<'_>,
    because: Because<'_>,
    watch: &mut dyn FnMut(u64, u64),
) -> Result<Retold> {
    let (look, begun) = db.write(|tx| told_and_begun(tx, actor, version, because))?;
    let left = begun.is_none();
    let many = match begun {
        Some(begun) => many::finish_begun(db, begun, watch)?,
        None => Many::default(),
    };
    Ok(Retold { said: look.said, was: look.was, many, left })
}

/// The same, and whoever works next brings it to its end: the set that was begun, or nothing where the
/// bills are left for somebody who may correct them.
pub fn tell_and_leave(
    tx: &mut Tx,
    actor: Actor,
    version: Version<'_>,
    because: Because<'_>,
) -> Result<Option<SetId>> {
    let (_, begun) = told_and_begun(tx, actor, version, because)?;
    Ok(begun.map(Begun::id))
}

fn told_and_begun(
    tx: &mut Tx,
    actor: Actor,
    version: Version<'_>,
    because: Because<'_>,
) -> Result<(Look, Option<Begun>)> {
    let (why, evidence) = (because.why.trim(), because.evidence.trim());
    let allowed = authorize(tx, actor, Permission::PublishTariff, None)?;
    if why.is_empty() {
        return Err(refuse(NotTold::NoReason));
    }
    if evidence.is_empty() {
        return Err(refuse(NotTold::NoEvidence));
    }
    // First of all its number: whoever posts is done then, and nobody begins.
    let id = TellingId(tx.next(Counter::Telling, 1)?);
    let look = look(tx, version.text)?;
    let telling = Telling {
        id,
        said: look.said.clone(),
        was: look.was.clone(),
        why: why.to_owned(),
        evidence: evidence.to_owned(),
        at: actor.at,
    };
    let id = TariffId(tx.next(Counter::Tariff, 1)?);
    keep(tx, &telling, id, (&look.tariff, version.text))?;
    let change = Change { was: Some(&look.was), became: Some(&look.said), why: Some(why) };
    store::audit::change(tx, &allowed, TELL, &look.tariff.code, (evidence, change))?;
    let may = authorize(tx, actor, Permission::CorrectBills, Some(Money::ZERO)).is_ok();
    let why = format!("{why}: {} ({evidence})", look.said);
    let set = NewSet { why: Some(&why), seen: Some(because.seen), ..look.set(version.cause) };
    let begun = if may { Some(begin(tx, actor, set)?) } else { None };
    Ok((look, begun))
}

impl Look {
    /// The bills that it prices, to be looked at.
    fn set(&self, cause: Cause) -> NewSet<'_> {
        let (tariffs, from) = (&self.priced, self.tariff.from);
        NewSet { tariffs, from, cause, why: None, version: None, seen: None }
    }
}

/// What there is to say of a version; refuses what cannot hold, and what holds already.
fn look(tx: &mut Tx, text: &str) -> Result<Look> {
    let it = tariff::read(text)?;
    let (code, from) = (it.code.clone(), it.from);
    let kind = if it.is_rider { "rider" } else { "tariff" };
    let said = format!("{kind} {code} from {from}");
    let was = match store::tariff::version(tx, &code, from)? {
        Some(there) if there.text == text => return Err(refuse(NotTold::Same { said })),
        Some(there) => format!("the text with hash {}", &there.sha256[..12]),
        None => match tariff::in_force(tx, &code, from)? {
            Some(before) => format!("{code} from {}", before.from),
            None => "nothing".to_owned(),
        },
    };
    let priced = tariff::fits(tx, &it)?;
    if !store::run::at_work(tx)?.is_empty() {
        return Err(refuse(NotTold::AtWork));
    }
    Ok(Look { tariff: it, said, was, priced })
}

fn keep(
    tx: &mut Tx,
    telling: &Telling,
    id: TariffId,
    (tariff, text): (&Tariff, &str),
) -> Result<()> {
    store::telling::add(tx, telling)?;
    store::tariff::tell(tx, telling.id, (id, &tariff.code, tariff.from), text)
}
