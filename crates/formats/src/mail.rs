//! What a mail house is told of a package: the manifest as CSV and as JSON, and the control report
//! that a person reads.

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use meterbook_core::delivery::PaperKind;
use meterbook_core::delivery::envelope::{Manifest, Sum};
use serde_json::{Map, Value, json};

use crate::table;

/// The columns of the manifest.
const COLUMNS: [&str; 22] = [
    "sequence",
    "piece",
    "account",
    "kind",
    "number",
    "dated_on",
    "amount_due",
    "copy",
    "name",
    "line_1",
    "line_2",
    "line_3",
    "tracking",
    "routing",
    "bars",
    "pages",
    "sheets",
    "inserts",
    "ounces",
    "file",
    "first_page",
    "sha256",
];

/// The manifest as CSV: a line for each envelope.
pub fn csv(manifest: &Manifest) -> Result<Vec<u8>, csv::Error> {
    let mut written = csv::Writer::from_writer(Vec::new());
    written.write_record(COLUMNS)?;
    for it in &manifest.envelopes {
        let mut lines = it.address.lines();
        let mut line = || table::text(lines.next().unwrap_or_default());
        let [name, first, second] = [line(), line(), line()];
        let third = table::text(&lines.collect::<Vec<_>>().join(", "));
        written.write_record([
            it.sequence.to_string(),
            it.piece.clone(),
            it.account.to_string(),
            it.kind.to_string(),
            it.number.clone(),
            it.on.to_string(),
            it.amount_due.plain(),
            if it.copy { "yes" } else { "" }.to_owned(),
            name,
            first,
            second,
            third,
            it.tracking.clone().unwrap_or_default(),
            it.routing.clone(),
            it.bars.clone().unwrap_or_default(),
            it.pages.to_string(),
            it.sheets.to_string(),
            it.inserts.to_string(),
            it.ounces.to_string(),
            it.file.clone(),
            it.first_page.to_string(),
            it.sha256.clone(),
        ])?;
    }
    written.into_inner().map_err(|why| why.into_error().into())
}

/// The manifest as JSON, with its sums and the hash of each file of pages.
pub fn json(manifest: &Manifest) -> String {
    let envelopes = manifest.envelopes.iter().map(|it| {
        json!({
            "sequence": it.sequence,
            "piece": it.piece,
            "account": it.account.to_string(),
            "kind": it.kind.word(),
            "number": it.number,
            "dated_on": it.on.to_string(),
            "amount_due": it.amount_due.plain(),
            "copy": it.copy,
            "address": it.address.lines().collect::<Vec<_>>(),
            "tracking": it.tracking,
            "routing": it.routing,
            "bars": it.bars,
            "pages": it.pages,
            "sheets": it.sheets,
            "inserts": it.inserts,
            "ounces": it.ounces,
            "file": it.file,
            "first_page": it.first_page,
            "sha256": it.sha256,
        })
    });
    let kinds = manifest.kinds().into_iter();
    let kinds = kinds.map(|kind| (kind.to_string(), sum(&manifest.sum(|it| it.kind == kind))));
    let files = manifest.files.iter();
    let files = files.map(|it| json!({ "name": it.name, "pages": it.pages, "sha256": it.sha256 }));
    let whole = json!({
        "package": manifest.id.0,
        "dated_from": manifest.billed.start().to_string(),
        "dated_until": manifest.billed.end().to_string(),
        "began_at": manifest.began_at.to_string(),
        "sum": sum(&manifest.sum(|_| true)),
        "sums": kinds.collect::<Map<_, _>>(),
        "files": files.collect::<Vec<_>>(),
        "envelopes": envelopes.collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}

fn sum(it: &Sum) -> Value {
    json!({
        "envelopes": it.envelopes,
        "pages": it.pages,
        "sheets": it.sheets,
        "inserts": it.inserts,
        "amount_due": it.amount_due.plain(),
        "without_barcode": it.without_bars,
    })
}

/// The control report: what somebody compares with what came off the machines.
pub fn control(manifest: &Manifest) -> String {
    let mut text = String::new();
    report(&mut text, manifest).expect("a text takes what is written to it");
    text
}

fn report(text: &mut String, it: &Manifest) -> fmt::Result {
    let (from, to) = (it.billed.start(), it.billed.end());
    writeln!(text, "Package {}, dated from {from} up to, not with, {to}", it.id)?;
    writeln!(text, "Begun {}\n", it.began_at)?;
    let last = it.envelopes.len();
    writeln!(text, "Sequence   1 to {last}, without a gap\n")?;
    writeln!(
        text,
        "{:<12}{:>10}{:>10}{:>10}{:>10}{:>18}",
        "", "Envelopes", "Pages", "Sheets", "Inserts", "Amount due"
    )?;
    let mut row = |name: &str, sum: &Sum| {
        let Sum { envelopes, pages, sheets, inserts, amount_due, .. } = sum;
        let amount = amount_due.to_string();
        writeln!(text, "{name:<12}{envelopes:>10}{pages:>10}{sheets:>10}{inserts:>10}{amount:>18}")
    };
    let weights: BTreeSet<i64> = it.envelopes.iter().map(|it| it.ounces).collect();
    for ounces in weights {
        row(&format!("{ounces} oz"), &it.sum(|it| it.ounces == ounces))?;
    }
    for kind in it.kinds() {
        row(named(kind), &it.sum(|it| it.kind == kind))?;
    }
    row("Copies", &it.sum(|it| it.copy))?;
    let whole = it.sum(|_| true);
    row("Whole", &whole)?;
    writeln!(text, "\nWithout a barcode: {}", whole.without_bars)?;
    let without_zip = it.sum(|it| it.routing.is_empty()).envelopes;
    writeln!(text, "Without a ZIP code: {without_zip}\n")?;
    writeln!(text, "{:<20}{:>8}  SHA-256", "File", "Pages")?;
    for file in &it.files {
        writeln!(text, "{:<20}{:>8}  {}", file.name, file.pages, file.sha256)?;
    }
    Ok(())
}

/// Many of a sort, as the report calls them.
fn named(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::Bill => "Bills",
        PaperKind::Note => "Notes",
        PaperKind::Summary => "Summaries",
        PaperKind::Letter => "Letters",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::civil::date;
    use meterbook_core::delivery::envelope::{Envelope, Pages};
    use meterbook_core::id::{AccountNumber, PackageId};
    use meterbook_core::money::Money;
    use meterbook_core::period::Period;

    fn manifest() -> Manifest {
        let envelope = Envelope {
            sequence: 1,
            piece: "B-1/1/post".to_owned(),
            account: AccountNumber::new(44_170_926).unwrap(),
            kind: PaperKind::Bill,
            number: "B-1".to_owned(),
            on: date(2026, 2, 2),
            amount_due: Money::from_cents(123_456),
            copy: false,
            address: "Quill, Rosa\nc/o Bell\n12 Mill St\nUnit 4\nAlder Creek IL 60000".to_owned(),
            tracking: Some("00270123456000000007".to_owned()),
            routing: "60000".to_owned(),
            bars: Some("FADT".to_owned()),
            pages: 2,
            sheets: 1,
            inserts: 0,
            ounces: 1,
            file: "1oz-001.pdf".to_owned(),
            first_page: 1,
            sha256: "5f".to_owned(),
        };
        let pages = Pages { name: "1oz-001.pdf".to_owned(), pages: 2, sha256: "ab".to_owned() };
        Manifest {
            id: PackageId(3),
            billed: Period::new(date(2026, 2, 1), date(2026, 3, 1)).unwrap(),
            began_at: Timestamp::UNIX_EPOCH,
            envelopes: vec![envelope],
            files: vec![pages],
        }
    }

    #[test]
    fn a_manifest_says_the_same_in_both_forms() {
        let lines = String::from_utf8(csv(&manifest()).unwrap()).unwrap();
        assert_eq!(
            lines.lines().nth(1).unwrap(),
            "1,B-1/1/post,4417-0926-8,bill,B-1,2026-02-02,1234.56,,\"Quill, Rosa\",c/o Bell,12 Mill St,\
             \"Unit 4, Alder Creek IL 60000\",00270123456000000007,60000,FADT,2,1,0,1,1oz-001.pdf,1,5f"
        );
        let said: Value = serde_json::from_str(&json(&manifest())).unwrap();
        assert_eq!(said["sum"]["amount_due"], "1234.56");
        assert_eq!(said["sums"]["bill"], said["sum"]);
        assert_eq!(said["envelopes"][0]["account"], "4417-0926-8");
        assert_eq!(said["envelopes"][0]["address"][4], "Alder Creek IL 60000");
        assert_eq!(said["files"][0]["sha256"], "ab");
    }

    #[test]
    fn a_control_report_says_what_to_count() {
        let text = control(&manifest());
        for line in [
            "Package 3, dated from 2026-02-01 up to, not with, 2026-03-01",
            "Sequence   1 to 1, without a gap",
            "1 oz                 1         2         1         0         $1,234.56",
            "Bills                1         2         1         0         $1,234.56",
            "Copies               0         0         0         0             $0.00",
            "Whole                1         2         1         0         $1,234.56",
            "Without a barcode: 0",
            "1oz-001.pdf                2  ab",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is missing in\n{text}");
        }
    }
}
