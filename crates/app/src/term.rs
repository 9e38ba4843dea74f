//! What an agreement says of itself: terms, prices of its own, exemptions, each from a day on.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::AgreementId;
use meterbook_core::money::Share;
use meterbook_core::permission::Permission;
use meterbook_core::rating::terms::{Exemption, SpecialPrice, Term, Terms};
use meterbook_core::tariff::election::NotNow;
use meterbook_core::tariff::{Charge, Component};
use meterbook_core::text::{decimal, scaled};
use meterbook_store::terms::About;
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse};

/// One thing that an agreement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A number or a word.
    Term(Term),
    /// A price instead of the tariff's.
    Price(SpecialPrice),
    /// A tax or rider that is not owed, or not in full.
    Exemption(Exemption),
}

/// Why a term is not set.
#[derive(Debug, PartialEq, Eq)]
pub enum TermRefusal {
    /// No version of the agreement's tariff looks at it.
    Unknown {
        /// What was to be set.
        name: String,
        /// The tariff.
        tariff: String,
        /// What its versions do look at.
        known: Vec<String>,
    },
    /// Bills have been made for days from then on.
    Billed {
        /// The first day not billed.
        through: Date,
    },
    /// Something is said from that day on, or from a later one.
    Later {
        /// The name.
        name: String,
        /// The first day.
        from: Date,
    },
    /// It would end before it began.
    Backwards {
        /// The first day.
        from: Date,
        /// The first day without it.
        to: Date,
    },
    /// It is a choice that may not change then.
    NotNow {
        /// The name.
        name: String,
        /// Why not.
        why: NotNow,
    },
    /// More than all of a charge was to be left out, or none of it.
    OddShare,
}

/// Sets a term from its day on. What was said before ends there.
pub fn set(tx: &mut Tx, actor: Actor, agreement: AgreementId, said: &Said) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::SetTerms, None)?;
    let tariff = store::agreement::get(tx, agreement)?.tariff;
    let (about, name, from, _) = said.key();
    sayable(tx, &tariff, said)?;
    if let Some(through) = store::bill::billed_through(tx, agreement)?.filter(|it| from < *it) {
        return Err(refuse(TermRefusal::Billed { through }));
    }
    let there = store::terms::get(tx, agreement)?;
    let later = starts(&there, about, name).into_iter().find(|it| from <= *it);
    if let Some(from) = later {
        return Err(refuse(TermRefusal::Later { name: name.to_owned(), from }));
    }
    if about == About::Term {
        check_election(tx, actor, &tariff, name, from, &there)?;
    }
    store::terms::end(tx, agreement, about, name, from)?;
    store::terms::add(tx, agreement, &said.alone())?;
    let was = before(&there, about, name).unwrap_or_else(|| "nothing".to_owned());
    let said = said.to_string();
    let change = (was.as_str(), said.as_str());
    store::audit::turn(tx, &allowed, "set term", &agreement.to_string(), &said, change)
}

/// Refuses what an agreement on a tariff cannot say on any days.
pub(crate) fn sayable(tx: &mut Tx, tariff: &str, said: &Said) -> Result<()> {
    let (about, name, from, to) = said.key();
    if let Some(to) = to.filter(|to| *to <= from) {
        return Err(refuse(TermRefusal::Backwards { from, to }));
    }
    if let Said::Exemption(it) = said
        && !(1..=1_000_000_000).contains(&it.share.nano)
    {
        return Err(refuse(TermRefusal::OddShare));
    }
    let known = known(tx, tariff, about)?;
    // A price may also be for one line of a charge, such as `Energy, peak`.
    let is_line = |it: &String| name.strip_prefix(it).is_some_and(|it| it.starts_with(", "));
    if !known.iter().any(|it| it == name || about == About::Price && is_line(it)) {
        let (name, tariff) = (name.to_owned(), tariff.to_owned());
        return Err(refuse(TermRefusal::Unknown { name, tariff, known }));
    }
    Ok(())
}

/// Refuses a change of a customer's choice on a day on which the tariff does not allow it. The first
/// choice is free.
fn check_election(
    tx: &mut Tx,
    actor: Actor,
    tariff: &str,
    name: &str,
    from: Date,
    there: &Terms,
) -> Result<()> {
    let chosen = starts(there, About::Term, name);
    let Some(version) = crate::tariff::in_force(tx, tariff, from)? else { return Ok(()) };
    let election = version.elections.iter().find(|it| version.needs[it.term] == name);
    let (Some(election), Some(first)) = (election, chosen.iter().min()) else { return Ok(()) };
    let changes: Vec<Date> = chosen.iter().copied().filter(|it| it != first).collect();
    let asked = crate::founding::zone(tx)?.day_of(actor.at);
    match election.refuses(&changes, asked, from) {
        None => Ok(()),
        Some(why) => Err(refuse(TermRefusal::NotNow { name: name.to_owned(), why })),
    }
}

/// What the versions of a tariff look at, each name once.
pub fn known(tx: &mut Tx, tariff: &str, about: About) -> Result<Vec<String>> {
    let versions = crate::tariff::with_riders(tx, tariff)?;
    let names = versions.into_iter().flat_map(|it| match about {
        About::Term => it.needs,
        About::Price => labels(it.components, |it| {
            matches!(
                it,
                Charge::Fixed(_)
                    | Charge::Usage(_)
                    | Charge::Demand(_)
                    | Charge::Coincident(_)
                    | Charge::Unmetered(_)
            )
        }),
        About::Exemption => labels(it.components, |it| matches!(it, Charge::Share(_))),
    });
    let mut known: Vec<String> = names.collect();
    known.sort_unstable();
    known.dedup();
    Ok(known)
}

fn labels(components: Vec<Component>, of: impl Fn(&Charge) -> bool) -> Vec<String> {
    components.into_iter().filter(|it| of(&it.charge)).map(|it| it.label).collect()
}

/// The first days of what is said about a name.
fn starts(terms: &Terms, about: About, name: &str) -> Vec<Date> {
    match about {
        About::Term => terms.said.iter().filter(|it| it.name == name).map(|it| it.from).collect(),
        About::Price => {
            terms.prices.iter().filter(|it| it.label == name).map(|it| it.from).collect()
        }
        About::Exemption => {
            terms.exemptions.iter().filter(|it| it.label == name).map(|it| it.from).collect()
        }
    }
}

/// What was said last.
fn before(terms: &Terms, about: About, name: &str) -> Option<String> {
    let said = match about {
        About::Term => Said::Term(terms.said.iter().rfind(|it| it.name == name)?.clone()),
        About::Price => Said::Price(terms.prices.iter().rfind(|it| it.label == name)?.clone()),
        About::Exemption => {
            Said::Exemption(terms.exemptions.iter().rfind(|it| it.label == name)?.clone())
        }
    };
    Some(said.to_string())
}

impl Said {
    pub(crate) fn key(&self) -> (About, &str, Date, Option<Date>) {
        match self {
            Said::Term(it) => (About::Term, &it.name, it.from, it.to),
            Said::Price(it) => (About::Price, &it.label, it.from, it.to),
            Said::Exemption(it) => (About::Exemption, &it.label, it.from, it.to),
        }
    }

    /// What it is about, what is said, and the days `[from, to)`.
    pub fn parts(&self) -> (&str, String, (Date, Option<Date>)) {
        let (_, name, from, to) = self.key();
        let value = match self {
            Said::Term(it) => it.value.clone(),
            Said::Price(it) => decimal(it.nano, 9),
            Said::Exemption(it) => format!("−{}% ({})", decimal(it.share.nano, 7), it.certificate),
        };
        (name, value, (from, to))
    }

    fn alone(&self) -> Terms {
        let mut terms = Terms::default();
        self.clone().add_to(&mut terms);
        terms
    }

    /// Puts it beside others.
    pub(crate) fn add_to(self, terms: &mut Terms) {
        match self {
            Said::Term(it) => terms.said.push(it),
            Said::Price(it) => terms.prices.push(it),
            Said::Exemption(it) => terms.exemptions.push(it),
        }
    }

    /// The same on other days.
    pub(crate) fn on(&self, from: Date, to: Option<Date>) -> Said {
        match self.clone() {
            Said::Term(it) => Said::Term(Term { from, to, ..it }),
            Said::Price(it) => Said::Price(SpecialPrice { from, to, ..it }),
            Said::Exemption(it) => Said::Exemption(Exemption { from, to, ..it }),
        }
    }

    /// Its value and its certificate, as it is kept while it waits.
    pub(crate) fn row(&self) -> [String; 2] {
        match self {
            Said::Term(it) => [it.value.clone(), String::new()],
            Said::Price(it) => [decimal(it.nano, 9), String::new()],
            Said::Exemption(it) => {
                [format!("{}%", decimal(it.share.nano, 7)), it.certificate.clone()]
            }
        }
    }

    /// What was kept so.
    pub(crate) fn of(
        (about, name, from, to): (About, String, Date, Option<Date>),
        value: &str,
        certificate: &str,
    ) -> Option<Said> {
        Some(match about {
            About::Term => Said::Term(Term { name, value: value.to_owned(), from, to }),
            About::Price => {
                let nano = scaled(value, 9)?;
                Said::Price(SpecialPrice { label: name, nano, from, to })
            }
            About::Exemption => {
                let share = Share::parse(value).ok()?;
                let certificate = certificate.to_owned();
                Said::Exemption(Exemption { label: name, share, certificate, from, to })
            }
        })
    }

    /// Everything in `terms`, each by itself.
    pub fn all(terms: Terms) -> Vec<Said> {
        let said = terms.said.into_iter().map(Said::Term);
        let prices = terms.prices.into_iter().map(Said::Price);
        said.chain(prices).chain(terms.exemptions.into_iter().map(Said::Exemption)).collect()
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Said::Term(it) => write!(f, "{} {}", it.name, it.value)?,
            Said::Price(it) => write!(f, "{} at {}", it.label, decimal(it.nano, 9))?,
            Said::Exemption(Exemption { label, share, certificate, .. }) => {
                write!(
                    f,
                    "{label}: {}% exempt, certificate {certificate}",
                    decimal(share.nano, 7)
                )?;
            }
        }
        let (_, _, from, to) = self.key();
        write!(f, " from {from}")?;
        to.map_or(Ok(()), |to| write!(f, " up to {to}"))
    }
}

impl fmt::Display for TermRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TermRefusal::Unknown { name, tariff, known } if known.is_empty() => {
                write!(f, "tariff {tariff} does not look at {name}, nor at any other term")
            }
            TermRefusal::Unknown { name, tariff, known } => {
                let known = known.join(", ");
                write!(f, "tariff {tariff} does not look at {name}; it looks at: {known}")
            }
            TermRefusal::Billed { through } => {
                write!(
                    f,
                    "days up to {through} are billed; set it from {through} or later, or correct the bills by it: meterbook fact term, price, exempt or none"
                )
            }
            TermRefusal::Later { name, from } => {
                write!(f, "{name} is set from {from} on already; set it from a later day")
            }
            TermRefusal::Backwards { from, to } => {
                write!(f, "what begins on {from} cannot end on {to}; give a later day")
            }
            TermRefusal::NotNow { name, why } => match why {
                NotNow::Used { on } => {
                    write!(
                        f,
                        "{name} was changed on {on}, and the tariff allows no other change yet"
                    )
                }
                NotNow::Day { next } => {
                    write!(f, "{name} changes only from {next} on; set it from that day")
                }
                NotNow::Late { last, next } => {
                    write!(
                        f,
                        "{name} had to be asked for by {last}; the next change counts from {next}"
                    )
                }
            },
            TermRefusal::OddShare => {
                write!(f, "an exemption leaves out more than 0% and at most 100%")
            }
        }
    }
}

impl std::error::Error for TermRefusal {}
