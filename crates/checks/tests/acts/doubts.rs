//! The rules by which bills wait for a clerk, on both engines: each with what it saw, and let go.

use std::collections::BTreeMap;

use jiff::civil::date;
use meterbook_app::bill_run::doubt;
use meterbook_app::hold::{self, Way};
use meterbook_app::said::NotSaid;
use meterbook_app::{Refused, detail};
use meterbook_checks::engines;
use meterbook_core::bill::doubt::NoDoubts;
use meterbook_core::bill::root::Root;
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::AccountId;

use crate::authority::with_role;
use crate::holds::{actor, apply, bill, clean, effects, groups, village};
use crate::jobs::import;
use crate::village::{self, DIALS, says};

const RULES: &str = "low 10% 50.00\nzero\nnegative\nfirst 100.00\nlast 100.00\nestimated 50%\n\
                     peers 1 100.00\nbound\n";

#[test]
fn each_rule_holds_what_it_doubts_and_says_what_it_saw() {
    engines::each(|db, folder| {
        village(db, folder, 6);
        db.write(|tx| doubt::say(tx, actor(), date(2026, 5, 1), RULES)).unwrap();
        let mut late = village::customer("E-7", &[DIALS]);
        late.street = "7 Mill St".to_owned();
        late.from = date(2026, 4, 1);
        village::take_on(db, &late).unwrap();
        db.write(|tx| {
            let of = Subject::Account(AccountId(3));
            let (kind, from) = (DetailKind::Bound, date(2026, 1, 1));
            detail::set(tx, actor(), of, kind, "150", None, from).map(drop)
        })
        .unwrap();
        import(
            db,
            folder,
            "meter,date,read,kind\nE-7,2026-04-01,0,actual\nE-1,2026-05-01,4500,actual\n\
             E-2,2026-05-01,4600,actual\nE-3,2026-05-01,6000,actual\nE-4,2026-05-01,6000,estimated\n\
             E-5,2026-05-01,6000,actual\nE-6,2026-05-01,7000,actual\nE-7,2026-05-01,1500,actual\n",
        );
        let stands = bill(db);
        assert_eq!((stands.billed, stands.held), (1, 6));
        let held: BTreeMap<String, String> = groups(db)
            .into_iter()
            .map(|it| {
                let Root::Doubt { word } = it.root else { panic!("{:?}", it.root) };
                (word, it.held[0].detail.clone())
            })
            .collect();
        let said = |word: &str| held[word].as_str();
        assert_eq!(said("zero"), "the bill comes to nothing");
        assert_eq!(said("low"), "the bill is only $12.00, and earlier ones were about $180.00");
        assert_eq!(said("bound"), "the bill is $180.00, and the account says at most $150.00");
        assert_eq!(said("estimated"), "100% of the use is estimated");
        assert_eq!(said("peers"), "R-1 comes to $300.00, and others on it came to about $180.00");
        assert_eq!(said("first"), "the first bill is $180.00; above $100.00 somebody looks at it");
        // A rule that holds is foretold as the run does it, and what somebody lets go goes.
        for it in groups(db) {
            let told: Vec<(Way, i64)> =
                effects(db, &it).iter().map(|it| (it.way, it.billed)).collect();
            assert_eq!(told, [(Way::RunAgain, 0), (Way::Accept, 1)], "{:?}", it.root);
            apply(db, &it, Way::Accept, "looked at").unwrap();
        }
        assert_eq!(groups(db).len(), 0);
        clean(db);
        let none = db.read(|tx| hold::groups(tx, None)).unwrap();
        assert!(none.is_empty());
    });
}

#[test]
fn rules_are_said_once_for_a_day_by_who_may() {
    engines::each(|db, _| {
        village::found(db);
        let from = date(2026, 1, 1);
        assert_eq!(db.read(|tx| doubt::text_on(tx, from)).unwrap(), "bound\nmultiplier\n");
        let say = |by, text: &str| db.write(|tx| doubt::say(tx, by, from, text));
        let ann = with_role(db, "ann", "clerk");
        assert!(says(&say(ann, "zero").unwrap_err()).contains("set-release-limits"));
        let wrong = say(actor(), "zeros").unwrap_err();
        assert!(wrong.downcast_ref::<Refused>().unwrap().as_a::<NoDoubts>().is_some());
        let is = |why: anyhow::Error| {
            why.downcast_ref::<Refused>().unwrap().as_a::<NotSaid>().unwrap().clone()
        };
        let (what, most) = ("rules by which bills wait", 10_000);
        let long = say(actor(), &"# ".repeat(6_000)).unwrap_err();
        assert_eq!(is(long), NotSaid::TooLong { what, most });
        say(actor(), "zero").unwrap();
        assert_eq!(is(say(actor(), "negative").unwrap_err()), NotSaid::SaidBefore { what, from });
    });
}
