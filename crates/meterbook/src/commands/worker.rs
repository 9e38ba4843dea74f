//! `worker`: does the jobs of billing runs, beside others that do.

use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use meterbook_app::Actor;
use meterbook_app::bill_run::{self, Progress};

use crate::args::{Place, Worker};
use crate::say;

/// How often it is asked whether bills are to be checked or posted.
const LOOKS: Duration = Duration::from_secs(1);

/// Works until it is ended, which it may be at any time: the job it is at is undone and done by another.
pub(crate) fn worker(place: &Place, args: &Worker) -> Result<()> {
    let db = super::open(place)?;
    loop {
        let mut bar = say::Bar::new();
        let runs =
            bill_run::work(&db, Actor::system(Timestamp::now()), &mut |progress| match progress {
                Progress::Checked(done, all) => bar.show("rated and checked", done, all),
                Progress::Posted(done, all) => bar.show("posted", done, all),
                Progress::TakenBack(done, all) => bar.show("taken back", done, all),
                Progress::Corrected(done, all) => bar.show("corrected", done, all),
                Progress::Totals(_) | Progress::Stands(_) => {}
            })?;
        drop(bar);
        if runs == 0 && args.once {
            return Ok(());
        }
        std::thread::sleep(LOOKS);
    }
}
