//! How fast interval values come in, how much room they take and how fast they are added up, on each
//! engine: `cargo xtask bench intervals`.
//!
//! It writes a month of values as a wide file, imports it, and adds it up by time-of-use period from
//! storage; beside each rate stands what cannot be avoided, measured in the same run, because the
//! machine may be busy. It fails when a value is lost.

mod made;

use std::fmt::Display;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use jiff::civil::DateTime;
use meterbook_app::intake::{self, Import, months};
use meterbook_app::vee::cycle;
use meterbook_app::{Actor, founding};
use meterbook_checks::engines::{Lent, Raw};
use meterbook_core::account::Cycle;
use meterbook_core::bill::Utility;
use meterbook_core::currency::Currency;
use meterbook_core::id::{AccountId, ChannelId, ServicePointId};
use meterbook_core::limits::ACCOUNTS_PER_TRANSACTION;
use meterbook_core::period::{Period, Zone};
use meterbook_core::reads::hours::Hours;
use meterbook_core::reads::usage::usage;
use meterbook_core::reads::{Month, unpack_into};
use meterbook_store::bill::Known;
use meterbook_store::read::each_month;
use meterbook_store::{self as store, Db, Location};

use made::{Crowd, Order};

#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Meters when nobody says how many.
const METERS: i64 = 10_000;
/// Reads of one channel-month, and bills' worth of usage, that are timed one by one.
const POINTS: i64 = 2_000;

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1).filter(|it| it != "--bench");
    let folder = PathBuf::from(words.next().context("say in which folder, and how many meters")?);
    let meters = words.next().map_or(Ok(METERS), |it| it.parse())?;
    let only = words.next();
    for (minutes, order) in [(15, Order::Meters), (60, Order::Meters), (60, Order::Days)] {
        let crowd = Crowd { meters, minutes };
        let file = folder.join("month.csv");
        let (values, spent) = spent(|| crowd.write(&file, month()?, order))?;
        let bytes = std::fs::metadata(&file)?.len();
        say(format!(
            "\n{meters} meters every {minutes} minutes, {order:?} first: {values} values, {} MB, written in {spent}",
            bytes.div_euclid(1_000_000)
        ))?;
        say(format!("floor: read and look at each byte  {}", rates(values, &scan(&file)?)))?;
        let wanted = |engine: &str| only.as_deref().is_none_or(|it| it == engine);
        if wanted("sqlite") {
            let at = Location::Sqlite(folder.join("meterbook.db"));
            measure("SQLite", &Db::create(&at)?, (crowd, order), &file, values)?;
            for name in ["meterbook.db", "meterbook.db-wal", "meterbook.db-shm"] {
                let _ = std::fs::remove_file(folder.join(name));
            }
        }
        match std::env::var("METERBOOK_TEST_POSTGRES") {
            Ok(server) if wanted("postgres") => {
                let lent = Lent::new(&server)?;
                let at = Location::Postgres(lent.url().to_owned());
                measure("PostgreSQL", &Db::create(&at)?, (crowd, order), &file, values)?;
            }
            Ok(_) => {}
            Err(_) => say("skipped on PostgreSQL: METERBOOK_TEST_POSTGRES is not set")?,
        }
    }
    Ok(())
}

fn month() -> Result<Period> {
    Period::month(2026, 6).context("June has days")
}

fn measure(
    engine: &str,
    db: &Db,
    (crowd, order): (Crowd, Order),
    file: &Path,
    values: u64,
) -> Result<()> {
    let at: Timestamp = "2026-07-01T12:00:00Z".parse()?;
    db.write(|tx| founding::found(tx, Actor::system(at), &utility()))?;
    crowd.put(db)?;
    say(engine)?;
    forget_peak();
    let rejects = file.with_extension("rejects");
    let wanted = Import { file, shape: None, zone: None, meter: None, rejects: &rejects };
    let mut words = 0;
    let (imported, took) =
        spent(|| intake::import(db, Actor::system(at), &wanted, &mut |_| words += 1))?;
    ensure!(
        u64::try_from(imported.batch.accepted)? == values,
        "{} came in",
        imported.batch.accepted
    );
    say(format!("  import, durable                  {}", rates(values, &took)))?;
    say(format!("  most memory                      {} MB, {words} words of progress", peak()?))?;
    room(db, values)?;
    let zone = Zone::named("America/Chicago").context("there is Chicago")?;
    month_of_all(db, crowd, &zone, (values, took))?;
    read_out(db, crowd, &zone, values)?;
    if order == Order::Meters {
        return Ok(());
    }
    // What the console does once a day with the months that are over.
    let over = Actor::system("2026-07-04T12:00:00Z".parse()?);
    let (merged, took) = spent(|| months::merge(db, over, &mut |_, _| ()))?;
    ensure!(i64::try_from(merged.months)? == crowd.meters, "{merged:?}");
    say(format!("  merged {} blocks: {}", merged.blocks, rates(values, &took)))?;
    if let Raw::Postgres(mut client) = Raw::beside(db)? {
        client.batch_execute("vacuum full analyze interval_block, interval_month")?;
    }
    room(db, values)?;
    read_out(db, crowd, &zone, values)
}

/// The month from storage: added up for all, and asked for one by one.
fn read_out(db: &Db, crowd: Crowd, zone: &Zone, values: u64) -> Result<()> {
    let days = month()?;
    let hours = Hours::lay(days, crowd.minutes, zone, 4, period_of).context("whole hours")?;
    let months = around(zone, days);
    let all = ChannelId(1)..=ChannelId(crowd.meters);
    let mut sums = hours.sums();
    let (alike, took) = spent(|| {
        db.read(|tx| {
            let mut alike = true;
            each_month(tx, all.clone(), months, Known::ALL, |_, month, block| {
                alike &= hours.add(month, block, &mut sums);
                Ok(())
            })?;
            Ok(alike)
        })
    })?;
    ensure!(alike && u64::try_from(sums.values)? == values, "{} were added up", sums.values);
    say(format!("  use by period, from storage      {}", rates(values, &took)))?;
    floor_of_sums(db, crowd, &hours, months)?;
    point_reads(db, crowd, zone, days, months)
}

/// What a turn of the cycle does after the import, account after account: it looks for what to doubt,
/// and adds up what each agreement used.
fn month_of_all(db: &Db, crowd: Crowd, zone: &Zone, (values, import): (u64, Spent)) -> Result<()> {
    let at: Timestamp = "2026-07-01T12:00:00Z".parse()?;
    let (ran, looked) =
        spent(|| cycle::run(db, Actor::system(at), Cycle(1), cycle::Missing::Estimate))?;
    ensure!(i64::try_from(ran.accounts)? == crowd.meters, "{} were looked at", ran.accounts);
    ensure!(ran.filled == 0, "{} were filled, and nothing is missing", ran.filled);
    say(format!("  validation                       {}", rates(values, &looked)))?;
    say(format!("    of it doubted                  {}", ran.doubted))?;
    let ids: Vec<AccountId> = (1..=crowd.meters).map(AccountId).collect();
    let ((), used) = spent(|| {
        let mut agreements = 0;
        for some in ids.chunks(ACCOUNTS_PER_TRANSACTION) {
            let gathered = db.read(|tx| store::gather::accounts(tx, &ran.window, some))?;
            for service in gathered.iter().flat_map(|it| &it.services) {
                let used = usage(ran.window.period, zone, &service.measured);
                let used = used.map_err(|it| anyhow::anyhow!("{it:?}"))?;
                ensure!(0 < used.delivered.micro, "{} used nothing", service.point.id);
                agreements += 1;
            }
        }
        ensure!(agreements == crowd.meters, "{agreements} agreements used something");
        Ok(())
    })?;
    say(format!("  usage of each agreement          {}", rates(values, &used)))?;
    let all = Spent {
        wall: import.wall + looked.wall + used.wall,
        processor: import.processor + looked.processor + used.processor,
    };
    say(format!("  the month: import to usage       {}", rates(values, &all)))?;
    say(format!("  most memory of the month         {} MB", peak()?))
}

/// The blocks of some meters in memory: unpacked, and unpacked and added up.
fn floor_of_sums(db: &Db, crowd: Crowd, hours: &Hours, months: (Month, Month)) -> Result<()> {
    let mut packed = Vec::new();
    let some = ChannelId(1)..=ChannelId(crowd.meters.min(POINTS));
    db.read(|tx| {
        each_month(tx, some, months, Known::ALL, |_, month, block| {
            packed.push((month, meterbook_core::reads::pack(block)));
            Ok(())
        })
    })?;
    let mut block = meterbook_core::reads::Block::default();
    let mut values = 0;
    let ((), unpacking) = spent(|| {
        for (_, bytes) in &packed {
            unpack_into(bytes, &mut block)?;
            values += u64::try_from(block.values.len())?;
        }
        Ok(())
    })?;
    say(format!("  floor: unpacked in memory        {}", rates(values, &unpacking)))?;
    let mut sums = hours.sums();
    let ((), adding) = spent(|| {
        for (month, bytes) in &packed {
            unpack_into(bytes, &mut block)?;
            hours.add(*month, &block, &mut sums);
        }
        Ok(())
    })?;
    say(format!("  floor: and added up by period    {}", rates(values, &adding)))?;
    let mut blocks = Vec::new();
    for (_, bytes) in &packed {
        blocks.push(meterbook_core::reads::unpack(bytes)?);
    }
    let ((), packing) = spent(|| {
        blocks.iter().for_each(|it| drop(meterbook_core::reads::pack(it)));
        Ok(())
    })?;
    say(format!("  floor: packed in memory          {}", rates(values, &packing)))
}

/// One channel-month at a time, and the whole usage of one meter as its bill asks for it.
fn point_reads(
    db: &Db,
    crowd: Crowd,
    zone: &Zone,
    days: Period,
    months: (Month, Month),
) -> Result<()> {
    let nth = |it: i64| (it * 7_919).rem_euclid(crowd.meters) + 1;
    let month = months.0.next();
    let one = |it| {
        let channel = ChannelId(nth(it));
        let found = store::read::of_month(db, channel, month, Known::ALL)?;
        ensure!(found.is_some_and(|it| !it.micro.is_empty()), "channel {channel} has nothing");
        Ok(())
    };
    say(format!("  point read of a channel-month    {}", times(one)?))?;
    if let Raw::Postgres(mut client) = Raw::beside(db)? {
        let journey = times(|_| Ok(client.simple_query("").map(drop)?))?;
        say(format!("  floor: to the server and back    {journey}"))?;
        let statement = client
            .prepare("select bytes from interval_filed where channel_id = $1 and month = $2")?;
        let raw = times(|it| {
            let rows = client.query(&statement, &[&nth(it), &month.index()])?;
            ensure!(!rows.is_empty(), "channel {} has nothing", nth(it));
            Ok(())
        })?;
        say(format!("  floor: and with its bytes        {raw}"))?;
    }
    let whole = |it| {
        let point = ServicePointId(nth(it));
        let facts = db.read(|tx| store::gather::measured_at(tx, point, days, Known::ALL))?;
        let used = usage(days, zone, &facts).map_err(|it| anyhow::anyhow!("{it:?}"))?;
        ensure!(0 < used.delivered.micro, "{point} used nothing");
        Ok(())
    };
    say(format!("  a meter's usage, as a bill asks  {}", times(whole)?))
}

/// How long each of many takes, in order.
fn times(mut one: impl FnMut(i64) -> Result<()>) -> Result<String> {
    one(0)?;
    let mut all = Vec::new();
    for nth in 0..POINTS {
        let began = Instant::now();
        one(nth)?;
        all.push(began.elapsed());
    }
    all.sort_unstable();
    let at = |hundredths: usize| all[(all.len() * hundredths).div_euclid(100)];
    Ok(format!("p50 {:.1?}, p90 {:.1?}, p99 {:.1?}", at(50), at(90), at(99)))
}

/// The periods of a usual tariff.
fn period_of(wall: DateTime) -> usize {
    let weekday = wall.date().weekday().to_monday_zero_offset() < 5;
    match wall.hour() {
        14..20 if weekday => 0,
        7..14 | 20..22 if weekday => 1,
        7..22 => 2,
        _ => 3,
    }
}

/// The months of UTC with which something of these days may be filed.
fn around(zone: &Zone, days: Period) -> (Month, Month) {
    Month::around(zone.start_of(days.start()), zone.start_of(days.end()))
}

/// Bytes of a value: of the blocks alone, and of all that the engine keeps for them.
fn room(db: &Db, values: u64) -> Result<()> {
    let mut raw = Raw::beside(db)?;
    let pages = match &raw {
        Raw::Sqlite(_) => {
            "select cast(sum(pgsize) as text) from dbstat
             where name in ('interval_block', 'sqlite_autoindex_interval_block_1',
                            'interval_month', 'sqlite_autoindex_interval_month_1')"
        }
        Raw::Postgres(_) => {
            "select cast(pg_total_relation_size('interval_block')
                       + pg_total_relation_size('interval_month') as text)"
        }
    };
    let blocks = "select cast(sum(length(bytes)) as text) from interval_filed";
    let files = "select cast(sum(length(bytes)) as text) from batch_part";
    let mut of = |text| -> Result<String> {
        let bytes: u64 = raw.column(text)?.first().context("a sum has a row")?.parse()?;
        let thousandths = (bytes * 1000).div_euclid(values);
        Ok(format!("{}.{:03}", thousandths.div_euclid(1000), thousandths.rem_euclid(1000)))
    };
    say(format!(
        "  bytes of a value                 {}, of it blocks {}; the file that is kept {}",
        of(pages)?,
        of(blocks)?,
        of(files)?
    ))
}

fn utility() -> Utility {
    Utility {
        name: "Alder Creek Light".to_owned(),
        remit_to: vec!["PO Box 7".to_owned()],
        phone: "555-0100".to_owned(),
        site: "aldercreek.example".to_owned(),
        zone: "America/Chicago".to_owned(),
        currency: Currency::DOLLARS,
        footer: String::new(),
    }
}

fn scan(file: &Path) -> Result<Spent> {
    let mut from = std::fs::File::open(file)?;
    let mut some = vec![0; 1 << 20];
    let (lines, took) = spent(|| {
        let mut lines = 0_u64;
        loop {
            let read = from.read(&mut some)?;
            if read == 0 {
                return Ok(lines);
            }
            lines += some[..read].iter().map(|it| u64::from(*it == b'\n')).sum::<u64>();
        }
    })?;
    ensure!(0 < lines, "the file has lines");
    Ok(took)
}

/// What a piece of work took: time by the clock, and of all processors in this program.
struct Spent {
    wall: Duration,
    processor: Duration,
}

fn spent<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Spent)> {
    let (began, before) = (Instant::now(), processor()?);
    let done = work()?;
    Ok((done, Spent { wall: began.elapsed(), processor: processor()?.saturating_sub(before) }))
}

/// The processor time of this program, in hundredths of a second, as Linux counts it.
fn processor() -> Result<Duration> {
    let text = std::fs::read_to_string("/proc/self/stat").context("this is for Linux")?;
    let (_, fields) = text.rsplit_once(')').context("a name in parentheses")?;
    let ticks: u64 =
        fields.split_whitespace().skip(11).take(2).map(|it| it.parse::<u64>().unwrap_or(0)).sum();
    Ok(Duration::from_millis(ticks * 10))
}

/// The most memory this program had since [`forget_peak`], in MB.
fn peak() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/status").context("this is for Linux")?;
    let line = text.lines().find_map(|it| it.strip_prefix("VmHWM:")).context("a peak")?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok((kib * 1024).div_euclid(1_000_000))
}

fn forget_peak() {
    // Where it is not allowed the peak is that of the whole run.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Values a second, by the clock and by processor time.
fn rates(values: u64, spent: &Spent) -> String {
    let rate = |took: Duration| {
        let tenths =
            (u128::from(values) * 10_000).div_euclid(took.as_micros().max(1)).div_euclid(1_000);
        format!("{}.{}", tenths.div_euclid(10), tenths.rem_euclid(10))
    };
    format!(
        "{} M values/s, {} M for a second of processor ({spent})",
        rate(spent.wall),
        rate(spent.processor)
    )
}

impl Display for Spent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.2?}, processor {:.2?}", self.wall, self.processor)
    }
}

fn say(line: impl Display) -> Result<()> {
    writeln!(io::stdout().lock(), "{line}").context("nobody listens")
}
