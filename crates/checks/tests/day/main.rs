//! One day at the counter of a fresh sample utility, from sign-up to the last bill: the books are
//! checked after each act, and both databases end with the same record.
//!
//! `METERBOOK_DAY_CUSTOMERS` says how many customers it has; `cargo xtask day` takes 20,000.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "a test says what it saw, and how long it took")]

mod record;

use std::cell::RefCell;
use std::path::Path;
use std::time::Instant;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_app::application::{self, Application, At, Metered, Screening, Service, Who};
use meterbook_app::bill_run::last;
use meterbook_app::check::check;
use meterbook_app::demo::{self, Demo};
use meterbook_app::exchange::{self, Exchange, Hang};
use meterbook_app::meter::NewChannel;
use meterbook_app::moves::{self, Made, NewDays, ReadWanted, Start, Stop, Wanted};
use meterbook_app::order::{self, NewOrder, Where};
use meterbook_app::pay::{NewPayment, pay};
use meterbook_app::{Actor, credit_rules, customer_view, fee, landlord, merge, person};
use meterbook_checks::engines;
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::assess::Unusual;
use meterbook_core::credit::Noun;
use meterbook_core::id::{AccountId, PersonId, ServicePointId};
use meterbook_core::ledger::Tender;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::{Money, Unit};
use meterbook_core::moves::{Credit, EffectKind, Fee, MoveKind};
use meterbook_core::order::{CalledOff, OrderKind, State, Step};
use meterbook_core::person::{ContactKind, Language, PersonKind};
use meterbook_core::place::{Commodity, Premise};
use meterbook_store::{self as store, Db, Tx};

/// Customers in the gate.
const CUSTOMERS: usize = 100;

#[test]
fn a_day_at_the_counter() {
    let customers = std::env::var("METERBOOK_DAY_CUSTOMERS");
    let customers = customers.map_or(CUSTOMERS, |it| it.parse().expect("a number of customers"));
    let first: RefCell<Option<record::Record>> = RefCell::new(None);
    engines::each(|db, folder| {
        Day::begin(db, folder, customers).live();
        let kept = record::of(db).unwrap();
        let mut first = first.borrow_mut();
        let other = first.get_or_insert_with(|| kept.clone());
        for (table, rows) in &kept {
            assert_eq!(other.get(table), Some(rows), "{table} on {}", db.location());
        }
        assert_eq!(other.len(), kept.len());
    });
}

/// A customer of the sample who takes electricity, and where.
#[derive(Clone, Debug)]
struct Customer {
    account: AccountId,
    agreement: Agreement,
    premise: Premise,
}

struct Day<'a> {
    db: &'a Db,
    today: Date,
    actor: Actor,
    begun: Instant,
    /// Customers of different premises who take electricity at their own, in the order of their ids.
    customers: Vec<Customer>,
}

impl<'a> Day<'a> {
    /// A fresh utility on the morning after its last bill.
    fn begin(db: &'a Db, folder: &Path, customers: usize) -> Day<'a> {
        let begun = Instant::now();
        let wanted = Demo { customers, seed: 7, leave_open: None };
        demo::make(db, folder, None, wanted, &mut |_, _, _| ()).unwrap();
        println!("{}: {customers} customers made in {:?}", db.location(), begun.elapsed());
        let newest = db.read(|tx| Ok(store::window::newest_run(tx, 1)?.remove(0))).unwrap();
        let today = newest.billed_on.tomorrow().unwrap();
        let at: Timestamp = format!("{today}T15:00:00Z").parse().unwrap();
        let actor = Actor::system(at);
        let customers = db.read(|tx| takers(tx, 12)).unwrap();
        let day = Day { db, today, actor, begun: Instant::now(), customers };
        day.sound("the morning");
        day
    }

    fn live(&self) {
        self.set_fees();
        let (account, person) = self.signs_up();
        self.transfers_and_stays();
        self.landlord_takes_over();
        self.exchanges(account);
        self.pays_before_the_crew_comes();
        self.are_one_and_two_again(person);
        self.leaves_for_good();
    }

    /// Every rule of the books holds after an act.
    fn sound(&self, after: &str) {
        let took = self.begun.elapsed();
        let asked = Instant::now();
        let report = check(self.db).unwrap();
        assert!(report.clean(), "after {after}: {report:?}");
        println!("{took:>10.1?}  {after}; checked in {:.1?}", asked.elapsed());
    }

    fn day(&self, days: i64) -> Date {
        self.today.saturating_add(days.days())
    }

    fn set_fees(&self) {
        let fee = |name: &str, act, cents| Fee {
            name: name.to_owned(),
            act,
            class: None,
            from: self.day(-30),
            to: None,
            amount: Money::from_cents(cents),
            label_en: format!("{name} fee"),
            label_es: format!("Cargo ({name})"),
        };
        let (class, cents) = (CustomerClass::Residential, Money::from_cents(15_000));
        self.db
            .write(|tx| {
                fee::set(tx, self.actor, &fee("Opening", MoveKind::SignUp, 2_500))?;
                fee::set(tx, self.actor, &fee("Closing", MoveKind::Stop, 1_000))?;
                fee::set_deposit(tx, self.actor, class, Credit::Poor, self.day(-30), cents)
            })
            .unwrap();
        self.sound("fees are set");
    }

    /// Somebody new takes electricity and water since ten days; what the meters showed is known.
    fn signs_up(&self) -> (AccountId, PersonId) {
        let service = |commodity, tariff: &str, serial: &str, digits, unit, shown: i64| Service {
            commodity,
            tariff: tariff.to_owned(),
            meter: Metered::By {
                serial: serial.to_owned(),
                channels: vec![NewChannel {
                    form: Form::Register { digits },
                    unit,
                    flow: Flow::Delivered,
                    multiplier_micro: 1_000_000,
                }],
            },
            read: ReadWanted::Given(vec![shown * 1_000_000]),
        };
        let new = Application {
            who: Who::New {
                name: "Wilhelmina Oakhurst".to_owned(),
                kind: PersonKind::Individual,
                language: Language::English,
                phone: Some("555-0177".to_owned()),
                email: None,
            },
            screening: Screening::Strict,
            class: CustomerClass::Residential,
            cycle: Cycle(1),
            credit: Credit::Poor,
            at: At::New {
                street: "9001 Counter Court".to_owned(),
                town: "Cedar Fork".to_owned(),
                region: "IL 60000".to_owned(),
            },
            mail_to: None,
            from: self.day(-10),
            services: vec![
                service(Commodity::Electric, "R-1", "DAY-E-1", 4, Unit::Kwh, 9_990),
                service(Commodity::Water, "W-1", "DAY-W-1", 5, Unit::Kgal, 12),
            ],
        };
        let signed = self.db.write(|tx| application::apply(tx, self.actor, &new)).unwrap();
        let kinds: Vec<EffectKind> = signed.made.effects.iter().map(|it| it.kind).collect();
        assert_eq!(kinds.iter().filter(|it| **it == EffectKind::Starts).count(), 2);
        assert_eq!(signed.deposit, Money::from_cents(15_000));
        self.sound("a sign-up with two services");
        (signed.account.id, signed.account.person)
    }

    /// Across town on a day to come, on another day, and not at all.
    fn transfers_and_stays(&self) {
        let [mover, leaver] = [0, 1].map(|nth| &self.customers[nth]);
        let left = self.ask(&stop(leaver, self.day(20), ReadWanted::Ordered));
        let before = self.of(mover.account);
        let wanted = Wanted {
            kind: MoveKind::Transfer,
            starts: vec![Start {
                point: leaver.agreement.service_point,
                tariff: leaver.agreement.tariff.clone(),
                read: ReadWanted::Ordered,
            }],
            starts_on: Some(self.day(25)),
            ..stop(mover, self.day(27), ReadWanted::Ordered)
        };
        let plan = self.db.read(|tx| moves::plan(tx, self.actor, &wanted)).unwrap();
        let made = self.ask(&wanted);
        assert_eq!(plan.effects.len(), made.effects.len(), "a preview is what happens");
        let orders = self.open_of(&made);
        assert!(orders.iter().any(|it| *it == (OrderKind::Connect, self.day(25))), "{orders:?}");
        self.sound("a transfer to come");

        let (starts_on, stops_on) = (Some(self.day(30)), Some(self.day(33)));
        let to = NewDays { starts_on, stops_on, read: ReadWanted::Ordered };
        let (id, seen) = (made.of.id, made.of.version);
        let made = self.db.write(|tx| moves::redate(tx, self.actor, id, seen, &to)).unwrap();
        let orders = self.open_of(&made);
        assert!(orders.iter().all(|it| self.day(30) <= it.1), "{orders:?}");
        self.sound("it is on other days");

        let (id, seen) = (made.of.id, made.of.version);
        self.db.write(|tx| moves::cancel(tx, self.actor, id, seen)).unwrap();
        assert!(self.open_of(&made).is_empty());
        assert_eq!(self.of(mover.account), before, "as if it had never been asked for");
        assert!(!self.open_of(&left).is_empty(), "the other move stands");
        self.sound("it is cancelled");
    }

    /// A tenant goes today; the landlord has it from today on.
    fn landlord_takes_over(&self) {
        let [owner, tenant] = [2, 3].map(|nth| &self.customers[nth]);
        let what = (Commodity::Electric, "R-1");
        let (premise, from) = (tenant.premise.id, self.day(-20));
        self.db
            .write(|tx| landlord::agree(tx, self.actor, premise, owner.account, what, from))
            .unwrap();
        let made = self.ask(&stop(tenant, self.today, ReadWanted::Ordered));
        let reverts = made.effects.iter().find(|it| it.kind == EffectKind::Reverts).unwrap();
        assert_eq!((reverts.account, reverts.on), (owner.account, self.today));
        assert!(self.open_of(&made).iter().all(|it| it.0 != OrderKind::Disconnect));
        self.sound("a landlord takes over");
    }

    /// The new customer's meter went past its last digit, and another one hangs in its place.
    fn exchanges(&self, account: AccountId) {
        let there = self.of(account);
        let next = Hang {
            point: there[0].service_point,
            on: self.today,
            serial: "DAY-E-2".to_owned(),
            channels: vec![NewChannel {
                form: Form::Register { digits: 5 },
                unit: Unit::Kwh,
                flow: Flow::Delivered,
                multiplier_micro: 1_000_000,
            }],
            first: vec![0],
        };
        let new = Exchange { last: vec![12_000_000], next };
        self.db.write(|tx| exchange::exchange(tx, self.actor, &new)).unwrap();
        self.sound("an exchange of a meter that rolled over");
        // They leave on the same day: what is billed says that 9,990 to 12 is 22 kWh.
        let person = self.db.read(|tx| store::account::get(tx, account)).unwrap();
        assert_eq!(person.id, account);
        let stops = there.iter().map(|it| {
            let read = if it.service_point == new.next.point {
                ReadWanted::Ordered
            } else {
                ReadWanted::Given(vec![14_000_000])
            };
            Stop { agreement: it.id, read }
        });
        let wanted = Wanted {
            kind: MoveKind::Stop,
            account,
            stops: stops.collect(),
            stops_on: Some(self.today),
            starts: Vec::new(),
            starts_on: None,
            credit: None,
        };
        self.ask(&wanted);
        let turn = self.db.read(|tx| {
            let day = self.today.yesterday()?;
            store::window::around(tx, Cycle(1), day)
        });
        if turn.unwrap().is_none() {
            self.plan_a_turn();
        }
        let closed =
            self.db.write(|tx| last::make(tx, self.actor, account, Unusual::Accept)).unwrap();
        let used: i64 = closed
            .bills
            .iter()
            .flat_map(|it| &it.segments)
            .filter(|it| it.commodity == Commodity::Electric)
            .map(|it| it.usage.micro)
            .sum();
        assert_eq!(used, 22_000_000);
        let charged = self.db.read(|tx| store::charge::of_account(tx, account)).unwrap();
        assert_eq!(charged.len(), 2, "two fees, and no security of who leaves: {charged:?}");
        let sum: Money = closed.bills.iter().map(|it| it.total).sum();
        let owed = self.db.read(|tx| store::ledger::balance(tx, account)).unwrap();
        assert_eq!(owed, sum + Money::from_cents(3_500));
        self.sound("the last bill of who came and went");
    }

    /// The turn of the first cycle in which today is.
    fn plan_a_turn(&self) {
        self.db
            .write(|tx| {
                let last = store::window::last_of(tx, Cycle(1))?.unwrap();
                let end = self.day(10);
                let turn = meterbook_app::window::NewWindow {
                    period: meterbook_core::period::Period::new(last.period.end(), end).unwrap(),
                    billed_on: end.checked_add(2.days())?,
                    due_on: end.checked_add(23.days())?,
                };
                meterbook_app::window::plan(tx, self.actor, Cycle(1), &[turn])
            })
            .unwrap();
    }

    /// A crew is sent to cut somebody off, who pays before it comes.
    fn pays_before_the_crew_comes(&self) {
        // The sample's ladder lets nobody be cut off without its own notice.
        let rules = "least any 25.00\nstep any reminder 6 days\nresume 90 days\n";
        let say =
            |tx: &mut Tx| credit_rules::say(tx, self.actor, Noun::Collection, self.today, rules);
        self.db.write(say).unwrap();
        let (customer, owed) = self.owes();
        let point = Where::Point(customer.agreement.service_point);
        let new =
            NewOrder { off_below: Some(owed), ..NewOrder::plain(OrderKind::Disconnect, point) };
        let sent = self.db.write(|tx| order::add(tx, self.actor, &new)).unwrap();
        self.sound("a disconnection is ordered");
        let payment = NewPayment {
            account: customer.account,
            amount: owed,
            on: self.today,
            tender: Tender::Card,
            reference: "slip 4711".to_owned(),
        };
        self.db.write(|tx| pay(tx, self.actor, &payment)).unwrap();
        let followed = self.db.read(|tx| order::follow(tx, sent.id)).unwrap();
        assert_eq!(followed.stands.state, State::Cancelled);
        assert_eq!(followed.steps.last().unwrap().step, Step::Cancelled(CalledOff::Paid));
        self.sound("a payment calls it off");
    }

    /// The first customer from the fifth on with something past due; one is billed too late to pay
    /// where nobody has.
    fn owes(&self) -> (Customer, Money) {
        let late = self.today.saturating_add(60.days());
        let due = |it: &Customer, on: Date| {
            let view = self.db.read(|tx| {
                let number = store::account::get(tx, it.account)?.number;
                customer_view::of_account(tx, number, on, 0)
            });
            view.unwrap().unwrap().past_due
        };
        let owing = self.db.read(|tx| takers(tx, usize::MAX)).unwrap();
        let owing = owing.into_iter().skip(5).find(|it| Money::ZERO < due(it, self.today));
        owing.map_or_else(
            || panic!("somebody of a year owes; {} would", due(&self.customers[5], late)),
            |it| {
                let owed = due(&it, self.today);
                (it, owed)
            },
        )
    }

    /// A second record of the new customer is made one with the first, and two again.
    fn are_one_and_two_again(&self, kept: PersonId) {
        let twin = self
            .db
            .write(|tx| {
                let (kind, language) = (PersonKind::Individual, Language::English);
                let twin = person::add(tx, self.actor, "Wilhelmina Oakhurst", kind, language)?;
                person::add_contact(tx, self.actor, twin, ContactKind::Email, "w.o@example.test")?;
                Ok(twin)
            })
            .unwrap();
        let contacts = |id| self.db.read(|tx| store::person::contacts(tx, id)).unwrap();
        let before = [contacts(kept), contacts(twin)];
        self.db.write(|tx| merge::merge(tx, self.actor, kept, twin)).unwrap();
        assert_eq!((contacts(kept).len(), contacts(twin).len()), (2, 0));
        self.sound("two records are made one");
        self.db.write(|tx| merge::unmerge(tx, self.actor, twin)).unwrap();
        assert_eq!([contacts(kept), contacts(twin)], before);
        self.sound("and two again");
    }

    /// What ended is billed where its read is there, and said where it is not.
    fn leaves_for_good(&self) {
        let all = last::make_all(self.db, self.actor).unwrap();
        let waiting = all.iter().filter(|it| it.1.is_err()).count();
        println!("            {} last bills, {waiting} wait", all.len() - waiting);
        self.sound("the last bills of the day");
    }

    fn ask(&self, wanted: &Wanted) -> Made {
        self.db.write(|tx| moves::ask(tx, self.actor, wanted)).unwrap()
    }

    fn of(&self, account: AccountId) -> Vec<Agreement> {
        self.db.read(|tx| store::agreement::of_account(tx, account)).unwrap()
    }

    /// What is still to be done for a move, and from which day on.
    fn open_of(&self, made: &Made) -> Vec<(OrderKind, Date)> {
        self.db
            .read(|tx| {
                let mut open = Vec::new();
                for (it, _) in store::order::open(tx, store::order::Which::default(), 999)? {
                    if store::moves::wanting(tx, it.id)?.contains(&made.of.id) {
                        open.push((it.kind, it.not_before));
                    }
                }
                Ok(open)
            })
            .unwrap()
    }
}

fn stop(customer: &Customer, on: Date, read: ReadWanted) -> Wanted {
    Wanted {
        kind: MoveKind::Stop,
        account: customer.account,
        stops: vec![Stop { agreement: customer.agreement.id, read }],
        stops_on: Some(on),
        starts: Vec::new(),
        starts_on: None,
        credit: None,
    }
}

/// The first customers on tariff R-1 who go on taking electricity.
fn takers(tx: &mut Tx, most: usize) -> anyhow::Result<Vec<Customer>> {
    let mut found = Vec::new();
    let mut next = 1;
    while found.len() < most {
        let Ok(point) = store::place::service_point(tx, ServicePointId(next)) else { break };
        next += 1;
        let there = store::agreement::at(tx, point.id)?;
        let Some(agreement) = there.into_iter().find(|it| it.to.is_none()) else { continue };
        if agreement.tariff == "R-1" {
            let premise = store::place::premise(tx, point.premise)?;
            found.push(Customer { account: agreement.account, agreement, premise });
        }
    }
    Ok(found)
}
