//! Databases of a measurement: made, copied as they stand, and gone at the end.

use std::path::{Path, PathBuf};

use anyhow::Result;
use meterbook_checks::engines::Lent;
use meterbook_store::Location;
use rusqlite::Connection;

/// A database that is gone with this.
pub(crate) enum Place {
    Sqlite(PathBuf),
    Postgres(String, Lent),
}

impl Place {
    pub(crate) fn sqlite(folder: &Path, name: &str) -> Place {
        Place::Sqlite(folder.join(format!("{name}.db")))
    }

    pub(crate) fn postgres(server: &str) -> Result<Place> {
        Ok(Place::Postgres(server.to_owned(), Lent::new(server)?))
    }

    pub(crate) fn at(&self) -> Location {
        match self {
            Place::Sqlite(path) => Location::Sqlite(path.clone()),
            Place::Postgres(_, lent) => Location::Postgres(lent.url().to_owned()),
        }
    }

    pub(crate) fn engine(&self) -> &'static str {
        match self {
            Place::Sqlite(_) => "SQLite",
            Place::Postgres(..) => "PostgreSQL",
        }
    }

    /// The same once more. Nobody may be connected to it.
    pub(crate) fn copy(&self, name: &str) -> Result<Place> {
        match self {
            Place::Sqlite(path) => {
                let connection = Connection::open(path)?;
                connection.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))?;
                drop(connection);
                let to = path.with_file_name(format!("{name}.db"));
                std::fs::copy(path, &to)?;
                Ok(Place::Sqlite(to))
            }
            Place::Postgres(server, lent) => {
                Ok(Place::Postgres(server.clone(), Lent::like(server, lent)?))
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Place::Sqlite(path) = self {
            for end in ["", "-wal", "-shm"] {
                let mut name = path.clone().into_os_string();
                name.push(end);
                let _ = std::fs::remove_file(name);
            }
        }
    }
}
