//! Getting bills to people: each bill is queued for everybody who gets it when it is posted, and what
//! becomes of every piece is written down.

pub mod email;
pub mod mass;
mod message;
pub mod outcome;
pub mod package;
mod queue;
mod refusal;
pub mod returned;
pub mod settings;
pub mod webhook;

pub(crate) use queue::queue;
pub use refusal::NotDelivered;
