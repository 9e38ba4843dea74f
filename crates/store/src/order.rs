//! Field orders and their steps: written once, never changed. How the open ones stand is kept
//! beside them, in the transaction that takes the step.

use anyhow::{Result, anyhow};
use jiff::civil::Date;
use meterbook_core::id::{AccountId, BatchId, CrewId, OrderId, PremiseId, ServicePointId};
use meterbook_core::order::{
    CalledOff, Hindrance, Order, OrderKind, Priority, Progress, Skills, State, Step, Taken,
};

use crate::Tx;
use crate::failure::missing;
use crate::tx::Sql;
use crate::value::{Row, V};

const ADD: Sql = Sql("
    insert into work_order (id, kind, priority, premise_id, service_point_id, account_id,
        agreement_id, skills, not_before_on, due_at, off_below_cents, about, key)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
const GET: Sql = Sql("
    select id, kind, priority, premise_id, service_point_id, account_id, agreement_id, skills,
        not_before_on, due_at, off_below_cents, about, key
    from work_order where id = $1");
const STEPS: Sql = Sql("
    select step, taken_at, staff_id, crew_id, step_on, reason, note
    from order_step where order_id = $1 order by position");
const STEP: Sql = Sql("
    insert into order_step (order_id, position, step, taken_at, staff_id, crew_id, step_on, reason,
        note)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
const STANDS: Sql = Sql("
    insert into open_order (order_id, key, state, crew_id, planned_on) values ($1, $2, $3, $4, $5)
    on conflict (order_id) do update
    set state = excluded.state, crew_id = excluded.crew_id, planned_on = excluded.planned_on");
const ENDED: Sql = Sql("delete from open_order where order_id = $1");
const WITH_KEY: Sql = Sql("select order_id from open_order where key = $1");
const AT_POINT: Sql = Sql("
    select w.id, w.kind, w.priority, w.premise_id, w.service_point_id, w.account_id,
        w.agreement_id, w.skills, w.not_before_on, w.due_at, w.off_below_cents, w.about, w.key
    from work_order w join open_order o on o.order_id = w.id
    where w.service_point_id = $1 and w.kind = $2 order by w.not_before_on, w.id");
// Crew 0 asks for every crew, and an empty day or state for every one.
const OPEN: Sql = Sql("
    select w.id, w.kind, w.priority, w.premise_id, w.service_point_id, w.account_id,
        w.agreement_id, w.skills, w.not_before_on, w.due_at, w.off_below_cents, w.about, w.key,
        o.state, o.crew_id, o.planned_on
    from open_order o join work_order w on w.id = o.order_id
    where (o.crew_id = $1 or $1 = 0) and (o.planned_on = $2 or $2 = '')
      and (o.state = $3 or $3 = '') and (w.kind = $4 or $4 = '')
    order by case w.priority when 'emergency' then 1 when 'urgent' then 2 else 3 end,
        coalesce(w.due_at, 9223372036854775807), w.id
    limit $5");
const AT_PREMISE: Sql = Sql("
    select id, kind, priority, premise_id, service_point_id, account_id, agreement_id, skills,
        not_before_on, due_at, off_below_cents, about, key
    from work_order where premise_id = $1 order by id desc");
const WITH_CUTS: Sql = Sql("
    select distinct w.account_id from open_order o join work_order w on w.id = o.order_id
    where w.account_id is not null and w.off_below_cents is not null order by w.account_id");
const TO_CALL_OFF_SQLITE: Sql = Sql("
    select w.id, w.kind, w.priority, w.premise_id, w.service_point_id, w.account_id,
        w.agreement_id, w.skills, w.not_before_on, w.due_at, w.off_below_cents, w.about, w.key
    from open_order o join work_order w on w.id = o.order_id
    where w.account_id = $1 and w.off_below_cents is not null
    order by w.id");
// A crew that steps at the same moment waits for the payment, and is told; no payment fails for it.
const TO_CALL_OFF_POSTGRES: Sql = Sql("
    select w.id, w.kind, w.priority, w.premise_id, w.service_point_id, w.account_id,
        w.agreement_id, w.skills, w.not_before_on, w.due_at, w.off_below_cents, w.about, w.key
    from open_order o join work_order w on w.id = o.order_id
    where w.account_id = $1 and w.off_below_cents is not null
    order by w.id for update of o");
const TO_CONNECT_SQLITE: Sql = Sql("
    select w.id, w.kind, w.priority, w.premise_id, w.service_point_id, w.account_id,
        w.agreement_id, w.skills, w.not_before_on, w.due_at, w.off_below_cents, w.about, w.key
    from open_order o join work_order w on w.id = o.order_id
    where w.account_id = $1 and w.kind = 'reconnect' and w.about = $2
    order by w.id");
const TO_CONNECT_POSTGRES: Sql = Sql("
    select w.id, w.kind, w.priority, w.premise_id, w.service_point_id, w.account_id,
        w.agreement_id, w.skills, w.not_before_on, w.due_at, w.off_below_cents, w.about, w.key
    from open_order o join work_order w on w.id = o.order_id
    where w.account_id = $1 and w.kind = 'reconnect' and w.about = $2
    order by w.id for update of o");
const ALL: Sql = Sql("
    select w.id, o.state from work_order w left join open_order o on o.order_id = w.id
    order by w.id");
// Orders to read of which every register at the point was read by a batch, on the day for which it
// was wanted or planned. Of a meter that also has intervals a file of registers is half.
const ANSWERED: Sql = Sql("
    with wanted as (
        select w.id, w.service_point_id as point_id, w.not_before_on as read_on
        from open_order o join work_order w on w.id = o.order_id
        where w.kind in ('read', 're-read') and o.state in ('open', 'assigned', 'not-done')
        union
        select w.id, w.service_point_id, o.planned_on
        from open_order o join work_order w on w.id = o.order_id
        where w.kind in ('read', 're-read') and o.state in ('open', 'assigned', 'not-done')
          and o.planned_on is not null
    ), hung as (
        select x.id, x.read_on, c.id as channel_id
        from wanted x
        join installation i on i.service_point_id = x.point_id
          and i.from_on <= x.read_on and (i.to_on is null or x.read_on < i.to_on)
        join channel c on c.meter_id = i.meter_id and c.to_on is null
    )
    select h.id, h.read_on from hung h
    group by h.id, h.read_on
    having count(*) = sum(case when exists (
        select 1 from read r where r.channel_id = h.channel_id and r.read_on = h.read_on
          and r.batch_id = $1 and r.kind = 'actual') then 1 else 0 end)
    order by h.id, h.read_on");
const ADD_PHOTO: Sql = Sql("
    insert into order_photo (order_id, sha256, media, bytes) values ($1, $2, $3, $4)");
const PHOTOS: Sql =
    Sql("select sha256, media from order_photo where order_id = $1 order by sha256");
const PHOTO: Sql = Sql("select media, bytes from order_photo where order_id = $1 and sha256 = $2");
const SAY_RULE: Sql = Sql("
    insert into order_rule (kind, from_on, text) values ($1, $2, $3)
    on conflict (kind, from_on) do update set text = excluded.text");
const RULE: Sql = Sql("
    select text from order_rule where kind = $1 and from_on <= $2 order by from_on desc limit 1");

/// Which open orders are meant; `None` takes every one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Which {
    /// Those of a crew.
    pub crew: Option<CrewId>,
    /// Those planned for a day.
    pub on: Option<Date>,
    /// Those that stand so.
    pub state: Option<State>,
    /// Those of a kind.
    pub kind: Option<OrderKind>,
}

/// A photo that came with a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// The hash of its bytes, in hexadecimal.
    pub sha256: String,
    /// What it is, such as `image/jpeg`.
    pub media: String,
}

/// Keeps an order; its first step is taken apart.
pub fn add(tx: &mut Tx, order: &Order) -> Result<()> {
    let it = order;
    let values = [
        it.id.into(),
        it.kind.word().into(),
        it.priority.word().into(),
        it.premise.into(),
        it.service_point.into(),
        it.account.into(),
        it.agreement.into(),
        it.skills.to_string().into(),
        it.not_before.into(),
        it.due.into(),
        it.off_below.into(),
        V::from(&it.about),
        V::from(&it.key),
    ];
    tx.exec(ADD, values).map(|_| ())
}

/// One order.
pub fn get(tx: &mut Tx, id: OrderId) -> Result<Order> {
    tx.maybe(GET, [id.into()], order)?.ok_or_else(|| missing("order", id))
}

/// The steps of an order, from its creation on.
pub fn steps(tx: &mut Tx, id: OrderId) -> Result<Vec<Taken>> {
    tx.many(STEPS, [id.into()], taken)
}

/// Keeps the step after `before` others, and how the order stands then.
pub fn step(
    tx: &mut Tx,
    order: &Order,
    before: usize,
    taken: &Taken,
    stands: Progress,
) -> Result<()> {
    let (crew, on, reason) = match taken.step {
        Step::Assigned { crew, on } => (Some(crew), Some(on), None),
        Step::Done { on } => (None, Some(on), None),
        Step::CouldNotDo(why) => (None, None, Some(why.word())),
        Step::Cancelled(why) => (None, None, Some(why.word())),
        _ => (None, None, None),
    };
    let values = [
        order.id.into(),
        i64::try_from(before)?.into(),
        taken.step.word().into(),
        taken.at.into(),
        taken.by.into(),
        crew.into(),
        on.into(),
        reason.into(),
        V::from(&taken.note),
    ];
    // First how it stands: whoever steps at once waits here, and does not find the position free.
    stand(tx, order, stands)?;
    tx.exec(STEP, values).map(|_| ())
}

fn stand(tx: &mut Tx, order: &Order, stands: Progress) -> Result<()> {
    if stands.state.is_end() {
        return tx.exec(ENDED, [order.id.into()]).map(|_| ());
    }
    let values = [
        order.id.into(),
        V::from(&order.key),
        stands.state.word().into(),
        stands.crew.map(|it| it.0).into(),
        stands.crew.map(|it| it.1).into(),
    ];
    tx.exec(STANDS, values).map(|_| ())
}

/// The open order with this key.
pub fn with_key(tx: &mut Tx, key: &str) -> Result<Option<OrderId>> {
    tx.maybe(WITH_KEY, [key.into()], |row| row.id(0))
}

/// The open orders of a kind at a service point, whoever wanted them.
pub fn open_at(tx: &mut Tx, point: ServicePointId, kind: OrderKind) -> Result<Vec<Order>> {
    tx.many(AT_POINT, [point.into(), kind.word().into()], order)
}

/// Open orders and how they stand: the most urgent first, at most so many.
pub fn open(tx: &mut Tx, which: Which, limit: usize) -> Result<Vec<(Order, Progress)>> {
    let values = [
        which.crew.map_or(0, |it| it.0).into(),
        which.on.map_or_else(String::new, |it| it.to_string()).into(),
        which.state.map_or("", State::word).into(),
        which.kind.map_or("", OrderKind::word).into(),
        i64::try_from(limit)?.into(),
    ];
    tx.many(OPEN, values, |row| {
        let crew = match row.maybe(14, Row::id)? {
            Some(crew) => row.maybe(15, Row::date)?.map(|on| (crew, on)),
            None => None,
        };
        Ok((order(row)?, Progress { state: row.word(13, State::from_word)?, crew }))
    })
}

/// Every order of a premise, the newest first.
pub fn at_premise(tx: &mut Tx, premise: PremiseId) -> Result<Vec<Order>> {
    tx.many(AT_PREMISE, [premise.into()], order)
}

/// The accounts with open orders that are called off when they pay.
pub fn with_cuts(tx: &mut Tx) -> Result<Vec<AccountId>> {
    tx.many(WITH_CUTS, [], |row| row.id(0))
}

/// The open orders of an account that are called off when it pays.
pub fn to_call_off(tx: &mut Tx, account: AccountId) -> Result<Vec<Order>> {
    let text = tx.either(TO_CALL_OFF_SQLITE, TO_CALL_OFF_POSTGRES);
    tx.many(text, [account.into()], order)
}

/// The open orders to connect an account again of which the crew reads this.
pub fn to_connect_again(tx: &mut Tx, account: AccountId, about: &str) -> Result<Vec<Order>> {
    let text = tx.either(TO_CONNECT_SQLITE, TO_CONNECT_POSTGRES);
    tx.many(text, [account.into(), about.into()], order)
}

/// The open orders to read that a batch of reads answers, each with the day of its reads.
pub fn answered(tx: &mut Tx, batch: BatchId) -> Result<Vec<(OrderId, Date)>> {
    tx.many(ANSWERED, [batch.into()], |row| Ok((row.id(0)?, row.date(1)?)))
}

/// Every order, and how it stands when it is kept as open.
pub fn all(tx: &mut Tx) -> Result<Vec<(OrderId, Option<State>)>> {
    tx.many(ALL, [], |row| {
        Ok((row.id(0)?, row.maybe(1, |row, at| row.word(at, State::from_word))?))
    })
}

/// Keeps a photo; the same one is kept once.
pub fn add_photo(tx: &mut Tx, order: OrderId, photo: &Photo, bytes: &[u8]) -> Result<()> {
    let values = [order.into(), V::from(&photo.sha256), V::from(&photo.media), bytes.into()];
    tx.exec(ADD_PHOTO, values).map(|_| ())
}

/// The photos of an order.
pub fn photos(tx: &mut Tx, order: OrderId) -> Result<Vec<Photo>> {
    tx.many(PHOTOS, [order.into()], |row| Ok(Photo { sha256: row.text(0)?, media: row.text(1)? }))
}

/// What a photo is, and its bytes.
pub fn photo(tx: &mut Tx, order: OrderId, sha256: &str) -> Result<(String, Vec<u8>)> {
    let found =
        tx.maybe(PHOTO, [order.into(), sha256.into()], |row| Ok((row.text(0)?, row.bytes(1)?)))?;
    found.ok_or_else(|| missing("photo", sha256))
}

/// Says the rule for a kind of order from a day on.
pub fn say_rule(tx: &mut Tx, kind: OrderKind, from: Date, text: &str) -> Result<()> {
    tx.exec(SAY_RULE, [kind.word().into(), from.into(), text.into()]).map(|_| ())
}

/// The rule for a kind of order on a day.
pub fn rule(tx: &mut Tx, kind: OrderKind, on: Date) -> Result<Option<String>> {
    tx.maybe(RULE, [kind.word().into(), on.into()], |row| row.text(0))
}

fn order(row: &Row) -> Result<Order> {
    Ok(Order {
        id: row.id(0)?,
        kind: row.word(1, OrderKind::from_word)?,
        priority: row.word(2, Priority::from_word)?,
        premise: row.id(3)?,
        service_point: row.maybe(4, Row::id::<ServicePointId>)?,
        account: row.maybe(5, Row::id)?,
        agreement: row.maybe(6, Row::id)?,
        skills: Skills::parse(&row.text(7)?),
        not_before: row.date(8)?,
        due: row.maybe(9, Row::instant)?,
        off_below: row.maybe(10, Row::money)?,
        about: row.text(11)?,
        key: row.text(12)?,
    })
}

fn taken(row: &Row) -> Result<Taken> {
    let word = row.text(0)?;
    let step = match word.as_str() {
        "create" => Step::Created,
        "assign" => Step::Assigned { crew: row.id(3)?, on: row.date(4)? },
        "unassign" => Step::Unassigned,
        "en-route" => Step::EnRoute,
        "on-site" => Step::OnSite,
        "complete" => Step::Done { on: row.date(4)? },
        "could-not-do" => Step::CouldNotDo(row.word(5, Hindrance::from_word)?),
        "cancel" => Step::Cancelled(row.word(5, CalledOff::from_word)?),
        "reopen" => Step::Reopened,
        _ => return Err(anyhow!("{word} is no step of an order")),
    };
    Ok(Taken { step, at: row.instant(1)?, by: row.maybe(2, Row::id)?, note: row.text(6)? })
}
