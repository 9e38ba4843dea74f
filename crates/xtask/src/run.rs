//! Starting programs: where they are, what they are told, how they ended.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::say;

/// The top of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("this crate is two folders below the top").to_owned()
}

/// Where a program of this name is, looking through PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|it| it.is_file())
}

/// A cargo command, run at the top of the repository.
pub(crate) fn cargo<const N: usize>(words: [&str; N]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(words).current_dir(root());
    command
}

/// Runs a command to its end; anything but success is an error that names it.
pub(crate) fn done(command: &mut Command) -> Result<()> {
    say::line(format_args!("$ {}", shown(command)));
    let ended =
        command.status().with_context(|| format!("{} cannot be started", shown(command)))?;
    ensure!(ended.success(), "`{}` ended with {ended}", shown(command));
    Ok(())
}

/// Runs a command without showing what it prints, unless it fails. Gives back what it printed.
pub(crate) fn quietly(command: &mut Command) -> Result<String> {
    let ended = command.stdin(Stdio::null()).output();
    let ended = ended.with_context(|| format!("{} cannot be started", shown(command)))?;
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    if !ended.status.success() {
        let complaint = String::from_utf8_lossy(&ended.stderr);
        bail!("`{}` ended with {}:\n{said}{complaint}", shown(command), ended.status);
    }
    Ok(said)
}

/// Runs `cargo test` and gives back what its tests said they skipped. What passing tests print is
/// kept from the terminal, as it is without us.
pub(crate) fn tests(command: &mut Command) -> Result<Vec<String>> {
    command.args(["--", "--show-output"]).stdout(Stdio::piped());
    say::line(format_args!("$ {}", shown(command)));
    let mut child =
        command.spawn().with_context(|| format!("{} cannot be started", shown(command)))?;
    let told = child.stdout.take().expect("its output was asked for");
    let mut skipped = Vec::new();
    let mut of_passing = false;
    for line in BufReader::new(told).lines() {
        let line = line.context("the tests' output broke off")?;
        of_passing = match line.as_str() {
            "successes:" => true,
            "failures:" => false,
            other => of_passing && !other.starts_with("test result:"),
        };
        if line.starts_with("skipped") && !skipped.contains(&line) {
            skipped.push(line.clone());
        }
        if !of_passing {
            say::line(line);
        }
    }
    let ended = child.wait().context("the tests' end was not seen")?;
    ensure!(ended.success(), "`{}` ended with {ended}", shown(command));
    Ok(skipped)
}

/// Builds the program as tests want it and gives back where it is.
pub(crate) fn program() -> Result<PathBuf> {
    done(&mut cargo(["build", "--locked", "--package", "meterbook"]))?;
    built("debug")
}

/// Builds the program as customers get it and gives back where it is.
pub(crate) fn release_program() -> Result<PathBuf> {
    done(&mut cargo(["build", "--locked", "--release", "--package", "meterbook"]))?;
    built("release")
}

/// The folder of all that is built.
pub(crate) fn target() -> Result<PathBuf> {
    let here = std::env::current_exe().context("our own place is unknown")?;
    Ok(here.ancestors().nth(2).context("our own place has no folder")?.to_owned())
}

/// The program of a profile, which lies in a folder beside our own.
fn built(profile: &str) -> Result<PathBuf> {
    let program = target()?.join(profile).join("meterbook");
    ensure!(program.is_file(), "the program was built but is not at {}", program.display());
    Ok(program)
}

fn shown(command: &Command) -> String {
    let mut words = vec![Path::new(command.get_program()).file_name().unwrap_or_default()];
    words.extend(command.get_args());
    words.join(OsStr::new(" ")).to_string_lossy().into_owned()
}
