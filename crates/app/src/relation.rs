//! Says which other service points the use of one is made of.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::ServicePointId;
use meterbook_core::money::Share;
use meterbook_core::permission::Permission;
use meterbook_core::place::Commodity;
use meterbook_core::reads::relation::{Relation, RelationKind, circle};
use meterbook_core::text::decimal;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why a relation is not set or not ended.
#[derive(Debug, PartialEq, Eq)]
pub enum RelationRefusal {
    /// None of it, or more than all.
    OddShare,
    /// It would end before it began.
    Backwards {
        /// The first day.
        from: Date,
        /// The first day without it.
        to: Date,
    },
    /// The use of a point would be made of itself.
    Circle {
        /// The way round, its first point again at its end.
        way: Vec<ServicePointId>,
    },
    /// They deliver different things.
    Commodities {
        /// What the point delivers.
        point: Commodity,
        /// What the part delivers.
        part: Commodity,
    },
    /// Their days end at different midnights.
    Zones,
    /// The part is in the point's use on that day or a later one already.
    There {
        /// The first day.
        from: Date,
    },
    /// Days from then on are billed.
    Billed {
        /// The point whose bill would change.
        point: ServicePointId,
        /// The first day not billed.
        through: Date,
    },
    /// The part is not in the point's use.
    NotThere {
        /// The point.
        point: ServicePointId,
        /// What is no part of it.
        part: ServicePointId,
    },
}

/// Makes the use of one point part of another's.
pub fn set(tx: &mut Tx, actor: Actor, new: &Relation) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepMeters, None)?;
    let Relation { point, part, share, from, to, .. } = *new;
    if !(1..=Share::WHOLE.nano).contains(&share.nano) {
        return Err(refuse(RelationRefusal::OddShare));
    }
    if let Some(to) = to.filter(|to| *to <= from) {
        return Err(refuse(RelationRefusal::Backwards { from, to }));
    }
    let (whole, other) =
        (store::place::service_point(tx, point)?, store::place::service_point(tx, part)?);
    if whole.commodity != other.commodity {
        let (point, part) = (whole.commodity, other.commodity);
        return Err(refuse(RelationRefusal::Commodities { point, part }));
    }
    if whole.zone != other.zone {
        return Err(refuse(RelationRefusal::Zones));
    }
    let there = locked(tx, &[point, part])?;
    if let Some(way) = circle(&there, new) {
        return Err(refuse(RelationRefusal::Circle { way }));
    }
    let same = there.iter().filter(|it| (it.point, it.part) == (point, part));
    let overlaps =
        |it: &&Relation| it.to.is_none_or(|end| from < end) && to.is_none_or(|to| it.from < to);
    if let Some(it) = same.clone().find(overlaps) {
        return Err(refuse(RelationRefusal::There { from: it.from }));
    }
    unbilled(tx, &there, point, from)?;
    store::relation::add(tx, new)?;
    let change = ("no part", new.kind.word());
    store::audit::turn(tx, &allowed, "relate points", &point.to_string(), &told(new), change)
}

/// Ends it on the first day without it.
pub fn end(
    tx: &mut Tx,
    actor: Actor,
    point: ServicePointId,
    part: ServicePointId,
    on: Date,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepMeters, None)?;
    let there = locked(tx, &[point, part])?;
    unbilled(tx, &there, point, on)?;
    if !store::relation::end(tx, point, part, on)? {
        return Err(refuse(RelationRefusal::NotThere { point, part }));
    }
    let said = format!("service point {part} is no part of {point} from {on}");
    let change = ("part", "no part");
    store::audit::turn(tx, &allowed, "part points", &point.to_string(), &said, change)
}

/// A relation in a sentence.
pub fn told(it: &Relation) -> String {
    let Relation { point, part, share, from, to, .. } = it;
    let percent = decimal(share.nano, 7);
    let said = match it.kind {
        RelationKind::Adds => format!("{percent}% of service point {part} is added to {point}"),
        RelationKind::Deducts => {
            format!("{percent}% of service point {part} is taken off {point}")
        }
    };
    to.map_or(format!("{said} from {from}"), |to| format!("{said} from {from} up to {to}"))
}

/// Every relation, with nobody else at these points.
fn locked(tx: &mut Tx, points: &[ServicePointId]) -> Result<Vec<Relation>> {
    store::place::lock(tx, points)?;
    store::relation::all(tx)
}

/// Refuses a change of days that are billed, at the point or at one that it is a part of.
pub(crate) fn unbilled(
    tx: &mut Tx,
    there: &[Relation],
    point: ServicePointId,
    from: Date,
) -> Result<()> {
    let mut seen = BTreeSet::from([point]);
    let mut next = vec![point];
    while let Some(point) = next.pop() {
        for agreement in store::agreement::at(tx, point)? {
            let through = store::bill::billed_through(tx, agreement.id)?;
            if let Some(through) = through.filter(|it| from < *it) {
                return Err(refuse(RelationRefusal::Billed { point, through }));
            }
        }
        let above = there.iter().filter(|it| it.part == point).map(|it| it.point);
        next.extend(above.filter(|it| seen.insert(*it)));
    }
    Ok(())
}

impl fmt::Display for RelationRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RelationRefusal::OddShare => f.write_str("a share is above 0% and at most 100%"),
            RelationRefusal::Backwards { from, to } => {
                write!(f, "what begins on {from} cannot end on {to}; give a later day")
            }
            RelationRefusal::Circle { way } => {
                let way: Vec<String> = way.iter().map(ToString::to_string).collect();
                let way = way.join(", of ");
                write!(f, "use would be made of itself: {way}; leave one of them out")
            }
            RelationRefusal::Commodities { point, part } => {
                write!(f, "{part} is no part of {point}; name a service point of the same sort")
            }
            RelationRefusal::Zones => {
                f.write_str("the days of the two points end at different times; give both one zone")
            }
            RelationRefusal::There { from } => {
                write!(f, "it is a part from {from} on already; end that first")
            }
            RelationRefusal::Billed { point, through } => write!(
                f,
                "service point {point} is billed up to {through}; say it from {through} or later"
            ),
            RelationRefusal::NotThere { point, part } => write!(
                f,
                "service point {part} is no part of {point} before that day; list them with: meterbook usage parts {point}"
            ),
        }
    }
}

impl std::error::Error for RelationRefusal {}
