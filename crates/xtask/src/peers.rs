//! Our rating beside that of NREL's System Advisor Model (PySAM), on the same tariffs and loads: in
//! turn, one core each, and only if both come to the same dollars.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{run, say};

/// The version compared with. Another one may differ in speed, or in dollars.
const PYSAM: &str = "nrel-pysam==7.1.1.post1";

/// Each side goes this many times; what disturbs one round then disturbs both.
const ROUNDS: usize = 5;

/// How far the two may differ in a month, in millionths of a dollar.
const SAME: i64 = 100;

/// What one side says of one tariff at one length of interval.
#[derive(Debug, PartialEq)]
struct Priced {
    tariff: String,
    minutes: u32,
    /// The median of a year of bills.
    nanos: u64,
    /// The twelve bills, in millionths of a dollar.
    bills: Vec<i64>,
}

/// Runs both sides in turn and prints how long each took.
pub(crate) fn peers() -> Result<()> {
    let python = python()?;
    let script = run::root().join("crates/xtask/peers/pysam.py");
    let ours = || {
        let mut command = run::cargo(["bench", "--locked", "--quiet"]);
        command.args(["--package", "meterbook-core", "--bench", "peers"]);
        command
    };
    run::done(ours().arg("--no-run"))?;
    let (mut our_rounds, mut their_rounds) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        say::line(format_args!("round {round} of {ROUNDS}"));
        our_rounds.push(read(&run::quietly(&mut ours())?)?);
        their_rounds.push(read(&run::quietly(Command::new(&python).arg(&script))?)?);
    }
    let (ours, theirs) = (medians(our_rounds), medians(their_rounds));
    check(&ours, &theirs)?;
    say::line(table(&ours, &theirs));
    say::line(machine()?);
    Ok(())
}

/// The Python that has PySAM, in a folder of its own among what was built.
fn python() -> Result<PathBuf> {
    let folder = run::target()?.join("peers");
    let python = folder.join("bin/python");
    let wanted = folder.join(PYSAM);
    if !wanted.is_file() {
        run::done(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder)).context(
            "a Python of its own cannot be made; on Debian: apt-get install python3-venv",
        )?;
        run::done(Command::new(&python).args(["-m", "pip", "install", "--quiet", PYSAM]))?;
        std::fs::write(&wanted, "").context("what was installed cannot be noted")?;
    }
    Ok(python)
}

/// Reads the lines of one side.
fn read(said: &str) -> Result<Vec<Priced>> {
    let priced = |line: &str| {
        let mut words = line.split_whitespace();
        let priced = Priced {
            tariff: words.next()?.to_owned(),
            minutes: words.next()?.parse().ok()?,
            nanos: words.next()?.parse().ok()?,
            bills: words.map(|it| it.parse().ok()).collect::<Option<_>>()?,
        };
        (priced.bills.len() == 12).then_some(priced)
    };
    let read = |line| priced(line).with_context(|| format!("this is no measurement: {line}"));
    said.lines().map(read).collect()
}

/// For each case its median over the rounds; its bills are the same in all of them.
fn medians(rounds: Vec<Vec<Priced>>) -> Vec<Priced> {
    let nanos = |case: usize| {
        let mut nanos: Vec<u64> = rounds.iter().map(|it| it[case].nanos).collect();
        nanos.sort_unstable();
        nanos[nanos.len().div_euclid(2)]
    };
    let medians: Vec<u64> = (0..rounds[0].len()).map(nanos).collect();
    let last = rounds.into_iter().next_back().into_iter().flatten();
    last.zip(medians).map(|(case, nanos)| Priced { nanos, ..case }).collect()
}

/// Both sides priced the same and came to the same dollars: otherwise their times say nothing.
fn check(ours: &[Priced], theirs: &[Priced]) -> Result<()> {
    ensure!(
        ours.len() == theirs.len(),
        "one side priced {}, the other {}",
        ours.len(),
        theirs.len()
    );
    for (our, their) in ours.iter().zip(theirs) {
        let case = |it: &Priced| (it.tariff.clone(), it.minutes);
        ensure!(case(our) == case(their), "{:?} was compared with {:?}", case(our), case(their));
        for (month, (a, b)) in (1..).zip(our.bills.iter().zip(&their.bills)) {
            ensure!(
                (a - b).abs() <= SAME,
                "{}, {} minutes, month {month}: meterbook comes to {a} and PySAM to {b} millionths of a dollar",
                our.tariff,
                our.minutes
            );
        }
    }
    Ok(())
}

fn table(ours: &[Priced], theirs: &[Priced]) -> String {
    let mut out = "\nA year of twelve bills, medians in microseconds\n\n".to_owned();
    let _ = writeln!(
        out,
        "{:<22} {:>7} {:>14} {:>10} {:>10} {:>6}",
        "tariff", "values", "dollars", "meterbook", "PySAM", "times"
    );
    for (our, their) in ours.iter().zip(theirs) {
        let values = 365 * 24 * 60_u32.div_euclid(our.minutes.max(1));
        let cents: i64 = our.bills.iter().sum::<i64>().div_euclid(10_000);
        let _ = writeln!(
            out,
            "{:<22} {values:>7} {:>14} {:>10} {:>10} {:>6}",
            our.tariff,
            format!("{}.{:02}", cents.div_euclid(100), cents.rem_euclid(100)),
            micros(our.nanos),
            micros(their.nanos),
            their.nanos.div_euclid(our.nanos.max(1)),
        );
    }
    out.push_str(
        "\nThe dollars of both are the same in every month, to a ten-thousandth. Ours begins with a compiled\n\
         tariff and the usage in memory, its total in each month known. PySAM's is the processor's time in\n\
         `execute`, which reads its inputs and prices the year twice, without and with a generator; it cannot\n\
         be asked for one.\n",
    );
    out
}

/// `24.1`.
fn micros(nanos: u64) -> String {
    let tenths = nanos.div_euclid(100);
    format!("{}.{}", tenths.div_euclid(10), tenths.rem_euclid(10))
}

/// What it was measured on.
fn machine() -> Result<String> {
    let model = std::fs::read_to_string(Path::new("/proc/cpuinfo")).ok().and_then(|it| {
        let line = it.lines().find(|it| it.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let model = model.unwrap_or_else(|| "a processor that does not say its name".to_owned());
    let cores = std::thread::available_parallelism().context("the cores cannot be counted")?;
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    Ok(format!(
        "{model}, {cores} cores, one used, load {load} of which 1 is ours; {PYSAM}; {ROUNDS} rounds in turn: \
         cargo xtask bench peers"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(nanos: u64, december: i64) -> String {
        format!("tou 60 {nanos} 1 2 3 4 5 6 7 8 9 10 11 {december}\n")
    }

    #[test]
    fn a_line_is_read_and_a_short_one_is_not() {
        let read_one = read(&line(24_100, 12)).unwrap();
        assert_eq!((read_one[0].minutes, read_one[0].bills[11]), (60, 12));
        assert!(read("tou 60 24100 1 2 3\n").is_err());
    }

    #[test]
    fn the_middle_round_counts() {
        let rounds = [900, 100, 200].map(|nanos| read(&line(nanos, 12)).unwrap());
        assert_eq!(medians(rounds.into())[0].nanos, 200);
    }

    #[test]
    fn another_price_is_found_and_the_last_digits_of_a_float_are_not() {
        let (ours, near, far) = (line(1, 5_000), line(1, 5_100), line(1, 5_101));
        let [ours, near, far] = [ours, near, far].map(|it| read(&it).unwrap());
        assert!(check(&ours, &near).is_ok());
        let why = check(&ours, &far).unwrap_err().to_string();
        assert!(why.contains("month 12"), "{why}");
    }
}
