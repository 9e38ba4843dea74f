//! What a bank sends back of debits: payments are taken back, mandates end or change, and what nobody
//! knows becomes a task.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::debit::{AccountKind, BankNumber, Terms};
use meterbook_core::id::{AccountId, DebitFileId, DebitId, MandateId};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::task::{Cause, TaskKind};
use meterbook_core::text::decimal;
use meterbook_formats::payments::nacha::codes::{Rate, change_words, rate, return_words};
use meterbook_formats::payments::nacha::{Change, Return, Stage};
use meterbook_formats::payments::{self, Found, sepa};
use meterbook_store::debit::Debit;
use meterbook_store::prenote::Prenote;
use meterbook_store::{self as store, Tx};

use super::{call_off, prenote};
use crate::authority::authorize;
use crate::seal::BankKey;
use crate::{Actor, mandate, receipt, refuse, task};

/// Days over which rates of returns are counted.
const RATE_DAYS: i64 = 60;
/// Returns after which nothing more is taken by a mandate: the account is gone, or nobody agreed.
const ENDS: [&str; 16] = [
    "R02", "R03", "R04", "R05", "R07", "R08", "R10", "R16", "R20", "R29", "AC01", "AC04", "AC13",
    "AG01", "MD01", "MD07",
];
/// The status of what a bank did not take.
const REJECTED: &str = "RJCT";

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
    /// Its prenote came back: there is no such account, or nothing may be taken from it.
    NotThere {
        /// Whose.
        account: AccountId,
        /// Whether its mandate ended with it.
        ended: bool,
    },
    /// Nothing of its file was taken: it is called off, and its bills go into the next one.
    CalledOff {
        /// Which file.
        file: DebitFileId,
        /// What it came to.
        amount: Money,
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
    /// It is no whole file.
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

/// Something that we sent.
enum Sent {
    /// A debit.
    Debit(Debit),
    /// A prenote.
    Prenote(Prenote),
}

impl Sent {
    fn amount(&self) -> Money {
        match self {
            Sent::Debit(it) => it.amount,
            Sent::Prenote(_) => Money::ZERO,
        }
    }
}

/// Something that comes back, whatever the file is.
struct Back {
    line: u64,
    code: String,
    /// What the code means.
    means: String,
    /// What we sent, by the id that comes back with it; none where nobody knows it.
    sent: Option<Sent>,
    /// How much, where that is said.
    amount: Option<Money>,
    /// The day on which the bank booked it, where that is said.
    booked: Option<Date>,
    /// What it is called in the file.
    named: String,
    /// Whether it takes something of ours back: what banks dispute among each other does not.
    ours: bool,
}

/// Takes in what a bank sent back. The same file again changes nothing: what was done is found done.
pub fn take_in(tx: &mut Tx, actor: Actor, key: &BankKey, bytes: &[u8]) -> Result<Vec<Told>> {
    let allowed = authorize(tx, actor, Permission::ReversePayments, None)?;
    let kind = payments::Kind::of(bytes).unwrap_or(payments::Kind::Nacha);
    let file = payments::read(&mut &*bytes, kind)?;
    if let Some(why) = &file.faults().refused {
        return Err(refuse(NotTaken::Faulty { line: why.line, what: why.what.clone() }));
    }
    crate::bank::in_our_currency(tx, &file)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let (all, changes) = match &file {
        Found::Nacha(file) => {
            let all: Result<Vec<Back>> = file.returns().map(|it| of_nacha(tx, it)).collect();
            (all?, file.changes().collect())
        }
        Found::Statements(it) => (of_statements(tx, it)?, Vec::new()),
        Found::Statuses(it) => (of_statuses(tx, it)?, Vec::new()),
        Found::Bai2(_) | Found::Lockbox(_) | Found::Debits(_) => (Vec::new(), Vec::new()),
    };
    let mut told = Vec::new();
    if let Found::Statuses(it) = &file {
        told.extend(not_taken(tx, actor, &allowed, (it, today))?);
    }
    for it in all {
        let became = back(tx, actor, &allowed, (&it, today))?;
        told.push(Told { line: it.line, code: it.code, became });
    }
    for it in changes {
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

fn of_nacha(tx: &mut Tx, it: Return) -> Result<Back> {
    let means = return_words(&it.code).unwrap_or("no code that is known").to_owned();
    let sent = by_trace(tx, (&it.trace, &it.id))?;
    let ours = it.stage == Stage::Returned;
    let (line, code, named) = (it.line, it.code, format!("trace {}", it.trace));
    let (amount, booked) = (Some(it.amount), None);
    Ok(Back { line, code, means, sent, amount, booked, named, ours })
}

/// What was booked back in a statement or a notification: money that went out again with a reason.
fn of_statements(tx: &mut Tx, it: &sepa::Statements) -> Result<Vec<Back>> {
    let mut all = Vec::new();
    for (entry, detail) in it.returns().filter(|it| it.0.is_booked()) {
        let sent = by_id(tx, &detail.end_to_end)?;
        let amount = detail.amount.or(entry.amount);
        let named = named(&detail.end_to_end);
        let (line, ours) = (detail.line, !entry.credit);
        let (code, means) = reason(&detail.reason);
        let booked = entry.booked;
        all.push(Back { line, code, means, sent, amount, booked, named, ours });
    }
    Ok(all)
}

/// What a bank did not take: single debits, or a collection. What is not in the file that the message is about
/// is nothing that anybody knows: a bank that names one file and a debit of another one is asked.
fn of_statuses(tx: &mut Tx, it: &sepa::Statuses) -> Result<Vec<Back>> {
    let in_file: BTreeSet<DebitId> = of_original(tx, it)?.1.iter().map(|it| it.id).collect();
    let is_of_it = |sent: &Sent| match sent {
        Sent::Debit(debit) => it.original.is_empty() || in_file.contains(&debit.id),
        Sent::Prenote(_) => true,
    };
    let mut all = Vec::new();
    for of in it.outcomes.iter().filter(|it| it.status == REJECTED) {
        let sent = match of.end_to_end.is_empty() {
            false => by_id(tx, &of.end_to_end)?.into_iter().collect(),
            true => collected(tx, &of.collection)?,
        };
        let sent: Vec<Sent> = sent.into_iter().filter(is_of_it).collect();
        let sum = sent.iter().map(Sent::amount).sum();
        // A collection of as many debits of as much, or it is another one than we sent.
        let sent = if of.of.is(sent.len(), sum) { sent } else { Vec::new() };
        let sent: Vec<_> = sent.into_iter().map(Some).collect();
        let named = if of.end_to_end.is_empty() { &of.collection } else { &of.end_to_end };
        let (named, (code, means)) = (self::named(named), reason(&of.reason));
        let sent = if sent.is_empty() { vec![None] } else { sent };
        for sent in sent {
            let (code, means, named) = (code.clone(), means.clone(), named.clone());
            let (line, amount, booked, ours) = (of.line, of.amount, None, true);
            all.push(Back { line, code, means, sent, amount, booked, named, ours });
        }
    }
    Ok(all)
}

/// The file that a message is about, and what is in it; nothing where it is none of ours.
fn of_original(tx: &mut Tx, it: &sepa::Statuses) -> Result<(Option<DebitFileId>, Vec<Debit>)> {
    let id = it.original.strip_prefix("F-").and_then(|it| it.parse().ok()).map(DebitFileId);
    let items = id.map_or(Ok(Vec::new()), |id| store::debit::items(tx, id))?;
    Ok((id.filter(|_| !items.is_empty()), items))
}

/// What became of a file that a bank did not take at all, for what is wrong with the file: it is called off.
/// Where the file is none of ours, somebody asks the bank which it means.
fn not_taken(
    tx: &mut Tx,
    actor: Actor,
    allowed: &Authorized,
    (it, today): (&sepa::Statuses, Date),
) -> Result<Option<Told>> {
    if it.status != REJECTED || it.outcomes.iter().any(|of| of.status == REJECTED) {
        return Ok(None);
    }
    let (code, means) = reason(&it.reason);
    let (Some(id), items) = of_original(tx, it)? else {
        let named = format!("the message {}", it.original);
        let said = format!("{code} {means}, of {named}, which is no file of ours");
        let became = wait(tx, actor, (&named, &code), said, today)?;
        return Ok(Some(Told { line: 1, code, became }));
    };
    let sum = items.iter().map(|it| it.amount).sum();
    if !it.of.is(items.len(), sum) {
        let (said, many, named) = (&it.of, items.len(), format!("the message {}", it.original));
        let said = format!(
            "{code} {means}, of {named}, which to the bank is {said}; the file is {many} of {sum}"
        );
        let became = wait(tx, actor, (&named, &code), said, today)?;
        return Ok(Some(Told { line: 1, code, became }));
    }
    let mut standing = false;
    for it in &items {
        standing |= !store::receipt::standing(tx, it.tender)?.is_empty();
    }
    let became = match standing {
        true => {
            let it = call_off::undo(tx, allowed, id, &format!("{code} {means}"))?;
            Became::CalledOff { file: id, amount: it.amount }
        }
        false => Became::Already,
    };
    Ok(Some(Told { line: 1, code, became }))
}

fn reason(code: &str) -> (String, String) {
    let means = sepa::reason_words(code).unwrap_or("no reason that is known");
    (code.to_owned(), means.to_owned())
}

fn named(id: &str) -> String {
    format!("the id {id}")
}

fn back(
    tx: &mut Tx,
    actor: Actor,
    allowed: &Authorized,
    (it, today): (&Back, Date),
) -> Result<Became> {
    let why = format!("{} {}", it.code, it.means);
    let sum = it.amount.map_or_else(|| "an amount".to_owned(), |it| it.to_string());
    let task = |tx: &mut Tx| {
        let said = format!("{why}, {sum} of {}", it.named);
        wait(tx, actor, (&it.named, &it.code), said, today)
    };
    let debit = match &it.sent {
        Some(Sent::Debit(debit)) if it.ours && it.amount.is_none_or(|of| of == debit.amount) => {
            debit
        }
        Some(Sent::Prenote(prenote)) if it.ours => {
            return not_there(tx, allowed, prenote, (it, &why, today));
        }
        _ => return task(tx),
    };
    let mandate = store::mandate::newest(tx, debit.mandate)?;
    let account = mandate.context("the mandate of a debit is there")?.account;
    store::account::lock(tx, &[account])?;
    if store::receipt::standing(tx, debit.tender)?.is_empty() {
        return Ok(Became::Already);
    }
    // It is owed again from the day on which the bank took it, as by a statement of any other account.
    let came = store::receipt::get(tx, debit.tender)?.context("the tender of a debit is there")?.on;
    let on = it.booked.map_or(today, |it| it.min(today)).max(came);
    let amount = receipt::come_back(tx, allowed, debit.tender, (on, &it.code), &why)?;
    let ends = ENDS.contains(&it.code.as_str());
    let ended = ends && end(tx, allowed, debit.mandate, (&why, today))?;
    Ok(Became::TakenBack { account, amount, ended })
}

/// A prenote that comes back says that nothing may be taken by its mandate.
fn not_there(
    tx: &mut Tx,
    allowed: &Authorized,
    prenote: &Prenote,
    (it, why, today): (&Back, &str, Date),
) -> Result<Became> {
    let mandate = store::mandate::newest(tx, prenote.mandate)?;
    let account = mandate.context("the mandate of a prenote is there")?.account;
    store::account::lock(tx, &[account])?;
    if store::prenote::back(tx, prenote.id)?.is_some() {
        return Ok(Became::Already);
    }
    store::prenote::give_back(tx, prenote.id, &it.code, today)?;
    let ended = end(tx, allowed, prenote.mandate, (why, today))?;
    Ok(Became::NotThere { account, ended })
}

/// Ends a mandate that stands; whether it did.
fn end(
    tx: &mut Tx,
    allowed: &Authorized,
    id: MandateId,
    (why, today): (&str, Date),
) -> Result<bool> {
    let standing = store::mandate::newest(tx, id)?.filter(|it| it.ended.is_none());
    if let Some(was) = &standing {
        mandate::finish(tx, allowed, was, today, why)?;
    }
    Ok(standing.is_some())
}

/// Changes a mandate as its bank says, once, whatever the customer says later. What is about something
/// else than the mandate, such as what we call the customer, is a task.
fn changed(
    tx: &mut Tx,
    actor: Actor,
    allowed: &Authorized,
    key: &BankKey,
    (it, today): (&Change, Date),
) -> Result<Became> {
    let means = change_words(&it.code).unwrap_or("no code that is known");
    let why = format!("{} {means}", it.code);
    let sent = by_trace(tx, (&it.trace, &it.id))?.map(|it| match it {
        Sent::Debit(it) => (it.id, it.mandate, it.version),
        Sent::Prenote(it) => (it.id, it.mandate, it.version),
    });
    if let Some((id, of, version)) = sent
        && let Some(was) = store::mandate::newest(tx, of)?
    {
        store::account::lock(tx, &[was.account])?;
        if let Some(version) = store::prenote::corrected(tx, (id, &it.code))? {
            if is_so(tx, key, (of, version), it)? {
                return Ok(Became::Already);
            }
            let named = format!("trace {}", it.trace);
            let said = format!("{why}, of {named}, told otherwise than before");
            return wait(tx, actor, (&named, &it.code), said, today);
        }
        let was = store::mandate::newest(tx, of)?.filter(|it| it.ended.is_none());
        // What the customer changed since is not what the bank looked at.
        if let Some(was) = was
            && prenote::same_account(tx, &was)?.contains(&version)
        {
            let kept = store::mandate::sealed(tx, was.id, was.version)?;
            let number = key.open(&kept, (was.id, was.version))?;
            if let Some((number, holder)) = corrected(&number, &was.terms.holder, it) {
                let after = was.terms.from.tomorrow().unwrap_or(today);
                let terms = Terms { from: today.max(after), holder, ..was.terms.clone() };
                let now = mandate::amend(tx, allowed, key, &was, (&terms, Some(&number)), &why)?;
                store::prenote::correct(tx, (id, &it.code), (now.id, now.version))?;
                return Ok(Became::Changed { account: was.account });
            }
        }
    }
    // What it should be is in the bank's file: a task is no place for a number.
    let named = format!("trace {}", it.trace);
    wait(tx, actor, (&named, &it.code), format!("{why}, of {named}"), today)
}

/// Whether a version of a mandate is as a bank says: the same told once more changes nothing.
fn is_so(tx: &mut Tx, key: &BankKey, (of, version): (MandateId, i64), it: &Change) -> Result<bool> {
    let made = store::mandate::get(tx, of, version)?.context("what was corrected is there")?;
    let kept = store::mandate::sealed(tx, of, version)?;
    let (number, holder) = (key.open(&kept, (of, version))?, made.terms.holder);
    let again = corrected(&number, &holder, it);
    Ok(again.is_some_and(|it| it.0.plain() == number.plain() && it.1 == holder))
}

/// The account and whose it is, as they should be, where the code says all of it. What is corrected
/// stands in columns that the code says (Nacha Operating Rules, appendix five).
fn corrected(was: &BankNumber, holder: &str, it: &Change) -> Option<(BankNumber, String)> {
    let BankNumber::Routed { routing, account, kind } = was else { return None };
    let columns = |from: usize, to: usize| {
        let said = it.corrected.get(from - 1..to.min(it.corrected.len()))?.trim();
        Some(said).filter(|it| !it.is_empty())
    };
    let kind_of = |code: Option<&str>| match code?.chars().next()? {
        '2' => Some(AccountKind::Checking),
        '3' => Some(AccountKind::Savings),
        _ => None,
    };
    let (bank, kind, whose) = (routing.digits(), *kind, holder.to_owned());
    let number = match it.code.as_str() {
        "C01" => BankNumber::routed(bank, columns(1, 17)?, kind),
        "C02" => BankNumber::routed(columns(1, 9)?, account, kind),
        // Some banks do not keep to the columns between the two.
        "C03" => {
            BankNumber::routed(columns(1, 9)?, columns(10, 29)?.split_whitespace().next()?, kind)
        }
        "C04" => return Some((was.clone(), columns(1, 22)?.to_owned())),
        "C05" => BankNumber::routed(bank, account, kind_of(columns(1, 2))?),
        "C06" => BankNumber::routed(bank, columns(1, 17)?, kind_of(columns(21, 22))?),
        "C07" => BankNumber::routed(columns(1, 9)?, columns(10, 26)?, kind_of(columns(27, 28))?),
        _ => return None,
    };
    number.ok().map(|it| (it, whose))
}

/// What was sent with a trace: it begins with the bank that our file went to, its last seven digits are the
/// number of the debit or the prenote, and whoever it names is whose it is. Other companies have traces that
/// end as ours do.
fn by_trace(tx: &mut Tx, (trace, customer): (&str, &str)) -> Result<Option<Sent>> {
    let (Some(bank), Some(number)) = (trace.get(..8), trace.get(8..)) else { return Ok(None) };
    let Some(id) = number.parse().ok().map(DebitId) else { return Ok(None) };
    let sent = match store::debit::find(tx, id)? {
        Some(debit) => Some(Sent::Debit(debit)),
        None => store::prenote::find(tx, id)?.map(Sent::Prenote),
    };
    let Some(sent) = sent else { return Ok(None) };
    let made = store::debit::made(tx, id)?.context("what was sent was in a file")?;
    let on = crate::founding::zone(tx)?.day_of(made);
    let ours = super::policy(tx, on)?.bank.is_some_and(|it| it.0.digits().starts_with(bank));
    let mandate = match &sent {
        Sent::Debit(it) => store::mandate::newest(tx, it.mandate)?,
        Sent::Prenote(it) => store::mandate::newest(tx, it.mandate)?,
    };
    let account = mandate.context("the mandate of a debit is there")?.account;
    let whose = store::account::get(tx, account)?.number.digits().to_string();
    let named = customer.trim();
    Ok(Some(sent).filter(|_| ours && (named.is_empty() || named == whose)))
}

/// The debit of an id that we gave it.
fn by_id(tx: &mut Tx, end_to_end: &str) -> Result<Option<Sent>> {
    let id = end_to_end.strip_prefix("D-").and_then(|it| it.parse().ok());
    let debit = id.map_or(Ok(None), |id| store::debit::find(tx, DebitId(id)))?;
    Ok(debit.map(Sent::Debit))
}

/// The debits of a collection that we sent.
fn collected(tx: &mut Tx, collection: &str) -> Result<Vec<Sent>> {
    let parts = collection.strip_prefix("F-").and_then(|it| it.split_once('-'));
    let Some((file, nth)) = parts else { return Ok(Vec::new()) };
    let (Ok(file), Ok(nth)) = (file.parse(), nth.parse::<usize>()) else { return Ok(Vec::new()) };
    let all = super::file::collections(tx, DebitFileId(file))?;
    Ok(all.into_iter().filter(|it| it.1 == nth).map(|it| Sent::Debit(it.0)).collect())
}

fn wait(
    tx: &mut Tx,
    actor: Actor,
    (named, code): (&str, &str),
    evidence: String,
    due: Date,
) -> Result<Became> {
    let key = format!("debit {named} {code}");
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
