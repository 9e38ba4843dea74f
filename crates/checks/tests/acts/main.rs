//! What a clerk does, on both engines: what is done and what is refused with which words.

mod allocation;
mod application;
mod approval;
mod audit;
mod authority;
mod certificate;
mod exchange;
mod intake;
mod large_file;
mod moves;
mod orders;
mod orders_done;
mod published;
mod record;
mod refused;
mod riders;
mod search;
mod staff;
mod task;
mod timeline;
mod trial;
mod village;
