//! The net line of a tariff: how what is sent back is set off, and what becomes of the rest.

use super::lines::{Entry, Keyword, Line};
use super::number::price_from_zero;
use super::refusal::TariffError;
use super::{clock, needs, term};
use crate::money::Share;
use crate::place::Commodity;
use crate::tariff::{Charge, EnergyBank, Net, NetWindow, Tariff, YearSurplus};

const SHAPE: &str = "net turn, net turn by hours, or net interval";

/// How the tariff nets, if it does.
pub(super) fn read(entries: &[Entry<'_>], tariff: &Tariff) -> Result<Option<Net>, TariffError> {
    let Some(entry) = entries.iter().find(|it| it.keyword == Keyword::Net) else { return Ok(None) };
    let refuse = |what: String| entry.head.refuse(what);
    if tariff.commodity != Commodity::Electric {
        return Err(refuse(format!("{} is not sent back; delete the line", tariff.commodity)));
    }
    let (window, by) = match entry.rest.split_once(" by ") {
        Some((window, name)) => {
            let place = clock::find(&tariff.clocks, name.trim()).map_err(refuse)?;
            (window.trim(), Some(place))
        }
        None => (entry.rest.trim(), None),
    };
    let window = match window {
        "interval" => NetWindow::Interval,
        "turn" => NetWindow::Turn,
        other => return Err(refuse(format!("{other} is no time to net over; write {SHAPE}"))),
    };
    let mut net =
        Net { window, clock: by, banks: Vec::new(), year: None, place: entry.head.place() };
    for line in &entry.below {
        below(line, &mut net, tariff).map_err(|what| line.refuse(what))?;
    }
    Ok(Some(net))
}

fn below(line: &Line<'_>, net: &mut Net, tariff: &Tariff) -> Result<(), String> {
    let (word, rest) = line.word();
    if word == "year" {
        return year(rest, net, tariff);
    }
    if word != "bank" {
        return Err(format!("{word} is not known below net; write: bank, bank by period, year"));
    }
    if net.year.is_some() {
        return Err(YEAR_OR_BANK.to_owned());
    }
    if net.banks.iter().any(|it| it.when.is_none()) {
        return Err("there is a bank already, for everybody; delete one, or write above: bank when payout annual".to_owned());
    }
    let (when, rest) = match rest.strip_prefix("when ") {
        None => (None, rest),
        Some(rest) => {
            let (name, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            let (word, rest) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
            if word.is_empty() {
                return Err(format!("say for which {name}: bank when {name} annual"));
            }
            (Some((needs::find(&tariff.needs, name)?, word.to_owned())), rest.trim())
        }
    };
    let (kept, rest) = match rest.split_once(char::is_whitespace).unwrap_or((rest, "")) {
        (share, rest) if share.ends_with('%') => (term::part_of_all(share)?, rest.trim()),
        _ => (Share::WHOLE, rest),
    };
    let (by_period, rest) = match rest.strip_prefix("by period") {
        Some(_) if net.clock.is_none() => {
            return Err(
                "the net has no periods; write net turn by and the name of a clock".to_owned()
            );
        }
        Some(rest) => (true, rest.trim()),
        None => (false, rest),
    };
    let (rest, pays) = match rest.split_once("pays ") {
        Some((rest, price)) => {
            let mut price = price_from_zero(price.trim(), tariff.unit)?;
            price.nano = -price.nano;
            (rest.trim(), Some(price))
        }
        None => (rest, None),
    };
    let bank = term::bank(rest, &tariff.needs)?;
    if pays.is_some() && !bank.is_settled() {
        return Err(
            "what is paid is paid at a true-up; say when: bank true-up apr pays 0.03".to_owned()
        );
    }
    net.banks.push(EnergyBank { when, by_period, kept, bank, pays });
    Ok(())
}

const YEAR: &str = "year true-up anniversary pays nsc";
const YEAR_OR_BANK: &str =
    "a surplus goes into a bank of energy or is paid by the year, not both; delete one";

/// What is paid for the surplus of a year, at a price that is published.
fn year(rest: &str, net: &mut Net, tariff: &Tariff) -> Result<(), String> {
    if net.year.is_some() {
        return Err("there is a year already; delete one".to_owned());
    }
    if !net.banks.is_empty() {
        return Err(YEAR_OR_BANK.to_owned());
    }
    let (when, name) = rest.split_once("pays ").unwrap_or((rest, ""));
    let (bank, name) = (term::bank(when.trim(), &tariff.needs)?, name.trim());
    let plain = |it: char| it.is_alphanumeric() || it == '-' || it == '_';
    if name.is_empty()
        || name.starts_with(|it: char| it.is_ascii_digit())
        || !name.chars().all(plain)
    {
        return Err(format!("say the name under which the price is published: {YEAR}"));
    }
    if !bank.is_settled() || bank.expires_after.is_some() {
        return Err(format!("a year is settled at a true-up, and only then; write {YEAR}"));
    }
    net.year = Some(YearSurplus { bank, series: name.to_owned() });
    Ok(())
}

/// Refuses a net that does not say what becomes of a surplus.
pub(super) fn nothing_lost(entries: &[Entry<'_>], tariff: &Tariff) -> Result<(), TariffError> {
    let Some(net) = &tariff.net else { return Ok(()) };
    let credits = tariff.components.iter().any(|it| matches!(it.charge, Charge::Credit(_)));
    let entry = entries.iter().find(|it| it.keyword == Keyword::Net).expect("it was read");
    match (net.banks.first(), credits) {
        (None, false) => Err(entry.head.refuse(
            "nothing says what becomes of a surplus; indent below: bank, or add a line: credit  Surplus  0.04",
        )),
        (Some(_), true) => Err(entry.head.refuse(
            "a surplus goes into the bank or is priced by a credit, not both; delete one",
        )),
        _ => Ok(()),
    }
}
