//! Starting, stopping and transferring service: previewed, made, re-dated, cancelled, and refused.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::agreement::AgreementRefusal;
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::moves::{self, Made, MoveRefusal, NewDays, ReadWanted, Start, Stop, Wanted};
use meterbook_app::order::{self, NewOrder, NotOrdered, Where};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, Refused, check, fee, landlord};
use meterbook_checks::engines;
use meterbook_core::account::{Account, Cycle};
use meterbook_core::agreement::{Agreement, AgreementState};
use meterbook_core::id::{AccountId, ServicePointId};
use meterbook_core::money::Money;
use meterbook_core::moves::{EffectKind, Fee, MoveKind, Said};
use meterbook_core::order::{CalledOff, Connected, OrderKind, State, Step};
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::reads::{Read, ReadKind};
use meterbook_store::order::Which as Orders;
use meterbook_store::{self as store, Db};

use crate::village::{self, DIALS};

/// The clerk's today is 2026-03-10.
const TODAY: Date = date(2026, 3, 10);
const LATER: Date = date(2026, 4, 1);

fn customer(db: &Db, serial: &str, from: Date) -> (Account, Agreement) {
    let mut wanted = village::customer(serial, &[DIALS]);
    wanted.from = from;
    let account = village::take_on(db, &wanted).unwrap();
    let theirs = of(db, account.id);
    (account, theirs[0].clone())
}

fn of(db: &Db, account: AccountId) -> Vec<Agreement> {
    db.read(|tx| store::agreement::of_account(tx, account)).unwrap()
}

fn stop(account: AccountId, agreement: &Agreement, on: Date, read: ReadWanted) -> Wanted {
    Wanted {
        kind: MoveKind::Stop,
        account,
        stops: vec![Stop { agreement: agreement.id, read }],
        stops_on: Some(on),
        starts: Vec::new(),
        starts_on: None,
        credit: None,
    }
}

fn start(account: AccountId, point: ServicePointId, on: Date) -> Wanted {
    Wanted {
        kind: MoveKind::Start,
        account,
        stops: Vec::new(),
        stops_on: None,
        starts: vec![Start { point, tariff: "R-1".to_owned(), read: ReadWanted::Ordered }],
        starts_on: Some(on),
        credit: None,
    }
}

fn ask(db: &Db, wanted: &Wanted) -> Result<Made> {
    db.write(|tx| moves::ask(tx, village::actor(), wanted))
}

fn redate(db: &Db, made: &Made, starts_on: Option<Date>, stops_on: Option<Date>) -> Result<Made> {
    let to = NewDays { starts_on, stops_on, read: ReadWanted::Ordered };
    let (id, seen) = (made.of.id, made.of.version);
    db.write(|tx| moves::redate(tx, village::actor(), id, seen, &to))
}

fn cancel(db: &Db, made: &Made) -> Result<()> {
    let (id, seen) = (made.of.id, made.of.version);
    db.write(|tx| moves::cancel(tx, village::actor(), id, seen)).map(|_| ())
}

/// What is still to be done for a move, and from which day on.
fn open_of(db: &Db, made: &Made) -> Vec<(OrderKind, Date)> {
    let mut open = db
        .read(|tx| {
            let mut open = Vec::new();
            for (it, _) in store::order::open(tx, Orders::default(), 99)? {
                if store::moves::wanting(tx, it.id)?.contains(&made.of.id) {
                    open.push((it.not_before, it.kind));
                }
            }
            Ok(open)
        })
        .unwrap();
    open.sort_unstable();
    open.into_iter().map(|(on, kind)| (kind, on)).collect()
}

fn kinds(made: &Made) -> Vec<EffectKind> {
    made.effects.iter().map(|it| it.kind).collect()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> (Refused, String) {
    let why = result.unwrap_err();
    let said = village::says(&why);
    (why.downcast().unwrap(), said)
}

fn show(db: &Db, account: AccountId, on: Date, index: i64) {
    let point = of(db, account)[0].service_point;
    db.write(|tx| {
        let hung = store::meter::installations_at(tx, point)?.remove(0);
        let channel = store::meter::channels(tx, hung.meter)?.remove(0).id;
        let index_micro = index * 1_000_000;
        let kind = ReadKind::Actual;
        store::read::add(tx, &[Read { channel, on, index_micro, kind, batch: None }])
    })
    .unwrap();
}

fn plan_cycle(db: &Db) {
    let turns = [(1, 2), (2, 3), (3, 4), (4, 5)].map(|(from, to)| {
        let (from, to) = (date(2026, from, 1), date(2026, to, 1));
        NewWindow {
            period: Period::new(from, to).unwrap(),
            billed_on: to.saturating_add(2.days()),
            due_on: to.saturating_add(23.days()),
        }
    });
    db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &turns)).unwrap();
}

#[test]
fn a_preview_is_what_then_happens_and_writes_nothing() {
    engines::each(|db, _| {
        village::found(db);
        plan_cycle(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let wanted = stop(account.id, &agreement, LATER, ReadWanted::Ordered);
        let before = db.read(|tx| store::audit::latest(tx, 1)).unwrap();
        let plan = db.read(|tx| moves::plan(tx, village::actor(), &wanted)).unwrap();
        assert_eq!(of(db, account.id)[0].to, None, "a preview writes nothing");
        assert_eq!(db.read(|tx| store::audit::latest(tx, 1)).unwrap(), before);
        let made = ask(db, &wanted).unwrap();
        assert_eq!(made.effects, plan.effects);
        let said: Vec<String> =
            plan.effects.iter().map(|it| it.sentence(Language::English)).collect();
        assert_eq!(
            said,
            [
                "electric, 12 Mill St: service ends on 2026-04-01",
                "electric, 12 Mill St: the read of 2026-04-01 comes from the field",
                "electric, 12 Mill St: a read is ordered for 2026-04-01",
                "electric, 12 Mill St: a disconnection is ordered for 2026-04-01",
                "electric, 12 Mill St: the final bill comes about 2026-04-03",
            ]
        );
        let told = db.read(|tx| moves::told(tx, &made)).unwrap();
        assert!(told.contains(&account.number.to_string()) && told.contains(&said[0]), "{told}");
        assert_eq!(of(db, account.id)[0].to, Some(LATER));
        let kept = db.read(|tx| store::moves::effects(tx, made.of.id, 1)).unwrap();
        assert_eq!(kept, made.effects);
        let last = db.read(|tx| {
            store::moves::wanted(tx, account.id, EffectKind::FinalBill, date(2026, 5, 1))
        });
        assert_eq!(last.unwrap().len(), 1);
    });
}

#[test]
fn a_transfer_to_come_is_re_dated_and_then_cancelled() {
    engines::each(|db, _| {
        village::found(db);
        let (account, old) = customer(db, "E-1", date(2026, 1, 1));
        let (other, there) = customer(db, "E-2", date(2026, 1, 1));
        ask(db, &stop(other.id, &there, date(2026, 3, 15), ReadWanted::Ordered)).unwrap();
        let wanted = Wanted {
            kind: MoveKind::Transfer,
            stops: vec![Stop { agreement: old.id, read: ReadWanted::Ordered }],
            stops_on: Some(date(2026, 4, 3)),
            ..start(account.id, there.service_point, LATER)
        };
        let made = ask(db, &wanted).unwrap();
        let days = |db: &Db| -> Vec<(Date, Option<Date>)> {
            of(db, account.id).iter().map(|it| (it.from, it.to)).collect()
        };
        let (first, third) = (date(2026, 1, 1), date(2026, 4, 3));
        assert_eq!(days(db), [(first, Some(third)), (LATER, None)]);
        // A read and a disconnection where they leave, a connection and a read where they come to.
        let moved = |db: &Db| open_of(db, &made);
        let left = [(OrderKind::Disconnect, third), (OrderKind::Read, third)];
        assert_eq!(
            moved(db),
            [&[(OrderKind::Connect, LATER), (OrderKind::Read, LATER)], &left[..]].concat()
        );
        let kept = db.read(|tx| store::order::open_at(tx, old.service_point, OrderKind::Read));
        let kept = kept.unwrap().iter().find(|it| it.not_before == third).unwrap().id;

        let later = date(2026, 4, 10);
        let again = redate(db, &made, Some(later), None).unwrap();
        assert_eq!((again.of.version, again.of.said), (2, Said::Redated));
        assert_eq!(days(db), [(first, Some(third)), (later, None)]);
        let come = [(OrderKind::Connect, later), (OrderKind::Read, later)];
        assert_eq!(moved(db), [&left[..], &come].concat(), "orders go with the move");
        let still = db.read(|tx| order::follow(tx, kept)).unwrap();
        assert_eq!(still.steps.len(), 1, "what is wanted just so stays: it may be promised");

        cancel(db, &again).unwrap();
        assert_eq!(days(db), [(first, None)], "as if it had never been asked for");
        assert!(moved(db).is_empty());
        let said: Vec<Said> = db
            .read(|tx| store::moves::versions(tx, made.of.id))
            .unwrap()
            .iter()
            .map(|it| it.said)
            .collect();
        assert_eq!(said, [Said::Asked, Said::Redated, Said::Cancelled], "what was said stays");
        let (why, text) = refused(cancel(db, &Made { of: moved_of(db, &made), effects: vec![] }));
        assert_eq!(why.as_a(), Some(&MoveRefusal::Cancelled(made.of.id)), "{text}");
        let report = check::check(db).unwrap();
        assert!(report.clean());
    });
}

fn moved_of(db: &Db, made: &Made) -> meterbook_core::moves::Move {
    db.read(|tx| store::moves::get(tx, made.of.id)).unwrap()
}

#[test]
fn the_second_of_two_clerks_sees_what_the_first_did() {
    engines::each(|db, _| {
        village::found(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let made = ask(db, &stop(account.id, &agreement, LATER, ReadWanted::Ordered)).unwrap();
        redate(db, &made, None, Some(date(2026, 4, 8))).unwrap();
        // Both looked at version 1.
        for second in [cancel(db, &made), redate(db, &made, None, Some(TODAY)).map(|_| ())] {
            let (why, text) = refused(second);
            assert!(matches!(why.as_a(), Some(MoveRefusal::Changed { version: 2, .. })), "{text}");
            assert!(text.contains("it stops on 2026-04-08"), "{text}");
            assert!(text.contains("redated by the command line"), "{text}");
        }
        let again = stop(account.id, &agreement, LATER, ReadWanted::Ordered);
        let (why, text) = refused(ask(db, &again));
        let on = date(2026, 4, 8);
        assert_eq!(why.as_a(), Some(&AgreementRefusal::Ended { on }), "{text}");
    });
}

#[test]
fn of_two_clerks_at_one_moment_one_is_told_of_the_other() {
    engines::each(|db, _| {
        village::found(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let made = ask(db, &stop(account.id, &agreement, LATER, ReadWanted::Ordered)).unwrap();
        let days = [date(2026, 4, 8), date(2026, 4, 9)];
        let ended: Vec<Result<Made>> = std::thread::scope(|scope| {
            let both = days.map(|on| {
                scope.spawn({
                    let made = &made;
                    move || redate(db, made, None, Some(on))
                })
            });
            both.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert_eq!(ended.iter().filter(|it| it.is_ok()).count(), 1, "{ended:?}");
        let second = ended.into_iter().find(Result::is_err).unwrap();
        let (why, text) = refused(second);
        assert!(matches!(why.as_a(), Some(MoveRefusal::Changed { version: 2, .. })), "{text}");
    });
}

#[test]
fn between_tenants_service_is_the_landlords() {
    engines::each(|db, _| {
        village::found(db);
        let (owner, _) = customer(db, "E-0", date(2026, 1, 1));
        let (tenant, rented) = customer(db, "E-1", date(2026, 1, 1));
        let (next, _) = customer(db, "E-2", date(2026, 1, 1));
        let point = rented.service_point;
        let premise = db.read(|tx| store::place::service_point(tx, point)).unwrap().premise;
        let agree = |from| {
            db.write(|tx| {
                let on = (Commodity::Electric, "R-1");
                landlord::agree(tx, village::actor(), premise, owner.id, on, from)
            })
        };
        agree(date(2026, 1, 1)).unwrap();
        let (_, text) = refused(agree(LATER));
        assert!(text.contains("takes over there since 2026-01-01; end that first"), "{text}");

        let gone = ask(db, &stop(tenant.id, &rented, LATER, ReadWanted::Ordered)).unwrap();
        assert!(kinds(&gone).contains(&EffectKind::Reverts));
        let told = db.read(|tx| moves::told(tx, &gone)).unwrap();
        assert!(!told.contains("landlord"), "it is not the tenant's business: {told}");
        let at = |db: &Db| -> Vec<(AccountId, Date, Option<Date>)> {
            let there = db.read(|tx| store::agreement::at(tx, point)).unwrap();
            there.iter().map(|it| (it.account, it.from, it.to)).collect()
        };
        let first = (tenant.id, date(2026, 1, 1), Some(LATER));
        assert_eq!(at(db), [first, (owner.id, LATER, None)]);

        // Another tenant: the landlord's service ends when theirs begins.
        let tenth = date(2026, 4, 10);
        let come = ask(db, &start(next.id, point, tenth)).unwrap();
        assert!(kinds(&come).contains(&EffectKind::Yields));
        assert_eq!(at(db), [first, (owner.id, LATER, Some(tenth)), (next.id, tenth, None)]);
        let (why, text) = refused(cancel(db, &gone));
        assert!(matches!(why.as_a(), Some(MoveRefusal::Entangled { .. })), "{text}");

        // On the day the first one goes, the landlord does not come into it at all.
        let same = redate(db, &come, Some(LATER), None).unwrap();
        assert!(kinds(&same).contains(&EffectKind::Drops));
        assert_eq!(at(db), [first, (next.id, LATER, None)]);
        cancel(db, &same).unwrap();
        assert_eq!(at(db), [first, (owner.id, LATER, None)], "the landlord is back");
        cancel(db, &gone).unwrap();
        assert_eq!(at(db), [(tenant.id, date(2026, 1, 1), None)]);
    });
}

#[test]
fn the_read_at_the_switch_is_given_ordered_or_worked_out() {
    engines::each(|db, _| {
        village::found(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let wanted = |on, read| stop(account.id, &agreement, on, read);
        let given = |index: i64| ReadWanted::Given(vec![index * 1_000_000]);
        let says = |wanted: &Wanted| refused(ask(db, wanted)).1;
        assert!(says(&wanted(LATER, given(5))).contains("2026-04-01 has not come"));
        assert!(says(&wanted(TODAY, ReadWanted::Estimated)).contains("no two earlier reads"));
        show(db, account.id, date(2026, 1, 1), 100);
        show(db, account.id, date(2026, 2, 1), 410);
        assert!(says(&wanted(TODAY, given(123_456))).contains("cannot show 123456"));
        assert!(says(&wanted(TODAY, given(400))).contains("showed 410 before"));
        let none = ReadWanted::Given(Vec::new());
        assert!(says(&wanted(TODAY, none)).contains("has 1 registers and 0 reads"));
        // Ten a day: 37 days on it stands at 780.
        let made = ask(db, &wanted(TODAY, ReadWanted::Estimated)).unwrap();
        let reads = |db: &Db| {
            db.read(|tx| {
                let hung = store::meter::installations_at(tx, agreement.service_point)?.remove(0);
                let channel = store::meter::channels(tx, hung.meter)?.remove(0).id;
                store::read::of(tx, channel)
            })
            .unwrap()
        };
        let last = reads(db).pop().unwrap();
        let (index, kind) = (last.index_micro, last.kind);
        assert_eq!((last.on, index, kind), (TODAY, 780_000_000, ReadKind::Estimated));
        cancel(db, &made).unwrap();
        let made = ask(db, &wanted(TODAY, given(790))).unwrap();
        assert_eq!(reads(db).pop().unwrap().kind, ReadKind::Actual);
        cancel(db, &made).unwrap();
        // The meter showed what it showed: the read stays, and is there the next time.
        let made = ask(db, &wanted(TODAY, ReadWanted::Ordered)).unwrap();
        let read = made.effects.iter().find(|it| it.kind == EffectKind::Reads).unwrap();
        assert_eq!(read.word, "kept");
    });
}

#[test]
fn nothing_is_estimated_for_a_tariff_that_looks_at_hours() {
    const DEMAND: &str = "tariff R-D half-up\nname Demand\ncommodity electric kWh\n\
        from 2026-01-01\nvolume  Energy  0.10\ndemand  Peak  5.00\n";
    engines::each(|db, _| {
        village::found(db);
        db.write(|tx| meterbook_app::tariff::publish(tx, village::actor(), DEMAND)).unwrap();
        let mut new = village::customer("E-1", &[DIALS]);
        new.services[0].tariff = "R-D".to_owned();
        let account = village::take_on(db, &new).unwrap();
        let agreement = of(db, account.id).remove(0);
        let (why, text) =
            refused(ask(db, &stop(account.id, &agreement, TODAY, ReadWanted::Estimated)));
        let tariff = "R-D".to_owned();
        assert_eq!(why.as_a(), Some(&MoveRefusal::NoEstimate { tariff }), "{text}");
    });
}

#[test]
fn fees_wait_for_the_next_bill_and_fall_with_the_move() {
    engines::each(|db, _| {
        village::found(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let set = |cents, from| {
            let fee = Fee {
                name: "closing".to_owned(),
                act: MoveKind::Stop,
                class: None,
                from,
                to: None,
                amount: Money::from_cents(cents),
                label_en: "Closing fee".to_owned(),
                label_es: "Cargo por cierre".to_owned(),
            };
            db.write(|tx| fee::set(tx, village::actor(), &fee))
        };
        set(1500, date(2026, 1, 1)).unwrap();
        set(2000, LATER).unwrap();
        assert!(refused(set(2500, LATER)).1.contains("set from 2026-04-01 on already"));
        assert!(refused(set(-1, TODAY)).1.contains("zero or more"));
        let made = ask(db, &stop(account.id, &agreement, TODAY, ReadWanted::Ordered)).unwrap();
        let pending = |db: &Db| -> Vec<i64> {
            let charges = db.read(|tx| {
                store::moves::wanted(tx, account.id, EffectKind::Charges, date(2027, 1, 1))
            });
            charges.unwrap().iter().filter_map(|it| it.amount).map(Money::cents).collect()
        };
        assert_eq!(pending(db), [1500]);
        let made = redate(db, &made, None, Some(LATER)).unwrap();
        assert_eq!(pending(db), [2000], "the fee of the day it takes place");
        cancel(db, &made).unwrap();
        assert!(pending(db).is_empty());
    });
}

#[test]
fn what_is_billed_is_not_taken_back() {
    engines::each(|db, _| {
        village::found(db);
        plan_cycle(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let middle = date(2026, 1, 20);
        show(db, account.id, date(2026, 1, 1), 100);
        let given = ReadWanted::Given(vec![200_000_000]);
        let made = ask(db, &stop(account.id, &agreement, middle, given)).unwrap();
        let today = village::actor();
        let state = |db: &Db| {
            let it = of(db, account.id).remove(0);
            let billed = db.read(|tx| store::bill::billed_through(tx, it.id)).unwrap();
            it.state(TODAY, billed)
        };
        assert_eq!(state(db), AgreementState::Stopped);
        bill_run::run(db, today, Which::Next, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(state(db), AgreementState::Closed);
        for why in [cancel(db, &made), redate(db, &made, None, Some(LATER)).map(|_| ())] {
            let (why, text) = refused(why);
            let (of, through) = (made.of.id, middle);
            assert_eq!(why.as_a(), Some(&MoveRefusal::Billed { of, through }), "{text}");
        }
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn what_cannot_be_is_refused_with_what_to_do() {
    engines::each(|db, _| {
        village::found(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let (other, theirs) = customer(db, "E-2", date(2026, 1, 1));
        let ordered = || ReadWanted::Ordered;
        let says = |wanted: &Wanted| refused(ask(db, wanted)).1;
        let point = theirs.service_point;
        assert!(says(&start(account.id, point, LATER)).contains("stop it first"));
        let early = stop(account.id, &agreement, date(2025, 12, 1), ordered());
        assert!(says(&early).contains("began on 2026-01-01 and cannot end on 2025-12-01"));
        assert!(says(&stop(account.id, &theirs, LATER, ordered())).contains("another account's"));
        let mut twice = stop(account.id, &agreement, LATER, ordered());
        twice.stops.push(twice.stops[0].clone());
        assert!(says(&twice).contains("named twice"));
        twice.stops.clear();
        assert!(says(&twice).contains("starts nothing and stops nothing"));
        let mut dayless = stop(account.id, &agreement, LATER, ordered());
        dayless.stops_on = None;
        assert!(says(&dayless).contains("give a day"));
        let gone = ask(db, &stop(other.id, &theirs, LATER, ordered())).unwrap();
        let mut double = start(account.id, point, LATER);
        double.starts.push(double.starts[0].clone());
        assert!(says(&double).contains("named twice"));
        double.starts.pop();
        double.starts[0].tariff = "X-9".to_owned();
        assert!(says(&double).contains("no version of tariff X-9"));
        let (_, text) = refused(redate(db, &gone, Some(LATER), None));
        assert!(text.contains("starts nothing"), "{text}");
        let (_, text) = refused(redate(db, &gone, None, Some(LATER)));
        assert!(text.contains("is on those days already"), "{text}");
    });
}

#[test]
fn who_follows_on_the_day_takes_over_the_read_and_nobody_cuts_off() {
    engines::each(|db, _| {
        village::found(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let (next, _) = customer(db, "E-2", date(2026, 1, 1));
        let point = agreement.service_point;
        let gone = ask(db, &stop(account.id, &agreement, LATER, ReadWanted::Ordered)).unwrap();
        let left = [(OrderKind::Disconnect, LATER), (OrderKind::Read, LATER)];
        assert_eq!(open_of(db, &gone), left);
        let cut = db.read(|tx| store::order::open_at(tx, point, OrderKind::Disconnect)).unwrap();
        let cut = cut[0].id;
        assert_eq!(db.read(|tx| store::order::get(tx, cut)).unwrap().agreement, None);

        let come = ask(db, &start(next.id, point, LATER)).unwrap();
        assert!(kinds(&come).contains(&EffectKind::CallsOff));
        assert_eq!(open_of(db, &come), [(OrderKind::Read, LATER)], "they share the read");
        assert_eq!(open_of(db, &gone), [(OrderKind::Read, LATER)]);
        let state = |id| db.read(|tx| order::follow(tx, id)).unwrap().stands.state;
        assert_eq!(state(cut), State::Cancelled);
        let reads = db.read(|tx| store::order::open_at(tx, point, OrderKind::Read)).unwrap();
        assert_eq!(reads.iter().filter(|it| it.not_before == LATER).count(), 1);

        // A day later nobody follows on that day: it is cut off between them, and connected again.
        let later = date(2026, 4, 2);
        let come = redate(db, &come, Some(later), None).unwrap();
        assert_eq!(state(cut), State::Open);
        assert_eq!(open_of(db, &come), [(OrderKind::Connect, later), (OrderKind::Read, later)]);
        assert_eq!(open_of(db, &gone), left);
        cancel(db, &come).unwrap();
        cancel(db, &gone).unwrap();
        assert!(open_of(db, &come).is_empty() && open_of(db, &gone).is_empty());
        let last = db.read(|tx| order::follow(tx, cut)).unwrap().steps.pop().unwrap();
        assert_eq!(last.step, Step::Cancelled(CalledOff::NotNeeded));
        assert!(last.note.contains("is cancelled"), "{}", last.note);
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn who_comes_to_what_was_cut_off_is_connected_though_they_began_before() {
    engines::each(|db, _| {
        village::found(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let (next, _) = customer(db, "E-2", date(2026, 1, 1));
        let point = agreement.service_point;
        let left = date(2026, 3, 2);
        ask(db, &stop(account.id, &agreement, left, ReadWanted::Ordered)).unwrap();
        let began = date(2026, 3, 5);
        let wanted = start(next.id, point, began);
        let plan = |db: &Db| {
            let plan = db.read(|tx| moves::plan(tx, village::actor(), &wanted)).unwrap();
            let kinds = plan.effects.iter().map(|it| it.kind);
            let asked = |it: &EffectKind| matches!(it, EffectKind::CallsOff | EffectKind::Orders);
            kinds.filter(asked).collect::<Vec<_>>()
        };
        // They are there since: nobody cuts them off, and there is only a read to be taken.
        assert_eq!(plan(db), [EffectKind::CallsOff, EffectKind::Orders]);
        db.write(|tx| store::connection::add(tx, point, left, Connected::No, None)).unwrap();
        assert_eq!(plan(db), [EffectKind::CallsOff, EffectKind::Orders, EffectKind::Orders]);
    });
}

#[test]
fn a_clerk_does_not_send_another_crew_for_what_a_move_wants() {
    engines::each(|db, _| {
        village::found(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let point = agreement.service_point;
        let made = ask(db, &stop(account.id, &agreement, LATER, ReadWanted::Ordered)).unwrap();
        let new = NewOrder::plain(OrderKind::Read, Where::Point(point));
        let (why, text) = refused(db.write(|tx| order::add(tx, village::actor(), &new)));
        let open = db.read(|tx| store::order::open_at(tx, point, OrderKind::Read)).unwrap();
        let (kind, order) = (OrderKind::Read, open[0].id);
        assert_eq!(why.as_a(), Some(&NotOrdered::AlreadyOpen { kind, order }), "{text}");
        // A rule for reads counts from the day on which the read may be taken.
        db.write(|tx| order::rule(tx, village::actor(), OrderKind::Read, TODAY, "within 24 hours"))
            .unwrap();
        let later = date(2026, 4, 8);
        let again = redate(db, &made, None, Some(later)).unwrap();
        assert_eq!(open_of(db, &again), [(OrderKind::Disconnect, later), (OrderKind::Read, later)]);
        let open = db.read(|tx| store::order::open_at(tx, point, OrderKind::Read)).unwrap();
        let due = open.iter().find(|it| it.not_before == later).unwrap().due;
        assert_eq!(due, Some("2026-04-09T05:00:00Z".parse().unwrap()), "midnight in Chicago");
    });
}

#[test]
fn a_move_is_shown_as_it_stood_on_any_day() {
    engines::each(|db, _| {
        village::found(db);
        let (account, agreement) = customer(db, "E-1", date(2026, 1, 1));
        let on = |day: Date| Actor::system(format!("{day}T18:00:00Z").parse().unwrap());
        let days = [3, 5, 7].map(|it| date(2026, 3, it));
        let made = db
            .write(|tx| {
                let wanted = stop(account.id, &agreement, LATER, ReadWanted::Ordered);
                moves::ask(tx, on(days[0]), &wanted)
            })
            .unwrap();
        let later = LATER.saturating_add(7.days());
        let again = db
            .write(|tx| {
                let read = ReadWanted::Ordered;
                let to = NewDays { starts_on: None, stops_on: Some(later), read };
                moves::redate(tx, on(days[1]), made.of.id, made.of.version, &to)
            })
            .unwrap();
        db.write(|tx| moves::cancel(tx, on(days[2]), again.of.id, again.of.version)).unwrap();
        let shown = |day: Option<Date>| {
            let all = db.read(|tx| moves::stood(tx, account.id, day)).unwrap();
            let mut all = all.into_iter().filter(|it| it.of.kind == MoveKind::Stop);
            let it = all.next();
            assert!(all.next().is_none(), "one move stood once");
            it.map(|it| {
                let orders = it.orders.iter().map(|it| it.2).collect::<Vec<_>>();
                (it.of.said, it.of.version, it.of.stops_on, orders)
            })
        };
        assert_eq!(shown(Some(date(2026, 3, 2))), None, "nobody had asked");
        // The order to read is open while the move is to come, and called off with it.
        let open = |it: Option<(Said, i64, Option<Date>, Vec<State>)>| {
            let (said, version, stops_on, orders) = it.unwrap();
            assert!(!orders.is_empty());
            assert!(orders.iter().all(|it| *it == State::Open), "{orders:?}");
            (said, version, stops_on)
        };
        for day in [date(2026, 3, 3), date(2026, 3, 4)] {
            assert_eq!(open(shown(Some(day))), (Said::Asked, 1, Some(LATER)), "{day}");
        }
        assert_eq!(open(shown(Some(date(2026, 3, 6)))), (Said::Redated, 2, Some(later)));
        let now = shown(None).unwrap();
        assert_eq!(shown(Some(days[2])).unwrap(), now);
        assert_eq!((now.0, now.1), (Said::Cancelled, 3));
        assert!(now.3.iter().all(|it| *it == State::Cancelled), "{:?}", now.3);
    });
}
