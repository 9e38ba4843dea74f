//! What the utility says of itself as a seller, from a day on.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::seller::Seller;

use crate::Tx;
use crate::tx::Sql;

const SAY: Sql = Sql("
    insert into seller (from_on, country, registration, vat) values ($1, $2, $3, $4)");
const ON: Sql = Sql("
    select s.country, u.currency, s.registration, s.vat from seller s cross join utility u
    where s.from_on <= $1 order by s.from_on desc limit 1");

/// Keeps what holds from a day on, but for the currency, which is the utility's. A day has one.
pub fn say(tx: &mut Tx, from: Date, seller: &Seller) -> Result<()> {
    let Seller { country, currency: _, registration, vat } = seller;
    let values =
        [from.into(), country.code().into(), registration.as_deref().into(), vat.as_deref().into()];
    tx.exec(SAY, values).map(|_| ())
}

/// What holds on a day, if anything was said.
pub fn on(tx: &mut Tx, day: Date) -> Result<Option<Seller>> {
    tx.maybe(ON, [day.into()], |row| {
        let registration = row.maybe(2, |row, it| row.text(it))?;
        let vat = row.maybe(3, |row, it| row.text(it))?;
        let (country, currency) = (row.text(0)?, row.text(1)?);
        Ok(Seller::new(&country, &currency, registration.as_deref(), vat.as_deref())?)
    })
}
