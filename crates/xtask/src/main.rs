//! Every developer habit, one word each: `cargo xtask` lists them.

mod console;
mod gate;
mod habits;
mod homes;
mod install;
mod judges;
mod peers;
mod postgres;
mod run;
mod say;
mod server;

use std::process::ExitCode;

use anyhow::{Result, bail};

/// What `cargo xtask` says when it is asked for nothing.
const HABITS: &str = "\
cargo xtask HABIT

  test      the whole gate: install what is missing, format, lints, every test on both
            databases, licences, the console in a browser
            --only STEP    one of: install, format, lints, tests, licences, browser
            --no-browser   leave the browser out, and what it needs
            --no-install   change nothing on this machine; say what is missing
  install   only the first step of it
  golden    write the expected answers under golden/ and in docs/guides anew; the change is
            what is reviewed
  kill      kill the program 20 times each while it bills, corrects, imports, draws, packs and sends,
            on both databases, then look for harm
            --times N      another number of times
  parallel  bill, draw and correct a turn of 10,000 on both databases, by one process and by three, and
            compare bills, journal and pages byte by byte
            --bills N      another number of them
  day       a scripted day at the counter of a large sample utility, with the optimised program, on
            both databases; the books are checked after each act, and both end with the same record
            --customers N  another number than 20000
  year      a year of a utility day by day, with the optimised program, on both databases: bills,
            payments that come back, plans, deposits, moves, cuts; the books are checked every day,
            and both end with the same record
            --customers N  another number than 500
  race      twenty at once pay, bill, transfer and take back on one account, 500 times each, on both
            databases; it must come to what one after the other would
            --times N      another number of times
  deny      licences, sources and known faults of the crates we build on
  bench     make a large sample utility with the optimised program; it says what takes how long
            --customers N  another number than 20000
  bench rating  how long a year of bills takes, by tariff and length of interval
  bench search  how long a search takes among a million customers, on both databases
            --customers N  another number of them
  bench paper   how many bills a worker draws in a second, with one and with two
  bench intervals  how fast a month of interval values comes in and is added up, on both databases
            --meters N     another number of meters than 10000
  bench run  how fast a turn is checked and posted from storage, on both databases, beside the raw
            floor of the same rows; 1,000, 10,000 and 100,000 accounts; and of the first thousand how
            fast six months of a wrong price are corrected, by one worker and by two
            --accounts N   another number of them
            correction N   that correction alone, of so many; `sqlite` or `postgres`: on that alone
  bench lockbox  how fast a file of a lockbox is matched and posted, on both databases
            --cheques N    another number of them than 100000
            --without INDEX  the same without an index, to see what it costs
  bench collections  how long the review of what is past due takes, of a million accounts, on both databases
            --accounts N   another number of them
  bench close   how long closing a day and a month takes, and the reports of the morning
            --accounts N   another number of accounts
            N N-months     so many accounts of so many months of bills
  bench peers   the same beside PySAM, NREL's engine, which it fetches with pip
  homes FOLDER  bill the measured homes of the shared samples for a year on a real rate
  judges    ask other readers what is in the shared files of reads, and the schema whether our
            Green Button is right, CEN whether our e-invoices are, and a validator whether our
            PDFs are PDF/UA-1 and PDF/A-3a; it fetches them with pip
  verify    bill the shared rates, compare with the bills others computed, write docs/verification.md
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match perform(&words.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say::error(&why);
            ExitCode::FAILURE
        }
    }
}

fn perform(words: &[&str]) -> Result<()> {
    match words {
        [] | ["help" | "--help" | "-h"] => {
            say::line(HABITS.trim_end());
            Ok(())
        }
        ["test", rest @ ..] => gate::test(&gate::Wanted::read(rest)?),
        ["install"] => gate::test(&gate::Wanted::read(&["--only", "install"])?),
        ["golden"] => habits::golden(),
        ["kill"] => habits::kill("20"),
        ["kill", "--times", times] => habits::kill(times),
        ["parallel"] => habits::parallel("10000"),
        ["parallel", "--bills", bills] => habits::parallel(bills),
        ["day"] => habits::day("20000"),
        ["day", "--customers", customers] => habits::day(customers),
        ["year"] => habits::year("500"),
        ["year", "--customers", customers] => habits::year(customers),
        ["race"] => habits::race("500"),
        ["race", "--times", times] => habits::race(times),
        ["deny"] => habits::deny(),
        ["homes", folder] => homes::homes(folder),
        ["judges"] => judges::judges(),
        ["verify"] => habits::verify(),
        ["bench"] => habits::bench("20000"),
        ["bench", "--customers", customers] => habits::bench(customers),
        ["bench", "rating", rest @ ..] => habits::rating(rest),
        ["bench", "search"] => habits::search("1000000"),
        ["bench", "search", "--customers", customers] => habits::search(customers),
        ["bench", "paper"] => habits::paper("300"),
        ["bench", "paper", "--bills", bills] => habits::paper(bills),
        ["bench", "intervals"] => habits::intervals("10000"),
        ["bench", "intervals", "--meters", meters] => habits::intervals(meters),
        ["bench", "run", "--accounts", accounts] => habits::bench_run(&[*accounts]),
        ["bench", "run", words @ ..] => habits::bench_run(words),
        ["bench", "lockbox"] => habits::lockbox(&["100000"]),
        ["bench", "lockbox", "--cheques", cheques] => habits::lockbox(&[*cheques]),
        ["bench", "lockbox", "--without", index] => habits::lockbox(&["100000", *index]),
        ["bench", part @ ("collections" | "close"), "--accounts", accounts] => {
            habits::night(&[*part, *accounts])
        }
        ["bench", part @ ("collections" | "close"), words @ ..] => {
            habits::night(&[&[*part], words].concat())
        }
        ["bench", "peers"] => peers::peers(),
        other => bail!("there is no habit `{}`; `cargo xtask` lists them", other.join(" ")),
    }
}
