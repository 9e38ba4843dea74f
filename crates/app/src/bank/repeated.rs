//! What a bank may have told before, under another day or as another amount: a person looks before it is
//! posted twice.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::id::BankStatementId;
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
    let others = Others::near(tx, fresh.iter().map(|it| (&*it.account, it.on, &*it.told)))?;
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
    let each = came.iter().zip(&told).map(|(it, told)| (&*it.account, it.on, *told));
    let others = Others::near(tx, each)?;
    let mut found = BTreeMap::new();
    for ((it, days), told) in came.iter().zip(all).zip(told) {
        let same = days.into_iter().find(|it| before.contains(it));
        let same = same.map(|key| Perhaps { key, was: None });
        let statement = others.statement_of((&it.account, told), &it.key);
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
    /// Of accounts, days and what tells it: only what is told so is kept in memory.
    fn near<'a>(
        tx: &mut Tx,
        all: impl Iterator<Item = (&'a str, Date, &'a str)>,
    ) -> Result<Others> {
        let mut days: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
        let mut wanted: BTreeSet<(&str, &str)> = BTreeSet::new();
        for (account, on, told) in all {
            days.entry(account).or_default().insert(on);
            wanted.extend(forms(told).into_iter().map(|it| (account, it)));
        }
        let mut found = Others::default();
        for (account, days) in days {
            for span in spans(days) {
                for it in store::bank::booked(tx, account, span)? {
                    let told = told_in(&it.key, account, it.on).to_owned();
                    for told in
                        forms(&told).into_iter().filter(|it| wanted.contains(&(account, it)))
                    {
                        let of = (account.to_owned(), told.to_owned());
                        found.0.entry(of).or_default().push(it.clone());
                    }
                }
            }
        }
        Ok(found)
    }

    /// The statement in which something was first.
    fn statement_of(&self, (account, told): (&str, &str), key: &str) -> Option<BankStatementId> {
        let all = self.0.get(&(account.to_owned(), told.to_owned()))?;
        all.iter().find(|it| it.key == key).map(|it| it.statement)
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

/// The days around these, as few spans as they are.
fn spans(days: BTreeSet<Date>) -> Vec<(Date, Date)> {
    let around = REPEATED_DAYS.days();
    let mut all: Vec<(Date, Date)> = Vec::new();
    for on in days {
        let (first, last) = (on.saturating_sub(around), on.saturating_add(around));
        match all.last_mut() {
            Some(span) if first <= span.1 => span.1 = last,
            _ => all.push((first, last)),
        }
    }
    all
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

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_key_says_what_tells_it_whatever_counts_stand_behind() {
        let on = date(2026, 3, 12);
        let told = |key: &str| told_in(key, "DE89/1", on).to_owned();
        assert_eq!(told("DE89/1/2026-03-12/1000/INV/7#2/1"), "INV/7#2/1");
        assert_eq!(cents_in("DE89/1/2026-03-12/1000/INV/7", "DE89/1", on), Some(1_000));
        assert_eq!(told("DE89/1/2026-03-13/1000/INV"), "", "of another day");
        let all = |told| forms(told).into_iter().collect::<Vec<_>>();
        assert_eq!(all("W1#2/1"), ["W1", "W1#2", "W1#2/1"]);
        assert_eq!((all("W1"), all("W/x#")), (vec!["W1"], vec!["W/x#"]));
    }

    #[test]
    fn days_nearby_are_read_once() {
        let days = [1, 5, 30].map(|day| date(2026, 3, day));
        let spans = spans(BTreeSet::from(days));
        let day = |month, day| date(2026, month, day);
        assert_eq!(spans, [(day(2, 23), day(3, 11)), (day(3, 24), day(4, 5))]);
    }
}
