//! Use that is made of other service points' use: added, taken off, shared.

use crate::bill::check::Hold;
use crate::money::{Quantity, Unit};
use crate::period::{Period, Zone};
use crate::reads::usage::{Evidence, Facts, Part, Profile, Usage, usage};

/// Shares are said in billionths.
const WHOLE: i128 = 1_000_000_000;

/// `own` with the parts of `facts` on it. A point without meters of its own must have a part on each
/// of its days.
pub(super) fn with_parts(
    period: Period,
    zone: &Zone,
    facts: &Facts,
    own: Option<Usage>,
) -> Result<Usage, Hold> {
    let mut parts: Vec<(Period, &Part)> = facts
        .parts
        .iter()
        .filter_map(|it| Some((period.overlap(it.relation.from, it.relation.to)?, it)))
        .collect();
    parts.sort_by_key(|(days, _)| *days);
    if own.is_none() {
        covered(period, &parts)?;
    }
    let mut sum = own;
    let mut rows = sum.as_ref().map(Rows::of);
    for (days, part) in parts {
        let used = usage(days, zone, &part.facts)?;
        let nano = part.relation.signed_nano();
        let piece = Rows::of(&used).times(nano);
        rows = Some(match rows {
            None => piece,
            Some(rows) => rows.with(piece),
        });
        let used = scaled(used, nano);
        sum = Some(match sum {
            None => used,
            Some(sum) => together(sum, used)?,
        });
    }
    let mut sum = sum.ok_or(Hold::NoMeter { on: period.start() })?;
    sum.profile = rows.and_then(|it| it.profile(period, zone));
    if let Some(profile) = &sum.profile {
        // Halves of a millionth are rounded in each interval; the whole is what these come to, so that
        // use by the hour is all of the use.
        sum.delivered.micro = profile.delivered_micro.iter().sum();
        if !profile.received_micro.is_empty() {
            sum.received.micro = profile.received_micro.iter().sum();
        }
        if let Some(reactive) = sum.reactive.as_mut().filter(|_| !profile.reactive_micro.is_empty())
        {
            reactive.micro = profile.reactive_micro.iter().sum();
        }
    }
    Ok(sum)
}

/// Refuses days on which there is neither a meter nor a part; `parts` are in the order of their days.
fn covered(period: Period, parts: &[(Period, &Part)]) -> Result<(), Hold> {
    let mut on = period.start();
    for (days, _) in parts {
        if on < days.start() {
            break;
        }
        on = on.max(days.end());
    }
    if on < period.end() { Err(Hold::NoMeter { on }) } else { Ok(()) }
}

/// A share of `micro`, to the nearest millionth.
fn share(micro: i64, nano: i64) -> i64 {
    let exact = i128::from(micro) * i128::from(nano);
    // A share is at most the whole, so that it fits where the whole does.
    i64::try_from((exact + WHOLE.div_euclid(2)).div_euclid(WHOLE)).unwrap_or(i64::MAX)
}

fn scaled(used: Usage, nano: i64) -> Usage {
    let of = |it: Quantity| Quantity { micro: share(it.micro, nano), ..it };
    // (last - first) x multiplier stays what it adds.
    let line = |it: Evidence| Evidence {
        used: of(it.used),
        multiplier_micro: share(it.multiplier_micro, nano),
        ..it
    };
    Usage {
        delivered: of(used.delivered),
        received: of(used.received),
        reactive: used.reactive.map(of),
        profile: None,
        evidence: used.evidence.into_iter().map(line).collect(),
    }
}

fn together(mut one: Usage, other: Usage) -> Result<Usage, Hold> {
    if one.delivered.unit != other.delivered.unit {
        let meter = other.evidence.first().map_or_else(String::new, |it| it.meter.clone());
        let (unit, other) = (other.delivered.unit, one.delivered.unit);
        return Err(Hold::Units { meter, unit, other });
    }
    one.delivered.micro += other.delivered.micro;
    one.received.micro += other.received.micro;
    // Where only some of them counted it, nobody knows what it was.
    one.reactive = one
        .reactive
        .zip(other.reactive)
        .map(|(one, other)| Quantity { micro: one.micro + other.micro, unit: Unit::Kvarh });
    one.evidence.extend(other.evidence);
    Ok(one)
}

/// Interval values of some days, or that there are none for some of what they are made of.
struct Rows {
    known: bool,
    received: bool,
    reactive: bool,
    pieces: Vec<Profile>,
}

impl Rows {
    fn of(used: &Usage) -> Rows {
        let Some(profile) = &used.profile else {
            return Rows { known: false, received: false, reactive: false, pieces: Vec::new() };
        };
        Rows {
            known: true,
            received: used.received.micro == 0 || !profile.received_micro.is_empty(),
            reactive: !profile.reactive_micro.is_empty(),
            pieces: vec![profile.clone()],
        }
    }

    fn times(mut self, nano: i64) -> Rows {
        for piece in &mut self.pieces {
            let rows =
                [&mut piece.delivered_micro, &mut piece.received_micro, &mut piece.reactive_micro];
            rows.into_iter().flatten().for_each(|it| *it = share(*it, nano));
        }
        self
    }

    fn with(mut self, other: Rows) -> Rows {
        self.known &= other.known;
        self.received &= other.received;
        self.reactive &= other.reactive;
        self.pieces.extend(other.pieces);
        self
    }

    /// All pieces on one row over the whole of the days, in steps of the longest; `None` where one has
    /// no values or they do not come out even.
    fn profile(self, period: Period, zone: &Zone) -> Option<Profile> {
        if !self.known {
            return None;
        }
        let (start, end) = (zone.start_of(period.start()), zone.start_of(period.end()));
        let minutes = self.pieces.iter().map(|it| it.minutes).max()?;
        let step = i64::from(minutes) * 60;
        let seconds = end.as_second() - start.as_second();
        if seconds.rem_euclid(step) != 0 {
            return None;
        }
        let count = usize::try_from(seconds.div_euclid(step)).ok()?;
        let laid = |of: &dyn Fn(&Profile) -> &Vec<i64>| -> Option<Vec<i64>> {
            let mut row = vec![0_i64; count];
            for piece in &self.pieces {
                let late = piece.start.as_second() - start.as_second();
                let each = usize::from(minutes.div_euclid(piece.minutes));
                if late.rem_euclid(step) != 0 || minutes.rem_euclid(piece.minutes) != 0 {
                    return None;
                }
                let first = usize::try_from(late.div_euclid(step)).ok()?;
                for (to, from) in row.get_mut(first..)?.iter_mut().zip(of(piece).chunks(each)) {
                    *to += from.iter().sum::<i64>();
                }
            }
            Some(row)
        };
        let sent = self.received && self.pieces.iter().any(|it| !it.received_micro.is_empty());
        Some(Profile {
            start,
            minutes,
            delivered_micro: laid(&|it| &it.delivered_micro)?,
            received_micro: if sent { laid(&|it| &it.received_micro)? } else { Vec::new() },
            reactive_micro: if self.reactive {
                laid(&|it| &it.reactive_micro)?
            } else {
                Vec::new()
            },
        })
    }
}
