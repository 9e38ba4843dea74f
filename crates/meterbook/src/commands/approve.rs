//! `approve`: what waits for a second person.

use anyhow::Result;
use meterbook_app::approval::{self, NotApproved};
use meterbook_app::bill_run::{self, Progress};
use meterbook_core::id::ApprovalId;
use meterbook_core::permission::Permission;
use meterbook_store as store;
use meterbook_store::approval::{Approval, Ended};

use crate::args::{ApproveCommand, Place};
use crate::say;

pub(crate) fn approve(place: &Place, command: ApproveCommand) -> Result<()> {
    let db = super::open(place)?;
    match command {
        ApproveCommand::List => {
            let waits = db.read(|tx| {
                super::may_see(tx, Permission::ViewCustomer)?;
                store::approval::open(tx)
            })?;
            if waits.is_empty() {
                say::line("nothing waits");
            }
            for it in waits {
                say::line(format_args!("{:>5}  {}", it.id, summary(&it)));
            }
        }
        ApproveCommand::Show { number } => {
            let id = ApprovalId(number);
            let it = db.read(|tx| {
                super::may_see(tx, Permission::ViewCustomer)?;
                store::approval::find(tx, id)
            })?;
            show(&it.ok_or_else(|| meterbook_app::refuse(NotApproved::Unknown { id }))?);
        }
        ApproveCommand::Give { number, why } => {
            let it = db.write(|tx| approval::give(tx, super::actor(), ApprovalId(number), &why))?;
            // Bills that were let go with it are posted now, or taken back.
            let mut bar = say::Bar::new();
            bill_run::finish_released(&db, super::actor(), &mut |progress| match progress {
                Progress::Posted(done, all) => bar.show("posted", done, all),
                Progress::TakenBack(done, all) => bar.show("taken back", done, all),
                Progress::Checked(..)
                | Progress::Corrected(..)
                | Progress::Totals(_)
                | Progress::Stands(_) => {}
            })?;
            drop(bar);
            say::line(format_args!("done: {}", summary(&it)));
        }
        ApproveCommand::Refuse { number, why } => {
            let id = ApprovalId(number);
            match db.write(|tx| approval::turn_down(tx, super::actor(), id, &why))? {
                Ended::Withdrawn => say::line(format_args!("number {id} is taken back")),
                _ => say::line(format_args!("number {id} is refused; nothing of it was done")),
            }
        }
    }
    Ok(())
}

fn summary(it: &Approval) -> String {
    let amount = it.amount.map_or_else(String::new, |it| format!(" {it}"));
    format!("{}{amount}: {}, asked by {}", it.act, it.subject, it.asker)
}

fn show(it: &Approval) {
    say::line(format_args!("{:>5}  {}", it.id, summary(it)));
    say::line(format_args!("       asked at {}, takes {}", it.asked_at, it.permission));
    if !it.why.is_empty() {
        say::line(format_args!("       because: {}", it.why));
    }
    match &it.end {
        None => say::line("       waits for a second person"),
        Some(end) => {
            let why = if end.why.is_empty() { String::new() } else { format!(": {}", end.why) };
            say::line(format_args!("       {} by {} at {}{why}", end.how.word(), end.name, end.at));
        }
    }
}
