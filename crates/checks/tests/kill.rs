//! Kills the program while it bills, again and again, and looks for harm: a bill lost, a bill
//! twice, books that do not balance.
//!
//! Every round begins from a copy of the same sample utility, is cut off at another moment, goes on
//! with `bill run --resume` and must end exactly as the run that nobody disturbed, to the byte of its
//! bills and its journal. In every other round two workers share the run and are killed too.

#![expect(clippy::print_stdout, reason = "a test says what it skipped and what it saw")]

use std::process::Child;
use std::time::{Duration, Instant};

use meterbook_checks::program::{Program, Sample, killed, moments, rounds};
use serde_json::Value;

/// Customers of the sample when nobody says how many: `METERBOOK_KILL_CUSTOMERS` does.
const CUSTOMERS: &str = "300";

/// Begins a run with workers beside it and kills one after the other, the first after `wait`; how
/// many of them were still running then.
fn cut_off_workers(utility: &Program, wait: Duration) -> u32 {
    let programs = [&["bill", "run", "--next"][..], &["worker"], &["worker"]];
    let mut children: Vec<Child> = programs.map(|it| utility.begun(it)).into();
    std::thread::sleep(wait);
    let mut cut = 0;
    // The run itself last: until then it is released and posted as it goes.
    for child in children.iter_mut().rev() {
        cut += u32::from(killed(child));
        std::thread::sleep(wait / 10);
    }
    cut
}

/// What is written in its books, as a text: every bill with its lines, every entry.
fn written(utility: &Program) -> String {
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
    texts.map(|it| utility.column(it).join("\n")).join("\n\n")
}

/// Bills what is due next to its end, from wherever it was left.
fn finish(utility: &Program, undisturbed: &Value) -> Value {
    let resumed = utility.told(&["bill", "run", "--resume", "--json"]);
    // Killed before it began, a run leaves nothing: the last run is then an earlier one.
    let same = ["cycle", "from", "to"].iter().all(|it| resumed[it] == undisturbed[it]);
    if same { resumed } else { utility.told(&["bill", "run", "--next", "--json"]) }
}

/// Goes through all rounds.
fn torment(mut sample: Sample) {
    let customers = std::env::var("METERBOOK_KILL_CUSTOMERS").unwrap_or(CUSTOMERS.to_owned());
    let made = ["demo", "--customers", &customers, "--no-serve", "--leave-open"];
    sample.program.done(&made);
    let calm = sample.copy("calm");
    let began = Instant::now();
    let undisturbed = calm.told(&["bill", "run", "--next", "--json"]);
    let took = began.elapsed();
    assert!(undisturbed["billed"].as_u64() > Some(0), "the sample leaves bills to be run");
    let books = written(&calm);
    let (mut cut, mut workers) = (0, 0);
    for (round, wait) in moments(took) {
        let utility = sample.copy(&format!("round{round}"));
        if round % 2 == 1 {
            workers += cut_off_workers(&utility, wait);
        } else {
            cut += u32::from(utility.cut_off(&["bill", "run", "--next"], wait));
        }
        if round.is_multiple_of(3) {
            utility.cut_off(&["bill", "run", "--resume"], wait / 2);
        }
        let ended = finish(&utility, &undisturbed);
        assert_eq!(ended, undisturbed, "round {round}, killed after {wait:?}");
        assert!(written(&utility) == books, "round {round}: the books read otherwise");
        let checked = utility.told(&["check", "--json"]);
        assert_eq!(checked["clean"], Value::Bool(true), "round {round}: {checked:#}");
        sample.clear(utility);
    }
    println!(
        "{} rounds, {cut} of them cut off while billing, and {workers} workers ({took:?} undisturbed)",
        rounds()
    );
    assert!(cut > 0, "no round was cut off while it ran");
}

#[test]
fn a_run_that_is_killed_ends_as_if_it_had_not_been() {
    if let Some(sample) = Sample::in_a_file() {
        torment(sample);
    }
}

#[test]
fn so_does_one_on_postgresql() {
    if let Some(sample) = Sample::on_postgres("kill") {
        torment(sample);
    }
}
