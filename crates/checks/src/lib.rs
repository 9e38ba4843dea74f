//! Checks of the whole: golden files, the shape of the repository, both database engines.

pub mod engines;
pub mod program;
pub mod provider;
pub mod smtp;
