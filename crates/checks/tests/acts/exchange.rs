//! Exchanging meters and changing multipliers, up to the bill.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use meterbook_app::approval::{self, Asked, Outcome, do_or_ask};
use meterbook_app::bill_run::{self, Until, Which};
use meterbook_app::exchange::{
    self, CHANGE_MULTIPLIER, Exchange, ExchangeRefusal, Hang, NewMultiplier,
};
use meterbook_app::meter::NewChannel;
use meterbook_app::replay::{Replayed, replay};
use meterbook_app::window::{self, NewWindow};
use meterbook_app::{Refused, check};
use meterbook_checks::engines;
use meterbook_core::account::Cycle;
use meterbook_core::meter::{Flow, Form};
use meterbook_core::money::Unit;
use meterbook_core::order::{OrderKind, State};
use meterbook_core::period::Period;
use meterbook_core::reads::{Read, ReadKind};
use meterbook_store::{self as store, Db};

use crate::authority::with_role;
use crate::village::{self, DIALS};

const FIRST: Date = date(2026, 1, 1);
const MIDDLE: Date = date(2026, 1, 15);
const END: Date = date(2026, 2, 1);

fn begin(db: &Db) {
    village::found(db);
    village::take_on(db, &village::customer("E-1", &[DIALS])).unwrap();
    let turn = NewWindow {
        period: Period::new(FIRST, END).unwrap(),
        billed_on: END.saturating_add(2.days()),
        due_on: END.saturating_add(23.days()),
    };
    db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &[turn])).unwrap();
}

/// What the register of a meter shows at the start of a day.
fn shows(db: &Db, serial: &str, on: Date, index: i64) {
    db.write(|tx| {
        let meter = store::meter::by_serial(tx, serial)?.remove(0);
        let channel = store::meter::channels(tx, meter.id)?.remove(0).id;
        let (index_micro, kind) = (index * 1_000_000, ReadKind::Actual);
        store::read::add(tx, &[Read { channel, on, index_micro, kind, batch: None }])
    })
    .unwrap();
}

/// What is billed for January, in cents; the bill can be made again.
fn billed(db: &Db) -> i64 {
    bill_run::run(db, crate::village::biller(db), Which::Next, Until::Posted, &mut |_| ()).unwrap();
    let id = db.read(|tx| store::bill::newest(tx, 1)).unwrap()[0];
    assert_eq!(db.read(|tx| replay(tx, id)).unwrap(), Replayed::Same);
    assert!(check::check(db).unwrap().clean());
    db.read(|tx| store::bill::get(tx, id)).unwrap().total.cents()
}

fn new(last: i64, serial: &str, first: i64) -> Exchange {
    let (form, unit, flow) = (Form::Register { digits: 5 }, Unit::Kwh, Flow::Delivered);
    let next = Hang {
        point: 1.into(),
        on: MIDDLE,
        serial: serial.to_owned(),
        channels: vec![NewChannel { form, unit, flow, multiplier_micro: 1_000_000 }],
        first: vec![first * 1_000_000],
    };
    Exchange { last: vec![last * 1_000_000], next }
}

fn exchanged(db: &Db, it: &Exchange) -> Result<()> {
    db.write(|tx| exchange::exchange(tx, village::actor(), it)).map(|_| ())
}

fn says<T: std::fmt::Debug>(result: Result<T>) -> String {
    village::says(&result.unwrap_err())
}

#[test]
fn a_meter_that_rolled_over_is_exchanged_and_both_are_billed() {
    engines::each(|db, _| {
        begin(db);
        shows(db, "E-1", FIRST, 99_900);
        assert!(says(exchanged(db, &new(99_000, "E-2", 0))).contains("cannot show 99000"));
        assert!(says(exchanged(db, &new(100_000, "E-2", 0))).contains("cannot show 100000"));
        let mut short = new(100, "E-2", 0);
        short.last.clear();
        assert!(says(exchanged(db, &short)).contains("has 1 registers and 0 reads"));
        // 99,900 to 100 over the top is 200; 7 to 107 on the new one is 100.
        let mut to_come = new(100, "E-2", 7);
        to_come.next.on = date(2026, 3, 11);
        assert!(says(exchanged(db, &to_come)).contains("order it: meterbook order add exchange"));
        let sent = crate::orders::plain(db, OrderKind::Exchange);
        exchanged(db, &new(100, "E-2", 7)).unwrap();
        assert_eq!(crate::orders::state(db, sent), State::Cancelled, "they find it done");
        shows(db, "E-2", END, 107);
        assert_eq!(billed(db), 300 * 12);
        let why = exchanged(db, &new(120, "E-3", 0));
        let why = why.unwrap_err();
        let refused = why.downcast_ref::<Refused>().unwrap();
        assert_eq!(refused.as_a(), Some(&ExchangeRefusal::Billed { through: END }));
    });
}

#[test]
fn a_multiplier_counts_from_its_day_on() {
    engines::each(|db, _| {
        begin(db);
        shows(db, "E-1", FIRST, 100);
        let set = |times: i64, evidence: &str, on, index: i64| {
            let new = multiplier(times, evidence, on, index);
            db.write(|tx| exchange::set_multiplier(tx, village::actor(), &new))
        };
        assert!(says(set(0, "plate", MIDDLE, 150)).contains("above zero"));
        assert!(says(set(40_000_000, " ", MIDDLE, 150)).contains("what proves it"));
        assert!(says(set(1_000_000, "plate", MIDDLE, 150)).contains("already"));
        assert!(says(set(40_000_000, "plate", FIRST, 150)).contains("meterbook fact multiplier 1"));
        set(40_000_000, "CT 200:5, photo 12", MIDDLE, 150).unwrap();
        shows(db, "E-1", END, 160);
        // 50 as they stand, then 10 times 40.
        assert_eq!(billed(db), 450 * 12);
        assert!(says(set(1_000_000, "plate", date(2026, 1, 20), 155)).contains("2026-02-01"));
        let act = db.read(|tx| store::audit::latest(tx, 5)).unwrap();
        let act = act.iter().find(|it| it.act == CHANGE_MULTIPLIER).unwrap();
        assert_eq!((act.was.as_deref(), act.became.as_deref()), (Some("1"), Some("40")));
    });
}

fn multiplier(micro: i64, evidence: &str, on: Date, index: i64) -> NewMultiplier {
    let (evidence, reads) = (evidence.to_owned(), vec![index * 1_000_000]);
    NewMultiplier { point: 1.into(), multiplier_micro: micro, evidence, on, reads }
}

#[test]
fn a_multiplier_that_one_proposes_another_carries_out() {
    engines::each(|db, _| {
        begin(db);
        shows(db, "E-1", FIRST, 100);
        let [ann, bea] = ["ann", "bea"].map(|it| with_role(db, it, "billing-analyst"));
        let sam = with_role(db, "sam", "clerk");
        let new = multiplier(40_000_000, "CT 200:5, photo 12", MIDDLE, 150);
        let alone = db.write(|tx| exchange::set_multiplier(tx, ann, &new)).unwrap_err();
        assert!(village::says(&alone).contains("takes a second person, whoever asks"));
        let ask = |who, new: &NewMultiplier| {
            db.write(|tx| do_or_ask(tx, who, &Asked::Multiplier(new.clone()), ""))
        };
        assert!(says(ask(sam, &new)).contains("no role of sam comes with set-multiplier"));
        // What could not be done however many agree takes nobody's time.
        assert!(says(ask(ann, &multiplier(1_000_000, "plate", MIDDLE, 150))).contains("already"));
        assert!(says(ask(ann, &multiplier(40_000_000, "plate", MIDDLE, 99))).contains("show 99 "));
        let Outcome::Waits(id) = ask(ann, &new).unwrap() else { panic!("it takes two") };
        let it = db.read(|tx| store::approval::find(tx, id)).unwrap().unwrap();
        let said = "meter E-1 at service point 1, 40 times instead of 1 from 2026-01-15: CT 200:5, \
                    photo 12";
        assert_eq!(it.subject, said);
        let times = || {
            db.read(|tx| {
                let meter = store::meter::by_serial(tx, "E-1")?.remove(0);
                Ok(store::meter::channels(tx, meter.id)?[0].multiplier_micro)
            })
            .unwrap()
        };
        assert_eq!(times(), 1_000_000);
        let why = says(db.write(|tx| approval::give(tx, ann, id, "")));
        assert!(why.contains("it takes a second person"), "{why}");
        db.write(|tx| approval::give(tx, bea, id, "I saw the photo")).unwrap();
        assert_eq!(times(), 40_000_000);
        let act = db.read(|tx| store::audit::latest(tx, 2)).unwrap();
        let act = act.iter().find(|it| it.act == CHANGE_MULTIPLIER).unwrap();
        assert_eq!((act.by.as_deref(), act.second.as_deref()), (Some("ann"), Some("bea")));
        shows(db, "E-1", END, 160);
        assert_eq!(billed(db), 450 * 12);
    });
}

#[test]
fn nothing_is_exchanged_where_nothing_hangs() {
    engines::each(|db, _| {
        begin(db);
        db.write(|tx| {
            let meter = store::meter::by_serial(tx, "E-1")?.remove(0);
            meterbook_app::meter::remove(tx, village::actor(), &meter, MIDDLE)
        })
        .unwrap();
        assert!(says(exchanged(db, &new(1, "E-2", 0))).contains("meterbook meter set"));
    });
}

/// Half a month by one meter, the rest by another that is set on the day: both are billed by their reads.
#[test]
fn a_meter_is_removed_and_another_set_with_their_reads() {
    engines::each(|db, _| {
        begin(db);
        shows(db, "E-1", FIRST, 10);
        let set = |it: &Hang| db.write(|tx| exchange::set(tx, village::actor(), it)).map(|_| ());
        let remove = |on, last: &[i64]| {
            db.write(|tx| exchange::remove(tx, village::actor(), 1.into(), on, last))
        };
        let next = new(0, "E-2", 7).next;
        let why = says(set(&next));
        assert!(why.contains("E-1") && why.contains("2026-01-01"), "{why}");
        assert!(says(remove(MIDDLE, &[])).contains("has 1 registers and 0 reads"));
        assert!(says(remove(MIDDLE, &[5_000_000])).contains("cannot show 5"));
        let to_come = date(2026, 3, 11);
        assert!(says(remove(to_come, &[110_000_000])).contains("order add disconnect"));
        assert_eq!(remove(MIDDLE, &[110_000_000]).unwrap().serial, "E-1");
        assert!(says(remove(MIDDLE, &[110_000_000])).contains("no meter hangs"));
        assert!(says(set(&Hang { on: to_come, ..next.clone() })).contains("order add connect"));
        assert!(says(set(&Hang { first: Vec::new(), ..next.clone() })).contains("0 reads"));
        let unknown = Hang { channels: Vec::new(), ..next.clone() };
        assert!(says(set(&unknown)).contains("channel"));
        set(&next).unwrap();
        shows(db, "E-2", END, 107);
        // 10 to 110, and 7 to 107.
        assert_eq!(billed(db), 200 * 12);
        // The first is hung again by its number alone.
        let on = date(2026, 2, 5);
        remove(on, &[120_000_000]).unwrap();
        let (channels, first) = (Vec::new(), vec![110_000_000]);
        set(&Hang { on, serial: "E-1".to_owned(), channels, first, ..next }).unwrap();
        assert!(check::check(db).unwrap().clean());
    });
}

#[test]
fn a_meter_that_counts_otherwise_than_the_one_before_it_holds_the_bill() {
    // In the turn, and on its first day.
    let march = date(2026, 3, 1);
    for on in [date(2026, 2, 15), END] {
        engines::each(|db, _| {
            village::found(db);
            let mut customer = village::customer("E-1", &[DIALS]);
            customer.services[0].channels[0].multiplier_micro = 40_000_000;
            village::take_on(db, &customer).unwrap();
            let turns: Vec<NewWindow> = [(FIRST, END), (END, march)]
                .map(|(from, to)| NewWindow {
                    period: Period::new(from, to).unwrap(),
                    billed_on: to.saturating_add(2.days()),
                    due_on: to.saturating_add(23.days()),
                })
                .to_vec();
            db.write(|tx| window::plan(tx, village::actor(), Cycle(1), &turns)).unwrap();
            shows(db, "E-1", FIRST, 0);
            shows(db, "E-1", END, 20);
            let run = || {
                let (by, which) = (crate::village::biller(db), Which::Next);
                bill_run::run(db, by, which, Until::Posted, &mut |_| ()).unwrap()
            };
            assert_eq!(run().held, 0);
            let mut new = new(if on == END { 20 } else { 25 }, "E-2", 0);
            new.next.on = on;
            exchanged(db, &new).unwrap();
            shows(db, "E-2", march, 400);
            let stands = run();
            assert_eq!((stands.billed, stands.held), (0, 1), "{on}");
            let held = db.read(|tx| meterbook_app::hold::groups(tx, None)).unwrap();
            assert_eq!(
                held[0].held[0].detail,
                "meter E-2 counts 1 times, and the one before it counted 40 times"
            );
        });
    }
}
