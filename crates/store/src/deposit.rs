//! What is asked for as security, by class and credit, as the utility sets it from a day on.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;

use crate::Tx;
use crate::tx::Sql;

const END: Sql = Sql("
    update deposit_rule set to_on = $3
    where class = $1 and credit = $2 and from_on < $3 and to_on is null");
const ADD: Sql = Sql("
    insert into deposit_rule (class, credit, from_on, to_on, amount_cents)
    values ($1, $2, $3, null, $4)");
const ON: Sql = Sql("
    select amount_cents from deposit_rule
    where class = $1 and credit = $2 and from_on <= $3 and (to_on is null or $3 < to_on)");

/// Keeps what is asked for from a day on; what it was before ends there.
pub fn set(
    tx: &mut Tx,
    class: CustomerClass,
    credit: Credit,
    from: Date,
    amount: Money,
) -> Result<()> {
    let of = [class.word().into(), credit.word().into(), from.into()];
    tx.exec(END, of.clone())?;
    let [class, credit, from] = of;
    tx.exec(ADD, [class, credit, from, amount.into()]).map(|_| ())
}

/// What is asked for on a day; nothing where no rule says so.
pub fn of(tx: &mut Tx, class: CustomerClass, credit: Credit, on: Date) -> Result<Money> {
    let asked = [class.word().into(), credit.word().into(), on.into()];
    let found = tx.maybe(ON, asked, |row| row.money(0))?;
    Ok(found.unwrap_or(Money::ZERO))
}
