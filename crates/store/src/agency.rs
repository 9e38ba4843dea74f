//! Debts that an agency has: files as they were written, and which accounts it has now.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::credit::agency::{Asked, File, Item, sum};
use meterbook_core::id::{AccountId, AccountNumber, AgencyFileId};
use meterbook_core::money::Money;

use crate::Tx;
use crate::tx::{Rows, Sql};
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into agency_file (id, made_on, made_at, items, placed_cents, recalled_cents, sha256)
    values ($1, $2, $3, $4, $5, $6, $7)");
const ITEMS: Rows = Rows(
    "agency_item (file_id, nth, account_id, what, amount_cents, oldest_on, name, address, phone, why)",
);
const GET: Sql = Sql("select made_on, sha256 from agency_file where id = $1");
const ITEMS_OF: Sql = Sql("
    select i.account_id, a.number, i.what, i.amount_cents, i.oldest_on, i.name, i.address, i.phone,
           i.why
    from agency_item i join account a on a.id = i.account_id
    where i.file_id = $1 order by i.nth");
// Each account that was ever placed, with its last placement and what was recalled since.
const PLACED: Sql = Sql("
    select a.id, a.number, n.name, i.file_id, f.made_on, i.amount_cents, i.oldest_on,
        (select min(g.made_on) from agency_item r join agency_file g on g.id = r.file_id
         where r.account_id = i.account_id and r.what = 'recall' and i.file_id < r.file_id)
    from agency_item i
    join agency_file f on f.id = i.file_id
    join account a on a.id = i.account_id
    join person n on n.id = a.person_id
    where i.what = 'place' and i.file_id = (
        select max(l.file_id) from agency_item l
        where l.account_id = i.account_id and l.what = 'place')
    order by a.number");
const PAID: Sql = Sql("
    select cast(coalesce(sum(p.amount_cents), 0) as bigint) from payment p
    where p.account_id = $1 and $2 <= p.paid_on and p.paid_on < $3
      and not exists (select 1 from payment_reversal r where r.payment_id = p.id)");
// Open cases that come to an agency, each once, with where the customer is to be found.
const COMING: Sql = Sql("
    select a.id, a.number, n.name, a.mail_to, c.oldest_on,
        coalesce((select t.value from contact t where t.id = (
            select max(m.id) from contact m where m.person_id = n.id and m.kind = 'phone')), '')
    from collection_case c
    join collection_step s on s.key = c.key and s.step = 'agency'
    join account a on a.id = c.account_id
    join person n on n.id = a.person_id
    where not exists (select 1 from collection_end e where e.key = c.key)
    group by a.id, a.number, n.id, n.name, a.mail_to, c.oldest_on order by a.number");
const COUNT: Sql = Sql("select count(*) from agency_item");
const NOT_ITS_ITEMS: Sql = Sql("
    select f.id from agency_file f
    where f.items <> (select count(*) from agency_item i where i.file_id = f.id)
       or f.placed_cents <> (select coalesce(sum(i.amount_cents), 0) from agency_item i
                             where i.file_id = f.id and i.what = 'place')
       or f.recalled_cents <> (select coalesce(sum(i.amount_cents), 0) from agency_item i
                               where i.file_id = f.id and i.what = 'recall')
    order by f.id limit 100");
// One that has the newest line before it of the same kind was placed or recalled twice.
const TWICE: Sql = Sql("
    select a.number, i.what from agency_item i
    join account a on a.id = i.account_id
    where i.what = coalesce((
        select l.what from agency_item l
        where l.account_id = i.account_id and l.file_id < i.file_id
        order by l.file_id desc limit 1), 'recall')
    order by i.file_id, i.nth limit 100");

/// A debt that an agency got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Whose, inside.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// Who owes it.
    pub name: String,
    /// In which file.
    pub file: AgencyFileId,
    /// The day of the file.
    pub on: Date,
    /// How much.
    pub amount: Money,
    /// The day on which the oldest of it was due.
    pub oldest: Date,
    /// The day on which it was recalled, if it was.
    pub recalled: Option<Date>,
}

/// An account that collections put forward for an agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutForward {
    /// Whose, inside.
    pub account: AccountId,
    /// What people say.
    pub number: AccountNumber,
    /// Who owes.
    pub name: String,
    /// The lines of an envelope, without the name.
    pub address: String,
    /// The day on which the oldest was due when the case opened.
    pub oldest: Date,
    /// A phone number, where one is known.
    pub phone: String,
}

/// Keeps a file with its lines.
pub fn add(tx: &mut Tx, it: &File, at: Timestamp) -> Result<()> {
    let [(_, placed), (_, recalled)] = [Asked::Place, Asked::Recall].map(|of| sum(&it.items, of));
    let items = i64::try_from(it.items.len())?;
    let values = [
        it.id.into(),
        it.on.into(),
        at.into(),
        items.into(),
        placed.into(),
        recalled.into(),
        V::from(&it.sha256),
    ];
    tx.exec(ADD, values)?;
    tx.bulk(
        ITEMS,
        it.items.iter().zip(1_i64..).map(|(item, nth)| {
            [
                it.id.into(),
                nth.into(),
                item.account.into(),
                item.asked.word().into(),
                item.amount.into(),
                item.oldest.into(),
                V::from(&item.name),
                V::from(&item.address),
                V::from(&item.phone),
                V::from(&item.why),
            ]
        }),
    )
}

/// A file as it was written, if there is one.
pub fn get(tx: &mut Tx, id: AgencyFileId) -> Result<Option<File>> {
    let found = tx.maybe(GET, [id.into()], |row| Ok((row.date(0)?, row.text(1)?)))?;
    let Some((on, sha256)) = found else { return Ok(None) };
    let items = tx.many(ITEMS_OF, [id.into()], |row| {
        Ok(Item {
            account: row.id(0)?,
            number: row.number(1)?,
            asked: row.word(2, Asked::from_word)?,
            amount: row.money(3)?,
            oldest: row.date(4)?,
            name: row.text(5)?,
            address: row.text(6)?,
            phone: row.text(7)?,
            why: row.text(8)?,
        })
    })?;
    Ok(Some(File { id, on, items, sha256 }))
}

/// Every debt that an agency got, the last time that it did, by account number.
pub fn placed(tx: &mut Tx) -> Result<Vec<Placed>> {
    tx.many(PLACED, [], |row| {
        Ok(Placed {
            account: row.id(0)?,
            number: row.number(1)?,
            name: row.text(2)?,
            file: row.id(3)?,
            on: row.date(4)?,
            amount: row.money(5)?,
            oldest: row.date(6)?,
            recalled: row.maybe(7, Row::date)?,
        })
    })
}

/// What an account paid from one day to before another, less what came back.
pub fn paid(tx: &mut Tx, account: AccountId, (from, to): (Date, Date)) -> Result<Money> {
    tx.one(PAID, [account.into(), from.into(), to.into()], |row| row.money(0))
}

/// Accounts with an open case that collections put forward for an agency.
pub fn put_forward(tx: &mut Tx) -> Result<Vec<PutForward>> {
    tx.many(COMING, [], |row| {
        Ok(PutForward {
            account: row.id(0)?,
            number: row.number(1)?,
            name: row.text(2)?,
            address: row.text(3)?,
            oldest: row.date(4)?,
            phone: row.text(5)?,
        })
    })
}

/// Every file is its lines, and no debt is placed that the agency has, or recalled that it has not.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(NOT_ITS_ITEMS, [], |row| {
        Ok(format!("file {} for the agency is not its lines", row.int(0)?))
    })?;
    found.extend(tx.many(TWICE, [], |row| {
        let (number, what) = (row.number(0)?, row.text(1)?);
        Ok(format!("account {number} has two lines {what} in a row"))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}
