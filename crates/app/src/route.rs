//! The route of a bill cycle on its way out: the reads that its oldest open turn lacks, as records that
//! a profile writes for a handheld.

use std::fmt;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::account::Cycle;
use meterbook_core::bill::assess::ServiceFacts;
use meterbook_core::id::AccountId;
use meterbook_core::limits::ACCOUNTS_PER_TRANSACTION;
use meterbook_core::meter::{Channel, Form};
use meterbook_core::period::Period;
use meterbook_core::permission::Permission;
use meterbook_core::reads::Read;
use meterbook_core::reads::usage::{Hung, read_about};
use meterbook_core::reads::vee::register::usual_micro;
use meterbook_core::text::decimal;
use meterbook_formats::reads::profile::{NotWritten, Profile, Record, write};
use meterbook_store::{self as store, Tx};

use crate::authority::authorize;
use crate::{Actor, refuse, vee};

/// Within so many times of what is usual a handheld takes a read without asking again.
const HIGH_TIMES: i64 = 3;

/// A route that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// For the start of this day.
    pub on: Date,
    /// How many reads it asks for.
    pub reads: usize,
    /// The file.
    pub text: String,
}

/// Why no route is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotRouted {
    /// The profile is not of a route.
    NoRoute {
        /// Its name.
        profile: String,
    },
    /// The cycle has no turn that is not billed.
    NoTurn {
        /// The cycle.
        cycle: Cycle,
    },
    /// Every read of the turn is there.
    AllRead {
        /// The cycle.
        cycle: Cycle,
        /// The day.
        on: Date,
    },
    /// A field does not fit.
    NotWritten(NotWritten),
}

/// A register without its read.
struct Stop {
    street: String,
    meter: String,
    channel: Channel,
    /// Which register of its meter, from 1.
    nth: usize,
    before: Vec<Read>,
}

/// Writes the reads that the oldest open turn of a cycle lacks, in the order of the streets.
pub fn open_reads(tx: &mut Tx, actor: Actor, cycle: Cycle, profile: &Profile) -> Result<Route> {
    authorize(tx, actor, Permission::ViewCustomer, None)?;
    if !profile.is_route() {
        return Err(refuse(NotRouted::NoRoute { profile: profile.name.clone() }));
    }
    let found = store::window::oldest_open_of(tx, cycle)?;
    let window = found.ok_or_else(|| refuse(NotRouted::NoTurn { cycle }))?;
    let on = window.period.end();
    let mut stops = Vec::new();
    let mut after = AccountId(0);
    loop {
        let ids = store::vee::accounts_of(tx, cycle, after, ACCOUNTS_PER_TRANSACTION)?;
        for facts in store::gather::accounts(tx, &window, &ids)? {
            for service in &facts.services {
                missing(tx, service, window.period, &mut stops)?;
            }
        }
        match ids.last() {
            Some(last) => after = *last,
            None => break,
        }
    }
    if stops.is_empty() {
        return Err(refuse(NotRouted::AllRead { cycle, on }));
    }
    stops.sort_by_cached_key(|it| (walked(&it.street), it.meter.clone(), it.nth));
    let stops = (1..).zip(&stops);
    let records: Vec<Record> = stops.map(|it| record(it, cycle, on, profile)).collect();
    let text = write(profile, &records).map_err(|why| refuse(NotRouted::NotWritten(why)))?;
    Ok(Route { on, reads: records.len(), text })
}

/// The registers of a service that have no read at the end of its days.
fn missing(tx: &mut Tx, it: &ServiceFacts, turn: Period, stops: &mut Vec<Stop>) -> Result<()> {
    let Some(days) = it.agreement.days_in(turn).filter(|days| days.end() == turn.end()) else {
        return Ok(());
    };
    let on = days.end();
    let hangs = |hung: &&Hung| hung.from < on && hung.to.is_none_or(|to| on <= to);
    for hung in it.measured.hung.iter().filter(hangs) {
        let of_registers = |form| matches!(form, Form::Register { .. });
        let by_interval = |flow| {
            let mut all = hung.channels.iter();
            all.any(|it| it.channel.flow == flow && !of_registers(it.channel.form))
        };
        let registers = hung.channels.iter().filter(|it| of_registers(it.channel.form));
        for (nth, measured) in (1..).zip(registers) {
            let before = it.measured.ended.as_ref();
            let before = before.and_then(|it| it.read_of(hung, &measured.channel));
            let is_read = read_about(&measured.reads, on, it.measured.reads, before).is_ok();
            if is_read || by_interval(measured.channel.flow) {
                continue;
            }
            let mut before = vee::history(tx, measured.channel.id, on)?;
            before.retain(|it| it.on < on);
            stops.push(Stop {
                street: it.street.clone(),
                meter: hung.meter.clone(),
                channel: measured.channel.clone(),
                nth,
                before,
            });
        }
    }
    Ok(())
}

/// The order of the walk: along each street by its numbers.
fn walked(street: &str) -> (String, u64, String) {
    let digits = street.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = street.split_at(digits);
    (rest.trim().to_owned(), number.parse().unwrap_or(0), street.to_owned())
}

fn record((nth, stop): (usize, &Stop), cycle: Cycle, on: Date, profile: &Profile) -> Record {
    let mut record: Record = Vec::new();
    let mut say = |name: &str, said: String| record.push((name.to_owned(), said));
    say("route", cycle.to_string());
    say("sequence", nth.to_string());
    say("meter", stop.meter.clone());
    say("channel", format!("{:02}", stop.nth));
    say("unit", stop.channel.unit.to_string());
    // A street that is longer than its field is cut; a number never is.
    let most = profile.width_of("address").unwrap_or(usize::MAX);
    say("address", stop.street.chars().filter(char::is_ascii).take(most).collect());
    if let Some(last) = stop.before.last() {
        let shown = |micro: i64| decimal(micro.div_euclid(1_000_000) * 1_000_000, 6);
        say("previous", shown(last.index_micro));
        say("day", last.on.to_string());
        if let Some(usual) = usual_micro(&stop.channel, &stop.before).filter(|it| 0 < *it) {
            let days = i64::from((on - last.on).get_days());
            let by_dial = i128::from(usual) * i128::from(days * HIGH_TIMES) * 1_000_000;
            let most = by_dial.div_euclid(i128::from(stop.channel.multiplier_micro).max(1));
            let high = last.index_micro.saturating_add(i64::try_from(most).unwrap_or(i64::MAX));
            say("low", shown(last.index_micro));
            say("high", shown(high));
        }
    }
    record
}

impl fmt::Display for NotRouted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotRouted::NoRoute { profile } => write!(
                f,
                "profile {profile} is of reads on their way in; name one of a route, such as \
                 itron-download"
            ),
            NotRouted::NoTurn { cycle } => write!(
                f,
                "cycle {cycle} has no turn that is not billed; plan it with: meterbook cycle plan"
            ),
            NotRouted::AllRead { cycle, on } => {
                write!(
                    f,
                    "no read of cycle {cycle} is missing for {on}, so there is nothing to walk"
                )
            }
            NotRouted::NotWritten(why) => {
                write!(f, "{why}; make the field of the profile wider in a copy of it")
            }
        }
    }
}

impl std::error::Error for NotRouted {}

#[cfg(test)]
mod tests {
    use super::walked;

    #[test]
    fn a_street_is_walked_by_its_numbers() {
        let mut streets = ["10 Elm", "2 Elm", "1 Oak", "Yard", "2 B Elm"];
        streets.sort_by_cached_key(|it| walked(it));
        assert_eq!(streets, ["2 B Elm", "2 Elm", "10 Elm", "1 Oak", "Yard"]);
    }
}
