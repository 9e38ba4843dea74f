//! Starting, stopping and transferring service: one act each, which can be looked at before, and
//! re-dated or cancelled after.
//!
//! [`plan`] finds out everything that a move does and writes nothing. [`ask`] plans and carries the
//! plan out. [`redate`] takes the effects of a move back and carries out a new plan; [`cancel`] only
//! takes them back. All of it happens in the caller's transaction.

mod carry;
mod orders;
mod plan;
mod reads;
mod refusal;
mod stood;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AgreementId, MoveId, ServicePointId};
use meterbook_core::moves::{Credit, Effect, EffectKind, Move, MoveKind, Said, confirmation};
use meterbook_core::permission::Permission;
use meterbook_core::reads::Read;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

pub use plan::plan;
pub use refusal::MoveRefusal;
pub use stood::{Stood, stood};

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is called.
    pub kind: MoveKind,
    /// Who asks.
    pub account: AccountId,
    /// What ends.
    pub stops: Vec<Stop>,
    /// The first day without it.
    pub stops_on: Option<Date>,
    /// What begins.
    pub starts: Vec<Start>,
    /// Its first day.
    pub starts_on: Option<Date>,
    /// Of a new customer: how they pay, by which a deposit is asked for.
    pub credit: Option<Credit>,
}

/// A service that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Which one.
    pub agreement: AgreementId,
    /// The read of the first day without it.
    pub read: ReadWanted,
}

/// A service that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// Where.
    pub point: ServicePointId,
    /// The code of the tariff.
    pub tariff: String,
    /// The read of the first day.
    pub read: ReadWanted,
}

/// Where the read at the switch should come from, when none of that day is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadWanted {
    /// From these: what each register showed at the start of the day, in millionths.
    Given(Vec<i64>),
    /// From somebody who goes there.
    Ordered,
    /// From earlier reads.
    Estimated,
}

/// What a move does, before it does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its effects, in the order in which they take place.
    pub effects: Vec<Effect>,
    /// Reads that are given or worked out.
    pub(crate) reads: Vec<Read>,
}

/// A move that was made, and what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The move.
    pub of: Move,
    /// What it does.
    pub effects: Vec<Effect>,
}

/// Starts, stops or transfers service, today or on a day before or after.
pub fn ask(tx: &mut Tx, actor: Actor, wanted: &Wanted) -> Result<Made> {
    authorize(tx, actor, Permission::MoveService, None)?;
    hold(tx, wanted)?;
    let plan = plan(tx, actor, wanted)?;
    let of = Move {
        id: MoveId(tx.next(Counter::Move, 1)?),
        kind: wanted.kind,
        account: wanted.account,
        version: 1,
        said: Said::Asked,
        starts_on: wanted.starts_on,
        stops_on: wanted.stops_on,
        at: actor.at,
        by: actor.by,
    };
    store::moves::add(tx, &of)?;
    carry::out(tx, actor, of, plan)
}

/// Puts a move on other days. `seen` is the version that the clerk looked at.
pub fn redate(tx: &mut Tx, actor: Actor, id: MoveId, seen: i64, to: &NewDays) -> Result<Made> {
    let allowed = authorize(tx, actor, Permission::MoveService, None)?;
    let (old, effects) = open(tx, id, seen)?;
    let mut wanted = asked(&old, &effects, &to.read);
    for (day, new, what) in [
        (&mut wanted.starts_on, to.starts_on, "starts nothing"),
        (&mut wanted.stops_on, to.stops_on, "stops nothing"),
    ] {
        match (&day, new) {
            (None, Some(_)) => return Err(refuse(MoveRefusal::NoSuchDay { what })),
            (Some(_), Some(new)) => *day = Some(new),
            (_, None) => (),
        }
    }
    if (wanted.starts_on, wanted.stops_on) == (old.starts_on, old.stops_on) {
        return Err(refuse(MoveRefusal::NoSuchDay { what: "is on those days already" }));
    }
    hold(tx, &wanted)?;
    carry::back(tx, &allowed, &old, &effects)?;
    let plan = plan(tx, actor, &wanted)?;
    let (starts_on, stops_on) = (wanted.starts_on, wanted.stops_on);
    let new = Move { said: Said::Redated, starts_on, stops_on, ..next(&old, actor) };
    store::moves::say(tx, &new)?;
    carry::out(tx, actor, new, plan)
}

/// Takes a move back as if it had never been asked for. `seen` is the version that the clerk looked
/// at.
pub fn cancel(tx: &mut Tx, actor: Actor, id: MoveId, seen: i64) -> Result<Move> {
    let allowed = authorize(tx, actor, Permission::MoveService, None)?;
    let (old, effects) = open(tx, id, seen)?;
    carry::back(tx, &allowed, &old, &effects)?;
    let new = Move { said: Said::Cancelled, ..next(&old, actor) };
    store::moves::say(tx, &new)?;
    orders::settle(tx, &allowed, &new, &[])?;
    let (kind, change) = (new.kind.word(), (&*days(&old), Said::Cancelled.word()));
    store::audit::turn(tx, &allowed, "cancel move", &id.to_string(), kind, change)?;
    Ok(new)
}

/// The other days of a move. What is not named stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDays {
    /// The first day of what starts.
    pub starts_on: Option<Date>,
    /// The first day without what stops.
    pub stops_on: Option<Date>,
    /// Where the reads of those days come from.
    pub read: ReadWanted,
}

/// What the customer is told of a move, in their language.
pub fn told(tx: &mut Tx, made: &Made) -> Result<String> {
    let account = store::account::get(tx, made.of.account)?;
    let person = store::person::get(tx, account.person)?;
    let utility = store::utility::get(tx)?.name;
    let number = account.number.to_string();
    Ok(confirmation(&utility, &person.name, &number, person.language, &made.effects))
}

/// Lets nobody else move what a move is about before it is done: the second of two clerks then plans
/// with what the first did, and reads it.
fn hold(tx: &mut Tx, wanted: &Wanted) -> Result<()> {
    let mut points: Vec<ServicePointId> = wanted.starts.iter().map(|it| it.point).collect();
    for stop in &wanted.stops {
        points.push(store::agreement::get(tx, stop.agreement)?.service_point);
    }
    store::place::lock(tx, &points)
}

/// The days of a move, in words.
fn days(of: &Move) -> String {
    let starts = of.starts_on.map(|it| format!("starts {it}"));
    let stops = of.stops_on.map(|it| format!("stops {it}"));
    [starts, stops].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A move that can still be changed, as the clerk saw it, and what it does.
fn open(tx: &mut Tx, id: MoveId, seen: i64) -> Result<(Move, Vec<Effect>)> {
    let now = store::moves::lock(tx, id)?;
    if now.version != seen {
        let by = match now.by {
            Some(by) => store::staff::names(tx, &[by])?.remove(&by).unwrap_or_default(),
            None => "the command line".to_owned(),
        };
        let Move { version, said, starts_on, stops_on, at, .. } = now;
        let of = id;
        return Err(refuse(MoveRefusal::Changed {
            of,
            version,
            said,
            starts_on,
            stops_on,
            by,
            at,
        }));
    }
    if now.said == Said::Cancelled {
        return Err(refuse(MoveRefusal::Cancelled(id)));
    }
    let effects = store::moves::effects(tx, id, now.version)?;
    Ok((now, effects))
}

/// What was asked for, as its effects say.
fn asked(of: &Move, effects: &[Effect], read: &ReadWanted) -> Wanted {
    let (mut stops, mut starts, mut credit) = (Vec::new(), Vec::new(), None);
    for it in effects {
        match (it.kind, it.agreement, it.service_point, &it.tariff) {
            (EffectKind::Stops, Some(agreement), ..) => {
                stops.push(Stop { agreement, read: read.clone() });
            }
            (EffectKind::Starts, _, Some(point), Some(tariff)) => {
                starts.push(Start { point, tariff: tariff.clone(), read: read.clone() });
            }
            (EffectKind::Deposits, ..) => credit = Credit::from_word(&it.word),
            _ => (),
        }
    }
    let Move { kind, account, starts_on, stops_on, .. } = *of;
    Wanted { kind, account, stops, stops_on, starts, starts_on, credit }
}

fn next(old: &Move, actor: Actor) -> Move {
    Move { version: old.version + 1, at: actor.at, by: actor.by, ..old.clone() }
}
