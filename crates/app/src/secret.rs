//! Secrets that settings name and do not hold: they are in the environment or in a file, and are printed
//! nowhere.

use std::fmt;

use anyhow::Result;
use meterbook_core::delivery::settings::Password;

use crate::refuse;

/// A secret is not where it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSecret {
    /// The variable or the file.
    pub place: String,
}

/// Reads a secret from where settings say it is.
pub fn read(place: &Password) -> Result<String> {
    let (place, text) = match place {
        Password::Env(name) => (name, std::env::var(name).ok()),
        Password::File(path) => {
            let text = std::fs::read_to_string(path).ok();
            (path, text.and_then(|it| it.lines().next().map(str::to_owned)))
        }
    };
    let text = text.filter(|it| !it.trim().is_empty());
    text.ok_or_else(|| refuse(NoSecret { place: place.clone() }))
}

impl fmt::Display for NoSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no secret is in {}; put it there, or say where else it is", self.place)
    }
}

impl std::error::Error for NoSecret {}
