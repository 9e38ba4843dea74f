//! What a clerk does, on both engines: what is done and what is refused with which words.

mod allocation;
mod certificate;
mod intake;
mod orders;
mod orders_done;
mod published;
mod refused;
mod riders;
mod trial;
mod village;
