//! What reports of the books are made of: one statement for all accounts, by what is kept beside the
//! ledger, so that the ledger can be held against it.

pub mod drill;
pub mod movement;
pub mod revenue;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{AccountId, AccountNumber, EntryId};
use meterbook_core::ledger::Gl;
use meterbook_core::money::Money;

use crate::Tx;
use crate::journal::Journal;
use crate::kept::journals_through;
use crate::tx::Sql;
use crate::value::{Row, V};

const NEWEST: Sql = Sql("select coalesce(max(id), 0) from entry");
const JOURNAL: Sql = Sql("
    select number, closed_on, through_entry, entries, debit_cents, closed_at from journal
    where closed_on <= $1 order by number desc limit 1");
// A journal is in a scope as a whole, or not: what it moved is kept.
const LEDGER: Sql = Sql(concat!(
    "select k.gl,
        cast(sum(case k.before when 1 then k.debits - k.credits else 0 end) as bigint),
        cast(sum(case k.before when 0 then k.debits else 0 end) as bigint),
        cast(sum(case k.before when 0 then k.credits else 0 end) as bigint)
    from (
        select m.gl, m.debit_cents as debits, m.credit_cents as credits,
            case when m.effective_on < $1 or j.through_entry <= $3 then 1 else 0 end as before
        from journal_moved m join journal j on j.number = m.number
        where m.effective_on <= $2 and j.through_entry <= $4
        union all
        select p.gl, case when 0 < p.amount_cents then p.amount_cents else 0 end,
            case when p.amount_cents < 0 then -p.amount_cents else 0 end,
            case when e.effective_on < $1 or e.id <= $3 then 1 else 0 end
        from entry e join posting p on p.entry_id = e.id
        where e.effective_on <= $2 and ",
    journals_through!("$4"),
    " < e.id and e.id <= $4 and ",
    journals_through!("$4"),
    " < p.entry_id) as k
    group by k.gl order by k.gl"
));
// In the words of `posting_of_account`, or else SQLite does not see that it has them all.
const STANDINGS: Sql = Sql("
    select a.id, a.number, a.class, b.owed, b.varied, b.secured, b.earned, b.given from (
        select p.account_id,
            cast(sum(case p.gl when '1200 receivable' then p.amount_cents else 0 end) as bigint) as owed,
            cast(sum(case p.gl when '1210 budget variance' then p.amount_cents else 0 end) as bigint) as varied,
            cast(-sum(case p.gl when '2400 customer deposits' then p.amount_cents else 0 end) as bigint) as secured,
            cast(-sum(case p.gl when '2410 deposit interest' then p.amount_cents else 0 end) as bigint) as earned,
            cast(sum(case when p.gl = '2410 deposit interest' and e.kind = 'charge'
                          then p.amount_cents else 0 end) as bigint) as given
        from posting p join entry e on e.id = p.entry_id
        where p.account_id between $3 and $4
          and (p.gl = '1200 receivable' or p.gl = '1210 budget variance'
            or p.gl = '2400 customer deposits' or p.gl = '2410 deposit interest')
          and e.effective_on <= $1 and e.id <= $2
        group by p.account_id) as b
    join account a on a.id = b.account_id order by a.number");
// What is asked for of being late and stood on no bill then.
const FEES: Sql = Sql("
    select f.account_id, cast(sum(f.amount_cents) as bigint) from (
        select a.key, a.account_id, a.amount_cents from asked_charge a
        where a.kind in ('fee', 'late-fee') and a.from_on <= $1
          and not exists (
            select 1 from asked_charge_end d where d.key = a.key and d.ended_on <= $1)
        union all
        select 'fee/' || m.move_id || '/' || m.word, m.account_id, m.amount_cents
        from move_effect m
        where m.kind = 'charges' and m.amount_cents <> 0 and m.effect_on <= $1
          and m.version = (select max(v.version) from move_version v where v.move_id = m.move_id)
    ) as f
    where not exists (
        select 1 from entry e
        where e.key = f.key and e.kind = 'charge' and e.effective_on <= $1 and e.id <= $2)
    group by f.account_id order by f.account_id");

const HAS_TARIFF: Sql = Sql("
    select case when exists (select 1 from tariff where code = $1)
                  or exists (select 1 from once_line where code = $1) then 1 else 0 end");

/// Which entries a report is of: those that count from these days, are newer than one and no newer than
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
    /// The newest entry that is not in it any more: the last one of a journal, or none.
    pub after: EntryId,
    /// The newest that is.
    pub through: EntryId,
}

impl Scope {
    /// Every entry there is.
    pub const ALL: Scope = Scope {
        first: jiff::civil::date(1, 1, 1),
        last: Date::MAX,
        after: EntryId(0),
        through: EntryId(i64::MAX),
    };

    /// How all of it is asked.
    fn values<'v>(self) -> [V<'v>; 4] {
        [self.first.into(), self.last.into(), self.after.into(), self.through.into()]
    }
}

/// An account of the general ledger in some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Its role.
    pub gl: Gl,
    /// What it was before them.
    pub opening: Money,
    /// What was debited.
    pub debits: Money,
    /// What was credited, above zero.
    pub credits: Money,
}

impl Total {
    /// What it moved by; debits are above zero.
    pub fn moved(&self) -> Money {
        self.debits - self.credits
    }

    /// What it is after them.
    pub fn closing(&self) -> Money {
        self.opening + self.moved()
    }
}

/// How an account stands by the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which, inside.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// Its class.
    pub class: CustomerClass,
    /// What it owes; below zero it has a credit.
    pub balance: Money,
    /// What levelled bills came to beyond what was asked for.
    pub budget: Money,
    /// Security that it left or was asked for.
    pub deposit: Money,
    /// Interest of that which was counted and not given.
    pub interest: Money,
    /// Interest that was given to it.
    pub given: Money,
}

/// Whether there is a tariff of this code, or something was billed once under it.
pub fn has_tariff(tx: &mut Tx, code: &str) -> Result<bool> {
    Ok(tx.one(HAS_TARIFF, [code.into()], |row| row.int(0))? == 1)
}

/// The newest entry there is.
pub fn newest(tx: &mut Tx) -> Result<EntryId> {
    tx.one(NEWEST, [], |row| row.id(0))
}

/// The journal that was the newest at the end of a day, and when it was closed.
pub fn journal(tx: &mut Tx, on: Date) -> Result<Option<(Journal, Timestamp)>> {
    tx.maybe(JOURNAL, [on.into()], |row| {
        let it = Journal {
            number: row.int(0)?,
            on: row.date(1)?,
            through: row.id(2)?,
            entries: row.int(3)?,
            debits: row.money(4)?,
        };
        Ok((it, row.instant(5)?))
    })
}

/// Every account of the general ledger.
pub fn ledger(tx: &mut Tx, scope: Scope) -> Result<Vec<Total>> {
    tx.many(LEDGER, scope.values(), |row| {
        Ok(Total {
            gl: row.word(0, Gl::from_word)?,
            opening: row.money(1)?,
            debits: row.money(2)?,
            credits: row.money(3)?,
        })
    })
}

/// How every account stands by the end of a scope, or one of them.
pub fn standings(tx: &mut Tx, scope: Scope, one: Option<AccountId>) -> Result<Vec<Standing>> {
    let (least, most) = one.map_or((AccountId(0), AccountId(i64::MAX)), |it| (it, it));
    let asked = [scope.last.into(), scope.through.into(), least.into(), most.into()];
    tx.many(STANDINGS, asked, |row| {
        Ok(Standing {
            account: row.id(0)?,
            number: row.number(1)?,
            class: class(row, 2)?,
            balance: row.money(3)?,
            budget: row.money(4)?,
            deposit: row.money(5)?,
            interest: row.money(6)?,
            given: row.money(7)?,
        })
    })
}

/// What is asked for of being late, and by moves, and comes with the next bill, by account.
pub fn fees(tx: &mut Tx, scope: Scope) -> Result<Vec<(AccountId, Money)>> {
    tx.many(FEES, [scope.last.into(), scope.through.into()], |row| Ok((row.id(0)?, row.money(1)?)))
}

fn class(row: &Row, at: usize) -> Result<CustomerClass> {
    row.word(at, CustomerClass::from_word)
}
