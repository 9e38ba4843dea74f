//! Getting bills and other paper to people: each is queued for everybody who gets it when it is made,
//! and what becomes of every piece is written down.

pub mod email;
pub(crate) mod left;
pub mod mass;
mod message;
pub mod outcome;
pub mod package;
mod queue;
mod refusal;
pub mod returned;
pub mod send;
pub mod settings;
pub mod webhook;

pub(crate) use queue::{queue, queue_notes};
pub use refusal::NotDelivered;
