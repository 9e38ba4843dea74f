//! A utility as small as it can be: one tariff, a cycle, and customers as a test wants them.

use anyhow::{Error, Result};
use jiff::Timestamp;
use jiff::civil::date;
use meterbook_app::meter::NewChannel;
use meterbook_app::sign_up::{NewService, SignUp, sign_up};
use meterbook_app::{Actor, Refused, founding, tariff};
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::bill::Utility;
use meterbook_core::currency::Currency;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::period::Zone;
use meterbook_core::person::{Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_store::Db;

/// The tariff of everybody.
pub(crate) const TARIFF: &str = "tariff R-1 half-up\nname       Residential service\ncommodity  electric kWh\n\
                      from       2026-01-01\n\nvolume  Energy            0.12\n";

pub(crate) fn utility() -> Utility {
    Utility {
        name: "Alder Creek Light".to_owned(),
        remit_to: vec!["PO Box 7".to_owned()],
        phone: "555-0100".to_owned(),
        site: "aldercreek.example".to_owned(),
        zone: "America/Chicago".to_owned(),
        currency: Currency::DOLLARS,
        footer: String::new(),
    }
}

pub(crate) fn actor() -> Actor {
    let at: Timestamp = "2026-03-10T12:00:00Z".parse().expect("it is an instant");
    Actor::system(at)
}

/// Whoever does something when all that is read in a test is over.
pub(crate) fn later() -> Actor {
    Actor::system("2026-08-01T12:00:00Z".parse().expect("it is an instant"))
}

/// Whoever bills the turn that is due next, on the day planned for its bills; today where there is none.
pub(crate) fn biller(db: &Db) -> Actor {
    let next = db.read(meterbook_store::window::oldest_open).expect("it is read");
    let zone = Zone::named(&utility().zone).expect("it is a zone");
    Actor::system(next.map_or(actor().at, |it| zone.start_of(it.billed_on)))
}

/// Founds the utility and publishes its tariff.
pub(crate) fn found(db: &Db) {
    db.write(|tx| {
        founding::found(tx, actor(), &utility())?;
        tariff::publish(tx, actor(), TARIFF)
    })
    .expect("a utility can be founded");
}

/// The same, unless it is there.
pub(crate) fn found_once(db: &Db) {
    if db.read(meterbook_store::utility::get).is_err() {
        found(db);
    }
}

/// A customer with a meter of these channels.
pub(crate) fn customer(serial: &str, channels: &[(Form, Flow)]) -> SignUp {
    let channel =
        |&(form, flow)| NewChannel { form, unit: Unit::Kwh, flow, multiplier_micro: 1_000_000 };
    SignUp {
        name: "Rosa Quill".to_owned(),
        kind: PersonKind::Individual,
        class: CustomerClass::Residential,
        language: Language::English,
        phone: None,
        email: None,
        street: "12 Mill St".to_owned(),
        town: "Alder Creek".to_owned(),
        region: "IL 60000".to_owned(),
        cycle: Cycle(1),
        from: date(2026, 1, 1),
        services: vec![NewService {
            commodity: Commodity::Electric,
            tariff: "R-1".to_owned(),
            serial: serial.to_owned(),
            channels: channels.iter().map(channel).collect(),
        }],
    }
}

/// Takes the customer on.
pub(crate) fn take_on(db: &Db, customer: &SignUp) -> Result<Account> {
    db.write(|tx| sign_up(tx, actor(), customer))
}

/// A register of five digits for what is delivered.
pub(crate) const DIALS: (Form, Flow) = (Form::Register { digits: 5 }, Flow::Delivered);

/// A channel of quarter hours.
pub(crate) fn quarters(flow: Flow) -> (Form, Flow) {
    (Form::Interval { minutes: 15 }, flow)
}

/// What a refusal says.
pub(crate) fn says(why: &Error) -> String {
    assert!(why.is::<Refused>(), "{why:?}");
    why.to_string()
}
