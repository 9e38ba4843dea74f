//! What a utility knows and how it decides.
//!
//! Everything here is a value or a pure function of values. Nothing reads a file, a database, a
//! clock or the environment, so every rule can be tested by writing down what goes in and what
//! must come out. The tests that matter most are the text files under `golden/`.
//!
//! Read in this order: [`money`], [`period`], [`tariff`], [`rating`], [`bill`], [`ledger`].

#[macro_use]
mod words;

pub mod about;
pub mod account;
pub mod agreement;
pub mod allocation;
pub mod appointment;
pub mod bank;
pub mod bill;
pub mod calendar;
pub mod certificate;
pub mod charge;
pub mod credit;
pub mod crew;
pub mod currency;
pub mod cycle;
pub mod debit;
pub mod delivery;
pub mod detail;
pub mod document;
pub mod figure;
pub mod id;
pub mod interaction;
pub mod ledger;
pub mod limits;
pub mod meter;
pub mod money;
pub mod moves;
pub mod online;
pub mod order;
pub mod paper;
pub mod party;
pub mod password;
pub mod period;
pub mod permission;
pub mod person;
pub mod place;
pub mod rating;
pub mod reads;
pub mod registration;
pub mod report;
pub mod search;
pub mod seller;
pub mod tariff;
pub mod task;
pub mod text;
pub mod timeline;
