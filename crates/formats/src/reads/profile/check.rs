//! A profile held against its own example: read, and written again.

use std::fmt;

use super::{Profile, Record, records, write};

/// How an example does not come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAsSaid {
    /// There is none.
    NoExample,
    /// It cannot be read.
    NotRead(String),
    /// It says something else.
    Says {
        /// What it says.
        found: String,
        /// What the profile says that it says.
        said: String,
    },
    /// What it says is written in another way.
    Writes {
        /// How it is written.
        found: String,
        /// The example.
        said: String,
    },
}

/// Reads the example of a profile and, where it goes both ways, writes it again. Gives the number of
/// its records.
pub fn check(profile: &Profile) -> Result<usize, NotAsSaid> {
    if profile.example.trim().is_empty() {
        return Err(NotAsSaid::NoExample);
    }
    let read = records(profile, &mut profile.example.as_bytes());
    let (records, notes) = read.map_err(|why| NotAsSaid::NotRead(why.to_string()))?;
    let mut found: Vec<String> = records.iter().map(told).collect();
    found.extend(notes.iter().map(|(line, what)| format!("! line {line}: {what}")));
    let found = found.join("\n");
    let said = profile.says.trim();
    if found != said {
        return Err(NotAsSaid::Says { found, said: said.to_owned() });
    }
    if profile.both_ways {
        let written = write(profile, &records);
        let written = written.map_err(|why| NotAsSaid::NotRead(why.to_string()))?;
        if written != profile.example {
            let said = profile.example.clone();
            return Err(NotAsSaid::Writes { found: written, said });
        }
    }
    Ok(records.len())
}

/// A record on one line.
fn told(record: &Record) -> String {
    let fields: Vec<String> = record.iter().map(|(name, said)| format!("{name}={said}")).collect();
    fields.join(" | ")
}

impl fmt::Display for NotAsSaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAsSaid::NoExample => f.write_str(
                "the profile has no example; put lines of a real file between example and says",
            ),
            NotAsSaid::NotRead(why) => write!(f, "the example does not go through: {why}"),
            NotAsSaid::Says { found, said } => {
                write!(f, "the example says\n{found}\nand the profile says that it says\n{said}")
            }
            NotAsSaid::Writes { found, said } => write!(
                f,
                "the example is written again as\n{found}and is\n{said}say ways in where a file that is read is never written"
            ),
        }
    }
}

impl std::error::Error for NotAsSaid {}
