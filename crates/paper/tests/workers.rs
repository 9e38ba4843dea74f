//! Workers are processes: this test is its own worker, and one that dies is replaced.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use meterbook_core::person::Language;
use meterbook_paper::{View, Workers, read_back, serve_worker, view};
use serde_json::json;

fn main() {
    let dying = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dies");
    if std::env::args().any(|it| it == "render-worker") {
        if std::fs::remove_file(&dying).is_ok() {
            std::process::exit(9);
        }
        serve_worker().unwrap();
        return;
    }
    std::fs::write(&dying, "").unwrap();
    let workers = Workers::new(std::env::current_exe().unwrap());
    let statement = meterbook_core::bill::sample::statement(Language::English);
    let pdf = workers.pdf(&view(&statement)).unwrap();
    assert!(!dying.exists(), "the first worker died");
    read_back(&pdf, &statement).unwrap();

    let why = workers.pdf(&View(json!({ "lang": "en" }))).unwrap_err();
    assert!(why.to_string().contains("could not be set"), "{why}");
    assert_eq!(workers.pdf(&view(&statement)).unwrap(), pdf, "a refused view costs no worker");

    let gone = Workers::new("/nowhere/at/all".into()).pdf(&view(&statement)).unwrap_err();
    assert!(gone.to_string().contains("/nowhere/at/all cannot be started"), "{gone}");
}
