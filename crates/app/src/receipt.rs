//! Money that comes in at once: several tenders for several accounts, what of it each payment is
//! for, and how it is taken back.
//!
//! Nothing here is ever changed. What was wrong is taken back by an entry of its own, and what is open
//! on an account is worked out anew ([`open`]).

pub(crate) mod bundle;

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::bill::BillNumber;
use meterbook_core::credit::plan::Plan;
use meterbook_core::id::{
    AccountId, AccountNumber, DebitFileId, EntryId, PaymentId, ReceiptId, SuspenseId, TenderId,
};
use meterbook_core::ledger::allocate::{OLDEST_FIRST, Rule, RuleFault, asked_with, split};
use meterbook_core::ledger::open::{Item, Open};
use meterbook_core::ledger::{
    Entry, EntryKind, Gl, Payment, Posting, Receipt, Reversed, Suspended, Tender, Tendered,
    post_between,
};
use meterbook_core::money::Money;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::receipt::Came;
use meterbook_store::suspense::Became;
use meterbook_store::{self as store, Conflict, Counter, Tx};

use crate::authority::authorize;
use crate::pay::{self, NotPaid};
use crate::{Actor, refuse, returned};

/// What came in at once. The tenders and the shares add up to the same.
#[derive(Clone, Debug)]
pub struct NewReceipt {
    /// The day it counts from.
    pub on: Date,
    /// What it came in.
    pub tenders: Vec<NewTender>,
    /// What it is for.
    pub shares: Vec<Share>,
}

/// A check, notes, a card slip.
#[derive(Clone, Debug)]
pub struct NewTender {
    /// What it is.
    pub kind: Tender,
    /// How much.
    pub amount: Money,
    /// The check's number or the bank's reference.
    pub reference: String,
}

/// What of a receipt is for whom.
#[derive(Clone, Debug)]
pub struct Share {
    /// For whom.
    pub to: For,
    /// How much.
    pub amount: Money,
}

/// For whom money is.
#[derive(Clone, Debug)]
pub enum For {
    /// An account.
    Account {
        /// Which.
        account: AccountId,
        /// The bill that the payer says it is for.
        bill: Option<BillNumber>,
    },
    /// Parts of a plan: what it is about, the first due first.
    Parts {
        /// Whose plan.
        account: AccountId,
        /// Its key.
        plan: String,
    },
    /// What an account owes beside a plan, the first due first.
    Beside {
        /// Whose plan.
        account: AccountId,
        /// Its key.
        plan: String,
    },
    /// Nobody knows yet.
    Suspense {
        /// What is known of whose it is.
        said: String,
    },
}

/// Why something is not done with a receipt.
#[derive(Debug, PartialEq, Eq)]
pub enum ReceiptRefusal {
    /// What came in is not what it is said to be for.
    DoesNotAgree {
        /// What came in.
        tendered: Money,
        /// What it is for.
        shared: Money,
    },
    /// There is no such bill, or nothing of it is owed by this account.
    NotOwed {
        /// Its number.
        bill: String,
    },
    /// What nobody knows the owner of comes with what is known.
    NothingSaid,
    /// There is no such tender.
    NoTender {
        /// Which.
        id: TenderId,
    },
    /// There is no such payment.
    NoPayment {
        /// Which.
        id: PaymentId,
    },
    /// Nothing of it stands any more.
    TakenBack {
        /// What it was.
        what: String,
        /// How it was taken back.
        how: Reversed,
        /// The day from which that counts.
        on: Date,
    },
    /// It was not taken today.
    NotToday {
        /// The day on which it was.
        taken: Date,
    },
    /// It is a debit, which the bank takes all the same.
    InDebitFile {
        /// What it is called.
        reference: String,
        /// In which file.
        file: DebitFileId,
    },
    /// The drawer that it is in was counted and closed.
    DrawerClosed,
    /// It would be taken back before it came.
    BeforeItCame {
        /// The day on which it came.
        came: Date,
    },
    /// A reason is missing.
    NoReason,
    /// It would go where it is.
    SameAccount,
    /// The same is held for nobody.
    Held {
        /// What it came in.
        tender: Tender,
        /// The check's number or the bank's reference.
        reference: String,
        /// Under which number.
        id: SuspenseId,
    },
    /// The same was paid on an account.
    PaidOn {
        /// What it came in.
        tender: Tender,
        /// The check's number or the bank's reference.
        reference: String,
        /// Which account.
        number: AccountNumber,
    },
    /// Two tenders of it are the same for an account.
    Twice {
        /// What they are.
        tender: Tender,
        /// The check's number or the bank's reference.
        reference: String,
    },
    /// A rule from that day on is there already.
    RuleAlready {
        /// The day.
        from: Date,
    },
    /// The text is no rule.
    NoRule(RuleFault),
}

/// Takes what came in at once.
pub fn take(tx: &mut Tx, actor: Actor, new: &NewReceipt) -> Result<Receipt> {
    let total: Money = new.tenders.iter().map(|it| it.amount).sum();
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(total))?;
    for account in new.shares.iter().filter_map(Share::account) {
        for it in &new.tenders {
            returned::check(tx, account, it.kind, new.on)?;
        }
    }
    post(tx, &allowed, new)
}

/// Takes a tender back that never was right, on the day it was taken.
pub fn void(tx: &mut Tx, actor: Actor, id: TenderId, why: &str) -> Result<Money> {
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
    let zone = crate::founding::zone(tx)?;
    let came = came(tx, id)?;
    // Its file goes to the bank as it was made: taken out of the books alone, it is taken all the same.
    if let Some(file) = store::debit::file_of(tx, id)? {
        let reference = came.tender.reference;
        return Err(refuse(ReceiptRefusal::InDebitFile { reference, file }));
    }
    let taken = zone.day_of(came.at);
    if taken != zone.day_of(actor.at) {
        return Err(refuse(ReceiptRefusal::NotToday { taken }));
    }
    if store::drawer::closed_of(tx, came.receipt)?.is_some() {
        return Err(refuse(ReceiptRefusal::DrawerClosed));
    }
    let on = came.on;
    take_back(tx, &allowed, &came, (Reversed::Voided, on), why)
}

/// Takes a tender back that the bank returned.
pub fn give_back(tx: &mut Tx, actor: Actor, id: TenderId, on: Date, why: &str) -> Result<Money> {
    let allowed = authorize(tx, actor, Permission::ReversePayments, None)?;
    // No bank can have returned what no bank was sent.
    if let Some(file) = store::debit::file_of(tx, id)?
        && store::debit::written(tx, file)?.is_none()
    {
        let reference = came(tx, id)?.tender.reference;
        return Err(refuse(ReceiptRefusal::InDebitFile { reference, file }));
    }
    come_back(tx, &allowed, id, (on, ""), why)
}

/// The same for who was authorized, with the bank's code.
pub(crate) fn come_back(
    tx: &mut Tx,
    allowed: &Authorized,
    id: TenderId,
    (on, code): (Date, &str),
    why: &str,
) -> Result<Money> {
    let came = came(tx, id)?;
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    if today < on {
        return Err(refuse(NotPaid::NotYet { on, today }));
    }
    if on < came.on {
        return Err(refuse(ReceiptRefusal::BeforeItCame { came: came.on }));
    }
    let answers = store::receipt::standing(tx, id)?.first().map(|it| it.account);
    let sum = take_back(tx, allowed, &came, (Reversed::Returned, on), why)?;
    // What comes back in parts is written down once.
    if store::returned::get(tx, id)?.is_none() {
        returned::note(tx, allowed, &came, (answers, code, on))?;
    }
    Ok(sum)
}

/// Takes a tender back that never came in, for who was authorized: from the day from which it counted, as if
/// nobody had taken it.
pub(crate) fn never_came(
    tx: &mut Tx,
    allowed: &Authorized,
    id: TenderId,
    why: &str,
) -> Result<Money> {
    let came = came(tx, id)?;
    let on = came.on;
    take_back(tx, allowed, &came, (Reversed::Voided, on), why)
}

/// Moves a payment to the account whose it is, from the day on which it came. It stays of its tender:
/// where that comes back, the account that has it now owes.
pub fn move_payment(
    tx: &mut Tx,
    actor: Actor,
    id: PaymentId,
    to: AccountId,
    why: &str,
) -> Result<Payment> {
    let allowed = authorize(tx, actor, Permission::MatchPayments, None)?;
    said(why)?;
    let tender = store::receipt::tender_of(tx, id)?;
    let tender = tender.ok_or_else(|| refuse(ReceiptRefusal::NoPayment { id }))?;
    came(tx, tender)?;
    let was = store::payment::get(tx, id)?.context("a payment of a tender is there")?;
    store::account::lock(tx, &[was.account, to])?;
    if let Some((how, on)) = store::receipt::reversed(tx, id)? {
        return Err(refuse(ReceiptRefusal::TakenBack { what: was.key, how, on }));
    }
    if was.account == to {
        return Err(refuse(ReceiptRefusal::SameAccount));
    }
    crate::close::begin_day(tx, &allowed)?;
    let said = told(&was);
    let back = (Gl::Receivable, Some(was.account));
    let through = (Gl::PaymentClearing, None);
    let (amount, on) = (was.amount, was.on);
    let new = Posted { from: through, tender, tendered: (was.tender, &was.reference) };
    let new = new.pay(tx, (to, &[]), amount, on)?;
    entry(tx, (EntryKind::Reversal, on), &was.key, &said, post_between(back, through, amount))?;
    store::receipt::reverse(tx, id, Reversed::Moved, on, (Some(new.id), why))?;
    let change = (was.key.as_str(), new.key.as_str());
    store::audit::turn(tx, &allowed, "move payment", &id.to_string(), why, change)?;
    crate::late_fee::after_return(tx, &allowed, was.account, on)?;
    crate::order::after_return(tx, &allowed, was.account)?;
    crate::order::after_payment(tx, &allowed, to)?;
    Ok(new)
}

/// Says how payments are allocated from a day on.
pub fn say_rule(tx: &mut Tx, actor: Actor, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepBooks, None)?;
    Rule::parse(text).map_err(|why| refuse(ReceiptRefusal::NoRule(why)))?;
    let was = store::receipt::rule(tx, from)?.unwrap_or_else(|| OLDEST_FIRST.to_owned());
    store::receipt::say_rule(tx, from, text).map_err(|why| {
        if why.is::<Conflict>() { refuse(ReceiptRefusal::RuleAlready { from }) } else { why }
    })?;
    let of = from.to_string();
    store::audit::turn(tx, &allowed, "set allocation rule", &of, text, (was.as_str(), text))
}

/// What is open on an account by what counts from a day no later than `on`, as far as entries up to
/// `through` know.
pub fn open(tx: &mut Tx, account: AccountId, on: Date, through: EntryId) -> Result<Open> {
    let sides = store::ledger::sides(tx, account, on, through)?;
    let applied = store::ledger::applied(tx, account)?;
    Ok(meterbook_core::ledger::open::open(&sides, &applied))
}

/// The same of many accounts at once.
pub(crate) fn open_among(
    tx: &mut Tx,
    accounts: &[AccountId],
    on: Date,
    through: EntryId,
) -> Result<BTreeMap<AccountId, Open>> {
    let all = store::ledger::open_sides(tx, accounts, on, through)?;
    let open = |(account, (sides, applied)): (_, (Vec<_>, Vec<_>))| {
        (account, meterbook_core::ledger::open::open(&sides, &applied))
    };
    Ok(all.into_iter().map(open).collect())
}

/// What is open on an account, by all that is known.
pub fn open_now(tx: &mut Tx, account: AccountId) -> Result<Open> {
    open(tx, account, Date::MAX, EntryId(i64::MAX))
}

/// Posts what came in at once and was authorized.
pub(crate) fn post(tx: &mut Tx, allowed: &Authorized, new: &NewReceipt) -> Result<Receipt> {
    check(tx, allowed, new)?;
    let accounts: Vec<AccountId> = new.shares.iter().filter_map(Share::account).collect();
    // Accounts are locked before any counter, or two that do both wait for each other.
    store::account::lock(tx, &accounts)?;
    crate::close::begin_day(tx, allowed)?;
    let first = tx.next(Counter::Tender, new.tenders.len())?;
    let tendered = |(it, id): (&NewTender, i64)| Tendered {
        id: TenderId(id),
        kind: it.kind,
        amount: it.amount,
        reference: it.reference.trim().to_owned(),
    };
    let tenders = new.tenders.iter().zip(first..).map(tendered).collect();
    let id = ReceiptId(tx.next(Counter::Receipt, 1)?);
    let receipt = Receipt { id, on: new.on, tenders };
    store::receipt::add(tx, &receipt, allowed.at())?;
    // What a cashier with an open drawer takes goes into it; what a bank takes does not.
    if !receipt.tenders.iter().any(|it| it.kind == Tender::Debit)
        && let Some(by) = allowed.by()
        && let Some(drawer) = store::drawer::mine(tx, by)?
    {
        store::drawer::put(tx, id, drawer.id)?;
    }
    let amounts = |it: &Tendered| it.amount;
    let tenders: Vec<Money> = receipt.tenders.iter().map(amounts).collect();
    let shares: Vec<Money> = new.shares.iter().map(|it| it.amount).collect();
    for (tender, share, amount) in split(&tenders, &shares) {
        let Tendered { id, kind, ref reference, .. } = receipt.tenders[tender];
        let came = Posted { from: (Gl::Cash, None), tender: id, tendered: (kind, reference) };
        match &new.shares[share].to {
            to @ (For::Account { account, .. }
            | For::Parts { account, .. }
            | For::Beside { account, .. }) => {
                let meant = meant(tx, *account, to)?;
                let payment = came.pay(tx, (*account, &meant), amount, new.on)?;
                let of = payment.id.to_string();
                store::audit::add(tx, allowed, "take payment", &of, &payment.key)?;
                crate::order::after_payment(tx, allowed, *account)?;
            }
            For::Suspense { said } => {
                let held = came.hold(tx, said, amount, new.on)?;
                let of = held.id.to_string();
                store::audit::add(tx, allowed, "hold in suspense", &of, &held.key)?;
            }
        }
    }
    Ok(receipt)
}

fn check(tx: &mut Tx, allowed: &Authorized, new: &NewReceipt) -> Result<()> {
    for it in &new.tenders {
        pay::check_money(tx, allowed.at(), (it.amount, new.on), it.reference.trim())?;
    }
    for it in &new.shares {
        if it.amount <= Money::ZERO {
            return Err(refuse(NotPaid::NotAboveZero { amount: it.amount }));
        }
        if matches!(&it.to, For::Suspense { said } if said.trim().is_empty()) {
            return Err(refuse(ReceiptRefusal::NothingSaid));
        }
    }
    let tendered: Money = new.tenders.iter().map(|it| it.amount).sum();
    let shared: Money = new.shares.iter().map(|it| it.amount).sum();
    if tendered != shared || new.tenders.is_empty() {
        return Err(refuse(ReceiptRefusal::DoesNotAgree { tendered, shared }));
    }
    for account in new.shares.iter().filter_map(Share::account) {
        let opened = store::account::get(tx, account)?.opened_on;
        if new.on < opened.saturating_sub(AHEAD.days()) {
            return Err(refuse(NotPaid::BeforeOpened { on: new.on, opened }));
        }
    }
    once_each(new)?;
    new.tenders.iter().try_for_each(|tender| came_already(tx, new, tender))
}

/// Refuses two tenders that nobody could tell apart for the same account.
fn once_each(new: &NewReceipt) -> Result<()> {
    let tenders: Vec<Money> = new.tenders.iter().map(|it| it.amount).collect();
    let shares: Vec<Money> = new.shares.iter().map(|it| it.amount).collect();
    let mut known = BTreeMap::new();
    for (nth, share, _) in split(&tenders, &shares) {
        let it = &new.tenders[nth];
        if *known.entry(it.key_for(&new.shares[share].to)).or_insert(nth) != nth {
            let (tender, reference) = (it.kind, it.reference.trim().to_owned());
            return Err(refuse(ReceiptRefusal::Twice { tender, reference }));
        }
    }
    Ok(())
}

impl NewTender {
    /// The natural key of what is for somebody.
    pub(crate) fn key_for(&self, to: &For) -> String {
        let reference = self.reference.trim();
        match to {
            For::Account { account, .. }
            | For::Parts { account, .. }
            | For::Beside { account, .. } => pay::key(*account, self.kind, reference),
            For::Suspense { said } => held_key(self.kind, reference, said),
        }
    }
}

/// The natural key of what is held: a tender, its reference and what is known are held once.
fn held_key(kind: Tender, reference: &str, said: &str) -> String {
    format!("suspense/{kind}/{reference}/{}", said.trim())
}

/// Days before the first one of an account on which somebody who is about to come may pay, such as
/// security.
const AHEAD: i64 = 90;

/// Days on either side within which the same is held for the same: a check of that number may be
/// somebody else's later.
const THE_SAME: i64 = 45;

/// Refuses for an account what is held for nobody, and to hold what is paid on an account: at one
/// utility a file was sent again with the right number, and the check counted twice.
fn came_already(tx: &mut Tx, new: &NewReceipt, it: &NewTender) -> Result<()> {
    let (tender, reference) = (it.kind, it.reference.trim().to_owned());
    let days = THE_SAME.days();
    let within = (new.on.saturating_sub(days), new.on.saturating_add(days));
    for share in &new.shares {
        let asked = (tender, reference.as_str(), share.amount);
        match share.to {
            For::Account { .. } | For::Parts { .. } | For::Beside { .. } => {
                if let Some(id) = store::suspense::same(tx, asked)? {
                    return Err(refuse(ReceiptRefusal::Held { tender, reference, id }));
                }
            }
            For::Suspense { .. } => {
                if let Some(number) = store::payment::same(tx, asked, within)? {
                    return Err(refuse(ReceiptRefusal::PaidOn { tender, reference, number }));
                }
            }
        }
    }
    Ok(())
}

impl Share {
    fn account(&self) -> Option<AccountId> {
        match self.to {
            For::Account { account, .. }
            | For::Parts { account, .. }
            | For::Beside { account, .. } => Some(account),
            For::Suspense { .. } => None,
        }
    }
}

/// Money of a tender that becomes a payment, and the account of the ledger that it comes from.
pub(crate) struct Posted<'a> {
    /// Where it is until then.
    pub(crate) from: (Gl, Option<AccountId>),
    /// What it came in.
    pub(crate) tender: TenderId,
    /// The kind and the reference of that.
    pub(crate) tendered: (Tender, &'a str),
}

impl Posted<'_> {
    /// Posts it as a payment of an account, and says what it is for: first what is meant, in that order.
    pub(crate) fn pay(
        &self,
        tx: &mut Tx,
        (account, meant): (AccountId, &[EntryId]),
        amount: Money,
        on: Date,
    ) -> Result<Payment> {
        let (tender, reference) = (self.tendered.0, self.tendered.1.to_owned());
        let key = free_key(tx, account, self.tendered, Some(self.tender))?;
        let items = open_now(tx, account)?.items;
        let given = rule(tx, on)?.allocate(amount, on, &items, meant);
        let id = PaymentId(tx.next(Counter::Payment, 1)?);
        let payment = Payment { id, account, amount, on, tender, reference, key };
        store::payment::add(tx, &payment)?;
        let sides = post_between(self.from, (Gl::Receivable, Some(account)), amount);
        entry(tx, (EntryKind::Payment, on), &payment.key, &told(&payment), sides)?;
        store::receipt::apply(tx, id, self.tender, &given)?;
        Ok(payment)
    }

    /// Holds it until somebody knows whose it is.
    fn hold(&self, tx: &mut Tx, said: &str, amount: Money, on: Date) -> Result<Suspended> {
        let (kind, reference) = self.tendered;
        // It is printed on a line of a list.
        let said = said.trim().replace(char::is_control, " ");
        let key = free_held(tx, self.tendered, &said)?;
        let id = SuspenseId(tx.next(Counter::Suspense, 1)?);
        let held = Suspended { id, tender: self.tender, amount, on, said, key };
        store::suspense::add(tx, &held)?;
        let text = format!("{kind} {reference}");
        let sides = post_between(self.from, (Gl::Suspense, None), amount);
        entry(tx, (EntryKind::Suspense, on), &held.key, &text, sides)?;
        Ok(held)
    }
}

/// The key of what is held. What was voided was never there, and is held anew under another key.
fn free_held(tx: &mut Tx, (kind, reference): (Tender, &str), said: &str) -> Result<String> {
    let first = held_key(kind, reference, said);
    for nth in 1.. {
        let key = nth_key(&first, nth);
        let Some(was) = store::suspense::by_key(tx, &key)? else { return Ok(key) };
        let voided = match store::suspense::went_back(tx, was.id)? {
            true => store::returned::get(tx, was.tender)?.is_none(),
            false => false,
        };
        if !voided {
            let (reference, on, amount) = (reference.to_owned(), was.on, was.amount);
            return Err(refuse(NotPaid::AlreadyPosted { reference, on, amount }));
        }
    }
    Ok(first)
}

/// The key of the first, the second, the third of the same.
fn nth_key(first: &str, nth: usize) -> String {
    if nth == 1 { first.to_owned() } else { format!("{first}/{nth}") }
}

/// What is open of what money is for, in the order in which it pays it.
fn meant(tx: &mut Tx, account: AccountId, to: &For) -> Result<Vec<EntryId>> {
    let items = open_now(tx, account)?.items;
    let of = |plan: &Plan, about: bool| {
        let ours = |it: &&Item| !it.side.rolled && plan.is_about(&it.side) == about;
        items.iter().filter(ours).map(|it| it.side.entry).collect()
    };
    Ok(match to {
        For::Account { bill: Some(number), .. } => {
            let bill = store::bill::by_number(tx, number)?;
            let bill = bill.map(|it| store::correction::asked_with(tx, it)).transpose()?;
            let with = bill.map(|it| asked_with(&items, it)).unwrap_or_default();
            if with.is_empty() {
                return Err(refuse(ReceiptRefusal::NotOwed { bill: number.0.clone() }));
            }
            with
        }
        For::Parts { plan, .. } => of(&planned(tx, account, plan)?, true),
        For::Beside { plan, .. } => of(&planned(tx, account, plan)?, false),
        For::Account { bill: None, .. } | For::Suspense { .. } => Vec::new(),
    })
}

fn planned(tx: &mut Tx, account: AccountId, key: &str) -> Result<Plan> {
    let all = store::plan::of_account(tx, account)?;
    all.into_iter().find(|it| it.key == key).context("the plan of a part is there")
}

/// The key of a payment. What comes to an account of a tender of which it had something already, such as
/// a payment moved back, has another key, and so has what comes in again after the bank was wrong to return
/// it or after it was voided, as if it had never been; the same again from outside is another tender, and
/// refused.
pub(crate) fn free_key(
    tx: &mut Tx,
    account: AccountId,
    (kind, reference): (Tender, &str),
    of: Option<TenderId>,
) -> Result<String> {
    let first = pay::key(account, kind, reference);
    for nth in 1.. {
        let key = nth_key(&first, nth);
        let Some(was) = store::payment::by_key(tx, &key)? else { return Ok(key) };
        let tender = store::receipt::tender_of(tx, was.id)?;
        let mine = of.is_some() && tender == of;
        if mine || by_mistake(tx, tender)? {
            continue;
        }
        let (reference, amount) = (reference.to_owned(), was.amount);
        match store::receipt::reversed(tx, was.id)? {
            Some((Reversed::Voided, _)) => {}
            Some((Reversed::Returned, on)) => {
                return Err(refuse(NotPaid::CameBack { reference, on, amount }));
            }
            Some((Reversed::Moved, _)) | None => {
                return Err(refuse(NotPaid::AlreadyPosted { reference, on: was.on, amount }));
            }
        }
    }
    Ok(first)
}

/// Whether a bank was wrong to return a tender.
fn by_mistake(tx: &mut Tx, tender: Option<TenderId>) -> Result<bool> {
    let back = tender.map_or(Ok(None), |id| store::returned::get(tx, id))?;
    Ok(back.is_some_and(|it| it.mistake))
}

fn came(tx: &mut Tx, id: TenderId) -> Result<Came> {
    store::receipt::lock(tx, id)?.ok_or_else(|| refuse(ReceiptRefusal::NoTender { id }))
}

/// Takes all back that stands of a tender; says how much that was.
fn take_back(
    tx: &mut Tx,
    allowed: &Authorized,
    came: &Came,
    (how, on): (Reversed, Date),
    why: &str,
) -> Result<Money> {
    said(why)?;
    let id = came.tender.id;
    let standing = store::receipt::standing(tx, id)?;
    let accounts: Vec<AccountId> = standing.iter().map(|it| it.account).collect();
    store::account::lock(tx, &accounts)?;
    crate::close::begin_day(tx, allowed)?;
    let mut sum = Money::ZERO;
    for it in &standing {
        // What was moved or matched later than the bank says is taken back on the day it came.
        let on = on.max(it.on);
        let sides = post_between(
            (Gl::Receivable, Some(it.account)),
            (Gl::Cash, Some(it.account)),
            it.amount,
        );
        entry(tx, (EntryKind::Reversal, on), &it.key, &told(it), sides)?;
        store::receipt::reverse(tx, it.id, how, on, (None, why))?;
        sum += it.amount;
    }
    for it in store::suspense::open_of(tx, id)? {
        let sides = post_between((Gl::Suspense, None), (Gl::Cash, None), it.amount);
        entry(tx, (EntryKind::SuspenseReturned, on), &it.key, &it.said, sides)?;
        store::suspense::end(tx, it.id, on, Became::Returned, why)?;
        sum += it.amount;
    }
    // What was given back out of suspense meanwhile is not to be given any more.
    for it in store::refund::of_tender(tx, id)? {
        sum += crate::refund::bounce(tx, it, on, why)?;
    }
    if sum == Money::ZERO {
        let what = format!("{} {}", came.tender.kind, came.tender.reference);
        let last = store::receipt::last_reversed(tx, id)?;
        let (how, on) = last.unwrap_or((how, came.on));
        return Err(refuse(ReceiptRefusal::TakenBack { what, how, on }));
    }
    store::audit::add(tx, allowed, "take tender back", &id.to_string(), &format!("{how}: {why}"))?;
    for it in &standing {
        crate::late_fee::after_return(tx, allowed, it.account, it.on)?;
        crate::order::after_return(tx, allowed, it.account)?;
    }
    Ok(sum)
}

/// Posts one entry.
pub(crate) fn entry(
    tx: &mut Tx,
    (kind, on): (EntryKind, Date),
    key: &str,
    text: &str,
    postings: Vec<Posting>,
) -> Result<()> {
    let id = EntryId(tx.next(Counter::Entry, 1)?);
    let (key, text) = (key.to_owned(), text.to_owned());
    store::ledger::add(tx, &[Entry { id, kind, on, key, text, postings }])
}

/// The rule of a day.
fn rule(tx: &mut Tx, on: Date) -> Result<Rule> {
    let text = store::receipt::rule(tx, on)?;
    Rule::parse(text.as_deref().unwrap_or(OLDEST_FIRST)).context("a rule that was kept is one")
}

pub(crate) fn said(why: &str) -> Result<()> {
    if why.trim().is_empty() { Err(refuse(ReceiptRefusal::NoReason)) } else { Ok(()) }
}

fn told(it: &Payment) -> String {
    format!("{} {}", it.tender, it.reference)
}

impl fmt::Display for ReceiptRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReceiptRefusal::DoesNotAgree { tendered, shared } => write!(
                f,
                "{tendered} came in, and what it is for adds up to {shared}; make both the same"
            ),
            ReceiptRefusal::NotOwed { bill } => {
                write!(f, "nothing of bill {bill} is owed on this account; leave the bill out")
            }
            ReceiptRefusal::NothingSaid => f.write_str(
                "say what is known of whose it is: a name, an address, a number as it reads",
            ),
            ReceiptRefusal::NoTender { id } => {
                write!(f, "there is no tender {id}; see: meterbook receipt open --account NUMBER")
            }
            ReceiptRefusal::NoPayment { id } => {
                write!(f, "there is no payment {id}; see: meterbook receipt open --account NUMBER")
            }
            ReceiptRefusal::TakenBack { what, how, on } => {
                write!(f, "{what} was {how} already, from {on} on; nothing was changed")
            }
            ReceiptRefusal::NotToday { taken } => write!(
                f,
                "it was taken on {taken}, and only what was taken today is voided; take it back as returned"
            ),
            ReceiptRefusal::InDebitFile { reference, file } => write!(
                f,
                "{reference} is in file {file} of debits, which takes it all the same; where that did not go, call it off: meterbook debit call-off --file {file}"
            ),
            ReceiptRefusal::DrawerClosed => f.write_str(
                "the drawer that it is in is closed and counted; refund it, or take it back as returned",
            ),
            ReceiptRefusal::BeforeItCame { came } => {
                write!(f, "it came on {came}; take it back from that day on or a later one")
            }
            ReceiptRefusal::NoReason => f.write_str("say why"),
            ReceiptRefusal::Held { tender, reference, id } => write!(
                f,
                "{tender} {reference} of that amount is held as {id}; match it: meterbook suspense match {id}; for another one say more in the reference"
            ),
            ReceiptRefusal::PaidOn { tender, reference, number } => write!(
                f,
                "{tender} {reference} of that amount is paid on account {number}; where that is wrong, move it: meterbook receipt move; for another one say more in the reference"
            ),
            ReceiptRefusal::Twice { tender, reference } => {
                write!(f, "{tender} {reference} is there twice; give each its own reference")
            }
            ReceiptRefusal::SameAccount => {
                f.write_str("it is on that account already; name another one")
            }
            ReceiptRefusal::RuleAlready { from } => {
                write!(f, "a rule is said from {from} on already; say it from another day on")
            }
            ReceiptRefusal::NoRule(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for ReceiptRefusal {}
