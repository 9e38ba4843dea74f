//! Blocks of interval values: filed by month, and never added up twice where two lie over each other.

use jiff::Timestamp;
use meterbook_checks::engines::{self, Raw};
use meterbook_core::id::{BatchId, ChannelId};
use meterbook_core::reads::{Month, Series};
use meterbook_store::batch::Batch;
use meterbook_store::bill::Known;
use meterbook_store::{Db, batch, read};

use crate::sample;

/// The quarter-hour channel of the sample.
const CHANNEL: ChannelId = ChannelId(2);

/// So many hours of a value from an instant on.
fn hours(start: &str, count: usize, micro: i64) -> Series {
    let start = instant(start);
    let (missing, estimated) = (Vec::new(), Vec::new());
    Series { start, minutes: 60, micro: vec![micro; count], missing, estimated }
}

/// Keeps a series as of a file of its own.
fn keep(db: &Db, id: i64, series: &Series) {
    let blocks = series.into_blocks();
    let blocks: Vec<_> = blocks.into_iter().map(|(month, it)| (CHANNEL, month, it)).collect();
    let file = Batch {
        id: BatchId(id),
        file_name: format!("{id}.csv"),
        sha256: id.to_string(),
        kind: "wide".to_owned(),
        accepted: 1,
        rejected: 0,
        at: sample::at(),
    };
    db.write(|tx| {
        batch::add(tx, &file, &[], &[])?;
        read::add_blocks(tx, file.id, &blocks)
    })
    .expect("a file is kept");
}

/// What is shown of two instants' months: how many values in how many blocks, and their sum.
fn shown(db: &Db, from: &str, to: &str, known: Known) -> (usize, usize, i64) {
    let months = Month::around(instant(from), instant(to));
    let mut all = (0, 0, 0);
    let add = |_, _, block: &meterbook_core::reads::Block| {
        all = (all.0 + 1, all.1 + block.values.len(), all.2 + block.values.iter().sum::<i64>());
        Ok(())
    };
    db.read(|tx| read::each_month(tx, CHANNEL..=CHANNEL, months, known, add)).expect("it is shown");
    all
}

fn instant(said: &str) -> Timestamp {
    said.parse().expect("it is an instant")
}

#[test]
fn what_lies_over_the_end_of_a_month_is_shown_once() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        // A May of Chicago is one block, and reaches five hours into June.
        keep(db, 100, &hours("2031-05-01T05:00:00Z", 744, 1));
        let (from, to) = ("2031-05-01T05:00:00Z", "2031-07-01T05:00:00Z");
        assert_eq!(shown(db, from, to, Known::ALL), (1, 744, 744));
        // Its June follows on.
        keep(db, 101, &hours("2031-06-01T05:00:00Z", 720, 1));
        assert_eq!(shown(db, from, to, Known::ALL), (2, 1_464, 1_464));
        // A correction that is filed with June begins in the hours that are filed with May.
        keep(db, 102, &hours("2031-06-01T02:00:00Z", 48, 10));
        let corrected = shown(db, from, to, Known::ALL);
        assert_eq!((corrected.1, corrected.2), (1_464, 1_464 + 48 * 9));
        let before = Known { batch: 101, ..Known::ALL };
        assert_eq!(shown(db, from, to, before), (2, 1_464, 1_464));
        // And one of May alone.
        keep(db, 103, &hours("2031-05-10T00:00:00Z", 1, 5));
        assert_eq!(shown(db, from, to, Known::ALL).2, 1_464 + 48 * 9 + 4);
    });
}

#[test]
fn a_month_of_a_channel_is_asked_for_alone() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let may = hours("2031-05-01T05:00:00Z", 744, 1);
        keep(db, 100, &may);
        keep(db, 101, &hours("2031-05-03T00:00:00Z", 2, 8));
        let month = Month::of(may.start);
        let known = |batch| Known { batch, ..Known::ALL };
        let of = |month, batch| read::of_month(db, CHANNEL, month, known(batch)).unwrap();
        assert_eq!(of(month, 100), Some(may.clone()));
        let corrected = of(month, 101).unwrap();
        assert_eq!(corrected.micro.iter().sum::<i64>(), 744 + 14);
        assert_eq!(of(month, 99), None);
        assert_eq!(of(month.next(), 101), None);
    });
}

#[test]
fn a_server_that_closed_its_connections_is_asked_over_a_new_one() {
    engines::each(|db, _| {
        db.write(sample::keep).unwrap();
        let mut raw = Raw::beside(db).unwrap();
        let mut close = || {
            if let Raw::Postgres(_) = raw {
                raw.run(
                    "select pg_terminate_backend(pid) from pg_stat_activity
                     where datname = current_database() and pid <> pg_backend_pid()",
                )
                .unwrap();
            }
        };
        let month = Month::of(instant("2031-05-01T00:00:00Z"));
        close();
        assert_eq!(read::of_month(db, CHANNEL, month, Known::ALL).unwrap(), None);
        close();
        assert!(!db.read(batch::all).unwrap().is_empty());
        close();
        db.write(|tx| read::add_blocks(tx, BatchId(1), &[])).unwrap();
        // What fails in a transaction is taken back, and the connection is as good as new.
        let failed: anyhow::Result<()> = db.write(|tx| {
            batch::all(tx)?;
            anyhow::bail!("no")
        });
        assert!(failed.is_err());
        assert!(!db.read(batch::all).unwrap().is_empty());
    });
}
