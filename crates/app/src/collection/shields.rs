//! What keeps accounts from a cut, asked of all that are past due at once.

use std::collections::HashMap;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::calendar::Calendar;
use meterbook_core::credit::Shield;
use meterbook_core::credit::circumstance::{Circumstance, Fact};
use meterbook_core::credit::protection::{self as texts, Around, PastDue, Weather};
use meterbook_core::id::AccountId;
use meterbook_core::period::Zone;
use meterbook_store::circumstance::Sent;
use meterbook_store::debt::Arrears;
use meterbook_store::{self as store, Tx};

use crate::credit_rules;
use crate::protection::known::{self, Known};

/// Accounts of which it is asked at once in which towns they are.
const PLACES: usize = 1_000;
/// Days of weather that are looked at.
const DAYS: i64 = 30;

/// What shields accounts on a day, asked for all of them at once.
pub(super) struct Shields {
    rules: texts::Rules,
    granted: HashMap<AccountId, Vec<Shield>>,
    counties: Vec<(String, Shield)>,
    disputed: HashMap<AccountId, Shield>,
    weather: Vec<Weather>,
    calendar: Calendar,
    /// Where accounts are, where a rule asks for it.
    towns: HashMap<AccountId, Vec<String>>,
    /// By class and town: what the rules make of it, where they ask for nothing of the account itself.
    known: HashMap<(CustomerClass, Vec<String>), Vec<Shield>>,
    facts: HashMap<AccountId, Vec<Fact>>,
    told: HashMap<AccountId, Vec<Date>>,
    letters: HashMap<AccountId, Vec<Sent>>,
    zone: Zone,
}

impl Shields {
    pub(super) fn of(tx: &mut Tx, on: Date, arrears: &[Arrears]) -> Result<Shields> {
        let mut granted: HashMap<AccountId, Vec<Shield>> = HashMap::new();
        let mut counties = Vec::new();
        for it in store::protection::on(tx, on)? {
            let shield = it.granted.shield;
            match (it.account, it.county) {
                (Some(account), _) => granted.entry(account).or_default().push(shield),
                (None, Some(county)) => counties.push((county, shield)),
                (None, None) => (),
            }
        }
        for it in store::registration::protecting(tx, on)? {
            let shield = texts::registered(&it).map(|it| it.shield);
            granted.entry(it.account).or_default().extend(shield);
        }
        if credit_rules::pledges(tx, on)?.shields {
            for account in store::pledge::open(tx, on)?.into_keys() {
                granted.entry(account).or_default().push(Shield::Pledge);
            }
        }
        let rules = credit_rules::protections(tx, on)?;
        let mut towns = HashMap::new();
        for some in arrears.chunks(PLACES).filter(|_| rules.has_counties()) {
            let accounts: Vec<AccountId> = some.iter().map(|it| it.account).collect();
            towns.extend(store::protection::towns_among(tx, &accounts, on)?);
        }
        let facts = match rules.asks_of_account() {
            true => store::circumstance::on(tx, on)?,
            false => HashMap::new(),
        };
        let told = match rules.asks_for(Circumstance::Told) {
            true => store::circumstance::told(tx, on)?,
            false => HashMap::new(),
        };
        let letters = match rules.asks_for_letters() {
            true => store::circumstance::letters(tx)?,
            false => HashMap::new(),
        };
        Ok(Shields {
            rules,
            facts,
            told,
            letters,
            zone: crate::founding::zone(tx)?,
            granted,
            counties,
            disputed: store::protection::disputed(tx)?,
            weather: store::protection::weather(
                tx,
                on.saturating_sub(DAYS.days()),
                on.saturating_add(1.day()),
            )?,
            calendar: crate::calendar::on(tx, on)?,
            towns,
            known: HashMap::new(),
        })
    }

    pub(super) fn of_account(
        &mut self,
        tx: &mut Tx,
        it: &Arrears,
        on: Date,
    ) -> Result<Vec<Shield>> {
        let mut found = self.granted.get(&it.account).cloned().unwrap_or_default();
        found.extend(self.disputed.get(&it.account));
        let towns = self.towns.get(&it.account).cloned().unwrap_or_default();
        if self.rules.asks_of_account() {
            let known = self.of_itself(tx, it, on)?;
            found.extend(self.by_rules(it.class, &towns, &known, on));
            return Ok(found);
        }
        let key = (it.class, towns);
        if !self.known.contains_key(&key) {
            let all = self.by_rules(it.class, &key.1, &Known::default(), on);
            self.known.insert(key.clone(), all);
        }
        found.extend(self.known.get(&key).into_iter().flatten());
        Ok(found)
    }

    /// What the rules make of an account of which so much is known, and what its county was granted.
    fn by_rules(
        &self,
        class: CustomerClass,
        towns: &[String],
        known: &Known,
        on: Date,
    ) -> Vec<Shield> {
        let around = Around {
            class,
            towns,
            granted: &[],
            facts: &known.facts,
            past_due: known.past_due,
            paid: &known.paid,
            weather: &self.weather,
            calendar: &self.calendar,
        };
        let mut all: Vec<Shield> =
            self.rules.shields(&around, on).iter().map(|it| it.shield).collect();
        for (county, shield) in &self.counties {
            let here = |it: &String| {
                self.rules.county(it).is_some_and(|it| it.eq_ignore_ascii_case(county))
            };
            if towns.iter().any(here) {
                all.push(*shield);
            }
        }
        all
    }

    /// What lines ask for of an account; its debts are looked at one by one only where a line needs it.
    fn of_itself(&self, tx: &mut Tx, it: &Arrears, on: Date) -> Result<Known> {
        let mut facts = self.facts.get(&it.account).cloned().unwrap_or_default();
        let told = self.told.get(&it.account).into_iter().flatten();
        facts.extend(told.map(|it| known::told(*it)));
        if let Some(sent) = self.letters.get(&it.account) {
            facts.extend(known::by_letters(&self.rules, sent, &self.zone, on));
        }
        facts.extend(known::elsewhere(tx, &self.rules, it.account, on)?);
        let (past_due, paid) = match self.rules.asks_of_debts() {
            true => known::debts(tx, &self.rules, it.account, on)?,
            false => {
                let (amount, oldest) = (it.past_due, it.oldest);
                let past_due = PastDue { amount, oldest, newest: oldest, of_service: true };
                (Some(past_due), Vec::new())
            }
        };
        Ok(Known { facts, past_due, paid })
    }
}
