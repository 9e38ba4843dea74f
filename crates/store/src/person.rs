//! People and how to reach them.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{ContactId, PersonId};
use meterbook_core::person::{
    Consent, ContactKind, ContactPoint, Language, Person, PersonKind, Purpose,
};

use crate::Tx;
use crate::failure::missing;
use crate::tx::Sql;
use crate::value::Row;

const LOCK_SQLITE: Sql = Sql("select id from person where id = $1");
const LOCK_POSTGRES: Sql = Sql("select id from person where id = $1 for update");
const ADD: Sql = Sql("insert into person (id, name, kind, language) values ($1, $2, $3, $4)");
const FIND: Sql = Sql("select id, name, kind, language from person where id = $1");
const ADD_CONTACT: Sql =
    Sql("insert into contact (id, person_id, kind, value) values ($1, $2, $3, $4)");
const CONTACTS: Sql =
    Sql("select id, person_id, kind, value from contact where person_id = $1 order by id");

const RENAME: Sql = Sql("update person set name = $3 where id = $1 and name = $2");
const SPEAK: Sql = Sql("update person set language = $3 where id = $1 and language = $2");
const CONSENT: Sql = Sql("
    insert into contact_consent (contact_id, purpose, from_on, to_on) values ($1, $2, $3, null)");
const CONSENTS: Sql = Sql("
    select s.contact_id, s.purpose, s.from_on, s.to_on
    from contact_consent s join contact c on c.id = s.contact_id
    where c.person_id = $1 order by s.contact_id, s.purpose, s.from_on");
const WITHDRAW: Sql = Sql("
    update contact_consent set to_on = $3
    where contact_id = $1 and purpose = $2 and from_on < $3 and to_on is null");
const CONTACT: Sql = Sql("select id, person_id, kind, value from contact where id = $1");

/// Keeps a person.
pub fn add(tx: &mut Tx, person: &Person) -> Result<()> {
    let Person { id, name, kind, language } = person;
    let values = [(*id).into(), name.into(), kind.word().into(), language.word().into()];
    tx.exec(ADD, values).map(|_| ())
}

/// Lets nobody else change what belongs to these people until this transaction ends. Who asks for
/// several gets them in one order, so that two never wait for each other.
pub fn lock(tx: &mut Tx, ids: &[PersonId]) -> Result<()> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        tx.maybe(tx.either(LOCK_SQLITE, LOCK_POSTGRES), [id.into()], |row| row.int(0))?;
    }
    Ok(())
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
    tx.many(CONTACTS, [person.into()], contact)
}

/// One way to reach somebody.
pub fn contact_point(tx: &mut Tx, id: ContactId) -> Result<ContactPoint> {
    tx.maybe(CONTACT, [id.into()], contact)?.ok_or_else(|| missing("contact point", id))
}

/// Gives a person another name, unless the name is no longer `was`.
pub fn rename(tx: &mut Tx, id: PersonId, was: &str, name: &str) -> Result<bool> {
    Ok(0 < tx.exec(RENAME, [id.into(), was.into(), name.into()])?)
}

/// Lets a person be written to in another language, unless it is no longer `was`.
pub fn speak(tx: &mut Tx, id: PersonId, was: Language, is: Language) -> Result<bool> {
    let values = [id.into(), was.word().into(), is.word().into()];
    Ok(0 < tx.exec(SPEAK, values)?)
}

/// Keeps what a contact point may be used for from a day on.
pub fn consent(tx: &mut Tx, contact: ContactId, purpose: Purpose, from: Date) -> Result<()> {
    tx.exec(CONSENT, [contact.into(), purpose.word().into(), from.into()]).map(|_| ())
}

/// Ends a consent; `false` when there is none that began before.
pub fn withdraw(tx: &mut Tx, contact: ContactId, purpose: Purpose, on: Date) -> Result<bool> {
    Ok(0 < tx.exec(WITHDRAW, [contact.into(), purpose.word().into(), on.into()])?)
}

/// What the contact points of a person may be used for, with what has ended.
pub fn consents(tx: &mut Tx, person: PersonId) -> Result<Vec<Consent>> {
    tx.many(CONSENTS, [person.into()], |row| {
        Ok(Consent {
            contact: row.id(0)?,
            purpose: row.word(1, Purpose::from_word)?,
            from: row.date(2)?,
            to: row.maybe(3, Row::date)?,
        })
    })
}

fn contact(row: &Row) -> Result<ContactPoint> {
    Ok(ContactPoint {
        id: row.id(0)?,
        person: row.id(1)?,
        kind: row.word(2, ContactKind::from_word)?,
        value: row.text(3)?,
    })
}
