//! Fees, deposits and last bills: what moves ask for reaches the books once, and what ended is billed
//! without waiting for the turn of its cycle.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::application::{Application, At, Metered, Screening, Service, Who};
use meterbook_app::bill_run::last::{self, Closed};
use meterbook_app::bill_run::{self, NotRun, Until, Which};
use meterbook_app::moves::{self, MoveRefusal, ReadWanted, Stop, Wanted};
use meterbook_app::pay::{NewPayment, pay};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, Refused, application, check, customer_view, fee, landlord, statement};
use meterbook_checks::engines;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::bill::assess::Unusual;
use meterbook_core::delivery::Enclosed;
use meterbook_core::id::{BillId, ServicePointId};
use meterbook_core::ledger::{EntryKind, Gl, Tender};
use meterbook_core::money::Money;
use meterbook_core::moves::{Credit, EffectKind, Fee, MoveKind};
use meterbook_core::period::Period;
use meterbook_core::person::{Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_core::reads::{Read, ReadKind};
use meterbook_store::{self as store, Db};

use crate::village::{self, DIALS};

const JANUARY: Date = date(2026, 1, 1);
pub(crate) const LEFT: Date = date(2026, 2, 15);

fn money(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// A fee of $25 to begin and of $10 to end, a deposit of $150, and turns from January to April.
pub(crate) fn found(db: &Db) {
    village::found(db);
    let turns = [(1, 2), (2, 3), (3, 4), (4, 5)].map(|(from, to)| {
        let (from, to) = (date(2026, from, 1), date(2026, to, 1));
        NewWindow {
            period: Period::new(from, to).unwrap(),
            billed_on: to.saturating_add(2.days()),
            due_on: to.saturating_add(23.days()),
        }
    });
    let set = |name: &str, act, cents| Fee {
        name: name.to_owned(),
        act,
        class: None,
        from: JANUARY,
        to: None,
        amount: money(cents),
        label_en: format!("{name} fee"),
        label_es: format!("Cargo ({name})"),
    };
    db.write(|tx| {
        window::plan(tx, village::actor(), Cycle(1), &turns)?;
        fee::set(tx, village::actor(), &set("Opening", MoveKind::SignUp, 2_500))?;
        fee::set(tx, village::actor(), &set("Closing", MoveKind::Stop, 1_000))?;
        let class = CustomerClass::Residential;
        fee::set_deposit(tx, village::actor(), class, Credit::Poor, JANUARY, money(15_000))
    })
    .unwrap();
}

/// Somebody who pays late, in Spanish, with a meter that showed nothing on the first of January.
pub(crate) fn comes(db: &Db) -> Account {
    let customer = village::customer("E-1", &[DIALS]);
    let channels = customer.services[0].channels.clone();
    let new = Application {
        who: Who::New {
            name: "Inés Calder".to_owned(),
            kind: PersonKind::Individual,
            language: Language::Spanish,
            phone: None,
            email: None,
        },
        screening: Screening::Strict,
        class: CustomerClass::Residential,
        cycle: Cycle(1),
        credit: Credit::Poor,
        at: At::New { street: customer.street, town: customer.town, region: customer.region },
        mail_to: None,
        from: JANUARY,
        services: vec![Service {
            commodity: Commodity::Electric,
            tariff: "R-1".to_owned(),
            meter: Metered::By { serial: "E-1".to_owned(), channels },
            read: ReadWanted::Given(vec![0]),
        }],
    };
    db.write(|tx| application::apply(tx, village::actor(), &new)).unwrap().account
}

pub(crate) fn shows(db: &Db, on: Date, index: i64) {
    db.write(|tx| {
        let meter = store::meter::by_serial(tx, "E-1")?.remove(0);
        let channel = store::meter::channels(tx, meter.id)?.remove(0).id;
        let (index_micro, kind) = (index * 1_000_000, ReadKind::Actual);
        store::read::add(tx, &[Read { channel, on, index_micro, kind, batch: None }])
    })
    .unwrap();
}

pub(crate) fn leaves(db: &Db, account: &Account, on: Date, read: ReadWanted) -> moves::Made {
    let agreement = db.read(|tx| store::agreement::of_account(tx, account.id)).unwrap()[0].id;
    let wanted = Wanted {
        kind: MoveKind::Stop,
        account: account.id,
        stops: vec![Stop { agreement, read }],
        stops_on: Some(on),
        starts: Vec::new(),
        starts_on: None,
        credit: None,
    };
    db.write(|tx| moves::ask(tx, village::actor(), &wanted)).unwrap()
}

pub(crate) fn close(db: &Db, account: &Account) -> Result<Closed> {
    db.write(|tx| last::make(tx, village::actor(), account.id, Unusual::Hold))
}

fn balance(db: &Db, account: &Account) -> Money {
    db.read(|tx| store::ledger::balance(tx, account.id)).unwrap()
}

fn held(db: &Db) -> Money {
    let all = db.read(store::ledger::gl_totals).unwrap();
    all.iter().filter(|it| it.0 == Gl::DepositsHeld).map(|it| it.1).sum()
}

fn sound(db: &Db) {
    let report = check::check(db).unwrap();
    assert!(report.clean(), "{report:?}");
}

fn same(db: &Db, bill: BillId) {
    assert_eq!(db.read(|tx| replay(tx, bill)).unwrap(), Replayed::Same);
}

fn says<T: std::fmt::Debug>(result: Result<T>) -> (Refused, String) {
    let why = result.unwrap_err();
    let text = village::says(&why);
    (why.downcast().unwrap(), text)
}

#[test]
fn a_fee_and_a_deposit_come_with_the_next_bill_once() {
    engines::each(|db, _| {
        found(db);
        let account = comes(db);
        shows(db, date(2026, 2, 1), 100);
        let run =
            |which| bill_run::run(db, village::actor(), which, Until::Posted, &mut |_| ()).unwrap();
        let stands = run(Which::Next);
        assert_eq!((stands.billed, stands.total), (1, money(1_200)), "the lines are the bill");
        assert_eq!(balance(db, &account), money(1_200 + 2_500 + 15_000));
        assert_eq!(held(db), money(-15_000));
        let bill = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
        same(db, bill);
        let it = db.read(|tx| statement::of_bill(tx, bill)).unwrap();
        let since: Vec<_> = it.since.iter().map(|it| (it.kind, it.text.as_str())).collect();
        let new = (EntryKind::Charge, "Cargo (Opening)");
        assert_eq!(since, [new, (EntryKind::Charge, "Depósito de garantía")]);
        assert_eq!(it.amount_due, money(18_700));
        // What is not due with its bill is not past due by itself.
        let view = |today| {
            let view = db.read(|tx| customer_view::of_account(tx, account.number, today, 0));
            view.unwrap().unwrap().past_due
        };
        assert_eq!(view(it.bill.due_on), Money::ZERO);
        assert_eq!(view(it.bill.due_on.tomorrow().unwrap()), money(18_700));
        shows(db, date(2026, 3, 1), 200);
        run(Which::Next);
        assert_eq!(balance(db, &account), money(18_700 + 1_200), "and never again");
        // What was charged is not taken back.
        let moved = db.read(|tx| store::moves::of_account(tx, account.id)).unwrap()[0].clone();
        let gone = db.write(|tx| moves::cancel(tx, village::actor(), moved.id, moved.version));
        let (why, text) = says(gone);
        assert!(matches!(why.as_a(), Some(MoveRefusal::Billed { .. })), "{text}");
        sound(db);
    });
}

#[test]
fn what_ended_is_billed_before_its_turn_and_the_deposit_set_off() {
    engines::each(|db, _| {
        found(db);
        let account = comes(db);
        shows(db, date(2026, 2, 1), 100);
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        leaves(db, &account, LEFT, ReadWanted::Ordered);
        let (why, text) = says(close(db, &account));
        assert!(matches!(why.as_a(), Some(NotRun::LastHeld { .. })), "{text}");
        assert!(text.contains("waits for its bill: ") && text.contains("2026-02-15"), "{text}");
        shows(db, LEFT, 150);
        let closed = close(db, &account).unwrap();
        let [bill] = &closed.bills[..] else { panic!("{closed:?}") };
        assert_eq!(bill.total, money(600));
        assert_eq!(bill.segments[0].period, Period::new(date(2026, 2, 1), LEFT).unwrap());
        assert_eq!((bill.billed_on, bill.due_on), (date(2026, 3, 10), date(2026, 3, 31)));
        // $12 + $25 + $150 of January, then $10 and $6, and the $150 again.
        assert_eq!(balance(db, &account), money(5_300));
        assert_eq!(held(db), Money::ZERO);
        same(db, bill.id);
        let it = db.read(|tx| statement::of_bill(tx, bill.id)).unwrap();
        let since: Vec<&str> = it.since.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(since, ["Cargo (Closing)", "Depósito de garantía que ya no se pide"]);
        assert_eq!(it.closing, Some(LEFT), "it says that it is the last one");
        assert_eq!(it.amount_due, money(5_300));
        sound(db);
        // The turn finds it billed, and a second last bill is none.
        let stands =
            bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
                .unwrap();
        assert_eq!((stands.population, stands.exempt, stands.total), (1, 1, Money::ZERO));
        let (why, _) = says(close(db, &account));
        let number = account.number;
        assert_eq!(why.as_a(), Some(&NotRun::NothingEnded { number }));
        assert!(last::make_all(db, village::actor()).unwrap().is_empty());
        let resumed =
            bill_run::run(db, village::actor(), Which::Last, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(resumed.cycle, Cycle(1), "the last run is one of a cycle");
        sound(db);
    });
}

#[test]
fn who_was_billed_to_the_day_still_pays_the_fee_and_gets_the_deposit_back() {
    engines::each(|db, _| {
        found(db);
        let account = comes(db);
        shows(db, date(2026, 2, 1), 100);
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        let made = leaves(db, &account, date(2026, 2, 1), ReadWanted::Ordered);
        let last = made.effects.iter().find(|it| it.kind == EffectKind::FinalBill).unwrap();
        assert_eq!(last.word, "B-260203-10000001", "the stop says that no bill of service comes");
        let (on, tender, reference) = (date(2026, 3, 1), Tender::Cash, "1".to_owned());
        let new = NewPayment { account: account.id, amount: money(18_700), on, tender, reference };
        db.write(|tx| pay(tx, village::actor(), &new)).unwrap();
        let all = last::make_all(db, village::actor()).unwrap();
        let [(of, Ok(closed))] = &all[..] else { panic!("{all:?}") };
        assert_eq!((*of, closed.bills.len(), closed.charges.len()), (account.id, 0, 2));
        // The customer is told: a last bill without service brings the fee and the deposit.
        let paper = closed.brings.as_ref().unwrap();
        assert!(paper.number.0.contains("-F") && paper.is_once(), "{}", paper.number);
        assert!(closed.charges.iter().all(|it| it.bill == Some(paper.id)));
        let it = db.read(|tx| statement::of_bill(tx, paper.id)).unwrap();
        assert_eq!((it.closing, it.amount_due), (Some(date(2026, 2, 1)), balance(db, &account)));
        let queued = db.read(|tx| store::outbox::is_queued(tx, Enclosed::Bill(paper.id))).unwrap();
        assert!(queued, "it is sent like every bill");
        assert_eq!(balance(db, &account), money(1_000 - 15_000));
        assert_eq!(held(db), Money::ZERO);
        sound(db);
    });
}

#[test]
fn the_turn_itself_makes_the_last_bill_when_it_comes_first() {
    engines::each(|db, _| {
        found(db);
        let account = comes(db);
        shows(db, date(2026, 2, 1), 100);
        leaves(db, &account, LEFT, ReadWanted::Given(vec![150_000_000]));
        let run = || {
            bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
                .unwrap()
        };
        run();
        assert_eq!(held(db), money(-15_000));
        assert_eq!(run().total, money(600));
        assert_eq!(balance(db, &account), money(1_200 + 2_500 + 600 + 1_000));
        assert_eq!(held(db), Money::ZERO);
        assert!(last::make_all(db, village::actor()).unwrap().is_empty());
        sound(db);
    });
}

#[test]
fn a_landlord_is_billed_from_the_day_on_which_the_tenant_left() {
    engines::each(|db, _| {
        found(db);
        let tenant = comes(db);
        let mut owner = village::customer("E-2", &[DIALS]);
        owner.street = "1 Hill St".to_owned();
        let owner = village::take_on(db, &owner).unwrap();
        db.write(|tx| {
            // The owner's own house is not what this is about.
            let own = store::agreement::of_account(tx, owner.id)?.remove(0);
            moves::ask(
                tx,
                village::actor(),
                &Wanted {
                    kind: MoveKind::Transfer,
                    account: owner.id,
                    stops: vec![Stop { agreement: own.id, read: ReadWanted::Given(vec![0]) }],
                    stops_on: Some(date(2026, 1, 2)),
                    starts: Vec::new(),
                    starts_on: None,
                    credit: None,
                },
            )?;
            let premise = store::place::service_point(tx, ServicePointId(1))?.premise;
            let what = (Commodity::Electric, "R-1");
            landlord::agree(tx, village::actor(), premise, owner.id, what, JANUARY)
        })
        .unwrap();
        shows(db, date(2026, 2, 1), 100);
        shows(db, date(2026, 3, 1), 180);
        leaves(db, &tenant, LEFT, ReadWanted::Given(vec![150_000_000]));
        let run = || {
            let actor = Actor::system("2026-03-10T12:00:00Z".parse().unwrap());
            bill_run::run(db, actor, Which::Next, Until::Posted, &mut |_| ()).unwrap()
        };
        run();
        run();
        let bills = db.read(|tx| store::bill::of_account(tx, owner.id)).unwrap();
        let bill = db.read(|tx| store::bill::get(tx, bills[0].id)).unwrap();
        let segment = bill.segments.last().unwrap();
        assert_eq!(segment.period, Period::new(LEFT, date(2026, 3, 1)).unwrap());
        assert_eq!(segment.total, money(360));
        sound(db);
    });
}
