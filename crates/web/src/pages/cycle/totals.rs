//! The control totals of a turn as tables: what it comes to beside earlier turns, on which days, and what
//! proves it once it is posted.

use std::collections::BTreeSet;

use jiff::civil::Date;
use meterbook_core::bill::limits::{Beside, Measure};
use meterbook_core::bill::preview::{BANDS, Dates, Moved, Part, Preview, Proof, Turnover, bounds};
use meterbook_core::bill::run::{Run, Stage};
use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_core::text::grouped;

use crate::guard::Visitor;
use crate::show;
use crate::words::Words;

/// What is to be seen of a turn before it is released, and after.
pub(super) struct Tables {
    pub(super) run: i64,
    pub(super) total_cents: i64,
    /// Whether its bills are posted.
    pub(super) posted: bool,
    /// What proves it then.
    pub(super) proof: Option<Proved>,
    pub(super) parts: Vec<Row>,
    pub(super) bands: Vec<Row>,
    pub(super) moved: Vec<[String; 5]>,
    pub(super) changes: Vec<[String; 4]>,
    pub(super) switched: Vec<[String; 4]>,
}

/// Whether a turn ties to the ledger.
pub(super) struct Proved {
    pub(super) ties: bool,
    pub(super) says: String,
}

/// What some of a turn comes to, beside the same of earlier ones that were billed.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) now: Cell,
    /// The turn before, and that of a year ago.
    pub(super) earlier: [Option<Cell>; 2],
}

/// How many there are, what they used and what they come to.
pub(super) struct Cell {
    pub(super) count: String,
    pub(super) used: String,
    pub(super) total: String,
}

/// The control totals of a turn.
pub(super) fn tables(it: &Preview, visitor: &Visitor) -> Tables {
    let words = visitor.words();
    let (last, year) = (it.last.as_ref(), it.year.as_ref());
    let row = |name: &str, of: &dyn Fn(&Turnover) -> Part| Row {
        name: name.to_owned(),
        now: cell(&of(&it.now)),
        earlier: [last, year].map(|turn| turn.map(|it| cell(&of(it)))),
    };
    let mut parts = vec![row(words.cycle_all, &|it| it.all.clone())];
    let codes = [Some(&it.now), last, year].into_iter().flatten();
    let codes: BTreeSet<&String> = codes.flat_map(|it| it.tariffs.keys()).collect();
    for code in codes {
        parts.push(row(code, &|it| it.tariffs.get(code).cloned().unwrap_or_default()));
    }
    let mut bands = Vec::new();
    for at in 0..BANDS {
        let of = |turn: &Turnover| {
            let it = &turn.bands[at];
            Part { agreements: it.bills, total: it.total, used: it.used.clone() }
        };
        if [Some(&it.now), last, year].into_iter().flatten().any(|it| it.bands[at].bills != 0) {
            bands.push(row(&band(at, words), &of));
        }
    }
    let changes = it.changes.iter().map(|it| {
        let more = show::change(it.now - it.before);
        [it.account.to_string(), show::money(it.before), show::money(it.now), more]
    });
    let switched = it.switched.iter().map(|it| {
        let to = match it.version {
            Some(from) => format!("{}, {}", it.to, show::day(from, visitor.language)),
            None => it.to.clone(),
        };
        [it.account.to_string(), it.from.clone(), to, show::money(it.now)]
    });
    Tables {
        run: it.run.0,
        total_cents: it.standing.total.cents(),
        posted: it.proof.is_some(),
        proof: it.proof.as_ref().map(|it| proof(it, words)),
        parts,
        bands,
        moved: it.moved.iter().map(|it| moved(it, words)).collect(),
        changes: changes.collect(),
        switched: switched.collect(),
    }
}

fn cell(of: &Part) -> Cell {
    let count = grouped(&of.agreements.to_string());
    Cell { count, used: used(of), total: show::money(of.total) }
}

/// Whether lines, bills and ledger come to the same, with what is apart where they do not.
fn proof(it: &Proof, words: &Words) -> Proved {
    let Proof { lines, bills, ledger } = *it;
    let money = show::money;
    let says = match it.ties() {
        true => format!("{} {}", words.cycle_ties, money(ledger)),
        false => format!(
            "{} {} {}, {} {} ({}), {} {} ({}).",
            words.cycle_ties_not,
            words.cycle_ties_lines,
            money(lines),
            words.cycle_ties_bills,
            money(bills),
            show::change(bills - lines),
            words.cycle_ties_ledger,
            money(ledger),
            show::change(ledger - bills),
        ),
    };
    Proved { ties: it.ties(), says }
}

/// A day, or the first and the last of several.
pub(super) fn range((first, last): (Date, Date), language: Language) -> String {
    match first == last {
        true => show::day(first, language),
        false => format!("{} – {}", show::day(first, language), show::day(last, language)),
    }
}

/// Which other days were planned for the bills of a turn, or that they keep those, and why.
pub(super) fn days(
    (planned, dates): (Dates, Dates),
    (run, why): (Option<&Run>, Option<&str>),
    visitor: &Visitor,
) -> String {
    let (words, language) = (visitor.words(), visitor.language);
    if planned == dates {
        let keeps = run.is_some_and(|it| it.as_planned);
        let why = why.map_or_else(String::new, |it| format!(" {}: {it}", words.why));
        return if keeps { format!("{}{why}", words.cycle_as_planned) } else { String::new() };
    }
    let posted = run.is_some_and(|it| it.stage == Stage::Done);
    format!(
        "{} {}, {} {}: {} {} {} {}.",
        words.cycle_planned,
        range(planned.billed_on, language),
        if posted { words.cycle_released_on } else { words.cycle_released_today },
        range(dates.billed_on, language),
        words.cycle_bills_due,
        range(dates.due_on, language),
        words.cycle_instead,
        range(planned.due_on, language),
    )
}

fn used(part: &Part) -> String {
    let used = part.used.iter().map(|(unit, micro)| {
        format!("{} {unit}", grouped(&micro.div_euclid(1_000_000).to_string()))
    });
    used.collect::<Vec<_>>().join(", ")
}

fn band(band: usize, words: &Words) -> String {
    match bounds(band) {
        (None, _) => words.cycle_band_below.to_owned(),
        (Some(lower), None) => format!("{} {}", show::money(lower), words.cycle_band_above),
        (Some(lower), Some(upper)) if lower == upper => show::money(lower),
        (Some(lower), Some(upper)) => {
            format!("{} {} {}", show::money(lower), words.cycle_band_to, show::money(upper))
        }
    }
}

/// A total beyond a limit: what, now, before, beside what, the limit.
fn moved(it: &Moved, words: &Words) -> [String; 5] {
    let measure = match it.measure {
        Measure::Agreements => words.cycle_moved_agreements,
        Measure::Total => words.cycle_moved_total,
        Measure::Mean => words.cycle_moved_mean,
        Measure::Use => words.cycle_moved_use,
        Measure::Tariff => words.cycle_moved_tariff,
        Measure::Band => words.cycle_moved_band,
    };
    let beside = match it.beside {
        Beside::LastTurn => words.cycle_turn_before,
        Beside::LastYear => words.cycle_year_before,
    };
    let limit = match it.measure {
        Measure::Band => format!("{} {}", it.limit, words.cycle_points),
        _ => format!("{} %", it.limit),
    };
    let said = |figure: i128| match it.measure {
        Measure::Total | Measure::Tariff | Measure::Mean => {
            show::money(Money::from_cents(i64::try_from(figure).unwrap_or(i64::MAX)))
        }
        _ => grouped(&it.said(figure)),
    };
    [format!("{measure} {}", it.of), said(it.now), said(it.was), beside.to_owned(), limit]
}
