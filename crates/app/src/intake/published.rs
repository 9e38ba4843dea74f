//! Taking in files of what is published: days of events, prices, hours of peaks.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};
use meterbook_core::id::{BatchId, PublicationId};
use meterbook_core::period::{Period, Zone};
use meterbook_core::permission::Permission;
use meterbook_core::rating::published::{About, Call, PeakHour};
use meterbook_core::reads::{Block, Month};
use meterbook_formats::published::{self as format, Lines, Row};
use meterbook_store::batch::Batch;
use meterbook_store::bill::Known;
use meterbook_store::published::Publication;
use meterbook_store::{self as store, Counter, Db, Tx};

use super::rejects::Rejected;
use super::taken::{Value, Values};
use super::{Imported, NotImported, Staged, before, hash, imported, keep, zone_or_own};
use crate::authority::authorize;
use crate::published::{Calls, check_name};
use crate::{Actor, refuse};

/// What is to be published.
#[derive(Clone, Debug)]
pub struct Publish<'a> {
    /// What the file is about.
    pub about: About,
    /// What tariffs call it.
    pub name: &'a str,
    /// The file; one that ends in `.gz` is unpacked.
    pub file: &'a Path,
    /// The zone of times without an offset; the utility's own without it.
    pub zone: Option<Zone>,
    /// The folder for the files of rejects.
    pub rejects: &'a Path,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The batch.
    pub imported: Imported,
    /// Where prices are missing between the first and the last of the file, whatever else is
    /// published: from when and up to when, local time.
    pub gaps: Vec<(DateTime, DateTime)>,
}

/// Publishes what a file says. The same file twice changes nothing.
pub fn publish(db: &Db, actor: Actor, wanted: &Publish<'_>) -> Result<Published> {
    let Publish { about, name, file, .. } = *wanted;
    check_name(name)?;
    let staged = Staged::of(file)?;
    let text = staged.text();
    let sha256 = hash(text);
    if let Some((batch, publication)) = db.read(|tx| before(tx, &sha256))? {
        return match publication {
            Some(it) if it.about == about && it.name == name => {
                let imported = Imported {
                    batch,
                    before: true,
                    rejects: None,
                    first: None,
                    doubts: super::Doubts::default(),
                };
                Ok(Published { imported, gaps: Vec::new() })
            }
            Some(it) => Err(refuse(NotImported::before_as(file, &it))),
            None => {
                let (file, taken) = (file.to_owned(), format!("a file of reads ({})", batch.kind));
                Err(refuse(NotImported::BeforeAs { file, taken }))
            }
        };
    }
    let zone = zone_or_own(db, wanted.zone.as_ref())?;
    let packed = staged.packed()?;
    let mut taken = Taken::default();
    let currency = db.read(crate::founding::currency)?;
    format::read(text, (about, currency), &zone, &mut taken)
        .map_err(|why| refuse(NotImported::NoReads { file: file.to_owned(), why }))?;
    let (batch, rejected, gaps) = db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::PublishPrices, None)?;
        taken.refuse_too_many(tx, name)?;
        let batch = Batch {
            id: BatchId(tx.next(Counter::Batch, 1)?),
            file_name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            sha256: sha256.clone(),
            kind: about.word().to_owned(),
            accepted: i64::try_from(taken.accepted())?,
            rejected: i64::try_from(taken.rejected.len())?,
            at: actor.at,
        };
        keep(tx, file, &batch, &packed, &taken.rejected)?;
        if batch.accepted != 0 {
            let id = PublicationId(tx.next(Counter::Publication, 1)?);
            let (name, batch) = (name.to_owned(), Some(batch.id));
            taken.keep(tx, &Publication { id, about, name, batch, at: actor.at })?;
        }
        let said = format!(
            "{}: {} accepted, {} rejected",
            batch.file_name, batch.accepted, batch.rejected
        );
        let act = format!("publish {about}");
        store::audit::add(tx, &allowed, &act, name, &said)?;
        let gaps = taken.gaps(tx, name, &zone)?;
        Ok((batch, taken.rejected, gaps))
    })?;
    let imported = imported(batch, wanted.rejects, &rejected, || format::header_of(text))?;
    Ok(Published { imported, gaps })
}

/// What is taken of a file.
#[derive(Default)]
struct Taken {
    days: Vec<Said<Date>>,
    peaks: Vec<(PeakHour, Call)>,
    prices: Vec<Value>,
    /// The length of the intervals that are priced.
    minutes: u16,
    rejected: Vec<Rejected>,
}

/// A line of a file of days.
struct Said<T> {
    what: T,
    call: Call,
    line: u64,
    fields: Vec<String>,
}

impl Lines for Taken {
    fn row(&mut self, line: u64, fields: &[&str], row: Row) {
        match row {
            Row::Day(what, call) => {
                let fields = owned(fields);
                self.days.push(Said { what, call, line, fields });
            }
            Row::Peak(hour, call) => self.peaks.push((hour, call)),
            Row::Price { start, minutes, nano } => {
                self.minutes = minutes;
                let start = start.as_second();
                match Value::new(start, nano, false, line) {
                    Some(it) => self.prices.push(it),
                    None => {
                        let reason = "it begins before 1970; mend the year".to_owned();
                        self.reject(line, fields, reason);
                    }
                }
            }
        }
    }

    fn reject(&mut self, line: u64, fields: &[&str], reason: String) {
        self.rejected.push(Rejected { line, fields: owned(fields), reason });
    }
}

fn owned(fields: &[&str]) -> Vec<String> {
    fields.iter().map(|it| (*it).to_owned()).collect()
}

impl Taken {
    fn accepted(&self) -> usize {
        self.days.len() + self.peaks.len() + self.prices.len()
    }

    /// Rejects the days on which an event may not be called any more. What the file withdraws makes
    /// room first, wherever it stands in it.
    fn refuse_too_many(&mut self, tx: &mut Tx, name: &str) -> Result<()> {
        let days = self.days.iter().map(|it| it.what);
        let (Some(first), Some(last)) = (days.clone().min(), days.max()) else { return Ok(()) };
        let mut calls = Calls::around(tx, name, first, last)?;
        let withdrawn: BTreeSet<Date> =
            self.days.iter().filter(|it| it.call == Call::Withdrawn).map(|it| it.what).collect();
        calls.days.retain(|it| !withdrawn.contains(it));
        let mut taken = Vec::new();
        for it in std::mem::take(&mut self.days) {
            match it.call {
                Call::Called => match calls.call(it.what) {
                    Ok(()) => taken.push(it),
                    Err(why) => {
                        let Said { line, fields, .. } = it;
                        self.rejected.push(Rejected { line, fields, reason: why.to_string() });
                    }
                },
                Call::Withdrawn => taken.push(it),
            }
        }
        self.days = taken;
        self.rejected.sort_by_key(|it| it.line);
        Ok(())
    }

    fn blocks(&self) -> Vec<(Month, Block)> {
        Values { minutes: self.minutes, all: self.prices.clone() }.blocks().0
    }

    fn keep(&self, tx: &mut Tx, publication: &Publication) -> Result<()> {
        store::published::add(tx, publication)?;
        let days: Vec<(Date, Call)> = self.days.iter().map(|it| (it.what, it.call)).collect();
        store::published::add_days(tx, publication, &days)?;
        store::published::add_prices(tx, publication, &self.blocks())?;
        store::published::add_peaks(tx, publication, &self.peaks)
    }

    /// Where no price is known between the first and the last of the file.
    fn gaps(&self, tx: &mut Tx, name: &str, zone: &Zone) -> Result<Vec<(DateTime, DateTime)>> {
        let starts = self.prices.iter().map(Value::start);
        let (Some(first), Some(last)) = (starts.clone().min(), starts.max()) else {
            return Ok(Vec::new());
        };
        let day = |second: i64| Ok::<_, jiff::Error>(zone.day_of(Timestamp::from_second(second)?));
        let days = Period::new(day(first)?, day(last)?.saturating_add(1.day()));
        let days = days.expect("the last is not before the first");
        let Some(prices) = store::published::prices(tx, name, days, Known::ALL)? else {
            return Ok(Vec::new());
        };
        let mut gaps: Vec<(DateTime, DateTime)> = Vec::new();
        let mut open = false;
        let within = prices.each().filter(|(at, _)| (first..=last).contains(&at.as_second()));
        for (at, nano) in within {
            let local = zone.tz().to_datetime(at);
            match (open, nano) {
                (false, None) => gaps.push((local, local)),
                (true, Some(_)) => gaps.last_mut().expect("one is open").1 = local,
                _ => (),
            }
            open = nano.is_none();
        }
        Ok(gaps)
    }
}
