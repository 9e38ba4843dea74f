//! `vee`: what of the reads is doubted, and what stands in where there is none.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use meterbook_app::task::Resolved;
use meterbook_app::vee::cycle::{self, Missing};
use meterbook_app::vee::effect::{self, Outcome};
use meterbook_app::vee::enter::{self, Became, NewRead, Told};
use meterbook_app::vee::{self, estimates, resolve};
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::id::ExceptionId;
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::reads::vee::Rule;
use meterbook_core::task::Resolution;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::vee::{ToldArg, VeeCommand};
use crate::say;

pub(crate) fn vee(place: &Place, command: &VeeCommand) -> Result<()> {
    match command {
        VeeCommand::Rules { commodity, class, on } => {
            let db = super::see(place)?;
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            let (commodity, class) = (commodity_named(commodity)?, class_named(class.as_deref())?);
            let text = db.read(|tx| vee::rules_text(tx, commodity, class, on))?;
            say::verbatim(text.trim_end());
            Ok(())
        }
        VeeCommand::SayRules { file, commodity, class, from } => {
            let text = told(file)?;
            let (commodity, class) = (commodity_named(commodity)?, class_named(class.as_deref())?);
            let db = super::open(place)?;
            db.write(|tx| vee::say_rules(tx, super::actor(), commodity, class, *from, &text))?;
            say::line(format_args!("rules for {commodity} from {from} on"));
            Ok(())
        }
        VeeCommand::Run { cycle, estimate } => run(place, *cycle, *estimate),
        VeeCommand::List { rule } => list(place, rule.as_deref()),
        VeeCommand::Show { exception } => show(place, ExceptionId(*exception)),
        VeeCommand::Resolve { rule, how, why } => by_cause(place, rule, how, why),
        VeeCommand::Read { meter, index, on, by } => {
            let indexes = index.iter().map(|it| super::index(it)).collect::<Result<_>>()?;
            let by = match by {
                ToldArg::Customer => Told::Customer,
                ToldArg::Office => Told::Office,
            };
            let new = NewRead { meter: meter.clone(), on: *on, indexes, by };
            let db = super::open(place)?;
            match db.write(|tx| enter::enter(tx, super::actor(), &new))? {
                Became::Kept => say::line(format_args!("the read of meter {meter} is kept")),
                Became::Waits(waits) => {
                    for id in waits {
                        let open = db.read(|tx| vee::show(tx, id))?;
                        say::line(format_args!("it waits: {id}: {}", open.said(Language::English)));
                    }
                }
            }
            Ok(())
        }
        VeeCommand::Request { meter, on, why } => {
            let db = super::open(place)?;
            let asked = db.write(|tx| enter::request(tx, super::actor(), meter, *on, why))?;
            for id in asked {
                say::line(format_args!("request {id}: meter {meter} for {on}"));
            }
            Ok(())
        }
        VeeCommand::Requests => {
            let text = super::see(place)?.read(enter::requests)?;
            say::verbatim(text.trim_end());
            Ok(())
        }
        VeeCommand::Answers { file } => {
            let text = told(file)?;
            let db = super::open(place)?;
            let came = db.write(|tx| enter::answers(tx, super::actor(), &text))?;
            say::line(format_args!(
                "{} kept, {} wait, {} failed",
                counted(came.kept, "read"),
                came.waits,
                came.failed
            ));
            Ok(())
        }
    }
}

fn told(file: &Path) -> Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("what is piped in is no text")?;
        return Ok(text);
    }
    std::fs::read_to_string(file)
        .map_err(|why| super::said(format!("{} cannot be read: {why}", file.display())))
}

fn run(place: &Place, cycle: Cycle, estimate: bool) -> Result<()> {
    let missing = if estimate { Missing::Estimate } else { Missing::Say };
    let db = super::open(place)?;
    let ran = cycle::run(&db, super::actor(), cycle, missing)?;
    let days = ran.window.period;
    say::line(format_args!(
        "cycle {cycle} from {} to {}: {} looked at",
        days.start(),
        days.end(),
        counted(ran.accounts, "account")
    ));
    say::line(format_args!("  {} newly doubted", ran.doubted));
    say::line(format_args!(
        "  {} and {} estimated, {} still missing",
        counted(ran.estimated, "read"),
        counted(ran.filled, "value"),
        counted(ran.unread, "read")
    ));
    if 0 < ran.ordered {
        say::line(format_args!("  {} written", counted(ran.ordered, "order")));
    }
    Ok(())
}

fn list(place: &Place, rule: Option<&str>) -> Result<()> {
    let rule = rule.map(rule_named).transpose()?;
    let db = super::see(place)?;
    let mut open = db.read(vee::open)?;
    open.retain(|it| rule.is_none_or(|rule| it.exception.finding.rule == rule));
    if open.is_empty() {
        say::line("nothing is doubted");
        return Ok(());
    }
    say::line("exception  rule          what was seen");
    for it in &open {
        let id = it.exception.id.to_string();
        let rule = it.exception.finding.rule;
        say::line(format_args!("{id:<9}  {rule:<12}  {}", it.said(Language::English)));
    }
    say::line(counted(u64::try_from(open.len())?, "exception"));
    Ok(())
}

fn show(place: &Place, id: ExceptionId) -> Result<()> {
    let db = super::see(place)?;
    let (open, ended, effect) = db.read(|tx| {
        let open = vee::show(tx, id)?;
        let ended = store::vee::ended(tx, id)?;
        let effect = match &ended {
            None => effect::of(tx, super::actor(), id)?,
            Some(_) => None,
        };
        Ok((open, ended, effect))
    })?;
    let finding = open.exception.finding;
    let state = ended.unwrap_or_else(|| "open".to_owned());
    say::line(format_args!("exception {id}: {}, {state}", finding.rule));
    say::line(format_args!("  {}", open.said(Language::English)));
    if let Some(place) = &open.place {
        let days = Period::new(finding.from, finding.to.max(finding.from.tomorrow()?));
        let days = days.expect("the day after is later");
        let all = |tx: &mut Tx| estimates::within(tx, &place.serial, &place.channel, days);
        for it in db.read(all)? {
            say::line(format_args!("  {}", it.said(Language::English)));
        }
    }
    let Some(effect) = effect else { return Ok(()) };
    let (start, end) = (effect.days.start(), effect.days.end());
    say::line(format_args!("what the days from {start} to {end} would bill:"));
    say::line(format_args!("  {:<12}{}", "as it is", comes_to(&effect.now)));
    for (how, outcome) in &effect.after {
        say::line(format_args!("  {how:<12}{}", comes_to(outcome)));
    }
    Ok(())
}

fn comes_to(outcome: &Outcome) -> String {
    match outcome {
        Ok(amount) => format!("${amount}").replace("$$", "$"),
        Err(hold) => format!("held: {hold}"),
    }
}

fn by_cause(place: &Place, rule: &str, how: &str, why: &str) -> Result<()> {
    let rule = rule_named(rule)?;
    let how = Resolution::from_word(how).ok_or_else(|| {
        super::said(format!("{how} is no way out; `task show` prints those there are"))
    })?;
    let db = super::open(place)?;
    let ended = resolve::by_cause(&db, super::actor(), rule, how, why)?;
    if ended.is_empty() {
        say::line(format_args!("nothing that {rule} doubts has the way out {how}"));
    }
    for (id, went) in ended {
        match went {
            Ok(Resolved::Closed) => say::line(format_args!("exception {id}: {how}")),
            Ok(Resolved::PutOff { until }) => {
                say::line(format_args!("exception {id}: {how}, back on {until}"));
            }
            Ok(Resolved::StillThere { evidence }) => {
                say::line(format_args!("exception {id}: still there: {evidence}"));
            }
            Err(why) => say::line(format_args!("exception {id}: {why}")),
        }
    }
    Ok(())
}

fn rule_named(word: &str) -> Result<Rule> {
    Rule::from_word(word).ok_or_else(|| {
        let known: Vec<_> = Rule::ALL.iter().map(|it| it.word()).collect();
        super::said(format!("{word} is no rule; there are {}", known.join(", ")))
    })
}

fn commodity_named(word: &str) -> Result<Commodity> {
    Commodity::from_word(word)
        .ok_or_else(|| super::said(format!("{word} is no commodity; write electric, gas or water")))
}

fn class_named(word: Option<&str>) -> Result<Option<CustomerClass>> {
    let Some(word) = word else { return Ok(None) };
    let class = CustomerClass::from_word(word);
    class
        .map(Some)
        .ok_or_else(|| super::said(format!("{word} is no class; write residential or commercial")))
}
