//! Figures by date that use is measured with: heating values of gas, factors of its pressure, degree
//! days. They are published under a name, and each service point says under which it looks.

use jiff::civil::Date;

use crate::id::ServicePointId;

/// What a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FigureKind {
    /// Therms in a CCF; it holds until the next.
    Heating,
    /// What the pressure at a meter makes of a CCF; it holds until the next.
    Pressure,
    /// Heating degree days of one day.
    HeatingDegrees,
    /// Cooling degree days of one day.
    CoolingDegrees,
}

words! {
    FigureKind {
        Heating = "heating", Pressure = "pressure", HeatingDegrees = "heating-degrees",
        CoolingDegrees = "cooling-degrees",
    }
}

/// What is published for a day, or from it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub kind: FigureKind,
    /// The area, the pressure or the weather station.
    pub name: String,
    /// The day, or the first one.
    pub on: Date,
    /// Millionths.
    pub micro: i64,
}

/// Under which name a service point looks for figures of a kind, for the days `[from, to)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looks {
    /// The service point.
    pub point: ServicePointId,
    /// The kind.
    pub kind: FigureKind,
    /// The name.
    pub name: String,
    /// The first day.
    pub from: Date,
    /// The first day without it; `None` while it goes on.
    pub to: Option<Date>,
}

impl FigureKind {
    /// Whether a figure holds until the next one, and is not of a single day.
    pub fn goes_on(self) -> bool {
        matches!(self, FigureKind::Heating | FigureKind::Pressure)
    }
}

/// From which day on a figure that goes on is what, as a service point that looks so finds it: `None`
/// where it looks nowhere or nothing is published. `figures` are in the order of their days, for each
/// day one.
pub fn from_day_on<'a>(
    looks: impl Iterator<Item = &'a Looks>,
    figures: &[Figure],
) -> Vec<(Date, Option<i64>)> {
    let mut looks: Vec<&Looks> = looks.collect();
    looks.sort_by_key(|it| it.from);
    let mut all: Vec<(Date, Option<i64>)> = Vec::new();
    for it in looks {
        let named = || figures.iter().filter(|of| (of.kind, &of.name) == (it.kind, &it.name));
        let first = named().rfind(|of| of.on <= it.from).map(|of| of.micro);
        all.push((it.from, first));
        let later = named().filter(|of| it.from < of.on && it.to.is_none_or(|to| of.on < to));
        all.extend(later.map(|of| (of.on, Some(of.micro))));
        all.extend(it.to.map(|to| (to, None)));
    }
    all
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_figure_holds_until_the_next_or_until_the_point_looks_elsewhere() {
        let figure = |name: &str, on, micro| Figure {
            kind: FigureKind::Heating,
            name: name.to_owned(),
            on,
            micro,
        };
        let looks = |name: &str, from, to| Looks {
            point: ServicePointId(1),
            kind: FigureKind::Heating,
            name: name.to_owned(),
            from,
            to,
        };
        let day = |month, day| date(2026, month, day);
        let figures = [
            figure("north", day(1, 1), 1),
            figure("north", day(2, 1), 2),
            figure("north", day(3, 1), 3),
            figure("south", day(1, 1), 9),
        ];
        let all = [looks("north", day(1, 10), Some(day(2, 15))), looks("south", day(2, 15), None)];
        assert_eq!(
            from_day_on(all.iter(), &figures),
            [
                (day(1, 10), Some(1)),
                (day(2, 1), Some(2)),
                (day(2, 15), None),
                (day(2, 15), Some(9))
            ]
        );
        let none = [looks("west", day(1, 10), None)];
        assert_eq!(from_day_on(none.iter(), &figures), [(day(1, 10), None)]);
    }
}
