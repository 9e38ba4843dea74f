//! Bills on their way to people, on both engines: who gets one, in which way, and what becomes of it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::{check, detail, party, person};
use meterbook_checks::engines;
use meterbook_core::delivery::{Piece, State, Way};
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::party::PartyRole;
use meterbook_core::period::Period;
use meterbook_core::person::{ContactKind, Language, PersonKind, Purpose};
use meterbook_store::{self as store, Db};

use crate::correct;
use crate::village::{DIALS, actor};

const ACCOUNT: AccountId = AccountId(1);
const START: Date = date(2026, 1, 1);

/// Every piece of the account, oldest first.
pub(crate) fn pieces(db: &Db) -> Vec<(Piece, State)> {
    let mut all = db.read(|tx| store::outbox::of_account(tx, ACCOUNT, 100)).unwrap();
    all.reverse();
    all
}

/// The account's customer gets bills by e-mail from here on, if `agreed`.
pub(crate) fn by_email(db: &Db, choice: &str, agreed: bool) {
    db.write(|tx| {
        let customer = store::account::get(tx, ACCOUNT)?.person;
        let about = Subject::Account(ACCOUNT);
        detail::set(tx, actor(), about, DetailKind::Delivery, choice, None, START)?;
        let it =
            person::add_contact(tx, actor(), customer, ContactKind::Email, "rosa@example.org")?;
        if agreed {
            person::consent(tx, actor(), it, Purpose::Bills, START)?;
        }
        Ok(())
    })
    .unwrap();
}

fn faults(db: &Db) -> Vec<String> {
    check::check(db).unwrap().rules.into_iter().flat_map(|it| it.faults).collect()
}

#[test]
fn every_posted_bill_is_queued_in_the_transaction_that_posts_it() {
    engines::each(|db, _| {
        correct::three_months(db);
        let all = pieces(db);
        assert_eq!(all.len(), 3);
        for (piece, state) in &all {
            assert_eq!(
                (piece.way, piece.role, *state),
                (Way::Post, PartyRole::Main, State::Queued)
            );
            assert_eq!(piece.address, "Rosa Quill\n12 Mill St\nAlder Creek IL 60000");
        }
        assert!(faults(db).is_empty(), "{:?}", faults(db));
    });
}

/// Two months of use and one turn of them; `before` is done before it is billed.
pub(crate) fn one_month(db: &Db, before: impl FnOnce(&Db)) {
    correct::begin(db, "R-1", &[DIALS]);
    correct::shows(db, date(2026, 1, 1), &[0]);
    correct::shows(db, date(2026, 2, 1), &[100]);
    before(db);
    correct::bill(db);
}

fn ways(db: &Db) -> Vec<(PartyRole, Way, String)> {
    let all = pieces(db).into_iter();
    all.map(|(it, _)| (it.role, it.way, it.address.lines().last().unwrap_or("").to_owned()))
        .collect()
}

#[test]
fn a_message_takes_a_consent_and_without_one_it_is_paper() {
    let (town, email) = ("Alder Creek IL 60000".to_owned(), "rosa@example.org".to_owned());
    let main = PartyRole::Main;
    for (choice, agreed, expected) in [
        ("email", true, vec![(main, Way::Email, email.clone())]),
        ("email", false, vec![(main, Way::Post, town.clone())]),
        ("both", true, vec![(main, Way::Post, town.clone()), (main, Way::Email, email)]),
        ("none", true, vec![(main, Way::Collect, String::new())]),
    ] {
        engines::each(|db, _| {
            one_month(db, |db| by_email(db, choice, agreed));
            assert_eq!(ways(db), expected, "{choice}");
            assert!(faults(db).is_empty(), "{:?}", faults(db));
        });
    }
}

#[test]
fn copies_go_to_whoever_gets_them_at_their_own_address_and_on_their_days() {
    engines::each(|db, _| {
        one_month(db, |db| {
            let join = |name: &str, role, from, at: Option<(ContactKind, &str)>| {
                db.write(|tx| {
                    let (kind, language) = (PersonKind::Organisation, Language::English);
                    let person = person::add(tx, actor(), name, kind, language)?;
                    if let Some((kind, value)) = at {
                        person::add_contact(tx, actor(), person, kind, value)?;
                    }
                    party::join(tx, actor(), ACCOUNT, person, role, from)
                })
                .unwrap();
            };
            let post = |lines| Some((ContactKind::Post, lines));
            join("Legal Aid", PartyRole::CopyOfBill, START, post("PO Box 1\nAlder Creek IL 60001"));
            join("Bell LLC", PartyRole::Landlord, START, None);
            join("Later", PartyRole::Payer, date(2027, 1, 1), post("PO Box 2"));
            join("Neighbour", PartyRole::Authorised, START, post("PO Box 3"));
        });
        let expected = [
            (PartyRole::Main, Way::Post, "Alder Creek IL 60000".to_owned()),
            (PartyRole::CopyOfBill, Way::Post, "Alder Creek IL 60001".to_owned()),
            (PartyRole::Landlord, Way::Post, String::new()),
        ];
        assert_eq!(ways(db), expected);
    });
}

#[test]
fn a_bill_in_place_of_another_is_sent_and_the_other_is_not_any_more() {
    engines::each(|db, _| {
        correct::three_months(db);
        correct::shows(db, date(2026, 3, 1), &[180]);
        correct::correct(db, actor(), Money::ZERO, "the 8 was read as a 0").unwrap();
        assert_eq!(pieces(db).len(), 5, "three bills, and two in place of two of them");
        let ever = Period::new(START, date(2027, 1, 1)).unwrap();
        let due = db.read(|tx| store::outbox::due(tx, Way::Post, ever)).unwrap();
        assert_eq!(due.len(), 3);
        assert!(faults(db).is_empty(), "{:?}", faults(db));
    });
}
