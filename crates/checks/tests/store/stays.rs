//! What was posted stays, whoever asks: the database itself refuses, also to a connection that
//! knows nothing of the store.

use std::collections::BTreeSet;

use jiff::civil::date;
use meterbook_checks::engines::{self, Raw};
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::set::Set;
use meterbook_core::bill::settle::DuePart;
use meterbook_core::id::{BillId, CorrectionId, DebitFileId, SetId};
use meterbook_store::set::Cancelled;
use meterbook_store::{self as store, Db, Location};
use rusqlite::{Connection, Row};

use crate::sample;

/// Tables whose rows never change, and a column of each.
const STAY: &[(&str, &str)] = &[
    ("agreement_follows", "follows_id"),
    ("agreement_term_was", "value"),
    ("agreement_was", "tariff"),
    ("allocation_rule", "text"),
    ("allotment", "micro"),
    ("allotment_taken", "segment"),
    ("approval", "act"),
    ("approval_end", "why"),
    ("asked_charge", "label"),
    ("asked_charge_end", "why"),
    ("audit", "act"),
    ("batch", "kind"),
    ("batch_part", "position"),
    ("batch_profile", "text"),
    ("bill", "total_cents"),
    ("billing_calendar", "text"),
    ("bill_accepted", "account_id"),
    ("bill_doubts", "text"),
    ("bill_line", "amount_cents"),
    ("budget", "why"),
    ("budget_bill", "how"),
    ("budget_end", "why"),
    ("budget_level", "why"),
    ("certificate_movement", "step"),
    ("charge_kinds", "text"),
    ("bill_apart", "why"),
    ("bill_behind", "correction_id"),
    ("bill_due_part", "amount_cents"),
    ("bill_elsewhere", "bill_id"),
    ("bill_owed_as", "billed_on"),
    ("bill_summed", "moved_cents"),
    ("once_line", "label"),
    ("online_settings", "text"),
    ("charge", "label"),
    ("charge_since", "due_on"),
    ("delivery_let_go", "at"),
    ("delivery_settings", "text"),
    ("delivery_switch", "why"),
    ("chart", "text"),
    ("close_evidence", "said"),
    ("deposit_asked", "why"),
    ("deposit_interest", "through_on"),
    ("document", "name"),
    ("drawer", "float_cents"),
    ("drawer_close", "counts"),
    ("document_bytes", "sha256"),
    ("document_end", "why"),
    ("entry", "effective_on"),
    ("entry_day", "first_entry"),
    ("event_day", "said"),
    ("figure", "name"),
    ("hung_was", "from_on"),
    ("generation", "total_micro"),
    ("generator_owner", "owner"),
    ("guarantee", "why"),
    ("guarantee_end", "why"),
    ("guarantee_less", "from_on"),
    ("interaction", "text"),
    ("interaction_about", "kind"),
    ("interval_block", "month"),
    ("interval_month", "bytes"),
    ("journal", "entries"),
    ("journal_moved", "debit_cents"),
    ("large_file", "kind"),
    ("large_file_part", "lines"),
    ("late_fee", "late_on"),
    ("late_fee_again", "why"),
    ("late_fee_back", "why"),
    ("late_fee_switch", "why"),
    ("let_go", "at"),
    ("debit_call_off", "why"),
    ("debit_file", "format"),
    ("plan_pays", "why"),
    ("debit_item", "version"),
    ("debit_policy", "text"),
    ("debit_switch", "why"),
    ("debit_written", "sha256"),
    ("bank_credit", "said"),
    ("bank_credit_end", "why"),
    ("bank_credit_match", "key"),
    ("bank_return", "said"),
    ("bank_return_end", "why"),
    ("bank_statement", "name"),
    ("cash_only_lift", "why"),
    ("card_payment", "brand"),
    ("card_keeping", "most_cents"),
    ("card_charge", "nth"),
    ("card_refused", "why"),
    ("kept_card", "brand"),
    ("kept_card_end", "why"),
    ("lockbox_file", "items"),
    ("lockbox_item", "place"),
    ("lockbox_layout", "text"),
    ("mandate", "scheme"),
    ("mandate_correction", "version"),
    ("mandate_end", "why"),
    ("mandate_version", "holder"),
    ("mail_package", "began_at"),
    ("mail_package_end", "sha256"),
    ("mail_package_piece", "piece_id"),
    ("mailing", "number"),
    ("mailing_bill", "bill_id"),
    ("mailing_move", "version"),
    ("mailing_word", "text"),
    ("month_close", "why"),
    ("note_begin", "after_correction_id"),
    ("move", "kind"),
    ("move_effect", "word"),
    ("move_order", "did"),
    ("move_version", "said"),
    ("collection_case", "oldest_on"),
    ("collection_cut", "nth"),
    ("collection_end", "why"),
    ("collection_step", "step"),
    ("collection_letter", "step"),
    ("collection_switch", "why"),
    ("collection_visit", "nth"),
    ("agency_file", "sha256"),
    ("agency_item", "amount_cents"),
    ("protection", "evidence"),
    ("protection_end", "why"),
    ("weather_day", "low_f"),
    ("weather_of_file", "said_by"),
    ("circumstance", "evidence"),
    ("circumstance_end", "why"),
    ("connection", "from_on"),
    ("correction", "cause"),
    ("correction_interest", "amount_cents"),
    ("correction_rules", "text"),
    ("correction_set_cancelled", "why"),
    ("correction_settled", "waived_cents"),
    ("credit_rules", "text"),
    ("credit_use", "amount_cents"),
    ("order_photo", "media"),
    ("order_step", "note"),
    ("outbox_begin", "after_bill_id"),
    ("paper_text", "text"),
    ("payment", "amount_cents"),
    ("payment_allocation", "amount_cents"),
    ("pay_attempt", "amount_cents"),
    ("pay_attempt_event", "said"),
    ("pay_attempt_plan", "parts_cents"),
    ("pay_attempt_session", "session"),
    ("pay_link_end", "why"),
    ("payment_batch", "name"),
    ("payment_batch_receipt", "line"),
    ("payment_layout", "text"),
    ("payment_reversal", "how"),
    ("payment_tender", "tender_id"),
    ("peak_hour", "minutes"),
    ("person_merge_moved", "what"),
    ("plan", "why"),
    ("plan_end", "why"),
    ("plan_part", "due_on"),
    ("pledge", "agency"),
    ("pledge_end", "why"),
    ("pledge_payment", "key"),
    ("piece", "address"),
    ("piece_event", "detail"),
    ("posting", "amount_cents"),
    ("price_block", "month"),
    ("provider_event", "kind"),
    ("publication", "kind"),
    ("read", "index_micro"),
    ("receipt", "amount_cents"),
    ("receipt_drawer", "drawer_id"),
    ("read_answer", "said"),
    ("read_estimate", "method"),
    ("read_estimate_degrees", "name"),
    ("read_exception", "rule"),
    ("read_exception_end", "how"),
    ("read_request", "why"),
    ("prenote", "version"),
    ("prenote_file", "items"),
    ("prenote_return", "code"),
    ("prenote_written", "sha256"),
    ("refund_check", "number"),
    ("refund_check_end", "why"),
    ("refund_end", "why"),
    ("reject", "reason"),
    ("release_limits", "text"),
    ("segment", "total_cents"),
    ("segment_evidence", "used_micro"),
    ("segment_carried", "micro"),
    ("segment_origin", "engine"),
    ("seller", "vat"),
    ("settlement", "amount_cents"),
    ("suspense", "said"),
    ("suspense_end", "how"),
    ("suspense_part", "of_id"),
    ("tariff", "text"),
    ("tariff_told", "text"),
    ("task_about", "kind"),
    ("task_step", "said"),
    ("telling", "said"),
    ("tender", "reference"),
    ("tender_return", "code"),
    ("tender_return_mistake", "why"),
    ("unclaimed", "since_on"),
    ("unclaimed_end", "why"),
    ("unclaimed_remittance", "items"),
    ("vee_rules", "text"),
    ("webhook_call", "said"),
    ("work_order", "about"),
];

/// Tables whose rows may change, or that hold no fact.
const MAY_CHANGE: &[&str] = &[
    "account",
    "account_detail",
    "account_owed",
    "agreement",
    "agreement_term",
    "appointment",
    "allocation",
    "bill_cancelled",
    "bill_window",
    "card_day",
    "channel",
    "contact",
    "contact_consent",
    "correction_item",
    "correction_job",
    "correction_reached",
    "correction_seen",
    "correction_set",
    "correction_summing",
    "counter",
    "deposit_rule",
    "fee",
    "crew",
    "crew_day_off",
    "crew_week",
    "generator",
    "held_root",
    "installation",
    "landlord",
    "meter",
    "meter_detail",
    "migration",
    "party",
    "pay_attempt_open",
    "open_order",
    "order_rule",
    "person",
    "person_detail",
    "person_merge",
    "point_figure",
    "point_relation",
    "premise",
    "premise_detail",
    "registration",
    "role",
    "role_permission",
    "run",
    "run_item",
    "run_job",
    "run_scope",
    "search",
    "search_word",
    "service_point",
    "service_point_detail",
    "session",
    "spelling",
    "staff",
    "staff_role",
    "task",
    "task_lock",
    "task_look",
    "under_way",
    "utility",
    "kept_card_forget",
    "kept_card_now",
];

/// The sample, with a bill behind a first page and a set that somebody cancelled.
fn keep(db: &Db) {
    let set = Set {
        id: SetId(1),
        tariffs: BTreeSet::new(),
        from: date(2026, 1, 1),
        cause: Cause::Tariff,
        why: Some("a price".to_owned()),
        version: None,
        as_seen: false,
        by: None,
        at: sample::at(),
    };
    let cancelled = Cancelled { why: "it was right".to_owned(), by: None, at: sample::at() };
    db.write(|tx| {
        sample::keep(tx)?;
        store::correction::put_behind(tx, &[(BillId(1), CorrectionId(1))])?;
        let due = DuePart {
            due: sample::bill().due_on,
            amount: sample::bill().total,
            asked_by: None,
            added_by: Some(CorrectionId(1)),
            waived: false,
        };
        store::correction::say_due(tx, &[(BillId(1), vec![due])])?;
        store::set::add(tx, &set, &[])?;
        store::debit::call_off(tx, DebitFileId(1), date(2026, 8, 5), "it never went")?;
        store::set::cancel(tx, set.id, &cancelled)
    })
    .expect("the sample is kept");
}

#[test]
fn a_posted_fact_is_neither_changed_nor_deleted() {
    engines::each(|db, _| {
        keep(db);
        let mut raw = Raw::beside(db).unwrap();
        raw.run("insert into interval_block (channel_id, month, batch_id, bytes) values (2, 678, 1, 'x')")
            .unwrap();
        raw.run("insert into interval_month (channel_id, month, last_batch, parts, bytes) values (2, 677, 1, 'x', 'x')")
            .unwrap();
        raw.run("insert into bill_elsewhere (bill_id) values (1)").unwrap();
        raw.run("insert into bill_owed_as (bill_id, billed_on) values (1, '2026-08-04')").unwrap();
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
        keep(db);
        let Raw::Sqlite(connection) = Raw::beside(db).unwrap() else { return };
        connection.execute_batch("insert into interval_block values (2, 678, 1, 'x')").unwrap();
        connection
            .execute_batch("insert into interval_month values (2, 677, 1, 'x', 'x')")
            .unwrap();
        connection.pragma_update(None, "foreign_keys", false).unwrap();
        for (table, _) in STAY {
            for key in keys(&connection, table) {
                // A key that is not there, of what is either one thing or another, holds nothing.
                let there: Vec<String> = key.iter().map(|it| format!("{it} is not null")).collect();
                let rows = format!("from {table} where {}", there.join(" and "));
                let any = format!("select 1 {rows}");
                if !connection.prepare(&any).unwrap().exists([]).unwrap() {
                    continue;
                }
                // Another row with the same key; what is not of the key reads otherwise.
                let columns = columns(&connection, table, &key);
                let values: Vec<String> = columns
                    .iter()
                    .map(|(name, kind)| match kind.as_str() {
                        _ if key.contains(name) => name.clone(),
                        "INTEGER" => format!("{name} + 1000"),
                        _ => format!("{name} || 'x'"),
                    })
                    .collect();
                let names: Vec<&str> = columns.iter().map(|it| it.0.as_str()).collect();
                let (names, values) = (names.join(", "), values.join(", "));
                let text = format!(
                    "insert or replace into {table} ({names}) select {values} {rows} limit 1"
                );
                // As anybody connects, and as the store does.
                for recursive in [false, true] {
                    connection.pragma_update(None, "recursive_triggers", recursive).unwrap();
                    let why = connection.execute_batch(&text).expect_err(&text).to_string();
                    assert!(why.starts_with("UNIQUE constraint failed: "), "{text}: {why}");
                }
            }
        }
    });
}

/// Every key of a table that another row can be in the way of; the row's own id is one.
fn keys(connection: &Connection, table: &str) -> Vec<Vec<String>> {
    let mut keys = vec![vec!["rowid".to_owned()]];
    let unique = format!("select name from pragma_index_list('{table}') where \"unique\"");
    for index in rows(connection, &unique, |row| row.get::<_, String>(0)) {
        let text = format!("select name from pragma_index_info('{index}')");
        keys.push(rows(connection, &text, |row| row.get(0)));
    }
    keys
}

/// The columns to insert, and what they hold: the row's own id is left to the database, but when it
/// is the key.
fn columns(connection: &Connection, table: &str, key: &[String]) -> Vec<(String, String)> {
    let left = if key.iter().any(|it| it == "id") { "" } else { "id" };
    let text =
        format!("select name, type from pragma_table_info('{table}') where name <> '{left}'");
    let mut columns = rows(connection, &text, |row| Ok((row.get(0)?, row.get(1)?)));
    if key == ["rowid"] {
        columns.push(("rowid".to_owned(), "INTEGER".to_owned()));
    }
    columns
}

fn rows<T>(
    connection: &Connection,
    text: &str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Vec<T> {
    let mut statement = connection.prepare(text).expect(text);
    let rows = statement.query_map([], read).expect(text);
    rows.collect::<rusqlite::Result<_>>().expect(text)
}

/// What was said of a channel names it; the database itself sees to it, for one row and for many.
#[test]
fn a_block_is_of_a_channel_and_a_file_that_are_there_and_stay() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let mut raw = Raw::beside(db).unwrap();
        let add = "insert into interval_block (channel_id, month, batch_id, bytes) values";
        for (rows, says) in [
            ("(999, 678, 1, 'x')", "no such channel"),
            ("(2, 678, 1, 'x'), (2, 678, 999, 'x')", "no such batch"),
        ] {
            let why = format!("{:#}", raw.run(&format!("{add} {rows}")).unwrap_err());
            assert!(why.contains(says) || why.contains("FOREIGN KEY"), "{rows}: {why}");
        }
        for text in ["delete from channel where id = 2", "update channel set id = 900 where id = 2"]
        {
            let why = format!("{:#}", raw.run(text).unwrap_err());
            assert!(why.contains("never goes"), "{text}: {why}");
        }
    });
}

#[test]
fn every_table_either_stays_or_may_change() {
    engines::each(|db, _| {
        let tables = match db.location() {
            // What SQLite keeps of its word index is its own.
            Location::Sqlite(_) => {
                r"select name from sqlite_master
                  where type = 'table' and name not like 'search\_word\_%' escape '\' order by 1"
            }
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
