//! What being late costs: asked for once for each turn of a bill, with the next bill; not asked for after
//! all where a payment turns up that came in time, or somebody waives it, and again where that payment
//! comes back.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::credit::late_fee::Rules;
use meterbook_core::id::{AccountId, BillId, EntryId};
use meterbook_core::ledger::EntryKind;
use meterbook_core::ledger::open::{Applied, Item, Side, open, stood};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::late_fee::LateFee;
use meterbook_store::{self as store, Db, Tx};

use crate::authority::authorize;
use crate::let_go::What;
use crate::{Actor, charge, credit_rules, receipt, refuse, shield};

/// What an approval calls it.
pub(crate) const WAIVE: &str = "waive late fee";
/// Days back for which a turn that nobody looked at is still asked for.
const LOOK_BACK: i64 = 31;
/// Accounts in one transaction.
const AT_ONCE: i64 = 250;

/// A fee that is not to be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWaiver {
    /// Whose.
    pub account: AccountId,
    /// Of which bill.
    pub bill: BillId,
    /// Which turn.
    pub nth: i64,
    /// What somebody saw it comes to.
    pub amount: Money,
}

/// Why a fee is not waived.
#[derive(Debug, PartialEq, Eq)]
pub enum NotWaived {
    /// There is none.
    Unknown {
        /// The bill's number.
        bill: String,
        /// Which turn.
        nth: i64,
    },
    /// Nothing of it is asked for any more.
    Gone,
    /// It comes to something else than was looked at.
    Changed {
        /// What it comes to.
        now: Money,
    },
}

/// Why no fee is asked for.
#[derive(Debug, PartialEq, Eq)]
pub enum NotAssessed {
    /// Fees are stopped.
    Stopped {
        /// Why.
        why: String,
    },
    /// There are more than the rules let be done in a day.
    TooMany {
        /// How many.
        many: usize,
        /// What they come to.
        sum: Money,
        /// The most that may be.
        most: usize,
    },
    /// It stands so already.
    AsItIs,
}

/// Looks over all accounts that owe something or paid late lately: asks for what being late costs, and takes
/// back what a payment that turned up makes wrong. Says how many fees were asked for and what they come to.
/// Nothing is done while fees are stopped, nor where there are more than the rules let be done in a day and no
/// second person let them go ([`NewSteps`](crate::let_go::NewSteps)).
pub fn assess_all(db: &Db, actor: Actor) -> Result<(usize, Money)> {
    db.write(|tx| {
        authorize(tx, actor, Permission::RunCollections, None)?;
        if let Some(why) = store::let_go::fees_stopped(tx)? {
            return Err(refuse(NotAssessed::Stopped { why }));
        }
        let today = crate::founding::zone(tx)?.day_of(actor.at);
        let Some(most) = credit_rules::late_fees(tx, today)?.most else { return Ok(()) };
        let (many, sum) = foretell(tx, actor.at)?;
        let let_go = store::let_go::of(tx, What::LateFees.word(), today)?;
        if most < many && !let_go.contains(&i64::try_from(many)?) {
            return Err(refuse(NotAssessed::TooMany { many, sum, most }));
        }
        Ok(())
    })?;
    let (mut after, mut many, mut sum) = (AccountId(0), 0, Money::ZERO);
    loop {
        let (last, fees) = db.write(|tx| some(tx, actor, after))?;
        let Some(last) = last else { return Ok((many, sum)) };
        after = last;
        many += fees.len();
        sum += fees.iter().map(|it| it.fee).sum();
    }
}

/// How many fees would be asked for now and what they come to. Nothing is kept of it.
pub fn foretell(tx: &mut Tx, at: Timestamp) -> Result<(usize, Money)> {
    tx.trial(|tx| {
        let (mut after, mut many, mut sum) = (AccountId(0), 0, Money::ZERO);
        while let (Some(last), fees) = some(tx, Actor::system(at), after)? {
            after = last;
            many += fees.len();
            sum += fees.iter().map(|it| it.fee).sum();
        }
        Ok((many, sum))
    })
}

/// Assesses some accounts behind one; the last of them, and what was asked for.
fn some(tx: &mut Tx, actor: Actor, after: AccountId) -> Result<(Option<AccountId>, Vec<LateFee>)> {
    authorize(tx, actor, Permission::RunCollections, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let since = today.saturating_sub(LOOK_BACK.days());
    let some = store::late_fee::late(tx, (today, since), after, AT_ONCE)?;
    let mut fees = Vec::new();
    for account in &some {
        fees.extend(assess(tx, actor, *account)?);
    }
    Ok((some.last().copied(), fees))
}

/// Stops late fees, or lets them go on.
pub fn switch(tx: &mut Tx, actor: Actor, stop: bool, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    receipt::said(why)?;
    if store::let_go::fees_stopped(tx)?.is_some() == stop {
        return Err(refuse(NotAssessed::AsItIs));
    }
    store::let_go::switch_fees(tx, stop, actor.at, why.trim())?;
    let act = if stop { "stop late fees" } else { "let late fees go on" };
    store::audit::add(tx, &allowed, act, "", why.trim())
}

/// Asks one account for what being late costs by today, and takes back what is wrong of it.
pub fn assess(tx: &mut Tx, actor: Actor, account: AccountId) -> Result<Vec<LateFee>> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    revisit(tx, &allowed, account)?;
    let since = today.saturating_sub(LOOK_BACK.days());
    ask(tx, &allowed, account, (since, today), Known::open)
}

/// What counts as open on a day of what a bill asked for by its day.
type Counts = fn(&Known, BillId, Date) -> Money;

/// Asks for the turns between two days of which something counts as open.
fn ask(
    tx: &mut Tx,
    allowed: &Authorized,
    account: AccountId,
    (since, today): (Date, Date),
    counts: Counts,
) -> Result<Vec<LateFee>> {
    let class = store::account::get(tx, account)?.class;
    let known = Known::of(tx, account)?;
    let there = store::late_fee::of_account(tx, account)?;
    let mut asked = Vec::new();
    // Of what is rolled up the paper says that another account pays it, with its next summary bill.
    let late = |it: &&Side| it.kind == EntryKind::Bill && !it.rolled && it.due < today;
    let asks: BTreeMap<BillId, Date> =
        known.sides.iter().filter(late).filter_map(|it| Some((asker(it)?, it.due))).collect();
    for (id, due) in asks {
        let rules = credit_rules::late_fees(tx, today)?;
        for (nth, late_on) in rules.turns(class, due, (since, today)) {
            let same = |it: &LateFee| it.bill == id || known.asker_of(it) == id;
            if there.iter().any(|it| same(it) && it.nth == nth) {
                continue;
            }
            // What held on that day counts, whenever somebody looks.
            let rules = credit_rules::late_fees(tx, late_on)?;
            let mut left = counts(&known, id, late_on);
            if rules.exempt_plans() && left != Money::ZERO {
                left = left - planned(tx, &known, (account, id), late_on)?.min(left);
            }
            if left == Money::ZERO {
                continue;
            }
            // What is promised is of the oldest first.
            let older = known.older(due, late_on);
            let promised = pledged(tx, account, late_on)? - older;
            let left = left - promised.max(Money::ZERO).min(left);
            if left == Money::ZERO {
                continue;
            }
            let shields = match rules.exempts() {
                true => shield::on(tx, account, late_on)?,
                false => Vec::new(),
            };
            let Some(fee) = rules.fee(class, left, &shields) else { continue };
            let it = LateFee {
                bill: id,
                number: store::bill::get(tx, id)?.number.0,
                due,
                nth,
                account,
                late_on,
                open: left,
                fee,
                back: Money::ZERO,
                paid: Money::ZERO,
                turns: 0,
                charged: false,
            };
            store::late_fee::add(tx, &it)?;
            let charge = asked_for(tx, &it)?;
            store::credit::ask(tx, &[charge], "late")?;
            let said = format!("{fee} of {left}, bill {} since {late_on}", it.number);
            store::audit::add(tx, allowed, "ask late fee", &account.to_string(), &said)?;
            asked.push(it);
        }
    }
    Ok(asked)
}

/// What of it a plan of a corrected amount holds on a day.
fn planned(
    tx: &mut Tx,
    known: &Known,
    (account, of): (AccountId, BillId),
    on: Date,
) -> Result<Money> {
    let plan = crate::plan::on_day(tx, account, on)?.filter(|it| it.of.is_some());
    Ok(plan.map_or(Money::ZERO, |plan| {
        let items = known.items(&stood(&known.sides, on)).into_iter();
        let held = items.filter(|it| asker(&it.side) == Some(of) && plan.is_about(&it.side));
        held.map(|it| it.left).sum()
    }))
}

/// What is promised for an account on a day, where the rules say that so much less is late.
fn pledged(tx: &mut Tx, account: AccountId, on: Date) -> Result<Money> {
    match credit_rules::pledges(tx, on)?.lowers_late_fees {
        true => crate::pledge::open(tx, account, on),
        false => Ok(Money::ZERO),
    }
}

/// Takes back what a payment makes wrong that counts from before a fee, in the payment's own
/// transaction.
pub(crate) fn after_payment(tx: &mut Tx, allowed: &Authorized, account: AccountId) -> Result<()> {
    revisit(tx, allowed, account)
}

/// Asks again for what was not asked for because of a payment that is taken back now, in the same
/// transaction; `came` is the day from which the payment counted.
pub(crate) fn after_return(
    tx: &mut Tx,
    allowed: &Authorized,
    account: AccountId,
    came: Date,
) -> Result<()> {
    revisit(tx, allowed, account)?;
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    // What the payment hid, however long ago.
    let hidden: Counts = |known, id, on| {
        let left = known.open(id, on);
        if known.seemed_open(id, on) < left { left } else { Money::ZERO }
    };
    ask(tx, allowed, account, (came, today), hidden).map(drop)
}

/// Takes back what is not open by all that is known, and asks again for what was taken back as paid and
/// is open after all.
fn revisit(tx: &mut Tx, allowed: &Authorized, account: AccountId) -> Result<()> {
    let fees = store::late_fee::of_account(tx, account)?;
    if fees.iter().all(|it| it.fee == it.back && it.paid == Money::ZERO) {
        return Ok(());
    }
    let class = store::account::get(tx, account)?.class;
    let known = Known::of(tx, account)?;
    for it in &fees {
        let rules: Rules = credit_rules::late_fees(tx, it.late_on)?;
        let left = known.open(known.asker_of(it), it.late_on).min(it.open);
        let should = rules.fee(class, left, &[]).unwrap_or(Money::ZERO);
        let wrong = it.fee - it.back - should.min(it.fee - it.back);
        if wrong != Money::ZERO {
            let why = format!("{left} was open on {}", it.late_on);
            take_back(tx, allowed, it, ("paid", wrong), &why)?;
        }
        let again = (should - should.min(it.fee - it.back)).min(it.paid);
        if again != Money::ZERO {
            ask_again(tx, allowed, it, again)?;
        }
    }
    Ok(())
}

/// Does not ask for a fee, within the limit of whoever does it; beyond it, it takes two
/// ([`do_or_ask`](crate::approval::do_or_ask)).
pub fn waive(tx: &mut Tx, actor: Actor, new: &NewWaiver, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::WaiveFees, Some(new.amount))?;
    let_go(tx, &allowed, new, why)
}

/// Refuses what cannot be waived.
pub(crate) fn check(tx: &mut Tx, new: &NewWaiver) -> Result<LateFee> {
    let fees = store::late_fee::of_account(tx, new.account)?;
    let it = fees.into_iter().find(|it| it.bill == new.bill && it.nth == new.nth);
    let it =
        it.ok_or_else(|| refuse(NotWaived::Unknown { bill: new.bill.to_string(), nth: new.nth }))?;
    let now = it.left();
    if now == Money::ZERO {
        return Err(refuse(NotWaived::Gone));
    }
    if now != new.amount {
        return Err(refuse(NotWaived::Changed { now }));
    }
    Ok(it)
}

/// Waives what was authorized.
pub(crate) fn let_go(tx: &mut Tx, allowed: &Authorized, new: &NewWaiver, why: &str) -> Result<()> {
    receipt::said(why)?;
    store::account::lock(tx, &[new.account])?;
    let it = check(tx, new)?;
    take_back(tx, allowed, &it, ("waived", new.amount), why.trim())
}

/// Asks again, with the next bill, for a part of a fee that was taken back as paid.
fn ask_again(tx: &mut Tx, allowed: &Authorized, it: &LateFee, amount: Money) -> Result<()> {
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    let nth = it.turns + 1;
    store::late_fee::again(tx, it, nth, (on, amount), "the payment came back")?;
    let charge = Charge { key: it.again(nth), amount, ..asked_for(tx, it)? };
    store::credit::ask(tx, &[charge], "late")?;
    let said = format!("{amount} of bill {}: its payment came back", it.number);
    store::audit::add(tx, allowed, "ask late fee", &it.account.to_string(), &said)
}

/// Takes a part of a fee back: with the bill that it comes with where it was not charged yet, else at
/// once.
fn take_back(
    tx: &mut Tx,
    allowed: &Authorized,
    it: &LateFee,
    (how, amount): (&str, Money),
    why: &str,
) -> Result<()> {
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    store::late_fee::give_back(tx, it, (how, amount), on, why)?;
    let rest = it.fee - it.back - amount;
    let key = format!("{}/back/{}", it.key(), it.turns + 1);
    // What was not charged yet comes with the same bill as the fee.
    let on_bill = if it.charged { on } else { it.late_on };
    let back = Charge { key, on: on_bill, amount: -amount, ..asked_for(tx, it)? };
    if it.charged {
        charge::post(tx, allowed, &back)?;
    } else if rest == Money::ZERO && it.turns == 0 {
        store::credit::forget(tx, &it.key(), on, why)?;
    } else {
        store::credit::ask(tx, &[back], why)?;
    }
    let said = format!("{amount} of bill {}, {how}: {why}", it.number);
    let act = if how == "waived" { WAIVE } else { "take late fee back" };
    store::audit::add(tx, allowed, act, &it.account.to_string(), &said)
}

fn asked_for(tx: &mut Tx, it: &LateFee) -> Result<Charge> {
    let whose = store::account::get(tx, it.account)?;
    let language = store::person::get(tx, whose.person)?.language;
    let kind = ChargeFor::LateFee;
    Ok(Charge {
        key: it.key(),
        kind,
        account: it.account,
        amount: it.fee,
        on: it.late_on,
        asked_by: None,
        label: format!("{} {}", kind.label(language), it.number),
        bill: None,
    })
}

/// What an account did, by all that is known.
struct Known {
    sides: Vec<Side>,
    applied: Vec<Applied>,
}

impl Known {
    fn of(tx: &mut Tx, account: AccountId) -> Result<Known> {
        let sides = store::ledger::sides(tx, account, Date::MAX, EntryId(i64::MAX))?;
        let applied = store::ledger::applied(tx, account)?;
        Ok(Known { sides, applied })
    }

    /// What was open on a day of what a bill asked for by its day, without payments that were taken back
    /// since.
    fn open(&self, id: BillId, on: Date) -> Money {
        self.left(&stood(&self.sides, on), id)
    }

    /// What would have been open of it if no payment had come back.
    fn seemed_open(&self, id: BillId, on: Date) -> Money {
        let by: Vec<Side> = self.sides.iter().filter(|it| it.on <= on).cloned().collect();
        self.left(&by, id)
    }

    /// What was open on a day of what bills asked for by an earlier day.
    fn older(&self, due: Date, on: Date) -> Money {
        let items = self.items(&stood(&self.sides, on)).into_iter();
        items.filter(|it| !it.side.rolled && it.side.due < due).map(|it| it.left).sum()
    }

    fn left(&self, sides: &[Side], id: BillId) -> Money {
        let items = self.items(sides).into_iter();
        items.filter(|it| asker(&it.side) == Some(id)).map(|it| it.left).sum()
    }

    /// What is open of bills.
    fn items(&self, sides: &[Side]) -> Vec<Item> {
        let mut items = open(sides, &self.applied).items;
        items.retain(|it| it.side.kind == EntryKind::Bill);
        items
    }

    /// The bill that asks for what a fee is of: that of the paper on which it stands.
    fn asker_of(&self, fee: &LateFee) -> BillId {
        let since = |it: &Side| it.asked_by == Some(fee.bill) && it.on <= fee.late_on;
        if self.sides.iter().any(since) {
            return fee.bill;
        }
        let own = |it: &&Side| it.kind == EntryKind::Bill && it.key == fee.number;
        let side = self.sides.iter().find(|it| own(it) && it.asked_by.is_none());
        side.and_then(|it| it.bill).unwrap_or(fee.bill)
    }
}

/// The bill that asked for what is due of one by that day: of one in the place of another that stays the
/// one before it for what was past due then. What several bills come to is asked for by one first page,
/// and late once.
fn asker(it: &Side) -> Option<BillId> {
    it.asked_by.or(it.bill)
}

impl NewWaiver {
    /// What a second person reads.
    pub(crate) fn subject(&self, tx: &mut Tx) -> Result<String> {
        let it = check(tx, self)?;
        let number = store::account::get(tx, self.account)?.number;
        Ok(format!("account {number}, bill {}, turn {}", it.number, it.nth))
    }
}

impl fmt::Display for NotWaived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotWaived::Unknown { bill, nth } => write!(
                f,
                "turn {nth} of bill {bill} cost nothing; see: meterbook late-fee list --account NUMBER"
            ),
            NotWaived::Gone => f.write_str("nothing of it is asked for any more"),
            NotWaived::Changed { now } => {
                write!(f, "it comes to {now} now; look at it again: meterbook late-fee list")
            }
        }
    }
}

impl std::error::Error for NotWaived {}

impl fmt::Display for NotAssessed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAssessed::Stopped { why } => {
                write!(f, "late fees are stopped: {why}; let them go on: meterbook late-fee go")
            }
            NotAssessed::TooMany { many, sum, most } => write!(
                f,
                "{many} fees, {sum}, would be asked for, and the rules let {most} be done in a day; a second person lets them go: meterbook late-fee let-go --count {many}"
            ),
            NotAssessed::AsItIs => f.write_str("it stands so already; nothing was changed"),
        }
    }
}

impl std::error::Error for NotAssessed {}
