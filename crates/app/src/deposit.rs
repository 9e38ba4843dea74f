//! Security of single accounts: asking for it, in parts or of somebody who stands in, what it earns, and
//! giving it back.
//!
//! What is held follows from charges and payments whenever somebody asks: a check that comes back takes
//! the security with it, and the days on which it earned nothing are not counted.

mod guarantee;
mod last;

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_core::account::CustomerClass;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::credit::deposit::{BILLS, Because, Credited, Kept, ReturnAs, Rules, held};
use meterbook_core::id::{AccountId, AccountNumber, EntryId};
use meterbook_core::ledger::open::{Applied, Side, open, stood};
use meterbook_core::ledger::{EntryKind, Gl, post_between};
use meterbook_core::money::Money;
use meterbook_core::moves::Credit;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::person::Language;
use meterbook_store::deposit::{Asked, Guarantee};
use meterbook_store::{self as store, Conflict, Db, Tx};

use crate::authority::authorize;
use crate::credit::NewRefund;
use crate::delivery::send;
use crate::pay::LARGEST;
use crate::{Actor, charge, credit_rules, receipt, refuse};

pub use self::guarantee::{StandsIn, guarantee, release, stands_in};
pub(crate) use self::last::{given_back, is_sent, send};

/// What the audit calls asking for it.
pub(crate) const ASK: &str = "ask deposit";
/// What the audit calls giving it back.
pub(crate) const GIVE_BACK: &str = "return deposit";

/// What is to be asked for.
#[derive(Clone, Debug)]
pub struct NewDeposit {
    /// Of whom.
    pub account: AccountId,
    /// How they pay.
    pub credit: Credit,
    /// How much; what the rules say without it.
    pub amount: Option<Money>,
    /// In how many parts.
    pub parts: i64,
}

/// How an account is secured.
#[derive(Clone, Debug)]
pub struct Secured {
    /// What is held.
    pub held: Money,
    /// Since when something is.
    pub since: Option<Date>,
    /// What it earned through the day, and was not credited.
    pub interest: Money,
    /// What was asked for and is not on a bill yet.
    pub to_come: Vec<Charge>,
    /// What was asked for.
    pub asked: Vec<Asked>,
    /// Who stands in.
    pub guarantees: Vec<Guarantee>,
    /// Why it may go back, if it may.
    pub goes_back: Option<Because>,
}

/// What was given to a customer of their security.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// To whom.
    pub number: AccountNumber,
    /// What of what they left.
    pub returned: Money,
    /// Its interest.
    pub interest: Money,
    /// What was counted as earned and is credited later; below zero where what was paid came back.
    pub earned: Money,
    /// What of both waits in refunds payable.
    pub refunded: Money,
    /// Why; `None` where interest was due for a year.
    pub why: Option<Because>,
    /// Who stands in for them no more.
    pub released: Option<AccountNumber>,
}

/// Why something is not done with security.
#[derive(Debug, PartialEq, Eq)]
pub enum NotSecured {
    /// No rule asks for anything.
    NothingAsked {
        /// Of which class.
        class: CustomerClass,
        /// With which credit.
        credit: Credit,
    },
    /// The amount is not above zero.
    NotAboveZero,
    /// More than anybody is asked for: a slip of the point.
    BeyondLimit {
        /// What was said.
        amount: Money,
    },
    /// Nothing is supplied to the account any more.
    Closed {
        /// Since when.
        since: Date,
    },
    /// Who stands in does so for all that is asked.
    Covered {
        /// What is asked.
        asked: Money,
        /// Who stands in.
        by: AccountNumber,
        /// For how much still.
        left: Money,
    },
    /// It may not be paid in so many parts.
    TooManyParts {
        /// In how many it may.
        most: i64,
    },
    /// Something was asked for on that day.
    AskedAlready {
        /// The day.
        on: Date,
    },
    /// Nobody may stand in for customers of that class.
    NoGuarantors {
        /// The class.
        class: CustomerClass,
    },
    /// Nobody stands in for themselves.
    SameAccount,
    /// Somebody stands in already.
    Guaranteed {
        /// Since when.
        from: Date,
    },
    /// Nobody stands in.
    NotGuaranteed,
    /// Nothing is held.
    NothingHeld,
    /// It comes to another amount than somebody saw.
    Changed {
        /// What it comes to.
        now: Money,
    },
}

/// Asks an account for security: its parts come with the first bill from their days on.
pub fn ask(tx: &mut Tx, actor: Actor, new: &NewDeposit, why: &str) -> Result<Vec<Charge>> {
    authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    let amount = comes_to(tx, actor.at, new)?;
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(amount))?;
    be_asked(tx, &allowed, new, why)
}

/// What would be asked for; refuses what would not be.
pub fn comes_to(tx: &mut Tx, at: Timestamp, new: &NewDeposit) -> Result<Money> {
    let on = crate::founding::zone(tx)?.day_of(at);
    if let Some(since) = crate::account::closed_on(tx, new.account, on)? {
        return Err(refuse(NotSecured::Closed { since }));
    }
    let rules = credit_rules::deposits(tx, on)?;
    let (amount, _) = asked_for(tx, &rules, new)?;
    if new.parts < 1 || rules.most_parts() < new.parts {
        return Err(refuse(NotSecured::TooManyParts { most: rules.most_parts() }));
    }
    Ok(amount)
}

/// Asks for what was authorized.
pub(crate) fn be_asked(
    tx: &mut Tx,
    allowed: &Authorized,
    new: &NewDeposit,
    why: &str,
) -> Result<Vec<Charge>> {
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    store::account::lock(tx, &[new.account])?;
    comes_to(tx, allowed.at(), new)?;
    let rules = credit_rules::deposits(tx, on)?;
    let (amount, less) = asked_for(tx, &rules, new)?;
    let (account, credit, parts) = (new.account, new.credit, new.parts);
    let key = format!("deposit-asked/{account}/{on}");
    let asked = Asked { key: key.clone(), account, credit, amount, parts, on };
    store::deposit::ask(tx, &asked, why.trim()).map_err(|why| match why.is::<Conflict>() {
        true => refuse(NotSecured::AskedAlready { on }),
        false => why,
    })?;
    let all = rules.parts(amount, parts, on);
    let charges = asked_in(tx, account, (&key, on), all, why.trim())?;
    let less = match less {
        Some((by, less)) => {
            guarantee::took_off(tx, account, on, less)?;
            format!(", {less} less, for which {by} stands in")
        }
        None => String::new(),
    };
    let said = format!("{amount} in {parts}{less}: {}", why.trim());
    store::audit::add(tx, allowed, ASK, &account.to_string(), &said)?;
    Ok(charges)
}

/// Asks for parts under a key, each with the first bill from its day on, and tells whose they are where rules
/// say so.
fn asked_in(
    tx: &mut Tx,
    account: AccountId,
    (key, on): (&str, Date),
    parts: Vec<(Date, Money)>,
    why: &str,
) -> Result<Vec<Charge>> {
    let whose = store::account::get(tx, account)?;
    let label = ChargeFor::Deposit.label(store::person::get(tx, whose.person)?.language);
    let many = parts.len();
    let part = |(nth, (from, amount)): (usize, (Date, Money))| Charge {
        key: Charge::part_key(key, nth),
        kind: ChargeFor::Deposit,
        account,
        amount,
        on: from,
        asked_by: None,
        label: if many == 1 { label.to_owned() } else { format!("{label} {nth}/{many}") },
        bill: None,
    };
    let charges: Vec<Charge> = (1..).zip(parts).map(part).collect();
    store::credit::ask(tx, &charges, why)?;
    let Some(first) = charges.first().map(|it| it.on) else { return Ok(charges) };
    if credit_rules::deposits(tx, on)?.told {
        let amount = charges.iter().map(|it| it.amount).sum();
        let known = |_: usize, language| {
            let values = vec![
                ("amount", meterbook_paper::amount(language, amount)),
                ("first", meterbook_paper::day(language, first)),
                ("parts", many.to_string()),
            ];
            (values, Vec::new())
        };
        send::letters(tx, (LetterCause::DepositAsked, on), &[account], known)?;
    }
    Ok(charges)
}

/// What is asked beside what somebody stands in for, who does and for how much. What a clerk says is asked as
/// they say it.
fn asked_for(tx: &mut Tx, rules: &Rules, new: &NewDeposit) -> Result<(Money, Option<StandsIn>)> {
    let account = store::account::get(tx, new.account)?;
    if let Some(amount) = new.amount {
        within(amount)?;
        return Ok((amount, None));
    }
    let bills = store::bill::of_service(tx, new.account, i64::try_from(BILLS)?)?;
    let bills: Vec<Money> = bills.iter().map(|it| it.total).collect();
    let (class, credit) = (account.class, new.credit);
    let amount = rules.asked(class, credit, &bills);
    let asked = amount.ok_or_else(|| refuse(NotSecured::NothingAsked { class, credit }))?;
    let stands = stands_in(tx, new.account)?;
    match stands {
        Some((by, left)) if asked <= left => Err(refuse(NotSecured::Covered { asked, by, left })),
        Some((_, left)) => Ok((asked - left, stands)),
        None => Ok((asked, None)),
    }
}

/// Refuses what is no amount of security.
fn within(amount: Money) -> Result<()> {
    if amount <= Money::ZERO {
        return Err(refuse(NotSecured::NotAboveZero));
    }
    match LARGEST < amount {
        true => Err(refuse(NotSecured::BeyondLimit { amount })),
        false => Ok(()),
    }
}

/// What is held of an account as security, by all that is known.
pub(crate) fn held_now(tx: &mut Tx, account: AccountId) -> Result<Money> {
    Ok(Facts::of(tx, account, Date::MAX)?.now())
}

/// How an account is secured on a day.
pub fn secured(tx: &mut Tx, account: AccountId, on: Date) -> Result<Secured> {
    let rules = credit_rules::deposits(tx, on)?;
    let facts = Facts::of(tx, account, on)?;
    // What was credited on a later day, as with a bill that is dated so, was not yet.
    let of = store::charge::of_account(tx, account)?;
    let given = of.iter().filter(|it| it.kind == ChargeFor::DepositInterest && it.on <= on);
    let interest = rules.interest(&facts.held, on) + given.map(|it| it.amount).sum();
    let since = facts.since();
    let kept = facts.kept(tx, account)?;
    let goes_back = since.and_then(|since| rules.review(&kept, since, on));
    let mut to_come = store::credit::asked(tx, &[account])?;
    // No bill comes of a later day than the last one with service.
    let closed = crate::account::closed_on(tx, account, on)?;
    to_come
        .retain(|it| it.kind == ChargeFor::Deposit && closed.is_none_or(|closed| it.on < closed));
    Ok(Secured {
        held: facts.now(),
        since,
        interest,
        to_come,
        asked: store::deposit::asked(tx, account)?,
        guarantees: store::deposit::guarantees(tx, account)?,
        goes_back,
    })
}

/// Gives an account its security back, with what it earned, as a credit.
pub fn give_back(tx: &mut Tx, actor: Actor, account: AccountId, why: &str) -> Result<Given> {
    authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    let amount = goes_back(tx, account)?;
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(amount))?;
    be_given_back(tx, &allowed, account, why)
}

/// What of security would go back, without interest: what is paid of it and what is billed.
pub fn goes_back(tx: &mut Tx, account: AccountId) -> Result<Money> {
    let of = store::charge::of_account(tx, account)?;
    let deposits = |it: &&Charge| matches!(it.kind, ChargeFor::Deposit | ChargeFor::DepositApplied);
    Ok(of.iter().filter(deposits).map(|it| it.amount).sum())
}

/// Gives back what was authorized.
pub(crate) fn be_given_back(
    tx: &mut Tx,
    allowed: &Authorized,
    account: AccountId,
    why: &str,
) -> Result<Given> {
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(allowed.at());
    store::account::lock(tx, &[account])?;
    let given = back(tx, allowed, account, on, None)?;
    let given = given.ok_or_else(|| refuse(NotSecured::NothingHeld))?;
    let said = format!("{} with {}: {}", given.returned, given.interest, why.trim());
    store::audit::add(tx, allowed, GIVE_BACK, &account.to_string(), &said)?;
    Ok(given)
}

/// Looks over all security: gives back what the rules say, sends what is left of it after a last bill, credits interest that is due, and counts what
/// was earned before the month. Each account is a transaction of its own.
pub fn review_all(db: &Db, actor: Actor) -> Result<Vec<Given>> {
    let all = db.write(|tx| {
        authorize(tx, actor, Permission::RunCollections, None)?;
        let mut all: BTreeSet<AccountId> = store::deposit::secured(tx)?.into_iter().collect();
        all.extend(store::deposit::guaranteed(tx)?);
        let on = crate::founding::zone(tx)?.day_of(actor.at);
        Ok((all, store::deposit::over(tx, on)?))
    })?;
    let (all, over) = all;
    let mut done = Vec::new();
    for account in all {
        done.extend(db.write(|tx| review(tx, actor, account))?);
    }
    for account in over {
        done.extend(db.write(|tx| sent(tx, actor, account))?);
    }
    Ok(done)
}

/// Sends the credit of an account whose last bill came with its turn.
fn sent(tx: &mut Tx, actor: Actor, account: AccountId) -> Result<Option<Given>> {
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    let refunded = send(tx, actor, account, on)?;
    let given = Given { refunded, ..Given::nothing(tx, account)? };
    Ok((refunded != Money::ZERO).then_some(given))
}

/// The same for one account.
pub fn review(tx: &mut Tx, actor: Actor, account: AccountId) -> Result<Option<Given>> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    store::account::lock(tx, &[account])?;
    crate::close::begin_day(tx, &allowed)?;
    let rules = credit_rules::deposits(tx, on)?;
    let facts = Facts::of(tx, account, on)?;
    let released = guarantee::release_kept(tx, &allowed, account, (&rules, &facts), on)?;
    let Some(since) = facts.since() else {
        // What was paid came back, and with it what it earned.
        let earned = earn(tx, account, on)?;
        return counted(tx, account, released, earned);
    };
    if let Some(why) = rules.review(&facts.kept(tx, account)?, since, on) {
        let Some(mut given) = back(tx, &allowed, account, on, Some(why))? else {
            return Ok(released);
        };
        given.released = released.and_then(|it| it.released);
        if rules.return_as == ReturnAs::Refund {
            given.refunded = refund(tx, actor, account, (given.returned + given.interest, on))?;
        }
        let said = format!("{} with {}: {why}", given.returned, given.interest);
        store::audit::add(tx, &allowed, GIVE_BACK, &account.to_string(), &said)?;
        return Ok(Some(given));
    }
    let last = last_credited(tx, account)?.unwrap_or(since).max(since);
    if rules.credited == Credited::Yearly && last.saturating_add(1.year()) <= on {
        let interest = interest(tx, &allowed, account, on)?;
        if interest != Money::ZERO {
            let said = interest.to_string();
            store::audit::add(tx, &allowed, "credit interest", &account.to_string(), &said)?;
            let released = released.and_then(|it| it.released);
            return Ok(Some(Given { interest, released, ..Given::nothing(tx, account)? }));
        }
        return Ok(released);
    }
    let earned = earn(tx, account, on.first_of_month())?;
    counted(tx, account, released, earned)
}

/// What a review did for an account, with what was counted as earned.
fn counted(
    tx: &mut Tx,
    account: AccountId,
    done: Option<Given>,
    earned: Money,
) -> Result<Option<Given>> {
    match (earned == Money::ZERO, done) {
        (true, done) => Ok(done),
        (false, Some(done)) => Ok(Some(Given { earned, ..done })),
        (false, None) => Ok(Some(Given { earned, ..Given::nothing(tx, account)? })),
    }
}

/// What the last bill of an account gives of interest beside its security.
pub(crate) fn at_last(
    tx: &mut Tx,
    account: AccountId,
    on: Date,
    language: Language,
) -> Result<Option<Charge>> {
    earn(tx, account, on)?;
    credited(tx, account, on, language)
}

/// Posts what goes back: security and interest. What of it was asked for and not paid is not owed any
/// more; what was not asked for yet never is.
fn back(
    tx: &mut Tx,
    allowed: &Authorized,
    account: AccountId,
    on: Date,
    why: Option<Because>,
) -> Result<Option<Given>> {
    for it in store::credit::asked(tx, &[account])? {
        if it.kind == ChargeFor::Deposit {
            store::credit::forget(tx, &it.key, on, "security went back")?;
            store::audit::add(tx, allowed, "forget charge", &account.to_string(), &it.key)?;
        }
    }
    let returned = goes_back(tx, account)?;
    if returned <= Money::ZERO {
        return Ok(None);
    }
    let whose = store::account::get(tx, account)?;
    let language = store::person::get(tx, whose.person)?.language;
    let interest = interest(tx, allowed, account, on)?;
    for it in given_back(tx, account, returned, language, on)? {
        charge::post(tx, allowed, &it)?;
    }
    Ok(Some(Given { returned, interest, why, ..Given::nothing(tx, account)? }))
}

/// Lets go into refunds payable what of a return nothing is owed for, where whoever does it may.
fn refund(
    tx: &mut Tx,
    actor: Actor,
    account: AccountId,
    (most, on): (Money, Date),
) -> Result<Money> {
    let (given_up, _) = store::write_off::given_up(tx, account)?;
    let amount = (-store::debt::owed(tx, account)? - given_up).min(most);
    if amount <= Money::ZERO {
        return Ok(Money::ZERO);
    }
    // Beyond the limit of whoever looks it stays a credit, for somebody who may.
    let Ok(allowed) = authorize(tx, actor, Permission::RefundCredit, Some(amount)) else {
        return Ok(Money::ZERO);
    };
    let new = NewRefund { account, amount, reference: key(on) };
    crate::credit::give(tx, &allowed, &new, "security went back")?;
    Ok(amount)
}

/// What a refund of security of a day is known by.
fn key(on: Date) -> String {
    format!("deposit {on}")
}

/// Counts what was earned through a day and credits what was not.
fn interest(tx: &mut Tx, allowed: &Authorized, account: AccountId, on: Date) -> Result<Money> {
    crate::close::begin_day(tx, allowed)?;
    earn(tx, account, on)?;
    let whose = store::account::get(tx, account)?;
    let language = store::person::get(tx, whose.person)?.language;
    match credited(tx, account, on, language)? {
        None => Ok(Money::ZERO),
        Some(it) => {
            let amount = -it.amount;
            charge::post(tx, allowed, &it)?;
            Ok(amount)
        }
    }
}

/// Posts what was earned before a day and was not counted yet, and says how much that is.
fn earn(tx: &mut Tx, account: AccountId, through: Date) -> Result<Money> {
    let rules = credit_rules::deposits(tx, through)?;
    let facts = Facts::of(tx, account, through)?;
    let (many, last, before) = store::deposit::earned(tx, account)?;
    if last.is_some_and(|last| through < last) {
        return Ok(Money::ZERO);
    }
    let amount = rules.interest(&facts.held, through) - before;
    if amount == Money::ZERO {
        return Ok(amount);
    }
    let nth = many + 1;
    store::deposit::earn(tx, account, nth, through, amount)?;
    let (expense, owed) = ((Gl::InterestExpense, None), (Gl::DepositInterest, Some(account)));
    let key = format!("deposit-interest/{account}/{nth}");
    let sides = post_between(expense, owed, amount);
    receipt::entry(tx, (EntryKind::DepositInterest, through), &key, "", sides)?;
    Ok(amount)
}

/// What was earned and not credited, as a charge that is not posted yet.
fn credited(
    tx: &mut Tx,
    account: AccountId,
    on: Date,
    language: Language,
) -> Result<Option<Charge>> {
    let owed = owed(tx, account)?;
    if owed == Money::ZERO {
        return Ok(None);
    }
    let kind = ChargeFor::DepositInterest;
    let of = store::charge::of_account(tx, account)?;
    let nth = of.iter().filter(|it| it.kind == kind).count() + 1;
    let (key, label) =
        (format!("deposit-interest/{account}/{nth}"), kind.label(language).to_owned());
    let (amount, asked_by, bill) = (-owed, None, None);
    Ok(Some(Charge { key, kind, account, amount, on, asked_by, label, bill }))
}

/// What was counted as earned and not credited.
fn owed(tx: &mut Tx, account: AccountId) -> Result<Money> {
    let (_, _, earned) = store::deposit::earned(tx, account)?;
    let of = store::charge::of_account(tx, account)?;
    let given = of.iter().filter(|it| it.kind == ChargeFor::DepositInterest);
    Ok(earned + given.map(|it| it.amount).sum())
}

fn last_credited(tx: &mut Tx, account: AccountId) -> Result<Option<Date>> {
    let of = store::charge::of_account(tx, account)?;
    Ok(of.iter().filter(|it| it.kind == ChargeFor::DepositInterest).map(|it| it.on).max())
}

/// What an account did by a day.
struct Facts {
    sides: Vec<Side>,
    applied: Vec<Applied>,
    held: Vec<(Date, Money)>,
}

impl Facts {
    fn of(tx: &mut Tx, account: AccountId, on: Date) -> Result<Facts> {
        let sides = store::ledger::sides(tx, account, on, EntryId(i64::MAX))?;
        let applied = store::ledger::applied(tx, account)?;
        let held = held(&sides, &applied);
        Ok(Facts { sides, applied, held })
    }

    fn now(&self) -> Money {
        self.held.last().map_or(Money::ZERO, |it| it.1)
    }

    /// Since when something is held without a day between.
    fn since(&self) -> Option<Date> {
        let nothing = self.held.iter().rposition(|it| it.1 == Money::ZERO);
        self.held.get(nothing.map_or(0, |it| it + 1)).map(|it| it.0)
    }

    /// How the bills of service were paid that the account pays itself, the newest first.
    fn kept(&self, tx: &mut Tx, account: AccountId) -> Result<Vec<Kept>> {
        let served = store::bill::of_service(tx, account, i64::MAX)?;
        let served: BTreeSet<String> = served.into_iter().map(|it| it.number.0).collect();
        let ours =
            |it: &&Side| it.kind == EntryKind::Bill && !it.rolled && served.contains(&it.key);
        let mut bills: Vec<&Side> = self.sides.iter().filter(ours).collect();
        bills.sort_by_key(|it| std::cmp::Reverse(it.due));
        let kept = |bill: &&Side| {
            let due = bill.due;
            let known = stood(&self.sides, due);
            let late = open(&known, &self.applied).items.iter().any(|it| it.side.key == bill.key);
            Kept { due, on_time: !late }
        };
        Ok(bills.iter().map(kept).collect())
    }
}

impl Given {
    fn nothing(tx: &mut Tx, account: AccountId) -> Result<Given> {
        let number = store::account::get(tx, account)?.number;
        let none = Money::ZERO;
        let (returned, interest, earned, refunded) = (none, none, none, none);
        Ok(Given { number, returned, interest, earned, refunded, why: None, released: None })
    }
}

impl fmt::Display for NotSecured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotSecured::NothingAsked { class, credit } => write!(
                f,
                "no rule asks {class} customers with {credit} credit for security; say how much, or the rules: meterbook credit rules deposit"
            ),
            NotSecured::NotAboveZero => f.write_str("security is above zero; say how much"),
            NotSecured::BeyondLimit { amount } => write!(
                f,
                "{amount} is more than security may be ({LARGEST}); check the decimal point"
            ),
            NotSecured::Closed { since } => write!(
                f,
                "nothing is supplied to the account since {since}; look at its number again"
            ),
            NotSecured::Covered { asked, by, left } => write!(
                f,
                "{by} stands in for {left}, and {asked} is what the rules ask; nothing more is to be asked for, or say how much"
            ),
            NotSecured::TooManyParts { most } => {
                write!(f, "it may be paid in {most} at most, and in one at least; say how many")
            }
            NotSecured::AskedAlready { on } => {
                write!(
                    f,
                    "security was asked for on {on} already; take another day, or give back what is held: meterbook deposit return"
                )
            }
            NotSecured::NoGuarantors { class } => {
                write!(f, "nobody may stand in for {class} customers; ask for money")
            }
            NotSecured::SameAccount => {
                f.write_str("nobody stands in for themselves; name another account")
            }
            NotSecured::Guaranteed { from } => write!(
                f,
                "somebody stands in since {from}; release them first: meterbook deposit release"
            ),
            NotSecured::NotGuaranteed => {
                f.write_str("nobody stands in for this account; see: meterbook deposit show")
            }
            NotSecured::NothingHeld => {
                f.write_str("nothing is held of this account; see: meterbook deposit show")
            }
            NotSecured::Changed { now } => {
                write!(f, "it comes to {now} now; look at it again, and ask anew")
            }
        }
    }
}

impl std::error::Error for NotSecured {}
