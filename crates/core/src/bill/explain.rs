//! Why a bill is what it is, in text: every line with the arithmetic that anybody can repeat.

use std::fmt::Write;

use crate::bill::{Bill, Segment};
use crate::money::{Exact, Price, Quantity};
use crate::rating::{Basis, Line};
use crate::reads::usage::Evidence;
use crate::text::decimal;

/// The whole bill with the derivation of every line.
pub fn bill(bill: &Bill) -> String {
    let mut out = String::new();
    for line in &bill.addressed_to {
        let _ = writeln!(out, "{line}");
    }
    let Bill { number, period, billed_on, due_on, total, .. } = bill;
    let _ = writeln!(out, "\nBill {number} of {billed_on}, for {period}, due {due_on}");
    for segment in &bill.segments {
        write_segment(&mut out, segment);
    }
    let _ = writeln!(out, "\n{:<60}{total:>14}", "New charges");
    out
}

/// How the amount of a line came about, before rounding: `742 kWh x $0.12 per kWh`.
pub fn arithmetic(line: &Line) -> String {
    match line.basis {
        Basis::Each(quantity, price) => {
            let count = decimal(quantity.micro, 6);
            format!("{count} {} x {}", quantity.unit, each(price))
        }
        Basis::Part { quantity, price, days, of } => {
            let count = decimal(quantity.micro, 6);
            format!("{count} {} x {} x {days}/{of} days", quantity.unit, each(price))
        }
        Basis::Share(whole, share) => format!("{}% of {whole}", decimal(share.nano, 7)),
        Basis::Shortfall { least, charged } => format!("{least} less {charged}"),
        Basis::Series(quantity, all) => {
            let count = decimal(quantity.micro, 6);
            let average = each(average(quantity, all));
            format!(
                "{count} {}, each interval at its own price, {average} on average",
                quantity.unit
            )
        }
        Basis::Amount(amount) => amount.to_string(),
    }
}

/// What one unit cost on average, to the nearest billionth; the line itself is exact.
pub fn average(quantity: Quantity, all: Exact) -> Price {
    let micro = i128::from(quantity.micro.max(1));
    let nano = (all.femto() * 2 + micro).div_euclid(micro * 2);
    let nano = i64::try_from(nano).expect("an average lies among the prices it is of");
    Price { nano, per: quantity.unit }
}

/// A price as people write it, with at least two decimals: `$0.1168 per kWh`, `$11.20 per month`.
pub fn each(price: Price) -> String {
    let sign = if price.nano < 0 { "-" } else { "" };
    let digits = format!("{:0>10}", price.nano.unsigned_abs());
    let (whole, part) = digits.split_at(digits.len() - 9);
    let (cents, finer) = part.split_at(2);
    format!("{sign}${whole}.{cents}{} per {}", finer.trim_end_matches('0'), price.per)
}

/// Where a line comes from: the tariff, its version, and the words in its text.
pub fn source(line: &Line) -> String {
    let rule = &line.rule;
    format!("{} from {}, line {}: {}", rule.tariff, rule.version, rule.line, rule.text.trim())
}

/// An exact amount with all its digits.
pub fn exact(amount: Exact) -> String {
    let sign = if amount.femto() < 0 { "-" } else { "" };
    let digits = format!("{:0>16}", amount.femto().unsigned_abs());
    let (whole, part) = digits.split_at(digits.len() - 15);
    let part = part.trim_end_matches('0');
    let point = if part.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{part}")
}

fn write_segment(out: &mut String, segment: &Segment) {
    let Segment { commodity, service_at, tariff, tariff_name, period, usage, total, .. } = segment;
    let used = decimal(usage.micro, 6);
    let _ = writeln!(out, "\n{commodity} at {service_at}, {tariff} {tariff_name}");
    let _ = writeln!(out, "  {period}, {} days, {used} {}", period.days(), usage.unit);
    for evidence in &segment.evidence {
        write_evidence(out, evidence);
    }
    for line in &segment.lines {
        let _ = writeln!(out, "  {:<58}{:>14}", line.label, line.amount);
        let Line { period, rounding, .. } = line;
        let _ = writeln!(
            out,
            "      {} = {}, {rounding}, {period}",
            arithmetic(line),
            exact(line.exact)
        );
        let _ = writeln!(out, "      {}", source(line));
    }
    let _ = writeln!(out, "  {:<58}{total:>14}", "Total");
}

fn write_evidence(out: &mut String, evidence: &Evidence) {
    let Evidence { meter, flow, used, estimated, multiplier_micro, .. } = evidence;
    let total = format!("{} {}", decimal(used.micro, 6), used.unit);
    let times = decimal(*multiplier_micro, 6);
    let _ = match &evidence.reads {
        Some((first, last)) => writeln!(
            out,
            "  meter {meter} {flow}: {} {} on {}, {} {} on {}, x {times} = {total}",
            decimal(first.index_micro, 6),
            first.kind.letter(),
            first.on,
            decimal(last.index_micro, 6),
            last.kind.letter(),
            last.on,
        ),
        None => writeln!(
            out,
            "  meter {meter} {flow}: intervals over {}, {estimated} estimated, x {times} = {total}",
            evidence.period
        ),
    };
}
