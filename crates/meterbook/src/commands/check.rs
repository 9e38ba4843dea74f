//! `check`: verify the books.

use std::fmt;

use anyhow::Result;
use meterbook_app::check::{Report, check as verify};
use meterbook_app::mandate;

use crate::args::Place;
use crate::say;

/// `check` found something; what, is printed already.
#[derive(Debug)]
pub(crate) struct NotClean;

pub(crate) fn check(place: &Place, json: bool) -> Result<()> {
    let db = super::open(place)?;
    let mut report = verify(&db)?;
    if db.read(mandate::any)? {
        let key = super::debit::key(place);
        report.rules.push(db.read(|tx| mandate::opens(tx, &key))?);
    }
    if json {
        say::line(as_json(&report));
    } else {
        for rule in &report.rules {
            let verdict = if rule.faults.is_empty() { "holds" } else { "BROKEN" };
            say::line(format_args!("{verdict:<6}  {}  ({} looked at)", rule.says, rule.examined));
            for fault in &rule.faults {
                say::line(format_args!("        {fault}"));
            }
        }
        say::line(if report.clean() { "clean" } else { "NOT CLEAN" });
    }
    if report.clean() { Ok(()) } else { Err(NotClean.into()) }
}

fn as_json(report: &Report) -> serde_json::Value {
    let rules = report.rules.iter().map(|it| {
        serde_json::json!({ "rule": it.name, "says": it.says, "examined": it.examined, "faults": it.faults })
    });
    serde_json::json!({ "clean": report.clean(), "rules": rules.collect::<Vec<_>>() })
}

impl fmt::Display for NotClean {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the books are not clean")
    }
}

impl std::error::Error for NotClean {}
