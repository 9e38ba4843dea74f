//! What is taken of a file while it is read: values by channel, reads, rejects.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::id::{BatchId, ChannelId};
use meterbook_core::limits::REJECTS;
use meterbook_core::meter::{Channel, Form};
use meterbook_core::reads::{Block, Month, Read, Series, Span};
use meterbook_formats::reads::Said::{Intervals as Interval, Register};
use meterbook_formats::reads::{Lines, Row, one_by_one};
use meterbook_store::large_file::Said;
use meterbook_store::{self as store, Tx};

use super::Progress;
use super::meters::{Meters, Wanted};
use super::rejects::Rejected;

/// Lines between two words to whoever watches.
const WATCH_EVERY: u64 = 4_096;

/// Seconds between values that are not laid out as one row: longer than any month, so that what is
/// before and what is behind are not filed with the same one.
const APART: i64 = 32 * 24 * 60 * 60;

/// A file that is read in one transaction.
pub(super) struct Reading<'a, 'tx> {
    tx: &'a mut Tx<'tx>,
    watch: &'a mut dyn FnMut(Progress),
    bytes: u64,
    meters: Meters,
    lines: u64,
    taken: Taken,
    failed: Option<anyhow::Error>,
}

/// What is taken of a file, or of a part of one.
#[derive(Default)]
pub(super) struct Taken {
    values: BTreeMap<ChannelId, Values>,
    reads: Vec<Read>,
    said: BTreeMap<(ChannelId, Date), ()>,
    rejects: Vec<Rejected>,
    /// The last day of which a register can have been read; no other is looked at without it.
    today: Option<Date>,
}

/// What there is to keep of a file.
pub(super) struct Ready {
    /// Values and reads.
    pub(super) accepted: usize,
    pub(super) reads: Vec<Read>,
    blocks: Vec<(ChannelId, Month, Block)>,
    /// Between when it says something of which interval channel.
    pub(super) said: Vec<Said>,
}

impl Ready {
    /// Keeps it as of this batch, which is kept already.
    pub(super) fn keep(&mut self, tx: &mut Tx, batch: BatchId) -> Result<()> {
        self.reads.iter_mut().for_each(|it| it.batch = Some(batch));
        store::read::add(tx, &self.reads)?;
        store::read::add_blocks(tx, batch, &self.blocks)
    }

    /// The first and the last month of its interval values.
    pub(super) fn months(&self) -> Option<(Month, Month)> {
        let months = || self.blocks.iter().map(|(_, month, _)| *month);
        months().min().zip(months().max())
    }
}

/// The interval values of one channel, or the prices of one name.
pub(super) struct Values {
    pub(super) minutes: u16,
    /// In the order of the file; mostly that of time.
    pub(super) all: Vec<Value>,
}

/// One value in sixteen bytes: a file that is taken whole has up to fifty million of them.
#[derive(Clone, Copy)]
pub(super) struct Value {
    pub(super) micro: i64,
    /// Minutes since 1970.
    minute: u32,
    /// The line to reject if it is said twice, and in the highest bit whether it is an estimate.
    line: u32,
}

/// The bit of a line that says that its value is an estimate.
const ESTIMATED: u32 = 1 << 31;

impl Value {
    /// A value that begins so many seconds after 1970 began, at a whole minute; `None` before.
    pub(super) fn new(start: i64, micro: i64, estimated: bool, line: u64) -> Option<Value> {
        let minute = u32::try_from(start.div_euclid(60)).ok()?;
        let line = u32::try_from(line).ok().filter(|it| *it < ESTIMATED);
        let line = line.expect("a file has fewer than 2^31 bytes, and so lines");
        Some(Value { micro, minute, line: if estimated { line | ESTIMATED } else { line } })
    }

    /// Seconds since 1970.
    pub(super) fn start(&self) -> i64 {
        i64::from(self.minute) * 60
    }

    fn is_estimated(&self) -> bool {
        self.line & ESTIMATED != 0
    }

    fn line(&self) -> u64 {
        u64::from(self.line & !ESTIMATED)
    }
}

/// What a row is looking for.
pub(super) fn wanted(row: &Row) -> Wanted<'_> {
    let (intervals, minutes) = match &row.said {
        Interval { minutes, .. } => (true, *minutes),
        Register { .. } => (false, None),
    };
    let Row { meter, unit, flow, .. } = row;
    Wanted { meter, unit: *unit, flow: *flow, intervals, minutes }
}

impl<'a, 'tx> Reading<'a, 'tx> {
    /// A file of so many bytes; `today` is the last day of which a register can have been read.
    pub(super) fn new(
        tx: &'a mut Tx<'tx>,
        (bytes, today): (u64, Option<Date>),
        watch: &'a mut dyn FnMut(Progress),
    ) -> Self {
        let taken = Taken { today, ..Taken::default() };
        let meters = Meters::default();
        Reading { tx, watch, bytes, meters, lines: 0, taken, failed: None }
    }

    fn count(&mut self) {
        self.lines += 1;
        if self.lines.rem_euclid(WATCH_EVERY) == 0 {
            (self.watch)(Progress { lines: self.lines, bytes: 0, all: self.bytes });
        }
    }

    /// What there is to keep, now that the file is read, and what was not taken of it.
    pub(super) fn finish(self) -> Result<(Ready, Vec<Rejected>)> {
        if let Some(why) = self.failed {
            return Err(why);
        }
        (self.watch)(Progress { lines: self.lines, bytes: self.bytes, all: self.bytes });
        self.taken.finish(&HashMap::new())
    }
}

impl Taken {
    /// What there is to keep, and what was not taken: also each value that was said `before` in
    /// other parts of the file.
    pub(super) fn finish(
        mut self,
        before: &HashMap<ChannelId, Series>,
    ) -> Result<(Ready, Vec<Rejected>)> {
        let mut ready = Ready {
            accepted: self.reads.len(),
            reads: self.reads,
            blocks: Vec::new(),
            said: Vec::new(),
        };
        for (channel, mut values) in self.values {
            let mut twice = before.get(&channel).map_or(Vec::new(), |it| values.drop_known(it));
            let (blocks, within) = values.blocks();
            ready.accepted += values.all.len() - within.len();
            ready.said.extend(said(channel, &values)?);
            twice.extend(within);
            self.rejects.extend(said_twice(&twice)?);
            ready.blocks.extend(blocks.into_iter().map(|(month, block)| (channel, month, block)));
        }
        self.rejects.sort_by_key(|it| it.line);
        Ok((ready, self.rejects))
    }

    /// Takes what a line says of a channel, or rejects the line with the reason why there is none.
    pub(super) fn row(
        &mut self,
        line: u64,
        fields: &[&str],
        row: &Row,
        channel: Result<Channel, String>,
    ) {
        if let Err(reason) = channel.and_then(|it| self.take(line, row, &it)) {
            self.reject(line, fields, reason);
        }
    }

    /// Rejects a line; without `fields` while only its number is known.
    /// Beyond those of a file that is wrong as a whole none is kept: a month of a meter that nobody knows
    /// has as many as it has values, and took nine gigabytes.
    pub(super) fn reject(&mut self, line: u64, fields: &[&str], reason: String) {
        if self.is_wrong() {
            return;
        }
        let fields = fields.iter().map(|it| (*it).to_owned()).collect();
        self.rejects.push(Rejected { line, fields, reason });
    }

    /// Whether there are so many rejects that the file is wrong as a whole.
    pub(super) fn is_wrong(&self) -> bool {
        REJECTS < self.rejects.len()
    }

    fn take(&mut self, line: u64, row: &Row, channel: &Channel) -> Result<(), String> {
        let meter = &row.meter;
        match &row.said {
            Register { on, index_micro, kind } => {
                if let Some(today) = self.today.filter(|it| it < on) {
                    return Err(format!(
                        "{on} is to come, and today is {today}: nobody read meter {meter} then; mend the day"
                    ));
                }
                if self.said.insert((channel.id, *on), ()).is_some() {
                    return Err(format!("the read of {on} was said before in this file"));
                }
                if !fits(channel, *index_micro) {
                    return Err(format!(
                        "the register of meter {meter} has fewer digits than this read"
                    ));
                }
                let (index_micro, kind) = (*index_micro, *kind);
                let (on, batch) = (*on, None);
                self.reads.push(Read { channel: channel.id, on, index_micro, kind, batch });
            }
            Interval { start, micro, estimated, .. } => {
                let Form::Interval { minutes } = channel.form else {
                    unreachable!("it was looked for")
                };
                let step = i64::from(minutes) * 60;
                let start = start.as_second();
                if start.rem_euclid(step) != 0 {
                    return Err(format!(
                        "meter {meter} counts every {minutes} minutes, and this begins in between"
                    ));
                }
                if start < 0 {
                    return Err(format!(
                        "meter {meter} counted nothing before 1970; mend the year"
                    ));
                }
                let values = self
                    .values
                    .entry(channel.id)
                    .or_insert_with(|| Values { minutes, all: Vec::new() });
                values.all.extend((0..).zip(micro).filter_map(|(nth, micro)| {
                    let start = start + nth * step;
                    micro.and_then(|micro| Value::new(start, micro, *estimated, line))
                }));
            }
        }
        Ok(())
    }
}

/// Between when a channel's values lie; nothing when there are none.
fn said(channel: ChannelId, values: &Values) -> Result<Option<Said>> {
    let starts = || values.all.iter().map(|it| it.start().div_euclid(60));
    let Some((from, last)) = starts().min().zip(starts().max()) else { return Ok(None) };
    let minute = |it: i64| u32::try_from(it).with_context(|| format!("minute {it} of 1970"));
    let (from, to) = (minute(from)?, minute(last + i64::from(values.minutes))?);
    Ok(Some(Said { channel, from, to }))
}

/// One reject for each line that says something a second time.
fn said_twice(twice: &[Value]) -> Result<Vec<Rejected>> {
    let mut lines: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for value in twice {
        lines.entry(value.line()).or_default().push(*value);
    }
    let reject = |(line, values): (u64, Vec<Value>)| {
        let start = jiff::Timestamp::from_second(values[0].start())?;
        let reason = match values.len() {
            1 => format!("the value for {start} was said before in this file"),
            count => format!("{count} values from {start} on were said before in this file"),
        };
        Ok(Rejected { line, fields: Vec::new(), reason })
    };
    lines.into_iter().map(reject).collect()
}

/// Whether a register has the digits to show this.
fn fits(channel: &Channel, index_micro: i64) -> bool {
    let Form::Register { digits } = channel.form else { return false };
    let full = 10_i64.checked_pow(u32::from(digits) + 6);
    full.is_none_or(|full| index_micro < full)
}

impl Lines for Reading<'_, '_> {
    fn row(&mut self, line: u64, fields: &[&str], row: Row) {
        self.count();
        if self.failed.is_some() {
            return;
        }
        match self.meters.find(self.tx, wanted(&row)) {
            Ok(channel) => self.taken.row(line, fields, &row, channel),
            Err(why) => self.failed = Some(why),
        }
    }

    fn rows(&mut self, line: u64, row: Row, fields: &dyn Fn(&Row) -> Vec<String>) {
        if self.failed.is_some() || self.taken.is_wrong() {
            return self.count();
        }
        let channel = match self.meters.find(self.tx, wanted(&row)) {
            Ok(channel) => channel,
            Err(why) => return self.failed = Some(why),
        };
        // All of them at once; where that does not go, each comes back by itself.
        match channel.and_then(|it| self.taken.take(line, &row, &it)) {
            Ok(()) => self.count(),
            Err(_) => one_by_one(self, line, row, fields),
        }
    }

    fn reject(&mut self, line: u64, fields: &[&str], reason: String) {
        self.taken.reject(line, fields, reason);
    }
}

impl Values {
    /// Takes out, and gives, the values that `before` has at the same time.
    fn drop_known(&mut self, before: &Series) -> Vec<Value> {
        let step = i64::from(before.minutes) * 60;
        let known = |it: &mut Value| {
            let nth = (it.start() - before.start.as_second()).div_euclid(step);
            let nth = usize::try_from(nth).ok().filter(|it| *it < before.micro.len());
            nth.is_some_and(|nth| !before.missing.iter().any(|it| it.range().contains(&nth)))
        };
        self.all.extract_if(.., known).collect()
    }

    /// The values month by month, and those that were said a second time; the first counts.
    pub(super) fn blocks(&self) -> (Vec<(Month, Block)>, Vec<Value>) {
        let mut all = self.all.clone();
        all.sort_by_key(|it| it.minute);
        let mut twice = Vec::new();
        all.dedup_by(|later, first| {
            let same = later.minute == first.minute;
            if same {
                twice.push(*later);
            }
            same
        });
        let near = |one: &Value, next: &Value| next.start() - one.start() < APART;
        let blocks = all.chunk_by(near).flat_map(|these| self.series(these).into_blocks());
        (blocks.collect(), twice)
    }

    /// Values in the order of time, with what is missing between them.
    fn series(&self, values: &[Value]) -> Series {
        let step = i64::from(self.minutes) * 60;
        let first = values[0].start();
        let mut series = Series {
            start: at(first),
            minutes: self.minutes,
            micro: Vec::new(),
            missing: Vec::new(),
            estimated: Vec::new(),
        };
        for value in values {
            let nth = usize::try_from((value.start() - first).div_euclid(step))
                .expect("they are in order");
            let known = series.micro.len();
            if known < nth {
                series.missing.push(span(known, nth - known));
                series.micro.resize(nth, 0);
            }
            if value.is_estimated() {
                match series.estimated.last_mut().filter(|it| it.range().end == nth) {
                    Some(last) => last.len += 1,
                    None => series.estimated.push(span(nth, 1)),
                }
            }
            series.micro.push(value.micro);
        }
        series
    }
}

fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(second).expect("it was an instant before")
}

fn span(start: usize, len: usize) -> Span {
    let narrow = |it| u32::try_from(it).expect("a month has few values");
    Span { start: narrow(start), len: narrow(len) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_what_it_was_made_of() {
        assert_eq!(std::mem::size_of::<Value>(), 16);
        for (start, estimated, line) in [(0, true, 1), (1_767_225_600, false, 2_000_000_000)] {
            let it = Value::new(start, -5, estimated, line).unwrap();
            let found = (it.start(), it.micro, it.is_estimated(), it.line());
            assert_eq!(found, (start, -5, estimated, line));
        }
        assert!(Value::new(-60, 0, false, 1).is_none(), "before 1970");
    }

    #[test]
    fn a_file_that_is_wrong_as_a_whole_keeps_no_more_rejects() {
        let mut taken = Taken::default();
        (0..2 * REJECTS as u64).for_each(|it| taken.reject(it, &[], String::new()));
        assert!(taken.is_wrong() && taken.rejects.len() == REJECTS + 1);
    }
}
