//! Why nothing is registered, reported or filed, and how an act on certificates is told.

use std::fmt;

use meterbook_core::certificate::{Movement, Registry, Settled, Step, Vintage};
use meterbook_core::meter::Flow;
use meterbook_core::place::Commodity;
use meterbook_core::text::{counted, decimal};

/// Why an act on generators and certificates is refused, besides what their book refuses.
#[derive(Debug, PartialEq, Eq)]
pub enum CertificateRefusal {
    /// A number that the registry does not give.
    OddNumber {
        /// What was said.
        number: String,
        /// The registry.
        registry: Registry,
    },
    /// There is a generator of this number.
    NumberTaken {
        /// The number.
        number: String,
    },
    /// There is no generator of this number.
    NoGenerator {
        /// The number.
        number: String,
    },
    /// It is at a service point for something else.
    NotElectric {
        /// What is served there.
        commodity: Commodity,
    },
    /// Reactive energy is nothing that is generated.
    Reactive,
    /// A nameplate is above zero.
    NoNameplate,
    /// The owner was elected from that month on or from a later one.
    Elected {
        /// The first month of the last election.
        from: Vintage,
    },
    /// Months from then on are reported, with certificates of another owner.
    Reported {
        /// The last.
        through: Vintage,
    },
    /// The meters do not say what was made.
    NotMeasured {
        /// The month.
        vintage: Vintage,
        /// Why.
        why: String,
    },
    /// What the meters say is estimated.
    Estimated {
        /// The month.
        vintage: Vintage,
        /// The meter.
        meter: String,
    },
    /// No channel counts what the generator makes.
    NoChannel {
        /// Which way it should count.
        flow: Flow,
    },
    /// The registry's upload is not known.
    NoFile {
        /// The registry.
        registry: Registry,
    },
    /// No generator was reported.
    NothingToFile {
        /// The registry.
        registry: Registry,
        /// The month.
        vintage: Vintage,
    },
}

/// What a report did, in a sentence.
pub fn told(settled: &Settled) -> String {
    let report = settled.report;
    let mut said = format!("{}: {} kWh", report.vintage, decimal(report.total_micro, 6));
    if report.adjustment {
        said.push_str(" in all");
    }
    if 0 < settled.minted {
        said.push_str(&format!(", {} made", counted(settled.minted, "certificate")));
    }
    for serials in &settled.withdrawn {
        said.push_str(&format!(", {serials} taken back"));
    }
    said.push_str(&format!(", {} kWh left over", decimal(report.remainder_micro, 6)));
    said
}

/// What a movement did, in a sentence.
pub(super) fn moved(movement: &Movement) -> String {
    let serials = movement.serials;
    match &movement.step {
        Step::Mint { vintage, owner } => format!("{serials} of {vintage} made for the {owner}"),
        Step::Withdraw => format!("{serials} taken back"),
        Step::Transfer { to } => format!("{serials} to {to}"),
        Step::Retire { beneficiary, reason } => format!("{serials} for {beneficiary}: {reason}"),
        Step::Expire => format!("{serials} expired"),
    }
}

impl fmt::Display for CertificateRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CertificateRefusal::OddNumber { number, registry: Registry::MRets } => write!(
                f,
                "{number} is no number of M-RETS, which gives an M and digits, such as M805"
            ),
            CertificateRefusal::OddNumber { registry, .. } => {
                write!(f, "a generator has a number at {registry}; write that one")
            }
            CertificateRefusal::NumberTaken { number } => {
                write!(f, "there is a generator {number} already; check the number")
            }
            CertificateRefusal::NoGenerator { number } => write!(
                f,
                "there is no generator {number}; register it with: meterbook rec generator add"
            ),
            CertificateRefusal::NotElectric { commodity } => write!(
                f,
                "the agreement is for {commodity}; a generator is measured where power is served"
            ),
            CertificateRefusal::Reactive => f.write_str(
                "reactive energy is not generated; say received, or delivered for a generation meter",
            ),
            CertificateRefusal::NoNameplate => {
                f.write_str("a nameplate is above zero; leave it out when it is not known")
            }
            CertificateRefusal::Elected { from } => {
                write!(f, "the owner is elected from {from} on already; elect from a later month")
            }
            CertificateRefusal::Reported { through } => write!(
                f,
                "months up to {through} are reported and their certificates made; elect from a later month"
            ),
            CertificateRefusal::NotMeasured { vintage, why } => write!(
                f,
                "the meters do not say what was made in {vintage}: {why}; import what is missing, or report the kWh"
            ),
            CertificateRefusal::Estimated { vintage, meter } => write!(
                f,
                "meter {meter} has estimates in {vintage}, and registries take only what was measured; import the reads, or report the kWh"
            ),
            CertificateRefusal::NoChannel { flow } => write!(
                f,
                "no channel there counts what is {flow} in kWh; report the kWh, or register the generator where it is measured"
            ),
            CertificateRefusal::NoFile { registry } => {
                write!(f, "the upload of {registry} is not known here; only that of M-RETS is")
            }
            CertificateRefusal::NothingToFile { registry, vintage } => write!(
                f,
                "no generator of {registry} is reported for {vintage}; report it with: meterbook rec report"
            ),
        }
    }
}

impl std::error::Error for CertificateRefusal {}
