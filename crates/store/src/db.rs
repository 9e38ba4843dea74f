//! One utility's database, on either engine.

use std::time::Duration;

use anyhow::Result;

use crate::postgres::{Purpose, Server};
use crate::sqlite::{File, Open};
use crate::tx::Sql;
use crate::value::{Row, V};
use crate::{Location, Tx, migrate};

/// One utility's database. It can be shared between threads: on SQLite there is one writer and
/// readings go on beside it; on PostgreSQL there is a small pool of connections.
pub struct Db {
    at: Location,
    engine: Engine,
}

enum Engine {
    Sqlite(File),
    Postgres(Server),
}

/// How long a transaction waits for another one that writes, and a connection for its server.
const PATIENCE: Duration = Duration::from_secs(5);

impl Db {
    /// Opens the database at `at` and brings its tables up to this version.
    ///
    /// Fails with [`Unavailable`](crate::Unavailable) when it is not there, is no database of ours
    /// or cannot be used.
    pub fn open(at: &Location) -> Result<Db> {
        Db::open_waiting(at, PATIENCE)
    }

    /// Opens the database, waiting at most `patience` for whoever holds it.
    pub fn open_waiting(at: &Location, patience: Duration) -> Result<Db> {
        let db = Db::connect(at, patience, Open::Existing)?;
        migrate::existing(&db)?;
        Ok(db)
    }

    /// Opens the database at `at`; a file that is not there is made, and a database that is empty
    /// gets its tables. A server's database has to exist.
    pub fn create(at: &Location) -> Result<Db> {
        let db = Db::connect(at, PATIENCE, Open::Creating)?;
        migrate::new_or_existing(&db)?;
        Ok(db)
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.at
    }

    /// Runs `work` in a transaction that changes nothing and sees one moment from begin to end.
    pub fn read<T>(&self, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        match &self.engine {
            Engine::Sqlite(file) => file.read(&self.at, work),
            Engine::Postgres(server) => server.transact(&self.at, Purpose::Read, work),
        }
    }

    /// Asks one thing, in as few journeys to the server as there can be: one.
    pub(crate) fn ask<const N: usize>(
        &self,
        sql: Sql,
        params: [V<'_>; N],
        mut take: impl FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        match &self.engine {
            Engine::Sqlite(file) => file.read(&self.at, |tx| tx.each(sql, params, take)),
            Engine::Postgres(server) => server.ask(&self.at, sql.0, &params, &mut take),
        }
    }

    /// Runs `work` in a transaction that is kept when it succeeds; when it fails or panics,
    /// nothing of it is. Do not ask for another inside: on SQLite there is one writer.
    pub fn write<T>(&self, work: impl FnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        match &self.engine {
            Engine::Sqlite(file) => file.write(&self.at, work),
            Engine::Postgres(server) => server.transact(&self.at, Purpose::Write, work),
        }
    }

    /// Whether this engine understands an SQL text of this crate; the test that asks for every one
    /// is why this is here.
    pub fn understands(&self, text: &str) -> Result<()> {
        self.read(|tx| tx.prepare(text))
    }

    fn connect(at: &Location, patience: Duration, open: Open) -> Result<Db> {
        let engine = match at {
            Location::Sqlite(path) => Engine::Sqlite(File::open(path, patience, open)?),
            Location::Postgres(url) => Engine::Postgres(Server::open(url, patience)?),
        };
        Ok(Db { at: at.clone(), engine })
    }
}
