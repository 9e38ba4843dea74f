//! From the facts about an account to its bill, or to the reasons why there is none. This is where
//! usage, rating and checks meet.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::account::Account;
use crate::agreement::Agreement;
use crate::bill::Segment;
use crate::bill::check::{Hold, unusual};
use crate::cycle::Window;
use crate::id::AgreementId;
use crate::money::{Money, Quantity};
use crate::period::Period;
use crate::place::ServicePoint;
use crate::rating::{Input, rate};
use crate::reads::usage::{Facts, Usage, usage};
use crate::tariff::Tariff;

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
    /// The meters that hung there, with their reads.
    pub measured: Facts,
}

/// Every tariff by its code, each with its versions, oldest first.
pub type Tariffs = BTreeMap<String, Vec<Tariff>>;

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
    Billed(Segment),
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
    tariffs: &Tariffs,
    unusual_bills: Unusual,
) -> Vec<(AgreementId, Ending)> {
    let mut endings: Vec<(AgreementId, Ending)> = facts
        .services
        .iter()
        .filter_map(|it| {
            Some((
                it.agreement.id,
                ending(it, it.agreement.days_in(window.period)?, window, tariffs),
            ))
        })
        .collect();
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

fn ending(facts: &ServiceFacts, days: Period, window: &Window, tariffs: &Tariffs) -> Ending {
    let expected = facts.billed_through.unwrap_or(facts.agreement.from);
    if days.end() <= expected {
        return Ending::BilledBefore;
    }
    if expected < days.start() {
        return Ending::Held(Hold::EarlierUnbilled { from: expected });
    }
    let period = Period::new(expected, days.end()).expect("the end was compared just above");
    segment(facts, period, window, tariffs).map_or_else(Ending::Held, Ending::Billed)
}

fn segment(
    facts: &ServiceFacts,
    period: Period,
    window: &Window,
    tariffs: &Tariffs,
) -> Result<Segment, Hold> {
    let ServiceFacts { agreement, point, street, measured, .. } = facts;
    let used = usage(period, &point.zone, measured)?;
    refuse_negative(&used)?;
    let versions = tariffs.get(&agreement.tariff).map_or(&[][..], Vec::as_slice);
    let input =
        Input { period, window: window.period, zone: &point.zone, usage: &used, tariffs: versions };
    let rated = rate(&agreement.tariff, &input).map_err(Hold::Unratable)?;
    let newest = versions.iter().rfind(|it| it.from < period.end());
    Ok(Segment {
        agreement: agreement.id,
        commodity: point.commodity,
        service_at: street.clone(),
        tariff: agreement.tariff.clone(),
        tariff_name: newest.map_or_else(String::new, |it| it.name.clone()),
        period,
        usage: rated.billed,
        evidence: used.evidence,
        lines: rated.lines,
        total: rated.total,
    })
}

fn refuse_negative(usage: &Usage) -> Result<(), Hold> {
    let negative = |it: &Quantity| it.micro < 0;
    match [usage.delivered, usage.received].into_iter().find(negative) {
        Some(used) => Err(Hold::NegativeUse { used }),
        None => Ok(()),
    }
}
