//! Cards that customers keep, and what was charged to them: written once, never changed. Only which card is
//! used, and which the provider is to forget, comes and goes.

use anyhow::Result;
use jiff::Timestamp;
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
