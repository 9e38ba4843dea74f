//! Histories on both engines: who, when, before, after, why; and who was served where on a day.

use jiff::civil::date;
use meterbook_app::meter::NewChannel;
use meterbook_app::pay::{NewPayment, pay};
use meterbook_app::{about, agreement, interaction, meter, receipt, task, timeline};
use meterbook_checks::engines;
use meterbook_core::about::About;
use meterbook_core::id::AccountId;
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::ledger::Tender;
use meterbook_core::money::{Money, Unit};
use meterbook_core::place::Commodity;
use meterbook_core::task::TaskKind;
use meterbook_core::timeline::Change;
use meterbook_store as store;

use crate::village::{self, DIALS, actor, says};

#[test]
fn a_history_says_who_what_before_after_and_why() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let (number, id) = (account.number, account.id);
        let service = db.read(|tx| store::agreement::of_account(tx, id)).unwrap().remove(0);
        let point = service.service_point;
        let premise = db.read(|tx| store::place::service_point(tx, point)).unwrap().premise;
        // The meter is exchanged in February, the customer leaves in March, another one comes.
        let exchange = date(2026, 2, 10);
        db.write(|tx| {
            let old = store::meter::by_serial(tx, "E-1")?.remove(0);
            meter::remove(tx, actor(), &old, exchange)?;
            let (form, flow) = DIALS;
            let channel = NewChannel { form, unit: Unit::Kwh, flow, multiplier_micro: 1_000_000 };
            let new = meter::add(tx, actor(), "E-2", Commodity::Electric, &[channel])?;
            meter::install(tx, actor(), &new, point, exchange)?;
            agreement::stop(tx, actor(), service.id, date(2026, 3, 1))?;
            let why = [About::Meter(new.id)];
            let (channel, text) = (InteractionChannel::Phone, "The new meter hums.");
            interaction::note_about(tx, actor(), id, channel, &why, text)?;
            let from = (id, InteractionChannel::Phone);
            task::open_case(tx, actor(), from, TaskKind::Complaint, &[], "It hums.")
        })
        .unwrap();
        let next = village::take_on(db, &village::customer("E-3", &[DIALS])).unwrap();
        let march = date(2026, 3, 5);
        db.write(|tx| agreement::start(tx, actor(), next.id, point, "R-1", march)).unwrap();

        let events = db.read(|tx| timeline::of_account(tx, &account)).unwrap();
        let the = |change: Change, after: &str| {
            let mut found =
                events.iter().filter(|it| it.change == change && it.after.contains(after));
            let one = found.next().unwrap_or_else(|| panic!("{change} {after}: {events:#?}"));
            assert!(found.next().is_none(), "{change} {after} is told twice");
            one
        };
        the(Change::AccountOpened, &number.to_string());
        let started = the(Change::ServiceStarted, "on R-1");
        assert_eq!((started.on, started.at), (date(2026, 1, 1), Some(actor().at)));
        let hung = the(Change::MeterHung, "E-2");
        assert_eq!((hung.before.as_str(), hung.on), ("E-1", exchange));
        assert!(hung.why.contains("12 Mill St"), "{hung:?}");
        let stopped = the(Change::ServiceStopped, "");
        assert_eq!(stopped.before, format!("{number} on R-1"));
        assert!(the(Change::Said, "The new meter hums.").why.contains("meter E-2"));
        the(Change::TaskRaised, "complaint");
        assert!(events.is_sorted_by(|one, next| next.on <= one.on), "the newest is first");
        // However few are wanted, they are those that the whole begins with.
        for most in 0..=events.len() + 1 {
            let newest = db.read(|tx| timeline::newest_of_account(tx, &account, most)).unwrap();
            assert_eq!(newest, events[..most.min(events.len())], "{most}");
        }

        let events = db.read(|tx| timeline::of_premise(tx, premise)).unwrap();
        let again = events.iter().find(|it| it.change == Change::ServiceStarted && it.on == march);
        let again = again.unwrap();
        assert_eq!(again.before, format!("{number} on R-1"));
        assert_eq!(again.after, format!("{} on R-1", next.number));
        let old = db.read(|tx| store::meter::by_serial(tx, "E-1")).unwrap().remove(0);
        let events = db.read(|tx| timeline::of_meter(tx, &old)).unwrap();
        let changes: Vec<Change> = events.iter().map(|it| it.change).collect();
        for change in [Change::MeterAdded, Change::MeterHung, Change::MeterRemoved] {
            assert!(changes.contains(&change), "{changes:?}");
        }

        // As of any day: the customer up to the day they left, the meter up to its exchange.
        let served = |day| {
            let mut there = db.read(|tx| store::timeline::served(tx, premise, day)).unwrap();
            assert_eq!(there.len(), 1);
            let it = there.remove(0);
            (it.customer.map(|it| it.number), it.meter.map(|it| it.1))
        };
        let meter = |serial: &str| Some(serial.to_owned());
        assert_eq!(served(date(2025, 12, 31)), (None, None));
        assert_eq!(served(date(2026, 2, 9)), (Some(number), meter("E-1")));
        assert_eq!(served(exchange), (Some(number), meter("E-2")));
        assert_eq!(served(date(2026, 3, 1)), (None, meter("E-2")));
        assert_eq!(served(march), (Some(next.number), meter("E-2")));
    });
}

#[test]
fn a_thing_is_named_as_people_say_it() {
    engines::each(|db, _| {
        village::found(db);
        let account = village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        let named = |said: &str| db.read(|tx| about::named(tx, said));
        let number = format!("account:{}", account.number);
        assert_eq!(named(&number).unwrap(), About::Account(account.id));
        assert!(matches!(named("meter:E-1").unwrap(), About::Meter(_)));
        assert_eq!(named("order:12").unwrap(), About::Order(12));
        assert!(says(&named("bill:B-1").unwrap_err()).contains("there is no bill B-1"));
        assert!(says(&named("premise:99").unwrap_err()).contains("there is no premise 99"));
        for said in ["E-1", "thing:1"] {
            assert!(says(&named(said).unwrap_err()).contains("does not say what it is"), "{said}");
        }
    });
}

#[test]
fn a_history_tells_of_money_that_came_back_and_of_what_was_agreed() {
    engines::each(|db, folder| {
        crate::debit::town(db, folder);
        let by = actor();
        let (id, on) = (AccountId(1), date(2026, 3, 10));
        let take = |reference: &str, cents| {
            let (amount, reference) = (Money::from_cents(cents), reference.to_owned());
            let new = NewPayment { account: id, amount, on, tender: Tender::Check, reference };
            let paid = db.write(|tx| pay(tx, by, &new)).unwrap();
            db.read(|tx| store::receipt::tender_of(tx, paid.id)).unwrap().unwrap()
        };
        let (bounced, typed) = (take("1471", 1_00), take("1472", 2_00));
        db.write(|tx| receipt::give_back(tx, by, bounced, on, "no funds")).unwrap();
        db.write(|tx| receipt::void(tx, by, typed, "typed twice")).unwrap();
        let account = db.read(|tx| store::account::get(tx, id)).unwrap();
        let events = db.read(|tx| timeline::of_account(tx, &account)).unwrap();
        let the = |change: Change, after: &str| {
            events
                .iter()
                .find(|it| it.change == change && it.after.contains(after))
                .unwrap_or_else(|| panic!("{change} {after}: {events:#?}"))
        };
        let back = the(Change::PaymentReturned, "$1.00 check 1471");
        assert_eq!((back.why.as_str(), back.on, back.at), ("no funds", on, Some(by.at)));
        assert_eq!(the(Change::PaymentVoided, "$2.00 check 1472").why, "typed twice");
        the(Change::Paid, "1471");
        the(Change::Acted, "agree mandate");
        assert!(!events.iter().any(|it| it.after.starts_with("add premise")), "of other things");
    });
}
