//! The newest twelve bills of a service, rated again on every tariff that it could be on.
//!
//! A tariff says itself whom it is for: what it delivers, from which day on it has prices, what it has
//! to know of an agreement, and how its charges have to be measured. One that cannot price all of the
//! days says why, and is not compared.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::assess::{ServiceFacts, Tariffs, segment};
use meterbook_core::bill::check::Hold;
use meterbook_core::id::AgreementId;
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::rating::carried::Carried;
use meterbook_core::tariff::Tariff;
use meterbook_store::bill::Known;
use meterbook_store::compare::Billed;
use meterbook_store::{self as store, Tx};

use crate::eligible::{self, NotEligible};
use crate::refuse;

/// Bills that are rated again.
const BILLS: i64 = 12;

/// A service on every tariff that it could be on.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Its agreement.
    pub agreement: Agreement,
    /// The bills that are rated again, the oldest first.
    pub bills: Vec<Billed>,
    /// Each tariff: the cheapest first, then those that cannot be compared.
    pub rows: Vec<Row>,
}

/// A service on one tariff.
#[derive(Clone, Debug)]
pub struct Row {
    /// The tariff's code.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Whether it is the one that the agreement is on.
    pub is_own: bool,
    /// What each of the bills would come to; or why it is not compared.
    pub cost: Result<Vec<Money>, NotOnIt>,
}

/// Why a service is not compared on a tariff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOnIt {
    /// Its customer may not be on it.
    NotEligible(NotEligible),
    /// It cannot price all of the days.
    Held(Hold),
}

/// Why nothing is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCompared {
    /// No day of it was billed.
    NothingBilled {
        /// The agreement.
        agreement: AgreementId,
    },
}

impl Row {
    /// What it comes to altogether.
    pub fn total(&self) -> Option<Money> {
        self.cost.as_ref().ok().map(|it| it.iter().copied().sum())
    }
}

impl Comparison {
    /// The days, from the first bill to the last.
    pub fn days(&self) -> Option<Period> {
        let (first, last) = (self.bills.first()?, self.bills.last()?);
        Period::new(first.period.start(), last.period.end())
    }

    /// What was billed for them.
    pub fn billed(&self) -> Money {
        self.bills.iter().map(|it| it.total).sum()
    }
}

/// Rates the newest bills of an agreement before a day on every tariff that it could be on.
pub fn compare(tx: &mut Tx, agreement: AgreementId, by: Date) -> Result<Comparison> {
    let agreement = store::agreement::get(tx, agreement)?;
    let account = store::account::get(tx, agreement.account)?;
    let bills = store::compare::billed(tx, agreement.id, by, BILLS)?;
    let nothing = || refuse(NotCompared::NothingBilled { agreement: agreement.id });
    let first = bills.first().ok_or_else(nothing)?.period;
    let last = bills.last().map_or(first, |it| it.period);
    let whole = Period::new(first.start(), last.end()).unwrap_or(first);
    let facts = super::services(tx, account.id, account.cycle, whole)?;
    let own = facts.into_iter().find(|it| it.agreement.id == agreement.id).ok_or_else(nothing)?;
    let commodity = own.point.commodity;

    let mut tariffs = Tariffs::default();
    let mut tried: Vec<Tried> = Vec::new();
    for it in store::tariff::all(tx)? {
        let Ok(version) = Tariff::parse(&it.text) else { continue };
        if version.is_rider || version.commodity != commodity {
            continue;
        }
        // Versions come by code, the newest last: it says the name.
        if let Some(there) = tried.iter_mut().find(|there| there.row.code == it.code) {
            if !there.row.is_own {
                there.row.cost = may_be(&version, account.class);
            }
            there.row.name = version.name;
            continue;
        }
        crate::tariff::learn(tx, &mut tariffs, &it.code)?;
        let is_own = it.code == agreement.tariff;
        let mut facts = own.clone();
        facts.agreement.tariff.clone_from(&it.code);
        facts.allotted.clear();
        // What is kept on one tariff is worth nothing on another.
        facts.carried = match is_own {
            true => store::bill::carried_before(tx, agreement.id, first.start())?,
            false => Carried::default(),
        };
        // Who is on it already is compared on it.
        let cost = if is_own { Ok(Vec::new()) } else { may_be(&version, account.class) };
        let row = Row { code: it.code, name: version.name, is_own, cost };
        tried.push(Tried { row, facts });
    }
    for bill in &bills {
        let window = store::window::get(tx, bill.window)?;
        let of = (agreement.id, own.point.id);
        let measured = store::gather::measured_of(tx, of, bill.period)?;
        crate::published::learn(tx, &mut tariffs, window.period, Known::ALL)?;
        for Tried { row, facts } in &mut tried {
            let Ok(cost) = &mut row.cost else { continue };
            facts.measured = measured.clone();
            // The turn has another bill of the rest.
            let (end, turn) = (bill.period.end(), window.period.end());
            let goes_on = facts.agreement.to.is_none_or(|to| end < to) && end < turn;
            facts.so_far = (window.is_off_cycle() && goes_on).then_some(end);
            match segment(facts, bill.period, &window, &mut tariffs) {
                Ok(segment) => {
                    cost.push(segment.total);
                    facts.carried = segment.carried;
                }
                Err(hold) => row.cost = Err(NotOnIt::Held(hold)),
            }
        }
    }
    let mut rows: Vec<Row> = tried.into_iter().map(|it| it.row).collect();
    rows.sort_by_key(|it| (it.cost.is_err(), it.total(), it.code.clone()));
    Ok(Comparison { agreement, bills, rows })
}

/// No bill yet, of a tariff that a class of customers may be on; else why it may not.
fn may_be(version: &Tariff, class: CustomerClass) -> Result<Vec<Money>, NotOnIt> {
    eligible::why_not(version, class).map_or(Ok(Vec::new()), |it| Err(NotOnIt::NotEligible(it)))
}

/// A tariff, and the service as it would stand on it.
struct Tried {
    row: Row,
    facts: ServiceFacts,
}

impl fmt::Display for NotOnIt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotOnIt::NotEligible(why) => why.fmt(f),
            NotOnIt::Held(hold) => hold.fmt(f),
        }
    }
}

impl fmt::Display for NotCompared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCompared::NothingBilled { agreement } => write!(
                f,
                "no day of agreement {agreement} was billed yet; there is nothing to compare"
            ),
        }
    }
}

impl std::error::Error for NotCompared {}
