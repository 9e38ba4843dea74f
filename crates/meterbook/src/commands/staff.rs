//! `staff`: let members of staff in, give and take roles, keep them out.

use anyhow::Result;
use meterbook_app::approval::{Asked, do_or_ask};
use meterbook_app::staff;
use meterbook_core::permission::Permission;
use meterbook_store as store;

use crate::args::{Place, StaffCommand};
use crate::say;

pub(crate) fn staff(place: &Place, command: StaffCommand) -> Result<()> {
    match command {
        StaffCommand::Add { name, role } => add(place, &name, &role),
        StaffCommand::List => list(place),
        StaffCommand::Role { name, give: Some(role), why, .. } => {
            let done = format!("{name} has the role {role} now");
            ask(place, &Asked::GiveRole { name, role }, &why, &done)
        }
        StaffCommand::Role { name, take, why, .. } => {
            let role = take.expect("the command line asks for one of the two");
            let done = format!("{name} has the role {role} no more");
            ask(place, &Asked::TakeRole { name, role }, &why, &done)
        }
        StaffCommand::Disable { name, why } => {
            let db = super::open(place)?;
            db.write(|tx| staff::disable(tx, super::actor(), &name, &why))?;
            say::line(format_args!(
                "{name} is kept out; let them in again with: meterbook staff enable {name}"
            ));
            Ok(())
        }
        StaffCommand::Enable { name, why } => {
            let done = format!("{name} may sign in again");
            ask(place, &Asked::LetInAgain { name }, &why, &done)
        }
        StaffCommand::Password { name } => {
            let db = super::open(place)?;
            let password = say::secret(&format!("A new password for {name}"))?;
            staff::set_password(&db, super::actor(), &name, &password)?;
            say::line(format_args!("{name} has a new password; their sessions have ended"));
            Ok(())
        }
    }
}

fn add(place: &Place, name: &str, role: &str) -> Result<()> {
    let db = super::open(place)?;
    let password = say::secret(&format!("A password for {name}"))?;
    let (_, went) = staff::add(&db, super::actor(), name, role, &password)?;
    say::line(format_args!("{name} may sign in"));
    super::outcome(format_args!("{name} has the role {role} now"), went);
    Ok(())
}

fn list(place: &Place) -> Result<()> {
    let db = super::open(place)?;
    let lines = db.read(|tx| {
        super::may_see(tx, Permission::ViewCustomer)?;
        let mut lines = Vec::new();
        for it in store::staff::all(tx)? {
            let roles = store::role::of(tx, it.id)?.join(", ");
            let out = if it.disabled.is_some() { "  (disabled)" } else { "" };
            lines.push(format!("{:<20}  {roles}{out}", it.name));
        }
        Ok(lines)
    })?;
    lines.iter().for_each(say::line);
    Ok(())
}

/// Does what may take two, and says how it went.
pub(super) fn ask(place: &Place, asked: &Asked, why: &str, done: &str) -> Result<()> {
    let db = super::open(place)?;
    let went = db.write(|tx| do_or_ask(tx, super::actor(), asked, why))?;
    super::outcome(done, went);
    Ok(())
}
