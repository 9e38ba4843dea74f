//! The head of a tariff: its code, what it prices, and from when.

use jiff::civil::{Date, Weekday};

use super::hours::MONTHS;
use super::lines::{Entry, Keyword};
use super::number::factor;
use super::refusal::TariffError;
use super::{elect, month_day, needs, spelling};
use crate::account::CustomerClass;
use crate::money::{Rounding, Unit};
use crate::place::Commodity;
use crate::tariff::clock::{Holidays, MonthDay, Observed, Yearly};
use crate::tariff::{Conversion, RegisterCut, Tariff};

const OPENING: &str = "tariff R-1 half-up";

/// A tariff that has its head and charges nothing yet.
pub(super) fn read(entries: &[Entry<'_>]) -> Result<Tariff, TariffError> {
    let Some(first) = entries.first() else {
        let what = format!("the text holds no tariff; begin with: {OPENING}");
        return Err(TariffError::new(1, "", what));
    };
    let is_rider = first.keyword == Keyword::Rider;
    if first.keyword != Keyword::Tariff && !is_rider {
        return Err(first.head.refuse(format!("the first line is another; begin with: {OPENING}")));
    }
    none_twice(entries)?;
    let (code, rounding) = first.value(opening)?;
    let name = needed(entries, Keyword::Name, "name  Residential service")?.value(some)?;
    let of = needed(entries, Keyword::Commodity, "commodity  electric kWh")?;
    let (commodity, unit) = of.value(commodity)?;
    let from = needed(entries, Keyword::From, "from  2026-01-01")?.value(first_day)?;
    let source = find(entries, Keyword::Source).map(|it| it.value(some)).transpose()?;
    let needs = find(entries, Keyword::Needs).map(|it| it.value(needs::read)).transpose()?;
    let needs = needs.unwrap_or_default();
    let convert = find(entries, Keyword::Convert)
        .map(|it| it.value(|value| conversion(value, commodity, unit, &needs)))
        .transpose()?;
    let register = find(entries, Keyword::Register).map(|it| it.value(register_cut)).transpose()?;
    let open_to = find(entries, Keyword::OpenTo)
        .map(|it| it.value(|value| classes(value, is_rider)))
        .transpose()?;
    let holidays = find(entries, Keyword::Holidays).map(|it| it.value(holidays)).transpose()?;
    Ok(Tariff {
        code,
        is_rider,
        name,
        source: source.unwrap_or_default(),
        commodity,
        unit,
        convert,
        register,
        elections: elect::read(entries, &needs)?,
        needs,
        open_to: open_to.unwrap_or_default(),
        from,
        rounding,
        holidays: holidays.unwrap_or_default(),
        clocks: Vec::new(),
        spanish: Vec::new(),
        net: None,
        components: Vec::new(),
    })
}

impl Entry<'_> {
    fn value<T>(&self, read: impl Fn(&str) -> Result<T, String>) -> Result<T, TariffError> {
        read(&self.rest).map_err(|what| self.head.refuse(what))
    }
}

fn find<'e, 'a>(entries: &'e [Entry<'a>], keyword: Keyword) -> Option<&'e Entry<'a>> {
    entries.iter().find(|it| it.keyword == keyword)
}

fn needed<'e, 'a>(
    entries: &'e [Entry<'a>],
    keyword: Keyword,
    such_as: &str,
) -> Result<&'e Entry<'a>, TariffError> {
    find(entries, keyword).ok_or_else(|| {
        let what = format!("the tariff has no {keyword} line; add one such as: {such_as}");
        entries[0].head.refuse(what)
    })
}

fn none_twice(entries: &[Entry<'_>]) -> Result<(), TariffError> {
    use Keyword::{
        Commodity, Convert, From, Holidays, Name, Needs, Net, OpenTo, Register, Rider, Source,
    };
    let once = [Name, Source, Commodity, Convert, Register, Needs, OpenTo, From, Holidays, Net];
    for keyword in [Keyword::Tariff, Rider].into_iter().chain(once) {
        let mut lines = entries.iter().filter(|it| it.keyword == keyword);
        if let (Some(first), Some(second)) = (lines.next(), lines.next()) {
            let what = format!(
                "line {} says {keyword} already; one tariff has one such line",
                first.head.number()
            );
            return Err(second.head.refuse(what));
        }
    }
    Ok(())
}

fn opening(value: &str) -> Result<(String, Rounding), String> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let [code, rounding] = words[..] else {
        return Err(format!("expected a code and a rounding, as in: {OPENING}"));
    };
    let rounding = Rounding::from_word(rounding)
        .ok_or_else(|| format!("rounding is half-up or half-even, not {rounding}"))?;
    Ok((code.to_owned(), rounding))
}

fn some(value: &str) -> Result<String, String> {
    if value.is_empty() {
        return Err("the line says nothing; write something behind its first word".to_owned());
    }
    Ok(value.to_owned())
}

fn commodity(value: &str) -> Result<(Commodity, Unit), String> {
    let (word, unit) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
    let Some(commodity) = Commodity::from_word(word) else {
        let near = spelling::nearest(word, Commodity::ALL.iter().map(|it| it.word()));
        let near = near.map_or(String::new(), |it| format!("; did you mean {it}?"));
        return Err(format!("a commodity is electric, gas, water or waste, not {word}{near}"));
    };
    Ok((commodity, unit_of(commodity, unit.trim())?))
}

fn unit_of(commodity: Commodity, word: &str) -> Result<Unit, String> {
    let units: &[Unit] = match commodity {
        Commodity::Electric => &[Unit::Kwh],
        Commodity::Gas => &[Unit::Therm, Unit::Ccf, Unit::M3],
        Commodity::Water => &[Unit::Kgal, Unit::Gal, Unit::Ccf, Unit::M3],
        // Nothing measures it.
        Commodity::Waste if word.is_empty() => return Ok(Unit::Piece),
        Commodity::Waste => &[],
    };
    let unit = units.iter().find(|it| it.word().eq_ignore_ascii_case(word));
    unit.copied().ok_or_else(|| {
        let units: Vec<&str> = units.iter().map(|it| it.word()).collect();
        let units = units.join(" or ");
        match word {
            _ if units.is_empty() => format!("nothing measures {commodity}; delete {word}"),
            "" => format!("say in what unit {commodity} is billed: {units}"),
            _ => format!("{commodity} is billed in {units}, not in {word}"),
        }
    })
}

fn conversion(
    value: &str,
    commodity: Commodity,
    unit: Unit,
    needs: &[String],
) -> Result<Conversion, String> {
    let (value, times) = match value.split_once(" per ") {
        Some((value, name)) => (value, Some(needs::find(needs, name.trim())?)),
        None => (value, None),
    };
    let words: Vec<&str> = value.split_whitespace().collect();
    let [from, "to", to, number] = words[..] else {
        return Err("expected two units and a factor, as in: convert CCF to therm 1.03".to_owned());
    };
    let (from, to) = (unit_of(commodity, from)?, unit_of(commodity, to)?);
    if to != unit {
        return Err(format!("this tariff bills {unit}; write: convert {from} to {unit} …"));
    }
    if from == unit && times.is_none() {
        return Err(format!("{unit} needs no conversion to {unit}; delete the line"));
    }
    Ok(Conversion { from, factor_micro: factor(number)?, times })
}

/// The classes of customers that may be on it.
fn classes(value: &str, is_rider: bool) -> Result<Vec<CustomerClass>, String> {
    if is_rider {
        return Err(
            "a rider is for whoever is on a tariff that includes it; delete the line".to_owned()
        );
    }
    let mut classes = Vec::new();
    for word in value.split(',').map(str::trim) {
        let Some(class) = CustomerClass::from_word(word) else {
            let known = CustomerClass::ALL.iter().map(|it| it.word());
            let near = spelling::nearest(word, known.clone());
            let near = near.map_or(String::new(), |it| format!("; did you mean {it}?"));
            let known = known.collect::<Vec<_>>().join(" or ");
            return Err(format!("a class of customers is {known}, not {word}{near}"));
        };
        if classes.contains(&class) {
            return Err(format!("{class} is named already; delete it"));
        }
        classes.push(class);
    }
    Ok(classes)
}

/// How what a register counted is cut.
fn register_cut(value: &str) -> Result<RegisterCut, String> {
    RegisterCut::from_word(value).ok_or_else(|| {
        format!("{value} is no way to share what a register counted; write: register by-days")
    })
}

/// A date as we write it, and no other of the many ways.
fn date(value: &str) -> Result<Date, String> {
    let plain = value.len() == 10 && value.bytes().all(|it| it == b'-' || it.is_ascii_digit());
    let date = plain.then(|| value.parse().ok()).flatten();
    date.ok_or_else(|| format!("{value} is not a date; write year, month and day: 2026-01-31"))
}

/// The first day of a version: the bills and the checks of a year come behind it.
fn first_day(value: &str) -> Result<Date, String> {
    let day = date(value)?;
    match day.year() {
        9999 => Err(format!("no year is left behind {value}; write an earlier day: 2026-01-01")),
        _ => Ok(day),
    }
}

fn holidays(value: &str) -> Result<Holidays, String> {
    let mut holidays = Holidays::default();
    for day in value.split(',').map(str::trim) {
        match day.len() {
            10 if day.starts_with(|it: char| it.is_ascii_digit()) && !day.contains(' ') => {
                holidays.dates.push(date(day)?);
            }
            _ => holidays.yearly.push(yearly(day)?),
        }
    }
    Ok(holidays)
}

const HOLIDAYS: &str = "write 07-04 for every year, 07-04 observed or 07-04 sun-to-mon where it moves \
                        from a weekend, 4th thu nov, last mon may, or 2026-11-26 for one year";

/// A holiday of every year: `07-04`, `07-04 observed`, or `last mon may`.
fn yearly(day: &str) -> Result<Yearly, String> {
    let words: Vec<&str> = day.split_whitespace().collect();
    let found = match words[..] {
        [date] => month_and_day(date).map(|it| Yearly::Dated(it, Observed::OnTheDay)),
        [date, "observed"] => month_and_day(date).map(|it| Yearly::Dated(it, Observed::Beside)),
        [date, "sun-to-mon"] => {
            month_and_day(date).map(|it| Yearly::Dated(it, Observed::SundayOnMonday))
        }
        [nth, weekday, month] => nth_of(nth, weekday, month),
        _ => None,
    };
    found.ok_or_else(|| format!("{day} is not a holiday; {HOLIDAYS}"))
}

fn month_and_day(text: &str) -> Option<MonthDay> {
    let two = |it: &str| it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit());
    let (month, day) = text.split_once('-').filter(|(month, day)| two(month) && two(day))?;
    month_day(month.parse().ok()?, day.parse().ok()?)
}

fn nth_of(nth: &str, weekday: &str, month: &str) -> Option<Yearly> {
    let place = |all: &[&str], word: &str| {
        let found = (0..).zip(all).find(|(_, it)| **it == word);
        found.map(|(place, _): (i8, _)| place)
    };
    let nth = match nth {
        "last" => -1,
        _ => place(&["1st", "2nd", "3rd", "4th"], nth)? + 1,
    };
    let weekday = place(&["mon", "tue", "wed", "thu", "fri", "sat", "sun"], weekday)?;
    let weekday = Weekday::from_monday_zero_offset(weekday).ok()?;
    Some(Yearly::Nth { nth, weekday, month: place(&MONTHS, month)? + 1 })
}
