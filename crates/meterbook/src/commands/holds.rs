//! `bill holds`: held bills by what they come from, what each way out would make of them, and taking
//! one for all of them.

use std::path::Path;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_app::approval::Outcome;
use meterbook_app::bill_run::again::Came;
use meterbook_app::bill_run::doubt;
use meterbook_app::hold::{self, Chosen, Done, Effect, Group, Way};
use meterbook_core::bill::root::Root;
use meterbook_core::id::AccountId;
use meterbook_core::period::Period;
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
    let today = super::today(&db)?;
    let found = db.read(|tx| {
        let groups = wanted(tx, args, root.as_ref())?.into_iter();
        // Working it out takes time; nobody needs it of groups that are merely listed.
        let mut effects = |tx: &mut Tx, it: &Group| match root {
            Some(_) => {
                let mut watch = |done, all| bar.show("worked out", done, all);
                hold::effects_of_all(tx, it, today, &mut watch)
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

/// The groups that were asked for, of the accounts that were named.
fn wanted(tx: &mut Tx, args: &BillHolds, root: Option<&Root>) -> Result<Vec<Group>> {
    let of_cycle = |it: &Group| args.cycle.is_none_or(|cycle| it.window.cycle == cycle);
    let mut groups = hold::groups(tx, None)?;
    groups.retain(|it| of_cycle(it) && root.is_none_or(|root| it.root == *root));
    let accounts = chosen(tx, args)?;
    for account in &accounts {
        if !groups.iter().any(|it| it.held.iter().any(|held| held.account == *account)) {
            let number = store::account::get(tx, *account)?.number;
            return Err(super::said(format!(
                "nothing of account {number} is held for that; see: meterbook bill holds"
            )));
        }
    }
    for it in &mut groups {
        it.retain(&accounts);
    }
    groups.retain(|it| !it.held.is_empty());
    Ok(groups)
}

fn chosen(tx: &mut Tx, args: &BillHolds) -> Result<Vec<AccountId>> {
    args.account.iter().map(|it| Ok(super::account(tx, it)?.id)).collect()
}

fn take(place: &Place, args: &BillHolds, root: &Root, way: &str) -> Result<()> {
    let ways = Way::ALL.map(Way::word).join(", ");
    let way = Way::from_word(way)
        .with_context(|| format!("{way} is no way out of a hold; there are {ways}"))?;
    let db = super::open(place)?;
    let (groups, accounts) =
        db.read(|tx| Ok((wanted(tx, args, Some(root))?, chosen(tx, args)?)))?;
    if groups.is_empty() {
        say::line("nothing is held for that");
    }
    let why = args.why.as_deref().unwrap_or_default();
    let (mut did, mut not) = (false, 0);
    for it in groups {
        let period = it.window.period;
        let of = Chosen { window: it.window.id, root, accounts: &accounts };
        let left = match hold::apply(&db, super::actor(), of, (way, why), &mut |_| ())? {
            Done::Again(came) => {
                again(period, came);
                Vec::new()
            }
            Done::Waits(id) => {
                super::outcome("", Outcome::Waits(id));
                Vec::new()
            }
            Done::Tasks(done, left) => {
                did |= 0 < done || left.is_empty();
                let (done, not) = (counted(done, "task"), left.len());
                say::line(format_args!("{period}: done for {done}, refused for {not}"));
                left
            }
            Done::Estimated(it) => {
                did |= it.came.is_some();
                say::line(format_args!(
                    "{period}: {} and {} estimated, {} written",
                    counted(it.reads, "read"),
                    counted(it.values, "value"),
                    counted(it.ordered, "order")
                ));
                if let Some(came) = it.came {
                    again(period, came);
                }
                it.left
            }
        };
        for (number, why) in &left {
            say::line(format_args!("  {number}: {why}"));
        }
        not += left.len();
    }
    let cycle = args.cycle.expect("the arguments ask for a cycle with a way");
    let held = db.read(|tx| {
        let turns = store::window::with_held(tx, cycle)?.into_iter();
        turns.map(|it| Ok(store::run::held(tx, it.id)?.len())).sum::<Result<usize>>()
    })?;
    say::line(format_args!("{} still held in the cycle", counted(held, "agreement")));
    match (did, not) {
        (false, 1..) => {
            Err(super::said("nothing was done; why not stands beside each account".to_owned()))
        }
        _ => Ok(()),
    }
}

/// What became of bills that were checked again.
fn again(period: Period, came: Came) {
    match came {
        Came::WithTurn => {
            say::line(format_args!("{period}: checked again; they wait with their turn"));
        }
        Came::Posted(standing) => {
            say::line(format_args!("{period} now stands"));
            super::bill::totals(&standing);
        }
        Came::Waits(id) => super::outcome("", Outcome::Waits(id)),
    }
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
