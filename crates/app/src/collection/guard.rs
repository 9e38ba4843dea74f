//! What keeps a step from being taken at all: that it is stopped, is not as many as somebody counted, or is
//! more than the rules let be done in a day and nobody let go.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::civil::Date;
use meterbook_core::credit::collection::{Rules, Step};
use meterbook_store::{self as store, Tx};

use super::Switch;
use crate::credit_rules;

/// What keeps from taking a step at all.
pub(super) struct Guard<'a> {
    pub(super) rules: Rules,
    stopped: Vec<(Switch, String)>,
    /// How many of a step somebody counted.
    expected: &'a [(Step, usize)],
    /// How many of a step a second person let go.
    let_go: Vec<(Step, usize)>,
    /// What was taken today already, where a run was ended before its end.
    before: BTreeMap<Step, usize>,
}

impl<'a> Guard<'a> {
    pub(super) fn of(tx: &mut Tx, on: Date, expected: &'a [(Step, usize)]) -> Result<Guard<'a>> {
        let mut stopped = Vec::new();
        for switch in Switch::ALL {
            let why = store::collection::stopped(tx, switch.word())?;
            stopped.extend(why.map(|it| (*switch, it)));
        }
        let mut let_go = Vec::new();
        for step in Step::ALL {
            let many = store::let_go::of(tx, step.word(), on)?;
            let_go
                .extend(many.into_iter().filter_map(|it| Some((*step, usize::try_from(it).ok()?))));
        }
        let before = store::collection::counted(tx, on)?;
        Ok(Guard { rules: credit_rules::collections(tx, on)?, stopped, expected, let_go, before })
    }

    /// Steps of which somebody counted some where there is none, each with what was expected.
    pub(super) fn lacking(&self, there: impl Fn(Step) -> bool) -> Vec<(Step, String)> {
        let none = |(step, counted): &&(Step, usize)| {
            let before = self.before.get(step).copied().unwrap_or_default();
            !there(*step) && *counted != before
        };
        let said = |(step, counted): &(Step, usize)| (*step, format!("{counted} were expected"));
        self.expected.iter().filter(none).map(said).collect()
    }

    /// Why so many of a step are not taken, if they are not.
    pub(super) fn stops(&self, step: Step, many: usize) -> Option<String> {
        let switch = match step {
            Step::Reminder | Step::Notice => Some(Switch::Notices),
            Step::Cut => Some(Switch::Cuts),
            _ => None,
        };
        if let Some((_, why)) = self.stopped.iter().find(|it| Some(it.0) == switch) {
            return Some(format!("stopped: {why}"));
        }
        // Whoever runs it again says what was counted before the first time, or what is left.
        let of_day = many + self.before.get(&step).copied().unwrap_or_default();
        let counted = self.expected.iter().find(|it| it.0 == step);
        if let Some((_, counted)) = counted.filter(|it| it.1 != many && it.1 != of_day) {
            return Some(format!("{counted} were expected"));
        }
        // Whoever takes them counted them; who lets more go is somebody else.
        let most = self.rules.most(step).filter(|most| *most < of_day)?;
        let let_go = [many, of_day].iter().any(|it| self.let_go.contains(&(step, *it)));
        (!let_go).then(|| format!("the rules let {most} be done in a day"))
    }
}
