//! What came before a bill: the last one, and the use month by month.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::{Bill, History, HistoryMonth, LastBill};
use meterbook_core::id::{AccountId, BillId};
use meterbook_core::money::{Quantity, Unit};
use meterbook_core::period::{Period, days_of_all};
use meterbook_core::place::Commodity;

use crate::Tx;
use crate::tx::Sql;

const LAST_BEFORE: Sql = Sql("
    select id, number, billed_on from bill
    where account_id = $1 and id < $2 order by id desc limit 1");
// One of service, of the days before, whenever it was made: what is charged once has no use to compare.
// What stood in the place of a bill by then is taken and not that.
const SERVICE_BEFORE: Sql = Sql("
    select id from bill b
    where account_id = $1 and id < $2 and to_on <= $3
      and not exists (select 1 from bill_apart o where o.bill_id = b.id)
      and not exists (
        select 1 from bill_cancelled c join correction k on k.id = c.correction_id
        where c.bill_id = b.id
          and (c.made_bill_id < $2 or (c.made_bill_id is null and k.made_on <= $4)))
    order by to_on desc, id desc limit 1");
// What stands in the place of a bill is compared with it.
const REPLACED: Sql = Sql("select bill_id from bill_cancelled where made_bill_id = $1");
const USE: Sql = Sql("
    select s.commodity, b.from_on, b.to_on, s.from_on, s.to_on, s.used_micro, s.unit, b.id,
        (select count(*) from segment_evidence e
         where e.bill_id = s.bill_id and e.segment = s.position and 0 < e.estimated)
    from bill b join segment s on s.bill_id = b.id
    where b.account_id = $1 and b.id <= $2 and b.to_on <= $3
      and (b.id = $2 or not exists (
        select 1 from bill_cancelled c
        where c.bill_id = b.id and (c.made_bill_id is null or c.made_bill_id <= $2)))
    order by b.to_on, case when b.id = $2 then 1 else 0 end, b.id, s.position");

/// The months of use that a bill shows at most.
const MONTHS: usize = 25;

/// The bill that this one stands in the place of, or else that of the days before, with everything on it.
pub fn before(tx: &mut Tx, bill: &Bill) -> Result<Option<Bill>> {
    let (to, on) = (bill.period.end(), bill.billed_on);
    let asked = [bill.account.into(), bill.id.into(), to.into(), on.into()];
    let replaced = tx.maybe(REPLACED, [bill.id.into()], |row| row.id(0))?;
    let before = match replaced {
        Some(id) => Some(id),
        None => tx.maybe(SERVICE_BEFORE, asked, |row| row.id(0))?,
    };
    match before {
        Some(id) => super::get(tx, id).map(Some),
        None => Ok(None),
    }
}

/// The face of the bill before this one.
pub fn last_before(tx: &mut Tx, bill: &Bill) -> Result<Option<LastBill>> {
    let asked = [bill.account.into(), bill.id.into()];
    let face =
        |row: &crate::value::Row| -> Result<(String, Date)> { Ok((row.text(1)?, row.date(2)?)) };
    let Some((number, billed_on)) = tx.maybe(LAST_BEFORE, asked, face)? else { return Ok(None) };
    let balance = crate::ledger::balance_with(tx, bill.account, &number)?;
    Ok(Some(LastBill { billed_on, balance }))
}

/// The use of each commodity on `bill`, bill by bill in the order of their days, up to this one.
pub fn history(tx: &mut Tx, bill: &Bill) -> Result<Vec<History>> {
    let mut histories = up_to(tx, bill.account, (bill.id, bill.period.end()))?;
    histories.retain(|it| bill.segments.iter().any(|on_it| on_it.commodity == it.commodity));
    Ok(histories)
}

/// The use of each commodity an account takes, bill by bill.
pub fn use_of(tx: &mut Tx, account: AccountId) -> Result<Vec<History>> {
    up_to(tx, account, (BillId(i64::MAX), Date::MAX))
}

/// Sums what is on the same bill; units differ only when a tariff bills in another one than the
/// last, and then the months in the old unit are left out.
fn up_to(tx: &mut Tx, account: AccountId, (last, to): (BillId, Date)) -> Result<Vec<History>> {
    let mut bills: Vec<(Commodity, BillId, HistoryMonth, Vec<Period>)> = Vec::new();
    tx.each(USE, [account.into(), last.into(), to.into()], |row| {
        let commodity = row.word(0, Commodity::from_word)?;
        let bill = row.id(7)?;
        let usage = Quantity { micro: row.int(5)?, unit: row.word(6, Unit::from_word)? };
        let estimated = 0 < row.int(8)?;
        let period = row.period(3)?;
        let same = |it: &&mut (Commodity, BillId, HistoryMonth, Vec<Period>)| {
            it.0 == commodity && it.1 == bill && it.2.usage.unit == usage.unit
        };
        match bills.iter_mut().rev().find(same) {
            Some((_, _, month, services)) => {
                month.usage.micro += usage.micro;
                month.estimated |= estimated;
                services.push(period);
            }
            None => {
                let month = HistoryMonth { period, days: period.days(), usage, estimated };
                bills.push((commodity, bill, month, vec![period]));
            }
        }
        Ok(())
    })?;
    for (_, _, month, services) in &mut bills {
        month.days = days_of_all(services);
        let (start, end) =
            services.iter().fold((month.period.start(), month.period.end()), |all, it| {
                (all.0.min(it.start()), all.1.max(it.end()))
            });
        month.period = Period::new(start, end).expect("one of them is all of it, or more");
    }
    let of = |commodity: Commodity| {
        let all = bills.iter().filter(|it| it.0 == commodity).map(|it| it.2);
        let unit = all.clone().next_back()?.usage.unit;
        let months: Vec<HistoryMonth> = all.filter(|it| it.usage.unit == unit).collect();
        let from = months.len().saturating_sub(MONTHS);
        Some(History { commodity, months: months[from..].to_vec() })
    };
    Ok(Commodity::ALL.iter().copied().filter_map(of).collect())
}
