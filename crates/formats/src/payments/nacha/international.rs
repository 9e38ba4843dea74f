//! What is special in batches that go abroad (IAT): their header and their seven addenda.

use super::super::Faults;
use super::super::records::Record;
use super::{Addenda, Entry};

/// What an entry may be for (addenda 10).
const REASONS: [&str; 21] = [
    "ANN", "BUS", "CCD", "CTX", "DEP", "LOA", "MIS", "MOR", "PEN", "PPD", "REM", "RLS", "SAL",
    "TAX", "ARC", "BOC", "MTE", "POP", "POS", "RCK", "SHR",
];
/// The classes of remote authorization, which stand in the same columns.
const REMOTE: [&str; 2] = ["TEL", "WEB"];

/// The header of a batch: how its money is changed.
pub(super) fn batch(record: Record<'_>, faults: &mut Faults) {
    let (change, reference) = (record.columns(21, 22), record.columns(23, 23));
    if !matches!(change, "FV" | "VF" | "FF") {
        faults.refuse(record.line, format!("how money is changed is {change}; it is FV, VF or FF"));
    }
    if !matches!(reference, "1" | "2" | "3") {
        faults.refuse(
            record.line,
            format!("the kind of reference of the rate is {reference}; it is 1, 2 or 3"),
        );
    }
    let letters = |from: usize, to: usize| {
        let text = record.columns(from, to);
        text.len() == to + 1 - from && text.bytes().all(|it| it.is_ascii_uppercase())
    };
    if !letters(39, 40) {
        faults.refuse(record.line, "the country of destination is not two letters");
    }
    if !letters(64, 66) || !letters(67, 69) {
        faults.refuse(record.line, "a currency is not three letters");
    }
}

/// The addenda of an entry: 10 to 16 once each in their order, then up to two notes and up to five
/// banks between.
pub(super) fn addenda(entry: &Entry, faults: &mut Faults) {
    let kinds: Vec<&str> = entry.addenda.iter().map(|it| it.kind.as_str()).collect();
    let wanted = ["10", "11", "12", "13", "14", "15", "16"];
    if kinds.get(..wanted.len()) != Some(wanted.as_slice()) {
        faults.refuse(
            entry.line,
            "an international entry has addenda 10 to 16, once each and in this order",
        );
    }
    for (kind, most) in [("17", 2), ("18", 5)] {
        if most < kinds.iter().filter(|it| **it == kind).count() {
            faults.refuse(entry.line, format!("more than {most} addenda {kind}"));
        }
    }
    for added in &entry.addenda {
        alone(added, faults);
        let named = matches!(added.kind.as_str(), "98" | "99");
        let of = added.columns(88, 94);
        if !named && entry.trace.get(8..) != Some(of) {
            faults.refuse(
                added.line,
                format!("the addenda is of entry {of}, and stands below another"),
            );
        }
    }
}

fn alone(added: &Addenda, faults: &mut Faults) {
    let mut needed = |from: usize, to: usize, what: &str| {
        if added.columns(from, to).is_empty() {
            faults.refuse(added.line, format!("the addenda {} is without {what}", added.kind));
        }
    };
    match added.kind.as_str() {
        "10" => needed(47, 81, "the receiver's name"),
        "11" => {
            needed(4, 38, "the originator's name");
            needed(39, 73, "the originator's street");
        }
        "12" => {
            needed(4, 38, "the originator's city");
            needed(39, 73, "the originator's country");
        }
        "13" | "14" | "18" => {
            needed(4, 38, "the bank's name");
            needed(41, 74, "the bank's number");
            needed(75, 77, "the bank's country");
        }
        "15" => needed(19, 53, "the receiver's street"),
        "16" => {
            needed(4, 38, "the receiver's city");
            needed(39, 73, "the receiver's country");
        }
        _ => {}
    }
    let reason = added.columns(4, 6);
    if added.kind == "10" && !REASONS.contains(&reason) && !REMOTE.contains(&reason) {
        faults.refuse(
            added.line,
            format!("a reason {reason} of an international entry is not known"),
        );
    }
    let number = added.columns(39, 40);
    if matches!(added.kind.as_str(), "13" | "14" | "18") && !matches!(number, "01" | "02" | "03") {
        faults.refuse(
            added.line,
            format!("the kind of the bank's number is {number}; it is 01, 02 or 03"),
        );
    }
}
