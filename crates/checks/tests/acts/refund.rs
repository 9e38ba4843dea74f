//! Refunds that wait are paid by a check, once; a check that nobody cashes is void; and what nobody claims for
//! as long as the rules say goes to the state, or back to whoever claims it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::date;
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::credit::{self, NewRefund, NewSpend};
use meterbook_app::deposit::{self, NewDeposit};
use meterbook_app::moves::ReadWanted;
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::suspense::{self, NewHeldRefund};
use meterbook_app::unclaimed::{self, NewUnclaimed};
use meterbook_app::{Actor, refund};
use meterbook_checks::engines;
use meterbook_core::account::Account;
use meterbook_core::credit::Noun;
use meterbook_core::credit::unclaimed::Property;
use meterbook_core::id::{AccountId, EntryId, SuspenseId};
use meterbook_core::ledger::open::Item;
use meterbook_core::ledger::{EntryKind, Gl, Tender};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::permission::{Grant, Permission};
use meterbook_store::refund::Standing;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::deposit::{at, bill, owes, pays, say, sound, sum};
use crate::jobs::january;
use crate::last_bill;
use crate::late_fee::bounces;
use crate::village::{self, actor, says};

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// Somebody with a credit of $40, of which $25 are to be given back.
fn to_give_back(db: &Db) -> (AccountId, EntryId) {
    village::found(db);
    let account = village::take_on(db, &village::customer("E-1", &[village::DIALS])).unwrap().id;
    pays(db, account, 40_00, date(2026, 3, 9), actor());
    give_back(db, account, 25_00, "R-1");
    (account, waiting(db)[0].0)
}

fn give_back(db: &Db, account: AccountId, amount: i64, reference: &str) {
    let (amount, reference) = (cents(amount), reference.to_owned());
    let new = NewRefund { account, amount, reference };
    db.write(|tx| credit::refund(tx, actor(), &new, "moved away")).unwrap();
}

fn waiting(db: &Db) -> Vec<(EntryId, i64)> {
    let all = db.read(store::refund::waiting).unwrap();
    all.iter().map(|it| (it.id, it.amount.cents())).collect()
}

fn pay(db: &Db, id: EntryId, number: &str) -> Result<()> {
    db.write(|tx| refund::pay(tx, actor(), id, number).map(drop))
}

fn void(db: &Db, number: &str) -> Result<()> {
    db.write(|tx| refund::void(tx, actor(), number, "never cashed").map(drop))
}

fn keep(db: &Db, id: EntryId) -> Result<()> {
    db.write(|tx| refund::keep(tx, actor(), id, "they stay").map(drop))
}

/// What is listed as standing so: the amount, and the last check.
fn listed(db: &Db, which: Standing) -> Vec<(i64, Option<String>)> {
    let all = db.read(|tx| store::refund::list(tx, which, 9)).unwrap();
    all.into_iter().map(|it| (it.refund.amount.cents(), it.check.map(|it| it.number))).collect()
}

/// What was lost, by the entries of it.
fn lost(db: &Db) -> Vec<i64> {
    let all = db.read(store::refund::losses).unwrap();
    all.iter().map(|it| it.amount.cents()).collect()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(done: Result<T>, why: &str) {
    assert_eq!(says(&done.unwrap_err()), why);
}

#[test]
fn a_refund_is_paid_once_and_its_check_void_or_cashed() {
    engines::each(|db, _| {
        let (account, id) = to_give_back(db);
        assert_eq!(waiting(db), [(id, 25_00)]);
        assert_eq!((sum(db, Gl::RefundsPayable), owes(db, account)), (-25_00, -15_00));
        sound(db);
        assert_eq!(listed(db, Standing::Waiting), [(25_00, None)]);
        refused(pay(db, id, " "), "say the number of the check");
        refused(
            pay(db, EntryId(9_999), "1"),
            "no refund 9999 waits; see: meterbook credit waiting",
        );
        let cash = sum(db, Gl::Cash);
        pay(db, id, "7001").unwrap();
        assert_eq!((sum(db, Gl::RefundsPayable), sum(db, Gl::Cash)), (0, cash - 25_00));
        assert_eq!(waiting(db), []);
        let first = || Some("7001".to_owned());
        assert_eq!(listed(db, Standing::Paid), [(25_00, first())]);
        assert_eq!(listed(db, Standing::Waiting), []);
        sound(db);
        let paid = format!(
            "a check pays refund {id} already; where it was never cashed: meterbook credit void"
        );
        refused(pay(db, id, "7002"), &paid);
        refused(keep(db, id), &paid);

        // Another one takes no number that was used.
        give_back(db, account, 5_00, "R-2");
        let other = waiting(db)[0].0;
        refused(
            pay(db, other, "7001"),
            "check 7001 pays a refund already; look at the number again",
        );
        pay(db, other, "7002").unwrap();
        db.write(|tx| refund::cash(tx, actor(), "7002")).unwrap();
        assert_eq!(listed(db, Standing::Cashed), [(5_00, Some("7002".to_owned()))]);
        refused(
            void(db, "7002"),
            "check 7002 was cashed, as was said on 2026-03-10; nothing was changed",
        );
        refused(void(db, "8"), "no refund was paid by check 8; look at the number again");

        // Void, it waits again: paid anew, void again, and a credit after all.
        void(db, "7001").unwrap();
        refused(void(db, "7001"), "check 7001 is void since 2026-03-10; nothing was changed");
        assert_eq!(waiting(db), [(id, 25_00)]);
        assert_eq!(listed(db, Standing::Waiting), [(25_00, first())]);
        sound(db);
        pay(db, id, "7003").unwrap();
        void(db, "7003").unwrap();
        keep(db, id).unwrap();
        refused(
            pay(db, id, "7004"),
            &format!("refund {id} is a credit of its account again; nothing was changed"),
        );
        assert_eq!(listed(db, Standing::Kept), [(25_00, Some("7003".to_owned()))]);
        assert_eq!((listed(db, Standing::Bounced), lost(db)), (vec![], vec![]));
        assert_eq!((owes(db, account), sum(db, Gl::RefundsPayable)), (-35_00, 0));
        assert_eq!(waiting(db), []);
        sound(db);
    });
}

#[test]
fn a_refund_that_is_kept_after_its_check_bounced_leaves_the_bill_as_it_was() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        bill(db);
        let one = AccountId(1);
        pays(db, one, 14_44, date(2026, 3, 9), actor());
        give_back(db, one, 10_00, "R-1");
        bounces(db, one, date(2026, 3, 10), actor());
        let open = || {
            let open = db.read(|tx| receipt::open_now(tx, one)).unwrap();
            let item = |it: &Item| (it.side.kind, it.side.due, it.left.cents());
            open.items.iter().map(item).collect::<Vec<_>>()
        };
        let due = date(2026, 2, 23);
        let refunded = (EntryKind::Refund, date(2026, 3, 10), 10_00);
        assert_eq!(open(), [(EntryKind::Bill, due, 4_44), refunded]);
        // What is not paid out is not owed, and the bill is, as old as it is.
        keep(db, waiting(db)[0].0).unwrap();
        assert_eq!(open(), [(EntryKind::Bill, due, 4_44)]);
        let past = |on| {
            let mut all = Vec::new();
            db.read(|tx| store::debt::arrears(tx, on, |it| all.push(it))).unwrap();
            all.iter().find(|it| it.account == one).map(|it| (it.past_due.cents(), it.oldest))
        };
        assert_eq!(past(date(2026, 3, 11)), Some((4_44, due)));
        sound(db);
    });
}

/// $30 that are nobody's, by a check, given back.
fn held_and_given_back(db: &Db) -> EntryId {
    village::found(db);
    let new = NewReceipt {
        on: date(2026, 3, 9),
        tenders: vec![NewTender {
            kind: Tender::Check,
            amount: cents(30_00),
            reference: "55".to_owned(),
        }],
        shares: vec![Share {
            to: For::Suspense { said: "Zed Vale".to_owned() },
            amount: cents(30_00),
        }],
    };
    db.write(|tx| receipt::take(tx, actor(), &new)).unwrap();
    give_held(db, SuspenseId(1));
    waiting(db)[0].0
}

fn give_held(db: &Db, id: SuspenseId) {
    let new = NewHeldRefund { id, amount: cents(30_00) };
    db.write(|tx| suspense::refund(tx, actor(), &new, "asked for it")).unwrap();
}

fn bounce(db: &Db) -> Result<Money> {
    let tender = db.read(|tx| store::suspense::get(tx, SuspenseId(1))).unwrap().unwrap().tender;
    let on = date(2026, 3, 10);
    db.write(|tx| receipt::give_back(tx, actor(), tender, on, "no money"))
}

#[test]
fn a_check_that_bounces_after_it_was_given_back_out_of_suspense_stops_the_refund() {
    engines::each(|db, _| {
        let id = held_and_given_back(db);
        assert_eq!(bounce(db).unwrap(), cents(30_00));
        assert_eq!((waiting(db), sum(db, Gl::RefundsPayable), sum(db, Gl::Cash)), (vec![], 0, 0));
        assert_eq!((listed(db, Standing::Bounced), lost(db)), (vec![(30_00, None)], vec![]));
        refused(
            pay(db, id, "1"),
            &format!(
                "refund {id} was taken back by the bank that it came from; nothing was changed"
            ),
        );
        assert!(says(&bounce(db).unwrap_err()).contains("nothing was changed"));
        sound(db);
    });
}

#[test]
fn where_it_was_paid_it_is_lost_until_its_check_is_void() {
    engines::each(|db, _| {
        let id = held_and_given_back(db);
        pay(db, id, "1").unwrap();
        bounce(db).unwrap();
        assert_eq!((sum(db, Gl::ReturnLoss), sum(db, Gl::Cash)), (30_00, -30_00));
        assert_eq!(listed(db, Standing::Bounced), [(30_00, Some("1".to_owned()))]);
        assert_eq!(lost(db), [30_00]);
        sound(db);
        void(db, "1").unwrap();
        assert_eq!((sum(db, Gl::ReturnLoss), sum(db, Gl::Cash)), (0, 0));
        assert_eq!(lost(db), [30_00, -30_00]);
        assert_eq!(waiting(db), []);
        sound(db);
    });
}

#[test]
fn what_was_nobodys_is_held_again_and_given_back_again() {
    engines::each(|db, _| {
        let id = held_and_given_back(db);
        keep(db, id).unwrap();
        let held = db.read(store::suspense::open).unwrap();
        assert_eq!((held.len(), held[0].amount), (1, cents(30_00)));
        sound(db);
        give_held(db, held[0].id);
        let again = waiting(db)[0].0;
        pay(db, again, "2").unwrap();
        sound(db);
        // And the bank takes the first check back.
        bounce(db).unwrap();
        assert_eq!(sum(db, Gl::ReturnLoss), 30_00);
        sound(db);
    });
}

/// Who left in February with a credit of $40, and a check of $25 of it that they never cashed.
fn left(db: &Db) -> Account {
    last_bill::found(db);
    let account = last_bill::comes(db);
    last_bill::shows(db, date(2026, 2, 1), 100);
    crate::deposit::bill(db);
    let read = ReadWanted::Given(vec![150_000_000]);
    last_bill::leaves(db, &account, last_bill::LEFT, read);
    last_bill::close(db, &account).unwrap();
    let amount = owes(db, account.id) + 40_00;
    pays(db, account.id, amount, date(2026, 3, 1), actor());
    assert_eq!(owes(db, account.id), -40_00);
    give_back(db, account.id, 25_00, "R-1");
    pay(db, waiting(db)[0].0, "7001").unwrap();
    account
}

const RULES: &str = "credit any 12 months\ncheck residential 6 months\ncode credit UT03\n";

fn due(db: &Db, day: &str) -> Vec<(i64, Option<String>)> {
    let all = db.read(|tx| unclaimed::due(tx, day.parse().unwrap())).unwrap();
    all.into_iter().map(|it| (it.amount.cents(), it.check)).collect()
}

fn new(count: i64, total: i64, to_state: Option<&str>) -> Asked {
    let to_state = to_state.map(str::to_owned);
    Asked::Unclaimed(NewUnclaimed { count, total: cents(total), to_state })
}

fn ask(db: &Db, by: Actor, asked: &Asked) -> Result<Outcome> {
    db.write(|tx| do_or_ask(tx, by, asked, "nobody came"))
}

#[test]
fn what_nobody_claims_goes_to_the_state_once_and_after_somebody_saw_it() {
    engines::each(|db, _| {
        let account = left(db);
        assert_eq!(due(db, "2036-01-01"), [], "no rule says so");
        say(db, Noun::Unclaimed, RULES);
        assert_eq!(due(db, "2026-09-09"), []);
        let (on, by) = (date(2026, 9, 9), date(2027, 3, 10));
        let coming = db.read(|tx| unclaimed::coming(tx, on, by)).unwrap();
        let coming: Vec<_> = coming.iter().map(|it| (it.by, it.amount.cents())).collect();
        assert_eq!(coming, [(date(2026, 9, 10), 25_00), (by, 15_00)]);
        let check = (25_00, Some("7001".to_owned()));
        assert_eq!(due(db, "2026-09-10"), std::slice::from_ref(&check));
        assert_eq!(due(db, "2027-03-10"), [(15_00, None), check]);
        let then = at("2027-03-10");
        refused(
            ask(db, then, &new(2, 39_00, None)),
            "2 credits, $40.00, are there; look at them again, and say that count and sum",
        );
        refused(
            ask(db, then, &new(1, 1, Some("S-1"))),
            "nothing is unclaimed; nothing was changed",
        );
        // Beyond the limit of a role it takes two.
        let limit = Some(cents(30_00));
        let grant = Grant { permission: Permission::RefundCredit, limit, four_eyes: true };
        let asked = Asked::Grant { role: "accountant".to_owned(), grant };
        db.write(|tx| do_or_ask(tx, actor(), &asked, "")).unwrap();
        let [ann, bob] = [("ann", "accountant"), ("bob", "administrator")]
            .map(|it| Actor { at: then.at, ..with_role(db, it.0, it.1) });
        let Outcome::Waits(id) = ask(db, ann, &new(2, 40_00, None)).unwrap() else {
            panic!("it was done by one")
        };
        db.write(|tx| approval::give(tx, bob, id, "seen")).unwrap();
        assert_eq!((owes(db, account.id), sum(db, Gl::Unclaimed)), (0, -40_00));
        assert_eq!(due(db, "2037-03-10"), []);
        sound(db);
        let open = db.read(store::unclaimed::open).unwrap();
        let rows: Vec<_> = open.iter().map(|it| (it.amount.cents(), it.check.as_deref())).collect();
        assert_eq!(rows, [(15_00, None), (25_00, Some("7001"))]);
        assert!(!open[0].address.is_empty() && open[0].name == "Inés Calder", "{open:?}");
        let report = db.read(|tx| unclaimed::report(tx, by)).unwrap().csv().unwrap();
        let report = String::from_utf8(report).unwrap();
        let rows: Vec<&str> = report.lines().collect();
        let columns =
            "account,name,last_address,property,property_code,check,amount,last_activity,taken_on";
        assert_eq!(rows[0], columns);
        assert!(rows[1].ends_with(",credit,UT03,,15.00,2026-03-10,2027-03-10"), "{report}");
        assert!(rows[2].ends_with(",check,,7001,25.00,2026-03-10,2027-03-10"), "{report}");

        refused(
            ask(db, then, &new(2, 40_00, Some(" "))),
            "say the reference under which it goes to the state",
        );
        let cash = sum(db, Gl::Cash);
        ask(db, then, &new(2, 40_00, Some("S-1"))).unwrap();
        let sent = db.read(|tx| store::unclaimed::remittances(tx, 9)).unwrap();
        assert_eq!(sent, [("S-1".to_owned(), date(2027, 3, 10), 2, cents(40_00))]);
        assert_eq!((sum(db, Gl::Unclaimed), sum(db, Gl::Cash)), (0, cash - 40_00));
        refused(
            db.write(|tx| unclaimed::claim(tx, then, account.id, "a letter")),
            "the state has it, and gives it to whoever proves that it is theirs",
        );
        sound(db);
    });
}

#[test]
fn who_claims_it_before_has_a_credit_again() {
    engines::each(|db, _| {
        let account = left(db);
        let (one, then) = (account.id, at("2027-03-10"));
        let claim = || db.write(|tx| unclaimed::claim(tx, then, one, "a letter"));
        refused(claim(), "nothing of this account is unclaimed; see: meterbook credit report");
        say(db, Noun::Unclaimed, RULES);
        ask(db, then, &new(2, 40_00, None)).unwrap();
        assert_eq!(claim().unwrap(), cents(40_00));
        assert_eq!((owes(db, one), sum(db, Gl::Unclaimed)), (-40_00, 0));
        sound(db);
        // Heard of, it is no more unclaimed for as long again; then it is, and only once under a reference.
        assert_eq!(due(db, "2028-03-09"), []);
        let later = at("2028-03-10");
        ask(db, later, &new(1, 40_00, None)).unwrap();
        ask(db, later, &new(1, 40_00, Some("S-1"))).unwrap();
        pays(db, one, 2_00, date(2028, 3, 10), later);
        let last = at("2029-03-10");
        ask(db, last, &new(1, 2_00, None)).unwrap();
        refused(
            ask(db, last, &new(1, 2_00, Some("S-1"))),
            "S-1 went to the state already; look at the reference again",
        );
        sound(db);
    });
}

#[test]
fn what_of_a_credit_was_a_deposit_has_its_own_age_and_code() {
    engines::each(|db, _| {
        last_bill::found(db);
        let account = last_bill::comes(db);
        let (credit, amount) = (Credit::Unknown, Some(cents(10_00)));
        let new_deposit = NewDeposit { account: account.id, credit, amount, parts: 1 };
        db.write(|tx| deposit::ask(tx, at("2026-01-15"), &new_deposit, "new")).unwrap();
        last_bill::shows(db, date(2026, 2, 1), 100);
        crate::deposit::bill(db);
        let all = owes(db, account.id) + 40_000;
        pays(db, account.id, all, date(2026, 2, 9), at("2026-02-09"));
        let read = ReadWanted::Given(vec![150_000_000]);
        last_bill::leaves(db, &account, last_bill::LEFT, read);
        last_bill::close(db, &account).unwrap();
        // They left 150 when they came, and ten more.
        let rest = -owes(db, account.id) - 16_000;
        assert!(0 < rest, "{rest}");
        say(
            db,
            Noun::Unclaimed,
            "credit any 36 months\ndeposit any 12 months\ncode deposit UT01\n",
        );
        let what = |day: &str| {
            let all = db.read(|tx| unclaimed::due(tx, day.parse().unwrap())).unwrap();
            all.iter().map(|it| (it.what, it.amount.cents())).collect::<Vec<_>>()
        };
        assert_eq!(what("2027-01-31"), []);
        assert_eq!(what("2027-12-31"), [(Property::Deposit, 16_000)]);
        assert_eq!(what("2029-12-31"), [(Property::Deposit, 16_000), (Property::Credit, rest)]);
        let then = at("2027-12-31");
        ask(db, then, &new(1, 16_000, None)).unwrap();
        let report = db.read(|tx| unclaimed::report(tx, date(2027, 12, 31))).unwrap();
        assert_eq!(report.rows[0][3..6], ["deposit", "UT01", ""]);
        // That it was taken is nothing that was heard of the rest, which is no deposit.
        assert_eq!(what("2028-12-31"), []);
        assert_eq!(what("2029-12-31"), [(Property::Credit, rest)]);
        assert_eq!(owes(db, account.id), -rest);
        sound(db);
        // Whoever claims it has a deposit again.
        db.write(|tx| unclaimed::claim(tx, then, account.id, "a letter")).unwrap();
        assert_eq!(what("2028-12-30"), []);
        assert_eq!(what("2028-12-31"), [(Property::Deposit, 16_000)]);
        sound(db);
    });
}

#[test]
fn a_check_that_a_customer_never_cashed_is_unclaimed_too() {
    engines::each(|db, _| {
        let (account, id) = to_give_back(db);
        pay(db, id, "7001").unwrap();
        say(db, Noun::Unclaimed, "credit any 12 months\ncheck any 12 months\n");
        let since = db.read(|tx| store::refund::check(tx, "7001")).unwrap().unwrap().on;
        let day = since.saturating_add(1.years());
        assert_eq!(due(db, &day.yesterday().unwrap().to_string()), []);
        // They are served, and what is left of their credit is theirs to use.
        assert_eq!(due(db, &day.to_string()), [(25_00, Some("7001".to_owned()))]);
        ask(db, at(&day.to_string()), &new(1, 25_00, None)).unwrap();
        assert_eq!((owes(db, account), sum(db, Gl::Unclaimed)), (-15_00, -25_00));
        sound(db);
    });
}

#[test]
fn a_credit_goes_to_a_stranger_by_two() {
    engines::each(|db, _| {
        village::found(db);
        let [one, two] = ["E-1", "E-2"].map(|serial| {
            let mut wanted = village::customer(serial, &[village::DIALS]);
            wanted.street = format!("{serial} Mill St");
            village::take_on(db, &wanted).unwrap().id
        });
        pays(db, one, 40_00, date(2026, 3, 9), actor());
        let [ann, bob] = ["ann", "bob"].map(|it| with_role(db, it, "administrator"));
        let (amount, reference) = (cents(30_00), "T-1".to_owned());
        let new = NewSpend { credit: NewRefund { account: one, amount, reference }, to: two };
        let alone = db.write(|tx| credit::transfer(tx, ann, &new, "same house")).unwrap_err();
        assert!(says(&alone).contains("takes a second person"), "{alone}");
        let asked = Asked::Spend(new);
        let went = db.write(|tx| do_or_ask(tx, ann, &asked, "same house")).unwrap();
        let Outcome::Waits(id) = went else { panic!("it was done by one") };
        assert_eq!((owes(db, one), owes(db, two)), (-40_00, 0));
        db.write(|tx| approval::give(tx, bob, id, "seen")).unwrap();
        assert_eq!((owes(db, one), owes(db, two)), (-10_00, -30_00));
        sound(db);
    });
}
