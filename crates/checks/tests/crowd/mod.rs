//! A utility with so many customers, their reads and a turn in January that is to be billed, as the tests of
//! several processes begin with it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use meterbook_app::intake::{self, Import};
use meterbook_app::meter::NewChannel;
use meterbook_app::sign_up::{NewService, SignUp, sign_up};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, founding, tariff};
use meterbook_checks::program::Program;
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::bill::Utility;
use meterbook_core::currency::Currency;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::period::Period;
use meterbook_core::person::{Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_store::Db;

/// Each of so many has no read at the end of the turn, and is held.
pub(crate) const UNREAD: i64 = 40;
/// What all of them pay for electricity.
pub(crate) const ELECTRIC: &str = "tariff R-1 half-up\nname       Residential service\ncommodity  electric kWh\n\
    from       2026-01-01\n\nmonthly Service charge  11.25\nblocks  Energy  0.1184 to 500, 0.1392\n\
    volume  Fuel  0.0123\ntax     City tax  3.5%\n";
const WATER: &str = "tariff W-1 half-up\nname       Water\ncommodity  water kgal\n\
    from       2026-01-01\n\nmonthly Meter charge  6.80\nvolume  Water  4.15\n";

/// Whoever does it, the day after the turn is billed.
pub(crate) fn actor() -> Actor {
    let at: Timestamp = "2026-02-03T12:00:00Z".parse().expect("it is an instant");
    Actor::system(at)
}

/// Founds a utility with so many customers, their reads and a turn in January that is to be billed.
pub(crate) fn found(utility: &Program, customers: i64) {
    fs::create_dir(&utility.folder).expect("it is new");
    let db = Db::create(&utility.location()).expect("a new database");
    let of = Utility {
        name: "Alder Creek Light".to_owned(),
        remit_to: vec!["PO Box 7".to_owned()],
        phone: "555-0100".to_owned(),
        site: "aldercreek.example".to_owned(),
        zone: "America/Chicago".to_owned(),
        currency: Currency::DOLLARS,
        footer: String::new(),
    };
    db.write(|tx| {
        founding::found(tx, actor(), &of)?;
        tariff::publish(tx, actor(), ELECTRIC)?;
        tariff::publish(tx, actor(), WATER)?;
        let period = Period::month(2026, 1).expect("January has days");
        let (billed_on, due_on) = (date(2026, 2, 2), date(2026, 2, 23));
        window::plan(tx, actor(), Cycle(1), &[NewWindow { period, billed_on, due_on }])
    })
    .expect("a utility can be founded");
    for some in (1..=customers).collect::<Vec<_>>().chunks(500) {
        db.write(|tx| {
            some.iter().try_for_each(|it| sign_up(tx, actor(), &customer(*it)).map(drop))
        })
        .expect("customers can sign up");
    }
    read(&db, &utility.folder, customers, date(2026, 1, 1));
    read(&db, &utility.folder, customers, date(2026, 2, 1));
}

/// One of three speaks Spanish, one of four has water as well.
fn customer(nth: i64) -> SignUp {
    let service = |commodity, tariff: &str, letter: char, unit| {
        let (form, flow) = (Form::Register { digits: 5 }, Flow::Delivered);
        NewService {
            commodity,
            tariff: tariff.to_owned(),
            serial: format!("{letter}-{nth}"),
            channels: vec![NewChannel { form, unit, flow, multiplier_micro: 1_000_000 }],
        }
    };
    let mut services = vec![service(Commodity::Electric, "R-1", 'E', Unit::Kwh)];
    if nth % 4 == 0 {
        services.push(service(Commodity::Water, "W-1", 'W', Unit::Kgal));
    }
    SignUp {
        name: format!("Customer {nth}"),
        kind: PersonKind::Individual,
        class: CustomerClass::Residential,
        language: if nth % 3 == 0 { Language::Spanish } else { Language::English },
        phone: None,
        email: None,
        street: format!("{nth} Mill St"),
        town: "Alder Creek".to_owned(),
        region: "IL 60000".to_owned(),
        cycle: Cycle(1),
        from: date(2026, 1, 1),
        services,
    }
}

/// What every meter shows on a day.
fn read(db: &Db, folder: &Path, customers: i64, day: Date) {
    let mut text = "meter,date,read,kind\n".to_owned();
    let months = i64::from(day.month() - 1);
    for nth in 1..=customers {
        if months == 0 || nth % UNREAD != 0 {
            let (electric, water) = (months * (nth * 37 % 1900), months * (nth * 11 % 17));
            writeln!(text, "E-{nth},{day},{electric},actual").expect("memory takes all");
            if nth % 4 == 0 {
                writeln!(text, "W-{nth},{day},{water},actual").expect("memory takes all");
            }
        }
    }
    let file = folder.join("reads.csv");
    fs::write(&file, text).expect("a file is written");
    let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    intake::import(db, actor(), &wanted, &mut |_| ()).expect("reads can be imported");
}
