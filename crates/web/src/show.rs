//! Values as people read them, in their language.

use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::ledger::{EntryKind, Tender};
use meterbook_core::money::{Money, Quantity};
use meterbook_core::period::{Period, Zone};
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::text::{decimal, grouped};

use crate::words::Words;

const MONTHS: [[&str; 12]; 2] = [
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
];

/// `Aug 4, 2026` or `4 ago 2026`.
pub(crate) fn day(day: Date, language: Language) -> String {
    let (month, of_month, year) = (month(day, language), day.day(), day.year());
    match language {
        Language::English => format!("{month} {of_month}, {year}"),
        Language::Spanish => format!("{of_month} {month} {year}"),
    }
}

/// `Aug` or `ago`.
pub(crate) fn month(day: Date, language: Language) -> &'static str {
    let nth = usize::try_from(day.month()).expect("months are 1 to 12") - 1;
    MONTHS[usize::from(language == Language::Spanish)][nth]
}

/// Both ends of a period, as people say them.
pub(crate) fn period(period: Period, language: Language) -> String {
    format!("{} – {}", day(period.start(), language), day(period.last(), language))
}

/// An instant where the utility is: `Aug 4, 2026 10:42`.
pub(crate) fn instant(at: Timestamp, zone: &Zone, language: Language) -> String {
    let wall = zone.tz().to_datetime(at);
    format!("{} {:02}:{:02}", day(wall.date(), language), wall.hour(), wall.minute())
}

/// `$1,346.44`; what is below zero has a minus sign, not a hyphen.
pub(crate) fn money(amount: Money) -> String {
    let plain = amount.plain();
    match plain.strip_prefix('-') {
        Some(plain) => format!("−${}", grouped(plain)),
        None => format!("${}", grouped(&plain)),
    }
}

/// `+$12.00` or `−$12.00`.
pub(crate) fn change(amount: Money) -> String {
    if amount < Money::ZERO { money(amount) } else { format!("+{}", money(amount)) }
}

/// `1,084 kWh`, with at most two decimals.
pub(crate) fn quantity(quantity: Quantity) -> String {
    format!("{} {}", number(quantity.micro), quantity.unit)
}

/// A number of millionths with at most two decimals.
pub(crate) fn number(micro: i64) -> String {
    let hundredths = (micro + 5_000).div_euclid(10_000);
    grouped(&decimal(hundredths, 2))
}

/// An entry of the ledger, which keeps its text as it was posted: a period's two days, or the tender
/// and the reference. What does not read like that is shown as it is kept.
pub(crate) fn entry(kind: EntryKind, text: &str, words: &Words, language: Language) -> String {
    match kind {
        EntryKind::Bill => {
            let days = text.split_once(" to ").and_then(|(from, last)| {
                Period::new(from.parse().ok()?, last.parse::<Date>().ok()?.tomorrow().ok()?)
            });
            let days = days.map_or_else(|| text.to_owned(), |it| period(it, language));
            format!("{}, {days}", words.bill)
        }
        EntryKind::Charge => text.to_owned(),
        EntryKind::Payment => {
            let paid = text.split_once(' ').and_then(|(word, reference)| {
                let tender = tender(Tender::from_word(word)?, words).to_lowercase();
                Some(format!("{tender} {reference}"))
            });
            format!("{}, {}", words.payment, paid.unwrap_or_else(|| text.to_owned()))
        }
    }
}

/// How something was paid.
fn tender(tender: Tender, words: &Words) -> &'static str {
    match tender {
        Tender::Cash => words.cash,
        Tender::Check => words.check,
        Tender::Card => words.card,
        Tender::Bank => words.bank,
    }
}

/// What is delivered.
pub(crate) fn commodity(commodity: Commodity, words: &Words) -> &'static str {
    match commodity {
        Commodity::Electric => words.electric,
        Commodity::Gas => words.gas,
        Commodity::Water => words.water,
        Commodity::Waste => words.waste,
    }
}

/// The class that colours it.
pub(crate) fn colour(commodity: Commodity) -> &'static str {
    match commodity {
        Commodity::Electric => "electric",
        Commodity::Gas => "gas",
        Commodity::Water => "water",
        Commodity::Waste => "waste",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::words;

    #[test]
    fn amounts_and_numbers_are_grouped() {
        assert_eq!(money(Money::from_cents(134_644)), "$1,346.44");
        assert_eq!(money(Money::from_cents(-5)), "−$0.05");
        assert_eq!(change(Money::from_cents(100)), "+$1.00");
        assert_eq!(number(1_084_000_000), "1,084");
        assert_eq!(number(-12_345_678_900_000), "−12,345,678.9");
    }

    #[test]
    fn an_entry_of_the_ledger_is_said_in_the_language() {
        let said = |kind, text, language| entry(kind, text, words(language), language);
        for (kind, text, english, spanish) in [
            (
                EntryKind::Bill,
                "2026-07-03 to 2026-08-01",
                "Bill, Jul 3, 2026 – Aug 1, 2026",
                "Factura, 3 jul 2026 – 1 ago 2026",
            ),
            (EntryKind::Payment, "check 1471", "Payment, check 1471", "Pago, cheque 1471"),
            (
                EntryKind::Payment,
                "bank ACH 77 to 8",
                "Payment, bank transfer ACH 77 to 8",
                "Pago, transferencia ACH 77 to 8",
            ),
            (EntryKind::Bill, "by hand", "Bill, by hand", "Factura, by hand"),
        ] {
            assert_eq!(said(kind, text, Language::English), english);
            assert_eq!(said(kind, text, Language::Spanish), spanish);
        }
    }

    #[test]
    fn dates_are_written_as_in_the_language() {
        let date = jiff::civil::date(2026, 8, 4);
        assert_eq!(day(date, Language::English), "Aug 4, 2026");
        assert_eq!(day(date, Language::Spanish), "4 ago 2026");
    }
}
