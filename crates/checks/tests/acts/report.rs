//! Reports of the books on both engines: what they say can be added up by hand, they tie to the ledger
//! or there is none, and of a closed period they are the same to the byte.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::approval::{Asked as Approved, do_or_ask};
use meterbook_app::credit::NewRefund;
use meterbook_app::deposit::{self, NewDeposit};
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share as Part};
use meterbook_app::report::{NotReported, Written, written};
use meterbook_app::{Refused, check, close, report};
use meterbook_checks::engines;
use meterbook_core::account::CustomerClass;
use meterbook_core::bill::BillNumber;
use meterbook_core::credit::Noun;
use meterbook_core::id::{AccountId, AccountNumber, EntryId, TenderId};
use meterbook_core::ledger::{Entry, EntryKind, Gl, Tender, post_between};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::period::Period;
use meterbook_core::report::{Asked, By, Days, Filter, Known, Report, ReportKind};
use meterbook_store::{self as store, Counter, Db, Tx};

use crate::authority::nobody;
use crate::correct::{correct, shows, three_months};
use crate::jobs::january;
use crate::village::actor;
use crate::{deposit as security, facts, last_bill, once, write_off};

const ONE: AccountId = AccountId(1);
const JANUARY: Date = date(2026, 1, 1);
const MARCH: Date = date(2026, 3, 10);

fn year() -> Days {
    Days::In(Period::new(JANUARY, date(2027, 1, 1)).unwrap())
}

pub(crate) fn asked(kind: ReportKind) -> Asked {
    let days = if kind.is_of_a_day() { Days::On(date(2026, 12, 31)) } else { year() };
    let gl = (kind == ReportKind::Lines).then(|| Gl::ElectricRevenue.to_string());
    Asked { gl, ..Asked::all(kind, days) }
}

fn get(db: &Db, asked: &Asked) -> Result<Report> {
    report::report(db, actor(), asked, &mut |_| ())
}

fn refused(why: &anyhow::Error) -> String {
    assert!(why.is::<Refused>(), "{why:?}");
    why.to_string()
}

/// The rows of a report as text.
fn rows(it: &Report) -> Vec<String> {
    let row = |it: &Vec<_>| {
        let cells = it.iter().map(meterbook_core::report::Cell::plain);
        cells.collect::<Vec<_>>().join("|")
    };
    it.rows.iter().map(row).collect()
}

pub(crate) fn said(db: &Db, asked: &Asked) -> Vec<String> {
    rows(&get(db, asked).unwrap())
}

/// Every report ties, and `check` finds nothing.
fn sound(db: &Db) {
    for kind in ReportKind::ALL {
        let found = get(db, &asked(*kind)).unwrap();
        assert!(found.ties.iter().all(|it| it.holds()), "{kind}: {:?}", found.ties);
        assert!(found.rows.iter().all(|it| it.len() == found.columns.len()), "{kind}");
        assert!(!written(&found, Written::Csv).unwrap().is_empty());
        assert!(!written(&found, Written::Xlsx).unwrap().is_empty());
        if *kind == ReportKind::Lines {
            for gl in Gl::ALL {
                get(db, &Asked { gl: Some(gl.to_string()), ..asked(*kind) }).unwrap();
            }
        }
    }
    let report = check::check(db).unwrap();
    let faults: Vec<_> = report.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

fn refund(db: &Db, cents: i64) {
    let amount = Money::from_cents(cents);
    let new = NewRefund { account: ONE, amount, reference: "9".to_owned() };
    db.write(|tx| do_or_ask(tx, actor(), &Approved::Refund(new), "asked for it")).unwrap();
}

#[test]
fn revenue_is_what_the_lines_say_and_what_was_taken_back_is_gone() {
    engines::each(|db, _| {
        three_months(db);
        db.write(|tx| meterbook_app::bill_run::once::say_kinds(tx, actor(), JANUARY, once::KINDS))
            .unwrap();
        let wanted = once::new(
            &["damage=450.00", "truck=3.5"],
            &["-12.00 billing adjustments: Goodwill"],
            false,
        );
        once::made(db, actor(), &wanted, "the mail truck hit it").unwrap();
        // March showed 320 at its end, not 300: $14.40 in place of $12.
        shows(db, date(2026, 4, 1), &[320]);
        correct(db, actor(), Money::from_cents(240), "read again").unwrap();
        sound(db);

        let electric = |it: &String| it.contains("4010");
        let all = said(db, &asked(ReportKind::Revenue));
        let found: Vec<&String> = all.iter().filter(|it| electric(it)).collect();
        // The bill of March is dated April 2; it was taken back and made anew on March 10.
        assert_eq!(
            found,
            [
                "2026-02|4010 electric revenue|usage|R-1|residential|Energy|12.00",
                "2026-03|4010 electric revenue|usage|R-1|residential|Energy|14.40",
                "2026-04|4010 electric revenue|usage|R-1|residential|Energy|12.00",
            ],
            "{all:?}"
        );
        assert!(all.iter().any(|it| it.contains("4090 fee revenue") && it.ends_with("|450.00")));
        assert!(all.iter().any(|it| it.contains("4095 billing adjust") && it.ends_with("|-12.00")));
        // Narrowed down, it still ties as a whole.
        let only = Asked { line: Some("DAMAGED".to_owned()), ..asked(ReportKind::Revenue) };
        let it = get(db, &only).unwrap();
        assert_eq!((it.rows.len(), it.ties.len()), (1, 4));
        assert!(it.head().contains(&("line", "DAMAGED".to_owned())));

        let taxes = said(db, &asked(ReportKind::Taxes));
        let march =
            "2026-03|2300|tax payable|tax|City sales tax|truck|residential|6.25%|43.75|0.00|2.73";
        assert_eq!(taxes, [march]);

        // What was taken back, and what it is anew.
        let all = said(db, &asked(ReportKind::Adjustments));
        assert_eq!(all.len(), 1);
        assert!(all[0].ends_with("|read: read again|-12.00|14.40|2.40"), "{all:?}");

        // From a figure to the lines behind it, and from the bill back to its entries.
        let lines = get(db, &asked(ReportKind::Lines)).unwrap();
        assert_eq!(lines.rows.len(), 5, "three bills, one taken back, one made anew");
        assert_eq!(lines.ties[0].ledger, Money::from_cents(-38_40));
        let february =
            Asked { days: Days::In(Period::month(2026, 2).unwrap()), ..asked(ReportKind::Lines) };
        let found = said(db, &february);
        assert_eq!(found.len(), 1);
        assert!(found[0].ends_with("|residential|R-1|Energy|1.1|4010|-12.00"), "{found:?}");
        let first = db.read(|tx| store::bill::of_account(tx, ONE)).unwrap();
        let number = first.iter().map(|it| it.number.0.clone()).min().unwrap();
        let number = BillNumber(number.trim_end_matches("-C1").to_owned());
        let entries = db.read(|tx| report::of_bill(tx, actor(), &number)).unwrap();
        assert_eq!(entries[0].kind, EntryKind::Bill);
        assert_eq!(entries[0].sides.len(), 2);
        assert_eq!(entries[0].journal, None);
        let again = db.read(|tx| report::entry(tx, actor(), entries[0].entry)).unwrap();
        assert_eq!(again, entries[0]);
    });
}

#[test]
fn reports_and_what_stands_behind_them_go_by_the_accounts_of_the_chart() {
    engines::each(|db, _| {
        three_months(db);
        let chart = "4011 electric = electric revenue, tariff R-1: Residential sales\n";
        db.write(|tx| close::say_chart(tx, actor(), JANUARY, chart)).unwrap();
        let all = said(db, &asked(ReportKind::Ledger));
        let electric: Vec<&String> = all.iter().filter(|it| it.contains("electric")).collect();
        let wanted = "4010 electric revenue|4011|Residential sales|electric|0.00|0.00|36.00|-36.00";
        assert_eq!(electric, [wanted]);
        let of = |gl: &str| Asked { gl: Some(gl.to_owned()), ..asked(ReportKind::Lines) };
        let rows_of = |gl: &str| get(db, &of(gl)).unwrap().rows.len();
        assert_eq!((rows_of("4011"), rows_of("4010"), rows_of("electric revenue")), (3, 0, 3));
        let why = get(db, &of("4019")).unwrap_err();
        let says = "4019 is no account of the ledger; write one of: 1010, 1090, 1200, ";
        assert!(refused(&why).starts_with(says) && refused(&why).contains("4011"), "{why}");
        // Before and after a day.
        let march = Asked {
            days: Days::In(Period::new(date(2026, 3, 1), date(2026, 4, 1)).unwrap()),
            ..asked(ReportKind::Ledger)
        };
        let all = said(db, &march);
        let ends = "|4011|Residential sales|electric|-12.00|0.00|12.00|-24.00";
        assert!(all.iter().any(|it| it.ends_with(ends)), "{all:?}");
        sound(db);
    });
}

#[test]
fn what_certificates_take_out_of_a_tax_is_said() {
    engines::each(|db, _| {
        facts::three_taxed_months(db);
        facts::told(db, &facts::that(facts::exempt(date(2026, 2, 1), None)));
        sound(db);
        let all = said(db, &asked(ReportKind::Taxes));
        let tax = |it: &&String| it.contains("|State tax|");
        let found: Vec<&String> = all.iter().filter(tax).collect();
        // 10 % of $13.00 a month; on March 10 two of them were taken back and made anew, exempt.
        assert_eq!(
            found,
            [
                "2026-02|2300|tax payable|tax|State tax|T-1|residential|10%|13.00|0.00|1.30",
                "2026-03|2300|tax payable|tax|State tax|T-1|residential|10%|-13.00|26.00|-1.30",
                "2026-04|2300|tax payable|tax|State tax|T-1|residential|10%|13.00|0.00|1.30",
            ],
            "{all:?}"
        );
        let none = said(db, &asked(ReportKind::FranchiseFees));
        assert_eq!(none, Vec::<String>::new());
        // The utility says which line is a franchise fee, whatever it is called.
        let says = |tx: &mut Tx| close::say_chart(tx, actor(), JANUARY, "franchise State tax\n");
        db.write(says).unwrap();
        let it = get(db, &asked(ReportKind::FranchiseFees)).unwrap();
        assert_eq!(it.rows.len(), 3);
        assert!(it.notes[0].ends_with("names as a franchise fee: State tax"), "{:?}", it.notes);
    });
}

#[test]
fn a_fee_that_a_move_asks_for_is_to_come_until_a_bill_has_it() {
    engines::each(|db, _| {
        last_bill::found(db);
        let account = last_bill::comes(db);
        let number = account.number;
        let on = |day| said(db, &Asked::all(ReportKind::Balances, Days::On(day)));
        // Nothing was posted to the account yet.
        let to_come = format!("{number}|residential|0.00|0.00|25.00|");
        assert!(on(date(2026, 1, 15))[0].starts_with(&to_come), "{:?}", on(date(2026, 1, 15)));
        last_bill::shows(db, date(2026, 2, 1), 100);
        security::bill(db);
        let billed = on(date(2026, 12, 31));
        assert!(billed[0].contains("|residential|"), "{billed:?}");
        assert_eq!(billed[0].split('|').nth(4), Some("0.00"), "{billed:?}");
        sound(db);
    });
}

#[test]
fn payments_are_the_cash_and_what_is_given_back_is_adjusted() {
    engines::each(|db, _| {
        three_months(db);
        let part = |to, cents| Part { to, amount: Money::from_cents(cents) };
        let tender = |kind, cents, reference: &str| NewTender {
            kind,
            amount: Money::from_cents(cents),
            reference: reference.to_owned(),
        };
        let to = For::Suspense { said: "Quil".to_owned() };
        let mine = For::Account { account: ONE, bill: None };
        let new = NewReceipt {
            on: MARCH,
            tenders: vec![
                tender(Tender::Check, 40_00, "1471"),
                tender(Tender::Cash, 25_00, "till 9"),
                tender(Tender::Cash, 5_00, "till 8"),
            ],
            shares: vec![part(mine, 65_00), part(to, 5_00)],
        };
        db.write(|tx| receipt::take(tx, actor(), &new)).unwrap();
        refund(db, 20_00);
        db.write(|tx| receipt::give_back(tx, actor(), TenderId(2), MARCH, "false notes")).unwrap();
        sound(db);
        assert_eq!(
            said(db, &asked(ReportKind::Payments)),
            [
                "2026-03-10|cash|payment|1|25.00",
                "2026-03-10|cash|reversal|1|-25.00",
                "2026-03-10|cash|suspense|1|5.00",
                "2026-03-10|check|payment|1|40.00",
            ]
        );
        let all = said(db, &asked(ReportKind::Adjustments));
        assert!(all.len() == 1 && all[0].contains("|refund|"), "{all:?}");
        // $36 billed, $40 paid, $20 given back.
        let it = get(db, &asked(ReportKind::Balances)).unwrap();
        assert_eq!(rows(&it).len(), 1);
        assert!(rows(&it)[0].contains("|residential|16.00|0.00|"), "{:?}", rows(&it));
        // Who owned what on a day before.
        let on = Days::On(date(2026, 2, 28));
        let before = said(db, &Asked::all(ReportKind::Balances, on));
        assert!(before[0].contains("|residential|12.00|"), "{before:?}");
    });
}

#[test]
fn what_closes_an_account_is_less_by_its_security_and_more_by_what_is_not_billed() {
    engines::each(|db, folder| {
        january(db, folder, 2);
        security::say(db, Noun::Deposit, security::RULES);
        let at = security::at;
        let new = NewDeposit { account: ONE, credit: Credit::Unknown, amount: None, parts: 1 };
        db.write(|tx| deposit::ask(tx, at("2026-01-15"), &new, "new")).unwrap();
        security::bill(db);
        // $4.44 and a deposit of $150, which is paid and earns a cent and a half a day.
        security::pays(db, ONE, 15_444, date(2026, 2, 24), at("2026-03-10"));
        db.write(|tx| deposit::review(tx, at("2026-03-10"), ONE)).unwrap();
        sound(db);
        let number = db.read(|tx| store::account::get(tx, ONE)).unwrap().number;
        let on = |day| Asked::all(ReportKind::Balances, Days::On(day));
        let one = Asked { account: Some(number), ..on(MARCH) };
        let it = get(db, &one).unwrap();
        // 8 cents were counted through February, 13 came since; what was used since is estimated to the
        // end of that day.
        let row = format!("{number}|residential|0.00|0.00|0.00|150.00|0.08|0.13|5.28|-144.93");
        assert_eq!(rows(&it), [row]);
        // Before it was paid, it is owed and held at once.
        let before = get(db, &Asked { account: Some(number), ..on(date(2026, 2, 20)) }).unwrap();
        let row = format!("{number}|residential|154.44|0.00|0.00|150.00|0.00|0.00|2.76|7.20");
        assert_eq!(rows(&before), [row]);
        // What was used in January stood on no bill on February 1, nor what is estimated of that day.
        let it = get(db, &Asked { account: Some(number), ..on(date(2026, 2, 1)) }).unwrap();
        let row = format!("{number}|residential|0.00|0.00|0.00|0.00|0.00|0.00|4.56|4.56");
        assert_eq!(rows(&it), [row]);

        db.write(|tx| deposit::give_back(tx, at("2026-03-10"), ONE, "they asked")).unwrap();
        sound(db);
        let it = get(db, &asked(ReportKind::Deposits)).unwrap();
        let row =
            format!("{number}|residential|0.00|150.00|0.00|150.00|0.00|0.00|0.00|0.21|0.21|0.00");
        assert_eq!(rows(&it), [row]);
        let april = Days::In(Period::month(2026, 4).unwrap());
        let later = said(db, &Asked::all(ReportKind::Deposits, april));
        assert!(later[0].contains("|residential|0.00|0.00|0.00|0.00|0.00|"), "{later:?}");
    });
}

#[test]
fn what_is_given_up_is_there_by_month_and_account() {
    engines::each(|db, folder| {
        write_off::town(db, folder);
        write_off::give_up(db, &write_off::new(AccountId(3), 1_332)).unwrap();
        security::pays(db, AccountId(3), 5_00, MARCH, security::at("2026-03-10"));
        sound(db);
        let number = db.read(|tx| store::account::get(tx, AccountId(3))).unwrap().number;
        let row = format!("2026-03|{number}|residential|13.32|5.00|8.32");
        assert_eq!(said(db, &asked(ReportKind::WriteOffs)), [row]);
        let other =
            Asked { class: Some(CustomerClass::Commercial), ..asked(ReportKind::WriteOffs) };
        assert_eq!(said(db, &other), Vec::<String>::new());
        // By age: as the act says it, account by account.
        let on = Days::On(MARCH);
        let aged = get(db, &Asked::all(ReportKind::Ageing, on)).unwrap();
        let beside = db.read(|tx| close::ageing(tx, actor(), MARCH, None)).unwrap();
        assert_eq!(aged.rows.len(), beside.len());
        let one = Asked { account: Some(beside[0].number), ..Asked::all(ReportKind::Ageing, on) };
        assert_eq!(said(db, &one), rows(&aged)[..1]);
    });
}

/// Posts something that nothing beside the ledger knows of.
fn by_hand(db: &Db, sides: (Gl, Gl)) {
    db.write(|tx| {
        let id = EntryId(tx.next(Counter::Entry, 1)?);
        let postings =
            post_between((sides.0, Some(ONE)), (sides.1, Some(ONE)), Money::from_cents(7));
        let (kind, key) = (EntryKind::Adjustment, format!("by hand {id}"));
        store::ledger::add(tx, &[Entry { id, kind, on: MARCH, text: key.clone(), key, postings }])
    })
    .unwrap();
}

#[test]
fn what_does_not_add_up_is_no_report_and_check_says_so() {
    engines::each(|db, _| {
        three_months(db);
        by_hand(db, (Gl::Cash, Gl::ElectricRevenue));
        by_hand(db, (Gl::Receivable, Gl::RefundsPayable));
        let why = |kind| refused(&get(db, &asked(kind)).unwrap_err());
        assert_eq!(
            why(ReportKind::Revenue),
            "there is no report, as it does not add up: 4010 electric revenue comes to -$36.00, and the ledger says -$36.07; look for what is wrong: meterbook check"
        );
        assert!(why(ReportKind::Payments).contains("1010 cash comes to $0.00"));
        // Whoever looks behind the figure finds what was posted by hand.
        let lines = said(db, &asked(ReportKind::Lines));
        assert!(lines[3].contains("|adjustment|by hand 4|"), "{lines:?}");
        assert!(why(ReportKind::Adjustments).contains("1200 receivable by adjustment"));
        // The ledger itself is in balance, and every account.
        for kind in [ReportKind::Ledger, ReportKind::Balances, ReportKind::Ageing] {
            get(db, &asked(kind)).unwrap();
        }
        let broken = check::check(db).unwrap();
        let broken: Vec<_> =
            broken.rules.iter().filter(|it| !it.faults.is_empty()).map(|it| it.name).collect();
        for rule in ["bill-accounts", "cash", "adjustments"] {
            assert!(broken.contains(&rule), "{rule} in {broken:?}");
        }
    });
}

#[test]
fn a_closed_period_is_the_same_to_the_byte_whatever_comes_later() {
    engines::each(|db, _| {
        three_months(db);
        let february = Days::In(Period::month(2026, 2).unwrap());
        let open = get(db, &Asked::all(ReportKind::Revenue, february)).unwrap();
        assert!(matches!(&open.known, Known::Open { by, .. } if by == "the operator"));
        // Posted in February, as a journal sees it.
        security::pays(db, ONE, 1_00, date(2026, 2, 12), security::at("2026-02-20"));
        close::close_day(db, actor(), date(2026, 2, 28), "").unwrap();
        let forms = |by: By| {
            let mut all = Vec::new();
            for kind in ReportKind::ALL {
                let by_day = kind.is_of_a_day() && by == By::Posted;
                // What was used is known by reads, not by journals.
                if by_day || *kind == ReportKind::Unbilled {
                    continue;
                }
                let days = if kind.is_of_a_day() { Days::On(MARCH) } else { february };
                let later = meterbook_app::Actor::system("2027-01-01T00:00:00Z".parse().unwrap());
                let asked = Asked { by, days, ..asked(*kind) };
                let it = report::report(db, later, &asked, &mut |_| ()).unwrap();
                assert!(matches!(it.known, Known::Closed { journal: Some((1, _)), .. }));
                all.push(written(&it, Written::Csv).unwrap());
                all.push(written(&it, Written::Xlsx).unwrap());
            }
            all
        };
        let ways = [By::Known(date(2026, 2, 28)), By::Posted];
        let before = ways.map(forms);
        // It counts from February and comes in March.
        security::pays(db, ONE, 12_00, date(2026, 2, 10), actor());
        close::close_day(db, actor(), date(2026, 3, 10), "").unwrap();
        assert!(ways.map(forms) == before, "what came later is in a later journal");
        let payments = |by| {
            let of = Asked { by, ..Asked::all(ReportKind::Payments, february) };
            said(db, &of).len()
        };
        assert_eq!(
            [By::Effective, By::Known(date(2026, 2, 28)), By::Posted].map(payments),
            [2, 1, 1]
        );
        let march = Days::In(Period::month(2026, 3).unwrap());
        let of = Asked { by: By::Posted, ..Asked::all(ReportKind::Payments, march) };
        assert_eq!(said(db, &of), ["2026-02-10|check|payment|1|12.00"]);
        // The journal of an entry is known.
        let lines = said(
            db,
            &Asked {
                gl: Some(Gl::Cash.to_string()),
                by: By::Posted,
                days: march,
                ..asked(ReportKind::Lines)
            },
        );
        assert!(lines[0].contains("|2|2026-02-10|payment|"), "{lines:?}");
        let of = EntryId(lines[0].split('|').next().unwrap().parse().unwrap());
        let it = db.read(|tx| report::entry(tx, actor(), of)).unwrap();
        assert_eq!(it.journal, Some((2, date(2026, 3, 10))));
    });
}

#[test]
fn what_cannot_be_asked_for_is_refused_with_the_way_out() {
    engines::each(|db, _| {
        three_months(db);
        let refusal = |asked: Asked| {
            let why = get(db, &asked).unwrap_err().downcast::<Refused>().unwrap();
            why.as_a::<NotReported>().unwrap().to_string()
        };
        let account = AccountNumber::new(7_777_777);
        for (asked, says) in [
            (
                Asked { account, ..asked(ReportKind::Revenue) },
                "the report revenue is not narrowed down by account; it takes class, tariff, line",
            ),
            (
                Asked { class: Some(CustomerClass::Commercial), ..asked(ReportKind::Ledger) },
                "the report ledger is not narrowed down by class; it takes nothing",
            ),
            (
                Asked { days: year(), ..asked(ReportKind::Balances) },
                "the report balances says how it stood on a day; say one: --on DAY",
            ),
            (
                Asked { days: Days::On(MARCH), ..asked(ReportKind::Taxes) },
                "the report taxes is of some days; say the first, and the first behind: --from DAY --to DAY",
            ),
            (
                Asked { by: By::Posted, ..asked(ReportKind::Ageing) },
                "the report ageing goes by the day an entry counts from; say what was known then: --known DAY",
            ),
            (
                Asked { gl: None, ..asked(ReportKind::Lines) },
                "say of which account of the general ledger: --gl NUMBER, such as 4010",
            ),
            (
                Asked { account, ..asked(ReportKind::Balances) },
                "there is no account 0777-7777-9; find it: meterbook search",
            ),
            (
                Asked { tariff: Some("R-9".to_owned()), ..asked(ReportKind::Revenue) },
                "there is no tariff R-9, and nothing is billed once under it; see: meterbook tariff show CODE",
            ),
        ] {
            assert_eq!(refusal(asked), says);
        }
        assert_eq!(Filter::ALL.len(), 5);
        let why = db.read(|tx| report::entry(tx, actor(), EntryId(999))).unwrap_err();
        assert!(refused(&why).starts_with("there is no entry 999; entries stand in a journal"));
        let none = BillNumber("B-1".to_owned());
        let why = db.read(|tx| report::of_bill(tx, actor(), &none)).unwrap_err();
        assert_eq!(refused(&why), "there is no bill B-1 in the ledger; find it: meterbook search");
        // What a page waits for is no more than so many agreements; one has few.
        let soon = |kind| report::soon(db, &asked(kind));
        assert!(soon(ReportKind::Unbilled).is_ok() && soon(ReportKind::Ledger).is_ok());
        let (agreements, on) = (2_001, date(2026, 12, 31));
        let long = NotReported::TakesLong { agreements, on }.to_string();
        assert!(
            long.starts_with("2001 agreements would be rated") && long.ends_with("--on 2026-12-31")
        );
        let sam = nobody(db);
        let why = report::report(db, sam, &asked(ReportKind::Revenue), &mut |_| ()).unwrap_err();
        assert!(refused(&why).contains("view-customer"), "{why}");
    });
}
