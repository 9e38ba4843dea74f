//! Moves: what was asked for, what was said of it since, and what each version does.

use std::collections::HashSet;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::id::{AccountId, AgreementId, MoveId, OrderId};
use meterbook_core::moves::{Effect, EffectKind, Move, MoveKind, Said, WithOrder};

use crate::Tx;
use crate::failure::missing;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const ADD: Sql = Sql("insert into move (id, kind, account_id) values ($1, $2, $3)");
const SAY: Sql = Sql("
    insert into move_version (move_id, version, said, starts_on, stops_on, said_at, staff_id)
    values ($1, $2, $3, $4, $5, $6, $7)");
const GET: Sql = Sql("
    select m.id, m.kind, m.account_id, v.version, v.said, v.starts_on, v.stops_on, v.said_at,
           v.staff_id
    from move m join move_version v on v.move_id = m.id
    where m.id = $1 order by v.version desc limit 1");
const LOCK_SQLITE: Sql = Sql("select id from move where id = $1");
const LOCK_POSTGRES: Sql = Sql("select id from move where id = $1 for update");
const OF_ACCOUNT: Sql = Sql("
    select m.id, m.kind, m.account_id, v.version, v.said, v.starts_on, v.stops_on, v.said_at,
           v.staff_id
    from move m join move_version v on v.move_id = m.id
    where m.account_id = $1
      and v.version = (select max(version) from move_version where move_id = m.id)
    order by m.id");
const VERSIONS: Sql = Sql("
    select m.id, m.kind, m.account_id, v.version, v.said, v.starts_on, v.stops_on, v.said_at,
           v.staff_id
    from move m join move_version v on v.move_id = m.id
    where m.id = $1 order by v.version");
const EFFECTS: Sql = Sql("
    select kind, account_id, service_point_id, agreement_id, effect_on, until_on, tariff,
           amount_cents, word, label_en, label_es
    from move_effect where move_id = $1 and version = $2 order by position");
const ADD_EFFECTS: Rows = Rows(
    "move_effect (move_id, version, position, kind, account_id, service_point_id, agreement_id, \
     effect_on, until_on, tariff, amount_cents, word, label_en, label_es)",
);
// A fee, a deposit or a final bill that a move wants, as its newest version says. A move that is
// cancelled has a version without any.
const WANTED: Sql = Sql("
    select e.kind, e.account_id, e.service_point_id, e.agreement_id, e.effect_on, e.until_on,
           e.tariff, e.amount_cents, e.word, e.label_en, e.label_es
    from move_effect e
    where e.account_id = $1 and e.kind = $2 and e.effect_on < $3
      and e.version = (select max(version) from move_version where move_id = e.move_id)
    order by e.effect_on, e.move_id, e.position");

const ADD_ORDERS: Rows = Rows("move_order (move_id, version, order_id, did)");
const ORDERS: Sql = Sql("
    select order_id, did from move_order where move_id = $1 and version = $2 order by order_id");
// Moves of which the newest version wants an order.
const WANTING: Sql = Sql("
    select o.move_id from move_order o
    where o.order_id = $1 and o.did = 'orders'
      and o.version = (select max(version) from move_version where move_id = o.move_id)
    order by o.move_id");
const FOR_ORDER: Sql = Sql("
    select distinct move_id from move_order where order_id = $1 order by move_id");

// What ends with a move and what begins with it on the same tariff: of several that begin the first takes on what
// is kept.
const MOVING_ON: (Sql, Sql) = among_ids!(
    "select distinct s.agreement_id
     from move_effect s
     join move_effect b on b.move_id = s.move_id and b.version = s.version
       and b.kind = 'starts' and b.account_id = s.account_id and b.tariff = s.tariff
     where s.kind = 'stops'
       and s.version = (select max(v.version) from move_version v where v.move_id = s.move_id)
       and s.agreement_id",
    ""
);
const MOVED_FROM: (Sql, Sql) = among_ids!(
    "select b.agreement_id, g.id, g.to_on,
            coalesce((
                select max(t.to_on) from standing_segment t where t.agreement_id = g.id), g.from_on)
     from move_effect b
     join move_effect s on s.move_id = b.move_id and s.version = b.version
       and s.kind = 'stops' and s.account_id = b.account_id and s.tariff = b.tariff
     join agreement g on g.id = s.agreement_id
     where b.kind = 'starts' and g.to_on is not null
       and b.version = (select max(v.version) from move_version v where v.move_id = b.move_id)
       and not exists (
         select 1 from move_effect f
         where f.move_id = b.move_id and f.version = b.version and f.kind = 'starts'
           and f.account_id = b.account_id and f.tariff = b.tariff
           and f.agreement_id < b.agreement_id)
       and b.agreement_id",
    "order by b.agreement_id, g.id"
);

/// A service that a customer left for another one, on the same tariff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MovedFrom {
    /// The one that began.
    pub to: AgreementId,
    /// The one that ended.
    pub from: AgreementId,
    /// Its first day without service.
    pub ended: Date,
    /// Its first day that is on no bill.
    pub billed_through: Date,
}

/// Keeps what was asked for, with its first version.
pub fn add(tx: &mut Tx, it: &Move) -> Result<()> {
    tx.exec(ADD, [it.id.into(), it.kind.word().into(), it.account.into()])?;
    say(tx, it)
}

/// Keeps another version. Somebody who was first with it is a conflict.
pub fn say(tx: &mut Tx, it: &Move) -> Result<()> {
    let values = [
        it.id.into(),
        it.version.into(),
        it.said.word().into(),
        it.starts_on.into(),
        it.stops_on.into(),
        it.at.into(),
        it.by.into(),
    ];
    tx.exec(SAY, values).map(|_| ())
}

/// Keeps what a version does.
pub fn add_effects(tx: &mut Tx, id: MoveId, version: i64, effects: &[Effect]) -> Result<()> {
    let row = |(position, it): (i64, &Effect)| -> [V<'static>; 14] {
        [
            id.into(),
            version.into(),
            position.into(),
            it.kind.word().into(),
            it.account.into(),
            it.service_point.into(),
            it.agreement.into(),
            it.on.into(),
            it.until.into(),
            it.tariff.clone().into(),
            it.amount.into(),
            it.word.clone().into(),
            it.label_en.clone().into(),
            it.label_es.clone().into(),
        ]
    };
    tx.bulk(ADD_EFFECTS, (0..).zip(effects).map(row))
}

/// Which of these agreements end with a move to another one of the account, on the same tariff.
pub fn moving_on(
    tx: &mut Tx,
    agreements: impl Iterator<Item = AgreementId>,
) -> Result<HashSet<AgreementId>> {
    let sql = tx.either(MOVING_ON.0, MOVING_ON.1);
    let list = list_of(agreements);
    Ok(tx.many(sql, [list.into()], |row| row.id(0))?.into_iter().collect())
}

/// What customers left for these agreements.
pub fn moved_from(
    tx: &mut Tx,
    agreements: impl Iterator<Item = AgreementId>,
) -> Result<Vec<MovedFrom>> {
    let sql = tx.either(MOVED_FROM.0, MOVED_FROM.1);
    let list = list_of(agreements);
    tx.many(sql, [list.into()], |row| {
        let (to, from) = (row.id(0)?, row.id(1)?);
        Ok(MovedFrom { to, from, ended: row.date(2)?, billed_through: row.date(3)? })
    })
}

/// A move as its newest version says.
pub fn get(tx: &mut Tx, id: MoveId) -> Result<Move> {
    tx.maybe(GET, [id.into()], a_move)?.ok_or_else(|| missing("move", id))
}

/// The same, for who is about to change it: whoever else wants to waits until this transaction is
/// over, and then sees what it did.
pub fn lock(tx: &mut Tx, id: MoveId) -> Result<Move> {
    tx.maybe(tx.either(LOCK_SQLITE, LOCK_POSTGRES), [id.into()], |row| row.int(0))?;
    get(tx, id)
}

/// The moves of an account as their newest versions say, in the order in which they were asked for.
pub fn of_account(tx: &mut Tx, account: AccountId) -> Result<Vec<Move>> {
    tx.many(OF_ACCOUNT, [account.into()], a_move)
}

/// Everything that was said of a move, oldest first.
pub fn versions(tx: &mut Tx, id: MoveId) -> Result<Vec<Move>> {
    tx.many(VERSIONS, [id.into()], a_move)
}

/// What a version of a move does, in order.
pub fn effects(tx: &mut Tx, id: MoveId, version: i64) -> Result<Vec<Effect>> {
    tx.many(EFFECTS, [id.into(), version.into()], effect)
}

/// Keeps what a version did with orders.
pub fn add_orders(
    tx: &mut Tx,
    id: MoveId,
    version: i64,
    orders: &[(OrderId, WithOrder)],
) -> Result<()> {
    tx.bulk(
        ADD_ORDERS,
        orders
            .iter()
            .map(|(order, did)| [id.into(), version.into(), (*order).into(), did.word().into()]),
    )
}

/// What a version did with orders.
pub fn orders(tx: &mut Tx, id: MoveId, version: i64) -> Result<Vec<(OrderId, WithOrder)>> {
    tx.many(ORDERS, [id.into(), version.into()], |row| {
        Ok((row.id(0)?, row.word(1, WithOrder::from_word)?))
    })
}

/// The moves that want an order as things stand.
pub fn wanting(tx: &mut Tx, order: OrderId) -> Result<Vec<MoveId>> {
    tx.many(WANTING, [order.into()], |row| row.id(0))
}

/// Every move that ever wanted an order or called it off.
pub fn of_order(tx: &mut Tx, order: OrderId) -> Result<Vec<MoveId>> {
    tx.many(FOR_ORDER, [order.into()], |row| row.id(0))
}

/// What moves want of an account's bills before a day: fees, deposits or final bills.
pub fn wanted(
    tx: &mut Tx,
    account: AccountId,
    kind: EffectKind,
    before: Date,
) -> Result<Vec<Effect>> {
    tx.many(WANTED, [account.into(), kind.word().into(), before.into()], effect)
}

fn a_move(row: &Row) -> Result<Move> {
    Ok(Move {
        id: row.id(0)?,
        kind: row.word(1, MoveKind::from_word)?,
        account: row.id(2)?,
        version: row.int(3)?,
        said: row.word(4, Said::from_word)?,
        starts_on: row.maybe(5, Row::date)?,
        stops_on: row.maybe(6, Row::date)?,
        at: row.instant(7)?,
        by: row.maybe(8, Row::id)?,
    })
}

fn effect(row: &Row) -> Result<Effect> {
    Ok(Effect {
        kind: row.word(0, EffectKind::from_word)?,
        account: row.id(1)?,
        service_point: row.maybe(2, Row::id)?,
        agreement: row.maybe(3, Row::id)?,
        on: row.date(4)?,
        until: row.maybe(5, Row::date)?,
        tariff: row.maybe(6, Row::text)?,
        amount: row.maybe(7, Row::money)?,
        word: row.text(8)?,
        label_en: row.text(9)?,
        label_es: row.text(10)?,
    })
}
