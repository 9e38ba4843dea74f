//! A bill off every cycle of what is charged once, and taking one back: what it would be, and making it
//! with a second person where that takes two.

use std::sync::Arc;

use anyhow::{Error, Result};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use meterbook_app::approval::{Asked, Outcome, do_or_ask};
use meterbook_app::bill_run::once::{self, NewOnce, Of, Planned};
use meterbook_core::account::Account;
use meterbook_core::bill::BillNumber;
use meterbook_core::bill::explain::arithmetic_in;
use meterbook_core::bill::once::{Choice, Costs, Wanted};
use meterbook_core::charge::Charge;
use meterbook_core::id::AccountNumber;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::rating::Line;
use meterbook_store::{self as store, Tx};

use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::guard::{self, Visitor};
use crate::refusal;
use crate::show;
use crate::typed::Typed;
use crate::words::Words;

/// Lines for amounts in words of their own: more are rare, and are another bill.
const LINES: usize = 3;

#[derive(Template)]
#[template(path = "once.html")]
struct Page {
    head: Head,
    title: &'static str,
    number: String,
    name: String,
    /// Why nothing is billed.
    refused: String,
    kinds: Vec<Kind>,
    own: Vec<Own>,
    /// What moves asked for and no bill has.
    waiting: Vec<[String; 2]>,
    open: bool,
    reference: String,
    why: String,
    /// The bill that is taken back; empty for a new one.
    back: String,
    will: Option<Will>,
    /// The fields as they were when somebody looked.
    asked: Vec<(String, String)>,
}

/// A kind of charge, and what was typed of it.
struct Kind {
    field: String,
    called: String,
    /// What it costs, or what is to be typed.
    takes: String,
    /// Whether it is only chosen.
    ticked: bool,
    value: String,
}

/// An amount in words of its own.
struct Own {
    nth: usize,
    amount: String,
    ledgers: Vec<(&'static str, &'static str, bool)>,
    label: String,
}

/// What it would be.
pub(super) struct Will {
    pub(super) lines: Vec<[String; 3]>,
    pub(super) total: String,
    pub(super) cents: i64,
    pub(super) due: String,
}

/// The form, with what it would be where something is asked for.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(fields): Query<Vec<(String, String)>>,
) -> Response {
    let done = form(&console, &visitor, &number, Typed::new(fields), None).await;
    answer(&console, &visitor, done)
}

async fn form(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: &str,
    typed: Typed,
    refused: Option<Error>,
) -> Result<Response> {
    let (here, who, number) = (console.clone(), visitor.clone(), number.to_owned());
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = blocking(move || {
        here.db.write(|tx| {
            let account = account(tx, &number)?;
            looked(tx, &here, &who, (&account, &typed), refused)
        })
    })
    .await?;
    Ok(draw(status, &page))
}

/// The account of an address.
pub(super) fn account(tx: &mut Tx, number: &str) -> Result<Account> {
    let number = AccountNumber::parse(number).ok_or(NotThere)?;
    Ok(store::account::by_number(tx, number)?.ok_or(NotThere)?)
}

fn looked(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    (account, typed): (&Account, &Typed),
    mut refused: Option<Error>,
) -> Result<Page> {
    let (words, language, actor) = (visitor.words(), visitor.language, visitor.actor());
    let today = console.zone.day_of(actor.at);
    let kinds = once::choices(tx, today, language)?;
    let waiting = once::waiting(tx, account.id, today)?;
    let mut will = None;
    if let Some(new) = wanted(account, typed, &kinds) {
        match once::preview(tx, actor, &new) {
            Ok(it) => will = Some(seen(&it, &new.of, visitor)),
            Err(why) => drop(refused.get_or_insert(refusal::only(why)?)),
        }
    }
    let back = typed.text("back").to_owned();
    let title = if back.is_empty() { words.once_title } else { words.once_back };
    let row = |it: &Charge| [it.label.clone(), show::money(it.amount)];
    Ok(Page {
        head: Head::new(console, Some(visitor), language, title),
        title,
        number: account.number.to_string(),
        name: store::person::get(tx, account.person)?.name,
        refused: refused.map_or_else(String::new, |it| refusal::said(&it, &console.zone, language)),
        kinds: kinds.iter().map(|it| kind(it, typed, words)).collect(),
        own: (1..=LINES).map(|nth| own(nth, typed, words)).collect(),
        waiting: waiting.iter().map(row).collect(),
        open: typed.has("open", "yes"),
        reference: typed.text("reference").to_owned(),
        why: typed.text("why").to_owned(),
        back,
        asked: typed.others(&["secret", "why", "total"]),
        will,
    })
}

fn kind(it: &Choice, typed: &Typed, words: &Words) -> Kind {
    let field = format!("kind-{}", it.code);
    let takes = match it.costs {
        Costs::Any => words.amount.to_owned(),
        Costs::Fixed(amount) => show::money(amount),
        Costs::Each(price) => format!("{} ({})", price.per, words.once_count),
    };
    let value = typed.text(&field).to_owned();
    let ticked = matches!(it.costs, Costs::Fixed(_));
    Kind { field, called: it.called.clone(), takes, ticked, value }
}

fn own(nth: usize, typed: &Typed, words: &Words) -> Own {
    let of = |name: &str| typed.text(&format!("{name}-{nth}")).to_owned();
    let chosen = of("ledger");
    let ledgers = Wanted::posted_to().into_iter().map(|it| (it, ledger(it, words), it == chosen));
    Own { nth, amount: of("amount"), ledgers: ledgers.collect(), label: of("label") }
}

/// What an amount is posted to, as people say it.
fn ledger(word: &'static str, words: &Words) -> &'static str {
    match word {
        "fee revenue" => words.ledger_fees,
        "electric revenue" => words.electric,
        "gas revenue" => words.gas,
        "water revenue" => words.water,
        "waste revenue" => words.waste,
        "billing adjustments" => words.ledger_adjustments,
        other => other,
    }
}

/// What is asked for; nothing where the form is empty.
fn wanted(account: &Account, typed: &Typed, known: &[Choice]) -> Option<NewOnce> {
    let reference = typed.text("reference").to_owned();
    let new = |of| NewOnce { account: account.id, of, reference, total: Money::ZERO };
    if let Some(number) = typed.some("back") {
        return Some(new(Of::Back(BillNumber(number.to_owned()))));
    }
    let kinds = known.iter().filter_map(|it| {
        let value = typed.some(&format!("kind-{}", it.code))?;
        Some(match it.costs {
            Costs::Fixed(_) => it.code.clone(),
            Costs::Any | Costs::Each(_) => format!("{}={value}", it.code),
        })
    });
    let kinds: Vec<String> = kinds.collect();
    let said = (1..=LINES).filter_map(|nth| {
        let [amount, ledger, label] =
            ["amount", "ledger", "label"].map(|it| typed.text(&format!("{it}-{nth}")));
        (!amount.is_empty() || !label.is_empty()).then(|| format!("{amount} {ledger}: {label}"))
    });
    let said: Vec<String> = said.collect();
    let open = typed.has("open", "yes");
    (open || !kinds.is_empty() || !said.is_empty()).then(|| new(Of::Charges { kinds, said, open }))
}

fn seen(it: &Planned, of: &Of, visitor: &Visitor) -> Will {
    let language = visitor.language;
    let once = it.bill.once.iter().map(|it| charged(&it.line, language));
    let with = it.with.iter().map(|it| [it.label.clone(), String::new(), show::money(it.amount)]);
    let due = match of {
        Of::Charges { .. } => show::day(it.bill.due_on, language),
        Of::Back(_) => String::new(),
    };
    Will {
        lines: once.chain(with).collect(),
        total: show::money(it.total),
        cents: it.total.cents(),
        due,
    }
}

/// What a line says, how it comes about where that says more than its amount, and its amount.
pub(super) fn charged(line: &Line, language: Language) -> [String; 3] {
    let (how, amount) =
        (arithmetic_in(line, language).replace(" x ", " × "), show::money(line.amount));
    let how = if how == amount { String::new() } else { how };
    [line.label.to_string(), how, amount]
}

/// Bills it or takes it back, or asks for a second person. What is refused is said beside the form, with
/// what was typed.
pub(crate) async fn make(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let typed = Typed::new(fields);
    let same = guard::same_session(&visitor, typed.text("secret"));
    let (here, who, sent, of) = (console.clone(), visitor.clone(), typed.clone(), number.clone());
    let made = blocking(move || {
        same?;
        let actor = who.actor();
        here.db.write(|tx| {
            let account = account(tx, &of)?;
            let known = once::choices(tx, here.zone.day_of(actor.at), who.language)?;
            let new = wanted(&account, &sent, &known).ok_or(NotThere)?;
            let cents = sent.text("total").parse().map_err(|_| NotThere)?;
            let new = NewOnce { total: Money::from_cents(cents), ..new };
            do_or_ask(tx, actor, &Asked::BillOnce(new), sent.text("why"))
        })
    })
    .await;
    let word = if typed.text("back").is_empty() { "billed" } else { "taken-back" };
    let done = match made {
        Ok(Outcome::Done) => {
            Ok(Redirect::to(&format!("/accounts/{number}?done={word}")).into_response())
        }
        Ok(Outcome::Waits(_)) => Ok(Redirect::to("/approvals").into_response()),
        Err(why) => match refusal::only(why) {
            Ok(why) => form(&console, &visitor, &number, typed, Some(why)).await,
            Err(why) => Err(why),
        },
    };
    answer(&console, &visitor, done)
}

/// Whether somebody has the form: looking what it comes to takes the one, billing it the other.
pub(super) fn may_bill_once(visitor: &Visitor) -> bool {
    [Permission::BillOnce, Permission::RunBills].iter().all(|it| visitor.may(*it))
}
