//! Taking in what crews bring back: a file of statuses, reads and meters, order by order.
//!
//! The lines of an order stand or fall together. An order that is refused changes nothing, and its
//! lines come back with the refusal; the others are carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{BatchId, OrderId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::order::Hindrance;
use meterbook_core::permission::Permission;
use meterbook_formats::orders::{self as format, Lines, Row, Said, Work};
use meterbook_store::batch::Batch;
use meterbook_store::{self as store, Counter, Db, Missing, Tx};

use super::rejects::Rejected;
use super::{Imported, NotImported, Staged, before, hash, imported, keep};
use crate::authority::authorize;
use crate::meter::NewChannel;
use crate::order::completion::{Completion, FieldRead, SetMeter, carry_out, plan};
use crate::order::{could_not_do, en_route, on_site};
use crate::{Actor, Refused, refuse};

/// What a batch of these is called.
pub(super) const KIND: &str = "orders";

/// Takes in a file. The same file twice changes nothing.
pub fn import(db: &Db, actor: Actor, file: &Path, rejects: &Path) -> Result<Imported> {
    let staged = Staged::of(file)?;
    let text = staged.text();
    let sha256 = hash(text);
    if let Some((batch, _)) = db.read(|tx| before(tx, &sha256))? {
        if batch.kind != KIND {
            let (file, taken) = (file.to_owned(), format!("a file of {}", batch.kind));
            return Err(refuse(NotImported::BeforeAs { file, taken }));
        }
        return Ok(Imported {
            batch,
            before: true,
            rejects: None,
            first: None,
            doubts: super::Doubts::default(),
        });
    }
    let packed = staged.packed()?;
    let mut brought = Brought::default();
    format::read(text, &mut brought)
        .map_err(|why| refuse(NotImported::NoReads { file: file.to_owned(), why }))?;
    let (batch, rejected) = db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::CompleteWork, None)?;
        let (accepted, rejected) = brought.clone().take(tx, actor)?;
        let batch = Batch {
            id: BatchId(tx.next(Counter::Batch, 1)?),
            file_name: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            sha256: sha256.clone(),
            kind: KIND.to_owned(),
            accepted: i64::try_from(accepted)?,
            rejected: i64::try_from(rejected.len())?,
            at: actor.at,
        };
        keep(tx, file, &batch, &packed, &rejected)?;
        let said = format!("{} accepted, {} rejected", batch.accepted, batch.rejected);
        store::audit::add(tx, &allowed, "import orders", &batch.file_name, &said)?;
        Ok((batch, rejected))
    })?;
    imported(batch, rejects, &rejected, || format::header_of(text))
}

/// The lines of a file, by order.
#[derive(Clone, Default)]
struct Brought {
    orders: BTreeMap<i64, Vec<Line>>,
    /// Orders of which a line is no good: none of their lines is taken.
    spoilt: BTreeSet<i64>,
    rejected: Vec<Rejected>,
}

#[derive(Clone)]
struct Line {
    line: u64,
    fields: Vec<String>,
    row: Row,
}

impl Lines for Brought {
    fn row(&mut self, line: u64, fields: &[&str], row: Row) {
        let fields = fields.iter().map(|it| (*it).to_owned()).collect();
        self.orders.entry(row.order).or_default().push(Line { line, fields, row });
    }

    fn reject(&mut self, line: u64, fields: &[&str], order: Option<i64>, reason: String) {
        self.spoilt.extend(order);
        let fields = fields.iter().map(|it| (*it).to_owned()).collect();
        self.rejected.push(Rejected { line, fields, reason });
    }
}

impl Brought {
    /// Carries out what every order's lines say; gives back how many lines were taken, and those
    /// that were not.
    fn take(self, tx: &mut Tx, actor: Actor) -> Result<(usize, Vec<Rejected>)> {
        let Brought { orders, spoilt, mut rejected } = self;
        let mut accepted = 0;
        for (order, lines) in orders {
            let refused = if spoilt.contains(&order) {
                Some(format!("another line of order {order} is wrong; mend it too"))
            } else {
                refusal(one(tx, actor, OrderId(order), &lines))?
            };
            match refused {
                None => accepted += lines.len(),
                Some(reason) => rejected.extend(lines.into_iter().map(|it| {
                    let Line { line, fields, .. } = it;
                    Rejected { line, fields, reason: reason.clone() }
                })),
            }
        }
        rejected.sort_by_key(|it| it.line);
        Ok((accepted, rejected))
    }
}

/// The words of a refusal; a failure goes on.
fn refusal(done: Result<Result<(), String>>) -> Result<Option<String>> {
    match done {
        Ok(done) => Ok(done.err()),
        Err(why) if why.is::<Refused>() || why.is::<Missing>() => Ok(Some(why.to_string())),
        Err(why) => Err(why),
    }
}

/// Carries out what the lines of an order say. What is refused is refused before anything of it is
/// changed.
fn one(tx: &mut Tx, actor: Actor, id: OrderId, lines: &[Line]) -> Result<Result<(), String>> {
    let together = match together(lines) {
        Ok(together) => together,
        Err(reason) => return Ok(Err(reason)),
    };
    match together {
        Together::EnRoute => en_route(tx, actor, id)?,
        Together::OnSite => on_site(tx, actor, id)?,
        Together::CouldNotDo(why, note) => could_not_do(tx, actor, id, why, &note)?,
        Together::Done(done) => {
            let plan = plan(tx, actor, id, &done)?;
            carry_out(tx, actor, plan)?;
        }
    }
    Ok(Ok(()))
}

/// What the lines of an order say together.
enum Together {
    EnRoute,
    OnSite,
    CouldNotDo(Hindrance, String),
    Done(Completion),
}

fn together(lines: &[Line]) -> Result<Together, String> {
    let mut notes: Vec<&str> = lines.iter().map(|it| it.row.note.as_str()).collect();
    notes.retain(|it| !it.is_empty());
    notes.dedup();
    let note = notes.join("; ");
    let mut works = Vec::new();
    for line in lines {
        match &line.row.said {
            Said::Done(work) => works.push(work),
            _ if 1 < lines.len() => {
                return Err(
                    "a file says one thing of an order; leave the lines of earlier statuses out"
                        .to_owned(),
                );
            }
            Said::EnRoute => return Ok(Together::EnRoute),
            Said::OnSite => return Ok(Together::OnSite),
            Said::CouldNotDo(why) => return Ok(Together::CouldNotDo(*why, note)),
        }
    }
    completion(&works, note).map(Together::Done)
}

fn completion(works: &[&Work], found: String) -> Result<Completion, String> {
    let days: BTreeSet<Date> = works.iter().map(|it| it.on).collect();
    let Some(&on) = days.first() else { return Err("it says nothing".to_owned()) };
    if 1 < days.len() {
        return Err("its lines name several days; an order is done on one".to_owned());
    }
    let mut reads = Vec::new();
    let mut removed: Option<String> = None;
    let mut set: Option<SetMeter> = None;
    for work in works {
        reads.extend(work.read.iter().map(|it| FieldRead {
            meter: it.meter.clone(),
            unit: it.unit,
            flow: it.flow,
            index_micro: it.index_micro,
        }));
        if let Some(meter) = &work.removed
            && removed.get_or_insert_with(|| meter.clone()) != meter
        {
            return Err("its lines name several meters that came down".to_owned());
        }
        let Some(new) = &work.set else { continue };
        let hung =
            set.get_or_insert_with(|| SetMeter { serial: new.meter.clone(), channels: Vec::new() });
        if hung.serial != new.meter {
            return Err("its lines name several meters that were hung".to_owned());
        }
        hung.channels.extend(new.register.map(|(digits, unit)| NewChannel {
            form: Form::Register { digits },
            unit,
            flow: new.flow.unwrap_or(Flow::Delivered),
            multiplier_micro: 1_000_000,
        }));
        reads.extend(new.index_micro.map(|index_micro| FieldRead {
            meter: new.meter.clone(),
            unit: new.register.map(|it| it.1),
            flow: new.flow,
            index_micro,
        }));
    }
    Ok(Completion { on, found, reads, removed, set, photos: Vec::new() })
}
