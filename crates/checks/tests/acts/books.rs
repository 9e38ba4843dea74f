//! Drawers, batches against a control total, files of payments, and closing days and months.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::close::{self, Level};
use meterbook_app::drawer;
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::{Actor, check};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::account::Account;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::id::*;
use meterbook_core::ledger::count::{Checks, Compared};
use meterbook_core::ledger::{Entry, EntryKind, Gl, Tender};
use meterbook_core::money::Money;
use meterbook_core::report::ReportKind;
use meterbook_store::journal::Journal;
use meterbook_store::{self as store, Counter, Db, Tx};

use crate::authority::with_role;
use crate::deposit::at;
use crate::report;
use crate::village::{self, DIALS};

const DAY: Date = date(2026, 3, 10);

fn dollars(dollars: i64) -> Money {
    Money::from_cents(dollars * 100)
}

fn customer(db: &Db, serial: &str) -> Account {
    let mut wanted = village::customer(serial, &[DIALS]);
    wanted.street = format!("{serial} Mill St");
    village::take_on(db, &wanted).unwrap()
}

fn pay(db: &Db, by: Actor, account: AccountId, tender: (Tender, i64, &str)) -> TenderId {
    let (kind, amount, reference) = (tender.0, dollars(tender.1), tender.2.to_owned());
    let new = NewReceipt {
        on: DAY,
        tenders: vec![NewTender { kind, amount, reference }],
        shares: vec![Share { to: For::Account { account, bill: None }, amount }],
    };
    db.write(|tx| receipt::take(tx, by, &new)).unwrap().tenders[0].id
}

fn sound(db: &Db) {
    let report = check::check(db).unwrap();
    assert!(report.clean(), "{report:#?}");
}

fn sum(db: &Db, gl: Gl) -> Money {
    let totals = db.read(store::ledger::gl_totals).unwrap();
    totals.into_iter().filter(|it| it.0 == gl).map(|it| it.1).sum()
}

#[test]
fn a_drawer_is_counted_and_what_is_short_is_posted() {
    engines::each(|db, _| {
        village::found(db);
        let ann = customer(db, "E-1").id;
        let kim = with_role(db, "kim", "clerk");
        let says = |went: Result<()>| went.unwrap_err().to_string();
        let open = |by: Actor, cents| db.write(|tx| drawer::open(tx, by, cents).map(drop));
        let close = |counts: &str, checks: &str, why: &str| {
            db.write(|tx| drawer::close(tx, kim, (counts, checks), why).map(drop))
        };
        assert_eq!(
            says(open(village::actor(), Money::ZERO)),
            "a drawer is somebody's; say whose with --as NAME"
        );
        assert_eq!(
            says(close("5", "", "")),
            "you have no open drawer; open one: meterbook drawer open"
        );
        assert_eq!(says(open(kim, dollars(-1))), "what is in a drawer at first is zero or more");
        open(kim, dollars(100)).unwrap();
        assert_eq!(
            says(open(kim, dollars(100))),
            "drawer 1 is open; close it first: meterbook drawer close"
        );
        pay(db, kim, ann, (Tender::Cash, 30, "till 1"));
        pay(db, kim, ann, (Tender::Check, 50, "1471"));
        let wrong = pay(db, kim, ann, (Tender::Cash, 7, "till 2"));
        db.write(|tx| receipt::void(tx, kim, wrong, "typed twice")).unwrap();
        let holds = db.read(|tx| drawer::holds(tx, kim)).unwrap();
        assert_eq!(holds.taken, [(Tender::Cash, 1, dollars(30)), (Tender::Check, 1, dollars(50))]);
        assert_eq!(holds.cash(), dollars(130));
        assert_eq!(
            says(close("20y", "", "")),
            "20y is no count; write it like 20x5 5x2 0.25x4, or 118.00"
        );
        assert_eq!(
            says(close("20x6", "50.00", "")),
            "50.00 is no count of checks; write how many and what they come to, like 3:77.00"
        );
        assert_eq!(
            says(close("20x6 1x8", "1:50.00", "")),
            "$128.00 was counted and $130.00 should be there; count again, or say why"
        );
        assert_eq!(
            says(close("20x6 1x10", "", "")),
            "checks: 0 of $0.00 counted, 1 of $50.00 should be there; count again, or say why"
        );
        assert_eq!(
            says(close("20x6 1x8", "2:50.00", "")),
            "$128.00 was counted and $130.00 should be there; checks: 2 of $50.00 counted, 1 of $50.00 should be there; count again, or say why"
        );
        // An open drawer keeps its day open.
        let day = close::close_day(db, village::actor(), DAY, "").unwrap_err();
        assert_eq!(day.to_string(), "not closed: drawer 1 of kim is open since 2026-03-10");
        close("20x6 1x8", "1:50.00", "two dollars fell").unwrap();
        assert_eq!(sum(db, Gl::CashOverShort), dollars(2));
        sound(db);
        let late = db.write(|tx| receipt::void(tx, kim, TenderId(1), "typed twice"));
        assert!(late.unwrap_err().to_string().starts_with("the drawer that it is in is closed"));
        // A check that is not there is short like cash, and the bank is not expected to get it.
        open(kim, dollars(0)).unwrap();
        pay(db, kim, ann, (Tender::Check, 40, "1472"));
        pay(db, kim, ann, (Tender::Check, 9, "1473"));
        close("", "1:40.00", "1473 is lost").unwrap();
        assert_eq!(sum(db, Gl::CashOverShort), dollars(11));
        let (closed, expected) = db
            .read(|tx| {
                let kim = kim.by.expect("kim is staff");
                Ok((store::drawer::closed(tx, kim, 1)?, store::bank::expected(tx)?))
            })
            .unwrap();
        let checks = |count, sum| Checks { count, sum: dollars(sum) };
        let kept = Compared { counted: checks(1, 40), expected: checks(2, 49) };
        assert_eq!(closed[0].1.checks, Some(kept));
        let deposits: Vec<_> = expected.iter().map(|it| (it.key.as_str(), it.amount)).collect();
        assert_eq!(deposits, [("drawer/1", dollars(78)), ("drawer/2", dollars(40))]);
        sound(db);
        // What was taken as cash and is a check is both, and the books know which.
        open(kim, dollars(0)).unwrap();
        pay(db, kim, ann, (Tender::Cash, 6, "till 3"));
        close("", "1:6.00", "it was a check").unwrap();
        assert_eq!(sum(db, Gl::CashOverShort), dollars(11));
        let rows = report::said(db, &report::asked(ReportKind::Payments));
        let drawers: Vec<&String> = rows.iter().filter(|it| it.contains("|drawer|")).collect();
        let on = DAY.to_string();
        assert_eq!(
            drawers,
            [&format!("{on}|cash|drawer|2|-8.00"), &format!("{on}|check|drawer|2|-3.00")]
        );
        sound(db);
    });
}

#[test]
fn cash_that_no_drawer_has_shows_when_the_day_is_closed() {
    engines::each(|db, _| {
        village::found(db);
        let ann = customer(db, "E-1").id;
        let kim = with_role(db, "kim", "clerk");
        let none = |by| db.read(|tx| drawer::has_none(tx, by)).unwrap();
        assert!(none(kim) && !none(village::actor()), "the operator has no drawer to open");
        pay(db, kim, ann, (Tender::Cash, 20, "till 1"));
        pay(db, kim, ann, (Tender::Check, 50, "1471"));
        let wrong = pay(db, kim, ann, (Tender::Cash, 3, "till 2"));
        db.write(|tx| receipt::void(tx, kim, wrong, "typed twice")).unwrap();
        db.write(|tx| drawer::open(tx, kim, Money::ZERO)).unwrap();
        assert!(!none(kim));
        pay(db, kim, ann, (Tender::Cash, 7, "till 3"));
        pay(db, kim, ann, (Tender::Check, 5, "1472"));
        db.write(|tx| drawer::close(tx, kim, ("7.00", ""), "1472 is lost")).unwrap();
        close::close_day(db, village::actor(), DAY, "").unwrap();
        let evidence = db.read(|tx| close::evidence(tx, &DAY.to_string())).unwrap();
        let cash = ("cash".to_owned(), "$20.00 of cash is in no drawer".to_owned());
        assert!(evidence.contains(&cash), "{evidence:?}");
        let off = "over or short in drawers: $0.00 of cash, -$5.00 of checks".to_owned();
        assert!(evidence.contains(&("counted".to_owned(), off)), "{evidence:?}");
    });
}

#[test]
fn a_file_is_posted_once_whatever_is_tried() {
    engines::each(|db, _| {
        village::found(db);
        let [ann, bea] = ["E-1", "E-2"].map(|it| customer(db, it));
        let file = format!(
            "account,amount,tender,reference,name\n{},20.00,check,1,Quill\n{},30.00,check,2,\nnobody,5.00,cash,3,Mill St\n",
            ann.number, bea.number
        );
        let post = |text: &str, count: usize, total: i64| {
            db.write(|tx| {
                let file = ("box.csv", text.as_bytes());
                let new = drawer::batch_of(tx, file, (count, dollars(total)), DAY)?;
                drawer::post_batch(tx, village::actor(), &new)
            })
        };
        let says = |went: Result<PaymentBatchId>| went.unwrap_err().to_string();
        let cut = &file[..file.rfind("nobody").unwrap()];
        assert_eq!(
            says(post(cut, 3, 55)),
            "2 of $50.00 came in all, and 3 of $55.00 were said; nothing was posted"
        );
        let wrong = file.replace("20.00", "20.0.0");
        assert!(
            says(post(&wrong, 3, 55))
                .starts_with("nothing was posted:\nline 2: 20.0.0 is no amount")
        );
        assert_eq!(db.read(store::payment::count).unwrap(), 0);
        // Ten at once: one of them posts it.
        let went: Vec<_> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..10).map(|_| scope.spawn(|| post(&file, 3, 55))).collect();
            all.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert_eq!(went.iter().filter(|it| it.is_ok()).count(), 1);
        for why in went.into_iter().filter_map(Result::err) {
            assert_eq!(why.to_string(), "that is batch 1 already, box.csv; nothing was changed");
        }
        // One byte changed, and the same items in another file.
        for text in [file.replace("check,1,", "check,9,"), file.replace('\n', "\r\n")] {
            let why = says(post(&text, 3, 55));
            assert!(why.contains("\nline 3: payment 2 of $30.00 is posted already"), "{why}");
        }
        let changed = file.replace("20.00", "21.00");
        assert!(says(post(&changed, 3, 55)).starts_with("3 of $56.00 came in all"));
        assert_eq!(db.read(store::payment::count).unwrap(), 2);
        assert_eq!(db.read(store::suspense::open).unwrap().len(), 1);
        sound(db);
    });
}

fn charge(tx: &mut Tx, account: AccountId, amount: i64, on: Date) -> Result<()> {
    let id = EntryId(tx.next(Counter::Entry, 1)?);
    let (key, label, amount) = (format!("fee/{id}"), "Visit".to_owned(), dollars(amount));
    let kind = ChargeFor::Fee;
    let charge =
        Charge { key: key.clone(), kind, account, amount, on, asked_by: None, label, bill: None };
    store::charge::add(tx, std::slice::from_ref(&charge))?;
    let (text, postings) = (key.clone(), charge.postings());
    store::ledger::add(tx, &[Entry { id, kind: EntryKind::Charge, on, key, text, postings }])
}

#[test]
fn a_closed_day_stays_and_what_comes_late_is_in_the_next() {
    engines::each(|db, _| {
        village::found(db);
        let by = village::actor();
        let ann = customer(db, "E-1").id;
        db.write(|tx| charge(tx, ann, 40, date(2026, 1, 5))).unwrap();
        let early = NewReceipt {
            on: date(2026, 2, 28),
            tenders: vec![NewTender {
                kind: Tender::Check,
                amount: dollars(15),
                reference: "1".to_owned(),
            }],
            shares: vec![Share {
                to: For::Account { account: ann, bill: None },
                amount: dollars(15),
            }],
        };
        db.write(|tx| receipt::take(tx, at("2026-02-28"), &early)).unwrap();
        let close = |on| close::close_day(db, by, on, "");
        assert_eq!(
            close(date(2026, 3, 11)).unwrap_err().to_string(),
            "the day has not come; today is 2026-03-10"
        );
        let first = close(date(2026, 2, 28)).unwrap();
        assert_eq!((first.number, first.entries, first.debits), (1, 2, dollars(55)));
        let extract = |number| db.read(|tx| close::extract(tx, number));
        let before = extract(1).unwrap();
        assert_eq!(before.1.iter().map(|it| it.amount).sum::<Money>(), Money::ZERO);

        // What a journal has of a day is called as it was.
        let chart = "1010 general = cash: Bank\n";
        let why = db.write(|tx| close::say_chart(tx, by, date(2026, 2, 28), chart)).unwrap_err();
        assert_eq!(
            why.to_string(),
            "2026-02-28 is in a journal already; say how accounts are called from a later day on"
        );
        // It counts from January and came when February was closed: March's journal has it.
        db.write(|tx| charge(tx, ann, 9, date(2026, 1, 6))).unwrap();
        let text = "1010 general = cash: Cash in bank\n4091 general = fee revenue: Visits\n";
        let other = "4011 electric = electric revenue, tariff R-9: Residential sales\n";
        let no_tariff = db.write(|tx| close::say_chart(tx, by, date(2026, 3, 1), other));
        assert!(no_tariff.unwrap_err().to_string().starts_with("there is no tariff R-9"));
        db.write(|tx| close::say_chart(tx, by, date(2026, 3, 1), text)).unwrap();
        let month = |on, level| close::close_month(db, by, on, level, "the rules say so");
        assert_eq!(
            month(date(2030, 1, 1), Level::Soft).unwrap_err().to_string(),
            "2030-01 has not begun; today is 2026-03-10"
        );
        month(date(2026, 2, 3), Level::Soft).unwrap();
        let for_good = |on| db.read(|tx| close::closed_for_good(tx, on)).unwrap();
        assert_eq!(for_good(date(2026, 2, 14)), None, "softly is not for good");
        month(date(2026, 2, 3), Level::Hard).unwrap();
        assert_eq!(for_good(date(2026, 2, 14)).as_deref(), Some("2026-02"));
        assert_eq!(for_good(date(2026, 3, 1)), None);
        let again = month(date(2026, 2, 3), Level::Hard).unwrap_err().to_string();
        assert_eq!(again, "that is said already; nothing was changed");
        let early = month(date(2026, 3, 3), Level::Hard).unwrap_err().to_string();
        assert_eq!(
            early,
            "not closed: the days of 2026-03 are not closed through 2026-03-31; the last is 2026-02-28"
        );
        assert_eq!(
            close(date(2026, 2, 28)).unwrap_err().to_string(),
            "2026-02-28 is closed already; close a later day"
        );
        assert_eq!(close(date(2026, 3, 9)).unwrap().entries, 1);
        month(date(2026, 3, 3), Level::Soft).unwrap();
        assert_eq!(
            close(DAY).unwrap_err().to_string(),
            "2026-03 is softly closed; say why one more of its days is closed"
        );
        close::close_day(db, by, DAY, "late post").unwrap();
        assert_eq!(extract(1).unwrap(), before, "again, it is the same");
        let late = extract(2).unwrap().1;
        assert_eq!(late[1].named.number, "4091");
        assert_eq!(late[1].posted.on, date(2026, 1, 6));
        assert_eq!(
            extract(9).unwrap_err().to_string(),
            "there is no journal 9; close a day first: meterbook ledger close-day"
        );
        let evidence = db.read(|tx| store::journal::evidence(tx, "2026-03-09")).unwrap();
        assert_eq!(evidence[0].1, "1 entries, debits $9.00, credits $9.00");
        let newest = db.read(store::journal::newest).unwrap();
        let through = ("through".to_owned(), format!("entry {newest}, all since entry 0"));
        assert!(evidence.contains(&through), "{evidence:?}");

        // By age: as it is known now, as it was known then, and as of another day.
        let aged = |on, known| {
            let rows = db.read(|tx| close::ageing(tx, by, on, known)).unwrap();
            rows.first().map(|it| (it.aged.due.map(Money::cents), it.aged.credit.cents()))
        };
        assert_eq!(aged(DAY, None), Some(([0, 0, 0, 34_00, 0], 0)));
        assert_eq!(aged(DAY, Some(date(2026, 3, 1))), Some(([0, 0, 0, 25_00, 0], 0)));
        assert_eq!(aged(date(2026, 1, 20), None), Some(([0, 49_00, 0, 0, 0], 0)));
        assert_eq!(aged(DAY, Some(date(2026, 1, 1))), None);
        sound(db);
    });
}

#[test]
fn what_a_close_keeps_is_what_was_posted_and_what_is_owed_together_is_added_up_from_it() {
    engines::each(|db, _| {
        village::found(db);
        let by = village::actor();
        let [ann, bob] = ["E-1", "E-2"].map(|it| customer(db, it).id);
        let fee = |account, amount, on| db.write(|tx| charge(tx, account, amount, on)).unwrap();
        let day = |nth: i8| date(2026, 3, nth);
        let close = |nth| close::close_day(db, by, day(nth), "").unwrap().through;
        fee(ann, 10, day(6));
        let first = close(6);
        fee(bob, 20, day(7));
        fee(ann, 5, date(2026, 1, 5));
        let second = close(7);
        fee(bob, 40, day(8));
        let newest = db.read(store::journal::newest).unwrap();
        let all = EntryId(i64::MAX);
        let receivable =
            |on, through| db.read(|tx| store::kept::receivable(tx, on, through)).unwrap();
        assert_eq!(receivable(Date::MAX, all), dollars(75));
        assert_eq!(receivable(day(6), all), dollars(15));
        assert_eq!(receivable(day(6), first), dollars(10));
        assert_eq!(receivable(day(7), all), dollars(35));
        assert_eq!(receivable(Date::MAX, EntryId(first.0 + 1)), dollars(30), "within a journal");
        assert_eq!(db.read(store::kept::owed).unwrap(), dollars(75));
        for through in (0..=newest.0).map(EntryId) {
            let kept = db.read(|tx| store::kept::totals(tx, through)).unwrap();
            let posted = db.read(|tx| store::ledger::gl_moved(tx, EntryId(0), through)).unwrap();
            assert_eq!(kept, posted, "through {through}");
        }
        let before = |on| db.read(|tx| store::kept::settled_before(tx, on)).unwrap();
        assert_eq!([date(2026, 1, 1), day(7), day(8)].map(before), [EntryId(0), first, second]);
        // Who owes something then, as it was known then; whoever owes nothing is not looked at.
        let who = |on, through| -> Vec<AccountId> {
            let all = db.read(|tx| store::kept::owing(tx, on, through)).unwrap();
            all.into_iter().map(|it| it.0).collect()
        };
        assert_eq!(who(Date::MAX, all), [ann, bob]);
        assert_eq!((who(day(6), all), who(date(2026, 1, 5), all)), (vec![ann], vec![ann]));
        assert_eq!((who(date(2026, 1, 5), first), who(Date::MAX, first)), (vec![], vec![ann]));
        // The ledger of some days is the same whether what is settled is left out or not.
        let ledger = |first, last, after, through| {
            let scope = store::report::Scope { first, last, after, through };
            db.read(|tx| store::report::ledger(tx, scope)).unwrap()
        };
        let none = EntryId(0);
        let march = ledger(day(7), day(8), none, all);
        assert_eq!(march, ledger(day(7), day(8), first, all));
        let of = |totals: &[store::report::Total]| {
            let it = totals.iter().find(|it| it.gl == Gl::Receivable).unwrap();
            [it.opening, it.debits, it.credits]
        };
        assert_eq!(of(&march), [dollars(15), dollars(60), Money::ZERO]);
        let posted = ledger(date(1, 1, 1), Date::MAX, first, second);
        assert_eq!(of(&posted), [dollars(10), dollars(25), Money::ZERO]);
        sound(db);
        // What is kept is proved.
        let mut raw = Raw::beside(db).unwrap();
        raw.run("update account_owed set owed_cents = owed_cents + 1 where account_id = 1")
            .unwrap();
        raw.run(
            "insert into journal_moved (number, effective_on, gl, debit_cents, credit_cents)
             values (2, '2026-03-01', '1010 cash', 7, 0)",
        )
        .unwrap();
        let rules = check::check(db).unwrap().rules;
        let kept = rules.into_iter().find(|it| it.name == "kept-sums").unwrap();
        assert_eq!(kept.faults.len(), 2, "{:?}", kept.faults);
        assert!(
            kept.faults[0].contains("1010 cash of 2026-03-01 in journal 2"),
            "{:?}",
            kept.faults
        );
        assert!(kept.faults[1].contains("is kept as owing $15.01"), "{:?}", kept.faults);
        let why = close::close_day(db, by, day(8), "").unwrap_err().to_string();
        assert!(why.contains("the accounts together owe $75.01"), "{why}");
    });
}

#[test]
fn a_day_that_does_not_add_up_is_not_closed_and_what_is_older_is_looked_at_by_check() {
    engines::each(|db, _| {
        village::found(db);
        let by = village::actor();
        let [ann, bob] = ["E-1", "E-2"].map(|it| customer(db, it).id);
        let fee = |account, amount, on| db.write(|tx| charge(tx, account, amount, on)).unwrap();
        let close = |on| close::close_day(db, by, on, "");
        for (nth, amount) in [(6_i8, 10), (7, 20)] {
            fee(ann, amount, date(2026, 3, nth));
            close(date(2026, 3, nth)).unwrap();
        }
        fee(bob, 30, date(2026, 3, 8));
        let found = close(date(2026, 3, 8)).unwrap();
        let evidence = db.read(|tx| store::journal::evidence(tx, "2026-03-08")).unwrap();
        let said = |step: &str| {
            let it = evidence.iter().find(|it| it.0 == step);
            it.unwrap_or_else(|| panic!("{step} was looked at")).1.clone()
        };
        let since = db.read(|tx| store::journal::get(tx, 1)).unwrap().unwrap().through;
        let through = found.through;
        assert_eq!(said("subledger"), "2 examined, nothing found");
        assert_eq!(said("through"), format!("entry {through}, all since entry {since}"));
        // The totals are those of all that was ever posted.
        assert_eq!(said("totals"), "1200 receivable $60.00; 4090 fee revenue -$60.00");
        // A charge that nobody posted, behind the store's back: of one to whom something was posted since, and
        // of one to whom nothing was, whom `check` finds.
        close(date(2026, 3, 9)).unwrap();
        fee(bob, 1, DAY);
        let unposted = |account: AccountId| {
            format!(
                "insert into charge (key, kind, account_id, amount_cents, charged_on, label)
                 values ('x/{account}', 'fee', {account}, 500, '2026-03-10', 'Visit');"
            )
        };
        Raw::beside(db).unwrap().run(&[unposted(ann), unposted(bob)].concat()).unwrap();
        let wrong = db.read(|tx| close::look(tx, DAY)).unwrap().wrong;
        let number = |id| db.read(|tx| store::account::get(tx, id)).unwrap().number;
        let off = |id| {
            let number = number(id);
            format!(
                "account {number} does not owe what its bills, settlements, charges and payments come to"
            )
        };
        let all =
            "the receivable is $61.00, and bills, settlements and charges less payments are $71.00";
        assert_eq!(wrong, [off(bob)]);
        let refused = close(DAY).unwrap_err().to_string();
        assert_eq!(refused, format!("not closed: {}", wrong.join("; ")));
        let rules = check::check(db).unwrap().rules;
        let rule = rules.iter().find(|it| it.name == "subledger").unwrap();
        assert_eq!(rule.faults, [off(ann), off(bob), all.to_owned()]);
    });
}

#[test]
fn closing_yesterday_leaves_what_came_today_for_today() {
    engines::each(|db, _| {
        village::found(db);
        let ann = customer(db, "E-1").id;
        let take = |day: &str, cents: i64, on: Date| {
            let (kind, amount, reference) =
                (Tender::Check, Money::from_cents(cents), format!("{day}/{cents}"));
            let new = NewReceipt {
                on,
                tenders: vec![NewTender { kind, amount, reference }],
                shares: vec![Share { to: For::Account { account: ann, bill: None }, amount }],
            };
            db.write(|tx| receipt::take(tx, at(day), &new)).unwrap();
        };
        let close = |on: Date| close::close_day(db, at("2027-01-03"), on, "").unwrap();
        let (old, new) = (date(2026, 12, 31), date(2027, 1, 2));
        take("2026-12-31", 10_00, old);
        take("2027-01-02", 20_00, new);
        // It counts from the old year and came in the new one.
        take("2027-01-02", 5_00, old);
        let found = close(old);
        assert_eq!((found.entries, found.debits.cents()), (1, 10_00));
        close::close_month(db, at("2027-01-03"), old, Level::Hard, "the year is over").unwrap();
        // What was found that day is what its journal says, whatever came since.
        let evidence = |of: &str| db.read(|tx| close::evidence(tx, of)).unwrap();
        let totals = |of| evidence(of).into_iter().find(|it| it.0 == "totals").unwrap().1;
        assert_eq!(totals("2026-12-31"), "1010 cash $10.00; 1200 receivable -$10.00");
        let owed = ("receivable".to_owned(), "-$10.00".to_owned());
        assert!(evidence("2026-12 hard").contains(&owed) && evidence("2026-12").contains(&owed));
        let none = db.read(|tx| close::evidence(tx, "2026-11")).unwrap_err().to_string();
        assert!(
            none.starts_with("nothing was closed that is called 2026-11; write a day"),
            "{none}"
        );
        // Nothing was posted on a day: its journal is empty.
        assert_eq!(close(date(2027, 1, 1)).entries, 0);
        let found = close(new);
        assert_eq!((found.entries, found.debits.cents()), (2, 25_00));
        sound(db);
        // A journal that has it is found.
        take("2027-01-03", 1_00, new);
        take("2027-01-04", 1_00, new);
        db.write(|tx| {
            let through = store::journal::seal(tx)?;
            let (entries, debits, _) = store::journal::sum(tx, found.through, through)?;
            let on = date(2027, 1, 3);
            let it = Journal { number: 4, on, through, entries, debits };
            store::journal::add(tx, &it, at("2027-01-05").at)
        })
        .unwrap();
        let rules = check::check(db).unwrap().rules;
        let rule = rules.iter().find(|it| it.name == "journals").unwrap();
        assert_eq!(rule.faults, ["journal 4 of 2027-01-03 has what was posted on 2027-01-04"]);
    });
}

#[test]
fn a_month_closes_by_a_checklist_that_is_kept_and_knows_what_later_journals_have() {
    engines::each(|db, _| {
        village::found(db);
        let ann = customer(db, "E-1").id;
        let take = |day: &str, dollars_: i64, to: For| {
            let (kind, amount, reference) = (Tender::Check, dollars(dollars_), day.to_owned());
            let new = NewReceipt {
                on: day.parse().unwrap(),
                tenders: vec![NewTender { kind, amount, reference }],
                shares: vec![Share { to, amount }],
            };
            db.write(|tx| receipt::take(tx, at(day), &new)).unwrap();
        };
        take("2026-02-26", 15, For::Account { account: ann, bill: None });
        take("2026-02-27", 5, For::Suspense { said: "J. Doe".to_owned() });
        let newest = db.read(store::journal::newest).unwrap();
        take("2026-03-05", 7, For::Account { account: ann, bill: None });
        // The first day that is closed is in the next month.
        let by = at("2026-03-10");
        close::close_day(db, by, date(2026, 3, 9), "").unwrap();
        let february = date(2026, 2, 1);
        let looked = close::look_month(db, by, february).unwrap();
        let held = "$5.00 since 2026-02-27 is nobody's yet: J. Doe (1)".to_owned();
        assert!(looked.wrong().is_empty() && looked.open().contains(&held), "{looked:#?}");
        let why = close::close_month(db, by, february, Level::Hard, " ").unwrap_err().to_string();
        assert!(why.starts_with("not closed for good without a reason"), "{why}");
        assert!(why.contains(&held), "{why}");
        close::close_month(db, by, february, Level::Hard, "the check is asked for").unwrap();
        let evidence = db.read(|tx| close::evidence(tx, "2026-02 hard")).unwrap();
        let of = |name: &str| -> Vec<String> {
            evidence.iter().filter(|it| it.0 == name).map(|it| it.1.clone()).collect()
        };
        assert_eq!(of("through"), [format!("entry {newest}")]);
        assert_eq!(of("receivable"), ["-$15.00"]);
        assert_eq!(of("suspense"), ["$5.00 is held for nobody".to_owned(), held]);
        assert_eq!(of("days"), ["0 days are closed in it"]);
        assert_eq!(of("turns"), ["0 of 0 turns with bills of the month are posted"]);
        assert_eq!(of("drawers"), ["every drawer of the month is closed"]);
        assert_eq!(of("deposits"), ["the ledger has $0.00; 0 examined, nothing found"]);
        assert_eq!(of("totals").len(), 1);
        assert!(of("check")[0].ends_with("rules of the books hold"));
        assert!(of("unbilled")[0].contains("was used before 2026-02-28 and not billed"));
        // A rule that does not hold keeps it from being closed for good, whatever anybody says.
        let charge = format!(
            "insert into charge (key, kind, account_id, amount_cents, charged_on, label)
             values ('x/{ann}', 'fee', {ann}, 500, '2026-03-10', 'Visit');"
        );
        Raw::beside(db).unwrap().run(&charge).unwrap();
        let march = date(2026, 3, 1);
        let found = close::look_month(db, by, march).unwrap();
        let step = found.steps.iter().find(|it| it.name == "check").unwrap();
        assert!(step.wrong.iter().any(|it| it.contains("charge")), "{:?}", step.wrong);
        close::close_month(db, by, march, Level::Soft, "").unwrap();
        let evidence = db.read(|tx| close::evidence(tx, "2026-03 soft")).unwrap();
        assert!(evidence.iter().any(|it| it.0 == "check" && it.1 == step.wrong[0]));
    });
}
