//! Publishing tariffs, and finding the versions in force.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::bill::assess::Tariffs;
use meterbook_core::id::TariffId;
use meterbook_core::limits;
use meterbook_core::permission::Permission;
use meterbook_core::tariff::rider::Apart;
use meterbook_core::tariff::{Tariff, TariffError};
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why a tariff is not published.
#[derive(Debug, PartialEq, Eq)]
pub enum NotPublished {
    /// The text is wrong.
    Wrong(TariffError),
    /// The text is longer than any tariff.
    TooLong {
        /// Its bytes.
        bytes: usize,
    },
    /// There is another version from the same day.
    AnotherVersion {
        /// The code.
        code: String,
        /// The day.
        from: Date,
    },
    /// A version of the code is a rider, and this one is a tariff, or the other way round.
    Otherwise {
        /// The code.
        code: String,
        /// Whether the others are riders.
        are_riders: bool,
    },
    /// It includes a rider that is not in force on its first day.
    NoRider {
        /// The tariff.
        code: String,
        /// The rider.
        rider: String,
        /// The first day.
        from: Date,
    },
    /// A rider and a tariff that includes it do not agree.
    Apart {
        /// The rider.
        rider: String,
        /// The tariff.
        tariff: String,
        /// In what.
        why: Apart,
    },
    /// It would change what bills that were posted already are made of.
    Billed {
        /// The code.
        code: String,
        /// The first day not billed on it.
        through: Date,
    },
}

/// Puts a version of a tariff in force from its own date. The same text twice is one version.
pub fn publish(tx: &mut Tx, actor: Actor, text: &str) -> Result<TariffId> {
    let allowed = authorize(tx, actor, Permission::PublishTariff, None)?;
    let tariff = read(text)?;
    let (code, from) = (tariff.code.clone(), tariff.from);
    if let Some(there) = store::tariff::version(tx, &code, from)? {
        if there.text == text {
            return Ok(there.id);
        }
        return Err(refuse(NotPublished::AnotherVersion { code, from }));
    }
    let mut billed = None;
    for priced in fits(tx, &tariff)? {
        billed = billed.max(store::bill::billed_through_on(tx, &priced)?);
    }
    if let Some(through) = billed.filter(|through| from < *through) {
        return Err(refuse(NotPublished::Billed { code, through }));
    }
    let id = TariffId(tx.next(Counter::Tariff, 1)?);
    store::tariff::add(tx, id, &code, from, text)?;
    store::audit::add(tx, &allowed, "publish tariff", &code, &from.to_string())?;
    Ok(id)
}

/// The tariff or rider that a text says.
pub(crate) fn read(text: &str) -> Result<Tariff> {
    if limits::TARIFF_BYTES < text.len() {
        return Err(refuse(NotPublished::TooLong { bytes: text.len() }));
    }
    Tariff::parse(text).map_err(|why| refuse(NotPublished::Wrong(why)))
}

/// Refuses a version that does not go with the others there are; gives back the codes of the tariffs
/// that it prices: its own, and those that include it.
pub(crate) fn fits(tx: &mut Tx, tariff: &Tariff) -> Result<BTreeSet<String>> {
    let (code, from) = (tariff.code.clone(), tariff.from);
    let others = versions(tx, &code)?;
    if let Some(other) = others.iter().find(|it| it.is_rider != tariff.is_rider) {
        return Err(refuse(NotPublished::Otherwise { code, are_riders: other.is_rider }));
    }
    for rider in tariff.riders() {
        let versions = versions(tx, rider)?;
        if versions.iter().all(|it| from < it.from || !it.is_rider) {
            let rider = rider.to_owned();
            return Err(refuse(NotPublished::NoRider { code, rider, from }));
        }
        versions.iter().try_for_each(|it| agree(it, tariff))?;
    }
    let mut priced: BTreeSet<String> = [code.clone()].into();
    if tariff.is_rider {
        for includes in including(tx, &code)? {
            agree(tariff, &includes)?;
            priced.insert(includes.code);
        }
    }
    Ok(priced)
}

/// The versions of tariffs that include a rider.
fn including(tx: &mut Tx, rider: &str) -> Result<Vec<Tariff>> {
    let mut all = Vec::new();
    for it in store::tariff::all(tx)? {
        let tariff = parse(&it.code, &it.text)?;
        if tariff.riders().any(|it| it == rider) {
            all.push(tariff);
        }
    }
    Ok(all)
}

/// Refuses a rider and a tariff that cannot be on one bill.
fn agree(rider: &Tariff, tariff: &Tariff) -> Result<()> {
    match rider.apart(tariff) {
        None => Ok(()),
        Some(why) => {
            let (rider, tariff) = (rider.code.clone(), tariff.code.clone());
            Err(refuse(NotPublished::Apart { rider, tariff, why }))
        }
    }
}

/// Every version of a tariff, oldest first.
pub fn versions(tx: &mut Tx, code: &str) -> Result<Vec<Tariff>> {
    let stored = store::tariff::versions(tx, code)?;
    stored.iter().map(|it| parse(code, &it.text)).collect()
}

/// The versions of a tariff, and those of the riders that it includes.
pub(crate) fn with_riders(tx: &mut Tx, code: &str) -> Result<Vec<Tariff>> {
    let mut all = versions(tx, code)?;
    let riders: BTreeSet<String> = all.iter().flat_map(Tariff::riders).map(str::to_owned).collect();
    for rider in riders {
        all.extend(versions(tx, &rider)?);
    }
    Ok(all)
}

fn parse(code: &str, text: &str) -> Result<Tariff> {
    Tariff::parse(text).with_context(|| format!("tariff {code} was published and is now refused"))
}

/// Reads a tariff, and the riders that it includes, that are not read yet.
pub(crate) fn learn(tx: &mut Tx, tariffs: &mut Tariffs, code: &str) -> Result<()> {
    learn_as_of(tx, tariffs, code, Known::ALL)
}

/// The same, as they were believed to be when so much was known.
pub(crate) fn learn_as_of(
    tx: &mut Tx,
    tariffs: &mut Tariffs,
    code: &str,
    known: Known,
) -> Result<()> {
    if tariffs.knows(code) {
        return Ok(());
    }
    let stored = store::tariff::versions_as_of(tx, code, known)?;
    let versions: Vec<Tariff> =
        stored.iter().map(|it| parse(code, &it.text)).collect::<Result<_>>()?;
    let riders: BTreeSet<String> =
        versions.iter().flat_map(Tariff::riders).map(str::to_owned).collect();
    tariffs.learn(code.to_owned(), versions);
    riders.iter().try_for_each(|it| learn_as_of(tx, tariffs, it, known))
}

/// The text of the version in force on a day, or of the newest, as it was published.
pub fn text(tx: &mut Tx, code: &str, on: Option<Date>) -> Result<Option<String>> {
    let stored = store::tariff::versions(tx, code)?;
    let newest = stored.into_iter().rfind(|it| on.is_none_or(|on| it.from <= on));
    Ok(newest.map(|it| it.text))
}

/// The version of a tariff that is in force on a day.
pub fn in_force(tx: &mut Tx, code: &str, on: Date) -> Result<Option<Tariff>> {
    Ok(versions(tx, code)?.into_iter().rfind(|it| it.from <= on))
}

impl fmt::Display for NotPublished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotPublished::Wrong(why) => why.fmt(f),
            NotPublished::TooLong { bytes } => {
                write!(
                    f,
                    "the text has {bytes} bytes; a tariff has at most {}",
                    limits::TARIFF_BYTES
                )
            }
            NotPublished::AnotherVersion { code, from } => {
                write!(
                    f,
                    "there is another version of {code} from {from}; give this one a later day, or put it in the other's place and correct the bills that were made of it: meterbook fact version FILE"
                )
            }
            NotPublished::Otherwise { code, are_riders: true } => {
                write!(f, "{code} is a rider; begin with: rider {code}, or give it another code")
            }
            NotPublished::Otherwise { code, are_riders: false } => {
                write!(f, "{code} is a tariff; begin with: tariff {code}, or give it another code")
            }
            NotPublished::NoRider { code, rider, from } => {
                write!(
                    f,
                    "{code} includes {rider}, and no rider of that code is in force on {from}; publish it first: meterbook tariff publish FILE"
                )
            }
            NotPublished::Apart { rider, tariff, why: Apart::Unit { rider: of, tariff: and } } => {
                write!(
                    f,
                    "{rider} is in {of} and {tariff}, which includes it, in {and}; write: commodity … {and}"
                )
            }
            NotPublished::Apart { rider, tariff, why: Apart::NoCharge { charge, label } } => {
                write!(
                    f,
                    "{charge} of {rider} looks at {label}, and {tariff} has no such charge above include {rider}; name one that is there"
                )
            }
            NotPublished::Apart { rider, tariff, why: Apart::OneName { charge } } => {
                write!(
                    f,
                    "{charge} of {rider} and {charge} of {tariff} each hand something on to the next bill, which is known by that name; give one another"
                )
            }
            NotPublished::Apart { rider, tariff, why: Apart::Hours { charge } } => {
                write!(
                    f,
                    "{charge} of {rider} is priced by a clock or a table, and {tariff} nets over other hours; write gross below it"
                )
            }
            NotPublished::Billed { code, through } => {
                write!(
                    f,
                    "{code} has been billed for days up to {through}; a version begins on {through} or later, or corrects those bills: meterbook fact version FILE"
                )
            }
        }
    }
}

impl std::error::Error for NotPublished {}
