//! A version of a tariff told otherwise for its day, or put in for days that are billed: the bills of every
//! account that it reaches, and telling it with their correction.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use jiff::civil::Date;
use meterbook_app::bill_run::correct::Seen;
use meterbook_app::fact::version::{self, Because, Retold, Version};
use meterbook_app::tariff;
use meterbook_core::bill::correct::Cause;
use meterbook_core::text::grouped;
use meterbook_store as store;

use super::fact::{read, write};
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::evidence;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::show;
use crate::typed::Typed;

/// Bills that are shown one by one.
const SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "version.html")]
struct Page {
    head: Head,
    /// The bill from which somebody came; empty where nobody did.
    bill: String,
    refused: String,
    text: String,
    will: Option<Will>,
    why: String,
    evidence: String,
}

/// What telling it would come to.
struct Will {
    said: String,
    was: String,
    counted: String,
    more: String,
    less: String,
    /// Account, bill, what it comes to, what it would, the difference.
    bills: Vec<[String; 5]>,
    /// How many are not shown.
    others: String,
    /// Accounts whose bills cannot be made again, and why.
    failed: Vec<[String; 2]>,
    seen: String,
}

/// The form, with the text that holds on the day of a bill.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Response {
    let (here, mut typed) = (console.clone(), Typed::new(fields));
    let known = blocking(move || {
        let on = typed.text("on").parse::<Date>().ok();
        let code = typed.text("tariff").to_owned();
        let text = here.db.read(|tx| tariff::text(tx, &code, on))?;
        typed.or("text", || text.unwrap_or_default());
        Ok(typed)
    });
    let done = match known.await {
        Ok(typed) => form(&console, &visitor, typed, None).await,
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}

async fn form(
    console: &Arc<Console>,
    visitor: &Visitor,
    typed: Typed,
    mut refused: Option<Error>,
) -> Result<Response> {
    let (here, who, language) = (console.clone(), visitor.clone(), visitor.language);
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let head = Head::new(console, Some(visitor), language, visitor.words().version_title);
    let page = blocking(move || {
        let text = text(&typed);
        let mut will = None;
        if !typed.text("act").is_empty() {
            let version = Version { text: &text, cause: Cause::Tariff };
            match version::preview(&here.db, who.actor(), version, &mut |_, _| ()) {
                Ok(it) => will = Some(seen(&here, &who, &it)?),
                Err(why) => drop(refused.get_or_insert(refusal::only(why)?)),
            }
        }
        let refused =
            refused.map_or_else(String::new, |it| refusal::said(&it, &here.zone, language));
        let [bill, why, evidence] = ["bill", "why", "evidence"].map(|it| typed.text(it).to_owned());
        Ok(Page { head, bill, refused, text, will, why, evidence })
    })
    .await?;
    Ok(draw(status, &page))
}

/// The text as it is kept: a browser sends its lines with two letters at their ends.
fn text(typed: &Typed) -> String {
    let text = typed.text("text").replace("\r\n", "\n");
    if text.is_empty() { text } else { text + "\n" }
}

fn seen(console: &Console, visitor: &Visitor, it: &Retold) -> Result<Will> {
    let (words, language) = (visitor.words(), visitor.language);
    let count = |it: u64| grouped(&it.to_string());
    let number =
        |account| console.db.read(|tx| Ok(store::account::get(tx, account)?.number.to_string()));
    let (mut bills, mut failed) = (Vec::new(), Vec::new());
    for it in it.many.reached.iter().take(SHOWN) {
        let (was, now) = (show::money(it.was), show::money(it.now));
        let more = show::change(it.now - it.was);
        bills.push([number(it.account)?, it.bill.0.clone(), was, now, more]);
    }
    for (account, why) in &it.many.failed {
        failed.push([number(*account)?, evidence::refused(why, language)]);
    }
    let others = it.many.reached.len().saturating_sub(SHOWN);
    Ok(Will {
        said: evidence::told(&it.said, language),
        was: evidence::told(&it.was, language),
        counted: format!(
            "{} {}, {} {}",
            count(it.many.bills),
            words.bills.to_lowercase(),
            count(it.many.accounts),
            words.version_accounts
        ),
        more: show::change(it.many.more),
        less: show::change(it.many.less),
        bills,
        others: if others == 0 { String::new() } else { grouped(&others.to_string()) },
        failed,
        seen: write(it.many.charged.iter().map(|it| (*it.0, *it.1))),
    })
}

/// Looks what it would come to, or tells it. What is refused is said beside the form, with what was typed.
pub(crate) async fn tell(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    if typed.text("act") == "look" {
        let done = form(&console, &visitor, typed, None).await;
        return answer(&console, &visitor, done);
    }
    let same = guard::same_session(&visitor, typed.text("secret"));
    let (here, actor, sent) = (console.clone(), visitor.actor(), typed.clone());
    let told = blocking(move || {
        same?;
        let text = text(&sent);
        let version = Version { text: &text, cause: Cause::Tariff };
        let seen: Seen = read(sent.text("seen")).ok_or(NotThere)?.into_iter().collect();
        let [why, evidence] = ["why", "evidence"].map(|it| sent.text(it));
        let because = Because { why, evidence, seen: &seen };
        version::tell(&here.db, actor, version, because, &mut |_, _| ())
    })
    .await;
    let done = match told {
        Ok(it) => page_after(&console, &visitor, it).await,
        Err(why) => match refusal::only(why) {
            Ok(why) => form(&console, &visitor, typed, Some(why)).await,
            Err(why) => Err(why),
        },
    };
    answer(&console, &visitor, done)
}

/// What became of it: those that wait or were left are to be known.
async fn page_after(console: &Arc<Console>, visitor: &Visitor, it: Retold) -> Result<Response> {
    if it.many.waits != 0 {
        return Ok(Redirect::to("/approvals").into_response());
    }
    let (here, who) = (console.clone(), visitor.clone());
    let will = blocking(move || seen(&here, &who, &it).map(|will| (will, it.left))).await?;
    let words = visitor.words();
    let (will, left) = will;
    let done = if left { words.version_left } else { words.version_done };
    let head = Head::new(console, Some(visitor), visitor.language, words.version_title);
    Ok(draw(StatusCode::OK, &Done { head, done, will }))
}

#[derive(Template)]
#[template(path = "version_told.html")]
struct Done {
    head: Head,
    done: &'static str,
    will: Will,
}
