//! Many receipts posted at once: of one tender each, for one account or nobody's yet. It is what posting
//! each by itself would be, in statements of many rows.

use std::collections::{BTreeMap, btree_map};

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::id::{
    AccountId, EntryId, PaymentBatchId, PaymentId, ReceiptId, SuspenseId, TenderId,
};
use meterbook_core::ledger::allocate::{Rule, asked_with};
use meterbook_core::ledger::open::{Applied, Side, open};
use meterbook_core::ledger::{
    Debt, Entry, EntryKind, Gl, Payment, Receipt, Suspended, Tender, Tendered, post_between,
};
use meterbook_core::money::Money;
use meterbook_core::permission::Authorized;
use meterbook_store::lockbox::Given;
use meterbook_store::{self as store, Counter, Tx};

use super::rule;
use crate::pay;

/// Receipts of which what their accounts owe is in memory at once.
const AT_ONCE: usize = 5_000;

/// One tender.
#[derive(Clone, Debug)]
pub(crate) struct One {
    /// Where it stands in its file.
    pub(crate) line: i64,
    /// The day it counts from.
    pub(crate) on: Date,
    /// What it is.
    pub(crate) kind: Tender,
    /// How much, above zero.
    pub(crate) amount: Money,
    /// What tells it from every other.
    pub(crate) reference: String,
    /// For whom.
    pub(crate) to: To,
}

/// For whom one tender is.
#[derive(Clone, Debug)]
pub(crate) enum To {
    /// An account, and the day on which the bill is due that the payer names.
    Account(AccountId, Option<Date>),
    /// Nobody knows yet; what is known.
    Suspense(String),
}

/// Posts them as a batch that is kept already; the tender of each, in their order.
pub(crate) fn post(
    tx: &mut Tx,
    allowed: &Authorized,
    batch: PaymentBatchId,
    all: &[One],
) -> Result<Vec<TenderId>> {
    let mut accounts: Vec<AccountId> = all.iter().filter_map(account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    store::account::lock(tx, &accounts)?;
    let mut rules: BTreeMap<Date, Rule> = BTreeMap::new();
    let mut tenders = Vec::new();
    for some in all.chunks(AT_ONCE) {
        for it in some {
            if let btree_map::Entry::Vacant(day) = rules.entry(it.on) {
                day.insert(rule(tx, it.on)?);
            }
        }
        tenders.extend(part(tx, allowed, batch, some, &rules)?);
    }
    for account in store::lockbox::followed(tx, &accounts)? {
        crate::order::after_payment(tx, allowed, account)?;
    }
    Ok(tenders)
}

fn part(
    tx: &mut Tx,
    allowed: &Authorized,
    batch: PaymentBatchId,
    some: &[One],
    rules: &BTreeMap<Date, Rule>,
) -> Result<Vec<TenderId>> {
    let many = some.len();
    let accounts: Vec<AccountId> = some.iter().filter_map(account).collect();
    let mut owed = store::ledger::open_sides(tx, &accounts, Date::MAX, EntryId(i64::MAX))?;
    let receipts = tx.next(Counter::Receipt, many)?;
    let tenders = tx.next(Counter::Tender, many)?;
    let entries = tx.next(Counter::Entry, many)?;
    let mut payments = tx.next(Counter::Payment, accounts.len())?;
    let mut suspended = tx.next(Counter::Suspense, many - accounts.len())?;
    let (mut came, mut given, mut held) = (Vec::new(), Vec::new(), Vec::new());
    let (mut posted, mut lines) = (Vec::new(), Vec::new());
    for (nth, it) in (0_i64..).zip(some) {
        let (receipt, tender) = (ReceiptId(receipts + nth), TenderId(tenders + nth));
        let entry = EntryId(entries + nth);
        let (kind, amount, on, reference) = (it.kind, it.amount, it.on, it.reference.clone());
        let tendered = Tendered { id: tender, kind, amount, reference: reference.clone() };
        came.push(Receipt { id: receipt, on, tenders: vec![tendered] });
        lines.push((receipt, it.line));
        let text = format!("{kind} {reference}");
        match &it.to {
            To::Account(account, due) => {
                let (sides, applied) = owed.entry(*account).or_default();
                let items = open(sides, applied).items;
                let meant = items.iter().find(|it| {
                    it.side.debt == Debt::Bill && due.is_some_and(|due| it.side.due == due)
                });
                let bill = meant.and_then(|it| it.side.bill);
                let meant = bill.map(|it| asked_with(&items, it)).unwrap_or_default();
                let rule = rules.get(&on).context("the rule of the day was read")?;
                let for_what = rule.allocate(amount, on, &items, &meant);
                let key = pay::key(*account, kind, &reference);
                // The next one for the same account finds this one paid.
                let (side_key, debt, due) = (key.clone(), Debt::Other, on);
                sides.push(Side {
                    entry,
                    kind: EntryKind::Payment,
                    key: side_key,
                    bill: None,
                    debt,
                    on,
                    due,
                    amount: -amount,
                    rolled: false,
                    asked_by: None,
                    added_by: None,
                    waived: false,
                });
                let part = |it: &(EntryId, Money)| Applied { from: entry, to: it.0, amount: it.1 };
                applied.extend(for_what.iter().map(part));
                let side = (Gl::Receivable, Some(*account));
                let postings = post_between((Gl::Cash, None), side, amount);
                let (id, account) = (PaymentId(payments), *account);
                payments += 1;
                posted.push(Entry {
                    id: entry,
                    kind: EntryKind::Payment,
                    on,
                    key: key.clone(),
                    text,
                    postings,
                });
                let payment = Payment { id, account, amount, on, tender: kind, reference, key };
                given.push(Given { payment, tender, applied: for_what });
            }
            To::Suspense(said) => {
                let key = format!("suspense/{kind}/{reference}/{said}");
                let postings = post_between((Gl::Cash, None), (Gl::Suspense, None), amount);
                let (id, said) = (SuspenseId(suspended), said.clone());
                suspended += 1;
                posted.push(Entry {
                    id: entry,
                    kind: EntryKind::Suspense,
                    on,
                    key: key.clone(),
                    text,
                    postings,
                });
                held.push(Suspended { id, tender, amount, on, said, key });
            }
        }
    }
    store::lockbox::add_receipts(tx, &came, allowed.at())?;
    store::lockbox::add_lines(tx, batch, &lines)?;
    store::ledger::add(tx, &posted)?;
    store::lockbox::add_payments(tx, &given)?;
    store::lockbox::add_held(tx, &held)?;
    Ok((0..i64::try_from(many)?).map(|nth| TenderId(tenders + nth)).collect())
}

fn account(it: &One) -> Option<AccountId> {
    match it.to {
        To::Account(account, _) => Some(account),
        To::Suspense(_) => None,
    }
}
