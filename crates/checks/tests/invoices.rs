//! Real invoices of three utilities, rated again by our engine from their own prices, to the cent.
//!
//! They are lent to us and lie in a folder beside the repository: two Swedish ones (a grid, a
//! retailer) and a Dutch grid with demand. Their currencies are not ours; their arithmetic is.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use meterbook_core::money::{Money, Quantity, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::{Input, Plan, Rated, rate};
use meterbook_core::reads::usage::{Profile, Usage};
use meterbook_core::tariff::Tariff;
use meterbook_core::text::{decimal, scaled};

/// A line of an invoice.
struct Billed<'a> {
    quantity: &'a str,
    unit: &'a str,
    price: &'a str,
    /// How many units the price is for.
    base: &'a str,
    amount: Money,
}

#[test]
fn real_invoices_come_out_to_the_cent() {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("METERBOOK_SHARED").map_or(beside, PathBuf::from);
    let folder = shared.join("samples/invoices");
    if !folder.is_dir() {
        println!("skipped: real invoices are not there; METERBOOK_SHARED says where they are");
        return;
    }
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).expect("it can be read");
    // Ninety days of subscription, and what a register counted.
    again(&read("BIS_Billing_30-Elnat.xml"), ("2018-01-01", "2018-04-01"), "1952.99");
    // A reminder fee is no charge of a tariff: the total is less its 50 kronor.
    again(&read("BIS_Billing_30-Elhandel.xml"), ("2018-02-01", "2018-03-01"), "742.49");
    // A price for twelve months of a contract's kW, and the month's highest demand.
    again(&read("ubl-tc434-example8.xml"), ("2018-02-01", "2018-03-01"), "1099.78");
}

/// Rates an invoice and compares each line, the tax and the total.
#[track_caller]
fn again(invoice: &str, (from, to): (&str, &str), total: &str) {
    let lines = lines(invoice);
    let percent = between(invoice, "<cbc:Percent>", "<").expect("a tax has a percentage");
    let rated = rated(&tariff(&lines, percent), from, to, &usage(&lines, from, to));
    let [charges @ .., tax] = &rated.lines[..] else { panic!("{:?}", rated.lines) };
    let ours: Vec<Money> = charges.iter().map(|it| it.amount).collect();
    let theirs: Vec<Money> = lines.iter().map(|it| it.amount).collect();
    assert_eq!(ours, theirs);
    assert_eq!(tax.amount, money(between(invoice, "<cbc:TaxAmount", "</").expect("a tax")));
    assert_eq!(rated.total, money(total));
}

fn rated(text: &str, from: &str, to: &str, usage: &Usage) -> Rated {
    let tariffs = [Tariff::parse(text).unwrap_or_else(|why| panic!("{why}\n{text}"))];
    let period = days(from, to);
    let plan = Plan::new("I", &tariffs, &Zone::utc(), 60, period);
    rate(&plan, &Input::of(period, usage)).expect("it can be rated")
}

fn days(from: &str, to: &str) -> Period {
    let day = |it: &str| it.parse().expect("a day");
    Period::new(day(from), day(to)).expect("days")
}

/// The prices of an invoice as a tariff. A price for 365 days or 12 months is divided here, since
/// our language has no such price.
fn tariff(lines: &[Billed], percent: &str) -> String {
    let mut text =
        "tariff I half-up\nname  Invoice\ncommodity  electric kWh\nfrom  2018-01-01\n".to_owned();
    for (nth, line) in (1..).zip(lines) {
        let nano = scaled(line.price, 9).expect("a price");
        let base: i64 = line.base.parse().expect("a number of units");
        let each = |times: i64| decimal((nano * times + base.div_euclid(2)).div_euclid(base), 9);
        let _ = match (line.unit, base) {
            ("KWH", 1) => writeln!(text, "volume  Line {nth}   {}", each(1)),
            ("DAY", _) => writeln!(text, "daily  Line {nth}   {}", each(1)),
            ("MON", _) => writeln!(text, "monthly  Line {nth}   {}", each(1)),
            ("KW", 1) => writeln!(text, "demand  Line {nth}   {}", each(1)),
            // The kW of a contract: nothing measures them.
            ("KW", _) => {
                let contract = line.quantity.parse().expect("whole kW");
                writeln!(text, "monthly  Line {nth}   {}", each(contract))
            }
            other => panic!("nobody told us how {other:?} is priced"),
        };
    }
    let _ = writeln!(text, "tax  Tax   {percent}%");
    text
}

/// What the invoice says was used; every hour alike, but for one with the highest demand.
fn usage(lines: &[Billed], from: &str, to: &str) -> Usage {
    let of = |unit: &str| lines.iter().find(|it| it.unit == unit && it.base == "1");
    let micro = |it: &Billed| scaled(it.quantity, 6).expect("a quantity");
    let used = micro(of("KWH").expect("energy"));
    let profile = of("KW").map(|demand| {
        let (peak, hours) = (micro(demand), days(from, to).days() * 24);
        let rest = (used - peak).div_euclid(hours - 1);
        let last = used - peak - rest * (hours - 2);
        let others = usize::try_from(hours - 2).expect("hours");
        let all = [peak, last].into_iter().chain(std::iter::repeat_n(rest, others)).collect();
        let start = Zone::utc().start_of(days(from, to).start());
        Profile {
            start,
            minutes: 60,
            delivered_micro: all,
            received_micro: Vec::new(),
            reactive_micro: Vec::new(),
        }
    });
    let kwh = |micro| Quantity { micro, unit: Unit::Kwh };
    Usage { delivered: kwh(used), received: kwh(0), reactive: None, profile, evidence: Vec::new() }
}

/// The lines of an invoice, but for fees by the piece.
fn lines(invoice: &str) -> Vec<Billed<'_>> {
    let lines = invoice.split("<cac:InvoiceLine>").skip(1).map(|line| Billed {
        quantity: between(line, "<cbc:InvoicedQuantity", "</").expect("a quantity"),
        unit: between(line, "unitCode=\"", "\"").expect("a unit"),
        price: between(line, "<cbc:PriceAmount", "</").expect("a price"),
        base: between(line, "<cbc:BaseQuantity", "</").unwrap_or("1"),
        amount: money(between(line, "<cbc:LineExtensionAmount", "</").expect("an amount")),
    });
    lines.filter(|it| it.unit != "EA").collect()
}

/// What stands behind `from`, and behind the end of its tag, up to `to`.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (inside, _) = text.split_once(from)?.1.split_once(to)?;
    Some(inside.split_once('>').map_or(inside, |(_, it)| it))
}

fn money(text: &str) -> Money {
    Money::from_cents(scaled(text, 2).expect("an amount"))
}
