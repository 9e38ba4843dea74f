//! The gate: every step that must pass before a change goes in, and the table of how they went.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::{console, habits, install, judges, postgres, run, say};

/// Which steps are wanted, and what they may do.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Wanted {
    only: Option<&'static str>,
    no_browser: bool,
    no_install: bool,
}

/// How a step went that did not fail.
enum Ended {
    Passed,
    /// It passed but for what it left out, and why.
    PassedBut(Vec<String>),
    /// It did nothing, and why.
    Skipped(String),
}

struct Step {
    name: &'static str,
    run: fn(&Wanted) -> Result<Ended>,
}

const STEPS: &[Step] = &[
    Step { name: "install", run: install },
    Step { name: "format", run: format },
    Step { name: "lints", run: lints },
    Step { name: "tests", run: tests },
    Step { name: "licences", run: licences },
    Step { name: "browser", run: browser },
];

impl Wanted {
    /// Reads the words after `cargo xtask test`.
    pub(crate) fn read(words: &[&str]) -> Result<Wanted> {
        let mut wanted = Wanted::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--no-browser" => wanted.no_browser = true,
                "--no-install" => wanted.no_install = true,
                "--only" => {
                    let name = words.next().copied().unwrap_or("");
                    let Some(step) = STEPS.iter().find(|it| it.name == name) else {
                        let names: Vec<&str> = STEPS.iter().map(|it| it.name).collect();
                        bail!("`{name}` is no step; --only takes one of: {}", names.join(", "));
                    };
                    wanted.only = Some(step.name);
                }
                other => bail!("`{other}` is not understood; `cargo xtask` lists what is"),
            }
        }
        Ok(wanted)
    }
}

/// Runs the wanted steps, all of them even when one fails, and says how each went.
pub(crate) fn test(wanted: &Wanted) -> Result<()> {
    let mut table = Vec::new();
    let mut failed = Vec::new();
    for step in STEPS.iter().filter(|it| wanted.only.is_none_or(|only| only == it.name)) {
        say::line(format_args!("\n== {}", step.name));
        let began = Instant::now();
        let ended = (step.run)(wanted);
        if let Err(why) = &ended {
            say::error(why);
            failed.push(step.name);
        }
        table.push((step.name, began.elapsed(), ended));
    }
    say::line("");
    for (name, took, ended) in &table {
        row(name, *took, ended);
    }
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

fn row(name: &str, took: Duration, ended: &Result<Ended>) {
    let (verdict, reasons) = match ended {
        Ok(Ended::Passed) => ("passed", Vec::new()),
        Ok(Ended::PassedBut(reasons)) => ("passed", reasons.iter().collect()),
        Ok(Ended::Skipped(reason)) => ("skipped", vec![reason]),
        Err(_) => ("FAILED", Vec::new()),
    };
    say::line(format_args!("{name:<10} {verdict:<7} {:>6} s", took.as_secs()));
    for reason in reasons {
        say::line(format_args!("           {reason}"));
    }
}

fn install(wanted: &Wanted) -> Result<Ended> {
    install::install(!wanted.no_browser, !wanted.no_install)?;
    Ok(Ended::Passed)
}

fn format(_: &Wanted) -> Result<Ended> {
    run::done(&mut run::cargo(["fmt", "--all", "--check"]))?;
    Ok(Ended::Passed)
}

fn lints(_: &Wanted) -> Result<Ended> {
    let words = [
        "clippy",
        "--locked",
        "--keep-going",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    run::done(&mut run::cargo(words))?;
    Ok(Ended::Passed)
}

fn tests(wanted: &Wanted) -> Result<Ended> {
    let program = run::program()?;
    let postgres = postgres::start_in_memory()?;
    let mut command = run::cargo(["test", "--locked", "--workspace", "--no-fail-fast"]);
    command.env("METERBOOK_BIN", program).env("METERBOOK_TEST_POSTGRES", &postgres.url);
    // They wait for PostgreSQL half of their time.
    let many = std::thread::available_parallelism().map_or(2, usize::from) * 2;
    command.env("RUST_TEST_THREADS", many.to_string());
    // Without a server to send to, the tests of messages say that they were skipped.
    match judges::server(!wanted.no_install) {
        Ok(Some(python)) => {
            command.env("METERBOOK_SMTP", python);
        }
        Ok(None) => (),
        Err(why) => say::line(format_args!("no server to send messages to: {why:#}")),
    }
    // And without what imitates the provider of payments, those of payments.
    match judges::payments(!wanted.no_install) {
        Ok(Some(python)) => {
            command.env("METERBOOK_STRIPE", python);
        }
        Ok(None) => (),
        Err(why) => say::line(format_args!("nothing to pay online at: {why:#}")),
    }
    let left_out = run::tests(&mut command)?;
    Ok(if left_out.is_empty() { Ended::Passed } else { Ended::PassedBut(left_out) })
}

fn licences(_: &Wanted) -> Result<Ended> {
    habits::deny()?;
    Ok(Ended::Passed)
}

fn browser(wanted: &Wanted) -> Result<Ended> {
    if wanted.no_browser {
        return Ok(Ended::Skipped("--no-browser".into()));
    }
    console::test(&run::program()?)?;
    Ok(Ended::Passed)
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    #[test]
    fn words_are_read() {
        let wanted = Wanted::read(&["--only", "lints", "--no-browser"]).unwrap();
        assert_eq!(wanted, Wanted { only: Some("lints"), no_browser: true, no_install: false });
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_known_ones() {
        let why = Wanted::read(&["--only", "linting"]).unwrap_err().to_string();
        assert!(why.contains("install, format, lints, tests, licences, browser"), "{why}");
        assert!(Wanted::read(&["--quick"]).is_err());
    }
}
