//! Bills and other paper on their way: the pieces, what became of each, settings, and what stops a way.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::delivery::mailing::note_number;
use meterbook_core::delivery::{
    Choice, Enclosed, Event, PaperKind, Piece, Recipient, State, Way, key,
};
use meterbook_core::id::{AccountId, BillId, MailingId, PieceId, UserId, WindowId};
use meterbook_core::party::PartyRole;
use meterbook_core::period::Period;
use meterbook_core::person::Language;

use crate::Tx;
use crate::failure::missing;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const PIECES: Rows = Rows(
    "piece (id, key, bill_id, correction_id, mailing_id, account_id, person_id, role, channel, address)",
);
const MAIN: (Sql, Sql) = among_ids!(
    "select a.id, n.id, n.name, n.language, 'main',
        (select min(d.value) from person_detail d
         where d.person_id = n.id and d.kind = 'channel' and d.from_on <= $2
           and (d.to_on is null or $2 < d.to_on)),
        (select c.value from contact c where c.id = (
            select max(m.id) from contact m join contact_consent s on s.contact_id = m.id
            where m.person_id = n.id and m.kind = 'email' and s.purpose = 'bills'
              and s.from_on <= $2 and (s.to_on is null or $2 < s.to_on))),
        cast(null as text)
    from account a join person n on n.id = a.person_id
    where a.id",
    "order by a.id"
);
const COPIES: (Sql, Sql) = among_ids!(
    "select p.account_id, n.id, n.name, n.language, p.role,
        (select min(d.value) from person_detail d
         where d.person_id = n.id and d.kind = 'channel' and d.from_on <= $2
           and (d.to_on is null or $2 < d.to_on)),
        (select c.value from contact c where c.id = (
            select max(m.id) from contact m join contact_consent s on s.contact_id = m.id
            where m.person_id = n.id and m.kind = 'email' and s.purpose = 'bills'
              and s.from_on <= $2 and (s.to_on is null or $2 < s.to_on))),
        (select c.value from contact c where c.id = (
            select max(m.id) from contact m where m.person_id = n.id and m.kind = 'post'))
    from party p join person n on n.id = p.person_id
    where p.role in ('copy-of-bill', 'payer', 'landlord')
      and p.from_on <= $2 and (p.to_on is null or $2 < p.to_on) and p.account_id",
    "order by p.account_id, p.id"
);
const CHOICES: (Sql, Sql) = among_ids!(
    "select account_id, value from account_detail
    where kind = 'delivery' and from_on <= $2 and (to_on is null or $2 < to_on) and account_id",
    ""
);
const MORE: (Sql, Sql) = among_ids!(
    "select it.account_id, count(*) from (
        select account_id from party where role in ('copy-of-bill', 'payer', 'landlord')
        union all
        select account_id from account_detail where kind = 'delivery' and value = 'both') as it
     where it.account_id",
    "group by it.account_id"
);
const ELSEWHERE: Rows = Rows("bill_elsewhere (bill_id)");
const ARE_ELSEWHERE: (Sql, Sql) =
    among_ids!("select bill_id from bill_elsewhere where bill_id", "order by bill_id");
const HAPPENED: Rows = Rows("piece_event (piece_id, position, state, at, staff_id, detail)");
/// What [`piece`] reads, before where it stands.
macro_rules! of_piece {
    ($($rest:expr),+) => {
        Sql(concat!(
            "select p.id, p.key, p.bill_id, p.correction_id, p.mailing_id,
                (select m.kind from mailing m where m.id = p.mailing_id),
                p.account_id, p.person_id, p.role, p.channel, p.address, ",
            $($rest),+
        ))
    };
}
/// Where a piece stands.
macro_rules! stands {
    () => {
        "coalesce((select e.state from piece_event e where e.piece_id = p.id
                   order by e.position desc limit 1), 'queued')"
    };
}

const GET: Sql = of_piece!(stands!(), " from piece p where p.id = $1");
const OWNER: Sql = Sql("
    select account_id from bill where id = $1
    union all select account_id from correction where id = $2
    union all select account_id from mailing where id = $3");
const QUEUED: Sql = Sql("
    select count(*) from piece where bill_id = $1 or correction_id = $2 or mailing_id = $3");
const BILL_CALLED: Sql = Sql("select number, billed_on from bill where id = $1");
const NOTE_CALLED: Sql = Sql("select made_on from correction where id = $1");
const MAILING_CALLED: Sql = Sql("select number, dated_on from mailing where id = $1");
const BY_KEY: Sql = Sql("select id from piece where key = $1");
const BY_SERIAL: Sql = Sql("select max(id) from piece where channel = $1 and id % $2 = $3");
const OF_ACCOUNT: Sql =
    of_piece!(stands!(), " from piece p where p.account_id = $1 order by p.id desc limit $2");
// What was queued of a bill that was taken back waits for nothing.
const SHOWN: Sql = of_piece!(
    stands!(),
    " from piece p where p.account_id = $1 and (",
    stands!(),
    " <> 'queued' or exists (select 1 from piece_that_stands s where s.id = p.id))
     order by p.id desc limit $2"
);
const STANDING: Sql = of_piece!(
    stands!(),
    " from piece p where p.channel = $1 and ",
    stands!(),
    " = $2 order by p.id limit $3"
);
const DUE: Sql = Sql(concat!(
    "select p.id from piece_that_stands p
     where p.channel = $1 and $2 <= p.dated_on and p.dated_on < $3 and ",
    stands!(),
    " = 'queued' order by p.id"
));
const WAITING: Sql = of_piece!(
    "'queued', (select coalesce(max(l.position), 0) from piece_event l where l.piece_id = p.id)
     from piece_that_stands s join piece p on p.id = s.id
     where s.channel = $1 and $2 <= s.dated_on and s.dated_on < $3 and ",
    stands!(),
    " = 'queued' order by p.id"
);
const NEWEST_WAITING: Sql = of_piece!(
    "'queued' from piece_that_stands s join piece p on p.id = s.id where ",
    stands!(),
    " = 'queued' order by p.id desc limit $1"
);
const WAITS: Sql = Sql(concat!(
    "select count(*) from piece p join piece_that_stands s on s.id = p.id
     where p.key = $1 and ",
    stands!(),
    " = 'queued'"
));
const NOT_AWAY: Sql = Sql("
    select count(*) from standing_bill b
    left join bill_behind h on h.bill_id = b.id
    join piece p on p.bill_id = b.id or p.correction_id = h.correction_id
    where b.window_id = $1 and p.channel <> 'collect'
      and coalesce((select e.state from piece_event e where e.piece_id = p.id
                    order by e.position desc limit 1), 'queued')
          in ('queued', 'sending', 'unknown')");
const PAPERS: Sql = Sql("
    select (select count(*) from standing_bill b where $1 <= b.billed_on and b.billed_on < $2
             and not exists (select 1 from bill_behind h where h.bill_id = b.id)
             and (not exists (select 1 from bill_elsewhere w where w.bill_id = b.id)
               or exists (select 1 from piece p where p.bill_id = b.id)))
        + (select count(*) from correction c where $1 <= c.made_on and c.made_on < $2
             and exists (select 1 from piece p where p.correction_id = c.id))
        + (select count(*) from mailing m where $1 <= m.dated_on and m.dated_on < $2)");
const EVENTS: Sql = Sql("
    select position, state, at, detail from piece_event where piece_id = $1 order by position");
const ADD_EVENT: Sql = Sql("
    insert into piece_event (piece_id, position, state, at, staff_id, detail)
    values ($1, $2, $3, $4, $5, $6)");
const LAST_POSITION: Sql =
    Sql("select coalesce(max(position), 0) from piece_event where piece_id = $1");
const LEFT: Sql = Sql("
    select e.piece_id from piece_event e join piece p on p.id = e.piece_id
    where e.state = 'sending' and p.channel = $1 and e.at < $2
      and not exists (
        select 1 from piece_event l where l.piece_id = e.piece_id and e.position < l.position)
    order by e.piece_id");
// What was queued of a bill that was taken back goes nowhere.
const COUNTS: Sql = Sql("
    select it.channel, it.state, count(*) from (
        select p.id, p.channel, coalesce((select e.state from piece_event e where e.piece_id = p.id
                                    order by e.position desc limit 1), 'queued') as state
        from piece p) as it
    where it.state <> 'queued' or exists (select 1 from piece_that_stands s where s.id = it.id)
    group by it.channel, it.state order by it.channel, it.state");
const SAY: Sql = Sql("insert into delivery_settings (from_on, text) values ($1, $2)");
const SAID: Sql = Sql("
    select text from delivery_settings where from_on <= $1 order by from_on desc limit 1");
const SWITCH: Sql = Sql("
    insert into delivery_switch (channel, position, stopped, why, at, staff_id)
    select $1, coalesce(max(position), 0) + 1, $2, $3, $4, $5
    from delivery_switch where channel = $1");
const STOPPED: Sql = Sql("
    select why from delivery_switch where channel = $1 and stopped = 1 and position = (
        select max(position) from delivery_switch where channel = $1)");
const LET_GO: Sql = Sql("
    insert into delivery_let_go (channel, billed_from_on, billed_to_on, pieces, at, staff_id)
    values ($1, $2, $3, $4, $5, $6)");
const MAY_GO: Sql = Sql("
    select coalesce(max(pieces), 0) from delivery_let_go
    where channel = $1 and billed_from_on = $2 and billed_to_on = $3");
const OWED: Sql = Sql("
    select count(*) from bill where (select after_bill_id from outbox_begin) < id
      and not exists (select 1 from bill_elsewhere w where w.bill_id = bill.id)");
const LEFT_OUT: Sql = Sql("
    select b.number from bill b
    where (select after_bill_id from outbox_begin) < b.id
      and not exists (select 1 from bill_elsewhere w where w.bill_id = b.id)
      and not exists (select 1 from piece p where p.bill_id = b.id and p.account_id = b.account_id
                        and p.role = 'main')
      and not exists (select 1 from bill_behind h join piece p on p.correction_id = h.correction_id
                      where h.bill_id = b.id and p.account_id = b.account_id and p.role = 'main')
    order by b.id limit 100");
const NOT_SENT: Sql = Sql("
    select m.number from mailing m
    where not exists (select 1 from piece p where p.mailing_id = m.id and p.role = 'main')
    order by m.id limit 100");
const ASTRAY: Sql = Sql("
    select p.key from piece p
    left join bill b on b.id = p.bill_id
    left join correction c on c.id = p.correction_id
    left join mailing m on m.id = p.mailing_id
    where p.account_id <> coalesce(b.account_id, c.account_id, m.account_id)
    order by p.id limit 100");

/// Everybody who gets the bills of these accounts on a day, each account's customer first.
pub fn recipients(tx: &mut Tx, accounts: &[AccountId], on: Date) -> Result<Vec<Recipient>> {
    let list = list_of(accounts.iter().copied());
    let mut found = Vec::new();
    for (sqlite, postgres) in [MAIN, COPIES] {
        let sql = tx.either(sqlite, postgres);
        found.extend(tx.many(sql, [list.as_str().into(), on.into()], recipient)?);
    }
    Ok(found)
}

/// How the bills of these accounts are sent on a day, where somebody said.
pub fn choices(
    tx: &mut Tx,
    accounts: &[AccountId],
    on: Date,
) -> Result<BTreeMap<AccountId, Choice>> {
    let list = list_of(accounts.iter().copied());
    let sql = tx.either(CHOICES.0, CHOICES.1);
    let rows = tx.many(sql, [list.as_str().into(), on.into()], |row| {
        Ok((row.id(0)?, row.word(1, Choice::from_word)?))
    })?;
    Ok(rows.into_iter().collect())
}

/// Says of bills that their customers have had them from elsewhere.
pub fn had_elsewhere(tx: &mut Tx, bills: impl IntoIterator<Item = BillId>) -> Result<()> {
    tx.bulk(ELSEWHERE, bills.into_iter().map(|it| [it.into()]))
}

/// Those of these bills that their customers have had from elsewhere.
pub fn elsewhere(tx: &mut Tx, bills: impl IntoIterator<Item = BillId>) -> Result<Vec<BillId>> {
    let sql = tx.either(ARE_ELSEWHERE.0, ARE_ELSEWHERE.1);
    tx.many(sql, [V::from(list_of(bills))], |row| row.id(0))
}

/// Queues pieces.
pub fn add(tx: &mut Tx, pieces: &[Piece]) -> Result<()> {
    let keys: Vec<String> = pieces.iter().map(|it| key(&it.number, it.person, it.way)).collect();
    let rows = pieces.iter().zip(&keys).map(|(it, key)| {
        let [bill, correction, mailing] = ids(it.enclosed);
        [
            it.id.into(),
            V::from(key),
            bill,
            correction,
            mailing,
            it.account.into(),
            it.person.into(),
            it.role.word().into(),
            it.way.word().into(),
            (&it.address).into(),
        ]
    });
    tx.bulk(PIECES, rows)
}

/// How many pieces a bill of each of these accounts may come to, where that can be more than one,
/// whatever the day.
pub fn more_than_one(tx: &mut Tx, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, i64>> {
    let list = list_of(accounts.iter().copied());
    let more = tx.either(MORE.0, MORE.1);
    let found = tx.many(more, [V::from(&list)], |row| Ok((row.id(0)?, 1 + row.int(1)?)))?;
    Ok(found.into_iter().collect())
}

/// One piece with what became of it.
pub fn get(tx: &mut Tx, id: PieceId) -> Result<(Piece, State)> {
    tx.maybe(GET, [id.into()], piece)?.ok_or_else(|| missing("piece", id))
}

/// Whose it is.
pub fn owner(tx: &mut Tx, it: Enclosed) -> Result<AccountId> {
    let found = tx.maybe(OWNER, ids(it), |row| row.id(0))?;
    found.ok_or_else(|| none(it))
}

/// Whether there is a piece of it.
pub fn is_queued(tx: &mut Tx, it: Enclosed) -> Result<bool> {
    Ok(tx.one(QUEUED, ids(it), |row| row.int(0))? != 0)
}

/// The bill, the correction or the mailing in a piece: the others are none.
fn ids<'a>(it: Enclosed) -> [V<'a>; 3] {
    match it {
        Enclosed::Bill(id) => [id.into(), V::Null, V::Null],
        Enclosed::Note(id) => [V::Null, id.into(), V::Null],
        Enclosed::Summary(id) | Enclosed::Letter(id) => [V::Null, V::Null, id.into()],
    }
}

/// What paper is called, and the day on its face.
pub fn called(tx: &mut Tx, it: Enclosed) -> Result<(String, Date)> {
    let found = match it {
        Enclosed::Bill(id) => {
            tx.maybe(BILL_CALLED, [id.into()], |row| Ok((row.text(0)?, row.date(1)?)))?
        }
        Enclosed::Note(id) => {
            tx.maybe(NOTE_CALLED, [id.into()], |row| Ok((note_number(id), row.date(0)?)))?
        }
        Enclosed::Summary(id) | Enclosed::Letter(id) => {
            tx.maybe(MAILING_CALLED, [id.into()], |row| Ok((row.text(0)?, row.date(1)?)))?
        }
    };
    found.ok_or_else(|| none(it))
}

fn none(it: Enclosed) -> anyhow::Error {
    match it {
        Enclosed::Bill(id) => missing("bill", id),
        Enclosed::Note(id) => missing("correction", id),
        Enclosed::Summary(id) | Enclosed::Letter(id) => missing("mailing", id),
    }
}

/// The piece with a key, if there is one.
pub fn by_key(tx: &mut Tx, key: &str) -> Result<Option<PieceId>> {
    tx.maybe(BY_KEY, [key.into()], |row| row.id(0))
}

/// The newest piece of a way whose id leaves `serial` when it is divided by `limit`.
pub fn by_serial(tx: &mut Tx, way: Way, serial: i64, limit: i64) -> Result<Option<PieceId>> {
    let asked = [way.word().into(), limit.into(), serial.into()];
    tx.one(BY_SERIAL, asked, |row| row.maybe(0, Row::id))
}

/// The newest pieces of an account, without those that waited and go nowhere any more.
pub fn shown(tx: &mut Tx, account: AccountId, limit: i64) -> Result<Vec<(Piece, State)>> {
    tx.many(SHOWN, [account.into(), limit.into()], piece)
}

/// The newest pieces of an account.
pub fn of_account(tx: &mut Tx, account: AccountId, limit: i64) -> Result<Vec<(Piece, State)>> {
    tx.many(OF_ACCOUNT, [account.into(), limit.into()], piece)
}

/// Pieces of a way that stand somewhere, oldest first.
pub fn standing(tx: &mut Tx, way: Way, state: State, limit: i64) -> Result<Vec<(Piece, State)>> {
    tx.many(STANDING, [way.word().into(), state.word().into(), limit.into()], piece)
}

/// What is queued of a way, of paper dated in `billed`.
pub fn due(tx: &mut Tx, way: Way, billed: Period) -> Result<Vec<PieceId>> {
    let asked = [way.word().into(), billed.start().into(), billed.end().into()];
    tx.many(DUE, asked, |row| row.id(0))
}

/// The same as [`due`], each with the position of what happened to it last.
pub fn waiting(tx: &mut Tx, way: Way, billed: Period) -> Result<Vec<(Piece, i64)>> {
    let asked = [way.word().into(), billed.start().into(), billed.end().into()];
    tx.many(WAITING, asked, |row| Ok((piece(row)?.0, row.int(12)?)))
}

/// The newest papers of which a piece waits to go.
pub fn newest_waiting(tx: &mut Tx, most: i64) -> Result<Vec<Enclosed>> {
    tx.many(NEWEST_WAITING, [most.into()], |row| Ok(piece(row)?.0.enclosed))
}

/// Whether the piece with a key waits to go.
pub fn waits(tx: &mut Tx, key: &str) -> Result<bool> {
    Ok(tx.one(WAITS, [key.into()], |row| row.int(0))? != 0)
}

/// How many pieces of a turn's bills are not away yet, or nobody knows.
pub fn not_away(tx: &mut Tx, window: WindowId) -> Result<i64> {
    tx.one(NOT_AWAY, [window.into()], |row| row.int(0))
}

/// How many papers are dated in `billed`: bills that were not taken back, and whatever else is sent.
pub fn papers(tx: &mut Tx, billed: Period) -> Result<i64> {
    tx.one(PAPERS, [billed.start().into(), billed.end().into()], |row| row.int(0))
}

/// What happened to a piece; what is not written down is that it was queued.
pub fn events(tx: &mut Tx, id: PieceId) -> Result<Vec<Event>> {
    tx.many(EVENTS, [id.into()], |row| {
        Ok(Event {
            position: row.int(0)?,
            state: row.word(1, State::from_word)?,
            at: row.instant(2)?,
            detail: row.text(3)?,
        })
    })
}

/// Keeps what happened to a piece and says its position. Of two at once one is refused.
pub fn add_event(
    tx: &mut Tx,
    id: PieceId,
    (state, detail): (State, &str),
    (by, at): (Option<UserId>, Timestamp),
) -> Result<i64> {
    let position = tx.one(LAST_POSITION, [id.into()], |row| row.int(0))? + 1;
    let by = by.map_or(V::Null, V::from);
    let values = [id.into(), position.into(), state.word().into(), at.into(), by, detail.into()];
    tx.exec(ADD_EVENT, values)?;
    Ok(position)
}

/// Keeps the same of many pieces, each with the position that it has there. Of two at once one is
/// refused.
pub fn add_events(
    tx: &mut Tx,
    pieces: &[(PieceId, i64)],
    (state, detail): (State, &str),
    (by, at): (Option<UserId>, Timestamp),
) -> Result<()> {
    let rows = pieces.iter().map(|(piece, position)| {
        let by = by.map_or(V::Null, V::from);
        let (state, detail) = (state.word().into(), detail.into());
        [(*piece).into(), (*position).into(), state, at.into(), by, detail]
    });
    tx.bulk(HAPPENED, rows)
}

/// Pieces that somebody began to send before `before`, and of which nothing was heard since.
pub fn left(tx: &mut Tx, way: Way, before: Timestamp) -> Result<Vec<PieceId>> {
    tx.many(LEFT, [way.word().into(), before.into()], |row| row.id(0))
}

/// How many pieces of each way stand where.
pub fn counts(tx: &mut Tx) -> Result<Vec<(Way, State, i64)>> {
    tx.many(COUNTS, [], |row| {
        Ok((row.word(0, Way::from_word)?, row.word(1, State::from_word)?, row.int(2)?))
    })
}

/// Says the text of settings that holds from a day on. A day has one.
pub fn say(tx: &mut Tx, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY, [from.into(), text.into()]).map(|_| ())
}

/// The text of settings that holds on a day, if one was said.
pub fn said(tx: &mut Tx, on: Date) -> Result<Option<String>> {
    tx.maybe(SAID, [on.into()], |row| row.text(0))
}

/// Stops a way, or lets it go on.
pub fn switch(
    tx: &mut Tx,
    way: Way,
    (stopped, why): (bool, &str),
    (by, at): (Option<UserId>, Timestamp),
) -> Result<()> {
    let by = by.map_or(V::Null, V::from);
    let values = [way.word().into(), i64::from(stopped).into(), why.into(), at.into(), by];
    tx.exec(SWITCH, values).map(|_| ())
}

/// Why a way is stopped; `None` while it goes.
pub fn stopped(tx: &mut Tx, way: Way) -> Result<Option<String>> {
    tx.maybe(STOPPED, [way.word().into()], |row| row.text(0))
}

/// Keeps that two people let so many pieces of a way go.
pub fn let_go(
    tx: &mut Tx,
    (way, billed, pieces): (Way, Period, i64),
    (by, at): (Option<UserId>, Timestamp),
) -> Result<()> {
    let by = by.map_or(V::Null, V::from);
    let (from, to) = (billed.start(), billed.end());
    let values = [way.word().into(), from.into(), to.into(), pieces.into(), at.into(), by];
    tx.exec(LET_GO, values).map(|_| ())
}

/// How many pieces of a way two people let go; 0 when they did not.
pub fn may_go(tx: &mut Tx, way: Way, billed: Period) -> Result<i64> {
    let asked = [way.word().into(), billed.start().into(), billed.end().into()];
    tx.one(MAY_GO, asked, |row| row.int(0))
}

/// Every bill since the outbox began has a piece for its customer, so has whatever else is sent, and
/// no piece is another account's.
/// Says how many bills there are, and what breaks it.
pub fn left_out(tx: &mut Tx) -> Result<(i64, Vec<String>)> {
    let count = tx.one(OWED, [], |row| row.int(0))?;
    let mut faults = tx.many(LEFT_OUT, [], |row| {
        Ok(format!("the bill {} was posted and is on its way to nobody", row.text(0)?))
    })?;
    faults.extend(tx.many(NOT_SENT, [], |row| {
        Ok(format!("{} is kept to be sent and is on its way to nobody", row.text(0)?))
    })?);
    faults.extend(tx.many(ASTRAY, [], |row| {
        Ok(format!("the piece {} is of another account than what is in it", row.text(0)?))
    })?);
    Ok((count, faults))
}

fn recipient(row: &Row) -> Result<Recipient> {
    let channel = row.maybe(5, Row::text)?;
    Ok(Recipient {
        account: row.id(0)?,
        person: row.id(1)?,
        name: row.text(2)?,
        language: row.word(3, Language::from_word)?,
        role: row.word(4, PartyRole::from_word)?,
        rather_email: channel.map(|it| it == "email"),
        email: row.maybe(6, Row::text)?,
        post: row.maybe(7, Row::text)?,
    })
}

fn piece(row: &Row) -> Result<(Piece, State)> {
    let key = row.text(1)?;
    let kind = row.maybe(5, |row, at| row.word(at, PaperKind::from_word))?;
    let enclosed = match (row.maybe(2, Row::id)?, row.maybe(3, Row::id)?) {
        (Some(bill), _) => Enclosed::Bill(bill),
        (None, Some(correction)) => Enclosed::Note(correction),
        (None, None) => {
            let id = row.id::<MailingId>(4)?;
            if kind == Some(PaperKind::Letter) {
                Enclosed::Letter(id)
            } else {
                Enclosed::Summary(id)
            }
        }
    };
    let it = Piece {
        id: row.id(0)?,
        enclosed,
        number: key.split('/').next().unwrap_or_default().to_owned(),
        account: row.id(6)?,
        person: row.id(7)?,
        role: row.word(8, PartyRole::from_word)?,
        way: row.word(9, Way::from_word)?,
        address: row.text(10)?,
    };
    Ok((it, row.word(11, State::from_word)?))
}
