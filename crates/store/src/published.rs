//! What is published for everybody on a tariff: event days, prices, hours of peaks. Written once;
//! the later one counts.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, anyhow};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_core::id::{BatchId, PublicationId};
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::published::{About, Call, Names, PeakHour, Prices, Published};
use meterbook_core::reads::{Block, Month, pack, unpack};

use crate::Tx;
use crate::bill::Known;
use crate::tx::{Rows, Sql};
use crate::value::V;

const ADD: Sql = Sql("
    insert into publication (id, kind, name, batch_id, published_at) values ($1, $2, $3, $4, $5)");
const OF_BATCH: Sql = Sql("
    select id, kind, name, batch_id, published_at from publication where batch_id = $1");
const ALL: Sql = Sql("
    select id, kind, name, batch_id, published_at from publication order by id");
const DAYS: Rows = Rows("event_day (name, event_on, publication_id, said)");
const BLOCKS: Rows = Rows("price_block (name, month, publication_id, bytes)");
const PEAKS: Rows = Rows("peak_hour (name, start_at, publication_id, minutes, said)");
const DAYS_OF: Sql = Sql("
    select event_on, said from event_day
    where name = $1 and $2 <= event_on and event_on < $3 and publication_id <= $4
    order by event_on, publication_id");
const BLOCKS_OF: Sql = Sql("
    select month, bytes from price_block
    where name = $1 and month between $2 and $3 and publication_id <= $4
    order by publication_id, month");
const PEAKS_OF: Sql = Sql("
    select start_at, minutes, said from peak_hour
    where name = $1 and $2 <= start_at and start_at < $3 and publication_id <= $4
    order by start_at, publication_id");

/// Days before a turn whose events may count in the limits of its own: a year and its leap day, and
/// one more for a season that began just before.
const COUNTED_BACK: i64 = 367;

/// What was published at once under one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Which one.
    pub id: PublicationId,
    /// What it is about.
    pub about: About,
    /// What tariffs call it.
    pub name: String,
    /// The file, if it came in one.
    pub batch: Option<BatchId>,
    /// When.
    pub at: Timestamp,
}

/// Keeps that something was published; what it says is kept beside it.
pub fn add(tx: &mut Tx, it: &Publication) -> Result<()> {
    let values =
        [it.id.into(), it.about.word().into(), V::from(&it.name), it.batch.into(), it.at.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// Keeps what a publication says of days.
pub fn add_days(tx: &mut Tx, of: &Publication, days: &[(Date, Call)]) -> Result<()> {
    let row = |(day, said): &(Date, Call)| {
        [V::from(&of.name), (*day).into(), of.id.into(), said.word().into()]
    };
    tx.bulk(DAYS, days.iter().map(row))
}

/// Keeps what a publication says of prices, month by month.
pub fn add_prices(tx: &mut Tx, of: &Publication, blocks: &[(Month, Block)]) -> Result<()> {
    let row = |(month, block): &(Month, Block)| {
        let bytes = V::Bytes(pack(block).into());
        [V::from(&of.name), month.index().into(), of.id.into(), bytes]
    };
    tx.bulk(BLOCKS, blocks.iter().map(row))
}

/// Keeps what a publication says of peaks.
pub fn add_peaks(tx: &mut Tx, of: &Publication, peaks: &[(PeakHour, Call)]) -> Result<()> {
    let row = |(peak, said): &(PeakHour, Call)| {
        let (start, minutes) = (peak.start, i64::from(peak.minutes));
        [V::from(&of.name), start.into(), of.id.into(), minutes.into(), said.word().into()]
    };
    tx.bulk(PEAKS, peaks.iter().map(row))
}

/// What was published with a file, if it was a file of this kind.
pub fn of_batch(tx: &mut Tx, batch: BatchId) -> Result<Option<Publication>> {
    tx.maybe(OF_BATCH, [batch.into()], publication)
}

/// Everything that was published, oldest first.
pub fn all(tx: &mut Tx) -> Result<Vec<Publication>> {
    tx.many(ALL, [], publication)
}

/// What the bills of a turn can find under these names, as it was known at a time: prices and peaks
/// of its days, and events of the year before it too, because a tariff may limit them.
pub fn of(tx: &mut Tx, names: &Names, turn: Period, known: Known) -> Result<Published> {
    let mut published = Published::default();
    let counted = turn.start().saturating_sub(COUNTED_BACK.days());
    let counted = Period::new(counted, turn.end()).unwrap_or(turn);
    for name in &names.events {
        published.events.insert(name.clone(), days(tx, name, counted, known)?);
    }
    for name in &names.prices {
        if let Some(prices) = prices(tx, name, turn, known)? {
            published.prices.insert(name.clone(), prices);
        }
    }
    for name in &names.peaks {
        published.peaks.insert(name.clone(), peaks(tx, name, turn, known)?);
    }
    Ok(published)
}

/// The days of an event.
pub fn days(tx: &mut Tx, name: &str, within: Period, known: Known) -> Result<BTreeSet<Date>> {
    let mut days = BTreeSet::new();
    let (from, to) = (within.start(), within.end());
    let asked = [name.into(), from.into(), to.into(), known.publication.into()];
    tx.each(DAYS_OF, asked, |row| {
        let day = row.date(0)?;
        match row.word(1, Call::from_word)? {
            Call::Called => days.insert(day),
            Call::Withdrawn => days.remove(&day),
        };
        Ok(())
    })?;
    Ok(days)
}

/// The prices of some days, and of the rest of their months; `None` when there are none.
pub fn prices(tx: &mut Tx, name: &str, days: Period, known: Known) -> Result<Option<Prices>> {
    let (from, to) = around(days);
    let (first, last) = Month::around(from, to);
    let mut blocks = Vec::new();
    let asked = [name.into(), first.index().into(), last.index().into(), known.publication.into()];
    tx.each(BLOCKS_OF, asked, |row| {
        let month = row.int(0)?;
        let said = || format!("the prices of {name} in month {month}");
        let month = Month::from_index(month).with_context(said)?;
        let block = unpack(&row.bytes(1)?).map_err(|why| anyhow!("{why}")).with_context(said)?;
        blocks.push((month, block));
        Ok(())
    })?;
    Ok(Prices::laid(&blocks))
}

/// The hours of the peaks of some days, and of a day before and after them, in the order of time.
pub fn peaks(tx: &mut Tx, name: &str, days: Period, known: Known) -> Result<Vec<PeakHour>> {
    let (from, to) = around(days);
    let mut hours = BTreeMap::new();
    let asked = [name.into(), from.into(), to.into(), known.publication.into()];
    tx.each(PEAKS_OF, asked, |row| {
        let hour = PeakHour { start: row.instant(0)?, minutes: row.small(1)? };
        match row.word(2, Call::from_word)? {
            Call::Called => hours.insert(hour.start, hour),
            Call::Withdrawn => hours.remove(&hour.start),
        };
        Ok(())
    })?;
    Ok(hours.into_values().collect())
}

/// The instants between which these days lie in any zone.
fn around(days: Period) -> (Timestamp, Timestamp) {
    let utc = Zone::utc();
    let first = utc.start_of(days.start().saturating_sub(1.day()));
    (first, utc.start_of(days.end().saturating_add(1.day())))
}

fn publication(row: &crate::value::Row) -> Result<Publication> {
    Ok(Publication {
        id: row.id(0)?,
        about: row.word(1, About::from_word)?,
        name: row.text(2)?,
        batch: row.maybe(3, crate::value::Row::id)?,
        at: row.instant(4)?,
    })
}
