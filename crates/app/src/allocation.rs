//! Community solar: who gets which share of a host's surplus, from which day on.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::allocation::{Allocation, Allotted, most};
use meterbook_core::id::AgreementId;
use meterbook_core::money::Share;
use meterbook_core::permission::Permission;
use meterbook_core::text::decimal;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Why a share is not set.
#[derive(Debug, PartialEq, Eq)]
pub enum ShareRefusal {
    /// More than all of a surplus, or less than none.
    OddShare,
    /// The host would give to itself.
    ToItself,
    /// Who gives gets nothing, and who gets gives nothing: what one got would be given on.
    Chain {
        /// The agreement that does the other already.
        agreement: AgreementId,
    },
    /// The tariff nets nothing, so there is no surplus to give or nothing to set it off with.
    NoNet {
        /// The agreement.
        agreement: AgreementId,
        /// Its tariff.
        tariff: String,
    },
    /// The shares would come to more than all of the surplus.
    TooMuch {
        /// What they would come to, in billionths.
        nano: i64,
        /// The first day on which they do.
        on: Date,
    },
    /// The host's bills have been made for days from then on.
    Billed {
        /// The first day not billed.
        through: Date,
    },
    /// A share of this subscriber begins on that day or a later one.
    Later {
        /// The first day.
        from: Date,
    },
    /// It would end before it began.
    Backwards {
        /// The first day.
        from: Date,
        /// The first day without it.
        to: Date,
    },
}

/// Sets the share of a subscriber from its day on. What was set before ends there; nothing ends it
/// and puts nothing in its place.
pub fn set(tx: &mut Tx, actor: Actor, new: &Allocation) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::SetShares, None)?;
    let Allocation { host, subscriber, share, from, to } = *new;
    if !(0..=Share::WHOLE.nano).contains(&share.nano) {
        return Err(refuse(ShareRefusal::OddShare));
    }
    if let Some(to) = to.filter(|to| *to <= from) {
        return Err(refuse(ShareRefusal::Backwards { from, to }));
    }
    if host == subscriber {
        return Err(refuse(ShareRefusal::ToItself));
    }
    // The one with the lower id first, so that nobody waits for somebody who waits for them.
    let (first, second) = (host.min(subscriber), host.max(subscriber));
    let (one, other) = (store::allocation::lock(tx, first)?, store::allocation::lock(tx, second)?);
    let (of_host, of_subscriber) = if host == first { (one, other) } else { (other, one) };
    if of_host.iter().any(|it| it.subscriber == host) {
        return Err(refuse(ShareRefusal::Chain { agreement: host }));
    }
    if of_subscriber.iter().any(|it| it.host == subscriber) {
        return Err(refuse(ShareRefusal::Chain { agreement: subscriber }));
    }
    for agreement in [host, subscriber] {
        nets(tx, agreement, from)?;
    }
    if let Some(through) = store::bill::billed_through(tx, host)?.filter(|it| from < *it) {
        return Err(refuse(ShareRefusal::Billed { through }));
    }
    let (theirs, mut others): (Vec<Allocation>, Vec<Allocation>) =
        of_host.into_iter().partition(|it| it.subscriber == subscriber);
    if let Some(later) = theirs.iter().find(|it| from <= it.from) {
        return Err(refuse(ShareRefusal::Later { from: later.from }));
    }
    others.retain(|it| it.to.is_none_or(|to| from < to));
    let (nano, on) = most(&others, new);
    if Share::WHOLE.nano < nano {
        return Err(refuse(ShareRefusal::TooMuch { nano, on }));
    }
    store::allocation::end(tx, host, subscriber, from)?;
    if share.nano != 0 {
        store::allocation::add(tx, new)?;
    }
    let was = theirs.iter().rfind(|it| it.to.is_none_or(|to| from < to));
    let was = was.map_or_else(|| "no share".to_owned(), told);
    let told = told(new);
    let change = (was.as_str(), told.as_str());
    store::audit::turn(tx, &allowed, "set share", &host.to_string(), &told, change)
}

/// The shares that an agreement gives and gets, and what it was given that no bill of it took yet.
pub fn show(tx: &mut Tx, agreement: AgreementId) -> Result<(Vec<Allocation>, Vec<Allotted>)> {
    let shares = store::allocation::around(tx, agreement)?;
    let mut open = store::allocation::open(tx, std::iter::once(agreement), Date::MAX)?;
    Ok((shares, open.remove(&agreement).unwrap_or_default()))
}

/// A share in a sentence.
pub fn told(it: &Allocation) -> String {
    let Allocation { host, subscriber, share, from, to } = it;
    let percent = decimal(share.nano, 7);
    let said = format!("agreement {subscriber} gets {percent}% of {host} from {from}");
    to.map_or(said.clone(), |to| format!("{said} up to {to}"))
}

/// Refuses an agreement whose tariff nets nothing on that day.
fn nets(tx: &mut Tx, agreement: AgreementId, on: Date) -> Result<()> {
    let tariff = store::agreement::get(tx, agreement)?.tariff;
    let version = crate::tariff::in_force(tx, &tariff, on)?;
    match version.and_then(|it| it.net) {
        Some(_) => Ok(()),
        None => Err(refuse(ShareRefusal::NoNet { agreement, tariff })),
    }
}

impl fmt::Display for ShareRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShareRefusal::OddShare => f.write_str("a share is 0% to 100% of the surplus"),
            ShareRefusal::ToItself => {
                f.write_str("what is not given stays with the host; name another subscriber")
            }
            ShareRefusal::Chain { agreement } => write!(
                f,
                "agreement {agreement} is in a community share from the other side; who gives gets none, and who gets gives none"
            ),
            ShareRefusal::NoNet { agreement, tariff } => write!(
                f,
                "tariff {tariff} of agreement {agreement} has no net, so nothing of a surplus can be given or set off; move it to one that has"
            ),
            ShareRefusal::TooMuch { nano, on } => write!(
                f,
                "the shares would come to {}% on {on}; lower another one first",
                decimal(*nano, 7)
            ),
            ShareRefusal::Billed { through } => write!(
                f,
                "the host's days up to {through} are billed; set it from {through} or later"
            ),
            ShareRefusal::Later { from } => write!(
                f,
                "a share of this subscriber is set from {from} on already; set it from a later day"
            ),
            ShareRefusal::Backwards { from, to } => {
                write!(f, "what begins on {from} cannot end on {to}; give a later day")
            }
        }
    }
}

impl std::error::Error for ShareRefusal {}
