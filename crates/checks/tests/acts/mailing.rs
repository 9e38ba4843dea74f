//! Whatever goes to a customer beside bills, on both engines: notes of corrections, letters and summary
//! bills are queued once, counted, held back, packed and told of like bills.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Outcome};
use meterbook_app::bill_run::{self, cancel};
use meterbook_app::delivery::mass::Mass;
use meterbook_app::delivery::package::{begin, make};
use meterbook_app::delivery::{NotDelivered, email, outcome, send, settings};
use meterbook_app::moves::{self, ReadWanted};
use meterbook_app::{Refused, check, party, person};
use meterbook_checks::engines;
use meterbook_checks::smtp::Server;
use meterbook_core::account::Cycle;
use meterbook_core::delivery::{Enclosed, PaperKind, Piece, State, Way};
use meterbook_core::detail::{Detail, DetailKind, Subject};
use meterbook_core::id::{AccountId, BillId, CorrectionId, DetailId, PackageId};
use meterbook_core::money::Money;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::party::PartyRole;
use meterbook_core::period::Period;
use meterbook_core::person::{ContactKind, Language, PersonKind};
use meterbook_store::{self as store, Conflict, Db};

use crate::authority::with_role;
use crate::correct::{self, correct, shows};
use crate::delivery::{START, by_email, pieces};
use crate::last_bill::{LEFT, comes, found, leaves};
use crate::village::actor;

const ACCOUNT: AccountId = AccountId(1);

fn refusal(why: &anyhow::Error) -> NotDelivered {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<NotDelivered>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

fn clean(db: &Db) {
    let found = check::check(db).unwrap();
    let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

/// The year, which has every day of these tests in it, and the day on which things are done.
fn ever() -> Period {
    Period::new(START, date(2027, 1, 1)).unwrap()
}

/// Somebody who gets copies of the account's bills at an address of their own.
fn copy(db: &Db) {
    db.write(|tx| {
        let (kind, language) = (PersonKind::Organisation, Language::English);
        let person = person::add(tx, actor(), "Bell LLC", kind, language)?;
        let at = "PO Box 9\nAlder Creek IL 59999-0001";
        person::add_contact(tx, actor(), person, ContactKind::Post, at)?;
        party::join(tx, actor(), ACCOUNT, person, PartyRole::CopyOfBill, START)
    })
    .unwrap();
}

/// Three bills that were sent, of which the last is corrected.
fn corrected(db: &Db, before: impl FnOnce(&Db)) {
    correct::three_months(db);
    before(db);
    for (piece, _) in pieces(db) {
        let sent = |state| (state, "package 9");
        db.write(|tx| {
            let on = (None, actor().at);
            store::outbox::add_event(tx, piece.id, sent(State::Sending), on)?;
            store::outbox::add_event(tx, piece.id, sent(State::Sent), on)
        })
        .unwrap();
    }
    one_is_corrected(db);
}

fn one_is_corrected(db: &Db) {
    shows(db, date(2026, 4, 1), &[290]);
    correct(db, actor(), Money::from_cents(-120), "the 9 was read as a 0").unwrap();
}

fn of_kind(db: &Db, kind: PaperKind) -> Vec<(Piece, State)> {
    pieces(db).into_iter().filter(|it| it.0.enclosed.kind() == kind).collect()
}

#[test]
fn a_correction_of_bills_that_were_sent_sends_a_note_to_everybody_who_gets_them() {
    engines::each(|db, _| {
        corrected(db, copy);
        let notes = of_kind(db, PaperKind::Note);
        let said: Vec<_> = notes.iter().map(|(it, state)| (&*it.number, it.role, *state)).collect();
        let queued = |role| ("C-1", role, State::Queued);
        assert_eq!(said, [queued(PartyRole::Main), queued(PartyRole::CopyOfBill)]);
        assert!(notes[0].0.address.starts_with("Rosa Quill\n"));
        assert!(notes[1].0.address.starts_with("Bell LLC\nPO Box 9"), "not the customer's");
        let twice = db.write(|tx| send::note(tx, actor(), CorrectionId(1))).unwrap_err();
        let number = "C-1".to_owned();
        assert_eq!(refusal(&twice), NotDelivered::OnItsWay { number });
        clean(db);
    });
}

#[test]
fn nobody_is_told_that_bills_were_corrected_which_nobody_was_sent() {
    engines::each(|db, _| {
        correct::three_months(db);
        one_is_corrected(db);
        assert!(of_kind(db, PaperKind::Note).is_empty());
        let none = db.write(|tx| send::note(tx, actor(), CorrectionId(1))).unwrap_err();
        assert_eq!(refusal(&none), NotDelivered::NobodyKnew { number: "C-1".to_owned() });
        clean(db);
    });
}

#[test]
fn who_had_bills_from_elsewhere_is_told_that_they_were_corrected() {
    engines::each(|db, _| {
        correct::three_months(db);
        db.write(|tx| store::outbox::had_elsewhere(tx, [1, 2, 3].map(BillId))).unwrap();
        one_is_corrected(db);
        assert_eq!(of_kind(db, PaperKind::Note).len(), 1);
        clean(db);
    });
}

fn letter(db: &Db, cause: LetterCause, on: Date) -> anyhow::Result<String> {
    db.write(|tx| send::letter(tx, actor(), ACCOUNT, cause, on))
}

#[test]
fn a_letter_goes_to_the_customer_alone_and_once() {
    engines::each(|db, _| {
        found(db);
        let account = comes(db);
        assert_eq!(account.id, ACCOUNT);
        copy(db);
        leaves(db, &account, LEFT, ReadWanted::Ordered);
        let on = date(2026, 3, 10);
        let sam = with_role(db, "sam", "clerk");
        let may_not = db.write(|tx| send::letter(tx, sam, ACCOUNT, LetterCause::Stop, on));
        assert!(may_not.is_err());
        let number = letter(db, LetterCause::Stop, on).unwrap();
        let serial = account.number.digits().div_euclid(10);
        assert_eq!(number, format!("L-260310-{serial:08}-stop"));
        let again = letter(db, LetterCause::Stop, on).unwrap_err();
        assert_eq!(refusal(&again), NotDelivered::OnItsWay { number: number.clone() });
        let all = of_kind(db, PaperKind::Letter);
        let [(piece, State::Queued)] = &all[..] else { panic!("{all:?}") };
        assert_eq!((piece.role, piece.way), (PartyRole::Main, Way::Post));
        letter(db, LetterCause::Stop, on.tomorrow().unwrap()).unwrap();
        let due = |of: Period| db.read(|tx| store::outbox::due(tx, Way::Post, of)).unwrap().len();
        let day = Period::new(on, on.tomorrow().unwrap()).unwrap();
        assert_eq!((due(day), due(ever())), (1, 2), "each on its own day");
        clean(db);
    });
}

/// The account sums up itself and one without bills.
fn sums_up(db: &Db) {
    db.write(|tx| {
        let mut other = store::account::get(tx, ACCOUNT)?;
        let value = other.number.to_string();
        other.id = AccountId(tx.next(store::Counter::Account, 1)?);
        other.number = meterbook_core::id::AccountNumber::new(77).unwrap();
        store::account::add(tx, &other)?;
        let id = DetailId(tx.next(store::Counter::Detail, 1)?);
        let (subject, kind) = (Subject::Account(other.id), DetailKind::Summary);
        store::detail::add(tx, &Detail { id, subject, kind, value, from: START, to: None })
    })
    .unwrap();
}

#[test]
fn a_summary_goes_where_bills_go_and_not_when_one_of_them_was_taken_back() {
    engines::each(|db, _| {
        correct::three_months(db);
        sums_up(db);
        copy(db);
        let sent = || db.write(|tx| send::summary(tx, actor(), ACCOUNT, date(2026, 4, 20)));
        let number = sent().unwrap();
        assert_eq!(number, "S-260402-10000001");
        assert_eq!(refusal(&sent().unwrap_err()), NotDelivered::OnItsWay { number });
        assert_eq!(of_kind(db, PaperKind::Summary).len(), 2, "customer and copy");
        let day = Period::new(date(2026, 4, 2), date(2026, 4, 3)).unwrap();
        let due = || db.read(|tx| store::outbox::due(tx, Way::Post, day)).unwrap();
        assert_eq!(due().len(), 3, "the bill and the summary");
        assert_eq!(db.read(|tx| store::outbox::papers(tx, day)).unwrap(), 2);
        let piece = of_kind(db, PaperKind::Summary).remove(0).0.id;
        // The bill of March is taken back, and with it what the summary says.
        one_is_corrected(db);
        assert!(due().is_empty());
        let refused = db.write(|tx| {
            let on = (None, actor().at);
            store::outbox::add_event(tx, piece, (State::Sending, ""), on)
        });
        assert!(refused.is_err(), "the database does not let it go");
        clean(db);
    });
}

#[test]
fn a_package_may_hold_every_sort_and_says_how_much_of_each() {
    engines::each(|db, folder| {
        corrected(db, copy);
        sums_up(db);
        let today = db.read(|tx| Ok(store::correction::get(tx, CorrectionId(1))?.on)).unwrap();
        db.write(|tx| send::summary(tx, actor(), ACCOUNT, today)).unwrap();
        let own = folder.join(format!("{}", db.location()).replace(['/', ':'], "-"));
        let (papers, into) = (own.join("bills"), own.join("mail"));
        let billed = Period::new(date(2026, 1, 1), today.tomorrow().unwrap()).unwrap();
        let mass = |expected| Mass { way: Way::Post, billed, expected };
        let more = begin(db, actor(), &mass(Some(5)), &papers).unwrap_err();
        let (way, pieces) = (Way::Post, 6);
        let guard = NotDelivered::MoreThanExpected { way, pieces, expected: 5 };
        assert_eq!(refusal(&more), guard, "the guard counts them all");
        let it = begin(db, actor(), &mass(Some(6)), &papers).unwrap();
        assert!(it.left.is_empty(), "{:?}", it.left);
        let made = make(db, actor(), PackageId(1), (&papers, &into)).unwrap();
        let manifest = &made.manifest;
        let kinds: Vec<PaperKind> = manifest.kinds().into_iter().collect();
        assert_eq!(kinds, [PaperKind::Bill, PaperKind::Note, PaperKind::Summary]);
        for (kind, envelopes) in
            [(PaperKind::Bill, 2), (PaperKind::Note, 2), (PaperKind::Summary, 2)]
        {
            let sum = manifest.sum(|it| it.kind == kind);
            assert_eq!(sum.envelopes, envelopes, "{kind}");
            assert!(envelopes <= sum.pages, "{kind}");
            assert_eq!(sum.amount_due == Money::ZERO, kind == PaperKind::Note);
        }
        let report = std::fs::read_to_string(made.folder.join("control.txt")).unwrap();
        for line in ["Bills                2", "Notes                2", "Summaries            2"] {
            assert!(report.contains(line), "{line}: {report}");
        }
        assert_eq!(make(db, actor(), PackageId(1), (&papers, &into)).unwrap(), made);
    });
}

fn server(db: &Db, folder: &Path) -> Option<Server> {
    Server::start(folder.join(format!("{}", db.location()).replace(['/', ':'], "-")).join("kept"))
}

#[test]
fn a_note_is_a_message_like_a_bill_and_one_that_bounces_goes_on_paper() {
    engines::each(|db, folder| {
        let Some(server) = server(db, folder) else { return };
        corrected(db, |db| by_email(db, "email", Some("rosa@example.org")));
        let text =
            format!("from bills@aldercreek.example\nserver 127.0.0.1 {}\ntls plain\n", server.port);
        db.write(|tx| settings::say(tx, actor(), START, &text)).unwrap();
        let mass = Mass { way: Way::Email, billed: ever(), expected: None };
        let into = folder.join(format!("{}", db.location()).replace(['/', ':'], "-"));
        email::send(db, actor(), (&mass, &into), None, &mut |_, _| ()).unwrap();
        let note = server.taken().into_iter().find(|it| it.contains("C-1.pdf")).unwrap();
        for said in
            ["Subject: A correction from ", "Message-ID: <C-1.1.1@", "were corrected. A note"]
        {
            assert!(note.contains(said), "{said} is missing in:\n{note}");
        }
        assert!(!note.contains("Amount due"), "it asks for nothing");
        let (person, because) = (of_kind(db, PaperKind::Note)[0].0.person, "mailbox is gone");
        let key = format!("C-1/{person}/email");
        db.write(|tx| outcome::decide(tx, actor(), &key, State::Bounced, because)).unwrap();
        let notes = of_kind(db, PaperKind::Note);
        let states: Vec<_> = notes.iter().map(|(it, state)| (it.way, *state)).collect();
        assert_eq!(states, [(Way::Email, State::Bounced), (Way::Post, State::Queued)]);
        assert_eq!(notes[1].0.address, "Rosa Quill\n12 Mill St\nAlder Creek IL 60000");
    });
}

#[test]
fn nothing_is_sent_that_says_something_of_a_turn_that_is_taken_back() {
    engines::each(|db, _| {
        crate::sum_up::three(db, None);
        for (serial, index) in [("E-1", 100), ("E-2", 200), ("E-3", 300)] {
            correct::meter_shows(db, serial, date(2026, 2, 1), &[index]);
        }
        correct::bill(db);
        let summing = crate::sum_up::summing(db).unwrap();
        db.write(|tx| send::summary(tx, actor(), ACCOUNT, date(2026, 2, 20))).unwrap();
        let due = || db.read(|tx| store::outbox::due(tx, Way::Post, ever())).unwrap();
        assert_eq!(due().len(), 3 + 1 + 1, "bills, the one that sums them up, and one asked for");
        let (ann, bob) =
            (with_role(db, "ann", "billing-analyst"), with_role(db, "bob", "billing-analyst"));
        let wanted = db.read(|tx| cancel::of_cycle(tx, Cycle(1))).unwrap();
        let asked = cancel::cancel(db, ann, wanted, "the price of last year", &mut |_| ()).unwrap();
        let Outcome::Waits(id) = asked else { panic!("it was done by one") };
        db.write(|tx| approval::give(tx, bob, id, "seen")).unwrap();
        // Not one bill is taken back yet.
        assert!(due().is_empty(), "{:?}", due());
        let sums = |it: &&(Piece, State)| {
            it.0.enclosed == Enclosed::Bill(summing) || it.0.enclosed.kind() == PaperKind::Summary
        };
        let theirs: Vec<_> = pieces(db).into_iter().filter(|it| sums(&it)).collect();
        assert_eq!(theirs.len(), 2);
        for (it, _) in theirs {
            let sends = db.write(|tx| {
                let on = (None, actor().at);
                store::outbox::add_event(tx, it.id, (State::Sending, ""), on)
            });
            assert!(sends.unwrap_err().is::<Conflict>(), "{it:?}");
        }
        bill_run::work(db, actor(), &mut |_| ()).unwrap();
        assert!(due().is_empty() && of_kind(db, PaperKind::Note).is_empty());
        clean(db);
    });
}

#[test]
fn a_letter_of_a_move_that_does_not_stand_any_more_is_not_sent() {
    engines::each(|db, _| {
        found(db);
        let account = comes(db);
        let made = leaves(db, &account, LEFT, ReadWanted::Ordered);
        let on = date(2026, 3, 10);
        letter(db, LetterCause::Stop, on).unwrap();
        let due = || db.read(|tx| store::outbox::due(tx, Way::Post, ever())).unwrap();
        let first = due();
        assert_eq!(first.len(), 1);
        let to = moves::NewDays {
            starts_on: None,
            stops_on: LEFT.tomorrow().ok(),
            read: ReadWanted::Ordered,
        };
        let again = db.write(|tx| moves::redate(tx, actor(), made.of.id, 1, &to)).unwrap();
        assert!(due().is_empty(), "it tells of another day");
        let second = letter(db, LetterCause::Stop, on).unwrap();
        assert!(second.ends_with("-2"), "{second}");
        assert_eq!(due().len(), 1);
        db.write(|tx| moves::cancel(tx, actor(), again.of.id, 2)).unwrap();
        assert!(due().is_empty());
        for (it, _) in of_kind(db, PaperKind::Letter) {
            let sends = db.write(|tx| {
                let on = (None, actor().at);
                store::outbox::add_event(tx, it.id, (State::Sending, ""), on)
            });
            assert!(sends.unwrap_err().is::<Conflict>());
        }
        // What is asked for anew has a letter of its own, also where it says the same.
        leaves(db, &account, LEFT, ReadWanted::Ordered);
        let third = letter(db, LetterCause::Stop, on).unwrap();
        assert!(third.ends_with("-3"), "{third}");
        assert_eq!(due().len(), 1);
        clean(db);
    });
}
