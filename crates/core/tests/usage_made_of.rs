//! Use that is made of several meters, points and factors, as a clerk would work it out by hand.

use jiff::civil::{Date, date};
use meterbook_core::bill::check::Hold;
use meterbook_core::id::{ChannelId, MeterId, ServicePointId};
use meterbook_core::meter::{Channel, Flow, Form};
use meterbook_core::money::{Quantity, Share, Unit};
use meterbook_core::period::{Period, Zone};
use meterbook_core::rating::{Input, Plan, Unratable, by_hours};
use meterbook_core::reads::lineage::{estimated_micro, lineage};
use meterbook_core::reads::relation::{Relation, RelationKind};
use meterbook_core::reads::usage::{Factors, Facts, Gas, Hung, Measured, Part, Usage, usage};
use meterbook_core::reads::{Read, ReadKind, Series, Span};
use meterbook_core::tariff::Tariff;

const ONE: i64 = 1_000_000;
const JULY: (Date, Date) = (date(2026, 7, 1), date(2026, 8, 1));

fn zone() -> Zone {
    Zone::named("America/Chicago").expect("a known zone")
}

fn days((from, to): (Date, Date)) -> Period {
    Period::new(from, to).expect("the period has a day")
}

fn measured(form: Form, unit: Unit, flow: Flow) -> Measured {
    let channel =
        Channel { id: ChannelId(1), meter: MeterId(1), form, unit, flow, multiplier_micro: ONE };
    Measured { channel, reads: Vec::new(), series: None }
}

fn dials(unit: Unit, reads: &[(Date, i64)]) -> Measured {
    let read = |&(on, index): &(Date, i64)| Read {
        channel: ChannelId(1),
        on,
        index_micro: index * ONE,
        kind: ReadKind::Actual,
        batch: None,
    };
    let form = Form::Register { digits: 6 };
    Measured { reads: reads.iter().map(read).collect(), ..measured(form, unit, Flow::Delivered) }
}

fn hours(flow: Flow, micro: i64) -> Measured {
    let mut it = measured(Form::Interval { minutes: 60 }, Unit::Kwh, flow);
    it.series = Some(Series {
        start: zone().start_of(JULY.0),
        minutes: 60,
        micro: vec![micro; 31 * 24],
        missing: Vec::new(),
        estimated: Vec::new(),
    });
    it
}

fn meter(name: &str, channels: Vec<Measured>) -> Facts {
    let hung = Hung { meter: name.to_owned(), from: date(2020, 1, 1), to: None, channels };
    Facts { hung: vec![hung], ..Facts::default() }
}

fn part(kind: RelationKind, share: &str, (from, to): (Date, Option<Date>), facts: Facts) -> Part {
    let (point, part) = (ServicePointId(1), ServicePointId(2));
    let share = Share::parse(share).expect("a share");
    Part { relation: Relation { point, part, kind, share, from, to }, facts }
}

const ALWAYS: (Date, Option<Date>) = (date(2020, 1, 1), None);

fn july(facts: &Facts) -> Result<Usage, Hold> {
    usage(days(JULY), &zone(), facts)
}

fn kwh(micro: i64) -> Quantity {
    Quantity { micro, unit: Unit::Kwh }
}

#[test]
fn the_high_and_the_low_side_of_a_compound_meter_are_one_use() {
    let low = dials(Unit::Kgal, &[(JULY.0, 100), (JULY.1, 112)]);
    let high = dials(Unit::Kgal, &[(JULY.0, 999_990), (JULY.1, 40)]);
    let both = july(&meter("C1", vec![low.clone(), high.clone()])).unwrap();
    assert_eq!(both.delivered, Quantity { micro: 62 * ONE, unit: Unit::Kgal }, "12 and 50");
    let mut apart = meter("C1-LOW", vec![low]);
    apart.parts = vec![part(RelationKind::Adds, "100%", ALWAYS, meter("C1-HIGH", vec![high]))];
    let apart = july(&apart).unwrap();
    assert_eq!(apart.delivered, both.delivered);
    assert_eq!(apart.evidence.len(), 2);
}

#[test]
fn a_deduct_meter_is_taken_off_from_the_day_it_counts() {
    let half = date(2026, 7, 16);
    let garden = dials(Unit::Kgal, &[(JULY.0, 0), (half, 3), (JULY.1, 11)]);
    let mut house = meter("W1", vec![dials(Unit::Kgal, &[(JULY.0, 200), (JULY.1, 230)])]);
    let garden = meter("G1", vec![garden]);
    house.parts = vec![part(RelationKind::Deducts, "100%", (half, None), garden.clone())];
    let used = july(&house).unwrap();
    assert_eq!(used.delivered.micro, 22 * ONE, "30 - (11 - 3)");
    let line = &used.evidence[1];
    assert_eq!((line.used.micro, line.multiplier_micro), (-8 * ONE, -ONE));
    house.parts[0].relation.to = Some(half.tomorrow().unwrap());
    let hold = july(&house).unwrap_err();
    let on = half.tomorrow().unwrap();
    assert_eq!(hold, Hold::NoRead { meter: "G1".to_owned(), on }, "nobody guesses at its end");
}

#[test]
fn a_point_without_a_meter_is_the_sum_of_shares_hour_by_hour() {
    let roof = meter("S1", vec![hours(Flow::Delivered, 0), hours(Flow::Received, 3 * ONE)]);
    let flat = meter("F1", vec![hours(Flow::Delivered, 2 * ONE), hours(Flow::Received, 0)]);
    let parts = vec![
        part(RelationKind::Adds, "100%", ALWAYS, flat),
        part(RelationKind::Adds, "12.5%", ALWAYS, roof),
    ];
    let used = july(&Facts { parts: parts.clone(), ..Facts::default() }).unwrap();
    assert_eq!((used.delivered, used.received), (kwh(1488 * ONE), kwh(279 * ONE)), "744 h");
    let profile = used.profile.unwrap();
    assert_eq!(profile.delivered_micro, vec![2 * ONE; 744]);
    assert_eq!(profile.received_micro, vec![375_000; 744]);

    let mut late = parts[..1].to_vec();
    late[0].relation.from = date(2026, 7, 3);
    let hold = july(&Facts { parts: late, ..Facts::default() });
    assert_eq!(hold, Err(Hold::NoMeter { on: JULY.0 }));
}

#[test]
fn a_register_beside_intervals_leaves_no_profile_and_other_units_hold() {
    let mut house = meter("E1", vec![hours(Flow::Delivered, ONE)]);
    let barn = dials(Unit::Kwh, &[(JULY.0, 5), (JULY.1, 105)]);
    house.parts = vec![part(RelationKind::Adds, "100%", ALWAYS, meter("E2", vec![barn]))];
    let used = july(&house).unwrap();
    assert_eq!((used.delivered, used.profile), (kwh(844 * ONE), None));
    let gas = dials(Unit::Ccf, &[(JULY.0, 5), (JULY.1, 105)]);
    house.parts[0].facts = meter("G1", vec![gas]);
    let (meter, unit, other) = ("G1".to_owned(), Unit::Ccf, Unit::Kwh);
    assert_eq!(july(&house), Err(Hold::Units { meter, unit, other }));
}

#[test]
fn gas_is_billed_in_therms_by_the_heating_value_and_pressure_of_each_day() {
    let mut facts = meter("G1", vec![dials(Unit::Ccf, &[(JULY.0, 1000), (JULY.1, 1310)])]);
    let half = date(2026, 7, 11);
    let heating = Factors {
        name: "north".to_owned(),
        from: vec![(date(2026, 6, 1), Some(1_030_000)), (half, Some(1_000_000))],
    };
    let pressure = Factors { name: "2 psi".to_owned(), from: vec![(JULY.0, Some(1_100_000))] };
    facts.gas = Some(Gas { heating: Some(heating.clone()), pressure });
    // 10 CCF a day: 10 days x 10 x 1.03 x 1.1 + 21 days x 10 x 1.00 x 1.1 = 113.3 + 231.
    let used = july(&facts).unwrap();
    assert_eq!(used.delivered, Quantity { micro: 344_300_000, unit: Unit::Therm });
    assert_eq!(used.evidence[0].used, Quantity { micro: 310 * ONE, unit: Unit::Ccf });

    facts.gas.as_mut().unwrap().heating = None;
    let volume = july(&facts).unwrap().delivered;
    assert_eq!(volume, Quantity { micro: 341 * ONE, unit: Unit::Ccf }, "at the pressure of all");

    let none = Factors { from: vec![(date(2026, 7, 20), Some(ONE))], ..heating };
    facts.gas.as_mut().unwrap().heating = Some(none);
    let why = Unratable::NoFactor { name: "north".to_owned(), on: JULY.0 };
    assert_eq!(july(&facts), Err(Hold::Unratable(why.clone())));
    assert!(why.to_string().contains("for north on 2026-07-01; say it with"));
}

#[test]
fn hourly_gas_has_the_factor_of_its_own_day() {
    let mut it = hours(Flow::Delivered, ONE);
    it.channel.unit = Unit::Ccf;
    let mut facts = meter("G1", vec![it]);
    let from = vec![(JULY.0, Some(ONE)), (date(2026, 7, 31), Some(2 * ONE))];
    let heating = Some(Factors { name: "north".to_owned(), from });
    facts.gas = Some(Gas { heating, ..Gas::default() });
    let used = july(&facts).unwrap();
    assert_eq!(used.delivered.micro, (30 * 24 + 2 * 24) * ONE);
    let row = used.profile.unwrap().delivered_micro;
    assert_eq!((row[719], row[720]), (ONE, 2 * ONE));
}

#[test]
fn the_share_that_is_estimated_is_of_the_use_and_what_is_missing_is_counted() {
    let mut it = hours(Flow::Delivered, ONE);
    it.channel.multiplier_micro = 10 * ONE;
    let series = it.series.as_mut().unwrap();
    series.estimated = vec![Span { start: 10, len: 74 }];
    series.missing = vec![Span { start: 100, len: 4 }];
    let register = dials(Unit::Kwh, &[(JULY.0, 5), (JULY.1, 105)]);
    let all = lineage(days(JULY), &zone(), &meter("E1", vec![it, register]));
    let of = &all[0];
    assert_eq!((of.values, of.missing, of.estimated), (744, 4, 74));
    assert_eq!((of.used_micro, of.estimated_micro), (7400 * ONE, 740 * ONE));
    assert_eq!(all[1].reads.len(), 2);
    assert_eq!(
        estimated_micro(&all),
        Some(100_000),
        "a tenth; the register beside it says nothing"
    );
    assert_eq!(estimated_micro(&[]), None);
}

#[test]
fn the_periods_of_a_clock_add_up_to_the_use_and_know_their_peaks() {
    let tariff = Tariff::parse(
        "tariff T half-up\nname       T\ncommodity  electric kWh\nfrom       2026-01-01\n\n\
         clock hours\n  peak  weekdays 14-20\n  off   else\n\nvolume  Energy by hours\n  peak  0.2\n  off   0.1\n",
    )
    .unwrap();
    let mut it = hours(Flow::Delivered, ONE);
    it.series.as_mut().unwrap().micro[15] = 4 * ONE;
    let used = july(&meter("E1", vec![it])).unwrap();
    let plan = Plan::new("T", std::slice::from_ref(&tariff), &zone(), 60, days(JULY));
    let hours = by_hours(&plan, &Input::of(days(JULY), &used)).unwrap();
    // 23 weekdays of six hours, and three kWh more in one of them.
    let of: Vec<_> = hours
        .iter()
        .map(|it| (it.period.as_str(), it.delivered.micro.div_euclid(ONE), it.peak_micro))
        .collect();
    assert_eq!(of, [("peak", 141, Some(4 * ONE)), ("off", 606, Some(ONE))]);
    assert_eq!(used.delivered, kwh(747 * ONE));
}
