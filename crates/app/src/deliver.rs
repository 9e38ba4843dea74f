//! Drawing bills and other paper: PDF and HTML, read back and compared with the books before they count.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, anyhow};
use jiff::civil::Date;
use meterbook_core::delivery::Enclosed;
use meterbook_core::id::BillId;
use meterbook_paper::{Batch, PATIENCE, Press, Tagged, View, is_of, pdf_within};
use meterbook_store::{self as store, Db};

use crate::printed::Printed;

pub use meterbook_paper::{Workers, serve_worker};

/// What was drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// Bills drawn now.
    pub drawn: usize,
    /// Bills whose files were there already.
    pub before: usize,
    /// Those that could not be drawn; they hold up nobody.
    pub left: Vec<NotDrawn>,
}

/// Paper that cannot be drawn, or that would not say what the books say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotDrawn {
    /// What it is, with its number.
    pub paper: String,
    /// Why.
    pub why: String,
}

/// Draws bills into `folder`, one folder for each bill date, with a worker for each core. What is
/// there already is left alone, so that work which was cut off goes on where it was. `watch` is
/// told how many are done.
pub fn render(
    db: &Db,
    bills: &[BillId],
    folder: &Path,
    watch: &mut (dyn FnMut(u64) + Send),
) -> Result<Drawn> {
    let bills: Vec<Enclosed> = bills.iter().copied().map(Enclosed::Bill).collect();
    render_all(db, &bills, folder, watch)
}

/// The same of any paper.
pub fn render_all(
    db: &Db,
    papers: &[Enclosed],
    folder: &Path,
    watch: &mut (dyn FnMut(u64) + Send),
) -> Result<Drawn> {
    let program = std::env::current_exe().context("this program does not know where it is")?;
    render_by(&Workers::new(program), db, papers, folder, watch)
}

/// The same by workers that are there.
pub fn render_by(
    workers: &Workers,
    db: &Db,
    papers: &[Enclosed],
    folder: &Path,
    watch: &mut (dyn FnMut(u64) + Send),
) -> Result<Drawn> {
    let threads = std::thread::available_parallelism().map_or(1, |it| it.get().min(papers.len()));
    let (next, watch) = (AtomicUsize::new(0), Mutex::new((0, watch, Drawn::default())));
    let work = || -> Result<()> {
        while let Some(paper) = papers.get(next.fetch_add(1, Ordering::Relaxed)) {
            let kept = match keep(db, *paper, folder, &|view| workers.pdf(view)) {
                Ok((_, drawn)) => Ok(drawn),
                Err(why) => Err(why.downcast::<NotDrawn>()?),
            };
            let mut watch =
                watch.lock().map_err(|_| anyhow!("a thread that drew bills panicked"))?;
            let (done, tell, sum) = &mut *watch;
            *done += 1;
            match kept {
                Ok(true) => sum.drawn += 1,
                Ok(false) => sum.before += 1,
                Err(it) => sum.left.push(it),
            }
            tell(*done);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let begun: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        begun.into_iter().try_for_each(|it| it.join().map_err(|_| anyhow!("drawing panicked"))?)
    })?;
    let (_, _, mut drawn) =
        watch.into_inner().map_err(|_| anyhow!("a thread that drew bills panicked"))?;
    drawn.left.sort_unstable();
    Ok(drawn)
}

/// Draws bills into `folder` as PDF/A-3 with the e-invoice inside, and says how many there are. Those that
/// another account pays are invoiced with the bill that sums them up.
pub fn render_with_invoice(db: &Db, bills: &[BillId], folder: &Path) -> Result<usize> {
    let press = Arc::new(Press::new());
    let mut many = 0;
    for id in bills {
        if db.read(|tx| crate::invoice::paid_by(tx, *id))?.is_some() {
            continue;
        }
        let (printed, on, xml) = db.read(|tx| {
            let on = store::bill::get(tx, *id)?.billed_on;
            Ok((Printed::of(tx, Enclosed::Bill(*id))?, on, crate::invoice::of_bill(tx, *id)?))
        })?;
        let number = &printed.number;
        let view = printed.view().with_invoice(&xml, on);
        let drawn =
            pdf_within(&press, &view, PATIENCE).with_context(|| format!("bill {number}"))?;
        printed.read_back(&drawn)?;
        write(&place(folder, on, number, "a3.pdf"), &drawn)?;
        many += 1;
    }
    Ok(many)
}

/// The PDF of any paper, drawn now by a worker if it is not there yet.
pub fn pdf_by(workers: &Workers, db: &Db, folder: &Path, paper: Enclosed) -> Result<Vec<u8>> {
    let (file, _) = keep(db, paper, folder, &|view| workers.pdf(view))?;
    read(&file)
}

/// The PDF of one bill, drawn here and now if it is not there yet.
pub fn pdf_of(db: &Db, folder: &Path, bill: BillId) -> Result<Vec<u8>> {
    pdf_of_any(db, folder, Enclosed::Bill(bill))
}

/// The same of any paper.
pub fn pdf_of_any(db: &Db, folder: &Path, paper: Enclosed) -> Result<Vec<u8>> {
    let press = Arc::new(Press::new());
    let (file, _) = keep(db, paper, folder, &|view| pdf_within(&press, view, PATIENCE))?;
    read(&file)
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// Draws paper and keeps it, unless it is kept already: where its PDF is, and whether it was drawn now.
fn keep(
    db: &Db,
    paper: Enclosed,
    folder: &Path,
    draw: &dyn Fn(&View) -> Result<Vec<u8>>,
) -> Result<(PathBuf, bool)> {
    let (number, on) = db.read(|tx| store::outbox::called(tx, paper))?;
    let [pdf, page] = ["pdf", "html"].map(|kind| place(folder, on, &number, kind));
    if pdf.exists() && page.exists() {
        return Ok((pdf, false));
    }
    let (printed, disagrees) = db.read(|tx| {
        let printed = Printed::of(tx, paper)?;
        let disagrees = printed.disagrees(tx)?;
        Ok((printed, disagrees))
    })?;
    let not_drawn = |why: String| NotDrawn { paper: format!("{} {number}", paper.kind()), why };
    if let Some(why) = disagrees {
        return Err(not_drawn(why).into());
    }
    let view = printed.view();
    let made = draw(&view).and_then(|drawn| {
        printed.read_back(&drawn)?;
        let page = printed.html(&view)?;
        Ok((put_behind(db, (drawn, &printed), folder, draw)?, page))
    });
    let (drawn, text) = made.map_err(|why| not_drawn(format!("{why:#}")))?;
    write(&pdf, &drawn)?;
    write(&page, text.as_bytes())?;
    Ok((pdf, true))
}

/// A first page with the bills behind it, as one paper; what is alone stays as it is.
pub(crate) fn put_behind(
    db: &Db,
    (first, printed): (Vec<u8>, &Printed),
    folder: &Path,
    draw: &dyn Fn(&View) -> Result<Vec<u8>>,
) -> Result<Vec<u8>> {
    if printed.behind.is_empty() {
        return Ok(first);
    }
    let mut all = Batch::new(Vec::new())?;
    all.add(&Tagged::read(first)?)?;
    for bill in &printed.behind {
        let (file, _) = keep(db, Enclosed::Bill(*bill), folder, draw)?;
        all.add(&Tagged::read(read(&file)?)?)?;
    }
    let title = format!("{} {}", printed.number, printed.utility().name);
    let whole = all.finish_as(&title)?;
    is_of(&whole, printed.account())?;
    Ok(whole)
}

impl fmt::Display for NotDrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.paper, self.why)
    }
}

impl std::error::Error for NotDrawn {}

fn place(folder: &Path, on: Date, number: &str, kind: &str) -> PathBuf {
    folder.join(on.to_string()).join(format!("{number}.{kind}"))
}

/// Writes a file whole or not at all.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    let said = || format!("{} cannot be written", file.display());
    let folder = file.parent().with_context(said)?;
    fs::create_dir_all(folder).with_context(said)?;
    let name = file.file_name().with_context(said)?.to_string_lossy();
    let part = folder.join(format!("{name}.{}.part", std::process::id()));
    fs::write(&part, bytes).with_context(said)?;
    fs::rename(&part, file).with_context(said)
}
