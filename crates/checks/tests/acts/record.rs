//! The customer record: parts in accounts, names, contacts, merges, details and registrations.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::authority::NotAuthorized;
use meterbook_app::detail::{self, DetailRefusal};
use meterbook_app::document::{self, DocumentRefusal};
use meterbook_app::merge::{self, MergeRefusal};
use meterbook_app::meter::{self, MeterRefusal};
use meterbook_app::party::{self, PartyRefusal};
use meterbook_app::person::{self, NotTaken};
use meterbook_app::registration::{self, NewRegistration, RegistrationRefusal};
use meterbook_app::split::{self, Split};
use meterbook_app::{Refused, check, customer_view, search};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::about::About;
use meterbook_core::account::Account;
use meterbook_core::detail::{DetailKind, Subject, state_of_meter};
use meterbook_core::id::{AccountId, ContactId, PersonId, ServicePointId};
use meterbook_core::limits::DOCUMENT_BYTES;
use meterbook_core::party::PartyRole;
use meterbook_core::permission::Permission;
use meterbook_core::person::{ContactKind, Language, PersonKind, Purpose};
use meterbook_core::registration::RegistrationKind;
use meterbook_store::{self as store, Db};

use crate::authority::{nobody, with_role};
use crate::village::{self, DIALS};

const FIRST: Date = date(2026, 1, 1);
const MARCH: Date = date(2026, 3, 1);

fn account(db: &Db, serial: &str) -> Account {
    village::found_once(db);
    village::take_on(db, &village::customer(serial, &[DIALS])).unwrap()
}

fn somebody(db: &Db, name: &str) -> PersonId {
    let kind = PersonKind::Individual;
    db.write(|tx| person::add(tx, village::actor(), name, kind, Language::English)).unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> (Refused, String) {
    let why = result.unwrap_err();
    let said = village::says(&why);
    (why.downcast().unwrap(), said)
}

#[test]
fn an_account_has_one_main_customer_at_a_time() {
    engines::each(|db, _| {
        let account = account(db, "E-1");
        let bea = somebody(db, "Bea Quill");
        let join = |person, role, from| {
            db.write(|tx| party::join(tx, village::actor(), account.id, person, role, from))
        };
        let (why, text) = refused(join(bea, PartyRole::Main, MARCH));
        assert!(matches!(why.as_a(), Some(PartyRefusal::SecondMain { .. })), "{text}");
        assert!(text.contains("Rosa Quill has been the main customer since 2026-01-01"), "{text}");
        join(bea, PartyRole::CoHolder, MARCH).unwrap();
        assert!(refused(join(bea, PartyRole::CoHolder, MARCH)).1.contains("has been co-holder"));

        let hand = |seen, on| {
            db.write(|tx| party::hand_over(tx, village::actor(), account.id, seen, bea, on))
        };
        assert!(refused(hand(account.person, date(2026, 6, 1))).1.contains("has not come"));
        assert!(refused(hand(account.person, FIRST)).1.contains("name a later day"));
        hand(account.person, MARCH).unwrap();
        let (why, text) = refused(hand(account.person, date(2026, 3, 5)));
        assert!(matches!(why.as_a(), Some(PartyRefusal::Changed { .. })), "{text}");
        assert_eq!(db.read(|tx| store::account::get(tx, account.id)).unwrap().person, bea);
        assert_eq!(db.read(|tx| search::search(tx, "Bea Quill")).unwrap().len(), 1);

        let leave =
            |role, on| db.write(|tx| party::leave(tx, village::actor(), account.id, bea, role, on));
        assert!(refused(leave(PartyRole::Main, MARCH)).1.contains("hand it over"));
        assert!(refused(leave(PartyRole::Payer, MARCH)).1.contains("they are no payer"));
        leave(PartyRole::CoHolder, date(2026, 3, 9)).unwrap();
        let mains: Vec<(PersonId, Date, Option<Date>)> = db
            .read(|tx| store::party::of_account(tx, account.id))
            .unwrap()
            .iter()
            .filter(|it| it.role == PartyRole::Main)
            .map(|it| (it.person, it.from, it.to))
            .collect();
        assert_eq!(mains, [(account.person, FIRST, Some(MARCH)), (bea, MARCH, None)]);
    });
}

#[test]
fn the_database_refuses_what_the_acts_refuse() {
    engines::each(|db, _| {
        let account = account(db, "E-1");
        let (id, person) = (account.id, account.person);
        let mut raw = Raw::beside(db).unwrap();
        for (text, rule) in [
            (
                format!(
                    "insert into party values (99, {id}, {person}, 'main', '2026-02-01', null)"
                ),
                "main customer: overlaps",
            ),
            (
                "insert into agreement values (99, 1, 1, 'R-1', '2026-02-01', null)".to_owned(),
                "agreement: overlaps",
            ),
            ("update agreement set to_on = '2025-01-01'".to_owned(), "check"),
            (
                "insert into installation values (99, 1, 1, '2026-02-01', null)".to_owned(),
                "installation: overlaps",
            ),
            ("update account set cycle = 100".to_owned(), "check"),
            ("update account set cycle = 0".to_owned(), "check"),
            ("delete from move_effect".to_owned(), "never changes"),
        ] {
            let why = format!("{:#}", raw.run(&text).expect_err(&text)).to_lowercase();
            assert!(why.contains(rule), "{text}: {why}");
        }
    });
}

#[test]
fn a_merge_is_undone_to_the_last_contact() {
    engines::each(|db, _| {
        let (one, two) = (account(db, "E-1"), account(db, "E-2"));
        let phone = db
            .write(|tx| {
                let (kind, number) = (ContactKind::Phone, "(555) 010-4417");
                person::add_contact(tx, village::actor(), two.person, kind, number)
            })
            .unwrap();
        let merge = |kept, merged| {
            db.write(|tx| merge::merge(tx, village::actor(), kept, merged)).map(|_| ())
        };
        let unmerge = |merged| db.write(|tx| merge::unmerge(tx, village::actor(), merged));
        let has = |person: PersonId| {
            db.read(|tx| {
                let accounts = store::account::of_person(tx, person)?.len();
                let contacts = store::person::contacts(tx, person)?.len();
                Ok((accounts, contacts, store::party::of_person(tx, person)?.len()))
            })
            .unwrap()
        };
        assert_eq!(refused(merge(one.person, one.person)).0.as_a(), Some(&MergeRefusal::Same));
        merge(one.person, two.person).unwrap();
        assert_eq!((has(one.person), has(two.person)), ((2, 1, 2), (0, 0, 0)));
        let (why, text) = refused(merge(one.person, two.person));
        assert_eq!(why.as_a(), Some(&NotTaken::MergedAway { into: one.person }), "{text}");
        assert!(db.read(|tx| store::person::get(tx, two.person)).is_ok(), "both ids stay");
        assert!(check::check(db).unwrap().clean());

        // What was merged on goes back in the order in which it came.
        let third = somebody(db, "Rosa M. Quill");
        merge(third, one.person).unwrap();
        let (why, text) = refused(unmerge(two.person));
        assert!(matches!(why.as_a(), Some(MergeRefusal::Away { .. })), "{text}");
        unmerge(one.person).unwrap();
        unmerge(two.person).unwrap();
        assert_eq!((has(one.person), has(two.person)), ((1, 0, 1), (1, 1, 1)));
        assert_eq!(
            db.read(|tx| store::person::contact_point(tx, phone)).unwrap().person,
            two.person
        );
        assert!(refused(unmerge(two.person)).1.contains("is not merged"));

        let shop = db
            .write(|tx| {
                let kind = PersonKind::Organisation;
                person::add(tx, village::actor(), "Quill & Co", kind, Language::English)
            })
            .unwrap();
        assert!(refused(merge(one.person, shop)).1.contains("a human being and an organisation"));
    });
}

#[test]
fn a_name_is_changed_by_who_saw_the_last_one() {
    engines::each(|db, _| {
        let account = account(db, "E-1");
        let id = account.person;
        let rename = |was: &str, name: &str| {
            db.write(|tx| person::rename(tx, village::actor(), id, was, name, MARCH))
        };
        rename("Rosa Quill", "Rosa Vane").unwrap();
        let (why, text) = refused(rename("Rosa Quill", "Rosa Quill-Vane"));
        let now = "Rosa Vane".to_owned();
        assert_eq!(why.as_a(), Some(&NotTaken::Renamed { now }), "{text}");
        assert_eq!(refused(rename("Rosa Vane", "Rosa Vane")).0.as_a(), Some(&NotTaken::SameName));
        assert_eq!(refused(rename("Rosa Vane", " ")).0.as_a(), Some(&NotTaken::NoName));
        let said = db.read(|tx| store::detail::of(tx, Subject::Person(id))).unwrap();
        assert_eq!((said[0].kind, said[0].value.as_str()), (DetailKind::FormerName, "Rosa Quill"));
        assert_eq!(db.read(|tx| search::search(tx, "Vane")).unwrap().len(), 1);
    });
}

#[test]
fn a_contact_point_is_used_for_what_was_agreed() {
    engines::each(|db, _| {
        let account = account(db, "E-1");
        let contact = db
            .write(|tx| {
                let (kind, value) = (ContactKind::Email, "rosa@example.test");
                person::add_contact(tx, village::actor(), account.person, kind, value)
            })
            .unwrap();
        let consent = |from| {
            db.write(|tx| person::consent(tx, village::actor(), contact, Purpose::Bills, from))
        };
        let withdraw =
            |on| db.write(|tx| person::withdraw(tx, village::actor(), contact, Purpose::Bills, on));
        assert!(refused(withdraw(MARCH)).1.contains("no consent for bills"));
        consent(FIRST).unwrap();
        assert!(refused(consent(MARCH)).1.contains("since 2026-01-01"));
        withdraw(MARCH).unwrap();
        consent(date(2026, 4, 1)).unwrap();
        let given = db.read(|tx| store::person::consents(tx, account.person)).unwrap();
        let days: Vec<_> = given.iter().map(|it| (it.from, it.to)).collect();
        assert_eq!(days, [(FIRST, Some(MARCH)), (date(2026, 4, 1), None)]);
    });
}

#[test]
fn details_are_dated_and_said_over_what_was_seen() {
    engines::each(|db, _| {
        let account = account(db, "E-1");
        let (person, premise) = (Subject::Person(account.person), Subject::Premise(1.into()));
        let set = |subject, kind, value: &str, was: Option<&str>, from| {
            let by = village::actor();
            db.write(|tx| detail::set(tx, by, subject, kind, value, was, from)).map(|_| ())
        };
        set(person, DetailKind::Format, "large-print", None, FIRST).unwrap();
        let (why, text) = refused(set(person, DetailKind::Format, "braille", None, MARCH));
        assert!(matches!(why.as_a(), Some(DetailRefusal::Changed { .. })), "{text}");
        assert!(text.contains("has been large-print since 2026-01-01"), "{text}");
        let seen = Some("large-print");
        assert!(
            refused(set(person, DetailKind::Format, "braille", seen, FIRST)).1.contains("later")
        );
        set(person, DetailKind::Format, "braille", seen, MARCH).unwrap();
        let (_, text) = refused(set(person, DetailKind::LastFour, "123-45-6789", None, FIRST));
        assert!(text.contains("the last 4 digits and no more"), "{text}");
        let (_, text) = refused(set(premise, DetailKind::Format, "braille", None, FIRST));
        assert!(text.contains("nothing that is said of a premise"), "{text}");
        // Of hazards there may be several.
        set(premise, DetailKind::Hazard, "a dog that bites", None, FIRST).unwrap();
        set(premise, DetailKind::Hazard, "bees", None, FIRST).unwrap();
        assert!(
            refused(set(premise, DetailKind::Hazard, "bees", None, MARCH)).1.contains("already")
        );
        let end = |value: &str| {
            let by = village::actor();
            db.write(|tx| detail::end(tx, by, premise, DetailKind::Hazard, value, MARCH))
        };
        end("bees").unwrap();
        assert!(refused(end("bees")).1.contains("not what you saw"));
        end("a dog that bites").unwrap();
        assert!(refused(end("bees")).1.contains("nothing to end"));
        let said = db.read(|tx| store::detail::of(tx, person)).unwrap();
        let on = |day| said.iter().find(|it| it.holds_on(day)).unwrap().value.clone();
        assert_eq!((on(FIRST), on(MARCH)), ("large-print".to_owned(), "braille".to_owned()));
    });
}

#[test]
fn what_a_bankrupt_owes_is_split_at_the_petition() {
    engines::each(|db, _| {
        let account = account(db, "E-1");
        let split = |db: &Db| db.read(|tx| person::split(tx, account.person));
        assert_eq!(refused(split(db)).0.as_a(), Some(&NotTaken::NotBankrupt));
        let mut raw = Raw::beside(db).unwrap();
        for (id, on, cents) in [(1, "2026-02-01", 5000), (2, "2026-03-05", 700)] {
            raw.run(&format!(
                "insert into entry values ({id}, 'bill', '{on}', 'K{id}', 'x');
                 insert into posting values ({id}, 0, '1200 receivable', {0}, {cents});
                 insert into posting values ({id}, 1, '4000 revenue', {0}, -{cents});",
                account.id
            ))
            .unwrap();
        }
        db.write(|tx| {
            let (of, kind) = (Subject::Person(account.person), DetailKind::Bankruptcy);
            detail::set(tx, village::actor(), of, kind, "26-10417", None, MARCH)
        })
        .unwrap();
        let split = split(db).unwrap();
        assert_eq!((split.before.cents(), split.after.cents()), (5000, 700));
    });
}

#[test]
fn a_registration_is_proved_expires_and_is_renewed() {
    engines::each(|db, _| {
        let account = account(db, "E-1");
        let new = NewRegistration {
            account: account.id,
            kind: RegistrationKind::LifeSupport,
            name: "oxygen concentrator".to_owned(),
            certificate: "Dr. Amaro".to_owned(),
            from: FIRST,
            to: Some(date(2026, 7, 1)),
            review_on: Some(date(2026, 6, 1)),
        };
        let register =
            |new: NewRegistration| db.write(|tx| registration::register(tx, village::actor(), new));
        let bare = NewRegistration { certificate: String::new(), ..new.clone() };
        assert!(refused(register(bare)).1.contains("needs something that proves it"));
        let nameless = NewRegistration { name: " ".to_owned(), ..new.clone() };
        assert!(refused(register(nameless)).1.contains("has a name"));
        let backwards = NewRegistration { to: Some(FIRST), ..new.clone() };
        assert!(refused(register(backwards)).1.contains("name a later day"));
        let id = register(new.clone()).unwrap();
        let (why, text) = refused(register(new));
        assert!(matches!(why.as_a(), Some(RegistrationRefusal::Already { .. })), "{text}");
        let review = |by| db.read(|tx| store::registration::to_review(tx, by, 9)).unwrap();
        assert!(review(date(2026, 5, 31)).is_empty());
        assert_eq!(review(date(2026, 6, 1))[0].id, id);
        let next = db
            .write(|tx| registration::renew(tx, village::actor(), id, "Dr. Amaro 2", None, None))
            .unwrap();
        assert!(review(date(2026, 8, 1)).is_empty(), "it goes on");
        let end = |was, on| db.write(|tx| registration::end(tx, village::actor(), next, was, on));
        assert!(refused(end(Some(MARCH), date(2026, 9, 1))).1.contains("say that you saw none"));
        end(None, date(2026, 9, 1)).unwrap();
        assert!(refused(end(None, date(2026, 10, 1))).1.contains("its end is 2026-09-01 by now"));
        let held = db.read(|tx| store::registration::of_account(tx, account.id)).unwrap();
        assert!(held.iter().any(|it| it.kind.protects() && it.holds_on(date(2026, 8, 1))));
    });
}

#[test]
fn a_meter_that_hangs_is_set_and_nothing_else() {
    engines::each(|db, _| {
        account(db, "E-1");
        let meter = db.read(|tx| store::meter::by_serial(tx, "E-1")).unwrap().remove(0);
        let of = Subject::Meter(meter.id);
        let set = |kind, value: &str, was: Option<&str>, from| {
            let by = village::actor();
            db.write(|tx| detail::set(tx, by, of, kind, value, was, from)).map(|_| ())
        };
        set(DetailKind::CtRatio, "200 : 5", None, FIRST).unwrap();
        set(DetailKind::Test, "2026-02-01 found 98.70 left 100", None, MARCH).unwrap();
        set(DetailKind::Test, "2026-03-01 found 100 left 100", None, MARCH).unwrap();
        let (_, text) = refused(set(DetailKind::Test, "passed", None, MARCH));
        assert!(text.contains("a day and two percentages"), "{text}");
        let (_, text) = refused(set(DetailKind::State, "set", None, MARCH));
        assert!(text.contains("one of stock, shop, retired, lost, scrapped"), "{text}");
        let (why, text) = refused(set(DetailKind::State, "stock", None, MARCH));
        assert_eq!(why.as_a(), Some(&DetailRefusal::Hangs { from: FIRST }), "{text}");
        assert!(text.contains("say where it is from the day it comes down"), "{text}");
        let on = |day| {
            db.read(|tx| {
                let said = store::detail::of(tx, of)?;
                let hung = store::meter::installations_of(tx, meter.id)?;
                Ok(state_of_meter(&said, &hung, day))
            })
            .unwrap()
        };
        assert_eq!(on(MARCH).as_deref(), Some("set"));
        db.write(|tx| meter::remove(tx, village::actor(), &meter, MARCH)).unwrap();
        assert_eq!(on(MARCH), None);
        set(DetailKind::State, "shop", None, MARCH).unwrap();
        assert_eq!(on(MARCH).as_deref(), Some("shop"));
        assert_eq!(on(FIRST).as_deref(), Some("set"));
        let said = db.read(|tx| store::detail::of(tx, of)).unwrap();
        let tests: Vec<&str> = said
            .iter()
            .filter(|it| it.kind == DetailKind::Test)
            .map(|it| it.value.as_str())
            .collect();
        assert_eq!(tests, ["2026-02-01 found 98.7 left 100", "2026-03-01 found 100 left 100"]);
    });
}

#[test]
fn a_meter_that_is_gone_is_not_hung() {
    engines::each(|db, _| {
        let by = village::actor();
        account(db, "E-1");
        let meter = db.read(|tx| store::meter::by_serial(tx, "E-1")).unwrap().remove(0);
        let (id, of) = (meter.id, Subject::Meter(meter.id));
        let set = |value: &str, was: Option<&str>, from| {
            db.write(|tx| detail::set(tx, by, of, DetailKind::State, value, was, from)).unwrap();
        };
        let hang =
            |on| db.write(|tx| meter::install(tx, by, &meter, ServicePointId(1), on)).map(|_| ());
        let mut raw = Raw::beside(db).unwrap();
        let gone = format!(
            "insert into meter_detail values (90, {id}, 'state', 'lost', '2026-02-01', null)"
        );
        let why = format!("{:#}", raw.run(&gone).unwrap_err());
        assert!(why.contains("meter: hangs"), "{why}");
        db.write(|tx| meter::remove(tx, by, &meter, MARCH)).unwrap();
        let mut was = None;
        for (nth, state) in ["retired", "lost", "scrapped"].into_iter().enumerate() {
            let from = MARCH.saturating_add((i64::try_from(nth).unwrap() + 1).days());
            set(state, was, from);
            was = Some(state);
            // Not from a later day, and not from an earlier one into it.
            for on in [date(2026, 4, 1), MARCH] {
                let (why, text) = refused(hang(on));
                assert!(matches!(why.as_a(), Some(MeterRefusal::Gone { .. })), "{text}");
                assert!(text.contains("hang another one, or say where it is now"), "{text}");
            }
            let insert =
                format!("insert into installation values (90, {id}, 1, '2026-04-01', null)");
            let why = format!("{:#}", raw.run(&insert).unwrap_err());
            assert!(why.contains("meter: gone"), "{why}");
            let reopen = format!("update installation set to_on = null where meter_id = {id}");
            let why = format!("{:#}", raw.run(&reopen).unwrap_err());
            assert!(why.contains("meter: gone"), "{why}");
        }
        // It was found.
        set("stock", was, date(2026, 4, 1));
        let (why, text) = refused(hang(date(2026, 3, 20)));
        let from = MARCH.saturating_add(3.days());
        let (serial, state) = ("E-1".to_owned(), "scrapped".to_owned());
        assert_eq!(why.as_a(), Some(&MeterRefusal::Gone { serial, state, from }), "{text}");
        hang(date(2026, 4, 1)).unwrap();
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn accounts_are_summed_up_by_one_that_is_there_and_never_in_a_circle() {
    engines::each(|db, _| {
        let [a, b, c] = ["E-1", "E-2", "E-3"].map(|it| account(db, it));
        let sum = |of: &Account, by: &str| {
            let (of, by) = (Subject::Account(of.id), by.to_owned());
            let actor = village::actor();
            db.write(|tx| detail::set(tx, actor, of, DetailKind::Summary, &by, None, MARCH))
                .map(|_| ())
        };
        let number = |it: &Account| it.number.to_string();
        let (_, text) = refused(sum(&a, "4417-0926-3"));
        assert!(text.contains("the number of an account"), "{text}");
        let (why, text) = refused(sum(&a, "4417-0926-8"));
        assert!(matches!(why.as_a(), Some(DetailRefusal::NoAccount { .. })), "{text}");
        assert!(refused(sum(&a, &number(&a))).1.contains("summed up by this one"));
        sum(&a, &number(&b)).unwrap();
        sum(&b, &number(&c)).unwrap();
        let (why, text) = refused(sum(&c, &number(&a)));
        assert!(matches!(why.as_a(), Some(DetailRefusal::Circular { .. })), "{text}");
        let under = db.read(|tx| store::detail::summed_up_by(tx, b.number, MARCH)).unwrap();
        assert_eq!(under.iter().map(|it| it.subject).collect::<Vec<_>>(), [Subject::Account(a.id)]);
        assert!(db.read(|tx| store::detail::summed_up_by(tx, b.number, FIRST)).unwrap().is_empty());
    });
}

#[test]
fn a_document_is_kept_once_and_withdrawn_with_a_reason() {
    engines::each(|db, _| {
        let account = account(db, "E-1");
        let about = About::Account(account.id);
        let add = |about, name: &str, bytes: &[u8]| {
            db.write(|tx| document::add(tx, village::actor(), about, name, bytes))
        };
        let (why, text) = refused(add(about, "lease.pdf", b"<html><script>"));
        assert_eq!(why.as_a(), Some(&DocumentRefusal::NoMedia), "{text}");
        assert!(text.contains("a PDF or a JPEG, PNG, WebP or TIFF picture"), "{text}");
        let mut large = b"%PDF-".to_vec();
        large.resize(DOCUMENT_BYTES + 1, b' ');
        assert!(refused(add(about, "lease.pdf", &large)).1.contains("20000000 fit"));
        assert!(refused(add(about, " ", b"%PDF-1")).1.contains("a name of one line"));
        let of_bill = add(About::Bill(1.into()), "bill.pdf", b"%PDF-1");
        assert!(refused(of_bill).1.contains("no documents are kept about one bill"));
        let id = add(about, "lease.pdf", b"%PDF-1").unwrap();
        let (why, text) = refused(add(about, "again.pdf", b"%PDF-1"));
        assert_eq!(why.as_a(), Some(&DocumentRefusal::Already { document: id }), "{text}");
        // The same bytes about something else are kept once.
        add(About::Premise(1.into()), "lease.pdf", b"%PDF-1").unwrap();
        let mut raw = Raw::beside(db).unwrap();
        let kept = raw.column("select sha256 from document_bytes").unwrap();
        assert_eq!(kept.len(), 1);
        let (_, bytes) = db.read(|tx| document::get(tx, id)).unwrap();
        assert_eq!(bytes, b"%PDF-1");
        let withdraw = |why: &str| db.write(|tx| document::withdraw(tx, village::actor(), id, why));
        assert!(refused(withdraw("")).1.contains("why it is withdrawn"));
        withdraw("of another customer").unwrap();
        assert!(refused(withdraw("again")).1.contains("withdrawn: of another customer"));
        assert!(refused(db.read(|tx| document::get(tx, id))).1.contains("was withdrawn"));
        assert!(db.read(|tx| document::shown(tx, about)).unwrap().is_empty());
        add(about, "lease.pdf", b"%PDF-1").unwrap();
    });
}

/// Who hangs meters keeps what was certified of them, and not what a customer signed.
#[test]
fn documents_are_kept_by_who_keeps_what_they_are_about() {
    engines::each(|db, _| {
        let account = account(db, "E-1");
        let field = with_role(db, "fay", "field");
        let add =
            |actor, about| db.write(|tx| document::add(tx, actor, about, "paper.pdf", b"%PDF-1"));
        let withdraw = |actor, id| db.write(|tx| document::withdraw(tx, actor, id, "of another"));
        let lacks = |why: anyhow::Error| match refused::<()>(Err(why)).0.as_a() {
            Some(NotAuthorized::NotGranted { permission, .. }) => Some(*permission),
            _ => None,
        };
        let of_meter = add(field, About::Meter(1.into())).unwrap();
        let of_account = add(village::actor(), About::Account(account.id)).unwrap();
        let why = add(field, About::Account(account.id)).unwrap_err();
        assert_eq!(lacks(why), Some(Permission::KeepCustomers));
        let why = add(field, About::Premise(1.into())).unwrap_err();
        assert_eq!(lacks(why), Some(Permission::KeepPlaces));
        let why = withdraw(field, of_account).unwrap_err();
        assert_eq!(lacks(why), Some(Permission::KeepCustomers));
        let why = withdraw(nobody(db), of_meter).unwrap_err();
        assert_eq!(lacks(why), Some(Permission::KeepMeters));
        withdraw(field, of_meter).unwrap();
    });
}

/// A landlord has thousands of services; a page asks for a part of them.
#[test]
fn services_are_looked_at_in_parts() {
    engines::each(|db, _| {
        let (one, day) = (account(db, "E-1"), FIRST);
        let look = |without| {
            db.read(|tx| customer_view::of_account(tx, one.number, day, without)).unwrap().unwrap()
        };
        let (all, none) = (look(0), look(1));
        assert_eq!((all.services.len(), all.services_of, all.served), (1, 1, true));
        assert_eq!((none.services.len(), none.services_of, none.served), (0, 1, true));
    });
}

#[test]
fn a_record_that_was_two_people_is_split_and_merged_again() {
    engines::each(|db, _| {
        let (one, two) = (account(db, "E-1"), account(db, "E-2"));
        let contact = |value: &str| {
            let kind = ContactKind::Email;
            db.write(|tx| person::add_contact(tx, village::actor(), one.person, kind, value))
                .unwrap()
        };
        let (mine, theirs) = (contact("a@example.org"), contact("b@example.org"));
        let elsewhere = one.person != two.person;
        assert!(elsewhere, "two sign-ups are two records");
        let by = village::actor();
        db.write(|tx| merge::merge(tx, by, one.person, two.person)).unwrap();
        let split = |accounts: &[AccountId], contacts: &[ContactId], name: &str| {
            let (accounts, contacts) = (accounts.to_vec(), contacts.to_vec());
            let wanted = Split { person: one.person, name: name.to_owned(), accounts, contacts };
            db.write(|tx| split::split(tx, village::actor(), &wanted))
        };
        assert!(refused(split(&[two.id], &[], " ")).1.contains("has a name"));
        assert!(refused(split(&[], &[], "Rosa Ames")).1.contains("choose an account"));
        let other = account(db, "E-3");
        assert!(refused(split(&[other.id], &[], "Rosa Ames")).1.contains("is not of that record"));
        let (_, text) = refused(split(&[two.id], &[ContactId(999)], "Rosa Ames"));
        assert!(text.contains("contact point 999 is not of that record"), "{text}");
        let all: Vec<ContactId> = db
            .read(|tx| store::person::contacts(tx, one.person))
            .unwrap()
            .iter()
            .map(|it| it.id)
            .collect();
        let everything = split(&[one.id, two.id], &all, "Rosa Ames");
        assert!(refused(everything).1.contains("another name"));
        let rosa = split(&[two.id], &[theirs], "Rosa Ames").unwrap();
        let has = |person: PersonId| {
            db.read(|tx| {
                let accounts = store::account::of_person(tx, person)?;
                let contacts = store::person::contacts(tx, person)?;
                let parties = store::party::of_person(tx, person)?.len();
                Ok((accounts, contacts.iter().map(|it| it.id).collect::<Vec<_>>(), parties))
            })
            .unwrap()
        };
        assert_eq!(has(rosa), (vec![two.id], vec![theirs], 1));
        assert_eq!(has(one.person).0, [one.id]);
        assert!(has(one.person).1.contains(&mine));
        let found = db.read(|tx| search::search(tx, "Rosa Ames")).unwrap();
        assert_eq!(found.len(), 1);
        db.write(|tx| merge::merge(tx, village::actor(), one.person, rosa)).unwrap();
        assert_eq!(has(one.person).0, [one.id, two.id]);
        assert!(has(one.person).1.contains(&theirs));
        assert!(has(rosa).0.is_empty());
    });
}
