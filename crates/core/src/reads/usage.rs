//! From reads to usage: what a service point used in a period, with the evidence kept.

mod ended;
mod gas;
mod interval;
mod made_of;
mod register;

use jiff::Timestamp;
use jiff::civil::Date;

pub use self::ended::{Ended, LastRead};
pub use self::gas::{Factors, Gas};
use self::interval::{Stretch, joined};
pub use self::register::read_about;
use crate::bill::check::Hold;
use crate::calendar::Reads;
use crate::meter::{Channel, Flow, Form};
use crate::money::{Quantity, Unit};
use crate::period::{Period, Zone};
use crate::reads::relation::Relation;
use crate::reads::{Read, ReadKind, Series};

/// What is known of the meters at a service point: all that usage follows from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The meters that hang or hung there, in any order.
    pub hung: Vec<Hung>,
    /// Other points that its use is made of too.
    pub parts: Vec<Part>,
    /// Where it is gas: what makes it comparable.
    pub gas: Option<Gas>,
    /// How far from the edges of a turn its registers are read.
    pub reads: Reads,
    /// What the bill before ended with; `None` where there is none.
    pub ended: Option<Ended>,
}

impl Facts {
    /// Whether a meter there measures a flow, or one of a point that its use is made of.
    pub fn measures(&self, flow: Flow) -> bool {
        let mut channels = self.hung.iter().flat_map(|it| &it.channels);
        channels.any(|it| it.channel.flow == flow)
            || self.parts.iter().any(|it| it.facts.measures(flow))
    }
}

/// Another service point that use is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How, and on which days.
    pub relation: Relation,
    /// What is known of its meters.
    pub facts: Facts,
}

/// A meter in one place for some days, and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hung {
    /// The number on its face.
    pub meter: String,
    /// The first day it hung there.
    pub from: Date,
    /// The day it was gone; `None` while it hangs there.
    pub to: Option<Date>,
    /// Its registers and interval channels.
    pub channels: Vec<Measured>,
}

/// What one register or channel said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The register or channel.
    pub channel: Channel,
    /// Of a register: its reads in the order they were learned. Of two for one day the later counts.
    pub reads: Vec<Read>,
    /// Of an interval channel: its values. Whatever lies outside the series is missing.
    pub series: Option<Series>,
}

/// What a service point used in a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// To the customer, multipliers applied.
    pub delivered: Quantity,
    /// From the customer; zero where nothing measures it.
    pub received: Quantity,
    /// Reactive energy, in kvarh; `None` where nothing measures it.
    pub reactive: Option<Quantity>,
    /// When it was used, where interval data says so.
    pub profile: Option<Profile>,
    /// The reads it was made of, to be printed on the bill.
    pub evidence: Vec<Evidence>,
}

/// Gapless interval values over the whole of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The instant at which the first interval starts: the period's first local midnight.
    pub start: Timestamp,
    /// The length of each interval.
    pub minutes: u16,
    /// To the customer, millionths of the unit.
    pub delivered_micro: Vec<i64>,
    /// From the customer, millionths of the unit; empty where nothing measures it.
    pub received_micro: Vec<i64>,
    /// Reactive energy, millionths of a kvarh; empty where no intervals measure it.
    pub reactive_micro: Vec<i64>,
}

/// How one meter contributed to usage: a line of the meter table on the bill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The number on the meter's face.
    pub meter: String,
    /// The unit of its register.
    pub unit: Unit,
    /// Which way.
    pub flow: Flow,
    /// The days it counts for.
    pub period: Period,
    /// The two reads, where a register was read; `None` where intervals were summed.
    pub reads: Option<(EvidenceRead, EvidenceRead)>,
    /// The multiplier, in millionths.
    pub multiplier_micro: i64,
    /// What it adds to usage.
    pub used: Quantity,
    /// How many of its intervals or reads are estimates.
    pub estimated: u32,
}

/// A read as the bill prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceRead {
    /// The day at whose start it holds.
    pub on: Date,
    /// The index, in millionths.
    pub index_micro: i64,
    /// How we know.
    pub kind: ReadKind,
}

impl Usage {
    /// All that prices depend on, in one text that is the same for the same use: what a bill keeps a
    /// hash of.
    pub fn canonical(&self) -> String {
        let Usage { delivered, received, reactive, profile, evidence: _ } = self;
        let mut text = format!(
            "delivered {} {}\nreceived {} {}\n",
            delivered.micro, delivered.unit, received.micro, received.unit
        );
        // Where nothing measures it, the text is as if there were no such thing.
        if let Some(reactive) = reactive {
            text.push_str(&format!("reactive {} {}\n", reactive.micro, reactive.unit));
        }
        let Some(profile) = profile else { return text };
        let Profile { start, minutes, delivered_micro, received_micro, reactive_micro } = profile;
        text.push_str(&format!("from {} every {minutes}\n", start.as_second()));
        let flows = [("in", delivered_micro), ("out", received_micro)];
        let swung = Some(("reactive", reactive_micro)).filter(|_| !reactive_micro.is_empty());
        for (name, values) in flows.into_iter().chain(swung) {
            text.push_str(name);
            for value in values {
                text.push(' ');
                push(&mut text, *value);
            }
            text.push('\n');
        }
        text
    }
}

/// Appends a whole number. There are hundreds to each bill, and what formats anything took longer than
/// the rating does.
fn push(text: &mut String, value: i64) {
    let mut digits = [b'0'; 20];
    let (mut at, mut rest) = (digits.len() - 1, value.unsigned_abs());
    while 10 <= rest {
        digits[at] += u8::try_from(rest.rem_euclid(10)).expect("a digit");
        rest = rest.div_euclid(10);
        at -= 1;
    }
    digits[at] += u8::try_from(rest).expect("a digit");
    if value < 0 {
        text.push('-');
    }
    text.push_str(str::from_utf8(&digits[at..]).expect("digits are text"));
}

/// What the meters in `facts` say was used in `period`, or why nobody can say.
///
/// An interval channel wins over a register of the same flow. Where a meter was exchanged, each
/// counts for its own days. Parts are added as they are billed themselves, each with its own factors.
pub fn usage(period: Period, zone: &Zone, facts: &Facts) -> Result<Usage, Hold> {
    usage_between(period, zone, facts, [Edge::Exact; 2])
}

/// What becomes of a read that is not of the day at an edge of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// It is of another day: service begins or ends here, or a meter does.
    Exact,
    /// The nearest within the window counts: the register is read about here for a turn. Where the bill
    /// before ended here, the read with which it ended.
    Scheduled,
}

/// The same, where the register is read about the first day of the period, or about the day after its
/// last, as the window in `facts` says.
pub fn usage_between(
    period: Period,
    zone: &Zone,
    facts: &Facts,
    edges: [Edge; 2],
) -> Result<Usage, Hold> {
    let own = match facts.hung.is_empty() && !facts.parts.is_empty() {
        true => None,
        false => {
            let own = of_meters(period, zone, facts, edges)?;
            Some(match &facts.gas {
                Some(gas) => gas::converted(period, zone, gas, own)?,
                None => own,
            })
        }
    };
    match own {
        Some(own) if facts.parts.is_empty() => Ok(own),
        own => made_of::with_parts(period, zone, facts, own),
    }
}

/// What the point's own meters counted.
fn of_meters(period: Period, zone: &Zone, facts: &Facts, edges: [Edge; 2]) -> Result<Usage, Hold> {
    let (mut delivered, mut received, mut reactive) = (Vec::new(), Vec::new(), Vec::new());
    for (hung, days) in parts(period, facts)? {
        // Where a meter was exchanged it was read that day.
        let near = |edge: Edge, is_edge: bool| match edge {
            Edge::Scheduled if is_edge => facts.reads,
            _ => Reads::default(),
        };
        let near = [
            near(edges[0], days.start() == period.start()),
            near(edges[1], days.end() == period.end()),
        ];
        let follows = edges[0] == Edge::Scheduled && days.start() == period.start();
        let ended = facts.ended.as_ref().filter(|it| follows && it.on == period.start());
        let about = (days, near, ended);
        let to_customer = contributions(hung, Flow::Delivered, about, zone)?;
        if to_customer.is_empty() {
            return Err(Hold::NoRead { meter: hung.meter.clone(), on: days.end() });
        }
        delivered.push(to_customer);
        received.push(contributions(hung, Flow::Received, about, zone)?);
        reactive.push(contributions(hung, Flow::Reactive, about, zone)?);
    }
    // Where only some of the meters counted it, nobody knows what it was.
    if reactive.iter().any(Vec::is_empty) {
        reactive.clear();
    }
    let unit = delivered[0][0].evidence.unit;
    if let Some(other) =
        delivered.iter().chain(&received).flatten().find(|it| it.evidence.unit != unit)
    {
        let Evidence { meter, unit: other, .. } = &other.evidence;
        return Err(Hold::Units { meter: meter.clone(), unit: *other, other: unit });
    }
    if let Some(other) = reactive.iter().flatten().find(|it| it.evidence.unit != Unit::Kvarh) {
        let Evidence { meter, unit, .. } = &other.evidence;
        return Err(Hold::Units { meter: meter.clone(), unit: *unit, other: Unit::Kvarh });
    }
    let all = delivered.iter().chain(&received).chain(&reactive).flatten();
    Ok(Usage {
        delivered: total(&delivered, unit),
        received: total(&received, unit),
        reactive: (!reactive.is_empty()).then(|| total(&reactive, Unit::Kvarh)),
        profile: profile(zone.start_of(period.start()), &delivered, &received, &reactive),
        evidence: all.map(|it| it.evidence.clone()).collect(),
    })
}

/// What one register or channel adds in the days its meter hung there.
struct Contribution {
    evidence: Evidence,
    /// The values, where it is an interval channel.
    stretch: Option<Stretch>,
}

/// The meters that hung there one after the other, each with its days, without a day between.
fn parts(period: Period, facts: &Facts) -> Result<Vec<(&Hung, Period)>, Hold> {
    let days_of = |hung: &Hung| period.overlap(hung.from, hung.to);
    let mut parts: Vec<(&Hung, Period)> =
        facts.hung.iter().filter_map(|it| Some((it, days_of(it)?))).collect();
    parts.sort_by_key(|(_, days)| *days);
    let mut on = period.start();
    for (_, days) in &parts {
        if on < days.start() {
            return Err(Hold::NoMeter { on });
        }
        on = days.end();
    }
    if on < period.end() { Err(Hold::NoMeter { on }) } else { Ok(parts) }
}

/// What the meter's channels of one flow add: its interval channel, or else all its registers.
fn contributions(
    hung: &Hung,
    flow: Flow,
    (days, near, ended): (Period, [Reads; 2], Option<&Ended>),
    zone: &Zone,
) -> Result<Vec<Contribution>, Hold> {
    let counts = |it: &&Measured| it.channel.flow == flow && it.channel.unit != Unit::Kw;
    let channels: Vec<&Measured> = hung.channels.iter().filter(counts).collect();
    let by_interval = |it: &&&Measured| matches!(it.channel.form, Form::Interval { .. });
    if let Some(channel) = channels.iter().find(by_interval) {
        return interval::contribution(&hung.meter, channel, days, zone).map(|it| vec![it]);
    }
    let of_register = |it: &&Measured| {
        let first = ended.and_then(|ended| ended.read_of(hung, &it.channel));
        register::contribution(&hung.meter, it, days, (near, first))
    };
    channels.iter().map(of_register).collect()
}

fn total(parts: &[Vec<Contribution>], unit: Unit) -> Quantity {
    Quantity { micro: parts.iter().flatten().map(|it| it.evidence.used.micro).sum(), unit }
}

/// The values of all meters as one row, if intervals say when the whole delivery was used. What is
/// received counts in it only where intervals measure it; the days of a meter that does not
/// measure it, next to one that does, are zero. What is reactive counts only where intervals measure
/// all of it.
fn profile(
    start: Timestamp,
    delivered: &[Vec<Contribution>],
    received: &[Vec<Contribution>],
    reactive: &[Vec<Contribution>],
) -> Option<Profile> {
    let stretch = |it: &[Contribution]| it.first().and_then(|it| it.stretch.clone());
    let stretches = |of: &[Vec<Contribution>]| -> Option<Vec<Stretch>> {
        of.iter().map(|it| stretch(it)).collect()
    };
    let to_customer = stretches(delivered)?;
    let swinging = stretches(reactive).unwrap_or_default();
    let mut from_customer: Vec<Stretch> = Vec::new();
    if received.iter().all(|it| it.is_empty() || it[0].stretch.is_some()) {
        let zeros = |it: &Stretch| Stretch { minutes: it.minutes, micro: vec![0; it.micro.len()] };
        let given = received.iter().zip(&to_customer);
        from_customer.extend(given.map(|(it, same)| stretch(it).unwrap_or_else(|| zeros(same))));
    }
    let measured = received.iter().any(|it| !it.is_empty());
    if !measured {
        from_customer.clear();
    }
    let all = to_customer.iter().chain(&from_customer).chain(&swinging);
    let minutes = all.map(|it| it.minutes).max()?;
    Some(Profile {
        start,
        minutes,
        delivered_micro: joined(&to_customer, minutes)?,
        received_micro: joined(&from_customer, minutes)?,
        reactive_micro: joined(&swinging, minutes)?,
    })
}

/// `micro` times a multiplier in millionths, to the nearest millionth; `None` beyond 2^63.
fn times(micro: i64, multiplier_micro: i64) -> Option<i64> {
    // Most meters multiply by one, and there are thousands of values in a month.
    if multiplier_micro == 1_000_000 {
        return Some(micro);
    }
    let exact = i128::from(micro) * i128::from(multiplier_micro);
    i64::try_from((exact + 500_000).div_euclid(1_000_000)).ok()
}

/// What a meter adds, as a line of the bill's meter table.
fn evidence(
    meter: &str,
    channel: &Channel,
    period: Period,
    used_micro: i64,
    estimated: u32,
) -> Evidence {
    Evidence {
        meter: meter.to_owned(),
        unit: channel.unit,
        flow: channel.flow,
        period,
        reads: None,
        multiplier_micro: channel.multiplier_micro,
        used: Quantity { micro: used_micro, unit: channel.unit },
        estimated,
    }
}
