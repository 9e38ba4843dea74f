//! Every act names a permission, and refuses who does not have it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write;
use std::path::Path;

use anyhow::{Error, Result};
use jiff::civil::date;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::authority::NotAuthorized;
use meterbook_app::bill_run::correct::under_way;
use meterbook_app::bill_run::interim::{self, NewInterim};
use meterbook_app::bill_run::{self, Until, Which, last};
use meterbook_app::circumstance::{self, NewFact};
use meterbook_app::delivery::{email, package, returned, webhook};
use meterbook_app::fact::{Fact, NewTelling, Says};
use meterbook_app::intake::published::Publish;
use meterbook_app::intake::{self, Import};
use meterbook_app::pay::{NewPayment, pay};
use meterbook_app::protection::{NewProtection, To};
use meterbook_app::term::{self, Said};
use meterbook_app::{
    Actor, Refused, account, agreement, budget, collection, credit, deposit, fact, founding,
    interaction, late_fee, meter, online, person, place, plan, protection, published, receipt,
    role, staff, tariff, window, write_off,
};
use meterbook_checks::engines;
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::bill::assess::Unusual;
use meterbook_core::credit::Shield;
use meterbook_core::credit::circumstance::Circumstance;
use meterbook_core::credit::plan::Pays;
use meterbook_core::credit::protection::Weather;
use meterbook_core::id::*;
use meterbook_core::interaction::InteractionChannel;
use meterbook_core::ledger::Tender;
use meterbook_core::meter::Meter;
use meterbook_core::money::Money;
use meterbook_core::period::Zone;
use meterbook_core::permission::Permission;
use meterbook_core::person::{ContactKind, Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_core::rating::published::{About, Call, PeakHour};
use meterbook_core::rating::terms::Term;
use meterbook_store::staff::Member;
use meterbook_store::{self as store, Counter, Db, Tx};

use crate::mandate;
use crate::village::{self, DIALS};

/// A password that nobody tries first.
pub(crate) const PASSWORD: &str = "seven lamps in the yard";

/// Lets somebody in with a role, as the operator does; they cannot sign in, because to hash a
/// password takes a second here.
pub(crate) fn with_role(db: &Db, name: &str, role: &str) -> Actor {
    let asked = Asked::GiveRole { name: name.to_owned(), role: role.to_owned() };
    let id = db.write(|tx| {
        let id = UserId(tx.next(Counter::User, 1)?);
        let (name, password_hash) = (name.to_owned(), "none".to_owned());
        store::staff::add(tx, &Member { id, name, password_hash, disabled: None })?;
        do_or_ask(tx, village::actor(), &asked, "")?;
        Ok(id)
    });
    Actor { by: Some(id.unwrap()), ..village::actor() }
}

/// The same, with [`PASSWORD`].
pub(crate) fn signing_in(db: &Db, name: &str, role: &str) -> Actor {
    let (id, _) = staff::add(db, village::actor(), name, role, PASSWORD).unwrap();
    Actor { by: Some(id), ..village::actor() }
}

/// Somebody without any role.
pub(crate) fn nobody(db: &Db) -> Actor {
    let actor = with_role(db, "sam", "auditor");
    let (name, role) = ("sam".to_owned(), "auditor".to_owned());
    let asked = Asked::TakeRole { name, role };
    db.write(|tx| do_or_ask(tx, village::actor(), &asked, "")).unwrap();
    actor
}

type Act = fn(&mut Tx, Actor) -> Result<()>;

/// Every act of one transaction, with the permission it takes.
const ACTS: &[(&str, Permission, Act)] = &[
    ("account::open", Permission::KeepCustomers, |tx, actor| {
        let new = account::NewAccount {
            person: PersonId(1),
            class: CustomerClass::Residential,
            cycle: Cycle(1),
            mail_to: String::new(),
            opened_on: date(2026, 1, 1),
        };
        account::open(tx, actor, new).map(drop)
    }),
    ("person::add", Permission::KeepCustomers, |tx, actor| {
        person::add(tx, actor, "A", PersonKind::Individual, Language::English).map(drop)
    }),
    ("person::speak", Permission::KeepCustomers, |tx, actor| {
        person::speak(tx, actor, PersonId(1), Language::Spanish)
    }),
    ("person::add_contact", Permission::KeepCustomers, |tx, actor| {
        person::add_contact(tx, actor, PersonId(1), ContactKind::Phone, "555 0100 22").map(drop)
    }),
    ("place::add_premise", Permission::KeepPlaces, |tx, actor| {
        place::add_premise(tx, actor, "1 A St", "B", "C").map(drop)
    }),
    ("place::add_service_point", Permission::KeepPlaces, |tx, actor| {
        place::add_service_point(tx, actor, PremiseId(1), Commodity::Gas, &Zone::utc()).map(drop)
    }),
    ("meter::add", Permission::KeepMeters, |tx, actor| {
        meter::add(tx, actor, "E-2", Commodity::Electric, &[]).map(drop)
    }),
    ("meter::install", Permission::KeepMeters, |tx, actor| {
        meter::install(tx, actor, &hung(), ServicePointId(1), date(2026, 1, 1)).map(drop)
    }),
    ("meter::remove", Permission::KeepMeters, |tx, actor| {
        meter::remove(tx, actor, &hung(), date(2026, 2, 1))
    }),
    ("agreement::start", Permission::MoveService, |tx, actor| {
        let (account, point) = (AccountId(1), ServicePointId(1));
        agreement::start(tx, actor, account, point, "R-1", date(2026, 1, 1)).map(drop)
    }),
    ("agreement::stop", Permission::MoveService, |tx, actor| {
        agreement::stop(tx, actor, AgreementId(1), date(2026, 2, 1))
    }),
    ("term::set", Permission::SetTerms, |tx, actor| {
        let (name, value) = ("meters".to_owned(), "2".to_owned());
        let said = Said::Term(Term { name, value, from: date(2026, 2, 1), to: None });
        term::set(tx, actor, AgreementId(1), &said)
    }),
    ("fact::tell", Permission::CorrectBills, |tx, actor| {
        let (about, name) = (store::terms::About::Term, "meters".to_owned());
        let says = Says::Nothing { about, name, from: date(2026, 2, 1), to: None };
        let fact = Fact::Term { agreement: AgreementId(1), says };
        let cause = fact.cause();
        fact::tell(tx, actor, NewTelling::new(fact, cause, "F-1", Vec::new()), "x").map(drop)
    }),
    ("window::plan", Permission::PlanCycles, |tx, actor| window::plan(tx, actor, Cycle(1), &[])),
    ("tariff::publish", Permission::PublishTariff, |tx, actor| {
        tariff::publish(tx, actor, "tariff R-2 half-up\n").map(drop)
    }),
    ("published::day", Permission::PublishPrices, |tx, actor| {
        published::day(tx, actor, "cpp", date(2026, 2, 1), Call::Called).map(drop)
    }),
    ("published::peak", Permission::PublishPrices, |tx, actor| {
        let hour = PeakHour { start: actor.at, minutes: 60 };
        published::peak(tx, actor, "pjm", hour, Call::Called).map(drop)
    }),
    ("interaction::note", Permission::WriteNote, |tx, actor| {
        interaction::note(tx, actor, AccountId(1), InteractionChannel::Note, "x").map(drop)
    }),
    ("founding::found", Permission::Found, |tx, actor| {
        founding::found(tx, actor, &village::utility())
    }),
    ("debit::say_policy", Permission::KeepBooks, |tx, actor| {
        meterbook_app::debit::say_policy(tx, actor, date(2026, 4, 1), "norm 3")
    }),
    ("debit::make", Permission::MakeDebits, |tx, actor| {
        let (format, settle) = (meterbook_core::debit::Format::Nacha, date(2026, 3, 12));
        let total = Money::from_cents(1);
        let new = meterbook_app::debit::NewDebits { format, settle, total };
        meterbook_app::debit::make(tx, actor, &new)
    }),
    ("bank::take", Permission::TakePayment, |tx, actor| {
        meterbook_app::bank::take(tx, actor, ("x", b"1")).map(drop)
    }),
    ("lockbox::say_layout", Permission::KeepBooks, |tx, actor| {
        meterbook_app::lockbox::say_layout(tx, actor, date(2026, 4, 1), "amount 8-17")
    }),
    ("lockbox::take", Permission::TakePayment, |tx, actor| {
        let (name, total) = ("x", Money::from_cents(1));
        let new = meterbook_app::lockbox::NewLockbox { name, bytes: b"1", count: 1, total };
        meterbook_app::lockbox::take(tx, actor, &new).map(drop)
    }),
    ("suspense::split", Permission::MatchPayments, |tx, actor| {
        let parts = [(AccountId(1), Money::from_cents(1))];
        meterbook_app::suspense::split(tx, actor, SuspenseId(1), &parts, "x").map(drop)
    }),
    ("suspense::refund", Permission::RefundCredit, |tx, actor| {
        let (id, amount) = (SuspenseId(1), Money::from_cents(1));
        let new = meterbook_app::suspense::NewHeldRefund { id, amount };
        meterbook_app::suspense::refund(tx, actor, &new, "x")
    }),
    ("call_off::call_off", Permission::ReversePayments, |tx, actor| {
        let id = meterbook_core::id::DebitFileId(1);
        meterbook_app::debit::call_off::call_off(tx, actor, id, "x").map(drop)
    }),
    ("debit::switch", Permission::MakeDebits, |tx, actor| {
        meterbook_app::debit::switch(tx, actor, true, "x")
    }),
    ("prenote::make", Permission::MakeDebits, |tx, actor| {
        meterbook_app::debit::prenote::make(tx, actor, date(2026, 3, 12), 1).map(drop)
    }),
    ("returned::mistake", Permission::ReversePayments, |tx, actor| {
        meterbook_app::returned::mistake(tx, actor, TenderId(1), "x").map(drop)
    }),
    ("returned::lift", Permission::KeepCredit, |tx, actor| {
        meterbook_app::returned::lift(tx, actor, AccountId(1), "x")
    }),
    ("returned::take_in", Permission::ReversePayments, |tx, actor| {
        meterbook_app::debit::returned::take_in(tx, actor, &mandate::key(), b"1").map(drop)
    }),
    ("file::write", Permission::MakeDebits, |tx, actor| {
        meterbook_app::debit::write(tx, actor, &mandate::key(), DebitFileId(1)).map(drop)
    }),
    ("mandate::agree", Permission::KeepCustomers, |tx, actor| {
        let new = mandate::new(AccountId(1));
        meterbook_app::mandate::agree(tx, actor, &mandate::key(), &new).map(drop)
    }),
    ("mandate::change", Permission::KeepCustomers, |tx, actor| {
        let terms = (&mandate::terms(date(2026, 4, 1)), None);
        let (key, account) = (mandate::key(), AccountId(1));
        meterbook_app::mandate::change(tx, actor, &key, account, terms, "x").map(drop)
    }),
    ("mandate::end", Permission::KeepCustomers, |tx, actor| {
        meterbook_app::mandate::end(tx, actor, AccountId(1), date(2026, 4, 1), "x").map(drop)
    }),
    ("credit_rules::say", Permission::SetCreditRules, |tx, actor| {
        let (noun, day) = (meterbook_core::credit::Noun::Plan, date(2026, 4, 1));
        meterbook_app::credit_rules::say(tx, actor, noun, day, "months any 3")
    }),
    ("deposit::ask", Permission::KeepCredit, |tx, actor| {
        let (account, credit) = (AccountId(1), meterbook_core::moves::Credit::Poor);
        let new = deposit::NewDeposit { account, credit, amount: None, parts: 1 };
        deposit::ask(tx, actor, &new, "x").map(drop)
    }),
    ("deposit::guarantee", Permission::KeepCredit, |tx, actor| {
        let (of, by, most) = (AccountId(1), AccountId(2), Money::from_cents(1));
        deposit::guarantee(tx, actor, of, by, most, "x").map(drop)
    }),
    ("deposit::release", Permission::KeepCredit, |tx, actor| {
        deposit::release(tx, actor, AccountId(1), "x").map(drop)
    }),
    ("deposit::give_back", Permission::KeepCredit, |tx, actor| {
        deposit::give_back(tx, actor, AccountId(1), "x").map(drop)
    }),
    ("deposit::review", Permission::RunCollections, |tx, actor| {
        deposit::review(tx, actor, AccountId(1)).map(drop)
    }),
    ("late_fee::assess", Permission::RunCollections, |tx, actor| {
        late_fee::assess(tx, actor, AccountId(1)).map(drop)
    }),
    ("late_fee::waive", Permission::WaiveFees, |tx, actor| {
        let (account, bill, amount) = (AccountId(1), BillId(1), Money::from_cents(1));
        let new = late_fee::NewWaiver { account, bill, nth: 1, amount };
        late_fee::waive(tx, actor, &new, "x")
    }),
    ("credit::transfer", Permission::MatchPayments, |tx, actor| {
        let (account, amount, reference) = (AccountId(1), Money::from_cents(1), "x".to_owned());
        let credit = credit::NewRefund { account, amount, reference };
        credit::transfer(tx, actor, &credit::NewSpend { credit, to: AccountId(2) }, "x")
    }),
    ("plan::agree", Permission::KeepCredit, |tx, actor| {
        plan::agree(tx, actor, AccountId(1), (1, None), "x").map(drop)
    }),
    ("plan::say_pays", Permission::KeepCredit, |tx, actor| {
        plan::say_pays(tx, actor, AccountId(1), Pays::Debit, "x")
    }),
    ("plan::cancel", Permission::KeepCredit, |tx, actor| {
        plan::cancel(tx, actor, AccountId(1), "x")
    }),
    ("plan::review", Permission::RunCollections, |tx, actor| {
        plan::review(tx, actor, AccountId(1)).map(drop)
    }),
    ("budget::begin", Permission::KeepCredit, |tx, actor| {
        budget::begin(tx, actor, AccountId(1), None, "x").map(drop)
    }),
    ("budget::set_level", Permission::KeepCredit, |tx, actor| {
        budget::set_level(tx, actor, AccountId(1), None, "x").map(drop)
    }),
    ("budget::end", Permission::KeepCredit, |tx, actor| {
        budget::end(tx, actor, AccountId(1), "x").map(drop)
    }),
    ("write_off::give_up", Permission::WriteOff, |tx, actor| {
        let (account, amount) = (AccountId(1), Money::from_cents(1));
        write_off::give_up(tx, actor, &write_off::NewWriteOff { account, amount }, "x")
    }),
    ("write_off::transfer", Permission::WriteOff, |tx, actor| {
        let (from, to, amount) = (AccountId(1), AccountId(2), Money::from_cents(1));
        write_off::transfer(tx, actor, &write_off::NewTransfer { from, to, amount }, "x")
    }),
    ("protection::grant", Permission::KeepCredit, |tx, actor| {
        let (to, from, evidence) = (To::Account(AccountId(1)), date(2026, 4, 1), "x".to_owned());
        let shield = Shield::Medical;
        let new = NewProtection { to, shield, from, until: None, evidence };
        protection::grant(tx, actor, &new).map(drop)
    }),
    ("protection::end", Permission::KeepCredit, |tx, actor| {
        protection::end(tx, actor, AccountId(1), Shield::Medical, "x")
    }),
    ("protection::weather", Permission::RunCollections, |tx, actor| {
        let (county, on) = ("Kane".to_owned(), date(2026, 4, 1));
        let by = String::new();
        protection::weather(tx, actor, &Weather { county, on, low: 30, high: 40, alert: false, by })
    }),
    ("circumstance::say", Permission::KeepCredit, |tx, actor| {
        let (account, what, from) = (AccountId(1), Circumstance::Infant, date(2026, 4, 1));
        let new = NewFact { account, what, from, until: None, evidence: "x".to_owned() };
        circumstance::say(tx, actor, &new).map(drop)
    }),
    ("circumstance::end", Permission::KeepCredit, |tx, actor| {
        circumstance::end(tx, actor, AccountId(1), Circumstance::Infant, "x")
    }),
    ("collection::switch", Permission::RunCollections, |tx, actor| {
        collection::switch(tx, actor, collection::Switch::Cuts, true, "x")
    }),
    ("receipt::take", Permission::TakePayment, |tx, actor| {
        let (on, tenders, shares) = (date(2026, 3, 1), Vec::new(), Vec::new());
        receipt::take(tx, actor, &receipt::NewReceipt { on, tenders, shares }).map(drop)
    }),
    ("pay::pay", Permission::TakePayment, |tx, actor| pay(tx, actor, &check(1_00)).map(drop)),
    ("interim::preview", Permission::RunBills, |tx, actor| {
        interim::preview(tx, actor, &so_far()).map(drop)
    }),
    ("interim::make", Permission::RunBills, |tx, actor| {
        interim::make(tx, actor, &so_far()).map(drop)
    }),
    ("last::make", Permission::RunBills, |tx, actor| {
        last::make(tx, actor, AccountId(1), Unusual::Hold).map(drop)
    }),
    ("role::add", Permission::ManageStaff, |tx, actor| role::add(tx, actor, "x", "y")),
    ("staff::disable", Permission::ManageStaff, |tx, actor| staff::disable(tx, actor, "robin", "")),
    ("approval::do_or_ask", Permission::GrantRoles, |tx, actor| {
        let (name, role) = ("robin".to_owned(), "auditor".to_owned());
        do_or_ask(tx, actor, &Asked::GiveRole { name, role }, "").map(drop)
    }),
];

/// Acts of several transactions, or that take other acts: what they take is seen below.
const ELSEWHERE: &[&str] = &[
    // Shown in holds.rs.
    "again::again",
    "hold::apply",
    "email::send",
    "email::give_up",
    // It asks what keeping the thing takes that the document is about: shown in record.rs.
    "document::withdraw",
    "package::begin",
    "package::make",
    "package::papers",
    "returned::mail",
    "webhook::tell",
    "online::begin",
    "ask::ask",
    "charge::charge",
    // It asks within what it calls.
    "returned::post",
    // They ask within their transaction.
    "close::close_day",
    "month::close_month",
    "month::look_month",
    "collection::run",
    "collection::run_watched",
    "deposit::review_all",
    "late_fee::assess_all",
    "plan::review_all",
    "pledge::review_all",
    // Shown in protection.rs.
    "weather::weather_file",
    "import::import",
    "last::make_all",
    "cycle::run",
    "resolve::by_cause",
    "resolve::one",
    "orders::import",
    "task::resolve",
    "task::resolve_all",
    "write_off::give_up_all",
    "small::review",
    "scan::scan",
    "scan::when_due",
    // What it is about is looked up before it is known how much it takes: shown in small.rs.
    "small::take_back",
    // They look, and write nothing.
    "appointment::offers",
    "completion::plan",
    "plan::plan",
    "task::today",
    "approval::give",
    "approval::turn_down",
    "bill_run::run",
    "bill_run::run_how",
    "accrual::accrual",
    // It asks within its transaction: shown in report.rs.
    "report::report",
    "bill_run::finish",
    "many::many",
    // It asks within what it calls; shown in sets.rs.
    "many::prepare",
    // Within their transactions; shown in facts.rs.
    "version::preview",
    "version::tell",
    // The same act, but for who brings it to its end.
    "version::tell_and_leave",
    "under_way::resume",
    // What it takes hangs on the set; shown in sets.rs.
    "under_way::cancel",
    "approval::would_wait",
    "transfer::look",
    "bill_run::work",
    "bill_run::finish_released",
    "release::release",
    "cancel::cancel",
    "calendar::retry",
    "intake::import",
    "intake::import_in_parts",
    "intake::import_by_profile",
    "months::merge",
    "published::publish",
    "sign_up::sign_up",
    "staff::add",
    "staff::set_password",
];

fn so_far() -> NewInterim {
    let (account, only, to) = (AccountId(1), None, date(2026, 2, 1));
    NewInterim { account, only, to, unusual: Unusual::Hold, total: Money::ZERO }
}

fn hung() -> Meter {
    Meter { id: MeterId(1), serial: "E-1".to_owned(), commodity: Commodity::Electric }
}

pub(crate) fn check(cents: i64) -> NewPayment {
    NewPayment {
        account: AccountId(1),
        amount: Money::from_cents(cents),
        on: date(2026, 3, 10),
        tender: Tender::Check,
        reference: "1021".to_owned(),
    }
}

/// Why somebody was not authorized.
pub(crate) fn not_authorized(why: &Error) -> NotAuthorized {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<NotAuthorized>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

#[test]
fn who_has_no_role_does_nothing() {
    engines::each(|db, folder| {
        village::found(db);
        village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        with_role(db, "robin", "clerk");
        let sam = nobody(db);
        let refused = |name: &str, permission, why: Error| {
            let who = "sam".to_owned();
            assert_eq!(
                not_authorized(&why),
                NotAuthorized::NotGranted { who, permission },
                "{name}"
            );
            assert!(why.to_string().contains("meterbook staff role sam --give ROLE"), "{why}");
        };
        for (name, permission, act) in ACTS {
            refused(name, *permission, db.write(|tx| act(tx, sam)).unwrap_err());
        }
        let file = folder.join("reads.csv");
        std::fs::write(&file, "meter,date,read,kind\nE-1,2026-02-01,100,actual\n").unwrap();
        let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
        let why = intake::import(db, sam, &wanted, &mut |_| ()).unwrap_err();
        refused("intake::import", Permission::ImportReads, why);
        let told = meterbook_formats::reads::profile::shipped("registers").unwrap();
        let told = told.replace("column index", "column read");
        let why = intake::import_by_profile(db, sam, &wanted, &told, &mut |_| ()).unwrap_err();
        refused("intake::import_by_profile", Permission::ImportReads, why);
        let why = intake::months::merge(db, sam, &mut |_, _| ()).unwrap_err();
        refused("months::merge", Permission::ImportReads, why);
        let (id, how) =
            (meterbook_core::id::ExceptionId(1), meterbook_core::task::Resolution::Estimate);
        let why = meterbook_app::vee::resolve::one(db, sam, id, how, "").unwrap_err();
        refused("resolve::one", Permission::ResolveTasks, why);
        let days = folder.join("days.csv");
        std::fs::write(&days, "day\n2026-07-14\n").unwrap();
        let (about, name) = (About::Events, "cpp");
        let wanted = Publish { about, name, file: &days, zone: None, rejects: folder };
        let why = intake::published::publish(db, sam, &wanted).unwrap_err();
        refused("intake::publish", Permission::PublishPrices, why);
        let why =
            bill_run::run(db, sam, Which::Cycle(Cycle(1)), Until::Posted, &mut |_| ()).unwrap_err();
        refused("bill_run::run", Permission::RunBills, why);
        let id = meterbook_core::id::SetId(1);
        let why = under_way::resume(db, sam, id, &mut |_, _| ()).unwrap_err();
        refused("under_way::resume", Permission::RunBills, why);
        let customer = village::customer("E-9", &[DIALS]);
        let sign_up = db.write(|tx| meterbook_app::sign_up::sign_up(tx, sam, &customer));
        refused("sign_up::sign_up", Permission::KeepCustomers, sign_up.unwrap_err());
        let billed = meterbook_core::period::Period::month(2026, 2).unwrap();
        let way = meterbook_core::delivery::Way::Email;
        let mass = meterbook_app::delivery::mass::Mass { way, billed, expected: None };
        let (to, deliver) = ((&mass, folder), Permission::DeliverBills);
        let why = email::send(db, sam, to, None, &mut |_, _| ()).unwrap_err();
        refused("email::send", deliver, why);
        refused("email::give_up", deliver, email::give_up(db, sam).unwrap_err());
        let (id, to) = (PackageId(1), (folder, folder));
        let why = package::begin(db, sam, &mass, folder).unwrap_err();
        refused("package::begin", deliver, why);
        let why = db.read(|tx| package::papers(tx, sam, &mass)).unwrap_err();
        refused("package::papers", deliver, why);
        let why = returned::mail(db, sam, &[]).unwrap_err();
        refused("returned::mail", deliver, why);
        refused("webhook::tell", deliver, webhook::tell(db, sam, None).unwrap_err());
        let pay = Permission::TakePayment;
        let (account, what) = (AccountId(1), online::What::All);
        let new = online::NewAttempt { account, what, amount: None, back: None, keep: None };
        refused("online::begin", pay, online::begin(db, sam, &new).unwrap_err());
        refused("ask::ask", pay, online::ask(db, sam, None).unwrap_err());
        let why = online::charge::charge(db, sam, Money::ZERO).unwrap_err();
        refused("charge::charge", Permission::MakeDebits, why);
        refused("package::make", deliver, package::make(db, sam, id, to).unwrap_err());
        let why = staff::add(db, sam, "kim", "clerk", PASSWORD).unwrap_err();
        refused("staff::add", Permission::ManageStaff, why);
        let acts = db.read(|tx| store::audit::latest(tx, 1_000)).unwrap();
        assert!(acts.iter().all(|it| it.by.is_none()), "what was refused is not written down");
    });
}

/// A new act is in the list above, or asks before it does anything else.
#[test]
fn every_act_is_in_the_list() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src");
    let mut missing = Vec::new();
    for (name, text) in sources(&folder) {
        for part in text.split("\npub fn ").skip(1) {
            let (act, rest) = part.split_once(['(', '<']).unwrap();
            let (head, body) = rest.split_once(" {\n").unwrap();
            let called = format!("{name}::{act}");
            let listed = ACTS.iter().any(|it| it.0 == called) || ELSEWHERE.contains(&&*called);
            // That the question refuses is shown above; here it is seen to come before all else.
            let first = body.trim_start();
            let first = first.strip_prefix("let allowed = ").unwrap_or(first);
            let asks_first = first.starts_with("authorize(tx, actor, ");
            let known = listed || asks_first;
            if head.contains("actor: Actor") && act != "authorize" && !known {
                missing.push(called);
            }
        }
    }
    assert!(missing.is_empty(), "say in this test what these acts take: {missing:?}");
}

/// Whoever writes has the proof in hand: a file that calls what changes a table asks for it.
#[test]
fn what_changes_a_table_was_authorized() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut writers = Vec::new();
    for (noun, text) in sources(&crates.join("store/src")) {
        for part in text.split("\npub fn ").skip(1) {
            let (name, _) = part.split_once(['(', '<']).unwrap();
            let body = part.split_once("\n}\n").map_or(part, |it| it.0);
            if body.contains("tx.exec(") || body.contains("tx.bulk(") {
                writers.push(format!("store::{noun}::{name}("));
            }
        }
    }
    assert!(writers.contains(&"store::payment::add(".to_owned()), "{writers:?}");
    // Those that keep what a file said, or what a run came to, work for an act that was authorized;
    // a session is everybody's own.
    let exempt = ["check", "origin", "post", "queue", "taken", "session", "multiplier"];
    let mut without = Vec::new();
    for (name, text) in sources(&crates.join("app/src")) {
        let writes = writers.iter().any(|it| text.contains(it.as_str()));
        let asks = text.contains("authorize(") || text.contains("&Authorized");
        if writes && !asks && !exempt.contains(&&*name) {
            without.push(name);
        }
    }
    assert!(without.is_empty(), "these write and ask for no proof: {without:?}");
}

/// The proof is made in one place, beside the decision; and asked for in two.
#[test]
fn the_proof_is_made_in_few_places() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut places = Vec::new();
    for folder in ["app", "store", "web", "meterbook"] {
        for (name, text) in sources(&crates.join(folder).join("src")) {
            let makes = ["system", "alone", "together", "oneself"];
            if makes.iter().any(|it| text.contains(&format!("Authorized::{it}("))) {
                places.push(format!("{folder}::{name}"));
            }
        }
    }
    places.sort();
    assert_eq!(places, ["app::approval", "app::authority", "app::session", "app::staff"]);
}

/// The Rust files under a folder, by the name of their module.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
            continue;
        }
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let parent = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let name = if stem == "mod" { parent } else { stem };
        found.push((name.to_owned(), std::fs::read_to_string(&path).unwrap()));
    }
    found
}

#[test]
fn the_roles_of_a_new_utility_are_as_agreed() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../golden/roles.txt");
    engines::each(|db, _| {
        let mut text = String::new();
        db.read(|tx| {
            for (name, says) in store::role::all(tx)? {
                writeln!(text, "{name}: {says}").unwrap();
                for grant in store::role::grants(tx, &name)? {
                    writeln!(text, "  {}", role::say(&grant)).unwrap();
                }
            }
            let administrator = store::role::grants(tx, "administrator")?;
            for permission in Permission::ALL {
                assert!(
                    administrator.iter().any(|it| it.permission == *permission),
                    "{permission}"
                );
            }
            Ok(())
        })
        .unwrap();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, &text).unwrap();
        }
        let agreed = std::fs::read_to_string(&file).unwrap();
        assert!(text == agreed, "golden/roles.txt says otherwise; the roles are now:\n{text}");
    });
}
