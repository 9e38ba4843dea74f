//! Saying more of a person, a premise or a service point.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::detail::{Detail, DetailKind, Subject};
use meterbook_core::id::DetailId;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

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
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    let name = exists(tx, subject)?;
    if !kind.is_of(subject) {
        return Err(refuse(DetailRefusal::NotOf { kind, sort: sort(subject) }));
    }
    let value =
        kind.read(value).map_err(|expected| refuse(DetailRefusal::NotAValue { kind, expected }))?;
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
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
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
    end_one(tx, subject, it, on)?;
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

/// What the books call a subject; a failure when there is none.
fn exists(tx: &mut Tx, subject: Subject) -> Result<String> {
    let id = match subject {
        Subject::Person(id) => store::person::get(tx, id)?.id.0,
        Subject::Premise(id) => store::place::premise(tx, id)?.id.0,
        Subject::Point(id) => store::place::service_point(tx, id)?.id.0,
    };
    Ok(format!("{} {id}", sort(subject)))
}

fn sort(subject: Subject) -> &'static str {
    match subject {
        Subject::Person(_) => "person",
        Subject::Premise(_) => "premise",
        Subject::Point(_) => "service point",
    }
}

impl fmt::Display for DetailRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DetailRefusal::NotOf { kind, sort } => {
                write!(f, "{kind} is nothing that is said of a {sort}; check what it is of")
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
        }
    }
}

impl std::error::Error for DetailRefusal {}
