//! Closing days and months: a checklist that runs itself, what keeps a day from being closed, and the
//! evidence of all that were.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::close::{self, Checklist, Level, Looked, Month as Found};
use meterbook_app::under_way::Long;
use meterbook_core::ledger::Gl;
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::text::grouped;
use meterbook_store as store;
use meterbook_store::journal::Journal;
use serde::Deserialize;

use super::money::{self, Fields, Tab, came_or_refused, go_on, tabs};
use super::report::gl;
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::money::Words;
use crate::words::work::Words as WorkWords;
use crate::work::{self, Broken, Going, Seen, Work};
use crate::{Console, evidence, show};

/// Days and months that are listed.
const ROWS: i64 = 60;
const MONTHS: i64 = 24;

/// What of closing goes on beside the pages.
#[derive(Default)]
pub(crate) struct Works {
    look: Work<Date, Checklist>,
    /// The checklist of a month, by its first day.
    look_month: Work<Date, Found>,
    /// What was typed, and what the address of the page says once it is closed.
    close: Work<Typed, String>,
}

#[derive(Template)]
#[template(path = "close.html")]
struct Page {
    head: Head,
    words: &'static WorkWords,
    tabs: Vec<Tab>,
    notice: &'static str,
    says: String,
    /// What goes on: the looks before a day is closed, or closing. What is found is not shown meanwhile.
    going: Option<Going>,
    /// What was begun is not known any more.
    unknown: bool,
    /// What was begun and cut off.
    broken: Option<Broken>,
    as_of: String,
    on: String,
    on_says: String,
    month: String,
    steps: Vec<Step>,
    stands: bool,
    /// What is looked at of a month, where that was asked for.
    month_steps: Vec<Step>,
    /// The checklist is of that month.
    month_says: String,
    days: Vec<Day>,
    months: Vec<Month>,
    /// What was found when a day or a month was closed.
    of: String,
    evidence: Vec<[String; 2]>,
    typed: Typed,
    may_close: bool,
}

/// One thing that is looked at.
struct Step {
    name: &'static str,
    /// Where it is done, of a month.
    link: &'static str,
    found: String,
    wrong: Vec<String>,
    open: Vec<String>,
}

struct Day {
    on: String,
    word: String,
    number: i64,
    entries: String,
    debits: String,
}

struct Month {
    month: String,
    word: String,
    level: &'static str,
    why: String,
}

#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default)]
    on: String,
    /// The month whose checklist is shown, such as 2026-08.
    #[serde(default)]
    look: String,
    /// Of which the evidence is shown: a day, or a month with how it was closed.
    #[serde(default)]
    of: String,
    /// The number of what was begun.
    #[serde(default)]
    ran: Option<u64>,
}

/// The checklist of a day, and what was closed.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, asked, Default::default()).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    mut asked: Asked,
    (mut typed, mut says): (Typed, String),
) -> Result<Response> {
    let (here, ran) = (console.clone(), asked.ran);
    let closing = blocking(move || {
        let now = || here.closes.close.now().map_or(Seen::Gone, Seen::Works);
        Ok(ran.map_or_else(now, |nth| here.closes.close.seen(nth)))
    })
    .await?;
    let (mut going, mut unknown) = (None, false);
    match closing {
        Seen::Works(pace) => {
            going = Some(Going::new(visitor, visitor.work().work_books, &pace, str::to_owned));
        }
        Seen::Came(sent, _, came) => match came_or_refused(came, console, visitor)? {
            Ok(how) => {
                return Ok(Redirect::to(&format!("/close?done={how}")).into_response());
            }
            Err(no) => {
                asked.on = sent.text("on").to_owned();
                (typed, says) = (sent, no);
            }
        },
        Seen::Gone => unknown = ran.is_some(),
    }
    let (here, who, rest) = (console.clone(), visitor.clone(), visitor.work().work_broken_close);
    let broken = match going {
        Some(_) => None,
        None => blocking(move || Broken::of(&here, &who, Long::Close, rest)).await?,
    };
    // What is no day is as good as none: the form asks for one.
    let on = asked.on.parse().unwrap_or_else(|_| money::today(console));
    let (here, of, looks) = (console.clone(), asked.of.clone(), going.is_none());
    let (looked, days, months, found) = blocking(move || {
        let db = here.clone();
        let look = move |_: work::Tell<'_>| db.db.read(|tx| close::look(tx, on));
        let looked = looks.then(|| here.closes.look.look(on, look));
        here.db.read(|tx| {
            let days = store::journal::recent(tx, ROWS)?;
            let months = store::journal::months(tx, MONTHS)?;
            Ok((looked, days, months, store::journal::evidence(tx, &of)?))
        })
    })
    .await?;
    let month: Option<Date> = format!("{}-01", asked.look).parse().ok().filter(|_| going.is_none());
    let mut month_list = None;
    if let Some(month) = month {
        let (here, actor) = (console.clone(), visitor.actor());
        let looked = blocking(move || {
            let db = here.clone();
            let look = move |_: work::Tell<'_>| close::look_month(&db.db, actor, month);
            Ok(here.closes.look_month.look(month, look))
        })
        .await?;
        match looked {
            Seen::Came(_, _, looked) => {
                month_list = Some(looked.map_err(|why| anyhow!("{why:#}"))?)
            }
            Seen::Works(pace) => {
                going = Some(Going::new(visitor, visitor.work().work_month, &pace, str::to_owned));
            }
            Seen::Gone => {}
        }
    }
    let (mut list, mut as_of) = (None, String::new());
    match looked {
        Some(Seen::Came(_, at, looked)) => {
            list = Some(looked.map_err(|why| anyhow!("{why:#}"))?);
            as_of = show::instant(at, &console.zone, visitor.language);
        }
        Some(Seen::Works(pace)) => {
            going = Some(Going::new(visitor, visitor.work().work_ties, &pace, str::to_owned));
        }
        Some(Seen::Gone) | None => {}
    }
    let (words, language) = (visitor.money(), visitor.language);
    let day = |it: &Journal| Day {
        on: show::day(it.on, language),
        word: it.on.to_string(),
        number: it.number,
        entries: grouped(&it.entries.to_string()),
        debits: show::money(it.debits),
    };
    let closed = |(month, level, why): &(String, String, String)| Month {
        month: month.clone(),
        word: format!("{month} {level}"),
        level: Level::from_word(level).map_or("", |it| said(it, words)),
        why: why.clone(),
    };
    let kept = |(step, found): &(String, String)| {
        [name(step, words).to_owned(), read(step, found, language)]
    };
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.close),
        words: visitor.work(),
        going,
        unknown: unknown && broken.is_none(),
        broken,
        as_of,
        tabs: tabs(visitor, "/close"),
        notice: match asked.done.as_str() {
            "day" => words.day_closed,
            "month" => words.month_closed,
            _ => "",
        },
        on: on.to_string(),
        on_says: show::day(on, language),
        month: match month {
            Some(month) => month.strftime("%Y-%m").to_string(),
            None => on.strftime("%Y-%m").to_string(),
        },
        month_says: month_list.as_ref().map_or_else(String::new, |_| asked.look.clone()),
        month_steps: month_list.map_or_else(Vec::new, |it| steps(&it.steps, visitor)),
        stands: list.as_ref().is_some_and(|it| it.wrong.is_empty()),
        steps: list.map_or_else(Vec::new, |it| steps(&it.steps, visitor)),
        days: days.iter().map(day).collect(),
        months: months.iter().map(closed).collect(),
        of: if found.is_empty() { String::new() } else { show::dated(&asked.of, language) },
        evidence: found.iter().map(kept).collect(),
        typed,
        may_close: visitor.may(Permission::KeepBooks),
        says,
    };
    let answer = draw(money::status(&page.says), &page);
    // What is refused is not lost by asking for the page again.
    Ok(if page.going.is_some() && page.says.is_empty() { work::anew(answer) } else { answer })
}

fn steps(all: &[Looked], visitor: &Visitor) -> Vec<Step> {
    let (words, language) = (visitor.money(), visitor.language);
    let said = |of: &[String]| of.iter().map(|it| evidence::said(it, language)).collect();
    let step = |it: &Looked| Step {
        name: name(it.name, words),
        link: link(it.name),
        found: read(it.name, &it.found, language),
        wrong: said(&it.wrong),
        open: said(&it.open),
    };
    all.iter().map(step).collect()
}

/// What a step found, as it is read: totals name the accounts of the ledger as reports do.
fn read(step: &str, found: &str, language: Language) -> String {
    if step != "totals" {
        return evidence::said(found, language);
    }
    let total = |it: &str| {
        let known = it.rsplit_once(' ').and_then(|it| Some((Gl::from_word(it.0)?, it.1)));
        known.map_or_else(|| it.to_owned(), |(of, sum)| format!("{} {sum}", gl(of, language)))
    };
    // What was kept before ended with its mark.
    let all: Vec<String> = found.trim_end_matches("; ").split("; ").map(total).collect();
    all.join("; ")
}

/// The page on which what a step looks at is done; none where there is none.
fn link(step: &str) -> &'static str {
    match step {
        "turns" => "/cycles",
        "unbilled" => "/reports/unbilled",
        "suspense" => "/suspense",
        "drawers" | "counted" => "/drawer",
        "deposits" => "/reports/deposits",
        "budgets" | "totals" | "clearing" => "/reports/ledger",
        "debits" => "/debits",
        "payment-batches" | "bank-statements" => "/money",
        "receivable" => "/reports/ageing",
        _ => "",
    }
}

/// What a step of the checklist is called.
fn name(step: &str, words: &Words) -> &'static str {
    match step {
        "entries" => words.close_entries,
        "drawers" => words.close_drawers,
        "counted" => words.drawer_over,
        "cash" => words.close_cash,
        "subledger" => words.close_subledger,
        "tenders" => words.close_tenders,
        "clearing" => words.close_clearing,
        "suspense" => words.suspense,
        "totals" => words.close_totals,
        "through" => words.close_through,
        "receivable" => words.close_receivable,
        "days" => words.close_days_of,
        "turns" => words.close_turns,
        "unbilled" => words.close_unbilled,
        "deposits" => words.close_deposits,
        "budgets" => words.close_budgets,
        "debits" => words.debits,
        "payment-batches" => words.close_files,
        "bank-statements" => words.close_statements,
        "check" => words.close_check,
        _ => words.close_other,
    }
}

/// How a month is closed.
fn said(it: Level, words: &Words) -> &'static str {
    match it {
        Level::Soft => words.close_soft,
        Level::Hard => words.close_hard,
    }
}

/// Begins to close a day, unless somebody closes one; the page says how far it is.
pub(crate) async fn day(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let there = console.clone();
    let act = move |here: &Console, actor, sent: &Typed| {
        let (on, typed) = (money::day(sent.text("on"))?, sent.clone());
        let begun = here.closes.close.begin(sent.clone(), move |_| {
            close::close_day(&there.db, actor, on, typed.text("why"))?;
            there.closes.look.forget();
            Ok(format!("day&of={on}&on={on}"))
        });
        Ok(goes_on(begun))
    };
    let again = |it| again(&console, &visitor, it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Begins to close a month.
pub(crate) async fn month(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let there = console.clone();
    let act = move |here: &Console, actor, sent: &Typed| {
        let (text, typed) = (sent.text("month").to_owned(), sent.clone());
        let no = |_| money::no(format!("{text} is no month; write it like 2026-08"));
        let month: Date = format!("{text}-01").parse().map_err(no)?;
        let level = Level::from_word(sent.text("level")).ok_or(NotThere)?;
        let begun = here.closes.close.begin(sent.clone(), move |_| {
            close::close_month(&there.db, actor, month, level, typed.text("month-why"))?;
            there.closes.look_month.forget();
            Ok(format!("month&of={text}+{}", level.word()))
        });
        Ok(goes_on(begun))
    };
    let again = |it| again(&console, &visitor, it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Where what was begun is seen, or where it was refused beside what goes on.
fn goes_on(begun: Option<u64>) -> String {
    begun.map_or_else(|| "/close".to_owned(), |nth| format!("/close?ran={nth}"))
}

async fn again(
    console: &Arc<Console>,
    visitor: &Visitor,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let asked = Asked { on: typed.text("on").to_owned(), ..Asked::default() };
    page(console, visitor, asked, (typed, says)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_name_accounts_in_the_language_of_whoever_reads() {
        let found = "1010 cash $1,234.50; 4010 electric revenue -$9.00; 4999 ours $1.00";
        let spanish =
            "1010 caja y bancos $1,234.50; 4010 ingresos de electricidad -$9.00; 4999 ours $1.00";
        assert_eq!(read("totals", found, Language::Spanish), spanish);
        assert_eq!(read("totals", found, Language::English), found);
        // What was kept before ended with its mark.
        assert_eq!(read("totals", &format!("{found}; "), Language::Spanish), spanish);
    }
}
