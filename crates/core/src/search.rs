//! What a customer is found by: scraps, the words they are made of, and why one matches.
//!
//! A scrap is one thing that people say to find somebody: a name, an address, a meter's number.
//! Scraps and questions are cut into the same plain words (small letters, no accents, no dashes
//! in numbers), so that a database only has to compare words. Both engines are given the same
//! words, so both find the same.

mod spelling;

use std::collections::BTreeSet;
use std::ops::Bound;

use crate::bill::BillNumber;
use crate::id::{AccountId, OrderId, PremiseId};
use crate::place::SHORT;

pub use spelling::{cuts, head, misdialled, near, slips_forgiven};

/// What a scrap identifies; of equal matches, those of the kind that stands first are shown first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScrapKind {
    /// An account's number.
    Account,
    /// A bill's number.
    Bill,
    /// A work order's number.
    Order,
    /// A meter's serial.
    Meter,
    /// A telephone number.
    Phone,
    /// A premise's number.
    Premise,
    /// A service point's number.
    ServicePoint,
    /// A parcel's number.
    Parcel,
    /// A check's number or another reference of a payment.
    Payment,
    /// Somebody's name.
    Name,
    /// A service or a postal address.
    Address,
    /// An e-mail address.
    Email,
}

words! {
    ScrapKind {
        Account = "account", Bill = "bill", Order = "order", Meter = "meter", Phone = "phone",
        Premise = "premise", ServicePoint = "service point", Parcel = "parcel",
        Payment = "payment", Name = "name", Address = "address", Email = "e-mail",
    }
    About { Account = "account", Premise = "premise", Order = "order" }
}

/// One thing that somebody or something is found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scrap {
    /// What it identifies.
    pub kind: ScrapKind,
    /// As it is written.
    pub text: String,
}

/// What a search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum About {
    /// An account, by all that is known about its customer.
    Account,
    /// A premise that nobody has an open agreement for.
    Premise,
    /// A work order.
    Order,
}

/// One thing that can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subject {
    /// What it is.
    pub about: About,
    /// Its id.
    pub id: i64,
}

/// Why something was found, and how well it matches: less is better.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// Words that are only begun, and twice the words that are written otherwise.
    pub distance: usize,
    /// Whether there is more in the scraps than was asked for.
    pub part: bool,
    /// The scraps that the words were found in.
    pub why: Vec<Scrap>,
}

/// Words of a question that count; more say nothing that these do not.
const WORDS: usize = 6;
/// Letters of a word from which on it also stands for those that begin with it: shorter ones begin
/// half of a town.
const BEGIN_LETTERS: usize = 3;
/// The same for what has digits in it: all accounts of a utility begin alike, and so do its meters.
const BEGIN_DIGITS: usize = 5;
/// Beginnings of so many letters are kept as words: what begins like half of a town is then one
/// word to look up, not ten thousand.
const KEPT_BEGINNINGS: [usize; 2] = [BEGIN_LETTERS, 4];
/// What ends a beginning that is kept as a word.
const MORE: char = '.';
/// What the words of e-mail addresses begin with. Nearly every address is a word of its own, and
/// they begin with names: whoever looks for a name would pass them all.
const MAILED: char = '@';
/// Digits of a postal code of the United States.
const POSTAL: usize = 5;
/// Those that may follow it after a dash.
const POSTAL_ROUTE: usize = 4;
/// Digits of a bill's number: its day and the account; one that is the second of its day has more.
const BILL_DIGITS: usize = 14;

/// What people say before a number that means little alone.
const NUMBERED: &[(&str, &str)] = &[
    ("premise", "premise"),
    ("prem", "premise"),
    ("point", "point"),
    ("sp", "point"),
    ("order", "order"),
    ("wo", "order"),
];

impl Scrap {
    /// A scrap.
    pub fn new(kind: ScrapKind, text: impl Into<String>) -> Scrap {
        Scrap { kind, text: text.into() }
    }

    /// The words it is found by, their beginnings among them.
    pub fn words(&self) -> BTreeSet<String> {
        let mut words = self.whole_words();
        let begun = |it: &String| KEPT_BEGINNINGS.map(|letters| kept_beginning(it, letters));
        let begun: Vec<String> = words.iter().flat_map(begun).flatten().collect();
        words.extend(begun);
        words
    }

    fn whole_words(&self) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        let text = plain(&self.text);
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        match self.kind {
            ScrapKind::Name => {
                for word in in_words(&text) {
                    words.extend(
                        word.chars().next().filter(|it| it.is_alphabetic()).map(String::from),
                    );
                    words.insert(word);
                }
                // O'Kafor is one word, and Kafor is how it is heard.
                let apart = text.split(|it: char| !it.is_alphanumeric());
                words.extend(apart.filter(|it| 2 < it.len()).map(str::to_owned));
            }
            ScrapKind::Address => {
                for word in in_words(&text) {
                    words.extend(otherwise(&word).map(str::to_owned));
                    words.insert(word);
                }
                // What has digits in it is one word of a question: `3-B`, `00417-1234`.
                let numbered = |it: &&str| it.contains(|it: char| it.is_ascii_digit());
                words.extend(chunks(&text).filter(numbered).map(joined));
            }
            ScrapKind::Phone => {
                // The last four are what people remember, the last seven are the number without its
                // area, the last ten without its country.
                for last in [4, 7, 10] {
                    words.extend(digits.len().checked_sub(last).map(|it| digits[it..].to_owned()));
                }
                words.insert(digits);
            }
            ScrapKind::Email => {
                let local = text.split('@').next().unwrap_or_default();
                words.extend(in_words(local).map(|it| mailed(&it)));
                words.insert(mailed(&joined(&text)));
            }
            ScrapKind::Premise => words.extend([format!("premise{digits}"), format!("p{digits}")]),
            ScrapKind::ServicePoint => {
                words.extend([format!("point{digits}"), format!("sp{digits}")]);
            }
            ScrapKind::Account => {
                words.insert(digits);
            }
            ScrapKind::Order if text.bytes().all(|it| it.is_ascii_digit()) => {
                words.extend([format!("order{digits}"), format!("wo{digits}")]);
            }
            ScrapKind::Bill
            | ScrapKind::Payment
            | ScrapKind::Order
            | ScrapKind::Meter
            | ScrapKind::Parcel => {
                let whole = joined(&text);
                // A question takes it for a telephone number with its country.
                words.extend(local(&whole).map(str::to_owned));
                words.insert(whole);
                // Whoever reads a serial often leaves out the letters before it.
                let parts = text.split(|it: char| !it.is_ascii_digit());
                words.extend(parts.filter(|it| 2 < it.len()).map(str::to_owned));
                let parts = text.split(|it: char| !it.is_alphanumeric());
                words.extend(parts.filter(|it| 1 < it.len()).map(str::to_owned));
            }
        }
        words.retain(|it| !bare(it).is_empty());
        words
    }

    /// Whether one of its words may be or begin with one of these. Cutting all scraps of many rows
    /// is what a search would spend its time on.
    fn may_hold<'a>(&self, mut words: impl Iterator<Item = &'a String>) -> bool {
        match self.kind {
            // These have words that are not written in them.
            ScrapKind::Address
            | ScrapKind::Premise
            | ScrapKind::ServicePoint
            | ScrapKind::Order => true,
            _ => {
                let whole = joined(&plain(&self.text));
                words.any(|it| whole.contains(bare(it)))
            }
        }
    }

    /// The words in it that people may misspell.
    pub fn spelt(&self) -> impl Iterator<Item = String> {
        let human = matches!(self.kind, ScrapKind::Name | ScrapKind::Address);
        let words = if human { self.whole_words() } else { BTreeSet::new() };
        words.into_iter().filter(|it| 0 < slips_forgiven(it))
    }
}

impl Subject {
    /// An account.
    pub fn account(id: AccountId) -> Subject {
        Subject { about: About::Account, id: id.0 }
    }

    /// A premise.
    pub fn premise(id: PremiseId) -> Subject {
        Subject { about: About::Premise, id: id.0 }
    }
}

/// The words of a question. A telephone number is one word however it is written, and so is every
/// number with dashes in it.
pub fn asked(text: &str) -> Vec<String> {
    let text = plain(text);
    let text = text.trim();
    if is_dialled(text) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        return vec![local(&digits).unwrap_or(&digits).to_owned()];
    }
    let mut words: Vec<String> = Vec::new();
    for chunk in chunks(text) {
        let found = if chunk.contains('@') {
            vec![mailed(&joined(chunk))]
        } else if chunk.contains(|it: char| it.is_ascii_digit()) {
            vec![joined(chunk)]
        } else {
            in_words(chunk).collect()
        };
        for word in found.into_iter().filter(|it| !bare(it).is_empty()) {
            let number = word.bytes().all(|it| it.is_ascii_digit());
            let before = words.last().filter(|_| number).and_then(|last| {
                NUMBERED.iter().find(|(said, _)| said == last).map(|(_, meant)| *meant)
            });
            if let Some(meant) = before {
                words.pop();
                // Of "service point 12" and "work order 12" the first word says nothing.
                words.pop_if(|it| meant == "point" && it == "service");
                words.pop_if(|it| meant == "order" && it == "work");
                words.push(format!("{meant}{word}"));
            } else {
                words.push(word);
            }
        }
    }
    words.truncate(WORDS);
    words
}

/// Whether an index is to be asked for each word of a question. It need not be where two others say
/// more than a word that a large part of a town has, such as `St`, `North` or the letters of a state:
/// [`matching`] looks at them all.
pub fn telling(words: &[String]) -> Vec<bool> {
    let telling = |it: &String| 2 < it.chars().count() && otherwise(it).is_none();
    let told: Vec<bool> = words.iter().map(telling).collect();
    if told.iter().filter(|it| **it).count() < 2 { vec![true; words.len()] } else { told }
}

/// The words of a question where each may be an e-mail address, or what somebody has typed of one.
pub fn asked_of_mail(text: &str) -> Vec<String> {
    chunks(&plain(text)).map(joined).filter(|it| !it.is_empty()).take(WORDS).collect()
}

/// Whether a text is written as only e-mail addresses are.
pub fn may_be_mail(text: &str) -> bool {
    chunks(text.trim()).any(|chunk| {
        let marks = chunk.trim_matches(|it: char| !it.is_alphanumeric());
        marks.contains(['@', '_', '.']) && !marks.chars().all(|it| it.is_ascii_digit() || it == '.')
    })
}

/// A word as it is kept when it is one of an e-mail address.
pub fn mailed(word: &str) -> String {
    format!("{MAILED}{word}")
}

/// Whether a word of a question also stands for those that begin with it.
pub fn may_begin(word: &str) -> bool {
    let word = bare(word);
    let numbered = word.contains(|it: char| it.is_ascii_digit());
    let least = if numbered { BEGIN_DIGITS } else { BEGIN_LETTERS };
    least <= word.chars().count()
}

/// The word that everything has which begins with this one, if it is kept.
pub fn beginning(word: &str) -> Option<String> {
    let letters = bare(word).chars().count();
    kept_beginning(word, letters).filter(|_| KEPT_BEGINNINGS.contains(&letters))
}

/// So many first letters of a word, as they are kept. Numbers have none.
fn kept_beginning(word: &str, letters: usize) -> Option<String> {
    let bare = bare(word);
    let (end, last) = bare.char_indices().nth(letters - 1)?;
    let begun = &bare[..end + last.len_utf8()];
    let mark = &word[..word.len() - bare.len()];
    (!begun.contains(|it: char| it.is_ascii_digit())).then(|| format!("{mark}{begun}{MORE}"))
}

/// A word without the mark of those of e-mail addresses.
fn bare(word: &str) -> &str {
    word.strip_prefix(MAILED).unwrap_or(word)
}

/// Whether a text is a telephone number: digits that are parted as nothing else is.
fn is_dialled(text: &str) -> bool {
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    // A house and a postal code, which ends as no telephone number does.
    if let Some((house, code)) = text.split_once(' ')
        && digits(house)
        && (code.len() == POSTAL && digits(code)
            || code.split_once('-').is_some_and(|(code, route)| {
                code.len() == POSTAL && digits(code) && route.len() == POSTAL_ROUTE
            }))
    {
        return false;
    }
    let dialled = |it: char| it.is_ascii_digit() || " ()+-./".contains(it);
    let many = 7 <= text.bytes().filter(u8::is_ascii_digit).count();
    many && text.contains([' ', '(', '-', '+']) && text.chars().all(dialled)
}

/// What is between the spaces and commas of a text.
fn chunks(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',', ';', '\t', '\n'])
}

/// How a bill's number may have been meant: as it stands, and with its dashes put back.
pub fn bills_meant(text: &str) -> Vec<BillNumber> {
    let mut meant = vec![BillNumber(text.trim().to_uppercase())];
    meant.extend(dashed(&bill_digits(text)));
    meant
}

/// The bills whose numbers are one slip of the finger away.
pub fn bills_near(text: &str) -> Vec<BillNumber> {
    let digits = bill_digits(text);
    if digits.len() < BILL_DIGITS - 1 || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return Vec::new();
    }
    misdialled(&digits).iter().filter_map(|it| dashed(it)).collect()
}

/// A bill's number without its letter and its dashes.
fn bill_digits(text: &str) -> String {
    let joined = joined(&plain(text));
    joined.strip_prefix('b').map_or(joined.clone(), str::to_owned)
}

fn dashed(digits: &str) -> Option<BillNumber> {
    if digits.len() < BILL_DIGITS || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let (day, rest) = digits.split_at(6);
    let (account, nth) = rest.split_at(8);
    let dash = if nth.is_empty() { "" } else { "-" };
    Some(BillNumber(format!("B-{day}-{account}{dash}{nth}")))
}

/// The work order that a question names, and nothing else.
pub fn order_meant(words: &[String]) -> Option<OrderId> {
    let [word] = words else { return None };
    let number = word.strip_prefix("order").or_else(|| word.strip_prefix("wo"))?;
    number.parse().ok().map(OrderId)
}

/// What a payment's reference may have been typed as.
pub fn references_meant(text: &str) -> [String; 3] {
    let text = text.trim();
    [text.to_owned(), text.to_uppercase(), text.to_lowercase()]
}

/// Where each word of a question is found in the scraps; `None` if one is not. Of each word, `near`
/// has the others that it may stand for.
pub fn matching(words: &[String], near: &[Vec<String>], scraps: &[Scrap]) -> Option<Match> {
    let may_hold = |it: &&Scrap| it.may_hold(words.iter().chain(near.iter().flatten()));
    let held: Vec<(&Scrap, BTreeSet<String>)> =
        scraps.iter().filter(may_hold).map(|it| (it, it.words())).collect();
    // The cheapest scrap for each word; and one scrap for all of them, which explains more.
    let mut apart = (0, BTreeSet::new());
    let mut whole: Vec<Option<usize>> = vec![Some(0); held.len()];
    for (nth, word) in words.iter().enumerate() {
        let others = near.get(nth).map_or(&[][..], Vec::as_slice);
        let mut best: Option<(usize, &Scrap)> = None;
        for ((scrap, held), sum) in held.iter().zip(&mut whole) {
            let distance = distance(word, others, held);
            *sum = sum.zip(distance).map(|(sum, distance)| sum + distance);
            best = best.into_iter().chain(distance.map(|it| (it, *scrap))).min();
        }
        let (distance, scrap) = best?;
        apart.0 += distance;
        apart.1.insert(scrap.clone());
    }
    let whole = held.iter().zip(whole).filter_map(|((scrap, _), sum)| Some((sum?, *scrap))).min();
    Some(match whole {
        Some((distance, scrap)) if distance <= apart.0 => {
            let part = asked(&scrap.text).len() != words.len();
            Match { distance, part, why: vec![scrap.clone()] }
        }
        _ => Match { distance: apart.0, part: true, why: apart.1.into_iter().collect() },
    })
}

fn distance(word: &str, near: &[String], held: &BTreeSet<String>) -> Option<usize> {
    let as_it_is = |word: &str| {
        let next = held.range::<str, _>((Bound::Included(word), Bound::Unbounded)).next()?;
        if next == word {
            return Some(0);
        }
        (may_begin(word) && next.starts_with(word)).then_some(1)
    };
    let mails = held.first().is_some_and(|it| it.starts_with(MAILED));
    let of_mail = || as_it_is(&mailed(word)).filter(|_| mails);
    if let Some(distance) = as_it_is(word).or_else(of_mail) {
        return Some(distance);
    }
    near.iter().position(|it| held.contains(it)).map(|nth| 2 + nth)
}

/// The words of a text that is plain already: letters and digits; an apostrophe parts nothing.
fn in_words(text: &str) -> impl Iterator<Item = String> {
    let parted = |it: char| !it.is_alphanumeric() && !is_apostrophe(it);
    text.split(parted).map(joined).filter(|it| !it.is_empty())
}

/// A telephone number of North America without its country.
fn local(digits: &str) -> Option<&str> {
    let number = digits.len() == 11 && digits.bytes().all(|it| it.is_ascii_digit());
    digits.strip_prefix('1').filter(|_| number)
}

/// Letters and digits without what stands between them.
fn joined(text: &str) -> String {
    text.chars().filter(|it| it.is_alphanumeric()).collect()
}

/// The other way to write a word of an address.
fn otherwise(word: &str) -> Option<&'static str> {
    SHORT.iter().find_map(|(full, short)| {
        if *full == word { Some(*short) } else { Some(*full).filter(|_| *short == word) }
    })
}

const fn is_apostrophe(it: char) -> bool {
    matches!(it, '\'' | '\u{2019}' | '\u{2bc}' | '`')
}

/// A text in small letters without accents.
fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' => plain.push('a'),
            'æ' => plain.push_str("ae"),
            'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => plain.push('c'),
            'ð' | 'ď' | 'đ' => plain.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => plain.push('e'),
            'ĝ' | 'ğ' | 'ġ' | 'ģ' => plain.push('g'),
            'ĥ' | 'ħ' => plain.push('h'),
            'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' => plain.push('i'),
            'ĵ' => plain.push('j'),
            'ķ' => plain.push('k'),
            'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => plain.push('l'),
            'ñ' | 'ń' | 'ņ' | 'ň' => plain.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ǒ' => plain.push('o'),
            'œ' => plain.push_str("oe"),
            'ŕ' | 'ŗ' | 'ř' => plain.push('r'),
            'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => plain.push('s'),
            'ß' => plain.push_str("ss"),
            'ţ' | 'ť' | 'ŧ' | 'ț' => plain.push('t'),
            'þ' => plain.push_str("th"),
            'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ǔ' => plain.push('u'),
            'ŵ' => plain.push('w'),
            'ý' | 'ÿ' | 'ŷ' => plain.push('y'),
            'ź' | 'ż' | 'ž' => plain.push('z'),
            // Accents that stand after their letter, and the soft hyphen.
            '\u{300}'..='\u{36f}' | '\u{ad}' => {}
            '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
            '\u{a0}' | '\u{202f}' => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(kind: ScrapKind, text: &str) -> Vec<String> {
        Scrap::new(kind, text).whole_words().into_iter().collect()
    }

    #[test]
    fn a_word_is_kept_with_its_beginnings() {
        let found = |kind, text| Scrap::new(kind, text).words().into_iter().collect::<Vec<_>>();
        let expected = ["a", "ann", "ann.", "d", "de", "quel", "que.", "quel.", "q"];
        let expected: BTreeSet<String> = expected.map(str::to_owned).into();
        let expected: Vec<String> = expected.into_iter().collect();
        assert_eq!(found(ScrapKind::Name, "Ann de Quel"), expected);
        assert_eq!(found(ScrapKind::Meter, "NEM12"), ["nem.", "nem12"]);
        assert_eq!(
            found(ScrapKind::Email, "ro1@x.test"),
            ["@ro1", "@ro1xtest"],
            "what has a digit has no beginning"
        );
        assert_eq!(beginning("que").as_deref(), Some("que."));
        assert_eq!(beginning("@nand").as_deref(), Some("@nand."));
        for none in ["qu", "quell", "q12", "1204"] {
            assert_eq!(beginning(none), None, "{none}");
        }
        assert!(may_begin("@qui") && may_begin("10417") && may_begin("e3100"));
        assert!(!may_begin("@qu") && !may_begin("1041") && !may_begin("e310"));
    }

    #[test]
    fn an_address_of_mail_is_asked_for_in_one_piece() {
        assert_eq!(asked("Rosa_Q@example.test"), ["@rosaqexampletest"]);
        assert_eq!(asked_of_mail("Rosa.Q, mill "), ["rosaq", "mill"]);
        for text in ["rosa.q", "rosa_q", "rosa@", "mill rosa@example"] {
            assert_eq!(may_be_mail(text), text != "rosa@", "{text}");
        }
        for text in ["rosa quill", "12.5", "St.", "417-0926"] {
            assert!(!may_be_mail(text), "{text}");
        }
        let scraps = [
            Scrap::new(ScrapKind::Name, "Rosa Quill"),
            Scrap::new(ScrapKind::Email, "rosa.m@example.test"),
        ];
        let why = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|it| (*it).to_owned()).collect();
            let found = matching(&words, &[], &scraps)?;
            Some((found.distance, found.why.into_iter().map(|it| it.kind).collect::<Vec<_>>()))
        };
        assert_eq!(why(&["rosa"]), Some((0, vec![ScrapKind::Name])), "a name is meant first");
        assert_eq!(why(&["m"]), Some((0, vec![ScrapKind::Email])));
        assert_eq!(why(&["rosam"]), Some((1, vec![ScrapKind::Email])));
        assert_eq!(why(&["@rosamexampletest"]), Some((0, vec![ScrapKind::Email])));
        assert_eq!(why(&["@quill"]), None);
    }

    #[test]
    fn what_half_a_town_has_is_not_looked_up_beside_what_few_have() {
        assert_eq!(telling(&asked("12 Mill Street, Alder IL")), [false, true, false, true, false]);
        assert_eq!(telling(&asked("12 Mill St")), [true; 3], "one word may be many's");
        assert_eq!(telling(&asked("quill r")), [true; 2]);
    }

    #[test]
    fn a_house_and_a_postal_code_are_no_telephone_number() {
        assert_eq!(asked("4103 00417"), ["4103", "00417"]);
        assert_eq!(asked("4103 00417-1234"), ["4103", "004171234"]);
        assert_eq!(asked("555 0104417"), ["5550104417"]);
        assert_eq!(asked("4417 0926 8"), ["441709268"]);
        assert_eq!(asked("55501 04417-22"), ["555010441722"], "no code ends so");
    }

    #[test]
    fn a_name_is_its_words_and_their_first_letters() {
        let found = words(ScrapKind::Name, "Dana O'Kafor-Reyes Ñandú");
        let expected = ["d", "dana", "kafor", "n", "nandu", "o", "okafor", "r", "reyes"];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_address_is_found_as_others_write_it() {
        let found = words(ScrapKind::Address, "12 N. Mill St, Unit 3-B");
        assert_eq!(found, ["12", "3", "3b", "b", "mill", "n", "north", "st", "street", "unit"]);
        assert!(words(ScrapKind::Address, "5 Hollow Road").contains(&"rd".to_owned()));
    }

    #[test]
    fn a_number_is_one_word_and_its_parts() {
        assert_eq!(words(ScrapKind::Meter, "E-310001"), ["310001", "e310001"]);
        let parcel = words(ScrapKind::Parcel, "14-301-220-017");
        assert!(asked("14-301-220-017").iter().all(|it| parcel.contains(it)), "{parcel:?}");
        assert_eq!(words(ScrapKind::Account, "4417-0926-8"), ["441709268"]);
        assert_eq!(
            words(ScrapKind::Phone, "+1 555 010-4417"),
            ["0104417", "15550104417", "4417", "5550104417"]
        );
        assert_eq!(
            words(ScrapKind::Email, "Dana_OR@example.test"),
            ["@dana", "@danaorexampletest", "@or"]
        );
        assert_eq!(words(ScrapKind::ServicePoint, "12"), ["point12", "sp12"]);
    }

    #[test]
    fn a_question_is_cut_as_scraps_are() {
        for text in ["(555) 010-2000", "555-010-2000", "555 010 2000", "+1 555 010 2000"] {
            assert_eq!(asked(text), ["5550102000"]);
        }
        assert_eq!(asked("417 Juniper"), ["417", "juniper"]);
        assert_eq!(asked("E\u{2011}100"), ["e100"]);
        assert_eq!(asked("4417-0926-8"), ["441709268"]);
        assert_eq!(asked("O’Kafor-Reyes, DANA"), ["okafor", "reyes", "dana"]);
        assert_eq!(asked("service point 12"), ["point12"]);
        assert_eq!(asked("premise 7 mill"), ["premise7", "mill"]);
        for text in ["work order 12", "order 12", "WO-12", "wo 12"] {
            assert_eq!(order_meant(&asked(text)), Some(OrderId(12)), "{text}");
        }
        for text in ["12", "order", "order 12 mill", "wood", "order 99999999999999999999"] {
            assert_eq!(order_meant(&asked(text)), None, "{text}");
        }
        assert_eq!(asked("N\u{303}andu\u{301}"), ["nandu"]);
        assert!(asked(" - ").is_empty());
        assert_eq!(asked("a b c d e f g h").len(), WORDS);
    }

    #[test]
    fn a_bill_is_meant_with_or_without_its_dashes() {
        let meant = |text| bills_meant(text).pop().map(|it| it.0).unwrap_or_default();
        assert_eq!(meant("b26080410000001"), "B-260804-10000001");
        assert_eq!(meant("260804-10000001"), "B-260804-10000001");
        assert_eq!(meant("B260804100000012"), "B-260804-10000001-2");
        assert_eq!(meant("b-7"), "B-7");
        let right = BillNumber("B-260804-10000001".to_owned());
        for slip in ["B-260804-10000007", "260804-1000001", "B-620804-10000001"] {
            assert!(bills_near(slip).contains(&right), "{slip}");
        }
        for other in ["B-260804-10000001", "B-260804-10000077", "e310001", "rosa"] {
            assert!(!bills_near(other).contains(&right), "{other}");
        }
    }

    #[test]
    fn it_says_why_and_how_well() {
        let scraps = [
            Scrap::new(ScrapKind::Name, "Rosa Quill"),
            Scrap::new(ScrapKind::Address, "12 Mill Street, Alder"),
            Scrap::new(ScrapKind::Address, "9 Quill Ln, Alder"),
        ];
        let why = |text: &str| matching(&asked(text), &[], &scraps);
        let both = why("mill rosa").unwrap();
        assert_eq!(both.why, [scraps[0].clone(), scraps[1].clone()]);
        assert_eq!(
            why("quill, rosa").unwrap(),
            Match { distance: 0, part: false, why: vec![scraps[0].clone()] }
        );
        let begun = why("qui 9").unwrap();
        assert_eq!((begun.distance, begun.why), (1, vec![scraps[2].clone()]));
        assert_eq!(why("rosa smith"), None);
        let near = [vec!["quill".to_owned()]];
        assert_eq!(matching(&asked("quilt"), &near, &scraps).unwrap().distance, 2);
    }
}
