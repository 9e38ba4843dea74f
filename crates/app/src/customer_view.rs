//! What a page about one customer begins with, as a representative needs it with the customer on the
//! telephone. What grows with the years, the ledger and the history, is asked for in parts.

use std::collections::HashMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::{Bill, History};
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AccountNumber, PremiseId};
use meterbook_core::ledger::Payment;
use meterbook_core::ledger::open::Item;
use meterbook_core::money::Money;
use meterbook_core::person::{ContactPoint, Person};
use meterbook_core::place::{Commodity, Premise};
use meterbook_store::bill::Face;
use meterbook_store::{self as store, Tx};

/// One customer.
#[derive(Clone, Debug)]
pub struct CustomerView {
    /// The account.
    pub account: Account,
    /// Whose it is.
    pub person: Person,
    /// How to reach them.
    pub contacts: Vec<ContactPoint>,
    /// What is owed.
    pub balance: Money,
    /// What of it should have been paid before today.
    pub past_due: Money,
    /// What agencies promised to pay and is still to come.
    pub pledged: Money,
    /// What they take and took, what they take first: a part of [`SERVICES`] of them.
    pub services: Vec<Service>,
    /// How many there are: a landlord has thousands.
    pub services_of: usize,
    /// Whether they take anything now.
    pub served: bool,
    /// The bills, newest first.
    pub bills: Vec<Face>,
    /// The newest bill with everything on it.
    pub newest: Option<Bill>,
    /// The one before it.
    pub before: Option<Bill>,
    /// The newest payment.
    pub paid: Option<Payment>,
    /// How many payments there are.
    pub payments: i64,
    /// Use by month.
    pub history: Vec<History>,
    /// The next turn to be billed.
    pub next: Option<Window>,
}

/// One agreement with its place and meters.
#[derive(Clone, Debug)]
pub struct Service {
    /// The agreement.
    pub agreement: Agreement,
    /// What is delivered.
    pub commodity: Commodity,
    /// Where.
    pub premise: Premise,
    /// The number of the meter that hangs there now, or hung there last.
    pub meter: Option<String>,
}

/// Services that are looked at together.
pub const SERVICES: usize = 50;

/// The customer with this account number, as of `today`, without their first so many services;
/// `None` when there is no such account.
pub fn of_account(
    tx: &mut Tx,
    number: AccountNumber,
    today: Date,
    without: usize,
) -> Result<Option<CustomerView>> {
    let Some(account) = store::account::by_number(tx, number)? else { return Ok(None) };
    let id = account.id;
    let balance = store::ledger::balance(tx, id)?;
    let bills = store::bill::of_account(tx, id)?;
    let past_due = past_due(tx, id, today)?;
    let mut one = |nth: usize| match bills.get(nth) {
        Some(face) => store::bill::get(tx, face.id).map(Some),
        None => Ok(None),
    };
    let (newest, before) = (one(0)?, one(1)?);
    let mut agreements = store::agreement::of_account(tx, id)?;
    agreements.sort_by_key(|it| it.to.is_some());
    let services_of = agreements.len();
    let served = agreements.first().is_some_and(|it| it.to.is_none());
    let part = agreements.into_iter().skip(without).take(SERVICES);
    Ok(Some(CustomerView {
        person: store::person::get(tx, account.person)?,
        contacts: store::person::contacts(tx, account.person)?,
        balance,
        past_due,
        pledged: crate::pledge::open(tx, id, today)?,
        services: services(tx, part)?,
        services_of,
        served,
        newest,
        before,
        paid: store::payment::newest_of(tx, id, 1)?.pop(),
        payments: store::payment::count_of(tx, id)?,
        history: store::bill::use_of(tx, id)?,
        next: store::window::oldest_open_of(tx, account.cycle)?,
        bills,
        account,
    }))
}

/// What of what an account owes itself should have been paid before `today`.
pub fn past_due(tx: &mut Tx, account: AccountId, today: Date) -> Result<Money> {
    Ok(late(tx, account, today)?.iter().map(|it| it.left).sum())
}

/// The same, debt by debt.
pub(crate) fn late(tx: &mut Tx, account: AccountId, today: Date) -> Result<Vec<Item>> {
    let open = crate::receipt::open_now(tx, account)?;
    Ok(match crate::plan::on_day(tx, account, today)? {
        Some(plan) => plan.past_due(&open, today),
        None => open.late(today).cloned().collect(),
    })
}

fn services(tx: &mut Tx, agreements: impl Iterator<Item = Agreement>) -> Result<Vec<Service>> {
    let mut premises: HashMap<PremiseId, Premise> = HashMap::new();
    let mut services = Vec::new();
    for agreement in agreements {
        let point = store::place::service_point(tx, agreement.service_point)?;
        let premise = match premises.get(&point.premise) {
            Some(premise) => premise.clone(),
            None => store::place::premise(tx, point.premise)?,
        };
        premises.insert(point.premise, premise.clone());
        let hung = store::meter::installations_at(tx, point.id)?;
        let theirs = |from: Date| agreement.to.is_none_or(|to| from < to);
        let meter = match hung.iter().rfind(|it| theirs(it.from)) {
            Some(hung) => Some(store::meter::get(tx, hung.meter)?.serial),
            None => None,
        };
        services.push(Service { commodity: point.commodity, agreement, premise, meter });
    }
    services.sort_by_key(|it| (it.agreement.to.is_some(), it.commodity));
    Ok(services)
}
