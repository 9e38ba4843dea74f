//! Paper beside the bills themselves: the bills of several accounts on one, and what corrections came
//! to. Both are made of what is posted, and read back before they are kept.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::bill::correct::Correction;
use meterbook_core::bill::summary::{Asks, CorrectionNote, Summary, SummaryRow};
use meterbook_core::bill::{Bill, BillNumber, Statement};
use meterbook_core::credit::late_fee::LateCharge;
use meterbook_core::delivery::Enclosed;
use meterbook_core::detail::{Detail, DetailKind, ROLL_UP, Subject};
use meterbook_core::id::{AccountId, AccountNumber, BillId, CorrectionId};
use meterbook_core::money::Money;
use meterbook_core::person::Language;
use meterbook_paper::{Press, read_back_summary, summary, summary_html};
use meterbook_store::{self as store, Db, Tx};

use crate::deliver::{put_behind, write};
use crate::paper::look_on;
use crate::printed::Printed;
use crate::{refuse, statement};

/// Why several bills are not summed up on one.
#[derive(Debug, PartialEq, Eq)]
pub enum NotSummedUp {
    /// No account says that this one sums it up.
    OfNobody {
        /// The account that would sum up.
        account: AccountNumber,
        /// The day.
        on: Date,
    },
    /// Bills of the newest turn are not posted yet.
    Waits {
        /// The account that sums up.
        account: AccountNumber,
        /// The day.
        on: Date,
        /// Whose, and the word of what holds them; empty where nothing does.
        waits: Vec<(AccountNumber, String)>,
    },
    /// What they are charged is rolled up: the bill that sums it up is made and sent by itself.
    RolledUp {
        /// The account that sums up.
        account: AccountNumber,
        /// The newest such bill, where there is one.
        number: Option<BillNumber>,
    },
    /// None of those accounts has a bill yet.
    NoBill {
        /// The account that sums up.
        account: AccountNumber,
        /// The day.
        on: Date,
    },
}

/// An account and those that it sums up on a day; it alone where it sums up none.
pub(crate) fn members(tx: &mut Tx, account: &Account, on: Date) -> Result<Vec<AccountId>> {
    let mut all = vec![account.id];
    for it in store::detail::summed_up_by(tx, account.number, on)? {
        if let Subject::Account(id) = it.subject {
            all.push(id);
        }
    }
    Ok(all)
}

/// The account that sums one up on a day, if one does.
pub(crate) fn summed_up_by(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Account>> {
    let said = store::detail::of(tx, Subject::Account(account))?;
    let by = said.iter().rfind(|it| it.kind == DetailKind::Summary && it.holds_on(on));
    match by.and_then(|it| AccountNumber::parse(&it.value)) {
        Some(number) => store::account::by_number(tx, number),
        None => Ok(None),
    }
}

/// From which day on what an account sums up is rolled up to it; `None` where it stays.
pub(crate) fn rolls_up(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Date>> {
    let said = store::detail::of(tx, Subject::Account(account))?;
    let sums = said.iter().rfind(|it| it.kind == DetailKind::Sums && it.holds_on(on));
    Ok(sums.filter(|it| it.value == ROLL_UP).map(|it| it.from))
}

/// The account to which what an account is charged is rolled up on a day or later, if it is.
pub(crate) fn rolled_up_to(
    tx: &mut Tx,
    account: AccountId,
    from: Date,
) -> Result<Option<AccountNumber>> {
    for it in later(tx, account, DetailKind::Summary, from)? {
        let Some(number) = AccountNumber::parse(&it.value) else { continue };
        let Some(by) = store::account::by_number(tx, number)? else { continue };
        if rolls_up_later(tx, by.id, from)? {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Whether an account says that what it sums up is rolled up to it, on a day or later.
pub(crate) fn rolls_up_later(tx: &mut Tx, account: AccountId, from: Date) -> Result<bool> {
    let said = later(tx, account, DetailKind::Sums, from)?;
    Ok(said.iter().any(|it| it.value == ROLL_UP))
}

fn later(tx: &mut Tx, account: AccountId, kind: DetailKind, from: Date) -> Result<Vec<Detail>> {
    let mut said = store::detail::of(tx, Subject::Account(account))?;
    said.retain(|it| it.kind == kind && it.to.is_none_or(|to| from < to));
    Ok(said)
}

/// What is to be paid of a bill that sums up others, of whose account so much was owed before.
pub(crate) fn due(tx: &mut Tx, bill: &Bill, before: Money) -> Result<Money> {
    if is_rolled(tx, bill)? {
        return Ok(before + bill.total);
    }
    let (mut sum, mut own) = (Money::ZERO, Money::ZERO);
    for it in &bill.summed {
        let amount = statement::by_itself(tx, it.bill)?.amount_due;
        sum += amount;
        if it.account == bill.account {
            own += amount;
        }
    }
    Ok(sum + before - own)
}

/// Whether what it sums up is owed by its account.
fn is_rolled(tx: &mut Tx, bill: &Bill) -> Result<bool> {
    for it in &bill.summed {
        // What rules took off may leave nothing to move.
        let moved = it.moved != Money::ZERO;
        if moved || store::summary::paid_by(tx, it.bill)? == Some(bill.account) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What is printed on a bill that sums up others.
pub fn of_bill(tx: &mut Tx, it: &Statement) -> Result<Summary> {
    let Statement { bill, account, .. } = it;
    let rolled = is_rolled(tx, bill)?;
    let (mut rows, mut own) = (Vec::new(), Money::ZERO);
    for summed in &bill.summed {
        let of = statement::by_itself(tx, summed.bill)?;
        let amount_due = match rolled {
            true if summed.account == account.id => of.bill.total,
            true => summed.moved,
            false => of.amount_due,
        };
        if summed.account == account.id {
            own += amount_due;
        }
        rows.push(row(of, amount_due));
    }
    rows.sort_by_key(|it| it.account);
    // What its account owes beside all of them, such as a fee that comes with this bill, less what it pays
    // in parts that come later.
    let beside = it.before - own - it.plan.map_or(Money::ZERO, |it| it.later);
    Ok(Summary {
        utility: it.utility.clone(),
        account: account.number,
        number: Some(bill.number.clone()),
        rolled,
        before: Some(beside).filter(|it| rolled || *it != Money::ZERO),
        plan: it.plan,
        language: it.language,
        addressed_to: bill.addressed_to.clone(),
        billed_on: bill.billed_on,
        due_on: bill.due_on,
        look: it.look.clone(),
        rows,
    })
}

fn row(it: Statement, amount_due: Money) -> SummaryRow {
    let (first, period) = (it.bill.segments.first(), it.bill.days());
    SummaryRow {
        account: it.account.number,
        service_at: first.map_or_else(String::new, |it| it.service_at.clone()),
        bill: it.bill.number,
        period,
        charges: it.bill.total,
        amount_due,
        why: it.why,
    }
}

/// The newest bills by a day of an account and of those that it sums up.
pub fn of_account(tx: &mut Tx, account: AccountId, on: Date) -> Result<Summary> {
    Ok(with_bills(tx, account, on)?.0)
}

/// The same with the bills that are on it.
pub(crate) fn with_bills(
    tx: &mut Tx,
    account: AccountId,
    on: Date,
) -> Result<(Summary, Vec<BillId>)> {
    let account = store::account::get(tx, account)?;
    let number = account.number;
    let accounts = members(tx, &account, on)?;
    if accounts.len() < 2 {
        return Err(refuse(NotSummedUp::OfNobody { account: number, on }));
    }
    if rolls_up(tx, account.id, on)?.is_some() {
        let number = store::summary::newest_of(tx, account.id, on)?;
        return Err(refuse(NotSummedUp::RolledUp { account: account.number, number }));
    }
    let waits = store::summary::waits(tx, &accounts, on)?;
    if !waits.is_empty() {
        return Err(refuse(NotSummedUp::Waits { account: number, on, waits }));
    }
    let mut statements = Vec::new();
    for id in accounts {
        if let Some(bill) = store::summary::newest(tx, id, on)? {
            statements.push(statement::by_itself(tx, bill)?);
        }
    }
    let billed_on = statements.iter().map(|it| it.bill.billed_on).max();
    let Some(billed_on) = billed_on else {
        return Err(refuse(NotSummedUp::NoBill { account: number, on }));
    };
    let person = store::person::get(tx, account.person)?;
    let lines = account.mail_to.lines().map(str::to_owned);
    let addressed_to = std::iter::once(person.name).chain(lines).collect();
    let bills = statements.iter().map(|it| it.bill.id).collect();
    let whom = (number, person.language, addressed_to);
    Ok((of_statements(tx, whom, statements, billed_on)?, bills))
}

/// The bills of these statements on one, dated on a day: for whom, and in which language.
pub(crate) fn of_statements(
    tx: &mut Tx,
    (account, language, addressed_to): (AccountNumber, Language, Vec<String>),
    mut statements: Vec<Statement>,
    billed_on: Date,
) -> Result<Summary> {
    statements.sort_by_key(|it| it.account.number);
    Ok(Summary {
        utility: store::utility::get(tx)?,
        account,
        language,
        addressed_to,
        billed_on,
        due_on: statements.iter().map(|it| it.bill.due_on).min().unwrap_or(billed_on),
        look: look_on(tx, billed_on)?,
        number: None,
        rolled: false,
        before: None,
        plan: None,
        rows: statements
            .into_iter()
            .map(|it| {
                let amount_due = it.amount_due;
                row(it, amount_due)
            })
            .collect(),
    })
}

/// What a customer is told of a correction.
pub fn of_correction(tx: &mut Tx, id: CorrectionId) -> Result<CorrectionNote> {
    let correction = store::correction::get(tx, id)?;
    let account = store::account::get(tx, correction.account)?;
    let language = store::person::get(tx, account.person)?.language;
    let look = look_on(tx, correction.on)?;
    let utility = store::utility::get(tx)?;
    let asks = asks(tx, &correction)?;
    Ok(CorrectionNote { utility, account, language, correction, look, asks })
}

/// What the first page of a correction asks for; nothing where no bills are behind it.
fn asks(tx: &mut Tx, it: &Correction) -> Result<Option<Asks>> {
    let Some(last) = store::correction::bills_behind(tx, it.id)?.pop() else { return Ok(None) };
    let both = it.bills.iter().flat_map(|(old, new)| [Some(old), new.as_ref()]).flatten();
    let parts = store::correction::due_parts(tx, both.map(|it| it.id))?;
    let charged = |bill: &Bill| {
        let parts = parts.get(&bill.id).into_iter().flatten();
        bill.total - parts.filter(|it| it.waived).map(|it| it.amount).sum()
    };
    // What another account pays is asked for there.
    let (mut own, mut paid_by) = (it.net + it.settled.interest_elsewhere(), None);
    for (old, new) in &it.bills {
        if let Some(by) = store::summary::paid_by(tx, old.id)? {
            own = own + charged(old) - new.as_ref().map_or(Money::ZERO, charged);
            paid_by = Some(by);
        }
    }
    let before = store::correction::owed_before(tx, it.account, it.id)?
        - store::summary::waited_before(tx, it.account, it.id)?;
    let paid_by = match paid_by {
        Some(by) => Some(store::account::get(tx, by)?.number),
        None => None,
    };
    let due_on = store::bill::get(tx, last)?.due_on;
    let amount_due = before + own;
    let late = match paid_by {
        None => {
            let class = store::account::get(tx, it.account)?.class;
            let new: Money = it.made().map(charged).sum();
            let asked = (due_on, new.min(amount_due));
            crate::credit_rules::late_fees(tx, it.on)?.said(class, asked, &[])
        }
        Some(_) => LateCharge::NotOfThis,
    };
    Ok(Some(Asks { before, amount_due, due_on, paid_by, late }))
}

/// Draws a summary into a folder, as PDF and as a page, and says where the PDF is.
pub fn draw(db: &Db, account: AccountId, on: Date, folder: &Path) -> Result<PathBuf> {
    let it = db.read(|tx| of_account(tx, account, on))?;
    let view = summary(&it);
    let pdf = Press::new().pdf(&view)?;
    read_back_summary(&pdf, &it)?;
    let page = summary_html(&view, &it)?;
    let name = format!("summary-{}-{}", it.account, it.billed_on);
    keep(folder, &name, &pdf, &page)
}

/// Draws what a correction came to into a folder, as PDF with the bills behind it and as a page, and says
/// where the PDF is.
pub fn draw_correction(db: &Db, id: CorrectionId, folder: &Path) -> Result<PathBuf> {
    let it = db.read(|tx| Printed::of(tx, Enclosed::Note(id)))?;
    let (press, view) = (Press::new(), it.view());
    let first = press.pdf(&view)?;
    it.read_back(&first)?;
    let page = it.html(&view)?;
    let pdf = put_behind(db, (first, &it), folder, &|view| press.pdf(view))?;
    keep(folder, &format!("correction-{id}"), &pdf, &page)
}

fn keep(folder: &Path, name: &str, pdf: &[u8], page: &str) -> Result<PathBuf> {
    let file = folder.join(format!("{name}.pdf"));
    write(&file, pdf)?;
    write(&folder.join(format!("{name}.html")), page.as_bytes())?;
    Ok(file)
}

impl fmt::Display for NotSummedUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSummedUp::OfNobody { account, on } => write!(
                f,
                "no account is summed up by {account} on {on}; say so of each with: meterbook customer account-detail ACCOUNT summary {account} --from {on}"
            ),
            NotSummedUp::Waits { account, on, waits } => {
                write!(f, "what {account} sums up by {on} waits for")?;
                for (nth, (number, why)) in waits.iter().enumerate() {
                    let why = if why.is_empty() { "not billed yet" } else { why };
                    write!(f, "{} {number} ({why})", if nth == 0 { "" } else { "," })?;
                }
                f.write_str("; bill them first, or say an earlier day: --on DAY")
            }
            NotSummedUp::RolledUp { account, number } => {
                write!(
                    f,
                    "what {account} sums up is rolled up to it, so its summary bill is made, drawn and sent with the run"
                )?;
                match number {
                    Some(number) => write!(f, "; see it with: meterbook bill show {number}"),
                    None => f.write_str("; bill them first: meterbook bill run"),
                }
            }
            NotSummedUp::NoBill { account, on } => {
                write!(f, "no account that {account} sums up has a bill by {on}; say a later day")
            }
        }
    }
}

impl std::error::Error for NotSummedUp {}
