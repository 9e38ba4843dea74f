//! Every example in the reference of the tariff language is a tariff.

#![expect(clippy::disallowed_methods, reason = "the test reads files; core does not")]

use std::path::Path;

use meterbook_core::tariff::Tariff;

#[test]
fn every_example_of_the_reference_is_a_tariff() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/tariff-language.md");
    let text = std::fs::read_to_string(file).expect("the reference is there");
    let examples: Vec<&str> =
        text.split("```tariff\n").skip(1).filter_map(|it| it.split("```").next()).collect();
    assert!(4 <= examples.len());
    for example in examples {
        if let Err(why) = Tariff::parse(example) {
            panic!("{why}\n{example}");
        }
    }
}
