//! What becomes of two accounts where one is to owe what the other owes, or to have its credit: looked at before
//! anybody does it, by doing it and undoing it.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::credit::collection::Step;
use meterbook_core::credit::plan::Stands;
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::permission::Authorized;
use meterbook_store::{self as store, Tx};

use crate::approval::{Asked, would_wait};
use crate::authority::authorize;
use crate::collection::{self, Reason};
use crate::credit::NewSpend;
use crate::write_off::{self, NewTransfer};
use crate::{Actor, customer_view, plan};

/// What is said as the reason of what is only looked at.
const LOOKED: &str = "looked at";

/// What goes to another account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goes {
    /// It is to owe what this one does.
    Debt(NewTransfer),
    /// It is to have the credit of this one.
    Credit(NewSpend),
}

/// What would become of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// How each stands, from which it goes first, and would stand then.
    pub sides: [(Stand, Stand); 2],
    /// Whether a second person has to agree.
    pub takes_two: bool,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    /// What it owes; below zero it has a credit.
    pub owes: Money,
    /// What of it is past due.
    pub past_due: Money,
    /// The day on which the oldest of it was due.
    pub oldest: Option<Date>,
    /// How what it pays in parts stands, where it does.
    pub plan: Option<Stands>,
    /// What collections do with it.
    pub case: Case,
    /// Whether an order to cut it off is open.
    pub cut: bool,
}

/// What collections do with an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Nothing.
    Nothing,
    /// A case opens with the next review.
    Opens,
    /// A case is open.
    Open {
        /// Since when.
        since: Date,
        /// The last step, and its day.
        last: Option<(Step, Date)>,
    },
    /// A case is open and ends with the next review: too little is past due.
    Ends,
}

/// An account that what another one owes or has may well go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Which.
    pub account: Account,
    /// Whose it is.
    pub name: String,
    /// Up to how much it stands in for the first one; nothing where both are of one person.
    pub stands_in: Option<Money>,
}

impl Goes {
    /// What is asked for.
    pub fn asked(&self) -> Asked {
        match self {
            Goes::Debt(new) => Asked::Transfer(new.clone()),
            Goes::Credit(new) => Asked::Spend(new.clone()),
        }
    }

    /// Where it is, and where it goes.
    pub fn ends(&self) -> [AccountId; 2] {
        match self {
            Goes::Debt(new) => [new.from, new.to],
            Goes::Credit(new) => [new.credit.account, new.to],
        }
    }

    fn go(&self, tx: &mut Tx, allowed: &Authorized) -> Result<()> {
        match self {
            Goes::Debt(new) => write_off::shift(tx, allowed, new, LOOKED),
            Goes::Credit(new) => new.be_done(tx, allowed, LOOKED),
        }
    }
}

/// What of an account may go to another: above zero what it owes, below zero its credit without what pays a debt
/// that was given up.
pub fn there_is(tx: &mut Tx, account: AccountId) -> Result<Money> {
    let owed = store::debt::owed(tx, account)?;
    if Money::ZERO <= owed {
        return Ok(owed);
    }
    let (given_up, _) = store::write_off::given_up(tx, account)?;
    Ok((owed + given_up).min(Money::ZERO))
}

/// The accounts to which what one owes or has may go without much ado: the others of its customer and, for a
/// debt, those that stand in for it.
pub fn others(tx: &mut Tx, account: &Account, on: Date) -> Result<Vec<Other>> {
    let name = store::person::get(tx, account.person)?.name;
    let mut all = Vec::new();
    for id in store::account::of_person(tx, account.person)? {
        if id != account.id {
            let account = store::account::get(tx, id)?;
            all.push(Other { account, name: name.clone(), stands_in: None });
        }
    }
    if store::debt::owed(tx, account.id)? <= Money::ZERO {
        return Ok(all);
    }
    for it in store::deposit::guarantees(tx, account.id)? {
        if it.from <= on && it.ended.is_none_or(|ended| on < ended) {
            let account = store::account::get(tx, it.by)?;
            let name = store::person::get(tx, account.person)?.name;
            all.push(Other { account, name, stands_in: Some(it.most) });
        }
    }
    Ok(all)
}

/// What would become of both accounts; nothing is kept. Refuses what cannot go, and who may not do it even with a
/// second person.
pub fn look(tx: &mut Tx, actor: Actor, goes: &Goes) -> Result<Looked> {
    let asked = goes.asked();
    let takes_two = would_wait(tx, actor, &asked)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    let ends = goes.ends();
    let before = both(tx, ends, on)?;
    // A second person may be needed for it, but to look at it none is.
    let allowed = authorize(tx, Actor::system(actor.at), asked.permission(), None)?;
    let after = tx.trial(|tx| {
        goes.go(tx, &allowed)?;
        both(tx, ends, on)
    })?;
    let ([from, to], [from_then, to_then]) = (before, after);
    Ok(Looked { sides: [(from, from_then), (to, to_then)], takes_two })
}

fn both(tx: &mut Tx, [from, to]: [AccountId; 2], on: Date) -> Result<[Stand; 2]> {
    Ok([stand(tx, from, on)?, stand(tx, to, on)?])
}

fn stand(tx: &mut Tx, account: AccountId, on: Date) -> Result<Stand> {
    let plan = match plan::running(tx, account, on)? {
        Some(plan) => Some(plan::stands(tx, &plan, on)?),
        None => None,
    };
    Ok(Stand {
        owes: store::debt::owed(tx, account)?,
        past_due: customer_view::past_due(tx, account, on)?,
        oldest: write_off::oldest(tx, account)?,
        plan,
        case: case(tx, account, on)?,
        cut: store::collection::is_cut_open(tx, account)?,
    })
}

fn case(tx: &mut Tx, account: AccountId, on: Date) -> Result<Case> {
    let open = store::collection::of_account(tx, account)?.pop().filter(|it| it.ended.is_none());
    // Who pays all of it in parts waits where they stand.
    let waits = plan::on_day(tx, account, on)?.is_some_and(|it| it.of.is_none());
    let little = |it: &Reason| matches!(it, Reason::Little { .. } | Reason::NoRule);
    let enough = !collection::why(tx, account, on)?.iter().any(little);
    let goes_on = match &open {
        Some(case) => collection::given_up::goes_on(tx, case, on)?,
        None => false,
    };
    Ok(match open {
        Some(_) if !enough && !goes_on && !waits => Case::Ends,
        Some(case) => {
            let steps = store::collection::steps(tx, &case.key)?;
            Case::Open { since: case.opened, last: steps.last().map(|it| (it.step, it.on)) }
        }
        None if enough && !waits => Case::Opens,
        None => Case::Nothing,
    })
}
