//! Field orders: writing one down, giving it to a crew, and every step to its end.
//!
//! The steps follow `core::order`; each is one transaction and written down. Completion, which may
//! also hang meters and keep reads, is in [`completion`].

mod again;
pub mod completion;
pub mod day;
mod refusal;
pub mod sick;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::agreement::Agreement;
use meterbook_core::appointment::Ended;
use meterbook_core::id::{
    AccountId, AgreementId, BatchId, CrewId, OrderId, PremiseId, ServicePointId,
};
use meterbook_core::money::Money;
use meterbook_core::order::deadline::Deadline;
use meterbook_core::order::{
    CalledOff, Connected, Hindrance, Order, OrderKind, Priority, Progress, Skills, Step, Taken,
};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Conflict, Counter, Tx};

pub use self::refusal::{NotOrdered, NotStepped};
use crate::authority::authorize;
use crate::{Actor, collection, refuse};

/// Where something is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// At a service point.
    Point(ServicePointId),
    /// At a premise as a whole.
    Premise(PremiseId),
}

/// What whoever wants something done knows of it.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// What is to be done.
    pub kind: OrderKind,
    /// Where.
    pub place: Where,
    /// How soon; as soon as orders of this kind are without it.
    pub priority: Option<Priority>,
    /// For which agreement; the one in force there without it.
    pub agreement: Option<AgreementId>,
    /// What the crew must know; what the commodity asks for without it.
    pub skills: Option<Skills>,
    /// The first day on which it may be done; today without it.
    pub not_before: Option<Date>,
    /// When it must be done; as the utility's rule says without it.
    pub due: Option<Timestamp>,
    /// A disconnection for non-payment: it is called off once less than this is past due.
    pub off_below: Option<Money>,
    /// What the crew should know.
    pub about: String,
}

impl NewOrder {
    /// An order about which nothing more is known.
    pub fn plain(kind: OrderKind, place: Where) -> NewOrder {
        NewOrder {
            kind,
            place,
            priority: None,
            agreement: None,
            skills: None,
            not_before: None,
            due: None,
            off_below: None,
            about: String::new(),
        }
    }
}

/// An order with all that happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The order.
    pub order: Order,
    /// Its steps.
    pub steps: Vec<Taken>,
    /// How it stands.
    pub stands: Progress,
}

/// Characters of what a crew is told, or tells.
const LONGEST: usize = 2_000;

/// Writes an order down. There is one open order of a kind at a place; for non-payment, one for an
/// agreement.
pub fn add(tx: &mut Tx, actor: Actor, new: &NewOrder) -> Result<Order> {
    let allowed = authorize(tx, actor, Permission::OrderWork, None)?;
    write_down(tx, &allowed, new)
}

/// The same for whoever was authorized.
pub(crate) fn write_down(tx: &mut Tx, allowed: &Authorized, new: &NewOrder) -> Result<Order> {
    let kind = new.kind;
    let zone = crate::founding::zone(tx)?;
    let today = zone.day_of(allowed.at());
    let not_before = new.not_before.unwrap_or(today);
    let (premise, point) = match new.place {
        Where::Point(id) => {
            let point = store::place::service_point(tx, id)?;
            (point.premise, Some(point))
        }
        Where::Premise(_) if kind.needs_point() => {
            return Err(refuse(NotOrdered::NeedsPoint { kind }));
        }
        Where::Premise(id) => (store::place::premise(tx, id)?.id, None),
    };
    let service_point = point.as_ref().map(|it| it.id);
    let agreement = agreement(tx, new, service_point, not_before)?;
    off_below_fits(new, agreement.as_ref()).map_err(refuse)?;
    if let (Some(off_below), Some(agreement)) = (new.off_below, &agreement) {
        let bars = collection::barred(tx, agreement.account, (today, off_below))?;
        if let Some(why) = bars.into_iter().next() {
            return Err(refuse(NotOrdered::Barred { why }));
        }
        let past_due = past_due(tx, allowed.at(), agreement.account)?;
        if past_due < off_below {
            return Err(refuse(NotOrdered::NotPastDue { past_due, off_below }));
        }
    }
    let about = new.about.trim().to_owned();
    if LONGEST < about.chars().count() {
        return Err(refuse(NotOrdered::TooLong { most: LONGEST }));
    }
    let agreement_id = agreement.as_ref().map(|it| it.id);
    let key = Order::natural_key(kind, premise, service_point, agreement_id);
    if let Some(order) = already(tx, kind, service_point, &key)? {
        return Err(refuse(NotOrdered::AlreadyOpen { kind, order }));
    }
    let due = match new.due {
        Some(due) => Some(due),
        None => due(tx, allowed.at(), kind, not_before)?,
    };
    let of_commodity = || point.as_ref().map(|it| Skills::of(it.commodity)).unwrap_or_default();
    let order = Order {
        id: OrderId(tx.next(Counter::Order, 1)?),
        kind,
        priority: new.priority.unwrap_or(kind.priority()),
        premise,
        service_point,
        account: agreement.map(|it| it.account),
        agreement: agreement_id,
        skills: new.skills.clone().unwrap_or_else(of_commodity),
        not_before,
        due,
        off_below: new.off_below,
        about,
        key,
    };
    enter(tx, allowed, &order)?;
    Ok(order)
}

/// Keeps an order with its first step.
pub(crate) fn enter(tx: &mut Tx, allowed: &Authorized, order: &Order) -> Result<()> {
    store::order::add(tx, order)?;
    let steps = Followed::begun(order);
    take(tx, allowed, &steps, Step::Created, "").map_err(|why| {
        match why.downcast_ref::<Conflict>() {
            Some(it) if it.table == "open_order" => {
                refuse(NotOrdered::AlreadyOpen { kind: order.kind, order: order.id })
            }
            _ => why,
        }
    })
}

/// By when an order of a kind must be done, as the utility's rule says; what is not to be done yet
/// is counted from the day on which it may be.
pub(crate) fn due(
    tx: &mut Tx,
    at: Timestamp,
    kind: OrderKind,
    not_before: Date,
) -> Result<Option<Timestamp>> {
    let zone = crate::founding::zone(tx)?;
    let Some(rule) = store::order::rule(tx, kind, zone.day_of(at).max(not_before))? else {
        return Ok(None);
    };
    Ok(Some(Deadline::parse(&rule)?.of(at.max(zone.start_of(not_before)), &zone)))
}

/// The open order that stands in the way of another: one with the same key, or one that a move wants
/// there.
fn already(
    tx: &mut Tx,
    kind: OrderKind,
    point: Option<ServicePointId>,
    key: &str,
) -> Result<Option<OrderId>> {
    if let Some(order) = store::order::with_key(tx, key)? {
        return Ok(Some(order));
    }
    match point {
        // One for non-payment and one because somebody leaves are two things.
        Some(point) if kind != OrderKind::Disconnect => {
            Ok(store::order::open_at(tx, point, kind)?.first().map(|it| it.id))
        }
        _ => Ok(None),
    }
}

/// Whether a cut for non-payment of an agreement is ordered, or nothing flows there that could be cut off.
pub(crate) fn is_cut_ordered(
    tx: &mut Tx,
    (agreement, point): (AgreementId, ServicePointId),
    on: Date,
) -> Result<bool> {
    if store::connection::on(tx, point, on)? == Some(Connected::No) {
        return Ok(true);
    }
    let kind = OrderKind::Disconnect;
    let premise = store::place::service_point(tx, point)?.premise;
    let key = Order::natural_key(kind, premise, Some(point), Some(agreement));
    Ok(already(tx, kind, Some(point), &key)?.is_some())
}

/// The agreement that an order is for: the one that was named, or the one in force there.
fn agreement(
    tx: &mut Tx,
    new: &NewOrder,
    point: Option<ServicePointId>,
    on: Date,
) -> Result<Option<Agreement>> {
    if let Some(id) = new.agreement {
        let agreement = store::agreement::get(tx, id)?;
        if point.is_some_and(|it| it != agreement.service_point) {
            return Err(refuse(NotOrdered::Elsewhere { agreement: id }));
        }
        return Ok(Some(agreement));
    }
    let Some(point) = point else { return Ok(None) };
    let there = store::agreement::at(tx, point)?;
    Ok(there.into_iter().find(|it| it.from <= on && it.to.is_none_or(|to| on < to)))
}

fn off_below_fits(new: &NewOrder, agreement: Option<&Agreement>) -> Result<(), NotOrdered> {
    let Some(off_below) = new.off_below else { return Ok(()) };
    if new.kind != OrderKind::Disconnect {
        return Err(NotOrdered::NotForNonPayment { kind: new.kind });
    }
    if off_below <= Money::ZERO {
        return Err(NotOrdered::NeverCalledOff { off_below });
    }
    if agreement.is_none() { Err(NotOrdered::NoAgreement) } else { Ok(()) }
}

/// An order with all that happened to it.
pub fn follow(tx: &mut Tx, id: OrderId) -> Result<Followed> {
    let order = store::order::get(tx, id)?;
    let steps = store::order::steps(tx, id)?;
    let stands = Progress::of(&steps)?;
    Ok(Followed { order, steps, stands })
}

/// Gives an order to a crew for a day, or to another crew.
pub fn assign(tx: &mut Tx, actor: Actor, id: OrderId, crew: CrewId, on: Date) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::DispatchWork, None)?;
    let followed = follow(tx, id)?;
    let step = Step::Assigned { crew, on };
    followed.after(step)?;
    if let Some(it) = store::appointment::of_order(tx, id)?
        && (it.crew, it.arrival.on) != (crew, on)
    {
        return Err(refuse(NotStepped::Promised { order: id, arrival: it.arrival }));
    }
    may_go(tx, actor, &followed.order, crew, on)?;
    enough_past_due(tx, actor, &followed.order)?;
    may_be_cut(tx, &followed.order, on)?;
    take(tx, &allowed, &followed, step, "")
}

/// Whether a crew knows how and works on that day. Emergencies are driven to at any hour.
pub(crate) fn may_go(
    tx: &mut Tx,
    actor: Actor,
    order: &Order,
    crew: CrewId,
    on: Date,
) -> Result<()> {
    let crew = store::crew::get(tx, crew)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    if on < today {
        return Err(refuse(NotStepped::Gone { on, today }));
    }
    if on < order.not_before {
        return Err(refuse(NotStepped::TooEarly { on, not_before: order.not_before }));
    }
    let lacking = crew.skills.lacking(&order.skills);
    if !lacking.is_empty() {
        return Err(refuse(NotStepped::Lacks { crew: crew.name, lacking }));
    }
    if order.priority != Priority::Emergency {
        crate::crew::works(tx, &crew, on)?;
    }
    Ok(())
}

/// Takes an order from its crew.
pub fn unassign(tx: &mut Tx, actor: Actor, id: OrderId) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::DispatchWork, None)?;
    let followed = follow(tx, id)?;
    followed.after(Step::Unassigned)?;
    if let Some(it) = store::appointment::of_order(tx, id)? {
        return Err(refuse(NotStepped::Promised { order: id, arrival: it.arrival }));
    }
    take(tx, &allowed, &followed, Step::Unassigned, "")
}

/// The crew is on its way. A disconnection for non-payment looks at what is past due once more.
pub fn en_route(tx: &mut Tx, actor: Actor, id: OrderId) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::CompleteWork, None)?;
    let followed = follow(tx, id)?;
    still_past_due(tx, actor, &followed.order)?;
    take(tx, &allowed, &followed, Step::EnRoute, "")
}

/// The crew is there. A disconnection for non-payment looks at what is past due once more.
pub fn on_site(tx: &mut Tx, actor: Actor, id: OrderId) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::CompleteWork, None)?;
    let followed = follow(tx, id)?;
    still_past_due(tx, actor, &followed.order)?;
    take(tx, &allowed, &followed, Step::OnSite, "")
}

fn still_past_due(tx: &mut Tx, actor: Actor, order: &Order) -> Result<()> {
    enough_past_due(tx, actor, order)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    may_be_cut(tx, order, today)
}

/// Refuses a disconnection for non-payment for which too little is past due now.
fn enough_past_due(tx: &mut Tx, actor: Actor, order: &Order) -> Result<()> {
    let (Some(off_below), Some(account)) = (order.off_below, order.account) else {
        return Ok(());
    };
    let past_due = past_due(tx, actor.at, account)?;
    if past_due < off_below {
        return Err(refuse(NotStepped::Paid { order: order.id, past_due, off_below }));
    }
    let left = left(tx, actor.at, (order, account))?;
    if left < off_below {
        return Err(refuse(NotStepped::Settled { order: order.id, left, off_below }));
    }
    Ok(())
}

/// What is past due of what a cut is about: of what its notice named, or where the rules want none of what
/// was past due when it was ordered. What came due since is a reason for another one.
fn left(tx: &mut Tx, at: Timestamp, (order, account): (&Order, AccountId)) -> Result<Money> {
    let zone = crate::founding::zone(tx)?;
    let today = zone.day_of(at);
    let day = match crate::notice::dated(tx, account, today)? {
        Some(dated) => dated,
        None => {
            let written = store::order::steps(tx, order.id)?.first().map(|it| zone.day_of(it.at));
            written.unwrap_or(today)
        }
    };
    crate::pledge::past_due_since(tx, account, (today, day))
}

/// A disconnection for non-payment looks at what shields the account whenever somebody is sent.
fn may_be_cut(tx: &mut Tx, order: &Order, on: Date) -> Result<()> {
    let (Some(least), Some(account)) = (order.off_below, order.account) else { return Ok(()) };
    match collection::barred(tx, account, (on, least))?.into_iter().next() {
        Some(why) => Err(refuse(NotStepped::Barred { order: order.id, why })),
        None => Ok(()),
    }
}

fn past_due(tx: &mut Tx, at: Timestamp, account: AccountId) -> Result<Money> {
    let today = crate::founding::zone(tx)?.day_of(at);
    crate::pledge::past_due(tx, account, today)
}

/// The crew was there and could not do it. The order waits to be sent again or called off.
pub fn could_not_do(
    tx: &mut Tx,
    actor: Actor,
    id: OrderId,
    why: Hindrance,
    note: &str,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::CompleteWork, None)?;
    let followed = follow(tx, id)?;
    if why == Hindrance::Other && note.trim().is_empty() {
        return Err(refuse(NotStepped::NoReason));
    }
    take(tx, &allowed, &followed, Step::CouldNotDo(why), note)?;
    end_appointment(tx, id, Ended::Missed)
}

/// Calls an order off. Its undo is [`reopen`].
pub fn cancel(tx: &mut Tx, actor: Actor, id: OrderId, why: CalledOff, note: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::OrderWork, None)?;
    let followed = follow(tx, id)?;
    if why == CalledOff::Other && note.trim().is_empty() {
        return Err(refuse(NotStepped::NoReason));
    }
    call_off(tx, &allowed, &followed, why, note)
}

pub(crate) fn call_off(
    tx: &mut Tx,
    allowed: &Authorized,
    followed: &Followed,
    why: CalledOff,
    note: &str,
) -> Result<()> {
    take(tx, allowed, followed, Step::Cancelled(why), note)?;
    end_appointment(tx, followed.order.id, Ended::Cancelled)
}

/// Takes back that an order was called off: a check bounced, or it was a mistake.
pub fn reopen(tx: &mut Tx, actor: Actor, id: OrderId, note: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::OrderWork, None)?;
    let followed = follow(tx, id)?;
    let kind = followed.order.kind;
    followed.after(Step::Reopened)?;
    if let Some(order) = store::order::with_key(tx, &followed.order.key)? {
        return Err(refuse(NotOrdered::AlreadyOpen { kind, order }));
    }
    take(tx, &allowed, &followed, Step::Reopened, note)
}

/// Calls off what a payment makes needless, in the payment's own transaction: at one utility a
/// crew cut off a customer who had paid, because the order was looked at again only overnight.
/// Who may take the payment need not be one who may call orders off.
pub(crate) fn after_payment(tx: &mut Tx, allowed: &Authorized, account: AccountId) -> Result<()> {
    crate::late_fee::after_payment(tx, allowed, account)?;
    crate::write_off::after_credit(tx, allowed, account)?;
    no_longer_past_due(tx, allowed, account, (CalledOff::Paid, "after a payment"))?;
    let restored = crate::protection::after_payment(tx, allowed, account)?;
    again::after_payment(tx, allowed, account, restored)
}

/// Calls off what a payment that came back had ordered, in the transaction that takes it back.
pub(crate) fn after_return(tx: &mut Tx, allowed: &Authorized, account: AccountId) -> Result<()> {
    again::after_return(tx, allowed, account)
}

/// The same as after a payment, where bills were taken back or made anew: what is too little is not cut off for, and what is
/// too much pays first what was given up.
pub(crate) fn after_correction(
    tx: &mut Tx,
    allowed: &Authorized,
    accounts: impl IntoIterator<Item = AccountId>,
) -> Result<()> {
    for account in accounts {
        crate::write_off::after_credit(tx, allowed, account)?;
        let why = (CalledOff::NotNeeded, "after bills were corrected");
        no_longer_past_due(tx, allowed, account, why)?;
    }
    Ok(())
}

/// Calls off the cuts for non-payment for which not enough is past due any more, or of what they are about,
/// and says why.
pub(crate) fn no_longer_past_due(
    tx: &mut Tx,
    allowed: &Authorized,
    account: AccountId,
    (why, how): (CalledOff, &str),
) -> Result<()> {
    let orders = store::order::to_call_off(tx, account)?;
    if orders.is_empty() {
        return Ok(());
    }
    let past_due = past_due(tx, allowed.at(), account)?;
    for order in orders {
        let Some(off_below) = order.off_below else { continue };
        let left = left(tx, allowed.at(), (&order, account))?;
        let note = match past_due < off_below {
            true => format!("{past_due} is past due {how}"),
            false if left < off_below => format!("{left} of what it is for is past due {how}"),
            false => continue,
        };
        let followed = follow(tx, order.id)?;
        call_off(tx, allowed, &followed, why, &note)?;
    }
    // What is left may be nothing that anybody is cut off for.
    crate::protection::after_fact(tx, allowed, &[account])
}

/// Calls off the orders to read for which a file brought the reads, in the file's own transaction: no
/// crew drives out for what is known.
pub(crate) fn after_reads(
    tx: &mut Tx,
    allowed: &Authorized,
    batch: BatchId,
    file: &str,
) -> Result<()> {
    for (id, on) in store::order::answered(tx, batch)? {
        let followed = follow(tx, id)?;
        // A move may have one day and a crew another, and the file both.
        if !followed.stands.state.is_end() {
            let note = format!("read on {on}, in {file}");
            call_off(tx, allowed, &followed, CalledOff::NotNeeded, &note)?;
        }
    }
    Ok(())
}

/// Says by when orders of a kind must be done, from a day on.
pub fn rule(
    tx: &mut Tx,
    actor: Actor,
    kind: OrderKind,
    from: Date,
    text: &str,
) -> Result<Deadline> {
    let allowed = authorize(tx, actor, Permission::DispatchWork, None)?;
    let rule = Deadline::parse(text).map_err(refuse)?;
    let text = rule.to_string();
    let was = store::order::rule(tx, kind, from)?.unwrap_or_else(|| "no rule".to_owned());
    store::order::say_rule(tx, kind, from, &text)?;
    let said = format!("from {from}: {text}");
    store::audit::turn(tx, &allowed, "say deadline", kind.word(), &said, (&was, &text))?;
    Ok(rule)
}

/// Takes a step and writes it down.
pub(crate) fn take(
    tx: &mut Tx,
    allowed: &Authorized,
    followed: &Followed,
    step: Step,
    note: &str,
) -> Result<()> {
    let Followed { order, steps, .. } = followed;
    let stands = followed.after(step)?;
    let note = note.trim().to_owned();
    if LONGEST < note.chars().count() {
        return Err(refuse(NotOrdered::TooLong { most: LONGEST }));
    }
    let taken = Taken { step, at: allowed.at(), by: allowed.by(), note };
    store::order::step(tx, order, steps.len(), &taken, stands).map_err(|why| {
        match why.downcast_ref::<Conflict>() {
            Some(it) if it.table == "order_step" => {
                refuse(NotStepped::Meanwhile { order: order.id })
            }
            _ => why,
        }
    })?;
    let act = format!("{} order", step.word());
    let (id, said) = (order.id.to_string(), said(order, &taken));
    if steps.is_empty() {
        return store::audit::add(tx, allowed, &act, &id, &said);
    }
    let change = (followed.stands.state.word(), stands.state.word());
    store::audit::turn(tx, allowed, &act, &id, &said, change)
}

/// What a step says beside its word.
fn said(order: &Order, taken: &Taken) -> String {
    let what = match taken.step {
        Step::Created => format!("{} {}", order.kind, order.key),
        Step::Assigned { crew, on } => format!("crew {crew} for {on}"),
        Step::Done { on } => format!("on {on}"),
        Step::CouldNotDo(why) => why.to_string(),
        Step::Cancelled(why) => why.to_string(),
        Step::Unassigned | Step::EnRoute | Step::OnSite | Step::Reopened => String::new(),
    };
    let parts = [what.as_str(), taken.note.as_str()];
    parts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Ends the appointment of an order, if it has one.
pub(crate) fn end_appointment(tx: &mut Tx, id: OrderId, how: Ended) -> Result<()> {
    match store::appointment::of_order(tx, id)? {
        Some(it) => store::appointment::end(tx, it.id, how),
        None => Ok(()),
    }
}

impl Followed {
    /// An order of which nothing is written down yet.
    fn begun(order: &Order) -> Followed {
        let stands = Progress { state: meterbook_core::order::State::Open, crew: None };
        Followed { order: order.clone(), steps: Vec::new(), stands }
    }

    /// How it stands after one step more.
    pub(crate) fn after(&self, step: Step) -> Result<Progress> {
        let before = (!self.steps.is_empty()).then_some(self.stands);
        Progress::after(before, step)
            .map_err(|why| refuse(NotStepped::Illegal { order: self.order.id, why }))
    }
}

/// Whether every order went by legal steps, and stands as it is kept.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let all = store::order::all(tx)?;
    let mut faults = Vec::new();
    for (id, kept) in &all {
        match Progress::of(&store::order::steps(tx, *id)?) {
            Err(why) => faults.push(format!("order {id}: {why}")),
            Ok(it) => {
                let should = Some(it.state).filter(|it| !it.is_end());
                if *kept != should {
                    faults.push(format!("order {id} is {} and not kept so", it.state));
                }
            }
        }
        if faults.len() == 100 {
            break;
        }
    }
    Ok((i64::try_from(all.len())?, faults))
}
