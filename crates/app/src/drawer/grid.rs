//! Payments as a cashier types them, line by line: whose each is and what all come to, before anything
//! is posted.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::bill::BillNumber;
use meterbook_core::currency::Currency;
use meterbook_core::id::AccountNumber;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Tx};

use super::NewBatch;
use crate::pledge;
use crate::receipt::{For, NewReceipt, NewTender, Share};

/// A line as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Its number in the grid, from 1.
    pub line: i64,
    /// The number of an account or of a bill, or what else is known of whose it is.
    pub whose: String,
    /// The amount.
    pub amount: String,
    /// The word of how it was paid.
    pub tender: String,
    /// What tells it from the next one.
    pub reference: String,
}

/// What is known of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the grid, from 1.
    pub line: i64,
    /// Whose it is.
    pub whose: Whose,
    /// What of a promise of the agency it would keep; zero where that promised nothing for whom it is.
    pub keeps: Money,
    /// What is wrong with it, with the way out; nothing where it can be posted.
    pub wrong: Option<String>,
}

/// Whose money is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// An account's.
    Theirs {
        /// Its number.
        number: AccountNumber,
        /// Whose it is.
        name: String,
        /// What it owes.
        owes: Money,
    },
    /// Nobody's yet: it goes into suspense.
    Nobody,
    /// Nothing is said of it.
    Unsaid,
}

/// All lines together, beside what was said of them.
#[derive(Clone, Debug)]
pub struct Grid {
    /// What is known of each line that is not empty.
    pub lines: Vec<Line>,
    /// How many of them can be posted, as far as they were read.
    pub count: usize,
    /// What these come to.
    pub total: Money,
    agency: Option<String>,
    receipts: Vec<(i64, NewReceipt)>,
}

impl Typed {
    fn is_empty(&self) -> bool {
        [&self.whose, &self.amount, &self.reference].iter().all(|it| it.trim().is_empty())
    }
}

impl Grid {
    /// What is missing of a control total; below zero where there is too much.
    pub fn left(&self, total: Money) -> Money {
        total - self.total
    }

    /// How many are missing of a control count; below zero where there are too many.
    pub fn left_count(&self, count: usize) -> i64 {
        let [said, there] = [count, self.count].map(|it| i64::try_from(it).unwrap_or(i64::MAX));
        said - there
    }

    /// The batch that it is.
    pub fn batch(self, name: &str, (count, total): (usize, Money)) -> NewBatch {
        let name = name.trim().to_owned();
        let agency = self.agency;
        NewBatch { name, sha256: None, count, total, agency, lines: self.receipts }
    }
}

/// What is known of lines that were typed, and of the agency that sent all of them where one did; empty ones
/// are left out.
pub fn look(tx: &mut Tx, typed: &[Typed], on: Date, agency: Option<&str>) -> Result<Grid> {
    let (lines, receipts, of) = (Vec::new(), Vec::new(), agency.map(str::to_owned));
    let mut grid = Grid { lines, count: 0, total: Money::ZERO, agency: of, receipts };
    let mut promised = HashMap::new();
    let currency = crate::founding::currency(tx)?;
    for it in typed.iter().filter(|it| !it.is_empty()) {
        let account = account(tx, it.whose.trim())?;
        let whose = match &account {
            Some(account) => Whose::Theirs {
                number: account.number,
                name: store::person::get(tx, account.person)?.name,
                owes: store::ledger::balance(tx, account.id)?,
            },
            None if it.whose.trim().is_empty() => Whose::Unsaid,
            None => Whose::Nobody,
        };
        let account_id = account.as_ref().map(|it| it.id);
        let to = match account {
            Some(account) => For::Account { account: account.id, bill: None },
            None => For::Suspense { said: it.whose.trim().to_owned() },
        };
        let mut keeps = Money::ZERO;
        let wrong = match read(currency, it, to) {
            Ok((to, new)) => {
                if let (Some(account), Some(agency)) = (account_id, agency) {
                    let promised = match promised.entry(account) {
                        Entry::Vacant(it) => it.insert(pledge::left_by(tx, account, agency)?),
                        Entry::Occupied(it) => it.into_mut(),
                    };
                    keeps = keep(promised, new.amount);
                }
                grid.count += 1;
                grid.total += new.amount;
                let (amount, tenders) = (new.amount, vec![new]);
                let shares = vec![Share { to, amount }];
                grid.receipts.push((it.line, NewReceipt { on, tenders, shares }));
                None
            }
            Err(why) => Some(why),
        };
        grid.lines.push(Line { line: it.line, whose, keeps, wrong });
    }
    Ok(grid)
}

/// What a payment keeps of promises of which so much is left each, the oldest first: of the first that is open.
fn keep(promised: &mut [Money], amount: Money) -> Money {
    let Some(left) = promised.iter_mut().find(|it| Money::ZERO < **it) else { return Money::ZERO };
    let keeps = amount.min(*left);
    *left = *left - keeps;
    keeps
}

/// The account that a line names by its own number or by that of a bill.
fn account(tx: &mut Tx, text: &str) -> Result<Option<Account>> {
    if let Some(number) = AccountNumber::parse(text) {
        return store::account::by_number(tx, number);
    }
    match store::bill::by_number(tx, &BillNumber(text.to_owned()))? {
        Some(bill) => {
            let account = store::bill::get(tx, bill)?.account;
            Ok(Some(store::account::get(tx, account)?))
        }
        None => Ok(None),
    }
}

fn read(currency: Currency, it: &Typed, to: For) -> Result<(For, NewTender), String> {
    if matches!(&to, For::Suspense { said } if said.is_empty()) {
        return Err("say whose it is: an account, a bill, a name as it reads".to_owned());
    }
    let amount = currency.typed(&it.amount)?;
    if amount <= Money::ZERO {
        return Err(format!("a payment is above zero, not {amount}"));
    }
    let kind = Tender::from_word(&it.tender).filter(|it| *it != Tender::Debit);
    let kind = kind.ok_or_else(|| format!("{} is no way to pay", it.tender))?;
    let reference = it.reference.trim().to_owned();
    if reference.is_empty() {
        return Err("a payment needs a reference, such as the check's number".to_owned());
    }
    Ok((to, NewTender { kind, amount, reference }))
}
