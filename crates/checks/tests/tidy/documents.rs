//! The documents: what they point at exists, and what they tell a reader to type works.

use std::collections::BTreeSet;

use crate::tree::{Fault, File, Tree};

/// The map of the repository.
const MAP: &str = "ARCHITECTURE.md";
/// What the command line understands; what is said of one noun may be in a file of its own below it.
const ARGS: &str = "crates/meterbook/src/args";
/// What `cargo xtask` understands.
const HABITS: &str = "crates/xtask/src/main.rs";

/// What a reader looks for, and words that must stand in it.
const EXPECTED: &[(&str, &[&str])] = &[
    ("README.md", &["cargo run --release -- demo", "cargo xtask test"]),
    (MAP, &["The journey of one read"]),
    ("CONTRIBUTING.md", &["cargo xtask test"]),
    ("CHANGELOG.md", &["## [Unreleased]"]),
    ("LICENSE-MIT", &["MIT License"]),
    ("LICENSE-APACHE", &["Apache License"]),
    ("deny.toml", &["[licenses]"]),
    ("docs/README.md", &["decisions/"]),
    // The machine that judges a change types what the README says, nothing else.
    (".ci/run", &["exec cargo xtask test"]),
];

fn documents(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.0.iter().filter(|it| it.path.ends_with(".md"))
}

pub(crate) fn present(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, words) in EXPECTED {
        let Some(file) = tree.file(path) else {
            let what = "this file is expected and missing".to_owned();
            faults.push(Fault { path: (*path).into(), line: 1, what });
            continue;
        };
        for word in words.iter().filter(|it| !file.text.contains(**it)) {
            faults.push(Fault::at(file, 1, format!("it should say `{word}`")));
        }
    }
    let Some(index) = tree.file("docs/README.md") else { return faults };
    for file in tree.under("docs/").filter(|it| it.path.ends_with(".md")) {
        let inside = file.path.trim_start_matches("docs/");
        if inside != "README.md" && !index.text.contains(&format!("({inside})")) {
            faults.push(Fault::at(file, 1, "docs/README.md does not link to it"));
        }
    }
    faults
}

pub(crate) fn paths(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in documents(tree) {
        for (number, line) in file.lines() {
            let named = if file.path == MAP { quoted_paths(line) } else { Vec::new() };
            for path in named.into_iter().filter(|it| !tree.has(it)) {
                faults.push(Fault::at(file, number, format!("there is no {path}")));
            }
            for link in links(line) {
                if !tree.has(&beside(&file.path, link)) {
                    faults.push(Fault::at(file, number, format!("the link {link} leads nowhere")));
                }
            }
        }
    }
    faults
}

/// The paths that stand between backticks.
fn quoted_paths(line: &str) -> Vec<&str> {
    let quoted = line.split('`').skip(1).step_by(2);
    let path = |it: &&str| {
        let like_one = it.contains('/') || it.ends_with(".md") || it.ends_with(".toml");
        like_one && !it.contains([' ', '<', '*', ':', '{'])
    };
    quoted.filter(path).collect()
}

/// The links to files of ours.
fn links(line: &str) -> Vec<&str> {
    let targets = line.split("](").skip(1).filter_map(|it| it.split(')').next());
    let ours = targets.filter(|it| !it.contains("://") && !it.starts_with('#'));
    ours.filter_map(|it| it.split('#').next()).collect()
}

/// The path that `link` means in the file at `path`.
fn beside(path: &str, link: &str) -> String {
    let mut folders: Vec<&str> = path.split('/').collect();
    folders.pop();
    for part in link.split('/') {
        match part {
            "." | "" => (),
            ".." => drop(folders.pop()),
            name => folders.push(name),
        }
    }
    folders.join("/")
}

pub(crate) fn commands(tree: &Tree) -> Vec<Fault> {
    let Some(habits) = tree.file(HABITS) else { return Vec::new() };
    let args: Vec<&str> = tree.under(ARGS).map(|it| it.text.as_str()).collect();
    let args = &File { path: ARGS.to_owned(), text: args.join("\n") };
    let mut faults = Vec::new();
    for file in documents(tree) {
        for (number, command) in typed(file) {
            let fault = if let Some(words) = after(&command, &["cargo xtask"]) {
                unknown_habit(habits, words)
            } else if let Some(words) = after(&command, &["cargo run --release --", "meterbook"]) {
                unknown_word(args, words)
            } else {
                None
            };
            faults.extend(fault.map(|what| Fault::at(file, number, what)));
        }
    }
    faults
}

/// What stands in blocks to be typed, each command on the line it begins on.
fn typed(file: &File) -> Vec<(usize, String)> {
    let mut commands: Vec<(usize, String)> = Vec::new();
    let mut inside = false;
    let mut goes_on = false;
    for (number, line) in file.lines() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            inside = !inside && matches!(language.trim(), "sh" | "console");
            goes_on = false;
        } else if inside {
            let text = line.trim_end_matches('\\').trim().trim_start_matches("$ ");
            match commands.last_mut().filter(|_| goes_on) {
                Some((_, command)) => command.push_str(&format!(" {text}")),
                None => commands.push((number, text.to_owned())),
            }
            goes_on = line.ends_with('\\');
        }
    }
    commands
}

/// The words after the first of `beginnings` that `command` has, up to a pipe or a remark.
fn after<'a>(command: &'a str, beginnings: &[&str]) -> Option<&'a str> {
    let words = beginnings.iter().find_map(|it| command.split_once(it))?.1;
    let end = words.find([';', '|', '#', '>', '&']).unwrap_or(words.len());
    (words.is_empty() || words.starts_with(' ')).then_some(&words[..end])
}

fn unknown_habit(habits: &File, words: &str) -> Option<String> {
    let habit = words.split_whitespace().next()?;
    let known = habits.text.contains(&format!("[\"{habit}\""));
    (!known).then(|| format!("there is no habit `cargo xtask {habit}`"))
}

/// The word of a `meterbook` command that the command line does not know.
fn unknown_word(args: &File, words: &str) -> Option<String> {
    let mut words = words.split_whitespace().peekable();
    while words.next_if(|it| it.starts_with("--")).is_some() {
        words.next();
    }
    let command = words.next()?;
    let Some(holds) = variants(args, "Command").remove(&camel(command)) else {
        return Some(format!("there is no command `meterbook {command}`"));
    };
    if let Some(inner) = holds.filter(|it| it.ends_with("Command")) {
        // A type may stand with its module.
        let inner = inner.rsplit("::").next().unwrap_or(inner);
        let word = words.next().unwrap_or_default();
        if !variants(args, inner).contains_key(&camel(word)) {
            return Some(format!("there is no command `meterbook {command} {word}`"));
        }
    }
    let options: BTreeSet<&str> = args.text.lines().filter_map(field).collect();
    let unknown = words.filter_map(|it| it.strip_prefix("--")).find(|option| {
        let option = option.split('=').next().unwrap_or_default();
        let renamed = format!("long = \"{option}\"");
        !options.contains(option.replace('-', "_").as_str()) && !args.text.contains(&renamed)
    });
    unknown.map(|option| format!("no command takes --{option}"))
}

/// The variants of an enum, each with the name of the type it holds.
fn variants<'a>(args: &'a File, name: &str) -> std::collections::BTreeMap<String, Option<&'a str>> {
    let begin = format!("enum {name} {{");
    let body = args.text.split_once(&begin).map_or("", |(_, rest)| rest);
    let body = body.lines().take_while(|it| *it != "}");
    let lines = body.filter(|it| it.starts_with("    ") && it.as_bytes()[4].is_ascii_uppercase());
    let variant = |line: &'a str| {
        let mut parts = line.trim().split(['(', ')', ',', ' ', '{']);
        let name = parts.next().unwrap_or_default().to_owned();
        (name, parts.next().filter(|it| !it.is_empty()))
    };
    lines.map(variant).collect()
}

/// The name of the field that a line declares.
fn field(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let (name, _) = line.strip_prefix("pub(crate) ").unwrap_or(line).split_once(": ")?;
    name.chars().all(|it| it.is_ascii_lowercase() || it == '_').then_some(name)
}

fn camel(word: &str) -> String {
    let part = |it: &str| {
        let mut letters = it.chars();
        letters
            .next()
            .map_or(String::new(), |first| first.to_uppercase().chain(letters).collect::<String>())
    };
    word.split('-').map(part).collect()
}

#[test]
fn a_path_and_a_link_that_lead_nowhere_are_found() {
    let tree = Tree::of(&[
        (MAP, "`crates/core` and `crates/gone/src`, [here](docs/a.md), `a or b/c`, `core::bill`\n"),
        ("docs/a.md", "[up](../ARCHITECTURE.md) [gone](b.md#part) [web](https://a.b)\n"),
        ("crates/core/src/lib.rs", ""),
    ]);
    let what: Vec<String> = paths(&tree).into_iter().map(|it| it.what).collect();
    assert_eq!(what, ["there is no crates/gone/src", "the link b.md leads nowhere"]);
}

#[test]
fn a_command_that_does_not_exist_is_found() {
    let args = "pub(crate) enum Command {\n    /// Make\n    Demo(Demo),\n    #[command(subcommand)]\n    \
                Bill(BillCommand),\n    SignUp(SignUp),\n}\npub(crate) enum BillCommand {\n    \
                Run(BillRun),\n}\n    pub(crate) no_serve: bool,\n    pub(crate) dir: PathBuf,\n";
    let readme = "```sh\ncargo run --release -- demo --no-serve\nmeterbook --dir x bill run\n\
                  meterbook bill dance\nmeterbook invoice\nmeterbook sign-up --loudly \\\n  --dir x\n\
                  cargo xtask test\ncargo xtask jump\n```\nmeterbook prose\n";
    let tree = Tree::of(&[
        ("README.md", readme),
        ("crates/meterbook/src/args.rs", args),
        (HABITS, "[\"test\", rest @ ..] => test(rest),\n"),
    ]);
    let found: Vec<(usize, String)> =
        commands(&tree).into_iter().map(|it| (it.line, it.what)).collect();
    let expected = [
        (4, "there is no command `meterbook bill dance`"),
        (5, "there is no command `meterbook invoice`"),
        (6, "no command takes --loudly"),
        (9, "there is no habit `cargo xtask jump`"),
    ];
    assert_eq!(found, expected.map(|(line, what)| (line, what.to_owned())));
}

#[test]
fn a_missing_document_and_a_lonely_page_are_found() {
    let tree = Tree::of(&[("docs/README.md", "decisions/"), ("docs/lonely.md", "")]);
    let faults = present(&tree);
    assert!(faults.iter().any(|it| it.path == "CHANGELOG.md"));
    assert!(faults.iter().any(|it| it.path == "docs/lonely.md"));
    assert!(!faults.iter().any(|it| it.path == "docs/README.md"));
}
