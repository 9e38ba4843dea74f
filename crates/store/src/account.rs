//! Accounts.

use anyhow::Result;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::id::{AccountId, AccountNumber, PartyId, PersonId};
use meterbook_core::party::{Party, PartyRole};

use crate::failure::missing;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::Row;
use crate::{Counter, Tx};

const LOCK_SQLITE: Sql = Sql("select id from account where id = $1");
// Whoever posts to an account may have counted its entry before: rows that name the account do not wait.
const LOCK_POSTGRES: Sql = Sql("select id from account where id = $1 for no key update");
// Many at once: sorted before they are locked, so that all wait in one order.
const LOCK_MANY_SQLITE: Sql = Sql("select value from json_each($1)");
const LOCK_MANY_POSTGRES: Sql = Sql("
    select id from account
    where id = any (string_to_array(btrim($1, '[]'), ',')::bigint[])
    order by id for no key update");
const ADD: Sql = Sql("
    insert into account (id, number, person_id, class, cycle, mail_to, opened_on)
    values ($1, $2, $3, $4, $5, $6, $7)");
const GET: Sql = Sql("
    select id, number, person_id, class, cycle, mail_to, opened_on from account where id = $1");
const BY_NUMBER: Sql = Sql("
    select id, number, person_id, class, cycle, mail_to, opened_on from account where number = $1");

const CLASSES: (Sql, Sql) = among_ids!("select id, class from account where id", "order by id");

/// Accounts that are locked one by one.
const FEW: usize = 10;

const SET_PERSON: Sql = Sql("update account set person_id = $2 where id = $1");
const OF_PERSON: Sql = Sql("select id from account where person_id = $1 order by id");

/// Keeps an account; its person is the main customer from its first day.
pub fn add(tx: &mut Tx, account: &Account) -> Result<()> {
    let Account { id, number, person, class, cycle, mail_to, opened_on } = account;
    let values = [
        (*id).into(),
        (*number).into(),
        (*person).into(),
        class.word().into(),
        (*cycle).into(),
        mail_to.into(),
        (*opened_on).into(),
    ];
    tx.exec(ADD, values)?;
    let main = PartyId(tx.next(Counter::Party, 1)?);
    let (role, from) = (PartyRole::Main, *opened_on);
    crate::party::add(tx, &Party { id: main, account: *id, person: *person, role, from, to: None })
}

/// Writes down whose an account is now.
pub fn set_person(tx: &mut Tx, id: AccountId, person: PersonId) -> Result<()> {
    tx.exec(SET_PERSON, [id.into(), person.into()]).map(|_| ())
}

/// The accounts of a person, in order.
pub fn of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<AccountId>> {
    tx.many(OF_PERSON, [person.into()], |row| row.id(0))
}

/// Lets nobody else change what belongs to these accounts until this transaction ends. Who asks for
/// several gets them in one order, so that two never wait for each other.
pub fn lock(tx: &mut Tx, ids: &[AccountId]) -> Result<()> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    if FEW < ids.len() {
        let sql = tx.either(LOCK_MANY_SQLITE, LOCK_MANY_POSTGRES);
        return tx.each(sql, [list_of(ids).into()], |_| Ok(()));
    }
    for id in ids {
        tx.maybe(tx.either(LOCK_SQLITE, LOCK_POSTGRES), [id.into()], |row| row.int(0))?;
    }
    Ok(())
}

/// One account.
pub fn get(tx: &mut Tx, id: AccountId) -> Result<Account> {
    tx.maybe(GET, [id.into()], account)?.ok_or_else(|| missing("account", id))
}

/// The account with this number, if there is one.
pub fn by_number(tx: &mut Tx, number: AccountNumber) -> Result<Option<Account>> {
    tx.maybe(BY_NUMBER, [number.into()], account)
}

/// The classes of these accounts.
pub fn classes(tx: &mut Tx, ids: &[AccountId]) -> Result<Vec<(AccountId, CustomerClass)>> {
    let list = list_of(ids.iter().copied());
    tx.many(tx.either(CLASSES.0, CLASSES.1), [list.into()], |row| {
        Ok((row.id(0)?, row.word(1, CustomerClass::from_word)?))
    })
}

fn account(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.id(0)?,
        number: row.number(1)?,
        person: row.id(2)?,
        class: row.word(3, CustomerClass::from_word)?,
        cycle: Cycle(row.int(4)?),
        mail_to: row.text(5)?,
        opened_on: row.date(6)?,
    })
}
