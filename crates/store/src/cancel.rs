//! Taking a whole turn back: what stands in its way, whose bills there are, and that it is open again.

use anyhow::Result;
use meterbook_core::account::Cycle;
use meterbook_core::bill::run::Run;
use meterbook_core::id::{AccountId, BillId, RunId, WindowId};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const NEWEST: Sql = Sql("
    select r.id from run r join bill_window w on w.id = r.window_id
    where w.cycle = $1 and r.stage in ('done', 'cancelling')
    order by w.from_on desc, r.id desc limit 1");
const TOTAL: Sql = Sql("
    select count(*), cast(coalesce(sum(total_cents), 0) as bigint)
    from standing_bill where window_id = $1");
const SENT: Sql = Sql("
    select count(distinct p.id), min(p.key)
    from bill b join piece p on p.bill_id = b.id join piece_event e on e.piece_id = p.id
    where b.window_id = $1 and e.state <> 'queued'");
// A bill that sums some of them up is sent as well, also where another one stands in its place.
const SUM_SENT: Sql = Sql("
    select count(distinct p.id), min(p.key)
    from bill b
    join bill_summed s on s.summed_bill_id = b.id
    join piece p on p.bill_id = s.bill_id join piece_event e on e.piece_id = p.id
    where b.window_id = $1 and e.state <> 'queued'");
// So is what stands in their place behind the first page of a correction.
const BEHIND_SENT: Sql = Sql("
    select count(distinct p.id), min(p.key)
    from bill b
    join bill_behind h on h.bill_id = b.id
    join piece p on p.correction_id = h.correction_id join piece_event e on e.piece_id = p.id
    where b.window_id = $1 and e.state <> 'queued'");
// So is one that somebody asked for.
const MAILING_SENT: Sql = Sql("
    select count(distinct p.id), min(p.key)
    from bill b
    join mailing_bill m on m.bill_id = b.id
    join piece p on p.mailing_id = m.mailing_id join piece_event e on e.piece_id = p.id
    where b.window_id = $1 and e.state <> 'queued'");
const SINCE: Sql = Sql("
    select min(l.number)
    from standing_bill b
    join segment s on s.bill_id = b.id
    join standing_segment n on n.agreement_id = s.agreement_id and s.to_on <= n.from_on
    join bill l on l.id = n.bill_id and l.window_id <> b.window_id
    where b.window_id = $1");
const CORRECTED: Sql = Sql("
    select min(b.number) from bill b join bill_cancelled c on c.bill_id = b.id
    join correction k on k.id = c.correction_id
    where b.window_id = $1 and k.cause <> 'run'");
const SHARED: Sql = Sql("
    select min(b.number) from standing_bill b
    where b.window_id = $1 and (
        exists (select 1 from allotment a where a.bill_id = b.id)
        or exists (select 1 from allotment_taken t where t.bill_id = b.id))");
const SETTLED: Sql = Sql("
    select min(b.number) from bill b join settlement s on s.bill_id = b.id where b.window_id = $1");
const UNFINISHED: Sql = Sql("
    select count(*) from run
    where window_id = $1 and stage not in ('done', 'cancelled', 'cancelling')");
const ACCOUNTS: Sql = Sql("
    select account_id, count(*) from standing_bill where window_id = $1
    group by account_id order by account_id");
const BILLS: Sql = Sql("
    select id from standing_bill where window_id = $1 and account_id between $2 and $3
    order by account_id, id");
const OPEN_AGAIN: Sql = Sql("
    update run set stage = 'cancelled' where window_id = $1 and stage in ('done', 'cancelling')");
const FORGET: Sql = Sql("delete from run_item where window_id = $1");

/// What stands in the way of taking a turn back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InTheWay {
    /// Something of it is still checked or posted.
    Unfinished,
    /// Pieces were sent, or somebody is at them: how many, and the key of one.
    Sent(u64, String),
    /// A bill for later days stands on one of these.
    BilledSince(String),
    /// A bill of it was corrected.
    Corrected(String),
    /// A bill of it gave to others or took from them.
    Shared(String),
    /// What a bill of it kept in a bank was settled since, because service ended.
    Settled(String),
}

/// The run that billed the newest turn of a cycle which was billed.
pub fn newest(tx: &mut Tx, cycle: Cycle) -> Result<Option<Run>> {
    let id: Option<RunId> = tx.maybe(NEWEST, [cycle.into()], |row| row.id(0))?;
    id.map(|it| crate::run::get(tx, it)).transpose()
}

/// How many bills of a turn stand, and what they come to.
pub fn total(tx: &mut Tx, window: WindowId) -> Result<(u64, Money)> {
    tx.one(TOTAL, [window.into()], |row| Ok((row.small(0)?, row.money(1)?)))
}

/// What stands in the way of taking a turn back, if anything does.
pub fn in_the_way(tx: &mut Tx, window: WindowId) -> Result<Option<InTheWay>> {
    if tx.one(UNFINISHED, [window.into()], |row| row.int(0))? != 0 {
        return Ok(Some(InTheWay::Unfinished));
    }
    for sql in [SENT, SUM_SENT, BEHIND_SENT, MAILING_SENT] {
        let sent = |row: &Row| Ok((row.small(0)?, row.maybe(1, Row::text)?));
        if let (pieces, Some(key)) = tx.one(sql, [window.into()], sent)? {
            return Ok(Some(InTheWay::Sent(pieces, key)));
        }
    }
    if let Some(bill) = one_bill(tx, SINCE, window)? {
        return Ok(Some(InTheWay::BilledSince(bill)));
    }
    if let Some(bill) = one_bill(tx, CORRECTED, window)? {
        return Ok(Some(InTheWay::Corrected(bill)));
    }
    if let Some(bill) = one_bill(tx, SHARED, window)? {
        return Ok(Some(InTheWay::Shared(bill)));
    }
    Ok(one_bill(tx, SETTLED, window)?.map(InTheWay::Settled))
}

fn one_bill(tx: &mut Tx, sql: Sql, window: WindowId) -> Result<Option<String>> {
    tx.one(sql, [window.into()], |row| row.maybe(0, Row::text))
}

/// The accounts with bills of a turn that stand, and how many bills each has.
pub fn accounts(tx: &mut Tx, window: WindowId) -> Result<Vec<(AccountId, i64)>> {
    tx.many(ACCOUNTS, [window.into()], |row| Ok((row.id(0)?, row.int(1)?)))
}

/// The bills of a turn that stand, of accounts from the first to the last of these.
pub fn bills(
    tx: &mut Tx,
    window: WindowId,
    (first, last): (AccountId, AccountId),
) -> Result<Vec<BillId>> {
    tx.many(BILLS, [window.into(), first.into(), last.into()], |row| row.id(0))
}

/// Opens a turn again of which no bill stands.
pub fn open_again(tx: &mut Tx, window: WindowId) -> Result<()> {
    tx.exec(OPEN_AGAIN, [window.into()])?;
    tx.exec(FORGET, [window.into()]).map(|_| ())
}
