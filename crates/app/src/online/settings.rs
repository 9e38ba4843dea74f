//! Saying by whom and within which limits customers pay online.

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::online::settings::Settings;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Tx};

use super::NotOnline;
use crate::authority::authorize;
use crate::{Actor, refuse, said};

/// The longest text, in bytes.
const LONGEST: usize = 10_000;
/// What the text is.
const WHAT: &str = "settings of online payments";

/// Says the settings that hold from a day on. Secrets are not in them, only where they are.
pub fn say(tx: &mut Tx, actor: Actor, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    said::fits(WHAT, text, LONGEST)?;
    let settings = Settings::parse(text).map_err(|why| refuse(NotOnline::NoSettings(why)))?;
    if let Some(settings) = settings {
        in_our_currency(tx, &settings)?;
    }
    let was = store::online::said(tx, from)?.unwrap_or_default();
    said::once(WHAT, from, store::online::say(tx, from, text))?;
    let of = format!("from {from}");
    store::audit::turn(tx, &allowed, "say online settings", "", &of, (was.as_str(), text))
}

/// The settings that hold on a day, if any do.
pub(crate) fn on(tx: &mut Tx, day: Date) -> Result<Option<Settings>> {
    let text = store::online::said(tx, day)?.unwrap_or_default();
    Settings::parse(&text).context("settings that were kept are some")
}

/// The settings that hold at an instant; a refusal where none do.
pub(super) fn at(tx: &mut Tx, at: Timestamp) -> Result<Settings> {
    let today = crate::founding::zone(tx)?.day_of(at);
    let settings = on(tx, today)?.ok_or_else(|| refuse(NotOnline::Off))?;
    in_our_currency(tx, &settings)?;
    Ok(settings)
}

/// Refuses to have money paid that is none of these books.
fn in_our_currency(tx: &mut Tx, settings: &Settings) -> Result<()> {
    let ours = crate::founding::currency(tx)?;
    match settings.currency {
        said if said == ours => Ok(()),
        said => Err(refuse(NotOnline::OtherCurrency { said, ours })),
    }
}

/// Whether customers pay online at an instant.
pub fn is_on(tx: &mut Tx, at: Timestamp) -> Result<bool> {
    let today = crate::founding::zone(tx)?.day_of(at);
    Ok(on(tx, today)?.is_some())
}
