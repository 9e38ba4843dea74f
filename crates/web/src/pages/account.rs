//! Customer 360: everything about one customer on one page.

use std::sync::Arc;

use anyhow::Result;
use askama::Template;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::Refused;
use meterbook_app::customer_view::{self, CustomerView, SERVICES, Service};
use meterbook_app::usage::to_date::{By, ToDate, to_date};
use meterbook_core::about::About;
use meterbook_core::account::CustomerClass;
use meterbook_core::bill::Bill;
use meterbook_core::bill::why::{Cause, why};
use meterbook_core::id::AccountNumber;
use meterbook_core::ledger::EntryKind;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::text::grouped;
use meterbook_store::ledger::Listed;
use meterbook_store::{self as store, Tx};
use serde::Deserialize;

use super::document;
use super::known::{self, Known, Links};
use super::moves::{self, Pending};
use super::once::may_bill_once;
use super::transfer::may_transfer;
use super::{Head, NotThere, answer, blocking, draw};
use crate::Console;
use crate::chart::{Chart, chart};
use crate::guard::Visitor;
use crate::show;
use crate::words::{Words, money};

/// Rows of the ledger on the page, and on each earlier part of it.
const ROWS: i64 = 8;
const EARLIER_ROWS: i64 = 50;

#[derive(Template)]
#[template(path = "account.html")]
struct Page {
    head: Head,
    notice: &'static str,
    number: String,
    name: String,
    active: bool,
    class: &'static str,
    spanish: bool,
    cycle: String,
    address: String,
    since: String,
    facts: Vec<Fact>,
    newest: Option<Newest>,
    ledger: Ledger,
    /// What else the address says, for the links to other charts.
    keep: String,
    charts: Vec<Tab>,
    chart: Option<Chart>,
    services: Vec<ServiceRow>,
    /// Which of how many services these are, when there are more, and the parts beside this one.
    part: Option<Part>,
    so_far: Vec<SoFar>,
    bills: Vec<BillRow>,
    known: Known,
    pending: Vec<Pending>,
    may_order: bool,
    may_pay: bool,
    may_waive: bool,
    may_note: bool,
    may_move: bool,
    may_keep: bool,
    may_bill: bool,
    may_bill_once: bool,
    may_transfer: bool,
    /// Where a document is added, for those who may.
    adds: Option<String>,
}

struct Fact {
    name: &'static str,
    value: String,
    small: String,
    loud: bool,
}

/// The newest bill, service by service, beside the one before it.
struct Newest {
    number: String,
    period: String,
    total: String,
    change: String,
    rows: Vec<Changed>,
    /// Why it differs from the one before it; empty on a first bill.
    causes: Vec<Caused>,
}

struct Changed {
    colour: &'static str,
    name: &'static str,
    usage: String,
    amount: String,
    change: String,
}

struct Caused {
    words: String,
    change: String,
    /// The length of its bar, 0 to 100.
    long: i64,
    up: bool,
}

/// A part of the ledger, and where those before and after it are; empty where there is none.
#[derive(Default)]
struct Ledger {
    entries: Vec<Entry>,
    earlier: String,
    later: String,
}

struct Entry {
    on: String,
    what: String,
    bill: String,
    amount: String,
    credit: bool,
    balance: String,
}

struct Tab {
    name: &'static str,
    word: &'static str,
    shown: bool,
}

struct ServiceRow {
    colour: &'static str,
    name: &'static str,
    rate: String,
    meter: String,
    address: String,
    links: Links,
    read: String,
    usage: String,
    amount: String,
    days: String,
    active: bool,
}

/// What an agreement comes to so far.
struct SoFar {
    colour: &'static str,
    name: &'static str,
    link: String,
    days: String,
    usage: String,
    amount: String,
    whole: String,
    how: String,
}

struct BillRow {
    number: String,
    period: String,
    due: String,
    total: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    done: String,
    #[serde(default, rename = "use")]
    of: String,
    /// How many entries of the ledger, the newest, are left out.
    #[serde(default)]
    after: String,
    /// How many services are left out.
    #[serde(default)]
    services: String,
}

/// A part of a list, and the parts before and after it.
struct Part {
    says: String,
    before: Option<String>,
    after: Option<String>,
}

/// Shows the customer.
pub(crate) async fn show(
    State(console): State<Arc<Console>>,
    Extension(visitor): Extension<Visitor>,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    let done = page(&console, &visitor, &number, &asked).await;
    answer(&console, &visitor, done)
}

async fn page(
    console: &Arc<Console>,
    visitor: &Visitor,
    number: &str,
    asked: &Asked,
) -> Result<Response> {
    let number = AccountNumber::parse(number).ok_or(NotThere)?;
    let here = console.clone();
    let who = visitor.clone();
    let after: i64 = asked.after.parse().unwrap_or(0).max(0);
    let without: usize = asked.services.parse().unwrap_or(0);
    let (view, pending, known, so_far, entries) = blocking(move || {
        let today = here.zone.day_of(Timestamp::now());
        here.db.read(|tx| {
            let view = customer_view::of_account(tx, number, today, without)?.ok_or(NotThere)?;
            let pending = moves::pending(tx, view.account.id, today, &who)?;
            let known = known::around(tx, &here, &who, &view, today)?;
            let so_far = so_far(tx, &view, today)?;
            // One more than is shown says whether there are earlier ones.
            let entries = store::ledger::newest(tx, view.account.id, rows(after) + 1, after)?;
            Ok((view, pending, known, so_far, entries))
        })
    })
    .await?;
    let page = drawn(console, visitor, &view, (pending, known, so_far), asked);
    let ledger = ledger(entries, &page.number, (after, &asked.of), visitor);
    Ok(draw(StatusCode::OK, &Page { ledger, ..page }))
}

fn drawn(
    console: &Console,
    visitor: &Visitor,
    view: &CustomerView,
    (pending, mut known, so_far): (Vec<Pending>, Known, Vec<ToDate>),
    asked: &Asked,
) -> Page {
    let links = std::mem::take(&mut known.links);
    let (words, language) = (visitor.words(), visitor.language);
    let chosen =
        view.history.iter().find(|it| it.commodity.word() == asked.of).or(view.history.first());
    let charts = view.history.iter().map(|it| Tab {
        name: show::commodity(it.commodity, words),
        word: it.commodity.word(),
        shown: chosen.is_some_and(|chosen| chosen.commodity == it.commodity),
    });
    Page {
        head: Head::new(
            console,
            Some(visitor),
            language,
            &format!("{} · {}", view.person.name, view.account.number),
        ),
        notice: match asked.done.as_str() {
            "payment" => words.paid,
            "note" => words.note_kept,
            "asked" => words.waits_for_second,
            "moved" => words.move_done,
            "billed" => words.once_billed,
            "taken-back" => words.once_taken_back,
            "told" => words.fact_told,
            "transferred" => visitor.money().transfer_done,
            "signed-up" => words.apply_done,
            "document" => words.document_kept,
            "language" => words.language_said,
            "withdrawn" => words.document_withdrawn,
            _ => "",
        },
        number: view.account.number.to_string(),
        name: view.person.name.clone(),
        active: view.served,
        class: match view.account.class {
            CustomerClass::Residential => words.residential,
            CustomerClass::Commercial => words.commercial,
        },
        spanish: view.person.language == Language::Spanish,
        cycle: view.account.cycle.to_string(),
        address: view.account.mail_to.lines().collect::<Vec<_>>().join(", "),
        since: show::day(view.account.opened_on, language),
        facts: facts(view, words, language),
        newest: newest(view, words, language),
        ledger: Ledger::default(),
        keep: asked
            .after
            .parse::<i64>()
            .map_or_else(|_| String::new(), |it| format!("&after={it}")),
        charts: charts.collect(),
        chart: chosen.and_then(|it| chart(it, words, language)),
        services: view
            .services
            .iter()
            .zip(links)
            .map(|(it, links)| service(view, it, links, words, language))
            .collect(),
        part: part(view, asked),
        so_far: so_far.iter().map(|it| running(it, words, language)).collect(),
        bills: view
            .bills
            .iter()
            .take(6)
            .map(|it| BillRow {
                number: it.number.to_string(),
                period: show::period(it.period, language),
                due: show::day(it.due_on, language),
                total: show::money(it.total),
            })
            .collect(),
        known,
        pending,
        may_order: visitor.may(Permission::OrderWork),
        may_pay: visitor.may(Permission::TakePayment),
        may_waive: visitor.may(Permission::WaiveFees),
        may_note: visitor.may(Permission::WriteNote),
        may_move: visitor.may(Permission::MoveService),
        may_keep: visitor.may(Permission::KeepCustomers),
        may_bill: visitor.may(Permission::RunBills),
        may_bill_once: may_bill_once(visitor),
        may_transfer: may_transfer(visitor, view.balance),
        adds: document::adding(visitor, About::Account(view.account.id)),
    }
}

/// Which services are on the page, when there are more.
fn part(view: &CustomerView, asked: &Asked) -> Option<Part> {
    let (here, of) = (view.services.len(), view.services_of);
    if here == of {
        return None;
    }
    let without: usize = asked.services.parse().unwrap_or(0);
    let link =
        |without: usize| format!("/accounts/{}?services={without}#services", view.account.number);
    let count = |it: usize| grouped(&it.to_string());
    Some(Part {
        says: format!("{}–{} / {}", count(without + 1), count(without + here), count(of)),
        before: (0 < without).then(|| link(without.saturating_sub(SERVICES))),
        after: (without + here < of).then(|| link(without + here)),
    })
}

/// How many entries the part of the ledger has that leaves so many out.
fn rows(after: i64) -> i64 {
    if after == 0 { ROWS } else { EARLIER_ROWS }
}

fn ledger(
    mut listed: Vec<Listed>,
    number: &str,
    (after, charted): (i64, &str),
    visitor: &Visitor,
) -> Ledger {
    let (words, language) = (visitor.words(), visitor.language);
    let rows = rows(after);
    let is_more = usize::try_from(rows).is_ok_and(|rows| rows < listed.len());
    if is_more {
        listed.pop();
    }
    let part = |after: i64| format!("/accounts/{number}?use={charted}&after={after}#ledger");
    let entry = |it: Listed| Entry {
        on: show::day(it.on, language),
        what: show::entry(it.kind, &it.text, words, language),
        amount: show::money(it.amount),
        credit: it.amount < Money::ZERO,
        balance: show::money(it.balance),
        bill: if it.kind == EntryKind::Bill { it.key } else { String::new() },
    };
    Ledger {
        entries: listed.into_iter().map(entry).collect(),
        earlier: if is_more { part(after + rows) } else { String::new() },
        later: match after {
            0 => String::new(),
            _ if after < EARLIER_ROWS => part(0),
            _ => part(after - EARLIER_ROWS),
        },
    }
}

/// What each active agreement comes to so far. One whose turn is not planned, or that is billed through
/// today, has nothing to say; of many services each says it on its own page, because it looks at all of
/// them.
fn so_far(tx: &mut Tx, view: &CustomerView, today: Date) -> Result<Vec<ToDate>> {
    let mut all = Vec::new();
    if SERVICES < view.services_of {
        return Ok(all);
    }
    for it in view.services.iter().map(|it| &it.agreement).filter(|it| it.to.is_none()) {
        let billed = store::bill::billed_through(tx, it.id)?;
        if today <= billed.unwrap_or(it.from) {
            continue;
        }
        match to_date(tx, it.id, today) {
            Ok(so_far) => all.push(so_far),
            Err(why) if why.is::<Refused>() => (),
            Err(why) => return Err(why),
        }
    }
    Ok(all)
}

fn running(it: &ToDate, words: &'static Words, language: Language) -> SoFar {
    let days = match (it.segments.first(), it.segments.last()) {
        (Some(first), Some(last)) => format!(
            "{} – {}",
            show::day(first.period.start(), language),
            show::day(last.period.last(), language)
        ),
        _ => words.usage_so_far_none.to_owned(),
    };
    let whole = it.projected.as_ref().ok();
    let how = whole.and_then(|it| match it.by {
        By::Nothing => None,
        By::Weekday => Some(format!("{} {}", it.known, words.usage_by_weekday)),
        By::Mean => Some(format!("{} {}", it.known, words.usage_by_mean)),
        By::Estimate => Some(words.usage_by_estimate.to_owned()),
    });
    let known = |of: String| if it.segments.is_empty() { "–".to_owned() } else { of };
    SoFar {
        colour: show::colour(it.facts.point.commodity),
        name: show::commodity(it.facts.point.commodity, words),
        link: format!("/points/{}/usage?show=days&on={}", it.facts.point.id, it.on),
        days,
        usage: it.segments.last().map_or_else(String::new, |it| show::quantity(it.usage)),
        amount: known(show::money(it.total())),
        whole: whole.map_or_else(|| "–".to_owned(), |it| show::money(it.segment.total)),
        how: how.unwrap_or_default(),
    }
}

fn facts(view: &CustomerView, words: &'static Words, language: Language) -> Vec<Fact> {
    let newest = view.bills.first();
    let due = newest
        .map_or_else(String::new, |it| format!("{} {}", words.due, show::day(it.due_on, language)));
    let paid = view.paid.as_ref();
    let none = || "–".to_owned();
    let pledged = match view.pledged == Money::ZERO {
        true => String::new(),
        false => format!("{} {}", show::money(view.pledged), money::words(language).pledged),
    };
    let fact = |name, value, small| Fact { name, value, small, loud: false };
    vec![
        Fact { name: words.amount_due, value: show::money(view.balance), small: due, loud: true },
        fact(words.past_due, show::money(view.past_due), pledged),
        fact(
            words.last_payment,
            paid.map_or_else(none, |it| show::money(it.amount)),
            paid.map_or_else(|| words.none_yet.to_owned(), |it| show::day(it.on, language)),
        ),
        fact(
            words.last_bill,
            newest.map_or_else(none, |it| show::money(it.total)),
            newest
                .map_or_else(|| words.none_yet.to_owned(), |it| show::day(it.billed_on, language)),
        ),
        fact(
            words.next_bill,
            view.next.map_or_else(none, |it| show::day(it.billed_on, language)),
            view.next.map_or_else(String::new, |it| show::period(it.period, language)),
        ),
        fact(
            words.bills,
            view.bills.len().to_string(),
            match view.payments {
                1 => format!("1 {}", words.payment.to_lowercase()),
                several => format!("{several} {}", words.payments.to_lowercase()),
            },
        ),
    ]
}

fn newest(view: &CustomerView, words: &'static Words, language: Language) -> Option<Newest> {
    let bill = view.newest.as_ref()?;
    let was = |segment: &meterbook_core::bill::Segment| -> Money {
        let same = |it: &Bill| {
            it.segments
                .iter()
                .filter(|it| it.agreement == segment.agreement)
                .map(|it| it.total)
                .sum()
        };
        view.before.as_ref().map_or(Money::ZERO, same)
    };
    let rows = bill.segments.iter().map(|it| {
        let change = it.total - was(it);
        Changed {
            colour: show::colour(it.commodity),
            name: show::commodity(it.commodity, words),
            usage: show::quantity(it.usage),
            amount: show::money(it.total),
            change: show::change(change),
        }
    });
    let causes = view.before.as_ref().map_or_else(Vec::new, |before| {
        let why = why(&before.segments, &bill.segments, &[]);
        let largest = why.causes.iter().map(|it| it.amount.cents().abs()).max().unwrap_or(1);
        let caused = |it: &Cause| {
            let up = Money::ZERO < it.amount;
            Caused {
                words: why.said(it, language).into_owned(),
                change: show::change(it.amount),
                long: (it.amount.cents().abs() * 100).div_euclid(largest),
                up,
            }
        };
        why.causes.iter().map(caused).collect()
    });
    let before: Money = view.before.as_ref().map_or(Money::ZERO, |it| it.total);
    Some(Newest {
        number: bill.number.to_string(),
        period: show::period(bill.days(), language),
        total: show::money(bill.total),
        change: view
            .before
            .as_ref()
            .map_or_else(String::new, |_| show::change(bill.total - before)),
        rows: rows.collect(),
        causes,
    })
}

fn service(
    view: &CustomerView,
    it: &Service,
    links: Links,
    words: &'static Words,
    language: Language,
) -> ServiceRow {
    let billed = view
        .newest
        .as_ref()
        .and_then(|bill| bill.segments.iter().find(|segment| segment.agreement == it.agreement.id));
    let read = billed.and_then(|it| it.evidence.last()).map(|evidence| match evidence.reads {
        Some((_, last)) => format!("{} {}", show::number(last.index_micro), last.kind.letter()),
        None => words.interval_note.to_owned(),
    });
    let days = match it.agreement.to {
        None => format!("{} {}", words.from, show::day(it.agreement.from, language)),
        Some(to) => {
            format!("{} – {}", show::day(it.agreement.from, language), show::day(to, language))
        }
    };
    ServiceRow {
        colour: show::colour(it.commodity),
        name: show::commodity(it.commodity, words),
        rate: it.agreement.tariff.clone(),
        meter: it.meter.clone().unwrap_or_default(),
        address: it.premise.street.clone(),
        links,
        read: read.unwrap_or_default(),
        usage: billed.map_or_else(String::new, |it| show::quantity(it.usage)),
        amount: billed.map_or_else(String::new, |it| show::money(it.total)),
        days,
        active: it.agreement.to.is_none(),
    }
}
