//! Credits that nobody claims: taken together after somebody saw how many they are and what they come to, sent
//! to the state, and given back to whoever claims them before.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::charge::ChargeFor;
use meterbook_core::credit::unclaimed::Property;
use meterbook_core::id::{AccountId, AccountNumber};
use meterbook_core::ledger::{EntryKind, Gl, post_between};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::text::counted;
use meterbook_store::unclaimed::Unclaimed;
use meterbook_store::{self as store, Conflict, Tx};
use serde_json::{Value, json};

use crate::authority::authorize;
use crate::listing::Listing;
use crate::{Actor, charge, credit_rules, receipt, refund, refuse, write_off};

/// What an approval calls it.
pub(crate) const UNCLAIMED: &str = "unclaimed property";

/// Something that nobody claimed for as long as the rules say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Whose it is.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// What it is.
    pub what: Property,
    /// How much, above zero.
    pub amount: Money,
    /// The day since which nothing was heard of it.
    pub since: Date,
    /// The first day on which it is unclaimed by the rules.
    pub by: Date,
    /// The check that was never cashed, where it is one.
    pub check: Option<String>,
}

/// What is to be done with what nobody claimed, as somebody saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUnclaimed {
    /// How many.
    pub count: i64,
    /// What they come to.
    pub total: Money,
    /// Under which reference what was taken goes to the state; `None` where it is taken.
    pub to_state: Option<String>,
}

/// Why nothing is taken, sent or claimed.
#[derive(Debug, PartialEq, Eq)]
pub enum NotUnclaimed {
    /// It is not what somebody saw.
    Other {
        /// How many there are.
        count: i64,
        /// What they come to.
        total: Money,
    },
    /// There is nothing.
    Nothing,
    /// It has no reference.
    NoReference,
    /// Something went to the state under that reference.
    ReferenceUsed {
        /// The reference.
        reference: String,
    },
    /// Nothing of the account is unclaimed.
    NotHere,
    /// The state has it.
    Remitted,
}

/// What nobody claimed by a day for as long as the rules say: credits of closed accounts, what of them was a
/// deposit, and checks that paid refunds of whatever account.
pub fn due(tx: &mut Tx, on: Date) -> Result<Vec<Due>> {
    until(tx, on, on)
}

/// What will be unclaimed after a day and by a later one, where nothing is heard of it; the soonest first.
pub fn coming(tx: &mut Tx, on: Date, by: Date) -> Result<Vec<Due>> {
    let mut all: Vec<Due> = until(tx, on, by)?.into_iter().filter(|it| on < it.by).collect();
    all.sort_by_key(|it| (it.by, it.number));
    Ok(all)
}

fn until(tx: &mut Tx, on: Date, last: Date) -> Result<Vec<Due>> {
    let rules = credit_rules::unclaimed(tx, on)?;
    let mut all = Vec::new();
    for it in store::unclaimed::closed(tx, on)? {
        let by = |what| rules.due(what, it.class, it.since);
        let soonest = [by(Property::Credit), by(Property::Deposit)].into_iter().flatten().min();
        if soonest.is_none_or(|soonest| last < soonest) {
            continue;
        }
        // What was given up is paid first.
        let given_up = store::write_off::given_up(tx, it.account)?.0;
        let amount = -store::debt::owed(tx, it.account)? - given_up;
        let deposit = match by(Property::Deposit) {
            Some(_) => it.deposit.min(amount).max(Money::ZERO),
            None => Money::ZERO,
        };
        for (what, amount) in [(Property::Deposit, deposit), (Property::Credit, amount - deposit)] {
            let by = by(what).filter(|by| *by <= last && Money::ZERO < amount);
            let (account, number, since) = (it.account, it.number, it.since);
            all.extend(by.map(|by| Due { account, number, what, amount, since, by, check: None }));
        }
    }
    for it in store::refund::uncashed(tx)? {
        let Some(of) = store::refund::get(tx, it.refund)? else { continue };
        let Some(account) = of.account.filter(|_| of.ended.is_none()) else { continue };
        let whose = store::account::get(tx, account)?;
        // Whoever owes something is paid by it first: a person makes the check void.
        let given_up = store::write_off::given_up(tx, account)?.0;
        if Money::ZERO < store::debt::owed(tx, account)? + given_up {
            continue;
        }
        let what = Property::Check;
        if let Some(by) = rules.due(what, whose.class, it.on).filter(|by| *by <= last) {
            let (number, amount, since) = (whose.number, of.amount, it.on);
            all.push(Due { account, number, what, amount, since, by, check: Some(it.number) });
        }
    }
    Ok(all)
}

/// What was taken and is neither claimed nor remitted, as states ask for it: whose it is, where they were last,
/// what it is by the codes of a day, how much, and since when nothing was heard.
pub fn report(tx: &mut Tx, on: Date) -> Result<Listing> {
    let (rules, all) = (credit_rules::unclaimed(tx, on)?, store::unclaimed::open(tx)?);
    let columns = [
        "account",
        "name",
        "last_address",
        "property",
        "property_code",
        "check",
        "amount",
        "last_activity",
        "taken_on",
    ];
    let row = |it: &Unclaimed| {
        vec![
            it.number.to_string(),
            it.name.clone(),
            it.address.lines().collect::<Vec<_>>().join(", "),
            it.what.word().to_owned(),
            rules.code(it.what).to_owned(),
            it.check.clone().unwrap_or_default(),
            it.amount.plain(),
            it.since.to_string(),
            it.on.to_string(),
        ]
    };
    Ok(Listing { columns: columns.to_vec(), rows: all.iter().map(row).collect() })
}

/// Gives to whoever claims it what of an account nobody had claimed: it is a credit of the account again.
pub fn claim(tx: &mut Tx, actor: Actor, account: AccountId, why: &str) -> Result<Money> {
    let allowed = authorize(tx, actor, Permission::MatchPayments, None)?;
    receipt::said(why)?;
    store::account::lock(tx, &[account])?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    let all = store::unclaimed::open(tx)?.into_iter().filter(|it| it.account == account);
    let mut sum = Money::ZERO;
    for it in all {
        let key = format!("claimed/{}", it.key);
        let back = write_off::of(tx, (account, -it.amount), ChargeFor::Claimed, (key, on))?;
        charge::post(tx, &allowed, &back)?;
        store::unclaimed::end(tx, &it.key, on, None, why.trim())?;
        sum += it.amount;
    }
    if sum == Money::ZERO {
        let gone = store::unclaimed::remitted(tx, account)?;
        return Err(refuse(if gone { NotUnclaimed::Remitted } else { NotUnclaimed::NotHere }));
    }
    let said = format!("{sum}: {}", why.trim());
    store::audit::add(tx, &allowed, "claim property", &account.to_string(), &said)?;
    Ok(sum)
}

impl NewUnclaimed {
    /// Refuses what is not what somebody saw.
    pub(crate) fn check(&self, tx: &mut Tx, on: Date) -> Result<()> {
        let amounts: Vec<Money> = match &self.to_state {
            Some(reference) if reference.trim().is_empty() => {
                return Err(refuse(NotUnclaimed::NoReference));
            }
            Some(_) => store::unclaimed::open(tx)?.iter().map(|it| it.amount).collect(),
            None => due(tx, on)?.iter().map(|it| it.amount).collect(),
        };
        let (count, total) = (i64::try_from(amounts.len())?, amounts.into_iter().sum());
        if count == 0 {
            return Err(refuse(NotUnclaimed::Nothing));
        }
        if (count, total) != (self.count, self.total) {
            return Err(refuse(NotUnclaimed::Other { count, total }));
        }
        Ok(())
    }

    /// What a second person reads.
    pub(crate) fn subject(&self) -> String {
        let many = counted(self.count, "credit");
        match &self.to_state {
            Some(reference) => format!("{many} to the state as {}", reference.trim()),
            None => format!("{many} that nobody claimed"),
        }
    }

    /// As it is kept.
    pub(crate) fn content(&self) -> Value {
        json!({ "count": self.count, "cents": self.total.cents(), "to_state": self.to_state })
    }

    /// As it was kept.
    pub(crate) fn read(content: &Value) -> Option<NewUnclaimed> {
        Some(NewUnclaimed {
            count: content["count"].as_i64()?,
            total: Money::from_cents(content["cents"].as_i64()?),
            to_state: content["to_state"].as_str().map(str::to_owned),
        })
    }

    /// Does what was authorized.
    pub(crate) fn be_done(&self, tx: &mut Tx, allowed: &Authorized, why: &str) -> Result<()> {
        receipt::said(why)?;
        let on = crate::founding::zone(tx)?.day_of(allowed.at());
        let locked: Vec<AccountId> = match self.to_state {
            Some(_) => store::unclaimed::open(tx)?.iter().map(|it| it.account).collect(),
            None => due(tx, on)?.iter().map(|it| it.account).collect(),
        };
        store::account::lock(tx, &locked)?;
        self.check(tx, on)?;
        match &self.to_state {
            Some(reference) => self.remit(tx, allowed, reference.trim(), on, why)?,
            None => {
                for it in due(tx, on)? {
                    take(tx, allowed, &it, on, why)?;
                }
            }
        }
        let said = format!("{}, {}: {}", self.subject(), self.total, why.trim());
        store::audit::add(tx, allowed, UNCLAIMED, &on.to_string(), &said)
    }

    fn remit(
        &self,
        tx: &mut Tx,
        allowed: &Authorized,
        reference: &str,
        on: Date,
        why: &str,
    ) -> Result<()> {
        crate::close::begin_day(tx, allowed)?;
        let kept = store::unclaimed::remit(tx, reference, on, (self.count, self.total));
        kept.map_err(|why| match why.is::<Conflict>() {
            true => refuse(NotUnclaimed::ReferenceUsed { reference: reference.to_owned() }),
            false => why,
        })?;
        for it in store::unclaimed::open(tx)? {
            store::unclaimed::end(tx, &it.key, on, Some(reference), why.trim())?;
        }
        let sides = post_between((Gl::Unclaimed, None), (Gl::Cash, None), self.total);
        receipt::entry(tx, (EntryKind::Remitted, on), reference, &self.subject(), sides)
    }
}

/// Takes what nobody claimed. A check is void first, and its refund a credit again.
fn take(tx: &mut Tx, allowed: &Authorized, it: &Due, on: Date, why: &str) -> Result<()> {
    if let Some(number) = &it.check {
        let refund = refund::void_as(tx, allowed, number, why)?;
        refund::keep_as(tx, allowed, refund.id, why)?;
    }
    let nth = store::unclaimed::times(tx, it.account)? + 1;
    let key = format!("unclaimed/{}/{nth}", it.account);
    let of = (it.account, it.amount);
    let taken = write_off::of(tx, of, ChargeFor::Unclaimed, (key, on))?;
    charge::post(tx, allowed, &taken)?;
    let of = (it.what, it.amount, it.check.as_deref());
    store::unclaimed::add(tx, (&taken.key, it.account), of, (it.since, on))
}

impl fmt::Display for NotUnclaimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotUnclaimed::Other { count, total } => write!(
                f,
                "{}, {total}, are there; look at them again, and say that count and sum",
                counted(count, "credit")
            ),
            NotUnclaimed::Nothing => f.write_str("nothing is unclaimed; nothing was changed"),
            NotUnclaimed::NoReference => {
                f.write_str("say the reference under which it goes to the state")
            }
            NotUnclaimed::ReferenceUsed { reference } => {
                write!(f, "{reference} went to the state already; look at the reference again")
            }
            NotUnclaimed::NotHere => {
                f.write_str("nothing of this account is unclaimed; see: meterbook credit report")
            }
            NotUnclaimed::Remitted => {
                f.write_str("the state has it, and gives it to whoever proves that it is theirs")
            }
        }
    }
}

impl std::error::Error for NotUnclaimed {}
