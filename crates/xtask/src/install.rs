//! What the tests need beside Rust, and how to get it: from Debian's packages, or built by cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{postgres, run, say};

/// A program the tests start.
struct Need {
    name: &'static str,
    /// Debian's package of it.
    package: &'static str,
    /// Whether only the browser's tests start it.
    browser: bool,
    found: fn() -> Option<PathBuf>,
}

const NEEDS: &[Need] = &[
    Need { name: "PostgreSQL", package: "postgresql", browser: false, found: postgres::programs },
    Need {
        name: "Python",
        package: "python3-venv",
        browser: false,
        found: || run::find("python3").filter(|it| can_make_its_own(it)),
    },
    Need { name: "Chromium", package: "chromium", browser: true, found: chromium },
    Need { name: "Node.js", package: "nodejs", browser: true, found: || run::find("node") },
    Need { name: "npm", package: "npm", browser: true, found: || run::find("npm") },
];

/// What looks at the licences, and the version that the gate was tried with. Debian has no package
/// of it.
const DENY: (&str, &str) = ("cargo-deny", "0.20.2");

/// Where Chromium is.
pub(crate) fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(run::find)
}

/// Whether a Python can make one of its own, for the SMTP server of the tests. Debian's cannot
/// without a package.
fn can_make_its_own(python: &Path) -> bool {
    run::quietly(Command::new(python).args(["-c", "import ensurepip, venv"])).is_ok()
}

/// Whether this process may do anything.
pub(crate) fn are_root() -> Result<bool> {
    Ok(run::quietly(Command::new("id").arg("-u"))?.trim() == "0")
}

/// Says where each program is and installs what is missing, if it may.
pub(crate) fn install(browser: bool, may_install: bool) -> Result<()> {
    for (part, word) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if run::quietly(&mut run::cargo([word, "--version"])).is_err() {
            if !may_install {
                bail!("{part} is missing; get it with: rustup component add {part}");
            }
            run::done(Command::new("rustup").args(["component", "add", part]))?;
        }
    }
    let wanted = || NEEDS.iter().filter(|it| browser || !it.browser);
    let missing: Vec<&Need> = wanted().filter(|it| (it.found)().is_none()).collect();
    if !missing.is_empty() {
        let packages: Vec<&str> = missing.iter().map(|it| it.package).collect();
        if !may_install {
            bail!("missing: {0}; get it with: apt-get install {0}", packages.join(" "));
        }
        apt_get(&packages)?;
    }
    for need in wanted() {
        let place = (need.found)()
            .with_context(|| format!("{} was installed but is not found", need.name))?;
        say::line(format_args!("{:<10}  {}", need.name, place.display()));
    }
    let (name, version) = DENY;
    let place = match run::find(name) {
        Some(place) => place,
        None => build(name, version, may_install)?,
    };
    say::line(format_args!("{name:<10}  {}", place.display()));
    Ok(())
}

/// Builds a program that Debian does not have. That of the licences takes some minutes, once.
fn build(name: &str, version: &str, may_install: bool) -> Result<PathBuf> {
    // It runs for seconds, so that building it fast is worth more than building it well.
    let words = ["install", "--debug", "--locked", "--version", version, name];
    if !may_install {
        bail!("{name} is missing; get it with: cargo {}", words.join(" "));
    }
    run::done(&mut run::cargo(words))?;
    run::find(name).with_context(|| {
        format!("{name} was built but is not in PATH; cargo says above where it is")
    })
}

fn apt_get(packages: &[&str]) -> Result<()> {
    if run::find("apt-get").is_none() {
        bail!(
            "this machine has no apt-get; install {} its own way and run this again with --no-install",
            packages.join(", ")
        );
    }
    let root = are_root()?;
    if !root && run::find("sudo").is_none() {
        bail!("not root and no sudo; ask for: apt-get install {}", packages.join(" "));
    }
    let command = || {
        let mut command = Command::new(if root { "apt-get" } else { "sudo" });
        if !root {
            command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        }
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    run::done(command().args(["update", "--quiet"]))?;
    run::done(
        command().args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages),
    )
}

#[cfg(test)]
mod tests {
    use super::build;

    #[test]
    fn what_may_not_be_built_is_an_error_that_says_how_to_get_it() {
        let why = build("cargo-deny", "1.2.3", false).unwrap_err().to_string();
        assert_eq!(
            why,
            "cargo-deny is missing; get it with: cargo install --debug --locked --version 1.2.3 cargo-deny"
        );
    }
}
