//! Which segments of two bills are of one service: an agreement that takes the place of another one there
//! goes on where that ends.

use crate::bill::Segment;
use crate::id::AgreementId;
use crate::period::Period;

/// A service on both bills, each time its segments as if they were one.
pub(super) struct Service {
    /// What it was; `None` where it is new.
    pub(super) then: Option<Segment>,
    /// What it is; `None` where it ended.
    pub(super) now: Option<Segment>,
}

/// The services of two bills, in the order of the later one, then what is there no more.
pub(super) fn of(before: &[Segment], after: &[Segment]) -> Vec<Service> {
    let mut services: Vec<Vec<AgreementId>> = Vec::new();
    for it in after.iter().chain(before) {
        if !services.iter().flatten().any(|of| *of == it.agreement) {
            services.push(vec![it.agreement]);
        }
    }
    let all = || before.iter().chain(after);
    let mut followed: Vec<AgreementId> = Vec::new();
    for bill in [before, after] {
        for next in bill {
            let first = all().all(|it| {
                it.agreement != next.agreement || next.period.start() <= it.period.start()
            });
            let last = all().find(|it| {
                follows(next, it)
                    && !followed.contains(&it.agreement)
                    && !bill.iter().any(|of| of.agreement == it.agreement && begins_in(next, of))
            });
            if let (true, Some(last)) = (first, last) {
                followed.push(last.agreement);
                join(&mut services, last.agreement, next.agreement);
            }
        }
    }
    let side = |of: &[Segment], agreements: &[AgreementId]| {
        one(of.iter().filter(|it| agreements.contains(&it.agreement)))
    };
    let both = services.iter().map(|it| Service { then: side(before, it), now: side(after, it) });
    both.collect()
}

/// Whether a segment begins on a day of another one, which so goes on beside it.
fn begins_in(it: &Segment, other: &Segment) -> bool {
    other.period.start() <= it.period.start() && it.period.start() < other.period.end()
}

/// Whether a segment begins where and when that of another agreement ends.
fn follows(it: &Segment, last: &Segment) -> bool {
    it.agreement != last.agreement
        && it.period.start() == last.period.end()
        && (it.commodity, &it.service_at) == (last.commodity, &last.service_at)
}

/// Makes one service of two, in the place of the first of them.
fn join(services: &mut Vec<Vec<AgreementId>>, one: AgreementId, other: AgreementId) {
    let place = |services: &[Vec<AgreementId>], of| services.iter().position(|it| it.contains(&of));
    let (Some(one), Some(other)) = (place(services, one), place(services, other)) else { return };
    if one != other {
        let moved = services.remove(one.max(other));
        services[one.min(other)].extend(moved);
    }
}

/// Segments of one service as one; its tariff is all of theirs, in the order of their days.
fn one<'s>(of: impl Iterator<Item = &'s Segment>) -> Option<Segment> {
    let mut of: Vec<&Segment> = of.collect();
    of.sort_by_key(|it| it.period.start());
    let (first, rest) = of.split_first()?;
    let mut all = (*first).clone();
    for it in rest {
        let days = Period::new(all.period.start(), all.period.end().max(it.period.end()));
        all.period = days.unwrap_or(all.period);
        all.agreement = it.agreement;
        all.usage.micro += it.usage.micro;
        all.evidence.extend(it.evidence.iter().cloned());
        all.lines.extend(it.lines.iter().cloned());
        all.total += it.total;
        if !all.tariff.split(", ").any(|code| code == it.tariff) {
            all.tariff = format!("{}, {}", all.tariff, it.tariff);
        }
    }
    Some(all)
}
