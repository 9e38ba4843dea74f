//! Files of agents and kiosks: how each is laid out is a text from a day on, and what is in one is a batch like
//! any other.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::bill::BillNumber;
use meterbook_core::id::{AccountId, AccountNumber, BillId};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_formats::payments::agent::{Layout, Line, read};
use meterbook_store::{self as store, Tx};

use super::{DrawerRefusal, NewBatch};
use crate::authority::authorize;
use crate::receipt::{self, For, NewReceipt, NewTender, Share};
use crate::{Actor, refuse, said};

/// The longest text, in bytes.
const LONGEST: usize = 20_000;
/// What the texts are.
const WHAT: &str = "the layout of a file of payments";

/// Why a file is not read.
#[derive(Debug, PartialEq, Eq)]
pub enum NotLaidOut {
    /// Nobody said how files of that name are laid out.
    Unknown {
        /// The name.
        name: String,
    },
    /// It has no name.
    NoName,
}

/// Says how files of a name are laid out from a day on.
pub fn say_layout(tx: &mut Tx, actor: Actor, name: &str, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    let name = name.trim();
    if name.is_empty() {
        return Err(refuse(NotLaidOut::NoName));
    }
    said::fits(WHAT, text, LONGEST)?;
    Layout::parse(text).map_err(refuse)?;
    let was = store::payment_layout::on(tx, name, from)?.unwrap_or_default();
    said::once(WHAT, from, store::payment_layout::say(tx, name, from, text))?;
    let said = format!("from {from}");
    store::audit::turn(tx, &allowed, "say payment layout", name, &said, (was.as_str(), text))
}

/// The batch that a file of an agent is, by the layout of the day; to be posted like any other
/// ([`post_batch`](super::post_batch)). What nobody has goes into suspense.
///
/// # Errors
/// Refuses with every line that is none, and where the file does not come to what it says of itself.
pub fn batch_of(
    tx: &mut Tx,
    agent: &str,
    (name, bytes): (&str, &[u8]),
    (count, total): (usize, Money),
    on: Date,
) -> Result<NewBatch> {
    let agent = agent.trim();
    let text = store::payment_layout::on(tx, agent, on)?;
    let text = text.ok_or_else(|| refuse(NotLaidOut::Unknown { name: agent.to_owned() }))?;
    let layout = Layout::parse(&text).map_err(refuse)?;
    let currency = crate::founding::currency(tx)?;
    let lines = read(bytes, &layout, currency);
    let lines = lines.map_err(|wrong| refuse(DrawerRefusal::Lines(wrong)))?;
    let sha256 = Some(crate::intake::hash(bytes));
    let name = name.to_owned();
    let mut new = NewBatch { name, sha256, count, total, agency: None, lines: Vec::new() };
    for it in lines {
        let to = whose(tx, &it)?;
        let (amount, kind) = (it.amount, it.tender);
        // Two agents may count alike.
        let reference = format!("{agent} {}", it.reference);
        let tenders = vec![NewTender { kind, amount, reference }];
        let shares = vec![Share { to, amount }];
        let on = it.on.unwrap_or(on);
        new.lines.push((it.line, NewReceipt { on, tenders, shares }));
    }
    Ok(new)
}

/// The account that a line names, or whose the bill is that it names; nobody's where both are there and differ.
fn whose(tx: &mut Tx, it: &Line) -> Result<For> {
    let account = match AccountNumber::parse(&it.account) {
        Some(number) => store::account::by_number(tx, number)?.map(|it| it.id),
        None => None,
    };
    let number = BillNumber(it.bill.clone());
    let bill = match store::bill::by_number(tx, &number)? {
        Some(id) => Some((id, store::bill::get(tx, id)?.account)),
        None => None,
    };
    let said = format!("{} {} {}", it.account, it.bill, it.name);
    Ok(match (account, bill) {
        (Some(account), None) => For::Account { account, bill: None },
        (Some(account), Some((_, of))) if account != of => For::Suspense { said },
        (_, Some((id, account))) => {
            let owed = is_open(tx, account, id)?;
            For::Account { account, bill: owed.then_some(number) }
        }
        (None, None) => For::Suspense { said },
    })
}

/// Whether something of a bill is owed; else what is paid is for whatever is.
fn is_open(tx: &mut Tx, account: AccountId, bill: BillId) -> Result<bool> {
    let open = receipt::open_now(tx, account)?;
    Ok(open.items.iter().any(|it| it.side.bill == Some(bill)))
}

impl fmt::Display for NotLaidOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotLaidOut::Unknown { name } => write!(
                f,
                "nobody said how files of {name} are laid out; say it: meterbook receipt layout {name} FILE --from DAY"
            ),
            NotLaidOut::NoName => f.write_str("say whose files are laid out so"),
        }
    }
}

impl std::error::Error for NotLaidOut {}
