//! Making two records of one person one, and taking them apart again. Both ids stay.

use std::fmt;

use anyhow::Result;
use meterbook_core::id::{MergeId, PersonId};
use meterbook_core::permission::Permission;
use meterbook_store::merge::{Merge, Moved};
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why two records are not made one, or not taken apart.
#[derive(Debug, PartialEq, Eq)]
pub enum MergeRefusal {
    /// A record and itself.
    Same,
    /// A human being and an organisation are two.
    TwoKinds {
        /// The name that would be kept.
        kept: String,
        /// The name that would not.
        merged: String,
    },
    /// A record was merged into another one.
    Away {
        /// Which record.
        person: PersonId,
        /// The record that is used.
        into: PersonId,
    },
    /// It was not merged, or it was taken apart already.
    NotMerged {
        /// Which record.
        person: PersonId,
    },
}

/// Makes two records one: what belonged to `merged` belongs to `kept`.
pub fn merge(tx: &mut Tx, actor: Actor, kept: PersonId, merged: PersonId) -> Result<MergeId> {
    let allowed = authorize(tx, actor, Permission::MergeCustomers, None)?;
    if kept == merged {
        return Err(refuse(MergeRefusal::Same));
    }
    store::person::lock(tx, &[kept, merged])?;
    let (one, other) = (crate::person::in_use(tx, kept)?, crate::person::in_use(tx, merged)?);
    if one.kind != other.kind {
        return Err(refuse(MergeRefusal::TwoKinds { kept: one.name, merged: other.name }));
    }
    let mut moved = Vec::new();
    let accounts = store::account::of_person(tx, merged)?;
    moved.extend(accounts.iter().map(|it| Moved::Account(*it)));
    moved.extend(store::person::contacts(tx, merged)?.iter().map(|it| Moved::Contact(it.id)));
    moved.extend(store::party::of_person(tx, merged)?.iter().map(|it| Moved::Party(it.id)));
    let id = MergeId(tx.next(Counter::Merge, 1)?);
    store::merge::add(tx, Merge { id, kept, merged }, actor.at, &moved)?;
    refresh(tx, kept)?;
    let said = format!("{merged} ({}) into {kept} ({})", other.name, one.name);
    let change = ("two records", "one record");
    store::audit::turn(tx, &allowed, "merge persons", &kept.to_string(), &said, change)?;
    Ok(id)
}

/// Takes a record out of the one that it was merged into, with everything that it brought.
pub fn unmerge(tx: &mut Tx, actor: Actor, merged: PersonId) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::MergeCustomers, None)?;
    let person = merged;
    store::person::lock(tx, &[merged])?;
    let Some(merge) = store::merge::of_merged(tx, merged)? else {
        return Err(refuse(MergeRefusal::NotMerged { person }));
    };
    // What the kept record brought into a third one is undone first: else it would stay there.
    if let Some(next) = store::merge::of_merged(tx, merge.kept)? {
        return Err(refuse(MergeRefusal::Away { person: merge.kept, into: next.kept }));
    }
    if !store::merge::undo(tx, merge, actor.at)? {
        return Err(refuse(MergeRefusal::NotMerged { person }));
    }
    refresh(tx, merge.kept)?;
    refresh(tx, merged)?;
    let said = format!("{merged} out of {}", merge.kept);
    let change = ("one record", "two records");
    store::audit::turn(tx, &allowed, "unmerge persons", &merged.to_string(), &said, change)
}

fn refresh(tx: &mut Tx, person: PersonId) -> Result<()> {
    let accounts = store::account::of_person(tx, person)?;
    accounts.into_iter().try_for_each(|it| store::search::refresh(tx, it))
}

impl fmt::Display for MergeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MergeRefusal::Same => f.write_str("a record cannot be merged with itself; name two"),
            MergeRefusal::TwoKinds { kept, merged } => write!(
                f,
                "{kept} and {merged} are a human being and an organisation; give one a part in the \
                 other's account instead"
            ),
            MergeRefusal::Away { person, into } => write!(
                f,
                "person {person} was merged into {into}; use {into}, or unmerge {person} first"
            ),
            MergeRefusal::NotMerged { person } => {
                write!(f, "person {person} is not merged into another, so nothing is to be undone")
            }
        }
    }
}

impl std::error::Error for MergeRefusal {}
