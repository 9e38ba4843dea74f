//! How commands end: the exit code, what they say, and what they leave behind.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// A password that nobody tries first.
const PASSWORD: &str = "seven lamps in the yard";
const FOUND: &[&str] = &[
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
];
const TARIFF: &str = "tariff R-1 half-up\nname       Residential service\ncommodity  electric kWh\n\
                      from       2026-01-01\n\nvolume  Energy            0.12\n";

fn meterbook(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterbook"));
    command.env_remove("METERBOOK_DIR").env_remove("METERBOOK_DB").current_dir(folder);
    command.args(["--dir", "mine"]).args(words).output().expect("the program can be started")
}

/// The exit code, and what was said on both ways.
fn ended(folder: &Path, words: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } = meterbook(folder, words);
    let said = [stdout, stderr].map(|it| String::from_utf8(it).expect("it prints text"));
    (status.code().expect("nobody killed it"), said.concat())
}

fn done(folder: &Path, words: &[&str]) -> String {
    let (code, said) = ended(folder, words);
    assert_eq!(code, 0, "{words:?}: {said}");
    said
}

/// A utility with a tariff and a folder around it.
fn utility() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    done(folder.path(), &[FOUND, &["America/Chicago"]].concat());
    put(folder.path(), "r-1.tariff", TARIFF);
    done(folder.path(), &["tariff", "publish", "r-1.tariff"]);
    folder
}

fn put(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("a file is written");
}

fn sign_up<'a>(cycle: &'a str, service: &'a str) -> Vec<&'a str> {
    let mut words = vec!["sign-up", "--name", "Rosa Quill", "--street", "12 Mill St"];
    words.extend(["--town", "Alder Creek", "--region", "IL 60000", "--from", "2026-01-01"]);
    words.extend(["--cycle", cycle, "--service", service]);
    words
}

#[test]
fn a_utility_that_is_refused_leaves_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = ended(folder.path(), &[FOUND, &["Mars/X"]].concat());
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("no time zone Mars/X"), "{said}");
    assert!(!folder.path().join("mine").exists());
}

#[test]
fn a_server_that_does_not_answer_leaves_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    // Nobody listens on port 1.
    let words = [FOUND, &["America/Chicago", "--db", "postgres://clerk@127.0.0.1:1/town"]].concat();
    let (code, said) = ended(folder.path(), &words);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("does not answer"), "{said}");
    assert!(!folder.path().join("mine").exists());
}

#[test]
fn a_file_of_which_nothing_was_taken_does_not_end_well() {
    let folder = utility();
    let folder = folder.path();
    put(folder, "header.csv", "meter,date,index\n");
    put(folder, "quote.csv", "meter,date,index\nE-1,2026-01-01,\"1\nE-1,2026-02-01,2\n");
    put(folder, "strange.csv", "meter,date,index\nE-1,2026-01-01,1\n");
    let (code, said) = ended(folder, &["import", "header.csv"]);
    assert!(code == 2 && said.contains("neither a read nor a value in header.csv"), "{said}");
    let (code, said) = ended(folder, &["import", "quote.csv"]);
    assert!(code == 2 && said.contains("line 2 opens a quote"), "{said}");
    let (code, said) = ended(folder, &["import", "strange.csv"]);
    assert_eq!(code, 2, "{said}");
    for part in [
        "batch 1: 0 accepted, 1 line rejected",
        "no line of strange.csv was taken; the first: line 2: there is no meter E-1",
        "mine/rejects/strange-rejects-1.csv",
    ] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    let (code, said) = ended(folder, &["import", "strange.csv", "--json"]);
    assert!(code == 2 && said.starts_with("{\"") && said.contains("\"batch\":2"), "{said}");
    done(folder, &sign_up("1", "electric:R-1:E-1:5kwh"));
    assert!(done(folder, &["import", "strange.csv"]).contains("batch 3: 1 accepted, 0 lines"));
    let again = done(folder, &["import", "strange.csv"]);
    assert!(again.contains("imported as batch 3 (strange.csv); nothing was changed"), "{again}");
}

#[test]
fn rejects_can_be_had_back() {
    let folder = utility();
    let folder = folder.path();
    done(folder, &sign_up("1", "electric:R-1:E-1:5kwh"));
    put(folder, "reads.csv", "meter,date,index\nE-1,2026-01-01,1\nE-9,2026-01-01,1\n");
    done(folder, &["import", "reads.csv"]);
    let again = done(folder, &["import", "reads.csv"]);
    assert!(again.contains("meterbook import --rejects 1"), "{again}");
    let file = folder.join("mine/rejects/reads-rejects-1.csv");
    std::fs::remove_file(&file).unwrap();
    let said = done(folder, &["import", "--rejects", "1"]);
    assert!(said.contains("mend and import again: mine/rejects/reads-rejects-1.csv"), "{said}");
    assert!(std::fs::read_to_string(&file).unwrap().contains("there is no meter E-9"));
    assert_eq!(ended(folder, &["import", "--rejects", "7"]).0, 2);
    assert_eq!(ended(folder, &["import", "--rejects", "1", "reads.csv"]).0, 2);
    assert_eq!(ended(folder, &["import"]).0, 2);
}

#[test]
fn a_cycle_that_is_not_planned_is_said_at_sign_up() {
    let folder = utility();
    let folder = folder.path();
    let said = done(folder, &sign_up("7", "electric:R-1:E-1:5kwh"));
    assert!(said.contains("account 1000-0001-7") && said.contains("will not be billed"), "{said}");
    let way_out = ["cycle", "plan", "--cycle", "07", "--from", "2026-01-01", "--months", "12"];
    assert!(said.contains(&way_out.join(" ")), "{said}");
    done(folder, &way_out);
    // The second of this name is asked about: whoever owes does not become another customer.
    let (code, said) = ended(folder, &sign_up("7", "electric:R-1:E-2:5kwh"));
    assert!(code == 2 && said.contains("somebody like them is there already"), "{said}");
    let despite = |service| [&sign_up("7", service)[..], &["--despite", "her niece"]].concat();
    let said = done(folder, &despite("electric:R-1:E-2:5kwh"));
    assert!(!said.contains("will not be billed"), "{said}");
    let (code, said) = ended(folder, &despite("electric:R-1::5kwh"));
    assert!(code == 2 && said.contains("a meter has a number"), "{said}");
}

#[test]
fn a_stop_before_the_start_is_refused_with_the_day_it_began() {
    let folder = utility();
    let folder = folder.path();
    done(folder, &sign_up("1", "electric:R-1:E-1:5kwh"));
    let stop = ["move", "stop", "--account", "1000-0001-7", "--on"];
    let (code, said) = ended(folder, &[&stop[..], &["2025-12-31"]].concat());
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("began on 2026-01-01 and cannot end on 2025-12-31"), "{said}");
}

#[test]
fn a_tariff_may_be_piped_in() {
    let folder = utility();
    let mut command = Command::new(env!("CARGO_BIN_EXE_meterbook"));
    command.env_remove("METERBOOK_DIR").env_remove("METERBOOK_DB").current_dir(folder.path());
    command.args(["--dir", "mine", "tariff", "publish", "/dev/stdin"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut publishes = command.spawn().expect("the program can be started");
    let mut pipe = publishes.stdin.take().expect("it was asked for");
    pipe.write_all(TARIFF.replace("R-1", "R-9").as_bytes()).expect("it reads");
    drop(pipe);
    let Output { status, stdout, stderr } = publishes.wait_with_output().expect("it ends");
    let said = [stdout, stderr].map(|it| String::from_utf8(it).expect("it prints text")).concat();
    assert!(status.success(), "{said}");
    assert!(done(folder.path(), &["tariff", "show", "R-9"]).contains("R-9"));
}

#[test]
fn what_is_held_is_said_with_the_way_out() {
    let folder = utility();
    let needs =
        TARIFF.replace("\n\nvolume", "\nneeds meters\n\nmonthly  Meter  2.50 per meters\nvolume");
    put(folder.path(), "r-2.tariff", &needs.replace("R-1", "R-2"));
    done(folder.path(), &["tariff", "publish", "r-2.tariff"]);
    done(
        folder.path(),
        &["cycle", "plan", "--cycle", "1", "--from", "2026-01-01", "--months", "1"],
    );
    done(folder.path(), &sign_up("1", "electric:R-2:E-1:5kwh"));
    put(folder.path(), "reads.csv", "meter,date,index\nE-1,2026-01-01,1\nE-1,2026-02-01,9\n");
    done(folder.path(), &["import", "reads.csv"]);
    assert!(done(folder.path(), &["bill", "held", "--cycle", "1"]).contains("nothing is held"));
    done(folder.path(), &["bill", "run", "--next"]);
    let said = done(folder.path(), &["bill", "held", "--cycle", "1"]);
    assert!(
        said.contains("1000-0001-7  agreement 1  2026-01-01 to 2026-01-31  unratable"),
        "{said}"
    );
    assert!(said.contains("meterbook term set --agreement ID meters VALUE"), "{said}");
}

#[test]
fn what_held_on_a_day_is_shown_alone() {
    let folder = utility();
    let folder = folder.path();
    done(folder, &sign_up("1", "electric:R-1:E-1:5kwh"));
    let detail = |value, from, was: &[&str]| {
        let words = ["customer", "detail", "1", "last-four", value];
        done(folder, &[&words[..], &["--from", from], was].concat());
    };
    detail("1234", "2026-01-05", &[]);
    detail("4321", "2026-02-05", &["--was", "1234"]);
    let show = |on: &[&str]| {
        done(folder, &[&["customer", "show", "--account", "1000-0001-7"][..], on].concat())
    };
    let all = show(&[]);
    assert!(all.contains("1234") && all.contains("4321"), "{all}");
    let then = show(&["--on", "2026-01-20"]);
    assert!(then.contains("1234") && !then.contains("4321"), "{then}");
    assert!(then.contains("agreement 1: service point 1 on R-1, from 2026-01-01"), "{then}");
    let before = show(&["--on", "2025-12-31"]);
    assert!(!before.contains("agreement 1"), "{before}");
    let place = |on| done(folder, &["premise", "show", "1", "--on", on]);
    assert!(place("2026-01-02").contains("meter E-1, from 2026-01-01"));
    assert!(!place("2025-12-31").contains("meter E-1, from"));
}

#[test]
fn no_cycle_means_all_of_them() {
    let folder = utility();
    let folder = folder.path();
    done(folder, &["cycle", "plan", "--cycle", "4", "--from", "2026-01-01", "--months", "1"]);
    for words in [
        &["bill", "run", "--cycle", "0"][..],
        &["bill", "run", "--cycle", "0", "--preview"],
        &["bill", "run", "--cycle", "100"],
        &["bill", "release", "--cycle", "0"],
        &["bill", "replay", "--cycle", "0"],
        &["vee", "run", "0"],
        &["cycle", "plan", "--cycle", "300", "--from", "2026-01-01"],
    ] {
        let (code, said) = ended(folder, words);
        assert!(code == 2 && said.contains("cycles are 1 to 99, not "), "{words:?}: {said}");
    }
}

#[test]
fn a_meter_is_hung_with_its_multiplier_at_sign_up() {
    let folder = utility();
    let folder = folder.path();
    let (code, said) = ended(folder, &sign_up("1", "electric:R-1:E-1:5kwh:forty"));
    assert!(code == 2 && said.contains("forty is no multiplier; write 40 or 0.5"), "{said}");
    done(folder, &sign_up("1", "electric:R-1:E-1:5kwh:40"));
    let shown = done(folder, &["meter", "show", "E-1"]);
    assert!(shown.contains("register of 5 digits, kWh delivered, times 40"), "{shown}");
    let (code, said) = ended(folder, &sign_up("1", "electric:R-1:E-1:5kwh:40:1"));
    assert!(code == 2 && said.contains("is no service"), "{said}");
}

#[test]
fn money_reads_alike_and_cash_without_a_drawer_is_said() {
    let folder = utility();
    let folder = folder.path();
    done(folder, &sign_up("1", "electric:R-1:E-1:5kwh"));
    let pay = ["pay", "--account", "1000-0001-7", "--tender", "cash", "--amount", "1,234.50"];
    let said = done(folder, &[&pay[..], &["--reference", "till-1"]].concat());
    assert!(
        said.contains("$1,234.50 posted to 1000-0001-7; its balance is now -$1,234.50"),
        "{said}"
    );
}

#[test]
fn answers_are_in_the_currency_of_the_utility_and_what_was_written_stays() {
    let folder = utility();
    let folder = folder.path();
    let seller = |currency| {
        let words = ["bill", "seller", "--country", "IE", "--registration", "IE 7", "--from"];
        let from = if currency == "EUR" { "2026-01-01" } else { "2026-02-01" };
        ended(folder, &[&words[..], &[from, "--currency", currency]].concat())
    };
    assert!(seller("EUR").1.contains("country IE, currency EUR, registration IE 7"));
    let known = done(folder, &["bill", "seller", "--from", "2026-03-01"]);
    assert!(known.contains("currency EUR"), "{known}");
    done(folder, &sign_up("1", "electric:R-1:E-1:5kwh"));
    let pay = |amount, reference| {
        let words = ["pay", "--account", "1000-0001-7", "--tender", "check", "--amount", amount];
        ended(folder, &[&words[..], &["--reference", reference]].concat())
    };
    let (code, said) = pay("1,234.50", "1471");
    assert!(code == 0 && said.contains("its balance is now -€1,234.50"), "{said}");
    let (code, said) = pay("x", "1472");
    assert!(code == 2 && said.contains("x is no amount"), "{said}");
    let (code, said) = seller("USD");
    assert!(code == 2 && said.contains("posted in EUR and stay in it"), "{said}");
    // A text that may be said again is printed as somebody wrote it.
    let text = TARIFF.replace("Residential service", "Service from $5.00");
    put(folder, "r-2.tariff", &text.replace("R-1", "R-2"));
    done(folder, &["tariff", "publish", "r-2.tariff"]);
    let shown = done(folder, &["tariff", "show", "R-2", "--text"]);
    assert!(shown.contains("Service from $5.00") && shown.contains("0.12"), "{shown}");
    let sheet = done(folder, &["tariff", "show", "R-2"]);
    assert!(sheet.contains("€0.12 per kWh"), "{sheet}");
}

#[test]
fn a_utility_whose_currency_has_no_hundredths_does_not_begin() {
    let folder = tempfile::tempdir().unwrap();
    for currency in ["JPY", "KWD", "eur"] {
        let words = [FOUND, &["America/Chicago", "--currency", currency]].concat();
        let (code, said) = ended(folder.path(), &words);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(&format!("no currency {currency} with hundredths")), "{said}");
        assert!(!folder.path().join("mine").exists());
    }
    let words = [FOUND, &["Europe/Warsaw", "--currency", "PLN"]].concat();
    done(folder.path(), &words);
}

#[test]
fn who_may_not_see_customers_is_shown_none() {
    let folder = utility();
    let folder = folder.path();
    done(folder, &sign_up("1", "electric:R-1:E-1:5kwh"));
    done(folder, &["role", "add", "printer", "--says", "Prints"]);
    let with_password = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_meterbook"));
        command.env_remove("METERBOOK_DIR").env_remove("METERBOOK_DB").current_dir(folder);
        command.env("METERBOOK_PASSWORD", PASSWORD).args(["--dir", "mine"]).args(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program can be started");
        let typed = child.stdin.take().expect("it is piped").write_all(PASSWORD.as_bytes());
        // Who is not asked has ended already.
        drop(typed);
        child.wait_with_output().expect("the program ends")
    };
    done(folder, &["crew", "add", "North", "--skills", "electric"]);
    let lee = with_password(&["staff", "add", "lee", "--role", "printer"]);
    assert!(lee.status.success(), "{lee:?}");
    for words in [
        &["customer", "show", "--account", "1000-0001-7"][..],
        &["premise", "show", "1"],
        &["search", "quill"],
        &["timeline", "1000-0001-7"],
        &["move", "show", "--account", "1000-0001-7"],
        &["order", "list"],
        &["order", "show", "1"],
        &["order", "day-sheet", "--crew", "North", "--on", "2026-03-02"],
        &["order", "export", "--on", "2026-03-02"],
        &["task", "list"],
        &["bill", "held", "--cycle", "1"],
        &["term", "show", "--agreement", "1"],
    ] {
        done(folder, words);
        let Output { status, stdout, stderr } =
            with_password(&[&["--as", "lee"][..], words].concat());
        let said = [stdout, stderr].map(|it| String::from_utf8(it).expect("it prints text"));
        let said = said.concat();
        assert_eq!(status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains("no role of lee comes with view-customer"), "{words:?}: {said}");
        assert!(!said.contains("Quill"), "{said}");
    }
}
