//! The store on both engines: what goes in comes out, what was posted stays, and what stands in
//! the way is said in a sentence.

mod belongs;
mod books;
mod credit;
mod debit;
mod field;
mod intervals;
mod money;
mod nouns;
mod once;
mod online;
mod outbox;
mod published;
mod record;
mod refund;
mod sample;
mod search;
mod stays;
mod texts;
mod twice;
mod unavailable;
