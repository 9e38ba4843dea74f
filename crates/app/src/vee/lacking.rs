//! What registers lack of a turn, and what may stand in for it.

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::bill::assess::{AccountFacts, ServiceFacts};
use meterbook_core::cycle::Window;
use meterbook_core::meter::Form;
use meterbook_core::period::Period;
use meterbook_core::reads::usage::{Hung, Measured, read_about};
use meterbook_core::reads::vee::{Rules, filling};
use meterbook_core::reads::{Read, Series};
use meterbook_store::vee::Place;
use meterbook_store::{self as store, Tx};

use super::cycle::nothing;
use super::{Book, VeeRefusal, Weather, Worked, effect, estimate_of, history};

/// How a register stands on a day of a turn.
pub(super) enum Register<'a> {
    /// The bill before ended there, and this one begins with its read.
    Begun,
    /// It was read.
    Read(&'a Read),
    /// Intervals say what it would.
    Beside,
    /// Nobody read it.
    Unread,
}

/// What may be done about a register that nobody read.
pub(super) enum Wants {
    /// Nothing: no tariff looks at it.
    Nothing,
    /// It may still be read.
    Time(VeeRefusal),
    /// A clerk decides of a read that waits.
    Decision(VeeRefusal),
    /// Something has to stand in.
    StandIn,
}

/// What stands in for a read, or why nothing does.
pub(super) enum StandIn {
    /// It is worked out from these reads before.
    Found(Box<Place>, Vec<Read>, Box<Worked>),
    /// Only who reads it knows.
    Unknown(Box<Place>, VeeRefusal),
}

/// A register, and the rules by which it is estimated.
pub(super) struct Asked<'a> {
    pub(super) service: &'a ServiceFacts,
    pub(super) hung: &'a Hung,
    pub(super) measured: &'a Measured,
    pub(super) rules: &'a Rules,
}

/// What a look for what is missing goes by.
pub(super) struct Lacking {
    pub(super) today: Date,
    pub(super) book: Book,
    weather: Weather,
}

/// How a register of a service stands on a day.
pub(super) fn standing<'a>(
    service: &ServiceFacts,
    hung: &Hung,
    measured: &'a Measured,
    on: Date,
) -> Register<'a> {
    let before = service.measured.ended.as_ref();
    let before = before.and_then(|it| it.read_of(hung, &measured.channel));
    // What the bill before ended with begins this one, whatever is read about its first day.
    if before.is_some() && service.billed_through.is_some_and(|it| on <= it) {
        return Register::Begun;
    }
    if let Ok(read) = read_about(&measured.reads, on, service.measured.reads, before) {
        return Register::Read(read);
    }
    let by_interval = |it: &Measured| {
        it.channel.flow == measured.channel.flow && matches!(it.channel.form, Form::Interval { .. })
    };
    // Intervals win: the register beside them only checks them.
    if hung.channels.iter().any(by_interval) { Register::Beside } else { Register::Unread }
}

impl Lacking {
    pub(super) fn begin(tx: &mut Tx, window: &Window, today: Date) -> Result<Lacking> {
        let weather = Weather::before(tx, window.period.end())?;
        Ok(Lacking { today, book: Book::default(), weather })
    }

    /// What may be done about a register that nobody read for a day.
    pub(super) fn wants(&self, tx: &mut Tx, it: &Asked<'_>, on: Date) -> Result<Wants> {
        let (channel, meter) = (it.measured.channel.id, || it.hung.meter.clone());
        // What may still be read in its window is not missing.
        let until = on.saturating_add(it.service.measured.reads.after.days());
        if self.today < until {
            return Ok(Wants::Time(VeeRefusal::MayBeRead { meter: meter(), on, until }));
        }
        let tariff = crate::tariff::in_force(tx, &it.service.agreement.tariff, on)?;
        if !tariff.is_some_and(|it| it.is_measured()) {
            return Ok(Wants::Nothing);
        }
        let waits = store::vee::waiting(tx, [channel])?.into_iter().find(|it| it.2 == on);
        Ok(match waits {
            Some((id, ..)) => Wants::Decision(VeeRefusal::ReadWaits { meter: meter(), on, id }),
            None => Wants::StandIn,
        })
    }

    /// What stands in for a register on a day; `since` is what stands in for it on earlier days and is
    /// not kept. `None` where the meter hangs nowhere.
    pub(super) fn work_out(
        &mut self,
        tx: &mut Tx,
        it: &Asked<'_>,
        on: Date,
        since: &[Read],
    ) -> Result<Option<StandIn>> {
        let channel = it.measured.channel.id;
        let Some(place) = store::vee::places(tx, [channel])?.remove(&channel) else {
            return Ok(None);
        };
        let tariff = &it.service.agreement.tariff;
        let may = crate::tariff::in_force(tx, tariff, on)?.is_some_and(|it| it.may_be_estimated());
        if !may {
            let why = VeeRefusal::TariffForbids { tariff: tariff.clone() };
            return Ok(Some(StandIn::Unknown(Box::new(place), why)));
        }
        let mut reads = history(tx, channel, on)?;
        reads.extend_from_slice(since);
        reads.sort_by_key(|it| it.on);
        let worked = estimate_of(tx, it.rules, &place, (&reads, on), &mut self.weather)?;
        let Some(worked) = worked else {
            let why = VeeRefusal::NoEstimate { meter: place.serial.clone(), on };
            return Ok(Some(StandIn::Unknown(Box::new(place), why)));
        };
        reads.retain(|it| it.on < on);
        Ok(Some(StandIn::Found(Box::new(place), reads, Box::new(worked))))
    }

    /// What is known of an account, with what would stand in for what it lacks of a turn. Nothing is
    /// kept.
    pub(super) fn stand_in(
        &mut self,
        tx: &mut Tx,
        window: &Window,
        facts: &AccountFacts,
    ) -> Result<AccountFacts> {
        let mut with = facts.clone();
        for (service, with) in facts.services.iter().zip(&mut with.services) {
            let Some(days) = service.agreement.days_in(window.period) else { continue };
            let rules = self.rules(tx, service, facts.account.class, days)?;
            let hung = service.measured.hung.iter().zip(&mut with.measured.hung);
            for (hung, with) in hung {
                let Some(days) = days.overlap(hung.from, hung.to) else { continue };
                for (measured, with) in hung.channels.iter().zip(&mut with.channels) {
                    let asked = Asked { service, hung, measured, rules: &rules };
                    match measured.channel.form {
                        Form::Interval { minutes } => {
                            let days = Period::new(days.start(), days.end().min(self.today));
                            if let Some(days) = days {
                                with.series = filled(&asked, days, minutes)?;
                            }
                        }
                        Form::Register { .. } => {
                            let read = self.reads_in(tx, &asked, days)?;
                            with.reads.extend(read);
                        }
                    }
                }
            }
        }
        Ok(with)
    }

    pub(super) fn rules(
        &mut self,
        tx: &mut Tx,
        service: &ServiceFacts,
        class: CustomerClass,
        days: Period,
    ) -> Result<Rules> {
        self.book.of(tx, service.point.commodity, Some(class), days.end())
    }

    /// The reads that would stand in for a register at both ends of some days.
    fn reads_in(&mut self, tx: &mut Tx, it: &Asked<'_>, days: Period) -> Result<Vec<Read>> {
        let mut reads = Vec::new();
        for on in [days.start(), days.end()] {
            let unread = matches!(standing(it.service, it.hung, it.measured, on), Register::Unread);
            if unread
                && matches!(self.wants(tx, it, on)?, Wants::StandIn)
                && let Some(StandIn::Found(_, _, worked)) = self.work_out(tx, it, on, &reads)?
            {
                reads.push(worked.read);
            }
        }
        Ok(reads)
    }
}

/// A channel's values with what would stand in for those that are missing.
fn filled(it: &Asked<'_>, days: Period, minutes: u16) -> Result<Option<Series>> {
    let zone = &it.service.point.zone;
    let mut series = it.measured.series.clone().unwrap_or_else(|| nothing(zone, days, minutes));
    for it in filling::fill(it.rules, &series, days, zone) {
        series = effect::laid(&series, &it)?;
    }
    Ok(Some(series))
}
