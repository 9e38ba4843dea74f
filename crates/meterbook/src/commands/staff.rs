//! `staff`: let members of staff in.

use anyhow::Result;
use meterbook_app::session;
use meterbook_core::permission::Role;

use crate::args::Place;
use crate::say;

pub(crate) fn add(place: &Place, name: &str, role: &str) -> Result<()> {
    let role = Role::from_word(role).ok_or_else(|| {
        super::said(format!("{role} is no role; there are auditor, clerk and administrator"))
    })?;
    let db = super::open(place)?;
    let password = say::secret(&format!("A password for {name}"))?;
    session::add_staff(&db, super::actor(), name, role, &password)?;
    say::line(format_args!("{name} may sign in as {role}"));
    Ok(())
}
