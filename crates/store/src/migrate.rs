//! Brings a database's tables up to this version, in one transaction.
//!
//! A migration is a numbered file. What only one engine understands stands between `-- +sqlite` or
//! `-- +postgres` and `-- +both`. On SQLite `bigint` becomes `integer`, because only an
//! `integer primary key` is the row's own id, and `bytea` becomes `blob`.

use anyhow::{Result, anyhow};
use sha2::{Digest, Sha256};

use crate::tx::Sql;
use crate::{Db, Location, Tx, Unavailable};

/// Every migration, oldest first: the name of its file and its text. Never change one that was
/// released; write the next.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_foundation", include_str!("../migrations/0001_foundation.sql")),
    ("0002_authority", include_str!("../migrations/0002_authority.sql")),
    ("0003_search", include_str!("../migrations/0003_search.sql")),
    ("0004_orders", include_str!("../migrations/0004_orders.sql")),
    ("0005_tasks", include_str!("../migrations/0005_tasks.sql")),
    ("0006_moves", include_str!("../migrations/0006_moves.sql")),
    ("0007_notes_and_settlements", include_str!("../migrations/0007_notes_and_settlements.sql")),
    ("0008_field", include_str!("../migrations/0008_field.sql")),
    ("0009_vee", include_str!("../migrations/0009_vee.sql")),
    ("0010_usage", include_str!("../migrations/0010_usage.sql")),
    ("0011_record", include_str!("../migrations/0011_record.sql")),
    ("0012_large_files", include_str!("../migrations/0012_large_files.sql")),
    ("0013_search_words", include_str!("../migrations/0013_search_words.sql")),
    ("0014_gone", include_str!("../migrations/0014_gone.sql")),
    ("0015_release", include_str!("../migrations/0015_release.sql")),
    ("0016_profiles", include_str!("../migrations/0016_profiles.sql")),
    ("0017_corrections", include_str!("../migrations/0017_corrections.sql")),
    ("0018_seller", include_str!("../migrations/0018_seller.sql")),
    ("0019_paper", include_str!("../migrations/0019_paper.sql")),
    ("0020_delivery", include_str!("../migrations/0020_delivery.sql")),
    ("0021_jobs", include_str!("../migrations/0021_jobs.sql")),
    ("0022_calendar", include_str!("../migrations/0022_calendar.sql")),
    ("0023_payments", include_str!("../migrations/0023_payments.sql")),
    ("0024_books", include_str!("../migrations/0024_books.sql")),
    ("0025_webhook", include_str!("../migrations/0025_webhook.sql")),
    ("0026_packed_bytes", include_str!("../migrations/0026_packed_bytes.sql")),
    ("0027_degrees", include_str!("../migrations/0027_degrees.sql")),
    ("0028_posting", include_str!("../migrations/0028_posting.sql")),
    ("0031_holds", include_str!("../migrations/0031_holds.sql")),
    ("0032_settled", include_str!("../migrations/0032_settled.sql")),
    ("0033_doubts", include_str!("../migrations/0033_doubts.sql")),
    ("0035_merged_months", include_str!("../migrations/0035_merged_months.sql")),
    ("0036_mandates", include_str!("../migrations/0036_mandates.sql")),
    ("0037_debits", include_str!("../migrations/0037_debits.sql")),
    ("0038_tellings", include_str!("../migrations/0038_tellings.sql")),
    ("0039_splits", include_str!("../migrations/0039_splits.sql")),
    ("0040_versions", include_str!("../migrations/0040_versions.sql")),
    ("0041_once", include_str!("../migrations/0041_once.sql")),
    ("0042_summary", include_str!("../migrations/0042_summary.sql")),
    ("0044_mailing", include_str!("../migrations/0044_mailing.sql")),
    ("0047_deposits", include_str!("../migrations/0047_deposits.sql")),
    ("0048_late_fees", include_str!("../migrations/0048_late_fees.sql")),
    ("0049_plans", include_str!("../migrations/0049_plans.sql")),
    ("0050_budgets", include_str!("../migrations/0050_budgets.sql")),
    ("0051_collections", include_str!("../migrations/0051_collections.sql")),
    ("0052_receivable", include_str!("../migrations/0052_receivable.sql")),
    ("0053_correction_sets", include_str!("../migrations/0053_correction_sets.sql")),
    ("0057_debits_again", include_str!("../migrations/0057_debits_again.sql")),
    ("0058_from_banks", include_str!("../migrations/0058_from_banks.sql")),
    ("0059_entry_days", include_str!("../migrations/0059_entry_days.sql")),
    ("0060_same_money", include_str!("../migrations/0060_same_money.sql")),
    ("0061_released", include_str!("../migrations/0061_released.sql")),
    ("0062_pieces_that_stand", include_str!("../migrations/0062_pieces_that_stand.sql")),
    ("0063_rolled", include_str!("../migrations/0063_rolled.sql")),
    ("0064_allocated", include_str!("../migrations/0064_allocated.sql")),
    ("0065_made_by", include_str!("../migrations/0065_made_by.sql")),
    ("0066_one_piece", include_str!("../migrations/0066_one_piece.sql")),
    ("0068_notices", include_str!("../migrations/0068_notices.sql")),
    ("0069_agency", include_str!("../migrations/0069_agency.sql")),
    ("0070_online", include_str!("../migrations/0070_online.sql")),
    ("0071_refunds", include_str!("../migrations/0071_refunds.sql")),
    ("0072_pledges", include_str!("../migrations/0072_pledges.sql")),
    ("0073_from_banks", include_str!("../migrations/0073_from_banks.sql")),
    ("0074_circumstances", include_str!("../migrations/0074_circumstances.sql")),
    ("0075_budget_levels", include_str!("../migrations/0075_budget_levels.sql")),
    ("0076_parts_by_debit", include_str!("../migrations/0076_parts_by_debit.sql")),
    ("0077_kept_cards", include_str!("../migrations/0077_kept_cards.sql")),
    ("0078_refunds_found", include_str!("../migrations/0078_refunds_found.sql")),
    ("0079_open", include_str!("../migrations/0079_open.sql")),
    ("0080_cuts", include_str!("../migrations/0080_cuts.sql")),
    ("0081_kinds_of_unclaimed", include_str!("../migrations/0081_kinds_of_unclaimed.sql")),
    ("0084_called_off", include_str!("../migrations/0084_called_off.sql")),
    ("0086_spanish", include_str!("../migrations/0086_spanish.sql")),
    ("0087_as_planned", include_str!("../migrations/0087_as_planned.sql")),
    ("0088_due_parts", include_str!("../migrations/0088_due_parts.sql")),
    ("0089_kept_sums", include_str!("../migrations/0089_kept_sums.sql")),
    ("0091_counted_checks", include_str!("../migrations/0091_counted_checks.sql")),
    ("0093_paid_by_itself", include_str!("../migrations/0093_paid_by_itself.sql")),
    ("0094_under_way", include_str!("../migrations/0094_under_way.sql")),
    ("0095_currency", include_str!("../migrations/0095_currency.sql")),
    ("0098_asked_together", include_str!("../migrations/0098_asked_together.sql")),
    ("0099_owed_as", include_str!("../migrations/0099_owed_as.sql")),
    ("0101_elsewhere", include_str!("../migrations/0101_elsewhere.sql")),
    ("0105_bank_returns", include_str!("../migrations/0105_bank_returns.sql")),
    ("0109_large_security", include_str!("../migrations/0109_large_security.sql")),
    ("0113_booked", include_str!("../migrations/0113_booked.sql")),
    ("0120_stood_in", include_str!("../migrations/0120_stood_in.sql")),
];

const TABLES_SQLITE: Sql = Sql("select name from sqlite_master where type = 'table'");
const TABLES_POSTGRES: Sql = Sql("
    select cast(tablename as text) from pg_catalog.pg_tables where schemaname = current_schema()");
const APPLIED: Sql = Sql("select number, name, sha256 from migration order by number");
const APPLY: Sql = Sql("insert into migration (number, name, sha256) values ($1, $2, $3)");

/// Both engines' first statement of a new database.
const MIGRATION_TABLE: &str =
    "create table migration (number bigint primary key, name text not null, sha256 text not null)";
/// The last migration since which words are cut otherwise than before, so that what is found has to
/// be indexed anew.
const WORDS_CUT: &str = "0013_search_words";
/// Whoever migrates a PostgreSQL database holds this lock; the number says nothing.
const LOCK: &str = "select pg_advisory_xact_lock(776174)";

/// Brings a database that has tables up to this version.
pub(crate) fn existing(db: &Db) -> Result<()> {
    match db.read(pending)? {
        None => Err(Unavailable::Empty(db.location().clone()).into()),
        Some([]) => Ok(()),
        Some(_) => db.write(apply),
    }
}

/// Brings a database up to this version that may be empty.
pub(crate) fn new_or_existing(db: &Db) -> Result<()> {
    match db.read(pending)? {
        Some([]) => Ok(()),
        None | Some(_) => db.write(apply),
    }
}

/// The migrations that the database lacks; `None` when it has no tables at all.
fn pending(tx: &mut Tx) -> Result<Option<&'static [(&'static str, &'static str)]>> {
    let tables = tx.many(tx.either(TABLES_SQLITE, TABLES_POSTGRES), [], |row| row.text(0))?;
    if tables.is_empty() {
        return Ok(None);
    }
    let at = tx.location().clone();
    if !tables.iter().any(|it| it == "migration") {
        return Err(Unavailable::NotOurs(at).into());
    }
    let applied = tx.many(APPLIED, [], |row| Ok((row.int(0)?, row.text(1)?, row.text(2)?)))?;
    if MIGRATIONS.len() < applied.len() {
        let last = applied.last().map_or(0, |it| it.0);
        return Err(Unavailable::Newer { at, last }.into());
    }
    for ((_, name, hash), (ours, text)) in applied.iter().zip(MIGRATIONS) {
        if name != ours || *hash != sha256(text.as_bytes()) {
            return Err(Unavailable::Altered { at, migration: name.clone() }.into());
        }
    }
    Ok(Some(&MIGRATIONS[applied.len()..]))
}

fn apply(tx: &mut Tx) -> Result<()> {
    if let Location::Postgres(_) = tx.location() {
        tx.script(LOCK)?;
    }
    // Asked again under the lock: another process may have been first.
    let pending = match pending(tx)? {
        Some(pending) => pending,
        None => {
            let first = text_for(tx.location(), MIGRATION_TABLE);
            tx.script(&first)?;
            MIGRATIONS
        }
    };
    for (name, text) in pending {
        let number = name.split_once('_').and_then(|(number, _)| number.parse::<i64>().ok());
        let number = number.ok_or_else(|| anyhow!("the migration {name} has no number"))?;
        let ours = text_for(tx.location(), text);
        tx.script(&ours)?;
        tx.exec(APPLY, [number.into(), (*name).into(), sha256(text.as_bytes()).into()])?;
    }
    // Last of all, because it gathers from tables that later migrations may have changed.
    if pending.iter().any(|it| it.0 == WORDS_CUT) {
        crate::search::anew(tx)?;
    }
    Ok(())
}

/// The lines of a migration that are for this engine.
fn text_for(at: &Location, text: &str) -> String {
    let mut ours = String::new();
    let mut wanted = true;
    for line in text.lines() {
        match line.trim_end() {
            "-- +both" => wanted = true,
            "-- +sqlite" => wanted = matches!(at, Location::Sqlite(_)),
            "-- +postgres" => wanted = matches!(at, Location::Postgres(_)),
            line if wanted => {
                ours.push_str(line);
                ours.push('\n');
            }
            _ => {}
        }
    }
    match at {
        Location::Sqlite(_) => ours.replace("bigint", "integer").replace("bytea", "blob"),
        Location::Postgres(_) => ours,
    }
}

/// The SHA-256 of some bytes, in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|it| format!("{it:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_engine_reads_its_own_lines() {
        let text = "a bigint\n-- +sqlite\nb bytea\n-- +postgres\nc bytea\n-- +both\nd";
        assert_eq!(text_for(&Location::named("x.db"), text), "a integer\nb blob\nd\n");
        assert_eq!(text_for(&Location::named("postgres://x/y"), text), "a bigint\nc bytea\nd\n");
    }

    #[test]
    fn migrations_are_numbered_in_order() {
        let names: Vec<&str> = MIGRATIONS.iter().map(|it| it.0).collect();
        assert!(names.is_sorted_by(|one, next| one[..5] < next[..5]), "{names:?}");
        assert!(names.contains(&WORDS_CUT), "or else nothing is indexed anew");
        for name in names {
            let (number, rest) = name.split_once('_').unwrap();
            assert!(number.len() == 4 && number.parse::<u16>().is_ok(), "{name}");
            assert!(!rest.is_empty(), "{name}");
        }
    }
}
