//! A tariff as people read it, and what changed between two of them, by example: `golden/sheet` and
//! `golden/diff`.
//!
//! `UPDATE=1 cargo test -p meterbook-core --test sheets` writes what comes out into the files; then
//! read the difference.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "the runner reads files; core does not")]

use std::fmt::Write;
use std::path::Path;

use meterbook_core::person::Language;
use meterbook_core::rating::terms::Terms;
use meterbook_core::tariff::diff::{Compared, changes, said};
use meterbook_core::tariff::sheet::sheet;
use meterbook_core::tariff::{Riders, Tariff, TariffError};

const LANGUAGES: [Language; 2] = [Language::English, Language::Spanish];

#[test]
fn sheets() {
    check("golden/sheet", "sheet", |given| {
        let tariff = parse(given);
        LANGUAGES.map(|it| sheet(&tariff, None, it)).join("\n")
    });
}

#[test]
fn differences() {
    check("golden/diff", "diff", |given| {
        let (old, new) = given.split_once("\n===\n").expect("two texts");
        let (old, new) = (parse(old), parse(new));
        let compared = Compared::bill(&old, &new, (&Riders::new(), Terms::NONE), None);
        let one = |it| format!("{}\n{}", said(&changes(&old, &new, it), it), compared.said(it));
        LANGUAGES.map(one).join("\n")
    });
}

fn parse(text: &str) -> Tariff {
    Tariff::parse(text).unwrap_or_else(|why: TariffError| panic!("{why}\n{text}"))
}

fn check(folder: &str, extension: &str, run: impl Fn(&str) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.retain(|it| it.extension().is_some_and(|it| it == extension));
    files.sort();
    assert!(3 <= files.len(), "{} of {extension}", files.len());
    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (given, want) = text.split_once("---\n").unwrap_or((&text, ""));
        let got = run(given);
        if std::env::var("UPDATE").is_ok() {
            std::fs::write(&file, format!("{given}---\n{got}")).unwrap();
        } else if got != want {
            writeln!(wrong, "{}\nwant:\n{want}got:\n{got}", file.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
