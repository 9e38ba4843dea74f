//! What a bill says of VAT: which lines have it at which rate, and what has none and why.
//!
//! A tariff writes VAT as a line among others; an invoice has it beside the lines. A bill without
//! VAT is outside of its scope as a whole (category O), taxes of cities and states included: they
//! are charges. On a bill with VAT, what the tariff puts none on is exempt (E), because O stands
//! beside no other category. Where a certificate, or a rate for some of the days, makes lines of two
//! categories, their amount is moved: an allowance in one category and a charge of the same amount in
//! the other.

use meterbook_core::money::{Money, Rounding, Share};
use meterbook_core::person::Language;
use meterbook_core::rating::{Basis, ChargeKind, Line, Note};

use super::words::words;
use super::{NotInvoiced, Sign};

/// How VAT looks at an amount: UNTDID 5305.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    /// At a rate.
    Standard(Share),
    /// At a rate of nothing.
    Zero,
    /// Exempt, for a reason.
    Exempt,
    /// Outside of the scope of VAT.
    Outside,
}

impl Category {
    pub(super) fn code(self) -> &'static str {
        match self {
            Category::Standard(_) => "S",
            Category::Zero => "Z",
            Category::Exempt => "E",
            Category::Outside => "O",
        }
    }

    /// The rate, where there may be one.
    pub(super) fn share(self) -> Option<Share> {
        match self {
            Category::Standard(share) => Some(share),
            Category::Zero | Category::Exempt => Some(Share { nano: 0 }),
            Category::Outside => None,
        }
    }
}

/// A part of lines that is of another category than the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) from: Category,
    pub(super) to: Category,
    pub(super) amount: Money,
    pub(super) reason: String,
}

impl Moved {
    /// It as the document has it: from where to where, so that its amount is not below zero.
    pub(super) fn signed(self, sign: Sign) -> Moved {
        let amount = sign.of(self.amount);
        match amount < Money::ZERO {
            true => Moved { from: self.to, to: self.from, amount: -amount, ..self },
            false => Moved { amount, ..self },
        }
    }
}

/// All of one category.
pub(super) struct Taxed {
    pub(super) category: Category,
    pub(super) taxable: Money,
    pub(super) tax: Money,
    /// Why there is no tax.
    pub(super) reason: Option<String>,
}

/// A bill as VAT looks at it.
pub(super) struct Treated {
    /// Of each line of all segments; none for a line that is VAT itself.
    pub(super) categories: Vec<Option<Category>>,
    pub(super) moved: Vec<Moved>,
    /// Why something is exempt or outside.
    pub(super) reason: String,
    pub(super) has_vat: bool,
}

/// What VAT is called where there is one.
const NAMES: [&str; 8] = ["VAT", "IVA", "TVA", "MwSt", "USt", "BTW", "Moms", "PVM"];

fn is_vat(line: &Line) -> bool {
    let mut parts = line.label.split(|it: char| !it.is_alphanumeric());
    line.kind == ChargeKind::Tax
        && parts.any(|part| NAMES.iter().any(|name| name.eq_ignore_ascii_case(part)))
}

/// Looks at the lines of each part of a bill.
pub(super) fn treat(parts: &[Vec<&Line>], language: Language) -> Result<Treated, NotInvoiced> {
    let words = words(language);
    let has_vat = parts.iter().flatten().any(|it| is_vat(it));
    if !has_vat {
        let lines = parts.iter().map(Vec::len).sum();
        let categories = vec![Some(Category::Outside); lines];
        let reason = words.outside.to_owned();
        return Ok(Treated { categories, moved: Vec::new(), reason, has_vat });
    }
    let (mut categories, mut moved, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
    for lines in parts {
        let of = of_lines(lines, language, &mut moved, &mut reasons)?;
        for (line, category) in lines.iter().zip(of) {
            if category.is_none() && !is_vat(line) {
                reasons.push(words.untaxed.to_owned());
            }
            categories.push((!is_vat(line)).then_some(category.unwrap_or(Category::Exempt)));
        }
    }
    let mut said: Vec<String> = Vec::new();
    reasons.into_iter().for_each(|it| {
        if !said.contains(&it) {
            said.push(it);
        }
    });
    Ok(Treated { categories, moved, reason: said.join("; "), has_vat })
}

/// The category of each line that VAT is of.
fn of_lines(
    lines: &[&Line],
    language: Language,
    moved: &mut Vec<Moved>,
    reasons: &mut Vec<String>,
) -> Result<Vec<Option<Category>>, NotInvoiced> {
    let mut categories = vec![None; lines.len()];
    let mut done: Vec<&str> = Vec::new();
    for (nth, line) in lines.iter().copied().enumerate().filter(|(_, it)| is_vat(it)) {
        let charge = charge(line);
        if done.contains(&charge) {
            continue;
        }
        done.push(charge);
        let group: Vec<(usize, &Line)> = lines
            .iter()
            .copied()
            .enumerate()
            .skip(nth)
            .filter(|(_, it)| is_vat(it) && self::charge(it) == charge)
            .collect();
        let places = covered(lines, &group);
        let whole: Money = places.iter().map(|it| lines[*it].amount).sum();
        let parts = parts(&group, whole, language)?;
        // The lines themselves are of the largest part.
        let largest = parts.iter().max_by_key(|it| it.amount.cents().abs());
        let Some(own) = largest.map(|it| it.category) else { continue };
        for place in places {
            if categories[place].replace(own).is_some() {
                return Err(NotInvoiced::Twice { line: line.called(language).into_owned() });
            }
        }
        for it in parts {
            if it.category == Category::Exempt {
                reasons.push(it.reason.clone());
            }
            if it.category != own && it.amount != Money::ZERO {
                let Part { category: to, amount, reason } = it;
                moved.push(Moved { from: own, to, amount, reason });
            }
        }
    }
    Ok(categories)
}

/// What the tariff calls the charge: the row of its table stands behind a comma.
fn charge(line: &Line) -> &str {
    line.label.split_once(", ").map_or(&line.label, |it| it.0)
}

/// The places of the lines that VAT may be of: those before it that the tariff names, or all.
fn covered(lines: &[&Line], group: &[(usize, &Line)]) -> Vec<usize> {
    let last = group.last().map_or(0, |it| it.0);
    let names = group.iter().find_map(|it| named(it.1));
    let before = (0..last).filter(|it| !is_vat(lines[*it]));
    before
        .filter(|place| {
            let label = &*lines[*place].label;
            let is = |name: &&str| {
                label.strip_prefix(*name).is_some_and(|it| it.is_empty() || it.starts_with(", "))
            };
            names.as_ref().is_none_or(|it| it.iter().any(is))
        })
        .collect()
}

/// The charges that the tariff's text names: `tax VAT 20% of Energy, Fuel`.
fn named(line: &Line) -> Option<Vec<&str>> {
    let (_, names) = line.rule.text.split_once("% of ")?;
    Some(names.split(',').map(str::trim).collect())
}

/// A part of lines with its category.
struct Part {
    category: Category,
    amount: Money,
    reason: String,
}

/// Shares out what VAT is of: to each rate what its line is a percentage of, and what is left to the
/// certificate that makes it less.
fn parts(
    group: &[(usize, &Line)],
    whole: Money,
    language: Language,
) -> Result<Vec<Part>, NotInvoiced> {
    let mut parts: Vec<Part> = Vec::new();
    let mut left = whole;
    let mut certificate = None;
    for (_, line) in group {
        let called = || line.called(language).into_owned();
        let Basis::Share(base, share) = line.basis else {
            return Err(NotInvoiced::NoPercentage { line: called() });
        };
        left = left - base;
        if let Note::Certificate(_) = line.note {
            certificate.get_or_insert_with(|| line.note.spelled(language).into_owned());
        }
        let category = if share.nano == 0 { Category::Zero } else { Category::Standard(share) };
        match parts.iter_mut().find(|it| it.category == category) {
            Some(part) => part.amount += base,
            None => parts.push(Part { category, amount: base, reason: called() }),
        }
    }
    // A row of a table does not say what it is of: nothing would tell the exempt from the rest.
    let said = group.iter().any(|it| it.1.rule.text.trim_start().starts_with("tax"));
    match certificate {
        Some(reason) if said && left.cents().abs() <= whole.cents().abs() => {
            parts.push(Part { category: Category::Exempt, amount: left, reason });
        }
        None if left == Money::ZERO => (),
        _ => {
            let line = group.first().map_or(String::new(), |it| it.1.called(language).into_owned());
            return Err(NotInvoiced::Untold { line, base: whole - left, lines: whole });
        }
    }
    Ok(parts)
}

/// What is owed of VAT, category by category.
pub(super) fn breakdown(lines: &[super::Line], moved: &[Moved], reason: String) -> Vec<Taxed> {
    let of_lines = lines.iter().map(|it| (it.category, it.amount));
    let moves = moved.iter().flat_map(|it| [(it.from, -it.amount), (it.to, it.amount)]);
    let mut all: Vec<Taxed> = Vec::new();
    for (category, amount) in of_lines.chain(moves) {
        match all.iter_mut().find(|it| it.category == category) {
            Some(taxed) => taxed.taxable += amount,
            None => {
                let taxed = Taxed { category, taxable: amount, tax: Money::ZERO, reason: None };
                all.push(taxed);
            }
        }
    }
    for taxed in &mut all {
        match taxed.category {
            Category::Standard(share) => {
                taxed.tax = share.of(taxed.taxable).round(Rounding::HalfUp);
            }
            Category::Zero => (),
            Category::Exempt | Category::Outside => taxed.reason = Some(reason.clone()),
        }
    }
    all
}
