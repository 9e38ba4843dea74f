//! The files of a repository: the real ones, or a few made up to break a rule.

use std::fmt;
use std::path::{Path, PathBuf};

/// Folders that hold what is made, not what is written.
const MADE: &[&str] = &["target", "node_modules", ".git", "meterbook-data"];

/// Where a rule is broken, and how to mend it.
#[derive(Debug, PartialEq)]
pub(crate) struct Fault {
    pub(crate) path: String,
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

impl Fault {
    pub(crate) fn at(file: &File, line: usize, what: impl Into<String>) -> Fault {
        Fault { path: file.path.clone(), line, what: what.into() }
    }
}

/// A file by its path from the top, with `/` between folders.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    /// Empty when the file is no text.
    pub(crate) text: String,
}

impl File {
    /// The lines, counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// The lines of Rust that are no comment.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// All files.
#[derive(Debug)]
pub(crate) struct Tree(pub(crate) Vec<File>);

impl Tree {
    /// This repository.
    pub(crate) fn read() -> Tree {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let top = here.ancestors().nth(2).expect("this crate is two folders below the top");
        let mut files = Vec::new();
        walk(top, top, &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Tree(files)
    }

    /// A made-up tree.
    pub(crate) fn of(files: &[(&str, &str)]) -> Tree {
        let file =
            |(path, text): &(&str, &str)| File { path: (*path).into(), text: (*text).into() };
        Tree(files.iter().map(file).collect())
    }

    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.0.iter().filter(|it| it.is_rust())
    }

    /// The files whose path begins with `folder`.
    pub(crate) fn under<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a File> {
        self.0.iter().filter(move |it| it.path.starts_with(folder))
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.0.iter().find(|it| it.path == path)
    }

    /// Whether a file or a folder is called this.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        let folder = format!("{path}/");
        self.0.iter().any(|it| it.path == path || it.path.starts_with(&folder))
    }
}

fn walk(top: &Path, folder: &Path, files: &mut Vec<File>) {
    let entries = std::fs::read_dir(folder).expect("a folder of the repository can be read");
    for entry in entries {
        let path: PathBuf = entry.expect("a folder can be read to its end").path();
        let name = path.file_name().and_then(|it| it.to_str()).expect("names are text");
        if path.is_dir() && !MADE.contains(&name) {
            walk(top, &path, files);
        } else if path.is_file() && name != ".git" {
            let inside = path.strip_prefix(top).expect("the walk began at the top");
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            files.push(File { path: inside.to_string_lossy().into_owned(), text });
        }
    }
}

#[test]
fn git_leaves_out_what_is_made() {
    let tree = Tree::read();
    let ignored = &tree.file(".gitignore").expect("there is a .gitignore").text;
    for folder in MADE.iter().filter(|it| **it != ".git") {
        let line = format!("{folder}/");
        assert!(ignored.lines().any(|it| it == line), ".gitignore lacks {line}");
    }
}
