//! Direct debit: what of what is owed is to be taken on a day and what is held, and the file that takes
//! it, whose payments are posted with it.

pub mod call_off;
mod due;
mod file;
pub mod prenote;
pub mod returned;

use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::currency::Currency;
use meterbook_core::debit::policy::{NotAPolicy, Policy};
use meterbook_core::debit::{Format, Mandate};
use meterbook_core::id::{DebitFileId, DebitId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::debit::{Debit, DebitFile};
use meterbook_store::{self as store, Conflict, Counter, Tx};

pub use self::due::{Due, due};
pub(crate) use self::due::{asked, beside};
pub use self::file::{NotWhole, agrees, write};
use crate::authority::authorize;
use crate::receipt::{self, NewReceipt, NewTender, Share};
use crate::{Actor, refuse};

/// What an approval calls it.
pub(crate) const MAKE: &str = "make debits";

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
    /// Banks do not settle on that day.
    NoBanking {
        /// The day.
        day: Date,
        /// The next one on which they do.
        next: Date,
    },
    /// It takes another currency than the one that bills are in.
    OtherCurrency {
        /// Which file.
        format: Format,
        /// What bills are in.
        bills: Currency,
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
    /// Somebody else takes one of the bills or parts at the same time.
    Taken,
    /// No mandate is to be tried.
    NoPrenote,
    /// There are more or fewer mandates to be tried than were looked at.
    OtherCount {
        /// How many were looked at.
        seen: usize,
        /// How many there are.
        now: usize,
    },
    /// Debits are stopped.
    Stopped {
        /// Why.
        why: String,
    },
    /// They are as they should be already.
    AsTheyAre,
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

/// What of what is due goes into a file: in the order in which it stands there.
fn wanted(tx: &mut Tx, format: Format, settle: Date) -> Result<Vec<Due>> {
    let mut all = due(tx, settle)?;
    all.retain(|it| it.held.is_none() && Format::of(it.mandate.scheme) == format);
    all.sort_by_cached_key(|it| (it.mandate.scheme, 1 < it.nth, it.account.id, it.takes.clone()));
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
    may_go(tx, today, (format, settle))?;
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

/// Refuses what would settle on a day that is over or on which banks do not settle, and everything while
/// debits are stopped.
pub(crate) fn may_go(tx: &mut Tx, today: Date, (format, settle): (Format, Date)) -> Result<()> {
    if let Some(why) = store::debit::stopped(tx)? {
        return Err(refuse(NotMade::Stopped { why }));
    }
    if settle < today {
        return Err(refuse(NotMade::Past { today }));
    }
    let next = format.banks().first_from(settle);
    if next != settle {
        return Err(refuse(NotMade::NoBanking { day: settle, next }));
    }
    let bills = crate::founding::currency(tx)?;
    if bills.code() != format.currency() {
        return Err(refuse(NotMade::OtherCurrency { format, bills }));
    }
    Ok(())
}

/// Stops debits, or lets them go on: while they are stopped no file is made and none is written.
pub fn switch(tx: &mut Tx, actor: Actor, stop: bool, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::MakeDebits, Some(Money::ZERO))?;
    receipt::said(why)?;
    let was = store::debit::stopped(tx)?;
    if was.is_some() == stop {
        return Err(refuse(NotMade::AsTheyAre));
    }
    store::debit::switch(tx, stop, actor.at, why.trim())?;
    let act = if stop { "stop debits" } else { "let debits go on" };
    store::audit::add(tx, &allowed, act, "", why.trim())
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
        let (amount, reference) = (it.amount, DebitId(nth).reference());
        let one = NewReceipt {
            on: today,
            tenders: vec![NewTender { kind: Tender::Debit, amount, reference }],
            shares: vec![Share { to: due::meant(it), amount }],
        };
        let came = receipt::post(tx, allowed, &one)?;
        let tender = came.tenders.first().context("one tender came in")?.id;
        let Mandate { id: mandate, version, .. } = it.mandate;
        let (id, takes) = (DebitId(nth), it.takes.clone());
        items.push(Debit { id, mandate, version, takes, nth: it.nth, amount, tender });
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
            NotMade::NoBanking { day, next } => {
                write!(f, "banks do not settle on {day}; the next day on which they do is {next}")
            }
            NotMade::OtherCurrency { format, bills } => write!(
                f,
                "a file of {format} takes {} and the bills of this utility are in {bills}; what they are in is said by: meterbook bill seller",
                format.currency()
            ),
            NotMade::Nothing => {
                f.write_str("nothing is to be taken by then; see: meterbook debit due")
            }
            NotMade::Changed { seen, now } => write!(
                f,
                "it comes to {now} now and not to {seen}; look at it again: meterbook debit due"
            ),
            NotMade::Taken => f.write_str(
                "one of the bills or parts was taken by another file meanwhile; nothing was changed",
            ),
            NotMade::NoPrenote => {
                f.write_str("no mandate is to be tried; the policy says whether any is: prenote 3")
            }
            NotMade::OtherCount { seen, now } => write!(
                f,
                "{now} mandates are to be tried now and not {seen}; look at them again: meterbook debit prenotes"
            ),
            NotMade::Stopped { why } => {
                write!(f, "debits are stopped: {why}; let them go on first: meterbook debit go")
            }
            NotMade::AsTheyAre => f.write_str("debits are so already; nothing was changed"),
            NotMade::Unknown { id } => {
                write!(f, "there is no file {id} of debits; see: meterbook debit files")
            }
        }
    }
}

impl std::error::Error for NotMade {}
