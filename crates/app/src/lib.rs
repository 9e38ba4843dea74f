//! The utility's acts, one transaction each, named as a clerk names them.
//!
//! An act takes a transaction, who does it and when, and what the clerk knows; it refuses what the
//! rules forbid with a [`Refused`] that says what to do instead.

pub mod about;
pub mod account;
pub mod accrual;
pub mod agreement;
pub mod allocation;
pub mod application;
pub mod appointment;
pub mod approval;
pub mod audit;
pub mod authority;
pub mod bill_run;
pub mod certificate;
pub mod check;
pub mod crew;
pub mod customer_view;
pub mod deliver;
pub mod delivery;
pub mod demo;
pub mod derivation;
pub mod detail;
pub mod document;
pub mod exchange;
pub mod fee;
pub mod figure;
pub mod founding;
pub mod intake;
pub mod interaction;
pub mod invoice;
pub mod landlord;
pub mod merge;
pub mod meter;
pub mod moves;
pub mod order;
pub mod party;
pub mod pay;
pub mod person;
pub mod place;
pub mod published;
mod refused;
pub mod registration;
pub mod relation;
pub mod replay;
pub mod role;
pub mod route;
pub mod screening;
pub mod search;
pub mod seller;
pub mod session;
pub mod settlement;
pub mod sign_up;
pub mod split;
pub mod staff;
pub mod statement;
pub mod tariff;
pub mod task;
pub mod term;
pub mod timeline;
pub mod trial;
pub mod urdb;
pub mod usage;
pub mod vee;
pub mod window;

pub use refused::{Actor, Refused, refuse};
