//! Looking at a turn of a bill cycle before it is billed, and estimating what it lacks.
//!
//! An estimate never stops billing: where too many follow each other somebody is sent to read the
//! meter, then to exchange it, and the bill goes out all the same. At one utility six estimates in a
//! row ended the bills of 20,000 customers without a word.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::bill::assess::{AccountFacts, ServiceFacts};
use meterbook_core::cycle::Window;
use meterbook_core::id::AccountId;
use meterbook_core::limits::ACCOUNTS_PER_TRANSACTION;
use meterbook_core::meter::Form;
use meterbook_core::order::OrderKind;
use meterbook_core::period::{Period, Zone};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::reads::usage::{Hung, Measured};
use meterbook_core::reads::vee::estimating::run_of_estimates;
use meterbook_core::reads::vee::{Action, Finding, Rule, Rules, filling, interval};
use meterbook_core::reads::{Read, ReadKind, Series};
use meterbook_core::text::{counted, decimal};
use meterbook_store::bill::Known;
use meterbook_store::vee::{How, Place};
use meterbook_store::{self as store, Db, Tx};

use super::lacking::{Asked, Lacking, Register, StandIn, Wants, standing};
use super::{Book, Open, VeeRefusal, doubted, effect, judge};
use crate::authority::authorize;
use crate::order::{self, NewOrder, Where};
use crate::{Actor, intake, refuse};

/// Whether what is missing is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is only said.
    Say,
    /// It is estimated as the rules say.
    Estimate,
}

/// What a look at a turn found and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// The turn.
    pub window: Window,
    /// Accounts looked at.
    pub accounts: u64,
    /// What was newly doubted.
    pub doubted: u64,
    /// Reads that are missing and were not estimated.
    pub unread: u64,
    /// Reads that were estimated.
    pub estimated: u64,
    /// Interval values that were estimated.
    pub filled: u64,
    /// Orders that were written because too many estimates followed each other, or because nothing
    /// says what to estimate.
    pub ordered: u64,
    /// What was not estimated although that was asked: whose it is, and why.
    pub left: Vec<(AccountId, VeeRefusal)>,
}

/// Looks at the oldest turn of a cycle that is not billed; the same turn may be looked at again.
pub fn run(db: &Db, actor: Actor, cycle: Cycle, missing: Missing) -> Result<Ran> {
    let found = db.write(|tx| {
        authorize(tx, actor, Permission::ResolveTasks, None)?;
        store::window::oldest_open_of(tx, cycle)
    })?;
    let window = found.ok_or_else(|| refuse(VeeRefusal::NoTurn { cycle: cycle.0 }))?;
    in_turn(db, actor, window, missing)
}

/// Looks at a turn of a bill cycle.
pub(crate) fn in_turn(db: &Db, actor: Actor, window: Window, missing: Missing) -> Result<Ran> {
    let mut look = db.write(|tx| Look::begin(tx, actor, &window, missing))?;
    let mut ran = Ran::none(window);
    let mut after = AccountId(0);
    loop {
        let next = db.write(|tx| {
            let ids = store::vee::accounts_of(tx, window.cycle, after, ACCOUNTS_PER_TRANSACTION)?;
            look.accounts(tx, &ids, &mut ran)?;
            Ok(ids.last().copied())
        })?;
        match next {
            Some(last) => after = last,
            None => break,
        }
    }
    db.write(|tx| {
        store::audit::add(tx, &look.allowed, "look at reads", &window.id.to_string(), &ran.said())
    })?;
    Ok(ran)
}

/// Estimates what these accounts lack of a turn, because a clerk says so; nobody else is looked at.
pub(crate) fn of_accounts(
    db: &Db,
    actor: Actor,
    window: Window,
    accounts: &[AccountId],
    why: &str,
) -> Result<Ran> {
    let mut look = db.write(|tx| Look::begin(tx, actor, &window, Missing::Estimate))?;
    let mut ran = Ran::none(window);
    for ids in accounts.chunks(ACCOUNTS_PER_TRANSACTION) {
        db.write(|tx| {
            look.accounts(tx, ids, &mut ran)?;
            let said = format!("{} of {}: {why}", ran.said(), counted(ids.len(), "account"));
            let subject = window.id.to_string();
            store::audit::add(tx, &look.allowed, "estimate held reads", &subject, &said)
        })?;
    }
    Ok(ran)
}

/// What is known of accounts of a turn, with what would stand in for what they lack. Nothing is kept.
pub(crate) fn stand_ins(
    tx: &mut Tx,
    (window, today): (&Window, Date),
    facts: &[AccountFacts],
) -> Result<Vec<AccountFacts>> {
    let mut lacking = Lacking::begin(tx, window, today)?;
    facts.iter().map(|it| lacking.stand_in(tx, window, it)).collect()
}

/// What a look goes by.
struct Look {
    actor: Actor,
    allowed: Authorized,
    missing: Missing,
    lacking: Lacking,
}

/// One meter in its days.
struct Part<'a> {
    account: AccountId,
    service: &'a ServiceFacts,
    hung: &'a Hung,
    days: Period,
    rules: &'a Rules,
}

impl Ran {
    fn none(window: Window) -> Ran {
        Ran {
            window,
            accounts: 0,
            doubted: 0,
            unread: 0,
            estimated: 0,
            filled: 0,
            ordered: 0,
            left: Vec::new(),
        }
    }

    fn said(&self) -> String {
        format!(
            "{} doubted, {} estimated, {} filled, {} ordered",
            self.doubted, self.estimated, self.filled, self.ordered
        )
    }
}

impl Look {
    fn begin(tx: &mut Tx, actor: Actor, window: &Window, missing: Missing) -> Result<Look> {
        let allowed = authorize(tx, actor, Permission::ResolveTasks, None)?;
        let today = crate::founding::zone(tx)?.day_of(actor.at);
        let lacking = Lacking::begin(tx, window, today)?;
        Ok(Look { actor, allowed, missing, lacking })
    }

    fn accounts(&mut self, tx: &mut Tx, ids: &[AccountId], ran: &mut Ran) -> Result<()> {
        for facts in store::gather::accounts(tx, &ran.window, ids)? {
            ran.accounts += 1;
            self.account(tx, &facts, ran)?;
        }
        Ok(())
    }

    fn account(&mut self, tx: &mut Tx, facts: &AccountFacts, ran: &mut Ran) -> Result<()> {
        for service in &facts.services {
            let Some(days) = service.agreement.days_in(ran.window.period) else { continue };
            let rules = self.lacking.rules(tx, service, facts.account.class, days)?;
            for hung in &service.measured.hung {
                if let Some(days) = days.overlap(hung.from, hung.to) {
                    let account = facts.account.id;
                    self.meter(tx, &Part { account, service, hung, days, rules: &rules }, ran)?;
                }
            }
        }
        Ok(())
    }

    fn meter(&mut self, tx: &mut Tx, part: &Part<'_>, ran: &mut Ran) -> Result<()> {
        for measured in &part.hung.channels {
            match measured.channel.form {
                Form::Interval { minutes } => self.values(tx, part, measured, minutes, ran)?,
                Form::Register { .. } => {
                    for on in [part.days.start(), part.days.end()] {
                        self.register(tx, part, measured, on, ran)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn register(
        &mut self,
        tx: &mut Tx,
        part: &Part<'_>,
        measured: &Measured,
        on: Date,
        ran: &mut Ran,
    ) -> Result<()> {
        match standing(part.service, part.hung, measured, on) {
            Register::Begun | Register::Beside => return Ok(()),
            Register::Read(read) => {
                if read.kind != ReadKind::Estimated && on == part.days.end() {
                    super::runs_end(tx, std::slice::from_ref(read), self.actor.at)?;
                    ran.doubted += self.looked_again(tx, read)?;
                }
                return Ok(());
            }
            Register::Unread => {}
        }
        let asked = Asked { service: part.service, hung: part.hung, measured, rules: part.rules };
        let wants = self.lacking.wants(tx, &asked, on)?;
        match wants {
            Wants::Nothing => return Ok(()),
            Wants::Time(why) => {
                self.leave(part, why, ran);
                return Ok(());
            }
            Wants::Decision(why) => {
                ran.unread += 1;
                self.leave(part, why, ran);
                return Ok(());
            }
            Wants::StandIn if self.missing == Missing::Say => {
                ran.unread += 1;
                return Ok(());
            }
            Wants::StandIn => {}
        }
        match self.lacking.work_out(tx, &asked, on, &[])? {
            None => Ok(()),
            Some(StandIn::Unknown(place, why)) => {
                ran.unread += 1;
                self.leave(part, why, ran);
                let kind = OrderKind::Read;
                ran.ordered += self.send(tx, &place, kind, "nothing says what to estimate")?;
                Ok(())
            }
            Some(StandIn::Found(place, before, worked)) => {
                worked.keep(tx)?;
                ran.estimated += 1;
                self.escalate(tx, part.rules, &place, &before, on, ran)
            }
        }
    }

    /// Says of an account why something was not estimated, where that was asked.
    fn leave(&self, part: &Part<'_>, why: VeeRefusal, ran: &mut Ran) {
        // Both channels of a meter lack the same.
        let it = (part.account, why);
        if self.missing == Missing::Estimate && ran.left.last() != Some(&it) {
            ran.left.push(it);
        }
    }

    /// Sends somebody where too many estimates follow each other: to read it, and when that does not
    /// help either, to exchange it.
    fn escalate(
        &mut self,
        tx: &mut Tx,
        rules: &Rules,
        place: &Place,
        before: &[Read],
        on: Date,
        ran: &mut Ran,
    ) -> Result<()> {
        let in_a_row = run_of_estimates(before) + 1;
        let Some((_, limit)) = rules.of(Rule::EstimateRun) else { return Ok(()) };
        let count = i64::try_from(in_a_row)?;
        if count < limit {
            return Ok(());
        }
        let actual = before.iter().rfind(|it| it.kind != ReadKind::Estimated);
        let finding = Finding {
            rule: Rule::EstimateRun,
            action: Action::Look,
            from: actual.map_or(on, |it| it.on),
            to: on,
            saw_micro: 0,
            usual_micro: 0,
            count,
            likely: None,
        };
        // A run is one thing to look at: the shorter one that was said before is part of it.
        for (id, _, to) in store::vee::runs(tx, [place.channel.id])? {
            if to < on {
                store::vee::end(tx, id, How::Superseded, self.actor.at)?;
            }
        }
        ran.doubted += self.found(tx, finding, place.channel.id)?;
        let kind = if count < 2 * limit { OrderKind::Read } else { OrderKind::Exchange };
        ran.ordered += self.send(tx, place, kind, &format!("{count} estimates in a row"))?;
        Ok(())
    }

    fn send(&self, tx: &mut Tx, place: &Place, kind: OrderKind, why: &str) -> Result<u64> {
        if !store::order::open_at(tx, place.point, kind)?.is_empty() {
            return Ok(0);
        }
        let about = format!("meter {}: {why}", place.serial);
        let new = NewOrder { about, ..NewOrder::plain(kind, Where::Point(place.point)) };
        order::add(tx, self.actor, &new).map(|_| 1)
    }

    /// Looks at a read that came by some other way than a file.
    fn looked_again(&self, tx: &mut Tx, read: &Read) -> Result<u64> {
        let mut new = 0;
        for finding in judge::again(tx, read)? {
            new += self.found(tx, Finding { action: Action::Look, ..finding }, read.channel)?;
        }
        Ok(new)
    }

    /// Keeps what was found, unless the same was found before.
    fn found(
        &self,
        tx: &mut Tx,
        finding: Finding,
        channel: meterbook_core::id::ChannelId,
    ) -> Result<u64> {
        let same = |it: &Finding| (it.rule, it.to) == (finding.rule, finding.to);
        if store::vee::of_channel(tx, channel)?.iter().any(|it| same(&it.finding)) {
            return Ok(0);
        }
        let exception = doubted(tx, self.actor, finding, channel)?;
        store::vee::add(tx, &[exception])?;
        Ok(1)
    }

    fn values(
        &mut self,
        tx: &mut Tx,
        part: &Part<'_>,
        measured: &Measured,
        minutes: u16,
        ran: &mut Ran,
    ) -> Result<()> {
        // Values of a day that is not over are not missing.
        let end = part.days.end().min(self.lacking.today);
        let Some(days) = Period::new(part.days.start(), end) else { return Ok(()) };
        let zone = &part.service.point.zone;
        let empty = || nothing(zone, days, minutes);
        let mut series = measured.series.clone().unwrap_or_else(empty);
        if self.missing == Missing::Estimate {
            let filled = filling::fill(part.rules, &series, days, zone);
            if !filled.is_empty() {
                let (meter, channel) = (&part.hung.meter, &measured.channel);
                ran.filled += keep_filled(tx, &self.allowed, meter, channel, &filled)?;
                for it in &filled {
                    series = effect::laid(&series, it)?;
                }
            }
        }
        let register = beside(part.hung, measured, days);
        let all = interval::check(part.rules, &measured.channel, &series, (days, zone), register);
        for finding in all {
            ran.doubted += self.found(tx, finding, measured.channel.id)?;
        }
        if filling::gaps(&series, days, zone).is_empty() {
            return self.no_longer(tx, measured);
        }
        let (meter, on) = (part.hung.meter.clone(), days.start());
        self.leave(part, VeeRefusal::NoValues { meter, on }, ran);
        Ok(())
    }

    /// Ends the exceptions of gaps that are gaps no more.
    fn no_longer(&self, tx: &mut Tx, measured: &Measured) -> Result<()> {
        for it in store::vee::of_channel(tx, measured.channel.id)? {
            if it.finding.rule == Rule::Gap && store::vee::ended(tx, it.id)?.is_none() {
                store::vee::end(tx, it.id, How::Superseded, self.actor.at)?;
            }
        }
        Ok(())
    }
}

/// A series without a value.
pub(super) fn nothing(zone: &Zone, days: Period, minutes: u16) -> Series {
    let start = zone.start_of(days.start());
    Series { start, minutes, micro: Vec::new(), missing: Vec::new(), estimated: Vec::new() }
}

/// What a register of the same meter, flow and unit counted, before the multiplier, if both its reads
/// are there.
fn beside(hung: &Hung, measured: &Measured, days: Period) -> Option<i64> {
    let channel = &measured.channel;
    let twin = hung.channels.iter().find(|it| {
        matches!(it.channel.form, Form::Register { .. })
            && (it.channel.flow, it.channel.unit) == (channel.flow, channel.unit)
    })?;
    let Form::Register { digits } = twin.channel.form else { return None };
    let read_on = |on: Date| twin.reads.iter().rev().find(|it| it.on == on);
    let (first, last) = (read_on(days.start())?, read_on(days.end())?);
    let dial = 10_i64.checked_pow(u32::from(digits) + 6)?;
    let turned = last.index_micro.checked_sub(first.index_micro)?.rem_euclid(dial);
    let by_twin = i128::from(turned) * i128::from(twin.channel.multiplier_micro);
    i64::try_from(by_twin.div_euclid(i128::from(channel.multiplier_micro).max(1))).ok()
}

/// Keeps values that were worked out, as a file that says so: they are marked, and what comes later
/// replaces them.
fn keep_filled(
    tx: &mut Tx,
    allowed: &Authorized,
    meter: &str,
    channel: &meterbook_core::meter::Channel,
    filled: &[filling::Filled],
) -> Result<u64> {
    let Form::Interval { minutes } = channel.form else { return Ok(0) };
    let mut text = "meter,start,value,unit,flow,kind,method\n".to_owned();
    for it in filled {
        let mut start = it.start;
        for micro in &it.micro {
            text.push_str(&format!(
                "{meter},{start},{},{},{},estimated,{}\n",
                decimal(*micro, 6),
                channel.unit,
                channel.flow,
                it.method
            ));
            start = start.checked_add(i64::from(minutes).minutes())?;
        }
    }
    let name = format!("estimated-{meter}.csv");
    let taken = intake::take_estimated(tx, allowed, &name, text.as_bytes())?;
    Ok(u64::try_from(taken).unwrap_or(0))
}

/// Fills the gaps of one exception.
pub(super) fn fill(tx: &mut Tx, allowed: &Authorized, open: &Open) -> Result<()> {
    let (exception, Some(place)) = (&open.exception, &open.place) else {
        return Err(refuse(VeeRefusal::NothingWaits { id: open.exception.id }));
    };
    let (from, to) = (exception.finding.from, exception.finding.to);
    let none = || refuse(VeeRefusal::NoEstimate { meter: place.serial.clone(), on: from });
    let days = Period::new(from, to).ok_or_else(none)?;
    let around = Period::new(from.checked_sub(30.days())?, to.checked_add(1.day())?);
    let facts = store::gather::measured_at(tx, place.point, around.ok_or_else(none)?, Known::ALL)?;
    let zone = store::place::service_point(tx, place.point)?.zone;
    let whose = super::contract(place, to);
    let rules = Book::default().of(tx, place.commodity, whose.map(|it| it.class), to)?;
    let channels = facts.hung.iter().flat_map(|it| &it.channels);
    let series = channels.filter(|it| it.channel.id == place.channel.id);
    let series = series.filter_map(|it| it.series.as_ref()).next().ok_or_else(none)?;
    let filled = filling::fill(&rules, series, days, &zone);
    if filled.is_empty() {
        return Err(none());
    }
    keep_filled(tx, allowed, &place.serial, &place.channel, &filled).map(drop)
}
