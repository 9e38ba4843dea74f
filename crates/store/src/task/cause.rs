//! What a look over the record finds that may need a person. What of it does is core's to say.

use anyhow::{Context, Result, anyhow};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use meterbook_core::account::Cycle;
use meterbook_core::id::{
    AccountId, AgreementId, BatchId, ChannelId, MeterId, PersonId, PremiseId, ServicePointId,
    WindowId,
};
use meterbook_core::money::Unit;
use meterbook_core::period::Zone;
use meterbook_core::reads::{Block, Month, Series, unpack};
use meterbook_core::task::look::{Counted, Register};

use crate::Tx;
use crate::tx::Sql;
use crate::value::Row;

const HELD: Sql = Sql("
    select i.window_id, i.agreement_id, i.account_id, i.reason, i.detail,
        g.service_point_id, s.premise_id, w.billed_on
    from run_item i
    join agreement g on g.id = i.agreement_id
    join service_point s on s.id = g.service_point_id
    join bill_window w on w.id = i.window_id
    where i.outcome = 'held' order by i.window_id, i.agreement_id");
const REJECTED_LINES: Sql = Sql("
    select id, file_name, sha256, accepted, rejected from batch
    where 0 < rejected and 0 < accepted order by id");
// A file of which nothing was taken may have been tried several times, and taken in the end.
const REJECTED_FILES: Sql = Sql("
    select max(b.id), max(b.file_name), b.sha256, max(b.accepted), max(b.rejected)
    from batch b where 0 < b.rejected
    group by b.sha256 having max(b.accepted) = 0
      and not exists (select 1 from batch x where x.sha256 = b.sha256 and 0 < x.accepted)
    order by 1");
// Days of a service point after one agreement and before the next, and of points that never had one.
const VACANT: Sql = Sql("
    with ended as (
        select service_point_id, to_on as from_on,
            lead(from_on) over (partition by service_point_id order by from_on) as until_on
        from agreement
    ), gap as (
        select service_point_id, from_on, until_on from ended
        where from_on is not null and (until_on is null or from_on < until_on)
        union all
        select i.service_point_id, min(i.from_on), null from installation i
        where not exists (
            select 1 from agreement g where g.service_point_id = i.service_point_id)
        group by i.service_point_id
    )
    select p.service_point_id, s.premise_id, s.zone, p.from_on, m.id, m.serial, c.id, c.digits,
        c.multiplier_micro, c.unit,
        case when p.from_on < i.from_on then i.from_on else p.from_on end,
        case when p.until_on is null then coalesce(i.to_on, '9999-12-31')
            when i.to_on < p.until_on then i.to_on else p.until_on end
    from gap p
    join service_point s on s.id = p.service_point_id
    join installation i on i.service_point_id = p.service_point_id
      and (p.until_on is null or i.from_on < p.until_on)
      and (i.to_on is null or p.from_on < i.to_on)
    join meter m on m.id = i.meter_id
    join channel c on c.meter_id = m.id and c.flow = 'delivered'
    where p.from_on < $2 and (p.until_on is null or $1 < p.until_on)
    order by p.service_point_id, p.from_on, c.id");
// Days on which it did not flow at a service point while somebody was on the contract there.
const CUT: Sql = Sql("
    with flow as (
        select service_point_id, state, from_on,
            lead(from_on) over (partition by service_point_id order by from_on, id) as until_on
        from connection
    )
    select f.service_point_id, s.premise_id, s.zone, f.from_on, m.id, m.serial, c.id, c.digits,
        c.multiplier_micro, c.unit, g.account_id,
        g.from_on, i.from_on, f.until_on, g.to_on, i.to_on
    from flow f
    join service_point s on s.id = f.service_point_id
    join agreement g on g.service_point_id = f.service_point_id
      and (f.until_on is null or g.from_on < f.until_on)
      and (g.to_on is null or f.from_on < g.to_on)
    join installation i on i.service_point_id = f.service_point_id
      and (f.until_on is null or i.from_on < f.until_on)
      and (i.to_on is null or f.from_on < i.to_on)
    join meter m on m.id = i.meter_id
    join channel c on c.meter_id = m.id and c.flow = 'delivered'
    where f.state = 'disconnected' and (f.until_on is null or f.from_on < f.until_on)
      and f.from_on < $2 and (f.until_on is null or $1 < f.until_on)
    order by f.service_point_id, f.from_on, c.id, g.id");
// What was read before it was cut off says nothing of what was used since.
const READS_WITHIN: Sql = Sql("
    select read_on, index_micro from read
    where channel_id = $1 and $2 <= read_on and read_on <= $3 order by read_on, id");
const READS_FROM: Sql = Sql("
    select read_on, index_micro from read
    where channel_id = $1 and read_on <= $3 and coalesce((
        select max(x.read_on) from read x where x.channel_id = $1 and x.read_on <= $2), '') <= read_on
    order by read_on, id");
const BLOCKS_FROM: Sql = Sql("
    select month, bytes from interval_filed
    where channel_id = $1 and month between $2 and $3 order by batch_id, month");
const MISSING: Sql = Sql("
    select w.id, w.to_on, w.billed_on, a.id, s.id, s.premise_id, m.id, m.serial, c.id,
        case when c.digits is null then s.zone end
    from bill_window w
    join account a on a.cycle = w.cycle
    join agreement g on g.account_id = a.id
      and g.from_on < w.to_on and (g.to_on is null or w.to_on <= g.to_on)
    join service_point s on s.id = g.service_point_id
    join installation i on i.service_point_id = s.id
      and i.from_on < w.to_on and (i.to_on is null or w.to_on <= i.to_on)
    join meter m on m.id = i.meter_id
    join channel c on c.meter_id = m.id
    where w.to_on <= $1 and w.billed_on <= $2
      and not exists (select 1 from run r where r.window_id = w.id and r.stage = 'done')
      and ((c.digits is not null and not exists (
            select 1 from read r where r.channel_id = c.id and r.read_on = w.to_on))
        or (c.digits is null and not exists (
            select 1 from interval_filed b where b.channel_id = c.id
              and b.month = (cast(substr(w.to_on, 1, 4) as bigint) - 1970) * 12
                + cast(substr(w.to_on, 6, 2) as bigint) - 1
                - case when substr(w.to_on, 9, 2) = '01' then 1 else 0 end)))
    order by w.id, a.id, c.id");
const CYCLES: Sql = Sql("
    select a.cycle, count(*), (select max(w.to_on) from bill_window w where w.cycle = a.cycle)
    from account a
    where exists (select 1 from agreement g where g.account_id = a.id and g.to_on is null)
    group by a.cycle order by a.cycle");
// The last read of each register that hangs, the one before it, and one of about a year before.
const REGISTERS: Sql = Sql("
    select c.id, c.digits, m.id, m.serial, s.id, s.premise_id,
        (select g.account_id from agreement g where g.service_point_id = s.id
            and g.from_on <= $1 and (g.to_on is null or $1 < g.to_on)),
        l.read_on, l.index_micro, p.read_on, p.index_micro, y.read_on, y.index_micro
    from installation i
    join service_point s on s.id = i.service_point_id
    join meter m on m.id = i.meter_id
    join channel c on c.meter_id = m.id and c.digits is not null
    join read l on l.id = (
        select x.id from read x where x.channel_id = c.id
        order by x.read_on desc, x.id desc limit 1)
    left join read p on p.id = (
        select x.id from read x where x.channel_id = c.id and x.read_on < l.read_on
        order by x.read_on desc, x.id desc limit 1)
    left join read y on y.id = (
        select x.id from read x where x.channel_id = c.id and x.read_on < p.read_on
          and $2 <= x.read_on
        order by x.read_on, x.id desc limit 1)
    where i.to_on is null order by c.id");
const DUPLICATES: Sql = Sql("
    select a.id, b.id, a.name, x.value,
        (select min(it.id) from account it where it.person_id = a.id),
        (select min(it.id) from account it where it.person_id = b.id)
    from contact x
    join contact y on y.kind = x.kind and y.value = x.value and x.person_id < y.person_id
    join person a on a.id = x.person_id
    join person b on b.id = y.person_id
    where lower(a.name) = lower(b.name)
    union
    select a.id, b.id, a.name, replace(s.mail_to, '\n', ', '), s.id, t.id
    from account s
    join account t on t.mail_to = s.mail_to and s.person_id < t.person_id
    join person a on a.id = s.person_id
    join person b on b.id = t.person_id
    where lower(a.name) = lower(b.name)
    order by 1, 2, 4");

/// A held bill item and where it belongs.
#[derive(Clone, Debug)]
pub struct Held {
    /// The turn.
    pub window: WindowId,
    /// The agreement.
    pub agreement: AgreementId,
    /// Whose.
    pub account: AccountId,
    /// The word of the hold.
    pub reason: String,
    /// The hold in a sentence.
    pub detail: String,
    /// Where.
    pub point: ServicePointId,
    /// At which premise.
    pub premise: PremiseId,
    /// The day of its bill.
    pub billed_on: Date,
}

/// A file of which lines were not taken.
#[derive(Clone, Debug)]
pub struct Rejected {
    /// Its newest batch.
    pub batch: BatchId,
    /// What it was called.
    pub file: String,
    /// The hash of its bytes.
    pub sha256: String,
    /// Lines that were taken.
    pub accepted: i64,
    /// Lines that were not.
    pub rejected: i64,
}

/// What a channel counted while nobody was on the contract.
#[derive(Clone, Debug)]
pub struct Vacant {
    /// Where.
    pub point: ServicePointId,
    /// At which premise.
    pub premise: PremiseId,
    /// The first day without an agreement.
    pub since: Date,
    /// The meter.
    pub meter: MeterId,
    /// Its number.
    pub serial: String,
    /// What was counted, before the multiplier.
    pub counted: Counted,
    /// The multiplier, in millionths.
    pub multiplier_micro: i64,
    /// The channel's unit.
    pub unit: Unit,
}

/// What a channel counted while service was cut off and its agreement ran.
#[derive(Clone, Debug)]
pub struct Cut {
    /// Whose agreement it is.
    pub account: AccountId,
    /// What was counted; since when it is cut off.
    pub used: Vacant,
}

/// A read that a turn needs and has not.
#[derive(Clone, Debug)]
pub struct Unread {
    /// The turn.
    pub window: WindowId,
    /// The day of the read.
    pub on: Date,
    /// The day of the bill.
    pub billed_on: Date,
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub point: ServicePointId,
    /// At which premise.
    pub premise: PremiseId,
    /// The meter.
    pub meter: MeterId,
    /// Its number.
    pub serial: String,
    /// The register or interval channel.
    pub channel: ChannelId,
}

/// A bill cycle that somebody is in.
#[derive(Clone, Copy, Debug)]
pub struct Planned {
    /// The cycle.
    pub cycle: Cycle,
    /// Accounts with service.
    pub accounts: i64,
    /// The end of its last turn.
    pub until: Option<Date>,
}

/// A register that hangs, and its last reads.
#[derive(Clone, Debug)]
pub struct Hanging {
    /// The register.
    pub channel: ChannelId,
    /// What it showed.
    pub register: Register,
    /// Its meter.
    pub meter: MeterId,
    /// The meter's number.
    pub serial: String,
    /// Where.
    pub point: ServicePointId,
    /// At which premise.
    pub premise: PremiseId,
    /// Who is on the contract.
    pub account: Option<AccountId>,
}

/// Two customers of one name who share something.
#[derive(Clone, Debug)]
pub struct Alike {
    /// The one, the other.
    pub persons: (PersonId, PersonId),
    /// Their accounts, where they have any.
    pub accounts: (Option<AccountId>, Option<AccountId>),
    /// The name.
    pub name: String,
    /// What they share.
    pub shared: String,
}

/// What waits for a clerk in every turn.
pub fn held(tx: &mut Tx) -> Result<Vec<Held>> {
    tx.many(HELD, [], |row| {
        Ok(Held {
            window: row.id(0)?,
            agreement: row.id(1)?,
            account: row.id(2)?,
            reason: row.text(3)?,
            detail: row.text(4)?,
            point: row.id(5)?,
            premise: row.id(6)?,
            billed_on: row.date(7)?,
        })
    })
}

/// Files of which some lines were not taken.
pub fn rejected_lines(tx: &mut Tx) -> Result<Vec<Rejected>> {
    tx.many(REJECTED_LINES, [], rejected)
}

/// Files of which nothing was taken, each once.
pub fn rejected_files(tx: &mut Tx) -> Result<Vec<Rejected>> {
    tx.many(REJECTED_FILES, [], rejected)
}

/// One channel of a meter over some days, before it is known what it counted.
struct Span {
    used: Vacant,
    channel: ChannelId,
    digits: Option<u8>,
    zone: String,
}

/// What both statements begin with.
fn span(row: &Row) -> Result<Span> {
    let used = Vacant {
        point: row.id(0)?,
        premise: row.id(1)?,
        since: row.date(3)?,
        meter: row.id(4)?,
        serial: row.text(5)?,
        counted: Counted::default(),
        multiplier_micro: row.int(8)?,
        unit: row.word(9, Unit::from_word)?,
    };
    Ok(Span { used, channel: row.id(6)?, digits: row.maybe(7, Row::small)?, zone: row.text(2)? })
}

/// What was counted at service points without an agreement, from `since` up to `today`.
pub fn vacant(tx: &mut Tx, since: Date, today: Date) -> Result<Vec<Vacant>> {
    let gaps = tx.many(VACANT, [since.into(), today.into()], |row| {
        Ok((span(row)?, (row.date(10)?, row.date(11)?)))
    })?;
    let mut found = Vec::new();
    for (Span { used, channel, digits, zone }, days) in gaps {
        let counted = match digits {
            Some(digits) => by_register(tx, channel, digits, days)?,
            None => by_intervals(tx, channel, &zone, (days.0, days.1.min(today)))?,
        };
        found.extend(counted.map(|counted| Vacant { counted, ..used }));
    }
    Ok(found)
}

/// What was counted where service was cut off and the agreement ran, from `since` up to `today`.
pub fn cut(tx: &mut Tx, since: Date, today: Date) -> Result<Vec<Cut>> {
    let spans = tx.many(CUT, [since.into(), today.into()], |row| {
        let span = span(row)?;
        let from = span.used.since.max(row.date(11)?).max(row.date(12)?);
        let mut to = Date::MAX;
        for end in [13, 14, 15] {
            to = to.min(row.maybe(end, Row::date)?.unwrap_or(Date::MAX));
        }
        Ok((span, row.id(10)?, (from, to)))
    })?;
    let mut found = Vec::new();
    for (Span { used, channel, digits, zone }, account, (from, to)) in spans {
        let counted = match digits {
            Some(digits) => since_cut(tx, channel, digits, (from, to))?,
            // It still flowed in the morning of the first day.
            None => match from.tomorrow()? {
                from if from < to.min(today) => {
                    by_intervals(tx, channel, &zone, (from, to.min(today)))?
                }
                _ => None,
            },
        };
        found.extend(counted.map(|counted| Cut { account, used: Vacant { counted, ..used } }));
    }
    Ok(found)
}

/// From the first read in the days to the last in them.
fn since_cut(
    tx: &mut Tx,
    channel: ChannelId,
    digits: u8,
    (from, to): (Date, Date),
) -> Result<Option<Counted>> {
    let asked = [channel.into(), from.into(), to.into()];
    let reads = tx.many(READS_WITHIN, asked, |row| Ok((row.date(0)?, row.int(1)?)))?;
    let (Some(first), Some(last)) = (reads.first(), reads.last()) else { return Ok(None) };
    Ok(Some(Counted::between(*first, *last, digits)))
}

/// From the last read before the days, or the first in them, to the last in them.
fn by_register(
    tx: &mut Tx,
    channel: ChannelId,
    digits: u8,
    (from, to): (Date, Date),
) -> Result<Option<Counted>> {
    let asked = [channel.into(), from.into(), to.into()];
    let reads = tx.many(READS_FROM, asked, |row| Ok((row.date(0)?, row.int(1)?)))?;
    let (Some(first), Some(last)) = (reads.first(), reads.last()) else { return Ok(None) };
    Ok(Some(Counted::between(*first, *last, digits)))
}

fn by_intervals(
    tx: &mut Tx,
    channel: ChannelId,
    zone: &str,
    (from, to): (Date, Date),
) -> Result<Option<Counted>> {
    let zone = Zone::named(zone).with_context(|| format!("{zone} is no time zone"))?;
    let (start, end) = (zone.start_of(from), zone.start_of(to));
    let Some(series) = laid_around(tx, channel, (start, end))? else { return Ok(None) };
    let inside = (0..series.micro.len()).filter(|it| (start..end).contains(&series.at(*it)));
    let micro: i64 = inside.map(|it| series.micro[it]).sum();
    let last = zone.day_of(series.end().min(end).saturating_sub(1.second())?);
    Ok(Some(Counted { from, to: last, micro }))
}

/// What is known of a channel between two instants, and around them.
fn laid_around(
    tx: &mut Tx,
    channel: ChannelId,
    (start, end): (Timestamp, Timestamp),
) -> Result<Option<Series>> {
    let (first, last) = Month::around(start, end);
    let asked = [channel.into(), first.index().into(), last.index().into()];
    let blocks = tx.many(BLOCKS_FROM, asked, |row| {
        let month = Month::from_index(row.int(0)?).context("a block has a month")?;
        let block: Block = unpack(&row.bytes(1)?).map_err(|why| anyhow!("{why}"))?;
        Ok((month, block))
    })?;
    Series::from_blocks(blocks).map_err(|why| anyhow!("{why}"))
}

/// Reads that turns need which were to be read by `today` and are billed by `soon`.
pub fn unread(tx: &mut Tx, today: Date, soon: Date) -> Result<Vec<Unread>> {
    let all = tx.many(MISSING, [today.into(), soon.into()], |row| {
        let it = Unread {
            window: row.id(0)?,
            on: row.date(1)?,
            billed_on: row.date(2)?,
            account: row.id(3)?,
            point: row.id(4)?,
            premise: row.id(5)?,
            meter: row.id(6)?,
            serial: row.text(7)?,
            channel: row.id(8)?,
        };
        Ok((it, row.maybe(9, Row::text)?))
    })?;
    let mut missing = Vec::new();
    for (it, zone) in all {
        // Where the clock is far from UTC's, the last day may be filed with the month beside its own.
        let known = match zone {
            Some(zone) => is_known(tx, it.channel, &zone, it.on.yesterday()?)?,
            None => false,
        };
        if !known {
            missing.push(it);
        }
    }
    Ok(missing)
}

/// Whether a channel has a value of a local day.
fn is_known(tx: &mut Tx, channel: ChannelId, zone: &str, day: Date) -> Result<bool> {
    let zone = Zone::named(zone).with_context(|| format!("{zone} is no time zone"))?;
    let (start, end) = (zone.start_of(day), zone.start_of(day.tomorrow()?));
    let Some(series) = laid_around(tx, channel, (start, end))? else { return Ok(false) };
    let missing = |at: usize| series.missing.iter().any(|it| it.range().contains(&at));
    let mut places = 0..series.micro.len();
    Ok(places.any(|it| (start..end).contains(&series.at(it)) && !missing(it)))
}

/// The bill cycles that somebody with service is in.
pub fn cycles(tx: &mut Tx) -> Result<Vec<Planned>> {
    tx.many(CYCLES, [], |row| {
        Ok(Planned {
            cycle: Cycle(row.int(0)?),
            accounts: row.int(1)?,
            until: row.maybe(2, Row::date)?,
        })
    })
}

/// The registers that hang, with their last reads and one from `year_ago` or later.
pub fn registers(tx: &mut Tx, today: Date, year_ago: Date) -> Result<Vec<Hanging>> {
    tx.many(REGISTERS, [today.into(), year_ago.into()], |row| {
        let read = |row: &Row, at: usize| -> Result<Option<(Date, i64)>> {
            Ok(row.maybe(at, Row::date)?.zip(row.maybe(at + 1, Row::int)?))
        };
        let last = read(row, 7)?.context("a register without reads is not asked for")?;
        Ok(Hanging {
            channel: row.id(0)?,
            register: Register {
                digits: row.small(1)?,
                last,
                before: read(row, 9)?,
                long_before: read(row, 11)?,
            },
            meter: row.id(2)?,
            serial: row.text(3)?,
            point: row.id(4)?,
            premise: row.id(5)?,
            account: row.maybe(6, Row::id)?,
        })
    })
}

/// Customers of one name who share a way to reach them or an address.
pub fn alike(tx: &mut Tx) -> Result<Vec<Alike>> {
    tx.many(DUPLICATES, [], |row| {
        Ok(Alike {
            persons: (row.id(0)?, row.id(1)?),
            accounts: (row.maybe(4, Row::id)?, row.maybe(5, Row::id)?),
            name: row.text(2)?,
            shared: row.text(3)?,
        })
    })
}

fn rejected(row: &Row) -> Result<Rejected> {
    Ok(Rejected {
        batch: row.id(0)?,
        file: row.text(1)?,
        sha256: row.text(2)?,
        accepted: row.int(3)?,
        rejected: row.int(4)?,
    })
}
