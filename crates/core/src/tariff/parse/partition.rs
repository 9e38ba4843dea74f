//! Whether the rules of a clock are a partition of the year: no hour twice, none left out.

use std::collections::HashSet;
use std::fmt;

use super::{days_in, hours};
use crate::tariff::clock::{Clock, Days, Holidays, Hours, MonthDay};

/// The first quarter of an hour that does not belong to exactly one rule.
pub(super) enum Doubt {
    /// Two rules claim it: their places in [`Clock::rules`], rising.
    Twice { at: Quarter, first: usize, second: usize },
    /// No rule claims it.
    Never { at: Quarter },
}

/// A quarter of an hour on a date that is some kind of day.
pub(super) struct Quarter {
    date: MonthDay,
    kind: u8,
    quarter: u16,
}

const KINDS: [&str; 8] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "holiday"];
const HOLIDAY: u8 = 7;
const WHOLE_DAY: u128 = (1 << 96) - 1;

/// What is in doubt, if anything. All 366 dates are looked at as every kind of day, since each
/// comes up in some year; dates with the same rules are looked at once. A tariff without holidays
/// need not say what happens on them. The rules of one event must not share an hour either; they go
/// before all others, and need not fill a day.
pub(super) fn doubt(clock: &Clock, holidays: &Holidays) -> Option<Doubt> {
    let mut events: Vec<&str> = Vec::new();
    for event in clock.rules.iter().filter_map(|it| it.event.as_deref()) {
        if !events.contains(&event) {
            events.push(event);
        }
    }
    let each = [None].into_iter().chain(events.into_iter().map(Some));
    each.into_iter().find_map(|event| doubt_among(clock, holidays, event))
}

/// The same among the rules of one event, or those of none.
fn doubt_among(clock: &Clock, holidays: &Holidays, event: Option<&str>) -> Option<Doubt> {
    let kinds = if *holidays == Holidays::default() { 0..HOLIDAY } else { 0..HOLIDAY + 1 };
    let masks: Vec<u128> = clock.rules.iter().map(quarters).collect();
    let mut seen = HashSet::new();
    for date in dates() {
        let in_season =
            |(_, rule): &(usize, &Hours)| rule.event.as_deref() == event && rule.in_season(date);
        let rules = clock.rules.iter().enumerate().filter(in_season);
        let season: Vec<usize> = rules.map(|(place, _)| place).collect();
        if seen.contains(&season) {
            continue;
        }
        for kind in kinds.clone() {
            let of_kind = |rule: &usize| clock.rules[*rule].days.meets(Days(1 << kind));
            let rules: Vec<usize> = season.iter().copied().filter(of_kind).collect();
            let at = |quarter: u32| Quarter {
                date,
                kind,
                quarter: u16::try_from(quarter).expect("a day has 96 quarters"),
            };
            let mut claimed = 0;
            for second in &rules {
                let twice = claimed & masks[*second];
                if twice != 0 {
                    let shares = |first: &&usize| masks[**first] & twice != 0;
                    let first = rules.iter().find(shares).expect("an earlier rule claimed it");
                    let both = masks[*first] & masks[*second];
                    let at = at(both.trailing_zeros());
                    return Some(Doubt::Twice { at, first: *first, second: *second });
                }
                claimed |= masks[*second];
            }
            if event.is_none() && clock.rest.is_none() && claimed != WHOLE_DAY {
                return Some(Doubt::Never { at: at((!claimed).trailing_zeros()) });
            }
        }
        seen.insert(season);
    }
    None
}

/// The quarters of a day as bits, the first being 00:00.
fn quarters(rule: &Hours) -> u128 {
    let below = |minute: u16| (1_u128 << minute.div_euclid(15)) - 1;
    rule.minutes.iter().map(|(from, to)| below(*to) & !below(*from)).fold(0, |all, it| all | it)
}

/// Every date there can be.
fn dates() -> impl Iterator<Item = MonthDay> {
    (1..=12).flat_map(|month| (1..=days_in(month)).map(move |day| MonthDay { month, day }))
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (hours::written(self.date), hours::time(self.quarter * 15));
        write!(f, "{date}, a {}, {time}", KINDS[usize::from(self.kind)])
    }
}
