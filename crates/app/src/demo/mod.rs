//! The sample utility: a fictional town, made from a number of customers and a seed, and a year of
//! its business done by the acts that everybody uses.

mod calendar;
mod chance;
mod credit;
mod files;
mod load;
mod names;
mod people;
mod settle;
mod streets;
mod town;
mod weather;
mod year;

use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;
use meterbook_core::account::Cycle;
use meterbook_core::bill::run::Standing;
use meterbook_core::id::UserId;
use meterbook_store::Db;

use self::town::Town;
use crate::intake::{self, Import};

/// What is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Demo {
    /// How many customers.
    pub customers: usize,
    /// The same seed makes the same utility.
    pub seed: u64,
    /// Now, where the newest turn whose days are over is left to be billed by hand.
    pub leave_open: Option<Timestamp>,
}

/// What is being done; each is counted in its own things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Customers move in.
    Settle,
    /// Files of the meter system are written.
    Write,
    /// Files are imported.
    Import,
    /// Turns are rated and checked.
    Check,
    /// Turns are posted.
    Post,
    /// Payments are posted.
    Pay,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Interval values and reads that were imported.
    pub imported: i64,
    /// Lines of files that were not.
    pub rejected: i64,
    /// How each turn stands, in the order in which they were billed.
    pub standings: Vec<Standing>,
    /// The cycle of the turn that is left to be billed by hand.
    pub left: Option<Cycle>,
}

/// Makes the sample utility in an empty database, with its files in `folder`. `watch` is told the
/// step, how much of it is done, and of how much.
pub fn make(
    db: &Db,
    folder: &Path,
    by: Option<UserId>,
    demo: Demo,
    watch: &mut dyn FnMut(Step, u64, u64),
) -> Result<Made> {
    let town = Town::new(demo.customers, demo.seed);
    let begin = settle::at(&town, by, calendar::span().start());
    settle::found(db, begin, &town)?;
    let customers = u64::try_from(demo.customers)?;
    let accounts = settle::settle(db, by, &town, &mut |done| watch(Step::Settle, done, customers))?;
    let cycles = u64::try_from(town.cycles)?;
    let (mut imported, mut rejected) = (0, 0);
    for (cycle, nth) in (1..=town.cycles).zip(1..) {
        let files = files::write(&folder.join("import"), &town, Cycle(cycle))?;
        watch(Step::Write, nth, cycles);
        let last = calendar::turns(Cycle(cycle), town.cycles).last().map(|it| it.period.end());
        let actor = settle::at(&town, by, last.unwrap_or(calendar::span().end()));
        for file in &files {
            let rejects = folder.join("rejects");
            let wanted = Import { file, shape: None, zone: None, meter: None, rejects: &rejects };
            let batch =
                intake::import(db, actor, &wanted, &mut |_| watch(Step::Import, nth, cycles))?
                    .batch;
            imported += batch.accepted;
            rejected += batch.rejected;
        }
        watch(Step::Import, nth, cycles);
    }
    let (standings, left) = year::live(db, by, &town, &accounts, demo.leave_open, watch)?;
    Ok(Made { imported, rejected, standings, left })
}
