//! `bill preview`, `release`, `call-off`, `limits`, `unbilled`: between the check of a run and its
//! bills.

use std::path::Path;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_app::approval::Outcome;
use meterbook_app::bill_run::Progress;
use meterbook_app::bill_run::cancel;
use meterbook_app::bill_run::release::{self, Released};
use meterbook_core::account::Cycle;
use meterbook_core::bill::preview::{Part, Preview, Turnover, band};
use meterbook_core::money::Money;
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
        let run = release::waiting(tx, Cycle(args.cycle))?;
        release::preview(tx, &run, super::actor().at)
    })?;
    if args.json {
        say::line(json(&it));
    } else {
        print(&it);
    }
    Ok(())
}

pub(crate) fn let_go(place: &Place, cycle: i64, why: Option<&str>) -> Result<()> {
    let db = super::open(place)?;
    let run = db.read(|tx| release::waiting(tx, Cycle(cycle)))?;
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
        }
        Released::Waits(id) => super::outcome("", Outcome::Waits(id)),
    }
    Ok(())
}

pub(crate) fn call_off(place: &Place, cycle: i64, why: &str) -> Result<()> {
    let db = super::open(place)?;
    db.write(|tx| {
        let run = release::waiting(tx, Cycle(cycle))?;
        release::call_off(tx, super::actor(), run.id, why)
    })?;
    say::line(format_args!("the run of cycle {cycle} is called off; nothing was posted"));
    Ok(())
}

pub(crate) fn cancel_run(place: &Place, cycle: i64, why: &str) -> Result<()> {
    let db = super::open(place)?;
    let wanted = db.read(|tx| cancel::of_cycle(tx, Cycle(cycle)))?;
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

/// What a run is about to bill, for people.
pub(crate) fn print(it: &Preview) {
    let cycle = it.window.cycle;
    say::line(format_args!(
        "Control totals before posting, cycle {cycle} for {}",
        it.window.period
    ));
    super::bill::totals(&it.standing);
    let (last, year) = (it.last.as_ref(), it.year.as_ref());
    let named = |of: &str, part: &dyn Fn(&Turnover) -> Part| {
        let earlier = |turn: Option<&Turnover>| {
            turn.map_or_else(|| "-".to_owned(), |it| part(it).total.to_string())
        };
        let now = part(&it.now);
        say::line(format_args!(
            "  {of:<28} {:>8} {:>16} {:>20} {:>16} {:>16}",
            now.agreements,
            now.total.to_string(),
            used(&now),
            earlier(last),
            earlier(year),
        ));
    };
    say::line(format_args!(
        "  {:<28} {:>8} {:>16} {:>20} {:>16} {:>16}",
        "", "services", "amount", "use", "turn before", "year before"
    ));
    named("all", &|it| it.all.clone());
    let mut codes: Vec<&String> = it.now.tariffs.keys().collect();
    codes.extend(last.iter().flat_map(|it| it.tariffs.keys()));
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        named(code, &|it| it.tariffs.get(code).cloned().unwrap_or_default());
    }
    say::line(format_args!(
        "  {:<28} {:>8} {:>16} {:>20} {:>16}",
        "bills of", "bills", "amount", "turn before", "year before"
    ));
    for at in 0..it.now.bands.len() {
        let of = |turn: Option<&Turnover>| turn.map_or((0, Money::ZERO), |it| it.bands[at]);
        let (now, last, year) = (it.now.bands[at], of(last), of(year));
        if now.0 != 0 || last.0 != 0 || year.0 != 0 {
            say::line(format_args!(
                "  {:<28} {:>8} {:>16} {:>20} {:>16}",
                band(at),
                now.0,
                now.1.to_string(),
                last.0,
                year.0
            ));
        }
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
        say::line("  first bill on another tariff:");
        for first in &it.switched {
            say::line(format_args!(
                "    {}  agreement {}: {} after {}, {}",
                first.account, first.agreement, first.to, first.from, first.now
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

fn used(part: &Part) -> String {
    let used =
        part.used.iter().map(|(unit, micro)| format!("{} {unit}", micro.div_euclid(1_000_000)));
    used.collect::<Vec<_>>().join(", ")
}

fn json(it: &Preview) -> serde_json::Value {
    use serde_json::json;
    let part = |it: &Part| {
        let used = it.used.iter().map(|(unit, micro)| {
            let whole = micro.div_euclid(1_000_000);
            (unit.to_string(), i64::try_from(whole).unwrap_or(i64::MAX).into())
        });
        let used: serde_json::Map<_, _> = used.collect();
        json!({ "agreements": it.agreements, "cents": it.total.cents(), "used": used })
    };
    let turn = |it: &Turnover| {
        let tariffs = it.tariffs.iter().map(|(code, it)| (code.clone(), part(it)));
        let tariffs: serde_json::Map<_, _> = tariffs.collect();
        let bands = it.bands.iter().enumerate().map(|(at, (bills, total))| {
            json!({ "band": band(at), "bills": bills, "cents": total.cents() })
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
        "now": turn(&it.now),
        "last_turn": it.last.as_ref().map(turn),
        "last_year": it.year.as_ref().map(turn),
        "beyond": it.moved.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
        "switched": switched.collect::<Vec<_>>(),
        "holds": holds.collect::<Vec<_>>(),
    })
}
