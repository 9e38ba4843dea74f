//! How days, amounts and quantities are written in the languages of a bill and in its currency.

use std::borrow::Cow;

use jiff::civil::Date;
use meterbook_core::bill::correct::Cause;
use meterbook_core::currency::Currency;
use meterbook_core::money::{Money, Quantity, Unit};
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::text::{decimal, grouped};

use crate::words::{Words, words};

/// How values are written in one language and currency.
pub(crate) struct Says {
    /// The texts of that language.
    pub(crate) words: &'static Words,
    /// The language.
    pub(crate) language: Language,
    /// What amounts are in.
    pub(crate) currency: Currency,
}

impl Says {
    pub(crate) fn new(language: Language, currency: Currency) -> Says {
        Says { words: words(language), language, currency }
    }

    pub(crate) fn other(&self) -> Says {
        let language = match self.language {
            Language::English => Language::Spanish,
            Language::Spanish => Language::English,
        };
        Says::new(language, self.currency)
    }

    pub(crate) fn day(&self, day: Date) -> String {
        let month = self.month(day);
        match self.language {
            Language::English => format!("{month} {}, {}", day.day(), day.year()),
            Language::Spanish => format!("{} {month} {}", day.day(), day.year()),
        }
    }

    pub(crate) fn short_day(&self, day: Date) -> String {
        let month = self.month(day);
        match self.language {
            Language::English => format!("{month} {}", day.day()),
            Language::Spanish => format!("{} {month}", day.day()),
        }
    }

    pub(crate) fn month(&self, day: Date) -> &'static str {
        self.words.months[usize::try_from(day.month() - 1).expect("months are 1 to 12")]
    }

    pub(crate) fn period(&self, period: Period) -> String {
        let same_year = period.start().year() == period.last().year();
        let start =
            if same_year { self.short_day(period.start()) } else { self.day(period.start()) };
        format!("{start} – {}", self.day(period.last()))
    }

    /// `Sep 23–30`, `23–30 sep`; `Sep 23 – Oct 4` where the month ends in between.
    pub(crate) fn short_period(&self, period: Period) -> String {
        let (first, last) = (period.start(), period.last());
        if first == last {
            return self.short_day(first);
        }
        if (first.year(), first.month()) != (last.year(), last.month()) {
            return format!("{} – {}", self.short_day(first), self.short_day(last));
        }
        match self.language {
            Language::English => format!("{}–{}", self.short_day(first), last.day()),
            Language::Spanish => format!("{}–{}", first.day(), self.short_day(last)),
        }
    }

    pub(crate) fn money(&self, amount: Money) -> String {
        self.currency.write(amount).replace('-', "−")
    }

    /// A sentence of the program, its amounts in the currency.
    pub(crate) fn said<'t>(&self, sentence: &'t str) -> Cow<'t, str> {
        self.currency.said(sentence)
    }

    /// A sentence of the record with its days written as on paper.
    pub(crate) fn days_in(&self, sentence: &str) -> String {
        let said = |word: &str| {
            let (day, rest) = word.split_at_checked(10)?;
            let is_day = day.as_bytes()[4] == b'-' && day.as_bytes()[7] == b'-';
            let day: Date = is_day.then(|| day.parse().ok())??;
            Some(format!("{}{rest}", self.day(day)))
        };
        let words = sentence.split(' ').map(|it| said(it).unwrap_or_else(|| it.to_owned()));
        words.collect::<Vec<_>>().join(" ")
    }

    /// Why bills were wrong, as the customer reads it: the words of whoever corrected them are not theirs.
    pub(crate) fn cause(&self, cause: Cause) -> String {
        let words = self.words;
        let said = match cause {
            Cause::Read => words.why_read,
            Cause::Meter => words.why_meter,
            Cause::Tariff => words.why_tariff,
            Cause::Service => words.why_service,
            Cause::Tampering => words.why_tampering,
            Cause::Other => words.why_other,
            Cause::Run => words.why_run,
        };
        format!("{said}.")
    }

    pub(crate) fn quantity(&self, it: Quantity) -> String {
        self.quantity_to(it, FEWEST)
    }

    /// The same with at most so many decimals.
    pub(crate) fn quantity_to(&self, it: Quantity, places: u32) -> String {
        format!("{} {}", number(it.micro, places), self.unit(it.unit, it.micro))
    }

    pub(crate) fn unit(&self, unit: Unit, micro: i64) -> String {
        let plural = micro != 1_000_000;
        match (unit, self.language, plural) {
            (Unit::Day, Language::English, true) => "days".to_owned(),
            (Unit::Day, Language::Spanish, true) => "días".to_owned(),
            (Unit::Day, Language::Spanish, false) => "día".to_owned(),
            (Unit::Month, Language::English, true) => "months".to_owned(),
            (Unit::Month, Language::Spanish, true) => "meses".to_owned(),
            (Unit::Month, Language::Spanish, false) => "mes".to_owned(),
            (Unit::Therm, Language::English, true) => "therms".to_owned(),
            (Unit::Piece, Language::English, true) => "units".to_owned(),
            (Unit::Piece, Language::Spanish, true) => "unidades".to_owned(),
            (Unit::Piece, Language::Spanish, false) => "unidad".to_owned(),
            _ => unit.word().to_owned(),
        }
    }

    /// A text about one service: `Electric total`, `Total de electricidad`.
    pub(crate) fn of(&self, text: &str, commodity: Commodity) -> String {
        let name = self.commodity(commodity);
        let begins = text.starts_with('{');
        text.replace("{service}", &if begins { name.to_owned() } else { name.to_lowercase() })
    }

    pub(crate) fn commodity(&self, commodity: Commodity) -> &'static str {
        match commodity {
            Commodity::Electric => self.words.electric,
            Commodity::Gas => self.words.gas,
            Commodity::Water => self.words.water,
            Commodity::Waste => self.words.waste,
        }
    }
}

/// A day as letters write it: `Aug 4, 2026`.
pub fn day(language: Language, day: Date) -> String {
    Says::new(language, Currency::DOLLARS).day(day)
}

/// An amount in the sentences of letters and messages, which are in the utility's currency when they are whole.
pub fn amount(language: Language, amount: Money) -> String {
    Says::new(language, Currency::DOLLARS).money(amount)
}

/// `Electric, gas, water`.
pub(crate) fn listed(kinds: &[&str]) -> String {
    let text = kinds.join(", ");
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| format!("{first}{}", chars.as_str().to_lowercase()))
}

pub(crate) fn colour(commodity: Commodity) -> &'static str {
    match commodity {
        Commodity::Electric => "#C57A0C",
        Commodity::Gas => "#7B4FA0",
        Commodity::Water => "#2A70B4",
        Commodity::Waste => "#6B6F3A",
    }
}

/// A number of millionths with at most so many decimals, half up.
pub(crate) fn number(micro: i64, places: u32) -> String {
    let near = nearest(micro, places).div_euclid(10_i64.pow(6 - places));
    grouped(&decimal(near, usize::try_from(places).expect("it is small")))
}

/// Millionths to the nearest number with so many decimals, half up.
pub(crate) fn nearest(micro: i64, places: u32) -> i64 {
    let step = 10_i64.pow(6 - places);
    (micro + step.div_euclid(2)).div_euclid(step) * step
}

/// The most decimals of a quantity that nobody multiplies.
pub(crate) const FEWEST: u32 = 3;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_record_read_as_on_paper() {
        let says = Says::new(Language::Spanish, Currency::DOLLARS);
        let said = "E-1: el servicio termina el 2026-11-29, la factura llega hacia 2026-12-01";
        assert_eq!(
            says.days_in(said),
            "E-1: el servicio termina el 29 nov 2026, la factura llega hacia 1 dic 2026"
        );
        assert_eq!(says.days_in("B-2026-0001 4417-0927-6 é-é-é"), "B-2026-0001 4417-0927-6 é-é-é");
    }
}
