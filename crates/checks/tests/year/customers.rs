//! What people do on a day: they pay as they are used to, agree to this and that, and move.

use anyhow::{Context, Result};
use jiff::civil::{Date, date};
use meterbook_app::application::{At, Metered};
use meterbook_app::credit::{self, NewRefund};
use meterbook_app::debit::{self, NewDebits};
use meterbook_app::deposit::{self, NewDeposit};
use meterbook_app::moves::{self, ReadWanted, Stop, Wanted};
use meterbook_app::receipt::{self, For, NewReceipt, NewTender, Share};
use meterbook_app::{budget, plan, suspense};
use meterbook_core::debit::Format;
use meterbook_core::id::AccountId;
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::moves::{Credit, MoveKind};
use meterbook_store as store;

use crate::Year;
use crate::town::{self, Customer, Habit, shows};

const SECURED_ON: Date = date(2026, 1, 20);
const LEVELLED_ON: Date = date(2026, 3, 20);
const MOVES_ON: Date = date(2026, 4, 14);
/// Nothing is paid until then by who pays in parts later.
const IN_PARTS_FROM: Date = date(2026, 3, 12);
/// From here on every other of them pays no part.
const BREAKS_FROM: Date = date(2026, 4, 10);
const DARK_FROM: Date = date(2026, 2, 20);

impl Year<'_> {
    /// Everything that comes in on a day.
    pub(crate) fn take_what_comes(&mut self) {
        for tender in self.bounces.remove(&self.today).unwrap_or_default() {
            let (actor, today) = (self.actor(), self.today);
            let back = self.db.write(|tx| receipt::give_back(tx, actor, tender, today, "no funds"));
            back.unwrap();
            self.count("bounced", 1);
        }
        for account in self.nameless.remove(&self.today).unwrap_or_default() {
            self.name(account);
        }
        self.debit();
        for at in 0..self.customers.len() {
            let mut it = self.customers[at].clone();
            self.decide(&it);
            self.pay(&mut it);
            self.customers[at] = it;
        }
    }

    /// What somebody agrees to, asks for or is asked for.
    fn decide(&mut self, it: &Customer) {
        let (actor, account, today) = (self.actor(), it.account, self.today);
        match it.habit {
            Habit::Secured if today == SECURED_ON => {
                let new = NewDeposit { account, credit: Credit::Poor, amount: None, parts: 3 };
                self.db.write(|tx| deposit::ask(tx, actor, &new, "two bills returned")).unwrap();
            }
            Habit::Levelled if today == LEVELLED_ON => {
                self.db.write(|tx| budget::begin(tx, actor, account, None, "by phone")).unwrap();
                self.count("levelled", 1);
            }
            Habit::InParts if today == IN_PARTS_FROM => {
                self.db.write(|tx| plan::agree(tx, actor, account, (1, None), "by phone")).unwrap();
                self.count("plans", 1);
            }
            Habit::Moving if today == MOVES_ON => self.moves(it),
            _ => {}
        }
    }

    /// What somebody pays today.
    fn pay(&mut self, it: &mut Customer) {
        let due = |days: i64| self.owed(it.account, self.day(-days));
        let dark = DARK_FROM <= self.today;
        let amount = match it.habit {
            Habit::InTime | Habit::Levelled | Habit::Secured | Habit::Moving | Habit::Bouncing => {
                due(0)
            }
            Habit::TooMuch if it.paid % 3 == 1 => due(0) + due(0),
            Habit::TooMuch => due(0),
            Habit::Late => due(12),
            // What a bank sent back is paid otherwise.
            Habit::ByDebit => due(9),
            Habit::NotUntilCutOff if dark && !self.is_cut_off(it) => Money::ZERO,
            Habit::NotUntilCutOff => due(0),
            Habit::InParts => self.part(it),
        };
        if amount <= Money::ZERO {
            return;
        }
        it.paid += 1;
        let nameless = it.habit == Habit::TooMuch && it.paid % 3 == 0;
        let kind = if it.nth % 2 == 0 { Tender::Check } else { Tender::Cash };
        let to = match nameless {
            true => For::Suspense { said: format!("{} Mill St", it.nth) },
            false => For::Account { account: it.account, bill: None },
        };
        let new = NewReceipt {
            on: self.today,
            tenders: vec![NewTender { kind, amount, reference: format!("{}/{}", it.nth, it.paid) }],
            shares: vec![Share { to, amount }],
        };
        let actor = self.actor();
        let came = self.db.write(|tx| receipt::take(tx, actor, &new)).unwrap();
        self.count("payments", 1);
        if it.habit == Habit::Bouncing && it.paid % 2 == 0 {
            self.bounces.entry(self.day(3)).or_default().push(came.tenders[0].id);
        }
        if nameless {
            self.nameless.entry(self.day(4)).or_default().push(it.account);
        } else if it.habit == Habit::TooMuch {
            self.refund(it);
        }
    }

    /// What of an account was due by a day and is owed still.
    fn owed(&self, account: AccountId, by: Date) -> Money {
        let open = self.db.read(|tx| receipt::open_now(tx, account)).unwrap();
        open.items.iter().filter(|it| it.side.due <= by).map(|it| it.left).sum()
    }

    /// What of a plan, and of bills beside it, is past due, for who keeps one.
    fn part(&self, it: &Customer) -> Money {
        let breaks = it.nth.div_euclid(10) % 2 == 1;
        if self.today < IN_PARTS_FROM || breaks && BREAKS_FROM <= self.today {
            return Money::ZERO;
        }
        let of = |tx: &mut store::Tx| {
            let number = store::account::get(tx, it.account)?.number;
            meterbook_app::customer_view::of_account(tx, number, self.day(1), 0)
        };
        self.db.read(of).unwrap().unwrap().past_due
    }

    /// Gives back what was paid too much.
    fn refund(&mut self, it: &Customer) {
        let credit = -self.db.read(|tx| store::ledger::balance(tx, it.account)).unwrap();
        if Money::ZERO < credit {
            let reference = format!("{}/{}", it.nth, it.paid);
            let new = NewRefund { account: it.account, amount: credit, reference };
            let actor = self.actor();
            self.db.write(|tx| credit::refund(tx, actor, &new, "paid twice")).unwrap();
            self.count("refunded", 1);
        }
    }

    /// Somebody calls about money that came without a name.
    fn name(&mut self, account: AccountId) {
        let actor = self.actor();
        let named = self.db.write(|tx| {
            let held = store::suspense::open(tx)?.remove(0);
            let found = suspense::candidates(tx, &held)?;
            assert!(found.iter().any(|it| it.account.id == account), "{found:?}");
            suspense::match_to(tx, actor, held.id, account, "the stub")
        });
        named.unwrap();
        self.count("named", 1);
    }

    /// Takes by direct debit what is due today; one of some comes back.
    fn debit(&mut self) {
        let (actor, settle) = (self.actor(), self.today);
        let format = Format::Nacha;
        if format.banks().first_from(settle) != settle {
            return;
        }
        let taken: Result<_> = self.db.write(|tx| {
            let (many, total) = debit::sum(tx, format, settle)?;
            if many == 0 {
                return Ok(Vec::new());
            }
            debit::make(tx, actor, &NewDebits { format, settle, total })?;
            let file = store::debit::all(tx)?.into_iter().map(|it| it.id).max();
            let file = file.context("it was just made")?;
            let items = store::debit::items(tx, file)?;
            // The bank has it, and may return of it.
            store::debit::write(tx, file, &format!("{:064}", file.0))?;
            Ok(items.into_iter().map(|it| it.tender).collect())
        });
        let taken = taken.unwrap();
        self.count("debited", taken.len());
        if self.today.month() % 2 == 1 {
            let back = self.day(2);
            self.bounces.entry(back).or_default().extend(taken.first().copied());
        }
    }

    /// Somebody leaves, and somebody else comes on the same day.
    fn moves(&mut self, it: &Customer) {
        let (actor, today, nth) = (self.actor(), self.today, it.nth);
        let read = ReadWanted::Given(vec![shows(nth, today) * 1_000_000]);
        let moved: Result<AccountId> = self.db.write(|tx| {
            let agreement = store::agreement::of_account(tx, it.account)?.remove(0).id;
            let stop = Wanted {
                kind: MoveKind::Stop,
                account: it.account,
                stops: vec![Stop { agreement, read }],
                stops_on: Some(today),
                starts: Vec::new(),
                starts_on: None,
                credit: None,
            };
            moves::ask(tx, actor, &stop)?;
            let cycle = store::account::get(tx, it.account)?.cycle;
            let there = At::Known(it.premise);
            town::apply(tx, actor, (nth, cycle, today), there, Metered::AsItIs)
        });
        let account = moved.unwrap();
        self.customers.push(Customer { account, habit: Habit::InTime, paid: 100, ..it.clone() });
        self.count("moved", 1);
    }
}
