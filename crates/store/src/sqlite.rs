//! SQLite: one file, one writer, a few readers.
//!
//! A write begins with BEGIN IMMEDIATE: one that begins by reading and turns to writing is refused
//! at once when somebody else writes, however patient it is.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use rusqlite::config::DbConfig;
use rusqlite::{CachedStatement, Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::failure::of_sqlite;
use crate::tx::On;
use crate::value::{Row, V};
use crate::{Location, Tx, Unavailable};

/// A file and the connections to it.
pub(crate) struct File {
    path: PathBuf,
    patience: Duration,
    writer: Mutex<Connected>,
    readers: Mutex<Vec<Connected>>,
}

struct Connected {
    connection: Connection,
    texts: Texts,
}

/// One transaction on a connection.
pub(crate) struct Lite<'a> {
    transaction: Transaction<'a>,
    texts: &'a mut Texts,
}

/// The texts as SQLite is to see them, by what they are made of and how many rows they insert.
type Texts = HashMap<(&'static str, usize), String>;

/// Readers that are kept for the next reading.
const READERS: usize = 4;
/// Prepared statements kept for each connection: more than there are texts.
const STATEMENTS: usize = 500;
/// Rows in one insert. From 25 up a statement costs little beside its rows. With 250 each took half as
/// long again: where a table has triggers SQLite keeps the rows of a statement beside it first.
const ROWS: usize = 25;

/// Whether a file may be made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// It has to be there.
    Existing,
    /// It is made when it is not there.
    Creating,
}

impl File {
    pub(crate) fn open(path: &Path, patience: Duration, open: Open) -> Result<File> {
        let at = Location::Sqlite(path.to_owned());
        if open == Open::Existing && !path.exists() {
            return Err(Unavailable::Absent(at).into());
        }
        let writer = connect(path, patience, open).map_err(|it| of_sqlite(&at, "open", it))?;
        let (writer, readers) = (Mutex::new(writer), Mutex::default());
        Ok(File { path: path.to_owned(), patience, writer, readers })
    }

    pub(crate) fn write<T>(
        &self,
        at: &Location,
        work: impl FnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        // A panic in the work rolled its transaction back, so the connection is as good as new.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        transact(at, &mut writer, TransactionBehavior::Immediate, work)
    }

    pub(crate) fn read<T>(
        &self,
        at: &Location,
        work: impl FnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match kept {
            Some(reader) => reader,
            None => self.reader().map_err(|it| of_sqlite(at, "open", it))?,
        };
        let answer = transact(at, &mut reader, TransactionBehavior::Deferred, work);
        let mut kept = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < READERS {
            kept.push(reader);
        }
        answer
    }

    fn reader(&self) -> rusqlite::Result<Connected> {
        let reader = connect(&self.path, self.patience, Open::Existing)?;
        reader.connection.pragma_update(None, "query_only", true)?;
        Ok(reader)
    }
}

fn connect(path: &Path, patience: Duration, open: Open) -> rusqlite::Result<Connected> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, open == Open::Creating);
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(patience)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if !connection.is_readonly("main")? {
        // The page size counts only for a file that is still empty.
        connection.pragma_update(None, "page_size", 8_192)?;
        connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    }
    // With NORMAL, 33 of 40 power cuts lost payments that had been acknowledged; with FULL, none.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Or else INSERT OR REPLACE deletes a row without asking the trigger that guards it.
    connection.pragma_update(None, "recursive_triggers", true)?;
    connection.pragma_update(None, "temp_store", "memory")?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    // Or else a plan may hang on what is bound, and SQLite plans a kept statement anew for each value:
    // reading a bill took ten times as long.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(Connected { connection, texts: Texts::new() })
}

fn transact<T>(
    at: &Location,
    connected: &mut Connected,
    behavior: TransactionBehavior,
    work: impl FnOnce(&mut Tx) -> Result<T>,
) -> Result<T> {
    let Connected { connection, texts } = connected;
    let failed = |it| of_sqlite(at, "begin or commit", it);
    let transaction = connection.transaction_with_behavior(behavior).map_err(failed)?;
    let mut tx = Tx::new(at, On::Sqlite(Lite { transaction, texts }));
    let answer = work(&mut tx)?;
    tx.commit()?;
    Ok(answer)
}

impl Lite<'_> {
    pub(crate) fn commit(self, at: &Location) -> Result<()> {
        self.transaction.commit().map_err(|it| of_sqlite(at, "commit", it))
    }

    pub(crate) fn exec(
        &mut self,
        at: &Location,
        text: &'static str,
        params: &[V<'_>],
    ) -> Result<u64> {
        let run = |lite: &mut Self| -> rusqlite::Result<usize> {
            let mut statement = lite.statement(text, 0)?;
            bind(&mut statement, params)?;
            statement.raw_execute()
        };
        let changed = run(self).map_err(|it| of_sqlite(at, text, it))?;
        Ok(u64::try_from(changed).expect("a count of rows fits"))
    }

    pub(crate) fn stream(
        &mut self,
        at: &Location,
        text: &'static str,
        params: &[V<'_>],
        take: &mut dyn FnMut(&Row) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let failed = |it| of_sqlite(at, text, it);
        let mut statement = self.statement(text, 0).map_err(failed)?;
        bind(&mut statement, params).map_err(failed)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(failed)? {
            if take(&Row::Sqlite(row))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn bulk<'v, const N: usize>(
        &mut self,
        at: &Location,
        into: &'static str,
        rows: impl Iterator<Item = [V<'v>; N]>,
    ) -> Result<()> {
        let mut some = Vec::with_capacity(ROWS);
        for row in rows {
            some.push(row);
            if some.len() == ROWS {
                self.insert(into, &some).map_err(|it| of_sqlite(at, into, it))?;
                some.clear();
            }
        }
        for row in &some {
            self.insert(into, std::slice::from_ref(row)).map_err(|it| of_sqlite(at, into, it))?;
        }
        Ok(())
    }

    fn insert<const N: usize>(
        &mut self,
        into: &'static str,
        rows: &[[V<'_>; N]],
    ) -> rusqlite::Result<()> {
        let mut statement = self.statement(into, rows.len())?;
        let values = rows.iter().flatten();
        for (value, position) in values.zip(1..) {
            statement.raw_bind_parameter::<usize, _>(position, value)?;
        }
        statement.raw_execute().map(|_| ())
    }

    pub(crate) fn prepare(&mut self, at: &Location, text: &str) -> Result<()> {
        let prepared = self.transaction.prepare(&numbered(text));
        prepared.map(|_| ()).map_err(|it| of_sqlite(at, text, it))
    }

    pub(crate) fn script(&mut self, at: &Location, text: &str) -> Result<()> {
        self.transaction.execute_batch(text).map_err(|it| of_sqlite(at, text, it))
    }

    /// The text itself, or for so many rows the insert into the table it names.
    fn statement(
        &mut self,
        text: &'static str,
        rows: usize,
    ) -> rusqlite::Result<CachedStatement<'_>> {
        let made = self.texts.entry((text, rows)).or_insert_with(|| match rows {
            0 => numbered(text),
            rows => insert(text, rows),
        });
        self.transaction.prepare_cached(made)
    }
}

/// SQLite takes `$1` for a name and looks names up one by one; `?1` is a position. With names, an
/// insert of 500 rows took fourteen times as long.
fn numbered(text: &str) -> String {
    text.replace('$', "?")
}

fn insert(into: &str, rows: usize) -> String {
    let columns = into.matches(',').count();
    let row = format!("(?{})", ",?".repeat(columns));
    format!("insert into {into} values {row}{}", format!(",{row}").repeat(rows - 1))
}

fn bind(statement: &mut CachedStatement<'_>, params: &[V<'_>]) -> rusqlite::Result<()> {
    for (value, position) in params.iter().zip(1..) {
        statement.raw_bind_parameter::<usize, _>(position, value)?;
    }
    Ok(())
}
