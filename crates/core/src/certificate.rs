//! Renewable energy certificates: one for each whole megawatt-hour that a generator reports, and
//! where each of them is now.
//!
//! A generator's [`Book`] is what was reported of it and every movement of its certificates, each
//! only ever added. What a certificate is now follows from the movements alone: [`Book::lots`].

mod book;
mod refusal;
mod report;

use std::fmt;

use jiff::civil::Date;

pub use book::Book;
pub use refusal::{NotMoved, NotReported};
pub use report::{Report, Settled, Source};

use crate::id::{GeneratorId, ServicePointId};
use crate::meter::Flow;
use crate::period::Period;

/// The millionths of a kWh in a certificate: one MWh.
pub const CERTIFICATE_MICRO: i64 = 1_000_000_000;

/// Who issues the certificates and knows each by its serial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registry {
    /// The Midwest Renewable Energy Tracking System.
    MRets,
    /// The Western Renewable Energy Generation Information System.
    Wregis,
    /// The Generation Attribute Tracking System of PJM.
    Gats,
}

/// What a generator runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fuel {
    /// Light.
    Solar,
    /// Wind.
    Wind,
    /// Falling water.
    Hydro,
    /// Wood, crops, waste.
    Biomass,
    /// Gas of landfills and digesters.
    Biogas,
    /// Heat of the earth.
    Geothermal,
}

/// To whom the certificates of a generator belong when they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The customer whose generator it is.
    Customer,
    /// The utility.
    Utility,
}

words! {
    Registry { MRets = "M-RETS", Wregis = "WREGIS", Gats = "PJM-GATS" }
    Fuel {
        Solar = "solar",
        Wind = "wind",
        Hydro = "hydro",
        Biomass = "biomass",
        Biogas = "biogas",
        Geothermal = "geothermal",
    }
    Owner { Customer = "customer", Utility = "utility" }
}

/// A generator as its registry knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    /// Which one, inside.
    pub id: GeneratorId,
    /// Where it is registered.
    pub registry: Registry,
    /// Its number there, such as `M805`.
    pub number: String,
    /// The reporting unit of it that is ours, as the registry calls it.
    pub unit: String,
    /// What it runs on.
    pub fuel: Fuel,
    /// Where it is measured.
    pub service_point: ServicePointId,
    /// What counts as generated there: what was received, or, where the service point is that of a
    /// generation meter, what was delivered.
    pub flow: Flow,
    /// Its nameplate, where it is known.
    pub nameplate_watts: Option<i64>,
}

/// The month in which something was generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vintage {
    // Invariant: the first day of a month that has a last one.
    first: Date,
}

impl Vintage {
    /// The month of `day`; `None` at the end of all dates.
    pub fn of(day: Date) -> Option<Vintage> {
        let first = day.first_of_month();
        first.last_of_month().tomorrow().ok().map(|_| Vintage { first })
    }

    /// Reads `2026-07`, or `07/2026` as registries write it.
    pub fn parse(text: &str) -> Option<Vintage> {
        let (year, month) = match text.split_once('/') {
            Some((month, year)) => (year, month),
            None => text.split_once('-')?,
        };
        let plain =
            |it: &str, digits| it.len() == digits && it.bytes().all(|it| it.is_ascii_digit());
        if !plain(year, 4) || !plain(month, 2) {
            return None;
        }
        let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
        Vintage::of(first)
    }

    /// Its first day: how it is stored, and in the order of time.
    pub fn first(self) -> Date {
        self.first
    }

    /// Its days.
    pub fn days(self) -> Period {
        let end = self.first.last_of_month().tomorrow().expect("a vintage has a day after it");
        Period::new(self.first, end).expect("a month has days")
    }
}

impl fmt::Display for Vintage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.first.year(), self.first.month()))
    }
}

/// Whose the certificates are from a vintage on, until another election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Election {
    /// The first vintage.
    pub from: Vintage,
    /// Whose.
    pub owner: Owner,
}

/// Certificates of one generator in a row, both ends included. They count from 1, and none is
/// counted twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Serials {
    // Invariant: 1 <= from <= to.
    from: i64,
    to: i64,
}

impl Serials {
    /// Those from one to another; `None` where that is nobody's.
    pub fn new(from: i64, to: i64) -> Option<Serials> {
        (1 <= from && from <= to).then_some(Serials { from, to })
    }

    /// Reads `3-7` or `3`.
    pub fn parse(text: &str) -> Option<Serials> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let number = |it: &str| it.trim().parse::<i64>().ok();
        Serials::new(number(from)?, number(to)?)
    }

    /// The first.
    pub fn from(self) -> i64 {
        self.from
    }

    /// The last.
    pub fn to(self) -> i64 {
        self.to
    }

    /// How many.
    pub fn count(self) -> i64 {
        self.to - self.from + 1
    }

    /// Those that are also in `other`.
    pub fn common(self, other: Serials) -> Option<Serials> {
        Serials::new(self.from.max(other.from), self.to.min(other.to))
    }
}

impl fmt::Display for Serials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Serials { from, to } = self;
        if from == to { write!(f, "{from}") } else { write!(f, "{from}-{to}") }
    }
}

/// What happens to certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// They are made, of what was generated in a month.
    Mint {
        /// The month.
        vintage: Vintage,
        /// Whose they are first.
        owner: Owner,
    },
    /// They are taken back: less was generated than had been reported.
    Withdraw,
    /// They go to somebody else.
    Transfer {
        /// To whom.
        to: String,
    },
    /// They are used up, and never move again.
    Retire {
        /// For whom.
        beneficiary: String,
        /// Why, such as the standard they count for.
        reason: String,
    },
    /// They were kept for too long to count for anybody.
    Expire,
}

/// Something that happened to certificates of a generator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// The day.
    pub on: Date,
    /// Which of them.
    pub serials: Serials,
    /// What.
    pub step: Step,
    /// The report that made or took them back, by its place among the generator's reports.
    pub report: Option<i64>,
}

/// Where certificates stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// They are with their first owner.
    Active,
    /// They went to somebody else.
    Transferred,
    /// They were taken back.
    Withdrawn,
    /// They were used up.
    Retired {
        /// For whom.
        beneficiary: String,
        /// Why.
        reason: String,
    },
    /// They are too old.
    Expired,
}

impl Standing {
    /// One word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Standing::Active => "active",
            Standing::Transferred => "transferred",
            Standing::Withdrawn => "withdrawn",
            Standing::Retired { .. } => "retired",
            Standing::Expired => "expired",
        }
    }

    /// Whether they may still go somewhere.
    pub fn moves(&self) -> bool {
        matches!(self, Standing::Active | Standing::Transferred)
    }
}

/// Certificates in a row that are all alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The month in which it was generated.
    pub vintage: Vintage,
    /// Which.
    pub serials: Serials,
    /// Who has them, or had them last.
    pub holder: String,
    /// Where they stand.
    pub standing: Standing,
}
