//! Real input, end to end: measured homes billed for a year on a real time-of-use rate.
//!
//! The homes are those of the CityLearn Challenge 2022 (Fontana, California, August 2016 to July
//! 2017, hourly, standard time all year); the rate is one of their own utility, from the OpenEI
//! Utility Rate Database.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::{run, say};

/// Southern California Edison, TOU-D-TEV, region 5, in force from January 2016.
const RATE: &str = "56b283035457a39112c2db57";
/// Kilowatts of panels on each home, in the order of the files.
const PANELS: [i64; 6] = [4, 4, 4, 5, 4, 4];
/// The first hour of the files begins here, in seconds since 1970: 2016-07-31T23:00-08:00.
const BEGINS: i64 = 1_470_034_800;

/// Bills the homes in `folder`, which must not be there yet.
pub(crate) fn homes(folder: &str) -> Result<()> {
    let folder = PathBuf::from(folder);
    ensure!(!folder.exists(), "{} is there already; name another folder", folder.display());
    let shared = std::env::var("METERBOOK_SHARED")
        .map_or_else(|_| run::root().join("../shared"), PathBuf::from);
    let (homes, rates) = (shared.join("samples/homes"), shared.join("urdb/rates.jsonl.gz"));
    if !homes.is_dir() || !rates.is_file() {
        bail!(
            "the measured homes are not in {}; set METERBOOK_SHARED to where they are",
            shared.display()
        );
    }
    let program = run::program()?;
    let meterbook = |words: &[&str]| {
        let mut command = Command::new(&program);
        command.arg("--dir").arg(folder.join("utility")).args(words);
        command
    };
    fs::create_dir_all(&folder)?;
    let tariff = folder.join("rate.tariff");
    let text = output(
        meterbook(&["urdb", "tariff", "--id", RATE, "--tier-scope", "chronological", "--rates"])
            .arg(&rates),
    )?;
    fs::write(&tariff, &text)?;
    let code = text.split_whitespace().nth(1).context("a tariff begins with its code")?;
    run::done(&mut meterbook(&[
        "init",
        "--name",
        "Fontana sample homes",
        "--zone",
        "America/Los_Angeles",
        "--phone",
        "(555) 010-3000",
        "--site",
        "homes.example",
        "--remit-to",
        "PO Box 1",
        "--remit-to",
        "Fontana CA 92335",
        "--footer",
        "Measured homes of the CityLearn Challenge 2022; names and addresses are made up.",
    ]))?;
    run::done(meterbook(&["tariff", "publish"]).arg(&tariff))?;
    run::done(&mut meterbook(&[
        "cycle",
        "plan",
        "--cycle",
        "1",
        "--from",
        "2016-08-01",
        "--months",
        "12",
    ]))?;
    for (nth, panels) in (1..).zip(PANELS) {
        let (meter, street) = (format!("HOME-{nth}"), format!("{nth} Sierra Ave"));
        let service = format!("electric:{code}:{meter}:60min+solar");
        run::done(&mut meterbook(&[
            "sign-up",
            "--name",
            &format!("Home {nth}"),
            "--street",
            &street,
            "--town",
            "Fontana",
            "--region",
            "CA 92335",
            "--cycle",
            "1",
            "--from",
            "2016-08-01",
            "--service",
            &service,
        ]))?;
        let file = folder.join(format!("home-{nth}.csv"));
        fs::write(&file, reads(&homes.join(format!("Building_{nth}.csv.gz")), &meter, panels)?)?;
        run::done(meterbook(&["import"]).arg(&file))?;
    }
    for _ in 0..12 {
        run::done(&mut meterbook(&["bill", "run", "--next"]))?;
    }
    run::done(&mut meterbook(&["bill", "render", "--cycle", "1"]))?;
    run::done(&mut meterbook(&["check"]))?;
    say::line(format_args!("the bills are in {}", folder.join("utility/bills").display()));
    Ok(())
}

/// The reads of a home as our long CSV: what it took from the grid and what it sent there. An hour
/// without a value is left out, so that the gap is seen.
fn reads(file: &Path, meter: &str, panels: i64) -> Result<String> {
    let text = output(Command::new("gzip").arg("-dc").arg(file))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().context("the file has a header")?.split(',').collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|it| *it == name)
            .with_context(|| format!("there is no column {name}"))
    };
    let (load, sun) = (column("non_shiftable_load")?, column("solar_generation")?);
    let mut out = "meter,start,value,unit,flow\n".to_owned();
    for (line, nth) in lines.zip(0..) {
        let fields: Vec<&str> = line.split(',').collect();
        let value = |at: usize| fields.get(at).and_then(|it| micro(it));
        let (Some(load), Some(sun)) = (value(load), value(sun)) else { continue };
        // Solar is in watts of one kilowatt of panels.
        let net = load - (sun * panels).div_euclid(1000);
        let start = instant(BEGINS + nth * 3600);
        for (flow, micro) in [("delivered", net.max(0)), ("received", (-net).max(0))] {
            let (whole, part) = (micro.div_euclid(1_000_000), micro.rem_euclid(1_000_000));
            writeln!(out, "{meter},{start},{whole}.{part:06},kWh,{flow}")?;
        }
    }
    Ok(out)
}

/// A number as millionths, further digits cut off; `None` for an empty field. The files write small
/// numbers as `9.9e-08`.
fn micro(text: &str) -> Option<i64> {
    let (number, power) = text.split_once('e').unwrap_or((text, "0"));
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let power: i64 = power.parse().ok()?;
    // The digits without their point, and how many of them are millionths or more.
    let kept = i64::try_from(whole.len()).ok()? + power + 6;
    let digits: String = whole
        .chars()
        .chain(part.chars())
        .chain(std::iter::repeat('0'))
        .take(usize::try_from(kept).unwrap_or(0))
        .collect();
    if whole.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    if digits.is_empty() { Some(0) } else { digits.parse().ok() }
}

/// Seconds since 1970 as `2016-07-31T23:00:00-08:00`: the hours of these files are standard time.
fn instant(second: i64) -> String {
    let local = second - 8 * 3600;
    let (day, of_day) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil from days.
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era.div_euclid(1_460) + of_era.div_euclid(36_524)
        - of_era.div_euclid(146_096))
    .div_euclid(365);
    let of_year = of_era - (365 * year + year.div_euclid(4) - year.div_euclid(100));
    let month = (5 * of_year + 2).div_euclid(153);
    let date = of_year - (153 * month + 2).div_euclid(5) + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{date:02}T{:02}:00:00-08:00", of_day.div_euclid(3600))
}

fn output(command: &mut Command) -> Result<String> {
    let out = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("{command:?} could not be run"))?;
    ensure!(out.status.success(), "{command:?} failed");
    Ok(String::from_utf8(out.stdout)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_counted_in_standard_time() {
        assert_eq!(instant(BEGINS), "2016-07-31T23:00:00-08:00");
        assert_eq!(instant(BEGINS + 3600), "2016-08-01T00:00:00-08:00");
        assert_eq!(instant(951_811_200), "2000-02-29T00:00:00-08:00");
    }

    #[test]
    fn more_digits_than_millionths_are_cut_off() {
        assert_eq!(micro("0.85116667"), Some(851_166));
        assert_eq!(micro("12"), Some(12_000_000));
        assert_eq!(micro("9.918213e-08"), Some(0));
        assert_eq!(micro("8.343e-05"), Some(83));
        assert_eq!(micro("5e-05"), Some(50));
        assert_eq!(micro(""), None);
    }
}
