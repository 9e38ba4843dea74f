//! The habits beside the gate: golden answers, kills, licences, measurements.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::server::Scratch;
use crate::{judges, postgres, run, say};

/// Customers of the utility that is killed while it bills: enough for several transactions a turn.
const CUSTOMERS: &str = "1500";

/// Writes the expected answers under golden/ and in the guides anew.
pub(crate) fn golden() -> Result<()> {
    let program = run::program()?;
    run::done(
        run::cargo(["test", "--workspace", "--no-fail-fast"])
            .env("METERBOOK_BIN", program)
            .env("METERBOOK_KILLS", "1")
            .env("UPDATE", "1"),
    )?;
    let shown = ["diff", "--stat", "--", "golden", "docs/guides", "docs/reference"];
    run::done(Command::new("git").args(shown).current_dir(run::root()))
}

/// Bills the same turn on both databases, by one process and by three, draws and corrects it, and compares.
pub(crate) fn parallel(bills: &str) -> Result<()> {
    ensure!(bills.parse::<u32>().is_ok_and(|it| it > 0), "`{bills}` is no number of bills");
    let program = run::release_program()?;
    let postgres = postgres::start()?;
    run::done(
        run::cargo(["test", "--locked", "--package", "meterbook-checks", "--test", "parallel"])
            .args(["--", "--nocapture"])
            .env("METERBOOK_BIN", program)
            .env("METERBOOK_PARALLEL", bills)
            .env("METERBOOK_TEST_POSTGRES", &postgres.url),
    )
}

/// Kills the program many times while it bills, corrects, imports, draws, packs and sends, on both
/// databases, and looks for harm.
pub(crate) fn kill(times: &str) -> Result<()> {
    ensure!(times.parse::<u32>().is_ok_and(|it| it > 0), "`{times}` is no number of times");
    let program = run::release_program()?;
    let smtp = judges::server(true)?.context("the server that messages go to is fetched")?;
    let postgres = postgres::start()?;
    run::done(
        run::cargo([
            "test",
            "--package",
            "meterbook-checks",
            "--test",
            "kill",
            "--test",
            "kill_import",
            "--test",
            "kill_delivery",
            "--test",
            "kill_correction",
        ])
        .args(["--", "--nocapture", "--test-threads=1"])
        .env("METERBOOK_BIN", program)
        .env("METERBOOK_KILLS", times)
        .env("METERBOOK_KILL_CUSTOMERS", CUSTOMERS)
        .env("METERBOOK_SMTP", smtp)
        .env("METERBOOK_TEST_POSTGRES", &postgres.url),
    )
}

/// Lives a day at the counter of a large utility, on both databases.
pub(crate) fn day(customers: &str) -> Result<()> {
    ensure!(customers.parse::<u32>().is_ok_and(|it| it > 49), "`{customers}` is no town");
    let postgres = postgres::start()?;
    run::done(
        run::cargo(["test", "--locked", "--release", "--package", "meterbook-checks"])
            .args(["--test", "day", "--", "--nocapture"])
            .env("METERBOOK_DAY_CUSTOMERS", customers)
            .env("METERBOOK_TEST_POSTGRES", &postgres.url),
    )
}

/// Lives a year of a utility, on both databases, and checks its books every day.
pub(crate) fn year(customers: &str) -> Result<()> {
    ensure!(customers.parse::<u32>().is_ok_and(|it| 19 < it), "`{customers}` is no town");
    let postgres = postgres::start()?;
    run::done(
        run::cargo(["test", "--locked", "--release", "--package", "meterbook-checks"])
            .args(["--test", "year", "--", "--nocapture"])
            .env("METERBOOK_YEAR_CUSTOMERS", customers)
            .env("METERBOOK_YEAR_DAYS", "365")
            .env("METERBOOK_TEST_POSTGRES", &postgres.url),
    )
}

/// Twenty at once do so much each to one account, on both databases.
pub(crate) fn race(times: &str) -> Result<()> {
    ensure!(times.parse::<u32>().is_ok_and(|it| 0 < it), "`{times}` is no number of times");
    let postgres = postgres::start()?;
    run::done(
        run::cargo(["test", "--locked", "--release", "--package", "meterbook-checks"])
            .args(["--test", "acts", "--", "--nocapture", "receipts::everything_at_once"])
            .env("METERBOOK_RACE", times)
            .env("METERBOOK_TEST_POSTGRES", &postgres.url),
    )
}

/// Bills every shared rate, compares with the bills of others and writes what came of it.
pub(crate) fn verify() -> Result<()> {
    let program = run::program()?;
    let test = ["test", "--locked", "--package", "meterbook-checks", "--test", "verify"];
    run::done(
        run::cargo(test)
            .args(["--", "--nocapture"])
            .env("METERBOOK_BIN", program)
            .env("METERBOOK_VERIFY", "all"),
    )?;
    let shown = ["diff", "--stat", "--", "docs/verification.md"];
    run::done(Command::new("git").args(shown).current_dir(run::root()))
}

/// Licences, sources and known faults of the crates we build on.
pub(crate) fn deny() -> Result<()> {
    run::find("cargo-deny").context("cargo-deny is missing; `cargo xtask install` builds it")?;
    run::done(&mut run::cargo(["deny", "check", "bans", "licenses", "sources"]))?;
    // The list of known faults comes over the network, so it may be missing; it is never silent.
    if let Err(why) = run::done(&mut run::cargo(["deny", "check", "advisories"])) {
        say::line(format_args!("known faults: not clean, or not reachable from here ({why})"));
    }
    Ok(())
}

/// Makes a large sample utility with the optimised program, which says how long each part took.
pub(crate) fn bench(customers: &str) -> Result<()> {
    let program = run::release_program()?;
    let scratch = Scratch::new("bench")?;
    let utility = scratch.0.join("utility");
    let meterbook = |words: &[&str]| {
        let mut command = Command::new(&program);
        command.arg("--dir").arg(&utility).args(words);
        command
    };
    run::done(&mut meterbook(&["demo", "--customers", customers, "--no-serve"]))?;
    run::done(&mut meterbook(&["check"]))
}

/// Runs the benchmarks of the rating. `words` are for their library: part of a name, `--min-time 2`.
pub(crate) fn rating(words: &[&str]) -> Result<()> {
    run::done(
        run::cargo(["bench", "--locked", "--package", "meterbook-core", "--bench", "rating"])
            .arg("--")
            .args(words),
    )
}

/// Makes customers on both databases and asks for them. It needs some gigabytes for a million.
pub(crate) fn search(customers: &str) -> Result<()> {
    let postgres = postgres::start()?;
    let scratch = Scratch::new("search")?;
    run::done(
        run::cargo(["bench", "--locked", "--package", "meterbook-store", "--bench", "search"])
            .arg("--")
            .arg(&scratch.0)
            .arg(customers)
            .env("METERBOOK_TEST_POSTGRES", &postgres.url),
    )
}

/// Checks and posts a turn on both databases, and corrects. `words` are for the measurement: how many
/// accounts, `turn` or `correction`, `sqlite` or `postgres`. A hundred thousand accounts need some gigabytes. The
/// server keeps what it says it kept, as a customer's does.
pub(crate) fn bench_run(words: &[&str]) -> Result<()> {
    let postgres = postgres::start_durable()?;
    let scratch = Scratch::new("run")?;
    run::done(
        run::cargo(["bench", "--locked", "--package", "meterbook-checks", "--bench", "run"])
            .arg("--")
            .arg(&scratch.0)
            .args(words)
            .env("METERBOOK_TEST_POSTGRES", &postgres.url),
    )
}

/// Posts a file of a lockbox on both databases, as it is or without an index. The server keeps what it says
/// it kept. `words` are for the measurement: how many cheques, and which index.
pub(crate) fn lockbox(words: &[&str]) -> Result<()> {
    let postgres = postgres::start_durable()?;
    let scratch = Scratch::new("lockbox")?;
    run::done(
        run::cargo(["bench", "--locked", "--package", "meterbook-checks", "--bench", "lockbox"])
            .arg("--")
            .arg(&scratch.0)
            .args(words)
            .env("METERBOOK_TEST_POSTGRES", &postgres.url),
    )
}

/// The night of a town on both databases. `words` are for the measurement: how many accounts, `collections`
/// or `close`, `sqlite` or `postgres`. A million accounts need some six gigabytes. The server keeps what it
/// says it kept.
pub(crate) fn night(words: &[&str]) -> Result<()> {
    let postgres = postgres::start_durable()?;
    let scratch = Scratch::new("night")?;
    run::done(
        run::cargo(["bench", "--locked", "--package", "meterbook-checks", "--bench", "night"])
            .arg("--")
            .arg(&scratch.0)
            .args(words)
            .env("METERBOOK_TEST_POSTGRES", &postgres.url),
    )
}

/// Draws bills in one worker and in two.
pub(crate) fn paper(bills: &str) -> Result<()> {
    run::done(
        run::cargo(["bench", "--locked", "--package", "meterbook-paper", "--bench", "paper"])
            .arg("--")
            .arg(bills),
    )
}

/// Imports a month of interval values on both databases and adds it up. A hundred thousand meters
/// need some ten gigabytes.
pub(crate) fn intervals(meters: &str) -> Result<()> {
    let postgres = postgres::start()?;
    let scratch = Scratch::new("intervals")?;
    run::done(
        run::cargo(["bench", "--locked", "--package", "meterbook-checks", "--bench", "intervals"])
            .arg("--")
            .arg(&scratch.0)
            .arg(meters)
            .env("METERBOOK_TEST_POSTGRES", &postgres.url),
    )
}
