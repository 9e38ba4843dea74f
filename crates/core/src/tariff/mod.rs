//! A tariff: what it charges for, and when its clocks strike. The text people write it in is read
//! by [`Tariff::parse`].

pub mod clock;
pub mod diff;
pub mod election;
mod parse;
pub mod preset;
pub mod rider;
pub mod sheet;
mod spoken;

pub(crate) use parse::MONTHS;
use parse::NAME;
pub use parse::{TariffError, reference};

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::account::CustomerClass;
use crate::money::{Price, Quantity, Rounding, Share, Unit};
use crate::person::Language;
use crate::place::Commodity;
use crate::rating::ChargeKind;
use crate::tariff::clock::{Clock, Holidays};
use crate::tariff::election::Election;

/// One version of one tariff: its components, in the order they appear on the bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Tariff {
    /// The code on the rate sheet, such as `R-1`.
    pub code: String,
    /// Whether it is a rider: charges that tariffs include, with dates of their own. Nobody is on it
    /// by itself.
    pub is_rider: bool,
    /// What people call it.
    pub name: String,
    /// The sheet and revision it was taken from; empty when nobody said.
    pub source: String,
    /// What it prices.
    pub commodity: Commodity,
    /// The unit that use is billed in.
    pub unit: Unit,
    /// How what the meter counts becomes that unit, where they differ.
    pub convert: Option<Conversion>,
    /// How what a register counted is cut where a price changes between two reads; `None` when the
    /// text does not say, and then it is [`RegisterCut::ByDays`].
    pub register: Option<RegisterCut>,
    /// The terms that an agreement on it has to have, by their names.
    pub needs: Vec<String>,
    /// The terms that a customer chooses, and may change only at times.
    pub elections: Vec<Election>,
    /// The classes of customers that may be on it; empty where all may.
    pub open_to: Vec<CustomerClass>,
    /// The first day of this version.
    pub from: Date,
    /// What this tariff does with half a cent.
    pub rounding: Rounding,
    /// The days that count as holidays.
    pub holidays: Holidays,
    /// The partitions of the year's hours that its components name.
    pub clocks: Vec<Clock>,
    /// The Spanish words of its name (behind `name`), its charges, the periods of its clocks and the
    /// rows of its tables, each behind what it stands for. What has none is called as it is.
    pub spanish: Vec<(String, String)>,
    /// How what is sent back is set off against what came; `None` when each is priced for itself.
    pub net: Option<Net>,
    /// What is charged, in bill order. A component sees the lines of those before it.
    pub components: Vec<Component>,
}

/// From the meter's unit to the bill's: `convert CCF to therm 1.03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// What the meter counts.
    pub from: Unit,
    /// Millionths of the billed unit in one of the meter's.
    pub factor_micro: i64,
    /// A term it is multiplied by, such as a pressure factor: its place in [`Tariff::needs`].
    pub times: Option<usize>,
}

/// How the use between two reads of a register is cut, where a price changes between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RegisterCut {
    /// Each day has the plain average of all days, whatever the weather.
    ByDays,
}

words! {
    RegisterCut { ByDays = "by-days" }
}

/// One charge: a line of the text, and what it puts on the bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// What the customer reads.
    pub label: String,
    /// What sort of charge it is.
    pub kind: ChargeKind,
    /// The line of the text.
    pub place: Place,
    /// The lines below it that have the prices of each period of its clock; none without one.
    pub places: Vec<Place>,
    /// What it charges.
    pub charge: Charge,
}

/// A line of a tariff text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its number, from 1.
    pub line: u32,
    /// What it says.
    pub text: String,
}

/// What a component charges.
#[derive(Clone, Debug, PartialEq)]
pub enum Charge {
    /// So much for being connected: for each day, turn or bill, and for each of something.
    Fixed(FixedCharge),
    /// So much for use that nothing measures.
    Unmetered(UnmeteredCharge),
    /// So much for what was used, in blocks, by the clock.
    Usage(UsageCharge),
    /// So much for what was sent back, in the customer's favour: its prices are below zero.
    Credit(CreditCharge),
    /// So much for the highest use at one time, in blocks, by the clock.
    Demand(DemandCharge),
    /// So much for the use at the hours of a published peak.
    Coincident(CoincidentCharge),
    /// What was used, each interval at its own published price.
    Series(SeriesCharge),
    /// The least that the lines of the components before it come to.
    Minimum(Minimum),
    /// A share of lines before it.
    Share(ShareCharge),
    /// The charges of a rider, at this place on the bill.
    Include(Include),
}

/// The versions of riders by their code, oldest first.
pub type Riders = BTreeMap<String, Vec<Tariff>>;

/// A rider that a tariff includes. The charge's label is the rider's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The term that says whether it is owed, by its place in [`Tariff::needs`]: not on days on which
    /// it is 0. `None` when it always is.
    pub when: Option<usize>,
    /// How long the version that a customer began with stays; `None` when the newest always counts.
    pub lock: Option<Lock>,
}

/// For how long a customer keeps the version of a rider that was in force at the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    /// How many years.
    pub years: i16,
    /// The term that says when it began, by its place in [`Tariff::needs`]; `None` when with the
    /// agreement.
    pub since: Option<usize>,
}

/// A charge for being connected.
#[derive(Clone, Debug, PartialEq)]
pub struct FixedCharge {
    /// How often it is owed.
    pub every: Every,
    /// One price for each row of `choice`; a single one without.
    pub prices: Vec<Price>,
    /// What happens when service lasts only some days of the turn.
    pub partial: Partial,
    /// The term that says which price is owed.
    pub choice: Option<Choice>,
    /// The terms it is owed for each of: their places in [`Tariff::needs`].
    pub count: Vec<usize>,
}

/// How often a fixed charge is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// For each day of service.
    Day,
    /// For each turn of the bill cycle.
    Turn,
    /// For each bill, however long.
    Bill,
}

/// A table of rows, of which a term of the agreement says which one counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The term, by its place in [`Tariff::needs`].
    pub term: usize,
    /// The word at the head of each row.
    pub words: Vec<String>,
    /// The place of each row, so that a part of a bill can borrow it.
    pub(crate) rows: Vec<usize>,
}

/// A charge for use that nothing measures, such as that of lamps.
#[derive(Clone, Debug, PartialEq)]
pub struct UnmeteredCharge {
    /// What a unit costs.
    pub price: Price,
    /// What one piece uses in a turn of each month, in millionths: January first.
    pub each_micro: [i64; 12],
    /// The terms that say how many pieces there are: their places in [`Tariff::needs`].
    pub count: Vec<usize>,
}

/// A share of lines before it: a rider, a discount or a tax.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareCharge {
    /// One share for each row of `choice`; a single one without.
    pub shares: Vec<Share>,
    /// The term that says which share is owed.
    pub choice: Option<Choice>,
    /// Of what.
    pub of: Of,
    /// The most it comes to, either way.
    pub cap: Option<Cap>,
}

/// The most that a charge comes to in a turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Cap {
    /// The amount, above zero.
    pub most: Price,
    /// The line of the text.
    pub place: Place,
}

/// What happens to a monthly amount when service lasts only some days of the turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partial {
    /// It is shared over the days.
    ByDays,
    /// It is owed whole.
    Whole,
    /// It is owed whole in the turn that service begins in, and not in the one it ends in.
    FullFirst,
    /// It is owed whole in the turn that service ends in, and not in the one it begins in.
    FullLast,
}

/// The least that the lines before it come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minimum {
    /// The least amount, for a month or for each day.
    pub least: Price,
    /// What fewer days do to it.
    pub partial: Partial,
    /// Whether charges below zero count as none, so that a credit is paid beside the minimum; else
    /// the minimum takes it up first.
    pub beside_credits: bool,
    /// The charges that count towards it.
    pub of: Of,
    /// The month whose bill settles it, 1 to 12, when it is the least of a year; its amount is then
    /// for twelve turns.
    pub settled_in: Option<i8>,
}

/// A charge for what was used.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageCharge {
    /// What it prices.
    pub priced: Priced,
    /// The clock that says which ladder prices an hour: its place in [`Tariff::clocks`].
    pub clock: Option<usize>,
    /// One ladder for each period of the clock; a single one without a clock.
    pub ladders: Vec<Ladder>,
    /// How hours of several periods climb their ladders.
    pub scope: Scope,
    /// The term that says which ladder counts, where no clock does.
    pub choice: Option<Choice>,
    /// How much of the use is priced at most.
    pub at_most: Option<Limit>,
}

/// What a charge for use counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Priced {
    /// What came to the customer, as it was measured.
    Delivered,
    /// What the customer sent back, as it was measured.
    Received,
    /// What is left of what came after [`Tariff::net`] set off what was sent back. In a rider, what
    /// came where the tariff that includes it does not net.
    Net,
    /// What is left of what was sent back. In a rider, what was sent back where the tariff that
    /// includes it does not net.
    Surplus,
}

/// A credit for what was sent back.
#[derive(Clone, Debug, PartialEq)]
pub struct CreditCharge {
    /// What it prices.
    pub usage: UsageCharge,
    /// The charges it can bring down; `None` when all, and below zero.
    pub offsets: Option<Of>,
    /// What becomes of credit that found nothing to bring down; `None` when it is lost.
    pub bank: Option<MoneyBank>,
}

/// A bank of credit in money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyBank {
    /// When it is settled and when it expires.
    pub bank: Bank,
    /// Whether what a turn earns brings down only the bills of later ones.
    pub from_next_turn: bool,
    /// The share of what is left at the true-up, or of what expires, that is paid; the rest is lost.
    pub paid: Share,
}

/// How what was sent back is set off against what came.
#[derive(Clone, Debug, PartialEq)]
pub struct Net {
    /// Over how long.
    pub window: NetWindow,
    /// The clock within whose periods it is; `None` when over all hours.
    pub clock: Option<usize>,
    /// The banks of energy that was not set off, of which the first counts that the customer chose;
    /// none when a credit prices it.
    pub banks: Vec<EnergyBank>,
    /// What is paid for the surplus of a year; `None` when nothing is.
    pub year: Option<YearSurplus>,
    /// The line of the text.
    pub place: Place,
}

/// What is paid for energy sent back beyond what came over a whole year, whatever its turns were
/// credited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearSurplus {
    /// When the year is settled.
    pub bank: Bank,
    /// The name under which its price is published: the last one of the days of the bill counts.
    pub series: String,
}

/// Over how long energy is set off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetWindow {
    /// Each interval of the meter.
    Interval,
    /// Each turn of the bill cycle.
    Turn,
}

/// A bank of energy.
#[derive(Clone, Debug, PartialEq)]
pub struct EnergyBank {
    /// The term, by its place in [`Tariff::needs`], and the word it has for customers with this bank;
    /// `None` when every one has it.
    pub when: Option<(usize, String)>,
    /// Whether energy of one period is set off only in that period.
    pub by_period: bool,
    /// The share of a surplus that the bank takes in; the rest is the utility's.
    pub kept: Share,
    /// When it is settled and when it expires.
    pub bank: Bank,
    /// What the residue is paid when the bank is settled, below zero; `None` when it is not paid.
    pub pays: Option<Price>,
}

/// When a bank is settled and when what is in it expires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bank {
    /// The turn whose bill empties it; `None` when it rolls on for ever.
    pub true_up: Option<TrueUp>,
    /// Turns after which a lot expires; `None` when never.
    pub expires_after: Option<i64>,
    /// What becomes of it when service ends.
    pub on_move: OnMove,
}

/// What becomes of a bank when service ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnMove {
    /// It goes on to the service of the same account, on the same tariff, to which the customer moves; where
    /// there is none the last bill settles it as a true-up does.
    #[default]
    Carry,
    /// The last bill settles it as a true-up does, wherever the customer goes.
    Settle,
    /// It is lost with the last bill, whatever a true-up pays.
    Lost,
}

/// What a bill does with a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// It stays for the next one.
    No,
    /// It is emptied, and paid as far as the tariff pays for it.
    Settled,
    /// It is emptied, and nothing is paid.
    Lost,
}

/// When a bank is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrueUp {
    /// With the turn of this month, 1 to 12.
    Month(i8),
    /// With the turn before the one in which the agreement began, each year.
    Anniversary,
    /// With the turn of the month that a term says, by its place in [`Tariff::needs`].
    Term(usize),
}

/// A charge for the highest mean power in one window of time.
#[derive(Clone, Debug, PartialEq)]
pub struct DemandCharge {
    /// The clock that says which hours are looked at for which ladder.
    pub clock: Option<usize>,
    /// One ladder for each period of the clock, in the unit of `of`; a single one without a clock.
    pub ladders: Vec<Ladder>,
    /// What is measured.
    pub of: Demanded,
    /// How long a demand lasts; `None` when one interval of the meter.
    pub window: Option<DemandWindow>,
    /// What a poor power factor does to it.
    pub power_factor: Option<PowerFactor>,
    /// What the billed demand does not fall below.
    pub least: Option<LeastDemand>,
    /// Earlier demands that the billed one does not fall below a share of.
    pub ratchets: Vec<Ratchet>,
    /// How it climbs its ladder.
    pub climb: DemandClimb,
}

/// What a billed demand does not fall below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeastDemand {
    /// So much.
    Fixed(Quantity),
    /// A share of a number that the agreement says, by its place in [`Tariff::needs`].
    Term(Share, usize),
}

/// What a demand charge measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demanded {
    /// Power, in kW.
    Power,
    /// Apparent power, in kVA: the root of kW² + kvar² of the same window.
    Apparent,
    /// Reactive power, in kvar.
    Reactive {
        /// The share of the highest kW that is free.
        beyond: Share,
    },
}

/// How long the mean is taken over that is a demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemandWindow {
    /// Its length.
    pub minutes: u16,
    /// When the next one begins.
    pub next: NextWindow,
}

/// When the next window of a demand begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextWindow {
    /// When the one before it ends.
    AtItsEnd,
    /// With every interval of the meter.
    EachInterval,
    /// So many minutes later.
    After(u16),
}

/// A demand whose power factor is below a share is billed times the share, over the factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PowerFactor {
    /// The share that is good enough.
    pub least: Share,
    /// When the factor is taken.
    pub taken: FactorTaken,
}

/// When a power factor is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorTaken {
    /// Over all the days: from their kWh and kvarh.
    Overall,
    /// In the window of the highest demand.
    AtThePeak,
}

/// How a demand climbs its ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemandClimb {
    /// Each block has its own price.
    EachBlock,
    /// All of it has the price of the block it reaches.
    BlockReached,
}

/// A charge for the use at the hours of a published peak.
#[derive(Clone, Debug, PartialEq)]
pub struct CoincidentCharge {
    /// The clock that says which ladder prices an hour.
    pub clock: Option<usize>,
    /// One ladder of one block for each period of the clock; a single one without a clock.
    pub ladders: Vec<Ladder>,
    /// The name under which the hours are published.
    pub peaks: String,
}

/// A charge for what was used, at prices that are published.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesCharge {
    /// The name under which the prices are published.
    pub series: String,
    /// What is added to each; it may be below zero.
    pub adder: Price,
}

/// A share of the highest demand of earlier turns, below which the billed demand does not fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratchet {
    /// The share.
    pub share: Share,
    /// How many turns it looks back.
    pub turns: i64,
    /// The months whose demands it looks at: January is bit 0.
    pub months: u16,
    /// Whether a customer without earlier demands starts at none; else such a bill is held.
    pub starts_at_none: bool,
}

/// Blocks in rising order. The last one has no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder(pub Vec<Block>);

/// One step of a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The price inside the block.
    pub price: Price,
    /// Where the block ends, counted from zero; `None` in the last one.
    pub up_to: Option<Limit>,
}

/// Where a block of a [`Ladder`] ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How much.
    pub quantity: Quantity,
    /// For what.
    pub per: Per,
    /// A term that the quantity is multiplied by: its place in [`Tariff::needs`].
    pub times: Option<usize>,
    /// Whether the quantity is a share of that term, `80% of baseline`, and not so much for each.
    pub is_share: bool,
}

/// What a [`Limit`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Per {
    /// A turn of the bill cycle; fewer days have a smaller limit.
    Turn,
    /// A day of service.
    Day,
    /// Each kW of the demand that the tariff bills for the turn, or of the highest that was measured
    /// where it bills none: hours of use.
    Kw,
    /// Each kW of that demand, for a day of service.
    KwDay,
}

/// How the use in several periods of a clock fills blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All periods climb one ladder in the order of time; each hour is priced by its period's price
    /// for the block that is then reached.
    Chronological,
    /// All periods climb one ladder together; each block holds the same share of every period.
    ProRata,
    /// Each period climbs its own ladder.
    PerPeriod,
}

/// Which lines before a component it is a share of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// All of them.
    Everything,
    /// Those of these components, by their place.
    These(Vec<usize>),
    /// Those of the charges with these labels, above it in the rider or above the rider in the tariff
    /// that includes it.
    Named(Vec<String>),
}

words! {
    Partial {
        ByDays = "by-days", Whole = "whole", FullFirst = "full-first", FullLast = "full-last",
    }
    Every { Day = "daily", Turn = "monthly", Bill = "per-bill" }
    Scope { Chronological = "chronological", ProRata = "pro-rata", PerPeriod = "per-period" }
}

impl Charge {
    /// Whether it hands something on to the next bill: a bank, a peak, a year's sum.
    pub(crate) fn carries(&self) -> bool {
        match self {
            Charge::Credit(it) => it.bank.is_some(),
            Charge::Demand(it) => !it.ratchets.is_empty(),
            Charge::Minimum(it) => it.settled_in.is_some() || it.partial != Partial::ByDays,
            _ => false,
        }
    }
}

impl Bank {
    /// Whether some bill empties it.
    pub(crate) fn is_settled(self) -> bool {
        self.true_up.is_some() || self.on_move == OnMove::Settle
    }

    /// The term that says when, where one does.
    pub(crate) fn term(self) -> Option<usize> {
        match self.true_up {
            Some(TrueUp::Term(term)) => Some(term),
            _ => None,
        }
    }
}

impl Tariff {
    /// What it is called in a language.
    pub fn called(&self, language: Language) -> &str {
        let spanish = (language == Language::Spanish).then(|| self.spanish(NAME)).flatten();
        spanish.unwrap_or(&self.name)
    }

    /// What a charge, a period or a row is called in a language.
    pub(crate) fn word<'a>(&'a self, of: &'a str, language: Language) -> &'a str {
        match language {
            Language::English => of,
            Language::Spanish => self.spanish(of).unwrap_or(of),
        }
    }

    /// The Spanish words for a charge, a period or a row; `None` where it says none.
    pub(crate) fn spanish(&self, of: &str) -> Option<&str> {
        self.spanish.iter().find(|it| it.0 == of).map(|it| it.1.as_str())
    }

    /// Whether customers of a class may be on it.
    pub fn is_open_to(&self, class: CustomerClass) -> bool {
        self.open_to.is_empty() || self.open_to.contains(&class)
    }

    /// The codes of the riders it includes.
    pub fn riders(&self) -> impl Iterator<Item = &str> {
        let rider = |it: &'_ Component| matches!(it.charge, Charge::Include(_));
        self.components.iter().filter(move |it| rider(it)).map(|it| it.label.as_str())
    }

    /// What becomes of what its banks of energy and of money hold when service ends; nothing where it has none.
    pub fn banks_on_move(&self) -> impl Iterator<Item = (OnMove, bool)> + '_ {
        let energy = self.net.iter().flat_map(|it| &it.banks);
        let energy = energy.map(|it| (it.bank.on_move, it.pays.is_some()));
        let money = self.components.iter().filter_map(|it| match &it.charge {
            Charge::Credit(it) => it.bank.map(|it| (it.bank.on_move, it.paid.nano != 0)),
            _ => None,
        });
        energy.chain(money)
    }

    /// Whether it has a credit called `label`.
    pub(crate) fn has_credit(&self, label: &str) -> bool {
        let is_one = |it: &Component| it.label == label && matches!(it.charge, Charge::Credit(_));
        self.components.iter().any(is_one)
    }

    /// Whether it prices anything that a meter measures. A service on a tariff that does not needs
    /// no meter.
    pub fn is_measured(&self) -> bool {
        let measured = |it: &Component| {
            matches!(
                it.charge,
                Charge::Usage(_)
                    | Charge::Demand(_)
                    | Charge::Coincident(_)
                    | Charge::Series(_)
                    | Charge::Credit(_)
            )
        };
        self.components.iter().any(measured)
    }

    /// Whether a read that was worked out does for it: it prices how much was used, and neither how
    /// hard nor at which hour.
    pub fn may_be_estimated(&self) -> bool {
        let by_the_hour = |it: &Component| {
            let hard =
                matches!(it.charge, Charge::Demand(_) | Charge::Coincident(_) | Charge::Series(_));
            hard || matches!(&it.charge, Charge::Usage(it) if it.clock.is_some())
        };
        !self.components.iter().any(by_the_hour)
    }
}
