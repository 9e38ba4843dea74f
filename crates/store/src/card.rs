//! Cards that customers keep, and what was charged to them: written once, never changed. Only which card is
//! used, and which the provider is to forget, comes and goes.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AttemptId, BillId, CardId};
use meterbook_core::money::Money;
use meterbook_core::online::AttemptState;
use meterbook_core::online::card::KeptCard;

use crate::Tx;
use crate::tx::Sql;
use crate::value::{Row, V};

const LET_KEEP: Sql = Sql("insert into card_keeping (attempt_id, most_cents) values ($1, $2)");
const KEEPING: Sql = Sql("select most_cents from card_keeping where attempt_id = $1");
const ADD: Sql = Sql("
    insert into kept_card
        (id, account_id, attempt_id, customer, method, brand, last_four, most_cents, from_on)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
const USE: Sql = Sql("insert into kept_card_now (account_id, card_id) values ($1, $2)");
const USE_NO_MORE: Sql = Sql("delete from kept_card_now where card_id = $1");
const END: Sql = Sql("insert into kept_card_end (card_id, at, why) values ($1, $2, $3)");
const FORGET: Sql = Sql("insert into kept_card_forget (card_id) values ($1)");
const FORGOTTEN: Sql = Sql("delete from kept_card_forget where card_id = $1");
const TO_FORGET: Sql = Sql("
    select c.id, c.account_id, c.attempt_id, c.customer, c.method, c.brand, c.last_four, c.most_cents, c.from_on
    from kept_card c join kept_card_forget f on f.card_id = c.id order by c.id");
const NOW: Sql = Sql("
    select c.id, c.account_id, c.attempt_id, c.customer, c.method, c.brand, c.last_four, c.most_cents, c.from_on
    from kept_card c join kept_card_now n on n.card_id = c.id where n.account_id = $1");
const ALL_NOW: Sql = Sql("
    select c.id, c.account_id, c.attempt_id, c.customer, c.method, c.brand, c.last_four, c.most_cents, c.from_on
    from kept_card c join kept_card_now n on n.card_id = c.id order by c.account_id");
const OF_CHARGE: Sql = Sql("
    select c.id, c.account_id, c.attempt_id, c.customer, c.method, c.brand, c.last_four, c.most_cents, c.from_on
    from kept_card c join card_charge g on g.card_id = c.id where g.attempt_id = $1");
const CHARGE: Sql = Sql("
    insert into card_charge (attempt_id, card_id, bill_id, nth)
    values ($1, $2, $3,
        (select coalesce(max(nth), 0) + 1 from card_charge where card_id = $2 and bill_id = $3))");
const REFUSE: Sql = Sql("insert into card_refused (attempt_id, why) values ($1, $2)");
const CHARGES: Sql = Sql("
    select g.attempt_id,
        (select e.state from pay_attempt_event e where e.attempt_id = g.attempt_id
         order by e.position desc limit 1),
        (select count(*) from card_refused r where r.attempt_id = g.attempt_id)
    from card_charge g where g.card_id = $1 and g.bill_id = $2 order by g.nth");
const MANY: Sql = Sql("select count(*) from kept_card_now");
// Whoever held a day for too long does not hold it any more.
const TAKE_DAY: Sql = Sql("
    insert into card_day (on_day, worker, until_at, said) values ($1, $2, $4, '')
    on conflict (on_day) do update set worker = $2, until_at = $4
    where card_day.done_at is null and (card_day.until_at <= $3 or card_day.worker = $2)");
const HOLD_DAY: Sql = Sql("
    update card_day set until_at = $3 where on_day = $1 and worker = $2 and done_at is null");
const END_DAY: Sql = Sql("
    update card_day set done_at = $3, said = $4
    where on_day = $1 and worker = $2 and done_at is null");
const LAST_DAY: Sql = Sql("
    select on_day, done_at, said from card_day order by on_day desc limit 1");
const CHARGED: Sql = Sql("
    select e.state, count(*), cast(sum(a.amount_cents) as bigint)
    from card_charge g join pay_attempt a on a.id = g.attempt_id
    join pay_attempt_event e on e.attempt_id = a.id and e.position = (
        select max(l.position) from pay_attempt_event l where l.attempt_id = a.id)
    where $1 <= a.begun_at and a.begun_at < $2 group by e.state order by e.state");
const COUNT: Sql = Sql("select count(*) from kept_card");
// The card that is used is the one that did not end.
const USE_UNTRUE: Sql = Sql("
    select c.id, a.number from kept_card c join account a on a.id = c.account_id
    where (select count(*) from kept_card_end e where e.card_id = c.id)
        + (select count(*) from kept_card_now n
           where n.card_id = c.id and n.account_id = c.account_id) <> 1
    order by c.id limit 100");
const NOT_LET: Sql = Sql("
    select c.id, a.number from kept_card c join account a on a.id = c.account_id
    where not exists (
        select 1 from card_keeping k join pay_attempt p on p.id = k.attempt_id
        where k.attempt_id = c.attempt_id and p.account_id = c.account_id)
    order by c.id limit 100");
const CHARGE_UNTRUE: Sql = Sql("
    select g.attempt_id, a.number from card_charge g
    join kept_card c on c.id = g.card_id
    join account a on a.id = c.account_id
    join pay_attempt p on p.id = g.attempt_id
    left join kept_card_end e on e.card_id = c.id
    where p.account_id <> c.account_id or p.bill_id is null or p.bill_id <> g.bill_id
      or c.most_cents < p.amount_cents or e.at < p.begun_at
    order by g.attempt_id limit 100");

/// Keeps that a payer lets the card be kept with which they pay by an attempt.
pub fn let_keep(tx: &mut Tx, attempt: AttemptId, most: Option<Money>) -> Result<()> {
    tx.exec(LET_KEEP, [attempt.into(), most.into()]).map(|_| ())
}

/// Whether the card of an attempt is to be kept, and the most that is charged to it then.
pub fn keeping(tx: &mut Tx, attempt: AttemptId) -> Result<Option<Option<Money>>> {
    tx.maybe(KEEPING, [attempt.into()], |row| row.maybe(0, Row::money))
}

/// Keeps a card, which is used from now on. The database refuses it where another one is.
pub fn add(tx: &mut Tx, it: &KeptCard) -> Result<()> {
    let values = [
        it.id.into(),
        it.account.into(),
        it.attempt.into(),
        V::from(&it.customer),
        V::from(&it.method),
        V::from(&it.brand),
        V::from(&it.last_four),
        it.most.into(),
        it.from.into(),
    ];
    tx.exec(ADD, values)?;
    tx.exec(USE, [it.account.into(), it.id.into()]).map(|_| ())
}

/// Ends a card: it is used no more, and the provider is to forget it. The database refuses a second time.
pub fn end(tx: &mut Tx, id: CardId, at: Timestamp, why: &str) -> Result<()> {
    tx.exec(END, [id.into(), at.into(), why.into()])?;
    tx.exec(USE_NO_MORE, [id.into()])?;
    tx.exec(FORGET, [id.into()]).map(|_| ())
}

/// Cards that the provider is to forget.
pub fn to_forget(tx: &mut Tx) -> Result<Vec<KeptCard>> {
    tx.many(TO_FORGET, [], card)
}

/// The provider forgot a card.
pub fn forgotten(tx: &mut Tx, id: CardId) -> Result<()> {
    tx.exec(FORGOTTEN, [id.into()]).map(|_| ())
}

/// The card of an account that is used, if there is one.
pub fn now(tx: &mut Tx, account: AccountId) -> Result<Option<KeptCard>> {
    tx.maybe(NOW, [account.into()], card)
}

/// Every card that is used.
pub fn all_now(tx: &mut Tx) -> Result<Vec<KeptCard>> {
    tx.many(ALL_NOW, [], card)
}

/// How many cards are used.
pub fn many(tx: &mut Tx) -> Result<i64> {
    tx.one(MANY, [], |row| row.int(0))
}

/// A day on which the program charged cards by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub on: Date,
    /// Since when nothing more is charged by itself on it; `None` while it goes on.
    pub done: Option<Timestamp>,
    /// Why it ended before all was charged; empty where it did not.
    pub said: String,
}

/// Takes on to charge what is due on a day until an instant, unless somebody else is at it at `at` or did.
pub fn take_day(
    tx: &mut Tx,
    on: Date,
    worker: &str,
    (at, until): (Timestamp, Timestamp),
) -> Result<bool> {
    let values = [on.into(), worker.into(), at.into(), until.into()];
    Ok(tx.exec(TAKE_DAY, values)? == 1)
}

/// Holds a day that this worker took on until another instant; whether it is still theirs.
pub fn hold_day(tx: &mut Tx, on: Date, worker: &str, until: Timestamp) -> Result<bool> {
    Ok(tx.exec(HOLD_DAY, [on.into(), worker.into(), until.into()])? == 1)
}

/// Ends a day that this worker took on, and says why where not all was charged.
pub fn end_day(tx: &mut Tx, on: Date, worker: &str, at: Timestamp, said: &str) -> Result<()> {
    tx.exec(END_DAY, [on.into(), worker.into(), at.into(), said.into()]).map(|_| ())
}

/// The last day on which cards were charged without anybody asking, if there was one.
pub fn last_day(tx: &mut Tx) -> Result<Option<Day>> {
    tx.maybe(LAST_DAY, [], |row| {
        Ok(Day { on: row.date(0)?, done: row.maybe(1, Row::instant)?, said: row.text(2)? })
    })
}

/// How charges stand that were begun from an instant until before another: how many, and what they come to.
pub fn charged(
    tx: &mut Tx,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<(AttemptState, i64, Money)>> {
    tx.many(CHARGED, [from.into(), until.into()], |row| {
        Ok((row.word(0, AttemptState::from_word)?, row.int(1)?, row.money(2)?))
    })
}

/// The card that an attempt charges, where it is one that does.
pub fn of_charge(tx: &mut Tx, attempt: AttemptId) -> Result<Option<KeptCard>> {
    tx.maybe(OF_CHARGE, [attempt.into()], card)
}

/// Keeps that an attempt charges a bill to a card, which is the next try of it.
pub fn charge(tx: &mut Tx, attempt: AttemptId, card: CardId, bill: BillId) -> Result<()> {
    tx.exec(CHARGE, [attempt.into(), card.into(), bill.into()]).map(|_| ())
}

/// Keeps that the card's bank refused a charge.
pub fn refuse(tx: &mut Tx, attempt: AttemptId, why: &str) -> Result<()> {
    tx.exec(REFUSE, [attempt.into(), why.into()]).map(|_| ())
}

/// How each try to charge a bill to a card stands, and whether the card's bank refused it.
pub fn charges(
    tx: &mut Tx,
    card: CardId,
    bill: BillId,
) -> Result<Vec<(AttemptId, AttemptState, bool)>> {
    tx.many(CHARGES, [card.into(), bill.into()], |row| {
        Ok((row.id(0)?, row.word(1, AttemptState::from_word)?, row.int(2)? != 0))
    })
}

/// The card of an account that is used is the one that did not end, it was kept because its payer said so,
/// and what is charged is a bill of its account, within what was agreed to, while it stood.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(USE_UNTRUE, [], |row| {
        let (id, number) = (row.int(0)?, row.number(1)?);
        Ok(format!("card {id} of account {number} ended, or is not the one that is used"))
    })?;
    found.extend(tx.many(NOT_LET, [], |row| {
        let (id, number) = (row.int(0)?, row.number(1)?);
        Ok(format!("card {id} of account {number} is kept, and nobody let it be"))
    })?);
    found.extend(tx.many(CHARGE_UNTRUE, [], |row| {
        let (id, number) = (row.int(0)?, row.number(1)?);
        Ok(format!("attempt {id} charges a card of account {number} that was not to be charged so"))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn card(row: &Row) -> Result<KeptCard> {
    Ok(KeptCard {
        id: row.id(0)?,
        account: row.id(1)?,
        attempt: row.id(2)?,
        customer: row.text(3)?,
        method: row.text(4)?,
        brand: row.text(5)?,
        last_four: row.text(6)?,
        most: row.maybe(7, Row::money)?,
        from: row.date(8)?,
    })
}
