//! What agencies promised, by how it stands: what should have come first.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use meterbook_app::listing::Listing;
use meterbook_core::credit::pledge::Ending;
use meterbook_store as store;
use meterbook_store::pledge::{Listed, Standing};
use serde::Deserialize;

use super::money::{self, Choice, Tab, tabs};
use super::{Head, NotThere, answer, blocking, draw};
use crate::guard::Visitor;
use crate::{Console, show};

/// Pledges that are listed on the page.
const ROWS: i64 = 200;

#[derive(Template)]
#[template(path = "pledges.html")]
struct Page {
    head: Head,
    tabs: Vec<Tab>,
    choices: Vec<Choice>,
    /// The same list as a file.
    file: String,
    rows: Vec<Row>,
    /// Whether these ended, and not only what is waited for.
    ended: bool,
    more: bool,
}

struct Row {
    number: String,
    name: String,
    agency: String,
    amount: String,
    came: String,
    from: String,
    until: String,
    /// How long it should have been here; empty where it is in time or ended.
    late: String,
    ended_on: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    which: String,
}

impl Asked {
    /// Which are asked for; those that should have come where nothing is said.
    fn standing(&self) -> Result<Standing> {
        match self.which.as_str() {
            "" => Ok(Standing::Due),
            word => Ok(Standing::from_word(word).ok_or(NotThere)?),
        }
    }
}

/// How a pledge ended, as people say it.
pub(super) fn ended(how: Ending, visitor: &Visitor) -> &'static str {
    let words = visitor.money();
    match how {
        Ending::Kept => words.pledge_is_kept,
        Ending::Lapsed => words.pledge_is_lapsed,
        Ending::Cancelled => words.pledge_is_cancelled,
    }
}

/// Pledges that stand so.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, &asked).await;
    answer(&console, &visitor, done)
}

async fn page(console: &Arc<Console>, visitor: &Visitor, asked: &Asked) -> Result<Response> {
    let (here, which, today) = (console.clone(), asked.standing()?, money::today(console));
    let read = move || here.db.read(|tx| store::pledge::list(tx, which, today, ROWS + 1));
    let mut all = blocking(read).await?;
    let more = usize::try_from(ROWS)? < all.len();
    all.truncate(usize::try_from(ROWS)?);
    let words = visitor.money();
    let choice = |it: Standing| Choice {
        link: format!("/pledges?which={}", it.word()),
        name: match it {
            Standing::Due => words.pledges_due,
            Standing::Open => words.pledge_is_open,
            Standing::Ended(how) => ended(how, visitor),
        },
        here: it == which,
    };
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, words.pledges),
        tabs: tabs(visitor, "/pledges"),
        choices: Standing::ALL.into_iter().map(choice).collect(),
        file: format!("/pledges.csv?which={}", which.word()),
        rows: all.iter().map(|it| row(it, today, visitor)).collect(),
        ended: matches!(which, Standing::Ended(_)),
        more,
    };
    Ok(draw(StatusCode::OK, &page))
}

fn row(it: &Listed, today: Date, visitor: &Visitor) -> Row {
    let day = |on: Date| show::day(on, visitor.language);
    Row {
        number: it.number.to_string(),
        name: it.name.clone(),
        agency: it.agency.clone(),
        amount: show::money(it.amount),
        came: show::money(it.came),
        from: day(it.from),
        until: day(it.until),
        late: match it.stands {
            Standing::Due => money::days(it.until, today, visitor),
            _ => String::new(),
        },
        ended_on: it.ended_on.map_or_else(String::new, day),
    }
}

/// The same list as a file, with all of them.
pub(crate) async fn csv(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let (here, today) = (console.clone(), money::today(&console));
    let done = blocking(move || {
        let which = asked.standing()?;
        here.db.read(|tx| store::pledge::list(tx, which, today, i64::MAX))
    })
    .await;
    let done = done.and_then(|all| {
        let row = |it: &Listed| {
            vec![
                it.number.to_string(),
                it.name.clone(),
                it.agency.clone(),
                it.amount.plain(),
                it.came.plain(),
                it.from.to_string(),
                it.until.to_string(),
                it.lapses.to_string(),
                it.stands.word().to_owned(),
                it.ended_on.map_or_else(String::new, |it| it.to_string()),
            ]
        };
        let columns = [
            "account", "name", "agency", "promised", "came", "from", "until", "lapses", "stands",
            "ended_on",
        ];
        let rows = all.iter().map(row).collect();
        money::file("pledges", &Listing { columns: columns.to_vec(), rows })
    });
    answer(&console, &visitor, done)
}
