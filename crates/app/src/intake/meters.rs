//! Which channel a line means.

use std::collections::HashMap;

use anyhow::Result;
use meterbook_core::meter::{Channel, Flow, Form};
use meterbook_core::money::Unit;
use meterbook_store::{self as store, Tx};

/// The meters that a file names, looked up once each.
#[derive(Default)]
pub(super) struct Meters {
    known: HashMap<String, Vec<Channel>>,
}

/// What a line looks for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// The number on the meter's face.
    pub(super) meter: &'a str,
    /// Its unit, where the line says so.
    pub(super) unit: Option<Unit>,
    /// Which way, where the line says so.
    pub(super) flow: Option<Flow>,
    /// Whether the line is of intervals.
    pub(super) intervals: bool,
    /// Their length, where the file says so.
    pub(super) minutes: Option<u16>,
}

impl Meters {
    /// The meters with these numbers, looked up at once.
    pub(super) fn named<'a>(
        tx: &mut Tx,
        serials: impl IntoIterator<Item = &'a str>,
    ) -> Result<Meters> {
        let mut known: HashMap<String, Vec<Channel>> = HashMap::new();
        for (serial, channel) in store::meter::channels_of(tx, serials)? {
            known.entry(serial).or_default().push(channel);
        }
        Ok(Meters { known })
    }

    /// The one channel a line means, among the meters that were looked up; or why there is none.
    pub(super) fn known(&self, wanted: Wanted<'_>) -> Result<Channel, String> {
        choose(self.known.get(wanted.meter).map_or(&[][..], Vec::as_slice), wanted)
    }

    /// The one channel a line means; the inner error is the reason why there is none.
    pub(super) fn find(
        &mut self,
        tx: &mut Tx,
        wanted: Wanted<'_>,
    ) -> Result<Result<Channel, String>> {
        if !self.known.contains_key(wanted.meter) {
            let mut channels = Vec::new();
            for meter in store::meter::by_serial(tx, wanted.meter)? {
                channels.extend(store::meter::channels(tx, meter.id)?);
            }
            self.known.insert(wanted.meter.to_owned(), channels);
        }
        Ok(choose(&self.known[wanted.meter], wanted))
    }
}

fn choose(channels: &[Channel], wanted: Wanted<'_>) -> Result<Channel, String> {
    let Wanted { meter, unit, flow, intervals, minutes } = wanted;
    if channels.is_empty() {
        return Err(format!("there is no meter {meter}"));
    }
    let is_interval = |it: &Channel| matches!(it.form, Form::Interval { .. });
    let formed: Vec<&Channel> = channels.iter().filter(|it| is_interval(it) == intervals).collect();
    let what = if intervals { "interval channel" } else { "register" };
    if formed.is_empty() {
        return Err(format!("meter {meter} has no {what}"));
    }
    let of_unit: Vec<&Channel> =
        formed.iter().copied().filter(|it| unit.is_none_or(|unit| unit == it.unit)).collect();
    if let (Some(unit), true) = (unit, of_unit.is_empty()) {
        return Err(format!("meter {meter} counts {}, not {unit}", formed[0].unit));
    }
    // A line that does not say which way was taken for what is delivered, also of a meter that
    // counts what is sent back: a solar roof's surplus could be billed as use.
    let flow = match flow {
        Some(flow) => flow,
        None if of_unit.iter().all(|it| it.flow == of_unit[0].flow) => of_unit[0].flow,
        None => {
            return Err(format!(
                "meter {meter} counts both ways; say delivered or received in a column flow"
            ));
        }
    };
    let of_flow: Vec<&Channel> = of_unit.into_iter().filter(|it| it.flow == flow).collect();
    match of_flow[..] {
        [] => Err(format!("meter {meter} has no {what} for what is {flow}")),
        [channel] => match (channel.form, minutes) {
            (Form::Interval { minutes: its }, Some(minutes)) if its != minutes => {
                Err(format!("meter {meter} counts every {its} minutes, not every {minutes}"))
            }
            _ => Ok(channel.clone()),
        },
        _ => Err(format!("meter {meter} has several {what}s for what is {flow}; name the unit")),
    }
}
