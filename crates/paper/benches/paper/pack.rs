//! How many bills are put together for the mail house in a second, and the most memory that it takes.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use meterbook_core::bill::Statement;
use meterbook_paper::{Batch, Press, Tagged, is_of, stands, view};

/// Bills in a file, as in a package.
const IN_A_FILE: usize = 250;

/// Puts `count` bills together, over and over these, each looked at before and each file read back.
pub(crate) fn pack(statements: &[Statement], count: usize, most: u64) -> Result<()> {
    let press = Press::new();
    let drawn = statements.iter().map(|it| press.pdf(&view(it))).collect::<Result<Vec<_>>>()?;
    drop(press);
    let file = std::env::temp_dir().join(format!("meterbook-pack-{}.pdf", std::process::id()));
    let mut took = [Duration::ZERO; 3];
    let mut left = count;
    while 0 < left {
        let bills = left.min(IN_A_FILE);
        left -= bills;
        let mut batch = Batch::new(BufWriter::new(File::create(&file)?))?;
        let mut papers = Vec::with_capacity(bills);
        for (statement, pdf) in statements.iter().zip(&drawn).cycle().take(bills) {
            let began = Instant::now();
            is_of(pdf, statement.account.number)?;
            took[0] += began.elapsed();
            let began = Instant::now();
            let tagged = Tagged::read(pdf.clone())?;
            batch.add(&tagged)?;
            took[1] += began.elapsed();
            let (account, number) = (statement.account.number, statement.bill.number.0.clone());
            papers.push((account, number, tagged.pages()));
        }
        batch.finish()?.flush()?;
        let began = Instant::now();
        stands(fs::read(&file)?, &papers)?;
        took[2] += began.elapsed();
    }
    fs::remove_file(&file)?;
    let status = fs::read_to_string("/proc/self/status")?;
    let kib = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let kib = kib.and_then(|it| it.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
    let kib = kib.context("Linux says it")?;
    let sum: Duration = took.iter().sum();
    let per_second = u128::try_from(count)? * 1_000_000;
    let [looked, copied, read] = took.map(|it| it.as_micros());
    let each = |it: u128| it.div_euclid(u128::try_from(count.max(1)).unwrap_or(1));
    writeln!(
        io::stdout(),
        "{count} packed: {} a second (looked at {} µs, copied {} µs, read back {} µs each), {kib} KiB at most",
        per_second.div_euclid(sum.as_micros().max(1)),
        each(looked),
        each(copied),
        each(read)
    )?;
    ensure!(kib <= most, "packing took {kib} KiB; {most} is the most");
    Ok(())
}
