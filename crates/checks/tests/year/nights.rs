//! What the utility does: it reads, bills, sends crews, and at night what is due by its rules.

use std::fmt::Write as _;

use jiff::civil::Weekday;
use meterbook_app::bill_run::{self, Until, Which, last, release};
use meterbook_app::close::{self, Level};
use meterbook_app::intake::{self, Import};
use meterbook_app::order::completion::{Completion, complete};
use meterbook_app::order::{self, NewOrder, Where};
use meterbook_app::{collection, deposit, late_fee, plan};
use meterbook_core::bill::run::Stage;
use meterbook_core::credit::plan::Ending;
use meterbook_core::delivery::{State, Way};
use meterbook_core::id::OrderId;
use meterbook_core::money::Money;
use meterbook_core::order::{Connected, OrderKind};
use meterbook_core::period::Period;
use meterbook_store as store;
use meterbook_store::order::Which as WhichOrders;

use crate::town::{CYCLES, Customer, shows};
use crate::{FIRST, Year};

impl Year<'_> {
    /// Reads the meters of turns that end today, and bills those that are to be billed.
    pub(crate) fn bill_what_is_due(&mut self) {
        for (cycle, day) in CYCLES {
            if self.today.day() == day && FIRST < self.today.first_of_month() {
                self.read();
            }
            if self.today.day() == day + 1 && FIRST < self.today.first_of_month() {
                self.bill(cycle);
            }
        }
    }

    fn read(&mut self) {
        let mut text = "meter,date,read,kind\n".to_owned();
        let mut read: Vec<i64> = self.customers.iter().map(|it| it.nth).collect();
        read.sort_unstable();
        read.dedup();
        for nth in read {
            writeln!(text, "Y-{nth},{},{},actual", self.today, shows(nth, self.today)).unwrap();
        }
        let file = self.folder.join("reads.csv");
        std::fs::write(&file, text).unwrap();
        let folder = self.folder;
        let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
        intake::import(self.db, self.actor(), &wanted, &mut |_| ()).unwrap();
    }

    fn bill(&mut self, cycle: meterbook_core::account::Cycle) {
        let (db, actor) = (self.db, self.actor());
        let which = Which::Cycle(cycle);
        let mut stands = bill_run::run(db, actor, which, Until::Posted, &mut |_| ()).unwrap();
        if stands.stage == Stage::Preview {
            let run = db.write(|tx| release::waiting(tx, cycle)).unwrap().id;
            let why = Some("who moved in");
            match release::release(db, actor, run, why, &mut |_| ()).unwrap() {
                release::Released::Posted(now) => stands = now,
                waits => panic!("{waits:?}"),
            }
        }
        assert_eq!(stands.held, 0, "{stands:?}");
        self.count("bills", usize::try_from(stands.billed).unwrap());
    }

    /// A crew cuts off whom it still may, and connects again who paid.
    pub(crate) fn go_out(&mut self) {
        if matches!(self.today.weekday(), Weekday::Saturday | Weekday::Sunday) {
            return;
        }
        for at in 0..self.customers.len() {
            let it = self.customers[at].clone();
            if self.is_cut_off(&it) && !self.has_left(&it) {
                let balance = self.db.read(|tx| store::ledger::balance(tx, it.account)).unwrap();
                if balance <= Money::ZERO {
                    let (actor, place) = (self.actor(), Where::Point(it.point));
                    let new = NewOrder::plain(OrderKind::Reconnect, place);
                    self.db.write(|tx| order::add(tx, actor, &new)).unwrap();
                }
            }
        }
        for (kind, what) in
            [(OrderKind::Disconnect, "cut off"), (OrderKind::Reconnect, "connected again")]
        {
            let which = WhichOrders { kind: Some(kind), ..WhichOrders::default() };
            let open = self.db.read(|tx| store::order::open(tx, which, 999)).unwrap();
            for (order, _) in open {
                if self.carry_out(order.id) {
                    self.count(what, 1);
                }
            }
        }
    }

    /// Whether the crew did it: what is shielded today waits.
    fn carry_out(&self, id: OrderId) -> bool {
        let (actor, on) = (self.actor(), self.today);
        let done = Completion {
            on,
            found: String::new(),
            reads: Vec::new(),
            removed: None,
            set: None,
            photos: Vec::new(),
        };
        self.db
            .write(|tx| {
                order::assign(tx, actor, id, self.crew.id, on)?;
                order::en_route(tx, actor, id)?;
                order::on_site(tx, actor, id)?;
                complete(tx, actor, id, &done)
            })
            .is_ok()
    }

    pub(crate) fn is_cut_off(&self, it: &Customer) -> bool {
        let on = |tx: &mut store::Tx| store::connection::on(tx, it.point, self.today);
        self.db.read(on).unwrap() == Some(Connected::No)
    }

    fn has_left(&self, it: &Customer) -> bool {
        let all = self.db.read(|tx| store::agreement::of_account(tx, it.account)).unwrap();
        all.iter().all(|it| it.to.is_some_and(|to| to <= self.today))
    }

    /// The mail house takes what waits for it: bills, reminders, notices.
    fn post(&mut self) {
        let (db, at, ever) = (self.db, self.actor().at, Period::new(FIRST, self.day(1)).unwrap());
        let sent = db
            .write(|tx| {
                let due = store::outbox::due(tx, Way::Post, ever)?;
                for id in &due {
                    for state in [State::Sending, State::Sent] {
                        store::outbox::add_event(tx, *id, (state, "package"), (None, at))?;
                    }
                }
                Ok(due.len())
            })
            .unwrap();
        self.count("sent", sent);
    }

    /// What rules ask for each night, and the end of the day.
    pub(crate) fn at_night(&mut self) {
        let (db, actor, today) = (self.db, self.actor(), self.today);
        for (account, made) in last::make_all(db, actor).unwrap() {
            let made = made.unwrap_or_else(|why| panic!("{account}: {why}"));
            self.count("bills", made.bills.len());
        }
        for it in plan::review_all(db, actor).unwrap() {
            self.count(if it.how == Ending::Kept { "plans kept" } else { "plans broken" }, 1);
        }
        let given = deposit::review_all(db, actor).unwrap();
        let given = given.iter().filter(|it| it.returned + it.interest != Money::ZERO);
        self.count("deposits", given.count());
        self.count("late fees", late_fee::assess_all(db, actor).unwrap().0);
        let done = collection::run(db, actor, &[]).unwrap();
        assert!(done.stopped.is_empty(), "{:?}", done.stopped);
        for (step, many) in done.taken {
            self.count(step.word(), many);
        }
        self.count("notices again", done.again);
        self.post();
        close::close_day(db, actor, today, "").unwrap();
        if today == today.last_of_month() {
            close::close_month(db, actor, today, Level::Hard, "the month is over").unwrap();
        }
    }
}
