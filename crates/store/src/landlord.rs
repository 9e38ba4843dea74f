//! Who takes service over between tenants.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, LandlordId, PremiseId};
use meterbook_core::place::{Commodity, Landlord};

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into landlord (id, premise_id, account_id, commodity, tariff, from_on, to_on)
    values ($1, $2, $3, $4, $5, $6, $7)");
const OF: Sql = Sql("
    select id, premise_id, account_id, commodity, tariff, from_on, to_on
    from landlord where premise_id = $1 order by commodity, from_on");
const OF_ACCOUNT: Sql = Sql("
    select id, premise_id, account_id, commodity, tariff, from_on, to_on
    from landlord where account_id = $1 order by premise_id, commodity, from_on");
const ON: Sql = Sql("
    select id, premise_id, account_id, commodity, tariff, from_on, to_on
    from landlord where premise_id = $1 and commodity = $2 and from_on <= $3
      and (to_on is null or $3 < to_on)");
const END: Sql = Sql("update landlord set to_on = $2 where id = $1 and to_on is null");

/// Keeps who takes over at a premise.
pub fn add(tx: &mut Tx, landlord: &Landlord) -> Result<()> {
    let Landlord { id, premise, account, commodity, tariff, from, to } = landlord;
    let values = [
        (*id).into(),
        (*premise).into(),
        (*account).into(),
        commodity.word().into(),
        tariff.into(),
        (*from).into(),
        (*to).into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// Everybody who takes or took over at a premise.
pub fn of(tx: &mut Tx, premise: PremiseId) -> Result<Vec<Landlord>> {
    tx.many(OF, [premise.into()], landlord)
}

/// Where an account takes or took over.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Landlord>> {
    tx.many(OF_ACCOUNT, [account.into()], landlord)
}

/// Who takes one commodity over at a premise on a day.
pub fn on(
    tx: &mut Tx,
    premise: PremiseId,
    commodity: Commodity,
    on: Date,
) -> Result<Option<Landlord>> {
    tx.maybe(ON, [premise.into(), commodity.word().into(), on.into()], landlord)
}

/// Writes down the first day on which nobody takes over; `false` when there is an end already.
pub fn end(tx: &mut Tx, id: LandlordId, on: Date) -> Result<bool> {
    Ok(0 < tx.exec(END, [id.into(), on.into()])?)
}

fn landlord(row: &Row) -> Result<Landlord> {
    Ok(Landlord {
        id: row.id(0)?,
        premise: row.id(1)?,
        account: row.id(2)?,
        commodity: row.word(3, Commodity::from_word)?,
        tariff: row.text(4)?,
        from: row.date(5)?,
        to: row.maybe(6, Row::date)?,
    })
}
