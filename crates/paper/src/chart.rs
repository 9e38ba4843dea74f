//! Use as a bill shows it: a bar for each month beside the year before, what was used in a day, and the same
//! days of last year in a sentence.

use meterbook_core::bill::{History, HistoryMonth, Segment, Statement};
use serde_json::{Value, json};

use crate::says::{Says, colour, number};

/// Bars of the chart: a year and the month of the year before.
const BARS: usize = 13;

/// The bars of a commodity; nothing where no month is known.
pub(crate) fn chart(history: &History, says: &Says) -> Option<Value> {
    let from = history.months.len().saturating_sub(BARS);
    let months = &history.months[from..];
    let newest = months.last()?;
    let before: Vec<Option<&HistoryMonth>> =
        months.iter().map(|it| year_before(history, it)).collect();
    let shown: Vec<HistoryMonth> =
        months.iter().chain(before.iter().copied().flatten()).copied().collect();
    let most = shown.iter().map(|it| it.usage.micro).max()?.max(1);
    let step = History::step(&shown);
    let top = (most + step - 1).div_euclid(step) * step;
    let high = |micro: i64| {
        (micro.max(0).div_euclid(1_000) * 1_000).div_euclid(top.div_euclid(1_000).max(1))
    };
    let words = says.words;
    let unit = newest.usage.unit.word();
    let used = |it: &HistoryMonth| {
        let estimated = if it.estimated { " E" } else { "" };
        format!("{} {}{estimated}", says.month(it.period.middle()), says.quantity(it.usage))
    };
    let letter = |it: &HistoryMonth| says.month(it.period.middle()).chars().next();
    let bars = months.iter().zip(&before).map(|(it, before)| {
        json!({
            "high": high(it.usage.micro),
            "before": before.map(|it| high(it.usage.micro)),
            "letter": letter(it).map(|it| it.to_uppercase().to_string()),
            "newest": std::ptr::eq(it, newest),
        })
    });
    let of_last_year = before.iter().any(Option::is_some);
    let note = if of_last_year { words.year_before } else { "{unit}" };
    Some(json!({
        "title": says.of(words.use_of, history.commodity),
        "unit": note.replace("{unit}", unit),
        "colour": colour(history.commodity),
        "scale": (0..=top.div_euclid(step)).map(|nth| json!([high(nth * step), number(nth * step, 0)])).collect::<Vec<_>>(),
        "bars": bars.collect::<Vec<_>>(),
        "value": number(newest.usage.micro, 0),
        "alt": months.iter().map(used).collect::<Vec<_>>().join(", "),
        "daily": daily(months, before.last().copied().flatten(), says),
    }))
}

/// Use a day of this bill, of the last and of the same month a year before, as far as there are any.
fn daily(months: &[HistoryMonth], before: Option<&HistoryMonth>, says: &Says) -> Value {
    let words = says.words;
    let a_day = |it: &HistoryMonth| number(it.usage.micro.div_euclid(it.days.max(1)), 1);
    let mut columns = Vec::new();
    if let Some(newest) = months.last() {
        columns.push((words.this_bill.to_owned(), a_day(newest)));
    }
    if let Some(last) = months.iter().rev().nth(1) {
        columns.push((words.last_bill.to_owned(), a_day(last)));
    }
    if let Some(before) = before {
        let day = before.period.middle();
        columns.push((format!("{} {}", says.month(day), day.year()), a_day(before)));
    }
    let unit = months.last().map_or("", |it| it.usage.unit.word());
    let (head, values): (Vec<String>, Vec<String>) = columns.into_iter().unzip();
    json!({ "label": words.a_day.replace("{unit}", unit), "head": head, "values": values })
}

/// The bill of the same time a year before; bills do not begin on the same day every year.
fn year_before<'a>(history: &'a History, month: &HistoryMonth) -> Option<&'a HistoryMonth> {
    let then = month.period.start().saturating_sub(jiff::Span::new().years(1));
    let near = |it: &&HistoryMonth| {
        it.period.start().until(then).is_ok_and(|it| it.get_days().abs() <= 15)
    };
    history.months.iter().find(near)
}

/// What was used in the same days of the year before, in a sentence: once for each commodity.
pub(crate) fn last_year(it: &Segment, statement: &Statement, says: &Says) -> String {
    let first = statement.bill.segments.iter().find(|other| other.commodity == it.commodity);
    if !first.is_some_and(|first| std::ptr::eq(first, it)) {
        return String::new();
    }
    let history = statement.history.iter().find(|of| of.commodity == it.commodity);
    let then = history.and_then(|of| of.months.last().and_then(|month| year_before(of, month)));
    match then {
        None => says.words.last_year_none.to_owned(),
        Some(then) => {
            let used = says.quantity(then.usage);
            format!("{} ({}): {used}", says.words.last_year, says.period(then.period))
        }
    }
}
