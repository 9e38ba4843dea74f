//! The other forms of the sample bill: a summary, the note of a correction, the first
//! page of several, a letter. Layouts are tried
//! on them before they count.

use jiff::civil::date;

use super::letter::{LetterCause, Written};
use crate::bill::correct::{Cause, Correction, net};
use crate::bill::sample::statement;
use crate::bill::settle::Settled;
use crate::bill::summary::{Asks, CorrectionNote, Summary, SummaryRow};
use crate::bill::{Bill, BillNumber};
use crate::credit::late_fee::LateCharge;
use crate::id::{AccountNumber, CorrectionId};
use crate::money::Money;
use crate::person::Language;

const OURS: &str = "the sample is written just here";

/// The bills of three accounts on one, of which one is a first bill.
///
/// # Panics
/// Never: the sample is written here.
pub fn summary(language: Language) -> Summary {
    let own = statement(language);
    let row = |nth: i64| SummaryRow {
        account: AccountNumber::new(44_170_930 + nth).expect(OURS),
        service_at: format!("{nth} Mill St"),
        bill: BillNumber(format!("B-260804-{}", 44_170_930 + nth)),
        period: own.bill.period,
        charges: Money::from_cents(10_000 + nth),
        amount_due: Money::from_cents(12_000 + 2 * nth),
        why: own.why.clone().filter(|_| nth != 3),
    };
    Summary {
        number: None,
        rolled: false,
        plan: None,
        before: None,
        utility: own.utility.clone(),
        account: own.account.number,
        language,
        addressed_to: own.bill.addressed_to.clone(),
        billed_on: own.bill.billed_on,
        due_on: own.bill.due_on,
        rows: (1..=3).map(row).collect(),
        look: own.look.clone(),
    }
}

/// A bill with another in its place whose second line is so many cents more, and one that is taken back
/// without another.
pub fn note(language: Language, cents: i64) -> CorrectionNote {
    let own = statement(language);
    let mut new = own.bill.clone();
    new.number = BillNumber("B-260910-44170926".to_owned());
    if let Some(segment) = new.segments.first_mut()
        && let Some(line) = segment.lines.get_mut(1)
    {
        line.amount += Money::from_cents(cents);
    }
    if let Some(segment) = new.segments.last_mut() {
        segment.lines.pop();
    }
    let new = summed(new);
    let mut gone = own.bill.clone();
    gone.number = BillNumber("B-260704-44170926".to_owned());
    let bills = vec![(own.bill, Some(new)), (gone, None)];
    CorrectionNote {
        utility: own.utility,
        account: own.account.clone(),
        language,
        correction: Correction {
            id: CorrectionId(7),
            account: own.account.id,
            cause: Cause::Tariff,
            why: "the price of the peak was wrong".to_owned(),
            on: date(2026, 9, 10),
            net: net(&bills),
            settled: Settled::default(),
            bills,
        },
        look: own.look,
        asks: None,
    }
}

/// The first page of two bills in the place of others, which asks for both.
///
/// # Panics
/// Never: the sample is written here.
pub fn corrected(language: Language, cents: i64) -> CorrectionNote {
    let mut it = note(language, cents);
    let (gone, made) = it.correction.bills.last_mut().expect(OURS);
    let mut new = gone.clone();
    new.number = BillNumber("B-260704-44170926-C1".to_owned());
    if let Some(line) = new.segments.first_mut().and_then(|it| it.lines.first_mut()) {
        line.amount += Money::from_cents(cents);
    }
    *made = Some(summed(new));
    it.correction.net = net(&it.correction.bills);
    let before = Money::from_cents(12_40);
    let (amount_due, due_on) = (before + it.correction.net, date(2026, 10, 1));
    let (paid_by, late) = (None, LateCharge::Never);
    CorrectionNote { asks: Some(Asks { before, amount_due, due_on, paid_by, late }), ..it }
}

/// A letter about service that ends.
pub fn letter(language: Language) -> Written {
    let own = statement(language);
    Written {
        utility: own.utility,
        account: own.account.number,
        language,
        addressed_to: own.bill.addressed_to,
        on: date(2026, 8, 4),
        cause: LetterCause::Stop,
        values: Vec::new(),
        listed: vec!["water: service ends on 2026-08-31".to_owned(), "a < b".to_owned()],
        look: own.look,
    }
}

/// A bill with its sums made again.
fn summed(mut it: Bill) -> Bill {
    for segment in &mut it.segments {
        segment.total = segment.lines.iter().map(|it| it.amount).sum();
    }
    it.total = it.segments.iter().map(|it| it.total).sum();
    it
}
