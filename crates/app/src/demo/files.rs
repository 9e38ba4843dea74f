//! What the meters said in a year, written as the files that a meter system would send.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use meterbook_core::account::Cycle;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::reads::Series;
use meterbook_core::text::decimal;

use super::load;
use super::town::{Home, Town};

/// One file, packed while it is written.
type Out = BufWriter<GzEncoder<File>>;

/// Writes the files of one cycle: hourly and quarter-hourly values a day in each line, and reads.
pub(super) fn write(folder: &Path, town: &Town, cycle: Cycle) -> Result<Vec<PathBuf>> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let homes: Vec<&Home> = town.homes.iter().filter(|it| it.cycle == cycle).collect();
    let mut files = Vec::new();
    for minutes in [60, 15] {
        let name = format!("cycle-{cycle}-every-{minutes}-minutes.csv.gz");
        files.extend(one(folder, &name, |out| intervals(out, town, &homes, minutes))?);
    }
    files.extend(one(folder, &format!("cycle-{cycle}-registers.csv.gz"), |out| {
        registers(out, town, &homes)
    })?);
    Ok(files)
}

/// Writes one file; none when there is nothing to write.
fn one(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut Out) -> Result<u64>,
) -> Result<Option<PathBuf>> {
    let path = folder.join(name);
    let said = || format!("{} cannot be written", path.display());
    let file = File::create(&path).with_context(said)?;
    let mut out = BufWriter::new(GzEncoder::new(file, Compression::fast()));
    let lines = write(&mut out).with_context(said)?;
    out.into_inner().map_err(|why| anyhow::anyhow!("{why}"))?.finish().with_context(said)?;
    if lines == 0 {
        fs::remove_file(&path).with_context(said)?;
        return Ok(None);
    }
    Ok(Some(path))
}

fn intervals(out: &mut Out, town: &Town, homes: &[&Home], minutes: u16) -> Result<u64> {
    let mut lines = 0;
    // The longest day has an hour more.
    let columns = 25 * 60_u16.div_euclid(minutes);
    write!(out, "meter,date,unit,flow,kind")?;
    for column in 1..=columns {
        write!(out, ",{column}")?;
    }
    writeln!(out)?;
    for home in homes {
        for service in home.services.iter().filter(|it| it.form == Form::Interval { minutes }) {
            let flows = load::intervals(town, home, service);
            for hanging in &service.meters {
                let unit = service.unit.word();
                let meter = &hanging.serial;
                let days = town.days(home).overlap(hanging.from, hanging.to);
                let Some(days) = days else { continue };
                for (flow, series) in [
                    (Flow::Delivered, Some(&flows.delivered)),
                    (Flow::Received, flows.received.as_ref()),
                ] {
                    let Some(series) = series else { continue };
                    for day in days.each_day() {
                        let from = index(series, town.zone.start_of(day));
                        let to = index(series, town.zone.start_of(day.tomorrow()?));
                        lines += line(
                            out,
                            &format!("{meter},{day},{unit},{flow}"),
                            series,
                            from..to,
                            usize::from(columns),
                        )?;
                    }
                }
            }
        }
    }
    Ok(lines)
}

/// Writes a day; one with estimates has a line for what was measured and one for what was not.
fn line(
    out: &mut Out,
    head: &str,
    series: &Series,
    day: std::ops::Range<usize>,
    columns: usize,
) -> Result<u64> {
    let within = |spans: &[meterbook_core::reads::Span], at: usize| {
        spans.iter().any(|it| it.range().contains(&at))
    };
    let guessed = day.clone().any(|at| within(&series.estimated, at));
    for (kind, estimated) in [("actual", false), ("estimated", true)] {
        if estimated && !guessed {
            continue;
        }
        write!(out, "{head},{kind}")?;
        for nth in 0..columns {
            let at = day.start + nth;
            let said = day.contains(&at)
                && !within(&series.missing, at)
                && within(&series.estimated, at) == estimated;
            if said {
                write!(out, ",{}", decimal(series.micro[at], 6))?;
            } else {
                write!(out, ",")?;
            }
        }
        writeln!(out)?;
    }
    Ok(1 + u64::from(guessed))
}

fn index(series: &Series, at: jiff::Timestamp) -> usize {
    let seconds = at.as_second() - series.start.as_second();
    usize::try_from(seconds.div_euclid(i64::from(series.minutes) * 60)).unwrap_or(0)
}

fn registers(out: &mut Out, town: &Town, homes: &[&Home]) -> Result<u64> {
    let mut lines = 0;
    writeln!(out, "meter,date,unit,index,kind")?;
    for home in homes {
        for service in home.services.iter().filter(|it| matches!(it.form, Form::Register { .. })) {
            for hanging in &service.meters {
                let days = load::read_days(town, home, service, hanging);
                for shown in load::dials(town, home, service, hanging, &days) {
                    let index = decimal(shown.index_micro, 6);
                    writeln!(
                        out,
                        "{},{},{},{index},actual",
                        hanging.serial, shown.on, service.unit
                    )?;
                    lines += 1;
                }
            }
        }
    }
    Ok(lines)
}
