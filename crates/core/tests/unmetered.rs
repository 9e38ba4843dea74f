//! A service that nothing measures is billed without a meter, and one that is measured is not.

use jiff::civil::date;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::assess::{AccountFacts, Ending, ServiceFacts, Tariffs, Unusual, assess};
use meterbook_core::bill::check::Hold;
use meterbook_core::cycle::Window;
use meterbook_core::id::{
    AccountId, AccountNumber, AgreementId, PersonId, PremiseId, ServicePointId, WindowId,
};
use meterbook_core::money::{Money, Quantity, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::place::{Commodity, ServicePoint};
use meterbook_core::rating::carried::Carried;
use meterbook_core::rating::terms::{Term, Terms};
use meterbook_core::reads::usage::Facts;
use meterbook_core::tariff::Tariff;

const LAMPS: &str = "tariff SL half-up
name       Street lights
commodity  electric kWh
needs      lamps
from       2026-01-01
monthly    Lamps   6.40 per lamps
unmetered  Energy  0.0712 per lamps
  each 29
";

fn lights(text: &str) -> Ending {
    let period = Period::new(date(2026, 7, 1), date(2026, 8, 1)).expect("July has days");
    let term =
        Term { name: "lamps".to_owned(), value: "3".to_owned(), from: period.start(), to: None };
    let service = ServiceFacts {
        agreement: Agreement {
            id: AgreementId(1),
            account: AccountId(1),
            service_point: ServicePointId(1),
            tariff: "SL".to_owned(),
            from: period.start(),
            to: None,
        },
        point: ServicePoint {
            id: ServicePointId(1),
            premise: PremiseId(1),
            commodity: Commodity::Electric,
            zone: Zone::utc(),
        },
        street: "Mill St".to_owned(),
        billed_through: None,
        carried: Carried::default(),
        shares: Vec::new(),
        allotted: Vec::new(),
        moves_on: false,
        so_far: None,
        inherits: Vec::new(),
        terms: Terms { said: vec![term], ..Terms::default() },
        measured: Facts::default(),
    };
    let account = Account {
        id: AccountId(1),
        number: AccountNumber::new(1).expect("it has few digits"),
        person: PersonId(1),
        class: CustomerClass::Commercial,
        cycle: Cycle(1),
        mail_to: String::new(),
        opened_on: period.start(),
    };
    let facts = AccountFacts {
        account,
        addressed_to: Vec::new(),
        services: vec![service],
        earlier: Vec::new(),
        bills_in_window: 0,
    };
    let window = Window {
        id: WindowId(1),
        cycle: Cycle(1),
        period,
        billed_on: date(2026, 8, 4),
        due_on: date(2026, 8, 25),
    };
    let mut tariffs = Tariffs::default();
    tariffs.learn("SL".to_owned(), vec![Tariff::parse(text).expect("it is a tariff")]);
    assess(&facts, &window, &mut tariffs, Unusual::Hold).remove(0).1
}

#[test]
fn lamps_are_billed_without_a_meter_and_their_use_is_on_the_bill() {
    let Ending::Billed(segment) = lights(LAMPS) else { panic!("it is held") };
    assert_eq!(segment.total, Money::from_cents(1_920 + 619));
    assert_eq!(segment.usage, Quantity { micro: 87_000_000, unit: Unit::Kwh });
}

#[test]
fn a_tariff_that_prices_what_is_measured_needs_a_meter() {
    let measured = format!("{LAMPS}volume  Other use  0.10\n");
    let held = lights(&measured);
    assert_eq!(held, Ending::Held(Hold::NoMeter { on: date(2026, 7, 1) }));
}
