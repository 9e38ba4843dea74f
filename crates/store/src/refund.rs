//! Refunds: what waits to be given back, the checks that pay it, and what became of both. Written once,
//! never changed.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AccountNumber, EntryId, TenderId};
use meterbook_core::ledger::EntryKind;
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

// A check that is not void pays its refund, cashed or not.
const GET: Sql = Sql("
    select e.id, p.account_id, -p.amount_cents, e.effective_on, e.text, e.key,
           case when exists (
                    select 1 from refund_check c where c.entry_id = e.id and not exists (
                        select 1 from refund_check_end v
                        where v.entry_id = c.entry_id and v.nth = c.nth and v.how = 'voided'))
                then 1 else 0 end,
           (select f.how from refund_end f where f.entry_id = e.id)
    from entry e join posting p on p.entry_id = e.id and p.gl = '2110 refunds payable'
    where e.kind = 'refund' and e.id = $1");
const WAITING: Sql = Sql("
    select e.id, p.account_id, -p.amount_cents, e.effective_on, e.text, e.key, 0, null
    from entry e join posting p on p.entry_id = e.id and p.gl = '2110 refunds payable'
    where e.kind = 'refund'
      and not exists (select 1 from refund_end f where f.entry_id = e.id)
      and not exists (
        select 1 from refund_check c where c.entry_id = e.id and not exists (
            select 1 from refund_check_end v
            where v.entry_id = c.entry_id and v.nth = c.nth and v.how = 'voided'))
    order by e.effective_on, e.id");
// The last check of a refund is the one that pays it, unless it is void.
const LISTED: Sql = Sql("
    with listed as (
        select e.id, p.account_id, -p.amount_cents as cents, e.effective_on, e.text, e.key,
               case when c.nth is null or v.how = 'voided' then 0 else 1 end as paid, f.how, a.number,
               c.nth, c.number as check_number, c.paid_on, v.how as check_how,
               v.ended_on as check_ended_on, f.ended_on
        from entry e
        join posting p on p.entry_id = e.id and p.gl = '2110 refunds payable'
        left join account a on a.id = p.account_id
        left join refund_check c on c.entry_id = e.id and c.nth = (
            select max(l.nth) from refund_check l where l.entry_id = e.id)
        left join refund_check_end v on v.entry_id = c.entry_id and v.nth = c.nth
        left join refund_end f on f.entry_id = e.id
        where e.kind = 'refund')
    select id, account_id, cents, effective_on, text, key, paid, how, number,
           nth, check_number, paid_on, check_how, check_ended_on, ended_on
    from listed
    where $1 = case when how = 'bounced' then 'bounced' when how is not null then 'kept'
                    when paid = 0 then 'waiting' when check_how = 'cashed' then 'cashed'
                    else 'paid' end
    order by id desc limit $2");
const OF_TENDER: Sql = Sql("
    select e.id from suspense s
    join suspense_end d on d.suspense_id = s.id and d.how = 'refunded'
    join entry e on e.key = s.key and e.kind = 'refund'
    where s.tender_id = $1 and not exists (select 1 from refund_end f where f.entry_id = e.id)
    order by e.id");
const LOCK_SQLITE: Sql = Sql("select id from entry where id = $1");
const LOCK_POSTGRES: Sql = Sql("select id from entry where id = $1 for no key update");
const PAY: Sql = Sql("
    insert into refund_check (entry_id, nth, number, paid_on)
    values ($1, (select count(*) + 1 from refund_check where entry_id = $1), $2, $3)");
const CHECK: Sql = Sql("
    select c.entry_id, c.nth, c.number, c.paid_on, v.how, v.ended_on
    from refund_check c
    left join refund_check_end v on v.entry_id = c.entry_id and v.nth = c.nth
    where c.number = $1");
const UNCASHED: Sql = Sql("
    select c.entry_id, c.nth, c.number, c.paid_on, null, null
    from refund_check c
    where not exists (
        select 1 from refund_check_end v where v.entry_id = c.entry_id and v.nth = c.nth)
    order by c.paid_on, c.number");
const END_CHECK: Sql = Sql("
    insert into refund_check_end (entry_id, nth, how, ended_on, why) values ($1, $2, $3, $4, $5)");
const END: Sql = Sql("
    insert into refund_end (entry_id, how, ended_on, why) values ($1, $2, $3, $4)");
const COUNT: Sql = Sql("select count(*) from entry where kind = 'refund'");
const LEDGER: Sql = Sql("
    select cast(coalesce((select -sum(amount_cents) from posting
                          where gl = '2110 refunds payable'), 0) as bigint),
           cast(coalesce((select sum(amount_cents) from posting
                          where gl = '5075 returned after refund'), 0) as bigint)");
// What the bank took back after it was paid is lost until its check is void.
const LOST: Sql = Sql("
    select cast(coalesce(sum(-p.amount_cents), 0) as bigint)
    from refund_end f
    join posting p on p.entry_id = f.entry_id and p.gl = '2110 refunds payable'
    where f.how = 'bounced' and exists (
        select 1 from refund_check c where c.entry_id = f.entry_id and not exists (
            select 1 from refund_check_end v
            where v.entry_id = c.entry_id and v.nth = c.nth and v.how = 'voided'))");
// The bank took it back, or the check is void after all.
const LOSSES: Sql = Sql("
    select e.id, e.kind, e.effective_on, e.text, p.amount_cents
    from refund_end f
    join entry r on r.id = f.entry_id
    join entry e on e.kind = 'refund-bounced' and e.key = r.key
    join posting p on p.entry_id = e.id and p.gl = '5075 returned after refund'
    where f.how = 'bounced'
    union all
    select e.id, e.kind, e.effective_on, e.text, p.amount_cents
    from refund_end f
    join refund_check c on c.entry_id = f.entry_id
    join entry e on e.kind = 'refund-voided'
        and e.key = cast(c.entry_id as text) || '/' || cast(c.nth as text)
    join posting p on p.entry_id = e.id and p.gl = '5075 returned after refund'
    where f.how = 'bounced' order by 1");
const PAID_TWICE: Sql = Sql("
    select c.entry_id, count(*) from refund_check c
    where not exists (
        select 1 from refund_check_end v
        where v.entry_id = c.entry_id and v.nth = c.nth and v.how = 'voided')
    group by c.entry_id having 1 < count(*) order by c.entry_id limit 100");

/// What is to be given back. It is known by its entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// The entry that put it into refunds payable.
    pub id: EntryId,
    /// Whose it is; `None` for money that was nobody's.
    pub account: Option<AccountId>,
    /// How much, above zero.
    pub amount: Money,
    /// The day since which it waits.
    pub since: Date,
    /// Why it is given back, or what was known of whose it is.
    pub said: String,
    /// The natural key of its entry.
    pub key: String,
    /// Whether a check that is not void pays it.
    pub paid: bool,
    /// How it ended otherwise, if it did.
    pub ended: Option<Ending>,
}

/// How a refund ends that no check pays any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is a credit of its account again.
    Account,
    /// It is held for nobody again.
    Held,
    /// The bank took back what it was of.
    Bounced,
}

/// What becomes of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckEnd {
    /// The bank paid it.
    Cashed,
    /// It was never cashed and never will be.
    Voided,
}

/// A check that pays a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which refund.
    pub refund: EntryId,
    /// The how manieth of it, from 1.
    pub nth: i64,
    /// What is printed on it.
    pub number: String,
    /// The day on which it was made.
    pub on: Date,
    /// What became of it, and the day.
    pub ended: Option<(CheckEnd, Date)>,
}

/// How refunds stand that are listed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing pays it yet.
    Waiting,
    /// A check of which nothing was heard pays it.
    Paid,
    /// The bank paid the check.
    Cashed,
    /// It is not to be paid: it is a credit again, or held again.
    Kept,
    /// The bank took back what it was of.
    Bounced,
}

/// A refund as one line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What is to be given back.
    pub refund: Refund,
    /// The number of its account; `None` for money that was nobody's.
    pub account: Option<AccountNumber>,
    /// The last check of it.
    pub check: Option<Check>,
    /// The day on which it ended otherwise, if it did.
    pub ended_on: Option<Date>,
}

/// An entry that lost something, or found it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Which.
    pub entry: EntryId,
    /// What happened.
    pub kind: EntryKind,
    /// The day from which it counts.
    pub on: Date,
    /// What is said of it.
    pub said: String,
    /// How much was lost; below zero where it was found again.
    pub amount: Money,
}

impl Standing {
    /// All of them, in the order of what is to be done.
    pub const ALL: [Standing; 5] =
        [Standing::Waiting, Standing::Paid, Standing::Cashed, Standing::Kept, Standing::Bounced];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Waiting => "waiting",
            Standing::Paid => "paid",
            Standing::Cashed => "cashed",
            Standing::Kept => "kept",
            Standing::Bounced => "bounced",
        }
    }

    /// The one with a word.
    pub fn from_word(word: &str) -> Option<Standing> {
        Standing::ALL.into_iter().find(|it| it.word() == word)
    }
}

impl Ending {
    const ALL: [Ending; 3] = [Ending::Account, Ending::Held, Ending::Bounced];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Ending::Account => "account",
            Ending::Held => "held",
            Ending::Bounced => "bounced",
        }
    }

    fn from_word(word: &str) -> Option<Ending> {
        Ending::ALL.into_iter().find(|it| it.word() == word)
    }
}

impl CheckEnd {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            CheckEnd::Cashed => "cashed",
            CheckEnd::Voided => "voided",
        }
    }

    fn from_word(word: &str) -> Option<CheckEnd> {
        [CheckEnd::Cashed, CheckEnd::Voided].into_iter().find(|it| it.word() == word)
    }
}

impl Check {
    /// The key of the entry that pays with it, and of the one that takes that back.
    pub fn key(&self) -> String {
        format!("{}/{}", self.refund, self.nth)
    }
}

/// A refund, if there is such a one.
pub fn get(tx: &mut Tx, id: EntryId) -> Result<Option<Refund>> {
    tx.maybe(GET, [id.into()], refund)
}

/// A refund, which nobody else decides about until this transaction ends.
pub fn lock(tx: &mut Tx, id: EntryId) -> Result<Option<Refund>> {
    tx.maybe(tx.either(LOCK_SQLITE, LOCK_POSTGRES), [id.into()], |row| row.int(0))?;
    get(tx, id)
}

/// All that waits to be paid, the longest first.
pub fn waiting(tx: &mut Tx) -> Result<Vec<Refund>> {
    tx.many(WAITING, [], refund)
}

/// Refunds that stand so, the newest first, at most so many.
pub fn list(tx: &mut Tx, which: Standing, most: i64) -> Result<Vec<Listed>> {
    tx.many(LISTED, [which.word().into(), most.into()], |row| {
        let refund = refund(row)?;
        let nth = row.maybe(9, Row::int)?;
        let how = row.maybe(12, |row, at| row.word(at, CheckEnd::from_word))?;
        let ended = how.zip(row.maybe(13, Row::date)?);
        let check = match nth {
            Some(nth) => {
                let (number, on) = (row.text(10)?, row.date(11)?);
                Some(Check { refund: refund.id, nth, number, on, ended })
            }
            None => None,
        };
        let account = row.maybe(8, Row::number)?;
        Ok(Listed { refund, account, check, ended_on: row.maybe(14, Row::date)? })
    })
}

/// What was lost because it came back after it was given back and paid: what the ledger says of it.
pub fn lost(tx: &mut Tx) -> Result<Money> {
    Ok(losses(tx)?.iter().map(|it| it.amount).sum())
}

/// The entries of that, the oldest first.
pub fn losses(tx: &mut Tx) -> Result<Vec<Loss>> {
    tx.many(LOSSES, [], |row| {
        Ok(Loss {
            entry: row.id(0)?,
            kind: row.word(1, EntryKind::from_word)?,
            on: row.date(2)?,
            said: row.text(3)?,
            amount: row.money(4)?,
        })
    })
}

/// What was given back of a tender that nobody knew the owner of, and did not end.
pub fn of_tender(tx: &mut Tx, id: TenderId) -> Result<Vec<EntryId>> {
    tx.many(OF_TENDER, [id.into()], |row| row.id(0))
}

/// Keeps that a check pays a refund. The database refuses a number that was used.
pub fn pay(tx: &mut Tx, id: EntryId, number: &str, on: Date) -> Result<()> {
    tx.exec(PAY, [id.into(), number.into(), on.into()]).map(|_| ())
}

/// The check with a number, if there is one.
pub fn check(tx: &mut Tx, number: &str) -> Result<Option<Check>> {
    tx.maybe(CHECK, [number.into()], a_check)
}

/// Checks of which nothing was heard, the oldest first.
pub fn uncashed(tx: &mut Tx) -> Result<Vec<Check>> {
    tx.many(UNCASHED, [], a_check)
}

/// Keeps what became of a check. The database refuses a second time.
pub fn end_check(tx: &mut Tx, it: &Check, how: CheckEnd, on: Date, why: &str) -> Result<()> {
    let values = [it.refund.into(), it.nth.into(), how.word().into(), on.into(), why.into()];
    tx.exec(END_CHECK, values).map(|_| ())
}

/// Keeps that a refund is not to be paid any more. The database refuses a second time.
pub fn end(tx: &mut Tx, id: EntryId, how: Ending, on: Date, why: &str) -> Result<()> {
    tx.exec(END, [id.into(), how.word().into(), on.into(), why.into()]).map(|_| ())
}

/// What the ledger holds to be given back is what waits, what it lost is what came back after it was
/// paid, and no refund is paid twice.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(PAID_TWICE, [], |row| {
        Ok(format!("refund {} is paid by {} checks that are not void", row.int(0)?, row.int(1)?))
    })?;
    let (payable, loss) = tx.one(LEDGER, [], |row| Ok((row.money(0)?, row.money(1)?)))?;
    let waits: Money = waiting(tx)?.iter().map(|it| it.amount).sum();
    if payable != waits {
        found.push(format!("the ledger holds {payable} to be given back, and {waits} waits"));
    }
    let lost = tx.one(LOST, [], |row| row.money(0))?;
    if loss != lost {
        found.push(format!("{lost} came back after it was paid, and the ledger says {loss}"));
    }
    let listed: Money = losses(tx)?.iter().map(|it| it.amount).sum();
    if loss != listed {
        found.push(format!(
            "entries of {listed} came back after they were paid, and the ledger says {loss}"
        ));
    }
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn refund(row: &Row) -> Result<Refund> {
    Ok(Refund {
        id: row.id(0)?,
        account: row.maybe(1, Row::id)?,
        amount: row.money(2)?,
        since: row.date(3)?,
        said: row.text(4)?,
        key: row.text(5)?,
        paid: row.int(6)? != 0,
        ended: row.maybe(7, |row, nth| row.word(nth, Ending::from_word))?,
    })
}

fn a_check(row: &Row) -> Result<Check> {
    let ended = row.maybe(4, |row, nth| Ok((row.word(nth, CheckEnd::from_word)?, row.date(5)?)))?;
    Ok(Check {
        refund: row.id(0)?,
        nth: row.int(1)?,
        number: row.text(2)?,
        on: row.date(3)?,
        ended,
    })
}
