//! Checks of the whole: golden files, the shape of the repository, both database engines, speed.

pub mod engines;
pub mod year;
