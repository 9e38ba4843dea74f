//! From the facts about an account to its bill, or to the reasons why there is none. This is where
//! usage, rating and checks meet.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::account::Account;
use crate::agreement::Agreement;
use crate::allocation::{Allocation, Allotted};
use crate::bill::Segment;
use crate::bill::check::{Hold, unusual};
use crate::cycle::Window;
use crate::id::AgreementId;
use crate::meter::Flow;
use crate::money::{Money, Quantity, Unit};
use crate::period::{Period, Zone};
use crate::person::Language;
use crate::place::ServicePoint;
use crate::rating::carried::Carried;
use crate::rating::published::{Names, Published, too_many};
use crate::rating::terms::Terms;
use crate::rating::{Hours, Input, Plan, by_hours, rate};
use crate::reads::usage::{Edge, Facts, Usage, usage_between};
use crate::tariff::{NetWindow, Riders, Tariff};

/// Everything the bill of one account depends on, besides the tariffs.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountFacts {
    /// The account.
    pub account: Account,
    /// The name and address lines that the bill goes to.
    pub addressed_to: Vec<String>,
    /// Every agreement that is in force on some day of the window.
    pub services: Vec<ServiceFacts>,
    /// What the account's latest bills came to, at most twelve.
    pub earlier: Vec<Money>,
    /// How many bills it has for this window already: one after a back-dated start.
    pub bills_in_window: i64,
}

/// What is known of one agreement.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceFacts {
    /// The agreement.
    pub agreement: Agreement,
    /// Where it is.
    pub point: ServicePoint,
    /// The street line of the premise.
    pub street: String,
    /// The first day that is on no bill yet; `None` before the first bill.
    pub billed_through: Option<Date>,
    /// What the last bill left for the next one.
    pub carried: Carried,
    /// What the agreement says of itself.
    pub terms: Terms,
    /// The shares of its surplus that go to others, whenever they hold.
    pub shares: Vec<Allocation>,
    /// What bills of others gave it, dated before this one's, that no bill took.
    pub allotted: Vec<Allotted>,
    /// Whether the customer moves from here to another service of the account on the same tariff, which takes on
    /// what banks hold.
    pub moves_on: bool,
    /// The day before which a bill of the days so far ends, although service goes on.
    pub so_far: Option<Date>,
    /// What services hand on from which the customer moved here.
    pub inherits: Vec<Inherited>,
    /// The meters that hung there, with their reads.
    pub measured: Facts,
}

/// What a service hands on from which a customer moved to another one, on the same tariff.
#[derive(Clone, Debug, PartialEq)]
pub struct Inherited {
    /// Which ended.
    pub from: AgreementId,
    /// Its first day without service.
    pub ended: Date,
    /// What its last bill left, or the first day that is on no bill of it.
    pub left: Result<Carried, Date>,
}

impl ServiceFacts {
    /// The days of a turn that are billed.
    pub fn days_in(&self, turn: Period) -> Option<Period> {
        turn.overlap(self.agreement.from, self.ends())
    }

    /// The day before which they end, unless their turn ends them.
    fn ends(&self) -> Option<Date> {
        self.so_far.or(self.agreement.to)
    }

    /// Whether its bill would end within a turn over which it nets: nobody knows by then what is sent back, or
    /// comes, in the rest of it.
    pub fn parts_a_net(&self, turn: Period, tariffs: &Tariffs) -> bool {
        let days = self.days_in(turn).filter(|_| self.so_far.is_some());
        days.is_some_and(|days| tariffs.nets_over_turn(&self.agreement.tariff, days))
            && self.measured.measures(Flow::Received)
    }

    /// What earlier bills left for one of these days: those of the service itself, and the last ones of services
    /// from which the customer moved here. Each hands on to the first bill that ends with it or later.
    fn carried_into(&self, period: Period) -> Result<Cow<'_, Carried>, Hold> {
        let first = period.start() == self.agreement.from;
        let due =
            |it: &&Inherited| it.ended <= period.end() && (first || period.start() < it.ended);
        let mut carried = Cow::Borrowed(&self.carried);
        for it in self.inherits.iter().filter(due) {
            let left = it.left.as_ref().map_err(|from| Hold::EarlierUnbilled { from: *from })?;
            let all = carried.to_mut();
            all.energy.extend(left.energy.iter().cloned());
            all.money.extend(left.money.iter().cloned());
            all.energy.sort_by_key(|it| it.turn);
            all.money.sort_by_key(|it| it.turn);
        }
        Ok(carried)
    }

    /// The same, with what those hand on that are on this very bill.
    fn beside(&self, made: &[(AgreementId, Ending)]) -> Cow<'_, ServiceFacts> {
        let mut facts = Cow::Borrowed(self);
        for (nth, it) in self.inherits.iter().enumerate() {
            let last = made.iter().find(|(id, _)| *id == it.from);
            let last =
                last.and_then(|(_, it)| it.segment()).filter(|of| of.period.end() == it.ended);
            if let Some(last) = last {
                facts.to_mut().inherits[nth].left = Ok(last.carried.clone());
            }
        }
        facts
    }
}

/// The tariffs met so far, each with its versions and with the plans that its bills share.
#[derive(Debug, Default)]
pub struct Tariffs {
    /// Of tariffs and of the riders that they include.
    versions: Riders,
    /// By code, zone and length of the meters' intervals.
    plans: BTreeMap<(String, String, u16), Plan>,
    /// What is published for all of them.
    published: Published,
}

impl Tariffs {
    /// Whether the versions of the tariff called `code` are known.
    pub fn knows(&self, code: &str) -> bool {
        self.versions.contains_key(code)
    }

    /// Takes in the versions of a tariff or rider, oldest first.
    pub fn learn(&mut self, code: String, versions: Vec<Tariff>) {
        self.plans.clear();
        self.versions.insert(code, versions);
    }

    /// Takes in what is published, instead of what was.
    pub fn publish(&mut self, published: Published) {
        self.published = published;
    }

    /// The names under which they look for what is published.
    pub fn names(&self) -> Names {
        Names::of_all(self.versions.values().flatten())
    }

    /// What a bill for `days` of a turn finds published that its tariff looks for, as a text: the
    /// same text is the same findings. Empty when it looks for nothing.
    pub fn findings(&self, code: &str, zone: &Zone, days: Period, turn: Period) -> String {
        let riders = self.riders(code, days).into_iter().filter_map(|it| self.versions.get(it));
        let tariffs = self.in_force(code, days).map(|(it, _)| it).chain(riders.flatten());
        self.published.canonical(&Names::of_all(tariffs), zone, days, turn)
    }

    /// The codes of the riders that a tariff includes on some of these days.
    pub fn riders(&self, code: &str, days: Period) -> BTreeSet<&str> {
        self.in_force(code, days).flat_map(|(it, _)| it.riders()).collect()
    }

    /// The versions of a tariff that are in force on some of these days, each with those days.
    fn in_force(&self, code: &str, days: Period) -> impl Iterator<Item = (&Tariff, Period)> {
        let versions = self.versions.get(code).map_or(&[][..], Vec::as_slice);
        let ends = versions.iter().skip(1).map(|it| Some(it.from)).chain([None]);
        versions
            .iter()
            .zip(ends)
            .filter_map(move |(it, end)| Some((it, days.overlap(it.from, end)?)))
    }

    /// Whether an event of the tariff is called on more days than it allows.
    fn check_events(&self, code: &str, days: Period) -> Result<(), Hold> {
        let codes = self.riders(code, days).into_iter().chain([code]);
        let mut in_force = codes.flat_map(|it| self.in_force(it, days));
        let doubt = in_force.find_map(|(it, days)| too_many(it, &self.published, days));
        doubt.map_or(Ok(()), |why| Err(Hold::Unratable(why)))
    }

    /// Whether a tariff keeps energy or credit for later bills on some of these days.
    fn has_bank(&self, code: &str, days: Period) -> bool {
        let codes = self.riders(code, days).into_iter().chain([code]);
        let mut in_force = codes.flat_map(|it| self.in_force(it, days));
        in_force.any(|(it, _)| it.banks_on_move().next().is_some())
    }

    /// Whether a tariff sets off what is sent back over the whole turn, on some of these days.
    fn nets_over_turn(&self, code: &str, days: Period) -> bool {
        let mut nets = self.in_force(code, days).filter_map(|(it, _)| it.net.as_ref());
        nets.any(|it| it.window == NetWindow::Turn)
    }

    /// What people call the tariff on the last of these days.
    fn name(&self, code: &str, days: Period) -> (String, Option<String>) {
        let versions = self.versions.get(code).map_or(&[][..], Vec::as_slice);
        let newest = versions.iter().rfind(|it| it.from < days.end());
        let spanish = |it: &Tariff| Some(it.called(Language::Spanish).to_owned());
        newest.map_or_else(Default::default, |it| {
            (it.name.clone(), spanish(it).filter(|of| *of != it.name))
        })
    }

    /// The unit of a tariff that prices nothing a meter measures, on any of these days; `None` when
    /// it does.
    fn unmetered(&self, code: &str, days: Period) -> Option<Unit> {
        let versions = self.versions.get(code)?;
        let newest = versions.iter().rposition(|it| it.from <= days.start())?;
        let in_force = || versions[newest..].iter().filter(|it| it.from < days.end());
        (!in_force().any(Tariff::is_measured)).then(|| versions[newest].unit)
    }

    /// The plan of a tariff that covers `days`, made when it is first asked for, and what is
    /// published.
    fn plan(&mut self, code: &str, zone: &Zone, minutes: u16, days: Period) -> (&Plan, &Published) {
        let key = (code.to_owned(), zone.name().to_owned(), minutes);
        let covers = |it: &Plan| it.days().start() <= days.start() && days.end() <= it.days().end();
        if !self.plans.get(&key).is_some_and(covers) {
            let versions = self.versions.get(code).map_or(&[][..], Vec::as_slice);
            let plan = Plan::with_riders(code, versions, &self.versions, zone, minutes, days);
            self.plans.insert(key.clone(), plan);
        }
        (&self.plans[&key], &self.published)
    }
}

/// Whether a bill that is far from usual may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusual {
    /// It waits for a clerk.
    Hold,
    /// A clerk has looked at it and lets it go.
    Accept,
}

/// How an agreement ends in a window.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    /// On the bill.
    Billed(Box<Segment>),
    /// Held, and why.
    Held(Hold),
    /// Every day of it is on a bill already.
    BilledBefore,
}

/// How every agreement of an account ends in `window`. Either all that are to be billed are, or
/// none: half a bill is worse than one that is late.
pub fn assess(
    facts: &AccountFacts,
    window: &Window,
    tariffs: &mut Tariffs,
    unusual_bills: Unusual,
) -> Vec<(AgreementId, Ending)> {
    assess_seeing(facts, window, tariffs, unusual_bills, &mut |_, _| ())
}

/// The same, and `seen` is shown the use of each agreement before it is priced.
pub fn assess_seeing(
    facts: &AccountFacts,
    window: &Window,
    tariffs: &mut Tariffs,
    unusual_bills: Unusual,
    seen: &mut dyn FnMut(AgreementId, &Usage),
) -> Vec<(AgreementId, Ending)> {
    let mut endings: Vec<(AgreementId, Ending)> = Vec::new();
    // One to which a customer moves was agreed on later than the one they leave, and comes behind it.
    for it in &facts.services {
        let Some(days) = it.days_in(window.period) else { continue };
        let ending = ending(&it.beside(&endings), days, window, tariffs, seen);
        endings.push((it.agreement.id, ending));
    }
    let total = endings.iter().filter_map(|(_, it)| it.segment()).map(|it| it.total).sum();
    let held = endings.iter().any(|(_, it)| matches!(it, Ending::Held(_)));
    let reason = match unusual_bills {
        _ if held => Some(Hold::Companion),
        Unusual::Hold => unusual(total, &facts.earlier),
        Unusual::Accept => None,
    };
    if let Some(reason) = reason {
        for (_, ending) in endings.iter_mut().filter(|(_, it)| it.segment().is_some()) {
            *ending = Ending::Held(reason.clone());
        }
    }
    endings
}

impl Ending {
    /// The segment, when there is one.
    pub fn segment(&self) -> Option<&Segment> {
        match self {
            Ending::Billed(segment) => Some(segment),
            Ending::Held(_) | Ending::BilledBefore => None,
        }
    }
}

fn ending(
    facts: &ServiceFacts,
    days: Period,
    window: &Window,
    tariffs: &mut Tariffs,
    seen: &mut dyn FnMut(AgreementId, &Usage),
) -> Ending {
    let expected = facts.billed_through.unwrap_or(facts.agreement.from);
    if days.end() <= expected {
        return Ending::BilledBefore;
    }
    if expected < days.start() {
        return Ending::Held(Hold::EarlierUnbilled { from: expected });
    }
    let period = Period::new(expected, days.end()).expect("the end was compared just above");
    let segment = used(facts, period, tariffs).and_then(|used| {
        seen(facts.agreement.id, &used);
        priced(facts, period, window, tariffs, used)
    });
    segment.map_or_else(Ending::Held, |it| Ending::Billed(Box::new(it)))
}

/// The part of a bill for one agreement and some days of a window, or why there is none.
pub fn segment(
    facts: &ServiceFacts,
    period: Period,
    window: &Window,
    tariffs: &mut Tariffs,
) -> Result<Segment, Hold> {
    let used = used(facts, period, tariffs)?;
    priced(facts, period, window, tariffs, used)
}

/// What was used at a service in some days.
pub fn used(facts: &ServiceFacts, period: Period, tariffs: &Tariffs) -> Result<Usage, Hold> {
    let ends = facts.ends() == Some(period.end());
    used_to(facts, period, tariffs, if ends { Edge::Exact } else { Edge::Scheduled })
}

/// The same of days that end before their turn does: no register is read about such a day, so only what
/// it showed on the day itself counts.
pub fn used_so_far(facts: &ServiceFacts, period: Period, tariffs: &Tariffs) -> Result<Usage, Hold> {
    used_to(facts, period, tariffs, Edge::Exact)
}

fn used_to(
    facts: &ServiceFacts,
    period: Period,
    tariffs: &Tariffs,
    end: Edge,
) -> Result<Usage, Hold> {
    let ServiceFacts { agreement, point, measured, .. } = facts;
    match tariffs.unmetered(&agreement.tariff, period) {
        Some(unit) if measured.hung.is_empty() && measured.parts.is_empty() => Ok(unmeasured(unit)),
        _ => {
            let begins = period.start() == agreement.from;
            let start = if begins { Edge::Exact } else { Edge::Scheduled };
            usage_between(period, &point.zone, measured, [start, end])
        }
    }
}

/// What some use comes to: the use of these days, or one that somebody expects.
pub fn priced(
    facts: &ServiceFacts,
    period: Period,
    window: &Window,
    tariffs: &mut Tariffs,
    used: Usage,
) -> Result<Segment, Hold> {
    let ServiceFacts { agreement, point, street, terms, allotted, .. } = facts;
    refuse_negative(&used)?;
    tariffs.check_events(&agreement.tariff, period)?;
    let carried = match tariffs.has_bank(&agreement.tariff, period) {
        true => facts.carried_into(period)?,
        false => Cow::Borrowed(&facts.carried),
    };
    let minutes = used.profile.as_ref().map_or(60, |it| it.minutes);
    let (tariff_name, tariff_spanish) = tariffs.name(&agreement.tariff, period);
    let (plan, published) = tariffs.plan(&agreement.tariff, &point.zone, minutes, window.period);
    let edges = [period.start(), period.end()].map(|it| point.zone.start_of(it));
    let published = &*published.for_intervals(minutes, edges.into());
    let (since, until) = (Some(agreement.from), agreement.to);
    let of = Input::of(period, &used);
    let shares: Vec<_> = facts
        .shares
        .iter()
        .filter(|it| it.holds(period.last()))
        .map(|it| (it.subscriber, it.share))
        .collect();
    let input = Input {
        window: window.period,
        carried: &carried,
        since,
        until,
        moves_on: facts.moves_on,
        terms,
        published,
        shares: &shares,
        allotted,
        ..of
    };
    let rated = rate(plan, &input).map_err(Hold::Unratable)?;
    Ok(Segment {
        agreement: agreement.id,
        commodity: point.commodity,
        service_at: street.clone(),
        tariff: agreement.tariff.clone(),
        tariff_name,
        tariff_spanish,
        period,
        usage: rated.billed,
        evidence: used.evidence,
        lines: rated.lines,
        total: rated.total,
        carried: rated.carried,
        bank: rated.bank,
        credit: rated.credit,
        given: rated.given,
        allotted: allotted.clone(),
    })
}

/// What of some use came in each period of each clock of the tariff; nothing where no intervals say so.
pub fn hours(
    facts: &ServiceFacts,
    period: Period,
    tariffs: &mut Tariffs,
    used: &Usage,
) -> Result<Vec<Hours>, Hold> {
    let Some(minutes) = used.profile.as_ref().map(|it| it.minutes) else { return Ok(Vec::new()) };
    let ServiceFacts { agreement, point, .. } = facts;
    let (plan, published) = tariffs.plan(&agreement.tariff, &point.zone, minutes, period);
    let edges = [period.start(), period.end()].map(|it| point.zone.start_of(it));
    let published = &*published.for_intervals(minutes, edges.into());
    let input = Input { terms: &facts.terms, published, ..Input::of(period, used) };
    by_hours(plan, &input).map_err(Hold::Unratable)
}

/// The use of a service that has no meter and needs none.
fn unmeasured(unit: Unit) -> Usage {
    let none = Quantity { micro: 0, unit };
    Usage { delivered: none, received: none, reactive: None, profile: None, evidence: Vec::new() }
}

fn refuse_negative(usage: &Usage) -> Result<(), Hold> {
    let negative = |it: &Quantity| it.micro < 0;
    match [usage.delivered, usage.received].into_iter().find(negative) {
        Some(used) => Err(Hold::NegativeUse { used }),
        None => Ok(()),
    }
}
