//! Sign-up in one step: screening, customer, account, premise, meters, agreements, deposit, order and
//! confirmation, together or not at all.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::id::{PersonId, PremiseId, ServicePointId};
use meterbook_core::money::Money;
use meterbook_core::moves::{Credit, MoveKind};
use meterbook_core::period::Zone;
use meterbook_core::permission::Permission;
use meterbook_core::person::{ContactKind, Language, PersonKind};
use meterbook_core::place::{Commodity, Premise, ServicePoint};
use meterbook_store::{self as store, Tx};

use crate::account::NewAccount;
use crate::authority::authorize;
use crate::meter::{MeterRefusal, NewChannel};
use crate::moves::{Made, ReadWanted, Start, Wanted};
use crate::screening::{self, Known};
use crate::{Actor, account, meter, moves, person, place, refuse};

/// What an applicant says.
#[derive(Clone, Debug)]
pub struct Application {
    /// Who they are.
    pub who: Who,
    /// What the clerk makes of what is known of them.
    pub screening: Screening,
    /// A household or a business.
    pub class: CustomerClass,
    /// When they are billed.
    pub cycle: Cycle,
    /// How they pay, as far as that is known; a deposit follows from it.
    pub credit: Credit,
    /// Where they take service.
    pub at: At,
    /// Where mail goes, when it does not go there.
    pub mail_to: Option<String>,
    /// The first day of service.
    pub from: Date,
    /// What they take.
    pub services: Vec<Service>,
}

/// An applicant.
#[derive(Clone, Debug)]
pub enum Who {
    /// Somebody who is taken down.
    New {
        /// The name.
        name: String,
        /// A human being or an organisation.
        kind: PersonKind,
        /// The language of letters.
        language: Language,
        /// A telephone number.
        phone: Option<String>,
        /// An e-mail address.
        email: Option<String>,
    },
    /// Somebody who is there.
    Known(PersonId),
}

/// Whether what is known of an applicant keeps them out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screening {
    /// Who owes or may be there already is refused.
    Strict,
    /// The clerk has seen it, and says why it goes on.
    Despite(String),
}

/// Where service is taken.
#[derive(Clone, Debug)]
pub enum At {
    /// A premise that is taken down.
    New {
        /// The street line.
        street: String,
        /// The town.
        town: String,
        /// State and postal code.
        region: String,
    },
    /// One that is there.
    Known(PremiseId),
}

/// One service of an applicant.
#[derive(Clone, Debug)]
pub struct Service {
    /// What is delivered.
    pub commodity: Commodity,
    /// The tariff's code.
    pub tariff: String,
    /// What counts it.
    pub meter: Metered,
    /// Where the first read comes from.
    pub read: ReadWanted,
}

/// What counts a service.
#[derive(Clone, Debug)]
pub enum Metered {
    /// A meter that is hung, or hangs there, by its number.
    By {
        /// The number on its face.
        serial: String,
        /// What it counts, when it is new.
        channels: Vec<NewChannel>,
    },
    /// Whatever hangs there.
    AsItIs,
    /// Nothing: its tariff looks at no meter.
    Nothing,
}

/// Why an applicant is not taken on.
#[derive(Debug, PartialEq, Eq)]
pub enum NotSignedUp {
    /// They may be there already, or owe.
    Known(Vec<Known>),
    /// The premise is there already.
    PremiseKnown {
        /// Which one.
        premise: PremiseId,
        /// Its street.
        street: String,
    },
    /// There are several service points of that commodity, and no meter says which.
    WhichPoint {
        /// What is delivered.
        commodity: Commodity,
        /// How many.
        count: usize,
    },
    /// The tariff prices what a meter measures, and none hangs there.
    NoMeter {
        /// The tariff's code.
        tariff: String,
    },
    /// They take nothing.
    NoServices,
    /// The clerk goes on despite what is known, and does not say why.
    NoReason,
}

/// A customer who was taken on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedUp {
    /// Their account.
    pub account: Account,
    /// What was begun.
    pub made: Made,
    /// What is asked for as security.
    pub deposit: Money,
    /// What they are told, in their language.
    pub confirmation: String,
}

/// Takes on a customer.
pub fn apply(tx: &mut Tx, actor: Actor, new: &Application) -> Result<SignedUp> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    if new.services.is_empty() {
        return Err(refuse(NotSignedUp::NoServices));
    }
    screen(tx, new)?;
    let person = taken_down(tx, actor, &new.who)?;
    let premise = premise(tx, actor, new)?;
    let there = store::place::premise(tx, premise)?;
    let mail_to = new.mail_to.clone().unwrap_or_else(|| there.lines().join("\n"));
    let Application { class, cycle, from, credit, .. } = *new;
    let opened = NewAccount { person, class, cycle, mail_to, opened_on: from };
    let account = account::open(tx, actor, opened)?;
    if let Screening::Despite(why) = &new.screening {
        let number = account.number.to_string();
        store::audit::add(tx, &allowed, "sign up despite", &number, why)?;
    }
    let zone = crate::founding::zone(tx)?;
    let mut starts: Vec<Start> = Vec::new();
    for service in &new.services {
        let taken: Vec<_> = starts.iter().map(|it| it.point).collect();
        let point = point(tx, actor, (premise, &zone), service, &taken)?;
        hang(tx, actor, service, point, from)?;
        let (tariff, read) = (service.tariff.clone(), service.read.clone());
        starts.push(Start { point, tariff, read });
    }
    let wanted = Wanted {
        kind: MoveKind::SignUp,
        account: account.id,
        stops: Vec::new(),
        stops_on: None,
        starts,
        starts_on: Some(from),
        credit: Some(credit),
    };
    let made = moves::ask(tx, actor, &wanted)?;
    let deposit = store::deposit::of(tx, class, credit, from)?;
    let confirmation = moves::told(tx, &made)?;
    Ok(SignedUp { account, made, deposit, confirmation })
}

/// Refuses who owes or may be there already, unless the clerk has seen it.
fn screen(tx: &mut Tx, new: &Application) -> Result<()> {
    if let Screening::Despite(why) = &new.screening {
        let said = !why.trim().is_empty();
        return if said { Ok(()) } else { Err(refuse(NotSignedUp::NoReason)) };
    }
    let known = match &new.who {
        Who::New { name, phone, email, .. } => {
            screening::look_up(tx, name, phone.as_deref(), email.as_deref())?
        }
        Who::Known(person) => screening::debts(tx, *person)?,
    };
    if known.is_empty() { Ok(()) } else { Err(refuse(NotSignedUp::Known(known))) }
}

fn taken_down(tx: &mut Tx, actor: Actor, who: &Who) -> Result<PersonId> {
    match who {
        Who::Known(id) => Ok(person::in_use(tx, *id)?.id),
        Who::New { name, kind, language, phone, email } => {
            let id = person::add(tx, actor, name, *kind, *language)?;
            for (kind, value) in [(ContactKind::Phone, phone), (ContactKind::Email, email)] {
                if let Some(value) = value {
                    person::add_contact(tx, actor, id, kind, value)?;
                }
            }
            Ok(id)
        }
    }
}

fn premise(tx: &mut Tx, actor: Actor, new: &Application) -> Result<PremiseId> {
    let (street, town, region) = match &new.at {
        At::Known(id) => return Ok(store::place::premise(tx, *id)?.id),
        At::New { street, town, region } => (street, town, region),
    };
    if new.screening == Screening::Strict {
        let [street, town, region] = [street, town, region].map(|it| it.trim().to_owned());
        let said = Premise { id: PremiseId(0), street, town, region };
        if let Some(there) = store::place::by_key(tx, &said.key())?.first() {
            let street = store::place::premise(tx, *there)?.street;
            return Err(refuse(NotSignedUp::PremiseKnown { premise: *there, street }));
        }
    }
    place::add_premise(tx, actor, street, town, region)
}

/// The service point of the premise that a service is for: the one where its meter hangs, or the
/// only one of its commodity; a new one where there is none.
fn point(
    tx: &mut Tx,
    actor: Actor,
    (premise, zone): (PremiseId, &Zone),
    service: &Service,
    taken: &[ServicePointId],
) -> Result<ServicePointId> {
    let commodity = service.commodity;
    let there = store::place::points_at(tx, premise)?;
    let free = |it: &&ServicePoint| it.commodity == commodity && !taken.contains(&it.id);
    let free: Vec<ServicePointId> = there.iter().filter(free).map(|it| it.id).collect();
    if let Metered::By { serial, .. } = &service.meter {
        for id in &free {
            if hangs(tx, *id)?.is_some_and(|it| it == *serial) {
                return Ok(*id);
            }
        }
    }
    match (&free[..], &service.meter) {
        ([only], _) if is_empty_or_asked(tx, *only, &service.meter)? => Ok(*only),
        ([] | [_], Metered::By { .. }) | ([], _) => {
            place::add_service_point(tx, actor, premise, commodity, zone)
        }
        (several, _) => Err(refuse(NotSignedUp::WhichPoint { commodity, count: several.len() })),
    }
}

/// Whether the only point of a commodity is the one that is meant: no other meter hangs there.
fn is_empty_or_asked(tx: &mut Tx, point: ServicePointId, meter: &Metered) -> Result<bool> {
    match meter {
        Metered::By { .. } => Ok(hangs(tx, point)?.is_none()),
        Metered::AsItIs | Metered::Nothing => Ok(true),
    }
}

/// The number of the meter that hangs at a point.
fn hangs(tx: &mut Tx, point: ServicePointId) -> Result<Option<String>> {
    let there = store::meter::installations_at(tx, point)?;
    let Some(hung) = there.iter().find(|it| it.to.is_none()) else { return Ok(None) };
    Ok(Some(store::meter::get(tx, hung.meter)?.serial))
}

/// Sees to it that something counts a service whose tariff looks at a meter.
fn hang(
    tx: &mut Tx,
    actor: Actor,
    service: &Service,
    point: ServicePointId,
    from: Date,
) -> Result<()> {
    let tariff = &service.tariff;
    // A tariff that is not there is refused where service starts, with its own words.
    let Some(version) = crate::tariff::in_force(tx, tariff, from)? else { return Ok(()) };
    let there = hangs(tx, point)?;
    match &service.meter {
        Metered::By { serial, .. } if there.as_deref() == Some(serial.trim()) => Ok(()),
        Metered::By { serial, channels } => {
            let known = store::meter::by_serial(tx, serial.trim())?;
            let hung = match known.into_iter().find(|it| it.commodity == service.commodity) {
                // One of the shelf. One that hangs elsewhere is refused by the installation.
                Some(_) if !channels.is_empty() => {
                    let serial = serial.clone();
                    return Err(refuse(MeterRefusal::NumberTaken { serial }));
                }
                Some(meter) => meter,
                None => meter::add(tx, actor, serial, service.commodity, channels)?,
            };
            meter::install(tx, actor, &hung, point, from).map(|_| ())
        }
        Metered::AsItIs | Metered::Nothing if there.is_none() && version.is_measured() => {
            Err(refuse(NotSignedUp::NoMeter { tariff: tariff.clone() }))
        }
        Metered::AsItIs | Metered::Nothing => Ok(()),
    }
}

impl fmt::Display for NotSignedUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSignedUp::Known(known) => {
                f.write_str("somebody like them is there already:")?;
                for (nth, it) in known.iter().enumerate() {
                    write!(f, "{} {it}", if nth == 0 { "" } else { ";" })?;
                }
                f.write_str(
                    ". If it is them, let them pay what they owe and sign them up by their person's \
                     number; if not, or all the same, say despite what and why",
                )
            }
            NotSignedUp::PremiseKnown { premise, street } => write!(
                f,
                "{street} is premise {premise} already; sign them up there, by its number"
            ),
            NotSignedUp::WhichPoint { commodity, count } => write!(
                f,
                "there are {count} service points for {commodity}; name the meter that hangs at the \
                 one you mean"
            ),
            NotSignedUp::NoMeter { tariff } => write!(
                f,
                "tariff {tariff} prices what a meter measures, and none hangs there; name a meter"
            ),
            NotSignedUp::NoServices => f.write_str("they take nothing; name a service"),
            NotSignedUp::NoReason => f.write_str("say why they are taken on all the same"),
        }
    }
}

impl std::error::Error for NotSignedUp {}
