//! How accounts stand on a day: what they owe, what would close them, how old it is, what is not billed.

use std::collections::{BTreeMap, HashSet};

use anyhow::Result;
use jiff::ToSpan;
use meterbook_core::account::{Account, CustomerClass};
use meterbook_core::credit::deposit::held;
use meterbook_core::id::AccountId;
use meterbook_core::ledger::Gl;
use meterbook_core::ledger::age::Aged;
use meterbook_core::money::Money;
use meterbook_core::report::{Cell, Column, Tie};
use meterbook_store::report::{Scope, Standing};
use meterbook_store::{self as store, Tx};

use super::{Of, Table, tie};
use crate::accrual::{self, Accrual};
use crate::{close, credit_rules, receipt};

/// Accounts of which sides are asked for at once.
const AT_ONCE: usize = 1_000;

/// What accounts owe, and what would close them.
pub(super) fn balances(tx: &mut Tx, of: &Of) -> Result<Table> {
    let scope = of.scope;
    let mut all = store::report::standings(tx, scope, of.account.map(|it| it.id))?;
    // Nothing was posted to it yet, and something may be used already.
    if let (Some(it), true) = (of.account, all.is_empty()) {
        all.push(nothing(it));
    }
    let sum = |what: fn(&Standing) -> Money| -> Money { all.iter().map(what).sum() };
    let ties = match of.account {
        None => {
            let totals = store::report::ledger(tx, scope)?;
            let ledger = totals.into_iter().map(|it| (it.gl, it.closing())).collect();
            vec![
                tie(Gl::Receivable, sum(|it| it.balance), &ledger),
                tie(Gl::BudgetVariance, sum(|it| it.budget), &ledger),
                tie(Gl::DepositsHeld, -sum(|it| it.deposit), &ledger),
                tie(Gl::DepositInterest, -sum(|it| it.interest), &ledger),
            ]
        }
        // Of one account: what is open of its bills and payments.
        Some(it) => {
            let open = receipt::open(tx, it.id, scope.last, scope.through)?.balance();
            vec![Tie {
                of: format!("what is open on account {}", it.number),
                report: open,
                ledger: sum(|it| it.balance),
            }]
        }
    };
    let mut fees: BTreeMap<AccountId, Money> =
        store::report::fees(tx, scope)?.into_iter().collect();
    // To who just came nothing was posted yet.
    let there: HashSet<AccountId> = all.iter().map(|it| it.account).collect();
    for id in fees.keys().filter(|it| of.account.is_none() && !there.contains(it)) {
        all.push(nothing(&store::account::get(tx, *id)?));
    }
    all.sort_by_key(|it| it.number);
    let to_come = interest_to_come(tx, of, &all)?;
    let mut notes = Vec::new();
    let unbilled = match of.account {
        Some(it) => {
            let accrual = accrual::of_account(tx, it, of.asked.last())?;
            if 0 < accrual.unknown() {
                notes.push(format!("of {} days it is not known what was used", accrual.unknown()));
            }
            Some(accrual.total())
        }
        None => {
            let said = "what was used and not billed is in what closes one account only";
            notes.push(said.to_owned());
            None
        }
    };
    let mut columns = vec![
        Column::Account,
        Column::Class,
        Column::Balance,
        Column::Budget,
        Column::FeesAsked,
        Column::Deposit,
        Column::DepositInterest,
        Column::InterestToCome,
    ];
    columns.extend(unbilled.map(|_| Column::Unbilled));
    columns.push(Column::Payoff);
    let mut rows = Vec::new();
    for it in &all {
        let fees = fees.remove(&it.account).unwrap_or_default();
        let to_come = to_come.get(&it.account).copied().unwrap_or_default();
        let payoff = it.balance + it.budget + fees + unbilled.unwrap_or_default()
            - it.deposit
            - it.interest
            - to_come;
        let amounts = [it.balance, it.budget, fees, it.deposit, it.interest, to_come];
        let is_nothing = amounts.iter().all(|it| *it == Money::ZERO) && payoff == Money::ZERO;
        if is_nothing || !of.asked.has(Some(it.class), "", "") {
            continue;
        }
        let mut row = vec![it.number.into(), it.class.into()];
        row.extend(amounts.map(Cell::Money));
        row.extend(unbilled.map(Cell::Money));
        row.push(payoff.into());
        rows.push(row);
    }
    Ok(Table { columns, rows, ties, notes })
}

/// How an account stands to which nothing was posted.
fn nothing(it: &Account) -> Standing {
    let zero = Money::ZERO;
    Standing {
        account: it.id,
        number: it.number,
        class: it.class,
        balance: zero,
        budget: zero,
        deposit: zero,
        interest: zero,
        given: zero,
    }
}

/// What security earned by the day beyond what was counted, account by account.
fn interest_to_come(tx: &mut Tx, of: &Of, all: &[Standing]) -> Result<BTreeMap<AccountId, Money>> {
    let on = of.asked.last();
    let rules = credit_rules::deposits(tx, on)?;
    let has =
        |it: &&Standing| [it.deposit, it.interest, it.given].iter().any(|it| *it != Money::ZERO);
    let secured: Vec<&Standing> = all.iter().filter(has).collect();
    let mut found = BTreeMap::new();
    for some in secured.chunks(AT_ONCE) {
        let ids: Vec<AccountId> = some.iter().map(|it| it.account).collect();
        let sides = store::ledger::open_sides(tx, &ids, on, of.scope.through)?;
        for it in some {
            let Some((sides, applied)) = sides.get(&it.account) else { continue };
            let earned = rules.interest(&held(sides, applied), on);
            found.insert(it.account, earned - it.given - it.interest);
        }
    }
    Ok(found)
}

/// What of the security of these accounts was paid by the end of a scope.
pub(super) fn paid(
    tx: &mut Tx,
    scope: Scope,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, Money>> {
    let mut found = BTreeMap::new();
    for some in accounts.chunks(AT_ONCE) {
        let sides = store::ledger::open_sides(tx, some, scope.last, scope.through)?;
        for (account, (sides, applied)) in sides {
            let now = held(&sides, &applied).last().map_or(Money::ZERO, |it| it.1);
            found.insert(account, now);
        }
    }
    Ok(found)
}

/// What accounts owe by how long it has been due.
pub(super) fn ageing(tx: &mut Tx, of: &Of) -> Result<Table> {
    let (on, through) = (of.scope.last, of.scope.through);
    let all = close::aged(tx, of.account.map(|it| it.id), on, through)?;
    let report: Money = all.iter().map(|it| it.aged.total()).sum();
    let ledger = match of.account {
        None => store::kept::receivable(tx, on, through)?,
        Some(it) => {
            let found = store::report::standings(tx, of.scope, Some(it.id))?;
            found.iter().map(|it| it.balance).sum()
        }
    };
    let columns = vec![
        Column::Account,
        Column::Class,
        Column::NotDue,
        Column::Days30,
        Column::Days60,
        Column::Days90,
        Column::DaysMore,
        Column::Credit,
        Column::Total,
    ];
    let mut rows = Vec::new();
    for it in all {
        let class = CustomerClass::from_word(&it.class);
        if !of.asked.has(class, "", "") {
            continue;
        }
        let Aged { due, credit } = it.aged;
        let mut row = vec![it.number.into(), class.into()];
        row.extend(due.map(Cell::Money));
        row.extend([credit.into(), it.aged.total().into()]);
        rows.push(row);
    }
    let ties = vec![Tie { of: Gl::Receivable.to_string(), report, ledger }];
    Ok(Table { columns, rows, ties, notes: Vec::new() })
}

/// What was used and not billed.
pub(super) fn unbilled(of: &Of, it: &Accrual) -> Table {
    let columns = vec![
        Column::Account,
        Column::Agreement,
        Column::From,
        Column::To,
        Column::UnknownDays,
        Column::Amount,
        Column::Why,
    ];
    let asked = of.account.map(|it| it.number);
    let rows = it.rows.iter().filter(|it| asked.is_none_or(|asked| asked == it.account));
    let rows = rows.filter(|it| of.asked.has(Some(it.class), "", ""));
    let row = |it: &accrual::Accrued| {
        vec![
            it.account.into(),
            Cell::Text(it.agreement.to_string()),
            it.from.into(),
            it.known_to.into(),
            Cell::Count(it.unknown),
            it.total.into(),
            it.why.as_str().into(),
        ]
    };
    let rows: Vec<Vec<Cell>> = rows.map(row).collect();
    let (on, back) = (of.asked.last(), of.asked.last().saturating_add(1.day()));
    let accrues = |(gl, amount): (&Gl, &Money)| {
        format!("{gl} takes {} on {on} and gives it back on {back}", amount.plain())
    };
    let mut notes = vec!["nothing of it is in the ledger".to_owned()];
    if of.asked.narrowed().is_empty() {
        notes.extend(it.by_gl.iter().map(accrues));
    }
    if let (amount, days @ 1..) = it.estimated() {
        notes.push(format!("of it {} of {days} days is estimated", amount.plain()));
    }
    if let days @ 1.. = it.left_out() {
        notes.push(format!(
            "nothing is in it of {days} days, for the reason that stands beside them"
        ));
    }
    for (cycle, from) in &it.unplanned {
        notes.push(format!(
            "cycle {cycle} has no turn from {from} on; it is taken to go on month by month"
        ));
    }
    if let (agreements @ 1.., here, there) = it.billed() {
        notes.push(format!(
            "{agreements} of these agreements were billed since for just these days: {} here, {} on their bills, {} apart",
            here.plain(),
            there.plain(),
            (there - here).plain()
        ));
    }
    let all: Money = it.rows.iter().map(|it| it.total).sum();
    assert_eq!(all, it.total(), "agreements come to what the accounts would take");
    Table { columns, rows, ties: Vec::new(), notes }
}
