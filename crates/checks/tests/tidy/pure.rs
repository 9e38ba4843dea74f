//! What `core` and `interval` must not know: they get facts and give back values.

use crate::tree::{Fault, Tree};

/// Words that reach outside, and who brings what they would fetch.
const OUTSIDE: &[(&str, &str)] = &[
    ("std::fs", "the caller reads files"),
    ("std::io", "the caller reads and writes"),
    ("std::net", "the caller has the network"),
    ("std::env", "the caller reads the environment"),
    ("std::process", "the caller starts programs"),
    ("std::thread", "the caller has the threads"),
    ("SystemTime", "the caller brings the instant"),
    ("Instant::now", "the caller brings the instant"),
    ("Timestamp::now", "the caller brings the instant"),
    ("Zoned::now", "the caller brings the day"),
    ("ZonedDateTime::now", "the caller brings the day"),
    ("TimeZone::system", "the caller names the zone"),
    ("f64", "money and quantities are integers"),
    ("f32", "money and quantities are integers"),
];

pub(crate) fn core(tree: &Tree) -> Vec<Fault> {
    let pure = ["crates/core/src/", "crates/interval/src/"];
    let mut faults = Vec::new();
    for file in pure.iter().flat_map(|it| tree.under(it)).filter(|it| it.is_rust()) {
        for (number, line) in file.code() {
            for (word, instead) in OUTSIDE.iter().filter(|(word, _)| has_word(line, word)) {
                faults.push(Fault::at(file, number, format!("{word} in core: {instead}")));
            }
        }
    }
    faults
}

/// Whether `word` stands in `line` on its own, not as a part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let of_name = |it: char| it.is_alphanumeric() || it == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(of_name) && !after.is_some_and(of_name)
    })
}

#[test]
fn a_clock_a_file_and_a_float_are_found_in_core_and_nowhere_else() {
    let text = "use std::fs::File;\nlet now = Timestamp::now();\nlet x: f64 = half_f64();\n\
                // an f64 in a remark is none\nlet instant = Timestamp::nowhere();\n";
    let found = |path| core(&Tree::of(&[(path, text)])).len();
    assert_eq!(found("crates/core/src/bill/mod.rs"), 3);
    assert_eq!(found("crates/interval/src/pack.rs"), 3);
    assert_eq!(found("crates/store/src/db.rs"), 0);
}
