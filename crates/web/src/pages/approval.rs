//! What waits for a second person: the list, and agreeing or not.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use meterbook_app::approval;
use meterbook_core::id::ApprovalId;
use meterbook_core::money::Money;
use meterbook_core::permission::{Decision, Denied, may};
use meterbook_store as store;
use meterbook_store::approval::Approval;
use serde::Deserialize;

use super::{Head, answer, blocking, draw};
use crate::guard::{self, Visitor};
use crate::{Console, evidence, show};

#[derive(Template)]
#[template(path = "approvals.html")]
struct Page {
    head: Head,
    notice: &'static str,
    waits: Vec<Waiting>,
}

struct Waiting {
    number: i64,
    act: String,
    subject: String,
    amount: String,
    asker: String,
    when: String,
    why: String,
    /// Whether whoever looks asked for it.
    own: bool,
    /// Whether their roles have a say in it.
    may_decide: bool,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// Shows all that waits, oldest first.
pub(crate) async fn list(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, &asked.done).await;
    answer(&console, &visitor, done)
}

async fn page(console: &Arc<Console>, visitor: &Visitor, done: &str) -> Result<Response> {
    let here = console.clone();
    let waits = blocking(move || here.db.read(store::approval::open)).await?;
    let words = visitor.words();
    let page = Page {
        head: Head::new(console, Some(visitor), visitor.language, words.approvals),
        notice: match done {
            "given" => words.approval_given,
            "refused" => words.approval_refused,
            _ => "",
        },
        waits: waits.iter().map(|it| waiting(console, visitor, it)).collect(),
    };
    Ok(draw(StatusCode::OK, &page))
}

fn waiting(console: &Console, visitor: &Visitor, it: &Approval) -> Waiting {
    let decided = may(&visitor.present.grants, it.permission, it.amount);
    Waiting {
        number: it.id.0,
        act: act(&it.act, visitor),
        subject: evidence::asked(&it.subject, visitor.language),
        amount: it.amount.map_or_else(String::new, |it: Money| show::money(it)),
        asker: it.asker.clone(),
        when: show::instant(it.asked_at, &console.zone, visitor.language),
        why: it.why.clone(),
        own: it.asked_by == visitor.present.member.id,
        may_decide: !matches!(decided, Decision::Denied(Denied::NotGranted)),
    }
}

/// What is asked for, in the language of whoever looks.
fn act(act: &str, visitor: &Visitor) -> String {
    let (words, money) = (visitor.words(), visitor.money());
    let said = match act {
        "take payment" => words.take_payment,
        "refund credit" => money.act_refund,
        "refund suspense" => money.act_refund_held,
        "waive late fee" => money.act_waive,
        "write off" => money.act_write_off,
        "write off small balances" => money.act_small,
        "ask deposit" => money.deposit_ask,
        "return deposit" => money.deposit_give_back,
        "add pledge" => money.act_pledge,
        "unclaimed property" => money.act_unclaimed,
        "transfer credit" => money.act_credit_transfer,
        "transfer debt" => money.act_transfer_debt,
        "let steps go" => money.act_let_go,
        "make debits" => money.act_make_debits,
        "call off debits" => money.act_call_off_debits,
        "release bills" => words.act_release,
        "cancel bill run" => words.cycle_take_back,
        "correct bills" => words.act_correct,
        "change-multiplier" | "change multipliers" => words.act_multiplier,
        "let mass delivery go" => words.act_mass,
        "give role" => words.act_give_role,
        "take role" => words.act_take_role,
        "grant" => words.act_grant,
        "revoke" => words.act_revoke,
        "tell otherwise" => words.fact_act,
        "bill once" => words.once_act,
        "let in again" => words.act_let_in_again,
        other => other,
    };
    said.to_owned()
}

#[derive(Deserialize)]
pub(crate) struct Decided {
    secret: String,
    #[serde(default)]
    why: String,
}

/// Agrees, and has it done.
pub(crate) async fn give(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<i64>,
    Form(decided): Form<Decided>,
) -> Response {
    let said = guard::same_session(&visitor, &decided.secret);
    let (here, actor) = (console.clone(), visitor.actor());
    let done = blocking(move || {
        said?;
        let id = ApprovalId(number);
        here.db.write(|tx| approval::give(tx, actor, id, &decided.why).map(drop))
    });
    back(&console, &visitor, done.await, "given")
}

/// Refuses it, or takes back what one asked for oneself.
pub(crate) async fn refuse(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<i64>,
    Form(decided): Form<Decided>,
) -> Response {
    let said = guard::same_session(&visitor, &decided.secret);
    let (here, actor) = (console.clone(), visitor.actor());
    let done = blocking(move || {
        said?;
        let id = ApprovalId(number);
        here.db.write(|tx| approval::turn_down(tx, actor, id, &decided.why).map(drop))
    });
    back(&console, &visitor, done.await, "refused")
}

fn back(console: &Console, visitor: &Visitor, done: Result<()>, how: &str) -> Response {
    let to = format!("/approvals?done={how}");
    answer(console, visitor, done.map(|()| Redirect::to(&to).into_response()))
}
