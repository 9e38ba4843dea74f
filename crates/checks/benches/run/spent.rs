//! What a piece of work took: by the clock, and of the processors, in this program and in the server.

use std::fmt::{self, Display};
use std::ops::Add;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use meterbook_store::Location;
use postgres::{Client, NoTls};

/// Time by the clock, and of the processors. On a busy machine only the second says something.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) wall: Duration,
    pub(crate) ours: Duration,
    pub(crate) server: Duration,
}

/// Looks at the processors of this program and of a server on this machine, if there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch {
    server: Option<u32>,
}

impl Watch {
    pub(crate) fn on(at: &Location) -> Result<Watch> {
        let server = match at {
            Location::Sqlite(_) => None,
            Location::Postgres(url) => {
                let mut client = Client::connect(url, NoTls)?;
                let asked = "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)";
                let said: String = client.query_one(asked, &[])?.try_get(0)?;
                Some(said.trim().parse()?)
            }
        };
        Ok(Watch { server })
    }

    /// Does something, and says what it took.
    pub(crate) fn spend<T>(self, work: impl FnOnce() -> Result<T>) -> Result<(T, Spent)> {
        let (began, before) = (Instant::now(), self.processors()?);
        let done = work()?;
        let (wall, after) = (began.elapsed(), self.processors()?);
        let ours = after.0.saturating_sub(before.0);
        Ok((done, Spent { wall, ours, server: after.1.saturating_sub(before.1) }))
    }

    /// Of this program, and of the server with all it began.
    fn processors(self) -> Result<(Duration, Duration)> {
        let ours = Stat::of("self").context("this is for Linux")?.alive;
        let Some(server) = self.server else { return Ok((ours, Duration::ZERO)) };
        let mut sum = Duration::ZERO;
        for entry in std::fs::read_dir("/proc")?.flatten() {
            let name = entry.file_name();
            let Some(stat) = name.to_str().and_then(Stat::of) else { continue };
            if stat.parent == server {
                sum += stat.alive;
            } else if name == *server.to_string() {
                sum += stat.alive + stat.gone;
            }
        }
        Ok((ours, sum))
    }
}

/// The processor time of a program and of those it began that are gone, in hundredths of a second, as
/// Linux counts it.
struct Stat {
    parent: u32,
    alive: Duration,
    gone: Duration,
}

impl Stat {
    fn of(program: &str) -> Option<Stat> {
        let text = std::fs::read_to_string(format!("/proc/{program}/stat")).ok()?;
        let (_, fields) = text.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let time = |at: usize| {
            let ticks = fields.iter().skip(at).take(2).map(|it| it.parse::<u64>().unwrap_or(0));
            Duration::from_millis(ticks.sum::<u64>() * 10)
        };
        Some(Stat { parent: fields.get(1)?.parse().ok()?, alive: time(11), gone: time(13) })
    }
}

impl Add for Spent {
    type Output = Spent;

    fn add(self, it: Spent) -> Spent {
        let server = self.server + it.server;
        Spent { wall: self.wall + it.wall, ours: self.ours + it.ours, server }
    }
}

impl Spent {
    /// Of all processors.
    pub(crate) fn processors(self) -> Duration {
        self.ours + self.server
    }

    /// So many bills in this time.
    pub(crate) fn rate(self, bills: i64) -> String {
        let rate = |took: Duration| {
            (i128::from(bills) * 1_000_000)
                .div_euclid(i128::try_from(took.as_micros()).unwrap_or(i128::MAX).max(1))
        };
        let each = self.wall.as_micros().div_euclid(u128::try_from(bills.max(1)).unwrap_or(1));
        format!(
            "{:>7} bills/s, {:>7} for a second of processor ({each} µs each, {self})",
            rate(self.wall),
            rate(self.processors())
        )
    }

    /// How many times as long as something else: by the clock and by the processors.
    pub(crate) fn times(self, floor: Spent) -> String {
        let times = |it: Duration, floor: Duration| {
            let tenths = (it.as_micros() * 100).div_euclid(floor.as_micros().max(1));
            format!("{}.{:02}", tenths.div_euclid(100), tenths.rem_euclid(100))
        };
        format!(
            "{} times by the clock, {} by the processors",
            times(self.wall, floor.wall),
            times(self.processors(), floor.processors())
        )
    }
}

impl Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2?}, processor {:.2?}", self.wall, self.ours)?;
        if self.server != Duration::ZERO {
            write!(f, " and {:.2?} of the server", self.server)?;
        }
        Ok(())
    }
}
