//! Bills off every cycle of what is charged once and beside service, and of what moves asked for and no
//! bill has yet: made now, posted, drawn and sent like every bill, and taken back where they were wrong.

use std::fmt;

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::account::Account;
use meterbook_core::bill::correct::Cause;
use meterbook_core::bill::once::{Choice, Kinds, NotCharged, NotKinds, Wanted};
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::charge::Charge;
use meterbook_core::cycle::{Window, off_cycle};
use meterbook_core::id::{AccountId, BillId, EntryId, WindowId};
use meterbook_core::ledger::Entry;
use meterbook_core::money::Money;
use meterbook_core::period::Period;
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::person::Language;
use meterbook_store::audit::Change;
use meterbook_store::{self as store, Conflict, Counter, Tx};
use serde_json::{Value, json};

use super::correct::whole;
use super::{charges, post, sum_up};
use crate::authority::authorize;
use crate::{Actor, refuse, said};

/// The act in the audit and among approvals.
pub(crate) const BILL_ONCE: &str = "bill once";
/// The longest text of kinds, in bytes.
const LONGEST: usize = 20_000;
/// What the texts are.
const WHAT: &str = "kinds of charges";
/// The most lines that are charged on one bill: more than any clerk types.
const MOST: usize = 50;

/// What is to be billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOnce {
    /// Whose bill.
    pub account: AccountId,
    /// Of what.
    pub of: Of,
    /// What it is for, such as the number of an order: with one, an account is billed once; without it
    /// the same is billed once a day.
    pub reference: String,
    /// What it came to when somebody looked; what comes to something else is refused.
    pub total: Money,
}

/// Of what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// Charges.
    Charges {
        /// By their kinds: `visit`, `truck=3.5`.
        kinds: Vec<String>,
        /// In words of their own: `120.00 fee revenue: Fence`.
        said: Vec<String>,
        /// And what moves asked for and no bill has.
        open: bool,
    },
    /// A bill of charges that was wrong, which is taken back.
    Back(BillNumber),
}

/// What a bill would be, before anything is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The bill; of what is taken back that one.
    pub bill: Bill,
    /// What moves asked for that comes with it.
    pub with: Vec<Charge>,
    /// What the account would owe more.
    pub total: Money,
}

/// Why nothing is billed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotOnce {
    /// Nothing is to be charged.
    Nothing,
    /// There is more than a bill takes.
    TooMany,
    /// Something cannot be charged.
    Charge(NotCharged),
    /// The text of kinds is none.
    Kinds(NotKinds),
    /// The same is billed.
    Already {
        /// By this bill.
        number: String,
    },
    /// Nobody said when such bills are due.
    NotDue,
    /// There is no such bill of charges, or it is another account's.
    NoBill {
        /// Its number.
        number: BillNumber,
    },
    /// It is taken back already.
    TakenBack {
        /// Its number.
        number: BillNumber,
    },
    /// Nobody said why.
    NoReason,
    /// It comes to something else than when somebody looked.
    NotAsSeen {
        /// What it came to.
        was: Money,
        /// What it comes to.
        now: Money,
    },
}

/// Says which kinds of charges there are from a day on.
pub fn say_kinds(tx: &mut Tx, actor: Actor, from: Date, text: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::PublishTariff, None)?;
    said::fits(WHAT, text, LONGEST)?;
    said::says(WHAT, text)?;
    Kinds::parse(text).map_err(|why| refuse(NotOnce::Kinds(why)))?;
    let was = kinds_text(tx, from)?;
    said::once(WHAT, from, store::once::say_kinds(tx, from, text))?;
    let said = format!("from {from}");
    store::audit::turn(tx, &allowed, "say charge kinds", "", &said, (was.as_str(), text))
}

/// The text of kinds that holds on a day; empty when nothing is said.
pub fn kinds_text(tx: &mut Tx, on: Date) -> Result<String> {
    Ok(store::once::kinds(tx, on)?.map_or_else(String::new, |it| it.1))
}

/// The kinds of charges of a day, to be chosen from.
pub fn choices(tx: &mut Tx, on: Date, language: Language) -> Result<Vec<Choice>> {
    let text = kinds_text(tx, on)?;
    let known = Kinds::parse(&text).context("a text of kinds that was kept is one")?;
    Ok(known.choices(language))
}

/// What moves asked an account for by a day and no bill has.
pub fn waiting(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<Charge>> {
    charges::open(tx, account, on)
}

/// What such a bill would be. Nothing is kept.
pub fn preview(tx: &mut Tx, actor: Actor, new: &NewOnce) -> Result<Planned> {
    authorize(tx, actor, Permission::RunBills, None)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    new.plan(tx, today)
}

impl NewOnce {
    /// The same with what it came to when somebody looked.
    #[must_use]
    pub fn seen(self, planned: &Planned) -> NewOnce {
        NewOnce { total: planned.total, ..self }
    }

    /// The natural key of what is billed.
    fn key(&self, it: &Planned) -> String {
        let (account, on) = (self.account, it.bill.billed_on);
        match self.reference.trim() {
            "" => {
                let once =
                    it.bill.once.iter().map(|it| format!("{} {}", it.line.label, it.line.amount));
                let with = it.with.iter().map(|it| it.key.clone());
                let all: Vec<String> = once.chain(with).collect();
                format!("once/{account}/{on}/{}", all.join(" + "))
            }
            reference => format!("once/{account}/for/{reference}"),
        }
    }

    fn plan(&self, tx: &mut Tx, today: Date) -> Result<Planned> {
        let account = store::account::get(tx, self.account)?;
        match &self.of {
            Of::Back(number) => back(tx, &account, number),
            Of::Charges { kinds, said, open } => {
                let it = charged(tx, &account, (kinds, said, *open), today)?;
                match store::once::by_key(tx, account.id, &self.key(&it))? {
                    Some(number) => Err(refuse(NotOnce::Already { number })),
                    None => Ok(it),
                }
            }
        }
    }

    /// It as an approval keeps it.
    pub(crate) fn content(&self) -> Value {
        let mut content = json!({
            "account": self.account.0,
            "reference": self.reference.trim(),
            "cents": self.total.cents(),
        });
        match &self.of {
            Of::Back(number) => content["back"] = json!(number.0),
            Of::Charges { kinds, said, open } => {
                content["charges"] = json!({ "kinds": kinds, "said": said, "open": open });
            }
        }
        content
    }

    /// It as an approval kept it.
    pub(crate) fn read(content: &Value) -> Option<NewOnce> {
        let texts = |it: &Value| -> Option<Vec<String>> {
            it.as_array()?.iter().map(|it| it.as_str().map(str::to_owned)).collect()
        };
        let charges = &content["charges"];
        let of = match content["back"].as_str() {
            Some(number) => Of::Back(BillNumber(number.to_owned())),
            None => Of::Charges {
                kinds: texts(&charges["kinds"])?,
                said: texts(&charges["said"])?,
                open: charges["open"].as_bool()?,
            },
        };
        Some(NewOnce {
            account: AccountId(content["account"].as_i64()?),
            of,
            reference: content["reference"].as_str()?.to_owned(),
            total: Money::from_cents(content["cents"].as_i64()?),
        })
    }

    /// To what, as a second person reads it.
    pub(crate) fn subject(&self, tx: &mut Tx, today: Date) -> Result<String> {
        let it = self.plan(tx, today)?;
        let number = store::account::get(tx, self.account)?.number;
        Ok(format!("account {number}: {}", it.said(&self.of)))
    }

    /// Makes the bill or takes it back, if it comes to what was seen.
    pub(crate) fn be_made(&self, tx: &mut Tx, allowed: &Authorized, why: &str) -> Result<Planned> {
        let why = why.trim();
        if why.is_empty() {
            return Err(refuse(NotOnce::NoReason));
        }
        let today = crate::founding::zone(tx)?.day_of(allowed.at());
        let mut it = self.plan(tx, today)?;
        if it.total != self.total {
            return Err(refuse(NotOnce::NotAsSeen { was: self.total, now: it.total }));
        }
        crate::close::begin_day(tx, allowed)?;
        match &self.of {
            Of::Back(_) => {
                whole(tx, &it.bill, (Cause::Other, why, today))?;
                let undone = sum_up::undone(tx, &[it.bill.id], (Cause::Other, why, today))?;
                sum_up::anew(tx, allowed, &undone, today)?;
                let summed = undone.into_iter().map(|it| it.0);
                crate::order::after_correction(tx, allowed, summed.chain([self.account]))?;
            }
            Of::Charges { .. } => {
                let key = self.key(&it);
                keep(tx, &mut it, ("O", &key), why)?;
            }
        }
        let said = it.said(&self.of);
        let change = Change { why: Some(why), ..Change::default() };
        store::audit::change(tx, allowed, BILL_ONCE, &self.account.to_string(), (&said, change))?;
        Ok(it)
    }
}

impl Planned {
    fn said(&self, of: &Of) -> String {
        if let Of::Back(number) = of {
            return format!("{} taken back: {}", number.0, self.total);
        }
        let once = self.bill.once.iter().map(|it| (&*it.line.label, it.line.amount));
        let with = self.with.iter().map(|it| (it.label.as_str(), it.amount));
        let all = once.chain(with).map(|(label, amount)| format!("{label} {amount}"));
        format!("{}: {}", all.collect::<Vec<_>>().join(", "), self.total)
    }
}

/// A bill of charges.
fn charged(
    tx: &mut Tx,
    account: &Account,
    (kinds, said, open): (&[String], &[String], bool),
    today: Date,
) -> Result<Planned> {
    let person = store::person::get(tx, account.person)?;
    let (from, text) = store::once::kinds(tx, today)?.unwrap_or((today, String::new()));
    let known = Kinds::parse(&text).context("a text of kinds that was kept is one")?;
    let on = Period::new(today, today.tomorrow()?).context("a day is a period")?;
    let refused = |why| refuse(NotOnce::Charge(why));
    let mut once = Vec::new();
    for it in
        kinds.iter().map(|it| Ok(Wanted::kind(it))).chain(said.iter().map(|it| Wanted::said(it)))
    {
        let wanted = it.map_err(refused)?;
        once.extend(known.lines(&wanted, (from, on), person.language).map_err(refused)?);
    }
    let with = if open { charges::open(tx, account.id, today)? } else { Vec::new() };
    if once.is_empty() && with.is_empty() {
        return Err(refuse(NotOnce::Nothing));
    }
    if MOST < once.len() {
        return Err(refuse(NotOnce::TooMany));
    }
    let total = once.iter().map(|it| it.line.amount).sum();
    let bill = Bill { once, total, ..blank(tx, account, on)? };
    let total = total + with.iter().map(|it| it.amount).sum();
    Ok(Planned { bill, with, total })
}

/// Makes the bill that brings what an account that takes nothing any more is still charged or gets back, where
/// every day of its service has a bill already: its customer has a paper that says what is owed now.
pub(super) fn last(
    tx: &mut Tx,
    account: &Account,
    with: Vec<Charge>,
    today: Date,
) -> Result<Planned> {
    let on = Period::new(today, today.tomorrow()?).context("a day is a period")?;
    let bill = blank(tx, account, on)?;
    let keys: Vec<&str> = with.iter().map(|it| it.key.as_str()).collect();
    let key = format!("last/{}/{}", account.id, keys.join(" + "));
    let total = with.iter().map(|it| it.amount).sum();
    let mut it = Planned { bill, with, total };
    // Why is asked of who charges, and only their bills are taken back with it.
    keep(tx, &mut it, ("F", &key), "")?;
    Ok(it)
}

/// A bill of a day that charges nothing yet.
fn blank(tx: &mut Tx, account: &Account, on: Period) -> Result<Bill> {
    let (person, today) = (store::person::get(tx, account.person)?, on.start());
    Ok(Bill {
        id: BillId(0),
        number: BillNumber(String::new()),
        account: account.id,
        window: WindowId(0),
        period: on,
        billed_on: today,
        due_on: due_on(tx, account, today)?,
        addressed_to: std::iter::once(person.name)
            .chain(account.mail_to.lines().map(str::to_owned))
            .collect(),
        segments: Vec::new(),
        once: Vec::new(),
        summed: Vec::new(),
        total: Money::ZERO,
    })
}

/// By the calendar, or where that says nothing by the turns of the account's cycle.
fn due_on(tx: &mut Tx, account: &Account, today: Date) -> Result<Date> {
    if let Some(day) = crate::calendar::on(tx, today)?.due_on(account.class, today) {
        return Ok(day);
    }
    let turn = store::window::last_of(tx, account.cycle)?;
    let turn = turn.ok_or_else(|| refuse(NotOnce::NotDue))?;
    Ok(turn.dated(today).due_on)
}

/// Keeps a bill, what comes with it, and posts both.
fn keep(tx: &mut Tx, it: &mut Planned, (sort, key): (&str, &str), why: &str) -> Result<()> {
    let account = store::account::get(tx, it.bill.account)?;
    let id = WindowId(tx.next(Counter::Window, 1)?);
    let Bill { period, billed_on, due_on, .. } = it.bill;
    store::window::add(tx, &Window { id, cycle: off_cycle(id), period, billed_on, due_on })?;
    let bill = &mut it.bill;
    bill.id = BillId(tx.next(Counter::Bill, 1)?);
    bill.window = id;
    let serial = account.number.digits().div_euclid(10);
    bill.number = BillNumber(format!("B-{}-{serial:08}-{sort}{id}", billed_on.strftime("%y%m%d")));
    let bill = &it.bill;
    store::bill::add(tx, std::slice::from_ref(bill))?;
    store::once::billed(tx, bill.id, key, why).map_err(|why| {
        // Somebody billed it at the same time.
        if why.is::<Conflict>() {
            refuse(NotOnce::Already { number: "another bill".to_owned() })
        } else {
            why
        }
    })?;
    for it in &mut it.with {
        it.bill = Some(bill.id);
    }
    let first = tx.next(Counter::Entry, it.with.len() + 1)?;
    let mut entries: Vec<Entry> =
        (first..).zip(&it.with).map(|(id, it)| charges::entry(it, EntryId(id))).collect();
    let last = first + i64::try_from(it.with.len())?;
    entries.push(post::entry(bill, EntryId(last)));
    store::charge::add(tx, &it.with)?;
    store::ledger::add(tx, &entries)?;
    crate::delivery::queue(tx, std::slice::from_ref(bill), |tx, count| {
        tx.next(Counter::Piece, count)
    })
}

/// The bill of charges with this number, as it would be taken back.
fn back(tx: &mut Tx, account: &Account, number: &BillNumber) -> Result<Planned> {
    let none = || refuse(NotOnce::NoBill { number: number.clone() });
    let id = store::bill::by_number(tx, number)?.ok_or_else(none)?;
    let bill = store::bill::get(tx, id)?;
    let is_of_charges =
        bill.is_once() && store::once::why(tx, id)?.is_some_and(|it| !it.is_empty());
    if bill.account != account.id || !is_of_charges {
        return Err(none());
    }
    if !store::correction::of_bill(tx, id)?.is_empty() {
        return Err(refuse(NotOnce::TakenBack { number: number.clone() }));
    }
    let total = -bill.total;
    Ok(Planned { bill, with: Vec::new(), total })
}

impl fmt::Display for NotOnce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotOnce::Nothing => f.write_str(
                "nothing is charged; say --charge KIND, --amount \"120.00 fee revenue: Fence\", or --open for what waits",
            ),
            NotOnce::TooMany => write!(f, "a bill charges at most {MOST} things once; make two"),
            NotOnce::Charge(why) => why.fmt(f),
            NotOnce::Kinds(why) => why.fmt(f),
            NotOnce::Already { number } => write!(
                f,
                "that is billed already, by {number}; if it is something else, say of what: --reference"
            ),
            NotOnce::NotDue => f.write_str(
                "nobody said when such a bill is due; say it with: meterbook cycle calendar FILE",
            ),
            NotOnce::NoBill { number } => write!(
                f,
                "{} is no bill of charges of this account; bills of service are corrected: meterbook bill correct",
                number.0
            ),
            NotOnce::TakenBack { number } => write!(f, "{} is taken back already", number.0),
            NotOnce::NoReason => f.write_str("say why; whoever looks at it later will ask"),
            NotOnce::NotAsSeen { was, now } => {
                write!(f, "it comes to {now} now, not to {was} as when it was looked at")
            }
        }
    }
}

impl std::error::Error for NotOnce {}
