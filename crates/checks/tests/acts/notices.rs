//! Letters of collections: sent once with their step, held back with it, and a cut that waits for its notice;
//! calls and visits, and what came of them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::civil::date;
use meterbook_app::collection::{self, Done, Switch, outreach};
use meterbook_app::delivery::{outcome, send};
use meterbook_app::deposit::{self, NewDeposit};
use meterbook_app::{detail, letter, order, person, plan, task};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::credit::Noun;
use meterbook_core::credit::collection::Step;
use meterbook_core::delivery::{Piece, State, Way};
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::AccountId;
use meterbook_core::moves::Credit;
use meterbook_core::order::State as OrderState;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::period::Period;
use meterbook_core::person::{ContactKind, Purpose};
use meterbook_core::task::{Resolution, TaskKind};
use meterbook_store::{self as store, Conflict, Db, Tx};

use crate::collection::{cuts, posted, why};
use crate::deposit::{at, bill, pays, say, sound};
use crate::jobs::january;
use crate::late_fee::bounces;
use crate::village::{actor, says};

const RULES: &str = "least residential 10.00\nstep residential reminder 5 days\n\
    step residential notice 10 days\nstep residential cut 20 days\ngap 3 days\n\
    cut residential 5 business days after notice\nnotice residential lasts 30 days\nresume 90 days\n";
const THREE: AccountId = AccountId(3);
const FOUR: AccountId = AccountId(4);

/// Four customers who owe 4.44, 8.88, 13.32 and 17.76 since February 23; whose bills are away.
fn town(db: &Db, folder: &Path, rules: &str) {
    january(db, folder, 4);
    bill(db);
    posted(db, "2026-02-03");
    say(db, Noun::Collection, rules);
}

fn run(db: &Db, day: &str) -> Done {
    collection::run(db, at(day), &[]).unwrap()
}

fn taken(done: &Done) -> Vec<(Step, usize)> {
    done.taken.iter().map(|it| (*it.0, *it.1)).collect()
}

/// The pieces of letters of an account, the oldest first.
fn letters(db: &Db, account: AccountId) -> Vec<(Piece, State)> {
    let mut all = db.read(|tx| store::outbox::of_account(tx, account, 99)).unwrap();
    all.retain(|it| it.0.number.starts_with("L-"));
    all.reverse();
    all
}

fn key(it: &Piece) -> String {
    meterbook_core::delivery::key(&it.number, it.person, it.way)
}

fn becomes(db: &Db, day: &str, it: &Piece, state: State) {
    db.write(|tx| outcome::decide(tx, at(day), &key(it), state, "as was heard")).unwrap();
}

fn waiting(db: &Db, way: Way) -> usize {
    let ever = Period::new(date(2026, 1, 1), date(2028, 1, 1)).unwrap();
    db.read(|tx| store::outbox::due(tx, way, ever)).unwrap().len()
}

#[test]
fn a_cut_waits_business_days_for_a_notice_that_went_out_and_an_old_one_is_sent_again() {
    engines::each(|db, folder| {
        town(db, folder, RULES);
        assert_eq!(taken(&run(db, "2026-03-10")), [(Step::Reminder, 2)]);
        let said = |cause| {
            let of = |tx: &mut Tx| letter::of_account(tx, THREE, cause, date(2026, 3, 13));
            db.read(of).unwrap().said().join(" ")
        };
        let reminder = said(LetterCause::Reminder);
        for part in [
            "$13.32",
            "the oldest of it was due by Feb 23, 2026",
            "pay by Mar 12, 2026",
            "a notice that service",
        ] {
            assert!(reminder.contains(part), "{part}: {reminder}");
        }
        posted(db, "2026-03-11");
        assert_eq!(taken(&run(db, "2026-03-13")), [(Step::Notice, 2)]);
        assert_eq!(run(db, "2026-03-13"), Done::default(), "once");
        let notice = said(LetterCause::Notice);
        // A Friday and five days on which the utility works.
        let oldest = "the oldest of it was due by Feb 23, 2026";
        let days = ["cut off on Mar 20, 2026", "pay is Mar 19, 2026"];
        for part in ["$13.32", oldest, days[0], days[1], "555-0100", "ill"] {
            assert!(notice.contains(part), "{part}: {notice}");
        }
        for cause in [LetterCause::Reminder, LetterCause::Notice] {
            letter::draw(db, THREE, cause, date(2026, 3, 14), folder).unwrap();
        }
        assert!(folder.join("reminder-1000-0003-3-2026-03-10.pdf").exists(), "its own day");
        assert_eq!(letters(db, THREE).len(), 2);
        let same = |tx: &mut Tx| {
            let case = store::collection::of_account(tx, THREE)?.remove(0);
            let mut all = store::notice::of_case(tx, &case.key)?;
            assert_eq!(all.len(), 2);
            store::notice::add(tx, &[all.remove(1)])
        };
        assert!(db.write(same).unwrap_err().is::<Conflict>(), "the database keeps it once");

        let waits = run(db, "2026-03-18");
        assert_eq!((taken(&waits), waits.waiting, waits.again), (vec![], 2, 0));
        let named = db.read(|tx| collection::look(tx, date(2026, 3, 18))).unwrap().waiting;
        let named: Vec<_> = named.iter().map(|it| (it.account, it.lacks.to_string())).collect();
        let lacks = "the notice of 2026-03-13 did not go out yet".to_owned();
        assert_eq!(named, [(THREE, lacks.clone()), (FOUR, lacks)]);
        let reasons = why(db, THREE, date(2026, 3, 18));
        assert_eq!(reasons[0], "the notice of 2026-03-13 did not go out yet");
        assert!(reasons[1].starts_with("the last step was notice"), "{reasons:?}");
        // The day that it names has come: another is written in its place.
        assert_eq!(waiting(db, Way::Post), 2);
        assert_eq!(run(db, "2026-03-23").again, 2);
        assert_eq!((letters(db, THREE).len(), waiting(db, Way::Post)), (3, 2));
        posted(db, "2026-03-24");
        let soon = "the notice went out on 2026-03-24; nobody is cut off before 2026-03-31";
        assert_eq!(why(db, THREE, date(2026, 3, 30))[0], soon);
        assert_eq!(run(db, "2026-03-30").waiting, 2);
        sound(db);
        assert_eq!(taken(&run(db, "2026-03-31")), [(Step::Cut, 2)]);
        assert!(why(db, THREE, date(2026, 3, 31)).is_empty());
        // The order lay there too long: nobody goes, and the notice is sent once more.
        let id = cuts(db, THREE)[0].id;
        let goes = |day: &str| db.write(|tx| order::en_route(tx, at(day), id)).unwrap_err();
        let old = "the notice went out on 2026-03-24, and is good for 30 days";
        assert_eq!(
            says(&goes("2026-04-23")),
            format!("do not cut off, and call order {id} off; {old}")
        );
        assert!(!says(&goes("2026-04-22")).contains("do not cut off"));
        let again = run(db, "2026-04-23");
        assert_eq!((taken(&again), again.again, again.waiting), (vec![], 2, 2));
        assert_eq!(run(db, "2026-04-24").again, 0, "it is on its way");
        assert_eq!(letters(db, THREE).len(), 4);
        posted(db, "2026-04-24");
        assert!(says(&goes("2026-04-30")).contains("nobody is cut off before 2026-05-01"));
        assert!(!says(&goes("2026-05-01")).contains("do not cut off"));
        sound(db);
    });
}

#[test]
fn a_reminder_to_who_moved_out_names_the_agency_on_its_day_and_only_where_there_is_one() {
    let agency = "step residential agency 90 days\n";
    for (agency, comes) in [
        (agency, "pay by May 23, 2026; what comes next is that an agency asks for it"),
        ("", "pay by Apr 23, 2026; what comes next is that we decide what is done about it"),
    ] {
        engines::each(|db, folder| {
            town(db, folder, &format!("{RULES}step residential write-off 60 days\n{agency}"));
            db.write(|tx| {
                let theirs = store::agreement::of_account(tx, THREE)?;
                theirs.iter().try_for_each(|it| store::agreement::end(tx, it.id, date(2026, 3, 1)))
            })
            .unwrap();
            assert_eq!(taken(&run(db, "2026-03-10")), [(Step::Reminder, 2)]);
            let said = |account| {
                let on = date(2026, 3, 10);
                let of = |tx: &mut Tx| letter::of_account(tx, account, LetterCause::Reminder, on);
                db.read(of).unwrap().said().join(" ")
            };
            assert!(said(THREE).contains(comes), "{}", said(THREE));
            let served = "pay by Mar 12, 2026; what comes next is a notice that service";
            assert!(said(FOUR).contains(served), "{}", said(FOUR));
        });
    }
}

#[test]
fn a_notice_that_bounced_goes_on_paper_and_its_days_begin_anew() {
    engines::each(|db, folder| {
        town(db, folder, RULES);
        let email = |tx: &mut Tx| {
            let customer = store::account::get(tx, THREE)?.person;
            let (about, on) = (Subject::Account(THREE), date(2026, 1, 1));
            detail::set(tx, actor(), about, DetailKind::Delivery, "email", None, on)?;
            let address = "rosa@example.org";
            let it = person::add_contact(tx, actor(), customer, ContactKind::Email, address)?;
            person::consent(tx, actor(), it, Purpose::Bills, on).map(drop)
        };
        db.write(email).unwrap();
        run(db, "2026-03-10");
        run(db, "2026-03-13");
        let notice = letters(db, THREE)[1].0.clone();
        assert_eq!(notice.way, Way::Email);
        becomes(db, "2026-03-13", &notice, State::Delivered);
        let soon = "the notice went out on 2026-03-13; nobody is cut off before 2026-03-20";
        assert_eq!(why(db, THREE, date(2026, 3, 16))[0], soon);
        becomes(db, "2026-03-17", &notice, State::Bounced);
        assert!(why(db, THREE, date(2026, 3, 20))[0].ends_with("did not go out yet"));
        let paper = letters(db, THREE)[2].0.clone();
        assert_eq!((paper.way, &paper.number), (Way::Post, &notice.number));
        posted(db, "2026-03-18");
        let soon = "the notice went out on 2026-03-18; nobody is cut off before 2026-03-25";
        assert_eq!(why(db, THREE, date(2026, 3, 24))[0], soon);
        // The envelope comes back: it goes again once there is another address.
        becomes(db, "2026-03-24", &paper, State::Bounced);
        assert_eq!(why(db, THREE, date(2026, 3, 25))[0], "the notice of 2026-03-13 came back");
        let done = run(db, "2026-03-25");
        assert_eq!((taken(&done), done.waiting, done.again), (vec![(Step::Cut, 1)], 1, 0));
        let moved = "update account set mail_to = 'PO Box 4' where id = 3";
        Raw::beside(db).unwrap().run(moved).unwrap();
        assert_eq!(run(db, "2026-03-26").again, 1);
        assert_eq!(letters(db, THREE)[3].0.address, "Customer 3\nPO Box 4");
        posted(db, "2026-03-26");
        assert_eq!(taken(&run(db, "2026-04-02")), [(Step::Cut, 1)]);
        sound(db);
    });
}

#[test]
fn what_is_stopped_or_paid_does_not_go_out_and_a_notice_goes_to_who_fetches_bills() {
    engines::each(|db, folder| {
        town(db, folder, RULES);
        let fetches = |tx: &mut Tx| {
            let (about, on) = (Subject::Account(FOUR), date(2026, 1, 1));
            detail::set(tx, actor(), about, DetailKind::Delivery, "none", None, on)
        };
        db.write(fetches).unwrap();
        run(db, "2026-03-10");
        assert_eq!((waiting(db, Way::Post), waiting(db, Way::Collect)), (1, 1));
        let switch = |stop| {
            let why = "a wrong text";
            db.write(|tx| collection::switch(tx, actor(), Switch::Notices, stop, why)).unwrap();
        };
        switch(true);
        assert_eq!(waiting(db, Way::Post), 0);
        let piece = letters(db, THREE)[0].0.id;
        let sends = || {
            let on = (None, actor().at);
            db.write(|tx| store::outbox::add_event(tx, piece, (State::Sending, ""), on))
        };
        assert!(format!("{:#}", sends().unwrap_err()).contains("taken back"));
        let stopped = run(db, "2026-03-13").stopped;
        assert_eq!(stopped.get(&Step::Notice), Some(&(2, "stopped: a wrong text".to_owned())));
        switch(false);
        assert_eq!(waiting(db, Way::Post), 1);
        run(db, "2026-03-13");
        assert_eq!((waiting(db, Way::Post), waiting(db, Way::Collect)), (3, 1));
        // Who paid is told nothing more.
        pays(db, THREE, 1_332, date(2026, 3, 13), at("2026-03-13"));
        assert_eq!(run(db, "2026-03-14").ended, 1);
        assert_eq!(waiting(db, Way::Post), 1);
        // The check comes back: what was left unsent is written anew.
        bounces(db, THREE, date(2026, 3, 16), at("2026-03-16"));
        run(db, "2026-03-16");
        let done = run(db, "2026-03-20");
        assert_eq!((done.again, done.waiting), (2, 2));
        let by_hand =
            |tx: &mut Tx| send::letter(tx, actor(), FOUR, LetterCause::Notice, date(2026, 3, 20));
        assert!(says(&db.write(by_hand).unwrap_err()).starts_with("a letter of notice is sent by"));
        sound(db);
    });
}

#[test]
fn calls_are_tasks_and_visits_are_orders_and_what_came_of_them_is_kept() {
    engines::each(|db, folder| {
        let rules = "least residential 10.00\nstep residential call 5 days\n\
            step residential field 10 days\ngap 3 days\n";
        town(db, folder, rules);
        assert_eq!(taken(&run(db, "2026-03-10")), [(Step::Call, 2)]);
        let calls = || db.read(|tx| store::task::open_of(tx, TaskKind::CollectionCall)).unwrap();
        assert_eq!(
            calls()[0].evidence,
            "call Customer 3, number not known, in English: $13.32 is past due since 2026-02-23"
        );
        let first = calls()[0].id;
        let how = Resolution::Reached;
        task::resolve(db, at("2026-03-11"), first, how, "pays on Friday").unwrap();
        assert_eq!(calls().len(), 1);
        // The case goes on, whoever answered.
        assert_eq!(taken(&run(db, "2026-03-13")), [(Step::Field, 2)]);
        assert_eq!(calls().len(), 1);
        let came = |account| {
            let of = |tx: &mut Tx| {
                let case = store::collection::of_account(tx, account)?.remove(0);
                let mut all = Vec::new();
                for it in store::collection::steps(tx, &case.key)? {
                    all.extend(outreach::outcomes(tx, &it)?.iter().map(ToString::to_string));
                }
                Ok(all)
            };
            db.read(of).unwrap()
        };
        assert_eq!(came(THREE), ["reached: pays on Friday", "order 5 is open"]);
        assert_eq!(came(FOUR), ["nobody called yet", "order 6 is open"]);
        let visit = db.read(|tx| order::follow(tx, 5.into())).unwrap().order;
        assert_eq!(
            (visit.account, visit.about.as_str()),
            (Some(THREE), "$13.32 is past due since 2026-02-23")
        );
        // Who pays is neither called nor visited.
        pays(db, FOUR, 1_776, date(2026, 3, 14), at("2026-03-14"));
        assert_eq!(run(db, "2026-03-15").ended, 1);
        let stands = db.read(|tx| order::follow(tx, 6.into())).unwrap().stands.state;
        assert_eq!((stands, calls().len()), (OrderState::Cancelled, 0));
        sound(db);
    });
}

#[test]
fn who_is_asked_for_security_breaks_a_plan_or_whose_payment_comes_back_is_told_where_rules_say_so()
{
    engines::each(|db, folder| {
        town(db, folder, "");
        say(
            db,
            Noun::Deposit,
            "ask residential unknown 50.00\nparts 2 first 50%\ntold by-letter\n",
        );
        say(db, Noun::Plan, "months any 2\ntold by-letter\n");
        say(db, Noun::Returned, "fee 25.00\ntold by-letter\n");
        let said = |account, cause| {
            let of = |tx: &mut Tx| letter::of_account(tx, account, cause, date(2026, 3, 13));
            let it = db.read(of).unwrap();
            format!("{} {}", it.said().join(" "), it.listed.join(" "))
        };
        let asked = NewDeposit { account: THREE, credit: Credit::Unknown, amount: None, parts: 2 };
        db.write(|tx| deposit::ask(tx, at("2026-03-10"), &asked, "two returns")).unwrap();
        let deposit = said(THREE, LetterCause::DepositAsked);
        assert!(
            deposit.contains("a deposit of $50.00") && deposit.contains("Parts: 2"),
            "{deposit}"
        );
        pays(db, THREE, 500, date(2026, 3, 9), at("2026-03-09"));
        bounces(db, THREE, date(2026, 3, 12), at("2026-03-12"));
        let back = said(THREE, LetterCause::PaymentReturned);
        for part in ["$5.00", "on Mar 9, 2026", "Comes with your next bill: $25.00"] {
            assert!(back.contains(part), "{part}: {back}");
        }
        db.write(|tx| plan::agree(tx, at("2026-03-11"), FOUR, (1, None), "by phone")).unwrap();
        assert_eq!(plan::review_all(db, at("2026-04-12")).unwrap().len(), 1);
        let broken = said(FOUR, LetterCause::PlanBroken);
        for part in ["$8.88 of what was due", "on Mar 11, 2026", "$17.76 is past due"] {
            assert!(broken.contains(part), "{part}: {broken}");
        }
        let none =
            |tx: &mut Tx| letter::of_account(tx, FOUR, LetterCause::Notice, date(2026, 3, 13));
        assert!(says(&db.read(none).unwrap_err()).ends_with("none was sent to it"));
        sound(db);
    });
}
