//! Letters of collections: what a reminder and a notice say, and what a cut lacks of its notice.
//!
//! A letter is queued in the transaction that takes its step. A cut waits for a notice that really went out:
//! this is asked when it comes next, when it is ordered, and whenever a crew is sent for it.

use std::collections::HashMap;

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::calendar::Calendar;
use meterbook_core::credit::collection::{Rules, Standing, Step};
use meterbook_core::credit::notice::{Lacks, Notice};
use meterbook_core::id::AccountId;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::period::Zone;
use meterbook_core::permission::Authorized;
use meterbook_core::person::Language;
use meterbook_paper::{amount, day};
use meterbook_store::collection::Case;
use meterbook_store::notice::{Letter, Told};
use meterbook_store::{self as store, Tx};

use crate::collection::Coming;
use crate::credit_rules;
use crate::delivery::send;

/// The newest notices of accounts with open cases, asked for all of them at once.
pub(crate) struct Notices {
    told: HashMap<AccountId, Told>,
    calendar: Calendar,
    zone: Zone,
}

impl Notices {
    pub(crate) fn of(tx: &mut Tx, on: Date) -> Result<Notices> {
        let mut told = HashMap::new();
        store::notice::of_open(tx, |it| {
            told.insert(it.account, it);
        })?;
        Ok(Notices {
            told,
            calendar: crate::calendar::on(tx, on)?,
            zone: crate::founding::zone(tx)?,
        })
    }

    /// The notice that a case goes by: its own, or that of one that it goes on from.
    fn of_case(&self, case: &Case) -> Option<&Told> {
        self.told.get(&case.account).filter(|it| goes_by(it, case))
    }

    /// What a cut of a case lacks of its notice.
    pub(crate) fn lacks(
        &self,
        rules: &Rules,
        of: CustomerClass,
        case: &Case,
        on: Date,
    ) -> Option<Lacks> {
        let told = self.of_case(case).map(|it| as_known(it, &self.zone));
        rules.lacks(of, told.as_ref(), &self.calendar, on)
    }

    /// How often the letter of a step of a case was sent before.
    pub(crate) fn before(&self, case: &Case, nth: usize) -> i64 {
        let told = self.told.get(&case.account);
        let same = told.filter(|it| it.key == case.key && usize::try_from(it.nth) == Ok(nth));
        same.map_or(0, |it| it.again + 1)
    }

    /// How often the notice of a case was sent before, where it has to be sent once more. One that came
    /// back goes again once there is another address.
    pub(crate) fn again(
        &self,
        tx: &mut Tx,
        lacks: Lacks,
        case: &Case,
        (nth, on): (usize, Date),
    ) -> Result<Option<i64>> {
        let told = self.of_case(case);
        let goes = match lacks {
            Lacks::NotWritten | Lacks::TooOld { .. } => true,
            // What was left unsent of a case that ended does not go any more; and one that names a day
            // which has come says what is not so.
            Lacks::NotSent { .. } => told.is_some_and(|it| it.key != case.key || it.earliest <= on),
            Lacks::CameBack { .. } => {
                let of = (LetterCause::Notice, on);
                let now = store::mailing::addressees(tx, &[case.account], of)?;
                now.first().map(|it| &it.addressed_to) != told.map(|it| &it.addressed_to)
            }
            Lacks::TooSoon { .. } => false,
        };
        Ok(goes.then_some(self.before(case, nth)))
    }
}

fn goes_by(it: &Told, case: &Case) -> bool {
    it.key == case.key || it.nth <= case.after
}

fn as_known(it: &Told, zone: &Zone) -> Notice {
    let out = it.out.map(|at| zone.day_of(at));
    Notice { dated: it.dated, out, came_back: it.came_back, earliest: it.earliest }
}

/// What a cut of an account lacks of its notice on a day; nothing where it may go on, or where the rules
/// want none.
pub(crate) fn lacks(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Lacks>> {
    let rules = credit_rules::collections(tx, on)?;
    let of = store::account::get(tx, account)?.class;
    if rules.notice(of).is_none() {
        return Ok(None);
    }
    let case = store::collection::of_account(tx, account)?.pop().filter(|it| it.ended.is_none());
    let told = match &case {
        Some(case) => store::notice::of_account(tx, account)?.filter(|it| goes_by(it, case)),
        None => None,
    };
    let zone = crate::founding::zone(tx)?;
    let told = told.map(|it| as_known(&it, &zone));
    Ok(rules.lacks(of, told.as_ref(), &crate::calendar::on(tx, on)?, on))
}

/// Sends the letters of one step to all whose it is, in the transaction that takes it.
pub(crate) fn send(
    tx: &mut Tx,
    _: &Authorized,
    rules: &Rules,
    (step, on): (Step, Date),
    all: &[Coming],
) -> Result<()> {
    let cause = match step {
        Step::Notice => LetterCause::Notice,
        _ => LetterCause::Reminder,
    };
    let calendar = crate::calendar::on(tx, on)?;
    let said: Vec<Said> = all.iter().map(|it| Said::of(it, rules, &calendar, on)).collect();
    let accounts: Vec<AccountId> = all.iter().map(|it| it.account).collect();
    let known = |at: usize, language: Language| (said[at].values(&all[at], language), Vec::new());
    let mailings = send::letters(tx, (cause, on), &accounts, known)?;
    let letters = all.iter().zip(&said).zip(mailings);
    let letters = letters.map(|((it, said), mailing)| Letter {
        key: it.taken.key.clone(),
        nth: it.taken.nth,
        again: it.before,
        step,
        mailing,
        earliest: said.earliest,
    });
    store::notice::add(tx, &letters.collect::<Vec<_>>())
}

/// What a letter of a step says beside what is past due.
struct Said {
    /// What comes next.
    step: Step,
    /// The last day to pay before it does.
    pay_by: Date,
    /// The first day of a cut; of what comes next where nobody is cut off.
    earliest: Date,
}

impl Said {
    fn of(it: &Coming, rules: &Rules, calendar: &Calendar, on: Date) -> Said {
        let standing = Standing {
            class: it.class,
            past_due: it.taken.past_due,
            oldest: it.oldest,
            taken: None,
            shields: &[],
        };
        let nth = usize::try_from(it.taken.nth).unwrap_or_default();
        let comes = |kind| rules.comes(&standing, (nth, on), kind);
        let cut = comes(Some(Step::Cut));
        let cut = cut.map(|(cut, from)| (cut, from.max(rules.first_cut(it.class, on, calendar))));
        let next = match it.taken.step {
            // A notice names the day of the cut, and never that of another step.
            Step::Notice if rules.least_to_cut(it.class).is_some() => cut,
            _ => comes(None),
        };
        let (step, from) = next.unwrap_or((it.taken.step, on.saturating_add(1.day())));
        let pay_by = from.saturating_sub(1.day()).max(on);
        Said { step, pay_by, earliest: cut.map_or(from, |it| it.1) }
    }

    fn values(&self, it: &Coming, language: Language) -> Vec<(&'static str, String)> {
        vec![
            ("amount", amount(language, it.taken.past_due)),
            ("due", day(language, it.oldest)),
            ("step", self.step.said(language).to_owned()),
            ("pay-by", day(language, self.pay_by)),
            ("earliest", day(language, self.earliest)),
        ]
    }
}
