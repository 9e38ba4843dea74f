//! Kills the program while it imports a long wide file, again and again: the next import goes on, and
//! in the end every value is there once, as if nobody had disturbed it.

#![expect(clippy::print_stdout, reason = "a test says what it skipped and what it saw")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::date;
use meterbook_app::meter::NewChannel;
use meterbook_app::sign_up::{NewService, SignUp, sign_up};
use meterbook_app::{Actor, founding, tariff};
use meterbook_checks::engines::Lent;
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::bill::Utility;
use meterbook_core::currency::Currency;
use meterbook_core::id::ChannelId;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::period::Period;
use meterbook_core::person::{Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_core::reads::{Block, Month};
use meterbook_store::bill::Known;
use meterbook_store::{self as store, Db, Location};
use serde_json::Value;

/// Rounds when nobody says how many: `METERBOOK_KILLS` does.
const ROUNDS: u32 = 3;
/// Meters, each with a month of hours.
const METERS: i64 = 40;
/// Bytes of a part: the file has some twenty of them.
const PART: &str = "10000";

const TARIFF: &str = "tariff R-1 half-up\nname       Residential service\ncommodity  electric kWh\n\
                      from       2026-01-01\n\nvolume  Energy            0.12\n";

/// The program, and the utility it works for.
struct Program<'a> {
    path: &'a Path,
    folder: &'a Path,
    url: Option<&'a str>,
    file: &'a Path,
}

impl Program<'_> {
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(self.path);
        command.env_remove("METERBOOK_DIR").env_remove("METERBOOK_DB");
        command.arg("--dir").arg(self.folder).args(words).stdin(Stdio::null());
        if let Some(url) = self.url {
            command.args(["--db", url]);
        }
        command
    }

    fn import(&self) -> Command {
        let mut command = self.command(&["import", "--part-bytes", PART, "--json"]);
        command.arg(self.file);
        command
    }

    /// The JSON that a command prints.
    fn told(mut command: Command) -> Value {
        let ended = command.output().expect("the program can be started");
        let said = String::from_utf8_lossy(&ended.stdout);
        let last = said.trim_end().lines().next_back().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|why| {
            let complaint = String::from_utf8_lossy(&ended.stderr);
            panic!("it ended with {} and said {last} ({why})\n{complaint}", ended.status)
        })
    }

    /// Begins an import and kills it after `wait`; whether it was still running then.
    fn cut_off(&self, wait: Duration) -> bool {
        let mut command = self.import();
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child: Child = command.spawn().expect("the program can be started");
        std::thread::sleep(wait);
        let running = child.try_wait().expect("a child can be asked").is_none();
        child.kill().expect("a child can be killed");
        child.wait().expect("a child that was killed ends");
        running
    }
}

/// Founds a utility with the meters, and says how many parts of the file can be there.
fn found(db: &Db) {
    let at: Timestamp = "2026-03-10T12:00:00Z".parse().expect("it is an instant");
    let utility = Utility {
        name: "Alder Creek Light".to_owned(),
        remit_to: vec!["PO Box 7".to_owned()],
        phone: "555-0100".to_owned(),
        site: "aldercreek.example".to_owned(),
        zone: "America/Chicago".to_owned(),
        currency: Currency::DOLLARS,
        footer: String::new(),
    };
    db.write(|tx| {
        founding::found(tx, Actor::system(at), &utility)?;
        tariff::publish(tx, Actor::system(at), TARIFF)?;
        (1..=METERS).try_for_each(|nth| sign_up(tx, Actor::system(at), &customer(nth)).map(drop))
    })
    .expect("a utility can be founded");
}

fn customer(nth: i64) -> SignUp {
    let form = Form::Interval { minutes: 60 };
    let (unit, flow, multiplier_micro) = (Unit::Kwh, Flow::Delivered, 1_000_000);
    SignUp {
        name: format!("Rosa Quill {nth}"),
        kind: PersonKind::Individual,
        class: CustomerClass::Residential,
        language: Language::English,
        phone: None,
        email: None,
        street: format!("{nth} Mill St"),
        town: "Alder Creek".to_owned(),
        region: "IL 60000".to_owned(),
        cycle: Cycle(1),
        from: date(2026, 1, 1),
        services: vec![NewService {
            commodity: Commodity::Electric,
            tariff: "R-1".to_owned(),
            serial: format!("E-{nth}"),
            channels: vec![NewChannel { form, unit, flow, multiplier_micro }],
        }],
    }
}

/// May of all meters, day after day, so that every part has something of every channel.
fn text() -> String {
    let hours: Vec<String> = (0..24).map(|it| format!("{it:02}:00")).collect();
    let mut text = format!("meter,date,{}\n", hours.join(","));
    for day in Period::month(2026, 5).expect("May has days").each_day() {
        for meter in 1..=METERS {
            write!(text, "E-{meter},{day}").expect("memory takes all");
            for hour in 0..24 {
                let wh = (meter * 31 + i64::from(day.day()) * 7 + hour * 13).rem_euclid(900) + 100;
                write!(text, ",0.{wh:03}").expect("memory takes all");
            }
            text.push('\n');
        }
    }
    text
}

/// All that is known of all channels, and in how many batches it came.
fn known(at: &Location) -> (Vec<(ChannelId, Month, Block)>, usize) {
    let db = Db::open(at).expect("the database is there");
    let first = Month::from_index(0).expect("January 1970");
    let last = Month::from_index(12 * 100).expect("January 2070");
    let mut all = Vec::new();
    let read = db.read(|tx| {
        let channels = ChannelId(1)..=ChannelId(METERS);
        store::read::each_month(
            tx,
            channels,
            (first, last),
            Known::ALL,
            |channel, month, block| {
                all.push((channel, month, block.clone()));
                Ok(())
            },
        )?;
        store::batch::all(tx)
    });
    (all, read.expect("it can be read").len())
}

fn rounds() -> u32 {
    let said = std::env::var("METERBOOK_KILLS").ok();
    said.map_or(ROUNDS, |it| it.parse().expect("METERBOOK_KILLS is a number"))
}

/// Goes through all rounds; `place` is where the utility of a round is to be.
fn torment(folder: &Path, place: &mut dyn FnMut(u32) -> Location) {
    let Some(path) = std::env::var_os("METERBOOK_BIN").map(PathBuf::from) else {
        println!("skipped: METERBOOK_BIN names no program; `cargo xtask kill` does");
        return;
    };
    let file = folder.join("may.csv");
    std::fs::write(&file, text()).expect("a file is written");
    let (mut calm, mut cut) = (None, 0);
    let mut chance = 0x9E37_79B9_7F4A_7C15_u64;
    for round in 0..=rounds() {
        let at = place(round);
        found(&Db::create(&at).expect("a new database"));
        let (home, url) = match &at {
            Location::Sqlite(file) => (file.parent().expect("it is in a folder"), None),
            Location::Postgres(url) => (folder, Some(url.as_str())),
        };
        let program = Program { path: &path, folder: home, url, file: &file };
        let Some((took, all)) = &calm else {
            // The first round is not disturbed.
            let began = Instant::now();
            let imported = Program::told(program.import());
            assert_eq!(imported["accepted"], METERS * 31 * 24, "{imported}");
            calm = Some((began.elapsed(), known(&at)));
            continue;
        };
        // A moment in this round's share of the time, and another one in what is left of it.
        chance = chance.rotate_left(23).wrapping_mul(0xD120_2E8F_86A5_1E1D);
        let within = u32::try_from(chance.rem_euclid(1000)).expect("less than a thousand");
        let share = *took / rounds();
        cut += u32::from(program.cut_off(share * (round - 1) + share / 1000 * within));
        cut += u32::from(program.cut_off(*took / 2));
        let imported = Program::told(program.import());
        assert_eq!(imported["accepted"], METERS * 31 * 24, "round {round}: {imported}");
        assert!(known(&at) == *all, "round {round} ended with other values or batches");
        let checked = Program::told(program.command(&["check", "--json"]));
        assert_eq!(checked["clean"], Value::Bool(true), "round {round}: {checked:#}");
        assert_eq!(Program::told(program.import())["before"], Value::Bool(true));
    }
    println!("{} rounds, {cut} imports cut off", rounds());
    assert!(0 < cut, "no import was cut off while it ran");
}

#[test]
fn an_import_that_is_killed_ends_as_if_it_had_not_been() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    torment(folder.path(), &mut |round| {
        let home = folder.path().join(round.to_string());
        std::fs::create_dir(&home).expect("a folder is made");
        Location::Sqlite(home.join("meterbook.db"))
    });
}

#[test]
fn so_does_one_on_postgresql() {
    let Ok(server) = std::env::var("METERBOOK_TEST_POSTGRES") else {
        println!("skipped on PostgreSQL: METERBOOK_TEST_POSTGRES is not set");
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut lent = Vec::new();
    torment(folder.path(), &mut |_| {
        let one = Lent::new(&server).expect("the tests' server makes a database");
        let at = Location::Postgres(one.url().to_owned());
        lent.push(one);
        at
    });
}
