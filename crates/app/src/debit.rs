//! Direct debit: what of what is owed is to be taken on a day and what is held, and the file that takes
//! it, whose payments are posted with it.

mod file;
pub mod returned;

use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::about::About;
use meterbook_core::account::Account;
use meterbook_core::bill::BillNumber;
use meterbook_core::debit::policy::{Held, Known, NORM_BILLS, NotAPolicy, Policy};
use meterbook_core::debit::{Format, Mandate};
use meterbook_core::id::{AccountId, BillId, DebitFileId, DebitId};
use meterbook_core::ledger::{Debt, Tender};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::task::TaskKind;
use meterbook_store::debit::{Debit, DebitFile};
use meterbook_store::{self as store, Conflict, Counter, Tx};

pub use self::file::{NotWhole, agrees, write};
use crate::authority::authorize;
use crate::receipt::{self, For, NewReceipt, NewTender, Share};
use crate::{Actor, mandate, refuse};

/// What an approval calls it.
pub(crate) const MAKE: &str = "make debits";
/// Tasks about an account among which a dispute is looked for.
const TASKS: i64 = 100;

/// A bill that a mandate is there for.
#[derive(Clone, Debug)]
pub struct Due {
    /// Whose.
    pub account: Account,
    /// By which mandate.
    pub mandate: Mandate,
    /// The bill.
    pub bill: BillId,
    /// What people say for it.
    pub number: BillNumber,
    /// What of it is open.
    pub amount: Money,
    /// The day on which it is to be taken.
    pub on: Date,
    /// Why it is not taken; `None` where it is.
    pub held: Option<Held>,
}

/// A file that is to be made, as somebody looked at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDebits {
    /// How it is written.
    pub format: Format,
    /// The day on which it is to settle: what is due by then is taken.
    pub settle: Date,
    /// What they saw it comes to.
    pub total: Money,
}

/// Why debits are not made.
#[derive(Debug, PartialEq, Eq)]
pub enum NotMade {
    /// The text is none.
    NoPolicy(NotAPolicy),
    /// One is said from that day on.
    PolicyAlready {
        /// The day.
        from: Date,
    },
    /// The day is over.
    Past {
        /// Today.
        today: Date,
    },
    /// Nothing is to be taken.
    Nothing,
    /// It comes to something else than was looked at.
    Changed {
        /// What was looked at.
        seen: Money,
        /// What it comes to.
        now: Money,
    },
    /// Somebody else takes one of the bills at the same time.
    Taken,
    /// There is no such file.
    Unknown {
        /// Which.
        id: DebitFileId,
    },
}

/// Says from a day on how debits are made.
pub fn say_policy(tx: &mut Tx, actor: Actor, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    Policy::parse(text).map_err(|why| refuse(NotMade::NoPolicy(why)))?;
    let was = store::debit::policy(tx, from)?.unwrap_or_else(|| "nothing".to_owned());
    store::debit::say_policy(tx, from, text).map_err(|why| {
        if why.is::<Conflict>() { refuse(NotMade::PolicyAlready { from }) } else { why }
    })?;
    let change = (was.as_str(), text);
    store::audit::turn(tx, &allowed, "set debit policy", &from.to_string(), text, change)
}

/// What is said of debits on a day.
pub(crate) fn policy(tx: &mut Tx, on: Date) -> Result<Policy> {
    let text = store::debit::policy(tx, on)?.unwrap_or_default();
    Policy::parse(&text).context("a policy that was kept is one")
}

/// The open bills of accounts with a mandate that are to be taken by a day, each with what holds it.
pub fn due(tx: &mut Tx, on: Date) -> Result<Vec<Due>> {
    let policy = policy(tx, on)?;
    let mut found = Vec::new();
    for id in store::debit::mandated(tx, on)? {
        found.extend(of_account(tx, id, on, &policy)?);
    }
    Ok(found)
}

fn of_account(tx: &mut Tx, id: AccountId, on: Date, policy: &Policy) -> Result<Vec<Due>> {
    let Some(mandate) = mandate::on(tx, id, on)? else { return Ok(Vec::new()) };
    let open = receipt::open_now(tx, id)?.items;
    // What came back and is still owed is seen to before anything else is taken.
    let back = store::debit::returned(tx, id)?;
    let returned = open.iter().any(|it| back.iter().any(|back| back.0 == it.side.key));
    let tasks = store::task::of_subject(tx, About::Account(id), TASKS)?;
    let disputed = tasks.iter().any(|it| it.kind == TaskKind::Dispute && it.closed.is_none());
    let account = store::account::get(tx, id)?;
    let bills = store::bill::of_account(tx, id)?;
    let mut found = Vec::new();
    for it in open.iter().filter(|it| it.side.debt == Debt::Bill && !it.side.rolled) {
        let day = mandate.terms.collects.day(it.side.due);
        // What was due before the customer agreed was not meant.
        if on < day || day < mandate.signed {
            continue;
        }
        let Some(at) = bills.iter().position(|bill| bill.number.0 == it.side.key) else { continue };
        let earlier = bills[at + 1..].iter().map(|it| it.total).take(4 * NORM_BILLS);
        let earlier: Vec<Money> = earlier.collect();
        let bill = bills[at].id;
        let taken = store::debit::taken(tx, mandate.id, bill)?;
        let most = mandate.terms.most;
        let known = Known { taken, returned, disputed, most, earlier: &earlier };
        found.push(Due {
            account: account.clone(),
            mandate: mandate.clone(),
            bill,
            number: bills[at].number.clone(),
            amount: it.left,
            on: day,
            held: policy.held(it.left, &known),
        });
    }
    Ok(found)
}

/// What of what is due goes into a file: in the order in which it stands there.
fn wanted(tx: &mut Tx, format: Format, settle: Date) -> Result<Vec<Due>> {
    let mut all = due(tx, settle)?;
    all.retain(|it| it.held.is_none() && Format::of(it.mandate.scheme) == format);
    all.sort_by_key(|it| (it.mandate.scheme, it.account.id, it.bill));
    Ok(all)
}

/// What a file of each format would come to of what is due, and how many debits it would have.
pub fn sums(due: &[Due]) -> Vec<(Format, usize, Money)> {
    let of = |format: &Format| {
        let ours = |it: &&Due| it.held.is_none() && Format::of(it.mandate.scheme) == *format;
        let ours: Vec<Money> = due.iter().filter(ours).map(|it| it.amount).collect();
        (*format, ours.len(), ours.into_iter().sum())
    };
    Format::ALL.iter().map(of).collect()
}

/// What a file would come to, and how many debits it would have.
pub fn sum(tx: &mut Tx, format: Format, settle: Date) -> Result<(usize, Money)> {
    let all = wanted(tx, format, settle)?;
    Ok((all.len(), all.iter().map(|it| it.amount).sum()))
}

/// Takes what is due, within the limit of whoever does it; beyond it, it takes two
/// ([`do_or_ask`](crate::approval::do_or_ask)).
pub fn make(tx: &mut Tx, actor: Actor, new: &NewDebits) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::MakeDebits, Some(new.total))?;
    take(tx, &allowed, new).map(drop)
}

/// Refuses what cannot be made.
pub(crate) fn check(tx: &mut Tx, today: Date, new: &NewDebits) -> Result<Vec<Due>> {
    let NewDebits { format, settle, total } = *new;
    if settle < today {
        return Err(refuse(NotMade::Past { today }));
    }
    let all = wanted(tx, format, settle)?;
    let now: Money = all.iter().map(|it| it.amount).sum();
    if all.is_empty() {
        return Err(refuse(NotMade::Nothing));
    }
    if now != total {
        return Err(refuse(NotMade::Changed { seen: total, now }));
    }
    Ok(all)
}

/// Takes what was authorized: the debits, and the payments that they are, at once.
pub(crate) fn take(tx: &mut Tx, allowed: &Authorized, new: &NewDebits) -> Result<DebitFileId> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    // Whoever pays or takes at the same time waits until all of it is done.
    let accounts = store::debit::mandated(tx, new.settle)?;
    store::account::lock(tx, &accounts)?;
    let all = check(tx, today, new)?;
    let id = DebitFileId(tx.next(Counter::DebitFile, 1)?);
    let first = tx.next(Counter::Debit, all.len())?;
    let mut items = Vec::new();
    for (nth, it) in (first..).zip(&all) {
        let (amount, bill) = (it.amount, Some(it.number.clone()));
        let reference = DebitId(nth).reference();
        let one = NewReceipt {
            on: today,
            tenders: vec![NewTender { kind: Tender::Debit, amount, reference }],
            shares: vec![Share { to: For::Account { account: it.account.id, bill }, amount }],
        };
        let came = receipt::post(tx, allowed, &one)?;
        let tender = came.tenders.first().context("one tender came in")?.id;
        let (mandate, version) = (it.mandate.id, it.mandate.version);
        items.push(Debit { id: DebitId(nth), mandate, version, bill: it.bill, amount, tender });
    }
    let NewDebits { format, settle, total } = *new;
    let many = i64::try_from(items.len())?;
    let file = DebitFile { id, format, settle, made: allowed.at(), items: many, total };
    store::debit::add(tx, &file, &items)
        .map_err(|why| if why.is::<Conflict>() { refuse(NotMade::Taken) } else { why })?;
    let said = format!("{format}, {many} debits, {total}, to settle on {settle}");
    store::audit::add(tx, allowed, MAKE, &id.to_string(), &said)?;
    Ok(id)
}

impl NewDebits {
    /// What a second person reads.
    pub(crate) fn subject(&self, tx: &mut Tx, today: Date) -> Result<String> {
        let many = check(tx, today, self)?.len();
        let NewDebits { format, settle, total } = self;
        Ok(format!("{format}, {many} debits, {total}, to settle on {settle}"))
    }
}

impl fmt::Display for NotMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotMade::NoPolicy(why) => why.fmt(f),
            NotMade::PolicyAlready { from } => {
                write!(f, "it is said from {from} on already; say it from another day on")
            }
            NotMade::Past { today } => write!(f, "today is {today}; debits settle then or later"),
            NotMade::Nothing => {
                f.write_str("nothing is to be taken by then; see: meterbook debit due")
            }
            NotMade::Changed { seen, now } => write!(
                f,
                "it comes to {now} now and not to {seen}; look at it again: meterbook debit due"
            ),
            NotMade::Taken => f.write_str(
                "one of the bills was taken by another file meanwhile; nothing was changed",
            ),
            NotMade::Unknown { id } => {
                write!(f, "there is no file {id} of debits; see: meterbook debit files")
            }
        }
    }
}

impl std::error::Error for NotMade {}
