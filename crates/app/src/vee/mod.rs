//! Validation, editing and estimation: reads are looked at when they come and before they are billed;
//! what is doubted waits or is looked at, and what is missing is estimated.
//!
//! What a rule doubts is an exception, and each exception is a task. [`judge`] looks at an import,
//! [`cycle`] at the turn of a bill cycle, for which [`lacking`] says what is missing; [`resolve`] does what a clerk decides and [`effect`] says
//! before what it would bill; [`around`] is what it is compared with, [`whole`] is that of a
//! file, [`estimates`] what came of estimates. [`enter`] takes reads that no file brings.

pub mod around;
pub mod cycle;
pub mod effect;
pub mod enter;
pub mod estimates;
pub(crate) mod judge;
mod lacking;
mod refusal;
pub mod resolve;
mod weather;
pub mod whole;

use std::collections::HashMap;

use anyhow::Result;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_core::about::About;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{ChannelId, ExceptionId, TaskId};
use meterbook_core::money::Unit;
use meterbook_core::permission::Permission;
use meterbook_core::person::Language;
use meterbook_core::place::Commodity;
use meterbook_core::reads::vee::degrees::{Basis, DegreeDays};
use meterbook_core::reads::vee::{Finding, Method, Rule, Rules};
use meterbook_core::reads::{Read, ReadKind};
use meterbook_core::task::{Cause, Task, TaskKind};
use meterbook_store::vee::{Contract, Exception, How, Place};
use meterbook_store::{self as store, Counter, Tx};

pub use refusal::VeeRefusal;
pub(crate) use weather::Weather;

use crate::authority::authorize;
use crate::{Actor, refuse};

/// Days of reads that are looked at: a year, and what lies around it.
const LOOK_BACK: i64 = 800;
/// Bytes in a text of rules.
const LONGEST: usize = 20_000;

/// Says what is asked of the reads of a commodity, for one class or for all, from a day on.
pub fn say_rules(
    tx: &mut Tx,
    actor: Actor,
    commodity: Commodity,
    class: Option<CustomerClass>,
    from: Date,
    text: &str,
) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepMeters, None)?;
    if LONGEST < text.len() {
        return Err(refuse(VeeRefusal::TooLong { most: LONGEST }));
    }
    let rules = Rules::parse(text).map_err(refuse)?;
    if rules.of(Rule::EstimateRun).is_none() {
        return Err(refuse(VeeRefusal::NoEstimateLimit));
    }
    let was = rules_text(tx, commodity, class, from)?;
    let whose = class.map_or("every class", CustomerClass::word);
    store::vee::say_rules(tx, commodity, class, from, text).map_err(|why| {
        if why.is::<store::Conflict>() {
            return refuse(VeeRefusal::SaidBefore { commodity, from });
        }
        why
    })?;
    let said = format!("{commodity}, {whose}, from {from}");
    let turned = (was.as_str(), text);
    store::audit::turn(tx, &allowed, "say validation rules", commodity.word(), &said, turned)
}

/// The text of rules that holds for a commodity and class on a day.
pub fn rules_text(
    tx: &mut Tx,
    commodity: Commodity,
    class: Option<CustomerClass>,
    on: Date,
) -> Result<String> {
    let said = store::vee::rules(tx, commodity, class, on)?;
    let shipped = || meterbook_core::reads::vee::rules::default_text(commodity).to_owned();
    Ok(said.unwrap_or_else(shipped))
}

/// Rules by commodity, class and day, each read once.
#[derive(Default)]
pub(crate) struct Book {
    known: HashMap<(Commodity, Option<CustomerClass>, Date), Rules>,
}

impl Book {
    /// The rules that hold.
    pub(crate) fn of(
        &mut self,
        tx: &mut Tx,
        commodity: Commodity,
        class: Option<CustomerClass>,
        on: Date,
    ) -> Result<Rules> {
        // Rules change by the month at most: a day stands for itself, and there are few in a file.
        let key = (commodity, class, on);
        if let Some(rules) = self.known.get(&key) {
            return Ok(rules.clone());
        }
        let text = rules_text(tx, commodity, class, on)?;
        let rules = Rules::parse(&text)?;
        self.known.insert(key, rules.clone());
        Ok(rules)
    }
}

/// Who was on the contract on the last day before `on`.
pub fn contract(place: &Place, on: Date) -> Option<Contract> {
    let day = on.yesterday().unwrap_or(on);
    place.contracts.iter().copied().find(|it| meterbook_core::period::holds(it.from, it.to, day))
}

/// An exception of a register or channel, not kept yet.
pub(crate) fn doubted(
    tx: &mut Tx,
    actor: Actor,
    finding: Finding,
    channel: ChannelId,
) -> Result<Exception> {
    Ok(Exception {
        id: ExceptionId(tx.next(Counter::Exception, 1)?),
        finding,
        channel: Some(channel),
        batch: None,
        waits: None,
        zone: None,
        meter: None,
        at: actor.at,
    })
}

/// The reads of one register from far enough back, one for each day, oldest first.
pub(crate) fn history(tx: &mut Tx, channel: ChannelId, on: Date) -> Result<Vec<Read>> {
    let since = on.checked_sub(LOOK_BACK.days())?;
    Ok(store::vee::history(tx, [channel], since)?.remove(&channel).unwrap_or_default())
}

/// The kind of task that an exception is, which says the ways out of it.
pub fn task_kind(exception: &Exception) -> TaskKind {
    match (exception.channel, exception.waits, exception.finding.rule) {
        (None, _, _) => TaskKind::DoubtfulFile,
        (_, Some(_), _) => TaskKind::DoubtfulRead,
        (_, None, Rule::Gap) => TaskKind::MissingValues,
        (_, None, Rule::EstimateRun) => TaskKind::EstimateRun,
        (_, None, _) => TaskKind::DoubtfulUse,
    }
}

/// An open exception with where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The exception.
    pub exception: Exception,
    /// Where; `None` for a file.
    pub place: Option<Place>,
    /// The name of the file.
    pub file: Option<String>,
}

impl Open {
    /// What was seen, in a sentence that names the meter or file.
    pub fn said(&self, language: Language) -> String {
        let unit = self.place.as_ref().map_or(Unit::Piece, |it| it.channel.unit);
        let said = self.exception.finding.said(unit, language);
        let waits = self.exception.waits.map(|(index, kind)| {
            let index = meterbook_core::text::grouped(&meterbook_core::text::decimal(index, 6));
            let kind = kind.said(language);
            match language {
                Language::English => format!(" {index} ({kind}) waits:"),
                Language::Spanish => format!(" {index} ({kind}) espera:"),
            }
        });
        let waits = waits.unwrap_or_else(|| ":".to_owned());
        match (&self.place, &self.file, language) {
            (Some(place), _, Language::English) => format!("meter {}{waits} {said}", place.serial),
            (Some(place), _, Language::Spanish) => {
                format!("medidor {}{waits} {said}", place.serial)
            }
            (None, Some(file), _) => format!("{file}: {said}"),
            (None, None, _) => said,
        }
    }
}

/// What waits for a person, with where it is.
pub fn open(tx: &mut Tx) -> Result<Vec<Open>> {
    let open = store::vee::open(tx)?;
    placed(tx, open)
}

/// One exception, open or not, with where it is.
pub fn show(tx: &mut Tx, id: ExceptionId) -> Result<Open> {
    let found = store::vee::find(tx, id)?.ok_or_else(|| refuse(VeeRefusal::NoException { id }))?;
    let mut placed = placed(tx, vec![found])?;
    placed.pop().ok_or_else(|| refuse(VeeRefusal::NoException { id }))
}

fn placed(tx: &mut Tx, exceptions: Vec<Exception>) -> Result<Vec<Open>> {
    let places = store::vee::places(tx, exceptions.iter().filter_map(|it| it.channel))?;
    let mut all = Vec::new();
    for exception in exceptions {
        let place = exception.channel.and_then(|it| places.get(&it).cloned());
        let file = match exception.batch.filter(|_| exception.channel.is_none()) {
            Some(batch) => store::batch::find(tx, batch)?.map(|it| it.file_name),
            None => None,
        };
        all.push(Open { exception, place, file });
    }
    Ok(all)
}

/// What the open exceptions ask of a person: a task for each.
pub(crate) fn causes(tx: &mut Tx, today: Date) -> Result<Vec<Cause>> {
    open(tx)?.iter().map(|it| cause(it, today)).collect()
}

/// The task that an exception is.
fn cause(it: &Open, today: Date) -> Result<Cause> {
    let kind = task_kind(&it.exception);
    let mut about = Vec::new();
    if let Some(place) = &it.place {
        let contract = contract(place, it.exception.finding.to);
        about.extend(contract.map(|it| About::Account(it.account)));
        about.push(About::Premise(place.premise));
        about.push(About::ServicePoint(place.point));
        about.push(About::Meter(place.meter));
    }
    about.extend(it.exception.batch.map(About::Batch));
    let evidence = it.said(Language::English);
    let due = today.checked_add(kind.days().days())?;
    Ok(Cause { kind, key: it.exception.id.to_string(), evidence, due, about })
}

/// The task of an exception, if one was raised.
pub fn task_of(tx: &mut Tx, exception: &Exception) -> Result<Option<Task>> {
    store::task::by_cause(tx, task_kind(exception), &exception.id.to_string())
}

/// The exceptions that these tasks are, each with where it is: a task names its own by its key, so that
/// it can be said in any language.
pub fn of_tasks<'a>(
    tx: &mut Tx,
    tasks: impl IntoIterator<Item = &'a Task>,
) -> Result<HashMap<TaskId, Open>> {
    let tasks = tasks.into_iter().filter(|it| KINDS.contains(&it.kind));
    let named = tasks.filter_map(|it| Some((ExceptionId(it.key.parse().ok()?), it.id)));
    let by_exception: HashMap<ExceptionId, TaskId> = named.collect();
    if by_exception.is_empty() {
        return Ok(HashMap::new());
    }
    let found = store::vee::these(tx, by_exception.keys().copied())?;
    let open = placed(tx, found)?;
    Ok(open.into_iter().map(|it| (by_exception[&it.exception.id], it)).collect())
}

/// Ends the runs of estimates that these reads end: an actual read came behind them.
pub(crate) fn runs_end(tx: &mut Tx, reads: &[Read], at: Timestamp) -> Result<()> {
    let actual = || reads.iter().filter(|it| it.kind != ReadKind::Estimated);
    if actual().next().is_none() {
        return Ok(());
    }
    for (id, channel, to) in store::vee::runs(tx, actual().map(|it| it.channel))? {
        if actual().any(|it| it.channel == channel && to <= it.on) {
            store::vee::end(tx, id, How::Superseded, at)?;
        }
    }
    Ok(())
}

/// The tasks that exceptions are.
pub const KINDS: [TaskKind; 5] = [
    TaskKind::DoubtfulRead,
    TaskKind::DoubtfulFile,
    TaskKind::DoubtfulUse,
    TaskKind::MissingValues,
    TaskKind::EstimateRun,
];

/// A read that was worked out.
pub(crate) struct Worked {
    /// What stands in.
    pub(crate) read: Read,
    /// In which way.
    pub(crate) method: Method,
    /// Of an estimate by degree-days, what it went by.
    pub(crate) basis: Option<Basis>,
}

impl Worked {
    /// Keeps it with how it was worked out.
    pub(crate) fn keep(self, tx: &mut Tx) -> Result<()> {
        let (channel, on) = (self.read.channel, self.read.on);
        store::vee::add_estimates(tx, &[(self.read, self.method)])?;
        match &self.basis {
            Some(basis) => store::degrees::add(tx, channel, on, basis),
            None => Ok(()),
        }
    }
}

/// How a register is estimated for a day, by the rules and what is known.
pub(crate) fn estimate(
    tx: &mut Tx,
    rules: &Rules,
    place: &Place,
    on: Date,
) -> Result<Option<Worked>> {
    let reads = history(tx, place.channel.id, on)?;
    let mut weather = Weather::before(tx, on)?;
    estimate_of(tx, rules, place, (&reads, on), &mut weather)
}

/// The same, of these reads.
pub(crate) fn estimate_of(
    tx: &mut Tx,
    rules: &Rules,
    place: &Place,
    (reads, on): (&[Read], Date),
    weather: &mut Weather,
) -> Result<Option<Worked>> {
    use meterbook_core::reads::vee::estimating;
    let before: Vec<Read> = reads.iter().filter(|it| it.on < on).cloned().collect();
    let degrees = match rules.methods.contains(&Method::DegreeDays) {
        true => weather.at(tx, place.point, rules.degrees)?,
        false => None,
    };
    let none = DegreeDays::new();
    let known = estimating::Known {
        form: place.channel.form,
        reads: &before,
        profile: rules.profile.as_ref(),
        degree_days: degrees.as_ref().map_or(&none, |it| &it.0),
    };
    let Some(it) = estimating::estimate(&rules.methods, &known, on) else { return Ok(None) };
    let kind = meterbook_core::reads::ReadKind::Estimated;
    let (channel, index_micro) = (place.channel.id, it.index_micro);
    let read = Read { channel, on, index_micro, kind, batch: None };
    let basis = degrees.as_ref().zip(it.compared).map(|(of, compared)| Basis {
        source: of.1.clone(),
        base: rules.degrees,
        compared,
    });
    Ok(Some(Worked { read, method: it.method, basis }))
}
