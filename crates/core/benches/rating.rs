//! How long a year of bills takes on one core, beside what cannot be avoided: adding its values up
//! once. `cargo xtask bench rating`.

mod year;

use std::fmt;

use divan::Bencher;
use divan::counter::ItemsCount;
use year::{MINUTES, SAMPLES, Sample, bills, compile, load};

/// A tariff, and the minutes of the intervals it is for.
struct Case(Sample, u16);

fn main() {
    divan::main();
}

fn cases() -> impl Iterator<Item = Case> {
    MINUTES.into_iter().flat_map(|minutes| SAMPLES.map(|sample| Case(sample, minutes)))
}

/// Twelve bills with all their lines; the usage is in memory and the tariff is compiled.
#[divan::bench(args = cases())]
fn year_of_bills(bencher: Bencher, case: &Case) {
    let (plan, months) = (compile(case.0, case.1), load(case.1));
    let values: usize = months
        .iter()
        .filter_map(|(_, it)| it.profile.as_ref())
        .map(|it| it.delivered_micro.len())
        .sum();
    bencher.counter(ItemsCount::new(values)).bench_local(|| bills(&plan, &months));
}

/// From the text of a tariff to what rates a year.
#[divan::bench(args = cases())]
fn tariff_for_a_year(bencher: Bencher, case: &Case) {
    bencher.bench_local(|| compile(case.0, case.1));
}

/// The values of the year added up once, and nothing else: not even a look whether the sum still
/// fits, which keeps the processor from adding several at a time.
#[divan::bench(args = MINUTES)]
fn floor_of_one_sum(bencher: Bencher, minutes: u16) {
    let values: Vec<i64> = load(minutes)
        .into_iter()
        .filter_map(|(_, it)| it.profile)
        .flat_map(|it| it.delivered_micro)
        .collect();
    bencher
        .counter(ItemsCount::new(values.len()))
        .bench_local(|| divan::black_box(&values).iter().copied().fold(0, i64::wrapping_add));
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} min", self.0, self.1)
    }
}
