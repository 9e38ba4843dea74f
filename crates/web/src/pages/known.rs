//! What is known around an account: what to be careful of, who has a part in it and how they are
//! reached, and what is being done for it.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::customer_view::{CustomerView, Service};
use meterbook_app::{order, timeline, vee};
use meterbook_core::about::About;
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::{AccountId, PersonId};
use meterbook_core::registration::Registration;
use meterbook_store::{self as store, Tx};

use super::document;
use super::outbox;
use super::said;
use super::task::seen;
use super::timeline::{Line, lines, linked};
use crate::Console;
use crate::guard::Visitor;
use crate::show;

/// Lines of the history before somebody asks for earlier ones.
const EVENTS: usize = 12;
/// Closed tasks are in the history; of these a page shows the open ones.
const TASKS: i64 = 50;

/// What is known around an account.
pub(crate) struct Known {
    pub(crate) alerts: Vec<Alert>,
    pub(crate) people: Vec<Someone>,
    pub(crate) work: Vec<Work>,
    pub(crate) events: Vec<Line>,
    /// Whether the history goes back further.
    pub(crate) more: bool,
    /// For each service, in the same order: the pages of its place, point and meter.
    pub(crate) links: Vec<Links>,
    /// What is known of the account and its customer.
    pub(crate) details: Vec<said::Line>,
    /// The documents about the account and its customer.
    pub(crate) documents: Vec<document::Listed>,
    /// Its bills on their way to people.
    pub(crate) pieces: Vec<outbox::Listed>,
}

/// Something to be careful of.
pub(crate) struct Alert {
    pub(crate) loud: bool,
    pub(crate) text: String,
    pub(crate) link: String,
}

/// Somebody with a part in the account.
pub(crate) struct Someone {
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) contacts: Vec<Reached>,
}

/// A way to reach somebody, and what it may be used for.
pub(crate) struct Reached {
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    pub(crate) purposes: String,
}

/// An order or a task.
pub(crate) struct Work {
    pub(crate) link: String,
    pub(crate) name: String,
    pub(crate) stands: String,
    pub(crate) late: bool,
}

/// The pages of what a service is made of; a meter's is empty where none hangs.
pub(crate) struct Links {
    pub(crate) premise: String,
    pub(crate) point: String,
    pub(crate) meter: String,
    /// What its agreement says, such as how many lamps there are.
    pub(crate) items: String,
}

/// Everything around an account, as of `today`.
pub(crate) fn around(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    view: &CustomerView,
    today: Date,
) -> Result<Known> {
    let mut links = Vec::new();
    for it in &view.services {
        links.push(links_of(tx, it, today)?);
    }
    let mut events = timeline::newest_of_account(tx, &view.account, EVENTS + 1)?;
    let more = EVENTS < events.len();
    events.truncate(EVENTS);
    let events = linked(tx, events, About::Account(view.account.id))?;
    Ok(Known {
        alerts: alerts(tx, visitor, view, today)?,
        people: people(tx, visitor, view, today)?,
        work: work(tx, console, visitor, view, today)?,
        events: lines(events, console, visitor),
        more,
        links,
        details: said::known(tx, visitor, view, today)?,
        documents: {
            let about = [About::Account(view.account.id), About::Person(view.person.id)];
            document::listed(tx, console, visitor, &about)?
        },
        pieces: outbox::of_account(tx, view.account.id, visitor.words())?,
    })
}

fn links_of(tx: &mut Tx, it: &Service, today: Date) -> Result<Links> {
    let point = it.agreement.service_point;
    let mut meter = String::new();
    if let Some(serial) = &it.meter {
        let known = store::meter::by_serial(tx, serial)?;
        let hung = known.into_iter().find(|meter| meter.commodity == it.commodity);
        meter = hung.map_or_else(String::new, |it| format!("/meters/{}", it.id));
    }
    let premise = format!("/premises/{}", it.premise.id);
    let items = said::items(tx, it, today)?;
    Ok(Links { premise, point: format!("/points/{point}"), meter, items })
}

fn alerts(tx: &mut Tx, visitor: &Visitor, view: &CustomerView, today: Date) -> Result<Vec<Alert>> {
    let (words, language) = (visitor.words(), visitor.language);
    let plain = |loud, text| Alert { loud, text, link: String::new() };
    let mut alerts = Vec::new();
    for it in store::registration::of_account(tx, view.account.id)? {
        if it.holds_on(today) {
            alerts.push(plain(it.kind.protects(), registered(&it, visitor)));
        }
    }
    for it in store::detail::of(tx, Subject::Person(view.person.id))? {
        if matches!(it.kind, DetailKind::Bankruptcy | DetailKind::Deceased) && it.holds_on(today) {
            let kind = show::detail_kind(it.kind, language);
            let from = show::day(it.from, language);
            alerts.push(plain(true, format!("{kind}: {}, {from}", it.value)));
        }
    }
    let mut seen = Vec::new();
    for service in view.services.iter().filter(|it| it.agreement.to.is_none()) {
        let premise = service.premise.id;
        if seen.contains(&premise) {
            continue;
        }
        seen.push(premise);
        for it in store::detail::of(tx, Subject::Premise(premise))? {
            if it.kind == DetailKind::Hazard && it.holds_on(today) {
                let text = format!("{}: {}", show::detail_kind(it.kind, language), it.value);
                alerts.push(Alert { loud: false, text, link: format!("/premises/{premise}") });
            }
        }
    }
    for it in store::landlord::of_account(tx, view.account.id)? {
        if it.from <= today && it.to.is_none_or(|to| today < to) {
            let street = store::place::premise(tx, it.premise)?.street;
            let commodity = show::commodity(it.commodity, words);
            let text = format!("{} {street}, {}", words.takes_over, commodity.to_lowercase());
            alerts.push(Alert { loud: false, text, link: format!("/premises/{}", it.premise) });
        }
    }
    Ok(alerts)
}

/// `Life support: Oxygen concentrator, to Nov 30, 2026, look again on …`.
fn registered(it: &Registration, visitor: &Visitor) -> String {
    let (words, language) = (visitor.words(), visitor.language);
    let mut text = format!("{}: {}", show::registration(it.kind, words), it.name);
    for (word, on) in [(words.until_day, it.to), (words.review_on, it.review_on)] {
        if let Some(on) = on {
            text.push_str(&format!(", {word} {}", show::day(on, language)));
        }
    }
    text
}

fn people(
    tx: &mut Tx,
    visitor: &Visitor,
    view: &CustomerView,
    today: Date,
) -> Result<Vec<Someone>> {
    let words = visitor.words();
    let mut people = vec![Someone {
        name: view.person.name.clone(),
        role: words.role_main,
        contacts: contacts(tx, visitor, view.person.id, today)?,
    }];
    for it in store::party::of_account(tx, view.account.id)? {
        let now = it.from <= today && it.to.is_none_or(|to| today < to);
        if now && it.person != view.person.id {
            people.push(Someone {
                name: store::person::get(tx, it.person)?.name,
                role: show::role(it.role, words),
                contacts: contacts(tx, visitor, it.person, today)?,
            });
        }
    }
    Ok(people)
}

fn contacts(tx: &mut Tx, visitor: &Visitor, person: PersonId, today: Date) -> Result<Vec<Reached>> {
    let words = visitor.words();
    let consents = store::person::consents(tx, person)?;
    let reached = |it: meterbook_core::person::ContactPoint| {
        let given = consents.iter().filter(|consent| {
            consent.contact == it.id
                && consent.from <= today
                && consent.to.is_none_or(|to| today < to)
        });
        let purposes: Vec<&str> = given.map(|it| show::purpose(it.purpose, words)).collect();
        Reached {
            kind: show::contact_kind(it.kind, words),
            value: it.value,
            purposes: purposes.join(", ").to_lowercase(),
        }
    };
    Ok(store::person::contacts(tx, person)?.into_iter().map(reached).collect())
}

/// The open orders where the account is served, and its open tasks.
fn work(
    tx: &mut Tx,
    console: &Console,
    visitor: &Visitor,
    view: &CustomerView,
    today: Date,
) -> Result<Vec<Work>> {
    let (words, language) = (visitor.words(), visitor.language);
    let mut work = Vec::new();
    let mut premises: Vec<_> = view.services.iter().map(|it| it.premise.id).collect();
    premises.sort_unstable();
    premises.dedup();
    let ours = |of: Option<AccountId>| of.is_none_or(|it| it == view.account.id);
    for premise in premises {
        for it in store::order::at_premise(tx, premise)?.into_iter().filter(|it| ours(it.account)) {
            let state = order::follow(tx, it.id)?.stands.state;
            if state.is_end() {
                continue;
            }
            let due = it.due.map(|due| show::instant(due, &console.zone, language));
            let due = due.map_or_else(String::new, |due| format!(", {} {due}", words.due));
            work.push(Work {
                link: format!("/orders/{}", it.id),
                name: format!("{} {}: {}", words.order_word, it.id, it.kind.said(language)),
                stands: format!("{}{due}", state.said(language)),
                late: it.overdue(state, Timestamp::now()),
            });
        }
    }
    let about = About::Account(view.account.id);
    let tasks = store::task::of_subject(tx, about, TASKS)?;
    let doubts = vee::of_tasks(tx, &tasks)?;
    for it in tasks {
        if it.closed.is_none() {
            let due = show::day(it.due, language);
            work.push(Work {
                link: format!("/tasks?task={}", it.id),
                name: format!("{}: {}", it.kind.name(language), seen(&it, &doubts, language)),
                stands: format!("{} {due}", words.due),
                late: it.due < today,
            });
        }
    }
    Ok(work)
}
