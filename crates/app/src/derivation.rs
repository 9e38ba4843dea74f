//! Bills and their lines as JSON, for programs that check them. Amounts are strings, so that no
//! reader rounds them.

use meterbook_core::bill::explain::{arithmetic, average, exact, source};
use meterbook_core::bill::{Bill, Segment};
use meterbook_core::money::{Price, Quantity};
use meterbook_core::person::Language;
use meterbook_core::rating::{Basis, Line};
use meterbook_core::text::decimal;
use serde_json::{Value, json};

use crate::trial::{Turn, total};

/// A bill with the derivation of every line.
pub fn bill(it: &Bill) -> Value {
    json!({
        "number": it.number.0,
        "from": it.period.start().to_string(),
        "to": it.period.end().to_string(),
        "billed_on": it.billed_on.to_string(),
        "due_on": it.due_on.to_string(),
        "segments": it.segments.iter().map(segment).collect::<Vec<_>>(),
        "total": it.total.plain(),
    })
}

/// Turns that were tried out.
pub fn turns(tariff: &str, turns: &[Turn]) -> Value {
    let turn = |it: &Turn| {
        json!({
            "from": it.period.start().to_string(),
            "to": it.period.end().to_string(),
            "billed": quantity(it.rated.billed),
            "lines": it.rated.lines.iter().map(line).collect::<Vec<_>>(),
            "total": it.rated.total.plain(),
        })
    };
    let all: Vec<Value> = turns.iter().map(turn).collect();
    json!({ "tariff": tariff, "turns": all, "total": total(turns).plain() })
}

fn segment(it: &Segment) -> Value {
    json!({
        "commodity": it.commodity.word(),
        "service_at": it.service_at,
        "tariff": it.tariff,
        "from": it.period.start().to_string(),
        "to": it.period.end().to_string(),
        "billed": quantity(it.usage),
        "lines": it.lines.iter().map(line).collect::<Vec<_>>(),
        "total": it.total.plain(),
    })
}

fn line(it: &Line) -> Value {
    json!({
        "label": it.called(Language::English),
        "charge": it.label.as_ref(),
        "note": it.note.to_string(),
        "kind": it.kind.word(),
        "from": it.period.start().to_string(),
        "to": it.period.end().to_string(),
        "basis": basis(&it.basis),
        "arithmetic": arithmetic(it),
        "exact": exact(it.exact),
        "rounding": it.rounding.word(),
        "amount": it.amount.plain(),
        "source": source(it),
        "rule": {
            "tariff": it.rule.tariff,
            "version": it.rule.version.to_string(),
            "line": it.rule.line,
            "text": it.rule.text,
        },
    })
}

fn basis(it: &Basis) -> Value {
    match *it {
        Basis::Each(count, each) => json!({ "quantity": quantity(count), "price": price(each) }),
        Basis::Part { quantity: count, price: each, days, of } => json!({
            "quantity": quantity(count), "price": price(each), "days": days, "of_days": of,
        }),
        Basis::Share(whole, share) => {
            json!({ "of": whole.plain(), "percent": decimal(share.nano, 7) })
        }
        Basis::Shortfall { least, charged } => {
            json!({ "least": least.plain(), "charged": charged.plain() })
        }
        Basis::Series(count, all) => json!({
            "quantity": quantity(count), "average_price": price(average(count, all)),
        }),
        Basis::Amount(amount) => json!({ "amount": amount.plain() }),
    }
}

fn quantity(it: Quantity) -> Value {
    json!({ "count": decimal(it.micro, 6), "unit": it.unit.word() })
}

fn price(it: Price) -> Value {
    json!({ "dollars": decimal(it.nano, 9), "per": it.per.word() })
}
