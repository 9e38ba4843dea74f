//! The town: its tariff and rules, its turns, and who lives there.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::application::{self, Application, At, Metered, Screening, Service, Who};
use meterbook_app::mandate::{self, NewMandate};
use meterbook_app::meter::NewChannel;
use meterbook_app::moves::ReadWanted;
use meterbook_app::seal::BankKey;
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, credit_rules, crew, debit, founding, receipt, tariff};
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::bill::Utility;
use meterbook_core::credit::Noun;
use meterbook_core::currency::Currency;
use meterbook_core::debit::{AccountKind, BankNumber, Collects, Scheme, Terms};
use meterbook_core::id::{AccountId, PremiseId, ServicePointId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::moves::Credit;
use meterbook_core::order::Skills;
use meterbook_core::period::Period;
use meterbook_core::person::{Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_store::{self as store, Db, Tx};

use crate::{FIRST, Year};

const TARIFF: &str = "tariff R-1 half-up\nname       Residential service\ncommodity  electric kWh\n\
    from       2026-01-01\n\nmonthly  Customer charge  9.50\nvolume  Energy            0.1213\n";
const RULES: &[(Noun, &str)] = &[
    (
        Noun::Deposit,
        "ask residential poor 90.00\nparts 3 first 40%\ninterest 2026-01-01 1.5%\n\
         credited yearly\nreview 3 on-time\nlongest 24 months\nreturn-as credit\n",
    ),
    (
        Noun::LateFee,
        "fee residential 1.5% monthly\ngrace 5 days\nleast 10.00\nexempt plan dispute\n",
    ),
    (
        Noun::Plan,
        "months residential 2 3\ndown 25%\nleast 5.00\ndebt 20.00 900.00\ngrace 5 days\nagain 2\n",
    ),
    (
        Noun::Budget,
        "class residential\nhistory 12 2\nround 1.00\nvariant yearly\ntrue-up bill\noff 10%\n",
    ),
    (
        Noun::Collection,
        "least residential 20.00\nstep residential reminder 6 days\n\
         step residential notice 12 days\nstep residential cut 24 days least 30.00\ngap 3 days\n\
         by notice dispute\nresume 90 days\n",
    ),
    (Noun::Protection, "no-cut friday weekend\nlasts medical 30 days renewals 2\n"),
];
const ALLOCATION: &str = "pay due bill\npay due any\npay any\n";
const POLICY: &str = "company Alder Creek\ncompany-id 1234567890\norigin 231380104\n\
    bank 231380104 First Bank\nstatement UTILITY\nnorm 5\n";
/// The days of the month on which turns begin.
pub(crate) const CYCLES: [(Cycle, i8); 2] = [(Cycle(1), 1), (Cycle(2), 15)];
const MONTHS: i64 = 14;

/// How somebody pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// When it is due.
    InTime,
    /// Some days after the late fee.
    Late,
    /// Nothing from February on, until it is dark.
    NotUntilCutOff,
    /// When it is due, and every other check comes back.
    Bouncing,
    /// In parts, once two bills are due; every other of them breaks the plan.
    InParts,
    /// What was levelled, from March on.
    Levelled,
    /// When it is due, and security was asked for.
    Secured,
    /// In time, and moves out in the middle of April.
    Moving,
    /// Twice as much each third time and wants it back, without a name the next time.
    TooMuch,
    /// By direct debit.
    ByDebit,
}

const HABITS: [Habit; 10] = [
    Habit::InTime,
    Habit::Late,
    Habit::NotUntilCutOff,
    Habit::Bouncing,
    Habit::InParts,
    Habit::Levelled,
    Habit::Secured,
    Habit::Moving,
    Habit::TooMuch,
    Habit::ByDebit,
];

/// Who lives in the town.
#[derive(Clone, Debug)]
pub(crate) struct Customer {
    /// Theirs is the meter of this number.
    pub(crate) nth: i64,
    pub(crate) account: AccountId,
    pub(crate) premise: PremiseId,
    pub(crate) point: ServicePointId,
    pub(crate) habit: Habit,
    /// How often they paid.
    pub(crate) paid: i64,
}

/// A key that everybody knows.
pub(crate) fn key() -> BankKey {
    BankKey::parse(&"5a".repeat(32)).unwrap()
}

/// What a meter shows on a day: a little more or less each day of the week and each month.
pub(crate) fn shows(nth: i64, on: Date) -> i64 {
    let daily = |day: i64| 5 + nth * 7 % 13 + (day.div_euclid(30) + nth) % 4;
    let days = i64::from((on - FIRST).get_days());
    100 + (0..days).map(daily).sum::<i64>()
}

impl<'a> Year<'a> {
    pub(crate) fn begin(db: &'a Db, folder: &'a Path, customers: i64) -> Year<'a> {
        let first = Actor::system(format!("{FIRST}T12:00:00Z").parse().unwrap());
        let crew = db
            .write(|tx| {
                founding::found(tx, first, &utility())?;
                tariff::publish(tx, first, TARIFF)?;
                for (noun, text) in RULES {
                    credit_rules::say(tx, first, *noun, FIRST, text)?;
                }
                receipt::say_rule(tx, first, FIRST, ALLOCATION)?;
                debit::say_policy(tx, first, FIRST, POLICY)?;
                for (cycle, day) in CYCLES {
                    window::plan(tx, first, cycle, &turns(day))?;
                }
                let crew = crew::add(tx, first, "North", Skills::parse("electric"), 120, 9)?;
                crew::hours(tx, first, &crew, FIRST, "mon-fri 08:00-16:00")?;
                Ok(crew)
            })
            .unwrap();
        Year {
            db,
            folder,
            today: FIRST,
            customers: Vec::new(),
            crew,
            bounces: BTreeMap::new(),
            nameless: BTreeMap::new(),
            happened: BTreeMap::new(),
            begun: Instant::now(),
            many: customers,
        }
    }

    /// Takes on whose service begins today.
    pub(crate) fn take_on(&mut self) {
        let actor = self.actor();
        for nth in 0..self.many {
            let (cycle, day) = CYCLES[usize::try_from(nth.div_euclid(10) % 2).unwrap()];
            if self.today == date(2026, 1, day) {
                let habit = HABITS[usize::try_from(nth).unwrap() % HABITS.len()];
                let of = (nth, cycle, self.today);
                self.customers.push(self.db.write(|tx| take_on(tx, actor, of, habit)).unwrap());
            }
        }
    }
}

fn utility() -> Utility {
    Utility {
        name: "Alder Creek Light".to_owned(),
        remit_to: vec!["PO Box 7".to_owned()],
        phone: "555-0100".to_owned(),
        site: "aldercreek.example".to_owned(),
        zone: "America/Chicago".to_owned(),
        currency: Currency::DOLLARS,
        footer: String::new(),
    }
}

fn turns(day: i8) -> Vec<NewWindow> {
    let begins = |month: i64| date(2026, 1, day).saturating_add(month.months());
    let turn = |month| {
        let period = Period::new(begins(month), begins(month + 1)).unwrap();
        let billed_on = period.end().saturating_add(1.days());
        NewWindow { period, billed_on, due_on: billed_on.saturating_add(21.days()) }
    };
    (0..MONTHS).map(turn).collect()
}

fn take_on(
    tx: &mut Tx,
    actor: Actor,
    of: (i64, Cycle, Date),
    habit: Habit,
) -> anyhow::Result<Customer> {
    let nth = of.0;
    let register = NewChannel {
        form: Form::Register { digits: 6 },
        unit: Unit::Kwh,
        flow: Flow::Delivered,
        multiplier_micro: 1_000_000,
    };
    let metered = Metered::By { serial: format!("Y-{nth}"), channels: vec![register] };
    let at = At::New {
        street: format!("{nth} Mill St"),
        town: "Alder Creek".to_owned(),
        region: "IL 60000".to_owned(),
    };
    let account = apply(tx, actor, of, at, metered)?;
    let agreement = store::agreement::of_account(tx, account)?.remove(0);
    let point = agreement.service_point;
    let premise = store::place::service_point(tx, point)?.premise;
    if habit == Habit::ByDebit {
        let terms = Terms {
            from: of.2,
            holder: format!("Customer {nth}"),
            collects: Collects::WhenDue,
            most: None,
        };
        let number = BankNumber::routed("231380104", &format!("99{nth:06}"), AccountKind::Checking);
        let number = number.expect("it is a number of an account");
        let new = NewMandate { account, scheme: Scheme::Ppd, signed: of.2, terms, number };
        mandate::agree(tx, actor, &key(), &new)?;
    }
    Ok(Customer { nth, account, premise, point, habit, paid: 0 })
}

/// Takes somebody on who takes electricity from a day on.
pub(crate) fn apply(
    tx: &mut Tx,
    actor: Actor,
    (nth, cycle, from): (i64, Cycle, Date),
    at: At,
    meter: Metered,
) -> anyhow::Result<AccountId> {
    let new = Application {
        who: Who::New {
            name: format!("Customer {nth} of {from}"),
            kind: PersonKind::Individual,
            language: if nth % 3 == 0 { Language::Spanish } else { Language::English },
            phone: None,
            email: None,
        },
        screening: Screening::Strict,
        class: CustomerClass::Residential,
        cycle,
        credit: Credit::Good,
        at,
        mail_to: None,
        from,
        services: vec![Service {
            commodity: Commodity::Electric,
            tariff: "R-1".to_owned(),
            meter,
            read: ReadWanted::Given(vec![shows(nth, from) * 1_000_000]),
        }],
    };
    Ok(application::apply(tx, actor, &new)?.account.id)
}
