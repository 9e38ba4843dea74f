//! Certificates, from a generator's meter to the file of its registry, and every slip on the way.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::Timestamp;
use meterbook_app::certificate::{self, NewGenerator, Report, Total};
use meterbook_app::intake::{Import, give_back, import};
use meterbook_app::{Actor, check};
use meterbook_checks::engines::{self, Raw};
use meterbook_core::certificate::{Election, Fuel, Owner, Registry, Serials, Vintage};
use meterbook_core::id::AgreementId;
use meterbook_core::meter::{Flow, Form};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::village::{self, DIALS};

const BACK: (Form, Flow) = (Form::Register { digits: 5 }, Flow::Received);
const KWH: i64 = 1_000_000;

fn month(text: &str) -> Vintage {
    Vintage::parse(text).unwrap()
}

fn serials(text: &str) -> Serials {
    Serials::parse(text).unwrap()
}

fn generator(number: &str) -> NewGenerator {
    NewGenerator {
        agreement: AgreementId(1),
        registry: Registry::MRets,
        number: number.to_owned(),
        unit: None,
        fuel: Fuel::Solar,
        flow: Flow::Received,
        nameplate_watts: Some(7_600),
        election: Election { from: month("2026-01"), owner: Owner::Customer },
    }
}

/// The village with a roof that is generator M805.
fn founded(db: &Db) {
    village::found(db);
    village::take_on(db, &village::customer("E-1", &[DIALS, BACK])).unwrap();
    db.write(|tx| certificate::add(tx, village::actor(), &generator("M805"))).unwrap();
}

fn report(db: &Db, vintage: &str, total: Total, kind: Report) -> Result<String> {
    let said = |tx: &mut store::Tx<'_>| {
        certificate::report(tx, village::actor(), "M805", month(vintage), (total, kind))
    };
    db.write(said).map(|it| certificate::told(&it))
}

fn put(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

fn lots(db: &Db) -> Vec<String> {
    let (_, _, lots) = db.read(|tx| certificate::show(tx, "M805")).unwrap();
    let said = |it: &meterbook_core::certificate::Lot| {
        format!("{} {} {} {}", it.vintage, it.serials, it.standing.word(), it.holder)
    };
    lots.iter().map(said).collect()
}

#[test]
fn from_the_meter_to_the_file_of_the_registry() {
    engines::each(|db, folder| {
        founded(db);
        let reads = "meter,date,index,flow\nE-1,2026-01-01,0,delivered\nE-1,2026-02-01,100,delivered\n\
                     E-1,2026-01-01,50,received\nE-1,2026-02-01,2750.5,received\n";
        let file = put(folder, "reads.csv", reads);
        let reads = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
        import(db, village::actor(), &reads, &mut |_| ()).unwrap();
        let said = report(db, "2026-01", Total::Metered, Report::First).unwrap();
        assert_eq!(said, "2026-01: 2700.5 kWh, 2 certificates made, 700.5 kWh left over");
        let said = report(db, "2026-02", Total::Said(3_300 * KWH), Report::First).unwrap();
        assert_eq!(said, "2026-02: 3300 kWh, 4 certificates made, 0.5 kWh left over");
        db.write(|tx| certificate::transfer(tx, village::actor(), "M805", serials("3-4"), "Co-op"))
            .unwrap();
        db.write(|tx| {
            let why = ("School", "RPS 2026");
            certificate::retire(tx, village::actor(), "M805", serials("4-5"), why)
        })
        .unwrap();
        let said = report(db, "2026-02", Total::Said(1_300 * KWH), Report::Adjustment).unwrap();
        // Two MWh too many, and one certificate of the month that can be taken back.
        assert_eq!(said, "2026-02: 1300 kWh in all, 6 taken back, -999.5 kWh left over");
        assert_eq!(
            lots(db),
            [
                "2026-01 1-2 active customer",
                "2026-02 3 transferred Co-op",
                "2026-02 4 retired Co-op",
                "2026-02 5 retired customer",
                "2026-02 6 withdrawn customer"
            ]
        );
        let upload = |vintage| db.read(|tx| certificate::file(tx, Registry::MRets, month(vintage)));
        assert_eq!(
            String::from_utf8(upload("2026-02").unwrap()).unwrap(),
            "805,805,02/2026,02/01/2026,02/28/2026,1.3,Adjustment\n"
        );
        assert_eq!(
            String::from_utf8(upload("2026-01").unwrap()).unwrap(),
            "805,805,01/2026,01/01/2026,01/31/2026,2.7005\n"
        );
        let why = village::says(&upload("2025-12").unwrap_err());
        assert!(why.contains("no generator of M-RETS is reported for 2025-12"), "{why}");
        assert!(check::check(db).unwrap().clean());
        let acts = db.read(|tx| store::audit::latest(tx, 3)).unwrap();
        let acts: Vec<&str> = acts.iter().map(|it| it.act.as_str()).collect();
        assert_eq!(acts, ["report generation", "retire certificates", "transfer certificates"]);
    });
}

#[test]
fn certificates_expire_once() {
    engines::each(|db, _| {
        founded(db);
        report(db, "2026-01", Total::Said(2_000 * KWH), Report::First).unwrap();
        let at: Timestamp = "2027-02-01T12:00:00Z".parse().unwrap();
        let expired = |months| {
            db.write(|tx| certificate::expire(tx, Actor::system(at), "M805", months)).unwrap()
        };
        assert_eq!(expired(13), []);
        assert_eq!(expired(12), [serials("1-2")]);
        assert_eq!(expired(12), []);
        assert_eq!(lots(db), ["2026-01 1-2 expired customer"]);
    });
}

#[test]
fn what_the_meters_do_not_say_is_not_reported() {
    engines::each(|db, folder| {
        founded(db);
        let why = report(db, "2026-01", Total::Metered, Report::First).unwrap_err();
        let why = village::says(&why);
        assert!(why.contains("the meters do not say what was made in 2026-01"), "{why}");
        let reads = "meter,date,index,flow,kind\nE-1,2026-01-01,0,delivered,actual\n\
                     E-1,2026-02-01,100,delivered,actual\nE-1,2026-01-01,50,received,actual\n\
                     E-1,2026-02-01,2750,received,estimated\n";
        let file = put(folder, "reads.csv", reads);
        let reads = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
        import(db, village::actor(), &reads, &mut |_| ()).unwrap();
        let why = report(db, "2026-01", Total::Metered, Report::First).unwrap_err();
        assert!(village::says(&why).contains("meter E-1 has estimates in 2026-01"), "{why}");
        assert_eq!(lots(db), Vec::<String>::new());
    });
}

#[test]
fn a_service_without_a_channel_for_it_is_said() {
    engines::each(|db, folder| {
        village::found(db);
        village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
        db.write(|tx| certificate::add(tx, village::actor(), &generator("M805"))).unwrap();
        let text = "meter,date,index\nE-1,2026-01-01,0\nE-1,2026-02-01,2100\n";
        let file = put(folder, "reads.csv", text);
        let reads = Import { file: &file, shape: None, zone: None, meter: None, rejects: folder };
        import(db, village::actor(), &reads, &mut |_| ()).unwrap();
        let why = report(db, "2026-01", Total::Metered, Report::First).unwrap_err();
        assert!(village::says(&why).contains("no channel there counts what is received"), "{why}");
        // The same meter as a generation meter: it counts forward what is made.
        let made = NewGenerator { flow: Flow::Delivered, ..generator("M806") };
        let minted = db.write(|tx| {
            certificate::add(tx, village::actor(), &made)?;
            let what = (Total::Metered, Report::First);
            certificate::report(tx, village::actor(), "M806", month("2026-01"), what)
        });
        assert_eq!(minted.unwrap().minted, 2);
    });
}

#[test]
fn a_generator_is_registered_once_and_rightly() {
    engines::each(|db, _| {
        founded(db);
        let refused = |new: &NewGenerator| {
            let why = db.write(|tx| certificate::add(tx, village::actor(), new)).unwrap_err();
            village::says(&why)
        };
        assert!(refused(&generator("M805")).contains("there is a generator M805 already"));
        assert!(refused(&generator("805")).contains("such as M805"));
        let wregis = NewGenerator { registry: Registry::Wregis, ..generator(" ") };
        assert!(refused(&wregis).contains("a number at WREGIS"));
        let reactive = NewGenerator { flow: Flow::Reactive, ..generator("M1") };
        assert!(refused(&reactive).contains("reactive energy is not generated"));
        let nothing = NewGenerator { nameplate_watts: Some(0), ..generator("M1") };
        assert!(refused(&nothing).contains("a nameplate is above zero"));
        let why = db.read(|tx| certificate::show(tx, "M9")).unwrap_err();
        assert!(village::says(&why).contains("there is no generator M9"));
        let why =
            db.read(|tx| certificate::file(tx, Registry::Gats, month("2026-01"))).unwrap_err();
        assert!(village::says(&why).contains("the upload of PJM-GATS is not known"));
    });
}

#[test]
fn an_owner_is_elected_for_months_that_are_not_reported() {
    engines::each(|db, _| {
        founded(db);
        let elect = |from| {
            let election = Election { from: month(from), owner: Owner::Utility };
            db.write(|tx| certificate::elect(tx, village::actor(), "M805", election))
        };
        report(db, "2026-02", Total::Said(1_000 * KWH), Report::First).unwrap();
        let says = |from| village::says(&elect(from).unwrap_err());
        assert!(says("2026-01").contains("the owner is elected from 2026-01 on already"));
        assert!(says("2026-02").contains("months up to 2026-02 are reported"));
        elect("2026-03").unwrap();
        let (_, book, _) = db.read(|tx| certificate::show(tx, "M805")).unwrap();
        assert_eq!(book.owner(month("2026-02")), Some(Owner::Customer));
        assert_eq!(book.owner(month("2026-04")), Some(Owner::Utility));
    });
}

#[test]
fn a_clerk_makes_and_moves_no_certificates() {
    engines::each(|db, _| {
        founded(db);
        for (name, role, may) in
            [("ana", "clerk", false), ("bo", "auditor", false), ("cy", "administrator", true)]
        {
            let actor = with_role(db, name, role);
            let done = db.write(|tx| certificate::expire(tx, actor, "M805", 12));
            assert_eq!(done.is_ok(), may, "{name}");
            let Err(why) = done else { continue };
            assert!(village::says(&why).contains("comes with keep-certificates"), "{why}");
            let what = (Total::Said(KWH), Report::First);
            let election = Election { from: month("2026-05"), owner: Owner::Utility };
            let why = ("School", "RPS");
            let all: [Result<()>; 5] = [
                db.write(|tx| certificate::add(tx, actor, &generator("M1")).map(|_| ())),
                db.write(|tx| certificate::elect(tx, actor, "M805", election)),
                db.write(|tx| {
                    certificate::report(tx, actor, "M805", month("2026-01"), what).map(|_| ())
                }),
                db.write(|tx| {
                    certificate::transfer(tx, actor, "M805", serials("1"), "A").map(|_| ())
                }),
                db.write(|tx| {
                    certificate::retire(tx, actor, "M805", serials("1"), why).map(|_| ())
                }),
            ];
            for refused in all {
                assert!(
                    village::says(&refused.unwrap_err()).contains("comes with keep-certificates")
                );
            }
        }
    });
}

#[test]
fn a_file_of_totals_is_taken_once_and_its_rejects_come_back() {
    engines::each(|db, folder| {
        founded(db);
        let text = "generator,vintage,mwh,adjustment\nM805,01/2026,2.7,\nM805,01/2026,3,\n\
                    M805,01/2026,3,Adjustment\nM9,01/2026,1,\nM805,02/2026,\"1,5\",\n";
        let file = put(folder, "totals.csv", text);
        let taken = certificate::import(db, village::actor(), &file, folder).unwrap();
        assert_eq!((taken.batch.accepted, taken.batch.rejected, taken.before), (2, 3, false));
        let first = taken.first.unwrap();
        assert!(first.contains("line 3: 2026-01 is reported with 2700 kWh"), "{first}");
        assert_eq!(lots(db), ["2026-01 1-3 active customer"]);
        let rejects = taken.rejects.unwrap();
        let says = std::fs::read_to_string(&rejects).unwrap();
        assert!(says.starts_with("generator,vintage,mwh,adjustment,reject_reason\n"), "{says}");
        assert!(says.contains("M805,02/2026,\"1,5\",,\"line 6: 1,5 is no number of MWh"), "{says}");
        std::fs::remove_file(&rejects).unwrap();
        let back = give_back(db, taken.batch.id, folder).unwrap();
        assert_eq!(std::fs::read_to_string(back).unwrap(), says);
        assert!(certificate::import(db, village::actor(), &file, folder).unwrap().before);
        assert!(check::check(db).unwrap().clean());
        let file = put(folder, "other.csv", "meter,date\n");
        let why = certificate::import(db, village::actor(), &file, folder).unwrap_err();
        assert!(village::says(&why).contains("other.csv: the file has no column generator"));
    });
}

#[test]
fn check_finds_what_was_written_behind_the_back_of_the_books() {
    engines::each(|db, _| {
        founded(db);
        report(db, "2026-01", Total::Said(2_000 * KWH), Report::First).unwrap();
        assert!(check::check(db).unwrap().clean());
        Raw::beside(db)
            .unwrap()
            .run("insert into generation values (1, 1, '2026-02-01', 900000000, 0, 'said', 0)")
            .unwrap();
        let report = check::check(db).unwrap();
        let rule = report.rules.iter().find(|it| it.name == "certificates").unwrap();
        assert_eq!(rule.examined, 1);
        assert_eq!(
            rule.faults,
            ["generator M805: report 2 of 2026-02 has 900 kWh to settle and settles 0"]
        );
    });
}

#[test]
fn months_that_are_reported_at_once_settle_one_after_the_other() {
    engines::each(|db, _| {
        founded(db);
        let election = Election { from: month("2025-01"), owner: Owner::Utility };
        let new = NewGenerator { election, ..generator("M807") };
        db.write(|tx| certificate::add(tx, village::actor(), &new)).unwrap();
        std::thread::scope(|at_once| {
            for nth in 1..=8 {
                at_once.spawn(move || {
                    let what = (Total::Said(700 * KWH), Report::First);
                    let vintage = month(&format!("2025-{nth:02}"));
                    db.write(|tx| certificate::report(tx, village::actor(), "M807", vintage, what))
                        .unwrap();
                });
            }
        });
        let (_, book, lots) = db.read(|tx| certificate::show(tx, "M807")).unwrap();
        assert_eq!((book.reports.len(), book.remainder_micro()), (8, 600 * KWH));
        assert_eq!(lots.iter().map(|it| it.serials.count()).sum::<i64>(), 5);
        assert!(check::check(db).unwrap().clean());
    });
}
