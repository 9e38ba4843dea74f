//! Foreign bytes to rows and rejects, and back: one file per format.

pub mod urdb;
