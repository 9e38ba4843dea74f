//! The sample utility: a fictional town, made from a number of customers and a seed, and a year of
//! its business done by the acts that everybody uses.

mod calendar;
mod chance;
mod load;
mod people;
mod streets;
mod town;
mod weather;
