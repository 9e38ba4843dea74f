//! What paper cannot show is refused where it is written, on both engines.

use jiff::civil::date;
use meterbook_app::split::{Split, split};
use meterbook_app::written::{NotWritten, Written};
use meterbook_app::{Refused, founding, pay, person};
use meterbook_checks::engines;
use meterbook_core::bill::Utility;
use meterbook_core::bill::sample::statement;
use meterbook_core::id::PersonId;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::person::{ContactKind, Language};

use crate::village::{self, DIALS, actor};

fn refusal(why: &anyhow::Error) -> NotWritten {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<NotWritten>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

#[test]
fn a_name_is_one_line_in_letters_that_bills_can_print() {
    engines::each(|db, _| {
        village::found(db);
        let signs_up = |name: &str, street: &str| {
            let mut customer = village::customer("E-1", &[DIALS]);
            (customer.name, customer.street) = (name.to_owned(), street.to_owned());
            village::take_on(db, &customer)
        };
        let no = |name: &str, street: &str| refusal(&signs_up(name, street).unwrap_err());
        assert_eq!(no("李小龙", "12 Mill St"), NotWritten::NoLetter { letter: '李' });
        assert_eq!(no("Rosa 😀", "12 Mill St"), NotWritten::NoLetter { letter: '😀' });
        for broken in ["Rosa\nQuill", "Rosa\tQuill"] {
            assert_eq!(no(broken, "12 Mill St"), NotWritten::Broken { what: Written::Name });
            assert_eq!(no("Rosa Quill", broken), NotWritten::Broken { what: Written::Line });
        }
        assert_eq!(no("Rosa Quill", &"Mill St ".repeat(12)), NotWritten::TooLong { most: 80 });
        signs_up("Żółć Ōtani-Müller Ψαρρός Щукин", "12 Mill St").unwrap();
        let (id, on) = (PersonId(1), date(2026, 3, 1));
        let was = "Żółć Ōtani-Müller Ψαρρός Щукин";
        let rename = |to: &str| db.write(|tx| person::rename(tx, actor(), id, was, to, on));
        assert_eq!(refusal(&rename("李").unwrap_err()), NotWritten::NoLetter { letter: '李' });
    });
}

#[test]
fn the_name_of_a_record_that_is_split_off_is_one_too() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let splits = |name: &str| {
            let (person, name) = (account.person, name.to_owned());
            let it = Split { person, name, accounts: vec![account.id], contacts: Vec::new() };
            refusal(&db.write(|tx| split(tx, actor(), &it)).unwrap_err())
        };
        assert_eq!(splits("李小龙"), NotWritten::NoLetter { letter: '李' });
        assert_eq!(splits("Rosa\tQuill"), NotWritten::Broken { what: Written::Name });
        assert_eq!(splits(&"Rosa ".repeat(17)), NotWritten::TooLong { most: 80 });
    });
}

#[test]
fn a_utility_is_called_what_its_bills_can_print() {
    let sample = statement(Language::English).utility;
    let founds = |it: Utility| refusal(&founding::may_be_founded(&it).unwrap_err());
    founding::may_be_founded(&sample).unwrap();
    let no_letter = NotWritten::NoLetter { letter: '水' };
    assert_eq!(founds(Utility { name: "水道局".to_owned(), ..sample.clone() }), no_letter);
    assert_eq!(founds(Utility { footer: "Page 水".to_owned(), ..sample.clone() }), no_letter);
    let remit_to = vec!["PO Box 1180".to_owned(), "Cedar Fork\nXX".to_owned()];
    let broken = NotWritten::Broken { what: Written::Line };
    assert_eq!(founds(Utility { remit_to, ..sample }), broken);
}

#[test]
fn an_address_is_no_longer_than_the_window_and_a_reference_one_line() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let post = |lines: usize| {
            let address = vec!["Floor 4"; lines].join("\n");
            db.write(|tx| {
                person::add_contact(tx, actor(), account.person, ContactKind::Post, &address)
            })
        };
        assert_eq!(refusal(&post(6).unwrap_err()), NotWritten::TooManyLines { most: 5 });
        post(5).unwrap();
        let pays = |reference: &str| {
            let payment = pay::NewPayment {
                account: account.id,
                amount: Money::from_cents(1_000),
                on: date(2026, 3, 1),
                tender: Tender::Check,
                reference: reference.to_owned(),
            };
            db.write(|tx| pay::pay(tx, actor(), &payment))
        };
        let broken = NotWritten::Broken { what: Written::Reference };
        assert_eq!(refusal(&pays("14\n71").unwrap_err()), broken);
        pays("1471").unwrap();
    });
}
