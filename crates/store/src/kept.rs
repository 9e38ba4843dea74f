//! Sums that are kept when a day is closed: what its journal moved of the general ledger, and what each
//! account owed by then. What is owed together is these and what was posted since.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AccountNumber, EntryId};
use meterbook_core::ledger::Gl;
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;

const KEEP_MOVED: Sql = Sql("
    insert into journal_moved (number, effective_on, gl, debit_cents, credit_cents)
    select $1, e.effective_on, p.gl,
        cast(sum(case when 0 < p.amount_cents then p.amount_cents else 0 end) as bigint),
        cast(sum(case when p.amount_cents < 0 then -p.amount_cents else 0 end) as bigint)
    from entry e join posting p on p.entry_id = e.id
    where $2 < e.id and e.id <= $3 and $2 < p.entry_id and p.entry_id <= $3 group by e.effective_on, p.gl");
const KEEP_OWED: Sql = Sql("
    insert into account_owed (account_id, owed_cents)
    select account_id, cast(sum(amount_cents) as bigint) from posting
    where $1 < entry_id and entry_id <= $2 and gl = '1200 receivable'
    group by account_id
    on conflict (account_id) do update set owed_cents = account_owed.owed_cents + excluded.owed_cents");
/// The newest entry of the journals that end no later than this one.
macro_rules! journals_through {
    ($through:literal) => {
        concat!(
            "(select coalesce(max(through_entry), 0) from journal where through_entry <= ",
            $through,
            ")"
        )
    };
}
pub(crate) use journals_through;
// Postings are bounded beside their entries: PostgreSQL reads all of them otherwise.
const TOTALS: Sql = Sql(concat!(
    "select k.gl, cast(sum(k.cents) as bigint) from (
        select m.gl, m.debit_cents - m.credit_cents as cents
        from journal_moved m join journal j on j.number = m.number
        where j.through_entry <= $1
        union all
        select gl, amount_cents from posting
        where ",
    journals_through!("$1"),
    " < entry_id and entry_id <= $1) as k
     group by k.gl order by k.gl"
));
const RECEIVABLE: Sql = Sql(concat!(
    "select cast(coalesce(sum(k.cents), 0) as bigint) from (
        select m.debit_cents - m.credit_cents as cents
        from journal_moved m join journal j on j.number = m.number
        where m.gl = '1200 receivable' and m.effective_on <= $1 and j.through_entry <= $2
        union all
        select p.amount_cents from entry e join posting p on p.entry_id = e.id
        where ",
    journals_through!("$2"),
    " < e.id and e.id <= $2
          and ",
    journals_through!("$2"),
    " < p.entry_id and p.gl = '1200 receivable' and e.effective_on <= $1) as k"
));
const OWED: Sql = Sql("select cast(coalesce(sum(cents), 0) as bigint) from owed_part");
// What is kept of each account, less what of it does not count here, and what counts beside it.
const OWING: Sql = Sql("
    select a.id, a.number, a.class from (
        select parts.account_id from (
            select account_id, owed_cents as cents from account_owed where owed_cents <> 0
            union all
            select p.account_id,
                case when e.effective_on <= $1 and e.id <= $2 then p.amount_cents else 0 end
              - case when e.id <= (select coalesce(max(through_entry), 0) from journal)
                     then p.amount_cents else 0 end
            from entry e join posting p on p.entry_id = e.id
            where $3 < e.id and $3 < p.entry_id and p.gl = '1200 receivable') as parts
        group by parts.account_id having sum(parts.cents) <> 0) as o
    join account a on a.id = o.account_id order by a.id");
const SETTLED: Sql = Sql("
    select coalesce(max(j.through_entry), 0) from journal j
    where j.number < coalesce(
        (select min(m.number) from journal_moved m where $1 <= m.effective_on), j.number + 1)");
const COUNT: Sql = Sql("
    select (select count(*) from journal_moved) + (select count(*) from account_owed)");
const MOVED_OTHERWISE: Sql = Sql("
    select k.number, k.effective_on, k.gl from (
        select number, effective_on, gl, debit_cents as debit, credit_cents as credit
        from journal_moved
        union all
        select j.number, e.effective_on, p.gl,
            case when 0 < p.amount_cents then -p.amount_cents else 0 end,
            case when p.amount_cents < 0 then p.amount_cents else 0 end
        from (select number, through_entry,
                  coalesce(lag(through_entry) over (order by number), 0) as after_entry
              from journal) as j
        join entry e on j.after_entry < e.id and e.id <= j.through_entry
        join posting p on p.entry_id = e.id) as k
    group by k.number, k.effective_on, k.gl
    having sum(k.debit) <> 0 or sum(k.credit) <> 0
    order by k.number, k.effective_on, k.gl limit 100");
const OWED_OTHERWISE: Sql = Sql("
    select a.number, k.kept, k.posted from (
        select account_id, cast(sum(kept) as bigint) as kept, cast(sum(posted) as bigint) as posted
        from (
            select account_id, owed_cents as kept, 0 as posted from account_owed
            union all
            select account_id, 0, amount_cents from posting
            where gl = '1200 receivable'
              and entry_id <= (select coalesce(max(through_entry), 0) from journal)) as parts
        group by account_id) as k
    join account a on a.id = k.account_id
    where k.kept <> k.posted order by a.id limit 100");

/// Keeps what the journal with this number moved, which has the entries behind one and up to another,
/// and what each account so owes.
pub fn keep(tx: &mut Tx, number: i64, after: EntryId, through: EntryId) -> Result<()> {
    tx.exec(KEEP_MOVED, [number.into(), after.into(), through.into()])?;
    tx.exec(KEEP_OWED, [after.into(), through.into()]).map(|_| ())
}

/// What every account of the general ledger comes to by entries up to one.
pub fn totals(tx: &mut Tx, through: EntryId) -> Result<Vec<(Gl, Money)>> {
    tx.many(TOTALS, [through.into()], |row| Ok((row.word(0, Gl::from_word)?, row.money(1)?)))
}

/// What all accounts owe together by what counts from a day no later than `on` and is no newer than
/// `through`.
pub fn receivable(tx: &mut Tx, on: Date, through: EntryId) -> Result<Money> {
    tx.one(RECEIVABLE, [on.into(), through.into()], |row| row.money(0))
}

/// What each account owes, added up over all of them.
pub fn owed(tx: &mut Tx) -> Result<Money> {
    tx.one(OWED, [], |row| row.money(0))
}

/// The accounts that owe something or have a credit by what counts from a day no later than `on` and is no newer
/// than `through`, with their class, in order.
pub fn owing(
    tx: &mut Tx,
    on: Date,
    through: EntryId,
) -> Result<Vec<(AccountId, AccountNumber, String)>> {
    let settled = settled_before(tx, on.saturating_add(1.day()))?.min(through);
    tx.many(OWING, [on.into(), through.into(), settled.into()], |row| {
        Ok((row.id(0)?, row.number(1)?, row.text(2)?))
    })
}

/// The newest entry of the journals behind which all begins that counts from a day or later.
pub fn settled_before(tx: &mut Tx, on: Date) -> Result<EntryId> {
    tx.one(SETTLED, [on.into()], |row| row.id(0))
}

/// What is kept is what the postings come to.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(MOVED_OTHERWISE, [], |row| {
        let (number, on, gl) = (row.int(0)?, row.date(1)?, row.text(2)?);
        Ok(format!("what is kept of {gl} of {on} in journal {number} is not what was posted"))
    })?;
    found.extend(tx.many(OWED_OTHERWISE, [], |row| {
        let (number, kept, posted) = (row.number(0)?, row.money(1)?, row.money(2)?);
        Ok(format!(
            "account {number} is kept as owing {kept} by the last journal, and its postings are {posted}"
        ))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}
