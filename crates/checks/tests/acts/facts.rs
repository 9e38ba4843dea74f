//! Facts that posted bills stand on, told otherwise, on both engines: exactly the bills that were made of
//! them are taken back and made anew in the same act, every bill that stands comes out as it is before,
//! between and after, and the next turn is billed by what is told.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Outcome};
use meterbook_app::bill_run::correct::{self, Many, many};
use meterbook_app::bill_run::interim::{self, NewInterim};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::fact::version::{self, Because, Seen, Version};
use meterbook_app::fact::{Fact, NewTelling, NotTold, Says, Times, Told, preview, tell};
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::term::{self, Said, TermRefusal};
use meterbook_app::vee::enter::{self, Became, NewRead};
use meterbook_app::{Actor, Refused, agreement, check, tariff, timeline};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::Bill;
use meterbook_core::bill::assess::Unusual;
use meterbook_core::bill::correct::Cause;
use meterbook_core::id::{AccountId, AgreementId, ServicePointId};
use meterbook_core::meter::Flow;
use meterbook_core::money::{Money, Share};
use meterbook_core::rating::terms::{Exemption, SpecialPrice, Term};
use meterbook_core::timeline::Change;
use meterbook_store::terms::About;
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::correct::{begin, bill, meter_shows, shows, three_months};
use crate::village::{self, DIALS, actor, says};

const ACCOUNT: AccountId = AccountId(1);
pub(crate) const AGREEMENT: AgreementId = AgreementId(1);
const TAXED: &str = "tariff T-1 half-up\nname       Taxed\ncommodity  electric kWh\n\
                     from       2026-01-01\nneeds      dwellings\n\
                     monthly Service           1.00 per dwellings\n\
                     volume  Energy            0.12\n\
                     tax     State tax         10%\n";

/// What a fact would come to: of each bill that it reaches the month it begins in, and by how much.
pub(crate) fn reaches(told: &Told) -> Vec<(i8, i64)> {
    let bills = told.corrections.iter().flat_map(|it| &it.bills);
    let by = |(old, new): &(Bill, Option<Bill>)| {
        let now = new.as_ref().map_or(Money::ZERO, |it| it.total);
        (old.period.start().month(), (now - old.total).cents())
    };
    bills.map(by).collect()
}

pub(crate) fn looked_at(db: &Db, fact: &Fact) -> anyhow::Result<Told> {
    db.write(|tx| preview(tx, actor(), fact, fact.cause()))
}

pub(crate) fn told_by(db: &Db, by: Actor, fact: &Fact, seen: &Told) -> anyhow::Result<Outcome> {
    let new = seen.wanted(fact.clone(), fact.cause(), "the letter of March 9");
    db.write(|tx| tell(tx, by, new, "it came late"))
}

/// Tells a fact, and shows that everything is as it should be before, after, and that looking keeps
/// nothing; gives back what it reached.
pub(crate) fn told(db: &Db, fact: &Fact) -> Vec<(i8, i64)> {
    clean(db);
    let before = books(db);
    let seen = looked_at(db, fact).unwrap();
    assert_eq!(books(db), before, "looking keeps nothing");
    clean(db);
    let list = reaches(&seen);
    assert_eq!(told_by(db, actor(), fact, &seen).unwrap(), Outcome::Done);
    clean(db);
    let after = books(db);
    // What comes to nothing moves nothing.
    let pairs = || seen.corrections.iter().flat_map(|it| &it.bills);
    let count = pairs().filter(|it| it.0.total != Money::ZERO).count();
    let made = pairs().filter_map(|it| it.1.as_ref()).filter(|it| it.total != Money::ZERO).count();
    assert_eq!(after.0, before.0 + count + made, "each is taken back, and one made in its place");
    assert_eq!(after.1 - before.1, seen.net().cents(), "it nets to what was seen");
    list
}

/// How many entries an account has, and what it owes.
fn books(db: &Db) -> (usize, i64) {
    let entries = db.read(|tx| store::ledger::entries(tx, ACCOUNT)).unwrap();
    (entries.len(), entries.last().map_or(0, |it| it.balance.cents()))
}

/// The database agrees with itself, and every bill that stands comes out as it is.
pub(crate) fn clean(db: &Db) {
    let found = check::check(db).unwrap();
    let faults: Vec<_> = found.rules.iter().flat_map(|it| &it.faults).collect();
    assert!(faults.is_empty(), "{faults:?}");
    for id in db.read(|tx| store::bill::newest(tx, 100)).unwrap() {
        assert_eq!(db.read(|tx| replay(tx, id)).unwrap(), Replayed::Same, "bill {id}");
    }
}

/// What the bills that stand come to, by the month they begin in.
pub(crate) fn stand(db: &Db) -> Vec<(i8, i64)> {
    let bills = db.read(|tx| store::bill::of_account(tx, ACCOUNT)).unwrap();
    let mut all: Vec<_> =
        bills.iter().map(|it| (it.period.start().month(), it.total.cents())).collect();
    all.sort_unstable();
    all
}

fn refusal<R: std::error::Error + Clone + 'static>(why: &anyhow::Error) -> R {
    let refused = why.downcast_ref::<Refused>().unwrap_or_else(|| panic!("no refusal: {why:?}"));
    refused.as_a::<R>().unwrap_or_else(|| panic!("another: {why}")).clone()
}

/// 100 kWh a month on a taxed tariff, billed for January to March: $1.00 + $12.00, and 10%.
pub(crate) fn three_taxed_months(db: &Db) {
    village::found_once(db);
    db.write(|tx| tariff::publish(tx, actor(), TAXED)).unwrap();
    begin(db, "T-1", &[DIALS]);
    let one = dwellings("1", date(2026, 1, 1));
    db.write(|tx| term::set(tx, actor(), AGREEMENT, &one)).unwrap();
    for (nth, month) in (0..).zip(1..=5) {
        shows(db, date(2026, month, 1), &[nth * 100]);
    }
    (0..3).for_each(|_| bill(db));
}

fn dwellings(count: &str, from: Date) -> Said {
    let (name, value) = ("dwellings".to_owned(), count.to_owned());
    Said::Term(Term { name, value, from, to: None })
}

pub(crate) fn exempt(from: Date, to: Option<Date>) -> Said {
    let (label, certificate) = ("State tax".to_owned(), "F-12".to_owned());
    Said::Exemption(Exemption {
        label,
        share: Share { nano: 1_000_000_000 },
        certificate,
        from,
        to,
    })
}

pub(crate) fn that(said: Said) -> Fact {
    Fact::Term { agreement: AGREEMENT, says: Says::That(said) }
}

fn nothing(from: Date, to: Option<Date>) -> Fact {
    let (about, name) = (About::Exemption, "State tax".to_owned());
    Fact::Term { agreement: AGREEMENT, says: Says::Nothing { about, name, from, to } }
}

#[test]
fn a_read_reaches_the_bills_on_both_sides_of_it_and_the_next_turn_goes_on_from_there() {
    engines::each(|db, _| {
        three_months(db);
        clean(db);
        // A later read for the day is how a read is told otherwise.
        let (meter, on) = ("E-1".to_owned(), date(2026, 2, 1));
        let read = NewRead { meter, on, indexes: vec![150_000_000], by: enter::Told::Office };
        assert_eq!(db.write(|tx| enter::enter(tx, actor(), &read)).unwrap(), Became::Kept);
        clean(db);
        let from = date(2026, 1, 1);
        let seen =
            db.write(|tx| correct::preview(tx, actor(), ACCOUNT, from, Cause::Read)).unwrap();
        let reached = reaches(&Told {
            said: String::new(),
            was: String::new(),
            corrections: vec![seen],
            too_small: vec![],
        });
        assert_eq!(reached, [(1, 600), (2, -600)]);
        crate::correct::correct(db, actor(), Money::ZERO, "the 5 was read as a 0").unwrap();
        clean(db);
        assert_eq!(stand(db), [(1, 1_800), (2, 600), (3, 1_200)]);
    });
}

#[test]
fn an_exemption_reaches_the_bills_of_its_days_and_the_next_turn() {
    engines::each(|db, _| {
        three_taxed_months(db);
        assert_eq!(stand(db), [(1, 1_430), (2, 1_430), (3, 1_430)]);
        // The act for days to come says which way there is for these.
        let why = db.write(|tx| term::set(tx, actor(), AGREEMENT, &exempt(date(2026, 2, 1), None)));
        assert!(says(&why.unwrap_err()).contains("meterbook fact"));
        let reached = told(db, &that(exempt(date(2026, 2, 1), None)));
        assert_eq!(reached, [(2, -130), (3, -130)]);
        assert_eq!(stand(db), [(1, 1_430), (2, 1_300), (3, 1_300)]);
        bill(db);
        assert_eq!(stand(db)[3], (4, 1_300));
        // It ended in the middle of March, and it never held in February.
        assert_eq!(told(db, &nothing(date(2026, 3, 17), None)), [(3, 63), (4, 130)]);
        let never = nothing(date(2026, 2, 1), Some(date(2026, 3, 1)));
        assert_eq!(told(db, &never), [(2, 130)]);
        let there = db.read(|tx| store::terms::get(tx, AGREEMENT)).unwrap();
        let days: Vec<_> = there.exemptions.iter().map(|it| (it.from, it.to)).collect();
        assert_eq!(days, [(date(2026, 3, 1), Some(date(2026, 3, 17)))]);
        // Each telling is kept, with what it found.
        let tellings = db.read(|tx| store::telling::of(tx, AGREEMENT)).unwrap();
        let was: Vec<_> = tellings.iter().map(|it| it.was.as_str()).collect();
        let first = "State tax: 100% exempt, certificate F-12 from 2026-02-01";
        let cut = format!("{first} up to 2026-03-17");
        assert_eq!(was, ["nothing", first, &cut]);
        // The history of the account says it, with who did it.
        let account = db.read(|tx| store::account::get(tx, ACCOUNT)).unwrap();
        let events = db.write(|tx| timeline::of_account(tx, &account)).unwrap();
        let first = events.iter().find(|it| it.change == Change::ToldOtherwise).unwrap();
        assert_eq!((&*first.before, first.on), ("nothing", date(2026, 3, 10)));
        assert_eq!(first.why, "it came late (the letter of March 9)");
        assert_eq!(
            (&*tellings[0].why, &*tellings[0].evidence),
            ("it came late", "the letter of March 9")
        );
    });
}

#[test]
fn a_term_and_a_price_reach_the_bills_of_their_days() {
    engines::each(|db, _| {
        three_taxed_months(db);
        assert_eq!(told(db, &that(dwellings("3", date(2026, 3, 1)))), [(3, 220)]);
        let (from, to) = (date(2026, 1, 1), Some(date(2026, 2, 1)));
        let agreed = SpecialPrice { label: "Energy".to_owned(), nano: 100_000_000, from, to };
        assert_eq!(told(db, &that(Said::Price(agreed))), [(1, -220)]);
        bill(db);
        assert_eq!(stand(db), [(1, 1_210), (2, 1_430), (3, 1_650), (4, 1_650)]);
        clean(db);
    });
}

#[test]
fn what_is_told_has_a_reason_and_a_proof_and_is_new() {
    engines::each(|db, _| {
        three_taxed_months(db);
        let fact = that(exempt(date(2026, 3, 1), None));
        let seen = looked_at(db, &fact).unwrap();
        let asked = |evidence: &str, why: &str| {
            let new = seen.wanted(fact.clone(), Cause::Tariff, evidence);
            db.write(|tx| tell(tx, actor(), new, why)).unwrap_err()
        };
        assert_eq!(refusal::<NotTold>(&asked("F-12", "  ")), NotTold::NoReason);
        assert_eq!(refusal::<NotTold>(&asked(" ", "late")), NotTold::NoEvidence);
        let other = vec![(ACCOUNT, Money::from_cents(-129))];
        let other = NewTelling::new(fact.clone(), Cause::Tariff, "F-12", other);
        let why = db.write(|tx| tell(tx, actor(), other, "late")).unwrap_err();
        let [was, now] = [-129, -130].map(Money::from_cents);
        assert_eq!(refusal::<NotTold>(&why), NotTold::NotAsSeen { was, now });
        let why = looked_at(db, &nothing(date(2026, 1, 1), None)).unwrap_err();
        let said = "no exemption State tax from 2026-01-01".to_owned();
        assert_eq!(refusal::<NotTold>(&why), NotTold::Same { said });
        let backwards = nothing(date(2026, 2, 1), Some(date(2026, 2, 1)));
        let why = looked_at(db, &backwards).unwrap_err();
        assert!(says(&why).contains("cannot end"), "{why}");
        let Said::Exemption(it) = exempt(date(2026, 3, 1), None) else { unreachable!() };
        let unknown = that(Said::Exemption(Exemption { label: "City tax".to_owned(), ..it }));
        let why = looked_at(db, &unknown).unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap().as_a::<TermRefusal>();
        assert!(matches!(refused, Some(TermRefusal::Unknown { .. })), "{why}");
        clean(db);
    });
}

#[test]
fn who_may_tell_facts_may_say_them_and_correct_bills_and_beyond_a_limit_it_takes_two() {
    engines::each(|db, _| {
        three_taxed_months(db);
        let (from, to) = (date(2026, 1, 1), None);
        let dear = SpecialPrice { label: "Energy".to_owned(), nano: 9_000_000_000, from, to };
        let fact = that(Said::Price(dear));
        let seen = looked_at(db, &fact).unwrap();
        assert_eq!(reaches(&seen).len(), 3);
        let kim = with_role(db, "kim", "clerk");
        let why = told_by(db, kim, &fact, &seen).unwrap_err();
        assert!(says(&why).contains("correct-bills"), "{why}");
        let ann = with_role(db, "ann", "billing-analyst");
        let Outcome::Waits(id) = told_by(db, ann, &fact, &seen).unwrap() else {
            panic!("{} was corrected by one", seen.net())
        };
        // Until a second person agrees nothing is told, and the bills stand.
        clean(db);
        assert!(db.read(|tx| store::telling::newest(tx, 9)).unwrap().is_empty());
        let waits = db.read(|tx| store::approval::find(tx, id)).unwrap().unwrap();
        assert!(
            waits.subject.contains("Energy at 9") && waits.subject.contains("3 bills"),
            "{}",
            waits.subject
        );
        let boss = with_role(db, "bea", "administrator");
        db.write(|tx| approval::give(tx, boss, id, "")).unwrap();
        clean(db);
        assert_eq!(stand(db)[0], (1, 99_110));
        assert_eq!(db.read(|tx| store::telling::newest(tx, 9)).unwrap().len(), 1);
    });
}

/// 100 kWh a month, billed for January to March at 0.12, and a tariff at 0.24.
fn three_plain_months(db: &Db) {
    three_months(db);
    let dearer = village::TARIFF.replace("R-1", "R-2").replace("0.12", "0.24");
    db.write(|tx| tariff::publish(tx, actor(), &dearer)).unwrap();
    shows(db, date(2026, 5, 1), &[400]);
}

pub(crate) fn on_tariff(code: &str, from: Date) -> Fact {
    Fact::Tariff { agreement: AGREEMENT, code: code.to_owned(), from }
}

#[test]
fn another_tariff_reaches_every_bill_from_its_day_on() {
    engines::each(|db, _| {
        three_plain_months(db);
        shows(db, date(2026, 2, 15), &[150]);
        assert_eq!(told(db, &on_tariff("R-2", date(2026, 2, 15))), [(2, 600), (3, 1_200)]);
        assert_eq!(stand(db), [(1, 1_200), (2, 1_800), (3, 2_400)]);
        // On the bill of February each has its own days.
        let bills = db.read(|tx| store::bill::of_account(tx, ACCOUNT)).unwrap();
        let february = bills.iter().find(|it| it.period.start().month() == 2).unwrap();
        let february = db.read(|tx| store::bill::get(tx, february.id)).unwrap();
        let on: Vec<_> =
            february.segments.iter().map(|it| (&*it.tariff, it.period.start())).collect();
        assert_eq!(on, [("R-1", date(2026, 2, 1)), ("R-2", date(2026, 2, 15))]);
        // The way back is told of the one that goes on.
        let why = looked_at(db, &on_tariff("R-1", date(2026, 2, 15))).unwrap_err();
        let (on, by) = (date(2026, 2, 15), AgreementId(2));
        assert_eq!(refusal::<NotTold>(&why), NotTold::Followed { on, by });
        assert!(says(&why).contains("--agreement 2"), "{why}");
        // What is told of a read then goes to both.
        bill(db);
        assert_eq!(stand(db)[3], (4, 2_400));
        clean(db);
        // It was that from the first day on after all: what was cut stays in two.
        assert_eq!(told(db, &on_tariff("R-2", date(2026, 1, 1))), [(1, 1_200), (2, 600)]);
        assert_eq!(stand(db), [(1, 2_400), (2, 2_400), (3, 2_400), (4, 2_400)]);
    });
}

#[test]
fn a_tariff_is_one_that_there_is_on_days_of_the_agreement() {
    engines::each(|db, _| {
        three_plain_months(db);
        let why = |code: &str, from| says(&looked_at(db, &on_tariff(code, from)).unwrap_err());
        assert!(why("R-1", date(2026, 2, 1)).contains("believed already"));
        assert!(why("R-9", date(2026, 2, 1)).contains("no version of tariff R-9"));
        let shop =
            village::TARIFF.replace("R-1", "C-1").replace("from", "open-to    commercial\nfrom");
        db.write(|tx| tariff::publish(tx, actor(), &shop)).unwrap();
        assert!(why("C-1", date(2026, 2, 1)).contains("open to commercial customers"));
        assert!(why("R-2", date(2025, 2, 1)).contains("no version of tariff R-2"));
    });
}

fn began(on: Date) -> Fact {
    Fact::Start { agreement: AGREEMENT, on }
}

fn ended(on: Option<Date>) -> Fact {
    Fact::End { agreement: AGREEMENT, on }
}

#[test]
fn the_day_service_began_reaches_the_bill_of_that_day() {
    engines::each(|db, _| {
        three_plain_months(db);
        let why = looked_at(db, &began(date(2026, 1, 21))).unwrap_err();
        assert!(says(&why).contains("cannot be made again"), "{why}");
        shows(db, date(2026, 1, 21), &[60]);
        assert_eq!(told(db, &began(date(2026, 1, 21))), [(1, -720)]);
        assert_eq!(stand(db), [(1, 480), (2, 1_200), (3, 1_200)]);
        // It was the day before, and days before the turn of its first bill are on none.
        shows(db, date(2026, 1, 20), &[50]);
        assert_eq!(told(db, &began(date(2026, 1, 20))), [(1, 120)]);
        let why = looked_at(db, &began(date(2025, 12, 30))).unwrap_err();
        assert!(says(&why).contains("no version of tariff"), "{why}");
        // A whole turn without service has no bill.
        assert_eq!(told(db, &began(date(2026, 2, 1))), [(1, -600)]);
        assert_eq!(stand(db), [(2, 1_200), (3, 1_200)]);
        bill(db);
        assert_eq!(stand(db)[2], (4, 1_200));
        clean(db);
    });
}

#[test]
fn the_day_service_ended_reaches_the_bills_after_it() {
    engines::each(|db, _| {
        three_plain_months(db);
        let why = db.write(|tx| agreement::stop(tx, actor(), AGREEMENT, date(2026, 2, 15)));
        assert!(says(&why.unwrap_err()).contains("meterbook fact end"));
        let why = looked_at(db, &ended(Some(date(2026, 4, 15)))).unwrap_err();
        assert_eq!(refusal::<NotTold>(&why), NotTold::Unbilled { on: date(2026, 4, 15) });
        shows(db, date(2026, 2, 15), &[150]);
        assert_eq!(told(db, &ended(Some(date(2026, 2, 15)))), [(2, -600), (3, -1_200)]);
        assert_eq!(stand(db), [(1, 1_200), (2, 600)]);
        // It ended a few days later, in the same turn.
        shows(db, date(2026, 2, 20), &[180]);
        assert_eq!(told(db, &ended(Some(date(2026, 2, 20)))), [(2, 360)]);
        // The next turn has nothing of it.
        bill(db);
        assert_eq!(stand(db), [(1, 1_200), (2, 960)]);
        clean(db);
    });
}

/// Service that ended goes on after all: what was run without it waits, and nothing is left out.
#[test]
fn service_that_goes_on_is_billed_for_the_turns_without_it() {
    engines::each(|db, _| {
        three_plain_months(db);
        assert_eq!(told(db, &ended(Some(date(2026, 3, 1)))), [(3, -1_200)]);
        bill(db);
        assert_eq!(told(db, &ended(None)), []);
        let held = Which::Held(Cycle(1), None);
        let may = Actor::system("2026-05-05T12:00:00Z".parse().unwrap());
        let run = |which| bill_run::run(db, may, which, Until::Posted, &mut |_| ());
        run(held).unwrap();
        // April waits for March, whose bill was taken back and which a bill of its own has again.
        assert_eq!(stand(db), [(1, 1_200), (2, 1_200)]);
        let (to, unusual, total) = (date(2026, 4, 1), Unusual::Accept, Money::from_cents(1_200));
        let new = NewInterim { account: ACCOUNT, only: None, to, unusual, total };
        let march = db.write(|tx| interim::make(tx, may, &new));
        assert_eq!(march.unwrap().total.cents(), 1_200);
        run(held).unwrap();
        assert_eq!(stand(db), [(1, 1_200), (2, 1_200), (3, 1_200), (4, 1_200)]);
        clean(db);
    });
}

#[test]
fn nobody_else_is_served_on_days_that_are_told() {
    engines::each(|db, _| {
        three_plain_months(db);
        shows(db, date(2026, 2, 15), &[150]);
        told(db, &ended(Some(date(2026, 2, 15))));
        let point = db.read(|tx| store::agreement::get(tx, AGREEMENT)).unwrap().service_point;
        db.write(|tx| agreement::start(tx, actor(), ACCOUNT, point, "R-1", date(2026, 3, 1)))
            .unwrap();
        let why = looked_at(db, &ended(None)).unwrap_err();
        assert!(
            says(&why).contains("an agreement has been in force there since 2026-03-01"),
            "{why}"
        );
    });
}

/// R-1 from the middle of February on, at this price.
fn dearer(price: &str) -> String {
    village::TARIFF.replace("2026-01-01", "2026-02-15").replace("0.12", price)
}

/// Tells a version, and shows what telling any fact shows; gives back the bills that it reached.
pub(crate) fn retold(db: &Db, text: &str) -> Vec<(AccountId, i8, i64)> {
    let version = Version { text, cause: Cause::Tariff };
    clean(db);
    let before = books(db);
    let seen = version::preview(db, actor(), version, &mut |_, _| ()).unwrap();
    assert_eq!(books(db), before, "looking keeps nothing");
    assert_eq!(seen.many.failed, [], "{:?}", seen.many.failed);
    clean(db);
    let seen_so = &seen.many.charged;
    let because =
        Because { why: "the filing of January 30", evidence: "docket 26-17", seen: seen_so };
    let done = version::tell(db, actor(), version, because, &mut |_, _| ()).unwrap();
    clean(db);
    let told = Many { reached: Vec::new(), charged: Seen::new(), ..seen.many.clone() };
    assert_eq!(done.many, told);
    let sum: Money = seen.many.reached.iter().map(|it| it.now - it.was).sum();
    assert_eq!(sum, seen.many.more + seen.many.less);
    let list = seen.many.reached.iter().map(|it| {
        let id = db.read(|tx| store::bill::by_number(tx, &it.bill)).unwrap().unwrap();
        let bill = db.read(|tx| store::bill::get(tx, id)).unwrap();
        (it.account, bill.period.start().month(), (it.now - it.was).cents())
    });
    list.collect()
}

/// A second customer, on the other tariff, whom nothing of the first one's reaches.
fn beside(db: &Db) -> AccountId {
    beside_on(db, "E-2", "NM")
}

fn beside_on(db: &Db, serial: &str, code: &str) -> AccountId {
    let mut customer = village::customer(serial, &[DIALS]);
    customer.street = format!("{serial} Mill St");
    customer.services[0].tariff = code.to_owned();
    let account = village::take_on(db, &customer).unwrap().id;
    for (nth, month) in (0..).zip(1..=5) {
        meter_shows(db, serial, date(2026, month, 1), &[nth * 10]);
    }
    account
}

#[test]
fn a_version_reaches_the_bills_of_its_days_on_that_tariff() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        beside(db);
        for (nth, month) in (0..).zip(1..=5) {
            shows(db, date(2026, month, 1), &[nth * 100]);
        }
        (0..3).for_each(|_| bill(db));
        let why = db.write(|tx| tariff::publish(tx, actor(), &dearer("0.24"))).unwrap_err();
        assert!(says(&why).contains("meterbook fact version FILE"), "{why}");
        // 14 of 28 days of February, and all of March; nobody on another tariff.
        assert_eq!(retold(db, &dearer("0.24")), [(ACCOUNT, 2, 600), (ACCOUNT, 3, 1_200)]);
        assert_eq!(stand(db), [(1, 1_200), (2, 1_800), (3, 2_400)]);
        bill(db);
        assert_eq!(stand(db)[3], (4, 2_400));
        // Another text for the same day, and one in the place of what was published for the first day.
        let why = db.write(|tx| tariff::publish(tx, actor(), &dearer("0.18"))).unwrap_err();
        assert!(says(&why).contains("another version"), "{why}");
        let reached = [(ACCOUNT, 2, -300), (ACCOUNT, 3, -600), (ACCOUNT, 4, -600)];
        assert_eq!(retold(db, &dearer("0.18")), reached);
        let cheaper = village::TARIFF.replace("0.12", "0.06");
        assert_eq!(retold(db, &cheaper), [(ACCOUNT, 1, -600), (ACCOUNT, 2, -300)]);
        assert_eq!(stand(db), [(1, 600), (2, 1_200), (3, 1_800), (4, 1_800)]);
    });
}

#[test]
fn a_version_corrects_no_bill_that_reads_the_same() {
    engines::each(|db, _| {
        village::found_once(db);
        let text = "tariff K-1 half-up\nname       Blocks\ncommodity  electric kWh\n\
                    from       2026-01-01\n\nblocks  Energy  0.10 to 400, 0.13 to 900, 0.1533\n\
                    percent  Storm rider  1.75% of Energy\n";
        db.write(|tx| tariff::publish(tx, actor(), text)).unwrap();
        begin(db, "K-1", &[DIALS]);
        for (month, index) in [(1, 0), (2, 100), (3, 600), (4, 700)] {
            shows(db, date(2026, month, 1), &[index]);
        }
        (0..3).for_each(|_| bill(db));
        // A tier that nobody reached, and the same number with another digit.
        let text = text.replace("0.1533", "0.1500");
        assert_eq!(retold(db, &text), []);
        let text = text.replace("1.75%", "1.750%");
        assert_eq!(retold(db, &text), []);
        // 100 kWh of February are a cent cheaper, and 1.75% of that.
        assert_eq!(retold(db, &text.replace("0.13", "0.12")), [(ACCOUNT, 2, -102)]);
    });
}

const RIDER: &str = "rider FUEL half-up\nname       Fuel\ncommodity  electric kWh\n\
                     from       2026-01-01\nvolume  Fuel            0.01\n";

#[test]
fn a_version_of_a_rider_reaches_the_bills_of_every_tariff_that_includes_it() {
    engines::each(|db, _| {
        village::found_once(db);
        let with = |code: &str, price: &str| {
            let text = village::TARIFF.replace("R-1", code).replace("0.12", price);
            format!("{text}include FUEL\n")
        };
        for text in [RIDER, &with("A-1", "0.10"), &with("B-1", "0.20")] {
            db.write(|tx| tariff::publish(tx, actor(), text)).unwrap();
        }
        begin(db, "A-1", &[DIALS]);
        let other = beside_on(db, "E-3", "B-1");
        let apart = beside(db);
        for (nth, month) in (0..).zip(1..=5) {
            shows(db, date(2026, month, 1), &[nth * 100]);
        }
        (0..3).for_each(|_| bill(db));
        let fuel = RIDER.replace("2026-01-01", "2026-03-01").replace("0.01", "0.03");
        let reached = retold(db, &fuel);
        assert_eq!(reached, [(ACCOUNT, 3, 200), (other, 3, 20)]);
        assert!(reached.iter().all(|it| it.0 != apart));
    });
}

#[test]
fn what_a_version_comes_to_otherwise_than_seen_is_left_to_be_looked_at() {
    engines::each(|db, _| {
        three_months(db);
        let text = dearer("0.24");
        let version = Version { text: &text, cause: Cause::Tariff };
        let seen = version::preview(db, actor(), version, &mut |_, _| ()).unwrap().many;
        assert_eq!(seen.charged, Seen::from([(ACCOUNT, Money::from_cents(1_800))]));
        // Another read came in between: 180 and not 200 on March 1.
        shows(db, date(2026, 3, 1), &[180]);
        let because = Because { why: "filed", evidence: "docket", seen: &seen.charged };
        let done = version::tell(db, actor(), version, because, &mut |_, _| ()).unwrap().many;
        assert_eq!((done.bills, done.failures), (0, 1));
        let (account, why) = &done.failed[0];
        assert_eq!(*account, ACCOUNT);
        assert!(why.contains("not to $18.00 as when"), "{why}");
        clean(db);
    });
}

#[test]
fn a_start_told_earlier_of_what_has_no_bill_waits_in_the_turns_that_were_run_without_it() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        for (on, index) in
            [(date(2026, 2, 10), 40), (date(2026, 3, 1), 100), (date(2026, 4, 1), 200)]
        {
            shows(db, on, &[index]);
        }
        let only = db.read(|tx| store::agreement::of_account(tx, ACCOUNT)).unwrap().remove(0);
        let later = Agreement { from: date(2026, 3, 1), ..only.clone() };
        db.write(|tx| store::telling::set_agreement(tx, &later)).unwrap();
        // January and February are run without anybody.
        (0..2).for_each(|_| bill(db));
        let start = |on| Fact::Start { agreement: only.id, on };
        let on = date(2026, 2, 10);
        let seen = looked_at(db, &start(on)).unwrap();
        assert_eq!(told_by(db, actor(), &start(on), &seen).unwrap(), Outcome::Done);
        let run = |which| bill_run::run(db, actor(), which, Until::Posted, &mut |_| ());
        run(Which::Held(Cycle(1), None)).unwrap();
        bill(db);
        let bills = db.read(|tx| store::bill::of_account(tx, ACCOUNT)).unwrap();
        let totals: Vec<i64> = bills.iter().map(|it| it.total.cents()).collect();
        assert_eq!(totals, [1_200, 720]);
        // Days before the turn of the first bill are on none that could be made again.
        let on = date(2026, 1, 20);
        let why = looked_at(db, &start(on)).unwrap_err();
        let turn = date(2026, 2, 1);
        assert_eq!(refusal::<NotTold>(&why), NotTold::EarlierTurn { turn });
        clean(db);
    });
}

#[test]
fn a_version_is_told_by_who_publishes_and_its_bills_are_left_for_who_corrects() {
    engines::each(|db, _| {
        three_months(db);
        let text = dearer("0.24");
        let version = Version { text: &text, cause: Cause::Tariff };
        let tell = |by, why, evidence| {
            let because = Because { why, evidence, seen: &Seen::new() };
            version::tell(db, by, version, because, &mut |_, _| ())
        };
        let why = tell(actor(), " ", "docket").unwrap_err();
        assert_eq!(refusal::<NotTold>(&why), NotTold::NoReason);
        let why = tell(actor(), "filed", " ").unwrap_err();
        assert_eq!(refusal::<NotTold>(&why), NotTold::NoEvidence);
        let ann = with_role(db, "ann", "billing-analyst");
        let why = tell(ann, "filed", "docket").unwrap_err();
        assert!(says(&why).contains("publish-tariff"), "{why}");
        let ray = with_role(db, "ray", "rate-analyst");
        let done = tell(ray, "filed", "docket").unwrap();
        assert!(done.left && done.many == Many::default());
        // Told and not corrected: every bill still comes out as it is.
        clean(db);
        let why = tell(ray, "filed", "docket").unwrap_err();
        let said = "tariff R-1 from 2026-02-15".to_owned();
        assert_eq!(refusal::<NotTold>(&why), NotTold::Same { said });
        let of = ("R-1", date(2026, 2, 15), Cause::Tariff);
        let done = many(db, ann, of, Some("filed"), &mut |_, _| ()).unwrap();
        assert_eq!((done.bills, done.more.cents()), (2, 1_800));
        clean(db);
    });
}

/// How many times what it shows the meter of the first customer counted.
fn multiplied(times: i64, since: Option<(Date, i64)>) -> Fact {
    let since = since.map(|(on, index)| (on, vec![index * 1_000_000]));
    let (point, multiplier_micro) = (ServicePointId(1), times * 1_000_000);
    Fact::Multiplier(Times { point, multiplier_micro, since })
}

#[test]
fn a_multiplier_reaches_every_bill_of_its_meter() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        let other = beside(db);
        for (nth, month) in (0..).zip(1..=5) {
            shows(db, date(2026, month, 1), &[nth * 100]);
        }
        (0..3).for_each(|_| bill(db));
        let of_other = || db.read(|tx| store::bill::of_account(tx, other)).unwrap();
        let before = of_other();
        let forty = multiplied(40, None);
        assert_eq!(told(db, &forty), [(1, 46_800), (2, 46_800), (3, 46_800)]);
        assert_eq!(stand(db), [(1, 48_000), (2, 48_000), (3, 48_000)]);
        assert_eq!(of_other(), before, "the neighbour's meter is another one");
        bill(db);
        assert_eq!(stand(db)[3], (4, 48_000));
        clean(db);
        // It was twenty times, and that again.
        let half: Vec<_> = (1..=4).map(|it| (it, -24_000)).collect();
        assert_eq!(told(db, &multiplied(20, None)), half);
        let why = looked_at(db, &multiplied(20, None)).unwrap_err();
        assert!(says(&why).contains("believed already"), "{why}");
    });
}

#[test]
fn a_multiplier_reaches_the_bills_from_its_day_on() {
    engines::each(|db, _| {
        three_plain_months(db);
        let from = date(2026, 2, 15);
        // 50 kWh of February twice, and all of March.
        assert_eq!(told(db, &multiplied(2, Some((from, 150)))), [(2, 600), (3, 1_200)]);
        assert_eq!(stand(db), [(1, 1_200), (2, 1_800), (3, 2_400)]);
        bill(db);
        assert_eq!(stand(db)[3], (4, 2_400));
        clean(db);
        let why = looked_at(db, &multiplied(3, Some((date(2026, 1, 1), 0)))).unwrap_err();
        assert!(says(&why).contains("hung"), "{why}");
        let why = looked_at(db, &multiplied(0, None)).unwrap_err();
        assert!(says(&why).contains("multiplier"), "{why}");
    });
}

#[test]
fn a_multiplier_takes_two_and_is_on_no_interval_values() {
    engines::each(|db, _| {
        three_months(db);
        let ann = with_role(db, "ann", "billing-analyst");
        let fact = multiplied(2, None);
        let seen = looked_at(db, &fact).unwrap();
        let Outcome::Waits(id) = told_by(db, ann, &fact, &seen).unwrap() else {
            panic!("a multiplier was changed by one")
        };
        let boss = with_role(db, "bea", "administrator");
        db.write(|tx| approval::give(tx, boss, id, "")).unwrap();
        clean(db);
        assert_eq!(stand(db), [(1, 2_400), (2, 2_400), (3, 2_400)]);
    });
    engines::each(|db, _| {
        village::found(db);
        let quarters = [village::quarters(Flow::Delivered)];
        village::take_on(db, &village::customer("E-1", &quarters)).unwrap();
        let why = looked_at(db, &multiplied(2, None)).unwrap_err();
        assert!(says(&why).contains("come with its multiplier on them"), "{why}");
    });
}

/// Held by name: a rebill that crosses a tariff change. Each price is on its own days, whatever is told
/// first: the read, the version or the tariff of the agreement.
#[test]
fn what_is_told_across_a_change_of_price_has_each_price_on_its_own_days() {
    engines::each(|db, _| {
        begin(db, "R-1", &[DIALS]);
        db.write(|tx| tariff::publish(tx, actor(), &dearer("0.24"))).unwrap();
        for (month, index) in [(1, 0), (2, 0), (3, 280)] {
            shows(db, date(2026, month, 1), &[index]);
        }
        (0..2).for_each(|_| bill(db));
        assert_eq!(stand(db), [(1, 0), (2, 5_040)]);
        // January's bill of no use says the multiplier too.
        assert_eq!(told(db, &multiplied(2, None)), [(1, 0), (2, 5_040)]);
        // 280 kWh at 0.12 and 280 at 0.24; then at 0.48.
        assert_eq!(retold(db, &dearer("0.48")), [(ACCOUNT, 2, 6_720)]);
        let id = db.read(|tx| store::bill::of_account(tx, ACCOUNT)).unwrap()[0].id;
        let lines = db.read(|tx| store::bill::get(tx, id)).unwrap().segments.remove(0).lines;
        let cents: Vec<i64> = lines.iter().map(|it| it.amount.cents()).collect();
        assert_eq!(cents, [3_360, 13_440]);
        // A price agreed on for four days across the change: 2 of them on either side.
        let (from, to) = (date(2026, 2, 13), Some(date(2026, 2, 17)));
        let agreed = SpecialPrice { label: "Energy".to_owned(), nano: 0, from, to };
        assert_eq!(told(db, &that(Said::Price(agreed))), [(2, -480 - 1_920)]);
    });
}
