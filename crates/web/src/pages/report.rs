//! Reports of the books: what is asked for stands in the address, the picture beside its numbers, each
//! figure leads to what is behind it, and all of it can be carried away.

mod cells;
mod drawing;
mod entry;
mod words;

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::Refused;
use meterbook_app::report::{Written, report, soon, written};
use meterbook_core::account::CustomerClass;
use meterbook_core::id::AccountNumber;
use meterbook_core::ledger::Gl;
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::report::{Asked, By, Days, Filter, Known, Report, ReportKind, Tie};
use meterbook_core::text::grouped;
use serde::Deserialize;

use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::Visitor;
use crate::picture::Picture;
use crate::{evidence, show};

use self::cells::Shown;
use self::words::Said;
pub(crate) use self::words::gl;

pub(crate) use self::entry::{of_bill, one};

/// Rows that a page shows: more than a person reads. The files have all.
const ROWS: usize = 500;

#[derive(Template)]
#[template(path = "reports.html")]
struct List {
    head: Head,
    said: &'static Said,
    /// The address, the name and what it is about.
    reports: Vec<[&'static str; 3]>,
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    head: Head,
    said: &'static Said,
    name: &'static str,
    about: &'static str,
    kind: &'static str,
    of_a_day: bool,
    typed: Typed,
    /// Which of what narrows it down it takes.
    takes: [bool; 5],
    /// What may be chosen: a word, what people call it, and whether it is.
    classes: Vec<(&'static str, &'static str, bool)>,
    accounts: Vec<(String, String, bool)>,
    /// What is wrong with what was typed, or why there is no report.
    wrong: String,
    seen: String,
    as_of: String,
    csv: String,
    xlsx: String,
    pictures: Vec<Picture>,
    legend: Vec<(String, String)>,
    columns: Vec<(&'static str, bool)>,
    rows: Vec<Vec<Shown>>,
    totals: Vec<Shown>,
    /// How many rows are shown of how many, where that is not all.
    part: Option<(String, String)>,
    ties: Vec<[String; 3]>,
    notes: Vec<String>,
}

/// What was typed into the form, or stands in the address.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    on: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    through: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    known: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    tariff: String,
    #[serde(default)]
    line: String,
    #[serde(default)]
    gl: String,
}

/// Shows which reports there are.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let language = visitor.language;
    let said = words::said(language);
    let named = |kind: &ReportKind| {
        [kind.word(), words::called(*kind, language), words::about(*kind, language)]
    };
    let page = List {
        head: Head::new(&console, Some(&visitor), language, said.reports),
        said,
        // What is behind an account is asked for from a figure of it.
        reports: ReportKind::ALL.iter().filter(|it| **it != ReportKind::Lines).map(named).collect(),
    };
    draw(StatusCode::OK, &page)
}

/// Shows a report, or what is wrong with what was typed beside it.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(kind): Path<String>,
    Query(typed): Query<Typed>,
) -> Response {
    let (here, who) = (console.clone(), visitor.clone());
    let done = blocking(move || {
        let (name, form) = match kind.rsplit_once('.') {
            Some((name, "csv")) => (name, Some(Written::Csv)),
            Some((name, "xlsx")) => (name, Some(Written::Xlsx)),
            _ => (kind.as_str(), None),
        };
        let kind = ReportKind::from_word(name).ok_or(NotThere)?;
        let today = here.zone.day_of(Timestamp::now());
        let typed = typed.whole(kind, today);
        let actor = who.actor();
        let asked = match typed.asked(kind, words::said(who.language)) {
            Ok(asked) => asked,
            Err(wrong) => return Ok(draw(StatusCode::OK, &begun(&here, &who, kind, typed, wrong))),
        };
        let found =
            soon(&here.db, &asked).and_then(|()| report(&here.db, actor, &asked, &mut |_| ()));
        let found = match found {
            Ok(found) => found,
            Err(why) => {
                let why = why.downcast::<Refused>()?.to_string();
                let why = evidence::refused(&why, who.language);
                return Ok(draw(StatusCode::CONFLICT, &begun(&here, &who, kind, typed, why)));
            }
        };
        match form {
            None => Ok(draw(StatusCode::OK, &page(&here, &who, typed, &found))),
            Some(form) => file(&found, form),
        }
    })
    .await;
    answer(&console, &visitor, done)
}

fn file(found: &Report, form: Written) -> Result<Response> {
    let (kind, end) = match form {
        Written::Csv => ("text/csv; charset=utf-8", "csv"),
        Written::Xlsx => {
            ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")
        }
    };
    let days = match found.asked.days {
        Days::On(on) => on.to_string(),
        Days::In(days) => format!("{}-{}", days.start(), days.last()),
    };
    let name = format!("attachment; filename=\"{}-{days}.{end}\"", found.asked.kind);
    let kind = (header::CONTENT_TYPE, kind.to_owned());
    let bytes = written(found, form)?;
    Ok(([kind, (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}

impl Typed {
    /// What was typed, with this month or today where nothing was.
    fn whole(mut self, kind: ReportKind, today: Date) -> Typed {
        if kind.is_of_a_day() && self.on.is_empty() {
            self.on = today.to_string();
        }
        if !kind.is_of_a_day() && self.from.is_empty() && self.through.is_empty() {
            self.from = today.first_of_month().to_string();
            self.through = today.to_string();
        }
        if kind == ReportKind::Lines && self.gl.is_empty() {
            self.gl = "4010".to_owned();
        }
        self
    }

    /// What is asked for; what is wrong with it as a sentence.
    fn asked(&self, kind: ReportKind, said: &Said) -> Result<Asked, String> {
        let day = |text: &str| {
            let day = text.trim().parse::<Date>().ok().filter(|it| (1..9999).contains(&it.year()));
            day.ok_or_else(|| format!("{text} {}", said.what_is_no_day))
        };
        let days = if kind.is_of_a_day() {
            Days::On(day(&self.on)?)
        } else {
            let (from, last) = (day(&self.from)?, day(&self.through)?);
            let behind = last.tomorrow().unwrap_or(Date::MAX);
            Days::In(Period::new(from, behind).ok_or(said.what_is_no_days)?)
        };
        let mut asked = Asked::all(kind, days);
        asked.by = match (self.by.as_str(), self.known.trim()) {
            ("posted", _) if !kind.is_of_a_day() => By::Posted,
            (_, "") => By::Effective,
            (_, known) => By::Known(day(known)?),
        };
        let takes = |filter| kind.filters().contains(&filter);
        let some = |text: &str, filter| {
            let text = text.trim();
            (takes(filter) && !text.is_empty()).then(|| text.to_owned())
        };
        if let Some(text) = some(&self.account, Filter::Account) {
            let number = AccountNumber::parse(&text);
            asked.account =
                Some(number.ok_or_else(|| format!("{text} {}", said.what_is_no_account))?);
        }
        if let Some(text) = some(&self.gl, Filter::Gl) {
            asked.gl = Some(text);
        }
        asked.class = some(&self.class, Filter::Class).and_then(|it| CustomerClass::from_word(&it));
        asked.tariff = some(&self.tariff, Filter::Tariff);
        asked.line = some(&self.line, Filter::Line);
        Ok(asked)
    }

    /// The address of the same in another form, or of another report of the same days.
    fn address(&self, path: &str) -> String {
        let parts = [
            ("on", &self.on),
            ("from", &self.from),
            ("through", &self.through),
            ("by", &self.by),
            ("known", &self.known),
            ("account", &self.account),
            ("class", &self.class),
            ("tariff", &self.tariff),
            ("line", &self.line),
            ("gl", &self.gl),
        ];
        let said = parts.iter().filter(|it| !it.1.is_empty());
        let said: Vec<String> =
            said.map(|(name, text)| format!("{name}={}", encoded(text))).collect();
        if said.is_empty() { path.to_owned() } else { format!("{path}?{}", said.join("&")) }
    }
}

/// A text as it stands in an address.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The page before there is a report.
fn begun(
    console: &Console,
    visitor: &Visitor,
    kind: ReportKind,
    typed: Typed,
    wrong: String,
) -> Page {
    let language = visitor.language;
    let name = words::called(kind, language);
    let takes = |filter: &Filter| kind.filters().contains(filter);
    let all = [Filter::Account, Filter::Class, Filter::Tariff, Filter::Line, Filter::Gl];
    Page {
        head: Head::new(console, Some(visitor), language, name),
        said: words::said(language),
        name,
        about: words::about(kind, language),
        kind: kind.word(),
        of_a_day: kind.is_of_a_day(),
        takes: all.each_ref().map(takes),
        classes: CustomerClass::ALL
            .iter()
            .map(|it| (it.word(), cells::class(*it, visitor.words()), it.word() == typed.class))
            .collect(),
        accounts: accounts(&typed.gl, language),
        wrong,
        seen: String::new(),
        as_of: String::new(),
        csv: String::new(),
        xlsx: String::new(),
        pictures: Vec::new(),
        legend: Vec::new(),
        columns: Vec::new(),
        rows: Vec::new(),
        totals: Vec::new(),
        part: None,
        ties: Vec::new(),
        notes: Vec::new(),
        typed,
    }
}

/// The accounts that may be chosen, and the one that was asked for where the utility calls it otherwise.
fn accounts(asked: &str, language: Language) -> Vec<(String, String, bool)> {
    let of = |it: &Gl| {
        let number = it.word().split_once(' ').unwrap_or_default().0.to_owned();
        let is = asked == number || asked == it.word();
        (number, words::gl(*it, language).to_owned(), is)
    };
    let mut all: Vec<_> = Gl::ALL.iter().map(of).collect();
    if !asked.is_empty() && !all.iter().any(|it| it.2) {
        all.insert(0, (asked.to_owned(), asked.to_owned(), true));
    }
    all
}

fn page(console: &Console, visitor: &Visitor, typed: Typed, it: &Report) -> Page {
    let language = visitor.language;
    let kind = it.asked.kind;
    let said = words::said(language);
    let [csv, xlsx] =
        ["csv", "xlsx"].map(|end| typed.address(&format!("/reports/{}.{end}", kind.word())));
    let (pictures, legend) = drawing::of(it, language);
    let shown = it.rows.iter().take(ROWS);
    let rows = shown.map(|row| cells::row(it, &typed, row, visitor)).collect();
    let many = |count: usize| grouped(&count.to_string());
    let tie = |tie: &Tie| {
        let gl = Gl::called(&tie.of).map(|it| words::gl(it, language).to_owned());
        let of = gl.unwrap_or_else(|| evidence::refused(&tie.of, language));
        [of, show::money(tie.report), show::money(tie.ledger)]
    };
    Page {
        seen: match it.asked.days {
            Days::On(on) => show::day(on, language),
            Days::In(days) => show::period(days, language),
        },
        as_of: as_of(&it.known, said, language),
        csv,
        xlsx,
        pictures,
        legend,
        columns: cells::columns(it, language),
        rows,
        totals: cells::totals(it),
        part: (ROWS < it.rows.len()).then(|| (many(ROWS), many(it.rows.len()))),
        ties: it.ties.iter().map(tie).collect(),
        notes: it.notes.iter().map(|it| evidence::refused(it, language)).collect(),
        ..begun(console, visitor, kind, typed, String::new())
    }
}

/// As far as which entry it knows.
fn as_of(known: &Known, said: &Said, language: Language) -> String {
    match known {
        Known::Closed { journal: Some((number, on)), .. } => {
            format!("{} {} {number}, {}", said.as_of, said.journal, show::day(*on, language))
        }
        Known::Closed { journal: None, .. } => said.no_journal.to_owned(),
        Known::Open { through, .. } => {
            format!("{} {} {through}, {}", said.as_of, said.entry, said.not_closed)
        }
    }
}
