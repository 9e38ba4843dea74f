//! A PostgreSQL of our own: made for one run of the tests in a temporary folder, then gone.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::run;
use crate::server::{Scratch, Server, free_port};

/// Where Debian keeps each version's programs.
const DEBIAN: &str = "/usr/lib/postgresql";
/// The name the tests sign in with.
const USER: &str = "meterbook";

/// It does not wait for the disk.
const FORGETFUL: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];
/// A folder that is memory, and how much of it the tests may need, in thousands of bytes.
const IN_MEMORY: &str = "/dev/shm";
const ROOM_KB: u64 = 3_000_000;

/// A running server. The server is declared before its folder, so that it stops first.
pub(crate) struct Postgres {
    _server: Server,
    _scratch: Scratch,
    /// A URL the tests can reach it by.
    pub(crate) url: String,
}

/// The folder with `initdb` and `postgres`, the newest version if there are several.
pub(crate) fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .filter_map(|it| {
            let number = it.file_name().to_str()?.parse().ok()?;
            let folder = it.path().join("bin");
            (folder.join("initdb").is_file() && folder.join("postgres").is_file())
                .then_some((number, folder))
        })
        .collect();
    folders.sort();
    let newest = folders.pop().map(|(_, folder)| folder);
    newest.or_else(|| run::find("initdb")?.parent().map(PathBuf::from))
}

/// Makes and starts a server on a free port. It trusts whoever asks, listens on this machine only,
/// and does not wait for the disk: nothing in it outlives the run.
pub(crate) fn start() -> Result<Postgres> {
    start_in(&std::env::temp_dir(), FORGETFUL)
}

/// The same, in memory where there is room: hundreds of tests each copy a database.
pub(crate) fn start_in_memory() -> Result<Postgres> {
    start_in(&in_memory().unwrap_or_else(std::env::temp_dir), FORGETFUL)
}

fn in_memory() -> Option<PathBuf> {
    let told = run::quietly(Command::new("df").args(["-k", "--output=avail", IN_MEMORY])).ok()?;
    let room: u64 = told.lines().last()?.trim().parse().ok()?;
    (ROOM_KB <= room).then(|| PathBuf::from(IN_MEMORY))
}

/// The same, but it waits for the disk, as a customer's does.
pub(crate) fn start_durable() -> Result<Postgres> {
    start_in(&std::env::temp_dir(), &["shared_buffers=512MB", "max_wal_size=4GB"])
}

fn start_in(folder: &Path, settings: &[&str]) -> Result<Postgres> {
    let programs = programs().context("there is no PostgreSQL; `cargo xtask install` gets it")?;
    let scratch = Scratch::under(folder, "postgres")?;
    let folder = scratch.0.join("cluster");
    std::fs::create_dir(&folder)?;
    let owner = owner()?;
    if let Some((user, group)) = owner {
        chown(&folder, Some(user), Some(group))
            .with_context(|| format!("{} cannot be given away", folder.display()))?;
    }
    let as_owner = |program: &str| {
        let mut command = Command::new(programs.join(program));
        if let Some((user, group)) = owner {
            command.uid(user).gid(group);
        }
        command.current_dir(&folder);
        command
    };
    run::quietly(
        as_owner("initdb")
            .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username"])
            .arg(USER)
            .arg("--pgdata")
            .arg(&folder),
    )?;
    let port = free_port()?;
    let mut command = as_owner("postgres");
    command.arg("-D").arg(&folder).arg("-k").arg(&folder).args(["-p", &port.to_string()]);
    for setting in ["listen_addresses=127.0.0.1", "max_connections=200"].iter().chain(settings) {
        command.args(["-c", setting]);
    }
    // SIGINT is PostgreSQL's word for: end open transactions and stop.
    let server = Server::start(&mut command, port, "-INT", &scratch.0.join("log"))?;
    wait_until_open(&programs, port)?;
    let url = format!("postgres://{USER}@127.0.0.1:{port}/postgres");
    Ok(Postgres { _server: server, _scratch: scratch, url })
}

/// A server that listens may still be starting up.
fn wait_until_open(programs: &Path, port: u16) -> Result<()> {
    let mut asked = Ok(String::new());
    for _ in 0..100 {
        let mut ask = Command::new(programs.join("pg_isready"));
        asked = run::quietly(ask.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-U", USER]));
        if asked.is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    asked.map(drop).context("PostgreSQL listens but does not open")
}

/// Whom the server runs as: PostgreSQL refuses to be root, so root lends it a user without rights.
fn owner() -> Result<Option<(u32, u32)>> {
    if !crate::install::are_root()? {
        return Ok(None);
    }
    let passwd = std::fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
    for name in ["postgres", "nobody"] {
        if let Some(found) = passwd.lines().find_map(|line| ids(line, name)) {
            return Ok(Some(found));
        }
    }
    bail!("PostgreSQL must not run as root, and there is no user `postgres` or `nobody` to lend it")
}

/// The user's and the group's number in a line of /etc/passwd, if it is of `name`.
fn ids(line: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = line.split(':');
    if fields.next()? != name {
        return None;
    }
    Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::{ids, programs, start};
    use crate::run;

    #[test]
    fn a_server_comes_up_answers_and_leaves_nothing_behind() {
        let Some(programs) = programs() else {
            println!("skipped: PostgreSQL is not installed; `cargo xtask install` gets it");
            return;
        };
        let server = start().unwrap();
        let folder = server._scratch.0.clone();
        let asked = Command::new(programs.join("psql"))
            .args([&server.url, "--no-psqlrc", "-Atc", "show server_encoding"])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&asked.stdout), "UTF8\n");
        drop(server);
        assert!(!folder.exists());
    }

    #[test]
    fn a_failure_says_what_the_program_printed() {
        let why = run::quietly(Command::new("sh").args(["-c", "echo here; echo why >&2; exit 3"]));
        let why = why.unwrap_err().to_string();
        assert!(why.contains("exit status: 3") && why.contains("here\nwhy"), "{why}");
    }

    #[test]
    fn a_user_is_found_by_the_whole_name() {
        let line = "postgres:x:105:112:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash";
        assert_eq!(ids(line, "postgres"), Some((105, 112)));
        assert_eq!(ids(line, "post"), None);
        assert_eq!(ids("postgres", "postgres"), None);
    }
}
