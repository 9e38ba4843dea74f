//! The town whose night is measured: a utility, its people, and what was billed and paid for some months.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use jiff::ToSpan;
use jiff::civil::date;
use meterbook_app::{credit_rules, founding, tariff};
use meterbook_checks::engines::Raw;
use meterbook_core::bill::Utility;
use meterbook_core::credit::Noun;
use meterbook_core::currency::Currency;
use meterbook_core::id::AccountNumber;
use meterbook_store::{Counter, Db, Location};

use crate::{actor, place::Place};

/// Cycles: an account's is by its number.
const CYCLES: i8 = 20;
/// What is done where something is past due.
const COLLECTIONS: &str = "\
least any 20.00
step any reminder 5 days
step any notice 15 days
step any cut 25 days least 50.00
gap 7 days
by notice dispute
resume 90 days
";
/// Where a rule asks for the county, it is asked where accounts are.
const PROTECTIONS: &str = "\
county Kane: Town 1, Town 2
lasts medical 60 days renewals 1
below any 32 county Kane
";
const TARIFF: &str = "\
tariff R-1 half-up
name       Residential
commodity  electric kWh
from       2018-01-01

monthly  Service charge   12.00
volume   Energy           0.1287
tax      City tax         3.5%
";

/// Makes so many accounts of so many months.
pub(crate) fn made(place: &Place, accounts: i64, months: i8) -> Result<Db> {
    let db = Db::create(&place.at())?;
    let utility = Utility {
        name: "Alder Creek Light".to_owned(),
        remit_to: vec!["PO Box 7".to_owned()],
        phone: "555-0100".to_owned(),
        site: "aldercreek.example".to_owned(),
        zone: "America/Chicago".to_owned(),
        currency: Currency::DOLLARS,
        footer: String::new(),
    };
    db.write(|tx| {
        founding::found(tx, actor()?, &utility)?;
        tariff::publish(tx, actor()?, TARIFF)?;
        let from = date(2026, 1, 1);
        credit_rules::say(tx, actor()?, Noun::Collection, from, COLLECTIONS)?;
        credit_rules::say(tx, actor()?, Noun::Protection, from, PROTECTIONS)?;
        for it in [Counter::Person, Counter::Account, Counter::Premise, Counter::ServicePoint] {
            tx.next(it, usize::try_from(accounts)?)?;
        }
        tx.next(Counter::Agreement, usize::try_from(accounts)?).map(drop)
    })?;
    let mut raw = Raw::beside(&db)?;
    if let Location::Sqlite(_) = db.location() {
        raw.run(
            "pragma synchronous = off; pragma cache_size = -65536; pragma temp_store = memory",
        )?;
    }
    let all = format!(
        "with recursive n (i) as (
            select cast(1 as bigint) union all select i + 1 from n where i < {accounts})"
    );
    for (into, row) in [
        ("premise (id, street, town, region)", "i, i || ' Mill St', 'Town ' || i % 10, 'IL'"),
        ("service_point (id, premise_id, commodity, zone)", "i, i, 'electric', 'America/Chicago'"),
        ("person (id, name, kind, language)", "i, 'Ada Miller', 'individual', 'en'"),
    ] {
        raw.run(&format!("insert into {into} {all} select {row} from n"))?;
    }
    // An account's number has a check digit, which is reckoned here.
    let all: Vec<i64> = (1..=accounts).collect();
    for some in all.chunks(1_000) {
        let rows = some.iter().filter_map(|id| {
            let number = AccountNumber::new(*id)?.digits();
            let class = if id % 12 == 0 { "commercial" } else { "residential" };
            let cycle = id % i64::from(CYCLES) + 1;
            Some(format!("({id}, {number}, {id}, '{class}', {cycle}, '', '2020-01-01')"))
        });
        let rows = rows.collect::<Vec<_>>().join(",");
        raw.run(&format!("insert into account values {rows}"))?;
    }
    raw.run(&turns(months)?)?;
    let town = include_str!("town.sql");
    let town = town.replace("{accounts}", &accounts.to_string());
    raw.run(&town.replace("{months}", &months.to_string()))?;
    raw.run(match db.location() {
        Location::Sqlite(_) => "analyze; pragma wal_checkpoint(truncate)",
        Location::Postgres(_) => "vacuum analyze",
    })?;
    Ok(db)
}

/// The turns of all cycles, the last month's in July.
fn turns(months: i8) -> Result<String> {
    let mut text = String::from(
        "insert into bill_window (id, cycle, from_on, to_on, billed_on, due_on) values ",
    );
    for month in 1..=months {
        let first =
            date(2026, 7, 1).saturating_sub((i64::from(months) - i64::from(month)).months());
        for cycle in 1..=CYCLES {
            let from = first.saturating_add((i64::from(cycle) - 1).days());
            let to = from.checked_add(1.month()).context("a month later is a day")?;
            let [billed, due] = [2_i64, 23].map(|it| to.saturating_add(it.days()));
            let comma = if month == 1 && cycle == 1 { "" } else { "," };
            let id = i64::from(month) * 100 + i64::from(cycle);
            write!(text, "{comma} ({id}, {cycle}, '{from}', '{to}', '{billed}', '{due}')")?;
        }
    }
    Ok(text)
}
