//! The same turn billed and drawn four times: on SQLite and on PostgreSQL, by one process and by three
//! that share it. Bills with their lines and what they were made of, the journal, and every page must
//! be the same to the byte.
//!
//! The gate takes a small turn and draws few of its bills; `cargo xtask parallel` takes 10,000.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use meterbook_app::intake::{self, Import};
use meterbook_app::meter::NewChannel;
use meterbook_app::sign_up::{NewService, SignUp, sign_up};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Actor, founding, tariff};
use meterbook_checks::engines::Raw;
use meterbook_checks::program::{Program, Sample, killed};
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::bill::Utility;
use meterbook_core::id::BillId;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::period::Period;
use meterbook_core::person::{Language, PersonKind};
use meterbook_core::place::Commodity;
use meterbook_store::{self as store, Db};

/// Customers when nobody says how many: `METERBOOK_PARALLEL` does. They are more than one job of a run
/// and fewer than three.
const CUSTOMERS: i64 = 520;
/// Each of so many has no read at the end of the turn, and is held.
const UNREAD: i64 = 40;
/// Bills that the gate draws.
const DRAWN: usize = 4;
/// Where they are, in the utility's folder.
const DRAWN_IN: &str = "bills/2026-02-02";

const ELECTRIC: &str = "tariff R-1 half-up\nname       Residential service\ncommodity  electric kWh\n\
    from       2026-01-01\n\nmonthly Service charge  11.25\nblocks  Energy  0.1184 to 500, 0.1392\n\
    volume  Fuel  0.0123\ntax     City tax  3.5%\n";
const WATER: &str = "tariff W-1 half-up\nname       Water\ncommodity  water kgal\n\
    from       2026-01-01\n\nmonthly Meter charge  6.80\nvolume  Water  4.15\n";

fn actor() -> Actor {
    let at: Timestamp = "2026-02-03T12:00:00Z".parse().expect("it is an instant");
    Actor::system(at)
}

/// Founds a utility with so many customers, their reads and a turn in January that is to be billed.
fn found(utility: &Program, customers: i64) {
    fs::create_dir(&utility.folder).expect("it is new");
    let db = Db::create(&utility.location()).expect("a new database");
    let of = Utility {
        name: "Alder Creek Light".to_owned(),
        remit_to: vec!["PO Box 7".to_owned()],
        phone: "555-0100".to_owned(),
        site: "aldercreek.example".to_owned(),
        zone: "America/Chicago".to_owned(),
        footer: String::new(),
    };
    db.write(|tx| {
        founding::found(tx, actor(), &of)?;
        tariff::publish(tx, actor(), ELECTRIC)?;
        tariff::publish(tx, actor(), WATER)?;
        let period = Period::month(2026, 1).expect("January has days");
        let (billed_on, due_on) = (date(2026, 2, 2), date(2026, 2, 23));
        window::plan(tx, actor(), Cycle(1), &[NewWindow { period, billed_on, due_on }])
    })
    .expect("a utility can be founded");
    for some in (1..=customers).collect::<Vec<_>>().chunks(500) {
        db.write(|tx| {
            some.iter().try_for_each(|it| sign_up(tx, actor(), &customer(*it)).map(drop))
        })
        .expect("customers can sign up");
    }
    read(&db, &utility.folder, customers, date(2026, 1, 1));
    read(&db, &utility.folder, customers, date(2026, 2, 1));
}

/// One of three speaks Spanish, one of four has water as well.
fn customer(nth: i64) -> SignUp {
    let service = |commodity, tariff: &str, letter: char, unit| {
        let (form, flow) = (Form::Register { digits: 5 }, Flow::Delivered);
        NewService {
            commodity,
            tariff: tariff.to_owned(),
            serial: format!("{letter}-{nth}"),
            channels: vec![NewChannel { form, unit, flow, multiplier_micro: 1_000_000 }],
        }
    };
    let mut services = vec![service(Commodity::Electric, "R-1", 'E', Unit::Kwh)];
    if nth % 4 == 0 {
        services.push(service(Commodity::Water, "W-1", 'W', Unit::Kgal));
    }
    SignUp {
        name: format!("Customer {nth}"),
        kind: PersonKind::Individual,
        class: CustomerClass::Residential,
        language: if nth % 3 == 0 { Language::Spanish } else { Language::English },
        phone: None,
        email: None,
        street: format!("{nth} Mill St"),
        town: "Alder Creek".to_owned(),
        region: "IL 60000".to_owned(),
        cycle: Cycle(1),
        from: date(2026, 1, 1),
        services,
    }
}

/// What every meter shows on a day.
fn read(db: &Db, folder: &Path, customers: i64, day: Date) {
    let mut text = "meter,date,read,kind\n".to_owned();
    let months = i64::from(day.month() - 1);
    for nth in 1..=customers {
        if months == 0 || nth % UNREAD != 0 {
            let (electric, water) = (months * (nth * 37 % 1900), months * (nth * 11 % 17));
            writeln!(text, "E-{nth},{day},{electric},actual").expect("memory takes all");
            if nth % 4 == 0 {
                writeln!(text, "W-{nth},{day},{water},actual").expect("memory takes all");
            }
        }
    }
    let file = folder.join("reads.csv");
    fs::write(&file, text).expect("a file is written");
    let wanted = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
    intake::import(db, actor(), &wanted, &mut |_| ()).expect("reads can be imported");
}

/// Bills the turn, in so many processes.
fn bill(utility: &Program, processes: usize) {
    let mut beside: Vec<_> = (1..processes).map(|_| utility.begun(&["worker"])).collect();
    let told = utility.told(&["bill", "run", "--next", "--json"]);
    beside.iter_mut().for_each(|it| assert!(killed(it), "a worker works until it is stopped"));
    assert!(told["billed"].as_u64() > Some(0), "{told}");
}

/// Every bill with its lines and what they were made of, and the journal, as texts.
fn written(utility: &Program) -> [Vec<String>; 2] {
    let db = Db::open(&utility.location()).expect("the books can be opened");
    let mut raw = Raw::beside(&db).expect("the books can be opened");
    let ids = raw.column("select cast(id as text) from bill order by bill.id").expect("bills");
    let ids = ids.iter().map(|it| BillId(it.parse().expect("a number")));
    let bill =
        |it: BillId| format!("{:?}", db.read(|tx| store::bill::get(tx, it)).expect("a bill"));
    let journal = "
        select cast(e.id as text) || '|' || e.kind || '|' || e.effective_on || '|' || e.key || '|' ||
            e.text || '|' || cast(p.position as text) || '|' || p.gl || '|' ||
            coalesce(cast(p.account_id as text), '') || '|' || cast(p.amount_cents as text)
        from entry e join posting p on p.entry_id = e.id order by e.id, p.position";
    [ids.map(bill).collect(), raw.column(journal).expect("a journal")]
}

/// Draws the bills, all or the first few.
fn draw(utility: &Program, all: bool) -> BTreeSet<PathBuf> {
    if all {
        utility.done(&["bill", "render", "--cycle", "1"]);
    } else {
        let numbers = utility.column("select number from bill order by number");
        for number in numbers.iter().take(DRAWN) {
            utility.done(&["bill", "render", "--bill", number]);
        }
    }
    let folder = utility.folder.join(DRAWN_IN);
    let files = fs::read_dir(&folder).expect("bills were drawn");
    files.map(|it| PathBuf::from(it.expect("a bill").file_name())).collect()
}

#[test]
fn one_process_and_three_on_both_engines_write_and_draw_the_same() {
    let said = std::env::var("METERBOOK_PARALLEL").ok();
    let customers = said.as_ref().map_or(CUSTOMERS, |it| it.parse().expect("a number"));
    let mut samples = [Sample::in_a_file(), Sample::on_postgres("parallel")];
    // The first stays until all others were compared with it.
    let mut first: Option<(Program, [Vec<String>; 2], BTreeSet<PathBuf>)> = None;
    for sample in samples.iter_mut().flatten() {
        found(&sample.program, customers);
        for processes in [1, 3] {
            let engine = if sample.is_on_postgres() { "PostgreSQL" } else { "SQLite" };
            let name = format!("{engine}, {processes} processes");
            let utility = sample.copy(&format!("by{processes}"));
            let began = Instant::now();
            bill(&utility, processes);
            let billed = began.elapsed();
            let books = written(&utility);
            let began = Instant::now();
            let files = draw(&utility, said.is_some());
            println!(
                "{name}: {} bills, {} postings in {billed:.1?}; {} files drawn in {:.1?}",
                books[0].len(),
                books[1].len(),
                files.len(),
                began.elapsed()
            );
            let Some((calm, wanted, drawn)) = &first else {
                let held = customers.div_euclid(UNREAD);
                assert_eq!(i64::try_from(books[0].len()), Ok(customers - held));
                assert!(2 * books[0].len() <= books[1].len(), "each has two postings and more");
                first = Some((utility, books, files));
                continue;
            };
            for (ours, theirs) in wanted.iter().flatten().zip(books.iter().flatten()) {
                assert_eq!(ours, theirs, "{name}");
            }
            assert!(*wanted == books, "{name}");
            assert_eq!(*drawn, files, "{name}");
            for file in files {
                let read = |it: &Program| fs::read(it.folder.join(DRAWN_IN).join(&file));
                let [ours, theirs] = [calm, &utility].map(|it| read(it).expect("a file"));
                assert!(ours == theirs, "{}: {name}", file.display());
            }
            sample.clear(utility);
        }
    }
}
