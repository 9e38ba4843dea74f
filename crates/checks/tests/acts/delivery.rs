//! Bills on their way to people, on both engines: who gets one, in which way, and what becomes of it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::Timestamp;
use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::delivery::mass::{Mass, NewLetGo, days};
use meterbook_app::delivery::{NotDelivered, email, settings};
use meterbook_app::{Refused, check, detail, party, person};
use meterbook_checks::engines;
use meterbook_core::delivery::{Piece, State, Way};
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::party::PartyRole;
use meterbook_core::period::Period;
use meterbook_core::person::{ContactKind, Language, PersonKind, Purpose};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::correct;
use crate::village::{DIALS, actor};

const ACCOUNT: AccountId = AccountId(1);
pub(crate) const START: Date = date(2026, 1, 1);

/// When everything is done.
pub(crate) fn at() -> Timestamp {
    actor().at
}

/// Every piece of the account, oldest first.
pub(crate) fn pieces(db: &Db) -> Vec<(Piece, State)> {
    let mut all = db.read(|tx| store::outbox::of_account(tx, ACCOUNT, 100)).unwrap();
    all.reverse();
    all
}

/// The account's customer gets bills by e-mail from here on, if `agreed`.
pub(crate) fn by_email(db: &Db, choice: &str, agreed: Option<&str>) {
    db.write(|tx| {
        let customer = store::account::get(tx, ACCOUNT)?.person;
        let about = Subject::Account(ACCOUNT);
        detail::set(tx, actor(), about, DetailKind::Delivery, choice, None, START)?;
        let address = agreed.unwrap_or("rosa@example.org");
        let it = person::add_contact(tx, actor(), customer, ContactKind::Email, address)?;
        if agreed.is_some() {
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
            one_month(db, |db| by_email(db, choice, agreed.then_some("rosa@example.org")));
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
        assert_eq!(pieces(db).len(), 4, "three bills, and one with two in place of two of them");
        let shown = db.read(|tx| store::outbox::shown(tx, ACCOUNT, 100)).unwrap();
        assert_eq!(shown.len(), 2, "the first bill, and one with two in place of the others");
        let ever = Period::new(START, date(2027, 1, 1)).unwrap();
        let due = db.read(|tx| store::outbox::due(tx, Way::Post, ever)).unwrap();
        assert_eq!(due.len(), 2);
        assert!(faults(db).is_empty(), "{:?}", faults(db));
    });
}

fn refusal(why: &anyhow::Error) -> NotDelivered {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<NotDelivered>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

/// Held by name: one blank date sent about 2,500 notices instead of 200.
#[test]
fn blank_date_selecting_everyone() {
    for blank in ["", " ", "\t"] {
        for to in ["", "2026-03-01"] {
            assert_eq!(refusal(&days(blank, to).unwrap_err()), NotDelivered::NoDays);
        }
    }
    let wrong =
        |from, to| matches!(refusal(&days(from, to).unwrap_err()), NotDelivered::NotDays { .. });
    assert!(wrong("all", "") && wrong("2026-03-01", "2026-03-01") && wrong("2026-03-01", "later"));
    let one = Period::new(date(2026, 3, 1), date(2026, 3, 2)).unwrap();
    assert_eq!(days("2026-03-01", "").unwrap(), one, "one day, and not all that follow");
}

#[test]
fn more_pieces_than_expected_take_a_second_person() {
    engines::each(|db, folder| {
        one_month(db, |db| by_email(db, "email", Some("rosa@example.org")));
        let billed = Period::new(date(2026, 2, 1), date(2026, 3, 1)).unwrap();
        let (way, pieces) = (Way::Email, 1);
        let send = || {
            let mass = Mass { way, billed, expected: Some(0) };
            email::send(db, actor(), (&mass, folder), None, &mut |_, _| ()).unwrap_err()
        };
        let more = NotDelivered::MoreThanExpected { way, pieces, expected: 0 };
        assert_eq!(refusal(&send()), more);
        let [ana, bo] = ["ana", "bo"].map(|it| with_role(db, it, "billing-analyst"));
        let ask = |pieces| {
            let wanted = Asked::LetGo(NewLetGo { way, billed, pieces });
            db.write(|tx| do_or_ask(tx, ana, &wanted, "both halves of the town"))
        };
        let unseen = NotDelivered::NotAsSeen { was: 7, now: 1 };
        assert_eq!(refusal(&ask(7).unwrap_err()), unseen);
        let Outcome::Waits(id) = ask(1).unwrap() else { panic!("it takes two") };
        assert!(db.write(|tx| approval::give(tx, ana, id, "")).is_err(), "not the same");
        assert_eq!(refusal(&send()), more, "nobody agreed");
        db.write(|tx| approval::give(tx, bo, id, "")).unwrap();
        let next = refusal(&send());
        assert_eq!(next, NotDelivered::NotSet { word: "from" }, "it may go, if there is a server");
    });
}

#[test]
fn a_way_that_is_stopped_sends_nothing_until_somebody_lets_it_go_on() {
    engines::each(|db, folder| {
        one_month(db, |db| by_email(db, "email", Some("rosa@example.org")));
        let billed = Period::new(date(2026, 2, 1), date(2026, 3, 1)).unwrap();
        let send = || {
            let mass = Mass { way: Way::Email, billed, expected: None };
            email::send(db, actor(), (&mass, folder), None, &mut |_, _| ()).unwrap_err()
        };
        let way = Way::Email;
        let stop = |why: &str| db.write(|tx| settings::stop(tx, actor(), way, why));
        let on = |why: &str| db.write(|tx| settings::go_on(tx, actor(), way, why));
        assert_eq!(refusal(&on("x").unwrap_err()), NotDelivered::StandsSo { way });
        assert_eq!(refusal(&stop(" ").unwrap_err()), NotDelivered::NoReason);
        stop("wrong bills").unwrap();
        assert_eq!(refusal(&stop("x").unwrap_err()), NotDelivered::StandsSo { way });
        let why = "wrong bills".to_owned();
        assert_eq!(refusal(&send()), NotDelivered::Stopped { way, why });
        on("they are mended").unwrap();
        assert_eq!(refusal(&send()), NotDelivered::NotSet { word: "from" });
        let sam = with_role(db, "sam", "clerk");
        assert!(db.write(|tx| settings::stop(tx, sam, way, "because")).is_err());
    });
}

#[test]
fn settings_are_said_once_for_a_day() {
    engines::each(|db, _| {
        one_month(db, |_| ());
        let say = |text: &str| db.write(|tx| settings::say(tx, actor(), START, text));
        let long = format!("# {}", "x".repeat(10_000));
        assert_eq!(refusal(&say(&long).unwrap_err()), NotDelivered::TooLong);
        assert!(say("password hunter2").unwrap_err().to_string().starts_with("line 1: say where"));
        say("from bills@example.org").unwrap();
        let before = NotDelivered::SaidBefore { from: START };
        assert_eq!(refusal(&say("user x").unwrap_err()), before);
    });
}
