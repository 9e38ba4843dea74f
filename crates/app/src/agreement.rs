//! Starting and stopping service.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::agreement::Agreement;
use meterbook_core::id::{AccountId, AgreementId, ServicePointId};
use meterbook_core::permission::Permission;
use meterbook_core::place::Commodity;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse, settlement};

/// Why service is not started or stopped.
#[derive(Debug, PartialEq, Eq)]
pub enum AgreementRefusal {
    /// Somebody else has service there on those days.
    Overlaps {
        /// The first day of theirs.
        from: Date,
        /// The first day after theirs; `None` while it goes on.
        to: Option<Date>,
    },
    /// No version of the tariff is in force on the first day.
    NoTariff {
        /// The code.
        tariff: String,
        /// The day.
        on: Date,
    },
    /// The tariff is for something else.
    WrongCommodity {
        /// The tariff's code.
        tariff: String,
        /// What it is for.
        priced: Commodity,
        /// What the service point delivers.
        delivered: Commodity,
    },
    /// It has ended already.
    Ended {
        /// When.
        on: Date,
    },
    /// It would end before it began.
    BeforeStart {
        /// The first day.
        from: Date,
        /// The day that was asked for.
        on: Date,
    },
    /// Nobody is on a rider by itself.
    Rider {
        /// Its code.
        code: String,
    },
    /// Bills have been made for days after that.
    Billed {
        /// The first day not billed.
        through: Date,
    },
    /// It gets a share of somebody's surplus beyond that day, which no bill of it could take.
    Shares {
        /// Whose.
        host: AgreementId,
        /// The first day from which the share can end.
        from: Date,
    },
}

/// Starts service for an account at a service point from the start of a day.
pub fn start(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    service_point: ServicePointId,
    tariff: &str,
    from: Date,
) -> Result<AgreementId> {
    let allowed = authorize(tx, actor, Permission::MoveService, None)?;
    let delivered = store::place::service_point(tx, service_point)?.commodity;
    startable(tx, delivered, tariff, from)?;
    crate::eligible::check(tx, account, tariff, from)?;
    store::place::lock(tx, &[service_point])?;
    let there = store::agreement::at(tx, service_point)?;
    if let Some(other) = there.iter().find(|it| it.to.is_none_or(|to| from < to)) {
        return Err(refuse(AgreementRefusal::Overlaps { from: other.from, to: other.to }));
    }
    let id = AgreementId(tx.next(Counter::Agreement, 1)?);
    let tariff = tariff.to_owned();
    let agreement = Agreement { id, account, service_point, tariff, from, to: None };
    store::agreement::add(tx, &agreement)?;
    store::run::hold_late(tx, &agreement)?;
    store::search::refresh_at(tx, service_point)?;
    let said = format!("{} from {from}", agreement.tariff);
    store::audit::add(tx, &allowed, "start service", &id.to_string(), &said)?;
    Ok(id)
}

/// Stops service at the start of a day.
pub fn stop(tx: &mut Tx, actor: Actor, agreement: AgreementId, on: Date) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::MoveService, None)?;
    let point = store::agreement::get(tx, agreement)?.service_point;
    store::place::lock(tx, &[point])?;
    let there = store::agreement::get(tx, agreement)?;
    stoppable(tx, &there, on)?;
    store::agreement::end(tx, agreement, on)?;
    settlement::at_stop(tx, &allowed, &there, on)?;
    store::search::refresh_at(tx, there.service_point)?;
    let said = on.to_string();
    let change = ("no end", said.as_str());
    store::audit::turn(tx, &allowed, "stop service", &agreement.to_string(), &said, change)
}

/// Refuses a tariff on which nobody can take this commodity from that day on.
pub(crate) fn startable(tx: &mut Tx, delivered: Commodity, tariff: &str, from: Date) -> Result<()> {
    let Some(version) = crate::tariff::in_force(tx, tariff, from)? else {
        return Err(refuse(AgreementRefusal::NoTariff { tariff: tariff.to_owned(), on: from }));
    };
    if version.is_rider {
        return Err(refuse(AgreementRefusal::Rider { code: tariff.to_owned() }));
    }
    if version.commodity != delivered {
        let (tariff, priced) = (tariff.to_owned(), version.commodity);
        return Err(refuse(AgreementRefusal::WrongCommodity { tariff, priced, delivered }));
    }
    Ok(())
}

/// Refuses an end that an agreement cannot have.
pub(crate) fn stoppable(tx: &mut Tx, agreement: &Agreement, on: Date) -> Result<()> {
    let Agreement { id, from, to, .. } = *agreement;
    if let Some(on) = to {
        return Err(refuse(AgreementRefusal::Ended { on }));
    }
    if on <= from {
        return Err(refuse(AgreementRefusal::BeforeStart { from, on }));
    }
    if let Some(through) = store::bill::billed_through(tx, id)?.filter(|it| on < *it) {
        return Err(refuse(AgreementRefusal::Billed { through }));
    }
    for share in store::allocation::around(tx, id)? {
        let billed = store::bill::billed_through(tx, share.host)?.unwrap_or(on);
        let end = on.max(billed);
        if share.subscriber == id && share.to.is_none_or(|to| end < to) {
            let (host, from) = (share.host, end);
            return Err(refuse(AgreementRefusal::Shares { host, from }));
        }
    }
    Ok(())
}

impl fmt::Display for AgreementRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AgreementRefusal::Overlaps { from, to: None } => {
                write!(f, "an agreement has been in force there since {from}; stop it first")
            }
            AgreementRefusal::Overlaps { from, to: Some(to) } => {
                write!(
                    f,
                    "an agreement is in force there from {from} up to {to}; start on {to} or later"
                )
            }
            AgreementRefusal::NoTariff { tariff, on } => {
                write!(f, "no version of tariff {tariff} is in force on {on}; publish one first")
            }
            AgreementRefusal::WrongCommodity { tariff, priced, delivered } => {
                write!(
                    f,
                    "tariff {tariff} is for {priced}, but the service point delivers {delivered}"
                )
            }
            AgreementRefusal::Rider { code } => {
                write!(
                    f,
                    "{code} is a rider, and nobody is on it by itself; name a tariff that includes it"
                )
            }
            AgreementRefusal::Ended { on } => write!(f, "the agreement ended on {on} already"),
            AgreementRefusal::BeforeStart { from, on } => {
                write!(f, "the agreement began on {from} and cannot end on {on}")
            }
            AgreementRefusal::Shares { host, from } => write!(
                f,
                "the agreement gets a share of the surplus of agreement {host}; end it first with: meterbook share set {host} ID 0 --from {from}"
            ),
            AgreementRefusal::Billed { through } => {
                write!(
                    f,
                    "days up to {through} are billed; end on {through} or later, or correct the bills by it: meterbook fact end"
                )
            }
        }
    }
}

impl std::error::Error for AgreementRefusal {}
