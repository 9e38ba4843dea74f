//! Streets and house numbers of a town that is on no map.

use super::chance::Chance;

/// The town on every address.
pub(super) const TOWN: &str = "Cedar Fork";

const NAMES: [&str; 96] = [
    "Abbey",
    "Acorn",
    "Alder",
    "Amber",
    "Antler",
    "Ashgrove",
    "Aspen",
    "Badger",
    "Barley",
    "Basswood",
    "Bayberry",
    "Beaver Dam",
    "Beech",
    "Birch",
    "Bittersweet",
    "Blackberry",
    "Bluebell",
    "Bluestem",
    "Bobolink",
    "Bramble",
    "Briar",
    "Brook",
    "Buckeye",
    "Butternut",
    "Cardinal",
    "Cattail",
    "Chapel",
    "Cherry",
    "Chestnut",
    "Clover",
    "Cobble",
    "Coneflower",
    "Coopers",
    "Cottonwood",
    "Covered Bridge",
    "Cranberry",
    "Creekside",
    "Dairy",
    "Deer Run",
    "Depot",
    "Dogwood",
    "Elderberry",
    "Elm",
    "Falcon",
    "Ferry",
    "Finch",
    "Foundry",
    "Foxglove",
    "Garnet",
    "Gooseberry",
    "Granary",
    "Hackberry",
    "Hawthorn",
    "Hazel",
    "Heron",
    "Hickory",
    "Honeysuckle",
    "Indigo",
    "Ironwood",
    "Jasper",
    "Kestrel",
    "Kingfisher",
    "Larch",
    "Laurel",
    "Linden",
    "Locust",
    "Magnolia",
    "Maple",
    "Meadow",
    "Mill",
    "Mulberry",
    "Nightjar",
    "Oak",
    "Old Quarry",
    "Orchard",
    "Oriole",
    "Partridge",
    "Persimmon",
    "Pheasant",
    "Pine",
    "Plum",
    "Poplar",
    "Quail",
    "Ridge",
    "Sandstone",
    "Sassafras",
    "Saw Mill",
    "Spruce",
    "Sumac",
    "Swallow",
    "Sycamore",
    "Tamarack",
    "Thistle",
    "Walnut",
    "Willow",
    "Wren",
];
const KINDS: [&str; 10] = ["St", "Ave", "Rd", "Ln", "Dr", "Ct", "Way", "Pl", "Ter", "Trl"];
/// Streets that are long and have shops and blocks of flats on them.
const MAIN: [&str; 6] =
    ["Main St", "Bell St", "Mill St", "Depot Ave", "County Road 12", "Market St"];

/// A building or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    /// `418 Juniper Hollow Rd`, `1204 Main St Apt 3`.
    pub(super) street: String,
    /// `XX 00417`: there is no such state.
    pub(super) region: String,
}

/// The reader's walk through the streets of one cycle: house by house.
pub(super) struct Walk {
    cycle: i64,
    cycles: i64,
    street: i64,
    number: i64,
    last: i64,
    unit: i64,
    units: i64,
}

impl Walk {
    /// Begins the walk of a cycle, one of so many.
    pub(super) fn new(cycle: i64, cycles: i64) -> Walk {
        Walk { cycle, cycles, street: -1, number: 0, last: 0, unit: 0, units: 0 }
    }

    /// The next house or flat.
    pub(super) fn next(&mut self, chance: &mut Chance) -> Address {
        if self.unit < self.units {
            self.unit += 1;
            return self.address(&format!(" Apt {}", self.unit));
        }
        self.number += 2 * chance.between(1, 5);
        if self.last <= self.number {
            self.street += 1;
            self.number = 100 + 2 * chance.between(0, 20);
            // Short lanes and long streets: most have some twenty houses.
            self.last = self.number + 60 + 10 * chance.between(0, 30);
        }
        self.number += if chance.in_thousand(500) { 1 } else { 0 };
        if chance.in_thousand(45) {
            self.units = 4 * chance.between(1, 5);
            self.unit = 1;
            return self.address(" Apt 1");
        }
        self.units = 0;
        self.address("")
    }

    /// The next house with a shop front: on one of the town's main streets.
    pub(super) fn next_shop(&mut self, chance: &mut Chance, nth: i64) -> Address {
        let street = chance.pick(&MAIN);
        let number = 100 + 2 * nth + chance.between(0, 2);
        Address { street: format!("{number} {street}"), region: region(self.cycle) }
    }

    fn address(&self, unit: &str) -> Address {
        // Cycles take every so-many-eth street, so that no two share one.
        let nth = self.street * self.cycles + self.cycle - 1;
        let names = i64::try_from(NAMES.len()).expect("a table is countable");
        let (round, name) = (nth.div_euclid(names), nth.rem_euclid(names));
        let kinds = i64::try_from(KINDS.len()).expect("a table is countable");
        let kind = (name * 7 + round).rem_euclid(kinds);
        let beyond = match round.div_euclid(kinds) {
            0 => "",
            1 => "N ",
            2 => "S ",
            3 => "E ",
            _ => "W ",
        };
        let [name, kind] = [name, kind].map(|it| usize::try_from(it).expect("a remainder fits"));
        let street = format!("{} {beyond}{} {}{unit}", self.number, NAMES[name], KINDS[kind]);
        Address { street, region: region(self.cycle) }
    }
}

/// The postal code of a part of the town.
pub(super) fn region(cycle: i64) -> String {
    format!("XX {:05}", 410 + cycle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::chance::About;

    #[test]
    fn nobody_shares_an_address() {
        let mut chance = Chance::new(1, About::Town);
        let mut all = std::collections::BTreeSet::new();
        for cycle in 1..=20 {
            let mut walk = Walk::new(cycle, 20);
            for _ in 0..1200 {
                let address = walk.next(&mut chance);
                assert!(all.insert(address.street.clone()), "{address:?}");
            }
        }
    }
}
