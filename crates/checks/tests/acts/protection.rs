//! What keeps from a cut beside what is granted: circumstances of households, what was paid in a season,
//! certificates for the same arrears, parts that must be offered, and the weather of a file.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::bill_run::once::{NewOnce, say_kinds};
use meterbook_app::circumstance::{self, NewFact};
use meterbook_app::collection;
use meterbook_app::protection::{self, NewProtection, To};
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::registration::{self, NewRegistration};
use meterbook_app::{Refused, agency, credit_rules, order, plan, task};
use meterbook_checks::engines;
use meterbook_core::about::About;
use meterbook_core::credit::circumstance::Circumstance;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::protection::Weather;
use meterbook_core::credit::{Noun, Shield};
use meterbook_core::delivery;
use meterbook_core::id::{AccountId, RegistrationId};
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::order::{CalledOff, Connected, OrderKind, State, Step as OrderStep};
use meterbook_core::registration::RegistrationKind;
use meterbook_core::task::TaskKind;
use meterbook_store::circumstance::Said;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::nobody;
use crate::collection::posted;
use crate::deposit::{at, bill, pays, say, sound};
use crate::jobs::january;
use crate::late_fee::february;
use crate::once;
use crate::orders::{hire, state};
use crate::village::{actor, says};

const COLLECTION: &str = "least residential 5.00\nstep residential notice 10 days\n\
    step residential cut 20 days least 8.00\ngap 3 days\nreconnect by-itself\n";
const TWO: AccountId = AccountId(2);
const THREE: AccountId = AccountId(3);
const FOUR: AccountId = AccountId(4);
const DUE: Date = date(2026, 2, 23);

/// Four customers who owe 4.44, 8.88, 13.32 and 17.76 since February 23, and such rules.
fn town(db: &Db, folder: &Path, rules: &str) {
    january(db, folder, 4);
    bill(db);
    say(db, Noun::Collection, COLLECTION);
    say(db, Noun::Protection, &format!("county Kane: Alder Creek\nstation KDPA: Kane\n{rules}"));
}

fn run(db: &Db, day: &str) -> Vec<(Step, usize)> {
    let done = collection::run(db, at(day), &[]).unwrap();
    posted(db, day);
    done.taken.into_iter().collect()
}

fn cuts(db: &Db, account: AccountId) -> usize {
    db.write(|tx| store::order::to_call_off(tx, account)).unwrap().len()
}

fn shields(db: &Db, account: AccountId, on: Date) -> Vec<String> {
    let alone = db.read(|tx| protection::shields(tx, account, on)).unwrap();
    // Asked for beside others it is the same.
    let town: Vec<AccountId> = (1..=4).map(AccountId).collect();
    let mut all = db.read(|tx| protection::shields_of(tx, &town, on)).unwrap();
    assert_eq!(all.remove(&account).unwrap_or_default(), alone);
    alone.iter().map(ToString::to_string).collect()
}

/// How many of those who are past due are kept from a cut, by the look over all of them at once.
fn kept(db: &Db, on: Date) -> usize {
    let looked = db.read(|tx| collection::look(tx, on)).unwrap();
    looked.kept.iter().filter(|it| it.0.0 == Step::Cut).map(|it| it.1).sum()
}

fn tell(db: &Db, account: AccountId, what: Circumstance, from: Date, by: &str) -> Result<Said> {
    let new = NewFact { account, what, from, until: None, evidence: "by phone".to_owned() };
    db.write(|tx| circumstance::say(tx, at(by), &new))
}

fn medical(db: &Db, from: Date) -> Result<i64> {
    let new = NewProtection {
        to: To::Account(FOUR),
        shield: Shield::Medical,
        from,
        until: None,
        evidence: "certificate".to_owned(),
    };
    db.write(|tx| protection::grant(tx, actor(), &new)).map(|it| it.nth)
}

#[test]
fn other_charges_do_not_make_up_what_a_cut_takes_and_nobody_is_told_of_one_for_them() {
    engines::each(|db, folder| {
        town(db, folder, "charges-only any cite AU\n");
        let one = AccountId(1);
        db.write(|tx| say_kinds(tx, actor(), date(2026, 1, 1), once::KINDS)).unwrap();
        for account in [one, THREE] {
            let fence = NewOnce { account, ..once::new(&["damage=20.00"], &[], false) };
            once::made(db, at("2026-02-05"), &fence, "the fence").unwrap();
        }
        let first = date(2026, 3, 12);
        let little =
            "moratorium: only $4.44 of it is of bills of service, and a cut takes $8.00 (AU)";
        assert_eq!(
            (shields(db, one, first), shields(db, THREE, first)),
            (vec![little.to_owned()], vec![])
        );
        assert_eq!(run(db, "2026-03-12"), [(Step::Notice, 3)]);
        assert_eq!(run(db, "2026-03-16"), [(Step::Cut, 3)]);
        assert_eq!([one, THREE].map(|it| cuts(db, it)), [0, 1]);
        // Who pays for the service is not cut off for the fence, though the notice named both.
        let bills = db.read(|tx| store::bill::of_service(tx, THREE, 1)).unwrap();
        let amount = Money::from_cents(1_332);
        let to = For::Account { account: THREE, bill: Some(bills[0].number.clone()) };
        let (kind, reference) = (Tender::Check, "77".to_owned());
        let paid = NewReceipt {
            on: date(2026, 3, 17),
            tenders: vec![NewTender { kind, amount, reference }],
            shares: vec![Share { to, amount }],
        };
        db.write(|tx| receipt::take(tx, at("2026-03-17"), &paid)).unwrap();
        assert_eq!(cuts(db, THREE), 0);
        let none = "moratorium: no bill of service is past due (AU)";
        assert_eq!(shields(db, THREE, date(2026, 3, 18)), [none]);
        assert_eq!(run(db, "2026-04-03"), []);
        // It is asked for otherwise: what keeps from a cut alone keeps it from no agency.
        let more = "step residential write-off 40 days\nstep residential agency 41 days\n";
        let (noun, from) = (Noun::Collection, date(2026, 4, 4));
        let text = format!("{COLLECTION}{more}");
        db.write(|tx| credit_rules::say(tx, actor(), noun, from, &text)).unwrap();
        assert_eq!(run(db, "2026-04-20"), [(Step::WriteOff, 4)]);
        assert_eq!(run(db, "2026-04-23"), [(Step::Agency, 4)]);
        let made = db.write(|tx| agency::make(tx, at("2026-04-23"), None)).unwrap();
        assert_eq!(made.file.items.len(), 4);
        sound(db);
    });
}

#[test]
fn a_circumstance_keeps_from_a_cut_as_long_as_it_is_so() {
    engines::each(|db, folder| {
        let ma = "lasts infant 12 months\nseason residential 11-15 04-30 with infant cite MA\n";
        town(db, folder, ma);
        run(db, "2026-03-12");
        assert_eq!(kept(db, date(2026, 3, 16)), 0);
        let born = date(2025, 3, 20);
        let it = tell(db, THREE, Circumstance::Infant, born, "2026-03-12").unwrap();
        assert_eq!(it.fact.to, Some(date(2026, 3, 20)), "twelve months");
        let why = "moratorium: the season, a small child lives there (MA), until 2026-03-20";
        assert_eq!(shields(db, THREE, date(2026, 3, 19)), [why]);
        assert!(shields(db, THREE, date(2026, 3, 20)).is_empty());
        assert!(shields(db, FOUR, date(2026, 3, 19)).is_empty());
        assert_eq!(kept(db, date(2026, 3, 19)), 1);
        assert_eq!(run(db, "2026-03-19"), [(Step::Cut, 2)], "the second and the fourth");
        let again = tell(db, THREE, Circumstance::Infant, born, "2026-03-12").unwrap_err();
        assert!(says(&again).starts_with("it was said from that day on already"));
        let end =
            |what| db.write(|tx| circumstance::end(tx, at("2026-03-15"), THREE, what, "moved"));
        end(Circumstance::Infant).unwrap();
        assert!(shields(db, THREE, date(2026, 3, 19)).is_empty());
        let why = says(&end(Circumstance::Infant).unwrap_err());
        assert_eq!(why, "infant is not said of the account");
        let follows = tell(db, THREE, Circumstance::Plan, born, "2026-03-12").unwrap_err();
        assert_eq!(says(&follows), "plan follows from what is there; nobody says it");
        let early = tell(db, THREE, Circumstance::Told, date(2026, 3, 13), "2026-03-12");
        assert!(says(&early.unwrap_err()).starts_with("2026-03-13 has not come"));
        let no_days = NewFact {
            account: THREE,
            what: Circumstance::Ill,
            from: born,
            until: Some(born),
            evidence: "letter".to_owned(),
        };
        let no_days = db.write(|tx| circumstance::say(tx, actor(), &no_days)).unwrap_err();
        assert_eq!(says(&no_days), "it ends after it begins");
        sound(db);
    });
}

#[test]
fn who_is_registered_with_an_illness_or_a_machine_is_not_cut_off() {
    engines::each(|db, folder| {
        town(db, folder, "");
        run(db, "2026-03-12");
        let register = |account, kind, to| {
            let new = NewRegistration {
                account,
                kind,
                name: "Oxygen concentrator".to_owned(),
                certificate: "Dr. Ames".to_owned(),
                from: date(2026, 3, 1),
                to,
                review_on: None,
            };
            db.write(|tx| registration::register(tx, actor(), new)).unwrap()
        };
        register(THREE, RegistrationKind::LifeSupport, None);
        register(FOUR, RegistrationKind::Medical, Some(date(2026, 3, 17)));
        register(AccountId(2), RegistrationKind::Concession, None);
        let why = ["life-support: Oxygen concentrator, Dr. Ames"];
        assert_eq!(shields(db, THREE, date(2026, 3, 16)), why);
        let why = ["medical: Oxygen concentrator, Dr. Ames, until 2026-03-17"];
        assert_eq!(shields(db, FOUR, date(2026, 3, 16)), why);
        assert_eq!(kept(db, date(2026, 3, 16)), 2);
        assert_eq!(run(db, "2026-03-16"), [(Step::Cut, 1)]);
        assert_eq!(run(db, "2026-03-17"), [(Step::Cut, 1)]);
        sound(db);
    });
}

/// A machine at the third's, from a day up to another.
fn machine(db: &Db, day: &str, to: Option<Date>) -> Result<RegistrationId> {
    let new = NewRegistration {
        account: THREE,
        kind: RegistrationKind::LifeSupport,
        name: "Oxygen concentrator".to_owned(),
        certificate: "Dr. Ames".to_owned(),
        from: date(2026, 3, 1),
        to,
        review_on: None,
    };
    db.write(|tx| registration::register(tx, at(day), new))
}

#[test]
fn whatever_shields_calls_a_cut_off_which_is_ordered_anew_once_nothing_does() {
    engines::each(|db, folder| {
        town(db, folder, "no-cut weekend\nseason residential 11-15 03-24 with infant cite MA\n");
        let resumes = format!("{COLLECTION}resume 90 days\n");
        db.write(|tx| {
            let (noun, from) = (Noun::Collection, date(2026, 3, 2));
            credit_rules::say(tx, actor(), noun, from, &resumes)
        })
        .unwrap();
        run(db, "2026-03-12");
        assert_eq!(run(db, "2026-03-16"), [(Step::Cut, 3)]);
        let order = db.write(|tx| store::order::to_call_off(tx, THREE)).unwrap()[0].id;
        // What shields nobody calls nothing off, not even on a Saturday.
        tell(db, FOUR, Circumstance::Heating, date(2026, 3, 1), "2026-03-21").unwrap();
        assert_eq!([TWO, THREE, FOUR].map(|it| cuts(db, it)), [1, 1, 1]);
        machine(db, "2026-03-17", Some(date(2026, 3, 25))).unwrap();
        assert_eq!([TWO, THREE, FOUR].map(|it| cuts(db, it)), [1, 0, 1]);
        let last = db.read(|tx| store::order::steps(tx, order)).unwrap().pop().unwrap();
        assert_eq!(last.step, OrderStep::Cancelled(CalledOff::NotNeeded));
        let why = "life-support: Oxygen concentrator, Dr. Ames, until 2026-03-25";
        assert_eq!(last.note, why, "the crew reads why");
        tell(db, FOUR, Circumstance::Infant, date(2026, 3, 17), "2026-03-17").unwrap();
        assert_eq!(cuts(db, FOUR), 0);
        let about = (TWO, InteractionChannel::Phone);
        let dispute = |tx: &mut Tx| {
            task::open_case(tx, at("2026-03-17"), about, TaskKind::Dispute, &[], "too much")
        };
        // A bill of another account is not theirs to dispute, and calls nothing off.
        let bill = db.read(|tx| store::bill::of_account(tx, THREE)).unwrap()[0].id;
        let others = db.write(|tx| {
            let about = [About::Bill(bill)];
            let from = (TWO, InteractionChannel::Phone);
            task::open_case(tx, at("2026-03-17"), from, TaskKind::Dispute, &about, "too much")
        });
        let number = db.read(|tx| store::account::get(tx, THREE)).unwrap().number;
        let whose = format!(" is of account {number}; open the dispute at that account");
        assert!(says(&others.unwrap_err()).contains(&whose));
        assert_eq!(cuts(db, TWO), 1);
        db.write(dispute).unwrap();
        assert_eq!(cuts(db, TWO), 0);
        sound(db);
        // They wait before the cut for as long as something keeps them from it.
        for day in ["2026-03-17", "2026-03-18", "2026-03-20", "2026-03-24"] {
            assert_eq!(run(db, day), [], "{day}");
        }
        assert_eq!(kept(db, date(2026, 3, 24)), 3);
        assert_eq!(run(db, "2026-03-25"), [(Step::Cut, 2)], "the third and the fourth");
        assert_eq!([TWO, THREE, FOUR].map(|it| cuts(db, it)), [0, 1, 1]);
        // What is granted to a whole county reaches them all.
        let new = NewProtection {
            to: To::County("Kane".to_owned()),
            shield: Shield::Moratorium,
            from: date(2026, 3, 26),
            until: Some(date(2026, 4, 10)),
            evidence: "order 7 of the regulator".to_owned(),
        };
        db.write(|tx| protection::grant(tx, at("2026-03-26"), &new)).unwrap();
        assert_eq!([TWO, THREE, FOUR].map(|it| cuts(db, it)), [0, 0, 0]);
        sound(db);
    });
}

#[test]
fn of_a_crew_that_sets_out_and_a_fact_that_shields_the_fact_has_the_last_word() {
    engines::each(|db, folder| {
        town(db, folder, "");
        run(db, "2026-03-12");
        run(db, "2026-03-16");
        let id = db.write(|tx| store::order::to_call_off(tx, THREE)).unwrap()[0].id;
        let crew = hire(db, "North", "electric", 9);
        let on = date(2026, 3, 17);
        db.write(|tx| order::assign(tx, at("2026-03-17"), id, crew.id, on)).unwrap();
        let (went, said) = std::thread::scope(|all| {
            let went = all.spawn(|| db.write(|tx| order::en_route(tx, at("2026-03-17"), id)));
            let said = all.spawn(|| machine(db, "2026-03-17", None));
            (went.join().unwrap(), said.join().unwrap())
        });
        said.unwrap();
        if let Err(why) = went {
            assert!(why.is::<Refused>(), "{why:?}");
        }
        assert_eq!(state(db, id), State::Cancelled, "whoever was first");
        sound(db);
    });
}

#[test]
fn who_was_not_told_is_not_cut_off_and_a_notice_tells() {
    engines::each(|db, folder| {
        let ca = "until-late residential 20 days cite SB 998\n\
            always residential unless told 7 business-days cite SB 998\n\
            always residential with elsewhere unless occupant-told cite SB 998\n";
        town(db, folder, ca);
        let late = "moratorium: the oldest was due on 2026-02-23, less than 20 days ago (SB 998), until 2026-03-15";
        let told = "moratorium: at any time, unless the customer was told, 7 business days before (SB 998)";
        assert_eq!(shields(db, FOUR, date(2026, 3, 14)), [late, told]);
        assert_eq!(shields(db, FOUR, date(2026, 3, 15)), [told]);
        // The notice goes on Thursday 12 March; seven business days later it is Monday the 23rd.
        assert_eq!(run(db, "2026-03-12"), [(Step::Notice, 3)]);
        assert_eq!(shields(db, FOUR, date(2026, 3, 22)), [format!("{told}, until 2026-03-23")]);
        assert!(shields(db, FOUR, date(2026, 3, 23)).is_empty());
        assert_eq!(kept(db, date(2026, 3, 20)), 3);
        assert_eq!(run(db, "2026-03-23"), [(Step::Cut, 3)]);
        sound(db);
    });
}

#[test]
fn a_letter_tells_what_a_line_says_from_the_day_on_which_it_went_out() {
    engines::each(|db, folder| {
        let il = "season residential 12-01 03-31 with heating unless offered 2 business-days cite IL\n\
            tells offered by notice\n";
        town(db, folder, il);
        tell(db, FOUR, Circumstance::Heating, date(2026, 3, 1), "2026-03-10").unwrap();
        let season = "moratorium: the season, the service heats the home, unless a notice offered parts, 2 business days before (IL), until ";
        let standing = [format!("{season}2026-04-01")];
        // The step is taken on Thursday, and the mail house takes the letter on Monday.
        collection::run(db, at("2026-03-12"), &[]).unwrap();
        assert_eq!(shields(db, FOUR, date(2026, 3, 18)), standing, "nothing went out");
        posted(db, "2026-03-16");
        assert_eq!(shields(db, FOUR, date(2026, 3, 15)), standing, "the day before");
        let now = [format!("{season}2026-03-18")];
        assert_eq!(shields(db, FOUR, date(2026, 3, 17)), now);
        assert!(shields(db, FOUR, date(2026, 3, 18)).is_empty());
        // The look over all accounts says the same.
        assert_eq!((kept(db, date(2026, 3, 17)), kept(db, date(2026, 3, 18))), (1, 0));
        // One that comes back told nobody.
        let back = |tx: &mut Tx| {
            for (piece, _) in store::outbox::of_account(tx, FOUR, 9)? {
                let event = (delivery::State::Bounced, "no such address");
                store::outbox::add_event(tx, piece.id, event, (None, at("2026-03-18").at))?;
            }
            Ok(())
        };
        db.write(back).unwrap();
        assert_eq!(shields(db, FOUR, date(2026, 3, 18)), standing);
        sound(db);
    });
}

#[test]
fn what_a_rule_asks_for_in_a_season_restores_service_and_keeps_the_rest_until_it_ends() {
    engines::each(|db, folder| {
        let oh = "season residential 10-18 04-15 paid 5.00 and 3.00 once restores cite OH\n";
        town(db, folder, oh);
        run(db, "2026-03-12");
        assert_eq!(run(db, "2026-03-16"), [(Step::Cut, 3)]);
        pays(db, FOUR, 799, date(2026, 3, 17), at("2026-03-17"));
        assert_eq!(cuts(db, FOUR), 1, "a cent too little");
        pays(db, THREE, 800, date(2026, 3, 17), at("2026-03-17"));
        assert_eq!(cuts(db, THREE), 0, "in the payment's own transaction");
        let why = "moratorium: the season, $8.00 was paid on 2026-03-17 (OH), until 2026-04-16";
        assert_eq!(shields(db, THREE, date(2026, 4, 15)), [why]);
        assert!(shields(db, THREE, date(2026, 4, 16)).is_empty());
        // The fourth is cut off; what it pays in one day then connects it again.
        let cut = db.write(|tx| store::order::to_call_off(tx, FOUR)).unwrap().remove(0);
        let (point, on) = (cut.service_point.unwrap(), date(2026, 3, 18));
        let off = |tx: &mut Tx| store::connection::add(tx, point, on, Connected::No, Some(cut.id));
        db.write(off).unwrap();
        let again =
            || db.read(|tx| store::order::open_at(tx, point, OrderKind::Reconnect)).unwrap().len();
        pays(db, FOUR, 790, date(2026, 3, 19), at("2026-03-19"));
        assert_eq!(again(), 0);
        pays(db, FOUR, 10, date(2026, 3, 20), at("2026-03-20"));
        assert_eq!(again(), 0, "on two days");
        sound(db);
    });
}

#[test]
fn who_was_cut_off_is_connected_for_less_than_all_where_a_rule_restores() {
    engines::each(|db, folder| {
        let oh = "season residential 10-18 04-15 paid 5.00 and 3.00 once restores cite OH\n";
        town(db, folder, oh);
        run(db, "2026-03-12");
        run(db, "2026-03-16");
        let cut = db.write(|tx| store::order::to_call_off(tx, FOUR)).unwrap().remove(0);
        let (point, on) = (cut.service_point.unwrap(), date(2026, 3, 18));
        let off = |tx: &mut Tx| store::connection::add(tx, point, on, Connected::No, Some(cut.id));
        db.write(off).unwrap();
        pays(db, FOUR, 800, date(2026, 3, 19), at("2026-03-19"));
        let orders = db.read(|tx| store::order::open_at(tx, point, OrderKind::Reconnect)).unwrap();
        assert_eq!(orders.len(), 1);
        let follow = db.read(|tx| order::follow(tx, orders[0].id));
        assert!(follow.is_ok());
        sound(db);
    });
}

#[test]
fn a_certificate_is_renewed_so_often_for_the_same_arrears_and_more_by_who_pays() {
    engines::each(|db, folder| {
        town(db, folder, "lasts medical 30 days renewals 1 per-arrears unless-paying cite PA\n");
        february(db, folder, 4);
        assert_eq!(medical(db, date(2026, 3, 10)).unwrap(), 1);
        assert_eq!(medical(db, date(2026, 4, 9)).unwrap(), 2);
        // Weeks later it is in no row with them, but for the same arrears.
        let why = says(&medical(db, date(2026, 7, 1)).unwrap_err());
        assert!(why.starts_with("it was renewed 1 times for what is past due"), "{why}");
        let amount = Money::from_cents(17_76);
        let bill = db.read(|tx| store::bill::of_account(tx, FOUR)).unwrap()[0].number.clone();
        let by_name = NewReceipt {
            on: date(2026, 6, 1),
            tenders: vec![NewTender { kind: Tender::Card, amount, reference: "1".to_owned() }],
            shares: vec![Share { to: For::Account { account: FOUR, bill: Some(bill) }, amount }],
        };
        db.write(|tx| receipt::take(tx, at("2026-06-01"), &by_name)).unwrap();
        let arrears = db.read(|tx| receipt::open_now(tx, FOUR)).unwrap().items;
        assert_eq!((arrears.len(), arrears[0].side.due), (1, DUE), "the oldest is not paid");
        assert_eq!(medical(db, date(2026, 7, 1)).unwrap(), 1);
        let why = shields(db, FOUR, date(2026, 7, 1));
        assert_eq!(why, ["medical: certificate (PA), until 2026-07-31"]);
        sound(db);
    });
}

#[test]
fn parts_are_offered_for_what_came_due_in_the_cold_whatever_else_the_rules_say() {
    engines::each(|db, folder| {
        town(db, folder, "below any 32 county Kane cite TX\n");
        say(db, Noun::Plan, "months any 2\ndebt 50.00 100.00\nmust weather\n");
        let offers = || db.read(|tx| plan::propose(tx, FOUR, date(2026, 3, 10)));
        assert!(says(&offers().unwrap_err()).contains("no rule offers parts for $17.76"));
        let day = |on, low| Weather {
            county: "kane".to_owned(),
            on,
            low,
            high: 40,
            alert: false,
            by: String::new(),
        };
        let weather = |it: &Weather| db.write(|tx| protection::weather(tx, actor(), it));
        weather(&day(date(2026, 2, 22), 20)).unwrap();
        assert!(offers().is_err(), "not on the day it was due");
        weather(&day(DUE, 32)).unwrap();
        assert_eq!(offers().unwrap().offers.len(), 1);
        let unknown = weather(&Weather { county: "Cook".to_owned(), ..day(DUE, 32) });
        assert!(says(&unknown.unwrap_err()).starts_with("no rule knows the county Cook"));
    });
}

#[test]
fn a_file_says_the_weather_once_and_somebody_may_say_otherwise() {
    engines::each(|db, folder| {
        town(db, folder, "below any 32 county Kane cite TX\n");
        let file = folder.join("forecast.csv");
        let read = |text: &str| {
            std::fs::write(&file, text).unwrap();
            protection::weather_file(db, actor(), (&file, "NWS"), &folder.join("rejects"))
        };
        let text = "station,date,low,high,alert\nKDPA,2026-03-17,32,45,\nKDPA,2026-03-18,33,45,no\n\
            KXYZ,2026-03-17,10,20,\nKDPA,soon,10,20,\n";
        let taken = read(text).unwrap();
        assert_eq!((taken.batch.accepted, taken.batch.rejected, taken.before), (2, 2, false));
        let first = "line 4: the rules know no station KXYZ; write station KXYZ: COUNTY there";
        assert_eq!(taken.first.as_deref(), Some(first));
        let rejects = std::fs::read_to_string(taken.rejects.unwrap()).unwrap();
        assert!(rejects.lines().count() == 3 && rejects.contains("KXYZ"), "{rejects}");
        let why = "weather: 32 F at the lowest in Kane, by KDPA, NWS (TX), until 2026-03-18";
        assert_eq!(shields(db, FOUR, date(2026, 3, 17)), [why]);
        assert!(shields(db, FOUR, date(2026, 3, 18)).is_empty());
        assert!(read(text).unwrap().before, "once");
        // A later forecast counts, but not over what somebody said.
        read("county,date,low,high\nKane,2026-03-17,40,50\n").unwrap();
        assert!(shields(db, FOUR, date(2026, 3, 17)).is_empty());
        let (county, on, by) = ("Kane".to_owned(), date(2026, 3, 17), String::new());
        let said = Weather { county, on, low: 20, high: 30, alert: false, by };
        db.write(|tx| protection::weather(tx, actor(), &said)).unwrap();
        let mixed = Weather { low: 60, high: 40, ..said.clone() };
        let why = db.write(|tx| protection::weather(tx, actor(), &mixed)).unwrap_err();
        assert_eq!(says(&why), "the lowest is 60 and the highest 40; mend them");
        for (odd, why) in [
            (Weather { low: -300, ..said.clone() }, "it was never -300 F anywhere"),
            (Weather { high: 400, ..said.clone() }, "it was never 400 F anywhere"),
            (
                Weather { on: date(2036, 3, 17), ..said.clone() },
                "nobody foresees the weather of 2036-03-17 yet",
            ),
        ] {
            let found = db.write(|tx| protection::weather(tx, actor(), &odd)).unwrap_err();
            assert!(says(&found).starts_with(why), "{found}");
        }
        let odd = "county,date,low,high\nKane,2036-03-17,40,50\nKane,2026-03-18,40,4000\n";
        let taken = read(odd).unwrap();
        assert_eq!((taken.batch.accepted, taken.batch.rejected), (0, 2));
        assert!(taken.first.unwrap().contains("nobody foresees the weather of 2036-03-17 yet"));
        read("county,date,low,high\nKane,2026-03-17,41,50\n").unwrap();
        let why = "weather: 20 F at the lowest in Kane (TX), until 2026-03-18";
        assert_eq!(shields(db, FOUR, date(2026, 3, 17)), [why]);
        let wrong = says(&read("date,low,high\n2026-03-17,1,2\n").unwrap_err());
        assert!(wrong.contains("forecast.csv") && wrong.contains("station"), "{wrong}");
        std::fs::write(&file, "county,date,low,high\nKane,2026-03-19,1,2\n").unwrap();
        let (sam, rejects) = (nobody(db), folder.join("rejects"));
        let why = protection::weather_file(db, sam, (&file, "NWS"), &rejects).unwrap_err();
        assert!(says(&why).contains("run-collections"), "{why}");
        sound(db);
    });
}
