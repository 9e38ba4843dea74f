//! Kills the program while it sends messages and while it makes packages, again and again, and looks
//! for harm: a bill that goes out twice, one that goes to nobody, a package that is half there.
//!
//! Every round begins from a copy of the same sample utility, is cut off at another moment and goes on
//! with the same words. A message that was cut off on its way is on its way still: only a person may
//! say that it is sent again.

#![expect(clippy::print_stdout, reason = "a test says what it skipped and what it saw")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

/// Rounds of each when nobody says how many: `METERBOOK_KILLS` does.
const ROUNDS: u32 = 3;
/// Customers of the sample: each takes a message or a sheet of paper in every round.
const CUSTOMERS: &str = "24";

/// A utility in a folder.
struct Utility {
    program: PathBuf,
    folder: PathBuf,
}

impl Utility {
    fn meterbook(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.env_remove("METERBOOK_DIR").env_remove("METERBOOK_DB");
        command.arg("--dir").arg(&self.folder).args(words).stdin(Stdio::null());
        command
    }

    fn ended(&self, words: &[&str]) -> Output {
        self.meterbook(words).output().expect("the program can be started")
    }

    fn done(&self, words: &[&str]) -> String {
        let ended = self.ended(words);
        let complaint = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{words:?} ended with {}: {complaint}", ended.status);
        String::from_utf8_lossy(&ended.stdout).into_owned()
    }

    /// Goes on to the end, from wherever it was left. Nothing left to do is an end.
    fn finish(&self, words: &[&str]) {
        let ended = self.ended(words);
        let complaint = String::from_utf8_lossy(&ended.stderr);
        let nothing = complaint.contains("no bill of these days waits for");
        assert!(ended.status.success() || nothing, "{words:?}: {complaint}");
    }

    /// Begins and kills it after `wait`; whether it was still running then.
    fn cut_off(&self, words: &[&str], wait: Duration) -> bool {
        let mut command = self.meterbook(words);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("the program can be started");
        std::thread::sleep(wait);
        let running = child.try_wait().expect("a child can be asked").is_none();
        child.kill().expect("a child can be killed");
        child.wait().expect("a child that was killed ends");
        running
    }

    fn ask<T>(&self, question: &str, row: fn(&rusqlite::Row<'_>) -> T) -> Vec<T> {
        let file = self.folder.join("meterbook.db");
        let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let db = db.expect("the database can be opened");
        let mut asked = db.prepare(question).expect("the question is understood");
        let rows = asked.query_map([], |it| Ok(row(it))).expect("it can be asked");
        rows.map(|it| it.expect("a row")).collect()
    }

    /// How many pieces of a way stand where.
    fn states(&self, way: &str) -> BTreeMap<String, i64> {
        let question = format!(
            "select coalesce((select state from piece_event e where e.piece_id = p.id
                              order by position desc limit 1), 'queued'), count(*)
             from piece p join bill b on b.id = p.bill_id
             where p.channel = '{way}' and b.billed_on = (select max(billed_on) from bill)
             group by 1"
        );
        let found =
            self.ask(&question, |it| (it.get_unwrap::<_, String>(0), it.get_unwrap::<_, i64>(1)));
        found.into_iter().collect()
    }
}

/// A sample whose newest bills wait, those of every second account as messages; and their day.
fn sample(program: &Path, folder: PathBuf) -> (Utility, String) {
    let utility = Utility { program: program.to_owned(), folder };
    utility.done(&["demo", "--customers", CUSTOMERS, "--no-serve", "--leave-open"]);
    let accounts = utility.ask("select number, person_id from account order by id", |it| {
        (it.get_unwrap::<_, i64>(0), it.get_unwrap::<_, i64>(1))
    });
    for (number, person) in accounts.into_iter().step_by(2) {
        let (number, person) = (format!("{number:09}"), person.to_string());
        let address = format!("c{person}@example.org");
        utility.done(&["customer", "contact", &person, "email", &address]);
        let question = "select max(id) from contact";
        let contact = utility.ask(question, |it| it.get_unwrap::<_, i64>(0))[0].to_string();
        utility.done(&["customer", "consent", &contact, "bills", "--from", "2020-01-01"]);
        let from = ["--from", "2020-01-01"];
        let set = ["customer", "account-detail", &number, "delivery", "email"];
        // An account that said otherwise for other days stays as it is.
        let _ = utility.ended(&[&set[..], &from[..]].concat());
    }
    utility.done(&["bill", "run", "--next"]);
    let day = utility.ask("select max(billed_on) from bill", |it| it.get_unwrap::<_, String>(0));
    let day = day.into_iter().next().expect("there are bills");
    // The bills are drawn once, so that a round is cut off while it packs or sends.
    let cycle = "select w.cycle from bill b join bill_window w on w.id = b.window_id
                 order by b.billed_on desc, b.id desc limit 1";
    let cycle = utility.ask(cycle, |it| it.get_unwrap::<_, i64>(0))[0].to_string();
    utility.done(&["bill", "render", "--cycle", &cycle]);
    (utility, day)
}

fn given(name: &str, way_out: &str) -> Option<PathBuf> {
    let named = std::env::var_os(name).map(PathBuf::from);
    if named.is_none() {
        println!("skipped: {name} is not set; {way_out} does");
    }
    named
}

fn rounds() -> u32 {
    let said = std::env::var("METERBOOK_KILLS").ok();
    said.map_or(ROUNDS, |it| it.parse().expect("METERBOOK_KILLS is a number"))
}

/// A moment in each round's share of the time that an undisturbed one takes.
fn moments(took: Duration) -> impl Iterator<Item = (u32, Duration)> {
    let mut chance = 0x9E37_79B9_7F4A_7C15_u64;
    (0..rounds()).map(move |round| {
        chance = chance.rotate_left(23).wrapping_mul(0xD120_2E8F_86A5_1E1D);
        let within = u32::try_from(chance.rem_euclid(1000)).expect("less than a thousand");
        (round, took / rounds() * round + took / rounds() / 1000 * within)
    })
}

#[test]
fn a_package_that_is_killed_stands_whole_in_the_end_and_once() {
    let Some(program) = given("METERBOOK_BIN", "`cargo xtask kill`") else { return };
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| Utility { program: program.clone(), folder: scratch.path().join(name) };
    let (sample, day) = sample(&program, scratch.path().join("sample"));
    let words = |into: &Path| {
        [
            "deliver",
            "package",
            into.to_str().expect("a name"),
            "--billed",
            &day,
            "--expect",
            "100000",
        ]
        .map(str::to_owned)
    };
    let go = |it: &Utility, into: &Path, how: &dyn Fn(&Utility, &[&str])| {
        let words = words(into);
        how(it, &words.each_ref().map(String::as_str));
    };
    let calm = at("calm");
    copy_folder(&sample.folder, &calm.folder);
    let into = scratch.path().join("calm-mail");
    let began = Instant::now();
    go(&calm, &into, &|it, words| drop(it.done(words)));
    let took = began.elapsed();
    let (whole, states) = (contents(&into), calm.states("post"));
    assert!(0 < states["sent"] && states.len() == 1, "{states:?}");
    let mut cut = 0;
    for (round, wait) in moments(took) {
        let utility = at(&format!("round{round}"));
        copy_folder(&sample.folder, &utility.folder);
        let into = scratch.path().join(format!("mail{round}"));
        let words = words(&into);
        let words = words.each_ref().map(String::as_str);
        cut += u32::from(utility.cut_off(&words, wait));
        if round.is_multiple_of(3) {
            utility.cut_off(&words, wait / 2);
        }
        utility.finish(&words);
        assert_eq!(contents(&into), whole, "round {round}, killed after {wait:?}");
        assert_eq!(utility.states("post"), states, "round {round}");
        let twice = "select count(*) from (select piece_id from piece_event where state = 'sent'
                     group by piece_id having 1 < count(*))";
        assert_eq!(utility.ask(twice, |it| it.get_unwrap::<_, i64>(0)), [0], "round {round}");
        fs::remove_dir_all(&utility.folder).expect("a round can be cleared");
    }
    println!(
        "{} rounds of {} pieces, {cut} cut off while packing ({took:?} undisturbed)",
        rounds(),
        states["sent"]
    );
    assert!(cut > 0, "no round was cut off while it ran");
}

/// What is in a folder of packages, but for when they were begun.
fn contents(into: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for package in fs::read_dir(into).expect("there is a package") {
        let package = package.expect("a package").path();
        for file in fs::read_dir(&package).expect("it is a folder") {
            let file = file.expect("a file").path();
            let bytes = fs::read(&file).expect("a file can be read");
            let name = file.strip_prefix(into).expect("it is below").display().to_string();
            let text = if name.ends_with(".json") {
                let mut said: Value = serde_json::from_slice(&bytes).expect("it is JSON");
                said["began_at"] = Value::Null;
                said.to_string()
            } else {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let lines = text.lines().filter(|it| !it.starts_with("Begun "));
                lines.collect::<Vec<_>>().join("\n")
            };
            found.insert(name, text);
        }
    }
    found
}

struct Server {
    child: Child,
    port: u16,
    kept: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn server(python: &Path, kept: PathBuf) -> Server {
    fs::create_dir_all(&kept).expect("a folder for messages");
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("it has one").port();
    drop(free);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/acts/smtp/server.py");
    let mut command = Command::new(python);
    command.arg(script).arg(&kept).arg(port.to_string()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the server can be started");
    let mut said = String::new();
    let out = child.stdout.take().expect("it was asked for");
    BufReader::new(out).read_line(&mut said).expect("the server says something");
    assert_eq!(said.trim(), "listening");
    Server { child, port, kept }
}

/// The ids of the messages that the server took, one for each.
fn taken(kept: &Path) -> Vec<String> {
    let files = fs::read_dir(kept).expect("the folder is there");
    let id = |text: String| {
        let found = text.lines().find_map(|it| it.strip_prefix("Message-ID: ").map(str::to_owned));
        found.expect("a message has an id")
    };
    let files = files.map(|it| it.expect("a message").path());
    let files = files.filter(|it| it.extension().is_some_and(|it| it == "eml"));
    files.map(|it| id(fs::read_to_string(it).expect("a message"))).collect()
}

#[test]
fn a_send_that_is_killed_sends_nothing_twice_and_loses_nothing() {
    let Some(program) = given("METERBOOK_BIN", "`cargo xtask kill`") else { return };
    let Some(python) = given("METERBOOK_SMTP", "`cargo xtask test`") else { return };
    let scratch = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| Utility { program: program.clone(), folder: scratch.path().join(name) };
    let (sample, day) = sample(&program, scratch.path().join("sample"));
    let words = ["deliver", "send", "--billed", &day, "--expect", "100000"];
    let begin = |utility: &Utility, name: &str| {
        copy_folder(&sample.folder, &utility.folder);
        let server = server(&python, scratch.path().join(name));
        let file = scratch.path().join(format!("{name}.settings"));
        let text =
            format!("from bills@utility.example\nserver 127.0.0.1 {}\ntls plain\n", server.port);
        fs::write(&file, text).expect("settings can be written");
        let file = file.to_str().expect("a name");
        utility.done(&["deliver", "settings", "--set", file, "--from", "2020-01-01"]);
        server
    };
    let calm = at("calm");
    let calm_server = begin(&calm, "calm-kept");
    let began = Instant::now();
    calm.done(&words);
    let took = began.elapsed();
    let all: BTreeSet<String> = taken(&calm_server.kept).into_iter().collect();
    let states = calm.states("email");
    let sent = states["sent"];
    assert!(1 < sent && states.len() == 1 && all.len() == usize::try_from(sent).expect("few"));
    let (mut cut, mut on_its_way) = (0, 0);
    for (round, wait) in moments(took) {
        let utility = at(&format!("round{round}"));
        let server = begin(&utility, &format!("kept{round}"));
        cut += u32::from(utility.cut_off(&words, wait));
        utility.finish(&words);
        let ids = taken(&server.kept);
        let once: BTreeSet<String> = ids.iter().cloned().collect();
        assert_eq!(ids.len(), once.len(), "round {round}: a message went twice");
        let states = utility.states("email");
        let count = |state: &str| states.get(state).copied().unwrap_or(0);
        assert_eq!(count("sent") + count("sending"), sent, "round {round}: {states:?}");
        assert!(count("sending") <= 1, "round {round}: {states:?}");
        // What was cut off may be with the server; everything else is.
        let lost = all.difference(&once).count();
        assert!(once.is_subset(&all) && lost <= usize::try_from(count("sending")).expect("few"));
        on_its_way += count("sending");
        fs::remove_dir_all(&utility.folder).expect("a round can be cleared");
    }
    println!(
        "{} rounds of {sent} messages, {cut} cut off while sending, {on_its_way} messages of which \
         nobody knows ({took:?} undisturbed)",
        rounds()
    );
    assert!(cut > 0, "no round was cut off while it ran");
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
