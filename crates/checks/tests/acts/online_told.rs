//! What a provider of payments tells by itself, and links of bills: who is believed, what is done once, and
//! what leads nowhere. Payments, refunds and signed messages are localstripe's, where it was fetched.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use anyhow::Result;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{Timestamp, ToSpan};
use meterbook_app::online::told::{self, Became};
use meterbook_app::online::{NotOnline, ask, link};
use meterbook_app::{Actor, statement};
use meterbook_checks::engines::{self, Raw};
use meterbook_checks::provider::{Localstripe, Provider};
use meterbook_core::id::{AccountId, AttemptId};
use meterbook_core::online::AttemptState;
use meterbook_store::Db;
use serde_json::json;
use sha2::Sha256;

use crate::debit::sound;
use crate::deposit::{bill, owes};
use crate::jobs::january;
use crate::online::{ONE, OWED, begun, bill_of, later, refusal, say, second, stands, town};
use crate::village::{actor, says};

fn signed(secret: &str, at: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|it| format!("{it:02x}")).collect();
    format!("t={at},v1={hex}")
}

fn tell(db: &Db, body: &str) -> Result<Became> {
    let signature = signed("whsec_test", second(), body);
    told::take(db, actor().at, Some(&signature), body.as_bytes())
}

#[test]
fn who_signs_is_believed_once_and_in_any_order() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        begun(db, ONE).unwrap();
        let payment = provider.pay(OWED, "usd", second());
        let page = provider.page();
        let body = Provider::event("evt_1", "checkout.session.completed", &page);
        let asked = provider.asked();
        let take = |signature: Option<&str>| told::take(db, actor().at, signature, body.as_bytes());
        assert_eq!(refusal(take(None)), NotOnline::NotSigned);
        let other = signed("whsec_other", second(), &body);
        assert_eq!(refusal(take(Some(&other))), NotOnline::NotSigned);
        for away in [-301, 301] {
            let stale = signed("whsec_test", second() + away, &body);
            assert_eq!(refusal(take(Some(&stale))), NotOnline::Stale);
        }
        let nothing = |body: &str| refusal(tell(db, body));
        assert_eq!(nothing("{}"), NotOnline::NoEvent);
        assert_eq!(nothing("no json"), NotOnline::NoEvent);
        assert_eq!(nothing(r#"{"id":"../x","type":"charge.refunded"}"#), NotOnline::NoEvent);
        assert_eq!(provider.asked(), asked, "nobody was asked for a stranger");

        // It went back before anybody heard that it came.
        provider.refund(&payment, OWED);
        let charge = json!({ "object": "charge", "payment_intent": payment });
        let refunded = Provider::event("evt_2", "charge.refunded", &charge);
        assert_eq!(tell(db, &refunded).unwrap(), Became::Asked(AttemptId(1)));
        assert_eq!((stands(db, 1), owes(db, ONE)), (AttemptState::Paid, OWED));
        assert_eq!(tell(db, &body).unwrap(), Became::Asked(AttemptId(1)));
        assert_eq!(tell(db, &body).unwrap(), Became::Already);
        assert_eq!(tell(db, &refunded).unwrap(), Became::Already);
        assert_eq!(owes(db, ONE), OWED);
        // What is told of others and of other things is nobody's business.
        let strange = json!({ "object": "charge", "payment_intent": "pi_99" });
        let others = Provider::event("evt_3", "charge.refunded", &strange);
        assert_eq!(tell(db, &others).unwrap(), Became::NotOurs);
        let customer =
            Provider::event("evt_4", "customer.created", &json!({ "object": "customer" }));
        assert_eq!(tell(db, &customer).unwrap(), Became::NotOurs);
        let kept =
            Raw::beside(db).unwrap().column("select id from provider_event order by id").unwrap();
        assert_eq!(kept, ["evt_1", "evt_2", "evt_3", "evt_4"]);
        sound(db);
    });
}

#[test]
fn a_message_and_a_question_at_once_post_a_payment_once() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        begun(db, ONE).unwrap();
        provider.pay(OWED, "usd", second());
        let page = provider.page();
        std::thread::scope(|scope| {
            for nth in 0..3 {
                let body =
                    Provider::event(&format!("evt_{nth}"), "checkout.session.completed", &page);
                scope.spawn(move || tell(db, &body).unwrap());
                scope.spawn(|| ask(db, later(1), None).unwrap());
            }
        });
        assert_eq!((stands(db, 1), owes(db, ONE)), (AttemptState::Paid, 0));
        sound(db);
    });
}

#[test]
fn a_provider_that_tells_and_does_not_answer_is_to_tell_it_again() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        bill(db);
        let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        say(db, folder, &format!("base http://127.0.0.1:{gone}\n"));
        let unanswered = NotOnline::Unanswered { attempt: AttemptId(1) };
        assert_eq!(refusal(begun(db, ONE)), unanswered);
        let key = Raw::beside(db).unwrap().column("select key from pay_attempt").unwrap().remove(0);
        let page =
            json!({ "id": "cs_1", "object": "checkout.session", "client_reference_id": key });
        let body = Provider::event("evt_1", "checkout.session.completed", &page);
        assert_eq!(tell(db, &body).unwrap(), Became::Silent);
        assert_eq!(tell(db, &body).unwrap(), Became::Silent, "it is not as if it was told");
        assert_eq!(ask(db, later(30), None).unwrap().silent.len(), 1);
        assert_eq!(stands(db, 1), AttemptState::Unknown, "who does not answer knows of it perhaps");
    });
}

#[test]
fn a_link_shows_a_bill_to_its_last_day_until_it_is_ended_and_nobody_makes_one() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        let (id, number) = bill_of(db, ONE);
        let make = || db.write(|tx| link::make(tx, actor(), id)).unwrap();
        let url = make();
        let token = url.strip_prefix("https://pay.example.org/pay/").unwrap().to_owned();
        let shown = |by: Actor, token: &str| db.read(|tx| link::shown(tx, by.at, token));
        let it = shown(actor(), &token).unwrap();
        assert_eq!((it.number, it.left.cents(), it.tail.as_str()), (number, OWED, "0017"));
        assert_eq!((it.begun, it.within, it.account), (false, true, ONE));
        begun(db, ONE).unwrap();
        assert!(shown(actor(), &token).unwrap().begun);
        // 120 days, and no more.
        let days = |days: i64| Actor::system(actor().at + (24 * days).hours());
        assert!(shown(days(119), &token).is_ok());
        assert_eq!(refusal(shown(days(120), &token)), NotOnline::NoLink);
        // Another bill, another day, another hash, and what is no link.
        let (said, hash) = token.rsplit_once('.').unwrap();
        let (other, _) = bill_of(db, AccountId(2));
        let tail = said.split_once('.').unwrap().1;
        let (half, _) = hash.split_at(11);
        for wrong in [
            format!("{other}.{tail}.{hash}"),
            format!("{}.{hash}", said.replace("2026", "2027")),
            format!("{said}.{half}"),
            format!("{said}."),
            said.to_owned(),
            "x".repeat(5_000),
            String::new(),
        ] {
            assert_eq!(refusal(shown(actor(), &wrong)), NotOnline::NoLink, "{wrong}");
        }
        let end = |why: &str| db.write(|tx| link::end(tx, actor(), id, why));
        assert_eq!(says(&end(" ").unwrap_err()), "say why");
        end("sent to the wrong neighbour").unwrap();
        assert_eq!(refusal(shown(actor(), &token)), NotOnline::NoLink);
        assert_ne!(make(), url);
        // The code on paper leads to the utility's own page until the settings say otherwise.
        let at = || db.read(|tx| statement::of_bill(tx, id)).unwrap().pay_at;
        assert_eq!(at(), None);
        std::fs::write(folder.join("pay.links"), "too short\n").unwrap();
        assert_eq!(refusal(db.write(|tx| link::make(tx, actor(), id))), NotOnline::WeakKey);
        sound(db);
    });
}

#[test]
fn the_code_on_a_bill_leads_to_its_link_where_the_settings_say_so() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        bill(db);
        say(db, folder, "code on-bills\n");
        let (id, _) = bill_of(db, ONE);
        let at = || db.read(|tx| statement::of_bill(tx, id)).unwrap().pay_at.unwrap();
        let url = at();
        assert_eq!(at(), url, "the same paper whenever it is drawn");
        let token = url.strip_prefix("https://pay.example.org/pay/").unwrap();
        let it = db.read(|tx| link::shown(tx, actor().at, token)).unwrap();
        assert_eq!(it.bill, id);
    });
}

/// Somebody on loopback who is told things: what came, as its signature and its body.
fn told_here() -> (u16, Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (say, heard) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") && 0 < reader.read_line(&mut head).unwrap() {}
            let field = |name: &str| {
                let mut lines = head.lines().filter_map(|it| it.split_once(": "));
                lines.find(|it| it.0.eq_ignore_ascii_case(name)).unwrap().1.to_owned()
            };
            let mut body = vec![0; field("content-length").parse().unwrap()];
            reader.read_exact(&mut body).unwrap();
            let closing = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            reader.get_mut().write_all(closing.as_bytes()).unwrap();
            let body = String::from_utf8(body).unwrap();
            if say.send((field("stripe-signature"), body)).is_err() {
                return;
            }
        }
    });
    (port, heard)
}

#[test]
fn a_payment_a_refund_and_a_message_of_localstripe_are_taken_in() {
    let Some(stripe) = Localstripe::start() else { return };
    engines::each(|db, folder| {
        let provider = Provider::start(Some(stripe.port));
        town(db, folder, &provider);
        let (port, heard) = told_here();
        let hook = format!("url=http://127.0.0.1:{port}/&secret=whsec_test");
        stripe.post("/_config/webhooks/ours", &hook);
        begun(db, ONE).unwrap();
        let key = provider.keys().remove(0);
        let card = "type=card&card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2030&card[cvc]=123";
        let method = stripe.post("/v1/payment_methods", card);
        let method = method["id"].as_str().unwrap();
        let form = format!(
            "amount={OWED}&currency=usd&payment_method={method}&confirm=true&metadata[attempt]={key}"
        );
        let payment = stripe.post("/v1/payment_intents", &form);
        let payment = payment["id"].as_str().unwrap();
        provider.complete(payment);
        let (signature, body) = heard.recv_timeout(Duration::from_secs(30)).unwrap();
        let now = Actor::system(Timestamp::now());
        let take = |by: Actor, body: &str| told::take(db, by.at, Some(&signature), body.as_bytes());
        assert_eq!(refusal(take(now, &body.replace("usd", "eur"))), NotOnline::NotSigned);
        let stale = Actor::system(now.at + 6.minutes());
        assert_eq!(refusal(take(stale, &body)), NotOnline::Stale);
        assert_eq!(take(now, &body).unwrap(), Became::Asked(AttemptId(1)));
        assert_eq!((stands(db, 1), owes(db, ONE)), (AttemptState::Paid, 0));
        let kept = Raw::beside(db).unwrap().column("select brand || last_four from card_payment");
        assert_eq!(kept.unwrap(), ["visa4242"]);
        stripe.post("/v1/refunds", &format!("payment_intent={payment}"));
        ask(db, now, Some(AttemptId(1))).unwrap();
        assert_eq!(owes(db, ONE), OWED);
        sound(db);
    });
}
