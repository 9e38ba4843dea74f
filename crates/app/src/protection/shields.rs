//! All that keeps accounts from being cut off on a day: asked at once of all that are meant, be it the one for
//! which a crew sets out, those on a page, or all that have a step tonight.

use std::collections::HashMap;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::calendar::Calendar;
use meterbook_core::credit::protection::{Around, Granted, Rules, Weather, Why, registered};
use meterbook_core::credit::{Shield, collection};
use meterbook_core::id::AccountId;
use meterbook_store::protection::Protection;
use meterbook_store::{self as store, Tx};

use super::known::{self, Known};
use crate::{credit_rules, plan};

/// Accounts that are asked for in one statement.
const AT_ONCE: usize = 1_000;
/// Days of weather that are looked at.
const DAYS: i64 = 30;

/// All that keeps an account from being cut off on a day.
pub fn shields(tx: &mut Tx, account: AccountId, on: Date) -> Result<Vec<Why>> {
    Ok(shields_of(tx, &[account], on)?.remove(&account).unwrap_or_default())
}

/// The same of many accounts; those that nothing keeps are not among them.
pub fn shields_of(
    tx: &mut Tx,
    accounts: &[AccountId],
    on: Date,
) -> Result<HashMap<AccountId, Vec<Why>>> {
    let mut found = HashMap::new();
    if accounts.is_empty() {
        return Ok(found);
    }
    let day = Day::of(tx, on)?;
    for some in accounts.chunks(AT_ONCE) {
        day.shields(tx, some, &mut found)?;
    }
    Ok(found)
}

/// What is the same for every account on a day.
struct Day {
    on: Date,
    rules: Rules,
    collections: collection::Rules,
    /// What was granted to all of a county.
    counties: Vec<Protection>,
    weather: Vec<Weather>,
    calendar: Calendar,
    /// Whether who waits for what an agency promised is not cut off.
    pledges: bool,
}

impl Day {
    fn of(tx: &mut Tx, on: Date) -> Result<Day> {
        let (first, last) = (on.saturating_sub(DAYS.days()), on.saturating_add(1.day()));
        Ok(Day {
            on,
            rules: credit_rules::protections(tx, on)?,
            collections: credit_rules::collections(tx, on)?,
            counties: store::protection::counties(tx, on)?,
            weather: store::protection::weather(tx, first, last)?,
            calendar: crate::calendar::on(tx, on)?,
            pledges: credit_rules::pledges(tx, on)?.shields,
        })
    }

    fn shields(
        &self,
        tx: &mut Tx,
        accounts: &[AccountId],
        found: &mut HashMap<AccountId, Vec<Why>>,
    ) -> Result<()> {
        let on = self.on;
        let mut granted = by_account(store::protection::among(tx, accounts, on)?, |it| it.account);
        let mut registered_as =
            by_account(store::registration::protecting(tx, accounts)?, |it| Some(it.account));
        let towns = match self.rules.has_counties() {
            true => store::protection::towns(tx, accounts, on)?,
            false => HashMap::new(),
        };
        let mut weather: HashMap<&[String], Vec<Weather>> = HashMap::new();
        for it in towns.values() {
            weather.entry(it).or_insert_with(|| self.weather_in(it));
        }
        let known = known::of(tx, &self.rules, accounts, on)?;
        let nothing = Known::default();
        let beside = self.beside(tx, accounts)?;
        for (account, class) in store::account::classes(tx, accounts)? {
            let towns = towns.get(&account).map_or(&[][..], |it| it);
            let theirs = granted.remove(&account).unwrap_or_default();
            let registered_as = registered_as.remove(&account).unwrap_or_default();
            let mut granted = self.granted(theirs, towns);
            granted.extend(registered_as.iter().filter_map(registered));
            let weather = weather.get(towns).map_or(&[][..], |it| it);
            let mut all = self.by_rules(
                (class, towns),
                &granted,
                weather,
                known.get(&account).unwrap_or(&nothing),
            );
            all.extend(beside.get(&account).into_iter().flatten().cloned());
            if !all.is_empty() {
                found.insert(account, all);
            }
        }
        Ok(())
    }

    /// What was granted to an account and to the counties of its towns, the oldest first.
    fn granted(&self, mut theirs: Vec<Protection>, towns: &[String]) -> Vec<Granted> {
        let here = |it: &&Protection| {
            let county = it.county.as_deref();
            county.is_some_and(|county| self.is_in(towns, county))
        };
        theirs.extend(self.counties.iter().filter(here).cloned());
        theirs.sort_by(|one, other| {
            (one.granted.from, &one.key).cmp(&(other.granted.from, &other.key))
        });
        theirs.into_iter().map(|it| it.granted).collect()
    }

    fn is_in(&self, towns: &[String], county: &str) -> bool {
        let mut theirs = towns.iter().filter_map(|it| self.rules.county(it));
        theirs.any(|it| it.eq_ignore_ascii_case(county))
    }

    fn weather_in(&self, towns: &[String]) -> Vec<Weather> {
        self.weather.iter().filter(|it| self.is_in(towns, &it.county)).cloned().collect()
    }

    fn by_rules(
        &self,
        (class, towns): (CustomerClass, &[String]),
        granted: &[Granted],
        weather: &[Weather],
        known: &Known,
    ) -> Vec<Why> {
        let around = Around {
            class,
            towns,
            granted,
            facts: &known.facts,
            past_due: known.past_due,
            least_to_cut: self.collections.least_to_cut(class),
            paid: &known.paid,
            weather,
            calendar: &self.calendar,
        };
        self.rules.shields(&around, self.on)
    }

    /// What keeps accounts whatever the rules of protection say: plans, pledges, disputes.
    fn beside(&self, tx: &mut Tx, accounts: &[AccountId]) -> Result<HashMap<AccountId, Vec<Why>>> {
        let mut all: HashMap<AccountId, Vec<Why>> = HashMap::new();
        for (account, (agreed, until)) in plan::holding(tx, accounts, self.on)? {
            let says = format!("paid in parts as agreed on {agreed}");
            all.entry(account).or_default().push(Why::new(Shield::Plan, until, says));
        }
        if self.pledges {
            for (account, agency, amount, lapses) in store::pledge::holding(tx, accounts, self.on)?
            {
                let says = format!("{agency} promised {amount}");
                all.entry(account).or_default().push(Why::new(Shield::Pledge, Some(lapses), says));
            }
        }
        for account in store::protection::disputed(tx, accounts)? {
            let says = "the customer disputes a bill".to_owned();
            all.entry(account).or_default().push(Why::new(Shield::Dispute, None, says));
        }
        Ok(all)
    }
}

fn by_account<T>(all: Vec<T>, of: impl Fn(&T) -> Option<AccountId>) -> HashMap<AccountId, Vec<T>> {
    let mut found: HashMap<AccountId, Vec<T>> = HashMap::new();
    for it in all {
        if let Some(account) = of(&it) {
            found.entry(account).or_default().push(it);
        }
    }
    found
}
