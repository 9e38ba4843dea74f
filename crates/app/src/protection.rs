//! What keeps an account from being cut off: granting it, ending it, the weather, and saying all that does
//! so on a day.

use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::credit::Shield;
use meterbook_core::credit::protection::{Around, Granted, Weather, Why};
use meterbook_core::id::AccountId;
use meterbook_core::order::{CalledOff, State};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::protection::Protection;
use meterbook_store::{self as store, Conflict, Tx};

use crate::authority::authorize;
use crate::{Actor, credit_rules, order, plan, receipt, refuse};

/// Days of weather that are looked at.
const DAYS: i64 = 30;
/// Days between two protections that are still in a row.
const IN_A_ROW: i64 = 30;

/// To whom something is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// An account.
    Account(AccountId),
    /// All of a county.
    County(String),
}

/// What is to be granted.
#[derive(Clone, Debug)]
pub struct NewProtection {
    /// To whom.
    pub to: To,
    /// What.
    pub shield: Shield,
    /// The first day.
    pub from: Date,
    /// The first day without it; as the rules say without it.
    pub until: Option<Date>,
    /// What says so.
    pub evidence: String,
}

/// Why nothing is granted or ended.
#[derive(Debug, PartialEq, Eq)]
pub enum NotProtected {
    /// It follows from other facts.
    Follows {
        /// What.
        shield: Shield,
    },
    /// No rule says how long it lasts.
    NoEnd {
        /// What.
        shield: Shield,
    },
    /// It would end before it begins.
    NoDays,
    /// It was granted as often in a row as it may be.
    NoMore {
        /// How often it may be renewed.
        renewals: i64,
    },
    /// It was granted from that day on already.
    Already,
    /// There is none of that kind.
    None {
        /// What.
        shield: Shield,
    },
}

/// Grants something. Cuts of the account that are ordered are called off.
pub fn grant(tx: &mut Tx, actor: Actor, new: &NewProtection) -> Result<Protection> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, None)?;
    receipt::said(&new.evidence)?;
    let NewProtection { to, shield, from, until, evidence } = new;
    let (shield, from) = (*shield, *from);
    if meterbook_core::credit::protection::granted(shield.word()).is_err() {
        return Err(refuse(NotProtected::Follows { shield }));
    }
    let rules = credit_rules::protections(tx, from)?;
    let lasts = rules.lasts(shield).map(|it| (it.0, it.1));
    let until = match (until, lasts) {
        (Some(until), _) => *until,
        (None, Some((days, _))) => from.saturating_add(days.days()),
        (None, None) => return Err(refuse(NotProtected::NoEnd { shield })),
    };
    if until <= from {
        return Err(refuse(NotProtected::NoDays));
    }
    let (account, county, of) = match to {
        To::Account(account) => {
            store::account::lock(tx, &[*account])?;
            (Some(*account), None, account.to_string())
        }
        To::County(county) => (None, Some(county.clone()), county.clone()),
    };
    let (nth, all) = match account {
        Some(account) => in_a_row(tx, account, shield, (from, until))?,
        None => (1, 1),
    };
    if let Some((_, Some(renewals))) = lasts
        && renewals + 1 < all
    {
        return Err(refuse(NotProtected::NoMore { renewals }));
    }
    let key = format!("{shield}/{of}/{from}");
    let granted = Granted { shield, from, to: until, evidence: evidence.trim().to_owned() };
    let it = Protection { key, account, county, nth, granted, ended: None };
    store::protection::add(tx, &it).map_err(|why| match why.is::<Conflict>() {
        true => refuse(NotProtected::Already),
        false => why,
    })?;
    let said = format!("{shield} from {from} to {until}: {}", evidence.trim());
    store::audit::add(tx, &allowed, "grant protection", &of, &said)?;
    let today = crate::founding::zone(tx)?.day_of(actor.at);
    if let Some(account) = account
        && from <= today
        && today < until
    {
        call_off_cuts(tx, &allowed, account, &format!("{shield}: {}", evidence.trim()))?;
    }
    Ok(it)
}

/// The how manieth of its kind in a row one would be, and how many there would be with those behind it.
fn in_a_row(
    tx: &mut Tx,
    account: AccountId,
    shield: Shield,
    new: (Date, Date),
) -> Result<(i64, i64)> {
    let all = store::protection::of_account(tx, account)?;
    let theirs = all.iter().filter(|it| it.granted.shield == shield);
    let mut days: Vec<(Date, Date)> = theirs.map(|it| (it.granted.from, it.granted.to)).collect();
    days.sort_unstable();
    let at = days.partition_point(|it| *it < new);
    days.insert(at, new);
    let near = |pair: &&[(Date, Date)]| pair[1].0 <= pair[0].1.saturating_add(IN_A_ROW.days());
    let before = days[..=at].windows(2).rev().take_while(near).count();
    let behind = days[at..].windows(2).take_while(near).count();
    let nth = i64::try_from(before)? + 1;
    Ok((nth, nth + i64::try_from(behind)?))
}

/// Ends all that an account has of a kind today, and what was granted to it for days to come.
pub fn end(tx: &mut Tx, actor: Actor, account: AccountId, shield: Shield, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, None)?;
    receipt::said(why)?;
    let on = crate::founding::zone(tx)?.day_of(actor.at);
    let all = store::protection::of_account(tx, account)?;
    let holds =
        |it: &Protection| it.granted.shield == shield && it.ended.is_none() && on < it.granted.to;
    let all: Vec<Protection> = all.into_iter().filter(holds).collect();
    let Some(last) = all.iter().map(|it| it.granted.to).max() else {
        return Err(refuse(NotProtected::None { shield }));
    };
    for it in &all {
        store::protection::end(tx, &it.key, on, why.trim())?;
    }
    let said = format!("{shield}: {}", why.trim());
    let (was, is) = (format!("until {last}"), format!("until {on}"));
    store::audit::turn(tx, &allowed, "end protection", &account.to_string(), &said, (&was, &is))
}

/// Says the weather of a county on a day, as it was or is foreseen.
pub fn weather(tx: &mut Tx, actor: Actor, it: &Weather) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::RunCollections, None)?;
    let read = |it: &Weather| {
        let alert = if it.alert { ", alert" } else { "" };
        format!("{} to {} F{alert}", it.low, it.high)
    };
    let before = store::protection::weather(tx, it.on, it.on)?;
    let was = before.iter().find(|other| other.county == it.county).map_or_else(String::new, read);
    store::protection::say_weather(tx, it)?;
    let on = it.on.to_string();
    store::audit::turn(tx, &allowed, "say weather", &it.county, &on, (&was, &read(it)))
}

/// All that keeps an account from being cut off on a day.
pub fn shields(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<Why>> {
    let rules = credit_rules::protections(tx, on)?;
    let class = store::account::get(tx, account)?.class;
    let towns = store::protection::towns(tx, account, on)?;
    let counties: Vec<&str> = towns.iter().filter_map(|it| rules.county(it)).collect();
    let held =
        store::protection::near(tx, account, on)?.into_iter().filter(|it| match &it.county {
            None => it.account == Some(account),
            Some(county) => counties.iter().any(|it| it.eq_ignore_ascii_case(county)),
        });
    let granted: Vec<Granted> = held.map(|it| it.granted).collect();
    let weather =
        store::protection::weather(tx, on.saturating_sub(DAYS.days()), on.saturating_add(1.day()))?;
    let calendar = crate::calendar::on(tx, on)?;
    let (towns, granted, weather) = (&towns[..], &granted[..], &weather[..]);
    let around = Around { class, towns, granted, weather, calendar: &calendar };
    let mut found = rules.shields(&around, on);
    if let Some(plan) = plan::on_day(tx, account, on)? {
        let until = plan.parts.iter().map(|it| it.0).max();
        let says = format!("paid in parts as agreed on {}", plan.agreed);
        found.push(Why { shield: Shield::Plan, until, says });
    }
    if store::protection::disputes(tx, account)? {
        let says = "the customer disputes a bill".to_owned();
        found.push(Why { shield: Shield::Dispute, until: None, says });
    }
    Ok(found)
}

/// Calls off the cuts for non-payment that are ordered for an account.
fn call_off_cuts(tx: &mut Tx, allowed: &Authorized, account: AccountId, note: &str) -> Result<()> {
    for it in store::order::to_call_off(tx, account)? {
        let followed = order::follow(tx, it.id)?;
        if followed.stands.state != State::Done {
            order::call_off(tx, allowed, &followed, CalledOff::NotNeeded, note)?;
        }
    }
    Ok(())
}

impl fmt::Display for NotProtected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotProtected::Follows { shield } => {
                write!(f, "{shield} follows from what is there; nobody grants it")
            }
            NotProtected::NoEnd { shield } => {
                write!(f, "no rule says how long {shield} lasts; say until when")
            }
            NotProtected::NoDays => f.write_str("it ends after it begins"),
            NotProtected::NoMore { renewals } => {
                write!(f, "it may be renewed {renewals} times in a row, and was")
            }
            NotProtected::Already => {
                f.write_str("it was granted from that day on already; nothing was changed")
            }
            NotProtected::None { shield } => write!(f, "the account has no {shield} protection"),
        }
    }
}

impl std::error::Error for NotProtected {}
