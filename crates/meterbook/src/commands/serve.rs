//! `serve`: the staff console.

use std::net::{IpAddr, SocketAddr, TcpListener};

use std::time::Duration;

use anyhow::{Result, anyhow};
use jiff::Timestamp;
use meterbook_app::bill_run::{self, last};
use meterbook_app::intake::months;
use meterbook_app::online::{self, Asked};
use meterbook_app::task::scan;
use meterbook_app::{Actor, calendar};
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Db, Location};
use meterbook_web::Console;

use crate::args::{Place, Serve};
use crate::say;

pub(crate) fn serve(place: &Place, args: &Serve) -> Result<()> {
    let last = if args.last_bills { LastBills::Make } else { LastBills::Leave };
    console(super::open(place)?, place, (args.host, args.port), false, last)
}

/// Whether last bills go out without somebody asking for them. Nobody should be surprised by a bill:
/// they do where the utility says so, and the log says each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LastBills {
    /// As soon as they can be made.
    Make,
    /// When somebody says `bill last`, or the turn of the cycle comes.
    Leave,
}

/// Serves the console of `db` until the program is told to end, and opens it in a browser if asked.
pub(crate) fn console(
    db: Db,
    place: &Place,
    (host, port): (IpAddr, u16),
    show: bool,
    last: LastBills,
) -> Result<()> {
    let listener = listen(host, port)?;
    let address = format!("http://{}/", listener.local_addr()?);
    let location = db.location().clone();
    let console = Console::new(db, place.dir.clone(), super::debit::key_in)?;
    say::line(format_args!("the console is at {address} (Ctrl+C ends it)"));
    if show && let Err(why) = open::that_detached(&address) {
        say::line(format_args!("no browser could be opened ({why}); open the address yourself"));
    }
    bill_on(location.clone());
    look_over(location.clone(), last);
    ask_on(location.clone());
    charge_on(location);
    meterbook_web::serve(console, listener)
}

/// How often it is asked whether bills are to be checked or posted.
const WORKS: Duration = Duration::from_secs(1);

/// Goes on with what somebody began or released on the console, for as long as the program runs.
/// What fails is said, and tried again.
fn bill_on(location: Location) {
    std::thread::spawn(move || {
        let work = |db: &Db| bill_run::work(db, Actor::system(Timestamp::now()), &mut |_| ());
        let mut open = None;
        loop {
            let done = match open.take() {
                Some(db) => Ok(db),
                None => Db::open(&location),
            }
            .and_then(|db| work(&db).map(|_| db));
            match done {
                Ok(db) => open = Some(db),
                Err(why) => say::line(format_args!("bills could not be worked on: {why:#}")),
            }
            std::thread::sleep(WORKS);
        }
    });
}

/// How often the provider of payments is asked about attempts that are not over.
const ASKS: Duration = Duration::from_secs(300);

/// Asks what came of payments online that are open or unknown, for as long as the program runs.
fn ask_on(location: Location) {
    std::thread::spawn(move || {
        loop {
            match Db::open(&location).and_then(|db| ask(&db)) {
                Ok(asked) => super::online::told(&asked),
                Err(why) => {
                    say::line(format_args!("payments online were not asked about: {why:#}"))
                }
            }
            std::thread::sleep(ASKS);
        }
    });
}

/// How often it is asked whether it is time to charge cards that are kept.
const CHARGES: Duration = Duration::from_secs(60);

/// Charges what is due to cards that are kept, once a day, for as long as the program runs. Others may do the
/// same: one of them does. What fails is said, and tried again.
fn charge_on(location: Location) {
    std::thread::spawn(move || {
        let mut before = String::new();
        loop {
            match Db::open(&location).and_then(|db| super::online::charge_when_due(&db)) {
                Ok(()) => before.clear(),
                // What stays wrong is said once.
                Err(why) => {
                    let why = format!("{why:#}");
                    if why != before {
                        say::line(format_args!("cards were not charged: {why}"));
                    }
                    before = why;
                }
            }
            std::thread::sleep(CHARGES);
        }
    });
}

fn ask(db: &Db) -> Result<Asked> {
    let now = Actor::system(Timestamp::now());
    let any = db.read(|tx| {
        let any = !store::online::open(tx)?.is_empty() || !store::card::to_forget(tx)?.is_empty();
        Ok(any && online::settings::is_on(tx, now.at)?)
    })?;
    if any { online::ask(db, now, None) } else { Ok(Asked::default()) }
}

/// How often it is asked whether it is time to look for tasks.
const LOOKS: Duration = Duration::from_secs(60);

/// Looks for tasks beside the console and lays together what came of months that are over, once a day
/// and after each file that came in, for as long as the program runs. What fails is said, and tried again.
fn look_over(location: Location, last: LastBills) {
    std::thread::spawn(move || {
        loop {
            if let Err(why) = Db::open(&location).and_then(|db| look(&db, last)) {
                say::line(format_args!("tasks could not be looked for: {why:#}"));
            }
            std::thread::sleep(LOOKS);
        }
    });
}

fn look(db: &Db, last: LastBills) -> Result<()> {
    let now = Actor::system(Timestamp::now());
    let Some(it) = scan::when_due(db, now)? else { return Ok(()) };
    say::line(format_args!(
        "looked for tasks: {} raised, {} as before, {} gone",
        it.raised, it.known, it.gone
    ));
    for it in calendar::retry(db, now)? {
        let (cycle, period) = (it.cycle, it.period);
        say::line(format_args!("cycle {cycle} for {period} tried again: {} held", it.held));
    }
    let merged = months::merge(db, now, &mut |_, _| ())?;
    if 0 < merged.months {
        let (months, blocks) = (merged.months, merged.blocks);
        say::line(format_args!("laid together {blocks} blocks of {months} months of channels"));
    }
    match last {
        LastBills::Make => make(db, now),
        LastBills::Leave => {
            let today = super::today(db)?;
            let waiting = db.read(|tx| store::bill::ended(tx, today))?.len();
            if 0 < waiting {
                say::line(format_args!(
                    "{} may have a last bill; make it with: meterbook bill last, or let \
                     serve --last-bills do it",
                    counted(waiting, "account")
                ));
            }
            Ok(())
        }
    }
}

/// Makes the last bills of what ended, and says each.
fn make(db: &Db, now: Actor) -> Result<()> {
    for (account, closed) in last::make_all(db, now)? {
        let number = db.read(|tx| store::account::get(tx, account))?.number;
        match closed {
            Ok(closed) => {
                for it in &closed.bills {
                    let (bill, total) = (&it.number, it.total);
                    say::line(format_args!("last bill of account {number}: {bill}, {total}"));
                }
                for it in &closed.charges {
                    say::line(format_args!("account {number} closed: {} {}", it.label, it.amount));
                }
                for it in &closed.let_go {
                    let (label, amount) = (&it.label, it.amount);
                    say::line(format_args!(
                        "account {number} closed: {label} {amount} not asked for"
                    ));
                }
                if closed.refunded != Money::ZERO {
                    say::line(format_args!(
                        "account {number} closed: {} waits in refunds payable",
                        closed.refunded
                    ));
                }
            }
            Err(why) => say::line(format_args!("no last bill of account {number}: {why}")),
        }
    }
    Ok(())
}

/// The port that was asked for, or a free one where the usual one is taken.
fn listen(host: IpAddr, port: u16) -> Result<TcpListener> {
    match TcpListener::bind(SocketAddr::new(host, port)) {
        Err(why) if why.kind() == std::io::ErrorKind::AddrInUse => Err(anyhow!(
            "port {port} of {host} is taken; give another one with --port, or --port 0 for a free one"
        )),
        other => Ok(other?),
    }
}
