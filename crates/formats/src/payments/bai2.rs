//! BAI2: statements of accounts, as banks of the United States send them each morning (Cash
//! Management Balance Reporting Specifications, version 2).
//!
//! Records are lines of fields between commas: 01 opens the file, 02 a group of accounts as of one
//! day, 03 an account with its balances, 16 is a transaction, 88 goes on with the record before, and
//! 49, 98 and 99 close account, group and file with their totals. All three totals and counts are
//! compared with what was read; a file that differs is refused.

use std::borrow::Cow;

use jiff::civil::Date;
use meterbook_core::money::Money;

use super::records::{cut, lines};
use super::{Faults, plus};

/// A file.
#[derive(Clone, Debug, Default)]
pub struct File {
    /// Its groups.
    pub groups: Vec<Group>,
    /// What is wrong with it.
    pub faults: Faults,
}

/// Accounts as of one day.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// The day.
    pub as_of: Option<Date>,
    /// Their currency, where the account names none.
    pub currency: String,
    /// The accounts.
    pub accounts: Vec<Account>,
    total: Money,
    rows: i64,
}

/// A statement of one account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Its line.
    pub line: u64,
    /// The account.
    pub number: String,
    /// Its currency.
    pub currency: String,
    /// Balances and summaries by type: 010 opening ledger, 015 closing ledger, 100 credits.
    pub balances: Vec<(String, Money)>,
    /// What happened.
    pub transactions: Vec<Transaction>,
    /// The control total that its trailer says, in hundredths.
    pub control: Money,
    rows: i64,
}

/// What happened on an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// Its line.
    pub line: u64,
    /// Its type: 1xx to 3xx put money in, 4xx to 6xx took it.
    pub kind: String,
    /// How much.
    pub amount: Money,
    /// When the money can be used: one letter or digit.
    pub funds: String,
    /// The bank's reference.
    pub bank_reference: String,
    /// The customer's reference.
    pub customer_reference: String,
    /// What else the bank says.
    pub text: String,
}

impl Transaction {
    /// Whether it put money in; `None` for types that do neither.
    pub fn is_credit(&self) -> Option<bool> {
        match self.kind.as_bytes().first() {
            Some(b'1'..=b'3') => Some(true),
            Some(b'4'..=b'6') => Some(false),
            // Of loans, of what is left to banks to name, and of corrections.
            _ => match self.kind.parse() {
                Ok(706 | 708 | 720..=728 | 827 | 829 | 920..=959) => Some(true),
                Ok(760 | 828 | 960..=999) => Some(false),
                Ok(0..=u16::MAX) | Err(_) => None,
            },
        }
    }
}

impl Account {
    /// What was put in and what was taken, by its transactions.
    pub fn moved(&self) -> (Money, Money) {
        let of = |wanted: bool| {
            let all = self.transactions.iter().filter(|it| it.is_credit() == Some(wanted));
            all.fold(Money::ZERO, |sum, it| plus(sum, it.amount))
        };
        (of(true), of(false))
    }
}

impl File {
    /// All accounts, in their order.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.groups.iter().flat_map(|it| &it.accounts)
    }
}

/// Whether bytes mean to be such a file.
pub fn begins(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    // A file without line ends has all of its text in one.
    let line = head.split(|it| matches!(it, b'\n' | b'\r' | b'/')).next().unwrap_or_default();
    let commas = line.iter().filter(|it| **it == b',').count();
    // A header alone would do; a file that lost it begins with a group or an account.
    let known = [b"01,", b"02,", b"03,"];
    known.iter().any(|it| line.starts_with(*it)) && 2 < commas && !line.contains(&b'"')
}

/// Reads a file as a whole. It stops at nothing: what is wrong is in the faults of what it gives.
pub fn read(bytes: &[u8]) -> File {
    let mut reader = Reader::default();
    let mut held: Option<Logical> = None;
    for (line, bytes) in physical(bytes, &mut reader.file.faults) {
        let text = text(line, bytes.trim_ascii(), &mut reader.file.faults);
        if text.get(2..3).is_some_and(|it| !matches!(it, "," | "/")) {
            let what = "the code of a record is two digits and a comma";
            reader.file.faults.refuse(line, what);
        }
        let (code, rest) = (text.get(..2).unwrap_or(&text), text.get(3..).unwrap_or(""));
        reader.last = line;
        match &mut held {
            Some(record) if code == "88" => record.rows.push(rest.to_owned()),
            _ => {
                if let Some(record) = held.take() {
                    reader.take(&record);
                }
                if code == "88" {
                    reader.file.faults.refuse(line, "a continuation (88) with nothing before it");
                }
                held = Some(Logical { line, code: code.to_owned(), rows: vec![rest.to_owned()] });
            }
        }
    }
    if let Some(record) = held {
        reader.take(&record);
    }
    reader.end()
}

/// A line as text: what is not UTF-8 is of older systems.
fn text<'a>(line: u64, bytes: &'a [u8], faults: &mut Faults) -> Cow<'a, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    faults.note(line, "the line is not UTF-8; it is read as Latin-1");
    Cow::Owned(bytes.iter().map(|it| char::from(*it)).collect())
}

/// Its records as they stand: lines, or, where there are none, pieces of the length that the header says.
fn physical<'a>(bytes: &'a [u8], faults: &mut Faults) -> Vec<(u64, &'a [u8])> {
    let found: Vec<(u64, &[u8])> =
        lines(bytes).filter(|it| !it.1.trim_ascii().is_empty()).collect();
    let [(_, only)] = found.as_slice() else { return found };
    let said = only.split(|it| *it == b',').nth(6).unwrap_or_default();
    let length = std::str::from_utf8(said.trim_ascii()).ok().and_then(|it| it.parse().ok());
    match length.filter(|it| 0 < *it && *it < only.len()) {
        Some(length) => {
            let mut pieces = cut(bytes, length, faults);
            pieces.retain(|it| !it.1.trim_ascii().is_empty());
            pieces
        }
        None => found,
    }
}

/// A record with its continuations.
struct Logical {
    line: u64,
    code: String,
    rows: Vec<String>,
}

impl Logical {
    fn many(&self) -> i64 {
        i64::try_from(self.rows.len()).unwrap_or(i64::MAX)
    }

    /// Its fields. A slash ends a line in the middle of a record; without one the text goes on.
    fn fields(&self) -> Vec<String> {
        let mut all = String::new();
        for (nth, row) in self.rows.iter().enumerate() {
            let last = nth + 1 == self.rows.len();
            match row.strip_suffix('/') {
                Some(ended) => {
                    all.push_str(ended);
                    all.push_str(if last { "" } else { "," });
                }
                None => {
                    all.push_str(row);
                    all.push_str(if last { "" } else { " " });
                }
            }
        }
        all.split(',').map(str::to_owned).collect()
    }
}

/// Fields taken one after the other; what is missing at the end is empty.
struct Fields {
    all: Vec<String>,
    at: usize,
}

impl Fields {
    fn of(record: &Logical) -> Fields {
        Fields { all: record.fields(), at: 0 }
    }

    fn next(&mut self) -> &str {
        self.at += 1;
        self.all.get(self.at - 1).map_or("", |it| it.trim())
    }

    fn ended(&self) -> bool {
        self.all.len() <= self.at
    }

    fn rest(self) -> String {
        self.all.get(self.at..).unwrap_or_default().join(",").trim().to_owned()
    }
}

/// Whole hundredths, with a sign or none; nothing is zero.
fn amount(text: &str) -> Option<Money> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if text.is_empty() {
        return Some(Money::ZERO);
    }
    if digits.is_empty() || !digits.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().map(Money::from_cents)
}

fn day(text: &str) -> Option<Date> {
    super::nacha::day(text).filter(|_| text.len() == 6)
}

/// A time of a day: 0000 to 2400, 9999 for its end, or with colons.
fn is_time(text: &str) -> bool {
    let of_clock =
        |it: &str, most: u32| it.len() == 2 && it.parse().is_ok_and(|it: u32| it <= most);
    match text {
        "" | "2400" | "9999" => true,
        _ if text.len() == 4 && text.is_ascii() => {
            of_clock(&text[..2], 23) && of_clock(&text[2..], 59)
        }
        _ => {
            let parts: Vec<&str> = text.split(':').collect();
            let [hour, minute, second] = parts.as_slice() else { return false };
            of_clock(hour, 23) && of_clock(minute, 59) && of_clock(second, 61)
        }
    }
}

#[derive(Default)]
struct Reader {
    file: File,
    /// What is open: the file, a group, an account.
    opened: bool,
    closed: bool,
    group: Option<Group>,
    account: Option<Account>,
    rows: i64,
    last: u64,
}

impl Reader {
    fn take(&mut self, record: &Logical) {
        if self.closed {
            let what = format!("a record {} follows the file's trailer (99)", record.code);
            self.file.faults.refuse(record.line, what);
            return;
        }
        self.rows += record.many();
        if let Some(group) = &mut self.group {
            group.rows += record.many();
        }
        if let Some(account) = &mut self.account {
            account.rows += record.many();
        }
        match record.code.as_str() {
            "01" => self.header(record),
            "02" => self.group(record),
            "03" => self.account(record),
            "16" => self.transaction(record),
            "49" => self.account_trailer(record),
            "98" => self.group_trailer(record),
            "99" => self.trailer(record),
            "88" => {}
            other => {
                let what = format!(
                    "a record {other} is not known; they are 01, 02, 03, 16, 49, 88, 98 and 99"
                );
                self.file.faults.refuse(record.line, what);
            }
        }
    }

    fn header(&mut self, record: &Logical) {
        if self.opened || self.group.is_some() {
            self.file.faults.refuse(record.line, "a second file header (01)");
        }
        self.opened = true;
        let fields = record.fields();
        let field = |nth: usize| fields.get(nth).map_or("", |it| it.trim());
        let faults = &mut self.file.faults;
        dated(record.line, field(2), field(3), faults);
        if field(7) != "2" {
            faults
                .refuse(record.line, format!("version {} of BAI; this reads version 2", field(7)));
        }
    }

    fn group(&mut self, record: &Logical) {
        let faults = &mut self.file.faults;
        if !self.opened {
            faults.refuse(record.line, "the file header (01) is missing");
            self.opened = true;
        }
        self.close_account(record.line);
        self.close_group(record.line);
        let fields = record.fields();
        let field = |nth: usize| fields.get(nth).map_or("", |it| it.trim());
        let faults = &mut self.file.faults;
        if !matches!(field(2), "" | "1" | "2" | "3" | "4") {
            faults.refuse(
                record.line,
                format!("a group status {} is not known; it is 1 to 4", field(2)),
            );
        }
        match field(2) {
            "2" => faults.refuse(
                record.line,
                "the group takes back what was sent before (status 2); nobody reads that yet",
            ),
            "4" => faults.refuse(record.line, "the group is a test (status 4)"),
            _ => {}
        }
        if !matches!(field(6), "" | "1" | "2" | "3" | "4") {
            faults.refuse(
                record.line,
                format!("an as-of modifier {} is not known; it is 1 to 4", field(6)),
            );
        }
        dated(record.line, field(3), field(4), faults);
        if fields.len() < 7 {
            faults.note(
                record.line,
                "the group header ends early; its last fields are read as empty",
            );
        }
        let currency = if field(5).is_empty() { "USD" } else { field(5) };
        self.group = Some(Group {
            as_of: day(field(3)),
            currency: currency.to_owned(),
            rows: record.many(),
            ..Group::default()
        });
    }

    fn account(&mut self, record: &Logical) {
        self.close_account(record.line);
        let faults = &mut self.file.faults;
        let Some(group) = &self.group else {
            faults.refuse(record.line, "an account (03) without a group header (02) before it");
            return;
        };
        let mut fields = Fields::of(record);
        let number = fields.next().to_owned();
        let currency = Some(fields.next()).filter(|it| !it.is_empty()).unwrap_or(&group.currency);
        let currency = currency.to_owned();
        let mut balances = Vec::new();
        while !fields.ended() {
            let kind = fields.next().to_owned();
            // Some banks end a line with a comma before its slash, some do not.
            if kind.is_empty() {
                continue;
            }
            let said = amount(fields.next());
            let count = fields.next();
            let counted = count.bytes().all(|it| it.is_ascii_digit());
            let known = is_kind(&kind) && counted && available(&mut fields).is_some();
            match said.filter(|_| known) {
                Some(said) => balances.push((kind, said)),
                None => {
                    faults.refuse(
                        record.line,
                        format!(
                            "the balance {kind} is not readable; it is type, amount, count, funds"
                        ),
                    );
                    break;
                }
            }
        }
        let (line, rows) = (record.line, record.many());
        self.account =
            Some(Account { line, number, currency, balances, rows, ..Account::default() });
    }

    fn transaction(&mut self, record: &Logical) {
        let faults = &mut self.file.faults;
        let Some(account) = &mut self.account else {
            faults.refuse(record.line, "a transaction (16) without an account (03) before it");
            return;
        };
        let mut fields = Fields::of(record);
        let kind = fields.next().to_owned();
        let said = amount(fields.next());
        let funds = available(&mut fields);
        let (Some(said), Some(funds), true) = (said, funds, is_kind(&kind)) else {
            faults.refuse(
                record.line,
                format!(
                    "the transaction {kind} is not readable; it is type, amount, funds, references"
                ),
            );
            return;
        };
        if said < Money::ZERO {
            faults.note(
                record.line,
                format!(
                    "the transaction {kind} has a sign; it went the other way than its type says"
                ),
            );
        }
        account.transactions.push(Transaction {
            line: record.line,
            kind,
            amount: said,
            funds,
            bank_reference: fields.next().to_owned(),
            customer_reference: fields.next().to_owned(),
            text: fields.rest(),
        });
    }

    fn account_trailer(&mut self, record: &Logical) {
        let faults = &mut self.file.faults;
        let Some(mut account) = self.account.take() else {
            faults.refuse(record.line, "an account's trailer (49) without an account (03)");
            return;
        };
        let balances = account.balances.iter().map(|it| it.1);
        let all = balances.chain(account.transactions.iter().map(|it| it.amount));
        let sum = all.fold(Money::ZERO, plus);
        let mut fields = Fields::of(record);
        let whose = "account";
        account.control = total(record.line, whose, fields.next(), sum, faults);
        count(record.line, whose, "records", (fields.next(), account.rows), faults);
        if let Some(group) = &mut self.group {
            group.total = plus(group.total, account.control);
            group.accounts.push(account);
        }
    }

    fn group_trailer(&mut self, record: &Logical) {
        self.close_account(record.line);
        let faults = &mut self.file.faults;
        let Some(mut group) = self.group.take() else {
            faults.refuse(record.line, "a group's trailer (98) without a group (02)");
            return;
        };
        if group.accounts.is_empty() {
            faults.refuse(record.line, "a group without an account");
        }
        let accounts = i64::try_from(group.accounts.len()).unwrap_or(i64::MAX);
        let mut fields = Fields::of(record);
        group.total = total(record.line, "group", fields.next(), group.total, faults);
        count(record.line, "group", "accounts", (fields.next(), accounts), faults);
        count(record.line, "group", "records", (fields.next(), group.rows), faults);
        self.file.groups.push(group);
    }

    fn trailer(&mut self, record: &Logical) {
        self.close_account(record.line);
        self.close_group(record.line);
        self.closed = true;
        let groups = i64::try_from(self.file.groups.len()).unwrap_or(i64::MAX);
        let sum = self.file.groups.iter().fold(Money::ZERO, |sum, it| plus(sum, it.total));
        let faults = &mut self.file.faults;
        if groups == 0 {
            faults.refuse(record.line, "a file without a group");
        }
        let mut fields = Fields::of(record);
        total(record.line, "file", fields.next(), sum, faults);
        count(record.line, "file", "groups", (fields.next(), groups), faults);
        count(record.line, "file", "records", (fields.next(), self.rows), faults);
    }

    /// Keeps an account whose trailer is missing, so that it is shown.
    fn close_account(&mut self, line: u64) {
        if let Some(account) = self.account.take() {
            let what =
                format!("the trailer (49) of the account in line {} is missing", account.line);
            self.file.faults.refuse(line, what);
            if let Some(group) = &mut self.group {
                group.accounts.push(account);
            }
        }
    }

    fn close_group(&mut self, line: u64) {
        if let Some(group) = self.group.take() {
            self.file.faults.refuse(line, "the trailer (98) of the group before is missing");
            self.file.groups.push(group);
        }
    }

    fn end(mut self) -> File {
        let last = self.last.max(1);
        self.close_account(last);
        self.close_group(last);
        if !self.opened {
            self.file.faults.refuse(1, "the file header (01) is missing");
        }
        if !self.closed {
            self.file.faults.refuse(last, "the file's trailer (99) is missing; it may be cut off");
        }
        self.file.faults.in_order();
        self.file
    }
}

/// Whether a type is one: three digits.
fn is_kind(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|it| it.is_ascii_digit())
}

/// The funds type, and past what it brings: when how much of the money can be used.
fn available(fields: &mut Fields) -> Option<String> {
    let funds = fields.next().to_owned();
    match funds.as_str() {
        "" | "0" | "1" | "2" | "Z" => {}
        "S" => (0..3).try_for_each(|_| amount(fields.next()).map(drop))?,
        "V" => {
            let date = fields.next().to_owned();
            let right = (date.is_empty() || day(&date).is_some()) && is_time(fields.next());
            right.then_some(())?;
        }
        "D" => {
            let many: u32 = fields.next().parse().ok()?;
            for _ in 0..many {
                // What says a thousand days and has three is not believed a thousand times.
                if fields.ended() {
                    return None;
                }
                fields.next();
                amount(fields.next())?;
            }
        }
        _ => return None,
    }
    Some(funds)
}

fn dated(line: u64, date: &str, time: &str, faults: &mut Faults) {
    if !date.is_empty() && day(date).is_none() {
        faults.refuse(line, format!("{date} is no day; write YYMMDD"));
    }
    if !is_time(time) {
        faults.refuse(line, format!("{time} is no time; write 0000 to 2400"));
    }
}

fn total(line: u64, whose: &str, said: &str, found: Money, faults: &mut Faults) -> Money {
    let read = amount(said);
    if read != Some(found) {
        let cents = found.cents();
        faults.refuse(line, format!("the {whose}'s control total says {said}; it is {cents}"));
    }
    read.unwrap_or(found)
}

fn count(line: u64, whose: &str, what: &str, (said, found): (&str, i64), faults: &mut Faults) {
    if said.parse() != Ok(found) {
        faults.refuse(line, format!("the {whose} says {said} {what}; there are {found}"));
    }
}
