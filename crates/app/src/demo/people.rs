//! Names of people and organisations. All are made up; any likeness is chance.

use meterbook_core::person::{Language, PersonKind};

use super::chance::Chance;

/// Who a customer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Somebody {
    /// As on an envelope.
    pub(super) name: String,
    /// A human being or not.
    pub(super) kind: PersonKind,
    /// What they want to be written to in.
    pub(super) language: Language,
}

/// Names that are heard together.
struct Roots {
    /// How many of a thousand.
    share: i64,
    /// How many of a thousand of these want Spanish.
    spanish: i64,
    given: &'static [&'static str],
    family: &'static [&'static str],
}

const ROOTS: [Roots; 7] = [
    Roots {
        share: 430,
        spanish: 0,
        given: &[
            "Abigail", "Alan", "Amber", "Andrew", "Angela", "Ann", "Barbara", "Beth", "Brian",
            "Bruce", "Carol", "Charles", "Christine", "Craig", "Cynthia", "Dale", "Daniel", "Deborah",
            "Dennis", "Donna", "Douglas", "Edward", "Elaine", "Emily", "Eric", "Evelyn", "Frances",
            "Gary", "George", "Glenn", "Grace", "Hannah", "Harold", "Heather", "Holly", "Ian",
            "Jack", "James", "Janet", "Jason", "Jean", "Jennifer", "Joan", "John", "Joyce", "Judith",
            "Karen", "Keith", "Kelly", "Kevin", "Laura", "Leah", "Linda", "Lois", "Margaret", "Mark",
            "Martha", "Matthew", "Megan", "Michael", "Nancy", "Nathan", "Neil", "Nora", "Norman",
            "Owen", "Pamela", "Patricia", "Paul", "Peter", "Philip", "Rachel", "Ralph", "Rebecca",
            "Robert", "Roger", "Rose", "Russell", "Ruth", "Ryan", "Sandra", "Sarah", "Scott",
            "Sharon", "Shirley", "Stephen", "Susan", "Theresa", "Thomas", "Timothy", "Tyler",
            "Vernon", "Victoria", "Virginia", "Walter", "Wayne", "Wendy", "William",
        ],
        family: &[
            "Abbott", "Alden", "Archer", "Ashby", "Atwood", "Bailey", "Barlow", "Beckett", "Bishop",
            "Blackwell", "Bradley", "Brewer", "Briggs", "Brooks", "Buckley", "Burke", "Caldwell",
            "Carver", "Chandler", "Clayton", "Coleman", "Conway", "Cooper", "Crawford", "Dalton",
            "Dawson", "Doyle", "Drake", "Duncan", "Eastman", "Ellis", "Emerson", "Everett", "Farrell",
            "Fielding", "Fletcher", "Foley", "Forrester", "Foster", "Gallagher", "Gardner", "Gibbs",
            "Gleason", "Graham", "Hale", "Hammond", "Harding", "Hartley", "Hawkins", "Hayes",
            "Holloway", "Hopkins", "Hughes", "Hutchins", "Ingram", "Jennings", "Keller", "Kendall",
            "Kerr", "Kirby", "Lambert", "Langley", "Larkin", "Lawson", "Lowell", "Mahoney", "Marsh",
            "Mercer", "Merrill", "Monroe", "Moss", "Nash", "Norris", "Oakley", "Osborne", "Palmer",
            "Parrish", "Peck", "Perkins", "Pratt", "Quimby", "Quinn", "Ramsey", "Reeves", "Rhodes",
            "Rowe", "Sawyer", "Sheridan", "Stanton", "Sutton", "Thatcher", "Thorne", "Tilden",
            "Turner", "Upton", "Vaughn", "Wade", "Walsh", "Warren", "Webb", "Whitaker", "Wilder",
            "Winslow", "Woodward", "Yates",
        ],
    },
    Roots {
        share: 190,
        spanish: 420,
        given: &[
            "Adriana", "Alejandro", "Alma", "Andrea", "Armando", "Beatriz", "Camila", "Carlos",
            "Carmen", "Cecilia", "Daniela", "Diego", "Elena", "Emilio", "Esperanza", "Esteban",
            "Fernando", "Gabriela", "Guadalupe", "Hector", "Ignacio", "Isabel", "Javier", "Jorge",
            "Josefina", "Juan", "Julia", "Leticia", "Lorena", "Luis", "Lupe", "Manuel", "Marisol",
            "Mateo", "Mercedes", "Miguel", "Natalia", "Octavio", "Paloma", "Pilar", "Rafael",
            "Ramona", "Ricardo", "Rocío", "Rosa", "Salvador", "Silvia", "Sofía", "Teresa", "Tomás",
            "Valeria", "Verónica", "Yolanda",
        ],
        family: &[
            "Acosta", "Aguilar", "Alvarado", "Arroyo", "Ávila", "Barrera", "Beltrán", "Benítez",
            "Cabrera", "Calderón", "Campos", "Cárdenas", "Castillo", "Cervantes", "Contreras",
            "Cortez", "Delgado", "Domínguez", "Espinoza", "Estrada", "Figueroa", "Fuentes",
            "Galván", "Guerrero", "Herrera", "Ibarra", "Jiménez", "Juárez", "Leal", "Lozano",
            "Maldonado", "Medina", "Mejía", "Mendoza", "Molina", "Montoya", "Mora", "Navarro",
            "Ochoa", "Orozco", "Pacheco", "Peralta", "Quintero", "Ramírez", "Ríos", "Robles",
            "Salazar", "Santiago", "Serrano", "Solís", "Tovar", "Trujillo", "Valdez", "Vega",
            "Villarreal", "Zamora", "Zúñiga",
        ],
    },
    Roots {
        share: 140,
        spanish: 0,
        given: &[
            "Aaliyah", "Alicia", "Andre", "Bernice", "Calvin", "Cedric", "Clarence", "Darius",
            "Darnell", "Denise", "Desmond", "Ebony", "Earl", "Gloria", "Imani", "Isaiah", "Jada",
            "Jalen", "Jasmine", "Jerome", "Keisha", "Kiara", "Lamar", "Latoya", "Leroy", "Loretta",
            "Malcolm", "Marcus", "Maya", "Monique", "Nia", "Odessa", "Otis", "Quentin", "Raymond",
            "Reggie", "Roland", "Sheila", "Simone", "Tamika", "Terrence", "Tiana", "Vivian", "Xavier",
        ],
        family: &[
            "Alston", "Banks", "Battle", "Booker", "Braxton", "Broussard", "Charles", "Cheatham",
            "Dixon", "Dorsey", "Fields", "Gaines", "Gilliam", "Goodwin", "Hairston", "Hampton",
            "Jefferson", "Joseph", "Lyles", "Mack", "Mayfield", "McKinney", "Mosley", "Neal",
            "Pettway", "Randle", "Rivers", "Rollins", "Singletary", "Spencer", "Tate", "Townsend",
            "Tubbs", "Wardlaw", "Washington", "Whitfield", "Wiggins", "Witherspoon",
        ],
    },
    Roots {
        share: 90,
        spanish: 0,
        given: &[
            "Aiko", "Amy", "An", "Binh", "Chen", "Christine", "Daniel", "David", "Emiko", "Eugene",
            "Grace", "Hana", "Hao", "Helen", "Hiro", "Hyun", "Jae", "Jenny", "Jin", "Julie", "Kai",
            "Ken", "Kevin", "Lan", "Lien", "Ling", "Mai", "Mei", "Mina", "Minh", "Naomi", "Peter",
            "Quan", "Sora", "Susan", "Thanh", "Thu", "Tommy", "Wei", "Xin", "Yuki",
        ],
        family: &[
            "Bae", "Bui", "Chang", "Chen", "Cho", "Chung", "Dang", "Dinh", "Fong", "Fujita", "Hoang",
            "Huang", "Hwang", "Inoue", "Jung", "Kang", "Kato", "Kim", "Kwon", "Lam", "Lau", "Le",
            "Liang", "Lim", "Lin", "Ma", "Mori", "Ng", "Ngo", "Nguyen", "Ono", "Park", "Pham",
            "Phan", "Ryu", "Saito", "Shin", "Song", "Tan", "Tanaka", "Tran", "Truong", "Vang", "Vo",
            "Wong", "Wu", "Xiong", "Yamada", "Yang", "Yoon", "Zhang",
        ],
    },
    Roots {
        share: 70,
        spanish: 0,
        given: &[
            "Agnieszka", "Anders", "Anton", "Astrid", "Birgit", "Bogdan", "Carlo", "Claudia",
            "Dmitri", "Elsa", "Enzo", "Erik", "Franco", "Franz", "Greta", "Gunnar", "Heidi", "Helga",
            "Ingrid", "Irina", "Ivan", "Jakub", "Katarzyna", "Klaus", "Kristof", "Lars", "Magda",
            "Marek", "Mila", "Nadia", "Niels", "Olga", "Pavel", "Petra", "Pietro", "Rocco", "Sigrid",
            "Stefan", "Sven", "Tatiana", "Viktor", "Vito", "Zofia",
        ],
        family: &[
            "Andersson", "Bauer", "Becker", "Bergstrom", "Bianchi", "Dahl", "Dvorak", "Ferrara",
            "Fischer", "Gallo", "Halvorsen", "Hoffmann", "Horvath", "Ivanova", "Jankowski",
            "Jensen", "Kaminski", "Kovacs", "Kowalczyk", "Kruger", "Larsen", "Lindqvist", "Lombardi",
            "Marchetti", "Mazur", "Nowicki", "Novak", "Nyberg", "Olsen", "Petrov", "Popov", "Ricci",
            "Rossi", "Sandberg", "Schaefer", "Schroeder", "Sokolov", "Stenberg", "Szabo", "Vogel",
            "Volkov", "Wagner", "Wojcik", "Zielinski",
        ],
    },
    Roots {
        share: 50,
        spanish: 0,
        given: &[
            "Aditi", "Ahmed", "Aisha", "Amir", "Anand", "Anjali", "Arjun", "Asha", "Dalia", "Deepak",
            "Farah", "Farid", "Fatima", "Gita", "Hassan", "Ibrahim", "Jamal", "Karim", "Kavita",
            "Lakshmi", "Leila", "Manoj", "Mariam", "Meera", "Nadim", "Nasreen", "Neha", "Omar",
            "Parvati", "Priya", "Rajesh", "Ravi", "Rehana", "Rohan", "Samir", "Sanjay", "Shreya",
            "Sunita", "Tariq", "Usha", "Vijay", "Yasmin", "Zara",
        ],
        family: &[
            "Abdi", "Ahmad", "Akhtar", "Bhatt", "Chaudhry", "Das", "Desai", "Dutta", "Farooq",
            "Ghosh", "Gupta", "Haddad", "Hussain", "Iyer", "Jaber", "Joshi", "Kapoor", "Karimi",
            "Khan", "Khoury", "Kulkarni", "Mahmoud", "Malik", "Mehta", "Menon", "Mirza", "Nair",
            "Najjar", "Patel", "Pillai", "Qureshi", "Rahman", "Raman", "Rao", "Saleh", "Shah",
            "Sharma", "Singh", "Sultan", "Tahir", "Varma", "Yousef", "Zaman",
        ],
    },
    Roots {
        share: 30,
        spanish: 0,
        given: &[
            "Abena", "Adaeze", "Ama", "Amara", "Ayodele", "Chidi", "Chioma", "Dana", "Efua",
            "Ekow", "Emeka", "Folake", "Ife", "Kofi", "Kwame", "Makena", "Ngozi", "Nkechi", "Obi",
            "Olu", "Sade", "Sefu", "Tunde", "Uche", "Wanjiru", "Yaw", "Zola",
        ],
        family: &[
            "Abara", "Acheampong", "Adebayo", "Adeyemi", "Amadi", "Ansah", "Asante", "Balogun",
            "Boateng", "Chukwu", "Diallo", "Eze", "Igwe", "Kamau", "Kariuki", "Mbeki", "Mensah",
            "Moyo", "Mwangi", "Ndlovu", "Njoroge", "Nwosu", "Obi", "Okafor", "Okeke", "Okoye",
            "Onyango", "Oyelaran", "Sesay", "Traore",
        ],
    },
];

/// What an organisation is called: a first word, and then one of these.
const FIRSTS: [&str; 56] = [
    "Alder", "Anchor", "Beacon", "Bell Street", "Birchwood", "Blue Heron", "Bluff", "Bridge Street",
    "Brightwater", "Cedar Fork", "Copper Kettle", "Cornerstone", "County Line", "Crossroads",
    "Depot", "Dogwood", "Elm", "Fairview", "First Street", "Four Corners", "Garden Gate",
    "Golden Hour", "Granite", "Greenfield", "Harvest", "Hilltop", "Hometown", "Iron Horse",
    "Juniper", "Keystone", "Lantern", "Liberty", "Lone Oak", "Main Street", "Maple Leaf",
    "Meadowlark", "Mill Race", "Millstone", "North Fork", "Northside", "Oak Hill", "Old Mill",
    "Orchard", "Prairie", "Quarry", "Red Barn", "Ridgeline", "River Bend", "Riverside",
    "Rolling Hills", "Silver Creek", "Stonebridge", "Sunrise", "Three Rivers", "Valley", "Willow",
];
const SECONDS: [&str; 40] = [
    "Animal Clinic", "Apartments LLC", "Auto Body Inc.", "Auto Repair", "Bakery", "Barber Shop",
    "Books & Gifts", "Brewing Co.", "Café", "Carpentry LLC", "Child Care Center", "Christian Church",
    "Coffee Roasters", "Community Church", "Credit Union", "Dental Group PC", "Diner",
    "Dry Cleaners", "Elementary School", "Family Practice", "Farm Supply Co.", "Feed & Seed",
    "Florist", "Food Pantry", "Funeral Home", "Garden Center", "Grocery", "Hardware", "Insurance",
    "Law Office", "Lodge No. 12", "Machine Works Inc.", "Market", "Motel", "Nursing Home", "Pharmacy",
    "Pizzeria", "Self Storage LLC", "Senior Apartments", "Tire & Lube",
];

/// A person, or their better half's name as well in some cases.
pub(super) fn person(chance: &mut Chance) -> Somebody {
    let roots = roots(chance);
    let given = chance.pick(roots.given);
    // One in eight families has mixed names.
    let family = if chance.in_thousand(125) { self::roots(chance) } else { roots };
    let mut name = format!("{given} {}", chance.pick(family.family));
    if chance.in_thousand(35) {
        let roots = self::roots(chance);
        let second = chance.pick(roots.family);
        if !name.ends_with(second) {
            name = format!("{name}-{second}");
        }
    } else if chance.in_thousand(90) {
        let letters: Vec<char> = ('A'..='W').collect();
        let initial = *chance.pick(&letters);
        name = name.replacen(' ', &format!(" {initial}. "), 1);
    }
    let spanish = chance.in_thousand(roots.spanish);
    let language = if spanish { Language::Spanish } else { Language::English };
    Somebody { name, kind: PersonKind::Individual, language }
}

/// A business, a church, a school.
pub(super) fn organisation(chance: &mut Chance) -> Somebody {
    let name = format!("{} {}", chance.pick(&FIRSTS), chance.pick(&SECONDS));
    Somebody { name, kind: PersonKind::Organisation, language: Language::English }
}

/// An e-mail address that reaches nobody: `example.test` cannot exist.
pub(super) fn email(name: &str, nth: usize) -> String {
    let mut words: Vec<String> = name.split([' ', '-']).map(plain).filter(|it| !it.is_empty()).collect();
    words.truncate(3);
    format!("{}.{nth}@example.test", words.join("."))
}

/// A number of the block that is kept for fiction, `555-01xx`, and its neighbours.
pub(super) fn phone(nth: usize) -> String {
    // 555 is no area code: no number of these can ring anywhere.
    format!("(555) {:03}-{:04}", 10 + nth.div_euclid(10_000), nth.rem_euclid(10_000))
}

fn roots(chance: &mut Chance) -> &'static Roots {
    let mut draw = chance.between(0, 1000);
    for roots in &ROOTS {
        draw -= roots.share;
        if draw < 0 {
            return roots;
        }
    }
    &ROOTS[0]
}

/// Letters as an address line can hold them: lower case, without accents.
fn plain(word: &str) -> String {
    let letter = |it: char| match it.to_lowercase().next().unwrap_or(it) {
        'á' => Some('a'),
        'é' => Some('e'),
        'í' => Some('i'),
        'ó' => Some('o'),
        'ú' | 'ü' => Some('u'),
        'ñ' => Some('n'),
        plain if plain.is_ascii_alphanumeric() => Some(plain),
        _ => None,
    };
    word.chars().filter_map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::chance::About;

    #[test]
    fn the_shares_of_names_make_a_whole() {
        assert_eq!(ROOTS.iter().map(|it| it.share).sum::<i64>(), 1000);
    }

    #[test]
    fn names_differ_and_addresses_are_plain() {
        let mut chance = Chance::new(1, About::Town);
        let names: std::collections::BTreeSet<String> =
            (0..1000).map(|_| person(&mut chance).name).collect();
        assert!(900 < names.len(), "{}", names.len());
        assert_eq!(email("Rocío Ávila-Zúñiga", 7), "rocio.avila.zuniga.7@example.test");
        assert_eq!(phone(4417), "(555) 010-4417");
    }
}
