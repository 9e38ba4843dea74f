//! A bill as an invoice of EN 16931: what each of its terms (BT) and groups (BG) says, worked out
//! from what is printed on the bill. [`ubl`] writes it.

mod priced;
pub mod ubl;
mod vat;
mod words;

use std::fmt;

use jiff::civil::Date;
use meterbook_core::bill::explain::{arithmetic_in, evidence_in};
use meterbook_core::bill::{Bill, Segment, Statement};
use meterbook_core::currency::Currency;
use meterbook_core::delivery::mailing::note_number;
use meterbook_core::id::AccountNumber;
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::person::Language;
use meterbook_core::rating::{self, ChargeKind};
use meterbook_core::seller::Seller;

use self::priced::Priced;
use self::vat::{Category, Moved, Taxed, Treated};
use self::words::words;

/// What a bill is written as. Its total says which of invoice and credit note it is, so that no
/// document asks for less than nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The bill itself: an invoice (380), or a credit note (381) where its total is below zero.
    Bill,
    /// All of the bill taken back: a credit note (381) with a reference to it, or an invoice (380)
    /// where the bill was a credit note.
    TakenBack {
        /// The number of this document.
        number: String,
        /// Its day.
        on: Date,
    },
    /// The bill takes the place of an earlier one: a corrected invoice (384) with a reference to it,
    /// or a credit note where its total is below zero.
    Corrected {
        /// The earlier one.
        of: Preceding,
    },
}

/// An earlier document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preceding {
    /// Its number.
    pub number: String,
    /// The day on its face.
    pub on: Date,
}

/// A bill that another one sums up, with the number of the account whose it is: its lines are on the
/// invoice of that one.
#[derive(Clone, Debug, PartialEq)]
pub struct SummedUp {
    /// Whose it is.
    pub account: AccountNumber,
    /// The bill.
    pub bill: Bill,
    /// What of it is owed by the account that sums up.
    pub moved: Money,
}

/// Why a bill is not written as an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotInvoiced {
    /// Something that an invoice must say is not known of the utility.
    Seller {
        /// What.
        what: &'static str,
        /// How it is said.
        option: &'static str,
    },
    /// Something that an invoice must say is not on the bill.
    Bill {
        /// What.
        what: &'static str,
    },
    /// A line of VAT is no percentage of other lines.
    NoPercentage {
        /// What the line is called.
        line: String,
    },
    /// Which lines a line of VAT is a percentage of cannot be told from the bill.
    Untold {
        /// What the line is called.
        line: String,
        /// What it is a percentage of.
        base: Money,
        /// What the lines that it may be of come to.
        lines: Money,
    },
    /// Two taxes that are both VAT are of the same line.
    Twice {
        /// What the second is called.
        line: String,
    },
}

/// The code of a document: UNTDID 1001.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Code {
    Invoice,
    Credit,
    Corrected,
}

impl Code {
    fn number(self) -> &'static str {
        match self {
            Code::Invoice => "380",
            Code::Credit => "381",
            Code::Corrected => "384",
        }
    }
}

/// An invoice. Its amounts are what is owed, or of a credit note what is given back.
struct Invoice<'a> {
    code: Code,
    number: &'a str,
    issued_on: Date,
    due_on: Option<Date>,
    preceding: Option<Preceding>,
    account: String,
    period: Period,
    seller: Party<'a>,
    phone: &'a str,
    /// Numbers of the seller; an invoice outside VAT may not say the one for VAT.
    registration: Option<&'a str>,
    vat: Option<&'a str>,
    buyer: Party<'a>,
    /// Where service is, if all of it is in one place.
    delivered_at: Option<&'a str>,
    country: &'a str,
    currency: Currency,
    terms: String,
    lines: Vec<Line<'a>>,
    moved: Vec<Moved>,
    taxed: Vec<Taxed>,
    totals: Totals,
}

struct Party<'a> {
    name: &'a str,
    address: Address<'a>,
}

/// An address as far as it is known which line is what.
#[derive(Debug, Default, PartialEq, Eq)]
struct Address<'a> {
    street: Option<&'a str>,
    more: Option<&'a str>,
    city: Option<&'a str>,
    postcode: Option<&'a str>,
    region: Option<&'a str>,
    rest: Option<String>,
}

struct Line<'a> {
    priced: Priced,
    amount: Money,
    period: Period,
    name: String,
    /// The arithmetic, as the bill explains it.
    description: String,
    tariff: &'a str,
    /// What is said of it by name: the tariff's name, where the service is.
    said: Vec<(&'static str, String)>,
    /// The reads.
    note: Option<String>,
    category: Category,
}

struct Totals {
    /// BT-106.
    lines: Money,
    /// BT-107 and BT-108: what is moved from one category of VAT to another leaves and arrives.
    moved: Money,
    /// BT-110.
    vat: Money,
    /// BT-112.
    with_vat: Money,
    /// BT-113: what rules of corrections took off, and what the account has paid before.
    paid: Money,
    /// BT-114: VAT is rounded line by line on a bill, and once for each rate on an invoice.
    rounding: Money,
    /// BT-115: the bill's total without what is paid.
    payable: Money,
}

/// Works out the invoice; of a bill that sums up others `summed` is those whose charges it asks for, and
/// `paid` of it is not to be paid with it.
fn invoice<'a>(
    statement: &'a Statement,
    (summed, paid): (&'a [SummedUp], Money),
    seller: &'a Seller,
    kind: &'a Kind,
) -> Result<Invoice<'a>, NotInvoiced> {
    let Statement { utility, bill, account, language, .. } = statement;
    let sign = Sign(if bill.total < Money::ZERO { -1 } else { 1 });
    let own = (bill, None);
    let bills: Vec<(&Bill, Option<&SummedUp>)> = match summed {
        [] => vec![own],
        all => all.iter().map(|it| (&it.bill, Some(it))).collect(),
    };
    let all: Vec<Vec<&rating::Line>> = bills.iter().flat_map(|it| parts(it.0)).collect();
    let treated = vat::treat(&all, *language)?;
    let (registration, vat) = numbers(seller, treated.has_vat)?;
    let lines = lines(&bills, &treated, sign, *language);
    if lines.is_empty() {
        return Err(NotInvoiced::Bill { what: "a line" });
    }
    let country = seller.country.code();
    let buyer = party(&bill.addressed_to, country)
        .ok_or(NotInvoiced::Bill { what: "the name of whom it is addressed to" })?;
    let moved: Vec<Moved> = treated.moved.into_iter().map(|it| it.signed(sign)).collect();
    let taxed = vat::breakdown(&lines, &moved, treated.reason);
    let payable = sign.of(bill.total - paid);
    let paid = paid + summed.iter().map(|it| it.bill.total - it.moved).sum();
    let totals = totals(&lines, &moved, &taxed, (sign.of(paid), payable));
    let code = code(bill.total, kind);
    let (number, issued_on, preceding) = match kind {
        Kind::Bill => (bill.number.0.as_str(), bill.billed_on, None),
        Kind::TakenBack { number, on } => {
            let of = Preceding { number: bill.number.0.clone(), on: bill.billed_on };
            (number.as_str(), *on, Some(of))
        }
        Kind::Corrected { of } => (bill.number.0.as_str(), bill.billed_on, Some(of.clone())),
    };
    let is_owed = code != Code::Credit && !matches!(kind, Kind::TakenBack { .. });
    Ok(Invoice {
        code,
        number,
        issued_on,
        due_on: is_owed.then_some(bill.due_on),
        preceding,
        account: account.number.to_string(),
        period: bill.days(),
        seller: Party { name: &utility.name, address: address(&utility.remit_to, country) },
        phone: &utility.phone,
        registration,
        vat,
        buyer,
        delivered_at: one_place(bills.iter().flat_map(|it| &it.0.segments)),
        country,
        currency: seller.currency,
        terms: terms(statement, seller, code, is_owed),
        lines,
        moved,
        taxed,
        totals,
    })
}

/// Turns the amounts of a bill below zero, of which the document says how much is given back.
#[derive(Clone, Copy)]
struct Sign(i64);

impl Sign {
    fn of(self, amount: Money) -> Money {
        Money::from_cents(self.0 * amount.cents())
    }
}

fn code(total: Money, kind: &Kind) -> Code {
    let below = total < Money::ZERO;
    match kind {
        Kind::TakenBack { .. } if below => Code::Invoice,
        Kind::TakenBack { .. } => Code::Credit,
        _ if below => Code::Credit,
        Kind::Bill => Code::Invoice,
        Kind::Corrected { .. } => Code::Corrected,
    }
}

/// The registration and the number for VAT that the document says.
fn numbers(seller: &Seller, has_vat: bool) -> Result<(Option<&str>, Option<&str>), NotInvoiced> {
    let (registration, vat) = (seller.registration.as_deref(), seller.vat.as_deref());
    match has_vat {
        true if vat.is_none() => Err(NotInvoiced::Seller {
            what: "number for VAT, which a bill with VAT says",
            option: "--vat",
        }),
        true => Ok((registration, vat)),
        false if registration.is_none() => Err(NotInvoiced::Seller {
            what: "registration number, which a bill without VAT says",
            option: "--registration",
        }),
        false => Ok((registration, None)),
    }
}

fn lines<'a>(
    bills: &[(&'a Bill, Option<&SummedUp>)],
    treated: &Treated,
    sign: Sign,
    language: Language,
) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    let mut categories = treated.categories.iter();
    for (bill, summed) in bills {
        let begun = lines.len();
        for segment in &bill.segments {
            let first = lines.len();
            let mut metered = None;
            for line in &segment.lines {
                let category = categories.next().expect("every line was looked at");
                let Some(category) = *category else { continue };
                if line.kind == ChargeKind::Usage {
                    metered.get_or_insert(lines.len());
                }
                lines.push(of_line(Some(segment), line, category, sign, language));
            }
            let reads: Vec<String> =
                segment.evidence.iter().map(|it| evidence_in(it, language)).collect();
            if let Some(line) = lines.get_mut(metered.unwrap_or(first))
                && !reads.is_empty()
            {
                line.note = Some(reads.join("; "));
            }
        }
        for it in &bill.once {
            let category = categories.next().expect("every line was looked at");
            if let Some(category) = *category {
                lines.push(of_line(None, &it.line, category, sign, language));
            }
        }
        if let Some(it) = summed {
            let words = words(language);
            for line in &mut lines[begun..] {
                line.said.push((words.bill, it.bill.number.to_string()));
                line.said.push((words.account, it.account.to_string()));
            }
        }
    }
    lines
}

/// The lines of each part of a bill: of each service, and those that are charged once.
fn parts(bill: &Bill) -> Vec<Vec<&rating::Line>> {
    let services = bill.segments.iter().map(|it| it.lines.iter().collect());
    services.chain([bill.once.iter().map(|it| &it.line).collect()]).collect()
}

fn of_line<'a>(
    segment: Option<&Segment>,
    line: &'a rating::Line,
    category: Category,
    sign: Sign,
    language: Language,
) -> Line<'a> {
    let words = words(language);
    let amount = sign.of(line.amount);
    Line {
        priced: Priced::of(line, amount, sign),
        amount,
        period: line.period,
        name: line.called(language).into_owned(),
        description: arithmetic_in(line, language),
        tariff: &line.rule.tariff,
        said: segment.map_or_else(Vec::new, |it| {
            let (tariff, place) = (it.tariff_called(language).to_owned(), it.service_at.clone());
            vec![(words.tariff, tariff), (words.service_at, place)]
        }),
        note: None,
        category,
    }
}

fn totals(
    lines: &[Line],
    moved: &[Moved],
    taxed: &[Taxed],
    (paid, payable): (Money, Money),
) -> Totals {
    let lines: Money = lines.iter().map(|it| it.amount).sum();
    let vat: Money = taxed.iter().map(|it| it.tax).sum();
    let with_vat = lines + vat;
    Totals {
        lines,
        moved: moved.iter().map(|it| it.amount).sum(),
        vat,
        with_vat,
        paid,
        rounding: payable + paid - with_vat,
        payable,
    }
}

/// What is owed when, and how the account stands with it.
fn terms(statement: &Statement, seller: &Seller, code: Code, is_owed: bool) -> String {
    let words = words(statement.language);
    let Statement { bill, account, amount_due, plan, level, .. } = statement;
    if !is_owed {
        let said = if code == Code::Credit { words.credited } else { words.charged };
        return format!("{said} {}", account.number);
    }
    if let Some(correction) = statement.behind {
        let number = note_number(correction);
        return format!("{} {}. {} {number}.", words.due, bill.due_on, words.behind);
    }
    let currency = seller.currency;
    // What is paid with later parts as agreed is owed as well.
    let owed = *amount_due + plan.map_or(Money::ZERO, |it| it.later);
    let before = statement.before - statement.waits;
    let mut said = format!(
        "{} {}. {} {currency} {}; {} {currency} {}.",
        words.due,
        bill.due_on,
        words.before,
        before.plain(),
        words.with_it,
        owed.plain()
    );
    if let Some(it) = level {
        let asked = format!("{currency} {}", it.asked.plain());
        said.push_str(&words.level.replace("{level}", &asked));
    }
    if let Some(it) = plan {
        let part = words.part.replace("{nth}", &it.nth.to_string());
        let part = part.replace("{of}", &it.of.to_string());
        let part = part.replace("{amount}", &format!("{currency} {}", it.amount.plain()));
        let part = part.replace("{day}", &it.due.to_string());
        said.push_str(&part.replace("{later}", &format!("{currency} {}", it.later.plain())));
    }
    said
}

/// A name with the lines of its address.
fn party<'a>(lines: &'a [String], country: &str) -> Option<Party<'a>> {
    let (name, lines) = lines.split_first()?;
    (!name.trim().is_empty()).then(|| Party { name, address: address(lines, country) })
}

/// What is what in the lines of an address. Only the last line of one in the United States says
/// where the town ends.
fn address<'a>(lines: &'a [String], country: &str) -> Address<'a> {
    let mut lines: Vec<&str> =
        lines.iter().map(|it| it.trim()).filter(|it| !it.is_empty()).collect();
    let mut address = Address::default();
    let town = lines.last().filter(|_| country == "US").and_then(|it| town(it));
    if let Some((city, region, postcode)) = town {
        address = Address {
            city: Some(city),
            region: Some(region),
            postcode: Some(postcode),
            ..Address::default()
        };
        lines.pop();
    }
    let mut lines = lines.into_iter();
    (address.street, address.more) = (lines.next(), lines.next());
    let rest: Vec<&str> = lines.collect();
    address.rest = (!rest.is_empty()).then(|| rest.join(", "));
    address
}

/// `Cedar Fork XX 00417-0418`.
fn town(line: &str) -> Option<(&str, &str, &str)> {
    let (rest, postcode) = line.rsplit_once(' ')?;
    let (city, region) = rest.trim_end().rsplit_once(' ')?;
    let digits = |it: &str, many| it.len() == many && it.bytes().all(|it| it.is_ascii_digit());
    let is_postcode = match postcode.split_once('-') {
        Some((zip, more)) => digits(zip, 5) && digits(more, 4),
        None => digits(postcode, 5),
    };
    let is_region = region.len() == 2 && region.bytes().all(|it| it.is_ascii_uppercase());
    let city = city.trim_end_matches([',', ' ']);
    (is_postcode && is_region && !city.is_empty()).then_some((city, region, postcode))
}

fn one_place<'a>(segments: impl Iterator<Item = &'a Segment>) -> Option<&'a str> {
    let mut places = segments.map(|it| it.service_at.as_str());
    let first = places.next()?;
    (!first.is_empty() && places.all(|it| it == first)).then_some(first)
}

impl fmt::Display for NotInvoiced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotInvoiced::Seller { what, option } => write!(
                f,
                "the utility has no {what}; say it with: meterbook bill seller {option} NUMBER"
            ),
            NotInvoiced::Bill { what } => {
                write!(f, "an invoice says {what}, and this bill does not; send it in another form")
            }
            NotInvoiced::NoPercentage { line } => write!(
                f,
                "{line} is no percentage of other lines, and VAT is; call it something else in the tariff, or take away its cap"
            ),
            NotInvoiced::Untold { line, base, lines } => write!(
                f,
                "{line} is a percentage of {base}, and the lines that it may be of come to {lines}; name them in the tariff: tax NAME 20% of ENERGY, FUEL"
            ),
            NotInvoiced::Twice { line } => write!(
                f,
                "{line} is the second VAT of one line; name in the tariff what each is of"
            ),
        }
    }
}

impl std::error::Error for NotInvoiced {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_in_the_united_states_says_its_town() {
        let lines = ["12 Mill St", "Cedar Fork, XX 00417-0418"].map(str::to_owned);
        let found = address(&lines, "US");
        let Address { street, city, region, postcode, .. } = found;
        let said = (street, city, region, postcode);
        assert_eq!(said, (Some("12 Mill St"), Some("Cedar Fork"), Some("XX"), Some("00417-0418")));
        for other in ["Cedar Fork", "XX 00417", "Cedar Fork xx 00417", "Cedar Fork XX 0041"] {
            let lines = ["12 Mill St", other].map(str::to_owned);
            assert_eq!(address(&lines, "US").more, Some(other));
        }
    }

    #[test]
    fn an_address_elsewhere_keeps_its_lines() {
        let lines = ["c/o Berg", "Storgatan 1", "Hus B", "201 23 Malmö"].map(str::to_owned);
        let found = address(&lines, "SE");
        assert_eq!((found.street, found.more), (Some("c/o Berg"), Some("Storgatan 1")));
        assert_eq!(found.rest.as_deref(), Some("Hus B, 201 23 Malmö"));
    }
}
