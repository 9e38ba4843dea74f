//! Bills of real rates, computed by others, beside ours: the OpenEI Utility Rate Database, billed by
//! the System Advisor Model (SAM).
//!
//! The rates and bills are not ours and lie in a folder beside the repository. The gate compares
//! some of them and holds what share has to agree; `cargo xtask verify` compares all and writes
//! docs/verification.md.

mod compare;
mod given;
mod report;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use compare::{Outcome, compare};
use given::{Bill, Given, PROGRAMS, Scope};
use report::Report;

/// Every so many rates are compared by the gate.
const STEP: usize = 9;

#[test]
fn our_bills_are_those_of_others() {
    let Some(program) = std::env::var_os("METERBOOK_BIN").map(PathBuf::from) else {
        println!("skipped: METERBOOK_BIN names no program; `cargo xtask test --only tests` does");
        return;
    };
    let Some(folder) = shared("urdb") else {
        println!("skipped: bills of others are not there; METERBOOK_SHARED says where they are");
        return;
    };
    let all = std::env::var_os("METERBOOK_VERIFY").is_some();
    let given = Given::read(&folder, if all { 1 } else { STEP });
    let scratch = tempfile::tempdir().expect("a temporary folder can be made");
    let rates = scratch.path().join("rates.jsonl");
    std::fs::write(&rates, &given.text).expect("the rates can be written");
    let runs = Runs { program, folder, rates, out: scratch.path().join("out.jsonl") };
    let mut report = Report::default();
    plain(&given, &runs, &mut report);
    solar(&given, &runs, &mut report);
    if all {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/verification.md");
        std::fs::write(page, report.page()).expect("the page can be written");
    }
    let short = report.short();
    assert!(short.is_empty(), "fewer bills agree than have to:\n{short}\n{}", report.page());
}

/// A folder of what others lend us, if it is there.
fn shared(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("METERBOOK_SHARED").map_or(beside, PathBuf::from);
    Some(shared.join(name)).filter(|it| it.is_dir())
}

/// Without a roof: both ways of filling tiers, and both years before.
fn plain(given: &Given, runs: &Runs, report: &mut Report) {
    for load in loads(&given.plain) {
        for scope in [Scope::Chronological, Scope::ProRata] {
            for alike in [false, true] {
                let mine = |it: &&Bill| {
                    it.load == load && it.alike == alike && it.scope.is_none_or(|it| it == scope)
                };
                let bills: Vec<&Bill> = given.plain.iter().filter(mine).collect();
                if bills.is_empty() {
                    continue;
                }
                let before = if alike { &["--year-before", "alike"][..] } else { &[] };
                let ours = runs.bill(&load, scope, before);
                for bill in bills {
                    let rate = &given.rates[&bill.id];
                    report.plain(&load, scope, bill, rate, compare(bill, rate, &ours[&bill.id]));
                }
            }
        }
    }
}

/// With a roof: the five metering options. SAM's way of filling tiers is not said there; ours may
/// be either.
fn solar(given: &Given, runs: &Runs, report: &mut Report) {
    for load in loads(&given.solar) {
        for (option, program) in PROGRAMS.iter().enumerate() {
            let mine = |it: &&Bill| it.load == load && it.program == Some(option);
            let bills: Vec<&Bill> = given.solar.iter().filter(mine).collect();
            let Some(first) = bills.first() else { continue };
            let (roof, scale) = first.roof();
            let roof = runs.load(roof);
            let words = [
                "--program",
                program,
                "--generation",
                &roof,
                "--generation-scale",
                scale,
                "--sell-rate",
                "0.04",
                "--year-end-rate",
                if option == 0 { "0.03" } else { "0" },
            ];
            let in_time = runs.bill(&load, Scope::Chronological, &words);
            let shared = runs.bill(&load, Scope::ProRata, &words);
            for bill in bills {
                let rate = &given.rates[&bill.id];
                let outcome = match compare(bill, rate, &in_time[&bill.id]) {
                    Outcome::Same => Outcome::Same,
                    other => match compare(bill, rate, &shared[&bill.id]) {
                        Outcome::Same => Outcome::Same,
                        _ => other,
                    },
                };
                report.solar(&load, option, bill, rate, outcome);
            }
        }
    }
}

fn loads(bills: &[Bill]) -> Vec<String> {
    let mut loads: Vec<String> = bills.iter().map(|it| it.load.clone()).collect();
    loads.sort();
    loads.dedup();
    loads
}

/// How the program is run.
struct Runs {
    program: PathBuf,
    folder: PathBuf,
    rates: PathBuf,
    out: PathBuf,
}

impl Runs {
    fn load(&self, name: &str) -> String {
        self.folder.join("loads").join(format!("{name}.csv.gz")).display().to_string()
    }

    /// Our bills, by the id of their rate.
    fn bill(
        &self,
        load: &str,
        scope: Scope,
        words: &[&str],
    ) -> std::collections::HashMap<String, Value> {
        let ended = Command::new(&self.program)
            .args(["urdb", "bill", "--calendar", "2018", "--exact", "--tier-scope", scope.word()])
            .args(["--load", &self.load(load)])
            .args(words)
            .arg("--rates")
            .arg(&self.rates)
            .arg("--out")
            .arg(&self.out)
            .output()
            .expect("the program can be started");
        let complaint = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{load} {words:?}: {complaint}");
        let text = std::fs::read_to_string(&self.out).expect("it wrote the bills");
        text.lines()
            .map(|line| {
                let bill: Value = serde_json::from_str(line).expect("a bill is JSON");
                (bill["id"].as_str().expect("a bill has an id").to_owned(), bill)
            })
            .collect()
    }
}
