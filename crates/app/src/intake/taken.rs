//! What is taken of a file while it is read: values by channel, reads, rejects.

use std::collections::BTreeMap;

use anyhow::Result;
use meterbook_core::id::{BatchId, ChannelId};
use meterbook_core::meter::{Channel, Form};
use meterbook_core::reads::{Block, Month, Read, Series, Span};
use meterbook_formats::reads::{Lines, Row, Said};
use meterbook_store::{self as store, Tx};

use super::meters::{Meters, Wanted};
use super::rejects::Rejected;

/// Lines between two words to whoever watches.
const WATCH_EVERY: u64 = 4_096;

/// A file on its way into the database.
pub(super) struct Taken<'a, 'tx> {
    tx: &'a mut Tx<'tx>,
    batch: BatchId,
    watch: &'a mut dyn FnMut(u64),
    meters: Meters,
    lines: u64,
    values: BTreeMap<ChannelId, Values>,
    reads: Vec<Read>,
    said: BTreeMap<(ChannelId, jiff::civil::Date), ()>,
    rejects: Vec<Rejected>,
    failed: Option<anyhow::Error>,
}

/// What there is to keep of a file.
pub(super) struct Ready {
    batch: BatchId,
    /// Values and reads.
    pub(super) accepted: usize,
    pub(super) reads: Vec<Read>,
    blocks: Vec<(ChannelId, Month, Block)>,
}

impl Ready {
    /// Keeps it; its batch is kept already.
    pub(super) fn keep(&self, tx: &mut Tx) -> Result<()> {
        store::read::add(tx, &self.reads)?;
        store::read::add_blocks(tx, self.batch, &self.blocks)
    }
}

/// The interval values of one channel, or the prices of one name.
pub(super) struct Values {
    pub(super) minutes: u16,
    /// In the order of the file; mostly that of time.
    pub(super) all: Vec<Value>,
}

#[derive(Clone, Copy)]
pub(super) struct Value {
    /// Seconds since 1970.
    pub(super) start: i64,
    pub(super) micro: i64,
    pub(super) estimated: bool,
    /// The place in `lines` of what to reject if it is said twice.
    pub(super) line: u64,
}

impl<'a, 'tx> Taken<'a, 'tx> {
    pub(super) fn new(tx: &'a mut Tx<'tx>, batch: BatchId, watch: &'a mut dyn FnMut(u64)) -> Self {
        Taken {
            tx,
            batch,
            watch,
            meters: Meters::default(),
            lines: 0,
            values: BTreeMap::new(),
            reads: Vec::new(),
            said: BTreeMap::new(),
            rejects: Vec::new(),
            failed: None,
        }
    }

    /// What there is to keep, now that the file is read, and what was not taken of it.
    pub(super) fn finish(mut self) -> Result<(Ready, Vec<Rejected>)> {
        if let Some(why) = self.failed {
            return Err(why);
        }
        let mut ready = Ready {
            batch: self.batch,
            accepted: self.reads.len(),
            reads: self.reads,
            blocks: Vec::new(),
        };
        for (channel, values) in self.values {
            let (blocks, twice) = values.blocks();
            ready.accepted += values.all.len() - twice.len();
            self.rejects.extend(said_twice(&twice)?);
            ready.blocks.extend(blocks.into_iter().map(|(month, block)| (channel, month, block)));
        }
        self.rejects.sort_by_key(|it| it.line);
        (self.watch)(self.lines);
        Ok((ready, self.rejects))
    }

    fn take(&mut self, line: u64, row: &Row) -> Result<Result<(), String>> {
        let (intervals, minutes) = match &row.said {
            Said::Intervals { minutes, .. } => (true, *minutes),
            Said::Register { .. } => (false, None),
        };
        let Row { meter, unit, flow, .. } = row;
        let wanted = Wanted { meter, unit: *unit, flow: *flow, intervals, minutes };
        let channel = match self.meters.find(self.tx, wanted)? {
            Ok(channel) => channel,
            Err(reason) => return Ok(Err(reason)),
        };
        Ok(match &row.said {
            Said::Register { on, index_micro, kind } => {
                if self.said.insert((channel.id, *on), ()).is_some() {
                    return Ok(Err(format!("the read of {on} was said before in this file")));
                }
                if !fits(&channel, *index_micro) {
                    return Ok(Err(format!(
                        "the register of meter {meter} has fewer digits than this read"
                    )));
                }
                let (index_micro, kind) = (*index_micro, *kind);
                let batch = Some(self.batch);
                self.reads.push(Read { channel: channel.id, on: *on, index_micro, kind, batch });
                Ok(())
            }
            Said::Intervals { start, micro, estimated, .. } => {
                let Form::Interval { minutes } = channel.form else {
                    unreachable!("it was looked for")
                };
                let step = i64::from(minutes) * 60;
                let start = start.as_second();
                if start.rem_euclid(step) != 0 {
                    return Ok(Err(format!(
                        "meter {meter} counts every {minutes} minutes, and this begins in between"
                    )));
                }
                let values = self
                    .values
                    .entry(channel.id)
                    .or_insert_with(|| Values { minutes, all: Vec::new() });
                values.all.extend((0..).zip(micro).filter_map(|(nth, micro)| {
                    let start = start + nth * step;
                    micro.map(|micro| Value { start, micro, estimated: *estimated, line })
                }));
                Ok(())
            }
        })
    }
}

/// One reject for each line that says something a second time.
fn said_twice(twice: &[Value]) -> Result<Vec<Rejected>> {
    let mut lines: BTreeMap<u64, Vec<Value>> = BTreeMap::new();
    for value in twice {
        lines.entry(value.line).or_default().push(*value);
    }
    let reject = |(line, values): (u64, Vec<Value>)| {
        let start = jiff::Timestamp::from_second(values[0].start)?;
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

impl Lines for Taken<'_, '_> {
    fn row(&mut self, line: u64, fields: &[&str], row: Row) {
        self.lines += 1;
        if self.lines.rem_euclid(WATCH_EVERY) == 0 {
            (self.watch)(self.lines);
        }
        if self.failed.is_some() {
            return;
        }
        match self.take(line, &row) {
            Ok(Ok(())) => {}
            Ok(Err(reason)) => self.reject(line, fields, reason),
            Err(why) => self.failed = Some(why),
        }
    }

    fn reject(&mut self, line: u64, fields: &[&str], reason: String) {
        let fields = fields.iter().map(|it| (*it).to_owned()).collect();
        self.rejects.push(Rejected { line, fields, reason });
    }
}

impl Values {
    /// The values month by month, and those that were said a second time; the first counts.
    pub(super) fn blocks(&self) -> (Vec<(Month, Block)>, Vec<Value>) {
        let mut all = self.all.clone();
        all.sort_by_key(|it| it.start);
        let mut twice = Vec::new();
        all.dedup_by(|later, first| {
            let same = later.start == first.start;
            if same {
                twice.push(*later);
            }
            same
        });
        let mut blocks = Vec::new();
        let mut rest = &all[..];
        while let Some(first) = rest.first() {
            let month = Month::of(at(first.start));
            let end = month.next().start().as_second();
            let count = rest.partition_point(|it| it.start < end);
            let (these, others) = rest.split_at(count);
            blocks.extend(self.series(these).into_blocks());
            rest = others;
        }
        (blocks, twice)
    }

    /// Values of one month in the order of time, with what is missing between them.
    fn series(&self, values: &[Value]) -> Series {
        let step = i64::from(self.minutes) * 60;
        let first = values[0].start;
        let mut series = Series {
            start: at(first),
            minutes: self.minutes,
            micro: Vec::new(),
            missing: Vec::new(),
            estimated: Vec::new(),
        };
        for value in values {
            let nth =
                usize::try_from((value.start - first).div_euclid(step)).expect("they are in order");
            let known = series.micro.len();
            if known < nth {
                series.missing.push(span(known, nth - known));
                series.micro.resize(nth, 0);
            }
            if value.estimated {
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
