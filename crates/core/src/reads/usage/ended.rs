//! The reads with which the bill before ended. The next one begins with the same, so that what was used
//! between two reads is on one bill.

use jiff::civil::Date;

use crate::meter::{Channel, Flow, Form};
use crate::money::Unit;
use crate::reads::usage::{Evidence, Hung};

/// The reads that a bill begins with, whichever read is nearest to its first day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The first day that is not on the bill before.
    pub on: Date,
    /// Of each register, in the order of its bill.
    pub reads: Vec<LastRead>,
}

/// The read of a register with which a bill ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastRead {
    /// The number on the meter's face.
    pub meter: String,
    /// Which way it counts.
    pub flow: Flow,
    /// The day of the read.
    pub on: Date,
}

impl Ended {
    /// What a bill ended with that was made of this and has days before `on`.
    pub fn with(evidence: &[Evidence], on: Date) -> Ended {
        let last = evidence.iter().filter(|it| it.period.end() == on);
        let last = last.filter_map(|it| Some((it, it.reads?.1.on)));
        Ended { on, reads: last.map(|(it, on)| LastRead::of(it, on)).collect() }
    }

    /// What the bill before ended with, as one says that was made of this and begins on `on`.
    pub fn as_begun(evidence: &[Evidence], on: Date) -> Ended {
        let first = evidence.iter().filter(|it| it.period.start() == on);
        let first = first.filter_map(|it| Some((it, it.reads?.0.on)));
        Ended { on, reads: first.map(|(it, on)| LastRead::of(it, on)).collect() }
    }

    /// The day of the earliest of the reads; `None` where no register was read.
    pub fn earliest(&self) -> Option<Date> {
        self.reads.iter().map(|it| it.on).min()
    }

    /// The day of the read of a register of a meter; `None` where the bill before had none of it.
    pub fn read_of(&self, hung: &Hung, channel: &Channel) -> Option<Date> {
        let counts = |it: &&Channel| {
            let is_register = matches!(it.form, Form::Register { .. });
            is_register && it.flow == channel.flow && it.unit != Unit::Kw
        };
        let mut registers = hung.channels.iter().map(|it| &it.channel).filter(counts);
        let nth = registers.position(|it| it.id == channel.id)?;
        let mut reads =
            self.reads.iter().filter(|it| it.meter == hung.meter && it.flow == channel.flow);
        reads.nth(nth).map(|it| it.on)
    }
}

impl LastRead {
    fn of(it: &Evidence, on: Date) -> LastRead {
        LastRead { meter: it.meter.clone(), flow: it.flow, on }
    }
}
