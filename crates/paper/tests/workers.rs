//! Workers are processes: this test is its own worker, and one that dies is replaced, and one that takes too
//! long is ended and costs one bill.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::time::Duration;

use meterbook_core::paper::layout::Form;
use meterbook_core::person::Language;
use meterbook_paper::{TooSlow, View, Workers, read_back, serve_worker, view};
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

    let mut own = statement.clone();
    let rounds = "#for a in range(9000) { for b in range(9000) { let c = a * b } }";
    own.look.layouts.push((Form::Bill, rounds.to_owned()));
    let patience = Duration::from_secs(1);
    let hasty = Workers::new(std::env::current_exe().unwrap()).within(patience);
    let why = hasty.pdf(&view(&own)).unwrap_err();
    assert_eq!(why.downcast_ref(), Some(&TooSlow { patience }), "{why}");
    let others = hasty.within(Duration::from_secs(600));
    assert_eq!(others.pdf(&view(&statement)).unwrap(), pdf, "the others go on");

    let gone = Workers::new("/nowhere/at/all".into()).pdf(&view(&statement)).unwrap_err();
    assert!(gone.to_string().contains("/nowhere/at/all cannot be started"), "{gone}");
}
