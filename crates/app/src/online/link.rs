//! The link of a bill: whoever has it sees what is owed of that bill and no more, and may pay it. It is made
//! of the bill, its last day and a keyed hash of both, so that nobody makes one; it is ended by a word.

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_core::bill::{Bill, BillNumber};
use meterbook_core::id::{AccountId, BillId};
use meterbook_core::money::Money;
use meterbook_core::online::AttemptState;
use meterbook_core::online::settings::Settings;
use meterbook_core::permission::Permission;
use meterbook_store::{self as store, Tx};
use sha2::Sha256;

use super::{NotOnline, What, ask, left_of, settings};
use crate::authority::authorize;
use crate::{Actor, plan, receipt, refuse, secret};

/// Letters that a key has at least.
const LEAST: usize = 32;
/// Bytes of the hash that a link has: nobody guesses as many.
const HASH: usize = 16;
/// Letters of the longest link there may be.
const LONGEST: usize = 100;
/// Digits of an account's number that are shown.
const TAIL: usize = 4;

/// What whoever has the link of a bill sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The bill.
    pub bill: BillId,
    /// What people say for it.
    pub number: BillNumber,
    /// Whose it is.
    pub account: AccountId,
    /// The last digits of the account's number.
    pub tail: String,
    /// What is asked for: what is owed of it, or what is due now where the account pays in parts.
    pub left: Money,
    /// The day by which.
    pub due: Date,
    /// All that is owed, where the account pays in parts and that is more than is asked for.
    pub all: Option<Money>,
    /// What is paid where nothing else is said.
    pub what: What,
    /// Whether another amount may be paid.
    pub any_amount: bool,
    /// Whether somebody began to pay it, and it is not known yet what comes of it.
    pub begun: bool,
    /// Whether so much is taken online.
    pub within: bool,
    /// Whether a card is kept that bills are charged to.
    pub kept: bool,
}

/// Makes a link of a bill that leads somewhere from today on for as long as the settings say.
pub fn make(tx: &mut Tx, actor: Actor, id: BillId) -> Result<String> {
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
    let settings = settings::at(tx, actor.at)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    let bill = store::bill::get(tx, id)?;
    let url = of(tx, id, (&settings, today))?;
    store::audit::add(tx, &allowed, "make pay link", &bill.number.0, "")?;
    Ok(url)
}

/// Where the code on a bill leads, where the settings on its day say that it leads to its link.
pub(crate) fn on_bill(tx: &mut Tx, bill: &Bill) -> Result<Option<String>> {
    match settings::on(tx, bill.billed_on)?.filter(|it| it.on_bills) {
        Some(settings) => of(tx, bill.id, (&settings, bill.billed_on)).map(Some),
        None => Ok(None),
    }
}

/// Ends the links of a bill that were made so far, on its paper too.
pub fn end(tx: &mut Tx, actor: Actor, id: BillId, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::TakePayment, Some(Money::ZERO))?;
    receipt::said(why)?;
    let bill = store::bill::get(tx, id)?;
    store::account::lock(tx, &[bill.account])?;
    let was = store::online::links_ended(tx, id)?;
    store::online::end_links(tx, id, was + 1, actor.at, why.trim())?;
    let change = (was.to_string(), (was + 1).to_string());
    let change = (change.0.as_str(), change.1.as_str());
    store::audit::turn(tx, &allowed, "end pay links", &bill.number.0, why.trim(), change)
}

/// What the bearer of a link sees.
pub fn shown(tx: &mut Tx, at: Timestamp, token: &str) -> Result<Shown> {
    let settings = settings::at(tx, at)?;
    let id = opened(tx, at, (&settings, token))?;
    let bill = store::bill::get(tx, id)?;
    let (number, account) = (bill.number, bill.account);
    let today = crate::founding::zone(tx)?.day_of(at);
    let open = receipt::open_now(tx, account)?;
    let within = |it: Money| settings.least <= it && it <= settings.most;
    // The paper of a bill asks for the part that is due with it, and for what was due before it.
    let plan = plan::on_day(tx, account, today)?;
    let due_now = plan.and_then(|it| it.due_now(&open, today));
    let (what, left, due) = match due_now {
        Some(it) => (What::Due, it.sum(), it.by),
        None => (What::Bill(id), left_of(&open, id), bill.due_on),
    };
    let all = match due_now {
        Some(_) => Some(store::debt::owed(tx, account)?).filter(|it| left < *it && within(*it)),
        None => None,
    };
    let mut begun = false;
    for it in store::online::open_of(tx, account)? {
        let it = ask::known(tx, it)?;
        let ours = it.bill == Some(id) || (it.bill.is_none() && what == What::Due);
        begun |= ours && it.state != AttemptState::Paid;
    }
    let tail = tail(tx, account)?;
    let kept = store::card::now(tx, account)?.is_some();
    let (within, any_amount) = (within(left), settings.any_amount);
    Ok(Shown {
        bill: id,
        number,
        account,
        tail,
        left,
        due,
        all,
        what,
        any_amount,
        begun,
        within,
        kept,
    })
}

/// The address of a link.
pub fn address(tx: &mut Tx, at: Timestamp, token: &str) -> Result<String> {
    Ok(format!("{}/pay/{token}", settings::at(tx, at)?.pay_page))
}

/// The last digits of the number of an account.
pub(super) fn tail(tx: &mut Tx, id: AccountId) -> Result<String> {
    let digits = format!("{:09}", store::account::get(tx, id)?.number.digits());
    Ok(digits[digits.len() - TAIL..].to_owned())
}

fn of(tx: &mut Tx, id: BillId, (settings, from): (&Settings, Date)) -> Result<String> {
    let until = from.checked_add(settings.days.days()).context("there are days after it")?;
    let ended = store::online::links_ended(tx, id)?;
    let said = format!("{id}.{ended}.{}", until.strftime("%Y%m%d"));
    let hash = hash(settings, &said)?.finalize().into_bytes();
    Ok(format!("{}/pay/{said}.{}", settings.pay_page, URL_SAFE_NO_PAD.encode(&hash[..HASH])))
}

/// The bill of a link that leads somewhere. Nothing is looked up before the hash agrees.
fn opened(tx: &mut Tx, at: Timestamp, (settings, token): (&Settings, &str)) -> Result<BillId> {
    let none = || refuse(NotOnline::NoLink);
    let token = Some(token).filter(|it| it.len() <= LONGEST).ok_or_else(none)?;
    let (said, given) = token.rsplit_once('.').ok_or_else(none)?;
    let given = URL_SAFE_NO_PAD.decode(given).ok().filter(|it| it.len() == HASH);
    let given = given.ok_or_else(none)?;
    hash(settings, said)?.verify_truncated_left(&given).map_err(|_| none())?;
    let mut parts = said.split('.');
    let mut next = || parts.next().ok_or_else(none);
    let (bill, ended, until) = (next()?, next()?, next()?);
    let bill = BillId(bill.parse().map_err(|_| none())?);
    let until = Date::strptime("%Y%m%d", until).map_err(|_| none())?;
    let today = crate::founding::zone(tx)?.day_of(at);
    if until <= today || store::online::links_ended(tx, bill)?.to_string() != ended {
        return Err(none());
    }
    Ok(bill)
}

fn hash(settings: &Settings, said: &str) -> Result<Hmac<Sha256>> {
    let key = secret::read(&settings.link_key)?;
    if key.trim().len() < LEAST {
        return Err(refuse(NotOnline::WeakKey));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(key.trim().as_bytes()).context("no key")?;
    mac.update(format!("pay {said}").as_bytes());
    Ok(mac)
}
