//! Kills the program while it draws bills, while it makes packages and while it sends messages, again
//! and again, and looks for harm: a bill that goes out twice, one that goes to nobody, a file or a
//! package that is half there.
//!
//! Every round begins from a copy of the same sample utility, is cut off at another moment and goes on
//! with the same words. A message that was cut off on its way is on its way still: only a person may
//! say that it is sent again. In every other round of drawing only a worker that draws is killed, and
//! the program goes on without it.

#![expect(clippy::print_stdout, reason = "a test says what it saw")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use meterbook_checks::program::{Program, Sample, moments, rounds};
use meterbook_checks::smtp::Server;
use serde_json::Value;

/// Customers of the sample: each takes a message or a sheet of paper in every round.
const CUSTOMERS: &str = "24";
/// Customers whose bills are drawn in every round.
const DRAWN: &str = "8";

/// Makes a sample whose newest bills wait, those of every second account as messages; the newest
/// bills' day and the cycle they are of.
fn billed(utility: &Program, customers: &str) -> (String, String) {
    utility.done(&["demo", "--customers", customers, "--no-serve", "--leave-open"]);
    let accounts =
        "select cast(number as text) || ' ' || cast(person_id as text) from account order by id";
    for it in utility.column(accounts).into_iter().step_by(2) {
        let (number, person) = it.split_once(' ').expect("two columns");
        let number = format!("{number:0>9}");
        let address = format!("c{person}@example.org");
        utility.done(&["customer", "contact", person, "email", &address]);
        let contact = utility.column("select cast(max(id) as text) from contact").remove(0);
        utility.done(&["customer", "consent", &contact, "bills", "--from", "2020-01-01"]);
        let from = ["--from", "2020-01-01"];
        let set = ["customer", "account-detail", &number, "delivery", "email"];
        // An account that said otherwise for other days stays as it is.
        let _ = utility.ended(&[&set[..], &from[..]].concat());
    }
    utility.done(&["bill", "run", "--next"]);
    let newest = "select b.billed_on || ' ' || cast(w.cycle as text)
                  from bill b join bill_window w on w.id = b.window_id
                  order by b.billed_on desc, b.id desc limit 1";
    let newest = utility.column(newest).remove(0);
    let (day, cycle) = newest.split_once(' ').expect("two columns");
    (day.to_owned(), cycle.to_owned())
}

/// Goes on to the end, from wherever it was left. Nothing left to do is an end.
fn finish(utility: &Program, words: &[&str]) {
    let ended = utility.ended(words);
    let complaint = String::from_utf8_lossy(&ended.stderr);
    let nothing = complaint.contains("nothing of these days waits for");
    assert!(ended.status.success() || nothing, "{words:?}: {complaint}");
}

/// How many pieces of a way stand where.
fn states(utility: &Program, way: &str) -> BTreeMap<String, usize> {
    let question = format!(
        "select coalesce((select state from piece_event e where e.piece_id = p.id
                          order by position desc limit 1), 'queued')
         from piece p join bill b on b.id = p.bill_id
         where p.channel = '{way}' and b.billed_on = (select max(billed_on) from bill)"
    );
    let mut states = BTreeMap::new();
    for state in utility.column(&question) {
        *states.entry(state).or_default() += 1;
    }
    states
}

#[test]
fn drawing_that_is_killed_ends_with_the_same_files() {
    if let Some(sample) = Sample::in_a_file() {
        draw(sample);
    }
}

#[test]
fn so_does_drawing_from_postgresql() {
    if let Some(sample) = Sample::on_postgres("kill_draw") {
        draw(sample);
    }
}

fn draw(mut sample: Sample) {
    let (day, cycle) = billed(&sample.program, DRAWN);
    let words = ["bill", "render", "--cycle", cycle.as_str()];
    let calm = sample.copy("calm");
    let began = Instant::now();
    calm.done(&words);
    let took = began.elapsed();
    let files = drawn(&calm, &day);
    assert!(1 < files.len(), "there are bills to be drawn");
    let (mut cut, mut workers) = (0, 0);
    for (round, wait) in moments(took) {
        let utility = sample.copy(&format!("round{round}"));
        if round % 2 == 0 {
            workers += u32::from(without_a_worker(&utility, &words, wait));
        } else {
            cut += u32::from(utility.cut_off(&words, wait));
        }
        utility.done(&words);
        assert!(drawn(&utility, &day) == files, "round {round}, killed after {wait:?}");
        sample.clear(utility);
    }
    println!(
        "{} rounds of {} files, {cut} cut off while drawing, {workers} went on without a worker \
         ({took:?} undisturbed)",
        rounds(),
        files.len()
    );
    assert!(0 < cut + workers, "no round was cut off while it ran");
}

/// Kills one worker of those that draw after `wait`; whether there was one. The program has to come to
/// its end nevertheless.
fn without_a_worker(utility: &Program, words: &[&str], wait: Duration) -> bool {
    let mut child = utility.begun(words);
    std::thread::sleep(wait);
    let was = child_of(child.id()).is_some_and(|it| {
        Command::new("kill").args(["-9", &it]).status().is_ok_and(|it| it.success())
    });
    let ended = child.wait().expect("a child ends");
    assert!(ended.success(), "without a worker it ended with {ended}");
    was
}

/// A process that another one began, if there is one.
fn child_of(parent: u32) -> Option<String> {
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    all.filter_map(|it| it.file_name().into_string().ok()).find(|it| {
        // Behind the name, which may have anything in it: state, parent.
        let stat = fs::read_to_string(format!("/proc/{it}/stat")).unwrap_or_default();
        let behind = stat.rsplit_once(')').map_or("", |it| it.1);
        behind.split_whitespace().nth(1) == Some(parent.to_string().as_str())
    })
}

/// What was drawn of a day, but for what a program that was killed had not finished.
fn drawn(utility: &Program, day: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = utility.folder.join("bills").join(day);
    let files = fs::read_dir(&folder).expect("there are bills");
    let files = files.map(|it| it.expect("a bill").path());
    let files = files.filter(|it| it.extension().is_some_and(|it| it != "part"));
    let named = |it: PathBuf| {
        let bytes = fs::read(&it).expect("a bill can be read");
        (it.strip_prefix(&folder).expect("it is in it").to_owned(), bytes)
    };
    files.map(named).collect()
}

#[test]
fn a_package_that_is_killed_stands_whole_in_the_end_and_once() {
    if let Some(sample) = Sample::in_a_file() {
        pack(sample);
    }
}

#[test]
fn so_does_one_from_postgresql() {
    if let Some(sample) = Sample::on_postgres("kill_pack") {
        pack(sample);
    }
}

fn pack(mut sample: Sample) {
    let (day, cycle) = billed(&sample.program, CUSTOMERS);
    // The bills are drawn once, so that a round is cut off while it packs.
    sample.program.done(&["bill", "render", "--cycle", &cycle]);
    let scratch = sample.scratch().to_owned();
    let words = |into: &Path| {
        let into = into.to_str().expect("a name");
        ["deliver", "package", into, "--billed", &day, "--expect", "100000"].map(str::to_owned)
    };
    let calm = sample.copy("calm");
    let into = scratch.join("calm-mail");
    let began = Instant::now();
    calm.done(&words(&into).each_ref().map(String::as_str));
    let took = began.elapsed();
    let (whole, all) = (contents(&into), states(&calm, "post"));
    assert!(0 < all["sent"] && all.len() == 1, "{all:?}");
    let mut cut = 0;
    for (round, wait) in moments(took) {
        let utility = sample.copy(&format!("round{round}"));
        let into = scratch.join(format!("mail{round}"));
        let words = words(&into);
        let words = words.each_ref().map(String::as_str);
        cut += u32::from(utility.cut_off(&words, wait));
        if round.is_multiple_of(3) {
            utility.cut_off(&words, wait / 2);
        }
        finish(&utility, &words);
        assert_eq!(contents(&into), whole, "round {round}, killed after {wait:?}");
        assert_eq!(states(&utility, "post"), all, "round {round}");
        let twice = "select cast(piece_id as text) from piece_event where state = 'sent'
                     group by piece_id having 1 < count(*)";
        assert_eq!(utility.column(twice), [""; 0], "round {round}");
        sample.clear(utility);
        fs::remove_dir_all(&into).expect("a round can be cleared");
    }
    println!(
        "{} rounds of {} pieces, {cut} cut off while packing ({took:?} undisturbed)",
        rounds(),
        all["sent"]
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

#[test]
fn a_send_that_is_killed_sends_nothing_twice_and_loses_nothing() {
    if let Some(sample) = Sample::in_a_file() {
        send(sample);
    }
}

#[test]
fn so_does_one_that_postgresql_knows_of() {
    if let Some(sample) = Sample::on_postgres("kill_send") {
        send(sample);
    }
}

fn send(mut sample: Sample) {
    let scratch = sample.scratch().to_owned();
    let begin = |utility: &Program, name: &str| {
        let server = Server::start(scratch.join(name))?;
        let file = scratch.join(format!("{name}.settings"));
        let text =
            format!("from bills@utility.example\nserver 127.0.0.1 {}\ntls plain\n", server.port);
        fs::write(&file, text).expect("settings can be written");
        let file = file.to_str().expect("a name");
        utility.done(&["deliver", "settings", file, "--from", "2020-01-01"]);
        Some(server)
    };
    if Server::start(scratch.join("none")).is_none() {
        return;
    }
    let (day, cycle) = billed(&sample.program, CUSTOMERS);
    sample.program.done(&["bill", "render", "--cycle", &cycle]);
    let words = ["deliver", "send", "--billed", &day, "--expect", "100000"];
    let calm = sample.copy("calm");
    let Some(server) = begin(&calm, "calm-kept") else { return };
    let began = Instant::now();
    calm.done(&words);
    let took = began.elapsed();
    let all: BTreeSet<String> = taken(&server).into_iter().collect();
    let stand = states(&calm, "email");
    let sent = stand["sent"];
    assert!(1 < sent && stand.len() == 1 && all.len() == sent, "{stand:?}");
    let (mut cut, mut on_its_way) = (0, 0);
    for (round, wait) in moments(took) {
        let utility = sample.copy(&format!("round{round}"));
        let Some(server) = begin(&utility, &format!("kept{round}")) else { return };
        cut += u32::from(utility.cut_off(&words, wait));
        finish(&utility, &words);
        let ids = taken(&server);
        let once: BTreeSet<String> = ids.iter().cloned().collect();
        assert_eq!(ids.len(), once.len(), "round {round}: a message went twice");
        let stand = states(&utility, "email");
        let count = |state: &str| stand.get(state).copied().unwrap_or(0);
        assert_eq!(count("sent") + count("sending"), sent, "round {round}: {stand:?}");
        assert!(count("sending") <= 1, "round {round}: {stand:?}");
        // What was cut off may be with the server; everything else is.
        let lost = all.difference(&once).count();
        assert!(once.is_subset(&all) && lost <= count("sending"), "round {round}");
        on_its_way += count("sending");
        sample.clear(utility);
    }
    println!(
        "{} rounds of {sent} messages, {cut} cut off while sending, {on_its_way} messages of which \
         nobody knows ({took:?} undisturbed)",
        rounds()
    );
    assert!(cut > 0, "no round was cut off while it ran");
}

/// The ids of the messages that the server took, one for each.
fn taken(server: &Server) -> Vec<String> {
    let id = |text: String| {
        let found = text.lines().find_map(|it| it.strip_prefix("Message-ID: ").map(str::to_owned));
        found.expect("a message has an id")
    };
    server.taken().into_iter().map(id).collect()
}
