//! What a bank may have told before, under another day or as another amount: a person looks before it is
//! posted twice.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::money::Money;
use meterbook_store::bank::{Booked, Credit};
use meterbook_store::{self as store, Tx};

use super::Came;

/// Days around one on which a bank may tell it again: the statement after a long weekend repeats what came
/// before it, and who pays each week pays a week later.
const REPEATED_DAYS: i64 = 6;

/// What something that came in is perhaps the same as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Perhaps {
    /// The key of that.
    pub key: String,
    /// What that came to, where it is another amount.
    pub was: Option<Money>,
}

/// The account, the amount and what tells it best.
type Told<'a> = (&'a str, Money, &'a str);

/// The natural key of what came in.
pub(super) fn key_of((account, amount, told): Told<'_>, on: Date) -> String {
    format!("{account}/{on}/{}/{told}", amount.cents())
}

/// The keys that the same would have on other days nearby; none where nothing tells it.
fn around(told: Told<'_>, on: Date) -> Vec<String> {
    let days = (-REPEATED_DAYS..=REPEATED_DAYS).filter(|it| *it != 0 && !told.2.is_empty());
    days.map(|days| key_of(told, on.saturating_add(days.days()))).collect()
}

/// What another statement, or this one, has with the same account, amount and reference on another day
/// nearby, or with the same account and reference as another amount, by the keys of what is fresh; `here` are
/// the keys of all of this statement. A bank's reference is of one transfer, and the day on which it is booked
/// is not: a bank that repeats an item books it under the day of the statement. A person looks before it is
/// posted twice.
pub(super) fn repeated(
    tx: &mut Tx,
    fresh: &[Came],
    here: &BTreeSet<String>,
) -> Result<BTreeMap<String, Perhaps>> {
    let all: Vec<_> = fresh.iter().map(|it| (&*it.key, around(it.told_of(), it.on))).collect();
    let before = store::bank::among(tx, all.iter().flat_map(|it| it.1.iter().map(String::as_str)))?;
    let others = Others::near(tx, fresh.iter().map(|it| (&*it.account, it.on)))?;
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut found = BTreeMap::new();
    for (it, (key, days)) in fresh.iter().zip(all) {
        let same = days.into_iter().find(|it| before.contains(it) || seen.contains(it));
        let same = same.map(|key| Perhaps { key, was: None });
        let same = same.or_else(|| {
            // What this statement has too is another one: a bank that lists two means two.
            others.find(it.told_of(), (it.on, &it.said), |of| !here.contains(&of.key))
        });
        found.extend(same.map(|it| (key.to_owned(), it)));
        seen.insert(key_of(it.told_of(), it.on));
    }
    Ok(found)
}

/// What each of these, which came in and waits, is perhaps the same as, by their keys.
pub(super) fn waiting(tx: &mut Tx, came: &[Credit]) -> Result<BTreeMap<String, Perhaps>> {
    let told: Vec<&str> = came.iter().map(|it| told_in(&it.key, &it.account, it.on)).collect();
    let days = |(it, told): (&Credit, &&str)| around((&it.account, it.amount, told), it.on);
    let all: Vec<Vec<String>> = came.iter().zip(&told).map(days).collect();
    let before = store::bank::among(tx, all.iter().flatten().map(String::as_str))?;
    let others = Others::near(tx, came.iter().map(|it| (&*it.account, it.on)))?;
    let mut found = BTreeMap::new();
    for ((it, days), told) in came.iter().zip(all).zip(told) {
        let same = days.into_iter().find(|it| before.contains(it));
        let same = same.map(|key| Perhaps { key, was: None });
        let statement = others.statement_of(&it.key);
        let same = same.or_else(|| {
            let (account, amount) = (it.account.as_str(), it.amount);
            let earlier = |of: &Booked| statement.is_some_and(|it| of.statement < it);
            forms(told)
                .into_iter()
                .find_map(|told| others.find((account, amount, told), (it.on, &it.said), earlier))
        });
        found.extend(same.map(|same| (it.key.clone(), same)));
    }
    Ok(found)
}

/// What was kept of accounts within days around some, by account and by what tells it.
#[derive(Default)]
struct Others(BTreeMap<(String, String), Vec<Booked>>);

impl Others {
    fn near<'a>(tx: &mut Tx, days: impl Iterator<Item = (&'a str, Date)>) -> Result<Others> {
        let mut spans: BTreeMap<&str, (Date, Date)> = BTreeMap::new();
        for (account, on) in days {
            let span = spans.entry(account).or_insert((on, on));
            *span = (span.0.min(on), span.1.max(on));
        }
        let mut all = Others::default();
        for (account, (first, last)) in spans {
            let days = REPEATED_DAYS.days();
            let (first, last) = (first.saturating_sub(days), last.saturating_add(days));
            for it in store::bank::booked(tx, account, (first, last))? {
                let told = told_in(&it.key, account, it.on).to_owned();
                for told in forms(&told) {
                    let of = (account.to_owned(), told.to_owned());
                    all.0.entry(of).or_default().push(it.clone());
                }
            }
        }
        Ok(all)
    }

    fn statement_of(&self, key: &str) -> Option<meterbook_core::id::BankStatementId> {
        self.0.values().flatten().find(|it| it.key == key).map(|it| it.statement)
    }

    /// What was kept under the same reference as another amount: on the same day, or on a day nearby where all
    /// that is said of it is the same too. Some banks count their references anew each day, and some payers say
    /// the same each week: the words alone tell nothing on another day.
    fn find(
        &self,
        (account, amount, told): Told<'_>,
        (on, said): (Date, &str),
        is_other: impl Fn(&Booked) -> bool,
    ) -> Option<Perhaps> {
        let all =
            self.0.get(&(account.to_owned(), told.to_owned())).filter(|_| !told.is_empty())?;
        let more = said != told;
        let same = all.iter().find(|it| {
            cents_in(&it.key, account, it.on) != Some(amount.cents())
                && (it.on == on || more && it.said == said)
                && is_other(it)
        })?;
        Some(Perhaps { key: same.key.clone(), was: Some(same.amount) })
    }
}

/// What stands in a key behind the account and the day.
fn behind<'a>(key: &'a str, account: &str, on: Date) -> Option<(&'a str, &'a str)> {
    key.strip_prefix(&format!("{account}/{on}/"))?.split_once('/')
}

/// What tells it best, with what tells it from others of the same key.
fn told_in<'a>(key: &'a str, account: &str, on: Date) -> &'a str {
    behind(key, account, on).map_or("", |it| it.1)
}

fn cents_in(key: &str, account: &str, on: Date) -> Option<i64> {
    behind(key, account, on)?.0.parse().ok()
}

/// What tells it, as it is and without the count of a part (`/1`) and of what is alike (`#2`).
fn forms(told: &str) -> BTreeSet<&str> {
    let without = |told: &'_ str, mark: char| -> Option<usize> {
        let (first, count) = told.rsplit_once(mark)?;
        let counts = !count.is_empty() && count.bytes().all(|it| it.is_ascii_digit());
        counts.then_some(first.len())
    };
    let part = without(told, '/').map(|it| &told[..it]);
    let mut all = BTreeSet::from([told]);
    all.extend(part);
    let alike = all.iter().filter_map(|it| without(it, '#').map(|at| &it[..at]));
    let alike: Vec<&str> = alike.collect();
    all.extend(alike);
    all
}

impl Came {
    fn told_of(&self) -> Told<'_> {
        (&self.account, self.amount, &self.told)
    }
}
