//! Field orders: what is to be done where, and the steps from its creation to its end.
//!
//! An order itself never changes. What happens to it is a feed of steps, and how it stands is what
//! [`Progress`] makes of them; a step that the feed does not allow is refused with those it does.

pub mod completion;
pub mod deadline;
pub mod sheet;
mod spoken;

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::id::{AccountId, AgreementId, CrewId, OrderId, PremiseId, ServicePointId, UserId};
use crate::money::Money;
use crate::place::Commodity;

/// Something to be done in the field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Which one.
    pub id: OrderId,
    /// What is to be done.
    pub kind: OrderKind,
    /// How soon.
    pub priority: Priority,
    /// Where.
    pub premise: PremiseId,
    /// What it is about there; `None` for the premise as a whole, such as a smell of gas.
    pub service_point: Option<ServicePointId>,
    /// Who pays there.
    pub account: Option<AccountId>,
    /// On which agreement.
    pub agreement: Option<AgreementId>,
    /// What the crew must know how to do.
    pub skills: Skills,
    /// The first day on which it may be done.
    pub not_before: Date,
    /// When it must be done.
    pub due: Option<Timestamp>,
    /// A disconnection for non-payment is called off once less than this is past due.
    pub off_below: Option<Money>,
    /// What the crew should know, in a sentence.
    pub about: String,
    /// What there is one open order of: the second is refused.
    pub key: String,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderKind {
    /// Let it flow, for the first time or for who moves in.
    Connect,
    /// Cut it off: for non-payment, or because nobody takes it any more.
    Disconnect,
    /// Let it flow again after it was cut off.
    Reconnect,
    /// Read the meter.
    Read,
    /// Read it again: the last read is doubted.
    Reread,
    /// Put another meter in the place of this one.
    Exchange,
    /// Test the meter.
    Test,
    /// A leak or a smell.
    Leak,
    /// Look at it.
    Inspection,
    /// Mend or look after it.
    Maintenance,
    /// Go and speak with somebody who is past due.
    Visit,
}

words! {
    OrderKind {
        Connect = "connect", Disconnect = "disconnect", Reconnect = "reconnect", Read = "read",
        Reread = "re-read", Exchange = "exchange", Test = "test", Leak = "leak",
        Inspection = "inspection", Maintenance = "maintenance", Visit = "visit",
    }
    Priority { Emergency = "emergency", Urgent = "urgent", Routine = "routine" }
    State {
        Open = "open", Assigned = "assigned", EnRoute = "en-route", OnSite = "on-site",
        NotDone = "not-done", Done = "done", Cancelled = "cancelled",
    }
    Hindrance {
        NoAccess = "no-access", Dog = "dog", Unsafe = "unsafe", NotFound = "not-found",
        WrongMeter = "wrong-meter", Weather = "weather", Refused = "refused", NoParts = "no-parts",
        Other = "other",
    }
    CalledOff {
        Paid = "paid", NotNeeded = "not-needed", Mistake = "mistake", Customer = "customer",
        Other = "other",
    }
}

/// How soon: emergencies first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// Somebody may come to harm.
    Emergency,
    /// Somebody is without.
    Urgent,
    /// In its turn.
    Routine,
}

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Nobody has it yet.
    Open,
    /// A crew has it for a day.
    Assigned,
    /// The crew is on its way.
    EnRoute,
    /// The crew is there.
    OnSite,
    /// The crew was there and could not do it; it waits to be sent again or called off.
    NotDone,
    /// It is done.
    Done,
    /// It was called off.
    Cancelled,
}

/// Why a crew could not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hindrance {
    /// Nobody let them in.
    NoAccess,
    /// A dog.
    Dog,
    /// It was not safe.
    Unsafe,
    /// They did not find it.
    NotFound,
    /// Another meter hangs there than the order says.
    WrongMeter,
    /// The weather.
    Weather,
    /// The customer did not want it.
    Refused,
    /// Something was missing.
    NoParts,
    /// What the note says.
    Other,
}

/// Why an order was called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CalledOff {
    /// What was past due is paid.
    Paid,
    /// It is not needed any more.
    NotNeeded,
    /// It was a mistake.
    Mistake,
    /// The customer asked for it.
    Customer,
    /// What the note says.
    Other,
}

/// One step of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It was written down.
    Created,
    /// A crew got it for a day.
    Assigned {
        /// The crew.
        crew: CrewId,
        /// The day.
        on: Date,
    },
    /// It was taken from the crew again.
    Unassigned,
    /// The crew set out.
    EnRoute,
    /// The crew arrived.
    OnSite,
    /// The crew did it.
    Done {
        /// The day.
        on: Date,
    },
    /// The crew could not do it.
    CouldNotDo(Hindrance),
    /// It was called off.
    Cancelled(CalledOff),
    /// That it was called off was taken back.
    Reopened,
}

/// A step as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// What happened.
    pub step: Step,
    /// When it was written down.
    pub at: Timestamp,
    /// By whom; `None` for the system itself.
    pub by: Option<UserId>,
    /// What more there is to say.
    pub note: String,
}

/// How an order stands after its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Where it is.
    pub state: State,
    /// The crew that has it, or had it last, and the day.
    pub crew: Option<(CrewId, Date)>,
}

/// A step that an order cannot take as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IllegalStep {
    /// How it stands; `None` before it is written down.
    pub state: Option<State>,
    /// The step, as a word.
    pub step: &'static str,
}

impl OrderKind {
    /// How soon it is when nobody says.
    pub fn priority(self) -> Priority {
        match self {
            OrderKind::Leak => Priority::Emergency,
            OrderKind::Reconnect => Priority::Urgent,
            _ => Priority::Routine,
        }
    }

    /// Whether it is about a service point, not a premise as a whole.
    pub fn needs_point(self) -> bool {
        !matches!(
            self,
            OrderKind::Leak | OrderKind::Inspection | OrderKind::Maintenance | OrderKind::Visit
        )
    }

    /// Whether a meter may be hung when it is done.
    pub fn may_set(self) -> bool {
        matches!(
            self,
            OrderKind::Connect | OrderKind::Exchange | OrderKind::Test | OrderKind::Maintenance
        )
    }

    /// Whether a meter may come down when it is done.
    pub fn may_remove(self) -> bool {
        matches!(
            self,
            OrderKind::Disconnect | OrderKind::Exchange | OrderKind::Test | OrderKind::Maintenance
        )
    }

    /// Whether it flows at the service point once this is done; `None` where that stays as it was.
    pub fn connects(self) -> Option<Connected> {
        match self {
            OrderKind::Connect | OrderKind::Reconnect => Some(Connected::Yes),
            OrderKind::Disconnect => Some(Connected::No),
            _ => None,
        }
    }
}

/// Whether it flows at a service point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connected {
    /// It flows.
    Yes,
    /// It is cut off.
    No,
}

words! {
    Connected { Yes = "connected", No = "disconnected" }
}

impl Order {
    /// What there is one open order of: a kind at a service point or a premise, and for non-payment
    /// one for an agreement.
    pub fn natural_key(
        kind: OrderKind,
        premise: PremiseId,
        point: Option<ServicePointId>,
        agreement: Option<AgreementId>,
    ) -> String {
        match (kind, agreement, point) {
            (OrderKind::Disconnect, Some(agreement), _) => format!("{kind}/agreement/{agreement}"),
            (_, _, Some(point)) => format!("{kind}/point/{point}"),
            (_, _, None) => format!("{kind}/premise/{premise}"),
        }
    }

    /// The same for what moves want: one of a kind at a service point on a day, because one tenant may
    /// end and the next begin before anybody went there.
    pub fn dated_key(kind: OrderKind, point: ServicePointId, on: Date) -> String {
        format!("{kind}/point/{point}/{on}")
    }

    /// Whether it should be done by now and is not.
    pub fn overdue(&self, state: State, now: Timestamp) -> bool {
        !state.is_end() && self.due.is_some_and(|due| due < now)
    }
}

impl State {
    /// Whether nothing more is to be done.
    pub fn is_end(self) -> bool {
        matches!(self, State::Done | State::Cancelled)
    }

    /// The steps that an order which stands so may take, as words.
    pub fn steps(self) -> &'static [&'static str] {
        match self {
            State::Open => &["assign", "cancel"],
            State::Assigned => {
                &["assign", "unassign", "en-route", "on-site", "complete", "could-not-do", "cancel"]
            }
            State::EnRoute => {
                &["assign", "unassign", "on-site", "complete", "could-not-do", "cancel"]
            }
            State::OnSite => &["complete", "could-not-do", "cancel"],
            State::NotDone => &["assign", "cancel"],
            State::Done => &[],
            State::Cancelled => &["reopen"],
        }
    }
}

impl Step {
    /// The word of it, as a clerk says it.
    pub fn word(self) -> &'static str {
        match self {
            Step::Created => "create",
            Step::Assigned { .. } => "assign",
            Step::Unassigned => "unassign",
            Step::EnRoute => "en-route",
            Step::OnSite => "on-site",
            Step::Done { .. } => "complete",
            Step::CouldNotDo(_) => "could-not-do",
            Step::Cancelled(_) => "cancel",
            Step::Reopened => "reopen",
        }
    }
}

impl Progress {
    /// How an order stands after a step. A crew with a paper sheet reports only the end, so steps
    /// may be left out; none goes back but by taking the order from the crew.
    pub fn after(before: Option<Progress>, step: Step) -> Result<Progress, IllegalStep> {
        let state = before.map(|it| it.state);
        let allowed = match state {
            None => step == Step::Created,
            Some(state) => state.steps().contains(&step.word()),
        };
        if !allowed {
            return Err(IllegalStep { state, step: step.word() });
        }
        let crew = before.and_then(|it| it.crew);
        let (state, crew) = match step {
            Step::Created | Step::Unassigned | Step::Reopened => (State::Open, None),
            Step::Assigned { crew, on } => (State::Assigned, Some((crew, on))),
            Step::EnRoute => (State::EnRoute, crew),
            Step::OnSite => (State::OnSite, crew),
            Step::Done { .. } => (State::Done, crew),
            Step::CouldNotDo(_) => (State::NotDone, crew),
            Step::Cancelled(_) => (State::Cancelled, crew),
        };
        Ok(Progress { state, crew })
    }

    /// How an order stands after all of its steps.
    pub fn of(steps: &[Taken]) -> Result<Progress, IllegalStep> {
        let mut progress = None;
        for taken in steps {
            progress = Some(Progress::after(progress, taken.step)?);
        }
        progress.ok_or(IllegalStep { state: None, step: "nothing" })
    }
}

impl fmt::Display for IllegalStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let IllegalStep { state, step } = self;
        match state.map(|it| (it, it.steps())) {
            None => write!(f, "{step} is no first step of an order"),
            Some((state, [])) => {
                write!(f, "the order is {state} and takes no {step}; write another order")
            }
            Some((state, may)) => {
                write!(
                    f,
                    "the order is {state} and takes no {step}; it may take: {}",
                    may.join(", ")
                )
            }
        }
    }
}

impl std::error::Error for IllegalStep {}

/// What a crew must know how to do, or knows: words of the utility's own, in small letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skills(BTreeSet<String>);

impl Skills {
    /// Reads words between commas or spaces.
    pub fn parse(text: &str) -> Skills {
        let words = text.split([',', ' ']).map(|it| it.trim().to_lowercase());
        Skills(words.filter(|it| !it.is_empty()).collect())
    }

    /// What work on this commodity needs.
    pub fn of(commodity: Commodity) -> Skills {
        Skills::parse(commodity.word())
    }

    /// Those of `needed` that are not among these.
    pub fn lacking(&self, needed: &Skills) -> Skills {
        Skills(needed.0.difference(&self.0).cloned().collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Skills {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.0.iter().map(String::as_str).collect();
        f.write_str(&words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const GIVEN: Step = Step::Assigned { crew: CrewId(1), on: date(2026, 3, 10) };
    const END: Step = Step::Done { on: date(2026, 3, 10) };

    fn after(steps: &[Step]) -> Result<State, String> {
        let taken = |step: &Step| Taken {
            step: *step,
            at: Timestamp::UNIX_EPOCH,
            by: None,
            note: String::new(),
        };
        let steps: Vec<Taken> = steps.iter().map(taken).collect();
        Progress::of(&steps).map(|it| it.state).map_err(|why| why.to_string())
    }

    #[test]
    fn an_order_goes_from_its_creation_to_its_end() {
        let all = [Step::Created, GIVEN, Step::EnRoute, Step::OnSite, END];
        let states = [State::Open, State::Assigned, State::EnRoute, State::OnSite, State::Done];
        for (nth, state) in states.into_iter().enumerate() {
            assert_eq!(after(&all[..=nth]), Ok(state));
        }
        // A crew with a paper sheet tells in the evening.
        assert_eq!(after(&[Step::Created, GIVEN, END]), Ok(State::Done));
    }

    #[test]
    fn what_could_not_be_done_is_sent_again_or_called_off() {
        let there = [Step::Created, GIVEN, Step::CouldNotDo(Hindrance::Dog)];
        assert_eq!(after(&there), Ok(State::NotDone));
        assert_eq!(after(&[&there[..], &[GIVEN]].concat()), Ok(State::Assigned));
        let off = Step::Cancelled(CalledOff::NotNeeded);
        assert_eq!(after(&[&there[..], &[off]].concat()), Ok(State::Cancelled));
        assert_eq!(after(&[&there[..], &[off, Step::Reopened]].concat()), Ok(State::Open));
    }

    #[test]
    fn every_step_that_is_not_listed_is_refused_and_every_listed_one_is_not() {
        let every = [
            Step::Created,
            GIVEN,
            Step::Unassigned,
            Step::EnRoute,
            Step::OnSite,
            END,
            Step::CouldNotDo(Hindrance::Other),
            Step::Cancelled(CalledOff::Other),
            Step::Reopened,
        ];
        for &state in State::ALL {
            for step in every {
                let before = Some(Progress { state, crew: None });
                let may = state.steps().contains(&step.word());
                assert_eq!(Progress::after(before, step).is_ok(), may, "{state} {}", step.word());
            }
        }
        assert!(after(&[]).is_err() && after(&[GIVEN]).is_err());
    }

    #[test]
    fn a_refused_step_says_which_are_not() {
        let why = after(&[Step::Created, END]).unwrap_err();
        assert_eq!(why, "the order is open and takes no complete; it may take: assign, cancel");
        let why = after(&[Step::Created, GIVEN, END, GIVEN]).unwrap_err();
        assert_eq!(why, "the order is done and takes no assign; write another order");
    }

    #[test]
    fn a_crew_lacks_what_it_does_not_know() {
        let crew = Skills::parse("Gas, ladder");
        assert!(crew.lacking(&Skills::of(Commodity::Gas)).is_empty());
        assert_eq!(crew.lacking(&Skills::parse("gas electric")).to_string(), "electric");
    }
}
