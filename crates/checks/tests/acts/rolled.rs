//! What one account pays for others, on both engines: until its summary bill has it, it is nobody's debt
//! that is due; what rules take off and what waits for a bill goes where it belongs; and it adds up.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::bill_run::correct::{NewCorrection, preview};
use meterbook_app::bill_run::once::{self, NewOnce, Of};
use meterbook_app::bill_run::{self, Until, Which, settle};
use meterbook_app::credit::{self, NewRefund};
use meterbook_app::deposit::{self, NewDeposit};
use meterbook_app::{
    Actor, budget, check, close, collection, customer_view, debit, detail, late_fee, mandate, plan,
    statement, summary,
};
use meterbook_checks::engines;
use meterbook_core::account::{Account, Cycle};
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::summary::Summed;
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::credit::Noun;
use meterbook_core::cycle::{Window, off_cycle};
use meterbook_core::debit::Scheme;
use meterbook_core::detail::{DetailKind, Subject};
use meterbook_core::id::{AccountId, AccountNumber, BillId, CorrectionId, EntryId, WindowId};
use meterbook_core::ledger::{Entry, EntryKind, post_bill};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_store::{self as store, Counter, Db};

use crate::correct::{begin, bill, meter_shows};
use crate::deposit::{at, pays, say};
use crate::mandate::{key, new, terms};
use crate::sum_up::{JANUARY, MASTER, clean, drawn, owes, summing, three, three_since};
use crate::village::{self, DIALS, actor, says};

/// The next summary is dated in February.
const BEFORE: Date = date(2026, 1, 31);

fn read(db: &Db, on: Date, indexes: [i64; 3]) {
    for (serial, index) in ["E-1", "E-2", "E-3"].into_iter().zip(indexes) {
        meter_shows(db, serial, on, &[index]);
    }
}

fn all_owe(db: &Db, all: &[Account]) -> Vec<i64> {
    all.iter().map(|it| owes(db, it)).collect()
}

/// A fence of $75.00, charged to an account on a day.
pub(crate) fn fence(db: &Db, account: AccountId, day: &str) -> BillId {
    let said = vec!["75.00 fee revenue: Fence".to_owned()];
    let of = Of::Charges { kinds: Vec::new(), said, open: false };
    let new = NewOnce { account, of, reference: String::new(), total: Money::ZERO };
    db.write(|tx| {
        let planned = once::preview(tx, at(day), &new)?;
        do_or_ask(tx, at(day), &Asked::BillOnce(new.clone().seen(&planned)), "a fence")
    })
    .unwrap();
    db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0]
}

fn misread(db: &Db, account: AccountId) {
    misread_by(db, account, actor());
}

fn misread_by(db: &Db, account: AccountId, by: Actor) {
    db.write(|tx| {
        let net = preview(tx, by, account, JANUARY, Cause::Read)?.charged();
        let wanted = NewCorrection { account, from: JANUARY, cause: Cause::Read, net };
        do_or_ask(tx, by, &Asked::Correct(wanted), "misread")
    })
    .unwrap();
}

#[test]
fn what_waits_for_a_summary_bill_is_nobodys_debt_that_is_due() {
    engines::each(|db, _| {
        let all = three(db, Some("roll-up"));
        say(db, Noun::Collection, "least any 5.00\nstep any reminder 1 days\n");
        say(db, Noun::Plan, "months residential 2\ndue monthly\n");
        say(db, Noun::LateFee, "fee residential 10% monthly\nleast 5.00\n");
        let of = all[1].id;
        db.write(|tx| {
            let mut new = mandate::NewMandate { scheme: Scheme::Ppd, signed: JANUARY, ..new(of) };
            new.terms = terms(JANUARY);
            mandate::agree(tx, actor(), &key(), &new)
        })
        .unwrap();
        let charged = fence(db, of, "2026-01-20");
        let due = db.read(|tx| store::bill::get(tx, charged)).unwrap().due_on;
        let late = due.saturating_add(10.days());
        let past_due = |account: &Account| {
            let view = db.read(|tx| customer_view::of_account(tx, account.number, late, 0));
            view.unwrap().unwrap().past_due.cents()
        };
        assert_eq!((all_owe(db, &all), past_due(&all[1])), (vec![0, 75_00, 0], 0));
        let looked = db.read(|tx| collection::look(tx, late)).unwrap();
        assert_eq!(looked.opens, []);
        let day = late.to_string();
        assert_eq!(late_fee::assess_all(db, at(&day)).unwrap().0, 0);
        let none = db.read(|tx| plan::propose(tx, of, late)).unwrap_err();
        assert_eq!(
            says(&none),
            "nothing is owed, so there is nothing to pay in parts; see: meterbook receipt open"
        );
        let taken = || db.read(|tx| debit::due(tx, late)).unwrap().len();
        assert_eq!(taken(), 0);
        let aged = |db: &Db| db.write(|tx| close::ageing(tx, actor(), late, None)).unwrap();
        let it = aged(db).remove(0);
        assert_eq!((it.number, it.aged.due[0].cents()), (all[1].number, 75_00), "it has no age");
        // What the account owes itself is paid first, and is late.
        let fee = deposit_of(of, 10_00);
        db.write(|tx| deposit::ask(tx, at("2026-01-20"), &fee, "new")).unwrap();
        let open = Of::Charges { kinds: Vec::new(), said: Vec::new(), open: true };
        let new = NewOnce { account: of, of: open, reference: String::new(), total: Money::ZERO };
        db.write(|tx| {
            let planned = once::preview(tx, at("2026-01-21"), &new)?;
            let new = new.clone().seen(&planned);
            do_or_ask(tx, at("2026-01-21"), &Asked::BillOnce(new), "asked for")
        })
        .unwrap();
        assert_eq!((all_owe(db, &all), past_due(&all[1])), (vec![0, 85_00, 0], 10_00));
        let looked = db.read(|tx| collection::look(tx, late)).unwrap();
        let opens: Vec<_> = looked.opens.iter().map(|it| (it.account, it.past_due)).collect();
        assert_eq!(opens, [(of, Money::from_cents(10_00))]);
        pays(db, of, 10_00, date(2026, 2, 1), actor());
        assert_eq!(past_due(&all[1]), 0);
        clean(db);
        // Then the summary has it: the first account owes it, and nobody owes it twice.
        read(db, date(2026, 2, 1), [100, 200, 300]);
        bill(db);
        assert_eq!(all_owe(db, &all), [72_00 + 75_00, 0, 0]);
        assert_eq!((past_due(&all[1]), taken()), (0, 0));
        clean(db);
    });
}

#[test]
fn a_bill_does_not_ask_for_an_earlier_one_that_waits_for_its_summary() {
    engines::each(|db, folder| {
        let all = three(db, Some("roll-up"));
        meter_shows(db, "E-1", date(2026, 2, 1), &[100]);
        meter_shows(db, "E-2", date(2026, 2, 1), &[200]);
        bill(db);
        // The third is held; the next turn comes.
        read(db, date(2026, 3, 1), [200, 400, 300]);
        bill(db);
        assert_eq!(all_owe(db, &all), [24_00, 48_00, 0]);
        let own = db.read(|tx| store::bill::newest_of(tx, all[1].id, 1)).unwrap()[0].id;
        let it = db.read(|tx| statement::of_bill(tx, own)).unwrap();
        assert_eq!(
            (it.before.cents(), it.bill.total.cents(), it.amount_due.cents()),
            (24_00, 24_00, 0)
        );
        let page = drawn(db, folder, own);
        assert!(page.contains("−$48.00"), "{page}");
        // One who pays it twice over may have it back, and what waits is not taken of it.
        pays(db, all[1].id, 5_00, date(2026, 3, 2), actor());
        let reference = "check 9".to_owned();
        let back = NewRefund { account: all[1].id, amount: Money::from_cents(5_00), reference };
        db.write(|tx| credit::refund(tx, actor(), &back, "it was paid already")).unwrap();
        clean(db);
        meter_shows(db, "E-3", date(2026, 2, 1), &[150]);
        let held = Which::Held(Cycle(1), None);
        bill_run::run(db, at("2026-03-10"), held, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(all_owe(db, &all), [24_00 + 48_00 + 36_00, 0, 0]);
        let last = db.read(|tx| store::bill::newest_of(tx, MASTER, 9)).unwrap();
        let due: Vec<Date> = last.iter().map(|it| it.due_on).collect();
        assert_eq!(due.iter().max(), Some(&date(2026, 3, 31)), "{last:?}");
        clean(db);
    });
}

fn deposit_of(account: AccountId, cents: i64) -> NewDeposit {
    let amount = Some(Money::from_cents(cents));
    NewDeposit { account, credit: Credit::Unknown, amount, parts: 1 }
}

#[test]
fn a_bill_is_paid_by_whom_its_paper_names_also_when_that_ended() {
    engines::each(|db, folder| {
        let all = three(db, Some("roll-up"));
        fence(db, all[1].id, "2026-01-20");
        let by = all[0].number.to_string();
        let ends = |on| {
            db.write(|tx| {
                let of = Subject::Account(all[1].id);
                detail::end(tx, actor(), of, DetailKind::Summary, &by, on)
            })
        };
        // What the paper of the fence says stays.
        let why = says(&ends(date(2026, 1, 10)).unwrap_err());
        let stays =
            "of 2026-01-20 says on its paper who pays it, and that stays; name a day after it";
        assert!(why.ends_with(stays), "{why}");
        ends(BEFORE).unwrap();
        read(db, date(2026, 2, 1), [100, 200, 300]);
        bill(db);
        // The second pays its own bill of February, and not the fence.
        assert_eq!(all_owe(db, &all), [12_00 + 36_00 + 75_00, 24_00, 0]);
        assert_eq!(asks(db, all[1].id), (75_00, 24_00), "the fence is on the other one's bill");
        let own = db.read(|tx| store::bill::newest_of(tx, all[1].id, 1)).unwrap()[0].id;
        let page = drawn(db, folder, own);
        assert!(page.contains("Earlier charges that another account pays"), "{page}");
        assert!(page.contains("−$75.00") && !page.contains("past due"), "{page}");
        clean(db);
        // Nor does an account that rolls nothing up any more leave a bill to whoever had it before.
        let master = Subject::Account(MASTER);
        let late = db.write(|tx| {
            detail::end(tx, actor(), master, DetailKind::Sums, "roll-up", date(2026, 2, 1))
        });
        assert!(says(&late.unwrap_err()).contains("says on its paper who pays it"));
    });
}

#[test]
fn what_rules_take_off_is_not_rolled_up() {
    engines::each(|db, folder| {
        let all = three(db, Some("roll-up"));
        let text = "reach utility any 0\n";
        db.write(|tx| settle::say_rules(tx, actor(), JANUARY, text)).unwrap();
        read(db, date(2026, 2, 1), [100, 200, 300]);
        bill(db);
        assert_eq!(all_owe(db, &all), [72_00, 0, 0]);
        // $6.00 more, which are too long ago: nobody pays them, and nobody has them as a credit.
        meter_shows(db, "E-2", date(2026, 2, 1), &[250]);
        misread(db, all[1].id);
        assert_eq!(all_owe(db, &all), [72_00, 0, 0]);
        assert_eq!(asks(db, all[1].id).1, 0, "it asks for nothing, and gives nothing back");
        let id = summing(db).unwrap();
        let it = db.read(|tx| statement::of_bill(tx, id)).unwrap();
        assert_eq!((it.bill.total.cents(), it.amount_due.cents()), (60_00, 72_00));
        let page = drawn(db, folder, id);
        assert!(page.contains("$30.00") && page.contains("$24.00"), "{page}");
        clean(db);
        // Corrected once more, to less than it read and still more than was asked for: nothing changes.
        meter_shows(db, "E-2", date(2026, 2, 1), &[240]);
        misread(db, all[1].id);
        assert_eq!(all_owe(db, &all), [72_00, 0, 0]);
        assert_eq!(asks(db, all[1].id).1, 0);
        clean(db);
    });
}

fn rules(db: &Db, text: &str) {
    db.write(|tx| settle::say_rules(tx, actor(), JANUARY, text)).unwrap();
}

/// What the newest bill of an account asks for, and what was owed before it.
fn asks(db: &Db, account: AccountId) -> (i64, i64) {
    let id = db.read(|tx| store::bill::newest_of(tx, account, 1)).unwrap()[0].id;
    let it = db.read(|tx| statement::of_bill(tx, id)).unwrap();
    (it.before.cents(), it.amount_due.cents())
}

#[test]
fn a_correction_leaves_a_debt_with_whom_the_bill_was() {
    engines::each(|db, folder| {
        let all = three_since(db, Some("roll-up"), date(2026, 3, 3));
        rules(db, "interest 100% from paid\n");
        read(db, date(2026, 2, 1), [100, 200, 300]);
        bill(db);
        pays(db, all[1].id, 24_00, date(2026, 2, 28), actor());
        // It is March 10, and the first account sums up the others.
        meter_shows(db, "E-2", date(2026, 2, 1), &[150]);
        misread(db, all[1].id);
        // $6.00, and $0.16 on it for ten days; the first owes what it did.
        let owed = [12_00, -616, 36_00];
        assert_eq!(all_owe(db, &all), owed);
        let new = db.read(|tx| store::bill::newest_of(tx, all[1].id, 1)).unwrap()[0].id;
        let it = db.read(|tx| statement::of_bill(tx, new)).unwrap();
        assert_eq!((it.paid_by, it.amount_due.cents()), (None, -616), "with its interest");
        let page = drawn(db, folder, new);
        assert!(!page.contains("Paid by account"), "{page}");
        clean(db);
        // What is billed from then on is the first one's, and no more: its own 12 dollars, and 18 and 12.
        read(db, date(2026, 3, 1), [200, 300, 400]);
        let march = Which::Cycle(Cycle(1));
        bill_run::run(db, at("2026-03-12"), march, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(all_owe(db, &all), [12_00 + 12_00 + 18_00 + 12_00, -616, 36_00]);
        let own = db.read(|tx| store::bill::newest_of(tx, all[1].id, 1)).unwrap()[0].id;
        let it = db.read(|tx| statement::of_bill(tx, own)).unwrap();
        assert_eq!((it.before.cents(), it.amount_due.cents()), (-616, -616));
        let page = drawn(db, folder, own);
        assert!(page.contains("−$18.00"), "what its summary bill moved: {page}");
        clean(db);
        // The one that is corrected again, with one that the first owes, in one piece.
        pays(db, MASTER, 54_00, date(2026, 3, 12), at("2026-03-12"));
        meter_shows(db, "E-2", date(2026, 2, 1), &[100]);
        meter_shows(db, "E-2", date(2026, 3, 1), &[240]);
        misread_by(db, all[1].id, at("2026-03-22"));
        // February comes to $6.00 less, March to $1.20 less: each to whom paid it, with its interest, of 22
        // days and of 10.
        let before = [12_00 + 12_00 + 18_00 + 12_00 - 54_00, -616, 36_00];
        let less = [1_20 + 3, 6_00 + 36, 0];
        let now: Vec<i64> = before.iter().zip(less).map(|(was, less)| was - less).collect();
        assert_eq!(all_owe(db, &all), now);
        let it = db.read(|tx| store::correction::get(tx, CorrectionId(2))).unwrap();
        assert_eq!(it.settled.elsewhere, [(MASTER, Money::from_cents(3))]);
        let it = db.read(|tx| summary::of_correction(tx, it.id)).unwrap().asks.unwrap();
        let by = Some(all[0].number);
        assert_eq!((it.before.cents(), it.amount_due.cents(), it.paid_by), (-616, now[1], by));
        clean(db);
    });
}

#[test]
fn a_corrected_bill_that_another_account_pays_gives_its_own_no_credit() {
    engines::each(|db, folder| {
        let all = three(db, Some("roll-up"));
        rules(db, "interest 100% from paid\nreach utility any 0\n");
        read(db, date(2026, 2, 1), [100, 200, 300]);
        bill(db);
        // Nobody paid, and nobody has interest.
        meter_shows(db, "E-2", date(2026, 2, 1), &[150]);
        let seen = |db: &Db| {
            db.write(|tx| preview(tx, actor(), all[1].id, JANUARY, Cause::Read)).unwrap().settled
        };
        assert_eq!(seen(db).interest, Money::ZERO);
        // A part of it pays what is right of the summary bill first: of $60.00 $54.00 are.
        pays(db, MASTER, 12_00 + 54_00, date(2026, 2, 28), actor());
        assert_eq!(seen(db).interest, Money::ZERO);
        pays(db, MASTER, 6_00, date(2026, 3, 5), actor());
        // $6.00 for five days.
        let settled = seen(db);
        let by = Money::from_cents(8);
        assert_eq!((settled.interest, settled.elsewhere), (by, vec![(MASTER, by)]));
        misread(db, all[1].id);
        assert_eq!(all_owe(db, &all), [-6_08, 0, 0]);
        assert_eq!(asks(db, all[1].id).1, 0);
        clean(db);
        let id = summing(db).unwrap();
        let page = drawn(db, folder, id);
        assert!(page.contains("$18.00") && !page.contains("$17.92"), "{page}");
        // The next turn: the interest is taken off nobody's row.
        read(db, date(2026, 3, 1), [200, 300, 400]);
        bill(db);
        assert_eq!(all_owe(db, &all), [12_00 + 18_00 + 12_00 - 6_08, 0, 0]);
        assert_eq!(asks(db, all[1].id), (0, 0));
        let id = db.read(|tx| store::bill::newest_of(tx, MASTER, 1)).unwrap()[0].id;
        let it = db.read(|tx| statement::of_bill(tx, id)).unwrap();
        let rows = db.read(|tx| summary::of_bill(tx, &it)).unwrap().rows;
        let theirs = rows.iter().find(|it| it.account == all[1].number).unwrap();
        assert_eq!((theirs.charges.cents(), theirs.amount_due.cents()), (18_00, 18_00));
        clean(db);
    });
}

#[test]
fn a_bill_asks_for_nothing_of_an_earlier_one_that_waits_with_something_not_charged() {
    engines::each(|db, _| {
        let all = three(db, Some("roll-up"));
        rules(db, "reach utility any 0\n");
        meter_shows(db, "E-1", date(2026, 2, 1), &[100]);
        meter_shows(db, "E-2", date(2026, 2, 1), &[200]);
        bill(db);
        // The third is held. $6.00 more, too long ago, while it waits.
        meter_shows(db, "E-2", date(2026, 2, 1), &[250]);
        misread(db, all[1].id);
        assert_eq!(all_owe(db, &all), [12_00, 24_00, 0]);
        read(db, date(2026, 3, 1), [200, 400, 300]);
        let march = Which::Cycle(Cycle(1));
        bill_run::run(db, at("2026-03-12"), march, Until::Posted, &mut |_| ()).unwrap();
        assert_eq!(all_owe(db, &all)[1], 24_00 + 18_00);
        assert_eq!(asks(db, all[1].id), (24_00, 0));
        clean(db);
    });
}

#[test]
fn a_bill_that_another_account_pays_is_not_levelled() {
    engines::each(|db, _| {
        let all = three(db, Some("roll-up"));
        say(db, Noun::Budget, "class residential\nhistory 12 1\n");
        let level = |account: AccountId| {
            let level = Some(Money::from_cents(10_00));
            db.write(|tx| budget::begin(tx, at("2026-01-20"), account, level, "by phone"))
        };
        let why = level(all[1].id).unwrap_err();
        assert!(
            says(&why).starts_with(&format!("account {} pays its bills", all[0].number)),
            "{why}"
        );
        // Who pays them may have its own levelled.
        level(MASTER).unwrap();
        let of = Subject::Account(MASTER);
        let say = |tx: &mut store::Tx, value: &str, was, from| {
            detail::set(tx, actor(), of, DetailKind::Sums, value, was, from)
        };
        db.write(|tx| say(tx, "stay", Some("roll-up"), BEFORE)).unwrap();
        let from = date(2026, 2, 1);
        db.write(|tx| {
            let level = Some(Money::from_cents(10_00));
            budget::begin(tx, at("2026-02-02"), all[1].id, level, "by phone")
        })
        .unwrap();
        let why = db.write(|tx| say(tx, "roll-up", Some("stay"), from)).unwrap_err();
        let levelled = format!("bills of account {} are levelled since 2026-02-02", all[1].number);
        assert!(says(&why).starts_with(&levelled), "{why}");
        let by = all[0].number.to_string();
        db.write(|tx| {
            detail::end(tx, actor(), Subject::Account(all[1].id), DetailKind::Summary, &by, from)?;
            say(tx, "roll-up", Some("stay"), from).map(drop)
        })
        .unwrap();
        let why = db.write(|tx| {
            let of = Subject::Account(all[1].id);
            detail::set(tx, actor(), of, DetailKind::Summary, &by, None, from)
        });
        assert!(says(&why.unwrap_err()).starts_with(&levelled));
        clean(db);
    });
}

/// An account that takes nothing itself and sums up three that do.
fn office(db: &Db, sums: &str) -> Account {
    begin(db, "R-1", &[DIALS]);
    for serial in ["E-2", "E-3"] {
        village::take_on(db, &village::customer(serial, &[DIALS])).unwrap();
    }
    read(db, JANUARY, [0, 0, 0]);
    db.write(|tx| {
        let mut office = store::account::get(tx, MASTER)?;
        office.id = AccountId(tx.next(Counter::Account, 1)?);
        office.number = AccountNumber::new(77).unwrap();
        store::account::add(tx, &office)?;
        let by = office.number.to_string();
        for id in 1..=3 {
            let of = Subject::Account(AccountId(id));
            detail::set(tx, actor(), of, DetailKind::Summary, &by, None, JANUARY)?;
        }
        let of = Subject::Account(office.id);
        detail::set(tx, actor(), of, DetailKind::Sums, sums, None, JANUARY)?;
        Ok(office)
    })
    .unwrap()
}

#[test]
fn what_is_asked_of_who_only_sums_up_comes_with_its_summary_bill() {
    for (sums, owed) in [("roll-up", 72_00 + 50_00), ("stay", 50_00)] {
        engines::each(|db, folder| {
            let office = office(db, sums);
            let asked = deposit_of(office.id, 50_00);
            db.write(|tx| deposit::ask(tx, at("2026-01-15"), &asked, "new")).unwrap();
            read(db, date(2026, 2, 1), [100, 200, 300]);
            bill(db);
            assert_eq!(owes(db, &office), owed, "{sums}");
            let id = db.read(|tx| store::bill::newest_of(tx, office.id, 1)).unwrap()[0].id;
            let it = db.read(|tx| statement::of_bill(tx, id)).unwrap();
            assert_eq!(it.amount_due.cents(), 72_00 + 50_00, "{sums}: it asks for all of it");
            let page = drawn(db, folder, id);
            assert!(page.contains("$50.00") && page.contains("$122.00"), "{page}");
            assert_eq!(page.contains("Each account owes its own bill"), sums == "stay");
            assert_eq!(db.read(|tx| store::credit::asked(tx, &[office.id])).unwrap(), []);
            clean(db);
        });
    }
}

#[test]
fn what_is_rolled_up_is_not_summed_up_by_hand() {
    engines::each(|db, _| {
        let all = three(db, Some("roll-up"));
        read(db, date(2026, 2, 1), [100, 200, 300]);
        let by = all[0].number;
        let sends = || {
            let send = meterbook_app::delivery::send::summary;
            let why = db.write(|tx| send(tx, actor(), MASTER, date(2026, 2, 20))).unwrap_err();
            says(&why)
        };
        let first = format!("what {by} sums up is rolled up to it");
        let early = sends();
        assert!(early.starts_with(&first) && early.ends_with("meterbook bill run"), "{early}");
        bill(db);
        let number = db.read(|tx| store::bill::get(tx, summing(db).unwrap())).unwrap().number;
        let late = sends();
        assert!(late.starts_with(&first) && late.ends_with(&number.0), "{late}");
        assert!(db.read(|tx| summary::of_account(tx, MASTER, date(2026, 2, 20))).is_err());
        clean(db);
    });
}

/// A bill that sums up the second account's, of which it moves less than there is.
fn moves_too_little(db: &Db, of: &Account) -> Result<()> {
    db.write(|tx| {
        let theirs = store::bill::newest_of(tx, of.id, 1)?[0].id;
        let was = store::bill::get(tx, theirs)?;
        let id = WindowId(tx.next(Counter::Window, 1)?);
        let Bill { period, billed_on, due_on, .. } = was;
        store::window::add(tx, &Window { id, cycle: off_cycle(id), period, billed_on, due_on })?;
        let moved = Money::from_cents(10_00);
        let bill = Bill {
            id: BillId(tx.next(Counter::Bill, 1)?),
            number: BillNumber("B-1-S1".to_owned()),
            account: MASTER,
            window: id,
            segments: Vec::new(),
            summed: vec![Summed { account: of.id, bill: theirs, moved }],
            total: moved,
            ..was
        };
        store::bill::add(tx, std::slice::from_ref(&bill))?;
        store::once::billed(tx, bill.id, "summary/1", "")?;
        let (kind, key, text) = (EntryKind::Bill, bill.number.0.clone(), String::new());
        let id = EntryId(tx.next(Counter::Entry, 1)?);
        let postings = post_bill(&bill);
        store::ledger::add(tx, &[Entry { id, kind, on: billed_on, key, text, postings }])
    })
}

#[test]
fn the_check_finds_what_neither_account_owes() {
    engines::each(|db, _| {
        let all = three(db, Some("roll-up"));
        meter_shows(db, "E-2", date(2026, 2, 1), &[200]);
        bill(db);
        moves_too_little(db, &all[1]).unwrap();
        let report = check::check(db).unwrap();
        let rule = report.rules.iter().find(|it| it.name == "rolled-up").unwrap();
        let (of, by) = (all[1].number, all[0].number);
        let says = format!("$14.00 of bills of {of} that {by} pays is owed by neither");
        assert_eq!((rule.examined, &*rule.faults), (1, &[says][..]));
    });
}
