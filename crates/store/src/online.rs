//! Attempts to pay online, what came in by them, what the provider told, and links that were ended: written
//! once, never changed. Only of which attempts something is still expected comes and goes.

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AccountNumber, AttemptId, BillId};
use meterbook_core::money::Money;
use meterbook_core::online::{Attempt, AttemptState, CardPayment};

use crate::Tx;
use crate::tx::Sql;
use crate::value::{Row, V};

const SAY: Sql = Sql("insert into online_settings (from_on, text) values ($1, $2)");
const SAID: Sql = Sql("
    select text from online_settings where from_on <= $1 order by from_on desc limit 1");
const ADD: Sql = Sql("
    insert into pay_attempt (id, account_id, bill_id, amount_cents, currency, key, begun_at)
    values ($1, $2, $3, $4, $5, $6, $7)");
const ADD_OPEN: Sql = Sql("insert into pay_attempt_open (subject, attempt_id) values ($1, $2)");
const NO_MORE: Sql = Sql("delete from pay_attempt_open where attempt_id = $1");
const OF_PLAN: Sql = Sql("
    insert into pay_attempt_plan (attempt_id, key, parts_cents) values ($1, $2, $3)");
const PLAN_OF: Sql = Sql("select key, parts_cents from pay_attempt_plan where attempt_id = $1");
const ADD_SESSION: Sql = Sql("
    insert into pay_attempt_session (attempt_id, session) values ($1, $2)");
const ADD_EVENT: Sql = Sql("
    insert into pay_attempt_event (attempt_id, position, state, at, said)
    values ($1, (select coalesce(max(position), 0) + 1 from pay_attempt_event where attempt_id = $1),
            $2, $3, $4)");
const GET: Sql = Sql("
    select a.id, a.account_id, a.bill_id, a.amount_cents, a.currency, a.key, a.begun_at, s.session,
        (select e.state from pay_attempt_event e where e.attempt_id = a.id
         order by e.position desc limit 1)
    from pay_attempt a left join pay_attempt_session s on s.attempt_id = a.id
    where a.id = $1");
const BY_KEY: Sql = Sql("select id from pay_attempt where key = $1");
const BY_SESSION: Sql = Sql("select attempt_id from pay_attempt_session where session = $1");
const BY_REFERENCE: Sql = Sql("select attempt_id from card_payment where reference = $1");
const OPEN: Sql = Sql("select attempt_id from pay_attempt_open order by attempt_id");
const OPEN_OF: Sql = Sql("
    select o.attempt_id from pay_attempt_open o join pay_attempt a on a.id = o.attempt_id
    where a.account_id = $1 order by o.attempt_id");
const LISTED: Sql = Sql("
    select a.id, a.account_id, a.bill_id, a.amount_cents, a.currency, a.key, a.begun_at, s.session,
        e.state, e.at, e.said, n.number, b.number,
        c.reference, c.attempt_id, c.tender_id, c.brand, c.last_four, r.code, r.returned_on, p.key
    from pay_attempt a
    join account n on n.id = a.account_id
    join pay_attempt_event e on e.attempt_id = a.id and e.position = (
        select max(l.position) from pay_attempt_event l where l.attempt_id = a.id)
    left join pay_attempt_session s on s.attempt_id = a.id
    left join bill b on b.id = a.bill_id
    left join card_payment c on c.attempt_id = a.id
    left join pay_attempt_plan p on p.attempt_id = a.id
    left join tender_return r on r.tender_id = c.tender_id
    where $1 <= a.id and a.id <= $2 and ($3 = '' or e.state = $3) and ($4 = 0 or r.code is not null)
    order by a.id desc limit $5");
const WAITING: Sql = Sql("select count(*) from pay_attempt_open");
const EVENTS: Sql = Sql("
    select state, at, said from pay_attempt_event where attempt_id = $1 order by position");
const ADD_CARD: Sql = Sql("
    insert into card_payment (reference, attempt_id, tender_id, brand, last_four)
    values ($1, $2, $3, $4, $5)");
const CARD: Sql = Sql("
    select reference, attempt_id, tender_id, brand, last_four from card_payment
    where attempt_id = $1");
const ADD_TOLD: Sql = Sql("insert into provider_event (id, kind, at) values ($1, $2, $3)");
const TOLD: Sql = Sql("select kind from provider_event where id = $1");
const END_LINKS: Sql = Sql("
    insert into pay_link_end (bill_id, nth, at, why) values ($1, $2, $3, $4)");
const LINKS_ENDED: Sql = Sql("
    select coalesce(max(nth), 0) from pay_link_end where bill_id = $1");
const COUNT: Sql = Sql("select count(*) from pay_attempt");
// Something is expected of exactly those that are not over.
const OPEN_UNTRUE: Sql = Sql("
    select a.id, e.state from pay_attempt a
    join pay_attempt_event e on e.attempt_id = a.id and e.position = (
        select max(l.position) from pay_attempt_event l where l.attempt_id = a.id)
    where case when e.state in ('unknown', 'open') then 1 else 0 end
       <> (select count(*) from pay_attempt_open o where o.attempt_id = a.id)
    order by a.id limit 100");
const NO_EVENT: Sql = Sql("
    select a.id from pay_attempt a
    where not exists (select 1 from pay_attempt_event e where e.attempt_id = a.id)
    order by a.id limit 100");
// What is paid came in by card, under the provider's name for it, and what came in is paid.
const PAID_UNTRUE: Sql = Sql("
    select a.id,
        (select count(*) from pay_attempt_event e where e.attempt_id = a.id and e.state = 'paid') as paid,
        (select count(*) from card_payment c join tender t on t.id = c.tender_id
         where c.attempt_id = a.id and t.kind = 'card' and t.reference = c.reference) as came
    from pay_attempt a
    where (select count(*) from pay_attempt_event e where e.attempt_id = a.id and e.state = 'paid')
       <> (select count(*) from card_payment c join tender t on t.id = c.tender_id
           where c.attempt_id = a.id and t.kind = 'card' and t.reference = c.reference)
    order by a.id limit 100");

/// An attempt as one line of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The attempt.
    pub attempt: Attempt,
    /// The number of its account.
    pub account: AccountNumber,
    /// The number of its bill, where it is for one.
    pub bill: Option<String>,
    /// Whether it is for what is due by a plan.
    pub by_plan: bool,
    /// Since when it stands so.
    pub at: Timestamp,
    /// What was said of how it stands.
    pub said: String,
    /// What came in by it, where it was paid.
    pub card: Option<CardPayment>,
    /// Why what came in went back, such as `disputed`, and from which day on that counts.
    pub back: Option<(String, Date)>,
}

/// Which attempts are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Those that stand so.
    Standing(AttemptState),
    /// Those whose money went back.
    Back,
    /// One.
    One(AttemptId),
}

/// Says how customers pay online from a day on. The database refuses a second text for a day.
pub fn say(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY, [from.into(), text.into()]).map(|_| ())
}

/// The text that holds on a day, if one was said.
pub fn said(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(SAID, [on.into()], |row| row.text(0))
}

/// Keeps an attempt as it begins, without an answer. The database refuses a second one of the same bill, or
/// of all that the account owes, while something is expected of the first.
pub fn add(tx: &mut Tx, it: &Attempt) -> Result<()> {
    let values = [
        it.id.into(),
        it.account.into(),
        it.bill.into(),
        it.amount.into(),
        V::from(&it.currency),
        V::from(&it.key),
        it.begun.into(),
    ];
    tx.exec(ADD, values)?;
    let subject =
        format!("{}/{}", it.account, it.bill.map_or_else(String::new, |it| it.to_string()));
    tx.exec(ADD_OPEN, [subject.into(), it.id.into()])?;
    event(tx, it.id, AttemptState::Unknown, it.begun, "")
}

/// Keeps that an attempt is for what is due by a plan, and how much of it is for parts of it.
pub fn of_plan(tx: &mut Tx, id: AttemptId, key: &str, parts: Money) -> Result<()> {
    tx.exec(OF_PLAN, [id.into(), key.into(), parts.into()]).map(|_| ())
}

/// The plan by which what an attempt is for is due, and how much of it is for its parts.
pub fn plan_of(tx: &mut Tx, id: AttemptId) -> Result<Option<(String, Money)>> {
    tx.maybe(PLAN_OF, [id.into()], |row| Ok((row.text(0)?, row.money(1)?)))
}

/// Keeps what the provider calls an attempt. The database refuses a second name.
pub fn add_session(tx: &mut Tx, id: AttemptId, session: &str) -> Result<()> {
    tx.exec(ADD_SESSION, [id.into(), session.into()]).map(|_| ())
}

/// Keeps how an attempt stands from now on. Of what is over nothing is expected any more.
pub fn event(
    tx: &mut Tx,
    id: AttemptId,
    state: AttemptState,
    at: Timestamp,
    said: &str,
) -> Result<()> {
    tx.exec(ADD_EVENT, [id.into(), state.word().into(), at.into(), said.into()])?;
    if state.is_over() {
        tx.exec(NO_MORE, [id.into()])?;
    }
    Ok(())
}

/// One attempt, if it is there.
pub fn get(tx: &mut Tx, id: AttemptId) -> Result<Option<Attempt>> {
    tx.maybe(GET, [id.into()], attempt)
}

/// The attempt that the provider got under a key.
pub fn by_key(tx: &mut Tx, key: &str) -> Result<Option<AttemptId>> {
    tx.maybe(BY_KEY, [key.into()], |row| row.id(0))
}

/// The attempt that the provider calls so.
pub fn by_session(tx: &mut Tx, session: &str) -> Result<Option<AttemptId>> {
    tx.maybe(BY_SESSION, [session.into()], |row| row.id(0))
}

/// The attempt by which a payment of the provider came in.
pub fn by_reference(tx: &mut Tx, reference: &str) -> Result<Option<AttemptId>> {
    tx.maybe(BY_REFERENCE, [reference.into()], |row| row.id(0))
}

/// Attempts of which something is still expected, oldest first.
pub fn open(tx: &mut Tx) -> Result<Vec<AttemptId>> {
    tx.many(OPEN, [], |row| row.id(0))
}

/// Those of an account.
pub fn open_of(tx: &mut Tx, account: AccountId) -> Result<Vec<AttemptId>> {
    tx.many(OPEN_OF, [account.into()], |row| row.id(0))
}

/// Attempts, the newest first, at most so many.
pub fn list(tx: &mut Tx, which: Which, most: i64) -> Result<Vec<Listed>> {
    let (first, last) = match which {
        Which::One(id) => (id.0, id.0),
        _ => (0, i64::MAX),
    };
    let state = match which {
        Which::Standing(state) => state.word(),
        _ => "",
    };
    let back = i64::from(which == Which::Back);
    let values = [first.into(), last.into(), state.into(), back.into(), most.into()];
    tx.many(LISTED, values, |row| {
        let code = row.maybe(18, Row::text)?;
        let tender = row.maybe(15, Row::id)?;
        let card = match tender {
            Some(tender) => Some(CardPayment {
                reference: row.text(13)?,
                attempt: row.id(14)?,
                tender,
                brand: row.text(16)?,
                last_four: row.text(17)?,
            }),
            None => None,
        };
        Ok(Listed {
            attempt: attempt(row)?,
            account: row.number(11)?,
            bill: row.maybe(12, Row::text)?,
            by_plan: row.maybe(20, Row::text)?.is_some(),
            at: row.instant(9)?,
            said: row.text(10)?,
            card,
            back: code.zip(row.maybe(19, Row::date)?),
        })
    })
}

/// Of how many attempts something is still expected.
pub fn waiting(tx: &mut Tx) -> Result<i64> {
    tx.one(WAITING, [], |row| row.int(0))
}

/// How an attempt stood from when on, oldest first, with what was said of it.
pub fn events(tx: &mut Tx, id: AttemptId) -> Result<Vec<(AttemptState, Timestamp, String)>> {
    tx.many(EVENTS, [id.into()], |row| {
        Ok((row.word(0, AttemptState::from_word)?, row.instant(1)?, row.text(2)?))
    })
}

/// Keeps what came in. The database refuses the same payment, and a second one of an attempt.
pub fn add_card(tx: &mut Tx, it: &CardPayment) -> Result<()> {
    let CardPayment { reference, attempt, tender, brand, last_four } = it;
    let values =
        [reference.into(), (*attempt).into(), (*tender).into(), brand.into(), last_four.into()];
    tx.exec(ADD_CARD, values).map(|_| ())
}

/// What came in by an attempt, if anything did.
pub fn card(tx: &mut Tx, id: AttemptId) -> Result<Option<CardPayment>> {
    tx.maybe(CARD, [id.into()], |row| {
        Ok(CardPayment {
            reference: row.text(0)?,
            attempt: row.id(1)?,
            tender: row.id(2)?,
            brand: row.text(3)?,
            last_four: row.text(4)?,
        })
    })
}

/// Keeps that the provider told something. The database refuses it a second time.
pub fn add_told(tx: &mut Tx, id: &str, kind: &str, at: Timestamp) -> Result<()> {
    tx.exec(ADD_TOLD, [id.into(), kind.into(), at.into()]).map(|_| ())
}

/// Whether the provider told something already.
pub fn told(tx: &mut Tx, id: &str) -> Result<bool> {
    Ok(tx.maybe(TOLD, [id.into()], |row| row.text(0))?.is_some())
}

/// Ends the links of a bill that were made so far.
pub fn end_links(tx: &mut Tx, bill: BillId, nth: i64, at: Timestamp, why: &str) -> Result<()> {
    tx.exec(END_LINKS, [bill.into(), nth.into(), at.into(), why.into()]).map(|_| ())
}

/// How often links of a bill were ended.
pub fn links_ended(tx: &mut Tx, bill: BillId) -> Result<i64> {
    tx.one(LINKS_ENDED, [bill.into()], |row| row.int(0))
}

/// Something is expected of exactly those attempts that are not over; what is paid came in by card once.
pub fn verify(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let mut found = tx.many(NO_EVENT, [], |row| {
        Ok(format!("nothing is known of attempt {} to pay online", row.int(0)?))
    })?;
    found.extend(tx.many(OPEN_UNTRUE, [], |row| {
        let (id, state) = (row.int(0)?, row.text(1)?);
        Ok(format!(
            "attempt {id} to pay online is {state}, and what is expected of it says otherwise"
        ))
    })?);
    found.extend(tx.many(PAID_UNTRUE, [], |row| {
        let (id, paid, came) = (row.int(0)?, row.int(1)?, row.int(2)?);
        Ok(format!(
            "attempt {id} to pay online is paid {paid} times, and {came} payments came in by it"
        ))
    })?);
    Ok((tx.one(COUNT, [], |row| row.int(0))?, found))
}

fn attempt(row: &Row) -> Result<Attempt> {
    Ok(Attempt {
        id: row.id(0)?,
        account: row.id(1)?,
        bill: row.maybe(2, Row::id)?,
        amount: row.money(3)?,
        currency: row.text(4)?,
        key: row.text(5)?,
        begun: row.instant(6)?,
        session: row.maybe(7, Row::text)?,
        state: row.word(8, AttemptState::from_word)?,
    })
}
