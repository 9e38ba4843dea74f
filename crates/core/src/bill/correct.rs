//! Bills that are taken back, those made in their place, and what that comes to.

use jiff::civil::Date;

use crate::bill::settle::Settled;
use crate::bill::{Bill, Segment};
use crate::id::{AccountId, CorrectionId};
use crate::ledger::{Gl, Posting, post_bill};
use crate::money::Money;
use crate::person::Language;
use crate::rating::Line;
use crate::reads::usage::Evidence;

/// Why bills were wrong. It decides how far back may be charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A read was wrong or estimated.
    Read,
    /// A meter counted wrong, or its multiplier was.
    Meter,
    /// The tariff, its price or an exemption was wrong.
    Tariff,
    /// Service began or ended on another day, or elsewhere.
    Service,
    /// Energy was taken past the meter.
    Tampering,
    /// Something else.
    Other,
    /// The whole run was taken back. Nobody says this of a bill.
    Run,
}

words! {
    Cause {
        Read = "read",
        Meter = "meter",
        Tariff = "tariff",
        Service = "service",
        Tampering = "tampering",
        Other = "other",
        Run = "run",
    }
}

impl Cause {
    /// What somebody may say of bills that were wrong.
    pub const SAID: &'static [Cause] =
        &[Cause::Read, Cause::Meter, Cause::Tariff, Cause::Service, Cause::Tampering, Cause::Other];
}

/// Some bills of an account, and what stands in their place.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// Which one.
    pub id: CorrectionId,
    /// Whose.
    pub account: AccountId,
    /// Why they were wrong.
    pub cause: Cause,
    /// Why, in a sentence.
    pub why: String,
    /// The day it was made.
    pub on: Date,
    /// What the account owes more because of it, or less, after what the rules take off.
    pub net: Money,
    /// What the rules made of it.
    pub settled: Settled,
    /// Each bill that was taken back, and the one that stands in its place, if one does.
    pub bills: Vec<(Bill, Option<Bill>)>,
}

impl Correction {
    /// What the account owes more before interest, which grows by the day.
    pub fn charged(&self) -> Money {
        self.net + self.settled.interest
    }

    /// The bills that it made.
    pub fn made(&self) -> impl Iterator<Item = &Bill> {
        self.bills.iter().filter_map(|it| it.1.as_ref())
    }

    /// Whether it made several bills: these go to the customer as one piece, which asks once.
    pub fn is_one_piece(&self) -> bool {
        1 < self.made().count()
    }

    /// Name, then address lines, as on the newest of its bills.
    pub fn addressed_to(&self) -> &[String] {
        self.bills.last().map_or(&[], |(old, new)| &new.as_ref().unwrap_or(old).addressed_to)
    }
}

/// Whether a bill would read otherwise to whoever pays it, or leaves something else for the next one: the
/// reads that it says count, also where they come to the same use. Where a tariff says the same in other
/// words, or something else that the bill does not reach, its lines stand as they were derived.
pub fn differs(old: &Bill, new: &Bill) -> bool {
    !same_charges(old, new) || reads(old) != reads(new)
}

/// Whether two bills differ in nothing but what they say of reads.
pub fn only_reads(old: &Bill, new: &Bill) -> bool {
    same_charges(old, new) && reads(old) != reads(new)
}

fn reads(bill: &Bill) -> Vec<&[Evidence]> {
    bill.segments.iter().map(|it| &*it.evidence).collect()
}

fn same_charges(old: &Bill, new: &Bill) -> bool {
    let mut both = old.segments.iter().zip(&new.segments);
    old.segments.len() == new.segments.len() && both.all(|(old, new)| same_charges_of(old, new))
}

/// Whether all that two segments say beside reads is the same, and all that they leave.
fn same_charges_of(old: &Segment, new: &Segment) -> bool {
    let bare = |it: &Segment| Segment { lines: Vec::new(), evidence: Vec::new(), ..it.clone() };
    let mut both = old.lines.iter().zip(&new.lines);
    old.lines.len() == new.lines.len()
        && both.all(|(old, new)| same_line(old, new))
        && bare(old) == bare(new)
}

/// Whether two lines read the same and post the same, whatever in a tariff they follow from.
fn same_line(old: &Line, new: &Line) -> bool {
    let read = |it: &Line| (it.kind, it.period, it.basis, it.amount);
    let called = |it: &Line| (it.label.clone(), it.spanish.clone());
    read(old) == read(new) && old.note == new.note && called(old) == called(new)
}

/// The postings that take a bill back.
pub fn take_back(bill: &Bill) -> Vec<Posting> {
    let postings = post_bill(bill).into_iter();
    postings.map(|it| Posting { amount: -it.amount, ..it }).collect()
}

/// A line of a bill beside the one of the bill in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// The tariff's code.
    pub tariff: String,
    /// What the line is called.
    pub label: String,
    /// What it came to; `None` where it is new.
    pub was: Option<Money>,
    /// What it comes to; `None` where it was dropped.
    pub now: Option<Money>,
}

/// The lines of two bills side by side: those of the old one in its order, and what is new in its place
/// among them.
pub fn beside(old: &Bill, new: Option<&Bill>, language: Language) -> Vec<Beside> {
    let said = |bill: &Bill| -> Vec<((String, String), Money)> {
        let lines = bill.segments.iter().flat_map(|segment| {
            let named = |line: &Line| (segment.tariff.clone(), line.called(language).to_string());
            segment.lines.iter().map(move |line| (named(line), line.amount))
        });
        let once = bill.once.iter().map(|it| &it.line);
        let once = once.map(|it| ((String::new(), it.called(language).to_string()), it.amount));
        lines.chain(once).collect()
    };
    let added = |((tariff, label), now): ((String, String), Money)| {
        let (was, now) = (None, Some(now));
        Beside { tariff, label, was, now }
    };
    let (old, mut new) = (said(old), new.map(said).unwrap_or_default());
    let mut rows = Vec::new();
    for (nth, (named, was)) in old.iter().enumerate() {
        let mut at = new.iter().position(|it| it.0 == *named);
        if let Some(before) = at {
            // What is new before it stands before it, as on the bill.
            let later = &old[nth..];
            let is_new =
                |it: &mut ((String, String), Money)| !later.iter().any(|old| old.0 == it.0);
            rows.extend(new.extract_if(..before, is_new).map(added));
            at = new.iter().position(|it| it.0 == *named);
        }
        let now = at.map(|at| new.remove(at).1);
        let (tariff, label) = named.clone();
        rows.push(Beside { tariff, label, was: Some(*was), now });
    }
    rows.extend(new.into_iter().map(added));
    rows
}

/// The postings of what the rules take off a correction: what is not charged any more, and interest, which
/// whoever paid has.
pub fn take_off(account: AccountId, settled: &Settled) -> Vec<Posting> {
    let elsewhere = settled.elsewhere.iter().map(|(by, it)| (Gl::Receivable, *by, -*it));
    let sides = [
        (Gl::Receivable, account, settled.interest_elsewhere() - settled.off()),
        (Gl::BillingAdjustments, account, settled.waived),
        (Gl::InterestExpense, account, settled.interest),
    ];
    let moved = sides.into_iter().chain(elsewhere).filter(|it| it.2 != Money::ZERO);
    moved.map(|(gl, account, amount)| Posting { gl, account: Some(account), amount }).collect()
}

/// What bills come to more than those in whose place they stand.
pub fn net(bills: &[(Bill, Option<Bill>)]) -> Money {
    let one = |(old, new): &(Bill, Option<Bill>)| {
        new.as_ref().map_or(Money::ZERO, |it| it.total) - old.total
    };
    bills.iter().map(one).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::bill::sample::statement;
    use crate::rating::Basis;
    use crate::rating::Said;
    use crate::reads::ReadKind;

    #[test]
    fn lines_stand_in_the_order_of_the_new_bill() {
        let old = statement(Language::English).bill;
        let mut new = old.clone();
        let mut tier = new.segments[0].lines[1].clone();
        let said = Said { label: "Energy, tier 9".into(), ..(*tier.said).clone() };
        tier.said = Arc::new(said);
        new.segments[0].lines.insert(1, tier);
        let rows = beside(&old, Some(&new), Language::English);
        let at = rows.iter().position(|it| it.was.is_none()).unwrap();
        assert_eq!((at, &*rows[at].label), (1, "Energy, tier 9"));
        // A line that moved is no new one.
        new.segments[0].lines.swap(0, 2);
        let rows = beside(&old, Some(&new), Language::English);
        assert_eq!(rows.iter().filter(|it| it.was.is_none() || it.now.is_none()).count(), 1);
    }

    #[test]
    fn a_bill_that_says_other_reads_differs_and_in_nothing_else() {
        let old = statement(Language::English).bill;
        assert!(!differs(&old, &old) && !only_reads(&old, &old));
        let mut new = old.clone();
        let reads = new.segments.iter_mut().flat_map(|it| &mut it.evidence);
        for (_, last) in reads.filter_map(|it| it.reads.as_mut()) {
            last.kind = ReadKind::Customer;
        }
        assert!(differs(&old, &new) && only_reads(&old, &new));
        for segment in &mut new.segments {
            segment.lines.pop();
        }
        assert!(differs(&old, &new) && !only_reads(&old, &new));
    }

    #[test]
    fn a_bill_whose_tariff_says_the_same_in_other_words_does_not_differ() {
        let old = statement(Language::English).bill;
        let changed = |change: fn(&mut Line)| {
            let mut new = old.clone();
            new.segments.iter_mut().flat_map(|it| &mut it.lines).for_each(change);
            differs(&old, &new)
        };
        assert!(!changed(|it| {
            let mut said = (*it.said).clone();
            said.rule.text.push_str("000");
            said.rule.version = said.rule.version.tomorrow().unwrap();
            it.said = std::sync::Arc::new(said);
        }));
        assert!(changed(|it| {
            let mut said = (*it.said).clone();
            said.label = "Another charge".into();
            it.said = std::sync::Arc::new(said);
        }));
        // Half a cent more: the price is another one, and is said.
        assert!(changed(|it| match &mut it.basis {
            Basis::Each(_, price) => price.nano += 1,
            _ => it.amount += Money::from_cents(1),
        }));
    }
}
