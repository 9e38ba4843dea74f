//! The usage explorer: months, days and hours of a service point, with gaps and estimates as such. What
//! is seen stands in the address.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_app::usage::explore::{Bar, Explored, Scale, explore_by};
use meterbook_app::usage::export::{Written, all};
use meterbook_app::usage::{Of, days};
use meterbook_core::id::ServicePointId;
use meterbook_core::person::Language;
use meterbook_store as store;
use serde::Deserialize;

use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::Visitor;
use crate::picture::{self, Picture, precise};
use crate::show;
use crate::words::Words;

#[derive(Template)]
#[template(path = "usage.html")]
struct Page {
    head: Head,
    title: String,
    point: i64,
    premise: (i64, String),
    unit: String,
    seen: String,
    tabs: Vec<Tab>,
    on: String,
    show: &'static str,
    /// The clocks by which the days may be stacked, where there are several, and which it is.
    clocks: Vec<(String, bool)>,
    /// The one that was taken, unless it is the first.
    taken: String,
    before: String,
    after: String,
    /// Only dials are read, and days or hours are asked for.
    only_dials: bool,
    pictures: Vec<Picture>,
    legend: Vec<(String, String)>,
    columns: Vec<String>,
    rows: Vec<Row>,
    heat: Vec<Picture>,
    heat_rows: Vec<(&'static str, Vec<String>)>,
    csv: String,
    feed: String,
}

struct Tab {
    name: &'static str,
    link: String,
    key: &'static str,
    shown: bool,
}

struct Row {
    name: String,
    link: String,
    cells: Vec<String>,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    show: String,
    #[serde(default)]
    on: String,
    #[serde(default)]
    clock: String,
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    from: String,
    to: String,
}

/// Shows the use around a day.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let (here, who) = (console.clone(), visitor.clone());
    let page = blocking(move || {
        let id = ServicePointId(id.parse().map_err(|_| NotThere)?);
        // A day without a year before and after it is none that anybody means.
        let on = asked.on.parse().ok().filter(|it: &Date| (1900..2200).contains(&it.year()));
        let on = on.unwrap_or_else(|| here.zone.day_of(Timestamp::now()));
        let scale = match asked.show.as_str() {
            "days" => Scale::Days,
            "hours" => Scale::Hours,
            _ => Scale::Months,
        };
        here.db.read(|tx| {
            let clock = Some(asked.clock.as_str()).filter(|it| !it.is_empty());
            let explored = explore_by(tx, id, scale, on, clock)?;
            let premise = store::place::premise(tx, explored.facts.point.premise)?;
            let street = (premise.id.0, premise.lines().join(", "));
            Ok(page(&here, &who, &explored, (scale, on), street))
        })
    })
    .await;
    let done = page.map(|page| draw(StatusCode::OK, &page));
    answer(&console, &visitor, done)
}

/// The values as CSV.
pub(crate) async fn csv(
    state: State<Arc<Console>>,
    visitor: Extension<Visitor>,
    path: Path<String>,
    wanted: Query<Wanted>,
) -> Response {
    file(state, visitor, path, wanted, Written::Csv).await
}

/// The values as a Green Button feed.
pub(crate) async fn feed(
    state: State<Arc<Console>>,
    visitor: Extension<Visitor>,
    path: Path<String>,
    wanted: Query<Wanted>,
) -> Response {
    file(state, visitor, path, wanted, Written::GreenButton).await
}

async fn file(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
    Query(Wanted { from, to }): Query<Wanted>,
    written: Written,
) -> Response {
    let here = console.clone();
    let (kind, end) = match written {
        Written::Csv => ("text/csv; charset=utf-8", "csv"),
        Written::GreenButton => ("application/atom+xml", "xml"),
    };
    let text = blocking(move || {
        let point = ServicePointId(id.parse().map_err(|_| NotThere)?);
        let (from, to): (Date, Date) =
            (from.parse().map_err(|_| NotThere)?, to.parse().map_err(|_| NotThere)?);
        let period = days(from, to)?;
        let name = format!("attachment; filename=\"usage-{point}-{from}-{to}.{end}\"");
        let text =
            here.db.read(|tx| all(tx, Of::Point(point), period, written, Timestamp::now()))?;
        Ok((text, name))
    })
    .await;
    let done = text.map(|(text, name)| {
        ([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], text)
            .into_response()
    });
    answer(&console, &visitor, done)
}

fn page(
    console: &Console,
    visitor: &Visitor,
    it: &Explored,
    (scale, on): (Scale, Date),
    premise: (i64, String),
) -> Page {
    let (words, language) = (visitor.words(), visitor.language);
    let point = it.facts.point.id.0;
    let link = |show: &str, on: Date| format!("/points/{point}/usage?show={show}&on={on}");
    let name = show::commodity(it.facts.point.commodity, words);
    let (show, back, forth) = match scale {
        Scale::Months => ("months", on.saturating_sub(12.months()), on.saturating_add(12.months())),
        Scale::Days => ("days", on.saturating_sub(1.month()), on.saturating_add(1.month())),
        Scale::Hours => ("hours", on.saturating_sub(1.day()), on.saturating_add(1.day())),
    };
    let tab = |name, to, key| Tab { name, link: link(to, on), key, shown: to == show };
    let seen = show::period(it.period, language);
    let label = |bar: &Bar| {
        let below = match scale {
            Scale::Months => show::month(bar.days.middle(), language).to_owned(),
            Scale::Days => bar.days.start().day().to_string(),
            Scale::Hours => bar.hour.to_string(),
        };
        (below, format!("{}: {}", called(bar, scale, language), known(bar, it, words)))
    };
    let says = format!("{name}, {}, {seen}: {}", it.unit, whole(it, words));
    let colour = show::colour(it.facts.point.commodity);
    let sent = it.bars.iter().any(|it| it.cell.received_micro != 0);
    let title = format!("{}, {name}", words.usage_title);
    let (csv, feed) = ["csv", "xml"]
        .map(|end| {
            let (from, to) = (it.period.start(), it.period.end());
            format!("/points/{point}/usage.{end}?from={from}&to={to}")
        })
        .into();
    Page {
        head: Head::new(console, Some(visitor), language, &title),
        title,
        point,
        premise,
        unit: it.unit.to_string(),
        only_dials: !it.by_interval && scale != Scale::Months,
        pictures: match it.bars.is_empty() {
            true => Vec::new(),
            false => picture::bars(&it.bars, &|_| colour, &says, &label),
        },
        legend: legend(it, sent, colour, words),
        columns: columns(it, sent, scale, words),
        rows: it
            .bars
            .iter()
            .map(|bar| Row {
                name: called(bar, scale, language),
                link: match scale {
                    Scale::Months => link("days", bar.days.middle()),
                    Scale::Days => link("hours", bar.days.start()),
                    Scale::Hours => String::new(),
                },
                cells: cells(bar, it, sent, scale, words),
            })
            .collect(),
        heat: match it.heat.iter().flatten().any(Option::is_some) {
            true => picture::heat(&it.heat, &words.weekdays(), words.usage_heat_says),
            false => Vec::new(),
        },
        heat_rows: words
            .weekdays()
            .into_iter()
            .zip(&it.heat)
            .map(|(day, row)| {
                let said = |it: &Option<i64>| it.map_or_else(|| "–".to_owned(), precise);
                (day, row.iter().map(said).collect())
            })
            .collect(),
        tabs: vec![
            tab(words.usage_months, "months", "m"),
            tab(words.usage_days, "days", "d"),
            tab(words.usage_hours, "hours", "h"),
        ],
        clocks: match it.clocks.len() {
            0 | 1 => Vec::new(),
            _ => it.clocks.iter().map(|name| (name.clone(), *name == it.by)).collect(),
        },
        taken: match it.clocks.first() {
            Some(first) if *first != it.by => it.by.clone(),
            _ => String::new(),
        },
        before: link(show, back),
        after: link(show, forth),
        seen,
        on: on.to_string(),
        show,
        csv,
        feed,
    }
}

/// What people call a bar.
pub(crate) fn called(bar: &Bar, scale: Scale, language: Language) -> String {
    match scale {
        Scale::Months if bar.days.start().day() == 1 && bar.days.end().day() == 1 => {
            let middle = bar.days.middle();
            format!("{} {}", show::month(middle, language), middle.year())
        }
        Scale::Months => show::period(bar.days, language),
        Scale::Days => show::day(bar.days.start(), language),
        Scale::Hours => format!("{}:00", bar.hour),
    }
}

/// How a bar is known, in a few words.
fn known(bar: &Bar, it: &Explored, words: &Words) -> String {
    if bar.cell.is_gap() {
        return words.usage_unknown.to_owned();
    }
    let mut said = format!("{} {}", precise(bar.cell.delivered_micro), it.unit);
    if bar.cell.received_micro != 0 {
        said = format!("{said}, {} {}", words.usage_sent, precise(bar.cell.received_micro));
    }
    if 0 < bar.cell.missing {
        said = format!("{said}, {} {}", bar.cell.missing, words.usage_missing);
    }
    if 0 < bar.cell.estimated {
        said = format!("{said}, {}", words.usage_estimated);
    }
    said
}

/// The sentence for who does not see the picture.
fn whole(it: &Explored, words: &Words) -> String {
    let known = it.bars.iter().filter(|it| !it.cell.is_gap());
    let sum = |of: &dyn Fn(&Bar) -> i64| it.bars.iter().map(of).sum::<i64>();
    let mut said = format!("{} {}", words.usage_came, precise(sum(&|it| it.cell.delivered_micro)));
    let sent = sum(&|it| it.cell.received_micro);
    if sent != 0 {
        said = format!("{said}, {} {}", words.usage_sent, precise(sent));
    }
    let gaps = it.bars.len() - known.count();
    if 0 < gaps {
        said = format!("{said}, {}: {gaps}", words.usage_unknown);
    }
    format!("{said}. {}", words.usage_table_below)
}

fn legend(it: &Explored, sent: bool, colour: &str, words: &Words) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = match it.clock.is_empty() {
        true => vec![(colour.to_owned(), words.usage_came.to_owned())],
        false => {
            let name = |(nth, name): (usize, &String)| (format!("p{}", nth.min(4)), name.clone());
            it.clock.iter().enumerate().map(name).collect()
        }
    };
    // Days of a tariff without hours stand beside those of one with them.
    let plain = |it: &Bar| it.stack.is_empty() && 0 < it.cell.delivered_micro;
    if !it.clock.is_empty() && it.bars.iter().any(plain) {
        all.push((colour.to_owned(), words.usage_undivided.to_owned()));
    }
    let mut more = |there: bool, class: &str, name: &str| {
        all.extend(there.then(|| (class.to_owned(), name.to_owned())));
    };
    more(sent, "export", words.usage_sent);
    more(it.bars.iter().any(|it| it.before_micro.is_some()), "before", words.usage_before);
    more(it.bars.iter().any(|it| 0 < it.cell.estimated), "guessed", words.usage_estimated);
    more(it.bars.iter().any(|it| 0 < it.cell.missing), "gap", words.usage_unknown);
    all
}

fn columns(it: &Explored, sent: bool, scale: Scale, words: &Words) -> Vec<String> {
    let mut all = vec![words.usage_came.to_owned()];
    all.extend(it.clock.iter().cloned());
    if sent {
        all.extend([words.usage_sent.to_owned(), words.usage_net.to_owned()]);
    }
    if scale == Scale::Months {
        all.push(words.usage_before.to_owned());
    }
    all.push(words.usage_known.to_owned());
    all
}

fn cells(bar: &Bar, it: &Explored, sent: bool, scale: Scale, words: &Words) -> Vec<String> {
    let gap = bar.cell.is_gap();
    let or_none = |micro: Option<i64>| micro.map_or_else(|| "–".to_owned(), precise);
    let known = |micro: i64| or_none((!gap).then_some(micro));
    let mut all = vec![known(bar.cell.delivered_micro)];
    all.extend((0..it.clock.len()).map(|nth| or_none(bar.stack.get(nth).copied())));
    if sent {
        let net = bar.cell.delivered_micro - bar.cell.received_micro;
        all.extend([known(bar.cell.received_micro), known(net)]);
    }
    if scale == Scale::Months {
        all.push(or_none(bar.before_micro));
    }
    all.push(if gap {
        words.usage_unknown.to_owned()
    } else if 0 < bar.cell.missing {
        format!("{} {}", bar.cell.missing, words.usage_missing)
    } else if 0 < bar.cell.estimated {
        words.usage_estimated.to_owned()
    } else {
        words.usage_measured.to_owned()
    });
    all
}
