//! What goes through the meters: simple physics with whole numbers, driven by the weather.

use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::meter::Form;
use meterbook_core::money::Unit;
use meterbook_core::period::Period;
use meterbook_core::place::Commodity;
use meterbook_core::reads::{Series, Span};

use super::chance::{About, Chance};
use super::town::{Hanging, Home, Service, Story, Town};
use super::weather::{Day, Hour};

/// How busy a household is, in thousandths, from midnight on: on weekdays and on weekends.
const AT_HOME: [[i64; 24]; 2] = [
    [
        120, 80, 60, 55, 60, 120, 340, 480, 360, 230, 210, 230, 260, 240, 230, 290, 450, 720, 930,
        1000, 940, 760, 480, 240,
    ],
    [
        170, 110, 80, 65, 60, 80, 160, 320, 520, 620, 620, 600, 640, 600, 560, 560, 620, 780, 950,
        1000, 920, 760, 540, 300,
    ],
];
/// How busy a business is.
const AT_WORK: [[i64; 24]; 2] = [
    [
        60, 60, 60, 60, 80, 160, 360, 640, 860, 950, 980, 1000, 970, 990, 980, 940, 880, 760, 560,
        380, 240, 140, 90, 70,
    ],
    [
        60, 60, 60, 60, 60, 90, 140, 220, 340, 430, 480, 500, 500, 480, 450, 400, 320, 240, 180,
        130, 100, 80, 70, 60,
    ],
];
/// Above this, houses are cooled: tenths of a degree Fahrenheit.
const WARM: i64 = 700;
/// Below this, they are heated.
const COLD: i64 = 610;
/// Watts of a car that is charged, and the hours: late at night, when it is cheap.
const CAR: i64 = 6_600;
/// Turn in which a pipe leaks, a read or some intervals are lost: the newest ones wait for a clerk.
pub(super) const LATE_TURN: usize = 11;

/// What the channels of an interval meter say: what came in and, with panels, what went out.
pub(super) struct Flows {
    /// To the customer.
    pub(super) delivered: Series,
    /// From the customer.
    pub(super) received: Option<Series>,
}

/// What a register showed at the start of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The day.
    pub(super) on: Date,
    /// Millionths of the register's unit.
    pub(super) index_micro: i64,
}

/// The year of an interval meter.
pub(super) fn intervals(town: &Town, home: &Home, service: &Service) -> Flows {
    let Form::Interval { minutes } = service.form else { panic!("dials have no intervals") };
    let parts = if minutes == 15 { 4 } else { 1 };
    let days = town.days(home);
    let mut house = House::new(town, home, Commodity::Electric);
    let mut delivered = Vec::with_capacity(days_of(town, days).len() * 24 * parts);
    let mut received = Vec::new();
    for day in days_of(town, days) {
        house.wake(day);
        for hour in &town.weather.hours[day.first..day.first + day.hours] {
            for _ in 0..parts {
                let used = house.watts(day, hour);
                let made = home.build.panels * hour.sun;
                // Watt-hours are thousandths of a kWh; the series counts millionths.
                let per = i64::try_from(parts).expect("1 or 4");
                delivered.push((used - made).max(0).div_euclid(per) * 1000);
                if service.solar {
                    received.push((made - used).max(0).div_euclid(per) * 1000);
                }
            }
        }
    }
    let lost = lost(town, home, delivered.len(), minutes);
    let series = |micro: Vec<i64>| {
        let mut series = Series {
            start: town.zone.start_of(days.start()),
            minutes,
            micro,
            missing: Vec::new(),
            estimated: Vec::new(),
        };
        match lost {
            Some(span) if home.story == Story::Gap => {
                series.micro[span.range()].fill(0);
                series.missing.push(span);
            }
            Some(span) => series.estimated.push(span),
            None => {}
        }
        series
    };
    let received = service.solar.then(|| series(received));
    Flows { delivered: series(delivered), received }
}

/// The intervals that the radio lost.
fn lost(town: &Town, home: &Home, values: usize, minutes: u16) -> Option<Span> {
    if !matches!(home.story, Story::Gap | Story::Estimated) {
        return None;
    }
    let mut chance = Chance::new(town.seed, About::Load(key(home, 4)));
    let days = town.days(home);
    let turn = if home.story == Story::Gap { LATE_TURN + home.nth.rem_euclid(2) } else { 6 };
    let day = town.turns(home)[turn].period.start();
    let seconds =
        town.zone.start_of(day).as_second() - town.zone.start_of(days.start()).as_second();
    let first = seconds.div_euclid(i64::from(minutes) * 60) + chance.between(50, 400);
    let start = u32::try_from(first).expect("a turn is not before the first");
    let span = Span { start, len: u32::try_from(chance.between(3, 19)).expect("it is small") };
    assert!(span.range().end <= values, "the turns are inside the days");
    Some(span)
}

/// What a register showed on each of `on`, which are in order.
pub(super) fn dials(
    town: &Town,
    home: &Home,
    service: &Service,
    hung: &Hanging,
    on: &[Date],
) -> Vec<Shown> {
    let Form::Register { digits } = service.form else { panic!("intervals have no dials") };
    let commodity = service.commodity;
    let mut chance = Chance::new(town.seed, About::Load(key(home, 8 + commodity_key(commodity))));
    let full = 10_i64.pow(u32::from(digits)) * 1_000_000;
    // A new meter begins at zero; one that has hung for years stands anywhere.
    let whole = full.div_euclid(1_000_000);
    let begun = hung.to.is_some() || service.meters.len() == 1;
    let mut index = if begun { chance.between(0, whole.min(1_000_000)) * 1_000_000 } else { 0 };
    let mut house = House::new(town, home, commodity);
    let Some((first, last)) = on.first().zip(on.last()) else { return Vec::new() };
    let mut shown = Vec::new();
    let mut ask = on.iter().peekable();
    let walked = Period::new(*first, *last + 1.day()).expect("the days are in order");
    for day in walked.each_day() {
        if ask.next_if(|it| **it == day).is_some() {
            let step = dial_micro(service.unit);
            shown.push(Shown {
                on: day,
                index_micro: (index - index.rem_euclid(step)).rem_euclid(full),
            });
        }
        if let Some(weather) = town.weather.nth(day).and_then(|nth| town.weather.days.get(nth)) {
            house.wake(weather);
            index += house.through(town, weather, commodity);
        }
    }
    shown
}

/// The days on which a register is read: where turns meet, and where something happens.
pub(super) fn read_days(town: &Town, home: &Home, service: &Service, hung: &Hanging) -> Vec<Date> {
    let turns = town.turns(home);
    let mut days: Vec<Date> = turns.iter().map(|it| it.period.start()).collect();
    days.push(town.days(home).end());
    days.extend(&home.special);
    days.sort();
    days.dedup();
    let last = home.services.last().is_some_and(|it| it == service);
    let missed = (home.story == Story::MissingRead && last)
        .then(|| turns[LATE_TURN + home.nth.rem_euclid(2)].period.end());
    days.retain(|it| hung.from <= *it && hung.to.is_none_or(|to| *it <= to) && Some(*it) != missed);
    days
}

/// The smallest step that the dials of a unit show.
fn dial_micro(unit: Unit) -> i64 {
    if unit == Unit::Kgal { 10_000 } else { 1_000_000 }
}

/// The days of a span of the town's weather.
fn days_of(town: &Town, days: Period) -> &[Day] {
    let nth = |day| town.weather.nth(day).expect("meters are read inside the span");
    &town.weather.days[nth(days.start())..nth(days.end())]
}

/// A key for a stream of chance: one meter of one home.
fn key(home: &Home, which: u64) -> u64 {
    u64::try_from(home.nth).expect("a count fits") * 16 + which
}

fn commodity_key(commodity: Commodity) -> u64 {
    match commodity {
        Commodity::Electric => 0,
        Commodity::Gas => 1,
        Commodity::Water => 2,
        Commodity::Waste => 3,
    }
}

/// A building as it goes through the year.
struct House<'a> {
    home: &'a Home,
    chance: Chance,
    empty: Option<Period>,
    leak: Option<Period>,
    lived_in: bool,
    car_home: bool,
    /// Thousandths of an ordinary day.
    mood: i64,
    busy: &'static [[i64; 24]; 2],
}

impl<'a> House<'a> {
    fn new(town: &Town, home: &'a Home, commodity: Commodity) -> House<'a> {
        let leak = (home.story == Story::Leak).then(|| town.turns(home)[LATE_TURN].period);
        let leak = leak.and_then(|it| Period::new(it.start() + 9.days(), it.end() + 6.days()));
        House {
            home,
            chance: Chance::new(town.seed, About::Load(key(home, commodity_key(commodity)))),
            empty: town.empty_from(home),
            leak,
            lived_in: true,
            car_home: false,
            mood: 1000,
            busy: if home.class == CustomerClass::Commercial { &AT_WORK } else { &AT_HOME },
        }
    }

    /// Begins a day.
    fn wake(&mut self, day: &Day) {
        self.lived_in = self.empty.is_none_or(|it| !it.contains(day.date));
        // Now and then the family is away.
        let away = self.home.class == CustomerClass::Residential && self.chance.in_thousand(25);
        self.mood = if away { 150 } else { 1000 + self.chance.around_zero(160).clamp(-600, 900) };
        self.car_home = self.home.build.car && self.chance.in_thousand(520);
    }

    /// The mean power of a part of an hour, in watts.
    fn watts(&mut self, day: &Day, hour: &Hour) -> i64 {
        let build = &self.home.build;
        if !self.lived_in {
            return build.standby.div_euclid(3);
        }
        let busy = self.busy[usize::from(day.weekend)][hour.of_day];
        // One draw gives the noise of the hour and whether something large runs.
        let draw = self.chance.between(0, 1 << 20);
        let noise = 700 + (draw & 0x1ff) + (draw & 0x1f);
        let large = if (draw >> 9) < busy.div_euclid(8) { 1_400 } else { 0 };
        let lights = (build.busy * busy).div_euclid(1000) * self.mood;
        let lights = (lights.div_euclid(1000) * noise).div_euclid(1000);
        // Walls remember the day.
        let felt = (2 * hour.temperature + day.mean).div_euclid(3);
        let cool = (felt - WARM).max(0) * build.cooling;
        let heat = (COLD - felt).max(0) * build.heating;
        let climate = (cool + heat).div_euclid(10) * (800 + noise.div_euclid(5));
        let charge = if self.car_home && (1..4).contains(&hour.of_day) { CAR } else { 0 };
        build.standby + lights + large + climate.div_euclid(1000) + charge
    }

    /// What goes through a meter in a day, in millionths of its unit.
    fn through(&mut self, town: &Town, day: &Day, commodity: Commodity) -> i64 {
        match commodity {
            Commodity::Electric => {
                let hours = &town.weather.hours[day.first..day.first + day.hours];
                hours.iter().map(|hour| self.watts(day, hour) * 1000).sum()
            }
            Commodity::Gas => self.gas(day) * 1000,
            Commodity::Water => self.water(day) * 1000,
            Commodity::Waste => 0,
        }
    }

    /// Thousandths of a CCF in a day.
    fn gas(&mut self, day: &Day) -> i64 {
        let build = &self.home.build;
        let noise = 850 + self.chance.between(0, 301);
        let cold = (COLD + 20 - day.mean).max(0) * build.furnace;
        let heat = (cold.div_euclid(10) * noise).div_euclid(1000);
        if self.lived_in {
            heat + (build.flame * self.mood).div_euclid(1000)
        } else {
            heat.div_euclid(3)
        }
    }

    /// Gallons in a day.
    fn water(&mut self, day: &Day) -> i64 {
        let build = &self.home.build;
        let drip = self
            .leak
            .filter(|it| it.contains(day.date))
            .map_or(0, |_| 780 + self.chance.between(0, 90));
        if !self.lived_in {
            return drip;
        }
        let used = (build.gallons * self.mood).div_euclid(1000);
        let dry = 720 < day.mean && self.chance.in_thousand(480);
        used.max(3) + drip + if dry { build.lawn } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Micro-units through the first register of a commodity in a year, home by home.
    fn yearly(town: &Town, commodity: Commodity, class: CustomerClass) -> Vec<i64> {
        let mut all = Vec::new();
        for home in town.homes.iter().filter(|it| it.class == class && it.story == Story::None) {
            for service in home.services.iter().filter(|it| it.commodity == commodity) {
                all.push(match service.form {
                    Form::Interval { .. } => {
                        intervals(town, home, service).delivered.micro.iter().sum()
                    }
                    Form::Register { digits } => {
                        let hung = &service.meters[0];
                        let shown =
                            dials(town, home, service, hung, &read_days(town, home, service, hung));
                        let full = 10_i64.pow(u32::from(digits)) * 1_000_000;
                        let step =
                            |it: &[Shown]| (it[1].index_micro - it[0].index_micro).rem_euclid(full);
                        shown.windows(2).map(step).sum()
                    }
                });
            }
        }
        all
    }

    fn middle(mut of: Vec<i64>) -> i64 {
        of.sort_unstable();
        of[of.len().div_euclid(2)].div_euclid(1_000_000)
    }

    #[test]
    fn a_year_is_what_a_household_uses() {
        let town = Town::new(300, 3);
        let kwh = middle(yearly(&town, Commodity::Electric, CustomerClass::Residential));
        assert!((7_000..15_000).contains(&kwh), "{kwh} kWh");
        let ccf = middle(yearly(&town, Commodity::Gas, CustomerClass::Residential));
        assert!((450..1_000).contains(&ccf), "{ccf} CCF");
        let kgal = middle(yearly(&town, Commodity::Water, CustomerClass::Residential));
        assert!((35..110).contains(&kgal), "{kgal} kgal");
        let shop = middle(yearly(&town, Commodity::Electric, CustomerClass::Commercial));
        assert!((20_000..120_000).contains(&shop), "{shop} kWh");
    }

    #[test]
    fn loads_are_the_same_again_and_have_a_value_for_every_interval() {
        let [town, again] = [Town::new(60, 5), Town::new(60, 5)];
        for (home, same) in town.homes.iter().zip(&again.homes) {
            for service in &home.services {
                let Form::Interval { minutes } = service.form else { continue };
                let flows = intervals(&town, home, service);
                let delivered = &flows.delivered;
                assert_eq!(delivered, &intervals(&again, same, service).delivered);
                assert_eq!(delivered.end(), town.zone.start_of(town.days(home).end()), "{minutes}");
                assert!(delivered.micro.iter().all(|it| 0 <= *it && it.rem_euclid(1000) == 0));
                assert_eq!(flows.received.is_some(), home.story == Story::Solar);
                assert_eq!(delivered.missing.len(), usize::from(home.story == Story::Gap));
                assert_eq!(delivered.estimated.len(), usize::from(home.story == Story::Estimated));
            }
        }
    }

    #[test]
    fn a_solar_home_sends_some_back_by_day_and_nothing_by_night() {
        let town = Town::new(50, 1);
        let home = town.homes.iter().find(|it| it.story == Story::Solar).unwrap();
        let flows = intervals(&town, home, &home.services[0]);
        let (delivered, received) = (flows.delivered.micro, flows.received.unwrap().micro);
        assert!(received.iter().any(|it| 0 < *it));
        assert!(delivered.iter().zip(&received).all(|(to, from)| *to == 0 || *from == 0));
    }

    #[test]
    fn a_leak_shows_and_a_missed_read_is_missing() {
        let town = Town::new(50, 1);
        let told = |story| town.homes.iter().find(|it| it.story == story).unwrap();
        let home = told(Story::Leak);
        let water = home.services.last().unwrap();
        let shown = dials(
            &town,
            home,
            water,
            &water.meters[0],
            &read_days(&town, home, water, &water.meters[0]),
        );
        let used = |turn: usize| {
            (shown[turn + 1].index_micro - shown[turn].index_micro).rem_euclid(1_000_000_000_000)
        };
        assert!(2 * used(3) < used(LATE_TURN), "{} {}", used(3), used(LATE_TURN));
        let home = told(Story::MissingRead);
        let last = home.services.last().unwrap();
        assert_eq!(read_days(&town, home, last, &last.meters[0]).len(), 13);
        let home = told(Story::Exchange);
        let [old, new] = &home.services.last().unwrap().meters[..] else { panic!("two meters") };
        let read = |hung| read_days(&town, home, home.services.last().unwrap(), hung);
        assert_eq!(read(old).last(), read(new).first());
    }
}
