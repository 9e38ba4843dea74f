//! From usage and a tariff to the lines of a bill.

pub mod carried;
mod columns;
mod component;
mod drawn;
pub mod example;
mod flow;
mod hours;
mod ladder;
mod line;
mod netting;
mod note;
mod plan;
pub mod published;
mod rider;
mod section;
mod strikes;
pub mod terms;
mod unratable;
mod windows;

use jiff::civil::Date;

use crate::allocation::{Allotted, Given};
use crate::id::AgreementId;
use crate::meter::Flow;
use crate::money::{Exact, Money, Price, Quantity, Share};
use crate::period::Period;
use crate::rating::carried::Carried;
use crate::rating::component::{coincident, credit, demand, fixed, minimum, series, share};
use crate::rating::component::{unmetered, volume};
use crate::rating::drawn::Drawn;
use crate::rating::flow::Flows;
use crate::rating::netting::Netted;
use crate::rating::published::Published;
use crate::rating::rider::riders;
use crate::rating::section::{Section, sections};
use crate::rating::terms::Terms;
use crate::reads::usage::Usage;
use crate::tariff::{Charge, Component, CreditCharge, Of};

pub use flow::{BankEntry, BankFlow, CreditFlow};
pub use hours::{Hours, by_hours};
pub use line::{Basis, ChargeKind, Line, Rule, Said};
pub use note::{Note, Ratcheted, Reach};
pub use plan::Plan;
pub use unratable::Unratable;

/// Everything the lines of one agreement depend on, besides the plan of its tariff. Two equal inputs
/// give two equal bills, today and in ten years.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The days being billed.
    pub period: Period,
    /// The whole turn of the bill cycle they are part of: equal to `period` unless service started
    /// or stopped within it. One turn is one billing month.
    pub window: Period,
    /// The usage in those days, after multipliers and register rollover.
    pub usage: &'a Usage,
    /// What earlier bills left.
    pub carried: &'a Carried,
    /// The first day of the agreement, whose month is that of a yearly true-up.
    pub since: Option<Date>,
    /// The first day without service, where one is known: the last bill may settle banks.
    pub until: Option<Date>,
    /// Whether the customer moves to another service of the account on this tariff, which takes on what banks hold.
    pub moves_on: bool,
    /// What the agreement says of itself.
    pub terms: &'a Terms,
    /// What is made known to everybody on the tariff from time to time.
    pub published: &'a Published,
    /// To whom the surplus is given, and how much of it.
    pub shares: &'a [(AgreementId, Share)],
    /// What other bills gave and this one takes.
    pub allotted: &'a [Allotted],
}

impl<'a> Input<'a> {
    /// A whole turn with nothing before it, no terms and nothing published.
    pub fn of(period: Period, usage: &'a Usage) -> Input<'a> {
        Input {
            period,
            window: period,
            usage,
            carried: Carried::NONE,
            since: None,
            until: None,
            moves_on: false,
            terms: Terms::NONE,
            published: Published::NONE,
            shares: &[],
            allotted: &[],
        }
    }
}

/// A finished calculation.
#[derive(Clone, Debug, PartialEq)]
pub struct Rated {
    /// The lines, in bill order.
    pub lines: Vec<Line>,
    /// The sum of the lines.
    pub total: Money,
    /// What was delivered, in the unit it is billed in.
    pub billed: Quantity,
    /// For each line, its amount as it would be had no line before it been rounded either: what
    /// studies of tariffs compare.
    pub unrounded: Vec<Exact>,
    /// What is left for the next bill.
    pub carried: Carried,
    /// How the bank of energy went, where the tariff nets.
    pub bank: Option<BankFlow>,
    /// How the bank of credit in money went.
    pub credit: CreditFlow,
    /// What is given to subscribers.
    pub given: Vec<Given>,
}

/// Computes the lines of one agreement.
///
/// Where a new version of the tariff comes in force within the bill, each version prices its own
/// days: use is cut exactly where intervals were measured and by days where a register was read,
/// and whatever is for a month is shared over the days of the turn.
pub fn rate(plan: &Plan, input: &Input) -> Result<Rated, Unratable> {
    let mut carried = input.carried.clone();
    let opening = carried.energy.iter().map(|it| it.micro).sum();
    let mut flows = Flows::default();
    flows.credit.opening = carried.money.iter().map(|it| it.amount).sum();
    let mut drawn = Drawn::none();
    let mut billed: Option<Quantity> = None;
    let called = plan.called(input.period, input.published);
    for section in &sections(plan, &called, input)? {
        let before = drawn.count();
        draw(section, &mut drawn, &mut carried, &mut flows)?;
        drawn.check()?;
        let used = section.used(Flow::Delivered, section.period);
        let so_far = billed.map_or(0, |it| it.micro);
        let unmetered = unmetered::used(section, drawn.among(before, drawn.count()));
        billed = Some(Quantity { micro: so_far + used.micro + unmetered, unit: used.unit });
    }
    let Flows { mut bank, mut credit, given } = flows;
    let moves = input.moves_on && input.until == Some(input.period.end());
    let left = carried.money.iter().map(|it| it.amount).sum();
    *if moves { &mut credit.moved } else { &mut credit.closing } = left;
    let CreditFlow { opening: kept, earned, used, paid, expired, moved, closing } = credit;
    let out = used + paid + expired + moved + closing;
    assert_eq!(kept + earned, out, "credit was lost: {credit:?}");
    if let Some(flow) = &mut bank {
        flow.opening = opening;
        let left = carried.energy.iter().map(|it| it.micro).sum();
        *if moves { &mut flow.moved } else { &mut flow.closing } = left;
        let out = flow.set_off + flow.used + flow.given + flow.paid + flow.expired + flow.credited;
        let into = opening + flow.exported + flow.allotted;
        let kept = flow.moved + flow.closing;
        assert_eq!(into, out + kept, "energy sent back was lost: {flow:?}");
    } else if !input.allotted.is_empty() {
        return Err(Unratable::AllottedWithoutNet);
    }
    carried.forget(input.window.start());
    let Drawn { lines, unrounded, .. } = drawn;
    let total = lines.iter().map(|it| it.amount).sum();
    let billed = billed.expect("a period has at least one day, and so one section");
    Ok(Rated { lines, total, billed, unrounded, carried, bank, credit, given })
}

/// Adds the lines of one section, in bill order.
fn draw(
    section: &Section,
    all: &mut Drawn,
    carried: &mut Carried,
    flows: &mut Flows,
) -> Result<(), Unratable> {
    let tariff = section.tariff();
    let Flows { bank, credit, given } = flows;
    let netted = match &tariff.net {
        Some(net) => {
            let kept = section.bank(net)?;
            let taken = match bank {
                // What was allotted comes in once, before everything else.
                None => netting::take_in(section, net, kept, &mut carried.energy)?,
                Some(_) => Vec::new(),
            };
            let flow = bank.get_or_insert_default();
            flow.allotted += taken.iter().map(|(_, micro)| micro).sum::<i64>();
            if let Some(bank) = kept {
                let turn = month_index(section.input.window.start());
                flow.expired += netting::expire(bank.bank, turn, &mut carried.energy);
            }
            let energy = &mut carried.energy;
            let mut netted = netting::net(section, net, kept, energy, (flow, given))?;
            if kept.is_none() {
                // Nothing keeps it, so that a credit prices it with what was sent back.
                for (period, micro) in taken {
                    netted[0].surplus[period] += micro;
                }
                flow.credited += netted.iter().flat_map(|it| &it.surplus).sum::<i64>();
            }
            netted
        }
        None => Vec::new(),
    };
    // A share or a minimum looks at the lines of its own version only.
    let first = all.count();
    let riders = riders(section)?;
    for (place, component) in tariff.components.iter().enumerate() {
        match riders.iter().find(|it| it.0 == place) {
            None => charge(section, (place, component), &netted, first, all, (carried, credit))?,
            Some((_, sections)) => {
                rider_charges(sections, &netted, first, all, (carried, credit))?;
            }
        }
    }
    if let (Some(net), Some(flow)) = (&tariff.net, bank) {
        let paid = netting::true_up(section, net, &mut carried.energy, flow)?;
        paid.into_iter().for_each(|draft| all.paid(section, draft));
    }
    if let Some(year) = tariff.net.as_ref().and_then(|it| it.year.as_ref()) {
        let paid = netting::year(section, year, &netted, &mut carried.year)?;
        paid.into_iter().for_each(|draft| all.paid(section, draft));
    }
    for section in std::iter::once(section).chain(riders.iter().flat_map(|it| &it.1)) {
        for (place, component) in section.tariff().components.iter().enumerate() {
            if let Charge::Credit(charge) = &component.charge {
                let paid = credit::true_up(section, component, charge, (carried, credit))?;
                paid.into_iter().for_each(|it| all.settled(section, place, it));
            }
        }
    }
    Ok(())
}

/// Adds the lines of a rider. Where it changes within the bill, each version earns credit for its own
/// days, and what they earn together is settled once, behind the last of them: a bill sets a credit
/// off against its charges, whatever day either is of.
fn rider_charges(
    sections: &[Section],
    netted: &[Netted],
    first: usize,
    all: &mut Drawn,
    (carried, credit): (&mut Carried, &mut CreditFlow),
) -> Result<(), Unratable> {
    let mut earned: Vec<Earned> = Vec::new();
    for (nth, section) in sections.iter().enumerate() {
        for (place, component) in section.tariff().components.iter().enumerate() {
            let Charge::Credit(of) = &component.charge else {
                charge(section, (place, component), netted, first, all, (carried, credit))?;
                continue;
            };
            let from = all.count();
            earn(section, (place, component), of, netted, (all, carried))?;
            let more = Of::Everything.sum(section, all.among(from, all.count()));
            let there = earned.iter().position(|it| it.label == component.label);
            let before = there.map(|it| earned.swap_remove(it));
            let now = Earned {
                label: &component.label,
                since: before.as_ref().map_or(section.period.start(), |it| it.since),
                amount: before.as_ref().map_or(Money::ZERO, |it| it.amount) + more.0,
                unrounded: before.as_ref().map_or(Exact::ZERO, |it| it.unrounded) + more.1,
            };
            if sections[nth + 1..].iter().any(|it| it.tariff().has_credit(now.label)) {
                earned.push(now);
                continue;
            }
            let whole = section.since(now.since);
            let sums = ((now.amount, now.unrounded), all.among(first, from));
            let lines = credit::settle(&whole, component, of, sums, (carried, credit));
            lines.into_iter().for_each(|it| all.settled(&whole, place, it));
        }
    }
    Ok(())
}

/// What some versions of a rider earned of one credit.
struct Earned<'a> {
    label: &'a str,
    /// The first day that it was earned for.
    since: Date,
    amount: Money,
    unrounded: Exact,
}

/// Adds the lines that earn a credit.
fn earn(
    section: &Section,
    (place, component): (usize, &Component),
    charge: &CreditCharge,
    netted: &[Netted],
    (all, carried): (&mut Drawn, &Carried),
) -> Result<(), Unratable> {
    volume::lines(section, component, &charge.usage, netted, carried, &mut |draft| {
        all.plain(section, place, draft);
    })
}

/// Adds the lines of one charge; those from `first` on are of the same version.
fn charge(
    section: &Section,
    (place, component): (usize, &Component),
    netted: &[Netted],
    first: usize,
    all: &mut Drawn,
    (carried, credit): (&mut Carried, &mut CreditFlow),
) -> Result<(), Unratable> {
    let mut priced = |draft| all.priced(section, place, draft);
    match &component.charge {
        Charge::Fixed(charge) => fixed::lines(section, component, charge, &mut priced)?,
        Charge::Unmetered(charge) => unmetered::lines(section, component, charge, &mut priced)?,
        Charge::Usage(charge) => {
            volume::lines(section, component, charge, netted, carried, &mut priced)?;
        }
        Charge::Demand(charge) => demand::lines(section, component, charge, carried, &mut priced)?,
        Charge::Coincident(charge) => coincident::lines(section, component, charge, &mut priced)?,
        Charge::Series(charge) => {
            series::line(section, component, charge)?.into_iter().for_each(priced);
        }
        Charge::Credit(charge) => {
            let from = all.count();
            earn(section, (place, component), charge, netted, (all, carried))?;
            let earned = Of::Everything.sum(section, all.among(from, all.count()));
            let (earlier, kept) = (all.among(first, from), (carried, credit));
            let lines = credit::settle(section, component, charge, (earned, earlier), kept);
            lines.into_iter().for_each(|it| all.settled(section, place, it));
        }
        Charge::Minimum(least) => {
            let earlier = all.among(first, all.count());
            let short = minimum::minimum(section, component, least, earlier, carried);
            if let Some((draft, pure)) = short {
                all.add(section, place, draft, Some(pure));
            }
        }
        Charge::Share(charge) => {
            let earlier = all.among(first, all.count());
            let lines = share::lines(section, component, charge, earlier)?;
            lines.into_iter().for_each(|it| all.shared(section, place, charge, it));
        }
        Charge::Include(_) => unreachable!("a rider's own charges stand for it"),
    }
    Ok(())
}

impl Basis {
    /// So much for a month, over `days` of it.
    fn over(quantity: Quantity, price: Price, days: Period, section: &Section) -> Basis {
        if section.is_whole(days) {
            return Basis::Each(quantity, price);
        }
        Basis::Part { quantity, price, days: days.days(), of: section.window_days() }
    }
}

/// Months since the year 0, so that turns can be counted. A turn is called by the month of its
/// middle, and turns of one cycle are a month apart.
fn month_index(turn: Date) -> i64 {
    let middle_is_later = turn.days_in_month() < turn.day() + 15;
    let index = i64::from(turn.year()) * 12 + i64::from(turn.month()) - 1;
    index + i64::from(middle_is_later)
}

impl Carried {
    /// What no ratchet and no settlement of a year can look back on any more is not handed on.
    fn forget(&mut self, turn: Date) {
        let this = month_index(turn);
        self.peaks.retain(|it| this - month_index(it.turn) < MOST_TURNS_BACK);
        self.charged.retain(|it| this - month_index(it.turn) < MOST_TURNS_BACK);
        self.year.retain(|it| this - month_index(it.turn) < MOST_TURNS_BACK);
    }
}

/// The most turns that a ratchet may look back.
pub const MOST_TURNS_BACK: i64 = 36;
