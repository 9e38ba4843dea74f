//! Debits: what is due is taken once, with its payments, in a file that another reader finds clean; what
//! is odd is held, and what does not add up goes nowhere.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::debit::{self, NewDebits, NotWhole};
use meterbook_app::mandate::{self, NewMandate};
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::{Actor, budget, check, late_fee, plan, task};
use meterbook_checks::engines;
use meterbook_core::credit::Noun;
use meterbook_core::credit::plan::Pays;
use meterbook_core::currency::Currency;
use meterbook_core::debit::policy::Held;
use meterbook_core::debit::{BankNumber, Format, Named, Scheme};
use meterbook_core::id::{AccountId, DebitFileId};
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::permission::{Grant, Permission};
use meterbook_core::task::TaskKind;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::with_role;
use crate::deposit::{at, say};
use crate::jobs::january;
use crate::late_fee::february;
use crate::mandate::{key, new, terms};
use crate::village::{actor, says};

pub(crate) const SETTLE: Date = date(2026, 3, 12);
const SIGNED: Date = date(2026, 2, 1);
pub(crate) const POLICY: &str = "company Alder Creek\ncompany-id 1234567890\norigin 231380104\n\
    bank 231380104 First Bank\nstatement UTILITY\ncreditor DE98ZZZ09999999999\n\
    iban DE89370400440532013000\nnorm 3\n";

fn cents(cents: i64) -> Money {
    Money::from_cents(cents)
}

/// Four customers who owe 4.44, 8.88, 13.32 and 17.76; the third agreed to 10.00 at most, and the fourth
/// has an IBAN.
pub(crate) fn town(db: &Db, folder: &Path) {
    january(db, folder, 4);
    bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ()).unwrap();
    mandates(db);
}

fn mandates(db: &Db) {
    db.write(|tx| {
        debit::say_policy(tx, actor(), date(2026, 1, 1), POLICY)?;
        let schemes = [Scheme::Ppd, Scheme::Web, Scheme::Ppd, Scheme::SepaCore];
        for (id, scheme) in (1..).zip(schemes) {
            let mut new = NewMandate { scheme, signed: SIGNED, ..new(AccountId(id)) };
            new.terms = terms(SIGNED);
            if id == 3 {
                new.terms.most = Some(cents(10_00));
            }
            if scheme.is_sepa() {
                new.number = BankNumber::iban("DE89370400440532013000").unwrap();
                // What is left from books that changed: in dollars nobody agrees to it.
                let refused = mandate::agree(tx, actor(), &key(), &new).unwrap_err();
                assert!(
                    refused.to_string().starts_with("bills are in USD, and no file of sepa-core")
                );
                store::utility::set_currency(tx, Currency::parse("EUR")?)?;
            }
            mandate::agree(tx, actor(), &key(), &new)?;
            store::utility::set_currency(tx, Currency::DOLLARS)?;
        }
        Ok(())
    })
    .unwrap();
}

pub(crate) fn wanted(format: Format, total: i64) -> NewDebits {
    NewDebits { format, settle: SETTLE, total: cents(total) }
}

pub(crate) fn make(db: &Db, new: &NewDebits) -> Result<()> {
    db.write(|tx| debit::make(tx, actor(), new))
}

/// The bills are in euros, which files of SEPA take, as if they had been from the first one on.
pub(crate) fn euros(db: &Db) {
    let euros = Currency::parse("EUR").unwrap();
    db.write(|tx| store::utility::set_currency(tx, euros)).unwrap();
}

pub(crate) fn written(db: &Db, id: i64) -> Result<String> {
    db.write(|tx| debit::write(tx, actor(), &key(), DebitFileId(id)))
}

pub(crate) fn owes(db: &Db) -> Vec<i64> {
    let owes = |id| db.read(|tx| store::ledger::balance(tx, AccountId(id))).unwrap().cents();
    (1..=4).map(owes).collect()
}

pub(crate) fn held(db: &Db) -> Vec<(i64, String)> {
    held_on(db, SETTLE)
}

pub(crate) fn held_on(db: &Db, on: Date) -> Vec<(i64, String)> {
    let due = db.read(|tx| debit::due(tx, on)).unwrap();
    let said = |it: &debit::Due| it.held.map_or_else(|| "taken".to_owned(), |it| it.to_string());
    due.iter().map(|it| (it.account.id.0, said(it))).collect()
}

pub(crate) fn sound(db: &Db) {
    let report = check::check(db).unwrap();
    assert!(report.clean(), "{report:#?}");
}

/// What another reader says of a file, where one was fetched.
fn judged(script: &str, before: Option<&Path>, text: &str) -> Option<String> {
    let python = std::env::var_os("METERBOOK_JUDGES")?;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("debits");
    std::fs::write(&file, text).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/judges").join(script);
    let said = Command::new(python).arg(script).args(before).arg(&file).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    Some(String::from_utf8(said.stdout).unwrap())
}

#[test]
fn what_is_due_is_taken_once_with_its_payments() {
    engines::each(|db, folder| {
        town(db, folder);
        assert_eq!(owes(db), [4_44, 8_88, 1_332, 17_76]);
        let most = "the customer agreed to $10.00 at most".to_owned();
        let taken = || "taken".to_owned();
        assert_eq!(held(db), [(1, taken()), (2, taken()), (3, most.clone()), (4, taken())]);
        // Nothing is due before its day.
        assert_eq!(db.read(|tx| debit::due(tx, date(2026, 2, 1))).unwrap().len(), 0);
        let sum = |format| db.read(|tx| debit::sum(tx, format, SETTLE)).unwrap();
        assert_eq!(sum(Format::Nacha), (2, cents(1_332)));
        let why = make(db, &wanted(Format::Nacha, 1_331)).unwrap_err();
        assert!(says(&why).starts_with("it comes to $13.32 now and not to $13.31"), "{why}");
        // Whoever disputes a bill has nothing taken meanwhile.
        let about = (AccountId(2), InteractionChannel::Phone);
        let (kind, text) = (TaskKind::Dispute, "I was away");
        let open = |tx: &mut Tx| task::open_case(tx, actor(), about, kind, &[], text);
        let disputed = db.write(|tx| tx.trial(|tx| open(tx).and_then(|_| debit::due(tx, SETTLE))));
        assert_eq!(disputed.unwrap()[1].held, Some(Held::Disputed));
        let past = NewDebits { settle: date(2026, 3, 9), ..wanted(Format::Nacha, 1_332) };
        assert!(says(&make(db, &past).unwrap_err()).starts_with("today is 2026-03-10"));
        // A Sunday, and Good Friday, on which only the banks of SEPA are closed.
        let on = |format, settle| NewDebits { format, settle, ..wanted(format, 1) };
        let sunday = make(db, &on(Format::Nacha, date(2026, 3, 15))).unwrap_err();
        let next = "the next day on which they do is 2026-03-16";
        assert_eq!(says(&sunday), format!("banks do not settle on 2026-03-15; {next}"));
        let easter = date(2026, 4, 3);
        let refused = says(&make(db, &on(Format::Pain008, easter)).unwrap_err());
        assert!(refused.ends_with("is 2026-04-07"), "{refused}");
        let taken = says(&make(db, &on(Format::Nacha, easter)).unwrap_err());
        assert!(taken.starts_with("it comes to"), "{taken}");
        assert!(says(&written(db, 1).unwrap_err()).starts_with("there is no file 1 of debits"));

        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        assert_eq!(owes(db), [0, 0, 1_332, 17_76]);
        let again = make(db, &wanted(Format::Nacha, 1_332)).unwrap_err();
        assert!(says(&again).starts_with("nothing is to be taken by then"));
        let text = written(db, 1).unwrap();
        assert_eq!(written(db, 1).unwrap(), text, "made again it is the same");
        assert!(text.contains("9900117733"), "the bank is told the number");
        assert!(text.contains("231380100000001") && text.contains("231380100000002"));
        if let Some(told) = judged("ach.py", None, &text) {
            assert_eq!(told, "debits|clean|2|2|13.32|0.00\n");
        }

        // Dollars are not collected in euros, nor euros in dollars.
        let why = make(db, &wanted(Format::Pain008, 17_76)).unwrap_err();
        let bills = "takes EUR and the bills of this utility are in USD";
        assert!(says(&why).contains(bills), "{why}");
        assert_eq!(owes(db)[3], 17_76);
        euros(db);
        let why = make(db, &wanted(Format::Nacha, 1_332)).unwrap_err();
        assert!(says(&why).contains("takes USD and the bills of this utility are in EUR"), "{why}");
        make(db, &wanted(Format::Pain008, 17_76)).unwrap();
        let text = written(db, 2).unwrap();
        assert!(text.contains("<SeqTp>FRST</SeqTp>") && text.contains("<MndtId>M-000004</MndtId>"));
        let schemas = std::env::var_os("METERBOOK_SHARED").map(std::path::PathBuf::from);
        if let Some(schemas) =
            schemas.map(|it| it.join("samples/sepa_xsd")).filter(|it| it.exists())
            && let Some(told) = judged("pain.py", Some(&schemas), &text)
        {
            assert_eq!(told, "");
        }
        assert_eq!(held(db), [(3, most)]);
        assert_eq!(owes(db), [0, 0, 1_332, 0]);
        sound(db);
        // The wrong key opens nothing, and nothing is written.
        let wrong = meterbook_app::seal::BankKey::parse(&"5b".repeat(32)).unwrap();
        let why = db.write(|tx| debit::write(tx, actor(), &wrong, DebitFileId(1)));
        assert!(says(&why.unwrap_err()).starts_with("this key does not open"));
        // What the bank was told may not be told otherwise later.
        let other = POLICY.replace("UTILITY", "POWER");
        db.write(|tx| debit::say_policy(tx, actor(), date(2026, 3, 10), &other)).unwrap();
        assert!(says(&written(db, 1).unwrap_err()).starts_with("it would not be the same file"));
    });
}

#[test]
fn a_debit_that_came_back_is_not_taken_again() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let items = db.read(|tx| store::debit::items(tx, DebitFileId(1))).unwrap();
        let on = date(2026, 3, 10);
        written(db, 1).unwrap();
        db.write(|tx| receipt::give_back(tx, actor(), items[0].tender, on, "R01")).unwrap();
        assert_eq!(owes(db)[0], 4_44);
        // Trying again is not said to be done here.
        assert_eq!(held(db)[0], (1, "a debit came back and is still owed".to_owned()));
        let back = db.read(|tx| store::debit::returned(tx, AccountId(1))).unwrap();
        assert_eq!(back.len(), 1);
        assert_eq!(db.read(|tx| debit::sum(tx, Format::Nacha, SETTLE)).unwrap().0, 0);
        sound(db);
    });
}

#[test]
fn what_is_paid_in_parts_is_held_and_what_comes_later_taken() {
    engines::each(|db, folder| {
        town(db, folder);
        say(db, Noun::Plan, "months any 2\n");
        let agree = |tx: &mut Tx| {
            plan::agree(tx, at("2026-03-10"), AccountId(2), (1, Some(Pays::Hand)), "by phone")
        };
        db.write(agree).unwrap();
        let parts = || (2, "it is paid in parts as agreed".to_owned());
        assert_eq!(held(db)[1], parts());
        assert_eq!(db.read(|tx| debit::sum(tx, Format::Nacha, SETTLE)).unwrap(), (1, cents(4_44)));
        make(db, &wanted(Format::Nacha, 4_44)).unwrap();
        assert_eq!(owes(db), [0, 8_88, 1_332, 17_76]);
        february(db, folder, 4);
        let mut of_two = held_on(db, date(2026, 3, 23));
        of_two.retain(|it| it.0 == 2);
        assert_eq!(of_two, [parts(), (2, "taken".to_owned())]);
        // Without the plan all of it is taken again.
        db.write(|tx| plan::cancel(tx, at("2026-03-10"), AccountId(2), "by phone")).unwrap();
        assert_eq!(held(db)[0], (2, "taken".to_owned()));
        sound(db);
    });
}

#[test]
fn what_a_paper_asks_for_is_taken_together() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        say(db, Noun::Budget, "class residential\nhistory 12 1\nround 1.00\noff 10%\n");
        say(db, Noun::LateFee, "fee residential 10% once\ngrace 5 days\nleast 5.00\n");
        for id in [1, 3] {
            let level = Some(cents(10_00));
            let begin =
                |tx: &mut Tx| budget::begin(tx, at("2026-01-20"), AccountId(id), level, "asked");
            db.write(begin).unwrap();
        }
        bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ())
            .unwrap();
        mandates(db);
        // Bills of 4.44 and 13.32 that ask for 10.00 each.
        assert_eq!(owes(db), [10_00, 8_88, 10_00, 17_76]);
        assert_eq!(db.read(|tx| debit::sum(tx, Format::Nacha, SETTLE)).unwrap(), (3, cents(28_88)));
        let other = AccountId(2);
        let all = db.read(|tx| debit::due(tx, SETTLE)).unwrap();
        let bill = all.iter().find(|it| it.account.id == other).unwrap().named.clone();
        make(db, &wanted(Format::Nacha, 28_88)).unwrap();
        assert_eq!(owes(db), [0, 0, 0, 17_76]);
        let open = db.read(|tx| receipt::open_now(tx, AccountId(1))).unwrap();
        assert_eq!((open.items, open.credits), (vec![], vec![]));
        sound(db);
        // It comes back, and the next bill has a fee for it; only that is paid by name.
        let items = db.read(|tx| store::debit::items(tx, DebitFileId(1))).unwrap();
        let (on, tender) = (date(2026, 3, 10), items[2].tender);
        written(db, 1).unwrap();
        db.write(|tx| receipt::give_back(tx, actor(), tender, on, "R08")).unwrap();
        late_fee::assess_all(db, at("2026-03-10")).unwrap();
        february(db, folder, 4);
        let march = date(2026, 3, 23);
        let due = |tx: &mut Tx| {
            let mut all = debit::due(tx, march)?;
            all.retain(|it| it.account.id == other);
            Ok(all.into_iter().map(|it| (it.named, it.amount.cents(), it.held)).collect())
        };
        let of_two: Vec<_> = db.read(due).unwrap();
        let new = of_two[1].0.clone();
        let returned = Some(Held::Returned);
        assert_eq!(of_two, [(bill.clone(), 8_88, returned), (new.clone(), 9_77, returned)]);
        let pays = |of: &Named, amount: i64| {
            let Named::Bill(bill) = of.clone() else { panic!("a bill") };
            let (amount, bill) = (cents(amount), Some(bill));
            let reference = format!("{amount}");
            let new = NewReceipt {
                on,
                tenders: vec![NewTender { kind: Tender::Check, amount, reference }],
                shares: vec![Share { to: For::Account { account: other, bill }, amount }],
            };
            db.write(|tx| receipt::take(tx, actor(), &new)).unwrap();
        };
        // Of the bill first, and of the fee with it.
        pays(&new, 9_00);
        assert_eq!(db.read(due).unwrap()[1], (new.clone(), 77, returned));
        pays(&bill, 8_88);
        assert_eq!(db.read(due).unwrap(), [(new, 77, None)]);
        let sum = db.read(|tx| debit::sum(tx, Format::Nacha, march)).unwrap();
        make(db, &NewDebits { settle: march, total: sum.1, ..wanted(Format::Nacha, 0) }).unwrap();
        assert_eq!(owes(db)[1], 0);
        sound(db);
    });
}

#[test]
fn beyond_a_limit_it_takes_two() {
    engines::each(|db, folder| {
        town(db, folder);
        let limit = Some(cents(5_00));
        let grant = Grant { permission: Permission::MakeDebits, limit, four_eyes: true };
        let asked = Asked::Grant { role: "accountant".to_owned(), grant };
        db.write(|tx| do_or_ask(tx, actor(), &asked, "")).unwrap();
        let ann = with_role(db, "ann", "accountant");
        let bob = with_role(db, "bob", "administrator");
        let asked = Asked::Debits(wanted(Format::Nacha, 1_332));
        let ask = |by: Actor| db.write(|tx| do_or_ask(tx, by, &asked, "March")).unwrap();
        let Outcome::Waits(id) = ask(ann) else { panic!("it was done by one") };
        assert_eq!(owes(db), [4_44, 8_88, 1_332, 17_76]);
        let it = db.write(|tx| approval::give(tx, bob, id, "seen")).unwrap();
        assert_eq!(it.subject, "nacha, 2 debits, $13.32, to settle on 2026-03-12");
        assert_eq!(owes(db), [0, 0, 1_332, 17_76]);
        // Who may make files gets this one for the bank, whatever it comes to.
        let text = db.write(|tx| debit::write(tx, ann, &key(), DebitFileId(1))).unwrap();
        assert!(text.starts_with("101 "), "{text}");
        let may_not = with_role(db, "kim", "clerk");
        let why = db.write(|tx| debit::write(tx, may_not, &key(), DebitFileId(1))).unwrap_err();
        assert!(why.to_string().starts_with("no role of kim comes with make-debits"), "{why}");
        sound(db);
    });
}

#[test]
fn two_who_take_at_once_take_once() {
    engines::each(|db, folder| {
        town(db, folder);
        let new = wanted(Format::Nacha, 1_332);
        let done = std::thread::scope(|all| {
            let threads: Vec<_> = (0..4).map(|_| all.spawn(|| make(db, &new).is_ok())).collect();
            threads.into_iter().map(|it| it.join().unwrap()).filter(|it| *it).count()
        });
        assert_eq!(done, 1);
        assert_eq!(db.read(store::debit::all).unwrap().len(), 1);
        assert_eq!(owes(db), [0, 0, 1_332, 17_76]);
        sound(db);
    });
}

#[test]
fn a_file_that_does_not_add_up_goes_nowhere() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let text = written(db, 1).unwrap();
        let agrees =
            |text: &str, many, total| debit::agrees(text, Format::Nacha, (many, cents(total)));
        assert_eq!(agrees(&text, 2, 1_332), Ok(()));
        let (kept, read) = ((2, cents(1_333)), (2, cents(1_332)));
        assert_eq!(agrees(&text, 2, 1_333), Err(NotWhole::Differs { kept, read }));
        assert!(matches!(agrees(&text, 3, 1_332), Err(NotWhole::Differs { .. })));
        let cut: String = text.lines().take(3).map(|it| format!("{it}\n")).collect();
        assert!(matches!(agrees(&cut, 2, 1_332), Err(NotWhole::Faulty(_))));
        let other = text.replacen("0000000444", "0000004440", 1);
        assert!(matches!(agrees(&other, 2, 1_332), Err(NotWhole::Faulty(_))));
    });
}

#[test]
fn what_the_policy_does_not_say_is_asked_for() {
    engines::each(|db, folder| {
        town(db, folder);
        let say = |from, text: &str| db.write(|tx| debit::say_policy(tx, actor(), from, text));
        let day = date(2026, 3, 1);
        let why = say(day, "norm 0").unwrap_err();
        assert_eq!(says(&why), "line 1: norm: a whole number from 1 to 100");
        say(day, "company Alder Creek\n").unwrap();
        let why = say(day, "norm 3").unwrap_err();
        assert!(says(&why).starts_with("it is said from 2026-03-01 on already"));
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let why = written(db, 1).unwrap_err();
        assert_eq!(says(&why), "the policy does not say bank; say it: meterbook debit policy");
    });
}

#[test]
fn the_most_of_a_mandate_is_of_all_that_is_taken_on_a_day() {
    engines::each(|db, folder| {
        town(db, folder);
        february(db, folder, 4);
        db.write(|tx| {
            let most = Some(cents(8_00));
            let terms = meterbook_core::debit::Terms { most, ..terms(date(2026, 3, 2)) };
            mandate::change(tx, actor(), &key(), AccountId(1), (&terms, None), "by letter")
        })
        .unwrap();
        // Two bills of $4.44, both due by then.
        let settle = date(2026, 3, 24);
        let ours = |on| -> Vec<(i64, Option<Held>)> {
            let mut due = db.read(|tx| debit::due(tx, on)).unwrap();
            due.retain(|it| it.account.id == AccountId(1));
            due.iter().map(|it| (it.amount.cents(), it.held)).collect()
        };
        let others = Held::BeyondMostWith { most: cents(8_00), others: cents(4_44) };
        assert_eq!(ours(settle), [(4_44, None), (4_44, Some(others))]);
        let (_, total) = db.read(|tx| debit::sum(tx, Format::Nacha, settle)).unwrap();
        let new = NewDebits { format: Format::Nacha, settle, total };
        db.write(|tx| debit::make(tx, at("2026-03-23"), &new)).unwrap();
        // Another file of the same day takes no more; one of another day does.
        assert_eq!(ours(settle), [(4_44, Some(others))]);
        assert_eq!(
            others.to_string(),
            "the customer agreed to $8.00 at most, and $4.44 of it is taken on that day; it waits for another day"
        );
        assert_eq!(ours(date(2026, 3, 25)), [(4_44, None)]);
        sound(db);
    });
}
