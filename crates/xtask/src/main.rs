//! Every developer habit: set up, test, check, bench.

fn main() {}
