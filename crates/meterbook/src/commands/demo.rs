//! `demo`: make a sample utility and show it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use anyhow::Result;
use meterbook_app::demo::{self, Made, Step};
use meterbook_app::{deliver, session, staff};
use meterbook_core::bill::run::Standing;
use meterbook_core::money::Money;
use meterbook_core::text::counted;
use meterbook_store::{self as store, Db};

use super::serve::LastBills;
use crate::args::{Demo, Place};
use crate::say;

/// Who may sign in to the sample utility.
const USER: &str = "demo";
/// The console of a sample is for this machine.
const HOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub(crate) fn demo(place: &Place, args: &Demo) -> Result<()> {
    let db = super::create(place)?;
    if let Some(utility) = db.read(store::utility::find)? {
        if !args.no_serve {
            say::line(format_args!("{} is in {} already", utility.name, place.dir.display()));
            return super::serve::console(
                db,
                place,
                (HOST, args.port),
                !args.no_open,
                LastBills::Leave,
            );
        }
        return Err(super::said(format!(
            "{} is in {} already; look at it with: meterbook serve, or make another one with --dir",
            utility.name,
            place.dir.display()
        )));
    }
    let password = match std::env::var("METERBOOK_DEMO_PASSWORD") {
        Ok(password) => password,
        Err(_) => session::token()?[..16].to_owned(),
    };
    let (by, _) = staff::add(&db, super::actor(), USER, "administrator", &password)?;
    let wanted = demo::Demo {
        customers: usize::try_from(args.customers)?,
        seed: args.seed,
        leave_open: args.leave_open.then(|| super::actor().at),
    };
    let mut stages = Stages::new();
    let made = demo::make(&db, &place.dir, Some(by), wanted, &mut |step, done, all| {
        stages.show(step, done, all);
    })?;
    let took = stages.end();
    let drawn = draw(&db, place, &made)?;
    say(&db, args, &made, &took)?;
    say::line(drawn);
    say::line(format_args!("sign in as {USER} with the password {password}"));
    if args.no_serve {
        return Ok(());
    }
    super::serve::console(db, place, (HOST, args.port), !args.no_open, LastBills::Leave)
}

/// Draws the bills of the newest turn that is billed, and says so.
fn draw(db: &Db, place: &Place, made: &Made) -> Result<String> {
    let Some(newest) = made.standings.last() else { return Ok("no bills to draw".to_owned()) };
    let bills = db.read(|tx| store::bill::newest_of_cycle(tx, newest.cycle))?;
    let folder = place.dir.join("bills");
    let began = Instant::now();
    let mut bar = say::Bar::new();
    let all = u64::try_from(bills.len())?;
    let drawn =
        deliver::render(db, &bills, &folder, &mut |done| bar.show("bills drawn", done, all))?;
    drop(bar);
    if let Some(first) = drawn.left.into_iter().next() {
        return Err(first.into());
    }
    let seconds = began.elapsed().as_secs_f64();
    Ok(format!(
        "{} of cycle {} drawn and read back in {seconds:.1} s, in {}",
        counted(all, "bill"),
        newest.cycle,
        folder.display()
    ))
}

/// Time spent on each step. Steps alternate, so the time between two words counts for the later.
struct Stages {
    bar: say::Bar,
    began: Instant,
    last: Instant,
    took: BTreeMap<Step, Duration>,
}

impl Stages {
    fn new() -> Stages {
        let now = Instant::now();
        Stages { bar: say::Bar::new(), began: now, last: now, took: BTreeMap::new() }
    }

    fn show(&mut self, step: Step, done: u64, all: u64) {
        let now = Instant::now();
        *self.took.entry(step).or_default() += now - self.last;
        self.last = now;
        let stage = match step {
            Step::Settle => "customers moved in",
            Step::Write | Step::Import => "cycles imported",
            Step::Check | Step::Post | Step::Pay => "turns billed",
        };
        if step != Step::Pay && step != Step::Write {
            self.bar.show(stage, done, all);
        }
    }

    fn end(mut self) -> (Duration, BTreeMap<Step, Duration>) {
        self.bar.end();
        (self.began.elapsed(), self.took)
    }
}

fn say(
    db: &Db,
    args: &Demo,
    made: &Made,
    (all, took): &(Duration, BTreeMap<Step, Duration>),
) -> Result<()> {
    let sum = |of: fn(&Standing) -> i64| made.standings.iter().map(of).sum::<i64>();
    let billed: Money = made.standings.iter().map(|it| it.total).sum();
    let rate = |count: i64, step: Step| {
        let seconds = took.get(&step).map_or(0.0, Duration::as_secs_f64);
        format!("{count:>12} {:>9.1} s", seconds)
    };
    let agreements = sum(|it| it.population);
    say::line(format_args!("{}, seed {}", counted(args.customers, "customer"), args.seed));
    say::line(format_args!(
        "  customers moved in        {}",
        rate(i64::from(args.customers), Step::Settle)
    ));
    say::line(format_args!("  files of reads written    {}", rate(made.imported, Step::Write)));
    say::line(format_args!("  values and reads imported {}", rate(made.imported, Step::Import)));
    say::line(format_args!("  agreements rated, checked {}", rate(agreements, Step::Check)));
    say::line(format_args!(
        "  agreements posted         {}",
        rate(sum(|it| it.billed), Step::Post)
    ));
    let payments = db.read(store::payment::count)?;
    say::line(format_args!("  payments posted           {}", rate(payments, Step::Pay)));
    say::line(format_args!("  altogether                {:>12} {:>9.1} s", "", all.as_secs_f64()));
    say::line(format_args!(
        "{}: {} = {} billed + {} held + {} exempt; bills come to {billed}",
        counted(made.standings.len(), "turn"),
        counted(agreements, "agreement"),
        sum(|it| it.billed),
        sum(|it| it.held),
        sum(|it| it.exempt),
    ));
    if let Some(cycle) = made.left {
        say::line(format_args!(
            "the newest turn, of cycle {cycle}, is open: meterbook bill run --next"
        ));
    }
    Ok(())
}
