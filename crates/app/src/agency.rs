//! Debts that an agency asks for: a file says which it gets and which it leaves alone again, and what it
//! keeps follows from what came in since.

use std::collections::HashMap;
use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::credit::Shield;
use meterbook_core::credit::agency::{Asked, File, Item, Recovery, recovered, sum};
use meterbook_core::credit::collection::{Rules, Step};
use meterbook_core::id::{AccountId, AgencyFileId};
use meterbook_core::money::Money;
use meterbook_core::permission::Permission;
use meterbook_formats::agency as format;
use meterbook_store::agency::Placed;
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::{Actor, credit_rules, intake, protection, refuse};

/// Why no file is made.
#[derive(Debug, PartialEq, Eq)]
pub enum NotPlaced {
    /// There is nothing to place or to recall.
    Nothing,
    /// It comes to something else than somebody counted.
    Counted {
        /// What was expected.
        expected: usize,
        /// How many lines there are.
        lines: usize,
    },
    /// There is no such file.
    Unknown {
        /// What was said.
        id: AgencyFileId,
    },
    /// Read back, it is not what was to be in it.
    Differs,
    /// Made again, it is not what was written before.
    OtherBytes,
}

/// A file with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// What is in it.
    pub file: File,
    /// As it is written.
    pub bytes: Vec<u8>,
}

/// A debt that an agency has or had, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// What it got.
    pub placed: Placed,
    /// What came of it.
    pub recovery: Recovery,
}

/// Makes a file of what is new: debts that collections put forward, and what the agency has and is to leave
/// alone, because it is paid or something shields the account. Each goes once; `expected` refuses another
/// number of lines.
pub fn make(tx: &mut Tx, actor: Actor, expected: Option<usize>) -> Result<Made> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    let rules = credit_rules::collections(tx, on)?;
    let all = store::agency::placed(tx)?;
    let has: HashMap<AccountId, &Placed> =
        all.iter().filter(|it| it.recalled.is_none()).map(|it| (it.account, it)).collect();
    let mut items = Vec::new();
    for it in store::agency::put_forward(tx)? {
        if has.contains_key(&it.account) {
            continue;
        }
        store::account::lock(tx, &[it.account])?;
        let amount = claim(tx, it.account)?;
        if amount <= Money::ZERO || keeps(tx, &rules, it.account, on)?.is_some() {
            continue;
        }
        let asked = Asked::Place;
        let (account, number, oldest) = (it.account, it.number, it.oldest);
        let (name, address, phone) = (it.name, it.address, it.phone);
        let why = String::new();
        items.push(Item { account, number, asked, amount, oldest, name, address, phone, why });
    }
    for it in all.iter().filter(|it| it.recalled.is_none()) {
        let why = match claim(tx, it.account)? <= Money::ZERO {
            true => Some("paid".to_owned()),
            false => keeps(tx, &rules, it.account, on)?,
        };
        let Some(why) = why else { continue };
        items.push(Item {
            account: it.account,
            number: it.number,
            asked: Asked::Recall,
            amount: it.amount,
            oldest: it.oldest,
            name: it.name.clone(),
            address: String::new(),
            phone: String::new(),
            why,
        });
    }
    if items.is_empty() {
        return Err(refuse(NotPlaced::Nothing));
    }
    let lines = items.len();
    if let Some(expected) = expected.filter(|it| *it != lines) {
        return Err(refuse(NotPlaced::Counted { expected, lines }));
    }
    let bytes = written(&items)?;
    let id = AgencyFileId(tx.next(Counter::AgencyFile, 1)?);
    let file = File { id, on, items, sha256: intake::hash(&bytes) };
    store::agency::add(tx, &file, actor.at)?;
    let [(placed, amount), (recalled, _)] =
        [Asked::Place, Asked::Recall].map(|of| sum(&file.items, of));
    let said = format!("{placed} placed for {amount}, {recalled} recalled, {}", file.sha256);
    store::audit::add(tx, &allowed, "place with agency", &id.to_string(), &said)?;
    Ok(Made { file, bytes })
}

/// A file that was made before: the same bytes, or none.
pub fn again(tx: &mut Tx, actor: Actor, id: AgencyFileId) -> Result<Made> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    let file = store::agency::get(tx, id)?.ok_or_else(|| refuse(NotPlaced::Unknown { id }))?;
    let bytes = written(&file.items)?;
    if intake::hash(&bytes) != file.sha256 {
        return Err(refuse(NotPlaced::OtherBytes));
    }
    store::audit::add(tx, &allowed, "write agency file", &id.to_string(), &file.sha256)?;
    Ok(Made { file, bytes })
}

/// Every debt that an agency got, with what was paid of it since and what the agency keeps of that by the
/// rules of a day. What is paid after it was recalled is nobody's doing but the customer's.
pub fn placed(tx: &mut Tx, on: Date) -> Result<Vec<Followed>> {
    let takes = credit_rules::collections(tx, on)?.agency;
    let mut all = Vec::new();
    for placed in store::agency::placed(tx)? {
        let (account, from, until) = (placed.account, placed.on, placed.recalled);
        let paid = store::agency::paid(tx, account, (from, until.unwrap_or(Date::MAX)))?;
        all.push(Followed { recovery: recovered(placed.amount, paid, takes), placed });
    }
    Ok(all)
}

/// What is to be had of an account: what it owes, and what was given up of that.
fn claim(tx: &mut Tx, account: AccountId) -> Result<Money> {
    Ok(store::debt::owed(tx, account)? + store::write_off::given_up(tx, account)?.0)
}

/// What keeps an account from an agency.
fn keeps(tx: &mut Tx, rules: &Rules, account: AccountId, on: Date) -> Result<Option<String>> {
    // That it is cold, or no cut may be for it, keeps from a cut, and nobody from asking.
    let all = protection::shields(tx, account, on)?.into_iter().filter(|it| !it.of_charges);
    let mut lasting = all.filter(|it| !matches!(it.shield, Shield::Weather | Shield::Calendar));
    let kept = lasting.find(|it| rules.keeps(Step::Agency, it.shield));
    Ok(kept.map(|it| it.shield.to_string()))
}

/// The bytes of a file, read back before they count.
fn written(items: &[Item]) -> Result<Vec<u8>> {
    let bytes = format::csv(items).context("no file for the agency")?;
    for asked in Asked::ALL {
        if format::sum(&bytes, *asked) != Some(sum(items, *asked)) {
            return Err(refuse(NotPlaced::Differs));
        }
    }
    Ok(bytes)
}

impl fmt::Display for NotPlaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotPlaced::Nothing => f.write_str(
                "there is nothing new for the agency; a file that was made is written again with --again",
            ),
            NotPlaced::Counted { expected, lines } => write!(
                f,
                "{expected} lines were expected and there are {lines}; see: meterbook collect list --step agency"
            ),
            NotPlaced::Unknown { id } => {
                write!(f, "there is no file {id} for the agency; see: meterbook collect placed")
            }
            NotPlaced::Differs => f.write_str(
                "the file, read back, is not what was to be in it; nothing was written",
            ),
            NotPlaced::OtherBytes => f.write_str(
                "the file would not be what it was when it was made; nothing was written",
            ),
        }
    }
}

impl std::error::Error for NotPlaced {}
