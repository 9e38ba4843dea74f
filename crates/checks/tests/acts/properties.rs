//! What must hold of money after any acts in any order: what came in is applied, unapplied, held, or given back;
//! entries balance; security is owed as it is held with its interest; levelled bills are made up; nothing is
//! left between accounts.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::civil::{Date, date};
use jiff::{SignedDuration, ToSpan};
use meterbook_app::credit::{self, NewRefund, NewSpend};
use meterbook_app::deposit::{self, NewDeposit};
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::suspense::{self, NewHeldRefund};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, Refused, budget, refund};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::credit::Noun;
use meterbook_core::id::{AccountId, PaymentId, TenderId};
use meterbook_core::ledger::{Gl, Tender};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::period::Period;
use meterbook_store::{self as store, Db, Tx};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::deposit::{bill, say, sound, sum};
use crate::jobs::{january, read};
use crate::village::actor;

/// Customers of the town.
const CUSTOMERS: i64 = 3;
/// Acts in a row.
const ACTS: usize = 24;
/// Rows of acts.
const ROWS: u32 = 3;

/// Something that somebody does; the numbers choose among what is there.
#[derive(Clone, Debug)]
enum Act {
    Pay(i64, i64),
    Hold(i64),
    Match(usize, i64),
    Return(i64),
    Move(i64, i64),
    Refund(i64, i64),
    RefundHeld(usize),
    PayRefund(usize),
    VoidCheck(usize),
    Keep(usize),
    Transfer(i64, i64),
    AskDeposit(i64),
    ReturnDeposit(i64),
    Review,
    Level(i64),
    EndLevel(i64),
    Month,
}

fn any_act() -> impl Strategy<Value = Act> {
    let (one, cents, nth) = (1..=CUSTOMERS, 1..6_000_i64, 0..20_usize);
    let tender = 1..30_i64;
    prop_oneof![
        4 => (one.clone(), cents.clone()).prop_map(|it| Act::Pay(it.0, it.1)),
        2 => cents.clone().prop_map(Act::Hold),
        2 => (nth.clone(), one.clone()).prop_map(|it| Act::Match(it.0, it.1)),
        2 => tender.clone().prop_map(Act::Return),
        1 => (tender, one.clone()).prop_map(|it| Act::Move(it.0, it.1)),
        3 => (one.clone(), cents.clone()).prop_map(|it| Act::Refund(it.0, it.1)),
        2 => nth.clone().prop_map(Act::RefundHeld),
        3 => nth.clone().prop_map(Act::PayRefund),
        2 => nth.clone().prop_map(Act::VoidCheck),
        2 => nth.prop_map(Act::Keep),
        1 => (one.clone(), cents).prop_map(|it| Act::Transfer(it.0, it.1)),
        1 => one.clone().prop_map(Act::AskDeposit),
        1 => one.clone().prop_map(Act::ReturnDeposit),
        1 => Just(Act::Review),
        1 => one.clone().prop_map(Act::Level),
        1 => one.prop_map(Act::EndLevel),
        3 => Just(Act::Month),
    ]
}

/// A town in which acts follow each other, each some days after the one before.
struct Town<'a> {
    db: &'a Db,
    folder: &'a Path,
    at: Actor,
    on: Date,
    /// The month that is billed next.
    month: i8,
    nth: usize,
}

impl<'a> Town<'a> {
    fn found(db: &'a Db, folder: &'a Path) -> Town<'a> {
        january(db, folder, CUSTOMERS);
        bill(db);
        say(
            db,
            Noun::Deposit,
            "ask any unknown 20.00\ninterest 2026-01-01 3.65%\ncredited at-return\nreturn-as refund\n",
        );
        say(db, Noun::Budget, "class any\nhistory 1 1\nround 1.00\nvariant yearly\ntrue-up bill\n");
        Town { db, folder, at: actor(), on: date(2026, 3, 10), month: 2, nth: 0 }
    }

    /// Does it, if it may be done; what is refused changes nothing.
    fn act(&mut self, act: &Act) {
        self.nth += 1;
        if let Act::Month = act {
            return self.bill();
        }
        let (at, nth) = ((self.at, self.on), self.nth);
        let went = self.db.write(|tx| take(tx, at, nth, act));
        if let Err(why) = went {
            assert!(why.is::<Refused>(), "{act:?}: {why:#}");
        }
    }

    fn bill(&mut self) {
        if 8 < self.month {
            return;
        }
        let period = Period::month(2026, self.month).unwrap();
        let (billed_on, due_on) =
            (period.end().saturating_add(1.day()), period.end().saturating_add(22.days()));
        let turn = NewWindow { period, billed_on, due_on };
        let at = self.at;
        self.db.write(|tx| window::plan(tx, at, Cycle(1), &[turn])).unwrap();
        read(self.db, self.folder, CUSTOMERS, period.end());
        bill(self.db);
        self.month += 1;
    }

    /// Holds the books against what was done.
    fn holds(&self) {
        sound(self.db);
        let (applied, unapplied) = self.applied();
        let all = |gl: Gl| sum(self.db, gl);
        let waits: Money =
            self.db.read(store::refund::waiting).unwrap().iter().map(|it| it.amount).sum();
        let held = self.db.read(store::suspense::sum).unwrap().1;
        // What is in the bank came in and was not paid out: it is applied, unapplied, held for nobody, or
        // waits to be given back; but for what was lost.
        assert_eq!(
            all(Gl::Cash) + all(Gl::ReturnLoss),
            applied + unapplied + held.cents() + waits.cents()
        );
        assert_eq!((all(Gl::PaymentClearing), -all(Gl::Suspense)), (0, held.cents()));
        assert_eq!(-all(Gl::RefundsPayable), waits.cents());
        let (mut secured, mut interest, mut variance) = (Money::ZERO, Money::ZERO, Money::ZERO);
        for id in (1..=CUSTOMERS).map(AccountId) {
            self.db
                .read(|tx| {
                    for it in store::charge::of_account(tx, id)? {
                        use meterbook_core::charge::ChargeFor as For;
                        match it.kind {
                            For::Deposit | For::DepositApplied => secured += it.amount,
                            For::DepositInterest => interest += it.amount,
                            _ => {}
                        }
                    }
                    interest += store::deposit::earned(tx, id)?.2;
                    variance += store::budget::variance(tx, id)?;
                    Ok(())
                })
                .unwrap();
        }
        assert_eq!(-all(Gl::DepositsHeld), secured.cents(), "security is what was left");
        assert_eq!(-all(Gl::DepositInterest), interest.cents(), "and what it earned");
        assert_eq!(all(Gl::BudgetVariance), variance.cents(), "billed less levelled");
    }

    /// What everything that was charged comes to less what is open of it, and what is not applied to anything.
    fn applied(&self) -> (i64, i64) {
        let (mut charged, mut open, mut credits) = (Money::ZERO, Money::ZERO, Money::ZERO);
        for id in (1..=CUSTOMERS).map(AccountId) {
            let of = self.db.read(|tx| receipt::open_now(tx, id)).unwrap();
            open += of.items.iter().map(|it| it.left).sum::<Money>();
            credits += of.credits.iter().map(|it| it.left).sum::<Money>();
        }
        let revenue = [
            Gl::ElectricRevenue,
            Gl::TaxPayable,
            Gl::FeeRevenue,
            Gl::LateFees,
            Gl::DepositsHeld,
            Gl::DepositInterest,
            Gl::InterestExpense,
            Gl::BudgetVariance,
        ];
        for gl in revenue {
            charged += Money::from_cents(-sum(self.db, gl));
        }
        ((charged - open).cents(), credits.cents())
    }
}

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// One act.
fn take(tx: &mut Tx, (at, on): (Actor, Date), nth: usize, act: &Act) -> anyhow::Result<()> {
    let reference = format!("ref {nth}");
    let tender = |cents_: i64| NewTender {
        kind: Tender::Check,
        amount: cents(cents_),
        reference: format!("check {nth}"),
    };
    let came = |to: For, amount: i64| NewReceipt {
        on,
        tenders: vec![tender(amount)],
        shares: vec![Share { to, amount: cents(amount) }],
    };
    let id = |it: &i64| AccountId(*it);
    match act {
        Act::Pay(of, amount) => {
            let to = For::Account { account: id(of), bill: None };
            receipt::take(tx, at, &came(to, *amount)).map(drop)
        }
        Act::Hold(amount) => {
            let to = For::Suspense { said: format!("somebody {nth}") };
            receipt::take(tx, at, &came(to, *amount)).map(drop)
        }
        Act::Match(which, to) => match store::suspense::open(tx)?.get(*which) {
            Some(it) => suspense::match_to(tx, at, it.id, id(to), "found").map(drop),
            None => Ok(()),
        },
        Act::Return(of) => receipt::give_back(tx, at, TenderId(*of), on, "no money").map(drop),
        Act::Move(of, to) => {
            receipt::move_payment(tx, at, PaymentId(*of), id(to), "theirs").map(drop)
        }
        Act::Refund(of, amount) => {
            let new = NewRefund { account: id(of), amount: cents(*amount), reference };
            credit::refund(tx, at, &new, "asked for it")
        }
        Act::RefundHeld(which) => match store::suspense::open(tx)?.get(*which) {
            Some(it) => {
                let new = NewHeldRefund { id: it.id, amount: it.amount };
                suspense::refund(tx, at, &new, "asked for it")
            }
            None => Ok(()),
        },
        Act::PayRefund(which) => match store::refund::waiting(tx)?.get(*which) {
            Some(it) => refund::pay(tx, at, it.id, &format!("{nth}")).map(drop),
            None => Ok(()),
        },
        Act::VoidCheck(which) => match store::refund::uncashed(tx)?.get(*which) {
            Some(it) => refund::void(tx, at, &it.number, "never cashed").map(drop),
            None => Ok(()),
        },
        Act::Keep(which) => match store::refund::waiting(tx)?.get(*which) {
            Some(it) => refund::keep(tx, at, it.id, "they stay").map(drop),
            None => Ok(()),
        },
        Act::Transfer(of, amount) => {
            let credit = NewRefund { account: id(of), amount: cents(*amount), reference };
            let to = id(&(of % CUSTOMERS + 1));
            credit::transfer(tx, at, &NewSpend { credit, to }, "same house")
        }
        Act::AskDeposit(of) => {
            let (account, credit) = (id(of), Credit::Unknown);
            let new = NewDeposit { account, credit, amount: None, parts: 1 };
            deposit::ask(tx, at, &new, "late").map(drop)
        }
        Act::ReturnDeposit(of) => deposit::give_back(tx, at, id(of), "good").map(drop),
        Act::Review => {
            (1..=CUSTOMERS).try_for_each(|it| deposit::review(tx, at, AccountId(it)).map(drop))
        }
        Act::Level(of) => budget::begin(tx, at, id(of), Some(cents(10_00)), "by phone").map(drop),
        Act::EndLevel(of) => budget::end(tx, at, id(of), "by phone").map(drop),
        Act::Month => Ok(()),
    }
}

#[test]
fn whatever_is_done_in_whatever_order_every_cent_is_somewhere() {
    let config = Config { cases: ROWS, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let rows = prop::collection::vec(any_act(), ACTS);
    runner
        .run(&rows, |acts| {
            engines::each(|db, folder| {
                let mut town = Town::found(db, folder);
                for (nth, act) in acts.iter().enumerate() {
                    town.act(act);
                    if nth % 6 == 5 {
                        town.holds();
                        let later = SignedDuration::from_hours(24 * 5);
                        town.at = Actor { at: town.at.at + later, ..town.at };
                        town.on = town.on.saturating_add(5.days());
                    }
                }
                town.holds();
            });
            Ok(())
        })
        .unwrap();
}
