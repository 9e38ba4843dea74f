//! What came of the comparison: counts, shares, and every difference with its cause.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::compare::Outcome;
use crate::given::{Bill, PROGRAMS, Rate, Scope};

/// The share of plain comparisons that has to agree, in thousandths.
const PLAIN: usize = 995;
/// The same with a roof; of net metering only where a month has one price.
const SOLAR: usize = 990;

/// Bills compared, and how many of them are the same.
#[derive(Clone, Copy, Default)]
struct Count {
    all: usize,
    same: usize,
    refused: usize,
}

/// Everything that came of it.
#[derive(Default)]
pub(crate) struct Report {
    plain: BTreeMap<(String, Scope), Count>,
    /// By option, load, and whether a month has several prices.
    solar: BTreeMap<(usize, String, bool), Count>,
    /// Differences: cause, rate, and where it shows.
    causes: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl Count {
    fn add(&mut self, outcome: &Outcome) {
        self.all += 1;
        match outcome {
            Outcome::Same => self.same += 1,
            Outcome::Refused(_) => self.refused += 1,
            Outcome::Different(..) => {}
        }
    }

    fn sum<'a>(counts: impl Iterator<Item = &'a Count>) -> Count {
        counts.fold(Count::default(), |sum, it| Count {
            all: sum.all + it.all,
            same: sum.same + it.same,
            refused: sum.refused + it.refused,
        })
    }

    /// Whether so many thousandths are the same; of a few bills one may always differ.
    fn is_short(self, thousandths: usize) -> bool {
        self.same * 1000 < self.all * thousandths && self.same + 1 < self.all
    }

    /// `10595 | 99.54 %`: the same, and their share.
    fn cells(self) -> String {
        let Some(share) = (self.same * 10_000).checked_div(self.all) else {
            return "0 | ".to_owned();
        };
        format!("{} | {}.{:02} %", self.same, share.div_euclid(100), share.rem_euclid(100))
    }
}

impl Report {
    pub(crate) fn plain(
        &mut self,
        load: &str,
        scope: Scope,
        bill: &Bill,
        rate: &Rate,
        outcome: Outcome,
    ) {
        self.plain.entry((load.to_owned(), scope)).or_default().add(&outcome);
        let year = if bill.alike { ", after a year alike" } else { "" };
        self.note(bill, rate, &outcome, &format!("{load}, {}{year}", scope.word()));
    }

    pub(crate) fn solar(
        &mut self,
        load: &str,
        option: usize,
        bill: &Bill,
        rate: &Rate,
        outcome: Outcome,
    ) {
        self.solar.entry((option, load.to_owned(), !rate.one)).or_default().add(&outcome);
        self.note(bill, rate, &outcome, &format!("{}, {load}", PROGRAMS[option]));
    }

    fn note(&mut self, bill: &Bill, rate: &Rate, outcome: &Outcome, place: &str) {
        let (cause, at) = match outcome {
            Outcome::Same => return,
            Outcome::Refused(why) => (format!("We refuse the rate: {why}."), String::new()),
            Outcome::Different(component, month) => {
                (cause(bill, rate).to_owned(), format!(" ({component}, month {month})"))
            }
        };
        let rates = self.causes.entry(cause).or_default();
        rates.entry(bill.id.clone()).or_default().insert(format!("{place}{at}"));
    }

    /// What falls short of the share that has to agree; empty when nothing does.
    pub(crate) fn short(&self) -> String {
        let mut short = String::new();
        if Count::sum(self.plain.values()).is_short(PLAIN) {
            let _ = writeln!(short, "without a roof");
        }
        for (option, program) in PROGRAMS.iter().enumerate() {
            let mine = self
                .solar
                .iter()
                .filter(|((it, _, several), _)| *it == option && (option != 0 || !several));
            if Count::sum(mine.map(|(_, count)| count)).is_short(SOLAR) {
                let _ = writeln!(short, "{program}");
            }
        }
        short
    }

    /// The page docs/verification.md.
    pub(crate) fn page(&self) -> String {
        let mut out = HEAD.to_owned();
        for ((load, scope), count) in &self.plain {
            let _ = writeln!(
                out,
                "| {load} | {} | {} | {} | {} |",
                scope.word(),
                count.all,
                count.refused,
                count.cells()
            );
        }
        let all = Count::sum(self.plain.values());
        let _ = writeln!(out, "| all | | {} | {} | {} |", all.all, all.refused, all.cells());
        out.push_str(SOLAR_HEAD);
        for (option, program) in PROGRAMS.iter().enumerate() {
            let loads: BTreeSet<&String> = self.solar.keys().map(|(_, load, _)| load).collect();
            for load in loads {
                let of = |several| {
                    let key = (option, load.clone(), several);
                    self.solar.get(&key).copied().unwrap_or_default()
                };
                let (one, several) = (of(false), of(true));
                let _ = writeln!(
                    out,
                    "| {program} | {load} | {} | {} | {} | {} |",
                    one.all,
                    one.cells(),
                    several.all,
                    several.cells()
                );
            }
        }
        out.push_str(CAUSES_HEAD);
        for (cause, rates) in &self.causes {
            let places: usize = rates.values().map(BTreeSet::len).sum();
            let _ = writeln!(out, "\n### {cause}\n\n{} rates, {places} bills.\n", rates.len());
            for (id, places) in rates {
                let places: Vec<&str> = places.iter().map(String::as_str).collect();
                let _ = writeln!(out, "- `{id}`: {}", places.join("; "));
            }
        }
        out
    }
}

/// Why a bill differs, as far as we found out.
fn cause(bill: &Bill, rate: &Rate) -> &'static str {
    match bill.program {
        None if rate.below_zero => {
            "The price of energy is below zero: filling tiers pro rata, SAM bills nothing instead"
        }
        Some(0) if !rate.one => {
            "Several prices a month: SAM moves kWh of the bank by the hour of the day and loses some; ours are paid, used or left"
        }
        Some(0) if rate.below_zero => {
            "The price of energy is below zero: with a bank of kWh, SAM bills nothing instead"
        }
        _ => "Not explained",
    }
}

const HEAD: &str = "\
# Verification

Written by `cargo xtask verify`, which bills every rate and compares; [reference/urdb.md](reference/urdb.md)
tells how. A year is the same when each of its twelve months has the same energy, both demands, fixed
charge, minimum and total to a hundredth of a cent. Bills of charges by the day are
compared as if theirs counted real days.

## Without a roof

Rates of the OpenEI Utility Rate Database, and the bills that the System Advisor Model (SAM, PySAM 7.1.1)
computes. Where SAM's two ways of filling tiers agree, both of ours are compared.

| load | tiers | years | refused | the same | share |
|---|---|---|---|---|---|
";

const SOLAR_HEAD: &str = "
## With a roof

The five metering options of SAM. Rates whose prices change within a month stand for themselves: there SAM
moves kWh between periods by the hour of the day, and loses some.

| program | load | years, one price a month | the same | share | years, several prices | the same | share |
|---|---|---|---|---|---|---|---|
";

const CAUSES_HEAD: &str = "
## What differs
";
