//! What a service point counts beside its own meters: other points that are added to it or taken off
//! it, whole or by a share. So the high and the low side of a compound meter are one use, a meter
//! behind another one is deducted, and a point without a meter of its own is a sum or a share of
//! others.

use jiff::civil::Date;

use crate::id::ServicePointId;
use crate::money::Share;

/// What one service point takes from another for the days `[from, to)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Whose use is made of it.
    pub point: ServicePointId,
    /// Whose use it is.
    pub part: ServicePointId,
    /// What is done with it.
    pub kind: RelationKind,
    /// How much of it, above none and up to all.
    pub share: Share,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
}

/// What is done with the use of another point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationKind {
    /// It is added.
    Adds,
    /// It is taken off: somebody else pays for it, or it is not charged.
    Deducts,
}

words! {
    RelationKind { Adds = "adds", Deducts = "deducts" }
}

impl Relation {
    /// The share with its sign, in billionths.
    pub fn signed_nano(&self) -> i64 {
        match self.kind {
            RelationKind::Adds => self.share.nano,
            RelationKind::Deducts => -self.share.nano,
        }
    }
}

/// The way from the part of a new relation back to its point, on some day on which all of it would
/// hold: then its use would be made of itself. `None` when there is no such way.
pub fn circle(there: &[Relation], new: &Relation) -> Option<Vec<ServicePointId>> {
    let way = vec![new.point, new.part];
    follow(there, new.point, way, (new.from, new.to))
}

/// Goes on from the end of `way` on the days on which all of it holds.
fn follow(
    there: &[Relation],
    to: ServicePointId,
    way: Vec<ServicePointId>,
    days: (Date, Option<Date>),
) -> Option<Vec<ServicePointId>> {
    let last = *way.last()?;
    if last == to {
        return Some(way);
    }
    there.iter().filter(|it| it.point == last && !way[1..].contains(&it.part)).find_map(|it| {
        let from = days.0.max(it.from);
        let until = match (days.1, it.to) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        if until.is_some_and(|until| until <= from) {
            return None;
        }
        let further = way.iter().copied().chain([it.part]).collect();
        follow(there, to, further, (from, until))
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn adds(point: i64, part: i64, from: Date, to: Option<Date>) -> Relation {
        let (point, part) = (ServicePointId(point), ServicePointId(part));
        Relation { point, part, kind: RelationKind::Adds, share: Share::WHOLE, from, to }
    }

    #[test]
    fn what_would_be_made_of_itself_is_found_with_the_way() {
        let (january, march) = (date(2026, 1, 1), date(2026, 3, 1));
        let there = [adds(1, 2, january, None), adds(2, 3, january, Some(march))];
        let way = |it: &[i64]| Some(it.iter().map(|it| ServicePointId(*it)).collect::<Vec<_>>());
        assert_eq!(circle(&there, &adds(3, 1, january, None)), way(&[3, 1, 2, 3]));
        assert_eq!(circle(&there, &adds(2, 1, january, None)), way(&[2, 1, 2]));
        assert_eq!(circle(&there, &adds(1, 1, january, None)), way(&[1, 1]));
        assert_eq!(circle(&there, &adds(1, 3, january, None)), None, "two ways are no circle");
        assert_eq!(circle(&there, &adds(3, 1, march, None)), None, "the way had ended by then");
    }
}
