//! What was doubted of reads, what stands in for them, and what was asked of meters from afar.

use std::collections::HashMap;

use anyhow::Result;
use jiff::Timestamp;
use jiff::civil::Date;
use meterbook_core::account::{CustomerClass, Cycle};
use meterbook_core::id::{
    AccountId, BatchId, ChannelId, ExceptionId, MeterId, PremiseId, RequestId, ServicePointId,
};
use meterbook_core::meter::Channel;
use meterbook_core::place::Commodity;
use meterbook_core::reads::vee::{Action, Finding, Likely, Method, Rule};
use meterbook_core::reads::{Read, ReadKind};

use crate::meter::channel;
use crate::read::READS;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};
use crate::{Counter, Tx};

const SAY_RULES: Sql =
    Sql("insert into vee_rules (commodity, class, from_on, text) values ($1, $2, $3, $4)");
const RULES: Sql = Sql("
    select text from vee_rules
    where commodity = $1 and (class = $2 or class = '') and from_on <= $3
    order by class desc, from_on desc limit 1");
const ALL_RULES: Sql =
    Sql("select commodity, class, from_on from vee_rules order by commodity, class, from_on");
const EXCEPTIONS: Rows = Rows(
    "read_exception (id, rule, action, channel_id, batch_id, from_on, to_on, saw_micro, \
     usual_micro, counted, likely, index_micro, kind, zone, meter, found_at)",
);
const GET: Sql = Sql("
    select e.id, e.rule, e.action, e.channel_id, e.batch_id, e.from_on, e.to_on, e.saw_micro,
        e.usual_micro, e.counted, e.likely, e.index_micro, e.kind, e.zone, e.meter, e.found_at
    from read_exception e where e.id = $1");
const THESE: (Sql, Sql) = among_ids!(
    "select e.id, e.rule, e.action, e.channel_id, e.batch_id, e.from_on, e.to_on, e.saw_micro,
        e.usual_micro, e.counted, e.likely, e.index_micro, e.kind, e.zone, e.meter, e.found_at
     from read_exception e where e.id",
    "order by e.id"
);
// What somebody left as it is has no end, and its task is closed.
const OPEN: Sql = Sql("
    select e.id, e.rule, e.action, e.channel_id, e.batch_id, e.from_on, e.to_on, e.saw_micro,
        e.usual_micro, e.counted, e.likely, e.index_micro, e.kind, e.zone, e.meter, e.found_at
    from read_exception e
    where not exists (select 1 from read_exception_end x where x.exception_id = e.id)
      and not exists (
        select 1 from task t where t.key = cast(e.id as text) and t.closed_at is not null
          and t.kind in ('doubtful-read', 'doubtful-file', 'doubtful-use', 'missing-values',
            'estimate-run'))
    order by e.id");
const OF_CHANNEL: Sql = Sql("
    select e.id, e.rule, e.action, e.channel_id, e.batch_id, e.from_on, e.to_on, e.saw_micro,
        e.usual_micro, e.counted, e.likely, e.index_micro, e.kind, e.zone, e.meter, e.found_at
    from read_exception e where e.channel_id = $1 order by e.id");
const END: Sql =
    Sql("insert into read_exception_end (exception_id, how, ended_at) values ($1, $2, $3)");
const ENDED: Sql = Sql("select how from read_exception_end where exception_id = $1");
const WAITING: (Sql, Sql) = among_ids!(
    "select e.id, e.channel_id, e.to_on from read_exception e
     where e.index_micro is not null
       and not exists (select 1 from read_exception_end x where x.exception_id = e.id)
       and e.channel_id",
    "order by e.id"
);
const RUNS: (Sql, Sql) = among_ids!(
    "select e.id, e.channel_id, e.to_on from read_exception e
     where e.rule = 'estimate-run'
       and not exists (select 1 from read_exception_end x where x.exception_id = e.id)
       and e.channel_id",
    "order by e.id"
);
const FILE_WAITING: Sql = Sql("
    select e.id from read_exception e join batch b on b.id = e.batch_id
    where e.channel_id is null and b.sha256 = $1
      and not exists (select 1 from read_exception_end x where x.exception_id = e.id)
    order by e.id limit 1");
const ESTIMATES: Rows = Rows("read_estimate (read_id, method)");
const METHOD: Sql = Sql("
    select e.method from read_estimate e join read r on r.id = e.read_id
    where r.channel_id = $1 and r.read_on = $2 order by r.id desc limit 1");
const ASK: Sql = Sql("
    insert into read_request (id, channel_id, read_on, why, asked_at) values ($1, $2, $3, $4, $5)");
const ANSWER: Sql = Sql("
    insert into read_answer (request_id, index_micro, said, answered_at) values ($1, $2, $3, $4)");
const ASKED: Sql = Sql("
    select q.id, q.channel_id, q.read_on, q.why, q.asked_at, m.serial, c.unit
    from read_request q
    join channel c on c.id = q.channel_id
    join meter m on m.id = c.meter_id
    where not exists (select 1 from read_answer a where a.request_id = q.id)
    order by q.id");
const CONTEXTS: (Sql, Sql) = among_ids!(
    "select c.id, c.meter_id, c.digits, c.minutes, c.unit, c.flow, c.multiplier_micro,
        m.serial, m.commodity, i.from_on, s.id, s.premise_id
     from channel c
     join meter m on m.id = c.meter_id
     join installation i on i.id = (
        select x.id from installation x where x.meter_id = m.id
        order by x.from_on desc, x.id desc limit 1)
     join service_point s on s.id = i.service_point_id
     where c.id",
    "order by c.id"
);
const CONTRACTS: (Sql, Sql) = among_ids!(
    "select g.service_point_id, g.from_on, g.to_on, a.class, a.id
     from agreement g join account a on a.id = g.account_id where g.service_point_id",
    "order by g.service_point_id, g.from_on"
);
const HISTORY: (Sql, Sql) = among_ids!(
    "select channel_id, read_on, index_micro, kind, batch_id from read
     where $2 <= read_on and channel_id",
    "order by channel_id, read_on, id"
);
const BEFORE: Sql = Sql("
    select i.meter_id from installation i
    where i.service_point_id = $1 and i.from_on < $2 order by i.from_on desc, i.id desc limit 1");
const OF_CYCLE: Sql = Sql("
    select a.id from account a where a.cycle = $1 and $2 < a.id order by a.id limit $3");

/// Something that was doubted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Which one.
    pub id: ExceptionId,
    /// What was seen.
    pub finding: Finding,
    /// Of which register or channel; `None` for a whole file.
    pub channel: Option<ChannelId>,
    /// In which file.
    pub batch: Option<BatchId>,
    /// The read that waits, if one does: its index in millionths and how it is known.
    pub waits: Option<(i64, ReadKind)>,
    /// The zone for which a file that waits was imported.
    pub zone: Option<String>,
    /// The meter for which a file that waits was imported.
    pub meter: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// How an exception ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// What waited was taken.
    Taken,
    /// It was estimated instead.
    Estimated,
    /// What waited was refused.
    Refused,
    /// Something better came.
    Superseded,
}

impl How {
    const fn word(self) -> &'static str {
        match self {
            How::Taken => "taken",
            How::Estimated => "estimated",
            How::Refused => "refused",
            How::Superseded => "superseded",
        }
    }
}

/// Where a register or channel is, for who looks at what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The register or channel.
    pub channel: Channel,
    /// The meter.
    pub meter: MeterId,
    /// Its number.
    pub serial: String,
    /// What it measures.
    pub commodity: Commodity,
    /// The day it was hung where it hangs, or hung last.
    pub hung: Date,
    /// Where.
    pub point: ServicePointId,
    /// At which premise.
    pub premise: PremiseId,
    /// Who was on the contract there, oldest first.
    pub contracts: Vec<Contract>,
}

/// Days on which somebody was on the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The first day.
    pub from: Date,
    /// The day it ended.
    pub to: Option<Date>,
    /// Of which class.
    pub class: CustomerClass,
    /// Whose.
    pub account: AccountId,
}

/// A read asked from afar, without an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which one.
    pub id: RequestId,
    /// Of which register.
    pub channel: ChannelId,
    /// For the start of this day.
    pub on: Date,
    /// Why.
    pub why: String,
    /// When it was asked.
    pub at: Timestamp,
    /// The number on the meter.
    pub serial: String,
    /// The unit of the register.
    pub unit: String,
}

/// Says the rules of a commodity and a class, or of every class, from a day on.
pub fn say_rules(
    tx: &mut Tx,
    commodity: Commodity,
    class: Option<CustomerClass>,
    from: Date,
    text: &str,
) -> Result<()> {
    let class = class.map_or("", CustomerClass::word);
    tx.exec(SAY_RULES, [commodity.word().into(), class.into(), from.into(), text.into()]).map(drop)
}

/// The text that holds on a day for a class, or for every class; `None` while none was said.
pub fn rules(
    tx: &mut Tx,
    commodity: Commodity,
    class: Option<CustomerClass>,
    on: Date,
) -> Result<Option<String>> {
    let class = class.map_or("", CustomerClass::word);
    tx.maybe(RULES, [commodity.word().into(), class.into(), on.into()], |row| row.text(0))
}

/// Which rules were said: commodity, class (empty for every class) and first day.
pub fn all_rules(tx: &mut Tx) -> Result<Vec<(String, String, Date)>> {
    tx.many(ALL_RULES, [], |row| Ok((row.text(0)?, row.text(1)?, row.date(2)?)))
}

/// Keeps what was doubted.
pub fn add(tx: &mut Tx, exceptions: &[Exception]) -> Result<()> {
    tx.bulk(
        EXCEPTIONS,
        exceptions.iter().map(|it| {
            let Finding { rule, action, from, to, saw_micro, usual_micro, count, likely } =
                it.finding;
            [
                it.id.into(),
                rule.word().into(),
                action.word().into(),
                it.channel.into(),
                it.batch.into(),
                from.into(),
                to.into(),
                saw_micro.into(),
                usual_micro.into(),
                count.into(),
                likely.map(Likely::word).into(),
                it.waits.map(|it| it.0).into(),
                it.waits.map(|it| it.1.word()).into(),
                it.zone.as_deref().into(),
                it.meter.as_deref().into(),
                it.at.into(),
            ]
        }),
    )
}

/// One exception, if there is one with this number.
pub fn find(tx: &mut Tx, id: ExceptionId) -> Result<Option<Exception>> {
    tx.maybe(GET, [id.into()], exception)
}

/// Those of these that there are, oldest first.
pub fn these(tx: &mut Tx, ids: impl IntoIterator<Item = ExceptionId>) -> Result<Vec<Exception>> {
    let sql = tx.either(THESE.0, THESE.1);
    tx.many(sql, [V::from(list_of(ids))], exception)
}

/// Everything that waits for a person, oldest first.
pub fn open(tx: &mut Tx) -> Result<Vec<Exception>> {
    tx.many(OPEN, [], exception)
}

/// All that was ever doubted of a channel.
pub fn of_channel(tx: &mut Tx, channel: ChannelId) -> Result<Vec<Exception>> {
    tx.many(OF_CHANNEL, [channel.into()], exception)
}

/// Ends an exception.
pub fn end(tx: &mut Tx, id: ExceptionId, how: How, at: Timestamp) -> Result<()> {
    tx.exec(END, [id.into(), how.word().into(), at.into()]).map(drop)
}

/// The word of how an exception ended; `None` while it has not.
pub fn ended(tx: &mut Tx, id: ExceptionId) -> Result<Option<String>> {
    tx.maybe(ENDED, [id.into()], |row| row.text(0))
}

/// The reads that wait of these channels: the exception, the channel, the day.
pub fn waiting(
    tx: &mut Tx,
    channels: impl IntoIterator<Item = ChannelId>,
) -> Result<Vec<(ExceptionId, ChannelId, Date)>> {
    let sql = tx.either(WAITING.0, WAITING.1);
    tx.many(sql, [V::from(list_of(channels))], |row| Ok((row.id(0)?, row.id(1)?, row.date(2)?)))
}

/// The runs of estimates of these channels that did not end: the exception, the channel, the day of the
/// last estimate.
pub fn runs(
    tx: &mut Tx,
    channels: impl IntoIterator<Item = ChannelId>,
) -> Result<Vec<(ExceptionId, ChannelId, Date)>> {
    let sql = tx.either(RUNS.0, RUNS.1);
    tx.many(sql, [V::from(list_of(channels))], |row| Ok((row.id(0)?, row.id(1)?, row.date(2)?)))
}

/// The exception by which a file with this hash waits.
pub fn file_waiting(tx: &mut Tx, sha256: &str) -> Result<Option<ExceptionId>> {
    tx.maybe(FILE_WAITING, [sha256.into()], |row| row.id(0))
}

/// Keeps estimated reads, each with how it was worked out.
pub fn add_estimates(tx: &mut Tx, estimates: &[(Read, Method)]) -> Result<()> {
    let first = tx.next(Counter::Read, estimates.len())?;
    let rows = (first..).zip(estimates).map(|(id, (it, _))| {
        let kind = ReadKind::Estimated.word();
        [
            id.into(),
            it.channel.into(),
            it.on.into(),
            it.index_micro.into(),
            kind.into(),
            it.batch.into(),
        ]
    });
    tx.bulk(READS, rows)?;
    let rows = (first..).zip(estimates).map(|(id, (_, method))| [id.into(), method.word().into()]);
    tx.bulk(ESTIMATES, rows)
}

/// How the read of a day was worked out, if it was.
pub fn method_of(tx: &mut Tx, channel: ChannelId, on: Date) -> Result<Option<Method>> {
    tx.maybe(METHOD, [channel.into(), on.into()], |row| row.word(0, Method::from_word))
}

/// Keeps that a read was asked from afar.
pub fn ask(tx: &mut Tx, asked: &Request) -> Result<()> {
    let Request { id, channel, on, why, at, .. } = asked;
    tx.exec(ASK, [(*id).into(), (*channel).into(), (*on).into(), why.into(), (*at).into()])
        .map(drop)
}

/// Keeps what came of it: the index in millionths, or why none came.
pub fn answer(
    tx: &mut Tx,
    request: RequestId,
    index_micro: Option<i64>,
    said: &str,
    at: Timestamp,
) -> Result<()> {
    tx.exec(ANSWER, [request.into(), index_micro.into(), said.into(), at.into()]).map(drop)
}

/// The reads that were asked and have no answer, oldest first.
pub fn asked(tx: &mut Tx) -> Result<Vec<Request>> {
    tx.many(ASKED, [], |row| {
        Ok(Request {
            id: row.id(0)?,
            channel: row.id(1)?,
            on: row.date(2)?,
            why: row.text(3)?,
            at: row.instant(4)?,
            serial: row.text(5)?,
            unit: row.text(6)?,
        })
    })
}

/// Where these channels are, by channel. What never hung anywhere is not among them.
pub fn places(
    tx: &mut Tx,
    channels: impl IntoIterator<Item = ChannelId>,
) -> Result<HashMap<ChannelId, Place>> {
    let sql = tx.either(CONTEXTS.0, CONTEXTS.1);
    let mut places = HashMap::new();
    tx.each(sql, [V::from(list_of(channels))], |row| {
        let channel = channel(row, 0)?;
        let place = Place {
            meter: channel.meter,
            serial: row.text(7)?,
            commodity: row.word(8, Commodity::from_word)?,
            hung: row.date(9)?,
            point: row.id(10)?,
            premise: row.id(11)?,
            contracts: Vec::new(),
            channel,
        };
        places.insert(place.channel.id, place);
        Ok(())
    })?;
    let mut contracts: HashMap<ServicePointId, Vec<Contract>> = HashMap::new();
    let sql = tx.either(CONTRACTS.0, CONTRACTS.1);
    tx.each(sql, [V::from(list_of(places.values().map(|it| it.point)))], |row| {
        let contract = Contract {
            from: row.date(1)?,
            to: row.maybe(2, Row::date)?,
            class: row.word(3, CustomerClass::from_word)?,
            account: row.id(4)?,
        };
        contracts.entry(row.id(0)?).or_default().push(contract);
        Ok(())
    })?;
    for place in places.values_mut() {
        place.contracts = contracts.get(&place.point).cloned().unwrap_or_default();
    }
    Ok(places)
}

/// The reads of these registers from a day on, oldest first, the one that holds for each day.
pub fn history(
    tx: &mut Tx,
    channels: impl IntoIterator<Item = ChannelId>,
    since: Date,
) -> Result<HashMap<ChannelId, Vec<Read>>> {
    let sql = tx.either(HISTORY.0, HISTORY.1);
    let mut all: HashMap<ChannelId, Vec<Read>> = HashMap::new();
    tx.each(sql, [V::from(list_of(channels)), since.into()], |row| {
        let read = Read {
            channel: row.id(0)?,
            on: row.date(1)?,
            index_micro: row.int(2)?,
            kind: row.word(3, ReadKind::from_word)?,
            batch: row.maybe(4, Row::id)?,
        };
        let reads = all.entry(read.channel).or_default();
        if reads.last().is_some_and(|it| it.on == read.on) {
            reads.pop();
        }
        reads.push(read);
        Ok(())
    })?;
    Ok(all)
}

/// The meter that hung at a point before the one that was hung on a day.
pub fn hung_before(tx: &mut Tx, point: ServicePointId, hung: Date) -> Result<Option<MeterId>> {
    tx.maybe(BEFORE, [point.into(), hung.into()], |row| row.id(0))
}

/// Accounts of a cycle after one, in the order of their ids, at most so many.
pub fn accounts_of(
    tx: &mut Tx,
    cycle: Cycle,
    after: AccountId,
    limit: usize,
) -> Result<Vec<AccountId>> {
    let limit = i64::try_from(limit)?;
    tx.many(OF_CYCLE, [cycle.into(), after.into(), limit.into()], |row| row.id(0))
}

fn exception(row: &Row) -> Result<Exception> {
    let kind = row.maybe(12, |row, at| row.word(at, ReadKind::from_word))?;
    let finding = Finding {
        rule: row.word(1, Rule::from_word)?,
        action: row.word(2, Action::from_word)?,
        from: row.date(5)?,
        to: row.date(6)?,
        saw_micro: row.int(7)?,
        usual_micro: row.int(8)?,
        count: row.int(9)?,
        likely: row.maybe(10, |row, at| row.word(at, Likely::from_word))?,
    };
    Ok(Exception {
        id: row.id(0)?,
        finding,
        channel: row.maybe(3, Row::id)?,
        batch: row.maybe(4, Row::id)?,
        waits: row.maybe(11, Row::int)?.zip(kind),
        zone: row.maybe(13, Row::text)?,
        meter: row.maybe(14, Row::text)?,
        at: row.instant(15)?,
    })
}
