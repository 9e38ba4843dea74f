//! Telling another system what became of bills, over loopback, on both engines: signed, once when it is
//! taken, and again later when it is not.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_app::delivery::outcome::decide;
use meterbook_app::delivery::webhook::{Told, tell};
use meterbook_app::delivery::{NotDelivered, settings};
use meterbook_app::{Actor, Refused};
use meterbook_checks::engines;
use meterbook_core::delivery::{State, key};
use meterbook_store::Db;
use serde_json::Value;

use crate::delivery::{START, at, one_month, pieces};
use crate::village::actor;

const SECRET: Option<&str> = Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

/// What was asked of the other system: its head, in small letters, and its body.
type Asked = (String, Value);

/// Another system on loopback, which answers with these in turn.
fn other(answers: &'static [&'static str]) -> (u16, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (say, heard) = channel();
    std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert_ne!(reader.read_line(&mut head).unwrap(), 0);
            }
            let head = head.to_lowercase();
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: ")).unwrap();
            let mut body = vec![0; length.parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            let closing = "content-length: 0\r\nconnection: close\r\n\r\n";
            write!(stream, "HTTP/1.1 {answer}\r\n{closing}").unwrap();
            say.send((head, serde_json::from_slice(&body).unwrap())).unwrap();
        }
    });
    (port, heard)
}

fn say(db: &Db, from: Date, text: &str) {
    db.write(|tx| settings::say(tx, actor(), from, text)).unwrap();
}

fn handed_over(db: &Db) -> String {
    let piece = pieces(db).remove(0).0;
    let key = key(&piece.number, piece.person, piece.way);
    db.write(|tx| decide(tx, actor(), &key, State::Delivered, "at the counter")).unwrap();
    key
}

fn told(db: &Db, minutes: i64) -> Told {
    tell(db, Actor::system(at() + minutes.minutes()), SECRET).unwrap()
}

fn field<'a>(head: &'a str, name: &str) -> &'a str {
    head.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(": ")).unwrap()
}

#[test]
fn what_became_of_a_bill_is_told_until_it_is_taken_and_then_no_more() {
    engines::each(|db, _| {
        one_month(db, |_| ());
        let refusal = |secret| {
            let why = tell(db, actor(), secret).unwrap_err();
            why.downcast_ref::<Refused>().unwrap().as_a::<NotDelivered>().unwrap().clone()
        };
        assert_eq!(refusal(SECRET), NotDelivered::NotSet { word: "webhook" });
        let (port, heard) =
            other(&["503 Busy", "302 Found\r\nlocation: http://192.0.2.1/", "204 Taken"]);
        say(db, START, &format!("webhook http://127.0.0.1:{port}/hook\n"));
        assert_eq!(refusal(None), NotDelivered::NotSet { word: "webhook-secret" });
        assert_eq!(told(db, 0), Told::default(), "what waits is nobody's business");
        let key = handed_over(db);
        let later = Told { later: 1, ..Told::default() };
        assert_eq!(told(db, 0), later);
        let (head, body) = heard.recv().unwrap();
        assert!(head.starts_with("post /hook http/1.1\r\n"), "{head}");
        assert_eq!(field(&head, "webhook-id"), format!("{key}/1").to_lowercase());
        assert_eq!(field(&head, "webhook-timestamp"), at().as_second().to_string());
        assert!(field(&head, "webhook-signature").starts_with("v1,"));
        assert_eq!(body["type"], "bill.delivered");
        assert_eq!(body["data"]["piece"], key);
        assert_eq!(body["data"]["way"], "post");
        assert!(!body.to_string().contains("Rosa"), "no name, no address");
        assert_eq!(told(db, 14), Told { waiting: 1, ..Told::default() }, "not so soon");
        assert_eq!(told(db, 16), later, "it goes where it was told to, and nowhere else");
        assert_eq!(told(db, 32), Told { waiting: 1, ..Told::default() }, "longer");
        assert_eq!(told(db, 47), Told { taken: 1, ..Told::default() });
        let (again, _) = heard.iter().take(2).last().unwrap();
        assert_eq!(field(&again, "webhook-id"), format!("{key}/1").to_lowercase(), "the same id");
        assert_eq!(told(db, 400), Told::default(), "it was taken");
    });
}

#[test]
fn nobody_is_told_after_three_days_and_who_does_not_answer_is_told_later() {
    engines::each(|db, _| {
        one_month(db, |_| ());
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        say(db, START, &format!("webhook http://127.0.0.1:{gone}/\n"));
        handed_over(db);
        assert_eq!(told(db, 0).later, 1);
        assert_eq!(told(db, 3 * 24 * 60).later, 1);
        assert_eq!(told(db, 3 * 24 * 60 + 1), Told::default());
    });
}
