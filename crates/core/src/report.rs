//! A report of the books: what it is asked for, a table whose cells keep what they are, and what it
//! adds up to beside what the ledger says.
//!
//! Whoever writes it down, as a page or as a file, writes the same head: what was asked for, as far as
//! which entry, and the totals.

mod asked;
mod table;

pub use asked::{Asked, By, Days, Filter, ReportKind};
pub use table::{Cell, Column, Known, Report, Tie};
