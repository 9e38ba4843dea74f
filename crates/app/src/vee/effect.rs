//! What each way out of an exception would bill: the same rating as the bill run's, of the days up to
//! the read in doubt, with it and without it.

use anyhow::Result;
use meterbook_core::bill::assess::{AccountFacts, Ending, Tariffs, Unusual, assess};
use meterbook_core::bill::check::Hold;
use meterbook_core::cycle::Window;
use meterbook_core::id::{AgreementId, ExceptionId, ServicePointId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::permission::Permission;
use meterbook_core::reads::vee::{Rule, filling};
use meterbook_core::reads::{Read, Series};
use meterbook_core::task::Resolution;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Tx};

use super::{Book, Open, contract, estimate, show};
use crate::Actor;
use crate::authority::authorize;

/// What something would come to: an amount, or why it would be held.
pub type Outcome = Result<Money, Hold>;

/// What the ways out of an exception would bill.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The days that are rated.
    pub days: Period,
    /// As it stands.
    pub now: Outcome,
    /// After each way out that changes it.
    pub after: Vec<(Resolution, Outcome)>,
}

/// What the ways out of an exception would bill; `None` where nobody is on the contract or no turn is
/// planned.
pub fn of(tx: &mut Tx, actor: Actor, id: ExceptionId) -> Result<Option<Effect>> {
    authorize(tx, actor, Permission::ViewCustomer, None)?;
    let open = show(tx, id)?;
    let Some(place) = &open.place else { return Ok(None) };
    let on = open.exception.finding.to;
    let Some(whose) = contract(place, on) else { return Ok(None) };
    let account = store::account::get(tx, whose.account)?;
    let day = on.yesterday()?;
    let Some(turn) = store::window::around(tx, account.cycle, day)? else { return Ok(None) };
    // Bill-to-date: a read in the middle of a turn is rated up to its day.
    let days = Period::new(turn.period.start(), on).unwrap_or(turn.period);
    let window = Window { period: days, ..turn };
    let mut gathered = store::gather::accounts(tx, &window, &[account.id])?;
    let Some(mut facts) = gathered.pop() else { return Ok(None) };
    let Some(agreement) = at(&facts, place.point) else { return Ok(None) };
    // What the other services of the bill wait for says nothing of this one.
    facts.services.retain(|it| it.agreement.id == agreement);
    let mut tariffs = Tariffs::default();
    for service in &facts.services {
        crate::tariff::learn(tx, &mut tariffs, &service.agreement.tariff)?;
    }
    crate::published::learn(tx, &mut tariffs, window.period, Known::ALL)?;
    let mut rated = |facts: &AccountFacts| outcome(facts, &window, &mut tariffs, agreement);
    let now = rated(&facts);
    let mut after = Vec::new();
    for (how, facts) in changed(tx, &open, &facts, days)? {
        after.push((how, rated(&facts)));
    }
    Ok(Some(Effect { days, now, after }))
}

fn at(facts: &AccountFacts, point: ServicePointId) -> Option<AgreementId> {
    facts.services.iter().find(|it| it.point.id == point).map(|it| it.agreement.id)
}

fn outcome(
    facts: &AccountFacts,
    window: &Window,
    tariffs: &mut Tariffs,
    agreement: AgreementId,
) -> Outcome {
    let endings = assess(facts, window, tariffs, Unusual::Accept);
    let mine = endings.into_iter().find(|it| it.0 == agreement).map(|it| it.1);
    match mine {
        Some(Ending::Billed(segment)) => Ok(segment.total),
        Some(Ending::Held(hold)) => Err(hold),
        Some(Ending::BilledBefore) | None => Ok(Money::ZERO),
    }
}

/// The facts as each way out would leave them.
fn changed(
    tx: &mut Tx,
    open: &Open,
    facts: &AccountFacts,
    days: Period,
) -> Result<Vec<(Resolution, AccountFacts)>> {
    let (exception, Some(place)) = (&open.exception, &open.place) else { return Ok(Vec::new()) };
    let on = exception.finding.to;
    let whose = contract(place, on);
    let rules = Book::default().of(tx, place.commodity, whose.map(|it| it.class), on)?;
    let mut all = Vec::new();
    if exception.finding.rule == Rule::Gap {
        let mut filled = facts.clone();
        let zone = store::place::service_point(tx, place.point)?.zone;
        for measured in channels(&mut filled, open) {
            if let Some(series) = &mut measured.series {
                for it in filling::fill(&rules, series, days, &zone) {
                    *series = laid(series, &it)?;
                }
            }
        }
        all.push((Resolution::Estimate, filled));
        return Ok(all);
    }
    let Some((index_micro, kind)) = exception.waits else { return Ok(all) };
    let with = |read: &Read| {
        let mut facts = facts.clone();
        for measured in channels(&mut facts, open) {
            measured.reads.push(read.clone());
        }
        facts
    };
    let channel = place.channel.id;
    let taken = with(&Read { channel, on, index_micro, kind, batch: exception.batch });
    all.push((Resolution::TakeRead, taken));
    if let Some(it) = estimate(tx, &rules, place, on)? {
        all.push((Resolution::Estimate, with(&it.read)));
    }
    Ok(all)
}

fn channels<'a>(
    facts: &'a mut AccountFacts,
    open: &'a Open,
) -> impl Iterator<Item = &'a mut meterbook_core::reads::usage::Measured> {
    let services = facts.services.iter_mut();
    let measured = services.flat_map(|it| &mut it.measured.hung).flat_map(|it| &mut it.channels);
    measured.filter(|it| Some(it.channel.id) == open.exception.channel)
}

/// A series with what was filled laid into it.
pub(super) fn laid(series: &Series, filled: &filling::Filled) -> Result<Series> {
    let len = u32::try_from(filled.micro.len())?;
    let patch = Series {
        start: filled.start,
        minutes: series.minutes,
        micro: filled.micro.clone(),
        missing: Vec::new(),
        estimated: vec![meterbook_core::reads::Span { start: 0, len }],
    };
    let mut blocks = series.into_blocks();
    blocks.extend(patch.into_blocks());
    let laid = Series::from_blocks(blocks).map_err(|why| anyhow::anyhow!("{why}"))?;
    Ok(laid.unwrap_or_else(|| series.clone()))
}
