//! Paper beside the bills themselves: the bills of several accounts on one, and what corrections came
//! to. Both are made of what is posted, and read back before they are kept.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::Statement;
use meterbook_core::bill::summary::{CorrectionNote, Summary, SummaryRow};
use meterbook_core::detail::Subject;
use meterbook_core::id::{AccountId, AccountNumber, BillId, CorrectionId};
use meterbook_core::person::Language;
use meterbook_paper::{
    Press, note, note_html, read_back_note, read_back_summary, summary, summary_html,
};
use meterbook_store::{self as store, Db, Tx};

use crate::deliver::write;
use crate::paper::look_on;
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
    /// None of those accounts has a bill yet.
    NoBill {
        /// The account that sums up.
        account: AccountNumber,
        /// The day.
        on: Date,
    },
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
    let mut accounts: Vec<AccountId> = Vec::new();
    for it in store::detail::summed_up_by(tx, number, on)? {
        if let Subject::Account(id) = it.subject {
            accounts.push(id);
        }
    }
    if accounts.is_empty() {
        return Err(refuse(NotSummedUp::OfNobody { account: number, on }));
    }
    accounts.push(account.id);
    let waits = store::summary::waits(tx, &accounts, on)?;
    if !waits.is_empty() {
        return Err(refuse(NotSummedUp::Waits { account: number, on, waits }));
    }
    let mut statements = Vec::new();
    for id in accounts {
        if let Some(bill) = store::bill::standing_by(tx, id, on)? {
            statements.push(statement::of_bill(tx, bill)?);
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
        rows: statements
            .into_iter()
            .map(|it| SummaryRow {
                account: it.account.number,
                service_at: it
                    .bill
                    .segments
                    .first()
                    .map_or_else(String::new, |it| it.service_at.clone()),
                bill: it.bill.number,
                period: it.bill.period,
                charges: it.bill.total,
                amount_due: it.amount_due,
                why: it.why,
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
    Ok(CorrectionNote { utility: store::utility::get(tx)?, account, language, correction, look })
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

/// Draws what a correction came to into a folder, as PDF and as a page, and says where the PDF is.
pub fn draw_correction(db: &Db, id: CorrectionId, folder: &Path) -> Result<PathBuf> {
    let it = db.read(|tx| of_correction(tx, id))?;
    let view = note(&it);
    let pdf = Press::new().pdf(&view)?;
    read_back_note(&pdf, &it)?;
    let page = note_html(&view, &it)?;
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
            NotSummedUp::NoBill { account, on } => {
                write!(f, "no account that {account} sums up has a bill by {on}; say a later day")
            }
        }
    }
}

impl std::error::Error for NotSummedUp {}
