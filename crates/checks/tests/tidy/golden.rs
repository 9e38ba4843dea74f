//! Golden files: each is read by a test, and together they use the whole tariff language.

use crate::tree::{Fault, File, Tree};

/// Where the words of the tariff language are listed.
const SPELLING: &str = "crates/core/src/tariff/parse/lines.rs";
/// Those of them that charge nothing.
const OF_THE_HEAD: &[&str] =
    &["tariff", "name", "source", "commodity", "convert", "from", "holidays", "clock"];

pub(crate) fn used(tree: &Tree) -> Vec<Fault> {
    let tests = || tree.rust().filter(|it| !it.path.contains("tests/tidy/"));
    let mut faults = Vec::new();
    for file in tree.under("golden/") {
        let folder = file.path.split('/').nth(1).unwrap_or_default();
        let ending = file.path.rsplit('.').next().unwrap_or_default();
        let reads = |it: &File| {
            it.text.contains("golden") && names(&it.text, folder) && names(&it.text, ending)
        };
        if !tests().any(reads) {
            let what = format!("no test names golden/{folder} and .{ending}; who reads this?");
            faults.push(Fault::at(file, 1, what));
        }
    }
    faults
}

/// Whether `word` stands between quotes or parts of a path.
fn names(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        matches!(before, Some('"' | '/' | '.')) && matches!(after, Some('"' | '/'))
    })
}

pub(crate) fn charges(tree: &Tree) -> Vec<Fault> {
    let Some(spelling) = tree.file(SPELLING) else {
        return Vec::new();
    };
    let bills: Vec<&File> = tree.under("golden/bills/").collect();
    if bills.is_empty() {
        return Vec::new();
    }
    let mut faults = Vec::new();
    for (number, word) in charge_words(spelling) {
        let begins = |line: &str| line.split_whitespace().next() == Some(word);
        if !bills.iter().any(|it| it.text.lines().any(begins)) {
            let what = format!("no bill under golden/bills uses the charge `{word}`");
            faults.push(Fault::at(spelling, number, what));
        }
    }
    faults
}

/// The words of the language that begin a charge: all but those of the head.
fn charge_words(spelling: &File) -> Vec<(usize, &str)> {
    let listed = spelling.lines().filter(|(_, line)| line.trim_start().starts_with("(\""));
    let words = listed.filter_map(|(number, line)| Some((number, line.split('"').nth(1)?)));
    words.filter(|(_, word)| !OF_THE_HEAD.contains(word)).collect()
}

#[test]
fn a_golden_file_that_no_test_reads_is_found() {
    let test = "for file in files(\"golden/bills\", \"bill\") {}";
    let tree = Tree::of(&[
        ("golden/bills/gas/a.bill", ""),
        ("golden/bills/gas/b.txt", ""),
        ("golden/errors/c.bill", ""),
        ("crates/checks/tests/golden.rs", test),
    ]);
    let faults = used(&tree);
    let paths: Vec<&str> = faults.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["golden/bills/gas/b.txt", "golden/errors/c.bill"]);
}

#[test]
fn a_charge_without_a_golden_bill_is_found() {
    let spelling = "    (\"from\", Keyword::From),\n    (\"daily\", Keyword::Daily),\n    (\"tax\", Keyword::Tax),\n";
    let tree = Tree::of(&[
        (SPELLING, spelling),
        ("golden/bills/gas/a.bill", "daily  Customer charge   0.40\ntaxes none\n"),
    ]);
    let faults = charges(&tree);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].what.contains("`tax`"));
}
