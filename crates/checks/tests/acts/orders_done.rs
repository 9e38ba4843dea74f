//! Field orders from the crew back to the books: reads, exchanged meters, photos, whether it flows;
//! what a crew cannot have seen is refused before anything is changed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_app::check;
use meterbook_app::intake;
use meterbook_app::intake::orders::import;
use meterbook_app::meter::NewChannel;
use meterbook_app::order::completion::{Completion, FieldRead, SetMeter, complete};
use meterbook_app::order::{self, NewOrder, Where, day};
use meterbook_checks::engines;
use meterbook_core::crew::Crew;
use meterbook_core::id::{ChannelId, OrderId, PremiseId, ServicePointId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::order::{Connected, OrderKind, State};
use meterbook_core::reads::{Read, ReadKind};
use meterbook_store::order::Which;
use meterbook_store::{self as store, Db};

use crate::orders::{POINT, TODAY, actor, add, found, give, plain, state};
use crate::village::{self, DIALS};

pub(crate) fn nothing() -> Completion {
    Completion {
        on: TODAY,
        found: String::new(),
        reads: Vec::new(),
        removed: None,
        set: None,
        photos: Vec::new(),
    }
}

fn read(meter: &str, index: i64) -> FieldRead {
    let index_micro = index * 1_000_000;
    FieldRead { meter: meter.to_owned(), unit: None, flow: None, index_micro }
}

fn set(serial: &str, digits: &[u8]) -> Option<SetMeter> {
    let one = |&digits: &u8| NewChannel {
        form: Form::Register { digits },
        unit: Unit::Kwh,
        flow: Flow::Delivered,
        multiplier_micro: 1_000_000,
    };
    Some(SetMeter { serial: serial.to_owned(), channels: digits.iter().map(one).collect() })
}

fn done(db: &Db, id: OrderId, done: &Completion) -> Result<()> {
    db.write(|tx| complete(tx, actor(), id, done))
}

/// An order that a crew has today.
fn given(db: &Db, crew: &Crew, kind: OrderKind) -> OrderId {
    let id = plain(db, kind);
    give(db, id, crew, TODAY).unwrap();
    id
}

/// The utility, its crew, and a read of 41,230 on the tenth of February.
fn found_and_read(db: &Db) -> Crew {
    let crew = found(db);
    reading(db, date(2026, 2, 10), 41_230);
    crew
}

fn reading(db: &Db, on: Date, index: i64) {
    let index_micro = index * 1_000_000;
    let read = Read { channel: ChannelId(1), on, index_micro, kind: ReadKind::Actual, batch: None };
    db.write(|tx| store::read::add(tx, &[read])).unwrap();
}

/// The newest reads of a register.
fn reads(db: &Db, channel: i64) -> Vec<(Date, i64)> {
    let reads = db.read(|tx| store::read::latest(tx, ChannelId(channel))).unwrap();
    reads.iter().map(|it| (it.on, it.index_micro.div_euclid(1_000_000))).collect()
}

/// What hangs or hung at the service point.
fn hung(db: &Db) -> Vec<(String, Date, Option<Date>)> {
    db.read(|tx| {
        let there = store::meter::installations_at(tx, ServicePointId(1))?;
        there
            .iter()
            .map(|it| Ok((store::meter::get(tx, it.meter)?.serial, it.from, it.to)))
            .collect()
    })
    .unwrap()
}

#[test]
fn a_read_order_keeps_the_read_that_its_crew_saw() {
    engines::each(|db, _| {
        let crew = found_and_read(db);
        let id = given(db, &crew, OrderKind::Read);
        let no = |it: &Completion| village::says(&done(db, id, it).unwrap_err());
        let of = |reads: Vec<FieldRead>| Completion { reads, ..nothing() };
        assert!(
            no(&nothing()).contains("E-1 was not read; say what its register of delivered kWh")
        );
        assert!(
            no(&of(vec![read("E-1", 123_456)])).contains("has 5 digits and cannot show 123456")
        );
        assert!(no(&of(vec![read("E-1", 41_229)])).contains("cannot have come to 41229"));
        assert!(no(&of(vec![read("E-9", 1)])).contains("neither hangs there nor was hung"));
        assert!(no(&of(vec![read("E-1", 41_972); 2])).contains("is read twice"));
        let gallons = FieldRead { unit: Some(Unit::Gal), ..read("E-1", 41_972) };
        assert!(no(&of(vec![gallons])).contains("has no such register"));
        let late = Completion { on: date(2026, 3, 11), ..of(vec![read("E-1", 41_972)]) };
        assert!(no(&late).contains("2026-03-11 has not come"));
        let early = Completion { on: date(2026, 3, 9), ..of(vec![read("E-1", 41_972)]) };
        assert!(
            no(&early).contains("ordered on 2026-03-10 and cannot have been done on 2026-03-09")
        );
        let work = Completion { set: set("E-2", &[5]), ..of(vec![read("E-1", 41_972)]) };
        assert!(no(&work).contains("does not change meters so"));
        assert_eq!(reads(db, 1), [(date(2026, 2, 10), 41_230)], "nothing was changed");

        done(db, id, &of(vec![read("E-1", 41_972)])).unwrap();
        assert_eq!(reads(db, 1), [(TODAY, 41_972), (date(2026, 2, 10), 41_230)]);
        let why = no(&of(vec![read("E-1", 41_972)]));
        assert!(why.contains("is done and takes no complete"), "{why}");
        // The read was a slip: it is read again, and held against the one before it.
        let again = given(db, &crew, OrderKind::Reread);
        done(db, again, &of(vec![read("E-1", 41_792)])).unwrap();
        assert_eq!(reads(db, 1)[0], (TODAY, 41_792));
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn an_exchange_hangs_the_new_meter_where_the_old_one_came_down() {
    engines::each(|db, _| {
        let crew = found(db);
        reading(db, date(2026, 2, 10), 99_600);
        let id = given(db, &crew, OrderKind::Exchange);
        let whole = Completion {
            reads: vec![read("E-1", 250), read("E-2", 3)],
            removed: Some("E-1".to_owned()),
            set: set("E-2", &[6]),
            found: "the seal was broken".to_owned(),
            ..nothing()
        };
        let without = |change: &dyn Fn(&mut Completion)| {
            let mut it = whole.clone();
            change(&mut it);
            village::says(&done(db, id, &it).unwrap_err())
        };
        assert!(without(&|it| it.set = None).contains("say both, with their reads"));
        assert!(without(&|it| it.removed = None).contains("say both, with their reads"));
        assert!(without(&|it| drop(it.reads.pop())).contains("meter E-2 was not read"));
        assert!(without(&|it| drop(it.reads.remove(0))).contains("meter E-1 was not read"));
        let another = without(&|it| it.removed = Some("E-7".to_owned()));
        assert!(another.contains("meter E-1 hangs there, not E-7"));
        assert!(
            without(&|it| it.set = set("E-2", &[])).contains("E-2 is not known; say its digits")
        );
        assert!(without(&|it| it.set = set("E-1", &[5])).contains("is known with its registers"));
        assert!(without(&|it| it.set = set("E-1", &[])).contains("has been in place since"));
        assert!(without(&|it| it.set = set(" ", &[5])).contains("write the one on its face"));
        assert!(without(&|it| it.set = set("E-2", &[13])).contains("1 to 12 digits"));
        assert_eq!(hung(db), [("E-1".to_owned(), date(2026, 1, 1), None)], "nothing was changed");

        // 650 kWh over the top of the old dials.
        done(db, id, &whole).unwrap();
        assert_eq!(reads(db, 1)[0], (TODAY, 250));
        assert_eq!(reads(db, 2), [(TODAY, 3)]);
        assert_eq!(
            hung(db),
            [("E-1".to_owned(), date(2026, 1, 1), Some(TODAY)), ("E-2".to_owned(), TODAY, None)]
        );
        let followed = db.read(|tx| order::follow(tx, id)).unwrap();
        assert_eq!(
            followed.steps.last().unwrap().note,
            "meter E-1 came down; meter E-2 was hung; read 250, 3; the seal was broken"
        );
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn it_flows_once_a_crew_connected_it_and_no_more_once_it_was_cut_off() {
    engines::each(|db, _| {
        let crew = found(db);
        let flows = || db.read(|tx| store::connection::on(tx, ServicePointId(1), TODAY)).unwrap();
        assert_eq!(flows(), None, "nobody ever said");
        let off = given(db, &crew, OrderKind::Disconnect);
        done(db, off, &nothing()).unwrap();
        assert_eq!(flows(), Some(Connected::No));
        let on = given(db, &crew, OrderKind::Reconnect);
        // A meter hangs there, so none can be hung beside it.
        let beside = Completion { set: set("E-2", &[5]), reads: vec![read("E-2", 0)], ..nothing() };
        assert!(done(db, on, &beside).is_err());
        done(db, on, &nothing()).unwrap();
        assert_eq!(flows(), Some(Connected::Yes), "the later one of a day holds");
        let connect = given(db, &crew, OrderKind::Connect);
        let why = done(db, connect, &beside).unwrap_err();
        assert!(village::says(&why).contains("meter E-1 hangs there; say that it came down"));
        let all = db.read(|tx| store::connection::of(tx, ServicePointId(1))).unwrap();
        let no_yes = [(TODAY, Connected::No, Some(off)), (TODAY, Connected::Yes, Some(on))];
        assert_eq!(all, no_yes);
    });
}

#[test]
fn photos_are_kept_as_they_came_and_what_is_none_is_not() {
    engines::each(|db, _| {
        let crew = found(db);
        let premise = Where::Premise(PremiseId(1));
        let id = add(db, &NewOrder::plain(OrderKind::Leak, premise)).unwrap();
        give(db, id, &crew, TODAY).unwrap();
        let with = |photos: Vec<Vec<u8>>| Completion { photos, ..nothing() };
        let no = |it: &Completion| village::says(&done(db, id, it).unwrap_err());
        assert!(
            no(&with(vec![b"<svg onload=x>".to_vec()])).contains("a JPEG, PNG or WebP picture")
        );
        let mut large = vec![0xff, 0xd8, 0xff];
        large.resize(8_000_001, 0);
        assert!(no(&with(vec![large])).contains("8000000 fit; make it smaller"));
        assert!(no(&with(vec![vec![0xff, 0xd8, 0xff]; 21])).contains("20 fit"));
        let work = Completion { reads: vec![read("E-1", 1)], ..nothing() };
        assert!(no(&work).contains("about a premise as a whole"));
        let picture = [&[0xff, 0xd8, 0xff, 0xe0][..], &[7; 100]].concat();
        // The same picture twice is one.
        done(db, id, &with(vec![picture.clone(), picture.clone()])).unwrap();
        let photos = db.read(|tx| store::order::photos(tx, id)).unwrap();
        assert_eq!((photos.len(), photos[0].media.as_str()), (1, "image/jpeg"));
        let kept = db.read(|tx| store::order::photo(tx, id, &photos[0].sha256)).unwrap();
        assert_eq!(kept.1, picture);
    });
}

fn put(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let file = folder.join(name);
    std::fs::write(&file, text).unwrap();
    file
}

#[test]
fn what_is_exported_is_filled_in_and_imported_and_what_is_wrong_comes_back() {
    engines::each(|db, folder| {
        let crew = found_and_read(db);
        let ids = [OrderKind::Exchange, OrderKind::Read, OrderKind::Test, OrderKind::Inspection];
        let [exchange, read, test, inspection] = ids.map(|kind| given(db, &crew, kind));
        let text = db.read(|tx| day::export(tx, None, TODAY)).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5, "a header and one register each: {text}");
        let has = "exchange,routine,North,2026-03-10,,,,\"12 Mill St, Alder Creek IL 60000\",Rosa Quill,,5,2026-02-10,41230,,,E-1,kWh,delivered";
        assert!(text.contains(has), "{text}");
        // Nothing is filled in yet, so it says nothing.
        let rejects = folder.join("rejects");
        let imported = |file: &Path| import(db, actor(), file, &rejects);
        let why = imported(&put(folder, "empty.csv", &text)).unwrap_err();
        assert!(village::says(&why).contains("nothing was taken"), "{why}");

        let header = "order,status,done_on,meter,reading,new_meter,new_digits,new_unit,new_reading,reason,note";
        let filled = format!(
            "{header}\n{exchange},done,2026-03-10,E-1,41972,E-2,5,kWh,1,,seal broken\n\
             {read},done,2026-03-10,E-1,41980,,,,,,\n\
             {test},on-site,,,,,,,,,\n\
             {inspection},could-not-do,,,,,,,,dog,\n\
             77,done,2026-03-10,,,,,,,,\n"
        );
        let file = put(folder, "back.csv", &filled);
        let taken = imported(&file).unwrap();
        // E-1 came down with the exchange, so the read order's meter is not there any more.
        assert_eq!((taken.batch.accepted, taken.batch.rejected), (3, 2));
        let back = std::fs::read_to_string(taken.rejects.unwrap()).unwrap();
        assert!(back.contains("meter E-1 neither hangs there nor was hung"), "{back}");
        assert!(back.contains("there is no order 77"), "{back}");
        assert_eq!(
            [exchange, read, test, inspection].map(|id| state(db, id)),
            [State::Done, State::Assigned, State::OnSite, State::NotDone]
        );
        assert_eq!(hung(db).last().unwrap().0, "E-2");
        assert!(imported(&file).unwrap().before, "the same file twice changes nothing");
        let again = intake::give_back(db, taken.batch.id, &rejects).unwrap();
        assert_eq!(std::fs::read_to_string(again).unwrap(), back);

        // The lines of an order stand or fall together.
        let two = format!(
            "{header}\n{read},done,2026-03-10,E-2,41,,,,,,\n{read},done,2026-03-10,E-2,x,,,,,,\n"
        );
        let why = imported(&put(folder, "two.csv", &two)).unwrap();
        assert_eq!((why.batch.accepted, why.batch.rejected), (0, 2));
        let days = format!(
            "{header}\n{read},done,2026-03-10,E-2,41,,,,,,\n{read},done,2026-03-09,E-2,41,,,,,,\n"
        );
        let why = imported(&put(folder, "days.csv", &days)).unwrap();
        assert!(why.first.unwrap().contains("name several days"));
        assert_eq!(state(db, read), State::Assigned);
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn a_day_sheet_has_what_a_crew_needs_on_site() {
    engines::each(|db, _| {
        let crew = found_and_read(db);
        let mut far = village::customer("E-2", &[DIALS]);
        far.street = "3 Mill St".to_owned();
        village::take_on(db, &far).unwrap();
        let first = given(db, &crew, OrderKind::Read);
        let second = add(db, &NewOrder::plain(OrderKind::Test, Where::Point(ServicePointId(2))));
        let second = second.unwrap();
        give(db, second, &crew, TODAY).unwrap();
        add(db, &NewOrder::plain(OrderKind::Inspection, POINT)).unwrap();
        let sheet = db.read(|tx| day::sheet(tx, &crew, TODAY)).unwrap();
        let stops: Vec<OrderId> = sheet.stops.iter().map(|it| it.order.id).collect();
        assert_eq!(stops, [second, first], "3 Mill St comes before 12 Mill St");
        let stop = &sheet.stops[1];
        assert_eq!(stop.customer.as_deref(), Some("Rosa Quill"));
        assert_eq!(stop.dials[0].last, Some((date(2026, 2, 10), 41_230_000_000)));
        let open = db.read(|tx| {
            let which = Which { crew: Some(crew.id), ..Which::default() };
            store::order::open(tx, which, 9)
        });
        assert_eq!(open.unwrap().len(), 2);
    });
}
