//! Small balances of closed accounts: written off by rule, by two beyond what a day may come to, taken back, and had
//! after all when money comes.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::date;
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::moves::ReadWanted;
use meterbook_app::small::{self, NewSmall};
use meterbook_app::{Actor, credit_rules, protection, report};
use meterbook_checks::engines;
use meterbook_core::account::Account;
use meterbook_core::credit::{Noun, Shield};
use meterbook_core::ledger::Gl;
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::report::{Asked as Wanted, Days, ReportKind};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::deposit::{at, bill, owes, pays, say, sound, sum};
use crate::last_bill;
use crate::village::{actor, says};

const NONE: [i64; 0] = [];
const RULES: &str = "owed any below 5.00 after 60 days\ncredit any below 1.00 after 30 days\n";

/// Somebody who left and has their last bill, and paid all of it but some cents on the tenth of March.
fn left(db: &Db, but: i64) -> Account {
    last_bill::found(db);
    let account = last_bill::comes(db);
    last_bill::shows(db, date(2026, 2, 1), 100);
    bill(db);
    let read = ReadWanted::Given(vec![150_000_000]);
    last_bill::leaves(db, &account, last_bill::LEFT, read);
    last_bill::close(db, &account).unwrap();
    let owed = owes(db, account.id);
    pays(db, account.id, owed - but, date(2026, 3, 10), actor());
    account
}

fn due(db: &Db, day: &str) -> Vec<i64> {
    let small = db.read(|tx| small::due(tx, day.parse().unwrap())).unwrap();
    small.accounts.iter().map(|it| it.owes.cents()).collect()
}

/// The name of what was refused, in a sentence.
fn no<T: std::fmt::Debug>(went: anyhow::Result<T>) -> String {
    says(&went.unwrap_err())
}

#[test]
fn little_that_is_owed_is_written_off_once_nothing_came_for_so_long() {
    engines::each(|db, _| {
        let account = left(db, 3_00);
        assert_eq!(due(db, "2027-01-01"), NONE, "no rule says so");
        say(db, Noun::Small, RULES);
        assert_eq!(due(db, "2026-05-08"), NONE);
        assert_eq!(due(db, "2026-05-09"), [3_00]);
        // A season, or a regulator, keeps from a cut; nothing is left here to be cut off.
        let season = protection::NewProtection {
            shield: Shield::Moratorium,
            to: protection::To::Account(account.id),
            from: date(2026, 5, 1),
            until: Some(date(2026, 12, 1)),
            evidence: "order 12".to_owned(),
        };
        db.write(|tx| protection::grant(tx, at("2026-05-01"), &season)).unwrap();
        assert_eq!(due(db, "2026-05-09"), [3_00]);
        let grant = protection::NewProtection {
            shield: Shield::Bankruptcy,
            to: protection::To::Account(account.id),
            from: date(2026, 5, 1),
            until: Some(date(2026, 5, 20)),
            evidence: "case 7".to_owned(),
        };
        db.write(|tx| protection::grant(tx, at("2026-05-01"), &grant)).unwrap();
        assert_eq!(due(db, "2026-05-09"), NONE, "a court keeps creditors off");
        let done = small::review(db, at("2026-05-20")).unwrap();
        assert_eq!(
            (done.accounts.len(), done.owed, done.credits),
            (1, Money::from_cents(3_00), Money::ZERO)
        );
        assert_eq!((owes(db, account.id), sum(db, Gl::BadDebt)), (0, 3_00));
        assert_eq!(small::review(db, at("2026-05-20")).unwrap().accounts, [], "once");
        let gone = || db.read(|tx| store::write_off::little_gone(tx, 9)).unwrap();
        let listed: Vec<_> = gone().iter().map(|it| (it.number, it.owed.cents(), it.on)).collect();
        assert_eq!(listed, [(account.number, 3_00, date(2026, 5, 20))]);
        sound(db);
        // It is taken back, and waits as long again.
        let back = |day: &str, why| db.write(|tx| small::take_back(tx, at(day), account.id, why));
        assert!(no(back("2026-05-21", " ")).starts_with("say why"));
        assert_eq!(back("2026-05-21", "they wrote").unwrap(), Money::from_cents(3_00));
        assert_eq!((owes(db, account.id), sum(db, Gl::BadDebt)), (3_00, 0));
        assert_eq!(gone(), [], "it is taken back");
        assert!(no(back("2026-05-22", "they wrote")).ends_with("see: meterbook timeline NUMBER"));
        assert_eq!((due(db, "2026-07-19"), due(db, "2026-07-20")), (NONE.to_vec(), vec![3_00]));
        sound(db);
        // What comes in after all is had.
        small::review(db, at("2026-07-20")).unwrap();
        assert_eq!(sum(db, Gl::BadDebt), 3_00);
        pays(db, account.id, 3_50, date(2026, 8, 1), at("2026-08-01"));
        assert_eq!((owes(db, account.id), sum(db, Gl::BadDebt)), (-50, 0));
        assert!(
            no(back("2026-08-02", "twice")).starts_with("nothing of the account is written off")
        );
        // The half dollar is nobody's after thirty days; it may be somebody's again.
        assert_eq!((due(db, "2026-08-30"), due(db, "2026-08-31")), (NONE.to_vec(), vec![-50]));
        small::review(db, at("2026-08-31")).unwrap();
        assert_eq!((owes(db, account.id), sum(db, Gl::BadDebt)), (0, -50));
        sound(db);
        let days = Days::In(Period::new(date(2026, 1, 1), date(2027, 1, 1)).unwrap());
        let asked = Wanted::all(ReportKind::WriteOffs, days);
        let report = report::report(db, at("2026-09-01"), &asked, &mut |_| ()).unwrap();
        assert_eq!(report.rows.len(), 3, "May with what was taken back, July and August");
        assert_eq!(back("2026-09-01", "they came").unwrap(), Money::from_cents(-50));
        assert_eq!((owes(db, account.id), sum(db, Gl::BadDebt)), (-50, 0));
        sound(db);
    });
}

#[test]
fn beyond_what_a_day_may_come_to_a_second_person_agrees() {
    engines::each(|db, _| {
        let account = left(db, 3_00);
        say(db, Noun::Small, &format!("{RULES}most 2.99\n"));
        let then = at("2026-06-01");
        assert_eq!(
            no(small::review(db, then)),
            "1 small balance of closed accounts, $3.00, would be written off beside $0.00 of today, and the rules let $2.99 of a day; nothing was; a second person agrees: meterbook write-off small --count 1 --total 3.00 --why TEXT"
        );
        let [ann, bob] = [("ann", "administrator"), ("bob", "administrator")]
            .map(|it| Actor { at: then.at, ..with_role(db, it.0, it.1) });
        let ask = |by, count, total| {
            let asked = Asked::Small(NewSmall { count, total: Money::from_cents(total) });
            db.write(|tx| do_or_ask(tx, by, &asked, "a year of small change"))
        };
        assert_eq!(
            no(ask(ann, 2, 3_00)),
            "there are 1, $3.00; look at them again: meterbook write-off small"
        );
        let Outcome::Waits(id) = ask(ann, 1, 3_00).unwrap() else { panic!("it was done by one") };
        assert_eq!(owes(db, account.id), 3_00);
        assert!(no(db.write(|tx| approval::give(tx, ann, id, "mine"))).contains("a second person"));
        db.write(|tx| approval::give(tx, bob, id, "seen")).unwrap();
        assert_eq!((owes(db, account.id), sum(db, Gl::BadDebt)), (0, 3_00));
        assert_eq!(no(ask(ann, 1, 3_00)), "no small balance is to be written off today");
        // Other rules from another day: as much as they let be done is done by itself.
        let more = format!("{RULES}most 3.00\n");
        db.write(|tx| credit_rules::say(tx, actor(), Noun::Small, date(2026, 6, 2), &more))
            .unwrap();
        db.write(|tx| small::take_back(tx, at("2026-06-02"), account.id, "try again")).unwrap();
        assert_eq!(small::review(db, at("2026-08-01")).unwrap().accounts.len(), 1);
        sound(db);
    });
}
