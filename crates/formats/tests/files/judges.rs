//! Second judges: another reader of NEM12, and the schema of Green Button. They are Python packages
//! that `cargo xtask judges` fetches; without them these tests say so and pass.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use meterbook_formats::reads::green_button::write;

use super::green_button::{feeds, gathered};
use super::{looked, samples};

/// The Python that has the judges, if it was fetched.
fn python() -> Option<PathBuf> {
    let python = std::env::var_os("METERBOOK_JUDGES").map(PathBuf::from);
    if python.is_none() {
        println!(
            "skipped: the judges are not there; cargo xtask judges fetches them and asks them"
        );
    }
    python
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../xtask/judges").join(name)
}

#[test]
fn what_we_write_of_each_sample_is_valid() {
    let (Some(python), Some(folder)) = (python(), samples("green_button")) else { return };
    let written = tempfile::tempdir().unwrap();
    let at: Timestamp = "2026-07-01T00:00:00Z".parse().unwrap();
    let mut command = Command::new(python);
    command.arg(script("feed.py")).arg(folder.join("espi.xsd"));
    let mut many = 0;
    for (name, bytes) in feeds().iter().filter(|it| looked(&it.1, None).refused.is_none()) {
        let gathered = gathered(bytes);
        if gathered.series.is_empty() {
            continue;
        }
        let file = written.path().join(name.trim_end_matches(".gz"));
        std::fs::write(&file, write(&gathered.series, gathered.east, at).unwrap()).unwrap();
        command.arg(file);
        many += 1;
    }
    assert!(9 < many, "{many}");
    let said = command.output().unwrap();
    assert!(
        said.status.success(),
        "{}{}",
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr)
    );
}

#[test]
fn another_reader_gives_the_totals_that_we_keep() {
    let (Some(python), Some(folder)) = (python(), samples("nem12/valid")) else { return };
    let mut command = Command::new(python);
    command.arg(script("nem.py"));
    for (name, _) in super::files(&folder) {
        command.arg(folder.join(name));
    }
    let said = command.output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let said = String::from_utf8(said.stdout).unwrap();
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let kept = include_str!("nem12.totals");
    let kept = kept.split_once('\n').map_or("", |it| it.1);
    assert_eq!(sorted(&said), sorted(kept));
}
