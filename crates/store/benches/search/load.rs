//! Rows in bulk, behind the store's back: what is measured is the index, not the loading.

use std::io::Write;

use anyhow::{Context, Result};
use meterbook_store::search::INDEX;
use meterbook_store::{Db, Location};
use postgres::{Client, NoTls};
use rusqlite::{Connection, params_from_iter};

use crate::crowd::{Crowd, Customer};

/// Customers whose rows are made at once.
const AT_ONCE: i64 = 20_000;

/// A connection of its own.
pub(crate) enum Loader {
    Sqlite(Connection),
    Postgres(Client),
}

/// The database for so many customers on a server, and whether it is new.
pub(crate) fn database(server: &str, customers: i64) -> Result<(Location, bool)> {
    let (place, _) = server.rsplit_once('/').context("the URL names no database")?;
    let name = format!("search_{customers}");
    let mut client = Client::connect(server, NoTls)?;
    let known = client.query("select 1 from pg_database where datname = $1", &[&name])?;
    if known.is_empty() {
        client.batch_execute(&format!("create database {name}"))?;
    }
    Ok((Location::Postgres(format!("{place}/{name}")), known.is_empty()))
}

impl Loader {
    pub(crate) fn beside(db: &Db) -> Result<Loader> {
        Ok(match db.location() {
            Location::Sqlite(path) => {
                let connection = Connection::open(path)?;
                connection.pragma_update(None, "foreign_keys", false)?;
                connection.pragma_update(None, "synchronous", "off")?;
                Loader::Sqlite(connection)
            }
            Location::Postgres(url) => Loader::Postgres(Client::connect(url, NoTls)?),
        })
    }

    pub(crate) fn load(&mut self, crowd: &Crowd) -> Result<()> {
        self.rows(
            "bill_window (id, cycle, from_on, to_on, billed_on, due_on)",
            vec!["1\t1\t2026-07-01\t2026-08-01\t2026-08-04\t2026-08-25".to_owned()],
        )?;
        let mut first = 0;
        while first < crowd.customers {
            let next = (first + AT_ONCE).min(crowd.customers);
            let some: Vec<Customer> = (first..next).map(|it| crowd.customer(it)).collect();
            for (table, row) in TABLES {
                self.rows(table, some.iter().flat_map(row).collect())?;
            }
            first = next;
        }
        Ok(())
    }

    fn rows(&mut self, table: &str, rows: Vec<String>) -> Result<()> {
        match self {
            Loader::Sqlite(connection) => {
                let marks = vec!["?"; table.split(',').count()].join(",");
                let transaction = connection.transaction()?;
                let mut insert =
                    transaction.prepare(&format!("insert into {table} values ({marks})"))?;
                for row in rows {
                    insert.execute(params_from_iter(row.split('\t')))?;
                }
                drop(insert);
                transaction.commit()?;
            }
            Loader::Postgres(client) => {
                let mut copy = client.copy_in(&format!("copy {table} from stdin"))?;
                for row in rows {
                    writeln!(copy, "{row}")?;
                }
                copy.finish()?;
            }
        }
        Ok(())
    }

    /// Takes PostgreSQL's indexes of words away, and lets it believe that rows belong together: to do
    /// both once is quicker than for each row that comes in.
    pub(crate) fn unsettle(&mut self) -> Result<()> {
        self.in_postgres(
            "drop index search_word_words; drop index search_word_first;
             set session_replication_role = replica",
        )
    }

    /// Puts them back, and does what PostgreSQL does by itself some minutes after a load.
    pub(crate) fn settle(&mut self) -> Result<()> {
        self.in_postgres(INDEX)?;
        self.in_postgres("vacuum analyze")
    }

    fn in_postgres(&mut self, text: &str) -> Result<()> {
        match self {
            Loader::Sqlite(_) => Ok(()),
            Loader::Postgres(client) => client.batch_execute(text).context("it can be prepared"),
        }
    }

    /// The server's processes that work for the store.
    pub(crate) fn servers(&mut self) -> Result<Vec<i32>> {
        let Loader::Postgres(client) = self else { return Ok(Vec::new()) };
        let text = "select pid from pg_stat_activity
                    where application_name = 'meterbook' and datname = current_database()";
        Ok(client.query(text, &[])?.iter().map(|row| row.get(0)).collect())
    }

    pub(crate) fn sizes(&mut self) -> Result<Vec<String>> {
        let text = match self {
            Loader::Sqlite(_) => {
                "select name || ': ' || (sum(pgsize) / 1000000) || ' MB' from dbstat
                 where name like 'search%' or name = 'spelling' or name = 'payment_reference'
                 group by name having 100000 < sum(pgsize)
                 union all select 'all: ' || (sum(pgsize) / 1000000) || ' MB' from dbstat"
            }
            Loader::Postgres(_) => {
                "select relname || ': ' || (pg_total_relation_size(oid) / 1000000) || ' MB, of it '
                     || (pg_indexes_size(oid) / 1000000) || ' MB of indexes'
                 from pg_class where relname in ('search', 'search_word', 'spelling')
                 union all
                 select 'all: ' || (pg_database_size(current_database()) / 1000000) || ' MB'"
            }
        };
        match self {
            Loader::Sqlite(connection) => {
                let mut asked = connection.prepare(text)?;
                let lines = asked.query_map([], |row| row.get(0))?;
                Ok(lines.collect::<rusqlite::Result<_>>()?)
            }
            Loader::Postgres(client) => {
                Ok(client.query(text, &[])?.iter().map(|row| row.get(0)).collect())
            }
        }
    }
}

type RowsOf = fn(&Customer) -> Vec<String>;

/// The rows of a customer that are looked up beside the index: columns between tabs.
const TABLES: [(&str, RowsOf); 6] = [
    ("person (id, name, kind, language)", |it| {
        vec![format!("{}\t{}\tindividual\ten", it.account, it.name())]
    }),
    ("account (id, number, person_id, class, cycle, mail_to, opened_on)", |it| {
        let (id, number) = (it.account, it.number.digits());
        vec![format!("{id}\t{number}\t{id}\tresidential\t1\t{}\t2020-01-01", it.address())]
    }),
    ("premise (id, street, town, region)", |it| {
        vec![format!("{}\t{} {}\t{}\t{}", it.account, it.house, it.street, it.town, it.region)]
    }),
    (
        "work_order (id, kind, priority, premise_id, account_id, skills, not_before_on, about, key)",
        |it| {
            vec![format!(
                "{0}\tinspection\troutine\t{0}\t{0}\telectric\t2026-08-01\tx\t{0}",
                it.account
            )]
        },
    ),
    (
        "bill (id, number, account_id, window_id, from_on, to_on, billed_on, due_on, addressed_to, total_cents)",
        |it| {
            vec![format!(
                "{0}\t{1}\t{0}\t1\t2026-07-01\t2026-08-01\t2026-08-04\t2026-08-25\tx\t8417",
                it.account, it.bill
            )]
        },
    ),
    ("payment (id, account_id, amount_cents, paid_on, tender, reference, key)", |it| {
        let id = it.account;
        vec![format!("{id}\t{id}\t8417\t2026-08-10\tcheck\t{0}\t{id}/check/{0}", it.check)]
    }),
];
