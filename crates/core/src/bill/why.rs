//! Why a bill is higher or lower than another: a few causes in dollars that add up to the
//! difference exactly. One answer for the console, the portal, the paper and the mail.
//!
//! Each charge is walked from what it was to what it is, one thing changing at a time: the days,
//! the use of a day, the hours it fell in, the blocks it reached, and at last the prices. Each step
//! is a cause. Another order would share the difference in another way; this one is kept, so that
//! the same two bills always give the same answer.

mod charge;
mod paired;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::bill::Segment;
use crate::id::AgreementId;
use crate::money::{Exact, Money, Quantity, Rounding};
use crate::person::Language;
use crate::place::Commodity;
use crate::reads::ReadKind;

/// Why one bill differs from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// What the earlier one came to.
    pub from: Money,
    /// What the later one came to.
    pub to: Money,
    /// What made the difference, the largest first: at most [`MOST`], and together exactly it.
    pub causes: Vec<Cause>,
    /// The use of each service on both bills, and their days.
    pub uses: Vec<Use>,
    /// The codes of the tariffs of services that are on others now: of each those before, and those since.
    pub switched: Vec<[String; 2]>,
}

/// One reason, in money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What changed.
    pub kind: CauseKind,
    /// What it added to the bill.
    pub amount: Money,
    /// Whether it is an estimate, as the part of the weather always is.
    pub estimate: bool,
}

/// What changed from one bill to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CauseKind {
    /// More or fewer days.
    Days,
    /// More or less use in a day.
    Usage,
    /// The part of the use that the weather explains.
    Weather,
    /// Use at dearer or cheaper hours.
    TimeOfUse,
    /// Use that reached other blocks.
    Tier,
    /// Another highest use at one time.
    Demand,
    /// Other prices, or another season's.
    Price,
    /// Another tariff.
    Tariff,
    /// A charge or a service that was not there before.
    New,
    /// A charge or a service that is there no more.
    Ended,
    /// An estimate, or the correction of one.
    Estimate,
    /// What was sent back, and credit for it.
    Credit,
    /// What the bill was brought up to.
    Minimum,
    /// Shares of other charges that are collected for somebody else.
    Tax,
    /// Everything smaller.
    Other,
}

words! {
    CauseKind {
        Days = "days", Usage = "usage", Weather = "weather", TimeOfUse = "time-of-use",
        Tier = "tier", Demand = "demand", Price = "price", Tariff = "tariff", New = "new", Ended = "ended",
        Estimate = "estimate", Credit = "credit", Minimum = "minimum", Tax = "tax",
        Other = "other",
    }
}

/// The use of one service on both bills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// The service.
    pub commodity: Commodity,
    /// What was used before, and in how many days.
    pub before: (Quantity, i64),
    /// What was used now, and in how many days.
    pub after: (Quantity, i64),
}

/// What the weather did to an agreement's use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weather {
    /// Whose use.
    pub agreement: AgreementId,
    /// What one degree-day adds, in millionths of the billed unit: it is estimated from earlier
    /// bills.
    pub use_per_degree_day_micro: i64,
    /// Degree-days of the earlier bill.
    pub degree_days_before: i64,
    /// Degree-days of the later one.
    pub degree_days_after: i64,
}

/// The most causes that are said; what is smaller goes together as [`CauseKind::Other`].
pub const MOST: usize = 5;

/// Cents below which a cause is rounding: it goes into the largest one, so that all add up.
const SMALL: i64 = 5;

/// What was found so far, before rounding.
type Found = BTreeMap<CauseKind, Exact>;

/// Why the charges of `after` differ from those of `before`. Segments of one service belong together: those
/// of an agreement, and of one that takes its place there on the day it ends.
pub fn why(before: &[Segment], after: &[Segment], weather: &[Weather]) -> Why {
    let sum = |of: &[Segment]| of.iter().map(|it| it.total).sum::<Money>();
    let mut found = Found::new();
    let (mut uses, mut switched) = (Vec::new(), Vec::new());
    for it in paired::of(before, after) {
        match (it.then, it.now) {
            (Some(then), Some(now)) => {
                let weather = weather.iter().find(|it| it.agreement == now.agreement);
                uses.push(Use {
                    commodity: now.commodity,
                    before: (then.usage, then.period.days()),
                    after: (now.usage, now.period.days()),
                });
                if then.tariff != now.tariff {
                    let (was, is) =
                        (then.tariff.split(", ").next(), now.tariff.rsplit(", ").next());
                    switched.extend(was.zip(is).map(|(was, is)| [was.to_owned(), is.to_owned()]));
                }
                compare(&then, &now, weather, &mut found);
            }
            (None, Some(now)) => add(&mut found, CauseKind::New, Exact::from(now.total)),
            (Some(then), None) => {
                add(&mut found, CauseKind::Ended, Exact::ZERO - Exact::from(then.total));
            }
            (None, None) => {}
        }
    }
    let (from, to) = (sum(before), sum(after));
    Why { from, to, causes: causes(found, to - from), uses, switched }
}

fn add(found: &mut Found, kind: CauseKind, amount: Exact) {
    let so_far = found.entry(kind).or_default();
    *so_far = *so_far + amount;
}

/// Compares the segments of one service.
fn compare(then: &Segment, now: &Segment, weather: Option<&Weather>, found: &mut Found) {
    let mut mine = Found::new();
    match then.tariff == now.tariff {
        true => charge::compare_all(then, now, &mut mine),
        false => charge::another_tariff(then, now, &mut mine),
    }
    if guessed(then) || guessed(now) {
        let usage = mine.remove(&CauseKind::Usage).unwrap_or_default();
        add(&mut mine, CauseKind::Estimate, usage);
    } else if let (Some(weather), Some(usage)) = (weather, mine.get(&CauseKind::Usage).copied()) {
        let part = of_weather(then, now, weather, usage);
        add(&mut mine, CauseKind::Weather, part);
        add(&mut mine, CauseKind::Usage, Exact::ZERO - part);
    }
    for (kind, amount) in mine {
        add(found, kind, amount);
    }
}

/// Whether a register's read at an end of the segment is an estimate.
fn guessed(segment: &Segment) -> bool {
    let reads = segment.evidence.iter().filter_map(|it| it.reads);
    reads.flat_map(|(first, last)| [first, last]).any(|it| it.kind == ReadKind::Estimated)
}

/// The part of the cost of more use that degree-days explain: never more than all of it, and never
/// against it.
fn of_weather(then: &Segment, now: &Segment, weather: &Weather, usage: Exact) -> Exact {
    let (days_then, days_now) = (then.period.days(), now.period.days());
    let scaled = |micro: i64| i128::from(micro) * i128::from(days_now);
    // Both times the earlier days, so that nothing is divided.
    let grown = i128::from(now.usage.micro) * i128::from(days_then) - scaled(then.usage.micro);
    let degrees = i128::from(weather.degree_days_after) * i128::from(days_then)
        - i128::from(weather.degree_days_before) * i128::from(days_now);
    let explained = degrees * i128::from(weather.use_per_degree_day_micro);
    if grown == 0 || (grown < 0) != (explained < 0) {
        return Exact::ZERO;
    }
    let explained = if grown.abs() < explained.abs() { grown } else { explained };
    // Both fit 64 bits once they share their scale.
    let scale = (grown.abs() >> 60) + 1;
    let narrow = |it: i128| i64::try_from(it.div_euclid(scale)).unwrap_or(i64::MAX);
    match narrow(grown) {
        0 => Exact::ZERO,
        of => usage.part(narrow(explained).clamp(of.min(0), of.max(0)), of),
    }
}

/// Rounds the causes so that they add up, and lets the smallest go together.
fn causes(found: Found, difference: Money) -> Vec<Cause> {
    let rounded = found.into_iter().map(|(kind, amount)| Cause {
        kind,
        amount: amount.round(Rounding::HalfEven),
        estimate: kind == CauseKind::Weather,
    });
    let mut causes: Vec<Cause> = rounded.filter(|it| SMALL <= it.amount.cents().abs()).collect();
    causes.sort_by_key(|it| (-it.amount.cents().abs(), it.kind));
    if MOST < causes.len() {
        let rest: Money = causes.drain(MOST - 1..).map(|it| it.amount).sum();
        causes.push(Cause { kind: CauseKind::Other, amount: rest, estimate: false });
    }
    let said: Money = causes.iter().map(|it| it.amount).sum();
    let left = difference - said;
    match causes.first_mut() {
        _ if left == Money::ZERO => {}
        Some(largest) => largest.amount += left,
        None => causes.push(Cause { kind: CauseKind::Other, amount: left, estimate: false }),
    }
    causes.retain(|it| it.amount != Money::ZERO);
    causes
}

impl Why {
    /// What a person reads of one of its causes.
    pub fn said(&self, cause: &Cause, language: Language) -> Cow<'static, str> {
        let said = cause.kind.sentence(Money::ZERO < cause.amount, language);
        if cause.kind != CauseKind::Tariff {
            return Cow::Borrowed(said);
        }
        let each = self.switched.iter().map(|[then, now]| format!("{then} → {now}"));
        Cow::Owned(format!("{said}: {}", each.collect::<Vec<_>>().join(", ")))
    }
}

impl CauseKind {
    /// What a person reads of it when it made the bill higher, or lower.
    fn sentence(self, higher: bool, language: Language) -> &'static str {
        let [english, spanish] = match (self, higher) {
            (CauseKind::Days, true) => ["more days", "más días"],
            (CauseKind::Days, false) => ["fewer days", "menos días"],
            (CauseKind::Usage, true) => ["more use a day", "más consumo por día"],
            (CauseKind::Usage, false) => ["less use a day", "menos consumo por día"],
            (CauseKind::Weather, true) => ["the weather, an estimate", "el clima, estimado"],
            (CauseKind::Weather, false) => {
                ["milder weather, an estimate", "clima más suave, estimado"]
            }
            (CauseKind::TimeOfUse, true) => ["more of it at dearer hours", "más en horas caras"],
            (CauseKind::TimeOfUse, false) => {
                ["more of it at cheaper hours", "más en horas baratas"]
            }
            (CauseKind::Tier, true) => {
                ["use that reached dearer blocks", "consumo en tramos más caros"]
            }
            (CauseKind::Tier, false) => {
                ["use that stayed in cheaper blocks", "consumo en tramos más baratos"]
            }
            (CauseKind::Demand, true) => ["a higher peak", "un pico más alto"],
            (CauseKind::Demand, false) => ["a lower peak", "un pico más bajo"],
            (CauseKind::Price, true) => {
                ["higher prices, or the season's", "precios más altos, o de temporada"]
            }
            (CauseKind::Price, false) => {
                ["lower prices, or the season's", "precios más bajos, o de temporada"]
            }
            (CauseKind::Tariff, _) => ["another tariff", "otra tarifa"],
            (CauseKind::New, _) => {
                ["a charge that was not there before", "un cargo que antes no había"]
            }
            (CauseKind::Ended, _) => ["a charge that is there no more", "un cargo que ya no hay"],
            (CauseKind::Estimate, _) => {
                ["an estimated read, or its correction", "una lectura estimada, o su corrección"]
            }
            (CauseKind::Credit, true) => {
                ["less credit for what was sent back", "menos crédito por lo devuelto"]
            }
            (CauseKind::Credit, false) => {
                ["more credit for what was sent back", "más crédito por lo devuelto"]
            }
            (CauseKind::Minimum, _) => ["the minimum bill", "el cargo mínimo"],
            (CauseKind::Tax, true) => ["taxes on more", "impuestos sobre más"],
            (CauseKind::Tax, false) => ["taxes on less", "impuestos sobre menos"],
            (CauseKind::Other, _) => ["smaller things", "cosas menores"],
        };
        if language == Language::Spanish { spanish } else { english }
    }
}
