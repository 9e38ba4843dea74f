//! Files of lockboxes: matched by what stubs say, posted once whatever comes twice, and whole or not at all.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;

use anyhow::Result;
use jiff::civil::date;
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::lockbox::{self, NewLockbox, Took};
use meterbook_app::suspense::{self, NewHeldRefund};
use meterbook_app::{paper, receipt};
use meterbook_checks::engines;
use meterbook_core::id::AccountId;
use meterbook_core::ledger::Gl;
use meterbook_core::money::Money;
use meterbook_core::paper::scan_line::Scanned;
use meterbook_core::permission::{Grant, Permission};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::debit::{owes, sound, town};
use crate::village::{actor, says};

/// A cheque: its cents, its number, and what was keyed from the stub.
pub(crate) type Cheque = (i64, i64, String);

/// A file of a lockbox in one batch.
pub(crate) fn file(batch: i64, made: &str, cheques: &[Cheque]) -> String {
    let mut text = format!("100{:10}{:10}{made}0900\n", "METERBOOK", "FIRSTBANK");
    writeln!(text, "2{:10}{:10}{:10}400080000001", "METERBOOK", "FIRSTBANK", "").unwrap();
    writeln!(text, "5{batch:03}0000012345260309{:10}{:10}", "METERBOOK", "FIRSTBANK").unwrap();
    for (nth, (cents, number, keyed)) in (1..).zip(cheques) {
        let bank = format!("231380104{:>10}{number:010}", "9900117733");
        writeln!(text, "6{batch:03}{nth:03}{cents:010}{bank}{keyed}").unwrap();
    }
    let (many, sum) = (cheques.len(), cheques.iter().map(|it| it.0).sum::<i64>());
    writeln!(text, "7{batch:03}0000012345260309{many:03}{sum:010}").unwrap();
    writeln!(text, "8{batch:03}0000012345260309{many:04}{sum:010}").unwrap();
    writeln!(text, "9{:06}", many + 6).unwrap();
    text
}

/// The scan line of what an account owes.
fn stub(db: &Db, id: i64) -> String {
    db.read(|tx| {
        let number = store::account::get(tx, AccountId(id))?.number;
        let bill = store::bill::of_account(tx, AccountId(id))?.remove(0);
        let line = paper::look_on(tx, date(2026, 3, 9))?.scan_line;
        let (amount, due) = (bill.total, bill.due_on);
        Ok(line.write(&Scanned { account: number, due, amount, late: amount }).unwrap())
    })
    .unwrap()
}

fn take(db: &Db, text: &str) -> Result<Took> {
    let read = meterbook_formats::payments::lockbox::read(
        text.as_bytes(),
        &meterbook_formats::payments::lockbox::Layout::TYPICAL,
    );
    said(db, text, read.items(), read.total().cents())
}

fn said(db: &Db, text: &str, count: usize, cents: i64) -> Result<Took> {
    let (name, total) = ("lockbox.txt", Money::from_cents(cents));
    let new = NewLockbox { name, bytes: text.as_bytes(), count, total };
    db.write(|tx| lockbox::take(tx, actor(), &new))
}

/// Three customers who pay, one of them twice, and two of whom nobody knows who they are.
fn day(db: &Db) -> Vec<Cheque> {
    let mut wrong = stub(db, 4);
    let digit = if wrong.ends_with('0') { "1" } else { "0" };
    wrong.replace_range(wrong.len() - 1.., digit);
    let number = db.read(|tx| store::account::get(tx, AccountId(3))).unwrap().number;
    vec![
        (4_44, 101, stub(db, 1)),
        (8_88, 102, stub(db, 2)),
        (10_00, 103, number.digits().to_string()),
        (332, 104, stub(db, 3).replace(' ', "")),
        (17_76, 105, wrong),
        (5_00, 106, String::new()),
    ]
}

#[test]
fn cheques_go_to_the_accounts_and_bills_that_their_stubs_name() {
    engines::each(|db, folder| {
        town(db, folder);
        let cheques = day(db);
        let text = file(1, "260309", &cheques);
        for (count, cents) in [(5, 49_40), (6, 49_41)] {
            let why = said(db, &text, count, cents).unwrap_err();
            assert!(says(&why).ends_with("were said; nothing was posted"), "{why}");
        }
        let took = take(db, &text).unwrap();
        let sum = |cents| Money::from_cents(cents);
        assert_eq!((took.posted, took.held), ((6, sum(49_40)), (2, sum(22_76))));
        assert_eq!(owes(db), [0, 0, 0, 17_76]);
        let held = db.read(store::suspense::open).unwrap();
        assert!(held[0].said.ends_with("lockbox 0012345 item 005"), "{held:?}");
        assert_eq!(held[1].said, "nothing keyed, lockbox 0012345 item 006");
        let paid = db.read(|tx| store::payment::of_account(tx, AccountId(1))).unwrap();
        assert_eq!(
            (paid[0].on, paid[0].reference.as_str()),
            (date(2026, 3, 9), "231380104 9900117733 0000000101")
        );
        sound(db);
        // A cheque comes back as any other does, with its own payment.
        let id = db.read(|tx| store::receipt::tender_of(tx, paid[0].id)).unwrap().unwrap();
        db.write(|tx| receipt::give_back(tx, actor(), id, date(2026, 3, 10), "no funds")).unwrap();
        assert_eq!(owes(db)[0], 4_44);
        sound(db);
    });
}

#[test]
fn what_comes_twice_is_posted_once() {
    engines::each(|db, folder| {
        town(db, folder);
        let cheques = day(db);
        let text = file(1, "260309", &cheques);
        take(db, &text).unwrap();
        let before = owes(db);
        let same = |db: &Db| {
            assert_eq!(owes(db), before);
            assert_eq!(db.read(store::suspense::open).unwrap().len(), 2);
        };
        // The same file.
        assert!(says(&take(db, &text).unwrap_err()).starts_with("that is batch 1 already"));
        // The same cheques in another file, of another day and in another batch.
        for other in [file(1, "260310", &cheques), file(2, "260309", &cheques)] {
            let why = take(db, &other).unwrap_err();
            assert!(says(&why).starts_with("all 6 cheques in it were posted before"), "{why}");
        }
        // Cut anywhere, it is no file; one byte changed anywhere, it posts nothing again.
        for length in [text.len().div_euclid(2), text.len() - 8, 1] {
            assert!(take(db, &text[..length]).is_err());
        }
        let mut taken = 0;
        for at in (0..text.len()).step_by(7) {
            let mut bytes = text.clone().into_bytes();
            if bytes[at] == b'\n' {
                continue;
            }
            bytes[at] = if bytes[at] == b'7' { b'8' } else { b'7' };
            taken += usize::from(take(db, &String::from_utf8(bytes).unwrap()).is_ok());
        }
        assert_eq!(taken, 0);
        same(db);
        // A new one among the old ones is posted alone.
        let mut more = cheques.clone();
        more.push((1_00, 107, stub(db, 4)));
        let took = take(db, &file(3, "260310", &more)).unwrap();
        assert_eq!((took.posted, took.already.len()), ((1, Money::from_cents(1_00)), 6));
        assert_eq!(owes(db)[3], 16_76);
        sound(db);
    });
}

#[test]
fn what_differs_from_what_was_posted_is_said_and_letters_are_no_cheques() {
    engines::each(|db, folder| {
        town(db, folder);
        let bill = db.read(|tx| store::bill::of_account(tx, AccountId(3))).unwrap().remove(0);
        let mut cheques = vec![
            (4_44, 101, stub(db, 1)),
            (5_00, 102, bill.number.to_string()),
            (0, 0, "they ask about their bill".to_owned()),
        ];
        let took = take(db, &file(1, "260309", &cheques)).unwrap();
        assert_eq!((took.posted.0, took.held.0, took.letters.len()), (2, 0, 1));
        assert_eq!(owes(db)[..3], [0, 888, 832], "a bill's number says whose it is");
        sound(db);
        // The same cheque of another amount, alone and beside a new one.
        cheques[0].0 = 4_45;
        let why = take(db, &file(1, "260309", &cheques)).unwrap_err();
        let says_so = "all 2 cheques in it were posted before; nothing was changed\nline 4 says \
            $4.45, and it was posted as $4.44; ask the bank which is right";
        assert_eq!(says(&why), says_so);
        cheques.push((8_88, 107, stub(db, 2)));
        let took = take(db, &file(2, "260310", &cheques)).unwrap();
        let told: Vec<String> = took.otherwise.iter().map(|it| it.to_string()).collect();
        assert_eq!((took.posted.0, took.already.len(), told.len()), (1, 2, 1));
        assert!(told[0].starts_with("line 4 says $4.45, and it was posted as $4.44"), "{told:?}");
        assert_eq!(owes(db)[..3], [0, 0, 832]);
        let letter = [(0, 0, String::new())];
        let why = take(db, &file(3, "260310", &letter)).unwrap_err();
        assert_eq!(says(&why), "there is no money in it; nothing was posted");
        sound(db);
    });
}

#[test]
fn digits_of_a_scan_line_find_their_account_and_what_is_left_is_found_again() {
    engines::each(|db, folder| {
        town(db, folder);
        let digits = db.read(|tx| store::account::get(tx, AccountId(2))).unwrap().number.digits();
        let keyed = format!("0{digits}");
        take(db, &file(1, "260309", &[(5_00, 101, keyed)])).unwrap();
        let held = db.read(store::suspense::open).unwrap().remove(0);
        let found = db.read(|tx| suspense::candidates(tx, &held)).unwrap();
        assert_eq!(found[0].account.id, AccountId(2));
        let parts = [(AccountId(2), Money::from_cents(3_00))];
        db.write(|tx| suspense::split(tx, actor(), held.id, &parts, "they said so")).unwrap();
        let rest = db.read(|tx| suspense::rest(tx, &held)).unwrap().unwrap();
        assert_eq!(rest.amount, Money::from_cents(2_00));
        let whole = NewHeldRefund { id: held.id, amount: Money::from_cents(5_00) };
        let why = db.write(|tx| suspense::refund(tx, actor(), &whole, "x")).unwrap_err();
        let says_so = format!(
            "what was held under {} was parted; $2.00 of it is held under {} now",
            held.id, rest.id
        );
        assert_eq!(says(&why), says_so);
        sound(db);
    });
}

#[test]
fn ten_at_once_post_once() {
    engines::each(|db, folder| {
        town(db, folder);
        let cheques = day(db);
        let texts = [file(1, "260309", &cheques), file(2, "260310", &cheques)];
        let done = std::thread::scope(|all| {
            let start = |nth: usize| {
                let text = &texts[nth % 2];
                all.spawn(move || take(db, text).is_ok())
            };
            let threads: Vec<_> = (0..10).map(start).collect();
            threads.into_iter().map(|it| it.join().unwrap()).filter(|it| *it).count()
        });
        assert_eq!(done, 1);
        assert_eq!(owes(db), [0, 0, 0, 17_76]);
        sound(db);
    });
}

#[test]
fn a_bank_with_columns_of_its_own_is_read_by_them() {
    engines::each(|db, folder| {
        town(db, folder);
        let say = |from, text: &str| db.write(|tx| lockbox::say_layout(tx, actor(), from, text));
        let day = date(2026, 3, 1);
        let why = say(day, "amount 17-8").unwrap_err();
        assert_eq!(says(&why), "line 1: 17-8 are no columns; write such as 8-17");
        say(day, "keyed 60-120\n").unwrap();
        assert!(says(&say(day, "keyed 61-120").unwrap_err()).starts_with("it is said from"));
        let keyed = format!("{:13}{}", "SAVE", stub(db, 1));
        assert_eq!(take(db, &file(1, "260309", &[(4_44, 101, keyed)])).unwrap().held.0, 0);
        assert_eq!(owes(db)[0], 0);
        let none = file(4, "260309", &[(0, 109, stub(db, 1))]);
        assert!(says(&take(db, &none).unwrap_err()).starts_with("there is no money in it"));
        sound(db);
    });
}

#[test]
fn what_is_held_is_parted_among_several_or_given_back() {
    engines::each(|db, folder| {
        town(db, folder);
        take(db, &file(1, "260309", &day(db))).unwrap();
        let held = db.read(store::suspense::open).unwrap();
        let (first, second) = (held[0].id, held[1].id);
        let cents = Money::from_cents;
        let split = |parts: &[(i64, i64)], why: &str| {
            let parts: Vec<_> = parts.iter().map(|it| (AccountId(it.0), cents(it.1))).collect();
            db.write(|tx| suspense::split(tx, actor(), first, &parts, why))
        };
        let wrong = "$17.76 is held, and the parts add up to ";
        for parts in [&[][..], &[(1, 17_77)], &[(1, 17_77), (2, -1)]] {
            let why = split(parts, "the letter").unwrap_err();
            assert!(says(&why).starts_with(wrong), "{why}");
        }
        assert_eq!(says(&split(&[(1, 1)], " ").unwrap_err()), "say why");
        let paid = split(&[(4, 10_00), (1, 2_00), (4, 1_00)], "the letter").unwrap();
        assert_eq!(
            paid.iter().map(|it| it.amount.cents()).collect::<Vec<_>>(),
            [10_00, 2_00, 1_00]
        );
        assert_eq!(owes(db), [-2_00, 0, 0, 6_76]);
        let left = |db: &Db| -> Vec<i64> {
            let held = db.read(store::suspense::open).unwrap();
            held.iter().map(|it| it.amount.cents()).collect()
        };
        assert_eq!(left(db), [5_00, 4_76]);
        assert!(
            says(&split(&[(1, 1)], "x").unwrap_err()).contains("was parted; $4.76 of it is held")
        );
        sound(db);

        let refund = |id, amount: i64, why: &str| {
            let new = NewHeldRefund { id, amount: cents(amount) };
            db.write(|tx| suspense::refund(tx, actor(), &new, why))
        };
        assert!(says(&refund(second, 5_01, "x").unwrap_err()).starts_with("$5.00 is held; look"));
        refund(second, 5_00, "they wrote").unwrap();
        assert!(says(&refund(second, 5_00, "x").unwrap_err()).contains("was settled on"));
        assert_eq!(left(db), [4_76]);
        let books = db.read(store::ledger::gl_totals).unwrap();
        let of = |gl| books.iter().find(|it| it.0 == gl).unwrap().1.cents();
        assert_eq!((of(Gl::Suspense), of(Gl::RefundsPayable)), (-4_76, -5_00));
        sound(db);
        // Beyond a limit it takes two.
        let limit = Some(cents(1_00));
        let grant = Grant { permission: Permission::RefundCredit, limit, four_eyes: true };
        let asked = Asked::Grant { role: "accountant".to_owned(), grant };
        db.write(|tx| do_or_ask(tx, actor(), &asked, "")).unwrap();
        let ann = with_role(db, "ann", "accountant");
        let bob = with_role(db, "bob", "administrator");
        let third = db.read(store::suspense::open).unwrap()[0].id;
        let asked = Asked::RefundHeld(NewHeldRefund { id: third, amount: cents(4_76) });
        let went = db.write(|tx| do_or_ask(tx, ann, &asked, "they wrote")).unwrap();
        let Outcome::Waits(id) = went else { panic!("it was done by one") };
        assert_eq!(left(db), [4_76]);
        db.write(|tx| approval::give(tx, bob, id, "seen")).unwrap();
        assert_eq!(left(db), Vec::<i64>::new());
        sound(db);
        // The cheque comes back: its parts go with it, and what waits to be refunded of it is not.
        let tender = held[0].tender;
        let back = db.write(|tx| receipt::give_back(tx, actor(), tender, date(2026, 3, 10), "x"));
        assert_eq!(back.unwrap(), cents(17_76));
        assert_eq!(owes(db), [0, 0, 0, 17_76]);
        sound(db);
    });
}

#[test]
fn a_bank_without_trailers_is_taken_by_its_layout_and_by_what_was_said_of_the_file() {
    engines::each(|db, folder| {
        town(db, folder);
        let whole = file(1, "260309", &day(db));
        let kept = |it: &&str| !it.starts_with(['1', '2', '7', '8', '9']);
        let text: String = whole.lines().filter(kept).map(|it| format!("{it}\n")).collect();
        let why = said(db, &text, 6, 49_40).unwrap_err();
        assert!(says(&why).contains("say so in its layout: without 1"), "{why}");
        db.write(|tx| lockbox::say_layout(tx, actor(), date(2026, 1, 1), "without 1 2 7 8 9"))
            .unwrap();
        // With nothing of its own that says how much it is, what was said is all there is.
        let lost: String = text.lines().take(5).map(|it| format!("{it}\n")).collect();
        let why = said(db, &lost, 6, 49_40).unwrap_err();
        assert!(says(&why).ends_with("were said; nothing was posted"), "{why}");
        let other = said(db, &whole, 6, 49_40).unwrap_err();
        assert!(says(&other).contains("the layout says that none comes"), "{other}");
        let took = said(db, &text, 6, 49_40).unwrap();
        assert_eq!(took.posted, (6, Money::from_cents(49_40)));
        assert_eq!(owes(db), [0, 0, 0, 17_76]);
        sound(db);
    });
}
