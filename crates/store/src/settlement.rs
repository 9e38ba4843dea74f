//! What was paid of banks when service ended with the last bill: written once, never changed.

use anyhow::Result;
use meterbook_core::id::AgreementId;
use meterbook_core::ledger::Settlement;

use crate::Tx;
use crate::tx::Sql;

const ADD: Sql = Sql("
    insert into settlement (agreement_id, account_id, bill_id, settled_on, amount_cents)
    values ($1, $2, $3, $4, $5)");

const IS_THERE: Sql = Sql("select 1 from settlement where agreement_id = $1");

/// Whether something was paid so when an agreement ended.
pub fn is_there(tx: &mut Tx, agreement: AgreementId) -> Result<bool> {
    Ok(tx.maybe(IS_THERE, [agreement.into()], |row| row.int(0))?.is_some())
}

/// Keeps a settlement.
pub fn add(tx: &mut Tx, it: &Settlement) -> Result<()> {
    let Settlement { agreement, account, bill, on, amount } = *it;
    let values = [agreement.into(), account.into(), bill.into(), on.into(), amount.into()];
    tx.exec(ADD, values).map(|_| ())
}
