//! What a bank sends back of debits: payments are taken back, mandates end or change, and what nobody
//! knows becomes a task.

use std::fmt;

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::debit::{BankNumber, Mandate, Terms};
use meterbook_core::id::{AccountId, DebitId};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::task::{Cause, TaskKind};
use meterbook_core::text::decimal;
use meterbook_formats::payments::nacha::codes::{Rate, change_words, rate, return_words};
use meterbook_formats::payments::nacha::{self, Change, Return, Stage};
use meterbook_store::debit::Debit;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::seal::BankKey;
use crate::{Actor, mandate, receipt, refuse, task};

/// Days over which rates of returns are counted.
const RATE_DAYS: i64 = 60;
/// Returns after which nothing more is taken by a mandate: the account is gone, or nobody agreed.
const ENDS: [&str; 10] = ["R02", "R03", "R04", "R05", "R07", "R08", "R10", "R16", "R20", "R29"];

/// What became of one thing that a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// Its payment was taken back.
    TakenBack {
        /// Whose.
        account: AccountId,
        /// How much.
        amount: Money,
        /// Whether its mandate ended with it.
        ended: bool,
    },
    /// It was done before.
    Already,
    /// Its mandate is another from today on.
    Changed {
        /// Whose.
        account: AccountId,
    },
    /// It is a task.
    Task,
}

/// One thing that a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its line.
    pub line: u64,
    /// The bank's code.
    pub code: String,
    /// What became of it.
    pub became: Became,
}

/// Why a file is not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// It is no whole file of NACHA.
    Faulty {
        /// The first line at fault.
        line: u64,
        /// What is wrong there.
        what: String,
    },
    /// Nothing in it came back or is to change.
    Nothing,
}

/// Rates of returns, in hundredths of a percent of the debits, with what the network allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Debits that were sent.
    pub sent: i64,
    /// Of these, nobody agreed to: at most half a percent.
    pub unauthorized: i64,
    /// Sent to accounts that are not there: at most three percent.
    pub administrative: i64,
    /// All that came back: at most fifteen percent.
    pub overall: i64,
}

/// Takes in what a bank sent back. The same file again changes nothing: what was done is found done.
pub fn take_in(tx: &mut Tx, actor: Actor, key: &BankKey, bytes: &[u8]) -> Result<Vec<Told>> {
    let allowed = authorize(tx, actor, Permission::ReversePayments, None)?;
    let file = nacha::read(bytes);
    if let Some(why) = &file.faults.refused {
        return Err(refuse(NotTaken::Faulty { line: why.line, what: why.what.clone() }));
    }
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let mut told = Vec::new();
    for it in file.returns() {
        let became = back(tx, actor, &allowed, (&it, today))?;
        told.push(Told { line: it.line, code: it.code, became });
    }
    for it in file.changes() {
        let became = changed(tx, actor, &allowed, key, (&it, today))?;
        told.push(Told { line: it.line, code: it.code, became });
    }
    if told.is_empty() {
        return Err(refuse(NotTaken::Nothing));
    }
    beyond(tx, actor, today)?;
    let said = format!("{} of a file of {} bytes", told.len(), bytes.len());
    store::audit::add(tx, &allowed, "take in returned debits", &today.to_string(), &said)?;
    Ok(told)
}

fn back(
    tx: &mut Tx,
    actor: Actor,
    allowed: &Authorized,
    (it, today): (&Return, Date),
) -> Result<Became> {
    let means = return_words(&it.code).unwrap_or("no code that is known");
    let why = format!("{} {means}", it.code);
    let found = find(tx, &it.trace)?.filter(|found| found.amount == it.amount);
    let Some(debit) = found.filter(|_| it.stage == Stage::Returned) else {
        let said = format!("{why}, {} of trace {}", it.amount, it.trace);
        return wait(tx, actor, (&it.trace, &it.code), said, today);
    };
    let account = store::bill::get(tx, debit.bill)?.account;
    store::account::lock(tx, &[account])?;
    if store::receipt::standing(tx, debit.tender)?.is_empty() {
        return Ok(Became::Already);
    }
    let amount = receipt::give_back(tx, actor, debit.tender, today, &why)?;
    let standing = mandate::on(tx, account, today)?.filter(|it| it.id == debit.mandate);
    let ends = standing.filter(|_| ENDS.contains(&it.code.as_str()));
    let ended = ends.is_some();
    if let Some(was) = ends.filter(|it| it.ended.is_none()) {
        mandate::finish(tx, allowed, &was, today, &why)?;
    }
    Ok(Became::TakenBack { account, amount, ended })
}

/// Changes a mandate as its bank says. What needs a look, such as another name, is a task.
fn changed(
    tx: &mut Tx,
    actor: Actor,
    allowed: &Authorized,
    key: &BankKey,
    (it, today): (&Change, Date),
) -> Result<Became> {
    let means = change_words(&it.code).unwrap_or("no code that is known");
    let why = format!("{} {means}", it.code);
    let debit = find(tx, &it.trace)?;
    let found = match &debit {
        Some(debit) => newest(tx, debit)?,
        None => None,
    };
    if let Some(was) = found {
        store::account::lock(tx, &[was.account])?;
        let kept = store::mandate::sealed(tx, was.id, was.version)?;
        let number = key.open(&kept, (was.id, was.version))?;
        if let Some(new) = corrected(&number, it) {
            if new == number {
                return Ok(Became::Already);
            }
            let terms = Terms { from: today, ..was.terms.clone() };
            if was.terms.from < today {
                mandate::amend(tx, allowed, key, &was, (&terms, Some(&new)), &why)?;
                return Ok(Became::Changed { account: was.account });
            }
        }
    }
    // What it should be is in the bank's file: a task is no place for a number.
    wait(tx, actor, (&it.trace, &it.code), format!("{why}, of trace {}", it.trace), today)
}

/// The number as it should be, where the code says all of it.
fn corrected(was: &BankNumber, it: &Change) -> Option<BankNumber> {
    let BankNumber::Routed { routing, account, kind } = was else { return None };
    let said = it.corrected.as_str();
    match it.code.as_str() {
        "C01" => BankNumber::routed(routing.digits(), said, *kind).ok(),
        "C02" => BankNumber::routed(said, account, *kind).ok(),
        "C03" => {
            let (bank, account) = said.split_once(char::is_whitespace)?;
            BankNumber::routed(bank, account.trim(), *kind).ok()
        }
        _ => None,
    }
}

/// The newest version of a debit's mandate, unless it ended.
fn newest(tx: &mut Tx, debit: &Debit) -> Result<Option<Mandate>> {
    let account = store::bill::get(tx, debit.bill)?.account;
    let all = store::mandate::of_account(tx, account)?;
    Ok(all.into_iter().rfind(|it| it.id == debit.mandate && it.ended.is_none()))
}

/// The debit of a trace: its last seven digits are the debit's number.
fn find(tx: &mut Tx, trace: &str) -> Result<Option<Debit>> {
    let digits = trace.get(8..).and_then(|it| it.parse().ok());
    digits.map_or(Ok(None), |id| store::debit::find(tx, DebitId(id)))
}

fn wait(
    tx: &mut Tx,
    actor: Actor,
    (trace, code): (&str, &str),
    evidence: String,
    due: Date,
) -> Result<Became> {
    let key = format!("debit {trace} {code}");
    let cause = Cause { kind: TaskKind::Reminder, key, evidence, due, about: Vec::new() };
    task::raise(tx, actor, &cause)?;
    Ok(Became::Task)
}

/// Raises a task for each rate that is more than the network allows.
fn beyond(tx: &mut Tx, actor: Actor, today: Date) -> Result<()> {
    for (name, rate, most) in rates(tx, today)?.each().into_iter().filter(|it| it.2 < it.1) {
        let [rate, most] = [rate, most].map(|it| decimal(it, 2));
        let evidence = format!("{name}: {rate} % of debits came back, {most} % are allowed");
        let (kind, key) = (TaskKind::Reminder, format!("debit rate {name}"));
        task::raise(tx, actor, &Cause { kind, key, evidence, due: today, about: Vec::new() })?;
    }
    Ok(())
}

/// The rates of what came back, of the debits of the last sixty days.
pub fn rates(tx: &mut Tx, on: Date) -> Result<Rates> {
    let from = on.checked_sub(RATE_DAYS.days()).context("there are days before")?;
    let sent = store::debit::sent(tx, from)?;
    let codes = store::debit::why_returned(tx, from)?;
    let of = |wanted: fn(&str) -> bool| {
        let many = codes.iter().filter(|why| wanted(why.get(..3).unwrap_or(""))).count();
        let many = i64::try_from(many).unwrap_or(i64::MAX);
        many.saturating_mul(10_000).checked_div_euclid(sent).unwrap_or(0)
    };
    Ok(Rates {
        sent,
        unauthorized: of(|code| rate(code) == Rate::Unauthorized),
        administrative: of(|code| rate(code) == Rate::Administrative),
        overall: of(|_| true),
    })
}

impl Rates {
    /// Each rate by name, and what the network allows, in hundredths of a percent.
    pub fn each(&self) -> [(&'static str, i64, i64); 3] {
        [
            ("unauthorized", self.unauthorized, 50),
            ("administrative", self.administrative, 300),
            ("overall", self.overall, 1_500),
        ]
    }
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotTaken::Faulty { line, what } => {
                write!(f, "line {line}: {what}; ask the bank for the file again")
            }
            NotTaken::Nothing => {
                f.write_str("nothing in this file came back or is to change; is it the right one?")
            }
        }
    }
}

impl std::error::Error for NotTaken {}
