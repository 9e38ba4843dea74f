//! The utility this database belongs to.

use anyhow::{Context, Result};
use meterbook_core::bill::Utility;
use meterbook_core::currency::Currency;

use crate::Tx;
use crate::tx::Sql;
use crate::value::V;

const ADD: Sql = Sql("
    insert into utility (id, name, remit_to, phone, site, zone, footer, currency)
    values (1, $1, $2, $3, $4, $5, $6, $7)");
const FIND: Sql = Sql("select name, remit_to, phone, site, zone, footer, currency from utility");
const SET_CURRENCY: Sql = Sql("update utility set currency = $1");
const POSTED: Sql = Sql("select 1 from entry limit 1");

/// Keeps the utility; there is one in a database.
pub fn add(tx: &mut Tx, utility: &Utility) -> Result<()> {
    let Utility { name, remit_to, phone, site, zone, currency, footer } = utility;
    let remit_to = remit_to.join("\n");
    let values = [
        name.into(),
        V::from(&remit_to),
        phone.into(),
        site.into(),
        zone.into(),
        footer.into(),
        currency.code().into(),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// The utility, if it has been founded.
pub fn find(tx: &mut Tx) -> Result<Option<Utility>> {
    tx.maybe(FIND, [], |row| {
        Ok(Utility {
            name: row.text(0)?,
            remit_to: row.text(1)?.lines().map(str::to_owned).collect(),
            phone: row.text(2)?,
            site: row.text(3)?,
            zone: row.text(4)?,
            footer: row.text(5)?,
            currency: Currency::parse(&row.text(6)?)?,
        })
    })
}

/// The utility.
pub fn get(tx: &mut Tx) -> Result<Utility> {
    find(tx)?.context("this database belongs to no utility yet; begin with: meterbook init")
}

/// Says what all amounts are in.
pub fn set_currency(tx: &mut Tx, currency: Currency) -> Result<()> {
    tx.exec(SET_CURRENCY, [currency.code().into()]).map(|_| ())
}

/// Whether anything was posted: what amounts are in stays from then on.
pub fn has_posted(tx: &mut Tx) -> Result<bool> {
    Ok(tx.maybe(POSTED, [], |_| Ok(()))?.is_some())
}
