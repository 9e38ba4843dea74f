//! The riders that a tariff includes: which version of each prices which days.

use jiff::Span;
use jiff::civil::Date;

use crate::period::Period;
use crate::rating::Unratable;
use crate::rating::plan::Version;
use crate::rating::section::Section;
use crate::tariff::{Charge, Component, Include, Lock};

/// The sections of every rider that the tariff of a section includes, with the place of the charge
/// that includes it.
pub(super) fn riders<'a>(
    section: &Section<'a>,
) -> Result<Vec<(usize, Vec<Section<'a>>)>, Unratable> {
    let mut riders = Vec::new();
    for (place, component) in section.tariff().components.iter().enumerate() {
        if let Charge::Include(include) = &component.charge {
            riders.push((place, rider(section, place, component, include)?));
        }
    }
    Ok(riders)
}

/// The sections of one rider, on the days on which it is owed.
fn rider<'a>(
    section: &Section<'a>,
    place: usize,
    component: &Component,
    include: &Include,
) -> Result<Vec<Section<'a>>, Unratable> {
    let code = &component.label;
    let versions = section.plan.riders.get(code).map_or(&[][..], Vec::as_slice);
    let needs: Vec<usize> =
        include.when.into_iter().chain(include.lock.and_then(|it| it.since)).collect();
    let mut sections = Vec::new();
    for days in section.cut(section.period, &needs, "") {
        if let Some(when) = include.when
            && section.number(code, when, days.start())? == 0
        {
            continue;
        }
        let locked = include.lock.map(|it| it.days(section, code, days.start())).transpose()?;
        let kept = locked.and_then(|(from, end)| Some((from, days.overlap(from, Some(end))?)));
        let Some((from, kept)) = kept else {
            newest(section, place, code, days, &mut sections)?;
            continue;
        };
        if let Some(before) = Period::new(days.start(), kept.start()) {
            newest(section, place, code, before, &mut sections)?;
        }
        sections.push(section.of_rider(place, in_force(code, versions, from)?, kept));
        if let Some(behind) = Period::new(kept.end(), days.end()) {
            newest(section, place, code, behind, &mut sections)?;
        }
    }
    match sections.iter().find(|it| it.tariff().unit != section.tariff().unit) {
        Some(odd) => Err(Unratable::WrongUnit {
            label: code.clone(),
            priced: odd.tariff().unit,
            measured: section.tariff().unit,
        }),
        None => Ok(sections),
    }
}

/// Adds the sections of days on which no lock holds: each version prices its own.
fn newest<'a>(
    section: &Section<'a>,
    place: usize,
    code: &str,
    days: Period,
    sections: &mut Vec<Section<'a>>,
) -> Result<(), Unratable> {
    let versions = section.plan.riders.get(code).map_or(&[][..], Vec::as_slice);
    in_force(code, versions, days.start())?;
    let ends = versions.iter().skip(1).map(|next| Some(next.tariff.from)).chain([None]);
    sections.extend(versions.iter().zip(ends).filter_map(|(version, end)| {
        Some(section.of_rider(place, version, days.overlap(version.tariff.from, end)?))
    }));
    Ok(())
}

fn in_force<'a>(code: &str, versions: &'a [Version], on: Date) -> Result<&'a Version, Unratable> {
    let version = versions.iter().rfind(|it| it.tariff.from <= on);
    version.ok_or_else(|| Unratable::NoTariff { tariff: code.to_owned(), on })
}

impl Lock {
    /// The first day of a customer's lock, and the first day after it.
    fn days(self, section: &Section, code: &str, on: Date) -> Result<(Date, Date), Unratable> {
        let from = match self.since {
            Some(term) => section.day(code, term, on)?,
            None => section.input.since.unwrap_or(section.period.start()),
        };
        Ok((from, from.saturating_add(Span::new().years(self.years))))
    }
}
