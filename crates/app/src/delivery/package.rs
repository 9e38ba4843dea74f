//! Packages for the mail house: what waits for post is taken together, put into files by weight, read
//! back, and told of in a manifest. A package stands whole or not at all, and is the same whenever it
//! is made again.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use meterbook_core::delivery::envelope::{Envelope, Manifest, Pages, bars, tracking};
use meterbook_core::delivery::imb::routing;
use meterbook_core::delivery::settings::{Settings, sheets};
use meterbook_core::delivery::{COPIES, Enclosed, Piece, State, Way, key};
use meterbook_core::id::{AccountNumber, PackageId};
use meterbook_core::limits::BILLS_PER_FILE;
use meterbook_core::money::Money;
use meterbook_core::permission::Authorized;
use meterbook_formats::mail;
use meterbook_paper::{Batch, Tagged, is_of, stands};
use meterbook_store::mail_package::Package;
use meterbook_store::{self as store, Counter, Db, Tx};
use sha2::{Digest, Sha256};

use super::mass::{self, Mass};
use super::{NotDelivered, left, settings};
use crate::printed::Printed;
use crate::{Actor, deliver, intake, refuse};

/// A package that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Which.
    pub id: PackageId,
    /// Pieces that are not in it, and why; they wait on.
    pub left: Vec<(String, String)>,
}

/// A package that stands whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Where.
    pub folder: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
    /// The hash of its manifest, which has the hash of everything else.
    pub sha256: String,
}

/// The paper of some days that waits for post, if it may go: nothing is drawn for what is refused.
pub fn papers(tx: &mut Tx, actor: Actor, mass: &Mass) -> Result<Vec<Enclosed>> {
    let (billed, mass) = (mass.billed, &Mass { way: Way::Post, ..*mass });
    mass::authorized(tx, actor)?;
    if store::mail_package::open(tx, billed)?.is_none() {
        mass::due(tx, actor, mass)?;
    }
    let waiting = store::outbox::waiting(tx, Way::Post, billed)?;
    let papers: BTreeSet<Enclosed> = waiting.iter().map(|(it, _)| it.enclosed).collect();
    Ok(papers.into_iter().collect())
}

/// Takes what waits for post of some days, or what was taken by somebody who was cut off. Paper that
/// cannot be drawn, that is of another account or that has no address is left out and holds up nobody.
pub fn begin(db: &Db, actor: Actor, mass: &Mass, folder: &Path) -> Result<Begun> {
    let billed = mass.billed;
    let mass = &Mass { way: Way::Post, ..*mass };
    let (open, waiting) = db.write(|tx| {
        mass::authorized(tx, actor)?;
        mass::goes(tx, Way::Post)?;
        match store::mail_package::open(tx, billed)? {
            Some(id) => Ok((Some(id), Vec::new())),
            None => {
                mass::due(tx, actor, mass)?;
                Ok((None, store::outbox::waiting(tx, Way::Post, billed)?))
            }
        }
    })?;
    if let Some(id) = open {
        return Ok(Begun { id, left: Vec::new() });
    }
    let (mut taken, mut behind) = (Vec::new(), Vec::new());
    for (piece, position) in waiting {
        match fit(db, &piece, folder) {
            Ok(()) => taken.push((piece, position)),
            Err(why) => behind.push((piece, why.to_string())),
        }
    }
    left::tell(db, actor, &behind)?;
    let key_of = |it: &Piece| key(&it.number, it.person, it.way);
    let left: Vec<_> = behind.into_iter().map(|(it, why)| (key_of(&it), why)).collect();
    if taken.is_empty() {
        let said = left.first().map(|(piece, why)| anyhow!("{piece} is not in it: {why}"));
        return Err(said.unwrap_or_else(|| refuse(NotDelivered::NothingDue { way: Way::Post })));
    }
    // By ZIP code, as the post wants it.
    taken.sort_by_cached_key(|(it, _)| (routing(&it.address), it.id));
    let pieces: Vec<_> = taken.iter().map(|(it, position)| (it.id, position + 1)).collect();
    let id = db.write(|tx| {
        let allowed = mass::authorized(tx, actor)?;
        mass::due(tx, actor, mass)?;
        let id = PackageId(tx.next(Counter::Package, 1)?);
        let (by, at) = (allowed.by(), allowed.at());
        let said = (State::Sending, &*format!("package {id}"));
        store::outbox::add_events(tx, &pieces, said, (by, at))?;
        let package = Package { id, billed, began_at: at, made: None };
        store::mail_package::add(tx, &package, by, &pieces)?;
        let said = format!("{} pieces of {billed}", pieces.len());
        store::audit::add(tx, &allowed, "package bills", &id.to_string(), &said)?;
        Ok(id)
    })?;
    Ok(Begun { id, left })
}

/// Whether a piece can be put into a package.
fn fit(db: &Db, piece: &Piece, folder: &Path) -> Result<()> {
    ensure!(!piece.address.is_empty(), "nobody said where to");
    let pdf = deliver::pdf_of_any(db, folder, piece.enclosed)?;
    let account = db.read(|tx| store::account::get(tx, piece.account))?;
    is_of(&pdf, account.number)?;
    Tagged::read(pdf).map(drop)
}

/// Makes a package that was begun, below `into`, of what is drawn in `folder`. One that is there
/// already is the same or is refused.
pub fn make(db: &Db, actor: Actor, id: PackageId, (folder, into): (&Path, &Path)) -> Result<Made> {
    let (package, pieces, settings) = db.write(|tx| {
        mass::authorized(tx, actor)?;
        gather(tx, id)
    })?;
    let name = format!("package-{id:06}");
    let part = into.join(format!(".{name}.{}.part", std::process::id()));
    let _ = fs::remove_dir_all(&part);
    fs::create_dir_all(&part).with_context(|| format!("{} cannot be made", part.display()))?;
    let whole = into.join(name);
    let made = fill(db, &package, (&pieces, &settings), (folder, &part)).and_then(|manifest| {
        let sha256 = intake::hash(mail::json(&manifest).as_bytes());
        if let Some((was, _)) = package.made.as_ref().filter(|it| it.0 != sha256) {
            let (was, now) = (was.clone(), sha256);
            return Err(refuse(NotDelivered::NotTheSame { id, was, now }));
        }
        put(&part, &whole)?;
        Ok(Made { folder: whole.clone(), manifest, sha256 })
    });
    clear(into, id)?;
    let made = made?;
    let pages = made.manifest.sum(|_| true).pages;
    let ended = db.write(|tx| {
        let allowed = mass::authorized(tx, actor)?;
        end(tx, &allowed, id, (&made.sha256, pages))
    });
    match ended {
        // Somebody else made the same at the same time.
        Err(why) if why.is::<store::Conflict>() => {
            let other = db.read(|tx| store::mail_package::find(tx, id))?;
            if other.and_then(|it| it.made).is_none_or(|it| it.0 != made.sha256) {
                return Err(why);
            }
        }
        ended => ended?,
    }
    Ok(made)
}

/// A package as it was begun, with its pieces in their order.
fn gather(tx: &mut Tx, id: PackageId) -> Result<(Package, Vec<Piece>, Settings)> {
    let package = store::mail_package::find(tx, id)?;
    let package = package.ok_or_else(|| refuse(NotDelivered::NoPackage { id }))?;
    let began = crate::founding::zone(tx)?.day_of(package.began_at);
    let settings = settings::on(tx, began)?;
    let all = store::mail_package::pieces(tx, id)?.into_iter();
    let pieces = all.map(|(_, piece, _)| Ok(store::outbox::get(tx, piece)?.0));
    Ok((package, pieces.collect::<Result<_>>()?, settings))
}

/// A file of pages that more fit into.
struct Open {
    name: String,
    batch: Batch<Hashed>,
    papers: Vec<(AccountNumber, String, i64)>,
}

/// Writes everything of a package into a folder.
fn fill(
    db: &Db,
    package: &Package,
    (pieces, settings): (&[Piece], &Settings),
    (folder, part): (&Path, &Path),
) -> Result<Manifest> {
    let mut open: BTreeMap<(i64, bool), Open> = BTreeMap::new();
    let mut begun: BTreeMap<(i64, bool), usize> = BTreeMap::new();
    let (mut envelopes, mut files) = (Vec::with_capacity(pieces.len()), Vec::new());
    for (piece, sequence) in pieces.iter().zip(1..) {
        let (mut envelope, tagged) = envelope(db, piece, settings, folder)?;
        envelope.sequence = sequence;
        let kind = (envelope.ounces, envelope.copy);
        let it = match open.entry(kind) {
            Entry::Occupied(it) => it.into_mut(),
            Entry::Vacant(place) => {
                let nth = begun.entry(kind).or_default();
                *nth += 1;
                let name = file(kind, *nth);
                let batch = Batch::new(Hashed::begin(&part.join(&name))?)?;
                place.insert(Open { name, batch, papers: Vec::new() })
            }
        };
        envelope.file.clone_from(&it.name);
        envelope.first_page = it.batch.pages() + 1;
        it.batch.add(&tagged)?;
        it.papers.push((envelope.account, envelope.number.clone(), envelope.pages));
        if BILLS_PER_FILE <= it.papers.len()
            && let Some(full) = open.remove(&kind)
        {
            files.push(close(full, part)?);
        }
        envelopes.push(envelope);
    }
    for left in open.into_values() {
        files.push(close(left, part)?);
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let Package { id, billed, began_at, .. } = *package;
    let manifest = Manifest { id, billed, began_at, envelopes, files };
    let faults = manifest.faults();
    ensure!(faults.is_empty(), "package {id}: {}", faults.join("; "));
    keep(&part.join("manifest.csv"), &mail::csv(&manifest).context("no manifest")?)?;
    keep(&part.join("manifest.json"), mail::json(&manifest).as_bytes())?;
    keep(&part.join("control.txt"), mail::control(&manifest).as_bytes())?;
    Ok(manifest)
}

/// What the slip of a piece asks for; nothing where it has none, as with a credit.
fn asks(tx: &mut Tx, piece: &Piece) -> Result<Money> {
    let asks = Printed::of(tx, piece.enclosed)?.asks();
    Ok(asks.map_or(Money::ZERO, |it| it.0.max(Money::ZERO)))
}

/// What is in an envelope, without its place in the package.
fn envelope(
    db: &Db,
    piece: &Piece,
    settings: &Settings,
    folder: &Path,
) -> Result<(Envelope, Tagged)> {
    let (whose, (number, on), account, asks) = db.read(|tx| {
        let account = store::account::get(tx, piece.account)?.number;
        let whose = store::outbox::owner(tx, piece.enclosed)?;
        let called = store::outbox::called(tx, piece.enclosed)?;
        Ok((whose, called, account, asks(tx, piece)?))
    })?;
    let key = key(&piece.number, piece.person, piece.way);
    // The wrong statement in an envelope is worse than none.
    ensure!(
        whose == piece.account && number == piece.number,
        "the piece {key} and what is in it are of different accounts; run: meterbook check"
    );
    let pdf = deliver::pdf_of_any(db, folder, piece.enclosed)?;
    let sha256 = intake::hash(&pdf);
    let tagged = Tagged::read(pdf).with_context(|| key.clone())?;
    let pages = tagged.pages();
    let routing = routing(&piece.address);
    let tracking = tracking(settings, piece.id);
    let envelope = Envelope {
        sequence: 0,
        piece: key,
        account,
        kind: piece.enclosed.kind(),
        number: piece.number.clone(),
        on,
        amount_due: asks,
        copy: COPIES.contains(&piece.role),
        address: piece.address.clone(),
        bars: bars(tracking.as_deref(), &routing)?,
        tracking,
        routing,
        pages,
        sheets: sheets(pages),
        inserts: settings.inserts,
        ounces: settings.ounces(pages),
        file: String::new(),
        first_page: 0,
        sha256,
    };
    Ok((envelope, tagged))
}

fn file((ounces, copy): (i64, bool), nth: usize) -> String {
    format!("{ounces}oz-{}{nth:03}.pdf", if copy { "copies-" } else { "" })
}

/// Writes a file of pages, and reads it back: whose paper stands where.
fn close(it: Open, part: &Path) -> Result<Pages> {
    let pages = it.batch.pages();
    let sha256 = it.batch.finish()?.end()?;
    let path = part.join(&it.name);
    let read = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    ensure!(intake::hash(&read) == sha256, "{} is not what was written", path.display());
    stands(read, &it.papers)?;
    Ok(Pages { name: it.name, pages, sha256 })
}

/// A file that is hashed as it is written.
struct Hashed {
    path: PathBuf,
    to: BufWriter<File>,
    hash: Sha256,
}

impl Hashed {
    fn begin(path: &Path) -> Result<Hashed> {
        let file = File::create_new(path);
        let file = file.with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(Hashed { path: path.to_owned(), to: BufWriter::new(file), hash: Sha256::new() })
    }

    /// What it comes to, once it is there after the lights went out.
    fn end(self) -> Result<String> {
        let said = || format!("{} cannot be written", self.path.display());
        let file = self.to.into_inner().map_err(|it| it.into_error()).with_context(said)?;
        file.sync_all().with_context(said)?;
        Ok(intake::hexadecimal(&self.hash.finalize()))
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Writes a file so that it is there after the lights went out.
fn keep(path: &Path, bytes: &[u8]) -> Result<()> {
    let said = || format!("{} cannot be written", path.display());
    let mut file = File::create_new(path).with_context(said)?;
    file.write_all(bytes).with_context(said)?;
    file.sync_all().with_context(said)
}

/// Puts a folder where it belongs, whole; what is there already must be the same.
fn put(part: &Path, whole: &Path) -> Result<()> {
    match fs::rename(part, whole) {
        Ok(()) => Ok(()),
        Err(why)
            if matches!(
                why.kind(),
                ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists | ErrorKind::NotADirectory
            ) =>
        {
            match whole.is_dir() && read(part)? == read(whole)? {
                true => Ok(()),
                false => Err(refuse(NotDelivered::SomethingElse { folder: whole.to_owned() })),
            }
        }
        Err(why) => Err(why).with_context(|| format!("{} cannot be made", whole.display())),
    }
}

/// The hash of each file in a folder.
fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let said = || format!("{} cannot be read", folder.display());
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(said)? {
        let entry = entry.with_context(said)?;
        let bytes = fs::read(entry.path()).with_context(said)?;
        found.insert(entry.file_name().to_string_lossy().into_owned(), intake::hash(&bytes));
    }
    Ok(found)
}

/// Removes what was left of this package by whoever was cut off.
fn clear(into: &Path, id: PackageId) -> Result<()> {
    let said = || format!("{} cannot be read", into.display());
    for entry in fs::read_dir(into).with_context(said)? {
        let entry = entry.with_context(said)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(&format!(".package-{id:06}.")) && name.ends_with(".part") {
            fs::remove_dir_all(entry.path()).with_context(said)?;
        }
    }
    Ok(())
}

/// Writes down that a package stands whole and that its pieces went with it, once.
fn end(
    tx: &mut Tx,
    allowed: &Authorized,
    id: PackageId,
    (sha256, pages): (&str, i64),
) -> Result<()> {
    let package = store::mail_package::find(tx, id)?;
    if package.is_some_and(|it| it.made.is_some()) {
        return Ok(());
    }
    store::mail_package::end(tx, id, (sha256, pages), allowed.at())?;
    let pieces = store::mail_package::pieces(tx, id)?;
    let pieces: Vec<_> = pieces.iter().map(|(_, it, position)| (*it, position + 1)).collect();
    let said = (State::Sent, &*format!("package {id}"));
    store::outbox::add_events(tx, &pieces, said, (allowed.by(), allowed.at()))?;
    let said = format!("{} pieces, {pages} pages, {sha256}", pieces.len());
    store::audit::add(tx, allowed, "finish package", &id.to_string(), &said)
}
