//! How many two-page bills a worker draws, and what it needs: `cargo xtask bench paper`.
//!
//! One and two worker processes, in turn, draw bills that differ in everything that bills differ in.
//! Beside the time on the clock it says what the workers themselves worked, which other work on the
//! machine does not change, and the most memory that one of them had. Before that it says what the
//! parts of the work on a bill take, without workers. `10000 pack` puts so many together instead.

mod pack;

use std::fs;
use std::io::{self, Write};
use std::ops::AddAssign;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use meterbook_core::bill::{BillNumber, Statement, sample};
use meterbook_core::id::AccountNumber;
use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_core::rating::Basis;
use meterbook_paper::{Press, View, Workers, forget, html, read_back, serve_worker, view};

/// As in the program.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bills for each worker when nobody says how many.
const BILLS: usize = 300;
/// Rounds: others use the machine too, and the best one says most.
const ROUNDS: usize = 3;
/// Clock ticks of a second, as Linux counts a process's work.
const TICKS: u64 = 100;
/// The most memory that a worker may have, in KiB.
const MOST: u64 = 200 << 10;

/// What a round came to.
struct Round {
    took: Duration,
    /// Ticks that each worker worked, and the most KiB it had.
    workers: Vec<(u64, u64)>,
}

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    if words.iter().any(|it| it == "render-worker") {
        return serve_worker();
    }
    let bills = words.first().map_or(Ok(BILLS), |it| it.parse())?;
    if words.iter().any(|it| it == "pack") {
        return pack::pack(&statements(20)?, bills, MOST);
    }
    parts(bills)?;
    if words.iter().any(|it| it == "parts") {
        return Ok(());
    }
    let mut best = [Duration::MAX; 2];
    for _ in 0..ROUNDS {
        for workers in [1, 2] {
            let round = round(workers, bills)?;
            best[workers - 1] = best[workers - 1].min(round.took);
            say(workers, bills, &round)?;
            for (_, kib) in round.workers {
                ensure!(kib <= MOST, "a worker had {kib} KiB; {MOST} is the most");
            }
        }
    }
    // Two workers draw twice as many in a round.
    let ratio = (200 * best[0].as_millis()).div_euclid(best[1].as_millis().max(1));
    writeln!(
        io::stdout(),
        "two workers draw {}.{:02} times as many as one",
        ratio.div_euclid(100),
        ratio % 100
    )?;
    Ok(())
}

/// Says what each part of the work on a bill takes, from what is known to pages that were looked at.
fn parts(bills: usize) -> Result<()> {
    let press = Press::new();
    let mut took = [Duration::ZERO; 6];
    let mut bytes = 0;
    // The first bill reads the fonts.
    press.pdf(&view(&sample::statement(Language::English)))?;
    for statement in statements(bills)? {
        let began = Instant::now();
        let mut ended = Duration::ZERO;
        let mut lap = |sum: &mut Duration| {
            let now = began.elapsed();
            sum.add_assign(now - ended);
            ended = now;
        };
        let view = view(&statement);
        lap(&mut took[0]);
        let laid = press.laid(&view)?;
        lap(&mut took[1]);
        let pdf = laid.written()?;
        lap(&mut took[2]);
        drop(laid);
        forget();
        lap(&mut took[3]);
        read_back(&pdf, &statement)?;
        lap(&mut took[4]);
        html(&view, &statement)?;
        lap(&mut took[5]);
        bytes += pdf.len();
    }
    let names = ["texts", "layout", "PDF", "forgetting", "reading back", "HTML"];
    let each = |it: &Duration| it.as_micros().div_euclid(u128::try_from(bills.max(1)).unwrap_or(1));
    let said: Vec<_> =
        names.iter().zip(&took).map(|(name, it)| format!("{name} {} µs", each(it))).collect();
    writeln!(
        io::stdout(),
        "a bill: {}; {} bytes",
        said.join(", "),
        bytes.div_euclid(bills.max(1))
    )?;
    Ok(())
}

fn round(workers: usize, bills: usize) -> Result<Round> {
    let views: Vec<View> = statements(bills * workers)?.iter().map(view).collect();
    let all = Workers::new(std::env::current_exe()?);
    // The first bill of a worker reads the fonts.
    at_once(&all, workers, &views[..workers])?;
    let before = worked()?;
    let began = Instant::now();
    at_once(&all, workers, &views)?;
    let took = began.elapsed();
    let since = |(pid, ticks, kib): (u32, u64, u64)| {
        let then = before.iter().find(|it| it.0 == pid).map_or(0, |it| it.1);
        (ticks - then, kib)
    };
    Ok(Round { took, workers: worked()?.into_iter().map(since).collect() })
}

/// Draws views in so many workers at the same time.
fn at_once(all: &Workers, workers: usize, views: &[View]) -> Result<()> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<()> {
        while let Some(view) = views.get(next.fetch_add(1, Ordering::Relaxed)) {
            all.pdf(view)?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let begun: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        begun.into_iter().try_for_each(|it| it.join().map_err(|_| anyhow!("drawing panicked"))?)
    })
}

/// Bills that differ: accounts, addresses, reads, use and amounts.
fn statements(count: usize) -> Result<Vec<Statement>> {
    let one = |nth: usize| {
        let n = i64::try_from(nth)?;
        let language = Language::ALL[nth % Language::ALL.len()];
        let mut it = sample::statement(language);
        it.account.number = AccountNumber::new(10_000_000 + n).context("it has eight digits")?;
        it.bill.number = BillNumber(format!("B-260804-{}", 10_000_000 + n));
        it.bill.addressed_to[0] = format!("Customer {n}");
        it.bill.addressed_to[1] = format!("{} Juniper Hollow Rd", n + 1);
        // A number that no other bill near it has.
        let more = 1_000_000 * (17 * n % 997);
        for segment in &mut it.bill.segments {
            segment.usage.micro += more;
            for evidence in &mut segment.evidence {
                evidence.meter = format!("{}-{n}", evidence.meter);
                evidence.used.micro += more;
                if let Some((first, last)) = &mut evidence.reads {
                    first.index_micro += 3 * more;
                    last.index_micro += 4 * more;
                }
            }
            for line in &mut segment.lines {
                line.amount += Money::from_cents(n);
                if let Basis::Each(quantity, _) = &mut line.basis {
                    quantity.micro += more;
                }
            }
            segment.total = segment.lines.iter().map(|it| it.amount).sum();
        }
        for month in it.history.iter_mut().flat_map(|it| &mut it.months) {
            month.usage.micro += 1_000_000 * (n % 97);
        }
        it.bill.total = it.bill.segments.iter().map(|it| it.total).sum();
        it.amount_due = it.before + it.bill.total;
        Ok(it)
    };
    (0..count).map(one).collect()
}

/// This program's own workers: process, ticks worked, the most KiB it had.
fn worked() -> Result<Vec<(u32, u64, u64)>> {
    let own = std::process::id().to_string();
    let mut all = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Ok(pid) = entry?.file_name().to_string_lossy().parse::<u32>() else { continue };
        let read = |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}"));
        let (Ok(stat), Ok(status)) = (read("stat"), read("status")) else { continue };
        // Behind the name, which may have anything in it: state, parent, and from the twelfth on
        // ticks in the program and in the system for it.
        let behind = stat.rsplit_once(')').map_or("", |it| it.1);
        let fields: Vec<&str> = behind.split_whitespace().collect();
        if fields.get(1) != Some(&own.as_str()) {
            continue;
        }
        let ticks = |at: usize| fields.get(at).and_then(|it| it.parse::<u64>().ok()).unwrap_or(0);
        let most = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
        let kib = most.and_then(|it| it.trim().trim_end_matches(" kB").trim().parse().ok());
        all.push((pid, ticks(11) + ticks(12), kib.context("Linux says it")?));
    }
    Ok(all)
}

fn say(workers: usize, bills: usize, round: &Round) -> Result<()> {
    let all = u128::try_from(bills * workers)?;
    let clock = (all * 10_000).div_euclid(round.took.as_millis().max(1));
    let ticks: u64 = round.workers.iter().map(|it| it.0).sum();
    let core = (u64::try_from(all)? * TICKS * 10).div_euclid(ticks.max(1));
    let most = round.workers.iter().map(|it| it.1).max().unwrap_or(0) >> 10;
    writeln!(
        io::stdout(),
        "{workers} workers: {all} bills, {}.{} a second by the clock, {}.{} a second of a core; at most {most} MiB in a worker",
        clock.div_euclid(10),
        clock % 10,
        core.div_euclid(10),
        core % 10,
    )?;
    Ok(())
}
