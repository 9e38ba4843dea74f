//! The binary: command line, wiring, roles as subcommands.

fn main() {}
