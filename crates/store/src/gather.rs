//! Everything that the bills of some accounts depend on, in a few queries for all of them.

mod made_of;

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, anyhow};
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::{Account, CustomerClass, Cycle};
use meterbook_core::agreement::Agreement;
use meterbook_core::bill::assess::{AccountFacts, Inherited, ServiceFacts};
use meterbook_core::calendar::Reads;
use meterbook_core::cycle::Window;
use meterbook_core::id::{AccountId, AgreementId, BatchId, ChannelId, ServicePointId};
use meterbook_core::meter::{Flow, Form};
use meterbook_core::period::{Period, Zone};
use meterbook_core::place::{Commodity, ServicePoint};
use meterbook_core::rating::carried::Carried;
use meterbook_core::rating::terms::Terms;
use meterbook_core::reads::usage::{Ended, Facts, Hung, LastRead, Measured};
use meterbook_core::reads::{Block, Month, Read, ReadKind, Series};

use crate::bill::Known;
use crate::meter::channel;
use crate::tx::{Sql, among_ids, list_of};
use crate::value::{Row, V};
use crate::{Tx, merged};

const ACCOUNTS: (Sql, Sql) = among_ids!(
    "select a.id, a.number, a.person_id, a.class, a.cycle, a.mail_to, a.opened_on, p.name
     from account a join person p on p.id = a.person_id where a.id",
    "order by a.id"
);
// While corrections fill a table that was next to empty, a server joins all of it to each bill. Asked for as a
// value it is looked up by its key.
const SERVICES: (Sql, Sql) = among_ids!(
    "select g.id, g.account_id, g.service_point_id, g.tariff, g.from_on, g.to_on,
            s.premise_id, s.commodity, s.zone, m.street,
            (select max(b.to_on) from segment b
             where b.agreement_id = g.id and b.from_on < $3
               and (select c.bill_id from bill_cancelled c where c.bill_id = b.bill_id) is null)
     from agreement g
     join service_point s on s.id = g.service_point_id
     join premise m on m.id = s.premise_id
     where g.from_on < $3 and (g.to_on is null or $2 < g.to_on) and g.account_id",
    "order by g.account_id, g.id"
);
const HUNG: (Sql, Sql) = among_ids!(
    "select i.service_point_id, i.id, m.serial, i.from_on, i.to_on,
            c.id, c.meter_id, c.digits, c.minutes, c.unit, c.flow, c.multiplier_micro
     from installation i
     join meter m on m.id = i.meter_id
     join channel c on c.meter_id = i.meter_id
       and (c.from_on is null or c.from_on <= i.from_on)
       and (c.to_on is null or i.from_on < c.to_on)
     where i.from_on < $3 and (i.to_on is null or $2 < i.to_on) and i.service_point_id",
    "order by i.service_point_id, i.from_on, i.id, c.id"
);
// What the first telling after so much was known found there.
const TOLD_LATER: (Sql, Sql) = among_ids!(
    "select distinct service_point_id from hung_was where $2 < telling_id and service_point_id",
    ""
);
const HUNG_WAS: (Sql, Sql) = among_ids!(
    "select i.service_point_id, i.installation_id, m.serial, i.from_on, i.to_on,
            c.id, c.meter_id, c.digits, c.minutes, c.unit, c.flow, c.multiplier_micro
     from hung_was i
     join meter m on m.id = i.meter_id
     join channel c on c.id = i.channel_id
     where i.telling_id = (
         select min(o.telling_id) from hung_was o
         where o.service_point_id = i.service_point_id and $4 < o.telling_id)
       and i.from_on < $3 and (i.to_on is null or $2 < i.to_on) and i.service_point_id",
    "order by i.service_point_id, i.from_on, i.installation_id, c.id"
);
const READS: (Sql, Sql) = among_ids!(
    "select channel_id, read_on, index_micro, kind, batch_id from read
     where read_on between $2 and $3 and id <= $4 and channel_id",
    "order by channel_id, id"
);
const BLOCKS: (Sql, Sql) = among_ids!(
    "select channel_id, month, bytes, case when $4 < last_batch then parts end from interval_filed
     where month between $2 and $3 and batch_id <= $4 and channel_id",
    "order by channel_id, batch_id, month"
);
// What was cancelled is looked up as in `SERVICES`.
const ENDED_WITH: (Sql, Sql) = among_ids!(
    "select s.agreement_id, s.to_on, e.meter, e.flow, e.last_on
     from segment s
     join segment_evidence e
       on e.bill_id = s.bill_id and e.segment = s.position and e.to_on = s.to_on
     where e.last_on is not null and s.to_on = (
         select max(b.to_on) from segment b
         where b.agreement_id = s.agreement_id and b.from_on < $2
           and (select c.bill_id from bill_cancelled c where c.bill_id = b.bill_id) is null)
       and (select c.bill_id from bill_cancelled c where c.bill_id = s.bill_id) is null
       and s.agreement_id",
    "order by s.agreement_id, e.position"
);
const BILLS: (Sql, Sql) = among_ids!(
    "select b.account_id, b.window_id, b.total_cents,
            (select c.bill_id from bill_cancelled c where c.bill_id = b.id)
     from bill b
     where not exists (select 1 from bill_apart o where o.bill_id = b.id) and b.account_id",
    "order by b.account_id, b.billed_on desc, b.id desc"
);

/// Days around the edges of a turn in which reads are seen, where they may be of another day.
const SEEN: i64 = 20;
/// How many earlier bills say what is usual.
const EARLIER: usize = 12;

/// What the bills of these accounts in `window` depend on, in the order of their ids.
pub fn accounts(tx: &mut Tx, window: &Window, ids: &[AccountId]) -> Result<Vec<AccountFacts>> {
    accounts_as_of(tx, window, ids, Known::ALL)
}

/// The same, of what was known at a time.
pub fn accounts_as_of(
    tx: &mut Tx,
    window: &Window,
    ids: &[AccountId],
    known: Known,
) -> Result<Vec<AccountFacts>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let list = list_of(ids.iter().copied());
    let mut accounts = addressed(tx, &list)?;
    services(tx, window, &list, &mut accounts)?;
    bills(tx, window, &list, &mut accounts)?;
    carried(tx, window, &mut accounts)?;
    moved(tx, &mut accounts)?;
    terms(tx, &mut accounts)?;
    shares(tx, window, &mut accounts)?;
    measure(tx, window, &mut accounts, known)?;
    Ok(accounts.into_values().collect())
}

type ById = BTreeMap<AccountId, AccountFacts>;

fn addressed(tx: &mut Tx, list: &str) -> Result<ById> {
    let mut accounts = ById::new();
    let sql = tx.either(ACCOUNTS.0, ACCOUNTS.1);
    tx.each(sql, [list.into()], |row| {
        let account = Account {
            id: row.id(0)?,
            number: row.number(1)?,
            person: row.id(2)?,
            class: row.word(3, CustomerClass::from_word)?,
            cycle: Cycle(row.int(4)?),
            mail_to: row.text(5)?,
            opened_on: row.date(6)?,
        };
        let lines = account.mail_to.lines().map(str::to_owned);
        let addressed_to = std::iter::once(row.text(7)?).chain(lines).collect();
        let facts = AccountFacts {
            addressed_to,
            services: Vec::new(),
            earlier: Vec::new(),
            bills_in_window: 0,
            account,
        };
        accounts.insert(facts.account.id, facts);
        Ok(())
    })?;
    Ok(accounts)
}

fn services(tx: &mut Tx, window: &Window, list: &str, accounts: &mut ById) -> Result<()> {
    let mut zones: HashMap<String, Zone> = HashMap::new();
    let days = window.period;
    let sql = tx.either(SERVICES.0, SERVICES.1);
    tx.each(sql, [list.into(), days.start().into(), days.end().into()], |row| {
        let agreement = Agreement {
            id: row.id(0)?,
            account: row.id(1)?,
            service_point: row.id(2)?,
            tariff: row.text(3)?,
            from: row.date(4)?,
            to: row.maybe(5, Row::date)?,
        };
        let name = row.text(8)?;
        let zone = match zones.get(&name) {
            Some(zone) => zone.clone(),
            None => {
                let zone = Zone::named(&name).with_context(|| format!("{name} is no time zone"))?;
                zones.insert(name, zone.clone());
                zone
            }
        };
        let point = ServicePoint {
            id: agreement.service_point,
            premise: row.id(6)?,
            commodity: row.word(7, Commodity::from_word)?,
            zone,
        };
        let account = accounts.get_mut(&agreement.account).expect("it was asked for");
        account.services.push(ServiceFacts {
            agreement,
            point,
            street: row.text(9)?,
            billed_through: row.maybe(10, Row::date)?,
            carried: Carried::default(),
            terms: Terms::default(),
            shares: Vec::new(),
            allotted: Vec::new(),
            moves_on: false,
            so_far: None,
            inherits: Vec::new(),
            measured: Facts::default(),
        });
        Ok(())
    })
}

fn bills(tx: &mut Tx, window: &Window, list: &str, accounts: &mut ById) -> Result<()> {
    let sql = tx.either(BILLS.0, BILLS.1);
    tx.each(sql, [list.into()], |row| {
        let account = accounts.get_mut(&row.id(0)?).expect("it was asked for");
        if row.int(1)? == window.id.0 {
            account.bills_in_window += 1;
        }
        let stands = row.maybe(3, Row::int)?.is_none();
        if stands && account.earlier.len() < EARLIER {
            account.earlier.push(row.money(2)?);
        }
        Ok::<_, anyhow::Error>(())
    })
}

/// What the last bills of the agreements left for these.
fn carried(tx: &mut Tx, window: &Window, accounts: &mut ById) -> Result<()> {
    let billed = accounts.values().flat_map(|it| &it.services);
    let billed = billed.filter(|it| it.billed_through.is_some()).map(|it| it.agreement.id);
    let mut left = crate::bill::carried(tx, billed, window.period.end())?;
    for service in accounts.values_mut().flat_map(|it| &mut it.services) {
        service.carried = left.remove(&service.agreement.id).unwrap_or_default();
    }
    Ok(())
}

/// Which of them customers leave for another one, and what those they left hand on to them.
fn moved(tx: &mut Tx, accounts: &mut ById) -> Result<()> {
    let agreements = || accounts.values().flat_map(|it| &it.services).map(|it| it.agreement.id);
    let on = crate::moves::moving_on(tx, agreements())?;
    let mut left = inherited(tx, agreements())?;
    for service in accounts.values_mut().flat_map(|it| &mut it.services) {
        service.moves_on = on.contains(&service.agreement.id);
        service.inherits = left.remove(&service.agreement.id).unwrap_or_default();
    }
    Ok(())
}

/// What services hand on to these from which customers moved to them.
pub fn inherited(
    tx: &mut Tx,
    agreements: impl Iterator<Item = AgreementId>,
) -> Result<HashMap<AgreementId, Vec<Inherited>>> {
    let moved = crate::moves::moved_from(tx, agreements)?;
    let ended = moved.iter().map(|it| it.from);
    let mut left = match moved.is_empty() {
        true => HashMap::new(),
        false => crate::bill::carried(tx, ended, Date::MAX)?,
    };
    let mut all: HashMap<AgreementId, Vec<Inherited>> = HashMap::new();
    for it in moved {
        let left = match it.billed_through < it.ended {
            true => Err(it.billed_through),
            false => Ok(left.remove(&it.from).unwrap_or_default()),
        };
        let inherited = Inherited { from: it.from, ended: it.ended, left };
        all.entry(it.to).or_default().push(inherited);
    }
    Ok(all)
}

/// What the agreements say of themselves.
fn terms(tx: &mut Tx, accounts: &mut ById) -> Result<()> {
    let agreements = accounts.values().flat_map(|it| &it.services).map(|it| it.agreement.id);
    let mut said = crate::terms::of(tx, agreements)?;
    for service in accounts.values_mut().flat_map(|it| &mut it.services) {
        service.terms = said.remove(&service.agreement.id).unwrap_or_default();
    }
    Ok(())
}

/// The shares that the agreements give, and what bills dated before those of this window gave them.
/// Bills of the same date are left for the next time: they are posted beside these, in no order that
/// would be the same when they are checked.
fn shares(tx: &mut Tx, window: &Window, accounts: &mut ById) -> Result<()> {
    let agreements = || accounts.values().flat_map(|it| &it.services).map(|it| it.agreement.id);
    let mut given = crate::allocation::of(tx, agreements())?;
    let mut open = crate::allocation::open(tx, agreements(), window.billed_on)?;
    for service in accounts.values_mut().flat_map(|it| &mut it.services) {
        service.shares = given.remove(&service.agreement.id).unwrap_or_default();
        service.allotted = open.remove(&service.agreement.id).unwrap_or_default();
    }
    Ok(())
}

/// Hangs the meters with their reads at the service points.
fn measure(tx: &mut Tx, window: &Window, accounts: &mut ById, known: Known) -> Result<()> {
    let services = || accounts.values().flat_map(|it| &it.services);
    let starts = services().map(|it| it.billed_through.unwrap_or(it.agreement.from));
    let Some(from) = starts.min() else { return Ok(()) };
    let mut ended = ended_with(tx, services().map(|it| it.agreement.id), window.period.end())?;
    let from = ended.values().filter_map(Ended::earliest).fold(from, Date::min);
    let points: Vec<ServicePointId> = services().map(|it| it.point.id).collect();
    let facts = made_of::facts(tx, &points, (from, window.period.end()), known)?;
    for service in accounts.values_mut().flat_map(|it| &mut it.services) {
        service.measured = facts.get(&service.point.id).cloned().unwrap_or_default();
        service.measured.ended = ended.remove(&service.agreement.id);
    }
    Ok(())
}

/// The reads with which the last bills of these agreements ended that began before a day.
fn ended_with(
    tx: &mut Tx,
    agreements: impl Iterator<Item = AgreementId>,
    before: Date,
) -> Result<HashMap<AgreementId, Ended>> {
    let mut all: HashMap<AgreementId, Ended> = HashMap::new();
    let sql = tx.either(ENDED_WITH.0, ENDED_WITH.1);
    tx.each(sql, [V::from(&list_of(agreements)), before.into()], |row| {
        let on = row.date(1)?;
        let of = all.entry(row.id(0)?).or_insert_with(|| Ended { on, reads: Vec::new() });
        let flow = row.word(3, Flow::from_word)?;
        of.reads.push(LastRead { meter: row.text(2)?, flow, on: row.date(4)? });
        Ok::<_, anyhow::Error>(())
    })?;
    Ok(all)
}

/// What the meters at the service point of an agreement said about some days, and what the bill ended
/// with that ends where they begin.
pub fn measured_of(
    tx: &mut Tx,
    (agreement, point): (AgreementId, ServicePointId),
    days: Period,
) -> Result<Facts> {
    let before = match crate::bill::ended_on(tx, agreement, days.start())? {
        Some((bill, nth)) => crate::bill::get(tx, bill)?.segments.into_iter().nth(nth),
        None => None,
    };
    let ended = before.map(|it| Ended::with(&it.evidence, days.start()));
    measured_since(tx, point, (days, ended), Known::ALL)
}

/// What the meters at a service point said about some days, as it was known at a time, of a bill that
/// begins with what the one before ended with.
pub fn measured_since(
    tx: &mut Tx,
    point: ServicePointId,
    (days, ended): (Period, Option<Ended>),
    known: Known,
) -> Result<Facts> {
    let first = ended.as_ref().and_then(Ended::earliest);
    let from = first.map_or(days.start(), |it| it.min(days.start()));
    let mut facts = made_of::facts(tx, &[point], (from, days.end()), known)?;
    Ok(Facts { ended, ..facts.remove(&point).unwrap_or_default() })
}

/// What the meters at a service point said about some days, as it was known at a time.
pub fn measured_at(
    tx: &mut Tx,
    point: ServicePointId,
    days: Period,
    known: Known,
) -> Result<Facts> {
    measured_since(tx, point, (days, None), known)
}

fn measured(
    tx: &mut Tx,
    points: &str,
    (from, to): (Date, Date),
    (known, near): (Known, Reads),
) -> Result<HashMap<ServicePointId, Vec<Hung>>> {
    let mut hung = hung(tx, points, (from, to), known)?;
    let channels: Vec<&mut Measured> =
        hung.values_mut().flatten().flat_map(|it| &mut it.channels).collect();
    let mut by_id: HashMap<ChannelId, &mut Measured> =
        channels.into_iter().map(|it| (it.channel.id, it)).collect();
    let is_register = |it: &Measured| matches!(it.channel.form, Form::Register { .. });
    let registers = list_of(by_id.values().filter(|it| is_register(it)).map(|it| it.channel.id));
    let intervals = list_of(by_id.values().filter(|it| !is_register(it)).map(|it| it.channel.id));
    let (first, last) = around(from, to, near);
    reads(tx, &registers, (first, last, known), &mut by_id)?;
    blocks(tx, &intervals, (from, to, known), &mut by_id)?;
    Ok(hung)
}

/// The days of the reads that may count: with a window, those too that are outside of it, so that it
/// can be said by how much.
fn around(from: Date, to: Date, near: Reads) -> (Date, Date) {
    if near.before == 0 && near.after == 0 {
        return (from, to);
    }
    (from.saturating_sub(SEEN.days()), to.saturating_add(SEEN.days()))
}

/// What hung there, as it was believed when so much was known.
fn hung(
    tx: &mut Tx,
    points: &str,
    (from, to): (Date, Date),
    known: Known,
) -> Result<HashMap<ServicePointId, Vec<Hung>>> {
    let sql = tx.either(HUNG.0, HUNG.1);
    let mut all = hung_by(tx, sql, [points.into(), from.into(), to.into()])?;
    if known.telling == Known::ALL.telling {
        return Ok(all);
    }
    let (otherwise, was) =
        (tx.either(TOLD_LATER.0, TOLD_LATER.1), tx.either(HUNG_WAS.0, HUNG_WAS.1));
    let later: Vec<ServicePointId> =
        tx.many(otherwise, [points.into(), known.telling.into()], |row| row.id(0))?;
    if later.is_empty() {
        return Ok(all);
    }
    let list = list_of(later.iter().copied());
    let asked = [V::from(&list), from.into(), to.into(), known.telling.into()];
    let mut was = hung_by(tx, was, asked)?;
    for point in later {
        all.insert(point, was.remove(&point).unwrap_or_default());
    }
    Ok(all)
}

fn hung_by<const N: usize>(
    tx: &mut Tx,
    sql: Sql,
    asked: [V<'_>; N],
) -> Result<HashMap<ServicePointId, Vec<Hung>>> {
    let mut all: HashMap<ServicePointId, Vec<Hung>> = HashMap::new();
    let mut latest = None;
    tx.each(sql, asked, |row| {
        let there = all.entry(row.id(0)?).or_default();
        let installation = row.int(1)?;
        if latest != Some(installation) {
            latest = Some(installation);
            there.push(Hung {
                meter: row.text(2)?,
                from: row.date(3)?,
                to: row.maybe(4, Row::date)?,
                channels: Vec::new(),
            });
        }
        let channel = channel(row, 5)?;
        let measured = Measured { channel, reads: Vec::new(), series: None };
        there.last_mut().expect("it was just hung").channels.push(measured);
        Ok(())
    })?;
    Ok(all)
}

fn reads(
    tx: &mut Tx,
    list: &str,
    (from, to, known): (Date, Date, Known),
    by_id: &mut HashMap<ChannelId, &mut Measured>,
) -> Result<()> {
    let sql = tx.either(READS.0, READS.1);
    tx.each(sql, [list.into(), from.into(), to.into(), known.read.into()], |row| {
        let read = Read {
            channel: row.id(0)?,
            on: row.date(1)?,
            index_micro: row.int(2)?,
            kind: row.word(3, ReadKind::from_word)?,
            batch: row.maybe(4, Row::id)?,
        };
        by_id.get_mut(&read.channel).expect("it was asked for").reads.push(read);
        Ok(())
    })
}

/// Lays the blocks of each channel side by side, those of later files over earlier ones.
fn blocks(
    tx: &mut Tx,
    list: &str,
    (from, to, known): (Date, Date, Known),
    by_id: &mut HashMap<ChannelId, &mut Measured>,
) -> Result<()> {
    // A local day may begin in the UTC month before or after its own.
    let utc = Zone::utc();
    let (first, last) = Month::around(
        utc.start_of(from.saturating_sub(1.day())),
        utc.start_of(to.saturating_add(1.day())),
    );
    let mut found: BTreeMap<ChannelId, Vec<(Month, Block)>> = BTreeMap::new();
    let sql = tx.either(BLOCKS.0, BLOCKS.1);
    let asked: [V<'_>; 4] =
        [list.into(), first.index().into(), last.index().into(), known.batch.into()];
    tx.each(sql, asked, |row| {
        let channel: ChannelId = row.id(0)?;
        let month = row.int(1)?;
        let said = || format!("the interval values of channel {channel} in month {month}");
        let month = Month::from_index(month).with_context(said)?;
        let blocks = merged::known(row, (2, 3), BatchId(known.batch)).with_context(said)?;
        found.entry(channel).or_default().extend(blocks.into_iter().map(|it| (month, it)));
        Ok(())
    })?;
    for (channel, blocks) in found {
        let series = Series::from_blocks(blocks)
            .map_err(|why| anyhow!("{why}"))
            .with_context(|| format!("the interval values of channel {channel}"))?;
        by_id.get_mut(&channel).expect("it was asked for").series = series;
    }
    Ok(())
}
