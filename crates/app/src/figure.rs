//! Publishes figures that use is measured with, and says under which name a service point looks.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::figure::{Figure, FigureKind, Looks};
use meterbook_core::id::{PublicationId, ServicePointId};
use meterbook_core::permission::Permission;
use meterbook_core::place::Commodity;
use meterbook_core::text::decimal;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why a figure is not published, or a point does not look for it.
#[derive(Debug, PartialEq, Eq)]
pub enum FigureRefusal {
    /// Nothing has this name.
    NoName,
    /// No gas is like that: a slip of a decimal point.
    OddFactor {
        /// What was said, in millionths.
        micro: i64,
    },
    /// A day has no so many degrees.
    OddDegrees {
        /// What was said, in millionths.
        micro: i64,
    },
    /// Heating values and pressures are of gas.
    NotGas {
        /// What the point delivers.
        commodity: Commodity,
    },
    /// It looks there or elsewhere from that day or a later one already.
    Later {
        /// The first day.
        from: Date,
    },
}

/// Publishes a figure. What was said of that day before stays in the books and counts no more, except
/// for bills that were made with it.
pub fn publish(tx: &mut Tx, actor: Actor, new: &Figure) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::PublishPrices, None)?;
    let Figure { kind, name, on, micro } = new;
    if name.trim().is_empty() {
        return Err(refuse(FigureRefusal::NoName));
    }
    let (least, most) = match kind {
        FigureKind::Heating | FigureKind::Pressure => (100_000, 50_000_000),
        FigureKind::HeatingDegrees | FigureKind::CoolingDegrees => (0, 200_000_000),
    };
    if !(least..=most).contains(micro) {
        let micro = *micro;
        return Err(refuse(match kind.goes_on() {
            true => FigureRefusal::OddFactor { micro },
            false => FigureRefusal::OddDegrees { micro },
        }));
    }
    let id = PublicationId(tx.next(Counter::Publication, 1)?);
    store::figure::add(tx, id, new)?;
    let said = format!("{kind} {} on {on}", decimal(*micro, 6));
    store::audit::add(tx, &allowed, "publish figure", name, &said)
}

/// Lets a service point look under a name from a day on. Where it looked before ends there.
pub fn look(tx: &mut Tx, actor: Actor, new: &Looks) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepMeters, None)?;
    let Looks { point, kind, name, from, .. } = new;
    let (point, kind, from) = (*point, *kind, *from);
    if name.trim().is_empty() {
        return Err(refuse(FigureRefusal::NoName));
    }
    let commodity = store::place::service_point(tx, point)?.commodity;
    if kind.goes_on() && commodity != Commodity::Gas {
        return Err(refuse(FigureRefusal::NotGas { commodity }));
    }
    store::place::lock(tx, &[point])?;
    let there = store::figure::looks(tx, std::iter::once(point))?;
    let same = || there.iter().filter(|it| it.kind == kind);
    if let Some(later) = same().find(|it| from <= it.from) {
        return Err(refuse(FigureRefusal::Later { from: later.from }));
    }
    if kind.goes_on() {
        let relations = store::relation::all(tx)?;
        crate::relation::unbilled(tx, &relations, point, from)?;
    }
    store::figure::end(tx, point, kind, from)?;
    store::figure::look(tx, new)?;
    let was = same().rfind(|it| it.to.is_none_or(|to| from < to));
    let said = format!("{kind} of {name} from {from}");
    let change = (was.map_or("nowhere", |it| it.name.as_str()), name.as_str());
    store::audit::turn(tx, &allowed, "look for figure", &point.to_string(), &said, change)
}

/// The sum of the degree days of some days at a service point, and how many of the days have none;
/// `None` where the point looks nowhere.
pub fn degree_days(
    tx: &mut Tx,
    point: ServicePointId,
    kind: FigureKind,
    days: meterbook_core::period::Period,
) -> Result<Option<(i64, i64)>> {
    let looks = store::figure::looks(tx, std::iter::once(point))?;
    let looks: Vec<Looks> = looks.into_iter().filter(|it| it.kind == kind).collect();
    if looks.is_empty() {
        return Ok(None);
    }
    let (mut sum, mut known) = (0, 0);
    for it in looks {
        let Some(within) = days.overlap(it.from, it.to) else { continue };
        let all = store::figure::under(tx, kind, &it.name, within.end(), store::bill::Known::ALL)?;
        for figure in all.iter().filter(|it| within.contains(it.on)) {
            (sum, known) = (sum + figure.micro, known + 1);
        }
    }
    Ok(Some((sum, days.days() - known)))
}

impl fmt::Display for FigureRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FigureRefusal::NoName => {
                f.write_str("name the area, the pressure or the weather station")
            }
            FigureRefusal::OddFactor { micro } => write!(
                f,
                "a factor of {} is no gas's; it is 0.1 to 50, such as 1.031",
                decimal(*micro, 6)
            ),
            FigureRefusal::OddDegrees { micro } => {
                write!(f, "a day has 0 to 200 degree days, not {}", decimal(*micro, 6))
            }
            FigureRefusal::NotGas { commodity } => {
                write!(f, "heating values and pressures are of gas, and the point has {commodity}")
            }
            FigureRefusal::Later { from } => {
                write!(f, "it is said from {from} on already; say it from a later day")
            }
        }
    }
}

impl std::error::Error for FigureRefusal {}
