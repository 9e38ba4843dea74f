//! What moves money beside revenue: payments, security, what was given up, and what was taken back or
//! settled, each by its own table.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::id::{AccountId, AccountNumber, EntryId};
use meterbook_core::ledger::{EntryKind, Tender};
use meterbook_core::money::Money;

use super::{Scope, class};
use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

// What of a payment was in suspense or on another account before did not come in with it.
const PAYMENTS: Sql = Sql("
    select e.effective_on, it.tender, e.kind, count(*), cast(sum(it.cents) as bigint)
    from (
        select y.key, 'payment' as kind, y.tender, y.amount_cents as cents from payment y
        where not exists (select 1 from suspense_end s where s.payment_id = y.id)
          and not exists (select 1 from payment_reversal r where r.moved_to = y.id)
        union all
        select y.key, 'reversal', y.tender, -y.amount_cents
        from payment_reversal r join payment y on y.id = r.payment_id where r.how <> 'moved'
        union all
        select s.key, 'suspense', t.kind, s.amount_cents
        from suspense s join tender t on t.id = s.tender_id
        union all
        select s.key, 'suspense-returned', t.kind, -s.amount_cents
        from suspense_end d
        join suspense s on s.id = d.suspense_id
        join tender t on t.id = s.tender_id where d.how = 'returned'
        union all
        select 'drawer/' || cast(d.drawer_id as text), 'drawer', 'cash', d.counted_cents - d.expected_cents
        from drawer_close d
        union all
        select 'drawer/' || cast(d.drawer_id as text) || '/checks', 'drawer', 'check',
               d.checks_cents - d.checks_expected_cents
        from drawer_close d
        union all
        select cast(c.entry_id as text) || '/' || cast(c.nth as text), 'refund-paid', 'check', p.amount_cents
        from refund_check c join posting p on p.entry_id = c.entry_id and p.gl = '2110 refunds payable'
        union all
        select cast(c.entry_id as text) || '/' || cast(c.nth as text), 'refund-voided', 'check', -p.amount_cents
        from refund_check_end c join posting p on p.entry_id = c.entry_id and p.gl = '2110 refunds payable'
        where c.how = 'voided'
        union all
        select s.key, 'refund-bounced', t.kind, -s.amount_cents
        from refund_end d join entry e on e.id = d.entry_id
        join suspense s on s.key = e.key join tender t on t.id = s.tender_id
        where d.how = 'bounced'
        union all
        select r.reference, 'remitted', 'bank', -r.total_cents from unclaimed_remittance r) as it
    join entry e on e.key = it.key and e.kind = it.kind
    where $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
    group by e.effective_on, it.tender, e.kind order by e.effective_on, it.tender, e.kind");
const DEPOSITS: Sql = Sql("
    select a.id, a.number, a.class,
        cast(sum(case when it.before = 1 and it.kind in ('deposit', 'deposit-applied')
                      then it.cents else 0 end) as bigint),
        cast(sum(case when it.before = 1 and it.kind in ('earned', 'deposit-interest')
                      then it.cents else 0 end) as bigint),
        cast(sum(case when it.before = 0 and it.kind = 'deposit' then it.cents else 0 end) as bigint),
        cast(sum(case when it.before = 0 and it.kind = 'earned' then it.cents else 0 end) as bigint),
        cast(sum(case when it.before = 0 and it.kind = 'deposit-applied' and it.last = 1
                      then -it.cents else 0 end) as bigint),
        cast(sum(case when it.before = 0 and it.kind = 'deposit-applied' and it.last = 0
                      then -it.cents else 0 end) as bigint),
        cast(sum(case when it.before = 0 and it.kind = 'deposit-interest'
                      then -it.cents else 0 end) as bigint)
    from (
        select c.account_id, c.kind, c.amount_cents as cents,
            case when c.bill_id is null then 0 else 1 end as last,
            case when e.effective_on < $1 or e.id <= $3 then 1 else 0 end as before
        from charge c join entry e on e.key = c.key and e.kind = 'charge'
        where c.kind in ('deposit', 'deposit-applied', 'deposit-interest')
          and e.effective_on <= $2 and e.id <= $4
        union all
        select i.account_id, 'earned', i.amount_cents, 0,
            case when e.effective_on < $1 or e.id <= $3 then 1 else 0 end
        from deposit_interest i
        join entry e on e.kind = 'deposit-interest' and e.key =
            'deposit-interest/' || cast(i.account_id as text) || '/' || cast(i.nth as text)
        where e.effective_on <= $2 and e.id <= $4) as it
    join account a on a.id = it.account_id
    group by a.id, a.number, a.class order by a.number");
const WRITE_OFFS: Sql = Sql("
    select substr(e.effective_on, 1, 7), a.number, a.class,
        cast(sum(case c.kind when 'written-off' then -c.amount_cents else 0 end) as bigint),
        cast(sum(case c.kind when 'written-off' then 0 else c.amount_cents end) as bigint)
    from charge c
    join entry e on e.key = c.key and e.kind = 'charge'
    join account a on a.id = c.account_id
    where c.kind in ('written-off', 'recovered', 'small-credit')
      and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
    group by substr(e.effective_on, 1, 7), a.number, a.class
    order by substr(e.effective_on, 1, 7), a.number");
const ADJUSTMENTS: Sql = Sql("
    select e.id, e.effective_on, a.number, a.class, it.what, e.key, it.why, it.cents, it.anew from (
        select b.number as key, 'cancelled' as kind, 'cancelled' as what, b.account_id,
            k.cause || ': ' || k.why as why, -b.total_cents as cents,
            case when m.id is null then 0 else n.total_cents end as anew
        from bill_cancelled c
        join bill b on b.id = c.bill_id
        join correction k on k.id = c.correction_id
        left join bill n on n.id = c.made_bill_id
        left join entry m on m.key = n.number and m.kind = 'bill' and m.id <= $4
        union all
        select cast(k.id as text), 'adjustment', 'adjustment', k.account_id,
            k.cause || ': ' || k.why,
            cast(coalesce((select sum(i.amount_cents) from correction_interest i
                           where i.correction_id = k.id), 0) as bigint)
              - (s.waived_cents + s.interest_cents), 0
        from correction_settled s join correction k on k.id = s.correction_id
        union all
        select cast(k.id as text), 'adjustment', 'adjustment', i.account_id,
            k.cause || ': ' || k.why, -i.amount_cents, 0
        from correction_interest i join correction k on k.id = i.correction_id
        union all
        select cast(s.agreement_id as text) || '/' || s.settled_on, 'settlement', 'settlement',
            s.account_id, '', s.amount_cents, 0
        from settlement s
        union all
        select u.key, u.kind, u.kind, u.account_id, u.why, u.amount_cents, 0 from credit_use u
        union all
        select u.key, u.kind, u.kind, u.to_account_id, u.why, -u.amount_cents, 0 from credit_use u
        where u.to_account_id is not null
        union all
        select c.key, 'charge', c.kind, c.account_id, c.label, c.amount_cents, 0 from charge c
        where c.kind in ('transferred', 'refund-back', 'unclaimed', 'claimed') or (c.kind in ('fee', 'late-fee') and c.amount_cents < 0)) as it
    join entry e on e.key = it.key and e.kind = it.kind
    join account a on a.id = it.account_id
    where $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
    order by e.effective_on, e.id, a.number");
// What the ledger says of these: what such entries did to the accounts. Charges are held against their
// entries one by one elsewhere.
const ADJUSTED: Sql = Sql("
    select e.kind, cast(sum(p.amount_cents) as bigint)
    from entry e join posting p on p.entry_id = e.id and p.gl = '1200 receivable'
    where e.kind in ('cancelled', 'adjustment', 'settlement', 'refund', 'transfer')
      and (e.kind <> 'cancelled'
        or p.account_id = (select b.account_id from bill b where b.number = e.key))
      and $1 <= e.effective_on and e.effective_on <= $2 and $3 < e.id and e.id <= $4
    group by e.kind order by e.kind");

/// What came in of one tender on a day, or went back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CameIn {
    /// The day it counts from.
    pub on: Date,
    /// How it was paid.
    pub tender: Tender,
    /// What happened.
    pub happened: EntryKind,
    /// How many.
    pub count: i64,
    /// How much; what went back is below zero.
    pub amount: Money,
}

/// What is owed of one account's security.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Security {
    /// Whose, inside.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// Its class.
    pub class: CustomerClass,
    /// What was asked for before the days, less what went back.
    pub opening: Money,
    /// Interest that was counted before them and not given.
    pub interest_opening: Money,
    /// What was asked for.
    pub asked: Money,
    /// What was earned.
    pub earned: Money,
    /// What was set off with a last bill.
    pub applied: Money,
    /// What went back otherwise.
    pub returned: Money,
    /// What of interest was given.
    pub given: Money,
}

impl Security {
    /// What was asked for by the end of the days, less what went back.
    pub fn closing(&self) -> Money {
        self.opening + self.asked - self.applied - self.returned
    }

    /// Interest that was counted by then and not given.
    pub fn interest_closing(&self) -> Money {
        self.interest_opening + self.earned - self.given
    }
}

/// What was given up of what one account owed in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenUp {
    /// The month it counts from.
    pub month: String,
    /// Whose.
    pub number: AccountNumber,
    /// Its class.
    pub class: CustomerClass,
    /// What was given up.
    pub written_off: Money,
    /// What came in of that after all.
    pub recovered: Money,
}

/// What did something else to what an account owes than bills, payments and charges do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjusted {
    /// Of which entry.
    pub entry: EntryId,
    /// The day it counts from.
    pub on: Date,
    /// Whose.
    pub number: AccountNumber,
    /// Its class.
    pub class: CustomerClass,
    /// What happened, in a word.
    pub what: String,
    /// Its natural key.
    pub key: String,
    /// Why.
    pub why: String,
    /// What it did to what is owed.
    pub amount: Money,
    /// What the bill in its place comes to.
    pub anew: Money,
}

/// What came in and went back, by day, tender and what happened.
pub fn came_in(tx: &mut Tx, scope: Scope) -> Result<Vec<CameIn>> {
    tx.many(PAYMENTS, scope.values(), |row| {
        Ok(CameIn {
            on: row.date(0)?,
            tender: row.word(1, Tender::from_word)?,
            happened: row.word(2, EntryKind::from_word)?,
            count: row.int(3)?,
            amount: row.money(4)?,
        })
    })
}

/// What is owed of security, account by account.
pub fn security(tx: &mut Tx, scope: Scope) -> Result<Vec<Security>> {
    tx.many(DEPOSITS, scope.values(), |row| {
        Ok(Security {
            account: row.id(0)?,
            number: row.number(1)?,
            class: class(row, 2)?,
            opening: row.money(3)?,
            interest_opening: row.money(4)?,
            asked: row.money(5)?,
            earned: row.money(6)?,
            applied: row.money(7)?,
            returned: row.money(8)?,
            given: row.money(9)?,
        })
    })
}

/// What was given up and had after all, by month and account.
pub fn given_up(tx: &mut Tx, scope: Scope) -> Result<Vec<GivenUp>> {
    tx.many(WRITE_OFFS, scope.values(), |row| {
        Ok(GivenUp {
            month: row.text(0)?,
            number: row.number(1)?,
            class: class(row, 2)?,
            written_off: row.money(3)?,
            recovered: row.money(4)?,
        })
    })
}

/// Bills that were taken back, what rules took off corrections, banks that were settled, credits given
/// back and moved, balances moved and fees waived; by day.
pub fn adjusted(tx: &mut Tx, scope: Scope) -> Result<Vec<Adjusted>> {
    tx.many(ADJUSTMENTS, scope.values(), |row| {
        Ok(Adjusted {
            entry: row.id(0)?,
            on: row.date(1)?,
            number: row.number(2)?,
            class: class(row, 3)?,
            what: row.text(4)?,
            key: row.text(5)?,
            why: row.text(6)?,
            amount: row.money(7)?,
            anew: row.money(8)?,
        })
    })
}

/// What the ledger says entries of such kinds did to what accounts owe.
pub fn adjusted_by_ledger(tx: &mut Tx, scope: Scope) -> Result<Vec<(EntryKind, Money)>> {
    tx.many(ADJUSTED, scope.values(), |row: &Row| {
        Ok((row.word(0, EntryKind::from_word)?, row.money(1)?))
    })
}
