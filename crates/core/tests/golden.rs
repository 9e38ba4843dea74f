//! Every file under `golden/` is an example: what goes in, a line of dashes, what must come out.
//!
//! A `.bill` file says what was used and by which tariff, and ends in the bill with the derivation
//! of every line. A `.tariff` file is a text that is refused, and ends in the words that refuse it.
//! `UPDATE=1 cargo test -p meterbook-core --test golden` writes what comes out into the files; then
//! read the difference.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::disallowed_methods, reason = "the runner reads files; core does not")]

#[path = "golden/given.rs"]
mod given;

use std::fmt::Write;
use std::path::Path;

use meterbook_core::bill::explain::{arithmetic, exact, source};
use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_core::rating::carried::Carried;
use meterbook_core::rating::{BankEntry, Rated};
use meterbook_core::tariff::Tariff;
use meterbook_core::text::decimal;

#[test]
fn bills() {
    check("golden/bills", "bill", bill);
}

#[test]
fn refused_tariffs() {
    check("golden/errors", "tariff", |given| {
        format!("{}\n", Tariff::parse(given).expect_err(given))
    });
}

fn check(folder: &str, extension: &str, run: impl Fn(&str) -> String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.retain(|it| it.extension().is_some_and(|it| it == extension));
    files.sort();
    assert!(10 <= files.len(), "{} of {extension}", files.len());
    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (given, want) = text.split_once("---\n").unwrap_or((&text, ""));
        let got = run(given);
        if std::env::var("UPDATE").is_ok() {
            std::fs::write(&file, format!("{given}---\n{got}")).unwrap();
        } else if got != want {
            writeln!(wrong, "{}\nwant:\n{want}got:\n{got}", file.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The bills of a file, one after the other.
fn bill(given: &str) -> String {
    let mut out = String::new();
    for (nth, turn) in given::turns(given).iter().enumerate() {
        if 0 < nth {
            writeln!(out).unwrap();
        }
        match turn {
            Ok(rated) => write_bill(&mut out, rated),
            Err(why) => writeln!(out, "held: {why}").unwrap(),
        }
    }
    out
}

fn write_bill(out: &mut String, rated: &Rated) {
    for line in &rated.lines {
        writeln!(out, "{:<40}{:>14}", line.called(Language::English), line.amount).unwrap();
        writeln!(
            out,
            "    {} = {}, {}, {}",
            arithmetic(line),
            exact(line.exact),
            line.rounding,
            line.period
        )
        .unwrap();
        writeln!(out, "    {}", source(line)).unwrap();
    }
    writeln!(out, "{:<40}{:>14}", "Total", rated.total).unwrap();
    let Carried { peaks, energy, money, year, .. } = &rated.carried;
    for it in peaks {
        writeln!(out, "left: {} of {} kW from {}", it.charge, decimal(it.micro, 6), it.turn)
            .unwrap();
    }
    for it in &rated.given {
        let period = if it.period.is_empty() { "any hour" } else { &it.period };
        writeln!(out, "given: {} kWh of {period} to {}", decimal(it.micro, 6), it.to).unwrap();
    }
    if rated.credit.expired != Money::ZERO {
        let said = |(entry, amount): (BankEntry, Money)| format!("{entry} {amount}");
        let said: Vec<String> = rated.credit.entries().into_iter().map(said).collect();
        writeln!(out, "credit: {}", said.join(", ")).unwrap();
    }
    let shared = rated.bank.filter(|it| it.given != 0 || it.allotted != 0);
    if let Some(bank) = shared {
        let said = |(entry, micro): (BankEntry, i64)| format!("{entry} {}", decimal(micro, 6));
        let said: Vec<String> = bank.entries().into_iter().map(said).collect();
        writeln!(out, "bank: {}", said.join(", ")).unwrap();
    }
    for it in energy {
        let period = if it.period.is_empty() { "any hour" } else { &it.period };
        writeln!(out, "left: {} kWh for {period} from {}", decimal(it.micro, 6), it.turn).unwrap();
    }
    for it in money {
        writeln!(out, "left: {} of {} from {}", it.amount, it.credit, it.turn).unwrap();
    }
    for it in year {
        writeln!(out, "left: {} kWh for the year from {}", decimal(it.micro, 6), it.turn).unwrap();
    }
}
