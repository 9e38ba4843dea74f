//! How a source file looks from outside: its head, its name, its length, what is not in it.

use crate::tree::{Fault, File, Tree};

/// Lines in a file, past which it tells two stories. The longest now has about half as many.
const LINES: usize = 800;

/// Names that say nothing. Each has a better one in the trade's words.
const EMPTY_NAMES: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "misc", "manager", "types", "service"];

/// Marks of work that was put off. In pieces, so that this file has none.
const UNFINISHED: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
    concat!("db", "g!("),
];

/// Folders of one machine.
const PLACES: &[&str] = &[concat!("/wo", "rk/"), concat!("/t", "mp/"), concat!("/ro", "ot/")];

/// What a person writes.
const WRITTEN: &[&str] = &[
    ".rs", ".sql", ".md", ".toml", ".html", ".css", ".js", ".mjs", ".typ", ".json", ".tariff",
    "run",
];

pub(crate) fn heads(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.rust().filter(|it| !it.text.starts_with("//! ")) {
        faults.push(Fault::at(file, 1, "a file begins by saying what it is for: //! ..."));
    }
    for file in tree.0.iter().filter(|it| it.path.ends_with(".sql")) {
        if !file.text.starts_with("-- ") {
            faults.push(Fault::at(file, 1, "a file begins by saying what it is for: -- ..."));
        }
    }
    faults
}

pub(crate) fn lengths(tree: &Tree) -> Vec<Fault> {
    let long = |it: &&File| it.text.lines().count() > LINES;
    let what = format!("longer than {LINES} lines; which two stories does it tell?");
    tree.rust().filter(long).map(|it| Fault::at(it, LINES, what.clone())).collect()
}

pub(crate) fn names(tree: &Tree) -> Vec<Fault> {
    let stem = |it: &File| it.path.rsplit('/').next().unwrap_or_default().replace(".rs", "");
    let empty = |it: &&File| EMPTY_NAMES.contains(&stem(it).as_str());
    let what = "this name says nothing; name what is in it, in the trade's words";
    tree.rust().filter(empty).map(|it| Fault::at(it, 1, what)).collect()
}

pub(crate) fn unfinished(tree: &Tree) -> Vec<Fault> {
    let what = |it: &str| format!("{it} in the code; do it now or write it where work is planned");
    holding(tree.rust(), UNFINISHED, what)
}

pub(crate) fn places(tree: &Tree) -> Vec<Fault> {
    let written = |it: &&File| WRITTEN.iter().any(|end| it.path.ends_with(end));
    let what =
        |it: &str| format!("{it} is a folder of one machine; say it from the top, or ask for it");
    holding(tree.0.iter().filter(written), PLACES, what)
}

fn holding<'a>(
    files: impl Iterator<Item = &'a File>,
    words: &[&str],
    what: impl Fn(&str) -> String,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in files {
        for (number, line) in file.lines() {
            for word in words.iter().filter(|it| line.contains(**it)) {
                faults.push(Fault::at(file, number, what(word)));
            }
        }
    }
    faults
}

pub(crate) fn ignored(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.rust() {
        for (number, line) in file.code() {
            if line.trim_start().starts_with("#[ignore]") {
                let what = "an ignored test says why: #[ignore = \"...\"]";
                faults.push(Fault::at(file, number, what));
            }
        }
    }
    faults
}

#[test]
fn a_file_without_a_head_is_found() {
    let tree = Tree::of(&[
        ("crates/core/src/a.rs", "use x;\n"),
        ("crates/core/src/b.rs", "//! What b is for.\n"),
        ("crates/store/migrations/0001_a.sql", "create table a;\n"),
    ]);
    assert_eq!(heads(&tree).len(), 2);
}

#[test]
fn a_long_file_is_found() {
    let long = "line\n".repeat(LINES + 1);
    let just = "line\n".repeat(LINES);
    let tree = Tree::of(&[("crates/a/src/long.rs", &long), ("crates/a/src/just.rs", &just)]);
    assert_eq!(lengths(&tree).len(), 1);
}

#[test]
fn an_empty_name_is_found() {
    let tree = Tree::of(&[("crates/a/src/utils.rs", ""), ("crates/a/src/meter.rs", "")]);
    assert_eq!(names(&tree).len(), 1);
}

#[test]
fn work_put_off_is_found() {
    for mark in UNFINISHED {
        let text = format!("//! A file.\n{mark} later\n");
        let faults = unfinished(&Tree::of(&[("crates/a/src/meter.rs", &text)]));
        assert_eq!(faults.iter().map(|it| it.line).collect::<Vec<_>>(), [2], "{mark}");
    }
}

#[test]
fn a_folder_of_one_machine_is_found() {
    for place in PLACES {
        let text = format!("see {place}notes\n");
        assert_eq!(places(&Tree::of(&[("docs/guide.md", &text)])).len(), 1, "{place}");
        assert_eq!(places(&Tree::of(&[("docs/picture.png", &text)])).len(), 0);
    }
}

#[test]
fn a_test_ignored_without_a_reason_is_found() {
    let tree = |text| Tree::of(&[("crates/a/tests/b.rs", text)]);
    assert_eq!(ignored(&tree("    #[ignore]\n")).len(), 1);
    assert_eq!(ignored(&tree("    #[ignore = \"takes an hour\"]\n")).len(), 0);
}
