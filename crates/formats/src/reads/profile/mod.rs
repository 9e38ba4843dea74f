//! File profiles: the layout of a file of reads as a text, so that a new head-end or handheld is a
//! profile and no code. The language is told in `docs/reference/file-profiles.md`.
//!
//! A profile says where each field of a line is and how it is written; the same text reads files and
//! writes them. Its example is in it, and `check` reads and writes that.

mod check;
mod form;
mod parse;
mod records;
mod shipped;
mod take;
mod write;

use std::fmt;

use meterbook_core::period::Zone;

pub use check::{NotAsSaid, check};
use form::Form;
pub use records::{Notes, Record, records};
pub use shipped::{SHIPPED, shipped};
pub use take::read;
pub use write::{NotWritten, write};

/// The layout of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Its version: a layout that changes is another version.
    pub version: u32,
    /// What it is for.
    pub about: String,
    layout: Layout,
    /// Lines at the top that are not looked at.
    skip: u64,
    /// Whether the first line after them names the columns.
    names: bool,
    header: Option<String>,
    detail: Option<String>,
    trailer: Option<String>,
    /// Where its clocks are, where it says so.
    pub(crate) zone: Option<Zone>,
    gives: Gives,
    fields: Vec<Field>,
    only: Vec<Only>,
    totals: Vec<Total>,
    /// Whether a file that is written looks as one that is read.
    both_ways: bool,
    example: String,
    says: String,
}

/// How a line is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// Each field begins at a place and is so long.
    Fixed,
    /// Fields are parted by this byte.
    Delimited(u8),
}

/// What a detail line holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gives {
    /// A read of a register.
    Registers,
    /// A value of one interval.
    Values,
    /// The values of a day.
    Days,
    /// Nothing that was read: a route on its way to the handheld.
    Route,
}

/// A field of a detail line.
#[derive(Clone, Debug, PartialEq)]
struct Field {
    name: String,
    place: Place,
    form: Form,
}

/// Where a field is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// From this place, from 0, so many bytes.
    At(usize, usize),
    /// This column, from 0.
    Column(usize),
    /// The column of this name.
    Named(String),
    /// In no line: always this.
    Is(String),
}

/// Only lines whose field is one of these count.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Only {
    field: usize,
    words: Vec<String>,
}

/// A number in the trailer that must agree with the lines.
#[derive(Clone, Debug, PartialEq)]
struct Total {
    /// The field that is added up; `None` for the number of lines.
    field: Option<usize>,
    place: Place,
    form: Form,
}

/// Why a text is no profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongProfile {
    /// The line.
    pub line: usize,
    /// What is wrong, and what should be there.
    pub why: String,
}

impl Profile {
    /// The field of this name.
    fn field(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|it| it.name == name)
    }

    /// Whether its lines are reads of registers.
    pub(crate) fn is_of_registers(&self) -> bool {
        self.gives == Gives::Registers
    }

    /// Whether its lines are a route on its way out.
    pub fn is_route(&self) -> bool {
        self.gives == Gives::Route
    }

    /// How many places a field has, where lines are cut by places.
    pub fn width_of(&self, name: &str) -> Option<usize> {
        match self.fields[self.field(name)?].place {
            Place::At(_, wide) => Some(wide),
            _ => None,
        }
    }

    /// The names of its fields, in the order of the text.
    pub fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|it| it.name.as_str())
    }
}

impl fmt::Display for WrongProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for WrongProfile {}
