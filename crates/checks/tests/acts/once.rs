//! Bills of what is charged once on both engines: previewed, posted and drawn like every bill, once;
//! two people above a limit; taken back; and nothing of service is touched by them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use jiff::civil::{Date, date};
use meterbook_app::approval::{Asked, Outcome, do_or_ask, give};
use meterbook_app::bill_run::correct::{NewCorrection, preview as correction};
use meterbook_app::bill_run::interim::{self, NewInterim};
use meterbook_app::bill_run::once::{NewOnce, Of, Planned, preview, say_kinds};
use meterbook_app::seller::say;
use meterbook_app::{Actor, check, deliver, invoice, receipt, statement, summary};
use meterbook_checks::engines;
use meterbook_core::bill::BillNumber;
use meterbook_core::bill::assess::Unusual;
use meterbook_core::bill::correct::{Cause, Correction};
use meterbook_core::bill::explain;
use meterbook_core::bill::settle::Settled;
use meterbook_core::delivery::{Enclosed, State};
use meterbook_core::id::{AccountId, AgreementId, BillId, CorrectionId};
use meterbook_core::ledger::{Debt, Gl};
use meterbook_core::money::Money;
use meterbook_core::seller::Seller;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::correct::{begin, bill, meter_shows, shows, three_months};
use crate::last_bill;
use crate::village::{DIALS, actor, says};

const ACCOUNT: AccountId = AccountId(1);
const JANUARY: Date = date(2026, 1, 1);
pub(crate) const KINDS: &str = "\
charge damage  fee revenue
en damage Damaged meter
es damage Medidor dañado
charge truck   water revenue 12.50 per kgal
tax    truck   6.25% City sales tax
en truck Water sold by the truck
es truck Agua vendida en camión
";

pub(crate) fn new(kinds: &[&str], said: &[&str], open: bool) -> NewOnce {
    let texts = |of: &[&str]| of.iter().map(|it| (*it).to_owned()).collect();
    let of = Of::Charges { kinds: texts(kinds), said: texts(said), open };
    NewOnce { account: ACCOUNT, of, reference: String::new(), total: Money::ZERO }
}

fn seen(db: &Db, new: &NewOnce) -> anyhow::Result<Planned> {
    db.write(|tx| preview(tx, actor(), new))
}

pub(crate) fn made(db: &Db, by: Actor, new: &NewOnce, why: &str) -> anyhow::Result<Outcome> {
    let new = new.clone().seen(&seen(db, new)?);
    db.write(|tx| do_or_ask(tx, by, &Asked::BillOnce(new), why))
}

fn newest(db: &Db) -> BillId {
    db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0]
}

#[track_caller]
fn clean(db: &Db) {
    let report = check::check(db).unwrap();
    let faults: Vec<_> = report.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
}

#[test]
fn charges_are_billed_once_drawn_and_leave_service_alone() {
    engines::each(|db, folder| {
        three_months(db);
        db.write(|tx| say_kinds(tx, actor(), JANUARY, KINDS)).unwrap();
        let before = db.read(|tx| store::ledger::balance(tx, ACCOUNT)).unwrap();
        let wanted =
            new(&["damage=450.00", "truck=3.5"], &["-12.00 billing adjustments: Goodwill"], false);
        let planned = seen(db, &wanted).unwrap();
        // 450.00, 3.5 x 12.50 and 6.25 % of that, less 12.00.
        assert_eq!(planned.total, Money::from_cents(48_448));
        assert_eq!(db.read(|tx| store::ledger::balance(tx, ACCOUNT)).unwrap(), before, "a trial");
        let why = made(db, actor(), &wanted, " ").unwrap_err();
        assert_eq!(says(&why), "say why; whoever looks at it later will ask");
        assert_eq!(made(db, actor(), &wanted, "the mail truck hit it").unwrap(), Outcome::Done);
        let id = newest(db);
        let it = db.read(|tx| statement::of_bill(tx, id)).unwrap();
        assert_eq!(it.bill.once, planned.bill.once, "kept as it was planned");
        assert_eq!((it.bill.total, it.amount_due), (planned.total, before + planned.total));
        assert_eq!(it.why, None);
        assert!(it.bill.number.0.contains("-O"), "{}", it.bill.number);
        let sums = db.read(store::ledger::gl_totals).unwrap();
        let of = |gl| sums.iter().filter(|it| it.0 == gl).map(|it| it.1.cents()).sum::<i64>();
        assert_eq!(of(Gl::FeeRevenue), -45_000);
        assert_eq!(of(Gl::WaterRevenue), -43_75);
        assert_eq!(of(Gl::TaxPayable), -2_73);
        assert_eq!(of(Gl::BillingAdjustments), 12_00);
        // Debt like that of any bill: direct debit and ageing know it.
        let open = db.read(|tx| receipt::open_now(tx, ACCOUNT)).unwrap();
        let mine = open.items.iter().find(|of| of.side.key == it.bill.number.0).unwrap();
        assert_eq!(
            (mine.side.debt, mine.side.due, mine.left),
            (Debt::Bill, it.bill.due_on, planned.total)
        );
        let way = db.read(|tx| store::outbox::of_account(tx, ACCOUNT, 100)).unwrap();
        assert_eq!(
            way.iter().filter(|it| it.0.enclosed == Enclosed::Bill(id)).count(),
            1,
            "on its way"
        );
        drawn(db, folder, id);
        let why = made(db, actor(), &wanted, "again").unwrap_err();
        assert!(says(&why).starts_with(&format!("that is billed already, by {}", it.bill.number)));
        let other = NewOnce { reference: "order 7".to_owned(), ..wanted.clone() };
        made(db, actor(), &other, "another truck").unwrap();
        let third = new(&["damage=1.00"], &[], false);
        let third = NewOnce { reference: "order 7".to_owned(), ..third };
        assert!(
            says(&made(db, actor(), &third, "again").unwrap_err())
                .starts_with("that is billed already")
        );
        clean(db);
        // What follows for service is as it was: no correction, the usual mean, and why it differs.
        shows(db, date(2026, 5, 1), &[400]);
        assert!(db.write(|tx| correction(tx, actor(), ACCOUNT, JANUARY, Cause::Read)).is_err());
        bill(db);
        let it = db.read(|tx| statement::of_bill(tx, newest(db))).unwrap();
        assert_eq!(it.bill.total, Money::from_cents(12_00));
        assert_eq!(it.why.unwrap().from, Money::from_cents(12_00), "the bill of service before");
        assert_eq!(it.before, before + planned.total + planned.total);
        clean(db);
    });
}

fn drawn(db: &Db, folder: &Path, id: BillId) {
    let pdf = deliver::pdf_of(db, folder, id).unwrap();
    assert!(pdf.starts_with(b"%PDF"));
    let it = db.read(|tx| statement::of_bill(tx, id)).unwrap();
    let place = folder.join(it.bill.billed_on.to_string());
    let page = std::fs::read_to_string(place.join(format!("{}.html", it.bill.number))).unwrap();
    for says in
        ["One-time bill", "Water sold by the truck", "3.5 kgal", "Total charged once", "$484.48"]
    {
        assert!(page.contains(says), "{says}: {page}");
    }
    assert!(!page.contains("Billing period") && !page.contains("Meter"), "{page}");
    let said = explain::bill(&it.bill);
    assert!(said.contains("3.5 kgal x $12.50 per kgal"), "{said}");
    assert!(said.contains("-$12.00 billing adjustments: Goodwill"), "{said}");
    let seller = Seller::new("US", "USD", Some("12-3456789"), None).unwrap();
    db.write(|tx| say(tx, actor(), JANUARY, &seller)).unwrap();
    let text = db.read(|tx| invoice::of_bill(tx, id)).unwrap();
    assert_eq!(text.matches("<cac:InvoiceLine>").count(), 4);
    assert!(text.contains("<cbc:PayableAmount currencyID=\"USD\">484.48<"), "{text}");
    assert_eq!(deliver::render_with_invoice(db, &[id], folder).unwrap(), 1);
}

#[test]
fn above_a_limit_it_takes_two() {
    engines::each(|db, _| {
        three_months(db);
        let [ada, kim] = [("ada", "billing-analyst"), ("kim", "administrator")]
            .map(|(name, role)| with_role(db, name, role));
        let small = new(&[], &["500.00 fee revenue: Pole"], false);
        assert_eq!(made(db, ada, &small, "a car").unwrap(), Outcome::Done);
        let large = new(&[], &["500.01 fee revenue: Pole"], false);
        let Outcome::Waits(id) = made(db, ada, &large, "a truck").unwrap() else {
            panic!("it waits")
        };
        let bills = db.read(|tx| store::bill::of_account(tx, ACCOUNT)).unwrap().len();
        let asked = db.read(|tx| store::approval::find(tx, id)).unwrap().unwrap();
        assert!(asked.subject.ends_with("Pole $500.01: $500.01"), "{}", asked.subject);
        db.write(|tx| give(tx, kim, id, "seen")).unwrap();
        assert_eq!(db.read(|tx| store::bill::of_account(tx, ACCOUNT)).unwrap().len(), bills + 1);
        let clerk = with_role(db, "sam", "clerk");
        assert!(made(db, clerk, &new(&[], &["1.00 fee revenue: Pen"], false), "x").is_err());
        clean(db);
    });
}

#[test]
fn credits_of_an_account_on_a_day_count_together() {
    engines::each(|db, _| {
        three_months(db);
        let [ada, lee] = ["ada", "lee"].map(|name| with_role(db, name, "billing-analyst"));
        let credit = |by, cents: &str, reference: &str| {
            let said = format!("-{cents} fee revenue: Goodwill");
            let new =
                NewOnce { reference: reference.to_owned(), ..new(&[], &[said.as_str()], false) };
            made(db, by, &new, "kind").unwrap()
        };
        assert_eq!(credit(ada, "400.00", "H1"), Outcome::Done);
        assert!(matches!(credit(ada, "400.00", "H2"), Outcome::Waits(_)), "$800.00 of a day");
        assert_eq!(credit(ada, "100.00", "H3"), Outcome::Done);
        assert!(matches!(credit(ada, "0.01", "H4"), Outcome::Waits(_)));
        // What is charged lets nothing go, and another person or day is another one.
        let charge = new(&[], &["500.00 fee revenue: Pole"], false);
        assert_eq!(made(db, ada, &charge, "a car").unwrap(), Outcome::Done);
        assert_eq!(credit(lee, "400.00", "H5"), Outcome::Done);
        let day = jiff::SignedDuration::from_hours(24);
        let tomorrow = Actor { at: ada.at.checked_add(day).unwrap(), ..ada };
        assert_eq!(credit(tomorrow, "400.00", "H6"), Outcome::Done);
        clean(db);
    });
}

#[test]
fn a_bill_of_charges_is_taken_back_once() {
    engines::each(|db, _| {
        three_months(db);
        let before = db.read(|tx| store::ledger::balance(tx, ACCOUNT)).unwrap();
        made(db, actor(), &new(&[], &["30.00 fee revenue: Fence"], false), "a cow").unwrap();
        let number = db.read(|tx| store::bill::get(tx, newest(db))).unwrap().number;
        let back = |number: &str| {
            let of = Of::Back(BillNumber(number.to_owned()));
            NewOnce { of, ..new(&[], &[], false) }
        };
        made(db, actor(), &back(&number.0), "it was another cow").unwrap();
        assert_eq!(db.read(|tx| store::ledger::balance(tx, ACCOUNT)).unwrap(), before);
        let why = made(db, actor(), &back(&number.0), "again").unwrap_err();
        assert_eq!(says(&why), format!("{number} is taken back already"));
        let service = db.read(|tx| store::bill::get(tx, BillId(1))).unwrap().number;
        let why = made(db, actor(), &back(&service.0), "no").unwrap_err();
        assert!(says(&why).contains("is no bill of charges of this account"), "{why}");
        clean(db);
    });
}

/// The mail house takes whatever is queued of the account.
pub(crate) fn sent(db: &Db) {
    for (piece, state) in crate::delivery::pieces(db) {
        let event = |state| (state, "package 9");
        let on = (None, actor().at);
        if state == State::Queued {
            db.write(|tx| {
                store::outbox::add_event(tx, piece.id, event(State::Sending), on)?;
                store::outbox::add_event(tx, piece.id, event(State::Sent), on)
            })
            .unwrap();
        }
    }
}

fn notes(db: &Db) -> Vec<CorrectionId> {
    let all = crate::delivery::pieces(db).into_iter();
    let note = |it: Enclosed| if let Enclosed::Note(id) = it { Some(id) } else { None };
    all.filter_map(|it| note(it.0.enclosed)).collect()
}

fn page_of(db: &Db, folder: &Path, id: CorrectionId) -> String {
    let file = summary::draw_correction(db, id, folder).unwrap();
    std::fs::read_to_string(file.with_extension("html")).unwrap()
}

#[test]
fn who_was_sent_a_bill_of_charges_is_told_that_it_was_taken_back() {
    engines::each(|db, folder| {
        three_months(db);
        made(db, actor(), &new(&[], &["30.00 fee revenue: Fence"], false), "a cow").unwrap();
        let number = db.read(|tx| store::bill::get(tx, newest(db))).unwrap().number;
        sent(db);
        let back = NewOnce { of: Of::Back(number.clone()), ..new(&[], &[], false) };
        made(db, actor(), &back, "it was another cow").unwrap();
        let all = notes(db);
        assert_eq!(all, [CorrectionId(1)]);
        let page = page_of(db, folder, all[0]);
        for says in [number.0.as_str(), "Credit note", "Fence", "$30.00"] {
            assert!(page.contains(says), "{says}: {page}");
        }
        // What staff write for each other is not the customer's.
        assert!(!page.contains("it was another cow"), "{page}");
        assert!(!page.contains(">: Fence"), "{page}");
        clean(db);
    });
}

#[test]
fn who_was_sent_a_bill_that_sums_up_is_told_what_stands_in_its_place() {
    engines::each(|db, folder| {
        let all = crate::sum_up::three(db, Some("roll-up"));
        for (serial, index) in [("E-1", 100), ("E-2", 200), ("E-3", 300)] {
            meter_shows(db, serial, date(2026, 2, 1), &[index]);
        }
        bill(db);
        sent(db);
        meter_shows(db, "E-2", date(2026, 2, 1), &[150]);
        let of = all[1].id;
        db.write(|tx| {
            let net = correction(tx, actor(), of, JANUARY, Cause::Read)?.charged();
            let wanted = NewCorrection { account: of, from: JANUARY, cause: Cause::Read, net };
            do_or_ask(tx, actor(), &Asked::Correct(wanted), "a 5 was read as a 0")
        })
        .unwrap();
        // Nobody was sent the bill of the second account; the first was sent what sums it up.
        let [id] = notes(db)[..] else { panic!("{:?}", notes(db)) };
        let it = db.read(|tx| store::correction::get(tx, id)).unwrap();
        assert_eq!((it.account, it.net.cents()), (ACCOUNT, -6_00));
        let page = page_of(db, folder, id);
        for says in ["$60.00", "$54.00", "$6.00", "in its place"] {
            assert!(page.contains(says), "{says}: {page}");
        }
        clean(db);
    });
}

#[test]
fn the_check_finds_who_is_not_told() {
    engines::each(|db, _| {
        three_months(db);
        sent(db);
        db.write(|tx| {
            let newest = store::bill::newest(tx, 1)?[0];
            let bill = store::bill::get(tx, newest)?;
            let (id, cause, why) = (CorrectionId(1), Cause::Read, String::new());
            let (net, settled, bills) = (-bill.total, Settled::default(), Vec::new());
            let account = ACCOUNT;
            let it = Correction { id, account, cause, why, on: JANUARY, net, settled, bills };
            store::correction::add(tx, &[it])?;
            store::correction::cancel(tx, &[(id, bill.id)])
        })
        .unwrap();
        let report = check::check(db).unwrap();
        let rule = report.rules.iter().find(|it| it.name == "notes").unwrap();
        let says = "the note C-1 of bills that somebody knew of is on its way to nobody";
        assert_eq!((rule.examined, &*rule.faults), (1, &[says.to_owned()][..]));
    });
}

#[test]
fn what_moves_asked_for_is_billed_now() {
    engines::each(|db, _| {
        last_bill::found(db);
        let account = last_bill::comes(db);
        let open = NewOnce { account: account.id, ..new(&[], &[], true) };
        // A fee of $25 and a deposit of $150.
        made(db, actor(), &open, "at the counter").unwrap();
        let it = db.read(|tx| statement::of_bill(tx, newest(db))).unwrap();
        assert_eq!((it.bill.total, it.amount_due), (Money::ZERO, Money::from_cents(17_500)));
        let why = seen(db, &open).unwrap_err();
        assert!(says(&why).starts_with("nothing is charged"), "{why}");
        clean(db);
    });
}

#[test]
fn what_cannot_be_charged_says_why() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        let why = seen(db, &new(&["visit"], &[], false)).unwrap_err();
        assert!(
            says(&why).starts_with("no kinds of charges are said, so there is no visit"),
            "{why}"
        );
        let why = db.write(|tx| say_kinds(tx, actor(), JANUARY, "charge a")).unwrap_err();
        assert!(says(&why).starts_with("line 1: `` does not say what it is posted to"), "{why}");
        db.write(|tx| say_kinds(tx, actor(), JANUARY, KINDS)).unwrap();
        let why = db.write(|tx| say_kinds(tx, actor(), JANUARY, KINDS)).unwrap_err();
        assert!(says(&why).contains("2026-01-01"), "{why}");
        let why = seen(db, &new(&["damage"], &[], false)).unwrap_err();
        assert!(says(&why).starts_with("damage is charged as damage=AMOUNT"), "{why}");
        let many = vec!["damage=1.00"; 51];
        let why = seen(db, &new(&many, &[], false)).unwrap_err();
        assert_eq!(says(&why), "a bill charges at most 50 things once; make two");
        let wanted = NewOnce { total: Money::from_cents(1), ..new(&["damage=2.00"], &[], false) };
        let why = db.write(|tx| do_or_ask(tx, actor(), &Asked::BillOnce(wanted), "x")).unwrap_err();
        assert_eq!(says(&why), "it comes to $2.00 now, not to $0.01 as when it was looked at");
    });
}

#[test]
fn one_service_is_billed_so_far_and_the_other_is_not() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        for (on, index) in [(JANUARY, 0), (date(2026, 1, 16), 40)] {
            shows(db, on, &[index]);
        }
        let theirs = db.read(|tx| store::agreement::of_account(tx, ACCOUNT)).unwrap();
        let only = theirs[0].id;
        let to = date(2026, 1, 16);
        let make = |of| {
            let (only, unusual, total) = (Some(of), Unusual::Hold, Money::from_cents(480));
            let new = NewInterim { account: ACCOUNT, only, to, unusual, total };
            db.write(|tx| interim::make(tx, actor(), &new))
        };
        let other = AgreementId(only.0 + 7);
        assert!(says(&make(other).unwrap_err()).contains("has a bill already"));
        let it = make(only).unwrap();
        assert_eq!((it.segments.len(), it.total.cents()), (1, 480));
        clean(db);
    });
}
