//! Shares of other lines: riders, discounts and taxes.

use std::sync::Arc;

use crate::money::{Exact, Money, Price, Quantity, Share, Unit};
use crate::period::Period;
use crate::rating::drawn::{Draft, Earlier};
use crate::rating::section::{Section, part};
use crate::rating::{Basis, Unratable};
use crate::tariff::{Component, Of, ShareCharge};

/// One line of a share.
pub(in crate::rating) struct Shared {
    pub(in crate::rating) draft: Draft,
    pub(in crate::rating) unrounded: Exact,
    /// The certificate that makes it less.
    pub(in crate::rating) certificate: Option<Arc<str>>,
    /// Whether it is the most that the charge comes to.
    pub(in crate::rating) capped: bool,
}

impl Of {
    /// What these lines come to, and the same without rounding.
    pub(in crate::rating) fn sum(&self, section: &Section, earlier: Earlier<'_>) -> (Money, Exact) {
        earlier.sum(section, |charge| match self {
            Of::Everything => true,
            Of::These(places) => places.contains(&charge.place),
            Of::Named(labels) => labels.iter().any(|it| section.is_called(charge, it)),
        })
    }
}

/// A share of lines before it. Where the agreement is exempt, or another row of the table begins to
/// count, on only some of the days, the amount it is a share of is shared over them.
pub(in crate::rating) fn lines(
    section: &Section,
    component: &Component,
    charge: &ShareCharge,
    earlier: Earlier<'_>,
) -> Result<Vec<Shared>, Unratable> {
    let (whole, pure) = charge.of.sum(section, earlier);
    let label = &component.label;
    let needs = charge.choice.as_ref().map(|it| it.term);
    let cut = section.cut(section.period, needs.as_slice(), label);
    let (mut given, mut lines) = (Money::ZERO, Vec::new());
    for days in cut {
        let row = match &charge.choice {
            Some(choice) => Some(section.row(label, choice, days.start())?),
            None => None,
        };
        let share = charge.shares[row.unwrap_or(0)];
        let through = by_days(section, whole, days);
        let base = through - given;
        given = through;
        let pure = if days == section.period {
            pure
        } else {
            pure.part(days.days(), section.period.days())
        };
        let exemption = section.input.terms.exemption(label, days.start());
        let (base, pure) = match exemption {
            None => (base, pure),
            Some(it) => {
                let left = Share { nano: 1_000_000_000 - it.share.nano };
                (left.of(base).round(section.tariff().rounding), left.of_exact(pure))
            }
        };
        let period = row.map(|it| (it, 0));
        lines.push(Shared {
            draft: Draft { period, days, basis: Basis::Share(base, share), behind: None },
            unrounded: share.of_exact(pure),
            certificate: exemption.map(|it| it.certificate.as_str().into()),
            capped: false,
        });
    }
    Ok(match &charge.cap {
        Some(cap) => capped(section, cap.most, lines),
        None => lines,
    })
}

/// The part of an amount that falls on the section's days up to the end of `days`.
fn by_days(section: &Section, whole: Money, days: Period) -> Money {
    let Some(through) = Period::new(section.period.start(), days.end()) else { return whole };
    if through == section.period {
        return whole;
    }
    Money::from_cents(part(whole.cents(), through.days(), section.period.days()))
}

/// The lines, or one that says the most they may come to.
fn capped(section: &Section, most: Price, lines: Vec<Shared>) -> Vec<Shared> {
    let rounding = section.tariff().rounding;
    let one = Quantity { micro: 1_000_000, unit: Unit::Month };
    let sum: Money = lines.iter().map(|it| it.draft.basis.exact().round(rounding)).sum();
    let pure: Exact = lines.iter().map(|it| it.unrounded).sum();
    let below = sum < Money::ZERO;
    let most = Price { nano: if below { -most.nano } else { most.nano }, ..most };
    let basis = Basis::over(one, most, section.period, section);
    let (cap, zero) = (basis.exact(), Money::ZERO);
    let over = |sum: Exact| if below { sum < cap } else { cap < sum };
    let unrounded = if over(pure) { cap } else { pure };
    let rounded = cap.round(rounding);
    if sum == zero || (if below { rounded <= sum } else { sum <= rounded }) {
        return lines;
    }
    let draft = Draft::plain(section, basis);
    vec![Shared { draft, unrounded, certificate: None, capped: true }]
}
