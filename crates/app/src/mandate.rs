//! What customers agree to have taken from their accounts at banks: agreed, changed from a day on, ended
//! with a reason.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::currency::Currency;
use meterbook_core::debit::{BankNumber, Format, Mandate, Scheme, Terms};
use meterbook_core::id::{AccountId, MandateId};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::{self as store, Counter, Tx};

use crate::authority::authorize;
use crate::check::Rule;
use crate::receipt::said;
use crate::seal::{BankKey, NoKey};
use crate::{Actor, refuse};

/// What a customer agrees to.
#[derive(Clone, Debug)]
pub struct NewMandate {
    /// What is owed by whom.
    pub account: AccountId,
    /// By whose rules.
    pub scheme: Scheme,
    /// The day on which they signed.
    pub signed: Date,
    /// What holds.
    pub terms: Terms,
    /// The account at the bank.
    pub number: BankNumber,
}

/// Why a mandate is not agreed to, changed or ended.
#[derive(Debug, PartialEq, Eq)]
pub enum MandateRefusal {
    /// The account has one.
    Already {
        /// Which.
        id: MandateId,
    },
    /// The account has none on that day.
    None,
    /// No file takes what bills are in by the rules of its scheme.
    OtherCurrency {
        /// By whose rules.
        scheme: Scheme,
        /// What bills are in.
        bills: Currency,
    },
    /// It was signed on a day that is not yet.
    NotYet {
        /// The day.
        signed: Date,
    },
    /// It would end before it began.
    BeforeItBegan {
        /// Its first day.
        from: Date,
    },
    /// A version of it holds from then on, or from a later day.
    Later {
        /// From when on.
        from: Date,
    },
}

/// The mandate of an account that holds on a day, as it is then.
pub fn on(tx: &mut Tx, account: AccountId, day: Date) -> Result<Option<Mandate>> {
    let all = store::mandate::of_account(tx, account)?;
    let holds = |it: &Mandate| it.terms.from <= day && it.ended.is_none_or(|end| day < end);
    Ok(all.into_iter().rfind(holds))
}

/// The mandate of an account that did not end, in its newest version.
pub fn standing(tx: &mut Tx, account: AccountId) -> Result<Option<Mandate>> {
    let all = store::mandate::of_account(tx, account)?;
    Ok(all.into_iter().rfind(|it| it.ended.is_none()))
}

/// Takes a mandate down.
pub fn agree(tx: &mut Tx, actor: Actor, key: &BankKey, new: &NewMandate) -> Result<Mandate> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    new.terms.check(new.scheme, new.signed, Some(&new.number)).map_err(refuse)?;
    let signed = new.signed;
    takes(tx, new.scheme)?;
    if crate::founding::zone(tx)?.day_of(actor.at) < signed {
        return Err(refuse(MandateRefusal::NotYet { signed }));
    }
    store::account::lock(tx, &[new.account])?;
    let all = store::mandate::of_account(tx, new.account)?;
    let over = |it: &Mandate| it.ended.is_some_and(|end| end <= new.terms.from);
    if let Some(it) = all.iter().find(|it| !over(it)) {
        return Err(refuse(MandateRefusal::Already { id: it.id }));
    }
    fits(tx, key)?;
    let mandate = Mandate {
        id: MandateId(tx.next(Counter::Mandate, 1)?),
        account: new.account,
        scheme: new.scheme,
        signed,
        version: 1,
        terms: new.terms.clone(),
        tail: new.number.tail(),
        ended: None,
    };
    store::mandate::add(tx, &mandate, actor.at)?;
    let sealed = key.seal(&new.number, (mandate.id, mandate.version))?;
    store::mandate::add_version(tx, &mandate, &sealed, "agreed")?;
    let of = mandate.id.to_string();
    store::audit::add(tx, &allowed, "agree mandate", &of, &told(&mandate))?;
    Ok(mandate)
}

/// The schemes by whose rules files take what bills are in: SEPA takes euros, and NACHA dollars.
pub fn schemes(tx: &mut Tx) -> Result<Vec<Scheme>> {
    let ours = crate::founding::currency(tx)?;
    let takes = |it: &&Scheme| Format::of(**it).currency() == ours.code();
    Ok(Scheme::ALL.iter().filter(takes).copied().collect())
}

/// Refuses a scheme by whose rules nothing could ever be taken.
fn takes(tx: &mut Tx, scheme: Scheme) -> Result<()> {
    if schemes(tx)?.contains(&scheme) {
        return Ok(());
    }
    let bills = crate::founding::currency(tx)?;
    Err(refuse(MandateRefusal::OtherCurrency { scheme, bills }))
}

/// Changes a mandate from a day on: its terms, and the account at the bank where there is another.
pub fn change(
    tx: &mut Tx,
    actor: Actor,
    key: &BankKey,
    account: AccountId,
    (terms, number): (&Terms, Option<&BankNumber>),
    why: &str,
) -> Result<Mandate> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    said(why)?;
    store::account::lock(tx, &[account])?;
    let was = standing(tx, account)?.ok_or_else(|| refuse(MandateRefusal::None))?;
    takes(tx, was.scheme)?;
    amend(tx, &allowed, key, &was, (terms, number), why)
}

/// Keeps the next version of a mandate, for who was authorized.
pub(crate) fn amend(
    tx: &mut Tx,
    allowed: &Authorized,
    key: &BankKey,
    was: &Mandate,
    (terms, number): (&Terms, Option<&BankNumber>),
    why: &str,
) -> Result<Mandate> {
    terms.check(was.scheme, was.signed, number).map_err(refuse)?;
    if terms.from <= was.terms.from {
        return Err(refuse(MandateRefusal::Later { from: was.terms.from }));
    }
    let kept = store::mandate::sealed(tx, was.id, was.version)?;
    // What did not change is sealed anew: each version opens for itself alone.
    let now = key.open(&kept, (was.id, was.version))?;
    let number = number.unwrap_or(&now);
    let version = was.version + 1;
    let tail = number.tail();
    let mandate = Mandate { version, terms: terms.clone(), tail, ..was.clone() };
    let sealed = key.seal(number, (was.id, version))?;
    store::mandate::add_version(tx, &mandate, &sealed, why.trim())?;
    let (before, after) = (told(was), told(&mandate));
    let of = was.id.to_string();
    store::audit::turn(tx, allowed, "change mandate", &of, why, (&before, &after))?;
    Ok(mandate)
}

/// Ends the mandate of an account; from `on` nothing is taken any more.
pub fn end(tx: &mut Tx, actor: Actor, account: AccountId, on: Date, why: &str) -> Result<Mandate> {
    let allowed = authorize(tx, actor, Permission::KeepCustomers, None)?;
    said(why)?;
    store::account::lock(tx, &[account])?;
    let was = standing(tx, account)?.ok_or_else(|| refuse(MandateRefusal::None))?;
    let all = store::mandate::of_account(tx, account)?;
    let began = all.iter().filter(|it| it.id == was.id).map(|it| it.terms.from).min();
    if let Some(from) = began.filter(|from| on < *from) {
        return Err(refuse(MandateRefusal::BeforeItBegan { from }));
    }
    finish(tx, &allowed, &was, on, why)
}

/// Ends a mandate, for who was authorized.
pub(crate) fn finish(
    tx: &mut Tx,
    allowed: &Authorized,
    was: &Mandate,
    on: Date,
    why: &str,
) -> Result<Mandate> {
    store::mandate::end(tx, was.id, on, why.trim())?;
    let (before, of) = (told(was), was.id.to_string());
    let after = format!("ended, from {on} on");
    store::audit::turn(tx, allowed, "end mandate", &of, why, (&before, &after))?;
    Ok(Mandate { ended: Some(on), ..was.clone() })
}

/// The accounts whose mandates have or had this number.
pub fn find(tx: &mut Tx, key: &BankKey, number: &BankNumber) -> Result<Vec<AccountId>> {
    let hash = key.hash(number)?;
    store::mandate::by_hash(tx, &hash)
}

/// Whether any number is kept, so that a key that is gone may not be made anew.
pub fn any(tx: &mut Tx) -> Result<bool> {
    Ok(store::mandate::any(tx)?.is_some())
}

/// Whether the key opens every number that is kept, as a rule of `check`.
pub fn opens(tx: &mut Tx, key: &Result<BankKey>) -> Result<Rule> {
    let all = store::mandate::all_sealed(tx)?;
    let examined = i64::try_from(all.len())?;
    let mut faults = Vec::new();
    match key {
        Err(why) => faults.push(why.to_string()),
        Ok(key) => {
            for (id, version, sealed) in &all {
                let number = key.open(sealed, (*id, *version));
                let right = number.and_then(|it| Ok(key.hash(&it)? == sealed.hash));
                if !right.unwrap_or(false) {
                    faults.push(format!("version {version} of mandate {id}: {}", NoKey::Other));
                }
            }
        }
    }
    faults.truncate(FAULTS);
    let says = "the key opens every bank number that is kept";
    Ok(Rule { name: "bank-numbers", says, examined, faults })
}

/// Faults that a rule tells.
const FAULTS: usize = 100;

/// Refuses a key that is not the one of what is kept.
fn fits(tx: &mut Tx, key: &BankKey) -> Result<()> {
    let Some(first) = store::mandate::any(tx)? else { return Ok(()) };
    let sealed = store::mandate::sealed(tx, first.0, first.1)?;
    key.open(&sealed, first).map(drop)
}

fn told(it: &Mandate) -> String {
    let most = it.terms.most.map_or(String::new(), |most| format!(", at most {most}"));
    let Terms { from, holder, collects, .. } = &it.terms;
    let (scheme, tail) = (it.scheme, &it.tail);
    format!("{scheme} from …{tail} of {holder}, collects {collects}{most}, from {from}")
}

impl fmt::Display for MandateRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MandateRefusal::Already { id } => write!(
                f,
                "mandate {id} of this account holds then; change it, or end it first: meterbook debit end"
            ),
            MandateRefusal::None => {
                f.write_str("this account has no mandate; agree to one: meterbook debit agree")
            }
            MandateRefusal::OtherCurrency { scheme, bills } => write!(
                f,
                "bills are in {bills}, and no file of {scheme} takes that: NACHA takes USD and SEPA EUR; agree to a scheme that does, or let it be paid otherwise"
            ),
            MandateRefusal::NotYet { signed } => {
                write!(f, "{signed} is not yet; nobody has signed then")
            }
            MandateRefusal::BeforeItBegan { from } => write!(
                f,
                "it holds from {from} on; end it from that day on, and nothing is ever taken, or from a later one"
            ),
            MandateRefusal::Later { from } => {
                write!(f, "what holds is from {from} on; change it from a later day on")
            }
        }
    }
}

impl std::error::Error for MandateRefusal {}
