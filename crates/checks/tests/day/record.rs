//! A whole database as something that can be compared with another one, whatever the engine.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use anyhow::{Context, Result};
use meterbook_checks::engines::Raw;
use meterbook_store::{Db, Location};

/// By table: how many rows it has, and the sum of their hashes, which no order changes.
pub(crate) type Record = BTreeMap<String, (usize, u64)>;

const TABLES_SQLITE: &str = "select name from sqlite_master where type = 'table' order by 1";
const TABLES_POSTGRES: &str =
    "select cast(tablename as text) from pg_tables where schemaname = 'public' order by 1";

/// What is in every table but those of the engine's own full-text index, and but the jobs of runs
/// and of corrections, which say who did what when. Of bytes only the length is
/// taken here: `check` holds them against their hash.
pub(crate) fn of(db: &Db) -> Result<Record> {
    let mut raw = Raw::beside(db)?;
    let sqlite = matches!(db.location(), Location::Sqlite(_));
    let tables = raw.column(if sqlite { TABLES_SQLITE } else { TABLES_POSTGRES })?;
    let jobs = ["run_job", "correction_job", "correction_set"];
    let ours =
        |it: &String| !it.starts_with("search") && it != "spelling" && !jobs.contains(&it.as_str());
    let mut record = Record::new();
    for table in tables.into_iter().filter(ours) {
        let columns = raw.column(&columns(&table, sqlite))?;
        let fields: Result<Vec<String>> = columns.iter().map(|it| field(it, sqlite)).collect();
        let rows = raw.column(&format!("select {} from {table}", fields?.join(" || '|' || ")))?;
        let sum = rows.iter().fold(0_u64, |sum, row| sum.wrapping_add(hash(row)));
        record.insert(table, (rows.len(), sum));
    }
    Ok(record)
}

/// The names and types of the columns of a table, in the order of their names.
fn columns(table: &str, sqlite: bool) -> String {
    if sqlite {
        format!("select name || ' ' || lower(type) from pragma_table_info('{table}') order by name")
    } else {
        format!(
            "select cast(column_name || ' ' || data_type as text) from information_schema.columns \
             where table_schema = 'public' and table_name = '{table}' \
             order by column_name collate \"C\""
        )
    }
}

fn field(column: &str, sqlite: bool) -> Result<String> {
    let (name, kind) = column.split_once(' ').context("a column has a type")?;
    let value = match kind {
        "blob" | "bytea" if sqlite => format!("length({name})"),
        "blob" | "bytea" => format!("octet_length({name})"),
        _ => name.to_owned(),
    };
    Ok(format!("coalesce(cast({value} as text), '-')"))
}

fn hash(row: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.hash(&mut hasher);
    hasher.finish()
}
