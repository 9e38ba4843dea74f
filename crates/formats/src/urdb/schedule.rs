//! Schedules of twelve months and twenty-four hours, and the clocks they are written as.

use std::fmt::Write;

use serde_json::Value;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A period for each hour of a weekday and of a day at the weekend, in each month.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Hourly {
    weekday: Vec<Vec<usize>>,
    weekend: Vec<Vec<usize>>,
}

/// A schedule, with the name of the clock it becomes.
pub(super) struct Grid<'a> {
    name: &'a str,
    hourly: &'a Hourly,
}

/// The word for a period, by its place in the rate.
pub(super) fn period(index: usize) -> String {
    format!("period-{index}")
}

impl Hourly {
    /// The schedule at two keys of a rate, each 12 x 24.
    pub(super) fn read(rate: &Value, weekday: &str, weekend: &str) -> Result<Hourly, String> {
        Ok(Hourly { weekday: hours(rate, weekday)?, weekend: hours(rate, weekend)? })
    }

    /// The schedule at a key that holds one period for each month; the first where it is absent.
    pub(super) fn monthly(rate: &Value, key: &str) -> Result<Hourly, String> {
        let months = match rate.get(key) {
            Some(months) => row(months, key, 12)?,
            None => vec![0; 12],
        };
        let days: Vec<Vec<usize>> = months.into_iter().map(|it| vec![it; 24]).collect();
        Ok(Hourly { weekday: days.clone(), weekend: days })
    }

    /// The periods that some hour has, rising.
    pub(super) fn used(&self) -> Vec<usize> {
        let mut used: Vec<usize> =
            self.weekday.iter().chain(&self.weekend).flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        used
    }

    /// Whether the period changes within some month, and not only from one to the next.
    pub(super) fn within_a_day(&self) -> bool {
        let months = self.weekday.iter().zip(&self.weekend);
        months.into_iter().any(|(weekday, weekend)| {
            weekday.iter().chain(weekend).any(|period| *period != weekday[0])
        })
    }
}

impl<'a> Grid<'a> {
    pub(super) fn new(name: &'a str, hourly: &'a Hourly) -> Grid<'a> {
        Grid { name, hourly }
    }

    /// The name of the clock; `None` when there is only one period.
    pub(super) fn clock(&self) -> Option<&'a str> {
        (1 < self.hourly.used().len()).then_some(self.name)
    }

    /// The clock as it is written in a tariff; nothing when there is none.
    pub(super) fn text(&self) -> String {
        let Some(name) = self.clock() else { return String::new() };
        let mut out = format!("\nclock {name}\n");
        for index in self.hourly.used() {
            for (months, weekday, weekend) in self.days() {
                let months = months_as_text(&months);
                let mut rule = |days: &str, row: &[usize]| {
                    if let Some(hours) = hours_as_text(row, index) {
                        let _ = writeln!(out, "  {}  {months}{days}{hours}", period(index));
                    }
                };
                if hours_as_text(weekday, index) == hours_as_text(weekend, index) {
                    rule("", weekday);
                } else {
                    rule(" weekdays", weekday);
                    rule(" weekends, holidays", weekend);
                }
            }
        }
        out
    }

    /// The months that share their two rows, and the rows.
    fn days(&self) -> Vec<(Vec<usize>, &'a [usize], &'a [usize])> {
        let mut days: Vec<(Vec<usize>, &[usize], &[usize])> = Vec::new();
        for (month, rows) in self.hourly.weekday.iter().zip(&self.hourly.weekend).enumerate() {
            let same =
                |it: &&mut (Vec<usize>, &[usize], &[usize])| (it.1, it.2) == (rows.0, rows.1);
            match days.iter_mut().find(same) {
                Some((months, _, _)) => months.push(month),
                None => days.push((vec![month], rows.0, rows.1)),
            }
        }
        days
    }
}

/// `jan-mar, dec`.
fn months_as_text(months: &[usize]) -> String {
    let run = |(first, last): (usize, usize)| match first == last {
        true => MONTHS[first].to_owned(),
        false => format!("{}-{}", MONTHS[first], MONTHS[last]),
    };
    runs(months).into_iter().map(run).collect::<Vec<_>>().join(", ")
}

/// ` 0:00-6:00, 21:00-24:00`: the hours of `row` that are of `period`, with a space before. Nothing for all
/// hours, `None` when there is no such hour.
fn hours_as_text(row: &[usize], period: usize) -> Option<String> {
    let hours: Vec<usize> = (0..row.len()).filter(|it| row[*it] == period).collect();
    match hours.len() {
        0 => None,
        24 => Some(String::new()),
        _ => {
            let run = |(first, last): (usize, usize)| format!("{first}:00-{}:00", last + 1);
            let runs: Vec<String> = runs(&hours).into_iter().map(run).collect();
            Some(format!(" {}", runs.join(", ")))
        }
    }
}

/// The first and last of each run of numbers that follow each other.
fn runs(rising: &[usize]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for number in rising {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    runs
}

fn hours(rate: &Value, key: &str) -> Result<Vec<Vec<usize>>, String> {
    let months = rate.get(key).and_then(Value::as_array).filter(|it| it.len() == 12);
    let months = months.ok_or_else(|| format!("it has no {key} of twelve months"))?;
    months.iter().map(|it| row(it, key, 24)).collect()
}

fn row(value: &Value, key: &str, count: usize) -> Result<Vec<usize>, String> {
    let wrong = || format!("{key} does not hold {count} numbers of periods in a row");
    let row = value.as_array().filter(|it| it.len() == count).ok_or_else(wrong)?;
    let number = |it: &Value| it.as_u64().and_then(|it| usize::try_from(it).ok()).ok_or_else(wrong);
    row.iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_becomes_a_clock() {
        let mut peak = vec![0; 24];
        peak[16..21].fill(1);
        let mut weekday = vec![vec![0; 24]; 12];
        weekday[5] = peak.clone();
        weekday[6] = peak;
        let hourly = Hourly { weekday, weekend: vec![vec![0; 24]; 12] };
        let text = Grid::new("energy", &hourly).text();
        let want = "
clock energy
  period-0  jan-may, aug-dec
  period-0  jun-jul weekdays 0:00-16:00, 21:00-24:00
  period-0  jun-jul weekends, holidays
  period-1  jun-jul weekdays 16:00-21:00
";
        assert_eq!(text, want);
        assert!(hourly.within_a_day());
    }

    #[test]
    fn one_period_needs_no_clock() {
        let hourly = Hourly { weekday: vec![vec![3; 24]; 12], weekend: vec![vec![3; 24]; 12] };
        assert_eq!(Grid::new("energy", &hourly).text(), "");
        assert_eq!(hourly.used(), [3]);
    }
}
