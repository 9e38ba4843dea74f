//! Sign-up in one step: person, account, premise, meters and agreements, together or not at all.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::person::{ContactKind, Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_store::Tx;

use crate::account::NewAccount;
use crate::meter::NewChannel;
use crate::{Actor, account, agreement, meter, person, place};

/// What an applicant says.
#[derive(Clone, Debug)]
pub struct SignUp {
    /// The name.
    pub name: String,
    /// A human being or an organisation.
    pub kind: PersonKind,
    /// A household or a business.
    pub class: CustomerClass,
    /// The language of letters.
    pub language: Language,
    /// A telephone number.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// The street line of the premise; mail goes there too.
    pub street: String,
    /// The town.
    pub town: String,
    /// State and postal code.
    pub region: String,
    /// When they are billed.
    pub cycle: Cycle,
    /// The first day of service.
    pub from: Date,
    /// What they take.
    pub services: Vec<NewService>,
}

/// One service of an applicant: a meter that is hung for it, and the tariff.
#[derive(Clone, Debug)]
pub struct NewService {
    /// What is delivered.
    pub commodity: Commodity,
    /// The tariff's code.
    pub tariff: String,
    /// The number on the new meter.
    pub serial: String,
    /// What it counts.
    pub channels: Vec<NewChannel>,
}

/// Takes on a customer at a new premise.
pub fn sign_up(tx: &mut Tx, actor: Actor, new: &SignUp) -> Result<Account> {
    let zone = crate::founding::zone(tx)?;
    let person = person::add(tx, actor, &new.name, new.kind, new.language)?;
    for (kind, value) in [(ContactKind::Phone, &new.phone), (ContactKind::Email, &new.email)] {
        if let Some(value) = value {
            person::add_contact(tx, actor, person, kind, value)?;
        }
    }
    let premise = place::add_premise(tx, actor, &new.street, &new.town, &new.region)?;
    let mail_to = format!("{}\n{} {}", new.street, new.town, new.region);
    let SignUp { class, cycle, from, .. } = *new;
    let opened = NewAccount { person, class, cycle, mail_to, opened_on: from };
    let account = account::open(tx, actor, opened)?;
    for service in &new.services {
        let NewService { commodity, tariff, serial, channels } = service;
        let point = place::add_service_point(tx, actor, premise, *commodity, &zone)?;
        let hung = meter::add(tx, actor, serial, *commodity, channels)?;
        meter::install(tx, actor, &hung, point, from)?;
        agreement::start(tx, actor, account.id, point, tariff, from)?;
    }
    Ok(account)
}
