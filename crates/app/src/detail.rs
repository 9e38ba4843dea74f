//! Saying more of a person, an account, a premise, a service point or a meter.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::BillNumber;
use meterbook_core::detail::{Detail, DetailKind, ROLL_UP, Subject};
use meterbook_core::id::{AccountId, AccountNumber, DetailId};
use meterbook_core::period::holds;
use meterbook_core::permission::Permission;
use meterbook_store::summary::Payer;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::summary::rolls_up_later;
use crate::{Actor, budget, refuse};

/// Why something is not said.
#[derive(Debug, PartialEq, Eq)]
pub enum DetailRefusal {
    /// That is not said of such a subject.
    NotOf {
        /// What.
        kind: DetailKind,
        /// Of what.
        sort: &'static str,
    },
    /// The value is none.
    NotAValue {
        /// Of what.
        kind: DetailKind,
        /// What it should be.
        expected: String,
    },
    /// Somebody said something else since it was looked at.
    Changed {
        /// Of what.
        kind: DetailKind,
        /// What it is now; `None` when nothing is said.
        now: Option<String>,
        /// Since when, or up to when.
        since: Option<Date>,
    },
    /// It is said already.
    Already {
        /// What.
        value: String,
    },
    /// It would hold from a day before what is said now began.
    BeforeStart {
        /// The first day of what is said now.
        from: Date,
        /// The day that was asked for.
        on: Date,
    },
    /// Nothing of the kind is said.
    NotSaid {
        /// What.
        kind: DetailKind,
    },
    /// A meter that hangs is set, and nowhere else.
    Hangs {
        /// Since when it hangs.
        from: Date,
    },
    /// No account has the number of the one that sums up.
    NoAccount {
        /// The number.
        number: String,
    },
    /// What an account is charged would be rolled up, and its bills are levelled.
    Levelled {
        /// The account.
        number: AccountNumber,
        /// Since when.
        since: Date,
    },
    /// A bill of such a day or later says on its paper who pays it, and would be another's.
    Billed {
        /// The newest.
        bill: BillNumber,
        /// Its day.
        on: Date,
    },
    /// Accounts would sum each other up.
    Circular {
        /// The account that was named.
        number: String,
    },
}

/// Says something of a subject from a day on. What was said before ends there; `was` is what the
/// clerk saw, so that nobody writes over what somebody else just said.
pub fn set(
    tx: &mut Tx,
    actor: Actor,
    subject: Subject,
    kind: DetailKind,
    value: &str,
    was: Option<&str>,
    from: Date,
) -> Result<DetailId> {
    let allowed = authorize(tx, actor, takes(subject), None)?;
    let name = exists(tx, subject)?;
    if !kind.is_of(subject) {
        return Err(refuse(DetailRefusal::NotOf { kind, sort: sort(subject) }));
    }
    let value =
        kind.read(value).map_err(|expected| refuse(DetailRefusal::NotAValue { kind, expected }))?;
    fits(tx, subject, kind, &value, from)?;
    let paid = payers(tx, subject, kind, from)?;
    let open = open(tx, subject, kind)?;
    if kind.may_be_several() {
        if open.iter().any(|it| it.value == value) {
            return Err(refuse(DetailRefusal::Already { value }));
        }
    } else if let Some(now) = unseen(&open, was) {
        let since = open.last().map(|it| it.from);
        return Err(refuse(DetailRefusal::Changed { kind, now, since }));
    } else if let Some(before) = open.last() {
        if before.value == value {
            return Err(refuse(DetailRefusal::Already { value }));
        }
        end_one(tx, subject, before, from)?;
    }
    let id = DetailId(tx.next(Counter::Detail, 1)?);
    store::detail::add(tx, &Detail { id, subject, kind, value: value.clone(), from, to: None })?;
    stay_paid(tx, &paid, (subject, kind, from))?;
    refresh(tx, subject, kind)?;
    let said = match was {
        Some(was) => format!("{kind} {value} (was {was}) from {from}"),
        None => format!("{kind} {value} from {from}"),
    };
    let change = (was.unwrap_or("nothing"), value.as_str());
    store::audit::turn(tx, &allowed, "say detail", &name, &said, change)?;
    Ok(id)
}

/// Ends what is said of a subject on a day. `value` is what the clerk saw.
pub fn end(
    tx: &mut Tx,
    actor: Actor,
    subject: Subject,
    kind: DetailKind,
    value: &str,
    on: Date,
) -> Result<()> {
    let allowed = authorize(tx, actor, takes(subject), None)?;
    let name = exists(tx, subject)?;
    let open = open(tx, subject, kind)?;
    let Some(it) = open.iter().find(|it| it.value == value) else {
        return Err(match open.last() {
            None => refuse(DetailRefusal::NotSaid { kind }),
            Some(it) => {
                let (now, since) = (Some(it.value.clone()), Some(it.from));
                refuse(DetailRefusal::Changed { kind, now, since })
            }
        });
    };
    let paid = payers(tx, subject, kind, on)?;
    end_one(tx, subject, it, on)?;
    stay_paid(tx, &paid, (subject, kind, on))?;
    refresh(tx, subject, kind)?;
    let said = format!("{kind} {value} up to {on}");
    store::audit::turn(tx, &allowed, "end detail", &name, &said, (value, "nothing"))
}

/// A premise and who is served there are found by its piece of land.
fn refresh(tx: &mut Tx, subject: Subject, kind: DetailKind) -> Result<()> {
    match (subject, kind) {
        (Subject::Premise(id), DetailKind::Parcel) => store::search::refresh_around(tx, id),
        _ => Ok(()),
    }
}

/// What it takes to say something of a subject: who keeps a thing says what is known of it.
fn takes(subject: Subject) -> Permission {
    match subject {
        Subject::Meter(_) => Permission::KeepMeters,
        Subject::Person(_) | Subject::Account(_) | Subject::Premise(_) | Subject::Point(_) => {
            Permission::KeepCustomers
        }
    }
}

/// Refuses what the rest of the record says otherwise.
fn fits(tx: &mut Tx, subject: Subject, kind: DetailKind, value: &str, from: Date) -> Result<()> {
    match (subject, kind) {
        (Subject::Meter(meter), DetailKind::State) => {
            let hung = store::meter::installations_of(tx, meter)?;
            match hung.iter().find(|it| it.to.is_none_or(|to| from < to)) {
                Some(it) => Err(refuse(DetailRefusal::Hangs { from: it.from })),
                None => Ok(()),
            }
        }
        (Subject::Account(account), DetailKind::Summary) => {
            sums_up(tx, account, value, from)?;
            let by = AccountNumber::parse(value).map(|it| store::account::by_number(tx, it));
            match by.transpose()?.flatten() {
                Some(by) if rolls_up_later(tx, by.id, from)? => not_levelled(tx, account),
                _ => Ok(()),
            }
        }
        (Subject::Account(account), DetailKind::Sums) if value == ROLL_UP => {
            let number = store::account::get(tx, account)?.number;
            for it in store::detail::sums_up_later(tx, number, from)? {
                not_levelled(tx, it)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Who pays the bills of a day or later that something said of an account may reach.
fn payers(tx: &mut Tx, subject: Subject, kind: DetailKind, from: Date) -> Result<Vec<Payer>> {
    match (subject, kind) {
        (Subject::Account(id), DetailKind::Summary | DetailKind::Sums) => {
            store::summary::payers(tx, id, from)
        }
        _ => Ok(Vec::new()),
    }
}

/// Refuses what gives bills that are posted to somebody else to pay: both were asked for them then.
fn stay_paid(
    tx: &mut Tx,
    before: &[Payer],
    (subject, kind, from): (Subject, DetailKind, Date),
) -> Result<()> {
    let now = payers(tx, subject, kind, from)?;
    match before.iter().rfind(|it| !now.contains(it)) {
        Some(it) => Err(refuse(DetailRefusal::Billed { bill: it.bill.clone(), on: it.on })),
        None => Ok(()),
    }
}

/// A level is asked for in place of a bill; who pays for another account pays its bills as they are.
fn not_levelled(tx: &mut Tx, account: AccountId) -> Result<()> {
    match budget::running(tx, account)? {
        Some(it) => {
            let number = store::account::get(tx, account)?.number;
            Err(refuse(DetailRefusal::Levelled { number, since: it.from }))
        }
        None => Ok(()),
    }
}

/// Follows from the account that sums up to the one that sums that up, which never comes back.
fn sums_up(tx: &mut Tx, account: AccountId, value: &str, from: Date) -> Result<()> {
    // Two who tie a circle at one moment would each see it open: the second waits at the counter of
    // details, although it wants no number yet, and sees what the first said.
    tx.next(Counter::Detail, 0)?;
    let mut number = value.to_owned();
    let mut seen = vec![account];
    loop {
        let known = AccountNumber::parse(&number);
        let found = known.map(|it| store::account::by_number(tx, it)).transpose()?.flatten();
        let Some(next) = found else {
            return Err(refuse(DetailRefusal::NoAccount { number }));
        };
        if seen.contains(&next.id) {
            return Err(refuse(DetailRefusal::Circular { number: value.to_owned() }));
        }
        seen.push(next.id);
        let said = store::detail::of(tx, Subject::Account(next.id))?;
        let later = |it: &&Detail| {
            it.kind == DetailKind::Summary && (holds(it.from, it.to, from) || from < it.from)
        };
        match said.iter().rfind(later) {
            Some(it) => number = it.value.clone(),
            None => return Ok(()),
        }
    }
}

/// What of a kind is said and has no end, oldest first.
fn open(tx: &mut Tx, subject: Subject, kind: DetailKind) -> Result<Vec<Detail>> {
    let all = store::detail::of(tx, subject)?;
    Ok(all.into_iter().filter(|it| it.kind == kind && it.to.is_none()).collect())
}

/// What is said now, when it is not what was seen.
#[expect(clippy::option_option, reason = "that nothing is said can be what was not seen")]
fn unseen(open: &[Detail], was: Option<&str>) -> Option<Option<String>> {
    let now = open.last().map(|it| it.value.as_str());
    (now != was).then(|| now.map(str::to_owned))
}

fn end_one(tx: &mut Tx, subject: Subject, it: &Detail, on: Date) -> Result<()> {
    if on <= it.from {
        return Err(refuse(DetailRefusal::BeforeStart { from: it.from, on }));
    }
    if !store::detail::end(tx, subject, it.id, on)? {
        return Err(refuse(DetailRefusal::NotSaid { kind: it.kind }));
    }
    Ok(())
}

/// What the books call a subject; a failure when there is none. Accounts and meters are called what
/// people call them, so that their histories have it.
fn exists(tx: &mut Tx, subject: Subject) -> Result<String> {
    let id = match subject {
        Subject::Person(id) => store::person::get(tx, id)?.id.0,
        Subject::Premise(id) => store::place::premise(tx, id)?.id.0,
        Subject::Point(id) => store::place::service_point(tx, id)?.id.0,
        Subject::Meter(id) => return Ok(store::meter::get(tx, id)?.serial),
        Subject::Account(id) => return Ok(store::account::get(tx, id)?.number.to_string()),
    };
    Ok(format!("{} {id}", sort(subject)))
}

fn sort(subject: Subject) -> &'static str {
    match subject {
        Subject::Person(_) => "person",
        Subject::Premise(_) => "premise",
        Subject::Point(_) => "service point",
        Subject::Meter(_) => "meter",
        Subject::Account(_) => "account",
    }
}

impl fmt::Display for DetailRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DetailRefusal::NotOf { kind, sort } => {
                let a = if sort.starts_with('a') { "an" } else { "a" };
                write!(f, "{kind} is nothing that is said of {a} {sort}; check what it is of")
            }
            DetailRefusal::NotAValue { kind, expected } => {
                write!(f, "{kind} is {expected}; write that")
            }
            DetailRefusal::Changed { kind, now: Some(now), since: Some(since) } => write!(
                f,
                "{kind} has been {now} since {since}, which is not what you saw; say that you saw \
                 it to change it all the same"
            ),
            DetailRefusal::Changed { kind, .. } => write!(
                f,
                "no {kind} is said now, so there is nothing that you can have seen; say it anew"
            ),
            DetailRefusal::Already { value } => write!(f, "that is said already: {value}"),
            DetailRefusal::BeforeStart { from, on } => {
                write!(
                    f,
                    "what is said now began on {from} and cannot end on {on}; name a later day"
                )
            }
            DetailRefusal::NotSaid { kind } => {
                write!(f, "no {kind} is said, so there is nothing to end")
            }
            DetailRefusal::Hangs { from } => write!(
                f,
                "the meter has been in place since {from}, so it is set; say where it is from the \
                 day it comes down"
            ),
            DetailRefusal::NoAccount { number } => {
                write!(f, "there is no account {number} to sum this one up; check the number")
            }
            DetailRefusal::Levelled { number, since } => write!(
                f,
                "bills of account {number} are levelled since {since}; end that first: meterbook \
                 budget end --account {number}"
            ),
            DetailRefusal::Billed { bill, on } => write!(
                f,
                "bill {} of {on} says on its paper who pays it, and that stays; name a day after it",
                bill.0
            ),
            DetailRefusal::Circular { number } => write!(
                f,
                "account {number} is summed up by this one, itself or through others; name one \
                 that is not"
            ),
        }
    }
}

impl std::error::Error for DetailRefusal {}
