//! What a clerk does, on both engines: what is done and what is refused with which words.

mod allocation;
mod approval;
mod audit;
mod authority;
mod certificate;
mod intake;
mod published;
mod refused;
mod riders;
mod search;
mod staff;
mod trial;
mod village;
