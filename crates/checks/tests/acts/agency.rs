//! Debts for an agency: each is in one file, which is the same whenever it is written again; what is paid or
//! shielded is recalled, and what the agency keeps follows from what came in.

use jiff::civil::date;
use meterbook_app::agency::{self, Made};
use meterbook_app::collection;
use meterbook_app::protection::{self, NewProtection, To};
use meterbook_checks::engines;
use meterbook_core::credit::agency::{Asked, sum};
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::{Noun, Shield};
use meterbook_core::id::{AccountId, AgencyFileId};
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::deposit::{at, bill, pays, say, sound};
use crate::jobs::january;
use crate::late_fee::february;
use crate::village::says;
use crate::write_off::{give_up, new};

const RULES: &str = "least any 10.00\nstep any write-off 8 days\nstep any agency 10 days\n\
    gap 1 days\nagency takes 25%\n";
const THREE: AccountId = AccountId(3);
const FOUR: AccountId = AccountId(4);

fn make(db: &Db, day: &str) -> anyhow::Result<Made> {
    db.write(|tx| agency::make(tx, at(day), None))
}

fn sums(it: &Made) -> [(usize, i64); 2] {
    [Asked::Place, Asked::Recall].map(|of| {
        let (count, total) = sum(&it.file.items, of);
        (count, total.cents())
    })
}

#[test]
fn an_agency_gets_each_debt_once_and_what_is_paid_is_recalled() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        bill(db);
        say(db, Noun::Collection, RULES);
        for day in ["2026-03-10", "2026-03-11"] {
            collection::run(db, at(day), &[]).unwrap();
        }
        let sam = with_role(db, "sam", "auditor");
        assert!(db.write(|tx| agency::make(tx, sam, None)).is_err());
        let counted = |many| db.write(|tx| agency::make(tx, at("2026-03-11"), Some(many)));
        assert_eq!(
            says(&counted(3).unwrap_err()),
            "3 lines were expected and there are 2; see: meterbook collect list --step agency"
        );
        let first = make(db, "2026-03-11").unwrap();
        assert_eq!(sums(&first), [(2, 31_08), (0, 0)]);
        let text = String::from_utf8(first.bytes.clone()).unwrap();
        assert!(text.contains("place,1000-0003-3,Customer 3,"), "{text}");
        assert!(says(&make(db, "2026-03-11").unwrap_err()).starts_with("there is nothing new"));
        let again = |id| db.write(|tx| agency::again(tx, at("2026-03-20"), AgencyFileId(id)));
        assert_eq!(again(1).unwrap(), first);
        assert!(says(&again(9).unwrap_err()).starts_with("there is no file 9"));
        // What is given up is still the agency's to ask for.
        give_up(db, &new(THREE, 1_332)).unwrap();
        assert!(make(db, "2026-03-12").is_err());
        pays(db, THREE, 1_000, date(2026, 3, 12), at("2026-03-12"));
        assert!(make(db, "2026-03-12").is_err(), "a part of it");
        pays(db, THREE, 500, date(2026, 3, 13), at("2026-03-13"));
        let granted = NewProtection {
            to: To::Account(FOUR),
            shield: Shield::Bankruptcy,
            from: date(2026, 3, 13),
            until: Some(date(2026, 6, 1)),
            evidence: "case 26-1".to_owned(),
        };
        db.write(|tx| protection::grant(tx, at("2026-03-13"), &granted)).unwrap();
        let second = make(db, "2026-03-14").unwrap();
        assert_eq!(sums(&second), [(0, 0), (2, 31_08)]);
        let whys: Vec<_> = second.file.items.iter().map(|it| it.why.as_str()).collect();
        assert_eq!(whys, ["paid", "bankruptcy"]);
        assert!(make(db, "2026-03-14").is_err(), "it is shielded, and the other is paid");
        // Thirteen dollars of the fifteen were the agency's, and a quarter of that.
        let all = db.read(|tx| agency::placed(tx, date(2026, 3, 20))).unwrap();
        let came = all.iter().map(|it| (it.placed.account, it.recovery.paid, it.recovery.share));
        let cents = Money::from_cents;
        assert_eq!(
            came.collect::<Vec<_>>(),
            [(THREE, cents(1_332), cents(333)), (FOUR, Money::ZERO, Money::ZERO)]
        );
        sound(db);
    });
}

#[test]
fn what_is_given_up_goes_on_to_the_agency_and_what_comes_due_later_is_a_case_of_its_own() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        bill(db);
        say(db, Noun::Collection, RULES);
        let run = |day: &str| collection::run(db, at(day), &[]).unwrap();
        run("2026-03-03");
        // All of one, a part of the other.
        give_up(db, &new(THREE, 1_332)).unwrap();
        give_up(db, &new(FOUR, 10_00)).unwrap();
        let waits = run("2026-03-04");
        assert_eq!((waits.ended, waits.taken.len()), (0, 0), "its days are not over");
        let goes = run("2026-03-05");
        assert_eq!(goes.taken.into_iter().collect::<Vec<_>>(), [(Step::Agency, 2)]);
        assert_eq!(sums(&make(db, "2026-03-05").unwrap()), [(2, 31_08), (0, 0)]);
        assert_eq!(run("2026-03-06"), collection::Done::default());
        sound(db);
        // What came due since has a case of its own, and the agency keeps what it got.
        february(db, folder, 4);
        assert_eq!(run("2026-03-23").ended, 0);
        run("2026-03-24");
        run("2026-03-25");
        let cases = db.read(|tx| store::collection::of_account(tx, THREE)).unwrap();
        let opened: Vec<_> = cases.iter().map(|it| (it.oldest, it.ended.is_some())).collect();
        assert_eq!(opened, [(date(2026, 2, 23), true), (date(2026, 3, 23), false)]);
        // The agency has both still; another customer owes enough by now.
        let more = make(db, "2026-03-25").unwrap();
        let named: Vec<_> = more.file.items.iter().map(|it| (it.account, it.asked)).collect();
        assert_eq!(named, [(AccountId(2), Asked::Place)]);
        // Who pays all of it is left alone.
        pays(db, FOUR, 40_00, date(2026, 3, 26), at("2026-03-26"));
        assert_eq!(run("2026-03-27").ended, 1);
        assert_eq!(sums(&make(db, "2026-03-27").unwrap()), [(0, 0), (1, 17_76)]);
        sound(db);
    });
}

#[test]
fn without_a_step_for_the_agency_what_is_given_up_ends_its_case() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        bill(db);
        say(db, Noun::Collection, "least any 10.00\nstep any write-off 8 days\n");
        collection::run(db, at("2026-03-03"), &[]).unwrap();
        give_up(db, &new(THREE, 1_332)).unwrap();
        assert_eq!(collection::run(db, at("2026-03-04"), &[]).unwrap().ended, 1);
        sound(db);
    });
}
