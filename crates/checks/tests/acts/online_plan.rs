//! Paying online by who pays in parts: what is asked for first is what is due now, it is for the parts and for
//! what is owed beside them, and whoever wants to pays all of it, or another amount where that may be.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::civil::{Date, date};
use meterbook_app::online::link::{self, Shown};
use meterbook_app::online::{Keep, NewAttempt, NotOnline, What, ask, begin};
use meterbook_app::{plan, receipt};
use meterbook_checks::engines;
use meterbook_checks::provider::Provider;
use meterbook_core::credit::Noun;
use meterbook_core::id::{AccountId, AttemptId};
use meterbook_core::money::Money;
use meterbook_core::online::AttemptState;
use meterbook_store::online::Which;
use meterbook_store::{self as store, Db};

use crate::debit::sound;
use crate::deposit::{at, owes, pays, say as say_rules};
use crate::late_fee::february;
use crate::online::{bill_of, later, refusal, say_from, second, stands, town};
use crate::village::actor;

const TWO: AccountId = AccountId(2);
/// What the second customer owes of each of two bills, and each of two parts of the first of them.
const BILL: i64 = 8_88;
const PART: i64 = 4_44;

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// The second customer pays January's bill in two parts, on April 10 and May 10, and owes February's by
/// March 23.
fn planned(db: &Db, folder: &Path, provider: &Provider, rules: &str) {
    town(db, folder, provider);
    say_rules(db, Noun::Plan, &format!("months any 2\n{rules}"));
    db.write(|tx| plan::agree(tx, at("2026-03-10"), TWO, (1, None), "by phone")).unwrap();
    february(db, folder, 4);
}

fn new(what: What) -> NewAttempt {
    NewAttempt { account: TWO, what, amount: None, back: None, keep: None }
}

/// What whoever has the link of February's bill sees on a day.
fn seen(db: &Db, day: &str) -> Shown {
    let bill = bill_of(db, TWO).0;
    let url = db.write(|tx| link::make(tx, actor(), bill)).unwrap();
    let token = url.rsplit('/').next().unwrap();
    db.read(|tx| link::shown(tx, at(day).at, token)).unwrap()
}

fn asks(db: &Db, day: &str) -> (i64, Date, Option<i64>) {
    let it = seen(db, day);
    (it.left.cents(), it.due, it.all.map(Money::cents))
}

/// What is open of the account, by the day on which it is due.
fn open(db: &Db) -> Vec<(Date, i64)> {
    let open = db.read(|tx| receipt::open_now(tx, TWO)).unwrap();
    open.items.iter().map(|it| (it.side.due, it.left.cents())).collect()
}

/// So much is paid; the provider's name for it.
fn comes(db: &Db, provider: &Provider, amount: i64) -> String {
    let payment = provider.pay(amount, "usd", second());
    ask(db, later(1), None).unwrap();
    payment
}

#[test]
fn what_is_due_by_the_plan_is_asked_for_first_and_pays_the_part_and_what_is_beside_it() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        planned(db, folder, &provider, "");
        let (january, march) = (date(2026, 2, 23), date(2026, 3, 23));
        assert_eq!(open(db), [(january, BILL), (march, BILL)]);
        assert_eq!(asks(db, "2026-03-10"), (PART + BILL, march, Some(2 * BILL)));
        assert_eq!((seen(db, "2026-03-10").what, seen(db, "2026-03-10").begun), (What::Due, false));
        let begun = begin(db, actor(), &new(What::Due)).unwrap();
        assert_eq!(begun.amount.cents(), PART + BILL);
        assert_eq!(begin(db, later(1), &new(What::Due)).unwrap(), begun, "the same page");
        assert!(seen(db, "2026-03-10").begun);
        // All that is owed instead: one of them at a time.
        let all = begin(db, later(1), &new(What::All)).unwrap();
        assert_eq!((all.amount.cents(), stands(db, 1)), (2 * BILL, AttemptState::Expired));
        begin(db, later(1), &new(What::Due)).unwrap();
        assert_eq!((stands(db, 2), stands(db, 3)), (AttemptState::Expired, AttemptState::Open));
        let payment = comes(db, &provider, PART + BILL);
        assert_eq!((stands(db, 3), owes(db, TWO)), (AttemptState::Paid, PART));
        assert_eq!(open(db), [(january, PART)], "the bill beside the plan is paid as a whole");
        let came = db.read(|tx| store::payment::of_account(tx, TWO)).unwrap();
        let mut came: Vec<i64> = came.iter().map(|it| it.amount.cents()).collect();
        came.sort_unstable();
        assert_eq!(came, [PART, BILL]);
        let listed = db.read(|tx| store::online::list(tx, Which::One(AttemptId(3)), 1)).unwrap();
        assert!(listed[0].by_plan && listed[0].bill.is_none());
        // What is due is paid: the next part is asked for, with its day.
        assert_eq!(asks(db, "2026-03-11"), (PART, date(2026, 5, 10), None));
        // It goes back as a whole, once.
        provider.refund(&payment, PART + BILL);
        for _ in 0..2 {
            ask(db, later(5), Some(AttemptId(3))).unwrap();
        }
        assert_eq!(owes(db, TWO), 2 * BILL);
        sound(db);
    });
}

#[test]
fn a_part_that_is_past_due_is_asked_for_and_a_plan_that_broke_asks_for_the_bill() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        planned(db, folder, &provider, "grace 5 days\n");
        let march = date(2026, 3, 23);
        assert_eq!(asks(db, "2026-03-28"), (PART + BILL, march, Some(2 * BILL)));
        let it = seen(db, "2026-03-29");
        assert_eq!((it.what, it.left.cents(), it.all), (What::Bill(it.bill), BILL, None), "broken");
        // Who paid the parts before their days owes what is beside them.
        pays(db, TWO, BILL, date(2026, 3, 10), actor());
        assert_eq!(asks(db, "2026-03-11"), (BILL, march, None));
        sound(db);
    });
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        planned(db, folder, &provider, "grace 30 days\n");
        // Nothing was paid by the day on which the last part is due next.
        assert_eq!(asks(db, "2026-04-11"), (2 * BILL, date(2026, 3, 23), None));
        let begun = begin(db, at("2026-04-11"), &new(What::Due)).unwrap();
        assert_eq!(begun.amount.cents(), 2 * BILL);
        sound(db);
    });
}

#[test]
fn another_amount_is_paid_where_the_settings_let_payers_say_one() {
    engines::each(|db, folder| {
        let provider = Provider::start(None);
        planned(db, folder, &provider, "");
        let other = |amount| NewAttempt { amount: Some(cents(amount)), ..new(What::Due) };
        assert_eq!(refusal(begin(db, actor(), &other(5_00))), NotOnline::OneAmount);
        assert!(!seen(db, "2026-03-10").any_amount);
        let text = format!("base http://127.0.0.1:{}\namounts any\n", provider.port);
        say_from(db, folder, date(2026, 3, 10), &text);
        assert!(seen(db, "2026-03-10").any_amount);
        let (amount, owed) = (cents(2 * BILL + 1), cents(2 * BILL));
        let more = refusal(begin(db, actor(), &other(2 * BILL + 1)));
        assert_eq!(more, NotOnline::MoreThanOwed { amount, owed });
        assert_eq!(
            more.to_string(),
            "$17.77 is more than the $17.76 that is owed; pay no more than that"
        );
        let [amount, least, most] = [cents(99), cents(1_00), cents(50_000)];
        let limits = NotOnline::Limits { amount, least, most };
        assert_eq!(refusal(begin(db, actor(), &other(99))), limits);
        // Less than is due is for the part first, and more for later parts behind the rest.
        let keep = Some(Keep { most: None });
        begin(db, actor(), &NewAttempt { keep, ..other(PART + 1_00) }).unwrap();
        comes(db, &provider, PART + 1_00);
        let (january, march) = (date(2026, 2, 23), date(2026, 3, 23));
        assert_eq!(open(db), [(january, PART), (march, BILL - 1_00)]);
        begin(db, later(2), &other(BILL + 1_00)).unwrap();
        comes(db, &provider, BILL + 1_00);
        assert_eq!(open(db), [(january, PART - 2_00)]);
        // Of one bill, what somebody says is for that bill.
        let one = AccountId(1);
        let what = What::Bill(bill_of(db, one).0);
        let some = NewAttempt { account: one, what, ..other(2_00) };
        begin(db, later(3), &some).unwrap();
        comes(db, &provider, 2_00);
        let left = db.read(|tx| receipt::open_now(tx, one)).unwrap();
        let left: Vec<i64> = left.items.iter().map(|it| it.left.cents()).collect();
        assert_eq!(left, [4_44, 2_44]);
        sound(db);
    });
}
