//! What a summary bill waits for: bills of its accounts that a turn should have made.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AccountNumber};

use crate::Tx;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::{Row, V};

// Of each account's newest turn that is dated by the day.
const WAITS: (Sql, Sql) = among_ids!(
    "select distinct a.number, coalesce(i.reason, '')
     from account a
     join bill_window w on w.id = (
        select x.id from bill_window x
        where x.cycle = a.cycle and x.billed_on <= $2 order by x.to_on desc limit 1)
     join agreement g on g.account_id = a.id
       and g.from_on < w.to_on and (g.to_on is null or w.from_on < g.to_on)
     left join run_item i on i.window_id = w.id and i.agreement_id = g.id
     where coalesce(i.outcome, '') <> 'exempt'
       and not exists (
        select 1 from standing_segment s
        where s.agreement_id = g.id
          and case when g.to_on < w.to_on then g.to_on else w.to_on end <= s.to_on)
       and a.id",
    "order by 1, 2"
);

/// The accounts among these of which the newest turn by a day is not billed, each with the word of
/// what holds it, which is empty where nothing does.
pub fn waits(
    tx: &mut Tx,
    accounts: &[AccountId],
    by: Date,
) -> Result<Vec<(AccountNumber, String)>> {
    let list = list_of(accounts.iter().copied());
    let waits = tx.either(WAITS.0, WAITS.1);
    tx.many(waits, [V::from(&list), by.into()], |row: &Row| Ok((row.number(0)?, row.text(1)?)))
}
