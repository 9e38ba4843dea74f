//! Posting by itself: bills that are worked out already, with eight lines and four postings each, kept
//! through the store in jobs, durably.

use std::thread;

use anyhow::{Context, Result, anyhow};
use meterbook_core::bill::Bill;
use meterbook_core::delivery::Piece;
use meterbook_core::id::{BillId, EntryId, PieceId};
use meterbook_core::ledger::{Entry, EntryKind, post_bill};
use meterbook_core::rating::ChargeKind;
use meterbook_store::bill::Origin;
use meterbook_store::{self as store, Db};

use crate::place::Place;
use crate::spent::{Spent, Watch};

/// What posting keeps of some accounts.
#[derive(Default)]
pub(crate) struct Made {
    bills: Vec<Bill>,
    origins: Vec<(BillId, i64, Origin)>,
    entries: Vec<Entry>,
    pieces: Vec<Piece>,
}

/// The bills of a database, cut into jobs. So that there are four postings, a line of each is a tax,
/// and one was bought from the customer.
pub(crate) fn made(from: &Place, accounts: i64, in_job: usize) -> Result<Vec<Made>> {
    let db = Db::open(&from.at())?;
    let ids: Vec<i64> = (1..=accounts).collect();
    let job = |ids: &[i64]| {
        db.read(|tx| {
            let mut made = Made::default();
            for id in ids {
                let mut bill = store::bill::get(tx, BillId(*id))?;
                let segment = bill.segments.first_mut().context("a bill has a segment")?;
                let kinds = [ChargeKind::Tax, ChargeKind::Credit];
                for (line, kind) in segment.lines.iter_mut().rev().zip(kinds) {
                    line.kind = kind;
                }
                for (nth, origin) in (0..).zip(store::bill::origins_of(tx, bill.id)?) {
                    made.origins.push((bill.id, nth, origin));
                }
                made.entries.push(Entry {
                    id: EntryId(*id),
                    kind: EntryKind::Bill,
                    on: bill.billed_on,
                    key: bill.number.0.clone(),
                    text: bill.period.to_string(),
                    postings: post_bill(&bill),
                });
                made.pieces.push(store::outbox::get(tx, PieceId(*id))?.0);
                made.bills.push(bill);
            }
            Ok(made)
        })
    };
    ids.chunks(in_job).map(job).collect()
}

/// Posts them into a database that has the accounts and none of the bills, by so many at once.
pub(crate) fn post(jobs: &[Made], to: &Place, workers: usize) -> Result<Spent> {
    let at = to.at();
    let dbs: Vec<Db> = (0..workers).map(|_| Db::open(&at)).collect::<Result<_>>()?;
    let work = |worker: usize| -> Result<()> {
        for it in jobs.iter().skip(worker).step_by(workers) {
            dbs[worker].write(|tx| {
                store::bill::add(tx, &it.bills)?;
                store::bill::add_origins(tx, &it.origins)?;
                store::ledger::add(tx, &it.entries)?;
                store::outbox::add(tx, &it.pieces)
            })?;
        }
        Ok(())
    };
    let ((), spent) = Watch::on(&at)?.spend(|| {
        thread::scope(|all| {
            let work = &work;
            let others: Vec<_> = (0..workers).map(|it| all.spawn(move || work(it))).collect();
            others.into_iter().try_for_each(|it| it.join().map_err(|_| anyhow!("one panicked"))?)
        })
    })?;
    Ok(spent)
}
