//! Payments that came back: what that costs, asked for once and not at all where the bank was wrong, and
//! who pays in cash only from then on.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::id::{AccountId, TenderId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::person::Language;
use meterbook_paper::{amount, day};
use meterbook_store::receipt::Came;
use meterbook_store::returned::CameBack;
use meterbook_store::{self as store, Conflict, Tx};

use crate::authority::authorize;
use crate::delivery::send;
use crate::{Actor, charge, credit_rules, receipt, refuse};

/// Why something is not done about what came back.
#[derive(Debug, PartialEq, Eq)]
pub enum ReturnRefusal {
    /// Nothing of that tender came back.
    NotReturned {
        /// Which.
        id: TenderId,
    },
    /// It was said already that the bank was wrong.
    MistakeAlready,
    /// They may pay as they like.
    NotCashOnly,
    /// They pay in cash only.
    CashOnly {
        /// The first day on which they may pay otherwise.
        until: Date,
    },
    /// Debits are made from mandates, and not taken at the counter.
    NoDebit,
}

/// Writes down that a tender came back, and asks who paid with it for what that costs: with their next
/// bill, once.
pub(crate) fn note(
    tx: &mut Tx,
    allowed: &Authorized,
    came: &Came,
    (account, code, on): (Option<AccountId>, &str, Date),
) -> Result<()> {
    let (tender, kind) = (came.tender.id, came.tender.kind);
    let rules = credit_rules::returned(tx, on)?;
    let fee = account.map_or(Money::ZERO, |_| rules.fee(kind, code));
    let code = code.to_owned();
    let it = CameBack { tender, account, kind, code, on, fee, mistake: false };
    store::returned::add(tx, &it)?;
    if let Some(account) = account.filter(|_| fee != Money::ZERO) {
        let charge = asked_for(tx, &it, account)?;
        store::credit::ask(tx, &[charge], "returned")?;
        let said = format!("{fee} for tender {tender}, which came back on {on}");
        store::audit::add(tx, allowed, "ask returned fee", &account.to_string(), &said)?;
    }
    match account {
        Some(account) if is_told(tx, &it)? => tell(tx, allowed, came, account, fee),
        _ => Ok(()),
    }
}

/// Whether a letter tells who paid with it, by the rules of the day on which it came back.
pub fn is_told(tx: &mut Tx, it: &CameBack) -> Result<bool> {
    let told = credit_rules::returned(tx, it.on)?.told;
    Ok(told && it.account.is_some() && it.kind != Tender::Cash)
}

/// Tells by letter that a payment came back, in the transaction that takes it back.
fn tell(
    tx: &mut Tx,
    allowed: &Authorized,
    came: &Came,
    account: AccountId,
    fee: Money,
) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let known = |_: usize, language| {
        let values = vec![
            ("amount", amount(language, came.tender.amount)),
            ("paid", day(language, came.on)),
        ];
        let costs = |fee: Money| match language {
            Language::English => format!("Comes with your next bill: {}", amount(language, fee)),
            Language::Spanish => format!("Viene con su próxima factura: {}", amount(language, fee)),
        };
        let listed = Some(fee).filter(|it| *it != Money::ZERO).map(costs);
        (values, listed.into_iter().collect())
    };
    send::letters(tx, (LetterCause::PaymentReturned, today), &[account], known).map(drop)
}

/// Says that the bank was wrong: what it cost is not asked for, and it does not count against anybody.
/// The payment that was taken back is taken again by itself, as it comes in again.
pub fn mistake(tx: &mut Tx, actor: Actor, id: TenderId, why: &str) -> Result<Money> {
    let allowed = authorize(tx, actor, Permission::ReversePayments, None)?;
    receipt::said(why)?;
    store::receipt::lock(tx, id)?;
    let it = store::returned::get(tx, id)?;
    let it = it.ok_or_else(|| refuse(ReturnRefusal::NotReturned { id }))?;
    if it.mistake {
        return Err(refuse(ReturnRefusal::MistakeAlready));
    }
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::returned::mistake(tx, id, on, why.trim())?;
    if let Some(account) = it.account.filter(|_| it.fee != Money::ZERO) {
        store::account::lock(tx, &[account])?;
        if store::returned::charged(tx, &it.key())? {
            let asked = asked_for(tx, &it, account)?;
            let key = format!("{}/back", it.key());
            charge::post(tx, &allowed, &Charge { key, on, amount: -it.fee, ..asked })?;
        } else {
            store::credit::forget(tx, &it.key(), on, why.trim())?;
        }
    }
    store::audit::add(tx, &allowed, "take return for mistake", &id.to_string(), why.trim())?;
    Ok(it.fee)
}

/// The first day on which an account may pay by check or debit again; `None` where it may on that day.
pub fn cash_only(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Date>> {
    let all = store::returned::of_account(tx, account)?;
    if all.is_empty() {
        return Ok(None);
    }
    let rules = credit_rules::returned(tx, on)?;
    let forgiven = store::returned::lifted(tx, account, on)?;
    let counts = |it: &&CameBack| {
        !it.mistake && rules.counts(it.kind, &it.code) && forgiven.is_none_or(|day| day < it.on)
    };
    let days: Vec<Date> = all.iter().filter(counts).map(|it| it.on).collect();
    Ok(rules.cash_only_until(&days, on))
}

/// Lets an account pay by check and debit again before its time is over.
pub fn lift(tx: &mut Tx, actor: Actor, account: AccountId, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    if cash_only(tx, account, on)?.is_none() {
        return Err(refuse(ReturnRefusal::NotCashOnly));
    }
    store::returned::lift(tx, account, on, why.trim()).map_err(|why| {
        if why.is::<Conflict>() { refuse(ReturnRefusal::NotCashOnly) } else { why }
    })?;
    store::audit::add(tx, &allowed, "lift cash only", &account.to_string(), why.trim())
}

/// Refuses at the counter what an account may not pay with.
pub(crate) fn check(tx: &mut Tx, account: AccountId, kind: Tender, on: Date) -> Result<()> {
    match kind {
        Tender::Debit => Err(refuse(ReturnRefusal::NoDebit)),
        Tender::Check => match cash_only(tx, account, on)? {
            Some(until) => Err(refuse(ReturnRefusal::CashOnly { until })),
            None => Ok(()),
        },
        Tender::Cash | Tender::Card | Tender::Bank => Ok(()),
    }
}

fn asked_for(tx: &mut Tx, it: &CameBack, account: AccountId) -> Result<Charge> {
    let whose = store::account::get(tx, account)?;
    let label = match store::person::get(tx, whose.person)?.language {
        Language::English => "Returned payment",
        Language::Spanish => "Pago devuelto",
    };
    Ok(Charge {
        key: it.key(),
        kind: ChargeFor::Fee,
        account,
        amount: it.fee,
        on: it.on,
        asked_by: None,
        label: label.to_owned(),
        bill: None,
    })
}

impl fmt::Display for ReturnRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReturnRefusal::NotReturned { id } => {
                write!(f, "tender {id} did not come back; see: meterbook receipt open")
            }
            ReturnRefusal::MistakeAlready => {
                f.write_str("it is known that the bank was wrong; nothing was changed")
            }
            ReturnRefusal::NotCashOnly => {
                f.write_str("this account may pay as it likes; nothing was changed")
            }
            ReturnRefusal::CashOnly { until } => write!(
                f,
                "checks of this account came back, and it pays in cash or by card until {until}; take that, or lift it: meterbook receipt lift"
            ),
            ReturnRefusal::NoDebit => f.write_str(
                "a debit is taken by a mandate: meterbook debit make; write cash, check, card or bank",
            ),
        }
    }
}

impl std::error::Error for ReturnRefusal {}
