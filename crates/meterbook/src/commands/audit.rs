//! `audit`: who did what, and whether it is still as it was written.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_app::audit::{Head, verify};
use meterbook_app::staff;
use meterbook_core::permission::Permission;
use meterbook_store as store;
use meterbook_store::audit::{Done, Sought};

use super::check::NotClean;
use crate::args::{AuditCommand, Place};
use crate::say;

pub(crate) fn audit(place: &Place, command: AuditCommand) -> Result<()> {
    match command {
        AuditCommand::Verify { head } => walk(place, head.as_deref()),
        AuditCommand::Show { subject, by, from, to, limit } => {
            show(place, subject, by.as_deref(), [from, to], limit)
        }
    }
}

fn walk(place: &Place, head: Option<&str>) -> Result<()> {
    let kept = match head {
        None => None,
        Some(text) => Some(Head::parse(text).ok_or_else(|| {
            super::said(format!("{text} is nothing that audit verify printed; it looks like 1841:ab12… with 64 digits"))
        })?),
    };
    let (walk, fault) = super::open(place)?.read(|tx| {
        super::may_see(tx, Permission::ViewAudit)?;
        verify(tx, kept.as_ref())
    })?;
    if let Some(fault) = fault {
        say::line(format_args!("BROKEN  {fault}"));
        return Err(NotClean.into());
    }
    say::line(format_args!("holds   {} rows, each after the one before it", walk.rows));
    if let Some((id, hash)) = walk.head {
        say::line(format_args!("head    {}", Head { id, hash }));
    }
    Ok(())
}

fn show(
    place: &Place,
    subject: Option<String>,
    by: Option<&str>,
    [from, to]: [Option<Date>; 2],
    limit: i64,
) -> Result<()> {
    let db = super::open(place)?;
    let zone = super::own_zone(&db)?;
    let done = db.read(|tx| {
        super::may_see(tx, Permission::ViewAudit)?;
        let by = by.map(|name| staff::named(tx, name)).transpose()?.map(|it| it.id);
        let [from, to] = [from, to].map(|day| day.map(|it| zone.start_of(it)));
        store::audit::seek(tx, &Sought { subject, by, from, to }, limit)
    })?;
    for it in &done {
        say::line(line(it));
    }
    Ok(())
}

fn line(it: &Done) -> String {
    let by = it.by.as_deref().unwrap_or("operator");
    let second = it.second.as_ref().map_or_else(String::new, |it| format!(" and {it}"));
    let mut text = format!("{:>6}  {}  {by}{second}  {} {}", it.id, it.at, it.act, it.subject);
    if !it.detail.is_empty() {
        text.push_str(&format!("  {}", it.detail));
    }
    match (&it.was, &it.became) {
        (None, None) => (),
        (was, became) => {
            let said = |it: &Option<String>| {
                it.clone().filter(|it| !it.is_empty()).unwrap_or_else(|| "nothing".to_owned())
            };
            text.push_str(&format!("  [{} -> {}]", said(was), said(became)));
        }
    }
    if let Some(why) = &it.why {
        text.push_str(&format!("  because: {why}"));
    }
    text
}
