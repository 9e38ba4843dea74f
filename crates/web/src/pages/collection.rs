//! The collections board: open cases by step and class, what tonight's review would do, and what is
//! stopped.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::collection::{self, Done, Looked, Part, Switch};
use meterbook_app::protection::{self, NewProtection, To};
use meterbook_app::under_way::Long;
use meterbook_core::credit::Shield;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::protection::Why;
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::permission::Permission;
use meterbook_core::text::grouped;
use meterbook_store as store;
use meterbook_store::collection::Taken;
use serde::Deserialize;

use super::money::{self, Fields, Kept, Tab, came_or_refused, class, go_on, shield, step, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::money::Words;
use crate::words::work::Words as WorkWords;
use crate::work::{self, Broken, Going, Seen, Tell, Work};
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
            let accounts: Vec<AccountId> = rows.iter().map(|it| it.account).collect();
            let mut shields = protection::shields_of(tx, &accounts, today)?;
            let with = |it: store::collection::Standing| {
                let theirs = shields.remove(&it.account).unwrap_or_default();
                (it, theirs)
            };
            let rows: Vec<_> = rows.into_iter().map(with).collect();
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

/// What a look over all accounts found, as much as is shown.
struct Tonight {
    opens: usize,
    ends: usize,
    /// How many of each step.
    steps: BTreeMap<Step, usize>,
    kept: BTreeMap<(Step, Shield), usize>,
    /// Cuts that wait for their notice.
    waiting: usize,
    rows: Vec<(AccountNumber, Taken)>,
    more: bool,
}

/// What of a review goes on beside the pages.
#[derive(Default)]
pub(crate) struct Works {
    look: Work<Date, Tonight>,
    run: Work<(), Done>,
}

#[derive(Template)]
#[template(path = "review.html")]
struct Review {
    head: Head,
    words: &'static WorkWords,
    tabs: Vec<Tab>,
    says: String,
    /// What goes on: a look, or taking the steps. What was found is not shown meanwhile.
    going: Option<Going>,
    /// Whether that is taking the steps.
    takes: bool,
    /// What was begun is not known any more.
    unknown: bool,
    /// What was begun and cut off.
    broken: Option<Broken>,
    as_of: String,
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

#[derive(Default, Deserialize)]
pub(crate) struct Begun {
    /// The number of what was begun.
    #[serde(default)]
    ran: Option<u64>,
}

/// What a review would do now, or how far one is.
pub(crate) async fn review(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(begun): Query<Begun>,
) -> Response {
    let done = tonight(&console, &visitor, begun.ran, String::new()).await;
    answer(&console, &visitor, done)
}

async fn tonight(
    console: &Arc<Console>,
    visitor: &Visitor,
    ran: Option<u64>,
    mut says: String,
) -> Result<Response> {
    let here = console.clone();
    let seen = blocking(move || {
        let now = || here.reviews.run.now().map_or(Seen::Gone, Seen::Works);
        Ok(ran.map_or_else(now, |nth| here.reviews.run.seen(nth)))
    })
    .await?;
    let plain = Review {
        head: Head::new(console, Some(visitor), visitor.language, visitor.money().review),
        words: visitor.work(),
        tabs: tabs(visitor, "/collections"),
        says: String::new(),
        going: None,
        takes: false,
        unknown: false,
        broken: None,
        as_of: String::new(),
        opens: String::new(),
        ends: String::new(),
        steps: Vec::new(),
        kept: Vec::new(),
        rows: Vec::new(),
        more: false,
        done: None,
        may_run: visitor.may(Permission::RunCollections),
    };
    let (mut done, mut unknown) = (None, false);
    match seen {
        Seen::Works(pace) => {
            let named = |it: &str| part(it, visitor);
            let going = Some(Going::new(visitor, visitor.work().work_review, &pace, named));
            return Ok(drawn(Review { going, takes: true, says, ..plain }));
        }
        Seen::Came((), _, came) => match came_or_refused(came, console, visitor)? {
            Ok(ran) => done = Some(said(&ran, visitor)),
            Err(no) => says = no,
        },
        Seen::Gone => unknown = ran.is_some(),
    }
    let (here, who) = (console.clone(), visitor.clone());
    let rest = visitor.work().work_broken_review;
    let broken = blocking(move || Broken::of(&here, &who, Long::Review, rest)).await?;
    let (here, today) = (console.clone(), money::today(console));
    let looks = blocking(move || {
        let db = here.clone();
        Ok(here.reviews.look.look(today, move |_| look(&db, today)))
    });
    let unknown = unknown && broken.is_none();
    let page = Review { says, done, unknown, broken, ..plain };
    match looks.await? {
        Seen::Came(_, at, looked) => {
            let as_of = show::instant(at, &console.zone, visitor.language);
            let looked = looked.map_err(|why| anyhow!("{why:#}"))?;
            Ok(drawn(Review { as_of, ..found(&looked, visitor, page) }))
        }
        Seen::Works(pace) => {
            let going = Going::new(visitor, visitor.work().work_looks, &pace, str::to_owned);
            Ok(drawn(Review { going: Some(going), ..page }))
        }
        Seen::Gone => Ok(drawn(page)),
    }
}

/// The page. What is refused is not lost by asking for it again.
fn drawn(page: Review) -> Response {
    let answer = draw(money::status(&page.says), &page);
    if page.going.is_some() && page.says.is_empty() { work::anew(answer) } else { answer }
}

fn look(console: &Console, today: Date) -> Result<Tonight> {
    console.db.read(|tx| {
        let looked = collection::look(tx, today)?;
        let mut rows = Vec::new();
        for it in looked.steps.iter().take(STEPS) {
            rows.push((store::account::get(tx, it.account)?.number, it.taken.clone()));
        }
        let Looked { opens, ends, steps: coming, again, waiting, kept } = looked;
        let mut steps = BTreeMap::new();
        // What is sent once more is guarded with what is sent first.
        for it in coming.iter().chain(&again) {
            *steps.entry(it.taken.step).or_default() += 1;
        }
        let (opens, ends, more) = (opens.len(), ends.len(), STEPS < coming.len());
        Ok(Tonight { opens, ends, steps, kept, waiting: waiting.len(), rows, more })
    })
}

/// What was found, on a page.
fn found(it: &Tonight, visitor: &Visitor, page: Review) -> Review {
    let words = visitor.money();
    let counted = |(it, count): (&Step, &usize)| Counted {
        word: it.word(),
        name: step(*it, words),
        count: *count,
    };
    let row = |(number, it): &(AccountNumber, Taken)| {
        [number.to_string(), step(it.step, words).to_owned(), show::money(it.past_due)]
    };
    let kept = it.kept.iter().map(|((of, by), many)| {
        [step(*of, words).to_owned(), shield(*by, words).to_owned(), many.to_string()]
    });
    let untold = (0 < it.waiting).then(|| {
        let [cut, notice] = [step(Step::Cut, words), words.review_no_notice];
        [cut.to_owned(), notice.to_owned(), it.waiting.to_string()]
    });
    Review {
        opens: grouped(&it.opens.to_string()),
        ends: grouped(&it.ends.to_string()),
        steps: it.steps.iter().map(counted).collect(),
        kept: kept.chain(untold).collect(),
        rows: it.rows.iter().map(row).collect(),
        more: it.more,
        ..page
    }
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

/// The word of what a run is at.
fn word(it: Part) -> &'static str {
    match it {
        Part::Look => "look",
        Part::Ends => "ends",
        Part::Opens => "opens",
        Part::Again => "again",
        Part::Steps(step) => step.word(),
    }
}

/// What is so called.
fn part(it: &str, visitor: &Visitor) -> String {
    let words = visitor.work();
    let name = match it {
        "look" => words.work_look,
        "ends" => words.work_ends,
        "opens" => words.work_opens,
        "again" => words.work_notices,
        other => Step::from_word(other).map_or("", |it| step(it, visitor.money())),
    };
    name.to_owned()
}

/// Begins to take the steps that come next, unless somebody has; its page says how far it is, and what was
/// not taken.
pub(crate) async fn run(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Fields>,
) -> Response {
    let there = console.clone();
    let act = move |here: &Console, actor, sent: &Typed| {
        let mut expected = Vec::new();
        for it in Step::ALL {
            if let Some(text) = sent.some(&format!("expect-{it}")) {
                let no = |_| money::no(format!("{text} is no count; write a whole number"));
                expected.push((*it, text.parse().map_err(no)?));
            }
        }
        let begun = here.reviews.run.begin((), move |tell: Tell<'_>| {
            let mut watch = |at, done, of| tell(word(at), done, of);
            let done = collection::run_watched(&there.db, actor, &expected, &mut watch);
            there.reviews.look.forget();
            done
        });
        Ok(match begun {
            Some(nth) => format!("/collections/tonight?ran={nth}"),
            None => "/collections/tonight".to_owned(),
        })
    };
    let again = |(_, says): (Typed, String)| tonight(&console, &visitor, None, says);
    go_on(&console, &visitor, fields, act, again).await
}
