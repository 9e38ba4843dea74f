//! Kills the program while it tells a version of a tariff and corrects the bills that it reaches, and workers
//! that help it, again and again, and looks for harm: a bill corrected twice, one left as it was.
//!
//! Every round begins from a copy of the same utility, is cut off at another moment, goes on with a worker
//! and must end exactly as the correction that nobody disturbed.

#![expect(clippy::print_stdout, reason = "a test says what it skipped and what it saw")]

mod crowd;

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use meterbook_checks::program::{Program, Sample, killed, moments, rounds};
use serde_json::Value;

/// Customers: several jobs.
const CUSTOMERS: i64 = 520;

/// Begins a command with workers beside it and kills one after the other, the first after `wait`; how many
/// of them were still running then.
fn cut_off_workers(utility: &Program, words: &[&str], wait: Duration) -> u32 {
    let mut children: Vec<Child> =
        [words, &["worker"], &["worker"]].map(|it| utility.begun(it)).into();
    std::thread::sleep(wait);
    let mut cut = 0;
    for child in children.iter_mut().rev() {
        cut += u32::from(killed(child));
        std::thread::sleep(wait / 10);
    }
    cut
}

/// What is written in its books but the day of it, as a text: every bill with its lines, what stands in
/// whose place, every entry, and what the set of corrections says of each account.
fn settled(utility: &Program) -> String {
    let texts = [
        "select cast(b.id as text) || b.number || cast(b.account_id as text) ||
            cast(b.total_cents as text) || coalesce(cast(c.correction_id as text), '') || '|' ||
            coalesce(cast(c.made_bill_id as text), '')
         from bill b left join bill_cancelled c on c.bill_id = b.id order by b.id",
        "select cast(bill_id as text) || cast(segment as text) || cast(position as text) ||
            label || cast(amount_cents as text)
         from bill_line order by bill_id, segment, position",
        "select cast(e.id as text) || e.kind || e.key || e.text || p.gl ||
            cast(p.amount_cents as text)
         from entry e join posting p on p.entry_id = e.id order by e.id, p.position",
        "select cast(id as text) || cast(account_id as text) || why || cast(net_cents as text)
         from correction order by id",
        "select cast(i.account_id as text) || i.outcome || cast(i.bills as text) ||
            cast(i.net_cents as text)
         from correction_item i join correction_set s on s.id = i.set_id
         where s.why is not null order by i.set_id, i.account_id",
        "select cast(id as text) || said from telling order by id",
        "select why from correction_set where done_at is not null and why is not null order by id",
    ];
    texts.map(|it| utility.column(it).join("\n")).join("\n\n")
}

/// Goes through all rounds.
fn torment(mut sample: Sample) {
    crowd::found(&sample.program, CUSTOMERS);
    sample.program.done(&["bill", "run", "--next"]);
    let file = sample.scratch().join("r-1.tariff");
    fs::write(&file, crowd::ELECTRIC.replace("0.1392", "0.1329").replace("0.1184", "0.1148"))
        .expect("a text can be written");
    let file = file.to_str().expect("a path is a text").to_owned();
    let because = ["--why", "a digit was wrong", "--evidence", "docket 26-17"];
    let words: Vec<&str> = ["fact", "version", &file].into_iter().chain(because).collect();
    let calm = sample.copy("calm");
    let began = Instant::now();
    calm.done(&words);
    let took = began.elapsed();
    let books = settled(&calm);
    let made = calm.column("select cast(count(*) as text) from correction");
    let made: i64 = made[0].parse().expect("a number");
    assert!(CUSTOMERS < 2 * made, "{made} corrections");
    let (mut cut, mut workers) = (0, 0);
    for (round, wait) in moments(took) {
        let utility = sample.copy(&format!("round{round}"));
        if round % 2 == 1 {
            workers += cut_off_workers(&utility, &words, wait);
        } else {
            cut += u32::from(utility.cut_off(&words, wait));
        }
        if round.is_multiple_of(3) {
            workers += u32::from(utility.cut_off(&["worker"], wait / 2));
        }
        // Killed before it was told, nothing is begun; told, it is refused and goes on.
        utility.ended(&words);
        utility.done(&["worker", "--once"]);
        assert!(
            settled(&utility) == books,
            "round {round}, killed after {wait:?}: reads otherwise"
        );
        let checked = utility.told(&["check", "--json"]);
        assert_eq!(checked["clean"], Value::Bool(true), "round {round}: {checked:#}");
        sample.clear(utility);
    }
    println!(
        "{} rounds, {cut} of them cut off while correcting, and {workers} programs that shared it ({took:?} \
         undisturbed)",
        rounds()
    );
    assert!(cut > 0, "no round was cut off while it ran");
}

#[test]
fn a_correction_that_is_killed_ends_as_if_it_had_not_been() {
    if let Some(sample) = Sample::in_a_file() {
        torment(sample);
    }
}

#[test]
fn so_does_one_on_postgresql() {
    if let Some(sample) = Sample::on_postgres("kill_correction") {
        torment(sample);
    }
}
