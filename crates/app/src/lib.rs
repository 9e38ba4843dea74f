//! The utility's acts, one transaction each, named as a clerk names them.
