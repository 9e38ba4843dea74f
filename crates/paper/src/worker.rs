//! Drawing many bills at once: worker processes that take views and give PDFs. Layout keeps what it
//! knows in the process, so processes are how it uses several cores, and a process that dies takes
//! one bill with it and nothing else. One that takes too long is ended and is one that died.

use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use crate::patience::{PATIENCE, TooSlow};
use crate::pdf::Press;
use crate::view::View;

/// The largest view or PDF that is taken from the other side: beyond it the other side is broken.
const LARGEST: usize = 64 << 20;

/// Worker processes, begun when they are needed.
pub struct Workers {
    program: PathBuf,
    patience: Duration,
    idle: Mutex<Vec<Worker>>,
}

struct Worker {
    child: Child,
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
}

impl Workers {
    /// Workers that are `program render-worker`.
    pub fn new(program: PathBuf) -> Workers {
        Workers { program, patience: PATIENCE, idle: Mutex::new(Vec::new()) }
    }

    /// The same, and a bill may take so long.
    #[must_use]
    pub fn within(self, patience: Duration) -> Workers {
        Workers { patience, ..self }
    }

    /// Draws a bill in a worker. Threads that call this at the same time use one worker each.
    ///
    /// # Errors
    /// [`TooSlow`], and what the worker says.
    pub fn pdf(&self, view: &View) -> Result<Vec<u8>> {
        let taken =
            self.idle.lock().map_err(|_| anyhow!("a thread that drew bills panicked"))?.pop();
        let mut worker = match taken {
            Some(worker) => worker,
            None => Worker::begin(&self.program)?,
        };
        // A worker that ended, killed for its memory perhaps, is replaced once. Where the next one
        // ends as well it is the bill, as it is where one takes too long.
        let answer = match worker.ask(view, self.patience) {
            Ok(answer) => answer,
            Err(why) if why.is::<TooSlow>() => return Err(why),
            Err(_) => {
                worker = Worker::begin(&self.program)?;
                worker.ask(view, self.patience)?
            }
        };
        self.idle.lock().map_err(|_| anyhow!("a thread that drew bills panicked"))?.push(worker);
        answer.map_err(|why| anyhow!("{why}"))
    }
}

impl Worker {
    fn begin(program: &PathBuf) -> Result<Worker> {
        let mut child = Command::new(program)
            .arg("render-worker")
            // Layout would share two pages among threads that wait for each other; the cores are for
            // other workers.
            .env("RAYON_NUM_THREADS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{} cannot be started to draw bills", program.display()))?;
        let to = child.stdin.take().context("a worker has an input")?;
        let from = child.stdout.take().context("a worker has an output")?;
        Ok(Worker { child, to: BufWriter::new(to), from: BufReader::new(from) })
    }

    /// Its answer; it is ended when that takes too long.
    fn ask(&mut self, view: &View, patience: Duration) -> Result<Answer> {
        let Worker { child, to, from } = self;
        let (over, (answered, waits)) = (&AtomicBool::new(false), mpsc::channel::<()>());
        let answer = thread::scope(|scope| {
            scope.spawn(move || {
                if waits.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                    over.store(true, Ordering::Relaxed);
                    // Its end is what is read then.
                    let _ = child.kill();
                }
            });
            let answer = exchange(to, from, view);
            drop(answered);
            answer
        });
        if over.load(Ordering::Relaxed) {
            return Err(TooSlow { patience }.into());
        }
        answer
    }
}

/// A PDF, or why there is none.
type Answer = Result<Vec<u8>, String>;

fn exchange(to: &mut impl Write, from: &mut impl Read, view: &View) -> Result<Answer> {
    put(to, &[0], view.0.to_string().as_bytes()).context("a worker that draws bills has ended")?;
    let Some((kind, bytes)) = take(from).context("a worker that draws bills has ended")? else {
        bail!("a worker that draws bills has ended");
    };
    Ok(if kind == 0 { Ok(bytes) } else { Err(String::from_utf8_lossy(&bytes).into_owned()) })
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a worker does: read views until there are no more, and answer each with a PDF or a reason.
pub fn serve_worker() -> Result<()> {
    let press = Press::new();
    let mut from = BufReader::new(io::stdin().lock());
    let mut to = BufWriter::new(io::stdout().lock());
    while let Some((_, bytes)) = take(&mut from)? {
        let drawn = serde_json::from_slice::<Value>(&bytes)
            .map_err(anyhow::Error::new)
            .and_then(|view| press.pdf(&View(view)));
        match drawn {
            Ok(pdf) => put(&mut to, &[0], &pdf)?,
            Err(why) => put(&mut to, &[1], why.to_string().as_bytes())?,
        }
    }
    Ok(())
}

/// A frame: a kind, a length, bytes.
fn put(to: &mut impl Write, kind: &[u8; 1], bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    to.write_all(kind)?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

/// The next frame; `None` at the end.
fn take(from: &mut impl Read) -> Result<Option<(u8, Vec<u8>)>> {
    let mut kind = [0];
    if from.read(&mut kind)? == 0 {
        return Ok(None);
    }
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u32::from_le_bytes(length))?;
    if LARGEST < length {
        bail!("a frame of {length} bytes is no bill");
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    Ok(Some((kind[0], bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in_and_a_huge_one_is_refused() {
        let mut pipe = Vec::new();
        put(&mut pipe, &[1], b"why").unwrap();
        put(&mut pipe, &[0], b"").unwrap();
        let mut from = pipe.as_slice();
        assert_eq!(take(&mut from).unwrap(), Some((1, b"why".to_vec())));
        assert_eq!(take(&mut from).unwrap(), Some((0, Vec::new())));
        assert_eq!(take(&mut from).unwrap(), None);
        assert!(take(&mut [0, 255, 255, 255, 255].as_slice()).is_err());
        assert!(take(&mut [0, 9, 0, 0, 0, 1].as_slice()).is_err(), "an end in the middle");
    }
}
