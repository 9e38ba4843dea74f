//! What comes in at once: several tenders for several accounts, what nobody knows the owner of, what
//! is taken back; and that at the end every cent is somewhere, whoever did what at the same time.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Mutex;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::bill_run::once::{self, NewOnce, Of};
use meterbook_app::credit::{self, NewRefund, NewSpend};
use meterbook_app::pay::NotPaid;
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::{Actor, calendar, check, drawer, suspense};
use meterbook_checks::engines;
use meterbook_core::account::Account;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::id::*;
use meterbook_core::ledger::{Entry, EntryKind, Gl, Receipt, Tender, post_between};
use meterbook_core::money::Money;
use meterbook_store::{self as store, Counter, Db, Tx};

use crate::authority::with_role;
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

/// Charges a fee or a deposit, so that something is owed.
fn charge(tx: &mut Tx, account: AccountId, kind: ChargeFor, amount: i64, on: Date) -> Result<()> {
    let id = EntryId(tx.next(Counter::Entry, 1)?);
    let (key, label, amount) = (format!("fee/{id}"), "Visit".to_owned(), dollars(amount));
    let charge =
        Charge { key: key.clone(), kind, account, amount, on, asked_by: None, label, bill: None };
    store::charge::add(tx, std::slice::from_ref(&charge))?;
    let (text, postings) = (key.clone(), charge.postings());
    store::ledger::add(tx, &[Entry { id, kind: EntryKind::Charge, on, key, text, postings }])
}

fn tender(kind: Tender, amount: i64, reference: &str) -> NewTender {
    NewTender { kind, amount: dollars(amount), reference: reference.to_owned() }
}

fn share(account: AccountId, amount: i64) -> Share {
    Share { to: For::Account { account, bill: None }, amount: dollars(amount) }
}

fn one(account: AccountId, amount: i64, reference: &str) -> NewReceipt {
    let tenders = vec![tender(Tender::Check, amount, reference)];
    NewReceipt { on: DAY, tenders, shares: vec![share(account, amount)] }
}

fn take(db: &Db, new: &NewReceipt) -> Result<Receipt> {
    db.write(|tx| receipt::take(tx, village::actor(), new))
}

fn spend(credit: NewRefund, to: AccountId) -> NewSpend {
    NewSpend { credit, to }
}

fn owes(db: &Db, account: AccountId) -> i64 {
    let open = db.read(|tx| receipt::open_now(tx, account)).unwrap().balance();
    assert_eq!(db.read(|tx| store::ledger::balance(tx, account)).unwrap(), open);
    open.cents()
}

fn sound(db: &Db) {
    let report = check::check(db).unwrap();
    assert!(report.clean(), "{report:#?}");
}

#[test]
fn several_tenders_pay_several_accounts_and_come_back() {
    engines::each(|db, _| {
        village::found(db);
        let [ann, bea] = ["E-1", "E-2"].map(|it| customer(db, it).id);
        db.write(|tx| {
            charge(tx, ann, ChargeFor::Fee, 30, date(2026, 2, 1))?;
            charge(tx, ann, ChargeFor::Deposit, 50, date(2026, 3, 1))?;
            charge(tx, bea, ChargeFor::Fee, 20, date(2026, 2, 1))?;
            let rule = "pay deposit\npay any\n";
            receipt::say_rule(tx, village::actor(), date(2026, 1, 1), rule)
        })
        .unwrap();
        let said = For::Suspense { said: "Quil, E-2 Mill St".to_owned() };
        let new = NewReceipt {
            on: DAY,
            tenders: vec![tender(Tender::Check, 60, "1471"), tender(Tender::Cash, 25, "till 9")],
            shares: vec![share(ann, 55), share(bea, 20), Share { to: said, amount: dollars(10) }],
        };
        let came = take(db, &new).unwrap();
        // The deposit first, as the rule says, then the fee.
        let open = db.read(|tx| receipt::open_now(tx, ann)).unwrap();
        let left: Vec<_> = open.items.iter().map(|it| (it.side.debt.word(), it.left)).collect();
        assert_eq!(left, [("fee", dollars(25))]);
        assert_eq!([owes(db, ann), owes(db, bea)], [25_00, 0]);
        let held = db.read(store::suspense::open).unwrap();
        assert_eq!(held.len(), 1);
        sound(db);
        assert_eq!(
            take(db, &new).unwrap_err().to_string(),
            "payment 1471 of $55.00 is posted already, for 2026-03-10; nothing was changed"
        );

        // Whoever searches finds who lives there, and gives it to them.
        let found = db.read(|tx| suspense::candidates(tx, &held[0])).unwrap();
        assert_eq!(found[0].account.id, bea, "{found:?}");
        let give = |tx: &mut Tx| {
            suspense::match_to(tx, village::actor(), held[0].id, found[0].account.id, "the stub")
        };
        db.write(give).unwrap();
        assert_eq!(owes(db, bea), -10_00);
        let again = db.write(give).unwrap_err().to_string();
        assert_eq!(again, "what was held under 1 was settled on 2026-03-10; nothing was changed");
        sound(db);

        // The check bounces: only what of it stood is owed again, as old as it was.
        let check = came.tenders[0].id;
        let on = date(2026, 3, 10);
        let back = |tx: &mut Tx| receipt::give_back(tx, village::actor(), check, on, "no funds");
        assert_eq!(db.write(back).unwrap(), dollars(60));
        assert_eq!([owes(db, ann), owes(db, bea)], [80_00, -5_00]);
        let why = db.write(back).unwrap_err().to_string();
        assert_eq!(why, "check 1471 was returned already, from 2026-03-10 on; nothing was changed");
        let open = db.read(|tx| receipt::open_now(tx, ann)).unwrap();
        assert_eq!(open.items[0].side.on, date(2026, 2, 1));
        sound(db);
    });
}

#[test]
fn money_that_nobody_knows_goes_back_with_its_tender() {
    engines::each(|db, _| {
        village::found(db);
        let said = For::Suspense { said: "nobody here".to_owned() };
        let new = NewReceipt {
            on: DAY,
            tenders: vec![tender(Tender::Check, 60, "1471")],
            shares: vec![Share { to: said, amount: dollars(60) }],
        };
        let came = take(db, &new).unwrap();
        let held = |tx: &mut Tx| {
            let totals = store::ledger::gl_totals(tx)?;
            Ok(totals.into_iter().find(|it| it.0 == Gl::Suspense).map(|it| it.1))
        };
        assert_eq!(db.read(held).unwrap(), Some(dollars(-60)));
        assert_eq!(
            db.read(|tx| {
                let held = store::suspense::open(tx)?.remove(0);
                suspense::candidates(tx, &held)
            })
            .unwrap()
            .len(),
            0
        );
        let id = came.tenders[0].id;
        db.write(|tx| receipt::void(tx, village::actor(), id, "typed twice")).unwrap();
        assert_eq!(db.read(held).unwrap(), Some(Money::ZERO));
        assert_eq!(db.read(store::suspense::open).unwrap(), []);
        sound(db);
        // What was taken yesterday is not voided.
        let later = "2026-03-11T12:00:00Z".parse().unwrap();
        let why = db.write(|tx| receipt::void(tx, Actor { by: None, at: later }, id, "x"));
        assert!(why.unwrap_err().to_string().starts_with("it was taken on 2026-03-10, and only"));
    });
}

#[test]
fn a_payment_moves_to_whose_it_is_and_its_tender_follows() {
    engines::each(|db, _| {
        village::found(db);
        let [ann, bea] = ["E-1", "E-2"].map(|it| customer(db, it).id);
        let came = take(db, &one(ann, 40, "1471")).unwrap();
        let payment = |tx: &mut Tx| store::receipt::standing(tx, came.tenders[0].id);
        let go = |to: AccountId| {
            let it = db.read(payment).unwrap().remove(0);
            db.write(|tx| receipt::move_payment(tx, village::actor(), it.id, to, "wrong account"))
        };
        assert_eq!(
            go(ann).unwrap_err().to_string(),
            "it is on that account already; name another one"
        );
        let first = db.read(payment).unwrap().remove(0).id;
        go(bea).unwrap();
        assert_eq!([owes(db, ann), owes(db, bea)], [0, -40_00]);
        let again =
            db.write(|tx| receipt::move_payment(tx, village::actor(), first, bea, "wrong account"));
        assert!(again.unwrap_err().to_string().contains("was moved already"));
        // And back, twice over: each is an entry of its own.
        for to in [ann, bea, ann] {
            go(to).unwrap();
            sound(db);
        }
        assert_eq!([owes(db, ann), owes(db, bea)], [-40_00, 0]);
        let id = came.tenders[0].id;
        db.write(|tx| receipt::give_back(tx, village::actor(), id, DAY, "no funds")).unwrap();
        assert_eq!([owes(db, ann), owes(db, bea)], [0, 0]);
        sound(db);
    });
}

#[test]
fn a_credit_is_given_back_once_and_a_large_one_takes_two() {
    engines::each(|db, _| {
        village::found(db);
        let [ann, bea] = ["E-1", "E-2"].map(|it| customer(db, it).id);
        take(db, &one(ann, 2_000, "1471")).unwrap();
        let wanted = |account, amount, reference: &str| NewRefund {
            account,
            amount: dollars(amount),
            reference: reference.to_owned(),
        };
        let refund =
            |it: &NewRefund| db.write(|tx| credit::refund(tx, village::actor(), it, "overpaid"));
        refund(&wanted(ann, 400, "V-1")).unwrap();
        assert_eq!(owes(db, ann), -160_000);
        for (it, says) in [
            (
                wanted(ann, 400, "V-1"),
                "$400.00 was given under that reference on 2026-03-10; nothing was changed",
            ),
            (
                wanted(ann, 1_601, "V-2"),
                "the account's credit is $1,600.00; give no more than that",
            ),
            (wanted(bea, 1, "V-2"), "the account's credit is $0.00; give no more than that"),
            (wanted(ann, 0, "V-2"), "what is given is above zero; say how much"),
            (
                wanted(ann, 1, " "),
                "it needs a reference to tell it from the next, such as a check's number",
            ),
        ] {
            assert_eq!(refund(&it).unwrap_err().to_string(), says);
        }
        db.write(|tx| {
            credit::transfer(
                tx,
                village::actor(),
                &spend(wanted(ann, 100, "T-1"), bea),
                "same house",
            )
        })
        .unwrap();
        assert_eq!([owes(db, ann), owes(db, bea)], [-150_000, -10_000]);
        let same = db.write(|tx| {
            credit::transfer(tx, village::actor(), &spend(wanted(ann, 1, "T-2"), ann), "same")
        });
        assert_eq!(
            same.unwrap_err().to_string(),
            "it is on that account already; name another one"
        );

        let [kim, lee] = ["kim", "lee"].map(|it| with_role(db, it, "accountant"));
        let chief = with_role(db, "max", "administrator");
        let asked = Asked::Refund(wanted(ann, 1_000, "V-3"));
        let went = db.write(|tx| do_or_ask(tx, kim, &asked, "overpaid")).unwrap();
        let Outcome::Waits(id) = went else { panic!("{went:?}") };
        assert_eq!(owes(db, ann), -150_000);
        // Whoever agrees answers for the amount.
        assert!(db.write(|tx| approval::give(tx, lee, id, "")).is_err());
        db.write(|tx| approval::give(tx, chief, id, "")).unwrap();
        assert_eq!(owes(db, ann), -50_000);
        sound(db);
    });
}

#[test]
fn what_is_no_receipt_is_refused_in_words() {
    engines::each(|db, _| {
        village::found(db);
        let ann = customer(db, "E-1").id;
        let tenders = |amount| vec![tender(Tender::Cash, amount, "1")];
        let bill = Some(meterbook_core::bill::BillNumber("B-1".to_owned()));
        let said = For::Suspense { said: " ".to_owned() };
        for (tenders, shares, says) in [
            (
                tenders(5),
                vec![share(ann, 4)],
                "$5.00 came in, and what it is for adds up to $4.00; make both the same",
            ),
            (
                vec![],
                vec![],
                "$0.00 came in, and what it is for adds up to $0.00; make both the same",
            ),
            (tenders(5), vec![share(ann, 5), share(ann, 0)], "a payment is above zero, not $0.00"),
            (
                tenders(5),
                vec![Share { to: said, amount: dollars(5) }],
                "say what is known of whose it is: a name, an address, a number as it reads",
            ),
            (
                tenders(5),
                vec![Share { to: For::Account { account: ann, bill }, amount: dollars(5) }],
                "nothing of bill B-1 is owed on this account; leave the bill out",
            ),
        ] {
            let new = NewReceipt { on: DAY, tenders, shares };
            assert_eq!(take(db, &new).unwrap_err().to_string(), says);
        }
        let actor = village::actor();
        for (went, says) in [
            (
                db.write(|tx| receipt::void(tx, actor, TenderId(9), "x").map(drop)),
                "there is no tender 9; see: meterbook receipt open --account NUMBER",
            ),
            (
                db.write(|tx| receipt::move_payment(tx, actor, PaymentId(9), ann, "x").map(drop)),
                "there is no payment 9; see: meterbook receipt open --account NUMBER",
            ),
            (
                db.write(|tx| receipt::move_payment(tx, actor, PaymentId(9), ann, "").map(drop)),
                "say why",
            ),
            (
                db.write(|tx| suspense::match_to(tx, actor, SuspenseId(9), ann, "x").map(drop)),
                "nothing is held under 9; see: meterbook suspense list",
            ),
            (
                db.write(|tx| receipt::say_rule(tx, actor, DAY, "pay bill\n")),
                "no line pays fee; end with the line: pay any",
            ),
        ] {
            assert_eq!(went.unwrap_err().to_string(), says);
        }
        let rule = |tx: &mut Tx| receipt::say_rule(tx, actor, DAY, "pay any\n");
        db.write(rule).unwrap();
        let why = db.write(rule).unwrap_err().to_string();
        assert_eq!(why, "a rule is said from 2026-03-10 on already; say it from another day on");
        let came = take(db, &one(ann, 5, "77")).unwrap().tenders[0].id;
        let early = db.write(|tx| receipt::give_back(tx, actor, came, date(2026, 3, 9), "x"));
        assert_eq!(
            early.unwrap_err().to_string(),
            "it came on 2026-03-10; take it back from that day on or a later one"
        );
        assert_eq!(db.read(store::payment::count).unwrap(), 1, "nothing of it was posted");
        sound(db);
    });
}

/// How many at once, and how much each of them does. `METERBOOK_RACE=500` is the whole of it
/// (`cargo xtask race`).
const WORKERS: i64 = 20;
/// They come in pairs that do the same.
const PAIRED: i64 = 10;
const PAIRS: usize = 10;

/// A bill of two dollars for a visit.
fn bill_once(tx: &mut Tx, account: AccountId, reference: &str) -> Result<()> {
    let kinds = vec!["visit=2.00".to_owned()];
    let of = Of::Charges { kinds, said: Vec::new(), open: false };
    let new = NewOnce { account, of, reference: reference.to_owned(), total: Money::ZERO };
    let planned = once::preview(tx, village::actor(), &new)?;
    let done = do_or_ask(tx, village::actor(), &Asked::BillOnce(new.seen(&planned)), "a visit")?;
    assert_eq!(done, Outcome::Done);
    Ok(())
}

#[test]
fn everything_at_once_on_one_account_equals_one_after_the_other() {
    let times: i64 = std::env::var("METERBOOK_RACE").map_or(8, |it| it.parse().unwrap());
    engines::each(|db, _| {
        village::found(db);
        let [ann, bea] = ["E-1", "E-2"].map(|it| customer(db, it).id);
        let kinds = "charge visit fee revenue\nen visit A visit\nes visit Una visita\n";
        db.write(|tx| {
            calendar::say(tx, village::actor(), date(2026, 1, 1), "due residential 21 days\n")?;
            once::say_kinds(tx, village::actor(), date(2026, 1, 1), kinds)
        })
        .unwrap();
        let tenders: Mutex<Vec<TenderId>> = Mutex::default();
        std::thread::scope(|scope| {
            for worker in 0..WORKERS {
                let tenders = &tenders;
                scope.spawn(move || {
                    for nth in 0..times {
                        let reference = format!("{worker}-{nth}");
                        match nth % 5 {
                            0 => db.write(|tx| charge(tx, ann, ChargeFor::Fee, 3, DAY)).unwrap(),
                            1 => {
                                // Two send the same at the same time: the other half does it again.
                                let same = format!("{}-{nth}", worker % PAIRED);
                                let went = take(db, &one(ann, 7, &same));
                                if let Err(why) = went {
                                    let why: meterbook_app::Refused = why.downcast().unwrap();
                                    let why = why.as_a::<NotPaid>();
                                    assert!(matches!(why, Some(NotPaid::AlreadyPosted { .. })));
                                }
                            }
                            2 => {
                                let came = take(db, &one(ann, 5, &reference)).unwrap();
                                tenders.lock().unwrap().push(came.tenders[0].id);
                            }
                            3 => db.write(|tx| bill_once(tx, ann, &reference)).unwrap(),
                            _ => {
                                let new = NewRefund { account: ann, amount: dollars(1), reference };
                                let by = village::actor();
                                // There may be no credit yet.
                                let _ =
                                    db.write(|tx| credit::transfer(tx, by, &spend(new, bea), "x"));
                            }
                        }
                    }
                });
            }
        });
        let tenders = tenders.into_inner().unwrap();
        let went = Mutex::new((0, 0));
        std::thread::scope(|scope| {
            for half in 0..WORKERS {
                let (went, tenders) = (&went, &tenders);
                scope.spawn(move || {
                    // Every tender is taken back by two, at the same time.
                    let own =
                        tenders.iter().skip(usize::try_from(half % PAIRED).unwrap()).step_by(PAIRS);
                    for &id in own {
                        let back = |tx: &mut Tx| {
                            receipt::give_back(tx, village::actor(), id, DAY, "no funds")
                        };
                        let done = db.write(back).is_ok();
                        let mut went = went.lock().unwrap();
                        if done { went.0 += 1 } else { went.1 += 1 }
                    }
                });
            }
        });
        let (done, refused) = went.into_inner().unwrap();
        assert_eq!((done, refused), (tenders.len(), tenders.len()), "exactly one of each succeeds");
        // One after the other it comes to: fees, payments that were sent twice and stand once.
        let per = |of: i64| i64::try_from((0..times).filter(|it| it % 5 == of).count()).unwrap();
        let moved = -owes(db, bea);
        let asked = WORKERS * (per(0) * 3_00 + per(3) * 2_00);
        let model = asked - PAIRED * per(1) * 7_00 + moved;
        assert_eq!(owes(db, ann), model);
        sound(db);
    });
}

/// A posting that names nobody is possible, and the balance of accounts does not count it.
#[test]
fn what_is_nobodys_is_on_no_account() {
    let sides = post_between((Gl::Cash, None), (Gl::Suspense, None), dollars(4));
    assert!(sides.iter().all(|it| it.account.is_none()));
}

#[test]
fn the_same_check_is_not_held_and_paid() {
    engines::each(|db, _| {
        village::found(db);
        let [ann, bea] = ["E-1", "E-2"].map(|it| customer(db, it));
        let held = |amount: i64, reference: &str| {
            let to = For::Suspense { said: "a wrong number".to_owned() };
            let tenders = vec![tender(Tender::Check, amount, reference)];
            NewReceipt { on: DAY, tenders, shares: vec![Share { to, amount: dollars(amount) }] }
        };
        take(db, &held(40, "1471")).unwrap();
        assert_eq!(
            take(db, &one(ann.id, 40, "1471")).unwrap_err().to_string(),
            "check 1471 of that amount is held as 1; match it: meterbook suspense match 1; for another one say more in the reference"
        );
        // Of another amount, or another one of that number, is something else.
        take(db, &one(ann.id, 41, "1471")).unwrap();
        take(db, &one(bea.id, 40, "1471 Quill")).unwrap();
        let give = |tx: &mut Tx| {
            suspense::match_to(tx, village::actor(), SuspenseId(1), bea.id, "the stub")
        };
        db.write(give).unwrap();
        // The other way round.
        let why = take(db, &held(41, "1471")).unwrap_err().to_string();
        assert!(
            why.starts_with(&format!(
                "check 1471 of that amount is paid on account {}",
                ann.number
            )),
            "{why}"
        );
        // What is for both is one receipt.
        let mut both = one(bea.id, 10, "99");
        both.tenders[0].amount = dollars(20);
        both.shares.extend(held(10, "99").shares);
        take(db, &both).unwrap();
        sound(db);
    });
}

#[test]
fn a_payment_of_long_ago_is_a_slip() {
    engines::each(|db, _| {
        village::found(db);
        let ann = customer(db, "E-1");
        let says = |on: Date| {
            let new = NewReceipt { on, ..one(ann.id, 40, "1471") };
            take(db, &new).unwrap_err().to_string()
        };
        assert_eq!(
            says(date(2019, 5, 1)),
            "2019-05-01 is more than 366 days ago; check the year, or let it count from today"
        );
        let first = ann.opened_on.checked_sub(jiff::Span::new().days(91)).unwrap();
        assert_eq!(
            says(first),
            format!(
                "the account is there since {}, and the payment would count from {first}; check the day",
                ann.opened_on
            )
        );
    });
}

#[test]
fn what_was_voided_is_taken_anew_and_what_came_back_says_so() {
    engines::each(|db, _| {
        village::found(db);
        let ann = customer(db, "E-1").id;
        let void = |id: TenderId| {
            db.write(|tx| receipt::void(tx, village::actor(), id, "typed wrongly")).unwrap()
        };
        let first = take(db, &one(ann, 1_200, "2")).unwrap().tenders[0].id;
        void(first);
        // As often as it takes; the same again is a double all the same.
        let second = take(db, &one(ann, 120, "2")).unwrap().tenders[0].id;
        let twice = take(db, &one(ann, 12, "2")).unwrap_err();
        assert!(twice.to_string().starts_with("payment 2 of $120.00 is posted already"), "{twice}");
        void(second);
        let third = take(db, &one(ann, 12, "2")).unwrap().tenders[0].id;
        assert_eq!(owes(db, ann), -12_00);
        sound(db);
        // A check that came back is another one when it is presented again.
        db.write(|tx| receipt::give_back(tx, village::actor(), third, DAY, "nsf")).unwrap();
        assert_eq!(
            take(db, &one(ann, 12, "2")).unwrap_err().to_string(),
            "payment 2 of $12.00 came back on 2026-03-10; where it is presented again, say so in its reference: 2 again"
        );
        take(db, &one(ann, 12, "2 again")).unwrap();
        assert_eq!(owes(db, ann), -12_00);
        // So with what is held for nobody.
        let held = |amount| {
            let to = For::Suspense { said: "Quil,\nMill St".to_owned() };
            let share = Share { to, amount: dollars(amount) };
            let tenders = vec![tender(Tender::Check, amount, "77")];
            NewReceipt { on: DAY, tenders, shares: vec![share] }
        };
        let first = take(db, &held(50)).unwrap().tenders[0].id;
        assert_eq!(db.read(store::suspense::open).unwrap()[0].said, "Quil, Mill St");
        assert!(take(db, &held(5)).unwrap_err().to_string().contains("is posted already"));
        void(first);
        take(db, &held(5)).unwrap();
        sound(db);
    });
}

#[test]
fn the_same_twice_and_a_reference_of_two_lines_are_refused() {
    engines::each(|db, _| {
        village::found(db);
        let [ann, bea] = ["E-1", "E-2"].map(|it| customer(db, it).id);
        let both = |ann: Share, bea: Share| {
            let tenders = vec![tender(Tender::Check, 5, "7"), tender(Tender::Check, 6, " 7 ")];
            NewReceipt { on: DAY, tenders, shares: vec![ann, bea] }
        };
        assert_eq!(
            take(db, &both(share(ann, 6), share(bea, 5))).unwrap_err().to_string(),
            "check 7 is there twice; give each its own reference"
        );
        take(db, &both(share(ann, 5), share(bea, 6))).unwrap();
        for reference in ["8\n9", "8\u{7}"] {
            let why = take(db, &one(ann, 5, reference)).unwrap_err();
            assert!(why.to_string().starts_with("a reference is one line"), "{why}");
        }
        // In a file it is said of which line it is the same.
        let number = db.read(|tx| store::account::get(tx, ann)).unwrap().number;
        let text = format!(
            "account,amount,tender,reference\n{number},5,check,20\n{number},6,check,21\n\
             {number},7,check,20\nQuil,8,cash,22\nQuil,8,cash,22\n"
        );
        let file = ("box.csv", text.as_bytes());
        let posted = db.write(|tx| {
            let new = drawer::batch_of(tx, file, (5, dollars(34)), DAY)?;
            drawer::post_batch(tx, village::actor(), &new)
        });
        let says = |line, of| {
            format!(
                "\nline {line}: its account, tender and reference are those of line {of}; give each its own reference"
            )
        };
        assert_eq!(
            posted.unwrap_err().to_string(),
            format!("nothing was posted:{}{}", says(4, 2), says(6, 5))
        );
        sound(db);
    });
}
