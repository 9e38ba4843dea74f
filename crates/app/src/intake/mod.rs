//! Taking in files of reads and of what is published: staged, whole or not at all, and once.
//!
//! A file becomes a batch: its bytes are kept with their hash, what its lines say is taken, and
//! each line that is not taken is kept with its reason and written to a file of the same shape, to
//! be mended and imported.

mod large;
mod meters;
pub mod months;
pub mod orders;
pub mod published;
mod rejects;
mod taken;

use std::borrow::Cow;
use std::fmt;
use std::io::{Cursor, Read as _, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use meterbook_core::id::{BatchId, ExceptionId};
use meterbook_core::limits::{PART_BYTES, REJECTS, WHOLE_FILE_BYTES};
use meterbook_core::period::Zone;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::rating::published::About;
use meterbook_core::reads::Read;
use meterbook_formats::certificate as totals;
use meterbook_formats::reads::profile::Profile;
use meterbook_formats::reads::{self, NotRead, Shape};
use meterbook_store::batch::Batch;
use meterbook_store::published::Publication;
use meterbook_store::vee::Exception;
use meterbook_store::{self as store, Counter, Db, Tx};
use sha2::{Digest, Sha256};

pub(crate) use self::rejects::{Rejected, kept, write};
use self::taken::Reading;
use crate::authority::authorize;
use crate::vee::judge::{self, Trust};
use crate::{Actor, refuse, vee};

/// What is to be imported.
#[derive(Clone, Debug)]
pub struct Import<'a> {
    /// The file; gzip and zip are unpacked.
    pub file: &'a Path,
    /// Its shape, where it is not to be found out from its first line.
    pub shape: Option<Shape>,
    /// The zone of times without an offset; the utility's own without it.
    pub zone: Option<Zone>,
    /// The meter that a Green Button file is of, when the file calls it something else.
    pub meter: Option<&'a str>,
    /// The folder for the files of rejects.
    pub rejects: &'a Path,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The batch.
    pub batch: Batch,
    /// Whether the same file had been imported before; nothing was changed then.
    pub before: bool,
    /// The file of the lines that were not taken, if there are any.
    pub rejects: Option<PathBuf>,
    /// Why the first of them was not.
    pub first: Option<String>,
    /// What was doubted of it.
    pub doubts: Doubts,
}

/// What was doubted of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doubts {
    /// Reads that wait until somebody decides.
    pub waits: u64,
    /// What was taken, and is to be looked at.
    pub looks: u64,
    /// The whole file waits, and why: nothing of it was taken.
    pub whole: Option<vee::Open>,
}

impl Doubts {
    fn of(exceptions: &[Exception]) -> Doubts {
        let waits = exceptions.iter().filter(|it| it.waits.is_some()).count();
        let looks = exceptions.len() - waits;
        let count = |it| u64::try_from(it).expect("a file is countable");
        Doubts { waits: count(waits), looks: count(looks), whole: None }
    }
}

impl Imported {
    /// What to say when nothing at all was taken.
    pub fn nothing_taken(&self) -> Option<NothingTaken> {
        let (Some(rejects), Some(first)) = (&self.rejects, &self.first) else { return None };
        (self.batch.accepted == 0).then(|| NothingTaken {
            file_name: self.batch.file_name.clone(),
            first: first.clone(),
            rejects: rejects.clone(),
        })
    }
}

/// Not one line of a file could be taken. The batch is kept with its rejects; nothing else was
/// changed, and the same file may come again.
#[derive(Debug, PartialEq, Eq)]
pub struct NothingTaken {
    /// What the file was called.
    pub file_name: String,
    /// Why the first line was not taken.
    pub first: String,
    /// The file of the lines.
    pub rejects: PathBuf,
}

/// Why a file is not imported at all. Nothing was kept of it.
#[derive(Debug)]
pub enum NotImported {
    /// It cannot be opened or read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        why: String,
    },
    /// It is larger than what is taken as a whole, and it is not taken in parts.
    TooLarge {
        /// The file.
        file: PathBuf,
    },
    /// It is no file of reads.
    NoReads {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: NotRead,
    },
    /// There is neither a read nor a value in it.
    SaysNothing {
        /// The file.
        file: PathBuf,
    },
    /// The same bytes were taken before, and as something else.
    BeforeAs {
        /// The file.
        file: PathBuf,
        /// As what.
        taken: String,
    },
    /// Its import was begun with the times of another zone, and is not done.
    BegunInZone {
        /// The file.
        file: PathBuf,
        /// That zone.
        zone: String,
    },
    /// Somebody else imports it at the same time.
    Elsewhere {
        /// The file.
        file: PathBuf,
    },
    /// So many lines are wrong that the file is.
    TooManyRejects {
        /// The file.
        file: PathBuf,
        /// The first reason.
        first: String,
    },
}

/// Why no rejects are given back.
#[derive(Debug, PartialEq, Eq)]
pub enum NotGivenBack {
    /// There is no such batch.
    NoBatch(BatchId),
    /// All of it was taken.
    NoRejects {
        /// The batch.
        batch: BatchId,
        /// Its file.
        file_name: String,
    },
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Lines that were read.
    pub lines: u64,
    /// Bytes of the file, unpacked, up to which everything is done; zero while nobody counts them.
    pub bytes: u64,
    /// All its bytes.
    pub all: u64,
}

/// Imports a file; `watch` is told how far it has come. A wide file beyond [`PART_BYTES`] is taken in
/// parts, and goes on where it was left; any other is taken whole or not at all.
pub fn import(
    db: &Db,
    actor: Actor,
    import: &Import<'_>,
    watch: &mut dyn FnMut(Progress),
) -> Result<Imported> {
    import_in_parts(db, actor, import, PART_BYTES, watch)
}

/// The same with parts of another length.
pub fn import_in_parts(
    db: &Db,
    actor: Actor,
    import: &Import<'_>,
    part_bytes: usize,
    watch: &mut dyn FnMut(Progress),
) -> Result<Imported> {
    let file = import.file;
    if let Some(head) = large::head(import, part_bytes) {
        return large::import(db, actor, import, (&head, part_bytes), watch);
    }
    let staged = Staged::of(file)?;
    let text = staged.text();
    let no_reads = |why| refuse(NotImported::NoReads { file: file.to_owned(), why });
    let shape = match import.shape {
        Some(shape) => shape,
        None => reads::shape_of(text).map_err(no_reads)?,
    };
    stage(db, actor, import, (&staged, &Layout::Shape(shape)), watch)
}

/// Imports a file whose layout a profile tells; the text of the profile is kept with it.
pub fn import_by_profile(
    db: &Db,
    actor: Actor,
    import: &Import<'_>,
    profile: &str,
    watch: &mut dyn FnMut(Progress),
) -> Result<Imported> {
    let staged = Staged::of(import.file)?;
    let layout = Layout::told(profile)?;
    stage(db, actor, import, (&staged, &layout), watch)
}

/// Takes in a file that was opened, unless it was taken before.
fn stage(
    db: &Db,
    actor: Actor,
    import: &Import<'_>,
    (staged, layout): (&Staged, &Layout),
    watch: &mut dyn FnMut(Progress),
) -> Result<Imported> {
    let (file, text) = (import.file, staged.text());
    let sha256 = hash(text);
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
    if let Some(waits) = db.read(|tx| store::vee::file_waiting(tx, &sha256))? {
        return db.read(|tx| waiting(tx, waits));
    }
    let packed = staged.packed()?;
    let zone = zone_or_own(db, import.zone.as_ref())?;
    let file_name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let of = Of { file_name, sha256, layout, zone, meter: import.meter, text, packed: &packed };
    let (batch, rejected, doubts) = db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::ImportReads, None)?;
        take(tx, &allowed, &of, Trust::New, watch)
    })?;
    let mut imported = imported(batch, import.rejects, &rejected, || layout.header(text))?;
    imported.doubts = doubts;
    Ok(imported)
}

/// How a file is read.
enum Layout {
    /// By a shape that we know.
    Shape(Shape),
    /// By a profile, with its text.
    Profile(Box<Profile>, String),
}

impl Layout {
    fn told(text: &str) -> Result<Layout> {
        let profile = Profile::parse(text).map_err(refuse)?;
        Ok(Layout::Profile(Box::new(profile), text.to_owned()))
    }

    /// As it was when the file of this batch came.
    fn of_batch(tx: &mut Tx, batch: &Batch) -> Result<Option<Layout>> {
        if let Some(shape) = Shape::from_word(&batch.kind) {
            return Ok(Some(Layout::Shape(shape)));
        }
        let text = store::batch::profile(tx, batch.id)?;
        text.as_deref().map(Layout::told).transpose()
    }

    /// Keeps the text of a profile with the file that it told.
    fn keep(&self, tx: &mut Tx, batch: BatchId) -> Result<()> {
        match self {
            Layout::Shape(_) => Ok(()),
            Layout::Profile(profile, text) => {
                store::batch::keep_profile(tx, batch, &profile.name, text)
            }
        }
    }

    /// One word for it.
    fn word(&self) -> String {
        match self {
            Layout::Shape(shape) => shape.word().to_owned(),
            Layout::Profile(profile, _) => format!("{} {}", profile.name, profile.version),
        }
    }

    fn header(&self, text: &[u8]) -> Vec<String> {
        match self {
            Layout::Shape(shape) => reads::header_of(text, *shape),
            Layout::Profile(profile, _) => reads::header_by_profile(profile),
        }
    }

    fn read(
        &self,
        text: &[u8],
        zone: &Zone,
        meter: Option<&str>,
        lines: &mut dyn reads::Lines,
    ) -> Result<(), NotRead> {
        match self {
            Layout::Shape(shape) => reads::read(text, *shape, zone, meter, lines),
            Layout::Profile(profile, _) => {
                reads::read_by_profile(text, profile, zone, meter, lines)
            }
        }
    }
}

/// A file on its way in.
struct Of<'a> {
    file_name: String,
    sha256: String,
    layout: &'a Layout,
    zone: Zone,
    meter: Option<&'a str>,
    text: &'a [u8],
    packed: &'a [u8],
}

/// Takes in a file, or keeps it to wait as a whole.
fn take(
    tx: &mut Tx,
    allowed: &Authorized,
    of: &Of<'_>,
    trust: Trust,
    watch: &mut dyn FnMut(Progress),
) -> Result<(Batch, Vec<Rejected>, Doubts)> {
    let Of { file_name, layout, zone, meter, text, .. } = of;
    let file = Path::new(file_name);
    let no_reads = |why| refuse(NotImported::NoReads { file: file.to_owned(), why });
    let id = BatchId(tx.next(Counter::Batch, 1)?);
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let mut reading = Reading::new(tx, (u64::try_from(text.len())?, Some(today)), watch);
    layout.read(text, zone, *meter, &mut reading).map_err(no_reads)?;
    let (mut ready, mut rejected) = reading.finish()?;
    if let Some(mut find) = rejects::Find::fields_of(&mut rejected) {
        layout.read(text, zone, *meter, &mut find).map_err(no_reads)?;
    }
    let batch = Batch {
        id,
        file_name: file_name.clone(),
        sha256: of.sha256.clone(),
        kind: layout.word(),
        accepted: i64::try_from(ready.accepted)?,
        rejected: i64::try_from(rejected.len())?,
        at: allowed.at(),
    };
    let judged = judge::judge(tx, allowed, Some(id), &ready.reads, trust)?;
    if let Some(finding) = judged.whole {
        let batch = Batch { accepted: 0, rejected: 0, ..batch };
        store::batch::add(tx, &batch, of.packed, &[])?;
        layout.keep(tx, id)?;
        let waits = ExceptionId(tx.next(Counter::Exception, 1)?);
        let (zone, meter) = (Some(zone.name().to_owned()), meter.map(str::to_owned));
        let (channel, batch_id, read) = (None, Some(id), None);
        let exception = Exception {
            id: waits,
            finding,
            channel,
            batch: batch_id,
            waits: read,
            zone,
            meter,
            at: allowed.at(),
        };
        store::vee::add(tx, &[exception])?;
        store::audit::add(tx, allowed, "hold import", file_name, finding.rule.word())?;
        let doubts = Doubts { whole: Some(vee::show(tx, waits)?), ..Doubts::default() };
        return Ok((batch, Vec::new(), doubts));
    }
    keep(tx, file, &batch, of.packed, &rejected)?;
    layout.keep(tx, id)?;
    let doubts = Doubts::of(&judged.exceptions);
    judge::keep(tx, allowed, &judged)?;
    if !judged.exceptions.is_empty() {
        ready.reads = judged.taken;
    }
    vee::runs_end(tx, &ready.reads, allowed.at())?;
    ready.keep(tx, id)?;
    crate::order::after_reads(tx, allowed, id, file_name)?;
    let mut said = format!("{} accepted, {} rejected", batch.accepted, batch.rejected);
    if 0 < doubts.waits {
        said.push_str(&format!(", {} of them wait", doubts.waits));
    }
    store::audit::add(tx, allowed, "import", file_name, &said)?;
    Ok((batch, rejected, doubts))
}

/// What to say of a file that waits already.
fn waiting(tx: &mut Tx, id: ExceptionId) -> Result<Imported> {
    let open = vee::show(tx, id)?;
    let batch = open.exception.batch.context("a file that waits is a batch")?;
    let batch = store::batch::find(tx, batch)?.context("a batch stays")?;
    let doubts = Doubts { whole: Some(open), ..Doubts::default() };
    Ok(Imported { batch, before: true, rejects: None, first: None, doubts })
}

/// Takes in a file that waited as a whole, from what was kept of it; each read is looked at still.
pub(crate) fn release(
    tx: &mut Tx,
    allowed: &Authorized,
    batch: BatchId,
    zone: Option<&str>,
    meter: Option<&str>,
) -> Result<()> {
    let Waiting { held, packed, text, layout, zone } = waiting_file(tx, batch, zone)?;
    let Batch { file_name, sha256, .. } = held;
    let layout = &layout;
    let of = Of { file_name, sha256, layout, zone, meter, text: &text, packed: &packed };
    take(tx, allowed, &of, Trust::Whole, &mut |_| ()).map(drop)
}

/// The reads of a file that waits as a whole, and how many of its lines are wrong.
pub(crate) fn reads_of(
    tx: &mut Tx,
    batch: BatchId,
    zone: Option<&str>,
    meter: Option<&str>,
) -> Result<(Vec<Read>, usize)> {
    let Waiting { text, layout, zone, .. } = waiting_file(tx, batch, zone)?;
    let mut watch = |_| ();
    let mut reading = Reading::new(tx, (u64::try_from(text.len())?, None), &mut watch);
    layout.read(&text, &zone, meter, &mut reading)?;
    let (ready, rejected) = reading.finish()?;
    Ok((ready.reads, rejected.len()))
}

/// A file that waits as a whole, as it was kept.
struct Waiting {
    held: Batch,
    packed: Vec<u8>,
    text: Vec<u8>,
    layout: Layout,
    zone: Zone,
}

fn waiting_file(tx: &mut Tx, batch: BatchId, zone: Option<&str>) -> Result<Waiting> {
    let held = store::batch::find(tx, batch)?.context("a file that waits is a batch")?;
    let packed = store::batch::bytes(tx, batch)?;
    let mut text = Vec::new();
    MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut text)?;
    let layout = Layout::of_batch(tx, &held)?.context("a file that waits has a layout")?;
    let zone = match zone.and_then(Zone::named) {
        Some(zone) => zone,
        None => crate::founding::zone(tx)?,
    };
    Ok(Waiting { held, packed, text, layout, zone })
}

/// Takes in interval values that were worked out, as a file of their own; says how many.
pub(crate) fn take_estimated(
    tx: &mut Tx,
    allowed: &Authorized,
    file_name: &str,
    text: &[u8],
) -> Result<i64> {
    let zone = crate::founding::zone(tx)?;
    let (sha256, packed) = (hash(text), pack(text)?);
    if store::batch::by_hash(tx, &sha256)?.is_some() {
        return Ok(0);
    }
    let (file_name, layout) = (file_name.to_owned(), &Layout::Shape(Shape::Long));
    let of = Of { file_name, sha256, layout, zone, meter: None, text, packed: &packed };
    Ok(take(tx, allowed, &of, Trust::Whole, &mut |_| ())?.0.accepted)
}

/// The batch in which something was taken of the file with this hash, and what was published with it.
fn before(tx: &mut Tx, sha256: &str) -> Result<Option<(Batch, Option<Publication>)>> {
    let Some(batch) = store::batch::by_hash(tx, sha256)? else { return Ok(None) };
    let publication = store::published::of_batch(tx, batch.id)?;
    Ok(Some((batch, publication)))
}

/// The zone of times without an offset.
fn zone_or_own(db: &Db, zone: Option<&Zone>) -> Result<Zone> {
    if let Some(zone) = zone {
        return Ok(zone.clone());
    }
    db.read(crate::founding::zone)
}

/// Keeps a batch and its rejects, unless it says nothing or has too many.
fn keep(
    tx: &mut Tx,
    file: &Path,
    batch: &Batch,
    packed: &[u8],
    rejected: &[Rejected],
) -> Result<()> {
    if batch.accepted == 0 && rejected.is_empty() {
        return Err(refuse(NotImported::SaysNothing { file: file.to_owned() }));
    }
    if REJECTS < rejected.len() {
        let first = rejected[0].said();
        return Err(refuse(NotImported::TooManyRejects { file: file.to_owned(), first }));
    }
    let kept = rejected.iter().map(rejects::kept).collect::<Vec<_>>();
    store::batch::add(tx, batch, packed, &kept)
}

/// What became of a file; its rejects are written down.
fn imported(
    batch: Batch,
    folder: &Path,
    rejected: &[Rejected],
    header: impl FnOnce() -> Vec<String>,
) -> Result<Imported> {
    let rejects = match rejected {
        [] => None,
        _ => Some(rejects::write(folder, &batch, &header(), rejected)?),
    };
    let first = rejected.first().map(Rejected::said);
    Ok(Imported { batch, before: false, rejects, first, doubts: Doubts::default() })
}

/// Writes the rejects of a batch once more to a file in `folder`, from what the database has kept.
pub fn give_back(db: &Db, batch: BatchId, folder: &Path) -> Result<PathBuf> {
    let (batch, layout, packed, kept) = db.read(|tx| {
        let found = store::batch::find(tx, batch)?;
        let found = found.ok_or_else(|| refuse(NotGivenBack::NoBatch(batch)))?;
        if found.rejected == 0 {
            let file_name = found.file_name;
            return Err(refuse(NotGivenBack::NoRejects { batch, file_name }));
        }
        let layout = Layout::of_batch(tx, &found)?;
        let packed = store::batch::bytes(tx, batch)?;
        Ok((found, layout, packed, store::batch::rejects(tx, batch)?))
    })?;
    let mut text = Vec::new();
    MultiGzDecoder::new(packed.as_slice())
        .read_to_end(&mut text)
        .with_context(|| format!("batch {} does not unpack", batch.id))?;
    let rejected = kept.iter().map(rejects::rejected).collect::<Vec<_>>();
    let header = match (layout, About::from_word(&batch.kind)) {
        (Some(layout), _) => layout.header(&text),
        (None, Some(_)) => meterbook_formats::published::header_of(&text),
        (None, None) if batch.kind == orders::KIND => meterbook_formats::orders::header_of(&text),
        _ if batch.kind == crate::certificate::KIND => totals::header_of(&text),
        _ if batch.kind == crate::protection::WEATHER => {
            meterbook_formats::weather::header_of(&text)
        }
        (None, None) => bail!("batch {} has the unknown shape {}", batch.id, batch.kind),
    };
    rejects::write(folder, &batch, &header, &rejected)
}

/// Whether every imported file is whole and has the hash it came with.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let batches = store::batch::all(tx)?;
    let mut faults = Vec::new();
    for batch in &batches {
        let mut text = Vec::new();
        let packed = store::batch::bytes(tx, batch.id)?;
        let whole = MultiGzDecoder::new(packed.as_slice()).read_to_end(&mut text).is_ok();
        if !whole || hash(&text) != batch.sha256 {
            faults.push(format!("{} is not what was imported", batch.file_name));
        }
        if store::batch::count_rejects(tx, batch.id)? != batch.rejected {
            faults.push(format!("{} has lost some of its rejects", batch.file_name));
        }
    }
    Ok((i64::try_from(batches.len())?, faults))
}

/// A file that was opened, and nothing of it taken yet.
struct Staged {
    raw: Vec<u8>,
    /// Its text, when it came packed.
    unpacked: Option<Vec<u8>>,
}

impl Staged {
    fn of(file: &Path) -> Result<Staged> {
        let raw = bytes_of(file)?;
        if raw.starts_with(b"PK\x03\x04") {
            // What is kept is text or gzip, so a zip is kept as the file in it.
            let raw = unzipped(file, raw)?;
            return if fits(&raw) {
                Ok(Staged { raw, unpacked: None })
            } else {
                Err(too_large(file))
            };
        }
        let unpacked = unpacked(file, &raw)?;
        Ok(Staged { raw, unpacked })
    }

    fn text(&self) -> &[u8] {
        self.unpacked.as_deref().unwrap_or(&self.raw)
    }

    /// What is kept. A packed file is kept as it came; packing it again would be most of the work.
    fn packed(&self) -> Result<Cow<'_, [u8]>> {
        match &self.unpacked {
            Some(_) => Ok(Cow::from(&self.raw)),
            None => Ok(Cow::from(pack(&self.raw)?)),
        }
    }
}

pub(crate) fn bytes_of(file: &Path) -> Result<Vec<u8>> {
    let unreadable = |why: std::io::Error| {
        refuse(NotImported::Unreadable { file: file.to_owned(), why: why.to_string() })
    };
    let size = std::fs::metadata(file).map_err(unreadable)?.len();
    if WHOLE_FILE_BYTES < size {
        return Err(too_large(file));
    }
    std::fs::read(file).map_err(unreadable)
}

/// The text of a packed file; `None` when the file is not packed.
fn unpacked(file: &Path, raw: &[u8]) -> Result<Option<Vec<u8>>> {
    if !raw.starts_with(&[0x1f, 0x8b]) {
        return Ok(None);
    }
    let mut text = Vec::new();
    let read = MultiGzDecoder::new(raw).take(WHOLE_FILE_BYTES + 1).read_to_end(&mut text);
    read.map_err(|why| {
        let why = format!("it is packed and does not unpack: {why}");
        refuse(NotImported::Unreadable { file: file.to_owned(), why })
    })?;
    if fits(&text) { Ok(Some(text)) } else { Err(too_large(file)) }
}

fn fits(text: &[u8]) -> bool {
    u64::try_from(text.len()).is_ok_and(|it| it <= WHOLE_FILE_BYTES)
}

fn too_large(file: &Path) -> anyhow::Error {
    refuse(NotImported::TooLarge { file: file.to_owned() })
}

/// The one file in a zip.
fn unzipped(file: &Path, raw: Vec<u8>) -> Result<Vec<u8>> {
    let text = reads::unpacked(Cursor::new(raw), |from| {
        let mut text = Vec::new();
        let read = from.take(WHOLE_FILE_BYTES + 1).read_to_end(&mut text);
        read.map_err(|why| NotRead::Broken { line: 1, why: why.to_string() })?;
        Ok(text)
    });
    text.map_err(|why| refuse(NotImported::NoReads { file: file.to_owned(), why }))
}

/// Packs for keeping: quickly, because it is most of the work of an import.
pub(crate) fn pack(text: &[u8]) -> Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(text)?;
    Ok(packer.finish()?)
}

/// The hash of bytes in hexadecimal: by it a file, a photo or a document is known again.
pub(crate) fn hash(text: &[u8]) -> String {
    hexadecimal(&Sha256::digest(text))
}

/// Bytes in hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl NotImported {
    /// The refusal of a file that was published before, as something else.
    fn before_as(file: &Path, it: &Publication) -> NotImported {
        NotImported::BeforeAs { file: file.to_owned(), taken: format!("{} {}", it.about, it.name) }
    }
}

impl fmt::Display for NotImported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotImported::Unreadable { file, why } => {
                write!(f, "{} cannot be read: {why}", file.display())
            }
            NotImported::TooLarge { file } => {
                write!(
                    f,
                    "{} has more than {WHOLE_FILE_BYTES} bytes, and only wide files, plain or in gzip, \
                     are taken in parts; split it by meter or by month, each piece with the lines \
                     that begin the file: the header of a CSV, the 100 and 900 of NEM12 with each 200 \
                     and its 300s together, any line of CMEP, the feed and its reading types of Green Button",
                    file.display()
                )
            }
            NotImported::NoReads { file, why } => write!(f, "{}: {why}", file.display()),
            NotImported::SaysNothing { file } => write!(
                f,
                "there is neither a read nor a value in {}, so nothing was taken; check that it is the right file",
                file.display()
            ),
            NotImported::BeforeAs { file, taken } => write!(
                f,
                "{} was taken before as {taken}, and one file says one thing; check which file is meant",
                file.display()
            ),
            NotImported::BegunInZone { file, zone } => write!(
                f,
                "a part of {} was taken with times of {zone}; to go on, import it with --zone {zone}",
                file.display()
            ),
            NotImported::Elsewhere { file } => write!(
                f,
                "{} is being imported by somebody else at the same time; wait until that has ended, then import it once more to see that it is whole",
                file.display()
            ),
            NotImported::TooManyRejects { file, first } => write!(
                f,
                "more than {REJECTS} lines of {} are wrong, so the file is and nothing of it was taken; the first: {first}",
                file.display()
            ),
        }
    }
}

impl std::error::Error for NotImported {}

impl fmt::Display for NotGivenBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotGivenBack::NoBatch(batch) => {
                write!(f, "there is no batch {batch}; an import says the number of its batch")
            }
            NotGivenBack::NoRejects { batch, file_name } => {
                write!(f, "no line of batch {batch} ({file_name}) was rejected")
            }
        }
    }
}

impl std::error::Error for NotGivenBack {}

impl fmt::Display for NothingTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NothingTaken { file_name, first, rejects } = self;
        write!(
            f,
            "no line of {file_name} was taken; the first: {first}; mend the lines in {} and import that file, or put right what they name and import {file_name} again",
            rejects.display()
        )
    }
}

impl std::error::Error for NothingTaken {}
