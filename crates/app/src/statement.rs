//! Gathering what is printed on a bill.

use anyhow::Result;
use meterbook_core::bill::why::why;
use meterbook_core::bill::{Bill, Statement};
use meterbook_core::id::BillId;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Tx};

use crate::paper;

/// Everything that is printed on a posted bill, as it stood when the bill was made: what came
/// after it is on the next one.
pub fn of_bill(tx: &mut Tx, id: BillId) -> Result<Statement> {
    let bill: Bill = store::bill::get(tx, id)?;
    let account = store::account::get(tx, bill.account)?;
    let language = store::person::get(tx, account.person)?.language;
    let last_bill = store::bill::last_before(tx, &bill)?;
    let why = store::bill::before(tx, &bill)?.map(|it| why(&it.segments, &bill.segments, &[]));
    let since = store::ledger::movements_before(tx, &bill)?;
    let carried = last_bill.as_ref().map_or(Money::ZERO, |it| it.balance);
    let before = carried + since.iter().map(|it| it.amount).sum();
    let amount_due = before + bill.total;
    let history = store::bill::history(tx, &bill)?;
    let look = paper::look_on(tx, bill.billed_on)?;
    let utility = store::utility::get(tx)?;
    Ok(Statement {
        utility,
        account,
        language,
        last_bill,
        since,
        before,
        amount_due,
        why,
        history,
        look,
        bill,
    })
}
