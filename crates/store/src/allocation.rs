//! Shares of a host's surplus, what bills gave by them, and what bills took of it.

use std::collections::HashMap;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::allocation::{Allocation, Allotted, Given};
use meterbook_core::bill::Segment;
use meterbook_core::id::{AgreementId, BillId};
use meterbook_core::money::Share;

use crate::Tx;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into allocation (host_id, subscriber_id, from_on, to_on, share_nano)
    values ($1, $2, $3, $4, $5)");
const END: Sql = Sql("
    update allocation set to_on = $3
    where host_id = $1 and subscriber_id = $2 and from_on < $3 and (to_on is null or $3 < to_on)");
// An update that changes nothing takes the lock of the row on PostgreSQL.
const LOCK: Sql = Sql("update agreement set id = id where id = $1");
const OF: (Sql, Sql) = among_ids!(
    "select host_id, subscriber_id, from_on, to_on, share_nano from allocation where host_id",
    "order by host_id, subscriber_id, from_on"
);
const AROUND: Sql = Sql("
    select host_id, subscriber_id, from_on, to_on, share_nano from allocation
    where host_id = $1 or subscriber_id = $1 order by host_id, subscriber_id, from_on");
const OPEN: (Sql, Sql) = among_ids!(
    "select a.agreement_id, a.bill_id, a.segment, a.position, b.from_on, a.period, a.micro
     from allotment a
     join bill b on b.id = a.bill_id
     join bill_window w on w.id = b.window_id
     where (b.billed_on < $2 or (w.billed_on < $2 and not exists (
         select 1 from bill_cancelled c where c.made_bill_id = b.id)))
       and not exists (
         select 1 from allotment_taken t
         where t.host_bill_id = a.bill_id and t.host_segment = a.segment
           and t.host_position = a.position)
       and a.agreement_id",
    "order by a.agreement_id, a.bill_id, a.segment, a.position"
);
const GIVEN: Rows = Rows("allotment (bill_id, segment, position, agreement_id, period, micro)");
const TAKEN: Rows =
    Rows("allotment_taken (host_bill_id, host_segment, host_position, bill_id, segment)");
const GIVEN_OF: Sql = Sql("
    select segment, agreement_id, period, micro from allotment
    where bill_id = $1 order by segment, position");
const TAKEN_OF: Sql = Sql("
    select t.segment, a.bill_id, a.segment, a.position, b.from_on, a.period, a.micro
    from allotment_taken t
    join allotment a on a.bill_id = t.host_bill_id and a.segment = t.host_segment
      and a.position = t.host_position
    join bill b on b.id = a.bill_id
    where t.bill_id = $1 order by t.segment, a.bill_id, a.segment, a.position");

/// Keeps a share.
pub fn add(tx: &mut Tx, allocation: &Allocation) -> Result<()> {
    let Allocation { host, subscriber, share, from, to } = *allocation;
    let values = [host.into(), subscriber.into(), from.into(), to.into(), share.nano.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// Ends the share of a subscriber on the first day without it.
pub fn end(tx: &mut Tx, host: AgreementId, subscriber: AgreementId, on: Date) -> Result<()> {
    tx.exec(END, [host.into(), subscriber.into(), on.into()]).map(|_| ())
}

/// The shares of an agreement, those it gives and those it gets, held until this transaction ends.
pub fn lock(tx: &mut Tx, agreement: AgreementId) -> Result<Vec<Allocation>> {
    tx.exec(LOCK, [agreement.into()])?;
    around(tx, agreement)
}

/// The shares of an agreement, those it gives and those it gets.
pub fn around(tx: &mut Tx, agreement: AgreementId) -> Result<Vec<Allocation>> {
    tx.many(AROUND, [agreement.into()], allocation)
}

/// The shares that these hosts give; nothing for those that give none.
pub fn of(
    tx: &mut Tx,
    hosts: impl Iterator<Item = AgreementId>,
) -> Result<HashMap<AgreementId, Vec<Allocation>>> {
    let mut all: HashMap<AgreementId, Vec<Allocation>> = HashMap::new();
    let sql = tx.either(OF.0, OF.1);
    let list = list_of(hosts);
    tx.each(sql, [list.into()], |row| {
        let it = allocation(row)?;
        all.entry(it.host).or_default().push(it);
        Ok(())
    })?;
    Ok(all)
}

/// What bills dated before a day, or of turns planned before it however late they were let go, gave these
/// subscribers and no bill took.
pub fn open(
    tx: &mut Tx,
    subscribers: impl Iterator<Item = AgreementId>,
    before: Date,
) -> Result<HashMap<AgreementId, Vec<Allotted>>> {
    let mut all: HashMap<AgreementId, Vec<Allotted>> = HashMap::new();
    let sql = tx.either(OPEN.0, OPEN.1);
    let list = list_of(subscribers);
    tx.each(sql, [list.into(), before.into()], |row| {
        all.entry(row.id(0)?).or_default().push(allotted(row)?);
        Ok(())
    })?;
    Ok(all)
}

/// Keeps what segments give and take, each with its bill and position.
pub(crate) fn keep<'v>(
    tx: &mut Tx,
    segments: impl Iterator<Item = (BillId, i64, &'v Segment)> + Clone,
) -> Result<()> {
    let given = segments.clone().flat_map(|(bill, segment, it)| {
        (0_i64..).zip(&it.given).map(move |(position, it)| {
            [
                bill.into(),
                segment.into(),
                position.into(),
                it.to.into(),
                V::from(&it.period),
                it.micro.into(),
            ]
        })
    });
    tx.bulk(GIVEN, given)?;
    let taken = segments.flat_map(|(bill, segment, it)| {
        it.allotted.iter().map(move |it| {
            [it.bill.into(), it.segment.into(), it.position.into(), bill.into(), V::from(segment)]
        })
    });
    tx.bulk(TAKEN, taken)
}

/// Puts into the segments of a bill what they gave and took.
pub(crate) fn of_bill(tx: &mut Tx, id: BillId, segments: &mut [Segment]) -> Result<()> {
    let said = "a community share without a segment";
    let given = tx.many(GIVEN_OF, [id.into()], |row| {
        Ok((row.small(0)?, Given { to: row.id(1)?, period: row.text(2)?, micro: row.int(3)? }))
    })?;
    for (nth, it) in given {
        let nth: usize = nth;
        segments.get_mut(nth).context(said)?.given.push(it);
    }
    for (nth, it) in tx.many(TAKEN_OF, [id.into()], |row| Ok((row.small(0)?, allotted(row)?)))? {
        let nth: usize = nth;
        segments.get_mut(nth).context(said)?.allotted.push(it);
    }
    Ok(())
}

fn allocation(row: &Row) -> Result<Allocation> {
    Ok(Allocation {
        host: row.id(0)?,
        subscriber: row.id(1)?,
        from: row.date(2)?,
        to: row.maybe(3, Row::date)?,
        share: Share { nano: row.int(4)? },
    })
}

/// What was allotted, from the second column on.
fn allotted(row: &Row) -> Result<Allotted> {
    Ok(Allotted {
        bill: row.id(1)?,
        segment: row.int(2)?,
        position: row.int(3)?,
        turn: row.date(4)?,
        period: row.text(5)?,
        micro: row.int(6)?,
    })
}
