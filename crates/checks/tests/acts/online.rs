//! Paying online: what is paid is posted once, whoever heard of it first and however often; what was cut off
//! is asked about and never asked for again; and money that is not as it was asked for is not lost.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use meterbook_app::online::settings;
use meterbook_app::online::{Asked, Begun, NewAttempt, NotOnline, What, ask, begin};
use meterbook_app::secret::NoSecret;
use meterbook_app::{Actor, Refused};
use meterbook_checks::engines::{self, Raw};
use meterbook_checks::provider::{KEY, Mood, Provider};
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AccountId, AttemptId, BillId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::online::{Attempt, AttemptState};
use meterbook_core::task::TaskKind;
use meterbook_store::online::Which;
use meterbook_store::{self as store, Conflict, Db};

use crate::debit::sound;
use crate::deposit::{bill, owes, pays};
use crate::jobs::january;
use crate::village::{actor, says};

pub(crate) const JANUARY: Date = date(2026, 1, 1);
pub(crate) const ONE: AccountId = AccountId(1);
/// What the first customer owes of their bill.
pub(crate) const OWED: i64 = 4_44;

/// Four customers with a bill each, who may pay online.
pub(crate) fn town(db: &Db, folder: &Path, provider: &Provider) {
    january(db, folder, 4);
    bill(db);
    say(db, folder, &format!("base http://127.0.0.1:{}\n", provider.port));
}

pub(crate) fn say(db: &Db, folder: &Path, more: &str) {
    say_from(db, folder, JANUARY, more);
}

pub(crate) fn say_from(db: &Db, folder: &Path, from: Date, more: &str) {
    let put = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let key = put("pay.key", &format!("{KEY}\n"));
    let hook = put("pay.hook", "whsec_test\n");
    let links = put("pay.links", "0123456789abcdef0123456789abcdef\n");
    let text = format!(
        "provider stripe\nkey file {key}\nwebhook-secret file {hook}\nlink-key file {links}\n\
         pay-page https://pay.example.org\ncurrency USD\nmost 500.00\n{more}"
    );
    db.write(|tx| settings::say(tx, actor(), from, &text)).unwrap();
}

pub(crate) fn later(minutes: i64) -> Actor {
    Actor::system(actor().at + minutes.minutes())
}

pub(crate) fn second() -> i64 {
    actor().at.as_second()
}

pub(crate) fn bill_of(db: &Db, account: AccountId) -> (BillId, BillNumber) {
    let face = db.read(|tx| store::bill::of_account(tx, account)).unwrap().remove(0);
    (face.id, face.number)
}

pub(crate) fn wanted(db: &Db, account: AccountId) -> NewAttempt {
    let what = What::Bill(bill_of(db, account).0);
    NewAttempt { account, what, amount: None, back: None, keep: None }
}

pub(crate) fn begun(db: &Db, account: AccountId) -> Result<Begun> {
    begin(db, actor(), &wanted(db, account))
}

pub(crate) fn stands(db: &Db, id: i64) -> AttemptState {
    db.read(|tx| store::online::get(tx, AttemptId(id))).unwrap().unwrap().state
}

pub(crate) fn refusal(done: Result<impl std::fmt::Debug>) -> NotOnline {
    let why = done.unwrap_err();
    let why = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("{why:?}"));
    why.as_a::<NotOnline>().unwrap_or_else(|| panic!("{why}")).clone()
}

fn paid(db: &Db) -> Vec<(Tender, String, i64)> {
    let all = db.read(|tx| store::payment::of_account(tx, ONE)).unwrap();
    all.into_iter().map(|it| (it.tender, it.reference, it.amount.cents())).collect()
}

fn held(db: &Db) -> Vec<(i64, String)> {
    let all = db.read(store::suspense::open).unwrap();
    all.into_iter().map(|it| (it.amount.cents(), it.said)).collect()
}

fn tasks(db: &Db) -> Vec<String> {
    let all = db.read(|tx| store::task::open_of(tx, TaskKind::Reminder)).unwrap();
    all.into_iter().map(|it| it.evidence).collect()
}

fn asked_all(db: &Db, minutes: i64) -> Asked {
    ask(db, later(minutes), None).unwrap()
}

#[test]
fn a_bill_is_paid_once_and_of_the_card_nothing_is_kept_but_its_brand_and_four_digits() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        let first = begun(db, ONE).unwrap();
        assert_eq!((first.amount.cents(), stands(db, 1)), (OWED, AttemptState::Open));
        assert_eq!(first.url, "https://checkout.example/cs_1");
        // Whoever presses twice gets the same page, and so does whoever comes back.
        assert_eq!(begun(db, ONE).unwrap(), first);
        let (path, key, form) = provider.posts().remove(0);
        assert_eq!((provider.posts().len(), path.as_str()), (1, "checkout/sessions"));
        let of = |name: &str| form.iter().find(|it| it.0 == name).unwrap().1.clone();
        assert_eq!((of("client_reference_id"), of("metadata[attempt]")), (key.clone(), key));
        assert_eq!(of("line_items[0][price_data][unit_amount]"), "444");
        assert_eq!(of("line_items[0][price_data][currency]"), "usd");
        assert_eq!(of("success_url"), "https://pay.example.org");
        let until = second() + 3_600;
        assert_eq!(of("expires_at"), until.to_string());
        let number = bill_of(db, ONE).1;
        let named = of("line_items[0][price_data][product_data][name]");
        assert_eq!(named, format!("Alder Creek Light {number}"), "no name, no address");
        assert_eq!(asked_all(db, 1), Asked { waiting: 1, ..Asked::default() });

        let payment = provider.pay(OWED, "usd", second());
        let over = vec![(AttemptId(1), AttemptState::Paid)];
        assert_eq!(asked_all(db, 2), Asked { over: over.clone(), ..Asked::default() });
        assert_eq!(owes(db, ONE), 0);
        assert_eq!(paid(db), [(Tender::Card, payment.clone(), OWED)]);
        // Nothing is expected of it any more; asked all the same, nothing is posted again.
        assert_eq!(asked_all(db, 3), Asked::default());
        assert_eq!(ask(db, later(4), Some(AttemptId(1))).unwrap().over, over);
        assert_eq!(paid(db).len(), 1);
        assert_eq!(refusal(begun(db, ONE)), NotOnline::Nothing);

        let it = db.read(|tx| store::online::list(tx, Which::All, 10)).unwrap().remove(0);
        let card = it.card.map(|it| (it.brand, it.last_four));
        assert_eq!((card, it.said), (Some(("visa".to_owned(), "4242".to_owned())), payment));
        let mut raw = Raw::beside(db).unwrap();
        let kept = raw.column("select brand || last_four || reference from card_payment").unwrap();
        assert_eq!(kept, ["visa4242pi_1"]);
        let turns =
            raw.column("select act from audit where act like '%online%' order by id").unwrap();
        assert_eq!(
            turns,
            [
                "say online settings",
                "begin online payment",
                "set online payment",
                "set online payment"
            ]
        );
        sound(db);
    });
}

#[test]
fn what_was_cut_off_is_asked_about_and_never_asked_for_again() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        // Heard, and cut off before the answer: it is found again by its key.
        provider.will(&[Mood::CutHeard]);
        assert_eq!(refusal(begun(db, ONE)), NotOnline::Unanswered { attempt: AttemptId(1) });
        assert_eq!(stands(db, 1), AttemptState::Unknown);
        assert_eq!(asked_all(db, 1).waiting, 1);
        assert_eq!((stands(db, 1), provider.posts().len()), (AttemptState::Open, 1));
        assert_eq!(begun(db, ONE).unwrap().attempt, AttemptId(1));
        assert_eq!(provider.posts().len(), 1, "asked about, not asked for");
        // Never heard: nobody may begin again before that is sure.
        let two = AccountId(2);
        provider.will(&[Mood::CutUnheard]);
        let unanswered = NotOnline::Unanswered { attempt: AttemptId(2) };
        assert_eq!(refusal(begun(db, two)), unanswered);
        assert_eq!(refusal(begin(db, later(9), &wanted(db, two))), unanswered);
        assert_eq!((stands(db, 2), provider.posts().len()), (AttemptState::Unknown, 2));
        let over = asked_all(db, 10).over;
        assert_eq!(over, [(AttemptId(2), AttemptState::Failed)]);
        assert_eq!(begin(db, later(11), &wanted(db, two)).unwrap().attempt, AttemptId(3));
        // What was given up and is paid after all counts.
        provider.pay(8_88, "usd", second());
        asked_all(db, 12);
        assert_eq!((stands(db, 3), owes(db, two)), (AttemptState::Paid, 0));
        // A provider that is down says nothing of what it did; one that says no did nothing.
        provider.will(&[Mood::Says(503), Mood::Says(402)]);
        let three = AccountId(3);
        assert_eq!(refusal(begun(db, three)), NotOnline::Unanswered { attempt: AttemptId(4) });
        let why = "Your card is not the point".to_owned();
        assert_eq!(refusal(begun(db, AccountId(4))), NotOnline::Refused { why });
        assert_eq!((stands(db, 4), stands(db, 5)), (AttemptState::Unknown, AttemptState::Failed));
        // What it knew and does not know any more is given up when no page waits for so long.
        provider.forget();
        assert_eq!((asked_all(db, 48 * 60 - 1).waiting, stands(db, 1)), (1, AttemptState::Open));
        asked_all(db, 48 * 60);
        assert_eq!(stands(db, 1), AttemptState::Failed);
        sound(db);
    });
}

#[test]
fn one_attempt_of_a_bill_is_open_at_a_time_whoever_begins_it() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        let new = wanted(db, ONE);
        let went = std::thread::scope(|scope| {
            let begun: Vec<_> = (0..4).map(|_| scope.spawn(|| begin(db, actor(), &new))).collect();
            begun.into_iter().map(|it| it.join().unwrap().is_ok()).collect::<Vec<_>>()
        });
        assert!(went.contains(&true), "{went:?}");
        assert_eq!(provider.keys().len(), 1, "asked for once");
        // The database itself has one.
        let add = |id: i64, bill| {
            let it = Attempt {
                id: AttemptId(id),
                account: ONE,
                bill,
                amount: Money::from_cents(1),
                currency: "USD".to_owned(),
                key: id.to_string(),
                begun: Timestamp::UNIX_EPOCH,
                session: None,
                state: AttemptState::Unknown,
            };
            db.write(|tx| store::online::add(tx, &it))
        };
        assert!(add(90, Some(bill_of(db, ONE).0)).unwrap_err().is::<Conflict>());
        // All that is owed and one bill of it are not paid side by side.
        let all = NewAttempt { what: What::All, ..new.clone() };
        let begun = begin(db, later(1), &all).unwrap();
        assert_eq!((stands(db, 1), begun.amount.cents()), (AttemptState::Expired, OWED));
        let back = begin(db, later(2), &new).unwrap();
        assert_eq!(stands(db, begun.attempt.0), AttemptState::Expired);
        assert_eq!(stands(db, back.attempt.0), AttemptState::Open);
        sound(db);
    });
}

#[test]
fn what_is_owed_otherwise_meanwhile_is_asked_for_otherwise_and_what_comes_too_late_is_a_credit() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        begun(db, ONE).unwrap();
        pays(db, ONE, 2_00, date(2026, 3, 10), actor());
        let second_time = begun(db, ONE).unwrap();
        assert_eq!((stands(db, 1), second_time.amount.cents()), (AttemptState::Expired, 2_44));
        // They pay at the counter while the page is open, and there too.
        pays(db, ONE, 2_44, date(2026, 3, 9), actor());
        provider.pay(2_44, "usd", second());
        asked_all(db, 1);
        assert_eq!((stands(db, 2), owes(db, ONE)), (AttemptState::Paid, -2_44));
        // Nobody came in time, or the card was refused: it may be begun again.
        let two = AccountId(2);
        begun(db, two).unwrap();
        provider.expire();
        assert_eq!(asked_all(db, 61).over, [(AttemptId(3), AttemptState::Expired)]);
        begun(db, two).unwrap();
        let payment = provider.pay(8_88, "usd", second());
        provider.stands(&payment, "processing");
        assert_eq!(asked_all(db, 62).waiting, 1);
        provider.stands(&payment, "requires_payment_method");
        assert_eq!(asked_all(db, 63).over, [(AttemptId(4), AttemptState::Failed)]);
        // And then it is paid all the same.
        provider.stands(&payment, "succeeded");
        ask(db, later(64), Some(AttemptId(4))).unwrap();
        assert_eq!((stands(db, 4), owes(db, two)), (AttemptState::Paid, 0));
        sound(db);
    });
}

#[test]
fn money_that_is_not_as_it_was_asked_for_is_held_or_a_task() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        begun(db, ONE).unwrap();
        provider.pay(4_00, "usd", second());
        asked_all(db, 1);
        let (number, account) = (bill_of(db, ONE).1, "1000-0001-7");
        let said =
            format!("account {account}, bill {number}, $4.44 was asked for online and $4.00 came");
        assert_eq!(held(db), [(4_00, said)]);
        assert_eq!((stands(db, 1), owes(db, ONE)), (AttemptState::Paid, OWED));
        // Another currency is no money of these books.
        begun(db, AccountId(2)).unwrap();
        provider.pay(8_88, "eur", second());
        asked_all(db, 2);
        assert_eq!((stands(db, 2), owes(db, AccountId(2))), (AttemptState::Failed, 8_88));
        assert_eq!(tasks(db), ["attempt 2 to pay online: $8.88 EUR came and not USD"]);
        ask(db, later(3), Some(AttemptId(2))).unwrap();
        assert_eq!(tasks(db).len(), 1);
        sound(db);
    });
}

#[test]
fn what_goes_back_is_taken_back_once() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        town(db, folder, &provider);
        let again = |id: i64| ask(db, later(5), Some(AttemptId(id))).unwrap();
        begun(db, ONE).unwrap();
        let payment = provider.pay(OWED, "usd", second());
        asked_all(db, 1);
        provider.refund(&payment, 1_00);
        again(1);
        assert_eq!(owes(db, ONE), 0, "a part is for a person");
        assert_eq!(
            tasks(db),
            [
                "attempt 1 to pay online: $1.00 of pi_1 was paid back by the provider; refund it here too"
            ]
        );
        provider.refund(&payment, OWED);
        again(1);
        again(1);
        assert_eq!(owes(db, ONE), OWED);
        // A bank that only asks has nothing; one that took it has, until it gives it back.
        begun(db, AccountId(2)).unwrap();
        let payment = provider.pay(8_88, "usd", second());
        asked_all(db, 2);
        provider.dispute(&payment, "warning_needs_response");
        again(2);
        assert_eq!(owes(db, AccountId(2)), 0);
        provider.dispute(&payment, "needs_response");
        again(2);
        again(2);
        assert_eq!(owes(db, AccountId(2)), 8_88);
        provider.dispute(&payment, "won");
        again(2);
        assert_eq!(
            tasks(db)[1],
            "attempt 2 to pay online: the bank gave $8.88 of pi_2 back again; take it in"
        );
        // What nobody heard of before it went back was paid and went back.
        begun(db, AccountId(3)).unwrap();
        let payment = provider.pay(1_332, "usd", second());
        provider.refund(&payment, 1_332);
        asked_all(db, 6);
        assert_eq!((stands(db, 3), owes(db, AccountId(3))), (AttemptState::Paid, 1_332));
        sound(db);
    });
}

#[test]
fn what_cannot_be_paid_online_is_refused_with_the_way_out() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        january(db, folder, 4);
        bill(db);
        assert_eq!(refusal(begun(db, ONE)), NotOnline::Off);
        assert_eq!(refusal(ask(db, actor(), None)), NotOnline::Off);
        let text =
            |text: &str| db.write(|tx| settings::say(tx, actor(), JANUARY, text)).unwrap_err();
        assert_eq!(says(&text("most x")), "line 1: x is no amount; write it like 87.45");
        let long = "#".repeat(10_001);
        assert_eq!(says(&text(&long)), "settings of online payments: at most 10000 bytes");
        say(db, folder, &format!("base http://127.0.0.1:{}\nleast 5.00\n", provider.port));
        assert!(says(&text("")).starts_with("settings of online payments from 2026-01-01 on"));
        let [amount, least, most] = [OWED, 5_00, 50_000].map(Money::from_cents);
        assert_eq!(refusal(begun(db, ONE)), NotOnline::Limits { amount, least, most });
        let (of, number) = bill_of(db, AccountId(2));
        let other = NewAttempt { what: What::Bill(of), ..wanted(db, ONE) };
        let refused = refusal(begin(db, actor(), &other));
        assert_eq!(refused, NotOnline::OtherAccount { bill: number.0 });
        let id = AttemptId(99);
        assert_eq!(refusal(ask(db, actor(), Some(id))), NotOnline::NoAttempt { id });
        // A key that the provider does not know, and one that is not there.
        let two = AccountId(2);
        std::fs::write(folder.join("pay.key"), "sk_test_other\n").unwrap();
        let why = "Invalid API Key provided".to_owned();
        assert_eq!(refusal(begun(db, two)), NotOnline::Refused { why });
        assert_eq!(stands(db, 1), AttemptState::Failed);
        std::fs::remove_file(folder.join("pay.key")).unwrap();
        let why = begun(db, two).unwrap_err();
        let why = why.downcast_ref::<Refused>().unwrap();
        let place = folder.join("pay.key").display().to_string();
        assert_eq!(why.as_a(), Some(&NoSecret { place }));
        assert_eq!(provider.posts().len(), 0, "it let nobody in");
        sound(db);
    });
}
