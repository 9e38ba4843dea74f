//! CSV with one meter and day a line: `meter,date,00:00,00:15,…` by what the clock shows, or
//! `meter,date,1,2,…` counted from midnight.
//!
//! On the day the clocks go back a numbered line has an hour more; a line by the clock may have the
//! hour's labels twice, else the hour's second passing is missing.

use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::period::Zone;
use meterbook_core::reads::ReadKind;

use super::columns::{self, DATE, FLOW, KIND, METER, REASON, UNIT};
use super::when;
use super::{Lines, NotRead, Row, Said};

/// The value columns and what each stands for.
struct Day {
    minutes: u16,
    columns: Vec<(usize, Label)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    /// Minutes since midnight that the clock shows.
    Clock(u16),
    /// Steps since midnight.
    Step(usize),
}

/// Where the columns of one day go. Line after line is of the same day, or a meter's next one: it is
/// laid out once for each change.
#[derive(Default)]
struct Laid {
    on: Option<Date>,
    start: Timestamp,
    steps: usize,
    /// For each column the steps that it may mean: two where the clock showed its label twice.
    places: Vec<[Option<usize>; 2]>,
}

impl Laid {
    fn of(on: Date, day: &Day, zone: &Zone) -> Laid {
        let (start, steps) = when::steps(on, day.minutes, zone);
        let by_clock = matches!(day.columns.first(), Some((_, Label::Clock(_))));
        let mut shown = vec![[None; 2]; if by_clock { 24 * 60 } else { 0 }];
        for step in if by_clock { 0..steps } else { 0..0 } {
            let minute = usize::from(when::shown(start, step, day.minutes, zone));
            let free = shown[minute].iter().position(Option::is_none).unwrap_or(1);
            shown[minute][free] = Some(step);
        }
        let place = |(_, label): &(usize, Label)| match *label {
            Label::Step(step) => [Some(step).filter(|it| *it < steps), None],
            Label::Clock(minute) => shown[usize::from(minute)],
        };
        Laid { on: Some(on), start, steps, places: day.columns.iter().map(place).collect() }
    }
}

pub(super) fn read(bytes: &[u8], zone: &Zone, lines: &mut dyn Lines) -> Result<(), NotRead> {
    let header = columns::header(bytes)?;
    let [meter, date] = [columns::need(&header, METER)?, columns::need(&header, DATE)?];
    let [unit, flow, kind] = [UNIT, FLOW, KIND].map(|it| columns::find(&header, it));
    let known = [Some(meter), Some(date), unit, flow, kind];
    let day = day(header
        .iter()
        .enumerate()
        .filter(|(at, name)| !known.contains(&Some(*at)) && !name.eq_ignore_ascii_case(REASON)))?;
    let mut laid = Laid::default();
    columns::each(bytes, lines, |lines, line, record| {
        let meter = columns::meter(record, meter)?;
        let on = when::day(record.get(date).unwrap_or_default())?;
        if laid.on != Some(on) {
            laid = Laid::of(on, &day, zone);
        }
        let start = laid.start;
        let mut micro = vec![None; laid.steps];
        for (&(column, _), places) in day.columns.iter().zip(&laid.places) {
            let text = record.get(column).unwrap_or_default();
            if text.is_empty() {
                continue;
            }
            let value = columns::value(text)?;
            // A label that comes twice fills the hour's first passing, then its second.
            let step = places.iter().flatten().find(|it| micro[**it].is_none());
            let Some(step) = step else {
                let label = header.get(column).unwrap_or_default();
                return Err(format!(
                    "{on} has no interval {label} in {}; leave it empty",
                    zone.name()
                ));
            };
            micro[*step] = Some(value);
        }
        let unit = columns::unit(record, unit)?;
        let flow = columns::flow(record, flow)?;
        let estimated = columns::kind(record, kind)? == ReadKind::Estimated;
        let said = Said::Intervals { start, minutes: Some(day.minutes), micro, estimated };
        let fields: Vec<&str> = record.iter().collect();
        lines.row(line, &fields, Row { meter, unit, flow, said });
        Ok(())
    })
}

/// What the value columns make: a day of steps of equal length.
fn day<'a>(values: impl Iterator<Item = (usize, &'a str)>) -> Result<Day, NotRead> {
    let columns: Vec<(usize, &str)> = values.collect();
    let wrong = NotRead::NotADay { columns: columns.len() };
    let clock = |name: &str| {
        let (hour, minute) = name.split_once(':')?;
        let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour < 24 && minute < 60).then_some(hour * 60 + minute)
    };
    let number = |name: &str| {
        let digits = name.trim_start_matches(['h', 'H', 'v', 'V', 'i', 'I']);
        digits.parse::<usize>().ok()?.checked_sub(1)
    };
    let by_clock: Option<Vec<(usize, Label)>> =
        columns.iter().map(|(at, name)| Some((*at, Label::Clock(clock(name)?)))).collect();
    if let Some(labels) = by_clock.filter(|it| !it.is_empty()) {
        let mut minutes: Vec<u16> = labels
            .iter()
            .filter_map(|(_, label)| if let Label::Clock(at) = label { Some(*at) } else { None })
            .collect();
        minutes.sort_unstable();
        minutes.dedup();
        let step = minutes.get(1).copied().unwrap_or(0);
        let whole = usize::from(step) * minutes.len() == 24 * 60
            && minutes.iter().zip(0_u16..).all(|(at, nth)| *at == nth * step);
        let fits = whole && [5, 15, 30, 60].contains(&step);
        return if fits { Ok(Day { minutes: step, columns: labels }) } else { Err(wrong) };
    }
    let by_number: Option<Vec<(usize, Label)>> =
        columns.iter().map(|(at, name)| Some((*at, Label::Step(number(name)?)))).collect();
    let labels = by_number.filter(|it| !it.is_empty()).ok_or(wrong.clone())?;
    let in_order = labels.iter().zip(0..).all(|((_, label), nth)| *label == Label::Step(nth));
    // A day has 23 to 25 hours.
    let minutes = [5_u16, 15, 30, 60].into_iter().find(|minutes| {
        let hour = 60_usize.div_euclid(usize::from(*minutes));
        (23 * hour..=25 * hour).contains(&labels.len())
    });
    match minutes {
        Some(minutes) if in_order => Ok(Day { minutes, columns: labels }),
        _ => Err(wrong),
    }
}
