//! What estimates by degree-days went by.

use anyhow::{Context, Result};
use jiff::civil::Date;
use meterbook_core::id::ChannelId;
use meterbook_core::reads::vee::degrees::{Base, Basis, Compared, Source};

use crate::Tx;
use crate::tx::Sql;
use crate::value::V;

const ADD: Sql = Sql("
    insert into read_estimate_degrees
        (read_id, source, name, base, from_on, to_on, their_milli, milli, steady_micro)
    select max(e.read_id), $3, $4, $5, $6, $7, $8, $9, $10
    from read_estimate e join read r on r.id = e.read_id
    where r.channel_id = $1 and r.read_on = $2");
const OF: Sql = Sql("
    select d.source, d.name, d.base, d.from_on, d.to_on, d.their_milli, d.milli, d.steady_micro
    from read_estimate_degrees d
    where d.read_id = (
        select max(e.read_id) from read_estimate e join read r on r.id = e.read_id
        where r.channel_id = $1 and r.read_on = $2)");

/// Keeps what the latest estimate of a register for a day went by.
pub fn add(tx: &mut Tx, channel: ChannelId, on: Date, it: &Basis) -> Result<()> {
    let Compared { from, to, their_milli, milli, steady_micro } = it.compared;
    let base = it.base.to_string();
    let values: [V<'_>; 10] = [
        channel.into(),
        on.into(),
        it.source.word().into(),
        it.source.name().into(),
        V::from(&base),
        from.into(),
        to.into(),
        their_milli.into(),
        milli.into(),
        steady_micro.into(),
    ];
    tx.exec(ADD, values).map(drop)
}

/// What it went by; `None` where it is no estimate by degree-days.
pub fn of(tx: &mut Tx, channel: ChannelId, on: Date) -> Result<Option<Basis>> {
    tx.maybe(OF, [channel.into(), on.into()], |row| {
        let (source, base) = (row.text(0)?, row.text(2)?);
        let words: Vec<&str> = base.split(' ').collect();
        Ok(Basis {
            source: Source::from_word(&source, row.text(1)?)
                .with_context(|| format!("{source} is no source of degree-days"))?,
            base: Base::parse(&words).with_context(|| format!("{base} is no base"))?,
            compared: Compared {
                from: row.date(3)?,
                to: row.date(4)?,
                their_milli: row.int(5)?,
                milli: row.int(6)?,
                steady_micro: row.int(7)?,
            },
        })
    })
}
