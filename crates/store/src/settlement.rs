//! What was paid of banks when service ended with the last bill: written once, never changed.

use anyhow::Result;
use meterbook_core::ledger::Settlement;

use crate::Tx;
use crate::tx::Sql;

const ADD: Sql = Sql("
    insert into settlement (agreement_id, account_id, bill_id, settled_on, amount_cents)
    values ($1, $2, $3, $4, $5)");

/// Keeps a settlement.
pub fn add(tx: &mut Tx, it: &Settlement) -> Result<()> {
    let Settlement { agreement, account, bill, on, amount } = *it;
    let values = [agreement.into(), account.into(), bill.into(), on.into(), amount.into()];
    tx.exec(ADD, values).map(|_| ())
}
