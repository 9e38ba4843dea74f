//! Usage out: what a bill of some days would be made of, with where it comes from; what an agreement
//! comes to so far; and the values themselves, to be looked at or carried away.

pub(crate) mod accrued;
pub mod clocks;
pub mod compare;
pub mod explore;
pub mod export;
pub mod rows;
pub mod to_date;

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::assess::{ServiceFacts, Tariffs, hours, priced, used};
use meterbook_core::bill::check::Hold;
use meterbook_core::cycle::Window;
use meterbook_core::figure::FigureKind;
use meterbook_core::id::{AccountId, AccountNumber, AgreementId, ServicePointId, WindowId};
use meterbook_core::money::Quantity;
use meterbook_core::period::Period;
use meterbook_core::place::ServicePoint;
use meterbook_core::rating::carried::Carried;
use meterbook_core::rating::terms::Terms;
use meterbook_core::rating::{Basis, ChargeKind, Hours, Line};
use meterbook_core::reads::lineage::{Lineage, estimated_micro, lineage};
use meterbook_core::reads::usage::Usage;
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Tx};

use crate::refuse;
use crate::vee::estimates::{self, EstimatedRead};

/// Whose use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Of every agreement of an account.
    Account(AccountNumber),
    /// Of a service point, whoever took it.
    Point(ServicePointId),
}

/// Why there is nothing to say.
#[derive(Debug, PartialEq, Eq)]
pub enum NoUsage {
    /// There is no such account.
    NoAccount {
        /// The number.
        number: AccountNumber,
    },
    /// The account took nothing on these days.
    NoAgreement {
        /// The account.
        number: AccountNumber,
        /// The days.
        period: Period,
    },
    /// The days end before they begin.
    NoDays {
        /// The first day.
        from: Date,
        /// The day after the last.
        to: Date,
    },
    /// There is no such tariff.
    NoTariff {
        /// Its code.
        code: String,
    },
    /// No turn of the bill cycle has the day.
    NotPlanned {
        /// The cycle.
        cycle: Cycle,
        /// The day.
        on: Date,
    },
    /// Service had not begun.
    NotBegun {
        /// The first day of service.
        from: Date,
    },
}

/// What a bill of some days would be made of.
#[derive(Clone, Debug)]
pub struct Determined {
    /// The agreement; `None` for a service point by itself.
    pub agreement: Option<AgreementId>,
    /// Where.
    pub point: ServicePoint,
    /// The tariff whose hours and charges these are.
    pub tariff: Option<String>,
    /// The days.
    pub period: Period,
    /// What was used, or why nobody can say.
    pub usage: Result<Usage, Hold>,
    /// What came less what was sent back.
    pub net: Option<Quantity>,
    /// Every register and channel that it comes from.
    pub lineage: Vec<Lineage>,
    /// The share of it that is estimated, in millionths.
    pub estimated_micro: Option<i64>,
    /// The estimated reads among them, each with how it was worked out and what came of it.
    pub estimates: Vec<EstimatedRead>,
    /// By the periods of the tariff's clocks.
    pub hours: Vec<Hours>,
    /// What each charge prices, tier by tier and demand by demand, or why none can.
    pub charges: Result<Vec<Line>, Hold>,
    /// Heating and cooling degree days with how many days have none, where the point looks for them.
    pub degree_days: [Option<(i64, i64)>; 2],
}

/// The days from one day up to another.
pub fn days(from: Date, to: Date) -> Result<Period> {
    Period::new(from, to).ok_or_else(|| refuse(NoUsage::NoDays { from, to }))
}

/// What was used in a period: one for each agreement in force on some day of it, cut to its days, or
/// one for a service point. A `tariff` that is named takes the place of the agreement's.
pub fn determined(
    tx: &mut Tx,
    of: Of,
    period: Period,
    tariff: Option<&str>,
) -> Result<Vec<Determined>> {
    if let Some(code) = tariff
        && store::tariff::versions(tx, code)?.is_empty()
    {
        return Err(refuse(NoUsage::NoTariff { code: code.to_owned() }));
    }
    let mut services: Vec<(ServiceFacts, Period, Option<AgreementId>)> = Vec::new();
    match of {
        Of::Account(number) => {
            for (facts, days) in of_account(tx, number, period)? {
                let id = facts.agreement.id;
                services.push((facts, days, Some(id)));
            }
        }
        Of::Point(point) => services.push((of_point(tx, point, period)?, period, None)),
    }
    let mut all = Vec::new();
    for (mut facts, days, agreement) in services {
        if let Some(code) = tariff {
            code.clone_into(&mut facts.agreement.tariff);
        }
        all.push(one(tx, &facts, days, agreement)?);
    }
    Ok(all)
}

fn one(
    tx: &mut Tx,
    facts: &ServiceFacts,
    period: Period,
    agreement: Option<AgreementId>,
) -> Result<Determined> {
    let code = Some(&facts.agreement.tariff).filter(|it| !it.is_empty());
    let window = window(tx, facts, period)?;
    let mut tariffs = Tariffs::default();
    if let Some(code) = code {
        crate::tariff::learn(tx, &mut tariffs, code)?;
        crate::published::learn(tx, &mut tariffs, window.period, Known::ALL)?;
    }
    let usage = used(facts, period, &tariffs);
    let (hours, charges) = match (&usage, code) {
        (Ok(used), Some(_)) => {
            let hours = hours(facts, period, &mut tariffs, used);
            let segment = priced(facts, period, &window, &mut tariffs, used.clone());
            (hours.unwrap_or_default(), segment.map(|it| measured(it.lines)))
        }
        (Ok(_), None) => (Vec::new(), Ok(Vec::new())),
        (Err(hold), _) => (Vec::new(), Err(hold.clone())),
    };
    let lineage = lineage(period, &facts.point.zone, &facts.measured);
    let mut estimates = Vec::new();
    for it in &lineage {
        estimates.extend(estimates::within(tx, &it.meter, &it.channel, it.days)?);
    }
    let mut degrees = |kind| crate::figure::degree_days(tx, facts.point.id, kind, period);
    Ok(Determined {
        agreement,
        tariff: code.cloned(),
        period,
        net: usage.as_ref().ok().map(|it| Quantity {
            micro: it.delivered.micro - it.received.micro,
            unit: it.delivered.unit,
        }),
        usage,
        estimated_micro: estimated_micro(&lineage),
        lineage,
        estimates,
        hours,
        charges,
        degree_days: [degrees(FigureKind::HeatingDegrees)?, degrees(FigureKind::CoolingDegrees)?],
        point: facts.point.clone(),
    })
}

/// The lines of what was measured: not those for being connected, nor shares of others.
fn measured(lines: Vec<Line>) -> Vec<Line> {
    let kinds = [ChargeKind::Usage, ChargeKind::Demand, ChargeKind::Credit];
    let counts = |it: &Line| {
        kinds.contains(&it.kind)
            && matches!(it.basis, Basis::Each(..) | Basis::Part { .. } | Basis::Series(..))
    };
    lines.into_iter().filter(counts).collect()
}

/// What each agreement of an account is known to have used in a period, cut to its days.
pub(crate) fn of_account(
    tx: &mut Tx,
    number: AccountNumber,
    period: Period,
) -> Result<Vec<(ServiceFacts, Period)>> {
    let account = store::account::by_number(tx, number)?;
    let account = account.ok_or_else(|| refuse(NoUsage::NoAccount { number }))?;
    let mut all = Vec::new();
    for mut facts in services(tx, account.id, account.cycle, period)? {
        let Some(days) = facts.agreement.days_in(period) else { continue };
        let of = (facts.agreement.id, facts.point.id);
        facts.measured = store::gather::measured_of(tx, of, days)?;
        facts.carried = store::bill::carried_before(tx, facts.agreement.id, days.start())?;
        all.push((facts, days));
    }
    if all.is_empty() {
        return Err(refuse(NoUsage::NoAgreement { number, period }));
    }
    Ok(all)
}

/// The services of an account in some days, as a bill for these days would find them.
pub(crate) fn services(
    tx: &mut Tx,
    account: AccountId,
    cycle: Cycle,
    period: Period,
) -> Result<Vec<ServiceFacts>> {
    let (id, billed_on) = (WindowId(0), period.end());
    let window = Window { id, cycle, period, billed_on, due_on: billed_on };
    let facts = store::gather::accounts(tx, &window, &[account])?;
    Ok(facts.into_iter().flat_map(|it| it.services).collect())
}

/// A service point by itself, on the tariff of whoever takes it on the last day.
pub(crate) fn of_point(tx: &mut Tx, id: ServicePointId, period: Period) -> Result<ServiceFacts> {
    let point = store::place::service_point(tx, id)?;
    let street = store::place::premise(tx, point.premise)?.street;
    let there = store::agreement::at(tx, id)?;
    let there = there.into_iter().rfind(|it| it.days_in(period).is_some());
    let nobody = || Agreement {
        id: AgreementId(0),
        account: AccountId(0),
        service_point: id,
        tariff: String::new(),
        from: period.start(),
        to: None,
    };
    let terms = match &there {
        Some(it) => store::terms::get(tx, it.id)?,
        None => Terms::default(),
    };
    let agreement = there.unwrap_or_else(nobody);
    Ok(ServiceFacts {
        measured: store::gather::measured_at(tx, id, period, Known::ALL)?,
        agreement,
        point,
        street,
        billed_through: None,
        carried: Carried::default(),
        terms,
        shares: Vec::new(),
        allotted: Vec::new(),
        moves_on: false,
        inherits: Vec::new(),
        so_far: None,
    })
}

/// The planned turn that these days are part of; they are a turn of their own where none is.
fn window(tx: &mut Tx, facts: &ServiceFacts, period: Period) -> Result<Window> {
    let planned = match facts.agreement.account {
        AccountId(0) => None,
        account => {
            let cycle = store::account::get(tx, account)?.cycle;
            store::window::around(tx, cycle, period.start())?
        }
    };
    let whole = planned.filter(|it| period.end() <= it.period.end());
    let (id, billed_on) = (WindowId(0), period.end());
    Ok(whole.unwrap_or(Window { id, cycle: Cycle(1), period, billed_on, due_on: billed_on }))
}

impl fmt::Display for NoUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoUsage::NoAccount { number } => {
                write!(f, "there is no account {number}; look for it with: meterbook search")
            }
            NoUsage::NoAgreement { number, period } => {
                write!(f, "account {number} took no service from {period}; ask for other days")
            }
            NoUsage::NoDays { from, to } => {
                write!(
                    f,
                    "there are no days from {from} up to {to}; --to is the day after the last"
                )
            }
            NoUsage::NoTariff { code } => {
                write!(f, "there is no tariff {code}; publish it with: meterbook tariff publish")
            }
            NoUsage::NotPlanned { cycle, on } => {
                write!(f, "cycle {cycle} has no turn with {on}; plan it with: meterbook cycle plan")
            }
            NoUsage::NotBegun { from } => {
                write!(f, "service begins on {from}; ask for a later day")
            }
        }
    }
}

impl std::error::Error for NoUsage {}
