//! A real SMTP server on loopback that keeps what it takes: aiosmtpd, from the Python that
//! METERBOOK_SMTP names, as the gate fetches it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running server; it stops with this.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
    kept: PathBuf,
}

impl Server {
    /// Starts one that keeps messages in `kept`, a new folder. Without a Python that has aiosmtpd it
    /// says that the test is skipped.
    ///
    /// # Panics
    /// When there is one and it does not come up: then the test would say nothing.
    #[expect(clippy::print_stdout, reason = "a test says what it skipped")]
    pub fn start(kept: PathBuf) -> Option<Server> {
        let Some(python) = std::env::var_os("METERBOOK_SMTP") else {
            println!("skipped: no SMTP server; cargo xtask test fetches it");
            return None;
        };
        fs::create_dir_all(&kept).expect("a folder for messages");
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("it has one").port();
        drop(free);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/smtp/server.py");
        let mut command = Command::new(python);
        command.arg(script).arg(&kept).arg(port.to_string()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the server can be started");
        let mut said = String::new();
        let out = child.stdout.take().expect("it was asked for");
        BufReader::new(out).read_line(&mut said).expect("the server says something");
        assert_eq!(said.trim(), "listening");
        Some(Server { child, port, kept })
    }

    /// The messages that it took.
    ///
    /// # Panics
    /// When they cannot be read.
    pub fn taken(&self) -> Vec<String> {
        let files = fs::read_dir(&self.kept).expect("the folder is there");
        let files = files.map(|it| it.expect("a message").path());
        let files = files.filter(|it| it.extension().is_some_and(|it| it == "eml"));
        files.map(|it| fs::read_to_string(it).expect("a message")).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
