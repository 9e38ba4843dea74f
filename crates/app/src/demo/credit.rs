//! What the town asks of those who owe, and the first of it done: rules from the first day, a night of late
//! fees and collections, somebody who pays in parts, and a check that nobody knows.

use anyhow::Result;
use jiff::civil::{Date, date};
use meterbook_core::account::CustomerClass;
use meterbook_core::credit::Noun;
use meterbook_core::id::{AccountId, UserId};
use meterbook_core::ledger::Tender;
use meterbook_core::money::Money;
use meterbook_store::{self as store, Db};

use super::settle::at;
use super::town::{Habit, Town};
use crate::receipt::{For, NewReceipt, NewTender, Share};
use crate::{collection, credit_rules, debit, late_fee, plan, receipt};

/// The first day of the rules.
const FROM: Date = date(2026, 1, 1);
const RULES: [(Noun, &str); 7] = [
    (
        Noun::Deposit,
        "ask residential poor 150.00\nask commercial poor 400.00\nparts 4 first 25%\n\
         interest 2026-01-01 1.5%\ncredited yearly\nreview 12 on-time\nlongest 24 months\n\
         return-as credit\n",
    ),
    (
        Noun::LateFee,
        "fee residential 1.5% monthly\nfee commercial 2% monthly\ngrace 5 days\nleast 10.00\n\
         exempt plan dispute\n",
    ),
    (
        Noun::Plan,
        "months residential 3 6 12\ndown 25%\nleast 10.00\ndebt 50.00 2000.00\ngrace 5 days\n\
         again 2\n",
    ),
    (
        Noun::Budget,
        "class residential\nhistory 12 6\nround 1.00\nvariant yearly\ntrue-up bill\noff 10%\n",
    ),
    (
        Noun::Collection,
        "least any 25.00\nstep any reminder 6 days\nstep any notice 14 days\n\
         step any cut 35 days least 75.00\ngap 7 days\nby notice dispute\nresume 90 days\n",
    ),
    (Noun::Protection, "lasts medical 30 days renewals 2\nlasts life-support 365 days\n"),
    (Noun::Returned, "fee 25.00\nfor R01 R09 check\ncash-only 2 in 365 days, for 180 days\n"),
];
/// Bills before fees, and what is due before what is not.
const ALLOCATION: &str = "pay due bill\npay due any\npay any\n";
const DEBITS: &str = "company Cedar Fork\ncompany-id 1234567890\norigin 231380104\n\
    bank 231380104 First Bank\nstatement UTILITY\n";
/// Who owes this much asks to pay in parts.
const OWED_FOR_PARTS: Money = Money::from_cents(10_000);

/// Says the rules, and does what is due by them on a day.
pub(super) fn keep(
    db: &Db,
    by: Option<UserId>,
    town: &Town,
    accounts: &[AccountId],
    today: Date,
) -> Result<()> {
    let actor = at(town, by, today);
    db.write(|tx| {
        for (noun, text) in RULES {
            credit_rules::say(tx, actor, noun, FROM, text)?;
        }
        receipt::say_rule(tx, actor, FROM, ALLOCATION)?;
        debit::say_policy(tx, actor, FROM, DEBITS)
    })?;
    late_fee::assess_all(db, actor)?;
    collection::run(db, actor, &[])?;
    db.write(|tx| {
        for (customer, account) in town.customers.iter().zip(accounts) {
            let residential =
                store::account::get(tx, *account)?.class == CustomerClass::Residential;
            let asks = residential && matches!(customer.habit, Habit::InPart | Habit::NotSince(_));
            if asks && OWED_FOR_PARTS <= store::debt::owed(tx, *account)? {
                plan::agree(
                    tx,
                    actor,
                    *account,
                    (1, None),
                    "by telephone, after two months out of work",
                )?;
                break;
            }
        }
        let amount = Money::from_cents(8_420);
        let to = For::Suspense { said: "J. Alder, mailed without its slip".to_owned() };
        let tender = NewTender { kind: Tender::Check, amount, reference: "2207".to_owned() };
        let came =
            NewReceipt { on: today, tenders: vec![tender], shares: vec![Share { to, amount }] };
        receipt::take(tx, actor, &came)
    })?;
    Ok(())
}
