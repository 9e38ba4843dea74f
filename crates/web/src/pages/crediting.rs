//! What is done for the credit of an account: agreeing to parts, waiving a fee, asking for security and
//! giving it back, levelling bills, protecting, saying what is so of the household.

use std::sync::Arc;

use anyhow::Result;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::{Extension, Form};
use meterbook_app::approval::{Asked, Outcome, do_or_ask};
use meterbook_app::circumstance::{self, NewFact};
use meterbook_app::credit::NewRefund;
use meterbook_app::deposit::NewDeposit;
use meterbook_app::late_fee::NewWaiver;
use meterbook_app::online::card;
use meterbook_app::pledge::NewPledge;
use meterbook_app::protection::{NewProtection, To};
use meterbook_app::security::NewSecurity;
use meterbook_app::{Actor, budget, plan, pledge, protection};
use meterbook_core::credit::Shield;
use meterbook_core::credit::circumstance::Circumstance;
use meterbook_core::credit::plan::Pays;
use meterbook_core::id::{AccountId, BillId, PaymentId};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_store::{self as store, Tx};

use super::money::{self, Fields, go_on, or_waits};
use super::{NotThere, credit};
use crate::Console;
use crate::guard::Visitor;
use crate::typed::Typed;

/// Does what one of the forms asks that keep credit.
pub(crate) async fn keep(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path((number, what)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Response {
    let of = number.clone();
    let act = move |here: &Console, actor, sent: &Typed| {
        let how = here.db.write(|tx| {
            let account = money::account_of(tx, &of)?.id;
            act(tx, actor, account, (&what, sent))
        })?;
        Ok(format!("/accounts/{of}/credit?done={how}"))
    };
    let again = |it| credit::page(&console, &visitor, &number, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

/// Does it, and says the word for what was done.
fn act(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    (what, typed): (&str, &Typed),
) -> Result<&'static str> {
    let text = |name: &str| typed.text(name);
    let currency = store::utility::get(tx)?.currency;
    let money_of = |it: &str| money::amount(currency, it);
    match what {
        "plan" => {
            let option = text("option").parse().unwrap_or(0);
            let pays = typed.some("pays").and_then(Pays::from_word);
            plan::agree(tx, actor, account, (option, pays), text("plan-why"))?;
            Ok("plan")
        }
        "plan-pays" => {
            let pays = Pays::from_word(text("pays")).unwrap_or_default();
            plan::say_pays(tx, actor, account, pays, text("pays-why"))?;
            Ok("plan-pays")
        }
        "card-end" => {
            card::forget(tx, actor, account, text("card-why"))?;
            Ok("card-end")
        }
        "plan-end" => {
            plan::cancel(tx, actor, account, text("plan-why"))?;
            Ok("plan-end")
        }
        "deposit" => {
            let amount = typed.some("deposit-amount").map(money_of).transpose()?;
            let parts = text("deposit-parts");
            let no = |_| money::no(format!("{parts} is no count; write a whole number"));
            let parts = parts.parse().map_err(no)?;
            let credit = Credit::from_word(text("deposit-credit")).unwrap_or(Credit::Unknown);
            let new = NewDeposit { account, credit, amount, parts };
            let new = NewSecurity::deposit(tx, actor.at, new)?;
            secure(tx, actor, new, (text("deposit-why"), "deposit"))
        }
        "deposit-back" => {
            let new = NewSecurity::back(tx, account)?;
            secure(tx, actor, new, (text("deposit-back-why"), "deposit-back"))
        }
        "budget" => {
            let level = typed.some("level").map(money_of).transpose()?;
            budget::begin(tx, actor, account, level, text("budget-why"))?;
            Ok("budget")
        }
        "budget-level" => {
            let level = typed.some("new-level").map(money_of).transpose()?;
            budget::set_level(tx, actor, account, level, text("level-why"))?;
            Ok("budget-level")
        }
        "budget-end" => {
            budget::end(tx, actor, account, text("budget-why"))?;
            Ok("budget-end")
        }
        "pledge" => {
            let new = NewPledge {
                account,
                agency: text("pledge-agency").to_owned(),
                amount: money_of(text("pledge-amount"))?,
                until: typed.some("pledge-until").map(money::day).transpose()?,
                why: text("pledge-why").to_owned(),
            };
            secure(tx, actor, NewSecurity::Pledge(new), (text("pledge-why"), "pledge"))
        }
        "pledge-keep" => {
            let id = text("payment").parse().map_err(|_| NotThere)?;
            pledge::match_payment(tx, actor, (account, text("agency")), PaymentId(id))?;
            Ok("pledge-keep")
        }
        "pledge-cancel" => {
            pledge::cancel(tx, actor, (account, text("agency")), text("pledge-cancel-why"))?;
            Ok("pledge-cancel")
        }
        "protect" => {
            let new = NewProtection {
                to: To::Account(account),
                shield: Shield::from_word(text("shield")).ok_or(NotThere)?,
                from: money::day(text("from"))?,
                until: typed.some("until").map(money::day).transpose()?,
                evidence: text("evidence").to_owned(),
            };
            protection::grant(tx, actor, &new)?;
            Ok("protect")
        }
        "protect-end" => {
            let shield = Shield::from_word(text("shield")).ok_or(NotThere)?;
            protection::end(tx, actor, account, shield, text("protect-why"))?;
            Ok("protect-end")
        }
        "say" => {
            let new = NewFact {
                account,
                what: Circumstance::from_word(text("fact")).ok_or(NotThere)?,
                from: money::day(text("fact-from"))?,
                until: typed.some("fact-until").map(money::day).transpose()?,
                evidence: text("fact-evidence").to_owned(),
            };
            circumstance::say(tx, actor, &new)?;
            Ok("say")
        }
        "unsay" => {
            let what = Circumstance::from_word(text("fact")).ok_or(NotThere)?;
            circumstance::end(tx, actor, account, what, text("fact-why"))?;
            Ok("unsay")
        }
        _ => Err(NotThere.into()),
    }
}

/// Secures an account, or asks a second person; says the word for what was done.
fn secure(
    tx: &mut Tx,
    actor: Actor,
    new: NewSecurity,
    (why, done): (&str, &'static str),
) -> Result<&'static str> {
    let went = do_or_ask(tx, actor, &Asked::Secure(new), why)?;
    Ok(if went == Outcome::Done { done } else { "secure-asked" })
}

/// Does not ask for a fee, or asks a second person.
pub(crate) async fn waive(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let of = number.clone();
    let act = move |here: &Console, actor, sent: &Typed| {
        let (bill, nth, amount) = fee(sent.text("fee")).ok_or(NotThere)?;
        let went = here.db.write(|tx| {
            let account = money::account_of(tx, &of)?.id;
            let new = NewWaiver { account, bill, nth, amount };
            do_or_ask(tx, actor, &Asked::Waive(new), sent.text("fee-why"))
        })?;
        let how = if went == Outcome::Done { "waived" } else { "asked" };
        Ok(format!("/accounts/{of}/credit?done={how}"))
    };
    let again = |it| credit::page(&console, &visitor, &number, "", it);
    go_on(&console, &visitor, fields, act, again).await
}

/// The bill, the turn and the amount that a button of a fee sends.
fn fee(text: &str) -> Option<(BillId, i64, Money)> {
    let numbers: Vec<i64> = text.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [bill, nth, cents] = numbers.try_into().ok()?;
    Some((BillId(bill), nth, Money::from_cents(cents)))
}

/// Gives a credit back, or asks a second person.
pub(crate) async fn refund(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Form(fields): Form<Fields>,
) -> Response {
    let of = number.clone();
    let act = move |here: &Console, actor, sent: &Typed| {
        let amount = money::amount(here.currency()?, sent.text("refund-amount"))?;
        let reference = sent.text("refund-reference").to_owned();
        let went = here.db.write(|tx| {
            let account = money::account_of(tx, &of)?.id;
            let new = NewRefund { account, amount, reference };
            do_or_ask(tx, actor, &Asked::Refund(new), sent.text("refund-why"))
        })?;
        Ok(or_waits(went, &format!("/accounts/{of}/credit?done=refund")))
    };
    let again = |it| credit::page(&console, &visitor, &number, "", it);
    go_on(&console, &visitor, fields, act, again).await
}
