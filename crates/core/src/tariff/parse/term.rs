//! The terms of a charge: lines indented below it that are no prices.

use super::charge::{named, step_end};
use super::demand::{self, DemandTerms};
use super::hours::{MONTHS, months};
use super::lines::{Entry, Keyword, Line};
use super::number::{percentage, price_from_zero};
use super::refusal::TariffError;
use super::{needs, spelling};
use crate::money::{Price, Share, Unit};
use crate::rating::MOST_TURNS_BACK;
use crate::tariff::{
    Bank, Cap, Component, Limit, Lock, MoneyBank, Of, OnMove, Per, Ratchet, Tariff, TrueUp,
};
use crate::text::scaled;

/// What the terms of a charge say.
#[derive(Default)]
pub(super) struct Terms {
    /// It prices what came, whatever was sent back.
    pub(super) gross: bool,
    pub(super) ratchets: Vec<Ratchet>,
    pub(super) offsets: Option<Of>,
    pub(super) bank: Option<MoneyBank>,
    pub(super) demand: DemandTerms,
    pub(super) at_most: Option<Limit>,
    pub(super) cap: Option<Cap>,
    pub(super) each: Option<[i64; 12]>,
    pub(super) when: Option<usize>,
    pub(super) lock: Option<Lock>,
}

/// The words that begin a term, and the charges that may have it.
const WORDS: [(&str, &[Keyword]); 16] = [
    ("gross", &[Keyword::Volume, Keyword::Blocks]),
    ("ratchet", &[Keyword::Demand, Keyword::Reactive]),
    ("window", &[Keyword::Demand, Keyword::Reactive]),
    ("at-least", &[Keyword::Demand]),
    ("step", &[Keyword::Demand]),
    ("unit", &[Keyword::Demand]),
    ("power-factor", &[Keyword::Demand]),
    ("beyond", &[Keyword::Reactive]),
    ("peak-of", &[Keyword::Coincident]),
    ("offsets", &[Keyword::Credit]),
    ("bank", &[Keyword::Credit]),
    ("at-most", &[Keyword::Volume, Keyword::Blocks]),
    ("cap", &[Keyword::Percent, Keyword::Tax]),
    ("each", &[Keyword::Unmetered]),
    ("when", &[Keyword::Include]),
    ("locked", &[Keyword::Include]),
];

const RATCHET: &str =
    "ratchet 85% of 11 turns starting at none, or ratchet 75% of jun-sep in 11 turns";
const BANK: &str = "bank, bank true-up apr, bank at-stop, or bank expires 12 turns";

/// The words a term begins with.
#[cfg(test)]
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(word, _)| *word)
}

/// Whether `word` begins a term.
pub(super) fn is_one(word: &str) -> bool {
    WORDS.iter().any(|(it, _)| *it == word)
}

/// What is wrong with a line below a charge that begins with `word`.
pub(super) fn unknown(keyword: Keyword, word: &str) -> String {
    let known: Vec<&str> =
        WORDS.iter().filter(|(_, of)| of.contains(&keyword)).map(|(it, _)| *it).collect();
    match spelling::nearest(word, known.iter().copied()) {
        Some(near) => format!("no term of a {keyword} is {word}; did you mean {near}?"),
        None if known.is_empty() => format!(
            "nothing stands below a {keyword} with one price, and {word} does; a line that begins a charge is not indented"
        ),
        None => format!(
            "no term of a {keyword} is {word}; there are: {}. A line that begins a charge is not indented",
            known.join(", ")
        ),
    }
}

/// Refuses lines below `entry` that are no terms.
pub(super) fn only(entry: &Entry<'_>) -> Result<(), TariffError> {
    match entry.below.iter().find(|it| !is_one(it.word().0)) {
        Some(odd) => Err(odd.refuse(unknown(entry.keyword, odd.word().0))),
        None => Ok(()),
    }
}

/// The terms below `entry`; `earlier` are the charges above it.
pub(super) fn read(
    entry: &Entry<'_>,
    tariff: &Tariff,
    earlier: &[Component],
) -> Result<Terms, TariffError> {
    let mut terms = Terms::default();
    for line in entry.below.iter().filter(|it| is_one(it.word().0)) {
        term(entry.keyword, line, tariff, earlier, &mut terms).map_err(|what| line.refuse(what))?;
    }
    if let (Some(line), None) =
        (entry.below.iter().find(|it| it.word().0 == "bank"), &terms.offsets)
    {
        let what = "a bank keeps what a credit could not bring down; say what it may, above: offsets Energy";
        return Err(line.refuse(what));
    }
    Ok(terms)
}

fn term(
    keyword: Keyword,
    line: &Line<'_>,
    tariff: &Tariff,
    earlier: &[Component],
    terms: &mut Terms,
) -> Result<(), String> {
    let (word, rest) = line.word();
    let of = WORDS.iter().find(|(it, _)| *it == word).map_or(&[][..], |(_, of)| of);
    if !of.contains(&keyword) {
        return Err(unknown(keyword, word));
    }
    match word {
        "gross" if rest.is_empty() => terms.gross = true,
        "gross" => return Err(format!("gross says all by itself; delete {rest}")),
        "ratchet" => terms.ratchets.push(ratchet(rest)?),
        "offsets" if rest.is_empty() => {
            return Err("say which charges the credit may bring down: offsets Energy".to_owned());
        }
        "offsets" => terms.offsets = Some(named(rest, tariff, earlier)?),
        "at-most" => terms.at_most = Some(at_most(rest, tariff)?),
        "cap" => terms.cap = Some(Cap { most: most(rest)?, place: line.place() }),
        "each" => terms.each = Some(each(rest)?),
        "when" => terms.when = Some(needs::find(&tariff.needs, rest)?),
        "locked" => terms.lock = Some(lock(rest, &tariff.needs)?),
        "bank" => terms.bank = Some(money_bank(rest, &tariff.needs)?),
        _ => demand::term(word, rest, &tariff.needs, &mut terms.demand)?,
    }
    Ok(())
}

/// How long a rider stays as it was: `10 years`, or `10 years since connected`.
fn lock(text: &str, needs: &[String]) -> Result<Lock, String> {
    let (length, since) = match text.split_once(" since ") {
        Some((length, name)) => (length, Some(needs::find(needs, name.trim())?)),
        None => (text, None),
    };
    let years = length.strip_suffix(" years").or_else(|| length.strip_suffix(" year"));
    let years = years.and_then(|it| it.trim().parse().ok()).filter(|it| (1..=50).contains(it));
    let years = years.ok_or_else(|| {
        format!("{text} does not say how long; write locked 10 years, or locked 10 years since connected")
    })?;
    Ok(Lock { years, since })
}

/// The most that is priced: a number, a term, or a share of a term.
fn at_most(text: &str, tariff: &Tariff) -> Result<Limit, String> {
    let named = text.starts_with(|it: char| it.is_ascii_lowercase());
    let text = if named { format!("100% of {text}") } else { text.to_owned() };
    let most = step_end(&text, tariff.unit, &tariff.needs)?;
    if matches!(most.per, Per::Kw | Per::KwDay) {
        return Err(format!(
            "at-most looks at no kW, and {text} is for each; write a number, a term, or 120% of a term"
        ));
    }
    Ok(most)
}

fn most(text: &str) -> Result<Price, String> {
    let most = price_from_zero(text, Unit::Month)?;
    if most.nano == 0 {
        return Err("a cap of nothing leaves nothing of the charge; delete the charge".to_owned());
    }
    Ok(most)
}

/// What one piece uses in a turn: the same in each month, or twelve numbers from January on.
fn each(text: &str) -> Result<[i64; 12], String> {
    let one = |it: &str| {
        let micro = scaled(it.trim(), 6).filter(|it| 0 < *it);
        micro.ok_or_else(|| format!("{it} is no use; write a number above zero, such as 41"))
    };
    let values: Vec<i64> = text.split(", ").map(one).collect::<Result<_, _>>()?;
    match values[..] {
        [same] => Ok([same; 12]),
        _ => <[i64; 12]>::try_from(values.clone()).map_err(|_| {
            format!("{} numbers are not one, nor twelve from January on", values.len())
        }),
    }
}

fn ratchet(text: &str) -> Result<Ratchet, String> {
    let wrong = || format!("{text} is no ratchet; write {RATCHET}");
    let (text, starts_at_none) = match text.strip_suffix(" starting at none") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let (share, of) = text.split_once(" of ").ok_or_else(wrong)?;
    let share = percentage(share.trim())?;
    if share.nano <= 0 {
        return Err(format!("a ratchet of {text} holds nothing; its share is above zero"));
    }
    let (listed, turns) = match of.split_once(" in ") {
        Some((listed, turns)) => (months(listed)?, turns),
        None => (0xFFF, of),
    };
    let turns = turns.strip_suffix(" turns").or_else(|| turns.strip_suffix(" turn"));
    let turns: i64 = turns.and_then(|it| it.trim().parse().ok()).ok_or_else(wrong)?;
    if !(1..MOST_TURNS_BACK).contains(&turns) {
        return Err(format!(
            "a ratchet looks back 1 to {} turns, not {turns}",
            MOST_TURNS_BACK - 1
        ));
    }
    Ok(Ratchet { share, turns, months: listed, starts_at_none })
}

/// What stands behind the `bank` of a credit.
fn money_bank(text: &str, needs: &[String]) -> Result<MoneyBank, String> {
    let (rest, from_next_turn) = match text.strip_prefix("from next turn") {
        Some(rest) => (rest.trim(), true),
        None => (text, false),
    };
    let (rest, paid) = match rest.split_once("paid") {
        Some((rest, "")) => (rest.trim(), Share::WHOLE),
        Some((rest, share)) => (rest.trim(), part_of_all(share.trim())?),
        None => (rest, Share { nano: 0 }),
    };
    let bank = bank(rest, needs)?;
    if paid.nano != 0 && !bank.is_settled() && bank.expires_after.is_none() {
        return Err("what is paid is paid at a true-up, or of what expires; say when: bank true-up apr paid".to_owned());
    }
    Ok(MoneyBank { bank, from_next_turn, paid })
}

/// A percentage from nothing to all.
pub(super) fn part_of_all(text: &str) -> Result<Share, String> {
    let share = percentage(text)?;
    if !(0..=Share::WHOLE.nano).contains(&share.nano) {
        return Err(format!("{text} is no part of it; write 0% to 100%"));
    }
    Ok(share)
}

/// What stands behind `bank`: when it is settled, and when what is in it expires.
pub(super) fn bank(text: &str, needs: &[String]) -> Result<Bank, String> {
    let mut bank = Bank::default();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if word == "at-stop" {
            bank.on_move = OnMove::Settle;
            continue;
        }
        match (word, words.next().unwrap_or("")) {
            ("on-move", "carry") => bank.on_move = OnMove::Carry,
            ("on-move", "lost") => bank.on_move = OnMove::Lost,
            ("on-move", other) => {
                return Err(format!(
                    "on-move {other} is not known behind bank; write on-move carry, on-move lost, or at-stop"
                ));
            }
            ("true-up", "anniversary") => bank.true_up = Some(TrueUp::Anniversary),
            ("true-up", "by") => {
                let name = words.next().unwrap_or("");
                bank.true_up = Some(TrueUp::Term(needs::find(needs, name)?));
            }
            ("true-up", month) => {
                let place = (1..).zip(MONTHS).find(|(_, name)| *name == month);
                let (place, _) = place.ok_or_else(|| {
                    format!("a true-up is in jan to dec, at the anniversary or by a term, not {month}; write true-up apr")
                })?;
                bank.true_up = Some(TrueUp::Month(place));
            }
            ("expires", after) => {
                let turns = words.next().unwrap_or("");
                let after: Option<i64> = after.parse().ok().filter(|it| (1..=600).contains(it));
                match (after, turns) {
                    (Some(after), "turns" | "turn") => bank.expires_after = Some(after),
                    _ => return Err(format!("{text} does not say when; write expires 12 turns")),
                }
            }
            (other, _) => {
                return Err(format!("{other} is not known behind bank; write {BANK}"));
            }
        }
    }
    Ok(bank)
}
