//! Publishing tariffs, and finding the versions in force.

use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::id::TariffId;
use meterbook_core::limits;
use meterbook_core::tariff::{Tariff, TariffError};
use meterbook_store::{self as store, Counter, Tx};

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
    if limits::TARIFF_BYTES < text.len() {
        return Err(refuse(NotPublished::TooLong { bytes: text.len() }));
    }
    let tariff = Tariff::parse(text).map_err(|why| refuse(NotPublished::Wrong(why)))?;
    let (code, from) = (tariff.code, tariff.from);
    if let Some(there) = store::tariff::version(tx, &code, from)? {
        if there.text == text {
            return Ok(there.id);
        }
        return Err(refuse(NotPublished::AnotherVersion { code, from }));
    }
    let billed = store::bill::billed_through_on(tx, &code)?;
    if let Some(through) = billed.filter(|through| from < *through) {
        return Err(refuse(NotPublished::Billed { code, through }));
    }
    let id = TariffId(tx.next(Counter::Tariff, 1)?);
    store::tariff::add(tx, id, &code, from, text)?;
    store::audit::add(tx, actor.by, actor.at, "publish tariff", &code, &from.to_string())?;
    Ok(id)
}

/// Every version of a tariff, oldest first.
pub fn versions(tx: &mut Tx, code: &str) -> Result<Vec<Tariff>> {
    let stored = store::tariff::versions(tx, code)?;
    let parse = |text: &str| {
        Tariff::parse(text)
            .with_context(|| format!("tariff {code} was published and is now refused"))
    };
    stored.iter().map(|it| parse(&it.text)).collect()
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
                    "there is another version of {code} from {from}; give this one a later day"
                )
            }
            NotPublished::Billed { code, through } => {
                write!(
                    f,
                    "{code} has been billed for days up to {through}; a version begins on {through} or later"
                )
            }
        }
    }
}

impl std::error::Error for NotPublished {}
