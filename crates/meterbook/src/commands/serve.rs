//! `serve`: the staff console.

use std::net::{IpAddr, SocketAddr, TcpListener};

use std::time::Duration;

use anyhow::{Result, anyhow};
use jiff::Timestamp;
use meterbook_app::Actor;
use meterbook_app::task::scan;
use meterbook_store::{Db, Location};
use meterbook_web::Console;

use crate::args::{Place, Serve};
use crate::say;

pub(crate) fn serve(place: &Place, args: &Serve) -> Result<()> {
    console(super::open(place)?, place, args.host, args.port, false)
}

/// Serves the console of `db` until the program is told to end, and opens it in a browser if asked.
pub(crate) fn console(db: Db, place: &Place, host: IpAddr, port: u16, show: bool) -> Result<()> {
    let listener = listen(host, port)?;
    let address = format!("http://{}/", listener.local_addr()?);
    let location = db.location().clone();
    let console = Console::new(db, place.dir.clone())?;
    say::line(format_args!("the console is at {address} (Ctrl+C ends it)"));
    if show && let Err(why) = open::that_detached(&address) {
        say::line(format_args!("no browser could be opened ({why}); open the address yourself"));
    }
    look_over(location);
    meterbook_web::serve(console, listener)
}

/// How often it is asked whether it is time to look for tasks.
const LOOKS: Duration = Duration::from_secs(60);

/// Looks for tasks beside the console, once a day and after each file that came in, for as long as
/// the program runs. What fails is said, and tried again.
fn look_over(location: Location) {
    std::thread::spawn(move || {
        loop {
            let looked = Db::open(&location)
                .and_then(|db| db.write(|tx| scan::when_due(tx, Actor::system(Timestamp::now()))));
            match looked {
                Ok(Some(it)) => say::line(format_args!(
                    "looked for tasks: {} raised, {} as before, {} gone",
                    it.raised, it.known, it.gone
                )),
                Ok(None) => (),
                Err(why) => say::line(format_args!("tasks could not be looked for: {why:#}")),
            }
            std::thread::sleep(LOOKS);
        }
    });
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
