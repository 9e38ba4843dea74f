//! `order`: field orders, from the counter to the crew and back.

use std::path::Path;

use anyhow::{Context, Result};
use jiff::Timestamp;
use meterbook_app::intake::orders::import;
use meterbook_app::meter::NewChannel;
use meterbook_app::order::completion::{Completion, FieldRead, SetMeter, complete};
use meterbook_app::order::{self, NewOrder, Where, day};
use meterbook_app::{crew, refuse};
use meterbook_core::id::{OrderId, PremiseId, ServicePointId};
use meterbook_core::limits::ORDER_ROWS;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::order::{
    CalledOff, Hindrance, OrderKind, Priority, Skills, State, Step, Taken,
};
use meterbook_core::period::Zone;
use meterbook_core::permission::Permission;
use meterbook_core::text::{counted, scaled};
use meterbook_store::order::Which;
use meterbook_store::{self as store, Db, Tx};

use crate::args::Place;
use crate::args::order::{OrderAdd, OrderCommand, OrderComplete, OrderList, OrderStep};
use crate::say;

pub(crate) fn order(place: &Place, command: &OrderCommand) -> Result<()> {
    let db = super::open(place)?;
    match command {
        OrderCommand::Add(new) => add(&db, new),
        OrderCommand::List(which) => list(&db, which),
        OrderCommand::Show { order } => show(&db, OrderId(*order)),
        OrderCommand::Assign { order, crew: name, on } => {
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            db.write(|tx| {
                let crew = crew::named(tx, name)?;
                order::assign(tx, super::actor(), OrderId(*order), crew.id, on)
            })?;
            stands(&db, OrderId(*order))
        }
        OrderCommand::Step(step) => take_step(&db, step),
        OrderCommand::Complete(done) => completed(&db, done),
        OrderCommand::Cancel { order, why, note } => {
            let why = word("reason", why, CalledOff::from_word, CalledOff::ALL)?;
            let id = OrderId(*order);
            db.write(|tx| order::cancel(tx, super::actor(), id, why, note))?;
            stands(&db, id)
        }
        OrderCommand::Rule { kind, text, from } => {
            let kind = kind_of(kind)?;
            let from = from.map_or_else(|| super::today(&db), Ok)?;
            let rule = db.write(|tx| order::rule(tx, super::actor(), kind, from, text))?;
            say::line(format_args!("orders to {kind} from {from} on: {rule}"));
            Ok(())
        }
        OrderCommand::DaySheet { crew: name, on, out, language } => {
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            let language = (*language).into();
            let page = db.read(|tx| {
                super::may_see(tx, Permission::ViewCustomer)?;
                let crew = crew::named(tx, name)?;
                day::page(tx, &crew, on, language)
            })?;
            give(out.as_deref(), page.as_bytes())
        }
        OrderCommand::Export { crew: name, on, out } => {
            let on = on.map_or_else(|| super::today(&db), Ok)?;
            let text = db.read(|tx| {
                super::may_see(tx, Permission::ViewCustomer)?;
                let crew = name.as_ref().map(|name| crew::named(tx, name)).transpose()?;
                day::export(tx, crew.as_ref(), on)
            })?;
            give(out.as_deref(), &text)
        }
        OrderCommand::Import { file, json } => {
            let rejects = place.dir.join("rejects");
            let imported = import(&db, super::actor(), file, &rejects)?;
            super::import::say_what_became(&imported, *json);
            match imported.nothing_taken() {
                Some(why) => Err(refuse(why)),
                None => Ok(()),
            }
        }
    }
}

fn add(db: &Db, new: &OrderAdd) -> Result<()> {
    let kind = kind_of(&new.kind)?;
    let priority = match &new.priority {
        Some(text) => Some(word("priority", text, Priority::from_word, Priority::ALL)?),
        None => None,
    };
    let off_below = match &new.off_below {
        Some(text) => Some(super::typed(text)?),
        None => None,
    };
    let made = db.write(|tx| {
        let place = match (&new.meter, new.point, new.premise) {
            (Some(meter), ..) => Where::Point(point_of(tx, meter)?),
            (None, Some(point), _) => Where::Point(ServicePointId(point)),
            (None, None, premise) => Where::Premise(PremiseId(premise.unwrap_or_default())),
        };
        let new = NewOrder {
            priority,
            skills: new.skills.as_deref().map(Skills::parse),
            not_before: new.not_before,
            off_below,
            about: new.about.clone(),
            ..NewOrder::plain(kind, place)
        };
        order::add(tx, super::actor(), &new)
    })?;
    if kind == OrderKind::Reconnect && made.due.is_none() {
        say::warning(
            "no rule says by when it must be done; say one: meterbook order rule reconnect 'within 24 hours'",
        );
    }
    say::line(format_args!("order {}: {} {}{}", made.id, made.priority, kind, due(db, made.due)?));
    Ok(())
}

/// The service point at which a meter hangs.
fn point_of(tx: &mut Tx, meter: &str) -> Result<ServicePointId> {
    let mut points = Vec::new();
    for it in store::meter::by_serial(tx, meter)? {
        let hung = store::meter::installations_of(tx, it.id)?;
        points.extend(hung.iter().filter(|it| it.to.is_none()).map(|it| it.service_point));
    }
    match points[..] {
        [point] => Ok(point),
        [] => Err(super::said(format!(
            "no meter {meter} hangs anywhere; check its number, or say --point"
        ))),
        _ => Err(super::said(format!("meter {meter} hangs at several points; say --point"))),
    }
}

fn due(db: &Db, due: Option<Timestamp>) -> Result<String> {
    let Some(due) = due else { return Ok(String::new()) };
    Ok(format!(", due {}", local(due, &super::own_zone(db)?)))
}

fn local(at: Timestamp, zone: &Zone) -> String {
    zone.tz().to_datetime(at).strftime("%F %H:%M").to_string()
}

fn list(db: &Db, which: &OrderList) -> Result<()> {
    db.read(|tx| super::may_see(tx, Permission::ViewCustomer))?;
    let kind = which.kind.as_deref().map(kind_of).transpose()?;
    let state = match &which.state {
        Some(text) => Some(word("state", text, State::from_word, State::ALL)?),
        None => None,
    };
    let zone = super::own_zone(db)?;
    let now = Timestamp::now();
    let lines = db.read(|tx| {
        let crew = match &which.crew {
            Some(name) => Some(crew::named(tx, name)?.id),
            None => None,
        };
        let which = Which { crew, on: which.on, state, kind };
        let mut lines = Vec::new();
        for (order, stands) in store::order::open(tx, which, ORDER_ROWS)? {
            let premise = store::place::premise(tx, order.premise)?;
            let crew = match stands.crew {
                Some((crew, on)) => format!("{} {on}", store::crew::get(tx, crew)?.name),
                None => String::new(),
            };
            let mut due = order.due.map(|it| local(it, &zone)).unwrap_or_default();
            if order.overdue(stands.state, now) {
                due.push_str(" overdue");
            }
            lines.push(format!(
                "{:<6} {:<12} {:<10} {:<9} {:<24} {:<20} {}",
                order.id.to_string(),
                order.kind,
                order.priority,
                stands.state,
                due,
                crew,
                premise.lines().join(", "),
            ));
        }
        Ok(lines)
    })?;
    if lines.is_empty() {
        say::line("no such order is open");
        return Ok(());
    }
    say::line(format_args!(
        "{:<6} {:<12} {:<10} {:<9} {:<24} {:<20} {}",
        "order", "to", "priority", "stands", "due", "crew", "address"
    ));
    lines.iter().for_each(say::line);
    Ok(())
}

fn show(db: &Db, id: OrderId) -> Result<()> {
    db.read(|tx| super::may_see(tx, Permission::ViewCustomer))?;
    let zone = super::own_zone(db)?;
    let now = Timestamp::now();
    let lines = db.read(|tx| {
        let followed = order::follow(tx, id)?;
        let state = followed.stands.state;
        let steps = followed.steps;
        let stop = day::stop(tx, followed.order, state)?;
        let order = &stop.order;
        let mut lines = vec![
            format!("order {id}: {} {}, {state}", order.priority, order.kind),
            format!("at       {}", stop.premise.lines().join(", ")),
        ];
        let moves = store::moves::of_order(tx, id)?;
        let moves: Vec<String> = moves.iter().map(ToString::to_string).collect();
        let said = [
            ("for", stop.customer.clone()),
            ("key", Some(order.key.clone())),
            (
                "due",
                order.due.map(|due| {
                    let late = if order.overdue(state, now) { " overdue" } else { "" };
                    format!("{}{late}", local(due, &zone))
                }),
            ),
            ("needs", (!order.skills.is_empty()).then(|| order.skills.to_string())),
            ("off", order.off_below.map(|it| format!("once less than {it} is past due"))),
            ("promised", stop.arrival.map(|it| it.to_string())),
            ("about", (!order.about.is_empty()).then(|| order.about.clone())),
            ("moves", (!moves.is_empty()).then(|| moves.join(", "))),
        ];
        for (name, text) in said {
            lines.extend(text.map(|text| format!("{name:<8} {text}")));
        }
        for Taken { step, at, note, .. } in &steps {
            let what = step_line(tx, *step)?;
            let note = if note.is_empty() { String::new() } else { format!("; {note}") };
            lines.push(format!("{}  {what}{note}", local(*at, &zone)));
        }
        let photos = store::order::photos(tx, id)?;
        if !photos.is_empty() {
            lines.push(counted(photos.len(), "photo"));
        }
        Ok(lines)
    })?;
    lines.iter().for_each(say::line);
    Ok(())
}

fn step_line(tx: &mut Tx, step: Step) -> Result<String> {
    Ok(match step {
        Step::Assigned { crew, on } => {
            format!("assign {} for {on}", store::crew::get(tx, crew)?.name)
        }
        Step::Done { on } => format!("complete on {on}"),
        Step::CouldNotDo(why) => format!("could-not-do: {why}"),
        Step::Cancelled(why) => format!("cancel: {why}"),
        other => other.word().to_owned(),
    })
}

fn take_step(db: &Db, args: &OrderStep) -> Result<()> {
    let (id, note) = (OrderId(args.order), args.note.as_str());
    let actor = super::actor();
    match args.step.as_str() {
        "unassign" => db.write(|tx| order::unassign(tx, actor, id))?,
        "en-route" => db.write(|tx| order::en_route(tx, actor, id))?,
        "on-site" => db.write(|tx| order::on_site(tx, actor, id))?,
        "reopen" => db.write(|tx| order::reopen(tx, actor, id, note))?,
        "could-not-do" => {
            let why = args.why.as_deref().unwrap_or_default();
            let why = word("reason", why, Hindrance::from_word, Hindrance::ALL)?;
            db.write(|tx| order::could_not_do(tx, actor, id, why, note))?;
        }
        other => {
            return Err(super::said(format!(
                "{other} is no step; write unassign, en-route, on-site, could-not-do or reopen"
            )));
        }
    }
    stands(db, id)
}

fn completed(db: &Db, args: &OrderComplete) -> Result<()> {
    let id = OrderId(args.order);
    let mut photos = Vec::new();
    for file in &args.photos {
        let said = || super::said(format!("the photo {} cannot be read", file.display()));
        photos.push(std::fs::read(file).map_err(|_| said())?);
    }
    let done = Completion {
        on: args.on.map_or_else(|| super::today(db), Ok)?,
        found: args.found.clone(),
        reads: args.reads.iter().map(|it| read(it)).collect::<Result<_>>()?,
        removed: args.removed.clone(),
        set: args.set.as_deref().map(set).transpose()?,
        photos,
    };
    db.write(|tx| complete(tx, super::actor(), id, &done))?;
    let followed = db.read(|tx| order::follow(tx, id))?;
    let note = followed.steps.last().map_or("", |it| it.note.as_str());
    let note = if note.is_empty() { String::new() } else { format!(": {note}") };
    say::line(format_args!("order {id} is done{note}"));
    Ok(())
}

/// Reads `E-1=41972` or `E-1:kvarh=17`.
fn read(text: &str) -> Result<FieldRead> {
    let wrong =
        || super::said(format!("{text} is no read; write METER=INDEX, such as E-100=41972"));
    let (meter, index) = text.rsplit_once('=').ok_or_else(wrong)?;
    let index_micro = scaled(index, 6).ok_or_else(wrong)?;
    let (meter, unit) = match meter.rsplit_once(':') {
        Some((meter, word)) => {
            let unit = Unit::ALL.iter().find(|it| it.word().eq_ignore_ascii_case(word));
            (meter, Some(*unit.ok_or_else(wrong)?))
        }
        None => (meter, None),
    };
    Ok(FieldRead { meter: meter.to_owned(), unit, flow: None, index_micro })
}

/// Reads `E-7` or `E-7:5kWh`.
fn set(text: &str) -> Result<SetMeter> {
    let Some((serial, register)) = text.split_once(':') else {
        return Ok(SetMeter { serial: text.to_owned(), channels: Vec::new() });
    };
    let wrong =
        || super::said(format!("{text} is no meter; write METER:REGISTER, such as E-7:5kWh"));
    let end = register.find(|it: char| !it.is_ascii_digit()).ok_or_else(wrong)?;
    let (digits, word) = register.split_at(end);
    let digits = digits.parse().map_err(|_| wrong())?;
    let unit = Unit::ALL.iter().find(|it| it.word().eq_ignore_ascii_case(word));
    let unit = *unit.ok_or_else(wrong)?;
    let (form, multiplier_micro) = (Form::Register { digits }, 1_000_000);
    let channel = NewChannel { form, unit, flow: Flow::Delivered, multiplier_micro };
    Ok(SetMeter { serial: serial.to_owned(), channels: vec![channel] })
}

fn stands(db: &Db, id: OrderId) -> Result<()> {
    let followed = db.read(|tx| order::follow(tx, id))?;
    say::line(format_args!("order {id} is {}", followed.stands.state));
    Ok(())
}

fn kind_of(text: &str) -> Result<OrderKind> {
    word("kind of order", text, OrderKind::from_word, OrderKind::ALL)
}

/// One word of a few; another is refused with them.
fn word<T: std::fmt::Display + Copy>(
    what: &str,
    text: &str,
    from_word: fn(&str) -> Option<T>,
    all: &[T],
) -> Result<T> {
    from_word(&text.to_lowercase()).ok_or_else(|| {
        let words: Vec<String> = all.iter().map(ToString::to_string).collect();
        super::said(format!("{text} is no {what}; write one of {}", words.join(", ")))
    })
}

/// Writes to a file, or to whoever reads what is printed.
fn give(out: Option<&Path>, bytes: &[u8]) -> Result<()> {
    match out {
        Some(file) => {
            std::fs::write(file, bytes)
                .with_context(|| format!("{} cannot be written", file.display()))?;
            say::line(format_args!("written: {}", file.display()));
        }
        None => say::verbatim(String::from_utf8_lossy(bytes).trim_end()),
    }
    Ok(())
}
