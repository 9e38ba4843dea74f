//! Debits that are tried again, mandates that are tried first, and the switch that stops both.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::debit::call_off::NewCallOff;
use meterbook_app::debit::returned::Became;
use meterbook_app::debit::{self, NewDebits, prenote};
use meterbook_app::mandate;
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_checks::engines;
use meterbook_core::debit::{AccountKind, BankNumber, Format, Terms};
use meterbook_core::id::{AccountId, DebitFileId, TenderId};
use meterbook_core::money::Money;
use meterbook_core::permission::{Grant, Permission};
use meterbook_formats::payments::nacha;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::with_role;
use crate::debit::{POLICY, SETTLE, held, held_on, make, owes, sound, town, wanted, written};
use crate::debit_returned::{at, file, take_in_on, taken_back};
use crate::mandate::key;
use crate::village::{actor, says};

fn say(db: &Db, line: &str) {
    let text = format!("{POLICY}{line}\n");
    db.write(|tx| debit::say_policy(tx, actor(), date(2026, 2, 1), &text)).unwrap();
}

fn make_on(db: &Db, day: &str, settle: Date, cents: i64) -> Result<()> {
    let (format, total) = (Format::Nacha, Money::from_cents(cents));
    let new = NewDebits { format, settle, total };
    db.write(|tx| debit::make(tx, at(day), &new))
}

#[test]
fn what_came_back_for_want_of_money_is_tried_twice_more_and_never_again() {
    engines::each(|db, folder| {
        town(db, folder);
        say(db, "retry twice after 5 days");
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let back = file("PPD", &[("R01", 1, 4_44, ""), ("R10", 2, 8_88, "")]);
        take_in_on(db, at("2026-03-16"), &back).unwrap();
        assert_eq!(owes(db)[..2], [4_44, 8_88]);

        // Not before its days are over, and what nobody agreed to never.
        let wait = "it came back and is tried again from 2026-03-21 on".to_owned();
        assert_eq!(held_on(db, date(2026, 3, 20))[0], (1, wait));
        assert!(held_on(db, date(2026, 4, 20)).iter().all(|it| it.0 != 2), "the mandate ended");
        make_on(db, "2026-03-20", date(2026, 3, 23), 4_44).unwrap();
        assert_eq!(owes(db)[0], 0);
        let again = make_on(db, "2026-03-20", date(2026, 3, 23), 4_44).unwrap_err();
        assert!(says(&again).starts_with("nothing is to be taken"), "one debit is in one file");
        let text = written(db, 2).unwrap();
        let read = nacha::read(text.as_bytes());
        assert_eq!(read.faults.refused, None);
        assert_eq!(read.batches[0].description, "RETRY PYMT");
        let trace = read.batches[0].entries[0].trace.clone();
        assert_eq!(
            (trace.as_str(), read.batches[0].entries[0].amount.cents()),
            ("231380100000003", 4_44)
        );
        sound(db);

        let back = |nth| file("PPD", &[("R09", nth, 4_44, "")]);
        let by = at("2026-03-25");
        assert_eq!(take_in_on(db, by, &back(3)).unwrap(), [taken_back(1, 4_44, false)]);
        assert_eq!(take_in_on(db, by, &back(3)).unwrap(), [Became::Already]);
        make_on(db, "2026-03-30", date(2026, 3, 31), 4_44).unwrap();
        let by = at("2026-04-02");
        assert_eq!(take_in_on(db, by, &back(4)).unwrap(), [taken_back(1, 4_44, false)]);
        let owed = "a debit came back and is still owed".to_owned();
        assert_eq!(held_on(db, date(2026, 5, 1))[0], (1, owed), "twice is enough");
        let items = db.read(|tx| {
            let first = store::debit::items(tx, DebitFileId(1))?[0].clone();
            store::debit::tries(tx, first.mandate, &first.takes)
        });
        let times: Vec<i64> = items.unwrap().iter().map(|it| it.debit.nth).collect();
        assert_eq!(times, [1, 2, 3]);
        sound(db);
    });
}

#[test]
fn what_is_not_the_same_any_more_is_not_tried_again() {
    engines::each(|db, folder| {
        town(db, folder);
        say(db, "retry twice after 0 days");
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let back = file("PPD", &[("R01", 1, 4_44, ""), ("R01", 2, 8_88, "")]);
        take_in_on(db, at("2026-03-16"), &back).unwrap();
        let day = date(2026, 3, 18);
        let taken = (1, "taken".to_owned());
        assert_eq!(held_on(db, day)[0], taken);
        let owed = |id| (id, "a debit came back and is still owed".to_owned());
        // Another account at the bank, a part paid otherwise, and half a year.
        let number = BankNumber::routed("231380104", "4400", AccountKind::Checking).unwrap();
        let other = |tx: &mut Tx| {
            let was = mandate::on(tx, AccountId(1), day)?.unwrap();
            let terms = Terms { from: date(2026, 3, 17), ..was.terms };
            let new = (&terms, Some(&number));
            mandate::change(tx, at("2026-03-16"), &key(), AccountId(1), new, "x")?;
            debit::due(tx, day)
        };
        let found = db.write(|tx| tx.trial(other)).unwrap();
        assert_eq!(found[0].held.unwrap().to_string(), owed(1).1);
        db.write(|tx| {
            let account = AccountId(1);
            let (amount, on) = (Money::from_cents(1), date(2026, 3, 16));
            let (tender, reference) = (meterbook_core::ledger::Tender::Cash, "1".to_owned());
            let new = meterbook_app::pay::NewPayment { account, amount, on, tender, reference };
            meterbook_app::pay::pay(tx, at("2026-03-16"), &new)
        })
        .unwrap();
        assert_eq!(held_on(db, day)[0], owed(1));
        assert_eq!(held_on(db, date(2026, 9, 8))[1], (2, "taken".to_owned()));
        assert_eq!(held_on(db, date(2026, 9, 9))[1], owed(2));
        sound(db);
    });
}

#[test]
fn a_mandate_is_tried_before_anything_is_taken_by_it() {
    engines::each(|db, folder| {
        town(db, folder);
        say(db, "prenote 3");
        let not = "the mandate was not tried; see: debit prenote".to_owned();
        assert_eq!(held(db)[..2], [(1, not.clone()), (2, not.clone())]);
        assert_eq!(held(db)[3], (4, "taken".to_owned()), "SEPA has no such thing");
        let count = || db.read(|tx| prenote::due(tx, SETTLE)).unwrap().len();
        assert_eq!(count(), 3);
        // Nothing is taken by it, so that nobody needs a second person.
        let alone = with_role(db, "amal", "accountant");
        let tries = |count| db.write(|tx| prenote::make(tx, alone, date(2026, 3, 11), count));
        let why = tries(2).unwrap_err();
        assert!(says(&why).starts_with("3 mandates are to be tried now and not 2"), "{why}");
        let id = tries(3).unwrap();
        assert_eq!(id, DebitFileId(1));
        assert!(says(&tries(3).unwrap_err()).starts_with("no mandate is to be tried"));
        let text = written(db, 1).unwrap();
        assert_eq!(written(db, 1).unwrap(), text, "made again it is the same");
        let read = nacha::read(text.as_bytes());
        assert_eq!(read.faults.refused, None);
        assert_eq!((read.entries(), read.prenotes(), read.totals().0), (3, 3, Money::ZERO));
        assert_eq!(read.batches[0].entries[0].code, 28);

        // Three banking days after 11 March it is Monday, the 16th.
        let being = "the mandate is being tried until 2026-03-16".to_owned();
        assert_eq!(held_on(db, date(2026, 3, 15))[0], (1, being));
        // One comes back, one is corrected, and that is an answer too.
        let back = file("PPD", &[("R03", 1, 0, "")]);
        let ended = Became::NotThere { account: AccountId(1), ended: true };
        assert_eq!(take_in_on(db, at("2026-03-13"), &back).unwrap(), [ended]);
        assert_eq!(take_in_on(db, at("2026-03-13"), &back).unwrap(), [Became::Already]);
        // Entries are in the order of their schemes: that of the third account is the second one.
        let change = file("COR", &[("C01", 3, 0, "5512349876")]);
        let changed = Became::Changed { account: AccountId(2) };
        assert_eq!(take_in_on(db, at("2026-03-13"), &change).unwrap(), [changed]);
        let day = date(2026, 3, 16);
        let now = held_on(db, day);
        assert_eq!(now[0], (2, "taken".to_owned()));
        make_on(db, "2026-03-14", day, 8_88).unwrap();
        let text = written(db, 2).unwrap();
        assert!(text.contains("5512349876") && text.contains("231380100000004"));
        // What the customer changes is tried anew.
        db.write(|tx| {
            let number = BankNumber::routed("231380104", "4400", AccountKind::Checking)?;
            let was = mandate::on(tx, AccountId(2), day)?.unwrap();
            let terms = Terms { from: date(2026, 3, 17), ..was.terms };
            mandate::change(
                tx,
                at("2026-03-14"),
                &key(),
                AccountId(2),
                (&terms, Some(&number)),
                "x",
            )
        })
        .unwrap();
        let due = db.read(|tx| prenote::due(tx, date(2026, 3, 17))).unwrap();
        assert_eq!(due.iter().map(|it| it.account.0).collect::<Vec<_>>(), [2]);
        sound(db);
    });
}

#[test]
fn while_debits_are_stopped_nothing_goes_to_the_bank() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        // Whoever sees that something is wrong stops them alone.
        let alone = with_role(db, "amal", "accountant");
        let turn = |stop, why| db.write(|tx| debit::switch(tx, alone, stop, why));
        assert_eq!(says(&turn(true, " ").unwrap_err()), "say why");
        assert_eq!(
            says(&turn(false, "x").unwrap_err()),
            "debits are so already; nothing was changed"
        );
        turn(true, "amounts look wrong").unwrap();
        let stopped =
            "debits are stopped: amounts look wrong; let them go on first: meterbook debit go";
        assert_eq!(says(&make(db, &wanted(Format::Pain008, 17_76)).unwrap_err()), stopped);
        assert_eq!(says(&written(db, 1).unwrap_err()), stopped);
        let tries = db.write(|tx| prenote::make(tx, actor(), date(2026, 3, 11), 3));
        assert_eq!(says(&tries.unwrap_err()), stopped);
        assert_eq!(owes(db)[3], 17_76);
        turn(false, "they are right").unwrap();
        crate::debit::euros(db);
        make(db, &wanted(Format::Pain008, 17_76)).unwrap();
        written(db, 1).unwrap();
        sound(db);
    });
}

#[test]
fn a_file_that_never_went_is_called_off_and_its_bills_go_into_the_next() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let off = |id, why| {
            db.write(|tx| {
                meterbook_app::debit::call_off::call_off(tx, actor(), DebitFileId(id), why)
            })
        };
        assert_eq!(says(&off(1, " ").unwrap_err()), "say why");
        let none = "there is no file 9 of debits; see: meterbook debit files";
        assert_eq!(says(&off(9, "x").unwrap_err()), none);
        let it = off(1, "the bank does not know our company").unwrap();
        assert_eq!((it.debits, it.amount.cents()), (2, 1_332));
        assert_eq!(owes(db)[..2], [4_44, 8_88]);
        let again = off(1, "x").unwrap_err();
        assert!(says(&again).starts_with("it was called off on 2026-03-10"), "{again}");
        let text = written(db, 1).unwrap_err();
        assert!(says(&text).starts_with("it was called off on 2026-03-10"), "{text}");
        let expected = db.read(store::bank::expected).unwrap();
        assert!(!expected.iter().any(|it| it.key == "debits/1"), "no bank has it");
        sound(db);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        assert_eq!(owes(db)[..2], [0, 0]);
        // One came back, so the bank took the file.
        let text = crate::debit_returned::file("PPD", &[("R01", 3, 4_44, "")]);
        let back = crate::debit_returned::take_in_on(db, at("2026-03-12"), &text).unwrap();
        assert_eq!(back, [taken_back(1, 4_44, false)]);
        let why = off(2, "x").unwrap_err();
        assert!(says(&why).starts_with("D-3 of it came back, so the bank took the file"), "{why}");
        sound(db);
    });
}

#[test]
fn a_file_beyond_a_limit_is_called_off_by_two() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let permission = Permission::ReversePayments;
        let grant = Grant { permission, limit: Some(Money::from_cents(5_00)), four_eyes: true };
        let asked = Asked::Grant { role: "accountant".to_owned(), grant };
        db.write(|tx| do_or_ask(tx, actor(), &asked, "")).unwrap();
        let ann = with_role(db, "ann", "accountant");
        let bob = with_role(db, "bob", "administrator");
        let off = |id| db.read(|tx| NewCallOff::of(tx, DebitFileId(id), "it never went"));
        let none = "there is no file 9 of debits; see: meterbook debit files";
        assert_eq!(says(&off(9).unwrap_err()), none);
        let silent = db.read(|tx| NewCallOff::of(tx, DebitFileId(1), " ")).unwrap_err();
        assert_eq!(says(&silent), "say why");
        let asked = Asked::CallOff(off(1).unwrap());
        let ask = |by| db.write(|tx| do_or_ask(tx, by, &asked, "it never went"));
        let Outcome::Waits(id) = ask(ann).unwrap() else { panic!("it was done by one") };
        assert_eq!(owes(db)[..2], [0, 0]);
        let it = db.write(|tx| approval::give(tx, bob, id, "seen")).unwrap();
        assert_eq!(it.subject, "file 1, 2 debits, $13.32");
        assert_eq!(owes(db)[..2], [4_44, 8_88]);
        let (on, why) =
            db.read(|tx| store::debit::called_off(tx, DebitFileId(1))).unwrap().unwrap();
        assert_eq!((on.to_string().as_str(), why.as_str()), ("2026-03-10", "it never went"));
        // What is called off does not take a second person's time again.
        assert!(says(&ask(ann).unwrap_err()).starts_with("it was called off on 2026-03-10"));
        sound(db);
    });
}

#[test]
fn what_is_in_a_file_for_the_bank_is_not_taken_out_of_the_books_alone() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let tender = |nth: usize| {
            db.read(|tx| Ok(store::debit::items(tx, DebitFileId(1))?[nth].tender)).unwrap()
        };
        let void = |nth| db.write(|tx| receipt::void(tx, actor(), tender(nth), "a mistake"));
        let returned = |nth| {
            let on = date(2026, 3, 10);
            db.write(|tx| receipt::give_back(tx, actor(), tender(nth), on, "by phone"))
        };
        let in_file = "D-1 is in file 1 of debits, which takes it all the same; where that did not go, call it off: meterbook debit call-off --file 1";
        assert_eq!(says(&void(0).unwrap_err()), in_file);
        // Nor has a bank returned what it was not sent.
        assert_eq!(says(&returned(0).unwrap_err()), in_file);
        assert_eq!(owes(db)[..2], [0, 0]);
        written(db, 1).unwrap();
        returned(0).unwrap();
        assert_eq!(says(&void(1).unwrap_err()), in_file.replace("D-1", "D-2"));
        assert_eq!(owes(db)[..2], [4_44, 0]);
        sound(db);
    });
}

#[test]
fn a_file_is_called_off_only_as_what_it_took() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        // One that says it took more than it did.
        let tender = |tx: &mut Tx| -> Result<TenderId> {
            let (amount, reference) = (Money::from_cents(1_00), "W-9".to_owned());
            let to = For::Account { account: AccountId(1), bill: None };
            let kind = meterbook_core::ledger::Tender::Bank;
            let tenders = vec![NewTender { kind, amount, reference }];
            let new =
                NewReceipt { on: date(2026, 3, 10), tenders, shares: vec![Share { to, amount }] };
            Ok(receipt::take(tx, actor(), &new)?.tenders[0].id)
        };
        db.write(|tx| {
            let tender = tender(tx)?;
            let first = store::debit::items(tx, DebitFileId(1))?[0].clone();
            let amount = Money::from_cents(1_00);
            let item = store::debit::Debit { id: 9.into(), nth: 2, amount, tender, ..first };
            let file = store::debit::get(tx, DebitFileId(1))?.unwrap();
            let id = DebitFileId(9);
            store::debit::add(tx, &store::debit::DebitFile { id, items: 2, ..file }, &[item])
        })
        .unwrap();
        let owed = owes(db);
        let off = db.write(|tx| {
            meterbook_app::debit::call_off::call_off(tx, actor(), DebitFileId(9), "it never went")
        });
        assert_eq!(
            says(&off.unwrap_err()),
            "file 9 took 2 debits of $13.32, and 1 of $1.00 would be called off; nothing was changed; see: meterbook check"
        );
        assert_eq!(owes(db), owed, "nothing was changed");
    });
}
