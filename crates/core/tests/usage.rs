//! Usage as a clerk would work it out by hand: dials, exchanges, intervals and what stops them.

use jiff::civil::{Date, date};
use meterbook_core::bill::check::Hold;
use meterbook_core::calendar::Reads;
use meterbook_core::id::{ChannelId, MeterId};
use meterbook_core::meter::{Channel, Flow, Form};
use meterbook_core::money::{Quantity, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::reads::usage::{
    Edge, Ended, Facts, Hung, LastRead, Measured, Profile, Usage, usage, usage_between,
};
use meterbook_core::reads::{Read, ReadKind, Series, Span};

const ONE: i64 = 1_000_000;
const JULY: (Date, Date) = (date(2026, 7, 3), date(2026, 8, 2));
const DIALS: Form = Form::Register { digits: 5 };

fn channel(form: Form, unit: Unit, flow: Flow) -> Measured {
    let channel =
        Channel { id: ChannelId(1), meter: MeterId(1), form, unit, flow, multiplier_micro: ONE };
    Measured { channel, reads: Vec::new(), series: None }
}

fn dials(reads: &[(Date, i64)]) -> Measured {
    let read = |&(on, index): &(Date, i64)| Read {
        channel: ChannelId(1),
        on,
        index_micro: index * ONE,
        kind: ReadKind::Actual,
        batch: None,
    };
    Measured {
        reads: reads.iter().map(read).collect(),
        ..channel(DIALS, Unit::Kwh, Flow::Delivered)
    }
}

fn intervals(minutes: u16, from: Date, values: usize, kwh: i64) -> Measured {
    let mut measured = channel(Form::Interval { minutes }, Unit::Kwh, Flow::Delivered);
    measured.series = Some(Series {
        start: chicago().start_of(from),
        minutes,
        micro: vec![kwh * ONE; values],
        missing: Vec::new(),
        estimated: Vec::new(),
    });
    measured
}

fn hung(meter: &str, from: Date, to: Option<Date>, channels: Vec<Measured>) -> Hung {
    Hung { meter: meter.to_owned(), from, to, channels }
}

fn chicago() -> Zone {
    Zone::named("America/Chicago").expect("a known zone")
}

fn used(days: (Date, Date), hung: Vec<Hung>) -> Result<Usage, Hold> {
    usage(
        Period::new(days.0, days.1).expect("the period has a day"),
        &chicago(),
        &Facts { hung, ..Facts::default() },
    )
}

fn alone(days: (Date, Date), channels: Vec<Measured>) -> Result<Usage, Hold> {
    used(days, vec![hung("M1", date(2020, 1, 1), None, channels)])
}

fn kwh(count: i64) -> Quantity {
    Quantity { micro: count * ONE, unit: Unit::Kwh }
}

#[test]
fn a_register_counts_from_the_start_of_one_day_to_the_start_of_another() {
    let mut register = dials(&[(JULY.0, 41_230), (JULY.1, 41_000), (JULY.1, 41_972)]);
    let usage = alone(JULY, vec![register.clone()]).unwrap();
    assert_eq!((usage.delivered, usage.received), (kwh(742), kwh(0)));
    assert_eq!(usage.profile, None);
    register.channel.multiplier_micro = 40 * ONE;
    assert_eq!(alone(JULY, vec![register]).unwrap().delivered, kwh(29_680));
}

#[test]
fn a_register_rolls_over_but_does_not_go_back() {
    let over = dials(&[(JULY.0, 99_800), (JULY.1, 150)]);
    assert_eq!(alone(JULY, vec![over]).unwrap().delivered, kwh(350));
    let back = dials(&[(JULY.0, 41_230), (JULY.1, 41_000)]);
    let hold = Hold::WentBack { meter: "M1".to_owned(), on: JULY.1 };
    assert_eq!(alone(JULY, vec![back]), Err(hold));
}

#[test]
fn a_bill_begins_with_the_read_of_the_one_before_and_does_not_end_with_it() {
    let day = |days: i64| JULY.0.saturating_add(jiff::Span::new().days(days));
    let used = |to: Date, reads: &[(Date, i64)]| {
        let hung = vec![hung("M1", date(2020, 1, 1), None, vec![dials(reads)])];
        let last = LastRead { meter: "M1".to_owned(), flow: Flow::Delivered, on: day(-2) };
        let facts = Facts {
            hung,
            reads: Reads { before: 3, after: 2, estimates: false },
            ended: Some(Ended { on: JULY.0, reads: vec![last] }),
            ..Facts::default()
        };
        let days = Period::new(JULY.0, to).expect("the period has a day");
        usage_between(days, &chicago(), &facts, [Edge::Scheduled; 2])
    };
    // That of the day came later; what was used before it is on no bill yet.
    let reads = [(day(-2), 80), (JULY.0, 100), (JULY.1, 310)];
    assert_eq!(used(JULY.1, &reads).unwrap().delivered, kwh(230));
    let no_read = Err(Hold::NoRead { meter: "M1".to_owned(), on: day(1) });
    assert_eq!(used(day(1), &[(day(-2), 80)]), no_read);
    assert_eq!(used(day(1), &reads).unwrap().delivered, kwh(20));
}

#[test]
fn a_read_near_the_edge_of_a_turn_counts_where_it_is_scheduled() {
    let reads = Reads { before: 3, after: 2, estimates: false };
    let near = |dials: Measured, edges| {
        let hung = vec![hung("M1", date(2020, 1, 1), None, vec![dials])];
        let days = Period::new(JULY.0, JULY.1).expect("the period has a day");
        usage_between(days, &chicago(), &Facts { hung, reads, ..Facts::default() }, edges)
    };
    let both = [Edge::Scheduled; 2];
    let day = |days: i64| JULY.1.saturating_add(jiff::Span::new().days(days));
    // Of two as near the earlier, and that of the day before any other.
    let ties = dials(&[(JULY.0, 100), (day(1), 330), (day(-1), 310)]);
    assert_eq!(near(ties.clone(), both).unwrap().delivered, kwh(210));
    assert_eq!(
        near(dials(&[(JULY.0, 100), (day(-1), 310), (JULY.1, 320)]), both).unwrap().delivered,
        kwh(220)
    );
    // Where service ends the read is of the day itself.
    let ends = [Edge::Scheduled, Edge::Exact];
    assert_eq!(near(ties, ends), Err(Hold::NoRead { meter: "M1".to_owned(), on: JULY.1 }));
    let outside =
        |read, days| Err(Hold::OutsideWindow { meter: "M1".to_owned(), on: JULY.1, read, days });
    assert_eq!(near(dials(&[(JULY.0, 100), (day(-5), 310)]), both), outside(day(-5), 2));
    assert_eq!(near(dials(&[(JULY.0, 100), (day(3), 310)]), both), outside(day(3), 1));
}

#[test]
fn a_missing_read_or_meter_holds_the_bill() {
    let one = dials(&[(JULY.0, 41_230), (date(2026, 8, 1), 41_972)]);
    let hold = Hold::NoRead { meter: "M1".to_owned(), on: JULY.1 };
    assert_eq!(alone(JULY, vec![one.clone()]), Err(hold));
    assert_eq!(used(JULY, Vec::new()), Err(Hold::NoMeter { on: JULY.0 }));
    let gone = hung("M1", JULY.0, Some(date(2026, 7, 20)), vec![one]);
    assert_eq!(used(JULY, vec![gone]), Err(Hold::NoMeter { on: date(2026, 7, 20) }));
}

#[test]
fn an_exchanged_meter_counts_to_the_day_it_was_gone() {
    let on = date(2026, 7, 15);
    let old = hung("OLD", date(2020, 1, 1), Some(on), vec![dials(&[(JULY.0, 500), (on, 900)])]);
    let new = hung("NEW", on, None, vec![dials(&[(on, 0), (JULY.1, 342)])]);
    let usage = used(JULY, vec![new, old]).unwrap();
    assert_eq!(usage.delivered, kwh(742));
    let meters: Vec<&str> = usage.evidence.iter().map(|it| it.meter.as_str()).collect();
    assert_eq!(meters, ["OLD", "NEW"]);
    assert_eq!(usage.evidence[1].period.to_string(), "2026-07-15 to 2026-08-01");
}

#[test]
fn what_the_customer_gives_is_counted_apart() {
    let mut back = dials(&[(JULY.0, 10), (JULY.1, 110)]);
    back.channel.flow = Flow::Received;
    let usage = alone(JULY, vec![back, dials(&[(JULY.0, 0), (JULY.1, 742)])]).unwrap();
    assert_eq!((usage.delivered, usage.received), (kwh(742), kwh(100)));
}

#[test]
fn a_short_and_a_long_day_count_23_and_25_hours() {
    for (day, minutes, values) in [
        (date(2026, 3, 8), 60, 23),
        (date(2026, 3, 8), 15, 92),
        (date(2026, 11, 1), 30, 50),
        (date(2026, 11, 1), 5, 300),
    ] {
        let days = (day, day.tomorrow().unwrap());
        let usage = alone(days, vec![intervals(minutes, day, values, 1)]).unwrap();
        assert_eq!(usage.profile.unwrap().delivered_micro.len(), values);
        let hold = alone(days, vec![intervals(minutes, day, values - 1, 1)]);
        assert_eq!(hold, Err(Hold::Gap { meter: "M1".to_owned(), missing: 1, first: day }));
    }
}

#[test]
fn intervals_win_over_the_register_beside_them_and_estimates_are_counted() {
    let mut measured = intervals(60, date(2026, 7, 1), 24 * 40, 2);
    measured.series.as_mut().unwrap().estimated = vec![Span { start: 40, len: 10 }];
    let usage = alone(JULY, vec![dials(&[]), measured]).unwrap();
    assert_eq!(usage.delivered, kwh(2 * 24 * 30));
    assert_eq!(usage.evidence[0].estimated, 2, "the other eight are before the period");
    assert_eq!(usage.profile.unwrap().start, chicago().start_of(JULY.0));
}

#[test]
fn gaps_are_counted_from_the_first_day_that_has_one() {
    let gap = |missing, first| Err(Hold::Gap { meter: "M1".to_owned(), missing, first });
    let late = intervals(60, date(2026, 7, 5), 24 * 40, 1);
    assert_eq!(alone(JULY, vec![late]), gap(48, JULY.0));
    let mut holed = intervals(60, date(2026, 7, 1), 24 * 40, 1);
    holed.series.as_mut().unwrap().missing = vec![Span { start: 24 * 4, len: 3 }];
    assert_eq!(alone(JULY, vec![holed.clone()]), gap(3, date(2026, 7, 5)));
    holed.series = None;
    assert_eq!(alone(JULY, vec![holed]), gap(720, JULY.0));
    let long_ago = intervals(60, date(2025, 7, 1), 24, 1);
    assert_eq!(alone(JULY, vec![long_ago]), gap(720, JULY.0));
    let mut crooked = intervals(60, date(2026, 7, 1), 24 * 40, 1);
    let start = &mut crooked.series.as_mut().unwrap().start;
    *start = jiff::Timestamp::from_second(start.as_second() + 300).unwrap();
    assert_eq!(alone(JULY, vec![crooked]), gap(720, JULY.0));
}

#[test]
fn an_exchange_to_another_interval_length_is_summed_to_the_longer() {
    let on = date(2026, 7, 15);
    let old = hung("OLD", date(2020, 1, 1), Some(on), vec![intervals(60, JULY.0, 24 * 12, 4)]);
    let new = hung("NEW", on, None, vec![intervals(15, on, 96 * 18, 1)]);
    let usage = used(JULY, vec![old, new]).unwrap();
    let profile = usage.profile.unwrap();
    assert_eq!((profile.minutes, profile.delivered_micro.len()), (60, 720));
    assert!(profile.delivered_micro.iter().all(|it| *it == 4 * ONE));
    assert_eq!(usage.delivered, kwh(4 * 720));
}

#[test]
fn a_profile_has_what_is_received_where_intervals_measure_it() {
    let mut back = intervals(15, JULY.0, 96 * 30, 1);
    back.channel.flow = Flow::Received;
    let usage = alone(JULY, vec![intervals(60, JULY.0, 24 * 30, 2), back]).unwrap();
    let profile = usage.profile.unwrap();
    assert_eq!((profile.minutes, profile.received_micro.len()), (60, 720));
    assert_eq!(usage.received, kwh(96 * 30));
}

#[test]
fn two_units_at_one_service_point_hold_the_bill() {
    let on = date(2026, 7, 15);
    let old = hung("OLD", date(2020, 1, 1), Some(on), vec![dials(&[(JULY.0, 500), (on, 900)])]);
    let mut other = dials(&[(on, 0), (JULY.1, 342)]);
    other.channel.unit = Unit::Ccf;
    let hold = Hold::Units { meter: "NEW".to_owned(), unit: Unit::Ccf, other: Unit::Kwh };
    assert_eq!(used(JULY, vec![old, hung("NEW", on, None, vec![other])]), Err(hold));
}

#[test]
fn what_is_reactive_is_counted_apart_and_only_where_every_meter_counts_it() {
    let swings = |measured: Measured| {
        let channel = Channel { flow: Flow::Reactive, unit: Unit::Kvarh, ..measured.channel };
        Measured { channel, ..measured }
    };
    let both = vec![intervals(15, JULY.0, 96 * 30, 4), swings(intervals(15, JULY.0, 96 * 30, 3))];
    let usage = alone(JULY, both).unwrap();
    assert_eq!(usage.reactive, Some(Quantity { micro: 96 * 30 * 3 * ONE, unit: Unit::Kvarh }));
    assert_eq!(usage.profile.unwrap().reactive_micro, vec![3 * ONE; 96 * 30]);
    assert_eq!(usage.delivered, kwh(96 * 30 * 4));

    let dial = vec![intervals(60, JULY.0, 720, 4), swings(dials(&[(JULY.0, 0), (JULY.1, 90)]))];
    let usage = alone(JULY, dial).unwrap();
    assert_eq!(usage.reactive, Some(Quantity { micro: 90 * ONE, unit: Unit::Kvarh }));
    assert!(usage.profile.unwrap().reactive_micro.is_empty());

    let on = date(2026, 7, 15);
    let old = hung("OLD", date(2020, 1, 1), Some(on), vec![intervals(60, JULY.0, 24 * 12, 4)]);
    let new = vec![intervals(60, on, 24 * 18, 1), swings(intervals(60, on, 24 * 18, 1))];
    let usage = used(JULY, vec![old, hung("NEW", on, None, new)]).unwrap();
    assert_eq!(usage.reactive, None);
}

/// Its hash is kept with every bill, so that it reads the same for as long as there are bills.
#[test]
fn what_was_used_is_one_text() {
    let profile = Profile {
        start: "2026-06-01T05:00:00Z".parse().unwrap(),
        minutes: 60,
        delivered_micro: vec![0, 7, 10, 250_000, 1_234_567_890, i64::MAX],
        received_micro: vec![-1, -100, i64::MIN],
        reactive_micro: Vec::new(),
    };
    let none = Quantity { micro: -5, unit: Unit::Kwh };
    let usage = Usage {
        delivered: kwh(3),
        received: none,
        reactive: None,
        profile: Some(profile),
        evidence: Vec::new(),
    };
    let expected = format!(
        "delivered 3000000 kWh\nreceived -5 kWh\nfrom 1780290000 every 60\n\
         in 0 7 10 250000 1234567890 {}\nout -1 -100 {}\n",
        i64::MAX,
        i64::MIN
    );
    assert_eq!(usage.canonical(), expected);
}
