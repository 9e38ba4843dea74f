//! What a clerk does, on both engines: what is done and what is refused with which words.

mod intake;
mod published;
mod refused;
mod riders;
mod task;
mod timeline;
mod trial;
mod village;
