//! Mandates: what a customer agreed to have taken from an account at a bank, by which scheme, on which
//! day, and up to how much.

pub mod policy;
pub mod retry;

use std::fmt;

use jiff::civil::Date;

use crate::bank::{Iban, NotANumber, Routing};
use crate::bill::BillNumber;
use crate::calendar::Banks;
use crate::id::{AccountId, BillId, DebitId, MandateId};
use crate::money::Money;

/// By whose rules money is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// NACHA: a person who signed.
    Ppd,
    /// NACHA: a person who agreed on the web.
    Web,
    /// NACHA: a business.
    Ccd,
    /// SEPA, from anybody; refunded on demand for eight weeks.
    SepaCore,
    /// SEPA, from businesses, which have no refund.
    SepaB2b,
}

/// What kind of account it is at a bank of the United States.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// A checking account.
    Checking,
    /// A savings account.
    Savings,
}

/// How a file of debits is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// By NACHA, in the United States.
    Nacha,
    /// By SEPA.
    Pain008,
}

words! {
    Format { Nacha = "nacha", Pain008 = "pain.008" }
    Scheme {
        Ppd = "ppd", Web = "web", Ccd = "ccd", SepaCore = "sepa-core", SepaB2b = "sepa-b2b",
    }
    AccountKind { Checking = "checking", Savings = "savings" }
}

impl Scheme {
    /// Whether it is one of SEPA, which knows accounts by IBAN.
    pub fn is_sepa(self) -> bool {
        matches!(self, Scheme::SepaCore | Scheme::SepaB2b)
    }
}

impl Format {
    /// The format in which debits of a scheme are written.
    pub fn of(scheme: Scheme) -> Format {
        if scheme.is_sepa() { Format::Pain008 } else { Format::Nacha }
    }

    /// The currency that it takes, by its letters.
    pub fn currency(self) -> &'static str {
        match self {
            Format::Nacha => "USD",
            Format::Pain008 => "EUR",
        }
    }

    /// The banks by which it settles.
    pub fn banks(self) -> Banks {
        match self {
            Format::Nacha => Banks::Federal,
            Format::Pain008 => Banks::Target,
        }
    }
}

/// On which day what is owed is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Collects {
    /// On the day a bill is due.
    WhenDue,
    /// On a day of the month, from 1 to 28, the first on or after the day a bill is due.
    OnDay(i8),
}

impl Collects {
    /// Reads `due`, or a day of the month from 1 to 28.
    ///
    /// # Errors
    /// It is neither.
    pub fn parse(text: &str) -> Result<Collects, NotAMandate> {
        if text == "due" {
            return Ok(Collects::WhenDue);
        }
        let day = text.parse().ok().filter(|day| (1..=28).contains(day));
        day.map(Collects::OnDay).ok_or(NotAMandate::Day)
    }

    /// The day on which a bill is taken that is due on `due`.
    pub fn day(self, due: Date) -> Date {
        let Collects::OnDay(day) = self else { return due };
        let month = if day < due.day() { due.last_of_month().tomorrow() } else { Ok(due) };
        // Every month has the first 28 days; after the last month that there is, the day itself.
        let on = month.and_then(|month| month.with().day(day).build());
        on.unwrap_or(due)
    }
}

impl fmt::Display for Collects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Collects::WhenDue => f.write_str("due"),
            Collects::OnDay(day) => day.fmt(f),
        }
    }
}

/// The number of an account at a bank. It is a secret: it is shown by its last digits only, also where
/// it is printed to look for a fault.
#[derive(Clone, PartialEq, Eq)]
pub enum BankNumber {
    /// At a bank of the United States.
    Routed {
        /// The bank.
        routing: Routing,
        /// The account there: four to seventeen digits or letters.
        account: String,
        /// What kind of account it is.
        kind: AccountKind,
    },
    /// Anywhere that gives out IBANs.
    Iban(Iban),
}

impl BankNumber {
    /// An account at a bank of the United States; spaces and hyphens are passed over.
    ///
    /// # Errors
    /// What of it is wrong.
    pub fn routed(
        routing: &str,
        account: &str,
        kind: AccountKind,
    ) -> Result<BankNumber, NotAMandate> {
        let routing = Routing::parse(routing).map_err(NotAMandate::Number)?;
        let account: String = account.chars().filter(|it| !matches!(it, ' ' | '-')).collect();
        let plain = account.bytes().all(|it| it.is_ascii_alphanumeric());
        if !plain || !(4..=17).contains(&account.len()) {
            return Err(NotAMandate::Account);
        }
        Ok(BankNumber::Routed { routing, account: account.to_ascii_uppercase(), kind })
    }

    /// An account that has an IBAN.
    ///
    /// # Errors
    /// What of it is wrong.
    pub fn iban(text: &str) -> Result<BankNumber, NotAMandate> {
        Iban::parse(text).map(BankNumber::Iban).map_err(NotAMandate::Number)
    }

    /// All of it, to be sealed: the same for the same account.
    pub fn plain(&self) -> String {
        match self {
            BankNumber::Routed { routing, account, kind } => {
                format!("{} {account} {kind}", routing.digits())
            }
            BankNumber::Iban(iban) => iban.text().to_owned(),
        }
    }

    /// Reads what [`plain`](BankNumber::plain) wrote.
    ///
    /// # Errors
    /// What of it is wrong.
    pub fn parse(plain: &str) -> Result<BankNumber, NotAMandate> {
        let parts: Vec<&str> = plain.split(' ').collect();
        match parts[..] {
            [routing, account, kind] => {
                let kind = AccountKind::from_word(kind).ok_or(NotAMandate::Account)?;
                BankNumber::routed(routing, account, kind)
            }
            _ => BankNumber::iban(plain),
        }
    }

    /// What of it people may see: its last four, or two where there are few.
    pub fn tail(&self) -> String {
        let text = match self {
            BankNumber::Routed { account, .. } => account,
            BankNumber::Iban(iban) => iban.text(),
        };
        let shown = if 8 <= text.len() { 4 } else { 2 };
        text[text.len() - shown..].to_owned()
    }
}

impl fmt::Debug for BankNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BankNumber(…{})", self.tail())
    }
}

/// What of a mandate may change: from a day on it is a new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// The first day.
    pub from: Date,
    /// Whose account it is at the bank.
    pub holder: String,
    /// When what is owed is taken.
    pub collects: Collects,
    /// The most that is taken at once; `None` for anything.
    pub most: Option<Money>,
}

/// A mandate, as it is from its newest version on. The number is not in it: that is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// Which.
    pub id: MandateId,
    /// What is owed by whom.
    pub account: AccountId,
    /// By whose rules.
    pub scheme: Scheme,
    /// The day on which the customer signed.
    pub signed: Date,
    /// Which version these terms are, from 1.
    pub version: i64,
    /// What holds.
    pub terms: Terms,
    /// The last digits of the account at the bank.
    pub tail: String,
    /// The first day without it, where it ended.
    pub ended: Option<Date>,
}

/// What a debit takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Takes {
    /// What the paper of a bill asks for.
    Bill(BillId),
    /// A part of a plan.
    Part {
        /// The key of the plan.
        plan: String,
        /// Which part, from 1.
        nth: i64,
    },
}

/// What people say for what a debit takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// The number of a bill.
    Bill(BillNumber),
    /// A part of a plan.
    Part {
        /// Which part, from 1.
        nth: i64,
        /// Of how many.
        of: i64,
    },
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Named::Bill(number) => f.write_str(&number.0),
            Named::Part { nth, of } => write!(f, "part {nth} of {of}"),
        }
    }
}

/// Why something is no mandate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAMandate {
    /// The number of the bank or the IBAN is wrong.
    Number(NotANumber),
    /// The account at the bank is wrong.
    Account,
    /// The scheme knows other numbers.
    OtherNumber {
        /// Which.
        scheme: Scheme,
    },
    /// Nobody's account it is.
    NoHolder,
    /// A most that is not above zero.
    Most,
    /// Neither the due day nor a day that every month has.
    Day,
    /// It would hold before it was signed.
    BeforeSigned {
        /// The day on which it was signed.
        signed: Date,
    },
}

impl Terms {
    /// Refuses terms that cannot be.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn check(
        &self,
        scheme: Scheme,
        signed: Date,
        number: Option<&BankNumber>,
    ) -> Result<(), NotAMandate> {
        if number.is_some_and(|it| scheme.is_sepa() != matches!(it, BankNumber::Iban(_))) {
            return Err(NotAMandate::OtherNumber { scheme });
        }
        if self.holder.trim().is_empty() {
            return Err(NotAMandate::NoHolder);
        }
        if self.most.is_some_and(|it| it <= Money::ZERO) {
            return Err(NotAMandate::Most);
        }
        if self.from < signed { Err(NotAMandate::BeforeSigned { signed }) } else { Ok(()) }
    }
}

impl Mandate {
    /// What the customer and the bank call it.
    pub fn reference(&self) -> String {
        format!("M-{:06}", self.id.0)
    }
}

impl DebitId {
    /// What the bank and the ledger know a debit by.
    pub fn reference(self) -> String {
        format!("D-{}", self.0)
    }
}

impl fmt::Display for NotAMandate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAMandate::Number(why) => why.fmt(f),
            NotAMandate::Account => {
                f.write_str("an account number has 4 to 17 digits or letters, as on a cheque")
            }
            NotAMandate::OtherNumber { scheme } if scheme.is_sepa() => {
                write!(f, "{scheme} takes from an IBAN; give one, or another scheme")
            }
            NotAMandate::OtherNumber { scheme } => write!(
                f,
                "{scheme} takes from a routing number and an account; give them, or another scheme"
            ),
            NotAMandate::NoHolder => f.write_str("say whose account it is at the bank"),
            NotAMandate::Most => {
                f.write_str("the most that is taken is above zero; leave it out for any amount")
            }
            NotAMandate::Day => f.write_str(
                "it is taken when bills are due (due), or on a day of the month from 1 to 28",
            ),
            NotAMandate::BeforeSigned { signed } => {
                write!(f, "it was signed on {signed}, and holds from that day on or a later one")
            }
        }
    }
}

impl std::error::Error for NotAMandate {}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_number_is_read_again_as_it_was_and_shown_by_its_tail() {
        let ours = BankNumber::routed("231380104", "00-1234567", AccountKind::Savings).unwrap();
        assert_eq!(ours.plain(), "231380104 001234567 savings");
        assert_eq!(BankNumber::parse(&ours.plain()).unwrap(), ours);
        assert_eq!(format!("{ours:?}"), "BankNumber(…4567)");
        let short = BankNumber::routed("231380104", "1234", AccountKind::Checking).unwrap();
        assert_eq!(short.tail(), "34");
        let iban = BankNumber::iban("DE89 3704 0044 0532 0130 00").unwrap();
        assert_eq!(BankNumber::parse(&iban.plain()).unwrap(), iban);
        assert_eq!(format!("{iban:?}"), "BankNumber(…3000)");
        for (account, why) in [("123", NotAMandate::Account), ("12/4", NotAMandate::Account)] {
            let it = BankNumber::routed("231380104", account, AccountKind::Checking);
            assert_eq!(it.unwrap_err(), why);
        }
        let why = BankNumber::routed("231380105", "1234", AccountKind::Checking).unwrap_err();
        assert_eq!(why, NotAMandate::Number(NotANumber::RoutingCheck));
        let why = BankNumber::iban("DE88370400440532013000").unwrap_err();
        assert_eq!(why, NotAMandate::Number(NotANumber::IbanCheck));
        assert_eq!(BankNumber::parse("231380104 1234 x").unwrap_err(), NotAMandate::Account);
    }

    #[test]
    fn a_day_of_the_month_is_never_before_the_bill_is_due() {
        let day = |text: &str, due| Collects::parse(text).unwrap().day(due);
        assert_eq!(day("due", date(2026, 3, 9)), date(2026, 3, 9));
        assert_eq!(day("15", date(2026, 3, 9)), date(2026, 3, 15));
        assert_eq!(day("9", date(2026, 3, 9)), date(2026, 3, 9));
        assert_eq!(day("5", date(2026, 12, 9)), date(2027, 1, 5));
        assert_eq!(day("28", date(2026, 1, 31)), date(2026, 2, 28));
        for text in ["0", "29", "x", ""] {
            assert_eq!(Collects::parse(text).unwrap_err(), NotAMandate::Day);
        }
    }

    #[test]
    fn terms_are_right_or_say_why_not() {
        let from = date(2026, 3, 1);
        let holder = "Rosa Quill".to_owned();
        let right = Terms { from, holder, collects: Collects::WhenDue, most: None };
        let iban = BankNumber::iban("DE89370400440532013000").unwrap();
        let check = |it: &Terms, scheme| it.check(scheme, from, Some(&iban));
        assert_eq!(check(&right, Scheme::SepaCore), Ok(()));
        let scheme = Scheme::Ppd;
        assert_eq!(check(&right, scheme), Err(NotAMandate::OtherNumber { scheme }));
        let it = Terms { holder: " ".to_owned(), ..right.clone() };
        assert_eq!(check(&it, Scheme::SepaB2b), Err(NotAMandate::NoHolder));
        let it = Terms { most: Some(Money::ZERO), ..right.clone() };
        assert_eq!(check(&it, Scheme::SepaB2b), Err(NotAMandate::Most));
        let it = Terms { from: date(2026, 2, 28), ..right };
        assert_eq!(check(&it, Scheme::SepaB2b), Err(NotAMandate::BeforeSigned { signed: from }));
    }
}
