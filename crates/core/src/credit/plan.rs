//! Paying in parts: what a utility offers somebody who owes, as a text, and whether what was agreed is
//! kept.
//!
//! ```text
//! months residential 3 6 12    # offered to a class: at most three
//! down   25%                   # at once
//! least  20.00                 # a part is no less
//! debt   50.00 2000.00         # from so much to so much
//! due    with-bills            # or: monthly
//! grace  5 days
//! again  1                     # after so many broken in a year there is none
//! told   by-letter             # that a plan is broken
//! must   weather               # but for what comes due while that shields the account
//! ```
//! What is agreed is parts with days. Whether they are kept follows from what is past due: what is owed,
//! less bills that came later and are not due, less parts that are not due. What a correction added may be
//! paid in parts by itself: such a plan holds that amount and nothing else.

use std::cmp::Reverse;
use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;

use super::{NotRules, Shield, amount, class, lines, percent, whole};
use crate::account::CustomerClass;
use crate::id::{AccountId, BillId, CorrectionId};
use crate::ledger::open::{Item, Open, Side};
use crate::money::{Money, Rounding, Share};

/// Plans that are offered at once.
pub const OFFERS: usize = 3;
/// Months of a plan: more is a mistake.
const MOST: i64 = 120;

/// When parts are due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DueOn {
    /// A month apart.
    #[default]
    Monthly,
    /// On the days on which bills are due.
    WithBills,
}

/// How a plan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// All of it was paid.
    Kept,
    /// A part, or a bill that came later, was not paid.
    Broken,
    /// Somebody ended it.
    Cancelled,
}

/// How the parts of a plan are paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pays {
    /// The customer sees to it.
    #[default]
    Hand,
    /// The mandate of the account takes them.
    Debit,
}

words! {
    Pays { Hand = "by-hand", Debit = "by-debit" }
    DueOn { Monthly = "monthly", WithBills = "with-bills" }
    Ending { Kept = "kept", Broken = "broken", Cancelled = "cancelled" }
}

/// What holds of plans from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    months: Vec<(Option<CustomerClass>, Vec<i64>)>,
    down: Option<Share>,
    least: Money,
    debt: Option<(Money, Money)>,
    /// When parts are due.
    pub due: DueOn,
    /// Days after which what is not paid breaks a plan.
    pub grace: i64,
    again: Option<i64>,
    /// Whether a letter tells that a plan is broken.
    pub told: bool,
    /// Parts must be offered for what comes due while one of these shields the account.
    pub must: Vec<Shield>,
}

/// What somebody may agree to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// In how many months.
    pub months: i64,
    /// The correction of which only what it added is paid so; else all that is owed is.
    pub of: Option<CorrectionId>,
    /// What is paid when: the first may be at once.
    pub parts: Vec<(Date, Money)>,
}

/// What was agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The natural key: an account agrees to one on a day.
    pub key: String,
    /// Whose.
    pub account: AccountId,
    /// The day.
    pub agreed: Date,
    /// How much in all.
    pub debt: Money,
    /// The correction of which it holds what was added, and nothing else that is owed.
    pub of: Option<CorrectionId>,
    /// The newest bill that it is about; those that came later are paid beside it. None of one that holds
    /// what a correction added.
    pub through: Option<BillId>,
    /// What is paid when.
    pub parts: Vec<(Date, Money)>,
    /// How it ended, and the first day without it.
    pub ended: Option<(Ending, Date)>,
}

/// How a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stands {
    /// All that is due is paid.
    InTime,
    /// Something is not, and there are days of grace.
    Behind {
        /// How much.
        by: Money,
    },
    /// Something is not, and there are none any more.
    Broken {
        /// How much.
        by: Money,
    },
    /// Nothing of it is owed any more.
    Done,
}

/// What is to be paid now by who pays in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueNow {
    /// How much of it is parts.
    pub parts: Money,
    /// How much is owed beside the plan.
    pub beside: Money,
    /// The first day by which something of it is to be paid.
    pub by: Date,
}

impl Rules {
    /// Reads a text.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Rules, NotRules> {
        let mut rules = Rules::default();
        lines(text, |words| rules.take(words))?;
        Ok(rules)
    }

    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        match *words {
            ["months", of, ref months @ ..] if !months.is_empty() => {
                if OFFERS < months.len() {
                    return Err(format!("{OFFERS} are offered at most"));
                }
                let months =
                    months.iter().map(|it| whole(it, 1, MOST)).collect::<Result<_, _>>()?;
                self.months.push((class(of)?, months));
            }
            ["down", share] => {
                let share = percent(share)?;
                if Share::WHOLE.nano <= share.nano {
                    return Err("less than all of it is paid at once".to_owned());
                }
                self.down = Some(share);
            }
            ["least", least] => self.least = amount(least)?,
            ["debt", from, to] => self.debt = Some((amount(from)?, amount(to)?)),
            ["due", when] => {
                self.due = DueOn::from_word(when)
                    .ok_or_else(|| format!("{when} is no time; write monthly or with-bills"))?;
            }
            ["grace", days, "days"] => self.grace = whole(days, 0, 90)?,
            ["again", times] => self.again = Some(whole(times, 0, MOST)?),
            ["told", "by-letter"] => self.told = true,
            ["must", ref shields @ ..] if !shields.is_empty() => {
                for it in shields {
                    self.must.push(super::shield(it)?);
                }
            }
            _ => {
                return Err("write months CLASS N N N, down PERCENT, least AMOUNT, \
                            debt AMOUNT AMOUNT, due WHEN, grace N days, again N, told by-letter \
                            or must WHAT"
                    .to_owned());
            }
        }
        Ok(())
    }

    /// The same for whom parts must be offered, whatever is owed and however many plans broke.
    pub fn that_must(self) -> Rules {
        Rules { debt: None, again: None, ..self }
    }

    /// The first day on which a plan is offered again to whom these broke in the last year, the oldest first;
    /// `None` where it is now.
    pub fn again_from(&self, broken: &[Date]) -> Option<Date> {
        let most = usize::try_from(self.again?.max(1)).ok()?;
        let at = broken.len().checked_sub(most)?;
        Some(broken[at].saturating_add(1.year()))
    }

    /// What a class that owes so much may agree to on a day, the shortest first; `dues` are days on which
    /// its next bills are due. Nothing where no line offers it, or so many were broken in a year.
    pub fn offers(
        &self,
        class: CustomerClass,
        debt: Money,
        (on, dues): (Date, &[Date]),
        broken: i64,
    ) -> Vec<Offer> {
        let within = self.debt.is_none_or(|(from, to)| from <= debt && debt <= to);
        let again = self.again.is_none_or(|most| broken < most.max(1));
        let months = self.months.iter().find(|it| it.0.is_none_or(|it| it == class));
        let Some((_, months)) = months.filter(|_| within && again && Money::ZERO < debt) else {
            return Vec::new();
        };
        let down = self.down.map_or(Money::ZERO, |it| it.of(debt).round(Rounding::HalfUp));
        let mut months = months.clone();
        months.sort_unstable();
        let mut offers = Vec::new();
        for many in months {
            let rest = debt.cents() - down.cents();
            if rest.div_euclid(many) < self.least.cents() {
                continue;
            }
            let mut parts = vec![(on, down)];
            for nth in 0..many {
                let more = i64::from(nth < rest.rem_euclid(many));
                let part = Money::from_cents(rest.div_euclid(many) + more);
                parts.push((self.day(on, dues, nth), part));
            }
            parts.retain(|it| it.1 != Money::ZERO);
            offers.push(Offer { months: many, of: None, parts });
        }
        offers
    }

    /// The day of the nth part after the first payment, from zero.
    fn day(&self, on: Date, dues: &[Date], nth: i64) -> Date {
        let dues = match self.due {
            DueOn::Monthly => &[],
            DueOn::WithBills => dues,
        };
        let known = usize::try_from(nth).ok().and_then(|nth| dues.get(nth));
        let (last, many) = (dues.last().copied().unwrap_or(on), dues.len());
        let past = nth + 1 - i64::try_from(many).unwrap_or(nth);
        known.copied().unwrap_or_else(|| last.saturating_add(past.months()))
    }
}

impl Offer {
    /// What rules of corrections offer of what a correction added: each part on its day.
    pub fn of_correction(of: CorrectionId, parts: Vec<(Date, Money)>) -> Offer {
        Offer { months: i64::try_from(parts.len()).unwrap_or(i64::MAX), of: Some(of), parts }
    }

    /// What is paid so in all.
    pub fn debt(&self) -> Money {
        self.parts.iter().map(|it| it.1).sum()
    }
}

impl Plan {
    /// Whether it holds on a day.
    pub fn holds(&self, on: Date) -> bool {
        self.agreed <= on && self.ended.is_none_or(|it| on < it.1)
    }

    /// What of it is not due on a day.
    pub fn not_due(&self, on: Date) -> Money {
        self.parts.iter().filter(|it| on <= it.0).map(|it| it.1).sum()
    }

    /// What of what is open is past due on a day beside it. What was billed until then is due with its
    /// parts, whatever its bills say: the parts that are past due are the oldest of that, and what is due
    /// with the other ones is the newest. What is billed later is due by itself, and so is all that a plan
    /// of what a correction added does not hold.
    pub fn past_due(&self, open: &Open, on: Date) -> Vec<Item> {
        let beside = |it: &Item| match self.of {
            Some(_) => !self.is_about(&it.side),
            None => self.through < it.side.bill,
        };
        let with_parts = |it: &Item| self.of.is_none() && !beside(it);
        let counts = |it: &&Item| !it.side.rolled && (it.side.due < on || with_parts(it));
        let mut due: Vec<Item> = open.items.iter().filter(counts).cloned().collect();
        due.sort_by_key(|it| (beside(it), Reverse((it.side.due, it.side.entry))));
        let mut rest = self.not_due(on);
        for it in &mut due {
            // Of all that is owed a plan holds as much, whatever was paid first of it.
            if self.of.is_some() && beside(it) {
                continue;
            }
            let part = it.left.min(rest);
            (it.left, rest) = (it.left - part, rest - part);
        }
        due.retain(|it| it.left != Money::ZERO);
        due.sort_by_key(|it| (it.side.due, it.side.entry));
        due
    }

    /// What is past due on a day by which it is broken: of one of what a correction added its own parts.
    pub fn behind(&self, open: &Open, on: Date) -> Money {
        let own = |it: &Item| self.of.is_none() || self.is_about(&it.side);
        self.past_due(open, on).iter().filter(|it| own(it)).map(|it| it.left).sum()
    }

    /// What of one that was kept is past due again on a day, because what it was paid with came back. What a
    /// correction added since was no part of it.
    pub fn past_due_again(&self, open: &Open, on: Date) -> Money {
        if !matches!(self.ended, Some((Ending::Kept, _))) {
            return Money::ZERO;
        }
        let is_own = |it: &Side| self.of.is_some() || it.added_by.is_none();
        let again = open.late(on).filter(|it| is_own(&it.side) && self.is_about(&it.side));
        again.map(|it| it.left).sum()
    }

    /// Whether it is broken on a day by what is open then, whoever looks.
    pub fn is_broken(&self, open: &Open, on: Date, grace: i64) -> bool {
        matches!(self.stands(on, grace, |day| self.behind(open, day)), Stands::Broken { .. })
    }

    /// What is left of each part while so much of what it is about is open: what was paid is for the first
    /// parts first.
    pub fn left(&self, open: Money) -> Vec<Money> {
        let mut paid = (self.debt - open).max(Money::ZERO);
        let left = |it: &(Date, Money)| {
            let of = it.1.min(paid);
            paid = paid - of;
            it.1 - of
        };
        self.parts.iter().map(left).collect()
    }

    /// Whether something that is open is what it is about: a bill up to the newest one, or what was owed
    /// otherwise when it was agreed to; or what its correction added.
    pub fn is_about(&self, it: &Side) -> bool {
        let is = match (self.of, it.bill) {
            (Some(_), _) => it.added_by == self.of,
            (None, Some(bill)) => Some(bill) <= self.through,
            (None, None) => it.on <= self.agreed,
        };
        !it.rolled && is
    }

    /// What is open beside what a plan of a corrected amount holds: that asks for itself.
    pub fn beside(&self, open: &Open) -> Open {
        let mut open = open.clone();
        open.items.retain(|it| self.of.is_none() || !self.is_about(&it.side));
        open
    }

    /// What of it is due with later parts than the next one on a day.
    pub fn later(&self, on: Date) -> Money {
        self.not_due(on) - self.next(on).map_or(Money::ZERO, |it| it.2)
    }

    /// What is to be paid on a day: the parts up to the next one, and what is owed beside it. Where all of that
    /// is paid it is the first part that is not; `None` where nothing is owed.
    pub fn due_now(&self, open: &Open, on: Date) -> Option<DueNow> {
        let ours = open.items.iter().filter(|it| !it.side.rolled);
        let (about, beside): (Vec<&Item>, Vec<&Item>) =
            ours.partition(|it| self.is_about(&it.side));
        let sum = |of: &[&Item]| -> Money { of.iter().map(|it| it.left).sum() };
        let (owed, besides) = (sum(&about), sum(&beside));
        let left = self.left(owed);
        let first = self.parts.iter().zip(left).find(|it| it.1 != Money::ZERO);
        let mut parts = (owed - self.later(on)).max(Money::ZERO);
        if parts + besides == Money::ZERO {
            parts = first?.1;
        }
        // What is owed of it beyond its parts has no day of its own.
        let part = first.map_or(on, |((day, _), _)| *day);
        let days = beside.iter().map(|it| it.side.due);
        let by = days.chain((parts != Money::ZERO).then_some(part)).min()?;
        Some(DueNow { parts, beside: besides, by })
    }

    /// The part that is due next on a day, with its number from 1.
    pub fn next(&self, on: Date) -> Option<(usize, Date, Money)> {
        let at = self.parts.iter().position(|it| on <= it.0)?;
        Some((at + 1, self.parts[at].0, self.parts[at].1))
    }

    /// How it stands: `past_due` says what would be past due on a day, of what is owed now, with parts
    /// that are not due then taken off.
    pub fn stands(&self, on: Date, grace: i64, past_due: impl Fn(Date) -> Money) -> Stands {
        let by = past_due(on.saturating_sub(grace.days()).max(self.agreed));
        if Money::ZERO < by {
            return Stands::Broken { by };
        }
        let by = past_due(on);
        if Money::ZERO < by {
            return Stands::Behind { by };
        }
        let over = self.parts.iter().all(|it| it.0 < on);
        // What would be past due if nothing of it were still to come.
        let left = past_due(Date::MAX);
        if over || left == Money::ZERO { Stands::Done } else { Stands::InTime }
    }
}

impl DueNow {
    /// All of it.
    pub fn sum(&self) -> Money {
        self.parts + self.beside
    }

    /// How much of an amount is for parts: as much as is due of them first, and what is more than all of it.
    pub fn parts_of(&self, amount: Money) -> Money {
        let rest = amount - amount.min(self.parts);
        amount - rest.min(self.beside)
    }
}

impl fmt::Display for Stands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stands::InTime => f.write_str("in time"),
            Stands::Behind { by } => write!(f, "behind by {by}"),
            Stands::Broken { by } => write!(f, "broken, {by} is not paid"),
            Stands::Done => f.write_str("paid"),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::ledger::{Debt, EntryKind};

    const TEXT: &str = "months residential 12 3 6\ndown 25%\nleast 20.00\ndebt 50.00 2000.00\n\
        due with-bills\ngrace 5 days\nagain 1\n";

    fn cents(cents: i64) -> Money {
        Money::from_cents(cents)
    }

    #[test]
    fn offers_come_to_the_debt_and_no_part_is_too_small() {
        let rules = Rules::parse(TEXT).unwrap();
        let (on, class) = (date(2026, 1, 31), CustomerClass::Residential);
        let dues = [date(2026, 2, 20), date(2026, 3, 21)];
        let offers = rules.offers(class, cents(20_001), (on, &dues), 0);
        assert_eq!(offers.iter().map(|it| it.months).collect::<Vec<_>>(), [3, 6]);
        let parts: Vec<_> = offers[0].parts.iter().map(|it| it.1.cents()).collect();
        assert_eq!(parts, [50_00, 50_01, 50_00, 50_00]);
        let days: Vec<_> = offers[0].parts.iter().map(|it| it.0).collect();
        assert_eq!(days, [on, dues[0], dues[1], date(2026, 4, 21)]);
        for offer in &offers {
            assert_eq!(offer.parts.iter().map(|it| it.1).sum::<Money>(), cents(20_001));
        }
        assert_eq!(rules.offers(class, cents(49_99), (on, &dues), 0), []);
        assert_eq!(rules.offers(class, cents(20_001), (on, &dues), 1), []);
        assert_eq!(rules.offers(CustomerClass::Commercial, cents(20_001), (on, &dues), 0), []);
        let must = Rules::parse(&format!("{TEXT}must weather\n")).unwrap();
        assert_eq!(must.must, [Shield::Weather]);
        assert_eq!(must.that_must().offers(class, cents(200_100), (on, &dues), 1).len(), 3);
        let monthly = Rules::parse("months any 2\n").unwrap();
        let offers = monthly.offers(class, cents(10_00), (on, &dues), 5);
        assert_eq!(
            offers[0].parts,
            [(date(2026, 2, 28), cents(5_00)), (date(2026, 3, 31), cents(5_00))]
        );
    }

    #[test]
    fn after_plans_that_broke_none_is_offered_for_a_year() {
        let rules = |text| Rules::parse(text).unwrap();
        let days = [date(2026, 1, 9), date(2026, 3, 30)];
        let again = |text, days: &[Date]| rules(text).again_from(days);
        assert_eq!(again("again 1", &[]), None);
        assert_eq!(again("again 1", &days), Some(date(2027, 3, 30)));
        assert_eq!(again("again 2", &days), Some(date(2027, 1, 9)));
        assert_eq!((again("again 3", &days), again("grace 1 days", &days)), (None, None));
    }

    fn plan() -> Plan {
        Plan {
            key: String::new(),
            account: AccountId(1),
            agreed: date(2026, 1, 10),
            debt: cents(90_00),
            of: None,
            through: None,
            parts: (1..=3).map(|it| (date(2026, it, 20), cents(30_00))).collect(),
            ended: None,
        }
    }

    #[test]
    fn a_plan_is_kept_by_what_comes_in_and_broken_after_grace() {
        let plan = plan();
        assert_eq!(plan.not_due(date(2026, 2, 20)), cents(60_00));
        assert_eq!(plan.next(date(2026, 2, 21)), Some((3, date(2026, 3, 20), cents(30_00))));
        assert_eq!(plan.next(date(2026, 3, 21)), None);
        let left = |open: i64| plan.left(cents(open)).iter().map(|it| it.cents()).sum::<i64>();
        assert_eq!(plan.left(cents(90_00)), [30_00, 30_00, 30_00].map(cents));
        assert_eq!(plan.left(cents(45_00)), [0, 15_00, 30_00].map(cents));
        // What was asked for besides makes no part bigger.
        assert_eq!((left(95_00), left(0)), (90_00, 0));
        // Nothing else is owed than the plan, of which so much was paid.
        let stands = |on, paid: i64| {
            let owed = cents(90_00 - paid);
            plan.stands(on, 5, |day| (owed - plan.not_due(day)).max(Money::ZERO))
        };
        assert_eq!(stands(date(2026, 1, 20), 0), Stands::InTime);
        assert_eq!(stands(date(2026, 1, 21), 0), Stands::Behind { by: cents(30_00) });
        assert_eq!(stands(date(2026, 1, 25), 0), Stands::Behind { by: cents(30_00) });
        assert_eq!(stands(date(2026, 1, 26), 0), Stands::Broken { by: cents(30_00) });
        assert_eq!(stands(date(2026, 1, 26), 30_00), Stands::InTime);
        assert_eq!(stands(date(2026, 2, 1), 90_00), Stands::Done);
        assert_eq!(stands(date(2026, 3, 21), 90_00), Stands::Done);
        assert_eq!(stands(date(2026, 3, 21), 89_00), Stands::Behind { by: cents(1_00) });
        let ended = Plan { ended: Some((Ending::Broken, date(2026, 2, 1))), ..plan.clone() };
        assert!(ended.holds(date(2026, 1, 31)) && !ended.holds(date(2026, 2, 1)));
        assert!(!ended.holds(date(2026, 1, 9)));
    }

    #[test]
    fn a_plan_of_what_a_correction_added_holds_nothing_else() {
        let by = Some(CorrectionId(7));
        let item = |(entry, due, left, added_by): (i64, Date, i64, Option<CorrectionId>)| {
            let side = Side { on: date(2026, 1, 1), added_by, ..Side::of_bill(entry, due, left) };
            Item { left: side.amount, side }
        };
        let first = date(2026, 1, 20);
        let items =
            [(1, date(2025, 12, 20), 50_00, None), (2, first, 90_00, by), (2, first, 5_00, None)];
        let open = |items: &[(i64, Date, i64, Option<CorrectionId>)]| Open {
            items: items.iter().copied().map(item).collect(),
            credits: Vec::new(),
        };
        let (now, plan) = (open(&items), Plan { of: by, ..plan() });
        let past =
            |open: &Open, on| plan.past_due(open, on).iter().map(|it| it.left).sum::<Money>();
        // The first part is due with the bill; what was past due before is, and keeps the plan.
        assert_eq!((past(&now, first), plan.behind(&now, first)), (cents(50_00), Money::ZERO));
        let next = date(2026, 1, 21);
        assert_eq!((past(&now, next), plan.behind(&now, next)), (cents(85_00), cents(30_00)));
        assert!(!plan.is_broken(&now, date(2026, 1, 25), 5));
        assert!(plan.is_broken(&now, date(2026, 1, 26), 5));
        // What was paid is of the first part; the rest of the account changes nothing.
        let paid = open(&[items[0], (2, first, 60_00, by)]);
        assert_eq!((past(&paid, next), plan.behind(&paid, next)), (cents(50_00), Money::ZERO));
        assert_eq!(plan.beside(&paid).items.len(), 1);
        let done = open(&items[..1]);
        assert_eq!(plan.stands(next, 5, |day| plan.behind(&done, day)), Stands::Done);
    }

    #[test]
    fn what_is_to_be_paid_now_is_the_parts_up_to_the_next_one_and_what_is_beside_them() {
        let item = |entry: i64, (on, due): (Date, Date), left: i64, rolled: bool| {
            let (kind, bill, debt) = (EntryKind::Charge, None, Debt::Other);
            let side = Side { kind, bill, debt, on, rolled, ..Side::of_bill(entry, due, left) };
            Item { left: side.amount, side }
        };
        let (before, later) = (date(2026, 1, 5), date(2026, 2, 10));
        let due = date(2026, 3, 3);
        let now = |on: Date, planned: i64, beside: i64| {
            let items = [
                item(1, (before, before), planned, false),
                item(2, (later, due), beside, false),
                item(3, (later, before), 77_00, true),
            ];
            let items = items.into_iter().filter(|it| it.left != Money::ZERO).collect();
            let now = plan().due_now(&Open { items, credits: Vec::new() }, on)?;
            Some((now.parts.cents(), now.beside.cents(), now.by))
        };
        let part = |month| date(2026, month, 20);
        assert_eq!(now(part(1), 90_00, 0), Some((30_00, 0, part(1))));
        assert_eq!(now(date(2026, 2, 12), 90_00, 40_00), Some((60_00, 40_00, part(1))));
        assert_eq!(now(date(2026, 2, 12), 60_00, 40_00), Some((30_00, 40_00, part(2))));
        // What was paid of the next one is not asked for again, and more than that is beside nothing.
        assert_eq!(now(date(2026, 2, 12), 35_00, 0), Some((5_00, 0, part(2))));
        assert_eq!(now(date(2026, 2, 12), 30_00, 40_00), Some((0, 40_00, due)));
        assert_eq!(now(date(2026, 2, 12), 20_00, 0), Some((20_00, 0, part(3))));
        // What is owed of it beyond its parts is due, and after the last one all of it is.
        assert_eq!(now(part(3), 95_00, 0), Some((95_00, 0, part(1))));
        assert_eq!(now(date(2026, 4, 1), 10_00, 1_00), Some((10_00, 1_00, due)));
        assert_eq!(now(date(2026, 4, 1), 0, 0), None);
        // Another amount is for the parts that are due, then for what is beside them, then for later ones.
        let it = DueNow { parts: cents(30_00), beside: cents(40_00), by: due };
        let parts = [10_00, 30_00, 50_00, 70_00, 80_00].map(|of| it.parts_of(cents(of)).cents());
        assert_eq!((it.sum(), parts), (cents(70_00), [10_00, 30_00, 30_00, 30_00, 40_00]));
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_line() {
        for (text, says) in [
            ("months any 1 2 3 4", "line 1: 3 are offered at most"),
            ("months any", "line 1: write months CLASS"),
            ("months any 0", "line 1: 0 is no whole number from 1 to 120"),
            ("down 100%", "line 1: less than all of it is paid at once"),
            ("due never", "line 1: never is no time"),
            ("debt 1 much", "line 1: much is no amount"),
            ("must rain", "line 1: rain is nothing that shields"),
        ] {
            let why = Rules::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}
