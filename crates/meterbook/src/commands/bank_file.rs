//! `inspect` of files of payments and of banks: NACHA, BAI2, lockbox, SEPA.

use std::fs::File;
use std::io::Seek;

use anyhow::{Context, Result, anyhow};
use meterbook_core::limits::PAYMENT_ROWS;
use meterbook_core::money::Money;
use meterbook_core::text::{counted, grouped};
use meterbook_formats::payments::nacha::codes::{self, Retry, change_words, return_words};
use meterbook_formats::payments::sepa::{Statement, Statuses, reason_words};
use meterbook_formats::payments::{
    Faults, Found, Kind, bai2, decimal_of, find, lockbox, nacha, sepa,
};
use meterbook_formats::reads::{NotRead, unpacked};
use serde_json::{Value, json};

use super::inspect::notes;
use crate::args::inspect::Inspect;
use crate::say;

/// Says what is in a file, if it is one of payments; whether it is.
pub(crate) fn inspect(args: &Inspect, kind: Option<Kind>, file: &mut File) -> Result<bool> {
    let looked = unpacked(&mut *file, |from| find(from, kind));
    let found = match (looked, kind) {
        (Ok(Some((kind, found))), _) => {
            let value = as_json(kind, &found);
            if args.json {
                say::line(value);
            } else {
                table(kind, &found);
            }
            found
        }
        (Err(why), Some(kind)) => return Err(not_read(args, kind, why)),
        // Whoever reads files of reads says what else is wrong with it.
        (Ok(None) | Err(_), _) => {
            file.rewind().with_context(|| format!("{} cannot be read", args.file.display()))?;
            return Ok(false);
        }
    };
    if args.green_button.is_some() {
        return Err(anyhow!(
            "there are no reads in {}; --green-button writes reads",
            args.file.display()
        ));
    }
    match &found.faults().refused {
        Some(why) => Err(anyhow!("line {}: {}", why.line, why.what)
            .context(format!("{} is refused", args.file.display()))),
        None => Ok(true),
    }
}

fn not_read(args: &Inspect, kind: Kind, why: NotRead) -> anyhow::Error {
    if args.json {
        let what = why.to_string();
        say::line(json!({
            "format": kind.word(),
            "rejects": [{ "line": why.line(), "what": what }],
            "refused": what,
        }));
    }
    anyhow::Error::new(why).context(format!("{} is refused", args.file.display()))
}

fn as_json(kind: Kind, found: &Found) -> Value {
    let mut object = match found {
        Found::Nacha(it) => of_nacha(it),
        Found::Bai2(it) => of_bai2(it),
        Found::Lockbox(it) => of_lockbox(it),
        Found::Debits(it) => of_debits(it),
        Found::Statuses(it) => of_statuses(it),
        Found::Statements(it) => of_statements(it),
    };
    object["format"] = kind.word().into();
    faults(found.faults(), &mut object);
    object
}

fn faults(faults: &Faults, object: &mut Value) {
    let told = faults.listed.iter().map(|it| json!({ "line": it.line, "what": it.what }));
    object["rejects"] = told.collect();
    if 0 < faults.more {
        object["more_rejects"] = faults.more.into();
    }
    if let Some(why) = &faults.refused {
        object["refused"] = format!("line {}: {}", why.line, why.what).into();
    }
}

fn of_nacha(it: &nacha::File) -> Value {
    let (debit, credit) = it.totals();
    let returns = it.returns().take(PAYMENT_ROWS).map(|it| {
        json!({
            "code": it.code,
            "trace": it.trace,
            "amount": it.amount.plain(),
            "direction": it.direction.map(|it| it.word()),
            "id": it.id,
            "stage": it.stage.word(),
            "means": return_words(&it.code),
            "retry": codes::retry(&it.code) == Retry::Allowed,
        })
    });
    let changes = it.changes().take(PAYMENT_ROWS).map(|it| {
        json!({
            "code": it.code,
            "trace": it.trace,
            "corrected": it.corrected,
            "id": it.id,
            "means": change_words(&it.code),
        })
    });
    json!({
        "batches": it.batches.len(),
        "entries": it.entries(),
        "prenotes": it.prenotes(),
        "debit_total": debit.plain(),
        "credit_total": credit.plain(),
        "returns": returns.collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
    })
}

fn of_bai2(it: &bai2::File) -> Value {
    let accounts = it.accounts().take(PAYMENT_ROWS).map(|it| {
        let decimal = |amount: Money| decimal_of(amount.cents(), &it.currency);
        let (credits, debits) = it.moved();
        let balances = it.balances.iter().map(|(kind, amount)| (kind.clone(), decimal(*amount)));
        json!({
            "account": it.number,
            "currency": it.currency,
            "credits": decimal(credits),
            "debits": decimal(debits),
            "transactions": it.transactions.len(),
            "control_total": decimal(it.control),
            "balances": balances.collect::<std::collections::BTreeMap<_, _>>(),
        })
    });
    json!({ "groups": it.groups.len(), "accounts": accounts.collect::<Vec<_>>() })
}

fn of_lockbox(it: &lockbox::File) -> Value {
    let batches = it.batches.iter().take(PAYMENT_ROWS).map(|it| {
        json!({
            "lockbox": it.lockbox,
            "batch": it.number,
            "deposited": it.deposited.map(|it| it.to_string()),
            "items": it.items.len(),
            "total": it.total().plain(),
        })
    });
    json!({
        "batches": batches.collect::<Vec<_>>(),
        "items": it.items(),
        "total": it.total().plain(),
    })
}

fn of_debits(it: &sepa::Collected) -> Value {
    let collections = it.collections.iter().take(PAYMENT_ROWS).map(|it| {
        json!({
            "id": it.id,
            "scheme": it.instrument,
            "sequence": it.sequence,
            "on": it.on,
            "creditor": it.creditor,
            "debits": it.debits.len(),
            "total": it.total().plain(),
        })
    });
    json!({
        "message": it.message,
        "collections": collections.collect::<Vec<_>>(),
        "debits": it.debits(),
        "total": it.total().plain(),
    })
}

fn of_statuses(it: &Statuses) -> Value {
    let outcomes = it.outcomes.iter().take(PAYMENT_ROWS).map(|it| {
        json!({
            "end_to_end": it.end_to_end,
            "collection": it.collection,
            "status": it.status,
            "reason": it.reason,
            "means": reason_words(&it.reason),
            "amount": it.amount.map(Money::plain),
            "mandate": it.mandate,
        })
    });
    json!({
        "message": it.message,
        "original": it.original,
        "status": it.status,
        "reason": it.reason,
        "outcomes": outcomes.collect::<Vec<_>>(),
    })
}

fn of_statements(it: &sepa::Statements) -> Value {
    let accounts = it.statements.iter().take(PAYMENT_ROWS).map(|it| {
        let (credits, debits) = it.moved();
        let balances = it.balances.iter();
        let balances = balances.filter_map(|it| Some((it.kind.clone(), it.amount?.plain())));
        json!({
            "account": it.account,
            "currency": currency(it),
            "entries": it.entries.len(),
            "credits": credits.plain(),
            "debits": debits.plain(),
            "balances": balances.collect::<std::collections::BTreeMap<_, _>>(),
        })
    });
    let returns = it.returns().take(PAYMENT_ROWS).map(|(entry, it)| {
        json!({
            "code": it.reason,
            "means": reason_words(&it.reason),
            "end_to_end": it.end_to_end,
            "mandate": it.mandate,
            "amount": entry.amount_of(it).map(Money::plain),
            "charge": it.charge.map(Money::plain),
        })
    });
    json!({
        "message": it.message,
        "accounts": accounts.collect::<Vec<_>>(),
        "returns": returns.collect::<Vec<_>>(),
    })
}

/// The account's currency, or that of what is booked on it.
fn currency(it: &Statement) -> &str {
    match it.entries.first() {
        Some(first) if it.currency.is_empty() => &first.currency,
        _ => &it.currency,
    }
}

fn money(amount: Money) -> String {
    grouped(&amount.plain())
}

fn table(kind: Kind, found: &Found) {
    let mut lines = match found {
        Found::Nacha(it) => nacha_lines(it),
        Found::Bai2(it) => bai2_lines(it),
        Found::Lockbox(it) => lockbox_lines(it),
        Found::Debits(it) => debit_lines(it),
        Found::Statuses(it) => status_lines(it),
        Found::Statements(it) => statement_lines(it),
    };
    let first = if lines.is_empty() { String::new() } else { lines.remove(0) };
    say::line(format_args!("{}, {first}", kind.word()));
    for line in lines {
        say::line(line);
    }
    notes(&found.faults().listed);
}

/// A count of what has a plural of its own.
fn several(count: usize, [one, many]: [&str; 2]) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn nacha_lines(it: &nacha::File) -> Vec<String> {
    let (debit, credit) = it.totals();
    let mut lines = vec![format!(
        "{}, {}: debits {}, credits {}",
        several(it.batches.len(), ["batch", "batches"]),
        several(it.entries(), ["entry", "entries"]),
        money(debit),
        money(credit)
    )];
    lines.extend(it.batches.iter().map(|it| {
        let (debit, credit) = it.totals();
        let on = it.effective.map_or(String::new(), |it| format!(" on {it}"));
        format!(
            "{} {} {}{on}: {}, debits {}, credits {}",
            it.class,
            it.company,
            it.description,
            several(it.entries.len(), ["entry", "entries"]),
            money(debit),
            money(credit)
        )
    }));
    lines.extend(it.returns().map(|it| {
        let words = return_words(&it.code).unwrap_or("not known");
        format!("{} {} of entry {}, {}", it.stage.word(), it.code, it.trace, words)
    }));
    lines.extend(it.changes().map(|it| {
        let words = change_words(&it.code).unwrap_or("not known");
        format!("change {} of entry {}, {}: {}", it.code, it.trace, words, it.corrected)
    }));
    lines
}

fn bai2_lines(it: &bai2::File) -> Vec<String> {
    let accounts = it.accounts().count();
    let mut lines =
        vec![format!("{}, {}", counted(it.groups.len(), "group"), counted(accounts, "account"))];
    lines.extend(it.accounts().map(|it| {
        let decimal = |amount: Money| grouped(&decimal_of(amount.cents(), &it.currency));
        let (credits, debits) = it.moved();
        format!(
            "{} {}: {}, credits {}, debits {}",
            it.number,
            it.currency,
            counted(it.transactions.len(), "transaction"),
            decimal(credits),
            decimal(debits)
        )
    }));
    lines
}

fn lockbox_lines(it: &lockbox::File) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", counted(it.items(), "cheque"), money(it.total()))];
    lines.extend(it.batches.iter().map(|it| {
        let on = it.deposited.map_or(String::new(), |it| format!(" on {it}"));
        let items = counted(it.items.len(), "cheque");
        format!("lockbox {} batch {}{on}: {items}, {}", it.lockbox, it.number, money(it.total()))
    }));
    lines
}

fn debit_lines(it: &sepa::Collected) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", counted(it.debits(), "debit"), money(it.total()))];
    lines.extend(it.collections.iter().map(|it| {
        let debits = counted(it.debits.len(), "debit");
        let (scheme, sequence) = (&it.instrument, &it.sequence);
        format!("{} {scheme} {sequence} on {}: {debits}, {}", it.id, it.on, money(it.total()))
    }));
    lines
}

fn status_lines(it: &Statuses) -> Vec<String> {
    let mut lines = vec![format!("{} is {} {}", it.original, it.status, it.reason)];
    lines.extend(it.outcomes.iter().map(|it| {
        let words = reason_words(&it.reason).unwrap_or("");
        format!("{} {} {} {words}", it.end_to_end, it.status, it.reason)
    }));
    lines
}

fn statement_lines(it: &sepa::Statements) -> Vec<String> {
    let mut lines = vec![counted(it.statements.len(), "statement")];
    lines.extend(it.statements.iter().map(|it| {
        let (credits, debits) = it.moved();
        format!(
            "{} {}: {} booked, credits {}, debits {}",
            it.account,
            currency(it),
            it.entries.len(),
            money(credits),
            money(debits)
        )
    }));
    lines.extend(it.returns().map(|(_, it)| {
        let words = reason_words(&it.reason).unwrap_or("");
        let charge = it.charge.map(|it| format!(", charge {}", money(it))).unwrap_or_default();
        format!("came back {} {} {words}{charge}", it.end_to_end, it.reason)
    }));
    lines
}
