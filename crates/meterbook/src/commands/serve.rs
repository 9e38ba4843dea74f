//! `serve`: the staff console.

use std::net::{IpAddr, SocketAddr, TcpListener};

use anyhow::{Result, anyhow};
use meterbook_store::Db;
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
    let console = Console::new(db, place.dir.clone())?;
    say::line(format_args!("the console is at {address} (Ctrl+C ends it)"));
    if show && let Err(why) = open::that_detached(&address) {
        say::line(format_args!("no browser could be opened ({why}); open the address yourself"));
    }
    meterbook_web::serve(console, listener)
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
