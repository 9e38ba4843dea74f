//! The table of a report, what it adds up to, and the head that every form of it begins with.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::account::CustomerClass;
use crate::currency::Currency;
use crate::id::{AccountNumber, EntryId};
use crate::ledger::Gl;
use crate::money::{Money, Share};
use crate::report::{Asked, Days};
use crate::text::decimal;

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What was asked for.
    pub asked: Asked,
    /// Whose books.
    pub utility: String,
    /// What its amounts are in.
    pub currency: Currency,
    /// As far as which entry.
    pub known: Known,
    /// What its columns are.
    pub columns: Vec<Column>,
    /// Its rows; each has a cell for each column.
    pub rows: Vec<Vec<Cell>>,
    /// What it adds up to beside what the ledger says.
    pub ties: Vec<Tie>,
    /// What else whoever reads it should know.
    pub notes: Vec<String>,
}

/// What a report knew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// What journals have: it is the same whoever asks, and whenever.
    Closed {
        /// The newest of them; `None` where there was none.
        journal: Option<(i64, Date)>,
        /// The newest entry in it.
        through: EntryId,
        /// When it was closed.
        at: Option<Timestamp>,
    },
    /// Entries that no journal has yet, too.
    Open {
        /// The newest.
        through: EntryId,
        /// Who asked.
        by: String,
        /// When.
        at: Timestamp,
    },
}

/// A sum of a report beside the same sum by the ledger alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// What is summed, such as an account of the general ledger.
    pub of: String,
    /// What the report comes to, before anything is left out by what was asked for.
    pub report: Money,
    /// What the ledger says; debits are above zero.
    pub ledger: Money,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The number of an account.
    Account,
    /// The class of customers.
    Class,
    /// The month an entry counts from.
    Month,
    /// A day.
    Day,
    /// The account of the general ledger, by its role.
    Gl,
    /// The number that the utility gave that account.
    GlNumber,
    /// What the utility calls that account.
    GlName,
    /// The fund that the utility keeps that account in.
    Fund,
    /// The tariff.
    Tariff,
    /// The kind of a line, or of what happened.
    Kind,
    /// What a line is called.
    Line,
    /// Where on a bill it stands: segment and line, from 1.
    Place,
    /// An entry's number.
    Entry,
    /// A journal's number.
    Journal,
    /// The natural key of an entry: a bill's number, a payment's key.
    Key,
    /// Why, as whoever did it said.
    Why,
    /// How it was paid.
    Tender,
    /// How many.
    Count,
    /// The share that is asked for.
    Rate,
    /// What that is a share of.
    Base,
    /// What certificates took out of that.
    Exempt,
    /// The tax.
    Tax,
    /// An amount.
    Amount,
    /// What is owed.
    Balance,
    /// What levelled bills came to beyond what was asked for.
    Budget,
    /// What is asked for of being late and comes with the next bill.
    FeesAsked,
    /// Security.
    Deposit,
    /// Interest of it that was counted.
    DepositInterest,
    /// Interest of it since then.
    InterestToCome,
    /// What was used and not billed.
    Unbilled,
    /// What closes the account.
    Payoff,
    /// Not due yet.
    NotDue,
    /// Due since 1 to 30 days.
    Days30,
    /// Due since 31 to 60 days.
    Days60,
    /// Due since 61 to 90 days.
    Days90,
    /// Due since more than 90 days.
    DaysMore,
    /// What was paid for nothing yet.
    Credit,
    /// All of a row.
    Total,
    /// Before the days.
    Opening,
    /// What was debited in them.
    Debits,
    /// What was credited in them.
    Credits,
    /// After the days.
    Closing,
    /// Security that was asked for.
    Asked,
    /// Interest before the days that was not given.
    InterestOpening,
    /// Interest that was earned.
    Earned,
    /// Security that was set off with a last bill.
    Applied,
    /// Security that went back otherwise.
    Returned,
    /// Interest that was given to the customer.
    InterestGiven,
    /// Interest after the days that was not given.
    InterestClosing,
    /// What of security was paid.
    Held,
    /// What was given up.
    WrittenOff,
    /// What came in of that after all.
    Recovered,
    /// What a bill in the place of another comes to.
    BilledAnew,
    /// What is left of it all.
    Net,
    /// An agreement.
    Agreement,
    /// The first day.
    From,
    /// The first day behind.
    To,
    /// Days of which nothing is known.
    UnknownDays,
}

words! {
    Column {
        Account = "account", Class = "class", Month = "month", Day = "day", Gl = "gl",
        GlNumber = "number", GlName = "name", Fund = "fund", Tariff = "tariff", Kind = "kind", Line = "line",
        Place = "place", Entry = "entry", Journal = "journal", Key = "key", Why = "why",
        Tender = "tender", Count = "count", Rate = "rate", Base = "base", Exempt = "exempt",
        Tax = "tax", Amount = "amount", Balance = "balance", Budget = "budget_variance",
        FeesAsked = "fees_asked", Deposit = "deposit", DepositInterest = "deposit_interest",
        InterestToCome = "interest_to_come", Unbilled = "unbilled", Payoff = "payoff",
        NotDue = "not_due", Days30 = "days_1_30", Days60 = "days_31_60", Days90 = "days_61_90",
        DaysMore = "days_over_90", Credit = "credit", Total = "total", Opening = "opening",
        Debits = "debits", Credits = "credits", Closing = "closing", Asked = "asked",
        Earned = "interest_earned", Applied = "applied", Returned = "returned",
        InterestOpening = "interest_opening", InterestGiven = "interest_given",
        InterestClosing = "interest_closing", Held = "held", WrittenOff = "written_off",
        Recovered = "recovered", BilledAnew = "billed_anew", Net = "net", Agreement = "agreement", From = "from", To = "to",
        UnknownDays = "unknown_days",
    }
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Nothing,
    /// A text.
    Text(String),
    /// A class of customers.
    Class(CustomerClass),
    /// An account.
    Account(AccountNumber),
    /// An account of the general ledger.
    Gl(Gl),
    /// An entry.
    Entry(EntryId),
    /// A day.
    Day(Date),
    /// How many.
    Count(i64),
    /// An amount.
    Money(Money),
    /// A share.
    Share(Share),
}

impl Cell {
    /// The cell for another program: no signs of a currency, no commas, shares in percent.
    pub fn plain(&self) -> String {
        match self {
            Cell::Nothing => String::new(),
            Cell::Text(it) => it.clone(),
            Cell::Class(it) => it.to_string(),
            Cell::Account(it) => it.to_string(),
            Cell::Gl(it) => it.to_string(),
            Cell::Entry(it) => it.to_string(),
            Cell::Day(it) => it.to_string(),
            Cell::Count(it) => it.to_string(),
            Cell::Money(it) => it.plain(),
            Cell::Share(it) => format!("{}%", decimal(it.nano, 7)),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        if text.is_empty() { Cell::Nothing } else { Cell::Text(text.to_owned()) }
    }
}

impl From<Money> for Cell {
    fn from(amount: Money) -> Cell {
        Cell::Money(amount)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(it: Option<T>) -> Cell {
        it.map_or(Cell::Nothing, T::into)
    }
}

impl From<CustomerClass> for Cell {
    fn from(class: CustomerClass) -> Cell {
        Cell::Class(class)
    }
}

impl From<AccountNumber> for Cell {
    fn from(number: AccountNumber) -> Cell {
        Cell::Account(number)
    }
}

impl From<Date> for Cell {
    fn from(day: Date) -> Cell {
        Cell::Day(day)
    }
}

impl From<Share> for Cell {
    fn from(share: Share) -> Cell {
        Cell::Share(share)
    }
}

impl Tie {
    /// Whether both say the same.
    pub fn holds(&self) -> bool {
        self.report == self.ledger
    }
}

impl Report {
    /// The sum of each column of amounts and of counts; nothing of the others, and nothing of a share.
    pub fn totals(&self) -> Vec<Cell> {
        let sum = |nth: usize| {
            let mut cents: Option<Money> = None;
            let mut count: Option<i64> = None;
            for row in &self.rows {
                match &row[nth] {
                    Cell::Money(it) => *cents.get_or_insert_default() += *it,
                    Cell::Count(it) => *count.get_or_insert_default() += *it,
                    _ => {}
                }
            }
            cents.map_or_else(|| count.map_or(Cell::Nothing, Cell::Count), Cell::Money)
        };
        (0..self.columns.len()).map(sum).collect()
    }

    /// The first tie that does not hold.
    pub fn untied(&self) -> Option<&Tie> {
        self.ties.iter().find(|it| !it.holds())
    }

    /// What every form of it begins with: a word and what it says. Nothing of it changes from one
    /// asking to the next where all that it knows is in a journal.
    pub fn head(&self) -> Vec<(&'static str, String)> {
        let mut head = vec![
            ("report", self.asked.kind.to_string()),
            ("utility", self.utility.clone()),
            (
                match self.asked.days {
                    Days::On(_) => "on",
                    Days::In(_) => "days",
                },
                self.asked.days.to_string(),
            ),
            ("by", self.asked.by.to_string()),
        ];
        // Files of dollars are the bytes that they always were.
        if self.currency != Currency::DOLLARS {
            head.push(("currency", self.currency.to_string()));
        }
        let narrowed = self.asked.narrowed();
        head.extend(narrowed.into_iter().map(|(filter, said)| (filter.word(), said)));
        match &self.known {
            Known::Closed { journal, through, at } => {
                let of = journal.map_or_else(
                    || "no journal".to_owned(),
                    |(number, on)| format!("journal {number} of {on}"),
                );
                head.push(("as of", format!("{of}, entry {through}")));
                head.extend(at.map(|at| ("closed at", at.to_string())));
            }
            Known::Open { through, by, at } => {
                head.push(("as of", format!("entry {through}, not all of it in a journal")));
                head.push(("asked by", by.clone()));
                head.push(("asked at", at.to_string()));
            }
        }
        for (column, total) in self.columns.iter().zip(self.totals()) {
            if let Cell::Money(total) = total {
                head.push(("total", format!("{column} {}", total.plain())));
            }
        }
        for it in &self.ties {
            let (report, ledger) = (it.report.plain(), it.ledger.plain());
            head.push(("adds up", format!("{}: {report}, the ledger says {ledger}", it.of)));
        }
        head.extend(self.notes.iter().map(|it| ("note", it.clone())));
        head
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::report::ReportKind;

    fn report() -> Report {
        let row = |name: &str, cents| {
            vec![Cell::from(name), Cell::Count(2), Money::from_cents(cents).into()]
        };
        Report {
            asked: Asked::all(ReportKind::Payments, Days::On(date(2026, 2, 28))),
            utility: "Alder Creek Light".to_owned(),
            currency: Currency::DOLLARS,
            known: Known::Closed {
                journal: Some((3, date(2026, 2, 28))),
                through: EntryId(812),
                at: None,
            },
            columns: vec![Column::Tender, Column::Count, Column::Amount],
            rows: vec![row("check", 1_250), row("cash", -50)],
            ties: vec![Tie {
                of: "1010 cash".to_owned(),
                report: Money::from_cents(1_200),
                ledger: Money::from_cents(1_200),
            }],
            notes: Vec::new(),
        }
    }

    #[test]
    fn the_head_says_what_was_asked_how_far_and_what_it_comes_to() {
        let mut it = report();
        let totals = [Cell::Nothing, Cell::Count(4), Cell::Money(Money::from_cents(1_200))];
        assert_eq!(it.totals(), totals);
        let said: Vec<String> = it.head().iter().map(|it| format!("{}: {}", it.0, it.1)).collect();
        assert_eq!(
            said,
            [
                "report: payments",
                "utility: Alder Creek Light",
                "on: 2026-02-28",
                "by: effective date",
                "as of: journal 3 of 2026-02-28, entry 812",
                "total: amount 12.00",
                "adds up: 1010 cash: 12.00, the ledger says 12.00",
            ]
        );
        it.currency = Currency::parse("EUR").unwrap();
        assert!(it.head().contains(&("currency", "EUR".to_owned())));
        assert_eq!(it.untied(), None);
        it.ties[0].ledger = Money::from_cents(12_01);
        assert!(it.untied().is_some());
    }

    #[test]
    fn cells_are_plain_for_other_programs() {
        let share = Share::parse("3.5%").unwrap();
        assert_eq!(Cell::from(share).plain(), "3.5%");
        assert_eq!(Cell::from(Money::from_cents(-123_456)).plain(), "-1234.56");
        assert_eq!((Cell::from("").plain(), Cell::Count(7).plain()), (String::new(), "7".into()));
    }
}
