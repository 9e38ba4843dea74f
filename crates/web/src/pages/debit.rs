//! Direct debit: what is due and what is held, files for the bank and what came back of them, and the
//! rates that the network looks at.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::approval::{Asked as Wanted, Outcome, do_or_ask};
use meterbook_app::debit::call_off::NewCallOff;
use meterbook_app::debit::returned::{self, Became, Rates, Told};
use meterbook_app::debit::{self, Due, NewDebits, prenote};
use meterbook_app::{Refused, bank as bank_files};
use meterbook_core::debit::{Format, Named};
use meterbook_core::id::DebitFileId;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::text::decimal;
use meterbook_store::debit::DebitFile;
use meterbook_store::prenote::PrenoteFile;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::money::{self, Fields, Tab, go_on, no, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::{self, Visitor};
use crate::sent::Sent;
use crate::typed::Typed;
use crate::words::bank;
use crate::words::money::Words;
use crate::{Console, evidence, refusal, show};

/// Bills and debits that are listed.
const ROWS: usize = 200;

#[derive(Template)]
#[template(path = "debits.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    notice: String,
    says: String,
    on: String,
    taken: Vec<Row>,
    held: Vec<Row>,
    more: bool,
    /// What a file of each format would come to, where it has something.
    makes: Vec<Makes>,
    files: Vec<File>,
    rates: Vec<Rated>,
    sent: i64,
    back: Vec<[String; 3]>,
    words: &'static bank::Words,
    /// Why all debits are stopped, if they are.
    stopped: Option<String>,
    /// Mandates that are to be tried: whose, and the end of the number.
    untried: Vec<[String; 2]>,
    /// Files of those that were.
    tried: Vec<File>,
    may_make: bool,
    may_return: bool,
}

/// A bill that is due.
struct Row {
    account: String,
    /// The number of a bill; empty where it is a part of a plan.
    bill: String,
    /// Which part it is of a plan.
    part: String,
    on: String,
    amount: String,
    why: String,
}

struct Makes {
    format: &'static str,
    count: usize,
    sum: String,
    total: String,
}

struct File {
    id: i64,
    format: &'static str,
    settle: String,
    count: i64,
    total: String,
    off: bool,
}

struct Rated {
    name: &'static str,
    is: String,
    most: String,
    beyond: bool,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default)]
    on: String,
}

/// What is shown of all debits.
struct Known {
    due: Vec<Due>,
    sums: Vec<(Format, usize, Money)>,
    /// The newest files, each with whether it was called off.
    files: Vec<(DebitFile, bool)>,
    rates: Rates,
    stopped: Option<String>,
    untried: Vec<[String; 2]>,
    tried: Vec<PrenoteFile>,
}

/// What came back, as the page says it.
type Back = Vec<[String; 3]>;

/// All of it on a day.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let words = visitor.money();
    let notice = match asked.done.as_str() {
        "made" => words.debit_made,
        "waits" => words.debit_waits,
        "switched" => words.switched,
        _ => "",
    };
    // What is no day is as good as none: the form asks for one.
    let on = asked.on.parse().unwrap_or_else(|_| money::today(&console));
    let done = page(&console, &visitor, on, (notice, String::new(), Vec::new())).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    on: Date,
    (notice, says, back): (&str, String, Back),
) -> Result<Response> {
    let (here, today) = (console.clone(), money::today(console));
    let known = blocking(move || here.db.read(|tx| known(tx, on, today))).await?;
    let (words, language) = (visitor.money(), visitor.language);
    let row = |it: &Due| Row {
        account: it.account.number.to_string(),
        bill: bill(&it.named),
        part: part(&it.named, visitor),
        on: show::day(it.on, language),
        amount: show::money(it.amount),
        why: it.held.map_or_else(String::new, |it| evidence::said(&it.to_string(), language)),
    };
    let (held, taken): (Vec<&Due>, Vec<&Due>) = known.due.iter().partition(|it| it.held.is_some());
    let makes = known.sums.iter().filter(|it| 0 < it.1).map(|(format, count, sum)| Makes {
        format: format.word(),
        count: *count,
        sum: show::money(*sum),
        total: sum.plain(),
    });
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.debits),
        tabs: tabs(visitor, "/debits"),
        notice: notice.to_owned(),
        on: on.to_string(),
        more: ROWS < held.len() || ROWS < taken.len(),
        taken: taken.into_iter().take(ROWS).map(row).collect(),
        held: held.into_iter().take(ROWS).map(row).collect(),
        makes: makes.collect(),
        files: known.files.iter().map(|(it, off)| file(it, *off, visitor)).collect(),
        rates: rated(&known.rates, words),
        sent: known.rates.sent,
        words: bank::words(language),
        stopped: known.stopped,
        untried: known.untried,
        tried: known.tried.iter().rev().take(ROWS).map(|it| prenotes(it, visitor)).collect(),
        back,
        may_make: visitor.may(Permission::MakeDebits),
        may_return: visitor.may(Permission::ReversePayments),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn known(tx: &mut Tx, on: Date, today: Date) -> Result<Known> {
    let due = debit::due(tx, on)?;
    let sums = debit::sums(&due);
    let mut files = Vec::new();
    for it in store::debit::all(tx)?.into_iter().rev().take(ROWS) {
        let off = store::debit::called_off(tx, it.id)?.is_some();
        files.push((it, off));
    }
    let mut untried = Vec::new();
    for it in prenote::due(tx, on)? {
        let number = store::account::get(tx, it.account)?.number;
        untried.push([number.to_string(), format!("…{}", it.tail)]);
    }
    Ok(Known {
        due,
        sums,
        files,
        rates: returned::rates(tx, today)?,
        stopped: store::debit::stopped(tx)?,
        untried,
        tried: store::prenote::all(tx)?,
    })
}

fn prenotes(it: &PrenoteFile, visitor: &Visitor) -> File {
    File {
        id: it.id.0,
        format: Format::Nacha.word(),
        settle: show::day(it.settle, visitor.language),
        count: it.items,
        total: String::new(),
        off: false,
    }
}

fn file(it: &DebitFile, off: bool, visitor: &Visitor) -> File {
    File {
        id: it.id.0,
        format: it.format.word(),
        settle: show::day(it.settle, visitor.language),
        count: it.items,
        total: show::money(it.total),
        off,
    }
}

fn rated(rates: &Rates, words: &Words) -> Vec<Rated> {
    let names = [words.rate_unauthorized, words.rate_administrative, words.rate_overall];
    let rate = |(name, (_, is, most)): (&'static str, (_, i64, i64))| Rated {
        name,
        is: format!("{} %", decimal(is, 2)),
        most: format!("{} %", decimal(most, 2)),
        beyond: most < is,
    };
    names.into_iter().zip(rates.each()).map(rate).collect()
}

/// Takes what is due, or asks a second person.
pub(crate) async fn make(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let format = Format::from_word(sent.text("format")).ok_or(NotThere)?;
        let settle = money::day(sent.text("on"))?;
        let total = money::amount(here.currency()?, sent.text("sum"))?;
        let key = (here.bank_key)(&here.folder)?;
        let went = here.db.write(|tx| {
            let new = NewDebits { format, settle, total };
            let went = do_or_ask(tx, actor, &Wanted::Debits(new), "")?;
            // What cannot be said to the bank takes nothing.
            if went == Outcome::Done
                && let Some(it) = store::debit::all(tx)?.pop()
            {
                debit::write(tx, actor, &key, it.id)?;
            }
            Ok(went)
        })?;
        let done = if went == Outcome::Done { "made" } else { "waits" };
        Ok(format!("/debits?done={done}"))
    };
    let again = |(typed, says): (Typed, String)| {
        let on = typed.text("on").parse().unwrap_or_else(|_| money::today(&console));
        page(&console, &visitor, on, ("", says, Vec::new()))
    };
    go_on(&console, &visitor, fields, act, again).await
}

/// Stops all debits, or lets them go on.
pub(crate) async fn turn(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let stop = sent.text("turn") == "stop";
        here.db.write(|tx| debit::switch(tx, actor, stop, sent.text("why")))?;
        Ok("/debits?done=switched".to_owned())
    };
    let today = money::today(&console);
    let again = |(_, says)| page(&console, &visitor, today, ("", says, Vec::new()));
    go_on(&console, &visitor, fields, act, again).await
}

/// Makes a file of prenotes for all mandates that were seen.
pub(crate) async fn try_out(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let settle = money::day(sent.text("on"))?;
        let count = sent.text("count").parse().map_err(|_| NotThere)?;
        let key = (here.bank_key)(&here.folder)?;
        here.db.write(|tx| {
            let id = prenote::make(tx, actor, settle, count)?;
            debit::write(tx, actor, &key, id)
        })?;
        Ok(format!("/debits?done=made&on={settle}"))
    };
    let again = |(typed, says): (Typed, String)| {
        let on = typed.text("on").parse().unwrap_or_else(|_| money::today(&console));
        page(&console, &visitor, on, ("", says, Vec::new()))
    };
    go_on(&console, &visitor, fields, act, again).await
}

#[derive(Template)]
#[template(path = "debit_file.html")]
struct FilePage {
    head: Head,
    tabs: Vec<Tab>,
    it: File,
    /// When and why it was called off; empty where it was not.
    off: String,
    rows: Vec<Row>,
    more: bool,
    may_make: bool,
    may_call_off: bool,
    says: String,
    typed: Typed,
}

fn bill(it: &Named) -> String {
    match it {
        Named::Bill(number) => number.0.clone(),
        Named::Part { .. } => String::new(),
    }
}

fn part(it: &Named, visitor: &Visitor) -> String {
    match it {
        Named::Bill(_) => String::new(),
        Named::Part { .. } => evidence::said(&it.to_string(), visitor.language),
    }
}

/// One file, what came back first.
pub(crate) async fn one(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
) -> Response {
    let done = file_page(&console, &visitor, id, (Typed::default(), String::new())).await;
    answer(&console, &visitor, done)
}

async fn file_page(
    console: &Arc<Console>,
    visitor: &Visitor,
    id: i64,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let here = console.clone();
    let (it, off, rows) = blocking(move || {
        here.db.read(|tx| {
            let it = store::debit::get(tx, DebitFileId(id))?.ok_or(NotThere)?;
            let off = store::debit::called_off(tx, it.id)?;
            let rows = store::debit::listed(tx, it.id, i64::try_from(ROWS + 1)?)?;
            Ok((it, off, rows))
        })
    })
    .await?;
    let row = |it: &store::debit::Listed| Row {
        account: it.account.to_string(),
        bill: bill(&it.named),
        part: part(&it.named, visitor),
        on: it.id.reference(),
        amount: show::money(it.amount),
        why: it.returned.clone().unwrap_or_default(),
    };
    let goes = off.is_none();
    let page = FilePage {
        head: Head::new(console, Some(visitor), visitor.language, visitor.money().debits),
        tabs: tabs(visitor, "/debits"),
        it: file(&it, off.is_some(), visitor),
        off: off.map_or_else(String::new, |(on, why)| {
            format!("{}: {why}", show::day(on, visitor.language))
        }),
        more: ROWS < rows.len(),
        rows: rows.iter().take(ROWS).map(row).collect(),
        may_make: goes && visitor.may(Permission::MakeDebits),
        may_call_off: goes && visitor.may(Permission::ReversePayments),
        typed,
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

/// Calls a file off that no bank took, or asks a second person.
pub(crate) async fn call_off(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |here: &Console, actor, sent: &Typed| {
        let why = sent.text("why");
        let went = here.db.write(|tx| {
            let new = NewCallOff::of(tx, DebitFileId(id), why)?;
            do_or_ask(tx, actor, &Wanted::CallOff(new), why)
        })?;
        Ok(money::or_waits(went, &format!("/debits/{id}")))
    };
    let again = |it| file_page(&console, &visitor, id, it);
    go_on(&console, &visitor, fields, act, again).await
}

/// The file itself, for the bank. It says numbers of accounts, so that it is sent for and never lies
/// about.
pub(crate) async fn send(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(id): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let (here, actor) = (console.clone(), visitor.actor());
    let stale = guard::same_session(&visitor, Typed::new(fields).text("secret"));
    let done = blocking(move || {
        stale?;
        let key = (here.bank_key)(&here.folder)?;
        here.db.write(|tx| {
            let id = DebitFileId(id);
            let format = match store::debit::get(tx, id)? {
                Some(it) => it.format,
                None => store::prenote::get(tx, id)?.map(|_| Format::Nacha).ok_or(NotThere)?,
            };
            Ok((format, debit::write(tx, actor, &key, id)?))
        })
    })
    .await;
    let done = done.map(|(format, text)| {
        let (kind, end) = match format {
            Format::Nacha => ("text/plain; charset=us-ascii", "ach"),
            Format::Pain008 => ("application/xml", "xml"),
        };
        let named = format!("attachment; filename=\"debits-{id}.{end}\"");
        let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, &named)];
        (headers, text).into_response()
    });
    answer(&console, &visitor, done)
}

/// Takes in what a bank sent back.
pub(crate) async fn take_back(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    sent: Sent,
) -> Response {
    let Sent { typed, mut files, too_much } = sent;
    let (today, reader) = (money::today(&console), visitor.clone());
    let act = move |here: &Console, actor, _: &Typed| {
        let file = files.pop().filter(|_| !too_much);
        let file = file.ok_or_else(|| no("choose the file that the bank sent back".to_owned()))?;
        let key = (here.bank_key)(&here.folder)?;
        let files = bank_files::delivered(&file.name, file.bytes)?;
        let mut all = Back::new();
        for (name, bytes) in &files {
            let told = here.db.write(|tx| {
                let told = returned::take_in(tx, actor, &key, bytes)?;
                told.iter().map(|it| became(tx, it, &reader)).collect::<Result<Back>>()
            });
            match told {
                Ok(told) => all.extend(told),
                // One of several that is refused says so beside what became of the others.
                Err(why) if 1 < files.len() && why.is::<Refused>() => {
                    let says = refusal::said(&why, &here.zone, reader.language);
                    all.push([name.clone(), String::new(), says]);
                }
                Err(why) => return Err(why),
            }
        }
        Ok(all)
    };
    let done = match money::asked(&console, &visitor, &typed, act).await {
        Ok(Ok(told)) => page(&console, &visitor, today, ("", String::new(), told)).await,
        Ok(Err(says)) => page(&console, &visitor, today, ("", says, Vec::new())).await,
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

/// What became of one thing that a file says.
fn became(tx: &mut Tx, it: &Told, reader: &Visitor) -> Result<[String; 3]> {
    let words = reader.money();
    let says = match it.became {
        Became::TakenBack { account, amount, ended } => {
            let ended = if ended { words.debit_ended } else { "" };
            let number = store::account::get(tx, account)?.number;
            format!("{number}: {} {} {ended}", show::money(amount), words.debit_back)
        }
        Became::NotThere { account, ended } => {
            let ended = if ended { words.debit_ended } else { "" };
            let number = store::account::get(tx, account)?.number;
            format!("{number}: {} {ended}", words.debit_prenote_back)
        }
        Became::Changed { account } => {
            let number = store::account::get(tx, account)?.number;
            format!("{number}: {}", words.debit_changed)
        }
        Became::CalledOff { file, amount } => {
            format!(
                "{} {file}, {}: {}",
                words.debit_file,
                show::money(amount),
                words.debit_called_off
            )
        }
        Became::Already => words.debit_already.to_owned(),
        Became::Task => words.debit_task.to_owned(),
    };
    Ok([format!("{} {}", reader.words().line, it.line), it.code.clone(), says])
}
