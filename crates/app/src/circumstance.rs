//! Saying what is so of a household or was done for it, which lines about protection ask for, and ending it.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::credit::circumstance::{Circumstance, Fact};
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_store::circumstance::Said;
use meterbook_store::{self as store, Conflict, Tx};

use crate::authority::authorize;
use crate::{Actor, credit_rules, protection, receipt, refuse};

/// What is to be said of an account.
#[derive(Clone, Debug)]
pub struct NewFact {
    /// Of which.
    pub account: AccountId,
    /// What.
    pub what: Circumstance,
    /// The first day.
    pub from: Date,
    /// The first day without it; as the rules say without it, and open where they say nothing.
    pub until: Option<Date>,
    /// What proves it.
    pub evidence: String,
}

/// Why nothing is said or ended.
#[derive(Debug, PartialEq, Eq)]
pub enum NotSaidOf {
    /// It follows from what is there.
    Follows {
        /// What.
        what: Circumstance,
    },
    /// It would end before it begins.
    NoDays,
    /// What was done is not done yet.
    NotYet {
        /// The day that was said.
        from: Date,
    },
    /// It was said from that day on already.
    Already,
    /// It is not said of the account.
    None {
        /// What.
        what: Circumstance,
    },
}

/// Says it of an account. Cuts that it keeps from are called off.
pub fn say(tx: &mut Tx, actor: Actor, new: &NewFact) -> Result<Said> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(&new.evidence)?;
    let NewFact { account, what, from, until, evidence } = new;
    let (account, what, from) = (*account, *what, *from);
    if what.follows() {
        return Err(refuse(NotSaidOf::Follows { what }));
    }
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    if what.is_done() && today < from {
        return Err(refuse(NotSaidOf::NotYet { from }));
    }
    // Of a birth, say, that is older than the rules.
    let lasts = credit_rules::protections(tx, today)?.stays(what);
    let fact = Fact::new(what, from, *until, lasts);
    if fact.to.is_some_and(|to| to <= from) {
        return Err(refuse(NotSaidOf::NoDays));
    }
    store::account::lock(tx, &[account])?;
    let evidence = evidence.trim().to_owned();
    let key = format!("{what}/{account}/{from}");
    let it = Said { key, account, fact, evidence, ended: None };
    store::circumstance::add(tx, &it).map_err(|why| match why.is::<Conflict>() {
        true => refuse(NotSaidOf::Already),
        false => why,
    })?;
    let (was, is) = (String::new(), said(&it.fact));
    let of = account.to_string();
    let why = format!("{what}: {}", it.evidence);
    store::audit::turn(tx, &allowed, "say circumstance", &of, &why, (&was, &is))?;
    protection::after_fact(tx, &allowed, &[account])?;
    Ok(it)
}

/// Ends it today, and what is said of days to come.
pub fn end(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    what: Circumstance,
    why: &str,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let all = store::circumstance::of_account(tx, account)?;
    let stands = |it: &Said| {
        it.fact.what == what && it.ended.is_none() && it.fact.to.is_none_or(|to| on < to)
    };
    let all: Vec<Said> = all.into_iter().filter(stands).collect();
    let Some(last) = all.last() else { return Err(refuse(NotSaidOf::None { what })) };
    for it in &all {
        store::circumstance::end(tx, &it.key, on, why.trim())?;
    }
    let (was, is) = (said(&last.fact), format!("until {on}"));
    let said = format!("{what}: {}", why.trim());
    let of = account.to_string();
    store::audit::turn(tx, &allowed, "end circumstance", &of, &said, (&was, &is))?;
    // Who was not told, say, is kept by a line that asks whether they were.
    protection::after_fact(tx, &allowed, &[account])
}

fn said(it: &Fact) -> String {
    match it.to {
        Some(to) => format!("{} from {} to {to}", it.what, it.from),
        None => format!("{} from {}", it.what, it.from),
    }
}

impl fmt::Display for NotSaidOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSaidOf::Follows { what } => {
                write!(f, "{what} follows from what is there; nobody says it")
            }
            NotSaidOf::NoDays => f.write_str("it ends after it begins"),
            NotSaidOf::NotYet { from } => {
                write!(f, "{from} has not come; say what was done once it was")
            }
            NotSaidOf::Already => {
                f.write_str("it was said from that day on already; nothing was changed")
            }
            NotSaidOf::None { what } => write!(f, "{what} is not said of the account"),
        }
    }
}

impl std::error::Error for NotSaidOf {}
