//! `bill holds`: held bills by what they come from, what each way out would make of them, and taking
//! one for all of them.

use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_app::approval::Outcome;
use meterbook_app::bill_run::again::Came;
use meterbook_app::bill_run::doubt;
use meterbook_app::hold::{self, Done, Effect, Group, Way};
use meterbook_core::account::Cycle;
use meterbook_core::bill::root::Root;
use meterbook_core::person::Language;
use meterbook_core::text::{counted, decimal};
use meterbook_store::{self as store, Tx};
use serde_json::{Value, json};

use crate::args::Place;
use crate::args::bill::BillHolds;
use crate::say;

pub(crate) fn holds(place: &Place, args: &BillHolds) -> Result<()> {
    let root = args.root.as_deref().map(root).transpose()?;
    if let (Some(root), Some(way)) = (&root, &args.take) {
        return take(place, args, root, way);
    }
    let db = super::see(place)?;
    let mut bar = say::Bar::new();
    let found = db.read(|tx| {
        let groups = wanted(tx, args, root.as_ref())?.into_iter();
        // Working it out takes time; nobody needs it of groups that are merely listed.
        let mut effects = |tx: &mut Tx, it: &Group| match root {
            Some(_) => {
                hold::effects_of_all(tx, it, &mut |done, all| bar.show("worked out", done, all))
            }
            None => Ok(Vec::new()),
        };
        groups.map(|it| effects(tx, &it).map(|effects| (it, effects))).collect::<Result<Vec<_>>>()
    })?;
    drop(bar);
    if args.json {
        say::line(Value::Array(found.iter().map(|(it, effects)| as_json(it, effects)).collect()));
        return Ok(());
    }
    if found.is_empty() {
        say::line("nothing is held for that");
    }
    for (it, effects) in &found {
        print(it, effects);
    }
    Ok(())
}

fn root(text: &str) -> Result<Root> {
    Root::from_text(text).with_context(|| {
        format!("{text} is no cause of holds; print them with: meterbook bill holds --json")
    })
}

fn wanted(tx: &mut Tx, args: &BillHolds, root: Option<&Root>) -> Result<Vec<Group>> {
    let groups = hold::groups(tx, None)?.into_iter();
    let of_cycle = |it: &Group| args.cycle.is_none_or(|cycle| it.window.cycle == Cycle(cycle));
    Ok(groups.filter(of_cycle).filter(|it| root.is_none_or(|root| it.root == *root)).collect())
}

fn take(place: &Place, args: &BillHolds, root: &Root, way: &str) -> Result<()> {
    let ways = Way::ALL.map(Way::word).join(", ");
    let way = Way::from_word(way)
        .with_context(|| format!("{way} is no way out of a hold; there are {ways}"))?;
    let db = super::open(place)?;
    let groups = db.read(|tx| wanted(tx, args, Some(root)))?;
    if groups.is_empty() {
        say::line("nothing is held for that");
    }
    let why = args.why.as_deref().unwrap_or_default();
    for it in groups {
        let period = it.window.period;
        let turn = (it.window.id, root);
        match hold::apply(&db, super::actor(), turn, (way, why), &mut |_| ())? {
            Done::Again(Came::WithTurn) => {
                say::line(format_args!("{period}: checked again; they wait with their turn"));
            }
            Done::Again(Came::Posted(standing)) => {
                say::line(format_args!("{period} now stands"));
                super::bill::totals(&standing);
            }
            Done::Again(Came::Waits(id)) | Done::Waits(id) => {
                super::outcome("", Outcome::Waits(id));
            }
            Done::Tasks(did, not) => {
                let (did, not) = (counted(did, "task"), counted(not, "task"));
                say::line(format_args!("{period}: done for {did}, refused for {not}"));
            }
        }
    }
    let cycle = Cycle(args.cycle.unwrap_or_default());
    let left = db.read(|tx| {
        let turns = store::window::with_held(tx, cycle)?.into_iter();
        turns.map(|it| Ok(store::run::held(tx, it.id)?.len())).sum::<Result<usize>>()
    })?;
    say::line(format_args!("{} still held in the cycle", counted(left, "agreement")));
    Ok(())
}

fn print(it: &Group, effects: &[Effect]) {
    let (would, unknown) = it.would();
    let (cycle, period) = (it.window.cycle, it.window.period);
    let count = counted(it.held.len(), "agreement");
    say::line(format_args!("{count}: {}", it.says(Language::English)));
    let unpriced = if unknown == 0 { String::new() } else { format!(", {unknown} not priced") };
    say::line(format_args!(
        "    cycle {cycle} for {period}, {would}{unpriced}; --cycle {cycle} --root '{}' --take WAY",
        it.root.text()
    ));
    for effect in effects {
        let used = effect.used.iter().map(|(unit, micro)| {
            let micro = i64::try_from(*micro).unwrap_or(i64::MAX);
            format!("{} {unit}", decimal(micro, 6))
        });
        let used = used.collect::<Vec<_>>().join(" and ");
        let used = if used.is_empty() { "no use".to_owned() } else { used };
        say::line(format_args!(
            "    {:<12} {} billed, {} held, {}, {} instead of {}",
            effect.way.word(),
            effect.billed,
            effect.held,
            used,
            effect.after,
            effect.before
        ));
    }
}

fn as_json(it: &Group, effects: &[Effect]) -> Value {
    let (would, unknown) = it.would();
    let effects = effects.iter().map(|it| {
        let used =
            it.used.iter().map(|(unit, micro)| (unit.word().to_owned(), json!(micro.to_string())));
        json!({
            "way": it.way.word(),
            "billed": it.billed,
            "held": it.held,
            "used_micro": used.collect::<serde_json::Map<_, _>>(),
            "before_cents": it.before.cents(),
            "after_cents": it.after.cents(),
            "accounts": it.accounts,
        })
    });
    json!({
        "cycle": it.window.cycle.0,
        "from": it.window.period.start().to_string(),
        "to": it.window.period.end().to_string(),
        "root": it.root.text(),
        "says": it.says(Language::English),
        "agreements": it.held.len(),
        "accounts": it.held.iter().map(|it| it.number.to_string()).collect::<Vec<_>>(),
        "would_cents": would.cents(),
        "not_priced": unknown,
        "ways": it.ways().into_iter().map(Way::word).collect::<Vec<_>>(),
        "effects": effects.collect::<Vec<_>>(),
    })
}

/// Prints the rules by which bills wait, or says them anew from a day on.
pub(crate) fn doubts(place: &Place, file: Option<&Path>, from: Option<Date>) -> Result<()> {
    let say = |tx: &mut Tx, from, text: &str| doubt::say(tx, super::actor(), from, text);
    super::dated_text(place, (file, from), ("rules", "no bill waits"), doubt::text_on, say)
}
