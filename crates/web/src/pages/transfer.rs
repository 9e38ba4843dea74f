//! What an account owes or has goes to another one: what it would do to both stands there before anybody does it.

use std::cmp::Ordering;
use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use meterbook_app::approval::do_or_ask;
use meterbook_app::credit::{NewRefund, NewSpend};
use meterbook_app::transfer::{self, Case, Goes, Looked, Other, Stand};
use meterbook_app::write_off::NewTransfer;
use meterbook_core::account::Account;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Tx};

use super::credit::stands;
use super::money::{self, Fields, no, or_waits, step};
use super::{Head, MayNot, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::{Console, refusal, show};

/// What is said to whoever did not look at what it does now.
const NOT_SEEN: &str = "what it does now stands beside it; look at that, then transfer it";

#[derive(Template)]
#[template(path = "transfer.html")]
struct Page {
    head: Head,
    title: &'static str,
    number: String,
    name: String,
    /// What there is to be transferred; empty where there is nothing.
    there_is: String,
    /// Whether it is a credit.
    credit: bool,
    /// Why nothing was transferred.
    says: String,
    /// Accounts that it may well go to: number, whose it is.
    others: Vec<(String, String)>,
    typed: Typed,
    /// Why what is typed cannot be; empty where nothing is asked yet.
    wrong: String,
    will: Option<Will>,
}

/// What it would do.
struct Will {
    /// What was seen, as the form sends it along.
    seen: String,
    takes_two: bool,
    sides: Vec<Side>,
}

struct Side {
    /// Whose it is, and its number.
    called: String,
    rows: Vec<Row>,
}

/// Something of an account, now and after it.
struct Row {
    what: &'static str,
    now: String,
    then: String,
    changes: bool,
}

/// The form, with what it would do where that is clear.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(fields): Query<Fields>,
) -> Response {
    let done = form(&console, &visitor, &number, (Typed::new(fields), String::new())).await;
    answer(&console, &visitor, done)
}

async fn form(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: &str,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, who, number) = (console.clone(), visitor.clone(), number.to_owned());
    let page = blocking(move || {
        // What it would do is done and undone.
        here.db.write(|tx| {
            let account = money::account_of(tx, &number)?;
            drawn(tx, &here, &who, &account, (typed, says))
        })
    })
    .await?;
    Ok(draw(money::status(&page.says), &page))
}

fn drawn(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    account: &Account,
    (mut typed, says): (Typed, String),
) -> Result<Page> {
    let (words, language) = (visitor.money(), visitor.language);
    let there_is = transfer::there_is(tx, account.id)?;
    may(visitor, there_is)?;
    let others = transfer::others(tx, account, money::today(console))?;
    typed.or("amount", || there_is.abs().plain());
    typed.or("to", || match &others[..] {
        [one] => one.account.number.to_string(),
        _ => String::new(),
    });
    let (mut will, mut wrong) = (None, String::new());
    let credit = there_is < Money::ZERO;
    let asks = typed.some("to").is_some() && (!credit || typed.some("reference").is_some());
    if asks && there_is != Money::ZERO {
        match looked(tx, visitor, (account, there_is), &typed) {
            Ok((goes, it)) => will = Some(seen(tx, &goes, &it, visitor)?),
            Err(why) => {
                wrong = refusal::said(&refusal::only(why)?, &console.zone, language);
            }
        }
    }
    let title = if credit { words.transfer_credit } else { words.transfer_debt };
    let other = |it: &Other| {
        let stands_in = it.stands_in.map_or_else(String::new, |most| {
            format!(", {} {}", words.transfer_stands_in, show::money(most))
        });
        (it.account.number.to_string(), format!("{}{stands_in}", it.name))
    };
    Ok(Page {
        head: Head::new(console, Some(visitor), language, title),
        title,
        number: account.number.to_string(),
        name: store::person::get(tx, account.person)?.name,
        there_is: match there_is == Money::ZERO {
            true => String::new(),
            false => show::money(there_is.abs()),
        },
        credit,
        says,
        others: others.iter().map(other).collect(),
        typed,
        wrong,
        will,
    })
}

/// Refuses whoever may transfer neither; a credit takes another permission than a debt.
fn may(visitor: &Visitor, there_is: Money) -> Result<()> {
    let (debt, credit) =
        (visitor.may(Permission::WriteOff), visitor.may(Permission::MatchPayments));
    let may = match there_is.cmp(&Money::ZERO) {
        Ordering::Greater => debt,
        Ordering::Less => credit,
        Ordering::Equal => debt || credit,
    };
    if may { Ok(()) } else { Err(MayNot.into()) }
}

/// Whether somebody may transfer what an account owes, or has where that is below zero.
pub(super) fn may_transfer(visitor: &Visitor, balance: Money) -> bool {
    balance != Money::ZERO && may(visitor, balance).is_ok()
}

fn looked(
    tx: &mut Tx,
    visitor: &Visitor,
    (account, there_is): (&Account, Money),
    typed: &Typed,
) -> Result<(Goes, Looked)> {
    let goes = wanted(tx, account, there_is, typed)?;
    let it = transfer::look(tx, visitor.actor(), &goes)?;
    Ok((goes, it))
}

/// What is asked for.
fn wanted(tx: &mut Tx, account: &Account, there_is: Money, typed: &Typed) -> Result<Goes> {
    let to = money::account(tx, typed.text("to"))?.id;
    let amount = money::amount(store::utility::get(tx)?.currency, typed.text("amount"))?;
    let from = account.id;
    if Money::ZERO <= there_is {
        return Ok(Goes::Debt(NewTransfer { from, to, amount }));
    }
    let reference = typed.text("reference").to_owned();
    let credit = NewRefund { account: from, amount, reference };
    Ok(Goes::Credit(NewSpend { credit, to }))
}

fn seen(tx: &mut Tx, goes: &Goes, it: &Looked, visitor: &Visitor) -> Result<Will> {
    let mut sides = Vec::new();
    for (id, (now, then)) in goes.ends().into_iter().zip(&it.sides) {
        let account = store::account::get(tx, id)?;
        let name = store::person::get(tx, account.person)?.name;
        sides.push(Side {
            called: format!("{name}, {}", account.number),
            rows: rows(now, then, visitor),
        });
    }
    Ok(Will { seen: as_seen(goes, it), takes_two: it.takes_two, sides })
}

/// What was looked at: what goes where, and what both owe without it.
fn as_seen(goes: &Goes, it: &Looked) -> String {
    let [from, to] = goes.ends();
    let amount = match goes {
        Goes::Debt(new) => new.amount,
        Goes::Credit(new) => new.credit.amount,
    };
    let owe = it.sides.each_ref().map(|it| it.0.owes.cents());
    format!("{from} {to} {} {} {}", amount.cents(), owe[0], owe[1])
}

fn rows(now: &Stand, then: &Stand, visitor: &Visitor) -> Vec<Row> {
    let (words, language) = (visitor.money(), visitor.language);
    let day = |it: &Stand| it.oldest.map_or_else(dash, |it| show::day(it, language));
    let plan = |it: &Stand| {
        it.plan.map_or_else(|| words.transfer_no_plan.to_owned(), |it| stands(&it, words))
    };
    let both = |of: &dyn Fn(&Stand) -> String| (of(now), of(then));
    let mut rows = vec![
        (visitor.words().balance, both(&|it| show::money(it.owes))),
        (visitor.words().past_due, both(&|it| show::money(it.past_due))),
        (words.transfer_oldest, both(&day)),
    ];
    if now.plan.is_some() || then.plan.is_some() {
        rows.push((words.shield_plan, both(&plan)));
    }
    rows.push((words.collections, both(&|it| case(it.case, visitor))));
    if now.cut || then.cut {
        let cut = |it: &Stand| if it.cut { words.transfer_cut } else { words.transfer_no_cut };
        rows.push((words.step_cut, both(&|it| cut(it).to_owned())));
    }
    let row = |(what, (now, then)): (&'static str, (String, String))| {
        let changes = now != then;
        Row { what, now, then, changes }
    };
    rows.into_iter().map(row).collect()
}

fn dash() -> String {
    "–".to_owned()
}

fn case(it: Case, visitor: &Visitor) -> String {
    let words = visitor.money();
    match it {
        Case::Nothing => words.transfer_no_case.to_owned(),
        Case::Opens => words.transfer_opens.to_owned(),
        Case::Ends => words.transfer_ends.to_owned(),
        Case::Open { since, last } => {
            let since = show::day(since, visitor.language);
            let last = last.map_or_else(String::new, |it| format!(", {}", step(it.0, words)));
            format!("{} {since}{last}", words.board_case)
        }
    }
}

/// Looks at what it would do, or does it, or asks a second person.
pub(crate) async fn go(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let typed = Typed::new(fields);
    if typed.text("do") != "transfer" {
        let done = form(&console, &visitor, &number, (typed, String::new())).await;
        return answer(&console, &visitor, done);
    }
    let (of, who) = (number.clone(), visitor.clone());
    let act = move |here: &Console, actor, sent: &Typed| {
        let went = here.db.write(|tx| {
            let account = money::account_of(tx, &of)?;
            let there_is = transfer::there_is(tx, account.id)?;
            may(&who, there_is)?;
            let (goes, it) = looked(tx, &who, (&account, there_is), sent)?;
            if sent.text("seen") != as_seen(&goes, &it) {
                return Err(no(NOT_SEEN.to_owned()));
            }
            do_or_ask(tx, actor, &goes.asked(), sent.text("why"))
        })?;
        Ok(or_waits(went, &format!("/accounts/{of}?done=transferred")))
    };
    let done = match money::asked(&console, &visitor, &typed, act).await {
        Ok(Ok(to)) => Ok(Redirect::to(&to).into_response()),
        Ok(Err(says)) => form(&console, &visitor, &number, (typed, says)).await,
        Err(why) => Err(why),
    };
    answer(&console, &visitor, done)
}
