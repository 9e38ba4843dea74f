//! What each segment leaves for the next bill of its agreement.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use jiff::civil::Date;
use meterbook_core::bill::Segment;
use meterbook_core::id::{AgreementId, BillId};
use meterbook_core::money::{Exact, Money};
use meterbook_core::rating::carried::{Carried, Charged, EnergyLot, MoneyLot, Peak, TurnNet};
use meterbook_core::rating::{BankFlow, CreditFlow};

use crate::Tx;
use crate::tx::{Rows, Sql, among_ids, list_of};
use crate::value::{Row, V};

const CARRIED: Rows = Rows(
    "segment_carried (bill_id, segment, position, kind, name, period, turn_on, micro, cents, exact_femto)",
);
const OF_BILL: Sql = Sql("
    select segment, kind, name, period, turn_on, micro, cents, exact_femto
    from segment_carried where bill_id = $1 order by segment, position");
// While corrections fill a table that was next to empty, a server joins all of it to each segment. Asked for as a
// value it is looked up by its key.
const LAST: (Sql, Sql) = among_ids!(
    "select s.agreement_id, c.kind, c.name, c.period, c.turn_on, c.micro, c.cents, c.exact_femto
     from segment s
     join segment_carried c on c.bill_id = s.bill_id and c.segment = s.position
     where s.to_on = (
         select max(b.to_on) from segment b
         where b.agreement_id = s.agreement_id and b.from_on < $2
           and (select k.bill_id from bill_cancelled k where k.bill_id = b.bill_id) is null)
       and (select k.bill_id from bill_cancelled k where k.bill_id = s.bill_id) is null
       and s.agreement_id",
    "order by s.agreement_id, c.position"
);
const BEFORE: Sql = Sql("
    select c.segment, c.kind, c.name, c.period, c.turn_on, c.micro, c.cents, c.exact_femto
    from standing_segment s
    join segment_carried c on c.bill_id = s.bill_id and c.segment = s.position
    where s.agreement_id = $1 and s.to_on = $2 order by c.position");

const PEAK: &str = "peak";
const ENERGY: &str = "energy";
const MONEY: &str = "money";
const CHARGED: &str = "charged";
const YEAR: &str = "year";
const FLOW: &str = "flow";
const CREDIT: &str = "credit";

/// Keeps what segments leave, each with its bill and position.
pub(super) fn add<'v>(
    tx: &mut Tx,
    segments: impl Iterator<Item = (BillId, i64, &'v Segment)>,
) -> Result<()> {
    let rows = segments.flat_map(|(bill, segment, it)| {
        let each = (0_i64..).zip(entries(it));
        each.map(move |(position, it)| row([bill.0, segment, position], it))
    });
    tx.bulk(CARRIED, rows)
}

/// Puts into the segments of a bill what they left.
pub(super) fn of_bill(tx: &mut Tx, id: BillId, segments: &mut [Segment]) -> Result<()> {
    for (nth, entry) in tx.many(OF_BILL, [id.into()], |row| Ok((row.small(0)?, stored(row)?)))? {
        let nth: usize = nth;
        let segment = segments.get_mut(nth).context("something carried without a segment")?;
        match entry.kind.as_str() {
            FLOW => {
                *flow_field(segment.bank.get_or_insert_default(), &entry.name)? = entry.micro;
            }
            CREDIT => {
                *credit_field(&mut segment.credit, &entry.name)? = Money::from_cents(entry.cents);
            }
            _ => take(&mut segment.carried, entry)?,
        }
    }
    Ok(())
}

/// What the last bill of each of these agreements that began before a day left; none where there was
/// no bill.
pub fn last(
    tx: &mut Tx,
    agreements: impl Iterator<Item = AgreementId>,
    before: Date,
) -> Result<HashMap<AgreementId, Carried>> {
    let mut all: HashMap<AgreementId, Carried> = HashMap::new();
    let sql = tx.either(LAST.0, LAST.1);
    let list = list_of(agreements);
    tx.each(sql, [V::from(&list), before.into()], |row| {
        let entry = stored(row)?;
        if !entry.is_flow() {
            take(all.entry(row.id(0)?).or_default(), entry)?;
        }
        Ok(())
    })?;
    Ok(all)
}

/// What the bill of an agreement before the one that begins on `from` left.
pub fn before(tx: &mut Tx, agreement: AgreementId, from: Date) -> Result<Carried> {
    let mut carried = Carried::default();
    for entry in tx.many(BEFORE, [agreement.into(), from.into()], stored)? {
        if !entry.is_flow() {
            take(&mut carried, entry)?;
        }
    }
    Ok(carried)
}

/// One row.
struct Entry {
    kind: String,
    name: String,
    period: String,
    turn: Option<Date>,
    micro: i64,
    cents: i64,
    exact: Option<Exact>,
}

impl Entry {
    /// Whether it says how a bank went, and is not carried itself.
    fn is_flow(&self) -> bool {
        self.kind == FLOW || self.kind == CREDIT
    }
}

fn entries(segment: &Segment) -> Vec<Entry> {
    let Carried { peaks, energy, money, charged, year } = &segment.carried;
    let entry = |kind: &str, name: &str, period: &str, turn, micro| Entry {
        kind: kind.to_owned(),
        name: name.to_owned(),
        period: period.to_owned(),
        turn,
        micro,
        cents: 0,
        exact: None,
    };
    let peaks = peaks.iter().map(|it| entry(PEAK, &it.charge, &it.period, Some(it.turn), it.micro));
    let energy = energy.iter().map(|it| entry(ENERGY, "", &it.period, Some(it.turn), it.micro));
    let money = money.iter().map(|it| Entry {
        cents: it.amount.cents(),
        exact: Some(it.unrounded),
        ..entry(MONEY, &it.credit, "", Some(it.turn), 0)
    });
    let charged = charged.iter().map(|it| Entry {
        cents: it.amount.cents(),
        exact: Some(it.unrounded),
        ..entry(CHARGED, &it.minimum, "", Some(it.turn), 0)
    });
    let year = year.iter().map(|it| entry(YEAR, "", "", Some(it.turn), it.micro));
    let mut all: Vec<Entry> = peaks.chain(energy).chain(money).chain(charged).chain(year).collect();
    if let Some(mut flow) = segment.bank {
        for name in FLOWS {
            let micro = *flow_field(&mut flow, name).expect("each is a field");
            all.push(entry(FLOW, name, "", None, micro));
        }
    }
    let mut credit = segment.credit;
    if credit != CreditFlow::default() {
        for name in CREDITS {
            let cents = credit_field(&mut credit, name).expect("each is a field").cents();
            all.push(Entry { cents, ..entry(CREDIT, name, "", None, 0) });
        }
    }
    all
}

fn row<'v>([bill, segment, position]: [i64; 3], it: Entry) -> [V<'v>; 10] {
    [
        bill.into(),
        segment.into(),
        position.into(),
        it.kind.into(),
        it.name.into(),
        it.period.into(),
        it.turn.into(),
        it.micro.into(),
        it.cents.into(),
        it.exact.into(),
    ]
}

fn stored(row: &Row) -> Result<Entry> {
    Ok(Entry {
        kind: row.text(1)?,
        name: row.text(2)?,
        period: row.text(3)?,
        turn: row.maybe(4, Row::date)?,
        micro: row.int(5)?,
        cents: row.int(6)?,
        exact: row.maybe(7, Row::exact)?,
    })
}

fn take(carried: &mut Carried, it: Entry) -> Result<()> {
    let turn = it.turn.context("something carried without its turn")?;
    let Entry { name, period, micro, .. } = it;
    match it.kind.as_str() {
        PEAK => carried.peaks.push(Peak { charge: name, period, turn, micro }),
        ENERGY => carried.energy.push(EnergyLot { period, turn, micro }),
        MONEY => carried.money.push(MoneyLot {
            credit: name,
            turn,
            amount: Money::from_cents(it.cents),
            unrounded: it.exact.context("money carried without its exact amount")?,
        }),
        YEAR => carried.year.push(TurnNet { turn, micro }),
        CHARGED => carried.charged.push(Charged {
            minimum: name,
            turn,
            amount: Money::from_cents(it.cents),
            unrounded: it.exact.context("an amount carried without its exact one")?,
        }),
        other => bail!("{other} is nothing that a bill carries"),
    }
    Ok(())
}

const FLOWS: [&str; 12] = [
    "opening", "exported", "allotted", "set-off", "given", "earned", "credited", "used", "paid",
    "expired", "moved", "closing",
];

const CREDITS: [&str; 7] = ["opening", "earned", "used", "paid", "expired", "moved", "closing"];

fn credit_field<'f>(flow: &'f mut CreditFlow, name: &str) -> Result<&'f mut Money> {
    Ok(match name {
        "opening" => &mut flow.opening,
        "earned" => &mut flow.earned,
        "used" => &mut flow.used,
        "paid" => &mut flow.paid,
        "expired" => &mut flow.expired,
        "moved" => &mut flow.moved,
        "closing" => &mut flow.closing,
        other => bail!("{other} is no part of how credit went"),
    })
}

fn flow_field<'f>(flow: &'f mut BankFlow, name: &str) -> Result<&'f mut i64> {
    Ok(match name {
        "opening" => &mut flow.opening,
        "exported" => &mut flow.exported,
        "allotted" => &mut flow.allotted,
        "set-off" => &mut flow.set_off,
        "given" => &mut flow.given,
        "earned" => &mut flow.earned,
        "credited" => &mut flow.credited,
        "used" => &mut flow.used,
        "paid" => &mut flow.paid,
        "expired" => &mut flow.expired,
        "moved" => &mut flow.moved,
        "closing" => &mut flow.closing,
        other => bail!("{other} is no part of how a bank went"),
    })
}
