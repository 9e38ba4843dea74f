//! The charges that no clock divides: fixed and unmetered ones, those at published prices,
//! minimums, and shares.

use super::charge::{label_and_value, named};
use super::hours::MONTHS;
use super::lines::{Entry, Keyword};
use super::number::{percentage, price, price_from_zero};
use super::refusal::TariffError;
use super::{clock, include, needs, term};
use crate::money::{Price, Unit};
use crate::place::Commodity;
use crate::tariff::{
    Charge, Choice, Component, Every, FixedCharge, Minimum, Of, Partial, Place, SeriesCharge,
    ShareCharge, Tariff, UnmeteredCharge,
};

/// What an entry charges: its label, the charge, and the lines of its table.
type Read<'e> = (&'e str, Charge, Vec<Place>);

pub(super) fn read<'e>(
    entry: &'e Entry<'_>,
    tariff: &Tariff,
    earlier: &[Component],
) -> Result<Read<'e>, TariffError> {
    let refuse = |what| entry.head.refuse(what);
    match entry.keyword {
        Keyword::Daily => fixed(entry, Every::Day, tariff),
        Keyword::Monthly => fixed(entry, Every::Turn, tariff),
        Keyword::PerBill => fixed(entry, Every::Bill, tariff),
        Keyword::Unmetered => unmetered(entry, tariff),
        Keyword::Series => {
            let (label, value) = label_and_value(entry).map_err(refuse)?;
            Ok((label, Charge::Series(prices(value, tariff).map_err(refuse)?), Vec::new()))
        }
        Keyword::Include => {
            let (code, charge) = include::read(entry, tariff, earlier)?;
            Ok((code, charge, Vec::new()))
        }
        keyword if earlier.is_empty() && !tariff.is_rider => {
            let what = format!("no charge is above this {keyword}; move it below what it looks at");
            Err(refuse(what))
        }
        Keyword::Minimum => {
            let (label, value) = label_and_value(entry).map_err(refuse)?;
            Ok((label, Charge::Minimum(least(value, tariff, earlier).map_err(refuse)?), Vec::new()))
        }
        _ => share(entry, tariff, earlier),
    }
}

fn fixed<'e>(entry: &'e Entry<'_>, every: Every, tariff: &Tariff) -> Result<Read<'e>, TariffError> {
    let refuse = |what| entry.head.refuse(what);
    let read = |words: &str, whole: &str| -> Result<(Partial, Vec<usize>, Unit), String> {
        let (words, count) = match padded(words).split_once(" per ") {
            Some((words, names)) => (words.to_owned(), needs::product(&tariff.needs, names)?),
            None => (words.to_owned(), Vec::new()),
        };
        let partial = partial(words.trim(), every, whole)?;
        let per = match (every, &count[..]) {
            (_, [_, ..]) => Unit::Piece,
            (Every::Day, []) => Unit::Day,
            (Every::Turn, []) => Unit::Month,
            (Every::Bill, []) => Unit::Bill,
        };
        Ok((partial, count, per))
    };
    let Some((label, by)) = table(entry) else {
        let (label, value) = label_and_value(entry).map_err(refuse)?;
        let (amount, words) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
        let (partial, count, per) = read(words, amount).map_err(refuse)?;
        let price = price_from_zero(amount, per).map_err(refuse)?;
        term::read(entry, tariff, &[])?;
        term::only(entry)?;
        let charge = FixedCharge { every, prices: vec![price], partial, choice: None, count };
        return Ok((label, Charge::Fixed(charge), Vec::new()));
    };
    let (name, words) = by.split_once(' ').unwrap_or((by, ""));
    let term = needs::find(&tariff.needs, name).map_err(refuse)?;
    let (partial, count, per) = read(words, name).map_err(refuse)?;
    let (choice, prices, places) = rows(entry, term, name, |it| price_from_zero(it, per))?;
    let charge = FixedCharge { every, prices, partial, choice: Some(choice), count };
    Ok((label, Charge::Fixed(charge), places))
}

/// What stands behind an amount, with a blank before each word.
fn padded(words: &str) -> String {
    format!(" {}", words.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn partial(word: &str, every: Every, amount: &str) -> Result<Partial, String> {
    if word.is_empty() {
        return Ok(Partial::ByDays);
    }
    let words: Vec<&str> = Partial::ALL.iter().map(|it| it.word()).collect();
    match Partial::from_word(word).filter(|_| every == Every::Turn) {
        Some(partial) => Ok(partial),
        None if every != Every::Turn => {
            Err(format!("{word} is not known behind {amount}; delete it"))
        }
        None => Err(format!(
            "{word} is not known behind an amount; write {amount}, or one of: {}",
            words.join(", ")
        )),
    }
}

/// The label of an entry whose prices are in a table, and what stands behind `by`.
fn table<'e>(entry: &'e Entry<'_>) -> Option<(&'e str, &'e str)> {
    let parts = entry.rest.rsplit_once(" by ").filter(|_| !entry.rest.contains("  "))?;
    Some((parts.0.trim(), parts.1.trim()))
}

/// The rows of a table by the term called `name`.
pub(super) fn rows<T>(
    entry: &Entry<'_>,
    term: usize,
    name: &str,
    read: impl Fn(&str) -> Result<T, String>,
) -> Result<(Choice, Vec<T>, Vec<Place>), TariffError> {
    let (mut words, mut values, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for line in entry.below.iter().filter(|it| !term::is_one(it.word().0)) {
        let (word, value) = line.word();
        if words.iter().any(|it| it == word) {
            return Err(line.refuse(format!("{word} has a row already; delete one")));
        }
        if value.is_empty() {
            return Err(line.refuse(format!("{word} has no value; write it behind: {word}  14.20")));
        }
        values.push(read(value).map_err(|what| line.refuse(what))?);
        words.push(word.to_owned());
        places.push(line.place());
    }
    if words.is_empty() {
        return Err(entry.head.refuse(format!(
            "by {name} there is a row for each {name}; indent below: 5/8  14.20"
        )));
    }
    let rows = (0..words.len()).collect();
    Ok((Choice { term, words, rows }, values, places))
}

fn unmetered<'e>(entry: &'e Entry<'_>, tariff: &Tariff) -> Result<Read<'e>, TariffError> {
    let refuse = |what| entry.head.refuse(what);
    let (label, value) = label_and_value(entry).map_err(refuse)?;
    let (amount, count) = match value.split_once(" per ") {
        Some((amount, names)) => {
            (amount.trim(), needs::product(&tariff.needs, names).map_err(refuse)?)
        }
        None => (value, Vec::new()),
    };
    let price = price(amount, tariff.unit).map_err(refuse)?;
    let terms = term::read(entry, tariff, &[])?;
    term::only(entry)?;
    let each_micro = terms.each.ok_or_else(|| {
        refuse(format!("say below how much one uses in a turn, in {}: each 41", tariff.unit))
    })?;
    Ok((label, Charge::Unmetered(UnmeteredCharge { price, each_micro, count }), Vec::new()))
}

/// The name of published prices, and what is added to each.
fn prices(value: &str, tariff: &Tariff) -> Result<SeriesCharge, String> {
    if tariff.commodity != Commodity::Electric {
        let commodity = tariff.commodity;
        return Err(format!(
            "{commodity} has no prices by the hour; charge it by volume or blocks"
        ));
    }
    if tariff.net.is_some() {
        return Err("a series prices each interval as it was measured, and the tariff nets; \
                    delete the net line, or charge by volume"
            .to_owned());
    }
    let (series, adder) = match value.split_once(char::is_whitespace) {
        None => (value, "0"),
        Some((series, rest)) => match rest.trim().split_once(char::is_whitespace) {
            Some(("plus", adder)) => (series, adder.trim()),
            _ => {
                return Err(format!(
                    "{rest} is not known behind the name of a series; write {series}, or {series} plus 0.012",
                    rest = rest.trim()
                ));
            }
        },
    };
    Ok(SeriesCharge { series: clock::name(series, "series")?, adder: price(adder, tariff.unit)? })
}

fn share<'e>(
    entry: &'e Entry<'_>,
    tariff: &Tariff,
    earlier: &[Component],
) -> Result<Read<'e>, TariffError> {
    let refuse = |what| entry.head.refuse(what);
    let of = |labels: &str| named(labels, tariff, earlier);
    let one = |text: &str| {
        let share = percentage(text.trim())?;
        if entry.keyword == Keyword::Tax && share.nano < 0 {
            return Err(format!("a tax of {text} is below zero; write a discount as percent"));
        }
        Ok(share)
    };
    let cap = term::read(entry, tariff, earlier)?.cap;
    let Some((label, by)) = table(entry) else {
        let (label, value) = label_and_value(entry).map_err(refuse)?;
        let (percent, of) = match value.split_once(" of ") {
            Some((percent, labels)) => (percent, of(labels).map_err(refuse)?),
            None => (value, Of::Everything),
        };
        term::only(entry)?;
        let shares = vec![one(percent).map_err(refuse)?];
        return Ok((
            label,
            Charge::Share(ShareCharge { shares, choice: None, of, cap }),
            Vec::new(),
        ));
    };
    let (name, of) = match by.split_once(" of ") {
        Some((name, labels)) => (name.trim(), of(labels).map_err(refuse)?),
        None => (by, Of::Everything),
    };
    let term = needs::find(&tariff.needs, name).map_err(refuse)?;
    let (choice, shares, places) = rows(entry, term, name, one)?;
    Ok((label, Charge::Share(ShareCharge { shares, choice: Some(choice), of, cap }), places))
}

/// A minimum is for a turn, for each day of service, or for a year.
fn least(value: &str, tariff: &Tariff, earlier: &[Component]) -> Result<Minimum, String> {
    let (value, beside_credits) = match value.strip_suffix(" beside credits") {
        Some(value) => (value.trim(), true),
        None => (value, false),
    };
    let (value, of) = match value.split_once(" of ") {
        Some((value, labels)) => (value.trim(), named(labels, tariff, earlier)?),
        None => (value, Of::Everything),
    };
    let (amount, words) = value.split_once(char::is_whitespace).unwrap_or((value, ""));
    let words = words.trim();
    let per = |unit| price_from_zero(amount, unit);
    let (least, partial, settled_in): (Price, Partial, Option<i8>) = match words {
        "daily" => (per(Unit::Day)?, Partial::ByDays, None),
        _ if words.starts_with("a year") => {
            (per(Unit::Month)?, Partial::ByDays, Some(settled_in(words)?))
        }
        _ => (per(Unit::Month)?, partial(words, Every::Turn, amount)?, None),
    };
    Ok(Minimum { least, partial, beside_credits, of, settled_in })
}

fn settled_in(words: &str) -> Result<i8, String> {
    let month = words.strip_prefix("a year, settled in ").map_or("", str::trim);
    let found = (1..).zip(MONTHS).find(|(_, name)| *name == month);
    found.map(|(place, _)| place).ok_or_else(|| {
        "say in which month's bill a year is settled: 600.00 a year, settled in dec".to_owned()
    })
}
