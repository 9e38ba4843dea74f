//! The reference of the tariff language: every example in it is a tariff, and its tables are what the
//! words of the language say of themselves. `UPDATE=1` writes the tables anew.

#![expect(clippy::disallowed_methods, reason = "the test reads files; core does not")]

use std::path::{Path, PathBuf};

use meterbook_core::tariff::Tariff;
use meterbook_core::tariff::reference::{Stands, WORDS, Word};

/// Each table of the reference: what stands in its marker, and which words it is of.
const TABLES: [(&str, Stands); 3] =
    [("head", Stands::Head), ("charges", Stands::Charge), ("below", Stands::Below)];
/// A tariff that every example of a word is put into.
const BASE: [&str; 6] = [
    "tariff X-1 half-up",
    "name Example",
    "commodity electric kWh",
    "from 2026-01-01",
    "daily  Customer charge   0.40",
    "volume  Energy   0.12",
];

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/tariff-language.md")
}

#[test]
fn every_example_of_the_reference_is_a_tariff() {
    let text = std::fs::read_to_string(file()).expect("the reference is there");
    let examples: Vec<&str> =
        text.split("```tariff\n").skip(1).filter_map(|it| it.split("```").next()).collect();
    assert!(4 <= examples.len());
    for example in examples {
        if let Err(why) = Tariff::parse(example) {
            panic!("{why}\n{example}");
        }
    }
}

#[test]
fn every_example_of_a_word_is_understood() {
    for word in WORDS {
        let text = around(word);
        if let Err(why) = Tariff::parse(&text) {
            panic!("{}: {why}\n{text}", word.word);
        }
        let begins = |line: &str| line.split_whitespace().next() == Some(word.word);
        assert!(word.example.lines().any(begins), "{}: {}", word.word, word.example);
    }
}

/// The base with the example: a line of its head goes where the example has its own.
fn around(word: &Word) -> String {
    // A rider opens as a tariff does.
    let opens = |line: &str| line.starts_with("tariff ") || line.starts_with("rider ");
    let first = |line: &str| match opens(line) {
        true => Some("tariff".to_owned()),
        false => line.split_whitespace().next().map(str::to_owned),
    };
    let of_head = |line: &str| BASE[..4].iter().any(|it| first(it) == first(line));
    let own: Vec<&str> = word.example.lines().filter(|it| of_head(it)).collect();
    let base = BASE.iter().filter(|it| own.iter().all(|own| first(own) != first(it)));
    let (tariff, rest): (Vec<&str>, Vec<&str>) =
        own.iter().copied().chain(base.copied()).partition(|it| opens(it));
    let example = word.example.lines().filter(|it| !of_head(it));
    tariff.into_iter().chain(rest).chain(example).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_tables_say_what_the_words_say() {
    let old = std::fs::read_to_string(file()).expect("the reference is there");
    let mut text = old.clone();
    for (name, stands) in TABLES {
        let (begin, end) = (format!("<!-- words: {name} -->\n"), "<!-- end of words -->");
        let (before, rest) = text.split_once(&begin).expect("the table has its marker");
        let (_, after) = rest.split_once(end).expect("the table has its end");
        text = format!("{before}{begin}\n{}\n{end}{after}", table(stands));
    }
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(file(), &text).expect("the reference can be written");
    } else {
        assert!(text == old, "the tables are out of date; write them with: cargo xtask golden");
    }
}

fn table(stands: Stands) -> String {
    let mut table = "| word | says | example |\n|---|---|---|\n".to_owned();
    for Word { word, says, example, .. } in WORDS.iter().filter(|it| it.stands == stands) {
        // Blanks at the beginning of a code span are kept apart from the marks.
        let lines = example.lines().map(|it| format!("`{}`", it.replace("  ", "\u{a0}\u{a0}")));
        let example = lines.collect::<Vec<_>>().join("<br>");
        table.push_str(&format!("| `{word}` | {says} | {example} |\n"));
    }
    table
}
