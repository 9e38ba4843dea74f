//! The history of an account, a premise or a meter, from the dated tables and the acts that were
//! written down.

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::about::About;
use meterbook_core::account::Account;
use meterbook_core::agreement::Agreement;
use meterbook_core::charge::ChargeFor;
use meterbook_core::delivery::Enclosed;
use meterbook_core::id::{AccountId, MeterId, PremiseId, ServicePointId};
use meterbook_core::ledger::{Payment, Reversed};
use meterbook_core::meter::{Installation, Meter};
use meterbook_core::period::Zone;
use meterbook_core::rating::terms::Terms;
use meterbook_core::task::{Happened, Step, Task};
use meterbook_core::text::decimal;
use meterbook_core::timeline::{Change, Event, newest_first};
use meterbook_store::timeline::Act;
use meterbook_store::{self as store, Tx};

use crate::credit::{REFUND, SPEND};
use crate::fact::TELL;
use crate::write_off::TRANSFER;

/// Acts of money of which the audit names the account by what it is inside, as other things are named.
const OF_MONEY: &[&str] = &[
    "ask returned fee",
    "lift cash only",
    "ask late fee",
    "take late fee back",
    "waive late fee",
    "forget charge",
    "ask deposit",
    "return deposit",
    "credit interest",
    "guarantee account",
    "release guarantee",
    "agree plan",
    "end plan",
    "begin budget",
    "end budget",
    "set budget level",
    "run collections",
    "grant protection",
    "end protection",
    "add pledge",
    "end pledge",
    "write off",
    "write off small balances",
    "take back small balance",
    "recover debt",
    "transfer debt",
];
/// Acts on a mandate, of which the audit names the mandate.
const OF_MANDATES: &[&str] = &["agree mandate", "change mandate", "end mandate"];
/// Tasks that a history goes back over: more than anybody reads.
const TASKS: i64 = 200;

/// The history of an account: itself, its services with their meters and terms, its bills and
/// payments, what was said and what had to be done. The newest is first.
pub fn of_account(tx: &mut Tx, account: &Account) -> Result<Vec<Event>> {
    newest_of_account(tx, account, usize::MAX)
}

/// At most so many of the newest changes of an account. What comes first is the same however many
/// are wanted, so a page may leave out those that were seen.
pub fn newest_of_account(tx: &mut Tx, account: &Account, most: usize) -> Result<Vec<Event>> {
    // Of each table so many: more than that many of one cannot be among the newest of all.
    let of_each = i64::try_from(most).unwrap_or(i64::MAX);
    let zone = crate::founding::zone(tx)?;
    let about = About::Account(account.id);
    let number = account.number.to_string();
    let first = store::timeline::first_act(tx, &number)?;
    let acts = store::timeline::newest_acts(tx, &number, of_each)?;
    let mut events = vec![Event {
        after: number,
        ..event(account.opened_on, Change::AccountOpened, about, first.as_ref())
    }];
    for act in acts.iter().filter(|it| it.act != "open account") {
        let after = format!("{} {}", act.act, act.detail).trim().to_owned();
        events.push(Event { after, ..event(zone.day_of(act.at), Change::Acted, about, Some(act)) });
    }
    money(tx, account, of_each, &zone, &mut events)?;
    for agreement in store::agreement::of_account(tx, account.id)? {
        let point = agreement.service_point;
        service(tx, &agreement, &mut events)?;
        for hung in store::meter::installations_at(tx, point)? {
            let theirs = agreement.to.is_none_or(|to| hung.from < to)
                && hung.to.is_none_or(|to| agreement.from <= to);
            if theirs {
                installation(tx, &hung, &mut events)?;
            }
        }
    }
    // Two services of one point, one after the other, see the same meter.
    let mut seen = Vec::new();
    events.retain(|it| {
        let meter = matches!(it.change, Change::MeterHung | Change::MeterRemoved);
        let again = meter && seen.contains(it);
        seen.push(it.clone());
        !again
    });
    let taken_back = store::bill::taken_back(tx, account.id, of_each)?;
    for (bill, on, why) in &taken_back {
        events.push(Event {
            after: format!("{} {}", bill.number, bill.total),
            why: why.clone(),
            ..event(*on, Change::TakenBack, About::Bill(bill.id), None)
        });
    }
    let standing = store::bill::newest_of(tx, account.id, of_each)?;
    for bill in standing.into_iter().chain(taken_back.into_iter().map(|it| it.0)) {
        events.push(Event {
            after: format!("{} {}", bill.number, bill.total),
            why: bill.period.to_string(),
            ..event(bill.billed_on, Change::Billed, About::Bill(bill.id), None)
        });
    }
    delivered(tx, account, of_each, &zone, &mut events)?;
    for payment in store::payment::newest_of(tx, account.id, of_each)? {
        let acts = store::timeline::acts(tx, &payment.id.to_string())?;
        let act = acts.iter().find(|it| it.act == "take payment");
        events.push(Event {
            after: format!("{} {} {}", payment.amount, payment.tender, payment.reference),
            ..event(payment.on, Change::Paid, About::Payment(payment.id), act)
        });
        reversed(tx, &payment, &mut events)?;
    }
    contacts(tx, account, of_each, &zone, &mut events)?;
    tasks(tx, about, &zone, &mut events)?;
    newest_first(&mut events);
    events.truncate(most);
    Ok(events)
}

/// What was asked, waived, agreed, granted and given up of an account, and its mandates.
fn money(
    tx: &mut Tx,
    account: &Account,
    most: i64,
    zone: &Zone,
    events: &mut Vec<Event>,
) -> Result<()> {
    let own = account.id.to_string();
    let mut acts = store::timeline::newest_among(tx, (&own, OF_MONEY), most)?;
    let mut mandates: Vec<_> =
        store::mandate::of_account(tx, account.id)?.into_iter().map(|it| it.id).collect();
    mandates.dedup();
    for id in mandates {
        acts.extend(store::timeline::newest_among(tx, (&id.to_string(), OF_MANDATES), most)?);
    }
    for act in acts {
        let after = format!("{} {}", act.act, act.detail).trim().to_owned();
        events.push(acted(account, zone.day_of(act.at), after, Some(&act)));
    }
    taken_over(tx, account, most, zone, events)?;
    credits(tx, account, most, events)
}

/// Debts of others that the account owes since: the audit names whose they were.
fn taken_over(
    tx: &mut Tx,
    account: &Account,
    most: i64,
    zone: &Zone,
    events: &mut Vec<Event>,
) -> Result<()> {
    let charged = store::charge::of_account(tx, account.id)?;
    let theirs = charged.iter().filter(|it| it.kind == ChargeFor::Transferred);
    let from = |key: &str| key.split('/').nth(1).and_then(|it| it.parse().ok()).map(AccountId);
    let mut others: Vec<AccountId> = theirs.filter_map(|it| from(&it.key)).collect();
    others.sort_unstable();
    others.dedup();
    let to = format!(" to {}: ", account.number);
    for other in others.into_iter().filter(|it| *it != account.id) {
        let number = store::account::get(tx, other)?.number;
        for act in store::timeline::newest_among(tx, (&other.to_string(), &[TRANSFER]), most)? {
            let Some((amount, why)) = act.detail.split_once(&to) else { continue };
            let after = format!("take over debt {amount} of {number}: {why}");
            events.push(acted(account, zone.day_of(act.at), after, Some(&act)));
        }
    }
    Ok(())
}

/// Credits that the account gave back, let another one have, or has of another one.
fn credits(tx: &mut Tx, account: &Account, most: i64, events: &mut Vec<Event>) -> Result<()> {
    for it in store::receipt::uses(tx, account.id, most)? {
        let acts = store::timeline::newest_among(tx, (&it.id.to_string(), &[REFUND, SPEND]), 1)?;
        let reference = it.key.split_once('/').map_or("", |it| it.1);
        let (amount, why) = (it.amount, &it.why);
        let after = match it.to {
            None => format!("{REFUND} {amount}, {reference}: {why}"),
            Some(to) if to == account.id => {
                let number = store::account::get(tx, it.from)?.number;
                format!("take over credit {amount} of {number}, {reference}: {why}")
            }
            Some(to) => {
                let number = store::account::get(tx, to)?.number;
                format!("{SPEND} {amount} to {number}, {reference}: {why}")
            }
        };
        events.push(acted(account, it.on, after, acts.first()));
    }
    Ok(())
}

/// How a payment was taken back, where it was.
fn reversed(tx: &mut Tx, payment: &Payment, events: &mut Vec<Event>) -> Result<()> {
    let Some((how, on, why)) = store::receipt::reversed_why(tx, payment.id)? else { return Ok(()) };
    let tender = store::receipt::tender_of(tx, payment.id)?;
    let acts = match (how, tender) {
        (Reversed::Moved, _) => store::timeline::acts(tx, &payment.id.to_string())?,
        (_, Some(tender)) => store::timeline::acts(tx, &tender.to_string())?,
        (_, None) => Vec::new(),
    };
    let act = acts.iter().find(|it| matches!(it.act.as_str(), "take tender back" | "move payment"));
    let change = match how {
        Reversed::Voided => Change::PaymentVoided,
        Reversed::Returned => Change::PaymentReturned,
        Reversed::Moved => Change::PaymentMoved,
    };
    events.push(Event {
        after: format!("{} {} {}", payment.amount, payment.tender, payment.reference),
        why,
        ..event(on, change, About::Payment(payment.id), act)
    });
    Ok(())
}

/// What became of what was sent, each as it stands now.
fn delivered(
    tx: &mut Tx,
    account: &Account,
    most: i64,
    zone: &Zone,
    events: &mut Vec<Event>,
) -> Result<()> {
    for (piece, state) in store::outbox::of_account(tx, account.id, most)? {
        // What waits is no event; the page of the account says it.
        let Some(last) = store::outbox::events(tx, piece.id)?.pop() else { continue };
        let to = piece.address.lines().collect::<Vec<_>>().join(", ");
        let about = match piece.enclosed {
            Enclosed::Bill(id) => About::Bill(id),
            Enclosed::Note(_) | Enclosed::Summary(_) | Enclosed::Letter(_) => {
                About::Account(account.id)
            }
        };
        events.push(Event {
            at: Some(last.at),
            after: format!("{} {} {state}", piece.number, piece.way),
            why: format!("{to}. {}", last.detail).trim_matches(['.', ' ']).to_owned(),
            ..event(zone.day_of(last.at), Change::Delivered, about, None)
        });
    }
    Ok(())
}

/// The history of a premise: who was served there, by which meters. The newest is first.
pub fn of_premise(tx: &mut Tx, id: PremiseId) -> Result<Vec<Event>> {
    let zone = crate::founding::zone(tx)?;
    let premise = store::place::premise(tx, id)?;
    let about = About::Premise(id);
    let mut events = Vec::new();
    let acts = store::timeline::acts(tx, &id.to_string())?;
    if let Some(act) = acts.iter().find(|it| it.act == "add premise") {
        let on = zone.day_of(act.at);
        let after = premise.street;
        events.push(Event { after, ..event(on, Change::PremiseAdded, about, Some(act)) });
    }
    for point in store::place::points_at(tx, id)? {
        for agreement in store::agreement::at(tx, point.id)? {
            service(tx, &agreement, &mut events)?;
        }
        for hung in store::meter::installations_at(tx, point.id)? {
            installation(tx, &hung, &mut events)?;
        }
    }
    tasks(tx, about, &zone, &mut events)?;
    newest_first(&mut events);
    Ok(events)
}

/// The history of a meter: where it hung. The newest is first.
pub fn of_meter(tx: &mut Tx, meter: &Meter) -> Result<Vec<Event>> {
    let zone = crate::founding::zone(tx)?;
    let about = About::Meter(meter.id);
    let mut events = Vec::new();
    let acts = store::timeline::acts(tx, &meter.serial)?;
    if let Some(act) = acts.iter().find(|it| it.act == "add meter") {
        let (on, after) = (zone.day_of(act.at), meter.serial.clone());
        events.push(Event { after, ..event(on, Change::MeterAdded, about, Some(act)) });
    }
    for hung in store::meter::installations_of(tx, meter.id)? {
        installation(tx, &hung, &mut events)?;
    }
    tasks(tx, about, &zone, &mut events)?;
    newest_first(&mut events);
    Ok(events)
}

/// Start and stop of one service, and what it says of itself.
fn service(tx: &mut Tx, agreement: &Agreement, events: &mut Vec<Event>) -> Result<()> {
    let about = About::Agreement(agreement.id);
    let there = store::agreement::at(tx, agreement.service_point)?;
    let before = there.iter().rfind(|it| it.to.is_some_and(|to| to <= agreement.from));
    let before = match before {
        Some(before) => terms_of(tx, before)?,
        None => String::new(),
    };
    let acts = store::timeline::acts(tx, &agreement.id.to_string())?;
    let now = terms_of(tx, agreement)?;
    let started = acts.iter().find(|it| it.act == "start service");
    events.push(Event {
        before,
        after: now.clone(),
        why: place(tx, agreement.service_point)?,
        ..event(agreement.from, Change::ServiceStarted, about, started)
    });
    if let Some(to) = agreement.to {
        let stopped = acts.iter().find(|it| it.act == "stop service");
        events.push(Event {
            before: now,
            why: place(tx, agreement.service_point)?,
            ..event(to, Change::ServiceStopped, about, stopped)
        });
    }
    let said = said(&store::terms::get(tx, agreement.id)?);
    for (name, from, value, _) in &said {
        let before = said.iter().find(|it| it.0 == *name && it.3 == Some(*from));
        let day = format!(" from {from}");
        let act = acts.iter().rfind(|it| {
            it.act == "set term" && it.detail.starts_with(name) && it.detail.contains(&day)
        });
        events.push(Event {
            before: before.map_or_else(String::new, |it| it.2.clone()),
            after: format!("{name} {value}"),
            ..event(*from, Change::TermSet, about, act)
        });
    }
    let zone = crate::founding::zone(tx)?;
    for it in store::telling::of(tx, agreement.id)? {
        let act = acts.iter().find(|act| act.act == TELL && act.at == it.at);
        events.push(Event {
            before: it.was,
            after: it.said,
            why: format!("{} ({})", it.why, it.evidence),
            ..event(zone.day_of(it.at), Change::ToldOtherwise, about, act)
        });
    }
    Ok(())
}

/// What an agreement says of itself: the name, from which day, what, up to which day.
fn said(terms: &Terms) -> Vec<(String, Date, String, Option<Date>)> {
    let mut said = Vec::new();
    for it in &terms.said {
        said.push((it.name.clone(), it.from, it.value.clone(), it.to));
    }
    for it in &terms.prices {
        said.push((it.label.clone(), it.from, decimal(it.nano, 9), it.to));
    }
    for it in &terms.exemptions {
        let value = format!("{}% exempt, {}", decimal(it.share.nano, 7), it.certificate);
        said.push((it.label.clone(), it.from, value, it.to));
    }
    said
}

/// Hanging and taking down one meter.
fn installation(tx: &mut Tx, hung: &Installation, events: &mut Vec<Event>) -> Result<()> {
    let serial = serial(tx, hung.meter)?;
    let about = About::Meter(hung.meter);
    let there = store::meter::installations_at(tx, hung.service_point)?;
    let before = there.iter().rfind(|it| it.to.is_some_and(|to| to <= hung.from));
    let before = match before {
        Some(before) => self::serial(tx, before.meter)?,
        None => String::new(),
    };
    let acts = store::timeline::acts(tx, &serial)?;
    let act = |act: &str, on: Date| -> Option<Act> {
        acts.iter().find(|it| it.act == act && it.detail == on.to_string()).cloned()
    };
    let why = place(tx, hung.service_point)?;
    events.push(Event {
        before,
        after: serial.clone(),
        why: why.clone(),
        ..event(hung.from, Change::MeterHung, about, act("install meter", hung.from).as_ref())
    });
    if let Some(to) = hung.to {
        events.push(Event {
            before: serial,
            why,
            ..event(to, Change::MeterRemoved, about, act("remove meter", to).as_ref())
        });
    }
    Ok(())
}

fn contacts(
    tx: &mut Tx,
    account: &Account,
    most: i64,
    zone: &Zone,
    events: &mut Vec<Event>,
) -> Result<()> {
    let said = store::interaction::newest_of(tx, account.id, most)?;
    let Some(first) = said.iter().map(|it| it.id).min() else { return Ok(()) };
    let staff: Vec<_> = said.iter().filter_map(|it| it.by).collect();
    let names = store::staff::names(tx, &staff)?;
    let links = store::interaction::links(tx, account.id, first)?;
    for it in said {
        let mut why = it.channel.word().to_owned();
        for (_, about) in links.iter().filter(|link| link.0 == it.id) {
            if let Some(name) = store::about::name(tx, *about)? {
                why = format!("{why}, {} {name}", about.word());
            }
        }
        events.push(Event {
            on: zone.day_of(it.at),
            at: Some(it.at),
            by: it.by.and_then(|by| names.get(&by).cloned()),
            change: Change::Said,
            about: About::Interaction(it.id),
            before: String::new(),
            after: it.text,
            why,
        });
    }
    Ok(())
}

fn tasks(tx: &mut Tx, about: About, zone: &Zone, events: &mut Vec<Event>) -> Result<()> {
    for task in store::task::of_subject(tx, about, TASKS)? {
        let steps = store::task::steps(tx, task.id)?;
        let names = crate::task::names(tx, &steps)?;
        for step in steps {
            let by = step.by.and_then(|by| names.get(&by).cloned());
            events.push(moved(&task, about, by, step, zone));
        }
    }
    Ok(())
}

fn moved(task: &Task, about: About, by: Option<String>, step: Happened, zone: &Zone) -> Event {
    let raised = step.step == Step::Raised;
    let after = match (step.resolution, raised) {
        (_, true) => format!("{} {}", task.id, task.kind),
        (Some(how), _) => format!("{} {}: {} {how}", task.id, task.kind, step.step),
        (None, _) => format!("{} {}: {}", task.id, task.kind, step.step),
    };
    Event {
        on: zone.day_of(step.at),
        at: Some(step.at),
        by,
        change: if raised { Change::TaskRaised } else { Change::TaskMoved },
        about,
        before: String::new(),
        after,
        why: step.said,
    }
}

fn event(on: Date, change: Change, about: About, act: Option<&Act>) -> Event {
    Event {
        on,
        at: act.map(|it| it.at),
        by: act.and_then(|it| it.by.clone()),
        change,
        about,
        before: String::new(),
        after: String::new(),
        why: String::new(),
    }
}

/// Something that was done with the money of an account.
fn acted(account: &Account, on: Date, after: String, act: Option<&Act>) -> Event {
    Event { after, ..event(on, Change::Acted, About::Account(account.id), act) }
}

/// Who is served on which tariff.
fn terms_of(tx: &mut Tx, agreement: &Agreement) -> Result<String> {
    let number = store::about::name(tx, About::Account(agreement.account))?;
    let number = number.context("an agreement is of an account")?;
    Ok(format!("{number} on {}", agreement.tariff))
}

fn place(tx: &mut Tx, point: ServicePointId) -> Result<String> {
    let point = store::place::service_point(tx, point)?;
    let premise = store::place::premise(tx, point.premise)?;
    Ok(format!("{} at {}, premise {}", point.commodity, premise.street, premise.id))
}

fn serial(tx: &mut Tx, meter: MeterId) -> Result<String> {
    Ok(store::meter::get(tx, meter)?.serial)
}
