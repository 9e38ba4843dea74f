//! Names of people and organisations. All are made up; any likeness is chance.

use meterbook_core::person::{Language, PersonKind};

use super::chance::Chance;
use super::names::{FIRSTS, ROOTS, Roots, SECONDS};

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
    let mut words: Vec<String> =
        name.split([' ', '-']).map(plain).filter(|it| !it.is_empty()).collect();
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
