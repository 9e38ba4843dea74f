//! Agreeing with a landlord who takes service over between tenants.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{LandlordId, PremiseId};
use meterbook_core::permission::Permission;
use meterbook_core::place::{Commodity, Landlord};
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why nothing is agreed or ended.
#[derive(Debug, PartialEq, Eq)]
pub enum LandlordRefusal {
    /// Somebody takes over there already.
    Taken {
        /// The landlord's account.
        account: String,
        /// Since when.
        from: Date,
    },
    /// Nobody takes over there.
    NotAgreed,
    /// It would end before it began.
    BeforeStart {
        /// The first day.
        from: Date,
        /// The day that was asked for.
        on: Date,
    },
}

/// Agrees that an account takes one commodity at a premise over when a tenant ends.
pub fn agree(
    tx: &mut Tx,
    actor: Actor,
    premise: PremiseId,
    account: meterbook_core::id::AccountId,
    (commodity, tariff): (Commodity, &str),
    from: Date,
) -> Result<LandlordId> {
    let allowed = authorize(tx, actor, Permission::MoveService, None)?;
    let place = store::place::premise(tx, premise)?;
    crate::agreement::startable(tx, commodity, tariff, from)?;
    crate::eligible::check(tx, account, tariff, from)?;
    let there = store::landlord::of(tx, premise)?;
    let open = |it: &&Landlord| it.commodity == commodity && it.to.is_none_or(|to| from < to);
    if let Some(other) = there.iter().find(open) {
        let account = store::account::get(tx, other.account)?.number.to_string();
        return Err(refuse(LandlordRefusal::Taken { account, from: other.from }));
    }
    let id = LandlordId(tx.next(Counter::Landlord, 1)?);
    let number = store::account::get(tx, account)?.number;
    let tariff = tariff.to_owned();
    let said = format!("{commodity} at {} to {number} on {tariff} from {from}", place.street);
    store::landlord::add(
        tx,
        &Landlord { id, premise, account, commodity, tariff, from, to: None },
    )?;
    let change = ("nobody", &*number.to_string());
    store::audit::turn(tx, &allowed, "agree landlord", &premise.to_string(), &said, change)?;
    Ok(id)
}

/// Ends what is agreed: from that day on nobody takes over. Service that the landlord has goes on.
pub fn end(
    tx: &mut Tx,
    actor: Actor,
    premise: PremiseId,
    commodity: Commodity,
    on: Date,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::MoveService, None)?;
    let there = store::landlord::of(tx, premise)?;
    let Some(it) = there.iter().find(|it| it.commodity == commodity && it.to.is_none()) else {
        return Err(refuse(LandlordRefusal::NotAgreed));
    };
    if on <= it.from {
        return Err(refuse(LandlordRefusal::BeforeStart { from: it.from, on }));
    }
    if !store::landlord::end(tx, it.id, on)? {
        return Err(refuse(LandlordRefusal::NotAgreed));
    }
    let said = format!("{commodity} up to {on}");
    let was = store::account::get(tx, it.account)?.number.to_string();
    let change = (was.as_str(), "nobody");
    store::audit::turn(tx, &allowed, "end landlord", &premise.to_string(), &said, change)
}

impl fmt::Display for LandlordRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LandlordRefusal::Taken { account, from } => {
                write!(f, "account {account} takes over there since {from}; end that first")
            }
            LandlordRefusal::NotAgreed => {
                f.write_str("no landlord takes over there, so nothing is to be ended")
            }
            LandlordRefusal::BeforeStart { from, on } => {
                write!(f, "that began on {from} and cannot end on {on}; name a later day")
            }
        }
    }
}

impl std::error::Error for LandlordRefusal {}
