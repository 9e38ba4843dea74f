//! Files of reads, of payments and of banks: what is found in them, and which are refused with which
//! words.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "this is a test from top to bottom: it may stop, and say that it is skipped"
)]

mod bai2;
mod cmep;
mod fuzz;
mod green_button;
mod invoices;
mod judges;
mod lockbox;
mod nacha;
mod nem12;
mod profile;
mod sepa;

use std::io::Cursor;
use std::path::{Path, PathBuf};

use meterbook_core::period::Zone;
use meterbook_formats::inspect::{Inspected, Summary, inspect};
use meterbook_formats::reads::unpacked;

/// What is in these bytes, packed or not.
fn looked(bytes: &[u8], zone: Option<&Zone>) -> Inspected {
    unpacked(Cursor::new(bytes), |from| Ok(inspect(from, None, zone)))
        .unwrap_or_else(|why| Inspected::refused(None, why))
}

/// What is in this text, which is not refused.
#[track_caller]
fn read(text: &str) -> Inspected {
    let found = looked(text.as_bytes(), None);
    if let Some(why) = &found.refused {
        panic!("refused: {why}");
    }
    found
}

/// Why this text is refused.
#[track_caller]
fn refused(text: &str) -> String {
    looked(text.as_bytes(), None).refused.expect("it is refused").to_string()
}

/// A channel in a few words: unit, values, total, quality.
fn told(it: &Summary) -> String {
    let quality: Vec<String> =
        it.quality.iter().map(|(letter, count)| format!("{letter}{count}")).collect();
    format!("{} {} {} {} {}", it.id, it.unit, it.values, it.total, quality.join(" "))
}

fn channels(found: &Inspected) -> Vec<String> {
    found.channels.iter().map(told).collect()
}

/// What was noted, with its line.
fn notes(found: &Inspected) -> Vec<(u64, &str)> {
    found.rejects.iter().map(|it| (it.line, it.what.as_str())).collect()
}

/// The folder of real files that lies beside the repository, if it is there.
fn samples(kind: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("METERBOOK_SHARED").map_or(beside, PathBuf::from);
    let folder = shared.join("samples").join(kind);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: real files are not there; METERBOOK_SHARED says where they are");
    None
}

/// The files in a folder, by name.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<(String, Vec<u8>)> = entries
        .map(|it| it.expect("it can be listed").path())
        .filter(|it| it.is_file())
        .map(|it| {
            let name = it.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read(&it).expect("it can be read"))
        })
        .collect();
    files.sort();
    files
}
