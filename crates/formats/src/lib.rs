//! Foreign bytes to rows and rejects, and back: one file per format.

pub mod agency;
pub mod bounce;
pub mod certificate;
pub mod inspect;
pub mod invoices;
pub mod listing;
pub mod mail;
pub mod orders;
pub mod payments;
pub mod published;
pub mod reads;
pub mod report;
mod table;
pub mod urdb;
pub mod weather;
