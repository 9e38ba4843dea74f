//! Types what the guides tell a reader to type, and compares what the program answers.
//!
//! A block marked `sh` is run; a block marked `text` after it is what it printed. The blocks of a
//! guide share a folder. `UPDATE=1` writes the answers anew.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The guides, from the top of the repository.
const GUIDES: &str = "docs/guides";

#[test]
fn the_guides_say_what_happens() {
    let Some(program) = std::env::var_os("METERBOOK_BIN").map(PathBuf::from) else {
        println!("skipped: METERBOOK_BIN names no program; `cargo xtask test --only tests` does");
        return;
    };
    let folder = program.parent().expect("a program is in a folder");
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut guides = 0;
    for entry in std::fs::read_dir(top.join(GUIDES)).expect("there are guides") {
        let file = entry.expect("a folder can be read to its end").path();
        let text = std::fs::read_to_string(&file).expect("a guide is text");
        let scratch = tempfile::tempdir().expect("a temporary folder");
        let typed = typed(&text, |script| run(script, folder, scratch.path()));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&file, typed).expect("a guide can be written");
        } else {
            assert!(typed == text, "{} says otherwise:\n{}", file.display(), first(&text, &typed));
        }
        guides += 1;
    }
    assert!(guides > 0, "{GUIDES} has guides");
}

/// A rate that a document names can be had by who has the shared rates.
#[test]
fn the_rates_that_the_readme_names_are_in_the_shared_file() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared =
        std::env::var_os("METERBOOK_SHARED").map_or_else(|| top.join("../shared"), PathBuf::from);
    let Ok(file) = std::fs::File::open(shared.join("urdb/rates.jsonl.gz")) else {
        println!("skipped: the shared rates are not in {}", shared.display());
        return;
    };
    let mut rates = String::new();
    let read = flate2::read::GzDecoder::new(file).read_to_string(&mut rates);
    read.expect("the shared rates can be unpacked");
    let readme = std::fs::read_to_string(top.join("README.md")).expect("there is a README");
    let named: Vec<&str> =
        readme.split("--id ").skip(1).filter_map(|it| it.split_whitespace().next()).collect();
    assert!(!named.is_empty(), "the README names a rate");
    for id in named {
        assert!(rates.contains(&format!("\"label\":\"{id}\"")), "{id} is not among them");
    }
}

/// Runs a block and gives back what it printed; it has to succeed.
fn run(script: &str, programs: &Path, folder: &Path) -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = vec![programs.to_owned()];
    places.extend(std::env::split_paths(&path));
    let ended = Command::new("sh")
        .args(["-euc", script])
        .current_dir(folder)
        .env("PATH", std::env::join_paths(places).expect("folders without colons"))
        .env_remove("METERBOOK_DIR")
        .env_remove("METERBOOK_DB")
        .output()
        .expect("sh is everywhere");
    let complaint = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{script}\nended with {}: {complaint}", ended.status);
    String::from_utf8(ended.stdout).expect("the program prints text")
}

/// The guide as it should read: every `text` block is what `run` says of the `sh` block before it.
fn typed(guide: &str, run: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut block: Option<(String, String)> = None;
    let mut answer = None;
    for line in guide.lines() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(language)) => {
                block = Some((language.to_owned(), String::new()));
                out.push_str(line);
                out.push('\n');
            }
            (Some((language, body)), Some(_)) => {
                match language.as_str() {
                    "sh" => answer = Some(run(body)),
                    "text" => *body = answer.take().unwrap_or_else(|| body.clone()),
                    _ => (),
                }
                out.push_str(body);
                out.push_str("```\n");
                block = None;
            }
            (Some((_, body)), None) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) => {
                out.push_str(line);
                out.push('\n');
            }
        }
    }
    out
}

/// The first line that differs, with the line it should be.
fn first(said: &str, is: &str) -> String {
    let differs = said.lines().zip(is.lines()).find(|(said, is)| said != is);
    differs.map_or("its end".to_owned(), |(said, is)| format!("- {said}\n+ {is}"))
}

#[test]
fn an_answer_that_changed_is_found() {
    let guide = "Type:\n```sh\necho 1\n```\nIt says:\n```text\n2\n```\nDone.\n";
    let typed = typed(guide, |script| {
        assert_eq!(script, "echo 1\n");
        "1\n".to_owned()
    });
    assert_eq!(typed, guide.replace('2', "1"));
    assert_eq!(first(guide, &typed), "- 2\n+ 1");
}
