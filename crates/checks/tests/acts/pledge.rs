//! Pledges of agencies: less is past due while one is open, what comes from the agency keeps it in whole or in
//! part, and what does not come lapses with a task.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::drawer::grid::{self, Grid, Typed};
use meterbook_app::pledge::{self, NewPledge};
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::{collection, drawer, late_fee};
use meterbook_checks::engines;
use meterbook_core::about::About;
use meterbook_core::credit::Noun;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::pledge::{Ending, Pledge};
use meterbook_core::id::{AccountId, PaymentId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::task::TaskKind;
use meterbook_store::pledge::Standing;
use meterbook_store::{self as store, Db};

use crate::collection::posted;
use crate::deposit::{at, bill, owes, pays, say, sound};
use crate::jobs::january;
use crate::late_fee::bounces;
use crate::village::says;

const COLLECTION: &str = "least residential 5.00\nstep residential notice 10 days\n\
    step residential cut 20 days least 10.00\ngap 3 days\nresume 90 days\n";
const LOWERS: &str = "lowers collections late-fees\nlasts 30 days\ngrace 5 days\n";
const THREE: AccountId = AccountId(3);
const FOUR: AccountId = AccountId(4);

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// Four customers who owe 4.44, 8.88, 13.32 and 17.76 since February 23.
fn town(db: &Db, folder: &Path, rules: &str) {
    january(db, folder, 4);
    bill(db);
    say(db, Noun::Collection, COLLECTION);
    say(db, Noun::Pledge, rules);
}

fn new(account: AccountId, amount: i64, until: Option<Date>) -> NewPledge {
    let (agency, why) = ("Hill County Relief".to_owned(), "voucher 7".to_owned());
    NewPledge { account, agency, amount: cents(amount), until, why }
}

fn add(db: &Db, day: &str, new: &NewPledge) -> Result<Pledge> {
    db.write(|tx| pledge::add(tx, at(day), new))
}

fn cuts(db: &Db, account: AccountId) -> usize {
    db.write(|tx| store::order::to_call_off(tx, account)).unwrap().len()
}

/// What comes from the agency for one account.
fn comes(db: &Db, day: &str, account: AccountId, amount: i64) -> Vec<Pledge> {
    let (kind, reference) = (Tender::Check, format!("agency {day}"));
    let new = NewReceipt {
        on: day.parse().unwrap(),
        tenders: vec![NewTender { kind, amount: cents(amount), reference }],
        shares: vec![Share { to: For::Account { account, bill: None }, amount: cents(amount) }],
    };
    db.write(|tx| {
        let taken = receipt::take(tx, at(day), &new)?;
        pledge::receive(tx, at(day), " hill county RELIEF ", &taken)
    })
    .unwrap()
}

fn of(db: &Db, account: AccountId) -> Pledge {
    db.read(|tx| store::pledge::of_account(tx, account)).unwrap().pop().unwrap()
}

fn taken(db: &Db, day: &str) -> Vec<(Step, usize)> {
    let done = collection::run(db, at(day), &[]).unwrap();
    posted(db, day);
    done.taken.into_iter().collect()
}

#[test]
fn while_it_is_open_less_is_past_due_and_it_is_kept_by_what_comes() {
    engines::each(|db, folder| {
        town(db, folder, LOWERS);
        // The second owes too little for a cut, and is not told of one.
        assert_eq!(taken(db, "2026-03-10"), [(Step::Notice, 2)]);
        assert_eq!(taken(db, "2026-03-16"), [(Step::Cut, 2)]);
        assert_eq!((cuts(db, THREE), cuts(db, FOUR)), (1, 1));
        // Less than a case takes is left of the third; of the fourth there is enough.
        let it = add(db, "2026-03-17", &new(THREE, 9_00, None)).unwrap();
        assert_eq!((it.until, it.lapses), (date(2026, 4, 16), date(2026, 4, 21)));
        assert_eq!(cuts(db, THREE), 0, "called off with it");
        add(db, "2026-03-17", &new(FOUR, 4_00, Some(date(2026, 3, 20)))).unwrap();
        assert_eq!(cuts(db, FOUR), 1);
        assert_eq!(owes(db, THREE), 1_332, "it is owed all the same");
        assert_eq!(taken(db, "2026-03-20"), []);
        sound(db);

        // A part, then the rest, which is more.
        let part = comes(db, "2026-03-21", THREE, 1_00);
        assert_eq!((part.len(), part[0].ended), (1, None));
        assert_eq!(of(db, THREE).open(date(2026, 3, 21)), cents(8_00));
        let rest = comes(db, "2026-03-22", THREE, 8_50);
        assert_eq!(rest[0].ended, Some((Ending::Kept, date(2026, 3, 22))));
        assert_eq!(owes(db, THREE), 3_82);
        assert_eq!(comes(db, "2026-03-23", THREE, 10), [], "nothing is promised any more");
        sound(db);
        // Whoever takes the check back takes what came with it: it is owed again.
        bounces(db, THREE, date(2026, 3, 23), at("2026-03-23"));
        sound(db);
    });
}

#[test]
fn what_does_not_come_lapses_with_a_task_and_collections_go_on() {
    engines::each(|db, folder| {
        town(db, folder, LOWERS);
        add(db, "2026-03-09", &new(THREE, 1_332, Some(date(2026, 3, 20)))).unwrap();
        // The fourth alone.
        assert_eq!(taken(db, "2026-03-10"), [(Step::Notice, 1)]);
        comes(db, "2026-03-12", THREE, 2_00);
        let review = |day: &str| pledge::review_all(db, at(day)).unwrap();
        assert_eq!(review("2026-03-24"), [], "grace");
        let done = review("2026-03-25");
        let lapsed = Some((Ending::Lapsed, date(2026, 3, 25)));
        assert_eq!((done.len(), done[0].pledge.ended), (1, lapsed));
        assert_eq!(review("2026-03-26"), [], "once");
        let tasks = db.read(|tx| store::task::of_subject(tx, About::Account(THREE), 9)).unwrap();
        assert_eq!((tasks.len(), tasks[0].kind), (1, TaskKind::Reminder));
        assert!(tasks[0].evidence.contains("promised $13.32 until 2026-03-20"), "{tasks:?}");
        assert!(tasks[0].evidence.contains("$2.00 came"), "{tasks:?}");
        assert!(taken(db, "2026-03-25").contains(&(Step::Notice, 1)));
        sound(db);
    });
}

#[test]
fn a_fee_is_asked_for_what_nobody_promised() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        say(db, Noun::LateFee, "fee residential 10% monthly\ngrace 5 days\n");
        say(db, Noun::Pledge, LOWERS);
        bill(db);
        add(db, "2026-02-20", &new(THREE, 332, None)).unwrap();
        add(db, "2026-02-20", &new(FOUR, 17_76, None)).unwrap();
        let (many, sum) = late_fee::assess_all(db, at("2026-03-10")).unwrap();
        // Of 4.44, 8.88 and 10.00; nothing of the fourth.
        assert_eq!((many, sum.cents()), (3, 44 + 89 + 1_00));
        sound(db);
        // What comes for it later changes nothing of that fee.
        comes(db, "2026-03-10", THREE, 332);
        let fees = db.read(|tx| store::late_fee::of_account(tx, THREE)).unwrap();
        assert_eq!((fees.len(), fees[0].left()), (1, cents(1_00)));
        sound(db);
    });
}

#[test]
fn it_shields_where_a_rule_says_so() {
    engines::each(|db, folder| {
        town(db, folder, "shields\nlasts 10 days\n");
        say_by(db);
        taken(db, "2026-03-10");
        add(db, "2026-03-15", &new(THREE, 1_00, None)).unwrap();
        let done = collection::run(db, at("2026-03-16"), &[]).unwrap();
        assert_eq!(done.taken.into_iter().collect::<Vec<_>>(), [(Step::Cut, 1)]);
        let why = |day| {
            let why = db.read(|tx| collection::why(tx, THREE, day)).unwrap();
            why.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let shielded = why(date(2026, 3, 16));
        assert!(
            shielded[0].starts_with("pledge: Hill County Relief promised $1.00"),
            "{shielded:?}"
        );
        assert!(!why(date(2026, 3, 25))[0].starts_with("pledge"), "it lapsed");
        db.write(|tx| {
            pledge::cancel(tx, at("2026-03-17"), (THREE, "Hill County Relief"), "a mistake")
        })
        .unwrap();
        assert_eq!(taken(db, "2026-03-17"), [(Step::Cut, 1)]);
        sound(db);
    });
}

/// Protections that keep nobody from a cut but by a pledge.
fn say_by(db: &Db) {
    say(db, Noun::Protection, "no-cut weekend\n");
}

#[test]
fn what_cannot_be_promised_is_said() {
    engines::each(|db, folder| {
        town(db, folder, "shields\n");
        let day = Some(date(2026, 4, 1));
        let no_agency = NewPledge { agency: " ".to_owned(), ..new(THREE, 1, day) };
        let no_reason = NewPledge { why: " ".to_owned(), ..new(THREE, 1, day) };
        for (it, why) in [
            (no_agency, "say which agency promises it, in no more than 200 letters"),
            (no_reason, "say why"),
            (new(THREE, 0, day), "what is promised is above zero; say how much"),
            (new(THREE, 1, None), "no rule says how long a pledge lasts; say until when"),
            (
                new(THREE, 1, Some(date(2026, 3, 10))),
                "it would be over; say a day after 2026-03-10",
            ),
            (
                new(THREE, 1, Some(date(2062, 4, 1))),
                "2062-04-01 is more than 366 days ahead, and it would keep from a cut as long; check the year",
            ),
        ] {
            assert_eq!(says(&add(db, "2026-03-10", &it).unwrap_err()), why);
        }
        add(db, "2026-03-10", &new(THREE, 1_00, day)).unwrap();
        let again = add(db, "2026-03-10", &new(THREE, 2_00, day)).unwrap_err();
        assert_eq!(
            says(&again),
            "this agency promised something by the same voucher today already; for another one say its number"
        );
        let slip = add(db, "2026-03-10", &new(THREE, 10_000_000_000, day)).unwrap_err();
        assert!(says(&slip).starts_with("$100,000,000.00 is more than a pledge may be"), "{slip}");
        // Two vouchers of a day are two promises.
        let other = NewPledge { why: "voucher 8".to_owned(), ..new(THREE, 2_00, day) };
        add(db, "2026-03-10", &other).unwrap();
        // What was typed wrongly is taken back and promised as it is, the same day, as often as it takes.
        for right in [3_00, 4_00] {
            let agency = "hill county relief";
            db.write(|tx| pledge::cancel(tx, at("2026-03-10"), (THREE, agency), "typed wrongly"))
                .unwrap();
            add(db, "2026-03-10", &new(THREE, right, day)).unwrap();
        }
        let open = db.read(|tx| pledge::open(tx, THREE, date(2026, 3, 10))).unwrap();
        assert_eq!(open, cents(6_00));
        let again = NewPledge { why: " Voucher  7".to_owned(), ..new(THREE, 9_00, day) };
        let again = add(db, "2026-03-10", &again).unwrap_err();
        assert!(says(&again).starts_with("this agency promised something by the same"), "{again}");
        let none = db.write(|tx| pledge::cancel(tx, at("2026-03-10"), (THREE, "Fund"), "x"));
        assert_eq!(
            says(&none.unwrap_err()),
            "no pledge of Fund is open; see: meterbook pledge list"
        );
        sound(db);
    });
}

/// What another payment of an account is: which, and the day.
fn paid(db: &Db, account: AccountId, on: Date, amount: i64) -> PaymentId {
    pays(db, account, amount, on, at(&on.to_string()));
    db.read(|tx| store::payment::newest_of(tx, account, 1)).unwrap()[0].id
}

#[test]
fn a_payment_that_came_otherwise_keeps_it_where_somebody_says_so() {
    engines::each(|db, folder| {
        town(db, folder, LOWERS);
        let before = paid(db, THREE, date(2026, 3, 8), 1_00);
        add(db, "2026-03-09", &new(THREE, 9_00, None)).unwrap();
        let part = paid(db, THREE, date(2026, 3, 10), 4_00);
        let other = paid(db, FOUR, date(2026, 3, 10), 5_00);
        let is = |id, agency| {
            db.write(|tx| pledge::match_payment(tx, at("2026-03-11"), (THREE, agency), id))
        };
        let ours = "Hill County Relief";
        for id in [before, other, PaymentId(999)] {
            let why = format!(
                "payment {id} is none of this account that came since 2026-03-09 and keeps no pledge yet; look at its number"
            );
            assert_eq!(says(&is(id, ours).unwrap_err()), why);
        }
        assert_eq!(
            says(&is(part, "Fund").unwrap_err()),
            "no pledge of Fund is open; see: meterbook pledge list"
        );
        assert_eq!(is(part, " hill county relief ").unwrap().ended, None);
        assert!(says(&is(part, ours).unwrap_err()).contains("keeps no pledge yet"), "once");
        let listed = |which| {
            let all = db.read(|tx| store::pledge::list(tx, which, date(2026, 3, 11), 9)).unwrap();
            all.iter().map(|it| (it.amount.cents(), it.came.cents())).collect::<Vec<_>>()
        };
        assert_eq!(listed(Standing::Open), [(9_00, 4_00)]);
        assert_eq!(listed(Standing::Due), []);
        let rest = paid(db, THREE, date(2026, 3, 11), 5_00);
        let kept = is(rest, ours).unwrap();
        assert_eq!(kept.ended, Some((Ending::Kept, date(2026, 3, 11))));
        assert_eq!(listed(Standing::Ended(Ending::Kept)), [(9_00, 9_00)]);
        assert_eq!(listed(Standing::Open), []);
        sound(db);
    });
}

#[test]
fn a_bundle_that_comes_from_an_agency_keeps_what_it_promised() {
    engines::each(|db, folder| {
        town(db, folder, LOWERS);
        add(db, "2026-03-09", &new(THREE, 9_00, Some(date(2026, 3, 20)))).unwrap();
        add(db, "2026-03-09", &new(FOUR, 4_00, None)).unwrap();
        let agencies = db.read(store::pledge::agencies).unwrap();
        assert_eq!(agencies, ["Hill County Relief"]);
        let due = db.read(|tx| store::pledge::list(tx, Standing::Due, date(2026, 3, 20), 9));
        assert_eq!(due.unwrap().len(), 1, "the first should have come");
        let number = |id| db.read(|tx| store::account::get(tx, id)).unwrap().number.to_string();
        let line = |line, account, amount: &str| Typed {
            line,
            whose: number(account),
            amount: amount.to_owned(),
            tender: "check".to_owned(),
            reference: "5512".to_owned(),
        };
        // One for whom nothing was promised is a payment, and so is what is more than was.
        let mut more = line(4, THREE, "1.00");
        more.reference = "5513".to_owned();
        let one = line(3, AccountId(1), "2.00");
        let lines = [line(1, THREE, "9.00"), line(2, FOUR, "3.00"), one, more];
        let on = date(2026, 3, 21);
        let look = |agency| db.read(|tx| grid::look(tx, &lines, on, agency)).unwrap();
        let keeps = |seen: &Grid| seen.lines.iter().map(|it| it.keeps.cents()).collect::<Vec<_>>();
        assert_eq!(keeps(&look(None)), [0, 0, 0, 0]);
        let seen = look(Some("hill county relief"));
        assert_eq!(keeps(&seen), [9_00, 3_00, 0, 0]);
        let batch = seen.batch("aid", (4, cents(15_00)));
        db.write(|tx| drawer::post_batch(tx, at("2026-03-21"), &batch)).unwrap();
        assert_eq!(of(db, THREE).ended, Some((Ending::Kept, on)));
        assert_eq!(of(db, THREE).came(on), cents(9_00));
        assert_eq!((of(db, FOUR).ended, of(db, FOUR).came(on)), (None, cents(3_00)));
        sound(db);
    });
}
