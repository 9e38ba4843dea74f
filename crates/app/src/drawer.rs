//! The drawer of a cashier: opened with a float, counted and closed, what is over or short posted; and
//! payments that are entered together against a control total.

pub mod agent;
pub mod grid;

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountNumber, DrawerId, PaymentBatchId};
use meterbook_core::ledger::count::{Checks, Compared, counted};
use meterbook_core::ledger::{EntryKind, Gl, Tender, post_between};
use meterbook_core::limits::PAYMENT_ROWS;
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::text;
use meterbook_formats::payments::entered;
use meterbook_store::drawer::{Counted, Drawer};
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::receipt::{self, For, NewReceipt, NewTender, Share, entry};
use crate::{Actor, Refused, pledge, refuse};

/// What a drawer took and should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    /// Whose it is, and what was in it at first.
    pub drawer: Drawer,
    /// What it took and still has, by kind: how many and how much.
    pub taken: Vec<(Tender, i64, Money)>,
}

impl Holds {
    /// The cash that should be in it.
    pub fn cash(&self) -> Money {
        let cash = self.taken.iter().filter(|it| it.0 == Tender::Cash);
        self.drawer.float + cash.map(|it| it.2).sum()
    }

    /// The checks that should be in it.
    pub fn checks(&self) -> Checks {
        let checks = self.taken.iter().find(|it| it.0 == Tender::Check);
        checks.map_or(Checks::NONE, |it| Checks { count: it.1, sum: it.2 })
    }
}

/// Payments that are entered together, with what was said beforehand.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// What it is called: the file's name, the bundle's number.
    pub name: String,
    /// The hash of the file that it comes from, if it does.
    pub sha256: Option<String>,
    /// How many there must be.
    pub count: usize,
    /// What they must come to.
    pub total: Money,
    /// The agency that sent all of it, where one did: each keeps what that promised for whom it is.
    pub agency: Option<String>,
    /// Each with its line.
    pub lines: Vec<(i64, NewReceipt)>,
}

/// Why a drawer or a batch is not opened, closed or posted.
#[derive(Debug, PartialEq, Eq)]
pub enum DrawerRefusal {
    /// The operator has no drawer.
    NoName,
    /// They have an open one.
    OpenAlready {
        /// Since this drawer.
        id: DrawerId,
    },
    /// They have none.
    NotOpen,
    /// What is in it at first is below zero.
    BelowZero,
    /// What was said is no count.
    NoCount(String),
    /// What was counted is not what should be there, and nobody says why.
    Differs {
        /// The cash that was counted.
        counted: Money,
        /// The cash that should be there.
        expected: Money,
        /// The checks.
        checks: Compared,
    },
    /// The batch is not what was said of it.
    DoesNotAgree {
        /// How many there are.
        count: usize,
        /// What they come to.
        total: Money,
        /// How many were said.
        said: usize,
        /// What was said they come to.
        said_total: Money,
    },
    /// There are more lines than one batch may have.
    TooMany,
    /// The same file was posted already.
    Posted {
        /// The batch.
        id: PaymentBatchId,
        /// What it was called.
        name: String,
    },
    /// Lines of it cannot be posted, so none is.
    Lines(Vec<(i64, String)>),
}

/// Opens the drawer of whoever asks.
pub fn open(tx: &mut Tx, actor: Actor, float: Money) -> Result<Drawer> {
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
    let staff = actor.by.ok_or_else(|| refuse(DrawerRefusal::NoName))?;
    if float < Money::ZERO {
        return Err(refuse(DrawerRefusal::BelowZero));
    }
    if let Some(it) = store::drawer::mine(tx, staff)? {
        return Err(refuse(DrawerRefusal::OpenAlready { id: it.id }));
    }
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    let id = DrawerId(tx.next(Counter::Drawer, 1)?);
    let drawer = Drawer { id, staff, name: store::staff::name(tx, staff)?, on, float };
    store::drawer::open(tx, &drawer, actor.at)?;
    store::audit::add(tx, &allowed, "open drawer", &id.to_string(), &format!("float {float}"))?;
    Ok(drawer)
}

/// What the open drawer of somebody took and should have.
pub fn holds(tx: &mut Tx, actor: Actor) -> Result<Holds> {
    authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
    let staff = actor.by.ok_or_else(|| refuse(DrawerRefusal::NoName))?;
    let drawer = store::drawer::of(tx, staff)?.ok_or_else(|| refuse(DrawerRefusal::NotOpen))?;
    let taken = store::drawer::holds(tx, drawer.id)?;
    Ok(Holds { drawer, taken })
}

/// Whether cash that somebody takes now goes into no drawer: nobody counts it.
pub fn has_none(tx: &mut Tx, actor: Actor) -> Result<bool> {
    authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
    let Some(staff) = actor.by else { return Ok(false) };
    Ok(store::drawer::of(tx, staff)?.is_none())
}

/// Closes the drawer of whoever asks with the cash (`20x5 5x2`) and the checks (`3:77.00`) that they
/// counted; what is over or short is posted, and needs a reason.
pub fn close(
    tx: &mut Tx,
    actor: Actor,
    (counts, checks): (&str, &str),
    why: &str,
) -> Result<Counted> {
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
    let staff = actor.by.ok_or_else(|| refuse(DrawerRefusal::NoName))?;
    store::drawer::mine(tx, staff)?;
    let holds = holds(tx, actor)?;
    let sum = counted(counts).map_err(|why| refuse(DrawerRefusal::NoCount(why)))?;
    let counted = Checks::parse(checks).map_err(|why| refuse(DrawerRefusal::NoCount(why)))?;
    let (id, expected) = (holds.drawer.id, holds.cash());
    let checks = Compared { counted, expected: holds.checks() };
    if (sum != expected || !checks.agrees()) && why.trim().is_empty() {
        return Err(refuse(DrawerRefusal::Differs { counted: sum, expected, checks }));
    }
    let [counts, why] = [counts, why].map(|it| it.trim().to_owned());
    let it = Counted { counts, counted: sum, expected, checks: Some(checks), why };
    store::drawer::close(tx, id, &it, actor.at)?;
    // Apart, so that cash and checks each come to what is taken to the bank.
    for (key, over) in
        [(format!("drawer/{id}"), it.over()), (format!("drawer/{id}/checks"), checks.over())]
    {
        if over != Money::ZERO {
            crate::close::begin_day(tx, &allowed)?;
            let on = crate::founding::zone(tx)?.day_of(actor.at);
            let sides = post_between((Gl::Cash, None), (Gl::CashOverShort, None), over);
            entry(tx, (EntryKind::Drawer, on), &key, &holds.drawer.name, sides)?;
        }
    }
    let Compared { counted, expected: wanted } = checks;
    let said = format!("counted {sum} and {counted}, expected {expected} and {wanted}: {}", it.why);
    store::audit::add(tx, &allowed, "close drawer", &id.to_string(), &said)?;
    Ok(it)
}

/// The batch that a file of payments is: a line of an account that nobody has goes into suspense.
///
/// # Errors
/// Refuses with every line that is none.
pub fn batch_of(
    tx: &mut Tx,
    (name, bytes): (&str, &[u8]),
    (count, total): (usize, Money),
    on: Date,
) -> Result<NewBatch> {
    let currency = crate::founding::currency(tx)?;
    let lines = entered::read(bytes, currency);
    let lines = lines.map_err(|wrong| refuse(DrawerRefusal::Lines(wrong)))?;
    let sha256 = Some(crate::intake::hash(bytes));
    let name = name.to_owned();
    let mut new = NewBatch { name, sha256, count, total, agency: None, lines: Vec::new() };
    for it in lines {
        let account = match AccountNumber::parse(&it.account) {
            Some(number) => store::account::by_number(tx, number)?,
            None => None,
        };
        let to = match account {
            Some(account) => For::Account { account: account.id, bill: None },
            None => For::Suspense { said: format!("{} {}", it.account, it.name) },
        };
        let (amount, kind, reference) = (it.amount, it.tender, it.reference);
        let tenders = vec![NewTender { kind, amount, reference }];
        let shares = vec![Share { to, amount }];
        new.lines.push((it.line, NewReceipt { on, tenders, shares }));
    }
    Ok(new)
}

/// Posts payments that were entered together, all of them or none.
pub fn post_batch(tx: &mut Tx, actor: Actor, new: &NewBatch) -> Result<PaymentBatchId> {
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(new.total))?;
    // The counter is waited for first: whoever holds it may be posting the same file.
    let id = PaymentBatchId(tx.next(Counter::PaymentBatch, 1)?);
    if let Some(sha256) = &new.sha256
        && let Some((id, name)) = store::drawer::batch_of(tx, sha256)?
    {
        return Err(refuse(DrawerRefusal::Posted { id, name }));
    }
    let tenders = new.lines.iter().flat_map(|it| &it.1.tenders);
    let total: Money = tenders.map(|it| it.amount).sum();
    let count = new.lines.len();
    if PAYMENT_ROWS < count {
        return Err(refuse(DrawerRefusal::TooMany));
    }
    if (count, total) != (new.count, new.total) || count == 0 {
        let (said, said_total) = (new.count, new.total);
        return Err(refuse(DrawerRefusal::DoesNotAgree { count, total, said, said_total }));
    }
    let lines = i64::try_from(count)?;
    let sha256 = new.sha256.as_deref();
    store::drawer::add_batch(tx, id, (&new.name, sha256), (lines, total), actor.at)?;
    post_lines(tx, &allowed, id, new)?;
    let said = format!("{}: {}, {total}", new.name, text::counted(count, "payment"));
    store::audit::add(tx, &allowed, "post payment batch", &id.to_string(), &said)?;
    Ok(id)
}

/// What is wrong is looked for on every line before all of it is refused.
fn post_lines(tx: &mut Tx, allowed: &Authorized, id: PaymentBatchId, new: &NewBatch) -> Result<()> {
    let mut wrong = Vec::new();
    let mut first: BTreeMap<String, i64> = BTreeMap::new();
    for (line, it) in &new.lines {
        let keys = it.shares.iter().flat_map(|to| it.tenders.iter().map(|of| of.key_for(&to.to)));
        let same = keys.filter_map(|key| {
            let before = *first.entry(key).or_insert(*line);
            (before != *line).then_some(before)
        });
        if let Some(before) = same.min() {
            let twice = format!(
                "its account, tender and reference are those of line {before}; give each its own reference"
            );
            wrong.push((*line, twice));
            continue;
        }
        match receipt::post(tx, allowed, it) {
            Ok(receipt) => {
                store::drawer::add_line(tx, receipt.id, id, *line)?;
                if let Some(agency) = &new.agency {
                    pledge::receive_as(tx, allowed, agency, &receipt)?;
                }
            }
            Err(why) if why.is::<Refused>() => wrong.push((*line, why.to_string())),
            Err(why) => return Err(why),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(refuse(DrawerRefusal::Lines(wrong))) }
}

impl fmt::Display for DrawerRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DrawerRefusal::NoName => {
                f.write_str("a drawer is somebody's; say whose with --as NAME")
            }
            DrawerRefusal::OpenAlready { id } => {
                write!(f, "drawer {id} is open; close it first: meterbook drawer close")
            }
            DrawerRefusal::NotOpen => {
                f.write_str("you have no open drawer; open one: meterbook drawer open")
            }
            DrawerRefusal::BelowZero => f.write_str("what is in a drawer at first is zero or more"),
            DrawerRefusal::NoCount(why) => f.write_str(why),
            DrawerRefusal::Differs { counted, expected, checks } => {
                if counted != expected {
                    write!(f, "{counted} was counted and {expected} should be there; ")?;
                }
                if !checks.agrees() {
                    let Compared { counted, expected } = checks;
                    write!(
                        f,
                        "checks: {} of {} counted, {} of {} should be there; ",
                        counted.count, counted.sum, expected.count, expected.sum
                    )?;
                }
                f.write_str("count again, or say why")
            }
            DrawerRefusal::DoesNotAgree { count, total, said, said_total } => write!(
                f,
                "{count} of {total} came in all, and {said} of {said_total} were said; nothing was posted"
            ),
            DrawerRefusal::TooMany => {
                write!(f, "a batch has at most {PAYMENT_ROWS} payments; make several")
            }
            DrawerRefusal::Posted { id, name } => {
                write!(f, "that is batch {id} already, {name}; nothing was changed")
            }
            DrawerRefusal::Lines(wrong) => {
                f.write_str("nothing was posted:")?;
                wrong.iter().try_for_each(|(line, why)| write!(f, "\nline {line}: {why}"))
            }
        }
    }
}

impl std::error::Error for DrawerRefusal {}
