//! People and how to reach them.

use anyhow::Result;
use meterbook_core::id::PersonId;
use meterbook_core::person::{ContactKind, ContactPoint, Language, Person, PersonKind};

use crate::Tx;
use crate::failure::missing;
use crate::tx::Sql;

const ADD: Sql = Sql("insert into person (id, name, kind, language) values ($1, $2, $3, $4)");
const FIND: Sql = Sql("select id, name, kind, language from person where id = $1");
const ADD_CONTACT: Sql =
    Sql("insert into contact (id, person_id, kind, value) values ($1, $2, $3, $4)");
const CONTACTS: Sql =
    Sql("select id, person_id, kind, value from contact where person_id = $1 order by id");

/// Keeps a person.
pub fn add(tx: &mut Tx, person: &Person) -> Result<()> {
    let Person { id, name, kind, language } = person;
    let values = [(*id).into(), name.into(), kind.word().into(), language.word().into()];
    tx.exec(ADD, values).map(|_| ())
}

/// The person with this id, if there is one.
pub fn find(tx: &mut Tx, id: PersonId) -> Result<Option<Person>> {
    tx.maybe(FIND, [id.into()], |row| {
        Ok(Person {
            id: row.id(0)?,
            name: row.text(1)?,
            kind: row.word(2, PersonKind::from_word)?,
            language: row.word(3, Language::from_word)?,
        })
    })
}

/// One person.
pub fn get(tx: &mut Tx, id: PersonId) -> Result<Person> {
    find(tx, id)?.ok_or_else(|| missing("person", id))
}

/// Keeps a way to reach a person.
pub fn add_contact(tx: &mut Tx, contact: &ContactPoint) -> Result<()> {
    let ContactPoint { id, person, kind, value } = contact;
    let values = [(*id).into(), (*person).into(), kind.word().into(), value.into()];
    tx.exec(ADD_CONTACT, values).map(|_| ())
}

/// The ways to reach a person, in the order in which they were told.
pub fn contacts(tx: &mut Tx, person: PersonId) -> Result<Vec<ContactPoint>> {
    tx.many(CONTACTS, [person.into()], |row| {
        Ok(ContactPoint {
            id: row.id(0)?,
            person: row.id(1)?,
            kind: row.word(2, ContactKind::from_word)?,
            value: row.text(3)?,
        })
    })
}
