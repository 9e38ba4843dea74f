//! Both database engines under one test, and a way into a database behind the store's back.

use std::hash::{DefaultHasher, Hasher};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use meterbook_store::{Db, Location};
use postgres::error::SqlState;
use postgres::{Client, NoTls};
use rusqlite::Connection;

/// Names the server that tests may make databases on: `postgres://user@host:port/postgres`.
const SERVER: &str = "METERBOOK_TEST_POSTGRES";

/// Runs `test` on a new database of each engine, with a folder of its own. Without a server it
/// says that PostgreSQL is skipped.
///
/// # Panics
/// When a database cannot be made: then the test would say nothing.
#[expect(clippy::print_stdout, reason = "a test says what it skipped")]
pub fn each(test: impl Fn(&Db, &Path)) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("meterbook.db");
    std::fs::write(&path, empty_file()).expect("a temporary file can be written");
    let file = Location::Sqlite(path);
    test(&Db::open(&file).expect("a file with tables is a database"), folder.path());

    let Ok(server) = std::env::var(SERVER) else {
        println!("skipped on PostgreSQL: {SERVER} is not set");
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let lent = Lent::empty(&server).expect("the tests' server makes a database");
    let db = Db::open(&Location::Postgres(lent.url.clone())).expect("it has its tables");
    test(&db, folder.path());
}

/// A file with all tables and nothing in them. Making the tables takes longer than most tests do.
fn empty_file() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("empty.db");
        drop(Db::create(&Location::Sqlite(path.clone())).expect("a new file becomes a database"));
        std::fs::read(path).expect("a database is a file")
    })
}

fn state(why: &anyhow::Error) -> Option<&SqlState> {
    why.downcast_ref::<postgres::Error>()?.code()
}

/// A number for what the tables are made by.
fn tables() -> Result<u64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/migrations");
    let texts = std::fs::read_dir(&folder)?.map(|it| Ok(std::fs::read(it?.path())?));
    let mut texts: Vec<Vec<u8>> = texts.collect::<Result<_>>()?;
    texts.sort();
    let mut hasher = DefaultHasher::new();
    texts.iter().for_each(|it| hasher.write(it));
    Ok(hasher.finish())
}

/// A database on the tests' server that is dropped with this, even by a test that fails.
pub struct Lent {
    server: String,
    name: String,
    url: String,
}

impl Lent {
    /// Makes one.
    pub fn new(server: &str) -> Result<Lent> {
        Lent::with(server, "")
    }

    /// Makes one with all tables and nothing in them: a copy of one that stays on the server, for later
    /// tests of the same tables.
    fn empty(server: &str) -> Result<Lent> {
        let kept = format!("empty_{:016x}", tables()?);
        // As files: a server that need not be durable copies them several times as fast as page by page.
        let copy = || Lent::with(server, &format!(" template {kept} strategy file_copy"));
        match copy() {
            Err(why) if state(&why) == Some(&SqlState::UNDEFINED_DATABASE) => {
                let made = Lent::new(server)?;
                drop(Db::create(&Location::Postgres(made.url.clone()))?);
                let keep = format!("alter database {} rename to {kept}", made.name);
                match Client::connect(server, NoTls)?.batch_execute(&keep) {
                    // Another test made it at the same time.
                    Err(why) if why.code() == Some(&SqlState::DUPLICATE_DATABASE) => (),
                    renamed => renamed?,
                }
                copy()
            }
            copied => copied,
        }
    }

    /// Makes one that is the same as another, to which nobody is connected.
    pub fn like(server: &str, other: &Lent) -> Result<Lent> {
        Lent::with(server, &format!(" template {}", other.name))
    }

    fn with(server: &str, template: &str) -> Result<Lent> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let nth = MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("store_{}_{nth}", std::process::id());
        let (place, _) = server.rsplit_once('/').context("the URL names no database")?;
        let url = format!("{place}/{name}");
        Client::connect(server, NoTls)?
            .batch_execute(&format!("create database {name}{template}"))?;
        Ok(Lent { server: server.to_owned(), name, url })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // The pool of the database under test still holds connections to it.
        let drop = format!("drop database if exists {} with (force)", self.name);
        let dropped =
            Client::connect(&self.server, NoTls).and_then(|mut it| it.batch_execute(&drop));
        if !std::thread::panicking() {
            dropped.expect("what was made for a test can be dropped");
        }
    }
}

/// A connection to a database that knows nothing of the store: what an intruder, or somebody with
/// the best intentions, would use.
pub enum Raw {
    /// To a file.
    Sqlite(Connection),
    /// To a server.
    Postgres(Client),
}

impl Raw {
    /// Opens a connection of its own to the database of `db`.
    pub fn beside(db: &Db) -> Result<Raw> {
        match db.location() {
            Location::Sqlite(path) => Ok(Raw::Sqlite(Connection::open(path)?)),
            Location::Postgres(url) => Ok(Raw::Postgres(Client::connect(url, NoTls)?)),
        }
    }

    /// Runs statements without parameters, as they stand.
    pub fn run(&mut self, text: &str) -> Result<()> {
        match self {
            Raw::Sqlite(connection) => connection.execute_batch(text).context(text.to_owned()),
            Raw::Postgres(client) => client.batch_execute(text).context(text.to_owned()),
        }
    }

    /// The first column of an answer, as text.
    pub fn column(&mut self, text: &str) -> Result<Vec<String>> {
        match self {
            Raw::Sqlite(connection) => {
                let mut statement = connection.prepare(text)?;
                let rows = statement.query_map([], |row| row.get(0))?;
                rows.collect::<rusqlite::Result<Vec<String>>>().context(text.to_owned())
            }
            Raw::Postgres(client) => {
                let rows = client.query(text, &[])?;
                Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
            }
        }
    }
}
