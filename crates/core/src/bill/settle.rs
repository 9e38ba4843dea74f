//! What of a correction is charged: how far back, above which amount, with which interest and in how
//! many parts, as a utility's regulator says it, in a text.
//!
//! ```text
//! fault       tampering customer
//! reach       utility residential 6
//! reach       any any 12
//! tolerance   1.00
//! interest    3.5% from paid
//! instalments residential
//! ```
//! The first line that fits counts. What the text does not say is not limited.

use std::collections::BTreeMap;
use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;

use super::correct::{Cause, net};
use super::interest::{Since, Story, cent_days};
use super::{Bill, BillNumber};
use crate::account::CustomerClass;
use crate::id::{AccountId, BillId, CorrectionId};
use crate::money::Money;
use crate::text::says_none;

/// Months that a text may reach back: longer than any bill is kept.
const MONTHS: i64 = 600;
/// Days of a year, for interest.
const YEAR: i128 = 365;
/// A whole, in ten-thousandths.
const WHOLE: i128 = 10_000;

/// Whose fault it is that bills were wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The utility's.
    Utility,
    /// The customer's.
    Customer,
}

words! { Fault { Utility = "utility", Customer = "customer" } }

/// The rules of corrections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    faults: Vec<(Cause, Fault)>,
    /// By whose fault and class, `None` for any, so many months.
    reaches: Vec<(Option<Fault>, Option<CustomerClass>, i64)>,
    tolerance: Money,
    /// A year, in ten-thousandths.
    interest: i64,
    /// From when on.
    from: Since,
    /// The classes that may pay in parts; `None` for any.
    instalments: Vec<Option<CustomerClass>>,
}

/// What the rules make of a correction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// What is not charged, because it is too long ago. Below zero it is what an earlier correction did
    /// not charge and this one does not give back, or charges after all.
    pub waived: Money,
    /// What is added to what is given back.
    pub interest: Money,
    /// What of the interest other accounts have, since they pay what was too much.
    pub elsewhere: Vec<(AccountId, Money)>,
    /// In so many parts what is charged may be paid, as many as bills are charged more; 0 or 1 when
    /// it is not offered.
    pub instalments: i64,
    /// Bills that begin before this day are not charged more; `None` where no rule says so.
    pub reach: Option<Date>,
}

/// What a bill that stands in the place of others asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What of its total no correction charged.
    pub waived: Money,
    /// What was asked for, the first bill's first, and by how much each one in its place changed that:
    /// each from the day it was due, or given back.
    pub since: Vec<(Date, Money)>,
    /// The bills in whose place it stands, the first one first, each with what of it was not charged.
    pub of: Vec<(BillNumber, Money)>,
}

/// What of a bill in the place of another is due on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuePart {
    /// The day.
    pub due: Date,
    /// How much, above zero but for what is waived.
    pub amount: Money,
    /// The bill that asked for it by that day; `None` where this one does.
    pub asked_by: Option<BillId>,
    /// The correction that added it to what was asked for before.
    pub added_by: Option<CorrectionId>,
    /// Whether nobody is charged for it; below zero the bill comes to less than is asked for.
    pub waived: bool,
}

/// By bill, of those that stand in the place of others.
pub type AskedBefore = BTreeMap<BillId, Asked>;

/// By bill what was paid of it and of those in whose place it stands, from each day on on which that
/// changed.
pub type PaidBefore = BTreeMap<BillId, Vec<(Date, Money)>>;

/// What became of bills before they are corrected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// What they asked for.
    pub asked: AskedBefore,
    /// What was paid of it, where that is asked ([`Rules::asks_for_paid`]).
    pub paid: PaidBefore,
    /// Which of them another account pays.
    pub paid_by: BTreeMap<BillId, AccountId>,
}

/// Why a text is no rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRules {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, with the way out.
    pub what: String,
}

impl Rules {
    /// Reads a text.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Rules, NoRules> {
        let mut rules = Rules::default();
        if says_none(text) {
            return Ok(rules);
        }
        for (line, text) in (1..).zip(text.lines()) {
            let text = text.split('#').next().unwrap_or_default();
            let words: Vec<&str> = text.split_whitespace().collect();
            if !words.is_empty() {
                rules.take(&words).map_err(|what| NoRules { line, what })?;
            }
        }
        Ok(rules)
    }

    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        match *words {
            ["fault", cause, whose] => {
                let cause = Cause::from_word(cause).filter(|it| Cause::SAID.contains(it));
                let known: Vec<_> = Cause::SAID.iter().map(|it| it.word()).collect();
                let cause =
                    cause.ok_or_else(|| format!("a cause is one of {}", known.join(", ")))?;
                let whose = Fault::from_word(whose)
                    .ok_or_else(|| format!("{whose} is nobody; write utility or customer"))?;
                self.faults.push((cause, whose));
            }
            ["reach", whose, class, months] => {
                let whose = any(whose, Fault::from_word)
                    .ok_or_else(|| format!("{whose} is nobody; write utility, customer or any"))?;
                let months = months.parse().ok().filter(|it| (0..=MONTHS).contains(it));
                let months =
                    months.ok_or_else(|| format!("months are a number from 0 to {MONTHS}"))?;
                self.reaches.push((whose, self::class(class)?, months));
            }
            ["tolerance", amount] => {
                let amount = Money::parse(amount).ok().filter(|it| Money::ZERO <= *it);
                self.tolerance =
                    amount.ok_or("a tolerance is an amount in dollars, such as 1.00")?;
            }
            ["interest", rate, ref from @ ..] => {
                self.interest = percent(rate).ok_or("interest is a percentage such as 3.5%")?;
                self.from = match from {
                    [] => Some(Since::default()),
                    ["from", from] => Since::from_word(from),
                    _ => None,
                }
                .ok_or("interest is from paid or from due, such as interest 3.5% from due")?;
            }
            ["instalments", class] => self.instalments.push(self::class(class)?),
            _ => {
                return Err(
                    "write fault CAUSE WHOSE, reach WHOSE CLASS MONTHS, tolerance AMOUNT, \
                            interest PERCENT [from paid|due] or instalments CLASS"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }

    /// Whose fault it is; the utility's where the text does not say.
    pub fn fault(&self, cause: Cause) -> Fault {
        let said = self.faults.iter().find(|it| it.0 == cause);
        said.map_or(Fault::Utility, |it| it.1)
    }

    /// The day before which bills are not charged more that are corrected `today`.
    pub fn reach(&self, cause: Cause, class: CustomerClass, today: Date) -> Option<Date> {
        let fault = self.fault(cause);
        let fits = |it: &&(Option<Fault>, Option<CustomerClass>, i64)| {
            it.0.is_none_or(|it| it == fault) && it.1.is_none_or(|it| it == class)
        };
        let months = self.reaches.iter().find(fits)?.2;
        today.checked_sub(months.months()).ok()
    }

    /// Whether a correction that comes to so much is too small to make.
    pub fn tolerates(&self, net: Money) -> bool {
        net.abs() < self.tolerance
    }

    /// What a correction is too small below.
    pub fn tolerance(&self) -> Money {
        self.tolerance
    }

    /// What becomes of bills and those in their place, on the day they are corrected.
    pub fn settle(
        &self,
        (cause, class): (Cause, CustomerClass),
        today: Date,
        bills: &[(Bill, Option<Bill>)],
        Before { asked, paid, paid_by }: &Before,
    ) -> Settled {
        let reach = self.reach(cause, class, today);
        let not_charged = not_charged(reach, bills, asked);
        let each = || bills.iter().zip(&not_charged);
        let was: Money = bills.iter().map(|(old, _)| waived_of(old, asked)).sum();
        let waived = not_charged.iter().copied().sum::<Money>() - was;
        let charged = net(bills) - waived;
        // What one account paid too little takes nothing off what another one paid too much.
        let mut stories: BTreeMap<Option<AccountId>, Vec<Story>> = BTreeMap::new();
        for ((old, new), left) in each() {
            stories.entry(paid_by.get(&old.id).copied()).or_default().push(Story {
                asked: since(old, asked),
                paid: paid.get(&old.id).cloned().unwrap_or_default(),
                was: charged_of(old, asked),
                right: total(new.as_ref()) - *left,
            });
        }
        let mut elsewhere = Vec::new();
        let mut interest = Money::ZERO;
        for (by, stories) in stories {
            let given = self.interest_on(&stories, today);
            interest += given;
            elsewhere.extend(by.filter(|_| given != Money::ZERO).map(|by| (by, given)));
        }
        let more = each().filter(|((old, new), left)| {
            !is_before(old, reach) && charged_of(old, asked) < total(new.as_ref()) - **left
        });
        let offered = self.instalments.iter().any(|it| it.is_none_or(|it| it == class));
        let parts = i64::try_from(more.count()).unwrap_or(i64::MAX);
        let instalments = if offered && Money::ZERO < charged { parts } else { 0 };
        Settled { waived, interest, elsewhere, instalments, reach }
    }

    /// Whether there may be interest on what these bills give back.
    pub fn bear_interest(&self, bills: &[(Bill, Option<Bill>)]) -> bool {
        let gives = bills.iter().any(|(old, new)| total(new.as_ref()) < old.total);
        self.interest != 0 && gives
    }

    /// Whether that goes by what was paid.
    pub fn asks_for_paid(&self, bills: &[(Bill, Option<Bill>)]) -> bool {
        self.from == Since::Paid && self.bear_interest(bills)
    }

    /// Simple interest on what was too much, to the cent; none where together they do not come to less.
    fn interest_on(&self, bills: &[Story], today: Date) -> Money {
        let more: Money = bills.iter().map(|it| it.right - it.was).sum();
        if Money::ZERO <= more {
            return Money::ZERO;
        }
        let of = WHOLE * YEAR;
        let cent_days = cent_days(bills, self.from, today);
        let cents = (2 * cent_days * i128::from(self.interest) + of).div_euclid(2 * of);
        Money::from_cents(i64::try_from(cents).unwrap_or(i64::MAX))
    }
}

/// Of each bill that is made what is not charged of it: where those before the reach come to more
/// together than was asked for, each stays at that.
pub fn not_charged(
    reach: Option<Date>,
    bills: &[(Bill, Option<Bill>)],
    asked: &AskedBefore,
) -> Vec<Money> {
    let more = |(old, new): &(Bill, Option<Bill>)| match is_before(old, reach) {
        true => total(new.as_ref()) - charged_of(old, asked),
        false => Money::ZERO,
    };
    let each: Vec<Money> = bills.iter().map(more).collect();
    // Use that only moved from one old bill to another is nobody's loss.
    match Money::ZERO < each.iter().copied().sum() {
        true => each,
        false => vec![Money::ZERO; bills.len()],
    }
}

/// What the bill that is made in the place of another one asked for, and both before it.
pub fn asked_with((old, new): (&Bill, &Bill), waived: Money, asked: &AskedBefore) -> Asked {
    let more = new.total - waived - charged_of(old, asked);
    let mut since = since(old, asked);
    // What is less was given back at once.
    since.push((if more < Money::ZERO { new.billed_on } else { new.due_on }, more));
    let mut of = asked.get(&old.id).map_or_else(Vec::new, |it| it.of.clone());
    of.push((old.number.clone(), waived_of(old, asked)));
    Asked { waived, since, of }
}

/// What of a bill is due when that a correction makes on a day in the place of another one, of which that
/// is `was`, nothing where it had one day for all; so much of it is not charged. What was past due is as
/// old as it was; what a bill comes to less is off what was due last; the rest is due with the new bill.
/// Nothing of one that asks for nothing.
pub fn due_parts(
    (old, was): (&Bill, &[DuePart]),
    (new, waived): (&Bill, Money),
    (id, on): (CorrectionId, Date),
) -> Vec<DuePart> {
    let part = |due, amount| DuePart { due, amount, asked_by: None, added_by: None, waived: false };
    let whole = part(old.due_on, old.total);
    let was = if was.is_empty() { &[whole][..] } else { was };
    let (mut rest, mut parts) = (new.total - waived, Vec::new());
    for it in was.iter().filter(|it| !it.waived) {
        let amount = it.amount.min(rest);
        if Money::ZERO < amount {
            let asked_by = it.asked_by.or(Some(old.id));
            let it = DuePart { amount, asked_by, ..*it };
            // What was not past due yet is asked for by the new day.
            let later = DuePart { due: new.due_on, asked_by: None, ..it };
            parts.push(if it.due < on { it } else { later });
            rest = rest - amount;
        }
    }
    if Money::ZERO < rest {
        parts.push(DuePart { added_by: Some(id), ..part(new.due_on, rest) });
        rest = Money::ZERO;
    }
    // What is given back of one that asks for nothing has no day.
    if waived != Money::ZERO || rest != Money::ZERO && !parts.is_empty() {
        parts.push(DuePart { waived: true, ..part(new.due_on, waived + rest) });
    }
    parts
}

fn is_before(bill: &Bill, reach: Option<Date>) -> bool {
    reach.is_some_and(|reach| bill.period.start() < reach)
}

fn total(bill: Option<&Bill>) -> Money {
    bill.map_or(Money::ZERO, |it| it.total)
}

fn waived_of(bill: &Bill, asked: &AskedBefore) -> Money {
    asked.get(&bill.id).map_or(Money::ZERO, |it| it.waived)
}

fn charged_of(bill: &Bill, asked: &AskedBefore) -> Money {
    bill.total - waived_of(bill, asked)
}

fn since(bill: &Bill, asked: &AskedBefore) -> Vec<(Date, Money)> {
    asked.get(&bill.id).map_or_else(|| vec![(bill.due_on, bill.total)], |it| it.since.clone())
}

impl Settled {
    /// What it takes off what the bills come to.
    pub fn off(&self) -> Money {
        self.waived + self.interest
    }

    /// What of that other accounts have.
    pub fn interest_elsewhere(&self) -> Money {
        self.elsewhere.iter().map(|it| it.1).sum()
    }

    /// The parts that `net` may be paid in, the first with what does not divide; none where they are
    /// not offered.
    pub fn parts(&self, net: Money) -> Vec<Money> {
        if self.instalments < 2 || net <= Money::ZERO {
            return Vec::new();
        }
        let each = net.cents().div_euclid(self.instalments);
        let first = net.cents() - each * (self.instalments - 1);
        let rest = (1..self.instalments).map(|_| each);
        [first].into_iter().chain(rest).map(Money::from_cents).collect()
    }
}

fn class(word: &str) -> Result<Option<CustomerClass>, String> {
    let known: Vec<_> = CustomerClass::ALL.iter().map(|it| it.word()).collect();
    any(word, CustomerClass::from_word)
        .ok_or_else(|| format!("{word} is no class; write any or one of {}", known.join(", ")))
}

fn any<T>(word: &str, of: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if word == "any" { Some(None) } else { of(word).map(Some) }
}

/// `3.5%` in ten-thousandths, below a whole.
fn percent(text: &str) -> Option<i64> {
    let number = text.strip_suffix('%')?;
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    if whole.is_empty() || 2 < part.len() || !digits(whole) || !digits(part) {
        return None;
    }
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    let all = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part)?;
    (all <= 10_000).then_some(all)
}

impl fmt::Display for NoRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for NoRules {}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::bill::BillNumber;
    use crate::id::{AccountId, BillId, WindowId};
    use crate::period::Period;

    const TEXT: &str = "fault tampering customer # by law\nreach utility residential 6\n\
                        reach utility any 24\ntolerance 1.00\ninterest 3.65% from due\ninstalments residential\n";
    const TODAY: Date = date(2026, 7, 1);

    fn bill(month: i8, dollars: i64) -> Bill {
        let period = Period::month(2026, month).unwrap();
        Bill {
            id: BillId(1),
            number: BillNumber("B-1".to_owned()),
            account: AccountId(1),
            window: WindowId(1),
            period,
            billed_on: period.end(),
            due_on: period.end(),
            addressed_to: Vec::new(),
            segments: Vec::new(),
            once: Vec::new(),
            summed: Vec::new(),
            total: Money::from_cents(dollars * 100),
        }
    }

    /// Of each month what it was and what it is.
    fn settled(bills: &[(i8, i64, i64)]) -> Settled {
        let pairs: Vec<_> = bills
            .iter()
            .map(|&(month, was, now)| (bill(month, was), Some(bill(month, now))))
            .collect();
        let of = (Cause::Meter, CustomerClass::Residential);
        Rules::parse(TEXT).unwrap().settle(of, date(2026, 9, 1), &pairs, &Before::default())
    }

    #[test]
    fn the_first_line_that_fits_says_how_far_back() {
        let rules = Rules::parse(TEXT).unwrap();
        let reach = |cause, class| rules.reach(cause, class, TODAY);
        assert_eq!(reach(Cause::Meter, CustomerClass::Residential), Some(date(2026, 1, 1)));
        assert_eq!(reach(Cause::Meter, CustomerClass::Commercial), Some(date(2024, 7, 1)));
        assert_eq!(reach(Cause::Tampering, CustomerClass::Residential), None);
        assert!(
            rules.tolerates(Money::from_cents(-99)) && !rules.tolerates(Money::from_cents(100))
        );
    }

    #[test]
    fn what_is_too_long_ago_is_not_charged_and_all_that_was_too_much_is_given_back() {
        // Reached back to March 1.
        let it = settled(&[(1, 10, 40), (3, 10, 30), (4, 10, 21)]);
        assert_eq!(it.waived, Money::from_cents(3_000));
        assert_eq!(
            (it.interest, it.instalments, it.reach),
            (Money::ZERO, 2, Some(date(2026, 3, 1)))
        );
        let parts = it.parts(Money::from_cents(3_101)).into_iter().map(Money::cents);
        assert_eq!(parts.collect::<Vec<_>>(), [1_551, 1_550]);
        // What moved from one old month to another is no charge.
        assert_eq!(settled(&[(1, 10, 40), (2, 40, 10), (3, 10, 30)]).waived, Money::ZERO);
    }

    #[test]
    fn what_was_paid_too_much_bears_interest_since_it_was_due() {
        // $1,000 at 3.65 % is a dime a day; due on June 1, given back on September 1.
        let it = settled(&[(5, 2_000, 1_000)]);
        assert_eq!((it.interest, it.off()), (Money::from_cents(920), Money::from_cents(920)));
        // The next bill took half of it back 30 days later.
        let it = settled(&[(5, 2_000, 1_000), (6, 1_000, 1_500)]);
        assert_eq!(it.interest, Money::from_cents(300 + 310));
        assert_eq!(it.instalments, 0, "who is given money back pays nothing in parts");
    }

    #[test]
    fn what_was_not_charged_before_is_not_given_back() {
        // January came to 40 more than the 10 that were asked for; now it comes to 4.
        let old = Bill { id: BillId(2), ..bill(1, 40) };
        let pair = [(old, Some(bill(1, 4)))];
        let due = bill(1, 0).due_on;
        let since = vec![(due, Money::from_cents(1_000)), (date(2026, 8, 1), Money::ZERO)];
        let of = vec![(BillNumber("B-0".to_owned()), Money::ZERO)];
        let asked = Asked { waived: Money::from_cents(3_000), since, of };
        let asked = AskedBefore::from([(BillId(2), asked)]);
        let asked = Before { asked, ..Before::default() };
        let (of, today) = ((Cause::Meter, CustomerClass::Residential), date(2026, 9, 1));
        let it = Rules::parse(TEXT).unwrap().settle(of, today, &pair, &asked);
        assert_eq!((it.waived, net(&pair)), (Money::from_cents(-3_000), Money::from_cents(-3_600)));
        // $6 at 3.65 % is 0.06 cents a day, since February 1: 212 days.
        assert_eq!(it.interest, Money::from_cents(13));
        // Dearer still, nothing more is charged.
        let pair = [(pair[0].0.clone(), Some(bill(1, 50)))];
        let it = Rules::parse(TEXT).unwrap().settle(of, today, &pair, &asked);
        assert_eq!(it.waived, Money::from_cents(1_000));
    }

    #[test]
    fn what_was_past_due_stays_as_old_and_what_is_added_is_due_anew() {
        let new = |id, dollars, day: Date| Bill { id: BillId(id), due_on: day, ..bill(3, dollars) };
        let part = |due, dollars: i64, asked_by: Option<i64>, added_by: Option<i64>| DuePart {
            due,
            amount: Money::from_cents(dollars * 100),
            asked_by: asked_by.map(BillId),
            added_by: added_by.map(CorrectionId),
            waived: false,
        };
        let (old, was) = (bill(3, 50), date(2026, 4, 1));
        let (first, second) = ((CorrectionId(1), date(2026, 6, 1)), (CorrectionId(2), TODAY));
        let (one, two) = (date(2026, 6, 20), date(2026, 7, 20));
        // Up, then further up, then down below what was asked for at first.
        let up = due_parts((&old, &[]), (&new(2, 80, one), Money::ZERO), first);
        assert_eq!(up, [part(was, 50, Some(1), None), part(one, 30, None, Some(1))]);
        let more = due_parts((&new(2, 80, one), &up), (&new(3, 100, two), Money::ZERO), second);
        let added = [part(was, 50, Some(1), None), part(one, 30, Some(2), Some(1))];
        assert_eq!(more, [added[0], added[1], part(two, 20, None, Some(2))]);
        let less = due_parts((&new(3, 100, two), &more), (&new(4, 60, two), Money::ZERO), second);
        assert_eq!(less, [added[0], part(one, 10, Some(2), Some(1))]);
        let little = due_parts((&new(4, 60, two), &less), (&new(5, 40, two), Money::ZERO), second);
        assert_eq!(little, [part(was, 40, Some(1), None)]);
        assert_eq!(due_parts((&old, &[]), (&new(2, -5, one), Money::ZERO), first), []);
        // Of what is more 10 are not charged; the next one charges 5 of these after all.
        let dollars = |it: i64| Money::from_cents(it * 100);
        let waived = |due, it| DuePart { waived: true, ..part(due, it, None, None) };
        let some = due_parts((&old, &[]), (&new(2, 80, one), dollars(10)), first);
        assert_eq!(some, [up[0], part(one, 20, None, Some(1)), waived(one, 10)]);
        let after = due_parts((&new(2, 80, one), &some), (&new(3, 80, two), dollars(5)), second);
        let charged = part(one, 20, Some(2), Some(1));
        assert_eq!(after, [added[0], charged, part(two, 5, None, Some(2)), waived(two, 5)]);
        // It comes to less, and what is asked for stays.
        let stays = due_parts((&old, &[]), (&new(2, 40, one), dollars(-10)), first);
        assert_eq!(stays, [up[0], waived(one, -10)]);
        // What was not past due yet is due with the new bill, and is not what the correction added.
        let soon = due_parts((&old, &[]), (&new(2, 80, one), Money::ZERO), (CorrectionId(1), was));
        assert_eq!(soon, [part(one, 50, None, None), part(one, 30, None, Some(1))]);
    }

    #[test]
    fn a_line_that_says_nothing_is_refused_with_the_way_out() {
        for (text, says) in [
            ("fault weather utility", "line 1: a cause is one of read"),
            ("fault run utility", "a cause is one of"),
            ("fault read god", "write utility or customer"),
            ("reach any villas 6", "villas is no class"),
            ("reach any any -1", "months are a number"),
            ("tolerance much", "a tolerance is an amount"),
            ("\ninterest 3.555%", "line 2: interest is a percentage"),
            ("interest 101%", "interest is a percentage"),
            ("interest 3% from birth", "from paid or from due"),
            ("patience", "write fault CAUSE WHOSE"),
        ] {
            let why = Rules::parse(text).unwrap_err().to_string();
            assert!(why.contains(says), "{text}: {why}");
        }
    }
}
