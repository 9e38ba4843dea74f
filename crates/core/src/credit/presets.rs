//! Texts of rules to begin with, by the place whose rule each is: representative, with their sources, for a
//! utility to edit and to say from a day on.

use super::Noun;

/// A text to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Whose rule it is, such as `il`.
    pub name: &'static str,
    /// What it is about.
    pub of: Of,
    /// The text.
    pub text: &'static str,
}

/// What a preset is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Rules of credit.
    Credit(Noun),
    /// Rules of corrections ([`crate::bill::settle`]).
    Corrections,
}

const PROTECTION: Of = Of::Credit(Noun::Protection);
const DEPOSIT: Of = Of::Credit(Noun::Deposit);
const PLAN: Of = Of::Credit(Noun::Plan);

/// Those that ship, by name.
pub const PRESETS: &[Preset] = &[
    Preset { name: "ar", of: PROTECTION, text: include_str!("presets/ar.txt") },
    Preset { name: "au", of: PROTECTION, text: include_str!("presets/au.txt") },
    Preset { name: "au", of: Of::Corrections, text: include_str!("presets/au.corrections.txt") },
    Preset { name: "ca", of: PROTECTION, text: include_str!("presets/ca.txt") },
    Preset { name: "ga", of: PROTECTION, text: include_str!("presets/ga.txt") },
    Preset { name: "ia", of: PROTECTION, text: include_str!("presets/ia.txt") },
    Preset { name: "il", of: PROTECTION, text: include_str!("presets/il.txt") },
    Preset { name: "il", of: DEPOSIT, text: include_str!("presets/il.deposit.txt") },
    Preset { name: "ks", of: PROTECTION, text: include_str!("presets/ks.txt") },
    Preset { name: "ma", of: PROTECTION, text: include_str!("presets/ma.txt") },
    Preset { name: "mn", of: PROTECTION, text: include_str!("presets/mn.txt") },
    Preset { name: "oh", of: PROTECTION, text: include_str!("presets/oh.txt") },
    Preset { name: "pa", of: PROTECTION, text: include_str!("presets/pa.txt") },
    Preset { name: "pa", of: DEPOSIT, text: include_str!("presets/pa.deposit.txt") },
    Preset { name: "tx", of: PROTECTION, text: include_str!("presets/tx.txt") },
    Preset { name: "tx", of: PLAN, text: include_str!("presets/tx.plan.txt") },
    Preset { name: "uk", of: Of::Corrections, text: include_str!("presets/uk.corrections.txt") },
];

impl Of {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Of::Credit(noun) => noun.word(),
            Of::Corrections => "corrections",
        }
    }

    /// The command that prints the rules of it and says them.
    pub fn command(self) -> String {
        match self {
            Of::Credit(noun) => format!("meterbook credit rules {noun}"),
            Of::Corrections => "meterbook correct rules".to_owned(),
        }
    }
}

/// The text of a place about something; about what keeps from a cut, or the first one, where nobody says
/// about what.
pub fn preset(name: &str, of: Option<&str>) -> Option<&'static Preset> {
    let mut there = PRESETS.iter().filter(|it| it.name == name);
    match of {
        Some(of) => there.find(|it| it.of.word() == of),
        None => there.next(),
    }
}
