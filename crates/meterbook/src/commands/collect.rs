//! `collect` and `protect`: what is done where something is past due, and what keeps from it.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use meterbook_app::agency;
use meterbook_app::approval::{Asked as AskedFor, do_or_ask};
use meterbook_app::circumstance::{self, NewFact};
use meterbook_app::collection::{self, Done, Part, Reason, Switch, outreach};
use meterbook_app::let_go::{NewSteps, What};
use meterbook_app::protection::{self, NewProtection, To};
use meterbook_app::seal::private;
use meterbook_core::credit::Shield;
use meterbook_core::credit::agency::{Asked, Recovery, sum};
use meterbook_core::credit::circumstance::Circumstance;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::presets::{PRESETS, preset};
use meterbook_core::credit::protection::{Weather, granted};
use meterbook_core::id::AgencyFileId;
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store as store;
use meterbook_store::circumstance::Said;
use serde_json::json;

use super::debit;
use crate::args::Place;
use crate::args::credit::{CollectCommand, Counted, Printed, ProtectCommand};
use crate::say;

pub(crate) fn collect(place: &Place, command: &CollectCommand) -> Result<()> {
    let by = super::actor();
    match command {
        CollectCommand::Look(Printed { json }) => {
            let db = super::see(place)?;
            let today = super::today(&db)?;
            let looked = db.read(|tx| collection::look(tx, today))?;
            let waiting = looked.waiting.len();
            let mut done = Done { kept: looked.kept, waiting, ..Done::default() };
            (done.opened, done.ended) = (looked.opens.len(), looked.ends.len());
            done.again = looked.again.len();
            for it in &looked.steps {
                *done.taken.entry(it.taken.step).or_default() += 1;
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
        CollectCommand::LetGo { step, counted: Counted { count, why } } => {
            let step = read_step(step)?;
            let db = super::open(place)?;
            let (on, what) = (super::today(&db)?, What::Step(step));
            let asked = AskedFor::Steps(NewSteps { what, on, many: *count });
            let went = db.write(|tx| do_or_ask(tx, by, &asked, why))?;
            super::outcome(format_args!("{count} of {step} may be done today"), went);
        }
        CollectCommand::Why { of, on, json } => {
            let db = super::see(place)?;
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            let (why, ordered) = db.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let why = collection::why(tx, account, on)?;
                Ok((why, collection::ordered(tx, account, on)?))
            })?;
            match (json, why.is_empty()) {
                (true, may) => {
                    let why: Vec<_> = why.iter().map(reason_json).collect();
                    let orders: Vec<_> = ordered.iter().map(|it| it.0).collect();
                    say::line(json!({ "may_be_cut": may, "why": why, "orders": orders }));
                    return Ok(());
                }
                (false, true) => say::line("nothing keeps from cutting it off"),
                (false, false) => why.iter().for_each(say::line),
            }
            for order in ordered {
                say::line(format_args!("a cut is ordered: order {order}"));
            }
        }
        CollectCommand::List { step: None, json, .. } => waiting(place, *json)?,
        CollectCommand::List { step: Some(step), on, json, .. } => {
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
                        for came in outreach::outcomes(tx, &it)? {
                            say::line(format_args!("      {came}"));
                        }
                    }
                    for letter in store::notice::of_case(tx, &it.key)? {
                        let number = store::mailing::get(tx, letter.mailing)?.number;
                        say::line(format_args!("   letter {number}"));
                    }
                }
                Ok(())
            })?;
        }
        CollectCommand::Agency { out, expect, again } => {
            debit::absent(out)?;
            let made = super::open(place)?.write(|tx| match again {
                Some(id) => agency::again(tx, by, AgencyFileId(*id)),
                None => agency::make(tx, by, *expect),
            })?;
            let file = &made.file;
            let written = private(out).and_then(|mut it| it.write_all(&made.bytes));
            written.map_err(|why| {
                let (id, out) = (file.id, out.display());
                super::said(format!(
                    "file {id} is made, and {out} cannot be written: {why}; write it elsewhere: meterbook collect agency OUT --again {id}"
                ))
            })?;
            for asked in Asked::ALL {
                let (count, total) = sum(&file.items, *asked);
                say::line(format_args!("{asked:<7} {:>14}  {total}", counted(count, "account")));
            }
            say::line(format_args!("file {} of {}: {}", file.id, file.on, file.sha256));
        }
        CollectCommand::Placed(Printed { json }) => {
            let db = super::see(place)?;
            let today = super::today(&db)?;
            let all = db.read(|tx| agency::placed(tx, today))?;
            if *json {
                let all = all.iter().map(|it| {
                    json!({
                        "account": it.placed.number.to_string(),
                        "file": it.placed.file.0,
                        "placed_on": it.placed.on.to_string(),
                        "recalled_on": it.placed.recalled.map(|it| it.to_string()),
                        "amount": it.placed.amount.plain(),
                        "paid": it.recovery.paid.plain(),
                        "share": it.recovery.share.plain(),
                    })
                });
                say::line(json!(all.collect::<Vec<_>>()));
                return Ok(());
            }
            for it in &all {
                let (number, on, amount) = (it.placed.number, it.placed.on, it.placed.amount);
                let recalled =
                    it.placed.recalled.map_or(String::new(), |it| format!(", recalled {it}"));
                let Recovery { paid, share } = it.recovery;
                say::line(format_args!(
                    "{number}  {on}  {amount:>12}  paid {paid}, the agency keeps {share}{recalled}"
                ));
            }
            let share: Money = all.iter().map(|it| it.recovery.share).sum();
            say::line(format_args!("{}, {share} for the agency", counted(all.len(), "account")));
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

/// Prints the accounts whose cut waits for its notice.
fn waiting(place: &Place, as_json: bool) -> Result<()> {
    let db = super::see(place)?;
    let today = super::today(&db)?;
    let all = db.read(|tx| {
        let looked = collection::look(tx, today)?;
        let named = looked.waiting.into_iter();
        named.map(|it| Ok((store::account::get(tx, it.account)?.number, it))).collect()
    });
    let all: Vec<(_, collection::Waiting)> = all?;
    if as_json {
        let all = all.iter().map(|(number, it)| {
            json!({
                "account": number.to_string(),
                "past_due": it.past_due.plain(),
                "why": it.lacks.to_string(),
            })
        });
        say::line(json!(all.collect::<Vec<_>>()));
        return Ok(());
    }
    for (number, it) in &all {
        say::line(format_args!("{number}  {:>12}  {}", it.past_due, it.lacks));
    }
    say::line(counted(all.len(), "account"));
    Ok(())
}

fn stage(at: Part) -> String {
    match at {
        Part::Look => "all accounts looked at".to_owned(),
        Part::Ends => "cases ended".to_owned(),
        Part::Opens => "cases opened".to_owned(),
        Part::Steps(step) => format!("{step} taken"),
        Part::Again => "notices sent once more".to_owned(),
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
            let it = Weather { county, on, low, high, alert: *alert, by: String::new() };
            super::open(place)?.write(|tx| protection::weather(tx, by, &it))?;
            say::line(format_args!("{} on {on}: {low} to {high} F", it.county));
        }
        ProtectCommand::WeatherFile { file, feed } => weather_file(place, file, feed)?,
        ProtectCommand::Say { of, what, from, until, evidence } => {
            let what = Circumstance::said(what).map_err(super::said)?;
            let said = super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let (from, until, evidence) = (*from, *until, evidence.clone());
                circumstance::say(tx, by, &NewFact { account, what, from, until, evidence })
            })?;
            show_said(&said);
        }
        ProtectCommand::Unsay { of, what, why } => {
            let what = Circumstance::said(what).map_err(super::said)?;
            super::open(place)?.write(|tx| {
                let account = super::account(tx, &of.account)?.id;
                circumstance::end(tx, by, account, what, why)
            })?;
            say::line(format_args!("{what} ended"));
        }
        ProtectCommand::Show { of } => {
            let (all, said) = super::see(place)?.read(|tx| {
                let account = super::account(tx, &of.account)?.id;
                let said = store::circumstance::of_account(tx, account)?;
                Ok((store::protection::of_account(tx, account)?, said))
            })?;
            said.iter().for_each(show_said);
            for it in &all {
                let (shield, from, to) = (it.granted.shield, it.granted.from, it.granted.to);
                let ended = it.ended.map_or(String::new(), |on| format!(", ended {on}"));
                let (nth, evidence) = (it.nth, &it.granted.evidence);
                say::line(format_args!(
                    "{shield}  {from} to {to}{ended}  number {nth}: {evidence}"
                ));
            }
        }
        ProtectCommand::Preset { name: None, of: _ } => {
            for it in PRESETS {
                let said = format!("{:<3} {:<12} {}", it.name, it.of.word(), it.of.command());
                say::line(said);
            }
        }
        ProtectCommand::Preset { name: Some(name), of } => {
            let known = PRESETS
                .iter()
                .map(|it| format!("{name} --of {of}", name = it.name, of = it.of.word()));
            let it = preset(name, of.as_deref()).ok_or_else(|| {
                let known = known.collect::<Vec<_>>().join(", ");
                super::said(format!("there is no such preset of {name}; write one of {known}"))
            })?;
            say::line(format_args!(
                "# To be edited and said from a day on: {} FILE --from DAY",
                it.of.command()
            ));
            say::verbatim(it.text.trim_end());
        }
    }
    Ok(())
}

/// A reason, with its source and the day on which it ends where there are some.
fn reason_json(it: &Reason) -> serde_json::Value {
    match it {
        Reason::Shielded(why) => json!({
            "says": it.to_string(),
            "shield": why.shield.word(),
            "source": why.cite,
            "until": why.until.map(|it| it.to_string()),
        }),
        _ => json!({ "says": it.to_string() }),
    }
}

fn show_said(it: &Said) {
    let until = it.fact.to.map_or(String::new(), |to| format!(" to {to}"));
    let ended = it.ended.map_or(String::new(), |on| format!(", ended {on}"));
    let (what, from, evidence) = (it.fact.what, it.fact.from, &it.evidence);
    say::line(format_args!("{what}  from {from}{until}{ended}: {evidence}"));
}

fn weather_file(place: &Place, file: &Path, feed: &str) -> Result<()> {
    let db = super::open(place)?;
    let taken =
        protection::weather_file(&db, super::actor(), (file, feed), &place.dir.join("rejects"))?;
    let (name, batch) = (&taken.batch.file_name, taken.batch.id);
    if taken.before {
        say::line(format_args!("{name} was read before as batch {batch}; nothing was changed"));
        return Ok(());
    }
    let accepted = counted(taken.batch.accepted, "day");
    say::line(format_args!("batch {batch}: {accepted} taken of {name}"));
    let (Some(rejects), Some(first)) = (taken.rejects, taken.first) else { return Ok(()) };
    let rejected = counted(taken.batch.rejected, "line");
    let said =
        format!("{rejected} not taken; the first: {first}; mend them in {}", rejects.display());
    if taken.batch.accepted == 0 {
        return Err(super::said(said));
    }
    say::line(said);
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
            "sent_again": done.again, "cuts_waiting_for_notice": done.waiting,
            "taken": taken, "kept": kept, "stopped": stopped,
        }));
        return;
    }
    say::line(format_args!("{} opened, {} ended", done.opened, done.ended));
    for (step, many) in &done.taken {
        say::line(format_args!("{step:<10} {many}"));
    }
    if 0 < done.again {
        say::line(format_args!("{:<10} {} once more", Step::Notice, done.again));
    }
    if 0 < done.waiting {
        say::line(format_args!(
            "{:<10} {} wait for their notice; which and why: meterbook collect list --waiting",
            Step::Cut,
            done.waiting
        ));
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

/// What is granted and ended; what follows from other facts is refused by the act, with its own words.
fn read_shield(word: &str) -> Result<Shield> {
    let known = Shield::ALL.iter().map(|it| it.word());
    let known: Vec<&str> = known.filter(|it| granted(it).is_ok()).collect();
    super::word(word, Shield::from_word, &known.join(", "))
}
