//! Who has what to do with an account.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, PartyId, PersonId};
use meterbook_core::party::{Party, PartyRole};

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into party (id, account_id, person_id, role, from_on, to_on)
    values ($1, $2, $3, $4, $5, $6)");
const OF_ACCOUNT: Sql = Sql("
    select id, account_id, person_id, role, from_on, to_on
    from party where account_id = $1 order by from_on, id");
const OF_PERSON: Sql = Sql("
    select id, account_id, person_id, role, from_on, to_on
    from party where person_id = $1 order by from_on, id");
const END: Sql = Sql("update party set to_on = $2 where id = $1 and to_on is null");
const SET_PERSON: Sql = Sql("update party set person_id = $2 where id = $1");

/// Keeps a person's part in an account.
pub fn add(tx: &mut Tx, party: &Party) -> Result<()> {
    let Party { id, account, person, role, from, to } = *party;
    let values =
        [id.into(), account.into(), person.into(), role.word().into(), from.into(), to.into()];
    tx.exec(ADD, values).map(|_| ())
}

/// Everybody who has or had a part in an account.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Party>> {
    tx.many(OF_ACCOUNT, [account.into()], party)
}

/// Every part that a person has or had.
pub fn of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<Party>> {
    tx.many(OF_PERSON, [person.into()], party)
}

/// Writes down the first day without a part; `false` when it has an end already.
pub fn end(tx: &mut Tx, id: PartyId, on: Date) -> Result<bool> {
    Ok(0 < tx.exec(END, [id.into(), on.into()])?)
}

/// Writes down that a part is another record's of the same person.
pub fn set_person(tx: &mut Tx, id: PartyId, person: PersonId) -> Result<()> {
    tx.exec(SET_PERSON, [id.into(), person.into()]).map(|_| ())
}

fn party(row: &Row) -> Result<Party> {
    Ok(Party {
        id: row.id(0)?,
        account: row.id(1)?,
        person: row.id(2)?,
        role: row.word(3, PartyRole::from_word)?,
        from: row.date(4)?,
        to: row.maybe(5, Row::date)?,
    })
}
