//! Second judges of files: nemreader for NEM12, achkit for NACHA, bai2 for statements, lxml with the
//! schemas for Green Button and SEPA, saxonche with CEN's rules for e-invoices, page for PDF/UA and PDF/A,
//! aiosmtpd for messages, in a Python of their own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::run;

/// The versions asked. Others may read differently.
const PACKAGES: &[&str] = &[
    "nemreader==0.9.2",
    "lxml==6.1.3",
    "achkit==0.2.0",
    "bai2==0.15.0",
    "factur-x==7.8",
    "saxonche==13.1.1",
    "page-validation==0.11.0",
    SERVER,
];
/// The server that messages are given to.
const SERVER: &str = "aiosmtpd==1.4.6";
/// What imitates the provider of payments.
const PAYMENTS: &str = "localstripe==1.15.10";

/// Fetches the judges and runs the tests that ask them.
pub(crate) fn judges() -> Result<()> {
    let python = python("judges", PACKAGES)?;
    let mut tests = run::cargo(["test", "--locked", "--package", "meterbook-formats"]);
    tests.args(["--test", "files", "judges"]).env("METERBOOK_JUDGES", &python);
    run::done(&mut tests)?;
    let mut tests = run::cargo(["test", "--locked", "--package", "meterbook-paper"]);
    tests.args(["--test", "bill", "--test", "forms"]).env("METERBOOK_JUDGES", &python);
    run::done(&mut tests)?;
    let mut tests = run::cargo(["test", "--locked", "--package", "meterbook-checks"]);
    tests.args(["--test", "acts", "--", "e_invoice", "smtp"]).env("METERBOOK_JUDGES", &python);
    run::done(tests.env("METERBOOK_SMTP", python))
}

/// The Python of the SMTP server that the tests send to, fetched if it may be; `None` when it is not
/// here and may not.
pub(crate) fn server(may_install: bool) -> Result<Option<PathBuf>> {
    let there = run::target()?.join("smtp").join(SERVER).is_file();
    if there || may_install { python("smtp", &[SERVER]).map(Some) } else { Ok(None) }
}

/// The Python of what imitates the provider of payments, in the same way.
pub(crate) fn payments(may_install: bool) -> Result<Option<PathBuf>> {
    let there = run::target()?.join("payments").join(PAYMENTS).is_file();
    if there || may_install { python("payments", &[PAYMENTS]).map(Some) } else { Ok(None) }
}

fn python(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = run::target()?.join(name);
    let python = folder.join("bin/python");
    let wanted = folder.join(packages.join("_"));
    if !wanted.is_file() {
        run::done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder)).context(
            "a Python of its own cannot be made; on Debian: apt-get install python3-venv",
        )?;
        run::done(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages))?;
        std::fs::write(&wanted, "").context("what was installed cannot be noted")?;
    }
    Ok(python)
}
