//! What keeps an account from being cut off: granting it, ending it, the weather, and saying all that does
//! so on a day.

mod known;
mod shields;
mod weather;

use std::collections::BTreeSet;
use std::fmt;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::credit::Shield;
use meterbook_core::credit::circumstance::Condition;
use meterbook_core::credit::protection::{Granted, Lasts, Weather, Why};
use meterbook_core::id::AccountId;
use meterbook_core::money::Money;
use meterbook_core::order::{CalledOff, State};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_store::protection::Protection;
use meterbook_store::{self as store, Conflict, Tx};

pub use self::shields::{shields, shields_of};
pub(crate) use self::weather::KIND as WEATHER;
pub use self::weather::{Taken, weather, weather_file};
use crate::authority::authorize;
use crate::collection::CALLED_OFF;
use crate::{Actor, credit_rules, order, receipt, refuse};

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
    /// It would be longer than one of its kind lasts.
    TooLong {
        /// What.
        shield: Shield,
        /// The longest day that may be the first one without it.
        longest: Date,
    },
    /// It was granted as often in a row as it may be, or for the same arrears.
    NoMore {
        /// How often it may be renewed.
        renewals: i64,
        /// The first day of another row; none where what is past due has to be paid first.
        from: Option<Date>,
    },
    /// It was granted as often as it may be to who does not pay what comes due.
    NotPaying {
        /// How often it may be renewed.
        renewals: i64,
    },
    /// No rule knows the county.
    NoCounty {
        /// How it was written.
        county: String,
    },
    /// The coldest of a day is above its hottest.
    UpsideDown {
        /// The lowest, in degrees Fahrenheit.
        low: i64,
        /// The highest.
        high: i64,
    },
    /// It was never so cold or hot.
    NeverWas {
        /// What was said, in degrees Fahrenheit.
        degrees: i64,
    },
    /// Nobody foresees the weather of that day yet.
    TooFar {
        /// The day.
        on: Date,
    },
    /// It was granted from that day on already.
    Already,
    /// There is none of that kind.
    None {
        /// What.
        shield: Shield,
    },
}

/// Grants something. Cuts that are ordered of whom it keeps are called off.
pub fn grant(tx: &mut Tx, actor: Actor, new: &NewProtection) -> Result<Protection> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
    receipt::said(&new.evidence)?;
    let NewProtection { to, shield, from, until, evidence } = new;
    let (shield, from) = (*shield, *from);
    if meterbook_core::credit::protection::granted(shield.word()).is_err() {
        return Err(refuse(NotProtected::Follows { shield }));
    }
    let rules = credit_rules::protections(tx, from)?;
    let lasts = rules.lasts(shield);
    let until = match (until, lasts) {
        (Some(until), _) => *until,
        (None, Some(lasts)) => lasts.span.after(from),
        (None, None) => return Err(refuse(NotProtected::NoEnd { shield })),
    };
    if until <= from {
        return Err(refuse(NotProtected::NoDays));
    }
    // What a county is granted says itself how long it is; one certificate lasts as long as its rule says.
    let longest = lasts.map(|it| it.span.after(from)).filter(|_| matches!(to, To::Account(_)));
    if let Some(longest) = longest.filter(|it| *it < until) {
        return Err(refuse(NotProtected::TooLong { shield, longest }));
    }
    let (account, county, of) = match to {
        To::Account(account) => {
            store::account::lock(tx, &[*account])?;
            (Some(*account), None, account.to_string())
        }
        To::County(county) => {
            let known = rules.county_named(county).map(str::to_owned);
            let unknown = || refuse(NotProtected::NoCounty { county: county.clone() });
            let county = known.ok_or_else(unknown)?;
            (None, Some(county.clone()), county)
        }
    };
    let nth = match account {
        Some(account) => {
            let row = in_a_row(tx, account, shield, (from, until))?;
            if let Some(lasts) = lasts {
                not_too_many(tx, account, lasts, &row)?;
            }
            row.nth
        }
        None => 1,
    };
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
    match account {
        Some(account) if from <= today && today < until => {
            call_off_cuts(tx, &allowed, account, &format!("{shield}: {}", evidence.trim()))?;
        }
        Some(_) => {}
        None => {
            let ordered = store::order::with_cuts(tx)?;
            after_fact(tx, &allowed, &ordered)?;
        }
    }
    Ok(it)
}

/// What is granted of a kind, with what would be.
struct Row {
    /// All of its kind, the first day first.
    all: Vec<Date>,
    new: Date,
    /// The how manieth in a row it would be.
    nth: i64,
    /// The first day of that row.
    since: Date,
    /// The first day on which another row begins.
    another: Date,
    /// How many there would be in it.
    many: i64,
}

fn in_a_row(tx: &mut Tx, account: AccountId, shield: Shield, new: (Date, Date)) -> Result<Row> {
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
    let many = nth + i64::try_from(behind)?;
    let since = days[at - before].0;
    let ends = days.iter().enumerate().filter(|it| it.0 != at).map(|it| it.1.1);
    let another = ends.max().unwrap_or(new.0).saturating_add((IN_A_ROW + 1).days());
    let all = days.into_iter().map(|it| it.0).collect();
    Ok(Row { all, new: new.0, nth, since, another, many })
}

/// Refuses what was granted as often as a rule lets it be, in a row or for the same arrears.
fn not_too_many(tx: &mut Tx, account: AccountId, lasts: &Lasts, row: &Row) -> Result<()> {
    let Some(renewals) = lasts.renewals else { return Ok(()) };
    let (many, since) = match lasts.per_arrears {
        false => (row.many, row.since),
        true => {
            let Some(oldest) = known::past_due_since(tx, account, row.new)? else { return Ok(()) };
            let theirs = row.all.iter().filter(|it| oldest <= **it);
            (i64::try_from(theirs.clone().count())?, theirs.min().copied().unwrap_or(row.new))
        }
    };
    if many <= renewals + 1 {
        return Ok(());
    }
    match lasts.unless_paying {
        false => {
            let from = (!lasts.per_arrears).then_some(row.another);
            Err(refuse(NotProtected::NoMore { renewals, from }))
        }
        true if known::keeps_up(tx, account, (since, row.new))? => Ok(()),
        true => Err(refuse(NotProtected::NotPaying { renewals })),
    }
}

/// Ends all that an account has of a kind today, and what was granted to it for days to come.
pub fn end(tx: &mut Tx, actor: Actor, account: AccountId, shield: Shield, why: &str) -> Result<()> {
    let allowed = authorize(tx, actor, Permission::KeepCredit, Some(Money::ZERO))?;
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

/// Calls off cuts where what was paid keeps service by a rule, in the payment's own transaction. Says whether
/// who was cut off is to be connected again for it.
pub(crate) fn after_payment(tx: &mut Tx, allowed: &Authorized, account: AccountId) -> Result<bool> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let found = by_paying(tx, account, today)?;
    if let Some(it) = found.first() {
        call_off_cuts(tx, allowed, account, &it.to_string())?;
    }
    Ok(found.iter().any(|it| it.restores))
}

/// Whether who was cut off is to be connected again for what was paid, though something is past due.
pub(crate) fn restores(tx: &mut Tx, account: AccountId, on: Date) -> Result<bool> {
    Ok(by_paying(tx, account, on)?.iter().any(|it| it.restores))
}

/// What keeps service for what was paid.
fn by_paying(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<Why>> {
    if credit_rules::protections(tx, on)?.paid_since(on).is_none() {
        return Ok(Vec::new());
    }
    let by_paying = |it: &Why| it.conditions.iter().any(|it| matches!(it, Condition::Paid(..)));
    Ok(shields(tx, account, on)?.into_iter().filter(|it| by_paying(it)).collect())
}

/// Calls off the cuts that are ordered for accounts which something keeps from being cut off by now, in the
/// transaction of what says so: no crew sets out for it, and one that is on its way reads why. What passes by
/// itself in days, and may be said anew, only keeps a crew from being sent: the weather and the calendar.
pub(crate) fn after_fact(tx: &mut Tx, allowed: &Authorized, accounts: &[AccountId]) -> Result<()> {
    let mut ordered = Vec::new();
    for account in accounts {
        if !store::order::to_call_off(tx, *account)?.is_empty() {
            ordered.push(*account);
        }
    }
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let all = shields_of(tx, &ordered, today)?;
    let stays = |it: &&Why| !matches!(it.shield, Shield::Weather | Shield::Calendar);
    for account in ordered {
        if let Some(why) = all.get(&account).into_iter().flatten().find(stays) {
            call_off_cuts(tx, allowed, account, &why.to_string())?;
        }
    }
    Ok(())
}

/// Calls off the cuts for non-payment that are ordered for an account. Its case ends with them: the next one
/// goes on before the cut, as for a debt that comes back.
fn call_off_cuts(tx: &mut Tx, allowed: &Authorized, account: AccountId, note: &str) -> Result<()> {
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let mut cases = BTreeSet::new();
    for it in store::order::to_call_off(tx, account)? {
        let followed = order::follow(tx, it.id)?;
        if followed.stands.state != State::Done {
            order::call_off(tx, allowed, &followed, CalledOff::NotNeeded, note)?;
            cases.extend(store::collection::case_of_cut(tx, it.id)?);
        }
    }
    let ends: Vec<_> = cases.into_iter().map(|key| (key, CALLED_OFF)).collect();
    store::collection::end(tx, &ends, today)
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
            NotProtected::TooLong { shield, longest } => write!(
                f,
                "one {shield} protection lasts until {longest} at most; say that day or an earlier one, and renew it when it is over"
            ),
            NotProtected::NoMore { renewals, from } => {
                match renewals {
                    1 => f.write_str("it may be renewed once")?,
                    _ => write!(f, "it may be renewed {renewals} times")?,
                }
                match from {
                    Some(from) => write!(f, " in a row, and was; another one may begin on {from}"),
                    None => f.write_str(
                        " for the same arrears, and was; another one may begin once they are paid",
                    ),
                }
            }
            NotProtected::NotPaying { renewals } => write!(
                f,
                "it was renewed {renewals} times for what is past due, and what came due since the first was not paid; take a payment of that first"
            ),
            NotProtected::UpsideDown { low, high } => {
                write!(f, "the lowest is {low} and the highest {high}; mend them")
            }
            NotProtected::NeverWas { degrees } => {
                write!(f, "it was never {degrees} F anywhere; say it in degrees Fahrenheit")
            }
            NotProtected::TooFar { on } => write!(
                f,
                "nobody foresees the weather of {on} yet; say it at most {} days ahead",
                Weather::AHEAD
            ),
            NotProtected::NoCounty { county } => write!(
                f,
                "no rule knows the county {county}; write county {county}: TOWNS in the rules of protection: meterbook credit rules protection"
            ),
            NotProtected::Already => {
                f.write_str("it was granted from that day on already; nothing was changed")
            }
            NotProtected::None { shield } => write!(f, "the account has no {shield} protection"),
        }
    }
}

impl std::error::Error for NotProtected {}
