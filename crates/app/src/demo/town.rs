//! The plan of the sample utility: homes and shops, who lives in them, and what happens to whom.
//! Everything follows from the number of customers and the seed; nothing is written down yet.

use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::meter::Form;
use meterbook_core::money::Unit;
use meterbook_core::period::{Period, Zone};
use meterbook_core::place::Commodity;

use super::calendar::{self, Turn};
use super::chance::{About, Chance};
use super::people::{self, Somebody};
use super::streets::{Address, Walk};
use super::weather::Weather;

/// The zone the town lies in.
pub(super) const ZONE: &str = "America/Chicago";
/// Of so many customers in a row, the first ones have the stories of [`story`].
const STORY_EVERY: usize = 50;
/// Businesses among a thousand customers.
const BUSINESSES: i64 = 145;
/// Electric meters among a thousand that keep no intervals: dials that are read once a month.
const DIALS: i64 = 90;

/// The whole town.
pub(super) struct Town {
    /// From which all chance follows.
    pub(super) seed: u64,
    /// Where its days end.
    pub(super) zone: Zone,
    /// How many bill cycles it has.
    pub(super) cycles: i64,
    /// What it was like outside.
    pub(super) weather: Weather,
    /// The buildings that are served.
    pub(super) homes: Vec<Home>,
    /// The customers.
    pub(super) customers: Vec<Customer>,
}

/// A building that is served: a house, a flat or a shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Home {
    /// Its place in [`Town::homes`].
    pub(super) nth: usize,
    /// Where it is.
    pub(super) address: Address,
    /// Its bill cycle.
    pub(super) cycle: Cycle,
    /// Who uses it.
    pub(super) class: CustomerClass,
    /// What is out of the ordinary there.
    pub(super) story: Story,
    /// Days on which it changes hands or meters, or nothing: days of special reads.
    pub(super) special: Vec<Date>,
    /// What comes into it.
    pub(super) services: Vec<Service>,
    /// What uses it up.
    pub(super) build: Build,
}

/// One commodity in one building.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Service {
    /// What.
    pub(super) commodity: Commodity,
    /// On which tariff.
    pub(super) tariff: &'static str,
    /// Dials or intervals.
    pub(super) form: Form,
    /// The unit of the meter.
    pub(super) unit: Unit,
    /// Whether a second channel counts what is sent back.
    pub(super) solar: bool,
    /// The meters that hang there, one after the other.
    pub(super) meters: Vec<Hanging>,
}

/// A meter, and the days it hangs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hanging {
    /// The number on its face.
    pub(super) serial: String,
    /// The first day.
    pub(super) from: Date,
    /// The day it is gone.
    pub(super) to: Option<Date>,
}

/// What a building and the people in it are like: the numbers from which loads follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Build {
    /// Watts that never rest.
    pub(super) standby: i64,
    /// Watts at the busiest hour of the day, over the standby.
    pub(super) busy: i64,
    /// Watts for each degree Fahrenheit that it is too warm.
    pub(super) cooling: i64,
    /// Watts for each degree Fahrenheit that it is too cold.
    pub(super) heating: i64,
    /// Kilowatts of panels on the roof.
    pub(super) panels: i64,
    /// Whether a car is charged at night.
    pub(super) car: bool,
    /// Gallons of water on an ordinary day.
    pub(super) gallons: i64,
    /// Gallons more on a hot day in summer, for the lawn.
    pub(super) lawn: i64,
    /// Thousandths of a CCF of gas on any day.
    pub(super) flame: i64,
    /// Thousandths of a CCF of gas for each degree Fahrenheit that a day is too cold.
    pub(super) furnace: i64,
}

/// What is out of the ordinary in a building.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Story {
    /// Nothing.
    None,
    /// Panels on the roof.
    Solar,
    /// A pipe leaks for some weeks.
    Leak,
    /// A meter is exchanged in the middle of a turn.
    Exchange,
    /// The customer moves out and nobody moves in.
    Vacant,
    /// The reader could not get to the meter.
    MissingRead,
    /// The radio lost some intervals.
    Gap,
    /// The radio lost some intervals, and they were estimated.
    Estimated,
    /// The customer moves out, and another one moves in.
    ChangesHands,
}

/// A customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Customer {
    /// Its place in [`Town::customers`].
    pub(super) nth: usize,
    /// Who.
    pub(super) who: Somebody,
    /// How to ring them.
    pub(super) phone: Option<String>,
    /// How to write to them.
    pub(super) email: Option<String>,
    /// Where: a place in [`Town::homes`].
    pub(super) home: usize,
    /// The first day of service.
    pub(super) from: Date,
    /// The day service ends; `None` while it goes on.
    pub(super) to: Option<Date>,
    /// How they pay.
    pub(super) habit: Habit,
}

/// How a customer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    /// The bank pays on the day it is due.
    Bank,
    /// By check or card, some days after the bill came.
    Prompt,
    /// Some weeks after it was due.
    Late,
    /// A round amount below what is owed, now and then.
    InPart,
    /// Not since this turn.
    NotSince(usize),
}

impl Town {
    /// Plans a town of so many customers.
    pub(super) fn new(customers: usize, seed: u64) -> Town {
        let zone = Zone::named(ZONE).expect("the zone is in the database of this program");
        let cycles = calendar::cycles(customers);
        let weather = Weather::new(seed, calendar::span(), &zone);
        let mut town =
            Town { seed, zone, cycles, weather, homes: Vec::new(), customers: Vec::new() };
        let mut streets = Chance::new(seed, About::Town);
        let mut walk = None;
        for nth in 0..customers {
            let cycle = cycle_of(nth, customers, cycles);
            let mut chance = Chance::new(seed, About::Customer(nth));
            let moved_out = town.homes.last().filter(|_| nth.rem_euclid(STORY_EVERY) == 33);
            let moved_out = moved_out.filter(|it| it.story == Story::ChangesHands);
            if let Some(home) = moved_out {
                let (home, left) = (home.nth, home.special[0]);
                let who = people::person(&mut chance);
                let customer = customer(nth, home, who, left + 3_i64.days(), None, &mut chance);
                town.homes[home].special.push(customer.from);
                town.customers.push(customer);
                continue;
            }
            if walk.as_ref().is_none_or(|(of, _)| *of != cycle) {
                walk = Some((cycle, Walk::new(cycle.0, cycles)));
            }
            let (_, walk) = walk.as_mut().expect("it was begun just above");
            town.settle(nth, cycle, walk, &mut streets, &mut chance);
        }
        town
    }

    /// Puts a customer into a new building.
    fn settle(
        &mut self,
        nth: usize,
        cycle: Cycle,
        walk: &mut Walk,
        streets: &mut Chance,
        chance: &mut Chance,
    ) {
        let story = story(nth);
        let turns = calendar::turns(cycle, self.cycles);
        let business = story == Story::None && chance.in_thousand(BUSINESSES);
        let shop = i64::try_from(nth).expect("a count fits");
        let (who, address, class) = if business {
            (people::organisation(chance), walk.next_shop(streets, shop), CustomerClass::Commercial)
        } else {
            (people::person(chance), walk.next(streets), CustomerClass::Residential)
        };
        let special = special(story, &turns, chance);
        let begin = turns[0].period.start();
        let build = if business { shop_build(chance) } else { home_build(story, &address, chance) };
        let services = services(nth, story, class, &build, begin, &special, chance);
        let home = self.homes.len();
        let left = matches!(story, Story::Vacant | Story::ChangesHands).then(|| special[0]);
        self.customers.push(customer(nth, home, who, begin, left, chance));
        self.homes.push(Home { nth: home, address, cycle, class, story, special, services, build });
    }

    /// The turns of the cycle of a home.
    pub(super) fn turns(&self, home: &Home) -> Vec<Turn> {
        calendar::turns(home.cycle, self.cycles)
    }

    /// All days on which a home is metered.
    pub(super) fn days(&self, home: &Home) -> Period {
        let turns = self.turns(home);
        let (first, last) = (turns[0].period, turns[turns.len() - 1].period);
        Period::new(first.start(), last.end()).expect("the turns follow each other")
    }

    /// Whether somebody lives in a home on a day.
    pub(super) fn empty_from(&self, home: &Home) -> Option<Period> {
        let left = match home.story {
            Story::Vacant | Story::ChangesHands => home.special[0],
            _ => return None,
        };
        let end = home.special.get(1).copied().unwrap_or(self.days(home).end());
        Period::new(left, end)
    }
}

/// The cycle of a customer: neighbours share one, and the last cycle is never empty.
fn cycle_of(nth: usize, customers: usize, cycles: i64) -> Cycle {
    let [behind, all] =
        [customers - 1 - nth, customers].map(|it| i64::try_from(it).expect("a count fits"));
    Cycle(cycles - (behind * cycles).div_euclid(all))
}

/// What happens at the home of a customer. The rare stories come at every second chance, the others
/// at each.
fn story(nth: usize) -> Story {
    let often = nth.div_euclid(STORY_EVERY).rem_euclid(2) == 0;
    match nth.rem_euclid(STORY_EVERY) {
        3 | 17 | 38 => Story::Solar,
        8 if often => Story::Leak,
        11 => Story::Exchange,
        23 if often => Story::Vacant,
        26 if often => Story::MissingRead,
        29 if often => Story::Gap,
        32 => Story::ChangesHands,
        41 if often => Story::Estimated,
        _ => Story::None,
    }
}

/// The days on which something happens, if it happens on a day.
fn special(story: Story, turns: &[Turn], chance: &mut Chance) -> Vec<Date> {
    let turn = match story {
        Story::Exchange => 9,
        Story::Vacant => 8,
        Story::ChangesHands => 7,
        _ => return Vec::new(),
    };
    vec![turns[turn].period.start() + chance.between(6, 20).days()]
}

fn customer(
    nth: usize,
    home: usize,
    who: Somebody,
    from: Date,
    to: Option<Date>,
    chance: &mut Chance,
) -> Customer {
    let phone = chance.in_thousand(940).then(|| people::phone(nth));
    let mail = chance.in_thousand(790) || phone.is_none();
    let email = mail.then(|| people::email(&who.name, nth));
    let slot = nth.rem_euclid(STORY_EVERY);
    let habit = match chance.between(0, 1000) {
        _ if matches!(slot, 14 | 45) => Habit::Late,
        _ if slot == 20 => Habit::NotSince(9),
        _ if to.is_some() => Habit::Prompt,
        0..400 => Habit::Bank,
        400..930 => Habit::Prompt,
        930..975 => Habit::Late,
        _ => Habit::InPart,
    };
    Customer { nth, who, phone, email, home, from, to, habit }
}

fn home_build(story: Story, address: &Address, chance: &mut Chance) -> Build {
    let flat = address.street.contains(" Apt ");
    // Thousandths of the middle house.
    let size = if flat { chance.between(420, 720) } else { chance.between(650, 1550) };
    let of = |watts: i64| (watts * size).div_euclid(1000);
    let people = if flat { chance.between(1, 4) } else { chance.between(1, 6) };
    // Who has no gas in the street heats with a heat pump or a boiler.
    let gas = chance.in_thousand(560) || matches!(story, Story::MissingRead | Story::Exchange);
    let water = chance.in_thousand(610)
        || matches!(story, Story::Leak | Story::MissingRead | Story::Exchange);
    Build {
        standby: of(chance.between(140, 330)),
        busy: of(900) + 130 * people,
        cooling: of(chance.between(45, 85)),
        heating: if gas { of(6) } else { of(chance.between(42, 62)) },
        panels: if story == Story::Solar { chance.between(4, 11) } else { 0 },
        car: !flat && chance.in_thousand(95),
        gallons: if water { 22 + people * chance.between(38, 62) } else { 0 },
        lawn: if flat || chance.in_thousand(450) { 0 } else { chance.between(60, 290) },
        flame: if gas { 120 + 95 * people } else { 0 },
        furnace: if gas { of(chance.between(75, 125)) } else { 0 },
    }
}

fn shop_build(chance: &mut Chance) -> Build {
    // Most shops are small; a few are not.
    let size = if chance.in_thousand(180) { chance.between(4, 15) } else { chance.between(1, 4) };
    let gas = chance.in_thousand(550);
    let water = chance.in_thousand(550);
    Build {
        standby: size * chance.between(250, 700),
        busy: size * chance.between(1400, 2600),
        cooling: size * chance.between(60, 110),
        heating: if gas { size * 8 } else { size * chance.between(40, 70) },
        panels: 0,
        car: false,
        gallons: if water { size * chance.between(90, 340) } else { 0 },
        lawn: 0,
        flame: if gas { size * chance.between(200, 700) } else { 0 },
        furnace: if gas { size * chance.between(90, 170) } else { 0 },
    }
}

fn services(
    nth: usize,
    story: Story,
    class: CustomerClass,
    build: &Build,
    begin: Date,
    special: &[Date],
    chance: &mut Chance,
) -> Vec<Service> {
    let home = class == CustomerClass::Residential;
    let hourly = matches!(story, Story::Solar | Story::Gap | Story::Estimated);
    let dials = home && !hourly && chance.in_thousand(DIALS);
    let form = match home {
        true if dials => Form::Register { digits: 5 },
        true => Form::Interval { minutes: 60 },
        false => Form::Interval { minutes: 15 },
    };
    let by_time = home && !dials && (build.car || chance.in_thousand(180));
    let tariff = if !home {
        "C-1"
    } else if by_time {
        "R-TOU"
    } else {
        "R-1"
    };
    // The meter that is exchanged is the last one of these.
    let mut services = vec![service(nth, Commodity::Electric, tariff, form, Unit::Kwh, begin)];
    services[0].solar = 0 < build.panels;
    if 0 < build.flame {
        let form = Form::Register { digits: 4 };
        services.push(service(nth, Commodity::Gas, "G-1", form, Unit::Ccf, begin));
    }
    if 0 < build.gallons {
        let form = Form::Register { digits: 6 };
        services.push(service(nth, Commodity::Water, "W-1", form, Unit::Kgal, begin));
    }
    if story == Story::Exchange {
        let meters = &mut services.last_mut().expect("electricity comes into every house").meters;
        meters[0].to = Some(special[0]);
        let serial = format!("{}X", meters[0].serial);
        meters.push(Hanging { serial, from: special[0], to: None });
    }
    services
}

fn service(
    nth: usize,
    commodity: Commodity,
    tariff: &'static str,
    form: Form,
    unit: Unit,
    from: Date,
) -> Service {
    let (letter, first) = match commodity {
        Commodity::Electric => ('E', 310_000),
        Commodity::Gas => ('G', 720_000),
        Commodity::Water => ('W', 540_000),
        Commodity::Waste => ('R', 910_000),
    };
    let serial = format!("{letter}-{}", first + nth);
    let meters = vec![Hanging { serial, from, to: None }];
    Service { commodity, tariff, form, unit, solar: false, meters }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use meterbook_core::person::{Language, PersonKind};

    #[test]
    fn the_same_seed_makes_the_same_town_and_another_seed_another() {
        let [one, same, other] = [1, 1, 2].map(|seed| Town::new(120, seed));
        assert_eq!(one.homes, same.homes);
        assert_eq!(one.customers, same.customers);
        assert_ne!(one.customers, other.customers);
        assert_eq!(one.customers.len(), 120);
    }

    #[test]
    fn every_story_is_told_in_a_town_of_fifty() {
        let town = Town::new(50, 7);
        let told: BTreeSet<Story> = town.homes.iter().map(|it| it.story).collect();
        assert_eq!(told.len(), 9, "{told:?}");
        let habits =
            |of: fn(&Habit) -> bool| town.customers.iter().filter(|it| of(&it.habit)).count();
        assert!(
            0 < habits(|it| *it == Habit::Late)
                && 0 < habits(|it| matches!(it, Habit::NotSince(_)))
        );
        let moved = town.homes.iter().find(|it| it.story == Story::ChangesHands).unwrap();
        let lived: Vec<&Customer> =
            town.customers.iter().filter(|it| it.home == moved.nth).collect();
        assert!(lived[0].to.unwrap() < lived[1].from && lived[1].to.is_none());
        for home in &town.homes {
            let exchanged = home.services.iter().any(|it| it.meters.len() == 2);
            assert_eq!(exchanged, home.story == Story::Exchange);
            assert_eq!(home.services[0].solar, home.story == Story::Solar);
            let dials = |it: &Service| matches!(it.form, Form::Register { .. });
            assert!(home.story != Story::MissingRead || home.services.iter().any(dials));
        }
    }

    #[test]
    fn the_smallest_towns_have_somebody_in_the_newest_cycle() {
        assert!(Town::new(0, 1).customers.is_empty());
        for customers in [1, 2, 3, 33, 34, 99] {
            let town = Town::new(customers, 1);
            assert_eq!(town.customers.len(), customers);
            assert!(town.homes.iter().any(|it| it.cycle.0 == town.cycles));
        }
    }

    #[test]
    fn a_town_is_mixed_like_one() {
        let town = Town::new(2000, 1);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for service in town.homes.iter().flat_map(|it| &it.services) {
            *counts.entry(service.tariff).or_default() += 1;
        }
        for (tariff, range) in [
            ("R-1", 1100..1500),
            ("R-TOU", 250..550),
            ("C-1", 180..320),
            ("G-1", 850..1300),
            ("W-1", 950..1400),
        ] {
            assert!(range.contains(&counts[tariff]), "{tariff}: {}", counts[tariff]);
        }
        let addresses: BTreeSet<&Address> = town.homes.iter().map(|it| &it.address).collect();
        assert_eq!(addresses.len(), town.homes.len());
        let people = town.customers.iter().filter(|it| it.who.kind == PersonKind::Individual);
        let spanish = people.filter(|it| it.who.language == Language::Spanish).count();
        assert!((80..260).contains(&spanish), "{spanish}");
    }
}
