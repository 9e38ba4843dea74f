//! Statements of accounts at banks: what came in is a deposit that was expected, a customer's payment, or
//! money that is nobody's yet; what the bank says was our deposit and nobody expected waits for a person.

mod back;
mod repeated;
pub mod settle;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::currency::Currency;
use meterbook_core::id::{AccountNumber, BankStatementId, PaymentBatchId};
use meterbook_core::ledger::Tender;
use meterbook_core::limits::PAYMENT_ROWS;
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_formats::payments::{self, Found, Kind, bai2, sepa};
use meterbook_store::bank::{Credit, Expected, ReturnedItem, Statement};
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::drawer::DrawerRefusal;
use crate::pay::NotPaid;
use crate::receipt::bundle::{self, One, To};
use crate::{Actor, refuse};

pub use repeated::Perhaps;
use repeated::key_of;

/// Days after it was expected in which a deposit is looked for.
const LATE_DAYS: i64 = 10;

/// What became of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Took {
    /// Which it is.
    pub statement: BankStatementId,
    /// What came in by it that had not come in before, with what it is.
    pub credits: Vec<Credit>,
    /// How much of it came in by another statement before.
    pub already: usize,
    /// What is perhaps the same as something of another day or amount, which is not posted, by their keys.
    pub perhaps: BTreeMap<String, Perhaps>,
    /// What the bank took back of what had been paid in.
    pub returned: Vec<ReturnedItem>,
    /// How many times the bank took something else, and what that comes to.
    pub passed: (usize, Money),
}

/// What does not match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// What came in and was not expected.
    pub came: Vec<Credit>,
    /// What of it is perhaps the same as something of another day or amount, by their keys.
    pub perhaps: BTreeMap<String, Perhaps>,
    /// What was expected and did not come.
    pub expected: Vec<Expected>,
    /// What the bank took back, of which nobody said what it is.
    pub returned: Vec<ReturnedItem>,
}

/// Why a statement is not taken in.
#[derive(Debug, PartialEq, Eq)]
pub enum NoStatement {
    /// It is a file of another kind.
    Other,
    /// Something in it is wrong.
    Faulty {
        /// The first line at fault.
        line: u64,
        /// What is wrong there.
        what: String,
    },
    /// It is in another currency than the books.
    OtherCurrency {
        /// What it is in.
        currency: String,
        /// What the books are in.
        ours: Currency,
    },
    /// It was taken in already.
    Already {
        /// Under this number.
        id: BankStatementId,
        /// What it was called.
        name: String,
    },
    /// Nothing came in by it that had not come in before.
    Nothing,
}

/// What is a customer's or may be, each with its place among what came in.
type Customers = Vec<(usize, One)>;

/// What a file says moved.
#[derive(Default)]
struct Moved {
    came: Vec<Came>,
    returned: Vec<ReturnedItem>,
    passed: (usize, Money),
}

/// Something that came in, before anybody knows what it is.
struct Came {
    key: String,
    line: i64,
    account: String,
    on: Date,
    amount: Money,
    said: String,
    /// What tells it best: the bank's reference where there is one.
    told: String,
    /// The account, the day, the type and the amount: what tells least.
    alike: String,
    /// Whether the bank says that we deposited it, or it may have come in before.
    ours: bool,
    /// What is in it, where there are several payments.
    parts: Vec<(Money, String)>,
}

/// The files in what a bank delivered, each to be taken in for itself, as if it had come alone: of a zip those
/// in it.
///
/// # Errors
/// Refuses what cannot be unpacked.
pub fn delivered(name: &str, bytes: Vec<u8>) -> Result<Vec<(String, Vec<u8>)>> {
    payments::delivered(name, bytes).map_err(refuse)
}

/// Takes a statement in: BAI2, camt.053 or camt.054. The same again, or what is in it in another one, posts
/// nothing twice.
pub fn take(tx: &mut Tx, actor: Actor, (name, bytes): (&str, &[u8])) -> Result<Took> {
    authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
    // The counter is waited for first: whoever holds it may be taking in the same file.
    let id = BankStatementId(tx.next(Counter::BankStatement, 1)?);
    let sha256 = crate::intake::hash(bytes);
    if let Some((id, name)) = store::bank::by_hash(tx, &sha256)? {
        return Err(refuse(NoStatement::Already { id, name }));
    }
    let kind = Kind::of(bytes).ok_or_else(|| refuse(NoStatement::Other))?;
    let file = payments::read(&mut &*bytes, kind)?;
    if let Some(why) = &file.faults().refused {
        return Err(refuse(NoStatement::Faulty { line: why.line, what: why.what.clone() }));
    }
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    in_our_currency(tx, &file)?;
    let moved = match &file {
        Found::Bai2(it) => of_bai2(it, today),
        Found::Statements(it) => of_camt(it, today),
        _ => return Err(refuse(NoStatement::Other)),
    };
    let Moved { came, returned, passed } = moved;
    let days = came.iter().map(|it| it.on).chain(returned.iter().map(|it| it.on));
    if let Some(on) = days.max().filter(|on| today < *on) {
        return Err(refuse(NotPaid::NotYet { on, today }));
    }
    let alike = came.iter().map(|it| format!("{} {}", it.amount.cents(), it.told));
    let alike: Vec<String> = alike.collect();
    let alike = crate::intake::hash(alike.join("\n").as_bytes());
    // The same amounts and references of another day or account: a person looks first.
    let doubted = store::bank::by_alike(tx, &alike)?.is_some();
    let Sorted { mut credits, customers: ones, already, perhaps } =
        sorted(tx, came, doubted, today)?;
    let returned = store::bank::new_returned(tx, returned)?;
    if credits.is_empty() && returned.is_empty() {
        return Err(refuse(NoStatement::Nothing));
    }
    let total: Money = ones.iter().map(|it| it.1.amount).sum();
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(total))?;
    if PAYMENT_ROWS < ones.len() {
        return Err(refuse(DrawerRefusal::TooMany));
    }
    let mut batch = None;
    if !ones.is_empty() {
        let of = PaymentBatchId(tx.next(Counter::PaymentBatch, 1)?);
        let lines = (i64::try_from(ones.len())?, total);
        store::drawer::add_batch(tx, of, (name, None), lines, actor.at)?;
        let (places, ones): (Vec<usize>, Vec<One>) = ones.into_iter().unzip();
        let tenders = bundle::post(tx, &allowed, of, &ones)?;
        for (place, tender) in places.into_iter().zip(tenders) {
            credits[place].tender = Some(tender);
        }
        batch = Some(of);
    }
    let (name, format) = (name.to_owned(), kind.word().to_owned());
    let statement = Statement { id, name, sha256, alike, format, at: actor.at, batch };
    store::bank::add(tx, &statement, &credits)?;
    store::bank::add_returned(tx, id, &returned)?;
    let deposits = credits.iter().filter(|it| it.deposit.is_some()).count();
    let posted = credits.iter().filter(|it| it.tender.is_some()).count();
    let said = format!(
        "{}: {} credits, {deposits} expected, {posted} of customers, {total}; {already} known before; {} returned; {} debits of {} not ours to post",
        statement.name,
        credits.len(),
        returned.len(),
        passed.0,
        passed.1
    );
    store::audit::add(tx, &allowed, "take in statement", &id.to_string(), &said)?;
    Ok(Took { statement: id, credits, already, perhaps, returned, passed })
}

/// What came in, each with what it is as far as anybody knows.
struct Sorted {
    credits: Vec<Credit>,
    customers: Customers,
    /// How much of it came in before.
    already: usize,
    /// What is perhaps the same as something of another day or amount.
    perhaps: BTreeMap<String, Perhaps>,
}

/// What of it came in before, and of the rest what each is; with each that is a customer's its place.
fn sorted(tx: &mut Tx, came: Vec<Came>, doubted: bool, today: Date) -> Result<Sorted> {
    let known = store::bank::known(tx, came.iter().map(|it| it.alike.as_str()))?;
    // What came in before and is not in this file, though what is alike is: is it the same, told
    // otherwise? A person looks before it is posted.
    let mut missing: BTreeMap<String, usize> = BTreeMap::new();
    let here: BTreeSet<String> = came.iter().map(|it| it.key.clone()).collect();
    for (_, alike) in known.iter().filter(|it| !here.contains(it.0)) {
        *missing.entry(alike.clone()).or_insert(0) += 1;
    }
    let all = came.len();
    let mut fresh: Vec<Came> = came.into_iter().filter(|it| !known.contains_key(&it.key)).collect();
    let already = all - fresh.len();
    let perhaps = repeated::repeated(tx, &fresh, &here)?;
    for it in &mut fresh {
        it.ours |= doubted || perhaps.contains_key(&it.key);
        if let Some(many) = missing.get_mut(&it.alike).filter(|it| 0 < **it) {
            *many -= 1;
            it.ours = true;
        }
    }
    let mut expected = store::bank::expected(tx)?;
    expected.retain(|it| !it.seen);
    let (mut credits, mut ones) = (Vec::new(), Vec::new());
    for it in fresh {
        let deposit = deposit(&mut expected, &it);
        let whole = deposit.is_some() || it.ours || it.parts.len() < 2;
        let parts = match whole {
            true => vec![(it.key.clone(), it.amount, it.said.clone())],
            // The whole is known by its first part.
            false => (0..)
                .zip(&it.parts)
                .map(|(nth, part)| {
                    let key = if nth == 0 { it.key.clone() } else { format!("{}/{nth}", it.key) };
                    (key, part.0, part.1.clone())
                })
                .collect(),
        };
        for (key, amount, said) in parts {
            let account = it.account.clone();
            if deposit.is_none() && !it.ours {
                let to = whose(tx, &said)?;
                let (reference, on) = (key.clone(), it.on.min(today));
                let (line, kind) = (it.line, Tender::Bank);
                ones.push((credits.len(), One { line, on, kind, amount, reference, to }));
            }
            let (line, on, deposit, alike) = (it.line, it.on, deposit.clone(), it.alike.clone());
            let tender = None;
            credits.push(Credit { key, line, account, on, amount, said, alike, deposit, tender });
        }
    }
    Ok(Sorted { credits, customers: ones, already, perhaps })
}

/// The deposit that a credit is, the one that was expected first; no other credit is it then.
fn deposit(expected: &mut Vec<Expected>, it: &Came) -> Option<String> {
    let at = expected.iter().position(|of| {
        let (early, late) = (of.on.saturating_sub(1.day()), of.on.saturating_add(LATE_DAYS.days()));
        of.amount == it.amount && early <= it.on && it.on <= late
    })?;
    Some(expected.remove(at).key)
}

/// The one account whose number is said.
fn whose(tx: &mut Tx, said: &str) -> Result<To> {
    let numbers = AccountNumber::all_in(said);
    let found = store::lockbox::accounts(tx, numbers.into_iter())?;
    let held = || if said.is_empty() { "nothing said".to_owned() } else { said.to_owned() };
    Ok(match found.values().collect::<Vec<_>>()[..] {
        [account] => To::Account(*account, None),
        _ => To::Suspense(held()),
    })
}

/// Keys that tell what is alike in one statement apart: a bank that lists two means two.
#[derive(Default)]
struct Keys(BTreeMap<String, usize>);

impl Keys {
    fn once(&mut self, key: String) -> String {
        let nth = self.0.entry(key.clone()).or_insert(0);
        *nth += 1;
        if *nth == 1 { key } else { format!("{key}#{nth}") }
    }
}

fn of_bai2(file: &bai2::File, today: Date) -> Moved {
    let (mut keys, mut moved) = (Keys::default(), Moved::default());
    for group in &file.groups {
        let on = group.as_of.unwrap_or(today);
        for account in &group.accounts {
            let all = account.transactions.iter();
            for it in all.filter(|it| it.amount != Money::ZERO) {
                // With a sign it is the other way round, whatever its type: a person looks.
                let turned = it.amount < Money::ZERO;
                let said = [&it.bank_reference, &it.customer_reference, &it.text];
                let said = said.map(|it| it.trim());
                let tells =
                    |it: &&&str| it.bytes().any(|it| it.is_ascii_alphanumeric() && it != b'0');
                // A reference tells it; where there is none, what is said.
                let told = said.iter().find(tells).copied().unwrap_or_default();
                let (number, amount) = (&account.number, it.amount.abs());
                let key = key_of((number, amount, told), on);
                let told = told.to_owned();
                let said = said.join(" ").trim().to_owned();
                let line = i64::try_from(it.line).unwrap_or(i64::MAX);
                let account = number.clone();
                match it.is_credit().map(|it| it != turned) {
                    Some(true) => {
                        let (key, parts) = (keys.once(key), Vec::new());
                        let alike = format!("{number}/{on}/{}/{}", it.kind, amount.cents());
                        let ours = turned || is_ours(&it.kind);
                        let came =
                            Came { key, line, account, on, amount, said, told, alike, ours, parts };
                        moved.came.push(came);
                    }
                    Some(false) if turned || is_returned(&it.kind) => {
                        let key = keys.once(format!("back/{key}"));
                        let item = ReturnedItem { key, line, account, on, amount, said };
                        moved.returned.push(item);
                    }
                    Some(false) => moved.pass(amount),
                    None => {}
                }
            }
        }
    }
    moved
}

impl Moved {
    fn pass(&mut self, amount: Money) {
        self.passed.0 += 1;
        self.passed.1 += amount;
    }
}

/// Whether a type of BAI2 is what we deposited ourselves: lockboxes, files for the clearing house, what was
/// taken to the counter, and what we paid out and comes back.
fn is_ours(kind: &str) -> bool {
    matches!(kind.parse(), Ok(110..=118 | 145 | 155 | 166 | 171..=175 | 250..=268 | 300..=309_u16))
}

/// Whether a type of BAI2 is what had been paid in and the bank took back: a credit that it reversed, an item
/// that was deposited or collected and returned, what it rejected.
fn is_returned(kind: &str) -> bool {
    matches!(kind, "552" | "555" | "557" | "558" | "561" | "566")
}

/// Refuses money that is none of these books.
pub(crate) fn in_our_currency(tx: &mut Tx, file: &Found) -> Result<()> {
    let ours = crate::founding::currency(tx)?;
    let currencies: Vec<&String> = match file {
        Found::Bai2(it) => {
            let moved = it.accounts().filter(|it| !it.transactions.is_empty());
            moved.map(|it| &it.currency).collect()
        }
        Found::Statements(it) => {
            let entries = it.statements.iter().flat_map(|it| &it.entries);
            let booked = entries.filter(|it| it.is_booked());
            booked.map(|it| &it.currency).filter(|it| !it.is_empty()).collect()
        }
        _ => Vec::new(),
    };
    match currencies.into_iter().find(|it| !it.eq_ignore_ascii_case(ours.code())) {
        Some(it) => Err(refuse(NoStatement::OtherCurrency { currency: it.clone(), ours })),
        None => Ok(()),
    }
}

fn of_camt(file: &sepa::Statements, today: Date) -> Moved {
    let (mut keys, mut moved) = (Keys::default(), Moved::default());
    for statement in &file.statements {
        for it in statement.entries.iter().filter(|it| it.is_booked()) {
            let Some(amount) = it.amount.filter(|it| Money::ZERO < *it) else { continue };
            if !it.credit {
                moved.pass(amount);
                continue;
            }
            // What we paid out and comes back is nobody's payment.
            let back = it.reversal || it.details.iter().any(|it| !it.reason.is_empty());
            let on = it.booked.unwrap_or(today);
            let said = |it: &sepa::Detail| {
                let all = [&it.debtor, &it.remittance, &it.end_to_end].map(|it| it.trim());
                all.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
            };
            let whole: Vec<String> = it.details.iter().map(said).collect();
            let whole = whole.join("; ");
            // Some banks say nothing of single payments, and all of it at their end.
            let nothing = whole.chars().all(|it| matches!(it, ';' | ' '));
            let whole = if nothing { &it.said } else { &whole };
            let whole = format!("{} {whole}", it.reference).trim().to_owned();
            let parts: Option<Vec<_>> =
                it.details.iter().map(|of| Some((of.amount?, said(of)))).collect();
            let sum = |all: &Vec<(Money, String)>| all.iter().map(|it| it.0).sum::<Money>();
            let parts = parts.filter(|all| sum(all) == amount).unwrap_or_default();
            let number = &statement.account;
            let alike = format!("{number}/{on}/{}", amount.cents());
            let told = if it.reference.is_empty() { &whole } else { &it.reference }.clone();
            let key = keys.once(key_of((number, amount, &told), on));
            let line = i64::try_from(it.line).unwrap_or(i64::MAX);
            let (account, said) = (number.clone(), whole);
            let ours = back;
            moved.came.push(Came {
                key,
                line,
                account,
                on,
                amount,
                said,
                told,
                alike,
                ours,
                parts,
            });
        }
    }
    moved
}

/// What does not match: what came in and was not expected, what was expected by a day and did not come, and
/// what the bank took back.
pub fn unmatched(tx: &mut Tx, on: Date) -> Result<Unmatched> {
    let mut expected = store::bank::expected(tx)?;
    expected.retain(|it| !it.seen && it.on <= on);
    let (came, returned) = (store::bank::open(tx)?, store::bank::open_returned(tx)?);
    let perhaps = repeated::waiting(tx, &came)?;
    Ok(Unmatched { came, perhaps, expected, returned })
}

impl fmt::Display for NoStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoStatement::Other => {
                f.write_str("this is no statement; give one in BAI2, camt.053 or camt.054")
            }
            NoStatement::Faulty { line, what } => {
                write!(f, "line {line}: {what}; nothing was posted, ask the bank for it again")
            }
            NoStatement::OtherCurrency { currency, ours } => write!(
                f,
                "it is in {currency} and the bills of this utility are in {ours}; nothing was posted; what they are in is said by: meterbook bill seller"
            ),
            NoStatement::Already { id, name } => {
                write!(f, "that is statement {id} already, {name}; nothing was changed")
            }
            NoStatement::Nothing => f.write_str(
                "nothing came in by it that had not come in before; nothing was changed",
            ),
        }
    }
}

impl std::error::Error for NoStatement {}
