//! localstripe, which imitates Stripe's payments, refunds and signed messages: an independent word on what
//! those look like. It knows nothing of pages where somebody pays.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::{KEY, Said};

/// How often it is tried whether it is up, a tenth of a second apart.
const TRIES: usize = 300;

/// A running localstripe; it stops with this.
pub struct Localstripe {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Localstripe {
    /// Starts one. Without a Python that has it, it says that the test is skipped.
    ///
    /// # Panics
    /// When there is one and it does not come up: then the test would say nothing.
    #[expect(clippy::print_stdout, reason = "a test says what it skipped")]
    pub fn start() -> Option<Localstripe> {
        let Some(python) = std::env::var_os("METERBOOK_STRIPE") else {
            println!("skipped: no localstripe; cargo xtask test fetches it");
            return None;
        };
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("it has one").port();
        drop(free);
        let mut command = Command::new(python);
        command.args(["-m", "localstripe", "--from-scratch", "--port", &port.to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let it = Localstripe { child: child.expect("localstripe can be started"), port };
        for _ in 0..TRIES {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(it);
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("localstripe does not listen on {port}");
    }

    /// Asks it for something by a form, and gives its answer.
    ///
    /// # Panics
    /// When it says no.
    pub fn post(&self, path: &str, form: &str) -> Value {
        let (status, value) = asked(self.port, "POST", path, form);
        assert_eq!(status, 200, "{path} {form}: {value}");
        value
    }
}

impl Drop for Localstripe {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks whoever listens on a port of this machine.
///
/// # Panics
/// When nobody answers.
pub(super) fn asked(port: u16, method: &str, target: &str, form: &str) -> Said {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("somebody listens");
    let kind = "content-type: application/x-www-form-urlencoded";
    let length = form.len();
    let head =
        format!("{method} {target} HTTP/1.0\r\nhost: localhost\r\nauthorization: Bearer {KEY}");
    write!(stream, "{head}\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{form}").expect("it hears");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    let status = text.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
    let body = text.split_once("\r\n\r\n").map_or("", |it| it.1);
    (status, serde_json::from_str(body).unwrap_or_default())
}
