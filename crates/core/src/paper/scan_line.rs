//! The scan line at the foot of the stub: what a lockbox reads instead of a person, and back again.

use std::fmt;

use jiff::civil::Date;

use super::{NotRead, first_word, lines};
use crate::id::AccountNumber;
use crate::money::Money;

/// The text that holds while the utility says no other.
pub const DEFAULT: &str = include_str!("scan_line.txt");

/// What stands in a scan line, from left to right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanLine {
    fields: Vec<Field>,
}

/// A group of digits.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    /// The nine digits of the account, zeros before them.
    Account { width: usize },
    /// The day by which it is to be paid.
    Due(Day),
    /// What is owed, in cents.
    Amount { width: usize },
    /// What is owed after that day, in cents.
    Late { width: usize },
    /// The same on every stub: the utility, for a lockbox that has several.
    Fixed(String),
    /// A check digit over everything before it.
    Check,
}

/// How a day is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// `082526`.
    MonthFirst,
    /// `260825`.
    YearFirst,
    /// `20260825`.
    LongYearFirst,
}

words! {
    Day { MonthFirst = "mmddyy", YearFirst = "yymmdd", LongYearFirst = "yyyymmdd" }
}

/// What a scan line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// Whose payment it will be.
    pub account: AccountNumber,
    /// The day by which it is to be paid.
    pub due: Date,
    /// What is owed; nothing for a credit.
    pub amount: Money,
    /// What is owed after that day.
    pub late: Money,
}

/// Why a scan line says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotScanned {
    /// It has other characters or another length.
    Length {
        /// Digits that it should have.
        wanted: usize,
        /// Characters that it has, without spaces.
        found: usize,
    },
    /// A digit was misread.
    CheckDigit {
        /// The digit that would be right.
        wanted: u32,
    },
    /// A group of digits is not what it should be.
    Group {
        /// Which.
        field: &'static str,
        /// The digits.
        found: String,
    },
}

impl Default for ScanLine {
    fn default() -> ScanLine {
        ScanLine::parse(DEFAULT).expect("a test reads the text that comes with it")
    }
}

impl ScanLine {
    /// Reads a text.
    ///
    /// # Errors
    /// The line that is not understood, with the way out.
    pub fn parse(text: &str) -> Result<ScanLine, NotRead> {
        let mut fields: Vec<Field> = Vec::new();
        let mut last = 1;
        for (line, text) in lines(text) {
            let refused = |what: String| NotRead { line, what };
            let field = field(text).map_err(refused)?;
            let twice = |it: &Field| it.name() == field.name() && it.name() != "fixed";
            if fields.iter().any(twice) {
                return Err(refused(format!("{} is said twice; leave one", field.name())));
            }
            if matches!(fields.last(), Some(Field::Check)) {
                return Err(refused("check is the last one; put it behind the others".to_owned()));
            }
            fields.push(field);
            last = line;
        }
        for wanted in ["account", "amount", "check"] {
            if !fields.iter().any(|it| it.name() == wanted) {
                let what = format!("{wanted} is missing, which a lockbox needs; add it");
                return Err(NotRead { line: last, what });
            }
        }
        Ok(ScanLine { fields })
    }

    /// The line of a bill, its groups with a space between them; `None` where an amount has more
    /// digits than the line has room for.
    pub fn write(&self, of: &Scanned) -> Option<String> {
        let mut groups: Vec<String> = Vec::new();
        for field in &self.fields {
            groups.push(match field {
                Field::Account { width } => wide(of.account.digits(), *width)?,
                Field::Due(day) => of.due.strftime(day.format()).to_string(),
                Field::Amount { width } => wide(of.amount.cents().max(0), *width)?,
                Field::Late { width } => wide(of.late.cents().max(0), *width)?,
                Field::Fixed(digits) => digits.clone(),
                Field::Check => check_digit(&groups.concat()).to_string(),
            });
        }
        Some(groups.join(" "))
    }

    /// What a line says, with or without its spaces. What the line has no field for is `like`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, line: &str, like: Scanned) -> Result<Scanned, NotScanned> {
        let digits: String = line.chars().filter(|it| !it.is_whitespace()).collect();
        let wanted = self.digits();
        if digits.len() != wanted || !digits.bytes().all(|it| it.is_ascii_digit()) {
            return Err(NotScanned::Length { wanted, found: digits.chars().count() });
        }
        let mut said = like;
        let mut from = 0;
        for field in &self.fields {
            let group = &digits[from..from + field.width()];
            let wrong = || NotScanned::Group { field: field.name(), found: group.to_owned() };
            let money = || group.parse().map(Money::from_cents).map_err(|_| wrong());
            match field {
                Field::Check => {
                    let wanted = check_digit(&digits[..from]);
                    if group != wanted.to_string() {
                        return Err(NotScanned::CheckDigit { wanted });
                    }
                }
                Field::Fixed(fixed) if fixed != group => return Err(wrong()),
                Field::Fixed(_) => {}
                Field::Account { .. } => {
                    let number = group.parse().ok().and_then(AccountNumber::from_digits);
                    said.account = number.ok_or_else(wrong)?;
                }
                Field::Due(day) => {
                    said.due = Date::strptime(day.format(), group).map_err(|_| wrong())?;
                }
                Field::Amount { .. } => said.amount = money()?,
                Field::Late { .. } => said.late = money()?,
            }
            from += field.width();
        }
        Ok(said)
    }

    /// How many digits a line has.
    pub fn digits(&self) -> usize {
        self.fields.iter().map(Field::width).sum()
    }
}

impl Field {
    const fn name(&self) -> &'static str {
        match self {
            Field::Account { .. } => "account",
            Field::Due(_) => "due",
            Field::Amount { .. } => "amount",
            Field::Late { .. } => "late",
            Field::Fixed(_) => "fixed",
            Field::Check => "check",
        }
    }

    fn width(&self) -> usize {
        match self {
            Field::Account { width } | Field::Amount { width } | Field::Late { width } => *width,
            Field::Due(day) => day.word().len(),
            Field::Fixed(digits) => digits.len(),
            Field::Check => 1,
        }
    }
}

impl Day {
    const fn format(self) -> &'static str {
        match self {
            Day::MonthFirst => "%m%d%y",
            Day::YearFirst => "%y%m%d",
            Day::LongYearFirst => "%Y%m%d",
        }
    }
}

fn field(text: &str) -> Result<Field, String> {
    let (word, rest) = first_word(text);
    match word {
        "account" => Ok(Field::Account { width: width(word, rest, 9)? }),
        "amount" => Ok(Field::Amount { width: width(word, rest, 6)? }),
        "late" => Ok(Field::Late { width: width(word, rest, 6)? }),
        "due" => Day::from_word(rest).map(Field::Due).ok_or_else(|| {
            format!("`{rest}` is no way to write a day; write mmddyy, yymmdd or yyyymmdd")
        }),
        "fixed" if (1..=20).contains(&rest.len()) && rest.bytes().all(|it| it.is_ascii_digit()) => {
            Ok(Field::Fixed(rest.to_owned()))
        }
        "fixed" => Err(format!("`{rest}` is not read by a lockbox; write 1 to 20 digits")),
        "check" if rest.is_empty() => Ok(Field::Check),
        "check" => Err(format!("`{rest}` behind check says nothing; leave it out")),
        _ => Err(format!(
            "{word} is nothing of a scan line; write account, due, amount, late, fixed or check"
        )),
    }
}

/// How many digits a group has.
fn width(word: &str, text: &str, least: usize) -> Result<usize, String> {
    let width = text.parse().ok().filter(|it| (least..=16).contains(it));
    width.ok_or_else(|| format!("`{text}` is no width of {word}; write {least} to 16"))
}

/// A number with zeros before it, if it is not wider.
fn wide(number: i64, width: usize) -> Option<String> {
    let text = format!("{number:0width$}");
    (text.len() == width).then_some(text)
}

/// Modulus 10 with the weights 2, 1, 2 … from the right, the digits of each product summed.
fn check_digit(digits: &str) -> u32 {
    let weights = [2, 1].into_iter().cycle();
    let product = |(digit, weight): (char, u32)| {
        let product = digit.to_digit(10).expect("they are digits") * weight;
        product.div_euclid(10) + product.rem_euclid(10)
    };
    let sum: u32 = digits.chars().rev().zip(weights).map(product).sum();
    (10 - sum.rem_euclid(10)).rem_euclid(10)
}

impl fmt::Display for NotScanned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotScanned::Length { wanted, found } => {
                write!(f, "a scan line has {wanted} digits and this has {found} characters")
            }
            NotScanned::CheckDigit { wanted } => {
                write!(f, "a digit was misread: these end in {wanted}")
            }
            NotScanned::Group { field, found } => write!(f, "{found} is no {field}"),
        }
    }
}

impl std::error::Error for NotScanned {}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn of_the_mock_up() -> Scanned {
        Scanned {
            account: AccountNumber::new(44_170_926).unwrap(),
            due: date(2026, 8, 25),
            amount: Money::from_cents(35_032),
            late: Money::from_cents(35_557),
        }
    }

    #[test]
    fn the_check_digit_is_that_of_the_mock_up() {
        // Its account ends in another digit than ours: the line is read as text.
        assert_eq!(check_digit("044170926308252600000350320000035557"), 9);
        assert_eq!(check_digit("7992739871"), 3, "the example of Luhn's patent");
        assert_eq!(check_digit("0"), 0);
    }

    #[test]
    fn a_line_is_read_back_as_it_was_written() {
        let line = ScanLine::default().write(&of_the_mock_up()).unwrap();
        assert_eq!(line, "0441709268 082526 0000035032 0000035557 8");
        let nothing = Scanned {
            account: AccountNumber::new(0).unwrap(),
            due: date(2000, 1, 1),
            amount: Money::ZERO,
            late: Money::ZERO,
        };
        for line in [line.clone(), line.replace(' ', "")] {
            assert_eq!(ScanLine::default().read(&line, nothing), Ok(of_the_mock_up()));
        }
        for day in ["yymmdd", "yyyymmdd"] {
            let own = format!("fixed 0417\namount 8\ndue {day}\naccount 9\ncheck");
            let own = ScanLine::parse(&own).unwrap();
            let line = own.write(&of_the_mock_up()).unwrap();
            let late = nothing.late;
            assert_eq!(own.read(&line, nothing), Ok(Scanned { late, ..of_the_mock_up() }));
        }
    }

    #[test]
    fn every_misread_digit_shows() {
        let scan_line = ScanLine::default();
        let line = scan_line.write(&of_the_mock_up()).unwrap().replace(' ', "");
        for at in 0..line.len() {
            for digit in ('0'..='9').filter(|it| !line[at..].starts_with(*it)) {
                let wrong = format!("{}{digit}{}", &line[..at], &line[at + 1..]);
                assert!(scan_line.read(&wrong, of_the_mock_up()).is_err(), "{wrong}");
            }
        }
    }

    #[test]
    fn a_line_that_is_none_says_why() {
        let scan_line =
            ScanLine::parse("fixed 12\naccount 9\ndue mmddyy\namount 6\ncheck").unwrap();
        let read = |text: &str| {
            let digits: String = text.chars().filter(|it| *it != ' ').collect();
            let line = format!("{digits}{}", check_digit(&digits));
            scan_line.read(&line, of_the_mock_up()).unwrap_err().to_string()
        };
        assert_eq!(read("13 441709268 082526 035032"), "13 is no fixed");
        assert_eq!(read("12 441709263 082526 035032"), "441709263 is no account");
        assert_eq!(read("12 441709268 133126 035032"), "133126 is no due");
        assert_eq!(read("12"), "a scan line has 24 digits and this has 3 characters");
    }

    #[test]
    fn a_credit_asks_for_nothing_and_what_has_no_room_is_not_written() {
        let scan_line = ScanLine::parse("account 9\namount 6\ncheck").unwrap();
        let of = |cents| {
            scan_line.write(&Scanned { amount: Money::from_cents(cents), ..of_the_mock_up() })
        };
        assert!(of(-5).unwrap().contains(" 000000 "));
        assert!(of(999_999).unwrap().contains(" 999999 "));
        assert_eq!(of(1_000_000), None);
    }

    #[test]
    fn what_is_no_scan_line_is_refused_with_its_line() {
        for (text, line, what) in [
            ("", 1, "account is missing, which a lockbox needs; add it"),
            ("account 10\namount 10", 2, "check is missing, which a lockbox needs; add it"),
            ("account 8", 1, "`8` is no width of account; write 9 to 16"),
            ("amount wide", 1, "`wide` is no width of amount; write 6 to 16"),
            ("due today", 1, "`today` is no way to write a day; write mmddyy, yymmdd or yyyymmdd"),
            ("fixed A", 1, "`A` is not read by a lockbox; write 1 to 20 digits"),
            ("account 9\naccount 9", 2, "account is said twice; leave one"),
            ("check\naccount 9", 2, "check is the last one; put it behind the others"),
            ("check 7", 1, "`7` behind check says nothing; leave it out"),
            (
                "name 9",
                1,
                "name is nothing of a scan line; write account, due, amount, late, fixed or check",
            ),
        ] {
            let what = what.to_owned();
            assert_eq!(ScanLine::parse(text), Err(NotRead { line, what }), "{text}");
        }
    }
}
