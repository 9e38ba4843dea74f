//! Keeps core's values in SQLite or PostgreSQL; the only place with SQL.
//!
//! A [`Db`] is one utility's database. [`Db::read`] and [`Db::write`] lend a [`Tx`], and the
//! functions of the modules below take it: one file for each noun, the SQL beside the function
//! that runs it, the same text on both engines, decoded straight into core's types. Facts that
//! were posted cannot be changed: the database refuses it, whoever asks.

mod db;
mod failure;
mod location;
mod migrate;
mod postgres;
mod sqlite;
mod tx;
mod value;

pub mod about;
pub mod account;
pub mod agreement;
pub mod allocation;
pub mod appointment;
pub mod approval;
pub mod audit;
pub mod batch;
pub mod bill;
pub mod budget;
pub mod calendar;
pub mod cancel;
pub mod certificate;
pub mod charge;
pub mod check;
pub mod collection;
pub mod compare;
pub mod connection;
pub mod correction;
pub mod credit;
pub mod crew;
pub mod debit;
pub mod degrees;
pub mod deposit;
pub mod detail;
pub mod document;
pub mod doubt;
pub mod drawer;
pub mod fee;
pub mod figure;
pub mod gather;
pub mod hold;
pub mod interaction;
pub mod job;
pub mod journal;
pub mod landlord;
pub mod large_file;
pub mod late_fee;
pub mod ledger;
pub mod mail_package;
pub mod mandate;
pub mod merge;
pub mod merged;
pub mod meter;
pub mod moves;
pub mod order;
pub mod outbox;
pub mod paper;
pub mod party;
pub mod payment;
pub mod person;
pub mod place;
pub mod plan;
pub mod preview;
pub mod protection;
pub mod published;
pub mod read;
pub mod receipt;
pub mod registration;
pub mod relation;
pub mod role;
pub mod run;
pub mod search;
pub mod seller;
pub mod settlement;
pub mod staff;
pub mod summary;
pub mod suspense;
pub mod tariff;
pub mod task;
pub mod terms;
pub mod tie_out;
pub mod timeline;
pub mod unbilled;
pub mod utility;
pub mod vee;
pub mod webhook;
pub mod window;

pub use db::Db;
pub use failure::{Conflict, Missing, Unavailable};
pub use location::Location;
pub use tx::{Counter, Tx};
