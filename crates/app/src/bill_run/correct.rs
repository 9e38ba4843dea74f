//! Bills that were wrong: taken back, made anew from what is known now, and netted.
//!
//! Nobody has to know which bills a changed fact reaches. All from a day on are made again as a trial;
//! those that would read otherwise are the ones to correct, and no other.

pub mod many;
pub(crate) mod set;
mod some;
pub mod under_way;

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::assess::Tariffs;
use meterbook_core::bill::check::Hold;
use meterbook_core::bill::correct::{Cause, Correction, differs, take_back};
use meterbook_core::bill::settle::Settled;
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::id::{AccountId, AgreementId, CorrectionId, EntryId};
use meterbook_core::ledger::{Entry, EntryKind};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::text::counted;
use meterbook_store::{self as store, Counter, Tx};

use super::anew::{Fresh, keep, work_out};
use super::settle::rules_on;
use crate::Actor;
use crate::authority::authorize;
use crate::delivery::queue_notes;
use crate::refuse;

pub use self::many::{Many, Reached, SHOWN, Seen, many};

/// What to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCorrection {
    /// Whose bills.
    pub account: AccountId,
    /// The first day that may be billed wrong.
    pub from: Date,
    /// Why they were wrong.
    pub cause: Cause,
    /// What the account would owe more before interest, when somebody looked; what comes to something
    /// else is refused.
    pub net: Money,
}

/// Why bills are not corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCorrected {
    /// Made again, every bill reads as it does.
    NothingDiffers {
        /// From when on.
        from: Date,
    },
    /// A bill cannot be made again.
    Held {
        /// Which.
        bill: BillNumber,
        /// Of which agreement.
        agreement: AgreementId,
        /// Why.
        hold: Hold,
    },
    /// What a bill gave or took is on the bills of others.
    Shared {
        /// Which.
        bill: BillNumber,
    },
    /// What its bank held was paid beside it when service ended, and the bank would hold something else.
    Settled {
        /// Which.
        bill: BillNumber,
        /// The day service ended on.
        on: Date,
    },
    /// It comes to less than is worth correcting.
    Tolerated {
        /// What it comes to.
        net: Money,
        /// Below this nothing is corrected.
        below: Money,
        /// The bills that would come to something else: what each came to, and what it would.
        bills: Vec<(BillNumber, Money, Money)>,
        /// What is not charged of that because it is too long ago, before a day.
        too_old: Option<(Money, Date)>,
    },
    /// Nobody said why.
    NoReason,
    /// It comes to something else than when somebody looked.
    NotAsSeen {
        /// What it came to.
        was: Money,
        /// What it comes to.
        now: Money,
    },
}

/// The act in the audit and among approvals.
pub(crate) const CORRECT: &str = "correct bills";

/// What correcting the bills of an account would come to. Nothing is kept.
pub fn preview(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    from: Date,
    cause: Cause,
) -> Result<Correction> {
    authorize(tx, actor, Permission::RunBills, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    seen(tx, account, from, cause, today)
}

/// The bills of an account that would read otherwise, and what correcting them would come to.
pub(crate) fn seen(
    tx: &mut Tx,
    account: AccountId,
    from: Date,
    cause: Cause,
    today: Date,
) -> Result<Correction> {
    let bills = store::correction::standing(tx, account, from)?;
    let bills = bills.into_iter().map(|it| store::bill::get(tx, it));
    let bills = bills.collect::<Result<Vec<_>>>()?;
    let tariffs = &mut Tariffs::default();
    // Everything after a bill that changes may change with it, through what it leaves for the next.
    let all = tried(tx, empty(account, cause, today), bills, tariffs)?;
    let count = all.bills.len();
    let differ: Vec<Bill> =
        all.bills.iter().filter(|it| reads_otherwise(it)).map(|it| it.0.clone()).collect();
    if differ.is_empty() {
        return Err(refuse(NotCorrected::NothingDiffers { from }));
    }
    for bill in &differ {
        if store::correction::is_shared(tx, bill.id)? {
            return Err(refuse(NotCorrected::Shared { bill: bill.number.clone() }));
        }
    }
    let it = match differ.len() == count {
        true => all,
        false => tried(tx, empty(account, cause, today), differ, tariffs)?,
    };
    let rules = rules_on(tx, today)?;
    if rules.tolerates(it.net) {
        return Err(refuse(tolerated(&it, rules.tolerance())));
    }
    Ok(it)
}

/// Makes a bill of the days so far anew because service ended with it, however little that changes: what
/// is owed once in a turn was to come with the bill of the rest, and there is none.
pub(crate) fn as_last(tx: &mut Tx, allowed: &Authorized, bill: Bill) -> Result<()> {
    if store::correction::is_shared(tx, bill.id)? {
        return Err(refuse(NotCorrected::Shared { bill: bill.number }));
    }
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let (account, mut fresh) = (bill.account, Fresh::none());
    let why = format!("service ended with {}", bill.number);
    let wanted = Correction { why, ..empty(account, Cause::Service, today) };
    let anew = work_out(tx, vec![(wanted, vec![bill])], &mut fresh, &mut Tariffs::default())?;
    keep(tx, &BTreeMap::from([(account, *allowed)]), &anew, &mut fresh)
}

/// That a correction is too small to be made, with what became of it.
fn tolerated(it: &Correction, below: Money) -> NotCorrected {
    let total = |new: &Option<Bill>| new.as_ref().map_or(Money::ZERO, |it| it.total);
    let bill = |(old, new): &(Bill, Option<Bill>)| (old.number.clone(), old.total, total(new));
    let waived = it.settled.waived;
    let too_old = it.settled.reach.filter(|_| Money::ZERO < waived).map(|day| (waived, day));
    NotCorrected::Tolerated {
        net: it.net,
        below,
        bills: it.bills.iter().map(bill).filter(|it| it.1 != it.2).collect(),
        too_old,
    }
}

fn tried(
    tx: &mut Tx,
    it: Correction,
    bills: Vec<Bill>,
    tariffs: &mut Tariffs,
) -> Result<Correction> {
    let mut fresh = Fresh::trial(it.account);
    let came = work_out(tx, vec![(it, bills)], &mut fresh, tariffs)?.corrections.remove(0);
    Ok(Correction { id: CorrectionId(0), ..came })
}

/// A correction of no bills yet.
fn empty(account: AccountId, cause: Cause, on: Date) -> Correction {
    let (id, net, settled) = (CorrectionId(0), Money::ZERO, Settled::default());
    Correction { id, account, cause, why: String::new(), on, net, settled, bills: Vec::new() }
}

fn reads_otherwise((old, new): &(Bill, Option<Bill>)) -> bool {
    new.as_ref().is_none_or(|new| differs(old, new))
}

impl NewCorrection {
    /// To what, as a second person reads it.
    pub(crate) fn subject(&self, tx: &mut Tx, today: Date) -> Result<String> {
        let it = seen(tx, self.account, self.from, self.cause, today)?;
        let number = store::account::get(tx, self.account)?.number;
        Ok(format!("account {number}: {} from {} on", said(&it), self.from))
    }

    /// Takes the bills back and makes them anew, if it comes to what was seen.
    pub(crate) fn be_made(
        &self,
        tx: &mut Tx,
        allowed: &Authorized,
        why: &str,
    ) -> Result<Correction> {
        self.be_made_of(tx, allowed, why, &mut Fresh::none())
    }

    /// The same with ids that are set aside for it.
    fn be_made_of(
        &self,
        tx: &mut Tx,
        allowed: &Authorized,
        why: &str,
        fresh: &mut Fresh,
    ) -> Result<Correction> {
        let why = why.trim();
        if why.is_empty() {
            return Err(refuse(NotCorrected::NoReason));
        }
        let today = crate::founding::zone(tx)?.day_of(allowed.at());
        let seen = seen(tx, self.account, self.from, self.cause, today)?;
        let now = seen.charged();
        if now != self.net {
            return Err(refuse(NotCorrected::NotAsSeen { was: self.net, now }));
        }
        let wanted = Correction { why: why.to_owned(), ..empty(self.account, self.cause, today) };
        let old: Vec<Bill> = seen.bills.into_iter().map(|it| it.0).collect();
        let mut anew = work_out(tx, vec![(wanted, old)], fresh, &mut Tariffs::default())?;
        keep(tx, &BTreeMap::from([(self.account, *allowed)]), &anew, fresh)?;
        Ok(anew.corrections.remove(0))
    }
}

/// What was corrected, as the audit says it.
pub(super) fn said(it: &Correction) -> String {
    let bills: Vec<&str> = it.bills.iter().map(|(old, _)| old.number.0.as_str()).collect();
    format!("{}, {}: {}", counted(it.bills.len(), "bill"), bills.join(", "), it.net)
}

/// Takes a bill that stands beside service back, as one of charges or one that sums up others, with a
/// correction of its own, and tells who knew of it. Nothing is made in its place here. Of a turn that is
/// taken back as a whole nobody is told.
pub(super) fn whole(tx: &mut Tx, bill: &Bill, said: (Cause, &str, Date)) -> Result<()> {
    let it = taken_back(tx, bill, said)?;
    if it.cause != Cause::Run {
        queue_notes(tx, &[it], |tx, count| tx.next(Counter::Piece, count))?;
    }
    Ok(())
}

/// The same, and nobody is told of it yet.
pub(super) fn taken_back(
    tx: &mut Tx,
    bill: &Bill,
    (cause, why, on): (Cause, &str, Date),
) -> Result<Correction> {
    let id = CorrectionId(tx.next(Counter::Correction, 1)?);
    let it = Correction {
        id,
        account: bill.account,
        cause,
        why: why.to_owned(),
        on,
        net: -bill.total,
        settled: Settled::default(),
        bills: vec![(bill.clone(), None)],
    };
    store::correction::add(tx, std::slice::from_ref(&it))?;
    store::correction::cancel(tx, &[(id, bill.id)])?;
    let entry = Entry {
        id: EntryId(tx.next(Counter::Entry, 1)?),
        kind: EntryKind::Cancelled,
        on,
        key: bill.number.0.clone(),
        text: bill.period.to_string(),
        postings: take_back(bill),
    };
    store::ledger::add(tx, &[entry])?;
    Ok(it)
}

impl fmt::Display for NotCorrected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCorrected::NothingDiffers { from } => write!(
                f,
                "made again from what is known now, every bill from {from} on reads as it does; enter the read that is right, or tell what was wrong: meterbook fact"
            ),
            NotCorrected::Held { bill, agreement, hold } => {
                write!(f, "{} cannot be made again: agreement {agreement}: {hold}", bill.0)
            }
            NotCorrected::Shared { bill } => write!(
                f,
                "what {} gave to or took from a community share is on the bills of others too; settle it between them by hand",
                bill.0
            ),
            NotCorrected::Settled { bill, on } => write!(
                f,
                "made again, {} would keep something else in its bank, and what it kept was settled beside it when service ended on {on}; charge or credit the difference with: meterbook bill once",
                bill.0
            ),
            NotCorrected::Tolerated { net, below, bills, too_old } => {
                if let Some((waived, day)) = too_old {
                    let each =
                        bills.iter().map(|(bill, was, now)| format!("{bill} {was}, now {now}"));
                    let each: Vec<String> = each.collect();
                    write!(
                        f,
                        "{}: {waived} of that is of bills before {day}, too long ago to be charged; ",
                        each.join("; ")
                    )?;
                }
                write!(
                    f,
                    "it comes to {net}, and what is less than {below} is not corrected; see: meterbook bill correction-rules"
                )
            }
            NotCorrected::NoReason => f.write_str("say why; whoever looks at it later will ask"),
            NotCorrected::NotAsSeen { was, now } => {
                write!(
                    f,
                    "the correction comes to {now} now, not to {was} as when it was looked at"
                )
            }
        }
    }
}

impl std::error::Error for NotCorrected {}
