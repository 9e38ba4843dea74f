//! PostgreSQL: a server, and a small pool of connections to one of its databases.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::str::FromStr;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use postgres::binary_copy::BinaryCopyInWriter;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{ToSql, Type};
use postgres::{Client, Config, NoTls, Statement};

use crate::failure::of_postgres;
use crate::tx::On;
use crate::value::{Row, V};
use crate::{Location, Tx, Unavailable};

/// A server's database and the connections to it.
pub(crate) struct Server {
    config: Config,
    patience: Duration,
    idle: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Connected>,
    lent: usize,
}

struct Connected {
    client: Client,
    statements: Statements,
}

/// One transaction on a connection; taken back when it was not kept.
pub(crate) struct Session<'a> {
    connected: &'a mut Connected,
    kept: bool,
}

/// Prepared statements by their text.
type Statements = HashMap<String, Prepared>;

/// A prepared statement, and how often it was asked for.
struct Prepared {
    statement: Statement,
    asked: u32,
}

/// How often a statement is asked for before it is prepared anew the first time.
const ANEW: u32 = 8;

/// Connections at the same time: a server has about a hundred for everybody.
const CONNECTIONS: usize = 8;

/// What a transaction is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Read,
    Write,
}

impl Purpose {
    const fn begin(self) -> &'static str {
        match self {
            Purpose::Read => "begin isolation level repeatable read read only",
            Purpose::Write => "begin",
        }
    }
}

impl Server {
    pub(crate) fn open(url: &str, patience: Duration) -> Result<Server> {
        let at = Location::Postgres(url.to_owned());
        let mut config =
            Config::from_str(url).map_err(|it| Unavailable::BadUrl { at, why: it.to_string() })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(patience);
        }
        config.application_name("meterbook");
        // Or else a server that is gone without a word is waited for, for hours.
        config.tcp_user_timeout(patience);
        Ok(Server { config, patience, idle: Mutex::default(), returned: Condvar::new() })
    }

    /// Runs `work` in a transaction. A reading sees one moment, as on SQLite.
    pub(crate) fn transact<T>(
        &self,
        at: &Location,
        purpose: Purpose,
        work: impl FnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let mut lent = self.lend();
        let begin = |connected: &mut Connected| connected.client.batch_execute(purpose.begin());
        let connected = lent.connected.insert(self.first_that(at, "begin", begin)?.0);
        let mut tx = Tx::new(at, On::Postgres(Session { connected, kept: false }));
        let answer = work(&mut tx)?;
        tx.commit()?;
        Ok(answer)
    }

    /// Asks one thing outside of a transaction: one statement sees one moment by itself, and takes
    /// one journey to the server instead of three.
    pub(crate) fn ask(
        &self,
        at: &Location,
        text: &str,
        params: &[V<'_>],
        take: &mut dyn FnMut(&Row) -> Result<()>,
    ) -> Result<()> {
        let mut lent = self.lend();
        let ask = |connected: &mut Connected| {
            let statement = connected.statement(text)?;
            connected.client.query_raw(&statement, params)?.collect::<Vec<_>>()
        };
        let (connected, rows) = self.first_that(at, text, ask)?;
        lent.connected = Some(connected);
        rows.iter().try_for_each(|row| take(&Row::Postgres(row)))
    }

    /// Waits for its turn to have a connection.
    fn lend(&self) -> Lent<'_> {
        self.await_turn();
        Lent { server: self, connected: None }
    }

    /// Waits until fewer than all connections are lent.
    fn await_turn(&self) {
        let pool = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pool = self
            .returned
            .wait_while(pool, |it| CONNECTIONS <= it.lent)
            .unwrap_or_else(PoisonError::into_inner);
        pool.lent += 1;
    }

    /// The first connection that does this, and what came of it: an idle one, or else a new one. One
    /// that the server closed meanwhile shows it here, before any work is begun; to ask it first
    /// would take a journey more each time.
    fn first_that<T>(
        &self,
        at: &Location,
        text: &str,
        first: impl Fn(&mut Connected) -> Result<T, postgres::Error>,
    ) -> Result<(Connected, T)> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).idle.pop();
            let Some(mut idle) = idle else { break };
            if let Ok(it) = first(&mut idle) {
                return Ok((idle, it));
            }
        }
        let mut new = self.connect(at)?;
        let it = first(&mut new).map_err(|why| of_postgres(at, text, why))?;
        Ok((new, it))
    }

    fn connect(&self, at: &Location) -> Result<Connected> {
        let connect = || -> Result<Client, postgres::Error> {
            let mut client = self.config.connect(NoTls)?;
            let patience = self.patience.as_millis();
            // A question about all accounts costs a lot by the planner's reckoning and is compiled
            // first: two seconds each time, more than the question takes in most towns.
            client.batch_execute(&format!(
                "set lock_timeout = {patience}; set client_min_messages = warning; set jit = off"
            ))?;
            Ok(client)
        };
        let client = connect().map_err(|it| of_postgres(at, "connect", it))?;
        Ok(Connected { client, statements: Statements::new() })
    }
}

/// A connection that goes back to its pool when the work is over, however it ends.
struct Lent<'a> {
    server: &'a Server,
    connected: Option<Connected>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut pool = self.server.idle.lock().unwrap_or_else(PoisonError::into_inner);
        pool.lent -= 1;
        pool.idle.extend(self.connected.take().filter(|it| !it.client.is_closed()));
        self.server.returned.notify_one();
    }
}

impl Connected {
    /// The server keeps the plan that it made for a statement. While a run fills a table that was empty
    /// the plan to read all of it stayed: the more bills there were, the longer each took. So a plan is
    /// made anew when the statement was asked for twice as often as when the last one was made.
    fn statement(&mut self, text: &str) -> Result<Statement, postgres::Error> {
        let mut asked = 1;
        if let Some(known) = self.statements.get_mut(text) {
            known.asked = known.asked.saturating_add(1);
            asked = known.asked;
            if asked < ANEW || !asked.is_power_of_two() {
                return Ok(known.statement.clone());
            }
        }
        let statement = self.client.prepare(text)?;
        let prepared = Prepared { statement: statement.clone(), asked };
        self.statements.insert(text.to_owned(), prepared);
        Ok(statement)
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // Where this does not reach the server, the connection is closed and the server does it.
        if !self.kept {
            let _ = self.connected.client.batch_execute("rollback");
        }
    }
}

impl Session<'_> {
    pub(crate) fn commit(mut self, at: &Location) -> Result<()> {
        self.connected
            .client
            .batch_execute("commit")
            .map_err(|it| of_postgres(at, "commit", it))?;
        self.kept = true;
        Ok(())
    }

    pub(crate) fn exec(&mut self, at: &Location, text: &str, params: &[V<'_>]) -> Result<u64> {
        let mut run = || {
            let statement = self.connected.statement(text)?;
            let params: Vec<&(dyn ToSql + Sync)> = params.iter().map(|it| it as _).collect();
            self.connected.client.execute(&statement, &params)
        };
        run().map_err(|it| of_postgres(at, text, it))
    }

    pub(crate) fn stream(
        &mut self,
        at: &Location,
        text: &str,
        params: &[V<'_>],
        take: &mut dyn FnMut(&Row) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let failed = |it| of_postgres(at, text, it);
        let statement = self.connected.statement(text).map_err(failed)?;
        let mut rows = self.connected.client.query_raw(&statement, params).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            if take(&Row::Postgres(&row))?.is_break() {
                break;
            }
        }
        Ok(())
    }

    pub(crate) fn bulk<'v, const N: usize>(
        &mut self,
        at: &Location,
        into: &str,
        rows: impl Iterator<Item = [V<'v>; N]>,
    ) -> Result<()> {
        let run = || -> Result<(), postgres::Error> {
            let types = self.types(into)?;
            let copy = self.connected.statement(&format!("copy {into} from stdin binary"))?;
            let mut writer = BinaryCopyInWriter::new(self.connected.client.copy_in(&copy)?, &types);
            for row in rows {
                writer.write_raw(&row)?;
            }
            writer.finish().map(|_| ())
        };
        run().map_err(|it| of_postgres(at, into, it))
    }

    pub(crate) fn prepare(&mut self, at: &Location, text: &str) -> Result<()> {
        let prepared = self.connected.client.prepare(text);
        prepared.map(|_| ()).map_err(|it| of_postgres(at, text, it))
    }

    pub(crate) fn script(&mut self, at: &Location, text: &str) -> Result<()> {
        self.connected.client.batch_execute(text).map_err(|it| of_postgres(at, text, it))
    }

    /// The types of the columns that `into` names.
    fn types(&mut self, into: &str) -> Result<Vec<Type>, postgres::Error> {
        let (table, columns) = into.split_once('(').expect("a table, then its columns");
        let columns = columns.trim_end().trim_end_matches(')');
        let statement = self.connected.statement(&format!("select {columns} from {table}"))?;
        Ok(statement.columns().iter().map(|it| it.type_().clone()).collect())
    }
}
