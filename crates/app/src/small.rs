//! Small balances of closed accounts: written off each night by the rules, with a second person where a day comes
//! to more than they let be done, and taken back where that was wrong.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::charge::ChargeFor;
use meterbook_core::credit::Shield;
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::text::counted;
use meterbook_store::write_off::Little;
use meterbook_store::{self as store, Db, Tx};
use serde_json::{Value, json};

use crate::authority::authorize;
use crate::protection::shields_of;
use crate::{Actor, charge, credit_rules, deposit, receipt, refuse, write_off};

/// What an approval calls it.
pub(crate) const SMALL: &str = "write off small balances";
/// Accounts in one transaction of a night.
const AT_ONCE: usize = 500;

/// The small balances that are to be written off, as somebody saw them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewSmall {
    /// How many.
    pub count: i64,
    /// What they come to together, owed and credits alike: each above zero.
    pub total: Money,
}

/// Small balances that the rules write off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Small {
    /// Each account, with what it owes; below zero it has a credit.
    pub accounts: Vec<Little>,
    /// What is owed of them together.
    pub owed: Money,
    /// What their credits come to, above zero.
    pub credits: Money,
    /// What was written off so on that day already.
    pub before: Money,
    /// What all of a day may come to.
    pub most: Option<Money>,
}

/// Why no small balance is written off or taken back.
#[derive(Debug, PartialEq, Eq)]
pub enum NotSmall {
    /// It is not what somebody saw.
    Other(NewSmall),
    /// There is nothing.
    Nothing,
    /// The day would come to more than the rules let be done.
    Beyond {
        /// What there is.
        new: NewSmall,
        /// What was written off today already.
        before: Money,
        /// The most of a day.
        most: Money,
    },
    /// Nothing of the account was written off by the rules, or it came back.
    NotHere,
}

/// What the rules write off on a day: of closed accounts without security that no plan, dispute, pledge or court
/// shields. What keeps from a cut, such as a season or an illness, keeps nobody's balance: nothing is left to be
/// cut off, and small credits stood still from December to March.
pub fn due(tx: &mut Tx, on: Date) -> Result<Small> {
    let rules = credit_rules::small(tx, on)?;
    let before = store::write_off::little_of(tx, on)?;
    let mut small = Small { before, most: rules.most, ..Small::default() };
    let below = rules.bound();
    if below == Money::ZERO {
        return Ok(small);
    }
    let mut all = store::write_off::little(tx, on, below)?;
    all.retain(|it| rules.is_small(it.class, it.owes, it.since, on));
    let accounts: Vec<AccountId> = all.iter().map(|it| it.account).collect();
    let shields = shields_of(tx, &accounts, on)?;
    let keeps = |it: Shield| {
        matches!(it, Shield::Plan | Shield::Dispute | Shield::Pledge | Shield::Bankruptcy)
    };
    let shielded =
        |it: &AccountId| shields.get(it).is_some_and(|all| all.iter().any(|it| keeps(it.shield)));
    for it in all {
        if shielded(&it.account) || deposit::held_now(tx, it.account)? != Money::ZERO {
            continue;
        }
        match it.owes < Money::ZERO {
            true => small.credits += -it.owes,
            false => small.owed += it.owes,
        }
        small.accounts.push(it);
    }
    Ok(small)
}

impl Small {
    /// How many, and what they come to.
    pub fn seen(&self) -> Result<NewSmall> {
        let count = i64::try_from(self.accounts.len())?;
        Ok(NewSmall { count, total: self.owed + self.credits })
    }

    /// Whether the day comes to more than the rules let be done.
    pub fn takes_two(&self) -> bool {
        self.most.is_some_and(|most| most < self.before + self.owed + self.credits)
    }
}

/// Writes off the small balances of tonight, as far as the rules let a day come to; beyond that nothing, until a
/// second person agrees ([`do_or_ask`](crate::approval::do_or_ask)).
pub fn review(db: &Db, actor: Actor) -> Result<Small> {
    let small = db.read(|tx| {
        let on = crate::founding::zone(tx)?.day_of(actor.at);
        due(tx, on)
    })?;
    let new = small.seen()?;
    if let Some(most) = small.most.filter(|_| small.takes_two()) {
        return Err(refuse(NotSmall::Beyond { new, before: small.before, most }));
    }
    for some in small.accounts.chunks(AT_ONCE) {
        db.write(|tx| {
            let total = some.iter().map(|it| it.owes.abs()).sum();
            let allowed = authorize(tx, actor, Permission::WriteOff, Some(total))?;
            write_down(tx, &allowed, some, "by rule")
        })?;
    }
    Ok(small)
}

/// Writes off these balances, but none that changed since it was seen.
fn write_down(tx: &mut Tx, allowed: &Authorized, all: &[Little], why: &str) -> Result<()> {
    let accounts: Vec<AccountId> = all.iter().map(|it| it.account).collect();
    store::account::lock(tx, &accounts)?;
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    for it in all {
        let key = format!("small/{}/{on}", it.account);
        let changed = store::ledger::balance(tx, it.account)? != it.owes;
        if changed || store::budget::posted(tx, &key)? {
            continue;
        }
        let kind = kind(it.owes);
        let oldest = write_off::oldest(tx, it.account)?;
        let charge = write_off::of(tx, (it.account, -it.owes), kind, (key, on))?;
        charge::post(tx, allowed, &charge)?;
        if kind == ChargeFor::WrittenOff {
            store::charge::since(tx, &charge.key, oldest.unwrap_or(on))?;
        }
        let said = format!("{}: {why}", it.owes);
        store::audit::add(tx, allowed, SMALL, &it.account.to_string(), &said)?;
    }
    Ok(())
}

fn kind(owes: Money) -> ChargeFor {
    match owes < Money::ZERO {
        true => ChargeFor::SmallCredit,
        false => ChargeFor::WrittenOff,
    }
}

/// Takes back the last small balance of an account that was written off by rule, and says what it owes so again;
/// below zero it is a credit again. Nothing of it is written off before nothing came for as long once more.
pub fn take_back(tx: &mut Tx, actor: Actor, account: AccountId, why: &str) -> Result<Money> {
    receipt::said(why)?;
    store::account::lock(tx, &[account])?;
    let all = store::charge::of_account(tx, account)?;
    let back = |key: &str| format!("{key}/back");
    let last = all.iter().filter(|it| it.key.starts_with("small/") && !it.key.ends_with("/back"));
    let last =
        last.max_by_key(|it| it.on).filter(|it| all.iter().all(|of| of.key != back(&it.key)));
    let last = last.ok_or_else(|| refuse(NotSmall::NotHere))?;
    let given_up = store::write_off::given_up(tx, account)?.0;
    let owes = -last.amount;
    // What came in for it since was had already.
    if last.kind == ChargeFor::WrittenOff && given_up < owes {
        return Err(refuse(NotSmall::NotHere));
    }
    let allowed = authorize(tx, actor, Permission::WriteOff, Some(owes.abs()))?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    let kind = match last.kind {
        ChargeFor::WrittenOff => ChargeFor::Recovered,
        other => other,
    };
    let charge = write_off::of(tx, (account, owes), kind, (back(&last.key), on))?;
    charge::post(tx, &allowed, &charge)?;
    if let Some(due) = store::write_off::due(tx, account)?.filter(|_| kind == ChargeFor::Recovered)
    {
        store::charge::since(tx, &charge.key, due)?;
    }
    let said = format!("{owes}: {}", why.trim());
    store::audit::add(tx, &allowed, "take back small balance", &account.to_string(), &said)?;
    Ok(owes)
}

impl NewSmall {
    /// Refuses what is not what somebody saw.
    pub(crate) fn check(&self, tx: &mut Tx, on: Date) -> Result<Small> {
        let small = due(tx, on)?;
        let seen = small.seen()?;
        match seen {
            NewSmall { count: 0, .. } => Err(refuse(NotSmall::Nothing)),
            seen if seen != *self => Err(refuse(NotSmall::Other(seen))),
            _ => Ok(small),
        }
    }

    /// Whether a second person has to agree, whatever anybody's limit.
    pub(crate) fn takes_two(&self, tx: &mut Tx, on: Date) -> Result<bool> {
        Ok(due(tx, on)?.takes_two())
    }

    /// What a second person reads.
    pub(crate) fn subject(&self) -> String {
        format!("{} of closed accounts", counted(self.count, "small balance"))
    }

    /// As it is kept.
    pub(crate) fn content(&self) -> Value {
        json!({ "count": self.count, "cents": self.total.cents() })
    }

    /// As it was kept.
    pub(crate) fn read(content: &Value) -> Option<NewSmall> {
        let total = Money::from_cents(content["cents"].as_i64()?);
        Some(NewSmall { count: content["count"].as_i64()?, total })
    }

    /// Writes off what was authorized.
    pub(crate) fn be_done(&self, tx: &mut Tx, allowed: &Authorized, why: &str) -> Result<()> {
        receipt::said(why)?;
        let on = crate::founding::zone(tx)?.day_of(allowed.at());
        let small = self.check(tx, on)?;
        write_down(tx, allowed, &small.accounts, why.trim())
    }
}

impl fmt::Display for NotSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSmall::Other(NewSmall { count, total }) => {
                write!(f, "there are {count}, {total}; look at them again: meterbook write-off small")
            }
            NotSmall::Nothing => f.write_str("no small balance is to be written off today"),
            NotSmall::Beyond { new: NewSmall { count, total }, before, most } => write!(
                f,
                "{} of closed accounts, {total}, would be written off beside {before} of today, and the rules let {most} of a day; nothing was; a second person agrees: meterbook write-off small --count {count} --total {} --why TEXT",
                counted(*count, "small balance"),
                total.plain()
            ),
            NotSmall::NotHere => f.write_str(
                "nothing of the account is written off by rule, or it came back already; see: meterbook timeline NUMBER",
            ),
        }
    }
}

impl std::error::Error for NotSmall {}
