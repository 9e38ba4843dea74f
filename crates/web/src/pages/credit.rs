//! Credit of one account: why it is not cut off, paying in parts, late fees, security, levelled bills and
//! what protects it. What is done there is `crediting`.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::civil::Date;
use meterbook_app::budget::{self, Recommended};
use meterbook_app::collection::outreach::{self, Outcome};
use meterbook_app::collection::{self, Reason};
use meterbook_app::deposit::{self, Secured};
use meterbook_app::plan::{self, Proposed};
use meterbook_app::{Refused, customer_view, mandate};
use meterbook_core::credit::Shield;
use meterbook_core::credit::circumstance::Circumstance;
use meterbook_core::credit::plan::{Pays, Plan, Stands};
use meterbook_core::credit::pledge::Pledge;
use meterbook_core::credit::protection as texts;
use meterbook_core::debit::Mandate;
use meterbook_core::delivery::mailing::note_number;
use meterbook_core::id::{AccountId, CorrectionId};
use meterbook_core::ledger::Payment;
use meterbook_core::money::Money;
use meterbook_core::online::card::KeptCard;
use meterbook_core::order::OrderKind;
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_store::budget::Budget;
use meterbook_store::circumstance::Said;
use meterbook_store::collection::{Case, Taken};
use meterbook_store::late_fee::LateFee;
use meterbook_store::protection::Protection;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::money::{self, Kept, kept, shield, step};
use super::pledge::ended;
use super::transfer::may_transfer;
use super::{Head, answer, blocking, draw};
use crate::guard::Visitor;
use crate::typed::Typed;
use crate::words::money::Words;
use crate::{Console, evidence, refusal, show};

#[derive(Template)]
#[template(path = "credit.html")]
struct Page {
    head: Head,
    notice: &'static str,
    says: String,
    number: String,
    name: String,
    typed: Typed,
    balance: String,
    past_due: String,
    /// Why it is not cut off; empty where it may be.
    reasons: Vec<Kept>,
    case: Option<Opened>,
    plan: Option<Agreed>,
    /// The last digits of the account that a mandate takes from, where there is one.
    mandate: Option<String>,
    /// The card that bills are charged to, where one is kept.
    card: Option<String>,
    offers: Vec<Offered>,
    /// Why nothing is offered.
    no_offer: String,
    fees: Vec<Fee>,
    secured: Vec<[String; 2]>,
    holds: bool,
    levelled: Vec<[String; 2]>,
    level_runs: bool,
    /// The level that follows, or why none does.
    level: String,
    no_level: String,
    pledges: Vec<Promised>,
    protections: Vec<Protected>,
    household: Vec<OfHousehold>,
    /// What may be said of it.
    facts: Vec<(&'static str, String)>,
    shields: Vec<(&'static str, &'static str)>,
    today: String,
    may_keep: bool,
    may_waive: bool,
    /// Whether it has a credit that they may give back.
    may_refund: bool,
    may_forget: bool,
    /// Whether what it owes or has may go to another account.
    may_transfer: bool,
}

/// Steps of a case, each with what came of it.
type Steps = Vec<(Taken, Vec<Outcome>)>;

struct Opened {
    says: String,
    /// Its name, its day, what was past due, and what came of it.
    steps: Vec<[String; 4]>,
}

struct Agreed {
    says: String,
    stands: String,
    good: bool,
    /// Whether the mandate takes its parts.
    debited: bool,
    parts: Vec<[String; 2]>,
}

struct Offered {
    nth: usize,
    name: String,
    parts: Vec<[String; 2]>,
    chosen: bool,
}

struct Fee {
    bill: String,
    late: String,
    open: String,
    fee: String,
    back: String,
    /// What the form sends to waive it; nothing where all of it was taken back.
    sends: String,
}

struct Promised {
    agency: String,
    from: String,
    until: String,
    amount: String,
    came: String,
    stands: &'static str,
    /// Whether nothing ended it.
    open: bool,
    /// Payments that may be what was promised: which, and what people know it by.
    payments: Vec<(i64, String)>,
}

/// What is said of the household.
struct OfHousehold {
    word: &'static str,
    says: String,
    from: String,
    to: String,
    evidence: String,
    /// Whether it holds today or later.
    holds: bool,
}

struct Protected {
    word: &'static str,
    name: &'static str,
    from: String,
    to: String,
    nth: i64,
    evidence: String,
    /// Whether it holds today or later.
    holds: bool,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
}

/// What is known of the credit of an account.
struct Known {
    name: String,
    balance: Money,
    past_due: Money,
    reasons: Vec<Reason>,
    case: Option<(Case, Steps)>,
    plan: Option<(Plan, Stands)>,
    pays: Pays,
    mandate: Option<Mandate>,
    card: Option<KeptCard>,
    offers: Result<Proposed, anyhow::Error>,
    fees: Vec<LateFee>,
    secured: Secured,
    budget: Option<(Budget, Money, Money)>,
    level: Result<Recommended, anyhow::Error>,
    /// Each with the payments that may be what was promised.
    pledges: Vec<(Pledge, Vec<Payment>)>,
    protections: Vec<Protection>,
    household: Vec<Said>,
}

/// The page.
pub(crate) async fn ask(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, &number, &asked.done, Default::default()).await;
    answer(&console, &visitor, done)
}

/// The same at the address of a form that was refused.
pub(crate) async fn again(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path((number, _)): Path<(String, String)>,
) -> Response {
    let done = page(&console, &visitor, &number, "", Default::default()).await;
    answer(&console, &visitor, done)
}

/// The page, with what was done or what is refused.
pub(super) async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: &str,
    how: &str,
    (typed, says): (Typed, String),
) -> Result<Response> {
    let (here, today, asked) = (console.clone(), money::today(console), number.to_owned());
    let (number, it) = blocking(move || {
        here.db.read(|tx| {
            let account = money::account_of(tx, &asked)?;
            let name = store::person::get(tx, account.person)?.name;
            Ok((account.number.to_string(), known(tx, (account.id, name), today)?))
        })
    })
    .await?;
    let (words, language) = (visitor.money(), visitor.language);
    let (offers, no_offer) = match &it.offers {
        Ok(it) => (offered(it, &typed, visitor), String::new()),
        Err(why) => (Vec::new(), refusal::said(why, &console.zone, language)),
    };
    let (level, no_level) = match &it.level {
        Ok(it) => (it.level.plain(), String::new()),
        Err(why) => (String::new(), refusal::said(why, &console.zone, language)),
    };
    let grantable = Shield::ALL.iter().filter(|it| texts::granted(it.word()).is_ok());
    let sayable = Circumstance::ALL.iter().filter(|it| !it.follows());
    let page = Page {
        head: Head::new(console, Some(visitor), language, words.credit),
        notice: notice(how, visitor),
        number,
        balance: show::money(it.balance),
        past_due: show::money(it.past_due),
        reasons: it.reasons.iter().map(|it| reasoned(it, visitor)).collect(),
        case: it.case.as_ref().map(|it| opened(it, visitor)),
        plan: it.plan.as_ref().map(|of| agreed(of, it.pays, visitor)),
        mandate: it.mandate.map(|it| it.tail),
        card: it.card.as_ref().map(|it| kept_card(it, visitor)),
        offers,
        no_offer,
        fees: it.fees.iter().map(|it| fee(it, visitor)).collect(),
        holds: it.secured.held != Money::ZERO,
        secured: secured(&it.secured, visitor),
        level_runs: it.budget.is_some(),
        levelled: it.budget.as_ref().map_or_else(Vec::new, |it| levelled(it, visitor)),
        level,
        no_level,
        pledges: it.pledges.iter().rev().map(|it| promised(it, visitor)).collect(),
        protections: it.protections.iter().map(|it| protected(it, today, visitor)).collect(),
        household: it.household.iter().map(|it| of_household(it, today, visitor)).collect(),
        facts: sayable.map(|it| (it.word(), named(*it, language))).collect(),
        shields: grantable.map(|it| (it.word(), shield(*it, words))).collect(),
        today: today.to_string(),
        may_keep: visitor.may(Permission::KeepCredit),
        may_waive: visitor.may(Permission::WaiveFees),
        may_refund: it.balance < Money::ZERO && visitor.may(Permission::RefundCredit),
        may_forget: visitor.may(Permission::KeepCustomers),
        may_transfer: may_transfer(visitor, it.balance),
        name: it.name,
        typed,
        says,
    };
    Ok(draw(money::status(&page.says), &page))
}

fn known(tx: &mut Tx, (account, name): (AccountId, String), today: Date) -> Result<Known> {
    let case = store::collection::of_account(tx, account)?.pop().filter(|it| it.ended.is_none());
    let case = match case {
        Some(case) => {
            let mut steps = Vec::new();
            for it in store::collection::steps(tx, &case.key)? {
                let came = outreach::outcomes(tx, &it)?;
                steps.push((it, came));
            }
            Some((case, steps))
        }
        None => None,
    };
    let plan = match plan::running(tx, account, today)? {
        Some(plan) => {
            let stands = plan::stands(tx, &plan, today)?;
            Some((plan, stands))
        }
        None => None,
    };
    let budget = match budget::running(tx, account)? {
        Some(it) => {
            let level = budget::level(tx, &it)?;
            Some((it, level, store::budget::variance(tx, account)?))
        }
        None => None,
    };
    Ok(Known {
        name,
        balance: store::ledger::balance(tx, account)?,
        past_due: customer_view::past_due(tx, account, today)?,
        reasons: collection::why(tx, account, today)?,
        case,
        pays: match &plan {
            Some((plan, _)) => plan::pays(tx, plan)?.0,
            None => Pays::default(),
        },
        plan,
        mandate: mandate::standing(tx, account)?,
        card: store::card::now(tx, account)?,
        offers: or_why(plan::propose(tx, account, today))?,
        fees: store::late_fee::of_account(tx, account)?,
        secured: deposit::secured(tx, account, today)?,
        budget,
        level: or_why(budget::recommend(tx, account, today))?,
        pledges: pledges(tx, account)?,
        protections: store::protection::of_account(tx, account)?,
        household: store::circumstance::of_account(tx, account)?,
    })
}

fn pledges(tx: &mut Tx, account: AccountId) -> Result<Vec<(Pledge, Vec<Payment>)>> {
    let mut all = Vec::new();
    for it in store::pledge::of_account(tx, account)? {
        let payments = match it.ended {
            None => store::pledge::may_keep(tx, account, it.from)?,
            Some(_) => Vec::new(),
        };
        all.push((it, payments));
    }
    Ok(all)
}

/// What is refused is shown; what fails stops the page.
fn or_why<T>(done: Result<T>) -> Result<Result<T, anyhow::Error>> {
    match done {
        Err(why) if !why.is::<Refused>() => Err(why),
        done => Ok(done),
    }
}

fn notice(how: &str, visitor: &Visitor) -> &'static str {
    let words = visitor.money();
    match how {
        "plan" => words.plan_agreed,
        "plan-end" => words.plan_ended,
        "plan-pays" => words.plan_as_paid,
        "card-end" => words.card_ended,
        "waived" => words.waived,
        "asked" => words.waiver_waits,
        "secure-asked" => words.security_waits,
        "deposit" => words.deposit_asked,
        "deposit-back" => words.deposit_back,
        "budget" => words.budget_begun,
        "budget-end" => words.budget_ended,
        "pledge" => words.pledge_added,
        "pledge-cancel" => words.pledge_cancelled,
        "pledge-keep" => words.pledge_kept,
        "refund" => words.refund_credit_done,
        "budget-level" => words.budget_changed,
        "protect" => words.granted,
        "protect-end" => words.protection_ended,
        "say" => words.household_said,
        "unsay" => words.household_ended,
        _ => "",
    }
}

fn kept_card(it: &KeptCard, visitor: &Visitor) -> String {
    let words = visitor.money();
    let since = show::day(it.from, visitor.language);
    let most = it
        .most
        .map_or(String::new(), |most| format!(", {} {}", words.card_most, show::money(most)));
    format!("{}, {} {since}{most}", it.shown(), words.card_since)
}

fn reasoned(it: &Reason, visitor: &Visitor) -> Kept {
    let language = visitor.language;
    match it {
        Reason::Shielded(why) => kept(why, visitor),
        other => Kept {
            what: "",
            says: show::sentence(&evidence::said(&other.to_string(), language)),
            cite: String::new(),
            until: String::new(),
        },
    }
}

fn opened((case, steps): &(Case, Steps), visitor: &Visitor) -> Opened {
    let (words, language) = (visitor.money(), visitor.language);
    let came = |it: &Outcome| match it {
        Outcome::Called { how: None, .. } => words.not_called.to_owned(),
        Outcome::Called { how: Some(how), said } if said.is_empty() => {
            how.name(language).to_owned()
        }
        Outcome::Called { how: Some(how), said } => format!("{}: {said}", how.name(language)),
        Outcome::Visited { state, .. } => {
            format!("{}: {}", OrderKind::Visit.said(language), state.said(language))
        }
    };
    let taken = |(it, all): &(Taken, Vec<Outcome>)| {
        let all: Vec<String> = all.iter().map(came).collect();
        let (on, past_due) = (show::day(it.on, language), show::money(it.past_due));
        [step(it.step, words).to_owned(), on, past_due, all.join("; ")]
    };
    Opened {
        says: format!("{} {}", words.board_case, show::day(case.opened, language)),
        steps: steps.iter().map(taken).collect(),
    }
}

fn parts(all: &[(Date, Money)], visitor: &Visitor) -> Vec<[String; 2]> {
    let part = |it: &(Date, Money)| [show::day(it.0, visitor.language), show::money(it.1)];
    all.iter().map(part).collect()
}

fn agreed((plan, stands): &(Plan, Stands), pays: Pays, visitor: &Visitor) -> Agreed {
    let words = visitor.money();
    Agreed {
        says: format!(
            "{} {}, {}",
            words.plan_since,
            show::day(plan.agreed, visitor.language),
            match plan.of {
                None => show::money(plan.debt),
                Some(of) => added_by(of, plan.debt, visitor),
            }
        ),
        stands: self::stands(stands, words),
        debited: pays == Pays::Debit,
        good: matches!(stands, Stands::InTime | Stands::Done),
        parts: parts(&plan.parts, visitor),
    }
}

/// How what is paid in parts stands.
pub(super) fn stands(it: &Stands, words: &Words) -> String {
    match it {
        Stands::InTime => words.plan_in_time.to_owned(),
        Stands::Behind { by } => format!("{} {}", words.plan_behind, show::money(*by)),
        Stands::Broken { by } => format!("{} {}", words.plan_broken, show::money(*by)),
        Stands::Done => words.plan_paid.to_owned(),
    }
}

/// What a correction added, which is paid in parts by itself.
fn added_by(of: CorrectionId, amount: Money, visitor: &Visitor) -> String {
    format!("{} {}: {}", visitor.money().plan_added, note_number(of), show::money(amount))
}

fn offered(it: &Proposed, typed: &Typed, visitor: &Visitor) -> Vec<Offered> {
    let words = visitor.money();
    let chosen = typed.some("option").unwrap_or("1").to_owned();
    let offer = |(nth, it): (usize, &meterbook_core::credit::plan::Offer)| Offered {
        nth,
        name: match it.of {
            None => {
                let months = if it.months == 1 { words.month } else { words.months };
                format!("{} {months}", it.months)
            }
            Some(of) => added_by(of, it.debt(), visitor),
        },
        parts: parts(&it.parts, visitor),
        chosen: chosen == nth.to_string(),
    };
    (1..).zip(&it.offers).map(offer).collect()
}

fn fee(it: &LateFee, visitor: &Visitor) -> Fee {
    let left = it.left();
    Fee {
        bill: it.number.clone(),
        late: show::day(it.late_on, visitor.language),
        open: show::money(it.open),
        fee: show::money(it.fee),
        back: show::money(it.back),
        sends: match left == Money::ZERO {
            true => String::new(),
            false => format!("{} {} {}", it.bill, it.nth, left.cents()),
        },
    }
}

fn secured(it: &Secured, visitor: &Visitor) -> Vec<[String; 2]> {
    let (words, language) = (visitor.money(), visitor.language);
    let mut rows = vec![[words.deposit_held.to_owned(), show::money(it.held)]];
    if let Some(since) = it.since {
        rows.push([words.deposit_since.to_owned(), show::day(since, language)]);
        rows.push([words.deposit_interest.to_owned(), show::money(it.interest)]);
    }
    for charge in &it.to_come {
        let on = show::day(charge.on, language);
        rows.push([format!("{} {on}", words.deposit_to_come), show::money(charge.amount)]);
    }
    if let Some(why) = &it.goes_back {
        let why = evidence::said(&why.to_string(), language);
        rows.push([words.deposit_goes_back.to_owned(), why]);
    }
    rows
}

fn levelled((it, level, variance): &(Budget, Money, Money), visitor: &Visitor) -> Vec<[String; 2]> {
    let words = visitor.money();
    vec![
        [words.budget_since.to_owned(), show::day(it.from, visitor.language)],
        [words.budget_level.to_owned(), show::money(*level)],
        [words.budget_variance.to_owned(), show::change(*variance)],
    ]
}

fn promised((it, payments): &(Pledge, Vec<Payment>), visitor: &Visitor) -> Promised {
    let words = visitor.money();
    let payment = |it: &Payment| {
        let (on, amount) = (show::day(it.on, visitor.language), show::money(it.amount));
        let tender = show::tender(it.tender, visitor.words());
        (it.id.0, format!("{on}, {amount}, {tender} {}", it.reference))
    };
    Promised {
        payments: payments.iter().map(payment).collect(),
        agency: it.agency.clone(),
        from: show::day(it.from, visitor.language),
        until: show::day(it.until, visitor.language),
        amount: show::money(it.amount),
        came: show::money(it.came(Date::MAX)),
        stands: match it.ended {
            None => words.pledge_is_open,
            Some((how, _)) => ended(how, visitor),
        },
        open: it.ended.is_none(),
    }
}

/// A circumstance as it is read.
fn named(it: Circumstance, language: Language) -> String {
    show::sentence(&evidence::said(it.says(), language))
}

fn of_household(it: &Said, today: Date, visitor: &Visitor) -> OfHousehold {
    let (fact, language) = (it.stands(), visitor.language);
    OfHousehold {
        word: fact.what.word(),
        says: named(fact.what, language),
        from: show::day(fact.from, language),
        to: fact.to.map_or_else(String::new, |it| show::day(it, language)),
        evidence: it.evidence.clone(),
        holds: fact.to.is_none_or(|to| today < to),
    }
}

fn protected(it: &Protection, today: Date, visitor: &Visitor) -> Protected {
    let granted = &it.granted;
    let to = it.ended.unwrap_or(granted.to);
    Protected {
        word: granted.shield.word(),
        name: shield(granted.shield, visitor.money()),
        from: show::day(granted.from, visitor.language),
        to: show::day(to, visitor.language),
        nth: it.nth,
        evidence: granted.evidence.clone(),
        holds: today < to,
    }
}
