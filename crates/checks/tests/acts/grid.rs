//! Payments as a cashier types them: whose each line is before anything is posted; what of it nobody has
//! and is given back; and what a day's checklist says before it is closed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::drawer::grid::{self, Grid, Typed, Whose};
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::suspense::{self, NewHeldRefund};
use meterbook_app::{Actor, check, close, drawer};
use meterbook_checks::engines;
use meterbook_core::account::Account;
use meterbook_core::id::SuspenseId;
use meterbook_core::ledger::{Gl, Tender};
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::village::{self, DIALS};

const DAY: Date = date(2026, 3, 10);

fn money(cents: i64) -> Money {
    Money::from_cents(cents)
}

fn customer(db: &Db, serial: &str) -> Account {
    let mut wanted = village::customer(serial, &[DIALS]);
    wanted.street = format!("{serial} Mill St");
    village::take_on(db, &wanted).unwrap()
}

fn line(line: i64, words: [&str; 4]) -> Typed {
    let [whose, amount, tender, reference] = words.map(str::to_owned);
    Typed { line, whose, amount, tender, reference }
}

fn look(db: &Db, lines: &[Typed]) -> Grid {
    db.read(|tx| grid::look(tx, lines, DAY, None)).unwrap()
}

fn sum(db: &Db, gl: Gl) -> Money {
    let totals = db.read(store::ledger::gl_totals).unwrap();
    totals.into_iter().filter(|it| it.0 == gl).map(|it| it.1).sum()
}

fn sound(db: &Db) {
    let report = check::check(db).unwrap();
    assert!(report.clean(), "{report:#?}");
}

#[test]
fn each_line_says_whose_it_is_and_all_are_posted_against_the_control() {
    engines::each(|db, _| {
        village::found(db);
        let ann = customer(db, "E-1");
        let kim = with_role(db, "kim", "clerk");
        let number = ann.number.to_string();
        let seen = look(
            db,
            &[
                line(1, [&number, "12.50", "cash", "1"]),
                line(2, ["", " ", "check", ""]),
                line(3, ["Rosa by letter", "7.50", "check", "1471"]),
            ],
        );
        assert_eq!(seen.lines.iter().map(|it| it.line).collect::<Vec<_>>(), [1, 3]);
        let name = db.read(|tx| store::person::get(tx, ann.person)).unwrap().name;
        let theirs = Whose::Theirs { number: ann.number, name, owes: Money::ZERO };
        assert_eq!((&seen.lines[0].whose, &seen.lines[1].whose), (&theirs, &Whose::Nobody));
        assert_eq!((seen.count, seen.total), (2, money(2_000)));
        assert_eq!((seen.left(money(2_500)), seen.left_count(3)), (money(500), 1));

        let post = |seen: Grid, control| {
            db.write(|tx| drawer::post_batch(tx, kim, &seen.clone().batch("monday", control)))
        };
        let differs = post(seen.clone(), (3, money(2_500))).unwrap_err().to_string();
        assert!(differs.starts_with("2 of $20.00 came in all, and 3 of $25.00"), "{differs}");
        post(seen, (2, money(2_000))).unwrap();
        assert_eq!(sum(db, Gl::Suspense), money(-750));
        sound(db);
    });
}

#[test]
fn what_is_wrong_with_a_line_is_said_of_it() {
    engines::each(|db, _| {
        village::found(db);
        let number = customer(db, "E-1").number.to_string();
        for (words, wrong) in [
            (["", "1.00", "cash", "1"], "say whose it is: an account, a bill, a name as it reads"),
            ([&number, "1,2x", "cash", "1"], "1,2x is no amount; write it like 87.45"),
            ([&number, "0", "cash", "1"], "a payment is above zero, not $0.00"),
            ([&number, "1.00", "debit", "1"], "debit is no way to pay"),
            (
                [&number, "1.00", "cash", " "],
                "a payment needs a reference, such as the check's number",
            ),
        ] {
            let seen = look(db, &[line(1, words)]);
            assert_eq!(seen.lines[0].wrong.as_deref(), Some(wrong));
            assert_eq!((seen.count, seen.total), (0, Money::ZERO));
        }
    });
}

/// Takes a check of 20 dollars, of which so much is an account's and nobody knows whose the rest is.
fn came(db: &Db, by: Actor, account: &Account, cents: i64, reference: &str) -> SuspenseId {
    let (kind, reference) = (Tender::Check, reference.to_owned());
    let rest = For::Suspense { said: "a name".to_owned() };
    let mut shares = vec![Share { to: rest, amount: money(2_000 - cents) }];
    if 0 < cents {
        let to = For::Account { account: account.id, bill: None };
        shares.push(Share { to, amount: money(cents) });
    }
    let tenders = vec![NewTender { kind, amount: money(2_000), reference }];
    let new = NewReceipt { on: DAY, tenders, shares };
    db.write(|tx| receipt::take(tx, by, &new)).unwrap();
    db.read(store::suspense::open).unwrap().pop().unwrap().id
}

#[test]
fn what_nobody_has_is_given_back_once() {
    engines::each(|db, _| {
        village::found(db);
        let ann = customer(db, "E-1");
        let (by, cora) = (village::actor(), with_role(db, "cora", "collector"));
        let back = |by, id, why: &str| {
            let new = NewHeldRefund { id, amount: money(2_000) };
            db.write(|tx| suspense::refund(tx, by, &new, why))
        };
        let id = came(db, by, &ann, 0, "1471");
        let may_not = back(cora, id, "not ours").unwrap_err().to_string();
        assert!(may_not.starts_with("no role of cora comes with refund-credit"), "{may_not}");
        assert_eq!(back(by, id, " ").unwrap_err().to_string(), "say why");
        back(by, id, "not ours").unwrap();
        assert_eq!(
            (sum(db, Gl::Suspense), sum(db, Gl::RefundsPayable)),
            (Money::ZERO, money(-2_000))
        );
        let again = back(by, id, "not ours").unwrap_err().to_string();
        assert_eq!(again, "what was held under 1 was settled on 2026-03-10; nothing was changed");
        sound(db);
    });
}

#[test]
fn a_checklist_says_before_a_day_is_closed_what_is_found_then() {
    engines::each(|db, _| {
        village::found(db);
        let ann = customer(db, "E-1");
        let (by, kim) = (village::actor(), with_role(db, "kim", "clerk"));
        came(db, by, &ann, 500, "1471");
        db.write(|tx| drawer::open(tx, kim, money(0))).unwrap();
        let look = || db.read(|tx| close::look(tx, DAY)).unwrap();
        let open = look();
        assert_eq!(open.wrong, ["drawer 1 of kim is open since 2026-03-10"]);
        let step = open.steps.iter().find(|it| !it.wrong.is_empty()).unwrap();
        assert_eq!(step.name, "drawers");
        let refused = close::close_day(db, by, DAY, "").unwrap_err();
        assert_eq!(refused.to_string(), format!("not closed: {}", open.wrong[0]));

        db.write(|tx| drawer::close(tx, kim, ("", ""), "")).unwrap();
        let ready = look();
        assert!(ready.wrong.is_empty());
        let journal = close::close_day(db, by, DAY, "").unwrap();
        assert_eq!((journal.entries, journal.debits), (ready.entries, ready.debits));
        let kept = db.read(|tx| store::journal::evidence(tx, "2026-03-10")).unwrap();
        let found = ready.steps.iter().map(|it| (it.name.to_owned(), it.found.clone()));
        assert_eq!(kept, found.collect::<Vec<_>>());
        let recent = db.read(|tx| store::journal::recent(tx, 5)).unwrap();
        assert_eq!(recent, [journal]);
    });
}
