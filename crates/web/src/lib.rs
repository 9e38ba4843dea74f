//! The staff console: pages over the acts, made on the server and usable without script.
//!
//! A request passes the guard of its route ([`routes`]), asks the store or calls one act, and
//! becomes a page. Nothing is kept here but what slows down guessing of passwords, how far work is that
//! goes on beside the pages ([`work`]), and for a minute the one count of the first page that reads every
//! agreement.

mod chart;
mod currency;
mod evidence;
mod guard;
mod pages;
mod picture;
mod refusal;
pub mod routes;
mod sent;
mod show;
mod throttle;
mod typed;
mod words;
mod work;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_app::deliver::Workers;
use meterbook_app::seal::BankKey;
use meterbook_core::currency::Currency;
use meterbook_core::period::Zone;
use meterbook_store::{self as store, Db, Tx};

use self::throttle::Throttle;

/// What the console is about.
pub struct Console {
    db: Db,
    /// The folder of the utility, with the files of its bills.
    folder: PathBuf,
    /// Finds the key of the bank numbers, which may be made while the console is served.
    bank_key: FindKey,
    utility: String,
    zone: Zone,
    /// What amounts are in, once something was posted and it stays.
    settled: OnceLock<Currency>,
    /// Who draws bills that are looked at before they are drawn.
    workers: Workers,
    throttle: Throttle,
    /// The looks over all accounts of a night, and taking the steps that they find.
    reviews: pages::collection::Works,
    /// The looks before a day is closed, and closing.
    closes: pages::close::Works,
    /// How many agreements were not billed since a day, when that was counted last.
    unbilled: Mutex<Option<(Instant, Date, u64)>>,
}

/// Finds the key of the bank numbers of the utility in a folder.
pub type FindKey = fn(&Path) -> Result<BankKey>;

/// How long a count of every agreement serves the first page, which everybody opens all day.
const FRESH: Duration = Duration::from_secs(60);

impl Console {
    /// The console of the utility in `db`, whose files are in `folder`.
    pub fn new(db: Db, folder: PathBuf, bank_key: FindKey) -> Result<Console> {
        let utility = db.read(store::utility::get)?;
        let zone = Zone::named(&utility.zone)
            .with_context(|| format!("the utility's zone {} is unknown", utility.zone))?;
        let program = std::env::current_exe().context("this program does not know where it is")?;
        let workers = Workers::new(program);
        let (throttle, unbilled) = (Throttle::default(), Mutex::default());
        let utility = utility.name;
        let (reviews, closes) = Default::default();
        Ok(Console {
            db,
            folder,
            bank_key,
            utility,
            zone,
            settled: OnceLock::new(),
            workers,
            throttle,
            reviews,
            closes,
            unbilled,
        })
    }

    /// What amounts are in, where that is known to stay.
    fn settled(&self) -> Option<Currency> {
        self.settled.get().copied()
    }

    /// What amounts are in.
    fn currency(&self) -> Result<Currency> {
        let (currency, posted) = self.db.read(|tx| {
            let currency = store::utility::get(tx)?.currency;
            Ok((currency, store::utility::has_posted(tx)?))
        })?;
        match posted {
            true => Ok(*self.settled.get_or_init(|| currency)),
            false => Ok(currency),
        }
    }

    /// How many agreements were not billed since a day, as of some seconds ago.
    fn unbilled(&self, tx: &mut Tx, day: Date) -> Result<u64> {
        let mut kept = self.unbilled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, of, count)) = *kept
            && of == day
            && at.elapsed() < FRESH
        {
            return Ok(count);
        }
        let count = store::unbilled::count(tx, day)?;
        *kept = Some((Instant::now(), day, count));
        Ok(count)
    }
}

/// Serves the console on `listener` until the process is told to end.
pub fn serve(console: Console, listener: TcpListener) -> Result<()> {
    listener.set_nonblocking(true).context("the listener cannot be made asynchronous")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no runtime could be started")?;
    let pages = routes::router(Arc::new(console));
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, pages).with_graceful_shutdown(told_to_end()).await
    })?;
    Ok(())
}

async fn told_to_end() {
    // Without a signal to wait for, serving goes on until the process is ended from outside.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
