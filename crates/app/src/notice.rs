//! Letters of collections: what a reminder and a notice say, and what a cut lacks of its notice.
//!
//! A letter is queued in the transaction that takes its step. A cut waits for a notice that really went out:
//! this is asked when it comes next, when it is ordered, and whenever a crew is sent for it.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use jiff::ToSpan;
use jiff::civil::Date;
use meterbook_core::account::CustomerClass;
use meterbook_core::calendar::Calendar;
use meterbook_core::credit::collection::{Rules, Standing, Step};
use meterbook_core::credit::notice::{Lacks, Notice};
use meterbook_core::id::{AccountId, EntryId};
use meterbook_core::money::Money;
use meterbook_core::paper::letter::LetterCause;
use meterbook_core::period::Zone;
use meterbook_core::permission::Authorized;
use meterbook_core::person::Language;
use meterbook_paper::{amount, day};
use meterbook_store::collection::Case;
use meterbook_store::debt::Arrears;
use meterbook_store::notice::{Letter, Told};
use meterbook_store::{self as store, Tx};

use crate::collection::Coming;
use crate::delivery::send;
use crate::plan::Plans;
use crate::{credit_rules, pledge, receipt};

/// Accounts whose debts are looked at in one go.
const AT_ONCE: usize = 1_000;

/// The newest notices of accounts with open cases, asked for all of them at once.
pub(crate) struct Notices {
    told: HashMap<AccountId, Told>,
    /// What is left of what a cut is about, of accounts of which other debts are past due too.
    left: HashMap<AccountId, Money>,
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
            left: HashMap::new(),
            calendar: crate::calendar::on(tx, on)?,
            zone: crate::founding::zone(tx)?,
        })
    }

    /// The notice that a case goes by: its own, or that of one that it goes on from.
    fn of_case(&self, case: &Case) -> Option<&Told> {
        self.told.get(&case.account).filter(|it| goes_by(it, case))
    }

    /// The day of what a cut of a case is about: of its notice, or where the rules want none of the cut.
    fn about(&self, rules: &Rules, of: CustomerClass, case: &Case) -> Option<Date> {
        match rules.notice(of) {
            Some(_) => self.of_case(case).map(|it| it.dated),
            None => case.last.map(|it| it.1),
        }
    }

    /// Looks at what is left of what the cuts of some cases are about, beside plans and what is pledged.
    pub(crate) fn look_at(
        &mut self,
        tx: &mut Tx,
        (rules, plans): (&Rules, &Plans),
        pledged: &HashMap<AccountId, Money>,
        (some, on): (&[(Arrears, Case)], Date),
    ) -> Result<()> {
        let about = |it: &(Arrears, Case)| Some((it.0, self.about(rules, it.0.class, &it.1)?));
        let with: BTreeMap<AccountId, (Arrears, Date)> =
            some.iter().filter_map(about).map(|it| (it.0.account, it)).collect();
        let accounts: Vec<AccountId> = with.keys().copied().collect();
        for some in accounts.chunks(AT_ONCE) {
            for (account, open) in receipt::open_among(tx, some, Date::MAX, EntryId(i64::MAX))? {
                let (it, dated) = &with[&account];
                let late = match plans.late(account, &open) {
                    Some(late) => late,
                    None => open.late(on).cloned().collect(),
                };
                let named = late.iter().filter(|it| it.side.was_past_due(*dated));
                let left: Money = named.map(|it| it.left).sum();
                let left = left - pledged.get(&account).copied().unwrap_or_default();
                let left = left.max(Money::ZERO);
                if left < it.past_due {
                    self.left.insert(account, left);
                }
            }
        }
        Ok(())
    }

    /// What is left of what the cut of a case is about, where other debts are past due too.
    pub(crate) fn left(&self, case: &Case) -> Option<Money> {
        self.left.get(&case.account).copied()
    }

    /// Whether all that the notice of a case named is paid: what is past due came due since.
    pub(crate) fn is_settled(&self, case: &Case, oldest: Date) -> bool {
        self.of_case(case).is_some_and(|it| it.dated <= oldest)
    }

    /// What a cut of a case lacks of its notice.
    pub(crate) fn lacks(
        &self,
        rules: &Rules,
        of: CustomerClass,
        case: &Case,
        on: Date,
    ) -> Option<Lacks> {
        let told = self.of_case(case).map(|it| as_known(it, &self.zone, self.left(case)));
        let least = rules.least_to_cut(of).unwrap_or(Money::ZERO);
        rules.lacks(of, told.as_ref(), &self.calendar, (on, least))
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
            Lacks::NotWritten | Lacks::TooOld { .. } | Lacks::Settled { .. } => true,
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

fn as_known(it: &Told, zone: &Zone, left: Option<Money>) -> Notice {
    let out = it.out.map(|at| zone.day_of(at));
    Notice { dated: it.dated, out, came_back: it.came_back, earliest: it.earliest, left }
}

/// What a cut of an account that takes so much lacks of its notice on a day; nothing where it may go on, or
/// where the rules want none.
pub(crate) fn lacks(
    tx: &mut Tx,
    account: AccountId,
    (on, least): (Date, Money),
) -> Result<Option<Lacks>> {
    let rules = credit_rules::collections(tx, on)?;
    let of = store::account::get(tx, account)?.class;
    if rules.notice(of).is_none() {
        return Ok(None);
    }
    let told = newest(tx, account)?;
    let left = match &told {
        Some(it) => {
            let left = pledge::past_due_since(tx, account, (on, it.dated))?;
            let past_due = pledge::past_due(tx, account, on)?;
            Some(left).filter(|left| *left < past_due)
        }
        None => None,
    };
    let zone = crate::founding::zone(tx)?;
    let told = told.map(|it| as_known(&it, &zone, left));
    Ok(rules.lacks(of, told.as_ref(), &crate::calendar::on(tx, on)?, (on, least)))
}

/// The day of the notice that a cut of an account goes by, where the rules want one and it was written.
pub(crate) fn dated(tx: &mut Tx, account: AccountId, on: Date) -> Result<Option<Date>> {
    let rules = credit_rules::collections(tx, on)?;
    if rules.notice(store::account::get(tx, account)?.class).is_none() {
        return Ok(None);
    }
    Ok(newest(tx, account)?.map(|it| it.dated))
}

/// The notice that the open case of an account goes by.
fn newest(tx: &mut Tx, account: AccountId) -> Result<Option<Told>> {
    let case = store::collection::of_account(tx, account)?.pop().filter(|it| it.ended.is_none());
    match case {
        Some(case) => Ok(store::notice::of_account(tx, account)?.filter(|it| goes_by(it, &case))),
        None => Ok(None),
    }
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
            flows: it.flows,
        };
        let nth = usize::try_from(it.taken.nth).unwrap_or_default();
        let comes = |is: fn(Step) -> bool| rules.comes(&standing, (nth, on), is);
        let told = match it.taken.step {
            Step::Notice => None,
            _ => rules.notice(it.class).and_then(|_| comes(|it| it == Step::Notice)),
        };
        let told = told.map_or(on, |it| it.1);
        let cut = comes(|it| it == Step::Cut);
        let cut = cut.map(|(cut, from)| (cut, from.max(rules.first_cut(it.class, told, calendar))));
        let next = match it.taken.step {
            // A notice names the day of the cut, and never that of another step.
            Step::Notice if rules.least_to_cut(it.class).is_some() => cut,
            // Nobody sees that something is put forward to be given up, but what comes of it: who moved out
            // was told on that day of an agency which no rule had, or not yet.
            _ => comes(|it| it != Step::WriteOff).or_else(|| comes(|_| true)),
        };
        let (step, from) = next.unwrap_or((Step::WriteOff, on.saturating_add(1.day())));
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
