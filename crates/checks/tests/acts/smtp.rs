//! Bills as messages, given to a real SMTP server on loopback: what it takes, puts off and refuses, and
//! what nobody knows. aiosmtpd is the server, from the Python that METERBOOK_SMTP names, as the gate
//! fetches it; without it these tests say that they are skipped.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::ToSpan;
use jiff::civil::date;
use meterbook_app::delivery::email::{Tally, give_up, send};
use meterbook_app::delivery::mass::Mass;
use meterbook_app::delivery::outcome::decide;
use meterbook_app::delivery::{NotDelivered, returned, settings};
use meterbook_app::{Actor, Refused};
use meterbook_checks::engines;
use meterbook_checks::smtp::Server;
use meterbook_core::delivery::{State, Way, key};
use meterbook_core::period::Period;
use meterbook_store::{self as store, Db};

use crate::delivery::{START, at, by_email, one_month, pieces};
use crate::village::actor;

fn server(db: &Db, folder: &Path) -> Option<Server> {
    Server::start(folder.join(format!("{}", db.location()).replace(['/', ':'], "-")).join("kept"))
}

fn say(db: &Db, port: u16, more: &str) {
    let text = format!(
        "from Alder Creek Light <bills@aldercreek.example>\nreply-to help@aldercreek.example\n\
         server 127.0.0.1 {port}\ntls plain\nunsubscribe mailto:stop@aldercreek.example\n{more}"
    );
    db.write(|tx| settings::say(tx, actor(), START, &text)).unwrap();
}

fn mass() -> Mass {
    let billed = Period::new(date(2026, 2, 1), date(2026, 3, 1)).unwrap();
    Mass { way: Way::Email, billed, expected: None }
}

fn sent(db: &Db, folder: &Path) -> Tally {
    send(db, actor(), (&mass(), &folder.join("bills")), None, &mut |_, _| ()).unwrap()
}

/// The same, so many minutes later.
fn later(db: &Db, folder: &Path, minutes: i64) -> Tally {
    let actor = Actor::system(at() + minutes.minutes());
    send(db, actor, (&mass(), &folder.join("bills")), None, &mut |_, _| ()).unwrap()
}

fn states(db: &Db) -> Vec<(Way, State)> {
    pieces(db).into_iter().map(|(it, state)| (it.way, state)).collect()
}

fn refusal(why: &anyhow::Error) -> NotDelivered {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<NotDelivered>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

/// Bills by e-mail to an address, sent once; what the test then looks at.
fn with(address: &str, more: &str, test: impl Fn(&Db, &Path, &Server, Tally)) {
    engines::each(|db, folder| {
        let Some(server) = server(db, folder) else { return };
        one_month(db, |db| by_email(db, "email", Some(address)));
        say(db, server.port, more);
        let tally = sent(db, folder);
        test(db, folder, &server, tally);
    });
}

#[test]
fn a_message_comes_in_two_forms_with_the_bill_attached_and_only_once() {
    with("rosa@example.org", "", |db, folder, server, tally| {
        assert_eq!(tally, Tally { sent: 1, ..Tally::default() });
        let taken = server.taken();
        assert_eq!(taken.len(), 1);
        for part in [
            "From: \"Alder Creek Light\" <bills@aldercreek.example>",
            "To: rosa@example.org",
            "Reply-To: help@aldercreek.example",
            "List-Unsubscribe: <mailto:stop@aldercreek.example>",
            "Message-ID: <B-260202-10000001.1.1@aldercreek.example>",
            "Content-Type: multipart/mixed;",
            "Content-Type: multipart/alternative;",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Type: text/html; charset=utf-8",
            "filename=\"B-260202-10000001.pdf\"",
            "Amount due: $12.00",
        ] {
            assert!(taken[0].contains(part), "{part} is missing in:\n{}", taken[0]);
        }
        assert_eq!(states(db), [(Way::Email, State::Sent)]);
        let again = send(db, actor(), (&mass(), folder), None, &mut |_, _| ()).unwrap_err();
        assert_eq!(refusal(&again), NotDelivered::NothingDue { way: Way::Email });
        assert_eq!(server.taken().len(), 1);
    });
}

#[test]
fn a_message_asks_in_the_currency_of_the_utility() {
    engines::each(|db, folder| {
        let Some(server) = server(db, folder) else { return };
        one_month(db, |db| {
            crate::currency::euros(db);
            by_email(db, "email", Some("rosa@example.org"));
        });
        say(db, server.port, "");
        assert_eq!(sent(db, folder).sent, 1);
        let taken = server.taken().remove(0);
        // As letters beyond ASCII go through the mail.
        assert!(taken.contains("Amount due: =E2=82=AC12.00") && !taken.contains("$12"), "{taken}");
    });
}

#[test]
fn a_link_is_sent_without_the_bill_and_without_a_word_of_the_account() {
    with(
        "rosa@example.org",
        "bill link https://aldercreek.example/bills\n",
        |_, _, server, tally| {
            assert_eq!(tally.sent, 1);
            let taken = server.taken().remove(0);
            assert!(
                taken.contains("https://aldercreek.example/bills\r\n") && !taken.contains(".pdf")
            );
        },
    );
}

#[test]
fn what_the_server_puts_off_waits_and_what_it_refuses_goes_on_paper() {
    for address in ["later@example.org", "busy@example.org", "lost@example.org"] {
        with(address, "", |db, folder, server, tally| {
            assert_eq!(tally, Tally { later: 1, ..Tally::default() }, "{address}");
            assert_eq!(states(db), [(Way::Email, State::Queued)]);
            assert_eq!(sent(db, folder), Tally { waiting: 1, ..Tally::default() }, "it waits");
            assert_eq!(later(db, folder, 16).later, 1, "it is tried again");
            assert_eq!(later(db, folder, 32), Tally { waiting: 1, ..Tally::default() }, "longer");
            assert_eq!(later(db, folder, 47).later, 1);
            assert!(server.taken().is_empty());
        });
    }
    with("never@example.org", "", |db, _, _, tally| {
        assert_eq!(tally, Tally { bounced: 1, ..Tally::default() });
        let all = pieces(db);
        assert_eq!(states(db), [(Way::Email, State::Bounced), (Way::Post, State::Queued)]);
        assert_eq!(all[1].0.address, "Rosa Quill\n12 Mill St\nAlder Creek IL 60000");
        let person = all[0].0.person;
        let consents = db.read(|tx| store::person::consents(tx, person)).unwrap();
        assert!(consents.iter().all(|it| it.to.is_some()), "{consents:?}");
        let acts = db.read(|tx| store::audit::latest(tx, 9)).unwrap();
        assert!(acts.iter().any(|it| it.act == "withdraw consent"), "{acts:?}");
        let tasks = db.read(|tx| {
            let about = meterbook_core::about::About::Account(all[0].0.account);
            store::task::of_subject(tx, about, 9)
        });
        assert_eq!(tasks.unwrap().len(), 1);
    });
}

#[test]
fn a_refusal_of_the_sender_or_of_the_message_bounces_nobody() {
    with("spam@example.org", "", |db, _, server, tally| {
        assert_eq!(tally, Tally { later: 1, ..Tally::default() });
        assert_eq!(states(db), [(Way::Email, State::Queued)]);
        assert!(server.taken().is_empty());
    });
    engines::each(|db, folder| {
        let Some(server) = server(db, folder) else { return };
        one_month(db, |db| by_email(db, "email", Some("rosa@example.org")));
        say(db, server.port, "");
        let text = db.read(|tx| store::outbox::said(tx, START)).unwrap().unwrap();
        let text = text.replace("bills@", "blocked@");
        db.write(|tx| settings::say(tx, actor(), START.tomorrow().unwrap(), &text)).unwrap();
        assert_eq!(sent(db, folder), Tally { later: 1, ..Tally::default() });
        assert_eq!(states(db), [(Way::Email, State::Queued)]);
        let person = pieces(db)[0].0.person;
        let consents = db.read(|tx| store::person::consents(tx, person)).unwrap();
        assert!(consents.iter().all(|it| it.to.is_none()), "the consent stands: {consents:?}");
    });
}

#[test]
fn a_connection_lost_after_the_message_is_unknown_and_a_person_says_what_became_of_it() {
    with("cut@example.org", "", |db, folder, server, tally| {
        assert_eq!(tally, Tally { unknown: 1, ..Tally::default() });
        assert_eq!(states(db), [(Way::Email, State::Unknown)]);
        let again = send(db, actor(), (&mass(), folder), None, &mut |_, _| ()).unwrap_err();
        assert_eq!(refusal(&again), NotDelivered::NothingDue { way: Way::Email });
        assert_eq!(server.taken().len(), 1, "never by itself");
        let piece = pieces(db).remove(0).0;
        let key = key(&piece.number, piece.person, piece.way);
        let said = |next, why: &str| db.write(|tx| decide(tx, actor(), &key, next, why));
        assert_eq!(refusal(&said(State::Sent, " ").unwrap_err()), NotDelivered::NoReason);
        let (state, next) = (State::Unknown, State::Sending);
        let wrong = NotDelivered::CannotBecome { state, next };
        assert_eq!(refusal(&said(next, "now").unwrap_err()), wrong);
        said(State::Queued, "the customer has not got it").unwrap();
        assert_eq!(sent(db, folder).unknown, 1);
        assert!(server.taken().iter().any(|it| it.contains("10000001.1.2@")), "a second sending");
        said(State::Delivered, "she called").unwrap();
        assert_eq!(states(db), [(Way::Email, State::Delivered)]);
    });
}

#[test]
fn what_somebody_was_cut_off_from_is_unknown_after_a_while() {
    engines::each(|db, _| {
        one_month(db, |db| by_email(db, "email", Some("rosa@example.org")));
        let id = pieces(db)[0].0.id;
        db.write(|tx| {
            store::outbox::add_event(tx, id, (State::Sending, ""), (None, at())).map(drop)
        })
        .unwrap();
        let after = |minutes: i64| Actor::system(at() + minutes.minutes());
        assert_eq!(give_up(db, after(9)).unwrap(), 0);
        assert_eq!(give_up(db, after(11)).unwrap(), 1);
        assert_eq!(states(db), [(Way::Email, State::Unknown)]);
    });
}

/// A report as a mail server writes it, of the message that was kept.
fn report(message: &str, action: &str, address: &str) -> Vec<u8> {
    let id = message.lines().find(|it| it.starts_with("Message-ID:")).unwrap();
    format!(
        "From: MAILER-DAEMON@mx.example.org\nSubject: Undelivered\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"B\"\n\n\
         --B\nContent-Type: text/plain\n\nI am sorry.\n\n\
         --B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n\
         Final-Recipient: rfc822; {address}\nAction: {action}\nStatus: 5.1.1\n\
         Diagnostic-Code: smtp; 550 no such mailbox\n\n\
         --B\nContent-Type: text/rfc822-headers\n\n{id}\n\n--B--\n"
    )
    .into_bytes()
}

#[test]
fn a_message_that_comes_back_goes_on_paper_once() {
    with("rosa@example.org", "", |db, _, server, _| {
        let kept = server.taken().remove(0);
        let take = |messages: &[Vec<u8>]| returned::mail(db, actor(), messages).unwrap();
        let forged = report(&kept, "failed", "somebody@example.org");
        let strange = report("Message-ID: <x@y>", "failed", "rosa@example.org");
        let old =
            report(&kept.replace("10000001.1.1@", "10000001.1.2@"), "failed", "rosa@example.org");
        let away = b"From: rosa@example.org\nSubject: I am away\n\nBack in May.\n".to_vec();
        let all = take(&[forged, strange, old, away]);
        let numbers: Vec<usize> = all.strange.iter().map(|it| it.0).collect();
        assert_eq!((numbers, all.bounced), (vec![1, 2, 3, 4], 0), "{all:?}");
        assert_eq!(take(&[report(&kept, "delayed", "rosa@example.org")]).delayed, 1);
        assert_eq!(take(&[report(&kept, "delivered", "rosa@example.org")]).delivered, 1);
        assert_eq!(states(db), [(Way::Email, State::Delivered)]);
        let failed = || report(&kept, "failed", "Rosa@example.org");
        assert_eq!(take(&[failed()]).bounced, 1);
        assert_eq!(states(db), [(Way::Email, State::Bounced), (Way::Post, State::Queued)]);
        let person = pieces(db)[0].0.person;
        let consents = db.read(|tx| store::person::consents(tx, person)).unwrap();
        assert!(consents.iter().all(|it| it.to.is_some()), "{consents:?}");
        assert_eq!(take(&[failed()]).before, 1, "it came back once");
        assert_eq!(pieces(db).len(), 2);
    });
}
