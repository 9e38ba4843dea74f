//! A program that runs beside the tests and is stopped with them, whatever happens.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a program may take to stop before it is killed.
const TO_STOP: Duration = Duration::from_secs(10);
/// How long a program may take until it answers.
const TO_ANSWER: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// A running program of ours; dropping it stops it, by its process id.
pub(crate) struct Server {
    child: Child,
    signal: &'static str,
    /// What it printed.
    log: PathBuf,
}

impl Server {
    /// Starts `command` and waits until it listens on `port`. `signal` asks it to stop.
    pub(crate) fn start(
        command: &mut Command,
        port: u16,
        signal: &'static str,
        log: &Path,
    ) -> Result<Server> {
        let shown = command.get_program().to_string_lossy().into_owned();
        let file = std::fs::File::create(log).context("the log cannot be made")?;
        let also = file.try_clone().context("the log cannot be shared")?;
        let command = command.stdin(Stdio::null()).stdout(file).stderr(also);
        let child = command.spawn().with_context(|| format!("{shown} cannot be started"))?;
        let mut server = Server { child, signal, log: log.to_owned() };
        server.wait_for(port).with_context(|| format!("{shown} did not come up"))?;
        Ok(server)
    }

    fn wait_for(&mut self, port: u16) -> Result<()> {
        let began = Instant::now();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        while TcpStream::connect_timeout(&address, PAUSE).is_err() {
            if let Some(ended) = self.child.try_wait()? {
                bail!("it ended with {ended}:\n{}", self.said());
            }
            if began.elapsed() > TO_ANSWER {
                bail!("no answer on port {port} in {TO_ANSWER:?}:\n{}", self.said());
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }

    /// All it printed so far.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn stop(&mut self) -> Result<()> {
        let id = self.child.id().to_string();
        Command::new("kill").args([self.signal, &id]).status()?;
        let asked = Instant::now();
        while self.child.try_wait()?.is_none() {
            if asked.elapsed() > TO_STOP {
                self.child.kill()?;
            }
            std::thread::sleep(PAUSE);
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(why) = self.stop() {
            crate::say::error(&why.context("a program we started could not be stopped"));
        }
    }
}

/// A folder for one run, gone with it.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    /// A new empty folder among the system's temporary ones.
    pub(crate) fn new(name: &str) -> Result<Scratch> {
        Scratch::under(&std::env::temp_dir(), name)
    }

    /// A new empty folder in another one.
    pub(crate) fn under(folder: &Path, name: &str) -> Result<Scratch> {
        let folder = folder.join(format!("meterbook-{name}-{}", std::process::id()));
        let made = std::fs::create_dir(&folder);
        made.with_context(|| format!("the folder {} cannot be made", folder.display()))?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let gone = std::fs::remove_dir_all(&self.0);
        if let Err(why) = gone.with_context(|| format!("{} stays behind", self.0.display())) {
            crate::say::error(&why);
        }
    }
}

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}
