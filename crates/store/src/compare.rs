//! The turns that an agreement was billed for.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AgreementId, WindowId};
use meterbook_core::money::Money;
use meterbook_core::period::Period;

use crate::Tx;
use crate::tx::Sql;

const BILLED: Sql = Sql("
    select s.from_on, s.to_on, b.window_id, s.total_cents
    from standing_segment s join bill b on b.id = s.bill_id
    where s.agreement_id = $1 and s.to_on <= $2 order by s.from_on desc limit $3");

/// The days of an agreement on one bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Billed {
    /// The days.
    pub period: Period,
    /// The turn.
    pub window: WindowId,
    /// What they were billed.
    pub total: Money,
}

/// The newest days of an agreement that were billed before a day, at most of so many bills, the oldest
/// first.
pub fn billed(tx: &mut Tx, agreement: AgreementId, by: Date, most: i64) -> Result<Vec<Billed>> {
    let mut all = tx.many(BILLED, [agreement.into(), by.into(), most.into()], |row| {
        let period = Period::new(row.date(0)?, row.date(1)?);
        let period = period.expect("the database keeps no segment without a day");
        Ok(Billed { period, window: row.id(2)?, total: row.money(3)? })
    })?;
    all.reverse();
    Ok(all)
}
