//! Rules about the shape of the repository that a compiler cannot check.
//!
//! Each rule reads a [`Tree`] and gives back its faults; each is shown a small tree that breaks it,
//! because a rule that never fails may as well be missing.

mod documents;
mod golden;
mod pure;
mod source;
mod tree;
mod walls;

use tree::{Fault, Tree};

/// A rule and the sentence it keeps true.
type Rule = (&'static str, fn(&Tree) -> Vec<Fault>);

const RULES: &[Rule] = &[
    ("a crate depends only on what the table allows", walls::dependencies),
    ("SQL is only in store", walls::sql),
    ("core has no files, network, clock, environment or floats", pure::core),
    ("a file begins by saying what it is for", source::heads),
    ("a file tells one story", source::lengths),
    ("a file's name says what is in it", source::names),
    ("nothing is left for later", source::unfinished),
    ("a test that is ignored says why", source::ignored),
    ("nothing points at one person's machine", source::places),
    ("every path in ARCHITECTURE.md and every link exists", documents::paths),
    ("every command in the documents exists", documents::commands),
    ("the documents that a reader expects are there", documents::present),
    ("every golden file is read by a test", golden::used),
    ("every charge of the tariff language is in a golden bill", golden::charges),
];

#[test]
fn the_repository_is_tidy() {
    let tree = Tree::read();
    let mut said = String::new();
    for (says, rule) in RULES {
        for fault in rule(&tree) {
            said.push_str(&format!("{fault}\n    rule: {says}\n"));
        }
    }
    assert!(said.is_empty(), "\n{said}");
}
