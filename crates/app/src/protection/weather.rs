//! The weather of counties: said by somebody, or by the file of a feed, which is read once.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::credit::protection::{Rules, Weather};
use meterbook_core::id::BatchId;
use meterbook_core::permission::Permission;
use meterbook_formats::reads::NotRead;
use meterbook_formats::weather::{Day, Line, Place, header_of, read};
use meterbook_store::batch::Batch;
use meterbook_store::{self as store, Counter, Db, Tx};

use super::NotProtected;
use crate::authority::authorize;
use crate::intake::{self, Rejected};
use crate::{Actor, credit_rules, receipt, refuse};

/// The kind of such a batch.
pub(crate) const KIND: &str = "weather";

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The batch.
    pub batch: Batch,
    /// Whether the same file was read before; nothing was changed then.
    pub before: bool,
    /// The file of the lines that were not taken, if there are any.
    pub rejects: Option<PathBuf>,
    /// Why the first of them was not.
    pub first: Option<String>,
}

/// Says the weather of a county on a day, as it was or is foreseen. What somebody says stays, whatever
/// files say later.
pub fn weather(tx: &mut Tx, actor: Actor, it: &Weather) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    if it.high < it.low {
        return Err(refuse(NotProtected::UpsideDown { low: it.low, high: it.high }));
    }
    if let Some(degrees) = it.never_was() {
        return Err(refuse(NotProtected::NeverWas { degrees }));
    }
    if it.is_too_far(crate::founding::zone(tx)?.day_of(actor.at)) {
        return Err(refuse(NotProtected::TooFar { on: it.on }));
    }
    let rules = credit_rules::protections(tx, it.on)?;
    let Some(county) = rules.county_named(&it.county) else {
        return Err(refuse(NotProtected::NoCounty { county: it.county.clone() }));
    };
    let it = Weather { county: county.to_owned(), by: String::new(), ..it.clone() };
    let read = |it: &Weather| {
        let alert = if it.alert { ", alert" } else { "" };
        format!("{} to {} F{alert}", it.low, it.high)
    };
    let before = store::protection::weather(tx, it.on, it.on)?;
    let was = before.iter().find(|other| other.county == it.county).map_or_else(String::new, read);
    store::protection::say_weather(tx, &it)?;
    let on = it.on.to_string();
    store::audit::turn(tx, &allowed, "say weather", &it.county, &on, (&was, &read(&it)))
}

/// Reads a file of a feed, such as the National Weather Service's; the lines that are not taken go to a
/// file in the folder `rejects`. The same file twice changes nothing.
pub fn weather_file(
    db: &Db,
    actor: Actor,
    (file, feed): (&Path, &str),
    rejects: &Path,
) -> Result<Taken> {
    let text = intake::bytes_of(file)?;
    let lines = read(&text).map_err(|why| refuse(InFile { file: file.to_owned(), why }))?;
    let sha256 = intake::hash(&text);
    let packed = intake::pack(&text)?;
    let (batch, rejected) = db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
        receipt::said(feed)?;
        if let Some(batch) = store::batch::by_hash(tx, &sha256)? {
            return match batch.kind == KIND {
                true => Ok((batch, None)),
                false => Err(refuse(Other { file: file.to_owned(), kind: batch.kind })),
            };
        }
        let today = crate::founding::zone(tx)?.day_of(actor.at);
        let rules = credit_rules::protections(tx, today)?;
        let (mut taken, mut rejected) = (Vec::new(), Vec::new());
        let mut said = BTreeSet::new();
        for Line { line, fields, said: it } in &lines {
            let days = it.clone().and_then(|it| days(&it, &rules, feed.trim()));
            let days = days.and_then(|days| days.into_iter().map(|it| may_be(it, today)).collect());
            // Two stations of one county would take turns.
            let days = days.and_then(|days: Vec<Weather>| {
                let twice = days.iter().find(|it| !said.insert((it.county.clone(), it.on)));
                twice.map_or(Ok(days.clone()), |it| {
                    Err(format!("{} is said twice of {}; leave one line", it.on, it.county))
                })
            });
            match days {
                Ok(days) => taken.extend(days),
                Err(reason) => {
                    rejected.push(Rejected { line: *line, fields: fields.clone(), reason });
                }
            }
        }
        let batch = Batch {
            id: BatchId(tx.next(Counter::Batch, 1)?),
            file_name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            sha256: sha256.clone(),
            kind: KIND.to_owned(),
            accepted: i64::try_from(lines.len() - rejected.len())?,
            rejected: i64::try_from(rejected.len())?,
            at: actor.at,
        };
        let kept = rejected.iter().map(intake::kept).collect::<Vec<_>>();
        store::batch::add(tx, &batch, &packed, &kept)?;
        for it in &taken {
            store::protection::say_weather(tx, it)?;
            store::protection::weather_of_file(tx, it, batch.id)?;
        }
        let said = format!(
            "{} of {}: {} accepted, {} rejected",
            batch.file_name,
            feed.trim(),
            batch.accepted,
            batch.rejected
        );
        store::audit::add(tx, &allowed, "read weather", &batch.file_name, &said)?;
        Ok((batch, Some(rejected)))
    })?;
    let Some(rejected) = rejected else {
        return Ok(Taken { batch, before: true, rejects: None, first: None });
    };
    let first = rejected.first().map(Rejected::said);
    let rejects = match first {
        Some(_) => Some(intake::write(rejects, &batch, &header_of(&text), &rejected)?),
        None => None,
    };
    Ok(Taken { batch, before: false, rejects, first })
}

/// What a line says of each county that it is about.
fn days(it: &Day, rules: &Rules, feed: &str) -> Result<Vec<Weather>, String> {
    let named = |county: &str| {
        rules.county_named(county).map(str::to_owned).ok_or_else(|| {
            format!("the rules know no county {county}; write county {county}: TOWNS there")
        })
    };
    let (counties, by) = match &it.place {
        Place::County(county) => (vec![named(county)?], feed.to_owned()),
        Place::Station(station) => {
            let counties = rules.counties_of(station).ok_or_else(|| {
                format!(
                    "the rules know no station {station}; write station {station}: COUNTY there"
                )
            })?;
            let counties = counties.iter().map(|it| named(it)).collect::<Result<_, _>>()?;
            (counties, format!("{station}, {feed}"))
        }
    };
    let Day { on, low, high, alert, .. } = *it;
    let day = |county| Weather { county, on, low, high, alert, by: by.clone() };
    Ok(counties.into_iter().map(day).collect())
}

/// What a line says, where it can be.
fn may_be(it: Weather, today: Date) -> Result<Weather, String> {
    if let Some(degrees) = it.never_was() {
        return Err(NotProtected::NeverWas { degrees }.to_string());
    }
    match it.is_too_far(today) {
        true => Err(NotProtected::TooFar { on: it.on }.to_string()),
        false => Ok(it),
    }
}

/// A file that is not read, by its name.
#[derive(Debug)]
struct InFile {
    file: PathBuf,
    why: NotRead,
}

/// A file that was taken as something else.
#[derive(Debug)]
struct Other {
    file: PathBuf,
    kind: String,
}

impl fmt::Display for InFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.why)
    }
}

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Other { file, kind } = self;
        write!(
            f,
            "{}: the same file was taken before as {kind}; choose another one",
            file.display()
        )
    }
}

impl std::error::Error for InFile {}
impl std::error::Error for Other {}
