//! Two records of one person made one, and taken apart again. Both ids stay.

use anyhow::{Result, bail};
use jiff::Timestamp;
use meterbook_core::id::{AccountId, ContactId, MergeId, PartyId, PersonId};

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const ADD: Sql = Sql("
    insert into person_merge (id, kept_id, merged_id, merged_at, undone_at)
    values ($1, $2, $3, $4, null)");
const ADD_MOVED: Sql =
    Sql("insert into person_merge_moved (merge_id, what, moved_id) values ($1, $2, $3)");
const MOVED: Sql = Sql("
    select what, moved_id from person_merge_moved where merge_id = $1 order by what, moved_id");
const OF_MERGED: Sql = Sql("
    select id, kept_id, merged_id from person_merge where merged_id = $1 and undone_at is null");
const UNDO: Sql = Sql("update person_merge set undone_at = $2 where id = $1 and undone_at is null");
const SET_CONTACT: Sql = Sql("update contact set person_id = $2 where id = $1");

/// A merge that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Which one.
    pub id: MergeId,
    /// The record that is used.
    pub kept: PersonId,
    /// The record that is not.
    pub merged: PersonId,
}

/// Something that belonged to the merged record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// An account of which it was the main customer.
    Account(AccountId),
    /// A way to reach it.
    Contact(ContactId),
    /// A part in an account.
    Party(PartyId),
}

/// Keeps a merge and what it moves, and moves it.
pub fn add(tx: &mut Tx, merge: Merge, at: Timestamp, moved: &[Moved]) -> Result<()> {
    let Merge { id, kept, merged } = merge;
    tx.exec(ADD, [id.into(), kept.into(), merged.into(), at.into()])?;
    for it in moved {
        let (what, number) = it.as_row();
        tx.exec(ADD_MOVED, [id.into(), what.into(), number.into()])?;
        it.give(tx, kept)?;
    }
    Ok(())
}

/// Moves some of what belongs to one record to another.
pub fn give(tx: &mut Tx, moved: &[Moved], person: PersonId) -> Result<()> {
    moved.iter().try_for_each(|it| it.give(tx, person))
}

/// The merge by which a record is not used any more, if there is one.
pub fn of_merged(tx: &mut Tx, merged: PersonId) -> Result<Option<Merge>> {
    tx.maybe(OF_MERGED, [merged.into()], |row| {
        Ok(Merge { id: row.id(0)?, kept: row.id(1)?, merged: row.id(2)? })
    })
}

/// What a merge moved.
pub fn moved(tx: &mut Tx, id: MergeId) -> Result<Vec<Moved>> {
    tx.many(MOVED, [id.into()], moved_row)
}

/// Undoes a merge: everything that it moved goes back. `false` when somebody was first.
pub fn undo(tx: &mut Tx, merge: Merge, at: Timestamp) -> Result<bool> {
    if tx.exec(UNDO, [merge.id.into(), at.into()])? == 0 {
        return Ok(false);
    }
    for it in moved(tx, merge.id)? {
        it.give(tx, merge.merged)?;
    }
    Ok(true)
}

impl Moved {
    fn as_row(self) -> (&'static str, i64) {
        match self {
            Moved::Account(id) => ("account", id.0),
            Moved::Contact(id) => ("contact", id.0),
            Moved::Party(id) => ("party", id.0),
        }
    }

    fn give(self, tx: &mut Tx, person: PersonId) -> Result<()> {
        match self {
            Moved::Account(id) => crate::account::set_person(tx, id, person),
            Moved::Contact(id) => tx.exec(SET_CONTACT, [id.into(), person.into()]).map(|_| ()),
            Moved::Party(id) => crate::party::set_person(tx, id, person),
        }
    }
}

fn moved_row(row: &Row) -> Result<Moved> {
    Ok(match row.text(0)?.as_str() {
        "account" => Moved::Account(row.id(1)?),
        "contact" => Moved::Contact(row.id(1)?),
        "party" => Moved::Party(row.id(1)?),
        other => bail!("{other} is nothing that a merge moves"),
    })
}
