//! `move`: start, stop and transfer service, look at it before, re-date and cancel it after.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::fee;
use meterbook_app::moves::{self, NewDays, ReadWanted, Start, Stood, Stop, Wanted};
use meterbook_core::account::{Account, CustomerClass};
use meterbook_core::agreement::Agreement;
use meterbook_core::id::{AgreementId, MoveId, ServicePointId};
use meterbook_core::moves::{Credit, Effect, Fee, Move, MoveKind};
use meterbook_core::person::Language;
use meterbook_store::{self as store, Tx};

use crate::args::Place;
use crate::args::record::{
    MoveCommand, MoveDeposit, MoveFee, MoveRedate, MoveStart, MoveStop, MoveTransfer,
    PreviewCommand,
};
use crate::say;

pub(crate) fn moves(place: &Place, command: &MoveCommand) -> Result<()> {
    match command {
        MoveCommand::Start(it) => ask(place, |tx| start(tx, it)),
        MoveCommand::Stop(it) => ask(place, |tx| stop(tx, it)),
        MoveCommand::Transfer(it) => ask(place, |tx| transfer(tx, it)),
        MoveCommand::Preview(PreviewCommand::Start(it)) => preview(place, |tx| start(tx, it)),
        MoveCommand::Preview(PreviewCommand::Stop(it)) => preview(place, |tx| stop(tx, it)),
        MoveCommand::Preview(PreviewCommand::Transfer(it)) => preview(place, |tx| transfer(tx, it)),
        MoveCommand::Redate(it) => redate(place, it),
        MoveCommand::Cancel { id, version } => {
            let db = super::open(place)?;
            let of = MoveId(*id);
            let gone = db.write(|tx| moves::cancel(tx, super::actor(), of, *version))?;
            say::line(format_args!("{} {id} is cancelled", gone.kind));
            Ok(())
        }
        MoveCommand::Show { account, on } => show(place, account, *on),
        MoveCommand::Fee(it) => set_fee(place, it),
        MoveCommand::Deposit(it) => set_deposit(place, it),
    }
}

fn ask(place: &Place, wanted: impl Fn(&mut Tx) -> Result<Wanted>) -> Result<()> {
    let db = super::open(place)?;
    let made = db.write(|tx| {
        let wanted = wanted(tx)?;
        moves::ask(tx, super::actor(), &wanted)
    })?;
    said(&made.of);
    list(&made.effects);
    Ok(())
}

fn preview(place: &Place, wanted: impl Fn(&mut Tx) -> Result<Wanted>) -> Result<()> {
    let db = super::open(place)?;
    let plan = db.read(|tx| {
        let wanted = wanted(tx)?;
        moves::plan(tx, super::actor(), &wanted)
    })?;
    say::line("this would happen; nothing is done:");
    list(&plan.effects);
    Ok(())
}

fn start(tx: &mut Tx, args: &MoveStart) -> Result<Wanted> {
    let account = super::account(tx, &args.account)?.id;
    let starts = args.services.iter().map(|it| begins(it)).collect::<Result<_>>()?;
    let (stops, stops_on, credit) = (Vec::new(), None, None);
    let (kind, starts_on) = (MoveKind::Start, Some(args.on));
    Ok(Wanted { kind, account, stops, stops_on, starts, starts_on, credit })
}

fn stop(tx: &mut Tx, args: &MoveStop) -> Result<Wanted> {
    let account = super::account(tx, &args.account)?;
    let stops = ends(tx, &account, &args.agreements, args.on)?;
    let (starts, starts_on, credit) = (Vec::new(), None, None);
    let (kind, account, stops_on) = (MoveKind::Stop, account.id, Some(args.on));
    Ok(Wanted { kind, account, stops, stops_on, starts, starts_on, credit })
}

fn transfer(tx: &mut Tx, args: &MoveTransfer) -> Result<Wanted> {
    let account = super::account(tx, &args.start.account)?;
    let stops_on = args.stops_on.unwrap_or(args.start.on);
    let stops = ends(tx, &account, &args.agreements, stops_on)?;
    let wanted = start(tx, &args.start)?;
    Ok(Wanted { kind: MoveKind::Transfer, stops, stops_on: Some(stops_on), ..wanted })
}

/// Reads `12:R-1`, `12:R-1:41230` or `12:R-1:estimate`.
fn begins(text: &str) -> Result<Start> {
    let wrong = || {
        super::said(format!(
            "{text} is no service; write point:tariff or point:tariff:read, such as 12:R-1 or \
             12:R-1:41230"
        ))
    };
    let mut parts = text.splitn(3, ':');
    let point = parts.next().and_then(|it| it.parse().ok()).ok_or_else(wrong)?;
    let tariff = parts.next().filter(|it| !it.is_empty()).ok_or_else(wrong)?.to_owned();
    Ok(Start { point: ServicePointId(point), tariff, read: read(parts.next())? })
}

/// Reads `7`, `7:41230` or `7:estimate`; all that is in force on the day when nothing is said.
fn ends(tx: &mut Tx, account: &Account, texts: &[String], on: Date) -> Result<Vec<Stop>> {
    if texts.is_empty() {
        let there = store::agreement::of_account(tx, account.id)?;
        let mut open: Vec<_> = there.iter().filter(|it| it.to.is_none()).collect();
        // Where none began before that day, the act says when they did.
        if open.iter().any(|it| it.from < on) {
            open.retain(|it| it.from < on);
        }
        let stop = |it: &Agreement| Stop { agreement: it.id, read: ReadWanted::Ordered };
        return Ok(open.into_iter().map(stop).collect());
    }
    let one = |text: &String| {
        let (id, known) =
            text.split_once(':').map_or((text.as_str(), None), |it| (it.0, Some(it.1)));
        let id = id.parse().map_err(|_| {
            super::said(format!(
                "{text} is no agreement; write its number, and the read after a colon if it is known"
            ))
        })?;
        Ok(Stop { agreement: AgreementId(id), read: read(known)? })
    };
    texts.iter().map(one).collect()
}

fn read(text: Option<&str>) -> Result<ReadWanted> {
    match text {
        None => Ok(ReadWanted::Ordered),
        Some("estimate") => Ok(ReadWanted::Estimated),
        Some(shown) => {
            let indexes = shown.split(',').map(super::index).collect::<Result<_>>()?;
            Ok(ReadWanted::Given(indexes))
        }
    }
}

fn redate(place: &Place, args: &MoveRedate) -> Result<()> {
    let MoveRedate { id, version, starts_on, stops_on, estimate } = *args;
    let read = if estimate { ReadWanted::Estimated } else { ReadWanted::Ordered };
    let to = NewDays { starts_on, stops_on, read };
    let db = super::open(place)?;
    let made = db.write(|tx| moves::redate(tx, super::actor(), MoveId(id), version, &to))?;
    said(&made.of);
    list(&made.effects);
    Ok(())
}

fn show(place: &Place, account: &str, on: Option<Date>) -> Result<()> {
    let db = super::see(place)?;
    let today = on.map_or_else(|| super::today(&db), Ok)?;
    let all = db.read(|tx| {
        let account = super::account(tx, account)?;
        moves::stood(tx, account.id, on)
    })?;
    if all.is_empty() {
        say::line(on.map_or_else(
            || "it was never moved".to_owned(),
            |on| format!("no move was known on {on}"),
        ));
    }
    for Stood { of: it, effects, orders } in all {
        let pending = if it.is_pending(today) { ", still to come" } else { "" };
        say::line(format_args!(
            "{} {}, version {}: {}{pending}",
            it.kind, it.id, it.version, it.said
        ));
        list(&effects);
        for (id, did, stood) in orders {
            say::line(format_args!("  {did} order {id}, {stood}"));
        }
    }
    Ok(())
}

fn said(it: &Move) {
    say::line(format_args!("{} {} is {} (version {})", it.kind, it.id, it.said, it.version));
}

fn list(effects: &[Effect]) {
    for effect in effects {
        say::line(format_args!("  {}", effect.sentence(Language::English)));
    }
}

fn set_fee(place: &Place, args: &MoveFee) -> Result<()> {
    let class = args.class.as_deref().map(|it| super::word(it, CustomerClass::from_word, CLASSES));
    let fee = Fee {
        name: args.name.clone(),
        act: super::word(&args.act, MoveKind::from_word, "sign-up, start, stop or transfer")?,
        class: class.transpose()?,
        from: args.from,
        to: None,
        amount: super::amount(place, &args.amount)?,
        label_en: args.en.clone(),
        label_es: args.es.clone(),
    };
    super::open(place)?.write(|tx| fee::set(tx, super::actor(), &fee))?;
    say::line(format_args!(
        "{} is {} for each {} from {}",
        fee.name, fee.amount, fee.act, fee.from
    ));
    Ok(())
}

fn set_deposit(place: &Place, args: &MoveDeposit) -> Result<()> {
    let class = super::word(&args.class, CustomerClass::from_word, CLASSES)?;
    let credit = super::word(&args.credit, Credit::from_word, CREDITS)?;
    let amount = super::amount(place, &args.amount)?;
    let db = super::open(place)?;
    db.write(|tx| fee::set_deposit(tx, super::actor(), class, credit, args.from, amount))?;
    say::line(format_args!("{class}, {credit}: a deposit of {amount} from {}", args.from));
    Ok(())
}

const CLASSES: &str = "residential or commercial";
/// What may be said of how somebody pays.
pub(crate) const CREDITS: &str = "unknown, good, fair or poor";
