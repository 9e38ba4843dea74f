//! `usage`: what a bill would be made of, what it comes to so far, and the values to carry away.

use anyhow::{Context, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_app::intake::months;
use meterbook_app::usage::compare::{Comparison, Row, compare};
use meterbook_app::usage::to_date::{By, ToDate, to_date};
use meterbook_app::usage::{Determined, Of, days, determined, export};
use meterbook_app::vee::estimates::EstimatedRead;
use meterbook_app::{figure, relation};
use meterbook_core::figure::{Figure, FigureKind, Looks};
use meterbook_core::id::{AccountNumber, AgreementId, ServicePointId};
use meterbook_core::money::{Money, Quantity, Share};
use meterbook_core::person::Language;
use meterbook_core::rating::{Basis, Line};
use meterbook_core::reads::lineage::Lineage;
use meterbook_core::reads::relation::{Relation, RelationKind};
use meterbook_core::text::{decimal, scaled};
use meterbook_store::{self as store, Tx};
use serde_json::{Value, json};

use crate::args::Place;
use crate::args::usage::{FigureArg, Usage, UsageCommand, UsageOf, WrittenArg};
use crate::say;

pub(crate) fn usage(place: &Place, usage: &Usage) -> Result<()> {
    match (&usage.command, &usage.of) {
        (Some(command), _) => run(place, command),
        (None, Some(of)) => show(place, of),
        (None, None) => Err(super::said(
            "say whose usage and of which days: meterbook usage 1000-0012-4 --from 2026-07-01 --to 2026-08-01".to_owned(),
        )),
    }
}

fn run(place: &Place, command: &UsageCommand) -> Result<()> {
    match command {
        UsageCommand::Compare { account, on, json } => compared(place, account, *on, *json),
        UsageCommand::ToDate { account, on, json } => so_far(place, account, *on, *json),
        UsageCommand::Export { of, from, to, format, out } => {
            let written = match format {
                WrittenArg::Csv => export::Written::Csv,
                WrittenArg::GreenButton => export::Written::GreenButton,
            };
            let db = super::see(place)?;
            let period = days(*from, *to)?;
            let of = named(of)?;
            let text = db.read(|tx| export::all(tx, of, period, written, Timestamp::now()))?;
            match out {
                None => say::verbatim(text.trim_end()),
                Some(file) => {
                    std::fs::write(file, text)
                        .with_context(|| format!("{} cannot be written", file.display()))?;
                    say::line(format_args!("wrote {}", file.display()));
                }
            }
            Ok(())
        }
        UsageCommand::Merge { json } => merge(place, *json),
        UsageCommand::Part { point, part, deduct, share, from, to } => {
            let percent = share.strip_suffix('%').unwrap_or(share);
            let share = Share::parse(&format!("{percent}%")).map_err(super::said)?;
            let kind = if *deduct { RelationKind::Deducts } else { RelationKind::Adds };
            let (point, part) = (ServicePointId(*point), ServicePointId(*part));
            let new = Relation { point, part, kind, share, from: *from, to: *to };
            super::open(place)?.write(|tx| relation::set(tx, super::actor(), &new))?;
            say::line(relation::told(&new));
            Ok(())
        }
        UsageCommand::Unpart { point, part, on } => {
            let (point, part) = (ServicePointId(*point), ServicePointId(*part));
            super::open(place)?.write(|tx| relation::end(tx, super::actor(), point, part, *on))?;
            say::line(format_args!("service point {part} is no part of {point} from {on}"));
            Ok(())
        }
        UsageCommand::Parts { point } => {
            let point = ServicePointId(*point);
            let all = super::see(place)?.read(store::relation::all)?;
            let around: Vec<&Relation> =
                all.iter().filter(|it| it.point == point || it.part == point).collect();
            if around.is_empty() {
                say::line(format_args!("service point {point} stands by itself"));
            }
            around.into_iter().for_each(|it| say::line(relation::told(it)));
            Ok(())
        }
        UsageCommand::Figure { kind, name, day, value } => {
            let wrong = || super::said(format!("{value} is no number, such as 1.031"));
            let micro = scaled(value, 6).ok_or_else(wrong)?;
            let (kind, name) = (FigureKind::from(*kind), name.clone());
            let new = Figure { kind, name, on: *day, micro };
            super::open(place)?.write(|tx| figure::publish(tx, super::actor(), &new))?;
            say::line(format_args!("{kind} of {} is {value} on {day}", new.name));
            Ok(())
        }
        UsageCommand::Look { point, kind, name, from } => {
            let (point, kind, name) = (ServicePointId(*point), (*kind).into(), name.clone());
            let new = Looks { point, kind, name, from: *from, to: None };
            super::open(place)?.write(|tx| figure::look(tx, super::actor(), &new))?;
            say::line(format_args!("service point {point} has {kind} of {} from {from}", new.name));
            Ok(())
        }
    }
}

/// The account of this number, or the service point.
fn merge(place: &Place, json: bool) -> Result<()> {
    let db = super::open(place)?;
    let mut bar = say::Bar::new();
    let done = months::merge(&db, super::actor(), &mut |done, all| {
        bar.show("months looked at", done.looked, all);
    })?;
    bar.end();
    match json {
        true => say::line(json!({
            "looked": done.looked, "months": done.months, "blocks": done.blocks,
        })),
        false => say::line(format_args!(
            "{} laid together out of {}",
            meterbook_core::text::counted(done.months, "channel-month"),
            meterbook_core::text::counted(done.blocks, "block"),
        )),
    }
    Ok(())
}

fn named(text: &str) -> Result<Of> {
    if let Some(number) = AccountNumber::parse(text) {
        return Ok(Of::Account(number));
    }
    text.parse().map(|id| Of::Point(ServicePointId(id))).map_err(|_| {
        super::said(format!(
            "{text} is neither an account, such as 1000-0012-4, nor a service point, such as 12"
        ))
    })
}

fn show(place: &Place, of: &UsageOf) -> Result<()> {
    let (whose, period) = (named(&of.of)?, days(of.from, of.to)?);
    let db = super::see(place)?;
    let all = db.read(|tx| determined(tx, whose, period, of.tariff.as_deref()))?;
    if of.json {
        say::line(json!({ "usage": all.iter().map(as_json).collect::<Vec<_>>() }));
        return Ok(());
    }
    for it in &all {
        print(it);
    }
    Ok(())
}

fn amount(it: Quantity) -> String {
    format!("{} {}", decimal(it.micro, 6), it.unit)
}

fn print(it: &Determined) {
    let agreement = it.agreement.map_or_else(String::new, |it| format!("agreement {it}, "));
    let tariff = it.tariff.as_deref().unwrap_or("no tariff");
    say::line(format_args!(
        "{agreement}service point {}, {}, {tariff}, {}",
        it.point.id, it.point.commodity, it.period
    ));
    match &it.usage {
        Err(hold) => say::line(format_args!("  not known: {hold}")),
        Ok(usage) => {
            say::line(format_args!("  delivered  {}", amount(usage.delivered)));
            if usage.received.micro != 0 {
                say::line(format_args!("  received   {}", amount(usage.received)));
                it.net
                    .iter()
                    .for_each(|net| say::line(format_args!("  net        {}", amount(*net))));
            }
            usage
                .reactive
                .iter()
                .for_each(|it| say::line(format_args!("  reactive   {}", amount(*it))));
        }
    }
    if let Some(share) = it.estimated_micro {
        say::line(format_args!("  estimated  {}%", decimal(share, 4)));
    }
    for (name, degrees) in ["heating", "cooling"].iter().zip(&it.degree_days) {
        if let Some((micro, missing)) = degrees {
            let lacking =
                if *missing == 0 { String::new() } else { format!(", {missing} days have none") };
            say::line(format_args!("  {name} degree days {}{lacking}", decimal(*micro, 6)));
        }
    }
    for line in &it.lineage {
        say::line(format_args!("  from {}", told(line)));
    }
    for estimate in &it.estimates {
        say::line(format_args!("  {}", estimate.said(Language::English)));
    }
    for hour in &it.hours {
        let sent = match hour.received.micro {
            0 => String::new(),
            _ => format!(", {} sent back", amount(hour.received)),
        };
        let peak = hour
            .peak_micro
            .map_or_else(String::new, |it| format!(", highest {} kW", decimal(it, 6)));
        say::line(format_args!(
            "  {} {}: {}{sent}{peak} ({})",
            hour.clock,
            hour.period,
            amount(hour.delivered),
            hour.days
        ));
    }
    match &it.charges {
        Ok(lines) => lines
            .iter()
            .filter_map(|line| Some((line, quantity(line)?)))
            .for_each(|(line, of)| say::line(format_args!("  {}: {}", called(line), amount(of)))),
        Err(hold) if it.usage.is_ok() => say::line(format_args!("  not priced: {hold}")),
        Err(_) => (),
    }
}

fn called(line: &Line) -> String {
    line.called(Language::English).into_owned()
}

fn quantity(line: &Line) -> Option<Quantity> {
    match line.basis {
        Basis::Each(quantity, _) | Basis::Part { quantity, .. } | Basis::Series(quantity, _) => {
            Some(quantity)
        }
        _ => None,
    }
}

fn told(it: &Lineage) -> String {
    let share = match it.share_nano {
        1_000_000_000 => String::new(),
        nano => format!(" x {}%", decimal(nano, 7)),
    };
    let what = if it.values == 0 {
        let reads = it.reads.iter().map(|it| {
            let batch = it.batch.map_or_else(String::new, |it| format!(" (file {it})"));
            format!("{} {} {}{batch}", it.on, decimal(it.index_micro, 6), it.kind)
        });
        format!("reads {}", reads.collect::<Vec<_>>().join(", "))
    } else {
        format!("{} values, {} estimated, {} missing", it.values, it.estimated, it.missing)
    };
    let (meter, flow, unit) = (&it.meter, it.channel.flow, it.channel.unit);
    format!("meter {meter}{share}, {flow}, {} {unit}, {what}", decimal(it.used_micro, 6))
}

fn estimate(it: &EstimatedRead) -> Value {
    json!({
        "meter": it.meter, "on": it.on.to_string(), "index": decimal(it.index_micro, 6),
        "method": it.method.map(|it| it.word()),
        "went_by": it.basis.as_ref().map(|it| it.said(meterbook_core::person::Language::English)),
        "trued_up_on": it.trued_up.map(|it| it.read.to_string()),
        "off_by": it.trued_up.map(|it| decimal(it.off_by_micro, 6)), "unit": it.unit.to_string(),
    })
}

fn as_json(it: &Determined) -> Value {
    let number = |micro: i64| decimal(micro, 6);
    let of = |it: Quantity| json!({ "value": number(it.micro), "unit": it.unit.to_string() });
    let lineage = it.lineage.iter().map(|it| {
        let reads = it.reads.iter().map(|it| {
            json!({ "on": it.on.to_string(), "index": number(it.index_micro),
                    "kind": it.kind.word(), "file": it.batch.map(|it| it.0) })
        });
        json!({
            "meter": it.meter, "flow": it.channel.flow.word(), "unit": it.channel.unit.to_string(),
            "from": it.days.start().to_string(), "to": it.days.end().to_string(),
            "share": decimal(it.share_nano, 9), "multiplier": number(it.channel.multiplier_micro),
            "used": number(it.used_micro), "estimated_use": number(it.estimated_micro),
            "values": it.values, "estimated": it.estimated, "missing": it.missing,
            "reads": reads.collect::<Vec<_>>(),
        })
    });
    let hours = it.hours.iter().map(|it| {
        json!({
            "version": it.version.to_string(), "clock": it.clock, "period": it.period,
            "from": it.days.start().to_string(), "to": it.days.end().to_string(),
            "delivered": of(it.delivered), "received": of(it.received),
            "highest_kw": it.peak_micro.map(number),
        })
    });
    let charges = it.charges.iter().flatten().filter_map(|line| {
        Some(json!({
            "charge": called(line), "kind": line.kind.word(),
            "from": line.period.start().to_string(), "to": line.period.end().to_string(),
            "quantity": of(quantity(line)?),
        }))
    });
    let usage = it.usage.as_ref().ok();
    let degrees = |it: Option<(i64, i64)>| {
        it.map(|(micro, missing)| json!({ "sum": number(micro), "days_without": missing }))
    };
    json!({
        "agreement": it.agreement.map(|it| it.0), "service_point": it.point.id.0,
        "commodity": it.point.commodity.word(), "tariff": it.tariff,
        "from": it.period.start().to_string(), "to": it.period.end().to_string(),
        "delivered": usage.map(|it| of(it.delivered)), "received": usage.map(|it| of(it.received)),
        "net": it.net.map(of), "reactive": usage.and_then(|it| it.reactive).map(of),
        "not_known": it.usage.as_ref().err().map(ToString::to_string),
        "estimated_share": it.estimated_micro.map(number),
        "lineage": lineage.collect::<Vec<_>>(),
        "estimates": it.estimates.iter().map(estimate).collect::<Vec<_>>(), "hours": hours.collect::<Vec<_>>(),
        "charges": charges.collect::<Vec<_>>(),
        "not_priced": it.charges.as_ref().err().map(ToString::to_string),
        "heating_degree_days": degrees(it.degree_days[0]),
        "cooling_degree_days": degrees(it.degree_days[1]),
    })
}

fn so_far(place: &Place, account: &str, on: Option<Date>, json: bool) -> Result<()> {
    let all = each_agreement(place, account, on, to_date)?;
    match json {
        true => say::line(json!({ "to_date": all.iter().map(so_far_json).collect::<Vec<_>>() })),
        false => all.iter().for_each(print_so_far),
    }
    Ok(())
}

fn compared(place: &Place, account: &str, on: Option<Date>, json: bool) -> Result<()> {
    let all = each_agreement(place, account, on, compare)?;
    match json {
        true => say::line(json!({ "compared": all.iter().map(compared_json).collect::<Vec<_>>() })),
        false => all.iter().for_each(print_compared),
    }
    Ok(())
}

fn print_compared(it: &Comparison) {
    let days = it.days().map_or_else(String::new, |it| it.to_string());
    let (id, count) = (it.agreement.id, it.bills.len());
    say::line(format_args!("agreement {id}, {count} bills, {days}, billed {}", it.billed()));
    for row in &it.rows {
        let own = if row.is_own { " (now)" } else { "" };
        let named = format!("{} {}{own}", row.code, row.name);
        match (&row.cost, row.total()) {
            (Err(hold), _) => say::line(format_args!("  {named}: not compared: {hold}")),
            (Ok(_), total) => {
                let total = total.unwrap_or(Money::ZERO);
                say::line(format_args!("  {named:<48} {:>14}", total.to_string()));
            }
        }
    }
}

/// What `of` says of each agreement of an account that service is taken under on a day, or today.
fn each_agreement<T>(
    place: &Place,
    account: &str,
    on: Option<Date>,
    of: impl Fn(&mut Tx, AgreementId, Date) -> Result<T>,
) -> Result<Vec<T>> {
    let db = super::see(place)?;
    let on = on.map_or_else(|| super::today(&db), Ok)?;
    let all = db.read(|tx| {
        let account = super::account(tx, account)?;
        let all = store::agreement::of_account(tx, account.id)?.into_iter();
        let taken = all.filter(|it| it.from < on && it.to.is_none_or(|to| on <= to));
        taken.map(|it| of(tx, it.id, on)).collect::<Result<Vec<_>>>()
    })?;
    if all.is_empty() {
        say::warning(format_args!("{account} takes no service on {on}"));
    }
    Ok(all)
}

fn compared_json(it: &Comparison) -> Value {
    let row = |row: &Row| {
        let cents = |it: &Vec<Money>| it.iter().map(|it| it.cents()).collect::<Vec<_>>();
        json!({
            "tariff": row.code,
            "name": row.name,
            "now": row.is_own,
            "total_cents": row.total().map(Money::cents),
            "bills_cents": row.cost.as_ref().ok().map(cents),
            "not_compared": row.cost.as_ref().err().map(ToString::to_string),
        })
    };
    json!({
        "agreement": it.agreement.id.0,
        "from": it.days().map(|it| it.start().to_string()),
        "to": it.days().map(|it| it.end().to_string()),
        "bills": it.bills.len(),
        "billed_cents": it.billed().cents(),
        "tariffs": it.rows.iter().map(row).collect::<Vec<_>>(),
    })
}

fn print_so_far(it: &ToDate) {
    let agreement = &it.facts.agreement;
    say::line(format_args!(
        "agreement {}, {}, {}, at the start of {}",
        agreement.id, agreement.tariff, it.facts.street, it.on
    ));
    for segment in &it.segments {
        let used = amount(segment.usage);
        say::line(format_args!("  {}: {used}, {}", segment.period, segment.total));
    }
    if let Some(hold) = &it.waits {
        say::line(format_args!("  later days do not count yet: {hold}"));
    }
    match &it.projected {
        Ok(projected) => {
            let how = match projected.by {
                By::Nothing => "every day is known".to_owned(),
                By::Weekday => format!(
                    "{} known days, {} taken to be like the latest of their weekday",
                    projected.known, projected.assumed
                ),
                By::Mean => format!(
                    "{} known days, {} taken to be like their mean",
                    projected.known, projected.assumed
                ),
                By::Estimate => {
                    "by the rules of estimates, since it is read once a turn".to_owned()
                }
            };
            let segment = &projected.segment;
            let used = amount(segment.usage);
            say::line(format_args!(
                "  about {} for {}, {used}: {how}",
                segment.total, segment.period
            ));
        }
        Err(why) => say::line(format_args!("  no projection: {why}")),
    }
}

fn so_far_json(it: &ToDate) -> Value {
    let of = |it: &meterbook_core::bill::Segment| {
        json!({
            "from": it.period.start().to_string(), "to": it.period.end().to_string(),
            "used": decimal(it.usage.micro, 6), "unit": it.usage.unit.to_string(),
            "total": it.total.plain(),
        })
    };
    json!({
        "agreement": it.facts.agreement.id.0, "tariff": it.facts.agreement.tariff,
        "on": it.on.to_string(), "total": it.total().plain(),
        "segments": it.segments.iter().map(of).collect::<Vec<_>>(),
        "waits": it.waits.as_ref().map(ToString::to_string),
        "projected": it.projected.as_ref().ok().map(|it| json!({
            "bill": of(&it.segment), "known_days": it.known, "assumed_days": it.assumed,
        })),
        "not_projected": it.projected.as_ref().err().map(ToString::to_string),
    })
}

impl From<FigureArg> for FigureKind {
    fn from(it: FigureArg) -> FigureKind {
        match it {
            FigureArg::Heating => FigureKind::Heating,
            FigureArg::Pressure => FigureKind::Pressure,
            FigureArg::HeatingDegrees => FigureKind::HeatingDegrees,
            FigureArg::CoolingDegrees => FigureKind::CoolingDegrees,
        }
    }
}
