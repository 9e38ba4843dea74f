//! What is charged once and beside service: a damaged meter, a visit, water sold by the truck. Which
//! kinds there are is a text:
//!
//! ```text
//! charge damage   fee revenue
//! charge visit    fee revenue     75.00
//! charge truck    water revenue   12.50 per kgal
//! tax    truck    6.25% City sales tax | Impuesto municipal a las ventas
//! en     truck    Water sold by the truck
//! es     truck    Agua vendida en camión
//! ```

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;

use crate::ledger::Gl;
use crate::money::{Money, Price, Quantity, Rounding, Share, Unit};
use crate::period::Period;
use crate::person::Language;
use crate::rating::{Basis, ChargeKind, Line, Note, Rule, Said};
use crate::text::{says_none, scaled};

/// A line of a bill that follows from no service, and the account of the general ledger that it is
/// for.
#[derive(Clone, Debug, PartialEq)]
pub struct OnceLine {
    /// What it is posted to.
    pub gl: Gl,
    /// What the customer reads. Its rule is the line of the text of kinds, or what a clerk wrote.
    pub line: Line,
}

/// What may be charged once, as a utility says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds(Vec<Kind>);

/// One kind.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kind {
    code: String,
    gl: Gl,
    costs: Costs,
    /// Each with its name, in English and where the text says it in Spanish.
    taxes: Vec<(Share, String, Option<String>)>,
    said: Vec<(Language, String)>,
    /// Its line in the text, from 1, and what that says.
    line: u32,
    text: String,
}

/// A kind, as somebody chooses it from a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its code.
    pub code: String,
    /// What it is called.
    pub called: String,
    /// What it costs.
    pub costs: Costs,
}

/// What a kind costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Costs {
    /// Whatever it came to.
    Any,
    /// Always the same.
    Fixed(Money),
    /// So much for each.
    Each(Price),
}

/// What somebody wants charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A kind by its code, with a count or an amount where it takes one: `truck=3.5`, `damage=450.00`,
    /// `visit`.
    Kind {
        /// Its code.
        code: String,
        /// What was said behind it.
        of: Option<String>,
    },
    /// An amount in words of its own: `120.00 fee revenue: Fence at 12 Mill St`.
    Said {
        /// How much; below zero it is given back.
        amount: Money,
        /// What it is posted to.
        gl: Gl,
        /// What the customer reads.
        label: String,
    },
}

/// The accounts of the general ledger that a charge may be for.
const FOR: &[Gl] = &[
    Gl::FeeRevenue,
    Gl::ElectricRevenue,
    Gl::GasRevenue,
    Gl::WaterRevenue,
    Gl::WasteRevenue,
    Gl::BillingAdjustments,
];

/// Why a text is none of kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotKinds {
    /// Its line, from 1.
    pub line: u32,
    /// What is wrong, with the way out.
    pub what: String,
}

/// Why something is not charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotCharged {
    /// There is no such kind.
    NoKind {
        /// What was asked for.
        code: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// What stands behind the code is not what the kind takes.
    Takes {
        /// The kind.
        code: String,
        /// What it takes, as it is written.
        write: String,
    },
    /// It is no amount in words of its own.
    NotSaid {
        /// What was written.
        text: String,
    },
    /// It comes to nothing.
    Nothing {
        /// What.
        what: String,
    },
}

impl Kinds {
    /// Reads a text.
    ///
    /// # Errors
    /// The first line that is not understood.
    pub fn parse(text: &str) -> Result<Kinds, NotKinds> {
        let mut kinds = Kinds::default();
        if says_none(text) {
            return Ok(kinds);
        }
        let mut nth = 0;
        for text in text.lines() {
            nth += 1;
            let said = text.split(" #").next().unwrap_or_default().trim();
            if !said.is_empty() && !said.starts_with('#') {
                kinds.take(nth, said).map_err(|what| NotKinds { line: nth, what })?;
            }
        }
        let unnamed =
            |it: &&Kind| Language::ALL.iter().any(|language| it.called(*language).is_none());
        match kinds.0.iter().find(unnamed) {
            Some(it) => Err(NotKinds {
                line: it.line,
                what: format!(
                    "a customer reads {} in two languages; write en {} NAME and es {} NAME",
                    it.code, it.code, it.code
                ),
            }),
            None => Ok(kinds),
        }
    }

    fn take(&mut self, line: u32, said: &str) -> Result<(), String> {
        let mut words = said.splitn(3, char::is_whitespace).filter(|it| !it.is_empty());
        let word = words.next().unwrap_or_default();
        let rest = said[word.len()..].trim();
        let (code, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let rest = rest.trim();
        if word == "charge" {
            return self.add(line, said, code, rest);
        }
        let of = self.0.iter_mut().find(|it| it.code == code);
        let of = of.ok_or_else(|| format!("there is no charge {code} above; write it there"));
        match word {
            "tax" => {
                let (share, name) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                let share = Share::parse(share)?;
                if name.trim().is_empty() || !(1..=Share::WHOLE.nano).contains(&share.nano) {
                    return Err(format!("write a tax as: tax {code} 6.25% City sales tax"));
                }
                let (name, spanish) = match name.split_once(" | ") {
                    Some((name, spanish)) => (name, Some(spanish.trim().to_owned())),
                    None => (name, None),
                };
                of?.taxes.push((share, name.trim().to_owned(), spanish));
            }
            "en" | "es" => {
                let language = if word == "en" { Language::English } else { Language::Spanish };
                let of = of?;
                if rest.is_empty() || of.called(language).is_some() {
                    return Err(format!("{word} {code} is said once, with a name behind it"));
                }
                of.said.push((language, rest.to_owned()));
            }
            _ => return Err(format!("{word} is nothing of charges; write charge, tax, en or es")),
        }
        Ok(())
    }

    fn add(&mut self, line: u32, text: &str, code: &str, rest: &str) -> Result<(), String> {
        let is_code = |it: char| it.is_ascii_alphanumeric() || it == '-';
        if code.is_empty() || !code.chars().all(is_code) {
            return Err(format!("`{code}` is no code; write letters, digits and hyphens"));
        }
        if self.0.iter().any(|it| it.code == code) {
            return Err(format!("{code} is said twice; leave one"));
        }
        let (gl, costs) = posted_to(rest)?;
        let costs = match costs.split_once(" per ") {
            _ if costs.is_empty() => Costs::Any,
            None => Costs::Fixed(above_zero(costs)?),
            Some((price, unit)) => {
                let unit = Unit::from_word(unit.trim())
                    .ok_or_else(|| format!("{unit} is no unit; write kgal, gal, m3 or unit"))?;
                Costs::Each(Price::parse(price.trim(), unit)?)
            }
        };
        let (code, text) = (code.to_owned(), text.to_owned());
        self.0.push(Kind { code, gl, costs, taxes: Vec::new(), said: Vec::new(), line, text });
        Ok(())
    }

    /// The lines that something comes to, the taxes behind it, on a day; `from` is the first day of the
    /// text.
    ///
    /// # Errors
    /// Why it is not charged.
    pub fn lines(
        &self,
        wanted: &Wanted,
        (from, on): (Date, Period),
        language: Language,
    ) -> Result<Vec<OnceLine>, NotCharged> {
        let (code, of) = match wanted {
            Wanted::Kind { code, of } => (code, of.as_deref()),
            Wanted::Said { amount, gl, label } => {
                let text = format!("{amount} {}: {label}", role(*gl));
                let rule = Rule { tariff: "-".to_owned(), version: on.start(), line: 0, text };
                let basis = Basis::Amount(*amount);
                let line = line((label, rule), ChargeKind::Fixed, on, basis);
                return some(vec![OnceLine { gl: *gl, line }], label);
            }
        };
        let Some(kind) = self.0.iter().find(|it| it.code == *code) else {
            let known = self.0.iter().map(|it| it.code.clone()).collect();
            return Err(NotCharged::NoKind { code: code.clone(), known });
        };
        let label = kind.called(language).unwrap_or(code);
        let rule =
            |text: String| Rule { tariff: code.clone(), version: from, line: kind.line, text };
        let (basis, sort) = kind.basis(of)?;
        let first = line((label, rule(kind.text.clone())), sort, on, basis);
        let taxes = kind.taxes.iter().map(|(share, name, spanish)| {
            let text = format!("tax {code} {}% {name}", crate::text::decimal(share.nano, 7));
            let basis = Basis::Share(first.amount, *share);
            let mut line = line((name, rule(text)), ChargeKind::Tax, on, basis);
            // Reports add a tax up by one name, whatever language its bills are in.
            let spanish = spanish.as_deref().map(Into::into);
            line.said = Arc::new(Said { spanish, ..Said::clone(&line.said) });
            OnceLine { gl: Gl::TaxPayable, line }
        });
        let taxes: Vec<OnceLine> = taxes.collect();
        let mut lines = vec![OnceLine { gl: kind.gl, line: first }];
        lines.extend(taxes);
        some(lines, label)
    }

    /// Every kind, to be chosen from.
    pub fn choices(&self, language: Language) -> Vec<Choice> {
        let one = |it: &Kind| Choice {
            code: it.code.clone(),
            called: it.called(language).unwrap_or_default().to_owned(),
            costs: it.costs,
        };
        self.0.iter().map(one).collect()
    }
}

/// A line that does not come to nothing.
fn some(lines: Vec<OnceLine>, what: &str) -> Result<Vec<OnceLine>, NotCharged> {
    match lines.first() {
        Some(it) if it.line.amount != Money::ZERO => Ok(lines),
        _ => Err(NotCharged::Nothing { what: what.to_owned() }),
    }
}

fn line((label, rule): (&str, Rule), kind: ChargeKind, on: Period, basis: Basis) -> Line {
    let (exact, rounding) = (basis.exact(), Rounding::HalfUp);
    Line {
        said: Arc::new(Said { label: label.into(), spanish: None, rule }),
        note: Note::default(),
        kind,
        period: on,
        basis,
        rounding,
        exact,
        amount: exact.round(rounding),
    }
}

impl Kind {
    fn called(&self, language: Language) -> Option<&str> {
        self.said.iter().find(|it| it.0 == language).map(|it| it.1.as_str())
    }

    /// How somebody asks for it.
    fn written(&self) -> String {
        let code = &self.code;
        match self.costs {
            Costs::Any => format!("{code}=AMOUNT (in dollars and cents, such as 12.50)"),
            Costs::Fixed(_) => code.clone(),
            Costs::Each(price) => format!("{code}=COUNT (of {})", price.per),
        }
    }

    fn basis(&self, of: Option<&str>) -> Result<(Basis, ChargeKind), NotCharged> {
        let takes = || NotCharged::Takes { code: self.code.clone(), write: self.written() };
        Ok(match (self.costs, of) {
            (Costs::Fixed(amount), None) => (Basis::Amount(amount), ChargeKind::Fixed),
            (Costs::Any, Some(of)) => {
                let amount = above_zero(of).map_err(|_| takes())?;
                (Basis::Amount(amount), ChargeKind::Fixed)
            }
            (Costs::Each(price), Some(of)) => {
                let micro = scaled(of, 6).filter(|it| 0 < *it).ok_or_else(takes)?;
                let quantity = Quantity { micro, unit: price.per };
                (Basis::Each(quantity, price), ChargeKind::Usage)
            }
            (Costs::Fixed(_), Some(_)) | (Costs::Any | Costs::Each(_), None) => {
                return Err(takes());
            }
        })
    }
}

impl Wanted {
    /// What an amount in words of its own may be posted to, as it is written.
    pub fn posted_to() -> Vec<&'static str> {
        FOR.iter().map(|it| role(*it)).collect()
    }

    /// Reads a kind as somebody asks for it.
    pub fn kind(text: &str) -> Wanted {
        let (code, of) = text.split_once('=').map_or((text, None), |(it, of)| (it, Some(of)));
        Wanted::Kind { code: code.trim().to_owned(), of: of.map(|it| it.trim().to_owned()) }
    }

    /// Reads an amount in words of its own.
    ///
    /// # Errors
    /// What was written.
    pub fn said(text: &str) -> Result<Wanted, NotCharged> {
        let wrong = || NotCharged::NotSaid { text: text.to_owned() };
        let (what, label) = text.split_once(':').ok_or_else(wrong)?;
        let (amount, rest) = what.trim().split_once(char::is_whitespace).ok_or_else(wrong)?;
        let amount = Money::parse(amount).map_err(|_| wrong())?;
        let (gl, more) = posted_to(rest.trim()).map_err(|_| wrong())?;
        let label = label.trim().to_owned();
        if label.is_empty() || !more.is_empty() {
            return Err(wrong());
        }
        Ok(Wanted::Said { amount, gl, label })
    }
}

/// The account of the general ledger that a text begins with, and what follows it.
fn posted_to(text: &str) -> Result<(Gl, &str), String> {
    let found = FOR.iter().find_map(|it| Some((*it, text.strip_prefix(role(*it))?.trim())));
    found.ok_or_else(|| {
        let known: Vec<&str> = FOR.iter().map(|it| role(*it)).collect();
        format!("`{text}` does not say what it is posted to; write one of {}", known.join(", "))
    })
}

/// What an account of the general ledger is called, without its number.
fn role(gl: Gl) -> &'static str {
    gl.word().split_once(' ').map_or(gl.word(), |it| it.1)
}

fn above_zero(text: &str) -> Result<Money, String> {
    let amount = Money::parse(text)?;
    match Money::ZERO < amount {
        true => Ok(amount),
        false => Err(format!("{text} is not above zero")),
    }
}

impl fmt::Display for NotKinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for NotKinds {}

impl fmt::Display for NotCharged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotCharged::NoKind { code, known } if known.is_empty() => write!(
                f,
                "no kinds of charges are said, so there is no {code}; say them with: meterbook bill charge-kinds FILE"
            ),
            NotCharged::NoKind { code, known } => {
                write!(f, "there is no kind of charge {code}; write one of {}", known.join(", "))
            }
            NotCharged::Takes { code, write } => {
                write!(
                    f,
                    "{code} is charged as {write}; write it like that, with what is above zero"
                )
            }
            NotCharged::NotSaid { text } => write!(
                f,
                "`{text}` is no charge; write it as: 120.00 fee revenue: Fence at 12 Mill St"
            ),
            NotCharged::Nothing { what } => write!(f, "{what} comes to nothing; leave it out"),
        }
    }
}

impl std::error::Error for NotCharged {}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TEXT: &str = "\
# ours
charge damage  fee revenue
en damage Damaged meter
es damage Medidor dañado
charge visit   fee revenue  75.00
en visit Field visit
es visit Visita
charge truck   water revenue 12.50 per kgal # by the truck
tax    truck   6.25% City sales tax | Impuesto municipal
en truck Water sold by the truck
es truck Agua vendida en camión
";

    fn lines(wanted: &Wanted, language: Language) -> Result<Vec<(Gl, String, i64)>, NotCharged> {
        let day = date(2026, 3, 5);
        let on = Period::new(day, date(2026, 3, 6)).unwrap();
        let lines = Kinds::parse(TEXT).unwrap().lines(wanted, (date(2026, 1, 1), on), language)?;
        Ok(lines
            .iter()
            .map(|it| (it.gl, it.line.label.to_string(), it.line.amount.cents()))
            .collect())
    }

    #[test]
    fn a_kind_is_charged_as_its_text_says() {
        let truck = lines(&Wanted::kind("truck=3.5"), Language::Spanish).unwrap();
        let (water, tax) = ("Agua vendida en camión".to_owned(), "City sales tax".to_owned());
        // 3.5 kgal at $12.50, and 6.25 % of $43.75: 2.734375.
        assert_eq!(truck, [(Gl::WaterRevenue, water, 43_75), (Gl::TaxPayable, tax, 2_73)]);
        let day = date(2026, 3, 5);
        let on = Period::new(day, date(2026, 3, 6)).unwrap();
        let kinds = Kinds::parse(TEXT).unwrap();
        let truck = kinds.lines(&Wanted::kind("truck=3.5"), (day, on), Language::Spanish).unwrap();
        assert_eq!(truck[1].line.called(Language::Spanish), "Impuesto municipal");
        assert_eq!(truck[1].line.called(Language::English), "City sales tax");
        let visit = lines(&Wanted::kind("visit"), Language::English).unwrap();
        assert_eq!(visit, [(Gl::FeeRevenue, "Field visit".to_owned(), 75_00)]);
        let damage = lines(&Wanted::kind("damage=450"), Language::English).unwrap();
        assert_eq!(damage, [(Gl::FeeRevenue, "Damaged meter".to_owned(), 45_000)]);
        let said = Wanted::said("-12.00 billing adjustments: Goodwill").unwrap();
        let said = lines(&said, Language::English).unwrap();
        assert_eq!(said, [(Gl::BillingAdjustments, "Goodwill".to_owned(), -12_00)]);
    }

    #[test]
    fn what_is_not_charged_says_how_it_is() {
        for (text, says) in [
            ("crane", "there is no kind of charge crane; write one of damage, visit, truck"),
            ("visit=3", "visit is charged as visit; write it like that"),
            ("damage", "damage is charged as damage=AMOUNT (in dollars and cents, such as 12.50)"),
            (
                "damage=-5",
                "damage is charged as damage=AMOUNT (in dollars and cents, such as 12.50)",
            ),
            (
                "damage=0.004",
                "damage is charged as damage=AMOUNT (in dollars and cents, such as 12.50); write",
            ),
            ("truck=many", "truck is charged as truck=COUNT (of kgal); write it like that"),
            ("truck=0.00001", "Water sold by the truck comes to nothing; leave it out"),
        ] {
            let why = lines(&Wanted::kind(text), Language::English).unwrap_err().to_string();
            assert!(why.starts_with(says), "{text}: {why}");
        }
        for text in [
            "120.00",
            "many fee revenue: x",
            "5.00 cash: x",
            "5.00 fee revenue 3: x",
            "5 fee revenue: ",
        ] {
            let why = Wanted::said(text).unwrap_err();
            assert_eq!(why, NotCharged::NotSaid { text: text.to_owned() });
        }
    }

    #[test]
    fn what_is_no_text_of_kinds_says_where() {
        for (text, says) in [
            ("charge a fee revenue", "line 1: a customer reads a in two languages"),
            (
                "charge a cash",
                "line 1: `cash` does not say what it is posted to; write one of fee revenue",
            ),
            ("charge a! fee revenue", "line 1: `a!` is no code"),
            ("charge a fee revenue 0.00", "line 1: 0.00 is not above zero"),
            ("charge a fee revenue 1.00 per mile", "line 1: mile is no unit"),
            ("charge a fee revenue\ncharge a fee revenue", "line 2: a is said twice"),
            ("charge a fee revenue\ntax a 6.25%", "line 2: write a tax as"),
            ("charge a fee revenue\ntax a lots X", "line 2: lots is not a percentage"),
            ("charge a fee revenue\nen a A\nen a B", "line 3: en a is said once"),
            ("en b B", "line 1: there is no charge b above"),
            ("fine a", "line 1: fine is nothing of charges"),
        ] {
            let why = Kinds::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{text}: {why}");
        }
    }
}
