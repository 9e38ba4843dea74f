//! An entry, or those of a bill: the postings, the journal that has them, and the lines they are made of.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use meterbook_app::report;
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::id::EntryId;
use meterbook_core::ledger::{EntryKind, credited};
use meterbook_core::person::Language;
use meterbook_store as store;
use meterbook_store::report::drill::Drilled;

use super::words::{self, Said};
use crate::Console;
use crate::guard::Visitor;
use crate::pages::{Head, NotThere, answer, blocking, draw};
use crate::show;

#[derive(Template)]
#[template(path = "entry.html")]
struct Page {
    head: Head,
    said: &'static Said,
    title: String,
    bill: String,
    entries: Vec<One>,
    /// The lines of the bill: their names, the account each is posted to, the amounts.
    lines: Vec<[String; 4]>,
}

struct One {
    id: i64,
    on: String,
    happened: &'static str,
    key: String,
    bill: bool,
    /// The journal that has it, and where all of that is.
    journal: Option<(String, String)>,
    sides: Vec<Side>,
}

struct Side {
    gl: &'static str,
    /// What else that account took on the same day.
    link: String,
    account: String,
    amount: String,
}

/// Shows one entry.
pub(crate) async fn one(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<String>,
) -> Response {
    let (here, who) = (console.clone(), visitor.clone());
    let done = blocking(move || {
        let id = EntryId(id.parse().map_err(|_| NotThere)?);
        let actor = who.actor();
        here.db.read(|tx| {
            let it = store::report::drill::entry(tx, id)?.ok_or(NotThere)?;
            let it = report::entry(tx, actor, it.entry)?;
            let is_bill = is_of_bill(&it);
            let bill = if is_bill { bill(tx, &BillNumber(it.key.clone()))? } else { None };
            let title = format!("{} {id}", who.words().entry);
            Ok(page(&here, &who, title, (bill, &[it])))
        })
    })
    .await;
    answer(&console, &visitor, done.map(|page| draw(StatusCode::OK, &page)))
}

/// Shows the entries of a bill.
pub(crate) async fn of_bill(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
) -> Response {
    let (here, who) = (console.clone(), visitor.clone());
    let done = blocking(move || {
        let actor = who.actor();
        here.db.read(|tx| {
            let bill = bill(tx, &BillNumber(number))?.ok_or(NotThere)?;
            let entries = report::of_bill(tx, actor, &bill.number)?;
            let title = format!("{} {}", who.words().bill, bill.number);
            Ok(page(&here, &who, title, (Some(bill), &entries)))
        })
    })
    .await;
    answer(&console, &visitor, done.map(|page| draw(StatusCode::OK, &page)))
}

fn bill(tx: &mut store::Tx, number: &BillNumber) -> anyhow::Result<Option<Bill>> {
    match store::bill::by_number(tx, number)? {
        Some(id) => store::bill::get(tx, id).map(Some),
        None => Ok(None),
    }
}

fn is_of_bill(it: &Drilled) -> bool {
    matches!(it.kind, EntryKind::Bill | EntryKind::Cancelled)
}

fn page(
    console: &Console,
    visitor: &Visitor,
    title: String,
    (bill, entries): (Option<Bill>, &[Drilled]),
) -> Page {
    let language = visitor.language;
    let said = words::said(language);
    Page {
        head: Head::new(console, Some(visitor), language, &title),
        said,
        title,
        bill: bill.as_ref().map_or_else(String::new, |it| it.number.to_string()),
        entries: entries.iter().map(|it| shown(it, said, language)).collect(),
        lines: bill.as_ref().map_or_else(Vec::new, |it| lines(it, language)),
    }
}

fn shown(it: &Drilled, said: &Said, language: Language) -> One {
    let day = it.journal.map_or(it.on, |it| it.1);
    let by = if it.journal.is_some() { "&by=posted" } else { "" };
    let of_day = format!("from={day}&through={day}{by}");
    One {
        id: it.entry.0,
        on: show::day(it.on, language),
        happened: words::happened(it.kind, language),
        key: it.key.clone(),
        bill: is_of_bill(it),
        journal: it.journal.map(|(number, on)| {
            let name = format!("{} {number}, {}", said.journal, show::day(on, language));
            (name, format!("/reports/ledger?{of_day}"))
        }),
        sides: it
            .sides
            .iter()
            .map(|(gl, account, amount)| Side {
                gl: words::gl(*gl, language),
                link: format!(
                    "/reports/lines?{of_day}&gl={}",
                    gl.word().split_once(' ').unwrap_or_default().0
                ),
                account: account.map_or_else(String::new, |it| it.to_string()),
                amount: show::money(*amount),
            })
            .collect(),
    }
}

fn lines(bill: &Bill, language: Language) -> Vec<[String; 4]> {
    let of_service = bill.segments.iter().flat_map(|segment| {
        segment
            .lines
            .iter()
            .map(move |line| (segment.tariff.clone(), line, credited(segment.commodity, line.kind)))
    });
    let once = bill.once.iter().map(|it| (String::new(), &it.line, it.gl));
    let said = |(tariff, line, gl): (String, &meterbook_core::rating::Line, _)| {
        let label = line.called(language).into_owned();
        [label, tariff, words::gl(gl, language).to_owned(), show::money(line.amount)]
    };
    of_service.chain(once).map(said).collect()
}
