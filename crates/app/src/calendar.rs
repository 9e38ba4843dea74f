//! On which days the utility works, when its bills are due, and how long what is held is tried again.

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::bill::run::Standing;
use meterbook_core::calendar::Calendar;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::authorize;
use crate::bill_run::{self, Until, Which};
use crate::{Actor, refuse, said};

/// The longest text of a calendar, in bytes.
const LONGEST: usize = 20_000;
/// What the texts are.
const WHAT: &str = "calendar";

/// Why a calendar is not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSaid {
    /// Bills are made of the reads that another window of reads found.
    Billed {
        /// The newest day on a bill.
        billed: Date,
    },
}

/// Says the calendar that holds for bills dated from a day on.
pub fn say(tx: &mut Tx, actor: Actor, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::PlanCycles, None)?;
    said::fits(WHAT, text, LONGEST)?;
    said::says(WHAT, text)?;
    let calendar = Calendar::parse(text).map_err(refuse)?;
    let was = said(tx, from)?;
    // Bills that are out have to come out the same when they are made again.
    let newest = store::bill::last_billed(tx)?.filter(|billed| from <= *billed);
    if let Some(billed) =
        newest.filter(|_| on(tx, from).is_ok_and(|it| it.reads() != calendar.reads()))
    {
        return Err(refuse(NotSaid::Billed { billed }));
    }
    said::once(WHAT, from, store::calendar::say(tx, from, text))?;
    let said = format!("from {from}");
    store::audit::turn(tx, &allowed, "say billing calendar", "", &said, (was.as_str(), text))
}

/// The text that holds on a day; nothing where nobody said one.
pub fn said(tx: &mut Tx, on: Date) -> Result<String> {
    Ok(store::calendar::said(tx, on)?.unwrap_or_default())
}

/// The calendar that holds on a day.
pub fn on(tx: &mut Tx, day: Date) -> Result<Calendar> {
    let text = said(tx, day)?;
    Ok(Calendar::parse(&text)?)
}

/// Bills what is held in the turns that the calendar says are still tried again today, as far as
/// nothing holds it any more; how each cycle of these then stands.
pub fn retry(db: &Db, actor: Actor) -> Result<Vec<Standing>> {
    let cycles = db.write(|tx| {
        authorize(tx, actor, Permission::RunBills, None)?;
        let today = crate::founding::zone(tx)?.day_of(actor.at);
        let mut cycles: BTreeSet<Cycle> = BTreeSet::new();
        for (_, cycle, billed_on) in store::calendar::held(tx, today)? {
            if on(tx, billed_on)?.retry_until(billed_on).is_some_and(|until| today <= until) {
                cycles.insert(cycle);
            }
        }
        Ok(cycles)
    })?;
    let again =
        |cycle| bill_run::run(db, actor, Which::Held(cycle, None), Until::Posted, &mut |_| ());
    cycles.into_iter().map(again).collect()
}

impl fmt::Display for NotSaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NotSaid::Billed { billed } = self;
        write!(
            f,
            "bills of {billed} are out, made of the reads that the calendar found; say another window of reads from a later day on: --from"
        )
    }
}

impl std::error::Error for NotSaid {}
