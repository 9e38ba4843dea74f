//! The review of all accounts at once: what is past due of all is what the plain rule says of each, and a
//! run that was ended goes on where it was.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::collection::{self, Done, Part};
use meterbook_app::let_go::{NewSteps, What};
use meterbook_app::{Actor, receipt};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::credit::Noun;
use meterbook_core::credit::collection::Step;
use meterbook_core::id::AccountId;
use meterbook_store as store;
use meterbook_store::debt::Arrears;

use crate::authority::with_role;
use crate::deposit::{at, bill, say, sound};
use crate::jobs::january;
use crate::village::actor;

/// Accounts whose months are left to chance.
const ACCOUNTS: u64 = 120;
const FIRST: Date = date(2026, 1, 1);

/// Chance that comes out the same each time.
struct Chance(u64);

impl Chance {
    /// A number below this one.
    fn below(&mut self, below: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }

    /// Whether something happens that does so many times of a hundred.
    fn of_a_hundred(&mut self, times: u64) -> bool {
        self.below(100) < times
    }
}

/// What some accounts were billed and charged, and what they paid for what, as rows behind the store's back.
#[derive(Default)]
struct Lived {
    rows: String,
    entries: u64,
    payments: u64,
}

impl Lived {
    /// Keeps an entry and what it did to what an account owes, and says which it is.
    fn post(&mut self, kind: &str, key: &str, on: Date, account: u64, cents: i64) -> u64 {
        self.entries += 1;
        let id = self.entries;
        writeln!(
            self.rows,
            "insert into entry (id, kind, effective_on, key, text)
             values ({id}, '{kind}', '{on}', '{key}', '');
             insert into posting (entry_id, position, gl, account_id, amount_cents)
             values ({id}, 0, '1200 receivable', {account}, {cents}), ({id}, 1, '1010 cash', {account}, {});",
            -cents
        )
        .unwrap();
        id
    }

    /// Some months of an account: `(entry, cents)` of what it owed goes into what payments may be for.
    fn account(&mut self, account: u64, chance: &mut Chance) {
        let mut debts: Vec<(u64, i64)> = Vec::new();
        for month in 1..=6_u64 {
            let first = FIRST.saturating_add(i64::try_from(month).unwrap().months());
            let day = |chance: &mut Chance, days: u64| {
                first.saturating_add(i64::try_from(chance.below(days)).unwrap().days())
            };
            let cents = 1_000 + i64::try_from(chance.below(9_000)).unwrap();
            let (id, on) = (account * 10 + month, day(chance, 5));
            let due = on.saturating_add(21.days());
            writeln!(
                self.rows,
                "insert into bill (id, number, account_id, window_id, from_on, to_on, billed_on, due_on,
                     addressed_to, total_cents)
                 values ({id}, 'C-{id}', {account}, 1, '{FIRST}', '{on}', '{on}', '{due}', '', {cents});"
            )
            .unwrap();
            debts.push((self.post("bill", &format!("C-{id}"), on, account, cents), cents));
            if chance.of_a_hundred(20) {
                self.in_parts((account, id), (on, due), cents, chance);
            }
            if chance.of_a_hundred(20) {
                let (cents, on) =
                    (500 + i64::try_from(chance.below(3_000)).unwrap(), day(chance, 28));
                writeln!(
                    self.rows,
                    "insert into charge (key, kind, account_id, amount_cents, charged_on, label)
                     values ('fee/{id}', 'fee', {account}, {cents}, '{on}', 'Visit');"
                )
                .unwrap();
                debts.push((self.post("charge", &format!("fee/{id}"), on, account, cents), cents));
                // What another account owed before is as old as it was there.
                if chance.of_a_hundred(40) {
                    let since = on.saturating_sub(50.days());
                    writeln!(
                        self.rows,
                        "insert into charge_since (key, due_on) values ('fee/{id}', '{since}');"
                    )
                    .unwrap();
                }
            }
            if chance.of_a_hundred(8) {
                writeln!(
                    self.rows,
                    "insert into correction (id, account_id, cause, why, made_on, net_cents)
                     values ({id}, {account}, 'read', 'misread', '{due}', {});
                     insert into bill_cancelled (bill_id, correction_id) values ({id}, {id});",
                    -cents
                )
                .unwrap();
                self.post("cancelled", &format!("C-{id}"), due, account, -cents);
            }
            for _ in 0..chance.below(3) {
                let on = day(chance, 28);
                self.pay(account, on, &debts, chance);
            }
        }
    }

    /// Makes a bill one in the place of another: some of it is as old as it was, and of what was added rules
    /// may take something off.
    fn in_parts(
        &mut self,
        (account, id): (u64, u64),
        (on, due): (Date, Date),
        cents: i64,
        chance: &mut Chance,
    ) {
        let (by, since) = (id + 1_000_000, on.saturating_sub(50.days()));
        let was = 1 + i64::try_from(chance.below(999)).unwrap();
        let added = cents - was;
        let off = i64::try_from(chance.below(2)).unwrap() * added.div_euclid(2);
        writeln!(
            self.rows,
            "insert into correction (id, account_id, cause, why, made_on, net_cents)
             values ({by}, {account}, 'read', 'misread', '{on}', {added});
             insert into bill_due_part (bill_id, nth, due_on, amount_cents, added_by_id, waived)
             values ({id}, 1, '{since}', {was}, null, 0), ({id}, 2, '{due}', {}, {by}, 0);",
            added - off
        )
        .unwrap();
        if off != 0 {
            writeln!(
                self.rows,
                "insert into correction_settled (correction_id, waived_cents, interest_cents, instalments)
                 values ({by}, {off}, 0, 0);
                 insert into bill_due_part (bill_id, nth, due_on, amount_cents, waived)
                 values ({id}, 3, '{due}', {off}, 1);"
            )
            .unwrap();
            self.post("adjustment", &by.to_string(), on, account, -off);
        }
    }

    /// A payment of a whole debt or of any amount; mostly for one that is named, and some come back.
    fn pay(&mut self, account: u64, on: Date, debts: &[(u64, i64)], chance: &mut Chance) {
        self.payments += 1;
        let id = self.payments;
        let nth = chance.below(debts.len() as u64);
        let (entry, whole) = debts[usize::try_from(nth).unwrap()];
        let part = 1 + i64::try_from(chance.below(6_000)).unwrap();
        let cents = if chance.of_a_hundred(60) { whole } else { part };
        writeln!(
            self.rows,
            "insert into payment (id, account_id, amount_cents, paid_on, tender, reference, key)
             values ({id}, {account}, {cents}, '{on}', 'check', '{id}', 'pay/{id}');"
        )
        .unwrap();
        self.post("payment", &format!("pay/{id}"), on, account, -cents);
        if chance.of_a_hundred(70) {
            let meant = cents.min(whole);
            writeln!(
                self.rows,
                "insert into payment_allocation (payment_id, position, entry_id, amount_cents)
                 values ({id}, 0, {entry}, {meant});"
            )
            .unwrap();
        }
        if chance.of_a_hundred(12) {
            writeln!(
                self.rows,
                "insert into payment_reversal (payment_id, how, reversed_on, why)
                 values ({id}, 'returned', '{on}', 'R01');"
            )
            .unwrap();
            self.post("reversal", &format!("pay/{id}"), on, account, cents);
        }
    }
}

#[test]
fn what_is_past_due_of_many_by_chance_is_what_the_plain_rule_says_of_each() {
    engines::each(|db, folder| {
        january(db, folder, 1);
        let mut chance = Chance(20_261_129);
        let mut lived = Lived { entries: 1_000, ..Lived::default() };
        for account in 100..100 + ACCOUNTS {
            writeln!(
                lived.rows,
                "insert into account (id, number, person_id, class, cycle, mail_to, opened_on)
                 values ({account}, {}, 1, 'residential', 1, '', '2026-01-01');",
                meterbook_core::id::AccountNumber::new(i64::try_from(account).unwrap())
                    .unwrap()
                    .digits()
            )
            .unwrap();
            lived.account(account, &mut chance);
        }
        Raw::beside(db).unwrap().run(&lived.rows).unwrap();
        let mut found = 0;
        for days in [40, 75, 110, 180, 400] {
            let on = FIRST.saturating_add(days.days());
            let mut all = Vec::new();
            db.read(|tx| store::debt::arrears(tx, on, |it| all.push(it))).unwrap();
            all.retain(|it| 100 <= it.account.0);
            let each = db.read(|tx| {
                let mut each = Vec::new();
                for id in (100..100 + ACCOUNTS).map(|it| AccountId(i64::try_from(it).unwrap())) {
                    let class = store::account::get(tx, id)?.class;
                    let open = receipt::open_now(tx, id)?;
                    each.extend(open.past_due(on).map(|(past_due, oldest)| Arrears {
                        account: id,
                        class,
                        past_due,
                        oldest,
                    }));
                }
                Ok(each)
            });
            let each = each.unwrap();
            assert_eq!(all, each, "{on}");
            found += each.len();
        }
        assert!(200 < found, "chance made {found} that are past due");
    });
}

#[test]
fn a_run_that_was_ended_goes_on_where_it_was() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        bill(db);
        say(
            db,
            Noun::Collection,
            "least residential 5.00\nstep residential reminder 5 days\nmost reminder 3\n",
        );
        let by = at("2026-03-10");
        // It is ended when the cases are open, before any step is taken.
        let mut seen = Vec::new();
        let ended = catch_unwind(AssertUnwindSafe(|| {
            collection::run_watched(db, by, &[], &mut |at, done, all| {
                seen.push((at, done, all));
                assert_ne!(at, Part::Opens, "ended here");
            })
        }));
        assert!(ended.is_err());
        assert_eq!(seen, [(Part::Look, 0, 1), (Part::Look, 1, 1), (Part::Opens, 3, 3)]);
        assert_eq!(db.read(store::collection::board).unwrap()[0].step, None);
        let rest = collection::run(db, by, &[]).unwrap();
        assert_eq!((rest.opened, rest.taken.get(&Step::Reminder)), (0, Some(&3)));
        assert_eq!(collection::run(db, by, &[]).unwrap(), Done::default(), "once");
        sound(db);
    });
}

#[test]
fn what_may_be_done_in_a_day_is_counted_over_all_its_runs() {
    engines::each(|db, folder| {
        january(db, folder, 4);
        bill(db);
        let rules = "least residential 10.00\nstep residential reminder 5 days\n";
        say(db, Noun::Collection, &format!("{rules}most reminder 2\n"));
        let by = at("2026-03-10");
        assert_eq!(collection::run(db, by, &[]).unwrap().taken.get(&Step::Reminder), Some(&2));
        // Then a third owes enough.
        let less = rules.replace("10.00", "5.00");
        let (day, text) = (date(2026, 2, 1), format!("{less}most reminder 2\n"));
        let rules = |tx: &mut store::Tx| {
            meterbook_app::credit_rules::say(tx, actor(), Noun::Collection, day, &text)
        };
        db.write(rules).unwrap();
        let again = collection::run(db, by, &[]).unwrap();
        let why = (1, "the rules let 2 be done in a day".to_owned());
        assert_eq!(again.stopped.get(&Step::Reminder), Some(&why));
        // Whoever counted what is left asks somebody else to let it go.
        let [ann, bob] =
            ["ann", "bob"].map(|it| Actor { at: by.at, ..with_role(db, it, "administrator") });
        let (what, on) = (What::Step(Step::Reminder), date(2026, 3, 10));
        let asked = Asked::Steps(NewSteps { what, on, many: 1 });
        let went = db.write(|tx| do_or_ask(tx, ann, &asked, "counted")).unwrap();
        let Outcome::Waits(id) = went else { panic!("it was done by one") };
        db.write(|tx| approval::give(tx, bob, id, "counted too")).unwrap();
        let third = collection::run(db, by, &[(Step::Reminder, 3)]).unwrap();
        assert_eq!(third.taken.get(&Step::Reminder), Some(&1));
        sound(db);
    });
}
