//! Customers by lot, as many as are wanted, each always the same; and what is asked about them.

use meterbook_core::id::AccountNumber;
use meterbook_core::search::{Scrap, ScrapKind};

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
    pub(crate) parcel: String,
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
            parcel: format!("{:03}-{:03}-{:04}", lot.below(1_000), lot.below(1_000), nth % 10_000),
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

    /// What an account is found by, as the store gathers it.
    pub(crate) fn scraps(&self) -> Vec<Scrap> {
        let id = self.account.to_string();
        vec![
            Scrap::new(ScrapKind::Account, self.number.to_string()),
            Scrap::new(ScrapKind::Name, self.name()),
            Scrap::new(ScrapKind::Address, self.address()),
            Scrap::new(ScrapKind::Email, &self.email),
            Scrap::new(ScrapKind::Phone, &self.phone),
            Scrap::new(ScrapKind::Meter, &self.serial),
            Scrap::new(ScrapKind::Premise, &id),
            Scrap::new(ScrapKind::ServicePoint, &id),
            Scrap::new(ScrapKind::Parcel, &self.parcel),
        ]
    }

    /// The street without its last word.
    pub(crate) fn lane(&self) -> &str {
        self.street.split(' ').next().expect("it has a word")
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

/// A number with another digit, one less, or two that changed places; never in its first half.
fn mistyped(number: &str, lot: &mut Lot) -> String {
    let mut signs: Vec<char> = number.chars().collect();
    let half = signs.len().div_ceil(2);
    let late = i64::try_from(signs.len() - half - 1).expect("short");
    let mut nth = half + usize::try_from(lot.below(late)).expect("short");
    while !signs[nth].is_ascii_digit() || !signs[nth + 1].is_ascii_digit() {
        nth -= 1;
    }
    match lot.below(3) {
        0 => signs[nth] = if signs[nth] == '7' { '3' } else { '7' },
        1 => drop(signs.remove(nth)),
        _ => signs.swap(nth, nth + 1),
    }
    signs.into_iter().collect()
}

/// As somebody writes it who sets other accents, in capitals.
fn accented(text: &str) -> String {
    let accents = [('a', 'á'), ('e', 'ê'), ('i', 'ï'), ('o', 'ø'), ('u', 'ü'), ('n', 'ñ')];
    let with = |it: char| accents.iter().find(|(plain, _)| *plain == it).map_or(it, |it| it.1);
    text.chars().map(with).collect::<String>().to_uppercase()
}

/// The beginning of a word.
fn begun(word: &str, letters: usize) -> String {
    word.chars().take(letters).collect()
}

type Ask = fn(&Customer, &mut Lot) -> String;

/// What is asked, by kind.
pub(crate) const KINDS: [(&str, Ask); 49] = [
    ("name", |it, _| it.name()),
    ("name, turned round", |it, _| format!("{}, {}", it.family, it.given)),
    ("name, accents", |it, _| accented(&it.name())),
    ("name, begun", |it, _| format!("{} {}", it.given, begun(&it.family, 4))),
    ("name, both begun", |it, _| format!("{} {}", begun(&it.given, 3), begun(&it.family, 3))),
    ("name, first letter", |it, _| format!("{} {}", it.family, begun(&it.given, 1))),
    ("name, a slip", |it, lot| format!("{} {}", it.given, misspelt(&it.family, lot))),
    ("name, two slips", |it, lot| {
        format!("{} {}", misspelt(&it.given, lot), misspelt(&it.family, lot))
    }),
    ("family name", |it, _| it.family.clone()),
    ("family name, begun", |it, _| begun(&it.family, 3)),
    ("family name, a slip", |it, lot| misspelt(&it.family, lot)),
    ("given name", |it, _| it.given.clone()),
    ("given name, a slip", |it, lot| misspelt(&it.given, lot)),
    ("one letter", |it, _| begun(&it.given, 1)),
    ("house and street", |it, _| format!("{} {}", it.house, it.street)),
    ("whole address", |it, _| it.address()),
    ("address, accents", |it, _| accented(&format!("{} {}", it.house, it.street))),
    ("address, begun", |it, _| format!("{} {}", it.house, begun(&it.street, 4))),
    ("address, a slip", |it, lot| format!("{} {}", it.house, misspelt(it.lane(), lot))),
    ("street", |it, _| it.street.clone()),
    ("street, a slip", |it, lot| misspelt(it.lane(), lot)),
    ("town", |it, _| it.town.clone()),
    ("house, postal code", |it, _| format!("{}, {}", it.house, &it.region[3..])),
    ("house postal code", |it, _| format!("{} {}", it.house, &it.region[3..])),
    ("name, street", |it, _| format!("{} {}", it.given, it.street)),
    ("name, street, town", |it, _| format!("{} {} {}", it.given, it.street, it.town)),
    ("name, street, slips", |it, lot| {
        format!("{} {}", misspelt(&it.family, lot), misspelt(it.lane(), lot))
    }),
    ("account", |it, _| it.number.to_string()),
    ("account, begun", |it, _| begun(&it.number.digits().to_string(), 6)),
    ("account, a slip", |it, lot| mistyped(&it.number.digits().to_string(), lot)),
    ("phone", |it, _| it.phone.clone()),
    ("phone, its end", |it, _| it.phone[10..].to_owned()),
    ("phone, begun", |it, _| format!("{}555", &it.phone[1..4])),
    ("phone, a slip", |it, lot| mistyped(&it.phone, lot)),
    ("meter", |it, _| it.serial.to_lowercase().replace('-', "")),
    ("meter, begun", |it, _| begun(&it.serial, 7)),
    ("meter, a slip", |it, lot| mistyped(&it.serial, lot)),
    ("e-mail", |it, _| it.email.to_uppercase()),
    ("e-mail, begun", |it, _| begun(&it.email, 8)),
    ("e-mail, its words", |it, _| it.email.split('@').next().expect("its name").to_owned()),
    ("bill", |it, _| it.bill.clone()),
    ("bill, a slip", |it, lot| mistyped(&it.bill, lot)),
    ("check", |it, _| it.check.clone()),
    ("premise", |it, _| format!("premise {}", it.account)),
    ("service point", |it, _| format!("SP-{}", it.account)),
    ("parcel", |it, _| it.parcel.clone()),
    ("parcel, begun", |it, _| begun(&it.parcel, 8)),
    ("parcel, a slip", |it, lot| mistyped(&it.parcel, lot)),
    ("order", |it, _| format!("order {}", it.account)),
];
