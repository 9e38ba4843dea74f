//! The program as its users have it, on a utility of its own on either engine: what it says, and how
//! it is killed in the middle.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use meterbook_store::{Db, Location};
use postgres::{Client, NoTls};
use serde_json::Value;

use crate::engines::Raw;

/// Rounds when nobody says how many: `METERBOOK_KILLS` does.
const ROUNDS: u32 = 3;

/// The program and the utility it works for.
pub struct Program {
    path: PathBuf,
    /// The utility's folder.
    pub folder: PathBuf,
    /// A PostgreSQL database instead of the file in the folder.
    url: Option<String>,
}

impl Program {
    /// A command of the program, not yet begun.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.path);
        command.env_remove("METERBOOK_DIR").env_remove("METERBOOK_DB");
        command.arg("--dir").arg(&self.folder).args(words).stdin(Stdio::null());
        if let Some(url) = &self.url {
            command.args(["--db", url]);
        }
        command
    }

    /// A command to its end, whatever that is.
    ///
    /// # Panics
    /// When the program cannot be started, or panicked on its way, also where it went on.
    pub fn ended(&self, words: &[&str]) -> Output {
        let ended = self.command(words).output().expect("the program can be started");
        let complaint = String::from_utf8_lossy(&ended.stderr);
        assert!(!complaint.contains(" panicked at "), "{words:?}: {complaint}");
        ended
    }

    /// What a command prints that has to end well.
    ///
    /// # Panics
    /// When it does not.
    pub fn done(&self, words: &[&str]) -> String {
        let ended = self.ended(words);
        let complaint = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{words:?} ended with {}: {complaint}", ended.status);
        String::from_utf8_lossy(&ended.stdout).into_owned()
    }

    /// The JSON that a command prints as its last line.
    ///
    /// # Panics
    /// When it prints none.
    pub fn told(&self, words: &[&str]) -> Value {
        let ended = self.ended(words);
        let said = String::from_utf8_lossy(&ended.stdout);
        let last = said.trim_end().lines().next_back().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|why| {
            let complaint = String::from_utf8_lossy(&ended.stderr);
            panic!("{words:?} ended with {} and said {last} ({why})\n{complaint}", ended.status)
        })
    }

    /// Begins a command that nobody listens to.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub fn begun(&self, words: &[&str]) -> Child {
        let mut command = self.command(words);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        child.expect("the program can be started")
    }

    /// Begins a command and kills it after `wait`; whether it was still running then.
    pub fn cut_off(&self, words: &[&str], wait: Duration) -> bool {
        let mut child = self.begun(words);
        std::thread::sleep(wait);
        killed(&mut child)
    }

    /// Where its database is.
    pub fn location(&self) -> Location {
        match &self.url {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Sqlite(self.folder.join("meterbook.db")),
        }
    }

    /// The first column of a question to its database, as texts.
    ///
    /// # Panics
    /// When it cannot be asked.
    pub fn column(&self, question: &str) -> Vec<String> {
        let db = Db::open(&self.location()).expect("the books can be opened");
        let mut raw = Raw::beside(&db).expect("the books can be opened");
        raw.column(question).expect(question)
    }
}

/// Kills a program; whether it was still running.
///
/// # Panics
/// When it cannot be killed.
pub fn killed(child: &mut Child) -> bool {
    let running = child.try_wait().expect("a child can be asked").is_none();
    child.kill().expect("a child can be killed");
    child.wait().expect("a child that was killed ends");
    running
}

/// A sample utility and the copies that rounds begin from; they are gone with this.
pub struct Sample {
    /// The sample itself, which nothing but [`Sample::copy`] may have open once it is made.
    pub program: Program,
    scratch: tempfile::TempDir,
    server: Option<(String, Vec<String>)>,
}

impl Sample {
    /// A place for a sample in a file, if the program under test is named by METERBOOK_BIN.
    ///
    /// # Panics
    /// When there is no place for it.
    #[expect(clippy::print_stdout, reason = "a test says what it skipped")]
    pub fn in_a_file() -> Option<Sample> {
        let Some(path) = std::env::var_os("METERBOOK_BIN").map(PathBuf::from) else {
            println!("skipped: METERBOOK_BIN names no program; `cargo xtask kill` does");
            return None;
        };
        let scratch = tempfile::tempdir().expect("a temporary folder");
        let program = Program { path, folder: scratch.path().join("sample"), url: None };
        Some(Sample { program, scratch, server: None })
    }

    /// The same on the tests' PostgreSQL, if there is one. `name` tells samples of a test apart.
    ///
    /// # Panics
    /// When there is no place for it.
    #[expect(clippy::print_stdout, reason = "a test says what it skipped")]
    pub fn on_postgres(name: &str) -> Option<Sample> {
        let Ok(server) = std::env::var("METERBOOK_TEST_POSTGRES") else {
            println!("skipped on PostgreSQL: METERBOOK_TEST_POSTGRES is not set");
            return None;
        };
        let mut sample = Sample::in_a_file()?;
        let name = format!("{name}_{}_sample", std::process::id());
        run(&server, &format!("create database {name}"));
        sample.program.url = Some(beside(&server, &name));
        sample.server = Some((server, vec![name]));
        Some(sample)
    }

    /// Whether it is on PostgreSQL.
    pub fn is_on_postgres(&self) -> bool {
        self.server.is_some()
    }

    /// A folder that is gone with the sample.
    pub fn scratch(&self) -> &Path {
        self.scratch.path()
    }

    /// A copy of the sample, to be put up with what is done to it.
    ///
    /// # Panics
    /// When it cannot be copied.
    pub fn copy(&mut self, name: &str) -> Program {
        let folder = self.scratch.path().join(name);
        copy_folder(&self.program.folder, &folder);
        let url = self.server.as_mut().map(|(server, made)| {
            let copy = format!("{}_{name}", made[0].trim_end_matches("_sample"));
            run(server, &format!("create database {copy} template {}", made[0]));
            made.push(copy.clone());
            beside(server, &copy)
        });
        Program { path: self.program.path.clone(), folder, url }
    }

    /// Clears a copy away, whose program has ended.
    ///
    /// # Panics
    /// When it cannot be.
    pub fn clear(&mut self, copy: Program) {
        fs::remove_dir_all(&copy.folder).expect("a round can be cleared");
        if let (Some((server, made)), Some(url)) = (&mut self.server, &copy.url) {
            // The session of a program that was killed may still be on its way out.
            made.retain(|it| beside(server, it) != *url);
            let name = url.rsplit('/').next().unwrap_or_default();
            run(server, &format!("drop database {name} with (force)"));
        }
    }
}

impl Drop for Sample {
    fn drop(&mut self) {
        let Some((server, made)) = &self.server else { return };
        for name in made {
            let dropped = Client::connect(server, NoTls)
                .and_then(|mut it| it.batch_execute(&format!("drop database {name} with (force)")));
            if !std::thread::panicking() {
                dropped.expect("what was made for a test can be dropped");
            }
        }
    }
}

/// How many rounds a test of kills goes.
///
/// # Panics
/// When METERBOOK_KILLS is no number.
pub fn rounds() -> u32 {
    let said = std::env::var("METERBOOK_KILLS").ok();
    said.map_or(ROUNDS, |it| it.parse().expect("METERBOOK_KILLS is a number"))
}

/// The rounds, each with a moment in its share of the time that an undisturbed one takes.
pub fn moments(took: Duration) -> impl Iterator<Item = (u32, Duration)> {
    let mut chance = 0x9E37_79B9_7F4A_7C15_u64;
    (0..rounds()).map(move |round| {
        chance = chance.rotate_left(23).wrapping_mul(0xD120_2E8F_86A5_1E1D);
        let within = u32::try_from(chance.rem_euclid(1000)).expect("less than a thousand");
        (round, took / rounds() * round + took / rounds() / 1000 * within)
    })
}

fn beside(server: &str, name: &str) -> String {
    let (place, _) = server.rsplit_once('/').expect("a URL names a database");
    format!("{place}/{name}")
}

fn run(server: &str, statement: &str) {
    let mut client = Client::connect(server, NoTls).expect("the tests' server answers");
    client.batch_execute(statement).expect(statement);
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).expect("the copy is new");
    for entry in fs::read_dir(from).expect("the sample can be read") {
        let entry = entry.expect("the sample can be read to its end");
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &copy);
        } else {
            fs::copy(&path, &copy).expect("a file can be copied");
        }
    }
}
