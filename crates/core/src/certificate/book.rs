//! The book of one generator: what follows from its reports and movements, and what may come next.

use jiff::ToSpan;
use jiff::civil::Date;

use super::report::settle;
use super::{
    CERTIFICATE_MICRO, Election, Lot, Movement, NotMoved, NotReported, Owner, Report, Serials,
    Settled, Source, Standing, Step, Vintage,
};
use crate::limits::GENERATED_MICRO;
use crate::text::decimal;

/// All that is known of the certificates of a generator, each in the order in which it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// Whose its certificates are, in the order of the vintages.
    pub elections: Vec<Election>,
    /// What was reported.
    pub reports: Vec<Report>,
    /// What happened to the certificates.
    pub movements: Vec<Movement>,
}

impl Book {
    /// Whose the certificates of a month are.
    pub fn owner(&self, vintage: Vintage) -> Option<Owner> {
        self.elections.iter().rev().find(|it| it.from <= vintage).map(|it| it.owner)
    }

    /// The report of a month that holds: the last one.
    pub fn reported(&self, vintage: Vintage) -> Option<&Report> {
        self.reports.iter().rev().find(|it| it.vintage == vintage)
    }

    /// What is left over after the last report, in millionths of a kWh.
    pub fn remainder_micro(&self) -> i64 {
        self.reports.last().map_or(0, |it| it.remainder_micro)
    }

    /// Where every certificate stands now, in the order of the serials; neighbours that are alike
    /// are one lot, however they came to be so.
    pub fn lots(&self) -> Result<Vec<Lot>, NotMoved> {
        let mut lots = Vec::new();
        for movement in &self.movements {
            step(&mut lots, movement.serials, &movement.step)?;
        }
        Ok(joined(lots))
    }

    /// What the report of a month does.
    pub fn report(
        &self,
        vintage: Vintage,
        total_micro: i64,
        (source, adjustment): (Source, bool),
        today: Date,
    ) -> Result<Settled, NotReported> {
        if total_micro < 0 {
            return Err(NotReported::BelowZero);
        }
        if GENERATED_MICRO < total_micro {
            return Err(NotReported::BeyondLimit);
        }
        let end = vintage.days().end();
        if today < end {
            return Err(NotReported::NotOver { vintage, on: end });
        }
        if self.owner(vintage).is_none() {
            return Err(NotReported::NoOwner { vintage });
        }
        let before = self.reported(vintage).map(|it| it.total_micro);
        let before = match before {
            Some(total_micro) if !adjustment => {
                return Err(NotReported::Before { vintage, total_micro });
            }
            None if adjustment => return Err(NotReported::Never { vintage }),
            Some(before) if before == total_micro => {
                return Err(NotReported::Unchanged { vintage, total_micro });
            }
            before => before.unwrap_or(0),
        };
        let lots = self.lots().expect("a book that is kept can be added up");
        let (minted, withdrawn, remainder_micro) =
            settle(&lots, vintage, self.remainder_micro(), total_micro - before);
        let report = Report { vintage, total_micro, adjustment, source, remainder_micro };
        Ok(Settled { report, minted, withdrawn })
    }

    /// Writes a report and the movements that follow from it, and gives these back.
    pub fn settle(&mut self, settled: &Settled, today: Date) -> Vec<Movement> {
        let nth = i64::try_from(self.reports.len()).expect("reports are countable");
        let vintage = settled.report.vintage;
        let owner = self.owner(vintage).expect("what was reported has an owner");
        let last = self.movements.iter().map(|it| it.serials.to()).max().unwrap_or(0);
        let minted = Serials::new(last + 1, last + settled.minted);
        let minted = minted.map(|it| (it, Step::Mint { vintage, owner }));
        let withdrawn = settled.withdrawn.iter().map(|it| (*it, Step::Withdraw));
        let movement = |(serials, step)| Movement { on: today, serials, step, report: Some(nth) };
        let movements: Vec<Movement> = minted.into_iter().chain(withdrawn).map(movement).collect();
        self.reports.push(settled.report);
        self.movements.extend_from_slice(&movements);
        movements
    }

    /// Moves certificates, if they may, and gives back what was written.
    pub fn take_step(
        &mut self,
        serials: Serials,
        taken: Step,
        today: Date,
    ) -> Result<Movement, NotMoved> {
        let mut lots = self.lots()?;
        step(&mut lots, serials, &taken)?;
        let movement = Movement { on: today, serials, step: taken, report: None };
        self.movements.push(movement.clone());
        Ok(movement)
    }

    /// The certificates that are not used up and whose month ended so many months ago or more.
    pub fn too_old(&self, months: u16, today: Date) -> Result<Vec<Serials>, NotMoved> {
        let old = |vintage: Vintage| {
            let end = vintage.days().end().checked_add(i32::from(months).months());
            end.is_ok_and(|end| end <= today)
        };
        let lots = self.lots()?.into_iter();
        Ok(lots.filter(|it| it.standing.moves() && old(it.vintage)).map(|it| it.serials).collect())
    }

    /// What breaks the rule that nothing is lost and nothing is counted twice: after every report,
    /// all that was reported is the whole certificates made of it, less those taken back, and the
    /// remainder.
    pub fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> = self.lots().err().iter().map(ToString::to_string).collect();
        let mut carried = 0;
        for (nth, report) in (0_i64..).zip(&self.reports) {
            let place = usize::try_from(nth).unwrap_or(usize::MAX);
            let earlier = self.reports[..place].iter().rev();
            let before = earlier.clone().find(|it| it.vintage == report.vintage);
            let added = report.total_micro - before.map_or(0, |it| it.total_micro);
            let of_it = self.movements.iter().filter(|it| it.report == Some(nth));
            let net: i64 = of_it.map(|it| it.serials.count() * sign(&it.step)).sum();
            let says = net * CERTIFICATE_MICRO + report.remainder_micro;
            if carried + added != says {
                faults.push(format!(
                    "report {} of {} has {} kWh to settle and settles {}",
                    nth + 1,
                    report.vintage,
                    decimal(carried + added, 6),
                    decimal(says, 6)
                ));
            }
            carried = report.remainder_micro;
        }
        let alone = |it: &&Movement| it.report.is_none() && sign(&it.step) != 0;
        for movement in self.movements.iter().filter(alone) {
            faults.push(format!("{} were made or taken back by no report", movement.serials));
        }
        faults
    }
}

/// What a step does to the number of certificates.
fn sign(step: &Step) -> i64 {
    match step {
        Step::Mint { .. } => 1,
        Step::Withdraw => -1,
        Step::Transfer { .. } | Step::Retire { .. } | Step::Expire => 0,
    }
}

/// Takes a step with certificates that stand as `lots` say; nothing is changed when it may not be.
fn step(lots: &mut Vec<Lot>, serials: Serials, step: &Step) -> Result<(), NotMoved> {
    let last = lots.last().map_or(0, |it| it.serials.to());
    if let Step::Mint { vintage, owner } = step {
        if serials.from() != last + 1 {
            return Err(NotMoved::OutOfRow { serials, last });
        }
        let (holder, standing) = (owner.word().to_owned(), Standing::Active);
        lots.push(Lot { vintage: *vintage, serials, holder, standing });
        return Ok(());
    }
    if last < serials.to() {
        return Err(NotMoved::Unknown { serials, last });
    }
    let mut stepped = Vec::with_capacity(lots.len() + 2);
    for lot in lots.iter() {
        let Some(common) = lot.serials.common(serials) else {
            stepped.push(lot.clone());
            continue;
        };
        let moved = after(lot, common, step)?;
        let part = |from, to| Serials::new(from, to).map(|serials| Lot { serials, ..lot.clone() });
        stepped.extend(part(lot.serials.from(), common.from() - 1));
        stepped.push(moved);
        stepped.extend(part(common.to() + 1, lot.serials.to()));
    }
    *lots = stepped;
    Ok(())
}

/// The part `serials` of a lot after a step.
fn after(lot: &Lot, serials: Serials, step: &Step) -> Result<Lot, NotMoved> {
    if !lot.standing.moves() {
        return Err(NotMoved::Final { serials, standing: lot.standing.clone() });
    }
    let holder = lot.holder.clone();
    let (holder, standing) = match step {
        Step::Withdraw if lot.standing == Standing::Active => (holder, Standing::Withdrawn),
        Step::Withdraw => return Err(NotMoved::NotOurs { serials, holder }),
        Step::Transfer { to } if to.trim().is_empty() => return Err(NotMoved::Nobody),
        Step::Transfer { to } if *to == holder => {
            return Err(NotMoved::Theirs { serials, holder });
        }
        Step::Transfer { to } => (to.clone(), Standing::Transferred),
        Step::Retire { beneficiary, .. } if beneficiary.trim().is_empty() => {
            return Err(NotMoved::Nobody);
        }
        Step::Retire { reason, .. } if reason.trim().is_empty() => return Err(NotMoved::NoReason),
        Step::Retire { beneficiary, reason } => {
            let (beneficiary, reason) = (beneficiary.clone(), reason.clone());
            (holder, Standing::Retired { beneficiary, reason })
        }
        Step::Expire => (holder, Standing::Expired),
        Step::Mint { .. } => unreachable!("what is made was in no lot before"),
    };
    Ok(Lot { vintage: lot.vintage, serials, holder, standing })
}

fn joined(lots: Vec<Lot>) -> Vec<Lot> {
    let mut joined: Vec<Lot> = Vec::with_capacity(lots.len());
    for lot in lots {
        match joined.last_mut() {
            Some(before) if alike(before, &lot) => {
                let serials = Serials::new(before.serials.from(), lot.serials.to());
                before.serials = serials.expect("lots are in the order of their serials");
            }
            _ => joined.push(lot),
        }
    }
    joined
}

fn alike(one: &Lot, other: &Lot) -> bool {
    one.vintage == other.vintage && one.holder == other.holder && one.standing == other.standing
}
