//! What a clerk does, on both engines: what is done and what is refused with which words.

mod application;
mod exchange;
mod intake;
mod moves;
mod published;
mod record;
mod refused;
mod riders;
mod trial;
mod village;
