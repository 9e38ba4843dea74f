//! Charging what is due to cards that are kept: by whoever looked at what it comes to, and once a day by the
//! program itself. Each charge is kept before the provider is asked for it; what has no answer is found out by
//! asking, and never asked for again.

use anyhow::Result;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};
use meterbook_core::id::AttemptId;
use meterbook_core::money::Money;
use meterbook_core::online::settings::Settings;
use meterbook_core::online::{Attempt, AttemptState};
use meterbook_core::permission::{Authorized, Permission};
use meterbook_core::task::{Cause, TaskKind};
use meterbook_store::card::Day;
use meterbook_store::{self as store, Conflict, Counter, Db, Tx};

use super::card::{self, Due, due, finish, refused, sum};
use super::stripe::{self, Answer, Stripe};
use super::{NotOnline, ask, settings, unanswered};
use crate::authority::authorize;
use crate::debit::NotMade;
use crate::{Actor, Refused, refuse, task};

/// For how long a day is held between two charges: far longer than a provider is waited for.
const HELD: SignedDuration = SignedDuration::from_mins(10);
/// The statuses with which a provider says that what was asked is wrong, and not the card: ours to look at.
const OURS: [u16; 2] = [400, 404];

/// What came of charging.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Charged {
    /// What is paid.
    pub paid: Vec<(AttemptId, Money)>,
    /// What a card's bank refused, or the provider does not take as it was asked: each is a task.
    pub refused: Vec<AttemptId>,
    /// What is on its way, or of which no answer is known.
    pub waiting: Vec<AttemptId>,
}

/// Whether cards are charged by the program itself on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ByItself {
    /// A person does.
    No,
    /// Debits are stopped.
    Stopped {
        /// Why.
        why: String,
    },
    /// From that time of the day on.
    From(Time),
}

/// How charging by itself stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stands {
    /// How many cards are kept.
    pub cards: i64,
    /// Whether it is done.
    pub by_itself: ByItself,
    /// The last day on which it was.
    pub last: Option<Day>,
    /// What was charged on that day, whoever asked for it: how it stands, how many, and what it comes to.
    pub charged: Vec<(AttemptState, i64, Money)>,
}

/// With what cards are charged.
struct Charging {
    settings: Settings,
    stripe: Stripe,
    allowed: Authorized,
    taking: Authorized,
}

/// Charges what is due today, if it still comes to `total`.
pub fn charge(db: &Db, actor: Actor, total: Money) -> Result<Charged> {
    let (charging, all) = db.read(|tx| {
        let charging = Charging::of(tx, actor, total)?;
        if let Some(why) = store::debit::stopped(tx)? {
            return Err(refuse(NotMade::Stopped { why }));
        }
        let all = due_now(tx, actor)?;
        let now = sum(&all);
        if now != total {
            return Err(refuse(NotOnline::Changed { seen: total, now }));
        }
        Ok((charging, all))
    })?;
    let mut charged = Charged::default();
    for it in &all {
        charging.one(db, it, &|_| Ok(true), &mut charged)?;
    }
    Ok(charged)
}

/// Charges what is due today without anybody asking, once a day: `None` where it is not time, where a person
/// does it, while debits are stopped, and where another worker is at it or did it. What the provider does not
/// answer for ends it until the next time; what is wrong with all of it ends the day and is a task.
pub fn when_due(db: &Db, now: &dyn Fn() -> Timestamp, worker: &str) -> Result<Option<Charged>> {
    let actor = Actor::system(now());
    let (charging, today) = db.read(|tx| match is_time(tx, actor.at)? {
        true => Ok((Some(Charging::of(tx, actor, Money::ZERO)?), day(tx, actor)?)),
        false => Ok((None, day(tx, actor)?)),
    })?;
    let Some(charging) = charging else { return Ok(None) };
    let took = db.write(|tx| {
        let until = actor.at + HELD;
        store::card::take_day(tx, today, worker, (actor.at, until))
    })?;
    if !took {
        return Ok(None);
    }
    ask::ask(db, actor, None)?;
    let hold = |tx: &mut Tx| {
        let stopped = store::debit::stopped(tx)?.is_some();
        Ok(!stopped && store::card::hold_day(tx, today, worker, now() + HELD)?)
    };
    let mut charged = Charged::default();
    let said = match charging.all(db, actor, &hold, &mut charged) {
        Ok(true) => String::new(),
        // Nobody holds it: it goes on the next time, and what was asked for is not asked for again.
        Ok(false) => {
            db.write(|tx| store::card::hold_day(tx, today, worker, now()))?;
            return Ok(Some(charged));
        }
        Err(why) if why.is::<Refused>() => why.to_string(),
        Err(why) => return Err(why),
    };
    db.write(|tx| {
        if !said.is_empty() {
            tell(tx, actor, today, &said)?;
        }
        store::card::end_day(tx, today, worker, now(), &said)
    })?;
    Ok(Some(charged))
}

/// How charging by itself stands.
pub fn stands(tx: &mut Tx, at: Timestamp) -> Result<Stands> {
    let zone = crate::founding::zone(tx)?;
    let from = settings::on(tx, zone.day_of(at))?.and_then(|it| it.charge_from);
    let by_itself = match (store::debit::stopped(tx)?, from) {
        (_, None) => ByItself::No,
        (Some(why), Some(_)) => ByItself::Stopped { why },
        (None, Some(from)) => ByItself::From(from),
    };
    let last = store::card::last_day(tx)?;
    let of = last.as_ref().map_or_else(|| zone.day_of(at), |it| it.on);
    let within = (zone.start_of(of), zone.start_of(of.saturating_add(1.day())));
    let charged = store::card::charged(tx, within)?;
    Ok(Stands { cards: store::card::many(tx)?, by_itself, last, charged })
}

/// Whether it is time to charge by itself at an instant, and there are cards.
fn is_time(tx: &mut Tx, at: Timestamp) -> Result<bool> {
    let zone = crate::founding::zone(tx)?;
    let from = settings::on(tx, zone.day_of(at))?.and_then(|it| it.charge_from);
    let time = zone.tz().to_datetime(at).time();
    Ok(from.is_some_and(|from| from <= time)
        && store::debit::stopped(tx)?.is_none()
        && 0 < store::card::many(tx)?)
}

fn day(tx: &mut Tx, actor: Actor) -> Result<Date> {
    Ok(crate::founding::zone(tx)?.day_of(actor.at))
}

fn due_now(tx: &mut Tx, actor: Actor) -> Result<Vec<Due>> {
    let today = day(tx, actor)?;
    let mut all = due(tx, actor.at, today)?;
    all.retain(|it| it.held.is_none());
    Ok(all)
}

/// Makes a task of a day that ended before all was charged.
fn tell(tx: &mut Tx, actor: Actor, today: Date, why: &str) -> Result<()> {
    let cause = Cause {
        kind: TaskKind::Reminder,
        key: format!("cards {today}"),
        evidence: format!("what is due on {today} was not charged to cards: {why}"),
        due: today,
        about: Vec::new(),
    };
    task::raise(tx, actor, &cause).map(drop)
}

impl Charging {
    fn of(tx: &mut Tx, actor: Actor, total: Money) -> Result<Charging> {
        let allowed = authorize(tx, actor, Permission::MakeDebits, Some(total))?;
        let settings = settings::at(tx, actor.at)?;
        let (stripe, taking) = (Stripe::of(&settings)?, ask::as_told(tx, actor.at)?);
        Ok(Charging { settings, stripe, allowed, taking })
    }

    /// Charges all that is due, as long as it is held and the provider answers; whether that was all of it.
    fn all(
        &self,
        db: &Db,
        actor: Actor,
        hold: &dyn Fn(&mut Tx) -> Result<bool>,
        charged: &mut Charged,
    ) -> Result<bool> {
        let all = db.read(|tx| due_now(tx, actor))?;
        let total = sum(&all);
        if let Some(most) = self.settings.charge_most.filter(|most| *most < total) {
            return Err(refuse(NotOnline::BeyondDay { total, most }));
        }
        for it in &all {
            if !self.one(db, it, hold, charged)? {
                return Ok(false);
            }
        }
        db.write(hold)
    }

    /// Charges one bill, unless it is held, paid or somebody else's by now; whether the provider answered.
    fn one(
        &self,
        db: &Db,
        it: &Due,
        hold: &dyn Fn(&mut Tx) -> Result<bool>,
        charged: &mut Charged,
    ) -> Result<bool> {
        let attempt = db.write(|tx| match hold(tx)? {
            true => begin(tx, &self.allowed, &self.settings, it),
            false => Ok(None),
        })?;
        let Some((attempt, named)) = attempt else { return Ok(true) };
        let (id, taking, mut answered) = (attempt.id, &self.taking, true);
        match self.stripe.charge(&attempt, &it.card, &named) {
            Answer::Is(payment) => {
                finish(db, &self.stripe, taking, (&attempt, &payment))?;
            }
            Answer::Not(stripe::CARD, why) => {
                db.write(|tx| refused(tx, taking, &attempt, (None, &why)))?;
            }
            Answer::Not(status, why) if OURS.contains(&status) => {
                db.write(|tx| card::ours(tx, taking, &attempt, &why))?;
            }
            // Something else is wrong, and is so for all of them.
            Answer::Not(_, why) => {
                ask::become_of(db, taking, &attempt, (AttemptState::Failed, None, &why))?;
                return Err(refuse(NotOnline::Refused { why }));
            }
            Answer::Silent(_) => answered = false,
        }
        match db.read(|tx| ask::known(tx, id))?.state {
            AttemptState::Paid => charged.paid.push((id, attempt.amount)),
            AttemptState::Failed | AttemptState::Expired => charged.refused.push(id),
            AttemptState::Unknown | AttemptState::Open => charged.waiting.push(id),
        }
        Ok(answered)
    }
}

/// Keeps that a bill is to be charged, as long as it is to be, with what the payer reads of it. What somebody
/// paid or begins to pay meanwhile is theirs.
fn begin(
    tx: &mut Tx,
    allowed: &Authorized,
    settings: &Settings,
    it: &Due,
) -> Result<Option<(Attempt, String)>> {
    store::account::lock(tx, &[it.account.id])?;
    let today = crate::founding::zone(tx)?.day_of(allowed.at());
    let Some(card) = store::card::now(tx, it.account.id)? else { return Ok(None) };
    let still = card::of_card(tx, settings, &card, today)?;
    if !still.contains(it) {
        return Ok(None);
    }
    let attempt = Attempt {
        id: AttemptId(tx.next(Counter::Attempt, 1)?),
        account: it.account.id,
        bill: Some(it.bill),
        amount: it.amount,
        currency: settings.currency.code().to_owned(),
        key: super::key()?,
        begun: allowed.at(),
        session: None,
        state: AttemptState::Unknown,
    };
    store::online::add(tx, &attempt)
        .map_err(|why| if why.is::<Conflict>() { unanswered(attempt.id) } else { why })?;
    store::card::charge(tx, attempt.id, card.id, it.bill)?;
    let said = format!("{}, bill {}, {}", it.account.number, it.number, it.amount);
    store::audit::add(tx, allowed, "charge card", &attempt.id.to_string(), &said)?;
    let utility = store::utility::get(tx)?.name;
    Ok(Some((attempt, format!("{utility} {}", it.number))))
}
