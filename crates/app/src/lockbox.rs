//! Files of lockboxes: cheques that a bank opened, matched by what a scan line says, posted once whatever
//! file they come in. What nobody can match is held.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AccountId, AccountNumber, PaymentBatchId, TenderId};
use meterbook_core::ledger::Tender;
use meterbook_core::limits::PAYMENT_ROWS;
use meterbook_core::money::Money;
use meterbook_core::paper::scan_line::{ScanLine, Scanned};
use meterbook_core::permission::Permission;
use meterbook_formats::payments::lockbox::{Batch, Item, Layout, NotALayout, read};
use meterbook_store::lockbox::Sums;
use meterbook_store::{self as store, Conflict, Counter, Tx};

use crate::authority::authorize;
use crate::drawer::DrawerRefusal;
use crate::pay::NotPaid;
use crate::receipt::bundle::{self, One, To};
use crate::{Actor, paper, refuse};

/// Days after which a scan line is not looked at any more as it was printed before.
const OLD_STUBS: i64 = 60;

/// A file of a lockbox, and what was said of it beforehand.
#[derive(Clone, Copy, Debug)]
pub struct NewLockbox<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
    /// How many cheques there must be.
    pub count: usize,
    /// What they must come to.
    pub total: Money,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Took {
    /// The batch that it is.
    pub batch: PaymentBatchId,
    /// How many cheques were posted, and what they come to.
    pub posted: (usize, Money),
    /// How many of them nobody could match, and what these come to.
    pub held: (usize, Money),
    /// The lines of those that were posted before.
    pub already: Vec<u64>,
    /// Of these the ones that were posted as another amount.
    pub otherwise: Vec<Otherwise>,
    /// The lines of envelopes with no money in them.
    pub letters: Vec<u64>,
}

/// A cheque that was posted before as another amount: the bank, or whoever keyed it, was wrong once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Otherwise {
    /// Its line.
    pub line: u64,
    /// What it was posted as.
    pub was: Money,
    /// What the file says.
    pub now: Money,
}

impl fmt::Display for Otherwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Otherwise { line, was, now } = self;
        write!(f, "line {line} says {now}, and it was posted as {was}; ask the bank which is right")
    }
}

/// Why a file is not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum NotBanked {
    /// Where a bank writes what is not said so.
    NoLayout(NotALayout),
    /// It is said from that day on already.
    SaidAlready {
        /// The day.
        from: Date,
    },
    /// It is no whole file of a lockbox.
    Faulty {
        /// The first line at fault.
        line: u64,
        /// What is wrong there.
        what: String,
    },
    /// A cheque is of less than nothing.
    Nothing {
        /// Its line.
        line: u64,
    },
    /// Every cheque in it was posted before.
    AllBefore {
        /// How many there are.
        count: usize,
        /// Those that were posted as another amount.
        otherwise: Vec<Otherwise>,
    },
    /// There is no money in any envelope.
    NoMoney,
}

/// A cheque with all that tells it from others.
struct Cheque<'a> {
    batch: &'a Batch,
    item: &'a Item,
    on: Date,
    place: String,
    printed: Option<String>,
}

/// Says from a day on where the bank writes what.
pub fn say_layout(tx: &mut Tx, actor: Actor, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    Layout::parse(text).map_err(|why| refuse(NotBanked::NoLayout(why)))?;
    let was = store::lockbox::layout(tx, from)?.unwrap_or_default();
    store::lockbox::say_layout(tx, from, text).map_err(|why| {
        if why.is::<Conflict>() { refuse(NotBanked::SaidAlready { from }) } else { why }
    })?;
    let change = (was.as_str(), text);
    store::audit::turn(tx, &allowed, "say lockbox layout", &from.to_string(), text, change)
}

/// Takes a file as one batch: all of it that was not posted before, or nothing.
pub fn take(tx: &mut Tx, actor: Actor, new: &NewLockbox) -> Result<Took> {
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(new.total))?;
    // The counter is waited for first: whoever holds it may be posting the same file.
    let id = PaymentBatchId(tx.next(Counter::PaymentBatch, 1)?);
    let sha256 = crate::intake::hash(new.bytes);
    if let Some((id, name)) = store::drawer::batch_of(tx, &sha256)? {
        return Err(refuse(DrawerRefusal::Posted { id, name }));
    }
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let layout = match store::lockbox::layout(tx, today)? {
        Some(text) => Layout::parse(&text).map_err(|why| refuse(NotBanked::NoLayout(why)))?,
        None => Layout::TYPICAL,
    };
    let file = read(new.bytes, &layout);
    if let Some(why) = &file.faults.refused {
        return Err(refuse(NotBanked::Faulty { line: why.line, what: why.what.clone() }));
    }
    let (count, total) = (file.items(), file.total());
    if PAYMENT_ROWS < count {
        return Err(refuse(DrawerRefusal::TooMany));
    }
    if (count, total) != (new.count, new.total) || count == 0 {
        let (said, said_total) = (new.count, new.total);
        return Err(refuse(DrawerRefusal::DoesNotAgree { count, total, said, said_total }));
    }
    let items = file.batches.iter().flat_map(|it| &it.items);
    let letters: Vec<u64> = items.filter(|it| it.amount == Money::ZERO).map(|it| it.line).collect();
    let cheques = cheques(&file.batches, today)?;
    let (fresh, already, otherwise) = apart(tx, &cheques)?;
    if cheques.is_empty() {
        return Err(refuse(NotBanked::NoMoney));
    }
    if fresh.is_empty() {
        let count = cheques.len();
        return Err(refuse(NotBanked::AllBefore { count, otherwise }));
    }
    let ones = matched(tx, &fresh, today)?;
    let sum = |all: &mut dyn Iterator<Item = Money>| -> Money { all.sum() };
    let posted = (ones.len(), sum(&mut ones.iter().map(|it| it.amount)));
    let held = || ones.iter().filter(|it| matches!(it.to, To::Suspense(_)));
    let held = (held().count(), sum(&mut held().map(|it| it.amount)));
    let before = (already.len(), total - posted.1);
    let lines = (i64::try_from(posted.0)?, posted.1);
    store::drawer::add_batch(tx, id, (new.name, Some(&sha256)), lines, actor.at)?;
    let tenders = bundle::post(tx, &allowed, id, &ones)?;
    let kept = |(it, tender): (&&Cheque, TenderId)| store::lockbox::Item {
        tender,
        lockbox: it.batch.lockbox.clone(),
        deposited: it.on,
        place: it.place.clone(),
        cheque: it.printed.clone(),
    };
    let items: Vec<_> = fresh.iter().zip(tenders).map(kept).collect();
    let sums = Sums { said: (cheques.len(), total), already: before };
    store::lockbox::add(tx, id, &sums, &items)?;
    let said = format!(
        "{}: {} cheques, {}, of which {} held; {} of {} were posted before",
        new.name, posted.0, posted.1, held.0, before.0, before.1
    );
    store::audit::add(tx, &allowed, "post lockbox", &id.to_string(), &said)?;
    let already = already.iter().map(|it| it.item.line).collect();
    Ok(Took { batch: id, posted, held, already, otherwise, letters })
}

/// Every cheque by its place in the deposit and by what is printed on it. Two that are alike in one file
/// are two: the bank counted both.
fn cheques(batches: &[Batch], today: Date) -> Result<Vec<Cheque<'_>>> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut once = |name: String| {
        let nth = seen.entry(name.clone()).or_insert(0);
        *nth += 1;
        if *nth == 1 { name } else { format!("{name}#{nth}") }
    };
    let mut all = Vec::new();
    for batch in batches {
        let on = batch.deposited.unwrap_or(today);
        if today < on {
            return Err(refuse(NotPaid::NotYet { on, today }));
        }
        // An envelope without money is a letter: banks count it all the same.
        for item in batch.items.iter().filter(|it| it.amount != Money::ZERO) {
            if item.amount < Money::ZERO {
                return Err(refuse(NotBanked::Nothing { line: item.line }));
            }
            let (lockbox, number) = (&batch.lockbox, &batch.number);
            let place = once(format!("{lockbox}/{on}/{number}/{}", item.number));
            let said = |text: &str| text.bytes().any(|it| it.is_ascii_alphanumeric() && it != b'0');
            let printed = (said(&item.cheque) && said(&item.account)).then(|| {
                let Item { routing, account, cheque, .. } = item;
                once(format!("{routing} {account} {cheque}"))
            });
            all.push(Cheque { batch, item, on, place, printed });
        }
    }
    Ok(all)
}

/// What is to be posted, what was posted before, and what of that was posted as another amount.
fn apart<'a, 'b>(
    tx: &mut Tx,
    all: &'b [Cheque<'a>],
) -> Result<(Vec<&'b Cheque<'a>>, Vec<&'b Cheque<'a>>, Vec<Otherwise>)> {
    let places = all.iter().map(|it| it.place.as_str());
    let printed = all.iter().filter_map(|it| it.printed.as_deref());
    let known = store::lockbox::known(tx, places, printed)?;
    let of = |it: &Cheque| {
        let printed = it.printed.as_ref().and_then(|it| known.get(it));
        printed.or_else(|| known.get(&it.place)).copied()
    };
    let otherwise = all.iter().filter_map(|it| {
        let (line, now, was) = (it.item.line, it.item.amount, of(it)?);
        (was != now).then_some(Otherwise { line, was, now })
    });
    let otherwise = otherwise.collect();
    let (fresh, already) = all.iter().partition(|it| of(it).is_none());
    Ok((fresh, already, otherwise))
}

/// What each cheque is for, by the scan line of its stub, or by the number of an account or a bill where that
/// is all that was keyed.
fn matched(tx: &mut Tx, all: &[&Cheque], today: Date) -> Result<Vec<One>> {
    let mut lines = vec![paper::look_on(tx, today)?.scan_line];
    let before = paper::look_on(tx, today.saturating_sub(OLD_STUBS.days()))?.scan_line;
    if !lines.contains(&before) {
        lines.push(before);
    }
    let said: Vec<Option<(AccountNumber, Option<Date>)>> =
        all.iter().map(|it| scanned(&lines, it.item)).collect();
    let numbers: BTreeSet<AccountNumber> = said.iter().flatten().map(|it| it.0).collect();
    let accounts = store::lockbox::accounts(tx, numbers.into_iter())?;
    let mut found = Vec::new();
    for (it, said) in all.iter().zip(said) {
        found.push(match said {
            Some((number, due)) => accounts.get(&number).map(|it| (*it, due)),
            None => of_bill(tx, it.item)?,
        });
    }
    let one = |(it, account): (&&Cheque, Option<(AccountId, Option<Date>)>)| {
        let reference = it.printed.clone().unwrap_or_else(|| it.place.clone());
        let (kind, amount, on) = (Tender::Check, it.item.amount, it.on);
        let to = match account {
            Some((account, due)) => To::Account(account, due),
            None => To::Suspense(known(it)),
        };
        One {
            line: i64::try_from(it.item.line).unwrap_or(i64::MAX),
            on,
            kind,
            amount,
            reference,
            to,
        }
    };
    Ok(all.iter().zip(found).map(one).collect())
}

/// The account and the due day of the bill whose number was keyed.
fn of_bill(tx: &mut Tx, item: &Item) -> Result<Option<(AccountId, Option<Date>)>> {
    for text in &item.keyed {
        let number = BillNumber(text.trim().to_owned());
        if let Some(id) = store::bill::by_number(tx, &number)? {
            let account = store::bill::get(tx, id)?.account;
            let all = store::bill::of_account(tx, account)?;
            let due = all.iter().find(|it| it.id == id).map(|it| it.due_on);
            return Ok(Some((account, due)));
        }
    }
    Ok(None)
}

/// What is known of a cheque that nobody can match.
fn known(it: &Cheque) -> String {
    let keyed = it.item.keyed.join(" ");
    let keyed = if keyed.is_empty() { "nothing keyed" } else { &keyed };
    format!("{keyed}, lockbox {} item {}", it.batch.lockbox, it.item.number)
}

/// The account and the day on which the bill is due, as the stub says it.
fn scanned(lines: &[ScanLine], item: &Item) -> Option<(AccountNumber, Option<Date>)> {
    let nobody = AccountNumber::new(0)?;
    let like = Scanned { account: nobody, due: Date::MIN, amount: item.amount, late: item.amount };
    let whole = item.keyed.concat();
    let parts = || item.keyed.iter().chain(Some(&whole));
    for text in parts() {
        for line in lines {
            if let Ok(it) = line.read(text, like) {
                return Some((it.account, Some(it.due).filter(|due| *due != Date::MIN)));
            }
        }
    }
    parts().find_map(|it| AccountNumber::parse(it.trim())).map(|it| (it, None))
}

impl fmt::Display for NotBanked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotBanked::NoLayout(why) => why.fmt(f),
            NotBanked::SaidAlready { from } => {
                write!(f, "it is said from {from} on already; say it from another day on")
            }
            NotBanked::Faulty { line, what } => {
                write!(
                    f,
                    "line {line}: {what}; nothing was posted, ask the bank for the file again"
                )
            }
            NotBanked::Nothing { line } => {
                write!(
                    f,
                    "line {line}: a cheque of less than nothing; nothing was posted, ask the bank"
                )
            }
            NotBanked::AllBefore { count, otherwise } => {
                match count {
                    1 => f.write_str("the cheque in it was posted before; nothing was changed")?,
                    _ => write!(
                        f,
                        "all {count} cheques in it were posted before; nothing was changed"
                    )?,
                }
                otherwise.iter().try_for_each(|it| write!(f, "\n{it}"))
            }
            NotBanked::NoMoney => f.write_str("there is no money in it; nothing was posted"),
        }
    }
}

impl std::error::Error for NotBanked {}
