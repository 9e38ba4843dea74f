//! Collections: steps by days, kept by what shields an account, looked at again when a crew sets out; a
//! payment calls a cut off, and a debt that comes back goes on where it stood.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::bill_run::correct::{NewCorrection, preview};
use meterbook_app::collection::{self, Done, Switch};
use meterbook_app::deposit::{self, NewDeposit};
use meterbook_app::let_go::{self, Foretold, NewSteps, What};
use meterbook_app::order::Where;
use meterbook_app::order::completion::{Completion, complete};
use meterbook_app::protection::{self, NewProtection, To};
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::write_off::{self, NewTransfer};
use meterbook_app::{Actor, customer_view, order, plan};
use meterbook_checks::engines;
use meterbook_core::bill::correct::Cause;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::protection::Weather;
use meterbook_core::credit::{Noun, Shield};
use meterbook_core::delivery::{State, Way};
use meterbook_core::id::{AccountId, ServicePointId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::order::{CalledOff, Connected, Order, OrderKind, Priority};
use meterbook_core::period::Period;
use meterbook_core::task::TaskKind;
use meterbook_store::protection::Protection;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::with_role;
use crate::correct::meter_shows;
use crate::deposit::{at, bill, pays, say, sound};
use crate::jobs::january;
use crate::late_fee::{bounces, february};
use crate::village::{actor, says};

const RULES: &str = "least residential 5.00\nstep residential reminder 5 days\n\
    step residential notice 10 days\nstep residential cut 20 days least 10.00\n\
    step any write-off 60 days\ngap 3 days\nby notice dispute\nresume 90 days\n";
const PROTECTIONS: &str = "county Kane: Alder Creek\nlasts medical 30 days renewals 1\n\
    below any 32 county Kane cite 16 TAC 25.483(j)\nno-cut weekend\n";
const TWO: AccountId = AccountId(2);
const THREE: AccountId = AccountId(3);
const FOUR: AccountId = AccountId(4);

/// Four customers who owe 4.44, 8.88, 13.32 and 17.76 since February 23.
fn town(db: &Db, folder: &Path) {
    january(db, folder, 4);
    bill(db);
    say(db, Noun::Collection, RULES);
    say(db, Noun::Protection, PROTECTIONS);
}

/// Runs collections on a day, on which the mail house takes what they write.
fn run(db: &Db, day: &str) -> Done {
    let done = collection::run(db, at(day), &[]).unwrap();
    posted(db, day);
    done
}

/// The mail house takes what waits for it.
pub(crate) fn posted(db: &Db, day: &str) {
    let ever = Period::new(date(2026, 1, 1), date(2028, 1, 1)).unwrap();
    let taken = |tx: &mut Tx| {
        for id in store::outbox::due(tx, Way::Post, ever)? {
            for state in [State::Sending, State::Sent] {
                store::outbox::add_event(tx, id, (state, "package 9"), (None, at(day).at))?;
            }
        }
        Ok(())
    };
    db.write(taken).unwrap();
}

fn taken(done: &Done) -> Vec<(Step, usize)> {
    done.taken.iter().map(|it| (*it.0, *it.1)).collect()
}

pub(crate) fn cuts(db: &Db, account: AccountId) -> Vec<Order> {
    db.write(|tx| store::order::to_call_off(tx, account)).unwrap()
}

pub(crate) fn why(db: &Db, account: AccountId, on: Date) -> Vec<String> {
    let why = db.read(|tx| collection::why(tx, account, on)).unwrap();
    why.iter().map(ToString::to_string).collect()
}

fn grant(db: &Db, day: &str, from: Date) -> Result<Protection> {
    let (to, shield, evidence) = (To::Account(FOUR), Shield::Medical, "certificate 7".to_owned());
    let new = NewProtection { to, shield, from, until: None, evidence };
    db.write(|tx| protection::grant(tx, at(day), &new))
}

#[test]
fn steps_are_taken_once_by_days_and_a_payment_calls_a_cut_off() {
    engines::each(|db, folder| {
        town(db, folder);
        let first = run(db, "2026-03-10");
        assert_eq!((first.opened, taken(&first)), (3, vec![(Step::Reminder, 3)]));
        assert_eq!(run(db, "2026-03-10"), Done::default(), "once");
        assert_eq!(run(db, "2026-03-12"), Done::default(), "a gap");
        // Eight dollars are too little for a cut, and for a notice of one.
        assert_eq!(taken(&run(db, "2026-03-13")), [(Step::Notice, 2)]);
        let listed =
            db.read(|tx| store::collection::taken(tx, date(2026, 3, 13), Step::Notice)).unwrap();
        assert_eq!(listed.len(), 2);
        let little = "$8.88 is past due, and a cut takes $10.00";
        assert_eq!(why(db, TWO, date(2026, 3, 13))[0], little);
        // Somebody is ill.
        grant(db, "2026-03-14", date(2026, 3, 14)).unwrap();
        let third = run(db, "2026-03-16");
        assert_eq!(taken(&third), [(Step::Cut, 1)]);
        assert_eq!(third.kept.into_iter().collect::<Vec<_>>(), [((Step::Cut, Shield::Medical), 1)]);
        assert_eq!((cuts(db, THREE).len(), cuts(db, FOUR).len()), (1, 0));
        let last = "the last step was notice on 2026-03-13; a cut was not ordered yet";
        let ill = "medical: certificate 7, until 2026-04-13";
        assert_eq!(why(db, FOUR, date(2026, 3, 16)), [ill, last]);
        assert!(why(db, THREE, date(2026, 3, 16)).is_empty());
        sound(db);

        pays(db, THREE, 1_332, date(2026, 3, 16), at("2026-03-16"));
        assert_eq!(cuts(db, THREE).len(), 0, "in the same transaction");
        assert_eq!(run(db, "2026-03-17").ended, 1);
        // The check comes back: it goes on with the cut, as old as it was.
        let back = |tx: &mut Tx| {
            let id = store::payment::of_account(tx, THREE)?[0].id;
            let tender = store::receipt::tender_of(tx, id)?.unwrap();
            receipt::give_back(tx, at("2026-03-18"), tender, date(2026, 3, 18), "R01")
        };
        db.write(back).unwrap();
        let again = run(db, "2026-03-18");
        assert_eq!((again.opened, taken(&again)), (1, vec![]));
        // A weekend comes between.
        let weekend = run(db, "2026-03-21");
        assert_eq!(weekend.kept.get(&(Step::Cut, Shield::Calendar)), Some(&1));
        assert_eq!(taken(&run(db, "2026-03-23")), [(Step::Cut, 1)]);
        assert_eq!(cuts(db, THREE).len(), 1);
        sound(db);
    });
}

#[test]
fn the_board_says_how_many_cases_stand_where() {
    engines::each(|db, folder| {
        town(db, folder);
        run(db, "2026-03-10");
        pays(db, FOUR, 500, date(2026, 3, 12), at("2026-03-12"));
        run(db, "2026-03-13");
        let board = db.read(store::collection::board).unwrap();
        let sum = board.iter().map(|it| (it.step, it.count, it.past_due.cents()));
        // What was past due when the notice went: 13.32 and 12.76; the third got none.
        let (notice, reminder) = (Some(Step::Notice), Some(Step::Reminder));
        assert_eq!(sum.collect::<Vec<_>>(), [(notice, 2, 2_608), (reminder, 1, 8_88)]);
        let of = |class: &str, step: &str, most| {
            let all = db.read(|tx| store::collection::standing(tx, class, step, most)).unwrap();
            all.into_iter().map(|it| (it.last.map(|it| it.0), it.past_due.cents())).collect()
        };
        let notices: Vec<_> = of("residential", "notice", 9);
        assert_eq!(notices, [(notice, 1_332), (notice, 1_276)]);
        assert_eq!(of("", "", 2).len(), 2, "no more than asked for");
        assert!(of("commercial", "", 9).is_empty() && of("", "none", 9).is_empty());
    });
}

#[test]
fn what_a_cut_takes_is_looked_at_when_money_comes_and_at_each_step_of_the_order() {
    engines::each(|db, folder| {
        town(db, folder);
        for day in ["2026-03-10", "2026-03-13", "2026-03-16"] {
            run(db, day);
        }
        let order = cuts(db, FOUR).remove(0);
        assert_eq!(order.off_below, Some(Money::from_cents(10_00)));
        // Nine dollars are too little for a cut, and more than a case takes.
        pays(db, FOUR, 8_76, date(2026, 3, 16), at("2026-03-16"));
        assert_eq!(cuts(db, FOUR), [], "in the same transaction");
        let today = date(2026, 3, 17);
        assert_eq!(why(db, FOUR, today)[0], "$9.00 is past due, and a cut takes $10.00");
        let followed = db.read(|tx| order::follow(tx, order.id)).unwrap();
        let note = &followed.steps.last().unwrap().note;
        assert_eq!(note, "$9.00 is past due after a payment");
        // A crew that comes back with it done is told that it was called off.
        let done = Completion { on: today, ..crate::orders_done::nothing() };
        let why = db.write(|tx| complete(tx, at("2026-03-17"), order.id, &done)).unwrap_err();
        assert!(says(&why).contains("cancelled"), "{why}");
        // Somebody takes that back by hand: nobody goes.
        db.write(|tx| order::reopen(tx, at("2026-03-17"), order.id, "a mistake")).unwrap();
        let north = crate::orders::hire(db, "north", "electric", 9).id;
        let too_little = "only $9.00 is past due, less than $10.00; do not cut off";
        let refused = |done: Result<()>| {
            let why = done.unwrap_err();
            assert!(says(&why).starts_with(too_little), "{why}");
        };
        refused(db.write(|tx| order::assign(tx, at("2026-03-17"), order.id, north, today)));
        refused(db.write(|tx| order::en_route(tx, at("2026-03-17"), order.id)));
        refused(db.write(|tx| order::on_site(tx, at("2026-03-17"), order.id)));
        let off = CalledOff::NotNeeded;
        db.write(|tx| order::cancel(tx, at("2026-03-17"), order.id, off, "")).unwrap();
        // When enough is past due again the cut comes again.
        assert_eq!(run(db, "2026-03-17").ended, 1);
        bounces(db, FOUR, date(2026, 3, 18), at("2026-03-18"));
        assert_eq!(run(db, "2026-03-18").opened, 1);
        // Nobody is cut off on a weekend.
        assert_eq!(taken(&run(db, "2026-03-21")), []);
        assert_eq!(taken(&run(db, "2026-03-23")), [(Step::Cut, 1)]);
        assert_eq!(cuts(db, FOUR).len(), 1);
        sound(db);
    });
}

#[test]
fn a_notice_names_the_day_of_the_cut_alone() {
    engines::each(|db, folder| {
        town(db, folder);
        run(db, "2026-03-10");
        run(db, "2026-03-13");
        let letters = |account| {
            db.read(|tx| {
                let case = store::collection::of_account(tx, account)?.remove(0);
                let all = store::notice::of_case(tx, &case.key)?.into_iter();
                Ok(all.map(|it| (it.step, it.earliest)).collect::<Vec<_>>())
            })
            .unwrap()
        };
        let notice = (Step::Notice, date(2026, 3, 16));
        assert_eq!(letters(THREE).last(), Some(&notice));
        // Less than a cut takes: no notice, whatever step comes later.
        assert_eq!(letters(TWO).iter().map(|it| it.0).collect::<Vec<_>>(), [Step::Reminder]);
        sound(db);
    });
}

#[test]
fn a_crew_does_not_set_out_for_what_is_shielded_meanwhile() {
    engines::each(|db, folder| {
        town(db, folder);
        for day in ["2026-03-10", "2026-03-13", "2026-03-16"] {
            run(db, day);
        }
        let id = cuts(db, THREE)[0].id;
        let cold = Weather {
            county: "Kane".to_owned(),
            on: date(2026, 3, 17),
            low: 20,
            high: 40,
            alert: false,
            by: String::new(),
        };
        db.write(|tx| protection::weather(tx, actor(), &cold)).unwrap();
        let sets_out = |day: &str| db.write(|tx| order::en_route(tx, at(day), id)).unwrap_err();
        let cited = "weather: 20 F at the lowest in Kane (16 TAC 25.483(j)), until 2026-03-18";
        assert_eq!(
            says(&sets_out("2026-03-17")),
            format!("do not cut off today; order {id} waits for another day: {cited}")
        );
        // What is said anew counts.
        let warm = Weather { low: 33, ..cold.clone() };
        db.write(|tx| protection::weather(tx, actor(), &warm)).unwrap();
        assert!(!says(&sets_out("2026-03-17")).contains("do not cut off"));
        let stop = |stop| {
            let why = "an outage of the payment desk";
            db.write(|tx| collection::switch(tx, actor(), Switch::Cuts, stop, why))
        };
        stop(true).unwrap();
        assert!(says(&stop(true).unwrap_err()).starts_with("it stands so already"));
        assert!(says(&sets_out("2026-03-17")).contains("cuts are stopped: an outage"));
        assert!(why(db, THREE, date(2026, 3, 17))[0].starts_with("cuts are stopped"));
        stop(false).unwrap();
        assert!(why(db, THREE, date(2026, 3, 17)).is_empty());
        sound(db);
    });
}

#[test]
fn more_than_a_day_allows_and_what_is_stopped_is_not_taken() {
    engines::each(|db, folder| {
        town(db, folder);
        say_later(db, "most reminder 2\nmost cut 1\n");
        let looked = run(db, "2026-03-10");
        assert_eq!((looked.opened, taken(&looked)), (3, vec![]));
        let why = (3, "the rules let 2 be done in a day".to_owned());
        assert_eq!(looked.stopped.get(&Step::Reminder), Some(&why));
        // What was counted of a step of which there is none is said, too.
        let none = collection::run(db, at("2026-03-10"), &[(Step::Cut, 5), (Step::Field, 0)]);
        let why = (0, "5 were expected".to_owned());
        assert_eq!(none.unwrap().stopped.get(&Step::Cut), Some(&why));
        let expect = |many| collection::run(db, at("2026-03-10"), &[(Step::Reminder, many)]);
        let why = (3, "4 were expected".to_owned());
        assert_eq!(expect(4).unwrap().stopped.get(&Step::Reminder), Some(&why));
        // Whoever counted them does not let them go alone.
        let [ann, bob] = ["ann", "bob"]
            .map(|it| Actor { at: at("2026-03-10").at, ..with_role(db, it, "administrator") });
        let too_many = "the rules let 2 be done in a day".to_owned();
        let looked = collection::run(db, ann, &[(Step::Reminder, 3)]).unwrap();
        assert_eq!(looked.stopped.get(&Step::Reminder), Some(&(3, too_many)));
        let (what, on) = (What::Step(Step::Reminder), date(2026, 3, 10));
        let ask = |many, on| {
            let asked = Asked::Steps(NewSteps { what, on, many });
            db.write(|tx| do_or_ask(tx, ann, &asked, "counted"))
        };
        assert_eq!(says(&ask(4, on).unwrap_err()), "there are 3; count them again");
        let foretold = || db.read(|tx| let_go::steps(tx, on)).unwrap();
        let (most, before, let_go) = (Some(2), 0, false);
        assert_eq!(foretold(), [Foretold { what, many: 3, before, most, let_go }]);
        assert!(foretold()[0].waits());
        let tomorrow = ask(3, date(2026, 3, 11)).unwrap_err();
        assert_eq!(says(&tomorrow), "it is 2026-03-10; let go what is to be done today");
        let Outcome::Waits(id) = ask(3, on).unwrap() else { panic!("it was done by one") };
        assert!(db.write(|tx| approval::give(tx, ann, id, "mine")).is_err());
        assert_eq!(taken(&collection::run(db, ann, &[]).unwrap()), []);
        db.write(|tx| approval::give(tx, bob, id, "counted too")).unwrap();
        assert!(foretold()[0].let_go && !foretold()[0].waits());
        assert_eq!(taken(&expect(3).unwrap()), [(Step::Reminder, 3)]);
        assert_eq!(foretold(), []);
        let stop =
            |tx: &mut Tx| collection::switch(tx, actor(), Switch::Notices, true, "wrong text");
        db.write(stop).unwrap();
        let why = (2, "stopped: wrong text".to_owned());
        assert_eq!(run(db, "2026-03-13").stopped.get(&Step::Notice), Some(&why));
        sound(db);
    });
}

fn say_later(db: &Db, more: &str) {
    let (noun, text) = (Noun::Collection, format!("{RULES}{more}"));
    let day = date(2026, 2, 1);
    db.write(|tx| meterbook_app::credit_rules::say(tx, actor(), noun, day, &text)).unwrap();
}

#[test]
fn who_pays_in_parts_waits_and_goes_on_when_that_breaks() {
    engines::each(|db, folder| {
        town(db, folder);
        say(db, Noun::Plan, "months any 2\n");
        run(db, "2026-03-10");
        db.write(|tx| plan::agree(tx, at("2026-03-11"), TWO, (1, None), "by phone")).unwrap();
        assert_eq!(taken(&run(db, "2026-03-13")), [(Step::Notice, 2)]);
        assert_eq!(
            why(db, TWO, date(2026, 3, 13))[0],
            "plan: paid in parts as agreed on 2026-03-11, until 2026-05-11"
        );
        assert_eq!(plan::review_all(db, at("2026-04-12")).unwrap().len(), 1);
        assert_eq!(taken(&run(db, "2026-04-13")), [(Step::Cut, 2)]);
        sound(db);
    });
}

#[test]
fn what_is_past_due_of_all_is_what_is_past_due_of_each() {
    engines::each(|db, folder| {
        town(db, folder);
        pays(db, THREE, 1_000, date(2026, 3, 9), actor());
        pays(db, FOUR, 1_776, date(2026, 3, 9), actor());
        february(db, folder, 4);
        // The second pays the new bill by name: the old one stays open, as old as it is.
        let amount = Money::from_cents(8_88);
        let bill = db.read(|tx| store::bill::of_account(tx, TWO)).unwrap()[0].number.clone();
        let by_name = NewReceipt {
            on: date(2026, 3, 10),
            tenders: vec![NewTender { kind: Tender::Card, amount, reference: "1".to_owned() }],
            shares: vec![Share { to: For::Account { account: TWO, bill: Some(bill) }, amount }],
        };
        db.write(|tx| receipt::take(tx, actor(), &by_name)).unwrap();
        for day in [date(2026, 3, 10), date(2026, 3, 23), date(2026, 3, 24), date(2026, 6, 1)] {
            let mut all = Vec::new();
            db.read(|tx| store::debt::arrears(tx, day, |it| all.push(it))).unwrap();
            let each = |tx: &mut Tx| {
                let mut each = Vec::new();
                for id in (1..=4).map(AccountId) {
                    let number = store::account::get(tx, id)?.number;
                    let view = customer_view::of_account(tx, number, day, 0)?.unwrap();
                    let open = receipt::open_now(tx, id)?;
                    if view.past_due != Money::ZERO {
                        each.push((id, view.past_due, open.items[0].side.due));
                    }
                }
                Ok(each)
            };
            let all: Vec<_> = all.iter().map(|it| (it.account, it.past_due, it.oldest)).collect();
            assert_eq!(all, db.read(each).unwrap(), "{day}");
            assert!(all.contains(&(TWO, amount, date(2026, 2, 23))), "{day}: {all:?}");
        }
    });
}

#[test]
fn what_is_not_granted_is_said() {
    engines::each(|db, folder| {
        town(db, folder);
        let first = grant(db, "2026-03-10", date(2026, 3, 10)).unwrap();
        assert_eq!((first.nth, first.granted.to), (1, date(2026, 4, 9)));
        assert!(says(&grant(db, "2026-03-10", date(2026, 3, 10)).unwrap_err()).contains("already"));
        assert_eq!(grant(db, "2026-04-09", date(2026, 4, 9)).unwrap().nth, 2);
        let why = grant(db, "2026-05-09", date(2026, 5, 9)).unwrap_err();
        let no_more = "it may be renewed once in a row, and was; another one may begin on";
        assert_eq!(says(&why), format!("{no_more} 2026-06-09"));
        assert_eq!(grant(db, "2026-07-01", date(2026, 7, 1)).unwrap().nth, 1, "not in a row");
        // One before both of the first row would be the third of it.
        let why = grant(db, "2026-04-10", date(2026, 2, 20)).unwrap_err();
        assert_eq!(says(&why), format!("{no_more} 2026-08-31"));
        let new = |shield, until, evidence: &str| NewProtection {
            to: To::Account(TWO),
            shield,
            from: date(2026, 3, 10),
            until,
            evidence: evidence.to_owned(),
        };
        let grant = |new: &NewProtection| {
            says(&db.write(|tx| protection::grant(tx, actor(), new)).unwrap_err())
        };
        let longer =
            "one medical protection lasts until 2026-04-09 at most; say that day or an earlier one";
        assert!(grant(&new(Shield::Medical, Some(date(2026, 4, 10)), "x")).starts_with(longer));
        let follows = "plan follows from what is there; nobody grants it";
        assert_eq!(grant(&new(Shield::Plan, None, "x")), follows);
        let no_end = "no rule says how long bankruptcy lasts; say until when";
        assert_eq!(grant(&new(Shield::Bankruptcy, None, "x")), no_end);
        let day = Some(date(2026, 3, 10));
        assert_eq!(grant(&new(Shield::Bankruptcy, day, "x")), "it ends after it begins");
        assert_eq!(grant(&new(Shield::Bankruptcy, day, " ")), "say why");
        let end = db.write(|tx| protection::end(tx, actor(), TWO, Shield::Medical, "x"));
        assert_eq!(says(&end.unwrap_err()), "the account has no medical protection");
        db.write(|tx| protection::end(tx, actor(), FOUR, Shield::Medical, "moved")).unwrap();
        let all = db.read(|tx| store::protection::of_account(tx, FOUR)).unwrap();
        assert!(all.iter().all(|it| it.ended == Some(date(2026, 3, 10))), "{all:?}");
        // A county's holds for who is served there.
        let county = NewProtection {
            to: To::County("kane".to_owned()),
            ..new(Shield::Moratorium, Some(date(2026, 4, 1)), "order 12")
        };
        db.write(|tx| protection::grant(tx, actor(), &county)).unwrap();
        let all = db.read(|tx| protection::shields(tx, TWO, date(2026, 3, 11))).unwrap();
        assert_eq!(all[0].to_string(), "moratorium: order 12, until 2026-04-01");
        sound(db);
    });
}

#[test]
fn a_correction_calls_a_cut_off_for_which_too_little_is_past_due() {
    engines::each(|db, folder| {
        town(db, folder);
        run(db, "2026-03-10");
        run(db, "2026-03-13");
        run(db, "2026-03-16");
        assert_eq!(cuts(db, THREE).len(), 1);
        // The third meter showed 10, not 111.
        meter_shows(db, "E-3", date(2026, 2, 1), &[10]);
        misread(db, THREE);
        assert!(cuts(db, THREE).is_empty());
        sound(db);
    });
}

/// The bills of an account are made anew.
pub(crate) fn misread(db: &Db, account: AccountId) {
    let (from, cause) = (date(2026, 1, 1), Cause::Read);
    db.write(|tx| {
        let net = preview(tx, actor(), account, from, cause)?.charged();
        let wanted = NewCorrection { account, from, cause, net };
        do_or_ask(tx, actor(), &Asked::Correct(wanted), "misread")
    })
    .unwrap();
}

#[test]
fn whatever_makes_less_owed_calls_a_cut_off() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        say(db, Noun::Deposit, "ask residential unknown 10.00\n");
        let asked = NewDeposit { account: THREE, credit: Credit::Unknown, amount: None, parts: 1 };
        db.write(|tx| deposit::ask(tx, at("2026-01-15"), &asked, "new")).unwrap();
        bill(db);
        pays(db, THREE, 1_000, date(2026, 2, 20), at("2026-02-20"));
        say(db, Noun::Collection, RULES);
        for day in ["2026-03-10", "2026-03-13", "2026-03-16"] {
            run(db, day);
        }
        assert_eq!((cuts(db, THREE).len(), cuts(db, FOUR).len()), (1, 1));
        db.write(|tx| deposit::give_back(tx, at("2026-03-17"), THREE, "moved")).unwrap();
        assert_eq!(cuts(db, THREE), [], "in the same transaction");
        let new = NewTransfer { from: FOUR, to: TWO, amount: Money::from_cents(1_700) };
        let go = |tx: &mut Tx| write_off::transfer(tx, at("2026-03-17"), &new, "stands in");
        db.write(go).unwrap();
        assert_eq!(cuts(db, FOUR), []);
        sound(db);
    });
}

/// A crew cut an account off, as is ordered.
fn cut_off(db: &Db, account: AccountId) -> ServicePointId {
    let cut = cuts(db, account).remove(0);
    let (point, on) = (cut.service_point.unwrap(), date(2026, 3, 17));
    let off = |tx: &mut Tx| store::connection::add(tx, point, on, Connected::No, Some(cut.id));
    db.write(off).unwrap();
    point
}

#[test]
fn who_pays_after_a_cut_is_connected_again() {
    engines::each(|db, folder| {
        town(db, folder);
        for day in ["2026-03-10", "2026-03-13", "2026-03-16"] {
            run(db, day);
        }
        let again =
            |point| db.read(|tx| store::order::open_at(tx, point, OrderKind::Reconnect)).unwrap();
        let waiting = || db.read(|tx| store::task::open_of(tx, TaskKind::Reminder)).unwrap();
        let (third, fourth) = (cut_off(db, THREE), cut_off(db, FOUR));
        // A part of it connects nothing; no rule says so: it is a task.
        pays(db, THREE, 700, date(2026, 3, 18), at("2026-03-18"));
        assert!(waiting().is_empty());
        pays(db, THREE, 632, date(2026, 3, 19), at("2026-03-19"));
        assert!(again(third).is_empty());
        let told = waiting();
        assert_eq!(told.len(), 1);
        assert!(told[0].evidence.contains("is cut off by order"), "{}", told[0].evidence);
        // Once, however much comes.
        pays(db, THREE, 100, date(2026, 3, 20), at("2026-03-20"));
        assert_eq!(waiting().len(), 1);
        say_later(db, "reconnect by-itself\n");
        pays(db, FOUR, 1_776, date(2026, 3, 20), at("2026-03-20"));
        let order = again(fourth).remove(0);
        assert_eq!((order.priority, order.account), (Priority::Urgent, Some(FOUR)));
        pays(db, FOUR, 100, date(2026, 3, 21), at("2026-03-21"));
        assert_eq!((again(fourth).len(), waiting().len()), (1, 1));
        sound(db);
    });
}

#[test]
fn a_payment_that_comes_back_connects_nobody_again() {
    engines::each(|db, folder| {
        town(db, folder);
        for day in ["2026-03-10", "2026-03-13", "2026-03-16"] {
            run(db, day);
        }
        let again =
            |point| db.read(|tx| store::order::open_at(tx, point, OrderKind::Reconnect)).unwrap();
        let waiting = || db.read(|tx| store::task::open_of(tx, TaskKind::Reminder)).unwrap();
        let (third, fourth) = (cut_off(db, THREE), cut_off(db, FOUR));
        // Where no rule orders it, the task goes.
        pays(db, THREE, 1_332, date(2026, 3, 18), at("2026-03-18"));
        assert_eq!(waiting().len(), 1);
        bounces(db, THREE, date(2026, 3, 19), at("2026-03-19"));
        assert_eq!((waiting(), again(third)), (vec![], vec![]));
        say_later(db, "reconnect by-itself\n");
        pays(db, FOUR, 1_776, date(2026, 3, 18), at("2026-03-18"));
        let order = again(fourth).remove(0);
        bounces(db, FOUR, date(2026, 3, 19), at("2026-03-19"));
        assert_eq!(again(fourth), [], "in the return's own transaction");
        let steps = db.read(|tx| store::order::steps(tx, order.id)).unwrap();
        let last = steps.last().unwrap();
        assert_eq!(last.step, meterbook_core::order::Step::Cancelled(CalledOff::NotNeeded));
        assert_eq!(last.note, "$17.76 is past due after a payment came back");
        // Who pays after all is connected, whatever came back before.
        pays(db, FOUR, 1_776, date(2026, 3, 20), at("2026-03-20"));
        assert_eq!(again(fourth).len(), 1);
        // What a clerk ordered is the clerk's.
        let point = Where::Point(third);
        let by_hand = order::NewOrder::plain(OrderKind::Reconnect, point);
        db.write(|tx| order::add(tx, at("2026-03-20"), &by_hand)).unwrap();
        pays(db, THREE, 1_332, date(2026, 3, 20), at("2026-03-20"));
        bounces(db, THREE, date(2026, 3, 21), at("2026-03-21"));
        assert_eq!(again(third).len(), 1);
        sound(db);
    });
}

#[test]
fn what_is_ordered_by_hand_is_not_looked_at_as_to_come() {
    engines::each(|db, folder| {
        town(db, folder);
        for day in ["2026-03-10", "2026-03-13"] {
            run(db, day);
        }
        let (agreement, point) =
            db.read(|tx| store::collection::served(tx, THREE, date(2026, 3, 16))).unwrap()[0];
        let new = order::NewOrder {
            agreement: Some(agreement),
            off_below: Some(Money::from_cents(1_000)),
            ..order::NewOrder::plain(OrderKind::Disconnect, Where::Point(point))
        };
        let cut = db.write(|tx| order::add(tx, at("2026-03-16"), &new)).unwrap();
        let looked = db.read(|tx| collection::look(tx, date(2026, 3, 16))).unwrap();
        let to_come: Vec<_> = looked.steps.iter().map(|it| (it.account, it.taken.step)).collect();
        assert_eq!(to_come, [(FOUR, Step::Cut)]);
        assert_eq!(taken(&run(db, "2026-03-16")), [(Step::Cut, 1)], "as the look said");
        let on = date(2026, 3, 17);
        let ordered = |account| db.read(|tx| collection::ordered(tx, account, on)).unwrap();
        assert_eq!((why(db, THREE, on), ordered(THREE)), (vec![], vec![cut.id]));
        cut_off(db, THREE);
        db.write(|tx| order::cancel(tx, at("2026-03-17"), cut.id, CalledOff::Mistake, "done"))
            .unwrap();
        assert_eq!(why(db, THREE, on), [format!("it is cut off already, by order {}", cut.id)]);
        assert_eq!(run(db, "2026-03-18").taken.get(&Step::Cut), None, "nobody goes once more");
        sound(db);
    });
}
