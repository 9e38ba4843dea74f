//! What an exception is compared with: the reads of its register, or the days of its channel around it.

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::meter::Form;
use meterbook_core::period::Period;
use meterbook_core::reads::vee::Method;
use meterbook_core::reads::vee::around::{Used, used};
use meterbook_core::reads::vee::degrees::Basis;
use meterbook_core::reads::{Read, ReadKind};
use meterbook_store::{self as store, Tx};

use super::{Open, history};
use crate::usage::explore::{Bar, Scale, explore};
use crate::usage::rows::Cell;

/// Spans of a register that are shown: a year, the month of the year before, and the one in doubt.
const SPANS: usize = 14;

/// What stands around an exception.
#[derive(Clone, Debug)]
pub struct Around {
    /// The use, span by span: of a register units a day from read to read, of a channel its days.
    pub bars: Vec<Bar>,
    /// Which of them are in doubt.
    pub doubted: Vec<bool>,
    /// Of a register, what the bars are made of, with how an estimate was worked out.
    pub reads: Vec<(Used, Option<Guessed>)>,
}

/// How an estimate was worked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guessed {
    /// In which way.
    pub method: Method,
    /// By degree-days, what it went by.
    pub basis: Option<Basis>,
}

/// What stands around an exception; `None` for a file, and where nothing is known.
pub fn of(tx: &mut Tx, open: &Open) -> Result<Option<Around>> {
    let Some(place) = &open.place else { return Ok(None) };
    let around = match place.channel.form {
        Form::Register { .. } => of_register(tx, open, place)?,
        Form::Interval { .. } => of_channel(tx, open, place)?,
    };
    Ok((!around.bars.is_empty()).then_some(around))
}

fn of_register(tx: &mut Tx, open: &Open, place: &store::vee::Place) -> Result<Around> {
    let finding = open.exception.finding;
    let channel = place.channel.id;
    let mut reads = history(tx, channel, finding.to)?;
    if let Some((index_micro, kind)) = open.exception.waits {
        // What an estimate stands in for is still what was doubted.
        reads.retain(|it| it.on != finding.to);
        let batch = open.exception.batch;
        reads.push(Read { channel, on: finding.to, index_micro, kind, batch });
        reads.sort_by_key(|it| it.on);
    }
    let doubted = |it: &Used| finding.from < it.to && it.to <= finding.to;
    let all = used(&place.channel, &reads);
    // The one in doubt is the last but one: what came after it says much too.
    let end = all.iter().rposition(doubted).map_or(all.len(), |it| (it + 2).min(all.len()));
    let shown = &all[end.saturating_sub(SPANS)..end];
    let usual = finding.rule.is_a_day().then_some(finding.usual_micro).filter(|it| 0 < *it);
    let mut around = Around { bars: Vec::new(), doubted: Vec::new(), reads: Vec::new() };
    for it in shown {
        let Some(days) = Period::new(it.from, it.to) else { continue };
        let guessed = it.kind == ReadKind::Estimated;
        let cell = Cell {
            delivered_micro: it.a_day_micro.max(0),
            received_micro: (-it.a_day_micro).max(0),
            known: 1,
            estimated: u32::from(guessed),
            missing: 0,
        };
        let method = match guessed {
            true => store::vee::method_of(tx, channel, it.to)?,
            false => None,
        };
        let basis = store::degrees::of(tx, channel, it.to)?.filter(|_| guessed);
        around.bars.push(Bar { days, hour: 0, cell, stack: Vec::new(), before_micro: usual });
        around.doubted.push(doubted(it));
        around.reads.push((*it, method.map(|method| Guessed { method, basis })));
    }
    Ok(around)
}

/// The month in which the doubt begins, day by day.
fn of_channel(tx: &mut Tx, open: &Open, place: &store::vee::Place) -> Result<Around> {
    let finding = open.exception.finding;
    let explored = explore(tx, place.point, Scale::Days, finding.from)?;
    let bars: Vec<Bar> =
        explored.bars.into_iter().map(|it| Bar { stack: Vec::new(), ..it }).collect();
    let within = |day: Date| finding.from <= day && (day < finding.to || day == finding.from);
    let doubted = bars.iter().map(|it| within(it.days.start())).collect();
    Ok(Around { bars, doubted, reads: Vec::new() })
}
