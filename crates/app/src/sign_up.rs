//! Sign-up in one step: person, account, premise, meters and agreements, together or not at all.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::moves::Credit;
use meterbook_core::person::{Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_store::Tx;

use crate::Actor;
use crate::application::{self, Application, At, Metered, Screening, Service, Who};
use crate::meter::NewChannel;
use crate::moves::ReadWanted;

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

/// Takes on a customer at a new premise, whoever else is known by that name: what
/// [`crate::application`] does for somebody who was looked up elsewhere.
pub fn sign_up(tx: &mut Tx, actor: Actor, new: &SignUp) -> Result<Account> {
    let SignUp { name, kind, class, language, phone, email, .. } = new.clone();
    let SignUp { street, town, region, cycle, from, services, .. } = new.clone();
    let service = |it: NewService| Service {
        commodity: it.commodity,
        tariff: it.tariff,
        meter: Metered::By { serial: it.serial, channels: it.channels },
        read: ReadWanted::Ordered,
    };
    let application = Application {
        who: Who::New { name, kind, language, phone, email },
        screening: Screening::Despite("looked up elsewhere".to_owned()),
        class,
        cycle,
        credit: Credit::Unknown,
        at: At::New { street, town, region },
        mail_to: None,
        from,
        services: services.into_iter().map(service).collect(),
    };
    Ok(application::apply(tx, actor, &application)?.account)
}
