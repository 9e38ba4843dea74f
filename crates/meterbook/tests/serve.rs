//! What `serve` does beside the console: it looks over the record once a day, and makes the last bills
//! of what ended where it is told to.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// How long the first look may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

fn meterbook(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterbook"));
    command.env_remove("METERBOOK_DIR").env_remove("METERBOOK_DB").current_dir(folder);
    command.args(["--dir", "mine"]);
    command
}

fn done(folder: &Path, words: &[&str]) -> String {
    let Output { status, stdout, stderr } = meterbook(folder).args(words).output().unwrap();
    let said = [stdout, stderr].map(|it| String::from_utf8(it).unwrap()).concat();
    assert!(status.success(), "{words:?}: {said}");
    said
}

/// A utility of one customer who left on the tenth of February with a read, within a turn that is not
/// billed yet.
fn left() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let put = |name: &str, text: &str| std::fs::write(here.join(name), text).unwrap();
    done(
        here,
        &[
            "init",
            "--name",
            "Alder Creek Light",
            "--phone",
            "555-0100",
            "--site",
            "aldercreek.example",
            "--remit-to",
            "PO Box 7",
            "--zone",
            "America/Chicago",
        ],
    );
    put(
        "r-1.tariff",
        "tariff R-1 half-up\nname       Residential service\ncommodity  electric kWh\n\
         from       2026-01-01\n\nvolume  Energy            0.12\n",
    );
    done(here, &["tariff", "publish", "r-1.tariff"]);
    done(here, &["cycle", "plan", "--cycle", "1", "--from", "2026-02-01", "--months", "1"]);
    done(
        here,
        &[
            "sign-up",
            "--name",
            "Rosa Quill",
            "--street",
            "12 Mill St",
            "--town",
            "Alder Creek",
            "--region",
            "IL 60000",
            "--from",
            "2026-02-01",
            "--cycle",
            "1",
            "--service",
            "electric:R-1:E-1:5kwh",
        ],
    );
    put("reads.csv", "meter,date,index\nE-1,2026-02-01,100\nE-1,2026-02-10,200\n");
    done(here, &["import", "reads.csv"]);
    done(here, &["move", "stop", "--account", "1000-0001-7", "--on", "2026-02-10"]);
    folder
}

/// What the server says up to a line that has `until`; then it is ended.
fn served(folder: &Path, words: &[&str], until: &str) -> Vec<String> {
    let mut serve = meterbook(folder);
    serve.args(["serve", "--port", "0"]).args(words).stdout(Stdio::piped());
    let mut server = serve.spawn().unwrap();
    let out = BufReader::new(server.stdout.take().unwrap());
    let (say, hear) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if say.send(line).is_err() {
                break;
            }
        }
    });
    let mut said = Vec::new();
    while !said.last().is_some_and(|it: &String| it.contains(until)) {
        match hear.recv_timeout(PATIENCE) {
            Ok(line) => said.push(line),
            Err(why) => {
                server.kill().unwrap();
                panic!("nothing says {until} ({why}): {said:#?}");
            }
        }
    }
    server.kill().unwrap();
    server.wait().unwrap();
    drop(hear);
    reader.join().unwrap();
    said
}

#[test]
fn last_bills_are_made_with_the_daily_look_and_each_is_said() {
    let folder = left();
    // 100 kWh at 12 cents.
    let said = served(folder.path(), &["--last-bills"], "last bill of account 1000-0001-7: ");
    assert!(said.iter().any(|it| it.starts_with("looked for tasks: ")), "{said:?}");
    assert!(said.last().is_some_and(|it| it.ends_with(", $12.00")), "{said:?}");
    let again = done(folder.path(), &["bill", "last"]);
    assert!(!again.contains("1000-0001-7"), "it is made once: {again}");
}

#[test]
fn without_being_told_to_it_says_how_many_wait() {
    let folder = left();
    let said = served(folder.path(), &[], "may have a last bill");
    assert!(said.last().is_some_and(|it| it.starts_with("1 account may have")), "{said:?}");
    let made = done(folder.path(), &["bill", "last"]);
    assert!(made.contains("$12.00"), "{made}");
}
