//! What keeps an account from fees and steps of collections on a day.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::about::About;
use meterbook_core::credit::Shield;
use meterbook_core::id::AccountId;
use meterbook_core::task::TaskKind;
use meterbook_store::{self as store, Tx};

/// Tasks about an account among which a dispute is looked for.
const TASKS: i64 = 100;

/// All that shields an account on a day.
pub fn on(tx: &mut Tx, account: AccountId, day: Date) -> Result<Vec<Shield>> {
    let zone = crate::founding::zone(tx)?;
    let mut shields = Vec::new();
    let tasks = store::task::of_subject(tx, About::Account(account), TASKS)?;
    let disputes = tasks.iter().filter(|it| it.kind == TaskKind::Dispute);
    let open = |raised, closed: Option<_>| {
        zone.day_of(raised) <= day && closed.is_none_or(|it| day <= zone.day_of(it))
    };
    if disputes.into_iter().any(|it| open(it.raised, it.closed)) {
        shields.push(Shield::Dispute);
    }
    if crate::plan::on_day(tx, account, day)?.is_some() {
        shields.push(Shield::Plan);
    }
    let levelled = store::budget::of_account(tx, account)?;
    if levelled.iter().any(|it| it.from <= day && it.ended.is_none_or(|to| day < to)) {
        shields.push(Shield::Budget);
    }
    for it in store::protection::near(tx, account, day)? {
        if it.account == Some(account) {
            shields.push(it.granted.shield);
        }
    }
    Ok(shields)
}
