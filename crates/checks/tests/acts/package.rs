//! Packages for the mail house, on both engines: what is in them, that they are made once, and that
//! nobody's bill goes in somebody else's envelope.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use jiff::civil::date;
use meterbook_app::delivery::mass::Mass;
use meterbook_app::delivery::package::{Begun, Made, begin, make, papers};
use meterbook_app::delivery::{NotDelivered, outcome, returned, settings};
use meterbook_app::{Refused, budget, debit, mandate, party, person, plan, statement, task};
use meterbook_checks::engines;
use meterbook_core::bill::sample::statement;
use meterbook_core::credit::Noun;
use meterbook_core::debit::Scheme;
use meterbook_core::delivery::imb;
use meterbook_core::delivery::{State, Way};
use meterbook_core::id::{AccountId, PackageId};
use meterbook_core::money::Money;
use meterbook_core::party::PartyRole;
use meterbook_core::period::Period;
use meterbook_core::person::{ContactKind, Language, PersonKind};
use meterbook_core::task::TaskKind;
use meterbook_paper::{Press, view};
use meterbook_store::{self as store, Db};
use serde_json::Value;

use crate::correct;
use crate::debit::POLICY;
use crate::delivery::{START, one_month, pieces};
use crate::deposit::{at, pays, say as say_credit};
use crate::jobs::january;
use crate::late_fee::february;
use crate::mandate::{key, new, terms};
use crate::village::{DIALS, actor};

const FIRST: PackageId = PackageId(1);

fn mass() -> Mass {
    let billed = Period::new(date(2026, 2, 1), date(2026, 6, 1)).unwrap();
    Mass { way: Way::Post, billed, expected: Some(9) }
}

/// Where the bills of a database are drawn, and where packages of it go.
fn folders(db: &Db, folder: &Path) -> (PathBuf, PathBuf) {
    let own = folder.join(format!("{}", db.location()).replace(['/', ':'], "-"));
    (own.join("bills"), own.join("mail"))
}

fn begun(db: &Db, folder: &Path) -> Result<Begun> {
    begin(db, actor(), &mass(), &folders(db, folder).0)
}

fn made(db: &Db, folder: &Path) -> Result<Made> {
    let (bills, into) = folders(db, folder);
    make(db, actor(), FIRST, (&bills, &into))
}

fn say(db: &Db, text: &str) {
    db.write(|tx| settings::say(tx, actor(), START, text)).unwrap();
}

fn copy(db: &Db, at: Option<&str>) {
    db.write(|tx| {
        let (kind, language) = (PersonKind::Organisation, Language::English);
        let person = person::add(tx, actor(), "Bell LLC", kind, language)?;
        if let Some(at) = at {
            person::add_contact(tx, actor(), person, ContactKind::Post, at)?;
        }
        let account = meterbook_core::id::AccountId(1);
        party::join(tx, actor(), account, person, PartyRole::CopyOfBill, START)
    })
    .unwrap();
}

fn refusal(why: &anyhow::Error) -> NotDelivered {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<NotDelivered>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let all = fs::read_dir(folder).unwrap().map(|it| it.unwrap());
    all.map(|it| (it.file_name().into_string().unwrap(), fs::read(it.path()).unwrap())).collect()
}

#[test]
fn a_package_has_each_piece_once_and_says_so() {
    engines::each(|db, folder| {
        correct::begin(db, "R-1", &[DIALS]);
        copy(db, Some("PO Box 9\nAlder Creek IL 59999-0001"));
        say(db, "mailer 123456\nservice 270\nsheets 1\ninserts 1\n");
        for (day, index) in [(1, 0), (2, 100), (3, 250)] {
            correct::shows(db, date(2026, day, 1), &[index]);
        }
        correct::bill(db);
        correct::bill(db);
        let it = begun(db, folder).unwrap();
        assert_eq!(it, Begun { id: FIRST, left: Vec::new() });
        let states = || pieces(db).into_iter().map(|it| it.1).collect::<Vec<_>>();
        assert_eq!(states(), [State::Sending; 4]);
        let Made { folder: whole, manifest, sha256 } = made(db, folder).unwrap();
        assert_eq!(states(), [State::Sent; 4]);
        let there = files(&whole);
        let names: Vec<&str> = there.keys().map(String::as_str).collect();
        let expected =
            ["2oz-001.pdf", "2oz-copies-001.pdf", "control.txt", "manifest.csv", "manifest.json"];
        assert_eq!(names, expected);
        let zips: Vec<&str> = manifest.envelopes.iter().map(|it| &*it.routing).collect();
        assert_eq!(zips, ["599990001", "599990001", "60000", "60000"], "by ZIP code");
        for it in &manifest.envelopes {
            let tracking = it.tracking.as_deref().unwrap();
            assert_eq!(it.bars.as_deref(), imb::bars(tracking, &it.routing).ok().as_deref());
            assert_eq!((it.pages, it.sheets, it.inserts, it.ounces), (2, 1, 1, 2));
        }
        let said: Value = serde_json::from_slice(&there["manifest.json"]).unwrap();
        assert_eq!(said["sum"]["envelopes"], 4);
        assert_eq!(said["sum"]["pages"], 8);
        assert_eq!(said["files"][1]["pages"], 4);
        let kept = db.read(|tx| store::mail_package::find(tx, FIRST)).unwrap().unwrap();
        assert_eq!(kept.made, Some((sha256, 8)));
        let nothing = NotDelivered::NothingDue { way: Way::Post };
        assert_eq!(refusal(&begun(db, folder).unwrap_err()), nothing, "nobody is sent two");
    });
}

#[test]
fn a_package_that_is_made_again_is_the_same_or_is_refused() {
    engines::each(|db, folder| {
        one_month(db, |_| ());
        let (bills, into) = folders(db, folder);
        begun(db, folder).unwrap();
        assert_eq!(begun(db, folder).unwrap().id, FIRST, "who was cut off goes on with it");
        let left = into.join(".package-000001.1.part");
        fs::create_dir_all(&left).unwrap();
        let first = made(db, folder).unwrap();
        let there = files(&first.folder);
        assert!(!left.exists(), "what was left is gone");
        assert_eq!(made(db, folder).unwrap(), first);
        fs::remove_dir_all(&first.folder).unwrap();
        assert_eq!(made(db, folder).unwrap(), first);
        assert_eq!(files(&first.folder), there, "byte by byte");
        assert_eq!(db.read(|tx| store::outbox::events(tx, pieces(db)[0].0.id)).unwrap().len(), 2);
        fs::write(first.folder.join("control.txt"), "mine").unwrap();
        let other = NotDelivered::SomethingElse { folder: first.folder.clone() };
        assert_eq!(refusal(&made(db, folder).unwrap_err()), other);
        let number = &pieces(db)[0].0.number;
        let drawn = bills.join("2026-02-02").join(format!("{number}.pdf"));
        let mut bytes = fs::read(&drawn).unwrap();
        bytes.extend_from_slice(b"\n");
        fs::write(&drawn, bytes).unwrap();
        let why = refusal(&made(db, folder).unwrap_err());
        assert!(matches!(&why, NotDelivered::NotTheSame { was, .. } if *was == first.sha256));
        assert_eq!(fs::read_dir(&into).unwrap().count(), 1, "no part is left");
        let id = PackageId(7);
        let none = make(db, actor(), id, (&bills, &into)).unwrap_err();
        assert_eq!(refusal(&none), NotDelivered::NoPackage { id });
    });
}

#[test]
fn what_has_no_address_or_cannot_be_drawn_holds_up_nobody() {
    engines::each(|db, folder| {
        one_month(db, |db| copy(db, None));
        let it = begun(db, folder).unwrap();
        let key = format!("{}/2/post", pieces(db)[0].0.number);
        assert_eq!(it.left, [(key.clone(), "nobody said where to".to_owned())]);
        // Whoever waits for it is not forgotten: a task names it, once.
        let tasks = || db.read(|tx| store::task::open_of(tx, TaskKind::PaperLeft)).unwrap();
        let of = tasks().remove(0);
        let number = &pieces(db)[0].0.number;
        let said = format!("bill {number} was not sent: nobody said where to");
        assert_eq!((of.key, of.evidence), (key.clone(), said));
        task::scan::scan(db, actor()).unwrap();
        assert_eq!(tasks().len(), 1, "it waits");
        let states: Vec<State> = pieces(db).into_iter().map(|it| it.1).collect();
        assert_eq!(states, [State::Sending, State::Queued]);
        let manifest = made(db, folder).unwrap().manifest;
        assert_eq!(manifest.envelopes.len(), 1);
        assert_eq!(manifest.envelopes[0].bars, None, "no mailer is named");
        let by_hand = |tx: &mut store::Tx| {
            outcome::decide(tx, actor(), &key, State::Delivered, "given at the counter")
        };
        db.write(by_hand).unwrap();
        task::scan::scan(db, actor()).unwrap();
        assert_eq!(tasks(), [], "it went");
    });
}

#[test]
fn an_envelope_that_came_back_is_known_by_what_is_on_it() {
    engines::each(|db, folder| {
        one_month(db, |db| copy(db, Some("PO Box 9\nAlder Creek IL 59999-0001")));
        say(db, "mailer 123456\nservice 270\n");
        begun(db, folder).unwrap();
        let manifest = made(db, folder).unwrap().manifest;
        let back = |it: &str| db.write(|tx| returned::post(tx, actor(), it, "moved away"));
        for none in ["1/9", "B-1/1/post", "00270123456000099999", "00271123456000000001"] {
            let key = none.to_owned();
            assert_eq!(refusal(&back(none).unwrap_err()), NotDelivered::Unknown { key });
        }
        back("1/1").unwrap();
        back(manifest.envelopes[1].tracking.as_deref().unwrap()).unwrap();
        let states: Vec<State> = pieces(db).into_iter().map(|it| it.1).collect();
        assert_eq!(states, [State::Bounced; 2]);
        let about = meterbook_core::about::About::Account(pieces(db)[0].0.account);
        let tasks = db.read(|tx| store::task::of_subject(tx, about, 9)).unwrap();
        assert_eq!(tasks.len(), 2, "somebody asks for another address");
        let (state, next) = (State::Bounced, State::Bounced);
        let twice = NotDelivered::CannotBecome { state, next };
        assert_eq!(refusal(&back("1/1").unwrap_err()), twice);
    });
}

/// Held by name: a statement went to somebody else because a machine took the next page.
#[test]
fn statement_to_the_wrong_envelope() {
    engines::each(|db, folder| {
        one_month(db, |_| ());
        let (bills, _) = folders(db, folder);
        let number = &pieces(db)[0].0.number;
        // Where this bill was drawn there is that of another account.
        let drawn = bills.join("2026-02-02");
        fs::create_dir_all(&drawn).unwrap();
        let other = Press::new().pdf(&view(&statement(Language::English))).unwrap();
        fs::write(drawn.join(format!("{number}.pdf")), other).unwrap();
        fs::write(drawn.join(format!("{number}.html")), "").unwrap();
        let why = begun(db, folder).unwrap_err().to_string();
        assert!(why.contains("does not say that it is of it"), "{why}");
        assert_eq!(pieces(db)[0].1, State::Queued, "it was not sent to anybody");
    });
}

/// The barcode of an envelope as Debian's zint draws it: a bar from the top and one to the bottom.
#[test]
fn zint_draws_the_same_bars() {
    for (tracking, routing) in [
        ("00270123456000000007", "60000"),
        ("00270123456789000007", "599990001"),
        ("04270999999999999999", ""),
        ("01234567094987654321", "01234567891"),
    ] {
        let both = if routing.is_empty() { "" } else { "-" };
        let code = format!("{tracking}{both}{routing}");
        let asked = ["--barcode=USPS_IMAIL", "--filetype=SVG", "--direct", "-d", &code];
        let Ok(drawn) = Command::new("zint").args(asked).output() else {
            println!("skipped: there is no zint");
            return;
        };
        let drawn = String::from_utf8(drawn.stdout).unwrap();
        let mut bars: Vec<(usize, char)> = drawn.lines().filter_map(bar).collect();
        bars.sort_unstable();
        let bars: String = bars.into_iter().map(|it| it.1).collect();
        assert_eq!(imb::bars(tracking, routing).unwrap(), bars, "{code}");
    }
}

fn bar(line: &str) -> Option<(usize, char)> {
    let of = |name: &str| {
        let (_, rest) = line.split_once(&format!(" {name}=\""))?;
        let (whole, _) = rest.split_once(".00\"")?;
        whole.parse::<usize>().ok()
    };
    let (x, y, height) = (of("x")?, of("y")?, of("height")?);
    let kind = match (y, height) {
        (0, 16) => 'F',
        (0, 10) => 'A',
        (6, 10) => 'D',
        (6, 4) => 'T',
        other => panic!("zint draws no such bar: {other:?}"),
    };
    Some((x, kind))
}

#[test]
fn more_than_the_settings_let_go_at_once_is_not_even_drawn_whatever_is_expected() {
    engines::each(|db, folder| {
        one_month(db, |db| copy(db, Some("7 Bell Road\nCedar Fork XX 00417")));
        say(db, "most 1\n");
        for expected in [None, Some(9)] {
            let mass = Mass { expected, ..mass() };
            let more = NotDelivered::MoreThanExpected { way: Way::Post, pieces: 2, expected: 1 };
            let why = db.write(|tx| papers(tx, actor(), &mass)).unwrap_err();
            assert_eq!(refusal(&why), more);
            let why = begin(db, actor(), &mass, &folders(db, folder).0).unwrap_err();
            assert_eq!(refusal(&why), more);
        }
        assert!(!folders(db, folder).0.exists(), "nothing was drawn");
    });
}

#[test]
fn the_manifest_asks_for_what_the_slips_do() {
    engines::each(|db, folder| {
        let (one, two, three, four) = (AccountId(1), AccountId(2), AccountId(3), AccountId(4));
        january(db, folder, 4);
        correct::bill(db);
        say_credit(db, Noun::Budget, "class residential\nhistory 12 1\nround 1.00\noff 10%\n");
        let plans = "months residential 3 2\nleast 1.00\ndebt 5.00 100.00\ndue with-bills\n";
        say_credit(db, Noun::Plan, plans);
        let level = Some(Money::from_cents(10_00));
        db.write(|tx| budget::begin(tx, at("2026-02-20"), one, level, "by phone")).unwrap();
        pays(db, two, 10_000, date(2026, 2, 20), at("2026-02-26"));
        db.write(|tx| plan::agree(tx, at("2026-02-26"), three, (1, None), "by phone")).unwrap();
        db.write(|tx| {
            debit::say_policy(tx, actor(), START, POLICY)?;
            let mut new = mandate::NewMandate { scheme: Scheme::Ppd, signed: START, ..new(four) };
            new.terms = terms(START);
            mandate::agree(tx, actor(), &key(), &new)
        })
        .unwrap();
        february(db, folder, 4);
        let mass = Mass { expected: None, ..mass() };
        let begun = begin(db, actor(), &mass, &folders(db, folder).0).unwrap();
        assert_eq!(begun.left, []);
        let manifest = made(db, folder).unwrap().manifest;
        let asks = |account: AccountId| {
            db.read(|tx| {
                let number = store::account::get(tx, account)?.number;
                let newest = store::bill::newest_of(tx, account, 1)?.remove(0);
                let it = statement::of_bill(tx, newest.id)?;
                let of = |it: &&meterbook_core::delivery::envelope::Envelope| {
                    it.account == number && it.number == newest.number.0
                };
                let said = manifest.envelopes.iter().find(of).unwrap().amount_due;
                let owed = store::ledger::balance(tx, account)?;
                Ok((said.cents(), it.amount_due.cents(), owed.cents()))
            })
            .unwrap()
        };
        // January's $4.44 and the level; a credit; a part of January's with February's; what is debited.
        assert_eq!(asks(one), (14_44, 14_44, 14_44));
        let (said, due, owed) = asks(two);
        assert!((said, due) == (0, owed) && owed < 0, "{said} {due} {owed}");
        let (said, due, owed) = asks(three);
        assert_eq!((said, owed - due), (due, 6_66));
        let (said, due, owed) = asks(four);
        assert!(said == due && due == owed && 0 < due, "{said} {due} {owed}");
    });
}
