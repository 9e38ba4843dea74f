//! What names another row is refused where there is none, alone and among many, and so is a day of an
//! agreement on two bills: by the database itself, whoever asks.

use std::thread;
use std::time::Duration;

use meterbook_checks::engines::{self, Raw};
use meterbook_core::id::BillId;
use meterbook_store::{self as store, Location};

use crate::sample;

/// A table, the column by which its rows name one that is not there, and the columns in which the new
/// row has to differ from the one it is like.
const NAMES: &[(&str, &str, &[&str])] = &[
    ("bill", "account_id", &["id", "number"]),
    ("bill", "window_id", &["id", "number"]),
    ("segment", "bill_id", &[]),
    ("segment", "agreement_id", &["position"]),
    ("segment_evidence", "bill_id", &[]),
    ("segment_evidence", "segment", &[]),
    ("segment_carried", "bill_id", &[]),
    ("segment_carried", "segment", &[]),
    ("segment_origin", "bill_id", &[]),
    ("segment_origin", "segment", &[]),
    ("bill_line", "bill_id", &[]),
    ("bill_line", "segment", &[]),
    ("posting", "entry_id", &[]),
    ("posting", "account_id", &["position"]),
    ("piece", "bill_id", &["id", "key"]),
    ("piece", "account_id", &["id", "key"]),
    ("piece", "person_id", &["id", "key"]),
];

#[test]
fn a_row_that_names_nothing_is_refused() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let mut raw = Raw::beside(db).unwrap();
        for (table, names, differs) in NAMES {
            let like = like(&mut raw, table, |column| match column {
                _ if column == *names => "999999".to_owned(),
                "number" | "key" => format!("{column} || 'x'"),
                _ if differs.contains(&column) => format!("{column} + 1000"),
                // Other days, or else they would be billed twice.
                "from_on" if *table == "segment" => "'2041-01-01'".to_owned(),
                "to_on" if *table == "segment" => "'2041-02-01'".to_owned(),
                _ => column.to_owned(),
            });
            let why = format!("{:#}", raw.run(&like).expect_err(&like)).to_lowercase();
            let said = why.contains("foreign key") || why.contains("there is no such");
            assert!(said, "{like}: {why}");
        }
    });
}

#[test]
fn one_that_names_nothing_among_many_refuses_them_all() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let origin = db.read(|tx| store::bill::origins_of(tx, BillId(1))).unwrap().remove(0);
        let rows: Vec<_> = (2..400).map(|nth| (BillId(nth), 0, origin.clone())).collect();
        db.write(|tx| store::bill::add_origins(tx, &rows)).unwrap_err();
        assert_eq!(Raw::beside(db).unwrap().column(COUNT).unwrap(), ["1"]);
    });
}

const COUNT: &str = "select cast(count(*) as text) from segment_origin";

#[test]
fn an_account_with_postings_stays() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let mut raw = Raw::beside(db).unwrap();
        let made = like(&mut raw, "account", |column| match column {
            "id" | "number" => format!("{column} + 1000"),
            _ => column.to_owned(),
        });
        raw.run(&made).unwrap();
        let posted = like(&mut raw, "posting", |column| match column {
            "position" => "position + 1000".to_owned(),
            "account_id" => "(select max(id) from account)".to_owned(),
            _ => column.to_owned(),
        });
        raw.run(&posted).unwrap();
        let newest = "where id = (select max(id) from account)";
        for text in [
            format!("delete from account {newest}"),
            format!("update account set id = 7777 {newest}"),
        ] {
            let why = format!("{:#}", raw.run(&text).expect_err(&text)).to_lowercase();
            assert!(why.contains("foreign key") || why.contains("there are postings"), "{why}");
        }
        raw.run(&format!("update account set mail_to = 'Elsewhere' {newest}")).unwrap();
    });
}

/// What bills, segments and pieces name, and the column by which they do.
const NAMED: &[(&str, &str, &str)] = &[
    ("account", "bill", "account_id"),
    ("bill_window", "bill", "window_id"),
    ("agreement", "segment", "agreement_id"),
    ("account", "piece", "account_id"),
    ("person", "piece", "person_id"),
];

#[test]
fn what_is_named_stays() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let mut raw = Raw::beside(db).unwrap();
        for (table, by, column) in NAMED {
            let named = format!("where id = (select min({column}) from {by})");
            for text in [
                format!("delete from {table} {named}"),
                format!("update {table} set id = 7777 {named}"),
            ] {
                let why = format!("{:#}", raw.run(&text).expect_err(&text)).to_lowercase();
                let said = ["foreign key", "names it", "there are postings"];
                assert!(said.iter().any(|it| why.contains(it)), "{text}: {why}");
            }
        }
    });
}

#[test]
fn two_at_once_do_not_bill_the_same_days() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let mut raw = Raw::beside(db).unwrap();
        for nth in [1000, 2000] {
            let bill = like(&mut raw, "bill", |column| match column {
                "id" => format!("id + {nth}"),
                "number" => format!("number || '{nth}'"),
                _ => column.to_owned(),
            });
            raw.run(&bill).unwrap();
        }
        let mut segment = |bill: i64, from: &str, to: &str| {
            like(&mut raw, "segment", |column| match column {
                "bill_id" => format!("bill_id + {bill}"),
                "from_on" => format!("'{from}'"),
                "to_on" => format!("'{to}'"),
                _ => column.to_owned(),
            })
        };
        let first = segment(1000, "2041-01-01", "2041-02-01");
        let second = segment(2000, "2041-01-31", "2041-03-01");
        let after = segment(2000, "2041-02-01", "2041-03-01");
        if matches!(db.location(), Location::Postgres(_)) {
            raw.run("begin").unwrap();
            raw.run(&first).unwrap();
            let came = thread::scope(|all| {
                let other = all.spawn(|| Raw::beside(db).unwrap().run(&second));
                // It waits for the first, which it cannot see yet.
                thread::sleep(Duration::from_millis(300));
                raw.run("commit").unwrap();
                other.join().unwrap()
            });
            refused(came);
        } else {
            raw.run(&first).unwrap();
        }
        refused(raw.run(&second));
        raw.run(&after).unwrap();
    });
}

#[test]
fn two_segments_of_a_statement_do_not_bill_the_same_days() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let mut raw = Raw::beside(db).unwrap();
        let mut segment = |position: i64, from: &str| {
            let text = like(&mut raw, "segment", |column| match column {
                "position" => position.to_string(),
                "from_on" => format!("'{from}'"),
                "to_on" => "'2041-02-01'".to_owned(),
                _ => column.to_owned(),
            });
            text.split_once(") select ")
                .map(|(into, row)| (into.to_owned(), row.to_owned()))
                .unwrap()
        };
        let (into, one) = segment(1000, "2041-01-01");
        let (_, other) = segment(1001, "2041-01-20");
        let both = format!(
            "{into}) select * from (select {one}) a union all select * from (select {other}) b"
        );
        refused(raw.run(&both));
    });
}

fn refused(came: anyhow::Result<()>) {
    let why = format!("{:#}", came.expect_err("it is billed twice"));
    assert!(why.contains("segment: billed twice"), "{why}");
}

/// Puts in a row like the first one of a table, but for what `value` says of its columns.
fn like(raw: &mut Raw, table: &str, value: impl Fn(&str) -> String) -> String {
    let columns = match raw {
        Raw::Sqlite(_) => format!("select name from pragma_table_info('{table}')"),
        Raw::Postgres(_) => format!(
            "select cast(column_name as text) from information_schema.columns
             where table_name = '{table}' and table_schema = 'public' order by ordinal_position"
        ),
    };
    let columns = raw.column(&columns).expect("a table has columns");
    let values: Vec<String> = columns.iter().map(|it| value(it)).collect();
    let (columns, values) = (columns.join(", "), values.join(", "));
    format!("insert into {table} ({columns}) select {values} from {table} limit 1")
}
