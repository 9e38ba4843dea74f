//! The meters of service points with those of the points that their use is made of, and the figures
//! that it is measured with.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::calendar::{Calendar, Reads};
use meterbook_core::figure::{Figure, FigureKind, Looks, from_day_on};
use meterbook_core::id::ServicePointId;
use meterbook_core::reads::relation::Relation;
use meterbook_core::reads::usage::{Factors, Facts, Gas, Hung, Part};

use super::measured;
use crate::Tx;
use crate::bill::Known;
use crate::tx::list_of;

/// What is known of these points for some days.
pub(super) fn facts(
    tx: &mut Tx,
    points: &[ServicePointId],
    (from, to): (Date, Date),
    known: Known,
) -> Result<HashMap<ServicePointId, Facts>> {
    let mut all: BTreeSet<ServicePointId> = points.iter().copied().collect();
    let mut relations: Vec<Relation> = Vec::new();
    let mut next = all.clone();
    // No point is part of itself, so that this ends.
    while !next.is_empty() {
        let found = crate::relation::of(tx, next.iter().copied())?;
        let holds = |it: &Relation| it.from < to && it.to.is_none_or(|it| from < it);
        let found: Vec<Relation> = found.into_iter().filter(holds).collect();
        next = found.iter().map(|it| it.part).filter(|it| !all.contains(it)).collect();
        all.extend(&next);
        relations.extend(found);
    }
    // By the calendar of the last day: made again later, a bill finds the same reads.
    let text = crate::calendar::said(tx, to)?.unwrap_or_default();
    let reads = Calendar::parse(&text).context("a calendar that was kept is one")?.reads();
    let hung = measured(tx, &list_of(all.iter().copied()), (from, to), (known, reads))?;
    let looks = crate::figure::looks(tx, all.iter().copied())?;
    let figures = figures(tx, &looks, to, known)?;
    let around = Around { hung, relations, looks, figures, reads };
    Ok(points.iter().map(|point| (*point, around.of(*point))).collect())
}

/// The figures that anybody looks for, each name once.
fn figures(tx: &mut Tx, looks: &[Looks], to: Date, known: Known) -> Result<Vec<Figure>> {
    let names: BTreeSet<(FigureKind, &str)> =
        looks.iter().map(|it| (it.kind, it.name.as_str())).collect();
    let mut all = Vec::new();
    for (kind, name) in names.into_iter().filter(|it| it.0.goes_on()) {
        all.extend(crate::figure::under(tx, kind, name, to, known)?);
    }
    Ok(all)
}

struct Around {
    hung: HashMap<ServicePointId, Vec<Hung>>,
    relations: Vec<Relation>,
    looks: Vec<Looks>,
    figures: Vec<Figure>,
    reads: Reads,
}

impl Around {
    fn of(&self, point: ServicePointId) -> Facts {
        let parts = self.relations.iter().filter(|it| it.point == point);
        let parts = parts.map(|it| Part { relation: *it, facts: self.of(it.part) });
        let (heating, pressure) =
            (self.factors(point, FigureKind::Heating), self.factors(point, FigureKind::Pressure));
        Facts {
            hung: self.hung.get(&point).cloned().unwrap_or_default(),
            parts: parts.collect(),
            reads: self.reads,
            ended: None,
            gas: (heating.is_some() || pressure.is_some())
                .then(|| Gas { heating, pressure: pressure.unwrap_or_default() }),
        }
    }

    fn factors(&self, point: ServicePointId, kind: FigureKind) -> Option<Factors> {
        let looks = || self.looks.iter().filter(|it| (it.point, it.kind) == (point, kind));
        let name = looks().next_back()?.name.clone();
        Some(Factors { name, from: from_day_on(looks(), &self.figures) })
    }
}
