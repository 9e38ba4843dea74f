//! What cannot be avoided: the rows of posted bills put into the same tables by the engine's own
//! means, without the rules of the tables and with them.

use std::io::{Read, Write};

use anyhow::{Result, bail};
use postgres::{Client, NoTls};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::place::Place;
use crate::spent::{Spent, Watch};
use crate::{JOB, say};
use meterbook_store::Location;

/// What posting adds rows to.
const TABLES: &[&str] = &[
    "bill",
    "segment",
    "segment_evidence",
    "segment_carried",
    "segment_origin",
    "bill_line",
    "entry",
    "posting",
    "piece",
];

/// Whether triggers and keys of other tables are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    Asked,
    Gone,
}

/// The rows of the bills in `from`, put into `to`, where there are none.
pub(crate) fn floor(from: &Place, to: &Place, accounts: i64, rules: Rules) -> Result<Spent> {
    let watch = Watch::on(&to.at())?;
    let (rows, spent) = match (from.at(), to.at()) {
        (Location::Sqlite(from), Location::Sqlite(to)) => {
            sqlite(&Connection::open(from)?, &mut Connection::open(to)?, accounts, rules, watch)?
        }
        (Location::Postgres(from), Location::Postgres(to)) => {
            let from = &mut Client::connect(&from, NoTls)?;
            postgres(from, &mut Client::connect(&to, NoTls)?, rules, watch)?
        }
        _ => bail!("a floor has one engine"),
    };
    let what = match rules {
        Rules::Asked => "with the rules of the tables",
        Rules::Gone => "without",
    };
    say(format!("  floor: {rows:>8} rows, {what:28} {}", spent.rate(accounts)))?;
    Ok(spent)
}

/// By prepared inserts, as many in a transaction as in a job.
fn sqlite(
    from: &Connection,
    to: &mut Connection,
    accounts: i64,
    rules: Rules,
    watch: Watch,
) -> Result<(u64, Spent)> {
    let asked = rules == Rules::Asked;
    to.execute_batch(&format!(
        "pragma synchronous = full; pragma foreign_keys = {asked}; pragma recursive_triggers = true;
         pragma temp_store = memory; pragma cache_size = -65536"
    ))?;
    if !asked {
        let triggers = "select name from sqlite_master where type = 'trigger'";
        let triggers: Vec<String> =
            to.prepare(triggers)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        for trigger in triggers {
            to.execute_batch(&format!("drop trigger {trigger}"))?;
        }
    }
    let jobs = usize::try_from(accounts)?.div_ceil(JOB);
    let (mut tables, mut counted) = (Vec::new(), 0);
    for table in TABLES {
        let mut read = from.prepare(&format!("select * from {table}"))?;
        let columns = read.column_count();
        let rows = read.query_map([], |row| (0..columns).map(|it| row.get(it)).collect())?;
        let rows: Vec<Vec<Value>> = rows.collect::<Result<_, _>>()?;
        counted += u64::try_from(rows.len())?;
        let marks = vec!["?"; columns].join(", ");
        tables.push((format!("insert into {table} values ({marks})"), rows));
    }
    let ((), spent) = watch.spend(|| {
        for nth in 0..jobs {
            let transaction = to.transaction()?;
            for (text, rows) in &tables {
                let size = rows.len().div_ceil(jobs);
                let mut insert = transaction.prepare_cached(text)?;
                for row in rows.iter().skip(nth * size).take(size) {
                    insert.execute(rusqlite::params_from_iter(row))?;
                }
            }
            transaction.commit()?;
        }
        Ok(())
    })?;
    Ok((counted, spent))
}

/// By one COPY for each table.
fn postgres(
    from: &mut Client,
    to: &mut Client,
    rules: Rules,
    watch: Watch,
) -> Result<(u64, Spent)> {
    let mut tables = Vec::new();
    for table in TABLES {
        let mut bytes = Vec::new();
        from.copy_out(&format!("copy {table} to stdout binary"))?.read_to_end(&mut bytes)?;
        if rules == Rules::Gone {
            to.batch_execute(&format!("alter table {table} disable trigger all"))?;
        }
        tables.push((format!("copy {table} from stdin binary"), bytes));
    }
    let mut counted = 0;
    let ((), spent) = watch.spend(|| {
        for (text, bytes) in &tables {
            let mut transaction = to.transaction()?;
            let mut copy = transaction.copy_in(text)?;
            copy.write_all(bytes)?;
            counted += copy.finish()?;
            transaction.commit()?;
        }
        Ok(())
    })?;
    Ok((counted, spent))
}
