//! What breaks a rule of payments, looked for afresh: that they tie out with what came in, with what
//! they were for and with the ledger.

use anyhow::Result;
use meterbook_core::id::EntryId;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

/// How many were examined, and what is wrong.
type Found = (i64, Vec<String>);

/// Faults shown of one rule: more than a person reads.
const SHOWN: i64 = 100;

const TENDERS: Sql = Sql("select count(*) from tender");
const RECEIPT_SUMS: Sql = Sql("
    select r.id, r.amount_cents, cast(coalesce(sum(t.amount_cents), 0) as bigint)
    from receipt r left join tender t on t.receipt_id = r.id
    group by r.id, r.amount_cents
    having r.amount_cents <> coalesce(sum(t.amount_cents), 0) order by r.id limit $1");
/// What became of a tender: a payment that was moved lives on in the one that it became, and what was
/// matched in a payment.
macro_rules! became {
    () => {
        "select t.id, t.amount_cents, cast(
            coalesce((select sum(y.amount_cents) from payment_tender o
                join payment y on y.id = o.payment_id
                where o.tender_id = t.id and not exists (
                    select 1 from payment_reversal r where r.payment_id = y.id and r.how = 'moved')), 0)
          + coalesce((select sum(s.amount_cents) from suspense s
                where s.tender_id = t.id and not exists (
                    select 1 from suspense_end e
                    where e.suspense_id = s.id and e.how in ('matched', 'parted'))
                  and not exists (
                    select 1 from refund_end f join entry x on x.id = f.entry_id
                    where x.key = s.key and x.kind = 'refund' and f.how = 'held')), 0)
            as bigint) as became"
    };
}
const TENDER_SUMS: Sql = Sql(concat!(
    "select id, amount_cents, became from (",
    became!(),
    " from tender t) as sums where became <> amount_cents order by id limit $1"
));
/// The tenders of payments that were posted or taken back behind an entry, and what of others is held or was.
macro_rules! touched {
    () => {
        "select o.tender_id as id
         from entry e join payment y on y.key = e.key join payment_tender o on o.payment_id = y.id
         where $1 < e.id and e.kind in ('payment', 'reversal')
         union
         select s.tender_id from entry e join suspense s on s.key = e.key where $1 < e.id
         union
         select s.tender_id from suspense s
         where not exists (select 1 from suspense_end e where e.suspense_id = s.id)"
    };
}
const TENDERS_SINCE: Sql = Sql(concat!("select count(*) from (", touched!(), ") as these"));
const TENDER_SUMS_SINCE: Sql = Sql(concat!(
    "select id, amount_cents, became from (",
    became!(),
    " from (",
    touched!(),
    ") as these join tender t on t.id = these.id) as sums
     where became <> amount_cents order by id limit $2"
));
const RECEIPT_SUMS_SINCE: Sql = Sql(concat!(
    "select r.id, r.amount_cents, cast(sum(t.amount_cents) as bigint)
     from (select distinct t.receipt_id as id from (",
    touched!(),
    ") as these join tender t on t.id = these.id) as theirs
     join receipt r on r.id = theirs.id
     join tender t on t.receipt_id = r.id
     group by r.id, r.amount_cents
     having r.amount_cents <> sum(t.amount_cents) order by r.id limit $2"
));
const NO_TENDER_SINCE: Sql = Sql("
    select y.key from entry e join payment y on y.key = e.key
    where $1 < e.id and e.kind = 'payment'
      and not exists (select 1 from payment_tender o where o.payment_id = y.id)
    order by y.id limit $2");
const NO_TENDER: Sql = Sql("
    select y.key from payment y
    where not exists (select 1 from payment_tender o where o.payment_id = y.id)
    order by y.id limit $1");
const ALLOCATIONS: Sql = Sql("select count(*) from payment_allocation");
const ALLOCATED: Sql = Sql("
    select y.key, y.amount_cents, cast(sum(a.amount_cents) as bigint)
    from payment y join payment_allocation a on a.payment_id = y.id
    group by y.id, y.key, y.amount_cents
    having y.amount_cents < sum(a.amount_cents) order by y.id limit $1");
const ALLOCATED_ELSEWHERE: Sql = Sql("
    select y.key, a.entry_id from payment y join payment_allocation a on a.payment_id = y.id
    where not exists (
        select 1 from posting p
        where p.entry_id = a.entry_id and p.account_id = y.account_id
          and p.gl = '1200 receivable' and 0 < p.amount_cents)
    order by y.id limit $1");
const REVERSALS: Sql = Sql("select count(*) from payment_reversal");
const REVERSED: Sql = Sql("
    select y.key, y.amount_cents, cast(coalesce(sum(p.amount_cents), 0) as bigint)
    from payment_reversal r
    join payment y on y.id = r.payment_id
    left join entry e on e.key = y.key and e.kind = 'reversal'
    left join posting p
      on p.entry_id = e.id and p.gl = '1200 receivable' and p.account_id = y.account_id
    group by y.id, y.key, y.amount_cents
    having y.amount_cents <> coalesce(sum(p.amount_cents), 0) order by y.id limit $1");
const REVERSAL_ENTRIES_ALONE: Sql = Sql("
    select e.key from entry e
    where e.kind = 'reversal' and not exists (
        select 1 from payment y join payment_reversal r on r.payment_id = y.id where y.key = e.key)
    order by e.id limit $1");
const PARTS: Sql = Sql("
    select s.id, s.amount_cents, cast(coalesce(sum(t.amount_cents), 0) as bigint)
    from suspense s join suspense_end e on e.suspense_id = s.id and e.how = 'parted'
    left join suspense_part p on p.of_id = s.id
    left join suspense t on t.id = p.suspense_id and t.tender_id = s.tender_id
    group by s.id, s.amount_cents
    having s.amount_cents <> coalesce(sum(t.amount_cents), 0) order by s.id limit $1");
const CLEARING: Sql = Sql("
    select cast(coalesce(sum(amount_cents), 0) as bigint) from posting
    where gl = '1090 payment clearing'");
const HELD: Sql = Sql("
    select cast(coalesce((select -sum(amount_cents) from posting
                          where gl = '2100 unidentified payments'), 0) as bigint),
           cast(coalesce((select sum(amount_cents) from suspense s where not exists (
               select 1 from suspense_end e where e.suspense_id = s.id)), 0) as bigint),
           (select count(*) from suspense)");

/// What came in is the sum of its tenders, and each of them of the payments and of what is held that it
/// became.
pub fn tenders(tx: &mut Tx) -> Result<Found> {
    let mut found = tx.many(RECEIPT_SUMS, [SHOWN.into()], receipt)?;
    found.extend(tx.many(TENDER_SUMS, [SHOWN.into()], tender)?);
    found.extend(tx.many(NO_TENDER, [SHOWN.into()], no_tender)?);
    Ok((tx.one(TENDERS, [], |row| row.int(0))?, found))
}

/// The same, of what was posted or taken back behind an entry, and of what is held.
pub fn tenders_since(tx: &mut Tx, since: EntryId) -> Result<Found> {
    let of = || [since.into(), SHOWN.into()];
    let mut found = tx.many(RECEIPT_SUMS_SINCE, of(), receipt)?;
    found.extend(tx.many(TENDER_SUMS_SINCE, of(), tender)?);
    found.extend(tx.many(NO_TENDER_SINCE, of(), no_tender)?);
    Ok((tx.one(TENDERS_SINCE, [since.into()], |row| row.int(0))?, found))
}

fn receipt(row: &Row) -> Result<String> {
    let (id, says, sum) = (row.int(0)?, row.money(1)?, row.money(2)?);
    Ok(format!("receipt {id} says {says}, and its tenders {sum}"))
}

fn tender(row: &Row) -> Result<String> {
    let (id, says, sum) = (row.int(0)?, row.money(1)?, row.money(2)?);
    Ok(format!("tender {id} is {says}, and its payments and what is held are {sum}"))
}

fn no_tender(row: &Row) -> Result<String> {
    Ok(format!("payment {} came in no tender", row.text(0)?))
}

/// No payment is for more than it is, nor for anything that its account never owed.
pub fn allocations(tx: &mut Tx) -> Result<Found> {
    let mut found = tx.many(ALLOCATED, [SHOWN.into()], |row| {
        let (key, says, sum) = (row.text(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("payment {key} is {says} and allocated {sum}"))
    })?;
    found.extend(tx.many(ALLOCATED_ELSEWHERE, [SHOWN.into()], |row| {
        let (key, entry) = (row.text(0)?, row.int(1)?);
        Ok(format!("payment {key} is for entry {entry}, by which its account owes nothing"))
    })?);
    Ok((tx.one(ALLOCATIONS, [], |row| row.int(0))?, found))
}

/// Every payment that was taken back is so in the ledger, once and whole.
pub fn reversals(tx: &mut Tx) -> Result<Found> {
    let mut found = tx.many(REVERSED, [SHOWN.into()], |row| {
        let (key, says, sum) = (row.text(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("payment {key} of {says} was taken back, and its entry says {sum}"))
    })?;
    found.extend(tx.many(REVERSAL_ENTRIES_ALONE, [SHOWN.into()], |row| {
        Ok(format!("{} is taken back in the ledger and nowhere else", row.text(0)?))
    })?);
    Ok((tx.one(REVERSALS, [], |row| row.int(0))?, found))
}

/// Nothing is left between two accounts, and what the ledger holds for nobody is what is held.
pub fn clearing(tx: &mut Tx) -> Result<Found> {
    let mut found = Vec::new();
    let between = tx.one(CLEARING, [], |row| row.money(0))?;
    if between != Default::default() {
        found.push(format!("{between} is on its way between accounts and nowhere"));
    }
    let held = tx.one(HELD, [], |row| Ok((row.money(0)?, row.money(1)?, row.int(2)?)))?;
    let (says, sum, examined) = held;
    if says != sum {
        found
            .push(format!("the ledger holds {says} for nobody, and what is held adds up to {sum}"));
    }
    found.extend(tx.many(PARTS, [SHOWN.into()], |row| {
        let (id, held, sum) = (row.int(0)?, row.money(1)?, row.money(2)?);
        Ok(format!("{held} held under {id} was parted, and its parts are {sum}"))
    })?);
    Ok((examined, found))
}
