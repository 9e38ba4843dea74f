//! Who has what to do with an account: joining it, leaving it, handing it over.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, PartyId, PersonId};
use meterbook_core::party::{Party, PartyRole};
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why nobody joins, leaves or takes over.
#[derive(Debug, PartialEq, Eq)]
pub enum PartyRefusal {
    /// An account has one main customer at a time.
    SecondMain {
        /// Who it is.
        name: String,
        /// Since when.
        from: Date,
    },
    /// They have that part already.
    Already {
        /// Who.
        name: String,
        /// Which part.
        role: PartyRole,
        /// Since when.
        from: Date,
    },
    /// The main customer does not leave: somebody takes over.
    MainStays,
    /// They do not have that part.
    NotThere {
        /// Which part.
        role: PartyRole,
    },
    /// It would end before it began.
    BeforeStart {
        /// The first day.
        from: Date,
        /// The day that was asked for.
        on: Date,
    },
    /// The main customer of today is on letters and bills, so a change waits for its day.
    NotYet {
        /// The day.
        on: Date,
        /// Today.
        today: Date,
    },
    /// Somebody else changed it since it was looked at.
    Changed {
        /// Who is the main customer now.
        name: String,
        /// Since when.
        from: Date,
    },
}

/// Gives a person a part in an account from a day on.
pub fn join(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    person: PersonId,
    role: PartyRole,
    from: Date,
) -> Result<PartyId> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    let name = crate::person::in_use(tx, person)?.name;
    store::account::lock(tx, &[account])?;
    let there = store::party::of_account(tx, account)?;
    let open = |it: &&Party| it.role == role && it.to.is_none_or(|to| from < to);
    if role == PartyRole::Main
        && let Some(main) = there.iter().find(open)
    {
        let name = store::person::get(tx, main.person)?.name;
        return Err(refuse(PartyRefusal::SecondMain { name, from: main.from }));
    }
    if let Some(it) = there.iter().filter(open).find(|it| it.person == person) {
        return Err(refuse(PartyRefusal::Already { name, role, from: it.from }));
    }
    let id = PartyId(tx.next(Counter::Party, 1)?);
    store::party::add(tx, &Party { id, account, person, role, from, to: None })?;
    let said = format!("{name} {role} from {from}");
    let before = there.iter().rfind(|it| it.role == PartyRole::Main && role == PartyRole::Main);
    let was = match before {
        Some(it) => store::person::get(tx, it.person)?.name,
        None => "no part".to_owned(),
    };
    let became = if role == PartyRole::Main { name.as_str() } else { role.word() };
    let account = account.to_string();
    store::audit::turn(tx, &allowed, "join account", &account, &said, (&was, became))?;
    Ok(id)
}

/// Ends a person's part in an account; the main customer's ends with [`hand_over`].
pub fn leave(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    person: PersonId,
    role: PartyRole,
    on: Date,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    if role == PartyRole::Main {
        return Err(refuse(PartyRefusal::MainStays));
    }
    store::account::lock(tx, &[account])?;
    let there = store::party::of_account(tx, account)?;
    let theirs = |it: &&Party| it.role == role && it.person == person && it.to.is_none();
    let Some(party) = there.iter().find(theirs) else {
        return Err(refuse(PartyRefusal::NotThere { role }));
    };
    end(tx, party, on)?;
    let said = format!("person {person} {role} up to {on}");
    let change = (role.word(), "no part");
    store::audit::turn(tx, &allowed, "leave account", &account.to_string(), &said, change)
}

/// Makes another person the main customer from a day on. `seen` is whom the clerk saw there.
pub fn hand_over(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    seen: PersonId,
    to: PersonId,
    on: Date,
) -> Result<PartyId> {
    authorize(tx, actor, Permission::KeepCustomers, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    if today < on {
        return Err(refuse(PartyRefusal::NotYet { on, today }));
    }
    store::account::lock(tx, &[account])?;
    let there = store::party::of_account(tx, account)?;
    let main = there.iter().find(|it| it.role == PartyRole::Main && it.to.is_none());
    if let Some(main) = main {
        if main.person != seen {
            let name = store::person::get(tx, main.person)?.name;
            return Err(refuse(PartyRefusal::Changed { name, from: main.from }));
        }
        end(tx, main, on)?;
    }
    let id = join(tx, actor, account, to, PartyRole::Main, on)?;
    store::account::set_person(tx, account, to)?;
    store::search::refresh(tx, account)?;
    Ok(id)
}

fn end(tx: &mut Tx, party: &Party, on: Date) -> Result<()> {
    if on <= party.from {
        return Err(refuse(PartyRefusal::BeforeStart { from: party.from, on }));
    }
    if !store::party::end(tx, party.id, on)? {
        return Err(refuse(PartyRefusal::NotThere { role: party.role }));
    }
    Ok(())
}

impl fmt::Display for PartyRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PartyRefusal::SecondMain { name, from } => write!(
                f,
                "{name} has been the main customer since {from}, and there is one at a time; hand \
                 the account over, or add a co-holder"
            ),
            PartyRefusal::Already { name, role, from } => {
                write!(f, "{name} has been {role} since {from}; nothing is to be done")
            }
            PartyRefusal::MainStays => f.write_str(
                "an account has a main customer as long as it lasts; hand it over to somebody",
            ),
            PartyRefusal::NotThere { role } => {
                write!(f, "they are no {role} of the account now; look at who is")
            }
            PartyRefusal::BeforeStart { from, on } => {
                write!(f, "that began on {from} and cannot end on {on}; name a later day")
            }
            PartyRefusal::NotYet { on, today } => write!(
                f,
                "{on} has not come (today is {today}); hand the account over on that day, or \
                 transfer the service to another account, which may be planned ahead"
            ),
            PartyRefusal::Changed { name, from } => write!(
                f,
                "{name} has become the main customer from {from} since you looked; look at the \
                 account again, then hand it over from them"
            ),
        }
    }
}

impl std::error::Error for PartyRefusal {}
