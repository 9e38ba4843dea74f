//! The collections board: open cases by step and class, what tonight's review would do, and what is
//! stopped.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use meterbook_app::collection::{self, Coming, Done, Looked, Switch};
use meterbook_app::protection::{self, NewProtection, To};
use meterbook_core::credit::Shield;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::protection::Why;
use meterbook_core::id::AccountNumber;
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store as store;
use meterbook_store::collection::Taken;
use serde::Deserialize;

use super::money::{self, Fields, Kept, Tab, class, go_on, shield, step, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::money::Words;
use crate::{Console, evidence, show};

/// Cases that are listed: more than anybody works through before looking again, each with what keeps it from
/// a cut today.
const ROWS: i64 = 100;
/// Steps of tonight that are listed by account.
const STEPS: usize = 200;

/// What somebody may grant to a county.
const COUNTY: &[Shield] = &[Shield::Moratorium, Shield::Weather];

#[derive(Template)]
#[template(path = "collections.html")]
struct Board {
    head: Head,
    tabs: Vec<Tab>,
    notice: &'static str,
    says: String,
    switches: Vec<Switched>,
    stages: Vec<Stage>,
    rows: Vec<Case>,
    /// Which cases are listed.
    only: String,
    more: bool,
    shields: Vec<(&'static str, &'static str)>,
    today: String,
    typed: Typed,
    may_run: bool,
    may_grant: bool,
}

struct Switched {
    word: &'static str,
    name: &'static str,
    /// Why it is stopped, if it is.
    stopped: Option<String>,
}

struct Stage {
    class: &'static str,
    step: &'static str,
    link: String,
    here: bool,
    count: String,
    past_due: String,
}

struct Case {
    number: String,
    name: String,
    class: &'static str,
    late: String,
    last: String,
    past_due: String,
    /// What keeps it from a cut, each with its source and the first day without it.
    kept: Vec<Kept>,
}

#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default)]
    class: String,
    #[serde(default)]
    step: String,
    #[serde(default)]
    account: String,
}

/// The board.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    // Why an account is not cut off stands on its own page.
    if let Some(number) = AccountNumber::parse(&asked.account) {
        return Redirect::to(&format!("/accounts/{number}/credit#cut")).into_response();
    }
    let says = match asked.account.trim() {
        "" => String::new(),
        text => {
            evidence::refused(&format!("{text} is no account; check its digits"), visitor.language)
        }
    };
    let done = board(&console, &visitor, asked, (Typed::default(), says)).await;
    answer(&console, &visitor, done)
}

async fn board(
    console: &Arc<Console>,
    visitor: &Visitor,
    asked: Asked,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, wanted, today) = (console.clone(), asked.clone(), money::today(console));
    let (stages, rows, stopped) = blocking(move || {
        here.db.read(|tx| {
            let mut stopped = Vec::new();
            for it in Switch::ALL {
                stopped.push((*it, store::collection::stopped(tx, it.word())?));
            }
            let rows = store::collection::standing(tx, &wanted.class, &wanted.step, ROWS + 1)?;
            let mut shielded = Vec::new();
            for it in rows {
                let account = store::account::by_number(tx, it.number)?.ok_or(NotThere)?.id;
                let shields = protection::shields(tx, account, today)?;
                shielded.push((it, shields));
            }
            let rows = shielded;
            Ok((store::collection::board(tx)?, rows, stopped))
        })
    })
    .await?;
    let (words, language) = (visitor.money(), visitor.language);
    let named = |it: Option<Step>| it.map_or(words.board_no_step, |it| step(it, words));
    let stage = |it: &store::collection::Stage| {
        let (of, last) = (it.class.word(), it.step.map_or("none", Step::word));
        Stage {
            class: class(it.class, visitor),
            step: named(it.step),
            link: format!("/collections?class={of}&step={last}"),
            here: asked.class == of && asked.step == last,
            count: grouped(&it.count.to_string()),
            past_due: show::money(it.past_due),
        }
    };
    let case = |(it, shields): &(store::collection::Standing, Vec<Why>)| Case {
        kept: shields.iter().map(|it| money::kept(it, visitor)).collect(),
        number: it.number.to_string(),
        name: it.name.clone(),
        class: class(it.class, visitor),
        late: show::day(it.oldest, language),
        last: match it.last {
            Some((last, on)) => format!("{}, {}", step(last, words), show::day(on, language)),
            None => words.board_no_step.to_owned(),
        },
        past_due: show::money(it.past_due),
    };
    let stages: Vec<Stage> = stages.iter().map(stage).collect();
    let only = stages.iter().find(|it| it.here);
    let most = usize::try_from(ROWS)?;
    let page = Board {
        head: Head::new(console, Some(visitor), language, words.collections),
        tabs: tabs(visitor, "/collections"),
        notice: match asked.done.as_str() {
            "switched" => words.switched,
            "granted" => words.granted,
            _ => "",
        },
        switches: stopped
            .into_iter()
            .map(|(it, stopped)| Switched { word: it.word(), name: switch(it, words), stopped })
            .collect(),
        only: only
            .map_or_else(|| words.board_all.to_owned(), |it| format!("{}, {}", it.class, it.step)),
        more: most < rows.len(),
        rows: rows.iter().take(most).map(case).collect(),
        stages,
        shields: COUNTY.iter().map(|it| (it.word(), shield(*it, words))).collect(),
        today: money::today(console).to_string(),
        typed,
        may_run: visitor.may(Permission::RunCollections),
        may_grant: visitor.may(Permission::KeepCredit),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn switch(it: Switch, words: &Words) -> &'static str {
    match it {
        Switch::Notices => words.switch_notices,
        Switch::Cuts => words.switch_cuts,
    }
}

/// Stops notices or cuts, or lets them go on.
pub(crate) async fn turn(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(what): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = move |here: &Console, actor, sent: &Typed| {
        let what = Switch::from_word(&what).ok_or(NotThere)?;
        let stop = sent.text("turn") == "stop";
        here.db.write(|tx| collection::switch(tx, actor, what, stop, sent.text("why")))?;
        Ok("/collections?done=switched".to_owned())
    };
    let again = |it| board(&console, &visitor, Asked::default(), it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Grants something to all of a county.
pub(crate) async fn protect(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let new = NewProtection {
            to: To::County(sent.text("county").to_owned()),
            shield: Shield::from_word(sent.text("shield")).ok_or(NotThere)?,
            from: money::day(sent.text("from"))?,
            until: sent.some("until").map(money::day).transpose()?,
            evidence: sent.text("evidence").to_owned(),
        };
        here.db.write(|tx| protection::grant(tx, actor, &new))?;
        Ok("/collections?done=granted".to_owned())
    };
    let again = |it| board(&console, &visitor, Asked::default(), it);
    go_on(&console, &visitor, fields, act, again).await
}

#[derive(Template)]
#[template(path = "review.html")]
struct Review {
    head: Head,
    tabs: Vec<Tab>,
    says: String,
    opens: String,
    ends: String,
    steps: Vec<Counted>,
    kept: Vec<[String; 3]>,
    rows: Vec<[String; 3]>,
    more: bool,
    /// What was done, after it was.
    done: Option<Ran>,
    may_run: bool,
}

struct Counted {
    word: &'static str,
    name: &'static str,
    count: usize,
}

struct Ran {
    taken: Vec<[String; 2]>,
    stopped: Vec<[String; 3]>,
}

/// What a review would do now.
pub(crate) async fn review(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let done = tonight(&console, &visitor, (None, String::new())).await;
    answer(&console, &visitor, done)
}

async fn tonight(
    console: &Arc<Console>,
    visitor: &Visitor,
    (ran, says): (Option<Done>, String),
) -> Result<Response> {
    let (here, today) = (console.clone(), money::today(console));
    let (looked, numbers) = blocking(move || {
        here.db.read(|tx| {
            let looked = collection::look(tx, today)?;
            let mut numbers = Vec::new();
            for it in looked.steps.iter().take(STEPS) {
                numbers.push(store::account::get(tx, it.account)?.number);
            }
            Ok((looked, numbers))
        })
    })
    .await?;
    let words = visitor.money();
    let Looked { opens, ends, steps, again, waiting, kept } = looked;
    // What is sent once more is guarded with what is sent first.
    let all = || steps.iter().chain(&again);
    let count = |it: Step| all().filter(|coming| coming.taken.step == it).count();
    let counted =
        |it: &Step| Counted { word: it.word(), name: step(*it, words), count: count(*it) };
    let row = |(number, it): (&AccountNumber, &Coming)| {
        let Taken { step: next, past_due, .. } = it.taken;
        [number.to_string(), step(next, words).to_owned(), show::money(past_due)]
    };
    let kept = kept.iter().map(|((of, by), many)| {
        [step(*of, words).to_owned(), shield(*by, words).to_owned(), many.to_string()]
    });
    let notice = || words.review_no_notice.to_owned();
    let untold =
        (0 < waiting).then(|| [step(Step::Cut, words).to_owned(), notice(), waiting.to_string()]);
    let page = Review {
        head: Head::new(console, Some(visitor), visitor.language, words.review),
        tabs: tabs(visitor, "/collections"),
        opens: grouped(&opens.len().to_string()),
        ends: grouped(&ends.len().to_string()),
        steps: Step::ALL.iter().map(counted).filter(|it| 0 < it.count).collect(),
        kept: kept.chain(untold).collect(),
        rows: numbers.iter().zip(&steps).map(row).collect(),
        more: STEPS < steps.len(),
        done: ran.map(|it| said(&it, visitor)),
        may_run: visitor.may(Permission::RunCollections),
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn said(it: &Done, visitor: &Visitor) -> Ran {
    let words = visitor.money();
    let more = format!("{}, {}", step(Step::Notice, words), words.review_once_more);
    let more = (0 < it.again).then(|| [more, it.again.to_string()]);
    let taken = it.taken.iter();
    let taken = taken.map(|(it, many)| [step(*it, words).to_owned(), many.to_string()]).chain(more);
    let stopped = it.stopped.iter().map(|(it, (many, why))| {
        let why = evidence::refused(why, visitor.language);
        [step(*it, words).to_owned(), many.to_string(), why]
    });
    Ran { taken: taken.collect(), stopped: stopped.collect() }
}

/// Takes the steps that come next, and says what was not taken.
pub(crate) async fn run(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let act = |here: &Console, actor, sent: &Typed| {
        let mut expected = Vec::new();
        for it in Step::ALL {
            if let Some(text) = sent.some(&format!("expect-{it}")) {
                let no = |_| money::no(format!("{text} is no count; write a whole number"));
                expected.push((*it, text.parse().map_err(no)?));
            }
        }
        collection::run(&here.db, actor, &expected)
    };
    let done = match money::asked(&console, &visitor, &Typed::new(fields), act).await {
        Ok(Ok(ran)) => tonight(&console, &visitor, (Some(ran), String::new())).await,
        Ok(Err(says)) => tonight(&console, &visitor, (None, says)).await,
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}
