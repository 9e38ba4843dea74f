//! What must be right in a header, an entry and its addenda, each for itself.

use meterbook_core::bank::{NotANumber, Routing};
use meterbook_core::money::Money;

use super::super::Faults;
use super::super::records::Record;
use super::codes::{
    CLASSES, change_words, direction, is_live, is_prenote, most_cents, most_notes, return_words,
};
use super::read::day;
use super::{Addenda, Batch, Entry, international};

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// Whether a text is filled with zeros, as if it were a number.
fn zeros(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it == b'0')
}

/// The file header.
pub(super) fn header(record: Record<'_>, faults: &mut Faults) {
    let line = record.line;
    let fixed = [(2, 3, "01", "priority code"), (35, 37, "094", "record size")];
    let more = [(38, 39, "10", "blocking factor"), (40, 40, "1", "format code")];
    for (from, to, wanted, what) in fixed.into_iter().chain(more) {
        let found = record.columns(from, to);
        if found != wanted {
            faults.refuse(line, format!("the {what} is {found} and should be {wanted}"));
        }
    }
    let (destination, origin) = (record.text(4, 13), record.text(14, 23));
    if !destination.is_empty() && !digits(destination) {
        faults
            .note(line, format!("the immediate destination is {destination}; it has digits only"));
    }
    // Behind a blank it is a routing number; else what the bank gave out, which may have letters.
    if record.columns(14, 14) == " " && !origin.is_empty() && !digits(origin) {
        faults.refuse(line, format!("the immediate origin is {origin}; it has digits only"));
    } else if !origin.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit()) {
        faults.refuse(
            line,
            format!("the immediate origin is {origin}; it has digits and capital letters only"),
        );
    }
    if day(record.columns(24, 29)).is_none() {
        let found = record.columns(24, 29);
        faults.refuse(line, format!("the file was made on {found}, which is no day; write YYMMDD"));
    }
}

/// A batch header.
pub(super) fn batch(batch: &Batch, record: Record<'_>, faults: &mut Faults) {
    let line = record.line;
    if !matches!(batch.service_class, 200 | 220 | 225 | 280) {
        let found = record.columns(2, 4);
        faults.refuse(
            line,
            format!("a service class {found} is not known; it is 200, 220, 225 or 280"),
        );
    }
    let advices = batch.service_class == 280;
    if !CLASSES.contains(&batch.class.as_str()) {
        faults.refuse(line, format!("an entry class {} is not known", batch.class));
    } else if advices != (batch.class == "ADV") {
        let class = &batch.class;
        faults.refuse(
            line,
            format!("service class {} with {class}; 280 is of ADV alone", batch.service_class),
        );
    }
    let effective = record.columns(70, 75);
    let given = !effective.trim().is_empty() && effective != "000000";
    if given && batch.effective.is_none() {
        // Operators settle such a batch on their next day.
        faults.note(
            line,
            format!("the effective date {} is no day; it is read as none", effective.trim()),
        );
    }
    if !matches!(record.columns(79, 79), "0" | "1" | "2" | " ") {
        let found = record.columns(79, 79);
        faults.refuse(line, format!("an originator status {found} is not known; it is 0, 1 or 2"));
    }
    for (text, what) in [(&batch.odfi, "originating bank"), (&batch.number, "batch number")] {
        if !digits(text) {
            faults.refuse(line, format!("the {what} is {}; it has digits only", text.trim()));
        }
    }
    if batch.international {
        international::batch(record, faults);
        return;
    }
    for (text, what) in [
        (&batch.company, "company's name"),
        (&batch.company_id, "company's number"),
        (&batch.description, "description"),
    ] {
        if text.is_empty() {
            faults.refuse(line, format!("the {what} is missing"));
        } else if zeros(text) {
            faults.refuse(line, format!("the {what} is missing: it is zeros alone"));
        }
    }
}

/// An entry.
pub(super) fn entry(class: &str, entry: &Entry, faults: &mut Faults) {
    let line = entry.line;
    let advice = (81..=88).contains(&entry.code);
    if direction(entry.code).is_none() {
        faults.refuse(line, format!("a transaction code {:02} is not known", entry.code));
    } else if !class.is_empty() && advice != (class == "ADV") {
        faults.refuse(line, format!("a transaction code {} in a batch of {class}", entry.code));
    }
    match Routing::parse(&entry.routing) {
        Err(NotANumber::RoutingCheck) => {
            faults.refuse(line, "the routing number fails its check digit");
        }
        Err(_) => faults.refuse(line, "the routing number is not nine digits"),
        Ok(_) => {}
    }
    if entry.account.is_empty() {
        faults.refuse(line, "the account number is missing");
    }
    if !matches!(entry.indicator.as_str(), "0" | "1") {
        faults.refuse(line, format!("the addenda indicator is {}; it is 0 or 1", entry.indicator));
    }
    // Of what comes back the addenda say whose it is: a shorter one is taken.
    if !digits(entry.trace.trim()) {
        faults.refuse(line, "the trace number is not fifteen digits");
    }
    if is_prenote(entry.code) && entry.amount.cents() != 0 {
        faults.refuse(line, format!("a prenote (code {}) with an amount; it has none", entry.code));
    }
    if most_cents(class).is_some_and(|it| it < entry.amount.cents()) {
        faults.refuse(
            line,
            format!("{} is more than an entry of {class} may be", entry.amount.plain()),
        );
    }
}

/// The addenda of every entry of a batch.
pub(super) fn addenda(batch: &Batch, faults: &mut Faults) {
    for entry in &batch.entries {
        for added in &entry.addenda {
            kind(batch, added, faults);
        }
        announced(entry, faults);
        let has = |kind: &str| entry.addenda.iter().any(|it| it.kind == kind);
        // Prenotes and entries that only carry a note have codes of their own; what comes back has no
        // amount where what was sent had none.
        let sent = !has("98") && !has("99");
        if sent && entry.amount == Money::ZERO && is_live(&batch.class, entry.code) {
            faults.refuse(
                entry.line,
                format!(
                    "an entry (code {}) of nothing; banks turn it down, and a prenote has a code of its own",
                    entry.code
                ),
            );
        }
        let named = !entry.name.is_empty() && !zeros(&entry.name);
        if sent && batch.class == "TEL" && !named {
            faults.refuse(entry.line, "an entry of TEL without the customer's name");
        }
        if has("98") && has("99") {
            faults.refuse(entry.line, "an entry that is a return (99) and a change (98) at once");
        }
        if batch.class == "COR" && !has("98") {
            faults.refuse(entry.line, "a notification of change (COR) without its addenda 98");
        }
        if batch.class == "COR" && entry.amount != Money::ZERO {
            let what = format!(
                "a notification of change (COR) of {}; it moves nothing, and its amount is zero",
                entry.amount.plain()
            );
            // From abroad it comes with the amount of what is to be changed.
            match batch.international {
                true => faults.note(entry.line, what),
                false => faults.refuse(entry.line, what),
            }
        }
        if matches!(batch.class.as_str(), "DNE" | "ENR") && entry.addenda.is_empty() {
            faults
                .refuse(entry.line, format!("an entry of {} without its addenda 05", batch.class));
        }
        notes(&batch.class, entry, faults);
        if sent {
            counted(entry, faults);
        }
        sequences(entry, faults);
        if batch.international {
            international::addenda(entry, faults);
        }
    }
}

fn announced(entry: &Entry, faults: &mut Faults) {
    match (entry.indicator.as_str(), entry.addenda.first()) {
        ("0", Some(first)) => {
            faults.refuse(
                first.line,
                "an addenda that its entry does not announce; its indicator is 0",
            );
        }
        ("1", None) => {
            faults.refuse(entry.line, "the entry announces an addenda and none follows");
        }
        _ => {}
    }
}

fn kind(batch: &Batch, added: &Addenda, faults: &mut Faults) {
    let line = added.line;
    let code = added.code();
    match added.kind.as_str() {
        "02" if !matches!(batch.class.as_str(), "MTE" | "POS" | "SHR" | "") => {
            faults.refuse(
                line,
                format!(
                    "an addenda 02 in a batch of {}; terminals are of MTE, POS and SHR",
                    batch.class
                ),
            );
        }
        "02" | "05" => {}
        "10" | "11" | "12" | "13" | "14" | "15" | "16" | "17" | "18" => {
            if !batch.international {
                faults.refuse(
                    line,
                    format!(
                        "an addenda {} in a batch of {}; it is of IAT",
                        added.kind, batch.class
                    ),
                );
            }
        }
        "98" if change_words(code).is_none() => {
            faults.refuse(
                line,
                format!("a change code {code} is not known; they are C01 to C14 and C61 to C69"),
            );
        }
        "99" if return_words(code).is_none() => {
            faults.refuse(line, format!("a return code {code} is not known; they are R01 to R85"));
        }
        "98" | "99" if !digits(added.columns(7, 21)) || added.columns(7, 21).len() != 15 => {
            faults
                .refuse(line, "the trace number of the entry that was sent is not fifteen digits");
        }
        "98" if added.columns(36, 64).is_empty() => {
            faults.refuse(line, "a change without what is to be different");
        }
        "98" | "99" => {}
        other => faults.refuse(line, format!("an addenda {other} is not known")),
    }
}

/// How many notes an entry of a class may have.
fn notes(class: &str, entry: &Entry, faults: &mut Faults) {
    let Some(most) = most_notes(class) else { return };
    let mut notes = entry.addenda.iter().filter(|it| it.kind == "05");
    if let Some(first_beyond) = notes.nth(most) {
        let what = match most {
            0 => format!("an addenda 05 of an entry of {class}, which has none"),
            _ => format!("a second addenda 05 of an entry of {class}, which has one at most"),
        };
        faults.refuse(first_beyond.line, what);
    }
}

/// Where a class has an entry say how many addenda follow, so many do.
fn counted(entry: &Entry, faults: &mut Faults) {
    let Some(said) = &entry.counted else { return };
    let found = entry.addenda.len();
    let none = said.is_empty() && found == 0;
    if !none && said.parse() != Ok(found) {
        faults.refuse(entry.line, format!("the entry says addenda {said}; it is {found}"));
    }
}

/// Notes count up from 1 and name the entry by the end of its trace.
fn sequences(entry: &Entry, faults: &mut Faults) {
    let notes = entry.addenda.iter().filter(|it| it.kind == "05");
    for (note, wanted) in notes.zip(1_u64..) {
        let (count, of) = (note.columns(84, 87), note.columns(88, 94));
        if count.parse() != Ok(wanted) {
            faults.refuse(
                note.line,
                format!("the addenda is number {count} of its entry and should be {wanted}"),
            );
        }
        if entry.trace.get(8..) != Some(of) {
            faults.refuse(
                note.line,
                format!("the addenda is of entry {of}, and stands below another"),
            );
        }
    }
}
