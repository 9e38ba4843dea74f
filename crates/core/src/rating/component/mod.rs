//! One file for each kind of charge.

pub(super) mod coincident;
pub(super) mod credit;
pub(super) mod demand;
pub(super) mod fixed;
pub(super) mod minimum;
pub(super) mod series;
pub(super) mod share;
pub(super) mod unmetered;
pub(super) mod volume;
