//! The utility's acts, one transaction each, named as a clerk names them.
//!
//! An act takes a transaction, who does it and when, and what the clerk knows; it refuses what the
//! rules forbid with a [`Refused`] that says what to do instead.

mod refused;
pub mod urdb;

pub use refused::{Actor, Refused, refuse};
