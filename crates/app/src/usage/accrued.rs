//! What an agreement comes to between its last bill and a day: from reads where they say it, from what
//! may stand in for a read where they do not, and at the least what is owed whatever was used.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::Segment;
use meterbook_core::bill::assess::{AccountFacts, ServiceFacts, Tariffs, priced, used_so_far};
use meterbook_core::cycle::Window;
use meterbook_core::money::Quantity;
use meterbook_core::period::Period;
use meterbook_core::rating::ChargeKind;
use meterbook_core::reads::usage::{Ended, Usage};
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Tx};

use super::to_date::{Between, ToDate, walk};
use crate::vee;

/// Days of which a register says nothing yet.
#[derive(Clone, Debug)]
pub(crate) struct Rest {
    /// The days, all of one turn.
    pub(crate) days: Period,
    /// What they come to; of days whose use nobody knows, what is owed whatever was used.
    pub(crate) segment: Segment,
    /// Whether the use is estimated; else nobody knows it.
    pub(crate) is_estimated: bool,
}

/// What is known, and what is said of the days behind it.
pub(crate) fn accrued(
    tx: &mut Tx,
    agreement: &Agreement,
    account: &Account,
    (start, on): (Date, Date),
) -> Result<(ToDate, Vec<Rest>)> {
    let mut tariffs = Tariffs::default();
    let span = (start, on);
    let known = walk(tx, agreement, account, span, (Between::Shared, &mut tariffs))?;
    let until = agreement.to.map_or(on, |to| on.min(to));
    let mut facts = known.facts.clone();
    let mut ended = known.segments.last().map(|it| it.evidence.clone());
    let mut next = known.segments.last().map_or(start, |it| it.period.end());
    let mut rest = Vec::new();
    while next < until {
        let Some(window) = crate::window::expected(tx, account.cycle, next)? else { break };
        let ends = agreement.to.map_or(window.period.end(), |to| to.min(window.period.end()));
        let days = super::days(next, until.min(ends))?;
        let before = ended.as_deref().map(|it| Ended::with(it, next));
        facts.measured = match before {
            Some(before) => {
                let days = (days, Some(before));
                store::gather::measured_since(tx, facts.point.id, days, Known::ALL)?
            }
            None => store::gather::measured_of(tx, (agreement.id, facts.point.id), days)?,
        };
        crate::published::learn(tx, &mut tariffs, window.period, Known::ALL)?;
        let estimated = estimated(tx, account, &facts, (days, &window), &mut tariffs)?;
        let is_estimated = estimated.is_some();
        let Some(segment) =
            estimated.or_else(|| charges_alone(&facts, days, &window, &mut tariffs))
        else {
            break;
        };
        facts.carried = segment.carried.clone();
        facts.allotted.clear();
        // Nobody knows where the register stood, so that nothing behind can be estimated either.
        if !is_estimated {
            ended = None;
        } else {
            ended = Some(segment.evidence.clone());
        }
        next = days.end();
        rest.push(Rest { days, segment, is_estimated });
    }
    Ok((known, rest))
}

/// The days with what may stand in for the reads that are missing, as if nobody would read them any
/// more; `None` where nothing may.
pub(super) fn estimated(
    tx: &mut Tx,
    account: &Account,
    facts: &ServiceFacts,
    (days, window): (Period, &Window),
    tariffs: &mut Tariffs,
) -> Result<Option<Segment>> {
    let later = days.end().saturating_add(facts.measured.reads.after.days());
    let asked = Window { period: days, ..*window };
    let all = AccountFacts {
        account: account.clone(),
        addressed_to: Vec::new(),
        services: vec![facts.clone()],
        earlier: Vec::new(),
        bills_in_window: 0,
    };
    let with = vee::cycle::stand_ins(tx, (&asked, later), &[all])?.remove(0).services.remove(0);
    let used = used_so_far(&with, days, tariffs);
    Ok(used.and_then(|it| priced(&with, days, window, tariffs, it)).ok())
}

/// What is owed for some days whatever was used; `None` where the tariff cannot say even that.
fn charges_alone(
    facts: &ServiceFacts,
    days: Period,
    window: &Window,
    tariffs: &mut Tariffs,
) -> Option<Segment> {
    let unit = facts.measured.hung.first()?.channels.first()?.channel.unit;
    let none = Quantity { micro: 0, unit };
    let used =
        Usage { delivered: none, received: none, reactive: None, profile: None, evidence: vec![] };
    let carried = facts.carried.clone();
    let mut segment = priced(facts, days, window, tariffs, used).ok()?;
    // A minimum, a tax and a ratchet look at use too.
    segment.lines.retain(|it| it.kind == ChargeKind::Fixed);
    segment.total = segment.lines.iter().map(|it| it.amount).sum();
    segment.carried = carried;
    Some(segment)
}
