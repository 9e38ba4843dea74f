//! Credit: that rules, security and what is to be charged come back as they were kept, and what the
//! database refuses of them.

use anyhow::Result;
use jiff::civil::date;
use meterbook_checks::engines;
use meterbook_core::account::Account;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::credit::agency::{Asked, File, Item};
use meterbook_core::credit::budget::How;
use meterbook_core::credit::circumstance::{Circumstance, Fact};
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::plan::{Ending, Pays, Plan};
use meterbook_core::credit::pledge::{self, Pledge};
use meterbook_core::credit::protection::{Granted, Weather};
use meterbook_core::credit::{Noun, Shield};
use meterbook_core::id::{
    AccountId, AccountNumber, AgencyFileId, AttemptId, BillId, MailingId, OrderId, PaymentId,
    PersonId,
};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::person::Person;
use meterbook_store::budget::{Budget, Levelled};
use meterbook_store::circumstance::Said;
use meterbook_store::collection::{Case, Taken};
use meterbook_store::deposit::{self, Guarantee, Less};
use meterbook_store::late_fee::LateFee;
use meterbook_store::notice::Letter;
use meterbook_store::protection::Protection;
use meterbook_store::{self as store, Conflict, Tx};

use crate::sample;

fn part(nth: i64) -> Charge {
    Charge {
        key: format!("deposit-asked/1/2026-08-01/{nth}"),
        kind: ChargeFor::Deposit,
        account: sample::ACCOUNT,
        amount: Money::from_cents(50_00),
        on: date(2026, 8, 1),
        asked_by: None,
        label: format!("Security deposit {nth}/2"),
        bill: None,
    }
}

fn asked() -> deposit::Asked {
    deposit::Asked {
        key: "deposit-asked/1/2026-08-01".to_owned(),
        account: sample::ACCOUNT,
        credit: Credit::Poor,
        amount: Money::from_cents(10_000),
        parts: 2,
        on: date(2026, 8, 1),
    }
}

fn guarantee() -> Guarantee {
    Guarantee {
        key: "guarantee/1/2026-08-01".to_owned(),
        account: sample::ACCOUNT,
        by: AccountId(77),
        most: Money::from_cents(20_000),
        from: date(2026, 8, 1),
        ended: Some(date(2026, 9, 1)),
    }
}

fn less() -> Less {
    Less { from: date(2026, 8, 1), amount: Money::from_cents(50_00) }
}

/// Keeps one of everything of credit.
pub(crate) fn keep(tx: &mut Tx) -> Result<()> {
    // Somebody of whom nothing else is known.
    let person = Person { id: PersonId(77), name: "Zed Vale".to_owned(), ..sample::person() };
    store::person::add(tx, &person)?;
    let number = AccountNumber::new(10_000_077).expect("it has eight digits");
    let other = Account { id: AccountId(77), number, person: person.id, ..sample::account() };
    store::account::add(tx, &other)?;
    store::credit::say(tx, Noun::Deposit, date(2026, 8, 1), "credited yearly")?;
    store::credit::ask(tx, &[part(1), part(2)], "late twice")?;
    store::credit::forget(tx, &part(2).key, date(2026, 8, 2), "paid at once")?;
    store::deposit::ask(tx, &asked(), "late twice")?;
    store::deposit::guarantee(tx, &guarantee(), "by letter")?;
    store::deposit::lessen(tx, &guarantee().key, less())?;
    store::deposit::release(tx, &guarantee().key, date(2026, 9, 1), "by letter")?;
    store::deposit::earn(tx, sample::ACCOUNT, 1, date(2026, 9, 1), Money::from_cents(12))?;
    store::late_fee::add(tx, &late())?;
    let paid = ("paid", Money::from_cents(40));
    store::late_fee::give_back(tx, &late(), paid, date(2026, 9, 2), "in time")?;
    store::late_fee::again(tx, &late(), 2, (date(2026, 9, 3), Money::from_cents(15)), "back")?;
    store::plan::add(tx, &plan(), "by phone")?;
    store::online::of_plan(tx, AttemptId(1), &plan().key, Money::from_cents(1_00))?;
    store::plan::say_pays(tx, &plan().key, Pays::Debit, plan().agreed, "by phone")?;
    store::plan::end(tx, &plan().key, Ending::Broken, date(2026, 10, 1), "not paid")?;
    store::budget::add(tx, &budget(), "by phone")?;
    store::budget::bill(tx, &budget().key, &levelled())?;
    let said = (1, date(2026, 9, 15));
    store::budget::say_level(tx, &budget().key, said, Money::from_cents(55_00), "off by much")?;
    store::budget::end(tx, &budget().key, date(2026, 10, 1), "by phone")?;
    store::protection::add(tx, &protection())?;
    store::protection::end(tx, &protection().key, date(2026, 8, 20), "moved")?;
    store::protection::say_weather(tx, &weather(20))?;
    store::protection::say_weather(tx, &weather(33))?;
    store::protection::say_weather(tx, &of_file())?;
    store::protection::weather_of_file(tx, &of_file(), sample::batch().id)?;
    store::circumstance::add(tx, &infant())?;
    store::circumstance::end(tx, &infant().key, date(2026, 8, 20), "moved")?;
    store::collection::add(tx, &[case()])?;
    store::collection::take(tx, &[cut()])?;
    store::collection::cut(tx, OrderId(1), &case().key, 1)?;
    store::collection::end(tx, &[(case().key, "paid")], date(2026, 9, 9))?;
    store::collection::switch(tx, "cuts", true, sample::at(), "storm")?;
    store::let_go::add(tx, "cut", date(2026, 9, 2), 80, sample::at())?;
    store::let_go::switch_fees(tx, true, sample::at(), "wrong text")?;
    store::pledge::add(tx, &pledge(), "voucher 7")?;
    store::pledge::receive(tx, &pledge().key, PaymentId(1))?;
    store::pledge::end(tx, &pledge().key, pledge::Ending::Lapsed, date(2026, 9, 9), "part came")?;
    crate::refund::keep(tx)
}

/// The payment that came for it was moved.
fn pledge() -> Pledge {
    Pledge {
        key: "pledge/1/2026-08-01/relief".to_owned(),
        account: sample::ACCOUNT,
        agency: "Relief".to_owned(),
        amount: Money::from_cents(60_00),
        from: date(2026, 8, 1),
        until: date(2026, 9, 1),
        lapses: date(2026, 9, 6),
        received: Vec::new(),
        ended: Some((pledge::Ending::Lapsed, date(2026, 9, 9))),
    }
}

/// What collections told, and whom they sent where.
pub(crate) fn keep_letters(tx: &mut Tx) -> Result<()> {
    store::notice::add(tx, &[letter()])?;
    store::collection::visit(tx, OrderId(1), &case().key, 1)?;
    store::agency::add(tx, &agency(), sample::at())
}

fn letter() -> Letter {
    let (key, mailing, earliest) = (case().key, MailingId(1), date(2026, 9, 12));
    Letter { key, nth: 1, again: 0, step: Step::Notice, mailing, earliest }
}

fn agency() -> File {
    let item = Item {
        account: sample::ACCOUNT,
        number: sample::account().number,
        asked: Asked::Place,
        amount: Money::from_cents(90_00),
        oldest: date(2026, 8, 1),
        name: "Dana Okafor".to_owned(),
        address: "4 Maple St".to_owned(),
        phone: String::new(),
        why: String::new(),
    };
    let (id, on, sha256) = (AgencyFileId(1), date(2026, 9, 20), "5f".to_owned());
    File { id, on, items: vec![item], sha256 }
}

fn protection() -> Protection {
    Protection {
        key: "medical/1/2026-08-01".to_owned(),
        account: Some(sample::ACCOUNT),
        county: None,
        nth: 1,
        granted: Granted {
            shield: Shield::Medical,
            from: date(2026, 8, 1),
            to: date(2026, 8, 31),
            evidence: "certificate 7".to_owned(),
        },
        ended: Some(date(2026, 8, 20)),
    }
}

fn weather(low: i64) -> Weather {
    let (county, on) = ("Kane".to_owned(), date(2026, 8, 1));
    Weather { county, on, low, high: 40, alert: false, by: String::new() }
}

fn of_file() -> Weather {
    Weather { on: date(2026, 8, 2), by: "KDPA, NWS".to_owned(), ..weather(30) }
}

fn infant() -> Said {
    let (what, from, to) = (Circumstance::Infant, date(2026, 8, 1), Some(date(2027, 8, 1)));
    Said {
        key: "infant/1/2026-08-01".to_owned(),
        account: sample::ACCOUNT,
        fact: Fact { what, from, to },
        evidence: "certificate of birth".to_owned(),
        ended: Some(date(2026, 8, 20)),
    }
}

fn case() -> Case {
    Case {
        key: "case/1/2026-09-01".to_owned(),
        account: sample::ACCOUNT,
        opened: date(2026, 9, 1),
        oldest: date(2026, 8, 1),
        past_due: Money::from_cents(90_00),
        after: 0,
        last: Some((1, date(2026, 9, 2))),
        ended: Some((date(2026, 9, 9), "paid".to_owned())),
    }
}

fn cut() -> Taken {
    let (key, on) = (case().key, date(2026, 9, 2));
    Taken { key, nth: 1, step: Step::Cut, on, past_due: Money::from_cents(90_00) }
}

fn budget() -> Budget {
    Budget {
        key: "budget/1/2026-08-01".to_owned(),
        account: sample::ACCOUNT,
        from: date(2026, 8, 1),
        level: Money::from_cents(50_00),
        ended: Some(date(2026, 10, 1)),
    }
}

fn levelled() -> Levelled {
    let bill = sample::bill();
    let until = bill.days().end();
    Levelled {
        bill: bill.id,
        number: bill.number.0,
        how: How::Levelled,
        actual: bill.total,
        asked: Money::from_cents(50_00),
        next: Money::from_cents(51_00),
        gone: false,
        turn: bill.period,
        until,
    }
}

fn plan() -> Plan {
    Plan {
        key: "plan/1/2026-08-01".to_owned(),
        account: sample::ACCOUNT,
        agreed: date(2026, 8, 1),
        debt: Money::from_cents(90_00),
        of: None,
        through: Some(BillId(1)),
        parts: vec![
            (date(2026, 8, 1), Money::from_cents(30_00)),
            (date(2026, 9, 1), Money::from_cents(60_00)),
        ],
        ended: Some((Ending::Broken, date(2026, 10, 1))),
    }
}

fn late() -> LateFee {
    LateFee {
        bill: BillId(1),
        number: sample::bill().number.0,
        due: sample::bill().due_on,
        nth: 1,
        account: sample::ACCOUNT,
        late_on: date(2026, 9, 1),
        open: Money::from_cents(50_00),
        fee: Money::from_cents(75),
        back: Money::ZERO,
        paid: Money::ZERO,
        turns: 0,
        charged: false,
    }
}

#[test]
fn credit_comes_back_as_it_was_kept() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let all = |tx: &mut Tx| -> Result<()> {
            let said = |tx: &mut Tx, day| store::credit::said(tx, Noun::Deposit, day);
            assert_eq!(said(tx, date(2026, 7, 31))?, None);
            assert_eq!(said(tx, date(2026, 8, 1))?.as_deref(), Some("credited yearly"));
            assert_eq!(store::credit::asked(tx, &[sample::ACCOUNT])?, [part(1)]);
            assert_eq!(store::deposit::asked(tx, sample::ACCOUNT)?, [asked()]);
            assert_eq!(store::deposit::guarantees(tx, sample::ACCOUNT)?, [guarantee()]);
            assert_eq!(store::deposit::lessened(tx, &guarantee().key)?, [less()]);
            let earned = (1, Some(date(2026, 9, 1)), Money::from_cents(12));
            assert_eq!(store::deposit::earned(tx, sample::ACCOUNT)?, earned);
            assert_eq!(store::deposit::secured(tx)?, [sample::ACCOUNT]);
            let (back, turns) = (Money::from_cents(25), 2);
            assert_eq!(
                store::late_fee::of_account(tx, sample::ACCOUNT)?,
                [LateFee { back, paid: back, turns, ..late() }]
            );
            assert_eq!(store::late_fee::verify(tx)?.1.len(), 1, "it is not charged");
            assert_eq!(store::plan::of_account(tx, sample::ACCOUNT)?, [plan()]);
            let pays = store::plan::pays(tx, &plan().key)?;
            assert_eq!(pays, Some((Pays::Debit, plan().agreed)));
            assert_eq!(store::plan::parts(tx, &plan().key)?, 2);
            assert_eq!(store::plan::running(tx)?, []);
            assert_eq!(store::plan::verify(tx)?, (1, vec![]));
            assert_eq!(store::pledge::of_account(tx, sample::ACCOUNT)?, [pledge()]);
            assert_eq!(store::let_go::of(tx, "cut", date(2026, 9, 2))?, [80]);
            assert_eq!(store::let_go::fees_stopped(tx)?.as_deref(), Some("wrong text"));
            assert_eq!(store::pledge::running(tx)?, []);
            assert!(store::pledge::open(tx, date(2026, 9, 6))?.is_empty());
            let open = store::pledge::open(tx, date(2026, 9, 5))?;
            assert_eq!(open.get(&sample::ACCOUNT), Some(&Money::from_cents(60_00)));
            assert_eq!(store::pledge::verify(tx)?, (1, vec![]));
            assert_eq!(store::budget::of_account(tx, sample::ACCOUNT)?, [budget()]);
            assert_eq!(store::budget::bills(tx, &budget().key)?.len(), 1);
            assert_eq!(store::budget::all(tx)?, []);
            let said = Some(Money::from_cents(55_00));
            assert_eq!(store::budget::level_said(tx, &budget().key, 1)?, said);
            assert_eq!(store::budget::level_said(tx, &budget().key, 0)?, None);
            assert_eq!(store::budget::verify(tx)?.1.len(), 1, "it is not charged");
            assert_eq!(store::protection::of_account(tx, sample::ACCOUNT)?, [protection()]);
            let of = &[sample::ACCOUNT];
            let held = store::protection::among(tx, of, date(2026, 8, 19))?;
            assert_eq!(held, [protection()]);
            assert_eq!(store::protection::among(tx, of, date(2026, 8, 20))?, []);
            assert_eq!(store::protection::counties(tx, date(2026, 8, 19))?, []);
            let day = date(2026, 8, 1);
            assert_eq!(store::protection::weather(tx, day, day)?, [weather(33)]);
            let next = date(2026, 8, 2);
            assert_eq!(store::protection::weather(tx, next, next)?, [of_file()]);
            assert_eq!(store::circumstance::of_account(tx, sample::ACCOUNT)?, [infant()]);
            let among = store::circumstance::among(tx, of)?;
            assert_eq!(among[&sample::ACCOUNT], [infant().stands()]);
            let told = store::circumstance::told(tx, of, date(2026, 9, 2))?;
            assert!(told.is_empty(), "a cut tells nobody");
            assert!(store::circumstance::letters(tx, of)?.is_empty(), "nothing went out");
            assert_eq!(store::collection::of_account(tx, sample::ACCOUNT)?, [case()]);
            assert_eq!(store::collection::steps(tx, &case().key)?, [cut()]);
            assert_eq!(store::collection::stopped(tx, "cuts")?.as_deref(), Some("storm"));
            assert_eq!(store::collection::stopped(tx, "notices")?, None);
            assert_eq!(store::collection::verify(tx)?, (1, vec![]));
            assert_eq!(store::notice::of_case(tx, &case().key)?, [letter()]);
            assert_eq!(store::collection::visits(tx, &case().key)?, [(OrderId(1), 1)]);
            assert_eq!(store::agency::get(tx, AgencyFileId(1))?, Some(agency()));
            assert_eq!(store::agency::verify(tx)?, (1, vec![]));
            // What the ledger does not know of is said.
            assert_eq!(store::deposit::liability(tx)?.1.len(), 1);
            Ok(())
        };
        db.read(all).unwrap();
        let again = db.write(|tx| store::deposit::ask(tx, &asked(), "x")).unwrap_err();
        assert!(again.is::<Conflict>());
        let again = db.write(|tx| store::credit::forget(tx, &part(2).key, asked().on, "x"));
        assert!(again.unwrap_err().is::<Conflict>());
        assert!(db.write(|tx| store::late_fee::add(tx, &late())).unwrap_err().is::<Conflict>());
        let again = db.write(|tx| store::credit::say(tx, Noun::Deposit, asked().on, "x"));
        assert!(again.unwrap_err().is::<Conflict>());
    });
}
