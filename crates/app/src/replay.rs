//! Makes a posted bill again from what it was made of, and compares: the same facts must give the
//! same cents and the same words for as long as the bill is kept.

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::bill::assess::{ServiceFacts, Tariffs, segment, used};
use meterbook_core::bill::{Bill, Segment, explain};
use meterbook_core::id::BillId;
use meterbook_core::money::Money;
use meterbook_core::reads::usage::Ended;
use meterbook_store::bill::Origin;
use meterbook_store::{self as store, Tx};

use crate::bill_run::{origin, so_far};

/// How a replay ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// Every line, every word and what it leaves for the next bill are the same.
    Same,
    /// The first difference, in a sentence.
    Differs(String),
}

/// Bills that `meterbook check` makes again.
const SAMPLE: i64 = 20;

/// Makes a bill again from the reads, files, texts, publications and facts that were known when it was posted. What
/// was learned or told otherwise later does not change it.
pub fn replay(tx: &mut Tx, id: BillId) -> Result<Replayed> {
    let stored = store::bill::get(tx, id)?;
    let origins = store::bill::origins_of(tx, id)?;
    if origins.len() != stored.segments.len() {
        let (kept, all) = (origins.len(), stored.segments.len());
        return Ok(Replayed::Differs(format!(
            "{kept} of {all} segments say what they are made of"
        )));
    }
    let mut segments = Vec::new();
    for (was, origin) in stored.segments.iter().zip(&origins) {
        match again(tx, &stored, was, origin, Ends::AsKnown)? {
            Ok(segment) => segments.push(segment),
            Err(why) => return Ok(Replayed::Differs(why)),
        }
    }
    // What is charged beside service is made of no reads and no tariff: it stays as it was said.
    let beside = stored.total - stored.segments.iter().map(|it| it.total).sum::<Money>();
    let total = beside + segments.iter().map(|it| it.total).sum::<Money>();
    let made = Bill { segments, total, ..stored.clone() };
    Ok(match (compare(&stored, &made), origins.iter().find_map(other_program)) {
        (Replayed::Differs(what), Some(other)) => Replayed::Differs(format!("{what} ({other})")),
        (replayed, _) => replayed,
    })
}

/// Whether another program or other time zones made it: then that may be why it differs.
fn other_program(it: &Origin) -> Option<String> {
    let Origin { engine, tz_version, .. } = it;
    let same = engine == origin::ENGINE && tz_version == origin::TZ_VERSION;
    (!same).then(|| {
        let (now, zones) = (origin::ENGINE, origin::TZ_VERSION);
        format!("made by {engine} with time zones {tz_version}; this is {now} with {zones}")
    })
}

/// The rule of `check`: the newest bills are the same when they are made again.
pub(crate) fn sample(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut faults = Vec::new();
    let bills = store::bill::newest(tx, SAMPLE)?;
    for id in &bills {
        if let Replayed::Differs(what) = replay(tx, *id)? {
            faults.push(format!("bill {id} comes out otherwise: {what}"));
        }
    }
    Ok((i64::try_from(bills.len()).context("a sample is countable")?, faults))
}

/// Where service ends when a segment is made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// As it was known.
    AsKnown,
    /// On this day, the one behind the last one of the segment.
    On(Date),
}

/// The segment made again, or what is not as it was.
pub(crate) fn again(
    tx: &mut Tx,
    bill: &Bill,
    was: &Segment,
    from: &Origin,
    ends: Ends,
) -> Result<Result<Segment, String>> {
    let period = was.period;
    if bill.period.overlap(period.start(), Some(period.end())) != Some(period) {
        return Ok(Err(format!("{period} is not within the turn {}", bill.period)));
    }
    let window = store::window::get(tx, bill.window)?;
    let agreement = store::agreement::as_of(tx, was.agreement, from.known)?;
    let point = store::place::service_point(tx, agreement.service_point)?;
    // That it is the read with which the bill before ended is a rule of its own.
    let begun = Some(Ended::as_begun(&was.evidence, period.start()));
    let measured = store::gather::measured_since(tx, point.id, (period, begun), from.known)?;
    let mut tariffs = Tariffs::default();
    crate::tariff::learn_as_of(tx, &mut tariffs, &was.tariff, from.known)?;
    let texts = origin::texts(tx, &tariffs, was, from.known)?;
    if let Some(it) = texts.iter().find(|it| !it.is_whole()) {
        return Ok(Err(format!("the text of {} from {} has another hash", it.code, it.from)));
    }
    if origin::of_texts(&texts) != from.tariff_sha256 {
        return Ok(Err(format!("the versions of {} are not those it was made of", was.tariff)));
    }
    crate::published::learn(tx, &mut tariffs, window.period, from.known)?;
    if origin::of_published(&tariffs, was, &point.zone, bill.period) != from.published_sha256 {
        return Ok(Err(format!(
            "what was published for {} is not what it was made of",
            was.tariff
        )));
    }
    let (so_far, until) = match ends {
        Ends::On(day) => (None, Some(day)),
        Ends::AsKnown => {
            let so_far = so_far::of(tx, &window, was, from)?;
            (so_far, from.until.filter(|it| Some(*it) != so_far))
        }
    };
    // A term changes from a later day on only, unless it is told otherwise, so those days still say what
    // they did.
    let terms = store::terms::as_of(tx, agreement.id, from.known)?;
    // A share, too, changes from a day on only that the host has no bill for.
    let mut shares = store::allocation::of(tx, std::iter::once(agreement.id))?;
    let mut facts = ServiceFacts {
        shares: shares.remove(&agreement.id).unwrap_or_default(),
        allotted: was.allotted.clone(),
        terms,
        // As it stood on the bill, whatever the agreement and the premise say by now.
        street: was.service_at.clone(),
        billed_through: Some(period.start()),
        moves_on: store::moves::moving_on(tx, std::iter::once(was.agreement))?
            .contains(&was.agreement),
        inherits: store::gather::inherited(tx, std::iter::once(was.agreement))?
            .remove(&was.agreement)
            .unwrap_or_default(),
        carried: store::bill::carried_before(tx, was.agreement, period.start())?,
        agreement,
        point,
        measured,
        so_far,
    };
    facts.agreement.tariff.clone_from(&was.tariff);
    facts.agreement.to = until;
    match used(&facts, period, &tariffs) {
        Ok(used) if origin::of_usage(&used) == from.usage_sha256 => (),
        Ok(_) => return Ok(Err(format!("what was used at {} is not the same", was.service_at))),
        Err(why) => return Ok(Err(why.to_string())),
    }
    Ok(segment(&facts, period, &window, &mut tariffs).map_err(|why| why.to_string()))
}

fn compare(stored: &Bill, made: &Bill) -> Replayed {
    let (was, is) = (explain::bill(stored), explain::bill(made));
    if was != is {
        let (was, is) = first_difference(&was, &is);
        return Replayed::Differs(format!("the bill says `{was}`, made again `{is}`"));
    }
    for (was, is) in stored.segments.iter().zip(&made.segments) {
        if (&was.carried, was.bank, was.credit) != (&is.carried, is.bank, is.credit) {
            let at = &was.service_at;
            return Replayed::Differs(format!("what it leaves for the next bill at {at} differs"));
        }
        if was != is {
            return Replayed::Differs(format!("what is kept of {} differs", was.service_at));
        }
    }
    Replayed::Same
}

/// The first line of two texts that is not the same in both.
fn first_difference<'a>(was: &'a str, is: &'a str) -> (&'a str, &'a str) {
    let mut lines = is.lines();
    for line in was.lines() {
        match lines.next() {
            Some(other) if other == line => (),
            other => return (line.trim(), other.unwrap_or("nothing").trim()),
        }
    }
    ("nothing", lines.next().unwrap_or("nothing").trim())
}
