//! Checks some accounts of a turn once more, and no others: those whose bills waited for one thing.

use anyhow::Result;
use meterbook_core::bill::assess::Tariffs;
use meterbook_core::bill::job::Pass;
use meterbook_core::bill::run::{Run, Stage, Standing};
use meterbook_core::id::{AccountId, ApprovalId, WindowId};
use meterbook_core::permission::Permission;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Db};

use super::release::{self, Released};
use super::{How, NotRun, Progress, Until, begin, check_from, job};
use crate::authority::authorize;
use crate::{Actor, refuse};

/// What became of them.
#[derive(Clone, Debug)]
pub enum Came {
    /// The turn is not released yet, and they wait with it.
    WithTurn,
    /// What of them is no longer held is posted; so the turn stands.
    Posted(Standing),
    /// What of them is no longer held waits under this number for a second person.
    Waits(ApprovalId),
}

/// Checks these accounts of a turn again, and posts what is no longer held, where the turn itself is
/// posted; with `accept` bills that are far from usual go too. `why` says why totals beyond the limits
/// are right.
pub fn again(
    db: &Db,
    actor: Actor,
    window: WindowId,
    accounts: &[AccountId],
    (accept, why): (bool, &str),
    watch: &mut dyn FnMut(Progress),
) -> Result<Came> {
    let why = Some(why.trim()).filter(|it| !it.is_empty());
    let how = How { until: Until::Preview, as_planned: None };
    let (allowed, window, mut run, joins) = db.write(|tx| {
        let allowed = authorize(tx, actor, Permission::RunBills, None)?;
        let window = store::window::get(tx, window)?;
        let (run, joins) = match store::run::unfinished(tx, window.id)? {
            Some(run) if run.stage == Stage::Preview => {
                (check_from(tx, &allowed, &run, (Stage::Again, how))?, true)
            }
            Some(run) => (run, true),
            None => {
                let run = begin(tx, &allowed, window.id, how)?;
                (Run { stage: Stage::Again, ..run }, false)
            }
        };
        if run.stage != Stage::Again {
            return Err(refuse(NotRun::AtWork { cycle: window.cycle }));
        }
        store::run::advance(tx, &run)?;
        store::hold::scope(tx, run.id, accounts)?;
        if accept {
            for account in accounts {
                store::run::accept(tx, window.id, *account)?;
            }
            let said = format!("{}{}", counted(accounts.len(), "bill"), because(why));
            store::audit::add(tx, &allowed, "accept bills", &window.id.to_string(), &said)?;
        }
        Ok((allowed, window, run, joins))
    })?;
    let tariffs = &mut Tariffs::default();
    job::work(db, &allowed, (&mut run, Pass::Check), &window, tariffs, watch)?;
    if joins {
        return Ok(Came::WithTurn);
    }
    Ok(match release::release(db, actor, run.id, why, watch)? {
        Released::Posted(standing) => Came::Posted(standing),
        Released::Waits(id) => Came::Waits(id),
    })
}

fn because(why: Option<&str>) -> String {
    why.map_or_else(String::new, |why| format!(": {why}"))
}
