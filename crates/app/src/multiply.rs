//! Gives meters that were hung with a wrong multiplier the one they have had since the day they were
//! hung, many at once: what they showed is theirs under the new one too.

use std::fmt;

use anyhow::Result;
use meterbook_core::bill::root::Root;
use meterbook_core::id::{ChannelId, ServicePointId};
use meterbook_core::meter::{Channel, Form};
use meterbook_core::permission::Authorized;
use meterbook_core::reads::Read;
use meterbook_core::text::counted;
use meterbook_store::audit::Change;
use meterbook_store::{self as store, Counter, Tx};

use crate::exchange::{CHANGE_MULTIPLIER, ExchangeRefusal, hung_at, times, unbilled};
use crate::hold::Group;
use crate::refuse;

/// The act among approvals.
pub(crate) const MULTIPLY: &str = "change multipliers";

/// Another multiplier for the meters that hang at some service points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMultiples {
    /// Where.
    pub points: Vec<ServicePointId>,
    /// What it is now, in millionths.
    pub now_micro: i64,
    /// What it is to be, in millionths.
    pub multiplier_micro: i64,
    /// What proves it.
    pub evidence: String,
}

/// Why multipliers stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotMultiplied {
    /// A meter has another multiplier by now.
    NotAsSeen {
        /// Its number.
        meter: String,
    },
    /// The bills do not wait for a multiplier.
    NoMultiplier,
    /// The values of intervals come with their multiplier on them.
    Intervals {
        /// The meter's number.
        meter: String,
    },
}

impl NewMultiples {
    /// What would give the meters of a group the multiplier of those before them.
    pub(crate) fn of(tx: &mut Tx, group: &Group, evidence: &str) -> Result<NewMultiples> {
        let Root::Multiplier { was_micro, now_micro } = group.root else {
            return Err(refuse(NotMultiplied::NoMultiplier));
        };
        let mut points = Vec::new();
        // A service that waits for another of its bill may have a meter that is as it should be.
        for it in group.held.iter().filter(|it| it.roots.contains(&group.root)) {
            let (_, meter) = hung_at(tx, it.point)?;
            let channels = store::meter::channels(tx, meter.id)?;
            if channels.iter().any(|it| it.multiplier_micro == now_micro) {
                points.push(it.point);
            }
        }
        points.sort_unstable();
        points.dedup();
        let evidence = evidence.trim().to_owned();
        Ok(NewMultiples { points, now_micro, multiplier_micro: was_micro, evidence })
    }

    /// Of what, as a second person reads it; refuses what cannot be done.
    pub(crate) fn subject(&self, tx: &mut Tx) -> Result<String> {
        if self.evidence.is_empty() {
            return Err(refuse(ExchangeRefusal::NoEvidence));
        }
        for point in &self.points {
            let (hung, meter) = hung_at(tx, *point)?;
            unbilled(tx, *point, hung.from)?;
            let channels = store::meter::channels(tx, meter.id)?;
            if channels.iter().any(|it| it.multiplier_micro != self.now_micro) {
                return Err(refuse(NotMultiplied::NotAsSeen { meter: meter.serial }));
            }
            if channels.iter().any(|it| !matches!(it.form, Form::Register { .. })) {
                return Err(refuse(NotMultiplied::Intervals { meter: meter.serial }));
            }
        }
        let meters = counted(self.points.len(), "meter");
        let [was, times] = [self.now_micro, self.multiplier_micro].map(times);
        let evidence = &self.evidence;
        Ok(format!("{meters}, {times} times instead of {was} since they were hung: {evidence}"))
    }

    /// Does it.
    pub(crate) fn be_done(&self, tx: &mut Tx, allowed: &Authorized) -> Result<()> {
        self.subject(tx)?;
        for point in &self.points {
            let (hung, meter) = hung_at(tx, *point)?;
            for old in store::meter::channels(tx, meter.id)? {
                let id = ChannelId(tx.next(Counter::Channel, 1)?);
                let next = Channel { id, multiplier_micro: self.multiplier_micro, ..old.clone() };
                store::meter::replace_channel(tx, old.id, &next, hung.from)?;
                let reads = store::read::of(tx, old.id)?.into_iter();
                let since = reads.filter(|it| hung.from <= it.on);
                let since: Vec<Read> = since.map(|it| Read { channel: id, ..it }).collect();
                store::read::add(tx, &since)?;
            }
            let [was, became] = [self.now_micro, self.multiplier_micro].map(times);
            let said = format!("from {}", hung.from);
            let why = Some(self.evidence.as_str());
            let change = Change { was: Some(&was), became: Some(&became), why };
            store::audit::change(tx, allowed, CHANGE_MULTIPLIER, &meter.serial, (&said, change))?;
        }
        Ok(())
    }
}

impl fmt::Display for NotMultiplied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotMultiplied::NotAsSeen { meter } => {
                write!(f, "meter {meter} has another multiplier by now; look again")
            }
            NotMultiplied::NoMultiplier => {
                f.write_str("these bills do not wait for a multiplier; look at what holds them")
            }
            NotMultiplied::Intervals { meter } => write!(
                f,
                "the values of meter {meter} come with its multiplier on them; have whoever sends them send them again"
            ),
        }
    }
}

impl std::error::Error for NotMultiplied {}
