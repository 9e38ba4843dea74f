//! The first pass: rate and check every account, and write down how each agreement ends.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Result;
use jiff::ToSpan;
use meterbook_core::bill::assess::{AccountFacts, Ending, Tariffs, Unusual, assess_seeing};
use meterbook_core::bill::check::Hold;
use meterbook_core::bill::job::Job;
use meterbook_core::bill::root::{self, Root, Traced};
use meterbook_core::bill::run::{Item, Outcome, Run};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AgreementId, ChannelId, ServicePointId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::reads::usage::Usage;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Tx};

use super::apart::{attempt, isolated};
use super::doubt;

/// Checks the accounts of a job.
pub(super) fn check(
    tx: &mut Tx,
    run: &Run,
    window: &Window,
    job: &Job,
    tariffs: &mut Tariffs,
) -> Result<()> {
    let due = store::run::to_check(tx, run, window, (job.first, job.last))?;
    let checked = match attempt(tx, |tx| rated(tx, window, &due, tariffs))? {
        Ok(checked) => checked,
        Err(_) => apart(tx, window, &due, tariffs)?,
    };
    let (items, traced): (Vec<Item>, Vec<_>) = checked.into_iter().unzip();
    store::run::put_items(tx, run, &items)?;
    let agreements = items.iter().map(|it| it.agreement);
    store::hold::put(tx, window.id, &agreements.zip(traced).collect::<Vec<_>>())
}

/// How an agreement ends, and what is behind it where it is held.
type Checked = (Item, Option<Traced>);

/// How the agreements of these accounts end.
fn rated(
    tx: &mut Tx,
    window: &Window,
    due: &[AccountId],
    tariffs: &mut Tariffs,
) -> Result<Vec<Checked>> {
    let facts = store::gather::accounts(tx, window, due)?;
    learn(tx, &facts, tariffs)?;
    crate::published::learn(tx, tariffs, window.period, Known::ALL)?;
    let accepted = store::run::accepted(tx, window.id, due)?;
    let doubts = doubt::Asked::of(tx, window, due)?;
    let mut all = Vec::new();
    let mut points = Vec::new();
    for it in &facts {
        let mut endings = endings(&accepted, it, window, tariffs, &mut |_, _| ());
        read_waits(tx, it, &mut endings)?;
        if !accepted.contains(&it.account.id) {
            doubts.hold(it, &mut endings);
        }
        for (agreement, ending) in endings {
            let Ending::Held(hold) = &ending else {
                all.push((item(it.account.id, agreement, &ending), None));
                continue;
            };
            let traced = traced(it, agreement, hold, window, tariffs);
            let here = it.services.iter().find(|it| it.agreement.id == agreement);
            points.extend(here.map(|here| (here.point.id, all.len())));
            all.push((item(it.account.id, agreement, &ending), Some(traced)));
        }
    }
    on_routes(tx, window, &points, &mut all)?;
    exchanged(tx, window, &mut all)?;
    Ok(all)
}

/// Says of what misses a read whether one is there that waits for somebody: it needs a decision and no
/// estimate.
fn read_waits(
    tx: &mut Tx,
    facts: &AccountFacts,
    endings: &mut [(AgreementId, Ending)],
) -> Result<()> {
    for (agreement, ending) in endings {
        let Ending::Held(Hold::NoRead { meter, on }) = ending else { continue };
        let service = facts.services.iter().find(|it| it.agreement.id == *agreement);
        let Some(service) = service else { continue };
        let reads = service.measured.reads;
        let first = on.saturating_sub(reads.before.days());
        let last = on.saturating_add(reads.after.days());
        let hung = service.measured.hung.iter().filter(|it| it.meter == *meter);
        let channels: Vec<ChannelId> =
            hung.flat_map(|it| &it.channels).map(|it| it.channel.id).collect();
        let waiting = store::vee::waiting(tx, channels)?;
        let near = waiting.iter().map(|it| it.2).find(|it| (first..=last).contains(it));
        if let Some(read) = near {
            let (meter, on) = (meter.clone(), *on);
            *ending = Ending::Held(Hold::ReadWaits { meter, on, read });
        }
    }
    Ok(())
}

/// What is behind a hold. Explaining it must not fail what it explains.
fn traced(
    facts: &AccountFacts,
    agreement: AgreementId,
    hold: &Hold,
    window: &Window,
    tariffs: &mut Tariffs,
) -> Traced {
    let trace = || root::trace(facts, agreement, hold, window, tariffs);
    catch_unwind(AssertUnwindSafe(trace)).unwrap_or_default()
}

/// Traces what is low to an exchange of the year before that changed the multiplier, although its own days
/// are billed.
fn exchanged(tx: &mut Tx, window: &Window, all: &mut [Checked]) -> Result<()> {
    let low = Root::Doubt { word: "low".to_owned() };
    let is_low = |it: &&mut Checked| it.1.as_ref().is_some_and(|it| it.roots.contains(&low));
    let year = window.period.end().saturating_sub(1.year());
    let Some(days) = Period::new(year, window.period.end()) else { return Ok(()) };
    let agreements: Vec<AgreementId> =
        all.iter_mut().filter(is_low).map(|it| it.0.agreement).collect();
    if agreements.is_empty() {
        return Ok(());
    }
    for (agreement, was_micro, now_micro) in
        store::doubt::exchanged_within(tx, agreements.iter().copied(), days)?
    {
        let found = all.iter_mut().find(|it| it.0.agreement == agreement);
        let roots = found.and_then(|it| it.1.as_mut()).map(|it| &mut it.roots);
        let root = Root::Multiplier { was_micro, now_micro };
        if let Some(roots) = roots.filter(|it| !it.iter().any(Root::is_exchange)) {
            roots.insert(0, root);
        }
    }
    Ok(())
}

/// Adds the read routes of what is held.
fn on_routes(
    tx: &mut Tx,
    window: &Window,
    points: &[(ServicePointId, usize)],
    all: &mut [Checked],
) -> Result<()> {
    if points.is_empty() {
        return Ok(());
    }
    let ids: Vec<ServicePointId> = points.iter().map(|it| it.0).collect();
    let routes = store::hold::routes(tx, &ids, window.period.end())?;
    let routes: BTreeMap<ServicePointId, String> = routes.into_iter().collect();
    for (point, at) in points {
        if let (Some(name), Some(traced)) = (routes.get(point), &mut all[*at].1) {
            traced.roots.push(Root::Route { name: name.clone() });
        }
    }
    Ok(())
}

/// The same, account by account: those that cannot be billed are held.
fn apart(
    tx: &mut Tx,
    window: &Window,
    due: &[AccountId],
    tariffs: &mut Tariffs,
) -> Result<Vec<Checked>> {
    let mut all: Vec<Checked> = Vec::new();
    for account in due {
        match attempt(tx, |tx| rated(tx, window, &[*account], tariffs))? {
            Ok(checked) => all.extend(checked),
            Err(why) => {
                let broken = broken(tx, window, *account, &why)?;
                all.extend(broken.into_iter().map(|it| (it, None)));
            }
        }
    }
    Ok(all)
}

/// The agreements of an account, held because billing it failed.
pub(super) fn broken(
    tx: &mut Tx,
    window: &Window,
    account: AccountId,
    why: &str,
) -> Result<Vec<Item>> {
    let theirs = store::agreement::of_account(tx, account)?;
    let due = theirs.iter().filter(|it| it.days_in(window.period).is_some());
    let held = Ending::Held(Hold::Broken { why: why.to_owned() });
    Ok(due.map(|it| item(account, it.id, &held)).collect())
}

/// Reads the tariffs that these accounts are on and that are not read yet.
pub(crate) fn learn(tx: &mut Tx, facts: &[AccountFacts], tariffs: &mut Tariffs) -> Result<()> {
    for service in facts.iter().flat_map(|it| &it.services) {
        crate::tariff::learn(tx, tariffs, &service.agreement.tariff)?;
    }
    Ok(())
}

/// How every agreement of an account ends; `accepted` are the accounts whose bills somebody lets go, and
/// `seen` is shown what each agreement used.
pub(super) fn endings(
    accepted: &BTreeSet<AccountId>,
    facts: &AccountFacts,
    window: &Window,
    tariffs: &mut Tariffs,
    seen: &mut dyn FnMut(AgreementId, &Usage),
) -> Vec<(AgreementId, Ending)> {
    let go = accepted.contains(&facts.account.id);
    let unusual = if go { Unusual::Accept } else { Unusual::Hold };
    let agreements = facts.services.iter().map(|it| &it.agreement);
    let due = agreements.filter(|it| it.days_in(window.period).is_some()).map(|it| it.id);
    isolated(due.collect(), || assess_seeing(facts, window, tariffs, unusual, seen))
}

pub(super) fn item(account: AccountId, agreement: AgreementId, ending: &Ending) -> Item {
    let (outcome, reason, detail) = match ending {
        Ending::Billed(_) => (Outcome::Billed, "", String::new()),
        Ending::Held(hold) => (Outcome::Held, hold.word(), hold.to_string()),
        Ending::BilledBefore => {
            let detail = "every day of it is on a bill already".to_owned();
            (Outcome::Exempt, "billed-before", detail)
        }
    };
    let segment = ending.segment();
    Item {
        agreement,
        account,
        outcome,
        reason: reason.to_owned(),
        detail,
        total: segment.map_or(Money::ZERO, |it| it.total),
        tariff: segment.map_or_else(String::new, |it| it.tariff.clone()),
        used: segment.map(|it| it.usage),
    }
}
