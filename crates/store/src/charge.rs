//! What moves charge: written once, never changed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::charge::{Charge, ChargeFor};
use meterbook_core::id::{AccountId, MoveId};
use meterbook_core::money::Money;
use meterbook_core::moves::EffectKind;
use meterbook_core::person::Language;

use crate::Tx;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const ADD: Rows =
    Rows("charge (key, kind, account_id, amount_cents, charged_on, move_id, label, bill_id)");
const SINCE: Sql = Sql("insert into charge_since (key, due_on) values ($1, $2)");
const OF_ACCOUNT: Sql = Sql("
    select key, kind, account_id, amount_cents, charged_on, move_id, label, bill_id
    from charge where account_id = $1 order by charged_on, key");
const OF_MOVE: Sql = Sql("
    select key, kind, account_id, amount_cents, charged_on, move_id, label, bill_id
    from charge where move_id = $1 order by charged_on, key");
// Fees and deposits of the newest version of each move that were not charged. A move that is cancelled
// has a version without any.
const PENDING: (Sql, Sql) = among_ids!(
    "select e.account_id, e.move_id, e.kind, e.effect_on, e.amount_cents, e.word, e.label_en,
            e.label_es, p.language
     from move_effect e
     join account a on a.id = e.account_id
     join person p on p.id = a.person_id
     where e.kind in ('charges', 'deposits') and e.amount_cents <> 0
       and e.version = (select max(version) from move_version where move_id = e.move_id)
       and not exists (
         select 1 from charge c
         where c.move_id = e.move_id
           and c.key in ('fee/' || e.move_id || '/' || e.word, 'deposit/' || e.move_id)
           and (c.kind = 'fee') = (e.kind = 'charges'))
       and e.account_id",
    "order by e.account_id, e.effect_on, e.move_id, e.position"
);
// Of accounts that take nothing any more and of which every day is billed.
const TO_APPLY: (Sql, Sql) = among_ids!(
    "select c.account_id, cast(sum(c.amount_cents) as bigint), min(p.language)
     from charge c
     join account a on a.id = c.account_id
     join person p on p.id = a.person_id
     where c.kind in ('deposit', 'deposit-applied')
       and not exists (
         select 1 from agreement g
         where g.account_id = c.account_id
           and (g.to_on is null
             or coalesce((select max(s.to_on) from standing_segment s where s.agreement_id = g.id), g.from_on)
                  < g.to_on))
       and c.account_id",
    "group by c.account_id having 0 < sum(c.amount_cents) order by c.account_id"
);

const TAKE_NOTHING: (Sql, Sql) = among_ids!(
    "select a.id from account a
     where not exists (
         select 1 from agreement g
         where g.account_id = a.id
           and (g.to_on is null
             or coalesce((select max(s.to_on) from standing_segment s where s.agreement_id = g.id), g.from_on)
                  < g.to_on))
       and a.id",
    ""
);

/// What a move asks for and no bill has yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Who owes it.
    pub account: AccountId,
    /// The move.
    pub asked_by: MoveId,
    /// A fee or a deposit.
    pub kind: ChargeFor,
    /// The day on which it falls.
    pub on: Date,
    /// How much.
    pub amount: Money,
    /// The fee's name, or the credit class.
    pub name: String,
    /// What the customer reads; nothing for a deposit.
    pub label: String,
    /// The customer's language.
    pub language: Language,
}

/// Keeps since when what a charge stands for was due, where that is longer than the charge is there.
pub fn since(tx: &mut Tx, key: &str, due: Date) -> Result<()> {
    tx.exec(SINCE, [key.into(), due.into()]).map(|_| ())
}

/// Keeps charges.
pub fn add(tx: &mut Tx, charges: &[Charge]) -> Result<()> {
    tx.bulk(
        ADD,
        charges.iter().map(|it| {
            [
                V::from(&it.key),
                it.kind.word().into(),
                it.account.into(),
                it.amount.into(),
                it.on.into(),
                it.asked_by.into(),
                V::from(&it.label),
                it.bill.into(),
            ]
        }),
    )
}

/// What an account was charged, oldest first.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Charge>> {
    tx.many(OF_ACCOUNT, [account.into()], charge)
}

/// What was charged for a move.
pub fn of_move(tx: &mut Tx, id: MoveId) -> Result<Vec<Charge>> {
    tx.many(OF_MOVE, [id.into()], charge)
}

/// What moves ask of these accounts and was not charged, account by account.
pub fn pending(tx: &mut Tx, accounts: &[AccountId]) -> Result<Vec<Pending>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(PENDING.0, PENDING.1);
    tx.many(sql, [list.into()], |row| {
        let language = row.word(8, Language::from_word)?;
        let label = match language {
            Language::English => row.text(6)?,
            Language::Spanish => row.text(7)?,
        };
        let kind = match row.word(2, EffectKind::from_word)? {
            EffectKind::Deposits => ChargeFor::Deposit,
            _ => ChargeFor::Fee,
        };
        Ok(Pending {
            account: row.id(0)?,
            asked_by: row.id(1)?,
            kind,
            on: row.date(3)?,
            amount: row.money(4)?,
            name: row.text(5)?,
            label,
            language,
        })
    })
}

/// What those of these accounts left as security that take nothing any more and of which every day is
/// billed, with their language.
pub fn to_apply(
    tx: &mut Tx,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, (Money, Language)>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(TO_APPLY.0, TO_APPLY.1);
    let found = tx.many(sql, [list.into()], |row| {
        Ok((row.id(0)?, (row.money(1)?, row.word(2, Language::from_word)?)))
    })?;
    Ok(found.into_iter().collect())
}

/// Which of these accounts take nothing any more, and have every day billed.
pub fn take_nothing(tx: &mut Tx, accounts: &[AccountId]) -> Result<BTreeSet<AccountId>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(TAKE_NOTHING.0, TAKE_NOTHING.1);
    Ok(tx.many(sql, [list.into()], |row| row.id(0))?.into_iter().collect())
}

fn charge(row: &Row) -> Result<Charge> {
    Ok(Charge {
        key: row.text(0)?,
        kind: row.word(1, ChargeFor::from_word)?,
        account: row.id(2)?,
        amount: row.money(3)?,
        on: row.date(4)?,
        asked_by: row.maybe(5, Row::id)?,
        label: row.text(6)?,
        bill: row.maybe(7, Row::id)?,
    })
}
