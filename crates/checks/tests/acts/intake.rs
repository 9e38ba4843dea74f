//! Files of reads: what is taken, what comes back, and what a second time does.

use std::path::{Path, PathBuf};

use anyhow::Result;
use meterbook_app::intake::{self, Import, Imported};
use meterbook_checks::engines;
use meterbook_core::meter::Flow;

use meterbook_store::Db;

use crate::village::{self, quarters};

fn put(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    std::fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder is made");
    std::fs::write(&file, text).expect("a file is written");
    file
}

fn import(db: &Db, folder: &Path, file: &Path, meter: Option<&str>) -> Result<Imported> {
    let rejects = folder.join("rejects");
    let wanted = Import { file, shape: None, zone: None, meter, rejects: &rejects };
    intake::import(db, village::actor(), &wanted, &mut |_| ())
}

/// Accepted and rejected.
fn counts(imported: &Imported) -> (i64, i64) {
    (imported.batch.accepted, imported.batch.rejected)
}

#[test]
fn a_line_has_to_say_which_way_of_a_meter_that_counts_both() {
    engines::each(|db, folder| {
        village::found(db);
        let both = [quarters(Flow::Delivered), quarters(Flow::Received)];
        village::take_on(db, &village::customer("E-1", &both)).unwrap();
        village::take_on(db, &village::customer("E-2", &[quarters(Flow::Received)])).unwrap();
        let text = "meter,start,value,flow\nE-1,2026-03-01T00:00:00Z,1,\n\
                    E-1,2026-03-01T00:00:00Z,2,received\nE-2,2026-03-01T00:00:00Z,3,\n";
        let file = put(folder, "reads.csv", text);
        let imported = import(db, folder, &file, None).unwrap();
        assert_eq!(counts(&imported), (2, 1));
        let back = std::fs::read_to_string(imported.rejects.unwrap()).unwrap();
        assert!(back.contains("counts both ways; say delivered or received"), "{back}");
    });
}
