//! Field orders from the counter to the crew: written down once, given to who knows how and works,
//! promised without booking a place twice, and called off by a payment.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::appointment::{self, Offer};
use meterbook_app::order::{self, NewOrder, NotOrdered, NotStepped, Where, sick};
use meterbook_app::pay::{NewPayment, pay};
use meterbook_app::sign_up::SignUp;
use meterbook_app::{Actor, Refused, check, crew};
use meterbook_checks::engines;
use meterbook_core::appointment::{Arrival, Ended};
use meterbook_core::crew::{Clock, Crew};
use meterbook_core::id::{AccountId, AgreementId, EntryId, OrderId, PremiseId, ServicePointId};
use meterbook_core::ledger::{Entry, EntryKind, Gl, Posting, Tender};
use meterbook_core::money::Money;
use meterbook_core::order::{CalledOff, Hindrance, OrderKind, Priority, Skills, State, Step};
use meterbook_store::order::Which;
use meterbook_store::{self as store, Db};

use crate::village::{self, DIALS};

/// A Tuesday, seven in the morning in Chicago.
pub(crate) const TODAY: Date = date(2026, 3, 10);
pub(crate) const POINT: Where = Where::Point(ServicePointId(1));

pub(crate) fn actor() -> Actor {
    village::actor()
}

/// A customer with a meter of five digits, and a crew that works on weekdays.
pub(crate) fn found(db: &Db) -> Crew {
    village::found(db);
    take_on(db, &village::customer("E-1", &[DIALS]));
    hire(db, "North", "electric", 1)
}

/// Takes a customer on whose meter was read when it was hung: the read that the sign-up orders is not
/// needed.
fn take_on(db: &Db, customer: &SignUp) {
    village::take_on(db, customer).unwrap();
    db.write(|tx| {
        for (it, _) in store::order::open(tx, Which::default(), 9)? {
            if !store::moves::wanting(tx, it.id)?.is_empty() {
                order::cancel(tx, actor(), it.id, CalledOff::NotNeeded, "")?;
            }
        }
        Ok(())
    })
    .unwrap();
}

pub(crate) fn hire(db: &Db, name: &str, skills: &str, per_window: i64) -> Crew {
    db.write(|tx| {
        let crew = crew::add(tx, actor(), name, Skills::parse(skills), 120, per_window)?;
        crew::hours(tx, actor(), &crew, date(2026, 1, 1), "mon-fri 08:00-12:00")?;
        Ok(crew)
    })
    .unwrap()
}

pub(crate) fn add(db: &Db, new: &NewOrder) -> Result<OrderId> {
    db.write(|tx| order::add(tx, actor(), new)).map(|it| it.id)
}

pub(crate) fn plain(db: &Db, kind: OrderKind) -> OrderId {
    add(db, &NewOrder::plain(kind, POINT)).unwrap()
}

pub(crate) fn state(db: &Db, id: OrderId) -> State {
    db.read(|tx| order::follow(tx, id)).unwrap().stands.state
}

pub(crate) fn give(db: &Db, id: OrderId, crew: &Crew, on: Date) -> Result<()> {
    db.write(|tx| order::assign(tx, actor(), id, crew.id, on))
}

/// The refusal of an act, which is of type `E`.
pub(crate) fn refused<E: std::error::Error + 'static>(why: &anyhow::Error) -> &E {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("{why:?}"));
    refused.as_a().unwrap_or_else(|| panic!("{why:?}"))
}

fn clean(db: &Db) {
    let report = check::check(db).unwrap();
    assert!(report.clean(), "{report:?}");
}

#[test]
fn an_order_is_written_down_once_and_goes_step_by_step() {
    engines::each(|db, _| {
        let crew = found(db);
        let id = plain(db, OrderKind::Inspection);
        let why = add(db, &NewOrder::plain(OrderKind::Inspection, POINT)).unwrap_err();
        let twice = NotOrdered::AlreadyOpen { kind: OrderKind::Inspection, order: id };
        assert_eq!(refused::<NotOrdered>(&why), &twice);
        assert!(village::says(&why).contains("is open there already"));
        give(db, id, &crew, TODAY).unwrap();
        db.write(|tx| order::en_route(tx, actor(), id)).unwrap();
        db.write(|tx| order::on_site(tx, actor(), id)).unwrap();
        let why = give(db, id, &crew, TODAY).unwrap_err();
        assert!(village::says(&why).contains("it may take: complete, could-not-do, cancel"));
        let done = |why, note| db.write(|tx| order::could_not_do(tx, actor(), id, why, note));
        let why = done(Hindrance::Other, " ").unwrap_err();
        assert_eq!(refused::<NotStepped>(&why), &NotStepped::NoReason);
        done(Hindrance::Dog, "as large as the gate").unwrap();
        // It is sent again, then called off; and that is taken back.
        give(db, id, &crew, TODAY).unwrap();
        db.write(|tx| order::unassign(tx, actor(), id)).unwrap();
        let off = |why, note| db.write(|tx| order::cancel(tx, actor(), id, why, note));
        assert!(off(CalledOff::Other, "").is_err());
        off(CalledOff::Mistake, "").unwrap();
        assert_eq!(state(db, id), State::Cancelled);
        let second = plain(db, OrderKind::Inspection);
        let reopen = || db.write(|tx| order::reopen(tx, actor(), id, "it was none"));
        let why = reopen().unwrap_err();
        assert!(village::says(&why).contains(&format!("order {second} to inspection is open")));
        db.write(|tx| order::cancel(tx, actor(), second, CalledOff::Mistake, "")).unwrap();
        reopen().unwrap();
        let followed = db.read(|tx| order::follow(tx, id)).unwrap();
        assert_eq!((followed.stands.state, followed.steps.len()), (State::Open, 9));
        let acts = db.read(|tx| store::audit::latest(tx, 3)).unwrap();
        assert_eq!(acts[0].act, "reopen order");
        clean(db);
    });
}

#[test]
fn an_order_that_says_what_cannot_be_is_refused() {
    engines::each(|db, _| {
        found(db);
        let plain = |kind, place| NewOrder::plain(kind, place);
        let premise = Where::Premise(PremiseId(1));
        let cents = |it| Some(Money::from_cents(it));
        let off_below = |kind, cents| NewOrder { off_below: cents, ..plain(kind, POINT) };
        for (new, said) in [
            (plain(OrderKind::Read, premise), "about a service point"),
            (off_below(OrderKind::Read, cents(1)), "only a disconnect is called off"),
            (off_below(OrderKind::Disconnect, cents(0)), "is never past due"),
            (off_below(OrderKind::Disconnect, cents(1)), "only $0.00 is past due"),
            (
                NewOrder {
                    not_before: Some(date(2025, 1, 1)),
                    ..off_below(OrderKind::Disconnect, cents(1))
                },
                "nobody takes service there",
            ),
            (
                NewOrder { about: "x".repeat(2_001), ..plain(OrderKind::Test, POINT) },
                "2000 characters fit",
            ),
        ] {
            let why = add(db, &new).unwrap_err();
            assert!(village::says(&why).contains(said), "{why}");
        }
        let mut second = village::customer("E-2", &[DIALS]);
        second.street = "14 Mill St".to_owned();
        take_on(db, &second);
        let new = NewOrder { agreement: Some(AgreementId(2)), ..plain(OrderKind::Test, POINT) };
        let why = add(db, &new).unwrap_err();
        assert!(village::says(&why).contains("agreement 2 is for another service point"));
        assert!(db.read(|tx| store::order::open(tx, Which::default(), 9)).unwrap().is_empty());
    });
}

#[test]
fn a_crew_is_sent_that_knows_how_and_works() {
    engines::each(|db, _| {
        let north = found(db);
        let gas = hire(db, "Gas", "gas", 1);
        let id = plain(db, OrderKind::Test);
        let no = |crew: &Crew, on| village::says(&give(db, id, crew, on).unwrap_err());
        assert!(no(&gas, TODAY).contains("it lacks electric; choose another crew"));
        assert!(no(&north, date(2026, 3, 9)).contains("2026-03-09 is gone; today is 2026-03-10"));
        assert!(no(&north, date(2026, 3, 14)).contains("North does not work on 2026-03-14"));
        let off = |on, why: &str| db.write(|tx| crew::off(tx, actor(), &north, on, why));
        assert!(off(TODAY, "").is_err(), "it says why");
        assert_eq!(off(TODAY, "training").unwrap(), []);
        assert!(no(&north, TODAY).contains("is off on 2026-03-10 (training)"));
        // An emergency is driven to at any hour.
        let leak =
            add(db, &NewOrder::plain(OrderKind::Leak, Where::Premise(PremiseId(1)))).unwrap();
        give(db, leak, &north, TODAY).unwrap();
        let open = db.read(|tx| store::order::open(tx, Which::default(), 9)).unwrap();
        let first = (open[0].0.id, open[0].0.priority);
        assert_eq!(first, (leak, Priority::Emergency), "emergencies come first");
        assert_eq!(off(TODAY, "training").unwrap(), [leak], "what it was to do is named");
        db.write(|tx| crew::not_off(tx, actor(), &north, TODAY)).unwrap();
        let why = db.write(|tx| crew::not_off(tx, actor(), &north, TODAY)).unwrap_err();
        assert!(village::says(&why).contains("is not off on 2026-03-10"));
        give(db, id, &north, TODAY).unwrap();
        // Later hours hold from their day on.
        db.write(|tx| crew::hours(tx, actor(), &north, date(2026, 4, 1), "none")).unwrap();
        assert!(no(&north, date(2026, 4, 1)).contains("say its hours: meterbook crew hours"));
        let early = NewOrder {
            not_before: Some(date(2026, 3, 12)),
            ..NewOrder::plain(OrderKind::Read, POINT)
        };
        let early = add(db, &early).unwrap();
        let why = give(db, early, &north, date(2026, 3, 11)).unwrap_err();
        assert!(village::says(&why).contains("not to be done before 2026-03-12"));
    });
}

#[test]
fn a_crew_that_cannot_be_is_refused() {
    engines::each(|db, _| {
        let north = found(db);
        let new = |name: &str, minutes, per| {
            db.write(|tx| crew::add(tx, actor(), name, Skills::default(), minutes, per))
        };
        for (name, minutes, per, said) in [
            (" ", 120, 1, "a crew has a name"),
            ("North", 120, 1, "there is a crew North already"),
            ("South", 7, 1, "15 to 1440 minutes, not 7"),
            ("South", 120, 0, "1 to 99 appointments in a window, not 0"),
        ] {
            let why = new(name, minutes, per).unwrap_err();
            assert!(village::says(&why).contains(said), "{why}");
        }
        let why = db.read(|tx| crew::named(tx, "East")).unwrap_err();
        assert!(village::says(&why).contains("there is no crew East; there are: North"));
        let hours = |text: &str| db.write(|tx| crew::hours(tx, actor(), &north, TODAY, text));
        assert!(village::says(&hours("always").unwrap_err()).contains("are no working hours"));
    });
}

fn window(on: Date, from: i64) -> Arrival {
    let clock = |hour: i64| Clock::from_minutes(hour * 60).unwrap();
    Arrival { on, from: clock(from), to: clock(from + 2) }
}

#[test]
fn a_place_of_a_crew_is_promised_once() {
    engines::each(|db, _| {
        let north = found(db);
        let (test, read) = (plain(db, OrderKind::Test), plain(db, OrderKind::Read));
        let offers = |id| -> Vec<Arrival> {
            let offers = db.read(|tx| appointment::offers(tx, actor(), id, TODAY, 2)).unwrap();
            offers.iter().map(|Offer { arrival, .. }| *arrival).collect()
        };
        let wednesday = date(2026, 3, 11);
        let [eight, ten] = [8, 10].map(|from| window(TODAY, from));
        let all = [eight, ten, window(wednesday, 8), window(wednesday, 10)];
        assert_eq!(offers(test), all);
        let book =
            |id, arrival| db.write(|tx| appointment::book(tx, actor(), id, north.id, arrival));
        book(test, eight).unwrap();
        assert_eq!(state(db, test), State::Assigned);
        assert_eq!(offers(read), all[1..]);
        let no = |id, arrival| village::says(&book(id, arrival).unwrap_err());
        assert!(no(read, eight).contains("it has for: 2026-03-10 10:00-12:00"));
        assert!(no(test, ten).contains("has an appointment, 2026-03-10 08:00-10:00"));
        assert!(no(read, window(TODAY, 9)).contains("has no room for 2026-03-10 09:00-11:00"));
        assert!(no(read, window(date(2026, 3, 14), 8)).contains("does not work on 2026-03-14"));
        assert!(no(read, window(TODAY, 6)).contains("has begun already"));
        // The promise stands in the way of another day, and moves with its order.
        let why = give(db, test, &north, wednesday).unwrap_err();
        assert!(village::says(&why).contains("move or cancel the appointment"));
        let moved =
            |id, arrival| db.write(|tx| appointment::change(tx, actor(), id, north.id, arrival));
        let why = moved(read, ten).unwrap_err();
        assert!(village::says(&why).contains("has no appointment"));
        moved(test, window(wednesday, 10)).unwrap();
        book(read, eight).unwrap();
        assert!(moved(read, window(wednesday, 10)).is_err());
        let held = db.read(|tx| store::appointment::of_order(tx, read)).unwrap();
        assert_eq!(held.map(|it| it.arrival), Some(eight), "what is refused changes nothing");
        // Called off, the place is free and the order waits.
        db.write(|tx| appointment::cancel(tx, actor(), test)).unwrap();
        assert_eq!(state(db, test), State::Open);
        let all = db.read(|tx| store::appointment::all_of_order(tx, test)).unwrap();
        let ends: Vec<Option<Ended>> = all.iter().map(|it| it.1).collect();
        assert_eq!(ends, [Some(Ended::Moved), Some(Ended::Cancelled)]);
        // A crew on its way is promised to nobody else, and whoever was not met is asked again.
        db.write(|tx| order::en_route(tx, actor(), read)).unwrap();
        let why = db.write(|tx| appointment::cancel(tx, actor(), read)).unwrap_err();
        assert!(village::says(&why).contains("nothing to promise any more"));
        db.write(|tx| order::could_not_do(tx, actor(), read, Hindrance::NoAccess, "")).unwrap();
        book(read, ten).unwrap();
        clean(db);
    });
}

/// Bills an account: what it owes is past due, because no bill says when it is due.
fn owes(db: &Db, account: AccountId, cents: i64) {
    let posting =
        |gl, cents| Posting { gl, account: Some(account), amount: Money::from_cents(cents) };
    let entry = Entry {
        id: EntryId(1_000),
        kind: EntryKind::Bill,
        on: date(2026, 2, 1),
        key: "by hand".to_owned(),
        text: "by hand".to_owned(),
        postings: vec![posting(Gl::Receivable, cents), posting(Gl::ElectricRevenue, -cents)],
    };
    db.write(|tx| store::ledger::add(tx, &[entry])).unwrap();
}

#[test]
fn a_payment_calls_off_the_disconnection_in_its_own_transaction() {
    engines::each(|db, _| {
        let crew = found(db);
        let account = AccountId(1);
        owes(db, account, 10_000);
        let off_below = Some(Money::from_cents(5_000));
        let new = NewOrder { off_below, ..NewOrder::plain(OrderKind::Disconnect, POINT) };
        let id = add(db, &new).unwrap();
        give(db, id, &crew, TODAY).unwrap();
        let paid = |cents, reference: &str| {
            let (amount, reference) = (Money::from_cents(cents), reference.to_owned());
            let new = NewPayment { account, amount, on: TODAY, tender: Tender::Cash, reference };
            db.write(|tx| pay(tx, actor(), &new))
        };
        paid(5_000, "1").unwrap();
        assert_eq!(state(db, id), State::Assigned, "$50.00 is not below $50.00");
        db.write(|tx| order::en_route(tx, actor(), id)).unwrap();
        // The crew is on its way, and still it is told.
        paid(1, "2").unwrap();
        let followed = db.read(|tx| order::follow(tx, id)).unwrap();
        let last = followed.steps.last().unwrap();
        assert_eq!(last.step, Step::Cancelled(CalledOff::Paid));
        assert_eq!(last.note, "$49.99 is past due after a payment");
        // A check that bounced opens it again, and whoever gives it to a crew, or sets out with it, looks at
        // what is owed.
        db.write(|tx| order::reopen(tx, actor(), id, "the check bounced")).unwrap();
        let given = give(db, id, &crew, TODAY).unwrap_err();
        let sent = db.write(|tx| order::en_route(tx, actor(), id)).unwrap_err();
        for why in [given, sent] {
            let why = village::says(&why);
            assert!(why.contains("only $49.99 is past due, less than $50.00"), "{why}");
        }
        // A payment that is refused calls nothing off.
        assert!(paid(1, "2").is_err());
        assert_eq!(state(db, id), State::Open);
        // What is for somebody else's debt stays.
        let mut other = village::customer("E-2", &[DIALS]);
        other.street = "14 Mill St".to_owned();
        take_on(db, &other);
        paid(1, "3").unwrap();
        assert_eq!(state(db, id), State::Cancelled);
    });
}

#[test]
fn a_reconnection_carries_the_hour_by_which_it_must_be_done() {
    engines::each(|db, _| {
        let crew = found(db);
        let rule = "before 15:00 same day by 20:00 else next day by 12:00";
        let say =
            |text: &str| db.write(|tx| order::rule(tx, actor(), OrderKind::Reconnect, TODAY, text));
        assert!(village::says(&say("today").unwrap_err()).contains("write: within 24 hours"));
        say(rule).unwrap();
        let id = plain(db, OrderKind::Reconnect);
        let followed = db.read(|tx| order::follow(tx, id)).unwrap();
        let due = "2026-03-11T01:00:00Z".parse().unwrap();
        assert_eq!(followed.order.due, Some(due), "eight in the evening in Chicago");
        assert!(!followed.order.overdue(State::Open, due));
        let later = "2026-03-11T01:00:01Z".parse().unwrap();
        assert!(followed.order.overdue(State::Open, later));
        assert!(!followed.order.overdue(State::Done, later));
        give(db, id, &crew, TODAY).unwrap();
        let test = plain(db, OrderKind::Test);
        let open = db.read(|tx| store::order::open(tx, Which::default(), 9)).unwrap();
        let order: Vec<OrderId> = open.iter().map(|it| it.0.id).collect();
        assert_eq!(order, [id, test], "who is without comes before what has no hour");
    });
}

#[test]
fn a_sick_crew_s_day_goes_to_the_others_in_one_act() {
    engines::each(|db, _| {
        let north = found(db);
        let [south, gas] = [hire(db, "South", "electric", 1), hire(db, "Gas", "gas", 1)];
        let kinds = [OrderKind::Test, OrderKind::Read, OrderKind::Inspection, OrderKind::Reread];
        let [test, read, look, again] = kinds.map(|kind| plain(db, kind));
        let skilled = NewOrder {
            skills: Some(Skills::parse("electric, ladder")),
            ..NewOrder::plain(OrderKind::Maintenance, POINT)
        };
        let ladder = add(db, &skilled).unwrap();
        give(db, test, &north, TODAY).unwrap();
        // What nobody else knows how to do is what North was hired for since.
        let nimble = hire(db, "Nimble", "electric, ladder", 1);
        give(db, ladder, &nimble, TODAY).unwrap();
        let book = |id, crew: &Crew, from| {
            let arrival = window(TODAY, from);
            db.write(|tx| appointment::book(tx, actor(), id, crew.id, arrival)).unwrap();
        };
        book(read, &nimble, 8);
        book(look, &nimble, 10);
        // At eight North and South have somebody; at ten North alone has room.
        for (kind, crew, from) in [(OrderKind::Connect, &north, 8), (OrderKind::Leak, &south, 8)] {
            let id = plain(db, kind);
            book(id, crew, from);
        }
        give(db, again, &nimble, TODAY).unwrap();
        let away = |crew: &Crew| db.write(|tx| sick::away(tx, actor(), crew, TODAY, "fever"));
        assert!(db.write(|tx| sick::away(tx, actor(), &nimble, TODAY, " ")).is_err());
        let over = away(&nimble).unwrap();
        let given: Vec<(OrderId, &str)> =
            over.given.iter().map(|(id, crew)| (*id, crew.name.as_str())).collect();
        assert_eq!(given.len(), 2, "{over:?}");
        assert!(given.iter().any(|it| it.0 == look) && given.iter().any(|it| it.0 == again));
        let left: Vec<OrderId> = over.left.iter().map(|it| it.0).collect();
        assert!(left.contains(&ladder) && left.contains(&read), "{over:?}");
        let why = |id| over.left.iter().find(|it| it.0 == id).unwrap().1.clone();
        assert!(why(ladder).contains("lacks"), "{}", why(ladder));
        assert_eq!(state(db, ladder), State::Open, "it waits for a crew");
        assert!(
            why(read).contains("room for 2026-03-10 08:00-10:00") || why(read).contains("lacks")
        );
        let promised = db.read(|tx| store::appointment::of_order(tx, look)).unwrap().unwrap();
        assert_eq!(promised.arrival, window(TODAY, 10), "a promise is kept");
        assert_ne!(promised.crew, nimble.id);
        let still = db.read(|tx| store::appointment::of_order(tx, read)).unwrap().unwrap();
        assert_eq!(still.crew, nimble.id, "or it stays, and is named");
        assert!(given.iter().all(|it| it.1 != gas.name));
        clean(db);
    });
}
