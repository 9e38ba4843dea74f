//! What takes two: it waits, a second person agrees or does not, and neither can be one and the
//! same.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Error;
use meterbook_app::approval::{Asked, NotApproved, Outcome, do_or_ask, give, turn_down};
use meterbook_app::authority::NotAuthorized;
use meterbook_app::pay::{NotPaid, pay};
use meterbook_app::role::NotARole;
use meterbook_app::staff::NotStaff;
use meterbook_app::{Actor, Refused};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::id::{AccountId, ApprovalId};
use meterbook_core::money::Money;
use meterbook_core::permission::{Denied, Grant, Permission};
use meterbook_store::approval::Ended;
use meterbook_store::{self as store, Db};

use crate::authority::{check, not_authorized, with_role};
use crate::village::{self, DIALS};

fn refusal<E: std::error::Error + Clone + 'static>(why: &Error) -> E {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<E>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

fn town(db: &Db) {
    village::found(db);
    village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
}

fn balance(db: &Db) -> i64 {
    db.read(|tx| store::ledger::balance(tx, AccountId(1))).unwrap().cents()
}

/// Asks for a payment of so many cents and gets the number it waits under.
fn asked(db: &Db, who: Actor, cents: i64) -> ApprovalId {
    let asked = Asked::Payment(check(cents));
    match db.write(|tx| do_or_ask(tx, who, &asked, "the mill pays by the year")).unwrap() {
        Outcome::Waits(id) => id,
        Outcome::Done => panic!("it did not wait"),
    }
}

const LARGE: i64 = 2_000_000;

#[test]
fn a_large_payment_waits_for_somebody_who_answers_for_it() {
    engines::each(|db, _| {
        town(db);
        let [robin, kim, ada, lee] =
            [("robin", "clerk"), ("kim", "clerk"), ("ada", "accountant"), ("lee", "auditor")]
                .map(|(name, role)| with_role(db, name, role));
        let why = db.write(|tx| pay(tx, robin, &check(LARGE))).unwrap_err();
        let (permission, limit) = (Permission::TakePayment, Some(Money::from_cents(1_000_000)));
        assert_eq!(not_authorized(&why), NotAuthorized::NeedsSecond { permission, limit });
        assert!(why.to_string().contains("above $10,000.00 takes a second person"), "{why}");
        let id = asked(db, robin, LARGE);
        assert_eq!(balance(db), 0, "nothing is posted while it waits");

        let twice = db.write(|tx| do_or_ask(tx, kim, &Asked::Payment(check(LARGE)), ""));
        assert_eq!(refusal::<NotApproved>(&twice.unwrap_err()), NotApproved::WaitsAlready { id });
        let agree = |who| db.write(|tx| give(tx, who, id, "")).unwrap_err();
        assert_eq!(refusal::<NotApproved>(&agree(robin)), NotApproved::Yourself { id });
        let limit = Money::from_cents(1_000_000);
        let why = Denied::BeyondLimit { limit };
        let beyond = NotApproved::Checker { permission, why };
        assert_eq!(refusal::<NotApproved>(&agree(kim)), beyond);
        let never = NotApproved::Checker { permission, why: Denied::NotGranted };
        assert_eq!(refusal::<NotApproved>(&agree(lee)), never);
        assert_eq!(refusal::<NotApproved>(&agree(village::actor())), NotApproved::NoName);
        assert_eq!(balance(db), 0);
        assert_eq!(db.read(store::approval::open).unwrap().len(), 1);

        db.write(|tx| give(tx, ada, id, "the check is here")).unwrap();
        assert_eq!(balance(db), -LARGE);
        let acts = db.read(|tx| store::audit::latest(tx, 3)).unwrap();
        let paid = acts.iter().find(|it| it.act == "take payment").unwrap();
        assert_eq!((paid.by.as_deref(), paid.second.as_deref()), (Some("robin"), Some("ada")));
        let it = db.read(|tx| store::approval::find(tx, id)).unwrap().unwrap();
        assert_eq!(it.end.map(|it| (it.how, it.name)), Some((Ended::Given, "ada".to_owned())));
        let by = "ada".to_owned();
        let ended = NotApproved::Ended { id, how: Ended::Given, by };
        assert_eq!(refusal::<NotApproved>(&agree(ada)), ended);
        assert!(db.read(store::approval::open).unwrap().is_empty());
    });
}

#[test]
fn a_payment_within_the_limit_needs_nobody_else() {
    engines::each(|db, _| {
        town(db);
        let robin = with_role(db, "robin", "clerk");
        let asked = Asked::Payment(check(1_000_000));
        assert_eq!(db.write(|tx| do_or_ask(tx, robin, &asked, "")).unwrap(), Outcome::Done);
        assert_eq!(balance(db), -1_000_000);
        // What cannot be posted anyway is refused before a second person is asked.
        let why = db.write(|tx| do_or_ask(tx, robin, &Asked::Payment(check(LARGE)), ""));
        let why = why.unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap();
        assert!(matches!(refused.as_a(), Some(NotPaid::AlreadyPosted { .. })), "{why}");
    });
}

#[test]
fn what_was_asked_for_is_refused_or_taken_back_and_may_be_asked_again() {
    engines::each(|db, _| {
        town(db);
        let [robin, ada, lee] = [("robin", "clerk"), ("ada", "accountant"), ("lee", "auditor")]
            .map(|(name, role)| with_role(db, name, role));
        let first = asked(db, robin, LARGE);
        let end = |who, id| db.write(|tx| turn_down(tx, who, id, "no such check"));
        let (permission, why) = (Permission::TakePayment, Denied::NotGranted);
        let never = NotApproved::Checker { permission, why };
        assert_eq!(refusal::<NotApproved>(&end(lee, first).unwrap_err()), never);
        assert_eq!(end(ada, first).unwrap(), Ended::Refused);
        let second = asked(db, robin, LARGE);
        assert_eq!(end(robin, second).unwrap(), Ended::Withdrawn);
        assert!(
            refusal::<NotApproved>(&end(robin, second).unwrap_err())
                == NotApproved::Ended { id: second, how: Ended::Withdrawn, by: "robin".to_owned() }
        );
        let none = ApprovalId(99);
        let unknown = NotApproved::Unknown { id: none };
        assert_eq!(refusal::<NotApproved>(&end(ada, none).unwrap_err()), unknown);
        assert_eq!(balance(db), 0);
    });
}

#[test]
fn who_lost_the_role_meanwhile_is_not_agreed_with() {
    engines::each(|db, _| {
        town(db);
        let [robin, ada] = [("robin", "clerk"), ("ada", "accountant")]
            .map(|(name, role)| with_role(db, name, role));
        let id = asked(db, robin, LARGE);
        let (name, role) = ("robin".to_owned(), "clerk".to_owned());
        let take = Asked::TakeRole { name, role };
        db.write(|tx| do_or_ask(tx, village::actor(), &take, "on leave")).unwrap();
        let why = db.write(|tx| give(tx, ada, id, "")).unwrap_err();
        let (who, permission) = ("robin".to_owned(), Permission::TakePayment);
        assert_eq!(refusal::<NotApproved>(&why), NotApproved::Maker { who, permission });
        assert_eq!(balance(db), 0);
    });
}

#[test]
fn the_database_keeps_maker_and_checker_apart() {
    engines::each(|db, _| {
        town(db);
        let [robin, ada] = [("robin", "clerk"), ("ada", "accountant")]
            .map(|(name, role)| with_role(db, name, role));
        let id = asked(db, robin, LARGE);
        let [robin, ada] = [robin, ada].map(|it| it.by.unwrap());
        let mut raw = Raw::beside(db).unwrap();
        for (asked_by, how, by) in [
            (robin, "given", robin),
            (robin, "refused", robin),
            (robin, "withdrawn", ada),
            // To say that somebody else asked does not help either.
            (ada, "given", robin),
        ] {
            let text = format!(
                "pragma foreign_keys = on; insert into approval_end values \
                 ({id}, {asked_by}, '{how}', {by}, 1, '')"
            );
            let text = match raw {
                Raw::Sqlite(_) => text,
                Raw::Postgres(_) => text.split_once("; ").unwrap().1.to_owned(),
            };
            let why = format!("{:#}", raw.run(&text).expect_err(&text)).to_lowercase();
            let kept = why.contains("maker_is_not_checker") || why.contains("foreign key");
            assert!(kept || why.contains("approval_end_approval_id_asked_by"), "{why}");
        }
    });
}

#[test]
fn roles_are_given_and_changed_by_two() {
    engines::each(|db, _| {
        village::found(db);
        let [root, boss] = ["root", "boss"].map(|it| with_role(db, it, "administrator"));
        with_role(db, "robin", "clerk");
        let (name, role) = ("robin".to_owned(), "accountant".to_owned());
        let asked = Asked::GiveRole { name: name.clone(), role: role.clone() };
        let Outcome::Waits(id) = db.write(|tx| do_or_ask(tx, root, &asked, "")).unwrap() else {
            panic!("one administrator gave a role alone")
        };
        let robin = db.read(|tx| store::staff::by_name(tx, "robin")).unwrap().unwrap().id;
        assert_eq!(db.read(|tx| store::role::of(tx, robin)).unwrap(), ["clerk"]);
        db.write(|tx| give(tx, boss, id, "")).unwrap();
        assert_eq!(db.read(|tx| store::role::of(tx, robin)).unwrap(), ["accountant", "clerk"]);
        let done = db.read(|tx| store::audit::latest(tx, 2)).unwrap();
        let given = done.iter().find(|it| it.act == "give role").unwrap();
        assert_eq!(given.was.as_deref(), Some("clerk"));
        assert_eq!(given.became.as_deref(), Some("accountant, clerk"));
        let again = db.write(|tx| do_or_ask(tx, root, &asked, "")).unwrap_err();
        assert_eq!(refusal::<NotStaff>(&again), NotStaff::HasRole { name, role });

        let permission = Permission::TakePayment;
        let limit = Some(Money::from_cents(50_000));
        let grant = Grant { permission, limit, four_eyes: false };
        let change = Asked::Grant { role: "clerk".to_owned(), grant };
        let Outcome::Waits(id) = db.write(|tx| do_or_ask(tx, boss, &change, "")).unwrap() else {
            panic!("one administrator changed a role alone")
        };
        db.write(|tx| give(tx, root, id, "")).unwrap();
        let grants = db.read(|tx| store::role::grants(tx, "clerk")).unwrap();
        assert!(grants.contains(&grant));
        let kim = with_role(db, "kim", "clerk");
        let why = db.write(|tx| do_or_ask(tx, kim, &Asked::Payment(check(LARGE)), ""));
        let beyond = not_authorized(&why.unwrap_err());
        assert!(matches!(beyond, NotAuthorized::BeyondLimit { .. }), "{beyond}");
        let revoke = Asked::Revoke { role: "clerk".to_owned(), permission };
        db.write(|tx| do_or_ask(tx, village::actor(), &revoke, "")).unwrap();
        let again = db.write(|tx| do_or_ask(tx, village::actor(), &revoke, "")).unwrap_err();
        let role = "clerk".to_owned();
        assert_eq!(refusal::<NotARole>(&again), NotARole::NotInIt { role, permission });
    });
}
