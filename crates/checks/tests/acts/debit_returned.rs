//! What banks send back of debits: payments are taken back once, mandates end or change, and what
//! nobody knows is a task.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::date;
use meterbook_app::debit::returned::{self, Became, Rates, Told};
use meterbook_app::{Actor, mandate};
use meterbook_checks::engines;
use meterbook_core::debit::{AccountKind, BankNumber, Format, Terms};
use meterbook_core::id::{AccountId, DebitFileId};
use meterbook_core::money::Money;
use meterbook_core::task::TaskKind;
use meterbook_store::{self as store, Db};

use crate::debit::{make, owes, sound, town, wanted};
use crate::mandate::key;
use crate::village::says;

/// One thing that a bank says: its code, the debit, its cents, and what should be otherwise.
pub(crate) type Said<'a> = (&'a str, i64, i64, &'a str);

/// A file as a bank sends it back.
pub(crate) fn file(class: &str, said: &[Said]) -> String {
    let mut lines = vec![
        "101 231380104 2313801042603120900A094101Alder Creek            First Bank                     ".to_owned(),
        format!("5225Alder Creek     {:20}1234567890{class}UTILITY   {:6}260312{:3}1231380100000001", "", "", ""),
    ];
    let total: i64 = said.iter().map(|it| it.2).sum();
    for (nth, (code, debit, cents, corrected)) in (1..).zip(said) {
        lines.push(format!(
            "626231380104{:17}{cents:010}{:15}{:22}  123138010{nth:07}",
            "9900117733", "", "Rosa Quill"
        ));
        let kind = if code.starts_with('C') { "98" } else { "99" };
        lines.push(format!(
            "7{kind}{code}23138010{debit:07}{:6}23138010{corrected:44}23138010{nth:07}",
            ""
        ));
    }
    let (many, hash) = (2 * said.len(), 23_138_010 * said.len());
    lines.push(format!(
        "8225{many:06}{hash:010}{total:012}{:012}1234567890{:25}231380100000001",
        0, ""
    ));
    let blocks = (lines.len() + 1).div_ceil(10);
    lines.push(format!("9000001{blocks:06}{many:08}{hash:010}{total:012}{:012}{:39}", 0, ""));
    lines.resize(blocks * 10, "9".repeat(94));
    lines.iter().map(|it| format!("{it}\n")).collect()
}

/// Two days later, when returns come.
fn later() -> Actor {
    at("2026-03-12")
}

/// At noon of a day.
pub(crate) fn at(day: &str) -> Actor {
    let at: Timestamp = format!("{day}T18:00:00Z").parse().unwrap();
    Actor::system(at)
}

fn take_in(db: &Db, text: &str) -> Result<Vec<Became>> {
    take_in_on(db, later(), text)
}

pub(crate) fn take_in_on(db: &Db, by: Actor, text: &str) -> Result<Vec<Became>> {
    let told = db.write(|tx| returned::take_in(tx, by, &key(), text.as_bytes()))?;
    Ok(told.into_iter().map(|it: Told| it.became).collect())
}

pub(crate) fn taken_back(account: i64, cents: i64, ended: bool) -> Became {
    let (account, amount) = (AccountId(account), Money::from_cents(cents));
    Became::TakenBack { account, amount, ended }
}

#[test]
fn what_came_back_is_taken_back_once_and_ends_what_it_must() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let text =
            file("PPD", &[("R01", 1, 4_44, ""), ("R02", 2, 8_88, ""), ("R03", 77, 5_00, "")]);
        let expected = [taken_back(1, 4_44, false), taken_back(2, 8_88, true), Became::Task];
        assert_eq!(take_in(db, &text).unwrap(), expected);
        assert_eq!(owes(db), [4_44, 8_88, 1_332, 17_76]);
        let day = date(2026, 3, 12);
        let on = |id| db.read(|tx| mandate::on(tx, AccountId(id), day)).unwrap();
        assert!(on(1).is_some() && on(2).is_none(), "the account is closed");
        let tasks = || db.read(|tx| store::task::open_of(tx, TaskKind::Reminder)).unwrap();
        let said = || -> Vec<String> { tasks().into_iter().map(|it| it.evidence).collect() };
        let first = said();
        for wanted in [
            "R03 no account, or it cannot be located, $5.00 of trace 231380100000077",
            "administrative: 50 % of debits came back, 3 % are allowed",
            "overall: 100 % of debits came back, 15 % are allowed",
        ] {
            assert!(first.iter().any(|it| it == wanted), "{first:?}");
        }
        // The same file again, and the same things in another file.
        let again = [Became::Already, Became::Already, Became::Task];
        assert_eq!(take_in(db, &text).unwrap(), again);
        assert_eq!(said(), first);
        assert_eq!(first.len(), 3);
        let other = file("PPD", &[("R01", 1, 4_44, "")]);
        assert_eq!(take_in(db, &other).unwrap(), [Became::Already]);
        assert_eq!(owes(db), [4_44, 8_88, 1_332, 17_76]);
        sound(db);

        let rates = db.read(|tx| returned::rates(tx, day)).unwrap();
        let (unauthorized, administrative, overall) = (0, 5_000, 10_000);
        assert_eq!(rates, Rates { sent: 2, unauthorized, administrative, overall });
        let none = db.read(|tx| returned::rates(tx, date(2026, 6, 1))).unwrap();
        assert_eq!((none.sent, none.overall), (0, 0));
    });
}

#[test]
fn what_another_company_sent_is_not_ours_though_its_number_is() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let theirs = |text: String| text.replace("R0123138010", "R0188888888");
        let text = theirs(file("PPD", &[("R01", 1, 4_44, "")]));
        assert_eq!(take_in(db, &text).unwrap(), [Became::Task], "of another bank");
        let whose = |text: &str, id: &str| {
            text.replace(&format!("{:15}Rosa Quill", ""), &format!("{id:15}Rosa Quill"))
        };
        let text = file("PPD", &[("R02", 1, 4_44, "")]);
        assert_eq!(take_in(db, &whose(&text, "99999")).unwrap(), [Became::Task], "of another one");
        let change = file("COR", &[("C01", 1, 0, "5512349876")]);
        assert_eq!(take_in(db, &whose(&change, "99999")).unwrap(), [Became::Task]);
        assert_eq!(owes(db)[0], 0);
        let day = date(2026, 3, 12);
        let mandate = db.read(|tx| mandate::on(tx, AccountId(1), day)).unwrap().unwrap();
        assert_eq!(mandate.version, 1);
        let ours = whose(&text, "100000017");
        assert_eq!(take_in(db, &ours).unwrap(), [taken_back(1, 4_44, true)]);
        sound(db);
    });
}

#[test]
fn another_amount_and_a_cut_file_take_nothing_back() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        assert_eq!(take_in(db, &file("PPD", &[("R01", 1, 4_45, "")])).unwrap(), [Became::Task]);
        let whole = file("PPD", &[("R01", 1, 4_44, "")]);
        let cut: String = whole.lines().take(4).map(|it| format!("{it}\n")).collect();
        let why = take_in(db, &cut).unwrap_err();
        assert!(says(&why).ends_with("ask the bank for the file again"), "{why}");
        let changed = whole.replacen("0000000444", "0000000443", 1);
        assert!(says(&take_in(db, &changed).unwrap_err()).contains("ask the bank"));
        let ours = db.write(|tx| meterbook_app::debit::write(tx, later(), &key(), DebitFileId(1)));
        let why = take_in(db, &ours.unwrap()).unwrap_err();
        assert!(says(&why).starts_with("nothing in this file came back"));
        assert_eq!(owes(db)[0], 0);
    });
}

#[test]
fn a_notification_of_change_changes_the_mandate_once() {
    engines::each(|db, folder| {
        town(db, folder);
        make(db, &wanted(Format::Nacha, 1_332)).unwrap();
        let text = file("COR", &[("C01", 1, 0, "5512349876"), ("C09", 2, 0, "77")]);
        let changed = |id| Became::Changed { account: AccountId(id) };
        assert_eq!(take_in(db, &text).unwrap(), [changed(1), Became::Task]);
        let on = |id, day| db.read(|tx| mandate::on(tx, AccountId(id), day)).unwrap().unwrap();
        let it = on(1, date(2026, 3, 12));
        assert_eq!((it.version, it.tail.as_str()), (2, "9876"));
        assert_eq!(take_in(db, &text).unwrap(), [Became::Already, Became::Task]);
        assert_eq!(owes(db), [0, 0, 1_332, 17_76], "a change takes nothing back");
        // The same told otherwise is no repetition, and nobody but a person says which is right.
        let otherwise = file("COR", &[("C01", 1, 0, "5512340000")]);
        assert_eq!(take_in(db, &otherwise).unwrap(), [Became::Task]);
        assert_eq!(on(1, date(2026, 3, 12)).tail, "9876");

        // What else banks correct: whose it is, what it is, and several at once, each by its columns.
        let number = |id: i64, day| {
            let it = on(id, day);
            let kept = db.read(|tx| store::mandate::sealed(tx, it.id, it.version)).unwrap();
            (key().open(&kept, (it.id, it.version)).unwrap().plain(), it.terms.holder)
        };
        for (nth, (code, said, plain, holder)) in (13..).zip([
            ("C04", "Rosa Maria Quill", "231380104 9900117733 checking", "Rosa Maria Quill"),
            ("C05", "37", "231380104 9900117733 savings", "Rosa Maria Quill"),
            ("C02", "121042882", "121042882 9900117733 savings", "Rosa Maria Quill"),
            ("C03", "231380104   7712345", "231380104 7712345 savings", "Rosa Maria Quill"),
            ("C06", "5512349876          27", "231380104 5512349876 checking", "Rosa Maria Quill"),
            (
                "C07",
                "12104288288001234         37",
                "121042882 88001234 savings",
                "Rosa Maria Quill",
            ),
        ]) {
            let by = at(&format!("2026-03-{nth}"));
            let text = file("COR", &[(code, 2, 0, said)]);
            assert_eq!(take_in_on(db, by, &text).unwrap(), [changed(2)], "{code}");
            let day = date(2026, 3, nth);
            assert_eq!(number(2, day), (plain.to_owned(), holder.to_owned()), "{code}");
        }
        // What the customer changed since is theirs, and what is no number is nobody's.
        let day = date(2026, 3, 20);
        let other = BankNumber::routed("231380104", "4400", AccountKind::Checking).unwrap();
        let terms = Terms { from: day, ..on(2, day).terms };
        db.write(|tx| {
            mandate::change(tx, at("2026-03-20"), &key(), AccountId(2), (&terms, Some(&other)), "x")
        })
        .unwrap();
        let by = at("2026-03-21");
        let late = file("COR", &[("C01", 2, 0, "66001122")]);
        assert_eq!(take_in_on(db, by, &late).unwrap(), [Became::Task]);
        let wrong = file("COR", &[("C02", 1, 0, "121042883")]);
        assert_eq!(take_in_on(db, by, &wrong).unwrap(), [Became::Task]);
        assert_eq!(number(2, date(2026, 3, 21)).0, "231380104 4400 checking");
        sound(db);
    });
}
