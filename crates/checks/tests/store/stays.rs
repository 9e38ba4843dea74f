//! What was posted stays, whoever asks: the database itself refuses, also to a connection that
//! knows nothing of the store.

use meterbook_checks::engines::{self, Raw};
use meterbook_store::Location;

use crate::sample;

/// Tables whose rows never change, and a column of each.
const STAY: &[(&str, &str)] = &[
    ("audit", "act"),
    ("batch", "kind"),
    ("batch_part", "position"),
    ("bill", "total_cents"),
    ("bill_line", "amount_cents"),
    ("entry", "effective_on"),
    ("interaction", "text"),
    ("interval_block", "month"),
    ("payment", "amount_cents"),
    ("posting", "amount_cents"),
    ("read", "index_micro"),
    ("reject", "reason"),
    ("segment", "total_cents"),
    ("segment_evidence", "used_micro"),
    ("segment_carried", "micro"),
    ("segment_origin", "engine"),
    ("tariff", "text"),
];

/// Tables whose rows may change, or that hold no fact.
const MAY_CHANGE: &[&str] = &[
    "account",
    "agreement",
    "bill_window",
    "channel",
    "contact",
    "counter",
    "installation",
    "meter",
    "migration",
    "person",
    "premise",
    "run",
    "run_item",
    "search",
    "service_point",
    "session",
    "staff",
    "utility",
];

#[test]
fn a_posted_fact_is_neither_changed_nor_deleted() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let mut raw = Raw::beside(db).unwrap();
        raw.run("insert into interval_block (channel_id, month, batch_id, bytes) values (2, 678, 1, 'x')")
            .unwrap();
        for (table, column) in STAY {
            let mut asked = vec![
                format!("update {table} set {column} = {column}"),
                format!("delete from {table}"),
            ];
            if matches!(db.location(), Location::Postgres(_)) {
                asked.push(format!("truncate {table} cascade"));
            }
            for text in asked {
                let why = raw.run(&text).expect_err(&text);
                let why = format!("{why:#}");
                assert!(why.contains("never changes"), "{text}: {why}");
            }
        }
    });
}

#[test]
fn sqlite_does_not_replace_a_row_that_stays() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let Raw::Sqlite(connection) = Raw::beside(db).unwrap() else { return };
        // As on every connection of the store: without it SQLite asks no trigger here.
        connection.pragma_update(None, "recursive_triggers", true).unwrap();
        let text = "insert or replace into payment select * from payment";
        let why = connection.execute_batch(text).unwrap_err().to_string();
        assert!(why.contains("never changes"), "{why}");
    });
}

#[test]
fn every_table_either_stays_or_may_change() {
    engines::each(|db, _| {
        let tables = match db.location() {
            Location::Sqlite(_) => "select name from sqlite_master where type = 'table' order by 1",
            Location::Postgres(_) => {
                "select cast(tablename as text) from pg_tables where schemaname = 'public' order by 1"
            }
        };
        let mut expected: Vec<&str> =
            STAY.iter().map(|it| it.0).chain(MAY_CHANGE.iter().copied()).collect();
        expected.sort_unstable();
        let mut tables = Raw::beside(db).unwrap().column(tables).unwrap();
        tables.sort_unstable();
        assert_eq!(tables, expected, "say in this test whether the rows of a new table stay");
    });
}
