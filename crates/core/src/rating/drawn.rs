//! The lines of a bill as they are drawn, one behind the other.

use std::sync::Arc;

use jiff::civil::Date;

use crate::money::{Exact, Money, Rounding};
use crate::period::Period;
use crate::person::Language;
use crate::rating::component::credit::Settled;
use crate::rating::component::share::Shared;
use crate::rating::note::{Ratcheted, Reach, called};
use crate::rating::plan::days_between;
use crate::rating::section::{Section, part};
use crate::rating::{Basis, ChargeKind, Line, Note, Said, Unratable, plan};
use crate::tariff::ShareCharge;

/// A line before it is priced.
pub(super) struct Draft {
    /// The period of the component's clock and the block, where it has them.
    pub(super) period: Option<(usize, usize)>,
    pub(super) days: Period,
    pub(super) basis: Basis,
    /// The demand that stands behind its quantity, besides the one of its own days.
    pub(super) behind: Option<Behind>,
}

/// A demand that a quantity follows from.
pub(super) enum Behind {
    /// The block ends at so many hours of use of it.
    Reach(Reach),
    /// A share of it holds the billed one up.
    Ratchet(Ratcheted),
}

impl Draft {
    /// A line of a whole section, that no clock and no block divides.
    pub(super) fn plain(section: &Section, basis: Basis) -> Draft {
        Draft { period: None, days: section.period, basis, behind: None }
    }
}

/// The lines so far, and beside each what only the lines after it need to know.
pub(super) struct Drawn {
    pub(super) lines: Vec<Line>,
    /// What each would be had no line before it been rounded either.
    pub(super) unrounded: Vec<Exact>,
    /// What each is a line of.
    charges: Vec<ChargeOf>,
    /// The first line whose amount is more than a bill can say.
    too_large: Option<String>,
}

/// Which charge a line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChargeOf {
    /// Its place in the tariff; a rider's is that of the charge that includes it.
    pub(super) place: usize,
    /// The version of the rider that it is of, if it is of one, and its place in it.
    pub(super) within: Option<(usize, usize)>,
}

/// Some of the lines.
#[derive(Clone, Copy)]
pub(super) struct Earlier<'a> {
    lines: &'a [Line],
    unrounded: &'a [Exact],
    charges: &'a [ChargeOf],
}

impl<'a> Earlier<'a> {
    /// Each line with its charge and what it would be without rounding.
    pub(super) fn each(self) -> impl Iterator<Item = (ChargeOf, &'a Line, Exact)> {
        let beside = self.charges.iter().zip(self.unrounded);
        beside.zip(self.lines).map(|((charge, unrounded), line)| (*charge, line, *unrounded))
    }

    /// What the lines of some charges come to for the days of a section, and the same without
    /// rounding. A rider that changes within a line's days has that line's share of its own days.
    pub(super) fn sum(self, section: &Section, among: impl Fn(ChargeOf) -> bool) -> (Money, Exact) {
        let lines = self.each().filter(|(charge, _, _)| among(*charge));
        lines.fold((Money::ZERO, Exact::ZERO), |(amount, pure), (_, line, unrounded)| {
            let (part, pure_part) = match section.included {
                None => (line.amount, unrounded),
                Some(_) => of_days(line, unrounded, section.period),
            };
            (amount + part, pure + pure_part)
        })
    }
}

impl Drawn {
    /// None yet.
    pub(super) fn none() -> Drawn {
        let charges = Vec::with_capacity(MANY);
        let (lines, unrounded) = (Vec::with_capacity(MANY), Vec::with_capacity(MANY));
        Drawn { lines, unrounded, charges, too_large: None }
    }

    /// Refuses lines that are more than a bill can say.
    pub(super) fn check(&self) -> Result<(), Unratable> {
        let label = self.too_large.clone();
        label.map_or(Ok(()), |label| Err(Unratable::TooLarge { label }))
    }

    /// The amount of a line in cents; nothing where it is too large, for [`Drawn::check`] to refuse.
    fn cents(&mut self, exact: Exact, rounding: Rounding, (label, note): (&str, &Note)) -> Money {
        if exact.femto().unsigned_abs() <= MOST_FEMTO {
            return exact.round(rounding);
        }
        let name = || called(label, note, Language::English).into_owned();
        self.too_large.get_or_insert_with(name);
        Money::ZERO
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.lines.len()
    }

    /// The lines from one place to another.
    pub(super) fn among(&self, from: usize, to: usize) -> Earlier<'_> {
        Earlier {
            lines: &self.lines[from..to],
            unrounded: &self.unrounded[from..to],
            charges: &self.charges[from..to],
        }
    }

    /// Adds a line at its own price: the tariff's, or the one agreed with the customer.
    pub(super) fn priced(&mut self, section: &Section, component: usize, draft: Draft) {
        if section.input.terms.prices.is_empty() {
            self.plain(section, component, draft);
            return;
        }
        let charge = &section.tariff().components[component].label;
        let (said, note) = said(section, component, &draft);
        let line = called(&said.label, &note.bare(), Language::English);
        let special = section.special(charge, &line, draft.days.last());
        let draft = match special {
            Some(special) => special.applied(draft),
            None => draft,
        };
        let line = self.plain(section, component, draft);
        if let Some(special) = special {
            let rule = special.rule(&line.rule);
            line.said = Arc::new(Said { rule, ..Said::clone(&line.said) });
        }
    }

    /// Adds a line of a share, with its cap or its certificate.
    pub(super) fn shared(
        &mut self,
        section: &Section,
        component: usize,
        charge: &ShareCharge,
        shared: Shared,
    ) {
        let line = self.add(section, component, shared.draft, Some(shared.unrounded));
        if let Some(certificate) = shared.certificate {
            line.note = Note::Certificate(certificate);
        }
        if let Some(cap) = charge.cap.as_ref().filter(|_| shared.capped) {
            let Said { label, spanish, .. } = Said::clone(&line.said);
            line.said = plan::said(section.tariff(), label, spanish, &cap.place);
        }
    }

    /// Adds a line that settles a credit.
    pub(super) fn settled(&mut self, section: &Section, component: usize, settled: Settled) {
        let line = self.add(section, component, settled.draft, Some(settled.unrounded));
        line.note = settled.note;
    }

    /// Adds what is paid for the surplus in a bank of energy: a line of no component.
    pub(super) fn paid(&mut self, section: &Section, draft: Draft) {
        let said = section.version.net.as_ref().expect("a plan has the rule of its net");
        let rounding = section.tariff().rounding;
        let exact = draft.basis.exact();
        let amount = self.cents(exact, rounding, ("", &Note::SurplusPaid));
        self.push(
            ChargeOf { place: usize::MAX, within: None },
            exact,
            Line {
                said: said.clone(),
                note: Note::SurplusPaid,
                kind: ChargeKind::Credit,
                period: draft.days,
                basis: draft.basis,
                rounding,
                exact,
                amount,
            },
        );
    }

    /// Adds a line as the tariff has it.
    pub(super) fn plain(&mut self, section: &Section, component: usize, draft: Draft) -> &mut Line {
        self.add(section, component, draft, None)
    }

    /// Adds a line; `unrounded` where it is not what its own basis comes to.
    pub(super) fn add(
        &mut self,
        section: &Section,
        component: usize,
        draft: Draft,
        unrounded: Option<Exact>,
    ) -> &mut Line {
        let tariff = section.tariff();
        let exact = draft.basis.exact();
        let charge = match section.included {
            Some(rider) => {
                ChargeOf { place: rider.place, within: Some((section.version.nth, component)) }
            }
            None => ChargeOf { place: component, within: None },
        };
        let (said, note) = said(section, component, &draft);
        let amount = self.cents(exact, tariff.rounding, (&said.label, &note));
        self.push(
            charge,
            unrounded.unwrap_or(exact),
            Line {
                said: said.clone(),
                note,
                kind: tariff.components[component].kind,
                period: draft.days,
                basis: draft.basis,
                rounding: tariff.rounding,
                exact,
                amount,
            },
        )
    }

    fn push(&mut self, charge: ChargeOf, unrounded: Exact, line: Line) -> &mut Line {
        self.charges.push(charge);
        self.unrounded.push(unrounded);
        self.lines.push(line);
        self.lines.last_mut().expect("a line was pushed just above")
    }
}

/// The part of a line that falls on some days. The parts of days that follow each other add up.
fn of_days(line: &Line, unrounded: Exact, days: Period) -> (Money, Exact) {
    let Some(days) = line.period.overlap(days.start(), Some(days.end())) else {
        return (Money::ZERO, Exact::ZERO);
    };
    let (first, of) = (line.period.start(), line.period.days());
    let through = |day: Date| part(line.amount.cents(), days_between(first, day), of);
    let cents = through(days.end()) - through(days.start());
    (Money::from_cents(cents), unrounded.part(days.days(), of))
}

/// Ten thousand million of the currency unit: the most that one line comes to.
const MOST_FEMTO: u128 = 10_000_000_000 * 1_000_000_000_000_000;

/// More lines than most agreements have.
const MANY: usize = 12;

/// The words of a line, and which tier it is of where there are several.
fn said<'a>(section: &Section<'a>, component: usize, draft: &Draft) -> (&'a Arc<Said>, Note) {
    let words = &section.version.words[component];
    let Some((period, tier)) = draft.period else { return (&words.plain, Note::Plain) };
    let (said, several) = &words.periods[period];
    let nth = u16::try_from(tier + 1).expect("a ladder has few tiers");
    let tier = several.then_some(nth);
    let note = match &draft.behind {
        Some(Behind::Reach(reach)) => Note::HoursOfUse(nth, *reach),
        Some(Behind::Ratchet(ratchet)) => Note::Ratcheted(tier, *ratchet),
        None => tier.map_or(Note::Plain, Note::Tier),
    };
    (said, note)
}
