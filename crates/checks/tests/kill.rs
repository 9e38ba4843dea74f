//! Kills the program while it bills, again and again, and looks for harm: a bill lost, a bill
//! twice, books that do not balance.
//!
//! Every round begins from a copy of the same sample utility, is cut off at another moment, goes on
//! with `bill run --resume` and must end exactly as the run that nobody disturbed, to the byte of its
//! bills and its journal. In every other round two workers share the run and are killed too.

#![expect(clippy::print_stdout, reason = "a test says what it skipped and what it saw")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use meterbook_checks::engines::Raw;
use meterbook_store::{Db, Location};
use serde_json::Value;

/// Rounds when nobody says how many: `METERBOOK_KILLS` does.
const ROUNDS: u32 = 3;
/// Customers of the sample when nobody says how many: `METERBOOK_KILL_CUSTOMERS` does.
const CUSTOMERS: &str = "300";

/// Where the utility of a round is kept.
struct Utility {
    program: PathBuf,
    folder: PathBuf,
    /// A PostgreSQL database instead of the file in the folder.
    url: Option<String>,
}

impl Utility {
    fn meterbook(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.env_remove("METERBOOK_DIR").env_remove("METERBOOK_DB");
        command.arg("--dir").arg(&self.folder).args(words).stdin(Stdio::null());
        if let Some(url) = &self.url {
            command.args(["--db", url]);
        }
        command
    }

    /// The JSON that a command prints as its last line.
    fn told(&self, words: &[&str]) -> Value {
        let ended = self.meterbook(words).output().expect("the program can be started");
        let last = last_line(&ended);
        serde_json::from_str(&last).unwrap_or_else(|why| {
            let complaint = String::from_utf8_lossy(&ended.stderr);
            panic!("{words:?} ended with {} and said {last} ({why})\n{complaint}", ended.status)
        })
    }

    fn done(&self, words: &[&str]) {
        let ended = self.meterbook(words).output().expect("the program can be started");
        let complaint = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{words:?} ended with {}: {complaint}", ended.status);
    }

    /// Begins a run and kills it after `wait`; whether it was still running then.
    fn cut_off(&self, words: &[&str], wait: Duration) -> bool {
        let mut command = self.meterbook(words);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be started");
        std::thread::sleep(wait);
        let running = child.try_wait().expect("a child can be asked").is_none();
        child.kill().expect("a child can be killed");
        child.wait().expect("a child that was killed ends");
        running
    }

    /// Begins a run with workers beside it and kills one after the other, the first after `wait`; how
    /// many of them were still running then.
    fn cut_off_workers(&self, wait: Duration) -> u32 {
        let quiet = |words: &[&str]| {
            let mut command = self.meterbook(words);
            command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()
        };
        let programs = [&["bill", "run", "--next"][..], &["worker"], &["worker"]];
        let mut children: Vec<Child> =
            programs.map(|it| quiet(it).expect("the program can be started")).into();
        std::thread::sleep(wait);
        let mut cut = 0;
        // The run itself last: until then it is released and posted as it goes.
        for child in children.iter_mut().rev() {
            let running = child.try_wait().expect("a child can be asked").is_none();
            child.kill().expect("a child can be killed");
            child.wait().expect("a child that was killed ends");
            cut += u32::from(running);
            std::thread::sleep(wait / 10);
        }
        cut
    }

    /// What is written in its books, as a text: every bill with its lines, every entry.
    fn written(&self) -> String {
        let at = match &self.url {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::Sqlite(self.folder.join("meterbook.db")),
        };
        let db = Db::open(&at).expect("the books can be opened");
        let mut raw = Raw::beside(&db).expect("the books can be opened");
        let texts = [
            "select cast(id as text) || number || cast(account_id as text) || due_on ||
                addressed_to || cast(total_cents as text) from bill order by bill.id",
            "select cast(bill_id as text) || cast(segment as text) || cast(position as text) ||
                label || cast(amount_cents as text)
             from bill_line order by bill_id, segment, position",
            "select cast(e.id as text) || e.kind || e.effective_on || e.key || e.text || p.gl ||
                cast(p.amount_cents as text)
             from entry e join posting p on p.entry_id = e.id order by e.id, p.position",
        ];
        texts.map(|it| raw.column(it).expect(it).join("\n")).join("\n\n")
    }

    /// Bills what is due next to its end, from wherever it was left.
    fn finish(&self, undisturbed: &Value) -> Value {
        let resumed = self.told(&["bill", "run", "--resume", "--json"]);
        // Killed before it began, a run leaves nothing: the last run is then an earlier one.
        let same = ["cycle", "from", "to"].iter().all(|it| resumed[it] == undisturbed[it]);
        if same { resumed } else { self.told(&["bill", "run", "--next", "--json"]) }
    }
}

fn last_line(ended: &Output) -> String {
    let said = String::from_utf8_lossy(&ended.stdout);
    said.trim_end().lines().next_back().unwrap_or_default().to_owned()
}

/// The program under test, which `cargo xtask` builds and names.
fn program() -> Option<PathBuf> {
    let named = std::env::var_os("METERBOOK_BIN").map(PathBuf::from);
    if named.is_none() {
        println!("skipped: METERBOOK_BIN names no program; `cargo xtask kill` does");
    }
    named
}

fn rounds() -> u32 {
    let said = std::env::var("METERBOOK_KILLS").ok();
    said.map_or(ROUNDS, |it| it.parse().expect("METERBOOK_KILLS is a number"))
}

/// Goes through all rounds; `copy` makes the utility of a round from the sample.
fn torment(sample: &Utility, copy: &mut dyn FnMut(&str) -> Utility) {
    let customers = std::env::var("METERBOOK_KILL_CUSTOMERS").unwrap_or(CUSTOMERS.to_owned());
    sample.done(&["demo", "--customers", &customers, "--no-serve", "--leave-open"]);
    let calm = copy("calm");
    let began = Instant::now();
    let undisturbed = calm.told(&["bill", "run", "--next", "--json"]);
    let took = began.elapsed();
    assert!(undisturbed["billed"].as_u64() > Some(0), "the sample leaves bills to be run");
    let written = calm.written();
    let (mut cut, mut workers) = (0, 0);
    let mut chance = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..rounds() {
        let utility = copy(&format!("round{round}"));
        // A moment in this round's share of the time that an undisturbed run takes.
        chance = chance.rotate_left(23).wrapping_mul(0xD120_2E8F_86A5_1E1D);
        let within = u32::try_from(chance.rem_euclid(1000)).expect("less than a thousand");
        let wait = took / rounds() * round + took / rounds() / 1000 * within;
        if round % 2 == 1 {
            workers += utility.cut_off_workers(wait);
        } else {
            cut += u32::from(utility.cut_off(&["bill", "run", "--next"], wait));
        }
        if round.is_multiple_of(3) {
            utility.cut_off(&["bill", "run", "--resume"], wait / 2);
        }
        let ended = utility.finish(&undisturbed);
        assert_eq!(ended, undisturbed, "round {round}, killed after {wait:?}");
        assert!(utility.written() == written, "round {round}: the books read otherwise");
        let checked = utility.told(&["check", "--json"]);
        assert_eq!(checked["clean"], Value::Bool(true), "round {round}: {checked:#}");
    }
    println!(
        "{} rounds, {cut} of them cut off while billing, and {workers} workers ({took:?} undisturbed)",
        rounds()
    );
    assert!(cut > 0, "no round was cut off while it ran");
}

#[test]
fn a_run_that_is_killed_ends_as_if_it_had_not_been() {
    let Some(program) = program() else { return };
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| Utility {
        program: program.clone(),
        folder: scratch.path().join(name),
        url: None,
    };
    let sample = at("sample");
    torment(&sample, &mut |name| {
        let copy = at(name);
        copy_folder(&sample.folder, &copy.folder);
        copy
    });
}

#[test]
fn so_does_one_on_postgresql() {
    let Some(program) = program() else { return };
    let Ok(server) = std::env::var("METERBOOK_TEST_POSTGRES") else {
        println!("skipped on PostgreSQL: METERBOOK_TEST_POSTGRES is not set");
        return;
    };
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let mine = std::process::id();
    let at = |name: &str| {
        let (place, _) = server.rsplit_once('/').expect("a URL names a database");
        Utility {
            program: program.clone(),
            folder: scratch.path().join(name),
            url: Some(format!("{place}/kill_{mine}_{name}")),
        }
    };
    psql(&server, &format!("create database kill_{mine}_sample"));
    let mut made = vec!["sample".to_owned()];
    torment(&at("sample"), &mut |name| {
        // The session of a program that was killed may still be on its way out.
        psql(&server, &format!("create database kill_{mine}_{name} template kill_{mine}_sample"));
        made.push(name.to_owned());
        at(name)
    });
    for name in made {
        psql(&server, &format!("drop database kill_{mine}_{name} with (force)"));
    }
}

fn psql(server: &str, statement: &str) {
    let ended = Command::new("psql").args([server, "--no-psqlrc", "-qc", statement]).output();
    let ended = ended.expect("psql comes with PostgreSQL");
    assert!(ended.status.success(), "{statement}: {}", String::from_utf8_lossy(&ended.stderr));
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("the copy is new");
    for entry in std::fs::read_dir(from).expect("the sample can be read") {
        let entry = entry.expect("the sample can be read to its end");
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &copy);
        } else {
            std::fs::copy(&path, &copy).expect("a file can be copied");
        }
    }
}
