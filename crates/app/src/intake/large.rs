//! Wide files of any size: taken part by part, each a batch in a transaction of its own.
//!
//! One thread cuts the file at the ends of lines, a few make blocks of the parts, and one keeps them
//! in the order of the file. What is kept stays kept however the program ends, and the next import of
//! the same file goes on behind it. What is in memory is a few parts, however long the file is.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use anyhow::{Context, Result, ensure};
use flate2::read::MultiGzDecoder;
use meterbook_core::id::{BatchId, ChannelId, LargeFileId};
use meterbook_core::limits::REJECTS;
use meterbook_core::period::Zone;
use meterbook_core::permission::Permission;
use meterbook_core::reads::{Month, Series};
use meterbook_formats::reads::{self, Lines, NotRead, Row, Shape};
use meterbook_store::batch::Batch;
use meterbook_store::large_file::{Done, LargeFile, Part, Said};
use meterbook_store::{self as store, Counter, Db, Tx};
use sha2::{Digest, Sha256};

use super::meters::Meters;
use super::rejects::{self, Rejected};
use super::taken::{Ready, Taken, wanted};
use super::{Doubts, Import, Imported, NotImported, Progress, before, hash, pack, zone_or_own};
use crate::authority::authorize;
use crate::{Actor, refuse};

/// Bytes in which the header of a file has to end, and in which files are read.
const HEAD: usize = 1 << 16;
/// Threads that make blocks of parts: more than two have to wait for the one that keeps them.
const MAKERS: usize = 2;

/// The first lines of a large file, up to its header's end.
pub(super) struct Head(Vec<u8>);

/// A part of a file, as it was cut.
struct Cut {
    position: i64,
    from_byte: u64,
    /// The number of its first line.
    line: u64,
    /// How many lines end in it.
    lines: u64,
    bytes: Vec<u8>,
}

/// A part of which blocks were made.
struct Made {
    cut: Cut,
    /// What is kept of it as a file of its own, header and all.
    text: Vec<u8>,
    packed: Vec<u8>,
    ready: Ready,
    rejected: Vec<Rejected>,
}

/// An import under way.
struct Work<'a> {
    db: &'a Db,
    actor: Actor,
    file: &'a Path,
    large: &'a LargeFile,
    head: &'a Head,
    zone: &'a Zone,
}

/// The head of a wide file that is longer than a part. Nothing of any other file, or of one that
/// cannot be read: whoever reads it whole says what is wrong with it.
pub(super) fn head(import: &Import<'_>, part_bytes: usize) -> Option<Head> {
    if import.shape.is_some_and(|it| it != Shape::Wide) {
        return None;
    }
    let mut file = opened(import.file).ok()?;
    let mut first = Vec::new();
    let most = u64::try_from(HEAD.max(part_bytes + 1)).ok()?;
    file.by_ref().take(most).read_to_end(&mut first).ok()?;
    let begins = first.iter().position(|it| !it.is_ascii_whitespace())?;
    let ends = begins + first[begins..].iter().position(|it| *it == b'\n')? + 1;
    let is_wide = import.shape.is_some() || reads::shape_of(&first) == Ok(Shape::Wide);
    let is_long = part_bytes < first.len() && ends < part_bytes;
    first.truncate(ends);
    (is_wide && is_long).then_some(Head(first))
}

/// Imports a wide file in parts, or what is left of it.
pub(super) fn import(
    db: &Db,
    actor: Actor,
    wanted: &Import<'_>,
    (head, part_bytes): (&Head, usize),
    watch: &mut dyn FnMut(Progress),
) -> Result<Imported> {
    let file = wanted.file;
    let (sha256, bytes) = hash_of(file)?;
    if let Some((batch, publication)) = db.read(|tx| before(tx, &sha256))? {
        if let Some(it) = publication {
            return Err(refuse(NotImported::before_as(file, &it)));
        }
        return Ok(Imported {
            batch,
            before: true,
            rejects: None,
            first: None,
            doubts: Doubts::default(),
        });
    }
    let begun = begun(db, &sha256)?;
    if let Some((large, done)) = begun.as_ref().filter(|(it, done)| it.bytes == done.to_byte) {
        let batch = whole(large, *done);
        return Ok(Imported {
            batch,
            before: true,
            rejects: None,
            first: None,
            doubts: Doubts::default(),
        });
    }
    let (large, done) = match begun {
        Some((large, done)) => (large, done),
        None => begin(db, actor, wanted, sha256, bytes)?,
    };
    if wanted.zone.as_ref().is_some_and(|it| it.name() != large.zone) {
        let zone = large.zone;
        return Err(refuse(NotImported::BegunInZone { file: file.to_owned(), zone }));
    }
    let zone = Zone::named(&large.zone)
        .with_context(|| format!("{} of large file {} is no zone", large.zone, large.id))?;
    let work = Work { db, actor, file, large: &large, head, zone: &zone };
    work.take(part_bytes, done, watch)?;
    let (done, kept) = db.read(|tx| {
        Ok((store::large_file::done(tx, large.id)?, store::large_file::rejects(tx, large.id)?))
    })?;
    ensure!(done.to_byte == large.bytes, "{} changed while it was read", file.display());
    let rejected = kept.iter().map(rejects::rejected).collect::<Vec<_>>();
    let header = || reads::header_of(&head.0, Shape::Wide);
    super::imported(whole(&large, done), wanted.rejects, &rejected, header)
}

/// The import of the file with this hash, if it was begun: also when it is done, unless nothing at
/// all was taken. Such a file may be tried again.
fn begun(db: &Db, sha256: &str) -> Result<Option<(LargeFile, Done)>> {
    let found = db.read(|tx| {
        let Some(large) = store::large_file::latest(tx, sha256)? else { return Ok(None) };
        let done = store::large_file::done(tx, large.id)?;
        Ok(Some((large, done)))
    })?;
    Ok(found.filter(|(large, done)| done.to_byte < large.bytes || 0 < done.accepted))
}

fn begin(
    db: &Db,
    actor: Actor,
    wanted: &Import<'_>,
    sha256: String,
    bytes: u64,
) -> Result<(LargeFile, Done)> {
    let zone = zone_or_own(db, wanted.zone.as_ref())?;
    db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::ImportReads, None)?;
        let large = LargeFile {
            id: LargeFileId(tx.next(Counter::LargeFile, 1)?),
            sha256,
            file_name: wanted.file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            kind: Shape::Wide.word().to_owned(),
            zone: zone.name().to_owned(),
            bytes: i64::try_from(bytes)?,
            at: actor.at,
        };
        store::large_file::add(tx, &large)?;
        store::audit::add(tx, &allowed, "import", &large.file_name, "begun, in parts")?;
        let done = store::large_file::done(tx, large.id)?;
        Ok((large, done))
    })
}

/// All its parts as if they were one batch, with the number of the first.
fn whole(large: &LargeFile, done: Done) -> Batch {
    Batch {
        id: done.first.unwrap_or(BatchId(0)),
        file_name: large.file_name.clone(),
        sha256: large.sha256.clone(),
        kind: large.kind.clone(),
        accepted: done.accepted,
        rejected: done.rejected,
        at: large.at,
    }
}

impl Work<'_> {
    /// Takes what comes after what is done.
    fn take(&self, part_bytes: usize, done: Done, watch: &mut dyn FnMut(Progress)) -> Result<()> {
        let cutter = self.cutter(part_bytes, done)?;
        let mut said = SaidBefore::default();
        said.add(&self.db.read(|tx| store::large_file::said(tx, self.large.id))?);
        let mut rejected = usize::try_from(done.rejected)?;
        let (mut lines, all) = (u64::try_from(done.lines)?, u64::try_from(self.large.bytes)?);
        watch(Progress { lines, bytes: u64::try_from(done.to_byte)?, all });
        let makers = std::thread::available_parallelism().map_or(1, usize::from).min(MAKERS);
        std::thread::scope(|scope| {
            let (mut lanes, mut makes) = (Vec::new(), Vec::new());
            for _ in 0..makers {
                let (give, given) = sync_channel(1);
                let (hand, handed) = sync_channel(1);
                scope.spawn(move || self.make_all(&given, &hand));
                lanes.push(give);
                makes.push(handed);
            }
            scope.spawn(move || cutter.cut_all(&lanes));
            // Part after part from maker after maker, as the cutter gave them out. Whoever gives up
            // first drops its ends of the channels, and the others come to theirs.
            for maker in makes.iter().cycle() {
                let Ok(made) = maker.recv() else { return Ok(()) };
                let made = made?;
                lines += made.cut.lines;
                let bytes = made.cut.from_byte + u64::try_from(made.cut.bytes.len())?;
                rejected += self.keep(made, &mut said, rejected)?;
                watch(Progress { lines, bytes, all });
            }
            Ok(())
        })
    }

    /// What cuts the file behind what is done.
    fn cutter(&self, part_bytes: usize, done: Done) -> Result<Cutter> {
        let header = u64::try_from(self.head.0.len())?;
        let from_byte = u64::try_from(done.to_byte)?.max(header);
        let mut from = opened(self.file).map_err(|why| unreadable(self.file, &why))?;
        skip(&mut from, from_byte).map_err(|why| unreadable(self.file, &why))?;
        let line = newlines(&self.head.0) + 1 + u64::try_from(done.lines)?;
        let file = self.file.to_owned();
        Ok(Cutter { file, from, part_bytes, position: done.parts, from_byte, line })
    }

    fn make_all(&self, cuts: &Receiver<Result<Cut>>, to: &SyncSender<Result<Made>>) {
        for cut in cuts {
            if to.send(cut.and_then(|it| self.make(it))).is_err() {
                return;
            }
        }
    }

    fn make(&self, cut: Cut) -> Result<Made> {
        let text = [&self.head.0[..], &cut.bytes].concat();
        let mut rows = self.rows(&cut, &text)?;
        let serials: BTreeSet<&str> = rows.rows.iter().map(|(_, it)| it.meter.as_str()).collect();
        let meters = self.db.read(|tx| Meters::named(tx, serials))?;
        let (ready, rejected) = self.taken(&cut, &text, &mut rows, &meters, &HashMap::new())?;
        let packed = pack(&text)?;
        Ok(Made { cut, text, packed, ready, rejected })
    }

    fn rows(&self, cut: &Cut, text: &[u8]) -> Result<Rows> {
        let mut rows = Rows::default();
        reads::read(text, Shape::Wide, self.zone, None, &mut rows).map_err(|why| {
            let why = match why {
                NotRead::NotText { line } => NotRead::NotText { line: self.line(cut, line) },
                NotRead::OpenQuote { line } => NotRead::OpenQuote { line: self.line(cut, line) },
                why => why,
            };
            refuse(NotImported::NoReads { file: self.file.to_owned(), why })
        })?;
        Ok(rows)
    }

    /// The number in the file of a line that has this number in a part.
    fn line(&self, cut: &Cut, line: u64) -> u64 {
        (line + cut.line).saturating_sub(newlines(&self.head.0) + 1)
    }

    /// What is taken of the rows of a part, and what is rejected with its line in the file.
    fn taken(
        &self,
        cut: &Cut,
        text: &[u8],
        rows: &mut Rows,
        meters: &Meters,
        before: &HashMap<ChannelId, Series>,
    ) -> Result<(Ready, Vec<Rejected>)> {
        let mut taken = std::mem::take(&mut rows.taken);
        for (line, row) in rows.rows.drain(..) {
            taken.row(line, &[], &row, meters.known(wanted(&row)));
        }
        let (ready, mut rejected) = taken.finish(before)?;
        if let Some(mut find) = rejects::Find::fields_of(&mut rejected) {
            reads::read(text, Shape::Wide, self.zone, None, &mut find)?;
        }
        rejected.iter_mut().for_each(|it| it.line = self.line(cut, it.line));
        Ok((ready, rejected))
    }

    /// Keeps a part, and says how many lines of it were rejected besides those `rejected` before.
    fn keep(&self, made: Made, said: &mut SaidBefore, rejected: usize) -> Result<usize> {
        let Made { cut, text, packed, mut ready, rejected: mut not_taken } = made;
        let again = said.again(&ready.said);
        let said_now = self.db.write(|tx| {
            let allowed = authorize(tx, self.actor, Permission::ImportReads, None)?;
            if store::large_file::next_position(tx, self.large.id)? != cut.position {
                return Err(refuse(NotImported::Elsewhere { file: self.file.to_owned() }));
            }
            if let Some(months) = ready.months().filter(|_| !again.is_empty()) {
                let before = self.before(tx, &again, months)?;
                let mut rows = self.rows(&cut, &text)?;
                let serials = rows.rows.iter().map(|(_, it)| it.meter.as_str());
                let meters = Meters::named(tx, serials.collect::<BTreeSet<_>>())?;
                (ready, not_taken) = self.taken(&cut, &text, &mut rows, &meters, &before)?;
            }
            if REJECTS < rejected + not_taken.len() {
                let first = not_taken.first().map(Rejected::said).unwrap_or_default();
                let file = self.file.to_owned();
                return Err(refuse(NotImported::TooManyRejects { file, first }));
            }
            let batch = Batch {
                id: BatchId(tx.next(Counter::Batch, 1)?),
                file_name: self.large.file_name.clone(),
                sha256: hash(&text),
                kind: self.large.kind.clone(),
                accepted: i64::try_from(ready.accepted)?,
                rejected: i64::try_from(not_taken.len())?,
                at: self.actor.at,
            };
            let kept = not_taken.iter().map(rejects::kept).collect::<Vec<_>>();
            store::batch::add_part(tx, (&batch, self.large.id), &packed, &kept)?;
            ready.keep(tx, batch.id)?;
            let part = Part {
                position: cut.position,
                batch: batch.id,
                from_byte: i64::try_from(cut.from_byte)?,
                to_byte: i64::try_from(cut.from_byte)? + i64::try_from(cut.bytes.len())?,
                lines: i64::try_from(cut.lines)?,
                said: std::mem::take(&mut ready.said),
            };
            store::large_file::add_part(tx, self.large.id, &part)?;
            let detail = format!(
                "part {}: {} accepted, {} rejected",
                cut.position + 1,
                batch.accepted,
                batch.rejected
            );
            store::audit::add(tx, &allowed, "import", &batch.file_name, &detail)?;
            Ok(part.said)
        })?;
        said.add(&said_now);
        Ok(not_taken.len())
    }

    /// What earlier parts said of these channels in these months.
    fn before(
        &self,
        tx: &mut Tx,
        channels: &[ChannelId],
        months: (Month, Month),
    ) -> Result<HashMap<ChannelId, Series>> {
        let mut blocks: HashMap<ChannelId, Vec<_>> = HashMap::new();
        for (channel, month, block) in
            store::large_file::blocks(tx, self.large.id, channels, months)?
        {
            blocks.entry(channel).or_default().push((month, block));
        }
        let mut before = HashMap::new();
        for (channel, blocks) in blocks {
            let series =
                Series::from_blocks(blocks).context("one file's blocks lie on one grid")?;
            before.extend(series.map(|it| (channel, it)));
        }
        Ok(before)
    }
}

/// The rows of a part, and the lines that are none.
#[derive(Default)]
struct Rows {
    rows: Vec<(u64, Row)>,
    taken: Taken,
}

impl Lines for Rows {
    fn row(&mut self, line: u64, _: &[&str], row: Row) {
        self.rows.push((line, row));
    }

    fn reject(&mut self, line: u64, fields: &[&str], reason: String) {
        self.taken.reject(line, fields, reason);
    }
}

/// Between when earlier parts said something of each channel. A gap between their values counts as
/// said: then the database is asked.
#[derive(Default)]
struct SaidBefore(HashMap<ChannelId, Vec<(u32, u32)>>);

impl SaidBefore {
    fn add(&mut self, said: &[Said]) {
        for it in said {
            let spans = self.0.entry(it.channel).or_default();
            match spans.last_mut().filter(|last| last.1 == it.from) {
                Some(last) => last.1 = it.to,
                None => spans.push((it.from, it.to)),
            }
        }
    }

    /// The channels of which something may be said again.
    fn again(&self, said: &[Said]) -> Vec<ChannelId> {
        let meets = |it: &&Said| {
            let spans = self.0.get(&it.channel);
            spans.is_some_and(|all| all.iter().any(|(from, to)| *from < it.to && it.from < *to))
        };
        said.iter().filter(meets).map(|it| it.channel).collect()
    }
}

/// A file on its way into parts.
struct Cutter {
    file: std::path::PathBuf,
    from: Opened,
    part_bytes: usize,
    position: i64,
    from_byte: u64,
    line: u64,
}

impl Cutter {
    /// Gives one part after the other to one maker after the other.
    fn cut_all(mut self, makers: &[SyncSender<Result<Cut>>]) {
        let mut rest = Vec::new();
        for maker in makers.iter().cycle() {
            let Some(cut) = self.cut(&mut rest).transpose() else { return };
            let failed = cut.is_err();
            if maker.send(cut).is_err() || failed {
                return;
            }
        }
    }

    /// The next part: `rest` is what was read behind the last one.
    fn cut(&mut self, rest: &mut Vec<u8>) -> Result<Option<Cut>> {
        let mut bytes = Vec::with_capacity(self.part_bytes);
        bytes.append(rest);
        let room = u64::try_from(self.part_bytes.saturating_sub(bytes.len()))?;
        let read = self.from.by_ref().take(room).read_to_end(&mut bytes);
        read.map_err(|why| unreadable(&self.file, &why))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if self.part_bytes <= bytes.len() {
            let end = bytes.iter().rposition(|it| *it == b'\n').ok_or_else(|| {
                let why = format!("line {} has more than {} bytes", self.line, self.part_bytes);
                refuse(NotImported::Unreadable { file: self.file.clone(), why })
            })?;
            *rest = bytes.split_off(end + 1);
        }
        let lines = newlines(&bytes);
        let Cutter { position, from_byte, line, .. } = *self;
        self.position += 1;
        self.from_byte += u64::try_from(bytes.len())?;
        self.line += lines;
        Ok(Some(Cut { position, from_byte, line, lines, bytes }))
    }
}

/// A file that is read from front to back, unpacked if it is packed.
enum Opened {
    Plain(File),
    Packed(Box<MultiGzDecoder<BufReader<File>>>),
}

impl Read for Opened {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Opened::Plain(file) => file.read(into),
            Opened::Packed(file) => file.read(into),
        }
    }
}

fn opened(path: &Path) -> std::io::Result<Opened> {
    let mut file = File::open(path)?;
    let mut mark = Vec::new();
    file.by_ref().take(2).read_to_end(&mut mark)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(match mark[..] {
        [0x1f, 0x8b] => {
            let packed = BufReader::with_capacity(HEAD, file);
            Opened::Packed(Box::new(MultiGzDecoder::new(packed)))
        }
        _ => Opened::Plain(file),
    })
}

fn skip(from: &mut Opened, bytes: u64) -> std::io::Result<()> {
    match from {
        Opened::Plain(file) => file.seek(SeekFrom::Start(bytes)).map(drop),
        Opened::Packed(file) => {
            std::io::copy(&mut file.take(bytes), &mut std::io::sink()).map(drop)
        }
    }
}

/// The hash of a file's text and its length. A packed file that does not unpack to its end is
/// refused here, before anything of it is taken.
fn hash_of(path: &Path) -> Result<(String, u64)> {
    let mut from = opened(path).map_err(|why| unreadable(path, &why))?;
    let (mut digest, mut bytes, mut some) = (Sha256::new(), 0, vec![0; HEAD]);
    loop {
        let read = from.read(&mut some).map_err(|why| unreadable(path, &why))?;
        if read == 0 {
            break;
        }
        digest.update(&some[..read]);
        bytes += u64::try_from(read)?;
    }
    let sha256 = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((sha256, bytes))
}

fn unreadable(file: &Path, why: &std::io::Error) -> anyhow::Error {
    refuse(NotImported::Unreadable { file: file.to_owned(), why: why.to_string() })
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|it| u64::from(*it == b'\n')).sum()
}
