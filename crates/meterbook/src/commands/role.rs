//! `role`: roles, and what comes with them.

use anyhow::Result;
use meterbook_app::approval::Asked;
use meterbook_app::role::{self, NotARole};
use meterbook_core::permission::{Grant, Permission};
use meterbook_store as store;

use super::staff::ask;
use crate::args::{Place, RoleCommand};
use crate::say;

pub(crate) fn role(place: &Place, command: RoleCommand) -> Result<()> {
    match command {
        RoleCommand::List => {
            let roles = super::open(place)?.read(|tx| {
                super::may_see(tx, Permission::ViewCustomer)?;
                store::role::all(tx)
            })?;
            for (role, says) in roles {
                say::line(format_args!("{role:<16}  {says}"));
            }
            Ok(())
        }
        RoleCommand::Show { role } => show(place, &role),
        RoleCommand::Add { role, says } => {
            super::open(place)?.write(|tx| role::add(tx, super::actor(), &role, &says))?;
            say::line(format_args!(
                "there is a role {role} now; fill it with: meterbook role grant {role} PERMISSION"
            ));
            Ok(())
        }
        RoleCommand::Grant { role, permission, limit, four_eyes, why } => {
            let permission = named(&permission)?;
            let limit = limit.map(|it| super::amount(place, &it)).transpose()?;
            let grant = Grant { permission, limit, four_eyes };
            let done = format!("{role}: {}", role::say(&grant));
            ask(place, &Asked::Grant { role, grant }, &why, &done)
        }
        RoleCommand::Revoke { role, permission, why } => {
            let permission = named(&permission)?;
            let done = format!("{permission} comes with {role} no more");
            ask(place, &Asked::Revoke { role, permission }, &why, &done)
        }
    }
}

fn show(place: &Place, role: &str) -> Result<()> {
    let (says, grants) = super::open(place)?.read(|tx| {
        super::may_see(tx, Permission::ViewCustomer)?;
        let says = store::role::says(tx, role)?;
        let known = store::role::all(tx)?.into_iter().map(|it| it.0).collect();
        let unknown = || meterbook_app::refuse(NotARole::Unknown { role: role.to_owned(), known });
        Ok((says.ok_or_else(unknown)?, store::role::grants(tx, role)?))
    })?;
    say::line(format_args!("{role}: {says}"));
    for grant in grants {
        say::line(format_args!("  {}", role::say(&grant)));
    }
    Ok(())
}

fn named(permission: &str) -> Result<Permission> {
    Permission::from_word(permission).ok_or_else(|| {
        let known: Vec<&str> = Permission::ALL.iter().map(|it| it.word()).collect();
        super::said(format!("{permission} is no permission; there are {}", known.join(", ")))
    })
}
