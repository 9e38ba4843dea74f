//! Our side of `cargo xtask bench peers`: one line for each tariff and length of interval, as
//! crates/xtask/peers/pysam.py writes them: its name, the minutes, the median nanoseconds of a year
//! of bills, and the twelve bills in millionths of a dollar.

#![expect(clippy::disallowed_types, reason = "a measurement looks at the clock")]

mod year;

use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use meterbook_core::money::Exact;
use mimalloc::MiMalloc;
use year::{MINUTES, SAMPLES, bills, compile, load};

/// The same memory as the program's.
#[global_allocator]
static MEMORY: MiMalloc = MiMalloc;

/// How long each case is repeated.
const REPEATED: Duration = Duration::from_millis(300);

/// A millionth of a dollar in the smallest part of an [`Exact`] amount.
const MICRO: i128 = 1_000_000_000;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for minutes in MINUTES {
        let months = load(minutes);
        for sample in SAMPLES {
            let plan = compile(sample, minutes);
            let taken = median(|| drop(black_box(bills(black_box(&plan), black_box(&months)))));
            write!(out, "{sample} {minutes} {}", taken.as_nanos())?;
            // SAM does not round to cents, so what is compared is not rounded either.
            for bill in bills(&plan, &months) {
                let exact: Exact = bill.unrounded.into_iter().sum();
                write!(out, " {}", (exact.femto() + MICRO.div_euclid(2)).div_euclid(MICRO))?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

fn median(mut act: impl FnMut()) -> Duration {
    act();
    let until = Instant::now() + REPEATED;
    let mut taken = Vec::new();
    while taken.is_empty() || Instant::now() < until {
        let began = Instant::now();
        act();
        taken.push(began.elapsed());
    }
    taken.sort_unstable();
    taken[taken.len().div_euclid(2)]
}
