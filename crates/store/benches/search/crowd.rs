//! Customers by lot, as many as are wanted, each always the same; and what is asked about them.

use meterbook_core::id::AccountNumber;

/// Family names that are heard most, the most frequent first; made-up ones follow them.
const FAMILY: [&str; 48] = [
    "Smith",
    "Johnson",
    "Williams",
    "Brown",
    "Jones",
    "Garcia",
    "Miller",
    "Davis",
    "Rodriguez",
    "Martinez",
    "Hernandez",
    "Lopez",
    "Gonzalez",
    "Wilson",
    "Anderson",
    "Thomas",
    "Taylor",
    "Moore",
    "Jackson",
    "Martin",
    "Lee",
    "Perez",
    "Thompson",
    "White",
    "Harris",
    "Sanchez",
    "Clark",
    "Ramirez",
    "Lewis",
    "Robinson",
    "Walker",
    "Young",
    "Allen",
    "King",
    "Wright",
    "Scott",
    "Torres",
    "Nguyen",
    "Hill",
    "Flores",
    "Green",
    "Adams",
    "Nelson",
    "Baker",
    "Hall",
    "Rivera",
    "Núñez",
    "O'Brien",
];
const GIVEN: [&str; 40] = [
    "James",
    "Mary",
    "Robert",
    "Patricia",
    "John",
    "Jennifer",
    "Michael",
    "Linda",
    "David",
    "Elizabeth",
    "William",
    "Barbara",
    "Richard",
    "Susan",
    "Joseph",
    "Jessica",
    "Thomas",
    "Karen",
    "Christopher",
    "Sarah",
    "Charles",
    "Lisa",
    "Daniel",
    "Nancy",
    "Matthew",
    "Sandra",
    "Anthony",
    "Ashley",
    "Mark",
    "Emily",
    "José",
    "María",
    "Juan",
    "Guadalupe",
    "Luis",
    "Rosa",
    "Wei",
    "Mei",
    "Amir",
    "Fatima",
];
const STREETS: [&str; 24] = [
    "Main",
    "Oak",
    "Maple",
    "Cedar",
    "Park",
    "Washington",
    "Lake",
    "Hill",
    "Juniper",
    "Walnut",
    "Spring",
    "North",
    "Ridge",
    "Church",
    "Willow",
    "Mill",
    "Sunset",
    "Railroad",
    "Jackson",
    "River",
    "Highland",
    "Forest",
    "Jefferson",
    "Center",
];
const ENDS: [&str; 6] = ["St", "Ave", "Rd", "Dr", "Ln", "Ct"];
const TOWNS: [&str; 8] = [
    "Cedar Fork",
    "Alder Creek",
    "Mill City",
    "Port Juniper",
    "Stone Bridge",
    "Lakeview",
    "North Haven",
    "San Isidro",
];
const BEGIN: [&str; 30] = [
    "Bar", "Ben", "Cal", "Can", "Dav", "Del", "Fer", "Gal", "Gar", "Har", "Hol", "Kam", "Kov",
    "Lan", "Lin", "Mar", "Mon", "Nor", "Ols", "Par", "Pet", "Ram", "Rob", "San", "Sch", "Ster",
    "Tor", "Val", "Wal", "Zim",
];
const MIDDLE: [&str; 20] = [
    "a", "al", "an", "ber", "den", "e", "el", "er", "i", "in", "is", "ken", "le", "mer", "ni", "o",
    "or", "ri", "ta", "u",
];
const LAST: [&str; 24] = [
    "berg", "bez", "dale", "der", "do", "dez", "feld", "ford", "gan", "ham", "ker", "ley", "lez",
    "man", "mann", "nez", "ro", "sen", "ski", "son", "stein", "ton", "wick", "wood",
];

/// Made-up family names after the heard ones.
const FAMILIES: i64 = 60_000;
/// Streets that begin otherwise than the heard ones.
const LANES: i64 = 8_000;

/// Numbers by lot, the same on every machine.
pub(crate) struct Lot(pub(crate) u64);

impl Lot {
    /// One of `0..bound`.
    pub(crate) fn below(&mut self, bound: i64) -> i64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        it ^= it >> 31;
        let bound = u64::try_from(bound).expect("it is above zero");
        i64::try_from(it % bound).expect("it is below the bound")
    }

    fn of<'a>(&mut self, some: &[&'a str]) -> &'a str {
        some[usize::try_from(self.below(i64::try_from(some.len()).expect("few"))).expect("few")]
    }

    /// One of `0..bound`, the first ones much more often.
    fn early(&mut self, bound: i64) -> i64 {
        let within = self.below(bound) + 1;
        self.below(within)
    }
}

/// Everybody.
pub(crate) struct Crowd {
    /// How many.
    pub(crate) customers: i64,
}

/// One of them.
pub(crate) struct Customer {
    pub(crate) account: i64,
    pub(crate) number: AccountNumber,
    pub(crate) given: String,
    pub(crate) family: String,
    pub(crate) street: String,
    pub(crate) house: String,
    pub(crate) town: String,
    pub(crate) region: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) serial: String,
    pub(crate) bill: String,
    pub(crate) check: String,
}

impl Crowd {
    pub(crate) fn new(customers: i64) -> Crowd {
        Crowd { customers }
    }

    /// The one with this place in the order.
    pub(crate) fn customer(&self, nth: i64) -> Customer {
        let mut lot = Lot(u64::try_from(nth).expect("from zero") * 1_000_003);
        let account = nth + 1;
        let heard = i64::try_from(FAMILY.len()).expect("few");
        let family = match lot.below(100) {
            // Three in ten have one of the heard names, and among them the first ones most.
            0..30 => FAMILY[usize::try_from(lot.early(heard)).expect("few")].to_owned(),
            _ => made_up(lot.early(FAMILIES)),
        };
        let given = lot.of(&GIVEN).to_owned();
        let street = match lot.below(100) {
            0..20 => lot.of(&STREETS).to_owned(),
            _ => made_up(lot.below(LANES) + FAMILIES),
        };
        let (street, house) = (format!("{street} {}", lot.of(&ENDS)), lot.below(9_900) + 100);
        let serial = 10_000_000 + account;
        let local = format!("{given}.{family}{}", account.rem_euclid(1_000)).to_lowercase();
        Customer {
            account,
            number: AccountNumber::new(serial).expect("it has eight digits"),
            town: lot.of(&TOWNS).to_owned(),
            region: format!("XX {:05}", 400 + lot.below(60)),
            phone: format!("({}) 555-{:04}", 200 + lot.below(700), lot.below(10_000)),
            email: format!("{}@mail.test", local.replace('\'', "")),
            serial: format!("E-{}", 30_000_000 + account * 7),
            bill: format!("B-260804-{serial}"),
            check: format!("{}", 1_000 + lot.below(9_000_000)),
            given,
            family,
            street,
            house: house.to_string(),
        }
    }
}

impl Customer {
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.given, self.family)
    }

    pub(crate) fn address(&self) -> String {
        format!("{} {}, {} {}", self.house, self.street, self.town, self.region)
    }
}

fn made_up(nth: i64) -> String {
    let mut lot = Lot(u64::try_from(nth).expect("from zero") * 7_919 + 11);
    let middle = if lot.below(3) == 0 { lot.of(&MIDDLE) } else { "" };
    format!("{}{middle}{}{}", lot.of(&BEGIN), lot.of(&MIDDLE), lot.of(&LAST))
}

/// A letter more, less, another, or two that changed places.
fn misspelt(word: &str, lot: &mut Lot) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let nth = usize::try_from(lot.below(i64::try_from(letters.len()).expect("short") - 1) + 1);
    let nth = nth.expect("short").min(letters.len() - 1);
    match lot.below(4) {
        0 => letters.insert(nth, 'e'),
        1 => drop(letters.remove(nth)),
        2 => letters[nth] = 'y',
        _ => letters.swap(nth, nth - 1),
    }
    letters.into_iter().collect()
}

type Ask = fn(&Customer, &mut Lot) -> String;

/// What is asked, by kind.
pub(crate) const KINDS: [(&str, Ask); 16] = [
    ("account", |it, _| it.number.to_string()),
    ("phone", |it, _| it.phone.clone()),
    ("end of a phone", |it, _| it.phone[10..].to_owned()),
    ("two-word name", |it, _| format!("{} {}", it.family, it.given)),
    ("family name", |it, _| it.family.clone()),
    ("given name", |it, _| it.given.clone()),
    ("begun name", |it, _| {
        format!("{} {}", it.given, it.family.chars().take(4).collect::<String>())
    }),
    ("misspelt name", |it, lot| format!("{} {}", it.given, misspelt(&it.family, lot))),
    ("misspelt family", |it, lot| misspelt(&it.family, lot)),
    ("house and street", |it, _| format!("{} {}", it.house, it.street)),
    ("street", |it, _| it.street.clone()),
    ("name, street", |it, _| format!("{} {}", it.given, it.street)),
    ("serial", |it, _| it.serial.to_lowercase().replace('-', "")),
    ("e-mail", |it, _| it.email.clone()),
    ("bill", |it, _| it.bill.clone()),
    ("check", |it, _| it.check.clone()),
];
