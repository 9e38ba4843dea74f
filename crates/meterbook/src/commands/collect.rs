//! `collect` and `protect`: what is done where something is past due, and what keeps from it.

use anyhow::Result;
use meterbook_app::collection::{self, Done, Part, Switch};
use meterbook_app::protection::{self, NewProtection, To};
use meterbook_core::credit::Shield;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::protection::{PRESETS, Weather};
use meterbook_core::text::counted;
use meterbook_store as store;
use serde_json::json;

use crate::args::Place;
use crate::args::credit::{CollectCommand, Printed, ProtectCommand};
use crate::say;

pub(crate) fn collect(place: &Place, command: &CollectCommand) -> Result<()> {
    let by = super::actor();
    match command {
        CollectCommand::Look(Printed { json }) => {
            let db = super::see(place)?;
            let today = super::today(&db)?;
            let looked = db.read(|tx| collection::look(tx, today))?;
            let mut done = Done { kept: looked.kept, ..Done::default() };
            (done.opened, done.ended) = (looked.opens.len(), looked.ends.len());
            for (_, it) in &looked.steps {
                *done.taken.entry(it.step).or_default() += 1;
            }
            show(&done, *json);
        }
        CollectCommand::Run { expect, json } => {
            let expected = expect.iter().map(|it| read(it)).collect::<Result<Vec<_>>>()?;
            let mut bar = say::Bar::new();
            let mut watch = |at, done, all| bar.show(&stage(at), done, all);
            let done = collection::run_watched(&super::open(place)?, by, &expected, &mut watch)?;
            bar.end();
            show(&done, *json);
        }
        CollectCommand::Why { of, on, json } => {
            let db = super::see(place)?;
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            let why = db.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                collection::why(tx, account, on)
            })?;
            let why: Vec<String> = why.iter().map(ToString::to_string).collect();
            match (json, why.is_empty()) {
                (true, may) => say::line(json!({ "may_be_cut": may, "why": why })),
                (false, true) => say::line("nothing keeps from cutting it off"),
                (false, false) => why.iter().for_each(say::line),
            }
        }
        CollectCommand::List { step, on, json } => {
            let step = read_step(step)?;
            let db = super::see(place)?;
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            let all = db.read(|tx| store::collection::taken(tx, on, step))?;
            if *json {
                let all = all.iter().map(|it| {
                    json!({ "account": it.number.to_string(), "past_due": it.past_due.plain() })
                });
                say::line(json!(all.collect::<Vec<_>>()));
                return Ok(());
            }
            for it in &all {
                say::line(format_args!("{}  {:>12}", it.number, it.past_due));
            }
            say::line(counted(all.len(), "account"));
        }
        CollectCommand::Show { of } => {
            super::see(place)?.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                for it in store::collection::of_account(tx, account)? {
                    let ended =
                        it.ended.map_or(String::new(), |(on, why)| format!(", ended {on}: {why}"));
                    say::line(format_args!(
                        "case of {}: {} past due since {}{ended}",
                        it.opened, it.past_due, it.oldest
                    ));
                    for it in store::collection::steps(tx, &it.key)? {
                        let (nth, step, on, past_due) = (it.nth, it.step, it.on, it.past_due);
                        say::line(format_args!("   {nth}  {on}  {step}  {past_due}"));
                    }
                }
                Ok(())
            })?;
        }
        CollectCommand::Stop { what, why } => {
            let what = super::word(what, Switch::from_word, "notices or cuts")?;
            super::open(place)?.write(|tx| collection::switch(tx, by, what, true, why))?;
            say::line(format_args!("{} are stopped", what.word()));
        }
        CollectCommand::Go { what, why } => {
            let what = super::word(what, Switch::from_word, "notices or cuts")?;
            super::open(place)?.write(|tx| collection::switch(tx, by, what, false, why))?;
            say::line(format_args!("{} go on", what.word()));
        }
    }
    Ok(())
}

fn stage(at: Part) -> String {
    match at {
        Part::Look => "all accounts looked at".to_owned(),
        Part::Ends => "cases ended".to_owned(),
        Part::Opens => "cases opened".to_owned(),
        Part::Steps(step) => format!("{step} taken"),
    }
}

pub(crate) fn protect(place: &Place, command: &ProtectCommand) -> Result<()> {
    let by = super::actor();
    match command {
        ProtectCommand::Grant { account, county, shield, from, until, evidence } => {
            let shield = read_shield(shield)?;
            let it = super::open(place)?.write(|tx| {
                let to = match (account, county) {
                    (Some(account), _) => To::Account(super::account(tx, account)?.id),
                    (None, county) => To::County(county.clone().unwrap_or_default()),
                };
                let (from, until, evidence) = (*from, *until, evidence.clone());
                protection::grant(tx, by, &NewProtection { to, shield, from, until, evidence })
            })?;
            let (from, to, nth) = (it.granted.from, it.granted.to, it.nth);
            say::line(format_args!("{shield} from {from} to {to}, number {nth} in a row"));
        }
        ProtectCommand::End { of, shield, why } => {
            let shield = read_shield(shield)?;
            super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                protection::end(tx, by, account, shield, why)
            })?;
            say::line(format_args!("{shield} ended"));
        }
        ProtectCommand::Weather { county, on, low, high, alert } => {
            let (county, on, low, high) = (county.clone(), *on, *low, *high);
            let it = Weather { county, on, low, high, alert: *alert };
            super::open(place)?.write(|tx| protection::weather(tx, by, &it))?;
            say::line(format_args!("{} on {on}: {low} to {high} F", it.county));
        }
        ProtectCommand::Show { of } => {
            let all = super::see(place)?.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                store::protection::of_account(tx, account)
            })?;
            for it in &all {
                let (shield, from, to) = (it.granted.shield, it.granted.from, it.granted.to);
                let ended = it.ended.map_or(String::new(), |on| format!(", ended {on}"));
                let (nth, evidence) = (it.nth, &it.granted.evidence);
                say::line(format_args!(
                    "{shield}  {from} to {to}{ended}  number {nth}: {evidence}"
                ));
            }
        }
        ProtectCommand::Preset { name: None } => {
            PRESETS.iter().for_each(|it| say::line(it.0));
        }
        ProtectCommand::Preset { name: Some(name) } => {
            let text = PRESETS.iter().find(|it| it.0 == name);
            let known: Vec<&str> = PRESETS.iter().map(|it| it.0).collect();
            let text = text.ok_or_else(|| {
                super::said(format!("there is no {name}; write one of {}", known.join(", ")))
            })?;
            say::line(text.1.trim_end());
        }
    }
    Ok(())
}

fn show(done: &Done, as_json: bool) {
    if as_json {
        let count = |(step, many): (&Step, &usize)| (step.word().to_owned(), json!(many));
        let taken: serde_json::Map<_, _> = done.taken.iter().map(count).collect();
        let kept = done.kept.iter();
        let kept = kept.map(
            |((step, by), many)| json!({ "step": step.word(), "by": by.word(), "accounts": many }),
        );
        let stopped = done.stopped.iter().map(
            |(step, (many, why))| json!({ "step": step.word(), "accounts": many, "why": why }),
        );
        let (kept, stopped): (Vec<_>, Vec<_>) = (kept.collect(), stopped.collect());
        say::line(json!({
            "opened": done.opened, "ended": done.ended,
            "taken": taken, "kept": kept, "stopped": stopped,
        }));
        return;
    }
    say::line(format_args!("{} opened, {} ended", done.opened, done.ended));
    for (step, many) in &done.taken {
        say::line(format_args!("{step:<10} {many}"));
    }
    for ((step, by), many) in &done.kept {
        say::line(format_args!("{step:<10} {many} kept by {by}"));
    }
    for (step, (many, why)) in &done.stopped {
        say::line(format_args!("{step:<10} {many} not taken: {why}"));
    }
}

fn read(text: &str) -> Result<(Step, usize)> {
    let (step, many) = text.split_once('=').unwrap_or((text, ""));
    let wrong = || super::said(format!("{text} is not it; write cut=12"));
    Ok((read_step(step)?, many.parse().map_err(|_| wrong())?))
}

fn read_step(word: &str) -> Result<Step> {
    let known: Vec<&str> = Step::ALL.iter().map(|it| it.word()).collect();
    super::word(word, Step::from_word, &known.join(", "))
}

fn read_shield(word: &str) -> Result<Shield> {
    let known: Vec<&str> = Shield::ALL.iter().map(|it| it.word()).collect();
    super::word(word, Shield::from_word, &known.join(", "))
}
