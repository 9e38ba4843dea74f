//! `bill preview`, `totals`, `release`, `call-off`, `limits`, `unbilled`: between the check of a run and its
//! bills, and what they came to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_app::approval::Outcome;
use meterbook_app::bill_run::Progress;
use meterbook_app::bill_run::cancel;
use meterbook_app::bill_run::release::{self, Released};
use meterbook_core::account::Cycle;
use meterbook_core::bill::preview::{BANDS, Dates, Part, Preview, Proof, Turnover, band};
use meterbook_core::bill::run::Stage;
use meterbook_core::money::Unit;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::bill::OfCycle;
use crate::say;

/// Agreements printed that were not billed for long.
const UNBILLED: i64 = 1_000;

pub(crate) fn preview(place: &Place, args: &OfCycle) -> Result<()> {
    let db = super::see(place)?;
    let it = db.read(|tx| {
        let run = release::waiting(tx, args.cycle)?;
        release::preview(tx, &run, super::actor().at)
    })?;
    shown(&it, args.json);
    Ok(())
}

pub(crate) fn posted(place: &Place, cycle: Cycle, on: Option<Date>, as_json: bool) -> Result<()> {
    let db = super::see(place)?;
    let it = db.read(|tx| release::posted(tx, cycle, on, super::actor().at))?;
    shown(&it, as_json);
    Ok(())
}

fn shown(it: &Preview, as_json: bool) {
    if as_json {
        say::line(json(it));
    } else {
        print(it);
    }
}

pub(crate) fn let_go(place: &Place, cycle: Cycle, why: Option<&str>) -> Result<()> {
    let db = super::open(place)?;
    let run = db.read(|tx| release::waiting(tx, cycle))?;
    let mut bar = say::Bar::new();
    let released = release::release(&db, super::actor(), run.id, why, &mut |progress| {
        if let Progress::Posted(done, all) = progress {
            bar.show("posted", done, all);
        }
    })?;
    drop(bar);
    match released {
        Released::Posted(standing) => {
            say::line(format_args!("Cycle {} for {} now stands", standing.cycle, standing.period));
            super::bill::totals(&standing);
            let it = db.read(|tx| {
                let run = store::run::get(tx, run.id)?;
                release::preview(tx, &run, super::actor().at)
            })?;
            say::line(format_args!("  {}", days(&it)));
        }
        Released::Waits(id) => super::outcome("", Outcome::Waits(id)),
    }
    Ok(())
}

pub(crate) fn call_off(place: &Place, cycle: Cycle, why: &str) -> Result<()> {
    let db = super::open(place)?;
    db.write(|tx| {
        let run = release::waiting(tx, cycle)?;
        release::call_off(tx, super::actor(), run.id, why)
    })?;
    say::line(format_args!("the run of cycle {cycle} is called off; nothing was posted"));
    Ok(())
}

pub(crate) fn cancel_run(place: &Place, cycle: Cycle, why: &str) -> Result<()> {
    let db = super::open(place)?;
    let wanted = db.read(|tx| cancel::of_cycle(tx, cycle))?;
    let mut bar = say::Bar::new();
    let outcome = cancel::cancel(&db, super::actor(), wanted, why, &mut |progress| {
        if let Progress::TakenBack(done, all) = progress {
            bar.show("taken back", done, all);
        }
    })?;
    drop(bar);
    let said =
        format!("every bill of the turn is taken back, {} in all; it is open again", wanted.total);
    super::outcome(&said, outcome);
    Ok(())
}

pub(crate) fn limits(place: &Place, file: Option<&Path>, from: Option<Date>) -> Result<()> {
    let say = |tx: &mut Tx, from, text: &str| release::say_limits(tx, super::actor(), from, text);
    let what = ("limits", "no limits are said");
    super::dated_text(place, (file, from), what, release::limits_text, say)
}

pub(crate) fn unbilled(place: &Place, days: i64, as_json: bool) -> Result<()> {
    let db = super::see(place)?;
    let day = super::today(&db)?.checked_sub(days.days())?;
    let (all, list) = db.read(|tx| {
        Ok((store::unbilled::count(tx, day)?, store::unbilled::all(tx, day, UNBILLED)?))
    })?;
    if as_json {
        let rows = list.iter().map(|it| {
            serde_json::json!({
                "account": it.account.to_string(),
                "agreement": it.agreement.0,
                "commodity": it.commodity.word(),
                "since": it.since.to_string(),
                "held": it.held.as_ref().map(|it| &it.0),
                "why": it.held.as_ref().map(|it| &it.1),
                "owner": it.owner,
            })
        });
        say::line(serde_json::Value::Array(rows.collect()));
        return Ok(());
    }
    say::line(format_args!(
        "{} unbilled for more than {}",
        counted(all, "agreement"),
        counted(days, "day")
    ));
    for it in &list {
        let (word, why) = it.held.clone().unwrap_or_else(|| {
            ("no-run".to_owned(), "no run of its cycle met it; run the cycle".to_owned())
        });
        let owner = it.owner.as_deref().unwrap_or("nobody's");
        say::line(format_args!(
            "{}  agreement {}  {}  since {}  {word}  {owner}",
            it.account, it.agreement, it.commodity, it.since
        ));
        say::line(format_args!("    {why}"));
    }
    if i64::try_from(all)? > UNBILLED {
        say::line(format_args!("… the first {UNBILLED} of them"));
    }
    Ok(())
}

/// What a turn comes to, about to be billed or billed, for people.
pub(crate) fn print(it: &Preview) {
    let (cycle, period) = (it.window.cycle, it.window.period);
    match it.proof {
        None => {
            say::line(format_args!("Control totals before posting, cycle {cycle} for {period}"));
        }
        Some(_) => say::line(format_args!("Control totals as posted, cycle {cycle} for {period}")),
    }
    super::bill::totals(&it.standing);
    say::line(format_args!("  {}", days(it)));
    if let Some(proof) = it.proof {
        say::line(format_args!("  {}", proves(&proof)));
    }
    let turns =
        [("", Some(&it.now)), ("turn before", it.last.as_ref()), ("year before", it.year.as_ref())];
    if it.proof.is_none() && it.last.is_none() && it.year.is_none() {
        say::line(
            "  no turn before was billed: nothing is compared, so look at what follows yourself",
        );
    }
    head(["by tariff", "services", "amount", "use"]);
    rows("all", &turns, &|turn| Some(turn.all.clone()));
    let codes = turns.iter().filter_map(|it| it.1).flat_map(|it| it.tariffs.keys());
    for code in codes.collect::<BTreeSet<_>>() {
        rows(code, &turns, &|turn| turn.tariffs.get(code).cloned());
    }
    head(["by bill", "bills", "amount", "use"]);
    for at in 0..BANDS {
        rows(&band(at), &turns, &|turn| {
            let it = &turn.bands[at];
            let of = Part { agreements: it.bills, total: it.total, used: it.used.clone() };
            Some(of).filter(|it| it.agreements != 0)
        });
    }
    if !it.changes.is_empty() {
        say::line("  changed most:");
        for change in &it.changes {
            let more = change.now - change.before;
            say::line(format_args!(
                "    {}  {:>12} instead of {:>12}, {more}",
                change.account,
                change.now.to_string(),
                change.before.to_string()
            ));
        }
    }
    if !it.switched.is_empty() {
        say::line("  first bill on another tariff, or a new version of it:");
        for first in &it.switched {
            let tariff = match first.version {
                Some(from) => format!("{} of {from}", first.to),
                None => format!("{} after {}", first.to, first.from),
            };
            say::line(format_args!(
                "    {}  agreement {}: {tariff}, {}",
                first.account, first.agreement, first.now
            ));
        }
    }
    if !it.holds.is_empty() {
        say::line("  held:");
        for hold in &it.holds {
            let owner = if hold.owner.is_empty() { "nobody's" } else { &hold.owner };
            say::line(format_args!(
                "    {:>6}  {}, {owner}, for {}, as account {}",
                hold.count,
                hold.reason,
                counted(hold.days, "day"),
                hold.example
            ));
        }
    }
    for moved in &it.moved {
        say::line(format_args!("  beyond the limits: {moved}"));
    }
}

fn head([of, count, amount, used]: [&str; 4]) {
    say::line(format_args!("  {of:<22} {:<12} {count:>9} {amount:>16} {used:>20}", ""));
}

/// What of something there is in each turn, a line for each that has any of it.
fn rows(of: &str, turns: &[(&str, Option<&Turnover>)], part: &dyn Fn(&Turnover) -> Option<Part>) {
    let of_turns = turns.iter().filter_map(|(name, turn)| Some((*name, part((*turn)?)?)));
    let mut of = of;
    for (name, it) in of_turns {
        let (count, total, used) = (it.agreements, it.total.to_string(), used(&it));
        say::line(format_args!("  {of:<22} {name:<12} {count:>9} {total:>16} {used:>20}"));
        of = "";
    }
}

/// The days on the bills, beside those planned where they are others.
fn days(it: &Preview) -> String {
    let range = |(first, last): (Date, Date)| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    };
    let (planned, dates) = (it.planned, it.dates);
    let (on, due) = (range(dates.billed_on), range(dates.due_on));
    match planned == dates {
        true if it.as_planned => format!("bills keep the days planned: of {on}, due {due}"),
        true => format!("bills are of {on}, due {due}"),
        false => {
            let released = match it.standing.stage {
                Stage::Done => "released",
                _ => "released today,",
            };
            format!(
                "planned for {}, {released} {on}: bills are due {due} instead of {}",
                range(planned.billed_on),
                range(planned.due_on)
            )
        }
    }
}

/// Whether lines, bills and ledger come to the same.
fn proves(it: &Proof) -> String {
    let Proof { lines, bills, ledger } = *it;
    match it.ties() {
        true => format!("ties to the ledger: lines, bills and receivables come to {ledger} each"),
        false => format!(
            "DOES NOT TIE: lines come to {lines}, bills to {bills} ({} apart), receivables to {ledger} ({} apart); see: meterbook check",
            bills - lines,
            ledger - bills
        ),
    }
}

fn used(part: &Part) -> String {
    let used =
        part.used.iter().map(|(unit, micro)| format!("{} {unit}", micro.div_euclid(1_000_000)));
    let used: Vec<String> = used.collect();
    if used.is_empty() { "-".to_owned() } else { used.join(", ") }
}

fn json(it: &Preview) -> serde_json::Value {
    use serde_json::json;
    let units = |used: &BTreeMap<Unit, i128>| {
        let used = used.iter().map(|(unit, micro)| {
            let whole = micro.div_euclid(1_000_000);
            (unit.to_string(), i64::try_from(whole).unwrap_or(i64::MAX).into())
        });
        serde_json::Value::Object(used.collect())
    };
    let part = |it: &Part| json!({ "agreements": it.agreements, "cents": it.total.cents(), "used": units(&it.used) });
    let both = |(first, last): (Date, Date)| json!([first.to_string(), last.to_string()]);
    let dates = |it: &Dates| json!({ "billed": both(it.billed_on), "due": both(it.due_on) });
    let turn = |it: &Turnover| {
        let tariffs = it.tariffs.iter().map(|(code, it)| (code.clone(), part(it)));
        let tariffs: serde_json::Map<_, _> = tariffs.collect();
        let bands = it.bands.iter().enumerate().map(|(at, it)| {
            let (bills, cents) = (it.bills, it.total.cents());
            json!({ "band": band(at), "bills": bills, "cents": cents, "used": units(&it.used) })
        });
        let bands: Vec<_> = bands.collect();
        json!({ "bills": it.bills(), "all": part(&it.all), "tariffs": tariffs, "bands": bands })
    };
    let changes = it.changes.iter().map(|it| {
        json!({
            "account": it.account.to_string(),
            "before_cents": it.before.cents(),
            "cents": it.now.cents(),
        })
    });
    let switched = it.switched.iter().map(|it| {
        json!({
            "account": it.account.to_string(),
            "agreement": it.agreement.0,
            "from": it.from,
            "to": it.to,
            "version": it.version.map(|it| it.to_string()),
            "cents": it.now.cents(),
        })
    });
    let holds = it.holds.iter().map(|it| {
        json!({
            "reason": it.reason,
            "owner": it.owner,
            "count": it.count,
            "days": it.days,
            "example": it.example.to_string(),
        })
    });
    json!({
        "cycle": it.window.cycle.0,
        "period": it.window.period.to_string(),
        "standing": super::bill::json(&it.standing),
        "planned": dates(&it.planned),
        "dates": dates(&it.dates),
        "proof": it.proof.map(|it| json!({
            "lines_cents": it.lines.cents(),
            "bills_cents": it.bills.cents(),
            "ledger_cents": it.ledger.cents(),
            "ties": it.ties(),
        })),
        "now": turn(&it.now),
        "last_turn": it.last.as_ref().map(turn),
        "last_year": it.year.as_ref().map(turn),
        "beyond": it.moved.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
        "switched": switched.collect::<Vec<_>>(),
        "holds": holds.collect::<Vec<_>>(),
    })
}
