//! Bills a year of measured load on rates of the OpenEI Utility Rate Database, month by month: how
//! outsiders check our arithmetic.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use flate2::read::MultiGzDecoder;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_core::bill::explain;
use meterbook_core::money::{Exact, Money, Quantity, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::carried::Carried;
use meterbook_core::rating::{ChargeKind, Input, Line, Note, Plan, Rated, rate};
use meterbook_core::reads::usage::{Profile, Usage};
use meterbook_core::tariff::Tariff;
use meterbook_core::text::scaled;
use meterbook_formats::urdb::{self, Open};
use serde_json::{Value, json};

/// Whether amounts are printed as they would be billed or as they were before rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amounts {
    /// In cents.
    Rounded,
    /// With all their digits, nothing rounded on the way.
    Exact,
}

/// How many rates were billed, and how many refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Billed {
    /// Billed.
    pub billed: u64,
    /// Refused, each with its reason in the file.
    pub refused: u64,
}

/// The use of twelve calendar months.
pub struct Year {
    pub(crate) months: Vec<(Period, Usage)>,
    /// How many years just like it came before.
    before: usize,
}

/// What a roof makes, beside a load.
#[derive(Clone, Copy, Debug)]
pub struct Generation<'a> {
    /// A column `kw`, as long as the load's.
    pub file: &'a Path,
    /// What its values are multiplied by, in millionths.
    pub scale_micro: i64,
    /// Whether load and generation are measured each for itself, or only what is left of them.
    pub apart: bool,
}

/// What ratchets see of the year before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearBefore {
    /// Nothing: the first year.
    Nothing,
    /// A year just like this one.
    Alike,
}

/// Writes one line to `out` for each rate of `rates`: its twelve bills, or why there are none.
///
/// Fails on a file that cannot be read or is no such file; `out` is then as it was.
pub fn bill(
    rates: &Path,
    year: &Year,
    open: &Open,
    amounts: Amounts,
    out: &Path,
    mut progress: impl FnMut(u64),
) -> Result<Billed> {
    let name = out.file_name().with_context(|| format!("{} names no file", out.display()))?;
    let draft = out.with_file_name(format!("{}.part", name.display()));
    let cannot = || format!("{} cannot be written", draft.display());
    let mut writer = BufWriter::new(File::create(&draft).with_context(cannot)?);
    let written = each_rate(
        rates,
        |rate| {
            let id = urdb::id(&rate).unwrap_or("").to_owned();
            let line = match months(&rate, year, open, amounts) {
                Ok(months) => match urdb::left_out(&rate) {
                    none if none.is_empty() => json!({ "id": id, "months": months }),
                    left_out => json!({ "id": id, "months": months, "left_out": left_out }),
                },
                Err(why) => json!({ "id": id, "refused": why }),
            };
            writeln!(writer, "{line}").with_context(cannot)?;
            Ok(line.get("refused").is_none())
        },
        &mut progress,
    );
    let finished = written.and_then(|billed| {
        writer.flush().with_context(cannot)?;
        std::fs::rename(&draft, out)
            .with_context(|| format!("{} cannot be written", out.display()))?;
        Ok(billed)
    });
    if finished.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    finished
}

/// The tariff text of the rate called `id`, in force from the day it says.
pub fn text(rates: &Path, id: &str, open: &Open) -> Result<String> {
    let mut found = None;
    each_rate(
        rates,
        |rate| {
            if urdb::id(&rate) == Some(id) {
                found = Some(rate);
            }
            Ok(true)
        },
        &mut |_| (),
    )?;
    let rate = found.with_context(|| format!("{} has no rate {id}", rates.display()))?;
    let start = rate.get("startdate").and_then(Value::as_str).and_then(|it| it.get(..10));
    let from = start.and_then(|it| it.parse().ok()).unwrap_or(date(2000, 1, 1));
    urdb::text(&rate, from, open).map_err(|why| anyhow::anyhow!("rate {id} is no tariff: {why}"))
}

fn each_rate(
    rates: &Path,
    mut take: impl FnMut(Value) -> Result<bool>,
    progress: &mut dyn FnMut(u64),
) -> Result<Billed> {
    let mut billed = Billed::default();
    for (index, line) in BufReader::new(open(rates)?).lines().enumerate() {
        let place = || format!("{}, line {}", rates.display(), index + 1);
        let line = line.with_context(place)?;
        if line.trim().is_empty() {
            continue;
        }
        let rate: Value = serde_json::from_str(&line)
            .with_context(|| format!("{} is no JSON; each line holds one rate", place()))?;
        ensure!(rate.is_object(), "{} is no rate; each line holds one JSON object", place());
        match take(rate)? {
            true => billed.billed += 1,
            false => billed.refused += 1,
        }
        progress(billed.billed + billed.refused);
    }
    ensure!(billed != Billed::default(), "{} holds no rate", rates.display());
    Ok(billed)
}

fn months(
    rate_json: &Value,
    year: &Year,
    open: &Open,
    amounts: Amounts,
) -> Result<Vec<Value>, String> {
    let (first, last) = (year.months.first(), year.months.last());
    let ((first, usage), (last, _)) = first.zip(last).expect("a year has months");
    let text = urdb::text(rate_json, first.start(), open)?;
    let tariff = Tariff::parse(&text).map_err(|why| why.to_string())?;
    let days = Period::new(first.start(), last.end()).expect("a year has days");
    let minutes = usage.profile.as_ref().map_or(60, |it| it.minutes);
    let plan = Plan::new(&tariff.code, std::slice::from_ref(&tariff), &Zone::utc(), minutes, days);
    let mut carried = Carried::default();
    let mut months = Vec::new();
    // A ratchet may look back on a year that was like this one: it is billed before.
    for before in std::iter::repeat_n(true, year.before).chain([false]) {
        for (period, usage) in &year.months {
            let input = Input { carried: &carried, ..Input::of(*period, usage) };
            let rated = rate(&plan, &input).map_err(|why| why.to_string())?;
            if !before {
                months.push(sums(&rated, amounts));
            }
            carried = rated.carried;
        }
        if before {
            for peak in &mut carried.peaks {
                peak.turn = peak.turn.saturating_sub(1.year());
            }
            (carried.energy, carried.money) = (Vec::new(), Vec::new());
        }
    }
    Ok(months)
}

/// The amounts of a bill by what they are for.
fn sums(rated: &Rated, amounts: Amounts) -> Value {
    let sum = |wanted: &dyn Fn(&Line) -> bool| {
        let lines = rated.lines.iter().zip(&rated.unrounded);
        let wanted = lines.filter(|(line, _)| wanted(line));
        let (rounded, exact): (Vec<Money>, Vec<Exact>) =
            wanted.map(|(line, unrounded)| (line.amount, *unrounded)).unzip();
        match amounts {
            Amounts::Exact => explain::exact(exact.into_iter().sum()),
            Amounts::Rounded => explain::exact(rounded.into_iter().sum::<Money>().into()),
        }
    };
    // What is paid at a true-up is no part of the month's energy.
    let is_paid = |it: &Line| matches!(it.note, Note::Paid | Note::Refunded | Note::SurplusPaid);
    let credited = |it: &Line| it.kind == ChargeKind::Credit && !is_paid(it);
    let timed = |it: &Line| it.label.starts_with(urdb::TIMED_DEMAND);
    let of = |kind| move |it: &Line| it.kind == kind;
    let mut sums = json!({
        "energy": sum(&|it| it.kind == ChargeKind::Usage || credited(it)),
        "demand_flat": sum(&|it| it.kind == ChargeKind::Demand && !timed(it)),
        "demand_tou": sum(&|it| it.kind == ChargeKind::Demand && timed(it)),
        "fixed": sum(&of(ChargeKind::Fixed)),
        "minimum": sum(&of(ChargeKind::Minimum)),
        "total": sum(&|_| true),
    });
    if rated.lines.iter().any(is_paid) {
        sums["true_up"] = sum(&is_paid).into();
    }
    sums
}

impl Year {
    /// Reads a column `kw` of mean powers, one for each hour of `calendar` or for each half, quarter
    /// or twelfth of one. Negative values, where a roof gives more than the house takes, are zero.
    pub fn read(
        load: &Path,
        calendar: i16,
        generation: Option<Generation>,
        before: YearBefore,
    ) -> Result<Year> {
        let january =
            Period::month(calendar, 1).with_context(|| format!("{calendar} is no year"))?;
        let nano_kw = column(load)?;
        let made = generation.map(|it| it.read(nano_kw.len())).transpose()?;
        let days: i64 =
            (1..=12).filter_map(|it| Period::month(calendar, it)).map(Period::days).sum();
        let hours = days * 24;
        let rows = i64::try_from(nano_kw.len()).context("the load is longer than any year")?;
        let per_hour = rows.div_euclid(hours);
        if rows.rem_euclid(hours) != 0 || ![1, 2, 4, 12].contains(&per_hour) {
            bail!(
                "{} has {rows} values, and {calendar} has {hours} hours; give one value for each hour, \
                 half hour, quarter or five minutes, or another --calendar",
                load.display()
            );
        }
        let minutes = u16::try_from(60_i64.div_euclid(per_hour)).expect("between 5 and 60");
        let mut came: Vec<i64> = nano_kw.into_iter().map(|it| it.max(0)).collect();
        let mut sent = made.unwrap_or_default();
        if generation.is_some_and(|it| !it.apart) {
            for (came, sent) in came.iter_mut().zip(&mut sent) {
                let both = (*came).min(*sent);
                (*came, *sent) = (*came - both, *sent - both);
            }
        }
        // Only now to millionths of a kWh: a load less a roof times six is not rounded six times.
        for value in came.iter_mut().chain(&mut sent) {
            *value = (*value + per_hour * 500).div_euclid(per_hour * 1_000);
        }
        let months = (1..=12).filter_map(|it| Period::month(calendar, it));
        let month =
            |period: Period| (period, usage(period, january.start(), minutes, &came, &sent));
        let before = if before == YearBefore::Alike { 1 } else { 0 };
        Ok(Year { months: months.map(month).collect(), before })
    }
}

impl Generation<'_> {
    /// Its values in billionths of a kW, scaled, as many as the load has.
    fn read(&self, rows: usize) -> Result<Vec<i64>> {
        let values = column(self.file)?;
        ensure!(
            values.len() == rows,
            "{} has {} values, and the load has {rows}; give both the same",
            self.file.display(),
            values.len()
        );
        let scaled = |value: i64| {
            let exact = i128::from(value.max(0)) * i128::from(self.scale_micro);
            i64::try_from((exact + 500_000).div_euclid(1_000_000)).ok()
        };
        let all: Option<Vec<i64>> = values.into_iter().map(scaled).collect();
        all.with_context(|| format!("{} makes more than can be counted", self.file.display()))
    }
}

/// The use of some days, of values that begin on `first`.
pub(crate) fn usage(
    period: Period,
    first: Date,
    minutes: u16,
    came: &[i64],
    sent: &[i64],
) -> Usage {
    let per_day = 24 * 60_i64.div_euclid(i64::from(minutes));
    let index = |day: Date| {
        let days = Period::new(first, day).map_or(0, Period::days);
        usize::try_from(days * per_day).expect("a year's values are countable")
    };
    let range = index(period.start())..index(period.end());
    let (came, sent) = (came[range.clone()].to_vec(), sent.get(range).unwrap_or(&[]).to_vec());
    let kwh = |values: &[i64]| Quantity { micro: values.iter().sum(), unit: Unit::Kwh };
    Usage {
        delivered: kwh(&came),
        received: kwh(&sent),
        reactive: None,
        profile: Some(Profile {
            start: Zone::utc().start_of(period.start()),
            minutes,
            delivered_micro: came,
            received_micro: sent,
            reactive_micro: Vec::new(),
        }),
        evidence: Vec::new(),
    }
}

/// The values under the head `kw`, in billionths.
pub(crate) fn column(load: &Path) -> Result<Vec<i64>> {
    let mut lines = BufReader::new(open(load)?).lines().enumerate();
    let place = |index: usize| format!("{}, line {}", load.display(), index + 1);
    let head = lines.next().map(|(_, it)| it).transpose().with_context(|| place(0))?;
    let head = head.unwrap_or_default();
    ensure!(
        head.trim().trim_start_matches('\u{feff}').eq_ignore_ascii_case("kw"),
        "{}: the head is {head:?}; a load has one column, and its head is kw",
        place(0)
    );
    let mut values = Vec::new();
    for (index, line) in lines {
        let line = line.with_context(|| place(index))?;
        let text = line.trim();
        if text.is_empty() {
            continue;
        }
        let value = nano(text);
        let value =
            value.with_context(|| format!("{}: {text} is not a number of kW", place(index)))?;
        values.push(value);
    }
    Ok(values)
}

/// A number in billionths; digits beyond are cut off.
fn nano(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if !part.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    scaled(&format!("{whole}.{}", &part[..part.len().min(9)]), 9)
}

/// A file, unpacked when it is gzip.
fn open(path: &Path) -> Result<Box<dyn Read>> {
    let cannot = || format!("{} cannot be read", path.display());
    let mut file = BufReader::new(File::open(path).with_context(cannot)?);
    let packed = file.fill_buf().with_context(cannot)?.starts_with(&[0x1f, 0x8b]);
    Ok(if packed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}
