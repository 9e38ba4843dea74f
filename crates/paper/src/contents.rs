//! What a regulator wants on a bill, looked for on the pages as they were drawn.

use std::fmt;

use anyhow::{Context, Result};
use meterbook_core::bill::{Print, Segment, Statement};
use meterbook_core::money::Money;
use meterbook_core::paper::contents::{Contents, Item};
use meterbook_core::rating::{ChargeKind, Line};
use meterbook_core::reads::ReadKind;
use meterbook_core::reads::usage::{Evidence, EvidenceRead};
use meterbook_core::text::decimal;

use crate::chart::last_year;
use crate::frame::said;
use crate::pages::sights;
use crate::read_back::{closed_up, whole};
use crate::says::{Says, number};
use crate::view::{billed_use, index_with_kind, late_charge, line_label, movement_label, reckoned};

/// Something that a bill has to say and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// An item of the list.
    Item(Item),
    /// An item that has to be on every page, and a page without it, from 1.
    OnPage(Item, usize),
    /// A sentence.
    Sentence(String),
    /// What is there and cannot be read, and the least size of it in points.
    Unreadable(Box<Missing>, u8),
}

/// The least size of what a list wants, in points.
const LEAST: u8 = 6;
/// The same in large print, which promises it.
const LEAST_IN_LARGE_PRINT: u8 = 15;

/// What the pages of a bill do not say of what is wanted, in the order of the list.
///
/// # Errors
/// Where the PDF cannot be read.
pub fn missing(pdf: &[u8], statement: &Statement, contents: &Contents) -> Result<Vec<Missing>> {
    let pages = sights(pdf.to_vec()).context("the sample bill cannot be read back")?;
    let [seen, heard] = whole(&pages).map(|it| closed_up(&it));
    let least = match statement.print {
        Print::Normal => LEAST,
        Print::Large => LEAST_IN_LARGE_PRINT,
    };
    let readable = pages.iter().map(|it| it.readable(f64::from(least))).collect::<String>();
    let readable = closed_up(&readable);
    let says = Says::new(statement.language, statement.utility.currency);
    let is_in = |text: &str, wanted: &String| {
        let wanted = closed_up(wanted);
        !wanted.is_empty() && text.contains(&wanted)
    };
    let mut missing = Vec::new();
    for item in &contents.items {
        let (said, readable) = match item {
            Item::AccountOnEveryPage => {
                let number = statement.account.number.to_string();
                let without = pages.iter().position(|it| !closed_up(&it.text).contains(&number));
                if let Some(nth) = without {
                    missing.push(Missing::OnPage(*item, nth + 1));
                    continue;
                }
                (!pages.is_empty(), true)
            }
            _ => {
                let wanted = wanted(*item, statement, &says);
                let all_in = |text: &str| wanted.iter().all(|it| is_in(text, it));
                (!wanted.is_empty() && all_in(&heard), all_in(&readable))
            }
        };
        match (said, readable) {
            (false, _) => missing.push(Missing::Item(*item)),
            (true, false) => {
                missing.push(Missing::Unreadable(Box::new(Missing::Item(*item)), least))
            }
            (true, true) => {}
        }
    }
    for (language, sentence) in &contents.sentences {
        // A sentence may stand at the foot of each page, which nobody wants to hear each time.
        if *language != statement.language {
            continue;
        }
        let sentence_of = || Missing::Sentence(sentence.clone());
        match (is_in(&seen, sentence), is_in(&readable, sentence)) {
            (false, _) => missing.push(sentence_of()),
            (true, false) => missing.push(Missing::Unreadable(Box::new(sentence_of()), least)),
            (true, true) => {}
        }
    }
    Ok(missing)
}

/// What has to stand on the pages for an item; nothing where the bill has nothing of the kind.
fn wanted(item: Item, statement: &Statement, says: &Says) -> Vec<String> {
    let Statement { bill, utility, look, .. } = statement;
    let meters = || bill.segments.iter().flat_map(|it| it.evidence.iter().map(move |of| (it, of)));
    let reads = || meters().filter_map(|it| it.1.reads).flat_map(|it| [it.0, it.1]);
    let of_meters = |text: &dyn Fn(&Segment, &Evidence) -> String| {
        meters().map(|it| text(it.0, it.1)).collect()
    };
    let of_lines = |wanted: &dyn Fn(ChargeKind) -> bool| {
        let lines = bill.segments.iter().flat_map(|it| it.lines.iter().map(move |of| (it, of)));
        lines.filter(|it| wanted(it.1.kind)).map(|it| line(it.0, it.1, says)).collect()
    };
    match item {
        Item::Reads => reads().map(|it| number(it.index_micro, 2)).collect(),
        Item::ReadDates => reads().map(|it| says.short_day(it.on)).collect(),
        Item::ReadKind => reads().map(|it| index_with_kind(it, says)).collect(),
        Item::Estimated => {
            let estimated = |it: &EvidenceRead| it.kind == ReadKind::Estimated;
            let said = reads().filter(estimated).map(|it| index_with_kind(it, says));
            let word = says.words.estimated;
            said.filter(|it| it.contains(word)).collect()
        }
        Item::Multiplier => {
            let mut all: Vec<String> = of_meters(&|_, it| decimal(it.multiplier_micro, 6));
            all.push(says.words.multiplier.to_owned());
            all
        }
        Item::Units => of_meters(&|segment, it| billed_use(it, segment, says)),
        Item::Tariff => {
            of_meters(&|it, _| format!("{}, {}", it.tariff, it.tariff_called(says.language)))
        }
        Item::Lines => of_lines(&|kind| kind != ChargeKind::Tax),
        Item::Taxes => of_lines(&|kind| kind == ChargeKind::Tax),
        Item::Period => {
            let (title, days) = (says.words.billing_period, bill.days());
            vec![format!("{title} {}, {} {}", says.period(days), days.days(), says.words.days)]
        }
        Item::DueDate => vec![format!("{} {}", says.words.due_by, says.day(bill.due_on))],
        Item::LateCharge => {
            let (sentence, amount) = late_charge(statement, says);
            vec![sentence + &amount.map_or_else(String::new, |it| says.money(it))]
        }
        Item::LastYear => {
            let said = bill.segments.iter().map(|it| last_year(it, statement, says));
            said.filter(|it| !it.is_empty()).collect()
        }
        Item::HowToPay => vec![said(&look.terms.pay, utility, bill.due_on, says)],
        Item::HowToDispute => vec![said(&look.terms.dispute, utility, bill.due_on, says)],
        Item::Regulator => vec![said(&look.terms.regulator, utility, bill.due_on, says)],
        Item::Phone => vec![utility.phone.clone()],
        Item::Payments => {
            let paid = statement.since.iter().filter(|it| it.amount < Money::ZERO);
            let said = |of: &_| movement_label(of, bill.billed_on, says);
            paid.map(|it| format!("{} {}", said(it), says.money(it.amount))).collect()
        }
        Item::Balance => {
            vec![format!("{} {}", says.words.balance_before, says.money(statement.before))]
        }
        // It is looked for on each page by itself.
        Item::AccountOnEveryPage => Vec::new(),
    }
}

fn line(segment: &Segment, line: &Line, says: &Says) -> String {
    let (quantity, price) = reckoned(line, says);
    let label = line_label(line, segment, says);
    format!("{label} {quantity} {price} {}", says.money(line.amount))
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Missing::Item(item) => write!(f, "{item}"),
            Missing::OnPage(item, page) => write!(f, "{item} (not on page {page})"),
            Missing::Sentence(sentence) => write!(f, "the sentence \"{sentence}\""),
            Missing::Unreadable(what, least) => write!(
                f,
                "{what} (it is there, but below {least} points, too pale for what is behind it, covered, cut off, or not on the page)"
            ),
        }
    }
}
