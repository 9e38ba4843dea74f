//! Collections: which step comes next for an account that is past due, as a text says it for each class.
//!
//! ```text
//! least  residential 50.00            # a case opens at that
//! step   residential reminder 10 days
//! step   residential notice 20 days
//! step   residential call 30 days
//! step   residential cut 45 days least 100.00
//! step   any write-off 180 days
//! gap    7 days                       # between two steps
//! cut    residential 10 business days after notice
//! notice residential lasts 60 days    # an older one is sent again before a cut
//! by     notice dispute bankruptcy    # what keeps from a step; from a cut everything does
//! most   cut 50                       # of a day: more is stopped to be looked at
//! resume 90 days                      # a debt that comes back goes on where it stood
//! reconnect by-itself                 # who was cut off and paid is connected again
//! agency takes 25%                    # of what comes in for what it has
//! ```
//! Days count from the day on which the oldest of what is owed was due.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{NotRules, Shield, amount, class, lines, percent, whole};
use crate::account::CustomerClass;
use crate::calendar::Term;
use crate::money::{Money, Share};
use crate::person::Language;

/// Days: more is a mistake.
const LONGEST: i64 = 3_660;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// A friendly word.
    Reminder,
    /// A notice that service will be cut off.
    Notice,
    /// Somebody calls.
    Call,
    /// Somebody goes there.
    Field,
    /// An order to cut service off.
    Cut,
    /// What is owed is put forward to be given up.
    WriteOff,
    /// It is put forward for an agency.
    Agency,
}

words! {
    Step {
        Reminder = "reminder", Notice = "notice", Call = "call", Field = "field", Cut = "cut",
        WriteOff = "write-off", Agency = "agency",
    }
}

impl Step {
    /// What it is for whom it is about, as something that comes.
    pub const fn said(self, language: Language) -> &'static str {
        let (english, spanish) = match self {
            Step::Reminder => ("another letter", "otra carta"),
            Step::Notice => {
                ("a notice that service will be cut off", "un aviso de que se cortará el servicio")
            }
            Step::Call => ("a call", "una llamada"),
            Step::Field => ("a visit", "una visita"),
            Step::Cut => ("that service is cut off", "que se corta el servicio"),
            // What is put forward to be given up is for the utility to decide, and nothing to tell anybody.
            Step::WriteOff => {
                ("that we decide what is done about it", "que decidimos qué se hace al respecto")
            }
            Step::Agency => ("that an agency asks for it", "que lo reclama una agencia"),
        };
        match language {
            Language::English => english,
            Language::Spanish => spanish,
        }
    }
}

/// A step as a line says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rung {
    class: Option<CustomerClass>,
    step: Step,
    days: i64,
    least: Money,
}

/// What holds of collections from a day on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    least: Vec<(Option<CustomerClass>, Money)>,
    rungs: Vec<Rung>,
    gap: i64,
    by: Vec<(Step, Vec<Shield>)>,
    most: Vec<(Step, usize)>,
    /// How long a cut waits for a notice that went out.
    pub(super) waits: Vec<(Option<CustomerClass>, Term)>,
    /// Days for which a notice is good.
    pub(super) lasts: Vec<(Option<CustomerClass>, i64)>,
    /// What of what comes in for a debt an agency that has it keeps.
    pub agency: Option<Share>,
    /// Days within which a debt that comes back goes on where it stood.
    pub resume: i64,
    /// Whether service that was cut off is ordered to be connected again once nothing is past due.
    pub reconnect: bool,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing<'a> {
    /// Its class.
    pub class: CustomerClass,
    /// What is past due.
    pub past_due: Money,
    /// The day on which the oldest of it was due.
    pub oldest: Date,
    /// The number of the last step that was taken, from 1, and its day; none yet without it.
    pub taken: Option<(usize, Date)>,
    /// What shields it.
    pub shields: &'a [Shield],
    /// Whether it takes anything that could be cut off.
    pub flows: bool,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing yet.
    Wait,
    /// Too little is past due for a case.
    Nothing,
    /// A step, with its number from 1.
    Step {
        /// The number.
        nth: usize,
        /// What.
        step: Step,
    },
    /// A step that something keeps from.
    Kept {
        /// What.
        step: Step,
        /// What keeps from it.
        by: Shield,
    },
}

impl Rules {
    /// Reads a text.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Rules, NotRules> {
        let mut rules = Rules::default();
        lines(text, |words| rules.take(words))?;
        rules.cut_has_notice()?;
        Ok(rules)
    }

    fn take(&mut self, words: &[&str]) -> Result<(), String> {
        let step = |word: &str| {
            let known: Vec<&str> = Step::ALL.iter().map(|it| it.word()).collect();
            Step::from_word(word)
                .ok_or_else(|| format!("{word} is no step; write one of {}", known.join(", ")))
        };
        match *words {
            ["least", of, least] => self.least.push((class(of)?, amount(least)?)),
            ["step", of, name, days, "days", ref more @ ..] => {
                let least = match *more {
                    [] => Money::ZERO,
                    ["least", least] => amount(least)?,
                    _ => return Err("write step CLASS STEP N days least AMOUNT".to_owned()),
                };
                let (class, days) = (class(of)?, whole(days, 0, LONGEST)?);
                let before = self
                    .rungs
                    .iter()
                    .rfind(|it| class.is_none() || it.class.is_none() || it.class == class);
                if before.is_some_and(|it| days < it.days) {
                    return Err(format!(
                        "{name} comes before the step above it; order them by days"
                    ));
                }
                self.rungs.push(Rung { class, step: step(name)?, days, least });
            }
            ["gap", days, "days"] => self.gap = whole(days, 0, LONGEST)?,
            ["by", name, ref shields @ ..] if !shields.is_empty() => {
                let shields =
                    shields.iter().map(|it| super::shield(it)).collect::<Result<_, _>>()?;
                self.by.push((step(name)?, shields));
            }
            ["most", name, many] => {
                let many = usize::try_from(whole(many, 0, 10_000_000)?).unwrap_or(usize::MAX);
                self.most.push((step(name)?, many));
            }
            ["cut", of, ref term @ .., "after", "notice"] => {
                self.waits.push((class(of)?, Term::parse(term)?));
            }
            ["notice", of, "lasts", days, "days"] => {
                self.lasts.push((class(of)?, whole(days, 1, LONGEST)?));
            }
            ["agency", "takes", share] => {
                let share = percent(share)?;
                if Share::WHOLE.nano < share.nano {
                    return Err("an agency takes 100% at most".to_owned());
                }
                self.agency = Some(share);
            }
            ["resume", days, "days"] => self.resume = whole(days, 0, LONGEST)?,
            ["reconnect", "by-itself"] => self.reconnect = true,
            _ => {
                return Err("write least CLASS AMOUNT, step CLASS STEP N days least AMOUNT, \
                            gap N days, cut CLASS N days after notice, notice CLASS lasts N days, \
                            by STEP WHAT..., most STEP N, resume N days, reconnect by-itself or \
                            agency takes PERCENT"
                    .to_owned());
            }
        }
        Ok(())
    }

    /// What opens a case of a class; `None` where no line says it.
    pub fn least(&self, of: CustomerClass) -> Option<Money> {
        self.least.iter().find(|it| it.0.is_none_or(|it| it == of)).map(|it| it.1)
    }

    /// What is to be past due for a cut of a class; `None` where no step is one.
    pub fn least_to_cut(&self, of: CustomerClass) -> Option<Money> {
        let (_, cut) = self.rungs(of).find(|it| it.1.step == Step::Cut)?;
        Some(cut.least.max(self.least(of).unwrap_or(Money::ZERO)))
    }

    /// The lines of a class with their numbers, from 1. Who is not cut off for what they owe is not told
    /// that they will be: a notice before a cut takes as much as the cut.
    fn rungs(&self, of: CustomerClass) -> impl Iterator<Item = (usize, Rung)> {
        let ours = move || {
            (1..).zip(self.rungs.iter().filter(move |it| it.class.is_none_or(|it| it == of)))
        };
        let cut = ours().find(|it| it.1.step == Step::Cut).map(|(nth, it)| (nth, it.least));
        ours().map(move |(nth, it)| match cut {
            Some((cut, least)) if it.step == Step::Notice && nth < cut => {
                (nth, Rung { least: it.least.max(least), ..*it })
            }
            _ => (nth, *it),
        })
    }

    /// The lines that an account can come to: who takes nothing any more is not cut off, nor told so, and
    /// what stands behind the cut does not wait for it.
    fn rungs_for(&self, it: &Standing) -> impl Iterator<Item = (usize, Rung)> {
        let cut = self.cut(it.class).unwrap_or_default();
        let flows = it.flows;
        self.rungs(it.class).filter(move |(nth, rung)| {
            let of_cut = match rung.step {
                Step::Notice => *nth < cut,
                step => step == Step::Cut,
            };
            flows || !of_cut
        })
    }

    /// The steps of a class with their numbers, from 1.
    pub(super) fn steps(&self, of: CustomerClass) -> impl Iterator<Item = (usize, Step)> {
        self.rungs(of).map(|(nth, it)| (nth, it.step))
    }

    /// The nth step of a class, from 1.
    pub fn step(&self, of: CustomerClass, nth: usize) -> Option<Step> {
        self.steps(of).find(|it| it.0 == nth).map(|it| it.1)
    }

    /// Whether a step of a class hands what is owed to an agency.
    pub fn has_agency(&self, of: CustomerClass) -> bool {
        self.rungs(of).any(|it| it.1.step == Step::Agency)
    }

    /// What comes of an account behind its nth step that is taken on a day, where nothing is paid, and
    /// from which day on: the first step that `is` one of those meant. Steps for which too little is past due
    /// are passed by; each of the others keeps its gap to the one before.
    pub fn comes(
        &self,
        it: &Standing,
        (nth, mut on): (usize, Date),
        is: impl Fn(Step) -> bool,
    ) -> Option<(Step, Date)> {
        let behind = self.rungs_for(it).skip_while(|it| it.0 <= nth).map(|it| it.1);
        for rung in behind.filter(|rung| rung.least <= it.past_due) {
            let due = it.oldest.saturating_add(rung.days.days());
            on = due.max(on.saturating_add(self.gap.days()));
            if is(rung.step) {
                return Some((rung.step, on));
            }
        }
        None
    }

    /// The most that is done of a step on a day, where a line says it.
    pub fn most(&self, step: Step) -> Option<usize> {
        self.most.iter().find(|it| it.0 == step).map(|it| it.1)
    }

    /// Whether something keeps from a step. Levelled bills keep from nothing; from a cut, and what comes
    /// of it, everything else does, whatever a text says.
    pub fn keeps(&self, step: Step, shield: Shield) -> bool {
        let always = matches!(step, Step::Cut | Step::WriteOff | Step::Agency);
        (always && shield != Shield::Budget)
            || self.by.iter().any(|it| it.0 == step && it.1.contains(&shield))
    }

    /// What comes next for an account on a day.
    pub fn next(&self, it: &Standing, on: Date) -> Next {
        if it.past_due <= Money::ZERO
            || self.least(it.class).is_none_or(|least| it.past_due < least)
        {
            return Next::Nothing;
        }
        let taken = it.taken.map_or(0, |it| it.0);
        if it.taken.is_some_and(|(_, day)| on < day.saturating_add(self.gap.days())) {
            return Next::Wait;
        }
        // A step for which too little is owed is passed by when a later one has come.
        let due = |rung: &Rung| {
            it.oldest.saturating_add(rung.days.days()) <= on && rung.least <= it.past_due
        };
        let mut behind = self.rungs_for(it).skip_while(|it| it.0 <= taken);
        let Some((nth, rung)) = behind.find(|it| due(&it.1)) else {
            return Next::Wait;
        };
        match it.shields.iter().find(|shield| self.keeps(rung.step, **shield)) {
            Some(by) => Next::Kept { step: rung.step, by: *by },
            None => Next::Step { nth, step: rung.step },
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TEXT: &str = "least residential 50.00\nstep residential reminder 10 days\n\
        step residential notice 20 days\nstep commercial cut 25 days\n\
        step residential cut 45 days least 100.00\nstep any write-off 180 days\ngap 7 days\n\
        by notice dispute\nmost cut 50\nresume 90 days\n";
    const DUE: Date = date(2026, 1, 1);

    fn next(cents: i64, taken: Option<(usize, Date)>, shields: &[Shield], on: Date) -> Next {
        let (class, past_due) = (CustomerClass::Residential, Money::from_cents(cents));
        let standing = Standing { class, past_due, oldest: DUE, taken, shields, flows: true };
        Rules::parse(TEXT).unwrap().next(&standing, on)
    }

    #[test]
    fn steps_come_one_after_the_other_by_days_and_with_a_gap() {
        let reminder = Next::Step { nth: 1, step: Step::Reminder };
        assert_eq!(next(10_000, None, &[], date(2026, 1, 10)), Next::Wait);
        assert_eq!(next(10_000, None, &[], date(2026, 1, 11)), reminder);
        assert_eq!(next(49_99, None, &[], date(2026, 1, 11)), Next::Nothing);
        // Who is found late begins with the first step all the same.
        assert_eq!(next(10_000, None, &[], date(2026, 12, 1)), reminder);
        let taken = Some((1, date(2026, 1, 20)));
        assert_eq!(next(10_000, taken, &[], date(2026, 1, 26)), Next::Wait);
        let notice = Next::Step { nth: 2, step: Step::Notice };
        assert_eq!(next(10_000, taken, &[], date(2026, 1, 27)), notice);
    }

    #[test]
    fn a_step_for_which_too_little_is_owed_is_passed_by() {
        let taken = Some((2, date(2026, 1, 21)));
        let cut = Next::Step { nth: 3, step: Step::Cut };
        assert_eq!(next(10_000, taken, &[], date(2026, 2, 15)), cut);
        assert_eq!(next(99_99, taken, &[], date(2026, 2, 15)), Next::Wait);
        let last = Next::Step { nth: 4, step: Step::WriteOff };
        assert_eq!(next(99_99, taken, &[], date(2026, 6, 30)), last);
        assert_eq!(next(99_99, Some((4, DUE)), &[], date(2027, 6, 30)), Next::Wait);
    }

    #[test]
    fn who_takes_nothing_any_more_is_neither_cut_off_nor_told_so() {
        let rules = Rules::parse(TEXT).unwrap();
        let (class, past_due) = (CustomerClass::Residential, Money::from_cents(20_000));
        let gone =
            |taken| Standing { class, past_due, oldest: DUE, taken, shields: &[], flows: false };
        let reminded = gone(Some((1, date(2026, 1, 11))));
        assert_eq!(
            rules.next(&gone(None), date(2026, 1, 11)),
            next(20_000, None, &[], date(2026, 1, 11))
        );
        assert_eq!(rules.next(&reminded, date(2026, 6, 29)), Next::Wait);
        let write_off = Next::Step { nth: 4, step: Step::WriteOff };
        assert_eq!(rules.next(&reminded, date(2026, 6, 30)), write_off);
        // What a letter says comes next.
        let comes = |is: fn(Step) -> bool| rules.comes(&reminded, (1, date(2026, 1, 11)), is);
        assert_eq!(comes(|_| true), Some((Step::WriteOff, date(2026, 6, 30))));
        assert_eq!(comes(|it| it == Step::Cut), None);
    }

    #[test]
    fn who_owes_too_little_for_a_cut_is_not_told_of_one() {
        let taken = Some((1, date(2026, 1, 11)));
        let notice = Next::Step { nth: 2, step: Step::Notice };
        let on = date(2026, 1, 21);
        assert_eq!(
            (next(10_000, taken, &[], on), next(9_999, taken, &[], on)),
            (notice, Next::Wait)
        );
        let rules = Rules::parse(TEXT).unwrap();
        let (home, shop) = (CustomerClass::Residential, CustomerClass::Commercial);
        let cents = |of| rules.least_to_cut(of).map(Money::cents);
        assert_eq!((cents(home), cents(shop)), (Some(10_000), Some(0)));
        let standing = |cents| Standing {
            class: home,
            past_due: Money::from_cents(cents),
            oldest: DUE,
            taken: None,
            shields: &[],
            flows: true,
        };
        // The day of a cut is never that of another step.
        let comes = |cents| rules.comes(&standing(cents), (2, on), |it| it == Step::Cut);
        assert_eq!((comes(10_000), comes(9_999)), (Some((Step::Cut, date(2026, 2, 15))), None));
        assert_eq!(
            rules.comes(&standing(99_99), (1, on), |_| true),
            Some((Step::WriteOff, date(2026, 6, 30)))
        );
        // Who is found late comes to each step a week behind the one before.
        let late = (1, date(2026, 5, 1));
        let cut = rules.comes(&standing(10_000), late, |it| it == Step::Cut);
        assert_eq!(cut, Some((Step::Cut, date(2026, 5, 15))), "the notice is on May 8");
    }

    #[test]
    fn what_shields_keeps_from_what_it_is_said_to_and_from_every_cut() {
        let (first, second) = (Some((1, DUE)), Some((2, DUE)));
        let on = date(2026, 3, 1);
        let kept = |step, by| Next::Kept { step, by };
        let dispute = &[Shield::Dispute][..];
        assert_eq!(next(10_000, first, dispute, on), kept(Step::Notice, Shield::Dispute));
        let notice = Next::Step { nth: 2, step: Step::Notice };
        assert_eq!(next(10_000, first, &[Shield::Medical], on), notice);
        for shield in Shield::ALL {
            let cut = match shield {
                Shield::Budget => Next::Step { nth: 3, step: Step::Cut },
                _ => kept(Step::Cut, *shield),
            };
            assert_eq!(next(10_000, second, &[*shield], on), cut);
        }
        assert_eq!(
            Rules::default().next(
                &Standing {
                    class: CustomerClass::Residential,
                    past_due: Money::from_cents(1),
                    oldest: DUE,
                    taken: None,
                    shields: &[],
                    flows: true,
                },
                on
            ),
            Next::Nothing
        );
        let rules = Rules::parse(TEXT).unwrap();
        assert_eq!(rules.most(Step::Cut), Some(50));
        let step = |nth| rules.step(CustomerClass::Commercial, nth);
        assert_eq!([0, 1, 2, 3].map(step), [None, Some(Step::Cut), Some(Step::WriteOff), None]);
    }

    #[test]
    fn what_is_no_rule_is_refused_with_its_line() {
        for (text, says) in [
            ("step any letter 3 days", "line 1: letter is no step"),
            ("step any cut 9 days\nstep any notice 3 days", "line 2: notice comes before the step"),
            ("by cut friends", "line 1: friends is nothing that shields"),
            ("most cut many", "line 1: many is no whole number"),
            ("steps", "line 1: write least CLASS AMOUNT"),
            ("agency takes 101%", "line 1: an agency takes 100% at most"),
            ("cut any soon after notice", "line 1: soon is no term"),
            (
                "step any cut 9 days\ncut any 5 days after notice",
                "a cut of residential customers waits for a notice, and no step before it is one",
            ),
        ] {
            let why = Rules::parse(text).unwrap_err().to_string();
            assert!(why.starts_with(says), "{why}");
        }
    }
}
