//! Looking at reads when they come: the file as a whole, then each read of it.

use std::collections::HashMap;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::id::{BatchId, ChannelId, ExceptionId};
use meterbook_core::meter::Form;
use meterbook_core::permission::Authorized;
use meterbook_core::place::Commodity;
use meterbook_core::reads::Read;
use meterbook_core::reads::vee::file::{self, Moved};
use meterbook_core::reads::vee::register::{Looked, check, usual_micro};
use meterbook_core::reads::vee::{Action, Finding};
use meterbook_store::vee::{Exception, How, Place};
use meterbook_store::{self as store, Counter, Tx};

use super::{Book, LOOK_BACK, contract};

/// How far what comes is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Nobody has looked at it.
    New,
    /// Somebody said that the file as a whole is right.
    Whole,
}

/// What became of reads that came.
pub(crate) struct Judged {
    /// Those to keep.
    pub(crate) taken: Vec<Read>,
    /// What was doubted, not kept yet.
    pub(crate) exceptions: Vec<Exception>,
    /// Why the whole of them waits; nothing is taken then.
    pub(crate) whole: Option<Finding>,
}

/// What is known about the reads that came.
struct Around {
    places: HashMap<ChannelId, Place>,
    history: HashMap<ChannelId, Vec<Read>>,
    book: Book,
}

/// Looks at reads that came together.
pub(crate) fn judge(
    tx: &mut Tx,
    allowed: &Authorized,
    batch: Option<BatchId>,
    reads: &[Read],
    trust: Trust,
) -> Result<Judged> {
    let mut judged = looked(tx, allowed, batch, reads, trust)?;
    let first = tx.next(Counter::Exception, judged.exceptions.len())?;
    for (id, it) in (first..).zip(&mut judged.exceptions) {
        it.id = ExceptionId(id);
    }
    Ok(judged)
}

/// The same, before what was doubted has a number.
pub(crate) fn looked(
    tx: &mut Tx,
    allowed: &Authorized,
    batch: Option<BatchId>,
    reads: &[Read],
    trust: Trust,
) -> Result<Judged> {
    let mut judged = Judged { taken: Vec::new(), exceptions: Vec::new(), whole: None };
    let Some(first) = reads.iter().map(|it| it.on).min() else { return Ok(judged) };
    let channels = || reads.iter().map(|it| it.channel);
    let places = store::vee::places(tx, channels())?;
    let history = store::vee::history(tx, channels(), first.checked_sub(LOOK_BACK.days())?)?;
    let mut around = Around { places, history, book: Book::default() };
    let mut in_order: Vec<&Read> = reads.iter().collect();
    in_order.sort_by_key(|it| (it.channel, it.on));
    let peers = match weighed(tx, &mut around, &in_order, trust)? {
        Ok(peers) => peers,
        Err(whole) => {
            judged.whole = Some(whole);
            return Ok(judged);
        }
    };
    for read in in_order {
        let found = look(tx, &mut around, read, &peers)?;
        match found.iter().find(|it| it.action == Action::Hold) {
            Some(finding) => {
                let waits = Some((read.index_micro, read.kind));
                judged.exceptions.push(exception(allowed, *finding, read, batch, waits));
            }
            None => {
                judged
                    .exceptions
                    .extend(found.iter().map(|it| exception(allowed, *it, read, batch, None)));
                judged.taken.push(read.clone());
                let known = around.history.entry(read.channel).or_default();
                known.retain(|it| it.on != read.on);
                known.push(read.clone());
                known.sort_by_key(|it| it.on);
            }
        }
    }
    // A read that waits already need not wait twice.
    let waiting = store::vee::waiting(tx, channels())?;
    let mut fresh = Vec::new();
    for it in judged.exceptions {
        let channel = it.channel.expect("a read is of a register");
        let again = waiting.iter().any(|(_, at, on)| *at == channel && *on == it.finding.to);
        if !(again && it.waits.is_some() && said_before(tx, &it)?) {
            fresh.push(it);
        }
    }
    judged.exceptions = fresh;
    Ok(judged)
}

/// Keeps what was doubted, and ends what waited for a day that has a read now.
pub(crate) fn keep(tx: &mut Tx, allowed: &Authorized, judged: &Judged) -> Result<()> {
    store::vee::add(tx, &judged.exceptions)?;
    if judged.taken.is_empty() {
        return Ok(());
    }
    for (id, channel, on) in store::vee::waiting(tx, judged.taken.iter().map(|it| it.channel))? {
        if judged.taken.iter().any(|it| it.channel == channel && it.on == on) {
            store::vee::end(tx, id, How::Superseded, allowed.at())?;
        }
    }
    Ok(())
}

/// All that is odd about one read that came by itself.
pub(crate) fn alone(tx: &mut Tx, read: &Read) -> Result<Vec<Finding>> {
    let places = store::vee::places(tx, [read.channel])?;
    let since = read.on.checked_sub(LOOK_BACK.days())?;
    let history = store::vee::history(tx, [read.channel], since)?;
    let mut around = Around { places, history, book: Book::default() };
    look(tx, &mut around, read, &HashMap::new())
}

/// All that is odd about a read that is kept, beside those before it.
pub(crate) fn again(tx: &mut Tx, read: &Read) -> Result<Vec<Finding>> {
    let places = store::vee::places(tx, [read.channel])?;
    let since = read.on.checked_sub(LOOK_BACK.days())?;
    let mut history = store::vee::history(tx, [read.channel], since)?;
    if let Some(reads) = history.get_mut(&read.channel) {
        reads.retain(|it| it.on < read.on);
    }
    let mut around = Around { places, history, book: Book::default() };
    look(tx, &mut around, read, &HashMap::new())
}

fn said_before(tx: &mut Tx, it: &Exception) -> Result<bool> {
    let Some(channel) = it.channel else { return Ok(false) };
    let mut before = store::vee::of_channel(tx, channel)?.into_iter();
    Ok(before.any(|other| other.finding.to == it.finding.to && other.waits == it.waits))
}

fn exception(
    allowed: &Authorized,
    finding: Finding,
    read: &Read,
    batch: Option<BatchId>,
    waits: Option<(i64, meterbook_core::reads::ReadKind)>,
) -> Exception {
    let id = ExceptionId(0);
    let channel = Some(read.channel);
    Exception { id, finding, channel, batch, waits, zone: None, meter: None, at: allowed.at() }
}

/// What the neighbours of each commodity did, in thousandths of their usual; or why the file waits.
fn weighed(
    tx: &mut Tx,
    around: &mut Around,
    reads: &[&Read],
    trust: Trust,
) -> Result<Result<HashMap<Commodity, i64>, Finding>> {
    let mut moved: HashMap<Commodity, Vec<Moved>> = HashMap::new();
    let mut seen = None;
    for read in reads {
        // The first of each register: what follows it in the file follows it.
        if seen == Some(read.channel) {
            continue;
        }
        seen = Some(read.channel);
        if let (Some(place), Some(it)) = (around.places.get(&read.channel), step(around, read)) {
            moved.entry(place.commodity).or_default().push(it);
        }
    }
    let mut peers = HashMap::new();
    for (commodity, moved) in moved {
        let on = moved.iter().map(|it| it.on).max().unwrap_or(Date::MIN);
        let rules = around.book.of(tx, commodity, None, on)?;
        if trust == Trust::New
            && let Some(finding) = file::check(&rules, &moved)
            && finding.action == Action::Hold
        {
            return Ok(Err(finding));
        }
        peers.insert(commodity, file::peers_milli(&rules, &moved));
    }
    Ok(Ok(peers))
}

/// What the registers of one commodity did by the reads that came, and by those before them.
pub(crate) struct Beside {
    pub(crate) commodity: Commodity,
    pub(crate) now: Vec<Moved>,
    pub(crate) last: Vec<Moved>,
}

/// What the registers of reads that came together did, beside what they did before: the first read of
/// each counts, and only of those that have a usual use.
pub(crate) fn beside(tx: &mut Tx, reads: &[Read]) -> Result<Vec<Beside>> {
    let mut all: Vec<Beside> = Vec::new();
    let Some(first) = reads.iter().map(|it| it.on).min() else { return Ok(all) };
    let channels = || reads.iter().map(|it| it.channel);
    let places = store::vee::places(tx, channels())?;
    let history = store::vee::history(tx, channels(), first.checked_sub(LOOK_BACK.days())?)?;
    let around = Around { places, history, book: Book::default() };
    let mut in_order: Vec<&Read> = reads.iter().collect();
    in_order.sort_by_key(|it| (it.channel, it.on));
    in_order.dedup_by_key(|it| it.channel);
    for read in in_order {
        let (Some(place), Some(moved)) = (around.places.get(&read.channel), step(&around, read))
        else {
            continue;
        };
        let commodity = place.commodity;
        let of = match all.iter().position(|it| it.commodity == commodity) {
            Some(of) => of,
            None => {
                all.push(Beside { commodity, now: Vec::new(), last: Vec::new() });
                all.len() - 1
            }
        };
        all[of].now.push(moved);
        let known = around.history.get(&read.channel).map_or(&[][..], Vec::as_slice);
        if let Some(last) = known.iter().rfind(|it| it.on < read.on) {
            all[of].last.extend(step_from(place, known, last, false));
        }
    }
    Ok(all)
}

/// What one register of the file did since its last read, if it has a usual use.
fn step(around: &Around, read: &Read) -> Option<Moved> {
    let place = around.places.get(&read.channel)?;
    let known = around.history.get(&read.channel)?;
    // The read of a day that is known, said again to the last digit, is the file of the last cycle.
    let again = known.iter().any(|it| it.on == read.on && it.index_micro == read.index_micro);
    step_from(place, known, read, again)
}

fn step_from(place: &Place, known: &[Read], read: &Read, again: bool) -> Option<Moved> {
    let Form::Register { digits } = place.channel.form else { return None };
    let before: Vec<Read> = known.iter().filter(|it| it.on < read.on).cloned().collect();
    let usual = usual_micro(&place.channel, &before).filter(|it| 0 < *it)?;
    let last = before.last()?;
    let dial = 10_i128.checked_pow(u32::from(digits) + 6)?;
    let forward = i128::from(read.index_micro) - i128::from(last.index_micro);
    let turned = match forward.rem_euclid(dial) {
        _ if again => 0,
        turned if turned * 2 <= dial => turned,
        turned => turned - dial,
    };
    let days = i128::from((read.on - last.on).get_days()).max(1);
    let by = i128::from(place.channel.multiplier_micro);
    let rate = (turned * by).div_euclid(1_000_000).div_euclid(days);
    let rate_micro = i64::try_from(rate).unwrap_or(i64::MAX);
    Some(Moved { on: read.on, usual_micro: usual, rate_micro })
}

fn look(
    tx: &mut Tx,
    around: &mut Around,
    read: &Read,
    peers: &HashMap<Commodity, i64>,
) -> Result<Vec<Finding>> {
    let Some(place) = around.places.get(&read.channel) else { return Ok(Vec::new()) };
    let known = around.history.get(&read.channel).map_or(&[][..], Vec::as_slice);
    // Whoever says again what is known already says nothing to doubt.
    if known.iter().any(|it| it.on == read.on && it.index_micro == read.index_micro) {
        return Ok(Vec::new());
    }
    let before: Vec<Read> = known.iter().filter(|it| it.on < read.on).cloned().collect();
    let whose = contract(place, read.on);
    let rules = around.book.of(tx, place.commodity, whose.map(|it| it.class), read.on)?;
    let just_hung = (read.on - place.hung).get_days() <= 62;
    let predecessor = if just_hung { predecessor(tx, place)? } else { None };
    let looked = Looked {
        channel: &place.channel,
        hung: place.hung,
        before: &before,
        read,
        predecessor,
        peers_milli: peers.get(&place.commodity).copied().unwrap_or(1_000),
        vacant: whose.is_none() && !place.contracts.is_empty(),
    };
    Ok(check(&rules, &looked))
}

/// What the meter that hung there before used a day, and by which multiplier.
fn predecessor(tx: &mut Tx, place: &Place) -> Result<Option<(i64, i64)>> {
    let Some(meter) = store::vee::hung_before(tx, place.point, place.hung)? else {
        return Ok(None);
    };
    for channel in store::meter::channels(tx, meter)? {
        let same = (channel.flow, channel.unit) == (place.channel.flow, place.channel.unit);
        if same && matches!(channel.form, Form::Register { .. }) && channel.id != place.channel.id {
            let reads = super::history(tx, channel.id, place.hung)?;
            let before: Vec<Read> = reads.into_iter().filter(|it| it.on <= place.hung).collect();
            let usual = usual_micro(&channel, &before);
            return Ok(usual.map(|it| (it, channel.multiplier_micro)));
        }
    }
    Ok(None)
}
